// The words after an opcode, taken one by one: what is left when an instruction has been lowered is a modifier that
// nobody knew, and the instruction is refused by its name.  Order doesn't matter but among types.
import PTX

struct Modifiers {
  private(set) var words: [String]
  let instruction: Instruction

  init(_ instruction: Instruction) {
    self.instruction = instruction
    words = instruction.modifiers
  }

  /// Takes `word` if it is there.
  mutating func take(_ word: String) -> Bool {
    guard let index = words.firstIndex(of: word) else { return false }
    words.remove(at: index)
    return true
  }
  /// Takes the first word that is one of `choices`.
  mutating func take(oneOf choices: [String]) -> String? {
    guard let index = words.firstIndex(where: { choices.contains($0) }) else { return nil }
    return words.remove(at: index)
  }
  mutating func take(where matches: (String) -> Bool) -> String? {
    guard let index = words.firstIndex(where: matches) else { return nil }
    return words.remove(at: index)
  }
  mutating func require(oneOf choices: [String]) throws -> String {
    guard let word = take(oneOf: choices) else {
      throw CompileError.invalid(instruction, "needs one of ." + choices.joined(separator: ", ."))
    }
    return word
  }
  /// The next type in source order.
  mutating func type() throws -> ScalarType {
    guard let type = optionalType() else { throw CompileError.invalid(instruction, "has no type") }
    return type
  }
  mutating func optionalType() -> ScalarType? {
    guard let index = words.firstIndex(where: { ScalarType(rawValue: $0) != nil }) else { return nil }
    return ScalarType(rawValue: words.remove(at: index))
  }
  /// `.v2`, `.v4`, `.v8`, or 1.
  mutating func vector() -> Int {
    switch take(oneOf: ["v2", "v4", "v8"]) { case "v2": 2; case "v4": 4; case "v8": 8; default: 1 }
  }
  func finish() throws {
    guard words.isEmpty else {
      throw CompileError.unsupported(instruction, "the modifier ." + words.joined(separator: ".") + " is not lowered here")
    }
  }
}

extension Modifiers {
  /// `.rn .rz .rm .rp`; nil when none is written.
  mutating func rounding() -> Rounding? {
    switch take(oneOf: ["rn", "rz", "rm", "rp"]) {
    case "rn": .nearest
    case "rz": .zero
    case "rm": .down
    case "rp": .up
    default: nil
    }
  }
}
