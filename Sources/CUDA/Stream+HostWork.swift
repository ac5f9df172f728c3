// Host functions in a stream: cudaLaunchHostFunc and cudaStreamAddCallback.
// Threads: the functions run one at a time on a thread of the device's own, and must not call CUDA: what needs a device answers
// cudaErrorNotPermitted there.
// Order: in stream order; what follows in the stream waits for them.
import GPU

public typealias HostFunction = @convention(c) (UnsafeMutableRawPointer?) -> Void
/// The stream's handle, the cudaError_t of the work before it, and the program's pointer.
public typealias StreamCallback = @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafeMutableRawPointer?) -> Void

extension Stream {
  /// cudaLaunchHostFunc.  Not called when the device has stopped.
  public func launchHostFunction(_ function: @escaping HostFunction, _ data: UnsafeMutableRawPointer?) throws(CUDAError) {
    if isCaptured {
      try capture(.host(HostNode(function, data)))
      return
    }
    try admit()
    nonisolated(unsafe) let data = data
    try gpuWork { () throws(GPUError) in try timeline.enqueueHostFunction { fault in if fault == .none { CurrentThread.inHostFunction { function(data) } } } }
  }

  /// cudaStreamAddCallback, which cannot be captured.  Also called when the device has stopped, with the error.
  public func addCallback(
    _ callback: @escaping StreamCallback, handle: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?, flags: UInt32 = 0
  ) throws(CUDAError) {
    guard flags == 0 else { throw .invalidValue.because("callback flags are \(flags), not 0") }
    try admit()
    nonisolated(unsafe) let data = data
    nonisolated(unsafe) let handle = handle
    try gpuWork { () throws(GPUError) in
      try timeline.enqueueHostFunction { fault in
        CurrentThread.inHostFunction { callback(handle, CUDAError(fault: fault)?.rawValue ?? 0, data) }
      }
    }
  }
}
