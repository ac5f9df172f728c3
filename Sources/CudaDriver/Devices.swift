// Devices.  A CUdevice is the ordinal.  Source: CUDA Driver API, "Device Management".
import CCUDA
import CUDA
import Cudart

@c(carmine_cu_cuDeviceGetCount)
public func cuDeviceGetCount(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "count").pointee = Int32(Runtime.deviceCount()) }
}

@c(carmine_cu_cuDeviceGet)
public func cuDeviceGet(_ result: UnsafeMutablePointer<Int32>?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "device").pointee = Int32(Runtime.device(Int(ordinal)).ordinal) }
}

@c(carmine_cu_cuDeviceGetName)
public func cuDeviceGetName(_ result: UnsafeMutablePointer<CChar>?, _ length: Int32, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "name"), name = try Runtime.device(Int(ordinal)).properties.name.utf8
    guard length > 0 else { throw .invalidValue.because("len is \(length)") }
    var end = 0
    for byte in name.prefix(Int(length) - 1) {
      result[end] = CChar(bitPattern: byte)
      end += 1
    }
    result[end] = 0
  }
}

private func uuid(_ result: UnsafeMutablePointer<cudaUUID_t>?, _ ordinal: Int32) throws(CUDAError) {
  let result = try out(result, "uuid"), uuid = try Runtime.device(Int(ordinal)).properties.uuid
  let bytes = UnsafeMutableRawPointer(result)
  bytes.storeBytes(of: uuid.0, as: UInt64.self)
  bytes.storeBytes(of: uuid.1, toByteOffset: 8, as: UInt64.self)
}

@c(carmine_cu_cuDeviceGetUuid)
public func cuDeviceGetUuid(_ result: UnsafeMutablePointer<cudaUUID_t>?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in try uuid(result, ordinal) }
}

@c(carmine_cu_cuDeviceGetUuid_v2)
public func cuDeviceGetUuid_v2(_ result: UnsafeMutablePointer<cudaUUID_t>?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in try uuid(result, ordinal) }
}

/// The numbers are cudaDeviceAttr's.
@c(carmine_cu_cuDeviceGetAttribute)
public func cuDeviceGetAttribute(_ result: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "pi").pointee = Runtime.device(Int(ordinal)).attribute(DeviceAttribute(rawValue: attribute))
  }
}

@c(carmine_cu_cuDeviceTotalMem_v2)
public func cuDeviceTotalMem_v2(_ result: UnsafeMutablePointer<UInt>?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "bytes").pointee = UInt(Runtime.device(Int(ordinal)).properties.totalGlobalMemory) }
}

@c(carmine_cu_cuDeviceComputeCapability)
public func cuDeviceComputeCapability(
  _ major: UnsafeMutablePointer<Int32>?, _ minor: UnsafeMutablePointer<Int32>?, _ ordinal: Int32
) -> Int32 {
  driver { () throws(CUDAError) in
    let capability = try Runtime.device(Int(ordinal)).properties.computeCapability
    try out(major, "major").pointee = Int32(capability.major)
    try out(minor, "minor").pointee = Int32(capability.minor)
  }
}

@c(carmine_cu_cuDeviceGetPCIBusId)
public func cuDeviceGetPCIBusId(_ result: UnsafeMutablePointer<CChar>?, _ length: Int32, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pciBusId")
    let text = Array(busID(try Runtime.device(Int(ordinal)).properties).utf8CString)
    guard Int(length) >= text.count else { throw .invalidValue.because("\(length) bytes cannot hold \(text.count)") }
    for (index, byte) in text.enumerated() { result[index] = byte }
  }
}

/// CUdevprop: fourteen ints, which are device attributes 1 to 14.
@c(carmine_cu_cuDeviceGetProperties)
public func cuDeviceGetProperties(_ result: UnsafeMutablePointer<Int32>?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "prop"), device = try Runtime.device(Int(ordinal))
    for number in 1...14 as ClosedRange<Int32> { result[Int(number) - 1] = try device.attribute(DeviceAttribute(rawValue: number)) }
  }
}

/// Only MPS has contexts with some of the multiprocessors: parts of a device are green contexts here.
@c(carmine_cu_cuDeviceGetExecAffinitySupport)
public func cuDeviceGetExecAffinitySupport(_ result: UnsafeMutablePointer<Int32>?, _ type: Int32, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pi")
    _ = try Runtime.device(Int(ordinal))
    guard type == 0 else { throw .invalidValue.because("affinity type \(type)") }   // CU_EXEC_AFFINITY_TYPE_SM_COUNT
    result.pointee = 0
  }
}

@c(carmine_cu_cuCtxGetExecAffinity)
public func cuCtxGetExecAffinity(_ result: UnsafeMutableRawPointer?, _ type: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    guard result != nil, type == 0 else { throw .invalidValue.because("affinity type \(type)") }
    _ = try current()
    throw CUDAError(rawValue: 224).because("the context has no execution affinity")   // cudaErrorUnsupportedExecAffinity
  }
}
