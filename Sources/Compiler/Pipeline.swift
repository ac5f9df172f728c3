// The way of one kernel through the compiler, as a list of passes.
// Each pass reads and extends one Compilation; an error names the pass that threw it.
import CLLVM
import Glibc
import KernelImage
import PTX

/// A kernel on its way.
final class Compilation {
  let ptx: ModuleIndex
  let kernel: String
  let options: CompilerOptions
  let toolchain: Toolchain
  let module: LLVMModuleRef
  var mapping = WarpMapping.native
  var needsWholeRows = false
  var facts: KernelFacts?
  var notes: [String] = []
  var lowering: ModuleLowering?
  var unoptimised: [UInt8]?
  var object: [UInt8] = []
  var codeObject: [UInt8] = []
  /// Processor time of each pass, in seconds, in order.
  var times: [PassTime] = []

  init(_ ptx: ModuleIndex, kernel: String, options: CompilerOptions, target: GPUTarget) throws {
    self.ptx = ptx
    self.kernel = kernel
    self.options = options
    let started = processorSeconds()
    toolchain = try Toolchain(target: target, optimisation: options.optimisation)
    module = toolchain.makeModule(kernel)
    times.append(PassTime(pass: "set-up", seconds: processorSeconds() - started))
  }
  deinit { LLVMDisposeModule(module) }
}

/// What one pass took of one kernel.
public struct PassTime: Sendable {
  public var pass: String
  public var seconds: Double
}

/// Processor time of the calling thread.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

struct Pass {
  let name: String
  let run: (Compilation) throws -> Void
}

enum Pipeline {
  /// Up to whole IR: what is ours.
  nonisolated(unsafe) static let front: [Pass] = [
    Pass(name: "warp mapping") { try chooseMapping($0) },
    Pass(name: "lowering") { compilation in
      let lowering = try ModuleLowering(
        compilation.ptx, target: compilation.toolchain.target, mapping: compilation.mapping,
        facts: compilation.facts!, context: compilation.toolchain.context, module: compilation.module)
      compilation.lowering = lowering
      lowering.readsCompressedTexels = compilation.options.readsCompressedTexels
      try lowering.lower()
    },
    Pass(name: "device library") { try DeviceLibrary.link(into: $0) },
    Pass(name: "verification") { try $0.toolchain.verify($0.module) },
    Pass(name: "pointers") { compilation in
      if compilation.options.keepsUnoptimised { compilation.unoptimised = compilation.toolchain.text(compilation.module) }
      try PointerRecovery.run(on: compilation)
      try compilation.toolchain.verify(compilation.module)
    },
    Pass(name: "loop exits") { compilation in
      if LoopExits.run(in: compilation.module, compilation.lowering!.b) { try compilation.toolchain.verify(compilation.module) }
    },
  ]
  /// Up to optimised IR.
  nonisolated(unsafe) static let middle: [Pass] = [
    Pass(name: "optimisation") { compilation in
      try compilation.toolchain.optimise(compilation.module, "default<O\(compilation.options.optimisation)>")
    },
    Pass(name: "floating-point mode") { FloatModePass.run($0) },
  ]
  /// From optimised IR to a code object.
  nonisolated(unsafe) static let back: [Pass] = [
    Pass(name: "code generation") { $0.object = try $0.toolchain.emit($0.module) },
    Pass(name: "link") { $0.codeObject = try $0.toolchain.link($0.object) },
  ]

  static func run(_ passes: [Pass], on compilation: Compilation) throws {
    for pass in passes {
      let started = processorSeconds()
      defer { compilation.times.append(PassTime(pass: pass.name, seconds: processorSeconds() - started)) }
      do { try pass.run(compilation) } catch let error as CompileError {
        throw CompileError(error.reason, error.message.contains("(pass: ") ? error.message : "\(error.message) (pass: \(pass.name))")
      }
    }
  }

  private static func chooseMapping(_ compilation: Compilation) throws {
    let facts = try KernelFacts(compilation.ptx, kernel: compilation.kernel)
    compilation.facts = facts
    let choice = WarpSharing.choose(
      facts, waveSize: compilation.toolchain.target.waveSize, forced: compilation.options.mapping)
    compilation.mapping = choice.mapping
    compilation.needsWholeRows = choice.needsWholeRows
    compilation.notes += choice.notes
  }
}
