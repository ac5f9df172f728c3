// Where each encoding keeps its fields, brought into the form that the execution shares between families:
// scalar operand codes become gfx9's (M0 124; NULL reads as the constant 0 and is written to a sink that nobody reads), halves of
// registers become op_sel bits, and every cache policy lies in the same bits of `select`.  Pure; any thread.
//
// Memory encodings: `select` bit 0 glc, 1 slc, 2 dlc, 3 sve (FLAT), gds (DS), offen (buffers) or unorm (images), 4 idxen or r128,
// 5 tfe, 6 lwe, 7 d16; `form` is FLAT's segment, a typed buffer's format, or dmask and dim; `immediate` the offset, or a16 and nsa;
// `scalarDestination` FLAT's saddr (0x7f: none) or the first SGPR of a buffer or image resource; `source0` address, `source1` data,
// `source2` second data (DS), soffset (buffers), the sampler's first SGPR (images); `literal` an image's further addresses.
// Source: AMD RDNA3 ISA, chapter 15 "Microcode Formats".
import CSoftGPU
import ISA

enum Fields {
  /// First of the words that take what is written to NULL, above the 256 operand codes of a wave's scalars.
  static let sink: UInt16 = 256
  /// The VGPR that takes the first result of a VOPD until the second half has read its operands.
  static let spareRegister: UInt16 = 512 + 16

  /// `count` bits of `word` from bit `low` on, placed at bit `at`.
  @inline(__always) private static func field(_ word: UInt32, _ low: UInt32, _ count: UInt32, at: UInt32 = 0) -> UInt8 {
    UInt8(truncatingIfNeeded: ((word &>> low) & ((1 &<< count) &- 1)) &<< at)
  }
  @inline(__always) private static func bits(_ word: UInt32, _ low: UInt32, _ count: UInt32) -> UInt16 { UInt16(word >> low & (1 << count - 1)) }

  /// A source operand's code.
  static func source(_ code: UInt16) -> UInt16 {
    switch code {
    case 124: 128
    case 125: 124
    default: code
    }
  }
  /// A scalar destination's code.
  static func scalar(_ code: UInt16) -> UInt16 {
    switch code {
    case 124: sink
    case 125: 124
    default: code
    }
  }

  static func fill(_ op: inout carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes) {
    switch encoding {
    case .sop1, .sop2, .sopk, .sopc, .sopp, .smem: scalarFields(&op, encoding)
    case .vop1, .vop2, .vopc: shortVector(&op, encoding, attributes)
    case .vop3, .vop3p, .vinterp: longVector(&op, encoding, attributes)
    default: memory(&op, encoding)
    }
  }

  private static func scalarFields(_ op: inout carmine_op, _ encoding: Encoding) {
    let w0 = op.words.0, w1 = op.words.1
    switch encoding {
    case .sop2:
      op.source0 = source(bits(w0, 0, 8)); op.source1 = source(bits(w0, 8, 8)); op.destination = scalar(bits(w0, 16, 7))
    case .sop1:
      op.source0 = source(bits(w0, 0, 8)); op.destination = scalar(bits(w0, 16, 7))
      op.immediate = Int32(bits(w0, 0, 8))                  // a message's number
    case .sopc:
      op.source0 = source(bits(w0, 0, 8)); op.source1 = source(bits(w0, 8, 8))
    case .sopk:
      op.destination = scalar(bits(w0, 16, 7)); op.source0 = source(bits(w0, 16, 7))
      op.immediate = Int32(Int16(truncatingIfNeeded: w0))
    case .smem:
      op.source0 = bits(w0, 0, 6) << 1
      op.destination = scalar(bits(w0, 6, 7))
      op.select = field(w0, 14, 1) | field(w0, 13, 1, at: 2)
      op.immediate = Int32(bitPattern: w1 << 11) >> 11
      op.source1 = source(bits(w1, 25, 7))
    default: op.immediate = Int32(Int16(truncatingIfNeeded: w0))
    }
  }

  private static func shortVector(_ op: inout carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes) {
    let w0 = op.words.0
    op.source0 = vector(&op, bits(w0, 0, 9), 0, attributes)
    op.source1 = 256
    op.source2 = 256
    if encoding != .vop1 { op.source1 = vector(&op, 256 + bits(w0, 9, 8), 1, attributes) }
    if encoding == .vopc {
      op.scalarDestination = UInt16(attributes.contains(.setsExec) ? ScalarCode.exec : ScalarCode.vcc)
    } else {
      op.destination = bits(w0, 17, 8)
      if encoding == .vop2 {
        op.source2 = UInt16(ScalarCode.vcc)                 // carry in, and v_cndmask's selector
        op.scalarDestination = UInt16(ScalarCode.vcc)       // carry out
      }
      result(&op, attributes, inRegisterNumber: true)
    }
  }
  /// A source of the 32-bit encodings: bit 7 of a VGPR's number is the half where the operand has 16 bits.
  private static func vector(_ op: inout carmine_op, _ code: UInt16, _ index: Int, _ attributes: OpcodeAttributes) -> UInt16 {
    guard code >= 256 else { return source(code) }
    guard attributes.contains(.half(index)), code & 128 != 0 else { return code }
    op.select |= 1 << UInt8(index)
    return code & ~128
  }
  /// The destination: its half, an SGPR's code, and the operand that it also is.
  private static func result(_ op: inout carmine_op, _ attributes: OpcodeAttributes, inRegisterNumber: Bool) {
    if attributes.contains(.halfResult) {
      op.outputModifiers |= 64                              // the other half stays
      if inRegisterNumber && op.destination & 128 != 0 {
        op.destination &= 127
        op.outputModifiers |= 8
      }
    }
    if attributes.contains(.scalarDestination) { op.destination = scalar(op.destination) }
    if attributes.contains(.accumulates) {
      op.source2 = 256 + op.destination
      if op.outputModifiers & 8 != 0 { op.select |= 4 }
    }
  }

  private static func longVector(_ op: inout carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes) {
    let w0 = op.words.0, w1 = op.words.1
    op.form = UInt8(CARMINE_FORM_VOP3)
    op.destination = bits(w0, 0, 8)
    op.source0 = source(bits(w1, 0, 9)); op.source1 = source(bits(w1, 9, 9)); op.source2 = source(bits(w1, 18, 9))
    op.outputModifiers = field(w0, 15, 1)
    if encoding == .vop3p {
      op.select = field(w0, 11, 3) | field(w1, 27, 2, at: 4) | field(w0, 14, 1, at: 6)
      op.immediate = Int32(field(w1, 29, 3) | field(w0, 8, 3, at: 3))   // neg_lo, neg_hi
      return
    }
    op.sourceModifiers = field(w1, 29, 3)
    if encoding == .vinterp {
      op.select = field(w0, 11, 4)
      if op.select & 8 != 0 { op.outputModifiers |= 8 }
      result(&op, attributes, inRegisterNumber: false)
      return
    }
    op.outputModifiers |= field(w1, 27, 2, at: 1)
    if attributes.contains(.scalarResult) {
      op.scalarDestination = scalar(bits(w0, 8, 7))
      return
    }
    op.sourceModifiers |= field(w0, 8, 3, at: 3)
    op.select = field(w0, 11, 4)
    if w0 >> 16 & 0x3ff < 0x100 {                           // comparison: the destination is a mask
      op.scalarDestination = attributes.contains(.setsExec) ? UInt16(ScalarCode.exec) : scalar(op.destination)
    } else {
      if op.select & 8 != 0 { op.outputModifiers |= 8 }
      result(&op, attributes, inRegisterNumber: false)
    }
  }

  private static func memory(_ op: inout carmine_op, _ encoding: Encoding) {
    let w0 = op.words.0, w1 = op.words.1
    switch encoding {
    case .ldsdir:
      op.destination = bits(w0, 0, 8)
      op.immediate = Int32(w0 >> 8 & 0xff)                  // channel, attribute
    case .ds:
      op.immediate = Int32(w0 & 0xffff)
      op.select = field(w0, 17, 1, at: 3)
      op.source0 = 256 + bits(w1, 0, 8); op.source1 = 256 + bits(w1, 8, 8); op.source2 = 256 + bits(w1, 16, 8)
      op.destination = bits(w1, 24, 8)
    case .flat, .scratch, .global:
      op.form = encoding == .flat ? 0 : encoding == .scratch ? 1 : 2          // the segment
      op.immediate = encoding == .flat ? Int32(w0 & 0xfff) : Int32(bitPattern: w0 << 19) >> 19
      op.select = field(w0, 14, 1) | field(w0, 15, 1, at: 1) | field(w0, 13, 1, at: 2) | field(w1, 23, 1, at: 3)
      op.source0 = 256 + bits(w1, 0, 8); op.source1 = 256 + bits(w1, 8, 8); op.source2 = 256
      let saddr = bits(w1, 16, 7)
      op.scalarDestination = saddr == 124 ? 0x7f : saddr == 125 ? 124 : saddr
      op.destination = bits(w1, 24, 8)
    case .mubuf, .mtbuf:
      op.immediate = Int32(w0 & 0xfff)
      op.select = field(w0, 14, 1) | field(w0, 12, 1, at: 1) | field(w0, 13, 1, at: 2)
      op.select |= field(w1, 22, 1, at: 3) | field(w1, 23, 1, at: 4) | field(w1, 21, 1, at: 5)
      op.source0 = 256 + bits(w1, 0, 8); op.source1 = 256 + bits(w1, 8, 8); op.source2 = source(bits(w1, 24, 8))
      op.destination = bits(w1, 8, 8)
      op.scalarDestination = bits(w1, 16, 5) << 2
      op.form = encoding == .mtbuf ? field(w0, 19, 7) : 0
    case .mimg:
      op.select = field(w0, 14, 1) | field(w0, 12, 1, at: 1) | field(w0, 13, 1, at: 2) | field(w0, 7, 1, at: 3)
      op.select |= field(w0, 15, 1, at: 4) | field(w1, 21, 1, at: 5) | field(w1, 22, 1, at: 6) | field(w0, 17, 1, at: 7)
      op.form = field(w0, 8, 4) | field(w0, 2, 3, at: 4)    // dmask, dim
      op.immediate = Int32(w0 >> 16 & 1 | (w0 & 1) << 1)    // a16, nsa
      op.source0 = 256 + bits(w1, 0, 8); op.source1 = 256 + bits(w1, 8, 8); op.source2 = bits(w1, 26, 5) << 2
      op.destination = bits(w1, 8, 8)
      op.scalarDestination = bits(w1, 16, 5) << 2
    default: break
    }
  }

  // DPP: the word that follows holds the first source's VGPR and the permutation.  `select` bit 7: lanes that are off are read too.

  static func dpp16(_ op: inout carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes) {
    let word = op.literal
    permuted(&op, encoding, attributes)
    if encoding != .vop3 && encoding != .vop3p {
      op.sourceModifiers = field(word, 20, 1) | field(word, 22, 1, at: 1) | field(word, 21, 1, at: 3) | field(word, 23, 1, at: 4)
    }
    op.select |= field(word, 18, 1, at: 7)
    op.outputModifiers |= 32
  }
  static func dpp8(_ op: inout carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes, fetchesInactive: Bool) {
    permuted(&op, encoding, attributes)
    op.select |= fetchesInactive ? 128 : 0
    op.outputModifiers |= 32 | 128
  }
  private static func permuted(_ op: inout carmine_op, _ encoding: Encoding, _ attributes: OpcodeAttributes) {
    let code = 256 + UInt16(op.literal & 0xff)
    op.source0 = encoding == .vop3 || encoding == .vop3p ? code : vector(&op, code, 0, attributes)
    if op.form == UInt8(CARMINE_FORM_PLAIN) { op.form = UInt8(CARMINE_FORM_DPP) }
  }

  /// VOPD's two halves; the second one's destination has the other parity.  The first one's real destination is `immediate`.
  static func dual(_ x: inout carmine_op, _ y: inout carmine_op, _ w0: UInt32, _ w1: UInt32) {
    x.source0 = source(bits(w0, 0, 9)); x.source1 = 256 + bits(w0, 9, 8); x.source2 = UInt16(ScalarCode.vcc)
    y.source0 = source(bits(w1, 0, 9)); y.source1 = 256 + bits(w1, 9, 8); y.source2 = UInt16(ScalarCode.vcc)
    x.immediate = Int32(bits(w1, 24, 8))
    x.destination = spareRegister
    y.destination = bits(w1, 17, 7) << 1 | UInt16(~x.immediate & 1)
  }
}
