// What all types of queue have in common: who they are, whether they run, what failed, how a completion is told.  A subclass
// for each packet format (AQLQueue, PM4Queue, SDMAQueue) looks at packets in `step`.
//
// Threads: `step` is called by one QueueThread, which owns the subclass's reading state.  Dispatches end on any thread and
// come back through `lock`.  Ioctls change `running` and remove queues, then wait for the thread.
import CKFD
import Glibc
import ISA
import Synchronization

/// What one look at a queue has brought.
enum QueueStep {
  case idle             // nothing to do before the doorbell is rung
  case waiting          // a packet waits for memory or for a kernel
  case progress
}

/// What CREATE_QUEUE says, checked, with the doorbell that it was given.
struct QueueProperties: Sendable {
  /// Source: KFD_IOC_QUEUE_TYPE_… of linux/kfd_ioctl.h (KFD 1.17).
  enum Kind: UInt32, Sendable {
    case pm4 = 0, sdma = 1, aql = 2, sdmaXGMI = 3, sdmaByEngine = 4
    var isSDMA: Bool { self != .pm4 && self != .aql }
  }
  var id: UInt32
  var kind: Kind
  var ring: UInt64, ringSize: UInt32
  var readPointer: UInt64, writePointer: UInt64
  var doorbell: Int                 // index of its 64 bits in the device's page
  var percentage: UInt32 = 100
  var priority: UInt32 = 7
  /// Of SDMA queues: which engine, and which of its queues.
  var sdmaEngine: Int = 0, sdmaQueue: Int = 0
  /// Of compute queues.
  var endOfPipe: UInt64 = 0
  var saveArea: UInt64 = 0, saveAreaSize: UInt32 = 0, controlStackSize: UInt32 = 0
  /// Compute units that may run its workgroups, as SET_CU_MASK gave them; empty: all.
  var cuMask: [UInt32] = []
  var hasGWS = false
  /// Whether its settings let it run.
  var isActive: Bool { ring != 0 && ringSize != 0 && percentage & 0xff != 0 }
}

class Queue: @unchecked Sendable {
  let device: SoftDevice
  let processor: QueueProcessor
  let doorbell: UnsafeMutablePointer<UInt64>
  /// What it runs on the compute units.
  let context: QueueContext
  /// Changed by UPDATE_QUEUE while the queue does not run.
  var properties: QueueProperties
  var id: UInt32 { properties.id }

  let running = Atomic<Bool>(true)
  /// A packet or dispatch went wrong: nothing is launched any more.
  let failed = Atomic<Bool>(false)
  /// Packets and dispatches that have been launched and not completed.
  let inFlight = Atomic<Int>(0)

  let lock = Lock()
  // Under `lock`:
  var reader: AddressSpace.Reader         // of whoever completes
  private(set) var removed = false
  private var pendingFault: Fault?

  init(_ properties: QueueProperties, device: SoftDevice, processor: QueueProcessor, doorbell: UnsafeMutablePointer<UInt64>) {
    self.properties = properties; self.device = device; self.processor = processor; self.doorbell = doorbell
    context = QueueContext(
      engine: processor.engine, queueID: properties.id, doorbell: UInt32(properties.doorbell), priority: properties.priority,
      saveArea: properties.saveArea == 0 ? nil : SaveArea(
        address: properties.saveArea, controlStackBytes: Int(properties.controlStackSize), bytes: Int(properties.saveAreaSize)))
    reader = device.addressSpace.makeReader()
  }

  /// Does some of what the client has submitted, and returns soon.  By a QueueThread; the queue runs and has not failed.
  func step(_ thread: QueueThread) -> QueueStep { preconditionFailure("a queue without a packet format") }
  /// UPDATE_QUEUE's ring, which may be the old one, or 0.  The queue does not run.
  func moveRing(_ address: UInt64, _ size: UInt32) {
    properties.ring = address
    properties.ringSize = size
  }
  /// Where the queue stands, for messages.
  var position: String { "" }

  /// What the client last wrote to the doorbell; ~0 before the first time.
  var rungDoorbell: UInt64 { UnsafeMutableRawPointer(doorbell).atomic64().pointee.load(ordering: .acquiring) }

  // MARK: completing

  /// One of `inFlight` has ended.  Any thread.  `complete` runs under the lock, with the reader active, unless the queue is
  /// gone or its dispatch failed; it returns an event to interrupt with.
  func end(_ outcome: DispatchOutcome, _ complete: (_ start: UInt64, _ end: UInt64) -> UInt32?) {
    var interrupt: UInt32?
    lock.lock()
    if !removed {
      switch outcome {
      case .completed(let start, let end):
        _ = reader.refresh()
        interrupt = complete(start, end)
        reader.leave()
      case .faulted(let fault): note(fault)
      }
    }
    inFlight.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    lock.unlock()
    if let interrupt { processor.events.interrupt(interrupt) }
    processor.kick()
  }

  /// Writes a completion signal; the event to interrupt with, if it has a mailbox.  Under the lock, reader active.
  func complete(signal: UInt64, start: UInt64, end: UInt64) -> UInt32? {
    guard signal != 0 else { return nil }
    guard let memory = reader.host(signal, AQL.signalBytes, write: true) else {
      note(Fault(cause: .memory(address: signal, access: .write, size: AQL.signalBytes)))
      return nil
    }
    // Once the value is written the client may take the signal away: everything else is read before.
    let mailbox = memory.get(AQL.signalMailbox, UInt64.self), event = memory.get(AQL.signalEventID, UInt32.self)
    memory.storeBytes(of: start, toByteOffset: AQL.signalStart, as: UInt64.self)
    memory.storeBytes(of: end, toByteOffset: AQL.signalEnd, as: UInt64.self)
    memory.atomic64(AQL.signalValue).pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    return post(mailbox, event)
  }

  func post(_ mailbox: UInt64, _ event: UInt32) -> UInt32? {
    guard mailbox != 0, let word = reader.host(mailbox, 8, write: true) else { return nil }
    word.atomic64().pointee.store(UInt64(event), ordering: .releasing)
    return event
  }

  // MARK: failing

  /// Under the lock.
  private func note(_ fault: Fault) {
    failed.store(true, ordering: .releasing)
    if pendingFault == nil { pendingFault = fault }
  }

  /// What went wrong since last asked.
  func takeFault() -> Fault? {
    guard failed.load(ordering: .acquiring) else { return nil }
    return lock.withLock { defer { pendingFault = nil }; return pendingFault }
  }

  /// The queue has stopped for `error`; formats that have a place to say so override this.
  func postInactive(_ error: QueueError) { failed.store(true, ordering: .releasing) }

  /// From now on completions write nothing.
  func markRemoved() { lock.withLock { removed = true } }
}
