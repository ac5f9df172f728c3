// `carmine isa`: which instructions the software GPU knows, by target, from the interpreter's own tables.
import ArgumentParser
import Disassembler
import GFX11
import GFX9
import ISA

struct ISACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "isa", abstract: "Show what the software GPU executes of each instruction set.",
    discussion: "Without --list a line for each target; with it one for each encoding, and every opcode: encoding, number, LLVM's mnemonic, and whether it is executed or why not.")

  @Flag(help: "Print every opcode.") var list = false
  @Option(help: "Write machine code as LLVM does: hexadecimal 32-bit words, for one target.") var disassemble: String?
  @Argument(help: "Targets: gfx90a, gfx942, gfx1100; all when there is none.") var targets: [String] = []

  private static let sets: [InstructionSet] = [.gfx90a, .gfx942, .gfx1100]

  func run() throws {
    for name in targets where !Self.sets.contains(where: { $0.target.rawValue == name }) {
      throw ValidationError("there is no target \(name): \(Self.sets.map(\.target.rawValue).joined(separator: ", "))")
    }
    if let disassemble { return try disassembled(disassemble) }
    for set in Self.sets where targets.isEmpty || targets.contains(set.target.rawValue) {
      print(set.summary)
      guard list else { continue }
      for line in set.encodingSummaries { print("  " + line) }
      for line in set.lines { print("  " + line.text) }
    }
  }

  /// One instruction a line; ends at words that are none.
  private func disassembled(_ text: String) throws {
    guard targets.count == 1, let set = Self.sets.first(where: { $0.target.rawValue == targets[0] }) else {
      throw ValidationError("--disassemble wants one target: \(Self.sets.map(\.target.rawValue).joined(separator: ", "))")
    }
    var words: [UInt32] = []
    for part in text.split(whereSeparator: { " ,\n".contains($0) }) {
      guard let word = UInt32(part.hasPrefix("0x") ? part.dropFirst(2) : part, radix: 16) else { throw ValidationError("\(part) is no 32-bit word") }
      words.append(word)
    }
    let disassembler = Disassembler(set)
    while !words.isEmpty {
      guard let (line, count) = disassembler.disassemble(words) else {
        throw ValidationError("\(set.target.rawValue) has no instruction that begins with " + String(words[0], radix: 16))
      }
      print(line)
      words.removeFirst(count)
    }
  }
}
