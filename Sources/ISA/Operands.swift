// Vector operands that are not simply a VGPR: scalars and constants are broadcast, VOP3 modifiers, SDWA selections and DPP
// permutations are applied, all into the worker's operand buffers, so that every instruction's lane loop sees 64 plain words
// (or two rows of 64, low and high, for 64-bit operands).  On the way out: clamp, output scale, SDWA and op_sel placement.
// Source: AMD CDNA3 ISA, chapters 6 (VALU, SDWA, DPP) and 13.
import CSoftGPU

/// How the bits of an operand are to be understood.
public enum OperandType: UInt8 {
  case b32, f32, b64, i64, f64, b16, f16
  @inlinable @inline(__always) public var isWide: Bool { self == .b64 || self == .i64 || self == .f64 }
  @inlinable @inline(__always) public var isHalf: Bool { self == .b16 || self == .f16 }
}

/// Order of the operand buffers.
public enum Buffer {
  public static let temporary = 3       // results on their way through modifiers
  public static let mask = 4            // a mask operand as lanes
  public static let count = 6
}

extension UnsafeMutablePointer<carmine_wave> {
  @inlinable @inline(__always) public func buffer(_ slot: Int) -> Lanes { pointee.buffers + slot &* 128 }

  @inlinable @inline(__always) public func source(_ o: Op, _ i: Int, _ type: OperandType) -> UnsafePointer<UInt32> {
    if o.pointee.prepare & (1 << UInt8(truncatingIfNeeded: i)) == 0 { return UnsafePointer(vgpr(code(o, i) &- 256)) }
    return prepare(o, i, type)
  }

  @inline(never) public func prepare(_ o: Op, _ i: Int, _ type: OperandType) -> UnsafePointer<UInt32> {
    let out = buffer(i), code = code(o, i), form = Int32(o.pointee.form)
    var from: Lanes
    if code >= 256 {
      from = vgpr(code - 256)
    } else {
      from = out
      let value: UInt64
      switch type {
      case .b32, .f32: value = UInt64(s32(o, i))
      case .b16, .f16: value = UInt64(code >= 240 && code <= 248 ? InlineConstant.f16[code - 240] : s32(o, i))
      case .b64: value = s64(o, i)
      case .i64: value = UInt64(bitPattern: i64(o, i))
      case .f64: value = code == ScalarCode.literal ? UInt64(o.pointee.literal) << 32 : s64(o, i)
      }
      broadcast(UInt32(truncatingIfNeeded: value), out)
      if type.isWide { broadcast(UInt32(truncatingIfNeeded: value >> 32), out + 64) }
    }
    if o.pointee.outputModifiers & 32 != 0 && i == 0 {
      permute(o, from, out, rows: type.isWide ? 2 : 1)
      from = out
    } else if form == Int32(CARMINE_FORM_SDWA) && i < 2 {
      select(o, i, from, out)
      from = out
    }
    if type.isHalf, o.pointee.select >> UInt8(i) & 1 != 0 {
      for l in 0..<64 { out[l] = from[l] >> 16 }
      from = out
    }
    let modifiers = o.pointee.sourceModifiers >> UInt8(i)
    if modifiers & 0b1001 != 0 {
      let sign: UInt32 = type == .f16 || type == .b16 ? 0x8000 : 0x8000_0000
      let clear = modifiers & 8 != 0 ? ~sign : ~0, flip = modifiers & 1 != 0 ? sign : 0
      if type.isWide {
        for l in 0..<64 { out[l] = from[l]; out[64 + l] = (from[64 + l] & clear) ^ flip }
      } else {
        for l in 0..<64 { out[l] = (from[l] & clear) ^ flip }
      }
      from = out
    }
    // Integer operations on SDWA operands with sext were extended in select.
    return UnsafePointer(from)
  }

  public func broadcast(_ value: UInt32, _ out: Lanes) { for l in 0..<64 { out[l] = value } }

  /// SDWA: literal holds the second word.  Modifier bits: the float ones are in sourceModifiers, sext is here.
  private func select(_ o: Op, _ i: Int, _ from: Lanes, _ out: Lanes) {
    let word = o.pointee.literal
    let selection = i == 0 ? word >> 16 & 7 : word >> 24 & 7
    let extend = (i == 0 ? word >> 19 & 1 : word >> 27 & 1) != 0
    switch selection {
    case 0...3:
      let shift = selection * 8
      if extend {
        for l in 0..<64 { out[l] = UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: from[l] >> shift))) }
      } else {
        for l in 0..<64 { out[l] = from[l] >> shift & 0xff }
      }
    case 4, 5:
      let shift = (selection - 4) * 16
      if extend {
        for l in 0..<64 { out[l] = UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: from[l] >> shift))) }
      } else {
        for l in 0..<64 { out[l] = from[l] >> shift & 0xffff }
      }
    default: if out != from { for l in 0..<64 { out[l] = from[l] } }
    }
  }

  /// DPP: `writable` gets the lanes that may be written.  Source: AMD CDNA3 ISA, 6.5 "Data Parallel Primitives"; AMD RDNA3 ISA, 7.7.
  public func permute(_ o: Op, _ from: Lanes, _ out: Lanes, rows: Int) {
    if o.pointee.outputModifiers & 128 != 0 { permuteEights(o, from, out, rows: rows); return }
    let word = o.pointee.literal
    let control = Int(word >> 8 & 0x1ff)
    let zeroInvalid = word >> 19 & 1 != 0, bankMask = word >> 24 & 15, rowMask = word >> 28 & 15
    let readable = o.pointee.select & 128 != 0 ? pointee.allLanes : exec
    var writable: UInt64 = 0
    var temporary: (InlineArray<64, UInt32>, InlineArray<64, UInt32>) = (.init(repeating: 0), .init(repeating: 0))
    for lane in 0..<64 {
      let row = lane & ~15, inRow = lane & 15
      var source: Int? = nil
      switch control {
      case 0...0xff: source = lane & ~3 | control >> (2 * (lane & 3)) & 3                          // quad_perm
      case 0x101...0x10f: let at = inRow + (control & 15); source = at < 16 ? row + at : nil        // row_shl
      case 0x111...0x11f: let at = inRow - (control & 15); source = at >= 0 ? row + at : nil        // row_shr
      case 0x121...0x12f: source = row + (inRow - (control & 15)) & 15 | row                        // row_ror
      case 0x130: source = lane < 63 ? lane + 1 : nil                                               // wave_shl
      case 0x134: source = (lane + 1) & 63                                                          // wave_rol
      case 0x138: source = lane > 0 ? lane - 1 : nil                                                // wave_shr
      case 0x13c: source = (lane - 1) & 63                                                          // wave_ror
      case 0x140: source = row + 15 - inRow                                                         // row_mirror
      case 0x141: source = lane & ~7 | 7 - lane & 7                                                 // row_half_mirror
      case 0x142: source = row >= 16 ? row - 1 : nil                                                // row_bcast15
      case 0x143: source = lane >= 32 ? 31 : nil                                                    // row_bcast31
      case 0x150...0x15f: source = row + (control & 15)                                             // row_newbcast, row_share
      case 0x160...0x16f: source = row + (inRow ^ control & 15)                                     // row_xmask
      default: source = lane
      }
      if control == 0x142 && row < 16 { source = nil }
      let banked = rowMask >> UInt32(lane >> 4) & 1 != 0 && bankMask >> UInt32(lane >> 2 & 3) & 1 != 0
      // A source lane that is off counts as invalid.
      if let at = source, readable >> UInt64(at) & 1 != 0 {
        temporary.0[lane] = from[at]
        if rows == 2 { temporary.1[lane] = from[64 + at] }
        if banked { writable |= 1 << UInt64(lane) }
      } else if zeroInvalid && banked {
        writable |= 1 << UInt64(lane)
      }
    }
    for lane in 0..<64 { out[lane] = temporary.0[lane] }
    if rows == 2 { for lane in 0..<64 { out[64 + lane] = temporary.1[lane] } }
    pointee.writable = writable
  }

  /// DPP8: any permutation within eight lanes; a lane that is off gives 0.
  private func permuteEights(_ o: Op, _ from: Lanes, _ out: Lanes, rows: Int) {
    let word = o.pointee.literal
    let readable = o.pointee.select & 128 != 0 ? pointee.allLanes : exec
    for row in 0..<rows {
      let values = from + row * 64
      var permuted = InlineArray<64, UInt32>(repeating: 0)
      for lane in 0..<64 {
        let source = lane & ~7 | Int(word >> (8 + 3 * UInt32(lane & 7)) & 7)
        permuted[lane] = readable >> UInt64(source) & 1 != 0 ? values[source] : 0
      }
      for lane in 0..<64 { out[row * 64 + lane] = permuted[lane] }
    }
    pointee.writable = pointee.allLanes
  }

  /// The way out for results with modifiers; they lie in the temporary buffer.
  @inline(never) public func commitModified(_ o: Op, _ type: OperandType, preserveHigh: Bool) {
    let t = buffer(Buffer.temporary), out = vgpr(Int(o.pointee.destination))
    let flags = o.pointee.outputModifiers
    var mask = exec
    if flags & 32 != 0 { mask &= pointee.writable }
    let clamp = flags & 1 != 0, clampsNaN = clampsNaN, scale = flags >> 1 & 3 != 0 && scalesOutput(type) ? flags >> 1 & 3 : 0
    if scale != 0 || clamp {
      switch type {
      case .f32:
        let factor: Float = scale == 1 ? 2 : scale == 2 ? 4 : scale == 3 ? 0.5 : 1
        for l in 0..<64 {
          var value = Float(bitPattern: t[l])
          if scale != 0 { value *= factor }
          if clamp { value = clampedToUnit(value, clampsNaN) }
          t[l] = value.bitPattern
        }
      case .f64:
        let factor: Double = scale == 1 ? 2 : scale == 2 ? 4 : scale == 3 ? 0.5 : 1
        for l in 0..<64 {
          var value = Double(bitPattern: UInt64(t[l]) | UInt64(t[64 + l]) << 32)
          if scale != 0 { value *= factor }
          if clamp { value = clampedToUnit(value, clampsNaN) }
          t[l] = UInt32(truncatingIfNeeded: value.bitPattern)
          t[64 + l] = UInt32(truncatingIfNeeded: value.bitPattern >> 32)
        }
      case .f16:
        let factor: Float = scale == 1 ? 2 : scale == 2 ? 4 : scale == 3 ? 0.5 : 1
        for l in 0..<64 {
          var value = Float(Float16(bitPattern: UInt16(truncatingIfNeeded: t[l])))
          if scale != 0 { value *= factor }
          if clamp { value = clampedToUnit(value, clampsNaN) }
          t[l] = UInt32(Float16(value).bitPattern)
        }
      default: break                                       // integer instructions saturate by themselves
      }
    }
    if flags & 16 != 0 {                                   // SDWA: place, and fill what is left
      let selection = o.pointee.literal >> 8 & 7, unused = o.pointee.literal >> 11 & 3
      let width: UInt32 = selection < 4 ? 8 : selection < 6 ? 16 : 32
      let shift: UInt32 = selection < 4 ? selection * 8 : selection == 5 ? 16 : 0
      if width < 32 {
        let field: UInt32 = (1 << width - 1) << shift
        for l in 0..<64 {
          let value = t[l] << shift & field
          switch unused {
          case 0: t[l] = value
          case 1:
            let sign = value >> (shift + width - 1) & 1 != 0
            t[l] = sign ? value | ~(field | (1 << shift &- 1)) : value
          default: t[l] = out[l] & ~field | value
          }
        }
      }
    } else if type == .b16 || type == .f16 {
      if flags & 8 != 0 {
        for l in 0..<64 { t[l] = out[l] & 0xffff | t[l] << 16 }
      } else if preserveHigh || flags & 64 != 0 {
        for l in 0..<64 { t[l] = out[l] & 0xffff_0000 | t[l] & 0xffff }
      }
    }
    let lanes = buffer(Buffer.mask)
    carmine_expand(mask, lanes)
    for l in 0..<64 { out[l] = t[l] & lanes[l] | out[l] & ~lanes[l] }
    if type.isWide { for l in 0..<64 { out[64 + l] = t[64 + l] & lanes[l] | out[64 + l] & ~lanes[l] } }
  }
}
