// Where inventories and kernels come from: the cache first, then the compiler process.
// Threads: any.
import KernelImage

public protocol KernelCompiler: Sendable {
  /// What the module holds that is taken for this target.
  func inventory(of source: ModuleSource, for target: String) throws -> ModuleImage
  func kernel(_ name: String, of source: ModuleSource, for target: String) throws -> KernelImage
}
