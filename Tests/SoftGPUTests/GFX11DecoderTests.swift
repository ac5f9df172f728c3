// The gfx11 decoder agrees with LLVM 22's disassembler on generated encodings: for every opcode number of every encoding a number of
// operand patterns, with literals and DPP words behind them.  What LLVM knows has the same mnemonic and length here; every row of
// the table is an instruction that LLVM knows.
import Glibc
import Testing

@testable import GFX11
@testable import ISA

/// A generator of numbers that are the same on each run.
struct Noise {
  private var state: UInt64 = 0x9e37_79b9_7f4a_7c15
  mutating func next() -> UInt32 {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17
    return UInt32(truncatingIfNeeded: state >> 16)
  }
  mutating func below(_ bound: UInt32) -> UInt32 { next() % bound }
  mutating func pick<T>(_ list: [T]) -> T { list[Int(below(UInt32(list.count)))] }
  mutating func chance(_ oneIn: UInt32) -> Bool { below(oneIn) == 0 }
}

/// What LLVM's objdump makes of words that lie in slots of their own: each slot's first instruction, or nil.
func disassembledSlots(_ slots: [[UInt32]], target: Target, features: [String] = []) throws -> [(text: String, words: Int)?] {
  let directory = try temporaryDirectory()
  defer { removeTree(directory) }
  // Behind an instruction there is room for what its last words, read as one, would want.
  let stride = 6
  var source = ".text\n"
  for slot in slots {
    let padded = slot + Array(repeating: 0xbf80_0000, count: stride - slot.count)
    source += ".long " + padded.map { "0x" + String($0, radix: 16) }.joined(separator: ",") + "\n"
  }
  try write(Array(source.utf8), to: directory + "/source.s")
  let options = ["-target", "amdgcn-amd-amdhsa", "-mcpu=\(target)"]
  _ = try runTool(["clang-22", "-x", "assembler", "-c"] + options + ["-o", directory + "/code.o", directory + "/source.s"])
  let arguments = ["llvm-objdump-22", "-d", "--mcpu=\(target)"] + (features.isEmpty ? [] : ["--mattr=" + features.joined(separator: ",")])
  let output = String(decoding: try runTool(arguments + [directory + "/code.o"]), as: UTF8.self)
  var result = [(text: String, words: Int)?](repeating: nil, count: slots.count)
  for line in output.split(separator: "\n") {
    // "\tv_mov_b32_e32 v5, v4    // 000000000018: 7E0A0104"
    let parts = line.split(separator: "/", omittingEmptySubsequences: true)
    guard line.first == "\t", parts.count >= 2, let comment = parts.last, let colon = comment.firstIndex(of: ":") else { continue }
    guard let address = Int(comment[..<colon].drop { $0 == " " }, radix: 16), address % (stride * 4) == 0 else { continue }
    let text = line.dropFirst().prefix { $0 != "/" }.reversed().drop { $0 == " " }.reversed()
    guard !text.starts(with: ".") else { continue }
    let words = comment[comment.index(after: colon)...].split(separator: " ").prefix { $0.count == 8 }
    result[address / (stride * 4)] = (String(text), words.count)
  }
  return result
}

@Suite struct GFX11DecoderTests {
  private static func count(_ encoding: Encoding) -> UInt32 {
    switch encoding {
    case .sop2: 96                       // above lie SOPK, SOP1, SOPC and SOPP
    case .sopk: 29
    case .vop2: 62                       // above lie VOPC and VOP1
    case .vop3: 0x380
    case .sop1, .smem, .vopc, .ds, .mubuf, .mimg: 256
    case .vop1, .sopc, .sopp, .vop3p, .flat, .scratch, .global, .vinterp: 128
    case .mtbuf, .vopd: 16
    case .ldsdir: 4
    case .exp: 1
    }
  }

  /// Any source operand: 9 bits.
  private static func source(_ n: inout Noise, special: Bool = true) -> UInt32 {
    switch n.below(special ? 10 : 8) {
    case 0...3: 256 + n.below(256)
    case 4, 5: n.below(52) * 2
    case 6: n.pick([106, 124, 125, 126, 253, 235, 237])
    case 7: n.pick([128, 129, 160, 192, 193, 208, 240, 242, 247, 248])
    case 8: 255
    default: n.pick([250, 233, 234])
    }
  }
  private static func scalar(_ n: inout Noise) -> UInt32 { source(&n, special: false) & 0xff == 250 ? 4 : n.pick([n.below(52) * 2, 106, 124, 125, 126, 128, 193, 242, 255]) }
  private static func destination(_ n: inout Noise) -> UInt32 { n.pick([n.below(26) * 4, n.below(26) * 4, 106, 124, 125, 126]) }

  static func words(_ encoding: Encoding, _ o: UInt32, _ n: inout Noise) -> [UInt32] {
    let any = n.next(), more = n.next(), bare = n.chance(8)
    let dpp = n.chance(2) ? n.below(256) | n.pick([0xe4, 0x101, 0x11f, 0x128, 0x140, 0x141, 0x153, 0x167]) << 8 | (more & 0xf) << 18 | 0xff00_0000 : more
    switch encoding {
    case .sop2: return [0x8000_0000 | o << 23 | destination(&n) << 16 | scalar(&n) << 8 | scalar(&n), any, more]
    case .sopk: return [0xb000_0000 | o << 23 | destination(&n) << 16 | n.pick([any & 0xffff, 0xf801, 0x0002, 0x0000]), more, any]
    case .sop1: return [0xbe80_0000 | o << 8 | n.pick([destination(&n), 0]) << 16 | n.pick([scalar(&n), 0, 128, 131]), any, more]
    case .sopc: return [0xbf00_0000 | o << 16 | scalar(&n) << 8 | scalar(&n), any, more]
    case .sopp: return [0xbf80_0000 | o << 16 | n.pick([0, any & 0xffff]), more, any]
    case .smem:
      let hasOffset = n.chance(2)
      return [0xf400_0000 | o << 18 | destination(&n) << 6 | n.below(24) * 2 | (any & 3) << 13, n.pick([124, n.below(100)]) << 25 | (hasOffset ? more & 0xf_ffff : 0), any]
        .enumerated().map { n.chance(6) && $0 == 0 ? 0xf400_0000 | o << 18 : $1 }
    case .vop1: return [0x7e00_0000 | o << 9 | (bare ? 0 : n.below(256) << 17 | source(&n)), dpp, any]
    case .vop2: return [o << 25 | n.below(256) << 17 | n.below(256) << 9 | source(&n), dpp, any]
    case .vopc: return [0x7c00_0000 | o << 17 | n.below(256) << 9 | source(&n), dpp, any]
    case .vop3, .vop3p, .vinterp:
      let base: UInt32 = encoding == .vop3 ? 0xd400_0000 : encoding == .vop3p ? 0xcc00_0000 : 0xcd00_0000
      let matrix = encoding == .vop3p && o >= 64
      func operand(_ n: inout Noise, _ special: Bool) -> UInt32 { matrix || encoding == .vinterp ? 256 + n.below(120) * 2 : source(&n, special: special) }
      let sources = operand(&n, true) | operand(&n, false) << 9 | n.pick([operand(&n, false), 0, 0]) << 18
      let high = n.chance(3) ? any & 0xf800_0000 : n.chance(2) ? 0x1800_0000 : 0
      let low = n.chance(3) ? any & 0xff00 : n.pick([0, 0x4000, 0x6a00, 0x0400])
      let result = n.pick([n.below(120) * 2, destination(&n), 126])
      return [base | o << 16 | low | (encoding == .vinterp ? result & 255 : result), sources | high, dpp]
    case .vopd:
      let second = n.below(19)
      func left(_ n: inout Noise) -> UInt32 { n.pick([256 + n.below(256), n.below(100), 128, 242, 255]) }
      return [0xc800_0000 | o << 22 | second << 17 | n.below(256) << 9 | left(&n), n.next() & 0xfffe_0000 | n.below(256) << 9 | left(&n), any]
    case .ldsdir: return [0xce00_0000 | o << 20 | any & 0xf_ffff, more, any]
    case .ds: return [0xd800_0000 | o << 18 | n.pick([0, 0x2_0000]) | (bare || n.chance(2) ? 0 : any & 0xffff), bare ? 0 : n.pick([more & 0x7f7f_7f7f, more & 0x7f00_0000, more & 0x7f7f, more & 0x7f, more & 0x7f00, 0]), any]
    case .flat, .scratch, .global:
      let segment: UInt32 = encoding == .flat ? 0 : encoding == .scratch ? 0x1_0000 : 0x2_0000
      let saddr: UInt32 = encoding == .flat ? 124 : n.pick([124, n.below(52) * 2])
      let offset = encoding == .flat ? any & 0xfff : any & 0x1fff
      let address = n.pick([0, n.below(120) * 2]), data = n.pick([0, n.below(120) * 2]), result = n.pick([0, n.below(120) * 2])
      return [0xdc00_0000 | o << 18 | segment | offset | n.pick([0, 0x4000, 0xe000]), result << 24 | saddr << 16 | data << 8 | address | (encoding == .scratch && n.chance(2) ? 1 << 23 : 0), more]
    case .mubuf, .mtbuf:
      let base: UInt32 = encoding == .mubuf ? 0xe000_0000 | o << 18 : 0xe800_0000 | o << 15 | n.pick([22, 60, 1, 33]) << 19
      return bare ? [base, 0, 0] : [base | any & 0x7fff, n.pick([124, 128, n.below(100)]) << 24 | (more & 3) << 22 | n.below(24) << 16 | n.below(200) << 8 | n.below(200), any]
    case .mimg where o == 25 || o == 26: return [0xf000_8f80 | o << 18 | n.pick([0, 1]), n.below(12) << 17 | n.below(200) << 8 | n.below(200), more]
    case .mimg: return [0xf000_0000 | o << 18 | n.pick([1, 4, 8, 15]) << 8 | n.pick([0, 1]) | n.below(8) << 2 | n.pick([0, 0x80]), n.below(12) << 27 | n.below(12) << 17 | n.below(200) << 8 | n.below(200), more]
    case .exp: return [0xf800_0000 | n.pick([0, 20 << 4]) | 15, more, any]
    }
  }

  @Test(arguments: Encoding.allCases) func `what LLVM knows has its mnemonic and length`(encoding: Encoding) throws {
    let set = InstructionSet.gfx1100, table = set.table
    var noise = Noise()
    var slots: [[UInt32]] = [], opcodes: [UInt32] = []
    for opcode in 0..<Self.count(encoding) {
      for _ in 0..<(Self.count(encoding) <= 16 ? 200 : encoding == .vop3 ? 60 : encoding == .mimg ? 100 : 24) { slots.append(Self.words(encoding, opcode, &noise)); opcodes.append(opcode) }
    }
    let judged = try disassembledSlots(slots, target: .gfx1100, features: ["+wavefrontsize32"])
    var seen = Set<UInt32>(), second = Set<String>()
    for (index, words) in slots.enumerated() {
      guard let (text, count) = judged[index] else { continue }
      // Operands of the wrong class are printed all the same.
      guard !text.contains("/*Invalid") else { continue }
      let name = String(text.prefix { $0 != " " && $0 != "\t" })
      seen.insert(opcodes[index])
      let bytes = words.map { hex(UInt64($0), digits: 8) }.joined(separator: " ")
      guard let result = set.decode(table, { $0 < words.count ? words[$0] : 0 }), result.known else {
        Issue.record("\(encoding) \(opcodes[index]) [\(bytes)]: LLVM says \(text), the table has no row")
        continue
      }
      #expect(set.mnemonic(table, result) == name, "\(encoding) \(opcodes[index]) [\(bytes)]: \(text)")
      #expect(Int(result.op.size) == count, "\(text) [\(bytes)]")
      if encoding == .vopd, let other = result.second {
        let half = text.split(separator: ":").last!.drop { $0 == " " }.prefix { $0 != " " }
        second.insert(String(half))
        #expect(table.rows[Int(other.row)].name.description == half)
      }
    }
    #expect(!seen.isEmpty)
    if encoding == .vopd { #expect(second.count == 17) }
    // Rows that LLVM doesn't know at all would be inventions.  Each segment of FLAT has some of the list.
    if encoding != .flat && encoding != .scratch && encoding != .vopd {
      let list: Encoding = encoding == .global ? .flat : encoding
      for (opcode, row) in table.opcodes(list) where !seen.contains(UInt32(opcode)) { Issue.record("\(encoding) \(opcode) \(row.name): LLVM has no such opcode") }
    }
  }

  @Test func `no word fits two encodings of which the later is more specific`() {
    for (index, row) in Decoder.encodings.enumerated() {
      for later in Decoder.encodings[(index + 1)...] where row.match & later.mask == later.match & row.mask {
        #expect(row.mask.nonzeroBitCount > later.mask.nonzeroBitCount, "\(row.encoding) hides \(later.encoding)")
      }
    }
  }

  /// LLVM writes halves of registers as v5.l and v5.h: exactly where a row says that an operand has 16 bits.
  @Test func `rows say which operands are halves of registers`() throws {
    let set = InstructionSet.gfx1100, table = set.table
    var slots: [[UInt32]] = [], names: [StaticString] = [], expected: [[Bool]] = []
    func add(_ row: OpcodeRow, _ words: [UInt32], sources: Int, hasResult: Bool) {
      slots.append(words); names.append(row.name)
      let a = row.attributes
      let mask = hasResult ? [a.contains(.halfResult)] : []
      expected.append(mask + (0..<sources).map { a.contains(.half($0)) })
    }
    for (opcode, row) in table.opcodes(.vop1) { add(row, [0x7e00_0104 | UInt32(opcode) << 9 | 5 << 17], sources: 1, hasResult: true) }
    for (opcode, row) in table.opcodes(.vop2) where opcode != 1 && opcode < 32 || opcode > 34 {
      guard !row.attributes.contains(.literal) else { continue }
      add(row, [UInt32(opcode) << 25 | 0x000a_0503], sources: 2, hasResult: true)
    }
    for (opcode, row) in table.opcodes(.vopc) { add(row, [0x7c00_0906 | UInt32(opcode) << 17], sources: 2, hasResult: false) }
    for (opcode, row) in table.opcodes(.vop3) where !row.attributes.contains(.scalarResult) {
      add(row, [0xd400_0006 | UInt32(opcode) << 16, 0x041a_0902], sources: 3, hasResult: true)
    }
    let judged = try disassembledSlots(slots, target: .gfx1100)
    var compared = 0
    for (index, line) in judged.enumerated() {
      guard let text = line?.text, let space = text.firstIndex(of: " ") else { continue }
      var operands: [Substring] = []
      for part in text[space...].split(separator: ",") {
        let operand = part.drop { $0 == " " }.prefix { $0 != " " }
        if operand.first == "v", !operand.hasPrefix("vcc") { operands.append(operand) }
      }
      guard operands.count <= expected[index].count else { continue }
      for (at, operand) in operands.enumerated() {
        #expect(operand.hasSuffix(".l") == expected[index][at], "\(names[index]): \(text)")
        compared += 1
      }
    }
    #expect(compared > 900)
  }
}

extension String {
  fileprivate func contains(_ other: String) -> Bool {
    let a = Array(utf8), b = Array(other.utf8)
    return a.count >= b.count && (0...(a.count - b.count)).contains { a[$0..<$0 + b.count].elementsEqual(b) }
  }
}
