// Buffers, MUBUF and MTBUF: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU

extension SharedRows {
  public static func mubuf(_ t: inout SharedRows) {
    t("buffer_load_format_x", gfx9: 0, gfx10: 0, gfx11: 0, .control) { w, o in
      if o.loadsToLDS { w.bufferLoadFormatToLDS(o, m0: w.m0) } else { w.bufferLoadFormat(o, count: 1) }
    }
    t("buffer_load_format_xy", gfx9: 1, gfx10: 1, gfx11: 1, .control) { w, o in w.bufferLoadFormat(o, count: 2) }
    t("buffer_load_format_xyz", gfx9: 2, gfx10: 2, gfx11: 2, .control) { w, o in w.bufferLoadFormat(o, count: 3) }
    t("buffer_load_format_xyzw", gfx9: 3, gfx10: 3, gfx11: 3, .control) { w, o in w.bufferLoadFormat(o, count: 4) }
    t("buffer_store_format_x", gfx9: 4, gfx10: 4, gfx11: 4, .control) { w, o in w.bufferStoreFormat(o, count: 1) }
    t("buffer_store_format_xy", gfx9: 5, gfx10: 5, gfx11: 5, .control) { w, o in w.bufferStoreFormat(o, count: 2) }
    t("buffer_store_format_xyz", gfx9: 6, gfx10: 6, gfx11: 6, .control) { w, o in w.bufferStoreFormat(o, count: 3) }
    t("buffer_store_format_xyzw", gfx9: 7, gfx10: 7, gfx11: 7, .control) { w, o in w.bufferStoreFormat(o, count: 4) }
    t("buffer_load_format_d16_x", gfx9: 8, gfx10: 128, gfx11: .named(8, "buffer_load_d16_format_x"), .control) { w, o in w.bufferLoadFormat(o, count: 1, half: true) }
    t("buffer_load_format_d16_xy", gfx9: 9, gfx10: 129, gfx11: .named(9, "buffer_load_d16_format_xy"), .control) { w, o in w.bufferLoadFormat(o, count: 2, half: true) }
    t("buffer_load_format_d16_xyz", gfx9: 10, gfx10: 130, gfx11: .named(10, "buffer_load_d16_format_xyz"), .control) { w, o in w.bufferLoadFormat(o, count: 3, half: true) }
    t("buffer_load_format_d16_xyzw", gfx9: 11, gfx10: 131, gfx11: .named(11, "buffer_load_d16_format_xyzw"), .control) { w, o in w.bufferLoadFormat(o, count: 4, half: true) }
    t("buffer_store_format_d16_x", gfx9: 12, gfx10: 132, gfx11: .named(12, "buffer_store_d16_format_x"), .control) { w, o in w.bufferStoreFormat(o, count: 1, half: true) }
    t("buffer_store_format_d16_xy", gfx9: 13, gfx10: 133, gfx11: .named(13, "buffer_store_d16_format_xy"), .control) { w, o in w.bufferStoreFormat(o, count: 2, half: true) }
    t("buffer_store_format_d16_xyz", gfx9: 14, gfx10: 134, gfx11: .named(14, "buffer_store_d16_format_xyz"), .control) { w, o in w.bufferStoreFormat(o, count: 3, half: true) }
    t("buffer_store_format_d16_xyzw", gfx9: 15, gfx10: 135, gfx11: .named(15, "buffer_store_d16_format_xyzw"), .control) { w, o in w.bufferStoreFormat(o, count: 4, half: true) }
    t("buffer_load_ubyte", gfx9: 16, gfx10: 8, gfx11: .named(16, "buffer_load_u8"), .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, m0: w.m0, UInt8.self) { UInt32($0) } } else { w.bufferLoad(o, UInt8.self) { UInt32($1) } }
    }
    t("buffer_load_sbyte", gfx9: 17, gfx10: 9, gfx11: .named(17, "buffer_load_i8"), .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, m0: w.m0, Int8.self) { UInt32(bitPattern: Int32($0)) } } else { w.bufferLoad(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    }
    t("buffer_load_ushort", gfx9: 18, gfx10: 10, gfx11: .named(18, "buffer_load_u16"), .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, m0: w.m0, UInt16.self) { UInt32($0) } } else { w.bufferLoad(o, UInt16.self) { UInt32($1) } }
    }
    t("buffer_load_sshort", gfx9: 19, gfx10: 11, gfx11: .named(19, "buffer_load_i16"), .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, m0: w.m0, Int16.self) { UInt32(bitPattern: Int32($0)) } } else { w.bufferLoad(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    }
    t("buffer_load_dword", gfx9: 20, gfx10: 12, gfx11: .named(20, "buffer_load_b32"), .control) { w, o in
      if o.loadsToLDS { w.bufferLoadToLDS(o, m0: w.m0, UInt32.self) { $0 } } else { w.bufferLoad(o, words: 1) }
    }
    t("buffer_load_dwordx2", gfx9: 21, gfx10: 13, gfx11: .named(21, "buffer_load_b64"), .control) { w, o in w.bufferLoad(o, words: 2) }
    t("buffer_load_dwordx3", gfx9: 22, gfx10: 15, gfx11: .named(22, "buffer_load_b96"), .control) { w, o in w.bufferLoad(o, words: 3) }
    t("buffer_load_dwordx4", gfx9: 23, gfx10: 14, gfx11: .named(23, "buffer_load_b128"), .control) { w, o in w.bufferLoad(o, words: 4) }
    t("buffer_store_byte", gfx9: 24, gfx10: 24, gfx11: .named(24, "buffer_store_b8"), .control) { w, o in w.bufferStore(o, UInt8.self) }
    t("buffer_store_byte_d16_hi", gfx9: 25, gfx10: 25, gfx11: .named(36, "buffer_store_d16_hi_b8"), .control) { w, o in w.bufferStore(o, UInt8.self, shift: 16) }
    t("buffer_store_short", gfx9: 26, gfx10: 26, gfx11: .named(25, "buffer_store_b16"), .control) { w, o in w.bufferStore(o, UInt16.self) }
    t("buffer_store_short_d16_hi", gfx9: 27, gfx10: 27, gfx11: .named(37, "buffer_store_d16_hi_b16"), .control) { w, o in w.bufferStore(o, UInt16.self, shift: 16) }
    t("buffer_store_dword", gfx9: 28, gfx10: 28, gfx11: .named(26, "buffer_store_b32"), .control) { w, o in w.bufferStore(o, words: 1) }
    t("buffer_store_dwordx2", gfx9: 29, gfx10: 29, gfx11: .named(27, "buffer_store_b64"), .control) { w, o in w.bufferStore(o, words: 2) }
    t("buffer_store_dwordx3", gfx9: 30, gfx10: 31, gfx11: .named(28, "buffer_store_b96"), .control) { w, o in w.bufferStore(o, words: 3) }
    t("buffer_store_dwordx4", gfx9: 31, gfx10: 30, gfx11: .named(29, "buffer_store_b128"), .control) { w, o in w.bufferStore(o, words: 4) }
    t("buffer_load_ubyte_d16", gfx9: 32, gfx10: 32, gfx11: .named(30, "buffer_load_d16_u8"), .control) { w, o in w.bufferLoad(o, UInt8.self) { Half.low($0, UInt32($1)) } }
    t("buffer_load_ubyte_d16_hi", gfx9: 33, gfx10: 33, gfx11: .named(33, "buffer_load_d16_hi_u8"), .control) { w, o in w.bufferLoad(o, UInt8.self) { Half.high($0, UInt32($1)) } }
    t("buffer_load_sbyte_d16", gfx9: 34, gfx10: 34, gfx11: .named(31, "buffer_load_d16_i8"), .control) { w, o in w.bufferLoad(o, Int8.self) { Half.low($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t("buffer_load_sbyte_d16_hi", gfx9: 35, gfx10: 35, gfx11: .named(34, "buffer_load_d16_hi_i8"), .control) { w, o in w.bufferLoad(o, Int8.self) { Half.high($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t("buffer_load_short_d16", gfx9: 36, gfx10: 36, gfx11: .named(32, "buffer_load_d16_b16"), .control) { w, o in w.bufferLoad(o, UInt16.self) { Half.low($0, UInt32($1)) } }
    t("buffer_load_short_d16_hi", gfx9: 37, gfx10: 37, gfx11: .named(35, "buffer_load_d16_hi_b16"), .control) { w, o in w.bufferLoad(o, UInt16.self) { Half.high($0, UInt32($1)) } }
    t("buffer_load_format_d16_hi_x", gfx9: 38, gfx10: 38, gfx11: .named(38, "buffer_load_d16_hi_format_x"), .control) { w, o in w.bufferLoadFormat(o, count: 1, half: true, high: true) }
    t("buffer_store_format_d16_hi_x", gfx9: 39, gfx10: 39, gfx11: .named(39, "buffer_store_d16_hi_format_x"), .control) { w, o in w.bufferStoreFormat(o, count: 1, half: true, high: true) }
    t("buffer_atomic_swap", gfx9: 64, gfx10: 48, gfx11: .named(51, "buffer_atomic_swap_b32"), .control) { w, o in w.bufferAtomic32(o) { _, a, _ in a } }
    t("buffer_atomic_cmpswap", gfx9: 65, gfx10: 49, gfx11: .named(52, "buffer_atomic_cmpswap_b32"), .control) { w, o in w.bufferAtomic32(o, operands: 2) { m, a, b in m == b ? a : m } }
    t("buffer_atomic_add", gfx9: 66, gfx10: 50, gfx11: .named(53, "buffer_atomic_add_u32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m &+ a } }
    t("buffer_atomic_sub", gfx9: 67, gfx10: 51, gfx11: .named(54, "buffer_atomic_sub_u32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m &- a } }
    t("buffer_atomic_smin", gfx9: 68, gfx10: 53, gfx11: .named(56, "buffer_atomic_min_i32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("buffer_atomic_umin", gfx9: 69, gfx10: 54, gfx11: .named(57, "buffer_atomic_min_u32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in min(m, a) } }
    t("buffer_atomic_smax", gfx9: 70, gfx10: 55, gfx11: .named(58, "buffer_atomic_max_i32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("buffer_atomic_umax", gfx9: 71, gfx10: 56, gfx11: .named(59, "buffer_atomic_max_u32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in max(m, a) } }
    t("buffer_atomic_and", gfx9: 72, gfx10: 57, gfx11: .named(60, "buffer_atomic_and_b32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m & a } }
    t("buffer_atomic_or", gfx9: 73, gfx10: 58, gfx11: .named(61, "buffer_atomic_or_b32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m | a } }
    t("buffer_atomic_xor", gfx9: 74, gfx10: 59, gfx11: .named(62, "buffer_atomic_xor_b32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m ^ a } }
    t("buffer_atomic_inc", gfx9: 75, gfx10: 60, gfx11: .named(63, "buffer_atomic_inc_u32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("buffer_atomic_dec", gfx9: 76, gfx10: 61, gfx11: .named(64, "buffer_atomic_dec_u32"), .control) { w, o in w.bufferAtomic32(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t("buffer_atomic_swap_x2", gfx9: 96, gfx10: 80, gfx11: .named(65, "buffer_atomic_swap_b64"), .control) { w, o in w.bufferAtomic64(o) { _, a, _ in a } }
    t("buffer_atomic_cmpswap_x2", gfx9: 97, gfx10: 81, gfx11: .named(66, "buffer_atomic_cmpswap_b64"), .control) { w, o in w.bufferAtomic64(o, operands: 2) { m, a, b in m == b ? a : m } }
    t("buffer_atomic_add_x2", gfx9: 98, gfx10: 82, gfx11: .named(67, "buffer_atomic_add_u64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m &+ a } }
    t("buffer_atomic_sub_x2", gfx9: 99, gfx10: 83, gfx11: .named(68, "buffer_atomic_sub_u64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m &- a } }
    t("buffer_atomic_smin_x2", gfx9: 100, gfx10: 85, gfx11: .named(69, "buffer_atomic_min_i64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("buffer_atomic_umin_x2", gfx9: 101, gfx10: 86, gfx11: .named(70, "buffer_atomic_min_u64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in min(m, a) } }
    t("buffer_atomic_smax_x2", gfx9: 102, gfx10: 87, gfx11: .named(71, "buffer_atomic_max_i64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("buffer_atomic_umax_x2", gfx9: 103, gfx10: 88, gfx11: .named(72, "buffer_atomic_max_u64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in max(m, a) } }
    t("buffer_atomic_and_x2", gfx9: 104, gfx10: 89, gfx11: .named(73, "buffer_atomic_and_b64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m & a } }
    t("buffer_atomic_or_x2", gfx9: 105, gfx10: 90, gfx11: .named(74, "buffer_atomic_or_b64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m | a } }
    t("buffer_atomic_xor_x2", gfx9: 106, gfx10: 91, gfx11: .named(75, "buffer_atomic_xor_b64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m ^ a } }
    t("buffer_atomic_inc_x2", gfx9: 107, gfx10: 92, gfx11: .named(76, "buffer_atomic_inc_u64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("buffer_atomic_dec_x2", gfx9: 108, gfx10: 93, gfx11: .named(77, "buffer_atomic_dec_u64"), .control) { w, o in w.bufferAtomic64(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
  }

  public static func mtbuf(_ t: inout SharedRows) {
    t("tbuffer_load_format_x", gfx9: 0, gfx10: 0, gfx11: 0, .control) { w, o in w.bufferLoadFormat(o, count: 1, typed: true) }
    t("tbuffer_load_format_xy", gfx9: 1, gfx10: 1, gfx11: 1, .control) { w, o in w.bufferLoadFormat(o, count: 2, typed: true) }
    t("tbuffer_load_format_xyz", gfx9: 2, gfx10: 2, gfx11: 2, .control) { w, o in w.bufferLoadFormat(o, count: 3, typed: true) }
    t("tbuffer_load_format_xyzw", gfx9: 3, gfx10: 3, gfx11: 3, .control) { w, o in w.bufferLoadFormat(o, count: 4, typed: true) }
    t("tbuffer_store_format_x", gfx9: 4, gfx10: 4, gfx11: 4, .control) { w, o in w.bufferStoreFormat(o, count: 1, typed: true) }
    t("tbuffer_store_format_xy", gfx9: 5, gfx10: 5, gfx11: 5, .control) { w, o in w.bufferStoreFormat(o, count: 2, typed: true) }
    t("tbuffer_store_format_xyz", gfx9: 6, gfx10: 6, gfx11: 6, .control) { w, o in w.bufferStoreFormat(o, count: 3, typed: true) }
    t("tbuffer_store_format_xyzw", gfx9: 7, gfx10: 7, gfx11: 7, .control) { w, o in w.bufferStoreFormat(o, count: 4, typed: true) }
    t("tbuffer_load_format_d16_x", gfx9: 8, gfx10: 8, gfx11: .named(8, "tbuffer_load_d16_format_x"), .control) { w, o in w.bufferLoadFormat(o, count: 1, typed: true, half: true) }
    t("tbuffer_load_format_d16_xy", gfx9: 9, gfx10: 9, gfx11: .named(9, "tbuffer_load_d16_format_xy"), .control) { w, o in w.bufferLoadFormat(o, count: 2, typed: true, half: true) }
    t("tbuffer_load_format_d16_xyz", gfx9: 10, gfx10: 10, gfx11: .named(10, "tbuffer_load_d16_format_xyz"), .control) { w, o in w.bufferLoadFormat(o, count: 3, typed: true, half: true) }
    t("tbuffer_load_format_d16_xyzw", gfx9: 11, gfx10: 11, gfx11: .named(11, "tbuffer_load_d16_format_xyzw"), .control) { w, o in w.bufferLoadFormat(o, count: 4, typed: true, half: true) }
    t("tbuffer_store_format_d16_x", gfx9: 12, gfx10: 12, gfx11: .named(12, "tbuffer_store_d16_format_x"), .control) { w, o in w.bufferStoreFormat(o, count: 1, typed: true, half: true) }
    t("tbuffer_store_format_d16_xy", gfx9: 13, gfx10: 13, gfx11: .named(13, "tbuffer_store_d16_format_xy"), .control) { w, o in w.bufferStoreFormat(o, count: 2, typed: true, half: true) }
    t("tbuffer_store_format_d16_xyz", gfx9: 14, gfx10: 14, gfx11: .named(14, "tbuffer_store_d16_format_xyz"), .control) { w, o in w.bufferStoreFormat(o, count: 3, typed: true, half: true) }
    t("tbuffer_store_format_d16_xyzw", gfx9: 15, gfx10: 15, gfx11: .named(15, "tbuffer_store_d16_format_xyzw"), .control) { w, o in w.bufferStoreFormat(o, count: 4, typed: true, half: true) }
  }
}
