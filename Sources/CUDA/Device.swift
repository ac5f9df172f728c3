// One GPU as CUDA sees it, and its primary context.
// Threads: any; immutable but for the primary context, which is made once under a lock and then read by one atomic load.
import GPU
import Synchronization

public final class Device: @unchecked Sendable {  // storedContext: contextLock
  public let gpu: GPU.Device
  public let properties: DeviceProperties
  public var ordinal: Int { properties.ordinal }

  private let contextLock = Lock()
  private var storedContext: Context?
  private let contextPointer = Atomic<UInt>(0)

  /// Live contexts by ordinal, so that error look-ups never start the runtime.
  private static let registryLock = Lock()
  private nonisolated(unsafe) static var registry: [Device] = []

  /// `ordinal` counts the devices that CUDA_VISIBLE_DEVICES leaves.
  init(gpu: GPU.Device, ordinal: Int) {
    self.gpu = gpu
    var properties = DeviceProperties(gpu.node)
    properties.ordinal = ordinal
    properties.hasPartialHostAtomics = gpu.hostLink.map { $0.hasAtomics32 || $0.hasAtomics64 } ?? false
    self.properties = properties
    Self.registryLock.withLock { Self.registry.append(self) }
  }

  static func live(_ ordinal: Int) -> Device? { registryLock.withLock { registry.first { $0.ordinal == ordinal } } }

  /// Devices that have been opened; starts nothing.
  static var registered: [Device] { registryLock.withLock { registry } }

  /// The primary context, made at its first use.  Throws cudaErrorMemoryAllocation and the like when it cannot be made.
  public func primaryContext() throws(CUDAError) -> Context {
    if let context = contextIfAny { return context }
    let (context, isNew) = try contextLock.withLock { () throws(CUDAError) in
      if let context = storedContext { return (context, false) }
      let context = try Context(device: self)
      storedContext = context
      contextPointer.store(UInt(bitPattern: Unmanaged.passUnretained(context).toOpaque()), ordering: .releasing)
      return (context, true)
    }
    if isNew { context.loadEagerly() }
    return context
  }

  /// The primary context if it has been made (and never unmade: a reset empties it).
  var contextIfAny: Context? {
    let bits = contextPointer.load(ordering: .acquiring)
    guard let pointer = UnsafeRawPointer(bitPattern: bits) else { return nil }
    return Unmanaged<Context>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Whether anything has used the primary context yet.
  public var isPrimaryContextActive: Bool { contextIfAny != nil }
}
