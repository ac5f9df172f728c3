// Comparison and selection.
// Source: PTX ISA, "Comparison and Selection Instructions", "Half Precision Comparison Instructions".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let comparison: [String: Handler] = [
    "setp": { f, i, m in try f.setPredicate(i, &m) },
    "set": { f, i, m in try f.set(i, &m) },
    "selp": { f, i, m in
      let type = try m.type()
      let condition = try f.read(i.operands[3], .pred)
      try f.write(i.operands[0], f.b.select(condition, try f.read(i.operands[1], type), try f.read(i.operands[2], type)), type)
    },
    "slct": { f, i, m in
      let ftz = m.take("ftz")
      let type = try m.type(), control = try m.type()
      let c = try f.read(i.operands[3], control)
      // Either zero is not negative; a NaN chooses the second.
      let first = control == .f32 ? f.compareFloats(LLVMRealOGE, c, f.b.real(f.b.float, 0), ftz: ftz) : f.b.icmp(LLVMIntSGE, c, f.b.int32(0))
      try f.write(i.operands[0], f.b.select(first, try f.read(i.operands[1], type), try f.read(i.operands[2], type)), type)
    },
  ]
}

private let integerPredicates: [String: (signed: LLVMIntPredicate, unsigned: LLVMIntPredicate)] = [
  "eq": (LLVMIntEQ, LLVMIntEQ), "ne": (LLVMIntNE, LLVMIntNE),
  "lt": (LLVMIntSLT, LLVMIntULT), "le": (LLVMIntSLE, LLVMIntULE), "gt": (LLVMIntSGT, LLVMIntUGT), "ge": (LLVMIntSGE, LLVMIntUGE),
  "lo": (LLVMIntULT, LLVMIntULT), "ls": (LLVMIntULE, LLVMIntULE), "hi": (LLVMIntUGT, LLVMIntUGT), "hs": (LLVMIntUGE, LLVMIntUGE),
]

private let floatPredicates: [String: LLVMRealPredicate] = [
  "eq": LLVMRealOEQ, "ne": LLVMRealONE, "lt": LLVMRealOLT, "le": LLVMRealOLE, "gt": LLVMRealOGT, "ge": LLVMRealOGE,
  "equ": LLVMRealUEQ, "neu": LLVMRealUNE, "ltu": LLVMRealULT, "leu": LLVMRealULE, "gtu": LLVMRealUGT, "geu": LLVMRealUGE,
  "num": LLVMRealORD, "nan": LLVMRealUNO,
]

private let comparisons = Array(Set(integerPredicates.keys).union(floatPredicates.keys))

extension FunctionLowering {
  private func compare(_ i: Instruction, _ comparison: String, _ type: ScalarType, ftz: Bool, _ x: Operand, _ y: Operand) throws -> Value {
    let (x, y) = (try read(x, type), try read(y, type))
    if type.isFloat {
      guard let predicate = floatPredicates[comparison] else { throw CompileError.invalid(i, ".\(comparison) is no comparison of floats") }
      return compareFloats(predicate, x, y, ftz: ftz)
    }
    guard let predicate = integerPredicates[comparison] else { throw CompileError.invalid(i, ".\(comparison) is no comparison of integers") }
    return b.icmp(type.isSigned ? predicate.signed : predicate.unsigned, x, y)
  }

  /// In a kernel whose mode flushes, comparisons that keep subnormals compare bits.
  func compareFloats(_ predicate: LLVMRealPredicate, _ x: Value, _ y: Value, ftz: Bool) -> Value {
    let element = b.scalar(b.type(x))
    if ftz { return b.fcmp(predicate, flush(x, true), flush(y, true)) }
    guard module.flushesSubnormals, element == b.float || element == b.bfloat, let integer = Self.integerPredicate(predicate) else {
      return b.fcmp(predicate, x, y)
    }
    let type = b.like(b.type(x), b.int(b.bits(element)))
    let least = b.number(type, UInt64(1) << UInt64(b.bits(element) - 1))
    // Negative numbers mirrored, so that integers are ordered as the numbers are, and -0 is 0.
    func key(_ value: Value) -> Value {
      let bits = b.bitcast(value, type)
      return b.select(b.icmp(LLVMIntSLT, bits, b.zero(type)), b.sub(least, bits), bits)
    }
    let isTrue = b.icmp(integer.predicate, key(x), key(y)), hasNaN = b.fcmp(LLVMRealUNO, x, y)
    return integer.unordered ? b.or(isTrue, hasNaN) : b.and(isTrue, b.not(hasNaN))
  }

  private static func integerPredicate(_ predicate: LLVMRealPredicate) -> (predicate: LLVMIntPredicate, unordered: Bool)? {
    switch predicate {
    case LLVMRealOEQ: (LLVMIntEQ, false)
    case LLVMRealONE: (LLVMIntNE, false)
    case LLVMRealOLT: (LLVMIntSLT, false)
    case LLVMRealOLE: (LLVMIntSLE, false)
    case LLVMRealOGT: (LLVMIntSGT, false)
    case LLVMRealOGE: (LLVMIntSGE, false)
    case LLVMRealUEQ: (LLVMIntEQ, true)
    case LLVMRealUNE: (LLVMIntNE, true)
    case LLVMRealULT: (LLVMIntSLT, true)
    case LLVMRealULE: (LLVMIntSLE, true)
    case LLVMRealUGT: (LLVMIntSGT, true)
    case LLVMRealUGE: (LLVMIntSGE, true)
    default: nil
    }
  }

  private func combine(_ word: String?, _ value: Value, _ with: Operand?) throws -> Value {
    guard let word, let with else { return value }
    let other = try read(with, .pred)
    let wide = b.type(value) == b.i1 ? other : b.insert(other, into: b.insert(other, into: b.undefined(b.type(value)), 0), 1)
    return switch word { case "and": b.and(value, wide); case "or": b.or(value, wide); default: b.xor(value, wide) }
  }

  func setPredicate(_ i: Instruction, _ m: inout Modifiers) throws {
    let comparison = try m.require(oneOf: comparisons)
    let word = m.take(oneOf: ["and", "or", "xor"]), ftz = m.take("ftz")
    let type = try m.type()
    let value = try compare(i, comparison, type, ftz: ftz, i.operands[1], i.operands[2])
    let other = i.operands.count > 3 ? i.operands[3] : nil
    guard case .pair(let first, let second) = i.operands[0] else {
      return try write(i.operands[0], try combine(word, value, other), .pred)
    }
    if type.isPacked {  // one predicate for each half
      let both = try combine(word, value, other)
      try write(first, b.element(both, 0), .pred)
      try write(second, b.element(both, 1), .pred)
    } else {
      let (yes, no) = (try combine(word, value, other), try combine(word, b.not(value), other))
      try write(first, yes, .pred)
      try write(second, no, .pred)
    }
  }

  func set(_ i: Instruction, _ m: inout Modifiers) throws {
    let comparison = try m.require(oneOf: comparisons)
    let word = m.take(oneOf: ["and", "or", "xor"]), ftz = m.take("ftz")
    let type = try m.type(), source = m.optionalType() ?? type
    let value = try combine(
      word, try compare(i, comparison, source, ftz: ftz, i.operands[1], i.operands[2]), i.operands.count > 3 ? i.operands[3] : nil)
    if source.isPacked, !type.isPacked {  // two masks of 16 bits in one register
      let masks = LLVMBuildSExt(b.raw, value, b.vector(b.i16, 2), "")!
      return try write(i.operands[0], b.bitcast(masks, b.i32), .b32)
    }
    let result = b.type(of: type)
    if type.isFloat {
      try write(i.operands[0], b.select(value, b.real(result, 1), b.real(result, 0)), type)
    } else {
      try write(i.operands[0], b.sext(value, result), type)
    }
  }
}
