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
  /// LLVM's level, 0 to 3, of passes and of code generation.
  public var optimisation = 3
  /// Texture fetches decode compressed texels too.
  public var readsCompressedTexels = false
  /// For `--emit unoptimised`.
  public var keepsUnoptimised = false
  /// For people who read: no machine code in place of library functions.
  var showsLibrary = false
  public init() {
    switch Switch.warpMapping.value {
    case "shared": mapping = .sharedWave
    case "one": mapping = .oneWarp
    case "turns": mapping = .yielding
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
  public func inventory(of module: ModuleIndex) throws -> ModuleImage { try Inventory.take(of: module) }
  public func inventory(of module: Module) throws -> ModuleImage { try inventory(of: ModuleIndex(module)) }

  /// What may tell two kernels of any modules apart.
  public func fingerprint(of kernel: String, in module: ModuleIndex) throws -> ContentHash { try Fingerprint.of(kernel, in: module) }

  /// Whether the kernel is one that can be lowered; nothing is optimised.  Throws what `compile` would throw on the way there.
  public func check(_ module: ModuleIndex, kernel: String) throws {
    let compilation = try Compilation(module, kernel: kernel, options: options, target: target)
    try Pipeline.run(Pipeline.front, on: compilation)
  }

  /// One kernel, ready to load.  Throws CompileError: other kernels of the module are not affected.
  public func compile(_ module: Module, kernel: String) throws -> KernelImage { try compile(ModuleIndex(module), kernel: kernel) }
  public func compile(_ module: ModuleIndex, kernel: String) throws -> KernelImage { try timed(module, kernel: kernel).image }

  /// As `compile`, with what each pass took.
  public func timed(_ module: ModuleIndex, kernel: String) throws -> (image: KernelImage, times: [PassTime]) {
    let compilation = try Compilation(module, kernel: kernel, options: options, target: target)
    try Pipeline.run(Pipeline.front + Pipeline.middle + Pipeline.back, on: compilation)
    var image = try Self.image(compilation.codeObject, kernel)
    let lowering = compilation.lowering!
    image.name = kernel
    image.target = target.name
    image.parameters = Inventory.parameters(of: lowering.kernel)
    image.hiddenOffset = UInt32(ParameterLayout(lowering.kernel.parameters).hiddenOffset)
    image.kernargSize = image.hiddenOffset + UInt32(MemoryLayout<carmine_hidden_arguments>.size)
    // Of a recursion LLVM knows one frame (usesDynamicStack): the launch adds to scratchBytes what cudaLimitStackSize asks for.
    image.mapping = compilation.mapping
    let limit = lowering.limits.maximumThreads
    if compilation.mapping == .oneWarp, limit > 512 {
      // A mapping that is asked for stays; one that was chosen gives way for a larger block.
      if options.mapping == nil { image.mostThreadsAsMapped = 512 }
      image.maximumThreads = UInt32(options.mapping == nil ? limit : 512)
    } else {
      image.maximumThreads = UInt32(limit)
    }
    image.needsWholeRows = compilation.needsWholeRows
    image.requiredThreads = lowering.kernel.directives.first { $0.name == "reqntid" }?.values.map { UInt32($0) } ?? []
    image.services = lowering.services
    image.fetchesPlainTexels = lowering.fetchesTexels && !options.readsCompressedTexels
    image.notes = compilation.notes
    return (image, compilation.times)
  }

  /// One kernel in one of the forms on the way.
  public func emit(_ module: Module, kernel: String, as form: Form) throws -> [UInt8] {
    try emit(ModuleIndex(module), kernel: kernel, as: form)
  }
  public func emit(_ module: ModuleIndex, kernel: String, as form: Form) throws -> [UInt8] {
    var compiler = self
    compiler.options.keepsUnoptimised = form == .unoptimised
    compiler.options.showsLibrary = form != .object && form != .elf
    let compilation = try Compilation(module, kernel: kernel, options: compiler.options, target: target)
    try Pipeline.run(Pipeline.front + Pipeline.middle, on: compilation)
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
