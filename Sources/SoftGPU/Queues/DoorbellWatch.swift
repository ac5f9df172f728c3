// Notices a store to a doorbell without looking: while the processor sleeps, the client's mappings of the doorbell page are
// write-protected through userfaultfd, so that a store blocks the client's thread for the microseconds that it takes to lift
// the protection.  No signal handler, no cost while nothing happens.
//
// A thread of its own does that: it wakes the processor, lets the client go and sleeps again.  The processor must not do it
// itself: letting go is a synchronous wake-up, after which Linux runs the client on the processor that the waker is on.  A
// client that then spins for its answer has the waker behind it for a time slice, 1.6 ms, with other processors idle
// (seen with `perf sched`).
// Threads: `add` and `remove` any; `start`, `arm` and `disarm` the processor's.
// Where the kernel or a sandbox has no userfaultfd, `isUsable` is false and the processor polls.
// Source: userfaultfd(2), write-protect mode (shared memory since Linux 5.19).
import CSoftGPU
import Glibc
import ISA
import Synchronization

final class DoorbellWatch: @unchecked Sendable {
  private let faults: Int32
  private let lock = Lock()
  private var mappings: [(address: UnsafeMutableRawPointer, length: Int)] = []    // under `lock`
  private let broken = Atomic<Bool>(false)
  /// Whether the mappings are protected; changes under `lock`.
  private let isArmed = Atomic<Bool>(false)
  private var ring: () -> Void = {}                                               // set before the thread starts

  init() {
    faults = Self.high(carmine_write_watch())
    if faults < 0 {
      broken.store(true, ordering: .relaxed)
      Log.info("no userfaultfd here (errno \(-faults)): doorbells are polled, up to 5 ms apart")
    }
  }
  deinit {
    if faults >= 0 { close(faults) }
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
  var armed: Bool { isArmed.load(ordering: .acquiring) }

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

  /// Starts the thread, which calls `ring` when a client is about to store to a doorbell, or the watch has broken.  Once;
  /// watch and thread live as long as the process from here.
  func start(_ ring: @escaping () -> Void) {
    guard isUsable else { return }
    self.ring = ring
    let context = Unmanaged.passRetained(self)
    guard carmine_start_thread("carmine-doorbell", { Unmanaged<DoorbellWatch>.fromOpaque($0!).takeUnretainedValue().run() },
                               context.toOpaque()) == 0 else {
      broken.store(true, ordering: .releasing)
      return context.release()
    }
  }

  /// Protects every mapping; false if there is none, or, for good, if one of them is not what it was.
  func arm() -> Bool {
    lock.withLock {
      guard !mappings.isEmpty else { return }
      isArmed.store(true, ordering: .releasing)
      for mapping in mappings where carmine_write_watch_arm(faults, mapping.address, mapping.length, 1) != 0 {
        broken.store(true, ordering: .releasing)
      }
    }
    if !isUsable { disarm() }
    return armed
  }

  func disarm() {
    guard armed else { return }
    lock.withLock { letGo() }
  }

  /// Under `lock`.
  private func letGo() {
    isArmed.store(false, ordering: .releasing)
    for mapping in mappings { _ = carmine_write_watch_arm(faults, mapping.address, mapping.length, 0) }
    carmine_drain(faults)
  }

  private func run() {
    while true {
      let result = carmine_wait_readable(faults)
      if result == -EINTR { continue }
      if result < 0 { broken.store(true, ordering: .releasing) }
      lock.withLock {
        // First the processor, which goes elsewhere while this thread is here; whom it finds let go or about to be.
        isArmed.store(false, ordering: .releasing)
        ring()
        letGo()
      }
      if result < 0 { return }
    }
  }
}
