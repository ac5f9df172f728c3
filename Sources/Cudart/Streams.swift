// Streams and work of the host in them.  Source: CUDA Runtime API, "Stream Management", "Execution Control".
import CUDA

@c(carmine_rt_cudaStreamCreate)
public func cudaStreamCreate(_ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "stream")
    result.pointee = try Stream.create(in: currentContext()).handle
  }
}

@c(carmine_rt_cudaStreamCreateWithFlags)
public func cudaStreamCreateWithFlags(_ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "stream")
    result.pointee = try Stream.create(in: currentContext(), flags: flags).handle
  }
}

@c(carmine_rt_cudaStreamCreateWithPriority)
public func cudaStreamCreateWithPriority(
  _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ flags: UInt32, _ priority: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "stream")
    result.pointee = try Stream.create(in: currentContext(), flags: flags, priority: Int(priority)).handle
  }
}

@c(carmine_rt_cudaStreamDestroy)
public func cudaStreamDestroy(_ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try currentContext().stream(stream, toDestroy: true).destroy() }
}

@c(carmine_rt_cudaStreamSynchronize)
public func cudaStreamSynchronize(_ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try withStream(stream) { stream throws(CUDAError) in try stream.synchronize() } }
}

@c(carmine_rt_cudaStreamQuery)
public func cudaStreamQuery(_ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard try withStream(stream, { stream throws(CUDAError) in try stream.isIdle() }) else { throw .notReady }
  }
}

@c(carmine_rt_cudaStreamWaitEvent)
public func cudaStreamWaitEvent(_ stream: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    try withStream(stream) { stream throws(CUDAError) in
      try Event.live(event).borrow { event throws(CUDAError) in try stream.wait(for: event, flags: flags) }
    }
  }
}

@c(carmine_rt_cudaStreamGetFlags)
public func cudaStreamGetFlags(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "flags").pointee = currentStream(stream).flags }
}

@c(carmine_rt_cudaStreamGetPriority)
public func cudaStreamGetPriority(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "priority").pointee = Int32(currentStream(stream).priority) }
}

@c(carmine_rt_cudaStreamGetId)
public func cudaStreamGetId(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "streamId").pointee = currentStream(stream).id }
}

@c(carmine_rt_cudaStreamGetDevice)
public func cudaStreamGetDevice(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "device").pointee = Int32(currentStream(stream).context.device.ordinal) }
}

@c(carmine_rt_cudaLaunchHostFunc)
public func cudaLaunchHostFunc(
  _ stream: UnsafeMutableRawPointer?, _ function: HostFunction?, _ data: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    guard let function else { throw .invalidValue.because("fn is null") }
    try currentStream(stream).launchHostFunction(function, data)
  }
}

/// `syncMode` says how the device waits for the function: blocking (0) or spinning (1); here it is a hint.
@c(carmine_rt_cudaLaunchHostFunc_v2)
public func cudaLaunchHostFunc_v2(
  _ stream: UnsafeMutableRawPointer?, _ function: HostFunction?, _ data: UnsafeMutableRawPointer?, _ syncMode: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard let function else { throw .invalidValue.because("fn is null") }
    guard syncMode <= 1 else { throw .invalidValue.because("syncMode is \(syncMode)") }
    try currentStream(stream).launchHostFunction(function, data)
  }
}

@c(carmine_rt_cudaStreamAddCallback)
public func cudaStreamAddCallback(
  _ stream: UnsafeMutableRawPointer?, _ callback: StreamCallback?, _ data: UnsafeMutableRawPointer?, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard let callback else { throw .invalidValue.because("callback is null") }
    try currentStream(stream).addCallback(callback, handle: stream, data, flags: flags)
  }
}

// MARK: - Attributes

@c(carmine_rt_cudaStreamGetAttribute)
public func cudaStreamGetAttribute(_ stream: UnsafeMutableRawPointer?, _ id: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("value_out is null") }
    try currentStream(stream).attribute(LaunchAttributeID(rawValue: id), into: result)
  }
}

@c(carmine_rt_cudaStreamSetAttribute)
public func cudaStreamSetAttribute(_ stream: UnsafeMutableRawPointer?, _ id: Int32, _ value: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard let value else { throw .invalidValue.because("value is null") }
    try currentStream(stream).setAttribute(LaunchAttributeID(rawValue: id), LaunchAttributeValue(value))
  }
}

@c(carmine_rt_cudaStreamCopyAttributes)
public func cudaStreamCopyAttributes(_ destination: UnsafeMutableRawPointer?, _ source: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try currentStream(destination).copyAttributes(from: currentStream(source)) }
}

/// Both streams may be the per-thread one, which the generated jump cannot say: it replaces one argument.
@c(carmine_rt_cudaStreamCopyAttributes_ptsz)
public func cudaStreamCopyAttributes_ptsz(_ destination: UnsafeMutableRawPointer?, _ source: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    try currentStream(destination, perThreadDefault: true).copyAttributes(from: currentStream(source, perThreadDefault: true))
  }
}
