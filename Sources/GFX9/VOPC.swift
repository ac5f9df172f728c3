// VOPC: vector comparisons, into VCC or an SGPR pair; the v_cmpx forms also set EXEC.  Source: AMD CDNA3 ISA, 12.9.
import CSoftGPU
import ISA

extension Rows {
  static func vopc(_ t: inout Rows) {
    t.begin(.vopc, count: 256)
    floatClass(&t); floats16(&t); floats32(&t); floats64(&t); integers16(&t); integers32(&t); integers64(&t)
  }
  private static func floatClass(_ t: inout Rows) {
    t(16, "v_cmp_class_f32") { w, o in w.compare(o) { (a: Float, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    t(17, "v_cmpx_class_f32") { w, o in w.compareAndSetExec(o) { (a: Float, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    t(18, "v_cmp_class_f64") { w, o in w.compare(o) { (a: Double, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    t(19, "v_cmpx_class_f64") { w, o in w.compareAndSetExec(o) { (a: Double, b: UInt32) in UInt32(b) >> classBit(a) & 1 != 0 } }
    t(20, "v_cmp_class_f16") { w, o in w.compare(o) { (a: Float16, b: UInt16) in UInt32(b) >> classBit(a) & 1 != 0 } }
    t(21, "v_cmpx_class_f16") { w, o in w.compareAndSetExec(o) { (a: Float16, b: UInt16) in UInt32(b) >> classBit(a) & 1 != 0 } }
  }
  private static func floats16(_ t: inout Rows) {
    t(32, "v_cmp_f_f16", .f64) { w, o in w.compare(o) { (_: Float16, _: Float16) in false } }
    t(33, "v_cmp_lt_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b } }
    t(34, "v_cmp_eq_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == b } }
    t(35, "v_cmp_le_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a <= b } }
    t(36, "v_cmp_gt_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a > b } }
    t(37, "v_cmp_lg_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b || a > b } }
    t(38, "v_cmp_ge_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a >= b } }
    t(39, "v_cmp_o_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == a && b == b } }
    t(40, "v_cmp_u_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a != a || b != b } }
    t(41, "v_cmp_nge_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a >= b) } }
    t(42, "v_cmp_nlg_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b || a > b) } }
    t(43, "v_cmp_ngt_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a > b) } }
    t(44, "v_cmp_nle_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a <= b) } }
    t(45, "v_cmp_neq_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a == b) } }
    t(46, "v_cmp_nlt_f16", .f64) { w, o in w.compare(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b) } }
    t(47, "v_cmp_tru_f16", .f64) { w, o in w.compare(o) { (_: Float16, _: Float16) in true } }
    t(48, "v_cmpx_f_f16", .f64) { w, o in w.compareAndSetExec(o) { (_: Float16, _: Float16) in false } }
    t(49, "v_cmpx_lt_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b } }
    t(50, "v_cmpx_eq_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == b } }
    t(51, "v_cmpx_le_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a <= b } }
    t(52, "v_cmpx_gt_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a > b } }
    t(53, "v_cmpx_lg_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a < b || a > b } }
    t(54, "v_cmpx_ge_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a >= b } }
    t(55, "v_cmpx_o_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a == a && b == b } }
    t(56, "v_cmpx_u_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return a != a || b != b } }
    t(57, "v_cmpx_nge_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a >= b) } }
    t(58, "v_cmpx_nlg_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b || a > b) } }
    t(59, "v_cmpx_ngt_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a > b) } }
    t(60, "v_cmpx_nle_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a <= b) } }
    t(61, "v_cmpx_neq_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a == b) } }
    t(62, "v_cmpx_nlt_f16", .f64) { w, o in w.compareAndSetExec(o) { (x: Float16, y: Float16) in let a = Float(x), b = Float(y); return !(a < b) } }
    t(63, "v_cmpx_tru_f16", .f64) { w, o in w.compareAndSetExec(o) { (_: Float16, _: Float16) in true } }
  }
  private static func floats32(_ t: inout Rows) {
    t(64, "v_cmp_f_f32", .f32) { w, o in w.compare(o) { (_: Float, _: Float) in false } }
    t(65, "v_cmp_lt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a < b } }
    t(66, "v_cmp_eq_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a == b } }
    t(67, "v_cmp_le_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a <= b } }
    t(68, "v_cmp_gt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a > b } }
    t(69, "v_cmp_lg_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a < b || a > b } }
    t(70, "v_cmp_ge_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a >= b } }
    t(71, "v_cmp_o_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a == a && b == b } }
    t(72, "v_cmp_u_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in a != a || b != b } }
    t(73, "v_cmp_nge_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a >= b) } }
    t(74, "v_cmp_nlg_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a < b || a > b) } }
    t(75, "v_cmp_ngt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a > b) } }
    t(76, "v_cmp_nle_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a <= b) } }
    t(77, "v_cmp_neq_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a == b) } }
    t(78, "v_cmp_nlt_f32", .f32) { w, o in w.compare(o) { (a: Float, b: Float) in !(a < b) } }
    t(79, "v_cmp_tru_f32", .f32) { w, o in w.compare(o) { (_: Float, _: Float) in true } }
    t(80, "v_cmpx_f_f32", .f32) { w, o in w.compareAndSetExec(o) { (_: Float, _: Float) in false } }
    t(81, "v_cmpx_lt_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a < b } }
    t(82, "v_cmpx_eq_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a == b } }
    t(83, "v_cmpx_le_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a <= b } }
    t(84, "v_cmpx_gt_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a > b } }
    t(85, "v_cmpx_lg_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a < b || a > b } }
    t(86, "v_cmpx_ge_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a >= b } }
    t(87, "v_cmpx_o_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a == a && b == b } }
    t(88, "v_cmpx_u_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in a != a || b != b } }
    t(89, "v_cmpx_nge_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a >= b) } }
    t(90, "v_cmpx_nlg_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a < b || a > b) } }
    t(91, "v_cmpx_ngt_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a > b) } }
    t(92, "v_cmpx_nle_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a <= b) } }
    t(93, "v_cmpx_neq_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a == b) } }
    t(94, "v_cmpx_nlt_f32", .f32) { w, o in w.compareAndSetExec(o) { (a: Float, b: Float) in !(a < b) } }
    t(95, "v_cmpx_tru_f32", .f32) { w, o in w.compareAndSetExec(o) { (_: Float, _: Float) in true } }
  }
  private static func floats64(_ t: inout Rows) {
    t(96, "v_cmp_f_f64", .f64) { w, o in w.compare(o) { (_: Double, _: Double) in false } }
    t(97, "v_cmp_lt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a < b } }
    t(98, "v_cmp_eq_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a == b } }
    t(99, "v_cmp_le_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a <= b } }
    t(100, "v_cmp_gt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a > b } }
    t(101, "v_cmp_lg_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a < b || a > b } }
    t(102, "v_cmp_ge_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a >= b } }
    t(103, "v_cmp_o_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a == a && b == b } }
    t(104, "v_cmp_u_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in a != a || b != b } }
    t(105, "v_cmp_nge_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a >= b) } }
    t(106, "v_cmp_nlg_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a < b || a > b) } }
    t(107, "v_cmp_ngt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a > b) } }
    t(108, "v_cmp_nle_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a <= b) } }
    t(109, "v_cmp_neq_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a == b) } }
    t(110, "v_cmp_nlt_f64", .f64) { w, o in w.compare(o) { (a: Double, b: Double) in !(a < b) } }
    t(111, "v_cmp_tru_f64", .f64) { w, o in w.compare(o) { (_: Double, _: Double) in true } }
    t(112, "v_cmpx_f_f64", .f64) { w, o in w.compareAndSetExec(o) { (_: Double, _: Double) in false } }
    t(113, "v_cmpx_lt_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a < b } }
    t(114, "v_cmpx_eq_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a == b } }
    t(115, "v_cmpx_le_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a <= b } }
    t(116, "v_cmpx_gt_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a > b } }
    t(117, "v_cmpx_lg_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a < b || a > b } }
    t(118, "v_cmpx_ge_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a >= b } }
    t(119, "v_cmpx_o_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a == a && b == b } }
    t(120, "v_cmpx_u_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in a != a || b != b } }
    t(121, "v_cmpx_nge_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a >= b) } }
    t(122, "v_cmpx_nlg_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a < b || a > b) } }
    t(123, "v_cmpx_ngt_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a > b) } }
    t(124, "v_cmpx_nle_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a <= b) } }
    t(125, "v_cmpx_neq_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a == b) } }
    t(126, "v_cmpx_nlt_f64", .f64) { w, o in w.compareAndSetExec(o) { (a: Double, b: Double) in !(a < b) } }
    t(127, "v_cmpx_tru_f64", .f64) { w, o in w.compareAndSetExec(o) { (_: Double, _: Double) in true } }
  }
  private static func integers16(_ t: inout Rows) {
    t(160, "v_cmp_f_i16") { w, o in w.compare(o) { (_: Int16, _: Int16) in false } }
    t(161, "v_cmp_lt_i16") { w, o in w.compare(o) { (a: Int16, b: Int16) in a < b } }
    t(162, "v_cmp_eq_i16") { w, o in w.compare(o) { (a: Int16, b: Int16) in a == b } }
    t(163, "v_cmp_le_i16") { w, o in w.compare(o) { (a: Int16, b: Int16) in a <= b } }
    t(164, "v_cmp_gt_i16") { w, o in w.compare(o) { (a: Int16, b: Int16) in a > b } }
    t(165, "v_cmp_ne_i16") { w, o in w.compare(o) { (a: Int16, b: Int16) in a != b } }
    t(166, "v_cmp_ge_i16") { w, o in w.compare(o) { (a: Int16, b: Int16) in a >= b } }
    t(167, "v_cmp_t_i16") { w, o in w.compare(o) { (_: Int16, _: Int16) in true } }
    t(168, "v_cmp_f_u16") { w, o in w.compare(o) { (_: UInt16, _: UInt16) in false } }
    t(169, "v_cmp_lt_u16") { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a < b } }
    t(170, "v_cmp_eq_u16") { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a == b } }
    t(171, "v_cmp_le_u16") { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a <= b } }
    t(172, "v_cmp_gt_u16") { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a > b } }
    t(173, "v_cmp_ne_u16") { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a != b } }
    t(174, "v_cmp_ge_u16") { w, o in w.compare(o) { (a: UInt16, b: UInt16) in a >= b } }
    t(175, "v_cmp_t_u16") { w, o in w.compare(o) { (_: UInt16, _: UInt16) in true } }
    t(176, "v_cmpx_f_i16") { w, o in w.compareAndSetExec(o) { (_: Int16, _: Int16) in false } }
    t(177, "v_cmpx_lt_i16") { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a < b } }
    t(178, "v_cmpx_eq_i16") { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a == b } }
    t(179, "v_cmpx_le_i16") { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a <= b } }
    t(180, "v_cmpx_gt_i16") { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a > b } }
    t(181, "v_cmpx_ne_i16") { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a != b } }
    t(182, "v_cmpx_ge_i16") { w, o in w.compareAndSetExec(o) { (a: Int16, b: Int16) in a >= b } }
    t(183, "v_cmpx_t_i16") { w, o in w.compareAndSetExec(o) { (_: Int16, _: Int16) in true } }
    t(184, "v_cmpx_f_u16") { w, o in w.compareAndSetExec(o) { (_: UInt16, _: UInt16) in false } }
    t(185, "v_cmpx_lt_u16") { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a < b } }
    t(186, "v_cmpx_eq_u16") { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a == b } }
    t(187, "v_cmpx_le_u16") { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a <= b } }
    t(188, "v_cmpx_gt_u16") { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a > b } }
    t(189, "v_cmpx_ne_u16") { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a != b } }
    t(190, "v_cmpx_ge_u16") { w, o in w.compareAndSetExec(o) { (a: UInt16, b: UInt16) in a >= b } }
    t(191, "v_cmpx_t_u16") { w, o in w.compareAndSetExec(o) { (_: UInt16, _: UInt16) in true } }
  }
  private static func integers32(_ t: inout Rows) {
    t(192, "v_cmp_f_i32") { w, o in w.compare(o) { (_: Int32, _: Int32) in false } }
    t(193, "v_cmp_lt_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a < b } }
    t(194, "v_cmp_eq_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a == b } }
    t(195, "v_cmp_le_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a <= b } }
    t(196, "v_cmp_gt_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a > b } }
    t(197, "v_cmp_ne_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a != b } }
    t(198, "v_cmp_ge_i32") { w, o in w.compare(o) { (a: Int32, b: Int32) in a >= b } }
    t(199, "v_cmp_t_i32") { w, o in w.compare(o) { (_: Int32, _: Int32) in true } }
    t(200, "v_cmp_f_u32") { w, o in w.compare(o) { (_: UInt32, _: UInt32) in false } }
    t(201, "v_cmp_lt_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a < b } }
    t(202, "v_cmp_eq_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a == b } }
    t(203, "v_cmp_le_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a <= b } }
    t(204, "v_cmp_gt_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a > b } }
    t(205, "v_cmp_ne_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a != b } }
    t(206, "v_cmp_ge_u32") { w, o in w.compare(o) { (a: UInt32, b: UInt32) in a >= b } }
    t(207, "v_cmp_t_u32") { w, o in w.compare(o) { (_: UInt32, _: UInt32) in true } }
    t(208, "v_cmpx_f_i32") { w, o in w.compareAndSetExec(o) { (_: Int32, _: Int32) in false } }
    t(209, "v_cmpx_lt_i32") { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a < b } }
    t(210, "v_cmpx_eq_i32") { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a == b } }
    t(211, "v_cmpx_le_i32") { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a <= b } }
    t(212, "v_cmpx_gt_i32") { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a > b } }
    t(213, "v_cmpx_ne_i32") { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a != b } }
    t(214, "v_cmpx_ge_i32") { w, o in w.compareAndSetExec(o) { (a: Int32, b: Int32) in a >= b } }
    t(215, "v_cmpx_t_i32") { w, o in w.compareAndSetExec(o) { (_: Int32, _: Int32) in true } }
    t(216, "v_cmpx_f_u32") { w, o in w.compareAndSetExec(o) { (_: UInt32, _: UInt32) in false } }
    t(217, "v_cmpx_lt_u32") { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a < b } }
    t(218, "v_cmpx_eq_u32") { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a == b } }
    t(219, "v_cmpx_le_u32") { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a <= b } }
    t(220, "v_cmpx_gt_u32") { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a > b } }
    t(221, "v_cmpx_ne_u32") { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a != b } }
    t(222, "v_cmpx_ge_u32") { w, o in w.compareAndSetExec(o) { (a: UInt32, b: UInt32) in a >= b } }
    t(223, "v_cmpx_t_u32") { w, o in w.compareAndSetExec(o) { (_: UInt32, _: UInt32) in true } }
  }
  private static func integers64(_ t: inout Rows) {
    t(224, "v_cmp_f_i64") { w, o in w.compare(o) { (_: Int64, _: Int64) in false } }
    t(225, "v_cmp_lt_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a < b } }
    t(226, "v_cmp_eq_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a == b } }
    t(227, "v_cmp_le_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a <= b } }
    t(228, "v_cmp_gt_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a > b } }
    t(229, "v_cmp_ne_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a != b } }
    t(230, "v_cmp_ge_i64") { w, o in w.compare(o) { (a: Int64, b: Int64) in a >= b } }
    t(231, "v_cmp_t_i64") { w, o in w.compare(o) { (_: Int64, _: Int64) in true } }
    t(232, "v_cmp_f_u64") { w, o in w.compare(o) { (_: UInt64, _: UInt64) in false } }
    t(233, "v_cmp_lt_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a < b } }
    t(234, "v_cmp_eq_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a == b } }
    t(235, "v_cmp_le_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a <= b } }
    t(236, "v_cmp_gt_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a > b } }
    t(237, "v_cmp_ne_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a != b } }
    t(238, "v_cmp_ge_u64") { w, o in w.compare(o) { (a: UInt64, b: UInt64) in a >= b } }
    t(239, "v_cmp_t_u64") { w, o in w.compare(o) { (_: UInt64, _: UInt64) in true } }
    t(240, "v_cmpx_f_i64") { w, o in w.compareAndSetExec(o) { (_: Int64, _: Int64) in false } }
    t(241, "v_cmpx_lt_i64") { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a < b } }
    t(242, "v_cmpx_eq_i64") { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a == b } }
    t(243, "v_cmpx_le_i64") { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a <= b } }
    t(244, "v_cmpx_gt_i64") { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a > b } }
    t(245, "v_cmpx_ne_i64") { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a != b } }
    t(246, "v_cmpx_ge_i64") { w, o in w.compareAndSetExec(o) { (a: Int64, b: Int64) in a >= b } }
    t(247, "v_cmpx_t_i64") { w, o in w.compareAndSetExec(o) { (_: Int64, _: Int64) in true } }
    t(248, "v_cmpx_f_u64") { w, o in w.compareAndSetExec(o) { (_: UInt64, _: UInt64) in false } }
    t(249, "v_cmpx_lt_u64") { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a < b } }
    t(250, "v_cmpx_eq_u64") { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a == b } }
    t(251, "v_cmpx_le_u64") { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a <= b } }
    t(252, "v_cmpx_gt_u64") { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a > b } }
    t(253, "v_cmpx_ne_u64") { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a != b } }
    t(254, "v_cmpx_ge_u64") { w, o in w.compareAndSetExec(o) { (a: UInt64, b: UInt64) in a >= b } }
    t(255, "v_cmpx_t_u64") { w, o in w.compareAndSetExec(o) { (_: UInt64, _: UInt64) in true } }
  }
}
