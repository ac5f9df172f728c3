// From lanes' addresses to host memory: flat, global and scratch addressing, the apertures of LDS and scratch, bounds and
// permissions, and the fault that names the first lane at fault.
// Worker threads only.  Source: AMD CDNA3 ISA, chapter 10; LLVM AMDGPU usage, "Address Spaces", architected flat scratch.
import CSoftGPU
import Glibc
import Synchronization

public enum Segment { static let flat: UInt8 = 0, scratch: UInt8 = 1, global: UInt8 = 2 }

extension UnsafeMutablePointer<carmine_wave> {
  /// Host addresses of `size` bytes for every lane that is on, in the worker's address list.  Returns the lanes, or nil after
  /// a fault (nothing may be accessed then).
  @inline(never) public func resolve(_ o: Op, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let lanes = exec
    let list = worker(self).pointee.addresses
    guard lanes != 0 else { return 0 }
    let offset = UInt64(bitPattern: Int64(o.pointee.immediate))
    let low = vgpr(Int(o.pointee.source0) &- 256)
    let saddr = Int(o.pointee.scalarDestination)
    if o.pointee.form == Segment.scratch { return scratchAddresses(o, lanes, low, offset, size, access) }
    if o.pointee.form == Segment.global && saddr != 0x7f {
      let base = getPair(saddr) &+ offset
      for l in 0..<64 { list[l] = UInt64(low[l]) &+ base }
    } else {
      for l in 0..<64 { list[l] = (UInt64(low[l]) | UInt64(low[64 &+ l]) << 32) &+ offset }
    }
    return resolveListed(o, lanes, size, access)
  }

  /// The same for GPU addresses that stand in the worker's list already.
  @inline(never) public func resolveListed(_ o: Op, _ lanes: UInt64, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let list = worker(self).pointee.addresses
    worker(self).pointee.scratchLanes = 0
    guard lanes != 0 else { return 0 }
    // All in one range?
    var least: UInt64 = ~0, most: UInt64 = 0
    if lanes == ~0 {
      for l in 0..<64 { least = min(least, list[l]); most = max(most, list[l]) }
    } else if lanes != exec {
      forLanes(lanes) { l in least = min(least, list[l]); most = max(most, list[l]) }
    } else {
      let m = laneMask()
      for l in 0..<64 {
        let on = UInt64(bitPattern: Int64(Int32(bitPattern: m[l])))
        least = min(least, list[l] | ~on); most = max(most, list[l] & on)
      }
    }
    let needs = Permissions(for: access).union(.plain)
    if let range = worker(self).pointee.reader.range(least), most < range.end, range.end &- most >= UInt64(size), range.permissions.isSuperset(of: needs) {
      let delta = range.delta
      for l in 0..<64 { list[l] = list[l] &+ delta }
      return lanes
    }
    if worker(self).pointee.strict != nil { return resolveThroughCaches(o, lanes, size, access, least, most) }
    return resolveSeparately(o, lanes, size, access)
  }

  /// Lane by lane, from the GPU addresses in the worker's list to host addresses there; all of it in strict mode.
  @inline(never) public func resolveSeparately(_ o: Op, _ lanes: UInt64, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let state = worker(self), list = state.pointee.addresses
    if state.pointee.strict != nil {
      var least: UInt64 = ~0, most: UInt64 = 0
      forLanes(lanes) { least = min(least, list[$0]); most = max(most, list[$0]) }
      return resolveThroughCaches(o, lanes, size, access, least, most)
    }
    let needs = Permissions(for: access)
    var left = lanes
    while left != 0 {
      let lane = left.trailingZeroBitCount
      left &= left &- 1
      let address = list[lane]
      if o.pointee.form == Segment.flat, Aperture.holds(address) {
        guard resolveAperture(o, lane, size, access) else { return nil }
        continue
      }
      guard let host = translate(address, size, needs) else {
        stop(self, o, .memory(address: address, access: access, size: size), lane: lane); return nil
      }
      list[lane] = host
    }
    return lanes
  }

  /// A lane's flat address in the apertures of LDS or scratch; false after a fault.
  func resolveAperture(_ o: Op, _ lane: Int, _ size: Int, _ access: Fault.Access) -> Bool {
    let list = worker(self).pointee.addresses, address = list[lane], at = address & 0xffff_ffff
    if address >> 32 == Aperture.shared >> 32 {
      if at + UInt64(size) <= UInt64(pointee.ldsBytes) {
        list[lane] = UInt64(UInt(bitPattern: pointee.lds)) + at
        return true
      }
    } else if let host = privateAddress(lane, at, size, access) {
      list[lane] = host
      return true
    }
    stop(self, o, .memory(address: address, access: access, size: size), lane: lane)
    return false
  }

  /// One access, which may run over the seam of two ranges when their host memory is contiguous too.
  public func translate(_ address: UInt64, _ size: Int, _ needs: Permissions) -> UInt64? {
    let state = worker(self)
    guard let range = state.pointee.reader.range(address), range.permissions.isSuperset(of: needs) else { return nil }
    var end = range.end
    while end &- address < UInt64(size) {
      guard let next = state.pointee.reader.range(end), next.delta == range.delta, next.permissions.isSuperset(of: needs) else { return nil }
      end = next.end
    }
    return address &+ range.delta
  }

  /// Data registers of a memory instruction: VGPRs or AGPRs.
  @inlinable @inline(__always) public func data(_ o: Op, _ number: Int) -> Lanes {
    (o.pointee.flags & UInt16(CARMINE_OP_FLAG_ACC0) != 0 ? pointee.agpr : pointee.vgpr) + number &* 64
  }

  /// Calls `body` for each lane that is on.
  @inlinable @inline(__always) public func forLanes(_ lanes: UInt64, _ body: (Int) -> Void) {
    if lanes == ~0 {
      for lane in 0..<64 { body(lane) }
    } else {
      var left = lanes
      while left != 0 { body(left.trailingZeroBitCount); left &= left &- 1 }
    }
  }
  @inlinable @inline(__always) public func host(_ lane: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(worker(self).pointee.addresses[lane])).unsafelyUnwrapped
  }

  // Loads and stores of the flat family.

  @inlinable @inline(__always) public func load(_ o: Op, words: Int) {
    guard let lanes = resolve(o, words &* 4, .read) else { return }
    noteCoherent(o)
    let out = data(o, Int(o.pointee.destination))
    if worker(self).pointee.scratchLanes != 0 { return loadScattered(out, words: words, lanes) }
    let list = worker(self).pointee.addresses
    forLanes(lanes) { lane in
      Self.read(UnsafeRawPointer(bitPattern: UInt(list[lane])).unsafelyUnwrapped, words, out + lane)
    }
  }
  @inlinable @inline(__always) public func store(_ o: Op, words: Int) {
    guard let lanes = resolve(o, words &* 4, .write) else { return }
    let from = data(o, Int(o.pointee.source1) &- 256)
    if worker(self).pointee.scratchLanes != 0 { return storeScattered(from, words: words, lanes) }
    let list = worker(self).pointee.addresses
    forLanes(lanes) { lane in
      Self.write(UnsafeMutableRawPointer(bitPattern: UInt(list[lane])).unsafelyUnwrapped, words, from + lane)
    }
  }

  /// Words of one lane, or of the wave with a `pitch` of 1, between memory and registers, two at a time: 64 aligned bits are never seen
  /// half written, which every program relies on that keeps a flag beside a value.  Source: LLVM AMDGPU usage, "Memory Model": atomic
  /// 64-bit loads and stores are these.  Atomic, so that the compiler keeps them whole; x86 wants no alignment for that.
  @inlinable @inline(__always) public static func read(_ from: UnsafeRawPointer, _ words: Int, _ out: Lanes, pitch: Int = 64) {
    for pair in 0..<words / 2 {
      let both = (from + pair &* 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .relaxed)
      out[pair &* 2 &* pitch] = UInt32(truncatingIfNeeded: both)
      out[(pair &* 2 &+ 1) &* pitch] = UInt32(truncatingIfNeeded: both >> 32)
    }
    if words & 1 != 0 { out[(words &- 1) &* pitch] = from.loadUnaligned(fromByteOffset: (words &- 1) &* 4, as: UInt32.self) }
  }
  @inlinable @inline(__always) public static func write(_ to: UnsafeMutableRawPointer, _ words: Int, _ from: Lanes, pitch: Int = 64) {
    for pair in 0..<words / 2 {
      let both = UInt64(from[pair &* 2 &* pitch]) | UInt64(from[(pair &* 2 &+ 1) &* pitch]) << 32
      (to + pair &* 8).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(both, ordering: .relaxed)
    }
    if words & 1 != 0 { to.storeBytes(of: from[(words &- 1) &* pitch], toByteOffset: (words &- 1) &* 4, as: UInt32.self) }
  }
  /// A narrow load; `place` gives the new register from the old one and what was read.
  @inlinable @inline(__always) public func load<T: FixedWidthInteger>(_ o: Op, _: T.Type, _ place: (UInt32, T) -> UInt32) {
    guard let lanes = resolve(o, MemoryLayout<T>.size, .read) else { return }
    noteCoherent(o)
    let out = data(o, Int(o.pointee.destination))
    let size = MemoryLayout<T>.size
    forLanes(lanes) { lane in
      let value = isScattered(lane, size) ? T(truncatingIfNeeded: gather(lane, 0, size)) : UnsafeRawPointer(host(lane)).loadUnaligned(as: T.self)
      out[lane] = place(out[lane], value)
    }
  }
  @inlinable @inline(__always) public func store<T: FixedWidthInteger>(_ o: Op, _: T.Type, shift: UInt32 = 0) {
    guard let lanes = resolve(o, MemoryLayout<T>.size, .write) else { return }
    let from = data(o, Int(o.pointee.source1) &- 256)
    let size = MemoryLayout<T>.size
    forLanes(lanes) { lane in
      let value = T(truncatingIfNeeded: from[lane] >> shift)
      if isScattered(lane, size) { scatter(lane, 0, size, UInt64(truncatingIfNeeded: value)) } else { host(lane).storeBytes(of: value, as: T.self) }
    }
  }

  /// What is read, as a dword, goes to LDS: at M0's low half, the instruction's offset and 4 times the lane.
  @inlinable @inline(__always) public func loadToLDS<T: FixedWidthInteger>(_ o: Op, m0: UInt32, _: T.Type, _ widen: (T) -> UInt32) {
    guard let lanes = resolve(o, MemoryLayout<T>.size, .read) else { return }
    noteCoherent(o)
    let start = Int64(m0 & 0xffff) &+ Int64(o.pointee.immediate)
    forLanes(lanes) { lane in
      let at = start &+ Int64(lane &* 4)
      guard at >= 0, at &+ 4 <= Int64(pointee.ldsBytes) else {
        stop(self, o, .memory(address: Aperture.shared | UInt64(truncatingIfNeeded: at) & 0xffff_ffff, access: .write, size: 4), lane: lane); return
      }
      (UnsafeMutableRawPointer(pointee.lds) + Int(at)).storeBytes(of: widen(UnsafeRawPointer(host(lane)).loadUnaligned(as: T.self)), as: UInt32.self)
    }
  }

  /// Read-modify-write in lane order; the old value is returned when the instruction asks for it (sc0).
  @inlinable @inline(__always) public func atomic32(_ o: Op, operands: Int = 1, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
    guard let lanes = resolveAtomic(o, 4) else { return }
    atomic32(o, on: lanes, operands: operands, f)
  }
  /// ... on host addresses that stand in the worker's list.
  @inlinable @inline(__always) public func atomic32(_ o: Op, on lanes: UInt64, operands: Int, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
    let from = data(o, Int(o.pointee.source1) &- 256), out = data(o, Int(o.pointee.destination))
    let returns = o.pointee.select & 1 != 0
    forLanes(lanes) { lane in
      let cell = host(lane).assumingMemoryBound(to: Atomic<UInt32>.self)
      let a = from[lane], b = operands > 1 ? from[64 &+ lane] : 0
      var old = cell.pointee.load(ordering: .relaxed)
      while true {
        let (done, seen) = cell.pointee.compareExchange(expected: old, desired: f(old, a, b), ordering: .sequentiallyConsistent)
        if done { break }
        old = seen
      }
      if returns { out[lane] = old }
    }
  }
  @inlinable @inline(__always) public func atomic64(_ o: Op, operands: Int = 1, _ f: (UInt64, UInt64, UInt64) -> UInt64) {
    guard let lanes = resolveAtomic(o, 8) else { return }
    atomic64(o, on: lanes, operands: operands, f)
  }
  /// ... on host addresses that stand in the worker's list.
  @inlinable @inline(__always) public func atomic64(_ o: Op, on lanes: UInt64, operands: Int, _ f: (UInt64, UInt64, UInt64) -> UInt64) {
    let from = data(o, Int(o.pointee.source1) &- 256), out = data(o, Int(o.pointee.destination))
    let returns = o.pointee.select & 1 != 0
    forLanes(lanes) { lane in
      let a = UInt64.load(UnsafePointer(from), lane), b = operands > 1 ? UInt64.load(UnsafePointer(from + 128), lane) : 0
      if isScattered(lane, 8) {                     // nobody else's memory
        let old = gather(lane, 0, 8)
        scatter(lane, 0, 8, f(old, a, b))
        if returns { UInt64.store(old, out, lane) }
        return
      }
      let cell = host(lane).assumingMemoryBound(to: Atomic<UInt64>.self)
      var old = cell.pointee.load(ordering: .relaxed)
      while true {
        let (done, seen) = cell.pointee.compareExchange(expected: old, desired: f(old, a, b), ordering: .sequentiallyConsistent)
        if done { break }
        old = seen
      }
      if returns { UInt64.store(old, out, lane) }
    }
  }
  @inline(never) public func resolveAtomic(_ o: Op, _ size: Int) -> UInt64? {
    guard let lanes = resolve(o, size, .atomic) else { return nil }
    let list = worker(self).pointee.addresses
    var any: UInt64 = 0
    forLanes(lanes) { any |= list[$0] }
    if any & UInt64(size - 1) != 0 {
      var left = lanes
      while left != 0 {
        let lane = left.trailingZeroBitCount
        if list[lane] & UInt64(size - 1) != 0 { stop(self, o, .misaligned(address: gpuAddress(o, lane), size: size), lane: lane); return nil }
        left &= left &- 1
      }
    }
    noteCoherent(o, always: true)
    return lanes
  }
  /// The address that a lane asked for, again.
  private func gpuAddress(_ o: Op, _ lane: Int) -> UInt64 {
    let low = vgpr(Int(o.pointee.source0) &- 256), offset = UInt64(bitPattern: Int64(o.pointee.immediate))
    let saddr = Int(o.pointee.scalarDestination)
    if o.pointee.form == Segment.global && saddr != 0x7f { return getPair(saddr) &+ UInt64(low[lane]) &+ offset }
    return (UInt64(low[lane]) | UInt64(low[64 &+ lane]) << 32) &+ offset
  }

  /// A wave that looks at shared memory again and again at one place probably waits for another: its quantum is shortened.
  @inlinable @inline(__always) public func noteCoherent(_ o: Op, always: Bool = false) {
    if always || o.pointee.select & 5 != 0 {
      let here = UInt64(UInt(bitPattern: o))
      if pointee.lastCoherent == here { pointee.budget &-= 256 }
      pointee.lastCoherent = here
    }
  }
}
