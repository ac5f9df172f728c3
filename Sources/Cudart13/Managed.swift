// Advice and prefetching with CUDA 13's arguments: locations.
import CCUDA
import CUDA
import Cudart

@c(carmine13_cudaMemAdvise)
public func cudaMemAdvise(_ pointer: UnsafeRawPointer?, _ size: UInt, _ advice: Int32, _ location: cudaMemLocation) -> Int32 {
  entry { () throws(CUDAError) in try advise(pointer, size, advice, location) }
}

@c(carmine13_cudaMemPrefetchAsync)
public func cudaMemPrefetchAsync(
  _ pointer: UnsafeRawPointer?, _ size: UInt, _ location: cudaMemLocation, _ flags: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try prefetch(pointer, size, location, flags: flags, stream) }
}

@c(carmine13_cudaMemPrefetchAsync_ptsz)
public func cudaMemPrefetchAsync_ptsz(
  _ pointer: UnsafeRawPointer?, _ size: UInt, _ location: cudaMemLocation, _ flags: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try prefetch(pointer, size, location, flags: flags, stream ?? UnsafeMutableRawPointer(bitPattern: 2))
  }
}
