// CUDA 12's forms of functions about captures: without a graph, without edge data.
import CUDA
import Cudart

@c(carmine12_cudaStreamGetCaptureInfo)
public func cudaStreamGetCaptureInfo(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  entry { () throws(CUDAError) in try captureInfo(stream, status, id, nil, nil, nil, nil) }
}

@c(carmine12_cudaStreamUpdateCaptureDependencies)
public func cudaStreamUpdateCaptureDependencies(_ stream: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ count: UInt, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try updateDependencies(stream, nodes, nil, count, flags) }
}
