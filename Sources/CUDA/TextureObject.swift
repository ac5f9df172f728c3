// Texture and surface objects: a handle is the device address of a description (carmine_texture.h) that kernels read.
// Threads: any.  An object keeps its array's memory alive no longer than the program does, as in CUDA.
// Source: CUDA Runtime API, "Texture Object Management", "Surface Object Management"; CUDA Programming Guide, "Texture Memory".
import CDeviceABI
import GPU
import Synchronization

/// cudaTextureDesc, without the hints.
public struct TextureSettings: Sendable {
  public var addressModes: (UInt32, UInt32, UInt32) = (0, 0, 0)
  public var isLinear = false, readsNormalized = false, isSRGB = false, hasNormalizedCoordinates = false, interpolatesLevels = false
  public var border: (Float, Float, Float, Float) = (0, 0, 0, 0)
  public var levelBias: Float = 0, leastLevel: Float = 0, mostLevel: Float = 0
  public init() {}
}

/// What a texture reads.
public enum TextureSource {
  case array(DeviceArray)
  case mipmapped(DeviceArray)
  case linear(UnsafeMutableRawPointer?, ChannelFormat, byteCount: Int)
  case pitched(UnsafeMutableRawPointer?, ChannelFormat, width: Int, height: Int, pitch: Int)
}

public enum TextureObjects {
  private static let lock = Lock()
  nonisolated(unsafe) private static var owners: [UInt64: Device] = [:]  // by handle; under the lock
  private static let compressedExist = Atomic(false)
  /// A texture of compressed texels was made: kernels that fetch texels are launched as compiled for those.
  static var someAreCompressed: Bool { compressedExist.load(ordering: .relaxed) }

  /// cudaCreateTextureObject; settings nil: a surface.
  public static func make(
    _ source: TextureSource, _ settings: TextureSettings?, view: ResourceView? = nil, in context: Context
  ) throws(CUDAError) -> UInt64 {
    try context.check()
    var object = try description(source)
    if let view {
      switch source {
      case .array(let array), .mipmapped(let array): try view.apply(to: &object, of: array)
      case .linear, .pitched: throw .invalidValue.because("a view is of an array")
      }
    }
    let isCompressed = object.channel_kind >= CARMINE_CHANNEL_BC1
    if let settings {
      // Of a view the array's format says nothing about how its texels are read.
      if isCompressed, view == nil { try checkReading(source, settings) }
      let isInteger = object.channel_kind != CARMINE_CHANNEL_FLOAT && !isCompressed
      if settings.isLinear, isInteger, !settings.readsNormalized { throw .invalidFilterSetting.because("integers are not interpolated: the read mode must be normalized") }
      if settings.readsNormalized, isInteger, object.channel_bits == 32 { throw .invalidNormSetting.because("integers of 32 bits are not read as normalized numbers") }
      let flags: [(Bool, UInt32)] = [
        (settings.isLinear, CARMINE_TEXTURE_LINEAR), (settings.readsNormalized && isInteger, CARMINE_TEXTURE_READ_NORMALIZED),
        (settings.isSRGB, CARMINE_TEXTURE_SRGB), (settings.hasNormalizedCoordinates, CARMINE_TEXTURE_NORMALIZED),
        (settings.interpolatesLevels, CARMINE_TEXTURE_MIP_LINEAR),
      ]
      for (isSet, flag) in flags where isSet { object.flags |= flag }
      object.address_mode = settings.addressModes
      object.border = settings.border
      (object.level_bias, object.level_least, object.level_most) = (settings.levelBias, settings.leastLevel, settings.mostLevel)
      if case .linear = source {  // fetched by whole numbers; zero beyond the end
        object.address_mode = (CARMINE_ADDRESS_BORDER, CARMINE_ADDRESS_BORDER, CARMINE_ADDRESS_BORDER)
        object.flags &= ~(CARMINE_TEXTURE_LINEAR | CARMINE_TEXTURE_NORMALIZED)
        object.border = (0, 0, 0, 0)
      }
    } else {
      guard case .array(let array) = source else { throw .invalidValue.because("a surface needs an array") }
      guard array.flags & DeviceArray.surface != 0 else { throw .invalidValue.because("the array was made without cudaArraySurfaceLoadStore") }
    }
    try Capture.forbidUnsafe()
    if isCompressed { compressedExist.store(true, ordering: .relaxed) }  // before any launch can have the handle
    let memory: UnsafeMutableRawPointer
    do throws(GPUError) { memory = try context.gpu.allocate(UInt64(MemoryLayout<carmine_texture>.size), heap: .deviceLocal, isInternal: true) } catch {
      throw CUDAError(error)
    }
    memory.storeBytes(of: object, as: carmine_texture.self)
    context.gpu.flushHostWrites()
    let handle = UInt64(UInt(bitPattern: memory))
    lock.withLock { owners[handle] = context.device }
    return handle
  }

  /// cudaDestroyTextureObject, cudaDestroySurfaceObject.  0 does nothing.
  public static func destroy(_ handle: UInt64, in context: Context) throws(CUDAError) {
    try context.check()
    try Capture.forbidUnsafe()
    if handle == 0 { return }
    guard let device = lock.withLock({ owners.removeValue(forKey: handle) }) else { throw .invalidValue.because("no texture or surface object has this handle") }
    try (device === context.device ? context : try device.primaryContext()).finish()
    try? device.gpu.free(handle)
  }

  /// Throws cudaErrorInvalidNormSetting for arrays of compressed texels whose texture isn't to give what they are.
  private static func checkReading(_ source: TextureSource, _ settings: TextureSettings) throws(CUDAError) {
    let array: DeviceArray
    switch source {
    case .array(let given), .mipmapped(let given): array = given
    case .linear, .pitched: return
    }
    guard let compression = array.format.compression else { return }
    guard settings.readsNormalized == compression.isNormalized else {
      throw .invalidNormSetting.because("texels of kind \(array.format.kind) are read \(compression.isNormalized ? "" : "not ")as normalized numbers")
    }
  }

  private static func description(_ source: TextureSource) throws(CUDAError) -> carmine_texture {
    var object = carmine_texture()
    object.levels = 1
    func put(_ format: ChannelFormat, inArray: Bool = false) throws(CUDAError) {
      try format.check(inArray: inArray)
      if let compression = format.compression { return compression.put(in: &object) }
      (object.channel_kind, object.channel_bits, object.channels) = (UInt32(format.kind), UInt32(format.bits.x), UInt32(format.channels))
    }
    func put(_ array: DeviceArray) throws(CUDAError) {
      try put(array.format, inArray: true)
      (object.width, object.height) = (UInt32(array.extent.width), UInt32(max(1, array.extent.height)))
      object.depth = array.isLayered ? 1 : UInt32(array.planes)
      object.layers = array.isLayered ? UInt32(array.planes) : 0
      if array.flags & DeviceArray.cubemap != 0 { object.flags |= CARMINE_TEXTURE_CUBE }
    }
    func level(_ index: Int, _ address: UInt64, _ pitch: Int, _ slice: Int) {
      withUnsafeMutableBytes(of: &object.level) {
        $0.assumingMemoryBound(to: carmine_texture_level.self)[index] = carmine_texture_level(address: address, pitch: UInt32(pitch), reserved: 0, slice: UInt64(slice))
      }
    }
    func known(_ pointer: UnsafeMutableRawPointer?, _ byteCount: Int) throws(CUDAError) -> UInt64 {
      guard let pointer, let (_, allocation) = Runtime.find(UInt64(UInt(bitPattern: pointer))) else { throw .invalidValue.because("the texture's memory is no device memory") }
      let address = UInt64(UInt(bitPattern: pointer))
      let inHostView = address &- allocation.hostAddress < allocation.byteCount
      let offset = address &- (inHostView ? allocation.hostAddress : allocation.deviceAddress)
      guard UInt64(byteCount) <= allocation.byteCount - offset else { throw .invalidValue.because("the texture is larger than its memory") }
      return allocation.deviceAddress + offset
    }
    switch source {
    case .array(let array):
      try put(array)
      level(0, array.address, array.rowPitch, array.slicePitch)
    case .mipmapped(let array):
      try put(array)
      object.levels = UInt32(max(1, array.levels.count))
      for (index, each) in array.levels.enumerated() { level(index, each.address, each.rowPitch, each.slicePitch) }
      if array.levels.isEmpty { level(0, array.address, array.rowPitch, array.slicePitch) }
    case .linear(let pointer, let format, let byteCount):
      try put(format)
      guard byteCount >= 0, byteCount / format.byteCount <= 1 << 28 else { throw .invalidValue.because("a linear texture of \(byteCount) bytes") }
      (object.width, object.height, object.depth) = (UInt32(byteCount / format.byteCount), 1, 1)
      level(0, try known(pointer, byteCount), 0, 0)
    case .pitched(let pointer, let format, let width, let height, let pitch):
      try put(format)
      guard width > 0, height > 0, width * format.byteCount <= pitch, pitch < 1 << 31 else { throw .invalidValue.because("\(width) × \(height) texels, pitch \(pitch)") }
      (object.width, object.height, object.depth) = (UInt32(width), UInt32(height), 1)
      level(0, try known(pointer, (height - 1) * pitch + width * format.byteCount), pitch, 0)
    }
    return object
  }
}
