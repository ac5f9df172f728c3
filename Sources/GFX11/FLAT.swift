// FLAT, GLOBAL, SCRATCH: one list of opcodes for the three segments (the segment is in the instruction; ISA's LaneAccess
// resolves addresses).  Atomics are real atomics of the host: other workers and the host see them.
// Source: AMD RDNA3 ISA, 10 and 16.16-16.18, and AMD's pseudo-code.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func flat(_ t: inout OpcodeTable) {
    t.begin(.flat, count: 128)
    t.shared(SharedRows.flat, .gfx1100)
    flatAtomics(&t)
    t(40, "load_addtid_b32", [.control, .bare]) { w, o in w.loadThread(o) }
    t(41, "store_addtid_b32", [.control, .bare]) { w, o in w.storeThread(o) }
  }

  private static func flatAtomics(_ t: inout OpcodeTable) {
    t(55, "atomic_csub_u32", [.control, .bare]) { w, o in w.atomic32(o) { m, a, _ in m < a ? 0 : m &- a } }
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
