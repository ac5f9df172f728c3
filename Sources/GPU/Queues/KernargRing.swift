// Kernel arguments of one stream's launches: a ring whose blocks come back as the stream's timeline passes their launches.
// Threads: one at a time (the timeline's lock).  Full: nil, and nothing has moved.
// Blocks start at multiples of 64 bytes and never wrap.

struct KernargRing: ~Copyable {
  static let alignment: UInt64 = 64

  let capacity: UInt64
  /// Bytes taken and given back since the beginning; masked only where memory is touched.
  private(set) var taken: UInt64 = 0
  private(set) var released: UInt64 = 0
  /// Launches in order: the timeline position after which everything before `end` is free.
  private let launches: UnsafeMutablePointer<(position: UInt64, end: UInt64)>
  private let launchCapacity: Int
  private var firstLaunch: UInt64 = 0
  private var nextLaunch: UInt64 = 0

  /// `capacity` bytes, a power of two of at least 64; at most `launchCapacity` (a power of two) launches at a time.
  init(capacity: UInt64, launchCapacity: Int = 4096) {
    precondition(capacity & (capacity - 1) == 0 && launchCapacity & (launchCapacity - 1) == 0)
    self.capacity = capacity
    self.launchCapacity = launchCapacity
    launches = .allocate(capacity: launchCapacity)
  }

  deinit { launches.deallocate() }

  /// The offset of a block of `byteCount` bytes.  Follow with `commit` once the launch has a position.
  @inline(__always)
  mutating func reserve(_ byteCount: UInt64) -> UInt64? {
    let size = (max(byteCount, 1) + Self.alignment - 1) & ~(Self.alignment - 1)
    guard size <= capacity, nextLaunch - firstLaunch < UInt64(launchCapacity) else { return nil }
    let offset = taken & (capacity - 1)
    let skipped = offset + size > capacity ? capacity - offset : 0
    guard taken + skipped + size - released <= capacity else { return nil }
    taken += skipped + size
    return (taken - size) & (capacity - 1)
  }

  /// Where the next block is likely to be.
  var upcoming: UInt64 { taken & (capacity - 1) }

  /// The block just reserved belongs to the work at `position`.
  mutating func commit(position: UInt64) {
    launches[Int(nextLaunch) & (launchCapacity - 1)] = (position, taken)
    nextLaunch += 1
  }

  /// Takes back the blocks of all work up to `position`.
  mutating func reclaim(through position: UInt64) {
    while firstLaunch < nextLaunch {
      let launch = launches[Int(firstLaunch) & (launchCapacity - 1)]
      guard launch.position <= position else { return }
      released = launch.end
      firstLaunch += 1
    }
  }
}
