// DS: LDS loads, stores and atomics, and lane permutations.  Source: AMD CDNA3 ISA, 12.13.
// The address is a VGPR plus a 16-bit offset (two 8-bit offsets in units of the element for the two-address forms).
// A workgroup runs on one thread, so its LDS needs no atomic access; an access past the group's allocation faults.
import CSoftGPU
import ISA

extension Rows {
  static func ds(_ t: inout Rows) {
    t.begin(.ds, count: 256)
    t.shared(SharedRows.ds)
    dsTransfers(&t); dsAtomics32(&t); dsAtomics64(&t)
    // Always with the gds bit.
    t(152, "ds_gws_sema_release_all", [.control, .globalWaveSync])
    t(153, "ds_gws_init", [.control, .globalWaveSync])
    t(154, "ds_gws_sema_v", [.control, .globalWaveSync])
    t(155, "ds_gws_sema_br", [.control, .globalWaveSync])
    t(156, "ds_gws_sema_p", [.control, .globalWaveSync])
    t(157, "ds_gws_barrier", [.control, .globalWaveSync])
  }

  private static func dsTransfers(_ t: inout Rows) {
    t(62, "ds_permute_b32") { w, o in w.permuteForward(o) }
    t(63, "ds_bpermute_b32") { w, o in w.permuteBackward(o) }
  }

  private static func dsAtomics32(_ t: inout Rows) {
    t(16, "ds_cmpst_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m == a ? b : m } }
    t(17, "ds_cmpst_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in Float(bitPattern: m) == Float(bitPattern: a) ? b : m } }
    t(18, "ds_min_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in lesser(m, a) } }
    t(19, "ds_max_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in greater(m, a) } }
    t(23, "ds_pk_add_f16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in addHalves(m, a) } }
    t(24, "ds_pk_add_bf16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in addBFloats(m, a) } }
    t(48, "ds_cmpst_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m == a ? b : m } }
    t(49, "ds_cmpst_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in Float(bitPattern: m) == Float(bitPattern: a) ? b : m } }
    t(50, "ds_min_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in lesser(m, a) } }
    t(51, "ds_max_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in greater(m, a) } }
    t(183, "ds_pk_add_rtn_f16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in addHalves(m, a) } }
    t(184, "ds_pk_add_rtn_bf16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in addBFloats(m, a) } }
  }
  private static func dsAtomics64(_ t: inout Rows) {
    t(80, "ds_cmpst_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m == a ? b : m } }
    t(81, "ds_cmpst_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in Double(bitPattern: m) == Double(bitPattern: a) ? b : m } }
    t(82, "ds_min_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in lesser(m, a) } }
    t(83, "ds_max_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in greater(m, a) } }
    t(92, "ds_add_f64", [.control, .f64]) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(112, "ds_cmpst_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m == a ? b : m } }
    t(113, "ds_cmpst_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in Double(bitPattern: m) == Double(bitPattern: a) ? b : m } }
    t(114, "ds_min_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in lesser(m, a) } }
    t(115, "ds_max_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in greater(m, a) } }
    t(124, "ds_add_rtn_f64", [.control, .f64]) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
  }
}

@inline(__always) func addHalves(_ a: UInt32, _ b: UInt32) -> UInt32 {
  joined(Float16(Float(lowHalf(a)) + Float(lowHalf(b))), Float16(Float(highHalf(a)) + Float(highHalf(b))))
}
@inline(__always) func addBFloats(_ a: UInt32, _ b: UInt32) -> UInt32 {
  roundedBFloat(bfloat(a & 0xffff) + bfloat(b & 0xffff)) | roundedBFloat(bfloat(a >> 16) + bfloat(b >> 16)) << 16
}
