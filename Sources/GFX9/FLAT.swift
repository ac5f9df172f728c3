// FLAT, GLOBAL, SCRATCH: one list of opcodes for the three segments (the segment is in the instruction; `Memory/LaneAccess`
// resolves addresses).  Atomics are real atomics of the host: other workers and the host see them.
// Source: AMD CDNA3 ISA, 12.15.
import CSoftGPU
import ISA

extension Rows {
  static func flat(_ t: inout Rows) {
    t.begin(.flat, count: 256)
    flatTransfers(&t); flatAtomics32(&t); flatAtomics64(&t)
    // gfx90a says by bit 13, here the opcode's highest, that a load goes to LDS.
    t(38, "load_lds_ubyte", gfx90a: .at(128 + 16, "load_ubyte"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, UInt8.self) { UInt32($0) } }
    t(39, "load_lds_sbyte", gfx90a: .at(128 + 17, "load_sbyte"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, Int8.self) { UInt32(bitPattern: Int32($0)) } }
    t(40, "load_lds_ushort", gfx90a: .at(128 + 18, "load_ushort"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, UInt16.self) { UInt32($0) } }
    t(41, "load_lds_sshort", gfx90a: .at(128 + 19, "load_sshort"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, Int16.self) { UInt32(bitPattern: Int32($0)) } }
    t(42, "load_lds_dword", gfx90a: .at(128 + 20, "load_dword"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, UInt32.self) { $0 } }
  }

  private static func flatTransfers(_ t: inout Rows) {
    t(16, "load_ubyte", .control) { w, o in w.load(o, UInt8.self) { UInt32($1) } }
    t(17, "load_sbyte", .control) { w, o in w.load(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t(18, "load_ushort", .control) { w, o in w.load(o, UInt16.self) { UInt32($1) } }
    t(19, "load_sshort", .control) { w, o in w.load(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t(20, "load_dword", .control) { w, o in w.load(o, words: 1) }
    t(21, "load_dwordx2", .control) { w, o in w.load(o, words: 2) }
    t(22, "load_dwordx3", .control) { w, o in w.load(o, words: 3) }
    t(23, "load_dwordx4", .control) { w, o in w.load(o, words: 4) }
    t(24, "store_byte", .control) { w, o in w.store(o, UInt8.self) }
    t(25, "store_byte_d16_hi", .control) { w, o in w.store(o, UInt8.self, shift: 16) }
    t(26, "store_short", .control) { w, o in w.store(o, UInt16.self) }
    t(27, "store_short_d16_hi", .control) { w, o in w.store(o, UInt16.self, shift: 16) }
    t(28, "store_dword", .control) { w, o in w.store(o, words: 1) }
    t(29, "store_dwordx2", .control) { w, o in w.store(o, words: 2) }
    t(30, "store_dwordx3", .control) { w, o in w.store(o, words: 3) }
    t(31, "store_dwordx4", .control) { w, o in w.store(o, words: 4) }
    t(32, "load_ubyte_d16", .control) { w, o in w.load(o, UInt8.self) { $0 & 0xffff_0000 | UInt32($1) } }
    t(33, "load_ubyte_d16_hi", .control) { w, o in w.load(o, UInt8.self) { $0 & 0xffff | UInt32($1) << 16 } }
    t(34, "load_sbyte_d16", .control) { w, o in w.load(o, Int8.self) { $0 & 0xffff_0000 | UInt32(UInt16(bitPattern: Int16($1))) } }
    t(35, "load_sbyte_d16_hi", .control) { w, o in w.load(o, Int8.self) { $0 & 0xffff | UInt32(UInt16(bitPattern: Int16($1))) << 16 } }
    t(36, "load_short_d16", .control) { w, o in w.load(o, UInt16.self) { $0 & 0xffff_0000 | UInt32($1) } }
    t(37, "load_short_d16_hi", .control) { w, o in w.load(o, UInt16.self) { $0 & 0xffff | UInt32($1) << 16 } }
  }

  private static func flatAtomics32(_ t: inout Rows) {
    t(64, "atomic_swap", [.control, .notScratch]) { w, o in w.atomic32(o) { _, a, _ in a } }
    t(66, "atomic_add", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m &+ a } }
    t(67, "atomic_sub", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m &- a } }
    t(68, "atomic_smin", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(69, "atomic_umin", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in min(m, a) } }
    t(70, "atomic_smax", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(71, "atomic_umax", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in max(m, a) } }
    t(72, "atomic_and", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m & a } }
    t(73, "atomic_or", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m | a } }
    t(74, "atomic_xor", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m ^ a } }
    t(75, "atomic_inc", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(76, "atomic_dec", [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(65, "atomic_cmpswap", [.control, .notScratch]) { w, o in w.atomic32(o, operands: 2) { m, a, b in m == b ? a : m } }
    t(77, "atomic_add_f32", gfx90a: .absent, [.control, .notScratch, .f32]) { w, o in w.atomic32(o) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(78, "atomic_pk_add_f16", gfx90a: .absent, [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in addHalves(m, a) } }
    // gfx90a has these in the global segment only.
    t(77, "atomic_add_f32", gfx942: .absent, [.control, .notScratch, .f32, .notFlat]) { w, o in w.atomic32(o) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(78, "atomic_pk_add_f16", gfx942: .absent, [.control, .notScratch, .notFlat]) { w, o in w.atomic32(o) { m, a, _ in addHalves(m, a) } }
    t(82, "atomic_pk_add_bf16", gfx90a: .absent, [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in addBFloats(m, a) } }
  }
  private static func flatAtomics64(_ t: inout Rows) {
    t(96, "atomic_swap_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { _, a, _ in a } }
    t(98, "atomic_add_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m &+ a } }
    t(99, "atomic_sub_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m &- a } }
    t(100, "atomic_smin_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in sign(m) < sign(a) ? m : a } }
    t(101, "atomic_umin_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in min(m, a) } }
    t(102, "atomic_smax_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in sign(m) > sign(a) ? m : a } }
    t(103, "atomic_umax_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in max(m, a) } }
    t(104, "atomic_and_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m & a } }
    t(105, "atomic_or_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m | a } }
    t(106, "atomic_xor_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m ^ a } }
    t(107, "atomic_inc_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(108, "atomic_dec_x2", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(97, "atomic_cmpswap_x2", [.control, .notScratch]) { w, o in w.atomic64(o, operands: 2) { m, a, b in m == b ? a : m } }
    t(79, "atomic_add_f64", [.control, .notScratch, .f64]) { w, o in w.atomic64(o) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(80, "atomic_min_f64", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in lesser(m, a) } }
    t(81, "atomic_max_f64", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in greater(m, a) } }
  }
}
