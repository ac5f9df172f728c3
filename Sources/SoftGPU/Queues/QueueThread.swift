// A thread that steps through queues, launches what can be launched, and never waits inside one queue.
//
// Polling: a doorbell is plain memory that the client writes.  The thread spins for 50 µs after the last progress, then
// sleeps briefly between looks; after 2 ms without anything it sleeps until a store to a doorbell wakes it (DoorbellWatch),
// or, where that is not to be had or a packet waits for memory to change, looks every so often, up to 5 ms apart.  A thread
// without a watch is told of doorbells by another one and sleeps until it is kicked, unless a packet waits.
// Threads: add, change and kick by any; the rest by the thread itself.
import CSoftGPU
import Glibc
import ISA
import Synchronization

final class QueueThread: @unchecked Sendable {
  private let name: StaticString
  private let watch: DoorbellWatch?
  private let stepQueue: (Queue, QueueThread) -> QueueStep
  private let lock = Lock()
  private var queues: [Queue] = []                   // under `lock`
  private var started = false
  /// Counts changes of `queues` and of their `running`; the thread says which one it has seen.
  private let version = Atomic<UInt64>(0)
  private let seenVersion = Atomic<UInt64>(0)
  private let sleeping = Atomic<Bool>(false)
  /// A packet waits for memory or for a kernel.
  private let waits = Atomic<Bool>(false)
  private let kicks: UnsafeMutablePointer<UInt32>

  private let addressSpace: AddressSpace

  // The thread's own.
  var reader: AddressSpace.Reader
  private var readerActive = false

  /// `step` is called for every queue in turn; queues and their processor live as long as the process, so nothing is released.
  init(_ name: StaticString, addressSpace: AddressSpace, watch: DoorbellWatch?, step: @escaping (Queue, QueueThread) -> QueueStep) {
    self.name = name; self.watch = watch; self.addressSpace = addressSpace; stepQueue = step
    kicks = .allocate(capacity: 1)
    kicks.initialize(to: 0)
    reader = addressSpace.makeReader()
  }

  // MARK: for ioctls and completions

  /// Starts stepping through a queue, and the thread with the first one; false if the host gives no thread.
  func add(_ queue: Queue) -> Bool {
    lock.lock()
    queues.append(queue)
    version.wrappingAdd(1, ordering: .releasing)
    if !started {
      let context = Unmanaged.passRetained(self)
      guard name.withUTF8Buffer({ text in
        text.withMemoryRebound(to: CChar.self) { name in
          carmine_start_thread(name.baseAddress!, { Unmanaged<QueueThread>.fromOpaque($0!).takeUnretainedValue().run() }, context.toOpaque())
        }
      }) == 0 else {
        queues.removeLast()
        lock.unlock()
        context.release()
        return false
      }
      started = true
    }
    lock.unlock()
    kick()
    return true
  }

  /// Changes the list, or what its queues say, and waits until the thread works with the new state.
  func change(_ body: (inout [Queue]) -> Void) {
    lock.lock()
    body(&queues)
    let now = version.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue, runs = started
    lock.unlock()
    while runs && seenVersion.load(ordering: .acquiring) < now { kick(); usleep(10) }
  }

  /// As `kick`, but only if a packet waits.
  func kickIfWaiting() { if waits.load(ordering: .sequentiallyConsistent) { kick() } }

  /// Something that a queue may wait for has happened.
  func kick() { signal { _ = carmine_futex_wake(kicks, 1) } }

  /// A client is about to write a doorbell: as `kick`, and the thread comes up elsewhere than on the caller's processor, where the client
  /// is about to go on.  By `DoorbellWatch`'s thread.
  private func ring(_ thread: pid_t) { signal { carmine_futex_wake_elsewhere(kicks, thread) } }

  @inline(__always)
  private func signal(_ wake: () -> Void) {
    kicks.withMemoryRebound(to: Atomic<UInt32>.self, capacity: 1) { _ = $0.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    if sleeping.load(ordering: .sequentiallyConsistent) { wake() }
  }

  // MARK: memory

  /// The device's caches, in strict mode: they are told of what packets write.
  var caches: DeviceCaches? { addressSpace.caches }

  /// Ends the use of translations: from here whoever unmaps need not wait for this thread.
  func leave() {
    guard readerActive else { return }
    reader.leave()
    readerActive = false
  }

  /// Before translations are made.
  func enter() {
    guard !readerActive else { return }
    _ = reader.refresh()
    readerActive = true
  }

  // MARK: the thread

  private func run() {
    carmine_exact_timers()
    let thread = carmine_gettid()
    watch?.start { self.ring(thread) }
    var queues: [Queue] = []
    var queuesVersion: UInt64 = .max
    var lastActive = GPUClock.now(), spins = 0
    while true {
      let kicked = kicks.withMemoryRebound(to: Atomic<UInt32>.self, capacity: 1) { $0.pointee.load(ordering: .acquiring) }
      let now = version.load(ordering: .acquiring)
      if now != queuesVersion {
        lock.withLock { queues = self.queues; queuesVersion = version.load(ordering: .acquiring) }
        leave()
        seenVersion.store(queuesVersion, ordering: .releasing)
      }
      if readerActive { _ = reader.refresh() }
      var best = QueueStep.idle
      for queue in queues {
        switch stepQueue(queue, self) {
        case .progress: best = .progress
        case .waiting: if best == .idle { best = .waiting }
        case .idle: break
        }
      }
      if best == .progress { watch?.disarm(); lastActive = GPUClock.now(); spins = 0; continue }
      waits.store(best == .waiting, ordering: .sequentiallyConsistent)
      let quiet = GPUClock.now() - lastActive                // 10 ns
      // Looks count as well as time: a thread that lost its processor meanwhile has not looked.
      spins += 1
      if quiet < 5_000 || spins < 50 {
        for _ in 0..<16 { carmine_pause() }
        continue
      }
      leave()
      let watched = best == .idle && quiet >= 200_000 && watch?.isUsable == true
      if watched, let watch, !watch.armed {
        if watch.arm() { continue }          // and look once more
      } else if !watched {
        watch?.disarm()
      }
      sleeping.store(true, ordering: .sequentiallyConsistent)
      let busy = best == .waiting || queues.contains { $0.inFlight.load(ordering: .relaxed) > 0 }
      let result = carmine_futex_wait(kicks, kicked, pause(quiet, best, busy: busy))
      sleeping.store(false, ordering: .relaxed)
      guard result == 0 || result == -EAGAIN else { continue }
      if watched {
        watch?.disarm()
        lastActive = GPUClock.now(); spins = 0     // whoever was let go is about to store
      } else {
        lastActive = max(lastActive, GPUClock.now() - 4_000)   // kicked: 10 µs of spinning
      }
    }
  }

  /// Nanoseconds to sleep before the next look unless kicked, after `quiet` ticks of 10 ns without anything; negative: no limit.
  /// A look costs about 20 µs of processor time on a virtual machine (measured), so 5 ms is 0.4 % of a core.  `busy`: a packet
  /// waits for memory to change, or a kernel runs.
  private func pause(_ quiet: UInt64, _ best: QueueStep, busy: Bool) -> Int64 {
    if watch == nil && best == .idle { return -1 }
    if watch?.armed == true { return 100_000_000 }
    if quiet < 100_000 { return 20_000 }             // 1 ms
    if quiet < 2_000_000 { return 100_000 }          // 20 ms
    if busy { return 500_000 }
    if quiet < 20_000_000 { return 1_000_000 }       // 200 ms
    return quiet < 100_000_000 ? 2_000_000 : 5_000_000
  }
}
