// From bytes to syntax trees: PTX text, fatbinaries, and ELF files that hold them, told apart by CodeObject.
import CodeObject
import Compiler
import KernelImage
import PTX

enum CompileInput {
  /// The modules to compile.  Throws CompileError with `name` in front.
  static func modules(in bytes: [UInt8], computeCapability: Int, name: String) throws -> [Module] {
    let images: [PTXImage]
    do { images = try ptxImages(in: bytes, computeCapability: computeCapability) } catch {
      throw CompileError(error.failure, "\(name): \(error.message)")
    }
    return try images.map { image in
      if image.isRelocatable {
        throw CompileError(.unsupported, "\(name): relocatable device code (nvcc -rdc=true) cannot be linked yet; build it without -rdc=true")
      }
      do { return try Parser.parse(image.text) } catch { throw CompileError(.invalidPTX, "\(name): \(error)") }
    }
  }
}
