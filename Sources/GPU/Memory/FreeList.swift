// Free ranges of one chunk: first fit, neighbours joined.  Plain numbers, no memory touched.

struct FreeList: Sendable {
  struct Range: Sendable, Equatable { var start, count: UInt64 }

  /// Sorted, not empty, not touching each other.
  private(set) var ranges: [Range]
  let capacity: UInt64
  private(set) var freeCount: UInt64

  init(capacity: UInt64) {
    self.capacity = capacity
    ranges = [Range(start: 0, count: capacity)]
    freeCount = capacity
  }

  var isWhole: Bool { freeCount == capacity }

  /// The start of `count` units at a multiple of `alignment` (a power of two); nil when no range is large enough.
  mutating func allocate(_ count: UInt64, alignment: UInt64 = 1) -> UInt64? {
    guard count <= freeCount else { return nil }
    for index in ranges.indices {
      let range = ranges[index]
      let start = (range.start + alignment - 1) & ~(alignment - 1)
      let skipped = start - range.start
      guard range.count >= skipped + count else { continue }
      let rest = range.count - skipped - count
      switch (skipped, rest) {
      case (0, 0): ranges.remove(at: index)
      case (0, _): ranges[index] = Range(start: start + count, count: rest)
      case (_, 0): ranges[index].count = skipped
      default:
        ranges[index].count = skipped
        ranges.insert(Range(start: start + count, count: rest), at: index + 1)
      }
      freeCount -= count
      return start
    }
    return nil
  }

  /// Gives a range back that `allocate` returned.
  mutating func free(_ start: UInt64, _ count: UInt64) {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].start < start { low = middle + 1 } else { high = middle }
    }
    let joinsBefore = low > 0 && ranges[low - 1].start + ranges[low - 1].count == start
    let joinsAfter = low < ranges.count && start + count == ranges[low].start
    switch (joinsBefore, joinsAfter) {
    case (true, true):
      ranges[low - 1].count += count + ranges[low].count
      ranges.remove(at: low)
    case (true, false): ranges[low - 1].count += count
    case (false, true): ranges[low] = Range(start: start, count: count + ranges[low].count)
    case (false, false): ranges.insert(Range(start: start, count: count), at: low)
    }
    freeCount += count
  }

  /// Sorted, disjoint, not touching, and adding up.
  func checkInvariants() -> Bool {
    var end: UInt64?
    var sum: UInt64 = 0
    for range in ranges {
      guard range.count > 0, range.start + range.count <= capacity else { return false }
      if let end, range.start <= end { return false }
      end = range.start + range.count
      sum += range.count
    }
    return sum == freeCount
  }
}
