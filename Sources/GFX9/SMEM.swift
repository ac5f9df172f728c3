// SMEM: scalar memory, clocks, scalar cache control.  Addresses are in ScalarAccess.swift.  Source: AMD CDNA3 ISA, 7 and 12.6;
// the encodings of scratch accesses, atomics and probes, which that manual leaves out, AMD Vega ISA, 12.6.
import CSoftGPU
import ISA

extension Rows {
  static func smem(_ t: inout Rows) {
    t.begin(.smem, count: 256)
    t(32, "s_dcache_inv") { w, _ in w.invalidateScalarCache() }
    t(33, "s_dcache_wb") { w, _ in w.writeBackScalarCache() }
    t(34, "s_dcache_inv_vol") { w, _ in w.invalidateScalarCache() }
    t(35, "s_dcache_wb_vol") { w, _ in w.writeBackScalarCache() }
    t(36, "s_memtime") { w, o in w.setS64(o, carmine_time_stamp()) }
    t(37, "s_memrealtime") { w, o in w.setS64(o, GPUClock.now()) }
    // Hints: a translation may be fetched, a line forgotten.
    t(38, "s_atc_probe") { _, _ in }
    t(39, "s_atc_probe_buffer") { _, _ in }
    t(40, "s_dcache_discard") { _, _ in }
    t(41, "s_dcache_discard_x2") { _, _ in }
    scalarTransfers(&t)
    scalarAtomics32(&t); scalarAtomics64(&t); scalarBufferAtomics32(&t); scalarBufferAtomics64(&t)
  }

  private static func scalarTransfers(_ t: inout Rows) {
    t(0, "s_load_dword", .control) { w, o in w.scalarLoad(o, 1) }
    t(1, "s_load_dwordx2", .control) { w, o in w.scalarLoad(o, 2) }
    t(2, "s_load_dwordx4", .control) { w, o in w.scalarLoad(o, 4) }
    t(3, "s_load_dwordx8", .control) { w, o in w.scalarLoad(o, 8) }
    t(4, "s_load_dwordx16", .control) { w, o in w.scalarLoad(o, 16) }
    t(5, "s_scratch_load_dword", .control) { w, o in w.scalarLoad(o, 1, unit: 64) }
    t(6, "s_scratch_load_dwordx2", .control) { w, o in w.scalarLoad(o, 2, unit: 64) }
    t(7, "s_scratch_load_dwordx4", .control) { w, o in w.scalarLoad(o, 4, unit: 64) }
    t(8, "s_buffer_load_dword", .control) { w, o in w.scalarBufferLoad(o, 1) }
    t(9, "s_buffer_load_dwordx2", .control) { w, o in w.scalarBufferLoad(o, 2) }
    t(10, "s_buffer_load_dwordx4", .control) { w, o in w.scalarBufferLoad(o, 4) }
    t(11, "s_buffer_load_dwordx8", .control) { w, o in w.scalarBufferLoad(o, 8) }
    t(12, "s_buffer_load_dwordx16", .control) { w, o in w.scalarBufferLoad(o, 16) }
    t(16, "s_store_dword", .control) { w, o in w.scalarStore(o, 1) }
    t(17, "s_store_dwordx2", .control) { w, o in w.scalarStore(o, 2) }
    t(18, "s_store_dwordx4", .control) { w, o in w.scalarStore(o, 4) }
    t(21, "s_scratch_store_dword", .control) { w, o in w.scalarStore(o, 1, unit: 64) }
    t(22, "s_scratch_store_dwordx2", .control) { w, o in w.scalarStore(o, 2, unit: 64) }
    t(23, "s_scratch_store_dwordx4", .control) { w, o in w.scalarStore(o, 4, unit: 64) }
    t(24, "s_buffer_store_dword", .control) { w, o in w.scalarBufferStore(o, 1) }
    t(25, "s_buffer_store_dwordx2", .control) { w, o in w.scalarBufferStore(o, 2) }
    t(26, "s_buffer_store_dwordx4", .control) { w, o in w.scalarBufferStore(o, 4) }
  }
  private static func scalarBufferAtomics32(_ t: inout Rows) {
    t(64, "s_buffer_atomic_swap", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { _, a, _ in a } }
    t(65, "s_buffer_atomic_cmpswap", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true, operands: 2) { m, a, b in m == b ? a : m } }
    t(66, "s_buffer_atomic_add", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m &+ a } }
    t(67, "s_buffer_atomic_sub", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m &- a } }
    t(68, "s_buffer_atomic_smin", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t(69, "s_buffer_atomic_umin", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in min(m, a) } }
    t(70, "s_buffer_atomic_smax", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t(71, "s_buffer_atomic_umax", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in max(m, a) } }
    t(72, "s_buffer_atomic_and", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m & a } }
    t(73, "s_buffer_atomic_or", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m | a } }
    t(74, "s_buffer_atomic_xor", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m ^ a } }
    t(75, "s_buffer_atomic_inc", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(76, "s_buffer_atomic_dec", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
  }
  private static func scalarBufferAtomics64(_ t: inout Rows) {
    t(96, "s_buffer_atomic_swap_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { _, a, _ in a } }
    t(97, "s_buffer_atomic_cmpswap_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true, operands: 2) { m, a, b in m == b ? a : m } }
    t(98, "s_buffer_atomic_add_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m &+ a } }
    t(99, "s_buffer_atomic_sub_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m &- a } }
    t(100, "s_buffer_atomic_smin_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t(101, "s_buffer_atomic_umin_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in min(m, a) } }
    t(102, "s_buffer_atomic_smax_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t(103, "s_buffer_atomic_umax_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in max(m, a) } }
    t(104, "s_buffer_atomic_and_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m & a } }
    t(105, "s_buffer_atomic_or_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m | a } }
    t(106, "s_buffer_atomic_xor_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m ^ a } }
    t(107, "s_buffer_atomic_inc_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(108, "s_buffer_atomic_dec_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
  }
  private static func scalarAtomics32(_ t: inout Rows) {
    t(128, "s_atomic_swap", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { _, a, _ in a } }
    t(129, "s_atomic_cmpswap", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false, operands: 2) { m, a, b in m == b ? a : m } }
    t(130, "s_atomic_add", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m &+ a } }
    t(131, "s_atomic_sub", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m &- a } }
    t(132, "s_atomic_smin", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t(133, "s_atomic_umin", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in min(m, a) } }
    t(134, "s_atomic_smax", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t(135, "s_atomic_umax", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in max(m, a) } }
    t(136, "s_atomic_and", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m & a } }
    t(137, "s_atomic_or", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m | a } }
    t(138, "s_atomic_xor", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m ^ a } }
    t(139, "s_atomic_inc", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(140, "s_atomic_dec", .control) { w, o in w.scalarAtomic(o, UInt32.self, buffer: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
  }
  private static func scalarAtomics64(_ t: inout Rows) {
    t(160, "s_atomic_swap_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { _, a, _ in a } }
    t(161, "s_atomic_cmpswap_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false, operands: 2) { m, a, b in m == b ? a : m } }
    t(162, "s_atomic_add_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m &+ a } }
    t(163, "s_atomic_sub_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m &- a } }
    t(164, "s_atomic_smin_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t(165, "s_atomic_umin_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in min(m, a) } }
    t(166, "s_atomic_smax_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t(167, "s_atomic_umax_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in max(m, a) } }
    t(168, "s_atomic_and_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m & a } }
    t(169, "s_atomic_or_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m | a } }
    t(170, "s_atomic_xor_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m ^ a } }
    t(171, "s_atomic_inc_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(172, "s_atomic_dec_x2", .control) { w, o in w.scalarAtomic(o, UInt64.self, buffer: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
  }
}
