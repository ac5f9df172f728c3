// A queue of AQL packets: launching them in order, giving slots back in order.
//
// Threads: the queue's thread looks at packets and launches them (`next`, `rung`, `lastDoorbell` are its own).  Whoever
// completes a dispatch calls `finish`, under the queue's lock.
// Order: a doorbell's value is the index of the last written packet; the header's acquiring load makes the packet visible.
// Doorbells of several producers may go backwards, and a higher one may have been overwritten before it was seen: so the
// highest counts, and each change is followed to the write index as far as packets are valid.
// A packet's slot is given back (header INVALID, read index) when it and all before it have completed, so a running kernel may
// still read its dispatch packet; then the signal is written: timestamps, value, mailbox, interrupt.
// Full: the client's affair; it sees the read index.
// Source: HSA Platform System Architecture 1.2, 2.8 and 2.9.
import CKFD
import CSoftGPU
import Glibc
import ISA
import Synchronization

final class AQLQueue: Queue, @unchecked Sendable {
  private(set) var slots: UInt64
  /// Of its amd_queue_t; 0 when the pointers are not in one.
  let queueAddress: UInt64

  // The thread's own.
  /// Index of the next packet to look at; monotonic.
  private var next: UInt64 = 0
  /// The highest packet index that a doorbell has named; -1 before the first.
  private var rung: Int64 = -1
  private var lastDoorbell: UInt64 = .max
  /// How far the client is with scratch memory (AQLQueue+Scratch.swift).
  var scratchState = ScratchState.none
  /// Executes what vendor packets bring; made with the first.
  private lazy var pm4 = PM4Engine(self)
  /// The vendor packet whose indirect buffer is being executed.
  private var indirect: (signal: UInt64, start: UInt64)?

  // Under `lock`:
  private var retired: UInt64 = 0                 // the oldest packet that has not completed
  private var done: UnsafeMutablePointer<Bool>    // by slot: completed, slot not given back yet

  override init(_ properties: QueueProperties, device: SoftDevice, processor: QueueProcessor, doorbell: UnsafeMutablePointer<UInt64>) {
    slots = UInt64(properties.ringSize) / AQL.packetBytes
    done = .allocate(capacity: Int(slots))
    done.initialize(repeating: false, count: Int(slots))
    let base = properties.writePointer &- AQL.queueWriteIndex
    queueAddress = base &+ AQL.queueReadIndex == properties.readPointer ? base : 0
    super.init(properties, device: device, processor: processor, doorbell: doorbell)
  }
  deinit { done.deallocate() }

  override func moveRing(_ address: UInt64, _ size: UInt32) {
    let count = UInt64(size) / AQL.packetBytes
    lock.withLock {
      super.moveRing(address, size)
      guard count > 0, count != slots else { return }
      let new = UnsafeMutablePointer<Bool>.allocate(capacity: Int(count))
      new.initialize(repeating: false, count: Int(count))
      for index in retired..<max(retired, min(next, retired + count)) { new[Int(index % count)] = done[Int(index % slots)] }
      done.deallocate()
      done = new
      slots = count
    }
  }

  func packetAddress(_ index: UInt64) -> UInt64 { properties.ring + (index % slots) * AQL.packetBytes }
  override var position: String {
    if indirect != nil { return "\(pm4.position), packet \(next)" }
    return "packet \(next) (\(hex(packetAddress(next))))"
  }

  /// Whether every slot of the ring holds a packet that has not completed.
  private var isFullOfUnfinished: Bool { lock.withLock { next - retired >= slots } }

  // MARK: completing

  /// A launched packet has ended.  Any thread; `signal` is the packet's completion signal or 0.
  func finish(_ index: UInt64, signal: UInt64, _ outcome: DispatchOutcome) {
    end(outcome) { start, end in
      guard !failed.load(ordering: .acquiring) || signal != 0 else { return nil }
      retire(index)
      return complete(signal: signal, start: start, end: end)
    }
  }

  private func retire(_ index: UInt64) {
    done[Int(index % slots)] = true
    let before = retired
    while retired <= index || done[Int(retired % slots)] {
      guard done[Int(retired % slots)] else { break }
      done[Int(retired % slots)] = false
      if let packet = reader.host(packetAddress(retired), 64, write: true) {
        packet.atomic16().pointee.store(UInt16(AQL.invalid), ordering: .releasing)
      }
      retired += 1
    }
    if retired != before, let word = reader.host(properties.readPointer, 8, write: true) {
      word.atomic64().pointee.store(retired, ordering: .releasing)
    }
  }

  /// Sets bits in the queue's inactive signal, if it has one.
  override func postInactive(_ error: QueueError) {
    failed.store(true, ordering: .releasing)
    _ = signalInactive(error.rawValue)
  }

  /// Sets bits in the inactive signal and interrupts; false if there is none.
  func signalInactive(_ bits: UInt64) -> Bool {
    guard queueAddress != 0 else { return false }
    var found = false
    let interrupt: UInt32? = lock.withLock {
      guard !removed else { return nil }
      _ = reader.refresh()
      defer { reader.leave() }
      guard let word = reader.host(queueAddress &+ AQL.queueInactiveSignal, 8, write: false) else { return nil }
      let signal = word.get(0, UInt64.self)
      guard signal != 0, let memory = reader.host(signal, AQL.signalBytes, write: true) else { return nil }
      let mailbox = memory.get(AQL.signalMailbox, UInt64.self), event = memory.get(AQL.signalEventID, UInt32.self)
      memory.atomic64(AQL.signalValue).pointee.bitwiseOr(bits, ordering: .sequentiallyConsistent)
      found = true
      return post(mailbox, event)
    }
    if let interrupt { processor.events.interrupt(interrupt) }
    return found
  }

  // MARK: the thread

  /// How many packets producers have taken places for.
  private func writeIndex(_ thread: QueueThread) -> UInt64 {
    thread.reader.host(properties.writePointer, 8, write: false)?.atomic64().pointee.load(ordering: .acquiring) ?? 0
  }

  /// Launches what can be launched, at most a few packets so that others get their turn.
  override func step(_ thread: QueueThread) -> QueueStep {
    let doorbell = rungDoorbell
    var follow = false
    if doorbell != lastDoorbell {
      lastDoorbell = doorbell
      rung = max(rung, Int64(bitPattern: doorbell))
      follow = true
    }
    var result = QueueStep.idle
    if indirect != nil {
      thread.enter()
      guard executeIndirect(thread) else { return .waiting }
      result = .progress
    }
    if scratchState == .usedOnce || scratchState == .reclaiming {
      thread.enter()
      guard reclaimScratch(thread) else { return .waiting }
    }
    for _ in 0..<32 where indirect == nil {
      guard follow || Int64(bitPattern: next) <= rung else { break }
      thread.enter()
      guard Int64(bitPattern: next) <= rung || next < writeIndex(thread) else { break }
      let address = packetAddress(next)
      guard let packet = thread.reader.host(address, 64, write: true) else {
        processor.fail(self, Fault(cause: .memory(address: address, access: .read, size: 64)), thread)
        return .progress
      }
      let header = packet.atomic32().pointee.load(ordering: .acquiring)
      let type = header & 0xff
      if type == AQL.invalid { return result == .progress ? .progress : Int64(bitPattern: next) <= rung ? .waiting : .idle }
      rung = max(rung, Int64(bitPattern: next))
      if inFlight.load(ordering: .acquiring) > 0 {
        if header & AQL.barrierBit != 0 || isFullOfUnfinished { return result == .progress ? .progress : .waiting }
      }
      guard process(packet, header, address, thread) else { return result == .progress ? .progress : .waiting }
      result = .progress
      if failed.load(ordering: .acquiring) { break }
    }
    return result
  }

  /// Launches or completes the next packet; false if it has to wait.
  private func process(_ packet: UnsafeMutableRawPointer, _ header: UInt32, _ address: UInt64, _ thread: QueueThread) -> Bool {
    let signal = packet.get(AQL.completionSignal, UInt64.self)
    switch header & 0xff {
    case AQL.kernelDispatch:
      guard hasScratch(for: packet, thread) else { return false }
      dispatch(packet, header, address, signal, thread)
      return scratchState != .usedOnce || inFlight.load(ordering: .acquiring) == 0
    case AQL.barrierAnd, AQL.barrierOr:
      let all = header & 0xff == AQL.barrierAnd
      var named = 0, zero = 0
      for index in 0..<5 {
        let dependency = packet.get(8 + 8 * index, UInt64.self)
        guard dependency != 0 else { continue }
        named += 1
        guard let value = value(of: dependency, thread) else { return true }
        if value == 0 { zero += 1 }
      }
      guard all ? zero == named : zero > 0 || named == 0 else { return false }
    case AQL.vendorSpecific where UInt8(truncatingIfNeeded: header >> 16) == AQL.formatBarrierValue:
      let dependency = packet.get(8, UInt64.self)
      if dependency != 0 {
        guard let value = value(of: dependency, thread) else { return true }
        let masked = value & packet.get(24, Int64.self), wanted = packet.get(16, Int64.self)
        let holds: Bool
        switch packet.get(32, UInt32.self) {
        case 0: holds = masked == wanted
        case 1: holds = masked != wanted
        case 2: holds = masked < wanted
        case 3: holds = masked >= wanted
        default:
          processor.refuse(self, .invalidVendorPacket, "barrier-value condition \(packet.get(32, UInt32.self))", thread)
          return true
        }
        guard holds else { return false }
      }
    case AQL.vendorSpecific where UInt8(truncatingIfNeeded: header >> 16) == AQL.formatPM4:
      // An INDIRECT_BUFFER packet of PM4 in dwords 1 to 4.
      let jump = packet.get(4, UInt32.self), size = packet.get(16, UInt32.self)
      guard jump >> 30 == 3, jump >> 8 & 0xff == 0x3f, jump >> 16 & 0x3fff == 2 else {
        processor.refuse(self, .invalidVendorPacket, "a PM4 vendor packet holds \(hex(UInt64(jump), digits: 8)), not INDIRECT_BUFFER", thread)
        return true
      }
      pm4.begin(PacketStream(buffer: packet.get(8, UInt64.self) & ~3, dwords: size & 0xf_ffff))
      indirect = (signal, GPUClock.now())
      _ = executeIndirect(thread)
      return true
    case AQL.vendorSpecific:
      processor.refuse(self, .invalidVendorPacket, "vendor packet of AMD format \(header >> 16 & 0xff) (1 is PM4, 2 a barrier on a value) is not known", thread)
      return true
    default:
      processor.refuse(self, .invalidPacket, "packet type \(header & 0xff)", thread)
      return true
    }
    // A barrier is complete at once; its fences act all the same.
    if let caches = device.caches {
      caches.acquire(FenceScope(header: header >> 9))
      caches.release(FenceScope(header: header >> 11))
    }
    let now = GPUClock.now()
    complete(signal, start: now, end: now)       // a barrier, at once
    return true
  }

  /// The packet at `next` is complete.
  private func complete(_ signal: UInt64, start: UInt64, end: UInt64) {
    let index = next
    next += 1
    inFlight.wrappingAdd(1, ordering: .acquiringAndReleasing)
    finish(index, signal: signal, .completed(start: start, end: end))
  }

  /// Goes on with a vendor packet's indirect buffer; false if it waits.  The packets behind it come after all that it launches.
  private func executeIndirect(_ thread: QueueThread) -> Bool {
    guard let (signal, start) = indirect else { return true }
    do throws(PacketStop) {
      let result = try pm4.run(thread)
      if pm4.isBusy || failed.load(ordering: .acquiring) { return result == .progress }
    } catch {
      switch error {
      case .wait: return false
      case .fault(let fault): processor.fail(self, fault, thread)
      case .refuse(let code, let reason): processor.refuse(self, code, reason, thread)
      }
      return true
    }
    indirect = nil
    complete(signal, start: start, end: GPUClock.now())
    return true
  }

  private func value(of signal: UInt64, _ thread: QueueThread) -> Int64? {
    guard let memory = thread.reader.host(signal, AQL.signalBytes, write: false) else {
      processor.fail(self, Fault(cause: .memory(address: signal, access: .read, size: 8)), thread)
      return nil
    }
    return Int64(bitPattern: memory.atomic64(AQL.signalValue).pointee.load(ordering: .acquiring))
  }

  private func dispatch(
    _ packet: UnsafeMutableRawPointer, _ header: UInt32, _ address: UInt64, _ signal: UInt64, _ thread: QueueThread
  ) {
    func refuse(_ error: QueueError, _ reason: String) { processor.refuse(self, error, reason, thread) }
    let dimensions = header >> 16 & 3
    var workgroup: (x: UInt32, y: UInt32, z: UInt32) =
      (UInt32(packet.get(4, UInt16.self)), UInt32(packet.get(6, UInt16.self)), UInt32(packet.get(8, UInt16.self)))
    var grid: (x: UInt32, y: UInt32, z: UInt32) = (packet.get(12), packet.get(16), packet.get(20))
    if dimensions < 2 { workgroup.y = 1; grid.y = 1 }
    if dimensions < 3 { workgroup.z = 1; grid.z = 1 }
    guard dimensions != 0, workgroup.x > 0, workgroup.y > 0, workgroup.z > 0, grid.x > 0, grid.y > 0, grid.z > 0 else {
      return refuse(.invalidDimensions, "\(dimensions) dimensions, workgroup \(workgroup), grid \(grid)")
    }
    guard workgroup.x &* workgroup.y &* workgroup.z <= 1024, workgroup.x <= 1024, workgroup.y <= 1024, workgroup.z <= 1024 else {
      return refuse(.groupTooLarge, "workgroup \(workgroup) has more than 1024 work-items")
    }
    let group: UInt32 = packet.get(28)
    guard Int(group) <= device.kind.ldsBytes else {
      return refuse(.invalidGroupMemory, "group segment of \(group) bytes; a compute unit has \(device.kind.ldsBytes)")
    }
    let kernelObject: UInt64 = packet.get(32)
    guard thread.reader.host(kernelObject, 64, write: false) != nil else {
      return refuse(.invalidCode, "kernel object \(hex(kernelObject)) is not mapped for the device")
    }
    let index = next
    var dispatch = Dispatch(
      workgroupSize: workgroup, gridSize: grid, privateSegmentSize: packet.get(24), groupSegmentSize: group,
      kernelObject: kernelObject, kernarg: packet.get(40), packetAddress: address, queueAddress: queueAddress,
      dispatchID: index, queueID: id, context: context)
    dispatch.acquire = FenceScope(header: header >> 9)
    dispatch.release = FenceScope(header: header >> 11)
    next += 1
    inFlight.wrappingAdd(1, ordering: .acquiringAndReleasing)
    thread.leave()             // the engine may run it here, and nobody who unmaps waits for us meanwhile
    processor.engine.runInline(dispatch) { [self] outcome in finish(index, signal: signal, outcome) }
    thread.enter()
  }
}
