// The read-modify-write operations that ATOMIC packets of both engines name by the texture cache's numbers.
// Source: enum TC_OP of AMD's public register headers (soc15, navi10 and soc21 number them alike).
import ISA
import Synchronization

struct PacketAtomic {
  enum Operation { case swap, compareSwap, add, subtract, signedMin, unsignedMin, signedMax, unsignedMax, and, or, xor, increment, decrement }
  let operation: Operation
  let is64: Bool

  /// nil for numbers that are no integer operation.  0x00 to 0x3f return the old value, 0x40 to 0x7f don't.
  init?(_ code: UInt32) {
    is64 = code & 0x20 != 0
    switch code & 0x1f {
    case 0x07: operation = .swap
    case 0x08: operation = .compareSwap
    case 0x0f: operation = .add
    case 0x10: operation = .subtract
    case 0x11: operation = .signedMin
    case 0x12: operation = .unsignedMin
    case 0x13: operation = .signedMax
    case 0x14: operation = .unsignedMax
    case 0x15: operation = .and
    case 0x16: operation = .or
    case 0x17: operation = .xor
    case 0x18: operation = .increment
    case 0x19: operation = .decrement
    default: return nil
    }
  }
  var bytes: Int { is64 ? 8 : 4 }

  /// What memory holds afterwards.
  func apply<T: FixedWidthInteger & UnsignedInteger>(_ old: T, _ source: T, _ compare: T) -> T {
    func signed(_ value: T) -> Int64 { T.bitWidth == 64 ? Int64(truncatingIfNeeded: value) : Int64(Int32(truncatingIfNeeded: value)) }
    return switch operation {
    case .swap: source
    case .compareSwap: old == compare ? source : old
    case .add: old &+ source
    case .subtract: old &- source
    case .signedMin: signed(old) < signed(source) ? old : source
    case .unsignedMin: min(old, source)
    case .signedMax: signed(old) > signed(source) ? old : source
    case .unsignedMax: max(old, source)
    case .and: old & source
    case .or: old | source
    case .xor: old ^ source
    case .increment: old >= source ? 0 : old + 1
    case .decrement: old == 0 || old > source ? source : old - 1
    }
  }

  /// Does it; the value from before, and for a compare-and-swap whether it stored.
  func perform(_ address: UInt64, source: UInt64, compare: UInt64, _ thread: QueueThread) throws(PacketStop) -> (old: UInt64, stored: Bool) {
    guard address & UInt64(bytes - 1) == 0 else { throw .fault(Fault(cause: .misaligned(address: address, size: bytes))) }
    let host = try thread.host(address, bytes, .atomic)
    defer { thread.caches?.noteWrite() }
    if is64 {
      var old = host.atomic64().pointee.load(ordering: .acquiring)
      while true {
        let new = apply(old, source, compare)
        let (exchanged, original) = host.atomic64().pointee.compareExchange(expected: old, desired: new, ordering: .sequentiallyConsistent)
        if exchanged { return (old, operation != .compareSwap || old == compare) }
        old = original
      }
    }
    let source = UInt32(truncatingIfNeeded: source), compare = UInt32(truncatingIfNeeded: compare)
    var old = host.atomic32().pointee.load(ordering: .acquiring)
    while true {
      let new = apply(old, source, compare)
      let (exchanged, original) = host.atomic32().pointee.compareExchange(expected: old, desired: new, ordering: .sequentiallyConsistent)
      if exchanged { return (UInt64(old), operation != .compareSwap || old == compare) }
      old = original
    }
  }
}
