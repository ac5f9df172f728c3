// Logic, shifts, byte permutation and moves of bits within registers.
// Source: PTX ISA, "Logic and Shift Instructions", "prmt".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let logic: [String: Handler] = [
    "and": { f, i, m in try f.bitwise(i, &m) { f.b.and($0, $1) } },
    "or": { f, i, m in try f.bitwise(i, &m) { f.b.or($0, $1) } },
    "xor": { f, i, m in try f.bitwise(i, &m) { f.b.xor($0, $1) } },
    "not": { f, i, m in
      let type = try m.type()
      try f.write(i.operands[0], f.b.not(try f.read(i.operands[1], type)), type)
    },
    "cnot": { f, i, m in
      let type = try m.type()
      let a = try f.read(i.operands[1], type)
      try f.write(i.operands[0], f.b.zext(f.b.equal(a, f.b.zero(f.b.type(a))), f.b.type(a)), type)
    },
    "lop3": { f, i, m in try f.logic3(i, &m) },
    "shl": { f, i, m in
      let type = try m.type()
      try f.write(i.operands[0], f.shiftLeft(try f.read(i.operands[1], type), try f.read(i.operands[2], .u32)), type)
    },
    "shr": { f, i, m in
      let type = try m.type()
      let value = f.shiftRight(try f.read(i.operands[1], type), try f.read(i.operands[2], .u32), signed: type.isSigned)
      try f.write(i.operands[0], value, type)
    },
    "shf": { f, i, m in
      let left = try m.require(oneOf: ["l", "r"]) == "l"
      let clamp = try m.require(oneOf: ["clamp", "wrap"]) == "clamp"
      _ = try m.type()
      let (low, high) = (try f.read(i.operands[1], .b32), try f.read(i.operands[2], .b32))
      let count = try f.read(i.operands[3], .u32)
      // The funnel intrinsics take the count modulo 32, which is `.wrap`.
      let funnel = f.b.overloaded(left ? "llvm.fshl" : "llvm.fshr", f.b.i32, [high, low, count])
      let all = f.b.icmp(LLVMIntUGE, count, f.b.int32(32))
      try f.write(i.operands[0], clamp ? f.b.select(all, left ? low : high, funnel) : funnel, .b32)
    },
    "prmt": { f, i, m in try f.permute(i, &m) },
  ]
}

extension FunctionLowering {
  func bitwise(_ i: Instruction, _ m: inout Modifiers, _ operation: (Value, Value) -> Value) throws {
    let type = try m.type()
    try write(i.operands[0], operation(try read(i.operands[1], type), try read(i.operands[2], type)), type)
  }

  /// Shifts clamp: from the width up nothing is left.
  func shiftLeft(_ value: Value, _ count: Value) -> Value {
    let type = b.type(value), width = b.bits(type)
    let shifted = b.shl(value, b.resize(count, type))
    if let known = b.constantValue(count) { return known < UInt64(width) ? shifted : b.zero(type) }
    return b.select(b.icmp(LLVMIntULT, count, b.int32(width)), safeShift(value, count, b.shl), b.zero(type))
  }

  func shiftRight(_ value: Value, _ count: Value, signed: Bool) -> Value {
    let type = b.type(value), width = b.bits(type)
    if signed {
      let clamped = b.overloaded("llvm.umin", b.i32, [count, b.int32(width - 1)])
      return b.ashr(value, b.resize(clamped, type))
    }
    if let known = b.constantValue(count) { return known < UInt64(width) ? b.lshr(value, b.resize(count, type)) : b.zero(type) }
    return b.select(b.icmp(LLVMIntULT, count, b.int32(width)), safeShift(value, count, b.lshr), b.zero(type))
  }

  /// A shift whose count is taken modulo the width: never poison, and a select chooses it only when it is the answer.
  private func safeShift(_ value: Value, _ count: Value, _ shift: (Value, Value) -> Value) -> Value {
    let type = b.type(value)
    return shift(value, b.and(b.resize(count, type), b.constant(type, b.bits(type) - 1)))
  }

  /// Any function of three bits: a chooses between two functions of b and c.
  func logic3(_ i: Instruction, _ m: inout Modifiers) throws {
    let combine = m.take(oneOf: ["or", "and"])
    _ = try m.type()
    let operands = i.operands
    let (a, x, y) = (try read(operands[1], .b32), try read(operands[2], .b32), try read(operands[3], .b32))
    guard case .integer(let bits) = operands[4] else { throw CompileError.invalid(i, "the lookup table is a constant") }
    let table = Int(bits & 255)
    let value = mux(a, binary(table >> 4, x, y), binary(table & 15, x, y), table >> 4, table & 15)
    if let combine {
      guard case .pair(let result, let predicate) = operands[0] else { throw CompileError.invalid(i, "needs d|p") }
      let nonzero = b.icmp(LLVMIntNE, value, b.int32(0)), q = try read(operands[5], .pred)
      try write(result, value, .b32)
      try write(predicate, combine == "or" ? b.or(nonzero, q) : b.and(nonzero, q), .pred)
    } else {
      try write(operands[0], value, .b32)
    }
  }

  private func mux(_ a: Value, _ one: Value, _ zero: Value, _ oneTable: Int, _ zeroTable: Int) -> Value {
    if oneTable == zeroTable { return one }
    if oneTable == 15 - zeroTable { return b.xor(a, zero) }
    if zeroTable == 0 { return b.and(a, one) }
    if oneTable == 0 { return b.and(b.not(a), zero) }
    if oneTable == 15 { return b.or(a, zero) }
    if zeroTable == 15 { return b.or(b.not(a), one) }
    return b.or(b.and(a, one), b.and(b.not(a), zero))
  }

  /// The function of two bits whose result for (x, y) is bit 2x+y of `table`.
  private func binary(_ table: Int, _ x: Value, _ y: Value) -> Value {
    switch table {
    case 0: b.int32(0)
    case 1: b.not(b.or(x, y))
    case 2: b.and(b.not(x), y)
    case 3: b.not(x)
    case 4: b.and(x, b.not(y))
    case 5: b.not(y)
    case 6: b.xor(x, y)
    case 7: b.not(b.and(x, y))
    case 8: b.and(x, y)
    case 9: b.not(b.xor(x, y))
    case 10: y
    case 11: b.or(b.not(x), y)
    case 12: x
    case 13: b.or(x, b.not(y))
    case 14: b.or(x, y)
    default: b.int32(-1)
    }
  }

  /// The special modes of prmt: the selector for each value of c's low two bits.
  private static let permuteModes: [String: [Int]] = [
    "f4e": [0x3210, 0x4321, 0x5432, 0x6543], "b4e": [0x5670, 0x6701, 0x7012, 0x0123],
    "rc8": [0x0000, 0x1111, 0x2222, 0x3333], "ecl": [0x3210, 0x3211, 0x3222, 0x3333],
    "ecr": [0x0000, 0x1110, 0x2210, 0x3210], "rc16": [0x1010, 0x3232, 0x1010, 0x3232],
  ]

  func permute(_ i: Instruction, _ m: inout Modifiers) throws {
    let mode = m.take(oneOf: Array(Self.permuteModes.keys))
    _ = try m.type()
    let (low, high) = (try read(i.operands[1], .b32), try read(i.operands[2], .b32))
    var selector = try read(i.operands[3], .b32)
    if let mode, let choices = Self.permuteModes[mode] {
      let which = b.and(selector, b.int32(3))
      selector = b.int32(choices[3])
      for index in (0..<3).reversed() { selector = b.select(b.equal(which, b.int32(index)), b.int32(choices[index]), selector) }
    }
    // One nibble of the selector to each byte of the hardware's.
    var spread = b.and(selector, b.int32(15))
    for nibble in 1..<4 {
      spread = b.or(spread, b.shl(b.and(selector, b.int32(15 << (4 * nibble))), b.int32(4 * nibble)))
    }
    let bytes = b.call("llvm.amdgcn.perm", b.i32, [high, low, b.and(spread, b.int32(0x0707_0707))])
    // Bit 3 of a nibble asks for the byte's sign, eight times.
    let wanted = b.mul(b.and(b.lshr(spread, b.int32(3)), b.int32(0x0101_0101)), b.int32(255))
    if b.constantValue(wanted) == 0 { return try write(i.operands[0], bytes, .b32) }
    let signs = b.mul(b.and(b.lshr(bytes, b.int32(7)), b.int32(0x0101_0101)), b.int32(255))
    try write(i.operands[0], b.or(b.and(bytes, b.not(wanted)), b.and(signs, wanted)), .b32)
  }
}
