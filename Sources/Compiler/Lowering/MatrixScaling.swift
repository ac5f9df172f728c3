// Block scales: D = (A * scale_A) * (B * scale_B) + C, one scale for each row of A (column of B) and part of K.
// A's scales lie in two lanes of each four (even: row `group`, odd: row `group + 8`), B's in one; selectors say which two, which
// one, and at which byte they begin.
// Source: PTX ISA, "Block Scaling for mma.sync".
import CLLVM
import PTX

struct MatrixScaling {
  let f: FunctionLowering
  let scales: MatrixScales
  private let dataA, byteA, laneA, dataB, byteB, laneB: Value

  /// operands: scale-a-data, {byte-id-a, thread-id-a}, scale-b-data, {byte-id-b, thread-id-b}.
  init(_ f: FunctionLowering, _ scales: MatrixScales, _ operands: ArraySlice<Operand>, _ i: Instruction) throws {
    guard operands.count == 4 else { throw CompileError.invalid(i, "needs scales and selectors for A and B") }
    let operands = Array(operands)
    let first = try f.elements(operands[1], 2, i), second = try f.elements(operands[3], 2, i)
    self.f = f
    self.scales = scales
    dataA = try f.read(operands[0], .b32)
    byteA = f.b.zext(try f.read(first[0], .u16), f.b.i32)
    laneA = f.b.zext(try f.read(first[1], .u16), f.b.i32)
    dataB = try f.read(operands[2], .b32)
    byteB = f.b.zext(try f.read(second[0], .u16), f.b.i32)
    laneB = f.b.zext(try f.read(second[1], .u16), f.b.i32)
  }

  /// The scale of A's row, which each lane counts for itself, in a part of K.
  func a(_ row: LaneFunction, _ part: Int) -> Value {
    let holder = LaneFunction((0..<32).map { row($0) % 8 * 4 + row($0) / 8 })!
    return scale(dataA, f.b.add(f.value(of: holder), f.b.shl(laneA, f.b.int32(1))), byteA, part)
  }
  func b(_ column: LaneFunction, _ part: Int) -> Value {
    let holder = LaneFunction((0..<32).map { column($0) * 4 })!
    return scale(dataB, f.b.add(f.value(of: holder), laneB), byteB, part)
  }

  private func scale(_ data: Value, _ lane: Value, _ byte: Value, _ part: Int) -> Value {
    let b = f.b
    let shift = b.shl(b.and(b.add(byte, b.int32(part)), b.int32(3)), b.int32(3))
    let bits = b.and(b.lshr(f.fromLane(data, lane), shift), b.int32(255))
    guard scales.isPowerOfTwo else {
      let half = f.widened([b.and(bits, b.int32(0x7F))], .narrow(exponent: 4, mantissa: 3, container: 8, shift: 0))[0]
      return f.single(half, .half, 0)
    }
    // The exponent of a float; the least is 2^-127, subnormal, and the greatest is NaN.
    let normal = b.bitcast(b.shl(bits, b.int32(23)), b.float)
    let least = b.select(b.equal(bits, b.int32(0)), b.floatBits(0x0040_0000), normal)
    return b.select(b.equal(bits, b.int32(255)), b.floatBits(0x7FC0_0000), least)
  }
}
