// A hash table from stretches of the source text to values, so that a word that occurs a million times becomes a string once.
// Order: keys are ranges of the one byte array that every call passes; nothing is removed.

struct ByteTable<Value> {
  private struct Entry {
    var hash: UInt64
    var start: Int
    var count: Int
    var value: Value
  }
  private var entries: [Entry] = []
  private var slots: [Int32]  // index into `entries`, -1 when free; a power of two of them, at most half used

  init() { slots = Array(repeating: -1, count: 256) }

  static func hash(_ bytes: [UInt8], _ start: Int, _ end: Int) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for i in start..<end { hash = (hash ^ UInt64(bytes[i])) &* 0x0000_0100_0000_01b3 }
    return hash ^ (hash >> 29)
  }

  /// The value kept for `bytes[start..<end]`, or nil.
  func find(_ hash: UInt64, _ bytes: [UInt8], _ start: Int, _ end: Int) -> Value? {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let index = slots[slot]
      if index < 0 { return nil }
      if entries[Int(index)].hash == hash, entries[Int(index)].count == end - start {
        let other = entries[Int(index)].start
        var i = 0
        while i < end - start, bytes[other + i] == bytes[start + i] { i += 1 }
        if i == end - start { return entries[Int(index)].value }
      }
      slot = (slot + 1) & mask
    }
  }

  /// Keeps a value for a stretch that `find` did not know.
  mutating func insert(_ hash: UInt64, _ start: Int, _ end: Int, _ value: Value) {
    if (entries.count + 1) * 2 > slots.count {
      slots = Array(repeating: -1, count: slots.count * 2)
      for (index, entry) in entries.enumerated() { place(entry.hash, Int32(index)) }
    }
    place(hash, Int32(entries.count))
    entries.append(Entry(hash: hash, start: start, count: end - start, value: value))
  }

  private mutating func place(_ hash: UInt64, _ index: Int32) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 { slot = (slot + 1) & mask }
    slots[slot] = index
  }
}
