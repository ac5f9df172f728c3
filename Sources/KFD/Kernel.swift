// A kernel that has /dev/kfd: the handful of libc calls through which everything above talks to an AMD GPU.
// Two live behind it, Linux and the software GPU, and nobody above can tell which.
// Threads: every call may be made from any thread at any time.
// Errors: a negative errno as a value; the C variable `errno` means nothing to callers.

public protocol Kernel: Sendable {
  /// open(2); a descriptor, or -errno.
  func open(_ path: String, _ flags: Int32) -> Int32
  /// close(2); 0, or -errno.
  func close(_ descriptor: Int32) -> Int32
  /// ioctl(2) with a pointer argument; the call's result, or -errno.
  func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32
  /// mmap(2); the address, or -errno (a value in -4095 ..< 0).
  func mmap(
    _ address: UnsafeMutableRawPointer?, _ byteCount: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32,
    _ offset: Int64) -> Int
  /// munmap(2); 0, or -errno.
  func munmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Int32
  /// read(2); bytes read (0 at the end), or -errno.
  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int
  /// The names in a directory in no particular order, without "." and ".."; nil and an errno if it cannot be listed.
  func list(_ path: String) -> (names: [String], error: Int32)
}

extension Kernel {
  /// The whole text of a small file such as those of sysfs, or nil and an errno.
  public func text(of path: String) -> (text: String, error: Int32) {
    let descriptor = open(path, 0o2000000 /* O_RDONLY | O_CLOEXEC */)
    guard descriptor >= 0 else { return ("", -descriptor) }
    defer { _ = close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0) }
      if count == -4 /* EINTR */ { continue }
      guard count >= 0 else { return ("", Int32(-count)) }
      guard count > 0 else { return (String(decoding: bytes, as: UTF8.self), 0) }
      bytes += chunk[..<count]
    }
  }
}
