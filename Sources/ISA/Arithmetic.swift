// One lane's arithmetic where an instruction isn't an operator of Swift: AMD's minimum and maximum, saturating conversions,
// division steps, half precision.  Pure functions, inlined into lane loops; branch-free where the loop is worth vectorising.
// Source: AMD CDNA3 ISA, chapter 12, and AMD's published pseudo-code.
import Glibc

/// Sixteen bits into one half of a register, the other kept.
public enum Half {
  @inlinable @inline(__always) public static func low(_ register: UInt32, _ bits: UInt32) -> UInt32 { register & 0xffff_0000 | bits }
  @inlinable @inline(__always) public static func high(_ register: UInt32, _ bits: UInt32) -> UInt32 { register & 0xffff | bits << 16 }
}

@inlinable @inline(__always) public func signed(_ a: UInt32) -> Int32 { Int32(bitPattern: a) }
@inlinable @inline(__always) public func signed(_ a: UInt64) -> Int64 { Int64(bitPattern: a) }

/// minNum of IEEE 754-2008: a number wins against a NaN; -0 is less than +0.
@inlinable @inline(__always) public func minimum(_ a: Float, _ b: Float) -> Float {
  let r = a < b ? a.bitPattern : a == b ? a.bitPattern | b.bitPattern : b.bitPattern
  return Float(bitPattern: b != b ? a.bitPattern : r)
}
@inlinable @inline(__always) public func maximum(_ a: Float, _ b: Float) -> Float {
  let r = a > b ? a.bitPattern : a == b ? a.bitPattern & b.bitPattern : b.bitPattern
  return Float(bitPattern: b != b ? a.bitPattern : r)
}
@inlinable @inline(__always) public func minimum(_ a: Double, _ b: Double) -> Double {
  let r = a < b ? a.bitPattern : a == b ? a.bitPattern | b.bitPattern : b.bitPattern
  return Double(bitPattern: b != b ? a.bitPattern : r)
}
@inlinable @inline(__always) public func maximum(_ a: Double, _ b: Double) -> Double {
  let r = a > b ? a.bitPattern : a == b ? a.bitPattern & b.bitPattern : b.bitPattern
  return Double(bitPattern: b != b ? a.bitPattern : r)
}
@inlinable @inline(__always) public func minimum(_ a: Float16, _ b: Float16) -> Float16 { Float16(minimum(Float(a), Float(b))) }
@inlinable @inline(__always) public func maximum(_ a: Float16, _ b: Float16) -> Float16 { Float16(maximum(Float(a), Float(b))) }
@inlinable @inline(__always) public func median(_ a: Float, _ b: Float, _ c: Float) -> Float {
  if a != a || b != b || c != c { return minimum(minimum(a, b), c) }
  return maximum(minimum(a, b), minimum(maximum(a, b), c))
}
@inlinable @inline(__always) public func median<T: Comparable>(_ a: T, _ b: T, _ c: T) -> T { max(min(a, b), min(max(a, b), c)) }

/// A denormal becomes a zero of its sign.
@inlinable @inline(__always) public func flushed(_ a: Float) -> Float { Float(bitPattern: a.bitPattern & 0x7f80_0000 == 0 ? a.bitPattern & 0x8000_0000 : a.bitPattern) }

/// The clamp modifier: 0 to 1.
@inlinable @inline(__always) public func clampedToUnit<T: BinaryFloatingPoint>(_ value: T, _ nanIsZero: Bool) -> T {
  value >= 1 ? 1 : value > 0 ? value : value == value || nanIsZero ? 0 : value
}

// IEEE mode: a signalling NaN among the operands comes out quiet.
@inlinable @inline(__always) func isSignalling(_ a: Float) -> Bool { a.bitPattern & 0x7fc0_0000 == 0x7f80_0000 && a.bitPattern & 0x3f_ffff != 0 }
@inlinable @inline(__always) func isSignalling(_ a: Double) -> Bool { a.bitPattern >> 51 & 0xfff == 0xffe && a.bitPattern & 0x7_ffff_ffff_ffff != 0 }
@inlinable @inline(__always) func isSignalling(_ a: Float16) -> Bool { a.bitPattern & 0x7e00 == 0x7c00 && a.bitPattern & 0x1ff != 0 }
@inlinable @inline(__always) public func quieted(_ a: Float, _ b: Float, _ result: Float) -> Float {
  Float(bitPattern: isSignalling(a) ? a.bitPattern | 0x40_0000 : isSignalling(b) ? b.bitPattern | 0x40_0000 : result.bitPattern)
}
@inlinable @inline(__always) public func quieted(_ a: Double, _ b: Double, _ result: Double) -> Double {
  Double(bitPattern: isSignalling(a) ? a.bitPattern | 1 << 51 : isSignalling(b) ? b.bitPattern | 1 << 51 : result.bitPattern)
}
@inlinable @inline(__always) public func quieted(_ a: Float16, _ b: Float16, _ result: Float16) -> Float16 {
  Float16(bitPattern: isSignalling(a) ? a.bitPattern | 0x200 : isSignalling(b) ? b.bitPattern | 0x200 : result.bitPattern)
}

/// Types whose signalling NaNs IEEE mode makes quiet.
public protocol Quietable: LaneType {
  static func least(_ a: Self, _ b: Self) -> Self
  static func most(_ a: Self, _ b: Self) -> Self
  /// `result`, or a signalling operand made quiet.
  static func quiet(_ a: Self, _ b: Self, _ result: Self) -> Self
}
extension Float: Quietable {
  @inlinable @inline(__always) public static func least(_ a: Float, _ b: Float) -> Float { ISA.minimum(a, b) }
  @inlinable @inline(__always) public static func most(_ a: Float, _ b: Float) -> Float { ISA.maximum(a, b) }
  @inlinable @inline(__always) public static func quiet(_ a: Float, _ b: Float, _ result: Float) -> Float { quieted(a, b, result) }
}
extension Double: Quietable {
  @inlinable @inline(__always) public static func least(_ a: Double, _ b: Double) -> Double { ISA.minimum(a, b) }
  @inlinable @inline(__always) public static func most(_ a: Double, _ b: Double) -> Double { ISA.maximum(a, b) }
  @inlinable @inline(__always) public static func quiet(_ a: Double, _ b: Double, _ result: Double) -> Double { quieted(a, b, result) }
}
extension Float16: Quietable {
  @inlinable @inline(__always) public static func least(_ a: Float16, _ b: Float16) -> Float16 { ISA.minimum(a, b) }
  @inlinable @inline(__always) public static func most(_ a: Float16, _ b: Float16) -> Float16 { ISA.maximum(a, b) }
  @inlinable @inline(__always) public static func quiet(_ a: Float16, _ b: Float16, _ result: Float16) -> Float16 { quieted(a, b, result) }
}

// Conversions to integers: toward zero, saturating, NaN is 0.
@inlinable @inline(__always) public func toInt32(_ a: Float) -> Int32 {
  let clamped = a > -2147483648 ? (a < 2147483520 ? a : 2147483520) : -2147483648
  let r = a >= 2147483648 ? Int32.max : Int32(clamped)
  return a == a ? r : 0
}
@inlinable @inline(__always) public func toUInt32(_ a: Float) -> UInt32 {
  let clamped = a > 0 ? (a < 4294967040 ? a : 4294967040) : 0
  let r = a >= 4294967296 ? UInt32.max : UInt32(truncatingIfNeeded: Int64(clamped))
  return a == a ? r : 0
}
@inlinable @inline(__always) public func toInt32(_ a: Double) -> Int32 {
  let clamped = a > -2147483648 ? (a < 2147483647 ? a : 2147483647) : -2147483648
  return a == a ? Int32(clamped) : 0
}
@inlinable @inline(__always) public func toUInt32(_ a: Double) -> UInt32 {
  let clamped = a > 0 ? (a < 4294967295 ? a : 4294967295) : 0
  return a == a ? UInt32(truncatingIfNeeded: Int64(clamped)) : 0
}
@inlinable @inline(__always) public func clamped(_ a: Float, _ low: Float, _ high: Float) -> Float { a == a ? min(max(a, low), high) : 0 }

@inlinable @inline(__always) public func fraction(_ a: Float) -> Float {
  let r = a - a.rounded(.down)
  return r >= 1 ? Float(bitPattern: 0x3f7f_ffff) : r
}
@inlinable @inline(__always) public func fraction(_ a: Double) -> Double {
  let r = a - a.rounded(.down)
  return r >= 1 ? Double(bitPattern: 0x3fef_ffff_ffff_ffff) : r
}

@inlinable @inline(__always) public func exponentField(_ a: Float) -> Int32 { Int32(a.bitPattern >> 23 & 0xff) }
@inlinable @inline(__always) public func exponentField(_ a: Double) -> Int32 { Int32(truncatingIfNeeded: a.bitPattern >> 52 & 0x7ff) }

@inlinable @inline(__always) public func frexpExponent(_ a: Float) -> Int32 { a.isFinite && a != 0 ? Int32(a.exponent) + 1 : 0 }
@inlinable @inline(__always) public func frexpExponent(_ a: Double) -> Int32 { a.isFinite && a != 0 ? Int32(a.exponent) + 1 : 0 }
@inlinable @inline(__always) public func frexpMantissa(_ a: Float) -> Float { a.isFinite && a != 0 ? (a.sign == .minus ? -a.significand : a.significand) * 0.5 : a }
@inlinable @inline(__always) public func frexpMantissa(_ a: Double) -> Double { a.isFinite && a != 0 ? (a.sign == .minus ? -a.significand : a.significand) * 0.5 : a }

// Half precision: exact in Float or Double, then rounded once.
@inlinable @inline(__always) public func half(_ a: Double) -> Float16 {
  // To Float, inexact results made odd, so that the second rounding sees which side they were on.
  var bits = Float(a).bitPattern
  let back = Double(Float(bitPattern: bits))
  if back != a && a == a && back.isFinite {
    if back.magnitude > a.magnitude { bits &-= 1 }
    bits |= 1
  }
  return Float16(Float(bitPattern: bits))
}
@inlinable @inline(__always) public func fma(_ a: Float16, _ b: Float16, _ c: Float16) -> Float16 { half(Double(a) * Double(b) + Double(c)) }
/// Toward zero, as v_cvt_pkrtz does whatever MODE says.
@inlinable @inline(__always) public func halfTowardZero(_ a: Float) -> UInt32 {
  var r = UInt32(Float16(a).bitPattern)
  if a.isFinite && Float(Float16(bitPattern: UInt16(r))).magnitude > a.magnitude { r &-= 1 }
  return r
}
@inlinable @inline(__always) public func bfloat(_ bits: UInt32) -> Float { Float(bitPattern: bits << 16) }
@inlinable @inline(__always) public func roundedBFloat(_ a: Float) -> UInt32 {
  let bits = a.bitPattern
  return a == a ? (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16 : bits >> 16 | 0x40
}

// Division: scale, multiply-add with unscaling, fix-up.
@inlinable @inline(__always) public func isDenormal(_ a: Float) -> Bool { a.isSubnormal }
@inlinable @inline(__always) public func isDenormal(_ a: Double) -> Bool { a.isSubnormal }

/// The scaled operand, and whether v_div_fmas has to scale back.
public func divisionScale(_ s0: Float, _ s1: Float, _ s2: Float) -> (Float, Bool) {
  if s1 == 0 || s2 == 0 { return (.nan, false) }
  if exponentField(s2) - exponentField(s1) >= 96 { return (s0 == s1 ? scalbnf(s0, 64) : s0, true) }
  if isDenormal(s1) { return (scalbnf(s0, 64), false) }
  // In double precision, which no mode flushes.
  let reciprocalTiny = abs(1 / Double(s1)) < 0x1p-126, quotientTiny = abs(Double(s2) / Double(s1)) < 0x1p-126
  if reciprocalTiny && quotientTiny { return (s0 == s1 ? scalbnf(s0, -64) : s0, true) }
  if reciprocalTiny { return (scalbnf(s0, -64), false) }
  if quotientTiny { return (s0 == s2 ? scalbnf(s0, 64) : s0, true) }
  if exponentField(s2) <= 23 { return (scalbnf(s0, 64), false) }
  return (s0, false)
}
public func divisionScale(_ s0: Double, _ s1: Double, _ s2: Double) -> (Double, Bool) {
  if s1 == 0 || s2 == 0 { return (.nan, false) }
  if exponentField(s2) - exponentField(s1) >= 768 { return (s0 == s1 ? scalbn(s0, 128) : s0, true) }
  if isDenormal(s1) { return (scalbn(s0, 128), false) }
  let reciprocalTiny = isDenormal(1 / s1), quotientTiny = isDenormal(s2 / s1) || s2 / s1 == 0
  if reciprocalTiny && quotientTiny { return (s0 == s1 ? scalbn(s0, -128) : s0, true) }
  if reciprocalTiny { return (scalbn(s0, -128), false) }
  if quotientTiny { return (s0 == s2 ? scalbn(s0, 128) : s0, true) }
  if exponentField(s2) <= 53 { return (scalbn(s0, 128), false) }
  return (s0, false)
}
/// v_div_fmas: the last step of a quotient, scaled back and rounded once, also where the result is denormal.
@inlinable @inline(__always) public func divisionStep(_ a: Float, _ b: Float, _ c: Float, _ scaled: Bool) -> Float {
  guard scaled else { return c.addingProduct(a, b) }
  let product = Double(a) * Double(b)   // exact
  return Float(roundedToOdd(product, plus: Double(c)) * (exponentField(c) > 127 ? 0x1p64 : 0x1p-64))
}
@inlinable @inline(__always) public func divisionStep(_ a: Double, _ b: Double, _ c: Double, _ scaled: Bool) -> Double {
  guard scaled else { return c.addingProduct(a, b) }
  let sum = c.addingProduct(a, b), scale = exponentField(c) > 1023 ? 0x1p128 : 0x1p-128
  guard abs(sum * scale) < 0x1p-1022 else { return sum * scale }   // a normal result is not rounded again
  return denormalStep(a, b, c, sum, scale)
}
/// The largest denormals keep 52 of 53 bits: one more bit is too few to tell a tie from what lies beside it, so that this goes
/// through x86's 64-bit significands.
@inline(never) @usableFromInline func denormalStep(_ a: Double, _ b: Double, _ c: Double, _ sum: Double, _ scale: Double) -> Double {
  guard sum.isFinite else { return sum * scale }
  let rest = (c - sum).addingProduct(a, b)                  // exact: the sum is close to c
  let wide = Float80(sum) + Float80(rest), error = (Float80(sum) - wide) + Float80(rest)
  guard error != 0, wide != 0, wide.significandBitPattern & 1 == 0 else { return Double(wide * Float80(scale)) }
  return Double(((error > 0) == (wide > 0) ? wide + wide.ulp : wide - wide.ulp) * Float80(scale))
}
/// x + y rounded to nearest; the neighbour with an odd last bit instead when that was not exact, so that a second, shorter
/// rounding gives what one alone would.
@usableFromInline func roundedToOdd(_ x: Double, plus y: Double) -> Double {
  let sum = x + y
  guard sum.isFinite else { return sum }
  let part = sum - x
  let error = (x - (sum - part)) + (y - part)   // x + y = sum + error, exactly (Knuth)
  guard error != 0, sum.bitPattern & 1 == 0 else { return sum }
  return (error > 0) == (sum > 0) ? Double(bitPattern: sum.bitPattern + 1) : Double(bitPattern: sum.bitPattern - 1)
}
@inlinable @inline(__always) public func divisionFix<T: BinaryFloatingPoint>(_ quotient: T, _ denominator: T, _ numerator: T) -> T {
  let negative = (denominator.sign == .minus) != (numerator.sign == .minus)
  if numerator.isNaN { return numerator + numerator }
  if denominator.isNaN { return denominator + denominator }
  if denominator == 0 && numerator == 0 || denominator.isInfinite && numerator.isInfinite { return -T.nan }
  if denominator == 0 || numerator.isInfinite { return negative ? -T.infinity : T.infinity }
  if denominator.isInfinite || numerator == 0 { return negative ? -0.0 : 0 }
  // Far beyond the largest number the steps before have met infinities and left no number.
  if quotient.isNaN { return negative ? -T.infinity : T.infinity }
  return negative ? -quotient.magnitude : quotient.magnitude
}

/// Which class of number: signalling NaN, quiet NaN, -inf, -normal, -denormal, -0, +0, +denormal, +normal, +inf.
@inlinable @inline(__always) public func classBit<T: BinaryFloatingPoint>(_ a: T) -> UInt32 {
  if a.isNaN { return a.isSignalingNaN ? 0 : 1 }
  let minus = a.sign == .minus
  if a.isInfinite { return minus ? 2 : 9 }
  if a == 0 { return minus ? 5 : 6 }
  if a.isSubnormal { return minus ? 4 : 7 }
  return minus ? 3 : 8
}

@inlinable @inline(__always) public func byte(_ a: UInt32, _ index: UInt32) -> UInt32 { a >> (index &* 8) & 0xff }
@inlinable @inline(__always) public func difference(_ a: UInt32, _ b: UInt32) -> UInt32 { a > b ? a &- b : b &- a }
@inlinable @inline(__always) public func sumOfDifferences(_ a: UInt32, _ b: UInt32) -> UInt32 {
  difference(byte(a, 0), byte(b, 0)) &+ difference(byte(a, 1), byte(b, 1)) &+ difference(byte(a, 2), byte(b, 2)) &+ difference(byte(a, 3), byte(b, 3))
}
@inlinable @inline(__always) public func maskedSumOfDifferences(_ a: UInt32, _ b: UInt32) -> UInt32 {
  var sum: UInt32 = 0
  for i in 0..<4 as Range<UInt32> where byte(b, i) != 0 { sum &+= difference(byte(a, i), byte(b, i)) }
  return sum
}
@inlinable @inline(__always) public func selectByte(_ data: UInt64, _ selector: UInt32) -> UInt32 {
  switch selector {
  case 0...7: UInt32(truncatingIfNeeded: data >> UInt64(selector * 8)) & 0xff
  case 8...11: data >> UInt64((selector - 8) * 16 + 15) & 1 != 0 ? 0xff : 0
  case 12: 0
  default: 0xff
  }
}
@inlinable @inline(__always) public func signed24(_ a: UInt32) -> Int32 { Int32(bitPattern: a << 8) >> 8 }
@inlinable @inline(__always) public func saturated(_ a: Int32, _ low: Int32, _ high: Int32) -> Int32 { min(max(a, low), high) }
@inlinable @inline(__always) public func rounded16(_ a: Float, _ scale: Float, _ low: Float) -> UInt32 {
  UInt32(truncatingIfNeeded: Int32((clamped(a, low, 1) * scale).rounded(.toNearestOrEven))) & 0xffff
}

// Halves of a register.
@inlinable @inline(__always) public func lowHalf(_ a: UInt32) -> Float16 { Float16(bitPattern: UInt16(truncatingIfNeeded: a)) }
@inlinable @inline(__always) public func highHalf(_ a: UInt32) -> Float16 { Float16(bitPattern: UInt16(truncatingIfNeeded: a >> 16)) }
@inlinable @inline(__always) public func joined(_ low: Float16, _ high: Float16) -> UInt32 { UInt32(low.bitPattern) | UInt32(high.bitPattern) << 16 }
@inlinable @inline(__always) public func dot2(_ a: UInt32, _ b: UInt32) -> Int32 {
  let x = Int32(bitPattern: a), y = Int32(bitPattern: b)
  return ((x << 16) >> 16) &* ((y << 16) >> 16) &+ (x >> 16) &* (y >> 16)
}
@inlinable @inline(__always) public func dot4(_ a: UInt32, _ b: UInt32) -> Int32 {
  var sum: Int32 = 0
  for i in 0..<4 as Range<UInt32> { sum &+= Int32(Int8(truncatingIfNeeded: a >> (i &* 8))) &* Int32(Int8(truncatingIfNeeded: b >> (i &* 8))) }
  return sum
}
@inlinable @inline(__always) public func dot8(_ a: UInt32, _ b: UInt32) -> Int32 {
  var sum: Int32 = 0
  for i in 0..<8 as Range<UInt32> { sum &+= (Int32(bitPattern: a << (28 &- i &* 4)) >> 28) &* (Int32(bitPattern: b << (28 &- i &* 4)) >> 28) }
  return sum
}
/// Products of halves, exact in single precision, added one after the other.
@inlinable @inline(__always) public func dot2(_ a: UInt32, _ b: UInt32, _ c: Float) -> Float {
  c + Float(lowHalf(a)) * Float(lowHalf(b)) + Float(highHalf(a)) * Float(highHalf(b))
}

/// Coordinates on the face of a cube that a direction meets.
@inlinable @inline(__always) public func cubeS(_ x: Float, _ y: Float, _ z: Float) -> Float {
  if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z < 0 ? -x : x }
  if y.magnitude >= x.magnitude { return x }
  return x < 0 ? z : -z
}
@inlinable @inline(__always) public func cubeT(_ x: Float, _ y: Float, _ z: Float) -> Float {
  if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return -y }
  if y.magnitude >= x.magnitude { return y < 0 ? -z : z }
  return -y
}
