import Disassembler
import GFX9
import GFX11
import ISA
let set: InstructionSet = CommandLine.arguments[1] == "gfx942" ? .gfx942 : CommandLine.arguments[1] == "gfx90a" ? .gfx90a : .gfx1100
let d = Disassembler(set)
while let l = readLine() {
  let words = l.split(separator: " ").map { UInt32($0, radix: 16)! }
  if let (t, n) = d.disassemble(words) { print("\(n) \(t)") } else { print("0 none") }
}
