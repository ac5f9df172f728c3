// Where our own parts are: everything is found relative to this executable, so that a prefix can be moved.
import Glibc

struct Installation {
  let prefix: String

  /// The prefix that this executable was installed under: the parent of the directory it is in.
  static func current() throws -> Installation {
    guard let executable = realPath("/proc/self/exe") else { throw Failure("cannot read /proc/self/exe: is /proc mounted?") }
    return Installation(prefix: directory(of: directory(of: executable)))
  }

  var libraries: String { prefix + "/lib" }
  func library(_ name: String) -> String { libraries + "/" + name }

  /// Throws when the libraries are not where an installation has them.
  func requireLibraries(_ names: [String]) throws {
    for name in names where access(library(name), R_OK) != 0 {
      throw Failure(
        "\(library(name)) is missing; run `make install PREFIX=…` and use the `carmine` of that prefix's bin/")
    }
  }
}

/// An error for people: one sentence that says what, and what to do.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func realPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

func directory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

func isExecutableFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
}
