// The run list: which compute queues are on the hardware.  A device has so many hardware queues; while there are no more
// active queues than that, all of them are, and nothing happens here.  With more, those on the hardware are preempted in turn
// — their waves go to their save areas — and others take their places, so that all make progress.
//
// Threads: a thread of its own, which exists while there are too many queues; `update` by ioctls.  A queue that an ioctl has
// stopped is left alone: stopping, running and turns exclude each other through `lock`.
// Order: the most urgent queues have their turns first, and every fourth quantum the others; among equals they go round.
// Source: kfd_device_queue_manager.c and kfd_packet_manager.c of Linux 6.12: the runlist is over-subscribed when it holds more
// queues than there are; AMD's firmware then gives each a quantum.
import CSoftGPU
import Glibc
import Synchronization

final class RunList: @unchecked Sendable {
  /// How long a queue stays on the hardware while others wait, in microseconds.
  static let quantum: UInt32 = 5_000

  private let hardwareQueues: Int
  let lock = Lock()
  // Under `lock`:
  private var active: [Queue] = []             // wanted to run, in the order of their turns
  private var mapped: [Queue] = []
  private var isTurning = false
  private var turns = 0

  init(hardwareQueues: Int) { self.hardwareQueues = max(1, hardwareQueues) }

  /// Whether more queues want to run than there are hardware queues.
  var isOversubscribed: Bool { lock.withLock { active.count > hardwareQueues } }

  /// `queue` wants to run, or doesn't.  On return, if it doesn't, it is off the hardware and its waves are saved.
  func update(_ queue: Queue, wantsToRun: Bool) {
    lock.withLock {
      if wantsToRun {
        if !active.contains(where: { $0 === queue }) { active.append(queue) }
        fill()
      } else {
        active.removeAll { $0 === queue }
        if mapped.contains(where: { $0 === queue }) { unmap(queue) }
        fill()
      }
      if active.count > hardwareQueues && !isTurning { isTurning = start() }
    }
  }

  /// `queue` is destroyed: `end` takes away what it runs, while no turn is being made.
  func remove(_ queue: Queue, _ end: () -> Void) {
    lock.withLock {
      end()
      active.removeAll { $0 === queue }
      mapped.removeAll { $0 === queue }
      fill()
    }
  }

  /// Under the lock: the queue's packets are not looked at any more, its waves are saved.
  private func unmap(_ queue: Queue) {
    mapped.removeAll { $0 === queue }
    queue.processor.halt(queue)
  }
  private func map(_ queue: Queue) {
    mapped.append(queue)
    queue.processor.proceed(queue)
  }
  /// Fills free hardware queues with those that wait, the most urgent first, then those that have waited longest.
  private func fill(before leaving: [Queue] = []) {
    func isIn(_ queue: Queue, _ list: [Queue]) -> Bool { list.contains { $0 === queue } }
    var waiting = active.filter { !isIn($0, mapped) && !isIn($0, leaving) }
    if !leaving.isEmpty { waiting += active.filter { isIn($0, leaving) } }
    while mapped.count < hardwareQueues, !waiting.isEmpty {
      let fresh = waiting.filter { !isIn($0, leaving) }, from = fresh.isEmpty ? waiting : fresh
      guard let highest = from.map(\.properties.priority).max(), let next = from.first(where: { $0.properties.priority == highest }) else { return }
      map(next)
      waiting.removeAll { $0 === next }
    }
  }

  private func start() -> Bool {
    let context = Unmanaged.passRetained(self)
    guard carmine_start_thread("carmine-runlist", { Unmanaged<RunList>.fromOpaque($0!).takeRetainedValue().turn() }, context.toOpaque()) == 0 else {
      context.release()
      return false
    }
    return true
  }

  /// One quantum after the other: the queue that has been on the hardware longest makes room for the one that waits longest.
  private func turn() {
    while true {
      usleep(Self.quantum)
      let goesOn: Bool = lock.withLock {
        guard active.count > hardwareQueues else { isTurning = false; return false }
        turns += 1
        let waiting = active.filter { queue in !mapped.contains { $0 === queue } }
        let lowest = mapped.map(\.properties.priority).min() ?? 0
        let next = turns % 4 == 0 ? waiting.count : waiting.filter { $0.properties.priority >= lowest }.count
        var leaving: [Queue] = []
        for _ in 0..<min(next, mapped.count) {
          guard let longest = mapped.first(where: { $0.properties.priority == lowest }) ?? mapped.first else { break }
          unmap(longest)
          leaving.append(longest)
          // To the end of the line.
          active.removeAll { $0 === longest }
          active.append(longest)
        }
        fill(before: leaving)
        return true
      }
      if !goesOn { return }
    }
  }
}
