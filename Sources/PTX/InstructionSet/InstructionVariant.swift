// A concrete opcode of a row: every slot decided.

public struct InstructionVariant: Sendable {
  public let row: InstructionRow
  /// For each slot of the row the index of its alternative; nil when the slot is left out.
  public let choices: [Int?]

  public init(row: InstructionRow, choices: [Int?]) { (self.row, self.choices) = (row, choices) }

  public var words: [String] { zip(row.slots, choices).flatMap { slot, choice in choice.map { slot.alternatives[$0] } ?? [] } }
  /// "add.rn.ftz.f32"
  public var text: String { ([row.opcode] + words).joined(separator: ".") }
  /// The first target that has this variant.
  public var target: MinimumTarget {
    words.compactMap { InstructionSet.wordTargets[$0] ?? InstructionSet.wordTargets["\(row.opcode) \($0)"] }
      .reduce(row.target) { $1.number > $0.number || ($1.number == $0.number && $0.suffix.isEmpty) ? $1 : $0 }
  }
  public func has(_ word: String) -> Bool { words.contains(word) }
  /// The words of one slot of the row; empty when it is left out.
  public func words(ofSlot index: Int) -> [String] { choices[index].map { row.slots[index].alternatives[$0] } ?? [] }
  /// The types in slot order; nil for a type slot that is left out.
  public var typeSlots: [ScalarType?] { row.typeSlots.map { words(ofSlot: $0).first.flatMap(ScalarType.init) } }
  /// The types that are written.
  public var types: [ScalarType] { typeSlots.compactMap { $0 } }
  /// What .v2 .v4 .v8 say, or 1.
  public var vector: Int { has("v2") ? 2 : has("v4") ? 4 : has("v8") ? 8 : 1 }

  public func type(_ reference: TypeReference) -> ScalarType? {
    switch reference {
    case .fixed(let type): type
    case .slot(let index): typeSlots.indices.contains(index) ? typeSlots[index] : nil
    case .wide(let index): typeSlots.indices.contains(index) ? typeSlots[index].flatMap(\.twiceAsWide) : nil
    }
  }
  var isLegal: Bool {
    let rules = InstructionSet.rules[row.opcode]
    if row.excluded.isEmpty, rules == nil { return true }
    let words = Set(self.words)
    if let rules, rules.contains(where: { $0.words.isSubset(of: words) && $0.oneOf.isDisjoint(with: words) }) { return false }
    return !row.excluded.contains { $0.isSubset(of: words) }
  }
}

extension ScalarType {
  /// The type of a product of two.
  public var twiceAsWide: ScalarType? {
    switch self {
    case .u8: .u16
    case .s8: .s16
    case .b8: .b16
    case .u16: .u32
    case .s16: .s32
    case .b16: .b32
    case .u32: .u64
    case .s32: .s64
    case .b32: .b64
    case .b64: .b128
    default: nil
    }
  }
}

extension InstructionRow {
  /// Every concrete opcode; slots that change no result are varied one at a time, everything else at its first choice.
  public var variants: [InstructionVariant] {
    var all: [[Int?]] = [[]]
    for slot in slots {
      let values: [Int?] = slot.isHint ? [nil] : (slot.isOptional ? [nil] : []) + slot.alternatives.indices.map { $0 }
      all = all.flatMap { prefix in values.map { prefix + [$0] } }
    }
    var result = all.map { InstructionVariant(row: self, choices: $0) }.filter(\.isLegal)
    guard let first = result.first else { return [] }
    for index in slots.indices where slots[index].isHint {
      for alternative in slots[index].alternatives.indices {
        // The first combination that this hint may stand beside.
        for base in result {
          var choices = base.choices
          choices[index] = alternative
          let variant = InstructionVariant(row: self, choices: choices)
          if variant.isLegal { result.append(variant); break }
        }
      }
    }
    _ = first
    return result
  }
}
