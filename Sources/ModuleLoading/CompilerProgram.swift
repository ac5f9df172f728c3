// Where the compiler is, and which one it is: its identity is part of every cache key.
// Threads: immutable.
import CSpawn
import Glibc
import KernelImage
import Settings

struct CompilerProgram: Sendable {
  /// The executable; nil when there is none.
  let path: String?
  /// Changes whenever the compiler does: its size and modification time.
  let identity: String
  /// Where it was looked for.
  let candidates: [String]

  /// CARMINE_COMPILER, else ../bin/carmine beside the library that this code is in, else `carmine` in the library's own
  /// folder, where a build leaves it.
  static let standard = CompilerProgram(candidates: standardCandidates())

  init(candidates: [String]) {
    self.candidates = candidates
    var status = stat()
    path = candidates.first { stat($0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access($0, X_OK) == 0 }
    identity = path == nil ? "none" : "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  /// What to say when a kernel needs a compiler and there is none.
  var missing: ModuleError {
    ModuleError(
      .compilerMissing,
      "the kernel is not in the cache and must be compiled, but there is no compiler: looked for \(candidates.joined(separator: " and ")); "
        + "`make install PREFIX=…` in Carmine's source installs it, CARMINE_COMPILER names it when it is elsewhere")
  }

  private static func standardCandidates() -> [String] {
    if let given = Switch.compiler.text { return [given] }
    guard let name = carmine_own_library() else { return [] }
    let library = String(cString: name)
    let real = realpath(library, nil)
    defer { free(real) }
    let resolved = real.map { String(cString: $0) } ?? library
    guard let slash = resolved.lastIndex(of: "/") else { return [] }
    let directory = String(resolved[..<slash])
    let parent = directory.lastIndex(of: "/").map { String(directory[..<$0]) } ?? directory
    return [parent + "/bin/carmine", directory + "/carmine"]
  }
}
