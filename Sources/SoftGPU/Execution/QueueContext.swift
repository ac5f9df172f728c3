// What the engine knows of one queue: whether its waves may run, where, how urgent they are; and the three things that a
// driver does to a queue that runs — preempt it, put it back, take it away.
//
// Threads: `suspend`, `resume`, `kill`, `setMask` and `setPriority` by ioctls and by the run list, one at a time for a queue;
// workers look at `isRunning` between two waves' turns.  Everything else under the engine's lock.
// Order: when `suspend` or `kill` returns no wave of the queue runs or will run, and nothing of it is written any more; waves
// have stopped between two instructions.  A suspended queue holds no wave slots, registers or LDS: its waves are in its
// save area (SaveArea.swift), or, when it has none, in workgroups that nobody runs.
import Glibc
import Synchronization

final class QueueContext: @unchecked Sendable {
  private enum State { static let running: UInt32 = 0, suspended: UInt32 = 1, dead: UInt32 = 2 }

  let queueID: UInt32
  /// Index of its doorbell, by which waves' messages name the queue.
  let doorbell: UInt32
  unowned let engine: ComputeEngine
  /// Where waves are saved; nil for queues without a save area.
  let saveArea: SaveArea?
  private let state = Atomic<UInt32>(0)

  // Under the engine's lock.
  /// Workgroups in the hands of workers.
  var held = 0
  /// Workgroups that are nobody's: saved, or without a save area simply not run.
  var stopped: [Workgroup] = []
  /// Workgroups whose waves have all ended or are halted: they keep their place and no worker turns them over.
  var halted: [Workgroup] = []
  private var scratchSlots: ScratchSlots?
  private(set) var mask: UnitMask?
  private(set) var priority: UInt32
  /// Whether the device has been told of a violation.
  var hasTrapped = false
  /// By XCC: what the last save has written.
  private(set) var used: [SaveArea.Use] = []

  init(engine: ComputeEngine, queueID: UInt32 = 0, doorbell: UInt32 = 0, priority: UInt32 = 7, saveArea: SaveArea? = nil) {
    self.engine = engine; self.queueID = queueID; self.doorbell = doorbell; self.priority = priority; self.saveArea = saveArea
  }

  /// Whether waves of this queue may execute; any thread.
  @inline(__always) var isRunning: Bool { state.load(ordering: .acquiring) == State.running }
  var isDead: Bool { state.load(ordering: .acquiring) == State.dead }

  /// The slots of a dispatch's scratch; under the engine's lock.
  func slots(for setup: ScratchSetup) -> ScratchSlots {
    if let scratchSlots, scratchSlots.matches(setup) { return scratchSlots }
    let new = ScratchSlots(setup, xccCount: engine.geometry.xccCount)
    scratchSlots = new
    return new
  }

  // MARK: what the driver does

  /// Preempts: every wave stops and is saved.
  func suspend() {
    let ran: Bool = engine.withLock {
      guard isRunning else { return false }
      state.store(State.suspended, ordering: .sequentiallyConsistent)
      engine.collect(self)
      return true
    }
    guard ran else { return }
    engine.wakeWorkers()
    waitUntilReleased()
    guard let saveArea, !isDead else { return }
    let groups = engine.withLock { stopped }
    if let use = saveArea.save(groups, engine) { engine.withLock { used = use } }
  }

  /// Waves go on where they were, as soon as there is room for them.
  func resume() {
    let resumed: Bool = engine.withLock {
      guard state.load(ordering: .acquiring) == State.suspended else { return false }
      state.store(State.running, ordering: .sequentiallyConsistent)
      engine.requeue(self)
      return true
    }
    if resumed { engine.wakeWorkers() }
  }

  /// Takes everything away that the queue runs; it never completes.
  func kill() {
    let lost: [Workgroup] = engine.withLock {
      state.store(State.dead, ordering: .sequentiallyConsistent)
      engine.collect(self)
      engine.forget(self)
      defer { stopped = []; halted = [] }
      return stopped + halted
    }
    engine.wakeWorkers()
    for group in lost { group.destroy() }
    waitUntilReleased()
  }

  /// Workers give a queue's workgroups back within one turn of a wave: some hundred microseconds.
  private func waitUntilReleased() {
    var looks = 0
    while engine.withLock({ held }) > 0 {
      looks += 1
      usleep(looks < 50 ? 10 : 100)
    }
  }

  /// Compute units that may run this queue's workgroups from now on; those that run elsewhere end there.
  func setMask(_ mask: UnitMask?) {
    engine.withLock { self.mask = mask; engine.placesChanged() }
    engine.wakeWorkers()
  }
  func setPriority(_ priority: UInt32) {
    engine.withLock { self.priority = priority; engine.sortByPriority() }
  }
}
