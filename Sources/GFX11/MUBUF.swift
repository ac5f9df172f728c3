// MUBUF and MTBUF: buffer instructions.  What a descriptor means and what is outside is in ISA's BufferResource.
// Source: AMD RDNA3 ISA, 9 and 16.13, 16.14, and AMD's pseudo-code.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func mubuf(_ t: inout OpcodeTable) {
    t.begin(.mubuf, count: 256)
    t.shared(SharedRows.mubuf, .gfx1100)
    bufferAtomics(&t)
    t(43, "buffer_gl0_inv", .control) { w, _ in w.invalidateGL0() }
    t(44, "buffer_gl1_inv", .control) { w, _ in w.invalidateGL1() }
    t.begin(.mtbuf, count: 16)
    t.shared(SharedRows.mtbuf, .gfx1100)
  }

  private static func bufferAtomics(_ t: inout OpcodeTable) {
    t(55, "buffer_atomic_csub_u32", .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m < a ? 0 : m &- a } }
    t(80, "buffer_atomic_cmpswap_f32", .control) { w, o in w.bufferAtomic32(o, operands: 2) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(81, "buffer_atomic_min_f32", .control) { w, o in w.bufferAtomic32(o) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(82, "buffer_atomic_max_f32", .control) { w, o in w.bufferAtomic32(o) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(86, "buffer_atomic_add_f32", .control) { w, o in w.bufferAtomic32(o) { m, a, _ in addFlushed(m, a) } }
  }
}
