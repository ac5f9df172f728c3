// Video instructions on one number: parts of registers, saturation, a second operation, merging into a register.
// Source: PTX ISA 9.x, section 9.7.18.1 (semantics under each instruction).
import PTX

/// Parts of a register by the names that operands give them.
private let parts: [(name: String, place: UInt64, bits: Int)] = [("b0", 0, 8), ("b1", 8, 8), ("b2", 16, 8), ("b3", 24, 8), ("h0", 0, 16), ("h1", 16, 16)]

/// How a case's operands are cut: a part for d, a and b, and signs before a, b and c.  It follows from the case's suffix.
private struct Selection {
  var d: String?, a: String?, b: String?
  var negated: Set<String> = []
  var suffix: String { " " + [d, a, b].map { $0 ?? "w" }.joined() + negated.sorted().map { " -" + $0 }.joined() }

  static let all: [Selection] = {
    var result: [Selection] = []
    for (index, part) in parts.enumerated() {
      result.append(Selection(a: part.name, b: parts[(index + 2) % 6].name))
      result.append(Selection(d: part.name, a: index % 2 == 0 ? nil : part.name, b: parts[(index + 1) % 6].name))
    }
    return result
  }()
  static func of(_ test: TestCase) -> Selection { (all + negations).first { $0.suffix == test.suffix } ?? Selection() }
  static let negations: [Selection] = [["a"], ["b"], ["c"], ["a", "b"], ["a", "c"]].map { Selection(negated: $0) } + [Selection(a: "b1", b: "h0"), Selection(a: "h1", b: "b3")]
}

private func selected(_ value: UInt64, _ type: ScalarType, _ name: String?) -> Int128 {
  guard let part = parts.first(where: { $0.name == name }) else { return wide(value, type) }
  return wide(value >> part.place, part.bits == 8 ? (type == .s32 ? .s8 : .u8) : (type == .s32 ? .s16 : .u16))
}

private func scalar(_ compute: @escaping (TestCase, Int128, Int128) -> Int128) -> Reference {
  .thread { test, x in
    let variant = test.variant, selection = Selection.of(test), isSet = variant.row.opcode == "vset"
    let types = isSet ? [.u32] + variant.types : variant.types
    let result = types[0], part = parts.first { $0.name == selection.d }
    var value = compute(test, selected(x[0], types[1], selection.a), selected(x[1], types.count > 2 ? types[2] : .u32, selection.b))
    if variant.has("sat") {
      let range: ScalarType = part == nil ? result : part!.bits == 8 ? (result == .s32 ? .s8 : .u8) : (result == .s32 ? .s16 : .u16)
      value = wide(clamp(value, range), range)
    }
    if let part {
      let mask = UInt64(1) << UInt64(part.bits) - 1
      return [(low(value, .u32) & mask) << part.place | x[2] & ~(mask << part.place) & 0xffff_ffff]
    }
    guard x.count > 2 else { return [low(value, .u32)] }
    let c = wide(x[2], result)
    return [low(variant.has("add") ? value + c : variant.has("min") ? min(value, c) : max(value, c), .u32)]
  }
}

nonisolated(unsafe) private let multiplyAdd = Reference.thread { test, x in
  let variant = test.variant, selection = Selection.of(test), types = variant.types
  let a = selected(x[0], types[1], selection.a), b = selected(x[1], types[2], selection.b)
  let negatesProduct = selection.negated.contains("a") != selection.negated.contains("b"), negatesSum = selection.negated.contains("c")
  let isSigned = types[1] == .s32 || types[2] == .s32 || negatesProduct || negatesSum
  var c = wide(x[2], isSigned ? .s32 : .u32)
  if negatesSum { c = -c }
  var value = (negatesProduct ? -(a * b) : a * b) + c + (variant.has("po") ? 1 : 0)
  if variant.has("shr7") { value >>= 7 }
  if variant.has("shr15") { value >>= 15 }
  return [variant.has("sat") ? clamp(value, isSigned ? .s32 : .u32) : low(value, .u32)]
}

private func distance(_ test: TestCase, _ b: Int128) -> Int128 { test.variant.has("clamp") ? min(b, 32) : b & 31 }
private func compared(_ test: TestCase, _ a: Int128, _ b: Int128) -> Int128 {
  let words = test.variant
  return (words.has("eq") ? a == b : words.has("ne") ? a != b : words.has("lt") ? a < b : words.has("le") ? a <= b : words.has("gt") ? a > b : a >= b) ? 1 : 0
}

/// The plain case, then operands cut into parts; merging takes the place of a second operation.
private func cases(_ variant: InstructionVariant) -> [TestCase] {
  TestCase.plain(variant).flatMap { test in
    let isMultiply = variant.row.opcode == "vmad"
    if !isMultiply, variant.has("add") || variant.has("min") || variant.has("max") { return [test] }
    let selections = isMultiply ? Selection.negations.filter { $0.negated.isEmpty || !variant.has("po") } : Selection.all
    return [test] + selections.map { selection in
      var cut = test
      if selection.d != nil { cut.inputs.append(Input(.b32)) }
      func operand(_ name: String, _ letter: String, _ part: String?) -> String { (selection.negated.contains(letter) ? "-" : "") + name + (part.map { "." + $0 } ?? "") }
      var operands = [operand("%o0", "d", selection.d), operand("%a0", "a", selection.a), operand("%a1", "b", selection.b)]
      if isMultiply || selection.d != nil { operands.append(operand("%a2", "c", nil)) }
      cut.suffix = selection.suffix
      cut.text = variant.text + " " + operands.joined(separator: ", ") + ";"
      return cut
    }
  }
}

nonisolated(unsafe) let scalarVideoTests: FamilyTests = {
  var tests = FamilyTests(references: [
    "vadd": scalar { _, a, b in a + b }, "vsub": scalar { _, a, b in a - b }, "vabsdiff": scalar { _, a, b in a > b ? a - b : b - a },
    "vmin": scalar { _, a, b in min(a, b) }, "vmax": scalar { _, a, b in max(a, b) },
    "vshl": scalar { test, a, b in a << distance(test, b) }, "vshr": scalar { test, a, b in a >> distance(test, b) },
    "vset": scalar(compared), "vmad": multiplyAdd,
  ])
  for name in tests.references.keys { tests.templates[name] = cases }
  return tests
}()
