// What one device may touch in one process: ranges of GPU addresses, each backed by host memory, with permissions.
//
// Threads: map, unmap, translate and nearest may be called by any thread.  Writers take a lock and publish an immutable, sorted
// snapshot by one releasing store; readers (worker threads of the compute engine) look it up without a lock.
// Order: a reader announces the version that it works with each time it passes a quiescent point (`Reader.refresh`).  `unmap`
// publishes the snapshot without the range first, then waits until no reader works with an older version, then returns: from
// then on the host memory may be freed.  A thread that calls `translate` itself holds no such protection: whoever unmaps must
// not do so while a packet that needs the range is being processed, as on the real machine.
// Source: the design's rule that an address is legal only inside a range mapped for this device.
import CSoftGPU
import Glibc
import Synchronization

public struct Permissions: OptionSet, Sendable {
  public let rawValue: UInt8
  public static let read = Permissions(rawValue: 1)
  public static let write = Permissions(rawValue: 2)
  public static let execute = Permissions(rawValue: 4)
  /// Lanes may access the memory at once: strict mode's caches are not between.
  public static let plain = Permissions(rawValue: 8)
  public static let all: Permissions = [.read, .write, .execute]

  /// What an access needs.
  public init(for access: Fault.Access) {
    switch access {
    case .read: self = .read
    case .write: self = .write
    case .execute: self = .execute
    case .atomic: self = [.read, .write]
    }
  }
  public init(rawValue: UInt8) { self.rawValue = rawValue }
}

public final class AddressSpace: @unchecked Sendable {
  /// One mapped range.  `delta` added to a GPU address gives the host address.
  public struct Range {
    public var start: UInt64
    public var end: UInt64              // one past the last byte
    public var delta: UInt64            // host address - GPU address, modulo 2^64
    public var permissions: Permissions
    public var allocation: UInt64       // whatever handle the mapping side gave
    public var traits = MemoryTraits.coherent
    /// Strict mode: what L2 holds of it, if it caches such memory.
    public var cached: UnsafeMutablePointer<CachedRange>?
  }

  /// An immutable, sorted list of ranges; lives until no reader can see it.
  public struct Snapshot {
    public let version: UInt64
    public let count: Int
    public let ranges: UnsafeMutablePointer<Range>

    @inlinable @inline(__always) public func find(_ address: UInt64) -> UnsafeMutablePointer<Range>? {
      var low = 0, high = count    // first range whose start is above address
      while low < high {
        let middle = (low &+ high) >> 1
        if ranges[middle].start <= address { low = middle &+ 1 } else { high = middle }
      }
      guard low > 0, address < ranges[low &- 1].end else { return nil }
      return ranges + (low &- 1)
    }
  }

  /// A reader's published version (0: not reading) and its small translation cache.  Owned by one thread.
  public struct Reader {
    @usableFromInline let seen: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let owner: UnsafeMutablePointer<Atomic<UInt>>     // the current snapshot, as the space publishes it
    fileprivate let resolver: UnsafeMutablePointer<Resolver?>
    @usableFromInline var snapshot: UnsafeMutablePointer<Snapshot>?
    @usableFromInline var cache = (Reader.none, Reader.none, Reader.none, Reader.none)
    @usableFromInline var turn = 0
    private static var none: Range { Range(start: 1, end: 0, delta: 0, permissions: [], allocation: 0) }

    fileprivate init(
      seen: UnsafeMutablePointer<Atomic<UInt64>>, owner: UnsafeMutablePointer<Atomic<UInt>>, resolver: UnsafeMutablePointer<Resolver?>
    ) {
      self.seen = seen; self.owner = owner; self.resolver = resolver
    }

    /// A quiescent point: no translation obtained before is used after it.  True if the mappings changed since the last one.
    @inlinable @inline(__always) public mutating func refresh() -> Bool {
      let now = owner.pointee.load(ordering: .acquiring)
      if let snapshot, UInt(bitPattern: snapshot) == now { return false }
      renew(); return true
    }
    @inline(never) @usableFromInline mutating func renew() {
      // Announce, then look again: a writer that published in between waits for a version that we have not yet announced,
      // or has seen our announcement.
      while true {
        let now = UnsafeMutablePointer<Snapshot>(bitPattern: owner.pointee.load(ordering: .sequentiallyConsistent))!
        // Dereferencing `now` is safe: a snapshot is freed only when every reader announced a later version or none at all,
        // and `none at all` is covered by announcing the lowest version first.
        if snapshot == nil {
          seen.pointee.store(1, ordering: .sequentiallyConsistent)
          snapshot = UnsafeMutablePointer<Snapshot>(bitPattern: owner.pointee.load(ordering: .sequentiallyConsistent))!
          seen.pointee.store(snapshot!.pointee.version, ordering: .sequentiallyConsistent)
        } else {
          snapshot = now
          seen.pointee.store(now.pointee.version, ordering: .sequentiallyConsistent)
        }
        if owner.pointee.load(ordering: .sequentiallyConsistent) == UInt(bitPattern: snapshot!) { break }
      }
      cache = (Reader.none, Reader.none, Reader.none, Reader.none)
    }
    /// The thread goes idle: nobody waits for it.  `refresh` begins again.
    public mutating func leave() {
      snapshot = nil
      cache = (Reader.none, Reader.none, Reader.none, Reader.none)
      seen.pointee.store(0, ordering: .sequentiallyConsistent)
    }

    /// The range that holds `address`, if there is one (of any permission).  Valid until the next quiescent point.
    @inlinable @inline(__always) public mutating func range(_ address: UInt64) -> Range? {
      if address >= cache.0.start && address < cache.0.end { return cache.0 }
      return older(address)
    }
    @inline(never) @usableFromInline mutating func older(_ address: UInt64) -> Range? {
      if address >= cache.1.start && address < cache.1.end { swap(&cache.0, &cache.1); return cache.0 }
      if address >= cache.2.start && address < cache.2.end { swap(&cache.0, &cache.2); return cache.0 }
      if address >= cache.3.start && address < cache.3.end { swap(&cache.0, &cache.3); return cache.0 }
      // A range mapped since the last quiescent point counts too; its snapshot outlives our announced, older version.
      let newest = UnsafeMutablePointer<Snapshot>(bitPattern: owner.pointee.load(ordering: .acquiring))!
      guard let found = newest.pointee.find(address) ?? resolved(address) else { return nil }
      switch turn {
      case 0: cache.1 = cache.0
      case 1: cache.2 = cache.0
      default: cache.3 = cache.0
      }
      turn = turn == 2 ? 0 : turn + 1
      cache.0 = found.pointee
      return found.pointee
    }
    /// A page fault: whoever answers for the space may map the address now.
    private func resolved(_ address: UInt64) -> UnsafeMutablePointer<Range>? {
      guard let resolve = resolver.pointee, resolve(address) else { return nil }
      return UnsafeMutablePointer<Snapshot>(bitPattern: owner.pointee.load(ordering: .acquiring))!.pointee.find(address)
    }
  }
  /// Maps what an address needs; false if there is nothing to map.  Called by readers, so it must not wait for one.
  public typealias Resolver = @Sendable (UInt64) -> Bool

  private let current: UnsafeMutablePointer<Atomic<UInt>>
  private let resolver: UnsafeMutablePointer<Resolver?>
  private var lock = pthread_mutex_t()
  private var readers: [UnsafeMutablePointer<Atomic<UInt64>>] = []
  private var retired: [UnsafeMutablePointer<Snapshot>] = []
  private var version: UInt64 = 1
  /// Strict mode: the device's caches; set before the first mapping.
  public let caches: DeviceCaches?
  private var views: [UnsafeMutablePointer<CachedRange>] = []

  public init(caches: DeviceCaches? = nil) {
    self.caches = caches
    current = .allocate(capacity: 1)
    current.initialize(to: Atomic(0))
    resolver = .allocate(capacity: 1)
    resolver.initialize(to: nil)
    pthread_mutex_init(&lock, nil)
    publish([])
  }
  deinit {
    for view in views { view.pointee.destroy(); view.deallocate() }
    for snapshot in retired { free(snapshot) }
    if let snapshot = UnsafeMutablePointer<Snapshot>(bitPattern: current.pointee.load(ordering: .relaxed)) { free(snapshot) }
    for reader in readers { reader.deinitialize(count: 1); reader.deallocate() }
    current.deinitialize(count: 1); current.deallocate()
    resolver.deinitialize(count: 1); resolver.deallocate()
    pthread_mutex_destroy(&lock)
  }

  /// Makes `size` bytes at `gpuAddress` legal for this device, replacing what was mapped there.
  /// `traits` matter in strict mode; `owner`: the caches of the device whose memory it is, when that is another one.
  public func map(
    gpuAddress: UInt64, size: UInt64, host: UnsafeMutableRawPointer, permissions: Permissions, allocation: UInt64,
    traits: MemoryTraits = .coherent, owner: DeviceCaches? = nil
  ) {
    guard size > 0 else { return }
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    var list = without(gpuAddress, gpuAddress &+ size)
    let at = list.firstIndex { $0.start > gpuAddress } ?? list.count
    var range = Range(
      start: gpuAddress, end: gpuAddress &+ size, delta: UInt64(UInt(bitPattern: host)) &- gpuAddress,
      permissions: caches == nil ? permissions.union(.plain) : permissions.subtracting(.plain), allocation: allocation, traits: traits)
    if let caches, (gpuAddress | size) & 4095 == 0 {
      if let view = views.first(where: { $0.pointee.memory == host && $0.pointee.size == size }) {
        range.cached = view
      } else if let view = caches.makeRange(size: size, memory: host, traits: traits, owner: owner) {
        range.cached = view
        views.append(view)
      }
    }
    list.insert(range, at: at)
    publish(list)
    reclaim()
  }

  /// Who is asked about addresses that are not mapped.  Set while no reader works.
  public func setResolver(_ new: Resolver?) { resolver.pointee = new }

  /// Makes the range illegal; returns only when no worker can still be using the translation.
  /// Not from a worker thread: it would wait for itself.
  public func unmap(gpuAddress: UInt64, size: UInt64) {
    pthread_mutex_lock(&lock)
    publish(without(gpuAddress, gpuAddress &+ size))
    let target = version
    var spins = 0
    while readers.contains(where: { let seen = $0.pointee.load(ordering: .sequentiallyConsistent); return seen != 0 && seen < target }) {
      // Not under the lock: a reader may be mapping what it has missed.
      pthread_mutex_unlock(&lock)
      spins += 1
      if spins < 1000 { carmine_pause() } else { usleep(20) }
      pthread_mutex_lock(&lock)
    }
    reclaim()
    if !views.isEmpty { retireViews() }
    pthread_mutex_unlock(&lock)
  }

  /// The host address of `size` bytes that are all legal for `access`, or nil.  For threads that are not readers.
  public func translate(_ address: UInt64, _ size: Int, _ access: Fault.Access) -> UnsafeMutableRawPointer? {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let snapshot = UnsafeMutablePointer<Snapshot>(bitPattern: current.pointee.load(ordering: .relaxed))!
    let needs = Permissions(for: access)
    guard size >= 0, let first = snapshot.pointee.find(address), first.pointee.permissions.isSuperset(of: needs) else { return nil }
    // An access may run over the seam of two ranges when their host memory is contiguous too.
    var end = first.pointee.end
    while address &+ UInt64(size) > end {
      guard let next = snapshot.pointee.find(end), next.pointee.delta == first.pointee.delta,
        next.pointee.permissions.isSuperset(of: needs)
      else { return nil }
      end = next.pointee.end
    }
    return UnsafeMutableRawPointer(bitPattern: UInt(address &+ first.pointee.delta))
  }

  /// Whether any of these addresses is mapped.
  public func overlaps(_ start: UInt64, _ size: UInt64) -> Bool {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let snapshot = UnsafeMutablePointer<Snapshot>(bitPattern: current.pointee.load(ordering: .relaxed))!.pointee
    var low = 0, high = snapshot.count    // the first range that ends above `start`
    while low < high {
      let middle = (low &+ high) >> 1
      if snapshot.ranges[middle].end <= start { low = middle &+ 1 } else { high = middle }
    }
    return low < snapshot.count && snapshot.ranges[low].start < start &+ size
  }

  /// The mapped range that holds `address` or lies nearest to it.
  public func nearest(to address: UInt64) -> (start: UInt64, size: UInt64, allocation: UInt64)? {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let snapshot = UnsafeMutablePointer<Snapshot>(bitPattern: current.pointee.load(ordering: .relaxed))!.pointee
    var best: Range?, distance = UInt64.max
    for index in 0..<snapshot.count {
      let range = snapshot.ranges[index]
      let here = address < range.start ? range.start - address : address >= range.end ? address - range.end + 1 : 0
      if best == nil || here < distance { best = range; distance = here }
    }
    return best.map { ($0.start, $0.end - $0.start, $0.allocation) }
  }

  /// Registers the calling thread; the reader starts idle.  It stays registered (and idle after `leave`) as long as the space lives.
  public func makeReader() -> Reader {
    let seen = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: 1)
    seen.initialize(to: Atomic(0))
    pthread_mutex_lock(&lock)
    readers.append(seen)
    pthread_mutex_unlock(&lock)
    return Reader(seen: seen, owner: current, resolver: resolver)
  }

  // The following run under the lock.

  /// What L2 held of ranges that are gone: written back and forgotten.
  private func retireViews() {
    let now = UnsafeMutablePointer<Snapshot>(bitPattern: current.pointee.load(ordering: .relaxed))!.pointee
    let used = Set((0..<now.count).compactMap { now.ranges[$0].cached })
    views.removeAll { view in
      guard !used.contains(view) else { return false }
      caches?.retire(view)
      return true
    }
  }
  private func without(_ start: UInt64, _ end: UInt64) -> [Range] {
    let snapshot = UnsafeMutablePointer<Snapshot>(bitPattern: current.pointee.load(ordering: .relaxed))!.pointee
    var list: [Range] = []
    list.reserveCapacity(snapshot.count + 2)
    for index in 0..<snapshot.count {
      let range = snapshot.ranges[index]
      if range.end <= start || range.start >= end { list.append(range); continue }
      if range.start < start { var left = range; left.end = start; list.append(left) }
      if range.end > end { var right = range; right.start = end; list.append(right) }
    }
    return list
  }
  private func publish(_ list: [Range]) {
    version += 1
    let ranges = UnsafeMutablePointer<Range>.allocate(capacity: max(1, list.count))
    for (index, range) in list.enumerated() { (ranges + index).initialize(to: range) }
    let snapshot = UnsafeMutablePointer<Snapshot>.allocate(capacity: 1)
    snapshot.initialize(to: Snapshot(version: version, count: list.count, ranges: ranges))
    let old = current.pointee.exchange(UInt(bitPattern: snapshot), ordering: .sequentiallyConsistent)
    if let old = UnsafeMutablePointer<Snapshot>(bitPattern: old) { retired.append(old) }
  }
  private func reclaim() {
    var oldest = UInt64.max
    for reader in readers {
      let seen = reader.pointee.load(ordering: .sequentiallyConsistent)
      if seen != 0 { oldest = min(oldest, seen) }
    }
    // A snapshot can be in use by a reader that announced its version or, for a look past the quiescent point, an older one.
    retired.removeAll { snapshot in
      guard snapshot.pointee.version < oldest else { return false }
      free(snapshot); return true
    }
  }
  private func free(_ snapshot: UnsafeMutablePointer<Snapshot>) {
    snapshot.pointee.ranges.deallocate()
    snapshot.deallocate()
  }
}
