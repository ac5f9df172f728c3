import Testing

@testable import GPU

@Suite("Free lists and address maps")
struct MemoryStructuresTests {
  @Test("Whatever order blocks are freed in, a chunk is whole again", arguments: 0..<24)
  func freeInEveryOrder(permutation: Int) {
    var list = FreeList(capacity: 1024)
    let blocks = (0..<4).map { _ in list.allocate(256)! }
    #expect(list.freeCount == 0 && list.allocate(1) == nil)
    var rest = blocks
    var number = permutation
    for radix in stride(from: 4, to: 0, by: -1) {
      list.free(rest.remove(at: number % radix), 256)
      number /= radix
      #expect(list.checkInvariants())
    }
    #expect(list.isWhole && list.ranges == [.init(start: 0, count: 1024)])
  }

  @Test("Alignment skips bytes and gives them to others") func alignment() {
    var list = FreeList(capacity: 1024)
    #expect(list.allocate(16) == 0)
    #expect(list.allocate(64, alignment: 256) == 256)
    #expect(list.allocate(240) == 16)
    #expect(list.checkInvariants())
    #expect(list.freeCount == 1024 - 16 - 64 - 240)
  }

  @Test("Random use keeps the list sorted, disjoint and adding up") func randomUse() {
    var list = FreeList(capacity: 1 << 16)
    var live: [(UInt64, UInt64)] = []
    var seed: UInt64 = 2463534242
    for _ in 0..<4000 {
      seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17
      if seed & 1 == 0, let start = list.allocate(seed % 3000 + 1, alignment: 1 << (seed >> 32 & 7)) {
        for other in live { #expect(start + seed % 3000 + 1 <= other.0 || other.0 + other.1 <= start) }
        live.append((start, seed % 3000 + 1))
      } else if !live.isEmpty {
        let block = live.remove(at: Int(seed >> 8) % live.count)
        list.free(block.0, block.1)
      }
      #expect(list.checkInvariants())
    }
    for block in live { list.free(block.0, block.1) }
    #expect(list.isWhole)
  }

  @Test("An address is found in its range and nowhere else") func addressMap() {
    var map = AddressMap<String>()
    map.insert(0x2000, 0x100, "b")
    map.insert(0x1000, 0x10, "a")
    map.insert(0x2100, 1, "c")
    for (address, expected) in [(0xfff, nil), (0x1000, "a"), (0x100f, "a"), (0x1010, nil), (0x20ff, "b"), (0x2100, "c"), (0x2101, nil)] as [(UInt64, String?)] {
      #expect(map.find(address)?.value == expected)
    }
    #expect(map.overlaps(0x1010, 0xff0) == false)
    #expect(map.overlaps(0x1010, 0xff1) && map.overlaps(0x1008, 1) && map.overlaps(0, 0x10000))
    #expect(map.remove(0x2001) == nil)
    #expect(map.remove(0x2000) == "b" && map.find(0x2000) == nil && map.find(0x2100)?.value == "c")
  }
}
