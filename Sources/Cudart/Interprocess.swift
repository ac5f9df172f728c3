// Memory, events and pools between processes.
// Source: CUDA Runtime API, "Device Management" (cudaIpc…) and "Stream Ordered Memory Allocator".
import CCUDA
import CUDA

@c(carmine_rt_cudaIpcGetMemHandle)
public func cudaIpcGetMemHandle(_ handle: UnsafeMutablePointer<cudaIpcMemHandle_t>?, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let handle = try out(handle, "handle")
    _ = try currentContext()
    try InterprocessMemory.export(pointer, to: handle)
  }
}

@c(carmine_rt_cudaIpcOpenMemHandle)
public func cudaIpcOpenMemHandle(_ result: PointerResult?, _ handle: cudaIpcMemHandle_t, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "devPtr")
    _ = try currentContext()
    var handle = handle
    let opened: Result<UnsafeMutableRawPointer, CUDAError> = withUnsafeBytes(of: &handle) { bytes in
      do throws(CUDAError) { return .success(try InterprocessMemory.open(bytes.baseAddress!, flags: flags)) } catch { return .failure(error) }
    }
    result.pointee = try opened.get()
  }
}

@c(carmine_rt_cudaIpcCloseMemHandle)
public func cudaIpcCloseMemHandle(_ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try InterprocessMemory.close(pointer)
  }
}

@c(carmine_rt_cudaIpcGetEventHandle)
public func cudaIpcGetEventHandle(_ handle: UnsafeMutablePointer<cudaIpcEventHandle_t>?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let handle = try out(handle, "handle")
    guard event != nil else { throw .invalidValue.because("event is null") }
    try Event.event(event).export(to: handle)
  }
}

@c(carmine_rt_cudaIpcOpenEventHandle)
public func cudaIpcOpenEventHandle(_ result: HandleResult?, _ handle: cudaIpcEventHandle_t) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "event")
    _ = try currentContext()
    var handle = handle
    let opened: Result<Event, CUDAError> = withUnsafeBytes(of: &handle) { bytes in
      do throws(CUDAError) { return .success(try Event.open(bytes.baseAddress!)) } catch { return .failure(error) }
    }
    result.pointee = try opened.get().handle
  }
}

/// `handle` points to an int for descriptors.
@c(carmine_rt_cudaMemPoolExportToShareableHandle)
public func cudaMemPoolExportToShareableHandle(
  _ handle: UnsafeMutableRawPointer?, _ pool: UnsafeMutableRawPointer?, _ type: Int32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard let handle else { throw .invalidValue.because("shareableHandle is null") }
    handle.storeBytes(of: try MemoryPool.find(pool).exportDescriptor(handleType: type, flags: flags), as: Int32.self)
  }
}

/// `handle` is the descriptor itself.
@c(carmine_rt_cudaMemPoolImportFromShareableHandle)
public func cudaMemPoolImportFromShareableHandle(
  _ result: HandleResult?, _ handle: UnsafeMutableRawPointer?, _ type: Int32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "memPool")
    _ = try currentContext()
    let descriptor = Int32(truncatingIfNeeded: Int(bitPattern: handle))
    result.pointee = try MemoryPool.importDescriptor(descriptor, handleType: type, flags: flags).handle
  }
}

@c(carmine_rt_cudaMemPoolExportPointer)
public func cudaMemPoolExportPointer(_ data: UnsafeMutablePointer<cudaMemPoolPtrExportData>?, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try MemoryPool.exportPointer(pointer, to: out(data, "exportData")) }
}

@c(carmine_rt_cudaMemPoolImportPointer)
public func cudaMemPoolImportPointer(
  _ result: PointerResult?, _ pool: UnsafeMutableRawPointer?, _ data: UnsafeMutablePointer<cudaMemPoolPtrExportData>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "ptr")
    result.pointee = try MemoryPool.find(pool).importPointer(out(data, "exportData"))
  }
}
