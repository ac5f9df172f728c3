// Approximate functions, on the hardware's own transcendental instructions, within the errors that the manual allows.
// The hardware's functions know no subnormal numbers: `.ftz` forms are the bare instruction, the others scale.
// Source: PTX ISA, "Floating-Point Instructions" (error bounds of ex2, lg2, sin, cos, tanh, rsqrt); AMD's ISA manuals.
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let approximate: [String: Handler] = [
    "ex2": { f, i, m in
      // What is subnormal in single precision is nothing in half precision.
      let isHalf = m.words.contains { $0.hasPrefix("f16") }
      try f.approximate(i, &m) { x, ftz in isHalf ? f.b.overloaded("llvm.amdgcn.exp2", f.b.float, [x]) : f.exponential(x, ftz) }
    },
    "lg2": { f, i, m in try f.approximate(i, &m, f.logarithm) },
    // AMDGPU lowers these two to the hardware's functions of revolutions, after reduction to one.
    "sin": { f, i, m in try f.approximate(i, &m, f.sine) },
    "cos": { f, i, m in try f.approximate(i, &m) { x, _ in f.b.overloaded("llvm.cos", f.b.float, [x]) } },
    "tanh": { f, i, m in try f.approximate(i, &m) { x, _ in f.hyperbolicTangent(x) } },
    "rsqrt": { f, i, m in
      guard m.words.contains("f64") else { return try f.approximate(i, &m, f.reciprocalRoot) }
      _ = m.take("approx")
      let ftz = m.take("ftz"), type = try m.type()
      let x = try f.read(i.operands[1], type)
      try f.write(i.operands[0], ftz ? f.upperWordApproximation("llvm.amdgcn.rsq", x) : f.reciprocalRootDouble(x), type)
    },
  ]
}

extension FunctionLowering {
  /// A function of one number computed in single precision; halves are widened and rounded back.
  func approximate(_ i: Instruction, _ m: inout Modifiers, _ compute: (Value, _ ftz: Bool) -> Value) throws {
    _ = m.take("approx")
    let ftz = m.take("ftz")
    let type = try m.type()
    let x = try read(i.operands[1], type)
    switch type {
    case .f32: try write(i.operands[0], compute(x, ftz), type)
    case .f16, .bf16: try write(i.operands[0], b.fptrunc(compute(widened(x), ftz), b.type(of: type)), type)
    case .f16x2, .bf16x2:
      var pair = b.undefined(b.type(of: type))
      for lane in 0..<2 {
        pair = b.insert(b.fptrunc(compute(widened(b.element(x, lane)), ftz), b.scalar(b.type(of: type))), into: pair, lane)
      }
      try write(i.operands[0], pair, type)
    default: throw CompileError.invalid(i, "no .\(type.rawValue) form")
    }
  }

  /// Below 2^-126 by way of a number that is 2^64 times as large.
  func exponential(_ x: Value, _ ftz: Bool) -> Value {
    if ftz { return flush(b.overloaded("llvm.amdgcn.exp2", b.float, [x]), true) }
    let isSmall = b.fcmp(LLVMRealOLT, x, b.real(b.float, -126))
    let power = b.overloaded("llvm.amdgcn.exp2", b.float, [b.fadd(x, b.select(isSmall, b.real(b.float, 64), b.real(b.float, 0)))])
    return self.compute(.multiplySingle, [power, b.select(isSmall, b.real(b.float, 0x1p-64), b.real(b.float, 1))])
  }

  /// Of the magnitude, with the operand's sign: the reduction to one revolution would lose that of zero.
  private func sineSign(_ x: Value) -> Value { b.and(b.bitcast(x, b.i32), b.constant(b.i32, UInt64(0x8000_0000))) }
  func sine(_ x: Value, _ ftz: Bool) -> Value {
    let magnitude = b.bitcast(b.overloaded("llvm.sin", b.float, [b.fabs(x)]), b.i32)
    return flush(b.bitcast(b.xor(magnitude, sineSign(x)), b.float), ftz)
  }

  func logarithm(_ x: Value, _ ftz: Bool) -> Value {
    if ftz { return b.overloaded("llvm.amdgcn.log", b.float, [flush(x, true)]) }
    let (scaled, isSmall) = aboveSubnormals(x, 0x1p32)
    return b.fsub(b.overloaded("llvm.amdgcn.log", b.float, [scaled]), b.select(isSmall, b.real(b.float, 32), b.real(b.float, 0)))
  }

  func reciprocalRoot(_ x: Value, _ ftz: Bool) -> Value {
    if ftz { return b.overloaded("llvm.amdgcn.rsq", b.float, [flush(x, true)]) }
    let (scaled, isSmall) = aboveSubnormals(x, 0x1p24)
    let root = b.overloaded("llvm.amdgcn.rsq", b.float, [scaled])
    return b.select(isSmall, b.fmul(root, b.real(b.float, 0x1p12)), root)
  }

  /// The hardware's estimate and a third-order step: about a unit.
  func reciprocalRootDouble(_ x: Value) -> Value {
    let isSmall = b.fcmp(LLVMRealOLT, b.fabs(x), b.real(b.double, 0x1p-1000))
    let scaled = b.fmul(x, b.select(isSmall, b.real(b.double, 0x1p256), b.real(b.double, 1)))
    let estimate = b.overloaded("llvm.amdgcn.rsq", b.double, [scaled])
    let error = b.fma(b.fneg(b.fmul(scaled, estimate)), estimate, b.real(b.double, 1))
    let factor = b.fma(error, b.real(b.double, 0.375), b.real(b.double, 0.5))
    let root = b.fma(b.fmul(estimate, error), factor, estimate)
    let result = b.fmul(root, b.select(isSmall, b.real(b.double, 0x1p128), b.real(b.double, 1)))
    return b.select(isClass(x, 0x108 | 0x90), b.select(b.fcmp(LLVMRealOLT, x, b.real(b.double, 0)), estimate, result), estimate)  // finite, not zero
  }

  /// tanh within 2^-11 of itself: x where it is small, a polynomial, 1 - 2 / (e^2x + 1) elsewhere.
  func hyperbolicTangent(_ x: Value) -> Value {
    let magnitude = b.fabs(x)
    let power = b.overloaded("llvm.amdgcn.exp2", b.float, [b.fmul(magnitude, b.real(b.float, 2.885390081777927))])
    let quotient = b.overloaded("llvm.amdgcn.rcp", b.float, [b.fadd(power, b.real(b.float, 1))])
    let far = b.fma(quotient, b.real(b.float, -2), b.real(b.float, 1))
    let square = b.fmul(magnitude, magnitude)
    let series = b.fma(square, b.fma(square, b.real(b.float, 2.0 / 15), b.real(b.float, -1.0 / 3)), b.real(b.float, 1))
    let near = b.select(b.fcmp(LLVMRealOLT, magnitude, b.real(b.float, 0x1p-6)), magnitude, b.fmul(magnitude, series))
    let value = b.select(b.fcmp(LLVMRealOLT, magnitude, b.real(b.float, 0.25)), near, far)
    return b.overloaded("llvm.copysign", b.float, [value, x])
  }
}
