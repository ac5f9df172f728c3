// Memory that programs allocate: on the device, pinned on the host, managed, and the program's own made visible.
// Threads: any.  Freeing waits for the device, as cudaFree does, so that no kernel loses memory it still uses.
// Source: CUDA Runtime API, "Memory Management" and "Unified Addressing".
import GPU

extension Context {
  // MARK: device memory

  /// cudaMalloc: aligned to 256 bytes at least.  Zero bytes give nil.  Throws cudaErrorMemoryAllocation.
  public func allocate(_ byteCount: Int) throws(CUDAError) -> UnsafeMutableRawPointer? {
    try allocate(byteCount, heap: .deviceLocal, flags: 0)
  }

  /// cudaMallocPitch: rows of `width` bytes, each starting at a multiple of the pitch, which is a multiple of 512.
  public func allocatePitched(width: Int, height: Int) throws(CUDAError) -> (pointer: UnsafeMutableRawPointer?, pitch: Int) {
    guard width >= 0, height >= 0, width <= properties.maximumPitch else {
      throw .invalidValue.because("\(width) bytes by \(height) rows")
    }
    let pitch = (width + properties.textureAlignment - 1) / properties.textureAlignment * properties.textureAlignment
    let (byteCount, overflow) = pitch.multipliedReportingOverflow(by: height)
    guard !overflow else { throw .memoryAllocation.because("\(pitch) bytes by \(height) rows") }
    return (try allocate(byteCount), pitch)
  }

  /// cudaFree: waits for the device, then gives the memory back.  Null does nothing.
  /// Throws cudaErrorInvalidValue for an address that cudaMalloc, cudaMallocManaged or cudaMallocAsync did not return.
  public func free(_ pointer: UnsafeMutableRawPointer?) throws(CUDAError) {
    try check()
    try Capture.forbidUnsafe()
    guard let pointer else { return }
    if let memory = Runtime.graphAllocation(at: UInt64(UInt(bitPattern: pointer))) { return try free(memory) }
    guard let (owner, allocation) = Runtime.find(UInt64(UInt(bitPattern: pointer))),
      allocation.deviceAddress == UInt64(UInt(bitPattern: pointer)),
      Self.isFreeable(allocation)
    else { throw .invalidValue.because("\(pointer) is not the start of a device allocation") }
    let context = owner === device ? self : try owner.primaryContext()
    try context.finish()
    if try context.freePoolMemory(allocation.deviceAddress) { return }
    if allocation.heap == .managed { ManagedAdvice.shared.forget(allocation.serial) }
    try translating { () throws(GPUError) in try owner.gpu.free(allocation.deviceAddress) }
  }

  /// What cudaFree takes.
  private static func isFreeable(_ allocation: Allocation) -> Bool {
    switch allocation.heap {
    case .deviceLocal, .managed: true
    case .imported, .importedHost: allocation.flags & (interprocessMapping | virtualMapping) == 0   // those are closed or unmapped, not freed
    case .host: PoolBlocks.block(at: allocation.deviceAddress) != nil
    case .code, .registered: false
    }
  }
  /// The flags of what cudaIpcOpenMemHandle mapped.
  static let interprocessMapping: UInt32 = 1 << 31
  /// The flags of what cuMemMap mapped.
  static let virtualMapping: UInt32 = 1 << 30

  /// cudaMemGetInfo: bytes that can still be allocated, and bytes that the device has.
  public func memoryInfo() throws(CUDAError) -> (free: Int, total: Int) {
    try check()
    let info = try translating { () throws(GPUError) in try gpu.memoryInfo() }
    return (Int(info.free), Int(info.total))
  }

  // MARK: host memory

  /// cudaHostAlloc: page-locked, visible to every device at the same address.  `flags`: cudaHostAllocPortable (1),
  /// Mapped (2), WriteCombined (4).
  public func allocateHost(_ byteCount: Int, flags: UInt32 = 0) throws(CUDAError) -> UnsafeMutableRawPointer? {
    guard flags <= 7 else { throw .invalidValue.because("host allocation flags are \(flags)") }
    return try allocate(byteCount, heap: .host, flags: flags)
  }

  /// cudaFreeHost.  Null does nothing.
  public func freeHost(_ pointer: UnsafeMutableRawPointer?) throws(CUDAError) {
    try check()
    try Capture.forbidUnsafe()
    guard let pointer else { return }
    guard let (owner, allocation) = Runtime.find(UInt64(UInt(bitPattern: pointer))),
      allocation.hostAddress == UInt64(UInt(bitPattern: pointer)), allocation.heap == .host
    else { throw .invalidValue.because("\(pointer) is not the start of a page-locked allocation") }
    try (owner === device ? self : owner.primaryContext()).finish()
    try translating { () throws(GPUError) in try owner.gpu.free(allocation.deviceAddress) }
  }

  /// cudaMallocManaged.  `flags`: cudaMemAttachGlobal (1) or cudaMemAttachHost (2).
  public func allocateManaged(_ byteCount: Int, flags: UInt32 = 1) throws(CUDAError) -> UnsafeMutableRawPointer? {
    guard flags == 1 || flags == 2 else { throw .invalidValue.because("managed allocation flags are \(flags)") }
    return try allocate(byteCount, heap: .managed, flags: flags)
  }

  /// cudaHostRegister: makes the program's own memory visible to the device.  `flags`: cudaHostRegisterPortable (1),
  /// Mapped (2), ReadOnly (8: the device only reads), IoMemory (4: registers or memory of a device, mapped from its driver).
  public func registerHost(_ pointer: UnsafeMutableRawPointer?, byteCount: Int, flags: UInt32) throws(CUDAError) {
    try check()
    try Capture.forbidUnsafe()
    guard let pointer, byteCount > 0 else { throw .invalidValue.because("\(byteCount) bytes at \(String(describing: pointer))") }
    guard flags <= 15 else { throw .invalidValue.because("registration flags are \(flags)") }
    guard flags & 4 == 0 || IOMemory.contains(pointer, byteCount) else { throw .invalidValue.because("\(byteCount) bytes at \(pointer) are no memory of a device") }
    let address = UInt64(UInt(bitPattern: pointer))
    for other in try Runtime.devices() where other.gpu.hasAllocation(overlapping: address, UInt64(byteCount)) {
      throw .hostMemoryAlreadyRegistered.because("\(byteCount) bytes at \(pointer)")
    }
    _ = try translating { () throws(GPUError) in try gpu.register(pointer, byteCount: UInt64(byteCount), flags: flags) }
  }

  /// cudaHostUnregister.  Throws cudaErrorHostMemoryNotRegistered.
  public func unregisterHost(_ pointer: UnsafeMutableRawPointer?) throws(CUDAError) {
    try Capture.forbidUnsafe()
    guard let pointer else { throw .invalidValue.because("pointer is null") }
    guard let (owner, allocation) = Runtime.find(UInt64(UInt(bitPattern: pointer))), allocation.heap == .registered else {
      throw .hostMemoryNotRegistered.because("\(pointer)")
    }
    guard allocation.hostAddress == UInt64(UInt(bitPattern: pointer)) else { throw .invalidValue.because("\(pointer) is inside of registered memory") }
    try (owner === device ? self : owner.primaryContext()).finish()
    try translating { () throws(GPUError) in try owner.gpu.free(allocation.deviceAddress) }
  }

  /// cudaHostGetDevicePointer.  `flags` must be 0.
  public func devicePointer(ofHost pointer: UnsafeMutableRawPointer?, flags: UInt32 = 0) throws(CUDAError) -> UnsafeMutableRawPointer {
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    let address = UInt64(UInt(bitPattern: pointer))
    guard let (_, allocation) = Runtime.find(address), !allocation.heap.isOnDevice, allocation.heap != .managed else {
      throw .invalidValue.because("\(String(describing: pointer)) is no page-locked memory")
    }
    return UnsafeMutableRawPointer(bitPattern: UInt(allocation.deviceAddress &+ (address &- allocation.hostAddress)))!
  }

  /// cudaHostGetFlags: what the memory was allocated or registered with.
  public func hostFlags(of pointer: UnsafeMutableRawPointer?) throws(CUDAError) -> UInt32 {
    guard let (_, allocation) = Runtime.find(UInt64(UInt(bitPattern: pointer))),
      !allocation.heap.isOnDevice
    else { throw .invalidValue.because("\(String(describing: pointer)) is no page-locked memory") }
    if allocation.heap == .managed { return Self.hostMapped }
    return allocation.flags & 15 | Self.hostMapped   // with unified addressing all page-locked memory is mapped
  }
  private static let hostMapped: UInt32 = 2   // cudaHostAllocMapped

  // MARK: shared

  public var properties: DeviceProperties { device.properties }

  private func allocate(_ byteCount: Int, heap: Heap, flags: UInt32) throws(CUDAError) -> UnsafeMutableRawPointer? {
    try check()
    try Capture.forbidUnsafe()
    guard byteCount >= 0 else { throw .memoryAllocation.because("\(UInt(bitPattern: byteCount)) bytes") }
    guard byteCount > 0 else { return nil }
    do { return try gpu.allocate(UInt64(byteCount), heap: heap, flags: flags) } catch {
      // Blocks that the stream-ordered pool keeps can be had when nothing else is left.
      guard error.kind == .outOfMemory, PoolRegistry.shared.releaseEverything(of: device) > 0 else { throw CUDAError(error) }
    }
    return try translating { () throws(GPUError) in try gpu.allocate(UInt64(byteCount), heap: heap, flags: flags) }
  }

  func translating<R>(_ body: () throws(GPUError) -> R) throws(CUDAError) -> R {
    do { return try body() } catch { throw CUDAError(error) }
  }
}
