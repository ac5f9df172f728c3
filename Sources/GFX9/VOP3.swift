// VOP3: vector, up to three sources; the opcodes that only this encoding has.  Source: AMD CDNA3 ISA, 12.11.
import CSoftGPU
import ISA
import Glibc

extension Rows {
  static func vop3(_ t: inout Rows) {
    t.begin(.vop3, count: 1024)
    integers(&t); floats(&t); divisions(&t); halves(&t); wide(&t); smallFloats(&t); lanesAndPacks(&t)
  }

  private static func integers(_ t: inout Rows) {
    t(448, "v_mad_legacy_f32", gfx942: .absent, .f32) { w, o in
      w.ternary(o) { (a: Float, b: Float, c: Float) in flushed(a) == 0 || flushed(b) == 0 ? flushed(c) + 0 : multiplyAdd(a, b, c) }
    }
    t(449, "v_mad_f32", gfx942: .absent, .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in multiplyAdd(a, b, c) } }
    t(450, "v_mad_i32_i24") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: Int32) in signed24(a) &* signed24(b) &+ c } }
    t(451, "v_mad_u32_u24") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & 0xff_ffff) &* (b & 0xff_ffff) &+ c } }
    t(456, "v_bfe_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &>> (b & 31)) & ((1 &<< (c & 31)) &- 1) } }
    t(457, "v_bfe_i32") { w, o in
      w.ternary(o) { (a: Int32, b: Int32, c: Int32) in
        let shifted = a &>> (b & 31), up = 32 &- (c & 31)
        return c & 31 == 0 ? 0 : (shifted &<< up) &>> up
      }
    }
    t(458, "v_bfi_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & b) | (~a & c) } }
    t(461, "v_lerp_u8") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in
        var r: UInt32 = 0
        for i in 0..<4 as Range<UInt32> { r |= ((byte(a, i) &+ byte(b, i) &+ (byte(c, i) & 1)) >> 1) << (i &* 8) }
        return r
      }
    }
    t(462, "v_alignbit_b32") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64(c & 31)) }
    }
    t(463, "v_alignbyte_b32") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64((c & 3) &* 8)) }
    }
    t(465, "v_min3_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in min(min(a, b), c) } }
    t(466, "v_min3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in min(min(a, b), c) } }
    t(468, "v_max3_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in max(max(a, b), c) } }
    t(469, "v_max3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in max(max(a, b), c) } }
    t(471, "v_med3_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in median(a, b, c) } }
    t(472, "v_med3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in median(a, b, c) } }
    t(473, "v_sad_u8") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ sumOfDifferences(a, b) } }
    t(474, "v_sad_hi_u8") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ sumOfDifferences(a, b) << 16 } }
    t(475, "v_sad_u16") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ difference(a & 0xffff, b & 0xffff) &+ difference(a >> 16, b >> 16) }
    }
    t(476, "v_sad_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ difference(a, b) } }
    t(484, "v_msad_u8") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ maskedSumOfDifferences(a, b) } }
    t(477, "v_cvt_pk_u8_f32") { w, o in
      w.ternary(o) { (a: Float, b: UInt32, c: UInt32) in
        let value = UInt32(truncatingIfNeeded: toInt32(clamped(a.rounded(.toNearestOrEven), 0, 255))), shift = (b & 3) &* 8
        return c & ~(0xff << shift) | value << shift
      }
    }
    t(496, "v_cvt_pkaccum_u8_f32") { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .b32), d = UnsafePointer(w.vgpr(Int(o.pointee.destination)))
      w.each(o) { l in
        let value = UInt32(truncatingIfNeeded: toInt32(clamped(Float.load(a, l).rounded(.toNearestOrEven), 0, 255))), shift = (b[l] & 3) &* 8
        return d[l] & ~(0xff << shift) | value << shift
      }
    }
    t(493, "v_perm_b32") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in
        let data = UInt64(a) << 32 | UInt64(b)
        return selectByte(data, byte(c, 0)) | selectByte(data, byte(c, 1)) << 8 | selectByte(data, byte(c, 2)) << 16 | selectByte(data, byte(c, 3)) << 24
      }
    }
    t(497, "v_mad_u32_u16") { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt32) in UInt32(a) &* UInt32(b) &+ c } }
    t(498, "v_mad_i32_i16") { w, o in w.ternary(o) { (a: Int16, b: Int16, c: Int32) in Int32(a) &* Int32(b) &+ c } }
    t(499, "v_xad_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a ^ b) &+ c } }
    t(509, "v_lshl_add_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &<< b) &+ c } }
    t(510, "v_add_lshl_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &+ b) &<< c } }
    t(511, "v_add3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a &+ b &+ c } }
    t(512, "v_lshl_or_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &<< b) | c } }
    t(513, "v_and_or_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & b) | c } }
    t(514, "v_or3_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a | b | c } }
    t(645, "v_mul_lo_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a &* b } }
    t(646, "v_mul_hi_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) &* UInt64(b)) >> 32) } }
    t(647, "v_mul_hi_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: (Int64(a) &* Int64(b)) >> 32) } }
    t(659, "v_bfm_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in ((1 &<< (a & 31)) &- 1) &<< (b & 31) } }
    t(651, "v_bcnt_u32_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in UInt32(a.nonzeroBitCount) &+ b } }
    t(668, "v_add_i32") { w, o in
      if o.clamp {
        w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: min(max(Int64(a) &+ Int64(b), -0x8000_0000), 0x7fff_ffff)) }
      } else {
        w.binary(o) { (a: Int32, b: Int32) in a &+ b }
      }
    }
    t(669, "v_sub_i32") { w, o in
      if o.clamp {
        w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: min(max(Int64(a) &- Int64(b), -0x8000_0000), 0x7fff_ffff)) }
      } else {
        w.binary(o) { (a: Int32, b: Int32) in a &- b }
      }
    }
  }

  private static func floats(_ t: inout Rows) {
    t(452, "v_cubeid_f32", .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z < 0 ? 5 : 4 }
        if y.magnitude >= x.magnitude { return y < 0 ? 3 : 2 }
        return x < 0 ? 1 : 0
      }
    }
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
    t(455, "v_cubema_f32", .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z * 2 }
        return y.magnitude >= x.magnitude ? y * 2 : x * 2
      }
    }
    t(459, "v_fma_f32", .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in c.addingProduct(a, b) } }
    t(460, "v_fma_f64", .f64) { w, o in w.ternary(o) { (a: Double, b: Double, c: Double) in c.addingProduct(a, b) } }
    t(464, "v_min3_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in minimum(minimum(a, b), c) } }
    t(467, "v_max3_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in maximum(maximum(a, b), c) } }
    t(470, "v_med3_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in median(a, b, c) } }
    t(640, "v_add_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Double) in a + b } }
    t(641, "v_mul_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Double) in a * b } }
    t(642, "v_min_f64", .f64) { w, o in
      if w.isIEEE { w.binary(o) { (a: Double, b: Double) in quieted(a, b, minimum(a, b)) } } else { w.binary(o) { (a: Double, b: Double) in minimum(a, b) } }
    }
    t(643, "v_max_f64", .f64) { w, o in
      if w.isIEEE { w.binary(o) { (a: Double, b: Double) in quieted(a, b, maximum(a, b)) } } else { w.binary(o) { (a: Double, b: Double) in maximum(a, b) } }
    }
    t(644, "v_ldexp_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Int32) in scalbn(a, Int(b)) } }
    t(648, "v_ldexp_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Int32) in scalbnf(a, b) } }
    t(673, "v_mul_legacy_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Float) in a == 0 || b == 0 ? 0 : a * b } }
    t(658, "v_trig_preop_f64", .f64) { w, o in w.binary(o) { (a: Double, b: UInt32) in trigonometricSegment(a, b) } }
  }

  private static func divisions(_ t: inout Rows) {
    t(480, "v_div_scale_f32", [.f32, .scalarResult]) { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), c = w.source(o, 2, .f32)
      func f(_ l: Int) -> (Float, Bool) { divisionScale(Float.load(a, l), Float.load(b, l), Float.load(c, l)) }
      let flags = w.ask { l in f(l).1 }
      w.each(o) { l in f(l).0 }
      w.setMask(o, flags)
    }
    t(481, "v_div_scale_f64", [.f64, .scalarResult]) { w, o in
      let a = w.source(o, 0, .f64), b = w.source(o, 1, .f64), c = w.source(o, 2, .f64)
      func f(_ l: Int) -> (Double, Bool) { divisionScale(Double.load(a, l), Double.load(b, l), Double.load(c, l)) }
      let flags = w.ask { l in f(l).1 }
      w.each(o) { l in f(l).0 }
      w.setMask(o, flags)
    }
    t(482, "v_div_fmas_f32", .f32) { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), c = w.source(o, 2, .f32), m = w.maskLanes(w.vcc)
      w.each(o) { l in divisionStep(Float.load(a, l), Float.load(b, l), Float.load(c, l), m[l] != 0) }
    }
    t(483, "v_div_fmas_f64", .f64) { w, o in
      let a = w.source(o, 0, .f64), b = w.source(o, 1, .f64), c = w.source(o, 2, .f64), m = w.maskLanes(w.vcc)
      w.each(o) { l in divisionStep(Double.load(a, l), Double.load(b, l), Double.load(c, l), m[l] != 0) }
    }
    t(478, "v_div_fixup_f32", .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in divisionFix(a, b, c) } }
    t(479, "v_div_fixup_f64", .f64) { w, o in w.ternary(o) { (a: Double, b: Double, c: Double) in divisionFix(a, b, c) } }
    t(495, "v_div_fixup_legacy_f16", .f64) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in Float16(divisionFix(Float(a), Float(b), Float(c))) } }
    t(519, "v_div_fixup_f16", .f64) { w, o in
      w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in Float16(divisionFix(Float(a), Float(b), Float(c))) }
    }
  }

  private static func halves(_ t: inout Rows) {
    t(491, "v_mad_legacy_u16") { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(492, "v_mad_legacy_i16") { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(490, "v_mad_legacy_f16", .f64) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in Float16(Float(Float16(Float(a) * Float(b))) + Float(c)) } }
    t(494, "v_fma_legacy_f16", .f64) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
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
      w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in Float16(Float(Float16(Float(a) * Float(b))) + Float(c)) }
    }
    t(516, "v_mad_u16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(517, "v_mad_i16") { w, o in w.ternary(o, keepHigh: true) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(518, "v_fma_f16", .f64) { w, o in w.ternary(o, keepHigh: true) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
    t(670, "v_add_i16") { w, o in
      if o.clamp {
        w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: saturated(Int32(a) &+ Int32(b), -32768, 32767)) }
      } else {
        w.binary(o) { (a: Int16, b: Int16) in a &+ b }
      }
    }
    t(671, "v_sub_i16") { w, o in
      if o.clamp {
        w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: saturated(Int32(a) &- Int32(b), -32768, 32767)) }
      } else {
        w.binary(o) { (a: Int16, b: Int16) in a &- b }
      }
    }
    t(672, "v_pack_b32_f16") { w, o in w.binary(o) { (a: Float16, b: Float16) in joined(a, b) } }
  }

  private static func wide(_ t: inout Rows) {
    t(488, "v_mad_u64_u32", .scalarResult) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), c = w.source(o, 2, .b64)
      let out = w.ask { l in let p = UInt64(a[l]) &* UInt64(b[l]); return p &+ UInt64.load(c, l) < p }
      w.each(o) { l in UInt64(a[l]) &* UInt64(b[l]) &+ UInt64.load(c, l) }
      w.setMask(o, out)
    }
    t(489, "v_mad_i64_i32", .scalarResult) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), c = w.source(o, 2, .i64)
      func product(_ l: Int) -> Int64 { Int64(Int32(bitPattern: a[l])) &* Int64(Int32(bitPattern: b[l])) }
      let out = w.ask { l in product(l).addingReportingOverflow(Int64.load(c, l)).overflow }
      w.each(o) { l in product(l) &+ Int64.load(c, l) }
      w.setMask(o, out)
    }
    t(520, "v_lshl_add_u64", gfx90a: .absent) { w, o in w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in (a &<< UInt64(b & 7)) &+ c } }
    t(655, "v_lshlrev_b64") { w, o in w.binary(o) { (a: UInt32, b: UInt64) in b &<< UInt64(a & 63) } }
    t(656, "v_lshrrev_b64") { w, o in w.binary(o) { (a: UInt32, b: UInt64) in b &>> UInt64(a & 63) } }
    t(657, "v_ashrrev_i64") { w, o in w.binary(o) { (a: UInt32, b: Int64) in b &>> Int64(a & 63) } }
    t(485, "v_qsad_pk_u16_u8") { w, o in
      w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in
        var r: UInt64 = 0
        for i in 0..<4 as Range<UInt64> {
          let sum = sumOfDifferences(UInt32(truncatingIfNeeded: a >> (i &* 8)), b) &+ UInt32(truncatingIfNeeded: c >> (i &* 16) & 0xffff)
          r |= UInt64(sum & 0xffff) << (i &* 16)
        }
        return r
      }
    }
    t(487, "v_mqsad_u32_u8") { w, o in maskedDifferences(w, o) }
    t(486, "v_mqsad_pk_u16_u8") { w, o in
      w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in
        var r: UInt64 = 0
        for i in 0..<4 as Range<UInt64> {
          let sum = maskedSumOfDifferences(UInt32(truncatingIfNeeded: a >> (i &* 8)), b) &+ UInt32(truncatingIfNeeded: c >> (i &* 16) & 0xffff)
          r |= UInt64(sum & 0xffff) << (i &* 16)
        }
        return r
      }
    }
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
    t(652, "v_mbcnt_lo_u32_b32") { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
      w.each(o) { l in UInt32((a[l] & (l >= 32 ? ~0 : (1 &<< UInt32(truncatingIfNeeded: l)) &- 1)).nonzeroBitCount) &+ b[l] }
    }
    t(653, "v_mbcnt_hi_u32_b32") { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
      w.each(o) { l in UInt32((a[l] & (l < 32 ? 0 : (1 &<< UInt32(truncatingIfNeeded: l &- 32)) &- 1)).nonzeroBitCount) &+ b[l] }
    }
    t(660, "v_cvt_pknorm_i16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in rounded16(a, 32767, -1) | rounded16(b, 32767, -1) << 16 } }
    t(661, "v_cvt_pknorm_u16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in rounded16(a, 65535, 0) | rounded16(b, 65535, 0) << 16 } }
    t(665, "v_cvt_pknorm_i16_f16") { w, o in
      w.binary(o) { (a: Float16, b: Float16) in rounded16(Float(a), 32767, -1) | rounded16(Float(b), 32767, -1) << 16 }
    }
    t(666, "v_cvt_pknorm_u16_f16") { w, o in
      w.binary(o) { (a: Float16, b: Float16) in rounded16(Float(a), 65535, 0) | rounded16(Float(b), 65535, 0) << 16 }
    }
    t(662, "v_cvt_pkrtz_f16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in halfTowardZero(a) | halfTowardZero(b) << 16 } }
    t(663, "v_cvt_pk_u16_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in min(a, 0xffff) | min(b, 0xffff) << 16 } }
    t(664, "v_cvt_pk_i16_i32") { w, o in
      w.binary(o) { (a: Int32, b: Int32) in
        UInt32(bitPattern: saturated(a, -32768, 32767) & 0xffff) | UInt32(bitPattern: saturated(b, -32768, 32767)) << 16
      }
    }
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
