// Vector arithmetic, VOP3 and VOP3P: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU
import Glibc

extension SharedRows {
  public static func vop3(_ t: inout SharedRows) {
    t("v_mad_i32_i24", gfx9: 450, gfx10: 322, gfx11: 522) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: Int32) in signed24(a) &* signed24(b) &+ c } }
    t("v_mad_u32_u24", gfx9: 451, gfx10: 323, gfx11: 523) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & 0xff_ffff) &* (b & 0xff_ffff) &+ c } }
    t("v_cubeid_f32", gfx9: 452, gfx10: 324, gfx11: 524, .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z < 0 ? 5 : 4 }
        if y.magnitude >= x.magnitude { return y < 0 ? 3 : 2 }
        return x < 0 ? 1 : 0
      }
    }
    t("v_cubema_f32", gfx9: 455, gfx10: 327, gfx11: 527, .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z * 2 }
        return y.magnitude >= x.magnitude ? y * 2 : x * 2
      }
    }
    t("v_bfe_u32", gfx9: 456, gfx10: 328, gfx11: 528) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &>> (b & 31)) & ((1 &<< (c & 31)) &- 1) } }
    t("v_bfe_i32", gfx9: 457, gfx10: 329, gfx11: 529) { w, o in
      w.ternary(o) { (a: Int32, b: Int32, c: Int32) in
        let shifted = a &>> (b & 31), up = 32 &- (c & 31)
        return c & 31 == 0 ? 0 : (shifted &<< up) &>> up
      }
    }
    t("v_bfi_b32", gfx9: 458, gfx10: 330, gfx11: 530) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & b) | (~a & c) } }
    t("v_fma_f32", gfx9: 459, gfx10: 331, gfx11: 531, .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in c.addingProduct(a, b) } }
    t("v_fma_f64", gfx9: 460, gfx10: 332, gfx11: 532, .f64) { w, o in w.ternary(o) { (a: Double, b: Double, c: Double) in c.addingProduct(a, b) } }
    t("v_lerp_u8", gfx9: 461, gfx10: 333, gfx11: 533) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in
        var r: UInt32 = 0
        for i in 0..<4 as Range<UInt32> { r |= ((byte(a, i) &+ byte(b, i) &+ (byte(c, i) & 1)) >> 1) << (i &* 8) }
        return r
      }
    }
    t("v_min3_f32", gfx9: 464, gfx10: 337, gfx11: 537, [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in minimum(minimum(a, b), c) } }
    t("v_min3_i32", gfx9: 465, gfx10: 338, gfx11: 538) { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in min(min(a, b), c) } }
    t("v_min3_u32", gfx9: 466, gfx10: 339, gfx11: 539) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in min(min(a, b), c) } }
    t("v_max3_f32", gfx9: 467, gfx10: 340, gfx11: 540, [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in maximum(maximum(a, b), c) } }
    t("v_max3_i32", gfx9: 468, gfx10: 341, gfx11: 541) { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in max(max(a, b), c) } }
    t("v_max3_u32", gfx9: 469, gfx10: 342, gfx11: 542) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in max(max(a, b), c) } }
    t("v_med3_f32", gfx9: 470, gfx10: 343, gfx11: 543, [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in median(a, b, c) } }
    t("v_med3_i32", gfx9: 471, gfx10: 344, gfx11: 544) { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in median(a, b, c) } }
    t("v_med3_u32", gfx9: 472, gfx10: 345, gfx11: 545) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in median(a, b, c) } }
    t("v_sad_u8", gfx9: 473, gfx10: 346, gfx11: 546) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ sumOfDifferences(a, b) } }
    t("v_sad_hi_u8", gfx9: 474, gfx10: 347, gfx11: 547) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ sumOfDifferences(a, b) << 16 } }
    t("v_sad_u16", gfx9: 475, gfx10: 348, gfx11: 548) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ difference(a & 0xffff, b & 0xffff) &+ difference(a >> 16, b >> 16) }
    }
    t("v_sad_u32", gfx9: 476, gfx10: 349, gfx11: 549) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ difference(a, b) } }
    t("v_cvt_pk_u8_f32", gfx9: 477, gfx10: 350, gfx11: 550) { w, o in
      w.ternary(o) { (a: Float, b: UInt32, c: UInt32) in
        let value = UInt32(truncatingIfNeeded: toInt32(clamped(a.rounded(.toNearestOrEven), 0, 255))), shift = (b & 3) &* 8
        return c & ~(0xff << shift) | value << shift
      }
    }
    t("v_div_fixup_f32", gfx9: 478, gfx10: 351, gfx11: 551, .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in divisionFix(a, b, c) } }
    t("v_div_fixup_f64", gfx9: 479, gfx10: 352, gfx11: 552, .f64) { w, o in w.ternary(o) { (a: Double, b: Double, c: Double) in divisionFix(a, b, c) } }
    t("v_div_scale_f32", gfx9: 480, gfx10: 365, gfx11: 764, [.f32, .scalarResult]) { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), c = w.source(o, 2, .f32)
      func f(_ l: Int) -> (Float, Bool) { divisionScale(Float.load(a, l), Float.load(b, l), Float.load(c, l)) }
      let flags = w.ask { l in f(l).1 }
      w.each(o) { l in f(l).0 }
      w.setMask(o, flags)
    }
    t("v_div_scale_f64", gfx9: 481, gfx10: 366, gfx11: 765, [.f64, .scalarResult]) { w, o in
      let a = w.source(o, 0, .f64), b = w.source(o, 1, .f64), c = w.source(o, 2, .f64)
      func f(_ l: Int) -> (Double, Bool) { divisionScale(Double.load(a, l), Double.load(b, l), Double.load(c, l)) }
      let flags = w.ask { l in f(l).1 }
      w.each(o) { l in f(l).0 }
      w.setMask(o, flags)
    }
    t("v_div_fmas_f32", gfx9: 482, gfx10: 367, gfx11: 567, .f32) { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), c = w.source(o, 2, .f32), m = w.maskLanes(w.vcc)
      w.each(o) { l in divisionStep(Float.load(a, l), Float.load(b, l), Float.load(c, l), m[l] != 0) }
    }
    t("v_div_fmas_f64", gfx9: 483, gfx10: 368, gfx11: 568, .f64) { w, o in
      let a = w.source(o, 0, .f64), b = w.source(o, 1, .f64), c = w.source(o, 2, .f64), m = w.maskLanes(w.vcc)
      w.each(o) { l in divisionStep(Double.load(a, l), Double.load(b, l), Double.load(c, l), m[l] != 0) }
    }
    t("v_msad_u8", gfx9: 484, gfx10: 369, gfx11: 569) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ maskedSumOfDifferences(a, b) } }
    t("v_qsad_pk_u16_u8", gfx9: 485, gfx10: 370, gfx11: 570) { w, o in
      w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in
        var r: UInt64 = 0
        for i in 0..<4 as Range<UInt64> {
          let sum = sumOfDifferences(UInt32(truncatingIfNeeded: a >> (i &* 8)), b) &+ UInt32(truncatingIfNeeded: c >> (i &* 16) & 0xffff)
          r |= UInt64(sum & 0xffff) << (i &* 16)
        }
        return r
      }
    }
    t("v_mqsad_pk_u16_u8", gfx9: 486, gfx10: 371, gfx11: 571) { w, o in
      w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in
        var r: UInt64 = 0
        for i in 0..<4 as Range<UInt64> {
          let sum = maskedSumOfDifferences(UInt32(truncatingIfNeeded: a >> (i &* 8)), b) &+ UInt32(truncatingIfNeeded: c >> (i &* 16) & 0xffff)
          r |= UInt64(sum & 0xffff) << (i &* 16)
        }
        return r
      }
    }
    t("v_mad_u64_u32", gfx9: 488, gfx10: 374, gfx11: 766, .scalarResult) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), c = w.source(o, 2, .b64)
      let out = w.ask { l in let p = UInt64(a[l]) &* UInt64(b[l]); return p &+ UInt64.load(c, l) < p }
      w.each(o) { l in UInt64(a[l]) &* UInt64(b[l]) &+ UInt64.load(c, l) }
      w.setMask(o, out)
    }
    t("v_mad_i64_i32", gfx9: 489, gfx10: 375, gfx11: 767, .scalarResult) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), c = w.source(o, 2, .i64)
      func product(_ l: Int) -> Int64 { Int64(Int32(bitPattern: a[l])) &* Int64(Int32(bitPattern: b[l])) }
      let out = w.ask { l in product(l).addingReportingOverflow(Int64.load(c, l)).overflow }
      w.each(o) { l in product(l) &+ Int64.load(c, l) }
      w.setMask(o, out)
    }
    t("v_perm_b32", gfx9: 493, gfx10: 836, gfx11: 580) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in
        let data = UInt64(a) << 32 | UInt64(b)
        return selectByte(data, byte(c, 0)) | selectByte(data, byte(c, 1)) << 8 | selectByte(data, byte(c, 2)) << 16 | selectByte(data, byte(c, 3)) << 24
      }
    }
    t("v_fma_legacy_f16", gfx9: 494, gfx10: .named(843, "v_fma_f16"), gfx11: .named(584, "v_fma_f16"), on11: .ternary16, .f64) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
    t("v_div_fixup_legacy_f16", gfx9: 495, gfx10: .named(863, "v_div_fixup_f16"), gfx11: .named(596, "v_div_fixup_f16"), on11: .ternary16, .f64) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in Float16(divisionFix(Float(a), Float(b), Float(c))) } }
    t("v_mad_u32_u16", gfx9: 497, gfx10: 883, gfx11: 601, on11: [.half0, .half1]) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt32) in UInt32(a) &* UInt32(b) &+ c } }
    t("v_mad_i32_i16", gfx9: 498, gfx10: 885, gfx11: 602, on11: [.half0, .half1]) { w, o in w.ternary(o) { (a: Int16, b: Int16, c: Int32) in Int32(a) &* Int32(b) &+ c } }
    t("v_xad_u32", gfx9: 499, gfx10: 837, gfx11: 581) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a ^ b) &+ c } }
    t("v_lshl_add_u32", gfx9: 509, gfx10: 838, gfx11: 582) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &<< b) &+ c } }
    t("v_add_lshl_u32", gfx9: 510, gfx10: 839, gfx11: 583) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &+ b) &<< c } }
    t("v_add3_u32", gfx9: 511, gfx10: 877, gfx11: 597) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a &+ b &+ c } }
    t("v_lshl_or_b32", gfx9: 512, gfx10: 879, gfx11: 598) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &<< b) | c } }
    t("v_and_or_b32", gfx9: 513, gfx10: 881, gfx11: 599) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & b) | c } }
    t("v_or3_b32", gfx9: 514, gfx10: 882, gfx11: 600) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a | b | c } }
    t("v_add_f64", gfx9: 640, gfx10: 356, gfx11: 807, .f64) { w, o in w.binary(o) { (a: Double, b: Double) in a + b } }
    t("v_mul_f64", gfx9: 641, gfx10: 357, gfx11: 808, .f64) { w, o in w.binary(o) { (a: Double, b: Double) in a * b } }
    t("v_min_f64", gfx9: 642, gfx10: 358, gfx11: 809, .f64) { w, o in w.least(o, Double.self) }
    t("v_max_f64", gfx9: 643, gfx10: 359, gfx11: 810, .f64) { w, o in w.most(o, Double.self) }
    t("v_ldexp_f64", gfx9: 644, gfx10: 360, gfx11: 811, .f64) { w, o in w.binary(o) { (a: Double, b: Int32) in scalbn(a, Int(b)) } }
    t("v_mul_lo_u32", gfx9: 645, gfx10: 361, gfx11: 812) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a &* b } }
    t("v_mul_hi_u32", gfx9: 646, gfx10: 362, gfx11: 813) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) &* UInt64(b)) >> 32) } }
    t("v_mul_hi_i32", gfx9: 647, gfx10: 364, gfx11: 814) { w, o in w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: (Int64(a) &* Int64(b)) >> 32) } }
    t("v_ldexp_f32", gfx9: 648, gfx10: 866, gfx11: 796, .f32) { w, o in w.binary(o) { (a: Float, b: Int32) in scalbnf(a, b) } }
    t("v_bcnt_u32_b32", gfx9: 651, gfx10: 868, gfx11: 798) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in UInt32(a.nonzeroBitCount) &+ b } }
    t("v_mbcnt_lo_u32_b32", gfx9: 652, gfx10: 869, gfx11: 799) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
      w.each(o) { l in UInt32((a[l] & (l >= 32 ? ~0 : (1 &<< UInt32(truncatingIfNeeded: l)) &- 1)).nonzeroBitCount) &+ b[l] }
    }
    t("v_mbcnt_hi_u32_b32", gfx9: 653, gfx10: 870, gfx11: 800) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
      w.each(o) { l in UInt32((a[l] & (l < 32 ? 0 : (1 &<< UInt32(truncatingIfNeeded: l &- 32)) &- 1)).nonzeroBitCount) &+ b[l] }
    }
    t("v_lshlrev_b64", gfx9: 655, gfx10: 767, gfx11: 828) { w, o in w.binary(o) { (a: UInt32, b: UInt64) in b &<< UInt64(a & 63) } }
    t("v_lshrrev_b64", gfx9: 656, gfx10: 768, gfx11: 829) { w, o in w.binary(o) { (a: UInt32, b: UInt64) in b &>> UInt64(a & 63) } }
    t("v_ashrrev_i64", gfx9: 657, gfx10: 769, gfx11: 830) { w, o in w.binary(o) { (a: UInt32, b: Int64) in b &>> Int64(a & 63) } }
    t("v_trig_preop_f64", gfx9: 658, gfx10: 372, gfx11: 815, .f64) { w, o in w.binary(o) { (a: Double, b: UInt32) in trigonometricSegment(a, b) } }
    t("v_bfm_b32", gfx9: 659, gfx10: 867, gfx11: 797) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in ((1 &<< (a & 31)) &- 1) &<< (b & 31) } }
    t("v_cvt_pknorm_i16_f32", gfx9: 660, gfx10: 872, gfx11: .named(801, "v_cvt_pk_norm_i16_f32")) { w, o in w.binary(o) { (a: Float, b: Float) in rounded16(a, 32767, -1) | rounded16(b, 32767, -1) << 16 } }
    t("v_cvt_pknorm_u16_f32", gfx9: 661, gfx10: 873, gfx11: .named(802, "v_cvt_pk_norm_u16_f32")) { w, o in w.binary(o) { (a: Float, b: Float) in rounded16(a, 65535, 0) | rounded16(b, 65535, 0) << 16 } }
    t("v_cvt_pk_u16_u32", gfx9: 663, gfx10: 874, gfx11: 803) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in min(a, 0xffff) | min(b, 0xffff) << 16 } }
    t("v_cvt_pk_i16_i32", gfx9: 664, gfx10: 875, gfx11: 804) { w, o in
      w.binary(o) { (a: Int32, b: Int32) in
        UInt32(bitPattern: saturated(a, -32768, 32767) & 0xffff) | UInt32(bitPattern: saturated(b, -32768, 32767)) << 16
      }
    }
    t("v_cvt_pknorm_i16_f16", gfx9: 665, gfx10: 786, gfx11: .named(786, "v_cvt_pk_norm_i16_f16"), on11: [.half0, .half1]) { w, o in
      w.binary(o) { (a: Float16, b: Float16) in rounded16(Float(a), 32767, -1) | rounded16(Float(b), 32767, -1) << 16 }
    }
    t("v_cvt_pknorm_u16_f16", gfx9: 666, gfx10: 787, gfx11: .named(787, "v_cvt_pk_norm_u16_f16"), on11: [.half0, .half1]) { w, o in
      w.binary(o) { (a: Float16, b: Float16) in rounded16(Float(a), 65535, 0) | rounded16(Float(b), 65535, 0) << 16 }
    }
    t("v_add_i32", gfx9: 668, gfx10: .named(895, "v_add_nc_i32"), gfx11: .named(806, "v_add_nc_i32")) { w, o in
      if o.clamp {
        w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: min(max(Int64(a) &+ Int64(b), -0x8000_0000), 0x7fff_ffff)) }
      } else {
        w.binary(o) { (a: Int32, b: Int32) in a &+ b }
      }
    }
    t("v_sub_i32", gfx9: 669, gfx10: .named(886, "v_sub_nc_i32"), gfx11: .named(805, "v_sub_nc_i32")) { w, o in
      if o.clamp {
        w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: min(max(Int64(a) &- Int64(b), -0x8000_0000), 0x7fff_ffff)) }
      } else {
        w.binary(o) { (a: Int32, b: Int32) in a &- b }
      }
    }
    t("v_add_i16", gfx9: 670, gfx10: .named(781, "v_add_nc_i16"), gfx11: .named(781, "v_add_nc_i16"), on11: .binary16) { w, o in
      if o.clamp {
        w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: saturated(Int32(a) &+ Int32(b), -32768, 32767)) }
      } else {
        w.binary(o) { (a: Int16, b: Int16) in a &+ b }
      }
    }
    t("v_sub_i16", gfx9: 671, gfx10: .named(782, "v_sub_nc_i16"), gfx11: .named(782, "v_sub_nc_i16"), on11: .binary16) { w, o in
      if o.clamp {
        w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: saturated(Int32(a) &- Int32(b), -32768, 32767)) }
      } else {
        w.binary(o) { (a: Int16, b: Int16) in a &- b }
      }
    }
    t("v_pack_b32_f16", gfx9: 672, gfx10: 785, gfx11: 785, on11: [.half0, .half1]) { w, o in w.binary(o) { (a: Float16, b: Float16) in joined(a, b) } }
  }

  public static func vop3p(_ t: inout SharedRows) {
    t("v_pk_mad_i16", gfx9: 0, gfx10: 0, gfx11: 0, on9: .halves) { w, o in w.packed3(o) { a, b, c in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &* Int32(Int16(truncatingIfNeeded: b)) &+ Int32(Int16(truncatingIfNeeded: c))) } }
    t("v_pk_mul_lo_u16", gfx9: 1, gfx10: 1, gfx11: 1, on9: .halves) { w, o in w.packed2(o) { a, b in a &* b } }
    t("v_pk_add_i16", gfx9: 2, gfx10: 2, gfx11: 2, on9: .halves) { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &+ Int32(Int16(truncatingIfNeeded: b))) } }
    t("v_pk_sub_i16", gfx9: 3, gfx10: 3, gfx11: 3, on9: .halves) { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &- Int32(Int16(truncatingIfNeeded: b))) } }
    t("v_pk_lshlrev_b16", gfx9: 4, gfx10: 4, gfx11: 4, on9: .halves) { w, o in w.packed2(o) { a, b in b << (a & 15) } }
    t("v_pk_lshrrev_b16", gfx9: 5, gfx10: 5, gfx11: 5, on9: .halves) { w, o in w.packed2(o) { a, b in b >> (a & 15) } }
    t("v_pk_ashrrev_i16", gfx9: 6, gfx10: 6, gfx11: 6, on9: .halves) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: b)) >> Int32(a & 15)) } }
    t("v_pk_max_i16", gfx9: 7, gfx10: 7, gfx11: 7, on9: .halves) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(max(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t("v_pk_min_i16", gfx9: 8, gfx10: 8, gfx11: 8, on9: .halves) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(min(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t("v_pk_mad_u16", gfx9: 9, gfx10: 9, gfx11: 9, on9: .halves) { w, o in w.packed3(o) { a, b, c in saturateU(o, Int64(a) &* Int64(b) &+ Int64(c)) } }
    t("v_pk_add_u16", gfx9: 10, gfx10: 10, gfx11: 10, on9: .halves) { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &+ Int64(b)) } }
    t("v_pk_sub_u16", gfx9: 11, gfx10: 11, gfx11: 11, on9: .halves) { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &- Int64(b)) } }
    t("v_pk_max_u16", gfx9: 12, gfx10: 12, gfx11: 12, on9: .halves) { w, o in w.packed2(o) { a, b in max(a, b) } }
    t("v_pk_min_u16", gfx9: 13, gfx10: 13, gfx11: 13, on9: .halves) { w, o in w.packed2(o) { a, b in min(a, b) } }
    t("v_pk_fma_f16", gfx9: 14, gfx10: 14, gfx11: 14, on9: .halves, .f64) { w, o in w.packed3(o, float: true) { a, b, c in clampHalf(w, o, Float16(Double(lowHalf(a)) * Double(lowHalf(b)) + Double(lowHalf(c)))) } }
    t("v_pk_add_f16", gfx9: 15, gfx10: 15, gfx11: 15, on9: .halves, .f64) { w, o in w.packed2(o, float: true) { a, b in clampHalf(w, o, Float16(Float(lowHalf(a)) + Float(lowHalf(b)))) } }
    t("v_pk_mul_f16", gfx9: 16, gfx10: 16, gfx11: 16, on9: .halves, .f64) { w, o in w.packed2(o, float: true) { a, b in clampHalf(w, o, Float16(Float(lowHalf(a)) * Float(lowHalf(b)))) } }
    t("v_pk_min_f16", gfx9: 17, gfx10: 17, gfx11: 17, on9: .halves, .f64) { w, o in w.packed2(o, float: true) { a, b in leastHalf(w, o, a, b) } }
    t("v_pk_max_f16", gfx9: 18, gfx10: 18, gfx11: 18, on9: .halves, .f64) { w, o in w.packed2(o, float: true) { a, b in mostHalf(w, o, a, b) } }
    t("v_fma_mix_f32", gfx9: 32, gfx10: 32, gfx11: 32, on9: .halves, .f32) { w, o in w.mix(o) { value in value.bitPattern } }
    t("v_fma_mixlo_f16", gfx9: 33, gfx10: 33, gfx11: 33, on9: .halves, .f32) { w, o in w.mixHalf(o, high: false) }
    t("v_fma_mixhi_f16", gfx9: 34, gfx10: 34, gfx11: 34, on9: .halves, .f32) { w, o in w.mixHalf(o, high: true) }
    t("v_dot4_u32_u8", gfx9: 41, gfx10: 23, gfx11: 23, on9: .halves) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: false) } }
    t("v_dot8_u32_u4", gfx9: 43, gfx10: 25, gfx11: 25, on9: .halves) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: false) } }
  }
}
