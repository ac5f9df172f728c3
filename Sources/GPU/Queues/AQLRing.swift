// The ring of AQL packets that host and GPU share.
// Threads: `reserve`, one at a time (the queue's lock); `publish`, whoever reserved the slot.
// Order: the releasing store of a packet's first word publishes the packet, its kernargs and all host writes before it.
// Full: `reserve` gives nil, and nothing has moved.
// Source: HSA Platform System Architecture 1.2, 2.8 (user mode queuing).
import Synchronization

/// A packet's place since the queue began; masked only where memory is touched.
struct PacketID: Equatable, Comparable, Sendable {
  var rawValue: UInt64
  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

struct AQLRing: @unchecked Sendable {  // pointers to memory that outlives every user
  private let slots: UnsafeMutableRawPointer
  let capacity: UInt64
  private let mask: UInt64
  /// Next packet to be reserved.  Host writes; GPU reads it as a hint.
  private let written: UnsafeMutablePointer<Atomic<UInt64>>
  /// Packets below it are consumed and their slots free.  GPU writes.
  private let read: UnsafeMutablePointer<Atomic<UInt64>>
  /// What `read` was when it was last looked at: while there is room behind it, the line that the GPU writes stays where it is.
  private var consumed: UInt64

  /// `capacity` packets, a power of two; every slot is made INVALID.
  init(slots: UnsafeMutableRawPointer, capacity: UInt64, written: UnsafeMutableRawPointer, read: UnsafeMutableRawPointer) {
    precondition(capacity & (capacity - 1) == 0 && capacity > 0)
    self.slots = slots
    self.capacity = capacity
    mask = capacity - 1
    self.written = written.assumingMemoryBound(to: Atomic<UInt64>.self)
    self.read = read.assumingMemoryBound(to: Atomic<UInt64>.self)
    consumed = self.read.pointee.load(ordering: .relaxed)
    for slot in 0..<Int(capacity) {
      (slots + slot * Packets.byteCount).storeBytes(of: UInt32(PacketHeader.Kind.invalid.rawValue), as: UInt32.self)
    }
  }

  /// Takes `count` consecutive packets, or nil when so many are not free.
  mutating func reserve(_ count: UInt64) -> PacketID? {
    let next = written.pointee.load(ordering: .relaxed)
    if next &+ count &- consumed > capacity {
      consumed = read.pointee.load(ordering: .acquiring)
      guard next &+ count &- consumed <= capacity else { return nil }
    }
    written.pointee.store(next &+ count, ordering: .relaxed)
    return PacketID(rawValue: next)
  }

  /// The 64 bytes of a reserved packet.
  func packet(_ id: PacketID) -> UnsafeMutableRawPointer { slots + Int(truncatingIfNeeded: id.rawValue & mask) &* Packets.byteCount }

  /// Hands a filled packet to the GPU; `word` is what the emitter returned.
  func publish(_ id: PacketID, word: UInt32) {
    packet(id).assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(word, ordering: .releasing)
  }
}
