// Advice, prefetching, batches, pools of a place, and external semaphores: the runtime's by another name, where a CUdeviceptr is an address.
// Source: CUDA Driver API, "Memory Management", "Unified Addressing", "External Resource Interoperability".
import CCUDA
import CUDA
import Cudart

private func pointer(_ address: UInt64) -> UnsafeRawPointer? { UnsafeRawPointer(bitPattern: UInt(address)) }

/// A device by number; -1 is the host.
private func place(_ device: Int32) throws(CUDAError) -> cudaMemLocation {
  if device >= 0 { _ = try Runtime.device(Int(device)) }
  return location(ofDevice: device)
}

@c(carmine_cu_cuMemAdvise)
public func cuMemAdvise(_ memory: UInt64, _ size: UInt, _ advice: Int32, _ device: Int32) -> Int32 {
  driver { () throws(CUDAError) in _ = try current(); try advise(pointer(memory), size, advice, place(device)) }
}

@c(carmine_cu_cuMemAdvise_v2)
public func cuMemAdvise_v2(_ memory: UInt64, _ size: UInt, _ advice: Int32, _ location: cudaMemLocation) -> Int32 {
  driver { () throws(CUDAError) in _ = try current(); try advise(pointer(memory), size, advice, location) }
}

@c(carmine_cu_cuMemPrefetchAsync)
public func cuMemPrefetchAsync(_ memory: UInt64, _ size: UInt, _ device: Int32, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in _ = try current(); try prefetch(pointer(memory), size, place(device), flags: 0, stream) }
}

@c(carmine_cu_cuMemPrefetchAsync_v2)
public func cuMemPrefetchAsync_v2(_ memory: UInt64, _ size: UInt, _ location: cudaMemLocation, _ flags: UInt32, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in _ = try current(); try prefetch(pointer(memory), size, location, flags: flags, stream) }
}

@c(carmine_cu_cuMemPrefetchBatchAsync)
public func cuMemPrefetchBatchAsync(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ places: UnsafePointer<cudaMemLocation>?, _ starts: UnsafePointer<UInt>?,
  _ placeCount: UInt, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaMemPrefetchBatchAsync(pointers, sizes, count, places, starts, placeCount, flags, stream) }
}

@c(carmine_cu_cuMemDiscardBatchAsync)
public func cuMemDiscardBatchAsync(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaMemDiscardBatchAsync(pointers, sizes, count, flags, stream) }
}

@c(carmine_cu_cuMemDiscardAndPrefetchBatchAsync)
public func cuMemDiscardAndPrefetchBatchAsync(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ places: UnsafePointer<cudaMemLocation>?, _ starts: UnsafePointer<UInt>?,
  _ placeCount: UInt, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaMemDiscardAndPrefetchBatchAsync(pointers, sizes, count, places, starts, placeCount, flags, stream) }
}

@c(carmine_cu_cuMemcpyBatchAsync)
public func cuMemcpyBatchAsync(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ attributes: UnsafePointer<cudaMemcpyAttributes>?,
  _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, _ failed: UnsafeMutablePointer<UInt>?, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in try copyBatch(to, from, sizes, count, attributes, starts, attributeCount, failed: failed, in: current().stream(stream)) }
}

@c(carmine_cu_cuMemcpyBatchAsync_v2)
public func cuMemcpyBatchAsync_v2(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ attributes: UnsafePointer<cudaMemcpyAttributes>?,
  _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in try copyBatch(to, from, sizes, count, attributes, starts, attributeCount, failed: nil, in: current().stream(stream)) }
}

@c(carmine_cu_cuMemcpy3DBatchAsync)
public func cuMemcpy3DBatchAsync(
  _ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, _ failed: UnsafeMutablePointer<UInt>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in try copyBatch3D(number, list, flags: flags, failed: failed, in: current().stream(stream)) }
}

@c(carmine_cu_cuMemcpy3DBatchAsync_v2)
public func cuMemcpy3DBatchAsync_v2(_ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copyBatch3D(number, list, flags: flags, failed: nil, in: current().stream(stream)) }
}

@c(carmine_cu_cuMemcpyWithAttributesAsync)
public func cuMemcpyWithAttributesAsync(
  _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ attributes: UnsafeMutablePointer<cudaMemcpyAttributes>?,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaMemcpyWithAttributesAsync(to, from, size, attributes, stream) }
}

@c(carmine_cu_cuMemcpy3DWithAttributesAsync)
public func cuMemcpy3DWithAttributesAsync(_ op: UnsafeMutablePointer<cudaMemcpy3DBatchOp>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaMemcpy3DWithAttributesAsync(op, flags, stream) }
}

// MARK: - Pools of a place

@c(carmine_cu_cuMemGetDefaultMemPool)
public func cuMemGetDefaultMemPool(_ result: PointerResult?, _ place: UnsafeMutablePointer<cudaMemLocation>?, _ type: Int32) -> Int32 {
  bridged { cudaMemGetDefaultMemPool(result, place, type) }
}

@c(carmine_cu_cuMemGetMemPool)
public func cuMemGetMemPool(_ result: PointerResult?, _ place: UnsafeMutablePointer<cudaMemLocation>?, _ type: Int32) -> Int32 {
  bridged { cudaMemGetMemPool(result, place, type) }
}

@c(carmine_cu_cuMemSetMemPool)
public func cuMemSetMemPool(_ place: UnsafeMutablePointer<cudaMemLocation>?, _ type: Int32, _ pool: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaMemSetMemPool(place, type, pool) }
}

// MARK: - External semaphores: entries of 144 bytes in both versions, as the runtime's of CUDA 13

@c(carmine_cu_cuSignalExternalSemaphoresAsync)
public func cuSignalExternalSemaphoresAsync(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_parameters>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try current()
    try signal(handles, parameters, stride: MemoryLayout<carmine_semaphore_parameters>.stride, count, stream)
  }
}

@c(carmine_cu_cuWaitExternalSemaphoresAsync)
public func cuWaitExternalSemaphoresAsync(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_parameters>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try current()
    try wait(handles, parameters, stride: MemoryLayout<carmine_semaphore_parameters>.stride, count, stream)
  }
}
