// SOPK, SOPC, SOPP: scalar with an immediate, comparisons, program control.  Source: AMD CDNA3 ISA, 12.2, 12.4, 12.5.
import CSoftGPU
import ISA

extension Rows {
  static func sopk(_ t: inout Rows) {
    t.begin(.sopk, count: 32)
    t(0, "s_movk_i32") { w, o in w.setS32(o, UInt32(bitPattern: o.pointee.immediate)) }
    t(1, "s_cmovk_i32") { w, o in if w.scc { w.setS32(o, UInt32(bitPattern: o.pointee.immediate)) } }
    t(2, "s_cmpk_eq_i32") { w, o in w.scc = w.i32(o, 0) == o.pointee.immediate }
    t(3, "s_cmpk_lg_i32") { w, o in w.scc = w.i32(o, 0) != o.pointee.immediate }
    t(4, "s_cmpk_gt_i32") { w, o in w.scc = w.i32(o, 0) > o.pointee.immediate }
    t(5, "s_cmpk_ge_i32") { w, o in w.scc = w.i32(o, 0) >= o.pointee.immediate }
    t(6, "s_cmpk_lt_i32") { w, o in w.scc = w.i32(o, 0) < o.pointee.immediate }
    t(7, "s_cmpk_le_i32") { w, o in w.scc = w.i32(o, 0) <= o.pointee.immediate }
    t(8, "s_cmpk_eq_u32") { w, o in w.scc = w.s32(o, 0) == unsigned(o) }
    t(9, "s_cmpk_lg_u32") { w, o in w.scc = w.s32(o, 0) != unsigned(o) }
    t(10, "s_cmpk_gt_u32") { w, o in w.scc = w.s32(o, 0) > unsigned(o) }
    t(11, "s_cmpk_ge_u32") { w, o in w.scc = w.s32(o, 0) >= unsigned(o) }
    t(12, "s_cmpk_lt_u32") { w, o in w.scc = w.s32(o, 0) < unsigned(o) }
    t(13, "s_cmpk_le_u32") { w, o in w.scc = w.s32(o, 0) <= unsigned(o) }
    t(14, "s_addk_i32") { w, o in
      let (r, c) = w.i32(o, 0).addingReportingOverflow(o.pointee.immediate); w.setS32(o, UInt32(bitPattern: r), scc: c)
    }
    t(15, "s_mulk_i32") { w, o in w.setS32(o, UInt32(bitPattern: w.i32(o, 0) &* o.pointee.immediate)) }
    t(17, "s_getreg_b32") { w, o in w.setS32(o, HardwareRegister.get(w, UInt32(bitPattern: o.pointee.immediate))) }
    t(18, "s_setreg_b32", .control) { w, o in HardwareRegister.set(w, UInt32(bitPattern: o.pointee.immediate), w.s32(o, 0)) }
    t(20, "s_setreg_imm32_b32", [.control, .literal]) { w, o in
      HardwareRegister.set(w, UInt32(bitPattern: o.pointee.immediate), o.pointee.literal)
    }
    t(21, "s_call_b64", .control) { w, o in
      let here = address(of: o, w) &+ 4
      w.setS64(o, here)
      jump(w, o, here &+ UInt64(bitPattern: Int64(o.pointee.immediate) * 4))
    }
    t(16, "s_cbranch_i_fork", .control) { w, o in Forks.fork(w, o, to: address(of: o, w) &+ 4 &+ UInt64(bitPattern: Int64(o.pointee.immediate) * 4)) }
  }

  static func sopc(_ t: inout Rows) {
    t.begin(.sopc, count: 128)
    t(0, "s_cmp_eq_i32") { w, o in w.scc = w.i32(o, 0) == w.i32(o, 1) }
    t(1, "s_cmp_lg_i32") { w, o in w.scc = w.i32(o, 0) != w.i32(o, 1) }
    t(2, "s_cmp_gt_i32") { w, o in w.scc = w.i32(o, 0) > w.i32(o, 1) }
    t(3, "s_cmp_ge_i32") { w, o in w.scc = w.i32(o, 0) >= w.i32(o, 1) }
    t(4, "s_cmp_lt_i32") { w, o in w.scc = w.i32(o, 0) < w.i32(o, 1) }
    t(5, "s_cmp_le_i32") { w, o in w.scc = w.i32(o, 0) <= w.i32(o, 1) }
    t(6, "s_cmp_eq_u32") { w, o in w.scc = w.s32(o, 0) == w.s32(o, 1) }
    t(7, "s_cmp_lg_u32") { w, o in w.scc = w.s32(o, 0) != w.s32(o, 1) }
    t(8, "s_cmp_gt_u32") { w, o in w.scc = w.s32(o, 0) > w.s32(o, 1) }
    t(9, "s_cmp_ge_u32") { w, o in w.scc = w.s32(o, 0) >= w.s32(o, 1) }
    t(10, "s_cmp_lt_u32") { w, o in w.scc = w.s32(o, 0) < w.s32(o, 1) }
    t(11, "s_cmp_le_u32") { w, o in w.scc = w.s32(o, 0) <= w.s32(o, 1) }
    t(12, "s_bitcmp0_b32") { w, o in w.scc = w.s32(o, 0) &>> w.s32(o, 1) & 1 == 0 }
    t(13, "s_bitcmp1_b32") { w, o in w.scc = w.s32(o, 0) &>> w.s32(o, 1) & 1 == 1 }
    t(14, "s_bitcmp0_b64") { w, o in w.scc = w.s64(o, 0) &>> UInt64(w.s32(o, 1)) & 1 == 0 }
    t(15, "s_bitcmp1_b64") { w, o in w.scc = w.s64(o, 0) &>> UInt64(w.s32(o, 1)) & 1 == 1 }
    t(18, "s_cmp_eq_u64") { w, o in w.scc = w.s64(o, 0) == w.s64(o, 1) }
    t(19, "s_cmp_lg_u64") { w, o in w.scc = w.s64(o, 0) != w.s64(o, 1) }
    t(16, "s_setvskip", .control) { w, o in w.setModeBit(ModeBit.vectorSkip, w.s32(o, 0) &>> w.s32(o, 1) & 1 != 0) }
    // The second source's field is itself what goes to M0.
    t(17, "s_set_gpr_idx_on", .control) { w, o in
      w.pointee.scalars[ScalarCode.m0] = w.m0 & ~0xf0ff | w.s32(o, 0) & 0xff | UInt32(o.pointee.immediate & 15) << 12
      w.setModeBit(ModeBit.gprIndex, true)
    }
  }

  static func sopp(_ t: inout Rows) {
    t.begin(.sopp, count: 128)
    t(0, "s_nop") { _, _ in }
    t(1, "s_endpgm", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
    t(2, "s_branch", [.control, .branch]) { w, o in branch(w, o) }
    t(3, "s_wakeup") { _, _ in }
    t(4, "s_cbranch_scc0", [.control, .branch]) { w, o in if !w.scc { branch(w, o) } }
    t(5, "s_cbranch_scc1", [.control, .branch]) { w, o in if w.scc { branch(w, o) } }
    t(6, "s_cbranch_vccz", [.control, .branch]) { w, o in if w.vcc == 0 { branch(w, o) } }
    t(7, "s_cbranch_vccnz", [.control, .branch]) { w, o in if w.vcc != 0 { branch(w, o) } }
    t(8, "s_cbranch_execz", [.control, .branch]) { w, o in if w.exec == 0 { branch(w, o) } }
    t(9, "s_cbranch_execnz", [.control, .branch]) { w, o in if w.exec != 0 { branch(w, o) } }
    t(10, "s_barrier", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_BARRIER) }
    t(12, "s_waitcnt") { _, _ in }
    t(13, "s_sethalt", .control) { w, o in Traps.setHalt(w, o.pointee.immediate & 1 != 0) }
    t(14, "s_sleep", .control) { w, _ in w.pointee.budget = 0; w.pointee.state = UInt32(CARMINE_WAVE_YIELD) }
    t(15, "s_setprio") { _, _ in }
    t(16, "s_sendmsg", .control) { w, o in Traps.sendMessage(w, o) }
    t(18, "s_trap", .control) { w, o in stop(w, o, .trap(id: UInt8(truncatingIfNeeded: o.pointee.immediate))) }
    t(19, "s_icache_inv", .control) { w, o in w.invalidateInstructionCache(o) }
    t(20, "s_incperflevel") { _, _ in }
    t(21, "s_decperflevel") { _, _ in }
    t(22, "s_ttracedata") { _, _ in }
    t(23, "s_cbranch_cdbgsys", .control) { _, _ in }
    t(24, "s_cbranch_cdbguser", .control) { _, _ in }
    t(25, "s_cbranch_cdbgsys_or_user", .control) { _, _ in }
    t(26, "s_cbranch_cdbgsys_and_user", .control) { _, _ in }
    t(11, "s_setkill", .control) { w, o in if o.pointee.immediate & 1 != 0 { w.pointee.state = UInt32(CARMINE_WAVE_ENDED) } }
    t(17, "s_sendmsghalt", .control) { w, o in
      Traps.sendMessage(w, o)
      Traps.setHalt(w, true)
    }
    t(27, "s_endpgm_saved", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
    t(28, "s_set_gpr_idx_off", .control) { w, _ in w.setModeBit(ModeBit.gprIndex, false) }
    t(29, "s_set_gpr_idx_mode") { w, o in w.pointee.scalars[ScalarCode.m0] = w.m0 & ~0xf000 | UInt32(o.pointee.immediate & 15) << 12 }
    t(30, "s_endpgm_ordered_ps_done", .graphics)
  }
}
