// The packet processor of one device: a thread that watches the doorbells of all its queues, launches packets in order and
// never waits inside one queue.
//
// Polling: a doorbell is plain memory that the client writes.  The thread spins for 50 µs after the last packet or completion,
// then sleeps briefly between looks; after 2 ms without anything it sleeps until a store to a doorbell wakes it
// (DoorbellWatch), or, where that is not to be had or a packet waits for memory to change, looks every so often, up to 5 ms
// apart.  Completions wake it too, since a packet may wait for them.
// Order: a doorbell's value is the index of the last written packet; the header's acquiring load makes the packet visible.
// Doorbells of several producers may go backwards, so the highest counts, and each change is followed as far as packets are
// valid.
// Source: HSA Platform System Architecture 1.2, 2.8 and 2.9.
import CKFD
import CSoftGPU
import Glibc
import Synchronization

final class QueueProcessor: @unchecked Sendable {
  let device: SoftDevice
  let engine: ComputeEngine
  let events: Events

  private let lock = Lock()
  private var queues: [ComputeQueue] = []            // under `lock`
  private var started = false
  /// Counts changes of `queues` and of their `running`; the thread says which one it has seen.
  private let version = Atomic<UInt64>(0)
  private let seenVersion = Atomic<UInt64>(0)
  private let sleeping = Atomic<Bool>(false)
  private let kicks: UnsafeMutablePointer<UInt32>

  // The thread's own.
  private var reader: AddressSpace.Reader
  private var readerActive = false

  init(device: SoftDevice, engine: ComputeEngine, events: Events) {
    self.device = device; self.engine = engine; self.events = events
    kicks = .allocate(capacity: 1)
    kicks.initialize(to: 0)
    reader = device.addressSpace.makeReader()
  }

  // MARK: for ioctls and completions

  /// Starts watching a queue, and the thread with the first one; false if the host gives no thread.
  func add(_ queue: ComputeQueue) -> Bool {
    lock.lock()
    queues.append(queue)
    version.wrappingAdd(1, ordering: .releasing)
    if !started {
      let context = Unmanaged.passRetained(self)
      guard carmine_start_thread("carmine-queues", { Unmanaged<QueueProcessor>.fromOpaque($0!).takeUnretainedValue().run() }, context.toOpaque()) == 0
      else {
        queues.removeLast()
        lock.unlock()
        context.release()
        return false
      }
      started = true
    }
    lock.unlock()
    kick()
    return true
  }

  /// Stops watching a queue; on return nothing of it is launched or written any more.
  func remove(_ queue: ComputeQueue) {
    queue.running.store(false, ordering: .releasing)
    change { $0.removeAll { $0 === queue } }
    waitForDispatches(of: queue)
    queue.markRemoved()
  }

  func setRunning(_ queue: ComputeQueue, _ running: Bool) {
    queue.running.store(running, ordering: .releasing)
    change { _ in }
    if !running { waitForDispatches(of: queue) }
  }

  /// Changes the list and waits until the thread works with the new one.
  private func change(_ body: (inout [ComputeQueue]) -> Void) {
    let now = lock.withLock {
      body(&queues)
      return version.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    }
    while seenVersion.load(ordering: .acquiring) < now { kick(); usleep(10) }
  }

  /// Dispatches that still run after a second run on, but what they complete is dropped once the queue is gone.
  private func waitForDispatches(of queue: ComputeQueue) {
    for _ in 0..<10_000 {
      if queue.inFlight.load(ordering: .acquiring) == 0 { return }
      usleep(100)
    }
    Log.error("queue \(queue.id): a kernel is still running a second after the queue was stopped")
  }

  /// Something that a queue may wait for has happened.
  func kick() {
    kicks.withMemoryRebound(to: Atomic<UInt32>.self, capacity: 1) { _ = $0.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    if sleeping.load(ordering: .sequentiallyConsistent) { _ = carmine_futex_wake(kicks, 1) }
    device.doorbellWatch.wake()
  }

  // MARK: the thread

  private enum Step { case idle, waiting, progress }

  private func run() {
    carmine_exact_timers()
    var watched: [ComputeQueue] = []
    var watchedVersion: UInt64 = .max
    var lastActive = GPUClock.now(), spins = 0
    while true {
      let kicked = kicks.withMemoryRebound(to: Atomic<UInt32>.self, capacity: 1) { $0.pointee.load(ordering: .acquiring) }
      let now = version.load(ordering: .acquiring)
      if now != watchedVersion {
        lock.withLock { watched = queues; watchedVersion = version.load(ordering: .acquiring) }
        leave()
        seenVersion.store(watchedVersion, ordering: .releasing)
      }
      if readerActive { _ = reader.refresh() }
      var best = Step.idle
      for queue in watched {
        switch step(queue) {
        case .progress: best = .progress
        case .waiting: if best == .idle { best = .waiting }
        case .idle: break
        }
      }
      if best == .progress { device.doorbellWatch.disarm(); lastActive = GPUClock.now(); spins = 0; continue }
      let quiet = GPUClock.now() - lastActive                // 10 ns
      // Looks count as well as time: a thread that lost its processor meanwhile has not looked.
      spins += 1
      if quiet < 5_000 || spins < 50 {
        for _ in 0..<16 { carmine_pause() }
        continue
      }
      leave()
      let watch = device.doorbellWatch
      if best == .idle && quiet >= 200_000 && watch.isUsable {
        if !watch.armed {
          if watch.arm() { continue }        // and look once more
        } else {
          let kicks = kicks
          let woken = watch.sleep {
            kicks.withMemoryRebound(to: Atomic<UInt32>.self, capacity: 1) { $0.pointee.load(ordering: .sequentiallyConsistent) } == kicked
          }
          if woken {
            watch.disarm()
            lastActive = GPUClock.now(); spins = 0     // whoever was let go is about to store
          }
          continue
        }
      }
      watch.disarm()
      sleeping.store(true, ordering: .sequentiallyConsistent)
      let result = carmine_futex_wait(kicks, kicked, Self.pause(quiet, busy: best == .waiting || watched.contains { $0.inFlight.load(ordering: .relaxed) > 0 }))
      sleeping.store(false, ordering: .relaxed)
      if result == 0 || result == -EAGAIN { lastActive = max(lastActive, GPUClock.now() - 4_000) }   // kicked: 10 µs of spinning
    }
  }

  /// Nanoseconds between two looks, after `quiet` ticks of 10 ns without anything.  A look costs about 20 µs of processor
  /// time on a virtual machine (measured), so 5 ms is 0.4 % of a core.  `busy`: a packet waits for memory to change, or a
  /// kernel runs.
  private static func pause(_ quiet: UInt64, busy: Bool) -> Int64 {
    if quiet < 100_000 { return 20_000 }             // 1 ms
    if quiet < 2_000_000 { return 100_000 }          // 20 ms
    if busy { return 500_000 }
    if quiet < 20_000_000 { return 1_000_000 }       // 200 ms
    return quiet < 100_000_000 ? 2_000_000 : 5_000_000
  }

  private func leave() {
    guard readerActive else { return }
    reader.leave()
    readerActive = false
  }

  private func enter() {
    guard !readerActive else { return }
    _ = reader.refresh()
    readerActive = true
  }

  /// Launches what can be launched of one queue, at most a few packets so that others get their turn.
  private func step(_ queue: ComputeQueue) -> Step {
    if queue.failed.load(ordering: .acquiring) {
      guard let fault = queue.takeFault() else { return .idle }
      report(fault, queue)
      return .progress
    }
    guard queue.running.load(ordering: .acquiring) else { return .idle }
    let doorbell = UnsafeMutableRawPointer(queue.doorbell).atomic64().pointee.load(ordering: .acquiring)
    var follow = false
    if doorbell != queue.lastDoorbell {
      queue.lastDoorbell = doorbell
      queue.rung = max(queue.rung, Int64(bitPattern: doorbell))
      follow = true
    }
    var result = Step.idle
    for _ in 0..<32 {
      guard follow || Int64(bitPattern: queue.next) <= queue.rung else { break }
      enter()
      let address = queue.packetAddress(queue.next)
      guard let packet = reader.host(address, 64, write: true) else {
        fail(queue, Fault(cause: .memory(address: address, access: .read, size: 64)))
        return .progress
      }
      let header = packet.atomic32().pointee.load(ordering: .acquiring)
      let type = header & 0xff
      if type == AQL.invalid { return result == .progress ? .progress : Int64(bitPattern: queue.next) <= queue.rung ? .waiting : .idle }
      queue.rung = max(queue.rung, Int64(bitPattern: queue.next))
      if queue.inFlight.load(ordering: .acquiring) > 0 {
        if header & AQL.barrierBit != 0 || queue.isFullOfUnfinished { return result == .progress ? .progress : .waiting }
      }
      guard process(packet, header, address, queue) else { return result == .progress ? .progress : .waiting }
      result = .progress
      if queue.failed.load(ordering: .acquiring) { break }
    }
    return result
  }

  /// Launches or completes the next packet; false if it has to wait.
  private func process(_ packet: UnsafeMutableRawPointer, _ header: UInt32, _ address: UInt64, _ queue: ComputeQueue) -> Bool {
    let signal = packet.get(AQL.completionSignal, UInt64.self)
    switch header & 0xff {
    case AQL.kernelDispatch:
      dispatch(packet, header, address, signal, queue)
      return true
    case AQL.barrierAnd, AQL.barrierOr:
      let all = header & 0xff == AQL.barrierAnd
      var named = 0, zero = 0
      for index in 0..<5 {
        let dependency = packet.get(8 + 8 * index, UInt64.self)
        guard dependency != 0 else { continue }
        named += 1
        guard let value = value(of: dependency, queue) else { return true }
        if value == 0 { zero += 1 }
      }
      guard all ? zero == named : zero > 0 || named == 0 else { return false }
    case AQL.vendorSpecific where UInt8(truncatingIfNeeded: header >> 16) == AQL.formatBarrierValue:
      let dependency = packet.get(8, UInt64.self)
      if dependency != 0 {
        guard let value = value(of: dependency, queue) else { return true }
        let masked = value & packet.get(24, Int64.self), wanted = packet.get(16, Int64.self)
        let holds: Bool
        switch packet.get(32, UInt32.self) {
        case 0: holds = masked == wanted
        case 1: holds = masked != wanted
        case 2: holds = masked < wanted
        case 3: holds = masked >= wanted
        default:
          refuse(queue, address, .invalidVendorPacket, "barrier-value condition \(packet.get(32, UInt32.self))")
          return true
        }
        guard holds else { return false }
      }
    case AQL.vendorSpecific:
      refuse(queue, address, .invalidVendorPacket, "vendor packet of AMD format \(header >> 16 & 0xff) (1 is PM4) is not implemented")
      return true
    default:
      refuse(queue, address, .invalidPacket, "packet type \(header & 0xff)")
      return true
    }
    // A barrier is complete at once.
    let index = queue.next, now = GPUClock.now()
    queue.next += 1
    queue.inFlight.wrappingAdd(1, ordering: .acquiringAndReleasing)
    queue.finish(index, signal: signal, .completed(start: now, end: now))
    return true
  }

  private func value(of signal: UInt64, _ queue: ComputeQueue) -> Int64? {
    guard let memory = reader.host(signal, AQL.signalBytes, write: false) else {
      fail(queue, Fault(cause: .memory(address: signal, access: .read, size: 8)))
      return nil
    }
    return Int64(bitPattern: memory.atomic64(AQL.signalValue).pointee.load(ordering: .acquiring))
  }

  private func dispatch(
    _ packet: UnsafeMutableRawPointer, _ header: UInt32, _ address: UInt64, _ signal: UInt64, _ queue: ComputeQueue
  ) {
    let dimensions = header >> 16 & 3
    var workgroup: (x: UInt32, y: UInt32, z: UInt32) =
      (UInt32(packet.get(4, UInt16.self)), UInt32(packet.get(6, UInt16.self)), UInt32(packet.get(8, UInt16.self)))
    var grid: (x: UInt32, y: UInt32, z: UInt32) = (packet.get(12), packet.get(16), packet.get(20))
    if dimensions < 2 { workgroup.y = 1; grid.y = 1 }
    if dimensions < 3 { workgroup.z = 1; grid.z = 1 }
    guard dimensions != 0, workgroup.x > 0, workgroup.y > 0, workgroup.z > 0, grid.x > 0, grid.y > 0, grid.z > 0 else {
      refuse(queue, address, .invalidDimensions, "\(dimensions) dimensions, workgroup \(workgroup), grid \(grid)")
      return
    }
    guard workgroup.x &* workgroup.y &* workgroup.z <= 1024, workgroup.x <= 1024, workgroup.y <= 1024, workgroup.z <= 1024 else {
      refuse(queue, address, .groupTooLarge, "workgroup \(workgroup) has more than 1024 work-items")
      return
    }
    let group: UInt32 = packet.get(28)
    guard Int(group) <= device.kind.ldsBytes else {
      refuse(queue, address, .groupTooLarge, "group segment of \(group) bytes; a compute unit has \(device.kind.ldsBytes)")
      return
    }
    let kernelObject: UInt64 = packet.get(32)
    guard reader.host(kernelObject, 64, write: false) != nil else {
      refuse(queue, address, .invalidCode, "kernel object \(hex(kernelObject)) is not mapped for the device")
      return
    }
    let index = queue.next
    let dispatch = Dispatch(
      workgroupSize: workgroup, gridSize: grid, privateSegmentSize: packet.get(24), groupSegmentSize: group,
      kernelObject: kernelObject, kernarg: packet.get(40), packetAddress: address, queueAddress: queue.queueAddress,
      dispatchID: index, queueID: queue.id)
    queue.next += 1
    queue.inFlight.wrappingAdd(1, ordering: .acquiringAndReleasing)
    leave()                    // the engine may run it here, and nobody who unmaps waits for us meanwhile
    engine.runInline(dispatch) { outcome in queue.finish(index, signal: signal, outcome) }
    enter()
  }

  // MARK: errors

  /// A packet that cannot be processed: the queue stops, and its inactive signal says why.
  private func refuse(_ queue: ComputeQueue, _ address: UInt64, _ error: QueueError, _ reason: String) {
    leave()
    Log.always("queue \(queue.id) stopped at packet \(queue.next) (\(hex(address))): \(reason)")
    queue.postInactive(error)
    events.raiseHardwareException(kfd_hsa_hw_exception_data(reset_type: 0, reset_cause: 0, memory_lost: 0, gpu_id: device.gpuID))
  }

  private func fail(_ queue: ComputeQueue, _ fault: Fault) {
    leave()
    queue.failed.store(true, ordering: .releasing)
    report(fault, queue)
  }

  /// Says what happened, tells those who wait for exceptions, and leaves the queue inactive.
  private func report(_ fault: Fault, _ queue: ComputeQueue) {
    leave()
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
