// What MUBUF and MTBUF instructions do to memory.  A lane's index and offset come from VGPRs (idxen, offen), the thread's number
// and the instruction; the descriptor makes of them an address, or says that it is outside: then loads give 0 and stores and
// atomics do nothing.  An address inside that is not mapped faults.  Dwords of wide accesses are checked one by one, elements of
// typed ones and atomics as a whole.
// Operation fields: source0 address VGPR, source1 and destination data, scalarDestination the descriptor's first SGPR, source2
// the scalar offset, immediate the offset; `select` as in BufferBit; `form` MTBUF's format.
// Worker threads only.  Source: AMD RDNA3 ISA, 9.1; AMD Vega and CDNA3 ISA, 8.1/9.1.
import CSoftGPU

public enum BufferBit {
  public static let glc: UInt8 = 1, slc: UInt8 = 2, dlc: UInt8 = 4, offen: UInt8 = 8, idxen: UInt8 = 16, tfe: UInt8 = 32, lds: UInt8 = 64
}

/// A wave's buffer access on its way: what every lane asked for.
public struct BufferRequest {
  public let resource: BufferResource
  let scalarOffset: UInt64
  let hasIndex: Bool
  let indices: Lanes, offsets: Lanes       // in the worker's buffers: the destination may overlap the address registers
  let lanes: UInt64

  @inline(__always) func address(_ lane: Int, _ extra: UInt64 = 0) -> UInt64 {
    resource.base &+ scalarOffset &+ resource.place(index: UInt64(indices[lane]), offset: UInt64(offsets[lane]) &+ extra)
  }
  @inline(__always) func contains(_ lane: Int, _ extra: UInt64, _ size: Int) -> Bool {
    resource.contains(
      index: UInt64(indices[lane]), offset: UInt64(offsets[lane]) &+ extra, size: UInt64(size), scalarOffset: scalarOffset, hasIndex: hasIndex)
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// Whose descriptors the target has.
  var resourceFamily: BufferFamily { worker(self).pointee.resourceFamily }

  @inline(never) public func bufferRequest(_ o: Op) -> BufferRequest {
    let at = Int(o.pointee.scalarDestination), s = pointee.scalars
    let resource = BufferResource(resourceFamily, s[at], s[at &+ 1], s[at &+ 2], s[at &+ 3])
    let select = o.pointee.select
    let hasIndex = select & BufferBit.idxen != 0, hasOffset = select & BufferBit.offen != 0
    let address = vgpr(Int(o.pointee.source0) &- 256)
    let indices = buffer(0), offsets = buffer(0) + 64
    let fixed = UInt32(bitPattern: o.pointee.immediate)
    let offsetRow = address + (hasIndex ? 64 : 0)
    for l in 0..<64 { indices[l] = hasIndex ? address[l] : 0 }
    if resource.addsThreadID { for l in 0..<64 { indices[l] = indices[l] &+ UInt32(l) } }
    for l in 0..<64 { offsets[l] = fixed &+ (hasOffset ? offsetRow[l] : 0) }
    return BufferRequest(
      resource: resource, scalarOffset: UInt64(s32(o, 2)), hasIndex: hasIndex, indices: indices, offsets: offsets, lanes: exec)
  }

  /// Lanes whose `size` bytes at `extra` are inside, their GPU addresses in the worker's list.
  @inline(never) func place(_ request: BufferRequest, _ extra: Int, _ size: Int) -> UInt64 {
    let list = worker(self).pointee.addresses
    var inside: UInt64 = 0
    forLanes(request.lanes) { lane in
      guard request.contains(lane, UInt64(extra), size) else { return }
      list[lane] = request.address(lane, UInt64(extra))
      inside |= 1 << UInt64(lane)
    }
    return inside
  }

  /// tfe: one more register says that nothing was missing.
  @inlinable @inline(__always) func finishFail(_ o: Op, _ lanes: UInt64, words: Int) {
    guard o.pointee.select & BufferBit.tfe != 0 else { return }
    let out = data(o, Int(o.pointee.destination) &+ words)
    forLanes(lanes) { out[$0] = 0 }
  }

  @inlinable @inline(__always) public func bufferLoad(_ o: Op, words: Int) { bufferLoadWords(o, words) }
  @inline(never) @usableFromInline func bufferLoadWords(_ o: Op, _ words: Int) {
    let request = bufferRequest(o)
    noteCoherent(o)
    let out = data(o, Int(o.pointee.destination)), list = worker(self).pointee.addresses
    let inside = place(request, 0, words &* 4)
    if inside == request.lanes && !request.resource.isSwizzled {
      guard resolveListed(o, inside, words &* 4, .read) != nil else { return }
      forLanes(inside) { lane in
        let from = UnsafeRawPointer(bitPattern: UInt(list[lane])).unsafelyUnwrapped
        Self.read(from, words, out + lane)
      }
    } else {
      for word in 0..<words {
        let inside = place(request, word &* 4, 4), row = out + word &* 64
        guard resolveListed(o, inside, 4, .read) != nil else { return }
        forLanes(request.lanes) { lane in row[lane] = inside >> UInt64(lane) & 1 != 0 ? UnsafeRawPointer(host(lane)).loadUnaligned(as: UInt32.self) : 0 }
      }
    }
    finishFail(o, request.lanes, words: words)
  }
  @inlinable @inline(__always) public func bufferStore(_ o: Op, words: Int) { bufferStoreWords(o, words) }
  @inline(never) @usableFromInline func bufferStoreWords(_ o: Op, _ words: Int) {
    let request = bufferRequest(o)
    let from = data(o, Int(o.pointee.source1) &- 256), list = worker(self).pointee.addresses
    let inside = place(request, 0, words &* 4)
    if inside == request.lanes && !request.resource.isSwizzled {
      guard resolveListed(o, inside, words &* 4, .write) != nil else { return }
      forLanes(inside) { lane in
        let to = UnsafeMutableRawPointer(bitPattern: UInt(list[lane])).unsafelyUnwrapped
        Self.write(to, words, from + lane)
      }
    } else {
      for word in 0..<words {
        let inside = place(request, word &* 4, 4)
        guard resolveListed(o, inside, 4, .write) != nil else { return }
        forLanes(inside) { lane in host(lane).storeBytes(of: from[word &* 64 &+ lane], as: UInt32.self) }
      }
    }
  }

  /// A narrow load; `combine` gives the new register from the old one and what was read, 0 outside.
  @inlinable @inline(__always) public func bufferLoad<T: FixedWidthInteger>(_ o: Op, _: T.Type, _ combine: (UInt32, T) -> UInt32) {
    guard let (lanes, inside) = bufferPlaces(o, MemoryLayout<T>.size, .read) else { return }
    let out = data(o, Int(o.pointee.destination))
    forLanes(lanes) { lane in
      out[lane] = combine(out[lane], inside >> UInt64(lane) & 1 != 0 ? UnsafeRawPointer(host(lane)).loadUnaligned(as: T.self) : 0)
    }
    finishFail(o, lanes, words: 1)
  }
  @inlinable @inline(__always) public func bufferStore<T: FixedWidthInteger>(_ o: Op, _: T.Type, shift: UInt32 = 0) {
    guard let (_, inside) = bufferPlaces(o, MemoryLayout<T>.size, .write) else { return }
    let from = data(o, Int(o.pointee.source1) &- 256)
    forLanes(inside) { lane in host(lane).storeBytes(of: T(truncatingIfNeeded: from[lane] >> shift), as: T.self) }
  }
  /// lds: what was read, as a dword, goes to LDS at M0 + the instruction's offset + 4 times the lane.
  @inlinable @inline(__always) public func bufferLoadToLDS<T: FixedWidthInteger>(_ o: Op, m0: UInt32, _: T.Type, _ widen: (T) -> UInt32) {
    guard let (lanes, inside) = bufferPlaces(o, MemoryLayout<T>.size, .read) else { return }
    let start = UInt64(m0 & 0xffff) &+ UInt64(UInt32(bitPattern: o.pointee.immediate))
    forLanes(lanes) { lane in
      let at = start &+ UInt64(lane &* 4)
      guard at &+ 4 <= UInt64(pointee.ldsBytes) else {
        stop(self, o, .memory(address: Aperture.shared | at, access: .write, size: 4), lane: lane); return
      }
      let value: T = inside >> UInt64(lane) & 1 != 0 ? UnsafeRawPointer(host(lane)).loadUnaligned(as: T.self) : 0
      (UnsafeMutableRawPointer(pointee.lds) + Int(at)).storeBytes(of: widen(value), as: UInt32.self)
    }
  }

  /// ... and a dword from there to the buffer.
  @inline(never) public func bufferStoreFromLDS(_ o: Op, m0: UInt32) {
    guard let (_, inside) = bufferPlaces(o, 4, .write) else { return }
    let start = UInt64(m0 & 0xffff) &+ UInt64(UInt32(bitPattern: o.pointee.immediate))
    forLanes(inside) { lane in
      let at = start &+ UInt64(lane &* 4)
      guard at &+ 4 <= UInt64(pointee.ldsBytes) else {
        stop(self, o, .memory(address: Aperture.shared | at, access: .read, size: 4), lane: lane); return
      }
      host(lane).storeBytes(of: (UnsafeRawPointer(pointee.lds) + Int(at)).loadUnaligned(as: UInt32.self), as: UInt32.self)
    }
  }

  /// All lanes that are on, and those inside, whose host addresses are in the worker's list; nil after a fault.
  @inline(never) @usableFromInline func bufferPlaces(_ o: Op, _ size: Int, _ access: Fault.Access) -> (UInt64, UInt64)? {
    let request = bufferRequest(o)
    if access == .read { noteCoherent(o) }
    let inside = place(request, 0, size)
    guard resolveListed(o, inside, size, access) != nil else { return nil }
    return (request.lanes, inside)
  }

  /// Lanes outside do nothing and get 0.
  @inlinable @inline(__always) public func bufferAtomic32(_ o: Op, operands: Int = 1, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
    guard let inside = bufferAtomicPlaces(o, 4) else { return }
    atomic32(o, on: inside, operands: operands, f)
  }
  @inlinable @inline(__always) public func bufferAtomic64(_ o: Op, operands: Int = 1, _ f: (UInt64, UInt64, UInt64) -> UInt64) {
    guard let inside = bufferAtomicPlaces(o, 8) else { return }
    atomic64(o, on: inside, operands: operands, f)
  }
  @inline(never) @usableFromInline func bufferAtomicPlaces(_ o: Op, _ size: Int) -> UInt64? {
    let request = bufferRequest(o), list = worker(self).pointee.addresses
    noteCoherent(o, always: true)
    let inside = place(request, 0, size)
    var left = inside
    while left != 0 {
      let lane = left.trailingZeroBitCount
      left &= left &- 1
      if list[lane] & UInt64(size - 1) != 0 { stop(self, o, .misaligned(address: list[lane], size: size), lane: lane); return nil }
    }
    guard resolveListed(o, inside, size, .atomic) != nil else { return nil }
    if o.pointee.select & BufferBit.glc != 0 {
      let out = data(o, Int(o.pointee.destination)), outside = request.lanes & ~inside
      forLanes(outside) { lane in out[lane] = 0; if size == 8 { out[64 &+ lane] = 0 } }
    }
    return inside
  }

  // Typed accesses.  MTBUF's format stands in the instruction and its components in order; MUBUF's are the descriptor's.

  private func bufferFormat(_ o: Op, _ request: BufferRequest, typed: Bool) -> DataFormat? {
    guard typed else { return request.resource.format }
    let number = Int(o.pointee.form)
    switch resourceFamily {
    case .gfx9: return DataFormat.gfx9(data: number & 15, number: number >> 4)
    case .gfx11: return number < 64 ? DataFormat.gfx11[number] : nil
    }
  }
  /// An invalid format is as good as outside.  `half`: 16-bit components, two to a register; `high`: the one goes to the upper half.
  @inline(never) public func bufferLoadFormat(_ o: Op, count: Int, typed: Bool = false, half: Bool = false, high: Bool = false) {
    let request = bufferRequest(o)
    noteCoherent(o)
    let format = bufferFormat(o, request, typed: typed)
    let inside = format.map { place(request, 0, $0.bytes) } ?? 0
    if let format { guard resolveListed(o, inside, format.bytes, .read) != nil else { return } }
    let out = data(o, Int(o.pointee.destination))
    forLanes(request.lanes) { lane in
      var element = SIMD4<UInt32>()
      if let format {
        let isInside = inside >> UInt64(lane) & 1 != 0
        if isInside { element = format.decode(host(lane)) }
        if !typed { element = request.resource.selected(element, one: format.one) }
      }
      place(element, count: count, integer: format?.isInteger ?? true, half: half, high: high, out, lane)
    }
    finishFail(o, request.lanes, words: half ? (count + 1) / 2 : count)
  }
  /// lds: the element's first component.
  @inline(never) public func bufferLoadFormatToLDS(_ o: Op, m0: UInt32) {
    let request = bufferRequest(o), format = request.resource.format
    noteCoherent(o)
    let inside = format.map { place(request, 0, $0.bytes) } ?? 0
    if let format { guard resolveListed(o, inside, format.bytes, .read) != nil else { return } }
    let start = UInt64(m0 & 0xffff) &+ UInt64(UInt32(bitPattern: o.pointee.immediate))
    forLanes(request.lanes) { lane in
      let at = start &+ UInt64(lane &* 4)
      guard at &+ 4 <= UInt64(pointee.ldsBytes) else {
        stop(self, o, .memory(address: Aperture.shared | at, access: .write, size: 4), lane: lane); return
      }
      var element = SIMD4<UInt32>()
      if let format {
        if inside >> UInt64(lane) & 1 != 0 { element = format.decode(host(lane)) }
        element = request.resource.selected(element, one: format.one)
      }
      (UnsafeMutableRawPointer(pointee.lds) + Int(at)).storeBytes(of: element[0], as: UInt32.self)
    }
  }
  @inline(never) public func bufferStoreFormat(_ o: Op, count: Int, typed: Bool = false, half: Bool = false, high: Bool = false) {
    let request = bufferRequest(o)
    guard let format = bufferFormat(o, request, typed: typed) else { return }
    let inside = place(request, 0, format.bytes)
    guard resolveListed(o, inside, format.bytes, .write) != nil else { return }
    let from = data(o, Int(o.pointee.source1) &- 256)
    forLanes(inside) { lane in
      var values = components(count: count, integer: format.isInteger, signed: format.kind == .sint, half: half, high: high, from, lane)
      var given = count
      if !typed && request.resource.selectors != 0xfac { values = request.resource.arranged(values); given = 4 }
      format.encode(values, given: given, host(lane))
    }
  }

  /// Components into a lane's registers.
  func place(_ element: SIMD4<UInt32>, count: Int, integer: Bool, half: Bool, high: Bool = false, _ out: Lanes, _ lane: Int) {
    guard half else {
      for index in 0..<count { out[index &* 64 &+ lane] = element[index] }
      return
    }
    for index in 0..<count {
      let bits = integer ? element[index] & 0xffff : UInt32(Float16(Float(bitPattern: element[index])).bitPattern)
      let row = out + (index / 2) * 64, upper = high || index & 1 != 0
      row[lane] = upper ? row[lane] & 0xffff | bits << 16 : row[lane] & 0xffff_0000 | bits
    }
  }
  /// ... and out of them.
  func components(count: Int, integer: Bool, signed: Bool, half: Bool, high: Bool = false, _ from: Lanes, _ lane: Int) -> SIMD4<UInt32> {
    var values = SIMD4<UInt32>()
    for index in 0..<count {
      guard half else { values[index] = from[index &* 64 &+ lane]; continue }
      let word = from[(index / 2) * 64 + lane], bits = high || index & 1 != 0 ? word >> 16 : word & 0xffff
      values[index] =
        !integer ? Float(Float16(bitPattern: UInt16(bits))).bitPattern : signed ? UInt32(bitPattern: Int32(Int16(truncatingIfNeeded: bits))) : bits
    }
    return values
  }
}

extension UnsafePointer<carmine_op> {
  /// gfx9 and gfx10.
  @inlinable @inline(__always) public var loadsToLDS: Bool { pointee.select & BufferBit.lds != 0 }
}
