// What a texture or surface case reads: a shape, a format and how it is sampled; what its texels hold follows from their place, so
// that the host writes and a reference expects the same.
import PTX

/// A texel: channels of so many bits.
struct TexelFormat: Hashable {
  enum Kind: Int32 { case signed, unsigned, float }  // cudaChannelFormatKind
  var channels = 4, bits = 32, kind = Kind.float
  var byteCount: Int { channels * bits / 8 }
}

struct TextureShape: Hashable {
  /// PTX's word, or "linear" for memory without an array.
  var geometry: String
  var width = 16, height = 1, depth = 1, layers = 1, levels = 1

  init(_ geometry: String, levels: Int = 1) {
    self.geometry = geometry
    self.levels = levels
    switch geometry {
    case "2d": height = 8
    case "3d": (width, height, depth) = (8, 8, 4)
    case "a1d": layers = 3
    case "a2d": (height, layers) = (8, 3)
    case "cube": height = 16
    case "acube": (height, layers) = (16, 2)
    case "linear": width = 256
    default: break
    }
  }
  var isLayered: Bool { geometry.hasPrefix("a") }
  var isCube: Bool { geometry.hasSuffix("cube") }
  var dimensions: Int { isCube || geometry.hasSuffix("2d") ? 2 : geometry == "3d" ? 3 : 1 }
  var faces: Int { isCube ? 6 : 1 }
  /// Rows of images: layers, faces of layers, or depth.
  func slices(_ level: Int) -> Int { dimensions == 3 ? max(1, depth >> level) : layers * faces }
  func size(_ level: Int) -> [Int] { [max(1, width >> level), max(1, height >> level), max(1, depth >> level)] }
}

/// cudaTextureDesc, as far as cases differ in it.
struct Sampler: Hashable {
  enum Mode: Int32 { case wrap, clamp, mirror, border }  // cudaTextureAddressMode
  var mode = Mode.clamp
  var isLinear = false, isNormalized = false, readsNumbers = false
  static let border: [Float] = [1, 2, 3, 4]
}

struct TextureResource: Hashable {
  var shape: TextureShape, format = TexelFormat()
  /// nil: a surface.
  var sampler: Sampler?
  /// A case that writes has it for itself.
  var owner = ""

  /// The bits of a channel.  Floating point: whole numbers from -9 to 22, so that weighted sums are exact.
  func bits(level: Int, slice: Int, _ y: Int, _ x: Int, _ channel: Int) -> UInt64 {
    let place = x * 7 + y * 13 + slice * 29 + channel * 5 + level * 11
    if format.kind == .float {
      let number = Double(place % 32 - 9)
      return format.bits == 16 ? ExactFormat.f16.pack(ExactFormat.f64.unpack(number.bitPattern)) : UInt64(Float(number).bitPattern)
    }
    return UInt64(truncatingIfNeeded: place &* 0x9e37_79b9 &+ place << 7) & (format.bits == 64 ? .max : (1 << UInt64(format.bits)) - 1)
  }
  /// A channel as a number: of whole numbers too where they are read as numbers from -1 or 0 to 1, times the largest.
  func number(level: Int, slice: Int, _ y: Int, _ x: Int, _ channel: Int) -> Double {
    let code = bits(level: level, slice: slice, y, x, channel)
    switch format.kind {
    case .float: return format.bits == 16 ? ExactFormat.f16.unpack(code).double : Double(Float(bitPattern: UInt32(code)))
    case .unsigned: return Double(code)
    case .signed: return Double(max(Int(wide(code, format.bits == 8 ? .s8 : format.bits == 16 ? .s16 : .s32)), -(1 << (format.bits - 1)) + 1))
    }
  }
  /// A level's bytes, slice by slice, row by row.
  func bytes(level: Int) -> [UInt8] {
    let size = shape.size(level)
    var bytes: [UInt8] = []
    for slice in 0..<shape.slices(level) {
      for y in 0..<size[1] {
        for x in 0..<size[0] {
          for channel in 0..<format.channels {
            let code = bits(level: level, slice: slice, y, x, channel)
            for byte in 0..<(format.bits / 8) { bytes.append(UInt8(truncatingIfNeeded: code >> UInt64(8 * byte))) }
          }
        }
      }
    }
    return bytes
  }
}
