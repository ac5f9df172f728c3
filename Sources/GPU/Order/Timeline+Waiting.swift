// Waiting on the host: spin a little, then sleep in the kernel until the GPU interrupts.
// Threads: any.  A wait returns early, by throwing, only when the device stops.
import Glibc
import Synchronization

extension Timeline {
  /// How long a thread spins before it sleeps, when nobody said how to wait.  Several null kernels take less; the two system
  /// calls of a sleep cost about a tenth of it.
  static let spinNanoseconds: UInt64 = 40_000
  /// The same while a thread of the host's copies: it runs at this moment, and a burst of copies follows another one more cheaply when
  /// neither side has gone to sleep in between.
  static let hostSpinNanoseconds: UInt64 = 200_000

  /// Returns when everything up to `position` is done.  `policy`: how to wait, where it isn't as the device does.
  public func wait(for position: UInt64, policy: WaitPolicy? = nil) throws(GPUError) {
    if isComplete(position) { return }
    let start = HostClock.nanoseconds(), policy = policy ?? device.waitPolicy
    var rounds = 0
    while policy != .sleep {
      if isComplete(position) { return }
      rounds &+= 1
      if rounds & 63 == 0 {
        try device.checkRunning()
        switch policy {
        case .adaptive:
          let patience = hasHostWork ? Timeline.hostSpinNanoseconds : Timeline.spinNanoseconds
          if HostClock.nanoseconds() - start > patience { return try sleep(for: position) }
        case .yield: sched_yield()
        case .spin, .sleep: break
        }
      }
    }
    try sleep(for: position)
  }

  /// Sleeps until everything up to `position` is done.
  private func sleep(for position: UInt64) throws(GPUError) {
    let sleeper = try device.sleepers.take()
    defer { device.sleepers.put(sleeper) }
    var isPrompt = false
    do throws(GPUError) {
      try lock.withLock { () throws(GPUError) in isPrompt = try submitBell(sleeper.signal, at: position) }
    } catch {
      sleeper.signal.reset(0)
      throw error
    }
    device.sleepers.sleep(sleeper, milliseconds: isPrompt ? 200 : 1) { isComplete(position) }
    if !isComplete(position) {
      try device.checkRunning()
      throw GPUError(.kernel(errno: EIO), "WAIT_EVENTS failed while waiting for position \(position)")
    }
  }

  /// Runs `body` if nothing is in flight, keeping others from submitting meanwhile.
  public func whileIdle(_ body: () -> Void) {
    lock.withLock {
      // A stopped device completes nothing any more: what it left behind is at rest too.
      if isComplete(submitted) || device.fault != .none { body() }
    }
  }
}

/// How threads wait for the GPU.
public enum WaitPolicy: UInt8, AtomicRepresentable, Sendable {
  case adaptive   // spins for a moment, then sleeps
  case spin       // until it is done
  case yield      // spins, offering the core to others
  case sleep      // at once
}

enum HostClock {
  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
