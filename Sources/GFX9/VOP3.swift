// VOP3: vector, up to three sources; the opcodes that only this encoding has.  Source: AMD CDNA3 ISA, 12.11.
import CSoftGPU
import ISA
import Glibc

extension Rows {
  static func vop3(_ t: inout Rows) {
    t.begin(.vop3, count: 1024)
    t.shared(SharedRows.vop3)
    integers(&t); floats(&t); divisions(&t); halves(&t); wide(&t); smallFloats(&t); lanesAndPacks(&t)
  }

  private static func integers(_ t: inout Rows) {
    t(448, "v_mad_legacy_f32", gfx942: .absent, .f32) { w, o in
      w.ternary(o) { (a: Float, b: Float, c: Float) in flushed(a) == 0 || flushed(b) == 0 ? flushed(c) + 0 : multiplyAdd(a, b, c) }
    }
    t(449, "v_mad_f32", gfx942: .absent, .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in multiplyAdd(a, b, c) } }
    t(462, "v_alignbit_b32") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64(c & 31)) }
    }
    t(463, "v_alignbyte_b32") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64((c & 3) &* 8)) }
    }
    t(496, "v_cvt_pkaccum_u8_f32") { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .b32), d = UnsafePointer(w.vgpr(Int(o.pointee.destination)))
      w.each(o) { l in
        let value = UInt32(truncatingIfNeeded: toInt32(clamped(Float.load(a, l).rounded(.toNearestOrEven), 0, 255))), shift = (b[l] & 3) &* 8
        return d[l] & ~(0xff << shift) | value << shift
      }
    }
  }

  private static func floats(_ t: inout Rows) {
    t(453, "v_cubesc_f32", .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z < 0 ? -x : x }
        if y.magnitude >= x.magnitude { return x }
        return x < 0 ? z : -z
      }
    }
    t(454, "v_cubetc_f32", .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return -y }
        return y.magnitude >= x.magnitude ? (y < 0 ? -z : z) : -y
      }
    }
    t(673, "v_mul_legacy_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a == 0 || b == 0 ? 0 : a * b } }
  }

  private static func divisions(_ t: inout Rows) {
    t(519, "v_div_fixup_f16", .f64) { w, o in
      w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in Float16(divisionFix(Float(a), Float(b), Float(c))) }
    }
  }

  private static func halves(_ t: inout Rows) {
    t(491, "v_mad_legacy_u16") { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(492, "v_mad_legacy_i16") { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(490, "v_mad_legacy_f16", .f64) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in Float16(w.halfProduct(a, b) + Float(c)) } }
    t(500, "v_min3_f16", .f64) { w, o in w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in minimum(minimum(a, b), c) } }
    t(501, "v_min3_i16") { w, o in w.ternary(o, keepHigh: true) { (a: Int16, b: Int16, c: Int16) in min(min(a, b), c) } }
    t(502, "v_min3_u16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in min(min(a, b), c) } }
    t(503, "v_max3_f16", .f64) { w, o in w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in maximum(maximum(a, b), c) } }
    t(504, "v_max3_i16") { w, o in w.ternary(o, keepHigh: true) { (a: Int16, b: Int16, c: Int16) in max(max(a, b), c) } }
    t(505, "v_max3_u16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in max(max(a, b), c) } }
    t(506, "v_med3_f16", .f64) { w, o in w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in Float16(median(Float(a), Float(b), Float(c))) } }
    t(507, "v_med3_i16") { w, o in w.ternary(o, keepHigh: true) { (a: Int16, b: Int16, c: Int16) in median(a, b, c) } }
    t(508, "v_med3_u16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in median(a, b, c) } }
    t(515, "v_mad_f16", .f64) { w, o in
      w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in Float16(w.halfProduct(a, b) + Float(c)) }
    }
    t(516, "v_mad_u16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(517, "v_mad_i16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(518, "v_fma_f16", .f64) { w, o in w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
  }

  private static func wide(_ t: inout Rows) {
    t(520, "v_lshl_add_u64", gfx90a: .absent) { w, o in w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in (a &<< UInt64(b & 7)) &+ c } }
    t(487, "v_mqsad_u32_u8") { w, o in maskedDifferences(w, o) }
  }

  private static func smallFloats(_ t: inout Rows) {
    t(674, "v_cvt_pk_fp8_f32", gfx90a: .absent) { w, o in packSmall(w, o, .fp8) }
    t(675, "v_cvt_pk_bf8_f32", gfx90a: .absent) { w, o in packSmall(w, o, .bf8) }
    t(676, "v_cvt_sr_fp8_f32", gfx90a: .absent) { w, o in roundStochastically(w, o, .fp8) }
    t(677, "v_cvt_sr_bf8_f32", gfx90a: .absent) { w, o in roundStochastically(w, o, .bf8) }
  }

  private static func lanesAndPacks(_ t: inout Rows) {
    t(649, "v_readlane_b32", .notIndexed) { w, o in
      let a = w.source(o, 0, .b32)
      w.setS32(o, a[Int(w.s32(o, 1) & 63)])
    }
    t(650, "v_writelane_b32", .notIndexed) { w, o in w.vgpr(Int(o.pointee.destination))[Int(w.s32(o, 1) & 63)] = w.s32(o, 0) }
    t(662, "v_cvt_pkrtz_f16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in halfTowardZero(a) | halfTowardZero(b) << 16 } }
  }
}

/// Two numbers in eight bits each, into the half of the register that op_sel chooses; the other half stays.
private func packSmall(_ w: Wave, _ o: Op, _ format: SmallFloat) {
  let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), saturates = w.saturatesOverflow
  w.each(o, keepHigh: true) { l in
    UInt16(format.encode(Float.load(a, l), saturates: saturates)) | UInt16(format.encode(Float.load(b, l), saturates: saturates)) << 8
  }
}
/// The byte that op_sel's upper bits choose.
private func roundStochastically(_ w: Wave, _ o: Op, _ format: SmallFloat) {
  let a = w.source(o, 0, .f32), b = w.source(o, 1, .b32), out = w.vgpr(Int(o.pointee.destination)), saturates = w.saturatesOverflow
  let shift = UInt32(o.pointee.select >> 2 & 3) * 8
  w.forLanes(w.exec) { l in
    out[l] = out[l] & ~(0xff << shift) | UInt32(format.encode(Float.load(a, l), noise: b[l], saturates: saturates)) << shift
  }
}
/// v_mqsad_u32_u8: four sums of 32 bits.
private func maskedDifferences(_ w: Wave, _ o: Op) {
  let a = w.source(o, 0, .b64), b = w.source(o, 1, .b32), out = w.vgpr(Int(o.pointee.destination))
  let code = Int(o.pointee.source2), constant = code < 256 ? w.s32(o, 2) : 0, c = code < 256 ? nil : w.vgpr(code - 256)
  w.forLanes(w.exec) { l in
    let data = UInt64.load(a, l), reference = b[l]
    var sums: (UInt32, UInt32, UInt32, UInt32) = (constant, constant, constant, constant)
    if let c { sums = (c[l], c[64 + l], c[128 + l], c[192 + l]) }
    func sum(_ shift: UInt64, _ before: UInt32) -> UInt32 { before &+ maskedSumOfDifferences(UInt32(truncatingIfNeeded: data >> shift), reference) }
    out[l] = sum(0, sums.0); out[64 + l] = sum(8, sums.1); out[128 + l] = sum(16, sums.2); out[192 + l] = sum(24, sums.3)
    if o.clamp { for word in 0..<4 where out[word * 64 + l] < [sums.0, sums.1, sums.2, sums.3][word] { out[word * 64 + l] = ~0 } }
  }
}
