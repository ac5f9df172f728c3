// From instruction words to a decoded instruction, for the gfx11 family.  Pure; any thread.
// Source: AMD RDNA3 ISA, chapter 15 "Microcode Formats"; agreement with LLVM's assembler is tested.
import CSoftGPU
import ISA

enum Decoder {
  static func decode(_ table: OpcodeTable, fetch: (Int) -> UInt32?) -> Decoded? {
    guard let w0 = fetch(0) else { return nil }
    var op = carmine_op()
    op.size = 1
    op.kind = UInt8(CARMINE_OP_CONTROL)
    op.words.0 = w0
    guard w0 & 0xff80_0000 == 0xbf80_0000, let index = table.row(.sopp, Int(w0 >> 16 & 0x7f)) else {
      return Decoded(op: op, encoding: .sopp, known: false)
    }
    op.row = UInt16(index)
    op.execute = table.rows[index].execute
    op.immediate = Int32(Int16(truncatingIfNeeded: w0))
    return Decoded(op: op, encoding: .sopp, known: true)
  }

  static func mnemonic(_ table: OpcodeTable, _ result: Decoded) -> String? {
    result.known ? table.rows[Int(result.op.row)].name.description : nil
  }
}
