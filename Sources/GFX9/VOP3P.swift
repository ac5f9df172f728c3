// VOP3P: packed 16-bit and 32-bit arithmetic, mixed-precision fused multiply-add, dot products, accumulator moves.
// Matrix instructions are in MFMA.swift.  Source: AMD CDNA3 ISA, 6.6 "Packed Math", 12.11 "VOP3P Instructions".
import CSoftGPU
import ISA

extension Rows {
  static func vop3p(_ t: inout Rows) {
    t.begin(.vop3p, count: 128)
    t(0, "v_pk_mad_i16", [.halves]) { w, o in w.packed3(o) { a, b, c in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &* Int32(Int16(truncatingIfNeeded: b)) &+ Int32(Int16(truncatingIfNeeded: c))) } }
    t(1, "v_pk_mul_lo_u16", [.halves]) { w, o in w.packed2(o) { a, b in a &* b } }
    t(2, "v_pk_add_i16", [.halves]) { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &+ Int32(Int16(truncatingIfNeeded: b))) } }
    t(3, "v_pk_sub_i16", [.halves]) { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &- Int32(Int16(truncatingIfNeeded: b))) } }
    t(4, "v_pk_lshlrev_b16", [.halves]) { w, o in w.packed2(o) { a, b in b << (a & 15) } }
    t(5, "v_pk_lshrrev_b16", [.halves]) { w, o in w.packed2(o) { a, b in b >> (a & 15) } }
    t(6, "v_pk_ashrrev_i16", [.halves]) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: b)) >> Int32(a & 15)) } }
    t(7, "v_pk_max_i16", [.halves]) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(max(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t(8, "v_pk_min_i16", [.halves]) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(min(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t(9, "v_pk_mad_u16", [.halves]) { w, o in w.packed3(o) { a, b, c in saturateU(o, Int64(a) &* Int64(b) &+ Int64(c)) } }
    t(10, "v_pk_add_u16", [.halves]) { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &+ Int64(b)) } }
    t(11, "v_pk_sub_u16", [.halves]) { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &- Int64(b)) } }
    t(12, "v_pk_max_u16", [.halves]) { w, o in w.packed2(o) { a, b in max(a, b) } }
    t(13, "v_pk_min_u16", [.halves]) { w, o in w.packed2(o) { a, b in min(a, b) } }
    t(14, "v_pk_fma_f16", [.halves, .f64]) { w, o in w.packed3(o, float: true) { a, b, c in clampHalf(o, Float16(Double(lowHalf(a)) * Double(lowHalf(b)) + Double(lowHalf(c)))) } }
    t(15, "v_pk_add_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, Float16(Float(lowHalf(a)) + Float(lowHalf(b)))) } }
    t(16, "v_pk_mul_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, Float16(Float(lowHalf(a)) * Float(lowHalf(b)))) } }
    t(17, "v_pk_min_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, lesser(lowHalf(a), lowHalf(b))) } }
    t(18, "v_pk_max_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, -lesser(-lowHalf(a), -lowHalf(b))) } }
    t(32, "v_fma_mix_f32", [.halves, .f32]) { w, o in w.mix(o) { value in value.bitPattern } }
    t(33, "v_fma_mixlo_f16", [.halves, .f32]) { w, o in w.mixHalf(o, high: false) }
    t(34, "v_fma_mixhi_f16", [.halves, .f32]) { w, o in w.mixHalf(o, high: true) }
    t(35, "v_dot2_f32_f16", [.halves, .f32]) { w, o in w.dot(o, float: true) { a, b, c in (Float(bitPattern: c) + Float(lowHalf(a)) * Float(lowHalf(b)) + Float(lowHalf(a >> 16)) * Float(lowHalf(b >> 16))).bitPattern } }
    t(38, "v_dot2_i32_i16", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 16, signed: true) } }
    t(39, "v_dot2_u32_u16", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 16, signed: false) } }
    t(40, "v_dot4_i32_i8", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: true) } }
    t(41, "v_dot4_u32_u8", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: false) } }
    t(42, "v_dot8_i32_i4", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: true) } }
    t(43, "v_dot8_u32_u4", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: false) } }
    t(48, "v_pk_fma_f32", [.halves, .f32]) { w, o in w.pairs3(o) { a, b, c in c.addingProduct(a, b) } }
    t(49, "v_pk_mul_f32", [.halves, .f32]) { w, o in w.pairs2(o) { a, b in a * b } }
    t(50, "v_pk_add_f32", [.halves, .f32]) { w, o in w.pairs2(o) { a, b in a + b } }
    t(51, "v_pk_mov_b32", [.halves]) { w, o in w.movePair(o) }
    matrices(&t)
    t(88, "v_accvgpr_read_b32", .notIndexed) { w, o in w.readAccumulator(o) }
    t(89, "v_accvgpr_write_b32", .notIndexed) { w, o in w.writeAccumulator(o) }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  func readAccumulator(_ o: Op) {
    let from = pointee.agpr + (Int(o.pointee.source0) &- 256) &* 64
    each(o) { l in from[l] }
  }
  func writeAccumulator(_ o: Op) {
    let from = source(o, 0, .b32), out = pointee.agpr + Int(o.pointee.destination) &* 64, mask = laneMask()
    for l in 0..<64 { out[l] = from[l] & mask[l] | out[l] & ~mask[l] }
  }
}
