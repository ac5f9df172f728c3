// MUBUF and MTBUF: buffer instructions, and the cache controls that share their encoding.  Which format a typed access has
// stands in the descriptor (MUBUF) or in the instruction (MTBUF).  Source: AMD CDNA3 ISA, 9 "Vector Memory Buffer Instructions",
// 12.16 "MUBUF", 12.17 "MTBUF".
import CSoftGPU
import ISA

extension Rows {
  static func mubuf(_ t: inout Rows) {
    t.begin(.mubuf, count: 128)
    t.shared(SharedRows.mubuf)
    bufferTransfers(&t); bufferAtomics32(&t); bufferAtomics64(&t)
    t(40, "buffer_wbl2", .control) { w, o in w.writeBackL2(o) }
    t(41, "buffer_inv", gfx90a: "buffer_invl2", .control) { w, o in w.invalidateCaches(o) }
    t(62, "buffer_wbinvl1", gfx942: .absent, .control) { w, _ in w.invalidateVectorCache(scope: .agent) }
    t(63, "buffer_wbinvl1_vol", gfx942: .absent, .control) { w, _ in w.invalidateVectorCache(scope: .agent) }
    t.begin(.mtbuf, count: 16)
    t.shared(SharedRows.mtbuf)
  }

  private static func bufferTransfers(_ t: inout Rows) {
    t(61, "buffer_store_lds_dword", gfx942: .absent, .control) { w, o in w.bufferStoreFromLDS(o, m0: w.m0) }
  }

  private static func bufferAtomics32(_ t: inout Rows) {
    t(77, "buffer_atomic_add_f32", [.control, .f32]) { w, o in w.bufferAtomic32(o) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(78, "buffer_atomic_pk_add_f16", .control) { w, o in w.bufferAtomic32(o) { m, a, _ in addHalves(m, a) } }
  }

  private static func bufferAtomics64(_ t: inout Rows) {
    t(79, "buffer_atomic_add_f64", [.control, .f64]) { w, o in w.bufferAtomic64(o) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(80, "buffer_atomic_min_f64", .control) { w, o in w.bufferAtomic64(o) { m, a, _ in lesser(m, a) } }
    t(81, "buffer_atomic_max_f64", .control) { w, o in w.bufferAtomic64(o) { m, a, _ in greater(m, a) } }
  }
}

/// Smaller and larger as atomics have them: what is in memory stays unless the operand is really smaller (larger).
@inline(__always) func lesser(_ m: UInt64, _ a: UInt64) -> UInt64 { Double(bitPattern: a) < Double(bitPattern: m) ? a : m }
@inline(__always) func greater(_ m: UInt64, _ a: UInt64) -> UInt64 { Double(bitPattern: a) > Double(bitPattern: m) ? a : m }
@inline(__always) func lesser(_ m: UInt32, _ a: UInt32) -> UInt32 { Float(bitPattern: a) < Float(bitPattern: m) ? a : m }
@inline(__always) func greater(_ m: UInt32, _ a: UInt32) -> UInt32 { Float(bitPattern: a) > Float(bitPattern: m) ? a : m }
