// WMMA: D = A x B + C on 16 x 16 matrices that a whole wave holds.  EXEC does not matter: all lanes take part.
//
// Sixteen lanes hold A, a row each, and B, a column each; every further group of sixteen lanes holds a copy and computes from it.
// C and D: lane l has column l mod 16 and, in register r, row r * groups + l / 16 (two groups in a wave of 32, four in one of 64).
// 16-bit results are written to one half of each register (op_sel's third bit says which, for C too); the other half stays.
// Products are exact in single precision; the sum is taken in the order of k, rounded to nearest at each step whatever MODE says,
// as v_dot2_f32_f16 would, and 16-bit results are rounded once more at the end.  AMD publishes D = A * B + C and no order.
// neg_lo and neg_hi change the signs of A's and B's even and odd elements; of C they mean negation and absolute value.  For
// integers neg_lo says whose elements are signed, and clamp saturates.
// Source: AMD RDNA3 ISA, 7.9 "Wave Matrix Multiply Accumulate", and AMD's pseudo-code; layouts as LLVM's tests use them.
import CSoftGPU
import ISA

extension OpcodeTable {
  static func wmma(_ t: inout OpcodeTable) {
    t(64, "v_wmma_f32_16x16x16_f16") { w, o in w.matrixFloat(o, .half, result: .single) }
    t(65, "v_wmma_f32_16x16x16_bf16") { w, o in w.matrixFloat(o, .brain, result: .single) }
    t(66, "v_wmma_f16_16x16x16_f16") { w, o in w.matrixFloat(o, .half, result: .half) }
    t(67, "v_wmma_bf16_16x16x16_bf16") { w, o in w.matrixFloat(o, .brain, result: .brain) }
    t(68, "v_wmma_i32_16x16x16_iu8") { w, o in w.matrixInteger(o, bits: 8) }
    t(69, "v_wmma_i32_16x16x16_iu4") { w, o in w.matrixInteger(o, bits: 4) }
  }
}

enum MatrixElement {
  case half, brain, single

  @inline(__always) func load(_ bits: UInt32) -> Float {
    switch self {
    case .half: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))
    case .brain: ISA.bfloat(bits & 0xffff)
    case .single: Float(bitPattern: bits)
    }
  }
  @inline(__always) func store(_ value: Float) -> UInt32 {
    switch self {
    case .half: UInt32(Float16(value).bitPattern)
    case .brain: roundedBFloat(value)
    case .single: value.bitPattern
    }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  private var groups: Int { Int(pointee.lanes) / 16 }

  /// A's or B's sixteen elements of every lane, [k][lane].
  private func matrixOperand(_ o: Op, _ source: Int, _ type: MatrixElement, _ out: UnsafeMutablePointer<Float>) {
    let code = code(o, source), lanes = Int(pointee.lanes)
    let flips = (o.pointee.immediate >> Int32(source) & 1 != 0, o.pointee.immediate >> Int32(3 + source) & 1 != 0)
    for k in 0..<16 {
      let from = vgpr(code &- 256 &+ k / 2), shift: UInt32 = k & 1 != 0 ? 16 : 0
      let flip: UInt32 = (k & 1 != 0 ? flips.1 : flips.0) ? 0x8000 : 0
      for lane in 0..<lanes { out[k &* 64 &+ lane] = type.load(from[lane] >> shift & 0xffff ^ flip) }
    }
  }

  func matrixFloat(_ o: Op, _ type: MatrixElement, result: MatrixElement) {
    let groups = groups, upper = o.pointee.select & 4 != 0, isHalf = result != .single
    let negates = o.pointee.immediate >> 2 & 1 != 0, absolute = o.pointee.immediate >> 5 & 1 != 0
    let code = code(o, 2), lanes = groups * 16
    withUnsafeTemporaryAllocation(byteCount: (2 * 16 * 64 + 16 * 64) * 4, alignment: 16) { raw in
      let a = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self), b = a + 16 * 64, d = b + 16 * 64
      matrixOperand(o, 0, type, a)
      matrixOperand(o, 1, type, b)
      for r in 0..<(16 / groups) {
        let row = d + r * 64
        if code >= 256 {
          let from = vgpr(code &- 256 &+ r), shift: UInt32 = isHalf && upper ? 16 : 0
          for lane in 0..<lanes { row[lane] = result.load(from[lane] >> shift) }
        } else {
          let bits = code >= 240 && code <= 248 && result == .half ? InlineConstant.f16[code - 240] : s32(o, 2)
          // A constant of bfloat is the upper half of the single-precision one.
          let value = result == .brain ? Float(bitPattern: code >= 240 ? bits : bits << 16) : result.load(bits)
          for lane in 0..<lanes { row[lane] = value }
        }
        if absolute { for lane in 0..<lanes { row[lane] = row[lane].magnitude } }
        if negates { for lane in 0..<lanes { row[lane] = -row[lane] } }
        for group in 0..<groups {
          let to = row + group * 16
          for k in 0..<16 {
            let factor = a[k &* 64 &+ group &* 16 &+ r &* groups &+ group], column = b + (k &* 64 &+ group &* 16)
            for j in 0..<16 { to[j] = to[j].addingProduct(factor, column[j]) }
          }
        }
      }
      for r in 0..<(16 / groups) {
        let row = d + r * 64, out = vgpr(Int(o.pointee.destination) &+ r)
        if !isHalf {
          for lane in 0..<lanes { out[lane] = row[lane].bitPattern }
        } else if upper {
          for lane in 0..<lanes { out[lane] = Half.high(out[lane], result.store(row[lane])) }
        } else {
          for lane in 0..<lanes { out[lane] = Half.low(out[lane], result.store(row[lane])) }
        }
      }
    }
  }

  func matrixInteger(_ o: Op, bits: Int) {
    let groups = groups, lanes = groups * 16, each = 32 / bits
    withUnsafeTemporaryAllocation(byteCount: (2 * 16 * 64 + 16 * 64) * 4, alignment: 16) { raw in
      let a = raw.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self), b = a + 16 * 64
      let d = UnsafeMutableRawPointer(b + 16 * 64).assumingMemoryBound(to: UInt32.self)
      for (source, to) in [(0, a), (1, b)] {
        let isSigned = o.pointee.immediate >> Int32(source) & 1 != 0, left = UInt32(32 - bits)
        for k in 0..<16 {
          let from = vgpr(code(o, source) &- 256 &+ k / each), shift = UInt32(k % each * bits)
          for lane in 0..<lanes {
            let top = (from[lane] >> shift) << left
            to[k &* 64 &+ lane] = isSigned ? Int32(bitPattern: top) >> Int32(left) : Int32(bitPattern: top >> left)
          }
        }
      }
      for r in 0..<(16 / groups) {
        for lane in 0..<lanes {
          let group = lane / 16
          var sum = Int64(Int32(bitPattern: code(o, 2) >= 256 ? vgpr(code(o, 2) &- 256 &+ r)[lane] : s32(o, 2)))
          for k in 0..<16 { sum += Int64(a[k &* 64 &+ group &* 16 &+ r &* groups &+ group] &* b[k &* 64 &+ lane]) }
          d[r &* 64 &+ lane] = UInt32(bitPattern: o.clamp ? Int32(clamping: sum) : Int32(truncatingIfNeeded: sum))
        }
      }
      for r in 0..<(16 / groups) {
        let out = vgpr(Int(o.pointee.destination) &+ r)
        for lane in 0..<lanes { out[lane] = d[r &* 64 &+ lane] }
      }
    }
  }
}
