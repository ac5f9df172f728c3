// Atomic operations: on a thread's own cell the old value and the new one; on one cell of the whole block what all threads make of it.
// Source: PTX ISA 9.x, sections 9.7.13.5 to 9.7.13.7 (subnormals: what .add.f32 does in global and in shared memory, .noftz).
import PTX

private let operations = ["and", "or", "xor", "exch", "cas", "add", "inc", "dec", "min", "max"]
extension InstructionVariant {
  var operation: String { words.first(where: operations.contains)! }
  /// Old value and operand to the new value, of one element.
  func updated(_ old: UInt64, _ b: UInt64, _ c: UInt64 = 0) -> UInt64 {
    let type = types[0]
    if type.isFloatingPoint, operation != "exch" {
      let (format, lanes) = ExactFormat.named(type.rawValue)!
      // Global memory's units flush; so do generic addresses that lead there.
      let isShared = words.contains { $0.hasPrefix("shared") }
      let words = FloatWords(opcode: operation, words: type == .f32 && !isShared && row.opcode != "cp" ? ["ftz"] : [])
      var whole: UInt64 = 0
      for lane in 0..<lanes {
        let mask = format.bits == 64 ? UInt64.max : 1 << UInt64(format.bits) - 1, place = UInt64(lane * format.bits)
        let codes = [old >> place & mask, b >> place & mask]
        let answer = operation == "add" ? words.arithmetic(codes, [format, format], format) : words.selection(codes, format)
        whole |= answer.code(format)! << place
      }
      return whole
    }
    let x = wide(old, type), y = wide(b, type)
    return switch operation {
    case "and": old & b
    case "or": old | b
    case "xor": old ^ b
    case "exch": b
    case "cas": old == b ? c : old
    case "add": low(x + y, type)
    case "inc": x >= y ? 0 : low(x + 1, type)
    case "dec": x == 0 || x > y ? b : low(x - 1, type)
    case "min": low(min(x, y), type)
    default: low(max(x, y), type)
    }
  }
}

/// Cell and operand values, and for a comparison operands that are the cell's in every other thread.
private func cellInput(_ type: ScalarType) -> Input { Input(type) { Inputs.values(type, operand: 0)[$0] } }
private func comparand(_ type: ScalarType) -> Input {
  let cell = Inputs.values(type, operand: 0), other = Inputs.values(type, operand: 1)
  return Input(type) { $0 % 2 == 0 ? cell[$0] : other[$0] }
}

private func own(_ variant: InstructionVariant) -> [TestCase] {
  let place = Place.of(variant), type = variant.types[0], isWide = type == .b128, isReduction = variant.row.opcode == "red"
  let elements: [ScalarType] = isWide ? [.b64, .b64] : Array(repeating: type, count: variant.vector), count = elements.count
  let isCompare = variant.operation == "cas"
  var inputs = elements.map(cellInput)
  inputs += isCompare ? elements.map(comparand) : elements.map { type in Input(type) { Inputs.values(type, operand: 1)[$0] } }
  if isCompare { inputs += elements.map { type in Input(type) { Inputs.values(type, operand: 2)[$0] } } }
  var text = place.setup, offset = 0
  for (index, type) in elements.enumerated() {
    text += "\nst\(place.space)\(type.plainBits) [%p+\(offset)], %a\(index);"
    offset += type.byteCount
  }
  let (setup, hint) = policy(variant)
  text += setup
  func operand(_ group: Int) -> String { isWide ? "%q\(group)" : operandList((0..<count).map { "%a\(group * count + $0)" }) }
  if isWide {
    text += "\n.reg .b128 %q0, %q1, %q2;\nmov.b128 %q1, {%a2, %a3};"
    if isCompare { text += "\nmov.b128 %q2, {%a4, %a5};" }
  }
  let sources = "[%p], " + operand(1) + (isCompare ? ", " + operand(2) : "") + hint
  if isReduction {
    text += "\n\(variant.text) \(sources);"
  } else {
    text += "\n\(variant.text) \(isWide ? "%q0" : operandList((0..<count).map { "%o\($0)" })), \(sources);"
    if isWide { text += "\nmov.b128 {%o0, %o1}, %q0;" }
  }
  text += loaded(elements, place.space, output: isReduction ? 0 : count)
  return [TestCase(variant: variant, inputs: inputs, outputs: isReduction ? elements : elements + elements, text: text, module: place.module)]
}

/// All 256 threads on one cell, for operations whose order doesn't matter.
private func shared(_ variant: InstructionVariant) -> [TestCase] {
  let type = variant.types[0]
  guard variant.vector == 1, !type.isFloatingPoint, type != .b128, ["and", "or", "xor", "add", "min", "max"].contains(variant.operation) else { return [] }
  let isShared = variant.words.contains { $0.hasPrefix("shared") }, isGeneric = variant.words.allSatisfy { !Place.spaces.contains($0) }, space = isShared ? ".shared" : isGeneric ? "" : ".global"
  let (setup, hint) = policy(variant)
  let text = """
    .reg .b64 %p;
    .reg .pred %first;
    .reg \(type.plainBits) %old;
    mov.u64 %p, \(isShared ? "scratch" : "arena");\(isGeneric ? "\ncvta.global.u64 %p, %p;" : "")\(setup)
    bar.sync 0;
    setp.eq.u32 %first, %tid32, 0;
    @%first st\(space)\(type.plainBits) [%p], %a0;
    bar.sync 0;
    \(variant.text) \(variant.row.opcode == "red" ? "" : "%old, ")[%p], %a1\(hint);
    bar.sync 0;
    ld\(space)\(type.plainBits) %o0, [%p];
    bar.sync 0;
    """
  let inputs = [cellInput(type), Input(type) { Inputs.values(type, operand: 1)[$0] }]
  return [TestCase(variant: variant, suffix: " by all threads", inputs: inputs, outputs: [type], text: text, module: isShared ? "" : Place.arena)]
}

/// red.async: an mbarrier in shared memory counts the bytes.
private func asynchronous(_ variant: InstructionVariant) -> [TestCase] {
  let type = variant.types[0]
  if variant.has("mmio") { return own(variant) }
  let at = variant.has("shared::cluster") ? "%p" : "%g"
  let text = Place.shared.setup + """

    st.shared\(type.plainBits) [%p], %a0;
    mbarrier.init.shared.b64 [%p+16], 1;
    .reg .b64 %s, %g;
    cvta.shared.u64 %g, %p;
    mbarrier.arrive.expect_tx.shared.b64 %s, [%p+16], \(type.byteCount);
    \(variant.text) [\(at)], %a1, [\(at)+16];
    .reg .pred %done;
    WAIT: mbarrier.try_wait.parity.shared.b64 %done, [%p+16], 0;
    @!%done bra WAIT;
    """ + loaded([type], ".shared")
  return [TestCase(variant: variant, inputs: [cellInput(type), Input(type)], outputs: [type], text: text)]
}

nonisolated(unsafe) private let reference = Reference.block { test, inputs in
  let variant = test.variant
  if test.suffix == " by all threads" {
    let final = inputs.reduce(inputs[0][0]) { variant.updated($0, $1[1]) }
    return inputs.map { _ in [final] }
  }
  let isReduction = variant.row.opcode == "red", count = test.outputs.count / (isReduction ? 1 : 2), isCompare = variant.operation == "cas"
  return inputs.map { x -> [UInt64]? in
    // The manual flushes subnormals in global memory; of AMD's units gfx942's keep them, whatever the mode says, and no other instruction is as fast.
    if variant.types[0] == .f32, variant.operation == "add", !variant.words.contains(where: { $0.hasPrefix("shared") }) {
      for (a, b) in zip(x, x.dropFirst(variant.vector)) {
        let sum = Float(bitPattern: UInt32(a)) + Float(bitPattern: UInt32(b))
        if ExactFormat.f32.isSubnormal(a) || ExactFormat.f32.isSubnormal(b) || sum.isSubnormal { return nil }
      }
    }
    let old = Array(x[..<count]), b = Array(x[count..<(2 * count)]), c = isCompare ? Array(x[(2 * count)...]) : b
    let new: [UInt64] = variant.types[0] == .b128
      ? (variant.operation == "exch" ? b : old == b ? c : old)
      : (0..<count).map { variant.updated(old[$0], b[$0], c[$0]) }
    return isReduction ? new : old + new
  }
}

nonisolated(unsafe) let atomicTests = FamilyTests(
  references: ["atom": reference, "red": reference],
  templates: [
    "atom": { variant in own(variant) + shared(variant) },
    "red": { variant in variant.has("async") ? asynchronous(variant) : own(variant) + shared(variant) },
  ])
