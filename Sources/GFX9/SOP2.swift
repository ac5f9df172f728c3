// SOP2: scalar, two sources.  Source: AMD CDNA3 ISA, 12.1.
import CSoftGPU
import ISA

extension Rows {
  static func sop2(_ t: inout Rows) {
    t.begin(.sop2, count: 128)
    t.shared(SharedRows.sop2)
    t(41, "s_cbranch_g_fork", .control) { w, o in Forks.fork(w, o, to: w.s64(o, 1)) }
    // The second source holds bits of STATUS that nothing here looks at.
    t(43, "s_rfe_restore_b64", .control) { w, o in Traps.returnFromException(w, o, w.s64(o, 0)) }
  }
}
