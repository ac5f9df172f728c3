// CUDA 13's forms of functions about captures, with edge data.
import CUDA
import Cudart

@c(carmine13_cudaStreamGetCaptureInfo)
public func cudaStreamGetCaptureInfo(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?, _ graph: PointerResult?,
  _ nodes: UnsafeMutablePointer<NodeList?>?, _ data: UnsafeMutablePointer<EdgeDataList?>?, _ count: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try captureInfo(stream, status, id, graph, nodes, data, count) }
}

@c(carmine13_cudaStreamUpdateCaptureDependencies)
public func cudaStreamUpdateCaptureDependencies(
  _ stream: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try updateDependencies(stream, nodes, data, count, flags) }
}
