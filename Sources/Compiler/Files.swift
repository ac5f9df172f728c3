// Whole files, read and written, with errors that name them.
import Glibc
import KernelImage

public func readFile(_ path: String) throws -> [UInt8] {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw CompileError(.internalError, "cannot read \(path): \(String(cString: strerror(errno)))") }
  defer { close(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(file, &chunk, chunk.count)
    if count == 0 { return bytes }
    if count < 0 {
      if errno == EINTR { continue }
      throw CompileError(.internalError, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    bytes.append(contentsOf: chunk[..<count])
  }
}

public func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) throws {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard file >= 0 else { throw CompileError(.internalError, "cannot write \(path): \(String(cString: strerror(errno)))") }
  defer { close(file) }
  var done = 0
  while done < bytes.count {
    let count = write(file, bytes.baseAddress! + done, bytes.count - done)
    if count < 0 {
      if errno == EINTR { continue }
      throw CompileError(.internalError, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    done += count
  }
}
