// Floating-point arithmetic with its rounding directions, flushing of subnormals, saturation and NaN rules.
// Two operations never fuse: no contraction is allowed anywhere, `fma` is the only fused form.
// Source: PTX ISA, "Floating-Point Instructions", "Half Precision Floating-Point Instructions".
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

extension FunctionLowering {
  func isClass(_ value: Value, _ mask: Int) -> Value {
    let type = b.type(value)
    let result = b.isVector(type) ? b.vector(b.i1, Int(LLVMGetVectorSize(type))) : b.i1
    return b.call("llvm.is.fpclass." + b.suffix(type), result, [value, b.int32(mask)])
  }

  /// Subnormals become zeros of their sign.
  func flushed(_ value: Value) -> Value {
    let type = b.type(value)
    return b.select(isClass(value, 0x90), b.overloaded("llvm.copysign", type, [b.real(type, 0), value]), value)
  }

  /// Flushes by instructions, where the kernel's mode doesn't: kernels that mix `.ftz` with other arithmetic, and halves.
  func flush(_ value: Value, _ ftz: Bool) -> Value {
    guard ftz else { return value }
    return module.flushesSubnormals && LLVMGetTypeKind(b.type(value)) == LLVMFloatTypeKind ? value : flushed(value)
  }

  /// [0, 1], and NaN to 0.
  func saturated(_ value: Value) -> Value {
    let type = b.type(value)
    return b.overloaded("llvm.minimumnum", type, [b.overloaded("llvm.maximumnum", type, [value, b.real(type, 0)]), b.real(type, 1)])
  }

  func finish(_ value: Value, ftz: Bool, sat: Bool, relu: Bool = false) -> Value {
    var value = flush(value, ftz)
    if relu {  // NaN becomes the canonical NaN, negative numbers 0
      value = b.overloaded("llvm.maximum", b.type(value), [value, b.real(b.type(value), 0)])
    }
    return sat ? saturated(value) : value
  }

  /// One operation under another rounding direction: the mode is set, used and restored in one block that nothing enters.
  func rounded(_ rounding: Rounding, _ operation: String, _ result: Type, _ arguments: [Value]) -> Value {
    let set = { (mode: Int) in "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 4), \(mode | mode << 2)" }
    let text = [set(rounding.rawValue), operation, set(0)].joined(separator: "\n\t")
    let inputs = arguments.map { b.isInteger(b.type($0)) && LLVMIsAConstant($0) != nil ? "v" : "v" }
    return b.assembly(text, (["=v"] + inputs).joined(separator: ","), result, arguments, sideEffects: false)
  }

  private func directed(_ rounding: Rounding?, _ i: Instruction, _ type: ScalarType) throws -> Rounding? {
    guard let rounding, rounding != .nearest else { return nil }
    guard type == .f32 || type == .f64 else { throw CompileError.unsupported(i, "directed rounding of .\(type.rawValue)") }
    return rounding
  }

  func floatAddOrSubtract(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let rounding = try directed(m.rounding(), i, type), ftz = m.take("ftz"), sat = m.take("sat")
    let x = flush(try read(i.operands[1], type), ftz), y = flush(try read(i.operands[2], type), ftz)
    let value: Value
    if let rounding {
      let text = type == .f32 ? (i.opcode == "add" ? "v_add_f32 $0, $1, $2" : "v_sub_f32 $0, $1, $2")
        : (i.opcode == "add" ? "v_add_f64 $0, $1, $2" : "v_add_f64 $0, $1, -$2")
      value = rounded(rounding, text, b.type(of: type), [x, y])
    } else {
      value = i.opcode == "add" ? b.fadd(x, y) : b.fsub(x, y)
    }
    try write(i.operands[0], finish(value, ftz: ftz, sat: sat), type)
  }

  func floatMultiply(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let rounding = try directed(m.rounding(), i, type), ftz = m.take("ftz"), sat = m.take("sat")
    let x = flush(try read(i.operands[1], type), ftz), y = flush(try read(i.operands[2], type), ftz)
    let value = rounding.map { rounded($0, "v_mul_\(type.rawValue) $0, $1, $2", b.type(of: type), [x, y]) } ?? b.fmul(x, y)
    try write(i.operands[0], finish(value, ftz: ftz, sat: sat), type)
  }

  func floatMultiplyAdd(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let rounding = try directed(m.rounding(), i, type), ftz = m.take("ftz"), sat = m.take("sat"), relu = m.take("relu")
    let values = try i.operands[1...3].map { flush(try read($0, type), ftz) }
    let value = rounding.map { rounded($0, "v_fma_\(type.rawValue) $0, $1, $2, $3", b.type(of: type), values) }
      ?? b.fma(values[0], values[1], values[2])
    try write(i.operands[0], finish(value, ftz: ftz, sat: sat, relu: relu), type)
  }

  func floatMinimumMaximum(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let ftz = m.take("ftz"), propagates = m.take("NaN"), xorsign = m.take("xorsign")
    if xorsign { _ = m.take("abs") }
    let name = (i.opcode == "min" ? "llvm.minimum" : "llvm.maximum") + (propagates ? "" : "num")
    let values = try i.operands[1...].map { flush(try read($0, type), ftz) }
    var value = values[0]
    for other in values[1...] {
      value = b.overloaded(name, b.type(value), xorsign ? [b.fabs(value), b.fabs(other)] : [value, other])
    }
    if xorsign {
      let whole = b.int(type.bits)
      var signs = b.bitcast(values[0], whole)
      for other in values[1...] { signs = b.xor(signs, b.bitcast(other, whole)) }
      value = b.overloaded("llvm.copysign", b.type(value), [value, b.bitcast(signs, b.type(value))])
    }
    try write(i.operands[0], finish(value, ftz: ftz, sat: false), type)
  }

  func floatSign(_ i: Instruction, _ m: inout Modifiers, _ type: ScalarType) throws {
    let ftz = m.take("ftz")
    let x = try read(i.operands[1], type)
    let value = i.opcode == "abs" ? b.fabs(x) : b.fneg(x)
    try write(i.operands[0], ftz ? flushed(value) : value, type)
  }

  // MARK: division and roots

  func floatDivide(_ i: Instruction, _ m: inout Modifiers) throws {
    let approximate = m.take("approx"), full = m.take("full"), ftz = m.take("ftz"), rounding = m.rounding()
    let type = try m.type()
    let x = flush(try read(i.operands[1], type), ftz), y = flush(try read(i.operands[2], type), ftz)
    let value: Value
    if let rounding = try directed(rounding, i, type) {
      value = divide(x, y, rounding)
    } else if approximate, ftz {
      value = b.fmul(x, b.overloaded("llvm.amdgcn.rcp", b.float, [y]))
    } else if approximate || full {
      value = b.accuracy(b.fdiv(x, y), ulps: 2.5)
    } else {
      value = b.fdiv(x, y)
    }
    try write(i.operands[0], finish(value, ftz: ftz, sat: false), type)
  }

  func reciprocal(_ i: Instruction, _ m: inout Modifiers) throws {
    let approximate = m.take("approx"), ftz = m.take("ftz"), rounding = m.rounding()
    let type = try m.type()
    let x = type == .f32 ? flush(try read(i.operands[1], type), ftz) : try read(i.operands[1], type)
    let one = b.real(b.type(x), 1)
    let value: Value
    if let rounding = try directed(rounding, i, type) {
      value = divide(one, x, rounding)
    } else if approximate, ftz {
      // The 64-bit form promises no more than the upper half of the result.
      value = b.overloaded("llvm.amdgcn.rcp", b.type(x), [x])
    } else {
      value = approximate ? b.accuracy(b.fdiv(one, x), ulps: 1) : b.fdiv(one, x)
    }
    try write(i.operands[0], type == .f32 ? finish(value, ftz: ftz, sat: false) : value, type)
  }

  func squareRoot(_ i: Instruction, _ m: inout Modifiers) throws {
    let approximate = m.take("approx"), ftz = m.take("ftz"), rounding = m.rounding()
    let type = try m.type()
    let x = flush(try read(i.operands[1], type), ftz)
    let value: Value
    if let rounding = try directed(rounding, i, type) {
      value = squareRoot(x, rounding)
    } else if approximate, ftz {
      value = b.overloaded("llvm.amdgcn.sqrt", b.type(x), [x])
    } else {
      let root = b.overloaded("llvm.sqrt", b.type(x), [x])
      value = approximate ? b.accuracy(root, ulps: 2) : root
    }
    try write(i.operands[0], finish(value, ftz: ftz, sat: false), type)
  }

  /// A quotient rounded in a direction.  Single precision: the double quotient is never so close to a float that rounding it
  /// again could err.  Double: the quotient of the significands, corrected by the sign of its exact residual, then scaled
  /// under the same direction (two roundings one way are one).
  func divide(_ x: Value, _ y: Value, _ rounding: Rounding) -> Value {
    if b.type(x) == b.float {
      let quotient = b.fdiv(b.fpext(x, b.double), b.fpext(y, b.double))
      return rounded(rounding, "v_cvt_f32_f64 $0, $1", b.float, [quotient])
    }
    let (xs, xe) = significand(x), (ys, ye) = significand(y)
    let quotient = b.fdiv(xs, ys)
    let residual = b.fma(b.fneg(quotient), ys, xs)
    // The true quotient lies above ours when the residual has the divisor's sign.
    let above = b.xor(b.fcmp(LLVMRealOLT, residual, b.real(b.double, 0)), b.fcmp(LLVMRealOLT, ys, b.real(b.double, 0)))
    let exact = b.fcmp(LLVMRealOEQ, residual, b.real(b.double, 0))
    let corrected = b.select(exact, quotient, step(quotient, towards: rounding, trueIsAbove: b.not(above)))
    let scaled = rounded(rounding, "v_ldexp_f64 $0, $1, $2", b.double, [corrected, b.sub(xe, ye)])
    let special = b.or(isClass(x, 0x267), isClass(y, 0x267))  // zeros, infinities, NaNs
    return b.select(special, b.fdiv(x, y), scaled)
  }

  func squareRoot(_ x: Value, _ rounding: Rounding) -> Value {
    if b.type(x) == b.float {
      return rounded(rounding, "v_cvt_f32_f64 $0, $1", b.float, [b.overloaded("llvm.sqrt", b.double, [b.fpext(x, b.double)])])
    }
    let (significand, exponent) = significand(x)
    let odd = b.and(exponent, b.int32(1))
    let even = b.call("llvm.ldexp.f64.i32", b.double, [significand, odd])
    let root = b.overloaded("llvm.sqrt", b.double, [even])
    let residual = b.fma(b.fneg(root), root, even)
    let exact = b.fcmp(LLVMRealOEQ, residual, b.real(b.double, 0))
    let above = b.fcmp(LLVMRealOGT, residual, b.real(b.double, 0))
    let corrected = b.select(exact, root, step(root, towards: rounding, trueIsAbove: above))
    let scaled = b.call("llvm.ldexp.f64.i32", b.double, [corrected, b.ashr(b.sub(exponent, odd), b.int32(1))])
    return b.select(isClass(x, 0x27F), b.overloaded("llvm.sqrt", b.double, [x]), scaled)  // also everything negative
  }

  private func significand(_ x: Value) -> (Value, Value) {
    (b.overloaded("llvm.amdgcn.frexp.mant", b.double, [x]), b.call("llvm.amdgcn.frexp.exp.i32.f64", b.i32, [x]))
  }

  /// From the nearest result to the one that `rounding` asks for, given on which side the true value lies.
  private func step(_ value: Value, towards rounding: Rounding, trueIsAbove: Value) -> Value {
    let bits = b.bitcast(value, b.i64)
    let negative = b.icmp(LLVMIntSLT, bits, b.int64(0))
    let up = b.select(negative, b.int64(-1), b.int64(1))  // one unit upward, as a step of the bits
    let none = b.int64(0)
    let delta: Value = switch rounding {
    case .nearest: none
    case .up: b.select(trueIsAbove, up, none)
    case .down: b.select(trueIsAbove, none, b.neg(up))
    case .zero: b.select(negative, b.select(trueIsAbove, up, none), b.select(trueIsAbove, none, b.neg(up)))
    }
    return b.bitcast(b.add(bits, delta), b.double)
  }
}
