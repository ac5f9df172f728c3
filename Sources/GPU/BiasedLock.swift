// A mutual exclusion for what one thread uses nearly always, which costs that thread two stores: a locked instruction waits until every
// store before it has left the processor, and behind a doorbell that means until the GPU's reader has given the cache line back.
//
// The first thread that takes it has it from then on ("biased").  When another one comes, it takes the privilege away for good, has
// every processor that runs a thread of this process pass a fence, and waits until the first is out; after that the lock is an
// ordinary `Lock`.  The fence makes this right: either the first thread sees that its privilege is gone, or the other sees it inside.
// Threads: any; not recursive.  Where the kernel has no such fence it is an ordinary lock from the beginning.
// Source: membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED; "Biased locking" of D. Dice, M. Moir and W. Scherer, "Quickly reacquirable locks".
import CSoftGPU   // membarrier(2), which Swift has not
import Glibc
import Synchronization

struct BiasedLock: ~Copyable, Sendable {
  /// How the lock is held; `unlock` wants to know.
  enum Hold { case biased, shared }

  /// Whose it is: a thread pointer, `nobody` yet, or `everybody`.  Changes under `shared`.
  private let owner = Atomic<UInt>(BiasedLock.hasFence ? Owner.nobody : Owner.everybody)
  /// The owner's, while it is in; never anybody else's.
  private let inside = Atomic<Bool>(false)
  private let shared = Lock()

  private enum Owner {
    static var nobody: UInt { 0 }
    static var everybody: UInt { 1 }   // no thread's: theirs are aligned
  }
  private static let hasFence = carmine_fence_others_register() == 0

  @inline(__always)
  func lock() -> Hold {
    let me = UInt(carmine_thread_pointer())
    if owner.load(ordering: .relaxed) == me {
      inside.store(true, ordering: .relaxed)
      carmine_compiler_fence()
      if owner.load(ordering: .relaxed) == me { return .biased }
      inside.store(false, ordering: .releasing)
    }
    return lockShared(me)
  }

  @inline(__always)
  func unlock(_ hold: Hold) {
    if hold == .biased { inside.store(false, ordering: .releasing) } else { shared.unlock() }
  }

  @inline(__always)
  func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let hold = lock()
    defer { unlock(hold) }
    return try body()
  }

  @inline(never)
  private func lockShared(_ me: UInt) -> Hold {
    shared.lock()
    switch owner.load(ordering: .acquiring) {
    case Owner.everybody:
      return .shared
    case Owner.nobody:
      inside.store(true, ordering: .relaxed)
      owner.store(me, ordering: .releasing)
      shared.unlock()
      return .biased
    default:
      // From here nobody enters: who is new waits for `shared`, the owner finds the privilege gone.
      let error = errno   // the program's
      defer { errno = error }
      owner.store(Owner.everybody, ordering: .sequentiallyConsistent)
      carmine_fence_others()
      var looks = 0
      while inside.load(ordering: .acquiring) {
        looks += 1
        if looks < 100 { carmine_pause() } else { usleep(20) }
      }
      return .shared
    }
  }
}
