// VOP1: vector, one source; also in VOP3, SDWA and DPP form.  Source: AMD CDNA3 ISA, 12.8.
import CSoftGPU
import ISA
import Glibc

extension Rows {
  static func vop1(_ t: inout Rows) {
    t.begin(.vop1, count: 256)
    t.shared(SharedRows.vop1)
    t(56, "v_mov_b64", gfx90a: .absent) { w, o in w.unary(o) { (a: UInt64) in a } }
    t(82, "v_accvgpr_mov_b32", [.bare, .only32, .notIndexed]) { w, o in
      let a = w.pointee.agpr + (Int(o.pointee.source0) - 256) * 64, d = w.pointee.agpr + Int(o.pointee.destination) * 64, m = w.laneMask()
      for l in 0..<64 { d[l] = d[l] ^ ((d[l] ^ a[l]) & m[l]) }
    }
    t(75, "v_exp_legacy_f32", .f32) { w, o in w.unary(o) { (a: Float) in exponential(a) } }
    t(76, "v_log_legacy_f32", .f32) { w, o in w.unary(o) { (a: Float) in logarithm(a) } }
    t(53, "v_clrexcp", .bare) { _, _ in }
    t(84, "v_cvt_f32_fp8", gfx90a: .absent) { w, o in w.unary(o) { (a: UInt32) in SmallFloat.fp8.decode(UInt8(truncatingIfNeeded: a)) } }
    t(85, "v_cvt_f32_bf8", gfx90a: .absent) { w, o in w.unary(o) { (a: UInt32) in SmallFloat.bf8.decode(UInt8(truncatingIfNeeded: a)) } }
    t(86, "v_cvt_pk_f32_fp8", gfx90a: .absent) { w, o in unpackSmall(w, o, .fp8) }
    t(87, "v_cvt_pk_f32_bf8", gfx90a: .absent) { w, o in unpackSmall(w, o, .bf8) }
    t(55, "v_screen_partition_4se_b32", .graphics)
  }
}

/// Two numbers of eight bits; SDWA chooses the half that they stand in.
private func unpackSmall(_ w: Wave, _ o: Op, _ format: SmallFloat) {
  let a = w.source(o, 0, .b32)
  w.each(o) { l in
    UInt64(format.decode(UInt8(truncatingIfNeeded: a[l])).bitPattern) | UInt64(format.decode(UInt8(truncatingIfNeeded: a[l] >> 8)).bitPattern) << 32
  }
}
