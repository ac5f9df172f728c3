// Notices a store to a doorbell without looking: while the processor sleeps, the client's mappings of the doorbell page are
// write-protected through userfaultfd, so that a store blocks the client's thread for the microseconds that it takes the
// processor to wake up and lift the protection.  No signal handler, no cost while nothing happens.
// Threads: `add` and `remove` any; the rest by the processor's thread.
// Where the kernel or a sandbox has no userfaultfd, `isUsable` is false and the processor polls.
// Source: userfaultfd(2), write-protect mode (shared memory since Linux 5.19).
import CSoftGPU
import Glibc
import ISA
import Synchronization

final class DoorbellWatch: @unchecked Sendable {
  private let faults: Int32
  private let wakes: Int32
  private let lock = Lock()
  private var mappings: [(address: UnsafeMutableRawPointer, length: Int)] = []    // under `lock`
  private let broken = Atomic<Bool>(false)
  private let waiting = Atomic<Bool>(false)
  /// The processor's: whether the mappings are protected.
  private(set) var armed = false

  init() {
    faults = Self.high(carmine_write_watch())
    wakes = Self.high(carmine_wake_descriptor())
    if faults < 0 || wakes < 0 {
      broken.store(true, ordering: .relaxed)
      Log.info("no userfaultfd here (errno \(-min(faults, wakes))): doorbells are polled, up to 5 ms apart")
    }
  }
  deinit {
    if faults >= 0 { close(faults) }
    if wakes >= 0 { close(wakes) }
  }

  /// Moves a descriptor out of the way of the program's own.
  private static func high(_ descriptor: Int32) -> Int32 {
    guard descriptor >= 0 else { return descriptor }
    let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 200)
    guard moved >= 0 else { return descriptor }
    close(descriptor)
    return moved
  }

  var isUsable: Bool { !broken.load(ordering: .acquiring) }

  /// A client has mapped the doorbell page there.
  func add(_ address: UnsafeMutableRawPointer, _ length: Int) {
    guard isUsable else { return }
    lock.withLock {
      if carmine_write_watch_add(faults, address, length) == 0 {
        mappings.append((address, length))
      } else {
        broken.store(true, ordering: .releasing)      // one mapping that we don't see makes sleeping unsafe
      }
    }
  }
  /// An address range is about to be unmapped.
  func remove(_ address: UnsafeMutableRawPointer, _ length: Int) {
    lock.withLock { mappings.removeAll { $0.address < address + length && address < $0.address + $0.length } }
  }

  /// Protects every mapping; false if there is none, or, for good, if one of them is not what it was.
  func arm() -> Bool {
    lock.withLock {
      armed = !mappings.isEmpty
      for mapping in mappings where carmine_write_watch_arm(faults, mapping.address, mapping.length, 1) != 0 {
        broken.store(true, ordering: .releasing)
      }
    }
    if !isUsable { disarm() }
    return armed
  }

  func disarm() {
    guard armed else { return }
    armed = false
    lock.withLock { for mapping in mappings { _ = carmine_write_watch_arm(faults, mapping.address, mapping.length, 0) } }
    carmine_drain(faults)
  }

  /// Sleeps until a store or a `wake` (true), or for a tenth of a second (false).  `stillQuiet` is asked once wakes are heard.
  func sleep(_ stillQuiet: () -> Bool) -> Bool {
    waiting.store(true, ordering: .sequentiallyConsistent)
    let result = stillQuiet() ? carmine_wait_readable(faults, wakes, 100) : 1
    waiting.store(false, ordering: .sequentiallyConsistent)
    if result == 2 { broken.store(true, ordering: .releasing) }
    if result != 0 { carmine_drain(wakes) }
    return result != 0
  }
  /// Any thread.
  func wake() { if waiting.load(ordering: .sequentiallyConsistent) { carmine_wake(wakes) } }
}
