// Floating-point arithmetic with its rounding directions, flushing of subnormals, saturation and NaN rules.
// Two operations never fuse: nvcc makes `fma` itself where -fmad=true allows it, so `mul` and `add` stay what they say, with or
// without .rn (the manual lets a compiler fuse those without; nothing may rely on it).
// Source: PTX ISA, "Floating-Point Instructions", "Half Precision…" and "Mixed Precision Floating-Point Instructions".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let floatingPoint: [String: Handler] = [
    "fma": { f, i, m in try f.floatMultiplyAdd(i, &m, try m.type()) },
    "sqrt": { f, i, m in try f.squareRoot(i, &m) },
    "rcp": { f, i, m in try f.reciprocal(i, &m) },
    "copysign": { f, i, m in
      let type = try m.type()
      let (sign, magnitude) = (try f.read(i.operands[1], type), try f.read(i.operands[2], type))
      try f.write(i.operands[0], f.b.overloaded("llvm.copysign", f.b.type(of: type), [magnitude, sign]), type)
    },
    "testp": { f, i, m in
      let test = try m.require(oneOf: ["finite", "infinite", "number", "notanumber", "normal", "subnormal"])
      // llvm.is.fpclass: sNaN 1, qNaN 2, -inf 4, -normal 8, -subnormal 16, -0 32, +0 64, +subnormal 128, +normal 256, +inf 512.
      // PTX counts zeros as normal.
      let classes = ["finite": 0x1F8, "infinite": 0x204, "number": 0x3FC, "notanumber": 3, "normal": 0x168, "subnormal": 0x90]
      let type = try m.type()
      try f.write(i.operands[0], f.isClass(try f.read(i.operands[1], type), classes[test]!), .pred)
    },
  ]
}

/// What may happen to a result after its rounding.
struct Finishing {
  var ftz = false, sat = false, relu = false
  init(_ m: inout Modifiers) { (ftz, sat, relu) = (m.take("ftz"), m.take("sat"), m.take("relu")) }
  init(ftz: Bool = false, sat: Bool = false, relu: Bool = false) { (self.ftz, self.sat, self.relu) = (ftz, sat, relu) }
}

// MARK: classes of numbers, and what is done to results

extension FunctionLowering {
  func isClass(_ value: Value, _ mask: Int) -> Value {
    let type = b.type(value)
    let result = b.isVector(type) ? b.vector(b.i1, Int(LLVMGetVectorSize(type))) : b.i1
    return b.call("llvm.is.fpclass." + b.suffix(type), result, [value, b.int32(mask)])
  }
  func isNaN(_ value: Value) -> Value { b.fcmp(LLVMRealUNO, value, value) }

  /// Subnormals become zeros of their sign, whatever the kernel's mode.
  func flushed(_ value: Value) -> Value {
    let type = b.type(value)
    return b.select(isClass(value, 0x90), b.overloaded("llvm.copysign", type, [b.real(type, 0), value]), value)
  }

  /// An operand of floating-point instructions: those of a kernel that flushes do it themselves.
  func flush(_ value: Value, _ ftz: Bool) -> Value {
    guard ftz else { return value }
    return module.flushesSubnormals && b.scalar(b.type(value)) == b.float ? value : flushed(value)
  }

  /// The NaN that results are where the manual asks for the canonical one: all bits but the sign.
  func canonicalNaN(_ type: Type) -> Value {
    let element = b.scalar(type)
    let bits: UInt64 = element == b.double ? 0x7FFF_FFFF_FFFF_FFFF : element == b.float ? 0x7FFF_FFFF : 0x7FFF
    let one = b.bitcast(b.constant(b.int(b.bits(element)), bits), element)
    return b.isVector(type) ? b.splat(one, type) : one
  }

  /// [0, 1], and NaN to +0.
  func saturated(_ value: Value, ftz: Bool = false) -> Value {
    let type = b.type(value), zero = b.real(type, 0), one = b.real(type, 1)
    if b.scalar(type) == b.float {
      let flushes = ftz || !module.flushesSubnormals ? module.flushesSubnormals : false
      return compute(.minimumSingle, [compute(.maximumSingle, [value, zero], ftz: flushes), one], ftz: flushes)
    }
    return b.overloaded("llvm.minimumnum", type, [b.overloaded("llvm.maximumnum", type, [value, zero]), one])
  }

  /// Negative numbers to +0, NaN to the canonical one.
  func rectified(_ value: Value) -> Value {
    let type = b.type(value)
    let positive = b.overloaded("llvm.maximumnum", type, [value, b.real(type, 0)])
    return b.select(isNaN(value), canonicalNaN(type), positive)
  }

  func finish(_ value: Value, _ finishing: Finishing) -> Value {
    var value = value
    if finishing.relu { value = rectified(value) }
    return finishing.sat ? saturated(value, ftz: finishing.ftz) : value
  }
}

extension IRBuilder {
  /// The element of a vector type, or the type itself.
  func scalar(_ type: Type) -> Type { isVector(type) ? LLVMGetElementType(type) : type }
}

// MARK: arithmetic

extension FunctionLowering {
  /// Halves of the other format have no arithmetic of their own: they widen to single precision without loss, and a sum or
  /// product rounded there rounds to the same number when it is rounded again (24 digits are more than twice 8 and two).
  private func computeBrainFloat(_ operation: ModeOperation, _ values: [Value]) -> Value {
    let wide = values.map { b.fpext($0, b.like(b.type($0), b.float)) }
    if operation == .fmaSingle { return toBrainFloat(oddFMA(wide)) }
    return toBrainFloat(compute(operation, wide))
  }

  /// a * b + c to odd: rounded down or up, whichever ends in a one, when it isn't exact.  What is rounded again to a shorter
  /// format then comes out as if rounded once.
  private func oddFMA(_ values: [Value]) -> Value {
    let down = compute(.fmaSingle, values, .down), up = compute(.fmaSingle, values, .up)
    let whole = b.like(b.type(down), b.i32)
    let bits = b.bitcast(down, whole)
    let isOdd = b.icmp(LLVMIntNE, b.and(bits, b.number(whole, 1)), b.number(whole, 0))
    // An exact zero is -0 when rounded down and +0 when rounded up, and nearest's +0 is wanted unless both agree.
    return b.select(isOdd, down, up)
  }

  func toBrainFloat(_ value: Value) -> Value {
    module.keepsBrainFloats ? b.fptrunc(value, b.like(b.type(value), b.bfloat)) : brainFloat(value, .direction(.nearest))
  }

  private func arithmetic(_ operation: ModeOperation, _ values: [Value], _ type: ScalarType, _ rounding: Rounding, ftz: Bool) -> Value {
    if type.isBrainFloat { return computeBrainFloat(operation, values) }
    if type.isHalf { return ftz ? flushingHalf(operation, values.map(flushed)) : compute(operation, values) }
    return compute(operation, values, rounding, ftz: ftz)
  }

  /// A result of halves that is a zero where it would be below the least normal number if exponents had no end: single precision
  /// tells, which holds sums and products of halves exactly.
  private func flushingHalf(_ operation: ModeOperation, _ values: [Value]) -> Value {
    let value = compute(operation, values), type = b.type(value)
    let wide = compute(operation, values.map(widened))
    let isTiny = b.fcmp(LLVMRealOLT, b.fabs(wide), b.real(b.type(wide), 0x1p-14 - 0x1p-26))
    return b.select(isTiny, b.overloaded("llvm.copysign", type, [b.real(type, 0), value]), value)
  }

  /// `.rn .rz .rm .rp`; halves are only rounded to nearest.
  private func rounding(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws -> Rounding {
    guard let rounding = m.rounding(), rounding != .nearest else { return .nearest }
    guard type == .f32 || type == .f64 || type == .f32x2 || m.words.contains("f32x2") else {
      throw CompileError.invalid(i, "directed rounding is for .f32, .f32x2 and .f64")
    }
    return rounding
  }

  func floatAddOrSubtract(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let operation: ModeOperation = i.opcode == "add" ? .add(type) : .subtract(type)
    let rounding = try rounding(i, &m, type), finishing = Finishing(&m)
    if let other = m.optionalType() { return try mixedAddOrSubtract(i, &m, type, other, rounding, finishing) }
    let values = try i.operands[1...2].map { try read($0, type) }
    try write(i.operands[0], finish(arithmetic(operation, values, type, rounding, ftz: finishing.ftz), finishing), type)
  }

  func floatMultiply(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let rounding = try rounding(i, &m, type), finishing = Finishing(&m)
    let values = try i.operands[1...2].map { try read($0, type) }
    try write(i.operands[0], finish(arithmetic(.multiply(type), values, type, rounding, ftz: finishing.ftz), finishing), type)
  }

  func floatMultiplyAdd(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let rounding = try rounding(i, &m, type), outOfBounds = m.take("oob"), finishing = Finishing(&m)
    if let other = m.optionalType() { return try mixedMultiplyAdd(i, &m, type, other, rounding, finishing) }
    let values = try i.operands[1...3].map { try read($0, type) }
    var value = finish(arithmetic(.fma(type), values, type, rounding, ftz: finishing.ftz), finishing)
    if outOfBounds {
      guard type.isHalf || type.isBrainFloat else { throw CompileError.invalid(i, ".oob is for halves") }
      for operand in values[..<2] { value = b.select(isOutOfBounds(operand), b.real(b.type(value), 0), value) }
    }
    try write(i.operands[0], value, type)
  }

  /// The NaN that tensor copies fill in beyond a tensor's bounds (OOB-NaN, of either format and sign).  Its code, and that only
  /// factors count, is from an H100.
  private func isOutOfBounds(_ value: Value) -> Value {
    let whole = b.like(b.type(value), b.i16)
    return b.icmp(LLVMIntEQ, b.and(b.bitcast(value, whole), b.number(whole, 0x7FFF)), b.number(whole, 0x7FF7))
  }

  // MARK: mixed precision

  /// d = a + c: `.f32.f16` widens a; `.f32x2.f16x2.f32x2` widens a pair; `.f16x2.f32x2.f32x2` narrows the sum, towards zero.
  private func mixedAddOrSubtract(
    _ i: Instruction, _ m: inout Modifiers, _ type: ScalarType, _ a: ScalarType, _ rounding: Rounding, _ finishing: Finishing
  ) throws {
    let c = m.optionalType() ?? type
    let operation: ModeOperation = i.opcode == "add" ? .addSingle : .subtractSingle
    guard c == .f32 || c == .f32x2, c.isPacked == a.isPacked, c.isPacked == type.isPacked else { throw CompileError.invalid(i, "these types don't go together") }
    let values = [widened(try read(i.operands[1], a)), try read(i.operands[2], c)]
    var value = compute(operation, values, rounding, ftz: finishing.ftz)
    if type == .f16x2 || type == .bf16x2 {
      guard rounding == .zero else { throw CompileError.invalid(i, "needs .rz") }
      value = type == .f16x2 ? halvesTowardZero(value) : brainFloat(value, .direction(.zero))
    }
    try write(i.operands[0], finish(value, finishing), type)
  }

  private func mixedMultiplyAdd(
    _ i: Instruction, _ m: inout Modifiers, _ type: ScalarType, _ a: ScalarType, _ rounding: Rounding, _ finishing: Finishing
  ) throws {
    let second = m.optionalType(), third = m.optionalType()
    guard type == .f32 || type == .f32x2, type.isPacked == a.isPacked else { throw CompileError.invalid(i, "these types don't go together") }
    let values = [
      widened(try read(i.operands[1], a)), widened(try read(i.operands[2], second ?? a)), try read(i.operands[3], third ?? type),
    ]
    try write(i.operands[0], finish(compute(.fmaSingle, values, rounding, ftz: finishing.ftz), finishing), type)
  }

  /// Halves as single precision; anything else as it is.
  func widened(_ value: Value) -> Value {
    let element = b.scalar(b.type(value))
    return element == b.half || element == b.bfloat ? b.fpext(value, b.like(b.type(value), b.float)) : value
  }

  // MARK: selections and signs

  func floatMinimumMaximum(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let ftz = m.take("ftz"), propagates = m.take("NaN"), xorsign = m.take("xorsign"), absolute = m.take("abs")
    let isMinimum = i.opcode == "min"
    let read = try i.operands[1...].map { try self.read($0, type) }
    let values = type.isBrainFloat ? read.map(widened) : read.map { type.isHalf ? flush($0, ftz) : $0 }
    let magnitudes = absolute ? values.map(b.fabs) : values
    var value = magnitudes[0]
    for other in magnitudes[1...] {
      value = type == .f32 || type.isBrainFloat ? compute(isMinimum ? .minimumSingle : .maximumSingle, [value, other], ftz: ftz)
        : b.overloaded(isMinimum ? "llvm.minimumnum" : "llvm.maximumnum", b.type(value), [value, other])
    }
    if type.isBrainFloat { value = toBrainFloat(value) }
    if xorsign {
      let whole = b.like(b.type(value), b.int(b.bits(b.scalar(b.type(value)))))
      let signs = b.xor(b.bitcast(read[0], whole), b.bitcast(read[1], whole))
      value = b.overloaded("llvm.copysign", b.type(value), [value, b.bitcast(signs, b.type(value))])
    }
    if propagates {
      for (index, operand) in read.enumerated() where index % 2 == 0 {  // two at a time
        let isNumber = b.fcmp(LLVMRealORD, operand, index + 1 < read.count ? read[index + 1] : operand)
        value = b.select(isNumber, value, canonicalNaN(b.type(value)))
      }
    }
    try write(i.operands[0], value, type)
  }

  func floatSign(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let ftz = m.take("ftz")
    let x = try read(i.operands[1], type)
    let value = i.opcode == "abs" ? b.fabs(x) : b.fneg(x)
    let flushes = ftz && type == .f32 && module.flushesSubnormals
    try write(i.operands[0], flushes ? b.overloaded("llvm.canonicalize", b.float, [value]) : ftz ? flushed(value) : value, type)
  }
}

extension IRBuilder {
  /// A whole number in an integer type or a vector of one.
  func number(_ type: Type, _ value: UInt64) -> Value {
    isVector(type) ? splat(constant(LLVMGetElementType(type), value), type) : constant(type, value)
  }
}
