// SOP1: scalar, one source.  Source: AMD CDNA3 ISA, 12.3.
import CSoftGPU
import ISA

extension Rows {
  static func sop1(_ t: inout Rows) {
    t.begin(.sop1, count: 256)
    t.shared(SharedRows.sop1)
    t(14, "s_ff0_i32_b32") { w, o in let a = ~w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(15, "s_ff0_i32_b64") { w, o in let a = ~w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(46, "s_cbranch_join", .control) { w, o in Forks.join(w, o) }
    t(50, "s_set_gpr_idx_idx") { w, o in w.pointee.scalars[ScalarCode.m0] = w.m0 & ~0xff | w.s32(o, 0) & 0xff }
  }
}
