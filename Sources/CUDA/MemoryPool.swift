// The stream-ordered allocator behind cudaMallocAsync and cudaFreeAsync.
// A freed block keeps the place in its stream where it was freed.  The same stream may have it again at once; another stream
// when that place has been passed.  What nobody reuses goes back to the device at the next synchronisation (release threshold 0).
// Threads: any; one lock, held for a look through the short list of kept blocks.
// Source: CUDA Runtime API, "Stream Ordered Memory Allocator".
import GPU

public final class MemoryPool: @unchecked Sendable {  // state: lock
  private struct Block {
    var address: UInt64
    var byteCount: UInt64
    var timeline: Timeline     // where it was freed
    var position: UInt64
  }

  private struct State {
    var kept: [Block] = []
    var sizes: [UInt64: UInt64] = [:]   // live blocks: address to rounded size
    var used: UInt64 = 0, usedHigh: UInt64 = 0
    var reserved: UInt64 = 0, reservedHigh: UInt64 = 0
    var releaseThreshold: UInt64 = 0
  }

  private let gpu: GPU.Device
  private let lock = Lock()
  private var state = State()

  init(gpu: GPU.Device) { self.gpu = gpu }

  /// Sizes are rounded so that blocks are reused: to 512 bytes, above 1 MiB to 64 KiB.
  static func rounded(_ byteCount: UInt64) -> UInt64 {
    let unit: UInt64 = byteCount > 1 << 20 ? 65536 : 512
    return (byteCount + unit - 1) / unit * unit
  }

  func allocate(_ byteCount: UInt64, on timeline: Timeline) throws(GPUError) -> UInt64 {
    let size = Self.rounded(byteCount)
    let reused = lock.withLock { () -> UInt64? in
      guard let index = state.kept.firstIndex(where: {
        $0.byteCount == size && ($0.timeline === timeline || $0.timeline.isComplete($0.position))
      }) else { return nil }
      let block = state.kept.remove(at: index)
      Self.take(&state, block.address, size)
      return block.address
    }
    if let reused { return reused }
    let address: UInt64
    do { address = UInt64(UInt(bitPattern: try gpu.allocate(size, heap: .deviceLocal))) } catch {
      guard error.kind == .outOfMemory, releaseUnused() > 0 else { throw error }
      address = UInt64(UInt(bitPattern: try gpu.allocate(size, heap: .deviceLocal)))
    }
    lock.withLock {
      state.reserved += size
      state.reservedHigh = max(state.reservedHigh, state.reserved)
      Self.take(&state, address, size)
    }
    return address
  }

  private static func take(_ state: inout State, _ address: UInt64, _ size: UInt64) {
    state.sizes[address] = size
    state.used += size
    state.usedHigh = max(state.usedHigh, state.used)
  }

  /// Keeps a block for reuse; false if it is none of the pool's.
  func free(_ address: UInt64, on timeline: Timeline) -> Bool {
    lock.withLock {
      guard let size = state.sizes.removeValue(forKey: address) else { return false }
      state.used -= size
      state.kept.append(Block(address: address, byteCount: size, timeline: timeline, position: timeline.submitted))
      return true
    }
  }

  /// cudaFree of a pool's block, after the device was waited for; false if it is none of the pool's.
  func freeNow(_ address: UInt64) throws(CUDAError) -> Bool {
    let size = lock.withLock { () -> UInt64? in
      guard let size = state.sizes.removeValue(forKey: address) else { return nil }
      state.used -= size
      state.reserved -= size
      return size
    }
    guard size != nil else { return false }
    do { try gpu.free(address) } catch { throw CUDAError(error) }
    return true
  }

  /// Gives kept blocks whose place has been passed back to the device, down to the release threshold or `keeping` bytes.
  /// Returns how many bytes went.
  @discardableResult
  func releaseUnused(keeping: UInt64? = nil) -> UInt64 {
    let blocks = lock.withLock { () -> [Block] in
      var freed: [Block] = []
      let floor = keeping ?? state.releaseThreshold
      var reserved = state.reserved
      state.kept.removeAll { block in
        guard reserved > floor, block.timeline.isComplete(block.position) else { return false }
        reserved -= block.byteCount
        freed.append(block)
        return true
      }
      state.reserved = reserved
      return freed
    }
    var total: UInt64 = 0
    for block in blocks {
      try? gpu.free(block.address)
      total += block.byteCount
    }
    return total
  }

  /// Forgets every block: a reset frees all memory, the pool's included.
  func forgetAll() { lock.withLock { state = State() } }

  /// cudaMemPoolAttr numbers 4 (release threshold) to 8 (used high).
  public func attribute(_ number: Int32) -> UInt64? {
    lock.withLock {
      switch number {
      case 1, 2, 3: 1
      case 4: state.releaseThreshold
      case 5: state.reserved
      case 6: state.reservedHigh
      case 7: state.used
      case 8: state.usedHigh
      default: nil
      }
    }
  }

  /// Sets the release threshold, or with 0 resets a high-water mark.  False for an attribute that cannot be set so.
  public func setAttribute(_ number: Int32, _ value: UInt64) -> Bool {
    lock.withLock {
      switch number {
      case 1, 2, 3: return value <= 1
      case 4: state.releaseThreshold = value
      case 6 where value == 0: state.reservedHigh = state.reserved
      case 8 where value == 0: state.usedHigh = state.used
      default: return false
      }
      return true
    }
  }
}

extension Stream {
  /// cudaMallocAsync from the device's default pool.
  public func allocateAsync(_ byteCount: Int) throws(CUDAError) -> UnsafeMutableRawPointer? {
    try context.check()
    guard byteCount >= 0 else { throw .memoryAllocation.because("\(UInt(bitPattern: byteCount)) bytes") }
    guard byteCount > 0 else { return nil }
    let address = try gpuWork { () throws(GPUError) in try context.pool.allocate(UInt64(byteCount), on: timeline) }
    return UnsafeMutableRawPointer(bitPattern: UInt(address))
  }

  /// cudaFreeAsync.  Memory of cudaMalloc may be given too; it is freed as cudaFree does.
  public func freeAsync(_ pointer: UnsafeMutableRawPointer?) throws(CUDAError) {
    try context.check()
    guard let pointer else { throw .invalidValue.because("pointer is null") }
    try admit()
    if context.pool.free(UInt64(UInt(bitPattern: pointer)), on: timeline) { return }
    try context.free(pointer)
  }
}

extension Context {
  /// cudaDeviceGetDefaultMemPool.
  public var defaultPool: MemoryPool { pool }

  /// cudaMemPoolTrimTo: gives unused memory back until at most `byteCount` bytes are kept.
  public func trimPool(to byteCount: Int) { pool.releaseUnused(keeping: UInt64(max(byteCount, 0))) }
}
