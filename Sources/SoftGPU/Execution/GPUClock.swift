// The device's constant clock: 100 MHz, the host's raw monotonic time divided by ten.  Any thread.
import Glibc

enum GPUClock {
  static let frequency: UInt64 = 100_000_000
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_RAW, &time)
    return UInt64(time.tv_sec) * frequency + UInt64(time.tv_nsec) / 10
  }
}
