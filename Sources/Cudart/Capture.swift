// Stream capture.  Where CUDA 12 and 13 have the same name with other arguments, what is done is here and the name in Cudart12 and
// Cudart13.  Edge data (cudaGraphEdgeData) are eight bytes: from port, to port, type, and five reserved ones, which must be 0.
// Source: CUDA Runtime API, "Stream Management".
import CCUDA
import CUDA

public typealias NodeList = UnsafePointer<UnsafeMutableRawPointer?>
public typealias EdgeDataList = UnsafePointer<UInt64>

private func captureMode(_ number: Int32) throws(CUDAError) -> CaptureMode {
  guard let mode = CaptureMode(rawValue: number) else { throw .invalidValue.because("capture mode \(number)") }
  return mode
}

/// Edges from nodes that a program lists.
public func captureEdges(_ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt) throws(CUDAError) -> [GraphEdge] {
  guard count > 0 else { return [] }
  guard let nodes else { throw .invalidValue.because("dependencies is null and numDependencies \(count)") }
  var edges: [GraphEdge] = []
  for index in 0..<Int(clamping: count) {
    let bits = data?[index] ?? 0
    guard bits >> 24 == 0 else { throw .invalidValue.because("reserved bytes of edge data are not 0") }
    edges.append(
      GraphEdge(
        try GraphNode.node(nodes[index]),
        GraphEdgeData(fromPort: UInt8(bits & 0xff), toPort: UInt8(bits >> 8 & 0xff), type: UInt8(bits >> 16 & 0xff))))
  }
  return edges
}

// MARK: - Begin and end

@c(carmine_rt_cudaStreamBeginCapture)
public func cudaStreamBeginCapture(_ stream: UnsafeMutableRawPointer?, _ mode: Int32) -> Int32 {
  entry { () throws(CUDAError) in try currentStream(stream).beginCapture(captureMode(mode)) }
}

@c(carmine_rt_cudaStreamBeginCaptureToGraph)
public func cudaStreamBeginCaptureToGraph(
  _ stream: UnsafeMutableRawPointer?, _ graph: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt,
  _ mode: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    let graph = try Graph.graph(graph)
    try currentStream(stream).beginCapture(captureMode(mode), to: graph, after: captureEdges(nodes, data, count))
  }
}

/// The program's callback sees each node whose parameters differ from what the graph has; its answer other than success ends the capture.
@c(carmine_rt_cudaStreamBeginRecaptureToGraph)
public func cudaStreamBeginRecaptureToGraph(
  _ stream: UnsafeMutableRawPointer?, _ mode: Int32, _ graph: UnsafeMutableRawPointer?, _ data: UnsafePointer<cudaGraphRecaptureCallbackData>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let graph = try Graph.graph(graph)
    var callback: Recapture.Callback?
    if let function = data?.pointee.callbackFunc {
      let pointer = data!.pointee.userData
      callback = { node, old, new, status in
        var before = nodeParameters(old, of: node), after = nodeParameters(new, of: node)
        return function(pointer, node.handle, &before, &after, status.rawValue)
      }
    }
    try currentStream(stream).beginRecapture(captureMode(mode), to: graph, callback: callback)
  }
}

/// On any error but those that leave the capture going, the graph is null.
@c(carmine_rt_cudaStreamEndCapture)
public func cudaStreamEndCapture(_ stream: UnsafeMutableRawPointer?, _ result: PointerResult?) -> Int32 {
  entry { () throws(CUDAError) in
    result?.pointee = nil
    let graph = try currentStream(stream).endCapture()
    if let result {
      result.pointee = graph.handle
    } else if graph.owner == nil {
      try graph.destroy()   // nobody can
    }
  }
}

@c(carmine_rt_cudaThreadExchangeStreamCaptureMode)
public func cudaThreadExchangeStreamCaptureMode(_ mode: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in
    let mode = try out(mode, "mode")
    mode.pointee = Capture.exchangeThreadMode(try captureMode(mode.pointee)).rawValue
  }
}

// MARK: - Questions

@c(carmine_rt_cudaStreamIsCapturing)
public func cudaStreamIsCapturing(_ stream: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pCaptureStatus")
    result.pointee = try currentStream(stream).captureStatus().rawValue
  }
}

/// Only the status is written unless the capture is active.  Throws cudaErrorLossyQuery for dependencies with edge data when the
/// caller has no place for the data.
public func captureInfo(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?, _ graph: PointerResult?,
  _ nodes: UnsafeMutablePointer<NodeList?>?, _ data: UnsafeMutablePointer<EdgeDataList?>?, _ count: UnsafeMutablePointer<UInt>?
) throws(CUDAError) {
  let status = try out(status, "captureStatus_out"), stream = try currentStream(stream)
  let found = try stream.captureStatus()
  status.pointee = found.rawValue
  guard found == .active, let info = stream.captureInfo() else { return }
  guard data == nil || nodes != nil else { throw .invalidValue.because("edgeData_out without dependencies_out") }
  guard nodes == nil || data != nil || !info.hasEdgeData else { throw .lossyQuery.because("dependencies have edge data") }
  id?.pointee = info.id
  graph?.pointee = info.graph
  nodes?.pointee = NodeList(info.nodes)
  data?.pointee = EdgeDataList(info.edges)
  count?.pointee = UInt(info.count)
}

@c(carmine_rt_cudaStreamGetCaptureInfo_v2)
public func cudaStreamGetCaptureInfo_v2(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?, _ graph: PointerResult?,
  _ nodes: UnsafeMutablePointer<NodeList?>?, _ count: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try captureInfo(stream, status, id, graph, nodes, nil, count) }
}

@c(carmine_rt_cudaStreamGetCaptureInfo_v3)
public func cudaStreamGetCaptureInfo_v3(
  _ stream: UnsafeMutableRawPointer?, _ status: UnsafeMutablePointer<Int32>?, _ id: UnsafeMutablePointer<UInt64>?, _ graph: PointerResult?,
  _ nodes: UnsafeMutablePointer<NodeList?>?, _ data: UnsafeMutablePointer<EdgeDataList?>?, _ count: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try captureInfo(stream, status, id, graph, nodes, data, count) }
}

// MARK: - Dependencies

/// `flags`: cudaStreamAddCaptureDependencies (0) or cudaStreamSetCaptureDependencies (1).
public func updateDependencies(
  _ stream: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt, _ flags: UInt32
) throws(CUDAError) {
  let stream = try currentStream(stream)
  guard flags <= 1 else { throw .invalidValue.because("flags are \(flags)") }
  try stream.updateCaptureDependencies(captureEdges(nodes, data, count), replaces: flags == 1)
}

@c(carmine_rt_cudaStreamUpdateCaptureDependencies_v2)
public func cudaStreamUpdateCaptureDependencies_v2(
  _ stream: UnsafeMutableRawPointer?, _ nodes: NodeList?, _ data: EdgeDataList?, _ count: UInt, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try updateDependencies(stream, nodes, data, count, flags) }
}
