// Kernel arguments of one stream's launches: a ring of segments, each of which is free again when the stream's timeline has passed the
// last launch that has arguments in it.
// Threads: one at a time (the timeline's lock).  Full: nil, and nothing has moved.
// Blocks start at multiples of 64 bytes and lie in one segment.

struct KernargRing: ~Copyable {
  static let alignment: UInt64 = 64
  static let segmentCount: UInt64 = 8

  let segmentSize: UInt64
  /// Where the next block is likely to be.
  private(set) var upcoming: UInt64 = 0
  /// Of the segment that it is in.
  private var end: UInt64
  /// The timeline's position at which a segment was left: after it, the segment is free.
  private var left: [8 of UInt64] = .init(repeating: 0)

  /// `capacity` bytes, a multiple of 512; at most an eighth of it for one launch.
  init(capacity: UInt64) {
    precondition(capacity > 0 && capacity % (Self.segmentCount * Self.alignment) == 0)
    segmentSize = capacity / Self.segmentCount
    end = segmentSize
  }

  /// The offset of a block of `byteCount` bytes; nil where the segment has no room: `advance` then.
  @inline(__always)
  mutating func reserve(_ byteCount: UInt64) -> UInt64? {
    let size = (byteCount &+ (Self.alignment - 1)) & ~(Self.alignment - 1), offset = upcoming
    guard size <= end &- offset else { return nil }
    upcoming = offset &+ size
    return offset
  }

  /// Goes on in the next segment.  `submitted`: the last position that has arguments here.
  /// False while the timeline has not `completed` what has arguments there.
  mutating func advance(submitted: UInt64, completed: UInt64) -> Bool {
    let here = end / segmentSize - 1, next = (here + 1) % Self.segmentCount
    guard left[Int(next)] <= completed else { return false }
    left[Int(here)] = submitted
    upcoming = next * segmentSize
    end = upcoming + segmentSize
    return true
  }
}
