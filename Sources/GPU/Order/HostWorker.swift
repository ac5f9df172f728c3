// A thread that does a device's host work in stream order: one for copies and fills, one for the program's host functions.
// Threads: `submit`, any.  Tasks of one stream run in order; of ready tasks of several streams, the oldest first.
// Order: a task runs when its timeline has come to the position before its own; finishing it counts the timeline down.
// Sleeping: in WAIT_EVENTS on one event, which the GPU's interrupts (through the bell) and submitting threads set.
import CSoftGPU   // carmine_pause
import Glibc
import KFD
import Synchronization

final class HostWorker: @unchecked Sendable {  // tasks, isStarted: lock
  enum Work {
    case copy(CopyRequest)
    case fill(FillRequest)
    case function(@Sendable (FaultKind) -> Void)
    /// Done once the closure says so; asked now and then, by whichever thread runs the worker.
    case until(@Sendable () -> Bool)
  }
  struct Task {
    var timeline: Timeline
    var position: UInt64
    var work: Work
  }

  private unowned(unsafe) let device: Device   // has it, and lives for ever
  private let name: String
  private let lock = Lock()
  private var tasks: [Task] = []
  private var isStarted = false
  private var eventID: UInt32 = 0
  /// Counted down by packets that mean "look again"; never reaches 0.
  private(set) var bell: Signal!
  private let isAsleep = Atomic<Bool>(false)
  /// Counts tasks that were submitted.
  private let submitted = Atomic<UInt64>(0)

  init(device: Device, name: String) {
    self.device = device
    self.name = name
  }

  /// Makes the event and the thread.  Any number of calls.
  func start() throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      guard !isStarted else { return }
      let event = try device.makeEvent()
      eventID = event.id
      bell = try device.signals.take(value: Timeline.firstOrigin, mailbox: event.mailbox, eventID: event.id)
      guard HostThread.start({ [unowned self] in run() }) else {
        throw GPUError(.kernel(errno: EAGAIN), "no thread for \(name)")
      }
      isStarted = true
    }
  }

  /// Takes a task.  The caller has seen to it that the bell rings when the task's predecessor is done, unless it is done or is
  /// itself a task of this worker.
  func submit(_ task: Task) {
    lock.withLock { tasks.append(task) }
    submitted.add(1, ordering: .releasing)
    wake()
  }

  /// Has the thread look at its tasks again.  Whoever finds it asleep wakes it; until it is up, others need not.
  func wake() {
    guard isAsleep.load(ordering: .sequentiallyConsistent), isAsleep.exchange(false, ordering: .sequentiallyConsistent) else { return }
    try? device.system.driver.setEvent(eventID)
  }

  /// Wakes the thread whatever it does (the device has stopped).
  func wakeAlways() { if lock.withLock({ isStarted }) { try? device.system.driver.setEvent(eventID) } }

  private func takeReady() -> Task? {
    lock.withLock {
      let stopped = device.fault != .none
      guard let index = tasks.firstIndex(where: { stopped || $0.timeline.isComplete($0.position - 1) && Self.isReady($0.work) }) else {
        return nil
      }
      return tasks.remove(at: index)
    }
  }

  private static func isReady(_ work: Work) -> Bool {
    if case .until(let condition) = work { condition() } else { true }
  }

  /// How long to sleep, in milliseconds.  With tasks waiting, look now and then: in a queue that streams share, the bell may
  /// stand behind another stream's wait; and nobody rings for a condition.
  private var patience: UInt32 {
    lock.withLock {
      if tasks.isEmpty { return .max }
      return tasks.contains { if case .until = $0.work { $0.timeline.isComplete($0.position - 1) } else { false } } ? 1 : 5
    }
  }

  private func run() {
    while true {
      var seen = submitted.load(ordering: .acquiring)   // before each look: what comes after it is more
      while let task = takeReady() {
        perform(task)
        seen = submitted.load(ordering: .acquiring)
      }
      if hasMore(than: seen) { continue }
      isAsleep.store(true, ordering: .sequentiallyConsistent)
      if let task = takeReady() {
        isAsleep.store(false, ordering: .relaxed)
        perform(task)
        continue
      }
      let patience = patience
      do throws(KFDError) { _ = try device.system.driver.wait(for: eventID, milliseconds: patience) } catch { usleep(1000) }
      isAsleep.store(false, ordering: .relaxed)
    }
  }

  /// How long the thread stays awake for a next task: copies come in bursts, and waking a thread costs whoever submits thousands of
  /// nanoseconds.
  private static let spinNanoseconds: UInt64 = 20_000

  /// Whether something was submitted since `seen`, now or within a moment.
  private func hasMore(than seen: UInt64) -> Bool {
    guard seen > 0, device.waitPolicy != .sleep else { return false }
    let start = HostClock.nanoseconds()
    repeat {
      for _ in 0..<16 {
        if submitted.load(ordering: .acquiring) != seen { return true }
        carmine_pause()
      }
    } while HostClock.nanoseconds() - start < Self.spinNanoseconds
    return false
  }

  private func perform(_ task: Task) {
    let fault = device.fault
    switch task.work {
    case .copy(let request):
      if fault == .none { device.execute(request) }
      request.release()
    case .fill(let request): if fault == .none { device.execute(request) }
    case .function(let body): body(fault)
    case .until: break
    }
    task.timeline.signal.decrement()
  }
}
