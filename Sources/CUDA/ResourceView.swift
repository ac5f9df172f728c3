// A texture's view of an array: its texels read in another format of the same size, or a part of its levels and layers.
// A value.  Source: struct cudaResourceViewDesc, enum cudaResourceViewFormat (driver_types.h); what is refused, by NVIDIA's runtime 13.
import CDeviceABI

public struct ResourceView: Sendable {
  public var format: UInt32
  public var extent: (width: Int, height: Int, depth: Int)
  public var levels: (first: Int, last: Int)
  public var layers: (first: Int, last: Int)
  public init(format: UInt32, extent: (width: Int, height: Int, depth: Int), levels: (first: Int, last: Int), layers: (first: Int, last: Int)) {
    (self.format, self.extent, self.levels, self.layers) = (format, extent, levels, layers)
  }

  /// Formats 1 to 0x18: three widths of unsigned and signed integers, halves and floats, each of 1, 2 and 4 channels.
  static func channels(of format: UInt32) -> ChannelFormat? {
    let kinds: [(bits: Int32, kind: Int32)] = [(8, 1), (8, 0), (16, 1), (16, 0), (32, 1), (32, 0), (16, 2), (32, 2)]
    guard (1...0x18).contains(format) else { return nil }
    let (bits, kind) = kinds[Int(format - 1) / 3], count = [1, 2, 4][Int(format - 1) % 3]
    return ChannelFormat(x: bits, y: count > 1 ? bits : 0, z: count > 2 ? bits : 0, w: count > 2 ? bits : 0, kind: kind)
  }

  /// Narrows a description to what is viewed.  `array` is the resource.
  func apply(to object: inout carmine_texture, of array: DeviceArray) throws(CUDAError) {
    let compression = CompressedFormat.ofView(format)
    guard let channels = compression?.format ?? Self.channels(of: format) else { throw .invalidValue.because("view format \(format)") }
    guard channels.byteCount == array.format.byteCount, array.format.compression == nil || channels == array.format else {
      throw .invalidValue.because("texels of \(channels.byteCount) bytes over texels of \(array.format.byteCount)")
    }
    let isOfBlocks = compression != nil && array.format.compression == nil
    if isOfBlocks, array.format.kind != 1 || array.format.bits.x != 32 {
      throw .invalidValue.because("compressed texels are seen in arrays of 2 or 4 unsigned integers of 32 bits")
    }
    let scale = isOfBlocks ? CompressedFormat.side : 1
    guard extent.width == scale * array.extent.width, extent.height == scale * array.extent.height,
      extent.depth == array.extent.depth || array.isLayered || extent.depth == 0
    else { throw .invalidValue.because("a view of \(extent.width) × \(extent.height) × \(extent.depth) texels") }
    guard levels.first <= levels.last, levels.last < Int(object.levels) else {
      throw .invalidValue.because("levels \(levels.first) to \(levels.last) of \(object.levels)")
    }
    let layerCount = Int(object.layers)
    guard layers.first <= layers.last, layers.last < max(layerCount, 1) else {
      throw .invalidValue.because("layers \(layers.first) to \(layers.last) of \(layerCount)")
    }
    if let compression {
      compression.put(in: &object)
      if isOfBlocks { (object.width, object.height) = (UInt32(extent.width), UInt32(max(1, extent.height))) }
    } else {
      (object.channel_kind, object.channel_bits, object.channels) = (UInt32(channels.kind), UInt32(channels.bits.x), UInt32(channels.channels))
    }
    if layerCount > 0 { object.layers = UInt32(layers.last - layers.first + 1) }
    let count = levels.last - levels.first + 1
    (object.width, object.height) = (max(1, object.width >> UInt32(levels.first)), max(1, object.height >> UInt32(levels.first)))
    object.depth = max(1, object.depth >> UInt32(levels.first))
    withUnsafeMutableBytes(of: &object.level) { bytes in
      let all = bytes.assumingMemoryBound(to: carmine_texture_level.self)
      for index in 0..<count {
        var level = all[levels.first + index]
        level.address += UInt64(layers.first) * level.slice
        all[index] = level
      }
    }
    object.levels = UInt32(count)
  }
}
