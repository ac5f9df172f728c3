// Comparison, selection, moves and byte permutation.  Source: PTX ISA 9.x, sections 9.7.6, 9.7.7, 9.7.9.3, 9.7.9.4, 9.7.9.7.
import PTX

private func numbers(_ x: Double, _ y: Double, _ comparison: String) -> Bool {
  switch comparison {
  case "eq": x == y
  case "ne": x < y || x > y
  case "lt": x < y
  case "le": x <= y
  case "gt": x > y
  case "ge": x >= y
  case "equ": !(x < y || x > y)
  case "neu": x != y
  case "ltu": !(x >= y)
  case "leu": !(x > y)
  case "gtu": !(x <= y)
  case "geu": !(x < y)
  case "num": !x.isNaN && !y.isNaN
  default: x.isNaN || y.isNaN
  }
}
private func integers(_ a: UInt64, _ b: UInt64, _ type: ScalarType, _ comparison: String) -> Bool {
  let (x, y) = (wide(a, type), wide(b, type))
  return switch comparison {
  case "eq": x == y
  case "ne": x != y
  case "lt", "lo": x < y
  case "le", "ls": x <= y
  case "gt", "hi": x > y
  default: x >= y
  }
}
private let comparisons: Set<String> = ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"]

/// One result, or one for each half of a packed type.
private func compare(_ test: TestCase, _ a: UInt64, _ b: UInt64, _ type: ScalarType) -> [Bool] {
  let comparison = test.variant.words.first(where: comparisons.contains)!, ftz = test.variant.has("ftz")
  func one(_ a: UInt64, _ b: UInt64, _ format: FloatFormat) -> Bool {
    numbers(format.value(ftz ? format.flushed(a) : a), format.value(ftz ? format.flushed(b) : b), comparison)
  }
  switch type {
  case .f16x2: return [one(a & 0xffff, b & 0xffff, .f16), one(a >> 16, b >> 16, .f16)]
  case .bf16x2: return [one(a & 0xffff, b & 0xffff, .bf16), one(a >> 16, b >> 16, .bf16)]
  default:
    if let format = FloatFormat.of(type) { return [one(a, b, format)] }
    return [integers(a, b, type, comparison)]
  }
}
private func combine(_ test: TestCase, _ value: Bool, _ inputs: [UInt64]) -> Bool {
  guard inputs.count > 2 else { return value }
  let other = inputs[2] != 0
  if test.variant.has("and") { return value && other }
  if test.variant.has("or") { return value || other }
  return value != other
}

nonisolated(unsafe) let comparisonTests = FamilyTests(references: [
  "setp": .thread { test, x in
    let results = compare(test, x[0], x[1], test.variant.types[0])
    let first = combine(test, results[0], x)
    guard test.outputs.count > 1 else { return [first ? 1 : 0] }
    // The second predicate: the other half of a packed type, or the comparison's opposite.
    let second = combine(test, results.count > 1 ? results[1] : !results[0], x)
    return [first ? 1 : 0, second ? 1 : 0]
  },
  "set": .thread { test, x in
    let (result, source) = (test.variant.types[0], test.variant.types[1])
    let values = compare(test, x[0], x[1], source).map { combine(test, $0, x) }
    switch result {
    case .f32: return [values[0] ? 0x3f80_0000 : 0]
    case .f16: return [values[0] ? 0x3c00 : 0]
    case .bf16: return [values[0] ? 0x3f80 : 0]
    case .f16x2: return [(values[0] ? 0x3c00 : 0) | (values[1] ? 0x3c00 << 16 : 0)]
    case .bf16x2: return [(values[0] ? 0x3f80 : 0) | (values[1] ? 0x3f80 << 16 : 0)]
    default:
      if values.count == 2 { return [(values[0] ? 0xffff : 0) | (values[1] ? 0xffff << 16 : 0)] }
      return [values[0] ? result.mask : 0]
    }
  },
  "selp": .thread { _, x in [x[2] != 0 ? x[0] : x[1]] },
  "slct": .thread { test, x in
    if test.variant.types[1] == .s32 { return [signed(x[2], .s32) >= 0 ? x[0] : x[1]] }
    let c = test.variant.has("ftz") ? FloatFormat.f32.flushed(x[2]) : x[2]
    return [FloatFormat.f32.value(c) >= 0 ? x[0] : x[1]]
  },
])

/// Vector registers, and registers of 128 bits by way of their halves.
private func moves(_ variant: InstructionVariant) -> [TestCase] {
  let type = variant.types[0]
  if type == .b128 {
    let halves = TestCase(variant: variant, inputs: [Input(.b64), Input(.b64)], outputs: [.b64, .b64], text: ".reg .b128 %q;\n\(variant.text) %q, {%a0, %a1};\n\(variant.text) {%o0, %o1}, %q;")
    return [halves]
  }
  guard variant.vector > 1 else { return TestCase.plain(variant) }
  let names = ["x", "y", "z", "w"].prefix(variant.vector), place = type.rawValue
  var text = ".reg .v\(variant.vector) .\(place) %v, %u;"
  for (index, name) in names.enumerated() { text += "\nmov.b\(type.bitCount) %v.\(name), %a\(index);" }
  text += "\n\(variant.text) %u, %v;"
  for (index, name) in names.enumerated() { text += "\nmov.b\(type.bitCount) %o\(index), %u.\(name);" }
  return [TestCase(variant: variant, inputs: names.map { _ in Input(type) }, outputs: names.map { _ in type }, text: text)]
}

nonisolated(unsafe) let dataMovementTests = FamilyTests(references: [
  "mov": .thread { test, x in
    if test.inputs.count == test.outputs.count { return x }
    if test.outputs.count == 1 {  // the first part is the lowest
      let width = UInt64(test.inputs[0].type.bitCount)
      return [x.enumerated().reduce(0) { $0 | $1.element << (UInt64($1.offset) * width) }]
    }
    let part = test.outputs[0]
    return test.outputs.indices.map { x[0] >> (UInt64($0) * UInt64(part.bitCount)) & part.mask }
  },
  "prmt": .thread { test, x in
    let bytes = x[1] << 32 | x[0], selector = x[2], n = selector & 3
    func byte(_ index: UInt64) -> UInt64 { bytes >> (8 * (index & 7)) & 255 }
    var parts: [UInt64]
    let mode = test.variant.words.dropFirst().first
    switch mode {
    case "f4e": parts = (0..<4).map { byte(n + $0) }
    case "b4e": parts = (0..<4).map { byte(n &- $0 & 7) }
    case "rc8": parts = (0..<4).map { _ in byte(n) }
    case "ecl": parts = (0..<4).map { byte(max($0, n)) }
    case "ecr": parts = (0..<4).map { byte(min($0, n)) }
    case "rc16": parts = (0..<4).map { byte((n & 1) * 2 + ($0 & 1)) }
    default:
      parts = (0..<4).map { place in
        let nibble = selector >> (4 * UInt64(place)) & 15, value = byte(nibble)
        return nibble & 8 == 0 ? value : value & 128 == 0 ? 0 : 255
      }
    }
    return [parts.enumerated().reduce(0) { $0 | $1.element << (8 * UInt64($1.offset)) }]
  },
], templates: ["mov": moves])
