// VOP1: vector, one source; also in VOP3 and DPP form.  Source: AMD RDNA3 ISA, 16.8.
import CSoftGPU
import Glibc
import ISA

extension OpcodeTable {
  static func vop1(_ t: inout OpcodeTable) {
    t.begin(.vop1, count: 128)
    t.shared(SharedRows.vop1, .gfx1100)
    moves(&t); conversions(&t); bits(&t)
  }

  private static func moves(_ t: inout OpcodeTable) {
    t(27, "v_pipeflush", .bare) { _, _ in }
    t(28, "v_mov_b16", .unary16) { w, o in w.unary(o) { (a: UInt16) in a } }
    t(66, "v_movreld_b32") { w, o in moveRelative(w, o, source: 0, destination: Int(w.m0)) }
    t(67, "v_movrels_b32") { w, o in moveRelative(w, o, source: Int(w.m0), destination: 0) }
    t(68, "v_movrelsd_b32") { w, o in moveRelative(w, o, source: Int(w.m0), destination: Int(w.m0)) }
    t(72, "v_movrelsd_2_b32") { w, o in moveRelative(w, o, source: Int(w.m0 & 0x3ff), destination: Int(w.m0 >> 16 & 0x3ff)) }
    t(102, "v_swap_b16", [.bare, .unary16, .only32]) { w, o in swapHalves(w, o) }
    t(103, "v_permlane64_b32", [.bare, .only32]) { w, o in
      guard w.pointee.lanes == 64 else { return }
      let a = w.source(o, 0, .b32)
      w.each(o) { l in a[l ^ 32] }
    }
    t(104, "v_swaprel_b32", [.bare, .only32]) { w, o in
      let from = Int(o.pointee.source0) &- 256 &+ Int(w.m0 & 0x3ff), to = Int(o.pointee.destination) &+ Int(w.m0 >> 16 & 0x3ff)
      w.swap(from & 511, to & 511)
    }
  }

  private static func conversions(_ t: inout OpcodeTable) {
    t(106, "v_cvt_i32_i16", .half0) { w, o in w.unary(o) { (a: Int16) in Int32(a) } }
    t(107, "v_cvt_u32_u16", .half0) { w, o in w.unary(o) { (a: UInt16) in UInt32(a) } }
  }

  private static func bits(_ t: inout OpcodeTable) {
    t(105, "v_not_b16", .unary16) { w, o in w.unary(o) { (a: UInt16) in ~a } }
  }
}

/// v_movrel: registers whose numbers are M0's more than the instruction says.
private func moveRelative(_ w: Wave, _ o: Op, source: Int, destination: Int) {
  let code = Int(o.pointee.source0)
  let from = code >= 256 ? w.vgpr((code &- 256 &+ source) & 511) : UnsafeMutablePointer(mutating: w.source(o, 0, .b32))
  let out = w.vgpr((Int(o.pointee.destination) &+ destination) & 511), m = w.laneMask()
  for l in 0..<64 { out[l] = out[l] ^ ((out[l] ^ from[l]) & m[l]) }
}
private func swapHalves(_ w: Wave, _ o: Op) {
  let a = w.vgpr(Int(o.pointee.source0) &- 256), b = w.vgpr(Int(o.pointee.destination)), m = w.laneMask()
  let aShift: UInt32 = o.pointee.select & 1 != 0 ? 16 : 0, bShift: UInt32 = o.pointee.outputModifiers & 8 != 0 ? 16 : 0
  for l in 0..<64 {
    let x = (a[l] >> aShift ^ b[l] >> bShift) & m[l] & 0xffff
    a[l] ^= x << aShift
    b[l] ^= x << bShift
  }
}
