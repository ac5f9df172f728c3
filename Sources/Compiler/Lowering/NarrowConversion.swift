// cvt to and from packs of narrow numbers, scale factors (ue8m0) and the fixed-point format s2f6.
// Source: PTX ISA, "cvt" (semantics, .scaled, .rs), "Fixed-point Data format".
import CLLVM
import PTX

/// The modifiers of a conversion to a shorter format.
struct NarrowModifiers {
  var rounding: String?
  var saturates = false, relu = false, positiveZero = false
  /// `.scaled::n1::ue8m0` divides by one scale; `.scaled::n2::ue8m0` has one for each number.
  var scales = 0

  init(_ m: inout Modifiers) {
    rounding = m.take(oneOf: ["rn", "rz", "rm", "rp", "rna", "rs"])
    (saturates, relu, positiveZero) = (m.take("satfinite"), m.take("relu"), m.take("pzo"))
    scales = m.take("scaled::n1::ue8m0") ? 1 : m.take("scaled::n2::ue8m0") ? 2 : 0
  }
}

extension FunctionLowering {
  /// The numbers that a conversion reads, upper first: registers of single precision, a vector of four, or the halves of a pair.
  /// With one scale for all, their subnormals are zeros.
  private func sources(_ i: Instruction, _ from: ScalarType, _ count: Int, scales: Int = 0) throws -> [Value] {
    if scales == 1, from == .f16x2 {
      let pair = try read(i.operands[1], from)
      return [1, 0].map { widened(flushed(b.element(pair, $0))) }
    }
    if scales == 1 { return try sources(i, from, count).map(flushed) }  // .bf16 has the exponents of single precision
    if from == .f32 {
      if count == 4 { return try elements(i.operands[1], 4, i).map { try read($0, .f32) } }
      return try [i.operands[1], i.operands[2]].map { try read($0, .f32) }
    }
    guard from == .f16x2 || from == .bf16x2, count == 2 else { throw CompileError.invalid(i, "nothing converts .\(from.rawValue) to this") }
    let wide = widened(try read(i.operands[1], from))
    return [b.element(wide, 1), b.element(wide, 0)]
  }

  /// The scale factors as powers of two (biased by 127), upper first; nil without `.scaled`.
  private func scaleFactors(_ i: Instruction, _ modifiers: NarrowModifiers) throws -> [Value]? {
    guard modifiers.scales > 0 else { return nil }
    let word = try read(i.operands.last!, .b32)
    let low = b.and(word, b.int32(255))
    return modifiers.scales == 1 ? [low, low] : [b.and(b.lshr(word, b.int32(8)), b.int32(255)), low]
  }

  private func isNaNScale(_ scale: Value) -> Value { b.equal(scale, b.int32(255)) }
  private func nan() -> Value { b.floatBits(0x7FFF_FFFF) }

  /// value times 2^(scale - 127), or 2^(127 - scale).
  private func scaled(_ value: Value, _ scale: Value, dividing: Bool) -> Value {
    let exponent = dividing ? b.sub(b.int32(127), scale) : b.sub(scale, b.int32(127))
    return b.select(isNaNScale(scale), nan(), compute(.ldexpSingle, [value, exponent]))
  }

  /// The random bits for each number, upper first, and how many.
  private func randomBits(_ i: Instruction, _ to: ScalarType, _ count: Int) throws -> (values: [Value], bits: Int) {
    let word = try read(i.operands.last!, .b32)
    func part(_ shift: Int, _ bits: Int) -> Value { b.and(b.lshr(word, b.int32(shift)), b.int32(1 << bits - 1)) }
    switch to {
    case .f16x2: return ([part(16, 13), part(0, 13)], 13)
    case .bf16x2: return ([part(16, 16), part(0, 16)], 16)
    case .e2m1x4: return ([part(24, 8), part(8, 8), part(16, 8), part(0, 8)], 8)
    default: return ([part(16, 16), part(16, 16), part(0, 16), part(0, 16)], 16)
    }
  }

  private func roundings(_ i: Instruction, _ modifiers: NarrowModifiers, _ to: ScalarType, _ count: Int) throws -> [NarrowRounding] {
    switch modifiers.rounding {
    case "rs":
      let (values, bits) = try randomBits(i, to, count)
      return values.map { .stochastic($0, bits: bits) }
    case "rna": return Array(repeating: .away, count: count)
    case "rn": return Array(repeating: .direction(.nearest), count: count)
    case "rz": return Array(repeating: .direction(.zero), count: count)
    case "rm": return Array(repeating: .direction(.down), count: count)
    case "rp": return Array(repeating: .direction(.up), count: count)
    default: throw CompileError.invalid(i, "needs a rounding")
    }
  }

  /// To .e4m3x2 and its relatives.
  func convertToNarrow(_ i: Instruction, _ to: ScalarType, _ from: ScalarType, _ modifiers: NarrowModifiers) throws {
    let (format, count, stride) = to.narrowPack!
    guard modifiers.saturates else { throw CompileError.invalid(i, "needs .satfinite") }
    let roundings = try roundings(i, modifiers, to, count), scales = try scaleFactors(i, modifiers)
    var word = b.int32(0)
    for (index, source) in try sources(i, from, count, scales: modifiers.scales).enumerated() {
      let value = scales.map { scaled(source, $0[index], dividing: true) } ?? source
      let code = encode(value, format, roundings[index], saturates: true, relu: modifiers.relu, positiveZero: modifiers.positiveZero)
      word = b.or(word, b.shl(code, b.int32(stride * (count - 1 - index))))
    }
    let bits: ScalarType = count * stride == 8 ? .b8 : count * stride == 16 ? .b16 : .b32
    try write(i.operands[0], b.trunc(word, b.int(bits.bits)), bits)
  }

  /// From .e4m3x2 and its relatives to .f16x2 or .bf16x2.
  func convertFromNarrow(_ i: Instruction, _ to: ScalarType, _ from: ScalarType, _ modifiers: NarrowModifiers) throws {
    guard to == .f16x2 || to == .bf16x2, let (format, _, stride) = from.narrowPack else {
      throw CompileError.invalid(i, "nothing converts .\(from.rawValue) to .\(to.rawValue)")
    }
    let code = try read(i.operands[1], stride == 4 ? .b8 : .b16)
    let halves = decode(code, format, stride: stride)
    if to == .f16x2 { return try write(i.operands[0], modifiers.relu ? rectified(halves) : halves, to) }
    try writeBrainFloats(i, [1, 0].map { b.fpext(b.element(halves, $0), b.float) }, modifiers)
  }

  /// Scales, rounds and packs two numbers of single precision, upper first, as .bf16x2.
  private func writeBrainFloats(_ i: Instruction, _ values: [Value], _ modifiers: NarrowModifiers) throws {
    let scales = try scaleFactors(i, modifiers)
    var pair = b.undefined(b.vector(b.bfloat, 2))
    for (index, value) in values.enumerated() {
      let product = scales.map { scaled(value, $0[index], dividing: false) } ?? value
      let half = brainFloat(product, .direction(.nearest), saturates: modifiers.saturates, relu: modifiers.relu)
      pair = b.insert(half, into: pair, 1 - index)
    }
    try write(i.operands[0], pair, .bf16x2)
  }

  // MARK: scale factors

  /// Exponents alone, of magnitudes: `.rz` takes the power of two below, `.rp` the one above.
  func convertToScales(_ i: Instruction, _ from: ScalarType, _ modifiers: NarrowModifiers) throws {
    guard modifiers.rounding == "rz" || modifiers.rounding == "rp" else { throw CompileError.invalid(i, "needs .rz or .rp") }
    var word = b.int32(0)
    for (index, source) in try sources(i, from, 2).enumerated() {
      let magnitude = b.and(b.bitcast(source, b.i32), b.int32(0x7FFF_FFFF))
      var code = b.lshr(magnitude, b.int32(23))
      if modifiers.rounding == "rp" {
        // 2^-127, the code 0, is a subnormal of single precision.
        let above = b.icmp(LLVMIntUGT, magnitude, b.int32(0x40_0000))
        let isPower = b.equal(b.and(magnitude, b.int32(0x7F_FFFF)), b.int32(0))
        code = b.add(code, b.zext(b.and(above, b.not(isPower)), b.i32))
      }
      code = b.overloaded("llvm.umin", b.i32, [code, b.int32(modifiers.saturates ? 0xFE : 0xFF)])
      code = b.select(b.icmp(LLVMIntUGT, magnitude, b.int32(0x7F80_0000)), b.int32(0xFF), code)
      word = b.or(word, index == 0 ? b.shl(code, b.int32(8)) : code)
    }
    try write(i.operands[0], b.trunc(word, b.i16), .b16)
  }

  func convertFromScales(_ i: Instruction) throws {
    let word = b.zext(try read(i.operands[1], .b16), b.i32)
    var result = b.int32(0)
    for shift in [8, 0] {
      let code = b.and(b.lshr(word, b.int32(shift)), b.int32(255))
      let subnormal = b.select(b.equal(code, b.int32(0)), b.int32(0x40), b.shl(code, b.int32(7)))
      result = b.or(result, b.shl(b.select(isNaNScale(code), b.int32(0x7FFF), subnormal), b.int32(2 * shift)))
    }
    try write(i.operands[0], b.bitcast(result, b.vector(b.bfloat, 2)), .bf16x2)
  }

  // MARK: s2f6

  func convertToFixedPoint(_ i: Instruction, _ from: ScalarType, _ modifiers: NarrowModifiers) throws {
    guard modifiers.saturates else { throw CompileError.invalid(i, "needs .satfinite") }
    let scales = try scaleFactors(i, modifiers)
    var word = b.int32(0)
    for (index, source) in try sources(i, from, 2).enumerated() {
      let value = scales.map { scaled(source, $0[index], dividing: true) } ?? source
      let units = compute(.ldexpSingle, [value, b.int32(6)])
      let whole = modifiers.rounding == "rz" ? b.overloaded("llvm.trunc", b.float, [units]) : b.overloaded("llvm.roundeven", b.float, [units])
      var code = b.call("llvm.fptosi.sat.i8.f32", b.i8, [whole])
      if modifiers.relu { code = b.overloaded("llvm.smax", b.i8, [code, b.constant(b.i8, 0)]) }
      code = b.select(isNaN(value), b.constant(b.i8, 0x7F), code)
      let wide = b.zext(code, b.i32)
      word = b.or(word, index == 0 ? b.shl(wide, b.int32(8)) : wide)
    }
    try write(i.operands[0], b.trunc(word, b.i16), .b16)
  }

  func convertFromFixedPoint(_ i: Instruction, _ modifiers: NarrowModifiers) throws {
    let word = try read(i.operands[1], .b16)
    let values = [b.lshr(word, b.constant(b.i16, 8)), word].map {
      b.fmul(b.sitofp(b.trunc($0, b.i8), b.float), b.real(b.float, 0x1p-6))
    }
    try writeBrainFloats(i, values, modifiers)
  }

  // MARK: halves and tf32

  /// .f16x2 and .bf16x2 from two numbers, .f16, .bf16 and .tf32 from one of single precision, with .satfinite, .relu and .pzo.
  func convertToHalves(_ i: Instruction, _ to: ScalarType, _ modifiers: NarrowModifiers) throws {
    let count = to.isPacked ? 2 : 1
    let roundings = try roundings(i, modifiers, to, count)
    let values = try i.operands[1...count].map { try read($0, .f32) }
    if to == .tf32 {
      let whole = shortened(
        values[0], dropped: 13, roundings[0], saturates: modifiers.saturates, relu: modifiers.relu, positiveZero: modifiers.positiveZero,
        nan: 0x7FFF_E000)
      return try write(i.operands[0], whole, .b32)
    }
    if case .direction(.zero) = roundings[0], to == .f16x2, !modifiers.saturates {  // the first operand is the upper half
      let pair = b.insert(values[0], into: b.insert(values[1], into: b.undefined(b.vector(b.float, 2)), 0), 1)
      return try write(i.operands[0], halfFinished(halvesTowardZero(pair), modifiers), to)
    }
    let results = zip(values, roundings).map { value, rounding in halfOf(value, to.isBrainFloat, rounding, modifiers) }
    guard count == 2 else { return try write(i.operands[0], results[0], to) }
    try write(i.operands[0], b.insert(results[0], into: b.insert(results[1], into: b.undefined(b.type(of: to)), 0), 1), to)
  }

  private func halfOf(_ value: Value, _ isBrainFloat: Bool, _ rounding: NarrowRounding, _ modifiers: NarrowModifiers) -> Value {
    if case .direction(.nearest) = rounding, !modifiers.saturates, !isBrainFloat || module.keepsBrainFloats {
      return halfFinished(b.fptrunc(value, isBrainFloat ? b.bfloat : b.half), modifiers)
    }
    if isBrainFloat {
      return brainFloat(value, rounding, saturates: modifiers.saturates, relu: modifiers.relu, positiveZero: modifiers.positiveZero)
    }
    let code = encode(value, .half, rounding, saturates: modifiers.saturates, relu: modifiers.relu, positiveZero: modifiers.positiveZero)
    return b.bitcast(b.trunc(code, b.i16), b.half)
  }

  private func halfFinished(_ value: Value, _ modifiers: NarrowModifiers) -> Value {
    if modifiers.relu { return rectified(value) }
    // -0 and +0 make +0; every other sum with zero is the number itself.
    return modifiers.positiveZero ? b.fadd(value, b.real(b.type(value), 0)) : value
  }
}

extension ModuleLowering {
  /// LLVM's conversion to .bf16 keeps subnormals: where the processor has an instruction for it (gfx950, gfx1250), that obeys the mode.
  var keepsBrainFloats: Bool { !flushesSubnormals || !["gfx950", "gfx1250"].contains(target.name) }
}
