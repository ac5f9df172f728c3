// Strict mode's way from GPU addresses to host memory: through the compute unit's cache, then L2, then memory.  The address
// that a lane gets is where its access is performed: in a cached line for reads, in L2's copy for stores and atomics of cached
// memory, in memory itself where L2 caches nothing.
// Worker threads only.  Source: LLVM AMDGPU usage, "Memory Model" of gfx90a, gfx942 and gfx11: which bits of an instruction
// pass by the vector cache, and that atomics do; PCI Express 3.0, 6.15: which atomics exist behind PCIe.
import CSoftGPU
import Glibc

/// The range that an access was found in, as far as caches care.
struct Place {
  let range: AddressSpace.Range
  let bypasses: Bool             // the vector cache
  let access: Fault.Access

  /// What is added to a GPU address to reach L2's or memory's bytes.
  var delta: UInt64 { range.delta &+ (range.cached?.pointee.shadowDistance ?? 0) }

  /// Makes L2 hold the lines of `count` bytes, and notes that they will be written.
  @inline(__always) func prepare(_ address: UInt64, _ count: UInt64) {
    guard let cached = range.cached else { return }
    let first = cached.pointee.offset(address &+ range.delta)
    var line = first >> 7
    let last = (first &+ count &- 1) >> 7
    while line <= last {
      cached.pointee.ensure(line << 7)
      if access != .read { cached.pointee.markDirty(cached, Int(line)) }
      line &+= 1
    }
  }
  /// Host address of L2's or memory's bytes.
  @inline(__always) func host(_ address: UInt64) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(address &+ delta)).unsafelyUnwrapped
  }
  /// Whether the whole line belongs to the range.
  @inline(__always) func holdsLine(_ line: UInt64, shift: UInt64) -> Bool {
    line << shift >= range.start && (line &+ 1) << shift <= range.end
  }
}

extension AddressSpace.Range {
  /// Where bytes of the range are written: L2's or memory's.
  public func bytes(_ address: UInt64, _ count: UInt64) -> UnsafeMutablePointer<UInt8> {
    let place = Place(range: self, bypasses: true, access: .write)
    place.prepare(address, count)
    return place.host(address).assumingMemoryBound(to: UInt8.self)
  }
  /// Where instruction fetch finds these bytes, which lie in the range: L2's or memory's.
  func code(_ address: UInt64, _ count: UInt64) -> UnsafeRawPointer {
    let place = Place(range: self, bypasses: true, access: .read)
    place.prepare(address, count)
    return UnsafeRawPointer(place.host(address))
  }
}

extension CachedRange {
  @inline(__always) func markDirty(_ this: UnsafeMutablePointer<CachedRange>, _ line: Int) {
    let page = line >> 5, bit: UInt32 = 1 << UInt32(line & 31)
    if dirty[page].load(ordering: .relaxed) & bit != 0 { return }
    if dirty[page].bitwiseOr(bit, ordering: .acquiringAndReleasing).oldValue == 0 { caches.noteDirty(this, page: page) }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  private var strict: UnsafeMutablePointer<StrictWorker> { worker(self).pointee.strict.unsafelyUnwrapped }

  /// Host addresses for the lanes' GPU addresses in the worker's list, which lie from `least` to `most`; nil after a fault.
  @inline(never) func resolveThroughCaches(
    _ o: Op, _ lanes: UInt64, _ size: Int, _ access: Fault.Access, _ least: UInt64, _ most: UInt64
  ) -> UInt64? {
    let state = worker(self), list = state.pointee.addresses, needs = Permissions(for: access)
    let bypasses = access != .read || passesVectorCache(o)
    if let range = state.pointee.reader.range(least), most < range.end, range.end &- most >= UInt64(size), range.permissions.isSuperset(of: needs) {
      let place = Place(range: range, bypasses: bypasses, access: access)
      if access == .atomic, range.traits.isSystem, !check(o, lanes, range, size) { return lanes }
      if together(place, lanes, least, most, size) { return lanes }
      forLanes(lanes) { one(place, $0, size) }
      return lanes
    }
    var left = lanes
    while left != 0 {
      let lane = left.trailingZeroBitCount, bit: UInt64 = 1 << UInt64(lane)
      left &= left &- 1
      let address = list[lane]
      if o.pointee.form == Segment.flat, Aperture.holds(address) {
        guard resolveAperture(o, lane, size, access) else { return nil }
        continue
      }
      guard let range = state.pointee.reader.range(address), range.permissions.isSuperset(of: needs) else {
        stop(self, o, .memory(address: address, access: access, size: size), lane: lane); return nil
      }
      if range.end &- address < UInt64(size) {
        guard overSeam(range, lane, size, access) else {
          stop(self, o, .memory(address: address, access: access, size: size), lane: lane); return nil
        }
        continue
      }
      if access == .atomic, range.traits.isSystem, !check(o, bit, range, size) { continue }
      one(Place(range: range, bypasses: bypasses, access: access), lane, size)
    }
    return lanes
  }

  /// Lanes close to each other: whole lines at once.  False if they are not, and nothing has been done.
  private func together(_ place: Place, _ lanes: UInt64, _ least: UInt64, _ most: UInt64, _ size: Int) -> Bool {
    let list = worker(self).pointee.addresses, unit = strict.pointee.unit
    let end = most &+ UInt64(size) &- 1
    let first = least >> 7, last = end >> 7
    // No more lines than the lanes can touch, so that none is cached which nobody read.
    guard last &- first < UInt64(2 &+ (lanes.nonzeroBitCount &* size) >> 6), place.holdsLine(first, shift: 7), place.holdsLine(last, shift: 7)
    else { return false }
    if place.bypasses {
      place.prepare(least, end &- least &+ 1)
      var line = first
      while line <= last { unit.pointee.dropVector(line); line &+= 1 }
      let delta = place.delta
      for lane in 0..<64 { list[lane] = list[lane] &+ delta }
      return true
    }
    // A line's bytes lie at its address modulo the cache's size: not where that wraps.
    let mask = UnitCache.vectorBytes &- 1
    guard least & ~mask == end & ~mask else { return false }
    var line = first
    while line <= last {
      if !unit.pointee.hasVector(line) { fill(place, line) }
      line &+= 1
    }
    if strict.pointee.caches.tells { forLanes(lanes) { compare(place, list[$0], size) } }
    let base = UInt64(UInt(bitPattern: unit.pointee.vectorData))
    for lane in 0..<64 { list[lane] = base &+ (list[lane] & mask) }
    return true
  }
  @inline(never) private func fill(_ place: Place, _ line: UInt64) {
    place.prepare(line << 7, 128)
    strict.pointee.unit.pointee.fillVector(line, from: place.host(line << 7))
  }

  /// One lane.  What it reads from the vector cache is set aside, since a later lane may need the line's place.
  private func one(_ place: Place, _ lane: Int, _ size: Int) {
    let list = worker(self).pointee.addresses, unit = strict.pointee.unit
    let address = list[lane], first = address >> 7, last = (address &+ UInt64(size) &- 1) >> 7
    if place.bypasses || !place.holdsLine(first, shift: 7) || !place.holdsLine(last, shift: 7) {
      place.prepare(address, UInt64(size))
      unit.pointee.dropVector(first)
      if last != first { unit.pointee.dropVector(last) }
      list[lane] = address &+ place.delta
      return
    }
    let out = strict.pointee.bounce + (lane << 6)
    if !unit.pointee.hasVector(first) { fill(place, first) }
    if strict.pointee.caches.tells { compare(place, address, size) }
    let at = Int(address & (UnitCache.vectorBytes &- 1)), head = min(size, 128 &- Int(address & 127))
    memcpy(out, unit.pointee.vectorData + at, head)
    if last != first {
      if !unit.pointee.hasVector(last) { fill(place, last) }
      memcpy(out + head, unit.pointee.vectorData + Int(last << 7 & (UnitCache.vectorBytes &- 1)), size &- head)
    }
    list[lane] = UInt64(UInt(bitPattern: out))
  }

  /// An access over the seam of two ranges, where memory is contiguous: as real hardware splits it.  Reads are put together
  /// from both sides; anything else is done in memory when L2 caches neither side.
  private func overSeam(_ first: AddressSpace.Range, _ lane: Int, _ size: Int, _ access: Fault.Access) -> Bool {
    let state = worker(self), list = state.pointee.addresses, address = list[lane], head = Int(first.end &- address)
    guard let second = state.pointee.reader.range(first.end), second.permissions.isSuperset(of: Permissions(for: access)),
      second.end &- first.end >= UInt64(size &- head)
    else { return false }
    if access == .read {
      let out = strict.pointee.bounce + (lane << 6)
      let a = Place(range: first, bypasses: true, access: .read), b = Place(range: second, bypasses: true, access: .read)
      a.prepare(address, UInt64(head)); b.prepare(first.end, UInt64(size &- head))
      memcpy(out, a.host(address), head)
      memcpy(out + head, b.host(first.end), size &- head)
      list[lane] = UInt64(UInt(bitPattern: out))
      return true
    }
    guard first.cached == nil, second.cached == nil, first.delta == second.delta else { return false }
    list[lane] = address &+ first.delta
    return true
  }

  /// Whether a load's bits pass it by the vector cache.
  private func passesVectorCache(_ o: Op) -> Bool {
    switch strict.pointee.caches.target {
    case .gfx942: o.pointee.select & 4 != 0                  // sc1: device scope or wider
    case .gfx90a, .gfx1100: o.pointee.select & 1 != 0        // glc
    }
  }

  // MARK: scalars

  /// Where a scalar access of `size` bytes, dword-aligned, is performed; nil when it isn't allowed.
  public func scalarPlace(_ address: UInt64, _ size: Int, _ access: Fault.Access) -> UInt64? {
    let needs = Permissions(for: access)
    guard let strict = worker(self).pointee.strict else { return translate(address, size, needs) }
    guard let range = worker(self).pointee.reader.range(address), range.permissions.isSuperset(of: needs) else { return nil }
    guard range.end &- address >= UInt64(size) else { return range.cached == nil ? translate(address, size, needs) : nil }
    let place = Place(range: range, bypasses: true, access: access), unit = strict.pointee.unit
    let first = address >> 6, last = (address &+ UInt64(size) &- 1) >> 6
    guard access == .read, place.holdsLine(first, shift: 6), place.holdsLine(last, shift: 6) else {
      place.prepare(address, UInt64(size))
      if access != .read { unit.pointee.dropScalar(first); unit.pointee.dropScalar(last) }
      return address &+ place.delta
    }
    let mask = UnitCache.scalarBytes &- 1
    var line = first
    while line <= last {
      if !unit.pointee.hasScalar(line) {
        place.prepare(line << 6, 64)
        unit.pointee.fillScalar(line, from: place.host(line << 6))
      } else if strict.pointee.caches.tells {
        compareScalar(place, line)
      }
      line &+= 1
    }
    if address & ~mask == (address &+ UInt64(size) &- 1) & ~mask {
      return UInt64(UInt(bitPattern: unit.pointee.scalarData)) &+ (address & mask)
    }
    let out = strict.pointee.bounce + 64 * 64, head = Int(UnitCache.scalarBytes &- (address & mask))
    memcpy(out, unit.pointee.scalarData + Int(address & mask), head)
    memcpy(out + head, unit.pointee.scalarData, size &- head)
    return UInt64(UInt(bitPattern: out))
  }

  // MARK: what hardware does silently

  private func compare(_ place: Place, _ address: UInt64, _ size: Int) {
    let count = min(size, 128 &- Int(address & 127)), at = Int(address & (UnitCache.vectorBytes &- 1))
    tellIfStale(place, address, count, strict.pointee.unit.pointee.vectorData + at, "vector", "buffer_inv (or its like) or a packet's acquire")
  }
  private func compareScalar(_ place: Place, _ line: UInt64) {
    let held = strict.pointee.unit.pointee.scalarData + Int(line << 6 & (UnitCache.scalarBytes &- 1))
    tellIfStale(place, line << 6, 64, held, "scalar", "s_dcache_inv or a packet's acquire")
  }
  private func tellIfStale(_ place: Place, _ address: UInt64, _ count: Int, _ held: UnsafeMutableRawPointer, _ cache: String, _ remedy: String) {
    let caches = strict.pointee.caches
    if memcmp(held, place.host(address), count) != 0 {
      caches.tell("strict: read of \(hex(address)) returned a line of the \(cache) cache that was written since; missing: \(remedy)")
    } else if let cached = place.range.cached, cached.pointee.isStale(cached.pointee.offset(address &+ place.range.delta), count) {
      let vram = place.range.traits.isLocalVRAM
      caches.tell("strict: read of \(hex(address)) returned L2's line, and memory was changed since by the host or another device; "
        + "missing: \(vram ? "an HDP flush" : "an acquire at system scope")")
    }
  }

  /// Atomics on memory of the host: what PCIe has not, and so is silently lost on silicon is lost here, with a sentence.  False when
  /// the lanes were sent to bytes that nobody reads.
  private func check(_ o: Op, _ lanes: UInt64, _ range: AddressSpace.Range, _ size: Int) -> Bool {
    let caches = strict.pointee.caches, row = Int(o.pointee.row)
    if range.traits.policy != .coherent {
      caches.tell("strict: atomic on coarse-grained memory of the host (\(hex(range.start))) is done in L2; the host and other devices don't see it")
      return true
    }
    if strict.pointee.atomics[row] == 0 {
      strict.pointee.atomics[row] = kind(ofAtomic: worker(self).pointee.instructions.pointee.table.rows[row].name.description)
    }
    // gfx942 does what PCIe has not in L2, for the device, unless sc1 sends it to the host's memory.  Source: LLVM's
    // FeatureAgentScopeFineGrainedRemoteMemoryAtomics, which gfx942 has and the other two have not.
    let kind = strict.pointee.atomics[row]
    guard kind != 1, caches.target != .gfx942 || o.pointee.select & 4 != 0 else { return true }
    let list = worker(self).pointee.addresses
    caches.tell("strict: \(worker(self).pointee.instructions.pointee.table.rows[row].name) on memory of the host (\(hex(range.start))) "
      + "is lost: \(kind == 3 ? "floating-point atomics don't reach fine-grained memory" : "PCIe has add, swap and compare-and-swap only")")
    forLanes(lanes) { lane in
      let out = strict.pointee.bounce + (lane << 6)
      memcpy(out, UnsafeRawPointer(bitPattern: UInt(list[lane] &+ range.delta)).unsafelyUnwrapped, size)
      list[lane] = UInt64(UInt(bitPattern: out))
    }
    return false
  }
  /// 1: PCIe has it; 2: an integer operation that it hasn't; 3: floating point.
  private func kind(ofAtomic name: String) -> UInt8 {
    if name.contains("_f16") || name.contains("bf16") || name.contains("_f32") || name.contains("_f64") { return 3 }
    return name.contains("swap") || name.contains("_add") ? 1 : 2
  }
}
