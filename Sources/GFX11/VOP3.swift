// VOP3: vector, up to three sources; the opcodes that only this encoding has.  Source: AMD RDNA3 ISA, 16.11, 16.12.
import CSoftGPU
import Glibc
import ISA

extension OpcodeTable {
  static func vop3(_ t: inout OpcodeTable) {
    t.begin(.vop3, count: 1024)
    t.shared(SharedRows.vop3, .gfx1100)
    integers(&t); floats(&t); halves(&t); wide(&t); lanesAndPacks(&t)
  }

  private static func integers(_ t: inout OpcodeTable) {
    t(534, "v_alignbit_b32", .half2) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt16) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64(c & 31)) }
    }
    t(535, "v_alignbyte_b32", .half2) { w, o in
      w.ternary(o) { (a: UInt32, b: UInt32, c: UInt16) in UInt32(truncatingIfNeeded: (UInt64(a) << 32 | UInt64(b)) >> UInt64((c & 3) &* 8)) }
    }
    t(576, "v_xor3_b32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in a ^ b ^ c } }
    t(610, "v_maxmin_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in min(max(a, b), c) } }
    t(611, "v_minmax_u32") { w, o in w.ternary(o) { (a: UInt32, b: UInt32, c: UInt32) in max(min(a, b), c) } }
    t(612, "v_maxmin_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in min(max(a, b), c) } }
    t(613, "v_minmax_i32") { w, o in w.ternary(o) { (a: Int32, b: Int32, c: Int32) in max(min(a, b), c) } }
    t(768, "v_add_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (a &+ b, a &+ b < a) } }
    t(769, "v_sub_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (a &- b, a < b) } }
    t(770, "v_subrev_co_u32", .scalarResult) { w, o in carry(w, o) { a, b in (b &- a, b < a) } }
  }

  private static func floats(_ t: inout OpcodeTable) {
    t(521, "v_fma_dx9_zero_f32", .f32) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in a == 0 || b == 0 ? c : c.addingProduct(a, b) } }
    t(525, "v_cubesc_f32", .f32) { w, o in w.ternary(o) { (x: Float, y: Float, z: Float) in cubeS(x, y, z) } }
    t(526, "v_cubetc_f32", .f32) { w, o in w.ternary(o) { (x: Float, y: Float, z: Float) in cubeT(x, y, z) } }
    t(536, "v_mullit_f32", .f32) { w, o in
      w.ternary(o) { (a: Float, b: Float, c: Float) in
        b == -Float.greatestFiniteMagnitude || b == -Float.infinity || b != b || !(c > 0) ? -Float.greatestFiniteMagnitude : a * b
      }
    }
    t(606, "v_maxmin_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in minimum(maximum(a, b), c) } }
    t(607, "v_minmax_f32", [.f32, .flushes]) { w, o in w.ternary(o) { (a: Float, b: Float, c: Float) in maximum(minimum(a, b), c) } }
  }

  private static func halves(_ t: inout OpcodeTable) {
    t(577, "v_mad_u16", .ternary16) { w, o in w.ternary(o) { (a: UInt16, b: UInt16, c: UInt16) in a &* b &+ c } }
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
    t(824, "v_lshlrev_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in UInt16(truncatingIfNeeded: UInt32(b) << (UInt32(a) & 15)) } }
    t(825, "v_lshrrev_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in UInt16(truncatingIfNeeded: UInt32(b) >> (UInt32(a) & 15)) } }
    t(826, "v_ashrrev_i16", .binary16) { w, o in w.binary(o) { (a: Int16, b: Int16) in Int16(truncatingIfNeeded: Int32(b) >> (Int32(a) & 15)) } }
    t(866, "v_and_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a & b } }
    t(867, "v_or_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a | b } }
    t(868, "v_xor_b16", .binary16) { w, o in w.binary(o) { (a: UInt16, b: UInt16) in a ^ b } }
  }

  private static func wide(_ t: inout OpcodeTable) {
    t(573, "v_mqsad_u32_u8") { w, o in w.maskedSums(o) }
  }

  private static func lanesAndPacks(_ t: inout OpcodeTable) {
    t(603, "v_permlane16_b32") { w, o in permuteRows(w, o, across: 0) }
    t(604, "v_permlanex16_b32") { w, o in permuteRows(w, o, across: 16) }
    t(774, "v_cvt_pk_i16_f32") { w, o in
      w.binary(o) { (a: Float, b: Float) in
        UInt32(bitPattern: toInt32(clamped(a, -32768, 32767)) & 0xffff) | UInt32(bitPattern: toInt32(clamped(b, -32768, 32767))) << 16
      }
    }
    t(775, "v_cvt_pk_u16_f32") { w, o in w.binary(o) { (a: Float, b: Float) in toUInt32(clamped(a, 0, 65535)) | toUInt32(clamped(b, 0, 65535)) << 16 } }
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
