// Every pool of the process, the default pool of each place, and the pool that is current there.
// Threads: any; one lock.  What cudaMallocAsync asks for, the device's current pool, is read without it.
// Source: CUDA Runtime API, cudaMemGetDefaultMemPool, cudaMemSetMemPool, cudaDeviceSetMemPool, cudaMemPoolCreate.
import GPU
import Synchronization

public final class PoolRegistry: @unchecked Sendable {  // everything: lock
  public static let shared = PoolRegistry()

  private struct Place: Hashable {
    let kind: MemoryPool.Kind
    let location: MemoryLocation
  }
  private let lock = Lock()
  /// Also those that are destroyed and still have memory out.
  private var pools: [MemoryPool] = []
  private var defaults: [Place: MemoryPool] = [:]
  private var current: [Place: MemoryPool] = [:]
  /// Of pools that are no device's default: while 0, a synchronisation looks at one pool only.
  private let extraCount = Atomic<Int>(0)

  private init() {}

  // MARK: which pool

  /// The kind and place that cudaMemGetDefaultMemPool and its relatives are given.
  private func place(_ location: MemoryLocation, _ kind: MemoryPool.Kind) throws(CUDAError) -> Place {
    switch location.kind {
    case .device:
      guard (try? Runtime.device(Int(location.id))) != nil else { throw .invalidValue.because("there is no device \(location.id)") }
    case .host: return Place(kind: kind, location: .host)
    case .hostNUMA: guard MemoryLocation.hasNode(location.id) else { throw .invalidValue.because("there is no host NUMA node \(location.id)") }
    case .none where kind == .managed: return Place(kind: kind, location: MemoryLocation(.none))
    case .hostNUMACurrent, .invisible, .localityDomain: throw .notSupported.because("location type \(location.kind.rawValue)")
    default: throw .invalidValue.because("location type \(location.kind.rawValue) for an allocation of type \(kind.rawValue)")
    }
    return Place(kind: kind, location: location)
  }

  public func defaultPool(_ location: MemoryLocation, _ kind: MemoryPool.Kind) throws(CUDAError) -> MemoryPool {
    let place = try place(location, kind)
    if place.kind == .pinned, place.location.kind == .device { return try Runtime.device(Int(location.id)).primaryContext().pool }
    let device = try Runtime.device(place.location.kind == .device ? Int(place.location.id) : 0)
    return lock.withLock {
      if let pool = defaults[place] { return pool }
      let pool = MemoryPool(device: device, kind: kind, location: place.location, isDefault: true)
      defaults[place] = pool
      pools.append(pool)
      extraCount.add(1, ordering: .relaxed)
      return pool
    }
  }

  public func currentPool(_ location: MemoryLocation, _ kind: MemoryPool.Kind) throws(CUDAError) -> MemoryPool {
    let place = try place(location, kind)
    if let pool = lock.withLock({ current[place] }) { return pool }
    return try defaultPool(location, kind)
  }

  /// cudaMemSetMemPool, cudaDeviceSetMemPool.
  public func setCurrent(_ pool: MemoryPool, _ location: MemoryLocation, _ kind: MemoryPool.Kind) throws(CUDAError) {
    let place = try place(location, kind)
    guard pool.remote == nil else { throw .invalidValue.because("an imported pool gives out nothing new") }
    guard pool.kind == kind, pool.location == place.location else { throw .invalidValue.because("the pool is of another place or kind") }
    lock.withLock { current[place] = pool }
    if kind == .pinned, place.location.kind == .device {
      try Runtime.device(Int(location.id)).primaryContext().setCurrentPool(pool)
    }
  }

  // MARK: life

  /// What cudaMemPoolProps says.
  public struct Properties {
    public var allocationType, handleTypes: Int32
    public var locationType, locationID: Int32
    public var maximumBytes: UInt64
    public var usage: UInt16
    public init(allocationType: Int32, handleTypes: Int32, locationType: Int32, locationID: Int32, maximumBytes: UInt64, usage: UInt16) {
      (self.allocationType, self.handleTypes, self.locationType) = (allocationType, handleTypes, locationType)
      (self.locationID, self.maximumBytes, self.usage) = (locationID, maximumBytes, usage)
    }
  }
  /// cudaMemHandleTypePosixFileDescriptor.
  public static let descriptorHandle: Int32 = 1

  /// cudaMemPoolCreate.
  public func create(_ p: Properties) throws(CUDAError) -> MemoryPool {
    guard let kind = MemoryPool.Kind(rawValue: p.allocationType) else { throw .invalidValue.because("allocation type \(p.allocationType)") }
    let location = try MemoryLocation(type: p.locationType, id: p.locationID)
    guard p.handleTypes & ~9 == 0 else { throw .invalidValue.because("handle types \(p.handleTypes): those that are not Windows' are file descriptors and fabric handles") }
    guard location.kind != .hostNUMACurrent, location.kind != .invisible, location.kind != .localityDomain else {
      throw .invalidValue.because("location type \(p.locationType)")
    }
    let place = try place(location, kind)
    if place.location.isHost && place.location.kind == .host || kind == .managed {
      guard p.handleTypes == 0 else { throw .invalidValue.because("a pool of this place or kind cannot be exported") }
    }
    if kind == .managed {
      guard p.maximumBytes == 0, p.usage == 0 else { throw .invalidValue.because("a managed pool has neither a limit nor a usage") }
    }
    guard p.handleTypes & ~Self.descriptorHandle == 0 else { throw .notSupported.because("handle types \(p.handleTypes); file descriptors are what there is") }
    let device = try Runtime.device(place.location.kind == .device ? Int(place.location.id) : 0)
    _ = try device.primaryContext()
    return add(MemoryPool(device: device, kind: kind, location: place.location, handleTypes: p.handleTypes, maximumBytes: p.maximumBytes))
  }

  func add(_ pool: MemoryPool) -> MemoryPool {
    lock.withLock { pools.append(pool) }
    extraCount.add(1, ordering: .relaxed)
    return pool
  }

  /// cudaMemPoolDestroy: what is allocated from it stays until it is freed.
  public func destroy(_ pool: MemoryPool) throws(CUDAError) {
    guard !pool.isDefault else { throw .invalidValue.because("a default pool") }
    guard let handle = pool.handle, MemoryPool.handles.revoke(handle) != nil else { throw .invalidValue.because("a destroyed pool") }
    lock.withLock { for (place, now) in current where now === pool { current[place] = nil } }
    if pool.kind == .pinned, pool.location.kind == .device, let context = pool.device.contextIfAny, context.currentPool === pool {
      context.setCurrentPool(context.pool)
    }
    pool.isDestroyed.store(true, ordering: .releasing)
    pool.releaseUnused()
  }

  /// A destroyed pool that has nothing out any more.
  func remove(_ pool: MemoryPool) {
    let wasThere = lock.withLock {
      guard let index = pools.firstIndex(where: { $0 === pool }) else { return false }
      pools.remove(at: index)
      return true
    }
    if wasThere { extraCount.subtract(1, ordering: .relaxed) }
  }

  // MARK: memory back

  var hasExtraPools: Bool { extraCount.load(ordering: .relaxed) > 0 }

  private func all(of device: Device) -> [MemoryPool] {
    let others = lock.withLock { () -> [MemoryPool] in self.pools.filter { $0.device === device } }
    return (device.contextIfAny.map { [$0.pool] } ?? []) + others
  }

  /// At a synchronisation: what is above the release thresholds goes back.
  func releaseExcess(of device: Device) { for pool in all(of: device) where pool.hasExcess || pool.isDestroyed.load(ordering: .relaxed) { pool.releaseUnused() } }

  /// Memory is short: everything that nobody uses goes back.  How many bytes that was.
  func releaseEverything(of device: Device) -> UInt64 { all(of: device).reduce(0) { $0 + $1.releaseUnused(keeping: 0) } }

  func forgetAll(of device: Device) { for pool in all(of: device) { pool.forgetAll() } }

  /// A stream has ended, and all its work is done.
  func adopt(from stream: StreamBlocks) {
    for serial in stream.retire() { pool(serial: serial)?.adopt(from: stream) }
  }

  private func pool(serial: UInt64) -> MemoryPool? {
    if let found = lock.withLock({ pools.first { $0.serial == serial } }) { return found }
    guard let devices = try? Runtime.devices() else { return nil }
    for device in devices { if let pool = device.contextIfAny?.pool, pool.serial == serial { return pool } }
    return nil
  }
}

extension Context {
  /// cudaDeviceGetDefaultMemPool.
  public var defaultPool: MemoryPool { pool }

  /// What a synchronisation gives back.  Nothing to do costs three loads.
  @inline(__always)
  func releasePools() { if pool.hasExcess || PoolRegistry.shared.hasExtraPools { PoolRegistry.shared.releaseExcess(of: device) } }
}
