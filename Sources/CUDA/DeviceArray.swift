// CUDA arrays, plain and mipmapped: memory for textures and surfaces, in rows (carmine_texture.h says how texels lie).
// Threads: any; an array doesn't change after it is made.  Freeing waits for the device.
// Source: CUDA Runtime API, cudaMallocArray, cudaMalloc3DArray, cudaMallocMipmappedArray, cudaChannelFormatDesc.
import CDeviceABI
import GPU

/// cudaChannelFormatDesc: bits of each channel, and how they are read.  An element of an array is a texel, or a block of compressed ones.
public struct ChannelFormat: Sendable, Equatable {
  public var bits: (x: Int32, y: Int32, z: Int32, w: Int32)
  public var kind: Int32

  public init(x: Int32, y: Int32, z: Int32, w: Int32, kind: Int32) { bits = (x, y, z, w); self.kind = kind }
  public static func == (a: Self, b: Self) -> Bool { a.bits == b.bits && a.kind == b.kind }

  public var channels: Int { [bits.x, bits.y, bits.z, bits.w].prefix { $0 != 0 }.count }
  /// nil: texels stand alone.
  public var compression: CompressedFormat? { kind < 3 ? nil : .ofKind(kind) }
  /// Of an element.
  public var byteCount: Int { compression?.blockBytes ?? channels * Int(bits.x) / 8 }
  /// How many elements so many texels of a row or a column take.
  func elements(_ texels: Int) -> Int { compression == nil ? texels : (texels + CompressedFormat.side - 1) / CompressedFormat.side }

  /// Throws cudaErrorInvalidChannelDescriptor unless it is 1, 2 or 4 channels of one size that textures can have, or, in arrays, one of the
  /// compressed formats.
  public func check(inArray: Bool = false) throws(CUDAError) {
    if inArray, let compression, compression.format == self { return }
    let all = [bits.x, bits.y, bits.z, bits.w]
    let count = channels
    guard [1, 2, 4].contains(count), all[count...].allSatisfy({ $0 == 0 }), all[..<count].allSatisfy({ $0 == bits.x }),
      UInt32(bitPattern: kind) == CARMINE_CHANNEL_FLOAT ? bits.x == 16 || bits.x == 32 : (kind == 0 || kind == 1) && [8, 16, 32].contains(bits.x)
    else { throw .invalidChannelDescriptor.because("channels of \(bits.x), \(bits.y), \(bits.z) and \(bits.w) bits, kind \(kind)") }
  }
}

public final class DeviceArray: @unchecked Sendable {  // does not change after init, but for `levels`, made with it
  public static let layered: UInt32 = 1, surface: UInt32 = 2, cubemap: UInt32 = 4, gather: UInt32 = 8, colorAttachment: UInt32 = 0x20
  /// Arrays without memory of their own: it is mapped later, in tiles or as a whole.
  public static let sparse: UInt32 = 0x40, deferredMapping: UInt32 = 0x80

  public let format: ChannelFormat
  /// As asked for: 0 where a dimension doesn't exist; depth counts layers of a layered array.
  public let extent: (width: Int, height: Int, depth: Int)
  public let flags: UInt32
  let device: Device
  let address: UInt64
  let rowPitch, slicePitch: Int
  /// nil for a level of a mipmapped array, which owns the memory.
  private let owner: DeviceArray?
  fileprivate(set) var levels: [DeviceArray] = []
  public private(set) var handle: UnsafeMutableRawPointer!

  static let handles = HandleTable<DeviceArray>(magic: 0x7961_7272_615f_6163)
  /// Of mipmapped arrays.
  static let mipmappedHandles = HandleTable<DeviceArray>(magic: 0x7061_6d70_696d_6163)

  static let pitchAlignment = 256

  /// Rows and bytes of a row, of elements.
  public var rows: Int { max(1, format.elements(extent.height)) }
  public var rowBytes: Int { format.elements(extent.width) * format.byteCount }
  var planes: Int { max(1, extent.depth) }
  var isLayered: Bool { flags & (Self.layered | Self.cubemap) != 0 }

  private init(
    device: Device, format: ChannelFormat, extent: (width: Int, height: Int, depth: Int), flags: UInt32, address: UInt64, rowPitch: Int, slicePitch: Int,
    owner: DeviceArray?
  ) {
    (self.device, self.format, self.extent, self.flags) = (device, format, extent, flags)
    (self.address, self.rowPitch, self.slicePitch, self.owner) = (address, rowPitch, slicePitch, owner)
  }

  deinit { if owner == nil && address != 0 { try? device.gpu.free(address) } }

  /// A level of a mipmapped array.
  public var isLevel: Bool { owner != nil }
  /// Nothing is behind it yet.
  var hasNoMemory: Bool { address == 0 }
  /// Of all levels, before rounding.
  private(set) var byteCount = 0

  /// levelCount: nil for a plain array.  `memory`: gives the address of so many bytes, which the array frees; nil for new memory.
  public static func make(
    on context: Context, format: ChannelFormat, extent: (width: Int, height: Int, depth: Int), flags: UInt32, levelCount: Int? = nil,
    memory: ((_ byteCount: UInt64) throws(CUDAError) -> UInt64)? = nil
  ) throws(CUDAError) -> DeviceArray {
    try context.check()
    try format.check(inArray: true)
    guard extent.width > 0, extent.height >= 0, extent.depth >= 0, extent.width <= 1 << 17, extent.height <= 1 << 16, extent.depth <= 1 << 14 else {
      throw .invalidValue.because("an array of \(extent.width) × \(extent.height) × \(extent.depth)")
    }
    guard flags & ~(layered | surface | cubemap | gather | sparse | deferredMapping) == 0, flags & (sparse | deferredMapping) != sparse | deferredMapping else {
      throw .notSupported.because("array flags \(String(flags, radix: 16)): layered, surface, cubemap, gather, sparse and deferred arrays exist here")
    }
    guard format.compression == nil || flags & surface == 0 else { throw .invalidValue.because("surfaces have no compressed texels") }
    if flags & cubemap != 0 {
      guard extent.width == extent.height, flags & layered != 0 ? extent.depth > 0 && extent.depth % 6 == 0 : extent.depth == 6 else {
        throw .invalidValue.because("a cube map of \(extent.width) × \(extent.height) × \(extent.depth)")
      }
    }
    let isLayered = flags & (layered | cubemap) != 0
    let largest = max(extent.width, extent.height, isLayered ? 0 : extent.depth)
    let most = Int.bitWidth - largest.leadingZeroBitCount
    let count = min(max(1, levelCount ?? 1), most, Int(CARMINE_TEXTURE_LEVELS))
    var sizes: [(extent: (width: Int, height: Int, depth: Int), row: Int, slice: Int, offset: Int)] = []
    var total = 0
    for level in 0..<count {
      func half(_ value: Int) -> Int { value == 0 ? 0 : max(1, value >> level) }
      let size = (width: half(extent.width), height: half(extent.height), depth: isLayered ? extent.depth : half(extent.depth))
      let row = (format.elements(size.width) * format.byteCount + pitchAlignment - 1) / pitchAlignment * pitchAlignment
      let slice = row * max(1, format.elements(size.height))
      sizes.append((size, row, slice, total))
      total += slice * max(1, size.depth)
    }
    let address: UInt64
    try Capture.forbidUnsafe()
    if let memory {
      address = try memory(UInt64(total))
    } else if flags & (sparse | deferredMapping) != 0 {
      address = 0
    } else {
      do throws(GPUError) { address = UInt64(UInt(bitPattern: try context.gpu.allocate(UInt64(total), heap: .deviceLocal, isInternal: true))) } catch {
        throw CUDAError(error)
      }
    }
    let array = DeviceArray(
      device: context.device, format: format, extent: extent, flags: flags, address: address, rowPitch: sizes[0].row, slicePitch: sizes[0].slice, owner: nil)
    array.byteCount = total
    for size in sizes where levelCount != nil {
      let level = DeviceArray(
        device: context.device, format: format, extent: size.extent, flags: flags, address: address == 0 ? 0 : address + UInt64(size.offset), rowPitch: size.row,
        slicePitch: size.slice, owner: array)
      level.handle = handles.issue(level)
      array.levels.append(level)
    }
    array.handle = levelCount != nil ? mipmappedHandles.issue(array) : handles.issue(array)
    return array
  }

  /// The array that a cudaArray_t means.
  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> DeviceArray {
    guard let handle, let array = handles.object(for: handle) else { throw .invalidResourceHandle.because("no array has this handle") }
    return array
  }
  public static func findMipmapped(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> DeviceArray {
    guard let handle, let array = mipmappedHandles.object(for: handle) else { throw .invalidResourceHandle.because("no mipmapped array has this handle") }
    return array
  }

  /// A level of a mipmapped array, which lives as long as that.
  public func level(_ index: UInt32) throws(CUDAError) -> DeviceArray {
    guard Int(index) < levels.count else { throw .invalidValue.because("level \(index) of \(levels.count)") }
    return levels[Int(index)]
  }

  /// cudaFreeArray, cudaFreeMipmappedArray: waits for the device.  Null does nothing.
  public static func free(_ handle: UnsafeMutableRawPointer?, mipmapped: Bool, in context: Context) throws(CUDAError) {
    try context.check()
    guard let handle else { return }
    let array = mipmapped ? try findMipmapped(handle) : try find(handle)
    guard array.owner == nil else { throw .invalidValue.because("a level of a mipmapped array is freed with it") }
    try (array.device === context.device ? context : try array.device.primaryContext()).finish()
    for level in array.levels { _ = handles.revoke(level.handle) }
    array.levels = []  // each holds the array
    _ = mipmapped ? mipmappedHandles.revoke(handle) : handles.revoke(handle)
  }

  /// One side of a copy that begins at byte x of row y of plane z.
  public func side(x: Int, y: Int, z: Int) throws(CUDAError) -> CopySide {
    guard x >= 0, y >= 0, z >= 0, x <= rowBytes, y < rows, z < planes else {
      throw .invalidValue.because("byte \(x) of row \(y) of plane \(z) is outside the array")
    }
    guard !hasNoMemory else { throw .invalidValue.because("no memory has been mapped to the array") }
    let place = address + UInt64(z * slicePitch + y * rowPitch + x)
    return CopySide(UnsafeMutableRawPointer(bitPattern: UInt(place)), rowPitch: rowPitch, slicePitch: slicePitch)
  }

  /// Throws cudaErrorInvalidValue when a box leaves the array.
  public func check(x: Int, y: Int, z: Int, _ box: CopyExtent) throws(CUDAError) {
    guard x + box.width <= rowBytes, y + box.height <= rows, z + box.depth <= planes else {
      throw .invalidValue.because("\(box.width) bytes × \(box.height) × \(box.depth) at (\(x), \(y), \(z)) leave the array")
    }
  }
}
