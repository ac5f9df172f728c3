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
    dsTransfers(&t); dsLanes(&t); dsAtomics32(&t); dsAtomics64(&t)
    // Named, not executed.
    t(24, "ds_gws_sema_release_all", .control)
    t(25, "ds_gws_init", .control)
    t(26, "ds_gws_sema_v", .control)
    t(27, "ds_gws_sema_br", .control)
    t(28, "ds_gws_sema_p", .control)
    t(29, "ds_gws_barrier", .control)
    t(63, "ds_ordered_count", .control)
    t(122, "ds_add_gs_reg_rtn", .control)
    t(123, "ds_sub_gs_reg_rtn", .control)
    t(173, "ds_bvh_stack_rtn_b32", .control)
  }

  private static func dsTransfers(_ t: inout OpcodeTable) {
    t(20, "ds_nop") { _, _ in }
    t(13, "ds_store_b32", .control) { w, o in w.ldsWrite(o, words: 1) }
    t(14, "ds_store_2addr_b32", .control) { w, o in w.ldsWriteTwo(o, words: 1, stride: 4) }
    t(15, "ds_store_2addr_stride64_b32", .control) { w, o in w.ldsWriteTwo(o, words: 1, stride: 256) }
    t(30, "ds_store_b8", .control) { w, o in w.ldsWrite(o, UInt8.self) }
    t(31, "ds_store_b16", .control) { w, o in w.ldsWrite(o, UInt16.self) }
    t(54, "ds_load_b32", .control) { w, o in w.ldsRead(o, words: 1) }
    t(55, "ds_load_2addr_b32", .control) { w, o in w.ldsReadTwo(o, words: 1, stride: 4) }
    t(56, "ds_load_2addr_stride64_b32", .control) { w, o in w.ldsReadTwo(o, words: 1, stride: 256) }
    t(57, "ds_load_i8", .control) { w, o in w.ldsRead(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t(58, "ds_load_u8", .control) { w, o in w.ldsRead(o, UInt8.self) { UInt32($1) } }
    t(59, "ds_load_i16", .control) { w, o in w.ldsRead(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t(60, "ds_load_u16", .control) { w, o in w.ldsRead(o, UInt16.self) { UInt32($1) } }
    t(77, "ds_store_b64", .control) { w, o in w.ldsWrite(o, words: 2) }
    t(78, "ds_store_2addr_b64", .control) { w, o in w.ldsWriteTwo(o, words: 2, stride: 8) }
    t(79, "ds_store_2addr_stride64_b64", .control) { w, o in w.ldsWriteTwo(o, words: 2, stride: 512) }
    t(118, "ds_load_b64", .control) { w, o in w.ldsRead(o, words: 2) }
    t(119, "ds_load_2addr_b64", .control) { w, o in w.ldsReadTwo(o, words: 2, stride: 8) }
    t(120, "ds_load_2addr_stride64_b64", .control) { w, o in w.ldsReadTwo(o, words: 2, stride: 512) }
    t(160, "ds_store_b8_d16_hi", .control) { w, o in w.ldsWrite(o, UInt8.self, shift: 16) }
    t(161, "ds_store_b16_d16_hi", .control) { w, o in w.ldsWrite(o, UInt16.self, shift: 16) }
    t(162, "ds_load_u8_d16", .control) { w, o in w.ldsRead(o, UInt8.self) { Half.low($0, UInt32($1)) } }
    t(163, "ds_load_u8_d16_hi", .control) { w, o in w.ldsRead(o, UInt8.self) { Half.high($0, UInt32($1)) } }
    t(164, "ds_load_i8_d16", .control) { w, o in w.ldsRead(o, Int8.self) { Half.low($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t(165, "ds_load_i8_d16_hi", .control) { w, o in w.ldsRead(o, Int8.self) { Half.high($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t(166, "ds_load_u16_d16", .control) { w, o in w.ldsRead(o, UInt16.self) { Half.low($0, UInt32($1)) } }
    t(167, "ds_load_u16_d16_hi", .control) { w, o in w.ldsRead(o, UInt16.self) { Half.high($0, UInt32($1)) } }
    t(176, "ds_store_addtid_b32", .control) { w, o in w.ldsWriteThread(o, m0: w.m0) }
    t(177, "ds_load_addtid_b32", .control) { w, o in w.ldsReadThread(o, m0: w.m0) }
    t(222, "ds_store_b96", .control) { w, o in w.ldsWrite(o, words: 3) }
    t(223, "ds_store_b128", .control) { w, o in w.ldsWrite(o, words: 4) }
    t(254, "ds_load_b96", .control) { w, o in w.ldsRead(o, words: 3) }
    t(255, "ds_load_b128", .control) { w, o in w.ldsRead(o, words: 4) }
  }

  private static func dsLanes(_ t: inout OpcodeTable) {
    // In a wave of 64 each half permutes on its own.
    t(53, "ds_swizzle_b32") { w, o in w.swizzle(o) }
    t(178, "ds_permute_b32") { w, o in w.permuteForward(o, within: 32) }
    t(179, "ds_bpermute_b32") { w, o in w.permuteBackward(o, within: 32) }
    t(61, "ds_consume", .control) { w, o in w.ldsCount(o, m0: w.m0, -1) }
    t(62, "ds_append", .control) { w, o in w.ldsCount(o, m0: w.m0, 1) }
    t(46, "ds_storexchg_2addr_rtn_b32", .control) { w, o in w.ldsExchangeTwo(o, words: 1, stride: 4) }
    t(47, "ds_storexchg_2addr_stride64_rtn_b32", .control) { w, o in w.ldsExchangeTwo(o, words: 1, stride: 256) }
    t(110, "ds_storexchg_2addr_rtn_b64", .control) { w, o in w.ldsExchangeTwo(o, words: 2, stride: 8) }
    t(111, "ds_storexchg_2addr_stride64_rtn_b64", .control) { w, o in w.ldsExchangeTwo(o, words: 2, stride: 512) }
    t(126, "ds_condxchg32_rtn_b64", .control) { w, o in w.ldsConditionalExchange(o) }
  }

  private static func dsAtomics32(_ t: inout OpcodeTable) {
    t(0, "ds_add_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m &+ a } }
    t(1, "ds_sub_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m &- a } }
    t(2, "ds_rsub_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in a &- m } }
    t(3, "ds_inc_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(4, "ds_dec_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(5, "ds_min_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(6, "ds_max_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(7, "ds_min_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in min(m, a) } }
    t(8, "ds_max_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in max(m, a) } }
    t(9, "ds_and_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m & a } }
    t(10, "ds_or_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m | a } }
    t(11, "ds_xor_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m ^ a } }
    t(12, "ds_mskor_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m & ~a | b } }
    t(16, "ds_cmpstore_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m == b ? a : m } }
    t(17, "ds_cmpstore_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(18, "ds_min_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(19, "ds_max_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(32, "ds_add_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m &+ a } }
    t(33, "ds_sub_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m &- a } }
    t(34, "ds_rsub_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in a &- m } }
    t(35, "ds_inc_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(36, "ds_dec_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(37, "ds_min_rtn_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(38, "ds_max_rtn_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(39, "ds_min_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in min(m, a) } }
    t(40, "ds_max_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in max(m, a) } }
    t(41, "ds_and_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m & a } }
    t(42, "ds_or_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m | a } }
    t(43, "ds_xor_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m ^ a } }
    t(44, "ds_mskor_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m & ~a | b } }
    t(45, "ds_storexchg_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { _, a, _ in a } }
    t(48, "ds_cmpstore_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m == b ? a : m } }
    t(49, "ds_cmpstore_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(50, "ds_min_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(51, "ds_max_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(21, "ds_add_f32", [.control, .f32]) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(121, "ds_add_rtn_f32", [.control, .f32]) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(52, "ds_wrap_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m >= a ? m &- a : m &+ b } }
  }
  private static func dsAtomics64(_ t: inout OpcodeTable) {
    t(64, "ds_add_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m &+ a } }
    t(65, "ds_sub_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m &- a } }
    t(66, "ds_rsub_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in a &- m } }
    t(67, "ds_inc_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(68, "ds_dec_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(69, "ds_min_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(70, "ds_max_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(71, "ds_min_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in min(m, a) } }
    t(72, "ds_max_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in max(m, a) } }
    t(73, "ds_and_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m & a } }
    t(74, "ds_or_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m | a } }
    t(75, "ds_xor_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m ^ a } }
    t(76, "ds_mskor_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m & ~a | b } }
    t(80, "ds_cmpstore_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m == b ? a : m } }
    t(81, "ds_cmpstore_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in Double(bitPattern: m) == Double(bitPattern: b) ? a : m } }
    t(82, "ds_min_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in minimum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
    t(83, "ds_max_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in maximum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
    t(96, "ds_add_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m &+ a } }
    t(97, "ds_sub_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m &- a } }
    t(98, "ds_rsub_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in a &- m } }
    t(99, "ds_inc_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(100, "ds_dec_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(101, "ds_min_rtn_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(102, "ds_max_rtn_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(103, "ds_min_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in min(m, a) } }
    t(104, "ds_max_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in max(m, a) } }
    t(105, "ds_and_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m & a } }
    t(106, "ds_or_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m | a } }
    t(107, "ds_xor_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m ^ a } }
    t(108, "ds_mskor_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m & ~a | b } }
    t(109, "ds_storexchg_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { _, a, _ in a } }
    t(112, "ds_cmpstore_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m == b ? a : m } }
    t(113, "ds_cmpstore_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in Double(bitPattern: m) == Double(bitPattern: b) ? a : m } }
    t(114, "ds_min_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in minimum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
    t(115, "ds_max_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in maximum(Double(bitPattern: m), Double(bitPattern: a)).bitPattern } }
  }
}

@inline(__always) func signed(_ a: UInt32) -> Int32 { Int32(bitPattern: a) }
@inline(__always) func signed(_ a: UInt64) -> Int64 { Int64(bitPattern: a) }

/// Sixteen bits into one half of a register, the other kept.
enum Half {
  @inline(__always) static func low(_ register: UInt32, _ bits: UInt32) -> UInt32 { register & 0xffff_0000 | bits }
  @inline(__always) static func high(_ register: UInt32, _ bits: UInt32) -> UInt32 { register & 0xffff | bits << 16 }
}
