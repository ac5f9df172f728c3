// The disassembler writes what LLVM's writes: for each target at least thirty thousand different encodings that LLVM calls valid and
// would encode in the same words again.  No instruction is excepted; what isn't generated, InstructionCorpus says.
import Disassembler
import GFX11
import GFX9
import Testing

@testable import ISA

/// One instruction's words.
private struct Encoded: Hashable {
  var words: (UInt32, UInt32, UInt32) = (0, 0, 0)
  var count = 0
  static func == (a: Encoded, b: Encoded) -> Bool { a.words == b.words && a.count == b.count }
  func hash(into hasher: inout Hasher) { hasher.combine(words.0); hasher.combine(words.1); hasher.combine(words.2) }
  init(_ list: some Sequence<UInt32>) {
    for word in list {
      switch count {
      case 0: words.0 = word
      case 1: words.1 = word
      default: words.2 = word
      }
      count += 1
    }
  }
}

/// LLVM's text of each instruction in the slots that it encodes in the same words again.  Words on which LLVM itself stops are left
/// out, one slot at a time.
private func judged(_ slots: ArraySlice<[UInt32]>, _ target: Target, into texts: inout [Encoded: String]) throws {
  var input: [UInt8] = []
  let digits = Array("0123456789abcdef".utf8)
  func append(_ word: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      let byte = Int(word >> shift & 0xff)
      input += [0x30, 0x78, digits[byte >> 4], digits[byte & 15], 0x20]
    }
  }
  for slot in slots {
    slot.forEach(append)
    input.append(0x0a)
  }
  append(0xbf80_1234)                                       // s_nop 0x1234: LLVM came to the end
  input.append(0x0a)
  let features = target == .gfx1100 ? ["-mattr=+wavefrontsize32"] : []
  let output = try runTool(
    ["llvm-mc-22", "-triple=amdgcn-amd-amdhsa", "-mcpu=\(target)", "--disassemble", "-show-encoding"] + features,
    input: String(decoding: input, as: UTF8.self), mayFail: true)
  var found: [Encoded: String] = [:], last = ""
  let mark = Array("encoding: [".utf8)
  for line in output.split(separator: 0x0a) {
    // "\ts_mov_b32 s0, s1     ; encoding: [0x01,0x00,0x80,0xbe]"
    guard let semicolon = line.lastIndex(of: 0x3b), let open = line[semicolon...].firstIndex(of: 0x5b) else { continue }
    guard line[semicolon...].dropFirst(2).starts(with: mark) else { continue }
    var words: [UInt32] = [], bytes = 0
    for part in line[(open + 1)...].split(separator: 0x2c) {
      var value: UInt32 = 0
      for digit in part.dropFirst(2).prefix(2) { value = value << 4 | UInt32(digit > 0x39 ? digit - 0x57 : digit - 0x30) }
      if bytes & 3 == 0 { words.append(0) }
      words[words.count - 1] |= value << UInt32(8 * (bytes & 3))
      bytes += 1
    }
    // A comment inside says what is wrong with it.
    let text = line[..<semicolon].drop { $0 == 0x09 }.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
    guard !zip(text, text.dropFirst()).contains(where: { $0 == 0x2f && $1 == 0x2a }) else { continue }
    last = String(decoding: text, as: UTF8.self)
    found[Encoded(words)] = last
  }
  if last == "s_nop 0x1234" {
    texts.merge(found) { $1 }
  } else if slots.count > 1 {
    let middle = slots.startIndex + slots.count / 2
    try judged(slots[..<middle], target, into: &texts)
    try judged(slots[middle...], target, into: &texts)
  }
}

@Suite struct DisassemblerTests {
  private static let sets: [Target: InstructionSet] = [.gfx90a: .gfx90a, .gfx942: .gfx942, .gfx1100: .gfx1100]

  @Test(arguments: Target.allCases) func `thirty thousand encodings have LLVM's text`(target: Target) throws {
    let corpus = InstructionCorpus(target, rounds: target == .gfx1100 ? 22 : 36)
    let slots = corpus.slots.map(\.words)
    var texts: [Encoded: String] = [:]
    for start in stride(from: 0, to: slots.count, by: 8000) {
      try judged(slots[start..<min(start + 8000, slots.count)], target, into: &texts)
    }
    let disassembler = Disassembler(try #require(Self.sets[target]))
    var compared = Set<Encoded>(), encodings = Set<Encoding>(), wrong: [String] = []
    for (encoding, words) in corpus.slots {
      guard let count = (1...words.count).first(where: { texts[Encoded(words.prefix($0))] != nil }) else { continue }
      let key = Encoded(words.prefix(count))
      guard compared.insert(key).inserted else { continue }
      encodings.insert(encoding)
      let mine = disassembler.disassemble(words), expected = texts[key]!
      guard mine?.text != expected || mine?.count != count else { continue }
      wrong.append("[\(words.prefix(count).map { hex(UInt64($0), digits: 8) }.joined(separator: " "))] LLVM: \(expected), here: \(mine?.text ?? "nothing")")
    }
    #expect(wrong.isEmpty, "\(wrong.count) of \(compared.count):\n\(wrong.prefix(40).joined(separator: "\n"))")
    #expect(compared.count >= 30_000)
    #expect(encodings.count >= (target == .gfx1100 ? 21 : 16))
  }

  @Test func `waves of 64 lanes have masks in two registers`() throws {
    let words: [UInt32] = [0x7c22_8280]                      // v_cmp_lt_f32_e32 vcc, 0, v65
    #expect(Disassembler(.gfx1100).disassemble(words)?.text == "v_cmp_lt_f32_e32 vcc_lo, 0, v65")
    #expect(Disassembler(.gfx1100, lanes: 64).disassemble(words)?.text == "v_cmp_lt_f32_e32 vcc, 0, v65")
  }

  @Test func `words that no row fits have no text`() {
    #expect(Disassembler(.gfx942).disassemble([0xbfff_ffff]) == nil)
    #expect(Disassembler(.gfx942).disassemble([]) == nil)
    #expect(Disassembler(.gfx1100).disassemble([0xf400_0000]) == nil)   // its second word is missing
  }
}
