// External semaphores with CUDA 12's parameters, which the functions' second versions have lengthened.
import CCUDA
import CUDA
import Cudart

@c(carmine12_cudaSignalExternalSemaphoresAsync)
public func cudaSignalExternalSemaphoresAsync(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_signal_v1>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try signal(handles, parameters, stride: MemoryLayout<carmine_semaphore_signal_v1>.stride, count, stream) }
}

@c(carmine12_cudaSignalExternalSemaphoresAsync_v2)
public func cudaSignalExternalSemaphoresAsync_v2(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_parameters>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try signal(handles, parameters, stride: MemoryLayout<carmine_semaphore_parameters>.stride, count, stream) }
}

@c(carmine12_cudaWaitExternalSemaphoresAsync)
public func cudaWaitExternalSemaphoresAsync(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_wait_v1>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try wait(handles, parameters, stride: MemoryLayout<carmine_semaphore_wait_v1>.stride, count, stream) }
}

@c(carmine12_cudaWaitExternalSemaphoresAsync_v2)
public func cudaWaitExternalSemaphoresAsync_v2(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_parameters>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try wait(handles, parameters, stride: MemoryLayout<carmine_semaphore_parameters>.stride, count, stream) }
}
