// SOPP: program control.  Source: AMD RDNA3 ISA, 15.1.5 and 16.5.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func sopp(_ t: inout OpcodeTable) {
    t.begin(.sopp, count: 128)
    t(0, "s_nop") { _, _ in }
    t(48, "s_endpgm", .control) { w, _ in w.pointee.state = UInt32(CARMINE_WAVE_ENDED) }
  }
}
