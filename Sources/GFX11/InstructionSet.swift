// The instruction sets of the gfx11 family's targets.
import ISA

extension InstructionSet {
  public static let gfx1100 = InstructionSet(
    target: .gfx1100, table: .gfx1100, decode: { Decoder.decode($0, fetch: $1) }, mnemonic: { Decoder.mnemonic($0, $1) })
}

extension OpcodeTable {
  static let gfx1100: OpcodeTable = {
    var t = OpcodeTable()
    sopp(&t)
    ds(&t); ldsdir(&t); flat(&t); mubuf(&t)
    return t
  }()
}
