// Floating-point numbers as integers: what IEEE 754 and the PTX manual say of rounding, overflow, subnormals and special values.
// Nothing here uses the host's floating-point arithmetic.
// Source: IEEE 754-2019, clauses 4 (rounding), 6 (infinity, NaN, sign), 7.4-7.5; PTX ISA 9.x, "Alternate Floating-Point Data Formats".

struct ExactFormat: Sendable, Hashable {
  let exponentBits, fractionBits, bias: Int
  /// The codes above all numbers, without sign; nil where the format has none.
  var infinity: UInt64?
  var canonicalNaN: UInt64?
  /// The largest number's code.
  let largest: UInt64
  var hasSign = true

  static func ieee(_ exponentBits: Int, _ fractionBits: Int) -> ExactFormat {
    let infinity = (UInt64(1) << UInt64(exponentBits) - 1) << UInt64(fractionBits)
    return ExactFormat(
      exponentBits: exponentBits, fractionBits: fractionBits, bias: 1 << (exponentBits - 1) - 1, infinity: infinity,
      canonicalNaN: infinity | (UInt64(1) << UInt64(fractionBits) - 1), largest: infinity - 1)
  }
  static let f16 = ieee(5, 10), bf16 = ieee(8, 7), f32 = ieee(8, 23), f64 = ieee(11, 52), tf32 = ieee(8, 10), e5m2 = ieee(5, 2)
  static let e4m3 = ExactFormat(exponentBits: 4, fractionBits: 3, bias: 7, canonicalNaN: 0x7F, largest: 0x7E)
  static let e3m2 = ExactFormat(exponentBits: 3, fractionBits: 2, bias: 3, largest: 0x1F)
  static let e2m3 = ExactFormat(exponentBits: 2, fractionBits: 3, bias: 1, largest: 0x1F)
  static let e2m1 = ExactFormat(exponentBits: 2, fractionBits: 1, bias: 1, largest: 0x7)

  var signBit: UInt64 { UInt64(1) << UInt64(exponentBits + fractionBits) }
  var bits: Int { 1 + exponentBits + fractionBits }
}

enum Direction: Sendable {
  case nearest, away, zero, down, up
  /// Added to the first `count` of the dropped digits.
  case random(UInt64, count: Int)
}

/// (-1)^isNegative times significand times 2^exponent; `more`: a little more than that in magnitude, less than one unit.
struct ExactNumber: Sendable {
  var isNegative: Bool
  var significand: UInt128
  var exponent: Int
  var more = false
  var isZero: Bool { significand == 0 && !more }
  static func zero(_ isNegative: Bool) -> ExactNumber { .init(isNegative: isNegative, significand: 0, exponent: 0) }

  /// The place of the leading digit: 2^that <= magnitude.
  var magnitudeExponent: Int { exponent + 127 - significand.leadingZeroBitCount }
  var negated: ExactNumber { var copy = self; copy.isNegative.toggle(); return copy }
  var magnitude: ExactNumber { var copy = self; copy.isNegative = false; return copy }
  func scaled(by power: Int) -> ExactNumber { var copy = self; copy.exponent += power; return copy }

  init(isNegative: Bool, significand: UInt128, exponent: Int, more: Bool = false) {
    (self.isNegative, self.significand, self.exponent, self.more) = (isNegative, significand, exponent, more)
  }
  init(_ value: Int64) { self.init(isNegative: value < 0, significand: UInt128(value.magnitude), exponent: 0) }
  init(_ value: UInt64) { self.init(isNegative: false, significand: UInt128(value), exponent: 0) }

  /// The whole number that `direction` gives, as a magnitude that may be beyond any integer type.
  func whole(_ direction: Direction) -> (isNegative: Bool, magnitude: UInt128) {
    if exponent >= 0 { return (isNegative, exponent > 127 - 64 ? (isZero ? 0 : UInt128.max >> 1) : significand << UInt128(exponent)) }
    return (isNegative, rounded(dropping: -exponent, direction))
  }

  /// The significand without its last `count` digits, rounded.
  func rounded(dropping count: Int, _ direction: Direction) -> UInt128 {
    if count <= 0 { return significand << UInt128(-count) }
    let kept = count >= 128 ? 0 : significand >> UInt128(count)
    let rest = count >= 128 ? significand : significand & (UInt128(1) << UInt128(count) - 1)
    let inexact = rest != 0 || more
    let half = count > 128 ? nil : UInt128(1) << UInt128(count - 1)
    let aboveHalf = half.map { rest > $0 || rest == $0 && more } ?? false, isHalf = half.map { rest == $0 && !more } ?? false
    let increments: Bool = switch direction {
    case .nearest: aboveHalf || isHalf && kept & 1 == 1
    case .away: aboveHalf || isHalf
    case .zero: false
    case .down: isNegative && inexact
    case .up: !isNegative && inexact
    case .random(let random, let digits):
      // The random digits line up with the first that are dropped.
      (count >= digits ? (count - digits >= 128 ? 0 : rest >> UInt128(count - digits)) : rest << UInt128(digits - count)) + UInt128(random) >= UInt128(1) << UInt128(digits)
    }
    return increments ? kept + 1 : kept
  }
}

enum Unpacked: Sendable {
  case nan
  case infinity(isNegative: Bool)
  case number(ExactNumber)

  var isNaN: Bool { if case .nan = self { true } else { false } }
  var isNegative: Bool {
    switch self { case .nan: false; case .infinity(let sign): sign; case .number(let number): number.isNegative }
  }
  var negated: Unpacked {
    switch self { case .nan: .nan; case .infinity(let sign): .infinity(isNegative: !sign); case .number(let number): .number(number.negated) }
  }
  var magnitude: Unpacked { isNegative ? negated : self }
}

extension ExactFormat {
  func unpack(_ code: UInt64) -> Unpacked {
    let magnitude = code & (signBit - 1), isNegative = hasSign && code & signBit != 0
    if let infinity, magnitude == infinity { return .infinity(isNegative: isNegative) }
    if magnitude > largest { return .nan }
    let field = Int(magnitude >> UInt64(fractionBits)), fraction = magnitude & (UInt64(1) << UInt64(fractionBits) - 1)
    let significand = field == 0 ? fraction : fraction | UInt64(1) << UInt64(fractionBits)
    return .number(ExactNumber(isNegative: isNegative, significand: UInt128(significand), exponent: max(field, 1) - bias - fractionBits))
  }

  func isSubnormal(_ code: UInt64) -> Bool {
    let magnitude = code & (signBit - 1)
    return magnitude != 0 && magnitude >> UInt64(fractionBits) == 0
  }
  func flushed(_ code: UInt64) -> UInt64 { isSubnormal(code) ? code & signBit : code }

  /// Whether a number, rounded as if exponents had no end, is below the least normal one: what .ftz makes a zero (as an H100 does).
  func isTiny(_ value: Unpacked, _ direction: Direction) -> Bool {
    guard case .number(let number) = value, !number.isZero else { return false }
    let unit = number.magnitudeExponent - fractionBits
    let digits = number.rounded(dropping: unit - number.exponent, direction)
    return unit + 127 - digits.leadingZeroBitCount < 1 - bias
  }

  /// saturates: numbers that are too large, and infinities, become the largest number.
  func pack(_ value: Unpacked, _ direction: Direction = .nearest, saturates: Bool = false) -> UInt64 {
    switch value {
    case .nan: return canonicalNaN ?? largest
    case .infinity(let isNegative): return (isNegative ? signBit : 0) | (saturates ? largest : infinity ?? largest)
    case .number(let number):
      let sign = number.isNegative && hasSign ? signBit : 0
      if number.isZero { return sign }
      // The least exponent that a unit in the last place may have is that of subnormals.
      let least = 1 - bias - fractionBits
      let unit = number.significand == 0 ? least : max(least, number.magnitudeExponent - fractionBits)
      let digits = number.rounded(dropping: unit - number.exponent, direction)
      var code = digits >> UInt128(fractionBits) == 0 ? UInt64(digits)
        : UInt64(unit - least) << UInt64(fractionBits) + UInt64(digits)
      if code > largest {
        let toLargest: Bool = switch direction { case .zero: true; case .down: !number.isNegative; case .up: number.isNegative; default: false }
        code = saturates || toLargest ? largest : infinity ?? largest
      }
      return sign | code
    }
  }
}

// MARK: operations

extension Unpacked {
  static func add(_ x: Unpacked, _ y: Unpacked, _ direction: Direction) -> Unpacked {
    switch (x, y) {
    case (.nan, _), (_, .nan): return .nan
    case (.infinity(let a), .infinity(let b)): return a == b ? x : .nan
    case (.infinity, _): return x
    case (_, .infinity): return y
    case (.number(let a), .number(let b)): return .number(.add(a, b, direction))
    }
  }
  static func multiply(_ x: Unpacked, _ y: Unpacked) -> Unpacked {
    let sign = x.isNegative != y.isNegative
    switch (x, y) {
    case (.nan, _), (_, .nan): return .nan
    case (.infinity, .number(let n)), (.number(let n), .infinity): return n.isZero ? .nan : .infinity(isNegative: sign)
    case (.infinity, .infinity): return .infinity(isNegative: sign)
    case (.number(let a), .number(let b)):
      return .number(ExactNumber(isNegative: sign, significand: a.significand * b.significand, exponent: a.exponent + b.exponent))
    }
  }
  static func divide(_ x: Unpacked, _ y: Unpacked) -> Unpacked {
    let sign = x.isNegative != y.isNegative
    switch (x, y) {
    case (.nan, _), (_, .nan), (.infinity, .infinity): return .nan
    case (.infinity, .number): return .infinity(isNegative: sign)
    case (.number, .infinity): return .number(.zero(sign))
    case (.number(let a), .number(let b)):
      if b.isZero { return a.isZero ? .nan : .infinity(isNegative: sign) }
      if a.isZero { return .number(.zero(sign)) }
      let shift = a.significand.leadingZeroBitCount
      let (quotient, remainder) = (a.significand << UInt128(shift)).quotientAndRemainder(dividingBy: b.significand)
      return .number(ExactNumber(isNegative: sign, significand: quotient, exponent: a.exponent - shift - b.exponent, more: remainder != 0))
    }
  }
  static func squareRoot(_ x: Unpacked) -> Unpacked {
    switch x {
    case .nan: return .nan
    case .infinity(let sign): return sign ? .nan : x
    case .number(let number):
      if number.isZero { return x }
      if number.isNegative { return .nan }
      var shift = number.significand.leadingZeroBitCount
      if (number.exponent - shift) % 2 != 0 { shift -= 1 }
      let radicand = number.significand << UInt128(shift)
      var root: UInt128 = 0
      for bit in (0..<64).reversed() {
        let candidate = root | UInt128(1) << UInt128(bit)
        let (square, overflow) = candidate.multipliedReportingOverflow(by: candidate)
        if !overflow, square <= radicand { root = candidate }
      }
      return .number(ExactNumber(isNegative: false, significand: root, exponent: (number.exponent - shift) / 2, more: root * root != radicand))
    }
  }

  /// -1, 0, 1; nil when either is NaN.  The zeros are equal.
  static func compare(_ x: Unpacked, _ y: Unpacked) -> Int? {
    switch (x, y) {
    case (.nan, _), (_, .nan): return nil
    case (.infinity(let a), .infinity(let b)): return a == b ? 0 : a ? -1 : 1
    case (.infinity(let a), _): return a ? -1 : 1
    case (_, .infinity(let b)): return b ? 1 : -1
    case (.number(let a), .number(let b)):
      let difference = ExactNumber.add(a, b.negated, .nearest)
      return difference.isZero ? 0 : difference.isNegative ? -1 : 1
    }
  }
}

extension ExactNumber {
  /// Exact, but for `more`.  The direction decides the sign of a zero.
  static func add(_ x: ExactNumber, _ y: ExactNumber, _ direction: Direction) -> ExactNumber {
    if x.isZero, y.isZero {
      if x.isNegative == y.isNegative { return x }
      if case .down = direction { return .zero(true) }
      return .zero(false)
    }
    if x.isZero { return y }
    if y.isZero { return x }
    // The operand with the higher leading digit goes to the top, with room for a carry.
    let (large, small) = x.magnitudeExponent >= y.magnitudeExponent ? (x, y) : (y, x)
    let up = large.significand.leadingZeroBitCount - 3
    let top = up >= 0 ? large.significand << UInt128(up) : large.significand >> UInt128(-up)
    let exponent = large.exponent - up
    let distance = exponent - small.exponent
    var below: UInt128, lost = small.more
    if distance <= 0 {
      below = small.significand << UInt128(-distance)
    } else if distance >= 128 {
      (below, lost) = (0, true)
    } else {
      below = small.significand >> UInt128(distance)
      lost = lost || small.significand & (UInt128(1) << UInt128(distance) - 1) != 0
    }
    if large.isNegative == small.isNegative {
      return ExactNumber(isNegative: large.isNegative, significand: top + below, exponent: exponent, more: lost)
    }
    if top == below, !lost {
      if case .down = direction { return .zero(true) }
      return .zero(false)
    }
    if top < below { return ExactNumber(isNegative: small.isNegative, significand: below - top, exponent: exponent, more: lost) }
    return ExactNumber(isNegative: large.isNegative, significand: top - below - (lost ? 1 : 0), exponent: exponent, more: lost)
  }
}
