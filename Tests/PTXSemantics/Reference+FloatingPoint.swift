// Single and double precision.  Correctly rounded operations are the host's, under its rounding modes; approximate ones are compared
// with the host's double-precision functions within the table's bounds.  Source: PTX ISA 9.x, section 9.7.3.
import Glibc
import PTX

extension InstructionVariant {
  var rounding: RoundingDirection { words.lazy.compactMap(RoundingDirection.init).first ?? .rn }
}

/// The values of a case in one format, flushed where the instruction says so; the result as bits, flushed, saturated.
func floatingPoint(_ test: TestCase, _ x: [UInt64], _ compute: (FloatFormat, [UInt64]) -> UInt64) -> [UInt64]? {
  let format = FloatFormat.of(test.variant.types[0])!, ftz = test.variant.has("ftz")
  var result = compute(format, ftz ? x.map { format.flushed($0) } : x)
  // The least normal number may have been rounded up to from below, and is flushed then: an H100 does.
  if ftz, result & ~format.signBit == 1 << UInt64(format.fractionBits) { return nil }
  if ftz { result = format.flushed(result) }
  if test.variant.has("sat") { result = saturated(result, format) }
  return [result]
}
func saturated(_ bits: UInt64, _ format: FloatFormat) -> UInt64 {
  let value = format.value(bits)
  if value.isNaN || value <= 0 { return 0 }
  return value > 1 ? format.bits(1) : bits
}

private func single(_ x: [UInt64], _ direction: RoundingDirection, _ operation: (Float, Float, Float) -> Float) -> UInt64 {
  UInt64(hostSingle.run(direction, x.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }, operation).bitPattern)
}
private func double(_ x: [UInt64], _ direction: RoundingDirection, _ operation: (Double, Double, Double) -> Double) -> UInt64 {
  hostDouble.run(direction, x.map { Double(bitPattern: $0) }, operation).bitPattern
}
private func exact(_ f: @escaping (Float, Float, Float) -> Float, _ d: @escaping (Double, Double, Double) -> Double) -> Reference {
  .thread { test, x in
    if test.variant.types[0] == .f32x2 {  // each by itself
      let low = singles(test, x.map { $0 & 0xffff_ffff }, f), high = singles(test, x.map { $0 >> 32 }, f)
      return [low | high << 32]
    }
    return floatingPoint(test, x) { format, x in
      format == .f32 ? single(x, test.variant.rounding, f) : double(x, test.variant.rounding, d)
    }
  }
}
private func singles(_ test: TestCase, _ x: [UInt64], _ f: (Float, Float, Float) -> Float) -> UInt64 {
  let ftz = test.variant.has("ftz")
  let result = single(ftz ? x.map { FloatFormat.f32.flushed($0) } : x, test.variant.rounding, f)
  return ftz ? FloatFormat.f32.flushed(result) : result
}

/// Zeros are ordered by their sign; a NaN gives way, or wins with .NaN.
func smaller(_ test: TestCase, _ x: [UInt64], isMinimum: Bool) -> [UInt64]? {
  floatingPoint(test, x) { format, x in pick(test, format, x, isMinimum: isMinimum) }
}
func pick(_ test: TestCase, _ format: FloatFormat, _ x: [UInt64], isMinimum: Bool) -> UInt64 {
  let sign = format.signBit, xorsign = test.variant.has("xorsign"), absolute = xorsign || test.variant.has("abs")
  let values = absolute ? x.map { $0 & ~sign } : x
  var result = values[0]
  for other in values.dropFirst() {
    if format.isNaN(result) || format.isNaN(other) {
      result = test.variant.has("NaN") || (format.isNaN(result) && format.isNaN(other)) ? format.canonicalNaN : format.isNaN(result) ? other : result
      continue
    }
    let a = format.value(result), b = format.value(other)
    let first = a < b || (a == b && a.sign == .minus)
    result = first == isMinimum ? result : other
  }
  if xorsign, !format.isNaN(result) { result |= x.reduce(0) { $0 ^ $1 } & sign }
  return result
}

private func approximate(_ function: @escaping (Double, Double) -> Double) -> Reference {
  .thread { test, x in
    floatingPoint(test, x) { format, x in
      let value = function(format.value(x[0]), x.count > 1 ? format.value(x[1]) : 0)
      return format == .f64 ? value.bitPattern : format.bits(value)
    }
  }
}

nonisolated(unsafe) private let reciprocalRoot = approximate { a, _ in a == 0 ? (a.sign == .minus ? -.infinity : .infinity) : 1 / Glibc.sqrt(a) }

nonisolated(unsafe) let floatingPointTests = FamilyTests(references: [
  "testp": .thread { test, x in
    let format = FloatFormat.of(test.variant.types[0])!, value = format.value(x[0])
    let yes = switch test.variant.words[0] {
    case "finite": value.isFinite
    case "infinite": value.isInfinite
    case "number": !value.isNaN
    case "notanumber": value.isNaN
    case "normal": value.isFinite && !format.isSubnormal(x[0])
    default: format.isSubnormal(x[0])
    }
    return [yes ? 1 : 0]
  },
  "copysign": .thread { test, x in
    let sign = FloatFormat.of(test.variant.types[0])!.signBit
    return [x[0] & sign | x[1] & ~sign & test.variant.types[0].mask]
  },
  "add": exact({ a, b, _ in a + b }, { a, b, _ in a + b }),
  "sub": exact({ a, b, _ in a - b }, { a, b, _ in a - b }),
  "mul": exact({ a, b, _ in a * b }, { a, b, _ in a * b }),
  "fma": exact({ a, b, c in fmaf(a, b, c) }, { a, b, c in Glibc.fma(a, b, c) }),
  "mad": exact({ a, b, c in fmaf(a, b, c) }, { a, b, c in Glibc.fma(a, b, c) }),
  "div": .thread { test, x in
    let bound = test.variant.row.bound
    if let within = bound?.within {  // beyond it the quotient is undefined
      let b = FloatFormat.f32.value(test.variant.has("ftz") ? FloatFormat.f32.flushed(x[1]) : x[1])
      if b.isFinite, !within.contains(abs(b)) { return nil }
    }
    return floatingPoint(test, x) { format, x in
      format == .f32 ? single(x, test.variant.rounding) { a, b, _ in a / b } : double(x, test.variant.rounding) { a, b, _ in a / b }
    }
  },
  "rcp": .thread { test, x in
    // The coarse form sees the upper half of a double.
    floatingPoint(test, test.variant.has("approx") && test.variant.has("f64") ? [x[0] & 0xffff_ffff_0000_0000] : x) { format, x in
      format == .f32 ? single(x, test.variant.rounding) { a, _, _ in 1 / a } : double(x, test.variant.rounding) { a, _, _ in 1 / a }
    }
  },
  "sqrt": .thread { test, x in
    floatingPoint(test, x) { format, x in
      format == .f32 ? single(x, test.variant.rounding) { a, _, _ in sqrtf(a) } : double(x, test.variant.rounding) { a, _, _ in Glibc.sqrt(a) }
    }
  },
  "abs": .thread { test, x in floatingPoint(test, x) { format, x in x[0] & ~format.signBit } },
  "neg": .thread { test, x in floatingPoint(test, x) { format, x in x[0] ^ format.signBit } },
  "min": .thread { test, x in smaller(test, x, isMinimum: true) },
  "max": .thread { test, x in smaller(test, x, isMinimum: false) },
  "rsqrt": .thread { test, x in
    let a = test.variant.has("ftz") && test.variant.has("f64") ? [x[0] & 0xffff_ffff_0000_0000] : x
    return reciprocalRoot.answers(test, [a])[0]
  },
  "sin": approximate { a, _ in Glibc.sin(a) }, "cos": approximate { a, _ in Glibc.cos(a) },
  "lg2": approximate { a, _ in Glibc.log2(a) }, "ex2": approximate { a, _ in Glibc.exp2(a) },
  "tanh": approximate { a, _ in Glibc.tanh(a) },
], covers: { test in
  let types = test.variant.types
  return FloatFormat.of(types[0]) != nil || (types == [.f32x2] && ["add", "sub", "mul", "fma"].contains(test.variant.row.opcode))
})
