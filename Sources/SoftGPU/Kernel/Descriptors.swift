// Which of the process's file descriptors are ours, and what they stand for.  Each is a real descriptor (a memory file), so
// its number never collides with the program's own, and a sysfs file is read by plain read(2).
// Threads: any.  fork(2): the child keeps the numbers; a descriptor of /dev/kfd belongs to the process that opened it.
import CSoftGPU
import Glibc

final class Descriptors: @unchecked Sendable {
  enum Kind {
    case kfd(SoftProcess)
    case render(SoftProcess, Int)       // device index
    case file
  }

  static let shared = Descriptors()
  private let lock = Lock()
  private var kinds: [Int32: Kind] = [:]
  private var process: SoftProcess?

  private init() {
    // A child must not inherit the lock held by a thread that it does not have.
    pthread_atfork({ Descriptors.shared.lock.lock() }, { Descriptors.shared.lock.unlock() }, { Descriptors.shared.lock.unlock() })
  }

  /// The state of the calling process, made on first use and anew in a forked child.
  func currentProcess() -> SoftProcess {
    lock.withLock {
      if let process, process.pid == getpid() { return process }
      // The parent's state is left as it was: its threads are not here, its locks may be held.
      if let process { _ = Unmanaged.passRetained(process) }
      let new = SoftProcess()
      process = new
      return new
    }
  }

  func kind(of descriptor: Int32) -> Kind? { lock.withLock { kinds[descriptor] } }

  /// Gives out a new descriptor; -errno if the process can have no more.
  func open(_ kind: Kind, name: String, contents: String = "", closeOnExec: Bool) -> Int32 {
    let descriptor = carmine_memfd(name)
    guard descriptor >= 0 else { return descriptor }
    if !contents.isEmpty {
      var text = contents
      let written = text.withUTF8 { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
      guard written == contents.utf8.count else { Glibc.close(descriptor); return -ENOMEM }
    }
    if !closeOnExec { _ = fcntl(descriptor, F_SETFD, 0) }
    lock.withLock { kinds[descriptor] = kind }
    return descriptor
  }

  func close(_ descriptor: Int32) -> Int32 {
    let known = lock.withLock { kinds.removeValue(forKey: descriptor) }
    guard known != nil else { return -EBADF }
    Glibc.close(descriptor)
    return 0
  }
}
