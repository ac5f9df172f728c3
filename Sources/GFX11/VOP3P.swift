// VOP3P: packed 16-bit arithmetic, mixed-precision fused multiply-add, dot products; `wmma` adds the matrix rows.
// Source: AMD RDNA3 ISA, 16.10.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func vop3p(_ t: inout OpcodeTable) {
    t.begin(.vop3p, count: 128)
    t.shared(SharedRows.vop3p, .gfx1100)
    t(19, "v_dot2_f32_f16", .f32) { w, o in w.dotHalves(o) { a, b, c in dot2(a, b, c) } }
    t(22, "v_dot4_i32_iu8") { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signedA: o.negates(0), signedB: o.negates(1)) } }
    t(24, "v_dot8_i32_iu4") { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signedA: o.negates(0), signedB: o.negates(1)) } }
    t(26, "v_dot2_f32_bf16", .f32) { w, o in
      w.dotHalves(o, half: false) { a, b, c in c + bfloat(a & 0xffff) * bfloat(b & 0xffff) + bfloat(a >> 16) * bfloat(b >> 16) }
    }
  }
}
