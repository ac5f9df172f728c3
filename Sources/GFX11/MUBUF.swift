// MUBUF and MTBUF: buffer instructions.  What a descriptor means and what is outside is in ISA's BufferResource.
// Source: AMD RDNA3 ISA, 9 and 16.13, 16.14, and AMD's pseudo-code.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func mubuf(_ t: inout OpcodeTable) {
    t.begin(.mubuf, count: 256)
    bufferFormats(&t); bufferTransfers(&t); bufferAtomics(&t)
    t(38, "buffer_load_d16_hi_format_x", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 1, half: true, high: true) }
    t(39, "buffer_store_d16_hi_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 1, half: true, high: true) }
    t(43, "buffer_gl0_inv", .control) { w, _ in w.invalidateGL0() }
    t(44, "buffer_gl1_inv", .control) { w, _ in w.invalidateGL1() }
    t.begin(.mtbuf, count: 16)
    t(0, "tbuffer_load_format_x", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 1, typed: true) }
    t(1, "tbuffer_load_format_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 2, typed: true) }
    t(2, "tbuffer_load_format_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 3, typed: true) }
    t(3, "tbuffer_load_format_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 4, typed: true) }
    t(4, "tbuffer_store_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 1, typed: true) }
    t(5, "tbuffer_store_format_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 2, typed: true) }
    t(6, "tbuffer_store_format_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 3, typed: true) }
    t(7, "tbuffer_store_format_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 4, typed: true) }
    t(8, "tbuffer_load_d16_format_x", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 1, typed: true, half: true) }
    t(9, "tbuffer_load_d16_format_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 2, typed: true, half: true) }
    t(10, "tbuffer_load_d16_format_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 3, typed: true, half: true) }
    t(11, "tbuffer_load_d16_format_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 4, typed: true, half: true) }
    t(12, "tbuffer_store_d16_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 1, typed: true, half: true) }
    t(13, "tbuffer_store_d16_format_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 2, typed: true, half: true) }
    t(14, "tbuffer_store_d16_format_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 3, typed: true, half: true) }
    t(15, "tbuffer_store_d16_format_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 4, typed: true, half: true) }
  }

  private static func bufferFormats(_ t: inout OpcodeTable) {
    t(0, "buffer_load_format_x", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 1) }
    t(1, "buffer_load_format_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 2) }
    t(2, "buffer_load_format_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 3) }
    t(3, "buffer_load_format_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 4) }
    t(4, "buffer_store_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 1) }
    t(5, "buffer_store_format_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 2) }
    t(6, "buffer_store_format_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 3) }
    t(7, "buffer_store_format_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 4) }
    t(8, "buffer_load_d16_format_x", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 1, half: true) }
    t(9, "buffer_load_d16_format_xy", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 2, half: true) }
    t(10, "buffer_load_d16_format_xyz", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 3, half: true) }
    t(11, "buffer_load_d16_format_xyzw", .control) { w, o in w.bufferLoadFormat(o, .gfx11, count: 4, half: true) }
    t(12, "buffer_store_d16_format_x", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 1, half: true) }
    t(13, "buffer_store_d16_format_xy", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 2, half: true) }
    t(14, "buffer_store_d16_format_xyz", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 3, half: true) }
    t(15, "buffer_store_d16_format_xyzw", .control) { w, o in w.bufferStoreFormat(o, .gfx11, count: 4, half: true) }
  }
  private static func bufferTransfers(_ t: inout OpcodeTable) {
    t(16, "buffer_load_u8", .control) { w, o in w.bufferLoad(o, .gfx11, UInt8.self) { UInt32($1) } }
    t(17, "buffer_load_i8", .control) { w, o in w.bufferLoad(o, .gfx11, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t(18, "buffer_load_u16", .control) { w, o in w.bufferLoad(o, .gfx11, UInt16.self) { UInt32($1) } }
    t(19, "buffer_load_i16", .control) { w, o in w.bufferLoad(o, .gfx11, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t(20, "buffer_load_b32", .control) { w, o in w.bufferLoad(o, .gfx11, words: 1) }
    t(21, "buffer_load_b64", .control) { w, o in w.bufferLoad(o, .gfx11, words: 2) }
    t(22, "buffer_load_b96", .control) { w, o in w.bufferLoad(o, .gfx11, words: 3) }
    t(23, "buffer_load_b128", .control) { w, o in w.bufferLoad(o, .gfx11, words: 4) }
    t(24, "buffer_store_b8", .control) { w, o in w.bufferStore(o, .gfx11, UInt8.self) }
    t(25, "buffer_store_b16", .control) { w, o in w.bufferStore(o, .gfx11, UInt16.self) }
    t(26, "buffer_store_b32", .control) { w, o in w.bufferStore(o, .gfx11, words: 1) }
    t(27, "buffer_store_b64", .control) { w, o in w.bufferStore(o, .gfx11, words: 2) }
    t(28, "buffer_store_b96", .control) { w, o in w.bufferStore(o, .gfx11, words: 3) }
    t(29, "buffer_store_b128", .control) { w, o in w.bufferStore(o, .gfx11, words: 4) }
    t(30, "buffer_load_d16_u8", .control) { w, o in w.bufferLoad(o, .gfx11, UInt8.self) { Half.low($0, UInt32($1)) } }
    t(31, "buffer_load_d16_i8", .control) { w, o in w.bufferLoad(o, .gfx11, Int8.self) { Half.low($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t(32, "buffer_load_d16_b16", .control) { w, o in w.bufferLoad(o, .gfx11, UInt16.self) { Half.low($0, UInt32($1)) } }
    t(33, "buffer_load_d16_hi_u8", .control) { w, o in w.bufferLoad(o, .gfx11, UInt8.self) { Half.high($0, UInt32($1)) } }
    t(34, "buffer_load_d16_hi_i8", .control) { w, o in w.bufferLoad(o, .gfx11, Int8.self) { Half.high($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t(35, "buffer_load_d16_hi_b16", .control) { w, o in w.bufferLoad(o, .gfx11, UInt16.self) { Half.high($0, UInt32($1)) } }
    t(36, "buffer_store_d16_hi_b8", .control) { w, o in w.bufferStore(o, .gfx11, UInt8.self, shift: 16) }
    t(37, "buffer_store_d16_hi_b16", .control) { w, o in w.bufferStore(o, .gfx11, UInt16.self, shift: 16) }
  }
  private static func bufferAtomics(_ t: inout OpcodeTable) {
    t(51, "buffer_atomic_swap_b32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { _, a, _ in a } }
    t(52, "buffer_atomic_cmpswap_b32", .control) { w, o in w.bufferAtomic32(o, .gfx11, operands: 2) { m, a, b in m == b ? a : m } }
    t(53, "buffer_atomic_add_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m &+ a } }
    t(54, "buffer_atomic_sub_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m &- a } }
    t(55, "buffer_atomic_csub_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m < a ? 0 : m &- a } }
    t(56, "buffer_atomic_min_i32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(57, "buffer_atomic_min_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in min(m, a) } }
    t(58, "buffer_atomic_max_i32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(59, "buffer_atomic_max_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in max(m, a) } }
    t(60, "buffer_atomic_and_b32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m & a } }
    t(61, "buffer_atomic_or_b32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m | a } }
    t(62, "buffer_atomic_xor_b32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m ^ a } }
    t(63, "buffer_atomic_inc_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(64, "buffer_atomic_dec_u32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(65, "buffer_atomic_swap_b64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { _, a, _ in a } }
    t(66, "buffer_atomic_cmpswap_b64", .control) { w, o in w.bufferAtomic64(o, .gfx11, operands: 2) { m, a, b in m == b ? a : m } }
    t(67, "buffer_atomic_add_u64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m &+ a } }
    t(68, "buffer_atomic_sub_u64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m &- a } }
    t(69, "buffer_atomic_min_i64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(70, "buffer_atomic_min_u64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in min(m, a) } }
    t(71, "buffer_atomic_max_i64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(72, "buffer_atomic_max_u64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in max(m, a) } }
    t(73, "buffer_atomic_and_b64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m & a } }
    t(74, "buffer_atomic_or_b64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m | a } }
    t(75, "buffer_atomic_xor_b64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m ^ a } }
    t(76, "buffer_atomic_inc_u64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(77, "buffer_atomic_dec_u64", .control) { w, o in w.bufferAtomic64(o, .gfx11) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(80, "buffer_atomic_cmpswap_f32", .control) { w, o in w.bufferAtomic32(o, .gfx11, operands: 2) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(81, "buffer_atomic_min_f32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(82, "buffer_atomic_max_f32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(86, "buffer_atomic_add_f32", .control) { w, o in w.bufferAtomic32(o, .gfx11) { m, a, _ in addFlushed(m, a) } }
  }
}
