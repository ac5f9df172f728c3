// Quotients, reciprocals and square roots, rounded correctly in every direction, and the approximate ones that nvcc makes for -prec-div=false.
// Source: PTX ISA, "div", "rcp", "sqrt".
import CLLVM
import PTX

extension FunctionLowering {
  private func checked(_ rounding: Rounding?, _ i: Instruction) throws -> Rounding {
    guard let rounding else { throw CompileError.invalid(i, "needs .rn, .rz, .rm, .rp or .approx") }
    return rounding
  }

  func floatDivide(_ i: Instruction, _ m: inout Modifiers) throws {
    let approximate = m.take("approx"), full = m.take("full"), ftz = m.take("ftz"), rounding = m.rounding()
    let type = try m.type()
    let x = try read(i.operands[1], type), y = try read(i.operands[2], type)
    let value: Value
    if approximate {
      value = approximateQuotient(x, y, ftz: ftz)
    } else if full {
      value = ftz == module.flushesSubnormals ? b.accuracy(b.fdiv(x, y), ulps: 2.5) : quotient(x, y, .nearest, ftz: ftz)
    } else {
      value = quotient(x, y, try checked(rounding, i), ftz: ftz)
    }
    try write(i.operands[0], value, type)
  }

  func reciprocal(_ i: Instruction, _ m: inout Modifiers) throws {
    let approximate = m.take("approx"), ftz = m.take("ftz"), rounding = m.rounding()
    let type = try m.type()
    let x = try read(i.operands[1], type)
    let one = b.real(b.type(x), 1)
    let value: Value = !approximate ? quotient(one, x, try checked(rounding, i), ftz: ftz)
      : type == .f64 ? upperWordApproximation("llvm.amdgcn.rcp", x) : approximateReciprocal(x, ftz: ftz)
    try write(i.operands[0], value, type)
  }

  func squareRoot(_ i: Instruction, _ m: inout Modifiers) throws {
    let approximate = m.take("approx"), ftz = m.take("ftz"), rounding = m.rounding()
    let type = try m.type()
    let x = try read(i.operands[1], type)
    let value = approximate ? approximateSquareRoot(x, ftz: ftz) : root(x, try checked(rounding, i), ftz: ftz)
    try write(i.operands[0], value, type)
  }

  // MARK: correctly rounded

  /// A quotient rounded in a direction.  Single precision, where LLVM's own doesn't do: the double quotient is never so close to
  /// a float, or to the middle of two, that rounding it again could err.  Double: the quotient of the significands, corrected by
  /// the sign of its exact residual, then scaled under the same direction (two roundings one way are one).
  func quotient(_ x: Value, _ y: Value, _ rounding: Rounding, ftz: Bool) -> Value {
    if b.type(x) == b.float {
      if rounding == .nearest, ftz == module.flushesSubnormals { return b.fdiv(x, y) }
      let wide = [x, y].map { compute(.doubleFromSingle, [$0], ftz: ftz) }
      return compute(.singleFromDouble, [b.fdiv(wide[0], wide[1])], rounding, ftz: ftz)
    }
    if rounding == .nearest { return b.fdiv(x, y) }
    let (xs, xe) = significand(x), (ys, ye) = significand(y)
    let nearest = b.fdiv(xs, ys)
    let residual = b.fma(b.fneg(nearest), ys, xs)
    // The true quotient lies above ours when the residual has the divisor's sign.
    let below = b.xor(b.fcmp(LLVMRealOLT, residual, b.real(b.double, 0)), b.fcmp(LLVMRealOLT, ys, b.real(b.double, 0)))
    let exact = b.fcmp(LLVMRealOEQ, residual, b.real(b.double, 0))
    let corrected = b.select(exact, nearest, step(nearest, towards: rounding, trueIsAbove: b.not(below)))
    let scaled = compute(.ldexpDouble, [corrected, b.sub(xe, ye)], rounding)
    let special = b.or(isClass(x, 0x267), isClass(y, 0x267))  // zeros, infinities, NaNs
    return b.select(special, b.fdiv(x, y), scaled)
  }

  func root(_ x: Value, _ rounding: Rounding, ftz: Bool) -> Value {
    if b.type(x) == b.float {
      if rounding == .nearest, ftz == module.flushesSubnormals { return b.overloaded("llvm.sqrt", b.float, [x]) }
      if rounding == .nearest, ftz { return b.overloaded("llvm.sqrt", b.float, [flushed(x)]) }  // a root is never subnormal
      let wide = compute(.doubleFromSingle, [x], ftz: ftz)
      return compute(.singleFromDouble, [b.overloaded("llvm.sqrt", b.double, [wide])], rounding, ftz: ftz)
    }
    if rounding == .nearest { return b.overloaded("llvm.sqrt", b.double, [x]) }
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

  // MARK: approximate

  /// As the manual has it, a * (1 / b): no quotient for divisors whose reciprocal is subnormal.
  private func approximateQuotient(_ x: Value, _ y: Value, ftz: Bool) -> Value {
    let reciprocal = { [b] (value: Value) in b.overloaded("llvm.amdgcn.rcp", b.float, [value]) }
    if ftz { return compute(.multiplySingle, [x, reciprocal(flush(y, true))], ftz: true) }
    let (divisor, isSmall) = aboveSubnormals(y, 0x1p32)
    let quotient = compute(.multiplySingle, [x, reciprocal(divisor)])
    return b.select(isSmall, compute(.multiplySingle, [quotient, b.real(b.float, 0x1p32)]), quotient)
  }

  /// Within a unit, subnormal operands and results included: the hardware's reciprocal of a number brought near to one.
  private func approximateReciprocal(_ x: Value, ftz: Bool) -> Value {
    if ftz { return flush(b.overloaded("llvm.amdgcn.rcp", b.float, [flush(x, true)]), true) }
    if !module.flushesSubnormals { return b.accuracy(b.fdiv(b.real(b.float, 1), x), ulps: 1) }
    let magnitude = b.fabs(x)
    let isLarge = b.fcmp(LLVMRealOGT, magnitude, b.real(b.float, 0x1p64)), isSmall = b.fcmp(LLVMRealOLT, magnitude, b.real(b.float, 0x1p-64))
    let scale = b.select(isLarge, b.real(b.float, 0x1p-64), b.select(isSmall, b.real(b.float, 0x1p64), b.real(b.float, 1)))
    let reciprocal = b.overloaded("llvm.amdgcn.rcp", b.float, [compute(.multiplySingle, [x, scale])])
    return compute(.multiplySingle, [reciprocal, scale])
  }

  private func approximateSquareRoot(_ x: Value, ftz: Bool) -> Value {
    if ftz { return b.overloaded("llvm.amdgcn.sqrt", b.float, [flush(x, true)]) }
    let (scaled, isSmall) = aboveSubnormals(x, 0x1p32)
    let root = b.overloaded("llvm.amdgcn.sqrt", b.float, [scaled])
    return b.select(isSmall, b.fmul(root, b.real(b.float, 0x1p-16)), root)
  }

  /// The number, or so many times it when it is subnormal (or zero), and which it is.
  func aboveSubnormals(_ x: Value, _ factor: Double) -> (value: Value, isSmall: Value) {
    let isSmall = b.fcmp(LLVMRealOLT, b.fabs(x), b.real(b.float, 0x1p-126))
    return (b.select(isSmall, compute(.multiplySingle, [x, b.real(b.float, factor)]), x), isSmall)
  }

  /// rcp.approx.ftz.f64 and rsqrt.approx.ftz.f64: the upper words of operand and result alone count.
  func upperWordApproximation(_ name: String, _ x: Value) -> Value {
    let upper = b.constant(b.i64, UInt64(0xFFFF_FFFF_0000_0000))
    let operand = flushed(b.bitcast(b.and(b.bitcast(x, b.i64), upper), b.double))
    let result = flushed(b.overloaded(name, b.double, [operand]))
    let word = b.bitcast(b.and(b.bitcast(result, b.i64), upper), b.double)
    return b.select(isNaN(result), b.doubleBits(0x7FFF_FFFF_0000_0000), word)
  }
}
