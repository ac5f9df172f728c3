// `carmine isa`: which instructions the software GPU knows, by target, from the interpreter's own tables.
import ArgumentParser
import GFX11
import GFX9
import ISA

struct ISACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "isa", abstract: "Show what the software GPU executes of each instruction set.",
    discussion: "Without --list a line for each target; with it every opcode: encoding, number, LLVM's mnemonic, and whether it is executed or why not.")

  @Flag(help: "Print every opcode.") var list = false
  @Argument(help: "Targets: gfx90a, gfx942, gfx1100; all when there is none.") var targets: [String] = []

  private static let sets: [InstructionSet] = [.gfx90a, .gfx942, .gfx1100]

  func run() throws {
    for name in targets where !Self.sets.contains(where: { $0.target.rawValue == name }) {
      throw ValidationError("there is no target \(name): \(Self.sets.map(\.target.rawValue).joined(separator: ", "))")
    }
    for set in Self.sets where targets.isEmpty || targets.contains(set.target.rawValue) {
      print(set.summary)
      if list { for line in set.lines { print("  " + line.text) } }
    }
  }
}
