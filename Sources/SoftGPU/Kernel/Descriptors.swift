// Which of the process's file descriptors are ours, and what they stand for.  Each is a real descriptor (a memory file), so
// its number never collides with the program's own, and a file of text is read by plain read(2).
// Threads: any.  fork(2): the child keeps numbers and files; a file of /dev/kfd belongs to the process that opened it.
import CSoftGPU
import Glibc

final class Descriptors: @unchecked Sendable {
  static let shared = Descriptors()
  private let lock = Lock()
  private var files: [Int32: OpenFile] = [:]
  private var process: SoftProcess?
  /// Told of each new descriptor and the inode of its memory file: whoever sorts the program's calls must know them.
  private var observer: (@convention(c) (Int32, UInt64) -> Void)?
  /// Told of addresses whose unmapping we must hear of.
  private var watcher: (@convention(c) (UInt64, UInt64) -> Void)?

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

  func file(_ descriptor: Int32) -> OpenFile? { lock.withLock { files[descriptor] } }

  func observe(_ observer: (@convention(c) (Int32, UInt64) -> Void)?, _ watcher: (@convention(c) (UInt64, UInt64) -> Void)?) {
    lock.withLock { (self.observer, self.watcher) = (observer, watcher) }
  }

  /// From now on munmap(2) of these addresses is to pass through `Calls`.
  func watch(_ address: UInt64, _ length: UInt64) { lock.withLock { watcher }?(address, length) }

  /// Gives out a new descriptor; -errno if the process can have no more.  `name` is seen in /proc/self/fd.
  func open(_ file: OpenFile, name: String, contents: String = "", closeOnExec: Bool) -> Int32 {
    let descriptor = carmine_memfd(Self.namePrefix + name)
    guard descriptor >= 0 else { return descriptor }
    if !contents.isEmpty {
      var text = contents
      let written = text.withUTF8 { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
      guard written == contents.utf8.count else { Glibc.close(descriptor); return -ENOMEM }
    }
    return own(descriptor, file, closeOnExec: closeOnExec)
  }

  /// Makes a descriptor that is already there (a memory file, a pipe, an eventfd) one of ours.
  func own(_ descriptor: Int32, _ file: OpenFile, closeOnExec: Bool) -> Int32 {
    _ = fcntl(descriptor, F_SETFD, closeOnExec ? FD_CLOEXEC : 0)
    var status = stat()
    fstat(descriptor, &status)
    let told = lock.withLock { files[descriptor] = file; return observer }
    told?(descriptor, UInt64(status.st_ino))
    return descriptor
  }

  /// `copy` was made from `descriptor` by dup(2) or its like.
  func duplicated(_ descriptor: Int32, _ copy: Int32) -> Int32 {
    guard let file = file(descriptor) else { return -EBADF }
    return own(copy, file, closeOnExec: fcntl(copy, F_GETFD) & FD_CLOEXEC != 0)
  }

  /// The number stands for something else now, or is about to be closed.
  @discardableResult func forget(_ descriptor: Int32) -> Bool { lock.withLock { files.removeValue(forKey: descriptor) } != nil }

  func close(_ descriptor: Int32) -> Int32 {
    guard forget(descriptor) else { return -EBADF }
    Glibc.close(descriptor)
    return 0
  }

  // MARK: descriptors from elsewhere

  private static let namePrefix = "carmine:"

  /// Makes a descriptor ours that came over exec(2) or a socket and was opened as one of ours by another program: a render
  /// node works on, /dev/kfd stays that other process's.  -ENOTTY if it is no such thing.
  func adopt(_ descriptor: Int32) -> Int32 {
    if file(descriptor) != nil { return 0 }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
    guard count > 0 else { return -ENOTTY }
    let text = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self), start = "/memfd:" + Self.namePrefix
    guard text.hasPrefix(start), let name = text.dropFirst(start.count).split(separator: " ").first else { return -ENOTTY }
    let process = currentProcess(), kept = fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0
    if name == "kfd" {
      return min(own(descriptor, ForeignKFDFile(status: process.status(of: "/dev/kfd"), path: "/dev/kfd"), closeOnExec: kept), 0)
    }
    guard let device = process.devices.first(where: { name == "renderD\($0.renderMinor)" }) else { return -ENOTTY }
    return min(own(descriptor, RenderFile(process: process, device: device), closeOnExec: kept), 0)
  }
}

/// /dev/kfd as another process opened it: every call says so, as the recorded driver does.
final class ForeignKFDFile: OpenFile, @unchecked Sendable {
  override func ioctl(_ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 { -EBADF }
  override func mapping(_ length: Int, _ offset: UInt64) -> Mapping { Mapping(offset: Int64(-EINVAL)) }
}
