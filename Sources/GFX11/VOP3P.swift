// VOP3P: packed 16-bit arithmetic, mixed-precision fused multiply-add, dot products; `wmma` adds the matrix rows.
// Source: AMD RDNA3 ISA, 16.10.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func vop3p(_ t: inout OpcodeTable) {
    t.begin(.vop3p, count: 128)
    t(0, "v_pk_mad_i16") { w, o in w.packed3(o) { a, b, c in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &* Int32(Int16(truncatingIfNeeded: b)) &+ Int32(Int16(truncatingIfNeeded: c))) } }
    t(1, "v_pk_mul_lo_u16") { w, o in w.packed2(o) { a, b in a &* b } }
    t(2, "v_pk_add_i16") { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &+ Int32(Int16(truncatingIfNeeded: b))) } }
    t(3, "v_pk_sub_i16") { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &- Int32(Int16(truncatingIfNeeded: b))) } }
    t(4, "v_pk_lshlrev_b16") { w, o in w.packed2(o) { a, b in b << (a & 15) } }
    t(5, "v_pk_lshrrev_b16") { w, o in w.packed2(o) { a, b in b >> (a & 15) } }
    t(6, "v_pk_ashrrev_i16") { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: b)) >> Int32(a & 15)) } }
    t(7, "v_pk_max_i16") { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(max(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t(8, "v_pk_min_i16") { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(min(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t(9, "v_pk_mad_u16") { w, o in w.packed3(o) { a, b, c in saturateU(o, Int64(a) &* Int64(b) &+ Int64(c)) } }
    t(10, "v_pk_add_u16") { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &+ Int64(b)) } }
    t(11, "v_pk_sub_u16") { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &- Int64(b)) } }
    t(12, "v_pk_max_u16") { w, o in w.packed2(o) { a, b in max(a, b) } }
    t(13, "v_pk_min_u16") { w, o in w.packed2(o) { a, b in min(a, b) } }
    t(14, "v_pk_fma_f16", .f64) { w, o in w.packed3(o, float: true) { a, b, c in clampHalf(o, Float16(Double(lowHalf(a)) * Double(lowHalf(b)) + Double(lowHalf(c)))) } }
    t(15, "v_pk_add_f16", .f64) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, Float16(Float(lowHalf(a)) + Float(lowHalf(b)))) } }
    t(16, "v_pk_mul_f16", .f64) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, Float16(Float(lowHalf(a)) * Float(lowHalf(b)))) } }
    t(17, "v_pk_min_f16", .f64) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, lesser(lowHalf(a), lowHalf(b))) } }
    t(18, "v_pk_max_f16", .f64) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, -lesser(-lowHalf(a), -lowHalf(b))) } }
    t(19, "v_dot2_f32_f16", .f32) { w, o in w.dotHalves(o) { a, b, c in dot2(a, b, c) } }
    t(22, "v_dot4_i32_iu8") { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signedA: o.negates(0), signedB: o.negates(1)) } }
    t(23, "v_dot4_u32_u8") { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: false) } }
    t(24, "v_dot8_i32_iu4") { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signedA: o.negates(0), signedB: o.negates(1)) } }
    t(25, "v_dot8_u32_u4") { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: false) } }
    t(26, "v_dot2_f32_bf16", .f32) { w, o in
      w.dotHalves(o, half: false) { a, b, c in c + bfloat(a & 0xffff) * bfloat(b & 0xffff) + bfloat(a >> 16) * bfloat(b >> 16) }
    }
    t(32, "v_fma_mix_f32", .f32) { w, o in w.mix(o) { value in value.bitPattern } }
    t(33, "v_fma_mixlo_f16", .f32) { w, o in w.mixHalf(o, high: false) }
    t(34, "v_fma_mixhi_f16", .f32) { w, o in w.mixHalf(o, high: true) }
  }
}
