// Floating-point formats of 4 to 16 bits: encoding from single precision in every rounding, and decoding, in integer arithmetic, which
// is the same on every target and under every mode.
// Source: PTX ISA, "Alternate Floating-Point Data Formats", "cvt" (.satfinite, .relu, .rs, NaN); OCP 8-bit and Microscaling formats.
import CLLVM
import PTX

/// A format with a sign, an exponent and a significand.
struct NarrowFormat {
  let exponentBits, significandBits, bias: Int
  /// Codes without sign: the largest number; infinity and NaN where there are any.
  let largest: Int
  var infinity: Int?
  var nan: Int?

  static let half = NarrowFormat(exponentBits: 5, significandBits: 10, bias: 15, largest: 0x7BFF, infinity: 0x7C00, nan: 0x7FFF)
  static let e5m2 = NarrowFormat(exponentBits: 5, significandBits: 2, bias: 15, largest: 0x7B, infinity: 0x7C, nan: 0x7F)
  static let e4m3 = NarrowFormat(exponentBits: 4, significandBits: 3, bias: 7, largest: 0x7E, nan: 0x7F)
  static let e3m2 = NarrowFormat(exponentBits: 3, significandBits: 2, bias: 3, largest: 0x1F)
  static let e2m3 = NarrowFormat(exponentBits: 2, significandBits: 3, bias: 1, largest: 0x1F)
  static let e2m1 = NarrowFormat(exponentBits: 2, significandBits: 1, bias: 1, largest: 0x7)

  var bits: Int { 1 + exponentBits + significandBits }
}

extension ScalarType {
  /// A pack of narrow numbers: their format, how many, and the bits from one to the next.
  var narrowPack: (format: NarrowFormat, count: Int, stride: Int)? {
    switch self {
    case .e4m3x2: (.e4m3, 2, 8)
    case .e5m2x2: (.e5m2, 2, 8)
    case .e2m3x2: (.e2m3, 2, 8)
    case .e3m2x2: (.e3m2, 2, 8)
    case .e2m1x2: (.e2m1, 2, 4)
    case .e4m3x4: (.e4m3, 4, 8)
    case .e5m2x4: (.e5m2, 4, 8)
    case .e2m3x4: (.e2m3, 4, 8)
    case .e3m2x4: (.e3m2, 4, 8)
    case .e2m1x4: (.e2m1, 4, 4)
    default: nil
    }
  }
}

/// How digits are dropped.
enum NarrowRounding {
  case direction(Rounding)
  /// To nearest, ties away from zero.
  case away
  /// The random bits, right-aligned, are added to the first of the bits that are dropped; a carry rounds away from zero.
  case stochastic(Value, bits: Int)
}

extension FunctionLowering {
  /// What to add to a magnitude's bits before dropping `shift` of them (a number or a vector of them).
  private func increment(_ rounding: NarrowRounding, _ magnitude: Value, _ shift: Value, negative: Value) -> Value {
    let type = b.type(magnitude), one = b.number(type, 1)
    let unit = b.shl(one, shift)
    switch rounding {
    case .direction(.nearest):
      let isOdd = b.and(b.lshr(magnitude, shift), one)
      return b.add(b.sub(b.lshr(unit, one), one), isOdd)
    case .direction(.zero): return b.zero(type)
    case .direction(.up): return b.select(negative, b.zero(type), b.sub(unit, one))
    case .direction(.down): return b.select(negative, b.sub(unit, one), b.zero(type))
    case .away: return b.lshr(unit, one)
    case .stochastic(let random, let bits): return b.shl(random, b.sub(shift, b.number(type, UInt64(bits))))
    }
  }

  /// The code of a number of single precision, sign included, as 32 bits.  saturates: what is too large becomes the largest.
  func encode(_ value: Value, _ format: NarrowFormat, _ rounding: NarrowRounding, saturates: Bool, relu: Bool = false, positiveZero: Bool = false) -> Value {
    let bits = b.bitcast(value, b.i32)
    func int(_ value: Int) -> Value { b.int32(value) }
    let negative = b.icmp(LLVMIntSLT, bits, int(0))
    let magnitude = b.and(bits, int(0x7FFF_FFFF))
    let field = b.lshr(magnitude, int(23))
    // The significand with its leading one, which subnormals lack, and the exponent counted from the format's least.
    let fraction = b.and(magnitude, int(0x7F_FFFF))
    let significand = b.select(b.equal(field, int(0)), fraction, b.or(fraction, int(0x80_0000)))
    let exponent = b.sub(b.overloaded("llvm.umax", b.i32, [field, int(1)]), int(128 - format.bias))
    let missing = b.overloaded("llvm.smax", b.i32, [b.neg(exponent), int(0)])
    let wanted = b.add(missing, int(23 - format.significandBits))
    let shift = b.overloaded("llvm.umin", b.i32, [wanted, int(31)])
    var digits = significand
    if case .stochastic = rounding {  // further down the digits move instead; what falls off lies below the random bits
      digits = b.lshr(digits, b.overloaded("llvm.umin", b.i32, [b.sub(wanted, shift), int(31)]))
    }
    let rounded = b.lshr(b.add(digits, increment(rounding, digits, shift, negative: negative)), shift)
    let excess = b.overloaded("llvm.smax", b.i32, [exponent, int(0)])
    var code = b.add(b.shl(excess, int(format.significandBits)), rounded)
    // Too large: the largest number, or infinity, depending on the direction.
    var limit = int(format.largest)
    if !saturates, let infinity = format.infinity {
      switch rounding {
      case .direction(.zero): limit = int(format.largest)
      case .direction(.up): limit = b.select(negative, int(format.largest), int(infinity))
      case .direction(.down): limit = b.select(negative, int(infinity), int(format.largest))
      default: limit = int(infinity)
      }
      limit = b.select(b.equal(magnitude, int(0x7F80_0000)), int(infinity), limit)
    }
    code = b.overloaded("llvm.umin", b.i32, [code, limit])
    let sign = b.shl(b.lshr(bits, int(31)), int(format.bits - 1))
    var signed = relu ? b.select(negative, int(0), code) : b.or(code, sign)
    if positiveZero, !relu { signed = b.select(b.equal(code, int(0)), int(0), signed) }
    let isNaN = b.icmp(LLVMIntUGT, magnitude, int(0x7F80_0000))
    return b.select(isNaN, int(format.nan ?? format.largest), signed)
  }

  /// Single precision with `dropped` digits less, in its own bits: what .bf16 (16) and .tf32 (13) are.  Vectors too.
  func shortened(_ value: Value, dropped: Int, _ rounding: NarrowRounding, saturates: Bool, relu: Bool, positiveZero: Bool, nan: UInt64) -> Value {
    let type = b.like(b.type(value), b.i32)
    func int(_ value: UInt64) -> Value { b.number(type, value) }
    let bits = b.bitcast(value, type)
    let negative = b.icmp(LLVMIntSLT, bits, b.zero(type))
    let magnitude = b.and(bits, int(0x7FFF_FFFF)), kept = int((0x7FFF_FFFF >> UInt64(dropped)) << UInt64(dropped))
    let increment = increment(rounding, magnitude, int(UInt64(dropped)), negative: negative)
    var result = b.and(b.add(magnitude, increment), kept)
    let infinite = b.icmp(LLVMIntEQ, magnitude, int(0x7F80_0000))
    if saturates {
      result = b.overloaded("llvm.umin", type, [result, int((0x7F7F_FFFF >> UInt64(dropped)) << UInt64(dropped))])
    } else if case .stochastic = rounding {
      result = b.select(infinite, int(0x7F80_0000), result)
    }
    var signed = relu ? b.select(negative, b.zero(type), result) : b.or(result, b.and(bits, int(0x8000_0000)))
    if positiveZero, !relu { signed = b.select(b.icmp(LLVMIntEQ, result, b.zero(type)), b.zero(type), signed) }
    return b.select(b.icmp(LLVMIntUGT, magnitude, int(0x7F80_0000)), int(nan), signed)
  }

  /// A number (or pair) of single precision as .bf16.
  func brainFloat(_ value: Value, _ rounding: NarrowRounding, saturates: Bool = false, relu: Bool = false, positiveZero: Bool = false) -> Value {
    let whole = shortened(value, dropped: 16, rounding, saturates: saturates, relu: relu, positiveZero: positiveZero, nan: 0x7FFF_0000)
    let type = b.type(whole)
    let upper = b.trunc(b.lshr(whole, b.number(type, 16)), b.like(type, b.i16))
    return b.bitcast(upper, b.like(type, b.bfloat))
  }

  /// A pair of single precision as .f16x2, rounded towards zero: one instruction.
  func halvesTowardZero(_ pair: Value) -> Value {
    let type = b.vector(b.half, 2)
    return b.call("llvm.amdgcn.cvt.pkrtz", type, [b.element(pair, 0), b.element(pair, 1)])
  }

  /// Double to single precision so that a second rounding, to a shorter format, errs no more than one would: towards zero, with a
  /// last digit of one when something was lost.
  func oddSingle(_ value: Value) -> Value {
    let single = compute(.singleFromDouble, [value], .zero)
    let lost = b.fcmp(LLVMRealUNE, compute(.doubleFromSingle, [single]), value)
    return b.bitcast(b.or(b.bitcast(single, b.i32), b.zext(lost, b.i32)), b.float)
  }

  // MARK: decoding

  /// Two numbers of a narrow format as .f16x2, exactly.
  func decode(_ code: Value, _ format: NarrowFormat, stride: Int) -> Value {
    let type = b.vector(b.i16, 2)
    let word = b.resize(code, b.i32)
    var pair = b.insert(b.trunc(word, b.i16), into: b.undefined(type), 0)
    pair = b.insert(b.trunc(b.lshr(word, b.int32(stride)), b.i16), into: pair, 1)
    let magnitudeBits = format.bits - 1
    let magnitude = b.and(pair, b.number(type, 1 << UInt64(magnitudeBits) - 1))
    let sign = b.and(b.shl(pair, b.number(type, UInt64(15 - magnitudeBits))), b.number(type, 0x8000))
    // The same digits below half's exponent: too small by the difference of the biases, which a product makes good.
    let shifted = b.shl(magnitude, b.number(type, UInt64(10 - format.significandBits)))
    let halves = b.vector(b.half, 2)
    var value = b.bitcast(shifted, halves)
    if format.bias != 15 { value = b.fmul(value, b.real(halves, Double(sign: .plus, exponent: 15 - format.bias, significand: 1))) }
    var bits = b.or(b.bitcast(value, type), sign)
    if let nan = format.nan {
      // Every code above infinity's, or the one.
      let isNaN = b.icmp(LLVMIntUGT, magnitude, b.number(type, UInt64(format.infinity ?? nan - 1)))
      bits = b.select(isNaN, b.number(type, 0x7FFF), bits)
    }
    return b.bitcast(bits, halves)
  }
}
