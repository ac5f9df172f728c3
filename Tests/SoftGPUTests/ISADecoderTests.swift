// The decoder agrees with LLVM 22's disassembler, over every opcode number of every encoding: the same mnemonic and the same
// length where LLVM knows one, nothing where LLVM knows none (operand patterns are tried until LLVM accepts one).
import Glibc
import Testing

import GFX11
@testable import GFX9
@testable import ISA
@testable import SoftGPU

@Suite struct ISADecoderTests {
  /// Words to try for an opcode of an encoding: the fixed bits, the opcode's place, and operand patterns to or in.
  static func candidates(_ encoding: Encoding, _ o: UInt32) -> [[UInt32]] {
    func one(_ base: UInt32, _ shift: UInt32, _ patterns: [UInt32], literal: Bool = false) -> [[UInt32]] {
      let word = base | (o << shift)
      return patterns.map { literal ? [word | $0, 0x1234_5678] : [word | $0] }
    }
    func two(_ base: UInt32, _ shift: UInt32, _ patterns: [(UInt32, UInt32)]) -> [[UInt32]] {
      let word = base | (o << shift)
      return patterns.map { [word | $0.0, $0.1] }
    }
    switch encoding {
    case .sop2: return one(0x8000_0000, 23, [0x0010_0204, 0x0204]) + one(0x8000_0000, 23, [0x0010_ff04], literal: true)
    case .sopk: return one(0xb000_0000, 23, [0x0010_0005]) + one(0xb000_0000, 23, [0xf801], literal: true)
    case .sop1: return one(0xbe80_0000, 8, [0x0010_0004, 0x0010_0000, 4, 0]) + one(0xbe80_0000, 8, [0xff], literal: true)
    case .sopc: return one(0xbf00_0000, 16, [0x0204])
    case .sopp: return one(0xbf80_0000, 16, [0, 1])
    case .smem: return two(0xc000_0000, 18, [(0x2_0402, 0x10), (0x0400, 0), (0, 0)])
    case .vop2: return one(0, 25, [0x000a_0503]) + one(0, 25, [0x000a_0503, 0x000a_04ff], literal: true)
    case .vop1: return one(0x7e00_0000, 9, [0x000a_0104, 0])
    case .vopc: return one(0x7c00_0000, 17, [0x0000_0906])
    case .vop3:
      let sources: [UInt32] = [0x041a_0902, 0x0002_0902, 0x0000_0102, 0x0000_0502]
      return two(0xd000_0000, 16, sources.flatMap { [(6, $0), (0x6a06, $0)] as [(UInt32, UInt32)] } + [(0, 0)])
    case .vop3p:
      return two(0xd380_0000, 16, [(0x4004, 0x1c1a_0902), (0x4004, 0x1802_0902), (4, 0x0452_0902), (4, 0x102), (4, 0x0800_0102), (4, 0x0412_0904)])
    case .ds:
      let operands: [UInt32] = [0x2, 0x402, 0x0200_0002, 0x04_0002, 0x06_0402, 0x0800_0402, 0x0806_0402, 0x0800_0000, 0, 0x400]
      return two(0xd800_0000, 17, operands.map { (0, $0) } + [(0x1_0000, 2), (0x1_0000, 0)])      // GWS: with the gds bit
    case .flat, .scratch, .global:
      let segment: UInt32 = encoding == .flat ? 0 : encoding == .scratch ? 0x4000 : 0x8000
      let operands: [UInt32] = [0x0200_0002, 0x402, 0x027f_0002, 0x7f_0402, 0x7f_0002, 0x0200_0402, 0x0a7f_0402]
      return two(0xdc00_0000, 18, operands.map { (segment, $0) })
    case .mubuf: return two(0xe000_0000, 18, [(0, 0x0201_0402), (0, 0), (0x1_0000, 0x0001_0002)])
    case .mtbuf: return two(0xe800_0000, 15, [(0x0088_0000, 0x0201_0402)])
    case .mimg: return two(0xf000_0000, 18, [0x100, 0x300, 0x700, 0xf00, 0x1100, 0x1f00].flatMap { [($0, 0x0001_0402), ($0, 0x0041_0402)] as [(UInt32, UInt32)] })
    default: return []
    }
  }
  static func count(_ encoding: Encoding) -> UInt32 {
    switch encoding {
    case .sop2: 96                       // above lie SOPK, SOP1, SOPC and SOPP
    case .sopk: 29
    case .vop2: 62                       // above lie VOPC and VOP1
    case .vop3: 0x380                    // above lies VOP3P
    case .sop1, .smem, .vop1, .vopc, .ds: 256
    case .sopc, .sopp, .vop3p, .flat, .scratch, .global, .mubuf, .mimg: 128
    case .mtbuf: 16
    default: 0
    }
  }

  /// What LLVM makes of each sequence: mnemonic and length, or nil.
  static func disassemble(_ sequences: [[UInt32]], _ cpu: String) throws -> [(name: String, bytes: Int)?] {
    let text = sequences.map { words in
      "[" + words.flatMap { word in (0..<4).map { "0x" + String(word >> UInt32($0 * 8) & 0xff, radix: 16) } }.joined(separator: ",") + "]"
    }.joined(separator: "\n")
    let output = String(decoding: try runTool(
      ["llvm-mc-22", "-disassemble", "-triple=amdgcn-amd-amdhsa", "-mcpu=\(cpu)", "-show-encoding"], input: text, mayFail: true), as: UTF8.self)
    // One line an instruction; what is invalid is missing, so that lines are matched by their bytes.
    var known: [[UInt8]: (String, Int)] = [:]
    for line in output.split(separator: "\n") {
      guard let mark = line.range(of: "encoding: [") else { continue }
      let bytes = line[mark.upperBound...].prefix { $0 != "]" }.split(separator: ",").compactMap { UInt8($0.dropFirst(2), radix: 16) }
      guard let name = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).first else { continue }
      known[bytes] = (String(name), bytes.count)
      // LLVM prints the bytes as it would encode them: fields that mean nothing may differ in the second word.
      known[Array(bytes.prefix(4))] = (String(name), bytes.count)
    }
    return sequences.map { words in
      let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) } }
      return known[bytes] ?? known[Array(bytes.prefix(4))]
    }
  }

  @Test(arguments: Encoding.allCases.filter { count($0) > 0 }, [Target.gfx90a, .gfx942])
  func `every opcode has LLVM's mnemonic and length`(encoding: Encoding, target: Target) throws {
    guard encoding != .mimg || target == .gfx90a else { return }
    let set = target == .gfx90a ? InstructionSet.gfx90a : .gfx942
    let table = set.table
    var sequences: [[UInt32]] = [], opcodes: [UInt32] = []
    for opcode in 0..<Self.count(encoding) { for words in Self.candidates(encoding, opcode) { sequences.append(words); opcodes.append(opcode) } }
    let judged = try Self.disassemble(sequences, target.rawValue)
    var seen = Set<UInt32>()
    for (index, words) in sequences.enumerated() {
      guard let (name, bytes) = judged[index] else { continue }
      seen.insert(opcodes[index])
      guard let result = set.decode(table, { $0 < words.count ? words[$0] : 0 }), result.known else {
        Issue.record("\(target) \(encoding) \(opcodes[index]): LLVM says \(name), the table has no row")
        continue
      }
      #expect(set.mnemonic(table, result) == name, "\(target) \(encoding) \(opcodes[index])")
      #expect(Int(result.op.size) * 4 == bytes, "\(name)")
    }
    #expect(!seen.isEmpty)
    // Rows that LLVM doesn't know at all would be inventions.
    for opcode in 0..<Self.count(encoding) where !seen.contains(opcode) {
      guard let words = Self.candidates(encoding, opcode).first, let result = set.decode(table, { $0 < words.count ? words[$0] : 0 }) else { continue }
      #expect(!result.known || result.encoding != encoding, "\(target) \(encoding) \(opcode): LLVM has no such opcode")
    }
  }

  @Test func `assembled lines with literals, SDWA and DPP decode to the same length and name`() throws {
    let lines = [
      "s_add_u32 s0, s1, 0x12345678", "s_cmp_lt_i32 s0, 0x12345", "s_mov_b64 s[2:3], 0x12345678", "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 4), 3",
      "v_add_f32_e32 v0, 0x41234567, v1", "v_fmaak_f32 v0, v1, v2, 0x3f801234", "v_fmamk_f32 v0, v1, 0x3f801234, v2",
      "v_add_u32_sdwa v0, v1, v2 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:BYTE_1 src1_sel:WORD_1",
      "v_cmp_eq_u32_sdwa s[4:5], v1, v2 src0_sel:BYTE_0 src1_sel:DWORD", "v_cvt_f32_f16_sdwa v0, v1 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:WORD_1",
      "v_mov_b32_dpp v0, v1 quad_perm:[1,0,3,2] row_mask:0xf bank_mask:0xf", "v_add_f32_dpp v0, v1, v2 row_shr:1 row_mask:0xf bank_mask:0xf bound_ctrl:0",
      "v_cndmask_b32_e64 v0, -v1, |v2|, s[4:5]", "v_mad_u64_u32 v[0:1], s[4:5], v2, v3, v[4:5]", "global_load_dwordx4 v[0:3], v4, s[2:3] offset:-16 sc0",
      "scratch_store_dword off, v0, s4 offset:8", "scratch_load_dword v0, v1, off", "flat_atomic_cmpswap_x2 v[0:1], v[2:3], v[4:7] offset:8 sc0",
      "ds_read2st64_b64 v[0:3], v4 offset0:1 offset1:2", "s_load_dwordx8 s[8:15], s[0:1], s5 offset:0x10", "v_pk_fma_f32 v[0:1], v[2:3], v[4:5], v[6:7] op_sel_hi:[0,1,1]",
      "buffer_wbl2 sc0 sc1", "buffer_inv sc1", "v_readlane_b32 s4, v0, 5", "v_accvgpr_write_b32 a0, v1", "v_accvgpr_read_b32 v1, a0",
    ]
    let output = String(decoding: try runTool(
      ["llvm-mc-22", "-triple=amdgcn-amd-amdhsa", "-mcpu=gfx942", "-show-encoding"], input: lines.joined(separator: "\n")), as: UTF8.self)
    var judged = 0
    for line in output.split(separator: "\n") {
      guard let mark = line.range(of: "encoding: [") else { continue }
      let bytes = line[mark.upperBound...].prefix { $0 != "]" }.split(separator: ",").compactMap { UInt32($0.dropFirst(2), radix: 16) }
      let words = stride(from: 0, to: bytes.count, by: 4).map { bytes[$0] | bytes[$0 + 1] << 8 | bytes[$0 + 2] << 16 | bytes[$0 + 3] << 24 }
      let name = String(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[0])
      let set = InstructionSet.gfx942, result = set.decode(set.table) { $0 < words.count ? words[$0] : 0 }
      #expect(result.flatMap { set.mnemonic(set.table, $0) } == name)
      #expect(result.map { Int($0.op.size) * 4 } == bytes.count, "\(name)")
      judged += 1
    }
    #expect(judged == lines.count)
  }

  @Test(arguments: [InstructionSet.gfx90a, .gfx942, .gfx1100].indices) func `every row is executed or says why not`(index: Int) {
    let set = [InstructionSet.gfx90a, .gfx942, .gfx1100][index]
    #expect(set.lines.count > 1100)
    for line in set.lines where line.coverage == .missing { Issue.record("\(set.target) \(line.text)") }
    // What no compute kernel can execute is little.
    #expect(set.lines.count { $0.coverage != .executed } < 20)
    let summed = set.encodingSummaries.reduce(0) { $0 + Int($1.split(separator: " ")[1])! }
    #expect(summed == set.lines.count)
  }

  @Test func `no word fits two encodings of which the later is more specific`() {
    for (index, row) in Decoder.encodings.enumerated() {
      for later in Decoder.encodings[(index + 1)...] where row.match & later.mask == later.match & row.mask {
        // The two overlap: the earlier must test more bits.
        #expect(row.mask.nonzeroBitCount > later.mask.nonzeroBitCount, "\(row.encoding) hides \(later.encoding)")
      }
    }
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
      at = index(after: at)
    }
    return nil
  }
}
