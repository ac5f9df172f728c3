// Multicast objects: memory of several devices behind one address, which NVSwitch does.  No AMD GPU has it, and attribute 132 says so: the
// functions check what can be checked without an object, and refuse.
// Source: CUDA Driver API, "Multicast Object Management".
import CCUDA
import CUDA
import Cudart

/// Two counts and two sizes, as CUmulticastObjectProp begins.
private func refuse(_ properties: UnsafeRawPointer?) throws(CUDAError) {
  guard let properties else { throw .invalidValue.because("prop is null") }
  let devices = properties.load(as: UInt32.self), flags = properties.load(fromByteOffset: 24, as: UInt64.self)
  guard devices > 0, flags == 0 else { throw .invalidValue.because("\(devices) devices, flags \(flags)") }
  _ = try Runtime.deviceCount()
  throw absent
}
private var absent: CUDAError { .notSupported.because("multicast objects: no AMD GPU has them") }

@c(carmine_cu_cuMulticastCreate)
public func cuMulticastCreate(_ result: UnsafeMutablePointer<UInt64>?, _ properties: UnsafeRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try out(result, "mcHandle")
    try refuse(properties)
  }
}

@c(carmine_cu_cuMulticastGetGranularity)
public func cuMulticastGetGranularity(_ result: UnsafeMutablePointer<UInt>?, _ properties: UnsafeRawPointer?, _ option: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try out(result, "granularity")
    guard option == 0 || option == 1 else { throw .invalidValue.because("option \(option)") }
    try refuse(properties)
  }
}

// Without a multicast object no handle is one: what the others refuse is their first argument.

@c(carmine_cu_cuMulticastAddDevice)
public func cuMulticastAddDevice(_ handle: UInt64, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try Runtime.device(Int(ordinal))
    throw absent
  }
}

@c(carmine_cu_cuMulticastBindMem)
public func cuMulticastBindMem(_ handle: UInt64, _ offset: UInt, _ memory: UInt64, _ memoryOffset: UInt, _ size: UInt, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    guard flags == 0, size > 0 else { throw .invalidValue.because("\(size) bytes, flags \(flags)") }
    throw absent
  }
}

@c(carmine_cu_cuMulticastBindAddr)
public func cuMulticastBindAddr(_ handle: UInt64, _ offset: UInt, _ address: UInt64, _ size: UInt, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    guard flags == 0, size > 0 else { throw .invalidValue.because("\(size) bytes, flags \(flags)") }
    throw absent
  }
}

@c(carmine_cu_cuMulticastUnbind)
public func cuMulticastUnbind(_ handle: UInt64, _ ordinal: Int32, _ offset: UInt, _ size: UInt) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try Runtime.device(Int(ordinal))
    throw absent
  }
}
