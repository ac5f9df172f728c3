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
  // gfx11 and later, where 16-bit operands are halves of registers.
  public static let half0 = OpcodeAttributes(rawValue: 1 << 16)   // the first source has 16 bits
  public static let half1 = OpcodeAttributes(rawValue: 1 << 17)
  public static let half2 = OpcodeAttributes(rawValue: 1 << 18)
  public static let halfResult = OpcodeAttributes(rawValue: 1 << 19)
  public static let accumulates = OpcodeAttributes(rawValue: 1 << 20)        // the destination is the third source
  public static let setsExec = OpcodeAttributes(rawValue: 1 << 21)           // a comparison into EXEC
  public static let scalarDestination = OpcodeAttributes(rawValue: 1 << 22)  // a vector instruction whose result is an SGPR
  public static let only32 = OpcodeAttributes(rawValue: 1 << 23)             // VOP1 and VOP2 without a VOP3 form
  public static let message = OpcodeAttributes(rawValue: 1 << 27)            // SOP1 whose source is a message's number
  public static let unary16: OpcodeAttributes = [.halfResult, .half0]
  public static let binary16: OpcodeAttributes = [.halfResult, .half0, .half1]
  public static let ternary16: OpcodeAttributes = [.halfResult, .half0, .half1, .half2]
  @inlinable public static func half(_ source: Int) -> OpcodeAttributes { OpcodeAttributes(rawValue: 1 << (16 + UInt32(source))) }
  // Why a row has no function: no compute kernel can execute it, or the device has not what it needs.
  public static let graphics = OpcodeAttributes(rawValue: 1 << 28)           // pixels, primitives, ordered appends
  public static let globalWaveSync = OpcodeAttributes(rawValue: 1 << 29)     // GWS, which a kernel gets by a driver call that is refused
  public static let globalDataShare = OpcodeAttributes(rawValue: 1 << 31)    // GDS, of which the driver gives a process none
  public static let unpublished = OpcodeAttributes(rawValue: 1 << 30)        // LLVM names it, no manual says what it does
  // gfx9.
  public static let notIndexed = OpcodeAttributes(rawValue: 1 << 11)  // a lane's register is an SGPR's, or all lanes' registers: not by M0
  public static let notFlat = OpcodeAttributes(rawValue: 1 << 9)      // FLAT: not in the flat segment
  public static let notScratch = OpcodeAttributes(rawValue: 1 << 10)  // FLAT: not in the scratch segment
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
  /// The other half of a VOPD, for the entry of its second word.
  public var second: carmine_op?
  public init(op: carmine_op, encoding: Encoding, known: Bool, second: carmine_op? = nil) {
    self.op = op; self.encoding = encoding; self.known = known; self.second = second
  }
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
