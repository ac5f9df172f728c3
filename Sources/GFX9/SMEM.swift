// SMEM: scalar memory, clocks, scalar cache control.  Source: AMD CDNA3 ISA, 12.6.
import CSoftGPU
import ISA

extension Rows {
  static func smem(_ t: inout Rows) {
    t.begin(.smem, count: 256)
    t(0, "s_load_dword", .control) { w, o in scalarLoad(w, o, 1) }
    t(1, "s_load_dwordx2", .control) { w, o in scalarLoad(w, o, 2) }
    t(2, "s_load_dwordx4", .control) { w, o in scalarLoad(w, o, 4) }
    t(3, "s_load_dwordx8", .control) { w, o in scalarLoad(w, o, 8) }
    t(4, "s_load_dwordx16", .control) { w, o in scalarLoad(w, o, 16) }
    t(16, "s_store_dword", .control) { w, o in scalarStore(w, o, 1) }
    t(17, "s_store_dwordx2", .control) { w, o in scalarStore(w, o, 2) }
    t(18, "s_store_dwordx4", .control) { w, o in scalarStore(w, o, 4) }
    t(32, "s_dcache_inv") { w, _ in w.invalidateScalarCache() }
    t(33, "s_dcache_wb") { w, _ in w.writeBackScalarCache() }
    t(34, "s_dcache_inv_vol") { w, _ in w.invalidateScalarCache() }
    t(35, "s_dcache_wb_vol") { w, _ in w.writeBackScalarCache() }
    t(36, "s_memtime") { w, o in w.setS64(o, carmine_time_stamp()) }
    t(37, "s_memrealtime") { w, o in w.setS64(o, GPUClock.now()) }
    // Named, not executed.
    t(5, "s_scratch_load_dword")
    t(6, "s_scratch_load_dwordx2")
    t(7, "s_scratch_load_dwordx4")
    t(8, "s_buffer_load_dword")
    t(9, "s_buffer_load_dwordx2")
    t(10, "s_buffer_load_dwordx4")
    t(11, "s_buffer_load_dwordx8")
    t(12, "s_buffer_load_dwordx16")
    t(21, "s_scratch_store_dword")
    t(22, "s_scratch_store_dwordx2")
    t(23, "s_scratch_store_dwordx4")
    t(24, "s_buffer_store_dword")
    t(25, "s_buffer_store_dwordx2")
    t(26, "s_buffer_store_dwordx4")
    t(38, "s_atc_probe")
    t(39, "s_atc_probe_buffer")
    t(40, "s_dcache_discard")
    t(41, "s_dcache_discard_x2")
    t(64, "s_buffer_atomic_swap")
    t(65, "s_buffer_atomic_cmpswap")
    t(66, "s_buffer_atomic_add")
    t(67, "s_buffer_atomic_sub")
    t(68, "s_buffer_atomic_smin")
    t(69, "s_buffer_atomic_umin")
    t(70, "s_buffer_atomic_smax")
    t(71, "s_buffer_atomic_umax")
    t(72, "s_buffer_atomic_and")
    t(73, "s_buffer_atomic_or")
    t(74, "s_buffer_atomic_xor")
    t(75, "s_buffer_atomic_inc")
    t(76, "s_buffer_atomic_dec")
    t(96, "s_buffer_atomic_swap_x2")
    t(97, "s_buffer_atomic_cmpswap_x2")
    t(98, "s_buffer_atomic_add_x2")
    t(99, "s_buffer_atomic_sub_x2")
    t(100, "s_buffer_atomic_smin_x2")
    t(101, "s_buffer_atomic_umin_x2")
    t(102, "s_buffer_atomic_smax_x2")
    t(103, "s_buffer_atomic_umax_x2")
    t(104, "s_buffer_atomic_and_x2")
    t(105, "s_buffer_atomic_or_x2")
    t(106, "s_buffer_atomic_xor_x2")
    t(107, "s_buffer_atomic_inc_x2")
    t(108, "s_buffer_atomic_dec_x2")
    t(128, "s_atomic_swap")
    t(129, "s_atomic_cmpswap")
    t(130, "s_atomic_add")
    t(131, "s_atomic_sub")
    t(132, "s_atomic_smin")
    t(133, "s_atomic_umin")
    t(134, "s_atomic_smax")
    t(135, "s_atomic_umax")
    t(136, "s_atomic_and")
    t(137, "s_atomic_or")
    t(138, "s_atomic_xor")
    t(139, "s_atomic_inc")
    t(140, "s_atomic_dec")
    t(160, "s_atomic_swap_x2")
    t(161, "s_atomic_cmpswap_x2")
    t(162, "s_atomic_add_x2")
    t(163, "s_atomic_sub_x2")
    t(164, "s_atomic_smin_x2")
    t(165, "s_atomic_umin_x2")
    t(166, "s_atomic_smax_x2")
    t(167, "s_atomic_umax_x2")
    t(168, "s_atomic_and_x2")
    t(169, "s_atomic_or_x2")
    t(170, "s_atomic_xor_x2")
    t(171, "s_atomic_inc_x2")
    t(172, "s_atomic_dec_x2")
  }
}

/// The base pair plus an immediate or a register or both, dword-aligned.
@inline(__always) private func scalarAddress(_ w: Wave, _ o: Op) -> UInt64 {
  let s = o.pointee.select
  var offset: UInt64 = 0
  if s & 4 != 0 {
    offset = UInt64(bitPattern: Int64(o.pointee.immediate))
    if s & 1 != 0 { offset &+= UInt64(w.s32(o, 1)) }
  } else if s & 1 != 0 {
    offset = UInt64(w.s32(o, 1))
  } else {
    offset = UInt64(w.pointee.scalars[Int(o.pointee.immediate & 0x7f)])
  }
  return (w.getPair(Int(o.pointee.source0)) &+ offset) & ~3
}
@inline(__always) private func scalarLoad(_ w: Wave, _ o: Op, _ words: Int) {
  w.scalarLoad(o, scalarAddress(w, o), words)
}
@inline(__always) private func scalarStore(_ w: Wave, _ o: Op, _ words: Int) {
  let address = scalarAddress(w, o)
  guard let host = w.scalarPlace(address, words &* 4, .write) else {
    stop(w, o, .memory(address: address, access: .write, size: words * 4)); return
  }
  let to = UnsafeMutablePointer<UInt32>(bitPattern: UInt(host)).unsafelyUnwrapped
  for word in 0..<words { to[word] = w.pointee.scalars[Int(o.pointee.destination) + word] }
}
