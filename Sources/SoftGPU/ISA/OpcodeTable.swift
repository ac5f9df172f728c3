// The shape of the opcode tables.  A row holds an opcode's number in each family, its mnemonic and the function that executes
// it, side by side; a row without a function decodes, and stops a dispatch with its name.  One file per encoding fills rows in.
// Read-only after the first use.
import CSoftGPU

/// The encodings of the gfx9 family.  FLAT has three segments with their own mnemonics.
enum Encoding: UInt8, CaseIterable {
  case sop1, sop2, sopk, sopc, sopp, smem, vop1, vop2, vopc, vop3, vop3p, ds, flat, scratch, global, mubuf, mtbuf
}

struct OpcodeAttributes: OptionSet {
  let rawValue: UInt16
  static let f32 = OpcodeAttributes(rawValue: 1)           // rounds and flushes by MODE's single-precision fields
  static let f64 = OpcodeAttributes(rawValue: 2)           // ... by the double- and half-precision fields
  static let control = OpcodeAttributes(rawValue: 4)       // may change the program counter, fault, or stop the wave
  static let bare = OpcodeAttributes(rawValue: 8)          // LLVM's mnemonic carries no _e32/_e64
  static let scalarResult = OpcodeAttributes(rawValue: 16) // VOP3 form has an SGPR pair as second result (VOP3B)
  static let literal = OpcodeAttributes(rawValue: 32)      // always followed by a literal (fmamk, fmaak, setreg_imm32)
  static let flushes = OpcodeAttributes(rawValue: 64)      // a selection: denormal results are flushed when MODE says so
  static let halves = OpcodeAttributes(rawValue: 128)      // VOP3P that works on 16-bit halves or 32-bit pairs (op_sel, neg_hi)
}

struct OpcodeRow {
  var name: StaticString
  var attributes: OpcodeAttributes
  var execute: carmine_execute?
}

/// All rows of one family, and for each encoding the way from opcode number to row.
struct OpcodeTable: @unchecked Sendable {
  private(set) var rows: [OpcodeRow] = []
  private var index: [[UInt16]] = Array(repeating: [], count: Encoding.allCases.count)   // 0: none, else row + 1
  private var encoding: Encoding = .sop1

  /// The rows that follow belong to `encoding`.
  mutating func begin(_ encoding: Encoding, count: Int) {
    self.encoding = encoding
    index[Int(encoding.rawValue)] = Array(repeating: 0, count: count)
  }
  mutating func callAsFunction(
    _ gfx942: Int, _ name: StaticString, _ attributes: OpcodeAttributes = [], _ execute: carmine_execute? = nil
  ) {
    precondition(index[Int(encoding.rawValue)][gfx942] == 0, "two rows for one opcode")
    rows.append(OpcodeRow(name: name, attributes: attributes, execute: execute))
    index[Int(encoding.rawValue)][gfx942] = UInt16(rows.count)
  }
  @inline(__always) func row(_ encoding: Encoding, _ opcode: Int) -> Int? {
    let list = index[Int(encoding.rawValue)]
    guard opcode < list.count, list[opcode] != 0 else { return nil }
    return Int(list[opcode]) - 1
  }
  /// Numbers that have a row, for tests and listings.
  func opcodes(_ encoding: Encoding) -> [(opcode: Int, row: OpcodeRow)] {
    index[Int(encoding.rawValue)].enumerated().compactMap { $1 == 0 ? nil : ($0, rows[Int($1) - 1]) }
  }

  static let gfx942: OpcodeTable = {
    var t = OpcodeTable()
    sop1(&t); sop2(&t); sopk(&t); sopc(&t); sopp(&t); smem(&t)
    vop1(&t); vop2(&t); vopc(&t); vop3(&t); vop3p(&t)
    ds(&t); flat(&t); mubuf(&t)
    return t
  }()
}
