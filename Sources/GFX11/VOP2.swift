// VOP2: vector, two sources; also in VOP3 and DPP form.  Source: AMD RDNA3 ISA, 16.7.
import CSoftGPU
import Glibc
import ISA

extension OpcodeTable {
  static func vop2(_ t: inout OpcodeTable) {
    t.begin(.vop2, count: 64)
    t.shared(SharedRows.vop2, .gfx1100)
    t(2, "v_dot2acc_f32_f16", [.f32, .accumulates, .bare, .only32]) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: Float) in dot2(a, b, c) } }
    t(6, "v_fmac_dx9_zero_f32", [.f32, .accumulates]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in a == 0 || b == 0 ? c : c.addingProduct(a, b) } }
    t(7, "v_mul_dx9_zero_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a == 0 || b == 0 ? 0 : a * b } }
    t(43, "v_fmac_f32", [.f32, .accumulates]) { w, o in w.ternary(o) { (a: Float, b: Float, d: Float) in d.addingProduct(a, b) } }
    t(44, "v_fmamk_f32", [.f32, .literal, .only32]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in b.addingProduct(a, k) }
    }
    t(45, "v_fmaak_f32", [.f32, .literal, .only32]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in k.addingProduct(a, b) }
    }
    t(47, "v_cvt_pk_rtz_f16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in halfTowardZero(a) | halfTowardZero(b) << 16 } }
    t(54, "v_fmac_f16", [.f64, .accumulates, .binary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
    t(55, "v_fmamk_f16", [.f64, .literal, .binary16, .halfResult, .half0, .half2, .only32]) { w, o in
      let k = Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal))
      w.binary(o) { (a: Float16, b: Float16) in fma(a, k, b) }
    }
    t(56, "v_fmaak_f16", [.f64, .literal, .binary16, .halfResult, .half0, .half1, .only32]) { w, o in
      let k = Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal))
      w.binary(o) { (a: Float16, b: Float16) in fma(a, b, k) }
    }
    t(60, "v_pk_fmac_f16", [.f64, .accumulates, .bare, .only32]) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in joined(fma(lowHalf(a), lowHalf(b), lowHalf(c)), fma(highHalf(a), highHalf(b), highHalf(c))) }
    }
  }
}
