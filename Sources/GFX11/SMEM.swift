// SMEM: scalar memory, scalar cache control.  Source: AMD RDNA3 ISA, 16.6.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func smem(_ t: inout OpcodeTable) {
    t.begin(.smem, count: 256)
    t(0, "s_load_b32", .control) { w, o in scalarLoad(w, o, 1) }
    t(1, "s_load_b64", .control) { w, o in scalarLoad(w, o, 2) }
    t(2, "s_load_b128", .control) { w, o in scalarLoad(w, o, 4) }
    t(3, "s_load_b256", .control) { w, o in scalarLoad(w, o, 8) }
    t(4, "s_load_b512", .control) { w, o in scalarLoad(w, o, 16) }
    t(8, "s_buffer_load_b32", .control) { w, o in scalarBufferLoad(w, o, 1) }
    t(9, "s_buffer_load_b64", .control) { w, o in scalarBufferLoad(w, o, 2) }
    t(10, "s_buffer_load_b128", .control) { w, o in scalarBufferLoad(w, o, 4) }
    t(11, "s_buffer_load_b256", .control) { w, o in scalarBufferLoad(w, o, 8) }
    t(12, "s_buffer_load_b512", .control) { w, o in scalarBufferLoad(w, o, 16) }
    t(32, "s_gl1_inv") { w, _ in w.invalidateGL1() }
    t(33, "s_dcache_inv") { w, _ in w.invalidateScalarCache() }
    t(34, "s_atc_probe") { _, _ in }
    t(35, "s_atc_probe_buffer") { _, _ in }
  }
}

/// The base pair plus an immediate and a register, dword-aligned.
@inline(__always) private func scalarLoad(_ w: Wave, _ o: Op, _ words: Int) {
  let offset = UInt64(bitPattern: Int64(o.pointee.immediate)) &+ UInt64(w.s32(o, 1))
  w.scalarLoad(o, (w.getPair(Int(o.pointee.source0)) &+ offset) & ~3, words)
}
/// Through a buffer descriptor; words outside read 0.
private func scalarBufferLoad(_ w: Wave, _ o: Op, _ words: Int) {
  let at = Int(o.pointee.source0), scalars = w.pointee.scalars
  let resource = BufferResource(.gfx11, scalars[at], scalars[at + 1], scalars[at + 2], scalars[at + 3])
  let offset = (UInt64(bitPattern: Int64(o.pointee.immediate)) &+ UInt64(w.s32(o, 1))) & ~3
  let bytes = resource.stride == 0 ? resource.records : resource.stride &* resource.records
  let inside = offset >= bytes ? 0 : Int(min(UInt64(words), (bytes - offset) / 4))
  if inside > 0 { w.scalarLoad(o, (resource.base &+ offset) & ~3, inside) }
  for word in inside..<words { scalars[Int(o.pointee.destination) + word] = 0 }
}
