// PTX to kernels: the compiler's public entry.
// Threads: a KernelCompiler is a value without state; calls may run at once, each with an LLVM context of its own.
import CDeviceABI
import CodeObject
import KernelImage
import PTX
import Settings

public struct CompilerOptions: Sendable {
  /// nil: proven per kernel.  Ignored where a wave has 32 lanes.
  public var mapping: WarpMapping?
  /// LLVM's pass pipeline.
  public var optimisation = "default<O3>"
  /// For `--emit unoptimised`.
  public var keepsUnoptimised = false
  public init() {
    switch Switch.warpMapping.value {
    case "shared": mapping = .sharedWave
    case "one": mapping = .oneWarp
    default: break
    }
  }
}

/// Compiles the kernels of PTX modules for one GPU.
public struct KernelCompiler: Sendable {
  public enum Form: String, Sendable, CaseIterable {
    case unoptimised  // LLVM IR as lowered
    case llvm         // LLVM IR after optimisation
    case assembly
    case object       // relocatable ELF
    case elf          // code object
  }
  /// Scratch for calls of unknown depth, for each thread, above what is known; CUDA's own default is 1 KB in smaller frames.
  static let recursionStackBytes: UInt32 = 4096

  public let target: GPUTarget
  public var options: CompilerOptions

  /// target: a processor's name, such as "gfx942".  Throws when it is not one that is known here.
  public init(target: String, options: CompilerOptions = CompilerOptions()) throws {
    guard let known = GPUTarget.named(target) else {
      throw CompileError(.unsupported, "the target \(target) is not known; there are \(GPUTarget.all.map(\.name).joined(separator: ", "))")
    }
    self.target = known
    self.options = options
  }

  /// The kernels and variables of a module; nothing is compiled.
  public func inventory(of module: Module) throws -> ModuleImage { try Inventory.take(of: module) }

  /// One kernel, ready to load.  Throws CompileError: other kernels of the module are not affected.
  public func compile(_ module: Module, kernel: String) throws -> KernelImage {
    let compilation = try Compilation(module, kernel: kernel, options: options, target: target)
    try Pipeline.run(Pipeline.middle + Pipeline.back, on: compilation)
    var image = try Self.image(compilation.codeObject, kernel)
    let lowering = compilation.lowering!
    image.name = kernel
    image.target = target.name
    image.parameters = Inventory.parameters(of: lowering.kernel)
    image.hiddenOffset = UInt32(ParameterLayout(lowering.kernel.parameters).hiddenOffset)
    image.kernargSize = image.hiddenOffset + UInt32(MemoryLayout<carmine_hidden_arguments>.size)
    // Recursion: LLVM knows one frame of it.
    if image.usesDynamicStack { image.scratchBytes += Self.recursionStackBytes }
    image.mapping = compilation.mapping
    let limit = ModuleLowering.maximumThreads(lowering.kernel)
    image.maximumThreads = UInt32(compilation.mapping == .oneWarp ? min(512, limit) : limit)
    image.requiredThreads = lowering.kernel.directives.first { $0.name == "reqntid" }?.values.map { UInt32($0) } ?? []
    image.usesPrintf = lowering.usesPrintf
    image.notes = compilation.notes
    return image
  }

  /// One kernel in one of the forms on the way.
  public func emit(_ module: Module, kernel: String, as form: Form) throws -> [UInt8] {
    var compiler = self
    compiler.options.keepsUnoptimised = form == .unoptimised
    let compilation = try Compilation(module, kernel: kernel, options: compiler.options, target: target)
    try Pipeline.run(Pipeline.middle, on: compilation)
    switch form {
    case .unoptimised: return compilation.unoptimised ?? []
    case .llvm: return compilation.toolchain.text(compilation.module)
    case .assembly: return try compilation.toolchain.emit(compilation.module, assembly: true)
    case .object, .elf:
      try Pipeline.run(Pipeline.back, on: compilation)
      return form == .object ? compilation.object : compilation.codeObject
    }
  }

  private static func image(_ codeObject: [UInt8], _ kernel: String) throws -> KernelImage {
    do { return try kernelImage(fromELF: codeObject, kernel: kernel) } catch { throw CompileError(error.failure, error.message) }
  }
}

/// Every PTX opcode that is lowered, by family.
public var loweredInstructions: [(name: String, opcodes: [String])] {
  Instructions.families.map { ($0.name, $0.handlers.keys.sorted()) }
}
