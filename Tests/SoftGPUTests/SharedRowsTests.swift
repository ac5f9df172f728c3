// The rows that families share have, in the columns of targets without an interpreter too, the numbers and mnemonics that LLVM 22
// knows.  The other columns' numbers are held by the decoders' tests.
import Testing

@testable import ISA

@Suite struct SharedRowsTests {
  private static var lists: [(encoding: Encoding, rows: (inout SharedRows) -> Void)] { [
    (.sop1, SharedRows.sop1), (.sop2, SharedRows.sop2), (.sopk, SharedRows.sopk), (.sopc, SharedRows.sopc), (.sopp, SharedRows.sopp),
    (.vop1, SharedRows.vop1), (.vop2, SharedRows.vop2), (.vop3, SharedRows.vop3), (.vop3p, SharedRows.vop3p), (.ds, SharedRows.ds),
    (.global, SharedRows.flat), (.mubuf, SharedRows.mubuf), (.mtbuf, SharedRows.mtbuf), (.mimg, SharedRows.mimg),
  ] }

  /// gfx9's words, in the family's encoding.  gfx10: other prefixes for VOP3 and VOP3P, the number of DS one bit higher, SGPR_NULL where
  /// there is no scalar address, MTBUF's number in two pieces, and images that say how many dimensions they have.
  private static func words(_ encoding: Encoding, _ opcode: UInt32, _ column: TargetColumn) -> [[UInt32]] {
    guard column == .gfx1030 else { return ISADecoderTests.candidates(encoding, opcode) }
    func changed(_ shift: UInt32, _ first: UInt32, _ second: UInt32 = 0) -> [[UInt32]] {
      ISADecoderTests.candidates(encoding, 0).map { [($0[0] ^ first) | opcode << shift, $0[1] ^ second] }
    }
    switch encoding {
    case .vop3: return changed(16, 0x0400_0000)
    case .vop3p: return changed(16, 0x1f80_0000)
    case .ds: return changed(18, 0)
    case .global: return changed(18, 0, 0x0002_0000)
    case .mtbuf: return [[0xe8b0_0000 | (opcode & 7) << 16, 0x8001_0400 | (opcode >> 3) << 21]]
    case .mubuf: return changed(18, 0)
    case .mimg: return changed(18, 8)
    default: return ISADecoderTests.candidates(encoding, opcode)
    }
  }

  @Test(arguments: [TargetColumn.gfx950, .gfx1030]) func `LLVM knows every number by its mnemonic`(column: TargetColumn) throws {
    var sequences: [[UInt32]] = [], owners: [Int] = [], rows: [(encoding: Encoding, opcode: Int, name: String)] = []
    for list in Self.lists {
      var table = OpcodeTable()
      table.begin(list.encoding, count: 1024)
      table.shared(list.rows, column)
      for (opcode, row) in table.opcodes(list.encoding) {
        for words in Self.words(list.encoding, UInt32(opcode), column) { sequences.append(words); owners.append(rows.count) }
        rows.append((list.encoding, opcode, (list.encoding == .global ? "global_" : "") + row.name.description))
      }
    }
    let judged = try ISADecoderTests.disassemble(sequences, column.rawValue)
    var names = [Set<String>](repeating: [], count: rows.count)
    for (index, owner) in owners.enumerated() { if let name = judged[index]?.name { names[owner].insert(name) } }
    for (row, known) in zip(rows, names) {
      let fits = known.contains(row.name) || known.contains(row.name + "_e32") || known.contains(row.name + "_e64")
      #expect(fits, "\(column) \(row): LLVM says \(known.sorted())")
    }
    #expect(rows.count > 580, "\(column)")
  }
}
