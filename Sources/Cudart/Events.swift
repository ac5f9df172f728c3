// Events.  Source: CUDA Runtime API, "Event Management".
import CUDA

@c(carmine_rt_cudaEventCreate)
public func cudaEventCreate(_ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "event")
    result.pointee = try Event.create(in: currentContext()).handle
  }
}

@c(carmine_rt_cudaEventCreateWithFlags)
public func cudaEventCreateWithFlags(_ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "event")
    result.pointee = try Event.create(in: currentContext(), flags: flags).handle
  }
}

@c(carmine_rt_cudaEventDestroy)
public func cudaEventDestroy(_ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try Event.event(event).destroy() }
}

@c(carmine_rt_cudaEventRecord)
public func cudaEventRecord(_ event: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    try Event.live(event).borrow { event throws(CUDAError) in
      try withStream(stream) { stream throws(CUDAError) in try event.record(in: stream) }
    }
  }
}

@c(carmine_rt_cudaEventRecordWithFlags)
public func cudaEventRecordWithFlags(
  _ event: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try Event.event(event).record(in: currentStream(stream), flags: flags) }
}

@c(carmine_rt_cudaEventQuery)
public func cudaEventQuery(_ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard try Event.event(event).isComplete() else { throw .notReady }
  }
}

@c(carmine_rt_cudaEventSynchronize)
public func cudaEventSynchronize(_ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try Event.event(event).synchronize() }
}

@c(carmine_rt_cudaEventElapsedTime)
public func cudaEventElapsedTime(
  _ result: UnsafeMutablePointer<Float>?, _ start: UnsafeMutableRawPointer?, _ end: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "ms").pointee = Event.elapsedMilliseconds(from: Event.event(start), to: Event.event(end))
  }
}

/// CUDA 12's second version of the same.
@c(carmine_rt_cudaEventElapsedTime_v2)
public func cudaEventElapsedTime_v2(
  _ result: UnsafeMutablePointer<Float>?, _ start: UnsafeMutableRawPointer?, _ end: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "ms").pointee = Event.elapsedMilliseconds(from: Event.event(start), to: Event.event(end))
  }
}
