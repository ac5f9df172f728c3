// External semaphores with CUDA 13's parameters.
import CCUDA
import CUDA
import Cudart

@c(carmine13_cudaSignalExternalSemaphoresAsync)
public func cudaSignalExternalSemaphoresAsync(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_parameters>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try signal(handles, parameters, stride: MemoryLayout<carmine_semaphore_parameters>.stride, count, stream) }
}

@c(carmine13_cudaWaitExternalSemaphoresAsync)
public func cudaWaitExternalSemaphoresAsync(
  _ handles: PointerList?, _ parameters: UnsafePointer<carmine_semaphore_parameters>?, _ count: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try wait(handles, parameters, stride: MemoryLayout<carmine_semaphore_parameters>.stride, count, stream) }
}
