// The element types of matrix instructions, and how those that no vector instruction multiplies become ones that it does.
// Narrow floating-point types all fit into half precision, exactly.
// Source: PTX ISA, "Alternate Floating-Point Data Formats", "Multiply-and-Accumulate Instruction: mma" (containers of 4- and 6-bit types).
import CLLVM
import PTX

enum MatrixElement: Hashable {
  case half, bfloat, tf32, single, double
  /// Sign, exponent and mantissa bits, `shift` bits above the bottom of a container.  Only e4m3 has a NaN, only e5m2 infinities.
  case narrow(exponent: Int, mantissa: Int, container: Int, shift: Int)
  case byte(signed: Bool), nibble(signed: Bool), bit, word

  static let table: [String: MatrixElement] = [
    "f16": .half, "bf16": .bfloat, "tf32": .tf32, "f32": .single, "f64": .double,
    "e4m3": .narrow(exponent: 4, mantissa: 3, container: 8, shift: 0), "e5m2": .narrow(exponent: 5, mantissa: 2, container: 8, shift: 0),
    "e3m2": .narrow(exponent: 3, mantissa: 2, container: 8, shift: 0), "e2m3": .narrow(exponent: 2, mantissa: 3, container: 8, shift: 0),
    "e2m1": .narrow(exponent: 2, mantissa: 1, container: 8, shift: 2),
    "s8": .byte(signed: true), "u8": .byte(signed: false), "s4": .nibble(signed: true), "u4": .nibble(signed: false),
    "b1": .bit, "s32": .word,
  ]
  /// e2m1 of `.kind::mxf4` and `.kind::mxf4nvf4`, two in a byte.
  static let packedE2M1 = MatrixElement.narrow(exponent: 2, mantissa: 1, container: 4, shift: 0)

  var bits: Int {
    switch self {
    case .double: 64
    case .tf32, .single, .word: 32
    case .half, .bfloat: 16
    case .narrow(_, _, let container, _): container
    case .byte: 8
    case .nibble: 4
    case .bit: 1
    }
  }
  var isInteger: Bool {
    switch self { case .byte, .nibble, .bit, .word: true; default: false }
  }
  /// Elements of one register; a double fills one of 64 bits.
  var perRegister: Int { max(1, 32 / bits) }
}

extension FunctionLowering {
  /// Registers of narrow floats as registers of halves, twice or four times as many, in the same order.
  func widened(_ registers: [Value], _ element: MatrixElement) -> [Value] {
    guard case .narrow(let exponent, let mantissa, let container, let shift) = element else { return registers }
    return registers.flatMap { register in
      (0..<(16 / container)).map { part in
        // Two neighbours at the bottom of the two halves.
        let first = 2 * part * container + shift, width = 1 + exponent + mantissa
        let low = b.and(b.lshr(register, b.int32(first)), b.int32((1 << width) - 1))
        let second = first + container
        let high = second >= 16 ? b.lshr(register, b.int32(second - 16)) : b.shl(register, b.int32(16 - second))
        let pair = b.or(low, b.and(high, b.int32(((1 << width) - 1) << 16)))
        return halves(pair, exponent: exponent, mantissa: mantissa)
      }
    }
  }

  /// Two narrow floats in the lower bits of two halves, as halves.
  private func halves(_ pair: Value, exponent: Int, mantissa: Int) -> Value {
    let both = { (mask: Int) in self.b.int32(mask << 16 | mask) }
    let magnitude = both((1 << (exponent + mantissa)) - 1)
    let sign = b.shl(b.and(pair, both(1 << (exponent + mantissa))), b.int32(15 - exponent - mantissa))
    let moved = b.shl(b.and(pair, magnitude), b.int32(10 - mantissa))
    let signed = b.or(moved, sign)
    if exponent == 5 { return signed }
    // A half's exponent is biased by 15: the difference is a power of two, which makes subnormals right as well.
    let bias = (1 << (exponent - 1)) - 1
    let type = b.vector(b.half, 2)
    let scaled = b.fmul(b.bitcast(signed, type), b.real(type, Double(1 << (15 - bias))))
    guard exponent == 4 else { return b.bitcast(scaled, b.i32) }
    let shorts = b.vector(b.i16, 2)
    let isNaN = b.equal(b.bitcast(b.and(pair, magnitude), shorts), b.splat(b.constant(b.i16, 0x7F), shorts))
    return b.bitcast(b.select(isNaN, b.splat(b.constant(b.i16, 0x7E00), shorts), b.bitcast(scaled, shorts)), b.i32)
  }

  /// One element of a register as single precision.
  func single(_ register: Value, _ element: MatrixElement, _ position: Int) -> Value {
    switch element {
    case .half: return b.fpext(b.element(b.bitcast(register, b.vector(b.half, 2)), position), b.float)
    case .bfloat:
      return b.bitcast(position == 0 ? b.shl(register, b.int32(16)) : b.and(register, b.constant(b.i32, 0xFFFF_0000)), b.float)
    default: return b.bitcast(register, b.float)
    }
  }
}
