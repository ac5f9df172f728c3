import Testing

@testable import GPU

@Suite("The ring of kernel arguments")
struct KernargRingTests {
  @Test("Blocks start at multiples of 64 and lie in one segment") func blocks() {
    var ring = KernargRing(capacity: 8 << 10)
    var position: UInt64 = 0
    for size in [1, 64, 65, 200, 500, 1024, 1, 1000, 24, 25] as [UInt64] {
      position += 1
      var offset = ring.reserve(size)
      if offset == nil {
        #expect(ring.advance(submitted: position - 1, completed: 0) == true)
        offset = ring.reserve(size)
      }
      #expect(offset! % 64 == 0 && offset! / 1024 == (offset! + size - 1) / 1024)
    }
  }

  @Test("A full ring refuses and moves nothing; it accepts when the oldest segment's last launch is passed") func full() {
    var ring = KernargRing(capacity: 8 << 10)
    var position: UInt64 = 0
    for segment in 0..<8 as Range<UInt64> {
      if segment > 0 { #expect(ring.advance(submitted: position, completed: 0) == true) }
      for block in 0..<16 as Range<UInt64> {
        position += 1
        #expect(ring.reserve(64) == segment * 1024 + block * 64)
      }
    }
    let upcoming = ring.upcoming
    #expect(ring.reserve(1) == nil && ring.upcoming == upcoming)
    #expect(ring.advance(submitted: position, completed: 15) == false && ring.upcoming == upcoming)
    #expect(ring.advance(submitted: position, completed: 16) == true)
    #expect(ring.reserve(1) == 0)
    // The last segment was left at the last position.
    for _ in 0..<6 { #expect(ring.advance(submitted: position, completed: 112) == true) }
    #expect(ring.advance(submitted: position, completed: 127) == false)
    #expect(ring.advance(submitted: position, completed: 128) == true)
  }

  @Test("More than a segment is refused wherever the ring stands") func tooLarge() {
    var ring = KernargRing(capacity: 8 << 10)
    for _ in 0..<20 {
      #expect(ring.reserve(1025) == nil)
      #expect(ring.advance(submitted: 0, completed: 0) == true)
    }
  }

  @Test("Live blocks never overlap, whatever sizes come") func neverOverlap() {
    var ring = KernargRing(capacity: 8 << 10)
    var live: [(position: UInt64, range: Range<UInt64>)] = []
    var position: UInt64 = 0, completed: UInt64 = 0
    var seed: UInt64 = 88172645463325252
    for _ in 0..<5000 {
      seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17
      let size = seed % 900 + 1
      if let offset = ring.reserve(size) {
        position += 1
        for block in live { #expect(!block.range.overlaps(offset..<(offset + size))) }
        live.append((position, offset..<(offset + size)))
      } else if !ring.advance(submitted: position, completed: completed) {
        #expect(!live.isEmpty)
        completed = live.removeFirst().position
      }
    }
    #expect(position > 1000)
  }
}
