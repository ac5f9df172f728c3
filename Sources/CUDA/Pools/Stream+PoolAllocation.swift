// cudaMallocAsync and cudaFreeAsync.
// Threads: any.  An allocation that its stream's kept blocks can serve, and a free, take the stream's own lock and nothing else.
// Source: CUDA Runtime API, "Stream Ordered Memory Allocator".
import GPU

extension Stream {
  /// From the current pool of the stream's device, or from `pool`.
  public func allocateAsync(_ byteCount: Int, from pool: MemoryPool? = nil) throws(CUDAError) -> UnsafeMutableRawPointer? {
    try context.check()
    guard byteCount >= 0 else { throw .memoryAllocation.because("\(UInt(bitPattern: byteCount)) bytes") }
    guard byteCount > 0 else { return nil }
    let pool = pool ?? context.currentPool
    if isCaptured { return try captureAllocation(byteCount) }
    try Capture.forbidUnsafe()
    guard pool.remote == nil else { throw .invalidValue.because("an imported pool gives out nothing new") }
    return UnsafeMutableRawPointer(bitPattern: UInt(try pool.allocate(UInt64(byteCount), on: self)))
  }

  /// Memory of cudaMalloc may be given too; it is freed as cudaFree does.
  public func freeAsync(_ pointer: UnsafeMutableRawPointer?) throws(CUDAError) {
    try context.check()
    guard let pointer else { return }
    if isCaptured { return try captureFree(pointer) }
    try Capture.forbidUnsafe()
    guard let block = PoolBlocks.block(at: UInt64(UInt(bitPattern: pointer))) else {
      if let memory = Runtime.graphAllocation(at: UInt64(UInt(bitPattern: pointer))) { return try free(memory) }
      return try context.free(pointer)
    }
    try admit()
    let (isOurs, state) = block.pointee.state.compareExchange(
      expected: PoolBlock.State.live, desired: PoolBlock.State.kept, ordering: .acquiringAndReleasing)
    guard isOurs else {
      if state == PoolBlock.State.kept { throw .invalidValue.because("\(pointer) was freed before") }
      return try context.free(pointer)
    }
    let pool = block.pointee.pool.takeUnretainedValue()
    if block.pointee.isImported { pool.freeImported(block, on: self) } else { pool.free(block, on: self) }
  }
}

extension Context {
  /// cudaFree of a pool's memory: false if it is none.  The device has been waited for.
  func freePoolMemory(_ address: UInt64) throws(CUDAError) -> Bool {
    guard let block = PoolBlocks.block(at: address) else { return false }
    switch block.pointee.state.load(ordering: .acquiring) {
    case PoolBlock.State.none: return false
    case PoolBlock.State.kept: throw .invalidValue.because("memory at \(String(address, radix: 16)) was freed before")
    default: break
    }
    guard block.pointee.state.compareExchange(expected: PoolBlock.State.live, desired: PoolBlock.State.kept, ordering: .acquiringAndReleasing).exchanged
    else { throw .invalidValue.because("memory at \(String(address, radix: 16)) was freed before") }
    block.pointee.pool.takeUnretainedValue().freeNow(block)
    return true
  }

  // MARK: current pool

  /// The pool that cudaMallocAsync takes from.
  @inline(__always)
  var currentPool: MemoryPool { Unmanaged<MemoryPool>.fromOpaque(UnsafeRawPointer(bitPattern: currentPoolPointer.load(ordering: .acquiring))!).takeUnretainedValue() }

  /// The registry keeps the pool alive while it is current.
  func setCurrentPool(_ pool: MemoryPool) { currentPoolPointer.store(UInt(bitPattern: Unmanaged.passUnretained(pool).toOpaque()), ordering: .releasing) }
}
