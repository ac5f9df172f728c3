// SOPK, SOPC, SOPP: scalar with an immediate, comparisons, program control.  Source: AMD RDNA3 ISA, 16.2, 16.4, 16.5.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sopk(_ t: inout OpcodeTable) {
    t.begin(.sopk, count: 32)
    t(0, "s_movk_i32") { w, o in w.setS32(o, UInt32(bitPattern: o.pointee.immediate)) }
    t(1, "s_version") { _, _ in }
    t(2, "s_cmovk_i32") { w, o in if w.scc { w.setS32(o, UInt32(bitPattern: o.pointee.immediate)) } }
    t(3, "s_cmpk_eq_i32") { w, o in w.scc = w.i32(o, 0) == o.pointee.immediate }
    t(4, "s_cmpk_lg_i32") { w, o in w.scc = w.i32(o, 0) != o.pointee.immediate }
    t(5, "s_cmpk_gt_i32") { w, o in w.scc = w.i32(o, 0) > o.pointee.immediate }
    t(6, "s_cmpk_ge_i32") { w, o in w.scc = w.i32(o, 0) >= o.pointee.immediate }
    t(7, "s_cmpk_lt_i32") { w, o in w.scc = w.i32(o, 0) < o.pointee.immediate }
    t(8, "s_cmpk_le_i32") { w, o in w.scc = w.i32(o, 0) <= o.pointee.immediate }
    t(9, "s_cmpk_eq_u32") { w, o in w.scc = w.s32(o, 0) == unsigned(o) }
    t(10, "s_cmpk_lg_u32") { w, o in w.scc = w.s32(o, 0) != unsigned(o) }
    t(11, "s_cmpk_gt_u32") { w, o in w.scc = w.s32(o, 0) > unsigned(o) }
    t(12, "s_cmpk_ge_u32") { w, o in w.scc = w.s32(o, 0) >= unsigned(o) }
    t(13, "s_cmpk_lt_u32") { w, o in w.scc = w.s32(o, 0) < unsigned(o) }
    t(14, "s_cmpk_le_u32") { w, o in w.scc = w.s32(o, 0) <= unsigned(o) }
    t(15, "s_addk_i32") { w, o in
      let (r, c) = w.i32(o, 0).addingReportingOverflow(o.pointee.immediate); w.setS32(o, UInt32(bitPattern: r), scc: c)
    }
    t(16, "s_mulk_i32") { w, o in w.setS32(o, UInt32(bitPattern: w.i32(o, 0) &* o.pointee.immediate)) }
    t(17, "s_getreg_b32") { w, o in w.setS32(o, HardwareRegister.get(w, UInt32(bitPattern: o.pointee.immediate))) }
    t(18, "s_setreg_b32", .control) { w, o in HardwareRegister.set(w, UInt32(bitPattern: o.pointee.immediate), w.s32(o, 0)) }
    t(19, "s_setreg_imm32_b32", [.control, .literal]) { w, o in
      HardwareRegister.set(w, UInt32(bitPattern: o.pointee.immediate), o.pointee.literal)
    }
    t(20, "s_call_b64", .control) { w, o in
      let here = address(of: o, w) &+ 4
      w.setS64(o, here)
      jump(w, o, here &+ UInt64(bitPattern: Int64(o.pointee.immediate) * 4))
    }
    t(22, "s_subvector_loop_begin", [.control, .branch]) { w, o in beginSubvectorLoop(w, o) }
    t(23, "s_subvector_loop_end", [.control, .branch]) { w, o in endSubvectorLoop(w, o) }
    t(24, "s_waitcnt_vscnt") { _, _ in }
    t(25, "s_waitcnt_vmcnt") { _, _ in }
    t(26, "s_waitcnt_expcnt") { _, _ in }
    t(27, "s_waitcnt_lgkmcnt") { _, _ in }
  }

  static func sopc(_ t: inout OpcodeTable) {
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
    t(16, "s_cmp_eq_u64") { w, o in w.scc = w.s64(o, 0) == w.s64(o, 1) }
    t(17, "s_cmp_lg_u64") { w, o in w.scc = w.s64(o, 0) != w.s64(o, 1) }
  }

  static func sopp(_ t: inout OpcodeTable) {
    t.begin(.sopp, count: 128)
    t(0, "s_nop") { _, _ in }
    t(1, "s_setkill", .control) { w, o in if o.pointee.immediate & 1 != 0 { w.pointee.state = UInt32(CARMINE_WAVE_ENDED) } }
    t(2, "s_sethalt", .control) { w, o in Traps.setHalt(w, o.pointee.immediate & 1 != 0) }
    t(3, "s_sleep", .control) { w, _ in w.pointee.budget = 0; w.pointee.state = UInt32(CARMINE_WAVE_YIELD) }
    t(4, "s_set_inst_prefetch_distance") { _, _ in }
    t(5, "s_clause") { _, _ in }
    t(7, "s_delay_alu") { _, _ in }
    t(8, "s_waitcnt_depctr") { _, _ in }
    t(9, "s_waitcnt") { _, _ in }
    t(10, "s_wait_idle") { _, _ in }
    t(11, "s_wait_event") { _, _ in }
    t(16, "s_trap", .control) { w, o in stop(w, o, .trap(id: UInt8(truncatingIfNeeded: o.pointee.immediate))) }
    t(17, "s_round_mode", .control) { w, o in HardwareRegister.setMode(w, w.pointee.mode & ~15 | UInt32(o.pointee.immediate & 15)) }
    t(18, "s_denorm_mode", .control) { w, o in HardwareRegister.setMode(w, w.pointee.mode & ~0xf0 | UInt32(o.pointee.immediate & 15) << 4) }
    t(31, "s_code_end")
    t(32, "s_branch", [.control, .branch]) { w, o in branch(w, o) }
    t(33, "s_cbranch_scc0", [.control, .branch]) { w, o in if !w.scc { branch(w, o) } }
    t(34, "s_cbranch_scc1", [.control, .branch]) { w, o in if w.scc { branch(w, o) } }
    t(35, "s_cbranch_vccz", [.control, .branch]) { w, o in if w.vcc == 0 { branch(w, o) } }
    t(36, "s_cbranch_vccnz", [.control, .branch]) { w, o in if w.vcc != 0 { branch(w, o) } }
    t(37, "s_cbranch_execz", [.control, .branch]) { w, o in if w.exec == 0 { branch(w, o) } }
    t(38, "s_cbranch_execnz", [.control, .branch]) { w, o in if w.exec != 0 { branch(w, o) } }
    t(39, "s_cbranch_cdbgsys", .control) { _, _ in }
    t(40, "s_cbranch_cdbguser", .control) { _, _ in }
    t(41, "s_cbranch_cdbgsys_or_user", .control) { _, _ in }
    t(42, "s_cbranch_cdbgsys_and_user", .control) { _, _ in }
    t(48, "s_endpgm", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
    t(49, "s_endpgm_saved", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
    t(50, "s_endpgm_ordered_ps_done")
    t(52, "s_wakeup") { _, _ in }
    t(53, "s_setprio") { _, _ in }
    t(54, "s_sendmsg", .control) { w, o in Traps.sendMessage(w, o) }
    t(55, "s_sendmsghalt", .control) { w, o in
      Traps.sendMessage(w, o)
      Traps.setHalt(w, true)
    }
    t(56, "s_incperflevel") { _, _ in }
    t(57, "s_decperflevel") { _, _ in }
    t(58, "s_ttracedata") { _, _ in }
    t(59, "s_ttracedata_imm") { _, _ in }
    t(60, "s_icache_inv", .control) { w, o in w.invalidateInstructionCache(o) }
    t(61, "s_barrier", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_BARRIER) }
  }
}

// A wave of 64 can go through a loop with each of its halves: EXEC's other half waits in the SGPR, 0 when there is none.

private func beginSubvectorLoop(_ w: Wave, _ o: Op) {
  let scalars = w.pointee.scalars, low = ScalarCode.exec, high = ScalarCode.exec + 1
  if w.exec == 0 {
    branch(w, o)
  } else if scalars[low] == 0 {
    w.setS32(o, 0)
  } else {
    w.setS32(o, scalars[high])
    scalars[high] = 0
  }
}
private func endSubvectorLoop(_ w: Wave, _ o: Op) {
  let scalars = w.pointee.scalars, low = ScalarCode.exec, high = ScalarCode.exec + 1, waiting = Int(o.pointee.destination)
  if scalars[high] != 0 {
    scalars[low] = scalars[waiting]
  } else if scalars[waiting] != 0 {
    scalars[high] = scalars[waiting]
    scalars[waiting] = scalars[low]
    scalars[low] = 0
    branch(w, o)
  }
}
