// From bytes to syntax trees: PTX text, fatbinaries, and ELF files that hold them, told apart by CodeObject.
import CodeObject
import Compiler
import KernelImage
import PTX

enum CompileInput {
  private typealias Parsed = (image: PTXImage, module: Module)

  /// The texts of the modules to compile.  Throws CompileError with `name` in front.
  static func texts(in bytes: [UInt8], computeCapability: Int, name: String) throws -> [[UInt8]] {
    do { return try ptxImages(in: bytes, computeCapability: computeCapability).map(\.text) } catch {
      throw CompileError(error.failure, "\(name): \(error.message)")
    }
  }

  /// The modules to compile; the relocatable ones of a program are one, linked together.  Throws CompileError with `name` in front.
  static func modules(in bytes: [UInt8], computeCapability: Int, name: String) throws -> [Module] {
    let all = try parsed(bytes, computeCapability, name)
    let relocatable = all.filter(\.image.isRelocatable)
    return all.filter { !$0.image.isRelocatable }.map(\.module) + (relocatable.isEmpty ? [] : [try link(relocatable)])
  }

  /// One module out of images that belong together: a single one, or those of relocatable device code, which are linked.
  static func module(linking images: [[UInt8]], computeCapability: Int, name: String) throws -> Module {
    let all = try images.flatMap { try parsed($0, computeCapability, name) }
    guard images.count > 1 || all.count == 1 else { throw CompileError(.invalidImage, "\(name): \(all.count) modules where one is wanted") }
    return try link(all)
  }

  private static func parsed(_ bytes: [UInt8], _ computeCapability: Int, _ name: String) throws -> [Parsed] {
    let images: [PTXImage]
    do { images = try ptxImages(in: bytes, computeCapability: computeCapability) } catch {
      throw CompileError(error.failure, "\(name): \(error.message)")
    }
    return try images.map { image in
      do { return (image, try Parser.parse(image.text)) } catch { throw CompileError(.invalidPTX, "\(name): \(error)") }
    }
  }

  /// In the order of the texts' hashes: what comes out depends on nothing else, wherever the modules were found.
  private static func link(_ modules: [Parsed]) throws -> Module {
    let keyed = modules.map { (key: ContentHash($0.image.text).bytes, module: $0.module) }
    return try ModuleLinker.link(keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.module))
  }
}
