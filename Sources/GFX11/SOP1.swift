// SOP1: scalar, one source.  Source: AMD RDNA3 ISA, 16.3.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sop1(_ t: inout OpcodeTable) {
    t.begin(.sop1, count: 256)
    t(0, "s_mov_b32") { w, o in w.setS32(o, w.s32(o, 0)) }
    t(1, "s_mov_b64") { w, o in w.setS64(o, w.s64(o, 0)) }
    t(2, "s_cmov_b32") { w, o in if w.scc { w.setS32(o, w.s32(o, 0)) } }
    t(3, "s_cmov_b64") { w, o in if w.scc { w.setS64(o, w.s64(o, 0)) } }
    t(4, "s_brev_b32") { w, o in w.setS32(o, reversed32(w.s32(o, 0))) }
    t(5, "s_brev_b64") { w, o in
      let a = w.s64(o, 0)
      w.setS64(o, UInt64(reversed32(UInt32(truncatingIfNeeded: a))) << 32 | UInt64(reversed32(UInt32(truncatingIfNeeded: a >> 32))))
    }
    t(8, "s_ctz_i32_b32") { w, o in let a = w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(9, "s_ctz_i32_b64") { w, o in let a = w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t(10, "s_clz_i32_u32") { w, o in let a = w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.leadingZeroBitCount)) }
    t(11, "s_clz_i32_u64") { w, o in let a = w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.leadingZeroBitCount)) }
    t(12, "s_cls_i32") { w, o in
      let a = w.s32(o, 0), x = Int32(bitPattern: a) < 0 ? ~a : a
      w.setS32(o, x == 0 ? ~0 : UInt32(x.leadingZeroBitCount))
    }
    t(13, "s_cls_i32_i64") { w, o in
      let a = w.s64(o, 0), x = Int64(bitPattern: a) < 0 ? ~a : a
      w.setS32(o, x == 0 ? ~0 : UInt32(x.leadingZeroBitCount))
    }
    t(14, "s_sext_i32_i8") { w, o in w.setS32(o, UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: w.s32(o, 0))))) }
    t(15, "s_sext_i32_i16") { w, o in w.setS32(o, UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: w.s32(o, 0))))) }
    t(16, "s_bitset0_b32") { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.destination)] & ~(1 &<< (w.s32(o, 0) & 31))) }
    t(17, "s_bitset0_b64") { w, o in w.setS64(o, w.getPair(Int(o.pointee.destination)) & ~(1 &<< UInt64(w.s32(o, 0) & 63))) }
    t(18, "s_bitset1_b32") { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.destination)] | 1 &<< (w.s32(o, 0) & 31)) }
    t(19, "s_bitset1_b64") { w, o in w.setS64(o, w.getPair(Int(o.pointee.destination)) | 1 &<< UInt64(w.s32(o, 0) & 63)) }
    t(20, "s_bitreplicate_b64_b32") { w, o in
      let a = w.s32(o, 0)
      var r: UInt64 = 0
      for bit in 0..<32 where a >> UInt32(bit) & 1 != 0 { r |= 3 << UInt64(2 * bit) }
      w.setS64(o, r)
    }
    t(21, "s_abs_i32") { w, o in let a = w.i32(o, 0), r = a < 0 ? 0 &- a : a; w.setS32(o, UInt32(bitPattern: r), scc: r != 0) }
    t(22, "s_bcnt0_i32_b32") { w, o in let r = UInt32((~w.s32(o, 0)).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(23, "s_bcnt0_i32_b64") { w, o in let r = UInt32((~w.s64(o, 0)).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(24, "s_bcnt1_i32_b32") { w, o in let r = UInt32(w.s32(o, 0).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(25, "s_bcnt1_i32_b64") { w, o in let r = UInt32(w.s64(o, 0).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t(26, "s_quadmask_b32") { w, o in let r = UInt32(truncatingIfNeeded: quadMask(UInt64(w.s32(o, 0)))); w.setS32(o, r, scc: r != 0) }
    t(27, "s_quadmask_b64") { w, o in let r = quadMask(w.s64(o, 0)); w.setS64(o, r); w.scc = r != 0 }
    t(28, "s_wqm_b32") { w, o in let r = UInt32(truncatingIfNeeded: wholeQuads(UInt64(w.s32(o, 0)))); w.setS32(o, r, scc: r != 0) }
    t(29, "s_wqm_b64") { w, o in let r = wholeQuads(w.s64(o, 0)); w.setS64(o, r); w.scc = r != 0 }
    t(30, "s_not_b32") { w, o in let r = ~w.s32(o, 0); w.setS32(o, r, scc: r != 0) }
    t(31, "s_not_b64") { w, o in let r = ~w.s64(o, 0); w.setS64(o, r); w.scc = r != 0 }
    t(32, "s_and_saveexec_b32") { w, o in saveExec32(w, o) { $0 & $1 } }
    t(33, "s_and_saveexec_b64") { w, o in saveExec(w, o) { $0 & $1 } }
    t(34, "s_or_saveexec_b32") { w, o in saveExec32(w, o) { $0 | $1 } }
    t(35, "s_or_saveexec_b64") { w, o in saveExec(w, o) { $0 | $1 } }
    t(36, "s_xor_saveexec_b32") { w, o in saveExec32(w, o) { $0 ^ $1 } }
    t(37, "s_xor_saveexec_b64") { w, o in saveExec(w, o) { $0 ^ $1 } }
    t(38, "s_nand_saveexec_b32") { w, o in saveExec32(w, o) { ~($0 & $1) } }
    t(39, "s_nand_saveexec_b64") { w, o in saveExec(w, o) { ~($0 & $1) } }
    t(40, "s_nor_saveexec_b32") { w, o in saveExec32(w, o) { ~($0 | $1) } }
    t(41, "s_nor_saveexec_b64") { w, o in saveExec(w, o) { ~($0 | $1) } }
    t(42, "s_xnor_saveexec_b32") { w, o in saveExec32(w, o) { ~($0 ^ $1) } }
    t(43, "s_xnor_saveexec_b64") { w, o in saveExec(w, o) { ~($0 ^ $1) } }
    t(44, "s_and_not0_saveexec_b32") { w, o in saveExec32(w, o) { ~$0 & $1 } }
    t(45, "s_and_not0_saveexec_b64") { w, o in saveExec(w, o) { ~$0 & $1 } }
    t(46, "s_or_not0_saveexec_b32") { w, o in saveExec32(w, o) { ~$0 | $1 } }
    t(47, "s_or_not0_saveexec_b64") { w, o in saveExec(w, o) { ~$0 | $1 } }
    t(48, "s_and_not1_saveexec_b32") { w, o in saveExec32(w, o) { $0 & ~$1 } }
    t(49, "s_and_not1_saveexec_b64") { w, o in saveExec(w, o) { $0 & ~$1 } }
    t(50, "s_or_not1_saveexec_b32") { w, o in saveExec32(w, o) { $0 | ~$1 } }
    t(51, "s_or_not1_saveexec_b64") { w, o in saveExec(w, o) { $0 | ~$1 } }
    t(52, "s_and_not0_wrexec_b32") { w, o in writeExec32(w, o) { ~$0 & $1 } }
    t(53, "s_and_not0_wrexec_b64") { w, o in writeExec(w, o) { ~$0 & $1 } }
    t(54, "s_and_not1_wrexec_b32") { w, o in writeExec32(w, o) { $0 & ~$1 } }
    t(55, "s_and_not1_wrexec_b64") { w, o in writeExec(w, o) { $0 & ~$1 } }
    t(64, "s_movrels_b32") { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.source0) &+ Int(w.m0 & 127) & 127]) }
    t(65, "s_movrels_b64") { w, o in w.setS64(o, w.getPair(Int(o.pointee.source0) &+ Int(w.m0 & 127) & 127)) }
    t(66, "s_movreld_b32") { w, o in w.pointee.scalars[Int(o.pointee.destination) &+ Int(w.m0 & 127) & 127] = w.s32(o, 0) }
    t(67, "s_movreld_b64") { w, o in w.setPair(Int(o.pointee.destination) &+ Int(w.m0 & 127) & 127, w.s64(o, 0)) }
    t(68, "s_movrelsd_2_b32") { w, o in
      let m0 = w.m0
      w.pointee.scalars[Int(o.pointee.destination) &+ Int(m0 >> 16 & 0x3ff) & 127] = w.pointee.scalars[Int(o.pointee.source0) &+ Int(m0 & 0x3ff) & 127]
    }
    t(71, "s_getpc_b64", .control) { w, o in w.setS64(o, address(of: o, w) &+ 4) }
    t(72, "s_setpc_b64", .control) { w, o in jump(w, o, w.s64(o, 0)) }
    t(73, "s_swappc_b64", .control) { w, o in
      let to = w.s64(o, 0)
      w.setS64(o, address(of: o, w) &+ 4)
      jump(w, o, to)
    }
    t(74, "s_rfe_b64", .control) { w, o in Traps.returnFromException(w, o, w.s64(o, 0)) }
    t(76, "s_sendmsg_rtn_b32", .message) { w, o in w.setS32(o, UInt32(truncatingIfNeeded: Traps.messageResult(w, UInt32(o.pointee.immediate)))) }
    t(77, "s_sendmsg_rtn_b64", .message) { w, o in w.setS64(o, Traps.messageResult(w, UInt32(o.pointee.immediate))) }
  }
}
