// cuMemMapArrayAsync, which maps memory to sparse arrays and to arrays of deferred mapping.  Refused: such arrays say how much they would need
// (DeviceArray+Requirements.swift), and the device says that it has none (attributes 112 and 121, 0), as an array here is plain rows, whose
// tiles are not whole pages.
// Source: CUDA Driver API, "Virtual Memory Management"; struct CUarrayMapInfo.
import CCUDA
import CUDA
import Cudart

/// Throws what the manual says of an entry that is none; cudaErrorInvalidResourceHandle for a handle of no array.
private func check(_ info: CUarrayMapInfo, on device: CUDA.Device) throws(CUDAError) {
  let array: DeviceArray
  switch info.resourceType {
  case 0: array = try DeviceArray.find(info.resource)
  case 1: array = try DeviceArray.findMipmapped(info.resource)
  default: throw .invalidValue.because("resource type \(info.resourceType)")
  }
  guard array.flags & (DeviceArray.sparse | DeviceArray.deferredMapping) != 0, !array.isLevel else {
    throw .invalidValue.because("the array is neither sparse nor of deferred mapping")
  }
  guard info.memOperationType == 1 || info.memOperationType == 2, info.memHandleType == 0 else {
    throw .invalidValue.because("operation \(info.memOperationType), handles of type \(info.memHandleType)")
  }
  guard info.memOperationType == 1 || info.memHandle == 0 else { throw .invalidValue.because("a handle of memory where memory is unmapped") }
  guard info.deviceBitMask == 1 << UInt32(device.ordinal), info.flags == 0, info.reserved == (0, 0) else {
    throw .invalidValue.because("devices 0x\(String(info.deviceBitMask, radix: 16)), flags \(info.flags)")
  }
}

@c(carmine_cu_cuMemMapArrayAsync)
public func cuMemMapArrayAsync(_ list: UnsafePointer<CUarrayMapInfo>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let list, count > 0 else { throw .invalidValue.because("\(count) entries") }
    let stream = try current().stream(stream)
    for index in 0..<Int(count) { try check(list[index], on: stream.context.device) }
    throw .notSupported.because("memory for sparse arrays and arrays of deferred mapping, as device attributes 112 and 121 say")
  }
}
