// cudaIpcGetMemHandle, OpenMemHandle, CloseMemHandle: device memory that another process maps.
// Threads: any; one lock.  Opening the same memory again gives the same address and counts.
// Source: CUDA Runtime API, "Device Management"; which error for what, as NVIDIA's library answers on an H100.
import GPU

public enum InterprocessMemory {
  private struct Key: Hashable { let nonce, serial, token: UInt64 }
  private struct Mapping {
    var address: UInt64
    var device: Device
    var count: Int
  }
  private static let lock = Lock()
  private nonisolated(unsafe) static var mappings: [Key: Mapping] = [:]   // lock

  /// Writes the 64 bytes of a handle for the allocation that holds `pointer`, which must be cudaMalloc's.
  public static func export(_ pointer: UnsafeMutableRawPointer?, to handle: UnsafeMutableRawPointer) throws(CUDAError) {
    guard let (device, allocation) = Runtime.find(UInt64(UInt(bitPattern: pointer))), allocation.heap == .deviceLocal, !allocation.isInternal,
      !PoolBlocks.isPoolMemory(allocation.deviceAddress)
    else { throw .invalidValue.because("\(String(describing: pointer)) is no memory of cudaMalloc") }
    try HandleServer.shared.offer(.memory, device.gpu, address: allocation.deviceAddress, size: allocation.byteCount).write(to: handle)
  }

  /// Maps the memory of a handle.  `flags` must be cudaIpcMemLazyEnablePeerAccess (1).
  public static func open(_ bytes: UnsafeRawPointer, flags: UInt32) throws(CUDAError) -> UnsafeMutableRawPointer {
    guard flags == 1 else { throw .invalidValue.because("flags are \(flags), not cudaIpcMemLazyEnablePeerAccess") }
    guard let handle = SharedHandle(from: bytes), handle.kind == .memory else { throw .invalidValue.because("the bytes are no memory handle") }
    guard !handle.isOwn else { throw .deviceUninitialized.because("the handle is of this process") }
    let key = Key(nonce: handle.nonce, serial: handle.serial, token: handle.token)
    return try lock.withLock { () throws(CUDAError) in
      if let known = mappings[key] {
        mappings[key]!.count += 1
        return UnsafeMutableRawPointer(bitPattern: UInt(known.address))!
      }
      let made = try handle.map(flags: Context.interprocessMapping)
      mappings[key] = Mapping(address: made.address, device: made.device, count: 1)
      return UnsafeMutableRawPointer(bitPattern: UInt(made.address))!
    }
  }

  /// Waits for the device and unmaps at the last close.
  public static func close(_ pointer: UnsafeMutableRawPointer?) throws(CUDAError) {
    let address = UInt64(UInt(bitPattern: pointer))
    guard let (key, mapping) = lock.withLock({ mappings.first { $0.value.address == address } }) else {
      throw .invalidValue.because("\(String(describing: pointer)) was not opened by cudaIpcOpenMemHandle")
    }
    try mapping.device.primaryContext().synchronize()
    let isLast = lock.withLock {
      guard let now = mappings[key] else { return false }
      mappings[key]!.count -= 1
      if now.count == 1 { mappings[key] = nil }
      return now.count == 1
    }
    if isLast { do { try mapping.device.gpu.free(address) } catch { throw CUDAError(error) } }
  }

  /// A reset frees what was mapped on the device.
  static func forgetAll(of device: Device) { lock.withLock { mappings = mappings.filter { $0.value.device !== device } } }
}
