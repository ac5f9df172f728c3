// VOP3P: packed 16-bit and 32-bit arithmetic, mixed-precision fused multiply-add, dot products, accumulator moves.
// Matrix instructions decode; they do not execute yet.  Source: AMD CDNA3 ISA, 6.6 "Packed Math", 12.11 "VOP3P Instructions".
import CSoftGPU
import ISA

extension Rows {
  static func vop3p(_ t: inout Rows) {
    t.begin(.vop3p, count: 128)
    t(0, "v_pk_mad_i16", [.halves]) { w, o in w.packed3(o) { a, b, c in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &* Int32(Int16(truncatingIfNeeded: b)) &+ Int32(Int16(truncatingIfNeeded: c))) } }
    t(1, "v_pk_mul_lo_u16", [.halves]) { w, o in w.packed2(o) { a, b in a &* b } }
    t(2, "v_pk_add_i16", [.halves]) { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &+ Int32(Int16(truncatingIfNeeded: b))) } }
    t(3, "v_pk_sub_i16", [.halves]) { w, o in w.packed2(o) { a, b in saturateS(o, Int32(Int16(truncatingIfNeeded: a)) &- Int32(Int16(truncatingIfNeeded: b))) } }
    t(4, "v_pk_lshlrev_b16", [.halves]) { w, o in w.packed2(o) { a, b in b << (a & 15) } }
    t(5, "v_pk_lshrrev_b16", [.halves]) { w, o in w.packed2(o) { a, b in b >> (a & 15) } }
    t(6, "v_pk_ashrrev_i16", [.halves]) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: b)) >> Int32(a & 15)) } }
    t(7, "v_pk_max_i16", [.halves]) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(max(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t(8, "v_pk_min_i16", [.halves]) { w, o in w.packed2(o) { a, b in UInt32(bitPattern: Int32(min(Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b)))) } }
    t(9, "v_pk_mad_u16", [.halves]) { w, o in w.packed3(o) { a, b, c in saturateU(o, Int64(a) &* Int64(b) &+ Int64(c)) } }
    t(10, "v_pk_add_u16", [.halves]) { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &+ Int64(b)) } }
    t(11, "v_pk_sub_u16", [.halves]) { w, o in w.packed2(o) { a, b in saturateU(o, Int64(a) &- Int64(b)) } }
    t(12, "v_pk_max_u16", [.halves]) { w, o in w.packed2(o) { a, b in max(a, b) } }
    t(13, "v_pk_min_u16", [.halves]) { w, o in w.packed2(o) { a, b in min(a, b) } }
    t(14, "v_pk_fma_f16", [.halves, .f64]) { w, o in w.packed3(o, float: true) { a, b, c in clampHalf(o, Float16(Double(half(a)) * Double(half(b)) + Double(half(c)))) } }
    t(15, "v_pk_add_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, Float16(Float(half(a)) + Float(half(b)))) } }
    t(16, "v_pk_mul_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, Float16(Float(half(a)) * Float(half(b)))) } }
    t(17, "v_pk_min_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, lesser(half(a), half(b))) } }
    t(18, "v_pk_max_f16", [.halves, .f64]) { w, o in w.packed2(o, float: true) { a, b in clampHalf(o, -lesser(-half(a), -half(b))) } }
    t(32, "v_fma_mix_f32", [.halves, .f32]) { w, o in w.mix(o) { value in value.bitPattern } }
    t(33, "v_fma_mixlo_f16", [.halves, .f32]) { w, o in w.mixHalf(o, high: false) }
    t(34, "v_fma_mixhi_f16", [.halves, .f32]) { w, o in w.mixHalf(o, high: true) }
    t(35, "v_dot2_f32_f16", [.halves, .f32]) { w, o in w.dot(o, float: true) { a, b, c in (Float(half(a)) * Float(half(b)) + (Float(half(a >> 16)) * Float(half(b >> 16)) + Float(bitPattern: c))).bitPattern } }
    t(38, "v_dot2_i32_i16", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 16, signed: true) } }
    t(39, "v_dot2_u32_u16", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 16, signed: false) } }
    t(40, "v_dot4_i32_i8", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: true) } }
    t(41, "v_dot4_u32_u8", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 8, signed: false) } }
    t(42, "v_dot8_i32_i4", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: true) } }
    t(43, "v_dot8_u32_u4", [.halves]) { w, o in w.dot(o) { a, b, c in dotProduct(o, a, b, c, bits: 4, signed: false) } }
    t(48, "v_pk_fma_f32", [.halves, .f32]) { w, o in w.pairs3(o) { a, b, c in c.addingProduct(a, b) } }
    t(49, "v_pk_mul_f32", [.halves, .f32]) { w, o in w.pairs2(o) { a, b in a * b } }
    t(50, "v_pk_add_f32", [.halves, .f32]) { w, o in w.pairs2(o) { a, b in a + b } }
    t(51, "v_pk_mov_b32", [.halves]) { w, o in w.movePair(o) }
    t(62, "v_mfma_f32_16x16x8_xf32", gfx90a: .absent, .control)
    t(63, "v_mfma_f32_32x32x4_xf32", gfx90a: .absent, .control)
    t(64, "v_mfma_f32_32x32x1_2b_f32", gfx90a: "v_mfma_f32_32x32x1f32", .control)
    t(65, "v_mfma_f32_16x16x1_4b_f32", gfx90a: "v_mfma_f32_16x16x1f32", .control)
    t(66, "v_mfma_f32_4x4x1_16b_f32", gfx90a: "v_mfma_f32_4x4x1f32", .control)
    t(68, "v_mfma_f32_32x32x2_f32", gfx90a: "v_mfma_f32_32x32x2f32", .control)
    t(69, "v_mfma_f32_16x16x4_f32", gfx90a: "v_mfma_f32_16x16x4f32", .control)
    t(72, "v_mfma_f32_32x32x4_2b_f16", gfx90a: "v_mfma_f32_32x32x4f16", .control)
    t(73, "v_mfma_f32_16x16x4_4b_f16", gfx90a: "v_mfma_f32_16x16x4f16", .control)
    t(74, "v_mfma_f32_4x4x4_16b_f16", gfx90a: "v_mfma_f32_4x4x4f16", .control)
    t(76, "v_mfma_f32_32x32x8_f16", gfx90a: "v_mfma_f32_32x32x8f16", .control)
    t(77, "v_mfma_f32_16x16x16_f16", gfx90a: "v_mfma_f32_16x16x16f16", .control)
    t(80, "v_mfma_i32_32x32x4_2b_i8", gfx90a: "v_mfma_i32_32x32x4i8", .control)
    t(81, "v_mfma_i32_16x16x4_4b_i8", gfx90a: "v_mfma_i32_16x16x4i8", .control)
    t(82, "v_mfma_i32_4x4x4_16b_i8", gfx90a: "v_mfma_i32_4x4x4i8", .control)
    t(86, "v_mfma_i32_32x32x16_i8", gfx90a: .absent, .control)
    t(87, "v_mfma_i32_16x16x32_i8", gfx90a: .absent, .control)
    t(88, "v_accvgpr_read_b32", []) { w, o in w.readAccumulator(o) }
    t(89, "v_accvgpr_write_b32", []) { w, o in w.writeAccumulator(o) }
    t(93, "v_mfma_f32_32x32x4_2b_bf16", gfx90a: .absent, .control)
    t(94, "v_mfma_f32_16x16x4_4b_bf16", gfx90a: .absent, .control)
    t(95, "v_mfma_f32_4x4x4_16b_bf16", gfx90a: .absent, .control)
    t(96, "v_mfma_f32_32x32x8_bf16", gfx90a: .absent, .control)
    t(97, "v_mfma_f32_16x16x16_bf16", gfx90a: .absent, .control)
    t(98, "v_smfmac_f32_16x16x32_f16", gfx90a: .absent, .control)
    t(100, "v_smfmac_f32_32x32x16_f16", gfx90a: .absent, .control)
    t(102, "v_smfmac_f32_16x16x32_bf16", gfx90a: .absent, .control)
    t(104, "v_smfmac_f32_32x32x16_bf16", gfx90a: .absent, .control)
    t(106, "v_smfmac_i32_16x16x64_i8", gfx90a: .absent, .control)
    t(108, "v_smfmac_i32_32x32x32_i8", gfx90a: .absent, .control)
    t(110, "v_mfma_f64_16x16x4_f64", gfx90a: "v_mfma_f64_16x16x4f64", .control)
    t(111, "v_mfma_f64_4x4x4_4b_f64", gfx90a: "v_mfma_f64_4x4x4f64", .control)
    t(112, "v_mfma_f32_16x16x32_bf8_bf8", gfx90a: .absent, .control)
    t(113, "v_mfma_f32_16x16x32_bf8_fp8", gfx90a: .absent, .control)
    t(114, "v_mfma_f32_16x16x32_fp8_bf8", gfx90a: .absent, .control)
    t(115, "v_mfma_f32_16x16x32_fp8_fp8", gfx90a: .absent, .control)
    t(116, "v_mfma_f32_32x32x16_bf8_bf8", gfx90a: .absent, .control)
    t(117, "v_mfma_f32_32x32x16_bf8_fp8", gfx90a: .absent, .control)
    t(118, "v_mfma_f32_32x32x16_fp8_bf8", gfx90a: .absent, .control)
    t(119, "v_mfma_f32_32x32x16_fp8_fp8", gfx90a: .absent, .control)
    t(120, "v_smfmac_f32_16x16x64_bf8_bf8", gfx90a: .absent, .control)
    t(121, "v_smfmac_f32_16x16x64_bf8_fp8", gfx90a: .absent, .control)
    t(122, "v_smfmac_f32_16x16x64_fp8_bf8", gfx90a: .absent, .control)
    t(123, "v_smfmac_f32_16x16x64_fp8_fp8", gfx90a: .absent, .control)
    t(124, "v_smfmac_f32_32x32x32_bf8_bf8", gfx90a: .absent, .control)
    t(125, "v_smfmac_f32_32x32x32_bf8_fp8", gfx90a: .absent, .control)
    t(126, "v_smfmac_f32_32x32x32_fp8_bf8", gfx90a: .absent, .control)
    t(127, "v_smfmac_f32_32x32x32_fp8_fp8", gfx90a: .absent, .control)
    t(84, "v_mfma_i32_32x32x8i8", gfx942: .absent, .control)
    t(85, "v_mfma_i32_16x16x16i8", gfx942: .absent, .control)
    t(99, "v_mfma_f32_32x32x4bf16_1k", gfx942: .absent, .control)
    t(100, "v_mfma_f32_16x16x4bf16_1k", gfx942: .absent, .control)
    t(101, "v_mfma_f32_4x4x4bf16_1k", gfx942: .absent, .control)
    t(102, "v_mfma_f32_32x32x8bf16_1k", gfx942: .absent, .control)
    t(103, "v_mfma_f32_16x16x16bf16_1k", gfx942: .absent, .control)
    t(104, "v_mfma_f32_32x32x2bf16", gfx942: .absent, .control)
    t(105, "v_mfma_f32_16x16x2bf16", gfx942: .absent, .control)
    t(107, "v_mfma_f32_4x4x2bf16", gfx942: .absent, .control)
    t(108, "v_mfma_f32_32x32x4bf16", gfx942: .absent, .control)
    t(109, "v_mfma_f32_16x16x8bf16", gfx942: .absent, .control)
  }
}

@inline(__always) private func half(_ bits: UInt32) -> Float16 { Float16(bitPattern: UInt16(truncatingIfNeeded: bits)) }

/// minNum with -0 below +0.
@inline(__always) private func lesser(_ a: Float16, _ b: Float16) -> Float16 {
  if a.isNaN { return b }
  if b.isNaN { return a }
  if a == b { return a.sign == .minus ? a : b }
  return a < b ? a : b
}
@inline(__always) private func clampHalf(_ o: Op, _ value: Float16) -> UInt32 {
  UInt32((o.clamp ? (value >= 1 ? 1 : value > 0 ? value : 0) : value).bitPattern)
}
@inline(__always) private func saturateS(_ o: Op, _ value: Int32) -> UInt32 {
  UInt32(bitPattern: o.clamp ? min(max(value, -32768), 32767) : value)
}
@inline(__always) private func saturateU(_ o: Op, _ value: Int64) -> UInt32 {
  UInt32(truncatingIfNeeded: o.clamp ? min(max(value, 0), 65535) : value)
}
private func dotProduct(_ o: Op, _ a: UInt32, _ b: UInt32, _ c: UInt32, bits: UInt32, signed: Bool) -> UInt32 {
  var sum = signed ? Int64(Int32(bitPattern: c)) : Int64(c)
  for at in stride(from: UInt32(0), to: 32, by: Int(bits)) {
    let left = 32 - bits - at, right = 32 - bits
    sum += signed
      ? Int64(Int32(bitPattern: a << left) >> Int32(right)) * Int64(Int32(bitPattern: b << left) >> Int32(right))
      : Int64((a << left) >> right) * Int64((b << left) >> right)
  }
  guard o.clamp else { return UInt32(truncatingIfNeeded: sum) }
  return signed ? UInt32(bitPattern: Int32(clamping: sum)) : UInt32(clamping: sum)
}

extension UnsafeMutablePointer<carmine_wave> {
  /// The 32 bits of source `i` in every lane, before halves are chosen; half-precision constants for float operations.
  @inline(__always) private func whole(_ o: Op, _ i: Int, float: Bool) -> UnsafePointer<UInt32> {
    let code = code(o, i)
    if code >= 256 { return UnsafePointer(vgpr(code &- 256)) }
    let out = buffer(i)
    broadcast(float && code >= 240 && code <= 248 ? InlineConstant.f16[code - 240] : s32(o, i), out)
    return UnsafePointer(out)
  }
  /// How source `i`'s half for the low (or high) result is found: shift right, then flip the sign.
  @inline(__always) private func choice(_ o: Op, _ i: Int, high: Bool, float: Bool) -> (shift: UInt32, flip: UInt32) {
    let selected = o.pointee.select >> UInt8(high ? 4 + i : i) & 1 != 0
    let negated = float && o.pointee.immediate >> Int32(high ? 3 + i : i) & 1 != 0
    return (selected ? 16 : 0, negated ? 0x8000 : 0)
  }

  @inline(__always) func packed2(_ o: Op, float: Bool = false, _ f: (UInt32, UInt32) -> UInt32) {
    let a = whole(o, 0, float: float), b = whole(o, 1, float: float)
    let a0 = choice(o, 0, high: false, float: float), a1 = choice(o, 0, high: true, float: float)
    let b0 = choice(o, 1, high: false, float: float), b1 = choice(o, 1, high: true, float: float)
    each(o) { l in
      let low = f((a[l] >> a0.shift & 0xffff) ^ a0.flip, (b[l] >> b0.shift & 0xffff) ^ b0.flip)
      let high = f((a[l] >> a1.shift & 0xffff) ^ a1.flip, (b[l] >> b1.shift & 0xffff) ^ b1.flip)
      return low & 0xffff | high << 16
    }
  }
  @inline(__always) func packed3(_ o: Op, float: Bool = false, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
    let a = whole(o, 0, float: float), b = whole(o, 1, float: float), c = whole(o, 2, float: float)
    let a0 = choice(o, 0, high: false, float: float), a1 = choice(o, 0, high: true, float: float)
    let b0 = choice(o, 1, high: false, float: float), b1 = choice(o, 1, high: true, float: float)
    let c0 = choice(o, 2, high: false, float: float), c1 = choice(o, 2, high: true, float: float)
    each(o) { l in
      let low = f((a[l] >> a0.shift & 0xffff) ^ a0.flip, (b[l] >> b0.shift & 0xffff) ^ b0.flip, (c[l] >> c0.shift & 0xffff) ^ c0.flip)
      let high = f((a[l] >> a1.shift & 0xffff) ^ a1.flip, (b[l] >> b1.shift & 0xffff) ^ b1.flip, (c[l] >> c1.shift & 0xffff) ^ c1.flip)
      return low & 0xffff | high << 16
    }
  }

  // Pairs of 32-bit values: op_sel chooses each source's register for the low result, op_sel_hi for the high one.

  /// Both registers of source `i`, as two rows of 64; a constant stands in both.
  @inline(__always) private func pairRows(_ o: Op, _ i: Int) -> UnsafePointer<UInt32> {
    let code = code(o, i)
    if code >= 256 { return UnsafePointer(vgpr(code &- 256)) }
    let out = buffer(i), low = s32(o, i)
    broadcast(low, out)
    broadcast(code < 128 ? pointee.scalars[code &+ 1] : low, out + 64)
    return UnsafePointer(out)
  }
  @inline(__always) private func pairChoice(_ o: Op, _ i: Int, high: Bool) -> (row: Int, flip: UInt32) {
    let selected = o.pointee.select >> UInt8(high ? 4 + i : i) & 1 != 0
    let negated = o.pointee.immediate >> Int32(high ? 3 + i : i) & 1 != 0
    return (selected ? 64 : 0, negated ? 0x8000_0000 : 0)
  }
  @inline(__always) private func joined(_ o: Op, _ low: Float, _ high: Float) -> UInt64 {
    var low = low, high = high
    if o.clamp { low = low >= 1 ? 1 : low > 0 ? low : 0; high = high >= 1 ? 1 : high > 0 ? high : 0 }
    return UInt64(low.bitPattern) | UInt64(high.bitPattern) << 32
  }
  @inline(__always) func pairs2(_ o: Op, _ f: (Float, Float) -> Float) {
    let a = pairRows(o, 0), b = pairRows(o, 1)
    let a0 = pairChoice(o, 0, high: false), a1 = pairChoice(o, 0, high: true)
    let b0 = pairChoice(o, 1, high: false), b1 = pairChoice(o, 1, high: true)
    each(o) { l in
      joined(
        o, f(Float(bitPattern: a[a0.row &+ l] ^ a0.flip), Float(bitPattern: b[b0.row &+ l] ^ b0.flip)),
        f(Float(bitPattern: a[a1.row &+ l] ^ a1.flip), Float(bitPattern: b[b1.row &+ l] ^ b1.flip)))
    }
  }
  @inline(__always) func pairs3(_ o: Op, _ f: (Float, Float, Float) -> Float) {
    let a = pairRows(o, 0), b = pairRows(o, 1), c = pairRows(o, 2)
    let a0 = pairChoice(o, 0, high: false), a1 = pairChoice(o, 0, high: true)
    let b0 = pairChoice(o, 1, high: false), b1 = pairChoice(o, 1, high: true)
    let c0 = pairChoice(o, 2, high: false), c1 = pairChoice(o, 2, high: true)
    each(o) { l in
      joined(
        o,
        f(Float(bitPattern: a[a0.row &+ l] ^ a0.flip), Float(bitPattern: b[b0.row &+ l] ^ b0.flip), Float(bitPattern: c[c0.row &+ l] ^ c0.flip)),
        f(Float(bitPattern: a[a1.row &+ l] ^ a1.flip), Float(bitPattern: b[b1.row &+ l] ^ b1.flip), Float(bitPattern: c[c1.row &+ l] ^ c1.flip)))
    }
  }
  /// v_pk_mov_b32: the low result from source 0, the high one from source 1.
  func movePair(_ o: Op) {
    let a = pairRows(o, 0), b = pairRows(o, 1)
    let low = o.pointee.select & 1 != 0 ? 64 : 0, high = o.pointee.select & 2 != 0 ? 64 : 0
    each(o) { l in UInt64(a[low &+ l]) | UInt64(b[high &+ l]) << 32 }
  }

  // Mixed precision: op_sel_hi says whether a source is a half, op_sel which; neg_hi means absolute.

  @inline(__always) private func mixSource(_ o: Op, _ i: Int) -> UnsafePointer<UInt32> {
    let isHalf = o.pointee.select >> UInt8(4 + i) & 1 != 0
    let from = whole(o, i, float: isHalf), out = buffer(i)
    let shift: UInt32 = o.pointee.select >> UInt8(i) & 1 != 0 ? 16 : 0
    let negated = o.pointee.immediate >> Int32(i) & 1 != 0, absolute = o.pointee.immediate >> Int32(3 + i) & 1 != 0
    for l in 0..<64 {
      var value = isHalf ? Float(half(from[l] >> shift)) : Float(bitPattern: from[l])
      if absolute { value = value.magnitude }
      out[l] = (negated ? -value : value).bitPattern
    }
    return UnsafePointer(out)
  }
  @inline(__always) func mix(_ o: Op, _ result: (Float) -> UInt32) {
    let a = mixSource(o, 0), b = mixSource(o, 1), c = mixSource(o, 2)
    each(o) { l in
      var value = Float(bitPattern: c[l]).addingProduct(Float(bitPattern: a[l]), Float(bitPattern: b[l]))
      if o.clamp { value = value >= 1 ? 1 : value > 0 ? value : 0 }
      return result(value)
    }
  }
  func mixHalf(_ o: Op, high: Bool) {
    let a = mixSource(o, 0), b = mixSource(o, 1), c = mixSource(o, 2), out = vgpr(Int(o.pointee.destination))
    each(o) { l in
      var value = Float(bitPattern: c[l]).addingProduct(Float(bitPattern: a[l]), Float(bitPattern: b[l]))
      if o.clamp { value = value >= 1 ? 1 : value > 0 ? value : 0 }
      let bits = UInt32(Float16(value).bitPattern)
      return high ? out[l] & 0xffff | bits << 16 : out[l] & 0xffff_0000 | bits
    }
  }

  @inline(__always) func dot(_ o: Op, float: Bool = false, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
    let a = whole(o, 0, float: float), b = whole(o, 1, float: float), c = whole(o, 2, float: false)
    each(o) { l in f(a[l], b[l], c[l]) }
  }

  func readAccumulator(_ o: Op) {
    let from = pointee.agpr + (Int(o.pointee.source0) &- 256) &* 64
    each(o) { l in from[l] }
  }
  func writeAccumulator(_ o: Op) {
    let from = source(o, 0, .b32), out = pointee.agpr + Int(o.pointee.destination) &* 64, mask = laneMask()
    for l in 0..<64 { out[l] = from[l] & mask[l] | out[l] & ~mask[l] }
  }
}
