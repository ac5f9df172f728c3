// VOP3: vector, up to three sources; the opcodes that only this encoding has.  Source: AMD RDNA3 ISA, 16.11, 16.12.
import CSoftGPU
import Glibc
import ISA

extension OpcodeTable {
  static func vop3(_ t: inout OpcodeTable) {
    t.begin(.vop3, count: 1024)
    integers(&t); floats(&t); divisions(&t); halves(&t); wide(&t); lanesAndPacks(&t)
  }

  private static func integers(_ t: inout OpcodeTable) {
    t(522, "v_mad_i32_i24") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: Int32) in signed24(a) &* signed24(b) &+ c } }
    t(523, "v_mad_u32_u24") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & 0xff_ffff) &* (b & 0xff_ffff) &+ c } }
    t(528, "v_bfe_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &>> (b & 31)) & ((1 &<< (c & 31)) &- 1) } }
    t(529, "v_bfe_i32") { w, o in
      w.ternary(o) { (a: Int32, b: Int32, c: Int32) in
        let shifted = a &>> (b & 31), up = 32 &- (c & 31)
        return c & 31 == 0 ? 0 : (shifted &<< up) &>> up
      }
    }
    t(530, "v_bfi_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & b) | (~a & c) } }
    t(533, "v_lerp_u8") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in
        var r: UInt32 = 0
        for i in 0..<4 as Range<UInt32> { r |= ((byte(a, i) &+ byte(b, i) &+ (byte(c, i) & 1)) >> 1) << (i &* 8) }
        return r
      }
    }
    t(534, "v_alignbit_b32", .half2) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt16) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64(c & 31)) }
    }
    t(535, "v_alignbyte_b32", .half2) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt16) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64((c & 3) &* 8)) }
    }
    t(538, "v_min3_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in min(min(a, b), c) } }
    t(539, "v_min3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in min(min(a, b), c) } }
    t(541, "v_max3_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in max(max(a, b), c) } }
    t(542, "v_max3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in max(max(a, b), c) } }
    t(544, "v_med3_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in median(a, b, c) } }
    t(545, "v_med3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in median(a, b, c) } }
    t(546, "v_sad_u8") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ sumOfDifferences(a, b) } }
    t(547, "v_sad_hi_u8") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ sumOfDifferences(a, b) << 16 } }
    t(548, "v_sad_u16") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ difference(a & 0xffff, b & 0xffff) &+ difference(a >> 16, b >> 16) }
    }
    t(549, "v_sad_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ difference(a, b) } }
    t(569, "v_msad_u8") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in c &+ maskedSumOfDifferences(a, b) } }
    t(576, "v_xor3_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a ^ b ^ c } }
    t(580, "v_perm_b32") { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in
        let data = UInt64(a) << 32 | UInt64(b)
        return selectByte(data, byte(c, 0)) | selectByte(data, byte(c, 1)) << 8 | selectByte(data, byte(c, 2)) << 16 | selectByte(data, byte(c, 3)) << 24
      }
    }
    t(581, "v_xad_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a ^ b) &+ c } }
    t(582, "v_lshl_add_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &<< b) &+ c } }
    t(583, "v_add_lshl_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &+ b) &<< c } }
    t(597, "v_add3_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a &+ b &+ c } }
    t(598, "v_lshl_or_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a &<< b) | c } }
    t(599, "v_and_or_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in (a & b) | c } }
    t(600, "v_or3_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a | b | c } }
    t(601, "v_mad_u32_u16", [.half0, .half1]) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt32) in UInt32(a) &* UInt32(b) &+ c } }
    t(602, "v_mad_i32_i16", [.half0, .half1]) { w, o in w.ternary(o) { (a: Int16, b: Int16, c: Int32) in Int32(a) &* Int32(b) &+ c } }
    t(610, "v_maxmin_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in min(max(a, b), c) } }
    t(611, "v_minmax_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in max(min(a, b), c) } }
    t(612, "v_maxmin_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in min(max(a, b), c) } }
    t(613, "v_minmax_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in max(min(a, b), c) } }
    t(768, "v_add_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (a &+ b, a &+ b < a) } }
    t(769, "v_sub_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (a &- b, a < b) } }
    t(770, "v_subrev_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (b &- a, b < a) } }
    t(797, "v_bfm_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in ((1 &<< (a & 31)) &- 1) &<< (b & 31) } }
    t(798, "v_bcnt_u32_b32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in UInt32(a.nonzeroBitCount) &+ b } }
    t(805, "v_sub_nc_i32") { w, o in
      if o.clamp {
        w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: min(max(Int64(a) &- Int64(b), -0x8000_0000), 0x7fff_ffff)) }
      } else {
        w.binary(o) { (a: Int32, b: Int32) in a &- b }
      }
    }
    t(806, "v_add_nc_i32") { w, o in
      if o.clamp {
        w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: min(max(Int64(a) &+ Int64(b), -0x8000_0000), 0x7fff_ffff)) }
      } else {
        w.binary(o) { (a: Int32, b: Int32) in a &+ b }
      }
    }
    t(812, "v_mul_lo_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in a &* b } }
    t(813, "v_mul_hi_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in UInt32(truncatingIfNeeded: (UInt64(a) &* UInt64(b)) >> 32) } }
    t(814, "v_mul_hi_i32") { w, o in w.binary(o) { (a: Int32, b: Int32) in Int32(truncatingIfNeeded: (Int64(a) &* Int64(b)) >> 32) } }
  }

  private static func floats(_ t: inout OpcodeTable) {
    t(521, "v_fma_dx9_zero_f32", .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in a == 0 || b == 0 ? c : c.addingProduct(a, b) } }
    t(524, "v_cubeid_f32", .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z < 0 ? 5 : 4 }
        if y.magnitude >= x.magnitude { return y < 0 ? 3 : 2 }
        return x < 0 ? 1 : 0
      }
    }
    t(525, "v_cubesc_f32", .f32) { w, o in w.ternary(o) { (x: Float, y: Float, z: Float) in cubeS(x, y, z) } }
    t(526, "v_cubetc_f32", .f32) { w, o in w.ternary(o) { (x: Float, y: Float, z: Float) in cubeT(x, y, z) } }
    t(527, "v_cubema_f32", .f32) { w, o in
      w.ternary(o) { (x: Float, y: Float, z: Float) -> Float in
        if z.magnitude >= x.magnitude && z.magnitude >= y.magnitude { return z * 2 }
        return y.magnitude >= x.magnitude ? y * 2 : x * 2
      }
    }
    t(531, "v_fma_f32", .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in c.addingProduct(a, b) } }
    t(532, "v_fma_f64", .f64) { w, o in w.ternary(o) { (a: Double, b: Double, c: Double) in c.addingProduct(a, b) } }
    t(536, "v_mullit_f32", .f32) { w, o in
      w.ternary(o) { (a: Float, b: Float, c: Float) in
        b == -Float.greatestFiniteMagnitude || b == -Float.infinity || b != b || !(c > 0) ? -Float.greatestFiniteMagnitude : a * b
      }
    }
    t(537, "v_min3_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in minimum(minimum(a, b), c) } }
    t(540, "v_max3_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in maximum(maximum(a, b), c) } }
    t(543, "v_med3_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in median(a, b, c) } }
    t(606, "v_maxmin_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in minimum(maximum(a, b), c) } }
    t(607, "v_minmax_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in maximum(minimum(a, b), c) } }
    t(796, "v_ldexp_f32", .f32) { w, o in w.binary(o) { (a: Float, b: Int32) in scalbnf(a, b) } }
    t(807, "v_add_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Double) in a + b } }
    t(808, "v_mul_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Double) in a * b } }
    t(809, "v_min_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Double) in minimum(a, b) } }
    t(810, "v_max_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Double) in maximum(a, b) } }
    t(811, "v_ldexp_f64", .f64) { w, o in w.binary(o) { (a: Double, b: Int32) in scalbn(a, Int(b)) } }
    t(815, "v_trig_preop_f64", .f64) { w, o in w.binary(o) { (a: Double, b: UInt32) in trigonometricSegment(a, b) } }
  }

  private static func divisions(_ t: inout OpcodeTable) {
    t(551, "v_div_fixup_f32", .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in divisionFix(a, b, c) } }
    t(552, "v_div_fixup_f64", .f64) { w, o in w.ternary(o) { (a: Double, b: Double, c: Double) in divisionFix(a, b, c) } }
    t(567, "v_div_fmas_f32", .f32) { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), c = w.source(o, 2, .f32), m = w.maskLanes(w.vcc)
      w.each(o) { l in divisionStep(Float.load(a, l), Float.load(b, l), Float.load(c, l), m[l] != 0) }
    }
    t(568, "v_div_fmas_f64", .f64) { w, o in
      let a = w.source(o, 0, .f64), b = w.source(o, 1, .f64), c = w.source(o, 2, .f64), m = w.maskLanes(w.vcc)
      w.each(o) { l in divisionStep(Double.load(a, l), Double.load(b, l), Double.load(c, l), m[l] != 0) }
    }
    t(596, "v_div_fixup_f16", [.f64, .ternary16]) { w, o in
      w.ternary(o) { (a: Float16, b: Float16, c: Float16) in Float16(divisionFix(Float(a), Float(b), Float(c))) }
    }
    t(764, "v_div_scale_f32", [.f32, .scalarResult]) { w, o in
      let a = w.source(o, 0, .f32), b = w.source(o, 1, .f32), c = w.source(o, 2, .f32)
      func f(_ l: Int) -> (Float, Bool) { divisionScale(Float.load(a, l), Float.load(b, l), Float.load(c, l)) }
      let flags = w.ask { l in f(l).1 }
      w.each(o) { l in f(l).0 }
      w.setMask(o, flags)
    }
    t(765, "v_div_scale_f64", [.f64, .scalarResult]) { w, o in
      let a = w.source(o, 0, .f64), b = w.source(o, 1, .f64), c = w.source(o, 2, .f64)
      func f(_ l: Int) -> (Double, Bool) { divisionScale(Double.load(a, l), Double.load(b, l), Double.load(c, l)) }
      let flags = w.ask { l in f(l).1 }
      w.each(o) { l in f(l).0 }
      w.setMask(o, flags)
    }
  }

  private static func halves(_ t: inout OpcodeTable) {
    t(577, "v_mad_u16", .ternary16) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(584, "v_fma_f16", [.f64, .ternary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in fma(a, b, c) } }
    t(585, "v_min3_f16", [.f64, .ternary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in minimum(minimum(a, b), c) } }
    t(586, "v_min3_i16", .ternary16) { w, o in w.ternary(o) { (a: Int16, b: Int16, c: Int16) in min(min(a, b), c) } }
    t(587, "v_min3_u16", .ternary16) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in min(min(a, b), c) } }
    t(588, "v_max3_f16", [.f64, .ternary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in maximum(maximum(a, b), c) } }
    t(589, "v_max3_i16", .ternary16) { w, o in w.ternary(o) { (a: Int16, b: Int16, c: Int16) in max(max(a, b), c) } }
    t(590, "v_max3_u16", .ternary16) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in max(max(a, b), c) } }
    t(591, "v_med3_f16", [.f64, .ternary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in Float16(median(Float(a), Float(b), Float(c))) } }
    t(592, "v_med3_i16", .ternary16) { w, o in w.ternary(o) { (a: Int16, b: Int16, c: Int16) in median(a, b, c) } }
    t(593, "v_med3_u16", .ternary16) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in median(a, b, c) } }
    t(595, "v_mad_i16", .ternary16) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
    t(605, "v_cndmask_b16", [.halfResult, .half0, .half1]) { w, o in w.select(o, UInt16.self) }
    t(608, "v_maxmin_f16", [.f64, .ternary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in minimum(maximum(a, b), c) } }
    t(609, "v_minmax_f16", [.f64, .ternary16]) { w, o in w.ternary(o) { (a: Float16, b: Float16, c: Float16) in maximum(minimum(a, b), c) } }
    t(614, "v_dot2_f16_f16", [.f64, .halfResult, .half2]) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: Float16) in
        let sum = Float16(Float(c) + Float(Float16(Float(lowHalf(a)) * Float(lowHalf(b)))))
        return Float16(Float(sum) + Float(Float16(Float(highHalf(a)) * Float(highHalf(b)))))
      }
    }
    t(615, "v_dot2_bf16_bf16", [.f32, .halfResult, .half2]) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt16) in
        let sum = bfloat(roundedBFloat(bfloat(UInt32(c)) + bfloat(roundedBFloat(bfloat(a & 0xffff) * bfloat(b & 0xffff)))))
        return UInt16(truncatingIfNeeded: roundedBFloat(sum + bfloat(roundedBFloat(bfloat(a >> 16) * bfloat(b >> 16)))))
      }
    }
    t(771, "v_add_nc_u16", .binary16) { w, o in
      if o.clamp { w.binary(o) { (a: UInt16, b: UInt16) in UInt16(min(UInt32(a) &+ UInt32(b), 0xffff)) } } else { w.binary(o) { (a: UInt16, b: UInt16) in a &+ b } }
    }
    t(772, "v_sub_nc_u16", .binary16) { w, o in
      if o.clamp { w.binary(o) { (a: UInt16, b: UInt16) in a < b ? 0 : a &- b } } else { w.binary(o) { (a: UInt16, b: UInt16) in a &- b } }
    }
    t(773, "v_mul_lo_u16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a &* b } }
    t(777, "v_max_u16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in max(a, b) } }
    t(778, "v_max_i16", .binary16) { w, o in w.binary(o) { (a: Int16, b: Int16) in max(a, b) } }
    t(779, "v_min_u16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in min(a, b) } }
    t(780, "v_min_i16", .binary16) { w, o in w.binary(o) { (a: Int16, b: Int16) in min(a, b) } }
    t(781, "v_add_nc_i16", .binary16) { w, o in
      if o.clamp {
        w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: saturated(Int32(a) &+ Int32(b), -32768, 32767)) }
      } else {
        w.binary(o) { (a: Int16, b: Int16) in a &+ b }
      }
    }
    t(782, "v_sub_nc_i16", .binary16) { w, o in
      if o.clamp {
        w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: saturated(Int32(a) &- Int32(b), -32768, 32767)) }
      } else {
        w.binary(o) { (a: Int16, b: Int16) in a &- b }
      }
    }
    t(824, "v_lshlrev_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in UInt16(truncatingIfNeeded: UInt32(b) << (UInt32(a) & 15)) } }
    t(825, "v_lshrrev_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in UInt16(truncatingIfNeeded: UInt32(b) >> (UInt32(a) & 15)) } }
    t(826, "v_ashrrev_i16", .binary16) { w, o in w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: Int32(b) >> (Int32(a) & 15)) } }
    t(866, "v_and_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a & b } }
    t(867, "v_or_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a | b } }
    t(868, "v_xor_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a ^ b } }
  }

  private static func wide(_ t: inout OpcodeTable) {
    t(570, "v_qsad_pk_u16_u8") { w, o in
      w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in
        var r: UInt64 = 0
        for i in 0..<4 as Range<UInt64> {
          let sum = sumOfDifferences(UInt32(truncatingIfNeeded: a >> (i &* 8)), b) &+ UInt32(truncatingIfNeeded: c >> (i &* 16) & 0xffff)
          r |= UInt64(sum & 0xffff) << (i &* 16)
        }
        return r
      }
    }
    t(571, "v_mqsad_pk_u16_u8") { w, o in
      w.ternary(o) { (a: UInt64, b: UInt32, c: UInt64) in
        var r: UInt64 = 0
        for i in 0..<4 as Range<UInt64> {
          let sum = maskedSumOfDifferences(UInt32(truncatingIfNeeded: a >> (i &* 8)), b) &+ UInt32(truncatingIfNeeded: c >> (i &* 16) & 0xffff)
          r |= UInt64(sum & 0xffff) << (i &* 16)
        }
        return r
      }
    }
    t(573, "v_mqsad_u32_u8") { w, o in w.maskedSums(o) }
    t(766, "v_mad_u64_u32", .scalarResult) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), c = w.source(o, 2, .b64)
      let out = w.ask { l in let p = UInt64(a[l]) &* UInt64(b[l]); return p &+ UInt64.load(c, l) < p }
      w.each(o) { l in UInt64(a[l]) &* UInt64(b[l]) &+ UInt64.load(c, l) }
      w.setMask(o, out)
    }
    t(767, "v_mad_i64_i32", .scalarResult) { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), c = w.source(o, 2, .i64)
      func product(_ l: Int) -> Int64 { Int64(Int32(bitPattern: a[l])) &* Int64(Int32(bitPattern: b[l])) }
      let out = w.ask { l in product(l).addingReportingOverflow(Int64.load(c, l)).overflow }
      w.each(o) { l in product(l) &+ Int64.load(c, l) }
      w.setMask(o, out)
    }
    t(828, "v_lshlrev_b64") { w, o in w.binary(o) { (a: UInt32, b: UInt64) in b &<< UInt64(a & 63) } }
    t(829, "v_lshrrev_b64") { w, o in w.binary(o) { (a: UInt32, b: UInt64) in b &>> UInt64(a & 63) } }
    t(830, "v_ashrrev_i64") { w, o in w.binary(o) { (a: UInt32, b: Int64) in b &>> Int64(a & 63) } }
  }

  private static func lanesAndPacks(_ t: inout OpcodeTable) {
    t(550, "v_cvt_pk_u8_f32") { w, o in
      w.ternary(o) { (a: Float, b: UInt32, c: UInt32) in
        let value = UInt32(truncatingIfNeeded: toInt32(clamped(a.rounded(.toNearestOrEven), 0, 255))), shift = (b & 3) &* 8
        return c & ~(0xff << shift) | value << shift
      }
    }
    t(603, "v_permlane16_b32") { w, o in permuteRows(w, o, across: 0) }
    t(604, "v_permlanex16_b32") { w, o in permuteRows(w, o, across: 16) }
    t(774, "v_cvt_pk_i16_f32") { w, o in
      w.binary(o) { (a: Float, b: Float) in
        UInt32(bitPattern: toInt32(clamped(a, -32768, 32767)) & 0xffff) | UInt32(bitPattern: toInt32(clamped(b, -32768, 32767))) << 16
      }
    }
    t(775, "v_cvt_pk_u16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in toUInt32(clamped(a, 0, 65535)) | toUInt32(clamped(b, 0, 65535)) << 16 } }
    t(785, "v_pack_b32_f16", [.half0, .half1]) { w, o in w.binary(o) { (a: Float16, b: Float16) in joined(a, b) } }
    t(786, "v_cvt_pk_norm_i16_f16", [.half0, .half1]) { w, o in
      w.binary(o) { (a: Float16, b: Float16) in rounded16(Float(a), 32767, -1) | rounded16(Float(b), 32767, -1) << 16 }
    }
    t(787, "v_cvt_pk_norm_u16_f16", [.half0, .half1]) { w, o in
      w.binary(o) { (a: Float16, b: Float16) in rounded16(Float(a), 65535, 0) | rounded16(Float(b), 65535, 0) << 16 }
    }
    t(799, "v_mbcnt_lo_u32_b32") { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
      w.each(o) { l in UInt32((a[l] & (l >= 32 ? ~0 : (1 &<< UInt32(truncatingIfNeeded: l)) &- 1)).nonzeroBitCount) &+ b[l] }
    }
    t(800, "v_mbcnt_hi_u32_b32") { w, o in
      let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
      w.each(o) { l in UInt32((a[l] & (l < 32 ? 0 : (1 &<< UInt32(truncatingIfNeeded: l &- 32)) &- 1)).nonzeroBitCount) &+ b[l] }
    }
    t(801, "v_cvt_pk_norm_i16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in rounded16(a, 32767, -1) | rounded16(b, 32767, -1) << 16 } }
    t(802, "v_cvt_pk_norm_u16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in rounded16(a, 65535, 0) | rounded16(b, 65535, 0) << 16 } }
    t(803, "v_cvt_pk_u16_u32") { w, o in w.binary(o) { (a: UInt32, b: UInt32) in min(a, 0xffff) | min(b, 0xffff) << 16 } }
    t(804, "v_cvt_pk_i16_i32") { w, o in
      w.binary(o) { (a: Int32, b: Int32) in
        UInt32(bitPattern: saturated(a, -32768, 32767) & 0xffff) | UInt32(bitPattern: saturated(b, -32768, 32767)) << 16
      }
    }
    t(864, "v_readlane_b32", .scalarDestination) { w, o in w.setS32(o, w.source(o, 0, .b32)[Int(w.s32(o, 1) & (w.pointee.lanes &- 1))]) }
    t(865, "v_writelane_b32") { w, o in w.vgpr(Int(o.pointee.destination))[Int(w.s32(o, 1) & (w.pointee.lanes &- 1))] = w.s32(o, 0) }
  }
}

/// v_permlane16, v_permlanex16: any permutation within a row of sixteen lanes, of it or of the row beside it.  op_sel bit 0: lanes
/// that are off are read too; else they, as with DPP, aren't written from, unless bit 1 says that they give 0.
private func permuteRows(_ w: Wave, _ o: Op, across: Int) {
  let from = w.vgpr(Int(o.pointee.source0) &- 256), selectors = UInt64(w.s32(o, 1)) | UInt64(w.s32(o, 2)) << 32
  let exec = w.exec, fetchesInactive = o.pointee.select & 1 != 0, zero = o.pointee.select & 2 != 0
  let out = w.vgpr(Int(o.pointee.destination))
  var values = InlineArray<64, UInt32>(repeating: 0)
  for lane in 0..<64 { values[lane] = from[lane] }
  w.forLanes(exec) { lane in
    let source = (lane & ~15) ^ across | Int(selectors >> UInt64(4 &* (lane & 15)) & 15)
    if fetchesInactive || exec >> UInt64(source) & 1 != 0 { out[lane] = values[source] } else if zero { out[lane] = 0 }
  }
}
