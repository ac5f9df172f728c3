// The device's clock: 100 MHz, the same for dispatch timestamps, s_memrealtime and GET_CLOCK_COUNTERS.  Any thread.
import Glibc

public enum GPUClock {
  public static let frequency: UInt64 = 100_000_000

  /// Monotonic; ticks of 10 ns since the host started.
  public static func now() -> UInt64 { nanoseconds(CLOCK_MONOTONIC) / 10 }

  public static func nanoseconds(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
