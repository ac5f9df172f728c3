// FLAT, GLOBAL, SCRATCH: one list of opcodes for the three segments (the segment is in the instruction; ISA's LaneAccess
// resolves addresses).  Atomics are real atomics of the host: other workers and the host see them.
// Source: AMD RDNA3 ISA, 10 and 16.16-16.18, and AMD's pseudo-code.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func flat(_ t: inout OpcodeTable) {
    t.begin(.flat, count: 128)
    flatTransfers(&t); flatAtomics(&t)
    t(40, "load_addtid_b32", [.control, .bare]) { w, o in w.loadThread(o) }
    t(41, "store_addtid_b32", [.control, .bare]) { w, o in w.storeThread(o) }
  }

  private static func flatTransfers(_ t: inout OpcodeTable) {
    t(16, "load_u8", .control) { w, o in w.load(o, UInt8.self) { UInt32($1) } }
    t(17, "load_i8", .control) { w, o in w.load(o, Int8.self) { UInt32(bitPattern: Int32($1)) } }
    t(18, "load_u16", .control) { w, o in w.load(o, UInt16.self) { UInt32($1) } }
    t(19, "load_i16", .control) { w, o in w.load(o, Int16.self) { UInt32(bitPattern: Int32($1)) } }
    t(20, "load_b32", .control) { w, o in w.load(o, words: 1) }
    t(21, "load_b64", .control) { w, o in w.load(o, words: 2) }
    t(22, "load_b96", .control) { w, o in w.load(o, words: 3) }
    t(23, "load_b128", .control) { w, o in w.load(o, words: 4) }
    t(24, "store_b8", .control) { w, o in w.store(o, UInt8.self) }
    t(25, "store_b16", .control) { w, o in w.store(o, UInt16.self) }
    t(26, "store_b32", .control) { w, o in w.store(o, words: 1) }
    t(27, "store_b64", .control) { w, o in w.store(o, words: 2) }
    t(28, "store_b96", .control) { w, o in w.store(o, words: 3) }
    t(29, "store_b128", .control) { w, o in w.store(o, words: 4) }
    t(30, "load_d16_u8", .control) { w, o in w.load(o, UInt8.self) { Half.low($0, UInt32($1)) } }
    t(31, "load_d16_i8", .control) { w, o in w.load(o, Int8.self) { Half.low($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t(32, "load_d16_b16", .control) { w, o in w.load(o, UInt16.self) { Half.low($0, UInt32($1)) } }
    t(33, "load_d16_hi_u8", .control) { w, o in w.load(o, UInt8.self) { Half.high($0, UInt32($1)) } }
    t(34, "load_d16_hi_i8", .control) { w, o in w.load(o, Int8.self) { Half.high($0, UInt32(UInt16(bitPattern: Int16($1)))) } }
    t(35, "load_d16_hi_b16", .control) { w, o in w.load(o, UInt16.self) { Half.high($0, UInt32($1)) } }
    t(36, "store_d16_hi_b8", .control) { w, o in w.store(o, UInt8.self, shift: 16) }
    t(37, "store_d16_hi_b16", .control) { w, o in w.store(o, UInt16.self, shift: 16) }
  }
  private static func flatAtomics(_ t: inout OpcodeTable) {
    t(51, "atomic_swap_b32", .control) { w, o in w.atomic32(o) { _, a, _ in a } }
    t(52, "atomic_cmpswap_b32", .control) { w, o in w.atomic32(o, operands: 2) { m, a, b in m == b ? a : m } }
    t(53, "atomic_add_u32", .control) { w, o in w.atomic32(o) { m, a, _ in m &+ a } }
    t(54, "atomic_sub_u32", .control) { w, o in w.atomic32(o) { m, a, _ in m &- a } }
    t(55, "atomic_csub_u32", [.control, .bare]) { w, o in w.atomic32(o) { m, a, _ in m < a ? 0 : m &- a } }
    t(56, "atomic_min_i32", .control) { w, o in w.atomic32(o) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(57, "atomic_min_u32", .control) { w, o in w.atomic32(o) { m, a, _ in min(m, a) } }
    t(58, "atomic_max_i32", .control) { w, o in w.atomic32(o) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(59, "atomic_max_u32", .control) { w, o in w.atomic32(o) { m, a, _ in max(m, a) } }
    t(60, "atomic_and_b32", .control) { w, o in w.atomic32(o) { m, a, _ in m & a } }
    t(61, "atomic_or_b32", .control) { w, o in w.atomic32(o) { m, a, _ in m | a } }
    t(62, "atomic_xor_b32", .control) { w, o in w.atomic32(o) { m, a, _ in m ^ a } }
    t(63, "atomic_inc_u32", .control) { w, o in w.atomic32(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(64, "atomic_dec_u32", .control) { w, o in w.atomic32(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(65, "atomic_swap_b64", .control) { w, o in w.atomic64(o) { _, a, _ in a } }
    t(66, "atomic_cmpswap_b64", .control) { w, o in w.atomic64(o, operands: 2) { m, a, b in m == b ? a : m } }
    t(67, "atomic_add_u64", .control) { w, o in w.atomic64(o) { m, a, _ in m &+ a } }
    t(68, "atomic_sub_u64", .control) { w, o in w.atomic64(o) { m, a, _ in m &- a } }
    t(69, "atomic_min_i64", .control) { w, o in w.atomic64(o) { m, a, _ in signed(a) < signed(m) ? a : m } }
    t(70, "atomic_min_u64", .control) { w, o in w.atomic64(o) { m, a, _ in min(m, a) } }
    t(71, "atomic_max_i64", .control) { w, o in w.atomic64(o) { m, a, _ in signed(a) >= signed(m) ? a : m } }
    t(72, "atomic_max_u64", .control) { w, o in w.atomic64(o) { m, a, _ in max(m, a) } }
    t(73, "atomic_and_b64", .control) { w, o in w.atomic64(o) { m, a, _ in m & a } }
    t(74, "atomic_or_b64", .control) { w, o in w.atomic64(o) { m, a, _ in m | a } }
    t(75, "atomic_xor_b64", .control) { w, o in w.atomic64(o) { m, a, _ in m ^ a } }
    t(76, "atomic_inc_u64", .control) { w, o in w.atomic64(o) { m, a, _ in m >= a ? 0 : m &+ 1 } }
    t(77, "atomic_dec_u64", .control) { w, o in w.atomic64(o) { m, a, _ in m == 0 || m > a ? a : m &- 1 } }
    t(80, "atomic_cmpswap_f32", .control) { w, o in w.atomic32(o, operands: 2) { m, a, b in Float(bitPattern: m) == Float(bitPattern: b) ? a : m } }
    t(81, "atomic_min_f32", .control) { w, o in w.atomic32(o) { m, a, _ in minimum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(82, "atomic_max_f32", .control) { w, o in w.atomic32(o) { m, a, _ in maximum(Float(bitPattern: m), Float(bitPattern: a)).bitPattern } }
    t(86, "atomic_add_f32", .control) { w, o in w.atomic32(o) { m, a, _ in addFlushed(m, a) } }
  }
}

/// Additions in memory know no denormals and round to nearest, whatever MODE says (LLVM knows them as such, too).
@inline(__always) func addFlushed(_ m: UInt32, _ a: UInt32) -> UInt32 {
  flushed(flushed(Float(bitPattern: m)) + flushed(Float(bitPattern: a))).bitPattern
}

extension UnsafeMutablePointer<carmine_wave> {
  /// addtid: an SGPR pair's address, the offset, and four bytes for each lane before.
  private func threadPlaces(_ o: Op, _ access: Fault.Access) -> UInt64? {
    let list = worker(self).pointee.addresses, saddr = Int(o.pointee.scalarDestination)
    let base = (saddr == 0x7f ? 0 : getPair(saddr)) &+ UInt64(bitPattern: Int64(o.pointee.immediate))
    for lane in 0..<64 { list[lane] = base &+ UInt64(lane &* 4) }
    return resolveListed(o, exec, 4, access)
  }
  func loadThread(_ o: Op) {
    guard let lanes = threadPlaces(o, .read) else { return }
    noteCoherent(o)
    let out = vgpr(Int(o.pointee.destination))
    forLanes(lanes) { lane in out[lane] = UnsafeRawPointer(host(lane)).loadUnaligned(as: UInt32.self) }
  }
  func storeThread(_ o: Op) {
    guard let lanes = threadPlaces(o, .write) else { return }
    let from = vgpr(Int(o.pointee.source1) &- 256)
    forLanes(lanes) { lane in host(lane).storeBytes(of: from[lane], as: UInt32.self) }
  }
}
