// Scalar arithmetic, SOP1 and SOP2: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU

extension SharedRows {
  public static func sop1(_ t: inout SharedRows) {
    t("s_mov_b32", gfx9: 0, gfx10: 3, gfx11: 0) { w, o in w.setS32(o, w.s32(o, 0)) }
    t("s_mov_b64", gfx9: 1, gfx10: 4, gfx11: 1) { w, o in w.setS64(o, w.s64(o, 0)) }
    t("s_cmov_b32", gfx9: 2, gfx10: 5, gfx11: 2) { w, o in if w.scc { w.setS32(o, w.s32(o, 0)) } }
    t("s_cmov_b64", gfx9: 3, gfx10: 6, gfx11: 3) { w, o in if w.scc { w.setS64(o, w.s64(o, 0)) } }
    t("s_not_b32", gfx9: 4, gfx10: 7, gfx11: 30) { w, o in let r = ~w.s32(o, 0); w.setS32(o, r, scc: r != 0) }
    t("s_not_b64", gfx9: 5, gfx10: 8, gfx11: 31) { w, o in let r = ~w.s64(o, 0); w.setS64(o, r); w.scc = r != 0 }
    t("s_wqm_b32", gfx9: 6, gfx10: 9, gfx11: 28) { w, o in let r = UInt32(truncatingIfNeeded: wholeQuads(UInt64(w.s32(o, 0)))); w.setS32(o, r, scc: r != 0) }
    t("s_wqm_b64", gfx9: 7, gfx10: 10, gfx11: 29) { w, o in let r = wholeQuads(w.s64(o, 0)); w.setS64(o, r); w.scc = r != 0 }
    t("s_brev_b32", gfx9: 8, gfx10: 11, gfx11: 4) { w, o in w.setS32(o, reversed32(w.s32(o, 0))) }
    t("s_brev_b64", gfx9: 9, gfx10: 12, gfx11: 5) { w, o in
      let a = w.s64(o, 0)
      w.setS64(o, UInt64(reversed32(UInt32(truncatingIfNeeded: a))) << 32 | UInt64(reversed32(UInt32(truncatingIfNeeded: a >> 32))))
    }
    t("s_bcnt0_i32_b32", gfx9: 10, gfx10: 13, gfx11: 22) { w, o in let r = UInt32((~w.s32(o, 0)).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t("s_bcnt0_i32_b64", gfx9: 11, gfx10: 14, gfx11: 23) { w, o in let r = UInt32((~w.s64(o, 0)).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t("s_bcnt1_i32_b32", gfx9: 12, gfx10: 15, gfx11: 24) { w, o in let r = UInt32(w.s32(o, 0).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t("s_bcnt1_i32_b64", gfx9: 13, gfx10: 16, gfx11: 25) { w, o in let r = UInt32(w.s64(o, 0).nonzeroBitCount); w.setS32(o, r, scc: r != 0) }
    t("s_ff1_i32_b32", gfx9: 16, gfx10: 19, gfx11: .named(8, "s_ctz_i32_b32")) { w, o in let a = w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t("s_ff1_i32_b64", gfx9: 17, gfx10: 20, gfx11: .named(9, "s_ctz_i32_b64")) { w, o in let a = w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.trailingZeroBitCount)) }
    t("s_flbit_i32_b32", gfx9: 18, gfx10: 21, gfx11: .named(10, "s_clz_i32_u32")) { w, o in let a = w.s32(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.leadingZeroBitCount)) }
    t("s_flbit_i32_b64", gfx9: 19, gfx10: 22, gfx11: .named(11, "s_clz_i32_u64")) { w, o in let a = w.s64(o, 0); w.setS32(o, a == 0 ? ~0 : UInt32(a.leadingZeroBitCount)) }
    t("s_flbit_i32", gfx9: 20, gfx10: 23, gfx11: .named(12, "s_cls_i32")) { w, o in
      let a = w.s32(o, 0), x = Int32(bitPattern: a) < 0 ? ~a : a
      w.setS32(o, x == 0 ? ~0 : UInt32(x.leadingZeroBitCount))
    }
    t("s_flbit_i32_i64", gfx9: 21, gfx10: 24, gfx11: .named(13, "s_cls_i32_i64")) { w, o in
      let a = w.s64(o, 0), x = Int64(bitPattern: a) < 0 ? ~a : a
      w.setS32(o, x == 0 ? ~0 : UInt32(x.leadingZeroBitCount))
    }
    t("s_sext_i32_i8", gfx9: 22, gfx10: 25, gfx11: 14) { w, o in w.setS32(o, UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: w.s32(o, 0))))) }
    t("s_sext_i32_i16", gfx9: 23, gfx10: 26, gfx11: 15) { w, o in w.setS32(o, UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: w.s32(o, 0))))) }
    t("s_bitset0_b32", gfx9: 24, gfx10: 27, gfx11: 16) { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.destination)] & ~(1 &<< (w.s32(o, 0) & 31))) }
    t("s_bitset0_b64", gfx9: 25, gfx10: 28, gfx11: 17) { w, o in w.setS64(o, w.getPair(Int(o.pointee.destination)) & ~(1 &<< UInt64(w.s32(o, 0) & 63))) }
    t("s_bitset1_b32", gfx9: 26, gfx10: 29, gfx11: 18) { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.destination)] | 1 &<< (w.s32(o, 0) & 31)) }
    t("s_bitset1_b64", gfx9: 27, gfx10: 30, gfx11: 19) { w, o in w.setS64(o, w.getPair(Int(o.pointee.destination)) | 1 &<< UInt64(w.s32(o, 0) & 63)) }
    t("s_getpc_b64", gfx9: 28, gfx10: 31, gfx11: 71, .control) { w, o in w.setS64(o, address(of: o, w) &+ 4) }
    t("s_setpc_b64", gfx9: 29, gfx10: 32, gfx11: 72, .control) { w, o in jump(w, o, w.s64(o, 0)) }
    t("s_swappc_b64", gfx9: 30, gfx10: 33, gfx11: 73, .control) { w, o in
      let to = w.s64(o, 0)
      w.setS64(o, address(of: o, w) &+ 4)
      jump(w, o, to)
    }
    t("s_rfe_b64", gfx9: 31, gfx10: 34, gfx11: 74, .control) { w, o in Traps.returnFromException(w, o, w.s64(o, 0)) }
    t("s_and_saveexec_b64", gfx9: 32, gfx10: 36, gfx11: 33) { w, o in saveExec(w, o) { $0 & $1 } }
    t("s_or_saveexec_b64", gfx9: 33, gfx10: 37, gfx11: 35) { w, o in saveExec(w, o) { $0 | $1 } }
    t("s_xor_saveexec_b64", gfx9: 34, gfx10: 38, gfx11: 37) { w, o in saveExec(w, o) { $0 ^ $1 } }
    t("s_andn2_saveexec_b64", gfx9: 35, gfx10: 39, gfx11: .named(49, "s_and_not1_saveexec_b64")) { w, o in saveExec(w, o) { $0 & ~$1 } }
    t("s_orn2_saveexec_b64", gfx9: 36, gfx10: 40, gfx11: .named(51, "s_or_not1_saveexec_b64")) { w, o in saveExec(w, o) { $0 | ~$1 } }
    t("s_nand_saveexec_b64", gfx9: 37, gfx10: 41, gfx11: 39) { w, o in saveExec(w, o) { ~($0 & $1) } }
    t("s_nor_saveexec_b64", gfx9: 38, gfx10: 42, gfx11: 41) { w, o in saveExec(w, o) { ~($0 | $1) } }
    t("s_xnor_saveexec_b64", gfx9: 39, gfx10: 43, gfx11: 43) { w, o in saveExec(w, o) { ~($0 ^ $1) } }
    t("s_quadmask_b32", gfx9: 40, gfx10: 44, gfx11: 26) { w, o in let r = UInt32(truncatingIfNeeded: quadMask(UInt64(w.s32(o, 0)))); w.setS32(o, r, scc: r != 0) }
    t("s_quadmask_b64", gfx9: 41, gfx10: 45, gfx11: 27) { w, o in let r = quadMask(w.s64(o, 0)); w.setS64(o, r); w.scc = r != 0 }
    t("s_movrels_b32", gfx9: 42, gfx10: 46, gfx11: 64) { w, o in w.setS32(o, w.pointee.scalars[Int(o.pointee.source0) &+ Int(w.m0 & 127) & 127]) }
    t("s_movrels_b64", gfx9: 43, gfx10: 47, gfx11: 65) { w, o in w.setS64(o, w.getPair(Int(o.pointee.source0) &+ Int(w.m0 & 127) & 127)) }
    t("s_movreld_b32", gfx9: 44, gfx10: 48, gfx11: 66) { w, o in w.pointee.scalars[Int(o.pointee.destination) &+ Int(w.m0 & 127) & 127] = w.s32(o, 0) }
    t("s_movreld_b64", gfx9: 45, gfx10: 49, gfx11: 67) { w, o in w.setPair(Int(o.pointee.destination) &+ Int(w.m0 & 127) & 127, w.s64(o, 0)) }
    t("s_abs_i32", gfx9: 48, gfx10: 52, gfx11: 21) { w, o in let a = w.i32(o, 0), r = a < 0 ? 0 &- a : a; w.setS32(o, UInt32(bitPattern: r), scc: r != 0) }
    t("s_andn1_saveexec_b64", gfx9: 51, gfx10: 55, gfx11: .named(45, "s_and_not0_saveexec_b64")) { w, o in saveExec(w, o) { ~$0 & $1 } }
    t("s_orn1_saveexec_b64", gfx9: 52, gfx10: 56, gfx11: .named(47, "s_or_not0_saveexec_b64")) { w, o in saveExec(w, o) { ~$0 | $1 } }
    t("s_andn1_wrexec_b64", gfx9: 53, gfx10: 57, gfx11: .named(53, "s_and_not0_wrexec_b64")) { w, o in writeExec(w, o) { ~$0 & $1 } }
    t("s_andn2_wrexec_b64", gfx9: 54, gfx10: 58, gfx11: .named(55, "s_and_not1_wrexec_b64")) { w, o in writeExec(w, o) { $0 & ~$1 } }
    t("s_bitreplicate_b64_b32", gfx9: 55, gfx10: 59, gfx11: 20) { w, o in
      let a = w.s32(o, 0)
      var r: UInt64 = 0
      for bit in 0..<32 where a >> UInt32(bit) & 1 != 0 { r |= 3 << UInt64(2 * bit) }
      w.setS64(o, r)
    }
  }

  public static func sop2(_ t: inout SharedRows) {
    t("s_add_u32", gfx9: 0, gfx10: 0, gfx11: 0) { w, o in let (r, c) = w.s32(o, 0).addingReportingOverflow(w.s32(o, 1)); w.setS32(o, r, scc: c) }
    t("s_sub_u32", gfx9: 1, gfx10: 1, gfx11: 1) { w, o in let (r, c) = w.s32(o, 0).subtractingReportingOverflow(w.s32(o, 1)); w.setS32(o, r, scc: c) }
    t("s_add_i32", gfx9: 2, gfx10: 2, gfx11: 2) { w, o in let (r, c) = w.i32(o, 0).addingReportingOverflow(w.i32(o, 1)); w.setS32(o, UInt32(bitPattern: r), scc: c) }
    t("s_sub_i32", gfx9: 3, gfx10: 3, gfx11: 3) { w, o in let (r, c) = w.i32(o, 0).subtractingReportingOverflow(w.i32(o, 1)); w.setS32(o, UInt32(bitPattern: r), scc: c) }
    t("s_addc_u32", gfx9: 4, gfx10: 4, gfx11: 4) { w, o in
      let r = UInt64(w.s32(o, 0)) &+ UInt64(w.s32(o, 1)) &+ UInt64(w.pointee.scc)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: r >> 32 != 0)
    }
    t("s_subb_u32", gfx9: 5, gfx10: 5, gfx11: 5) { w, o in
      let r = UInt64(w.s32(o, 0)) &- UInt64(w.s32(o, 1)) &- UInt64(w.pointee.scc)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: r >> 32 != 0)
    }
    t("s_min_i32", gfx9: 6, gfx10: 6, gfx11: 18) { w, o in let a = w.i32(o, 0), b = w.i32(o, 1); w.setS32(o, UInt32(bitPattern: min(a, b)), scc: a < b) }
    t("s_min_u32", gfx9: 7, gfx10: 7, gfx11: 19) { w, o in let a = w.s32(o, 0), b = w.s32(o, 1); w.setS32(o, min(a, b), scc: a < b) }
    t("s_max_i32", gfx9: 8, gfx10: 8, gfx11: 20) { w, o in let a = w.i32(o, 0), b = w.i32(o, 1); w.setS32(o, UInt32(bitPattern: max(a, b)), scc: a >= b) }
    t("s_max_u32", gfx9: 9, gfx10: 9, gfx11: 21) { w, o in let a = w.s32(o, 0), b = w.s32(o, 1); w.setS32(o, max(a, b), scc: a >= b) }
    t("s_cselect_b32", gfx9: 10, gfx10: 10, gfx11: 48) { w, o in w.setS32(o, w.scc ? w.s32(o, 0) : w.s32(o, 1)) }
    t("s_cselect_b64", gfx9: 11, gfx10: 11, gfx11: 49) { w, o in w.setS64(o, w.scc ? w.s64(o, 0) : w.s64(o, 1)) }
    t("s_and_b32", gfx9: 12, gfx10: 14, gfx11: 22) { w, o in let r = w.s32(o, 0) & w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_and_b64", gfx9: 13, gfx10: 15, gfx11: 23) { w, o in let r = w.s64(o, 0) & w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t("s_or_b32", gfx9: 14, gfx10: 16, gfx11: 24) { w, o in let r = w.s32(o, 0) | w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_or_b64", gfx9: 15, gfx10: 17, gfx11: 25) { w, o in let r = w.s64(o, 0) | w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t("s_xor_b32", gfx9: 16, gfx10: 18, gfx11: 26) { w, o in let r = w.s32(o, 0) ^ w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_xor_b64", gfx9: 17, gfx10: 19, gfx11: 27) { w, o in let r = w.s64(o, 0) ^ w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t("s_andn2_b32", gfx9: 18, gfx10: 20, gfx11: .named(34, "s_and_not1_b32")) { w, o in let r = w.s32(o, 0) & ~w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_andn2_b64", gfx9: 19, gfx10: 21, gfx11: .named(35, "s_and_not1_b64")) { w, o in let r = w.s64(o, 0) & ~w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t("s_orn2_b32", gfx9: 20, gfx10: 22, gfx11: .named(36, "s_or_not1_b32")) { w, o in let r = w.s32(o, 0) | ~w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_orn2_b64", gfx9: 21, gfx10: 23, gfx11: .named(37, "s_or_not1_b64")) { w, o in let r = w.s64(o, 0) | ~w.s64(o, 1); w.setS64(o, r); w.scc = r != 0 }
    t("s_nand_b32", gfx9: 22, gfx10: 24, gfx11: 28) { w, o in let r = ~(w.s32(o, 0) & w.s32(o, 1)); w.setS32(o, r, scc: r != 0) }
    t("s_nand_b64", gfx9: 23, gfx10: 25, gfx11: 29) { w, o in let r = ~(w.s64(o, 0) & w.s64(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t("s_nor_b32", gfx9: 24, gfx10: 26, gfx11: 30) { w, o in let r = ~(w.s32(o, 0) | w.s32(o, 1)); w.setS32(o, r, scc: r != 0) }
    t("s_nor_b64", gfx9: 25, gfx10: 27, gfx11: 31) { w, o in let r = ~(w.s64(o, 0) | w.s64(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t("s_xnor_b32", gfx9: 26, gfx10: 28, gfx11: 32) { w, o in let r = ~(w.s32(o, 0) ^ w.s32(o, 1)); w.setS32(o, r, scc: r != 0) }
    t("s_xnor_b64", gfx9: 27, gfx10: 29, gfx11: 33) { w, o in let r = ~(w.s64(o, 0) ^ w.s64(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t("s_lshl_b32", gfx9: 28, gfx10: 30, gfx11: 8) { w, o in let r = w.s32(o, 0) &<< w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_lshl_b64", gfx9: 29, gfx10: 31, gfx11: 9) { w, o in let r = w.s64(o, 0) &<< UInt64(w.s32(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t("s_lshr_b32", gfx9: 30, gfx10: 32, gfx11: 10) { w, o in let r = w.s32(o, 0) &>> w.s32(o, 1); w.setS32(o, r, scc: r != 0) }
    t("s_lshr_b64", gfx9: 31, gfx10: 33, gfx11: 11) { w, o in let r = w.s64(o, 0) &>> UInt64(w.s32(o, 1)); w.setS64(o, r); w.scc = r != 0 }
    t("s_ashr_i32", gfx9: 32, gfx10: 34, gfx11: 12) { w, o in let r = w.i32(o, 0) &>> w.i32(o, 1); w.setS32(o, UInt32(bitPattern: r), scc: r != 0) }
    t("s_ashr_i64", gfx9: 33, gfx10: 35, gfx11: 13) { w, o in let r = w.i64(o, 0) &>> Int64(w.s32(o, 1)); w.setS64(o, UInt64(bitPattern: r)); w.scc = r != 0 }
    t("s_bfm_b32", gfx9: 34, gfx10: 36, gfx11: 42) { w, o in w.setS32(o, ((1 as UInt32) &<< (w.s32(o, 0) & 31) &- 1) &<< (w.s32(o, 1) & 31)) }
    t("s_bfm_b64", gfx9: 35, gfx10: 37, gfx11: 43) { w, o in w.setS64(o, ((1 as UInt64) &<< UInt64(w.s32(o, 0) & 63) &- 1) &<< UInt64(w.s32(o, 1) & 63)) }
    t("s_mul_i32", gfx9: 36, gfx10: 38, gfx11: 44) { w, o in w.setS32(o, w.s32(o, 0) &* w.s32(o, 1)) }
    t("s_bfe_u32", gfx9: 37, gfx10: 39, gfx11: 38) { w, o in
      let b = w.s32(o, 1), r = bitField(UInt64(w.s32(o, 0)), b & 31, b >> 16 & 0x7f)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: UInt32(truncatingIfNeeded: r) != 0)
    }
    t("s_bfe_i32", gfx9: 38, gfx10: 40, gfx11: 39) { w, o in
      let b = w.s32(o, 1), r = signedBitField(Int64(w.i32(o, 0)), b & 31, b >> 16 & 0x7f)
      w.setS32(o, UInt32(truncatingIfNeeded: r), scc: UInt32(truncatingIfNeeded: r) != 0)
    }
    t("s_bfe_u64", gfx9: 39, gfx10: 41, gfx11: 40) { w, o in let b = w.s32(o, 1), r = bitField(w.s64(o, 0), b & 63, b >> 16 & 0x7f); w.setS64(o, r); w.scc = r != 0 }
    t("s_bfe_i64", gfx9: 40, gfx10: 42, gfx11: 41) { w, o in
      let b = w.s32(o, 1), r = signedBitField(w.i64(o, 0), b & 63, b >> 16 & 0x7f); w.setS64(o, UInt64(bitPattern: r)); w.scc = r != 0
    }
    t("s_absdiff_i32", gfx9: 42, gfx10: 44, gfx11: 6) { w, o in
      let d = w.i32(o, 0) &- w.i32(o, 1), r = d < 0 ? 0 &- d : d; w.setS32(o, UInt32(bitPattern: r), scc: r != 0)
    }
    t("s_mul_hi_u32", gfx9: 44, gfx10: 53, gfx11: 45) { w, o in w.setS32(o, UInt32(truncatingIfNeeded: (UInt64(w.s32(o, 0)) &* UInt64(w.s32(o, 1))) >> 32)) }
    t("s_mul_hi_i32", gfx9: 45, gfx10: 54, gfx11: 46) { w, o in w.setS32(o, UInt32(truncatingIfNeeded: (Int64(w.i32(o, 0)) &* Int64(w.i32(o, 1))) >> 32)) }
    t("s_lshl1_add_u32", gfx9: 46, gfx10: 46, gfx11: 14) { w, o in shiftAdd(w, o, 1) }
    t("s_lshl2_add_u32", gfx9: 47, gfx10: 47, gfx11: 15) { w, o in shiftAdd(w, o, 2) }
    t("s_lshl3_add_u32", gfx9: 48, gfx10: 48, gfx11: 16) { w, o in shiftAdd(w, o, 3) }
    t("s_lshl4_add_u32", gfx9: 49, gfx10: 49, gfx11: 17) { w, o in shiftAdd(w, o, 4) }
    t("s_pack_ll_b32_b16", gfx9: 50, gfx10: 50, gfx11: 50) { w, o in w.setS32(o, w.s32(o, 0) & 0xffff | w.s32(o, 1) << 16) }
    t("s_pack_lh_b32_b16", gfx9: 51, gfx10: 51, gfx11: 51) { w, o in w.setS32(o, w.s32(o, 0) & 0xffff | w.s32(o, 1) & 0xffff_0000) }
    t("s_pack_hh_b32_b16", gfx9: 52, gfx10: 52, gfx11: 52) { w, o in w.setS32(o, w.s32(o, 0) >> 16 | w.s32(o, 1) & 0xffff_0000) }
  }
}
