// One AQL compute queue: its ring, what of it has been launched, what has completed.
//
// Threads: the processor's thread looks at packets and launches them (`next`, `rung`, `lastDoorbell` are its own).  Whoever
// completes a dispatch calls `finish`, under `lock`.  Ioctls change `running` and `removed` and then wait for the processor.
// Order: a packet's slot is given back (header INVALID, read index) when it and all before it have completed, so a running
// kernel may still read its dispatch packet; then the signal is written: timestamps, value, mailbox, interrupt.
// Full: the client's affair; it sees the read index.
import CKFD
import CSoftGPU
import Glibc
import Synchronization

final class ComputeQueue: @unchecked Sendable {
  let id: UInt32
  let device: SoftDevice
  let processor: QueueProcessor
  let ring: UInt64, ringSize: UInt32
  let slots: UInt64
  let readPointer: UInt64, writePointer: UInt64
  let doorbell: UnsafeMutablePointer<UInt64>
  let doorbellIndex: Int
  var percentage: UInt32 = 100
  /// Of its amd_queue_t; 0 when the pointers are not in one.
  let queueAddress: UInt64

  // The processor's own.
  /// Index of the next packet to look at; monotonic.
  var next: UInt64 = 0
  /// The highest packet index that a doorbell has named; -1 before the first.
  var rung: Int64 = -1
  var lastDoorbell: UInt64 = .max

  let running = Atomic<Bool>(true)
  /// A packet or dispatch went wrong: nothing is launched any more.
  let failed = Atomic<Bool>(false)
  let inFlight = Atomic<Int>(0)

  private let lock = Lock()
  // Under `lock`:
  private var reader: AddressSpace.Reader
  private var retired: UInt64 = 0                 // the oldest packet that has not completed
  private let done: UnsafeMutablePointer<Bool>    // by slot: completed, slot not given back yet
  private var removed = false
  private var pendingFault: Fault?

  init(
    id: UInt32, device: SoftDevice, processor: QueueProcessor, ring: UInt64, ringSize: UInt32, readPointer: UInt64,
    writePointer: UInt64, doorbell: UnsafeMutablePointer<UInt64>, doorbellIndex: Int
  ) {
    self.id = id; self.device = device; self.processor = processor; self.ring = ring; self.ringSize = ringSize
    self.readPointer = readPointer; self.writePointer = writePointer
    self.doorbell = doorbell; self.doorbellIndex = doorbellIndex
    slots = UInt64(ringSize) / AQL.packetBytes
    done = .allocate(capacity: Int(slots))
    done.initialize(repeating: false, count: Int(slots))
    let base = writePointer &- AQL.queueWriteIndex
    queueAddress = base &+ AQL.queueReadIndex == readPointer ? base : 0
    reader = device.addressSpace.makeReader()
  }
  deinit { done.deallocate() }

  func packetAddress(_ index: UInt64) -> UInt64 { ring + (index % slots) * AQL.packetBytes }

  /// Whether every slot of the ring holds a packet that has not completed.
  var isFullOfUnfinished: Bool { lock.withLock { next - retired >= slots } }

  // MARK: completing

  /// A launched packet has ended.  Any thread; `signal` is the packet's completion signal or 0.
  func finish(_ index: UInt64, signal: UInt64, _ outcome: DispatchOutcome) {
    var interrupt: UInt32?
    lock.lock()
    if !removed {
      switch outcome {
      case .completed(let start, let end):
        if !failed.load(ordering: .acquiring) || signal != 0 {
          _ = reader.refresh()
          retire(index)
          interrupt = complete(signal, start: start, end: end)
          reader.leave()
        }
      case .faulted(let fault):
        failed.store(true, ordering: .releasing)
        if pendingFault == nil { pendingFault = fault }
      }
    }
    inFlight.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    lock.unlock()
    if let interrupt { processor.events.interrupt(interrupt) }
    processor.kick()
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
    if retired != before, let word = reader.host(readPointer, 8, write: true) {
      word.atomic64().pointee.store(retired, ordering: .releasing)
    }
  }

  /// Writes a completion signal; the event to interrupt with, if it has a mailbox.
  private func complete(_ signal: UInt64, start: UInt64, end: UInt64) -> UInt32? {
    guard signal != 0 else { return nil }
    guard let memory = reader.host(signal, AQL.signalBytes, write: true) else {
      failed.store(true, ordering: .releasing)
      if pendingFault == nil { pendingFault = Fault(cause: .memory(address: signal, access: .write, size: AQL.signalBytes)) }
      return nil
    }
    // Once the value is written the client may take the signal away: everything else is read before.
    let mailbox = memory.get(AQL.signalMailbox, UInt64.self), event = memory.get(AQL.signalEventID, UInt32.self)
    memory.storeBytes(of: start, toByteOffset: AQL.signalStart, as: UInt64.self)
    memory.storeBytes(of: end, toByteOffset: AQL.signalEnd, as: UInt64.self)
    memory.atomic64(AQL.signalValue).pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    return post(mailbox, event)
  }

  private func post(_ mailbox: UInt64, _ event: UInt32) -> UInt32? {
    guard mailbox != 0, let word = reader.host(mailbox, 8, write: true) else { return nil }
    word.atomic64().pointee.store(UInt64(event), ordering: .releasing)
    return event
  }

  // MARK: failing

  /// What went wrong since last asked.
  func takeFault() -> Fault? {
    guard failed.load(ordering: .acquiring) else { return nil }
    return lock.withLock { defer { pendingFault = nil }; return pendingFault }
  }

  /// Sets bits in the queue's inactive signal, if it has one; the event to interrupt with.
  func postInactive(_ error: QueueError) {
    failed.store(true, ordering: .releasing)
    guard queueAddress != 0 else { return }
    let interrupt: UInt32? = lock.withLock {
      guard !removed else { return nil }
      _ = reader.refresh()
      defer { reader.leave() }
      guard let word = reader.host(queueAddress &+ AQL.queueInactiveSignal, 8, write: false) else { return nil }
      let signal = word.get(0, UInt64.self)
      guard signal != 0, let memory = reader.host(signal, AQL.signalBytes, write: true) else { return nil }
      let mailbox = memory.get(AQL.signalMailbox, UInt64.self), event = memory.get(AQL.signalEventID, UInt32.self)
      memory.atomic64(AQL.signalValue).pointee.bitwiseOr(error.rawValue, ordering: .sequentiallyConsistent)
      return post(mailbox, event)
    }
    if let interrupt { processor.events.interrupt(interrupt) }
  }

  /// From now on completions write nothing.
  func markRemoved() { lock.withLock { removed = true } }
}
