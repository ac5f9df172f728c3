// Device management: counting, choosing, asking, limits, synchronising, resetting; versions; peers.
// Source: CUDA Runtime API, "Device Management", "Peer Device Memory Access", "Version Management".
import CUDA
import Glibc
import ModuleLoading
import Synchronization

@c(carmine_rt_cudaGetDeviceCount)
public func cudaGetDeviceCount(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "count")
    result.pointee = 0
    result.pointee = Int32(try Runtime.deviceCount())
  }
}

@c(carmine_rt_cudaSetDevice)
public func cudaSetDevice(_ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    try CurrentThread.setDevice(Int(ordinal))
    CurrentThread.driverContext = nil   // the device's primary context is current again
  }
}

@c(carmine_rt_cudaInitDevice)
public func cudaInitDevice(_ ordinal: Int32, _ deviceFlags: UInt32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let context = try Runtime.device(Int(ordinal)).primaryContext()
    if flags & 1 != 0 { try context.setFlags(checking: deviceFlags) }   // cudaInitDeviceFlagsAreValid
  }
}

@c(carmine_rt_cudaGetDevice)
public func cudaGetDevice(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "device")
    try CurrentThread.mayCall()
    _ = try Runtime.deviceCount()
    result.pointee = Int32(CurrentThread.deviceOrdinal)
  }
}

@c(carmine_rt_cudaDeviceGetAttribute)
public func cudaDeviceGetAttribute(_ result: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let value = try Runtime.device(Int(ordinal)).attribute(DeviceAttribute(rawValue: attribute))
    try out(result, "value").pointee = value
  }
}

@c(carmine_rt_cudaDeviceGetPCIBusId)
public func cudaDeviceGetPCIBusId(_ result: UnsafeMutablePointer<CChar>?, _ length: Int32, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pciBusId")
    let text = Array(busID(try Runtime.device(Int(ordinal)).properties).utf8CString)
    guard Int(length) >= text.count else { throw .invalidValue.because("\(length) bytes cannot hold \(text.count)") }
    for (index, byte) in text.enumerated() { result[index] = byte }
  }
}

@c(carmine_rt_cudaDeviceGetByPCIBusId)
public func cudaDeviceGetByPCIBusId(_ result: UnsafeMutablePointer<Int32>?, _ text: UnsafePointer<CChar>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "device")
    guard let text else { throw .invalidValue.because("pciBusId is null") }
    let wanted = String(cString: text).uppercased()
    // "domain:bus:device.function", "domain:bus:device" and "bus:device.function" are all allowed.
    for device in try Runtime.devices() {
      let full = busID(device.properties)
      if [full, String(full.dropLast(2)), String(full.dropFirst(5))].contains(wanted) {
        result.pointee = Int32(device.ordinal)
        return
      }
    }
    let digits = wanted.utf8.filter { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ".") }
    let isPlace = wanted.utf8.contains(UInt8(ascii: ":")) && digits.allSatisfy { (48...57).contains($0) || (65...70).contains($0) }
    throw (isPlace ? CUDAError.invalidDevice : .invalidValue).because("no device is at \(wanted)")
  }
}

/// "0000:03:00.0".
public func busID(_ properties: DeviceProperties) -> String {
  func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
  return "\(digits(properties.pciDomain, 4)):\(digits(properties.pciBus, 2)):\(digits(properties.pciDevice, 2)).0"
}

@c(carmine_rt_cudaDeviceSynchronize)
public func cudaDeviceSynchronize() -> Int32 {
  entry { () throws(CUDAError) in try currentContext().synchronize() }
}

@c(carmine_rt_cudaThreadSynchronize)
public func cudaThreadSynchronize() -> Int32 {
  entry { () throws(CUDAError) in try currentContext().synchronize() }
}

@c(carmine_rt_cudaDeviceReset)
public func cudaDeviceReset() -> Int32 {
  entry { () throws(CUDAError) in try currentContext().reset() }
}

@c(carmine_rt_cudaThreadExit)
public func cudaThreadExit() -> Int32 {
  entry { () throws(CUDAError) in try currentContext().reset() }
}

@c(carmine_rt_cudaDeviceGetLimit)
public func cudaDeviceGetLimit(_ result: UnsafeMutablePointer<UInt>?, _ limit: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "value").pointee = UInt(try currentContext().limit(Limit(rawValue: limit)))
  }
}

@c(carmine_rt_cudaDeviceSetLimit)
public func cudaDeviceSetLimit(_ limit: Int32, _ value: UInt) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().setLimit(Limit(rawValue: limit), to: count(value, "value")) }
}

@c(carmine_rt_cudaThreadGetLimit)
public func cudaThreadGetLimit(_ result: UnsafeMutablePointer<UInt>?, _ limit: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "value").pointee = UInt(try currentContext().limit(Limit(rawValue: limit)))
  }
}

@c(carmine_rt_cudaThreadSetLimit)
public func cudaThreadSetLimit(_ limit: Int32, _ value: UInt) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().setLimit(Limit(rawValue: limit), to: count(value, "value")) }
}

@c(carmine_rt_cudaSetDeviceFlags)
public func cudaSetDeviceFlags(_ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    try currentContext().setFlags(checking: flags)
  }
}

@c(carmine_rt_cudaGetDeviceFlags)
public func cudaGetDeviceFlags(_ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  entry { () throws(CUDAError) in
    // cudaDeviceMapHost is always on, as in NVIDIA's runtime.
    try out(result, "flags").pointee = try currentContext().flags | 8
  }
}

@c(carmine_rt_cudaDeviceGetStreamPriorityRange)
public func cudaDeviceGetStreamPriorityRange(_ least: UnsafeMutablePointer<Int32>?, _ greatest: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    least?.pointee = Int32(CUDA.Stream.priorityRange.least)
    greatest?.pointee = Int32(CUDA.Stream.priorityRange.greatest)
  }
}

// Cache preferences are remembered and have no effect: AMD's L1 and LDS are separate memories.

public func setCacheConfiguration(_ configuration: Int32) throws(CUDAError) {
  guard (0...3).contains(configuration) else { throw .invalidValue.because("cache configuration \(configuration)") }
  try currentContext().cacheConfiguration.store(configuration, ordering: .relaxed)
}

@c(carmine_rt_cudaDeviceSetCacheConfig)
public func cudaDeviceSetCacheConfig(_ configuration: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setCacheConfiguration(configuration) }
}

@c(carmine_rt_cudaDeviceGetCacheConfig)
public func cudaDeviceGetCacheConfig(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "pCacheConfig").pointee = currentContext().cacheConfiguration.load(ordering: .relaxed) }
}

@c(carmine_rt_cudaDeviceSetSharedMemConfig)
public func cudaDeviceSetSharedMemConfig(_ configuration: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard (0...2).contains(configuration) else { throw .invalidValue.because("bank configuration \(configuration)") }
    _ = try currentContext()
  }
}

@c(carmine_rt_cudaDeviceGetSharedMemConfig)
public func cudaDeviceGetSharedMemConfig(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try out(result).pointee = 1   // cudaSharedMemBankSizeFourByte: LDS banks are four bytes wide
  }
}

@c(carmine_rt_cudaDriverGetVersion)
public func cudaDriverGetVersion(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "driverVersion").pointee = Runtime.runtimeVersion }
}

// MARK: - Peers

@c(carmine_rt_cudaDeviceCanAccessPeer)
public func cudaDeviceCanAccessPeer(_ result: UnsafeMutablePointer<Int32>?, _ device: Int32, _ peer: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let device = try Runtime.device(Int(device)), peer = try Runtime.device(Int(peer))
    try out(result, "canAccessPeer").pointee = device !== peer && device.canAccess(peer: peer) ? 1 : 0
  }
}

@c(carmine_rt_cudaDeviceEnablePeerAccess)
public func cudaDeviceEnablePeerAccess(_ peer: Int32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    try reserved(flags)
    try currentContext().enableAccess(to: Runtime.device(Int(peer)))
  }
}

@c(carmine_rt_cudaDeviceDisablePeerAccess)
public func cudaDeviceDisablePeerAccess(_ peer: Int32) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().disableAccess(to: Runtime.device(Int(peer))) }
}

@c(carmine_rt_cudaDeviceGetP2PAttribute)
public func cudaDeviceGetP2PAttribute(_ result: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ source: Int32, _ destination: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "value")
    result.pointee = try Runtime.device(Int(source)).attribute(attribute, towards: Runtime.device(Int(destination)))
  }
}
