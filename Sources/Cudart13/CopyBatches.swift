// Batched copies with CUDA 13's arguments.
import CCUDA
import CUDA
import Cudart

@c(carmine13_cudaMemcpyBatchAsync)
public func cudaMemcpyBatchAsync(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt,
  _ attributes: UnsafePointer<cudaMemcpyAttributes>?, _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try copyBatch(to, from, sizes, count, attributes, starts, attributeCount, failed: nil, in: currentStream(stream))
  }
}

@c(carmine13_cudaMemcpy3DBatchAsync)
public func cudaMemcpy3DBatchAsync(
  _ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try copyBatch3D(number, list, flags: flags, failed: nil, in: currentStream(stream)) }
}

@c(carmine13_cudaMemcpyBatchAsync_ptsz)
public func cudaMemcpyBatchAsync_ptsz(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt,
  _ attributes: UnsafePointer<cudaMemcpyAttributes>?, _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try copyBatch(to, from, sizes, count, attributes, starts, attributeCount, failed: nil, in: currentStream(stream, perThreadDefault: true))
  }
}

@c(carmine13_cudaMemcpy3DBatchAsync_ptsz)
public func cudaMemcpy3DBatchAsync_ptsz(
  _ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try copyBatch3D(number, list, flags: flags, failed: nil, in: currentStream(stream, perThreadDefault: true)) }
}
