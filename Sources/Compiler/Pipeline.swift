// The way of one kernel through the compiler, as a list of passes.
// Each pass reads and extends one Compilation; an error names the pass that threw it.
import CLLVM
import KernelImage
import PTX

/// A kernel on its way.
final class Compilation {
  let ptx: Module
  let kernel: String
  let options: CompilerOptions
  let toolchain: Toolchain
  let module: LLVMModuleRef
  var mapping = WarpMapping.native
  var notes: [String] = []
  var lowering: ModuleLowering?
  var unoptimised: [UInt8]?
  var object: [UInt8] = []
  var codeObject: [UInt8] = []

  init(_ ptx: Module, kernel: String, options: CompilerOptions, target: GPUTarget) throws {
    self.ptx = ptx
    self.kernel = kernel
    self.options = options
    toolchain = try Toolchain(target: target)
    module = toolchain.makeModule(kernel)
  }
  deinit { LLVMDisposeModule(module) }
}

struct Pass {
  let name: String
  let run: (Compilation) throws -> Void
}

enum Pipeline {
  /// Up to optimised IR.
  nonisolated(unsafe) static let middle: [Pass] = [
    Pass(name: "warp mapping") { try chooseMapping($0) },
    Pass(name: "lowering") { compilation in
      let lowering = try ModuleLowering(
        compilation.ptx, kernel: compilation.kernel, target: compilation.toolchain.target, mapping: compilation.mapping,
        context: compilation.toolchain.context, module: compilation.module)
      compilation.lowering = lowering
      try lowering.lower()
    },
    Pass(name: "device library") { try DeviceLibrary.link(into: $0) },
    Pass(name: "verification") { try $0.toolchain.verify($0.module) },
    Pass(name: "optimisation") { compilation in
      if compilation.options.keepsUnoptimised { compilation.unoptimised = compilation.toolchain.text(compilation.module) }
      try compilation.toolchain.optimise(compilation.module, compilation.options.optimisation)
    },
  ]
  /// From optimised IR to a code object.
  nonisolated(unsafe) static let back: [Pass] = [
    Pass(name: "code generation") { $0.object = try $0.toolchain.emit($0.module) },
    Pass(name: "link") { $0.codeObject = try $0.toolchain.link($0.object) },
  ]

  static func run(_ passes: [Pass], on compilation: Compilation) throws {
    for pass in passes {
      do { try pass.run(compilation) } catch let error as CompileError {
        throw CompileError(error.reason, error.message.contains("(pass: ") ? error.message : "\(error.message) (pass: \(pass.name))")
      }
    }
  }

  private static func chooseMapping(_ compilation: Compilation) throws {
    guard compilation.toolchain.target.waveSize == 64 else { return }
    let choice = try WarpSharing.choose(compilation.ptx, kernel: compilation.kernel, forced: compilation.options.mapping)
    compilation.mapping = choice.mapping
    compilation.notes += choice.notes
  }
}
