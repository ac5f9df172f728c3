// Batched copies with CUDA 12's arguments, which say which copy was wrong.
import CCUDA
import CUDA
import Cudart

@c(carmine12_cudaMemcpyBatchAsync)
public func cudaMemcpyBatchAsync(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt,
  _ attributes: UnsafePointer<cudaMemcpyAttributes>?, _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, _ failed: UnsafeMutablePointer<UInt>?, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try copyBatch(to, from, sizes, count, attributes, starts, attributeCount, failed: failed, in: currentStream(stream))
  }
}

@c(carmine12_cudaMemcpy3DBatchAsync)
public func cudaMemcpy3DBatchAsync(
  _ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, _ failed: UnsafeMutablePointer<UInt>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try copyBatch3D(number, list, flags: flags, failed: failed, in: currentStream(stream)) }
}

@c(carmine12_cudaMemcpyBatchAsync_ptsz)
public func cudaMemcpyBatchAsync_ptsz(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt,
  _ attributes: UnsafePointer<cudaMemcpyAttributes>?, _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, _ failed: UnsafeMutablePointer<UInt>?, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try copyBatch(to, from, sizes, count, attributes, starts, attributeCount, failed: failed, in: currentStream(stream, perThreadDefault: true))
  }
}

@c(carmine12_cudaMemcpy3DBatchAsync_ptsz)
public func cudaMemcpy3DBatchAsync_ptsz(
  _ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, _ failed: UnsafeMutablePointer<UInt>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try copyBatch3D(number, list, flags: flags, failed: failed, in: currentStream(stream, perThreadDefault: true)) }
}
