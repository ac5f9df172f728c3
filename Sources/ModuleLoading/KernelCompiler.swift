// Where inventories and kernels come from: the cache first, then the compiler process.
// Threads: any.
import KernelImage

public protocol KernelCompiler: Sendable {
  /// What the module holds that is taken for this target.
  func inventory(of source: ModuleSource, for target: String) throws -> ModuleImage
  /// takingTurns: for a block that the compiler's own choice of a warp mapping does not serve (KernelImage.mostThreadsAsMapped).
  func kernel(_ name: String, of source: ModuleSource, for target: String, takingTurns: Bool) throws -> KernelImage
}
