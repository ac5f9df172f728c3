// MIMG: image instructions.  gfx90a has loads, stores, atomics and plain sampling; gfx942 has none.  AMD's CDNA2 manual passes
// them over: they are those of Vega, whose manual describes descriptors, addresses and formats.
// Source: AMD Vega ISA, 8.2 and 12.18; LLVM 22's MIMGInstructions.td for what gfx90a has.
import CSoftGPU
import ISA

extension Rows {
  static func mimg(_ t: inout Rows) {
    guard t.target == .gfx90a else { return }
    t.begin(.mimg, count: 128)
    t.shared(SharedRows.mimg)
  }
}
