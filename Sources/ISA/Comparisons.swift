// Vector comparisons of all families: the same sixteen for floats and eight for integers, at places of their own.  They answer
// into a mask; the v_cmpx forms set EXEC (and on gfx9 the mask too).  A family's VOPC says where its groups begin.
// Source: AMD CDNA3 ISA, 12.9; AMD RDNA3 ISA, 16.9.
import CSoftGPU

extension OpcodeTable {
  /// v_cmp_class and v_cmpx_class of each width.
  public mutating func compareClasses(f16: Int, f32: Int, f64: Int, execAfter step: Int) {
    self(f16, "v_cmp_class_f16", [.half0, .half1]) { w, o in w.compare(o) { (a: Float16, b: UInt16) in UInt32(b) >> classBit(a) & 1 != 0 } }
    self(f16 + step, "v_cmpx_class_f16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float16, b: UInt16) in UInt32(b) >> classBit(a) & 1 != 0 } }
    self(f32, "v_cmp_class_f32") { w, o in w.compare(o) { (a: Float, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    self(f32 + step, "v_cmpx_class_f32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Float, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    self(f64, "v_cmp_class_f64") { w, o in w.compare(o) { (a: Double, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    self(f64 + step, "v_cmpx_class_f64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Double, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
  }

  /// `always`: how the family calls the comparison that is always true.
  public mutating func compareHalves(_ base: Int, exec: Int, always: (StaticString, StaticString)) {
    self(base + 0, "v_cmp_f_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (_: Float16, _: Float16) in false } }
    self(base + 1, "v_cmp_lt_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b } }
    self(base + 2, "v_cmp_eq_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == b } }
    self(base + 3, "v_cmp_le_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a <= b } }
    self(base + 4, "v_cmp_gt_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a > b } }
    self(base + 5, "v_cmp_lg_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b || a > b } }
    self(base + 6, "v_cmp_ge_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a >= b } }
    self(base + 7, "v_cmp_o_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == a && b == b } }
    self(base + 8, "v_cmp_u_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a != a || b != b } }
    self(base + 9, "v_cmp_nge_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a >= b) } }
    self(base + 10, "v_cmp_nlg_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b || a > b) } }
    self(base + 11, "v_cmp_ngt_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a > b) } }
    self(base + 12, "v_cmp_nle_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a <= b) } }
    self(base + 13, "v_cmp_neq_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a == b) } }
    self(base + 14, "v_cmp_nlt_f16", [.f64, .half0, .half1]) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b) } }
    self(base + 15, always.0, [.f64, .half0, .half1]) { w, o in w.compare(o) { (_: Float16, _: Float16) in true } }
    self(exec + 0, "v_cmpx_f_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Float16, _: Float16) in false } }
    self(exec + 1, "v_cmpx_lt_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b } }
    self(exec + 2, "v_cmpx_eq_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == b } }
    self(exec + 3, "v_cmpx_le_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a <= b } }
    self(exec + 4, "v_cmpx_gt_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a > b } }
    self(exec + 5, "v_cmpx_lg_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b || a > b } }
    self(exec + 6, "v_cmpx_ge_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a >= b } }
    self(exec + 7, "v_cmpx_o_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == a && b == b } }
    self(exec + 8, "v_cmpx_u_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a != a || b != b } }
    self(exec + 9, "v_cmpx_nge_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a >= b) } }
    self(exec + 10, "v_cmpx_nlg_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b || a > b) } }
    self(exec + 11, "v_cmpx_ngt_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a > b) } }
    self(exec + 12, "v_cmpx_nle_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a <= b) } }
    self(exec + 13, "v_cmpx_neq_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a == b) } }
    self(exec + 14, "v_cmpx_nlt_f16", [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b) } }
    self(exec + 15, always.1, [.f64, .half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Float16, _: Float16) in true } }
  }

  /// `always`: how the family calls the comparison that is always true.
  public mutating func compareSingles(_ base: Int, exec: Int, always: (StaticString, StaticString)) {
    self(base + 0, "v_cmp_f_f32", .f32) { w, o in w.compare(o) { (_: Float, _: Float) in false } }
    self(base + 1, "v_cmp_lt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a < b } }
    self(base + 2, "v_cmp_eq_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a == b } }
    self(base + 3, "v_cmp_le_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a <= b } }
    self(base + 4, "v_cmp_gt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a > b } }
    self(base + 5, "v_cmp_lg_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a < b || a > b } }
    self(base + 6, "v_cmp_ge_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a >= b } }
    self(base + 7, "v_cmp_o_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a == a && b == b } }
    self(base + 8, "v_cmp_u_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a != a || b != b } }
    self(base + 9, "v_cmp_nge_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a >= b) } }
    self(base + 10, "v_cmp_nlg_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a < b || a > b) } }
    self(base + 11, "v_cmp_ngt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a > b) } }
    self(base + 12, "v_cmp_nle_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a <= b) } }
    self(base + 13, "v_cmp_neq_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a == b) } }
    self(base + 14, "v_cmp_nlt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a < b) } }
    self(base + 15, always.0, .f32) { w, o in w.compare(o) { (_: Float, _: Float) in true } }
    self(exec + 0, "v_cmpx_f_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Float, _: Float) in false } }
    self(exec + 1, "v_cmpx_lt_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a < b } }
    self(exec + 2, "v_cmpx_eq_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a == b } }
    self(exec + 3, "v_cmpx_le_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a <= b } }
    self(exec + 4, "v_cmpx_gt_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a > b } }
    self(exec + 5, "v_cmpx_lg_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a < b || a > b } }
    self(exec + 6, "v_cmpx_ge_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a >= b } }
    self(exec + 7, "v_cmpx_o_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a == a && b == b } }
    self(exec + 8, "v_cmpx_u_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a != a || b != b } }
    self(exec + 9, "v_cmpx_nge_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a >= b) } }
    self(exec + 10, "v_cmpx_nlg_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a < b || a > b) } }
    self(exec + 11, "v_cmpx_ngt_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a > b) } }
    self(exec + 12, "v_cmpx_nle_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a <= b) } }
    self(exec + 13, "v_cmpx_neq_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a == b) } }
    self(exec + 14, "v_cmpx_nlt_f32", [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a < b) } }
    self(exec + 15, always.1, [.f32, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Float, _: Float) in true } }
  }

  /// `always`: how the family calls the comparison that is always true.
  public mutating func compareDoubles(_ base: Int, exec: Int, always: (StaticString, StaticString)) {
    self(base + 0, "v_cmp_f_f64", .f64) { w, o in w.compare(o) { (_: Double, _: Double) in false } }
    self(base + 1, "v_cmp_lt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a < b } }
    self(base + 2, "v_cmp_eq_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a == b } }
    self(base + 3, "v_cmp_le_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a <= b } }
    self(base + 4, "v_cmp_gt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a > b } }
    self(base + 5, "v_cmp_lg_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a < b || a > b } }
    self(base + 6, "v_cmp_ge_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a >= b } }
    self(base + 7, "v_cmp_o_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a == a && b == b } }
    self(base + 8, "v_cmp_u_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a != a || b != b } }
    self(base + 9, "v_cmp_nge_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a >= b) } }
    self(base + 10, "v_cmp_nlg_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a < b || a > b) } }
    self(base + 11, "v_cmp_ngt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a > b) } }
    self(base + 12, "v_cmp_nle_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a <= b) } }
    self(base + 13, "v_cmp_neq_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a == b) } }
    self(base + 14, "v_cmp_nlt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a < b) } }
    self(base + 15, always.0, .f64) { w, o in w.compare(o) { (_: Double, _: Double) in true } }
    self(exec + 0, "v_cmpx_f_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Double, _: Double) in false } }
    self(exec + 1, "v_cmpx_lt_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a < b } }
    self(exec + 2, "v_cmpx_eq_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a == b } }
    self(exec + 3, "v_cmpx_le_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a <= b } }
    self(exec + 4, "v_cmpx_gt_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a > b } }
    self(exec + 5, "v_cmpx_lg_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a < b || a > b } }
    self(exec + 6, "v_cmpx_ge_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a >= b } }
    self(exec + 7, "v_cmpx_o_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a == a && b == b } }
    self(exec + 8, "v_cmpx_u_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a != a || b != b } }
    self(exec + 9, "v_cmpx_nge_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a >= b) } }
    self(exec + 10, "v_cmpx_nlg_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a < b || a > b) } }
    self(exec + 11, "v_cmpx_ngt_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a > b) } }
    self(exec + 12, "v_cmpx_nle_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a <= b) } }
    self(exec + 13, "v_cmpx_neq_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a == b) } }
    self(exec + 14, "v_cmpx_nlt_f64", [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a < b) } }
    self(exec + 15, always.1, [.f64, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Double, _: Double) in true } }
  }

  /// `constants`: whether the family has those that are never or always true.
  public mutating func compareIntegers16(_ base: Int, exec: Int, constants: Bool) {
    self(base + 1, "v_cmp_lt_i16", [.half0, .half1]) { w, o in w.compare(o) { (a: Int16, b: Int16) in a < b } }
    self(base + 2, "v_cmp_eq_i16", [.half0, .half1]) { w, o in w.compare(o) { (a: Int16, b: Int16) in a == b } }
    self(base + 3, "v_cmp_le_i16", [.half0, .half1]) { w, o in w.compare(o) { (a: Int16, b: Int16) in a <= b } }
    self(base + 4, "v_cmp_gt_i16", [.half0, .half1]) { w, o in w.compare(o) { (a: Int16, b: Int16) in a > b } }
    self(base + 5, "v_cmp_ne_i16", [.half0, .half1]) { w, o in w.compare(o) { (a: Int16, b: Int16) in a != b } }
    self(base + 6, "v_cmp_ge_i16", [.half0, .half1]) { w, o in w.compare(o) { (a: Int16, b: Int16) in a >= b } }
    self(base + 9, "v_cmp_lt_u16", [.half0, .half1]) { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a < b } }
    self(base + 10, "v_cmp_eq_u16", [.half0, .half1]) { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a == b } }
    self(base + 11, "v_cmp_le_u16", [.half0, .half1]) { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a <= b } }
    self(base + 12, "v_cmp_gt_u16", [.half0, .half1]) { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a > b } }
    self(base + 13, "v_cmp_ne_u16", [.half0, .half1]) { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a != b } }
    self(base + 14, "v_cmp_ge_u16", [.half0, .half1]) { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a >= b } }
    self(exec + 1, "v_cmpx_lt_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a < b } }
    self(exec + 2, "v_cmpx_eq_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a == b } }
    self(exec + 3, "v_cmpx_le_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a <= b } }
    self(exec + 4, "v_cmpx_gt_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a > b } }
    self(exec + 5, "v_cmpx_ne_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a != b } }
    self(exec + 6, "v_cmpx_ge_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a >= b } }
    self(exec + 9, "v_cmpx_lt_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a < b } }
    self(exec + 10, "v_cmpx_eq_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a == b } }
    self(exec + 11, "v_cmpx_le_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a <= b } }
    self(exec + 12, "v_cmpx_gt_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a > b } }
    self(exec + 13, "v_cmpx_ne_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a != b } }
    self(exec + 14, "v_cmpx_ge_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a >= b } }
    guard constants else { return }
    self(base + 0, "v_cmp_f_i16", [.half0, .half1]) { w, o in w.compare(o) { (_: Int16, _: Int16) in false } }
    self(base + 7, "v_cmp_t_i16", [.half0, .half1]) { w, o in w.compare(o) { (_: Int16, _: Int16) in true } }
    self(base + 8, "v_cmp_f_u16", [.half0, .half1]) { w, o in w.compare(o) { (_: UInt16, _: UInt16) in false } }
    self(base + 15, "v_cmp_t_u16", [.half0, .half1]) { w, o in w.compare(o) { (_: UInt16, _: UInt16) in true } }
    self(exec + 0, "v_cmpx_f_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Int16, _: Int16) in false } }
    self(exec + 7, "v_cmpx_t_i16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: Int16, _: Int16) in true } }
    self(exec + 8, "v_cmpx_f_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: UInt16, _: UInt16) in false } }
    self(exec + 15, "v_cmpx_t_u16", [.half0, .half1, .setsExec]) { w, o in w.compareAndSetExec(o) { (_: UInt16, _: UInt16) in true } }
  }

  public mutating func compareIntegers32(_ base: Int, exec: Int) {
    self(base + 0, "v_cmp_f_i32") { w, o in w.compare(o) { (_: Int32, _: Int32) in false } }
    self(base + 1, "v_cmp_lt_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a < b } }
    self(base + 2, "v_cmp_eq_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a == b } }
    self(base + 3, "v_cmp_le_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a <= b } }
    self(base + 4, "v_cmp_gt_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a > b } }
    self(base + 5, "v_cmp_ne_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a != b } }
    self(base + 6, "v_cmp_ge_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a >= b } }
    self(base + 7, "v_cmp_t_i32") { w, o in w.compare(o) { (_: Int32, _: Int32) in true } }
    self(base + 8, "v_cmp_f_u32") { w, o in w.compare(o) { (_: UInt32, _: UInt32) in false } }
    self(base + 9, "v_cmp_lt_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a < b } }
    self(base + 10, "v_cmp_eq_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a == b } }
    self(base + 11, "v_cmp_le_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a <= b } }
    self(base + 12, "v_cmp_gt_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a > b } }
    self(base + 13, "v_cmp_ne_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a != b } }
    self(base + 14, "v_cmp_ge_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a >= b } }
    self(base + 15, "v_cmp_t_u32") { w, o in w.compare(o) { (_: UInt32, _: UInt32) in true } }
    self(exec + 0, "v_cmpx_f_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (_: Int32, _: Int32) in false } }
    self(exec + 1, "v_cmpx_lt_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a < b } }
    self(exec + 2, "v_cmpx_eq_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a == b } }
    self(exec + 3, "v_cmpx_le_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a <= b } }
    self(exec + 4, "v_cmpx_gt_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a > b } }
    self(exec + 5, "v_cmpx_ne_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a != b } }
    self(exec + 6, "v_cmpx_ge_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a >= b } }
    self(exec + 7, "v_cmpx_t_i32", .setsExec) { w, o in w.compareAndSetExec(o) { (_: Int32, _: Int32) in true } }
    self(exec + 8, "v_cmpx_f_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (_: UInt32, _: UInt32) in false } }
    self(exec + 9, "v_cmpx_lt_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a < b } }
    self(exec + 10, "v_cmpx_eq_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a == b } }
    self(exec + 11, "v_cmpx_le_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a <= b } }
    self(exec + 12, "v_cmpx_gt_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a > b } }
    self(exec + 13, "v_cmpx_ne_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a != b } }
    self(exec + 14, "v_cmpx_ge_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a >= b } }
    self(exec + 15, "v_cmpx_t_u32", .setsExec) { w, o in w.compareAndSetExec(o) { (_: UInt32, _: UInt32) in true } }
  }

  public mutating func compareIntegers64(_ base: Int, exec: Int) {
    self(base + 0, "v_cmp_f_i64") { w, o in w.compare(o) { (_: Int64, _: Int64) in false } }
    self(base + 1, "v_cmp_lt_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a < b } }
    self(base + 2, "v_cmp_eq_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a == b } }
    self(base + 3, "v_cmp_le_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a <= b } }
    self(base + 4, "v_cmp_gt_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a > b } }
    self(base + 5, "v_cmp_ne_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a != b } }
    self(base + 6, "v_cmp_ge_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a >= b } }
    self(base + 7, "v_cmp_t_i64") { w, o in w.compare(o) { (_: Int64, _: Int64) in true } }
    self(base + 8, "v_cmp_f_u64") { w, o in w.compare(o) { (_: UInt64, _: UInt64) in false } }
    self(base + 9, "v_cmp_lt_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a < b } }
    self(base + 10, "v_cmp_eq_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a == b } }
    self(base + 11, "v_cmp_le_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a <= b } }
    self(base + 12, "v_cmp_gt_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a > b } }
    self(base + 13, "v_cmp_ne_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a != b } }
    self(base + 14, "v_cmp_ge_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a >= b } }
    self(base + 15, "v_cmp_t_u64") { w, o in w.compare(o) { (_: UInt64, _: UInt64) in true } }
    self(exec + 0, "v_cmpx_f_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (_: Int64, _: Int64) in false } }
    self(exec + 1, "v_cmpx_lt_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a < b } }
    self(exec + 2, "v_cmpx_eq_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a == b } }
    self(exec + 3, "v_cmpx_le_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a <= b } }
    self(exec + 4, "v_cmpx_gt_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a > b } }
    self(exec + 5, "v_cmpx_ne_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a != b } }
    self(exec + 6, "v_cmpx_ge_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a >= b } }
    self(exec + 7, "v_cmpx_t_i64", .setsExec) { w, o in w.compareAndSetExec(o) { (_: Int64, _: Int64) in true } }
    self(exec + 8, "v_cmpx_f_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (_: UInt64, _: UInt64) in false } }
    self(exec + 9, "v_cmpx_lt_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a < b } }
    self(exec + 10, "v_cmpx_eq_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a == b } }
    self(exec + 11, "v_cmpx_le_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a <= b } }
    self(exec + 12, "v_cmpx_gt_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a > b } }
    self(exec + 13, "v_cmpx_ne_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a != b } }
    self(exec + 14, "v_cmpx_ge_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a >= b } }
    self(exec + 15, "v_cmpx_t_u64", .setsExec) { w, o in w.compareAndSetExec(o) { (_: UInt64, _: UInt64) in true } }
  }
}
