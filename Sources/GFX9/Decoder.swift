// From instruction words to a decoded instruction, for the gfx9 family.  Pure; any thread.
// An encoding is a row: which bits tell it, how long it is, where its opcode lies.  Field layouts are in `fill`.
// Source: AMD CDNA3 ISA, chapter 13 "Microcode Formats"; agreement with LLVM's assembler is tested.
import CSoftGPU
import ISA

struct EncodingRow {
  let encoding: Encoding
  let mask: UInt32, match: UInt32
  let words: UInt8
  let opcodeShift: UInt32, opcodeBits: UInt32
}

/// What the encodings themselves have differently on a target.
struct Decoder {
  /// A scratch instruction says in bit 13 whether its address has a VGPR; else it has one where it has no SGPR.
  var hasScratchMode: Bool

  /// More specific rows first.
  static let encodings: [EncodingRow] = [
    .init(encoding: .sop1, mask: 0xff80_0000, match: 0xbe80_0000, words: 1, opcodeShift: 8, opcodeBits: 8),
    .init(encoding: .sopc, mask: 0xff80_0000, match: 0xbf00_0000, words: 1, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .sopp, mask: 0xff80_0000, match: 0xbf80_0000, words: 1, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .sopk, mask: 0xf000_0000, match: 0xb000_0000, words: 1, opcodeShift: 23, opcodeBits: 5),
    .init(encoding: .sop2, mask: 0xc000_0000, match: 0x8000_0000, words: 1, opcodeShift: 23, opcodeBits: 7),
    .init(encoding: .smem, mask: 0xfc00_0000, match: 0xc000_0000, words: 2, opcodeShift: 18, opcodeBits: 8),
    .init(encoding: .vop3p, mask: 0xff80_0000, match: 0xd380_0000, words: 2, opcodeShift: 16, opcodeBits: 7),
    .init(encoding: .vop3, mask: 0xfc00_0000, match: 0xd000_0000, words: 2, opcodeShift: 16, opcodeBits: 10),
    .init(encoding: .ds, mask: 0xfc00_0000, match: 0xd800_0000, words: 2, opcodeShift: 17, opcodeBits: 8),
    .init(encoding: .flat, mask: 0xfc00_c000, match: 0xdc00_0000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .scratch, mask: 0xfc00_c000, match: 0xdc00_4000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .global, mask: 0xfc00_c000, match: 0xdc00_8000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .mubuf, mask: 0xfc00_0000, match: 0xe000_0000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .mtbuf, mask: 0xfc00_0000, match: 0xe800_0000, words: 2, opcodeShift: 15, opcodeBits: 4),
    .init(encoding: .mimg, mask: 0xfc00_0000, match: 0xf000_0000, words: 2, opcodeShift: 18, opcodeBits: 7),
    .init(encoding: .vop1, mask: 0xfe00_0000, match: 0x7e00_0000, words: 1, opcodeShift: 9, opcodeBits: 8),
    .init(encoding: .vopc, mask: 0xfe00_0000, match: 0x7c00_0000, words: 1, opcodeShift: 17, opcodeBits: 8),
    .init(encoding: .vop2, mask: 0x8000_0000, match: 0x0000_0000, words: 1, opcodeShift: 25, opcodeBits: 6),
  ]

  typealias Result = Decoded

  /// `fetch` gives the word at an index (0, 1 or 2), or nil when that memory can't be read.
  func decode(_ table: OpcodeTable, fetch: (Int) -> UInt32?) -> Result? {
    guard let w0 = fetch(0) else { return nil }
    var op = carmine_op()
    op.size = 1
    op.kind = UInt8(CARMINE_OP_CONTROL)
    op.words.0 = w0
    guard let row = Decoder.encodings.first(where: { w0 & $0.mask == $0.match }) else { return Result(op: op, encoding: .sop2, known: false) }
    let opcode = Int(w0 >> row.opcodeShift & (1 << row.opcodeBits - 1))
    let encoding = row.encoding
    var number = opcode
    var index: Int?
    if encoding == .vop3 {
      // VOP3 repeats VOPC, VOP2 and VOP1 at fixed places.
      switch opcode {
      case 0x000...0x0ff: index = table.row(.vopc, opcode)
      case 0x100...0x13f: index = table.row(.vop2, opcode - 0x100); number = opcode - 0x100
      case 0x140...0x1bf: index = table.row(.vop1, opcode - 0x140); number = opcode - 0x140
      default: index = table.row(.vop3, opcode)
      }
      if let found = index, !table.rows[found].attributes.isDisjoint(with: [.only32, .literal]) { index = nil }
    } else if encoding == .flat || encoding == .scratch || encoding == .global {
      // Bit 13, where it isn't part of the address: the load goes to LDS.
      index = table.row(.flat, opcode | (!hasScratchMode && w0 >> 13 & 1 != 0 ? 128 : 0))
      if let found = index {
        let attributes = table.rows[found].attributes
        if attributes.contains(encoding == .flat ? .notFlat : .notScratch) && encoding != .global { index = nil }
      }
    } else {
      index = table.row(encoding, opcode)
    }
    op.size = row.words
    if row.words == 2 {
      guard let w1 = fetch(1) else { return nil }
      op.words.1 = w1
    }
    guard let index else { return Result(op: op, encoding: encoding, known: false) }
    let attributes = table.rows[index].attributes
    op.row = UInt16(index)
    op.execute = table.rows[index].execute
    op.kind = UInt8(attributes.contains(.control) ? CARMINE_OP_CONTROL : CARMINE_OP_STRAIGHT)
    if attributes.contains(.f32) { op.flags |= UInt16(CARMINE_OP_FLAG_F32) }
    if attributes.contains(.f64) { op.flags |= UInt16(CARMINE_OP_FLAG_F64) }
    if attributes.contains(.branch) { op.flags |= UInt16(CARMINE_OP_FLAG_BRANCH) }
    switch encoding {
    case .vop1, .vop2, .vopc, .vop3, .vop3p:
      op.flags |= UInt16(CARMINE_OP_FLAG_VECTOR)
      if !attributes.contains(.notIndexed) { op.flags |= UInt16(CARMINE_OP_FLAG_INDEXED) }
    case .ds, .flat, .scratch, .global, .mubuf, .mtbuf, .mimg: op.flags |= UInt16(CARMINE_OP_FLAG_VECTOR)
    default: break
    }
    fill(&op, encoding, number, attributes)
    // A literal, or the second word of SDWA and DPP, follows the 32-bit encodings.
    let trailer: Bool
    switch encoding {
    case .sop2: trailer = op.source0 == 255 || op.source1 == 255
    case .sopc: trailer = op.source0 == 255 || op.source1 == 255 && number != 17     // s_set_gpr_idx_on's second source is a number
    case .sop1: trailer = op.source0 == 255
    case .vop1, .vop2, .vopc: trailer = op.source0 == 255 || op.source0 == 249 || op.source0 == 250 || attributes.contains(.literal)
    case .sopk: trailer = attributes.contains(.literal)
    default: trailer = false
    }
    if trailer {
      guard let w1 = fetch(1) else { return nil }
      op.words.1 = w1
      op.literal = w1
      op.size = 2
      if encoding == .vop1 || encoding == .vop2 || encoding == .vopc {
        if op.source0 == 249 { sdwa(&op, encoding) } else if op.source0 == 250 { dpp(&op) }
      }
    }
    // Sources that aren't plain VGPRs.
    if op.source0 < 256 { op.prepare |= 1 }
    if op.source1 < 256 { op.prepare |= 2 }
    if op.source2 < 256 { op.prepare |= 4 }
    switch Int32(op.form) {
    case Int32(CARMINE_FORM_SDWA): op.prepare |= 3
    case Int32(CARMINE_FORM_DPP): op.prepare |= 1
    case Int32(CARMINE_FORM_VOP3): if encoding == .vop3 { op.prepare |= op.select & 7 }
    default: break
    }
    op.prepare |= op.sourceModifiers & 7 | op.sourceModifiers >> 3 & 7
    return Result(op: op, encoding: encoding, known: true)
  }

  /// `count` bits of `word` from bit `low` on, placed at bit `at`.
  @inline(__always) private func field(_ word: UInt32, _ low: UInt32, _ count: UInt32, at: UInt32 = 0) -> UInt8 {
    UInt8(truncatingIfNeeded: ((word &>> low) & ((1 &<< count) &- 1)) &<< at)
  }

  private func fill(_ op: inout carmine_op, _ encoding: Encoding, _ opcode: Int, _ attributes: OpcodeAttributes) {
    let w0 = op.words.0, w1 = op.words.1
    func bits(_ word: UInt32, _ low: UInt32, _ count: UInt32) -> UInt16 { UInt16(word >> low & (1 << count - 1)) }
    switch encoding {
    case .sop2:
      op.source0 = bits(w0, 0, 8); op.source1 = bits(w0, 8, 8); op.destination = bits(w0, 16, 7)
    case .sop1:
      op.source0 = bits(w0, 0, 8); op.destination = bits(w0, 16, 7)
    case .sopc:
      op.source0 = bits(w0, 0, 8); op.source1 = bits(w0, 8, 8); op.immediate = Int32(bits(w0, 8, 8))
    case .sopk:
      op.destination = bits(w0, 16, 7); op.source0 = op.destination
      op.immediate = Int32(Int16(truncatingIfNeeded: w0))
    case .sopp: op.immediate = Int32(Int16(truncatingIfNeeded: w0))
    case .smem:
      op.source0 = bits(w0, 0, 6) << 1
      op.destination = bits(w0, 6, 7)
      op.immediate = Int32(bitPattern: w1 << 11) >> 11
      // soffset_en (14), glc (16), imm (17) in select
      op.select = field(w0, 14, 1) | field(w0, 16, 1, at: 1) | field(w0, 17, 1, at: 2)
      op.source1 = bits(w1, 25, 7)
    case .vop1:
      op.source0 = bits(w0, 0, 9); op.destination = bits(w0, 17, 8)
      op.source1 = 256; op.source2 = 256
    case .vop2:
      op.source0 = bits(w0, 0, 9); op.source1 = 256 + bits(w0, 9, 8); op.destination = bits(w0, 17, 8)
      op.source2 = UInt16(ScalarCode.vcc)                   // carry in, and v_cndmask's selector
      op.scalarDestination = UInt16(ScalarCode.vcc)         // carry out
    case .vopc:
      op.source0 = bits(w0, 0, 9); op.source1 = 256 + bits(w0, 9, 8); op.source2 = 256
      op.scalarDestination = UInt16(ScalarCode.vcc)
    case .vop3:
      op.form = UInt8(CARMINE_FORM_VOP3)
      op.destination = bits(w0, 0, 8)
      op.source0 = bits(w1, 0, 9); op.source1 = bits(w1, 9, 9); op.source2 = bits(w1, 18, 9)
      op.sourceModifiers = UInt8(w1 >> 29 & 7)
      op.outputModifiers = field(w0, 15, 1) | field(w1, 27, 2, at: 1)
      let opcode10 = w0 >> 16 & 0x3ff
      if opcode10 < 0x100 {                                 // comparison: the destination is an SGPR pair
        op.scalarDestination = op.destination
        op.sourceModifiers |= UInt8(w0 >> 8 & 7) << 3
        op.select = UInt8(w0 >> 11 & 15)
      } else if attributes.contains(.scalarResult) {
        op.scalarDestination = bits(w0, 8, 7)
      } else {
        op.sourceModifiers |= UInt8(w0 >> 8 & 7) << 3
        op.select = UInt8(w0 >> 11 & 15)
        if op.select & 8 != 0 { op.outputModifiers |= 8 }
      }
    case .vop3p:
      op.form = UInt8(CARMINE_FORM_VOP3)
      op.destination = bits(w0, 0, 8)
      op.source0 = bits(w1, 0, 9); op.source1 = bits(w1, 9, 9); op.source2 = bits(w1, 18, 9)
      op.select = field(w0, 11, 3) | field(w1, 27, 2, at: 4) | field(w0, 14, 1, at: 6)
      op.immediate = Int32(field(w1, 29, 3) | field(w0, 8, 3, at: 3))   // neg_lo, neg_hi
      op.outputModifiers = UInt8(w0 >> 15 & 1)
      if !attributes.contains(.halves) {                    // MFMA and accvgpr: register file choices, no modifiers
        op.outputModifiers = 0
        if w1 >> 27 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACC0) }
        if w1 >> 28 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACC1) }
        if w0 >> 15 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACCD) }
      }
    case .ds:
      op.immediate = Int32(w0 & 0xffff)
      op.source0 = 256 + bits(w1, 0, 8); op.source1 = 256 + bits(w1, 8, 8); op.source2 = 256 + bits(w1, 16, 8)
      op.destination = bits(w1, 24, 8)
      if w0 >> 25 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACC0) }
    case .flat, .scratch, .global:
      op.form = encoding == .flat ? 0 : encoding == .scratch ? 1 : 2          // the segment
      op.immediate = encoding == .flat ? Int32(w0 & 0xfff) : Int32(bitPattern: w0 << 19) >> 19
      op.source0 = 256 + bits(w1, 0, 8)                     // address
      op.source1 = 256 + bits(w1, 8, 8)                     // data
      op.source2 = 256
      op.scalarDestination = bits(w1, 16, 7)                // saddr
      op.destination = bits(w1, 24, 8)
      op.select = field(w0, 16, 1) | field(w0, 17, 1, at: 1) | field(w0, 25, 1, at: 2) | field(w0, 13, 1, at: 3)   // sc0, nt, sc1, sve/lds
      if encoding == .scratch, !hasScratchMode { op.select = op.select & 7 | (w1 >> 16 & 0x7f == 0x7f ? 8 : 0) }
      if w1 >> 23 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACC0) }
    case .mubuf, .mtbuf:
      op.source0 = 256 + bits(w1, 0, 8); op.destination = bits(w1, 8, 8); op.source1 = 256 + op.destination
      op.scalarDestination = bits(w1, 16, 5) << 2           // the descriptor
      op.source2 = bits(w1, 24, 8)                          // the scalar offset
      op.immediate = Int32(w0 & 0xfff)
      op.select = field(w0, 14, 1) | field(w0, 12, 1, at: 3) | field(w0, 13, 1, at: 4)      // glc, offen, idxen
      if encoding == .mubuf {
        op.select |= field(w0, 17, 1, at: 1) | field(w0, 15, 1, at: 2) | field(w0, 16, 1, at: 6)        // slc, scc, lds
      } else {
        op.select |= field(w1, 22, 1, at: 1) | field(w1, 21, 1, at: 2)
        op.form = field(w0, 19, 7)                          // the format
      }
      if w1 >> 23 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACC0) }
    case .mimg:
      op.source0 = 256 + bits(w1, 0, 8); op.destination = bits(w1, 8, 8); op.source1 = 256 + op.destination
      op.scalarDestination = bits(w1, 16, 5) << 2           // the descriptor
      op.source2 = bits(w1, 21, 5) << 2                     // the sampler's
      op.form = field(w0, 8, 4) | field(w0, 14, 1, at: 4)   // dmask, da
      op.select = field(w0, 13, 1) | field(w0, 25, 1, at: 1) | field(w0, 7, 1, at: 2) | field(w0, 12, 1, at: 3)   // glc, slc, scc, unorm
      op.select |= field(w0, 17, 1, at: 6) | field(w1, 31, 1, at: 7)                                               // lwe, d16
      op.immediate = Int32(field(w0, 15, 1))                // a16
      if w0 >> 16 & 1 != 0 { op.flags |= UInt16(CARMINE_OP_FLAG_ACC0) }
    default: break                                          // encodings of other families
    }
  }

  private func sdwa(_ op: inout carmine_op, _ encoding: Encoding) {
    let word = op.literal
    op.form = UInt8(CARMINE_FORM_SDWA)
    let scalar0 = word >> 23 & 1 != 0, scalar1 = word >> 31 & 1 != 0
    op.source0 = UInt16(word & 0xff) + (scalar0 ? 0 : 256)
    if encoding != .vop1, scalar1 { op.source1 -= 256 }
    op.sourceModifiers = field(word, 20, 1) | field(word, 28, 1, at: 1) | field(word, 21, 1, at: 3) | field(word, 29, 1, at: 4)
    if encoding == .vopc {
      if word >> 15 & 1 != 0 { op.scalarDestination = UInt16(word >> 8 & 0x7f) }
    } else {
      op.outputModifiers = field(word, 13, 1) | field(word, 14, 2, at: 1) | 16
      if word >> 8 & 7 == 6 { op.outputModifiers &= ~16 }   // the whole register
    }
  }

  private func dpp(_ op: inout carmine_op) {
    let word = op.literal
    op.form = UInt8(CARMINE_FORM_DPP)
    op.source0 = UInt16(word & 0xff) + 256
    op.sourceModifiers = field(word, 20, 1) | field(word, 22, 1, at: 1) | field(word, 21, 1, at: 3) | field(word, 23, 1, at: 4)
    op.outputModifiers = 32
  }

  /// LLVM's mnemonic of a decoded instruction.
  static func mnemonic(_ table: OpcodeTable, _ result: Result) -> String? {
    guard result.known else { return nil }
    let row = table.rows[Int(result.op.row)], name = row.name.description
    switch result.encoding {
    case .flat: return "flat_" + name
    case .scratch: return "scratch_" + name
    case .global: return "global_" + name
    case .vop1, .vop2, .vopc:
      if row.attributes.contains(.bare) || row.attributes.contains(.literal) { return name }
      switch Int32(result.op.form) {
      case Int32(CARMINE_FORM_SDWA): return name + "_sdwa"
      case Int32(CARMINE_FORM_DPP): return name + "_dpp"
      default: return name + "_e32"
      }
    case .vop3:
      let opcode = result.op.words.0 >> 16 & 0x3ff
      return opcode < 0x1c0 && !row.attributes.contains(.bare) ? name + "_e64" : name
    default: return name
    }
  }
}
