// Scratch: each wave has a piece of the queue's scratch memory, in which its lanes' words lie side by side: word n of lane l at
// n * lanes * 4 + l * 4.  Scratch instructions and flat ones in the private aperture meet the same bytes as buffer
// instructions with the queue's swizzled descriptor.
// Worker threads only.  Source: LLVM AMDGPU usage, "Address Space Mapping", "Private Segment Buffer", "Flat Scratch".
//
// Where the worker's address list holds a lane's host address in scratch, the lane is in `scratchLanes`: bytes that go on over
// the end of a word lie `scratchStride` further.
import CSoftGPU

extension UnsafeMutablePointer<carmine_wave> {
  /// GPU address of this wave's scratch: the hardware's own, or, on gfx90a, what the kernel has put into FLAT_SCRATCH.
  private var scratchBase: UInt64 { pointee.flatScratchRegister != 0 ? getPair(ScalarCode.flatScratch) : pointee.scratchAddress }

  /// What added to a GPU address gives the host address, for the words that hold bytes `at` to `at + size` of all lanes; nil
  /// when they are not mapped.
  private func scratchDelta(_ base: UInt64, _ at: UInt64, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let state = worker(self), stride = UInt64(pointee.scratchStride)
    let first = base &+ (at >> 2) &* stride, end = base &+ ((at &+ UInt64(size) &+ 3) >> 2) &* stride
    guard let range = state.pointee.reader.range(first), end <= range.end, range.permissions.isSuperset(of: Permissions(for: access)) else { return nil }
    guard state.pointee.strict != nil else { return range.delta }
    let place = Place(range: range, bypasses: true, access: access)
    place.prepare(first, end &- first)
    // Buffer instructions, which kernels of gfx90a use for scratch too, find it in the vector cache.
    if access != .read, let unit = state.pointee.strict?.pointee.unit {
      var line = first >> 7
      while line <= (end &- 1) >> 7 { unit.pointee.dropVector(line); line &+= 1 }
    }
    return place.delta
  }

  /// Scratch instructions: an address is an offset in the lane's own memory.
  func scratchAddresses(_ o: Op, _ lanes: UInt64, _ vaddr: Lanes, _ offset: UInt64, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let list = worker(self).pointee.addresses, base = scratchBase
    let useVector = o.pointee.select & 8 != 0, saddr = Int(o.pointee.scalarDestination)
    let scalar = saddr < 0x7c ? UInt64(pointee.scalars[saddr]) : 0
    let bytes = UInt64(pointee.scratchBytes), stride = UInt64(pointee.scratchStride)
    worker(self).pointee.scratchLanes = lanes
    if !useVector {
      let at = (scalar &+ offset) & 0xffff_ffff
      guard at &+ UInt64(size) <= bytes, let delta = scratchDelta(base, at, size, access) else {
        stop(self, o, .memory(address: Aperture.privateSegment | at, access: access, size: size), lane: lanes.trailingZeroBitCount)
        return nil
      }
      let first = base &+ delta &+ (at >> 2) &* stride &+ (at & 3)
      for lane in 0..<64 { list[lane] = first &+ UInt64(lane) &* 4 }
      return lanes
    }
    var left = lanes
    while left != 0 {
      let lane = left.trailingZeroBitCount
      left &= left &- 1
      let at = (UInt64(vaddr[lane]) &+ scalar &+ offset) & 0xffff_ffff
      guard at &+ UInt64(size) <= bytes, let delta = scratchDelta(base, at, size, access) else {
        stop(self, o, .memory(address: Aperture.privateSegment | at, access: access, size: size), lane: lane); return nil
      }
      list[lane] = base &+ delta &+ (at >> 2) &* stride &+ UInt64(lane) &* 4 &+ (at & 3)
    }
    return lanes
  }

  /// A lane's flat address in the private aperture; nil when it is not its own memory.
  func privateAddress(_ lane: Int, _ at: UInt64, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let base = scratchBase
    guard at &+ UInt64(size) <= UInt64(pointee.scratchBytes), let delta = scratchDelta(base, at, size, access) else { return nil }
    worker(self).pointee.scratchLanes |= 1 << UInt64(lane)
    return base &+ delta &+ (at >> 2) &* UInt64(pointee.scratchStride) &+ UInt64(lane) &* 4 &+ (at & 3)
  }

  /// The byte `index` bytes behind the first one of a lane that is in scratch.
  private func scratchByte(_ lane: Int, _ index: UInt64) -> UnsafeMutablePointer<UInt8> {
    let start = worker(self).pointee.addresses[lane], position = (start & 3) &+ index
    let address = (start & ~3) &+ (position >> 2) &* UInt64(pointee.scratchStride) &+ (position & 3)
    return UnsafeMutablePointer<UInt8>(bitPattern: UInt(address)).unsafelyUnwrapped
  }
  /// Up to eight bytes from `offset` on, of a lane that is in scratch.
  @inline(never) @usableFromInline func gather(_ lane: Int, _ offset: Int, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for byte in 0..<count { value |= UInt64(scratchByte(lane, UInt64(offset + byte)).pointee) << UInt64(byte * 8) }
    return value
  }
  @inline(never) @usableFromInline func scatter(_ lane: Int, _ offset: Int, _ count: Int, _ value: UInt64) {
    for byte in 0..<count { scratchByte(lane, UInt64(offset + byte)).pointee = UInt8(truncatingIfNeeded: value >> UInt64(byte * 8)) }
  }

  /// Loads and stores of whole words where some lanes are in scratch.
  @inline(never) @usableFromInline func loadScattered(_ out: Lanes, words: Int, _ lanes: UInt64) {
    let state = worker(self), list = state.pointee.addresses, scattered = state.pointee.scratchLanes
    forLanes(lanes) { lane in
      let isScratch = scattered >> UInt64(lane) & 1 != 0, isAligned = list[lane] & 3 == 0
      let step = isScratch ? Int(pointee.scratchStride) : 4
      let from = UnsafeRawPointer(bitPattern: UInt(list[lane])).unsafelyUnwrapped
      for word in 0..<words {
        out[word &* 64 &+ lane] = isScratch && !isAligned ? UInt32(gather(lane, word * 4, 4)) : from.loadUnaligned(fromByteOffset: word &* step, as: UInt32.self)
      }
    }
  }
  @inline(never) @usableFromInline func storeScattered(_ from: Lanes, words: Int, _ lanes: UInt64) {
    let state = worker(self), list = state.pointee.addresses, scattered = state.pointee.scratchLanes
    forLanes(lanes) { lane in
      let isScratch = scattered >> UInt64(lane) & 1 != 0, isAligned = list[lane] & 3 == 0
      let step = isScratch ? Int(pointee.scratchStride) : 4
      let to = UnsafeMutableRawPointer(bitPattern: UInt(list[lane])).unsafelyUnwrapped
      for word in 0..<words {
        if isScratch && !isAligned {
          scatter(lane, word * 4, 4, UInt64(from[word &* 64 &+ lane]))
        } else {
          to.storeBytes(of: from[word &* 64 &+ lane], toByteOffset: word &* step, as: UInt32.self)
        }
      }
    }
  }
  /// Whether an access of `size` bytes of a lane runs over the end of a scratch word.
  @inlinable @inline(__always) func isScattered(_ lane: Int, _ size: Int) -> Bool {
    let state = worker(self)
    return state.pointee.scratchLanes != 0 && state.pointee.scratchLanes >> UInt64(lane) & 1 != 0
      && Int(state.pointee.addresses[lane] & 3) + size > 4
  }
}
