// A kernel that a test plays: answers come from a closure per call, and every call is written down.
import Glibc
@testable import KFD
import Synchronization

final class ScriptedKernel: Kernel {
  /// Files by path; directories are what files imply.
  let files: [String: String]
  /// Answers an ioctl: the n-th call (from 0), its request code and argument.
  let answer: @Sendable (Int, UInt, UnsafeMutableRawPointer?) -> Int32
  private let state = Mutex(State())
  struct State { var trace: [String] = [], ioctls = 0, open: [Int32: (text: [UInt8], at: Int)] = [:], next: Int32 = 1000 }

  init(
    files: [String: String] = [:], answer: @escaping @Sendable (Int, UInt, UnsafeMutableRawPointer?) -> Int32 = { _, _, _ in 0 }
  ) { self.files = files; self.answer = answer }

  var trace: [String] { state.withLock { $0.trace } }

  func open(_ path: String, _ flags: Int32) -> Int32 {
    state.withLock { state in
      state.trace.append("open \(path)")
      let text = files[path]
      guard text != nil || path == Driver.path else { return -ENOENT }
      state.next += 1
      state.open[state.next] = (Array((text ?? "").utf8), 0)
      return state.next
    }
  }
  func close(_ descriptor: Int32) -> Int32 {
    state.withLock { $0.trace.append("close"); return $0.open.removeValue(forKey: descriptor) == nil ? -EBADF : 0 }
  }
  func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    let index = state.withLock { state in
      state.trace.append("ioctl 0x" + String(request, radix: 16))
      state.ioctls += 1
      return state.ioctls - 1
    }
    return answer(index, request, argument)
  }
  func mmap(
    _ address: UnsafeMutableRawPointer?, _ byteCount: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32,
    _ offset: Int64
  ) -> Int { Int(-ENODEV) }
  func munmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Int32 { 0 }
  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    state.withLock { state in
      guard let file = state.open[descriptor] else { return Int(-EBADF) }
      let part = file.text[file.at...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      state.open[descriptor]!.at += part.count
      return part.count
    }
  }
  func list(_ path: String) -> (names: [String], error: Int32) {
    let prefix = path + "/"
    let names = Set(files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count).prefix { $0 != "/" }) })
    return names.isEmpty ? ([], ENOENT) : (Array(names), 0)
  }
}
