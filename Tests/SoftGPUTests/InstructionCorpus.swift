// Encodings for the disassembler's test: for every opcode number of every encoding a number of operand patterns, the same on each
// run.  Most opcode numbers mean something; which words are valid, LLVM says.  Operand patterns follow the instruction formats in
// AMD's ISA manuals: registers aligned and not, every constant, literals, SDWA and DPP words, op_sel, cache policies.
//
// Not generated: exports (a compute kernel has nothing to export to), and matrix instructions with scalar sources, on which LLVM's
// own disassembler stops.
@testable import ISA

struct InstructionCorpus {
  private(set) var slots: [(encoding: Encoding, words: [UInt32])] = []
  private var noise = Noise()
  private let isGFX11: Bool

  init(_ target: Target, rounds: Int) {
    isGFX11 = target == .gfx1100
    for _ in 0..<rounds { if isGFX11 { gfx11() } else { gfx9(target) } }
  }

  private mutating func add(_ encoding: Encoding, _ words: UInt32...) { slots.append((encoding, words)) }
  /// `count` bits.
  private mutating func bits(_ count: UInt32) -> UInt32 { noise.next() & (count == 32 ? ~0 : 1 << count - 1) }
  private mutating func one(_ of: UInt32...) -> UInt32 { noise.pick(of) }
  /// The value half of the time, else 0.
  private mutating func maybe(_ value: UInt32) -> UInt32 { noise.chance(2) ? value : 0 }

  // MARK: operands

  private mutating func scalarRegister() -> UInt32 {
    let special: UInt32 = isGFX11 ? one(106, 107, 124, 125, 126, 127) : one(102, 103, 104, 105, 106, 107, 124, 125, 126, 127)
    return one(noise.below(24) * 4, noise.below(50) * 2, noise.below(102), special, 108 + noise.below(4) * 4, 108 + noise.below(16))
  }
  private mutating func scalar(literal: Bool = true) -> UInt32 {
    switch noise.below(13) {
    case 0...4: return scalarRegister()
    case 5, 6: return 128 + bits(6)
    case 7: return 193 + bits(4)
    case 8: return 240 + noise.below(9)
    case 9: return one(235, 236, 237, 238)
    case 10: return one(251, 252, 253, 253, 230, 231, isGFX11 ? 253 : 254, 239)
    default: return literal ? 255 : scalarRegister()
    }
  }
  private mutating func vector() -> UInt32 { noise.chance(2) ? bits(8) : bits(8) & 0xfe }
  private mutating func source(literal: Bool = true) -> UInt32 { noise.below(4) < 3 ? 256 + vector() : scalar(literal: literal) }
  private mutating func literal() -> UInt32 { one(bits(32), bits(32), 0x3f80_0000, 0x3f80, 0x40, bits(16), ~0, 0x3c00, 0x3118, 0x3ff0_0000) }
  private mutating func dataMoves() -> UInt32 {
    let shift = noise.below(15) + 1
    return isGFX11
      ? one(bits(8), 0x100 + shift, 0x110 + shift, 0x120 + shift, 0x140, 0x141, 0x150 + bits(4), 0x160 + bits(4))
      : one(bits(8), 0x100 + shift, 0x110 + shift, 0x120 + shift, 0x130, 0x134, 0x138, 0x13c, 0x140, 0x141, 0x142, 0x143, 0x150 + bits(4))
  }

  // MARK: gfx9

  private mutating func selection(second: Bool) -> UInt32 {
    var word = vector() | noise.below(7) << 8 | noise.below(3) << 11 | bits(1) << 13 | bits(2) << 14 | noise.below(7) << 16 | maybe(bits(3) << 19)
    if second { word |= noise.below(7) << 24 | maybe(bits(3) << 27) }
    return word
  }
  private mutating func comparisonSelection() -> UInt32 {
    vector() | maybe(0x8000 | scalarRegister() << 8) | noise.below(7) << 16 | maybe(bits(3) << 19) | noise.below(7) << 24 | maybe(bits(3) << 27)
  }
  private mutating func moves9(_ modifiers: UInt32) -> UInt32 { vector() | dataMoves() << 8 | bits(1) << 19 | maybe(bits(modifiers) << 20) | bits(8) << 24 }

  private mutating func gfx9(_ target: Target) {
    scalar9()
    for o in 0..<256 as Range<UInt32> {
      add(.vop1, 0x7e00_0000 | o << 9 | vector() << 17 | source(), literal())
      add(.vop1, 0x7e00_00f9 | o << 9 | vector() << 17, selection(second: false))
      add(.vop1, 0x7e00_00fa | o << 9 | vector() << 17, moves9(2))
      add(.vopc, 0x7c00_0000 | o << 17 | vector() << 9 | source(), literal())
      add(.vopc, 0x7c00_00f9 | o << 17 | vector() << 9, comparisonSelection())
    }
    for o in 0..<62 as Range<UInt32> {
      add(.vop2, o << 25 | vector() << 17 | vector() << 9 | source(), literal())
      add(.vop2, o << 25 | vector() << 17 | vector() << 9 | 0xf9, selection(second: true))
      add(.vop2, o << 25 | vector() << 17 | vector() << 9 | 0xfa, moves9(4))
    }
    for o in 0..<0x380 as Range<UInt32> {
      let high = one(0, 0, bits(3) << 29, bits(2) << 27, bits(5) << 27)
      let low = noise.chance(2) ? one(0, scalarRegister() << 8 & 0x7e00) : one(0, 0, bits(3) << 8, bits(1) << 15, bits(4) << 11, bits(7) << 8)
      let second = one(source(literal: false), source(literal: false), 0), third = one(source(literal: false), 0, source(literal: false), scalarRegister() & 0x7e)
      add(.vop3, 0xd000_0000 | o << 16 | low | (o < 0x100 ? scalarRegister() : vector()), source(literal: false) | second << 9 | third << 18 | high)
    }
    for o in 0..<128 as Range<UInt32> {
      if o < 62 || o == 88 || o == 89 {
        let low = one(0x4000, 0x4000 | bits(3) << 8, bits(16) & 0xff00, bits(3) << 11 | 0x4000)
        let third = one(source(literal: false), 0)
        add(.vop3p, 0xd380_0000 | o << 16 | low | vector(), source(literal: false) | source(literal: false) << 9 | third << 18 | one(3 << 27, bits(5) << 27))
      }
      let even = [vector() & 0xfe, vector() & 0xfe, vector() & 0xfe, vector() & 0xfe].map { $0 | 256 }
      add(
        .vop3p, 0xd380_0000 | o << 16 | one(0, bits(3) << 8, bits(7) << 8, 0x8000) | even[3] & 255,
        even[0] | even[1] << 9 | even[2] << 18 | one(0, bits(2) << 27, bits(5) << 27))
    }
    memory9(target)
  }

  private mutating func scalar9() {
    for o in 0..<0x60 as Range<UInt32> { add(.sop2, 0x8000_0000 | o << 23 | scalarRegister() << 16 | scalar() << 8 | scalar(), literal()) }
    for o in 0..<0x1d as Range<UInt32> { add(.sopk, 0xb000_0000 | o << 23 | scalarRegister() << 16 | bits(16), literal()) }
    for o in 0..<256 as Range<UInt32> { add(.sop1, 0xbe80_0000 | o << 8 | scalarRegister() << 16 | scalar(), literal()) }
    for o in 0..<128 as Range<UInt32> { add(.sopc, 0xbf00_0000 | o << 16 | scalar() << 8 | scalar(), literal()) }
    for o in 0..<128 as Range<UInt32> { add(.sopp, 0xbf80_0000 | o << 16 | one(0, bits(4), bits(8), bits(16), bits(10))) }
    for o in 0..<256 as Range<UInt32> {
      let form = one(2 << 16, 2 << 16, 0, 3 << 16, 1 << 16, 2 << 16 | 1 << 14, 3 << 16 | 1 << 14)
      let offset = (form & 2 << 16 != 0 ? bits(21) : scalarRegister()) | (form >> 14 & 1 != 0 ? scalarRegister() << 25 : 0)
      add(.smem, 0xc000_0000 | o << 18 | form | scalarRegister() << 6 | bits(6) & one(0x3e, 0x3f), offset)
    }
  }

  private mutating func memory9(_ target: Target) {
    for o in 0..<256 as Range<UInt32> {
      let global = noise.chance(16) ? 1 << 16 as UInt32 : 0, accumulators = noise.chance(4) ? 1 << 25 as UInt32 : 0
      add(.ds, 0xd800_0000 | o << 17 | one(0, bits(16), bits(8)) | accumulators | global, maybe(vector()) | maybe(vector()) << 8 | maybe(vector()) << 16 | maybe(vector()) << 24)
      add(.ds, 0xd800_0000 | o << 17 | one(0, bits(16), bits(8)), vector() | vector() << 8 | maybe(vector()) << 16 | maybe(vector()) << 24)
    }
    for _ in 0..<20 { add(.ds, 0xd800_0000 | 61 << 17 | bits(16), vector() | vector() << 24) }
    for o in 0..<128 as Range<UInt32> {
      for (segment, encoding) in [(0 as UInt32, Encoding.flat), (1, .scratch), (2, .global)] {
        let saddr = segment == 0 ? 0 : one(0x7f, scalarRegister() & 0x7e)
        let accumulators = noise.chance(4) ? 1 << 23 as UInt32 : 0
        add(
          encoding, 0xdc00_0000 | segment << 14 | o << 18 | maybe(bits(2) << 16 | bits(1) << 25) | one(0, bits(12), bits(13)),
          vector() | maybe(vector()) << 8 | saddr << 16 | maybe(vector()) << 24 | accumulators)
        // A scratch address has a VGPR when gfx942's bit says so, before when it has no SGPR.
        let hasAddress = target == .gfx942 ? bits(1) : saddr == 0x7f ? 1 : 0
        let flags = segment == 1 ? (target == .gfx942 ? hasAddress << 13 : 0) : 0
        add(
          encoding, 0xdc00_0000 | segment << 14 | o << 18 | maybe(1 << 16) | (segment != 0 ? one(0, bits(12), 1 << 12) : 0) | flags,
          (segment == 1 && hasAddress == 0 ? 0 : vector()) | maybe(vector()) << 8 | saddr << 16 | maybe(vector()) << 24)
      }
      for _ in 0..<2 {
        add(
          .mubuf, 0xe000_0000 | o << 18 | one(0, bits(12), bits(18), bits(15)),
          vector() | vector() << 8 | noise.below(24) << 16 | scalar(literal: false) << 24 | (noise.chance(4) ? 1 << 23 : 0))
      }
      add(.mubuf, 0xe000_0000 | o << 18 | one(0, 1 << 15, 1 << 14, 1 << 17), 0)
      if target == .gfx90a { add(.mimg, 0xf000_0000 | o << 18 | bits(18), vector() | vector() << 8 | (noise.below(24) & ~1) << 16 | noise.below(24) << 21) }
    }
    for o in 0..<16 as Range<UInt32> {
      for _ in 0..<3 {
        add(
          .mtbuf, 0xe800_0000 | o << 15 | bits(15) | bits(7) << 19,
          vector() | vector() << 8 | noise.below(24) << 16 | bits(3) << 21 | scalar(literal: false) << 24)
      }
    }
  }

  // MARK: gfx11

  /// Sources of a vector instruction that may have a DPP word: which, and the word.
  private mutating func moves11(_ modifiers: UInt32) -> (code: UInt32, word: UInt32) {
    if noise.chance(2) { return (one(233, 234), vector() | bits(24) << 8) }
    return (250, vector() | dataMoves() << 8 | maybe(bits(2) << 18) | maybe(bits(modifiers) << 20) | bits(8) << 24)
  }

  private mutating func gfx11() {
    scalar11()
    for o in 0..<128 as Range<UInt32> {
      add(.vop1, 0x7e00_0000 | o << 9 | vector() << 17 | source(), literal())
      let dpp = moves11(2)
      add(.vop1, 0x7e00_0000 | o << 9 | vector() << 17 | dpp.code, dpp.word)
    }
    for o in 0..<256 as Range<UInt32> {
      add(.vopc, 0x7c00_0000 | o << 17 | vector() << 9 | source(), literal())
      let dpp = moves11(4)
      add(.vopc, 0x7c00_0000 | o << 17 | vector() << 9 | dpp.code, dpp.word)
    }
    for o in 0..<62 as Range<UInt32> {
      add(.vop2, o << 25 | vector() << 17 | vector() << 9 | source(), literal())
      let dpp = moves11(4)
      add(.vop2, o << 25 | vector() << 17 | vector() << 9 | dpp.code, dpp.word)
    }
    for o in 0..<0x380 as Range<UInt32> {
      let isComparison = o < 0x100
      for form in 0..<2 {
        let high = one(0, 0, bits(3) << 29, bits(2) << 27, bits(5) << 27)
        let low = noise.chance(3) ? scalarRegister() << 8 : one(0, 0, bits(3) << 8, bits(1) << 15, bits(4) << 11, bits(8) << 8)
        let result = isComparison ? one(scalarRegister(), 126) : one(vector(), vector(), scalarRegister())
        let second = one(source(), source(), 0), third = one(source(), 0, 0, scalarRegister())
        if form == 0 {
          add(.vop3, 0xd400_0000 | o << 16 | low | result, source() | second << 9 | third << 18 | high, literal())
        } else {
          let dpp = moves11(0)
          add(.vop3, 0xd400_0000 | o << 16 | low | result, dpp.code | (256 + vector()) << 9 | one(256 + vector(), 0, scalarRegister()) << 18 | high, dpp.word)
        }
      }
    }
    for o in 0..<64 as Range<UInt32> {
      let low = one(0x4000, 0x4000 | bits(3) << 8, bits(16) & 0xff00, bits(3) << 11 | 0x4000), high = one(3 << 27, 3 << 27, bits(5) << 27)
      add(.vop3p, 0xcc00_0000 | o << 16 | low | vector(), source() | source() << 9 | one(source(), 0) << 18 | high, literal())
      let dpp = moves11(0)
      add(.vop3p, 0xcc00_0000 | o << 16 | low | vector(), dpp.code | (256 + vector()) << 9 | (256 + vector()) << 18 | high, dpp.word)
    }
    for o in 64..<72 as Range<UInt32> {
      for _ in 0..<6 {
        add(
          .vop3p, 0xcc00_0000 | o << 16 | one(0x4000, 0x4000, bits(8) << 8) | vector(),
          (256 + vector()) | (256 + vector()) << 9 | one(256 + vector(), 128 + bits(4), 242) << 18 | one(3 << 27, bits(5) << 27))
      }
    }
    for o in 0..<8 as Range<UInt32> {
      for _ in 0..<4 { add(.vinterp, 0xcd00_0000 | o << 16 | maybe(bits(8) << 8) | vector(), (256 + vector()) | (256 + vector()) << 9 | (256 + vector()) << 18 | maybe(bits(3) << 29)) }
    }
    for _ in 0..<300 {
      let second = noise.below(19)
      let first = noise.below(14), sources = (one(256 + vector(), scalarRegister(), 128, 242, 255), one(256 + vector(), scalarRegister(), 193, 255))
      add(.vopd, 0xc800_0000 | first << 22 | second << 17 | vector() << 9 | sources.0, bits(15) << 17 | vector() << 9 | sources.1, literal())
    }
    memory11()
  }

  private mutating func scalar11() {
    for o in 0..<0x60 as Range<UInt32> { add(.sop2, 0x8000_0000 | o << 23 | scalarRegister() << 16 | scalar() << 8 | scalar(), literal()) }
    for o in 0..<0x1d as Range<UInt32> { add(.sopk, 0xb000_0000 | o << 23 | scalarRegister() << 16 | one(bits(16), bits(8), 0xf801), literal()) }
    for o in 0..<128 as Range<UInt32> { add(.sop1, 0xbe80_0000 | o << 8 | scalarRegister() << 16 | scalar(), literal()) }
    for o in 0..<64 as Range<UInt32> { add(.sopc, 0xbf00_0000 | o << 16 | scalar() << 8 | scalar(), literal()) }
    for o in 0..<64 as Range<UInt32> {
      add(.sopp, 0xbf80_0000 | o << 16 | one(0, bits(4), bits(8), bits(16), bits(10)))
      add(.sopp, 0xbf80_0000 | o << 16 | bits(16))
    }
    for o in 0..<64 as Range<UInt32> {
      for _ in 0..<3 {
        add(
          .smem, 0xf400_0000 | o << 18 | maybe(bits(2) << 13) | scalarRegister() << 6 | bits(6) & one(0x3e, 0x3f),
          one(124, scalarRegister()) << 25 | one(0, bits(21), bits(8)))
      }
    }
  }

  private mutating func memory11() {
    for _ in 0..<8 { add(.ldsdir, 0xce00_0000 | bits(2) << 20 | bits(20)) }
    for o in 0..<256 as Range<UInt32> {
      let global = noise.chance(16) ? 1 << 17 as UInt32 : 0
      add(.ds, 0xd800_0000 | o << 18 | one(0, bits(16), bits(8)) | global, maybe(vector()) | maybe(vector()) << 8 | maybe(vector()) << 16 | maybe(vector()) << 24)
      add(.ds, 0xd800_0000 | o << 18 | one(0, bits(16), bits(8)), vector() | vector() << 8 | maybe(vector()) << 16 | maybe(vector()) << 24)
    }
    for _ in 0..<20 { add(.ds, 0xd800_0000 | 53 << 18 | bits(16), vector() | vector() << 24) }
    for o in 0..<128 as Range<UInt32> {
      for (segment, encoding) in [(0 as UInt32, Encoding.flat), (1, .scratch), (2, .global)] {
        for _ in 0..<2 {
          let saddr = segment == 0 ? 124 : one(124, scalarRegister())
          let offset = segment == 0 ? one(0, bits(12)) : one(0, bits(12), bits(13))
          let hasAddress = segment == 1 ? bits(1) : 1
          add(
            encoding, 0xdc00_0000 | o << 18 | segment << 16 | offset | maybe(bits(3) << 13),
            maybe(vector()) << 8 | saddr << 16 | maybe(vector()) << 24 | (hasAddress == 0 ? 0 : vector() | (segment == 1 ? 1 << 23 : 0)))
        }
      }
    }
    for o in 0..<128 as Range<UInt32> {
      for _ in 0..<2 {
        add(
          .mubuf, 0xe000_0000 | o << 18 | one(0, bits(12), bits(15)),
          vector() | vector() << 8 | noise.below(24) << 16 | maybe(bits(3) << 21) | scalar(literal: false) << 24)
      }
      add(.mubuf, 0xe000_0000 | o << 18, 0)
    }
    for o in 0..<16 as Range<UInt32> {
      for _ in 0..<6 {
        add(
          .mtbuf, 0xe800_0000 | o << 15 | one(0, bits(12), bits(15)) | bits(7) << 19,
          vector() | vector() << 8 | noise.below(24) << 16 | maybe(bits(3) << 21) | scalar(literal: false) << 24)
      }
    }
    for o in 0..<0x98 as Range<UInt32> {
      for _ in 0..<2 {
        // Samples, gathers and chosen levels have no multisampled images; atomics have as much data as they operate on and no fault flag.  Words
        // that ask for registers past the last one, or for a count of registers that LLVM has no instruction of (a gather of 3, a
        // list of one address), it writes wrongly.
        let isAtomic = (10...22).contains(o), isGather = (47...55).contains(o) || (96...101).contains(o) || o == 144
        let dimension = noise.below(o < 27 && ![1, 4, 5, 7, 9].contains(o) ? 8 : 6), flags = maybe(bits(1) << 7 | bits(5) << 13)
        let a16 = flags >> 16 & 1 != 0, mayList = o != 23 && dimension != 0 && (!a16 || ![1, 4].contains(dimension))
        let mask = isAtomic ? (o == 11 ? one(3, 15) : one(1, 3)) : one(15, 1, 3, bits(4))
        let fields = (mayList ? bits(1) : 0) | dimension << 2 | mask << 8 | flags & (isAtomic || isGather ? ~(1 << 17) : ~0)
        let resources = noise.below(12) << 17 | (isAtomic ? 0 : maybe(bits(2) << 21)) | maybe(noise.below(24) << 26)
        let below = noise.below(240) | noise.below(240) << 8, more = bits(32) & 0xdfdf_dfdf & one(~0, ~0, 0xff, 0xffff, 0xff_ffff, 0)
        add(.mimg, 0xf000_0000 | o << 18 | fields, below | resources, more)
      }
    }
  }
}
