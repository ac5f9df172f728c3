// What the manual says floating-point arithmetic gives, computed with whole numbers (FloatModel.swift), a lane at a time.
// Source: PTX ISA 9.x, sections 9.7.3 to 9.7.5 and 9.7.6 (set, setp, testp, slct).
import Glibc

/// What a result may be.
enum FloatAnswer: Sendable {
  case exactly(UInt64)
  /// NaN of whatever payload.
  case anyNaN
  /// Within any one of these of a true value: units in the last place, relative, absolute.  Zeros keep the true value's sign.
  case near(Double, ulps: Double, relative: Double, absolute: Double)
  /// The manual leaves it open.
  case anything

  func accepts(_ code: UInt64, _ format: ExactFormat) -> Bool {
    switch self {
    case .exactly(let wanted): return code == wanted
    case .anyNaN: return format.unpack(code).isNaN
    case .anything: return true
    case .near(let value, let ulps, let relative, let absolute):
      let got = format.unpack(code).double
      if value.isNaN || got.isNaN { return value.isNaN && got.isNaN }
      if got == value { return true }
      if value.isInfinite { return false }
      let unit = format.unit(at: value), error = abs(got - value)
      if got.isInfinite { return format.unpack(format.largest).double + unit * max(ulps, 0.5) <= abs(value) + abs(value) * relative + unit * ulps }
      // The result is itself rounded: half a unit goes with any relative or absolute bound.
      return error <= max(ulps * unit, max(abs(value) * relative, absolute) + unit / 2)
    }
  }
}

extension Unpacked {
  var double: Double {
    switch self {
    case .nan: return .nan
    case .infinity(let sign): return sign ? -.infinity : .infinity
    case .number(let number):
      let magnitude = scalbn(Double(number.significand), Int32(clamping: number.exponent))
      return number.isNegative ? -magnitude : magnitude
    }
  }
}

extension ExactFormat {
  /// The distance of neighbours at a value.
  func unit(at value: Double) -> Double {
    let least = 1 - bias - fractionBits
    guard value != 0, value.isFinite else { return scalbn(1, Int32(least)) }
    return scalbn(1, Int32(max(least, Int(value.exponent) - fractionBits)))
  }
  static func named(_ word: String) -> (format: ExactFormat, lanes: Int)? {
    switch word {
    case "f16": (.f16, 1)
    case "f16x2": (.f16, 2)
    case "bf16": (.bf16, 1)
    case "bf16x2": (.bf16, 2)
    case "f32": (.f32, 1)
    case "f32x2": (.f32, 2)
    case "f64": (.f64, 1)
    case "e4m3x2": (.e4m3, 2)
    case "e5m2x2": (.e5m2, 2)
    case "e2m3x2": (.e2m3, 2)
    case "e3m2x2": (.e3m2, 2)
    case "e2m1x2": (.e2m1, 2)
    default: nil
    }
  }
}

/// The modifiers of an instruction as a reference reads them.
struct FloatWords {
  let opcode: String, words: [String]
  func has(_ word: String) -> Bool { words.contains(word) }
  var direction: Direction {
    has("rz") ? .zero : has("rm") ? .down : has("rp") ? .up : has("rna") ? .away : .nearest
  }
  /// The floating-point types in order.
  var formats: [(format: ExactFormat, lanes: Int)] { words.compactMap { ExactFormat.named($0) } }
}

extension FloatWords {
  /// One lane of add, sub, mul, fma, mad, div, rcp, sqrt with a rounding; operands in their own formats.
  func arithmetic(_ codes: [UInt64], _ sources: [ExactFormat], _ result: ExactFormat) -> FloatAnswer {
    let ftz = has("ftz")
    let values = zip(codes, sources).map { code, format in format.unpack(ftz ? format.flushed(code) : code) }
    if has("oob"), codes[..<2].contains(where: { $0 & 0x7FFF == 0x7FF7 }) { return .exactly(0) }
    let one = Unpacked.number(ExactNumber(Int64(1)))
    let value: Unpacked = switch opcode {
    case "add": .add(values[0], values[1], direction)
    case "sub": .add(values[0], values[1].negated, direction)
    case "mul": .multiply(values[0], values[1])
    case "fma", "mad": .add(.multiply(values[0], values[1]), values[2], direction)
    case "div": .divide(values[0], values[1])
    case "rcp": .divide(one, values[0])
    default: .squareRoot(values[0])
    }
    return finished(value, result)
  }

  /// Rounded, flushed, saturated, rectified.
  func finished(_ value: Unpacked, _ format: ExactFormat) -> FloatAnswer {
    var code = format.pack(value, direction)
    // Where a sum of single precision is narrowed, .ftz is the sum's.
    if has("ftz"), !(has("f32x2") && format == .f16), format.isTiny(value, direction) { code &= format.signBit }
    if has("sat") {
      let one = format.pack(.number(ExactNumber(Int64(1))))
      return .exactly(value.isNaN || code & format.signBit != 0 ? 0 : min(code, one))
    }
    if has("relu") { return .exactly(value.isNaN ? format.canonicalNaN! : code & format.signBit != 0 ? 0 : code) }
    return value.isNaN ? .anyNaN : .exactly(code)
  }

  /// One lane of min and max of two or three operands.
  func selection(_ codes: [UInt64], _ format: ExactFormat) -> FloatAnswer {
    let signs = codes.reduce(0) { $0 ^ ($1 & format.signBit) }
    let operands = codes.map { code in
      let code = has("ftz") ? format.flushed(code) : code
      return has("abs") ? code & ~format.signBit : code
    }
    let isNaN = operands.map { format.unpack($0).isNaN }
    if isNaN.allSatisfy({ $0 }) { return has("NaN") ? .exactly(format.canonicalNaN!) : .anyNaN }
    if has("NaN"), isNaN.contains(true) { return .exactly(format.canonicalNaN!) }
    let numbers = operands.filter { !format.unpack($0).isNaN }
    // Ordered as integers that count from the most negative number; -0 is below +0.
    func order(_ code: UInt64) -> Int64 { code & format.signBit == 0 ? Int64(bitPattern: code) : -Int64(bitPattern: code & ~format.signBit) - 1 }
    func order64(_ code: UInt64) -> Int64 { format.bits == 64 ? (code >> 63 == 0 ? Int64(bitPattern: code) : Int64(bitPattern: code ^ 0x7FFF_FFFF_FFFF_FFFF)) : order(code) }
    var chosen = numbers[0]
    for other in numbers.dropFirst() where opcode == "min" ? order64(other) < order64(chosen) : order64(other) > order64(chosen) { chosen = other }
    if has("xorsign") { chosen = chosen & ~format.signBit | signs }
    return .exactly(chosen)
  }

  func sign(_ code: UInt64, _ format: ExactFormat) -> FloatAnswer {
    if format.unpack(code).isNaN { return .anyNaN }
    let code = has("ftz") ? format.flushed(code) : code
    return .exactly(opcode == "abs" ? code & ~format.signBit : code ^ format.signBit)
  }

  /// eq ne lt le gt ge, with u for unordered; num nan.
  func comparison(_ word: String, _ x: UInt64, _ y: UInt64, _ format: ExactFormat) -> Bool {
    let ftz = has("ftz")
    let order = Unpacked.compare(format.unpack(ftz ? format.flushed(x) : x), format.unpack(ftz ? format.flushed(y) : y))
    switch word {
    case "num": return order != nil
    case "nan": return order == nil
    default: break
    }
    guard let order else { return word.hasSuffix("u") }
    switch word.prefix(2) {
    case "eq": return order == 0
    case "ne": return order != 0
    case "lt": return order < 0
    case "le": return order <= 0
    case "gt": return order > 0
    default: return order >= 0
    }
  }

  func test(_ code: UInt64, _ format: ExactFormat) -> Bool {
    let value = format.unpack(code)
    let isInfinite = if case .infinity = value { true } else { false }
    switch true {
    case has("finite"): return !value.isNaN && !isInfinite
    case has("infinite"): return isInfinite
    case has("number"): return !value.isNaN
    case has("notanumber"): return value.isNaN
    case has("subnormal"): return format.isSubnormal(code)
    default: return !value.isNaN && !isInfinite && !format.isSubnormal(code)  // zeros count as normal
    }
  }

  // MARK: approximate

  /// One lane of the approximate instructions.  The true value comes from the C library, in double precision.
  func approximation(_ codes: [UInt64], _ format: ExactFormat) -> FloatAnswer {
    let ftz = has("ftz")
    let operands = codes.map { format.unpack(ftz ? format.flushed($0) : $0).double }
    let x = operands[0]
    func answer(_ value: Double, ulps: Double = 0, relative: Double = 0, absolute: Double = 0) -> FloatAnswer {
      if value.isNaN { return .anyNaN }
      let smallestNormal = scalbn(1, Int32(1 - format.bias))
      if ftz, abs(value) < smallestNormal * (1 - 0x1p-20) { return .exactly(value.sign == .minus ? format.signBit : 0) }
      return .near(value, ulps: ulps, relative: relative, absolute: absolute)
    }
    switch opcode {
    case "div" where has("full"): return answer(x / operands[1], ulps: 2)
    case "div":
      let divisor = abs(operands[1])
      if divisor > 0x1p126, divisor.isFinite { return x.isInfinite || x.isNaN ? .anyNaN : .exactly((codes[0] ^ codes[1]) & format.signBit) }
      if divisor < 0x1p-126, divisor > 0 { return .anything }  // the bound begins above
      return answer(x / operands[1], ulps: 2)
    case "rcp" where format == .f64: return upperWord(codes[0]) { 1 / $0 }
    case "rcp": return answer(1 / x, ulps: 1)
    case "sqrt": return answer(x.squareRoot(), relative: 0x1p-23)
    case "rsqrt" where format == .f64 && ftz: return upperWord(codes[0]) { x in x == 0 ? 1 / x : 1 / x.squareRoot() }
    case "rsqrt":
      let value = x == 0 ? 1 / x : 1 / x.squareRoot()
      return format == .f64 ? answer(value, ulps: 2) : answer(value, relative: 0x1.12p-23)
    case "ex2":
      let value = exp2(x)
      return format == .f32 ? answer(value, ulps: 2) : format == .f16 ? answer(value, relative: 0x1.12p-10) : answer(value, relative: 0x1p-7)
    case "lg2":
      if x > 0.5, x < 2 { return answer(log2(x), absolute: 0x1p-22) }
      return answer(log2(x), relative: 0x1p-22)
    case "sin", "cos":
      let value = opcode == "sin" ? sin(x) : cos(x)
      if abs(x) <= 2 * Double.pi { return value == 0 ? answer(value, absolute: 0x1.6ap-21) : .near(value, ulps: 0, relative: 0, absolute: 0x1.6ap-21) }
      if abs(x) <= 100 * Double.pi { return .near(value, ulps: 0, relative: 0, absolute: 0x1.3bp-15) }
      return value.isNaN ? .anyNaN : .near(0, ulps: 0, relative: 0, absolute: 1.001)
    default:  // tanh
      return format == .f32 ? answer(tanh(x), relative: 0x1p-11) : answer(tanh(x), absolute: format == .f16 ? 0x1.02p-11 : 0x1p-8)
    }
  }

  /// Of an operand's upper word; the result has an upper word alone.
  private func upperWord(_ code: UInt64, _ function: (Double) -> Double) -> FloatAnswer {
    let operand = ExactFormat.f64.flushed(code & 0xFFFF_FFFF_0000_0000)
    let value = function(Double(bitPattern: operand))
    if value.isNaN { return .exactly(0x7FFF_FFFF_0000_0000) }
    if value.isInfinite || value == 0 { return .exactly(value.bitPattern) }
    if abs(value) < 0x1p-1022 { return .exactly(value.sign == .minus ? 1 << 63 : 0) }
    return .near(value, ulps: 0, relative: 0x1p-19, absolute: 0)
  }
}
