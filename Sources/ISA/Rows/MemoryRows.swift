// Memory and images, FLAT and MIMG: what several families do alike, with the number and mnemonic that each has for it.  What only one
// family does is in its own module.  Read-only after the first use.
// Source: AMD CDNA3 ISA, chapter 12, AMD RDNA2 and RDNA3 ISA, chapters 12 to 16, and AMD's pseudo-code; LLVM 22's assembler for the
// numbers, against which a test holds every column.
import CSoftGPU

extension SharedRows {
  public static func flat(_ t: inout SharedRows) {
    t("load_ubyte", gfx9: 16, gfx10: 8, gfx11: .named(16, "load_u8"), .control) { w, o in w.load(o, UInt8.self) { UInt32($1) } }
    t("load_sbyte", gfx9: 17, gfx10: 9, gfx11: .named(17, "load_i8"), .control) { w, o in w.load(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t("load_ushort", gfx9: 18, gfx10: 10, gfx11: .named(18, "load_u16"), .control) { w, o in w.load(o, UInt16.self) { UInt32($1) } }
    t("load_sshort", gfx9: 19, gfx10: 11, gfx11: .named(19, "load_i16"), .control) { w, o in w.load(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t("load_dword", gfx9: 20, gfx10: 12, gfx11: .named(20, "load_b32"), .control) { w, o in w.load(o, words: 1) }
    t("load_dwordx2", gfx9: 21, gfx10: 13, gfx11: .named(21, "load_b64"), .control) { w, o in w.load(o, words: 2) }
    t("load_dwordx3", gfx9: 22, gfx10: 15, gfx11: .named(22, "load_b96"), .control) { w, o in w.load(o, words: 3) }
    t("load_dwordx4", gfx9: 23, gfx10: 14, gfx11: .named(23, "load_b128"), .control) { w, o in w.load(o, words: 4) }
    t("store_byte", gfx9: 24, gfx10: 24, gfx11: .named(24, "store_b8"), .control) { w, o in w.store(o, UInt8.self) }
    t("store_byte_d16_hi", gfx9: 25, gfx10: 25, gfx11: .named(36, "store_d16_hi_b8"), .control) { w, o in w.store(o, UInt8.self, shift: 16) }
    t("store_short", gfx9: 26, gfx10: 26, gfx11: .named(25, "store_b16"), .control) { w, o in w.store(o, UInt16.self) }
    t("store_short_d16_hi", gfx9: 27, gfx10: 27, gfx11: .named(37, "store_d16_hi_b16"), .control) { w, o in w.store(o, UInt16.self, shift: 16) }
    t("store_dword", gfx9: 28, gfx10: 28, gfx11: .named(26, "store_b32"), .control) { w, o in w.store(o, words: 1) }
    t("store_dwordx2", gfx9: 29, gfx10: 29, gfx11: .named(27, "store_b64"), .control) { w, o in w.store(o, words: 2) }
    t("store_dwordx3", gfx9: 30, gfx10: 31, gfx11: .named(28, "store_b96"), .control) { w, o in w.store(o, words: 3) }
    t("store_dwordx4", gfx9: 31, gfx10: 30, gfx11: .named(29, "store_b128"), .control) { w, o in w.store(o, words: 4) }
    t("load_ubyte_d16", gfx9: 32, gfx10: 32, gfx11: .named(30, "load_d16_u8"), .control) { w, o in w.load(o, UInt8.self) { Half.low($0, UInt32($1)) } }
    t("load_ubyte_d16_hi", gfx9: 33, gfx10: 33, gfx11: .named(33, "load_d16_hi_u8"), .control) { w, o in w.load(o, UInt8.self) { Half.high($0, UInt32($1)) } }
    t("load_sbyte_d16", gfx9: 34, gfx10: 34, gfx11: .named(31, "load_d16_i8"), .control) { w, o in w.load(o, Int8.self) { Half.low($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t("load_sbyte_d16_hi", gfx9: 35, gfx10: 35, gfx11: .named(34, "load_d16_hi_i8"), .control) { w, o in w.load(o, Int8.self) { Half.high($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t("load_short_d16", gfx9: 36, gfx10: 36, gfx11: .named(32, "load_d16_b16"), .control) { w, o in w.load(o, UInt16.self) { Half.low($0, UInt32($1)) } }
    t("load_short_d16_hi", gfx9: 37, gfx10: 37, gfx11: .named(35, "load_d16_hi_b16"), .control) { w, o in w.load(o, UInt16.self) { Half.high($0, UInt32($1)) } }
    t("atomic_swap", gfx9: 64, gfx10: 48, gfx11: .named(51, "atomic_swap_b32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { _, a, _ in a } }
    t("atomic_cmpswap", gfx9: 65, gfx10: 49, gfx11: .named(52, "atomic_cmpswap_b32"), on9: .notScratch, .control) { w, o in w.atomic32(o, operands: 2) { m, a, b in m == b ? a : m } }
    t("atomic_add", gfx9: 66, gfx10: 50, gfx11: .named(53, "atomic_add_u32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m &+ a } }
    t("atomic_sub", gfx9: 67, gfx10: 51, gfx11: .named(54, "atomic_sub_u32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m &- a } }
    t("atomic_smin", gfx9: 68, gfx10: 53, gfx11: .named(56, "atomic_min_i32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("atomic_umin", gfx9: 69, gfx10: 54, gfx11: .named(57, "atomic_min_u32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in min(m, a) } }
    t("atomic_smax", gfx9: 70, gfx10: 55, gfx11: .named(58, "atomic_max_i32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("atomic_umax", gfx9: 71, gfx10: 56, gfx11: .named(59, "atomic_max_u32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in max(m, a) } }
    t("atomic_and", gfx9: 72, gfx10: 57, gfx11: .named(60, "atomic_and_b32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m & a } }
    t("atomic_or", gfx9: 73, gfx10: 58, gfx11: .named(61, "atomic_or_b32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m | a } }
    t("atomic_xor", gfx9: 74, gfx10: 59, gfx11: .named(62, "atomic_xor_b32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m ^ a } }
    t("atomic_inc", gfx9: 75, gfx10: 60, gfx11: .named(63, "atomic_inc_u32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("atomic_dec", gfx9: 76, gfx10: 61, gfx11: .named(64, "atomic_dec_u32"), on9: .notScratch, .control) { w, o in w.atomic32(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t("atomic_swap_x2", gfx9: 96, gfx10: 80, gfx11: .named(65, "atomic_swap_b64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { _, a, _ in a } }
    t("atomic_cmpswap_x2", gfx9: 97, gfx10: 81, gfx11: .named(66, "atomic_cmpswap_b64"), on9: .notScratch, .control) { w, o in w.atomic64(o, operands: 2) { m, a, b in m == b ? a : m } }
    t("atomic_add_x2", gfx9: 98, gfx10: 82, gfx11: .named(67, "atomic_add_u64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m &+ a } }
    t("atomic_sub_x2", gfx9: 99, gfx10: 83, gfx11: .named(68, "atomic_sub_u64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m &- a } }
    t("atomic_smin_x2", gfx9: 100, gfx10: 85, gfx11: .named(69, "atomic_min_i64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in signed(m) < signed(a) ? m : a } }
    t("atomic_umin_x2", gfx9: 101, gfx10: 86, gfx11: .named(70, "atomic_min_u64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in min(m, a) } }
    t("atomic_smax_x2", gfx9: 102, gfx10: 87, gfx11: .named(71, "atomic_max_i64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in signed(m) > signed(a) ? m : a } }
    t("atomic_umax_x2", gfx9: 103, gfx10: 88, gfx11: .named(72, "atomic_max_u64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in max(m, a) } }
    t("atomic_and_x2", gfx9: 104, gfx10: 89, gfx11: .named(73, "atomic_and_b64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m & a } }
    t("atomic_or_x2", gfx9: 105, gfx10: 90, gfx11: .named(74, "atomic_or_b64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m | a } }
    t("atomic_xor_x2", gfx9: 106, gfx10: 91, gfx11: .named(75, "atomic_xor_b64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m ^ a } }
    t("atomic_inc_x2", gfx9: 107, gfx10: 92, gfx11: .named(76, "atomic_inc_u64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t("atomic_dec_x2", gfx9: 108, gfx10: 93, gfx11: .named(77, "atomic_dec_u64"), on9: .notScratch, .control) { w, o in w.atomic64(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
  }

  public static func mimg(_ t: inout SharedRows) {
    t("image_load", gfx9: 0, gfx942: .absent, gfx950: .absent, gfx10: 0, gfx11: 0, .control) { w, o in w.imageLoad(o) }
    t("image_load_mip", gfx9: 1, gfx942: .absent, gfx950: .absent, gfx10: 1, gfx11: 1, .control) { w, o in w.imageLoad(o, level: true) }
    t("image_load_pck", gfx9: 2, gfx942: .absent, gfx950: .absent, gfx10: 2, gfx11: 2, .control) { w, o in w.imageLoadPacked(o) }
    t("image_load_pck_sgn", gfx9: 3, gfx942: .absent, gfx950: .absent, gfx10: 3, gfx11: 3, .control) { w, o in w.imageLoadPacked(o, signed: true) }
    t("image_load_mip_pck", gfx9: 4, gfx942: .absent, gfx950: .absent, gfx10: 4, gfx11: 4, .control) { w, o in w.imageLoadPacked(o, level: true) }
    t("image_load_mip_pck_sgn", gfx9: 5, gfx942: .absent, gfx950: .absent, gfx10: 5, gfx11: 5, .control) { w, o in w.imageLoadPacked(o, level: true, signed: true) }
    t("image_store", gfx9: 8, gfx942: .absent, gfx950: .absent, gfx10: 8, gfx11: 6, .control) { w, o in w.imageStore(o) }
    t("image_store_mip", gfx9: 9, gfx942: .absent, gfx950: .absent, gfx10: 9, gfx11: 7, .control) { w, o in w.imageStore(o, level: true) }
    t("image_store_pck", gfx9: 10, gfx942: .absent, gfx950: .absent, gfx10: 10, gfx11: 8, .control) { w, o in w.imageStorePacked(o) }
    t("image_store_mip_pck", gfx9: 11, gfx942: .absent, gfx950: .absent, gfx10: 11, gfx11: 9, .control) { w, o in w.imageStorePacked(o, level: true) }
    t("image_get_resinfo", gfx9: 14, gfx942: .absent, gfx950: .absent, gfx10: 14, gfx11: 23, .control) { w, o in w.imageSizes(o) }
    t("image_atomic_swap", gfx9: 16, gfx942: .absent, gfx950: .absent, gfx10: 15, gfx11: 10, .control) { w, o in w.imageAtomic(o, { _, a, _ in a }, { _, a, _ in a }) }
    t("image_atomic_cmpswap", gfx9: 17, gfx942: .absent, gfx950: .absent, gfx10: 16, gfx11: 11, .control) { w, o in w.imageAtomic(o, operands: 2, { m, a, b in m == b ? a : m }, { m, a, b in m == b ? a : m }) }
    t("image_atomic_add", gfx9: 18, gfx942: .absent, gfx950: .absent, gfx10: 17, gfx11: 12, .control) { w, o in w.imageAtomic(o, { m, a, _ in m &+ a }, { m, a, _ in m &+ a }) }
    t("image_atomic_sub", gfx9: 19, gfx942: .absent, gfx950: .absent, gfx10: 18, gfx11: 13, .control) { w, o in w.imageAtomic(o, { m, a, _ in m &- a }, { m, a, _ in m &- a }) }
    t("image_atomic_smin", gfx9: 20, gfx942: .absent, gfx950: .absent, gfx10: 20, gfx11: 14, .control) { w, o in w.imageAtomic(o, { m, a, _ in signed(m) < signed(a) ? m : a }, { m, a, _ in signed(m) < signed(a) ? m : a }) }
    t("image_atomic_umin", gfx9: 21, gfx942: .absent, gfx950: .absent, gfx10: 21, gfx11: 15, .control) { w, o in w.imageAtomic(o, { m, a, _ in min(m, a) }, { m, a, _ in min(m, a) }) }
    t("image_atomic_smax", gfx9: 22, gfx942: .absent, gfx950: .absent, gfx10: 22, gfx11: 16, .control) { w, o in w.imageAtomic(o, { m, a, _ in signed(m) > signed(a) ? m : a }, { m, a, _ in signed(m) > signed(a) ? m : a }) }
    t("image_atomic_umax", gfx9: 23, gfx942: .absent, gfx950: .absent, gfx10: 23, gfx11: 17, .control) { w, o in w.imageAtomic(o, { m, a, _ in max(m, a) }, { m, a, _ in max(m, a) }) }
    t("image_atomic_and", gfx9: 24, gfx942: .absent, gfx950: .absent, gfx10: 24, gfx11: 18, .control) { w, o in w.imageAtomic(o, { m, a, _ in m & a }, { m, a, _ in m & a }) }
    t("image_atomic_or", gfx9: 25, gfx942: .absent, gfx950: .absent, gfx10: 25, gfx11: 19, .control) { w, o in w.imageAtomic(o, { m, a, _ in m | a }, { m, a, _ in m | a }) }
    t("image_atomic_xor", gfx9: 26, gfx942: .absent, gfx950: .absent, gfx10: 26, gfx11: 20, .control) { w, o in w.imageAtomic(o, { m, a, _ in m ^ a }, { m, a, _ in m ^ a }) }
    t("image_atomic_inc", gfx9: 27, gfx942: .absent, gfx950: .absent, gfx10: 27, gfx11: 21, .control) { w, o in w.imageAtomic(o, { m, a, _ in m >= a ? 0 : m &+ 1 }, { m, a, _ in m >= a ? 0 : m &+ 1 }) }
    t("image_atomic_dec", gfx9: 28, gfx942: .absent, gfx950: .absent, gfx10: 28, gfx11: 22, .control) { w, o in w.imageAtomic(o, { m, a, _ in m == 0 || m > a ? a : m &- 1 }, { m, a, _ in m == 0 || m > a ? a : m &- 1 }) }
    t("image_sample", gfx9: 32, gfx942: .absent, gfx950: .absent, gfx10: 32, gfx11: 27, .control) { w, o in w.imageSample(o, []) }
  }
}
