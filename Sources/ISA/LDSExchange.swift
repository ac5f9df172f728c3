// The rarer DS instructions: exchanges at two places, conditional exchange, addresses that are the lane's number, counters.
// Worker threads only.  Source: AMD RDNA3 ISA, 16.15, CDNA3 ISA, 12.13, and AMD's pseudo-code.
import CSoftGPU

extension UnsafeMutablePointer<carmine_wave> {
  /// Both old values go to the destination, the first place's first.
  @inline(never) public func ldsExchangeTwo(_ o: Op, words: Int, stride: UInt32) {
    let offsets = UInt32(bitPattern: o.pointee.immediate), out = data(o, Int(o.pointee.destination))
    let first = data(o, Int(o.pointee.source1) &- 256), second = data(o, Int(o.pointee.source2) &- 256)
    let values = buffer(Buffer.temporary), more = buffer(0)
    for (part, to) in [(0, values), (1, more)] {
      let offset = (offsets >> UInt32(part * 8) & 0xff) &* stride
      guard eachPlace(o, offset: offset, size: words &* 4, .atomic, { lane, place in
        for word in 0..<words { to[word &* 64 &+ lane] = place.loadUnaligned(fromByteOffset: word &* 4, as: UInt32.self) }
      }) else { return }
    }
    for (part, from) in [(0, first), (1, second)] {
      let offset = (offsets >> UInt32(part * 8) & 0xff) &* stride
      _ = eachPlace(o, offset: offset, size: words &* 4, .atomic) { lane, place in
        for word in 0..<words { place.storeBytes(of: from[word &* 64 &+ lane], toByteOffset: word &* 4, as: UInt32.self) }
      }
    }
    forLanes(exec) { lane in
      for word in 0..<words {
        out[word &* 64 &+ lane] = values[word &* 64 &+ lane]
        out[(words &+ word) &* 64 &+ lane] = more[word &* 64 &+ lane]
      }
    }
  }

  /// Two dwords; each is replaced when its data's top bit says so, without that bit.
  @inline(never) public func ldsConditionalExchange(_ o: Op) {
    let from = data(o, Int(o.pointee.source1) &- 256), out = data(o, Int(o.pointee.destination))
    let addresses = vgpr(Int(o.pointee.source0) &- 256), offset = UInt32(bitPattern: o.pointee.immediate)
    forLanes(exec) { lane in
      let at = Int((addresses[lane] &+ offset) & 0xfff8)
      guard at &+ 8 <= Int(pointee.ldsBytes) else {
        stop(self, o, .memory(address: Aperture.shared | UInt64(at), access: .atomic, size: 8), lane: lane); return
      }
      let place = UnsafeMutableRawPointer(pointee.lds) + at
      let given = (from[lane], from[64 &+ lane])
      out[lane] = place.loadUnaligned(as: UInt32.self)
      if given.0 >> 31 != 0 { place.storeBytes(of: given.0 & 0x7fff_ffff, as: UInt32.self) }
      out[64 &+ lane] = place.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
      if given.1 >> 31 != 0 { place.storeBytes(of: given.1 & 0x7fff_ffff, toByteOffset: 4, as: UInt32.self) }
    }
  }

  /// The lane's dword from M0's low half and the offset on.
  private func threadPlace(_ o: Op, _ m0: UInt32, _ lane: Int, _ access: Fault.Access) -> UnsafeMutableRawPointer? {
    let at = Int(m0 & 0xffff) &+ Int(o.pointee.immediate & 0xffff) &+ lane &* 4
    guard at &+ 4 <= Int(pointee.ldsBytes) else {
      stop(self, o, .memory(address: Aperture.shared | UInt64(at), access: access, size: 4), lane: lane); return nil
    }
    return UnsafeMutableRawPointer(pointee.lds) + at
  }
  @inline(never) public func ldsReadThread(_ o: Op, m0: UInt32) {
    let out = data(o, Int(o.pointee.destination))
    forLanes(exec) { lane in if let place = threadPlace(o, m0, lane, .read) { out[lane] = place.loadUnaligned(as: UInt32.self) } }
  }
  @inline(never) public func ldsWriteThread(_ o: Op, m0: UInt32) {
    let from = data(o, Int(o.pointee.source1) &- 256)
    forLanes(exec) { lane in threadPlace(o, m0, lane, .write)?.storeBytes(of: from[lane], as: UInt32.self) }
  }

  /// ds_append, ds_consume: the counter at M0's upper half plus the offset moves by the number of lanes that are on; all get the
  /// old value.
  @inline(never) public func ldsCount(_ o: Op, m0: UInt32, _ direction: Int32) {
    let at = m0 >> 16 &+ UInt32(bitPattern: o.pointee.immediate)
    guard at &+ 4 <= pointee.ldsBytes else { stop(self, o, .memory(address: Aperture.shared | UInt64(at), access: .atomic, size: 4)); return }
    let cell = UnsafeMutableRawPointer(pointee.lds + Int(at)), out = data(o, Int(o.pointee.destination))
    let old = cell.loadUnaligned(as: UInt32.self)
    cell.storeBytes(of: old &+ UInt32(bitPattern: direction &* Int32(exec.nonzeroBitCount)), as: UInt32.self)
    forLanes(exec) { out[$0] = old }
  }
}
