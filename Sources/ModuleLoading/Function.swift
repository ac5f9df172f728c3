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
  /// Bytes of the module's constants: cudaFuncAttributes.constSizeBytes.
  public let constantBytes: Int

  /// cudaFuncAttributeMaxDynamicSharedMemorySize; -1 while the program has not set it.
  public let maximumDynamicSharedBytes = Atomic<Int>(-1)
  /// cudaFuncAttributePreferredSharedMemoryCarveout, remembered and otherwise without effect (LDS is not carved out of a cache).
  public let preferredSharedCarveout = Atomic<Int>(-1)

  /// Cluster width, height, depth, non-portable sizes and scheduling policy, as a program set them.
  public let clusterSettings: [5 of Atomic<Int32>] = InlineArray { _ in Atomic(0) }

  // What a launch reads, copied out of the image so that the hot path touches no array and counts no reference.
  public let parameterCount: Int
  public nonisolated(unsafe) let parameters: UnsafePointer<Parameter>   // never written after init
  public let mapping: WarpMapping
  public let kernargSize: Int
  public let hiddenOffset: Int
  public let staticSharedBytes: Int
  public let scratchBytes: UInt32
  public let usesDynamicStack: Bool
  public let services: Services
  public let maximumThreads: UInt32
  /// .reqntid; 0: any.
  public let requiredThreads: (x: UInt32, y: UInt32, z: UInt32)
  /// Every launch is served: none needs another variant.
  public let servesAll: Bool
  private let another: (@Sendable (KernelVariant) throws -> Function)?
  /// Those that launches needed, by the variant's raw value.
  private let variants: [4 of AtomicLazyReference<Function>] = InlineArray { _ in AtomicLazyReference() }

  public init(
    name: String, image: KernelImage, descriptorAddress: UInt64, deviceOrdinal: Int, ptxTarget: String = "", constantBytes: Int = 0,
    another: (@Sendable (KernelVariant) throws -> Function)? = nil
  ) {
    self.constantBytes = constantBytes
    servesAll = image.mostThreadsAsMapped == 0 && !image.needsWholeRows && !image.fetchesPlainTexels
    self.another = another
    self.name = name
    cName = strdup(name)
    self.image = image
    self.descriptorAddress = descriptorAddress
    self.deviceOrdinal = deviceOrdinal
    ptxArchitecture = Int(ptxTarget.drop { $0 != "_" }.dropFirst().prefix { $0.isNumber }) ?? 0   // "sm_90a"
    parameterCount = image.parameters.count
    let parameters = UnsafeMutablePointer<Parameter>.allocate(capacity: max(parameterCount, 1))
    for (index, parameter) in image.parameters.enumerated() { (parameters + index).initialize(to: parameter) }
    self.parameters = UnsafePointer(parameters)
    staticSharedBytes = Int(image.staticSharedBytes)
    scratchBytes = image.scratchBytes
    usesDynamicStack = image.usesDynamicStack
    services = image.services
    maximumThreads = image.maximumThreads
    let required = image.requiredThreads
    requiredThreads = (required.count > 0 ? required[0] : 0, required.count > 1 ? required[1] : 0, required.count > 2 ? required[2] : 0)
    mapping = image.mapping
    kernargSize = Int(image.kernargSize)
    hiddenOffset = Int(image.hiddenOffset)
  }

  deinit { parameters.deallocate() }

  /// This function, or the same kernel with lanes that take turns where the block needs it, and with fetches of compressed texels where
  /// there are any; compiled at the first such launch.
  public func serving(block: (x: UInt32, y: UInt32, z: UInt32), compressedTexels: Bool) throws -> Function {
    guard !servesAll, let another else { return self }
    let threads = UInt64(block.x) * UInt64(block.y) * UInt64(block.z)
    let isTooLarge = image.mostThreadsAsMapped > 0 && threads > UInt64(image.mostThreadsAsMapped)
    let hasRaggedRows = image.needsWholeRows && block.x % 32 != 0 && block.y * block.z > 1
    var variant: KernelVariant = isTooLarge || hasRaggedRows ? .takingTurns : []
    if compressedTexels && image.fetchesPlainTexels { variant.insert(.compressedTexels) }
    if variant.isEmpty { return self }
    if let known = variants[variant.rawValue].load() { return known }
    return variants[variant.rawValue].storeIfNil(try another(variant))
  }
}
