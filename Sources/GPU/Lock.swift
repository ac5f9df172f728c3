// A mutual exclusion whose body may throw what it likes and touch what it guards without proving it to the compiler.
// (Synchronization's Mutex wants its state inside and sends it across the border, which classes with several guarded fields
// and typed errors cannot express.)  It lies where it is declared: uncontended, taking it is one exchange and giving it back
// another, with no call and no reference counted.  Threads: any; not recursive.  Contended it sleeps in the kernel.
// Source: futex(2); U. Drepper, "Futexes Are Tricky", the second mutex.
import CSoftGPU   // futex(2), which Swift has not
import Glibc
import Synchronization

public struct Lock: ~Copyable, Sendable {
  @usableFromInline enum State {
    @usableFromInline static var free: UInt32 { 0 }
    @usableFromInline static var held: UInt32 { 1 }
    @usableFromInline static var waitedFor: UInt32 { 2 }
  }
  @usableFromInline let state = Atomic<UInt32>(State.free)

  @inlinable public init() {}

  @inlinable @inline(__always)
  public func lock() {
    if !state.compareExchange(expected: State.free, desired: State.held, ordering: .acquiring).exchanged { wait() }
  }

  @inlinable @inline(__always)
  public func unlock() {
    if state.exchange(State.free, ordering: .releasing) == State.waitedFor { wake() }
  }

  @inlinable @inline(__always)
  public func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }

  /// What a lock guards is a few loads and stores: it is likely to be free again in a moment.
  private static var rounds: Int { 100 }

  @usableFromInline @inline(never)
  func wait() {
    for _ in 0..<Self.rounds {
      if state.load(ordering: .relaxed) == State.free, state.compareExchange(expected: State.free, desired: State.held, ordering: .acquiring).exchanged {
        return
      }
      carmine_pause()
    }
    let error = errno   // the program's
    while state.exchange(State.waitedFor, ordering: .acquiring) != State.free {
      _ = withUnsafePointer(to: state) { carmine_futex_wait(Self.word($0), State.waitedFor, -1) }
    }
    errno = error
  }

  @usableFromInline @inline(never)
  func wake() {
    let error = errno
    _ = withUnsafePointer(to: state) { carmine_futex_wake(Self.word($0), 1) }
    errno = error
  }

  /// An Atomic lies at one address for life, however it is borrowed.
  private static func word(_ state: UnsafePointer<Atomic<UInt32>>) -> UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(mutating: UnsafeRawPointer(state)).assumingMemoryBound(to: UInt32.self)
  }
}
