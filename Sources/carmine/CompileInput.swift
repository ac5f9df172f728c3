// What `carmine compile` accepts, told apart by its first bytes: PTX text, fatbinaries, ELF files that hold them.
import Compiler
import KernelImage
import PTX

enum CompileInput {
  static func modules(of path: String) throws -> [Module] {
    let bytes = try readFile(path)
    return [try parse(bytes, path)]
  }

  static func parse(_ text: [UInt8], _ path: String) throws -> Module {
    do { return try Parser.parse(text) } catch { throw CompileError(.invalidPTX, "\(path): \(error)") }
  }
}
