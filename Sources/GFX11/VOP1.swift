// VOP1: vector, one source; also in VOP3 and DPP form.  Source: AMD RDNA3 ISA, 16.8.
import CSoftGPU
import Glibc
import ISA

extension OpcodeTable {
  static func vop1(_ t: inout OpcodeTable) {
    t.begin(.vop1, count: 128)
    moves(&t); conversions(&t); floats(&t); bits(&t); halves(&t)
  }

  private static func moves(_ t: inout OpcodeTable) {
    t(0, "v_nop", .bare) { _, _ in }
    t(1, "v_mov_b32") { w, o in w.unary(o) { (a: UInt32) in a } }
    t(2, "v_readfirstlane_b32", [.scalarDestination, .bare, .only32]) { w, o in w.setS32(o, w.firstLane(o)) }
    t(27, "v_pipeflush", .bare) { _, _ in }
    t(28, "v_mov_b16", .unary16) { w, o in w.unary(o) { (a: UInt16) in a } }
    t(66, "v_movreld_b32") { w, o in moveRelative(w, o, source: 0, destination: Int(w.m0)) }
    t(67, "v_movrels_b32") { w, o in moveRelative(w, o, source: Int(w.m0), destination: 0) }
    t(68, "v_movrelsd_b32") { w, o in moveRelative(w, o, source: Int(w.m0), destination: Int(w.m0)) }
    t(72, "v_movrelsd_2_b32") { w, o in moveRelative(w, o, source: Int(w.m0 & 0x3ff), destination: Int(w.m0 >> 16 & 0x3ff)) }
    t(101, "v_swap_b32", [.bare, .only32]) { w, o in w.swap(Int(o.pointee.source0) &- 256, Int(o.pointee.destination)) }
    t(102, "v_swap_b16", [.bare, .unary16, .only32]) { w, o in swapHalves(w, o) }
    t(103, "v_permlane64_b32", [.bare, .only32]) { w, o in
      guard w.pointee.lanes == 64 else { return }
      let a = w.source(o, 0, .b32)
      w.each(o) { l in a[l ^ 32] }
    }
    t(104, "v_swaprel_b32", [.bare, .only32]) { w, o in
      let from = Int(o.pointee.source0) &- 256 &+ Int(w.m0 & 0x3ff), to = Int(o.pointee.destination) &+ Int(w.m0 >> 16 & 0x3ff)
      w.swap(from & 511, to & 511)
    }
  }

  private static func conversions(_ t: inout OpcodeTable) {
    t(3, "v_cvt_i32_f64", .f64) { w, o in w.unary(o) { (a: Double) in toInt32(a) } }
    t(4, "v_cvt_f64_i32") { w, o in w.unary(o) { (a: Int32) in Double(a) } }
    t(5, "v_cvt_f32_i32", .f32) { w, o in w.unary(o) { (a: Int32) in Float(a) } }
    t(6, "v_cvt_f32_u32", .f32) { w, o in w.unary(o) { (a: UInt32) in Float(a) } }
    t(7, "v_cvt_u32_f32") { w, o in w.unary(o) { (a: Float) in toUInt32(a) } }
    t(8, "v_cvt_i32_f32") { w, o in w.unary(o) { (a: Float) in toInt32(a) } }
    t(10, "v_cvt_f16_f32", [.f64, .halfResult]) { w, o in w.unary(o) { (a: Float) in Float16(a) } }
    t(11, "v_cvt_f32_f16", [.f64, .half0]) { w, o in w.unary(o) { (a: Float16) in Float(a) } }
    t(12, "v_cvt_nearest_i32_f32") { w, o in w.unary(o) { (a: Float) in toInt32((a + 0.5).rounded(.down)) } }
    t(13, "v_cvt_floor_i32_f32") { w, o in w.unary(o) { (a: Float) in toInt32(a.rounded(.down)) } }
    t(14, "v_cvt_off_f32_i4") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(bitPattern: a << 28) >> 28) / 16 } }
    t(15, "v_cvt_f32_f64", .f32) { w, o in w.unary(o) { (a: Double) in Float(a) } }
    t(16, "v_cvt_f64_f32", .f32) { w, o in w.unary(o) { (a: Float) in Double(a) } }
    t(17, "v_cvt_f32_ubyte0") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a & 0xff)) } }
    t(18, "v_cvt_f32_ubyte1") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 8 & 0xff)) } }
    t(19, "v_cvt_f32_ubyte2") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 16 & 0xff)) } }
    t(20, "v_cvt_f32_ubyte3") { w, o in w.unary(o) { (a: UInt32) in Float(Int32(a >> 24)) } }
    t(21, "v_cvt_u32_f64", .f64) { w, o in w.unary(o) { (a: Double) in toUInt32(a) } }
    t(22, "v_cvt_f64_u32") { w, o in w.unary(o) { (a: UInt32) in Double(a) } }
    t(106, "v_cvt_i32_i16", .half0) { w, o in w.unary(o) { (a: Int16) in Int32(a) } }
    t(107, "v_cvt_u32_u16", .half0) { w, o in w.unary(o) { (a: UInt16) in UInt32(a) } }
  }

  private static func floats(_ t: inout OpcodeTable) {
    t(23, "v_trunc_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.towardZero) } }
    t(24, "v_ceil_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.up) } }
    t(25, "v_rndne_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.toNearestOrEven) } }
    t(26, "v_floor_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.rounded(.down) } }
    t(32, "v_fract_f32", .f32) { w, o in w.unary(o) { (a: Float) in fraction(a) } }
    t(33, "v_trunc_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.towardZero) } }
    t(34, "v_ceil_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.up) } }
    t(35, "v_rndne_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.toNearestOrEven) } }
    t(36, "v_floor_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.rounded(.down) } }
    t(37, "v_exp_f32", .f32) { w, o in w.unary(o) { (a: Float) in exp2f(a) } }
    t(39, "v_log_f32", .f32) { w, o in w.unary(o) { (a: Float) in log2f(a) } }
    t(42, "v_rcp_f32", .f32) { w, o in w.unary(o) { (a: Float) in 1 / a } }
    t(43, "v_rcp_iflag_f32", .f32) { w, o in w.unary(o) { (a: Float) in 1 / a } }
    t(46, "v_rsq_f32", .f32) { w, o in w.unary(o) { (a: Float) in Float(1 / Double(a).squareRoot()) } }
    t(47, "v_rcp_f64", .f64) { w, o in w.unary(o) { (a: Double) in 1 / a } }
    t(49, "v_rsq_f64", .f64) { w, o in w.unary(o) { (a: Double) in 1 / a.squareRoot() } }
    t(51, "v_sqrt_f32", .f32) { w, o in w.unary(o) { (a: Float) in a.squareRoot() } }
    t(52, "v_sqrt_f64", .f64) { w, o in w.unary(o) { (a: Double) in a.squareRoot() } }
    t(53, "v_sin_f32", .f32) { w, o in w.unary(o) { (a: Float) in sineOfTurns(a) } }
    t(54, "v_cos_f32", .f32) { w, o in w.unary(o) { (a: Float) in cosineOfTurns(a) } }
    t(60, "v_frexp_exp_i32_f64") { w, o in w.unary(o) { (a: Double) in frexpExponent(a) } }
    t(61, "v_frexp_mant_f64", .f64) { w, o in w.unary(o) { (a: Double) in frexpMantissa(a) } }
    t(62, "v_fract_f64", .f64) { w, o in w.unary(o) { (a: Double) in fraction(a) } }
    t(63, "v_frexp_exp_i32_f32") { w, o in w.unary(o) { (a: Float) in frexpExponent(a) } }
    t(64, "v_frexp_mant_f32", .f32) { w, o in w.unary(o) { (a: Float) in frexpMantissa(a) } }
  }

  private static func bits(_ t: inout OpcodeTable) {
    t(55, "v_not_b32") { w, o in w.unary(o) { (a: UInt32) in ~a } }
    t(56, "v_bfrev_b32") { w, o in w.unary(o) { (a: UInt32) in reversed32(a) } }
    t(57, "v_clz_i32_u32") { w, o in w.unary(o) { (a: UInt32) in a == 0 ? ~0 : UInt32(a.leadingZeroBitCount) } }
    t(58, "v_ctz_i32_b32") { w, o in w.unary(o) { (a: UInt32) in a == 0 ? ~0 : UInt32(a.trailingZeroBitCount) } }
    t(59, "v_cls_i32") { w, o in
      w.unary(o) { (a: UInt32) in
        let x = Int32(bitPattern: a) < 0 ? ~a : a
        return x == 0 ? ~0 : UInt32(x.leadingZeroBitCount)
      }
    }
    t(105, "v_not_b16", .unary16) { w, o in w.unary(o) { (a: UInt16) in ~a } }
  }

  private static func halves(_ t: inout OpcodeTable) {
    t(80, "v_cvt_f16_u16", [.f64, .unary16]) { w, o in w.unary(o) { (a: UInt16) in Float16(Float(a)) } }
    t(81, "v_cvt_f16_i16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Int16) in Float16(Float(a)) } }
    t(82, "v_cvt_u16_f16", .unary16) { w, o in w.unary(o) { (a: Float16) in UInt16(truncatingIfNeeded: toUInt32(clamped(Float(a), 0, 65535))) } }
    t(83, "v_cvt_i16_f16", .unary16) { w, o in w.unary(o) { (a: Float16) in Int16(truncatingIfNeeded: toInt32(clamped(Float(a), -32768, 32767))) } }
    t(84, "v_rcp_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(1 / Float(a)) } }
    t(85, "v_sqrt_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).squareRoot()) } }
    t(86, "v_rsq_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(1 / Float(a).squareRoot()) } }
    t(87, "v_log_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(log2f(Float(a))) } }
    t(88, "v_exp_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(exp2f(Float(a))) } }
    t(89, "v_frexp_mant_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(frexpMantissa(Float(a))) } }
    t(90, "v_frexp_exp_i16_f16", .unary16) { w, o in w.unary(o) { (a: Float16) in Int16(truncatingIfNeeded: frexpExponent(Float(a))) } }
    t(91, "v_floor_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.down)) } }
    t(92, "v_ceil_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.up)) } }
    t(93, "v_trunc_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.towardZero)) } }
    t(94, "v_rndne_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(Float(a).rounded(.toNearestOrEven)) } }
    t(95, "v_fract_f16", [.f64, .unary16]) { w, o in
      w.unary(o) { (a: Float16) in
        let x = Float(a), r = Float16(x - x.rounded(.down))
        return r >= 1 ? Float16(bitPattern: 0x3bff) : r
      }
    }
    t(96, "v_sin_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(sineOfTurns(Float(a))) } }
    t(97, "v_cos_f16", [.f64, .unary16]) { w, o in w.unary(o) { (a: Float16) in Float16(cosineOfTurns(Float(a))) } }
    t(98, "v_sat_pk_u8_i16", .halfResult) { w, o in
      w.unary(o) { (a: UInt32) in
        let low = Int32(Int16(truncatingIfNeeded: a)), high = Int32(bitPattern: a) >> 16
        return UInt16(truncatingIfNeeded: saturated(low, 0, 255) | saturated(high, 0, 255) << 8)
      }
    }
    t(99, "v_cvt_norm_i16_f16", .unary16) { w, o in w.unary(o) { (a: Float16) in UInt16(rounded16(Float(a), 32767, -1)) } }
    t(100, "v_cvt_norm_u16_f16", .unary16) { w, o in w.unary(o) { (a: Float16) in UInt16(rounded16(Float(a), 65535, 0)) } }
  }
}

/// v_movrel: registers whose numbers are M0's more than the instruction says.
private func moveRelative(_ w: Wave, _ o: Op, source: Int, destination: Int) {
  let code = Int(o.pointee.source0)
  let from = code >= 256 ? w.vgpr((code &- 256 &+ source) & 511) : UnsafeMutablePointer(mutating: w.source(o, 0, .b32))
  let out = w.vgpr((Int(o.pointee.destination) &+ destination) & 511), m = w.laneMask()
  for l in 0..<64 { out[l] = out[l] ^ ((out[l] ^ from[l]) & m[l]) }
}
private func swapHalves(_ w: Wave, _ o: Op) {
  let a = w.vgpr(Int(o.pointee.source0) &- 256), b = w.vgpr(Int(o.pointee.destination)), m = w.laneMask()
  let aShift: UInt32 = o.pointee.select & 1 != 0 ? 16 : 0, bShift: UInt32 = o.pointee.outputModifiers & 8 != 0 ? 16 : 0
  for l in 0..<64 {
    let x = (a[l] >> aShift ^ b[l] >> bShift) & m[l] & 0xffff
    a[l] ^= x << aShift
    b[l] ^= x << bShift
  }
}
