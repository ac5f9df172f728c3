// SOPK, SOPC, SOPP: scalar with an immediate, comparisons, program control.  Source: AMD CDNA3 ISA, 12.2, 12.4, 12.5.
import CSoftGPU
import ISA

extension Rows {
  static func sopk(_ t: inout Rows) {
    t.begin(.sopk, count: 32)
    t.shared(SharedRows.sopk)
    t(16, "s_cbranch_i_fork", .control) { w, o in Forks.fork(w, o, to: address(of: o, w) &+ 4 &+ UInt64(bitPattern: Int64(o.pointee.immediate) * 4)) }
  }

  static func sopc(_ t: inout Rows) {
    t.begin(.sopc, count: 128)
    t.shared(SharedRows.sopc)
    t(16, "s_setvskip", .control) { w, o in w.setModeBit(ModeBit.vectorSkip, w.s32(o, 0) &>> w.s32(o, 1) & 1 != 0) }
    // The second source's field is itself what goes to M0.
    t(17, "s_set_gpr_idx_on", .control) { w, o in
      w.pointee.scalars[ScalarCode.m0] = w.m0 & ~0xf0ff | w.s32(o, 0) & 0xff | UInt32(o.pointee.immediate & 15) << 12
      w.setModeBit(ModeBit.gprIndex, true)
    }
  }

  static func sopp(_ t: inout Rows) {
    t.begin(.sopp, count: 128)
    t.shared(SharedRows.sopp)
    t(28, "s_set_gpr_idx_off", .control) { w, _ in w.setModeBit(ModeBit.gprIndex, false) }
    t(29, "s_set_gpr_idx_mode") { w, o in w.pointee.scalars[ScalarCode.m0] = w.m0 & ~0xf000 | UInt32(o.pointee.immediate & 15) << 12 }
    t(30, "s_endpgm_ordered_ps_done", .graphics)
  }
}
