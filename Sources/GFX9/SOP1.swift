// SOP1: scalar, one source.  Source: AMD CDNA3 ISA, 12.3.
import CSoftGPU
import ISA

extension Rows {
  static func sop1(_ t: inout Rows) {
    t.begin(.sop1, count: 256)
    t(0, "s_mov_b32") { w, o in w.setS32(o, w.s32(o, 0)) }
    t(1, "s_mov_b64") { w, o in w.setS64(o, w.s64(o, 0)) }
    t(2, "s_cmov_b32") { w, o in if w.scc { w.setS32(o, w.s32(o, 0)) } }
    t(3, "s_cmov_b64") { w, o in if w.scc { w.setS64(o, w.s64(o, 0)) } }
    t(4, "s_not_b32") { w, o in let r = ~w.s32(o, 0); w.setS32(o, r, scc: r != 0) }
    t(5, "s_not_b64") { w, o in let r = ~w.s64(o, 0); w.setS64(o, r); w.scc = r != 0 }
    t(6, "s_wqm_b32") { w, o in let r = UInt32(truncatingIfNeeded: wholeQuads(UInt64(w.s32(o, 0)))); w.setS32(o, r, scc: r != 0) }
    t(7, "s_wqm_b64") { w, o in let r = wholeQuads(w.s64(o, 0)); w.setS64(o, r); w.scc = r != 0 }
    t(8, "s_brev_b32") { w, o in w.setS32(o, reversed32(w.s32(o, 0))) }
    t(9, "s_brev_b64") { w, o in
      let a = w.s64(o, 0)
      w.setS64(o, UInt64(reversed32(UInt32(truncatingIfNeeded: a))) << 32 | UInt64(reversed32(UInt32(truncatingIfNeeded: a >> 32))))
    }
    t(10, "s_bcnt0_i32_b32") { w, o in let r = UInt32((~w.s32(o, 0)).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(11, "s_bcnt0_i32_b64") { w, o in let r = UInt32((~w.s64(o, 0)).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(12, "s_bcnt1_i32_b32") { w, o in let r = UInt32(w.s32(o, 0).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(13, "s_bcnt1_i32_b64") { w, o in let r = UInt32(w.s64(o, 0).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(14, "s_ff0_i32_b32") { w, o in let a = ~w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(15, "s_ff0_i32_b64") { w, o in let a = ~w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(16, "s_ff1_i32_b32") { w, o in let a = w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(17, "s_ff1_i32_b64") { w, o in let a = w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(18, "s_flbit_i32_b32") { w, o in let a = w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.leadingZeroBitCount)) }
    t(19, "s_flbit_i32_b64") { w, o in let a = w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.leadingZeroBitCount)) }
    t(20, "s_flbit_i32") { w, o in
      let a = w.s32(o, 0), x = Int32(bitPattern: a) < 0 ? ~a : a
      w.setS32(o, x == 0 ? ~0 : UInt32(x.leadingZeroBitCount))
    }
    t(21, "s_flbit_i32_i64") { w, o in
      let a = w.s64(o, 0), x = Int64(bitPattern: a) < 0 ? ~a : a
      w.setS32(o, x == 0 ? ~0 : UInt32(x.leadingZeroBitCount))
    }
    t(22, "s_sext_i32_i8") { w, o in w.setS32(o, UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: w.s32(o, 0))))) }
    t(23, "s_sext_i32_i16") { w, o in w.setS32(o, UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: w.s32(o, 0))))) }
    t(24, "s_bitset0_b32") { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.destination)] & ~(1 &<< (w.s32(o, 0) & 31))) }
    t(25, "s_bitset0_b64") { w, o in w.setS64(o, w.getPair(Int(o.pointee.destination)) & ~(1 &<< UInt64(w.s32(o, 0) & 63))) }
    t(26, "s_bitset1_b32") { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.destination)] | 1 &<< (w.s32(o, 0) & 31)) }
    t(27, "s_bitset1_b64") { w, o in w.setS64(o, w.getPair(Int(o.pointee.destination)) | 1 &<< UInt64(w.s32(o, 0) & 63)) }
    t(28, "s_getpc_b64", .control) { w, o in w.setS64(o, address(of: o, w) &+ 4) }
    t(29, "s_setpc_b64", .control) { w, o in jump(w, o, w.s64(o, 0)) }
    t(31, "s_rfe_b64", .control) { w, o in Traps.returnFromException(w, o, w.s64(o, 0)) }
    t(30, "s_swappc_b64", .control) { w, o in
      let to = w.s64(o, 0)
      w.setS64(o, address(of: o, w) &+ 4)
      jump(w, o, to)
    }
    t(32, "s_and_saveexec_b64") { w, o in saveExec(w, o) { $0 & $1 } }
    t(33, "s_or_saveexec_b64") { w, o in saveExec(w, o) { $0 | $1 } }
    t(34, "s_xor_saveexec_b64") { w, o in saveExec(w, o) { $0 ^ $1 } }
    t(35, "s_andn2_saveexec_b64") { w, o in saveExec(w, o) { $0 & ~$1 } }
    t(36, "s_orn2_saveexec_b64") { w, o in saveExec(w, o) { $0 | ~$1 } }
    t(37, "s_nand_saveexec_b64") { w, o in saveExec(w, o) { ~($0 & $1) } }
    t(38, "s_nor_saveexec_b64") { w, o in saveExec(w, o) { ~($0 | $1) } }
    t(39, "s_xnor_saveexec_b64") { w, o in saveExec(w, o) { ~($0 ^ $1) } }
    t(51, "s_andn1_saveexec_b64") { w, o in saveExec(w, o) { ~$0 & $1 } }
    t(52, "s_orn1_saveexec_b64") { w, o in saveExec(w, o) { ~$0 | $1 } }
    t(53, "s_andn1_wrexec_b64") { w, o in writeExec(w, o) { ~$0 & $1 } }
    t(54, "s_andn2_wrexec_b64") { w, o in writeExec(w, o) { $0 & ~$1 } }
    t(40, "s_quadmask_b32") { w, o in let r = UInt32(truncatingIfNeeded: quadMask(UInt64(w.s32(o, 0)))); w.setS32(o, r, scc: r != 0) }
    t(41, "s_quadmask_b64") { w, o in let r = quadMask(w.s64(o, 0)); w.setS64(o, r); w.scc = r != 0 }
    t(42, "s_movrels_b32") { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.source0) &+ Int(w.m0 & 127) & 127]) }
    t(43, "s_movrels_b64") { w, o in w.setS64(o, w.getPair(Int(o.pointee.source0) &+ Int(w.m0 & 127) & 127)) }
    t(44, "s_movreld_b32") { w, o in w.pointee.scalars[Int(o.pointee.destination) &+ Int(w.m0 & 127) & 127] = w.s32(o, 0) }
    t(45, "s_movreld_b64") { w, o in w.setPair(Int(o.pointee.destination) &+ Int(w.m0 & 127) & 127, w.s64(o, 0)) }
    t(48, "s_abs_i32") { w, o in let a = w.i32(o, 0), r = a < 0 ? 0 &- a : a; w.setS32(o, UInt32(bitPattern: r), scc: r != 0) }
    t(55, "s_bitreplicate_b64_b32") { w, o in
      let a = w.s32(o, 0)
      var r: UInt64 = 0
      for bit in 0..<32 where a >> UInt32(bit) & 1 != 0 { r |= 3 << UInt64(2 * bit) }
      w.setS64(o, r)
    }
    t(46, "s_cbranch_join", .control) { w, o in Forks.join(w, o) }
    t(50, "s_set_gpr_idx_idx") { w, o in w.pointee.scalars[ScalarCode.m0] = w.m0 & ~0xff | w.s32(o, 0) & 0xff }
  }
}
