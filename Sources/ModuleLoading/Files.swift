// Small file operations over libc, for the cache: whole files, directories, locks.
// Threads: any.  Descriptors are closed on exec.
import Glibc

/// What libc said, with the path it was about.
struct FileError: Error, CustomStringConvertible {
  let path: String
  let code: Int32
  var description: String { "\(path): \(String(cString: strerror(code)))" }
}

/// Closed when it goes out of scope.
struct FileDescriptor: ~Copyable {
  let number: Int32

  init(open path: String, _ flags: Int32, mode: mode_t = 0o600) throws {
    var opened = open(path, flags | O_CLOEXEC, mode)
    while opened < 0 && errno == EINTR { opened = open(path, flags | O_CLOEXEC, mode) }
    guard opened >= 0 else { throw FileError(path: path, code: errno) }
    number = opened
  }

  deinit { close(number) }
}

func readFile(_ path: String, limit: Int = 1 << 31) throws -> [UInt8] {
  let file = try FileDescriptor(open: path, O_RDONLY)
  var status = stat()
  guard fstat(file.number, &status) == 0 else { throw FileError(path: path, code: errno) }
  guard status.st_size <= limit else { throw FileError(path: path, code: EFBIG) }
  let size = Int(status.st_size)
  var failure: Int32 = 0
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let got = read(file.number, buffer.baseAddress! + count, size - count)
      if got < 0 && errno == EINTR { continue }
      if got < 0 { failure = errno }
      if got <= 0 { break }
      count += got
    }
  }
  if failure != 0 { throw FileError(path: path, code: failure) }
  return bytes
}

/// Written beside its place and renamed, so that nobody ever sees half of it.
func writeFile(_ path: String, _ pieces: [[UInt8]], unique: String) throws {
  let temporary = path + ".tmp." + unique
  do {
    let file = try FileDescriptor(open: temporary, O_WRONLY | O_CREAT | O_EXCL)
    for piece in pieces {
      var written = 0
      while written < piece.count {
        let count = piece.withUnsafeBytes { write(file.number, $0.baseAddress! + written, $0.count - written) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw FileError(path: temporary, code: errno) }
        written += count
      }
    }
    guard rename(temporary, path) == 0 else { throw FileError(path: path, code: errno) }
  } catch {
    unlink(temporary)
    throw error
  }
}

/// Makes the directory and its parents, each for this user only.
func makeDirectories(_ path: String) throws {
  if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
  guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
    throw FileError(path: path, code: errno)
  }
  try makeDirectories(String(path[..<slash]))
  guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError(path: path, code: errno) }
}

/// The names in a directory, without "." and ".."; empty when it cannot be read.
func names(in directory: String) -> [String] {
  guard let handle = opendir(directory) else { return [] }
  defer { closedir(handle) }
  var found: [String] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { found.append(name) }
  }
  return found
}

/// An exclusive lock among all processes, held while this object lives.  The file is removed by its holder, so a waiter
/// that got the lock of a removed file tries again with the new one.
final class FileLock {
  private let file: FileDescriptor
  private let path: String

  init(_ path: String) throws {
    while true {
      let candidate = try FileDescriptor(open: path, O_RDWR | O_CREAT)
      while flock(candidate.number, LOCK_EX) != 0 {
        guard errno == EINTR else { throw FileError(path: path, code: errno) }
      }
      var held = stat(), named = stat()
      if fstat(candidate.number, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino, held.st_dev == named.st_dev {
        file = candidate
        self.path = path
        return
      }
    }
  }

  deinit { unlink(path) }
}
