// The packet processors of one device: which thread looks at which queue.  One thread watches all doorbells and processes
// compute packets (AQL, PM4); a second one processes SDMA packets, so that copies hold up no kernel.
// Threads: add, remove, setRunning and kick by any.
import ISA
import CKFD
import Glibc
import Synchronization

final class QueueProcessor: @unchecked Sendable {
  let device: SoftDevice
  let engine: ComputeEngine
  let events: Events
  private(set) var compute: QueueThread!
  private(set) var copies: QueueThread!

  init(device: SoftDevice, engine: ComputeEngine, events: Events) {
    self.device = device; self.engine = engine; self.events = events
    compute = QueueThread("carmine-queues", addressSpace: device.addressSpace, watch: device.doorbellWatch) {
      [unowned self] in step($0, $1)
    }
    copies = QueueThread("carmine-copies", addressSpace: device.addressSpace, watch: nil) { [unowned self] in step($0, $1) }
  }

  /// Starts watching a queue; false if the host gives no thread.
  func add(_ queue: Queue) -> Bool {
    if queue.properties.kind.isSDMA {
      guard copies.add(queue) else { return false }
      guard compute.add(queue) else { copies.change { $0.removeAll { $0 === queue } }; return false }
      return true
    }
    return compute.add(queue)
  }

  /// Stops watching a queue and ends what it runs; on return nothing of it is launched or written any more.
  func remove(_ queue: Queue) {
    queue.running.store(false, ordering: .releasing)
    change(queue) { $0.removeAll { $0 === queue } }
    queue.context.kill()
    queue.markRemoved()
  }

  /// Stops a queue's packets and saves its waves, or lets both go on.
  func setRunning(_ queue: Queue, _ running: Bool) {
    if running { queue.context.resume() }
    queue.running.store(running, ordering: .releasing)
    change(queue) { _ in }
    if !running { queue.context.suspend() }
  }

  private func change(_ queue: Queue, _ body: (inout [Queue]) -> Void) {
    compute.change(body)
    if queue.properties.kind.isSDMA { copies.change(body) }
  }

  /// Something that a queue may wait for has happened.
  func kick(_ queue: Queue? = nil) {
    if queue?.properties.kind.isSDMA != true { compute.kick() } else { copies.kick() }
  }

  // MARK: the threads

  private func step(_ queue: Queue, _ thread: QueueThread) -> QueueStep {
    if queue.properties.kind.isSDMA && thread === compute {
      guard let queue = queue as? SDMAQueue, queue.hasNewDoorbell else { return .idle }
      copies.kick()
      return .progress
    }
    if queue.failed.load(ordering: .acquiring) {
      guard let fault = queue.takeFault() else { return .idle }
      report(fault, queue, thread)
      return .progress
    }
    guard queue.running.load(ordering: .acquiring) else { return .idle }
    return queue.step(thread)
  }

  // MARK: errors

  /// A packet that cannot be processed: the queue stops, and its inactive signal says why.
  func refuse(_ queue: Queue, _ error: QueueError, _ reason: String, _ thread: QueueThread) {
    thread.leave()
    Log.always("queue \(queue.id) stopped at \(queue.position): \(reason)")
    queue.postInactive(error)
    raiseHardware()
  }

  func fail(_ queue: Queue, _ fault: Fault, _ thread: QueueThread) {
    thread.leave()
    queue.failed.store(true, ordering: .releasing)
    report(fault, queue, thread)
  }

  /// Says what happened, tells those who wait for exceptions, and leaves the queue inactive.
  private func report(_ fault: Fault, _ queue: Queue, _ thread: QueueThread) {
    thread.leave()
    let name = fault.kernelObject == 0 ? nil : device.addressSpace.kernelName(of: fault.kernelObject)
    Log.always(fault.diagnosis(addressSpace: device.addressSpace, kernelName: name))
    let error: QueueError
    switch fault.cause {
    case .memory(let address, let access, _): raiseMemory(address, access); error = .memoryViolation
    case .instructionFetch(let address): raiseMemory(address, .execute); error = .memoryViolation
    case .misaligned(let address, _), .atomicUnsupported(let address): raiseMemory(address, .atomic); error = .memoryViolation
    case .illegalInstruction: raiseHardware(); error = .illegalInstruction
    case .trap: raiseHardware(); error = .trap
    case .badDispatch: raiseHardware(); error = .invalidCode
    }
    queue.postInactive(error)
  }

  private func raiseHardware() {
    events.raiseHardwareException(kfd_hsa_hw_exception_data(reset_type: 0, reset_cause: 0, memory_lost: 0, gpu_id: device.gpuID))
  }

  private func raiseMemory(_ address: UInt64, _ access: Fault.Access) {
    var data = kfd_hsa_memory_exception_data()
    let mapped = device.addressSpace.translate(address, 1, .read) != nil
    data.failure.NotPresent = mapped ? 0 : 1
    data.failure.ReadOnly = mapped && (access == .write || access == .atomic) ? 1 : 0
    data.failure.NoExecute = mapped && access == .execute ? 1 : 0
    data.va = address & ~4095
    data.gpu_id = device.gpuID
    events.raiseMemoryException(data)
  }
}
