// SOP1: scalar, one source.  Source: AMD RDNA3 ISA, 16.3.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sop1(_ t: inout OpcodeTable) {
    t.begin(.sop1, count: 256)
    t.shared(SharedRows.sop1, .gfx1100)
    t(32, "s_and_saveexec_b32") { w, o in saveExec32(w, o) { $0 & $1 } }
    t(34, "s_or_saveexec_b32") { w, o in saveExec32(w, o) { $0 | $1 } }
    t(36, "s_xor_saveexec_b32") { w, o in saveExec32(w, o) { $0 ^ $1 } }
    t(38, "s_nand_saveexec_b32") { w, o in saveExec32(w, o) { ~($0 & $1) } }
    t(40, "s_nor_saveexec_b32") { w, o in saveExec32(w, o) { ~($0 | $1) } }
    t(42, "s_xnor_saveexec_b32") { w, o in saveExec32(w, o) { ~($0 ^ $1) } }
    t(44, "s_and_not0_saveexec_b32") { w, o in saveExec32(w, o) { ~$0 & $1 } }
    t(46, "s_or_not0_saveexec_b32") { w, o in saveExec32(w, o) { ~$0 | $1 } }
    t(48, "s_and_not1_saveexec_b32") { w, o in saveExec32(w, o) { $0 & ~$1 } }
    t(50, "s_or_not1_saveexec_b32") { w, o in saveExec32(w, o) { $0 | ~$1 } }
    t(52, "s_and_not0_wrexec_b32") { w, o in writeExec32(w, o) { ~$0 & $1 } }
    t(54, "s_and_not1_wrexec_b32") { w, o in writeExec32(w, o) { $0 & ~$1 } }
    t(68, "s_movrelsd_2_b32") { w, o in
      let m0 = w.m0
      w.pointee.scalars[Int(o.pointee.destination) &+ Int(m0 >> 16 & 0x3ff) & 127] = w.pointee.scalars[Int(o.pointee.source0) &+ Int(m0 & 0x3ff) & 127]
    }
    t(76, "s_sendmsg_rtn_b32", .message) { w, o in w.setS32(o, UInt32(truncatingIfNeeded: Traps.messageResult(w, UInt32(o.pointee.immediate)))) }
    t(77, "s_sendmsg_rtn_b64", .message) { w, o in w.setS64(o, Traps.messageResult(w, UInt32(o.pointee.immediate))) }
  }
}
