// External memory and semaphores.  The parameters of CUDA 12's first functions are shorter; the fronts say how long.
// Source: CUDA Runtime API, "External Resource Interoperability".
import CCUDA
import CUDA

@c(carmine_rt_cudaImportExternalMemory)
public func cudaImportExternalMemory(_ result: HandleResult?, _ description: UnsafePointer<cudaExternalMemoryHandleDesc>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "extMem_out")
    guard let d = description?.pointee else { throw .invalidValue.because("memHandleDesc is null") }
    result.pointee = try ExternalMemory.import(type: d.type, descriptor: d.handle.fd, size: d.size, flags: d.flags, in: currentContext()).handle
  }
}

@c(carmine_rt_cudaDestroyExternalMemory)
public func cudaDestroyExternalMemory(_ memory: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ExternalMemory.find(memory).destroy() }
}

@c(carmine_rt_cudaExternalMemoryGetMappedBuffer)
public func cudaExternalMemoryGetMappedBuffer(
  _ result: PointerResult?, _ memory: UnsafeMutableRawPointer?, _ description: UnsafePointer<cudaExternalMemoryBufferDesc>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "devPtr")
    guard let d = description?.pointee else { throw .invalidValue.because("bufferDesc is null") }
    result.pointee = try ExternalMemory.find(memory).map(offset: d.offset, byteCount: d.size, flags: d.flags)
  }
}

@c(carmine_rt_cudaExternalMemoryGetMappedMipmappedArray)
public func cudaExternalMemoryGetMappedMipmappedArray(
  _ result: HandleResult?, _ memory: UnsafeMutableRawPointer?, _ description: UnsafePointer<cudaExternalMemoryMipmappedArrayDesc>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "mipmap")
    guard let d = description?.pointee else { throw .invalidValue.because("mipmapDesc is null") }
    let extent = (
      width: try count(UInt(d.extent.width), "width"), height: try count(UInt(d.extent.height), "height"), depth: try count(UInt(d.extent.depth), "depth")
    )
    result.pointee = try ExternalMemory.find(memory).mapMipmapped(
      offset: d.offset, format: channelFormat(d.formatDesc), extent: extent, flags: d.flags, levels: d.numLevels, in: currentContext()).handle
  }
}

@c(carmine_rt_cudaImportExternalSemaphore)
public func cudaImportExternalSemaphore(_ result: HandleResult?, _ description: UnsafePointer<cudaExternalSemaphoreHandleDesc>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "extSem_out")
    guard let d = description?.pointee else { throw .invalidValue.because("semHandleDesc is null") }
    result.pointee = try ExternalSemaphore.import(type: d.type, descriptor: d.handle.fd, flags: d.flags, in: currentContext()).handle
  }
}

@c(carmine_rt_cudaDestroyExternalSemaphore)
public func cudaDestroyExternalSemaphore(_ semaphore: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ExternalSemaphore.find(semaphore).destroy() }
}

/// What a call's arrays say: each entry of `parameters` is `stride` bytes and begins with the fence's value.
func semaphoreValues(
  _ handles: PointerList?, _ parameters: UnsafeRawPointer?, stride: Int, _ count: UInt32
) throws(CUDAError) -> [SemaphoreValue] {
  guard count > 0, let handles, let parameters else { throw .invalidValue.because("\(count) semaphores") }
  var values: [SemaphoreValue] = []
  for index in 0..<Int(count) {
    values.append((try ExternalSemaphore.find(handles[index]), parameters.loadUnaligned(fromByteOffset: index * stride, as: UInt64.self)))
  }
  return values
}

public func signal(
  _ handles: PointerList?, _ parameters: UnsafeRawPointer?, stride: Int, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) throws(CUDAError) {
  let stream = try currentStream(stream)
  try stream.signal(semaphores: semaphoreValues(handles, parameters, stride: stride, count)) { () throws(CUDAError) in
    try SemaphoreNode(storage: .init(handles: handles, parameters: parameters, count: Int(count), stride: stride), context: stream.context)
  }
}

public func wait(
  _ handles: PointerList?, _ parameters: UnsafeRawPointer?, stride: Int, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) throws(CUDAError) {
  let stream = try currentStream(stream)
  try stream.wait(semaphores: semaphoreValues(handles, parameters, stride: stride, count)) { () throws(CUDAError) in
    try SemaphoreNode(storage: .init(handles: handles, parameters: parameters, count: Int(count), stride: stride), context: stream.context)
  }
}
