// From the paths on the command line to modules, one file at a time: a Python environment of gigabytes is never in memory at once.
// Folders are searched in alphabetical order.  A link to a file is followed, one to a folder is not (nor can it make a circle), and a file
// that has several names is taken once.  Files that hold no device code are passed over silently inside folders, with a line otherwise.
import CodeObject
import Compiler
import Glibc
import KernelImage

/// One module as the runtime will be given it.
struct PrecompileModule {
  var file: String
  var key: ContentHash
  var images: [[UInt8]]
}

/// What a file holds.
struct PrecompileFile {
  var path: String
  var modules: [PrecompileModule] = []
  /// Modules that hold machine code alone.
  var withoutPTX = 0
}

final class PrecompileInputs {
  private var pending: [(path: String, isGiven: Bool)]  // the next one last
  private var seen: Set<FileIdentity> = []
  private let verbose: Bool
  /// Lines for people about files that were left out.
  private(set) var complaints: [String] = []
  /// Paths that could not be read or understood.
  private(set) var failures = 0

  private struct FileIdentity: Hashable { var device: UInt, node: UInt }

  init(_ paths: [String], verbose: Bool) {
    pending = paths.reversed().map { ($0, true) }
    self.verbose = verbose
  }

  /// The next file that holds device code; nil when there are no more.
  func next() -> PrecompileFile? {
    while let (path, isGiven) = pending.popLast() {
      var status = stat()
      guard stat(path, &status) == 0 else {
        // A link to nowhere inside a folder is nobody's fault.
        if isGiven { fail("\(path): \(String(cString: strerror(errno)))") }
        continue
      }
      guard seen.insert(FileIdentity(device: UInt(status.st_dev), node: UInt(status.st_ino))).inserted else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: search(path, isGiven)
      case S_IFREG:
        if let file = read(path, isGiven), !file.modules.isEmpty || file.withoutPTX > 0 { return file }
      default:
        if isGiven { fail("\(path): neither a file nor a folder") }
      }
    }
    return nil
  }

  private func fail(_ line: String) {
    failures += 1
    complaints.append(line)
    say("carmine: \(line)")
  }

  private func search(_ folder: String, _ isGiven: Bool) {
    guard let handle = opendir(folder) else {
      if isGiven { fail("\(folder): \(String(cString: strerror(errno)))") } else { complaints.append("\(folder): \(String(cString: strerror(errno)))") }
      return
    }
    defer { closedir(handle) }
    var names: [(name: String, isLink: Bool)] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append((name, entry.pointee.d_type == UInt8(DT_LNK))) }
    }
    for (name, isLink) in names.sorted(by: { $0.name > $1.name }) {
      var path = folder + "/" + name
      var status = stat()
      if isLink {
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
        path = realPath(path) ?? path  // known by its own name
      }
      pending.append((path, false))
    }
  }

  // MARK: one file

  private func read(_ path: String, _ isGiven: Bool) -> PrecompileFile? {
    guard isGiven || Self.mayHoldCode(path) else { return nil }
    do {
      let bytes = try readFile(path)
      guard bytes.count >= 4 else {
        if isGiven { fail("\(path): \(bytes.count) bytes, which is nothing to compile") }
        return nil
      }
      var file = PrecompileFile(path: path)
      if Archive.matches(bytes) {
        for member in try Archive.members(of: bytes) where ImageFormat(of: Array(bytes[member].prefix(64))) != .unknown {
          try add(Array(bytes[member]), to: &file)
        }
      } else {
        try add(bytes, to: &file)
      }
      return file
    } catch {
      let line = "\(path): \((error as? CodeObjectError)?.message ?? "\(error)")"
      if isGiven { fail(line) } else if verbose { say("carmine: \(line)") }
      return nil
    }
  }

  /// Looks at the first bytes alone.
  private static func mayHoldCode(_ path: String) -> Bool {
    if path.hasSuffix(".ptx") { return true }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return false }
    defer { close(file) }
    var start = [UInt8](repeating: 0, count: 64)
    let count = Glibc.read(file, &start, start.count)
    guard count >= 8 else { return false }
    start.removeLast(start.count - count)
    if Archive.matches(start) { return true }
    switch ImageFormat(of: start) {
    case .fatbinary, .hostELF: return true
    case .ptx: return start.starts(with: ".version".utf8)
    default: return false
    }
  }

  private func add(_ bytes: [UInt8], to file: inout PrecompileFile) throws(CodeObjectError) {
    switch ImageFormat(of: bytes) {
    case .ptx:
      // The runtime sees text up to its first NUL.
      let text = bytes.firstIndex(of: 0).map { Array(bytes[..<$0]) } ?? bytes
      file.modules.append(PrecompileModule(file: file.path, key: ContentHash(text), images: [text]))
    case .fatbinary: try add([bytes], to: &file)
    case .hostELF:
      for module in try registeredModules(inELF: bytes) { try add(module.containers, to: &file) }
    case .amdgpuELF, .cudaELF: break
    case .unknown: throw CodeObjectError(.invalidImage, "neither an ELF file, an archive, a fatbinary nor PTX")
    }
  }

  private func add(_ images: [[UInt8]], to file: inout PrecompileFile) throws(CodeObjectError) {
    var holdsPTX = false
    for image in images where try Fatbinary(image).entries.contains(where: { $0.kind == .ptx }) { holdsPTX = true }
    guard holdsPTX else {
      file.withoutPTX += 1
      return
    }
    file.modules.append(PrecompileModule(file: file.path, key: CompileRequest.key(of: images.map { ContentHash($0) }), images: images))
  }
}
