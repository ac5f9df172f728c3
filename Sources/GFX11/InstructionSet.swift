// The instruction sets of the gfx11 family's targets.
import ISA

extension InstructionSet {
  public static let gfx1100 = InstructionSet(
    target: .gfx1100, table: .gfx1100, decode: { Decoder.decode($0, fetch: $1) }, mnemonic: { Decoder.mnemonic($0, $1) })
}

extension OpcodeTable {
  static let gfx1100: OpcodeTable = {
    var t = OpcodeTable()
    sop1(&t); sop2(&t); sopk(&t); sopc(&t); sopp(&t); smem(&t)
    vop1(&t); vop2(&t); vopc(&t); vop3(&t); vop3p(&t); wmma(&t); vopd(&t); vinterp(&t)
    ds(&t); ldsdir(&t); flat(&t); mubuf(&t); mimg(&t)
    t.begin(.exp, count: 1)
    t(0, "exp", .graphics)
    return t
  }()
}
