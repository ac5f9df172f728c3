// The packet processors of one device: which thread looks at which queue.  One thread watches all doorbells and processes
// compute packets (AQL, PM4); a second one processes SDMA packets, so that copies hold up no kernel.
// Threads: add, remove, setRunning and kick by any.
import CKFD
import CSoftGPU
import Glibc
import ISA
import Synchronization

final class QueueProcessor: @unchecked Sendable {
  let device: SoftDevice
  let engine: ComputeEngine
  let events: Events
  private(set) var compute: QueueThread!
  private(set) var copies: QueueThread!
  let runList: RunList
  private let lock = Lock()
  private var byDoorbell: [UInt32: QueueContext] = [:]      // under `lock`

  init(device: SoftDevice, engine: ComputeEngine, events: Events) {
    self.device = device; self.engine = engine; self.events = events
    runList = RunList(hardwareQueues: device.kind.computeQueues)
    compute = QueueThread("carmine-queues", addressSpace: device.addressSpace, watch: device.doorbellWatch) {
      [unowned self] in step($0, $1)
    }
    copies = QueueThread("carmine-copies", addressSpace: device.addressSpace, watch: nil) { [unowned self] in step($0, $1) }
    engine.traps = device.trapHandler
    engine.hooks = ComputeEngine.Hooks(
      interrupt: { [unowned self] in interrupt($0, doorbell: $1) },
      trapped: { [unowned self] fault in
        sayWhat(fault)
        if isViolation(fault) { raiseViolation(fault) }
      })
  }

  /// Starts watching a queue; false if the host gives no thread.
  func add(_ queue: Queue) -> Bool {
    lock.withLock { byDoorbell[queue.context.doorbell] = queue.context }
    if queue.properties.kind.isSDMA {
      guard copies.add(queue) else { return false }
      guard compute.add(queue) else { copies.change { $0.removeAll { $0 === queue } }; return false }
      return true
    }
    queue.running.store(false, ordering: .releasing)
    guard compute.add(queue) else { return false }
    if queue.properties.isActive { runList.update(queue, wantsToRun: true) }
    return true
  }

  /// Stops watching a queue and ends what it runs; on return nothing of it is launched or written any more.
  func remove(_ queue: Queue) {
    runList.remove(queue) {
      queue.running.store(false, ordering: .releasing)
      queue.context.kill()
      change(queue) { $0.removeAll { $0 === queue } }
      queue.markRemoved()
    }
    lock.withLock { byDoorbell[queue.context.doorbell] = nil }
  }

  /// Stops a queue's packets and saves its waves, or lets both go on as soon as it has its turn.
  func setRunning(_ queue: Queue, _ running: Bool) {
    if !queue.properties.kind.isSDMA { return runList.update(queue, wantsToRun: running) }
    if running { proceed(queue) } else { halt(queue) }
  }

  /// Off the hardware: on return no packet is looked at and no wave runs.
  func halt(_ queue: Queue) {
    queue.running.store(false, ordering: .releasing)
    queue.context.suspend()              // first, so that a kernel that the thread runs itself ends its turn
    change(queue) { _ in }
  }
  /// On the hardware.
  func proceed(_ queue: Queue) {
    queue.context.resume()
    queue.running.store(true, ordering: .releasing)
    if queue.properties.kind.isSDMA { copies.kick() } else { compute.kick() }
  }

  private func change(_ queue: Queue, _ body: (inout [Queue]) -> Void) {
    compute.change(body)
    if queue.properties.kind.isSDMA { copies.change(body) }
  }

  /// Something that packets may wait for has happened.
  func kick() {
    compute.kick()
    copies.kickIfWaiting()
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
    let result = queue.step(thread)
    if result == .progress && thread === copies { compute.kickIfWaiting() }
    return result
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
    sayWhat(fault)
    let error: QueueError =
      switch fault.cause {
      case .memory, .instructionFetch, .misaligned, .atomicUnsupported: .memoryViolation
      case .illegalInstruction: .illegalInstruction
      case .trap, .exception: .trap
      // As the firmware tells them apart.
      case .badDispatch(_, .dimensions): .invalidDimensions
      case .badDispatch(_, .workgroupSize): .groupTooLarge
      case .badDispatch(_, .groupMemory): .invalidGroupMemory
      case .badDispatch(_, .registers): .outOfRegisters
      case .badDispatch(_, .code): .invalidCode
      }
    if isViolation(fault) { raiseViolation(fault) } else { raiseHardware() }
    queue.postInactive(error)
  }

  private func sayWhat(_ fault: Fault) {
    let name = fault.kernelObject == 0 ? nil : device.addressSpace.kernelName(of: fault.kernelObject)
    Log.always(fault.diagnosis(addressSpace: device.addressSpace, kernelName: name))
  }

  private func isViolation(_ fault: Fault) -> Bool {
    switch fault.cause {
    case .memory, .instructionFetch, .misaligned, .atomicUnsupported: true
    default: false
    }
  }
  private func raiseViolation(_ fault: Fault) {
    switch fault.cause {
    case .memory(let address, let access, _): raiseMemory(address, access)
    case .instructionFetch(let address): raiseMemory(address, .execute)
    case .misaligned(let address, _), .atomicUnsupported(let address): raiseMemory(address, .atomic)
    default: break
    }
  }

  /// MSG_INTERRUPT of a trap handler.  AMD's older handlers send an event's number; the newer ones what is wrong, above the
  /// queue's doorbell in bits 0-9, for the driver to tell the runtime through the save area's header.
  /// Source: kfd_int_process_v9.c and kfd_debug.c (kfd_send_exception_to_runtime) of Linux 6.12.
  private func interrupt(_ data: UInt32, doorbell: UInt32) {
    let exceptions = UInt64(data >> 10)
    if exceptions != 0, device.sendsExceptions.load(ordering: .acquiring),
      let area = lock.withLock({ byDoorbell[data & 0x3ff]?.saveArea }) {
      var payload: UInt64 = 0, event: UInt32 = 0, mask: UInt64 = 0
      if carmine_copy_in(&payload, area.address + 24, 8) == 0, carmine_copy_in(&event, area.address + 32, 4) == 0, payload != 0,
        carmine_copy_in(&mask, payload, 8) == 0 {
        mask |= exceptions
        _ = carmine_copy_out(payload, &mask, 8)
        _ = events.set(event)
        return
      }
    }
    events.interrupt(data, bits: 24)
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
    if let process = device.process { process.memoryFault(data, on: device) } else { events.raiseMemoryException(data) }
  }
}
