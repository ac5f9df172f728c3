// MUBUF and MTBUF: buffer instructions, and the cache controls that share their encoding.  Which format a typed access has
// stands in the descriptor (MUBUF) or in the instruction (MTBUF).  Source: AMD CDNA3 ISA, 9 "Vector Memory Buffer Instructions",
// 12.16 "MUBUF", 12.17 "MTBUF".
import CSoftGPU
import ISA

extension Rows {
  static func mubuf(_ t: inout Rows) {
    t.begin(.mubuf, count: 128)
    bufferTransfers(&t); bufferFormats(&t); bufferAtomics32(&t); bufferAtomics64(&t)
    t(40, "buffer_wbl2", .control) { w, o in w.writeBackL2(o) }
    t(41, "buffer_inv", gfx90a: "buffer_invl2", .control) { w, o in w.invalidateCaches(o) }
    t(62, "buffer_wbinvl1", gfx942: .absent, .control) { w, _ in w.invalidateVectorCache(scope: .agent) }
    t(63, "buffer_wbinvl1_vol", gfx942: .absent, .control) { w, _ in w.invalidateVectorCache(scope: .agent) }
    t.begin(.mtbuf, count: 16)
    typedTransfers(&t)
  }

  private static func bufferTransfers(_ t: inout Rows) {
    t(16, "buffer_load_ubyte", .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, .gfx9, m0: w.m0, UInt8.self) { UInt32($0) } } else { w.bufferLoad(o, .gfx9, UInt8.self) { UInt32($1) } }
    }
    t(17, "buffer_load_sbyte", .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, .gfx9, m0: w.m0, Int8.self) { UInt32(bitPattern: Int32($0)) } } else { w.bufferLoad(o, .gfx9, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    }
    t(18, "buffer_load_ushort", .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, .gfx9, m0: w.m0, UInt16.self) { UInt32($0) } } else { w.bufferLoad(o, .gfx9, UInt16.self) { UInt32($1) } }
    }
    t(19, "buffer_load_sshort", .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, .gfx9, m0: w.m0, Int16.self) { UInt32(bitPattern: Int32($0)) } } else { w.bufferLoad(o, .gfx9, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    }
    t(20, "buffer_load_dword", .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, .gfx9, m0: w.m0, UInt32.self) { $0 } } else { w.bufferLoad(o, .gfx9, words: 1) }
    }
    t(21, "buffer_load_dwordx2", .control) { w, o in w.bufferLoad(o, .gfx9, words: 2) }
    t(22, "buffer_load_dwordx3", .control) { w, o in w.bufferLoad(o, .gfx9, words: 3) }
    t(23, "buffer_load_dwordx4", .control) { w, o in w.bufferLoad(o, .gfx9, words: 4) }
    t(24, "buffer_store_byte", .control) { w, o in w.bufferStore(o, .gfx9, UInt8.self) }
    t(25, "buffer_store_byte_d16_hi", .control) { w, o in w.bufferStore(o, .gfx9, UInt8.self, shift: 16) }
    t(26, "buffer_store_short", .control) { w, o in w.bufferStore(o, .gfx9, UInt16.self) }
    t(27, "buffer_store_short_d16_hi", .control) { w, o in w.bufferStore(o, .gfx9, UInt16.self, shift: 16) }
    t(28, "buffer_store_dword", .control) { w, o in w.bufferStore(o, .gfx9, words: 1) }
    t(29, "buffer_store_dwordx2", .control) { w, o in w.bufferStore(o, .gfx9, words: 2) }
    t(30, "buffer_store_dwordx3", .control) { w, o in w.bufferStore(o, .gfx9, words: 3) }
    t(31, "buffer_store_dwordx4", .control) { w, o in w.bufferStore(o, .gfx9, words: 4) }
    t(32, "buffer_load_ubyte_d16", .control) { w, o in w.bufferLoad(o, .gfx9, UInt8.self) { $0 & 0xffff_0000 | UInt32($1) } }
    t(33, "buffer_load_ubyte_d16_hi", .control) { w, o in w.bufferLoad(o, .gfx9, UInt8.self) { $0 & 0xffff | UInt32($1) << 16 } }
    t(34, "buffer_load_sbyte_d16", .control) { w, o in w.bufferLoad(o, .gfx9, Int8.self) { $0 & 0xffff_0000 | UInt32(UInt16(bitPattern: Int16($1))) } }
    t(35, "buffer_load_sbyte_d16_hi", .control) { w, o in w.bufferLoad(o, .gfx9, Int8.self) { $0 & 0xffff | UInt32(UInt16(bitPattern: Int16($1))) << 16 } }
    t(36, "buffer_load_short_d16", .control) { w, o in w.bufferLoad(o, .gfx9, UInt16.self) { $0 & 0xffff_0000 | UInt32($1) } }
    t(37, "buffer_load_short_d16_hi", .control) { w, o in w.bufferLoad(o, .gfx9, UInt16.self) { $0 & 0xffff | UInt32($1) << 16 } }
    t(61, "buffer_store_lds_dword", gfx942: .absent, .control) { w, o in w.bufferStoreFromLDS(o, .gfx9, m0: w.m0) }
  }

  private static func bufferFormats(_ t: inout Rows) {
    t(0, "buffer_load_format_x", .control) { w, o in
      if o.loadsToLDS { w.bufferLoadFormatToLDS(o, .gfx9, m0: w.m0) } else { w.bufferLoadFormat(o, .gfx9, count: 1) }
    }
    t(1, "buffer_load_format_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 2) }
    t(2, "buffer_load_format_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 3) }
    t(3, "buffer_load_format_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 4) }
    t(4, "buffer_store_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 1) }
    t(5, "buffer_store_format_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 2) }
    t(6, "buffer_store_format_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 3) }
    t(7, "buffer_store_format_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 4) }
    t(8, "buffer_load_format_d16_x", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 1, half: true) }
    t(9, "buffer_load_format_d16_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 2, half: true) }
    t(10, "buffer_load_format_d16_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 3, half: true) }
    t(11, "buffer_load_format_d16_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 4, half: true) }
    t(12, "buffer_store_format_d16_x", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 1, half: true) }
    t(13, "buffer_store_format_d16_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 2, half: true) }
    t(14, "buffer_store_format_d16_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 3, half: true) }
    t(15, "buffer_store_format_d16_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 4, half: true) }
    t(38, "buffer_load_format_d16_hi_x", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 1, half: true, high: true) }
    t(39, "buffer_store_format_d16_hi_x", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 1, half: true, high: true) }
  }

  private static func bufferAtomics32(_ t: inout Rows) {
    t(64, "buffer_atomic_swap", .control) { w, o in w.bufferAtomic32(o, .gfx9) { _, a, _ in a } }
    t(65, "buffer_atomic_cmpswap", .control) { w, o in w.bufferAtomic32(o, .gfx9, operands: 2) { m, a, b in m == b ? a : m } }
    t(66, "buffer_atomic_add", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m &+ a } }
    t(67, "buffer_atomic_sub", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m &- a } }
    t(68, "buffer_atomic_smin", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(69, "buffer_atomic_umin", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in min(m, a) } }
    t(70, "buffer_atomic_smax", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(71, "buffer_atomic_umax", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in max(m, a) } }
    t(72, "buffer_atomic_and", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m & a } }
    t(73, "buffer_atomic_or", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m | a } }
    t(74, "buffer_atomic_xor", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m ^ a } }
    t(75, "buffer_atomic_inc", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(76, "buffer_atomic_dec", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(77, "buffer_atomic_add_f32", [.control, .f32]) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(78, "buffer_atomic_pk_add_f16", .control) { w, o in w.bufferAtomic32(o, .gfx9) { m, a, _ in addHalves(m, a) } }
  }

  private static func bufferAtomics64(_ t: inout Rows) {
    t(96, "buffer_atomic_swap_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { _, a, _ in a } }
    t(97, "buffer_atomic_cmpswap_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9, operands: 2) { m, a, b in m == b ? a : m } }
    t(98, "buffer_atomic_add_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m &+ a } }
    t(99, "buffer_atomic_sub_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m &- a } }
    t(100, "buffer_atomic_smin_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(101, "buffer_atomic_umin_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in min(m, a) } }
    t(102, "buffer_atomic_smax_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(103, "buffer_atomic_umax_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in max(m, a) } }
    t(104, "buffer_atomic_and_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m & a } }
    t(105, "buffer_atomic_or_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m | a } }
    t(106, "buffer_atomic_xor_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m ^ a } }
    t(107, "buffer_atomic_inc_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(108, "buffer_atomic_dec_x2", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(79, "buffer_atomic_add_f64", [.control, .f64]) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(80, "buffer_atomic_min_f64", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in lesser(m, a) } }
    t(81, "buffer_atomic_max_f64", .control) { w, o in w.bufferAtomic64(o, .gfx9) { m, a, _ in greater(m, a) } }
  }

  private static func typedTransfers(_ t: inout Rows) {
    t(0, "tbuffer_load_format_x", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 1, typed: true) }
    t(1, "tbuffer_load_format_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 2, typed: true) }
    t(2, "tbuffer_load_format_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 3, typed: true) }
    t(3, "tbuffer_load_format_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 4, typed: true) }
    t(4, "tbuffer_store_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 1, typed: true) }
    t(5, "tbuffer_store_format_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 2, typed: true) }
    t(6, "tbuffer_store_format_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 3, typed: true) }
    t(7, "tbuffer_store_format_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 4, typed: true) }
    t(8, "tbuffer_load_format_d16_x", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 1, typed: true, half: true) }
    t(9, "tbuffer_load_format_d16_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 2, typed: true, half: true) }
    t(10, "tbuffer_load_format_d16_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 3, typed: true, half: true) }
    t(11, "tbuffer_load_format_d16_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx9, count: 4, typed: true, half: true) }
    t(12, "tbuffer_store_format_d16_x", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 1, typed: true, half: true) }
    t(13, "tbuffer_store_format_d16_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 2, typed: true, half: true) }
    t(14, "tbuffer_store_format_d16_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 3, typed: true, half: true) }
    t(15, "tbuffer_store_format_d16_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx9, count: 4, typed: true, half: true) }
  }
}

extension UnsafePointer<carmine_op> {
  @inline(__always) var loadsToLDS: Bool { pointee.select & BufferBit.lds != 0 }
}

/// Smaller and larger as atomics have them: what is in memory stays unless the operand is really smaller (larger).
@inline(__always) func lesser(_ m: UInt64, _ a: UInt64) -> UInt64 { Double(bitPattern: a) < Double(bitPattern: m) ? a : m }
@inline(__always) func greater(_ m: UInt64, _ a: UInt64) -> UInt64 { Double(bitPattern: a) > Double(bitPattern: m) ? a : m }
@inline(__always) func lesser(_ m: UInt32, _ a: UInt32) -> UInt32 { Float(bitPattern: a) < Float(bitPattern: m) ? a : m }
@inline(__always) func greater(_ m: UInt32, _ a: UInt32) -> UInt32 { Float(bitPattern: a) > Float(bitPattern: m) ? a : m }
