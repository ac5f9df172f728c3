// A mutual exclusion whose body may throw what it likes and touch what it guards without proving it to the compiler.
// (Synchronization's Mutex wants its state inside and sends it across the border, which classes with several guarded fields
// and typed errors cannot express.)  Threads: any; not recursive.  Uncontended it costs no system call.
import Glibc

public final class Lock: @unchecked Sendable {  // the mutex is its own protection
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  public init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  public func lock() { pthread_mutex_lock(mutex) }
  public func unlock() { pthread_mutex_unlock(mutex) }

  public func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}
