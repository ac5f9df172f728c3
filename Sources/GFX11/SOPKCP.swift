// SOPK, SOPC, SOPP: scalar with an immediate, comparisons, program control.  Source: AMD RDNA3 ISA, 16.2, 16.4, 16.5.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sopk(_ t: inout OpcodeTable) {
    t.begin(.sopk, count: 32)
    t.shared(SharedRows.sopk, .gfx1100)
    t(1, "s_version") { _, _ in }
    t(22, "s_subvector_loop_begin", [.control, .branch]) { w, o in beginSubvectorLoop(w, o) }
    t(23, "s_subvector_loop_end", [.control, .branch]) { w, o in endSubvectorLoop(w, o) }
    t(24, "s_waitcnt_vscnt") { _, _ in }
    t(25, "s_waitcnt_vmcnt") { _, _ in }
    t(26, "s_waitcnt_expcnt") { _, _ in }
    t(27, "s_waitcnt_lgkmcnt") { _, _ in }
  }

  static func sopc(_ t: inout OpcodeTable) {
    t.begin(.sopc, count: 128)
    t.shared(SharedRows.sopc, .gfx1100)
  }

  static func sopp(_ t: inout OpcodeTable) {
    t.begin(.sopp, count: 128)
    t.shared(SharedRows.sopp, .gfx1100)
    t(4, "s_set_inst_prefetch_distance") { _, _ in }
    t(5, "s_clause") { _, _ in }
    t(7, "s_delay_alu") { _, _ in }
    t(8, "s_waitcnt_depctr") { _, _ in }
    t(10, "s_wait_idle") { _, _ in }
    t(11, "s_wait_event") { _, _ in }
    t(17, "s_round_mode", .control) { w, o in HardwareRegister.setMode(w, w.pointee.mode & ~15 | UInt32(o.pointee.immediate & 15)) }
    t(18, "s_denorm_mode", .control) { w, o in HardwareRegister.setMode(w, w.pointee.mode & ~0xf0 | UInt32(o.pointee.immediate & 15) << 4) }
    t(31, "s_code_end", .control) { w, o in stop(w, o, .illegalInstruction(words: words(of: o), name: nil)) }   // behind the last instruction
    t(50, "s_endpgm_ordered_ps_done", .graphics)
    t(59, "s_ttracedata_imm") { _, _ in }
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
