// DS: LDS loads, stores and atomics, and lane permutations.  Source: AMD CDNA3 ISA, 12.13.
// The address is a VGPR plus a 16-bit offset (two 8-bit offsets in units of the element for the two-address forms).
// A workgroup runs on one thread, so its LDS needs no atomic access; an access past the group's allocation faults.
import CSoftGPU
import ISA

extension Rows {
  static func ds(_ t: inout Rows) {
    t.begin(.ds, count: 256)
    dsTransfers(&t); dsAtomics32(&t); dsAtomics64(&t)
    t(29, "ds_write_addtid_b32", .control) { w, o in w.ldsWriteThread(o, m0: w.m0) }
    t(182, "ds_read_addtid_b32", .control) { w, o in w.ldsReadThread(o, m0: w.m0) }
    t(46, "ds_wrxchg2_rtn_b32", .control) { w, o in w.ldsExchangeTwo(o, words: 1, stride: 4) }
    t(47, "ds_wrxchg2st64_rtn_b32", .control) { w, o in w.ldsExchangeTwo(o, words: 1, stride: 256) }
    t(110, "ds_wrxchg2_rtn_b64", .control) { w, o in w.ldsExchangeTwo(o, words: 2, stride: 8) }
    t(111, "ds_wrxchg2st64_rtn_b64", .control) { w, o in w.ldsExchangeTwo(o, words: 2, stride: 512) }
    t(126, "ds_condxchg32_rtn_b64", .control) { w, o in w.ldsConditionalExchange(o) }
    // Always with the gds bit.
    t(152, "ds_gws_sema_release_all", [.control, .globalWaveSync])
    t(153, "ds_gws_init", [.control, .globalWaveSync])
    t(154, "ds_gws_sema_v", [.control, .globalWaveSync])
    t(155, "ds_gws_sema_br", [.control, .globalWaveSync])
    t(156, "ds_gws_sema_p", [.control, .globalWaveSync])
    t(157, "ds_gws_barrier", [.control, .globalWaveSync])
  }

  private static func dsTransfers(_ t: inout Rows) {
    t(20, "ds_nop", .control) { _, _ in }
    t(30, "ds_write_b8", .control) { w, o in w.ldsWrite(o, UInt8.self) }
    t(31, "ds_write_b16", .control) { w, o in w.ldsWrite(o, UInt16.self) }
    t(84, "ds_write_b8_d16_hi", .control) { w, o in w.ldsWrite(o, UInt8.self, shift: 16) }
    t(85, "ds_write_b16_d16_hi", .control) { w, o in w.ldsWrite(o, UInt16.self, shift: 16) }
    t(13, "ds_write_b32", .control) { w, o in w.ldsWrite(o, words: 1) }
    t(77, "ds_write_b64", .control) { w, o in w.ldsWrite(o, words: 2) }
    t(222, "ds_write_b96", .control) { w, o in w.ldsWrite(o, words: 3) }
    t(223, "ds_write_b128", .control) { w, o in w.ldsWrite(o, words: 4) }
    t(14, "ds_write2_b32", .control) { w, o in w.ldsWriteTwo(o, words: 1, stride: 4) }
    t(15, "ds_write2st64_b32", .control) { w, o in w.ldsWriteTwo(o, words: 1, stride: 256) }
    t(78, "ds_write2_b64", .control) { w, o in w.ldsWriteTwo(o, words: 2, stride: 8) }
    t(79, "ds_write2st64_b64", .control) { w, o in w.ldsWriteTwo(o, words: 2, stride: 512) }
    t(58, "ds_read_u8", .control) { w, o in w.ldsRead(o, UInt8.self) { UInt32($1) } }
    t(57, "ds_read_i8", .control) { w, o in w.ldsRead(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t(60, "ds_read_u16", .control) { w, o in w.ldsRead(o, UInt16.self) { UInt32($1) } }
    t(59, "ds_read_i16", .control) { w, o in w.ldsRead(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t(86, "ds_read_u8_d16", .control) { w, o in w.ldsRead(o, UInt8.self) { $0 & 0xffff_0000 | UInt32($1) } }
    t(87, "ds_read_u8_d16_hi", .control) { w, o in w.ldsRead(o, UInt8.self) { $0 & 0xffff | UInt32($1) << 16 } }
    t(88, "ds_read_i8_d16", .control) { w, o in w.ldsRead(o, Int8.self) { $0 & 0xffff_0000 | UInt32(UInt16(bitPattern: Int16($1))) } }
    t(89, "ds_read_i8_d16_hi", .control) { w, o in w.ldsRead(o, Int8.self) { $0 & 0xffff | UInt32(UInt16(bitPattern: Int16($1))) << 16 } }
    t(90, "ds_read_u16_d16", .control) { w, o in w.ldsRead(o, UInt16.self) { $0 & 0xffff_0000 | UInt32($1) } }
    t(91, "ds_read_u16_d16_hi", .control) { w, o in w.ldsRead(o, UInt16.self) { $0 & 0xffff | UInt32($1) << 16 } }
    t(54, "ds_read_b32", .control) { w, o in w.ldsRead(o, words: 1) }
    t(118, "ds_read_b64", .control) { w, o in w.ldsRead(o, words: 2) }
    t(254, "ds_read_b96", .control) { w, o in w.ldsRead(o, words: 3) }
    t(255, "ds_read_b128", .control) { w, o in w.ldsRead(o, words: 4) }
    t(55, "ds_read2_b32", .control) { w, o in w.ldsReadTwo(o, words: 1, stride: 4) }
    t(56, "ds_read2st64_b32", .control) { w, o in w.ldsReadTwo(o, words: 1, stride: 256) }
    t(119, "ds_read2_b64", .control) { w, o in w.ldsReadTwo(o, words: 2, stride: 8) }
    t(120, "ds_read2st64_b64", .control) { w, o in w.ldsReadTwo(o, words: 2, stride: 512) }
    t(61, "ds_swizzle_b32") { w, o in w.swizzle(o) }
    t(62, "ds_permute_b32") { w, o in w.permuteForward(o) }
    t(63, "ds_bpermute_b32") { w, o in w.permuteBackward(o) }
    t(190, "ds_append", .control) { w, o in w.ldsCount(o, m0: w.m0, 1) }
    t(189, "ds_consume", .control) { w, o in w.ldsCount(o, m0: w.m0, -1) }
  }

  private static func dsAtomics32(_ t: inout Rows) {
    t(0, "ds_add_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m &+ a } }
    t(1, "ds_sub_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m &- a } }
    t(2, "ds_rsub_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in a &- m } }
    t(3, "ds_inc_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(4, "ds_dec_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(5, "ds_min_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(6, "ds_max_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(7, "ds_min_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in min(m, a) } }
    t(8, "ds_max_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in max(m, a) } }
    t(9, "ds_and_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m & a } }
    t(10, "ds_or_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m | a } }
    t(11, "ds_xor_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m ^ a } }
    t(12, "ds_mskor_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m & ~a | b } }
    t(16, "ds_cmpst_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m == a ? b : m } }
    t(17, "ds_cmpst_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in Float(bitPattern: m) == Float(bitPattern: a) ? b : m } }
    t(18, "ds_min_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in lesser(m, a) } }
    t(19, "ds_max_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in greater(m, a) } }
    t(21, "ds_add_f32", [.control, .f32]) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(23, "ds_pk_add_f16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in addHalves(m, a) } }
    t(24, "ds_pk_add_bf16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in addBFloats(m, a) } }
    t(32, "ds_add_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m &+ a } }
    t(33, "ds_sub_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m &- a } }
    t(34, "ds_rsub_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in a &- m } }
    t(35, "ds_inc_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(36, "ds_dec_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(37, "ds_min_rtn_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(38, "ds_max_rtn_i32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(39, "ds_min_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in min(m, a) } }
    t(40, "ds_max_rtn_u32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in max(m, a) } }
    t(41, "ds_and_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m & a } }
    t(42, "ds_or_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m | a } }
    t(43, "ds_xor_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m ^ a } }
    t(44, "ds_mskor_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m & ~a | b } }
    t(48, "ds_cmpst_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m == a ? b : m } }
    t(49, "ds_cmpst_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in Float(bitPattern: m) == Float(bitPattern: a) ? b : m } }
    t(50, "ds_min_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in lesser(m, a) } }
    t(51, "ds_max_rtn_f32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in greater(m, a) } }
    t(53, "ds_add_rtn_f32", [.control, .f32]) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(183, "ds_pk_add_rtn_f16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in addHalves(m, a) } }
    t(184, "ds_pk_add_rtn_bf16", gfx90a: .absent, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in addBFloats(m, a) } }
    t(45, "ds_wrxchg_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { _, a, _ in a } }
    t(52, "ds_wrap_rtn_b32", .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m >= a ? m &- a : m &+ b } }
  }
  private static func dsAtomics64(_ t: inout Rows) {
    t(64, "ds_add_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m &+ a } }
    t(65, "ds_sub_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m &- a } }
    t(66, "ds_rsub_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in a &- m } }
    t(67, "ds_inc_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(68, "ds_dec_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(69, "ds_min_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(70, "ds_max_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(71, "ds_min_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in min(m, a) } }
    t(72, "ds_max_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in max(m, a) } }
    t(73, "ds_and_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m & a } }
    t(74, "ds_or_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m | a } }
    t(75, "ds_xor_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m ^ a } }
    t(76, "ds_mskor_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m & ~a | b } }
    t(80, "ds_cmpst_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m == a ? b : m } }
    t(81, "ds_cmpst_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in Double(bitPattern: m) == Double(bitPattern: a) ? b : m } }
    t(82, "ds_min_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in lesser(m, a) } }
    t(83, "ds_max_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in greater(m, a) } }
    t(92, "ds_add_f64", [.control, .f64]) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(96, "ds_add_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m &+ a } }
    t(97, "ds_sub_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m &- a } }
    t(98, "ds_rsub_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in a &- m } }
    t(99, "ds_inc_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(100, "ds_dec_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(101, "ds_min_rtn_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(102, "ds_max_rtn_i64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(103, "ds_min_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in min(m, a) } }
    t(104, "ds_max_rtn_u64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in max(m, a) } }
    t(105, "ds_and_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m & a } }
    t(106, "ds_or_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m | a } }
    t(107, "ds_xor_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m ^ a } }
    t(108, "ds_mskor_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m & ~a | b } }
    t(112, "ds_cmpst_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m == a ? b : m } }
    t(113, "ds_cmpst_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in Double(bitPattern: m) == Double(bitPattern: a) ? b : m } }
    t(114, "ds_min_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in lesser(m, a) } }
    t(115, "ds_max_rtn_f64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in greater(m, a) } }
    t(124, "ds_add_rtn_f64", [.control, .f64]) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(109, "ds_wrxchg_rtn_b64", .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { _, a, _ in a } }
  }
}

@inline(__always) func sign(_ a: UInt32) -> Int32 { Int32(bitPattern: a) }
@inline(__always) func sign(_ a: UInt64) -> Int64 { Int64(bitPattern: a) }
@inline(__always) func addHalves(_ a: UInt32, _ b: UInt32) -> UInt32 {
  joined(Float16(Float(lowHalf(a)) + Float(lowHalf(b))), Float16(Float(highHalf(a)) + Float(highHalf(b))))
}
@inline(__always) func addBFloats(_ a: UInt32, _ b: UInt32) -> UInt32 {
  roundedBFloat(bfloat(a & 0xffff) + bfloat(b & 0xffff)) | roundedBFloat(bfloat(a >> 16) + bfloat(b >> 16)) << 16
}
