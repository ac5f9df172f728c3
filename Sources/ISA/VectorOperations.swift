// Vector instructions that more than one row is made of: carries, selections, moves between lanes and registers, byte sums.
// Worker threads only.  Source: AMD CDNA3 ISA, chapter 12, AMD RDNA3 ISA, chapter 16, and AMD's pseudo-code.
import CSoftGPU

@inlinable @inline(__always) public func carry(_ w: Wave, _ o: Op, _ f: (UInt32, UInt32) -> (UInt32, Bool)) {
  let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32)
  let out = w.ask { l in f(a[l], b[l]).1 }
  w.each(o) { l in f(a[l], b[l]).0 }
  w.setMask(o, out)
}
@inlinable @inline(__always) public func carryIn(_ w: Wave, _ o: Op, _ f: (UInt32, UInt32, UInt32) -> (UInt32, Bool)) {
  let a = w.source(o, 0, .b32), b = w.source(o, 1, .b32), m = w.maskLanes(w.mask(o, 2))
  let out = w.ask { l in f(a[l], b[l], m[l] & 1).1 }
  w.each(o) { l in f(a[l], b[l], m[l] & 1).0 }
  w.setMask(o, out)
}

extension UnsafeMutablePointer<carmine_wave> {
  /// v_min and v_max: in IEEE mode a signalling NaN comes out quiet.
  @inlinable @inline(__always) public func least<T: Quietable>(_ o: Op, _: T.Type) {
    if isIEEE { binary(o) { (a: T, b: T) in T.quiet(a, b, T.least(a, b)) } } else { binary(o) { (a: T, b: T) in T.least(a, b) } }
  }
  @inlinable @inline(__always) public func most<T: Quietable>(_ o: Op, _: T.Type) {
    if isIEEE { binary(o) { (a: T, b: T) in T.quiet(a, b, T.most(a, b)) } } else { binary(o) { (a: T, b: T) in T.most(a, b) } }
  }

  /// v_cndmask: where the mask has a lane's bit, the second source.
  @inlinable @inline(__always) public func select<T: LaneType>(_ o: Op, _: T.Type) {
    let a = source(o, 0, T.operand), b = source(o, 1, T.operand), m = maskLanes(mask(o, 2))
    each(o) { l in T.load(m[l] != 0 ? b : a, l) }
  }
  /// The first lane that is on, or lane 0.
  @inlinable @inline(__always) public func firstLane(_ o: Op) -> UInt32 {
    let exec = exec
    return source(o, 0, .b32)[exec == 0 ? 0 : exec.trailingZeroBitCount]
  }
  @inlinable @inline(__always) public func swap(_ first: Int, _ second: Int) {
    let a = vgpr(first), b = vgpr(second), m = laneMask()
    for l in 0..<64 { let x = (a[l] ^ b[l]) & m[l]; a[l] ^= x; b[l] ^= x }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// v_mqsad_u32_u8: four masked sums of byte differences, from four places of the first source, each added to its own register.
  @inline(never) public func maskedSums(_ o: Op) {
    let a = source(o, 0, .b64), b = source(o, 1, .b32), code = code(o, 2)
    let scalar = code < 256 ? s32(o, 2) : 0, c = code < 256 ? nil : vgpr(code &- 256)
    let out = vgpr(Int(o.pointee.destination))
    forLanes(exec) { lane in
      let bytes = UInt64.load(a, lane), mask = b[lane]
      var sums = InlineArray<4, UInt32>(repeating: 0)
      for part in 0..<4 {
        let four = UInt32(truncatingIfNeeded: bytes >> UInt64(part &* 8))
        sums[part] = maskedSumOfDifferences(four, mask) &+ (c?[part &* 64 &+ lane] ?? scalar)
      }
      for part in 0..<4 { out[part &* 64 &+ lane] = sums[part] }
    }
  }

  /// A scalar load into the destination's registers.
  @inlinable @inline(__always) public func scalarLoad(_ o: Op, _ address: UInt64, _ words: Int) {
    guard let host = scalarPlace(address, words &* 4, .read) else {
      stop(self, o, .memory(address: address, access: .read, size: words * 4)); return
    }
    Self.read(UnsafeRawPointer(bitPattern: UInt(host)).unsafelyUnwrapped, words, pointee.scalars + Int(o.pointee.destination), pitch: 1)
    noteCoherent(o, always: true)
  }
}
