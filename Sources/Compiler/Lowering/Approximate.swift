// Approximate functions, on the hardware's own transcendental instructions.
// `.ftz` forms are the bare instruction; the others keep subnormals, which the hardware flushes, by scaling.
// Source: PTX ISA, "Floating-Point Instructions" (error bounds of ex2, lg2, sin, cos, tanh, rsqrt); AMD's ISA manuals.
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let approximate: [String: Handler] = [
    "ex2": { f, i, m in
      try f.approximate(i, &m) { x, ftz in
        ftz ? f.b.overloaded("llvm.amdgcn.exp2", f.b.float, [x]) : f.b.overloaded("llvm.exp2", f.b.float, [x])
      }
    },
    "lg2": { f, i, m in
      try f.approximate(i, &m) { x, ftz in
        ftz ? f.b.overloaded("llvm.amdgcn.log", f.b.float, [x]) : f.b.overloaded("llvm.log2", f.b.float, [x])
      }
    },
    // AMDGPU lowers these two to the hardware's functions of revolutions, after reduction to one.
    "sin": { f, i, m in try f.approximate(i, &m) { x, _ in f.b.overloaded("llvm.sin", f.b.float, [x]) } },
    "cos": { f, i, m in try f.approximate(i, &m) { x, _ in f.b.overloaded("llvm.cos", f.b.float, [x]) } },
    "tanh": { f, i, m in try f.approximate(i, &m) { x, _ in f.hyperbolicTangent(x) } },
    "rsqrt": { f, i, m in
      if m.words.contains("f64") {
        _ = m.take("approx")
        _ = m.take("ftz")
        let type = try m.type()
        let value = f.b.overloaded("llvm.amdgcn.rsq", f.b.double, [try f.read(i.operands[1], type)])
        return try f.write(i.operands[0], value, type)
      }
      try f.approximate(i, &m) { x, ftz in
        if ftz { return f.b.overloaded("llvm.amdgcn.rsq", f.b.float, [x]) }
        let small = f.isClass(x, 0x90)
        let scaled = f.b.select(small, f.b.fmul(x, f.b.real(f.b.float, 0x1p24)), x)
        let root = f.b.overloaded("llvm.amdgcn.rsq", f.b.float, [scaled])
        return f.b.select(small, f.b.fmul(root, f.b.real(f.b.float, 0x1p12)), root)
      }
    },
  ]
}

extension FunctionLowering {
  /// A function of one number computed in single precision; halves are widened and rounded back.
  func approximate(_ i: Instruction, _ m: inout Modifiers, _ compute: (Value, Bool) -> Value) throws {
    _ = m.take("approx")
    let ftz = m.take("ftz")
    let type = try m.type()
    let x = try read(i.operands[1], type)
    let value: Value
    switch type {
    case .f32:
      value = finish(compute(flush(x, ftz), ftz), ftz: ftz, sat: false)
    case .f16, .bf16:
      value = finish(b.fptrunc(compute(b.fpext(flush(x, ftz), b.float), true), b.type(of: type)), ftz: ftz, sat: false)
    case .f16x2, .bf16x2:
      var pair = b.undefined(b.type(of: type))
      for lane in 0..<2 {
        let wide = b.fpext(b.element(flush(x, ftz), lane), b.float)
        pair = b.insert(b.fptrunc(compute(wide, true), LLVMGetElementType(b.type(of: type))), into: pair, lane)
      }
      value = finish(pair, ftz: ftz, sat: false)
    default: throw CompileError.unsupported(i, "no .\(type.rawValue) form")
    }
    try write(i.operands[0], value, type)
  }

  /// tanh within 2^-11 relative: a polynomial near zero, 1 - 2 / (e^2x + 1) elsewhere.
  func hyperbolicTangent(_ x: Value) -> Value {
    let magnitude = b.fabs(x)
    let power = b.overloaded("llvm.amdgcn.exp2", b.float, [b.fmul(magnitude, b.real(b.float, 2.885390081777927))])
    let quotient = b.overloaded("llvm.amdgcn.rcp", b.float, [b.fadd(power, b.real(b.float, 1))])
    let far = b.fma(quotient, b.real(b.float, -2), b.real(b.float, 1))
    let square = b.fmul(magnitude, magnitude)
    let series = b.fma(square, b.fma(square, b.real(b.float, 2.0 / 15), b.real(b.float, -1.0 / 3)), b.real(b.float, 1))
    let near = b.fmul(magnitude, series)
    let value = b.select(b.fcmp(LLVMRealOLT, magnitude, b.real(b.float, 0.25)), near, far)
    return b.overloaded("llvm.copysign", b.float, [value, x])
  }
}
