// SOPK, SOPC, SOPP: scalar with an immediate, comparisons, program control.  Source: AMD CDNA3 ISA, 12.2, 12.4, 12.5.
import CSoftGPU

extension OpcodeTable {
  static func sopk(_ t: inout OpcodeTable) {
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
    // Named, not executed.
    t(16, "s_cbranch_i_fork")
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
    t(18, "s_cmp_eq_u64") { w, o in w.scc = w.s64(o, 0) == w.s64(o, 1) }
    t(19, "s_cmp_lg_u64") { w, o in w.scc = w.s64(o, 0) != w.s64(o, 1) }
    // Named, not executed.
    t(16, "s_setvskip")
    t(17, "s_set_gpr_idx_on")
  }

  static func sopp(_ t: inout OpcodeTable) {
    t.begin(.sopp, count: 128)
    t(0, "s_nop") { _, _ in }
    t(1, "s_endpgm", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
    t(2, "s_branch", .control) { w, o in branch(w, o) }
    t(3, "s_wakeup") { _, _ in }
    t(4, "s_cbranch_scc0", .control) { w, o in if !w.scc { branch(w, o) } }
    t(5, "s_cbranch_scc1", .control) { w, o in if w.scc { branch(w, o) } }
    t(6, "s_cbranch_vccz", .control) { w, o in if w.vcc == 0 { branch(w, o) } }
    t(7, "s_cbranch_vccnz", .control) { w, o in if w.vcc != 0 { branch(w, o) } }
    t(8, "s_cbranch_execz", .control) { w, o in if w.exec == 0 { branch(w, o) } }
    t(9, "s_cbranch_execnz", .control) { w, o in if w.exec != 0 { branch(w, o) } }
    t(10, "s_barrier", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_BARRIER) }
    t(12, "s_waitcnt") { _, _ in }
    t(14, "s_sleep", .control) { w, _ in w.pointee.budget = 0; w.pointee.state = UInt32(CARMINE_WAVE_YIELD) }
    t(15, "s_setprio") { _, _ in }
    t(16, "s_sendmsg", .control) { w, o in sendMessage(w, o) }
    t(18, "s_trap", .control) { w, o in stop(w, o, .trap(id: UInt8(truncatingIfNeeded: o.pointee.immediate))) }
    t(19, "s_icache_inv") { _, _ in }
    t(20, "s_incperflevel") { _, _ in }
    t(21, "s_decperflevel") { _, _ in }
    t(22, "s_ttracedata") { _, _ in }
    t(23, "s_cbranch_cdbgsys", .control) { _, _ in }
    t(24, "s_cbranch_cdbguser", .control) { _, _ in }
    t(25, "s_cbranch_cdbgsys_or_user", .control) { _, _ in }
    t(26, "s_cbranch_cdbgsys_and_user", .control) { _, _ in }
    // Named, not executed.
    t(11, "s_setkill")
    t(13, "s_sethalt")
    t(17, "s_sendmsghalt")
    t(27, "s_endpgm_saved")
    t(28, "s_set_gpr_idx_off")
    t(29, "s_set_gpr_idx_mode")
    t(30, "s_endpgm_ordered_ps_done")
  }
}

/// SIMM16 as the comparisons with an unsigned constant see it.
@inline(__always) private func unsigned(_ o: Op) -> UInt32 { UInt32(UInt16(truncatingIfNeeded: o.pointee.immediate)) }

/// Message 1 interrupts the host and needs a trap handler's context; dealloc and early-release messages have no effect here.
private func sendMessage(_ w: Wave, _ o: Op) {
  if o.pointee.immediate & 15 == 1 { stop(w, o, .illegalInstruction(words: [o.pointee.words.0], name: "s_sendmsg sendmsg(MSG_INTERRUPT)")) }
}

/// Hardware registers that s_getreg and s_setreg reach: number in bits 0-5, offset in 6-10, width - 1 in 11-15.
/// MODE (1) is honoured; what has no meaning here reads as a plausible constant and ignores writes.
enum HardwareRegister {
  static func get(_ w: Wave, _ selector: UInt32) -> UInt32 {
    let value: UInt32 =
      switch selector & 63 {
      case 1: w.pointee.mode
      case 2: (w.scc ? 1 : 0) | (w.exec == 0 ? 1 << 9 : 0) | (w.vcc == 0 ? 1 << 10 : 0)     // STATUS
      case 4: w.pointee.index & 15                                                         // HW_ID: the wave
      case 5: w.pointee.vgprCount / 8                                                      // GPR_ALLOC
      case 6: w.pointee.ldsBytes / 512 << 12                                               // LDS_ALLOC
      case 15: UInt32(truncatingIfNeeded: Aperture.privateSegment >> 48) << 16 | UInt32(truncatingIfNeeded: Aperture.shared >> 48)  // SH_MEM_BASES
      case 20: 0                                                                           // XCC_ID
      default: 0
      }
    return value >> (selector >> 6 & 31) & mask(selector)
  }
  static func set(_ w: Wave, _ selector: UInt32, _ value: UInt32) {
    guard selector & 63 == 1 else { return }
    let shift = selector >> 6 & 31, field = mask(selector) << shift
    setMode(w, w.pointee.mode & ~field | value << shift & field)
  }
  private static func mask(_ selector: UInt32) -> UInt32 { ~0 >> (31 - (selector >> 11 & 31)) }

  /// MODE: rounding of f32 (bits 0-1) and f64/f16 (2-3): nearest, up, down, to zero; denormals of f32 (4-5) and f64/f16 (6-7):
  /// bit 0 keeps inputs, bit 1 keeps outputs.  What x86's MXCSR calls the same: bits 13-14 rounding, 15 flush, 6 inputs are zero.
  static func setMode(_ w: Wave, _ mode: UInt32) {
    w.pointee.mode = mode
    func csr(_ round: UInt32, _ denormal: UInt32) -> UInt32 {
      let rounding: UInt32 = round == 0 ? 0 : round == 1 ? 2 : round == 2 ? 1 : 3
      return 0x1f80 | rounding << 13 | (denormal & 2 == 0 ? 0x8000 : 0) | (denormal & 1 == 0 ? 0x40 : 0)
    }
    let single = csr(mode & 3, mode >> 4 & 3), double = csr(mode >> 2 & 3, mode >> 6 & 3)
    w.pointee.modeCSR = UInt64(single) | UInt64(double) << 32
    w.pointee.customMode = single != 0x1f80 || double != 0x1f80 ? 1 : 0
  }
}
