import Testing

@testable import GPU

@Suite("The ring of kernel arguments")
struct KernargRingTests {
  @Test("Blocks start at multiples of 64 and never wrap, from every position", arguments: 0..<16)
  func blocks(start: Int) {
    var ring = KernargRing(capacity: 1024, launchCapacity: 64)
    var position: UInt64 = 0
    for _ in 0..<start {   // moves the ring's beginning by 64 bytes each
      position += 1
      #expect(ring.reserve(1) != nil)
      ring.commit(position: position)
    }
    ring.reclaim(through: position)
    for size in [1, 64, 65, 200, 500] as [UInt64] {   // up to half: larger ones may have to skip the rest of the ring
      position += 1
      guard let offset = ring.reserve(size) else {
        // Refusal is right only when the block cannot follow what is taken without wrapping.
        Issue.record("\(size) bytes were refused by an empty ring of 1024 at \(ring.taken)")
        continue
      }
      #expect(offset % 64 == 0 && offset + size <= 1024)
      ring.commit(position: position)
      ring.reclaim(through: position)
      #expect(ring.released == ring.taken)
    }
  }

  @Test("A full ring refuses and moves nothing; it accepts when the oldest launch is passed") func full() {
    var ring = KernargRing(capacity: 256, launchCapacity: 64)
    for position in 1...4 as ClosedRange<UInt64> {
      #expect(ring.reserve(64) == (position - 1) * 64)
      ring.commit(position: position)
    }
    let taken = ring.taken
    #expect(ring.reserve(1) == nil && ring.taken == taken)
    ring.reclaim(through: 0)
    #expect(ring.reserve(1) == nil)
    ring.reclaim(through: 1)
    #expect(ring.reserve(65) == nil)
    #expect(ring.reserve(64) == 0)
  }

  @Test("No more launches are admitted than can be remembered") func launches() {
    var ring = KernargRing(capacity: 1 << 16, launchCapacity: 4)
    for position in 1...4 as ClosedRange<UInt64> {
      #expect(ring.reserve(64) != nil)
      ring.commit(position: position)
    }
    #expect(ring.reserve(64) == nil)
    ring.reclaim(through: 2)
    #expect(ring.reserve(64) != nil)
  }

  @Test("Live blocks never overlap, whatever sizes come") func neverOverlap() {
    var ring = KernargRing(capacity: 4096, launchCapacity: 64)
    var live: [(position: UInt64, range: Range<UInt64>)] = []
    var position: UInt64 = 0
    var seed: UInt64 = 88172645463325252
    for _ in 0..<5000 {
      seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17
      let size = seed % 900 + 1
      if let offset = ring.reserve(size) {
        position += 1
        ring.commit(position: position)
        for block in live { #expect(!block.range.overlaps(offset..<(offset + size))) }
        live.append((position, offset..<(offset + size)))
      } else {
        #expect(!live.isEmpty)
        let done = live.removeFirst().position
        ring.reclaim(through: done)
      }
    }
    #expect(position > 1000)
  }
}
