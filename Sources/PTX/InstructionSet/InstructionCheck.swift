// Is an instruction of a module one that PTX has, and one that is compiled?
// NVIDIA's tools take modifiers in other orders than the manual's, and shipped PTX has such; so only types, and words that fit the
// same slot, must keep their order.  The module's .version and .target are not held against an instruction.

/// Why an instruction isn't compiled.
public struct InstructionProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// An instruction of PTX that the table refuses; otherwise the text is no PTX.
  public let isRefusal: Bool
  public let description: String
}

extension InstructionSet {
  /// The rows, with their choices, that an opcode with its modifiers may stand for; they differ by their operands.
  public static func variants(opcode: String, modifiers: [String]) throws(InstructionProblem) -> [InstructionVariant] {
    guard let rows = rows[opcode] else { throw .init(isRefusal: false, description: "PTX has no instruction `\(opcode)`") }
    let found = rows.compactMap { row in match(row, modifiers).map { InstructionVariant(row: row, choices: $0) } }.filter(\.isLegal)
    guard found.isEmpty else { return found }
    throw .init(isRefusal: false, description: explain(rows, modifiers))
  }

  /// The variant that an instruction is.  Throws why it isn't compiled: unknown, not a form that exists, not its operands, or refused.
  @discardableResult
  public static func check(_ instruction: Instruction) throws(InstructionProblem) -> InstructionVariant {
    try check(instruction, against: try variants(opcode: instruction.opcode, modifiers: instruction.modifiers))
  }

  /// The same, with what `variants` gave for its opcode and modifiers.
  @discardableResult
  public static func check(_ instruction: Instruction, against variants: [InstructionVariant]) throws(InstructionProblem) -> InstructionVariant {
    let fitting = variants.filter { fits(instruction.operands, $0.row) }
    guard let first = fitting.first else {
      let row = variants[0].row
      throw .init(isRefusal: false, description: "these are not the operands of `\(row.syntax)`: \(row.operandSyntax)")
    }
    if let compiled = fitting.first(where: { !$0.row.status.isRefused }) { return compiled }
    if case .refused(let why) = first.row.status { throw .init(isRefusal: true, description: why) }
    return first
  }

  /// As many operands as the row has, and braces where it has vectors.  What a register holds isn't asked.
  private static func fits(_ operands: [Operand], _ row: InstructionRow) -> Bool {
    guard let shapes = row.operands else { return true }
    let least = shapes.prefix { !$0.isOptional }.count
    guard (least...shapes.count).contains(operands.count) else { return false }
    return zip(operands, shapes).allSatisfy { operand, shape in
      guard case .vector(let elements) = operand else { return true }
      switch shape.kind {
      case .vector(_, .fixed(let count), _): return elements.count == count
      case .vector(_, .vector, _): return true
      case .address, .name, .immediate: return true
      default: return elements.count == 1
      }
    }
  }

  // MARK: matching

  /// The choice for each slot, or nil when the words don't fit the row.
  static func match(_ row: InstructionRow, _ words: [String]) -> [Int?]? {
    var choices: [Int?] = Array(repeating: nil, count: row.slots.count)
    return fit(row.slots, 0, words, &choices) ? choices : nil
  }

  private static func fit(_ slots: [ModifierSlot], _ index: Int, _ words: [String], _ choices: inout [Int?]) -> Bool {
    guard index < slots.count else { return words.isEmpty }
    let slot = slots[index]
    // The first word left that the slot could take: of types the very first one left.
    let place = slot.isType
      ? words.firstIndex { ScalarType(rawValue: $0) != nil }
      : words.firstIndex { word in slot.alternatives.contains { $0[0] == word } }
    if let place {
      for (number, alternative) in slot.alternatives.enumerated() where alternative[0] == words[place] {
        var rest = words
        rest.remove(at: place)
        let isThere = alternative.dropFirst().allSatisfy { word in
          guard let other = rest.firstIndex(of: word) else { return false }
          rest.remove(at: other)
          return true
        }
        guard isThere else { continue }
        choices[index] = number
        if fit(slots, index + 1, rest, &choices) { return true }
      }
    }
    choices[index] = nil
    return slot.isOptional && fit(slots, index + 1, words, &choices)
  }

  /// What is wrong with the words, measured against the row that is nearest to them.
  private static func explain(_ rows: [InstructionRow], _ words: [String]) -> String {
    var best: (cost: Int, text: String)?
    for row in rows {
      var rest = words
      var missing: [ModifierSlot] = []
      for slot in row.slots {
        let place = slot.isType
          ? rest.firstIndex { ScalarType(rawValue: $0) != nil }.flatMap { at in slot.alternatives.contains([rest[at]]) ? at : nil }
          : rest.firstIndex { word in slot.alternatives.contains { $0[0] == word } }
        if let place {
          let alternative = slot.alternatives.first { $0[0] == rest[place] }!
          rest.remove(at: place)
          for word in alternative.dropFirst() { if let other = rest.firstIndex(of: word) { rest.remove(at: other) } }
        } else if !slot.isOptional {
          missing.append(slot)
        }
      }
      let cost = rest.count + missing.count
      if let best, best.cost <= cost { continue }
      let shape = "`\(row.syntax)`"
      if cost == 0 {
        let clash = row.excluded.first { $0.isSubset(of: Set(words)) }.map { $0.sorted().map { "." + $0 }.joined(separator: " and ") }
        best = (0, clash.map { "\($0) don't go together in \(shape)" } ?? "its modifiers are not in an order that \(shape) has")
      } else if let word = rest.first {
        best = (cost, "`.\(word)` is no modifier of \(shape)")
      } else if let slot = missing.first {
        best = (cost, "\(shape) needs " + (slot.alternatives.count == 1 ? "" : "one of ") + slot.alternatives.map { "." + $0.joined(separator: ".") }.joined(separator: ", "))
      }
    }
    return best?.text ?? "no form of it has these modifiers"
  }
}
