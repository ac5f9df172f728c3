// What SMEM instructions do to memory: addresses from a base pair or a buffer descriptor, loads, stores, atomics.
// Worker threads only.  Source: AMD CDNA3 ISA, 7 "Scalar Memory Operations"; AMD Vega ISA, 7.
import CSoftGPU
import ISA
import Synchronization

/// A scalar atomic's width, with the host's atomic of the same width.
protocol ScalarWord: FixedWidthInteger {
  static func exchange(_ place: UnsafeMutableRawPointer, _ new: (Self) -> Self) -> Self
}
extension UInt32: ScalarWord {
  @inline(__always) static func exchange(_ place: UnsafeMutableRawPointer, _ new: (UInt32) -> UInt32) -> UInt32 {
    let cell = place.assumingMemoryBound(to: Atomic<UInt32>.self)
    var old = cell.pointee.load(ordering: .relaxed)
    while true {
      let (done, seen) = cell.pointee.compareExchange(expected: old, desired: new(old), ordering: .sequentiallyConsistent)
      if done { return old }
      old = seen
    }
  }
}
extension UInt64: ScalarWord {
  @inline(__always) static func exchange(_ place: UnsafeMutableRawPointer, _ new: (UInt64) -> UInt64) -> UInt64 {
    let cell = place.assumingMemoryBound(to: Atomic<UInt64>.self)
    var old = cell.pointee.load(ordering: .relaxed)
    while true {
      let (done, seen) = cell.pointee.compareExchange(expected: old, desired: new(old), ordering: .sequentiallyConsistent)
      if done { return old }
      old = seen
    }
  }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// An immediate or a register or both; scratch accesses count the register in units of 64 bytes.
  @inline(__always) private func scalarOffset(_ o: Op, unit: UInt64 = 1) -> UInt64 {
    let s = o.pointee.select
    if s & 4 != 0 {
      let fixed = UInt64(bitPattern: Int64(o.pointee.immediate))
      return s & 1 != 0 ? fixed &+ UInt64(s32(o, 1)) &* unit : fixed
    }
    return (s & 1 != 0 ? UInt64(s32(o, 1)) : UInt64(pointee.scalars[Int(o.pointee.immediate & 0x7f)])) &* unit
  }
  @inline(__always) private func scalarAddress(_ o: Op, unit: UInt64 = 1) -> UInt64 {
    (getPair(Int(o.pointee.source0)) &+ scalarOffset(o, unit: unit)) & ~3
  }
  /// Base and size in bytes of the buffer whose descriptor stands in four SGPRs.
  private func scalarBuffer(_ o: Op) -> (base: UInt64, bytes: UInt64) {
    let words = pointee.scalars + Int(o.pointee.source0), stride = UInt64(words[1] >> 16 & 0x3fff)
    return (UInt64(words[0]) | UInt64(words[1] & 0xffff) << 32, UInt64(words[2]) * max(1, stride))
  }
  @inline(__always) private func place(_ o: Op, _ address: UInt64, _ size: Int, _ access: Fault.Access) -> UnsafeMutableRawPointer? {
    guard let host = scalarPlace(address, size, access) else {
      stop(self, o, .memory(address: address, access: access, size: size)); return nil
    }
    return UnsafeMutableRawPointer(bitPattern: UInt(host))
  }

  @inline(__always) func scalarLoad(_ o: Op, _ words: Int, unit: UInt64 = 1) {
    scalarLoad(o, scalarAddress(o, unit: unit), words)
  }
  @inline(__always) func scalarStore(_ o: Op, _ words: Int, unit: UInt64 = 1) {
    guard let to = place(o, scalarAddress(o, unit: unit), words &* 4, .write) else { return }
    Self.write(to, words, pointee.scalars + Int(o.pointee.destination), pitch: 1)
  }
  /// Dwords outside the buffer read as 0 and are not written.
  func scalarBufferLoad(_ o: Op, _ words: Int) {
    let buffer = scalarBuffer(o), offset = scalarOffset(o) & ~3, to = pointee.scalars + Int(o.pointee.destination)
    var values = InlineArray<16, UInt32>(repeating: 0)
    for word in 0..<words {
      let at = offset &+ UInt64(word * 4)
      guard at < buffer.bytes, buffer.bytes - at >= 4 else { continue }
      guard let from = place(o, (buffer.base &+ at) & ~3, 4, .read) else { return }
      values[word] = from.load(as: UInt32.self)
    }
    for word in 0..<words { to[word] = values[word] }
    noteCoherent(o, always: true)
  }
  func scalarBufferStore(_ o: Op, _ words: Int) {
    let buffer = scalarBuffer(o), offset = scalarOffset(o) & ~3
    for word in 0..<words {
      let at = offset &+ UInt64(word * 4)
      guard at < buffer.bytes, buffer.bytes - at >= 4 else { continue }
      guard let to = place(o, (buffer.base &+ at) & ~3, 4, .write) else { return }
      to.storeBytes(of: pointee.scalars[Int(o.pointee.destination) + word], as: UInt32.self)
    }
  }
  /// The old value comes back when the instruction asks for it (glc).
  @inline(__always) func scalarAtomic<T: ScalarWord>(_ o: Op, _: T.Type, buffer isBuffer: Bool, operands: Int = 1, _ f: (T, T, T) -> T) {
    let size = MemoryLayout<T>.size, data = Int(o.pointee.destination)
    func get(_ at: Int) -> T { T(truncatingIfNeeded: size == 4 ? UInt64(pointee.scalars[at]) : getPair(at)) }
    let a = get(data), b = operands > 1 ? get(data &+ size / 4) : 0
    noteCoherent(o, always: true)
    var old: T = 0
    var address = scalarAddress(o), isInside = true
    if isBuffer {
      let buffer = scalarBuffer(o), at = scalarOffset(o) & ~3
      address = buffer.base &+ at
      isInside = at < buffer.bytes && buffer.bytes - at >= UInt64(size)
    }
    if isInside {
      guard address & UInt64(size - 1) == 0 else { stop(self, o, .misaligned(address: address, size: size)); return }
      guard let place = place(o, address, size, .atomic) else { return }
      old = T.exchange(place) { f($0, a, b) }
    }
    guard o.pointee.select & 2 != 0 else { return }
    if size == 4 { pointee.scalars[data] = UInt32(truncatingIfNeeded: old) } else { setPair(data, UInt64(truncatingIfNeeded: old)) }
  }
}
