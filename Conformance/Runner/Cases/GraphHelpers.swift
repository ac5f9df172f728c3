// What the cases of graphs share: making graphs and nodes of each kind, and the differences between CUDA 12 and 13.
import CConformance
import Glibc

typealias GraphNode = cudaGraphNode_t

func makeGraph() throws -> cudaGraph_t {
  var graph: cudaGraph_t?
  try ok(cudaGraphCreate(&graph, 0), "cudaGraphCreate")
  return try some(graph, "the graph")
}

func executable(_ graph: cudaGraph_t?, _ flags: UInt64 = 0) throws -> cudaGraphExec_t {
  var made: cudaGraphExec_t?
  try ok(cudaGraphInstantiate(&made, graph, flags), "cudaGraphInstantiate")
  return try some(made, "the executable graph")
}

/// Launches in a stream of its own and waits.
func run(_ executable: cudaGraphExec_t, times: Int = 1) throws {
  let stream = try makeStream(cudaStreamNonBlocking)
  for _ in 0..<times { try ok(cudaGraphLaunch(executable, stream), "cudaGraphLaunch") }
  try ok(cudaStreamSynchronize(stream), "cudaStreamSynchronize")
  try ok(cudaStreamDestroy(stream))
}

func withNodes<R>(_ nodes: [GraphNode], _ body: (UnsafePointer<GraphNode?>?, Int) throws -> R) rethrows -> R {
  let list: [GraphNode?] = nodes
  return try list.withUnsafeBufferPointer { try body($0.baseAddress, list.count) }
}

func emptyNode(_ graph: cudaGraph_t, after: [GraphNode] = []) throws -> GraphNode {
  var node: GraphNode?
  try ok(withNodes(after) { try cudaGraphAddEmptyNode(&node, graph, $0, $1) }, "cudaGraphAddEmptyNode")
  return try some(node, "the node")
}

func memsetParameters(_ pointer: UnsafeMutableRawPointer?, _ value: UInt32, words: Int) -> cudaMemsetParams {
  var p = cudaMemsetParams()
  (p.dst, p.value, p.elementSize, p.width, p.height) = (pointer, value, 4, words, 1)
  return p
}

func fillNode(_ graph: cudaGraph_t, after: [GraphNode] = [], _ words: Words, _ value: UInt32) throws -> GraphNode {
  var node: GraphNode?, p = memsetParameters(words.pointer, value, words: words.count)
  try ok(withNodes(after) { try cudaGraphAddMemsetNode(&node, graph, $0, $1, &p) }, "cudaGraphAddMemsetNode")
  return try some(node, "the node")
}

func withKernelParameters<R>(
  _ name: String, threads: Int = 32, _ arguments: [any KernelArgument], _ body: (inout cudaKernelNodeParams) throws -> R
) throws -> R {
  let kernel = try basic.kernel(name)
  return try withArguments(arguments) { pointers in
    var p = cudaKernelNodeParams()
    p.func = kernel.address
    (p.gridDim, p.blockDim) = (dim(1), dim(threads))
    p.kernelParams = pointers
    return try body(&p)
  }
}

func kernelNode(_ graph: cudaGraph_t, after: [GraphNode] = [], _ name: String, threads: Int = 32, _ arguments: any KernelArgument...) throws -> GraphNode {
  var node: GraphNode?
  try withKernelParameters(name, threads: threads, arguments) { p in
    try ok(withNodes(after) { try cudaGraphAddKernelNode(&node, graph, $0, $1, &p) }, "cudaGraphAddKernelNode")
  }
  return try some(node, "the node")
}

func copyNode(_ graph: cudaGraph_t, after: [GraphNode] = [], to: UnsafeMutableRawPointer, from: UnsafeRawPointer, bytes: Int) throws -> GraphNode {
  var node: GraphNode?
  try ok(withNodes(after) { try cudaGraphAddMemcpyNode1D(&node, graph, $0, $1, to, from, bytes, cudaMemcpyDefault) }, "cudaGraphAddMemcpyNode1D")
  return try some(node, "the node")
}

/// A host function that adds one to a counter.
final class Counter {
  let pointer = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
  init() { pointer.initialize(to: 0) }
  deinit { pointer.deallocate() }
  var value: UInt32 { UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt32.self).pointee }
  static let add: cudaHostFn_t = { $0!.assumingMemoryBound(to: UInt32.self).pointee += 1 }
  var parameters: cudaHostNodeParams { cudaHostNodeParams(fn: Counter.add, userData: UnsafeMutableRawPointer(pointer)) }
}

func hostNode(_ graph: cudaGraph_t, after: [GraphNode] = [], _ counter: Counter) throws -> GraphNode {
  var node: GraphNode?, p = counter.parameters
  try ok(withNodes(after) { try cudaGraphAddHostNode(&node, graph, $0, $1, &p) }, "cudaGraphAddHostNode")
  return try some(node, "the node")
}

/// An allocation node and where its memory is.
func allocationNode(_ graph: cudaGraph_t, after: [GraphNode] = [], bytes: Int = 4096) throws -> (node: GraphNode, pointer: UnsafeMutableRawPointer) {
  var node: GraphNode?, p = allocationParameters(bytes)
  try ok(withNodes(after) { try cudaGraphAddMemAllocNode(&node, graph, $0, $1, &p) }, "cudaGraphAddMemAllocNode")
  return (try some(node, "the node"), try some(p.dptr, "the memory"))
}

func allocationParameters(_ bytes: Int) -> cudaMemAllocNodeParams {
  var p = cudaMemAllocNodeParams()
  p.poolProps.allocType = cudaMemAllocationTypePinned
  p.poolProps.location.type = cudaMemLocationTypeDevice
  p.poolProps.location.id = 0
  p.bytesize = bytes
  return p
}

func freeNode(_ graph: cudaGraph_t, after: [GraphNode] = [], _ pointer: UnsafeMutableRawPointer) throws -> GraphNode {
  var node: GraphNode?
  try ok(withNodes(after) { try cudaGraphAddMemFreeNode(&node, graph, $0, $1, pointer) }, "cudaGraphAddMemFreeNode")
  return try some(node, "the node")
}

// MARK: - Where 12 and 13 differ

func addDependencies(_ graph: cudaGraph_t?, _ from: [GraphNode], _ to: [GraphNode]) throws -> cudaError_t {
  try withNodes(from) { f, count in
    try withNodes(to) { t, _ in abi == 12 ? try cudaGraphAddDependencies_12(graph, f, t, count) : try cudaGraphAddDependencies(graph, f, t, nil, count) }
  }
}

func addDependency(_ graph: cudaGraph_t?, _ from: GraphNode, _ to: GraphNode, _ data: cudaGraphEdgeData) throws -> cudaError_t {
  var from: GraphNode? = from, to: GraphNode? = to, data = data
  return abi == 12 ? try cudaGraphAddDependencies_v2(graph, &from, &to, &data, 1) : try cudaGraphAddDependencies(graph, &from, &to, &data, 1)
}

func removeDependencies(_ graph: cudaGraph_t?, _ from: [GraphNode], _ to: [GraphNode]) throws -> cudaError_t {
  try withNodes(from) { f, count in
    try withNodes(to) { t, _ in abi == 12 ? try cudaGraphRemoveDependencies_12(graph, f, t, count) : try cudaGraphRemoveDependencies(graph, f, t, nil, count) }
  }
}

func edges(_ graph: cudaGraph_t?) throws -> [(GraphNode?, GraphNode?)] {
  var count = 0
  try ok(abi == 12 ? cudaGraphGetEdges_12(graph, nil, nil, &count) : cudaGraphGetEdges(graph, nil, nil, nil, &count), "the number of edges")
  if count == 0 { return [] }
  var from = [GraphNode?](repeating: nil, count: count), to = from
  try ok(abi == 12 ? cudaGraphGetEdges_12(graph, &from, &to, &count) : cudaGraphGetEdges(graph, &from, &to, nil, &count), "the edges")
  return Array(zip(from, to))
}

func neighbours(_ node: GraphNode?, dependents: Bool) throws -> [GraphNode?] {
  func ask(_ list: UnsafeMutablePointer<GraphNode?>?, _ count: UnsafeMutablePointer<Int>) throws -> cudaError_t {
    if dependents { return abi == 12 ? try cudaGraphNodeGetDependentNodes_12(node, list, count) : try cudaGraphNodeGetDependentNodes(node, list, nil, count) }
    return abi == 12 ? try cudaGraphNodeGetDependencies_12(node, list, count) : try cudaGraphNodeGetDependencies(node, list, nil, count)
  }
  var count = 0
  try ok(ask(nil, &count), "the number of nodes")
  if count == 0 { return [] }
  var list = [GraphNode?](repeating: nil, count: count)
  try ok(ask(&list, &count), "the nodes")
  return list
}

func addNode(_ graph: cudaGraph_t?, after: [GraphNode] = [], _ node: inout GraphNode?, _ p: inout cudaGraphNodeParams) throws -> cudaError_t {
  try withNodes(after) { abi == 12 ? try cudaGraphAddNode_12(&node, graph, $0, $1, &p) : try cudaGraphAddNode(&node, graph, $0, nil, $1, &p) }
}

func update(_ executable: cudaGraphExec_t?, _ graph: cudaGraph_t?) throws -> (error: cudaError_t, info: cudaGraphExecUpdateResultInfo) {
  var info = cudaGraphExecUpdateResultInfo()
  let error = try cudaGraphExecUpdate(executable, graph, &info)
  return (error, info)
}
