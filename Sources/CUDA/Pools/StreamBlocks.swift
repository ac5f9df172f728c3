// The blocks that were freed in one stream, by pool and size.  The stream itself may have them again at once; others must look
// at where in the stream each was freed.
// Threads: any; the lock is this stream's own, so streams that allocate and free each for themselves never meet.
// Order: a pool's lock may be held when this lock is taken, not the other way round.
import GPU

final class StreamBlocks: @unchecked Sendable {  // caches, isRetired: lock
  /// One pool's blocks.
  private struct Cache {
    let pool: UInt64     // serial number
    let heads: UnsafeMutablePointer<PoolBlockPointer?>
    var count = 0
  }

  let timeline: Timeline
  private let lock = Lock()
  private var caches: UnsafeMutablePointer<Cache>
  private var cacheCount = 0
  private var capacity = 2
  private var isRetired = false

  init(timeline: Timeline) {
    self.timeline = timeline
    caches = .allocate(capacity: capacity)
  }

  deinit {
    for index in 0..<cacheCount { caches[index].heads.deallocate() }
    caches.deallocate()
  }

  /// How far into a list of one size the search goes.
  private static let patience = 32

  @inline(__always)
  private func cache(_ pool: UInt64) -> UnsafeMutablePointer<Cache>? {
    for index in 0..<cacheCount where caches[index].pool == pool { return caches + index }
    return nil
  }

  /// A block of at least `byteCount` bytes that this stream freed.
  @inline(__always)
  func take(_ pool: UInt64, _ byteCount: UInt64, bin: Int) -> PoolBlockPointer? {
    lock.lock()
    defer { lock.unlock() }
    guard let cache = cache(pool), cache.pointee.count > 0 else { return nil }
    return Self.unlink(cache, bin) { $0.pointee.byteCount >= byteCount }
  }

  /// The same for another stream: `isReusable` is asked for the place where the block was freed.
  func take(_ pool: UInt64, _ byteCount: UInt64, bin: Int, where isReusable: (UInt64) -> Bool) -> PoolBlockPointer? {
    lock.withLock {
      guard let cache = cache(pool), cache.pointee.count > 0 else { return nil }
      return Self.unlink(cache, bin) { $0.pointee.byteCount >= byteCount && isReusable($0.pointee.position) }
    }
  }

  @inline(__always)
  private static func unlink(_ cache: UnsafeMutablePointer<Cache>, _ bin: Int, where fits: (PoolBlockPointer) -> Bool) -> PoolBlockPointer? {
    var link = cache.pointee.heads + bin
    for _ in 0..<patience {
      guard let block = link.pointee else { return nil }
      if fits(block) {
        link.pointee = block.pointee.next
        cache.pointee.count -= 1
        return block
      }
      link = nextField(block)
    }
    return nil
  }

  @inline(__always)
  private static func nextField(_ block: PoolBlockPointer) -> UnsafeMutablePointer<PoolBlockPointer?> {
    (UnsafeMutableRawPointer(block) + nextOffset).assumingMemoryBound(to: PoolBlockPointer?.self)
  }
  private static let nextOffset = {
    let probe = PoolBlockPointer.allocate(capacity: 1)
    defer { probe.deallocate() }
    return withUnsafeMutablePointer(to: &probe.pointee.next) { UnsafeMutableRawPointer($0) - UnsafeMutableRawPointer(probe) }
  }()

  /// Keeps a freed block.  `.isNew`: the pool has to hear of this stream; `.isRetired`: the stream has ended.
  enum Kept { case known, isNew, isRetired }
  @inline(__always)
  func put(_ block: PoolBlockPointer, pool: UInt64, bin: Int) -> Kept {
    lock.lock()
    defer { lock.unlock() }
    if isRetired { return .isRetired }
    var isNew = false
    let place: UnsafeMutablePointer<Cache>
    if let found = cache(pool) { place = found } else {
      place = addCache(pool)
      isNew = true
    }
    block.pointee.next = place.pointee.heads[bin]
    place.pointee.heads[bin] = block
    place.pointee.count += 1
    return isNew ? .isNew : .known
  }

  @inline(never)
  private func addCache(_ pool: UInt64) -> UnsafeMutablePointer<Cache> {
    if cacheCount == capacity {
      let larger = UnsafeMutablePointer<Cache>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: caches, count: cacheCount)
      caches.deallocate()
      caches = larger
      capacity *= 2
    }
    let heads = UnsafeMutablePointer<PoolBlockPointer?>.allocate(capacity: PoolSize.binCount)
    heads.initialize(repeating: nil, count: PoolSize.binCount)
    (caches + cacheCount).initialize(to: Cache(pool: pool, heads: heads))
    cacheCount += 1
    return caches + (cacheCount - 1)
  }

  /// Takes out the blocks that `isWanted` says so of; they are chained by `next`.
  func remove(_ pool: UInt64, where isWanted: (PoolBlockPointer) -> Bool) -> PoolBlockPointer? {
    lock.withLock {
      guard let cache = cache(pool), cache.pointee.count > 0 else { return nil }
      var chain: PoolBlockPointer?
      for bin in 0..<PoolSize.binCount {
        var link = cache.pointee.heads + bin
        while let block = link.pointee {
          guard isWanted(block) else {
            link = Self.nextField(block)
            continue
          }
          link.pointee = block.pointee.next
          cache.pointee.count -= 1
          block.pointee.next = chain
          chain = block
        }
      }
      return chain
    }
  }

  /// The pool is gone; its blocks are out already.
  func forget(_ pool: UInt64) {
    lock.withLock {
      guard let cache = cache(pool), cache.pointee.count == 0 else { return }
      cache.pointee.heads.deallocate()
      let index = cache - caches
      cacheCount -= 1
      if index < cacheCount { caches[index] = caches[cacheCount] }
    }
  }

  /// The stream has ended: nothing is kept here from now on.
  func retire() -> [UInt64] {
    lock.withLock {
      isRetired = true
      return (0..<cacheCount).map { caches[$0].pool }
    }
  }
}

/// Sizes, and lists by size.
enum PoolSize {
  /// Sizes are rounded so that blocks are reused: to 512 bytes, above 1 MiB to 64 KiB.
  @inline(__always)
  static func rounded(_ byteCount: UInt64) -> UInt64 {
    let unit: UInt64 = byteCount > 1 << 20 ? 65536 : 512
    return (byteCount &+ unit &- 1) & ~(unit &- 1)
  }

  /// A list holds sizes that differ by less than a quarter: up to 4 KiB one size each, then four lists to a power of two.
  @inline(__always)
  static func bin(_ rounded: UInt64) -> Int {
    let units = rounded >> 9
    if units < 8 { return Int(units) }
    let exponent = 63 - units.leadingZeroBitCount
    return 8 + (exponent - 3) * 4 + Int(units >> UInt64(exponent - 2) & 3)
  }
  static let binCount = 8 + (48 - 9 - 3) * 4
}
