// What DS instructions do to LDS and between lanes.  Worker threads only; the wave's workgroup belongs to this thread.
// Source: AMD CDNA3 ISA, 11 "Data Share Operations", 12.13.
import CSoftGPU

extension UnsafeMutablePointer<carmine_wave> {
  /// Calls `body` with the place of `size` bytes in LDS for every lane that is on; a place outside stops the wave.
  @inlinable @inline(__always) public func eachPlace(
    _ o: Op, offset: UInt32, size: Int, _ access: Fault.Access, _ body: (Int, UnsafeMutableRawPointer) -> Void
  ) -> Bool {
    let addresses = vgpr(Int(o.pointee.source0) &- 256), bytes = UInt64(pointee.ldsBytes)
    let memory = UnsafeMutableRawPointer(pointee.lds)
    var outside: Int?
    forLanes(exec) { lane in
      let at = addresses[lane] &+ offset
      if UInt64(at) &+ UInt64(size) <= bytes { body(lane, memory + Int(at)) } else if outside == nil { outside = lane }
    }
    guard let lane = outside else { return true }
    stop(self, o, .memory(address: Aperture.shared | UInt64(addresses[lane] &+ offset), access: access, size: size), lane: lane)
    return false
  }

  @inlinable @inline(__always) public func ldsRead(_ o: Op, words: Int) {
    let out = data(o, Int(o.pointee.destination))
    _ = eachPlace(o, offset: UInt32(bitPattern: o.pointee.immediate), size: words &* 4, .read) { lane, place in
      for word in 0..<words { out[word &* 64 &+ lane] = place.loadUnaligned(fromByteOffset: word &* 4, as: UInt32.self) }
    }
  }
  @inlinable @inline(__always) public func ldsWrite(_ o: Op, words: Int) {
    let from = data(o, Int(o.pointee.source1) &- 256)
    _ = eachPlace(o, offset: UInt32(bitPattern: o.pointee.immediate), size: words &* 4, .write) { lane, place in
      for word in 0..<words { place.storeBytes(of: from[word &* 64 &+ lane], toByteOffset: word &* 4, as: UInt32.self) }
    }
  }
  /// A narrow read; `combine` gives the new register from the old one and what was read.
  @inlinable @inline(__always) public func ldsRead<T: FixedWidthInteger>(_ o: Op, _: T.Type, _ combine: (UInt32, T) -> UInt32) {
    let out = data(o, Int(o.pointee.destination))
    _ = eachPlace(o, offset: UInt32(bitPattern: o.pointee.immediate), size: MemoryLayout<T>.size, .read) { lane, place in
      out[lane] = combine(out[lane], place.loadUnaligned(as: T.self))
    }
  }
  @inlinable @inline(__always) public func ldsWrite<T: FixedWidthInteger>(_ o: Op, _: T.Type, shift: UInt32 = 0) {
    let from = data(o, Int(o.pointee.source1) &- 256)
    _ = eachPlace(o, offset: UInt32(bitPattern: o.pointee.immediate), size: MemoryLayout<T>.size, .write) { lane, place in
      place.storeBytes(of: T(truncatingIfNeeded: from[lane] >> shift), as: T.self)
    }
  }

  /// read2: two places from one address, each with its own 8-bit offset in units of `stride`.
  @inlinable @inline(__always) public func ldsReadTwo(_ o: Op, words: Int, stride: UInt32) {
    let offsets = UInt32(bitPattern: o.pointee.immediate), out = data(o, Int(o.pointee.destination)), values = buffer(Buffer.temporary)
    // The second read may need the address that the first one's destination overwrites.
    guard eachPlace(o, offset: (offsets & 0xff) &* stride, size: words &* 4, .read, { lane, place in
      for word in 0..<words { values[word &* 64 &+ lane] = place.loadUnaligned(fromByteOffset: word &* 4, as: UInt32.self) }
    }) else { return }
    guard eachPlace(o, offset: (offsets >> 8 & 0xff) &* stride, size: words &* 4, .read, { lane, place in
      for word in 0..<words { out[(words &+ word) &* 64 &+ lane] = place.loadUnaligned(fromByteOffset: word &* 4, as: UInt32.self) }
    }) else { return }
    forLanes(exec) { lane in for word in 0..<words { out[word &* 64 &+ lane] = values[word &* 64 &+ lane] } }
  }
  @inlinable @inline(__always) public func ldsWriteTwo(_ o: Op, words: Int, stride: UInt32) {
    let offsets = UInt32(bitPattern: o.pointee.immediate)
    for part in 0..<2 {
      let from = data(o, Int(part == 0 ? o.pointee.source1 : o.pointee.source2) &- 256)
      let offset = (part == 0 ? offsets & 0xff : offsets >> 8 & 0xff) &* stride
      let inside = eachPlace(o, offset: offset, size: words &* 4, .write) { lane, place in
        for word in 0..<words { place.storeBytes(of: from[word &* 64 &+ lane], toByteOffset: word &* 4, as: UInt32.self) }
      }
      guard inside else { return }
    }
  }

  /// Read-modify-write in lane order: `f` takes the old value, data 0 and data 1.
  @inlinable @inline(__always) public func ldsAtomic<T: FixedWidthInteger & LaneType>(_ o: Op, _: T.Type, returns: Bool, _ f: (T, T, T) -> T) {
    let a = UnsafePointer(data(o, Int(o.pointee.source1) &- 256)), b = UnsafePointer(data(o, Int(o.pointee.source2) &- 256))
    let out = data(o, Int(o.pointee.destination))
    _ = eachPlace(o, offset: UInt32(bitPattern: o.pointee.immediate), size: MemoryLayout<T>.size, .atomic) { lane, place in
      let old = place.loadUnaligned(as: T.self)
      place.storeBytes(of: f(old, T.load(a, lane), T.load(b, lane)), as: T.self)
      if returns { T.store(old, out, lane) }
    }
  }

  // Permutations.  Lanes that are off give 0 to those that ask them.

  private func gather(_ o: Op, _ from: Lanes, _ sourceLane: (Int) -> Int) {
    let on = exec, out = data(o, Int(o.pointee.destination)), values = buffer(Buffer.temporary)
    for lane in 0..<64 {
      let source = sourceLane(lane)
      values[lane] = on >> UInt64(source) & 1 != 0 ? from[source] : 0
    }
    forLanes(on) { lane in out[lane] = values[lane] }
  }
  /// `within`: so many lanes permute on their own.
  public func permuteBackward(_ o: Op, within: Int = 64) {
    let addresses = vgpr(Int(o.pointee.source0) &- 256), offset = UInt32(bitPattern: o.pointee.immediate)
    gather(o, data(o, Int(o.pointee.source1) &- 256)) { lane in lane & ~(within &- 1) | Int((addresses[lane] &+ offset) >> 2) & (within &- 1) }
  }
  public func permuteForward(_ o: Op, within: Int = 64) {
    let addresses = vgpr(Int(o.pointee.source0) &- 256), offset = UInt32(bitPattern: o.pointee.immediate)
    let from = data(o, Int(o.pointee.source1) &- 256), out = data(o, Int(o.pointee.destination)), values = buffer(Buffer.temporary)
    for lane in 0..<64 { values[lane] = 0 }
    forLanes(exec) { lane in values[lane & ~(within &- 1) | Int((addresses[lane] &+ offset) >> 2) & (within &- 1)] = from[lane] }
    forLanes(exec) { lane in out[lane] = values[lane] }
  }
  /// The pattern is the offset: four lanes permuted, a butterfly's order (0xe000), a rotation (0xc000), or masks within 32 lanes.
  public func swizzle(_ o: Op) {
    let pattern = Int(o.pointee.immediate & 0xffff)
    gather(o, vgpr(Int(o.pointee.source0) &- 256)) { lane in
      if pattern & 0xe000 == 0xe000 {
        let keep = pattern & 31, reversed = Int(UInt8(lane & 31).bitReversed >> 3)
        return lane & 32 | reversed >> keep.nonzeroBitCount | lane & keep
      }
      if pattern & 0xe000 == 0xc000 {
        let amount = pattern >> 5 & 31, keep = pattern & 31
        let turned = (pattern & 0x400 != 0 ? lane - amount : lane + amount) & 31
        return lane & 32 | lane & keep | turned & ~keep & 31
      }
      if pattern & 0x8000 != 0 { return lane & ~3 | pattern >> (2 * (lane & 3)) & 3 }
      return lane & 32 | (((lane & pattern & 31) | pattern >> 5 & 31) ^ (pattern >> 10 & 31))
    }
  }
}

extension UInt8 {
  fileprivate var bitReversed: UInt8 {
    let a = self >> 4 | self << 4, b = a >> 2 & 0x33 | (a & 0x33) << 2
    return b >> 1 & 0x55 | (b & 0x55) << 1
  }
}
