// VOP2: vector, two sources; also in VOP3, SDWA and DPP form.  Source: AMD CDNA3 ISA, 12.7.
import CSoftGPU
import ISA
import Glibc

extension Rows {
  static func vop2(_ t: inout Rows) {
    t.begin(.vop2, count: 64)
    t.shared(SharedRows.vop2)
    t(4, "v_fmac_f64", .f64) { w, o in w.accumulate(o) { (a: Double, b: Double, d: Double) in d.addingProduct(a, b) } }
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
    t(35, "v_mac_f16", .f64) { w, o in
      w.accumulate(o) { (a: Float16, b: Float16, d: Float16) in Float16(w.halfProduct(a, b) + Float(d)) }
    }
    t(36, "v_madmk_f16", [.f64, .literal]) { w, o in
      let k = Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal))
      w.binary(o) { (a: Float16, b: Float16) in Float16(w.halfProduct(a, k) + Float(b)) }
    }
    t(37, "v_madak_f16", [.f64, .literal]) { w, o in
      let k = Float16(bitPattern: UInt16(truncatingIfNeeded: o.pointee.literal))
      w.binary(o) { (a: Float16, b: Float16) in Float16(w.halfProduct(a, b) + Float(k)) }
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
    t(47, "v_max_u16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in max(a, b) } }
    t(48, "v_max_i16") { w, o in w.binary(o) { (a: Int16, b: Int16) in max(a, b) } }
    t(49, "v_min_u16") { w, o in w.binary(o) { (a: UInt16, b: UInt16) in min(a, b) } }
    t(50, "v_min_i16") { w, o in w.binary(o) { (a: Int16, b: Int16) in min(a, b) } }
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
