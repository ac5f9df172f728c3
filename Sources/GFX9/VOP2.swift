// VOP2: vector, two sources; also in VOP3, SDWA and DPP form.  Source: AMD CDNA3 ISA, 12.7.
import CSoftGPU
import ISA
import Glibc

extension Rows {
  static func vop2(_ t: inout Rows) {
    t.begin(.vop2, count: 64)
    t(0, "v_cndmask_b32") { w, o in w.select(o, UInt32.self) }
    t(1, "v_add_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a + b } }
    t(2, "v_sub_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a - b } }
    t(3, "v_subrev_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in b - a } }
    t(4, "v_fmac_f64", .f64) { w, o in w.accumulate(o) { (a: Double, b: Double, d: Double) in d.addingProduct(a, b) } }
    t(5, "v_mul_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a * b } }
    t(6, "v_mul_i32_i24") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in signed24(a) &* signed24(b) } }
    t(7, "v_mul_hi_i32_i24") { w, o in
      w.binary(o) { (a: UInt32, b: UInt32) in Int32(truncatingIfNeeded: (Int64(signed24(a)) &* Int64(signed24(b))) >> 32) }
    }
    t(8, "v_mul_u32_u24") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in (a & 0xff_ffff) &* (b & 0xff_ffff) } }
    t(9, "v_mul_hi_u32_u24") { w, o in
      w.binary(o) { (a: UInt32, b: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a & 0xff_ffff) &* UInt64(b & 0xff_ffff)) >> 32) }
    }
    t(10, "v_min_f32", [.f32, .flushes]) { w, o in
      if w.isIEEE { w.binary(o) { (a: Float, b: Float) in quieted(a, b, minimum(a, b)) } } else { w.binary(o) { (a: Float, b: Float) in minimum(a, b) } }
    }
    t(11, "v_max_f32", [.f32, .flushes]) { w, o in
      if w.isIEEE { w.binary(o) { (a: Float, b: Float) in quieted(a, b, maximum(a, b)) } } else { w.binary(o) { (a: Float, b: Float) in maximum(a, b) } }
    }
    t(12, "v_min_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in min(a, b) } }
    t(13, "v_max_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in max(a, b) } }
    t(14, "v_min_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in min(a, b) } }
    t(15, "v_max_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in max(a, b) } }
    t(16, "v_lshrrev_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &>> a } }
    t(17, "v_ashrrev_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in b &>> a } }
    t(18, "v_lshlrev_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &<< a } }
    t(19, "v_and_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a & b } }
    t(20, "v_or_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a | b } }
    t(21, "v_xor_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a ^ b } }
    t(61, "v_xnor_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in ~(a ^ b) } }
    // Multiply, round, add, round; denormals are zero whatever MODE says.
    t(22, "v_mac_f32", gfx942: .absent, .f32) { w, o in w.accumulate(o) { (a: Float, b: Float, d: Float) in multiplyAdd(a, b, d) } }
    t(23, "v_madmk_f32", gfx942: .absent, [.f32, .literal]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in multiplyAdd(a, k, b) }
    }
    t(24, "v_madak_f32", gfx942: .absent, [.f32, .literal]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in multiplyAdd(a, b, k) }
    }
    t(23, "v_fmamk_f32", gfx90a: .absent, [.f32, .literal]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in b.addingProduct(a, k) }
    }
    t(24, "v_fmaak_f32", gfx90a: .absent, [.f32, .literal]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in k.addingProduct(a, b) }
    }
    t(25, "v_add_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (a &+ b, a &+ b < a) } }
    t(26, "v_sub_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (a &- b, a < b) } }
    t(27, "v_subrev_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (b &- a, b < a) } }
    t(28, "v_addc_co_u32", .scalarResult) { w, o in
      carryIn(w, o) { a, b, c in let r = a &+ b; return (r &+ c, r < a || r &+ c < r) }
    }
    t(29, "v_subb_co_u32", .scalarResult) { w, o in carryIn(w, o) { a, b, c in (a &- b &- c, a < b || a &- b < c) } }
    t(30, "v_subbrev_co_u32", .scalarResult) { w, o in carryIn(w, o) { a, b, c in (b &- a &- c, b < a || b &- a < c) } }
    t(31, "v_add_f16", .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) + Float(b)) } }
    t(32, "v_sub_f16", .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) - Float(b)) } }
    t(33, "v_subrev_f16", .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(b) - Float(a)) } }
    t(34, "v_mul_f16", .f64) { w, o in w.binary(o) { (a: Float16, b: Float16) in Float16(Float(a) * Float(b)) } }
    t(35, "v_mac_f16", .f64) { w, o in
      w.accumulate(o) { (a: Float16, b: Float16, d: Float16) in Float16(Float(Float16(Float(a) * Float(b))) + Float(d)) }
    }
    t(36, "v_madmk_f16", [.f64, .literal]) { w, o in
      let k = Float(Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal)))
      w.binary(o) { (a: Float16, b: Float16) in Float16(Float(Float16(Float(a) * k)) + Float(b)) }
    }
    t(37, "v_madak_f16", [.f64, .literal]) { w, o in
      let k = Float(Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal)))
      w.binary(o) { (a: Float16, b: Float16) in Float16(Float(Float16(Float(a) * Float(b))) + k) }
    }
    t(38, "v_add_u16") { w, o in
      if o.clamp { w.binary(o) { (a: UInt16, b: UInt16) in UInt16(min(UInt32(a) &+ UInt32(b), 0xffff)) } } else { w.binary(o) { (a: UInt16, b: UInt16) in a &+ b } }
    }
    t(39, "v_sub_u16") { w, o in
      if o.clamp { w.binary(o) { (a: UInt16, b: UInt16) in a < b ? 0 : a &- b } } else { w.binary(o) { (a: UInt16, b: UInt16) in a &- b } }
    }
    t(40, "v_subrev_u16") { w, o in
      if o.clamp { w.binary(o) { (a: UInt16, b: UInt16) in b < a ? 0 : b &- a } } else { w.binary(o) { (a: UInt16, b: UInt16) in b &- a } }
    }
    t(41, "v_mul_lo_u16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a &* b } }
    t(42, "v_lshlrev_b16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in UInt16(truncatingIfNeeded: UInt32(b) << (UInt32(a) & 15)) } }
    t(43, "v_lshrrev_b16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in UInt16(truncatingIfNeeded: UInt32(b) >> (UInt32(a) & 15)) } }
    t(44, "v_ashrrev_i16") { w, o in w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: Int32(b) >> (Int32(a) & 15)) } }
    t(45, "v_max_f16", .f64) { w, o in
      if w.isIEEE { w.binary(o) { (a: Float16, b: Float16) in quieted(a, b, maximum(a, b)) } } else { w.binary(o) { (a: Float16, b: Float16) in maximum(a, b) } }
    }
    t(46, "v_min_f16", .f64) { w, o in
      if w.isIEEE { w.binary(o) { (a: Float16, b: Float16) in quieted(a, b, minimum(a, b)) } } else { w.binary(o) { (a: Float16, b: Float16) in minimum(a, b) } }
    }
    t(47, "v_max_u16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in max(a, b) } }
    t(48, "v_max_i16") { w, o in w.binary(o) { (a: Int16, b: Int16) in max(a, b) } }
    t(49, "v_min_u16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in min(a, b) } }
    t(50, "v_min_i16") { w, o in w.binary(o) { (a: Int16, b: Int16) in min(a, b) } }
    t(51, "v_ldexp_f16", .f64) { w, o in w.binary(o) { (a: Float16, b: Int16) in Float16(scalbnf(Float(a), Int32(b))) } }
    t(52, "v_add_u32") { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in a &+ b < a ? ~0 : a &+ b } } else { w.binary(o) { (a: UInt32, b: UInt32) in a &+ b } }
    }
    t(53, "v_sub_u32") { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in a < b ? 0 : a &- b } } else { w.binary(o) { (a: UInt32, b: UInt32) in a &- b } }
    }
    t(54, "v_subrev_u32") { w, o in
      if o.clamp { w.binary(o) { (a: UInt32, b: UInt32) in b < a ? 0 : b &- a } } else { w.binary(o) { (a: UInt32, b: UInt32) in b &- a } }
    }
    t(55, "v_dot2c_f32_f16", .f32) { w, o in
      w.accumulate(o) { (a: UInt32, b: UInt32, d: Float) in
        d + Float(lowHalf(a)) * Float(lowHalf(b)) + Float(highHalf(a)) * Float(highHalf(b))
      }
    }
    t(56, "v_dot2c_i32_i16") { w, o in w.accumulate(o) { (a: UInt32, b: UInt32, d: Int32) in d &+ dot2(a, b) } }
    t(57, "v_dot4c_i32_i8") { w, o in w.accumulate(o) { (a: UInt32, b: UInt32, d: Int32) in d &+ dot4(a, b) } }
    t(58, "v_dot8c_i32_i4") { w, o in w.accumulate(o) { (a: UInt32, b: UInt32, d: Int32) in d &+ dot8(a, b) } }
    t(59, "v_fmac_f32", .f32) { w, o in w.accumulate(o) { (a: Float, b: Float, d: Float) in d.addingProduct(a, b) } }
    t(60, "v_pk_fmac_f16", .f64) { w, o in
      w.accumulate(o) { (a: UInt32, b: UInt32, d: UInt32) in
        joined(fma(lowHalf(a), lowHalf(b), lowHalf(d)), fma(highHalf(a), highHalf(b), highHalf(d)))
      }
    }
  }
}

@inline(__always) func multiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
  flushed(flushed(flushed(a) * flushed(b)) + flushed(c))
}
