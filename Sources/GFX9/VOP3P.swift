// VOP3P: packed 16-bit and 32-bit arithmetic, mixed-precision fused multiply-add, dot products, accumulator moves.
// Matrix instructions decode; they do not execute yet.  Source: AMD CDNA3 ISA, 6.6 "Packed Math", 12.11 "VOP3P Instructions".
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
    t(35, "v_dot2_f32_f16", [.halves, .f32]) { w, o in w.dot(o, float: true) { a, b, c in (Float(lowHalf(a)) * Float(lowHalf(b)) + (Float(lowHalf(a >> 16)) * Float(lowHalf(b >> 16)) + Float(bitPattern: c))).bitPattern } }
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
    t(62, "v_mfma_f32_16x16x8_xf32", gfx90a: .absent, .control)
    t(63, "v_mfma_f32_32x32x4_xf32", gfx90a: .absent, .control)
    t(64, "v_mfma_f32_32x32x1_2b_f32", gfx90a: "v_mfma_f32_32x32x1f32", .control)
    t(65, "v_mfma_f32_16x16x1_4b_f32", gfx90a: "v_mfma_f32_16x16x1f32", .control)
    t(66, "v_mfma_f32_4x4x1_16b_f32", gfx90a: "v_mfma_f32_4x4x1f32", .control)
    t(68, "v_mfma_f32_32x32x2_f32", gfx90a: "v_mfma_f32_32x32x2f32", .control)
    t(69, "v_mfma_f32_16x16x4_f32", gfx90a: "v_mfma_f32_16x16x4f32", .control)
    t(72, "v_mfma_f32_32x32x4_2b_f16", gfx90a: "v_mfma_f32_32x32x4f16", .control)
    t(73, "v_mfma_f32_16x16x4_4b_f16", gfx90a: "v_mfma_f32_16x16x4f16", .control)
    t(74, "v_mfma_f32_4x4x4_16b_f16", gfx90a: "v_mfma_f32_4x4x4f16", .control)
    t(76, "v_mfma_f32_32x32x8_f16", gfx90a: "v_mfma_f32_32x32x8f16", .control)
    t(77, "v_mfma_f32_16x16x16_f16", gfx90a: "v_mfma_f32_16x16x16f16", .control)
    t(80, "v_mfma_i32_32x32x4_2b_i8", gfx90a: "v_mfma_i32_32x32x4i8", .control)
    t(81, "v_mfma_i32_16x16x4_4b_i8", gfx90a: "v_mfma_i32_16x16x4i8", .control)
    t(82, "v_mfma_i32_4x4x4_16b_i8", gfx90a: "v_mfma_i32_4x4x4i8", .control)
    t(86, "v_mfma_i32_32x32x16_i8", gfx90a: .absent, .control)
    t(87, "v_mfma_i32_16x16x32_i8", gfx90a: .absent, .control)
    t(88, "v_accvgpr_read_b32", []) { w, o in w.readAccumulator(o) }
    t(89, "v_accvgpr_write_b32", []) { w, o in w.writeAccumulator(o) }
    t(93, "v_mfma_f32_32x32x4_2b_bf16", gfx90a: .absent, .control)
    t(94, "v_mfma_f32_16x16x4_4b_bf16", gfx90a: .absent, .control)
    t(95, "v_mfma_f32_4x4x4_16b_bf16", gfx90a: .absent, .control)
    t(96, "v_mfma_f32_32x32x8_bf16", gfx90a: .absent, .control)
    t(97, "v_mfma_f32_16x16x16_bf16", gfx90a: .absent, .control)
    t(98, "v_smfmac_f32_16x16x32_f16", gfx90a: .absent, .control)
    t(100, "v_smfmac_f32_32x32x16_f16", gfx90a: .absent, .control)
    t(102, "v_smfmac_f32_16x16x32_bf16", gfx90a: .absent, .control)
    t(104, "v_smfmac_f32_32x32x16_bf16", gfx90a: .absent, .control)
    t(106, "v_smfmac_i32_16x16x64_i8", gfx90a: .absent, .control)
    t(108, "v_smfmac_i32_32x32x32_i8", gfx90a: .absent, .control)
    t(110, "v_mfma_f64_16x16x4_f64", gfx90a: "v_mfma_f64_16x16x4f64", .control)
    t(111, "v_mfma_f64_4x4x4_4b_f64", gfx90a: "v_mfma_f64_4x4x4f64", .control)
    t(112, "v_mfma_f32_16x16x32_bf8_bf8", gfx90a: .absent, .control)
    t(113, "v_mfma_f32_16x16x32_bf8_fp8", gfx90a: .absent, .control)
    t(114, "v_mfma_f32_16x16x32_fp8_bf8", gfx90a: .absent, .control)
    t(115, "v_mfma_f32_16x16x32_fp8_fp8", gfx90a: .absent, .control)
    t(116, "v_mfma_f32_32x32x16_bf8_bf8", gfx90a: .absent, .control)
    t(117, "v_mfma_f32_32x32x16_bf8_fp8", gfx90a: .absent, .control)
    t(118, "v_mfma_f32_32x32x16_fp8_bf8", gfx90a: .absent, .control)
    t(119, "v_mfma_f32_32x32x16_fp8_fp8", gfx90a: .absent, .control)
    t(120, "v_smfmac_f32_16x16x64_bf8_bf8", gfx90a: .absent, .control)
    t(121, "v_smfmac_f32_16x16x64_bf8_fp8", gfx90a: .absent, .control)
    t(122, "v_smfmac_f32_16x16x64_fp8_bf8", gfx90a: .absent, .control)
    t(123, "v_smfmac_f32_16x16x64_fp8_fp8", gfx90a: .absent, .control)
    t(124, "v_smfmac_f32_32x32x32_bf8_bf8", gfx90a: .absent, .control)
    t(125, "v_smfmac_f32_32x32x32_bf8_fp8", gfx90a: .absent, .control)
    t(126, "v_smfmac_f32_32x32x32_fp8_bf8", gfx90a: .absent, .control)
    t(127, "v_smfmac_f32_32x32x32_fp8_fp8", gfx90a: .absent, .control)
    t(84, "v_mfma_i32_32x32x8i8", gfx942: .absent, .control)
    t(85, "v_mfma_i32_16x16x16i8", gfx942: .absent, .control)
    t(99, "v_mfma_f32_32x32x4bf16_1k", gfx942: .absent, .control)
    t(100, "v_mfma_f32_16x16x4bf16_1k", gfx942: .absent, .control)
    t(101, "v_mfma_f32_4x4x4bf16_1k", gfx942: .absent, .control)
    t(102, "v_mfma_f32_32x32x8bf16_1k", gfx942: .absent, .control)
    t(103, "v_mfma_f32_16x16x16bf16_1k", gfx942: .absent, .control)
    t(104, "v_mfma_f32_32x32x2bf16", gfx942: .absent, .control)
    t(105, "v_mfma_f32_16x16x2bf16", gfx942: .absent, .control)
    t(107, "v_mfma_f32_4x4x2bf16", gfx942: .absent, .control)
    t(108, "v_mfma_f32_32x32x4bf16", gfx942: .absent, .control)
    t(109, "v_mfma_f32_16x16x8bf16", gfx942: .absent, .control)
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
