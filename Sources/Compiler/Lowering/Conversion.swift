// cvt between all integer and floating-point types, and cvt.pack.
// Source: PTX ISA, "cvt" (rounding, saturation, NaN), "cvt.pack".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let conversion: [String: Handler] = [
    "cvt": { f, i, m in try f.convert(i, &m) }
  ]
}

extension FunctionLowering {
  func convert(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.take("pack") { return try convertPack(i, &m) }
    let integral = m.take(oneOf: ["rni", "rzi", "rmi", "rpi"])
    let away = m.take("rna")
    let rounding = m.rounding() ?? .nearest
    let ftz = m.take("ftz"), sat = m.take("sat"), relu = m.take("relu"), finite = m.take("satfinite")
    let to = try m.type(), from = try m.type()
    if finite { throw CompileError.unsupported(i, ".satfinite is not lowered") }

    if to.isPacked {  // two singles into one register: the first operand is the upper half
      guard from == .f32, to == .f16x2 || to == .bf16x2 else { throw CompileError.unsupported(i, "no conversion of .\(from.rawValue) to .\(to.rawValue)") }
      let half: ScalarType = to == .f16x2 ? .f16 : .bf16
      var pair = b.undefined(b.type(of: to))
      for (lane, operand) in [i.operands[2], i.operands[1]].enumerated() {
        pair = b.insert(try narrow(try read(operand, .f32), half, rounding, i), into: pair, lane)
      }
      return try write(i.operands[0], finish(pair, ftz: false, sat: sat, relu: relu), to)
    }
    if to == .tf32 {
      guard from == .f32 else { throw CompileError.unsupported(i, "only .f32 converts to .tf32") }
      return try write(i.operands[0], roundToTF32(try read(i.operands[1], .b32), away: away, rounding), .b32)
    }
    if away { throw CompileError.unsupported(i, ".rna is for .tf32") }

    switch (from.isFloat, to.isFloat) {
    case (false, false):
      guard from.isInteger, to.isInteger else { throw CompileError.unsupported(i, "no conversion of .\(from.rawValue) to .\(to.rawValue)") }
      let value = try read(i.operands[1], from)
      try write(i.operands[0], sat ? clampInteger(value, from, to) : b.resize(value, b.type(of: to), signed: from.isSigned), to)
    case (false, true):
      guard from.isInteger else { throw CompileError.unsupported(i, "no conversion of .\(from.rawValue)") }
      let value = try toFloat(try read(i.operands[1], from), from, to, rounding, i)
      try write(i.operands[0], sat ? saturated(value) : value, to)
    case (true, false):
      guard to.isInteger, !from.isPacked else { throw CompileError.unsupported(i, "no conversion of .\(from.rawValue) to .\(to.rawValue)") }
      var value = try read(i.operands[1], from)
      if ftz { value = flushed(value) }
      try write(i.operands[0], toInteger(value, from, to, integral ?? "rzi"), to)
    case (true, true):
      guard !from.isPacked, from != .tf32 else { throw CompileError.unsupported(i, "no conversion of .\(from.rawValue) to .\(to.rawValue)") }
      var value = try read(i.operands[1], from)
      if ftz, from == .f32 { value = flushed(value) }
      if let integral { value = roundToIntegral(value, integral) }
      value = from.bits == to.bits && from == to ? value
        : from.bits < to.bits ? b.fpext(value, b.type(of: to)) : try narrow(value, to, rounding, i)
      if from != to, from.bits == to.bits { throw CompileError.unsupported(i, "no conversion of .\(from.rawValue) to .\(to.rawValue)") }
      if ftz, to == .f32 { value = flushed(value) }
      try write(i.operands[0], finish(value, ftz: false, sat: sat, relu: relu), to)
    }
  }

  private func roundToIntegral(_ value: Value, _ word: String) -> Value {
    let name = switch word { case "rni": "llvm.roundeven"; case "rzi": "llvm.trunc"; case "rmi": "llvm.floor"; default: "llvm.ceil" }
    return b.overloaded(name, b.type(value), [value])
  }

  /// Always saturates.  NaN gives 0, or only the top bit where 64 bits are involved.
  private func toInteger(_ value: Value, _ from: ScalarType, _ to: ScalarType, _ integral: String) -> Value {
    let wide = from.bits == 16 ? b.fpext(value, b.float) : value
    let rounded = integral == "rzi" ? wide : roundToIntegral(wide, integral)
    let type = b.type(of: to)
    let name = "llvm.fpto\(to.isSigned ? "s" : "u")i.sat.\(b.suffix(type)).\(b.suffix(b.type(rounded)))"
    let result = b.call(name, type, [rounded])
    guard from == .f64 || to.bits == 64 else { return result }
    let isNaN = b.fcmp(LLVMRealUNO, wide, wide)
    return b.select(isNaN, b.constant(type, UInt64(1) << UInt64(to.bits - 1)), result)
  }

  private func clampInteger(_ value: Value, _ from: ScalarType, _ to: ScalarType) -> Value {
    let width = b.type(value)
    let maximum = to.isSigned ? UInt64.max >> UInt64(65 - to.bits) : UInt64.max >> UInt64(64 - to.bits)
    var clamped = value
    if from.isSigned {
      if to.isSigned {
        if to.bits < from.bits {
          clamped = b.overloaded("llvm.smin", width, [clamped, b.constant(width, maximum)])
          clamped = b.overloaded("llvm.smax", width, [clamped, b.constant(width, ~maximum)])
        }
      } else {
        clamped = b.overloaded("llvm.smax", width, [clamped, b.zero(width)])
        if to.bits < from.bits { clamped = b.overloaded("llvm.umin", width, [clamped, b.constant(width, maximum)]) }
      }
    } else if to.bits < from.bits || (to.isSigned && to.bits == from.bits) {
      clamped = b.overloaded("llvm.umin", width, [clamped, b.constant(width, maximum)])
    }
    return b.resize(clamped, b.type(of: to), signed: from.isSigned)
  }

  private func toFloat(_ value: Value, _ from: ScalarType, _ to: ScalarType, _ rounding: Rounding, _ i: Instruction) throws -> Value {
    let type = b.type(of: to)
    let exact = from.bits <= 16 && to.bits >= 32 || from.bits <= 32 && to == .f64 || from.bits == 8
    if exact || rounding == .nearest { return from.isSigned ? b.sitofp(value, type) : b.uitofp(value, type) }
    guard to == .f32 || to == .f64 else { throw CompileError.unsupported(i, "directed rounding to .\(to.rawValue)") }
    if from.bits <= 32 {  // exact in double precision, then one directed rounding
      let wide = from.isSigned ? b.sitofp(value, b.double) : b.uitofp(value, b.double)
      return rounded(rounding, "v_cvt_f32_f64 $0, $1", b.float, [wide])
    }
    // Both halves are exact doubles; their sum rounds once.
    let high = b.trunc(b.lshr(value, b.int64(32)), b.i32), low = b.uitofp(b.trunc(value, b.i32), b.double)
    let scaled = b.fmul(from.isSigned ? b.sitofp(high, b.double) : b.uitofp(high, b.double), b.real(b.double, 0x1p32))
    let double = rounded(rounding, "v_add_f64 $0, $1, $2", b.double, [scaled, low])
    return to == .f64 ? double : rounded(rounding, "v_cvt_f32_f64 $0, $1", b.float, [double])
  }

  /// To a narrower floating-point type, in any direction.
  private func narrow(_ value: Value, _ to: ScalarType, _ rounding: Rounding, _ i: Instruction) throws -> Value {
    let type = b.type(of: to)
    if rounding == .nearest { return b.fptrunc(value, type) }
    switch (b.type(value), to) {
    case (b.double, .f32): return rounded(rounding, "v_cvt_f32_f64 $0, $1", b.float, [value])
    case (b.float, .f16): return rounded(rounding, "v_cvt_f16_f32 $0, $1", b.half, [value])
    case (b.double, .f16):
      let single = rounded(rounding, "v_cvt_f32_f64 $0, $1", b.float, [value])
      return rounded(rounding, "v_cvt_f16_f32 $0, $1", b.half, [single])
    case (b.float, .bf16):
      let bits = b.bitcast(value, b.i32)
      let negative = b.icmp(LLVMIntSLT, bits, b.int32(0))
      let away: Value = switch rounding { case .zero: b.bool(false); case .up: b.not(negative); default: negative }
      let bumped = b.add(bits, b.select(away, b.int32(0xFFFF), b.int32(0)))
      let isNaN = b.fcmp(LLVMRealUNO, value, value)
      let finite = b.select(isClass(value, 0x204), bits, bumped)
      return b.bitcast(b.trunc(b.lshr(b.select(isNaN, b.int32(0x7FFF_0000), finite), b.int32(16)), b.i16), b.bfloat)
    default: throw CompileError.unsupported(i, "directed rounding to .\(to.rawValue)")
    }
  }

  /// Drops 13 bits of the significand: to nearest (ties away or to even) or towards zero.
  private func roundToTF32(_ bits: Value, away: Bool, _ rounding: Rounding) -> Value {
    let special = b.equal(b.and(bits, b.int32(0x7F80_0000)), b.int32(0x7F80_0000))
    let half: Value
    if away { half = b.int32(0x1000) }
    else if rounding == .zero { half = b.int32(0) }
    else { half = b.add(b.int32(0xFFF), b.and(b.lshr(bits, b.int32(13)), b.int32(1))) }
    return b.select(special, bits, b.and(b.add(bits, half), b.constant(b.i32, 0xFFFF_E000)))
  }

  /// Two integers narrowed with saturation into one register, over the lower part of a third.
  private func convertPack(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("sat") else { throw CompileError.invalid(i, "needs .sat") }
    let to = try m.type(), from = try m.type()
    guard from == .s32, [.u16, .s16, .u8, .s8].contains(to) else { throw CompileError.unsupported(i, "packs .s32 into 8 or 16 bits") }
    if i.operands.count > 3 { _ = m.optionalType() }
    let first = b.zext(clampInteger(try read(i.operands[1], .s32), from, to), b.i32)
    let second = b.zext(clampInteger(try read(i.operands[2], .s32), from, to), b.i32)
    var value = b.or(b.shl(first, b.int32(to.bits)), second)
    if i.operands.count > 3 { value = b.or(value, b.shl(try read(i.operands[3], .b32), b.int32(2 * to.bits))) }
    try write(i.operands[0], value, .b32)
  }
}
