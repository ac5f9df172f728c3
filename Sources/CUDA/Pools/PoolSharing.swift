// Pools between processes: a pool travels as a file descriptor (a sealed memory file that names the pool and its process), its
// blocks as 64 bytes each, for which the importer asks the exporter's handle server.
// Threads: any.  Source: CUDA Runtime API, cudaMemPoolExportToShareableHandle, ImportFromShareableHandle, ExportPointer,
// ImportPointer; which error for what, as NVIDIA's library answers on an H100.
import CDescriptors
import GPU
import Glibc

/// Another process's pool.
struct RemotePool: Sendable {
  var nonce: UInt64
  var serial: UInt64
}

extension PoolBlocks {
  /// Whether a pool has this memory now.
  static func isPoolMemory(_ address: UInt64) -> Bool { block(at: address).map { $0.pointee.state.load(ordering: .acquiring) != PoolBlock.State.none } ?? false }
}

extension MemoryPool {
  /// A new descriptor of the pool; the caller's.
  public func exportDescriptor(handleType: Int32, flags: UInt32) throws(CUDAError) -> Int32 {
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    guard handleType == PoolRegistry.descriptorHandle, handleTypes & handleType != 0, remote == nil else {
      throw .invalidValue.because("the pool was not made for handles of type \(handleType)")
    }
    try HandleServer.shared.start()
    let handle = SharedHandle(
      kind: .pool, pid: getpid(), nonce: HandleServer.shared.nonce, serial: serial, token: 0, size: location.isHost ? 1 : 0, gpuID: UInt64(gpu.node.gpuID))
    let file = withUnsafeTemporaryAllocation(byteCount: SharedHandle.byteCount, alignment: 8) { buffer in
      handle.write(to: buffer.baseAddress!)
      return carmine_sealed_file("carmine:pool", buffer.baseAddress!, SharedHandle.byteCount)
    }
    guard file >= 0 else { throw .memoryAllocation.because("no descriptor for the pool: errno \(-file)") }
    isShared.store(true, ordering: .releasing)
    return file
  }

  /// The pool that a descriptor names, as an imported pool.  The descriptor stays the caller's.
  public static func importDescriptor(_ descriptor: Int32, handleType: Int32, flags: UInt32) throws(CUDAError) -> MemoryPool {
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    guard handleType == PoolRegistry.descriptorHandle else { throw .invalidValue.because("handle type \(handleType)") }
    guard descriptor >= 0 else { throw .unknown.because("descriptor \(descriptor)") }
    let read = withUnsafeTemporaryAllocation(byteCount: SharedHandle.byteCount, alignment: 8) { buffer in
      pread(descriptor, buffer.baseAddress!, SharedHandle.byteCount, 0) == SharedHandle.byteCount ? SharedHandle(from: buffer.baseAddress!) : nil
    }
    guard let handle = read, handle.kind == .pool else { throw .invalidValue.because("descriptor \(descriptor) is no pool") }
    let device = try handle.device()
    _ = try device.primaryContext()
    return PoolRegistry.shared.add(
      MemoryPool(
        device: device, location: handle.size != 0 ? .host : .device(device.ordinal), remote: RemotePool(nonce: handle.nonce, serial: handle.serial)))
  }

  /// Writes the 64 bytes by which an importer of the pool gets the memory at `pointer`, the start of a live allocation.
  public static func exportPointer(_ pointer: UnsafeMutableRawPointer?, to data: UnsafeMutableRawPointer) throws(CUDAError) {
    guard let pointer, let block = PoolBlocks.block(at: UInt64(UInt(bitPattern: pointer))),
      block.pointee.state.load(ordering: .acquiring) == PoolBlock.State.live, !block.pointee.isImported
    else { throw .invalidValue.because("\(String(describing: pointer)) is no allocation of a pool") }
    let pool = block.pointee.pool.takeUnretainedValue()
    guard pool.isShared.load(ordering: .acquiring) else { throw .invalidValue.because("the pool has not been exported") }
    let handle = try HandleServer.shared.offer(
      .poolPointer, pool.gpu, address: block.pointee.address, size: block.pointee.byteCount, extra: pool.serial)
    handle.write(to: data)
  }

  /// Maps what the exporter's cudaMemPoolExportPointer named.
  public func importPointer(_ data: UnsafeRawPointer) throws(CUDAError) -> UnsafeMutableRawPointer {
    guard let remote else { throw .invalidValue.because("the pool was not imported") }
    guard let handle = SharedHandle(from: data), handle.kind == .poolPointer, handle.nonce == remote.nonce, handle.extra == remote.serial else {
      throw .invalidValue.because("the data is not of this pool")
    }
    let made = try handle.map(flags: 0)
    if group != 0 { try device.primaryContext().translating { () throws(GPUError) in try gpu.assign(made.address, group: group) } }
    adoptImported(made.address, made.answer.size)
    return UnsafeMutableRawPointer(bitPattern: UInt(made.address))!
  }
}
