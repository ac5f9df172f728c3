import Synchronization
import Testing

@testable import GPU

/// A ring on plain memory, with the test playing the packet processor.
private final class TestRing {
  let memory: UnsafeMutableRawPointer
  let indices: UnsafeMutablePointer<UInt64>
  var ring: AQLRing

  init(capacity: UInt64, startingAt start: UInt64) {
    memory = .allocate(byteCount: Int(capacity) * 64, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: Int(capacity) * 64)
    indices = .allocate(capacity: 2)
    indices[0] = start
    indices[1] = start
    ring = AQLRing(slots: memory, capacity: capacity, written: indices, read: indices + 1)
  }
  deinit {
    memory.deallocate()
    indices.deallocate()
  }
  var written: UInt64 { indices[0] }
  func consume(_ count: UInt64) { indices[1] += count }
  func header(_ slot: Int) -> UInt32 { memory.load(fromByteOffset: slot * 64, as: UInt32.self) }
}

@Suite("The ring of AQL packets")
struct AQLRingTests {
  @Test("Every slot of a new ring is INVALID") func startsInvalid() {
    let ring = TestRing(capacity: 8, startingAt: 0)
    for slot in 0..<8 { #expect(ring.header(slot) == 1) }
  }

  @Test("A full ring refuses, moves nothing, and accepts again once packets are consumed", arguments: 0..<8 as Range<UInt64>)
  func refusesWhenFull(start: UInt64) {
    let ring = TestRing(capacity: 8, startingAt: start)
    #expect(ring.ring.reserve(8)?.rawValue == start)
    #expect(ring.ring.reserve(1) == nil)
    #expect(ring.written == start + 8)
    ring.consume(3)
    #expect(ring.ring.reserve(4) == nil)
    #expect(ring.ring.reserve(3)?.rawValue == start + 8)
  }

  @Test("Packets wrap to the ring's first slot", arguments: 0..<8 as Range<UInt64>)
  func wraps(start: UInt64) {
    let ring = TestRing(capacity: 8, startingAt: start)
    for step in 0..<24 as Range<UInt64> {
      let id = ring.ring.reserve(1)!
      #expect(ring.ring.packet(id) == ring.memory + Int((start + step) % 8) * 64)
      ring.ring.publish(id, word: 0x0302)
      #expect(ring.header(Int((start + step) % 8)) == 0x0302)
      ring.consume(1)
    }
  }

  private final class Guarded: @unchecked Sendable {
    let ring = TestRing(capacity: 1 << 14, startingAt: 3)
    let lock = Lock()
    func reserve(_ count: UInt64) -> UInt64 { lock.withLock { ring.ring.reserve(count)!.rawValue } }
  }

  @Test("Two threads that take the lock never get the same packet") func reservesOnce() async {
    let guarded = Guarded(), ring = guarded.ring
    let taken = await withTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<2 { group.addTask { (0..<4096).map { _ in guarded.reserve(2) } } }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(taken).count == 8192)
    #expect(ring.written == 3 + 16384)
  }
}
