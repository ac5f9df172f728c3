// VOPC: vector comparisons, into VCC or SGPRs; the v_cmpx forms write EXEC alone.  Source: AMD RDNA3 ISA, 16.9.
import ISA

extension OpcodeTable {
  static func vopc(_ t: inout OpcodeTable) {
    t.begin(.vopc, count: 256)
    t.compareHalves(0, exec: 128, always: ("v_cmp_t_f16", "v_cmpx_t_f16"))
    t.compareSingles(16, exec: 144, always: ("v_cmp_t_f32", "v_cmpx_t_f32"))
    t.compareDoubles(32, exec: 160, always: ("v_cmp_t_f64", "v_cmpx_t_f64"))
    t.compareIntegers16(48, exec: 176, constants: false)
    t.compareIntegers32(64, exec: 192)
    t.compareIntegers64(80, exec: 208)
    t.compareClasses(f16: 125, f32: 126, f64: 127, execAfter: 128)
  }
}
