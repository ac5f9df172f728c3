// A kernel that is loaded: its code is in executable device memory with every address filled in, ready to be dispatched.
// Threads: immutable but for the attributes, which are atomic; any thread may launch it.
import Glibc
import KernelImage
import Synchronization

public final class Function: Sendable {
  /// The mangled name, as PTX spells it.
  public let name: String
  /// The same as C has it; never freed.
  public var nameForEver: UnsafePointer<CChar> { UnsafePointer(cName) }
  private nonisolated(unsafe) let cName: UnsafeMutablePointer<CChar>   // never written after init
  /// Resources, parameters and launch limits, as the compiler found them.  `bytes` may have been dropped after loading.
  public let image: KernelImage
  /// Device address of the 64-byte kernel descriptor: `kernel_object` of the AQL packet.
  public let descriptorAddress: UInt64
  /// Ordinal of the device whose memory holds the code.
  public let deviceOrdinal: Int
  /// Major × 10 + minor of the architecture that the PTX was made for: cudaFuncAttributes.ptxVersion.
  public let ptxArchitecture: Int

  /// cudaFuncAttributeMaxDynamicSharedMemorySize; -1 while the program has not set it.
  public let maximumDynamicSharedBytes = Atomic<Int>(-1)
  /// cudaFuncAttributePreferredSharedMemoryCarveout, remembered and otherwise without effect (LDS is not carved out of a cache).
  public let preferredSharedCarveout = Atomic<Int>(-1)

  // What a launch reads, copied out of the image so that the hot path touches no array.
  public let parameterCount: Int
  public let mapping: WarpMapping
  public let kernargSize: Int
  public let hiddenOffset: Int

  public init(name: String, image: KernelImage, descriptorAddress: UInt64, deviceOrdinal: Int, ptxTarget: String = "") {
    self.name = name
    cName = strdup(name)
    self.image = image
    self.descriptorAddress = descriptorAddress
    self.deviceOrdinal = deviceOrdinal
    ptxArchitecture = Int(ptxTarget.drop { $0 != "_" }.dropFirst().prefix { $0.isNumber }) ?? 0   // "sm_90a"
    parameterCount = image.parameters.count
    mapping = image.mapping
    kernargSize = Int(image.kernargSize)
    hiddenOffset = Int(image.hiddenOffset)
  }
}
