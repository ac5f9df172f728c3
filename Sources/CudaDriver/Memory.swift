// Memory.  A CUdeviceptr is the address.  Source: CUDA Driver API, "Memory Management".
import CUDA
import Cudart

typealias Address = UInt64

private func pointer(_ address: Address) -> UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: UInt(address)) }
private func address(_ pointer: UnsafeMutableRawPointer?) -> Address { Address(UInt(bitPattern: pointer)) }
private func stream(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> CUDA.Stream { try current().stream(handle) }

/// Allocations of nothing are refused here, unlike in the runtime API.
private func size(_ size: UInt) throws(CUDAError) -> Int {
  guard size > 0 else { throw .invalidValue.because("the size is 0") }
  guard let count = Int(exactly: size) else { throw .memoryAllocation.because("\(size) bytes") }
  return count
}

// MARK: - Allocation

@c(carmine_cu_cuMemAlloc_v2)
public func cuMemAlloc_v2(_ result: UnsafeMutablePointer<UInt64>?, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "dptr").pointee = address(current().allocate(size(bytes))) }
}

@c(carmine_cu_cuMemAllocPitch_v2)
public func cuMemAllocPitch_v2(
  _ result: UnsafeMutablePointer<UInt64>?, _ pitch: UnsafeMutablePointer<UInt>?, _ width: UInt, _ height: UInt, _ elementSize: UInt32
) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "dptr"), pitch = try out(pitch, "pPitch")
    guard [4, 8, 16].contains(elementSize) else { throw .invalidValue.because("ElementSizeBytes is \(elementSize)") }
    let made = try current().allocatePitched(width: size(width), height: size(height))
    result.pointee = address(made.pointer)
    pitch.pointee = UInt(made.pitch)
  }
}

@c(carmine_cu_cuMemFree_v2)
public func cuMemFree_v2(_ memory: UInt64) -> Int32 { driver { () throws(CUDAError) in try current().free(pointer(memory)) } }

@c(carmine_cu_cuMemGetInfo_v2)
public func cuMemGetInfo_v2(_ free: UnsafeMutablePointer<UInt>?, _ total: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in
    let info = try current().memoryInfo()
    free?.pointee = UInt(info.free)
    total?.pointee = UInt(info.total)
  }
}

@c(carmine_cu_cuMemAllocHost_v2)
public func cuMemAllocHost_v2(_ result: PointerResult?, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pp").pointee = current().allocateHost(size(bytes)) }
}

@c(carmine_cu_cuMemHostAlloc)
public func cuMemHostAlloc(_ result: PointerResult?, _ bytes: UInt, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pp").pointee = current().allocateHost(size(bytes), flags: flags) }
}

@c(carmine_cu_cuMemFreeHost)
public func cuMemFreeHost(_ memory: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try current().freeHost(memory) }
}

@c(carmine_cu_cuMemHostRegister_v2)
public func cuMemHostRegister_v2(_ memory: UnsafeMutableRawPointer?, _ bytes: UInt, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try current().registerHost(memory, byteCount: count(bytes), flags: flags) }
}

@c(carmine_cu_cuMemHostUnregister)
public func cuMemHostUnregister(_ memory: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try current().unregisterHost(memory) }
}

@c(carmine_cu_cuMemHostGetDevicePointer_v2)
public func cuMemHostGetDevicePointer_v2(
  _ result: UnsafeMutablePointer<UInt64>?, _ host: UnsafeMutableRawPointer?, _ flags: UInt32
) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pdptr").pointee = address(current().devicePointer(ofHost: host, flags: flags)) }
}

@c(carmine_cu_cuMemAllocManaged)
public func cuMemAllocManaged(_ result: UnsafeMutablePointer<UInt64>?, _ bytes: UInt, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "dptr").pointee = address(current().allocateManaged(size(bytes), flags: flags)) }
}

@c(carmine_cu_cuMemAllocAsync)
public func cuMemAllocAsync(_ result: UnsafeMutablePointer<UInt64>?, _ bytes: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "dptr").pointee = address(stream(handle).allocateAsync(size(bytes))) }
}

@c(carmine_cu_cuMemFreeAsync)
public func cuMemFreeAsync(_ memory: UInt64, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try stream(handle).freeAsync(pointer(memory)) }
}

// MARK: - Copies

private func copy(
  _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt, _ kind: CopyKind, _ handle: UnsafeMutableRawPointer? = nil,
  isAsynchronous: Bool = false
) throws(CUDAError) {
  let stream = try stream(handle)
  if isAsynchronous {
    try stream.copyAsync(to: to, from: from, count: count(bytes), kind: kind)
  } else {
    try stream.copy(to: to, from: from, count: count(bytes), kind: kind)
  }
}

@c(carmine_cu_cuMemcpy)
public func cuMemcpy(_ to: UInt64, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), pointer(from), bytes, .automatic) }
}

@c(carmine_cu_cuMemcpyAsync)
public func cuMemcpyAsync(_ to: UInt64, _ from: UInt64, _ bytes: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), pointer(from), bytes, .automatic, handle, isAsynchronous: true) }
}

@c(carmine_cu_cuMemcpyHtoD_v2)
public func cuMemcpyHtoD_v2(_ to: UInt64, _ from: UnsafeRawPointer?, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), from, bytes, .hostToDevice) }
}

@c(carmine_cu_cuMemcpyHtoDAsync_v2)
public func cuMemcpyHtoDAsync_v2(_ to: UInt64, _ from: UnsafeRawPointer?, _ bytes: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), from, bytes, .hostToDevice, handle, isAsynchronous: true) }
}

@c(carmine_cu_cuMemcpyDtoH_v2)
public func cuMemcpyDtoH_v2(_ to: UnsafeMutableRawPointer?, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(to, pointer(from), bytes, .deviceToHost) }
}

@c(carmine_cu_cuMemcpyDtoHAsync_v2)
public func cuMemcpyDtoHAsync_v2(_ to: UnsafeMutableRawPointer?, _ from: UInt64, _ bytes: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy(to, pointer(from), bytes, .deviceToHost, handle, isAsynchronous: true) }
}

@c(carmine_cu_cuMemcpyDtoD_v2)
public func cuMemcpyDtoD_v2(_ to: UInt64, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), pointer(from), bytes, .deviceToDevice) }
}

@c(carmine_cu_cuMemcpyDtoDAsync_v2)
public func cuMemcpyDtoDAsync_v2(_ to: UInt64, _ from: UInt64, _ bytes: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), pointer(from), bytes, .deviceToDevice, handle, isAsynchronous: true) }
}

// MARK: - Fills

private func fill(
  _ to: UInt64, _ value: UInt32, _ elementSize: Int, _ elements: UInt, _ handle: UnsafeMutableRawPointer? = nil, isAsynchronous: Bool = false
) throws(CUDAError) {
  try stream(handle).fill(
    pointer(to), value: value, elementSize: elementSize, width: count(elements), isAsynchronous: isAsynchronous)
}

@c(carmine_cu_cuMemsetD8_v2)
public func cuMemsetD8_v2(_ to: UInt64, _ value: UInt8, _ elements: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, UInt32(value), 1, elements) }
}

@c(carmine_cu_cuMemsetD16_v2)
public func cuMemsetD16_v2(_ to: UInt64, _ value: UInt16, _ elements: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, UInt32(value), 2, elements) }
}

@c(carmine_cu_cuMemsetD32_v2)
public func cuMemsetD32_v2(_ to: UInt64, _ value: UInt32, _ elements: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, value, 4, elements) }
}

@c(carmine_cu_cuMemsetD8Async)
public func cuMemsetD8Async(_ to: UInt64, _ value: UInt8, _ elements: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, UInt32(value), 1, elements, handle, isAsynchronous: true) }
}

@c(carmine_cu_cuMemsetD16Async)
public func cuMemsetD16Async(_ to: UInt64, _ value: UInt16, _ elements: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, UInt32(value), 2, elements, handle, isAsynchronous: true) }
}

@c(carmine_cu_cuMemsetD32Async)
public func cuMemsetD32Async(_ to: UInt64, _ value: UInt32, _ elements: UInt, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, value, 4, elements, handle, isAsynchronous: true) }
}

// MARK: - The same on the per-thread default stream, for programs built with it

@c(carmine_cu_cuMemcpy_ptds)
public func cuMemcpy_ptds(_ to: UInt64, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), pointer(from), bytes, .automatic, perThread) }
}

@c(carmine_cu_cuMemcpyHtoD_v2_ptds)
public func cuMemcpyHtoD_v2_ptds(_ to: UInt64, _ from: UnsafeRawPointer?, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), from, bytes, .hostToDevice, perThread) }
}

@c(carmine_cu_cuMemcpyDtoH_v2_ptds)
public func cuMemcpyDtoH_v2_ptds(_ to: UnsafeMutableRawPointer?, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(to, pointer(from), bytes, .deviceToHost, perThread) }
}

@c(carmine_cu_cuMemcpyDtoD_v2_ptds)
public func cuMemcpyDtoD_v2_ptds(_ to: UInt64, _ from: UInt64, _ bytes: UInt) -> Int32 {
  driver { () throws(CUDAError) in try copy(pointer(to), pointer(from), bytes, .deviceToDevice, perThread) }
}

@c(carmine_cu_cuMemsetD8_v2_ptds)
public func cuMemsetD8_v2_ptds(_ to: UInt64, _ value: UInt8, _ elements: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, UInt32(value), 1, elements, perThread) }
}

@c(carmine_cu_cuMemsetD16_v2_ptds)
public func cuMemsetD16_v2_ptds(_ to: UInt64, _ value: UInt16, _ elements: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, UInt32(value), 2, elements, perThread) }
}

@c(carmine_cu_cuMemsetD32_v2_ptds)
public func cuMemsetD32_v2_ptds(_ to: UInt64, _ value: UInt32, _ elements: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, value, 4, elements, perThread) }
}

// MARK: - Pointers

/// One attribute's bytes; throws for what it has not got.  Source: enum CUpointer_attribute.
private func store(_ attribute: Int32, of found: PointerAttributes, into result: UnsafeMutableRawPointer) throws(CUDAError) {
  switch attribute {
  case 1: result.storeBytes(of: UInt(bitPattern: primaryHandle(of: try Runtime.device(Int(found.device)))), as: UInt.self)
  case 2: result.storeBytes(of: found.type == .host ? 1 : 2, as: UInt32.self)   // CU_MEMORYTYPE_HOST, _DEVICE
  case 3: result.storeBytes(of: UInt64(found.devicePointer), as: UInt64.self)
  case 4:
    guard found.hostPointer != 0 else { throw .invalidValue.because("the memory has no host address") }
    result.storeBytes(of: UInt64(found.hostPointer), as: UInt64.self)
  case 7: result.storeBytes(of: found.bufferID, as: UInt64.self)
  case 8: result.storeBytes(of: found.type == .managed ? 1 : 0, as: UInt32.self)
  case 9: result.storeBytes(of: found.device, as: Int32.self)
  case 11: result.storeBytes(of: UInt64(found.rangeStart), as: UInt64.self)
  case 12: result.storeBytes(of: UInt(found.rangeSize), as: UInt.self)
  case 13: result.storeBytes(of: 1, as: UInt32.self)
  default: throw .notSupported.because("pointer attribute \(attribute)")
  }
}

@c(carmine_cu_cuPointerGetAttribute)
public func cuPointerGetAttribute(_ result: UnsafeMutableRawPointer?, _ attribute: Int32, _ memory: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("data is null") }
    let found = PointerAttributes(of: pointer(memory))
    guard found.type != .unregistered else { throw .invalidValue.because("0x\(String(memory, radix: 16)) is in no allocation") }
    try store(attribute, of: found, into: result)
  }
}

/// Memory that is nobody's has zeros for attributes, and no context or device; so has an attribute that the memory has not got.
@c(carmine_cu_cuPointerGetAttributes)
public func cuPointerGetAttributes(
  _ count: UInt32, _ attributes: UnsafePointer<Int32>?, _ results: UnsafePointer<UnsafeMutableRawPointer?>?, _ memory: UInt64
) -> Int32 {
  driver { () throws(CUDAError) in
    guard count > 0, let attributes, let results else { throw .invalidValue.because("\(count) attributes") }
    _ = try current()
    let found = PointerAttributes(of: pointer(memory))
    for index in 0..<Int(count) {
      guard let result = results[index] else { throw .invalidValue.because("data[\(index)] is null") }
      switch attributes[index] {
      case 1, 3, 4, 7, 11, 12: result.storeBytes(of: 0, as: UInt64.self)
      case 2, 8, 13: result.storeBytes(of: 0, as: UInt32.self)
      case 9: result.storeBytes(of: -2, as: Int32.self)   // CU_DEVICE_INVALID
      default: throw .notSupported.because("pointer attribute \(attributes[index])")
      }
      if found.type != .unregistered, attributes[index] != 4 || found.hostPointer != 0 { try store(attributes[index], of: found, into: result) }
    }
  }
}
