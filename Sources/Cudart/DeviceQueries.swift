// What else a device is asked: atomics over its links, texture sizes, notifications, NvSci, remote writes; and which device a program
// gets that names none.
// Source: CUDA Runtime API, "Device Management".
import CCUDA
import CUDA
import Synchronization

@c(carmine_rt_cudaSetValidDevices)
public func cudaSetValidDevices(_ list: UnsafePointer<Int32>?, _ length: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard length >= 0, length == 0 || list != nil else { throw .invalidValue.because("\(length) devices, and the list is \(list == nil ? "null" : "not")") }
    guard Int(length) <= (try Runtime.deviceCount()) else { throw .invalidValue.because("\(length) devices in the list") }
    try ValidDevices.set((0..<Int(length)).map { Int(list![$0]) })
  }
}

/// Fills in an answer for each operation.
private func capabilities(
  _ results: UnsafeMutablePointer<UInt32>?, _ operations: UnsafePointer<Int32>?, _ count: UInt32, _ ask: (Int32) throws(CUDAError) -> UInt32
) throws(CUDAError) {
  guard let results, let operations, count > 0 else { throw .invalidValue.because("capabilities or operations are null, or count is \(count)") }
  for index in 0..<Int(count) { results[index] = try ask(operations[index]) }
}

@c(carmine_rt_cudaDeviceGetHostAtomicCapabilities)
public func cudaDeviceGetHostAtomicCapabilities(
  _ results: UnsafeMutablePointer<UInt32>?, _ operations: UnsafePointer<Int32>?, _ count: UInt32, _ ordinal: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    let device = try Runtime.device(Int(ordinal))
    try capabilities(results, operations, count) { (operation) throws(CUDAError) in try device.hostAtomicCapabilities(operation) }
  }
}

@c(carmine_rt_cudaDeviceGetP2PAtomicCapabilities)
public func cudaDeviceGetP2PAtomicCapabilities(
  _ results: UnsafeMutablePointer<UInt32>?, _ operations: UnsafePointer<Int32>?, _ count: UInt32, _ source: Int32, _ destination: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    let device = try Runtime.device(Int(source)), peer = try Runtime.device(Int(destination))
    try capabilities(results, operations, count) { (operation) throws(CUDAError) in try device.atomicCapabilities(operation, towards: peer) }
  }
}

@c(carmine_rt_cudaDeviceGetTexture1DLinearMaxWidth)
public func cudaDeviceGetTexture1DLinearMaxWidth(
  _ result: UnsafeMutablePointer<UInt>?, _ format: UnsafePointer<cudaChannelFormatDesc>?, _ ordinal: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "maxWidthInElements"), device = try Runtime.device(Int(ordinal))
    guard let format = format?.pointee else { throw .invalidValue.because("fmtDesc is null") }
    try channelFormat(format).check()
    result.pointee = UInt(try device.attribute(DeviceAttribute(rawValue: 69)))
  }
}

// MARK: - Notifications

/// cudaAsyncCallback.
public typealias AsyncCallback = @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void

@c(carmine_rt_cudaDeviceRegisterAsyncNotification)
public func cudaDeviceRegisterAsyncNotification(
  _ ordinal: Int32, _ function: AsyncCallback?, _ data: UnsafeMutableRawPointer?, _ result: PointerResult?
) -> Int32 {
  entry { () throws(CUDAError) in
    let device = try Runtime.device(Int(ordinal)), result = try out(result, "callback")
    guard function != nil else { throw .invalidValue.because("callbackFunc is null") }
    result.pointee = AsyncNotifications.register(on: device)
  }
}

@c(carmine_rt_cudaDeviceUnregisterAsyncNotification)
public func cudaDeviceUnregisterAsyncNotification(_ ordinal: Int32, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try AsyncNotifications.unregister(handle, on: Runtime.device(Int(ordinal))) }
}

// MARK: - Memory that others write

/// NvSci's library makes attribute lists, and exists for NVIDIA's own machines alone.
@c(carmine_rt_cudaDeviceGetNvSciSyncAttributes)
public func cudaDeviceGetNvSciSyncAttributes(_ list: UnsafeMutableRawPointer?, _ ordinal: Int32, _ flags: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard list != nil else { throw .invalidResourceHandle.because("nvSciSyncAttrList is null") }
    _ = try Runtime.device(Int(ordinal))
    guard (1...3).contains(flags) else { throw .invalidValue.because("flags are \(flags), neither signal nor wait") }
    throw .notSupported.because("there is no NvSciSync here")
  }
}

/// What other devices wrote over PCI Express goes through the host data path, which this flushes.
@c(carmine_rt_cudaDeviceFlushGPUDirectRDMAWrites)
public func cudaDeviceFlushGPUDirectRDMAWrites(_ target: Int32, _ scope: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard target == 0, scope == 100 || scope == 200 else { throw .invalidValue.because("target \(target), scope \(scope)") }
    try currentContext().flushRemoteWrites(ofAllDevices: scope == 200)
  }
}

/// No line of the L2 persists here (cudaDeviceProp::persistingL2CacheMaxSize is 0), so all are normal.
@c(carmine_rt_cudaCtxResetPersistingL2Cache)
public func cudaCtxResetPersistingL2Cache() -> Int32 { entry { () throws(CUDAError) in _ = try currentContext() } }

// MARK: - What CUDA 12 still has

@c(carmine_rt_cudaThreadGetCacheConfig)
public func cudaThreadGetCacheConfig(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "pCacheConfig").pointee = currentContext().cacheConfiguration.load(ordering: .relaxed) }
}

@c(carmine_rt_cudaThreadSetCacheConfig)
public func cudaThreadSetCacheConfig(_ configuration: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setCacheConfiguration(configuration) }
}
