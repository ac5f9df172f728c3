// Vector arithmetic, VOP1 and VOP2: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU
import Glibc

extension SharedRows {
  public static func vop1(_ t: inout SharedRows) {
    t("v_nop", gfx9: 0, gfx10: 0, gfx11: 0, .bare) { _, _ in }
    t("v_mov_b32", gfx9: 1, gfx10: 1, gfx11: 1) { w, o in w.unary(o) { (a: UInt32) in a } }
    t("v_readfirstlane_b32", gfx9: 2, gfx10: 2, gfx11: 2, on9: .notIndexed, on11: .scalarDestination, [.bare, .only32]) { w, o in
      w.setS32(o, w.firstLane(o))
    }
    t("v_cvt_i32_f64", gfx9: 3, gfx10: 3, gfx11: 3, .f64) { w, o in w.unary(o) { (a: Double) in toInt32(a) } }
    t("v_cvt_f64_i32", gfx9: 4, gfx10: 4, gfx11: 4) { w, o in w.unary(o) { (a: Int32) in Double(a) } }
    t("v_cvt_f32_i32", gfx9: 5, gfx10: 5, gfx11: 5, .f32) { w, o in w.unary(o) { (a: Int32) in Float(a) } }
    t("v_cvt_f32_u32", gfx9: 6, gfx10: 6, gfx11: 6, .f32) { w, o in w.unary(o) { (a: UInt32) in Float(a) } }
    t("v_cvt_u32_f32", gfx9: 7, gfx10: 7, gfx11: 7, .f32) { w, o in w.unary(o) { (a: Float) in toUInt32(a) } }
    t("v_cvt_i32_f32", gfx9: 8, gfx10: 8, gfx11: 8, .f32) { w, o in w.unary(o) { (a: Float) in toInt32(a) } }
    t("v_cvt_f16_f32", gfx9: 10, gfx10: 10, gfx11: 10, on11: .halfResult, .f64) { w, o in w.unary(o) { (a: Float) in Float16(a) } }
    t("v_cvt_f32_f16", gfx9: 11, gfx10: 11, gfx11: 11, on11: .half0, .f64) { w, o in w.unary(o) { (a: Float16) in Float(a) } }
    t("v_cvt_rpi_i32_f32", gfx9: 12, gfx10: 12, gfx11: .named(12, "v_cvt_nearest_i32_f32")) { w, o in w.unary(o) { (a: Float) in toInt32((a + 0.5).rounded(.down)) } }
    t("v_cvt_flr_i32_f32", gfx9: 13, gfx10: 13, gfx11: .named(13, "v_cvt_floor_i32_f32")) { w, o in w.unary(o) { (a: Float) in toInt32(a.rounded(.down)) } }
    t("v_cvt_off_f32_i4", gfx9: 14, gfx10: 14, gfx11: 14) { w, o in w.unary(o) { (a: UInt32) in Float(Int32(bitPattern: a << 28) >> 28) / 16 } }
    t("v_cvt_f32_f64", gfx9: 15, gfx10: 15, gfx11: 15, .f32) { w, o in w.unary(o) { (a: Double) in Float(a) } }
    t("v_cvt_f64_f32", gfx9: 16, gfx10: 16, gfx11: 16, .f32) { w, o in w.unary(o) { (a: Float) in Double(a) } }
    t("v_cvt_f32_ubyte0", gfx9: 17, gfx10: 17, gfx11: 17) { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a & 0xff)) } }
    t("v_cvt_f32_ubyte1", gfx9: 18, gfx10: 18, gfx11: 18) { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 8 & 0xff)) } }
    t("v_cvt_f32_ubyte2", gfx9: 19, gfx10: 19, gfx11: 19) { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 16 & 0xff)) } }
    t("v_cvt_f32_ubyte3", gfx9: 20, gfx10: 20, gfx11: 20) { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 24)) } }
    t("v_cvt_u32_f64", gfx9: 21, gfx10: 21, gfx11: 21, .f64) { w, o in w.unary(o) { (a: Double) in toUInt32(a) } }
    t("v_cvt_f64_u32", gfx9: 22, gfx10: 22, gfx11: 22) { w, o in w.unary(o) { (a: UInt32) in Double(a) } }
    t("v_trunc_f64", gfx9: 23, gfx10: 23, gfx11: 23, .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.towardZero) } }
    t("v_ceil_f64", gfx9: 24, gfx10: 24, gfx11: 24, .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.up) } }
    t("v_rndne_f64", gfx9: 25, gfx10: 25, gfx11: 25, .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.toNearestOrEven) } }
    t("v_floor_f64", gfx9: 26, gfx10: 26, gfx11: 26, .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.down) } }
    t("v_fract_f32", gfx9: 27, gfx10: 32, gfx11: 32, .f32) { w, o in w.unary(o) { (a: Float) in fraction(a) } }
    t("v_trunc_f32", gfx9: 28, gfx10: 33, gfx11: 33, .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.towardZero) } }
    t("v_ceil_f32", gfx9: 29, gfx10: 34, gfx11: 34, .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.up) } }
    t("v_rndne_f32", gfx9: 30, gfx10: 35, gfx11: 35, .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.toNearestOrEven) } }
    t("v_floor_f32", gfx9: 31, gfx10: 36, gfx11: 36, .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.down) } }
    t("v_exp_f32", gfx9: 32, gfx10: 37, gfx11: 37, .f32) { w, o in w.unary(o) { (a: Float) in exponential(a) } }
    t("v_log_f32", gfx9: 33, gfx10: 39, gfx11: 39, .f32) { w, o in w.unary(o) { (a: Float) in logarithm(a) } }
    t("v_rcp_f32", gfx9: 34, gfx10: 42, gfx11: 42, .f32) { w, o in w.unary(o) { (a: Float) in reciprocal(a) } }
    t("v_rcp_iflag_f32", gfx9: 35, gfx10: 43, gfx11: 43, .f32) { w, o in w.unary(o) { (a: Float) in reciprocal(a) } }
    t("v_rsq_f32", gfx9: 36, gfx10: 46, gfx11: 46, .f32) { w, o in w.unary(o) { (a: Float) in reciprocalRoot(a) } }
    t("v_rcp_f64", gfx9: 37, gfx10: 47, gfx11: 47, .f64) { w, o in w.unary(o) { (a: Double) in 1 / a } }
    t("v_rsq_f64", gfx9: 38, gfx10: 49, gfx11: 49, .f64) { w, o in w.unary(o) { (a: Double) in 1 / a.squareRoot() } }
    t("v_sqrt_f32", gfx9: 39, gfx10: 51, gfx11: 51, .f32) { w, o in w.unary(o) { (a: Float) in squareRoot(a) } }
    t("v_sqrt_f64", gfx9: 40, gfx10: 52, gfx11: 52, .f64) { w, o in w.unary(o) { (a: Double) in a.squareRoot() } }
    t("v_sin_f32", gfx9: 41, gfx10: 53, gfx11: 53, .f32) { w, o in w.unary(o) { (a: Float) in sineOfTurns(a) } }
    t("v_cos_f32", gfx9: 42, gfx10: 54, gfx11: 54, .f32) { w, o in w.unary(o) { (a: Float) in cosineOfTurns(a) } }
    t("v_not_b32", gfx9: 43, gfx10: 55, gfx11: 55) { w, o in w.unary(o) { (a: UInt32) in ~a } }
    t("v_bfrev_b32", gfx9: 44, gfx10: 56, gfx11: 56) { w, o in w.unary(o) { (a: UInt32) in reversed32(a) } }
    t("v_ffbh_u32", gfx9: 45, gfx10: 57, gfx11: .named(57, "v_clz_i32_u32")) { w, o in w.unary(o) { (a: UInt32) in a == 0 ? ~0 : UInt32(a.leadingZeroBitCount) } }
    t("v_ffbl_b32", gfx9: 46, gfx10: 58, gfx11: .named(58, "v_ctz_i32_b32")) { w, o in w.unary(o) { (a: UInt32) in a == 0 ? ~0 : UInt32(a.trailingZeroBitCount) } }
    t("v_ffbh_i32", gfx9: 47, gfx10: 59, gfx11: .named(59, "v_cls_i32")) { w, o in
      w.unary(o) { (a: UInt32) in
        let x = Int32(bitPattern: a) < 0 ? ~a : a
        return x == 0 ? ~0 : UInt32(x.leadingZeroBitCount)
      }
    }
    t("v_frexp_exp_i32_f64", gfx9: 48, gfx10: 60, gfx11: 60) { w, o in w.unary(o) { (a: Double) in frexpExponent(a) } }
    t("v_frexp_mant_f64", gfx9: 49, gfx10: 61, gfx11: 61, .f64) { w, o in w.unary(o) { (a: Double) in frexpMantissa(a) } }
    t("v_fract_f64", gfx9: 50, gfx10: 62, gfx11: 62, .f64) { w, o in w.unary(o) { (a: Double) in fraction(a) } }
    t("v_frexp_exp_i32_f32", gfx9: 51, gfx10: 63, gfx11: 63) { w, o in w.unary(o) { (a: Float) in frexpExponent(a) } }
    t("v_frexp_mant_f32", gfx9: 52, gfx10: 64, gfx11: 64, .f32) { w, o in w.unary(o) { (a: Float) in frexpMantissa(a) } }
    t("v_cvt_f16_u16", gfx9: 57, gfx10: 80, gfx11: 80, on11: .unary16, .f64) { w, o in w.unary(o) { (a: UInt16) in Float16(Float(a)) } }
    t("v_cvt_f16_i16", gfx9: 58, gfx10: 81, gfx11: 81, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Int16) in Float16(Float(a)) } }
    t("v_cvt_u16_f16", gfx9: 59, gfx10: 82, gfx11: 82, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in UInt16(truncatingIfNeeded: toUInt32(clamped(Float(a), 0, 65535))) } }
    t("v_cvt_i16_f16", gfx9: 60, gfx10: 83, gfx11: 83, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Int16(truncatingIfNeeded: toInt32(clamped(Float(a), -32768, 32767))) } }
    t("v_rcp_f16", gfx9: 61, gfx10: 84, gfx11: 84, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(1 / Float(a)) } }
    t("v_sqrt_f16", gfx9: 62, gfx10: 85, gfx11: 85, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).squareRoot()) } }
    t("v_rsq_f16", gfx9: 63, gfx10: 86, gfx11: 86, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(1 / Float(a).squareRoot()) } }
    t("v_log_f16", gfx9: 64, gfx10: 87, gfx11: 87, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(log2f(Float(a))) } }
    t("v_exp_f16", gfx9: 65, gfx10: 88, gfx11: 88, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(exp2f(Float(a))) } }
    t("v_frexp_mant_f16", gfx9: 66, gfx10: 89, gfx11: 89, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(frexpMantissa(Float(a))) } }
    t("v_frexp_exp_i16_f16", gfx9: 67, gfx10: 90, gfx11: 90, on11: .unary16) { w, o in w.unary(o) { (a: Float16) in Int16(truncatingIfNeeded: frexpExponent(Float(a))) } }
    t("v_floor_f16", gfx9: 68, gfx10: 91, gfx11: 91, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.down)) } }
    t("v_ceil_f16", gfx9: 69, gfx10: 92, gfx11: 92, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.up)) } }
    t("v_trunc_f16", gfx9: 70, gfx10: 93, gfx11: 93, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.towardZero)) } }
    t("v_rndne_f16", gfx9: 71, gfx10: 94, gfx11: 94, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.toNearestOrEven)) } }
    t("v_fract_f16", gfx9: 72, gfx10: 95, gfx11: 95, on11: .unary16, .f64) { w, o in
      w.unary(o) { (a: Float16) in
        let x = Float(a), r = Float16(x - x.rounded(.down))
        return r >= 1 ? Float16(bitPattern: 0x3bff) : r
      }
    }
    t("v_sin_f16", gfx9: 73, gfx10: 96, gfx11: 96, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(sineOfTurns(Float(a))) } }
    t("v_cos_f16", gfx9: 74, gfx10: 97, gfx11: 97, on11: .unary16, .f64) { w, o in w.unary(o) { (a: Float16) in Float16(cosineOfTurns(Float(a))) } }
    t("v_cvt_norm_i16_f16", gfx9: 77, gfx10: 99, gfx11: 99, on11: .unary16) { w, o in w.unary(o) { (a: Float16) in UInt16(rounded16(Float(a), 32767, -1)) } }
    t("v_cvt_norm_u16_f16", gfx9: 78, gfx10: 100, gfx11: 100, on11: .unary16) { w, o in w.unary(o) { (a: Float16) in UInt16(rounded16(Float(a), 65535, 0)) } }
    t("v_sat_pk_u8_i16", gfx9: 79, gfx10: 98, gfx11: 98, on11: .halfResult) { w, o in
      w.unary(o) { (a: UInt32) in
        let low = Int32(Int16(truncatingIfNeeded: a)), high = Int32(bitPattern: a) >> 16
        return UInt16(truncatingIfNeeded: saturated(low, 0, 255) | saturated(high, 0, 255) << 8)
      }
    }
    t("v_swap_b32", gfx9: 81, gfx10: 101, gfx11: 101, on9: .notIndexed, [.bare, .only32]) { w, o in w.swap(Int(o.pointee.source0) &- 256, Int(o.pointee.destination)) }
  }

  public static func vop2(_ t: inout SharedRows) {
    t("v_cndmask_b32", gfx9: 0, gfx10: 1, gfx11: 1) { w, o in w.select(o, UInt32.self) }
    t("v_add_f32", gfx9: 1, gfx10: 3, gfx11: 3, .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a + b } }
    t("v_sub_f32", gfx9: 2, gfx10: 4, gfx11: 4, .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a - b } }
    t("v_subrev_f32", gfx9: 3, gfx10: 5, gfx11: 5, .f32) { w, o in w.binary(o) { (a: Float, b: Float) in b - a } }
    t("v_mul_f32", gfx9: 5, gfx10: 8, gfx11: 8, .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a * b } }
    t("v_mul_i32_i24", gfx9: 6, gfx10: 9, gfx11: 9) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in signed24(a) &* signed24(b) } }
    t("v_mul_hi_i32_i24", gfx9: 7, gfx10: 10, gfx11: 10) { w, o in
      w.binary(o) { (a: UInt32, b: UInt32) in Int32(truncatingIfNeeded: (Int64(signed24(a)) &* Int64(signed24(b))) >> 32) }
    }
    t("v_mul_u32_u24", gfx9: 8, gfx10: 11, gfx11: 11) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in (a & 0xff_ffff) &* (b & 0xff_ffff) } }
    t("v_mul_hi_u32_u24", gfx9: 9, gfx10: 12, gfx11: 12) { w, o in
      w.binary(o) { (a: UInt32, b: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a & 0xff_ffff) &* UInt64(b & 0xff_ffff)) >> 32) }
    }
    t("v_min_f32", gfx9: 10, gfx10: 15, gfx11: 15, [.f32, .flushes]) { w, o in w.least(o, Float.self) }
    t("v_max_f32", gfx9: 11, gfx10: 16, gfx11: 16, [.f32, .flushes]) { w, o in w.most(o, Float.self) }
    t("v_min_i32", gfx9: 12, gfx10: 17, gfx11: 17) { w, o in w.binary(o) { (a: Int32, b: Int32) in min(a, b) } }
    t("v_max_i32", gfx9: 13, gfx10: 18, gfx11: 18) { w, o in w.binary(o) { (a: Int32, b: Int32) in max(a, b) } }
    t("v_min_u32", gfx9: 14, gfx10: 19, gfx11: 19) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in min(a, b) } }
    t("v_max_u32", gfx9: 15, gfx10: 20, gfx11: 20) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in max(a, b) } }
    t("v_lshrrev_b32", gfx9: 16, gfx10: 22, gfx11: 25) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &>> a } }
    t("v_ashrrev_i32", gfx9: 17, gfx10: 24, gfx11: 26) { w, o in w.binary(o) { (a: Int32, b: Int32) in b &>> a } }
    t("v_lshlrev_b32", gfx9: 18, gfx10: 26, gfx11: 24) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &<< a } }
    t("v_and_b32", gfx9: 19, gfx10: 27, gfx11: 27) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a & b } }
    t("v_or_b32", gfx9: 20, gfx10: 28, gfx11: 28) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a | b } }
    t("v_xor_b32", gfx9: 21, gfx10: 29, gfx11: 29) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a ^ b } }
    t("v_addc_co_u32", gfx9: 28, gfx10: .named(40, "v_add_co_ci_u32"), gfx11: .named(32, "v_add_co_ci_u32"), .scalarResult) { w, o in
      carryIn(w, o) { a, b, c in let r = a &+ b; return (r &+ c, r < a || r &+ c < r) }
    }
    t("v_subb_co_u32", gfx9: 29, gfx10: .named(41, "v_sub_co_ci_u32"), gfx11: .named(33, "v_sub_co_ci_u32"), .scalarResult) { w, o in carryIn(w, o) { a, b, c in (a &- b &- c, a < b || a &- b < c) } }
    t("v_subbrev_co_u32", gfx9: 30, gfx10: .named(42, "v_subrev_co_ci_u32"), gfx11: .named(34, "v_subrev_co_ci_u32"), .scalarResult) { w, o in carryIn(w, o) { a, b, c in (b &- a &- c, b < a || b &- a < c) } }
    t("v_add_f16", gfx9: 31, gfx10: 50, gfx11: 50, on11: .binary16, .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) + Float(b)) } }
    t("v_sub_f16", gfx9: 32, gfx10: 51, gfx11: 51, on11: .binary16, .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) - Float(b)) } }
    t("v_subrev_f16", gfx9: 33, gfx10: 52, gfx11: 52, on11: .binary16, .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(b) - Float(a)) } }
    t("v_mul_f16", gfx9: 34, gfx10: 53, gfx11: 53, on11: .binary16, .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) * Float(b)) } }
    t("v_max_f16", gfx9: 45, gfx10: 57, gfx11: 57, on11: .binary16, .f64) { w, o in w.most(o, Float16.self) }
    t("v_min_f16", gfx9: 46, gfx10: 58, gfx11: 58, on11: .binary16, .f64) { w, o in w.least(o, Float16.self) }
    t("v_ldexp_f16", gfx9: 51, gfx10: 59, gfx11: 59, on11: .binary16, .f64) { w, o in w.binary(o) { (a: Float16, b: Int16) in Float16(scalbnf(Float(a), Int32(b))) } }
    t("v_add_u32", gfx9: 52, gfx10: .named(37, "v_add_nc_u32"), gfx11: .named(37, "v_add_nc_u32")) { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in a &+ b < a ? ~0 : a &+ b } } else { w.binary(o) { (a: UInt32, b: UInt32) in a &+ b } }
    }
    t("v_sub_u32", gfx9: 53, gfx10: .named(38, "v_sub_nc_u32"), gfx11: .named(38, "v_sub_nc_u32")) { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in a < b ? 0 : a &- b } } else { w.binary(o) { (a: UInt32, b: UInt32) in a &- b } }
    }
    t("v_subrev_u32", gfx9: 54, gfx10: .named(39, "v_subrev_nc_u32"), gfx11: .named(39, "v_subrev_nc_u32")) { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in b < a ? 0 : b &- a } } else { w.binary(o) { (a: UInt32, b: UInt32) in b &- a } }
    }
    t("v_xnor_b32", gfx9: 61, gfx10: 30, gfx11: 30) { w, o in w.binary(o) { (a: UInt32, b: UInt32) in ~(a ^ b) } }
  }
}
