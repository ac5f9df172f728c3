// FLAT, GLOBAL, SCRATCH: one list of opcodes for the three segments (the segment is in the instruction; `Memory/LaneAccess`
// resolves addresses).  Atomics are real atomics of the host: other workers and the host see them.
// Source: AMD CDNA3 ISA, 12.15.
import CSoftGPU
import ISA

extension Rows {
  static func flat(_ t: inout Rows) {
    t.begin(.flat, count: 256)
    t.shared(SharedRows.flat)
    flatAtomics32(&t); flatAtomics64(&t)
    // gfx90a says by bit 13, here the opcode's highest, that a load goes to LDS.
    t(38, "load_lds_ubyte", gfx90a: .at(128 + 16, "load_ubyte"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, UInt8.self) { UInt32($0) } }
    t(39, "load_lds_sbyte", gfx90a: .at(128 + 17, "load_sbyte"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, Int8.self) { UInt32(bitPattern: Int32($0)) } }
    t(40, "load_lds_ushort", gfx90a: .at(128 + 18, "load_ushort"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, UInt16.self) { UInt32($0) } }
    t(41, "load_lds_sshort", gfx90a: .at(128 + 19, "load_sshort"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, Int16.self) { UInt32(bitPattern: Int32($0)) } }
    t(42, "load_lds_dword", gfx90a: .at(128 + 20, "load_dword"), [.control, .notFlat]) { w, o in w.loadToLDS(o, m0: w.m0, UInt32.self) { $0 } }
  }

  private static func flatAtomics32(_ t: inout Rows) {
    t(77, "atomic_add_f32", gfx90a: .absent, [.control, .notScratch, .f32]) { w, o in w.atomic32(o) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(78, "atomic_pk_add_f16", gfx90a: .absent, [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in addHalves(m, a) } }
    // gfx90a has these in the global segment only.
    t(77, "atomic_add_f32", gfx942: .absent, [.control, .notScratch, .f32, .notFlat]) { w, o in w.atomic32(o) { m, a, _ in (Float(bitPattern: m) + Float(bitPattern: a)).bitPattern } }
    t(78, "atomic_pk_add_f16", gfx942: .absent, [.control, .notScratch, .notFlat]) { w, o in w.atomic32(o) { m, a, _ in addHalves(m, a) } }
    t(82, "atomic_pk_add_bf16", gfx90a: .absent, [.control, .notScratch]) { w, o in w.atomic32(o) { m, a, _ in addBFloats(m, a) } }
  }
  private static func flatAtomics64(_ t: inout Rows) {
    t(79, "atomic_add_f64", [.control, .notScratch, .f64]) { w, o in w.atomic64(o) { m, a, _ in (Double(bitPattern: m) + Double(bitPattern: a)).bitPattern } }
    t(80, "atomic_min_f64", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in lesser(m, a) } }
    t(81, "atomic_max_f64", [.control, .notScratch]) { w, o in w.atomic64(o) { m, a, _ in greater(m, a) } }
  }
}
