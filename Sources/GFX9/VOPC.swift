// VOPC: vector comparisons, into VCC or an SGPR pair; the v_cmpx forms also set EXEC.  Source: AMD CDNA3 ISA, 12.9.
import ISA

extension Rows {
  static func vopc(_ t: inout Rows) {
    t.begin(.vopc, count: 256)
    t.all { table in
      table.compareClasses(f16: 20, f32: 16, f64: 18, execAfter: 1)
      table.compareHalves(32, exec: 48, always: ("v_cmp_tru_f16", "v_cmpx_tru_f16"))
      table.compareSingles(64, exec: 80, always: ("v_cmp_tru_f32", "v_cmpx_tru_f32"))
      table.compareDoubles(96, exec: 112, always: ("v_cmp_tru_f64", "v_cmpx_tru_f64"))
      table.compareIntegers16(160, exec: 176, constants: true)
      table.compareIntegers32(192, exec: 208)
      table.compareIntegers64(224, exec: 240)
    }
  }
}
