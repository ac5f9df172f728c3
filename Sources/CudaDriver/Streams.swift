// Streams and events: the runtime API's, by the same handles.
// Source: CUDA Driver API, "Stream Management", "Event Management".
import CUDA
import Cudart

private func stream(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> CUDA.Stream { try current().stream(handle) }

@c(carmine_cu_cuStreamCreate)
public func cuStreamCreate(_ result: PointerResult?, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "phStream").pointee = Stream.create(in: current(), flags: flags).handle }
}

@c(carmine_cu_cuStreamCreateWithPriority)
public func cuStreamCreateWithPriority(_ result: PointerResult?, _ flags: UInt32, _ priority: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "phStream").pointee = Stream.create(in: current(), flags: flags, priority: Int(priority)).handle
  }
}

@c(carmine_cu_cuStreamDestroy_v2)
public func cuStreamDestroy_v2(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try stream(handle).destroy() }
}

@c(carmine_cu_cuStreamSynchronize)
public func cuStreamSynchronize(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try stream(handle).synchronize() }
}

@c(carmine_cu_cuStreamQuery)
public func cuStreamQuery(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard try stream(handle).isIdle() else { throw .notReady }
  }
}

@c(carmine_cu_cuStreamWaitEvent)
public func cuStreamWaitEvent(_ handle: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try stream(handle).wait(for: Event.event(event), flags: flags) }
}

@c(carmine_cu_cuStreamGetFlags)
public func cuStreamGetFlags(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "flags").pointee = stream(handle).flags }
}

@c(carmine_cu_cuStreamGetPriority)
public func cuStreamGetPriority(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "priority").pointee = Int32(stream(handle).priority) }
}

@c(carmine_cu_cuStreamGetCtx)
public func cuStreamGetCtx(_ handle: UnsafeMutableRawPointer?, _ result: PointerResult?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pctx").pointee = primaryHandle(of: stream(handle).context.device) }
}

/// Throws CUDA_ERROR_STREAM_CAPTURE_IMPLICIT for the legacy stream while a blocking stream captures.
@c(carmine_cu_cuStreamIsCapturing)
public func cuStreamIsCapturing(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "captureStatus")
    result.pointee = try stream(handle).captureStatus().rawValue
  }
}

@c(carmine_cu_cuLaunchHostFunc)
public func cuLaunchHostFunc(_ handle: UnsafeMutableRawPointer?, _ function: HostFunction?, _ data: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let function else { throw .invalidValue.because("fn is null") }
    try stream(handle).launchHostFunction(function, data)
  }
}

// MARK: - Events

@c(carmine_cu_cuEventCreate)
public func cuEventCreate(_ result: PointerResult?, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "phEvent").pointee = Event.create(in: current(), flags: flags).handle }
}

@c(carmine_cu_cuEventDestroy_v2)
public func cuEventDestroy_v2(_ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try Event.event(event).destroy() }
}

@c(carmine_cu_cuEventRecord)
public func cuEventRecord(_ event: UnsafeMutableRawPointer?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try Event.event(event).record(in: stream(handle)) }
}

@c(carmine_cu_cuEventQuery)
public func cuEventQuery(_ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard try Event.event(event).isComplete() else { throw .notReady }
  }
}

@c(carmine_cu_cuEventSynchronize)
public func cuEventSynchronize(_ event: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try Event.event(event).synchronize() }
}

@c(carmine_cu_cuEventElapsedTime)
public func cuEventElapsedTime(
  _ result: UnsafeMutablePointer<Float>?, _ start: UnsafeMutableRawPointer?, _ end: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "pMilliseconds").pointee = Event.elapsedMilliseconds(from: Event.event(start), to: Event.event(end))
  }
}

@c(carmine_cu_cuEventElapsedTime_v2)
public func cuEventElapsedTime_v2(
  _ result: UnsafeMutablePointer<Float>?, _ start: UnsafeMutableRawPointer?, _ end: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "pMilliseconds").pointee = Event.elapsedMilliseconds(from: Event.event(start), to: Event.event(end))
  }
}
