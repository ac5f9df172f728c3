// SOP2: scalar, two sources.  Source: AMD RDNA3 ISA, 16.1.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sop2(_ t: inout OpcodeTable) {
    t.begin(.sop2, count: 128)
    t.shared(SharedRows.sop2, .gfx1100)
    t(53, "s_pack_hl_b32_b16") { w, o in w.setS32(o, w.s32(o, 0) >> 16 | w.s32(o, 1) << 16) }
  }
}
