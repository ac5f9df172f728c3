// ptx-semantics: every variant of the instruction table, run through a libcuda and compared with a reference written from the manual.
//
//   ptx-semantics --library libcuda.so.1 [--only REGEX] [--record FILE | --check FILE]
//   ptx-semantics --list [--only REGEX]      the variants, one a line
//   ptx-semantics --known FILE               are these opcodes, one a line, all in the table?
import Glibc
import PTX

let arguments = Array(CommandLine.arguments.dropFirst())
func option(_ name: String) -> String? {
  guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
  return arguments[index + 1]
}
func readLines(_ path: String) -> [Substring] {
  guard let file = fopen(path, "r") else { perror(path); exit(2) }
  defer { fclose(file) }
  var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
}

if arguments.contains("--list") {
  for family in InstructionSet.families { for row in family.rows { for variant in row.variants { print(variant.text) } } }
} else if let path = option("--known") {
  var unknown = 0
  for line in readLines(path) {
    let words = line.split(separator: ".").map(String.init)
    do { _ = try InstructionSet.variants(opcode: words[0], modifiers: Array(words.dropFirst())) } catch {
      print("FAIL \(line): \(error.description)")
      unknown += 1
    }
  }
  print("\(unknown) unknown")
}
