// The shape of the opcode tables.  A row holds an opcode's number, its mnemonic and the function that executes it, side by
// side; a row without a function decodes, and stops a dispatch with its name.  A family's module has one file per encoding that
// fills rows in, and one instruction set for each of its targets.  Read-only after the first use.
import CSoftGPU

/// The processors whose instruction sets there are.
public enum Target: String, CaseIterable, Sendable { case gfx90a, gfx942, gfx1100 }

/// The encodings of all families; a family has some of them.  FLAT has three segments with their own mnemonics.
public enum Encoding: UInt8, CaseIterable, Sendable {
  case sop1, sop2, sopk, sopc, sopp, smem, vop1, vop2, vopc, vop3, vop3p, vopd, vinterp, ldsdir, ds, flat, scratch, global
  case mubuf, mtbuf, mimg, exp
}

public struct OpcodeAttributes: OptionSet, Sendable {
  public let rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let f32 = OpcodeAttributes(rawValue: 1)           // rounds and flushes by MODE's single-precision fields
  public static let f64 = OpcodeAttributes(rawValue: 2)           // ... by the double- and half-precision fields
  public static let control = OpcodeAttributes(rawValue: 4)       // may change the program counter, fault, or stop the wave
  public static let bare = OpcodeAttributes(rawValue: 8)          // LLVM's mnemonic carries no _e32/_e64
  public static let scalarResult = OpcodeAttributes(rawValue: 16) // VOP3 form has an SGPR pair as second result (VOP3B)
  public static let literal = OpcodeAttributes(rawValue: 32)      // always followed by a literal (fmamk, fmaak, setreg_imm32)
  public static let flushes = OpcodeAttributes(rawValue: 64)      // a selection: denormal results are flushed when MODE says so
  public static let halves = OpcodeAttributes(rawValue: 128)      // VOP3P that works on 16-bit halves or 32-bit pairs (op_sel, neg_hi)
  public static let branch = OpcodeAttributes(rawValue: 256)      // simm16 counts words to where it may go
}

public struct OpcodeRow: @unchecked Sendable {
  public var name: StaticString
  public var attributes: OpcodeAttributes
  public var execute: carmine_execute?
}

/// All rows of one target, and for each of its family's encodings the way from opcode number to row.
public struct OpcodeTable: @unchecked Sendable {
  public private(set) var rows: [OpcodeRow] = []
  private var index: [[UInt16]] = Array(repeating: [], count: Encoding.allCases.count)   // 0: none, else row + 1
  private var encoding = 0

  public init() {}

  /// The rows that follow belong to `encoding`, which has `count` opcode numbers.
  public mutating func begin(_ encoding: Encoding, count: Int) {
    self.encoding = Int(encoding.rawValue)
    index[self.encoding] = Array(repeating: 0, count: count)
  }
  public mutating func callAsFunction(
    _ opcode: Int, _ name: StaticString, _ attributes: OpcodeAttributes = [], _ execute: carmine_execute? = nil
  ) {
    precondition(index[encoding][opcode] == 0, "two rows for one opcode")
    rows.append(OpcodeRow(name: name, attributes: attributes, execute: execute))
    index[encoding][opcode] = UInt16(rows.count)
  }
  public func row(_ encoding: Encoding, _ opcode: Int) -> Int? {
    let list = index[Int(encoding.rawValue)]
    guard opcode < list.count, list[opcode] != 0 else { return nil }
    return Int(list[opcode]) - 1
  }
  /// Numbers that have a row, for tests and listings.
  public func opcodes(_ encoding: Encoding) -> [(opcode: Int, row: OpcodeRow)] {
    return index[Int(encoding.rawValue)].enumerated().compactMap { $1 == 0 ? nil : ($0, rows[Int($1) - 1]) }
  }
}

/// What was found at an address: the operation, whether a row of the table fits, and which of the family's encodings it has.
public struct Decoded {
  public var op: carmine_op
  public var encoding: Encoding
  public var known: Bool
  public init(op: carmine_op, encoding: Encoding, known: Bool) { self.op = op; self.encoding = encoding; self.known = known }
}

/// One target's instructions: its table and how its family decodes words and writes them down.
public struct InstructionSet: @unchecked Sendable {
  public let target: Target
  public let table: OpcodeTable
  /// `fetch` gives the word at an index (0, 1, 2 …), or nil when that memory can't be read; then the result is nil.
  public let decode: (OpcodeTable, (Int) -> UInt32?) -> Decoded?
  /// LLVM's mnemonic of a decoded instruction.
  public let mnemonic: (OpcodeTable, Decoded) -> String?

  public init(
    target: Target, table: OpcodeTable, decode: @escaping (OpcodeTable, (Int) -> UInt32?) -> Decoded?,
    mnemonic: @escaping (OpcodeTable, Decoded) -> String?
  ) {
    self.target = target; self.table = table; self.decode = decode; self.mnemonic = mnemonic
  }
}
