// DS: LDS loads, stores and atomics, and lane permutations.  Source: AMD RDNA3 ISA, 12 and 16.15, and AMD's pseudo-code.
// The address is a VGPR plus a 16-bit offset (two 8-bit offsets in units of the element for the two-address forms).  A compare
// and store has its new value first and what it compares second, the other way round than gfx9.
// A workgroup runs on one thread, so its LDS needs no atomic access; an access past the group's allocation faults.
// There is no global data share and no wave synchronisation (GWS) to reach: those decode and stop by name.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func ds(_ t: inout OpcodeTable) {
    t.begin(.ds, count: 256)
    t.shared(SharedRows.ds, .gfx1100)
    dsLanes(&t); dsAtomics32(&t); dsAtomics64(&t)
    t(173, "ds_bvh_stack_rtn_b32", .control) { w, o in w.rayStack(o) }
    // Named, not executed.
    t(24, "ds_gws_sema_release_all", [.control, .globalWaveSync])
    t(25, "ds_gws_init", [.control, .globalWaveSync])
    t(26, "ds_gws_sema_v", [.control, .globalWaveSync])
    t(27, "ds_gws_sema_br", [.control, .globalWaveSync])
    t(28, "ds_gws_sema_p", [.control, .globalWaveSync])
    t(29, "ds_gws_barrier", [.control, .globalWaveSync])
    t(63, "ds_ordered_count", [.control, .globalDataShare])
    t(122, "ds_add_gs_reg_rtn", [.control, .graphics])
    t(123, "ds_sub_gs_reg_rtn", [.control, .graphics])
  }

  private static func dsLanes(_ t: inout OpcodeTable) {
    // In a wave of 64 each half permutes on its own.
    t(178, "ds_permute_b32") { w, o in w.permuteForward(o, within: 32) }
    t(179, "ds_bpermute_b32") { w, o in w.permuteBackward(o, within: 32) }
  }

  private static func dsAtomics32(_ t: inout OpcodeTable) {
    t(16, "ds_cmpstore_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m == b ? a : m } }
    t(17, "ds_cmpstore_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(18, "ds_min_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(19, "ds_max_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(48, "ds_cmpstore_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m == b ? a : m } }
    t(49, "ds_cmpstore_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(50, "ds_min_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(51, "ds_max_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
  }
  private static func dsAtomics64(_ t: inout OpcodeTable) {
    t(80, "ds_cmpstore_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m == b ? a : m } }
    t(81, "ds_cmpstore_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in Double(bitPattern: m) == Double(bitPattern: b) ? a : m } }
    t(82, "ds_min_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in minimum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
    t(83, "ds_max_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in maximum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
    t(112, "ds_cmpstore_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m == b ? a : m } }
    t(113, "ds_cmpstore_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in Double(bitPattern: m) == Double(bitPattern: b) ? a : m } }
    t(114, "ds_min_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in minimum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
    t(115, "ds_max_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in maximum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
  }
}
