// Advice and prefetching with CUDA 12's arguments: device numbers, and locations in the _v2 forms.
import CCUDA
import CUDA
import Cudart

@c(carmine12_cudaMemAdvise)
public func cudaMemAdvise(_ pointer: UnsafeRawPointer?, _ size: UInt, _ advice: Int32, _ device: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    // By number it is an ordinal: cudaErrorInvalidDevice where there is none; in a location it is part of a value.
    if device >= 0 { _ = try Runtime.device(Int(device)) }
    try advise(pointer, size, advice, location(ofDevice: device))
  }
}

@c(carmine12_cudaMemAdvise_v2)
public func cudaMemAdvise_v2(_ pointer: UnsafeRawPointer?, _ size: UInt, _ advice: Int32, _ location: cudaMemLocation) -> Int32 {
  entry { () throws(CUDAError) in try advise(pointer, size, advice, location) }
}

@c(carmine12_cudaMemPrefetchAsync)
public func cudaMemPrefetchAsync(_ pointer: UnsafeRawPointer?, _ size: UInt, _ device: Int32, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try prefetch(pointer, size, location(ofDevice: device), flags: 0, stream) }
}

/// A null stream is the per-thread default stream, which has nothing to do either.
@c(carmine12_cudaMemPrefetchAsync_ptsz)
public func cudaMemPrefetchAsync_ptsz(
  _ pointer: UnsafeRawPointer?, _ size: UInt, _ device: Int32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try prefetch(pointer, size, location(ofDevice: device), flags: 0, stream ?? UnsafeMutableRawPointer(bitPattern: 2))
  }
}

@c(carmine12_cudaMemPrefetchAsync_v2)
public func cudaMemPrefetchAsync_v2(
  _ pointer: UnsafeRawPointer?, _ size: UInt, _ location: cudaMemLocation, _ flags: UInt32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try prefetch(pointer, size, location, flags: flags, stream) }
}
