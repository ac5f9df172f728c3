// How typed buffer and image instructions see an element of memory: which components it has, how wide they are and what kind
// of number each is; and the way from memory to registers and back.  The families number the same formats differently: their
// tables are data.  Pure; any thread.
// Source: AMD RDNA3 ISA, 9 and table "Data Formats"; AMD Vega ISA, 8.1; the formats' names as LLVM's assembler prints them.
import Glibc

public struct DataFormat: Sendable, Equatable {
  public enum Kind: UInt8, Sendable { case unorm, snorm, uscaled, sscaled, uint, sint, float, srgb }

  /// Widths in bits, X first.  X has the lowest bits; AMD's names put it last.
  public let widths: SIMD4<UInt8>
  public let count: Int
  public let kind: Kind
  /// Size of an element in memory.
  public let bytes: Int
  /// Three 9-bit significands that share a 5-bit exponent.
  public let sharesExponent: Bool

  public init(_ widths: [UInt8], _ kind: Kind, sharesExponent: Bool = false) {
    var list = SIMD4<UInt8>()
    for (index, width) in widths.enumerated() { list[index] = width }
    self.widths = list
    self.kind = kind
    self.sharesExponent = sharesExponent
    count = widths.count
    bytes = (widths.reduce(0) { $0 + Int($1) } + 7) / 8
  }

  public var isInteger: Bool { kind == .uint || kind == .sint }
  /// What stands for a component that a format has not: the fourth is one.
  public var one: UInt32 { isInteger ? 1 : 0x3f80_0000 }

  /// An element's four components as registers hold them: floats, or 32-bit integers.
  public func decode(_ place: UnsafeRawPointer) -> SIMD4<UInt32> {
    var low: UInt64 = 0, high: UInt64 = 0
    for byte in 0..<min(bytes, 8) { low |= UInt64(place.load(fromByteOffset: byte, as: UInt8.self)) << UInt64(byte * 8) }
    if bytes > 8 { for byte in 8..<bytes { high |= UInt64(place.load(fromByteOffset: byte, as: UInt8.self)) << UInt64((byte - 8) * 8) } }
    var result = SIMD4<UInt32>(0, 0, 0, one)
    if sharesExponent {
      let scale = Float(sign: .plus, exponent: Int(low >> 27 & 31) - 24, significand: 1)
      for index in 0..<3 { result[index] = (Float(low >> UInt64(index * 9) & 0x1ff) * scale).bitPattern }
      return result
    }
    var at: UInt64 = 0
    for index in 0..<count {
      let width = UInt64(widths[index])
      let bits = UInt32(truncatingIfNeeded: (at < 64 ? low >> at : high >> (at - 64)) & (1 << width - 1))
      result[index] = value(bits, UInt32(width), color: index < 3)
      at += width
    }
    return result
  }

  private func value(_ bits: UInt32, _ width: UInt32, color: Bool) -> UInt32 {
    let signed = Int32(bitPattern: bits << (32 - width)) >> Int32(32 - width)
    switch kind {
    case .uint: return bits
    case .sint: return UInt32(bitPattern: signed)
    case .uscaled: return Float(bits).bitPattern
    case .sscaled: return Float(signed).bitPattern
    case .unorm: return Float(Double(bits) / Double(UInt64(1) << UInt64(width) - 1)).bitPattern
    case .snorm: return Float(max(Double(signed) / Double(UInt64(1) << UInt64(width - 1) - 1), -1)).bitPattern
    case .srgb:
      let x = Float(bits) / 255
      return (color ? linear(x) : x).bitPattern
    case .float:
      switch width {
      case 32: return bits
      case 16: return Float(Float16(bitPattern: UInt16(bits))).bitPattern
      default: return Float(Float16(bitPattern: UInt16(bits << (15 - width)))).bitPattern   // no sign, five bits of exponent
      }
    }
  }

  /// Writes the first `given` components of `values`; those of an element whose components aren't whole bytes are all written,
  /// absent ones as zero.
  public func encode(_ values: SIMD4<UInt32>, given: Int, _ place: UnsafeMutableRawPointer) {
    var low: UInt64 = 0, high: UInt64 = 0, at: UInt64 = 0, size = bytes
    if sharesExponent {
      low = sharedExponent(values)
    } else {
      for index in 0..<count {
        if index == given && at % 8 == 0 { size = Int(at) / 8; break }
        let width = UInt64(widths[index])
        let bits = index < given ? UInt64(field(values[index], UInt32(width), color: index < 3)) : 0
        if at < 64 { low |= bits << at } else { high |= bits << (at - 64) }
        at += width
      }
    }
    for byte in 0..<size {
      let from = byte < 8 ? low >> UInt64(byte * 8) : high >> UInt64((byte - 8) * 8)
      place.storeBytes(of: UInt8(truncatingIfNeeded: from), toByteOffset: byte, as: UInt8.self)
    }
  }

  private func field(_ value: UInt32, _ width: UInt32, color: Bool) -> UInt32 {
    let mask: UInt32 = width == 32 ? ~0 : 1 << width - 1
    let number = Float(bitPattern: value), top = Double(UInt64(1) << UInt64(width) - 1), half = Double(UInt64(1) << UInt64(width - 1) - 1)
    func whole(_ x: Double, _ least: Double, _ most: Double) -> UInt32 {
      UInt32(truncatingIfNeeded: Int64(x.isNaN ? 0 : min(max(x, least), most).rounded(.toNearestOrEven))) & mask
    }
    switch kind {
    case .uint: return min(value, mask)
    case .sint:
      let most = Int32(truncatingIfNeeded: mask >> 1)
      return UInt32(bitPattern: min(max(Int32(bitPattern: value), ~most), most)) & mask
    case .uscaled: return whole(Double(number).rounded(.towardZero), 0, top)
    case .sscaled: return whole(Double(number).rounded(.towardZero), -half - 1, half)
    case .unorm: return whole(Double(number) * top, 0, top)
    case .snorm: return whole(Double(number) * half, -half, half)
    case .srgb: return whole(Double(color ? companded(number) : number) * top, 0, top)
    case .float:
      switch width {
      case 32: return value
      case 16: return UInt32(Float16(number).bitPattern)
      default:
        if number.isNaN { return mask }
        guard number > 0 else { return 0 }
        let bits = UInt32(Float16(number).bitPattern), drop = 15 - width
        return (bits + (1 << (drop - 1)) - 1 + (bits >> drop & 1)) >> drop
      }
    }
  }

  private func sharedExponent(_ values: SIMD4<UInt32>) -> UInt64 {
    var parts: [Float] = []
    for index in 0..<3 { let x = Float(bitPattern: values[index]); parts.append(x > 0 ? min(x, 65408) : 0) }
    let most = parts.max()!
    guard most > 0 else { return 0 }
    var exponent = max(-16, Int(most.exponent)) + 16
    func scaled(_ x: Float) -> UInt64 { UInt64((Double(x) / Double(sign: .plus, exponent: exponent - 24, significand: 1)).rounded()) }
    if scaled(most) > 511 { exponent += 1 }
    return scaled(parts[0]) | scaled(parts[1]) << 9 | scaled(parts[2]) << 18 | UInt64(exponent) << 27
  }
}

private func linear(_ x: Float) -> Float { x <= 0.04045 ? x / 12.92 : Float(pow((Double(x) + 0.055) / 1.055, 2.4)) }
private func companded(_ x: Float) -> Float { x <= 0.0031308 ? x * 12.92 : Float(1.055 * pow(Double(x), 1 / 2.4) - 0.055) }

extension DataFormat {
  private static let normal: [Kind] = [.unorm, .snorm, .uscaled, .sscaled, .uint, .sint]

  /// The unified format numbers of gfx11: MTBUF's field, and those of buffer and image descriptors.
  public static let gfx11: [DataFormat?] = {
    var list: [DataFormat?] = [nil]
    func add(_ widths: [UInt8], _ kinds: [Kind]) { for kind in kinds { list.append(DataFormat(widths, kind)) } }
    add([8], normal)
    add([16], normal + [.float])
    add([8, 8], normal)
    add([32], [.uint, .sint, .float])
    add([16, 16], normal + [.float])
    add([11, 11, 10], [.float])                            // 10_11_11
    add([10, 11, 11], [.float])                            // 11_11_10
    add([2, 10, 10, 10], [.unorm, .snorm, .uint, .sint])   // 10_10_10_2
    add([10, 10, 10, 2], normal)                           // 2_10_10_10
    add([8, 8, 8, 8], normal)
    add([32, 32], [.uint, .sint, .float])
    add([16, 16, 16, 16], normal + [.float])
    add([32, 32, 32], [.uint, .sint, .float])
    add([32, 32, 32, 32], [.uint, .sint, .float])
    // From here on images only.
    add([8], [.srgb]); add([8, 8], [.srgb]); add([8, 8, 8, 8], [.srgb])
    list.append(DataFormat([9, 9, 9, 5], .float, sharesExponent: true))
    add([5, 6, 5], [.unorm])
    add([5, 5, 5, 1], [.unorm])                            // 1_5_5_5
    add([1, 5, 5, 5], [.unorm])                            // 5_5_5_1
    add([4, 4, 4, 4], [.unorm])
    add([4, 4], [.unorm])
    return list
  }()

  /// gfx9: data format and number format apart.
  public static func gfx9(data: Int, number: Int) -> DataFormat? {
    let widths: [[UInt8]] = [
      [], [8], [16], [8, 8], [32], [16, 16], [11, 11, 10], [10, 11, 11], [2, 10, 10, 10], [10, 10, 10, 2], [8, 8, 8, 8], [32, 32],
      [16, 16, 16, 16], [32, 32, 32], [32, 32, 32, 32], [],
    ]
    let kinds: [Kind?] = [.unorm, .snorm, .uscaled, .sscaled, .uint, .sint, nil, .float]
    guard let kind = kinds[number & 7], !widths[data & 15].isEmpty else { return nil }
    return DataFormat(widths[data & 15], kind)
  }
}
