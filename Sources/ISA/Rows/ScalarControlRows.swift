// Scalar constants, comparisons and control, SOPK, SOPC and SOPP: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU

extension SharedRows {
  public static func sopk(_ t: inout SharedRows) {
    t("s_movk_i32", gfx9: 0, gfx10: 0, gfx11: 0) { w, o in w.setS32(o, UInt32(bitPattern: o.pointee.immediate)) }
    t("s_cmovk_i32", gfx9: 1, gfx10: 2, gfx11: 2) { w, o in if w.scc { w.setS32(o, UInt32(bitPattern: o.pointee.immediate)) } }
    t("s_cmpk_eq_i32", gfx9: 2, gfx10: 3, gfx11: 3) { w, o in w.scc = w.i32(o, 0) == o.pointee.immediate }
    t("s_cmpk_lg_i32", gfx9: 3, gfx10: 4, gfx11: 4) { w, o in w.scc = w.i32(o, 0) != o.pointee.immediate }
    t("s_cmpk_gt_i32", gfx9: 4, gfx10: 5, gfx11: 5) { w, o in w.scc = w.i32(o, 0) > o.pointee.immediate }
    t("s_cmpk_ge_i32", gfx9: 5, gfx10: 6, gfx11: 6) { w, o in w.scc = w.i32(o, 0) >= o.pointee.immediate }
    t("s_cmpk_lt_i32", gfx9: 6, gfx10: 7, gfx11: 7) { w, o in w.scc = w.i32(o, 0) < o.pointee.immediate }
    t("s_cmpk_le_i32", gfx9: 7, gfx10: 8, gfx11: 8) { w, o in w.scc = w.i32(o, 0) <= o.pointee.immediate }
    t("s_cmpk_eq_u32", gfx9: 8, gfx10: 9, gfx11: 9) { w, o in w.scc = w.s32(o, 0) == unsigned(o) }
    t("s_cmpk_lg_u32", gfx9: 9, gfx10: 10, gfx11: 10) { w, o in w.scc = w.s32(o, 0) != unsigned(o) }
    t("s_cmpk_gt_u32", gfx9: 10, gfx10: 11, gfx11: 11) { w, o in w.scc = w.s32(o, 0) > unsigned(o) }
    t("s_cmpk_ge_u32", gfx9: 11, gfx10: 12, gfx11: 12) { w, o in w.scc = w.s32(o, 0) >= unsigned(o) }
    t("s_cmpk_lt_u32", gfx9: 12, gfx10: 13, gfx11: 13) { w, o in w.scc = w.s32(o, 0) < unsigned(o) }
    t("s_cmpk_le_u32", gfx9: 13, gfx10: 14, gfx11: 14) { w, o in w.scc = w.s32(o, 0) <= unsigned(o) }
    t("s_addk_i32", gfx9: 14, gfx10: 15, gfx11: 15) { w, o in
      let (r, c) = w.i32(o, 0).addingReportingOverflow(o.pointee.immediate); w.setS32(o, UInt32(bitPattern: r), scc: c)
    }
    t("s_mulk_i32", gfx9: 15, gfx10: 16, gfx11: 16) { w, o in w.setS32(o, UInt32(bitPattern: w.i32(o, 0) &* o.pointee.immediate)) }
    t("s_getreg_b32", gfx9: 17, gfx10: 18, gfx11: 17) { w, o in w.setS32(o, HardwareRegister.get(w, UInt32(bitPattern: o.pointee.immediate))) }
    t("s_setreg_b32", gfx9: 18, gfx10: 19, gfx11: 18, .control) { w, o in HardwareRegister.set(w, UInt32(bitPattern: o.pointee.immediate), w.s32(o, 0)) }
    t("s_setreg_imm32_b32", gfx9: 20, gfx10: 21, gfx11: 19, [.control, .literal]) { w, o in
      HardwareRegister.set(w, UInt32(bitPattern: o.pointee.immediate), o.pointee.literal)
    }
    t("s_call_b64", gfx9: 21, gfx10: 22, gfx11: 20, .control) { w, o in
      let here = address(of: o, w) &+ 4
      w.setS64(o, here)
      jump(w, o, here &+ UInt64(bitPattern: Int64(o.pointee.immediate) * 4))
    }
  }

  public static func sopc(_ t: inout SharedRows) {
    t("s_cmp_eq_i32", gfx9: 0, gfx10: 0, gfx11: 0) { w, o in w.scc = w.i32(o, 0) == w.i32(o, 1) }
    t("s_cmp_lg_i32", gfx9: 1, gfx10: 1, gfx11: 1) { w, o in w.scc = w.i32(o, 0) != w.i32(o, 1) }
    t("s_cmp_gt_i32", gfx9: 2, gfx10: 2, gfx11: 2) { w, o in w.scc = w.i32(o, 0) > w.i32(o, 1) }
    t("s_cmp_ge_i32", gfx9: 3, gfx10: 3, gfx11: 3) { w, o in w.scc = w.i32(o, 0) >= w.i32(o, 1) }
    t("s_cmp_lt_i32", gfx9: 4, gfx10: 4, gfx11: 4) { w, o in w.scc = w.i32(o, 0) < w.i32(o, 1) }
    t("s_cmp_le_i32", gfx9: 5, gfx10: 5, gfx11: 5) { w, o in w.scc = w.i32(o, 0) <= w.i32(o, 1) }
    t("s_cmp_eq_u32", gfx9: 6, gfx10: 6, gfx11: 6) { w, o in w.scc = w.s32(o, 0) == w.s32(o, 1) }
    t("s_cmp_lg_u32", gfx9: 7, gfx10: 7, gfx11: 7) { w, o in w.scc = w.s32(o, 0) != w.s32(o, 1) }
    t("s_cmp_gt_u32", gfx9: 8, gfx10: 8, gfx11: 8) { w, o in w.scc = w.s32(o, 0) > w.s32(o, 1) }
    t("s_cmp_ge_u32", gfx9: 9, gfx10: 9, gfx11: 9) { w, o in w.scc = w.s32(o, 0) >= w.s32(o, 1) }
    t("s_cmp_lt_u32", gfx9: 10, gfx10: 10, gfx11: 10) { w, o in w.scc = w.s32(o, 0) < w.s32(o, 1) }
    t("s_cmp_le_u32", gfx9: 11, gfx10: 11, gfx11: 11) { w, o in w.scc = w.s32(o, 0) <= w.s32(o, 1) }
    t("s_bitcmp0_b32", gfx9: 12, gfx10: 12, gfx11: 12) { w, o in w.scc = w.s32(o, 0) &>> w.s32(o, 1) & 1 == 0 }
    t("s_bitcmp1_b32", gfx9: 13, gfx10: 13, gfx11: 13) { w, o in w.scc = w.s32(o, 0) &>> w.s32(o, 1) & 1 == 1 }
    t("s_bitcmp0_b64", gfx9: 14, gfx10: 14, gfx11: 14) { w, o in w.scc = w.s64(o, 0) &>> UInt64(w.s32(o, 1)) & 1 == 0 }
    t("s_bitcmp1_b64", gfx9: 15, gfx10: 15, gfx11: 15) { w, o in w.scc = w.s64(o, 0) &>> UInt64(w.s32(o, 1)) & 1 == 1 }
    t("s_cmp_eq_u64", gfx9: 18, gfx10: 18, gfx11: 16) { w, o in w.scc = w.s64(o, 0) == w.s64(o, 1) }
    t("s_cmp_lg_u64", gfx9: 19, gfx10: 19, gfx11: 17) { w, o in w.scc = w.s64(o, 0) != w.s64(o, 1) }
  }

  public static func sopp(_ t: inout SharedRows) {
    t("s_nop", gfx9: 0, gfx10: 0, gfx11: 0) { _, _ in }
    t("s_endpgm", gfx9: 1, gfx10: 1, gfx11: 48, .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
    t("s_branch", gfx9: 2, gfx10: 2, gfx11: 32, [.control, .branch]) { w, o in branch(w, o) }
    t("s_wakeup", gfx9: 3, gfx10: 3, gfx11: 52) { _, _ in }
    t("s_cbranch_scc0", gfx9: 4, gfx10: 4, gfx11: 33, [.control, .branch]) { w, o in if !w.scc { branch(w, o) } }
    t("s_cbranch_scc1", gfx9: 5, gfx10: 5, gfx11: 34, [.control, .branch]) { w, o in if w.scc { branch(w, o) } }
    t("s_cbranch_vccz", gfx9: 6, gfx10: 6, gfx11: 35, [.control, .branch]) { w, o in if w.vcc == 0 { branch(w, o) } }
    t("s_cbranch_vccnz", gfx9: 7, gfx10: 7, gfx11: 36, [.control, .branch]) { w, o in if w.vcc != 0 { branch(w, o) } }
    t("s_cbranch_execz", gfx9: 8, gfx10: 8, gfx11: 37, [.control, .branch]) { w, o in if w.exec == 0 { branch(w, o) } }
    t("s_cbranch_execnz", gfx9: 9, gfx10: 9, gfx11: 38, [.control, .branch]) { w, o in if w.exec != 0 { branch(w, o) } }
    t("s_barrier", gfx9: 10, gfx10: 10, gfx11: 61, .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_BARRIER) }
    t("s_setkill", gfx9: 11, gfx10: 11, gfx11: 1, .control) { w, o in if o.pointee.immediate & 1 != 0 { w.pointee.state = UInt32(CARMINE_WAVE_ENDED) } }
    t("s_waitcnt", gfx9: 12, gfx10: 12, gfx11: 9) { _, _ in }
    t("s_sethalt", gfx9: 13, gfx10: 13, gfx11: 2, .control) { w, o in Traps.setHalt(w, o.pointee.immediate & 1 != 0) }
    t("s_sleep", gfx9: 14, gfx10: 14, gfx11: 3, .control) { w, _ in w.pointee.budget = 0; w.pointee.state = UInt32(CARMINE_WAVE_YIELD) }
    t("s_setprio", gfx9: 15, gfx10: 15, gfx11: 53) { _, _ in }
    t("s_sendmsg", gfx9: 16, gfx10: 16, gfx11: 54, .control) { w, o in Traps.sendMessage(w, o) }
    t("s_sendmsghalt", gfx9: 17, gfx10: 17, gfx11: 55, .control) { w, o in
      Traps.sendMessage(w, o)
      Traps.setHalt(w, true)
    }
    t("s_trap", gfx9: 18, gfx10: 18, gfx11: 16, .control) { w, o in stop(w, o, .trap(id: UInt8(truncatingIfNeeded: o.pointee.immediate))) }
    t("s_icache_inv", gfx9: 19, gfx10: 19, gfx11: 60, .control) { w, o in w.invalidateInstructionCache(o) }
    t("s_incperflevel", gfx9: 20, gfx10: 20, gfx11: 56) { _, _ in }
    t("s_decperflevel", gfx9: 21, gfx10: 21, gfx11: 57) { _, _ in }
    t("s_ttracedata", gfx9: 22, gfx10: 22, gfx11: 58) { _, _ in }
    t("s_cbranch_cdbgsys", gfx9: 23, gfx10: 23, gfx11: 39, .control) { _, _ in }
    t("s_cbranch_cdbguser", gfx9: 24, gfx10: 24, gfx11: 40, .control) { _, _ in }
    t("s_cbranch_cdbgsys_or_user", gfx9: 25, gfx10: 25, gfx11: 41, .control) { _, _ in }
    t("s_cbranch_cdbgsys_and_user", gfx9: 26, gfx10: 26, gfx11: 42, .control) { _, _ in }
    t("s_endpgm_saved", gfx9: 27, gfx10: 27, gfx11: 49, .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
  }
}
