// VOP2: vector, two sources; also in VOP3 and DPP form.  Source: AMD RDNA3 ISA, 16.7.
import CSoftGPU
import Glibc
import ISA

extension OpcodeTable {
  static func vop2(_ t: inout OpcodeTable) {
    t.begin(.vop2, count: 64)
    t(1, "v_cndmask_b32") { w, o in w.select(o, UInt32.self) }
    t(2, "v_dot2acc_f32_f16", [.f32, .accumulates, .bare, .only32]) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: Float) in dot2(a, b, c) } }
    t(3, "v_add_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a + b } }
    t(4, "v_sub_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a - b } }
    t(5, "v_subrev_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in b - a } }
    t(6, "v_fmac_dx9_zero_f32", [.f32, .accumulates]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in a == 0 || b == 0 ? c : c.addingProduct(a, b) } }
    t(7, "v_mul_dx9_zero_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a == 0 || b == 0 ? 0 : a * b } }
    t(8, "v_mul_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a * b } }
    t(9, "v_mul_i32_i24") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in signed24(a) &* signed24(b) } }
    t(10, "v_mul_hi_i32_i24") { w, o in
      w.binary(o) { (a: UInt32, b: UInt32) in Int32(truncatingIfNeeded: (Int64(signed24(a)) &* Int64(signed24(b))) >> 32) }
    }
    t(11, "v_mul_u32_u24") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in (a & 0xff_ffff) &* (b & 0xff_ffff) } }
    t(12, "v_mul_hi_u32_u24") { w, o in
      w.binary(o) { (a: UInt32, b: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a & 0xff_ffff) &* UInt64(b & 0xff_ffff)) >> 32) }
    }
    t(15, "v_min_f32", [.f32, .flushes]) { w, o in w.binary(o) { (a: Float, b: Float) in minimum(a, b) } }
    t(16, "v_max_f32", [.f32, .flushes]) { w, o in w.binary(o) { (a: Float, b: Float) in maximum(a, b) } }
    t(17, "v_min_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in min(a, b) } }
    t(18, "v_max_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in max(a, b) } }
    t(19, "v_min_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in min(a, b) } }
    t(20, "v_max_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in max(a, b) } }
    t(24, "v_lshlrev_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &<< a } }
    t(25, "v_lshrrev_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &>> a } }
    t(26, "v_ashrrev_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in b &>> a } }
    t(27, "v_and_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a & b } }
    t(28, "v_or_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a | b } }
    t(29, "v_xor_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a ^ b } }
    t(30, "v_xnor_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in ~(a ^ b) } }
    t(32, "v_add_co_ci_u32", .scalarResult) { w, o in
      carryIn(w, o) { a, b, c in let r = a &+ b; return (r &+ c, r < a || r &+ c < r) }
    }
    t(33, "v_sub_co_ci_u32", .scalarResult) { w, o in carryIn(w, o) { a, b, c in (a &- b &- c, a < b || a &- b < c) } }
    t(34, "v_subrev_co_ci_u32", .scalarResult) { w, o in carryIn(w, o) { a, b, c in (b &- a &- c, b < a || b &- a < c) } }
    t(37, "v_add_nc_u32") { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in a &+ b < a ? ~0 : a &+ b } } else { w.binary(o) { (a: UInt32, b: UInt32) in a &+ b } }
    }
    t(38, "v_sub_nc_u32") { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in a < b ? 0 : a &- b } } else { w.binary(o) { (a: UInt32, b: UInt32) in a &- b } }
    }
    t(39, "v_subrev_nc_u32") { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in b < a ? 0 : b &- a } } else { w.binary(o) { (a: UInt32, b: UInt32) in b &- a } }
    }
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
    t(50, "v_add_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) + Float(b)) } }
    t(51, "v_sub_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) - Float(b)) } }
    t(52, "v_subrev_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(b) - Float(a)) } }
    t(53, "v_mul_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) * Float(b)) } }
    t(54, "v_fmac_f16", [.f64, .accumulates, .binary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
    t(55, "v_fmamk_f16", [.f64, .literal, .binary16, .halfResult, .half0, .half2, .only32]) { w, o in
      let k = Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal))
      w.binary(o) { (a: Float16, b: Float16) in fma(a, k, b) }
    }
    t(56, "v_fmaak_f16", [.f64, .literal, .binary16, .halfResult, .half0, .half1, .only32]) { w, o in
      let k = Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal))
      w.binary(o) { (a: Float16, b: Float16) in fma(a, b, k) }
    }
    t(57, "v_max_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Float16) in maximum(a, b) } }
    t(58, "v_min_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Float16) in minimum(a, b) } }
    t(59, "v_ldexp_f16", [.f64, .binary16]) { w, o in w.binary(o) { (a: Float16, b: Int16) in Float16(scalbnf(Float(a), Int32(b))) } }
    t(60, "v_pk_fmac_f16", [.f64, .accumulates, .bare, .only32]) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in joined(fma(lowHalf(a), lowHalf(b), lowHalf(c)), fma(highHalf(a), highHalf(b), highHalf(c))) }
    }
  }
}
