// SOP2: scalar, two sources.  Source: AMD RDNA3 ISA, 16.1.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sop2(_ t: inout OpcodeTable) {
    t.begin(.sop2, count: 128)
    t(0, "s_add_u32") { w, o in let (r, c) = w.s32(o, 0).addingReportingOverflow(w.s32(o, 1)); w.setS32(o, r, scc: c) }
    t(1, "s_sub_u32") { w, o in let (r, c) = w.s32(o, 0).subtractingReportingOverflow(w.s32(o, 1)); w.setS32(o, r, scc: c) }
    t(2, "s_add_i32") { w, o in let (r, c) = w.i32(o, 0).addingReportingOverflow(w.i32(o, 1)); w.setS32(o, UInt32(bitPattern: r), scc: c) }
    t(3, "s_sub_i32") { w, o in let (r, c) = w.i32(o, 0).subtractingReportingOverflow(w.i32(o, 1)); w.setS32(o, UInt32(bitPattern: r), scc: c) }
    t(4, "s_addc_u32") { w, o in
      let r = UInt64(w.s32(o, 0)) &+ UInt64(w.s32(o, 1)) &+ UInt64(w.pointee.scc)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: r >> 32 != 0)
    }
    t(5, "s_subb_u32") { w, o in
      let r = UInt64(w.s32(o, 0)) &- UInt64(w.s32(o, 1)) &- UInt64(w.pointee.scc)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: r >> 32 != 0)
    }
    t(6, "s_absdiff_i32") { w, o in
      let d = w.i32(o, 0) &- w.i32(o, 1), r = d < 0 ? 0 &- d : d; w.setS32(o, UInt32(bitPattern: r), scc: r != 0)
    }
    t(8, "s_lshl_b32") { w, o in let r = w.s32(o, 0) &<< w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(9, "s_lshl_b64") { w, o in let r = w.s64(o, 0) &<< UInt64(w.s32(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t(10, "s_lshr_b32") { w, o in let r = w.s32(o, 0) &>> w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(11, "s_lshr_b64") { w, o in let r = w.s64(o, 0) &>> UInt64(w.s32(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t(12, "s_ashr_i32") { w, o in let r = w.i32(o, 0) &>> w.i32(o, 1); w.setS32(o, UInt32(bitPattern: r), scc: r != 0) }
    t(13, "s_ashr_i64") { w, o in let r = w.i64(o, 0) &>> Int64(w.s32(o, 1)); w.setS64(o, UInt64(bitPattern: r)); w.scc = r != 0 }
    t(14, "s_lshl1_add_u32") { w, o in shiftAdd(w, o, 1) }
    t(15, "s_lshl2_add_u32") { w, o in shiftAdd(w, o, 2) }
    t(16, "s_lshl3_add_u32") { w, o in shiftAdd(w, o, 3) }
    t(17, "s_lshl4_add_u32") { w, o in shiftAdd(w, o, 4) }
    t(18, "s_min_i32") { w, o in let a = w.i32(o, 0), b = w.i32(o, 1); w.setS32(o, UInt32(bitPattern: min(a, b)), scc: a < b) }
    t(19, "s_min_u32") { w, o in let a = w.s32(o, 0), b = w.s32(o, 1); w.setS32(o, min(a, b), scc: a < b) }
    t(20, "s_max_i32") { w, o in let a = w.i32(o, 0), b = w.i32(o, 1); w.setS32(o, UInt32(bitPattern: max(a, b)), scc: a >= b) }
    t(21, "s_max_u32") { w, o in let a = w.s32(o, 0), b = w.s32(o, 1); w.setS32(o, max(a, b), scc: a >= b) }
    t(22, "s_and_b32") { w, o in let r = w.s32(o, 0) & w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(23, "s_and_b64") { w, o in let r = w.s64(o, 0) & w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t(24, "s_or_b32") { w, o in let r = w.s32(o, 0) | w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(25, "s_or_b64") { w, o in let r = w.s64(o, 0) | w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t(26, "s_xor_b32") { w, o in let r = w.s32(o, 0) ^ w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(27, "s_xor_b64") { w, o in let r = w.s64(o, 0) ^ w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t(28, "s_nand_b32") { w, o in let r = ~(w.s32(o, 0) & w.s32(o, 1)); w.setS32(o, r, scc: r != 0) }
    t(29, "s_nand_b64") { w, o in let r = ~(w.s64(o, 0) & w.s64(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t(30, "s_nor_b32") { w, o in let r = ~(w.s32(o, 0) | w.s32(o, 1)); w.setS32(o, r, scc: r != 0) }
    t(31, "s_nor_b64") { w, o in let r = ~(w.s64(o, 0) | w.s64(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t(32, "s_xnor_b32") { w, o in let r = ~(w.s32(o, 0) ^ w.s32(o, 1)); w.setS32(o, r, scc: r != 0) }
    t(33, "s_xnor_b64") { w, o in let r = ~(w.s64(o, 0) ^ w.s64(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t(34, "s_and_not1_b32") { w, o in let r = w.s32(o, 0) & ~w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(35, "s_and_not1_b64") { w, o in let r = w.s64(o, 0) & ~w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t(36, "s_or_not1_b32") { w, o in let r = w.s32(o, 0) | ~w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t(37, "s_or_not1_b64") { w, o in let r = w.s64(o, 0) | ~w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t(38, "s_bfe_u32") { w, o in
      let b = w.s32(o, 1), r = bitField(UInt64(w.s32(o, 0)), b & 31, b >> 16 & 0x7f)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: UInt32(truncatingIfNeeded: r) != 0)
    }
    t(39, "s_bfe_i32") { w, o in
      let b = w.s32(o, 1), r = signedBitField(Int64(w.i32(o, 0)), b & 31, b >> 16 & 0x7f)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: UInt32(truncatingIfNeeded: r) != 0)
    }
    t(40, "s_bfe_u64") { w, o in let b = w.s32(o, 1), r = bitField(w.s64(o, 0), b & 63, b >> 16 & 0x7f); w.setS64(o, r); w.scc = r != 0 }
    t(41, "s_bfe_i64") { w, o in
      let b = w.s32(o, 1), r = signedBitField(w.i64(o, 0), b & 63, b >> 16 & 0x7f); w.setS64(o, UInt64(bitPattern: r)); w.scc = r != 0
    }
    t(42, "s_bfm_b32") { w, o in w.setS32(o, ((1 as UInt32) &<< (w.s32(o, 0) & 31) &- 1) &<< (w.s32(o, 1) & 31)) }
    t(43, "s_bfm_b64") { w, o in w.setS64(o, ((1 as UInt64) &<< UInt64(w.s32(o, 0) & 63) &- 1) &<< UInt64(w.s32(o, 1) & 63)) }
    t(44, "s_mul_i32") { w, o in w.setS32(o, w.s32(o, 0) &* w.s32(o, 1)) }
    t(45, "s_mul_hi_u32") { w, o in w.setS32(o, UInt32(truncatingIfNeeded: (UInt64(w.s32(o, 0)) &* UInt64(w.s32(o, 1))) >> 32)) }
    t(46, "s_mul_hi_i32") { w, o in w.setS32(o, UInt32(truncatingIfNeeded: (Int64(w.i32(o, 0)) &* Int64(w.i32(o, 1))) >> 32)) }
    t(48, "s_cselect_b32") { w, o in w.setS32(o, w.scc ? w.s32(o, 0) : w.s32(o, 1)) }
    t(49, "s_cselect_b64") { w, o in w.setS64(o, w.scc ? w.s64(o, 0) : w.s64(o, 1)) }
    t(50, "s_pack_ll_b32_b16") { w, o in w.setS32(o, w.s32(o, 0) & 0xffff | w.s32(o, 1) << 16) }
    t(51, "s_pack_lh_b32_b16") { w, o in w.setS32(o, w.s32(o, 0) & 0xffff | w.s32(o, 1) & 0xffff_0000) }
    t(52, "s_pack_hh_b32_b16") { w, o in w.setS32(o, w.s32(o, 0) >> 16 | w.s32(o, 1) & 0xffff_0000) }
    t(53, "s_pack_hl_b32_b16") { w, o in w.setS32(o, w.s32(o, 0) >> 16 | w.s32(o, 1) << 16) }
  }
}
