// From instruction words to a decoded instruction, for the gfx11 family.  Pure; any thread.
// An encoding is a row: which bits tell it, how long it is, where its opcode lies.  Field layouts are in `Fields`.
// A literal or a DPP word may follow most encodings, a list of addresses an image instruction.
// Source: AMD RDNA3 ISA, chapter 15 "Microcode Formats"; agreement with LLVM's assembler is tested.
import CSoftGPU
import ISA

struct EncodingRow {
  let encoding: Encoding
  let mask: UInt32, match: UInt32
  let words: UInt8
  let opcodeShift: UInt32, opcodeBits: UInt32
}

enum Decoder {
  /// More specific rows first.
  static let encodings: [EncodingRow] = [
    .init(encoding: .sop1, mask: 0xff80_0000, match: 0xbe80_0000, words: 1, opcodeShift: 8, opcodeBits: 8),
    .init(encoding: .sopc, mask: 0xff80_0000, match: 0xbf00_0000, words: 1, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .sopp, mask: 0xff80_0000, match: 0xbf80_0000, words: 1, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .sopk, mask: 0xf000_0000, match: 0xb000_0000, words: 1, opcodeShift: 23, opcodeBits: 5),
    .init(encoding: .sop2, mask: 0xc000_0000, match: 0x8000_0000, words: 1, opcodeShift: 23, opcodeBits: 7),
    .init(encoding: .smem, mask: 0xfc00_0000, match: 0xf400_0000, words: 2, opcodeShift: 18, opcodeBits: 8),
    .init(encoding: .vopd, mask: 0xfc00_0000, match: 0xc800_0000, words: 2, opcodeShift: 22, opcodeBits: 4),
    .init(encoding: .vop3p, mask: 0xff00_0000, match: 0xcc00_0000, words: 2, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .vinterp, mask: 0xff00_0000, match: 0xcd00_0000, words: 2, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .ldsdir, mask: 0xff00_0000, match: 0xce00_0000, words: 1, opcodeShift: 20, opcodeBits: 2),
    .init(encoding: .vop3, mask: 0xfc00_0000, match: 0xd400_0000, words: 2, opcodeShift: 16, opcodeBits: 10),
    .init(encoding: .ds, mask: 0xfc00_0000, match: 0xd800_0000, words: 2, opcodeShift: 18, opcodeBits: 8),
    .init(encoding: .flat, mask: 0xfc03_0000, match: 0xdc00_0000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .scratch, mask: 0xfc03_0000, match: 0xdc01_0000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .global, mask: 0xfc03_0000, match: 0xdc02_0000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .mubuf, mask: 0xfc00_0000, match: 0xe000_0000, words: 2, opcodeShift: 18, opcodeBits: 8),
    .init(encoding: .mtbuf, mask: 0xfc00_0000, match: 0xe800_0000, words: 2, opcodeShift: 15, opcodeBits: 4),
    .init(encoding: .mimg, mask: 0xfc00_0000, match: 0xf000_0000, words: 2, opcodeShift: 18, opcodeBits: 8),
    .init(encoding: .exp, mask: 0xfc00_0000, match: 0xf800_0000, words: 2, opcodeShift: 26, opcodeBits: 0),
    .init(encoding: .vop1, mask: 0xfe00_0000, match: 0x7e00_0000, words: 1, opcodeShift: 9, opcodeBits: 8),
    .init(encoding: .vopc, mask: 0xfe00_0000, match: 0x7c00_0000, words: 1, opcodeShift: 17, opcodeBits: 8),
    .init(encoding: .vop2, mask: 0x8000_0000, match: 0x0000_0000, words: 1, opcodeShift: 25, opcodeBits: 6),
  ]

  /// `fetch` gives the word at an index (0, 1 or 2), or nil when that memory can't be read.
  static func decode(_ table: OpcodeTable, fetch: (Int) -> UInt32?) -> Decoded? {
    guard let w0 = fetch(0) else { return nil }
    var op = carmine_op()
    op.size = 1
    op.kind = UInt8(CARMINE_OP_CONTROL)
    op.words.0 = w0
    guard let row = encodings.first(where: { w0 & $0.mask == $0.match }) else { return Decoded(op: op, encoding: .sop2, known: false) }
    let opcode = Int(w0 >> row.opcodeShift & (1 << row.opcodeBits - 1))
    op.size = row.words
    if row.words == 2 {
      guard let w1 = fetch(1) else { return nil }
      op.words.1 = w1
    }
    if row.encoding == .vopd { return dual(table, op, fetch: fetch) }
    guard let index = find(table, row.encoding, opcode) else { return Decoded(op: op, encoding: row.encoding, known: false) }
    let attributes = table.rows[index].attributes
    attach(&op, table, index)
    Fields.fill(&op, row.encoding, attributes)
    if row.encoding == .ds && op.select & 8 != 0 { op.execute = nil }         // there is no global data share to reach
    guard let trailer = trailer(op, row.encoding, attributes) else { return finished(op, row.encoding) }
    guard let word = fetch(Int(row.words)) else { return nil }
    if row.words == 1 { op.words.1 = word }
    op.literal = word
    op.size = row.words + 1
    switch trailer {
    case .dpp16: Fields.dpp16(&op, row.encoding, attributes)
    case .dpp8(let fetchesInactive): Fields.dpp8(&op, row.encoding, attributes, fetchesInactive: fetchesInactive)
    case .literal, .addresses: break
    }
    return finished(op, row.encoding)
  }

  private static func find(_ table: OpcodeTable, _ encoding: Encoding, _ opcode: Int) -> Int? {
    switch encoding {
    case .vop3:
      // VOP3 repeats VOPC, VOP2 and VOP1 at fixed places, but for the instructions that only 32 bits can say.
      let found: Int?
      switch opcode {
      case 0x000...0x0ff: found = table.row(.vopc, opcode)
      case 0x100...0x13f: found = table.row(.vop2, opcode - 0x100)
      case 0x180...0x1ff: found = table.row(.vop1, opcode - 0x180)
      default: return table.row(.vop3, opcode)
      }
      guard let found, !table.rows[found].attributes.contains(.only32) else { return nil }
      return found
    case .flat:
      // Bare here: only the segments of their own have it.
      guard let found = table.row(.flat, opcode), !table.rows[found].attributes.contains(.bare) else { return nil }
      return found
    case .scratch:
      // Loads and stores; no atomics.
      return opcode < 38 ? table.row(.flat, opcode) : nil
    case .global: return table.row(.flat, opcode)
    default: return table.row(encoding, opcode)
    }
  }

  private static func attach(_ op: inout carmine_op, _ table: OpcodeTable, _ index: Int) {
    let attributes = table.rows[index].attributes
    op.row = UInt16(index)
    op.execute = table.rows[index].execute
    op.kind = UInt8(attributes.contains(.control) ? CARMINE_OP_CONTROL : CARMINE_OP_STRAIGHT)
    if attributes.contains(.f32) { op.flags |= UInt16(CARMINE_OP_FLAG_F32) }
    if attributes.contains(.f64) { op.flags |= UInt16(CARMINE_OP_FLAG_F64) }
    if attributes.contains(.branch) { op.flags |= UInt16(CARMINE_OP_FLAG_BRANCH) }
  }

  private enum Trailer { case literal, dpp16, dpp8(Bool), addresses }

  private static func trailer(_ op: carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes) -> Trailer? {
    let literal = ScalarCode.literal
    switch encoding {
    case .sop2, .sopc: return op.source0 == literal || op.source1 == literal ? .literal : nil
    case .sop1: return op.source0 == literal && !attributes.contains(.message) ? .literal : nil
    case .sopk: return attributes.contains(.literal) ? .literal : nil
    case .vop1, .vop2, .vopc, .vop3, .vop3p:
      switch op.source0 {
      case 250: return .dpp16
      case 233: return .dpp8(false)
      case 234: return .dpp8(true)
      default:
        let any = op.source0 == literal || op.source1 == literal || op.source2 == literal || attributes.contains(.literal)
        return any ? .literal : nil
      }
    case .mimg: return op.words.0 & 1 != 0 ? .addresses : nil
    default: return nil
    }
  }

  /// Notes which sources aren't simply a VGPR.
  private static func finished(_ op: carmine_op, _ encoding: Encoding) -> Decoded {
    var op = op
    prepare(&op)
    return Decoded(op: op, encoding: encoding, known: true)
  }
  private static func prepare(_ op: inout carmine_op) {
    if op.source0 < 256 { op.prepare |= 1 }
    if op.source1 < 256 { op.prepare |= 2 }
    if op.source2 < 256 { op.prepare |= 4 }
    if op.outputModifiers & 32 != 0 { op.prepare |= 1 }
    op.prepare |= op.select & 7 | op.sourceModifiers & 7 | op.sourceModifiers >> 3 & 7
  }

  /// VOPD: two operations side by side.  Both read before either writes: the first one's result goes to a spare register and
  /// from there to its destination after the second one (`executeDual`).
  private static func dual(_ table: OpcodeTable, _ op: carmine_op, fetch: (Int) -> UInt32?) -> Decoded? {
    let (w0, w1) = op.words
    var x = op, y = op
    guard let first = table.row(.vopd, Int(w0 >> 22 & 15)), let second = table.row(.vopd, Int(w0 >> 17 & 31)) else {
      return Decoded(op: op, encoding: .vopd, known: false)
    }
    attach(&x, table, first)
    attach(&y, table, second)
    Fields.dual(&x, &y, w0, w1)
    let literal = ScalarCode.literal
    let attributes = table.rows[first].attributes.union(table.rows[second].attributes)
    if attributes.contains(.literal) || x.source0 == literal || y.source0 == literal {
      guard let w2 = fetch(2) else { return nil }
      x.literal = w2; y.literal = w2
      x.size = 3
    }
    for row in [first, second] where table.rows[row].attributes.contains(.accumulates) {
      if row == first { x.source2 = 256 + x.immediate16 }
      if row == second { y.source2 = 256 + y.destination }
    }
    prepare(&x); prepare(&y)
    x.flags |= y.flags
    x.first = x.execute
    x.execute = executeDual
    return Decoded(op: x, encoding: .vopd, known: true, second: y)
  }

  /// LLVM's mnemonic of a decoded instruction.
  static func mnemonic(_ table: OpcodeTable, _ result: Decoded) -> String? {
    guard result.known else { return nil }
    let row = table.rows[Int(result.op.row)], name = row.name.description
    let dpp = result.op.outputModifiers & 32 != 0
    switch result.encoding {
    case .flat: return "flat_" + name
    case .scratch: return "scratch_" + name
    case .global: return "global_" + name
    case .vop1, .vop2, .vopc:
      if dpp { return result.encoding == .vopc ? name : name + "_dpp" }
      return row.attributes.contains(.bare) || row.attributes.contains(.literal) ? name : name + "_e32"
    case .vop3:
      if dpp { return name + "_e64_dpp" }
      let repeated = result.op.words.0 >> 16 & 0x3ff < 0x200
      return repeated && !row.attributes.contains(.bare) ? name + "_e64" : name
    case .vop3p: return dpp ? name + "_e64_dpp" : name
    default: return name
    }
  }
}

extension carmine_op {
  /// Where the first half of a VOPD really goes.
  fileprivate var immediate16: UInt16 { UInt16(truncatingIfNeeded: immediate) }
}
