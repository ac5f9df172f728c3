// The instruction sets of the gfx9 family's targets.
import ISA

extension InstructionSet {
  public static let gfx90a = InstructionSet(.gfx90a, Decoder(hasScratchMode: false))
  public static let gfx942 = InstructionSet(.gfx942, Decoder(hasScratchMode: true))

  private init(_ target: Target, _ decoder: Decoder) {
    self.init(
      target: target, table: target == .gfx90a ? .gfx90a : .gfx942, decode: { decoder.decode($0, fetch: $1) },
      mnemonic: { Decoder.mnemonic($0, $1) })
  }
}

extension OpcodeTable {
  static let gfx90a = Rows(.gfx90a).table
  static let gfx942 = Rows(.gfx942).table
}
