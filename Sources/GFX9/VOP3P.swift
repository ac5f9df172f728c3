// VOP3P: packed 16-bit and 32-bit arithmetic, mixed-precision fused multiply-add, dot products, accumulator moves.
// Matrix instructions are in MFMA.swift.  Source: AMD CDNA3 ISA, 6.6 "Packed Math", 12.11 "VOP3P Instructions".
import CSoftGPU
import ISA

extension Rows {
  static func vop3p(_ t: inout Rows) {
    t.begin(.vop3p, count: 128)
    t.shared(SharedRows.vop3p)
    t(35, "v_dot2_f32_f16", [.halves, .f32]) { w, o in w.dot(o, float: true) { a, b, c in (Float(bitPattern: c) + Float(lowHalf(a)) * Float(lowHalf(b)) + Float(lowHalf(a >> 16)) * Float(lowHalf(b >> 16))).bitPattern } }
    t(38, "v_dot2_i32_i16", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 16, signed: true) } }
    t(39, "v_dot2_u32_u16", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 16, signed: false) } }
    t(40, "v_dot4_i32_i8", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: true) } }
    t(42, "v_dot8_i32_i4", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: true) } }
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
