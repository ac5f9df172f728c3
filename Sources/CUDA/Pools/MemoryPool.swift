// A pool of the stream-ordered allocator (cudaMemPool_t).  Freed blocks are kept by the stream that freed them (StreamBlocks).
// An allocation looks, in this order: at its own stream's blocks; at blocks of streams that it waits for anyway; at blocks whose
// place has been passed; for new memory; and at last at blocks that it must first wait for.
// Threads: any.  A hit in the own stream's blocks takes that stream's lock only; everything else takes the pool's.
// Order: a block freed at a place of a stream may be used by work that comes after that place.
// Full: memoryAllocation; what the pools kept has been given back before.
// Source: CUDA Runtime API, "Stream Ordered Memory Allocator"; enum cudaMemPoolAttr.
import GPU
import Synchronization

public final class MemoryPool: @unchecked Sendable {  // members, orphans, deferred, access: lock
  /// cudaMemAllocationType.
  public enum Kind: Int32, Sendable { case pinned = 1, managed = 2 }

  let device: CUDA.Device
  let kind: Kind
  public let location: MemoryLocation
  /// cudaMemAllocationHandleType bits; 0 for pools that stay in the process.
  public let handleTypes: Int32
  /// 0: as much as there is.
  let maximumBytes: UInt64
  let isDefault: Bool
  /// Another process's pool, when this one was imported.
  let remote: RemotePool?
  let serial: UInt64
  public internal(set) var handle: UnsafeMutableRawPointer! = nil

  static let handles = HandleTable<MemoryPool>(magic: 0x6c6f_6f70_6d65_6d5f)
  private static let nextSerial = Atomic<UInt64>(1)

  let used = Atomic<UInt64>(0), usedHigh = Atomic<UInt64>(0)
  let reserved = Atomic<UInt64>(0), reservedHigh = Atomic<UInt64>(0)
  /// Of blocks that are freed and not given back.
  let kept = Atomic<UInt64>(0)
  let releaseThreshold = Atomic<UInt64>(0)
  let followsEvents = Atomic<Bool>(true), isOpportunistic = Atomic<Bool>(true), addsDependencies = Atomic<Bool>(true)
  let isDestroyed = Atomic<Bool>(false)
  /// Exported: its blocks may be shared.
  let isShared = Atomic<Bool>(false)

  let lock = Lock()
  /// Streams that keep blocks of this pool.
  private var members: [StreamBlocks] = []
  /// Blocks of streams that have ended: anyone's.
  private var orphans: PoolBlockPointer?
  /// Imported memory that a stream frees when it has come so far.
  private var deferred: [(timeline: Timeline, position: UInt64, block: PoolBlockPointer)] = []
  /// Devices that cudaMemPoolSetAccess gave access, by ordinal, and the host as -1.
  var access: [Int32: Int32] = [:]

  var gpu: GPU.Device { device.gpu }
  var heap: Heap { kind == .managed ? .managed : location.isHost ? .host : .deviceLocal }
  /// Which other GPUs reach the pool's device memory is its own affair: what cudaDeviceEnablePeerAccess opens is not in it.
  var group: UInt64 { heap == .deviceLocal ? serial : 0 }

  init(
    device: CUDA.Device, kind: Kind = .pinned, location: MemoryLocation, handleTypes: Int32 = 0, maximumBytes: UInt64 = 0, isDefault: Bool = false,
    remote: RemotePool? = nil
  ) {
    (self.device, self.kind, self.location, self.handleTypes) = (device, kind, location, handleTypes)
    (self.maximumBytes, self.isDefault, self.remote) = (maximumBytes, isDefault, remote)
    serial = Self.nextSerial.add(1, ordering: .relaxed).oldValue
    handle = Self.handles.issue(self)
  }

  /// The pool of a cudaMemPool_t.
  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> MemoryPool {
    guard let handle, let pool = handles.object(for: handle) else {
      throw .invalidValue.because("no memory pool has the handle \(String(describing: handle))")
    }
    return pool
  }

  static func rounded(_ byteCount: UInt64) -> UInt64 { PoolSize.rounded(byteCount) }

  // MARK: allocation

  /// The address of `byteCount` bytes that work submitted to the stream from now on may use.
  @inline(__always)
  func allocate(_ byteCount: UInt64, on stream: Stream) throws(CUDAError) -> UInt64 {
    let size = PoolSize.rounded(byteCount), bin = PoolSize.bin(size)
    guard let block = stream.blocks.take(serial, size, bin: bin) else { return try allocateElsewhere(byteCount, size, bin, stream) }
    return reuse(block, byteCount)
  }

  @inline(__always)
  private func reuse(_ block: PoolBlockPointer, _ byteCount: UInt64) -> UInt64 {
    kept.subtract(block.pointee.byteCount, ordering: .relaxed)
    return give(block, byteCount)
  }

  @inline(__always)
  private func give(_ block: PoolBlockPointer, _ byteCount: UInt64) -> UInt64 {
    block.pointee.usedBytes = byteCount
    noteUsed(byteCount)
    block.pointee.state.store(PoolBlock.State.live, ordering: .releasing)
    return block.pointee.address
  }

  @inline(__always)
  private func noteUsed(_ byteCount: UInt64) {
    let now = used.add(byteCount, ordering: .relaxed).newValue
    if now > usedHigh.load(ordering: .relaxed) { usedHigh.max(now, ordering: .relaxed) }
  }

  @inline(never)
  private func allocateElsewhere(_ byteCount: UInt64, _ size: UInt64, _ bin: Int, _ stream: Stream) throws(CUDAError) -> UInt64 {
    guard size < 1 << 47 else { throw .memoryAllocation.because("\(size) bytes") }
    try stream.admit()   // what the default stream did comes before
    if let block = lock.withLock({ takeOrphan(size) }) { return reuse(block, byteCount) }
    let events = followsEvents.load(ordering: .relaxed), opportunistic = isOpportunistic.load(ordering: .relaxed)
    let others = lock.withLock { members }
    for other in others where other !== stream.blocks && (events || opportunistic) {
      let found = other.take(serial, size, bin: bin) { position in
        events && stream.timeline.isOrdered(after: other.timeline.serial, position) || opportunistic && other.timeline.isComplete(position)
      }
      if let found { return reuse(found, byteCount) }
    }
    let failure: CUDAError
    do throws(CUDAError) { return give(try allocateNew(size), byteCount) } catch { failure = error }
    guard failure == .memoryAllocation else { throw failure }
    if addsDependencies.load(ordering: .relaxed) {
      for other in others where other !== stream.blocks {
        var place: UInt64 = 0
        let found = other.take(serial, size, bin: bin) { position in
          place = position
          return true
        }
        guard let found else { continue }
        do throws(CUDAError) { try stream.gpuWork { () throws(GPUError) in try stream.timeline.enqueueWait(on: other.timeline, position: place) } } catch {
          keep(found, in: other)
          throw error
        }
        return reuse(found, byteCount)
      }
    }
    throw failure
  }

  private func takeOrphan(_ size: UInt64) -> PoolBlockPointer? {
    var previous: PoolBlockPointer?
    var next = orphans
    while let block = next {
      next = block.pointee.next
      if block.pointee.byteCount >= size && block.pointee.byteCount < size + size / 4 + 1 {
        if let previous { previous.pointee.next = next } else { orphans = next }
        return block
      }
      previous = block
    }
    return nil
  }

  private func allocateNew(_ size: UInt64) throws(CUDAError) -> PoolBlockPointer {
    func isWithinLimit() -> Bool { maximumBytes == 0 || reserved.load(ordering: .relaxed) + size <= maximumBytes }
    if !isWithinLimit() { releaseUnused(keeping: 0) }
    guard isWithinLimit() else { throw .memoryAllocation.because("\(size) bytes more than the pool's \(maximumBytes)") }
    let address: UInt64
    do { address = UInt64(UInt(bitPattern: try gpu.allocate(size, heap: heap, group: group))) } catch {
      guard error.kind == .outOfMemory, PoolRegistry.shared.releaseEverything(of: device) > 0 else { throw CUDAError(error) }
      do { address = UInt64(UInt(bitPattern: try gpu.allocate(size, heap: heap, group: group))) } catch { throw CUDAError(error) }
    }
    let total = reserved.add(size, ordering: .relaxed).newValue
    reservedHigh.max(total, ordering: .relaxed)
    let block = PoolBlocks.record(for: address)
    block.pointee.byteCount = size
    block.pointee.pool = Unmanaged.passUnretained(self)
    block.pointee.isImported = false
    return block
  }

  // MARK: free

  /// Keeps a block that the program freed in a stream's order.  The caller has changed its state.
  @inline(__always)
  func free(_ block: PoolBlockPointer, on stream: Stream) {
    used.subtract(block.pointee.usedBytes, ordering: .relaxed)
    kept.add(block.pointee.byteCount, ordering: .relaxed)
    block.pointee.position = stream.timeline.submitted
    keep(block, in: stream.blocks)
  }

  @inline(__always)
  private func keep(_ block: PoolBlockPointer, in blocks: StreamBlocks) {
    switch blocks.put(block, pool: serial, bin: PoolSize.bin(block.pointee.byteCount)) {
    case .known: return
    case .isNew: lock.withLock { if !members.contains(where: { $0 === blocks }) { members.append(blocks) } }
    case .isRetired: orphan(block)
    }
  }

  /// Nothing uses the block any more.
  private func orphan(_ block: PoolBlockPointer) {
    lock.withLock {
      block.pointee.next = orphans
      orphans = block
    }
  }

  /// Memory of another process: unmapped when the stream has come to here.
  func freeImported(_ block: PoolBlockPointer, on stream: Stream?) {
    used.subtract(block.pointee.usedBytes, ordering: .relaxed)
    kept.add(block.pointee.byteCount, ordering: .relaxed)
    guard let stream, !stream.isDone else { return giveBack(block) }
    lock.withLock { deferred.append((stream.timeline, stream.timeline.submitted, block)) }
  }

  /// cudaFree of a block, after the device was waited for.
  func freeNow(_ block: PoolBlockPointer) {
    if block.pointee.isImported { return freeImported(block, on: nil) }
    used.subtract(block.pointee.usedBytes, ordering: .relaxed)
    kept.add(block.pointee.byteCount, ordering: .relaxed)
    orphan(block)
    releaseUnused()
  }

  private func giveBack(_ block: PoolBlockPointer) {
    let address = block.pointee.address
    reserved.subtract(block.pointee.byteCount, ordering: .relaxed)
    kept.subtract(block.pointee.byteCount, ordering: .relaxed)
    block.pointee.state.store(PoolBlock.State.none, ordering: .releasing)
    if kind == .managed, let allocation = gpu.allocation(containing: address) { ManagedAdvice.shared.forget(allocation.serial) }
    try? gpu.free(address)
  }

  /// Whether a synchronisation has something to give back.  Two loads.
  @inline(__always)
  var hasExcess: Bool {
    let held = reserved.load(ordering: .relaxed)
    return kept.load(ordering: .relaxed) != 0 && held > releaseThreshold.load(ordering: .relaxed)
  }

  /// Gives kept blocks whose place has been passed back to the device, down to the release threshold or `keeping` bytes.
  /// Returns how many bytes went.
  @discardableResult
  func releaseUnused(keeping: UInt64? = nil) -> UInt64 {
    let isDying = isDestroyed.load(ordering: .acquiring)
    let floor = isDying ? 0 : keeping ?? releaseThreshold.load(ordering: .relaxed)
    var chain: PoolBlockPointer?
    var total: UInt64 = 0
    var (late, streams) = lock.withLock {
      let due = deferred.filter { $0.timeline.isComplete($0.position) }
      deferred.removeAll { $0.timeline.isComplete($0.position) }
      return (due.map(\.block), members)
    }
    for block in late { giveBack(block) }
    late = []
    var held = reserved.load(ordering: .relaxed)
    lock.withLock {
      while held > floor, let block = orphans {
        orphans = block.pointee.next
        block.pointee.next = chain
        chain = block
        held -= min(held, block.pointee.byteCount)
      }
    }
    for stream in streams {
      let removed = stream.remove(serial) { block in
        guard held > floor, stream.timeline.isComplete(block.pointee.position) else { return false }
        held -= min(held, block.pointee.byteCount)
        return true
      }
      Self.each(of: removed) { block in
        block.pointee.next = chain
        chain = block
      }
    }
    Self.each(of: chain) { block in
      total += block.pointee.byteCount
      giveBack(block)
    }
    if isDying && reserved.load(ordering: .relaxed) == 0 {
      for stream in streams { stream.forget(serial) }
      gpu.forgetGroup(serial)
      PoolRegistry.shared.remove(self)
    }
    return total
  }

  /// A stream that kept blocks has ended and all its work is done.
  func adopt(from stream: StreamBlocks) {
    let chain = stream.remove(serial) { _ in true }
    lock.withLock {
      members.removeAll { $0 === stream }
      Self.each(of: chain) { block in
        block.pointee.next = orphans
        orphans = block
      }
    }
  }

  /// The blocks of a chain, one after another; `body` may link them elsewhere.
  private static func each(of first: PoolBlockPointer?, _ body: (PoolBlockPointer) -> Void) {
    var chain = first
    while let block = chain {
      chain = block.pointee.next
      body(block)
    }
  }

  /// A reset frees all memory of the device, the pool's included.
  func forgetAll() {
    func forget(_ chain: PoolBlockPointer?) { Self.each(of: chain) { $0.pointee.state.store(PoolBlock.State.none, ordering: .releasing) } }
    for stream in lock.withLock({ members }) {
      forget(stream.remove(serial) { _ in true })
      stream.forget(serial)      // default streams outlive a reset, and are new to the pool then
    }
    lock.withLock {
      members = []
      forget(orphans)
      orphans = nil
      deferred = []
    }
    if used.load(ordering: .relaxed) > 0 { PoolBlocks.forgetLive(of: self) }
    used.store(0, ordering: .relaxed)
    reserved.store(0, ordering: .relaxed)
    kept.store(0, ordering: .relaxed)
  }

  /// Imported memory at `address` is the program's until it frees it.
  func adoptImported(_ address: UInt64, _ byteCount: UInt64) {
    let block = PoolBlocks.record(for: address)
    block.pointee.byteCount = byteCount
    block.pointee.pool = Unmanaged.passUnretained(self)
    block.pointee.isImported = true
    reserved.add(byteCount, ordering: .relaxed)
    _ = give(block, byteCount)
  }
}
