// Where the processes of one user find each other's sockets: /tmp/carmine-UID, which only that user may enter.
// Not under XDG_RUNTIME_DIR: two programs that share memory need not have the same environment.
// A folder of that name that is someone else's, or open to others, is refused.
import Glibc

enum PrivateFolder {
  static let path = "/tmp/carmine-\(geteuid())"

  /// Makes it if need be.  Throws cudaErrorOperatingSystem when it is not ours alone.
  static func prepare() throws(CUDAError) {
    mkdir(path, 0o700)
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw .operatingSystem.because("\(path) must be a folder that only this user may enter")
    }
  }

  static func socket(_ pid: Int32, _ nonce: UInt64) -> String { "\(path)/\(pid)-" + String(nonce, radix: 16) }

  /// Removes what processes that are gone have left.
  static func sweep() {
    guard let folder = opendir(path) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(cString: $0.bindMemory(to: CChar.self).baseAddress!) }
      guard let dash = name.firstIndex(of: "-"), let pid = Int32(name[..<dash]), pid > 0, kill(pid, 0) != 0, errno == ESRCH else { continue }
      unlink("\(path)/\(name)")
    }
  }

  /// A Unix socket address; nil when the path is too long.
  static func withAddress<R>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8) + [0]
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}
