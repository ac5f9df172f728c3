// LDS, DS: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU

extension SharedRows {
  public static func ds(_ t: inout SharedRows) {
    t("ds_add_u32", gfx9: 0, gfx10: 0, gfx11: 0, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m &+ a } }
    t("ds_sub_u32", gfx9: 1, gfx10: 1, gfx11: 1, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m &- a } }
    t("ds_rsub_u32", gfx9: 2, gfx10: 2, gfx11: 2, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in a &- m } }
    t("ds_inc_u32", gfx9: 3, gfx10: 3, gfx11: 3, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("ds_dec_u32", gfx9: 4, gfx10: 4, gfx11: 4, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t("ds_min_i32", gfx9: 5, gfx10: 5, gfx11: 5, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("ds_max_i32", gfx9: 6, gfx10: 6, gfx11: 6, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("ds_min_u32", gfx9: 7, gfx10: 7, gfx11: 7, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in min(m, a) } }
    t("ds_max_u32", gfx9: 8, gfx10: 8, gfx11: 8, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in max(m, a) } }
    t("ds_and_b32", gfx9: 9, gfx10: 9, gfx11: 9, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m & a } }
    t("ds_or_b32", gfx9: 10, gfx10: 10, gfx11: 10, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m | a } }
    t("ds_xor_b32", gfx9: 11, gfx10: 11, gfx11: 11, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in m ^ a } }
    t("ds_mskor_b32", gfx9: 12, gfx10: 12, gfx11: 12, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, b in m & ~a | b } }
    t("ds_write_b32", gfx9: 13, gfx10: 13, gfx11: .named(13, "ds_store_b32"), .control) { w, o in w.ldsWrite(o, words: 1) }
    t("ds_write2_b32", gfx9: 14, gfx10: 14, gfx11: .named(14, "ds_store_2addr_b32"), .control) { w, o in w.ldsWriteTwo(o, words: 1, stride: 4) }
    t("ds_write2st64_b32", gfx9: 15, gfx10: 15, gfx11: .named(15, "ds_store_2addr_stride64_b32"), .control) { w, o in w.ldsWriteTwo(o, words: 1, stride: 256) }
    t("ds_nop", gfx9: 20, gfx10: 20, gfx11: 20, on9: .control) { _, _ in }
    t("ds_add_f32", gfx9: 21, gfx10: 21, gfx11: 21, [.control, .f32]) { w, o in w.ldsAtomic(o, UInt32.self, returns: false) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t("ds_write_addtid_b32", gfx9: 29, gfx10: 176, gfx11: .named(176, "ds_store_addtid_b32"), .control) { w, o in w.ldsWriteThread(o, m0: w.m0) }
    t("ds_write_b8", gfx9: 30, gfx10: 30, gfx11: .named(30, "ds_store_b8"), .control) { w, o in w.ldsWrite(o, UInt8.self) }
    t("ds_write_b16", gfx9: 31, gfx10: 31, gfx11: .named(31, "ds_store_b16"), .control) { w, o in w.ldsWrite(o, UInt16.self) }
    t("ds_add_rtn_u32", gfx9: 32, gfx10: 32, gfx11: 32, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m &+ a } }
    t("ds_sub_rtn_u32", gfx9: 33, gfx10: 33, gfx11: 33, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m &- a } }
    t("ds_rsub_rtn_u32", gfx9: 34, gfx10: 34, gfx11: 34, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in a &- m } }
    t("ds_inc_rtn_u32", gfx9: 35, gfx10: 35, gfx11: 35, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("ds_dec_rtn_u32", gfx9: 36, gfx10: 36, gfx11: 36, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t("ds_min_rtn_i32", gfx9: 37, gfx10: 37, gfx11: 37, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("ds_max_rtn_i32", gfx9: 38, gfx10: 38, gfx11: 38, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("ds_min_rtn_u32", gfx9: 39, gfx10: 39, gfx11: 39, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in min(m, a) } }
    t("ds_max_rtn_u32", gfx9: 40, gfx10: 40, gfx11: 40, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in max(m, a) } }
    t("ds_and_rtn_b32", gfx9: 41, gfx10: 41, gfx11: 41, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m & a } }
    t("ds_or_rtn_b32", gfx9: 42, gfx10: 42, gfx11: 42, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m | a } }
    t("ds_xor_rtn_b32", gfx9: 43, gfx10: 43, gfx11: 43, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in m ^ a } }
    t("ds_mskor_rtn_b32", gfx9: 44, gfx10: 44, gfx11: 44, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m & ~a | b } }
    t("ds_wrxchg_rtn_b32", gfx9: 45, gfx10: 45, gfx11: .named(45, "ds_storexchg_rtn_b32"), .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { _, a, _ in a } }
    t("ds_wrxchg2_rtn_b32", gfx9: 46, gfx10: 46, gfx11: .named(46, "ds_storexchg_2addr_rtn_b32"), .control) { w, o in w.ldsExchangeTwo(o, words: 1, stride: 4) }
    t("ds_wrxchg2st64_rtn_b32", gfx9: 47, gfx10: 47, gfx11: .named(47, "ds_storexchg_2addr_stride64_rtn_b32"), .control) { w, o in w.ldsExchangeTwo(o, words: 1, stride: 256) }
    t("ds_wrap_rtn_b32", gfx9: 52, gfx10: 52, gfx11: 52, .control) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, b in m >= a ? m &- a : m &+ b } }
    t("ds_add_rtn_f32", gfx9: 53, gfx10: 85, gfx11: 121, [.control, .f32]) { w, o in w.ldsAtomic(o, UInt32.self, returns: true) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t("ds_read_b32", gfx9: 54, gfx10: 54, gfx11: .named(54, "ds_load_b32"), .control) { w, o in w.ldsRead(o, words: 1) }
    t("ds_read2_b32", gfx9: 55, gfx10: 55, gfx11: .named(55, "ds_load_2addr_b32"), .control) { w, o in w.ldsReadTwo(o, words: 1, stride: 4) }
    t("ds_read2st64_b32", gfx9: 56, gfx10: 56, gfx11: .named(56, "ds_load_2addr_stride64_b32"), .control) { w, o in w.ldsReadTwo(o, words: 1, stride: 256) }
    t("ds_read_i8", gfx9: 57, gfx10: 57, gfx11: .named(57, "ds_load_i8"), .control) { w, o in w.ldsRead(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t("ds_read_u8", gfx9: 58, gfx10: 58, gfx11: .named(58, "ds_load_u8"), .control) { w, o in w.ldsRead(o, UInt8.self) { UInt32($1) } }
    t("ds_read_i16", gfx9: 59, gfx10: 59, gfx11: .named(59, "ds_load_i16"), .control) { w, o in w.ldsRead(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t("ds_read_u16", gfx9: 60, gfx10: 60, gfx11: .named(60, "ds_load_u16"), .control) { w, o in w.ldsRead(o, UInt16.self) { UInt32($1) } }
    t("ds_swizzle_b32", gfx9: 61, gfx10: 53, gfx11: 53) { w, o in w.swizzle(o) }
    t("ds_add_u64", gfx9: 64, gfx10: 64, gfx11: 64, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m &+ a } }
    t("ds_sub_u64", gfx9: 65, gfx10: 65, gfx11: 65, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m &- a } }
    t("ds_rsub_u64", gfx9: 66, gfx10: 66, gfx11: 66, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in a &- m } }
    t("ds_inc_u64", gfx9: 67, gfx10: 67, gfx11: 67, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("ds_dec_u64", gfx9: 68, gfx10: 68, gfx11: 68, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t("ds_min_i64", gfx9: 69, gfx10: 69, gfx11: 69, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("ds_max_i64", gfx9: 70, gfx10: 70, gfx11: 70, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("ds_min_u64", gfx9: 71, gfx10: 71, gfx11: 71, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in min(m, a) } }
    t("ds_max_u64", gfx9: 72, gfx10: 72, gfx11: 72, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in max(m, a) } }
    t("ds_and_b64", gfx9: 73, gfx10: 73, gfx11: 73, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m & a } }
    t("ds_or_b64", gfx9: 74, gfx10: 74, gfx11: 74, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m | a } }
    t("ds_xor_b64", gfx9: 75, gfx10: 75, gfx11: 75, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, _ in m ^ a } }
    t("ds_mskor_b64", gfx9: 76, gfx10: 76, gfx11: 76, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: false) { m, a, b in m & ~a | b } }
    t("ds_write_b64", gfx9: 77, gfx10: 77, gfx11: .named(77, "ds_store_b64"), .control) { w, o in w.ldsWrite(o, words: 2) }
    t("ds_write2_b64", gfx9: 78, gfx10: 78, gfx11: .named(78, "ds_store_2addr_b64"), .control) { w, o in w.ldsWriteTwo(o, words: 2, stride: 8) }
    t("ds_write2st64_b64", gfx9: 79, gfx10: 79, gfx11: .named(79, "ds_store_2addr_stride64_b64"), .control) { w, o in w.ldsWriteTwo(o, words: 2, stride: 512) }
    t("ds_write_b8_d16_hi", gfx9: 84, gfx10: 160, gfx11: .named(160, "ds_store_b8_d16_hi"), .control) { w, o in w.ldsWrite(o, UInt8.self, shift: 16) }
    t("ds_write_b16_d16_hi", gfx9: 85, gfx10: 161, gfx11: .named(161, "ds_store_b16_d16_hi"), .control) { w, o in w.ldsWrite(o, UInt16.self, shift: 16) }
    t("ds_read_u8_d16", gfx9: 86, gfx10: 162, gfx11: .named(162, "ds_load_u8_d16"), .control) { w, o in w.ldsRead(o, UInt8.self) { Half.low($0, UInt32($1)) } }
    t("ds_read_u8_d16_hi", gfx9: 87, gfx10: 163, gfx11: .named(163, "ds_load_u8_d16_hi"), .control) { w, o in w.ldsRead(o, UInt8.self) { Half.high($0, UInt32($1)) } }
    t("ds_read_i8_d16", gfx9: 88, gfx10: 164, gfx11: .named(164, "ds_load_i8_d16"), .control) { w, o in w.ldsRead(o, Int8.self) { Half.low($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t("ds_read_i8_d16_hi", gfx9: 89, gfx10: 165, gfx11: .named(165, "ds_load_i8_d16_hi"), .control) { w, o in w.ldsRead(o, Int8.self) { Half.high($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t("ds_read_u16_d16", gfx9: 90, gfx10: 166, gfx11: .named(166, "ds_load_u16_d16"), .control) { w, o in w.ldsRead(o, UInt16.self) { Half.low($0, UInt32($1)) } }
    t("ds_read_u16_d16_hi", gfx9: 91, gfx10: 167, gfx11: .named(167, "ds_load_u16_d16_hi"), .control) { w, o in w.ldsRead(o, UInt16.self) { Half.high($0, UInt32($1)) } }
    t("ds_add_rtn_u64", gfx9: 96, gfx10: 96, gfx11: 96, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m &+ a } }
    t("ds_sub_rtn_u64", gfx9: 97, gfx10: 97, gfx11: 97, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m &- a } }
    t("ds_rsub_rtn_u64", gfx9: 98, gfx10: 98, gfx11: 98, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in a &- m } }
    t("ds_inc_rtn_u64", gfx9: 99, gfx10: 99, gfx11: 99, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("ds_dec_rtn_u64", gfx9: 100, gfx10: 100, gfx11: 100, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t("ds_min_rtn_i64", gfx9: 101, gfx10: 101, gfx11: 101, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("ds_max_rtn_i64", gfx9: 102, gfx10: 102, gfx11: 102, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("ds_min_rtn_u64", gfx9: 103, gfx10: 103, gfx11: 103, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in min(m, a) } }
    t("ds_max_rtn_u64", gfx9: 104, gfx10: 104, gfx11: 104, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in max(m, a) } }
    t("ds_and_rtn_b64", gfx9: 105, gfx10: 105, gfx11: 105, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m & a } }
    t("ds_or_rtn_b64", gfx9: 106, gfx10: 106, gfx11: 106, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m | a } }
    t("ds_xor_rtn_b64", gfx9: 107, gfx10: 107, gfx11: 107, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, _ in m ^ a } }
    t("ds_mskor_rtn_b64", gfx9: 108, gfx10: 108, gfx11: 108, .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { m, a, b in m & ~a | b } }
    t("ds_wrxchg_rtn_b64", gfx9: 109, gfx10: 109, gfx11: .named(109, "ds_storexchg_rtn_b64"), .control) { w, o in w.ldsAtomic(o, UInt64.self, returns: true) { _, a, _ in a } }
    t("ds_wrxchg2_rtn_b64", gfx9: 110, gfx10: 110, gfx11: .named(110, "ds_storexchg_2addr_rtn_b64"), .control) { w, o in w.ldsExchangeTwo(o, words: 2, stride: 8) }
    t("ds_wrxchg2st64_rtn_b64", gfx9: 111, gfx10: 111, gfx11: .named(111, "ds_storexchg_2addr_stride64_rtn_b64"), .control) { w, o in w.ldsExchangeTwo(o, words: 2, stride: 512) }
    t("ds_read_b64", gfx9: 118, gfx10: 118, gfx11: .named(118, "ds_load_b64"), .control) { w, o in w.ldsRead(o, words: 2) }
    t("ds_read2_b64", gfx9: 119, gfx10: 119, gfx11: .named(119, "ds_load_2addr_b64"), .control) { w, o in w.ldsReadTwo(o, words: 2, stride: 8) }
    t("ds_read2st64_b64", gfx9: 120, gfx10: 120, gfx11: .named(120, "ds_load_2addr_stride64_b64"), .control) { w, o in w.ldsReadTwo(o, words: 2, stride: 512) }
    t("ds_condxchg32_rtn_b64", gfx9: 126, gfx10: 126, gfx11: 126, .control) { w, o in w.ldsConditionalExchange(o) }
    t("ds_read_addtid_b32", gfx9: 182, gfx10: 177, gfx11: .named(177, "ds_load_addtid_b32"), .control) { w, o in w.ldsReadThread(o, m0: w.m0) }
    t("ds_consume", gfx9: 189, gfx10: 61, gfx11: 61, .control) { w, o in w.ldsCount(o, m0: w.m0, -1) }
    t("ds_append", gfx9: 190, gfx10: 62, gfx11: 62, .control) { w, o in w.ldsCount(o, m0: w.m0, 1) }
    t("ds_write_b96", gfx9: 222, gfx10: 222, gfx11: .named(222, "ds_store_b96"), .control) { w, o in w.ldsWrite(o, words: 3) }
    t("ds_write_b128", gfx9: 223, gfx10: 223, gfx11: .named(223, "ds_store_b128"), .control) { w, o in w.ldsWrite(o, words: 4) }
    t("ds_read_b96", gfx9: 254, gfx10: 254, gfx11: .named(254, "ds_load_b96"), .control) { w, o in w.ldsRead(o, words: 3) }
    t("ds_read_b128", gfx9: 255, gfx10: 255, gfx11: .named(255, "ds_load_b128"), .control) { w, o in w.ldsRead(o, words: 4) }
  }
}
