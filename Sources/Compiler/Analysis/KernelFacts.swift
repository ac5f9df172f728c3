// What the passes ask about a kernel and the functions that it reaches: found once for each kernel.
import PTX

struct KernelFacts {
  let kernel: Function
  let definitions: [String: Function]
  let reachable: Reachability
  let traits: FunctionTraits
  let countedBarriers: CountedBarriers
  /// Threads of a block, where the kernel fixes them.
  var requiredThreads: Int? { LaunchLimits(kernel).requiredThreads }

  init(_ index: ModuleIndex, kernel name: String) throws {
    definitions = index.definitions
    guard let kernel = definitions[name], kernel.kind == .entry, kernel.body != nil else {
      throw CompileError(.notFound, "the module has no kernel `\(name)`")
    }
    self.kernel = kernel
    reachable = Reachability(from: name, in: index)
    traits = FunctionTraits(reachable, definitions)
    countedBarriers = CountedBarriers(
      reachable.functions.compactMap { [definitions] in definitions[$0] }, requiredThreads: LaunchLimits(kernel).requiredThreads)
  }
}
