// Image and sampler descriptors (T#, S#): SGPRs that say where an image lies, its shape and elements, and how coordinates are
// wrapped and filtered.  Pure; any thread.
// Source: AMD RDNA3 ISA, 9.2, and AMD Vega ISA, 8.2 "Image Resource", "Image Sampler"; ROCr's image managers for what they fill in.

public struct ImageResource: Sendable {
  public enum Shape: Int, Sendable {
    case line = 8, plane, volume, cube, lineArray, planeArray, samples, samplesArray
    var isArray: Bool { self == .lineArray || self == .planeArray || self == .cube }
    /// Coordinates of a texel.
    public var coordinates: Int {
      switch self {
      case .line: 1
      case .plane, .lineArray: 2
      case .volume, .cube, .planeArray, .samples: 3
      case .samplesArray: 4
      }
    }
    /// gfx11's `dim` field.
    public init?(dim: Int) {
      let shapes: [Shape] = [.line, .plane, .volume, .cube, .lineArray, .planeArray, .samples, .samplesArray]
      self = shapes[dim & 7]
    }
  }

  public let base: UInt64
  public let width: Int, height: Int
  /// Of a volume its depth, of an array the number behind the last layer of the view.
  public let layers: Int
  public let firstLayer: Int
  /// Texels from one row to the next.
  public let pitch: Int
  public let format: DataFormat?
  public let selectors: UInt32
  public let swizzleMode: Int
  public let baseLevel: Int, lastLevel: Int
  /// Samples of a texel, as a shift.
  public let sampleShift: Int
  let family: BufferFamily
  /// nil: linear.
  var layout: ImageLayout?
  /// nil: not an image.
  public let shape: Shape?

  /// `w`: eight words, or four (`isShort`).
  public init(_ family: BufferFamily, _ w: UnsafePointer<UInt32>, isShort: Bool = false) {
    let w4 = isShort ? 0 : w[4], w5 = isShort ? 0 : w[5]
    self.family = family
    base = (UInt64(w[0]) | UInt64(w[1] & 0xff) << 32) << 8
    selectors = w[3] & 0xfff
    let isSampled = w[3] >> 28 >= 14
    baseLevel = isSampled ? 0 : Int(w[3] >> 12 & 15)
    lastLevel = isSampled ? 0 : Int(w[3] >> 16 & 15)
    sampleShift = isSampled ? Int(w[3] >> 16 & 15) : 0
    swizzleMode = Int(w[3] >> 20 & 31)
    shape = Shape(rawValue: Int(w[3] >> 28))
    let isFlat = shape == .line || shape == .plane
    switch family {
    case .gfx9:
      width = Int(w[2] & 0x3fff) + 1
      height = Int(w[2] >> 14 & 0x3fff) + 1
      let number = Int(w[1] >> 26 & 15)
      format = ImageResource.gfx9Format(Int(w[1] >> 20 & 63), number)
      firstLayer = Int(w5 & 0x1fff)
      pitch = isShort ? width : Int(w4 >> 13 & 0xffff) + 1
    case .gfx11:
      width = Int(w[1] >> 30 | (w[2] & 0xfff) << 2) + 1
      height = Int(w[2] >> 14 & 0x3fff) + 1
      let number = Int(w[1] >> 20 & 255)
      format = number < DataFormat.gfx11.count ? DataFormat.gfx11[number] : nil
      firstLayer = Int(w4 >> 16 & 0x1fff)
      // Rows begin at multiples of 256 bytes unless a flat image says more.
      let unit = 256 / (format.map { $0.bytes == 12 ? 4 : max(1, $0.bytes) } ?? 1), rounded = (width + unit - 1) / unit * unit
      pitch = isFlat ? max(rounded, Int(w4 & 0x3fff) + 1) : rounded
    }
    layers = isFlat ? 1 : Int(w4 & 0x1fff) + 1
  }

  private static func gfx9Format(_ data: Int, _ number: Int) -> DataFormat? {
    if number == 9 {
      let widths: [Int: [UInt8]] = [1: [8], 3: [8, 8], 10: [8, 8, 8, 8]]
      return widths[data].map { DataFormat($0, .srgb) }
    }
    switch data {
    case 1...14: return DataFormat.gfx9(data: data, number: number)
    case 16: return DataFormat([5, 6, 5], .unorm)
    case 17: return DataFormat([5, 5, 5, 1], .unorm)
    case 18: return DataFormat([1, 5, 5, 5], .unorm)
    case 19: return DataFormat([4, 4, 4, 4], .unorm)
    default: return nil
    }
  }

  /// A level's texels across, down and in depth (or layers).
  public func size(_ level: Int) -> (width: Int, height: Int, depth: Int) {
    (max(1, width >> level), max(1, height >> level), shape == .volume ? max(1, layers >> level) : layers)
  }

  /// A texel's address, or nil outside.  Only linear images of gfx11 have levels below the first.
  public func address(_ x: Int, _ y: Int, _ z: Int, sample: Int = 0, level: Int = 0) -> UInt64? {
    let layer = z + firstLayer, bytes = format?.bytes ?? 0, size = size(level)
    guard x >= 0, x < size.width, y >= 0, y < size.height, z >= 0, layer < size.depth, sample >= 0, sample < 1 << sampleShift else { return nil }
    if let layout {
      let across = (max(pitch, width) - 1) >> layout.width + 1, down = (height - 1) >> layout.height + 1, within = layout.blockBytes - 1
      let block = (layer * down + y >> layout.height) * across + x >> layout.width
      // The base's low bits choose among pipes and banks.
      return base & ~within &+ UInt64(block) * layout.blockBytes &+ (layout.place(x, y, layer, sample) ^ base & within)
    }
    guard lastLevel > 0 else { return base &+ UInt64(((layer * height + y) * pitch + x) * bytes) }
    // Of a layer the smallest level is first; each has rows of its own, padded to 256 bytes.
    let unit = max(1, 256 / max(1, bytes))
    var offset = 0, ownOffset = 0, ownPitch = 0
    for index in (0...lastLevel).reversed() {
      let row = ((width - 1) >> index + unit) / unit * unit
      if index == level { ownOffset = offset; ownPitch = row }
      offset += row * ((height - 1) >> index + 1)
    }
    return base &+ UInt64((layer * offset + ownOffset + y * ownPitch + x) * bytes)
  }
}

public struct ImageSampler: Sendable {
  public enum Wrap: UInt32, Sendable {
    case wrap, mirror, lastTexel, mirrorOnceLastTexel, halfBorder, mirrorOnceHalfBorder, border, mirrorOnceBorder
  }
  public let wraps: (Wrap, Wrap, Wrap)
  public let comparison: UInt32
  public let unnormalized: Bool
  public let minimumLevel: Float, maximumLevel: Float, bias: Float
  public let magnifiesLinearly: Bool, minifiesLinearly: Bool
  public let levelFilter: UInt32              // 0 none, 1 nearest, 2 linear
  public let volumeLinear: Bool?              // of the third coordinate; nil: as the others
  public let border: SIMD4<Float>

  public init(_ w: UnsafePointer<UInt32>) {
    wraps = (Wrap(rawValue: w[0] & 7)!, Wrap(rawValue: w[0] >> 3 & 7)!, Wrap(rawValue: w[0] >> 6 & 7)!)
    comparison = w[0] >> 12 & 7
    unnormalized = w[0] >> 15 & 1 != 0
    minimumLevel = Float(w[1] & 0xfff) / 256
    maximumLevel = Float(w[1] >> 12 & 0xfff) / 256
    bias = Float(Int32(bitPattern: w[2] << 18) >> 18) / 256
    magnifiesLinearly = w[2] >> 20 & 1 != 0
    minifiesLinearly = w[2] >> 22 & 1 != 0
    volumeLinear = w[2] >> 24 & 3 == 0 ? nil : w[2] >> 24 & 3 == 2
    levelFilter = w[2] >> 26 & 3
    border = [SIMD4(0, 0, 0, 0), SIMD4(0, 0, 0, 1), SIMD4(1, 1, 1, 1), SIMD4(0, 0, 0, 0)][Int(w[3] >> 30)]
  }

  /// The texel that index `i` means in a row of `count`; nil is the border.
  static func index(_ i: Int, _ count: Int, _ wrap: Wrap) -> Int? {
    func modulo(_ a: Int, _ b: Int) -> Int { let r = a % b; return r < 0 ? r + b : r }
    switch wrap {
    case .wrap: return modulo(i, count)
    case .mirror: let m = modulo(i, 2 * count); return m < count ? m : 2 * count - 1 - m
    case .lastTexel: return min(max(i, 0), count - 1)
    case .mirrorOnceLastTexel: return min(i < 0 ? -1 - i : i, count - 1)
    case .halfBorder, .border: return i >= 0 && i < count ? i : nil
    case .mirrorOnceHalfBorder, .mirrorOnceBorder: let m = i < 0 ? -1 - i : i; return m < count ? m : nil
    }
  }
  func compares(_ reference: Float, _ texel: Float) -> Bool {
    switch comparison {
    case 0: false
    case 1: reference < texel
    case 2: reference == texel
    case 3: reference <= texel
    case 4: reference > texel
    case 5: reference != texel
    case 6: reference >= texel
    default: true
    }
  }
}
