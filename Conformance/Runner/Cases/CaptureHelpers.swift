// What the cases of stream capture need again and again: beginning, ending, looking at what was captured, replaying it.
import CConformance
import Glibc

func beginCapture(_ stream: cudaStream_t?, _ mode: cudaStreamCaptureMode = cudaStreamCaptureModeGlobal) throws {
  try ok(cudaStreamBeginCapture(stream, mode), "cudaStreamBeginCapture")
}

func captureStatus(_ stream: cudaStream_t?) throws -> cudaStreamCaptureStatus {
  var status = cudaStreamCaptureStatus(rawValue: 77)
  try ok(cudaStreamIsCapturing(stream, &status), "cudaStreamIsCapturing")
  return status
}

func expectCaptureStatus(_ stream: cudaStream_t?, _ wanted: cudaStreamCaptureStatus, line: Int = #line) throws {
  try equal(captureStatus(stream).rawValue, wanted.rawValue, "line \(line): the capture status")
}

func endCapture(_ stream: cudaStream_t?) throws -> cudaGraph_t {
  var graph: cudaGraph_t?
  try ok(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture")
  return try some(graph, "the graph")
}

/// The capture is over with this error, and no graph.
func endCaptureFails(_ stream: cudaStream_t?, _ wanted: cudaError_t, line: Int = #line) throws {
  var graph = cudaGraph_t(bitPattern: 8)
  try fails(cudaStreamEndCapture(stream, &graph), wanted, "the end", line: line)
  try check(graph == nil, "the graph is null", line: line)
  try expectCaptureStatus(stream, cudaStreamCaptureStatusNone, line: line)
}

func graphNodes(_ graph: cudaGraph_t) throws -> [cudaGraphNode_t?] {
  var count = 0
  try ok(cudaGraphGetNodes(graph, nil, &count), "cudaGraphGetNodes")
  var nodes = [cudaGraphNode_t?](repeating: nil, count: count)
  if count > 0 { try ok(cudaGraphGetNodes(graph, &nodes, &count), "cudaGraphGetNodes") }
  return nodes
}

func graphNodeTypes(_ graph: cudaGraph_t) throws -> [UInt32] {
  try graphNodes(graph).map { node in
    var type = cudaGraphNodeType(rawValue: 99)
    try ok(cudaGraphNodeGetType(node, &type), "cudaGraphNodeGetType")
    return UInt32(type.rawValue)
  }
}

func graphEdgeCount(_ graph: cudaGraph_t) throws -> Int {
  var count = 0
  if abi == 12 { try ok(cudaGraphGetEdges_12(graph, nil, nil, &count)) } else { try ok(cudaGraphGetEdges(graph, nil, nil, nil, &count)) }
  return count
}

/// Launches the graph `times` times.
func replayGraph(_ graph: cudaGraph_t, _ stream: cudaStream_t?, _ times: Int = 1) throws {
  var executable: cudaGraphExec_t?
  try ok(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate")
  for _ in 0..<times { try ok(cudaGraphLaunch(executable, stream), "cudaGraphLaunch") }
  try ok(cudaStreamSynchronize(stream), "cudaStreamSynchronize")
  try ok(cudaGraphExecDestroy(executable))
}

func addOnDevice(_ words: Words, _ value: Int32, at index: Int = 0, _ stream: cudaStream_t?) throws {
  try ok(launch(basic.kernel("add"), dim(1), dim(1), stream: stream, words.pointer + index * 4, Int32(1), value), "a kernel")
}

struct CaptureInfo {
  var status = cudaStreamCaptureStatus(rawValue: 77), id: UInt64 = 7, graph: cudaGraph_t?, count = 77
  var first: cudaGraphNode_t?
}

/// cudaStreamGetCaptureInfo in the form that has everything.
func captureInfo(_ stream: cudaStream_t?) throws -> CaptureInfo {
  var info = CaptureInfo(), deps: UnsafePointer<cudaGraphNode_t?>?, data: UnsafePointer<cudaGraphEdgeData>?
  if abi == 12 {
    try ok(cudaStreamGetCaptureInfo_v3(stream, &info.status, &info.id, &info.graph, &deps, &data, &info.count), "cudaStreamGetCaptureInfo_v3")
  } else {
    try ok(cudaStreamGetCaptureInfo(stream, &info.status, &info.id, &info.graph, &deps, &data, &info.count), "cudaStreamGetCaptureInfo")
  }
  if info.status == cudaStreamCaptureStatusActive, info.count > 0 { info.first = deps?[0] }
  return info
}
