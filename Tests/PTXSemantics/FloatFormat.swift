// Binary floating-point formats by their numbers of bits, and rounding into them in every direction.
// A double holds every value of the formats up to f32 exactly; f64's own arithmetic is the host's, under its rounding modes.
// Source: IEEE 754; PTX ISA 9.x, section 5.2 (types), and "cvt" for what has no infinities.
import Glibc
import PTX

enum RoundingDirection: String { case rn, rz, rm, rp, rna }

struct FloatFormat: Hashable {
  var exponentBits: Int
  var fractionBits: Int
  /// Whether the largest exponent is for infinities and NaNs; e4m3 has one NaN there, the smaller formats nothing.
  var hasInfinities = true
  var hasNaN = true

  static let f64 = FloatFormat(exponentBits: 11, fractionBits: 52), f32 = FloatFormat(exponentBits: 8, fractionBits: 23)
  static let f16 = FloatFormat(exponentBits: 5, fractionBits: 10), bf16 = FloatFormat(exponentBits: 8, fractionBits: 7)
  static let e5m2 = FloatFormat(exponentBits: 5, fractionBits: 2), e4m3 = FloatFormat(exponentBits: 4, fractionBits: 3, hasInfinities: false)
  static let e2m3 = FloatFormat(exponentBits: 2, fractionBits: 3, hasInfinities: false, hasNaN: false)
  static let e3m2 = FloatFormat(exponentBits: 3, fractionBits: 2, hasInfinities: false, hasNaN: false)
  static let e2m1 = FloatFormat(exponentBits: 2, fractionBits: 1, hasInfinities: false, hasNaN: false)

  static func of(_ type: ScalarType) -> FloatFormat? {
    switch type { case .f64: .f64; case .f32, .tf32: .f32; case .f16: .f16; case .bf16: .bf16; default: nil }
  }

  var bias: Int { 1 << (exponentBits - 1) - 1 }
  var signBit: UInt64 { 1 << UInt64(exponentBits + fractionBits) }
  var fractionMask: UInt64 { 1 << UInt64(fractionBits) - 1 }
  var topExponent: Int { 1 << exponentBits - 1 }
  /// The bits of the largest finite number.
  var largest: UInt64 {
    if hasInfinities { return UInt64(topExponent) << UInt64(fractionBits) - 1 }
    return hasNaN ? signBit - 2 : signBit - 1
  }
  var infinity: UInt64 { UInt64(topExponent) << UInt64(fractionBits) }
  /// The NaN that NVIDIA's instructions give: all ones without the sign.
  var canonicalNaN: UInt64 { signBit - 1 }

  func exponent(_ bits: UInt64) -> Int { Int(bits >> UInt64(fractionBits)) & topExponent }
  func isNaN(_ bits: UInt64) -> Bool {
    let magnitude = bits & (signBit - 1)
    return hasInfinities ? magnitude > infinity : hasNaN && magnitude == signBit - 1
  }
  func isSubnormal(_ bits: UInt64) -> Bool { exponent(bits) == 0 && bits & fractionMask != 0 }
  /// Subnormals become zeros of their sign.
  func flushed(_ bits: UInt64) -> UInt64 { isSubnormal(bits) ? bits & signBit : bits }

  func value(_ bits: UInt64) -> Double {
    if self == .f64 { return Double(bitPattern: bits) }
    let sign: Double = bits & signBit == 0 ? 1 : -1, e = exponent(bits), fraction = bits & fractionMask
    if isNaN(bits) { return .nan }
    if hasInfinities, e == topExponent { return sign * .infinity }
    return e == 0 ? sign * scalbn(Double(fraction), 1 - bias - fractionBits) : sign * scalbn(Double(fraction | 1 << UInt64(fractionBits)), e - bias - fractionBits)
  }

  /// Rounds a double, and what is beyond it: `tail` is the sign of the part that the double lacks (0: it is exact).
  func bits(_ x: Double, _ direction: RoundingDirection = .rn, tail: Int = 0) -> UInt64 {
    let sign = x.sign == .minus ? signBit : 0
    if x.isNaN { return canonicalNaN }
    if x.isInfinite { return sign | (hasInfinities ? infinity : largest) }
    if x == 0, tail == 0 { return sign }
    let magnitude = abs(x), away = tail == 0 ? 0 : (tail > 0) == (x.sign == .plus) ? 1 : -1
    // The unit in the last place of this format at x.
    let e = max(magnitude == 0 ? -1074 : ilogb(magnitude), 1 - bias), unit = Int32(e) - Int32(fractionBits)
    let scaled = scalbn(magnitude, Int(-unit))  // exact: a power of two, far from the ends
    var whole = scaled.rounded(.down), rest = scaled - whole
    // A tail below the double moves the rest by less than anything the double can show.
    var order = rest == 0 ? away : rest < 0.5 ? 1 : rest == 0.5 ? (away == 0 ? 2 : away < 0 ? 1 : 3) : 3
    if rest == 0, away < 0 { whole -= 1; rest = 1; order = 3 }  // just below a number of the format
    // order: 0 exact, 1 below half, 2 half, 3 above half
    if order == 1, rest == 0 { rest = .leastNonzeroMagnitude }
    let up: Bool = switch direction {
    case .rn: order == 3 || (order == 2 && whole.truncatingRemainder(dividingBy: 2) == 1)
    case .rna: order >= 2
    case .rz: false
    case .rm: order != 0 && sign != 0
    case .rp: order != 0 && sign == 0
    }
    if up { whole += 1 }
    // Assembled by adding: a carry out of the fraction counts the exponent up.
    var result = UInt64(whole)
    if e > 1 - bias || result > fractionMask { result += UInt64(e + bias - 1) << UInt64(fractionBits) }
    let limit = largest
    if result > limit {
      let toLargest = !hasInfinities || direction == .rz || (direction == .rm && sign == 0) || (direction == .rp && sign != 0)
      result = toLargest ? limit : infinity
    }
    return sign | result
  }
}

/// Host arithmetic under a rounding direction.  Operands and result lie in memory that others could know, so that the compiler moves
/// nothing across the changes of mode.
struct HostArithmetic<Number: BinaryFloatingPoint> {
  private let cells = UnsafeMutablePointer<Number>.allocate(capacity: 4)

  @inline(never) func run(_ direction: RoundingDirection, _ operands: [Number], _ operation: (Number, Number, Number) -> Number) -> Number {
    let mode: Int32 = switch direction { case .rz: 0xC00; case .rm: 0x400; case .rp: 0x800; default: 0 }  // FE_TOWARDZERO, DOWNWARD, UPWARD of x86-64
    for index in 0..<3 { cells[index] = index < operands.count ? operands[index] : 0 }
    fesetround(mode)
    cells[3] = operation(cells[0], cells[1], cells[2])
    fesetround(0)
    return cells[3]
  }
}
nonisolated(unsafe) let hostSingle = HostArithmetic<Float>()
nonisolated(unsafe) let hostDouble = HostArithmetic<Double>()
