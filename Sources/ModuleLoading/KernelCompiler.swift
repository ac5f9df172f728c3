// Where inventories and kernels come from: the cache first, then the compiler process.
// Threads: any.
import KernelImage

/// What a launch needs of a kernel beyond the compiler's own choice.
public struct KernelVariant: OptionSet, Hashable, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// For a block that the chosen warp mapping does not serve (KernelImage.mostThreadsAsMapped).
  public static let takingTurns = KernelVariant(rawValue: 1)
  /// For a process with textures of compressed texels (KernelImage.fetchesPlainTexels).
  public static let compressedTexels = KernelVariant(rawValue: 2)
}

public protocol KernelCompiler: Sendable {
  /// What the module holds that is taken for this target.
  func inventory(of source: ModuleSource, for target: String) throws -> ModuleImage
  func kernel(_ name: String, of source: ModuleSource, for target: String, _ variant: KernelVariant) throws -> KernelImage
}
