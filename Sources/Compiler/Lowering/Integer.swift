// Integer arithmetic, and those instructions that have both integer and floating-point forms, which go on to Float.swift.
// Source: PTX ISA, "Integer Arithmetic Instructions" and "Extended-Precision Integer Arithmetic".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let integer: [String: Handler] = [
    "add": { f, i, m in try f.addOrSubtract(i, &m) },
    "sub": { f, i, m in try f.addOrSubtract(i, &m) },
    "addc": { f, i, m in try f.carryChain(i, &m) },
    "subc": { f, i, m in try f.carryChain(i, &m) },
    "mul": { f, i, m in try f.multiply(i, &m) },
    "mad": { f, i, m in try f.multiplyAdd(i, &m) },
    "madc": { f, i, m in try f.multiplyAdd(i, &m) },
    "mul24": { f, i, m in try f.multiply24(i, &m, accumulate: false) },
    "mad24": { f, i, m in try f.multiply24(i, &m, accumulate: true) },
    "sad": { f, i, m in
      let type = try m.type()
      let (a, c) = (try f.read(i.operands[1], type), try f.read(i.operands[2], type))
      let less = f.b.icmp(type.isSigned ? LLVMIntSLT : LLVMIntULT, a, c)
      let difference = f.b.select(less, f.b.sub(c, a), f.b.sub(a, c))
      try f.write(i.operands[0], f.b.add(try f.read(i.operands[3], type), difference), type)
    },
    "div": { f, i, m in
      if m.words.contains(where: { ["f32", "f64"].contains($0) }) { return try f.floatDivide(i, &m) }
      try f.divide(i, &m, remainder: false)
    },
    "rem": { f, i, m in try f.divide(i, &m, remainder: true) },
    "abs": { f, i, m in
      let type = try m.type()
      if type.isFloat { return try f.floatSign(i, &m, type) }
      let a = try f.read(i.operands[1], type)
      try f.write(i.operands[0], f.b.call("llvm.abs." + f.b.suffix(f.b.type(a)), f.b.type(a), [a, f.b.bool(false)]), type)
    },
    "neg": { f, i, m in
      let type = try m.type()
      if type.isFloat { return try f.floatSign(i, &m, type) }
      try f.write(i.operands[0], f.b.neg(try f.read(i.operands[1], type)), type)
    },
    "min": { f, i, m in try f.minimumMaximum(i, &m) },
    "max": { f, i, m in try f.minimumMaximum(i, &m) },
    "popc": { f, i, m in
      let type = try m.type()
      try f.write(i.operands[0], f.b.overloaded("llvm.ctpop", f.b.type(of: type), [try f.read(i.operands[1], type)]), .u32)
    },
    "clz": { f, i, m in
      let type = try m.type()
      try f.write(i.operands[0], f.leadingZeros(try f.read(i.operands[1], type)), .u32)
    },
    "bfind": { f, i, m in try f.findLeadingBit(i, &m) },
    "brev": { f, i, m in
      let type = try m.type()
      try f.write(i.operands[0], f.b.overloaded("llvm.bitreverse", f.b.type(of: type), [try f.read(i.operands[1], type)]), type)
    },
    "bfe": { f, i, m in try f.extractBits(i, &m) },
    "bfi": { f, i, m in try f.insertBits(i, &m) },
    "fns": { f, i, m in
      guard try m.type() == .b32 else { throw CompileError.unsupported(i, "only .b32 exists") }
      let found = f.b.call("carmine_fns", f.b.i32, try i.operands[1...3].map { try f.read($0, .b32) })
      try f.write(i.operands[0], found, .b32)
    },
    "dp4a": { f, i, m in try f.dotProduct(i, &m, lanes: 4) },
    "dp2a": { f, i, m in try f.dotProduct(i, &m, lanes: 2) },
    "bmsk": { f, i, m in
      let clamp = try m.require(oneOf: ["clamp", "wrap"]) == "clamp"
      let type = try m.type()
      var (position, count) = (try f.read(i.operands[1], type), try f.read(i.operands[2], type))
      if !clamp { position = f.b.and(position, f.b.int32(31)); count = f.b.and(count, f.b.int32(31)) }
      try f.write(i.operands[0], f.shiftLeft(f.lowMask(count, f.b.i32), position), type)
    },
    "szext": { f, i, m in
      let clamp = try m.require(oneOf: ["clamp", "wrap"]) == "clamp"
      let type = try m.type()
      let a = try f.read(i.operands[1], type)
      var count = try f.read(i.operands[2], .u32)
      if !clamp { count = f.b.and(count, f.b.int32(31)) }
      let up = f.b.sub(f.b.int32(32), f.b.overloaded("llvm.umin", f.b.i32, [count, f.b.int32(32)]))
      let shifted = f.shiftLeft(a, up)
      try f.write(i.operands[0], f.shiftRight(shifted, up, signed: type.isSigned), type)
    },
  ]
}

extension FunctionLowering {
  func addOrSubtract(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.words.contains("cc") { return try carryChain(i, &m) }
    let type = try m.type()
    if type.isFloat { return try floatAddOrSubtract(i, &m, type) }
    let (x, y) = (try read(i.operands[1], type), try read(i.operands[2], type))
    if m.take("sat") {
      guard type == .s32 else { throw CompileError.unsupported(i, ".sat exists for .s32") }
      try write(i.operands[0], b.overloaded(i.opcode == "add" ? "llvm.sadd.sat" : "llvm.ssub.sat", b.i32, [x, y]), type)
      return
    }
    try write(i.operands[0], i.opcode == "add" ? b.add(x, y) : b.sub(x, y), type)
  }

  /// a + b + carry or a - b - borrow, with the bit that leaves at the top.
  private func withCarry(_ x: Value, _ y: Value, _ carryIn: Value?, subtract: Bool) -> (sum: Value, carry: Value) {
    let type = b.type(x)
    let name = (subtract ? "llvm.usub" : "llvm.uadd") + ".with.overflow." + b.suffix(type)
    let pair = b.structure([type, b.i1])
    let first = b.call(name, pair, [x, y])
    guard let carryIn else { return (b.part(first, 0), b.part(first, 1)) }
    let second = b.call(name, pair, [b.part(first, 0), b.zext(carryIn, type)])
    return (b.part(second, 0), b.or(b.part(first, 1), b.part(second, 1)))
  }

  func carryChain(_ i: Instruction, _ m: inout Modifiers) throws {
    let sets = m.take("cc")
    let type = try m.type()
    let (sum, out) = withCarry(
      try read(i.operands[1], type), try read(i.operands[2], type), i.opcode.hasSuffix("c") ? carry : nil,
      subtract: i.opcode.hasPrefix("sub"))
    if sets { carry = out }
    try write(i.operands[0], sum, type)
  }

  /// The product's `.lo` half, `.hi` half, or all of it in twice the width.
  func product(_ x: Value, _ y: Value, _ type: ScalarType, _ part: String) -> Value {
    if part == "lo" { return b.mul(x, y) }
    let wide = b.int(type.bits * 2)
    let product = type.isSigned ? b.mul(b.sext(x, wide), b.sext(y, wide)) : b.mul(b.zext(x, wide), b.zext(y, wide))
    return part == "wide" ? product : b.trunc(b.lshr(product, b.constant(wide, type.bits)), b.int(type.bits))
  }

  func multiply(_ i: Instruction, _ m: inout Modifiers) throws {
    let part = m.take(oneOf: ["lo", "hi", "wide"])
    let type = try m.type()
    if type.isFloat { return try floatMultiply(i, &m, type) }
    guard let part else { throw CompileError.invalid(i, "needs .lo, .hi or .wide") }
    let value = product(try read(i.operands[1], type), try read(i.operands[2], type), type, part)
    try write(i.operands[0], value, part == "wide" ? widened(type) : type)
  }

  func multiplyAdd(_ i: Instruction, _ m: inout Modifiers) throws {
    let part = m.take(oneOf: ["lo", "hi", "wide"]), sets = m.take("cc"), saturates = m.words.contains("sat")
    let type = try m.type()
    if type.isFloat { return try floatMultiplyAdd(i, &m, type) }
    guard let part else { throw CompileError.invalid(i, "needs .lo, .hi or .wide") }
    let resultType = part == "wide" ? widened(type) : type
    let value = product(try read(i.operands[1], type), try read(i.operands[2], type), type, part)
    let addend = try read(i.operands[3], resultType)
    if saturates, m.take("sat") {
      return try write(i.operands[0], b.overloaded("llvm.sadd.sat", b.type(value), [value, addend]), resultType)
    }
    let (sum, out) = withCarry(value, addend, i.opcode == "madc" ? carry : nil, subtract: false)
    if sets { carry = out }
    try write(i.operands[0], sets || i.opcode == "madc" ? sum : b.add(value, addend), resultType)
  }

  func widened(_ type: ScalarType) -> ScalarType {
    switch type {
    case .s16: .s32
    case .u16: .u32
    case .s32: .s64
    case .u32: .u64
    default: .b128
    }
  }

  func multiply24(_ i: Instruction, _ m: inout Modifiers, accumulate: Bool) throws {
    let part = try m.require(oneOf: ["lo", "hi"])
    let type = try m.type()
    let up = b.int32(8)
    func low24(_ operand: Operand) throws -> Value {
      let value = b.shl(try read(operand, type), up)
      return type.isSigned ? b.sext(b.ashr(value, up), b.i64) : b.zext(b.lshr(value, up), b.i64)
    }
    let product = b.mul(try low24(i.operands[1]), try low24(i.operands[2]))
    var value = b.trunc(part == "lo" ? product : b.lshr(product, b.int64(16)), b.i32)
    if accumulate {
      let addend = try read(i.operands[3], type)
      value = m.take("sat") ? b.overloaded("llvm.sadd.sat", b.i32, [value, addend]) : b.add(value, addend)
    }
    try write(i.operands[0], value, type)
  }

  /// PTX leaves division by zero to the machine, LLVM makes it undefined: the divisor is replaced and the quotient all ones.
  func divide(_ i: Instruction, _ m: inout Modifiers, remainder: Bool) throws {
    let type = try m.type()
    let (x, y) = (try read(i.operands[1], type), try read(i.operands[2], type))
    let width = b.type(x)
    let byZero = b.equal(y, b.zero(width))
    var unsafe = byZero
    if type.isSigned {
      let overflow = b.and(b.equal(y, b.constant(width, -1)), b.equal(x, b.constant(width, UInt64(1) << UInt64(type.bits - 1))))
      unsafe = b.or(unsafe, overflow)
    }
    let divisor = b.select(unsafe, b.constant(width, 1), y)
    let value: Value
    if remainder {
      value = b.select(byZero, x, type.isSigned ? b.srem(x, divisor) : b.urem(x, divisor))
    } else {
      value = b.select(byZero, b.constant(width, -1), type.isSigned ? b.sdiv(x, divisor) : b.udiv(x, divisor))
    }
    try write(i.operands[0], value, type)
  }

  func minimumMaximum(_ i: Instruction, _ m: inout Modifiers) throws {
    let type = try m.type()
    if type.isFloat { return try floatMinimumMaximum(i, &m, type) }
    let relu = m.take("relu")
    let name = "llvm." + (type.isSigned ? "s" : "u") + i.opcode
    var value = b.overloaded(name, b.type(of: type), [try read(i.operands[1], type), try read(i.operands[2], type)])
    if relu { value = b.overloaded("llvm.smax", b.type(value), [value, b.zero(b.type(value))]) }
    try write(i.operands[0], value, type)
  }

  func leadingZeros(_ value: Value) -> Value {
    let type = b.type(value)
    return b.resize(b.call("llvm.ctlz." + b.suffix(type), type, [value, b.bool(false)]), b.i32)
  }

  func findLeadingBit(_ i: Instruction, _ m: inout Modifiers) throws {
    let asShift = m.take("shiftamt")
    let type = try m.type()
    var value = try read(i.operands[1], type)
    let width = b.type(value)
    if type.isSigned { value = b.xor(value, b.ashr(value, b.constant(width, type.bits - 1))) }
    let zeros = leadingZeros(value)
    let position = asShift ? zeros : b.sub(b.int32(type.bits - 1), zeros)
    try write(i.operands[0], b.select(b.equal(value, b.zero(width)), b.int32(-1), position), .u32)
  }

  /// The low `count` bits set; all of them from the width up.
  func lowMask(_ count: Value, _ width: Type) -> Value {
    let bits = b.bits(width)
    let wide = b.resize(count, width)
    let mask = b.sub(b.shl(b.constant(width, 1), wide), b.constant(width, 1))
    return b.select(b.icmp(LLVMIntUGE, count, b.int32(bits)), b.constant(width, -1), mask)
  }

  /// A field's position and length, at most `bits` each.  The 32-bit forms look at the low bytes of their operands, the 64-bit
  /// forms at all of them, as the manual doesn't say and NVIDIA's GPUs do.
  private func field(_ position: Operand, _ length: Operand, _ bits: Int) throws -> (Value, Value) {
    let values = try [position, length].map { operand in
      let value = try read(operand, .u32)
      return b.overloaded("llvm.umin", b.i32, [bits == 32 ? b.and(value, b.int32(255)) : value, b.int32(bits)])
    }
    return (values[0], values[1])
  }

  func extractBits(_ i: Instruction, _ m: inout Modifiers) throws {
    let type = try m.type()
    let value = try read(i.operands[1], type), width = b.type(value), bits = type.bits
    let (position, length) = try field(i.operands[2], i.operands[3], bits)
    guard type.isSigned else {
      return try write(i.operands[0], b.and(shiftRight(value, position, signed: false), lowMask(length, width)), type)
    }
    // The field's top bit goes to the top of the register, and everything down again with its sign.
    let end = b.overloaded("llvm.umin", b.i32, [b.add(position, length), b.int32(bits)])
    let up = b.sub(b.int32(bits), end)
    let field = shiftRight(shiftLeft(value, up), b.add(up, position), signed: true)
    try write(i.operands[0], b.select(b.equal(length, b.int32(0)), b.zero(width), field), type)
  }

  func insertBits(_ i: Instruction, _ m: inout Modifiers) throws {
    let type = try m.type()
    let (field, base) = (try read(i.operands[1], type), try read(i.operands[2], type)), width = b.type(field)
    let (position, length) = try self.field(i.operands[3], i.operands[4], type.bits)
    let mask = shiftLeft(lowMask(length, width), position)
    try write(i.operands[0], b.or(b.and(base, b.not(mask)), b.and(shiftLeft(field, position), mask)), type)
  }

  func dotProduct(_ i: Instruction, _ m: inout Modifiers, lanes: Int) throws {
    let high = lanes == 2 ? try m.require(oneOf: ["lo", "hi"]) == "hi" : false
    let (aType, bType) = (try m.type(), try m.type())
    let (x, y) = (try read(i.operands[1], .b32), try read(i.operands[2], .b32))
    var sum = try read(i.operands[3], .b32)
    // The instructions are named, since LLVM's own search for them in sums of products (from gfx10 on) loses a sum that a comparison gave.
    let name = module.target.name
    if lanes == 4, aType == bType, name != "gfx9-generic" {
      sum = b.call(aType.isSigned ? "llvm.amdgcn.sdot4" : "llvm.amdgcn.udot4", b.i32, [x, y, sum, b.bool(false)])
    } else if lanes == 4, name.hasPrefix("gfx11") || name.hasPrefix("gfx12") {
      sum = b.call("llvm.amdgcn.sudot4", b.i32, [b.bool(aType.isSigned), x, b.bool(bType.isSigned), y, sum, b.bool(false)])
    } else {
      func part(_ value: Value, _ bits: Int, _ index: Int, _ type: ScalarType) -> Value {
        b.resize(b.trunc(b.lshr(value, b.int32(bits * index)), b.int(bits)), b.i32, signed: type.isSigned)
      }
      for lane in 0..<lanes {
        sum = b.add(sum, b.mul(part(x, 32 / lanes, lane, aType), part(y, 8, lane + (high ? 2 : 0), bType)))
      }
    }
    try write(i.operands[0], sum, .b32)
  }
}
