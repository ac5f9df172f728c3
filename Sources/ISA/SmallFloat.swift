// Eight-bit floating point in and out of single precision.  Pure; any thread.
// Source: AMD CDNA3 ISA, "FP8 and BF8": one NaN (0x80), no infinities, no negative zero, a bias one larger than IEEE's; HIP's
// host reference for what a stochastic conversion adds where.

public struct SmallFloat: Sendable {
  let mantissaBits: Int, bias: Int
  /// e4m3fnuz and e5m2fnuz.
  public static let fp8 = SmallFloat(mantissaBits: 3, bias: 8)
  public static let bf8 = SmallFloat(mantissaBits: 2, bias: 16)
  static let nan: UInt8 = 0x80
  private var largest: Float { Float(sign: .plus, exponent: (1 << (7 - mantissaBits)) - 1 - bias, significand: 2 - Float(sign: .plus, exponent: -mantissaBits, significand: 1)) }

  public func decode(_ byte: UInt8) -> Float {
    if byte == SmallFloat.nan { return .nan }
    let exponent = Int(byte & 0x7f) >> mantissaBits, mantissa = Int(byte) & (1 << mantissaBits - 1)
    let magnitude =
      exponent == 0
      ? Float(sign: .plus, exponent: 1 - bias - mantissaBits, significand: Float(mantissa))
      : Float(sign: .plus, exponent: exponent - bias - mantissaBits, significand: Float(mantissa | 1 << mantissaBits))
    return byte & 0x80 != 0 ? -magnitude : magnitude
  }

  /// Rounded to nearest even.  What is too large becomes the largest number, or (as infinities do) the NaN.
  public func encode(_ value: Float, saturates: Bool) -> UInt8 {
    guard value.isFinite else { return SmallFloat.nan }
    guard value != 0 else { return 0 }
    let exponent = max(Int(value.exponent), 1 - bias)
    let units = (Double(value.magnitude) * Double(sign: .plus, exponent: mantissaBits - exponent, significand: 1)).rounded(.toNearestOrEven)
    return pack(Int(units), exponent, value, saturates)
  }
  /// `noise` is added to what the format has no room for, which is then cut off.
  public func encode(_ value: Float, noise: UInt32, saturates: Bool) -> UInt8 {
    guard value.isFinite else { return SmallFloat.nan }
    guard value != 0 else { return 0 }
    let exponent = max(Int(value.exponent), 1 - bias), dropped = 23 - mantissaBits
    let bits = value.bitPattern & 0x7f_ffff | (value.isNormal ? 0x80_0000 : 0), below = exponent - max(Int(value.exponent), -126)
    let shifted = below < 32 ? bits >> UInt32(below) : 0
    return pack(Int((shifted + noise >> UInt32(32 - dropped)) >> UInt32(dropped)), exponent, value, saturates)
  }

  /// `units` of the last place at `exponent`; there may be one binade more of them.
  private func pack(_ units: Int, _ exponent: Int, _ value: Float, _ saturates: Bool) -> UInt8 {
    guard units != 0 else { return 0 }
    var units = units, exponent = exponent
    if units >> (mantissaBits + 1) != 0 { units >>= 1; exponent += 1 }
    let sign: UInt8 = value.sign == .minus ? 0x80 : 0
    if Float(sign: .plus, exponent: exponent - mantissaBits, significand: Float(units)) > largest { return saturates ? sign | 0x7f : SmallFloat.nan }
    let isNormal = units >> mantissaBits != 0
    return sign | UInt8((isNormal ? exponent + bias : 0) << mantissaBits | units & (1 << mantissaBits - 1))
  }
}
