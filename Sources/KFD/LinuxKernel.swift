// The operating system's kernel, through libc, so that an interposer can stand underneath.  One function a call, no policy:
// retries and meaning live above.  This is the only place that reads `errno`; the functions are not inlined, since
// reference counting between a call and the reading of errno could change it.
import CKFD
import Glibc

public struct LinuxKernel: Kernel {
  public init() {}

  @inline(never) public func open(_ path: String, _ flags: Int32) -> Int32 {
    let result = unsafe Glibc.open(path, flags)
    guard result >= 0 else { return -errno }
    // A program that closed a standard descriptor expects its own next open(2) to get that number.
    guard result <= STDERR_FILENO else { return result }
    let moved = fcntl(result, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), error = errno
    _ = Glibc.close(result)
    return moved < 0 ? -error : moved
  }

  @inline(never) public func close(_ descriptor: Int32) -> Int32 {
    Glibc.close(descriptor) < 0 ? -errno : 0
  }

  @inline(never) public func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    let result = unsafe carmine_ioctl(descriptor, request, argument)
    return result < 0 ? -errno : result
  }

  @inline(never) public func mmap(
    _ address: UnsafeMutableRawPointer?, _ byteCount: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32,
    _ offset: Int64
  ) -> Int {
    let result = unsafe Glibc.mmap(address, byteCount, protection, flags, descriptor, Int(offset))
    return unsafe result == MAP_FAILED ? Int(-errno) : Int(bitPattern: result)
  }

  @inline(never) public func munmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Int32 {
    unsafe Glibc.munmap(address, byteCount) < 0 ? -errno : 0
  }

  @inline(never) public func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let result = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    return result < 0 ? Int(-errno) : result
  }

  @inline(never) public func list(_ path: String) -> (names: [String], error: Int32) {
    guard let directory = unsafe opendir(path) else { return ([], errno) }
    defer { unsafe _ = closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return (names, 0)
  }
}
