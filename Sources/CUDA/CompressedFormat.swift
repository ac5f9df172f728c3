// Formats of texels that are compressed in blocks of 4 by 4, by every name that CUDA has for one.
// An array's sizes count texels; its rows, and copies to and from it, are of blocks.
// A table.  Source: driver_types.h, cuda.h: enums cudaChannelFormatKind, CUarray_format, cudaResourceViewFormat; channel_descriptor.h for the
// bits and channels that say such a kind.
import CDeviceABI

public struct CompressedFormat: Sendable {
  /// cudaChannelFormatKind, CUarray_format.
  public let kind, arrayFormat: Int32
  /// cudaResourceViewFormat; 0: no view has it, as views say sRGB by the texture's own flag.
  let view: UInt32
  public let channels: Int, bits: Int32
  let blockBytes: Int
  /// CARMINE_CHANNEL_…
  let decoder: UInt32
  let isSRGB: Bool

  static let side = 4

  private init(_ kind: Int32, _ arrayFormat: Int32, view: UInt32 = 0, _ channels: Int, bits: Int32 = 8, block: Int, _ decoder: UInt32, sRGB: Bool = false) {
    (self.kind, self.arrayFormat, self.view, self.channels, self.bits, blockBytes) = (kind, arrayFormat, view, channels, bits, block)
    (self.decoder, isSRGB) = (decoder, sRGB)
  }

  public static let all: [CompressedFormat] = [
    .init(17, 0x91, view: 0x19, 4, block: 8, CARMINE_CHANNEL_BC1), .init(18, 0x92, 4, block: 8, CARMINE_CHANNEL_BC1, sRGB: true),
    .init(19, 0x93, view: 0x1a, 4, block: 16, CARMINE_CHANNEL_BC2), .init(20, 0x94, 4, block: 16, CARMINE_CHANNEL_BC2, sRGB: true),
    .init(21, 0x95, view: 0x1b, 4, block: 16, CARMINE_CHANNEL_BC3), .init(22, 0x96, 4, block: 16, CARMINE_CHANNEL_BC3, sRGB: true),
    .init(23, 0x97, view: 0x1c, 1, block: 8, CARMINE_CHANNEL_BC4), .init(24, 0x98, view: 0x1d, 1, block: 8, CARMINE_CHANNEL_BC4_SIGNED),
    .init(25, 0x99, view: 0x1e, 2, block: 16, CARMINE_CHANNEL_BC5), .init(26, 0x9a, view: 0x1f, 2, block: 16, CARMINE_CHANNEL_BC5_SIGNED),
    .init(27, 0x9b, view: 0x20, 3, bits: 16, block: 16, CARMINE_CHANNEL_BC6H),
    .init(28, 0x9c, view: 0x21, 3, bits: 16, block: 16, CARMINE_CHANNEL_BC6H_SIGNED),
    .init(29, 0x9d, view: 0x22, 4, block: 16, CARMINE_CHANNEL_BC7), .init(30, 0x9e, 4, block: 16, CARMINE_CHANNEL_BC7, sRGB: true),
  ]

  public static func ofKind(_ kind: Int32) -> CompressedFormat? { all.first { $0.kind == kind } }
  static func ofView(_ view: UInt32) -> CompressedFormat? { view == 0 ? nil : all.first { $0.view == view } }

  /// The channels of its description.
  public var format: ChannelFormat {
    ChannelFormat(x: bits, y: channels > 1 ? bits : 0, z: channels > 2 ? bits : 0, w: channels > 3 ? bits : 0, kind: kind)
  }
  /// Whether textures of such arrays are read with cudaReadModeNormalizedFloat, and never without; BC6H is of numbers already.
  var isNormalized: Bool { bits == 8 }

  func put(in object: inout carmine_texture) {
    (object.channel_kind, object.channel_bits, object.channels) = (decoder, UInt32(blockBytes), UInt32(channels))
    if isSRGB { object.flags |= CARMINE_TEXTURE_SRGB }
  }
}
