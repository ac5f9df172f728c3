// The software GPU's kernel: libcarmine-softgpu.so, opened at run time, with the calls of libc in a table of C functions.
// Source: Sources/CSoftGPU/include/carmine_softgpu.h.
import CKFD
import CSoftGPU
import Glibc
import Settings

@safe public struct SoftKernel: Kernel {
  // The table is constant data of a library that is never closed.
  private nonisolated(unsafe) let calls: UnsafePointer<carmine_kernel_calls>

  public static let libraryName = "libcarmine-softgpu.so"

  /// Opens the library at `path`; without one, at CARMINE_SOFTGPU_LIBRARY, beside the library or executable that contains
  /// this code, in the `lib` folder beside its folder, or the same two places of the process's executable.
  /// Opening it starts nothing: no thread, no allocation of device memory.
  public init(path: String? = nil) throws(KFDError) {
    let given = path ?? Switch.softLibrary.text
    let candidates = given.map { [$0] } ?? Self.usualPlaces()
    var reasons: [String] = []
    for candidate in candidates {
      guard let library = unsafe dlopen(candidate, RTLD_NOW | RTLD_LOCAL) else {
        let reason = unsafe dlerror()
        reasons.append(unsafe reason.map { unsafe String(cString: $0) } ?? candidate)
        continue
      }
      guard let symbol = unsafe dlsym(library, "carmine_softgpu_kernel") else {
        reasons.append("\(candidate) has no carmine_softgpu_kernel")
        continue
      }
      typealias Entry = @convention(c) () -> UnsafePointer<carmine_kernel_calls>?
      let entry = unsafe unsafeBitCast(symbol, to: Entry.self)
      guard let table = unsafe entry(), unsafe table.pointee.version == CARMINE_SOFTGPU_VERSION,
        unsafe Int(table.pointee.size) >= MemoryLayout<carmine_kernel_calls>.size
      else {
        reasons.append("\(candidate) is of another version")
        continue
      }
      unsafe calls = unsafe table
      return
    }
    throw KFDError(
      "dlopen", ENOENT, remedy: """
        the software GPU cannot be loaded (\(reasons.joined(separator: "; "))); \
        put \(Self.libraryName) beside the library or set CARMINE_SOFTGPU_LIBRARY
        """)
  }

  private static func usualPlaces() -> [String] {
    var folders: [String] = []
    func add(folderOf file: String) {
      guard let slash = file.lastIndex(of: "/") else { return }
      let folder = String(file[..<slash])
      folders += [folder, folder + "/../lib"]
    }
    if let name = unsafe carmine_containing_file() { add(folderOf: unsafe String(cString: name)) }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = unsafe readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
    if count > 0 { add(folderOf: String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)) }
    var seen: [String] = []
    for folder in folders where !seen.contains(folder) { seen.append(folder) }
    return seen.map { $0 + "/" + libraryName }
  }

  public func open(_ path: String, _ flags: Int32) -> Int32 { unsafe calls.pointee.open(path, flags) }

  public func close(_ descriptor: Int32) -> Int32 { unsafe calls.pointee.close(descriptor) }

  public func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    unsafe calls.pointee.ioctl(descriptor, request, argument)
  }

  public func mmap(
    _ address: UnsafeMutableRawPointer?, _ byteCount: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32,
    _ offset: Int64
  ) -> Int {
    unsafe Int(bitPattern: calls.pointee.mmap(address, byteCount, protection, flags, descriptor, offset))
  }

  public func munmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Int32 {
    unsafe calls.pointee.munmap(address, byteCount)
  }

  public func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    unsafe Int(calls.pointee.read(descriptor, buffer.baseAddress, buffer.count))
  }

  public func list(_ path: String) -> (names: [String], error: Int32) {
    var buffer = [CChar](repeating: 0, count: 1024)
    while true {
      let needed = unsafe Int(calls.pointee.list(path, &buffer, buffer.count))
      guard needed >= 0 else { return ([], Int32(-needed)) }
      if needed <= buffer.count {
        let names = buffer[..<needed].split(separator: 0).map { String(decoding: $0.map(UInt8.init(bitPattern:)), as: UTF8.self) }
        return (names, 0)
      }
      buffer = [CChar](repeating: 0, count: needed)
    }
  }
}
