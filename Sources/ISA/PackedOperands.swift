// VOP3P: which halves of its sources a packed operation takes, with which sign, and how its results are put together; mixed
// precision; dot products.  Worker threads only.
// Source: AMD CDNA3 ISA, 6.6 "Packed Math", 12.11 "VOP3P Instructions"; AMD RDNA3 ISA, 7.5, 16.10.
import CSoftGPU

/// minNum with -0 below +0.
@inlinable @inline(__always) public func lesser(_ a: Float16, _ b: Float16) -> Float16 {
  if a.isNaN { return b }
  if b.isNaN { return a }
  if a == b { return a.sign == .minus ? a : b }
  return a < b ? a : b
}
/// The clamp modifier of packed halves: a NaN becomes 0 where MODE says so, else it stays.
@inlinable @inline(__always) public func clampHalf(_ w: Wave, _ o: Op, _ value: Float16) -> UInt32 {
  UInt32((o.clamp ? clampedToUnit(value, w.clampsNaN) : value).bitPattern)
}
/// v_pk_min_f16 and v_pk_max_f16, of one half: in IEEE mode a signalling NaN comes out quiet.
@inlinable @inline(__always) public func leastHalf(_ w: Wave, _ o: Op, _ a: UInt32, _ b: UInt32) -> UInt32 {
  let x = lowHalf(a), y = lowHalf(b), least = lesser(x, y)
  return clampHalf(w, o, w.isIEEE ? quieted(x, y, least) : least)
}
@inlinable @inline(__always) public func mostHalf(_ w: Wave, _ o: Op, _ a: UInt32, _ b: UInt32) -> UInt32 {
  let x = lowHalf(a), y = lowHalf(b), most = -lesser(-x, -y)
  return clampHalf(w, o, w.isIEEE ? quieted(x, y, most) : most)
}
@inlinable @inline(__always) public func saturateS(_ o: Op, _ value: Int32) -> UInt32 {
  UInt32(bitPattern: o.clamp ? min(max(value, -32768), 32767) : value)
}
@inlinable @inline(__always) public func saturateU(_ o: Op, _ value: Int64) -> UInt32 {
  UInt32(truncatingIfNeeded: o.clamp ? min(max(value, 0), 65535) : value)
}
/// The sum of products of `bits`-wide elements and `c`; each factor's signedness is its own, the sum is signed when one is.
@inlinable @inline(__always) public func dotProduct(
  _ o: Op, _ a: UInt32, _ b: UInt32, _ c: UInt32, bits: UInt32, signedA: Bool, signedB: Bool, signedSum: Bool = true
) -> UInt32 {
  var sum = signedSum ? Int64(Int32(bitPattern: c)) : Int64(c)
  func element(_ x: UInt32, _ at: UInt32, _ signed: Bool) -> Int64 {
    let high = x << (32 &- bits &- at), shift = 32 &- bits
    return signed ? Int64(Int32(bitPattern: high) >> Int32(shift)) : Int64(high >> shift)
  }
  var at: UInt32 = 0
  while at < 32 { sum &+= element(a, at, signedA) &* element(b, at, signedB); at &+= bits }
  guard o.clamp else { return UInt32(truncatingIfNeeded: sum) }
  return signedSum ? UInt32(bitPattern: Int32(clamping: sum)) : UInt32(clamping: sum)
}
@inlinable @inline(__always) public func dotProduct(_ o: Op, _ a: UInt32, _ b: UInt32, _ c: UInt32, bits: UInt32, signed: Bool) -> UInt32 {
  dotProduct(o, a, b, c, bits: bits, signedA: signed, signedB: signed, signedSum: signed)
}

extension UnsafePointer<carmine_op> {
  /// VOP3P's neg_lo of a source; for the dot products of integers: its elements are signed.
  @inlinable @inline(__always) public func negates(_ source: Int) -> Bool { pointee.immediate >> Int32(source) & 1 != 0 }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// The 32 bits of source `i` in every lane, before halves are chosen; half-precision constants for float operations.
  @inlinable @inline(__always) public func whole(_ o: Op, _ i: Int, float: Bool) -> UnsafePointer<UInt32> {
    let code = code(o, i), out = buffer(i)
    if code >= 256 {
      guard i == 0 && o.pointee.outputModifiers & 32 != 0 else { return UnsafePointer(vgpr(code &- 256)) }
      permute(o, vgpr(code &- 256), out, rows: 1)
      return UnsafePointer(out)
    }
    broadcast(float && code >= 240 && code <= 248 ? InlineConstant.f16[code - 240] : s32(o, i), out)
    return UnsafePointer(out)
  }
  /// How source `i`'s half for the low (or high) result is found: shift right, then flip the sign.
  @inlinable @inline(__always) public func choice(_ o: Op, _ i: Int, high: Bool, float: Bool) -> (shift: UInt32, flip: UInt32) {
    let selected = o.pointee.select >> UInt8(high ? 4 + i : i) & 1 != 0
    let negated = float && o.pointee.immediate >> Int32(high ? 3 + i : i) & 1 != 0
    return (selected ? 16 : 0, negated ? 0x8000 : 0)
  }

  @inlinable @inline(__always) public func packed2(_ o: Op, float: Bool = false, _ f: (UInt32, UInt32) -> UInt32) {
    let a = whole(o, 0, float: float), b = whole(o, 1, float: float)
    let a0 = choice(o, 0, high: false, float: float), a1 = choice(o, 0, high: true, float: float)
    let b0 = choice(o, 1, high: false, float: float), b1 = choice(o, 1, high: true, float: float)
    each(o) { l in
      let low = f((a[l] >> a0.shift & 0xffff) ^ a0.flip, (b[l] >> b0.shift & 0xffff) ^ b0.flip)
      let high = f((a[l] >> a1.shift & 0xffff) ^ a1.flip, (b[l] >> b1.shift & 0xffff) ^ b1.flip)
      return low & 0xffff | high << 16
    }
  }
  @inlinable @inline(__always) public func packed3(_ o: Op, float: Bool = false, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
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
  @inlinable @inline(__always) public func pairRows(_ o: Op, _ i: Int) -> UnsafePointer<UInt32> {
    let code = code(o, i)
    if code >= 256 { return UnsafePointer(vgpr(code &- 256)) }
    let out = buffer(i), low = s32(o, i)
    broadcast(low, out)
    broadcast(code < 128 ? pointee.scalars[code &+ 1] : low, out + 64)
    return UnsafePointer(out)
  }
  @inlinable @inline(__always) public func pairChoice(_ o: Op, _ i: Int, high: Bool) -> (row: Int, flip: UInt32) {
    let selected = o.pointee.select >> UInt8(high ? 4 + i : i) & 1 != 0
    let negated = o.pointee.immediate >> Int32(high ? 3 + i : i) & 1 != 0
    return (selected ? 64 : 0, negated ? 0x8000_0000 : 0)
  }
  @inlinable @inline(__always) public func joined(_ o: Op, _ low: Float, _ high: Float) -> UInt64 {
    var low = low, high = high
    if o.clamp { low = clampedToUnit(low, clampsNaN); high = clampedToUnit(high, clampsNaN) }
    return UInt64(low.bitPattern) | UInt64(high.bitPattern) << 32
  }
  @inlinable @inline(__always) public func pairs2(_ o: Op, _ f: (Float, Float) -> Float) {
    let a = pairRows(o, 0), b = pairRows(o, 1)
    let a0 = pairChoice(o, 0, high: false), a1 = pairChoice(o, 0, high: true)
    let b0 = pairChoice(o, 1, high: false), b1 = pairChoice(o, 1, high: true)
    each(o) { l in
      joined(
        o, f(Float(bitPattern: a[a0.row &+ l] ^ a0.flip), Float(bitPattern: b[b0.row &+ l] ^ b0.flip)),
        f(Float(bitPattern: a[a1.row &+ l] ^ a1.flip), Float(bitPattern: b[b1.row &+ l] ^ b1.flip)))
    }
  }
  @inlinable @inline(__always) public func pairs3(_ o: Op, _ f: (Float, Float, Float) -> Float) {
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
  public func movePair(_ o: Op) {
    let a = pairRows(o, 0), b = pairRows(o, 1)
    let low = o.pointee.select & 1 != 0 ? 64 : 0, high = o.pointee.select & 2 != 0 ? 64 : 0
    each(o) { l in UInt64(a[low &+ l]) | UInt64(b[high &+ l]) << 32 }
  }

  // Mixed precision: op_sel_hi says whether a source is a half, op_sel which; neg_hi means absolute.

  @inlinable @inline(__always) public func mixSource(_ o: Op, _ i: Int) -> UnsafePointer<UInt32> {
    let isHalf = o.pointee.select >> UInt8(4 + i) & 1 != 0
    let from = whole(o, i, float: isHalf), out = buffer(i)
    let shift: UInt32 = o.pointee.select >> UInt8(i) & 1 != 0 ? 16 : 0
    let negated = o.pointee.immediate >> Int32(i) & 1 != 0, absolute = o.pointee.immediate >> Int32(3 + i) & 1 != 0
    for l in 0..<64 {
      var value = isHalf ? Float(lowHalf(from[l] >> shift)) : Float(bitPattern: from[l])
      if absolute { value = value.magnitude }
      out[l] = (negated ? -value : value).bitPattern
    }
    return UnsafePointer(out)
  }
  @inlinable @inline(__always) public func mix(_ o: Op, _ result: (Float) -> UInt32) {
    let a = mixSource(o, 0), b = mixSource(o, 1), c = mixSource(o, 2)
    each(o) { l in
      var value = Float(bitPattern: c[l]).addingProduct(Float(bitPattern: a[l]), Float(bitPattern: b[l]))
      if o.clamp { value = value >= 1 ? 1 : value > 0 ? value : 0 }
      return result(value)
    }
  }
  /// The sum is rounded as MODE says of single precision, and then as it says of halves.
  public func mixHalf(_ o: Op, high: Bool) {
    let a = mixSource(o, 0), b = mixSource(o, 1), c = mixSource(o, 2), sums = buffer(0)
    for l in 0..<64 {
      var value = Float(bitPattern: c[l]).addingProduct(Float(bitPattern: a[l]), Float(bitPattern: b[l]))
      if o.clamp { value = value >= 1 ? 1 : value > 0 ? value : 0 }
      sums[l] = value.bitPattern
    }
    if pointee.customMode != 0 { carmine_set_csr(UInt32(truncatingIfNeeded: pointee.modeCSR >> 32)) }
    commitHalves(o, UnsafePointer(sums), high: high)
  }
  /// A call, so that nothing of it is done before the control register is set.
  @inline(never) private func commitHalves(_ o: Op, _ sums: UnsafePointer<UInt32>, high: Bool) {
    let out = vgpr(Int(o.pointee.destination))
    each(o) { l in
      let bits = UInt32(Float16(Float(bitPattern: sums[l])).bitPattern)
      return high ? out[l] & 0xffff | bits << 16 : out[l] & 0xffff_0000 | bits
    }
  }

  @inlinable @inline(__always) public func dot(_ o: Op, float: Bool = false, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
    let a = whole(o, 0, float: float), b = whole(o, 1, float: float), c = whole(o, 2, float: false)
    each(o) { l in f(a[l], b[l], c[l]) }
  }
  /// A dot product of halves, which op_sel and neg arrange, added to a 32-bit number.  `half`: the sources are of half precision.
  @inlinable @inline(__always) public func dotHalves(_ o: Op, half: Bool = true, _ f: (UInt32, UInt32, Float) -> Float) {
    let a = whole(o, 0, float: half), b = whole(o, 1, float: half), c = whole(o, 2, float: false)
    let a0 = choice(o, 0, high: false, float: true), a1 = choice(o, 0, high: true, float: true)
    let b0 = choice(o, 1, high: false, float: true), b1 = choice(o, 1, high: true, float: true)
    let flip: UInt32 = o.negates(2) ? 0x8000_0000 : 0, clear: UInt32 = o.negates(5) ? 0x7fff_ffff : ~0
    each(o) { l in
      let x = (a[l] >> a0.shift & 0xffff) ^ a0.flip | ((a[l] >> a1.shift & 0xffff) ^ a1.flip) << 16
      let y = (b[l] >> b0.shift & 0xffff) ^ b0.flip | ((b[l] >> b1.shift & 0xffff) ^ b1.flip) << 16
      var value = f(x, y, Float(bitPattern: (c[l] & clear) ^ flip))
      if o.clamp { value = value >= 1 ? 1 : value > 0 ? value : 0 }
      return value.bitPattern
    }
  }
}
