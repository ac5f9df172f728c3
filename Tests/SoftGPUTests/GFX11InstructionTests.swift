// What gfx11 has of its own, one instruction at a time: halves of registers, DPP in every encoding, dual instructions, waves of 32
// lanes, lane moves, dot products.  Each runs in waves of both sizes, with all lanes on and with some; lanes that are off keep their
// contents.  The expected values follow AMD's RDNA3 manual and published pseudo-code, written out again as Swift arithmetic.
import CSoftGPU
import Testing

@testable import GFX11
@testable import ISA

/// a, b, c: v2, v4, v6 of this lane (v3, v5, v7 are a2, b2, c2); d: v8's old contents; all: v2 of all lanes; on: EXEC.
/// Returns v8, or nil for a lane that keeps its contents.
private struct Lane {
  var a: UInt32, b: UInt32, c: UInt32, d: UInt32, a2: UInt32, b2: UInt32, c2: UInt32, lane: Int, all: [UInt32], on: UInt64
  var fa: Float { Float(bitPattern: a) }
  var fb: Float { Float(bitPattern: b) }
  var fc: Float { Float(bitPattern: c) }
  func isOn(_ lane: Int) -> Bool { on >> UInt64(lane) & 1 != 0 }
  func mask(_ pattern: UInt64) -> Bool { pattern >> UInt64(lane) & 1 != 0 }
}
private struct Case {
  let text: String
  let expected: (Lane) -> UInt32?
}
private func bits(_ f: Float) -> UInt32? { f.isNaN ? nil : f.bitPattern }
private func h(_ x: UInt32, high: Bool = false) -> Float { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: high ? x >> 16 : x))) }
private func b16(_ x: UInt32, high: Bool = false) -> Float { Float(bitPattern: high ? x & 0xffff_0000 : x << 16) }
/// A half-precision result in the low or high half; NaNs are left out.
private func low(_ f: Float, _ d: UInt32) -> UInt32? { f.isNaN ? nil : d & 0xffff_0000 | UInt32(Float16(f).bitPattern) }
private func high(_ f: Float, _ d: UInt32) -> UInt32? { f.isNaN ? nil : d & 0xffff | UInt32(Float16(f).bitPattern) << 16 }
private func low(_ x: UInt32, _ d: UInt32) -> UInt32 { d & 0xffff_0000 | x & 0xffff }
private func high(_ x: UInt32, _ d: UInt32) -> UInt32 { d & 0xffff | x << 16 }
private func s16(_ x: UInt32) -> Int32 { Int32(Int16(truncatingIfNeeded: x)) }
private func u(_ x: Int32) -> UInt32 { UInt32(bitPattern: x) }
private let pattern: UInt64 = 0x9249_2492_4924_9249      // s[12:13]

private func halves() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text: text, expected: expected)) }
  add("v_mov_b16 v8.h, v2.l") { high($0.a, $0.d) }
  add("v_mov_b16 v8.l, v2.h") { low($0.a >> 16, $0.d) }
  add("v_not_b16 v8.h, v2.h") { high(~($0.a >> 16), $0.d) }
  add("v_add_f16 v8.l, v2.h, v4.l") { low(h($0.a, high: true) + h($0.b), $0.d) }
  add("v_add_f16 v8.h, v2.l, v4.h") { high(h($0.a) + h($0.b, high: true), $0.d) }
  add("v_mul_f16_e64 v8.h, -v2.h, |v4.l|") { high(-h($0.a, high: true) * h($0.b).magnitude, $0.d) }
  add("v_sub_f16_e64 v8.l, v2.l, v4.l clamp") { let x = h($0.a) - h($0.b); return x.isNaN ? low(Float(0), $0.d) : low(min(max(x, 0), 1), $0.d) }
  add("v_fmac_f16 v8.h, v2.l, v4.l") { l in let r = Double(h(l.a)) * Double(h(l.b)) + Double(h(l.d, high: true)); return r.isNaN ? nil : l.d & 0xffff | UInt32(Float16(r).bitPattern) << 16 }
  add("v_fmaak_f16 v8.l, v2.h, v4.l, 0x3c00") { l in let r = Double(h(l.a, high: true)) * Double(h(l.b)) + 1; return r.isNaN ? nil : low(UInt32(Float16(r).bitPattern), l.d) }
  add("v_fmamk_f16 v8.h, v2.h, 0x4000, v4.l") { l in let r = Double(h(l.a, high: true)) * 2 + Double(h(l.b)); return r.isNaN ? nil : high(UInt32(Float16(r).bitPattern), l.d) }
  add("v_cvt_f16_f32 v8.h, v2") { high($0.fa, $0.d) }
  add("v_cvt_f32_f16 v8, v2.h") { bits(h($0.a, high: true)) }
  add("v_cvt_i32_i16 v8, v2.h") { u(Int32(bitPattern: $0.a) >> 16) }
  add("v_cvt_u32_u16 v8, v2.l") { $0.a & 0xffff }
  add("v_sat_pk_u8_i16 v8.l, v2") { low(u(min(max(s16($0.a), 0), 255) | min(max(s16($0.a >> 16), 0), 255) << 8), $0.d) }
  add("v_pack_b32_f16 v8, v2.h, v4.l") { $0.a >> 16 | $0.b << 16 }
  add("v_add_nc_u16 v8.h, v2.l, v4.h") { high($0.a &+ $0.b >> 16, $0.d) }
  add("v_sub_nc_i16 v8.l, v2.l, v4.l clamp") { low(u(min(max(s16($0.a) - s16($0.b), -32768), 32767)), $0.d) }
  add("v_mad_u16 v8.h, v2.h, v4.l, v6.h") { high(($0.a >> 16) &* $0.b &+ $0.c >> 16, $0.d) }
  add("v_mul_lo_u16 v8.l, v2.l, v4.h") { low($0.a &* ($0.b >> 16), $0.d) }
  add("v_lshlrev_b16 v8.l, 3, v4.h") { low(($0.b >> 16) << 3, $0.d) }
  add("v_ashrrev_i16 v8.h, 5, v4.h") { high(u(Int32(bitPattern: $0.b) >> 21), $0.d) }
  add("v_and_b16 v8.l, v2.h, v4.l") { low($0.a >> 16 & $0.b, $0.d) }
  add("v_xor_b16 v8.h, v2.l, v4.l") { high($0.a ^ $0.b, $0.d) }
  add("v_max_i16 v8.l, v2.l, v4.h") { low(u(max(s16($0.a), s16($0.b >> 16))), $0.d) }
  add("v_med3_u16 v8.h, v2.l, v4.l, v6.h") { high([$0.a & 0xffff, $0.b & 0xffff, $0.c >> 16].sorted()[1], $0.d) }
  add("v_alignbit_b32 v8, v2, v4, v6.h") { UInt32(truncatingIfNeeded: (UInt64($0.a) << 32 | UInt64($0.b)) >> UInt64($0.c >> 16 & 31)) }
  add("v_mad_i32_i16 v8, v2.h, v4.l, v6") { u(Int32(bitPattern: $0.a) >> 16 &* s16($0.b)) &+ $0.c }
  add("v_ldexp_f16 v8.l, v2.l, 3") { low(h($0.a) * 8, $0.d) }
  add("v_swap_b16 v8.l, v2.h\n v_mov_b16 v8.h, v2.h") { l in l.a >> 16 | l.d << 16 }
  add("v_add_f16 v8.h, 0.5, v4.l") { high(0.5 + h($0.b), $0.d) }
  add("v_pk_add_f16 v8, v2, v4 op_sel:[1,0] op_sel_hi:[0,1] neg_lo:[0,1]") { l in
    let x = h(l.a, high: true) - h(l.b), y = h(l.a) + h(l.b, high: true)
    return x.isNaN || y.isNaN ? nil : UInt32(Float16(x).bitPattern) | UInt32(Float16(y).bitPattern) << 16
  }
  add("v_fma_mixhi_f16 v8, v2, v4, v6 op_sel:[0,1,0] op_sel_hi:[0,1,0]") { l in high(l.fc.addingProduct(l.fa, h(l.b, high: true)), l.d) }
  return list
}

private func arithmetic() -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text: text, expected: expected)) }
  add("v_fma_f32 v8, v2, 0x40490fdb, -v6") { bits((-$0.fc).addingProduct($0.fa, Float(bitPattern: 0x4049_0fdb))) }
  add("v_add3_u32 v8, v2, 0x12345678, v6") { $0.a &+ 0x1234_5678 &+ $0.c }
  add("v_xor3_b32 v8, v2, v4, v6") { $0.a ^ $0.b ^ $0.c }
  add("v_maxmin_i32 v8, v2, v4, v6") { u(min(max(Int32(bitPattern: $0.a), Int32(bitPattern: $0.b)), Int32(bitPattern: $0.c))) }
  add("v_minmax_u32 v8, v2, v4, v6") { max(min($0.a, $0.b), $0.c) }
  add("v_maxmin_f32 v8, v2, v4, 1.0") { l in l.fa.isNaN || l.fb.isNaN ? nil : bits(min(max(l.fa, l.fb), 1)) }
  add("v_add_nc_u32_e64 v8, v2, v4 clamp") { let (r, o) = $0.a.addingReportingOverflow($0.b); return o ? ~0 : r }
  add("v_sub_nc_i32 v8, v2, v4 clamp") { u(Int32(clamping: Int64(Int32(bitPattern: $0.a)) - Int64(Int32(bitPattern: $0.b)))) }
  add("v_mul_dx9_zero_f32 v8, v2, v4") { $0.fa == 0 || $0.fb == 0 ? 0 : bits($0.fa * $0.fb) }
  add("v_fma_dx9_zero_f32 v8, v2, v4, v6") { $0.fa == 0 || $0.fb == 0 ? bits($0.fc) : bits($0.fc.addingProduct($0.fa, $0.fb)) }
  add("v_cvt_pk_i16_f32 v8, v2, v4") { l in
    func convert(_ f: Float) -> UInt32 { f.isNaN ? 0 : u(f >= 32767 ? 32767 : f <= -32768 ? -32768 : Int32(f)) & 0xffff }
    return convert(l.fa) | convert(l.fb) << 16
  }
  add("v_cvt_pk_rtz_f16_f32 v8, 1.0, 0.5") { _ in 0x3800_3c00 }
  add("v_cvt_nearest_i32_f32 v8, v2") { l in l.fa.isNaN ? 0 : u(Int32(clamping: Int64(max(-1e12, min(1e12, (l.fa + 0.5).rounded(.down)))))) }
  add("v_clz_i32_u32 v8, v2") { $0.a == 0 ? ~0 : UInt32($0.a.leadingZeroBitCount) }
  add("v_cls_i32 v8, v2") { let x = Int32(bitPattern: $0.a) < 0 ? ~$0.a : $0.a; return x == 0 ? ~0 : UInt32(x.leadingZeroBitCount) }
  add("v_cubesc_f32 v8, v2, v4, v6") { l in
    let (x, y, z) = (l.fa, l.fb, l.fc)
    if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z < 0 ? (-x).bitPattern : x.bitPattern }
    if y.magnitude >= x.magnitude { return x.bitPattern }
    return x < 0 ? z.bitPattern : (-z).bitPattern
  }
  add("v_mad_u64_u32 v[10:11], null, v2, v4, v[6:7]\n v_xor_b32 v8, v10, v11") { l in
    let r = UInt64(l.a) &* UInt64(l.b) &+ (UInt64(l.c) | UInt64(l.c2) << 32)
    return UInt32(truncatingIfNeeded: r) ^ UInt32(truncatingIfNeeded: r >> 32)
  }
  add("v_mqsad_u32_u8 v[8:11], v[2:3], v4, v[4:7]") { l in
    var sum = l.b
    for at in stride(from: UInt32(0), to: 32, by: 8) {
      let m = l.b >> at & 255, x = l.a >> at & 255
      if m != 0 { sum &+= x > m ? x - m : m - x }
    }
    return sum
  }
  add("v_dot4_i32_iu8 v8, v2, v4, v6 neg_lo:[1,0,0]") { l in
    var sum = l.c
    for at in stride(from: UInt32(0), to: 32, by: 8) {
      let x = Int32(Int8(truncatingIfNeeded: l.a >> at)), y = Int32(l.b >> at & 255)
      sum &+= u(x * y)
    }
    return sum
  }
  add("v_dot8_i32_iu4 v8, v2, v4, v6 neg_lo:[0,1,0]") { l in
    var sum = l.c
    for at in stride(from: UInt32(0), to: 32, by: 4) {
      let x = Int32(l.a >> at & 15), y = Int32(bitPattern: l.b << (28 - at)) >> 28
      sum &+= u(x * y)
    }
    return sum
  }
  add("v_dot4_u32_u8 v8, v2, v4, v6 clamp") { l in
    var sum = UInt64(l.c)
    for at in stride(from: UInt32(0), to: 32, by: 8) { sum += UInt64(l.a >> at & 255) * UInt64(l.b >> at & 255) }
    return UInt32(clamping: sum)
  }
  add("v_dot2_f32_bf16 v8, v2, v4, v6") { l in
    let first = l.fc + b16(l.a) * b16(l.b)
    return bits(first + b16(l.a, high: true) * b16(l.b, high: true))
  }
  func dot(_ l: Lane, _ c: Float) -> UInt32? {
    let first = c + h(l.a) * h(l.b)
    return bits(first + h(l.a, high: true) * h(l.b, high: true))
  }
  add("v_dot2_f32_f16 v8, v2, v4, v6") { l in dot(l, l.fc) }
  add("v_dot2acc_f32_f16 v8, v2, v4") { l in dot(l, Float(bitPattern: l.d)) }
  add("v_fmac_f32 v8, v2, v4") { bits(Float(bitPattern: $0.d).addingProduct($0.fa, $0.fb)) }
  add("v_mov_b32 v8, null") { _ in 0 }
  return list
}

private func dualAndMasks(_ lanes: Int) -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text: text, expected: expected)) }
  let vcc = lanes == 32 ? "vcc_lo" : "vcc", mask = lanes == 32 ? "s12" : "s[12:13]", other = lanes == 32 ? "s20" : "s[20:21]"
  add("v_cndmask_b32 v8, v2, v4, \(mask)") { $0.mask(pattern) ? $0.b : $0.a }
  add("v_cndmask_b16 v8.h, v2.l, v4.h, \(mask)") { high($0.mask(pattern) ? $0.b >> 16 : $0.a, $0.d) }
  add("v_add_co_u32 v9, \(other), v2, v4\n v_add_co_ci_u32_e64 v8, \(other), v3, v5, \(other)") { $0.a2 &+ $0.b2 &+ ($0.a &+ $0.b < $0.a ? 1 : 0) }
  add("v_sub_co_u32 v9, \(vcc), v2, v4\n v_sub_co_ci_u32 v8, \(vcc), v3, v5, \(vcc)") { $0.a2 &- $0.b2 &- ($0.a < $0.b ? 1 : 0) }
  add("v_cmp_lt_i32 \(vcc), v2, v4\n v_cndmask_b32 v8, v2, v4, \(vcc)") { u(max(Int32(bitPattern: $0.a), Int32(bitPattern: $0.b))) }
  add("v_cmp_gt_u16 \(other), v2.h, v4.l\n v_cndmask_b32 v8, 0, 1, \(other)") { $0.a >> 16 > $0.b & 0xffff ? 1 : 0 }
  add("v_cmp_class_f32 \(other), v2, 0x60\n v_cndmask_b32 v8, 0, 1, \(other)") { $0.fa == 0 ? 1 : 0 }
  add("v_readfirstlane_b32 s22, v2\n v_mov_b32 v8, s22") { $0.all[$0.on.trailingZeroBitCount] }
  add("v_readlane_b32 s22, v2, 19\n v_mov_b32 v8, s22") { $0.all[19] }
  add("s_mov_b32 m0, 4\n v_movrels_b32 v8, v2") { $0.c }
  let whole: (Lane) -> UInt64 = { _ in lanes == 32 ? 0xffff_ffff : ~0 }
  add("v_mbcnt_lo_u32_b32 v8, s12, 3\n v_mbcnt_hi_u32_b32 v8, s13, v8") { l in UInt32(3 + (pattern & whole(l) & (1 << UInt64(l.lane) - 1)).nonzeroBitCount) }
  guard lanes == 32 else { return list }
  // Both halves read before either writes.
  add("v_mov_b32 v8, v2\n v_mov_b32 v9, v4\n v_dual_mov_b32 v8, v9 :: v_dual_mov_b32 v9, v8\n v_sub_nc_u32 v8, v8, v9") { $0.b &- $0.a }
  add("v_dual_add_f32 v8, v2, v4 :: v_dual_mul_f32 v9, v3, v5") { bits($0.fa + $0.fb) }
  add("v_dual_mov_b32 v9, v2 :: v_dual_add_nc_u32 v8, v3, v4") { $0.a2 &+ $0.b }
  add("v_dual_fmac_f32 v8, v2, v5 :: v_dual_and_b32 v9, v3, v4") { bits(Float(bitPattern: $0.d).addingProduct($0.fa, Float(bitPattern: $0.b2))) }
  add("v_dual_fmaak_f32 v8, v2, v4, 0x3f800000 :: v_dual_lshlrev_b32 v9, v3, v5") { bits((1 as Float).addingProduct($0.fa, $0.fb)) }
  add("s_mov_b32 vcc_lo, s12\n v_dual_cndmask_b32 v8, v2, v5 :: v_dual_mov_b32 v9, v3") { $0.mask(pattern) ? $0.b2 : $0.a }
  add("v_dual_mul_f32 v9, 0x40490fdb, v2 :: v_dual_max_f32 v8, v3, v4") { l in let x = Float(bitPattern: l.a2); return x.isNaN || l.fb.isNaN ? nil : bits(x > l.fb ? x : l.fb) }
  return list
}

private func moved(_ l: Lane, zero: Bool = false, inactive: Bool = false, _ from: (Int) -> Int?) -> UInt32? {
  guard let source = from(l.lane), inactive || l.isOn(source) else { return zero ? 0 : nil }
  return l.all[source]
}
private func laneMoves(_ lanes: Int) -> [Case] {
  var list: [Case] = []
  func add(_ text: String, _ expected: @escaping (Lane) -> UInt32?) { list.append(Case(text: text, expected: expected)) }
  let other = lanes == 32 ? "s20" : "s[20:21]"
  add("v_mov_b32_dpp v8, v2 quad_perm:[3,0,2,1] row_mask:0xf bank_mask:0xf") { l in moved(l) { $0 & ~3 | [3, 0, 2, 1][$0 & 3] } }
  add("v_mov_b32_dpp v8, v2 row_shr:5 row_mask:0xf bank_mask:0xf bound_ctrl:1") { l in moved(l, zero: true) { $0 & 15 >= 5 ? $0 - 5 : nil } }
  add("v_mov_b32_dpp v8, v2 row_share:6 row_mask:0xf bank_mask:0xf") { l in moved(l) { $0 & ~15 | 6 } }
  add("v_mov_b32_dpp v8, v2 row_xmask:9 row_mask:0xf bank_mask:0xf fi:1") { l in moved(l, inactive: true) { $0 ^ 9 } }
  add("v_mov_b32_dpp v8, v2 dpp8:[7,6,5,4,3,2,1,0]") { l in moved(l, zero: true) { $0 ^ 7 } }
  add("v_mov_b32_dpp v8, v2 dpp8:[1,1,3,3,5,5,7,7] fi:1") { l in moved(l, inactive: true) { $0 | 1 } }
  add("v_add_nc_u32_dpp v8, v2, v4 row_ror:4 row_mask:0xf bank_mask:0xf") { l in moved(l) { $0 & ~15 | ($0 - 4) & 15 }.map { $0 &+ l.b } }
  add("v_add3_u32_e64_dpp v8, v2, v4, v6 row_half_mirror row_mask:0xf bank_mask:0xf") { l in moved(l) { $0 & ~7 | 7 - $0 & 7 }.map { $0 &+ l.b &+ l.c } }
  add("v_mul_f32_e64_dpp v8, -v2, |v4| quad_perm:[1,0,3,2] row_mask:0xf bank_mask:0xf") { l in
    moved(l) { $0 ^ 1 }.flatMap { let r = -Float(bitPattern: $0) * l.fb.magnitude; return r.isNaN ? nil : r.bitPattern }
  }
  add("v_mov_b16_dpp v8.h, v2.l dpp8:[7,6,5,4,3,2,1,0] fi:1") { l in moved(l, inactive: true) { $0 ^ 7 }.map { high($0, l.d) } }
  add("v_cmp_lt_u32_e64_dpp \(other), v2, v4 quad_perm:[1,0,3,2] row_mask:0xf bank_mask:0xf\n v_cndmask_b32 v8, 2, 1, \(other)") { l in
    moved(l) { $0 ^ 1 }.map { $0 < l.b ? 1 : 2 } ?? 2
  }
  // s14 and s15 hold the selectors 0x76543210 and 0x89abcdef.
  let selected: (Int) -> Int = { at in at & 15 < 8 ? at & 15 : 15 - (at & 15 - 8) }
  add("v_permlane16_b32 v8, v2, s14, s15") { l in moved(l) { $0 & ~15 | selected($0) } }
  add("v_permlanex16_b32 v8, v2, s14, s15 op_sel:[1,0]") { l in moved(l, inactive: true) { ($0 & ~15) ^ 16 | selected($0) } }
  if lanes == 64 { add("v_permlane64_b32 v8, v2") { l in l.all[l.lane ^ 32] } }
  return list
}

@Suite struct GFX11InstructionTests {
  @Test(arguments: [32, 64]) func `instructions of its own agree with the published pseudo-code`(lanes: Int) throws {
    let cases = halves() + arithmetic() + dualAndMasks(lanes) + laneMoves(lanes)
    let lines = cases.map { $0.text.split(separator: "\n").count }
    let code = try InstructionBench.assemble(cases.map(\.text).joined(separator: "\n"), "gfx1100", lanes: lanes)
    try #require(code.count == lines.reduce(0, +))
    let bench = InstructionBench(.gfx1100, lanes: lanes)
    var noise = Noise()
    let special: [UInt32] = [0, 1, ~0, 0x7fff_ffff, 0x8000_0000, 0x3f80_0000, 0xbf00_0000, 0x4f00_0000, 0x7f80_0000, 0x7fc0_0000, 0x0000_8000, 0x3c00_bc00, 0x4049_0fdb]
    for round in 0..<6 {
      func number() -> UInt32 {
        switch round % 3 {
        case 0: noise.next()
        case 1: (Float(Int32(bitPattern: noise.next()) >> 12) / 777).bitPattern
        default: UInt32(Float16(Float(Int32(bitPattern: noise.next()) >> 20) / 64).bitPattern) | UInt32(Float16(Float(Int32(bitPattern: noise.next()) >> 22) / 8).bitPattern) << 16
        }
      }
      let inputs = (0..<6).map { row in (0..<64).map { round < 2 && $0 < special.count ? special[($0 * (row * 4 + 1) + round * row) % special.count] : number() } }
      let all = wave(lanes)
      let on = all & (round % 3 == 0 ? ~0 : round % 3 == 1 ? 0x0f0f_3333_5555_fffe : 0x8000_0001_8002_0100)
      var at = 0
      for (index, test) in cases.enumerated() {
        for row in 0..<6 { bench.setVGPR(2 + row) { inputs[row][$0] } }
        bench.setVGPR(8) { 0x5123_4000 &+ UInt32($0) &* 0x0001_0003 }
        let old = (0..<64).map { bench.wave.vgpr(8)[$0] }
        bench.setSGPR(12, wide: pattern)
        bench.setSGPR(14, 0x7654_3210, 0x89ab_cdef)
        bench.wave.exec = on
        for _ in 0..<lines[index] { _ = bench.execute(code[at], test.text); at += 1 }
        for lane in 0..<lanes {
          guard on >> UInt64(lane) & 1 != 0 else {
            #expect(bench.wave.vgpr(8)[lane] == old[lane], "\(test.text): lane \(lane) is off")
            continue
          }
          let view = Lane(
            a: inputs[0][lane], b: inputs[2][lane], c: inputs[4][lane], d: old[lane], a2: inputs[1][lane], b2: inputs[3][lane], c2: inputs[5][lane],
            lane: lane, all: inputs[0], on: on)
          let want = test.expected(view)
          if want == nil && !test.text.hasPrefix("v_mov_b32_dpp") && !test.text.hasPrefix("v_permlane") { continue }   // NaN, whose payload is free
          let found = bench.wave.vgpr(8)[lane]
          #expect(found == want ?? old[lane], "\(test.text): lane \(lane) of \(lanes), a \(hex(UInt64(view.a))) b \(hex(UInt64(view.b))) c \(hex(UInt64(view.c))) d \(hex(UInt64(view.d))): \(hex(UInt64(found))), not \(hex(UInt64(want ?? old[lane])))")
        }
      }
    }
  }
  private func wave(_ lanes: Int) -> UInt64 { lanes == 32 ? 0xffff_ffff : ~0 }

  @Test func `a mask of a small wave is one register`() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    bench.setVGPR(2) { UInt32($0) }
    bench.setSGPR(20, 7, 0x1111_1111)
    bench.setSGPR(106, 0, 0x2222_2222)
    bench.setSGPR(127, 0x3333_3333)
    try bench.run("v_cmp_gt_u32 s20, 10, v2\nv_cmp_gt_u32 vcc_lo, 12, v2")
    #expect(bench.wave.pointee.scalars[20] == 0x3ff && bench.wave.pointee.scalars[21] == 0x1111_1111)
    #expect(bench.wave.pointee.scalars[106] == 0xfff && bench.wave.pointee.scalars[107] == 0x2222_2222)
    try bench.run("v_cmpx_gt_u32 8, v2")
    #expect(bench.wave.exec == 0xff && bench.wave.pointee.scalars[127] == 0x3333_3333)
    #expect(bench.wave.pointee.scalars[106] == 0xfff)      // v_cmpx writes EXEC alone
    try bench.run("s_mov_b32 s4, 0xf0\ns_and_saveexec_b32 s5, s4")
    #expect(bench.wave.pointee.scalars[5] == 0xff && bench.wave.exec == 0xf0 && bench.wave.scc)
    try bench.run("s_mov_b32 exec_lo, 0\ns_getreg_b32 s4, hwreg(HW_REG_STATUS, 9, 1)")
    #expect(bench.wave.pointee.scalars[4] == 1)
    try bench.run("v_writelane_b32 v2, 99, 37")             // lane 5
    #expect(bench.vgpr(2)[5] == 99)
  }

  @Test func `scalar instructions follow the pseudo-code`() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let s = bench.wave.pointee.scalars
    bench.setSGPR(2, 0xffff_0001, 0x8000_ffff, 0x1234_5678, 0x9abc_def0)
    // NULL takes any result and gives 0.
    try bench.run("s_add_u32 null, s2, s3\ns_mov_b64 s[10:11], null")
    #expect(bench.wave.scc && s[10] == 0 && s[11] == 0)
    try bench.run("s_mov_b32 m0, s4\ns_add_u32 s12, m0, 1")
    #expect(bench.wave.m0 == 0x1234_5678 && s[12] == 0x1234_5679)
    try bench.run("s_pack_hl_b32_b16 s12, s2, s3\ns_bitreplicate_b64_b32 s[14:15], s2")
    #expect(s[12] == 0xffff_ffff && s[14] == 3 && s[15] == ~0)
    try bench.run("s_cls_i32 s12, s2\ns_ctz_i32_b64 s13, s[4:5]\ns_clz_i32_u32 s14, 0")
    #expect(s[12] == 16 && s[13] == 3 && s[14] == ~0)
    try bench.run("s_mov_b32 m0, 0x10002\ns_movrelsd_2_b32 s12, s2")
    #expect(s[13] == 0x1234_5678)                           // s[12 + 1] from s[2 + 2]
    try bench.run("s_or_not1_saveexec_b32 s12, s4")
    #expect(s[12] == ~0 && bench.wave.exec == 0x1234_5678)
    try bench.run("s_mov_b32 exec_lo, 0xff00ff\ns_and_not1_wrexec_b32 s12, s4")
    #expect(bench.wave.exec == UInt64(0x1234_5678 & ~0x00ff_00ff as UInt32) && s[12] == UInt32(bench.wave.exec))
    try bench.run("s_round_mode 0x5\ns_denorm_mode 0xc\ns_getreg_b32 s12, hwreg(HW_REG_MODE, 0, 8)")
    #expect(s[12] == 0xc5)
    try bench.run("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 8), 0xf0\ns_sendmsg_rtn_b64 s[12:13], sendmsg(MSG_RTN_GET_REALTIME)\ns_version UC_VERSION_GFX11")
    #expect(bench.wave.pointee.mode & 0xff == 0xf0)
    let words = bench.block((0..<64).map { UInt32($0 * 3) })
    bench.setSGPR(4, wide: words.address)
    bench.setSGPR(8, UInt32(truncatingIfNeeded: words.address), UInt32(truncatingIfNeeded: words.address >> 32) & 0xffff, 40, 3 << 28)
    try bench.run("s_load_b128 s[12:15], s[4:5], 0x10\ns_mov_b32 s16, 8\ns_load_b32 s17, s[4:5], s16 offset:0x4\ns_load_b64 s[18:19], s[4:5], null")
    #expect((12...15).map { s[$0] } == [12, 15, 18, 21] && s[17] == 9 && s[18] == 0 && s[19] == 3)
    try bench.run("s_buffer_load_b128 s[12:15], s[8:11], 0x20")
    #expect((12...15).map { s[$0] } == [24, 27, 0, 0])       // ten words lie inside
  }
}
