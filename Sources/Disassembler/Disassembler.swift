// Machine code as LLVM writes it: the text of one instruction, for people and for the test that holds decoders against LLVM.
// Pure; any thread.  What an instruction is comes from the family's opcode table; how many registers each operand has comes
// from the types in its name (Widths.swift); the fields are read from the words again, since text needs more of them than
// execution.
import ISA

public struct Disassembler: Sendable {
  let instructions: InstructionSet
  let lanes: Int

  /// `lanes`: of the waves that run the code, 32 or 64; the same words name masks of lanes differently.  gfx9 has 64.
  public init(_ instructions: InstructionSet, lanes: Int? = nil) {
    self.instructions = instructions
    self.lanes = lanes ?? (instructions.target == .gfx1100 ? 32 : 64)
  }

  /// The text of the instruction that begins at word 0 and its length in words; nil when no row of the table fits, or the words
  /// end in its middle.
  public func disassemble(_ words: [UInt32]) -> (text: String, count: Int)? {
    let found = instructions.decode(instructions.table) { $0 < words.count ? words[$0] : nil }
    guard let found, found.known, let mnemonic = instructions.mnemonic(instructions.table, found) else { return nil }
    let count = Int(found.op.size)
    guard count <= words.count else { return nil }
    let row = instructions.table.rows[Int(found.op.row)]
    let instruction = Instruction(
      words: Array(words.prefix(count)), name: row.name.description, mnemonic: mnemonic, encoding: found.encoding,
      attributes: row.attributes, target: instructions.target, lanes: lanes,
      second: found.second.map { instructions.table.rows[Int($0.row)].name.description })
    let text: String?
    switch instructions.target {
    case .gfx90a, .gfx942: text = GFX9Writer(instruction).text()
    case .gfx1100: text = GFX11Writer(instruction).text()
    }
    return text.map { ($0, count) }
  }
}

/// An instruction's words and what the table says about it.
struct Instruction {
  let words: [UInt32]
  let name: String            // the row's
  let mnemonic: String        // with LLVM's suffix
  let encoding: Encoding
  let attributes: OpcodeAttributes
  let target: Target
  let lanes: Int
  let second: String?         // the other half's name of a VOPD

  func bits(_ word: Int, _ low: UInt32, _ count: UInt32) -> Int { Int(words[word] >> low & (count == 32 ? ~0 : 1 << count - 1)) }
  func bit(_ word: Int, _ at: UInt32) -> Bool { words[word] >> at & 1 != 0 }
  /// The word after the instruction's own ones, where a literal is.
  var literal: UInt32 { words[words.count - 1] }
}

/// Mnemonic, operands between commas, modifiers between spaces.
func line(_ mnemonic: String, _ operands: [String], _ modifiers: [String] = []) -> String {
  var text = mnemonic
  if !operands.isEmpty { text += " " + operands.joined(separator: ", ") }
  for modifier in modifiers where !modifier.isEmpty { text += " " + modifier }
  return text
}

func hexadecimal(_ value: some BinaryInteger) -> String { value < 0 ? "-0x" + String(value.magnitude, radix: 16) : "0x" + String(value, radix: 16) }
