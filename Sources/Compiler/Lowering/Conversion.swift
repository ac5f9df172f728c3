// cvt between integer and floating-point types, and cvt.pack; packs of narrow numbers are in NarrowConversion.swift.
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
    let narrow = NarrowModifiers(&m)
    let integral = m.take(oneOf: ["rni", "rzi", "rmi", "rpi"])
    let ftz = m.take("ftz"), sat = m.take("sat")
    let to = try m.type(), from = try m.type()
    func impossible() -> CompileError { .invalid(i, "nothing converts .\(from.rawValue) to .\(to.rawValue)") }

    if to.narrowPack != nil { return try convertToNarrow(i, to, from, narrow) }
    if from.narrowPack != nil { return try convertFromNarrow(i, to, from, narrow) }
    if to == .ue8m0x2 { return try convertToScales(i, from, narrow) }
    if to == .s2f6x2 { return try convertToFixedPoint(i, from, narrow) }
    if to == .bf16x2, from == .ue8m0x2 { return try convertFromScales(i) }
    if to == .bf16x2, from == .s2f6x2 { return try convertFromFixedPoint(i, narrow) }
    if from == .f32, to.isPacked || to == .tf32 || ((to == .f16 || to == .bf16) && (narrow.saturates || narrow.relu || narrow.positiveZero)) {
      return try convertToHalves(i, to, narrow)
    }
    guard !narrow.saturates, !narrow.relu, !narrow.positiveZero, narrow.scales == 0, narrow.rounding != "rs", narrow.rounding != "rna",
      !to.isPacked, !from.isPacked, to != .tf32, from != .tf32 else { throw impossible() }
    let rounding: Rounding = switch narrow.rounding { case "rz": .zero; case "rm": .down; case "rp": .up; default: .nearest }

    switch (from.isFloat, to.isFloat) {
    case (false, false):
      guard from.isInteger, to.isInteger else { throw impossible() }
      let value = try read(i.operands[1], from)
      try write(i.operands[0], sat ? clampInteger(value, from, to) : b.resize(value, b.type(of: to), signed: from.isSigned), to)
    case (false, true):
      guard from.isInteger else { throw impossible() }
      let value = toFloat(try read(i.operands[1], from), from, to, rounding)
      try write(i.operands[0], sat ? saturated(value) : value, to)
    case (true, false):
      guard to.isInteger else { throw impossible() }
      try write(i.operands[0], toInteger(try read(i.operands[1], from), from, to, integral ?? "rzi", ftz: ftz), to)
    case (true, true):
      var value = try read(i.operands[1], from)
      if let integral {
        guard from == to else { throw CompileError.invalid(i, ".\(integral) is for numbers of one type") }
        value = whole(value, integral, ftz: ftz)
      } else if from == to {
        if ftz { value = flushed(value) }
      } else {
        value = betweenFloats(value, from, to, rounding, ftz: ftz)
      }
      try write(i.operands[0], sat ? saturated(value, ftz: ftz && to != .f16) : value, to)
    }
  }

  /// Rounded to a whole number, in its own type.
  private func whole(_ value: Value, _ word: String, ftz: Bool) -> Value {
    let type = b.type(value)
    if type == b.bfloat { return b.fptrunc(whole(b.fpext(value, b.float), word, ftz: false), b.bfloat) }
    if type == b.float {
      let operation: ModeOperation = switch word { case "rni": .nearestSingle; case "rzi": .truncateSingle; case "rmi": .floorSingle; default: .ceilingSingle }
      return compute(operation, [value], ftz: ftz)
    }
    let name = switch word { case "rni": "llvm.roundeven"; case "rzi": "llvm.trunc"; case "rmi": "llvm.floor"; default: "llvm.ceil" }
    return b.overloaded(name, type, [value])
  }

  /// Always saturates.  NaN gives 0, or only the top bit where 64 bits are involved.
  private func toInteger(_ value: Value, _ from: ScalarType, _ to: ScalarType, _ integral: String, ftz: Bool) -> Value {
    let wide = widened(value)
    let rounded = integral == "rzi" ? wide : whole(wide, integral, ftz: ftz)
    let type = b.type(of: to)
    let name = "llvm.fpto\(to.isSigned ? "s" : "u")i.sat.\(b.suffix(type)).\(b.suffix(b.type(rounded)))"
    let result = b.call(name, type, [rounded])
    guard from == .f64 || to.bits == 64 else { return result }
    return b.select(isNaN(wide), b.constant(type, UInt64(1) << UInt64(to.bits - 1)), result)
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

  private func toFloat(_ value: Value, _ from: ScalarType, _ to: ScalarType, _ rounding: Rounding) -> Value {
    let type = b.type(of: to)
    func converted(_ value: Value, _ type: Type) -> Value { from.isSigned ? b.sitofp(value, type) : b.uitofp(value, type) }
    let exact = from.bits <= 16 && to.bits >= 32 || from.bits <= 32 && to == .f64 || from.bits == 8
    if exact || rounding == .nearest && to != .bf16 { return converted(value, type) }
    if to == .f16 || to == .bf16 {
      if from.bits == 64 { return narrowed(oddSingle(converted(oddDigits(value, signed: from.isSigned, digits: 53), b.double)), to, rounding) }
      return narrowed(converted(from.bits == 32 ? oddDigits(value, signed: from.isSigned, digits: 24) : value, b.float), to, rounding)
    }
    if from.bits <= 32 {  // exact in double precision, then one directed rounding
      return compute(.singleFromDouble, [converted(value, b.double)], rounding)
    }
    // Both halves are exact doubles; their sum rounds once.
    let high = converted(b.trunc(b.lshr(value, b.int64(32)), b.i32), b.double), low = b.uitofp(b.trunc(value, b.i32), b.double)
    let scaled = b.fmul(high, b.real(b.double, 0x1p32))
    let double = compute(.addDouble, [scaled, low], rounding)
    return to == .f64 ? double : compute(.singleFromDouble, [double], rounding)
  }

  /// An integer that a format of so many digits holds, with the same upper digits: those that don't fit leave a one behind.
  private func oddDigits(_ value: Value, signed: Bool, digits: Int) -> Value {
    let type = b.type(value), dropped = b.bits(type) - digits + 1
    let limit = b.constant(type, UInt64(1) << UInt64(digits))
    let fits = signed ? b.icmp(LLVMIntULT, b.add(value, limit), b.constant(type, UInt64(2) << UInt64(digits))) : b.icmp(LLVMIntULT, value, limit)
    let mask = UInt64(1) << UInt64(dropped) - 1
    let lost = b.icmp(LLVMIntNE, b.and(value, b.constant(type, mask)), b.zero(type))
    let sticky = b.or(b.and(value, b.not(b.constant(type, mask))), b.select(lost, b.constant(type, (mask + 1) / 2), b.zero(type)))
    return b.select(fits, value, sticky)
  }

  /// Single precision as .f16 or .bf16.
  private func narrowed(_ value: Value, _ to: ScalarType, _ rounding: Rounding) -> Value {
    if to == .bf16 { return brainFloat(value, .direction(rounding)) }
    return b.bitcast(b.trunc(encode(value, .half, .direction(rounding), saturates: false), b.i16), b.half)
  }

  /// Between floating-point types, in any direction.
  private func betweenFloats(_ value: Value, _ from: ScalarType, _ to: ScalarType, _ rounding: Rounding, ftz: Bool) -> Value {
    switch (from, to) {
    case (.f32, .f64): return compute(.doubleFromSingle, [value], ftz: ftz)
    case (.bf16, .f64): return compute(.doubleFromSingle, [b.fpext(value, b.float)])
    case (.bf16, .f32): return ftz ? flushed(b.fpext(value, b.float)) : b.fpext(value, b.float)
    case (.f16, .f32), (.f16, .f64): return b.fpext(value, b.type(of: to))
    case (.f64, .f32): return compute(.singleFromDouble, [value], rounding, ftz: ftz)
    case (.f64, .f16): return rounding == .nearest ? b.fptrunc(value, b.half) : narrowed(oddSingle(value), .f16, rounding)
    case (.f64, .bf16): return narrowed(oddSingle(value), .bf16, rounding)
    case (.f32, .f16):
      if rounding == .nearest { return b.fptrunc(value, b.half) }
      if rounding == .zero { return b.element(b.call("llvm.amdgcn.cvt.pkrtz", b.vector(b.half, 2), [value, b.real(b.float, 0)]), 0) }
      return compute(.halfFromSingle, [value], rounding)  // .ftz or not: an H100 flushes nothing here, whatever the manual says of operands
    case (.f32, .bf16):
      let value = ftz ? flushed(value) : value
      return rounding == .nearest && module.keepsBrainFloats ? b.fptrunc(value, b.bfloat) : narrowed(value, .bf16, rounding)
    default: return narrowed(b.fpext(value, b.float), to, rounding)  // between the two halves
    }
  }

  /// Two integers narrowed with saturation into one register, over the lower part of a third.
  private func convertPack(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("sat") else { throw CompileError.invalid(i, "needs .sat") }
    let to = try m.type(), from = try m.type()
    guard from == .s32, [.u16, .s16, .u8, .s8, .u4, .s4, .u2, .s2].contains(to) else { throw CompileError.invalid(i, "packs .s32 into 2 to 16 bits") }
    if i.operands.count > 3 { _ = m.optionalType() }
    let first = b.zext(clampInteger(try read(i.operands[1], .s32), from, to), b.i32)
    let second = b.zext(clampInteger(try read(i.operands[2], .s32), from, to), b.i32)
    var value = b.or(b.shl(first, b.int32(to.bits)), second)
    if i.operands.count > 3 { value = b.or(value, b.shl(try read(i.operands[3], .b32), b.int32(2 * to.bits))) }
    try write(i.operands[0], value, .b32)
  }
}
