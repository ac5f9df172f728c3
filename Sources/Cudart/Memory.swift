// Allocation: device, pitched, host, registered, managed, stream-ordered.
// Source: CUDA Runtime API, "Memory Management", "Stream Ordered Memory Allocator".
import CCUDA
import CUDA

public typealias PointerResult = UnsafeMutablePointer<UnsafeMutableRawPointer?>

/// The size of an allocation: what cannot be counted cannot be had.
private func allocationSize(_ size: UInt) throws(CUDAError) -> Int {
  guard let count = Int(exactly: size) else { throw .memoryAllocation.because("\(size) bytes") }
  return count
}

@c(carmine_rt_cudaMalloc)
public func cudaMalloc(_ result: PointerResult?, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "devPtr")
    result.pointee = try currentContext().allocate(allocationSize(size))
  }
}

@c(carmine_rt_cudaMallocPitch)
public func cudaMallocPitch(_ result: PointerResult?, _ pitch: UnsafeMutablePointer<UInt>?, _ width: UInt, _ height: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "devPtr"), pitch = try out(pitch, "pitch")
    let made = try currentContext().allocatePitched(width: count(width, "width"), height: count(height, "height"))
    result.pointee = made.pointer
    pitch.pointee = UInt(made.pitch)
  }
}

@c(carmine_rt_cudaMalloc3D)
public func cudaMalloc3D(_ result: UnsafeMutablePointer<cudaPitchedPtr>?, _ extent: cudaExtent) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pitchedDevPtr")
    let (rows, overflow) = UInt(extent.height).multipliedReportingOverflow(by: UInt(extent.depth))
    guard !overflow else { throw .memoryAllocation.because("\(extent.height) × \(extent.depth) rows") }
    let made = try currentContext().allocatePitched(width: count(UInt(extent.width), "extent.width"), height: count(rows, "extent"))
    result.pointee = cudaPitchedPtr(ptr: made.pointer, pitch: numericCast(made.pitch), xsize: extent.width, ysize: extent.height)
  }
}

@c(carmine_rt_cudaFree)
public func cudaFree(_ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().free(pointer) }
}

@c(carmine_rt_cudaMallocHost)
public func cudaMallocHost(_ result: PointerResult?, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "ptr")
    result.pointee = try currentContext().allocateHost(allocationSize(size))
  }
}

@c(carmine_rt_cudaHostAlloc)
public func cudaHostAlloc(_ result: PointerResult?, _ size: UInt, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pHost")
    result.pointee = try currentContext().allocateHost(allocationSize(size), flags: flags)
  }
}

@c(carmine_rt_cudaFreeHost)
public func cudaFreeHost(_ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().freeHost(pointer) }
}

@c(carmine_rt_cudaHostRegister)
public func cudaHostRegister(_ pointer: UnsafeMutableRawPointer?, _ size: UInt, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().registerHost(pointer, byteCount: count(size), flags: flags) }
}

@c(carmine_rt_cudaHostUnregister)
public func cudaHostUnregister(_ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().unregisterHost(pointer) }
}

@c(carmine_rt_cudaHostGetDevicePointer)
public func cudaHostGetDevicePointer(_ result: PointerResult?, _ host: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pDevice")
    result.pointee = try currentContext().devicePointer(ofHost: host, flags: flags)
  }
}

@c(carmine_rt_cudaHostGetFlags)
public func cudaHostGetFlags(_ result: UnsafeMutablePointer<UInt32>?, _ host: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "pFlags").pointee = currentContext().hostFlags(of: host) }
}

@c(carmine_rt_cudaMallocManaged)
public func cudaMallocManaged(_ result: PointerResult?, _ size: UInt, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "devPtr")
    result.pointee = try currentContext().allocateManaged(allocationSize(size), flags: flags)
  }
}

/// Managed memory is in one place that both sides reach, so attaching it to a stream changes nothing that a program can see.
@c(carmine_rt_cudaStreamAttachMemAsync)
public func cudaStreamAttachMemAsync(
  _ stream: UnsafeMutableRawPointer?, _ pointer: UnsafeMutableRawPointer?, _ length: UInt, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let stream = try currentStream(stream)
    if stream.isCaptured { try stream.refuseCapture() }
    guard [1, 2, 4].contains(flags) else { throw .invalidValue.because("attachment flags are \(flags)") }
    let memory = PointerAttributes(of: pointer)
    guard memory.type == .managed else { throw .invalidValue.because("the memory is not managed") }
    guard length == 0 || length <= UInt(memory.rangeSize) && UInt(memory.rangeSize) - length < 64,
      UInt(bitPattern: pointer) == memory.rangeStart
    else { throw .invalidValue.because("\(length) bytes of an allocation of \(memory.rangeSize): it is attached as a whole") }
    guard flags != 4 || stream.kind != .legacy else { throw .invalidValue.because("memory is attached to the NULL stream alone") }
  }
}

@c(carmine_rt_cudaMemGetInfo)
public func cudaMemGetInfo(_ free: UnsafeMutablePointer<UInt>?, _ total: UnsafeMutablePointer<UInt>?) -> Int32 {
  entry { () throws(CUDAError) in
    let info = try currentContext().memoryInfo()
    free?.pointee = UInt(info.free)
    total?.pointee = UInt(info.total)
  }
}

@c(carmine_rt_cudaMallocAsync)
public func cudaMallocAsync(_ result: PointerResult?, _ size: UInt, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "devPtr")
    let size = try allocationSize(size)
    result.pointee = try withStream(stream) { stream throws(CUDAError) in try stream.allocateAsync(size) }
  }
}

@c(carmine_rt_cudaFreeAsync)
public func cudaFreeAsync(_ pointer: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try withStream(stream) { stream throws(CUDAError) in try stream.freeAsync(pointer) } }
}
