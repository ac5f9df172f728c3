// Video instructions on one number: operands that are bytes or halfwords of registers, saturation, then a second operation with c
// or a merge of the result's low part into c.  Everything is computed in more bits than any intermediate needs.
// Source: PTX ISA, "Scalar Video Instructions" (partSelectSignExtend, optSaturate, optSecondaryOp, optMerge).
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let scalarVideo: [String: Handler] = {
    var table: [String: Handler] = ["vmad": { f, i, m in try f.scalarVideoMultiplyAdd(i, &m) }]
    for name in ["vadd", "vsub", "vabsdiff", "vmin", "vmax", "vshl", "vshr", "vset"] { table[name] = { f, i, m in try f.scalarVideo(i, &m, name) } }
    return table
  }()
}

/// A part of a register.
private struct RegisterPart {
  let place: Int, bits: Int
  init?(_ name: String) {
    guard let part = ["b0": (0, 8), "b1": (8, 8), "b2": (16, 8), "b3": (24, 8), "h0": (0, 16), "h1": (16, 16)][name] else { return nil }
    (place, bits) = part
  }
}

extension FunctionLowering {
  /// An operand or part of one, extended as its type says to `bits`; and whether a minus stands before it.
  private func videoOperand(_ operand: Operand, _ type: ScalarType, bits: Int) throws -> (value: Value, isNegated: Bool) {
    switch operand {
    case .minus(let inner): return (try videoOperand(inner, type, bits: bits).value, true)
    case .element(let inner, let name):
      guard let part = RegisterPart(name) else { break }
      let moved = b.lshr(try read(inner, .b32), b.int32(part.place))
      return (b.resize(b.trunc(moved, b.int(part.bits)), b.int(bits), signed: type.isSigned), false)
    default: break
    }
    return (b.resize(try read(operand, .b32), b.int(bits), signed: type.isSigned), false)
  }

  /// The least and the greatest value of a type of so many bits, as the wide type has them.
  private func limited(_ value: Value, bits: Int, signed: Bool) -> Value {
    let type = b.type(value)
    let least = signed ? -(1 << (bits - 1)) : 0, most = signed ? 1 << (bits - 1) - 1 : 1 << bits - 1
    return b.overloaded("llvm.smax", type, [b.overloaded("llvm.smin", type, [value, b.constant(type, most)]), b.constant(type, least)])
  }

  func scalarVideo(_ i: Instruction, _ m: inout Modifiers, _ operation: String) throws {
    let isSet = operation == "vset", isShift = operation == "vshl" || operation == "vshr"
    let comparison = isSet ? try m.require(oneOf: ["eq", "ne", "lt", "le", "gt", "ge"]) : ""
    let mode = isShift ? try m.require(oneOf: ["clamp", "wrap"]) : ""
    let sat = m.take("sat"), second = m.take(oneOf: ["add", "min", "max"])
    let result = isSet ? ScalarType.u32 : try m.type(), aType = try m.type(), bType = try m.type()
    let width = operation == "vshl" ? 128 : 64, type = b.int(width)  // 33 bits moved by 32 need 65
    let x = try videoOperand(i.operands[1], aType, bits: width).value
    var y = try videoOperand(i.operands[2], bType, bits: width).value
    if isShift { y = mode == "wrap" ? b.and(y, b.constant(type, 31)) : b.overloaded("llvm.umin", type, [y, b.constant(type, 32)]) }
    var value: Value
    switch operation {
    case "vadd": value = b.add(x, y)
    case "vsub": value = b.sub(x, y)
    case "vabsdiff": value = b.call("llvm.abs.i64", type, [b.sub(x, y), b.bool(false)])
    case "vmin": value = b.overloaded("llvm.smin", type, [x, y])
    case "vmax": value = b.overloaded("llvm.smax", type, [x, y])
    case "vshl": value = b.shl(x, y)
    case "vshr": value = b.ashr(x, y)
    default:
      let predicate = ["eq": LLVMIntEQ, "ne": LLVMIntNE, "lt": LLVMIntSLT, "le": LLVMIntSLE, "gt": LLVMIntSGT, "ge": LLVMIntSGE][comparison]!
      value = b.zext(b.icmp(predicate, x, y), type)
    }
    // Where the result goes: a whole register, or a part that also bounds saturation.
    var destination = i.operands[0], part: RegisterPart?
    if case .element(let register, let name) = destination, let named = RegisterPart(name) { (destination, part) = (register, named) }
    if sat { value = limited(value, bits: part?.bits ?? 32, signed: result.isSigned) }
    if let part {
      guard second == nil, i.operands.count > 3 else { throw CompileError.invalid(i, "a part of d takes a register to be merged into, and no second operation") }
      let mask = (1 << part.bits - 1) << part.place, old = try read(i.operands[3], .b32)
      value = b.or(b.and(b.shl(b.trunc(value, b.i32), b.int32(part.place)), b.int32(mask)), b.and(old, b.int32(~mask)))
    } else if let second {
      let c = b.resize(try read(i.operands[3], .b32), type, signed: result.isSigned)
      value = second == "add" ? b.add(value, c) : b.overloaded(second == "min" ? "llvm.smin" : "llvm.smax", type, [value, c])
    }
    try write(destination, b.trunc(value, b.i32), .b32)
  }

  /// a * b + c, with signs and a scale: what is signed in any way is saturated as signed.
  func scalarVideoMultiplyAdd(_ i: Instruction, _ m: inout Modifiers) throws {
    let sat = m.take("sat"), plusOne = m.take("po"), scale = m.take(oneOf: ["shr7", "shr15"])
    _ = try m.type()
    let aType = try m.type(), bType = try m.type(), type = b.int(128)
    let x = try videoOperand(i.operands[1], aType, bits: 128), y = try videoOperand(i.operands[2], bType, bits: 128)
    var negatesSum = false
    if case .minus = i.operands[3] { negatesSum = true }
    let negatesProduct = x.isNegated != y.isNegated, signed = aType.isSigned || bType.isSigned || negatesProduct || negatesSum
    let c = try videoOperand(i.operands[3], signed ? .s32 : .u32, bits: 128).value
    let product = b.mul(x.value, y.value)
    var value = b.add(negatesProduct ? b.neg(product) : product, negatesSum ? b.neg(c) : c)
    if plusOne { value = b.add(value, b.constant(type, 1)) }
    if let scale { value = b.ashr(value, b.constant(type, scale == "shr7" ? 7 : 15)) }
    if sat { value = limited(value, bits: 32, signed: signed) }
    try write(i.operands[0], b.trunc(value, b.i32), .b32)
  }
}
