// VOP1: vector, one source; also in VOP3, SDWA and DPP form.  Source: AMD CDNA3 ISA, 12.8.
import CSoftGPU
import ISA
import Glibc

extension Rows {
  static func vop1(_ t: inout Rows) {
    t.begin(.vop1, count: 256)
    t(0, "v_nop", .bare) { _, _ in }
    t(1, "v_mov_b32") { w, o in w.unary(o) { (a: UInt32) in a } }
    t(56, "v_mov_b64", gfx90a: .absent) { w, o in w.unary(o) { (a: UInt64) in a } }
    t(2, "v_readfirstlane_b32", [.bare, .only32, .notIndexed]) { w, o in
      w.setS32(o, w.firstLane(o))
    }
    t(81, "v_swap_b32", [.bare, .only32, .notIndexed]) { w, o in
      w.swap(Int(o.pointee.source0) - 256, Int(o.pointee.destination))
    }
    t(82, "v_accvgpr_mov_b32", [.bare, .only32, .notIndexed]) { w, o in
      let a = w.pointee.agpr + (Int(o.pointee.source0) - 256) * 64, d = w.pointee.agpr + Int(o.pointee.destination) * 64, m = w.laneMask()
      for l in 0..<64 { d[l] = d[l] ^ ((d[l] ^ a[l]) & m[l]) }
    }
    t(3, "v_cvt_i32_f64", .f64) { w, o in w.unary(o) { (a: Double) in toInt32(a) } }
    t(4, "v_cvt_f64_i32") { w, o in w.unary(o) { (a: Int32) in Double(a) } }
    t(5, "v_cvt_f32_i32", .f32) { w, o in w.unary(o) { (a: Int32) in Float(a) } }
    t(6, "v_cvt_f32_u32", .f32) { w, o in w.unary(o) { (a: UInt32) in Float(a) } }
    t(7, "v_cvt_u32_f32") { w, o in w.unary(o) { (a: Float) in toUInt32(a) } }
    t(8, "v_cvt_i32_f32") { w, o in w.unary(o) { (a: Float) in toInt32(a) } }
    t(10, "v_cvt_f16_f32", .f64) { w, o in w.unary(o) { (a: Float) in Float16(a) } }
    t(11, "v_cvt_f32_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float(a) } }
    t(12, "v_cvt_rpi_i32_f32") { w, o in w.unary(o) { (a: Float) in toInt32((a + 0.5).rounded(.down)) } }
    t(13, "v_cvt_flr_i32_f32") { w, o in w.unary(o) { (a: Float) in toInt32(a.rounded(.down)) } }
    t(14, "v_cvt_off_f32_i4") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(bitPattern: a << 28) >> 28) / 16 } }
    t(15, "v_cvt_f32_f64", .f32) { w, o in w.unary(o) { (a: Double) in Float(a) } }
    t(16, "v_cvt_f64_f32", .f32) { w, o in w.unary(o) { (a: Float) in Double(a) } }
    t(17, "v_cvt_f32_ubyte0") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a & 0xff)) } }
    t(18, "v_cvt_f32_ubyte1") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 8 & 0xff)) } }
    t(19, "v_cvt_f32_ubyte2") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 16 & 0xff)) } }
    t(20, "v_cvt_f32_ubyte3") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 24)) } }
    t(21, "v_cvt_u32_f64", .f64) { w, o in w.unary(o) { (a: Double) in toUInt32(a) } }
    t(22, "v_cvt_f64_u32") { w, o in w.unary(o) { (a: UInt32) in Double(a) } }
    t(23, "v_trunc_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.towardZero) } }
    t(24, "v_ceil_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.up) } }
    t(25, "v_rndne_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.toNearestOrEven) } }
    t(26, "v_floor_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.down) } }
    t(27, "v_fract_f32", .f32) { w, o in w.unary(o) { (a: Float) in fraction(a) } }
    t(28, "v_trunc_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.towardZero) } }
    t(29, "v_ceil_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.up) } }
    t(30, "v_rndne_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.toNearestOrEven) } }
    t(31, "v_floor_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.down) } }
    t(32, "v_exp_f32", .f32) { w, o in w.unary(o) { (a: Float) in exp2f(a) } }
    t(33, "v_log_f32", .f32) { w, o in w.unary(o) { (a: Float) in log2f(a) } }
    t(75, "v_exp_legacy_f32", .f32) { w, o in w.unary(o) { (a: Float) in exp2f(a) } }
    t(76, "v_log_legacy_f32", .f32) { w, o in w.unary(o) { (a: Float) in log2f(a) } }
    t(34, "v_rcp_f32", .f32) { w, o in w.unary(o) { (a: Float) in 1 / a } }
    t(35, "v_rcp_iflag_f32", .f32) { w, o in w.unary(o) { (a: Float) in 1 / a } }
    t(36, "v_rsq_f32", .f32) { w, o in w.unary(o) { (a: Float) in Float(1 / Double(a).squareRoot()) } }
    t(37, "v_rcp_f64", .f64) { w, o in w.unary(o) { (a: Double) in 1 / a } }
    t(38, "v_rsq_f64", .f64) { w, o in w.unary(o) { (a: Double) in 1 / a.squareRoot() } }
    t(39, "v_sqrt_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.squareRoot() } }
    t(40, "v_sqrt_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.squareRoot() } }
    t(41, "v_sin_f32", .f32) { w, o in w.unary(o) { (a: Float) in sineOfTurns(a) } }
    t(42, "v_cos_f32", .f32) { w, o in w.unary(o) { (a: Float) in cosineOfTurns(a) } }
    t(43, "v_not_b32") { w, o in w.unary(o) { (a: UInt32) in ~a } }
    t(44, "v_bfrev_b32") { w, o in w.unary(o) { (a: UInt32) in reversed32(a) } }
    t(45, "v_ffbh_u32") { w, o in w.unary(o) { (a: UInt32) in a == 0 ? ~0 : UInt32(a.leadingZeroBitCount) } }
    t(46, "v_ffbl_b32") { w, o in w.unary(o) { (a: UInt32) in a == 0 ? ~0 : UInt32(a.trailingZeroBitCount) } }
    t(47, "v_ffbh_i32") { w, o in
      w.unary(o) { (a: UInt32) in
        let x = Int32(bitPattern: a) < 0 ? ~a : a
        return x == 0 ? ~0 : UInt32(x.leadingZeroBitCount)
      }
    }
    t(48, "v_frexp_exp_i32_f64") { w, o in w.unary(o) { (a: Double) in frexpExponent(a) } }
    t(49, "v_frexp_mant_f64", .f64) { w, o in w.unary(o) { (a: Double) in frexpMantissa(a) } }
    t(50, "v_fract_f64", .f64) { w, o in w.unary(o) { (a: Double) in fraction(a) } }
    t(51, "v_frexp_exp_i32_f32") { w, o in w.unary(o) { (a: Float) in frexpExponent(a) } }
    t(52, "v_frexp_mant_f32", .f32) { w, o in w.unary(o) { (a: Float) in frexpMantissa(a) } }
    t(53, "v_clrexcp", .bare) { _, _ in }
    t(57, "v_cvt_f16_u16", .f64) { w, o in w.unary(o) { (a: UInt16) in Float16(Float(a)) } }
    t(58, "v_cvt_f16_i16", .f64) { w, o in w.unary(o) { (a: Int16) in Float16(Float(a)) } }
    t(59, "v_cvt_u16_f16") { w, o in w.unary(o) { (a: Float16) in UInt16(truncatingIfNeeded: toUInt32(clamped(Float(a), 0, 65535))) } }
    t(60, "v_cvt_i16_f16") { w, o in w.unary(o) { (a: Float16) in Int16(truncatingIfNeeded: toInt32(clamped(Float(a), -32768, 32767))) } }
    t(61, "v_rcp_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(1 / Float(a)) } }
    t(62, "v_sqrt_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).squareRoot()) } }
    t(63, "v_rsq_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(1 / Float(a).squareRoot()) } }
    t(64, "v_log_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(log2f(Float(a))) } }
    t(65, "v_exp_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(exp2f(Float(a))) } }
    t(66, "v_frexp_mant_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(frexpMantissa(Float(a))) } }
    t(67, "v_frexp_exp_i16_f16") { w, o in w.unary(o) { (a: Float16) in Int16(truncatingIfNeeded: frexpExponent(Float(a))) } }
    t(68, "v_floor_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.down)) } }
    t(69, "v_ceil_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.up)) } }
    t(70, "v_trunc_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.towardZero)) } }
    t(71, "v_rndne_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.toNearestOrEven)) } }
    t(72, "v_fract_f16", .f64) { w, o in
      w.unary(o) { (a: Float16) in
        let x = Float(a), r = Float16(x - x.rounded(.down))
        return r >= 1 ? Float16(bitPattern: 0x3bff) : r
      }
    }
    t(73, "v_sin_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(sineOfTurns(Float(a))) } }
    t(74, "v_cos_f16", .f64) { w, o in w.unary(o) { (a: Float16) in Float16(cosineOfTurns(Float(a))) } }
    t(77, "v_cvt_norm_i16_f16") { w, o in w.unary(o) { (a: Float16) in UInt16(rounded16(Float(a), 32767, -1)) } }
    t(78, "v_cvt_norm_u16_f16") { w, o in w.unary(o) { (a: Float16) in UInt16(rounded16(Float(a), 65535, 0)) } }
    t(79, "v_sat_pk_u8_i16") { w, o in
      w.unary(o) { (a: UInt32) in
        let low = Int32(Int16(truncatingIfNeeded: a)), high = Int32(bitPattern: a) >> 16
        return UInt16(truncatingIfNeeded: saturated(low, 0, 255) | saturated(high, 0, 255) << 8)
      }
    }
    t(84, "v_cvt_f32_fp8", gfx90a: .absent) { w, o in w.unary(o) { (a: UInt32) in SmallFloat.fp8.decode(UInt8(truncatingIfNeeded: a)) } }
    t(85, "v_cvt_f32_bf8", gfx90a: .absent) { w, o in w.unary(o) { (a: UInt32) in SmallFloat.bf8.decode(UInt8(truncatingIfNeeded: a)) } }
    t(86, "v_cvt_pk_f32_fp8", gfx90a: .absent) { w, o in unpackSmall(w, o, .fp8) }
    t(87, "v_cvt_pk_f32_bf8", gfx90a: .absent) { w, o in unpackSmall(w, o, .bf8) }
    t(55, "v_screen_partition_4se_b32", .graphics)
  }
}

/// Two numbers of eight bits; SDWA chooses the half that they stand in.
private func unpackSmall(_ w: Wave, _ o: Op, _ format: SmallFloat) {
  let a = w.source(o, 0, .b32)
  w.each(o) { l in
    UInt64(format.decode(UInt8(truncatingIfNeeded: a[l])).bitPattern) | UInt64(format.decode(UInt8(truncatingIfNeeded: a[l] >> 8)).bitPattern) << 32
  }
}
