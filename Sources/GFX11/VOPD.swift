// VOPD: two single-precision or logic operations in one instruction.  Both halves read before either writes.
// Source: AMD RDNA3 ISA, 7.6 "Dual Issue VALU", 15.3.7.
import CSoftGPU
import ISA

/// The first half into a spare register, the second half, then the first half's result to where it belongs.
let executeDual: carmine_execute = { w, o in
  o.pointee.first.unsafelyUnwrapped(w, o)
  let second = o + 1
  second.pointee.execute.unsafelyUnwrapped(w, second)
  let from = w.vgpr(Int(o.pointee.destination)), out = w.vgpr(Int(o.pointee.immediate)), m = w.laneMask()
  for l in 0..<64 { out[l] = out[l] ^ ((out[l] ^ from[l]) & m[l]) }
}

extension OpcodeTable {
  static func vopd(_ t: inout OpcodeTable) {
    t.begin(.vopd, count: 32)
    t(0, "v_dual_fmac_f32", [.f32, .accumulates]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in c.addingProduct(a, b) } }
    t(1, "v_dual_fmaak_f32", [.f32, .literal]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in k.addingProduct(a, b) }
    }
    t(2, "v_dual_fmamk_f32", [.f32, .literal]) { w, o in
      let k = Float(bitPattern: o.pointee.literal)
      w.binary(o) { (a: Float, b: Float) in b.addingProduct(a, k) }
    }
    t(3, "v_dual_mul_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a * b } }
    t(4, "v_dual_add_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a + b } }
    t(5, "v_dual_sub_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a - b } }
    t(6, "v_dual_subrev_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in b - a } }
    t(7, "v_dual_mul_dx9_zero_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a == 0 || b == 0 ? 0 : a * b } }
    t(8, "v_dual_mov_b32") { w, o in w.unary(o) { (a: UInt32) in a } }
    t(9, "v_dual_cndmask_b32") { w, o in w.select(o, UInt32.self) }
    t(10, "v_dual_max_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in maximum(a, b) } }
    t(11, "v_dual_min_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in minimum(a, b) } }
    t(12, "v_dual_dot2acc_f32_f16", [.f32, .accumulates]) { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: Float) in dot2(a, b, c) } }
    t(13, "v_dual_dot2acc_f32_bf16", [.f32, .accumulates]) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: Float) in c + bfloat(a & 0xffff) * bfloat(b & 0xffff) + bfloat(a >> 16) * bfloat(b >> 16) }
    }
    t(16, "v_dual_add_nc_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a &+ b } }
    t(17, "v_dual_lshlrev_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in b &<< a } }
    t(18, "v_dual_and_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a & b } }
  }
}
