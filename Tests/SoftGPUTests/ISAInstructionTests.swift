// Instructions that compilers seldom emit, one at a time: SDWA, DPP, op_sel, clamp and output scale, packed and mixed precision,
// byte arithmetic, lane moves.  Each runs with all lanes on and with half of them off; untouched lanes keep their contents.
// The expected values follow AMD's published pseudo-code, written out again as Swift arithmetic.
@testable import ISA
import Glibc
import Testing

@testable import SoftGPU

/// a, b, c: 32-bit sources in v2, v4, v6 (their next registers hold other data); d: v8's old contents; all: a's of all lanes;
/// on: lanes that EXEC lets through.  Returns v8, or nil for a lane that keeps its contents.
private struct Case {
  let text: String
  let expected: (Lane) -> UInt32?
  init(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { self.text = text; self.expected = expected }
}
private struct Lane {
  var a: UInt32, b: UInt32, c: UInt32, d: UInt32, lane: Int, all: [UInt32], on: UInt64
  var fa: Float { Float(bitPattern: a) }
  var fb: Float { Float(bitPattern: b) }
  var fc: Float { Float(bitPattern: c) }
  func isOn(_ lane: Int) -> Bool { on >> UInt64(lane) & 1 != 0 }
  func h(_ x: UInt32, _ high: Bool = false) -> Float { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: high ? x >> 16 : x))) }
}
private func bits(_ f: Float) -> UInt32 { f.bitPattern }
private func bits16(_ f: Float) -> UInt32 { UInt32(Float16(f).bitPattern) }
private func s16(_ x: UInt32) -> Int32 { Int32(Int16(truncatingIfNeeded: x)) }
private func u(_ x: Int32) -> UInt32 { UInt32(bitPattern: x) }

private func allCases() -> [Case] { integerCases() + selectionCases() + laneCases() + halfCases() + halfModeCases() }

private func integerCases() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text, expected)) }
  add("v_add_u32_e64 v8, v2, v4 clamp") { let (r, o) = $0.a.addingReportingOverflow($0.b); return o ? ~0 : r }
  add("v_sub_u32_e64 v8, v2, v4 clamp") { $0.a < $0.b ? 0 : $0.a - $0.b }
  add("v_add_i32 v8, v2, v4 clamp") {
    let x = Int64(Int32(bitPattern: $0.a)), y = Int64(Int32(bitPattern: $0.b))
    return u(Int32(clamping: x + y))
  }
  add("v_sad_u8 v8, v2, v4, v6") { l in
    var sum = l.c
    for at in stride(from: UInt32(0), to: 32, by: 8) { sum &+= UInt32(abs(Int32(l.a >> at & 255) - Int32(l.b >> at & 255))) }
    return sum
  }
  add("v_sad_u32 v8, v2, v4, v6") { ($0.a > $0.b ? $0.a - $0.b : $0.b - $0.a) &+ $0.c }
  add("v_lerp_u8 v8, v2, v4, v6") { l in
    var r: UInt32 = 0
    for at in stride(from: UInt32(0), to: 32, by: 8) {
      let sum = (l.a >> at & 255) + (l.b >> at & 255) + (l.c >> at & 1)
      r |= (sum / 2) << at
    }
    return r
  }
  add("v_xad_u32 v8, v2, v4, v6") { ($0.a ^ $0.b) &+ $0.c }
  add("v_lshl_add_u32 v8, v2, 5, v6") { $0.a << 5 &+ $0.c }
  add("v_add_lshl_u32 v8, v2, v4, 3") { ($0.a &+ $0.b) << 3 }
  add("v_bfe_i32 v8, v2, 4, 9") { u(Int32(bitPattern: $0.a << 19) >> 23) }
  add("v_alignbyte_b32 v8, v2, v4, 3") { UInt32(truncatingIfNeeded: (UInt64($0.a) << 32 | UInt64($0.b)) >> 24) }
  add("v_mul_hi_i32_i24 v8, v2, v4") {
    let x = Int64(Int32(bitPattern: $0.a << 8) >> 8), y = Int64(Int32(bitPattern: $0.b << 8) >> 8)
    return u(Int32(truncatingIfNeeded: (x * y) >> 32))
  }
  add("v_mad_i32_i24 v8, v2, v4, v6") {
    let x = Int32(bitPattern: $0.a << 8) >> 8, y = Int32(bitPattern: $0.b << 8) >> 8
    return u(x &* y &+ Int32(bitPattern: $0.c))
  }
  add("v_mul_hi_u32 v8, v2, v4") { $0.a.multipliedFullWidth(by: $0.b).high }
  add("v_bcnt_u32_b32 v8, v2, v4") { UInt32($0.a.nonzeroBitCount) &+ $0.b }
  add("v_ffbh_i32_e32 v8, v2") { let x = Int32(bitPattern: $0.a) < 0 ? ~$0.a : $0.a; return x == 0 ? ~0 : UInt32(x.leadingZeroBitCount) }
  add("v_med3_i32 v8, v2, v4, v6") { u([Int32(bitPattern: $0.a), Int32(bitPattern: $0.b), Int32(bitPattern: $0.c)].sorted()[1]) }
  add("v_min3_u32 v8, v2, v4, v6") { min($0.a, $0.b, $0.c) }
  add("v_cvt_pk_i16_i32 v8, v2, v4") {
    let x = UInt16(bitPattern: Int16(clamping: Int32(bitPattern: $0.a))), y = UInt16(bitPattern: Int16(clamping: Int32(bitPattern: $0.b)))
    return UInt32(x) | UInt32(y) << 16
  }
  add("v_cvt_pk_u16_u32 v8, v2, v4") { min($0.a, 65535) | min($0.b, 65535) << 16 }
  add("v_dot4_i32_i8 v8, v2, v4, v6") { l in
    var sum = Int32(bitPattern: l.c)
    for at in stride(from: UInt32(0), to: 32, by: 8) { sum &+= Int32(Int8(truncatingIfNeeded: l.a >> at)) * Int32(Int8(truncatingIfNeeded: l.b >> at)) }
    return u(sum)
  }
  add("v_dot2_i32_i16 v8, v2, v4, v6") {
    let low = s16($0.a) &* s16($0.b), high = s16($0.a >> 16) &* s16($0.b >> 16)
    return u(low &+ high &+ Int32(bitPattern: $0.c))
  }
  add("v_and_or_b32 v8, v2, s10, v6") { $0.a & 0x00ff_f0f0 | $0.c }
  add("v_perm_b32 v8, v2, v4, s11") {
    let low: UInt32 = $0.b >> 8 & 255, next: UInt32 = ($0.a & 255) << 8
    return low | next | 0xff00_0000
  }
  return list
}

private func selectionCases() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text, expected)) }
  add("v_add_u32_sdwa v8, v2, v4 dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:BYTE_1 src1_sel:WORD_1") { ($0.a >> 8 & 255) + $0.b >> 16 }
  add("v_add_u32_sdwa v8, sext(v2), v4 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:BYTE_3 src1_sel:WORD_0") {
    let x = u(Int32(Int8(truncatingIfNeeded: $0.a >> 24)))
    return $0.d & 0xffff | (x &+ $0.b & 0xffff) << 16
  }
  add("v_lshrrev_b32_sdwa v8, v2, v4 dst_sel:BYTE_2 dst_unused:UNUSED_PAD src0_sel:BYTE_0 src1_sel:DWORD") { ($0.b >> ($0.a & 31) & 255) << 16 }
  add("v_sub_u16_sdwa v8, v2, v4 dst_sel:WORD_0 dst_unused:UNUSED_SEXT src0_sel:WORD_1 src1_sel:WORD_0") { u(s16($0.a >> 16 &- $0.b)) }
  add("v_mul_f32_sdwa v8, -v2, |v4| dst_sel:DWORD dst_unused:UNUSED_PAD src0_sel:DWORD src1_sel:DWORD") { bits(-$0.fa * $0.fb.magnitude) }
  // An output scale is ignored in IEEE mode and where denormals are kept.
  add("v_mul_f32_e64 v8, v2, v4 mul:4") { bits($0.fa * $0.fb) }
  add("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 9, 1), 0\n v_mul_f32_e64 v8, v2, v4 mul:4\n s_setreg_imm32_b32 hwreg(HW_REG_MODE, 9, 1), 1") { bits($0.fa * $0.fb) }
  add("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 9, 1), 0\n s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), 0\n v_mul_f32_e64 v8, v2, v4 mul:4") { l in
    func f(_ x: Float) -> Float { x.isSubnormal ? Float(sign: x.sign, exponent: 0, significand: 0) : x }
    return bits(f(f(f(l.fa) * f(l.fb)) * 4))
  }
  add("v_add_f32_e64 v8, v2, v2 clamp") { $0.fa.isNaN ? 0 : bits(min(max($0.fa + $0.fa, 0), 1)) }
  add("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 8, 1), 0\n v_add_f32_e64 v8, v2, v2 clamp") { $0.fa.isNaN ? 0x7fc0_0000 : bits(min(max($0.fa + $0.fa, 0), 1)) }
  add("v_mov_b32 v9, 0x7f800001\n v_min_f32 v8, v9, v2") { _ in 0x7fc0_0001 }
  add("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 9, 1), 0\n v_mov_b32 v9, 0x7f800001\n v_min_f32 v8, v9, v2") { $0.a }
  // Register numbers by M0: 4 more for the first source, 8 - 6 for the destination.
  add("s_mov_b32 s14, 4\n s_set_gpr_idx_on s14, gpr_idx(SRC0)\n v_add_u32 v8, v2, v4\n s_set_gpr_idx_off") { $0.c &+ $0.b }
  add("s_mov_b32 s14, 2\n s_set_gpr_idx_on s14, gpr_idx(DST)\n v_xor_b32 v6, v2, v4\n s_set_gpr_idx_mode gpr_idx(SRC1)\n v_add_u32 v8, v8, v2\n s_set_gpr_idx_off") { ($0.a ^ $0.b) &+ $0.b }
  // Vector instructions skipped.
  add("s_mov_b32 s14, 2\n s_setvskip s14, 1\n v_mov_b32 v8, v2\n s_setvskip s14, 0\n v_add_u32 v8, v8, v4") { $0.d &+ $0.b }
  // A fork: lanes of the mask take the path at 1, the others fall through; both meet at the join.
  add("s_mov_b32 s15, 0\n s_mov_b64 s[22:23], exec\n s_mov_b64 s[20:21], s[4:5]\n s_cbranch_i_fork s[12:13], 1f\n v_mov_b32 v8, v4\n s_branch 2f\n 1: v_mov_b32 v8, v2\n 2: s_cbranch_join s15\n s_mov_b64 exec, s[22:23]") { $0.lane % 3 == 0 ? $0.a : $0.b }
  add("v_add_f32_e64 v8, v2, -v4 clamp") { let x = $0.fa - $0.fb; return bits(x >= 1 ? 1 : x > 0 ? x : 0) }
  add("v_max_f32_e64 v8, |v2|, 0.5 div:2") { bits(($0.fa.magnitude.isNaN || $0.fa.magnitude < 0.5) ? 0.5 : $0.fa.magnitude) }
  add("v_cndmask_b32_e64 v8, -v2, |v4|, s[12:13]") { $0.lane % 3 == 0 ? $0.b & 0x7fff_ffff : $0.a ^ 0x8000_0000 }
  add("v_fma_f32 v8, 2.0, v4, -v6") { bits((-$0.fc).addingProduct(2, $0.fb)) }
  add("v_med3_f32 v8, v2, v4, 1.0") { l in l.fa.isNaN || l.fb.isNaN ? nil : bits([l.fa, l.fb, 1].sorted()[1]) }
  add("v_fract_f32_e32 v8, v2") { $0.fa.isFinite ? bits(min($0.fa - $0.fa.rounded(.down), Float(1).nextDown)) : 0x7fc0_0000 }
  add("v_frexp_exp_i32_f32_e32 v8, v2") { var e: Int32 = 0; _ = Glibc.frexpf($0.fa, &e); return $0.fa.isFinite ? u(e) : 0 }
  add("v_frexp_mant_f32_e32 v8, v2") { var e: Int32 = 0; return $0.fa.isNaN ? nil : bits(Glibc.frexpf($0.fa, &e)) }
  add("v_ldexp_f32 v8, v2, 7") { $0.fa.isNaN ? nil : bits(Glibc.ldexpf($0.fa, 7)) }
  add("v_cvt_i32_f32_e32 v8, v2") { $0.fa.isNaN ? 0 : u($0.fa >= 2147483648 ? .max : $0.fa < -2147483648 ? .min : Int32($0.fa)) }
  add("v_cvt_u32_f32_e32 v8, v2") { $0.fa.isNaN || $0.fa <= -1 ? 0 : $0.fa >= 4294967296 ? .max : $0.fa < 0 ? 0 : UInt32($0.fa) }
  add("v_rndne_f32_e32 v8, v2") { $0.fa.isNaN ? nil : bits($0.fa.rounded(.toNearestOrEven)) }
  add("v_cvt_pk_u8_f32 v8, v2, 2, v6") { let x = $0.fa.isNaN ? 0 : min(max($0.fa.rounded(.toNearestOrEven), 0), 255); return $0.c & ~0xff0000 | UInt32(x) << 16 }
  add("s_movk_i32 s14, 0x60\n v_cmp_class_f32_e64 s[14:15], v2, s14\n v_cndmask_b32_e64 v8, 0, 1, s[14:15]") { $0.fa == 0 ? 1 : 0 }
  add("v_cmp_lt_f32_sdwa s[14:15], v2, v4 src0_sel:DWORD src1_sel:DWORD\n v_cndmask_b32_e64 v8, 0, 1, s[14:15]") { $0.fa < $0.fb ? 1 : 0 }
  add("v_cmp_gt_u32_sdwa vcc, v2, v4 src0_sel:BYTE_2 src1_sel:BYTE_3\n v_cndmask_b32_e64 v8, 0, 1, vcc") { $0.a >> 16 & 255 > $0.b >> 24 ? 1 : 0 }
  return list
}

private func dpp(_ l: Lane, zero: Bool = false, _ from: (Int) -> Int?) -> UInt32? {
  guard let source = from(l.lane), l.isOn(source) else { return zero ? 0 : nil }
  return l.all[source]
}
private func laneCases() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text, expected)) }
  add("v_mov_b32_dpp v8, v2 quad_perm:[3,0,2,1] row_mask:0xf bank_mask:0xf") { l in dpp(l) { $0 & ~3 | [3, 0, 2, 1][$0 & 3] } }
  add("v_mov_b32_dpp v8, v2 row_shl:3 row_mask:0xf bank_mask:0xf") { l in dpp(l) { $0 & 15 < 13 ? $0 + 3 : nil } }
  add("v_mov_b32_dpp v8, v2 row_shr:5 row_mask:0xf bank_mask:0xf bound_ctrl:0") { l in dpp(l, zero: true) { $0 & 15 >= 5 ? $0 - 5 : nil } }
  add("v_mov_b32_dpp v8, v2 row_ror:4 row_mask:0xf bank_mask:0xf") { l in dpp(l) { $0 & ~15 | ($0 - 4) & 15 } }
  add("v_mov_b32_dpp v8, v2 row_mirror row_mask:0xf bank_mask:0xf") { l in dpp(l) { $0 & ~15 | 15 - $0 & 15 } }
  add("v_mov_b32_dpp v8, v2 row_half_mirror row_mask:0xf bank_mask:0xf") { l in dpp(l) { $0 & ~7 | 7 - $0 & 7 } }
  add("v_mov_b32_dpp v8, v2 row_bcast:15 row_mask:0xa bank_mask:0xf") { l in dpp(l) { $0 / 16 % 2 == 1 ? $0 / 16 * 16 - 1 : nil } }
  add("v_mov_b32_dpp v8, v2 row_bcast:31 row_mask:0xc bank_mask:0xf") { l in dpp(l) { $0 >= 32 ? 31 : nil } }
  add("v_mov_b32_dpp v8, v2 row_newbcast:6 row_mask:0xf bank_mask:0x5") { l in l.lane >> 2 & 1 == 0 ? dpp(l) { $0 & ~15 | 6 } : nil }
  add("v_add_u32_dpp v8, v2, v4 quad_perm:[1,1,3,3] row_mask:0xf bank_mask:0xf") { l in dpp(l) { $0 | 1 }.map { $0 &+ l.b } }
  add("v_and_b32 v9, 63, v4\n v_lshlrev_b32 v9, 2, v9\n ds_bpermute_b32 v8, v9, v2\n s_waitcnt lgkmcnt(0)") { l in l.isOn(Int(l.b & 63)) ? l.all[Int(l.b & 63)] : 0 }
  add("v_sub_u32 v9, 63, v0\n v_lshlrev_b32 v9, 2, v9\n ds_permute_b32 v8, v9, v2\n s_waitcnt lgkmcnt(0)") { l in l.isOn(63 - l.lane) ? l.all[63 - l.lane] : 0 }
  add("ds_swizzle_b32 v8, v2 offset:swizzle(QUAD_PERM,2,3,0,1)\n s_waitcnt lgkmcnt(0)") { l in l.isOn(l.lane ^ 2) ? l.all[l.lane ^ 2] : 0 }
  add("ds_swizzle_b32 v8, v2 offset:swizzle(SWAP,16)\n s_waitcnt lgkmcnt(0)") { l in l.isOn(l.lane ^ 16) ? l.all[l.lane ^ 16] : 0 }
  add("ds_swizzle_b32 v8, v2 offset:swizzle(BROADCAST,8,3)\n s_waitcnt lgkmcnt(0)") { l in l.isOn(l.lane & ~7 | 3) ? l.all[l.lane & ~7 | 3] : 0 }
  add("v_readlane_b32 s14, v2, 17\n v_mov_b32 v8, s14") { $0.all[17] }
  add("v_readfirstlane_b32 s14, v2\n v_mov_b32 v8, s14") { $0.all[$0.on.trailingZeroBitCount] }
  add("v_mbcnt_lo_u32_b32 v8, s12, 3\n v_mbcnt_hi_u32_b32 v8, s13, v8") { l in UInt32(3 + (0..<l.lane).filter { $0 % 3 == 0 }.count) }
  add("v_mov_b32 v8, v4\n v_swap_b32 v8, v2") { $0.a }
  return list
}

private func halfCases() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text, expected)) }
  add("v_pk_add_u16 v8, v2, v4 op_sel:[0,1] op_sel_hi:[0,0]") {
    let low: UInt32 = ($0.a &+ $0.b >> 16) & 0xffff, high: UInt32 = ($0.a &+ $0.b) << 16
    return low | high
  }
  add("v_pk_add_i16 v8, v2, v4 clamp") {
    let x = UInt16(bitPattern: Int16(clamping: s16($0.a) + s16($0.b))), y = UInt16(bitPattern: Int16(clamping: s16($0.a >> 16) + s16($0.b >> 16)))
    return UInt32(x) | UInt32(y) << 16
  }
  add("v_pk_max_i16 v8, v2, v4") {
    let low = u(max(s16($0.a), s16($0.b)) & 0xffff), high = u(max(s16($0.a >> 16), s16($0.b >> 16)))
    return low | high << 16
  }
  add("v_pk_lshlrev_b16 v8, 3, v4 op_sel_hi:[0,1]") { ($0.b & 0xffff) << 3 & 0xffff | ($0.b >> 16) << 19 }
  add("v_pk_mul_lo_u16 v8, v2, v4") {
    let low: UInt32 = ($0.a &* $0.b) & 0xffff, high: UInt32 = ($0.a >> 16) &* ($0.b >> 16)
    return low | high << 16
  }
  add("v_cvt_f16_f32_e32 v9, v2\n v_cvt_f32_f16_e32 v8, v9") { $0.fa.isNaN ? nil : bits(Float(Float16($0.fa))) }
  add("v_fma_mix_f32 v8, v2, v4, v6 op_sel:[1,0,0] op_sel_hi:[1,0,0]") { let r = $0.fc.addingProduct($0.h($0.a, true), $0.fb); return r.isNaN ? nil : bits(r) }
  add("v_fma_mixlo_f16 v8, v2, v4, 1.0 op_sel_hi:[1,1,0]") { let r = Double($0.h($0.a)) * Double($0.h($0.b)) + 1; return r.isNaN ? nil : $0.d & 0xffff_0000 | bits16(Float(r)) }
  add("v_pack_b32_f16 v8, v2, v4 op_sel:[1,0,0]") { $0.a >> 16 | $0.b << 16 }
  add("v_mad_u16 v8, v2, v4, v6 op_sel:[0,1,0,1]") { $0.d & 0xffff | ($0.a &* ($0.b >> 16) &+ $0.c) << 16 }
  add("v_mul_lo_u16_e32 v8, v2, v4") { $0.a &* $0.b & 0xffff }
  add("v_ashrrev_i16_e32 v8, 3, v4") { u(s16($0.b) >> 3) & 0xffff }
  add("v_max_u16_e32 v8, v2, v4") { max($0.a & 0xffff, $0.b & 0xffff) }
  add("v_cvt_pkrtz_f16_f32 v8, 1.0, 0.5") { _ in 0x3800_3c00 }
  // Eight-bit floats: 1.0 is 0x40 in e4m3fnuz (bias 8) and in e5m2fnuz (bias 16), 240 and 57344 are the largest.
  add("v_mov_b32 v9, 0x43700000\n v_cvt_pk_fp8_f32 v8, 1.0, v9") { $0.d & 0xffff_0000 | 0x7f40 }
  add("v_mov_b32 v9, 0x47600000\n v_cvt_pk_bf8_f32 v8, -1.0, v9 op_sel:[0,0,1]") { $0.d & 0xffff | 0x7fc0_0000 }
  add("v_mov_b32 v9, 0x44000000\n v_cvt_pk_fp8_f32 v8, v9, 0") { $0.d & 0xffff_0000 | 0x0080 }
  add("v_mov_b32 v9, 0x44000000\n s_setreg_imm32_b32 hwreg(HW_REG_MODE, 23, 1), 1\n v_cvt_pk_fp8_f32 v8, v9, 0") { $0.d & 0xffff_0000 | 0x007f }
  add("v_cvt_f32_fp8_e32 v8, v2") { l in
    let x = l.a & 0xff, e = Int32(x >> 3 & 15), m = Float(x & 7)
    let v = e == 0 ? ldexpf(m, -10) : ldexpf(8 + m, e - 11)
    return x == 0x80 ? nil : bits(x & 0x80 != 0 ? -v : v)
  }
  add("v_cvt_f32_bf8_sdwa v8, v2 src0_sel:BYTE_2") { l in
    let x = l.a >> 16 & 0xff, e = Int32(x >> 2 & 31), m = Float(x & 3)
    let v = e == 0 ? ldexpf(m, -17) : ldexpf(4 + m, e - 18)
    return x == 0x80 ? nil : bits(x & 0x80 != 0 ? -v : v)
  }
  // Noise of all ones rounds up what isn't exact, none cuts it off: 1.1875 lies between 1.125 and 1.25.
  add("v_mov_b32 v9, 0x3f980000\n v_mov_b32 v11, -1\n v_cvt_sr_fp8_f32 v8, v9, v11 op_sel:[0,0,1,1]") { $0.d & 0x00ff_ffff | 0x4200_0000 }
  add("v_mov_b32 v9, 0x3f980000\n v_mov_b32 v11, 0\n v_cvt_sr_fp8_f32 v8, v9, v11") { $0.d & 0xffff_ff00 | 0x41 }
  return list
}

/// MODE's fields of double and half precision: bits 6 and 7 keep subnormal operands and results, bits 2 and 3 say how to round.
/// Source: AMD CDNA3 ISA, 3.5 "MODE", and the notes of V_CVT_F16_F32 and V_CVT_F32_F16.
private func halfModeCases() -> [Case] {
  var list: [Case] = []
  func under(_ offset: Int, _ mode: Int, _ text: String, _ expected: @escaping (Lane) -> UInt32?) {
    let usual = offset == 6 ? 3 : 0
    list.append(Case("s_setreg_imm32_b32 hwreg(HW_REG_MODE, \(offset), 2), \(mode)\n \(text)\n s_setreg_imm32_b32 hwreg(HW_REG_MODE, \(offset), 2), \(usual)", expected))
  }
  func flushed(_ x: UInt32) -> UInt32 { x & 0x7c00 == 0 ? x & 0x8000 : x & 0xffff }
  func half(_ x: UInt32) -> Float { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: x))) }
  let tiny = "v_and_b32 v9, 0x83ff83ff, v2\n "   // subnormals, or zeros
  // Operands and results; operands only; results only.
  for mode in 0..<3 {
    func i(_ x: UInt32) -> Float { half(mode & 1 == 0 ? flushed(x) : x) }
    func r(_ x: Double) -> UInt32? { x.isNaN ? nil : mode & 2 == 0 ? flushed(UInt32(Float16(x).bitPattern)) : UInt32(Float16(x).bitPattern) }
    func pair(_ low: UInt32?, _ high: UInt32?) -> UInt32? { low.flatMap { low in high.map { low | $0 << 16 } } }
    under(6, mode, tiny + "v_add_f16_e32 v8, v9, v4") { r(Double(i($0.a & 0x83ff) + i($0.b))) }
    under(6, mode, tiny + "v_add_f16_e32 v8, v9, v9") { r(Double(i($0.a & 0x83ff)) * 2) }
    under(6, mode, "v_mul_f16_e32 v8, v2, v4") { r(Double(i($0.a) * i($0.b))) }
    under(6, mode, tiny + "v_add_f16_e32 v8, 5, v9") { r(Double(i(5) + i($0.a & 0x83ff))) }
    under(6, mode, tiny + "s_mov_b32 s14, 0x00300020\n v_sub_f16_e32 v8, s14, v9") { r(Double(i(0x20) - i($0.a & 0x83ff))) }
    under(6, mode, "v_fma_f16 v8, v2, v4, v6") { l in r(Double(i(l.a)) * Double(i(l.b)) + Double(i(l.c))).map { l.d & 0xffff_0000 | $0 } }
    under(6, mode, tiny + "v_mov_b32 v8, v9\n v_fma_f16 v8, v8, v4, v9") { l in
      r(Double(i(l.a & 0x83ff)) * Double(i(l.b)) + Double(i(l.a & 0x83ff))).map { l.a & 0x83ff_0000 | $0 }   // the other half of the register stays as it is
    }
    under(6, mode, tiny + "v_pk_add_f16 v8, v9, v4 op_sel:[1,0] op_sel_hi:[0,1]") { pair(r(Double(i($0.a >> 16 & 0x83ff) + i($0.b))), r(Double(i($0.a & 0x83ff) + i($0.b >> 16)))) }
    under(6, mode, "v_pk_mul_f16 v8, v2, v4") { pair(r(Double(i($0.a) * i($0.b))), r(Double(i($0.a >> 16) * i($0.b >> 16)))) }
    under(6, mode, tiny + "v_mov_b32 v8, v9\n v_pk_fmac_f16 v8, v2, v4") { l in
      pair(r(Double(i(l.a)) * Double(i(l.b)) + Double(i(l.a & 0x83ff))), r(Double(i(l.a >> 16)) * Double(i(l.b >> 16)) + Double(i(l.a >> 16 & 0x83ff))))
    }
    under(6, mode, tiny + "v_mul_f16_sdwa v8, v9, v4 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:WORD_1 src1_sel:WORD_0") { l in
      r(Double(i(l.a >> 16 & 0x83ff) * i(l.b))).map { l.d & 0xffff | $0 << 16 }
    }
    under(6, mode, tiny + "v_fma_mix_f32 v8, v9, v4, v9 op_sel:[1,0,0] op_sel_hi:[1,0,1]") { l in
      let sum = i(l.a & 0x83ff).addingProduct(i(l.a >> 16 & 0x83ff), l.fb)
      return sum.isNaN ? nil : bits(sum)
    }
    under(6, mode, tiny + "v_fma_mixhi_f16 v8, v9, 1.0, 0 op_sel_hi:[1,0,0]") { l in r(0 + Double(i(l.a & 0x83ff))).map { l.d & 0xffff | $0 << 16 } }
    under(6, mode, "v_and_b32 v9, 0x83ffffff, v2\n v_or_b32 v9, 0x30000000, v9\n v_fma_mixlo_f16 v8, v9, 1.0, 0") { l in
      r(Double(Float(bitPattern: l.a & 0x83ff_ffff | 0x3000_0000))).map { l.d & 0xffff_0000 | $0 }
    }
    under(6, mode, tiny + "v_dot2_f32_f16 v8, v9, v9, 1.0") { l in
      func square(_ x: UInt32) -> Float { i(x & 0x83ff) * i(x & 0x83ff) }
      return bits(1 + square(l.a) + square(l.a >> 16))
    }
    under(6, mode, tiny + "v_mov_b32 v11, 0x6400\n v_mov_b32 v8, 0\n v_dot2c_f32_f16 v8, v9, v11") { bits(0 + i($0.a & 0x83ff) * 1024) }
    // The product of an instruction that rounds it is a result.
    let product = "v_mov_b32 v9, 0x0c00\n v_mov_b32 v11, 0x1000\n "   // 2^-12 and 2^-11
    under(6, mode, product + "s_movk_i32 s14, 0x400\n v_mad_f16 v8, v9, v11, s14") { $0.d & 0xffff_0000 | (mode & 2 == 0 ? 0x400 : 0x402) }
    under(6, mode, product + "v_mov_b32 v8, 0x400\n v_mac_f16 v8, v9, v11") { _ in mode & 2 == 0 ? 0x400 : 0x402 }
    under(6, mode, tiny + "v_cvt_f32_f16_e32 v8, v9") { i($0.a & 0x83ff).bitPattern }
    under(6, mode, "v_and_b32 v9, 0x83ffffff, v2\n v_or_b32 v9, 0x30000000, v9\n v_cvt_f16_f32_e32 v8, v9") { r(Double(Float(bitPattern: $0.a & 0x83ff_ffff | 0x3000_0000))) }
    under(6, mode, tiny + "v_cmp_gt_f16 vcc, 0, v9\n v_cndmask_b32 v8, v4, v6, vcc") { i($0.a & 0x83ff) < 0 ? $0.c : $0.b }
    under(6, mode, tiny + "v_mov_b32 v11, 0x90\n v_cmp_class_f16_e32 vcc, v9, v11\n v_cndmask_b32 v8, v4, v6, vcc") { $0.a & 0x3ff != 0 ? $0.c : $0.b }
  }
  // Rounding: up, down, toward zero.
  for mode in 1..<4 {
    func r(_ x: Double) -> UInt32? {
      guard x.isFinite, x != 0, x.magnitude < 65504, x.magnitude > 0x1p-14 else { return nil }
      let unit = Double(sign: .plus, exponent: x.exponent - 10, significand: 1), rules: [FloatingPointRoundingRule] = [.up, .down, .towardZero]
      return UInt32(Float16((x / unit).rounded(rules[mode - 1]) * unit).bitPattern)
    }
    // Numbers that halves hold, of moderate size.
    let moderate = "v_and_b32 v9, 0x8fff8fff, v2\n v_or_b32 v9, 0x30003000, v9\n v_and_b32 v11, 0x8fff8fff, v4\n v_or_b32 v11, 0x30003000, v11\n "
    func m(_ x: UInt32) -> Double { Double(half(x & 0x8fff | 0x3000)) }
    under(2, mode, moderate + "v_add_f16_e32 v8, v9, v11") { r(m($0.a) + m($0.b)) }
    under(2, mode, moderate + "v_mul_f16_e32 v8, v9, v11") { r(m($0.a) * m($0.b)) }
    under(2, mode, moderate + "v_fma_f16 v8, v9, v11, v9") { l in r(m(l.a) * m(l.b) + m(l.a)).map { l.d & 0xffff_0000 | $0 } }
    under(2, mode, moderate + "v_pk_mul_f16 v8, v9, v11") { l in r(m(l.a) * m(l.b)).flatMap { low in r(m(l.a >> 16) * m(l.b >> 16)).map { low | $0 << 16 } } }
    under(2, mode, moderate + "v_cvt_f32_f16_e32 v9, v9\n v_mul_f32 v9, 0x3f8ccccd, v9\n v_cvt_f16_f32_e32 v8, v9") { r(Double(Float(m($0.a)) * Float(bitPattern: 0x3f8c_cccd))) }
    under(2, mode, moderate + "v_fma_mixlo_f16 v8, v9, v11, 1.0 op_sel_hi:[1,1,0]") { l in r(Double(Float(1).addingProduct(Float(m(l.a)), Float(m(l.b))))).map { l.d & 0xffff_0000 | $0 } }
  }
  return list
}

@Suite struct ISAInstructionTests {
  @Test func `single instructions agree with the published pseudo-code, with all lanes and with some`() throws {
    let lab = Lab(), cases = allCases()
    var source = ".amdgcn_target \"amdgcn-amd-amdhsa--gfx942\"\n.text\n"
    for (index, test) in cases.enumerated() {
      source += """
        .globl t\(index)
        .p2align 8
        .type t\(index),@function
        t\(index):
        s_load_dwordx8 s[4:11], s[0:1], 0x0
        s_load_dwordx2 s[16:17], s[0:1], 0x20
        v_lshlrev_b32 v10, 2, v0
        s_waitcnt lgkmcnt(0)
        global_load_dword v2, v10, s[4:5]
        global_load_dword v4, v10, s[6:7]
        global_load_dword v6, v10, s[8:9]
        v_mov_b32 v8, 0xd00d0000
        v_or_b32 v8, v8, v0
        s_mov_b32 s12, 0x49249249
        s_mov_b32 s13, 0x92492492
        s_mov_b64 s[18:19], s[10:11]
        s_mov_b32 s10, 0x00fff0f0
        s_mov_b32 s11, 0x0d0c0401
        s_waitcnt vmcnt(0)
        s_mov_b64 exec, s[16:17]
        \(test.text)
        s_mov_b64 exec, -1
        s_nop 4
        global_store_dword v10, v8, s[18:19]
        s_endpgm

        """
    }
    source += ".rodata\n"
    for index in cases.indices {
      source += """
        .p2align 6
        .amdhsa_kernel t\(index)
          .amdhsa_next_free_vgpr 64
          .amdhsa_next_free_sgpr 32
          .amdhsa_accum_offset 64
          .amdhsa_user_sgpr_kernarg_segment_ptr 1
          .amdhsa_group_segment_fixed_size 1024
          .amdhsa_float_denorm_mode_32 3
        .end_amdhsa_kernel

        """
    }
    try lab.assemble(source)
    var state: UInt64 = 7
    func noise() -> UInt32 { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return UInt32(truncatingIfNeeded: state >> 16) }
    let special: [UInt32] = [0, 1, ~0, 0x7fff_ffff, 0x8000_0000, 0x3f80_0000, 0xbf00_0000, 0x4f00_0000, 0x7f80_0000, 0x7fc0_0000, 0x0000_8000, 0x3c00_bc00, 0x4049_0fdb]
    for round in 0..<6 {
      let a = (0..<64).map { $0 < special.count && round < 2 ? special[$0] : round % 2 == 0 ? noise() : (Float(Int32(bitPattern: noise()) >> 16) / 100).bitPattern }
      let b = (0..<64).map { $0 < special.count && round < 2 ? special[($0 * 5 + round) % special.count] : round % 2 == 0 ? noise() : (Float(Int32(bitPattern: noise()) >> 12) / 777).bitPattern }
      let c = (0..<64).map { _ in round % 2 == 0 ? noise() : (Float(Int32(bitPattern: noise()) >> 20)).bitPattern }
      let on: UInt64 = round % 3 == 0 ? ~0 : round % 3 == 1 ? 0x0f0f_3333_5555_fffe : 0x8000_0000_0002_0001
      let da = lab.buffer(a), db = lab.buffer(b), dc = lab.buffer(c), out = lab.buffer(UInt32(0), count: 64)
      for (index, test) in cases.enumerated() {
        try lab.complete("t\(index)", inline: true, [.pointer(da.address), .pointer(db.address), .pointer(dc.address), .pointer(out.address), .u64(on)])
        for lane in 0..<64 {
          let old = 0xd00d_0000 | UInt32(lane), isOn = on >> UInt64(lane) & 1 != 0
          let view = Lane(a: a[lane], b: b[lane], c: c[lane], d: old, lane: lane, all: a, on: on)
          guard isOn else { #expect(out[lane] == old, "\(test.text): lane \(lane) is off"); continue }
          let want = test.expected(view)
          if want == nil && !test.text.contains("dpp") { continue }           // NaN, whose payload is free
          let expected = want ?? old
          if test.text.contains("f32"), Float(bitPattern: expected).isNaN, Float(bitPattern: out[lane]).isNaN { continue }
          #expect(out[lane] == expected, "\(test.text): lane \(lane), a \(hex(UInt64(a[lane]))) b \(hex(UInt64(b[lane]))) c \(hex(UInt64(c[lane]))), \(hex(UInt64(out[lane]))) not \(hex(UInt64(expected)))")
        }
      }
    }
  }
}

extension String {
  fileprivate func contains(_ other: String) -> Bool {
    let a = Array(utf8), b = Array(other.utf8)
    guard b.count <= a.count else { return false }
    return b.isEmpty || (0...(a.count - b.count)).contains { a[$0..<$0 + b.count].elementsEqual(b) }
  }
}
