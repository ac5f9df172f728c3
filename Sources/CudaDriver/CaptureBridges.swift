// Capture of streams into graphs: the runtime's by another name, with the same arguments and layouts and another numbering of errors.
// Threads: as the runtime's.  Source: CUDA Driver API, "Stream Management"; each pair has one signature in cuda.h and cuda_runtime_api.h.
import CCUDA
import CUDA
import Cudart

@c(carmine_cu_cuStreamBeginCapture_v2)
public func cuStreamBeginCapture_v2(_ stream: UnsafeMutableRawPointer?, _ mode: Int32) -> Int32 {
  bridged { cudaStreamBeginCapture(stream, mode) }
}

@c(carmine_cu_cuStreamEndCapture)
public func cuStreamEndCapture(_ stream: UnsafeMutableRawPointer?, _ result: PointerResult?) -> Int32 {
  bridged { cudaStreamEndCapture(stream, result) }
}

@c(carmine_cu_cuThreadExchangeStreamCaptureMode)
public func cuThreadExchangeStreamCaptureMode(_ mode: UnsafeMutablePointer<Int32>?) -> Int32 {
  bridged { cudaThreadExchangeStreamCaptureMode(mode) }
}

@c(carmine_cu_cuStreamBeginCaptureToGraph)
public func cuStreamBeginCaptureToGraph(
  _ stream: UnsafeMutableRawPointer?, _ graph: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt, _ mode: Int32
) -> Int32 {
  bridged { cudaStreamBeginCaptureToGraph(stream, graph, nodes, data, count, mode) }
}

@c(carmine_cu_cuStreamGetCaptureInfo_v2)
public func cuStreamGetCaptureInfo_v2(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?, _ graph: PointerResult?, _ nodes: UnsafeMutablePointer<NodeList?>?, _ count: UnsafeMutablePointer<UInt>?
) -> Int32 {
  bridged { cudaStreamGetCaptureInfo_v2(stream, status, id, graph, nodes, count) }
}

@c(carmine_cu_cuStreamGetCaptureInfo_v3)
public func cuStreamGetCaptureInfo_v3(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?, _ graph: PointerResult?, _ nodes: UnsafeMutablePointer<NodeList?>?, _ data: UnsafeMutablePointer<EdgeDataList?>?, _ count: UnsafeMutablePointer<UInt>?
) -> Int32 {
  bridged { cudaStreamGetCaptureInfo_v3(stream, status, id, graph, nodes, data, count) }
}

@c(carmine_cu_cuStreamUpdateCaptureDependencies_v2)
public func cuStreamUpdateCaptureDependencies_v2(
  _ stream: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt, _ flags: UInt32
) -> Int32 {
  bridged { cudaStreamUpdateCaptureDependencies_v2(stream, nodes, data, count, flags) }
}

@c(carmine_cu_cuStreamUpdateCaptureDependencies)
public func cuStreamUpdateCaptureDependencies(_ stream: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ count: UInt, _ flags: UInt32) -> Int32 {
  bridged { cudaStreamUpdateCaptureDependencies_v2(stream, nodes, nil, count, flags) }
}
