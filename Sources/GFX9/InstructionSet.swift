// The instruction sets of the gfx9 family's targets.
import ISA

extension InstructionSet {
  public static let gfx942 = InstructionSet(
    target: .gfx942, table: .gfx942, decode: { Decoder.decode($0, fetch: $1) }, mnemonic: { Decoder.mnemonic($0, $1) })
}

extension OpcodeTable {
  static let gfx942: OpcodeTable = {
    var t = OpcodeTable()
    sop1(&t); sop2(&t); sopk(&t); sopc(&t); sopp(&t); smem(&t)
    vop1(&t); vop2(&t); vopc(&t); vop3(&t); vop3p(&t)
    ds(&t); flat(&t); mubuf(&t)
    return t
  }()
}
