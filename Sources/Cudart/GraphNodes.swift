// Nodes of each kind: adding them, reading and changing their parameters, in the graph and in an executable.
// Source: CUDA Runtime API, "Graph Management".
import CCUDA
import CUDA

/// Adds a node whose parameters `make` reads, with plain dependencies or with edge data.
public func addNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, data: EdgeDataArray? = nil,
  _ make: (Graph, Context) throws(CUDAError) -> GraphNodeKind
) throws(CUDAError) {
  let result = try out(result, "pGraphNode"), graph = try Graph.graph(graph)
  let edges = try graphDependencies(dependencies, data, size)
  try graph.checkDependencies(edges)
  let kind = try make(graph, currentContext())
  do throws(CUDAError) { result.pointee = try graph.add(kind, after: edges).handle } catch {
    graph.abandon(kind)
    throw error
  }
}

/// Gives a node of a graph, or its part of an executable, new parameters.
public func setNode(_ node: UnsafeMutableRawPointer?, _ make: (Context) throws(CUDAError) -> GraphNodeKind) throws(CUDAError) {
  let node = try GraphNode.node(node)
  try node.set(make(currentContext()))
}
public func setNode(
  of executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ make: (Context) throws(CUDAError) -> GraphNodeKind
) throws(CUDAError) {
  let executable = try GraphExecutable.executable(executable), node = try GraphNode.node(node)
  try executable.set(node, make(currentContext()))
}

/// The context that a node's parameters name; null: the current one.  A graph runs on the queue of the stream that it is launched in, so a
/// node cannot be bound to some multiprocessors by itself: cudaErrorNotSupported for a green context.
func nodeContext(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Context {
  guard let handle else { return try currentContext() }
  let found = try ExecutionContext.find(handle)
  guard found.isPrimary else { throw .notSupported.because("a node with a green context of its own; launch the graph in a stream of that context") }
  return found.context
}

private func given<T>(_ pointer: UnsafePointer<T>?) throws(CUDAError) -> T {
  guard let pointer else { throw .invalidValue.because("the parameters are null") }
  return pointer.pointee
}

private func wrong(_ node: GraphNode) -> CUDAError { .invalidValue.because("the node is a \(node.kind.name) node") }

// MARK: - Kernels

@c(carmine_rt_cudaGraphAddKernelNode)
public func cudaGraphAddKernelNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<cudaKernelNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try kernelNode(given(parameters), in: context) }
  }
}

@c(carmine_rt_cudaGraphKernelNodeGetParams)
public func cudaGraphKernelNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaKernelNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .kernel(let found) = node.kind else { throw wrong(node) }
    let p = parameters(found)
    result.pointee = cudaKernelNodeParams(
      func: p.func, gridDim: p.gridDim, blockDim: p.blockDim, sharedMemBytes: p.sharedMemBytes, kernelParams: p.kernelParams, extra: p.extra)
  }
}

@c(carmine_rt_cudaGraphKernelNodeSetParams)
public func cudaGraphKernelNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaKernelNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in try kernelNode(given(parameters), in: context) } }
}

@c(carmine_rt_cudaGraphExecKernelNodeSetParams)
public func cudaGraphExecKernelNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaKernelNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in try kernelNode(given(parameters), in: context) } }
}

// MARK: - Copies

@c(carmine_rt_cudaGraphAddMemcpyNode)
public func cudaGraphAddMemcpyNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<cudaMemcpy3DParms>?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try copyNode(given(parameters), in: context) }
  }
}

@c(carmine_rt_cudaGraphMemcpyNodeGetParams)
public func cudaGraphMemcpyNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaMemcpy3DParms>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .copy(let found) = node.kind else { throw wrong(node) }
    result.pointee = found.parameters
  }
}

@c(carmine_rt_cudaGraphMemcpyNodeSetParams)
public func cudaGraphMemcpyNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaMemcpy3DParms>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in try copyNode(given(parameters), in: context) } }
}

@c(carmine_rt_cudaGraphExecMemcpyNodeSetParams)
public func cudaGraphExecMemcpyNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaMemcpy3DParms>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in try copyNode(given(parameters), in: context) } }
}

@c(carmine_rt_cudaGraphAddMemcpyNode1D)
public func cudaGraphAddMemcpyNode1D(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt,
  _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in .copy(try CopyNode(to: to, from: from, count: count(bytes), kind: direction, in: context)) }
  }
}

@c(carmine_rt_cudaGraphMemcpyNodeSetParams1D)
public func cudaGraphMemcpyNodeSetParams1D(_ node: UnsafeMutableRawPointer?, _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt,
  _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in .copy(try CopyNode(to: to, from: from, count: count(bytes), kind: direction, in: context)) } }
}

@c(carmine_rt_cudaGraphExecMemcpyNodeSetParams1D)
public func cudaGraphExecMemcpyNodeSetParams1D(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt,
  _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in .copy(try CopyNode(to: to, from: from, count: count(bytes), kind: direction, in: context)) } }
}

@c(carmine_rt_cudaGraphAddMemcpyNodeToSymbol)
public func cudaGraphAddMemcpyNodeToSymbol(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt,
  _ offset: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in .copy(try CopyNode(to: symbolPlace(symbol, bytes, offset, direction, isSource: false), from: from, count: count(bytes), kind: direction, in: context)) }
  }
}

@c(carmine_rt_cudaGraphMemcpyNodeSetParamsToSymbol)
public func cudaGraphMemcpyNodeSetParamsToSymbol(_ node: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt,
  _ offset: UInt, _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in .copy(try CopyNode(to: symbolPlace(symbol, bytes, offset, direction, isSource: false), from: from, count: count(bytes), kind: direction, in: context)) } }
}

@c(carmine_rt_cudaGraphExecMemcpyNodeSetParamsToSymbol)
public func cudaGraphExecMemcpyNodeSetParamsToSymbol(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ bytes: UInt,
  _ offset: UInt, _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in .copy(try CopyNode(to: symbolPlace(symbol, bytes, offset, direction, isSource: false), from: from, count: count(bytes), kind: direction, in: context)) } }
}

@c(carmine_rt_cudaGraphAddMemcpyNodeFromSymbol)
public func cudaGraphAddMemcpyNodeFromSymbol(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ to: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ bytes: UInt,
  _ offset: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in .copy(try CopyNode(to: to, from: symbolPlace(symbol, bytes, offset, direction, isSource: true), count: count(bytes), kind: direction, in: context)) }
  }
}

@c(carmine_rt_cudaGraphMemcpyNodeSetParamsFromSymbol)
public func cudaGraphMemcpyNodeSetParamsFromSymbol(_ node: UnsafeMutableRawPointer?, _ to: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ bytes: UInt,
  _ offset: UInt, _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in .copy(try CopyNode(to: to, from: symbolPlace(symbol, bytes, offset, direction, isSource: true), count: count(bytes), kind: direction, in: context)) } }
}

@c(carmine_rt_cudaGraphExecMemcpyNodeSetParamsFromSymbol)
public func cudaGraphExecMemcpyNodeSetParamsFromSymbol(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ to: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ bytes: UInt,
  _ offset: UInt, _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in .copy(try CopyNode(to: to, from: symbolPlace(symbol, bytes, offset, direction, isSource: true), count: count(bytes), kind: direction, in: context)) } }
}

// MARK: - Fills

@c(carmine_rt_cudaGraphAddMemsetNode)
public func cudaGraphAddMemsetNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<cudaMemsetParams>?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try fillNode(given(parameters), in: context) }
  }
}

@c(carmine_rt_cudaGraphMemsetNodeGetParams)
public func cudaGraphMemsetNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaMemsetParams>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .fill(let found) = node.kind else { throw wrong(node) }
    result.pointee = parameters(found)
  }
}

@c(carmine_rt_cudaGraphMemsetNodeSetParams)
public func cudaGraphMemsetNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaMemsetParams>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in try fillNode(given(parameters), in: context) } }
}

@c(carmine_rt_cudaGraphExecMemsetNodeSetParams)
public func cudaGraphExecMemsetNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaMemsetParams>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in try fillNode(given(parameters), in: context) } }
}

// MARK: - Host functions

@c(carmine_rt_cudaGraphAddHostNode)
public func cudaGraphAddHostNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<cudaHostNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in let p = try given(parameters); return try hostNode(p.fn, p.userData) }
  }
}

@c(carmine_rt_cudaGraphHostNodeGetParams)
public func cudaGraphHostNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaHostNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .host(let found) = node.kind else { throw wrong(node) }
    result.pointee = cudaHostNodeParams(fn: found.function, userData: found.data)
  }
}

@c(carmine_rt_cudaGraphHostNodeSetParams)
public func cudaGraphHostNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaHostNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in let p = try given(parameters); return try hostNode(p.fn, p.userData) } }
}

@c(carmine_rt_cudaGraphExecHostNodeSetParams)
public func cudaGraphExecHostNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaHostNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in let p = try given(parameters); return try hostNode(p.fn, p.userData) } }
}

// MARK: - Child graphs and empty nodes

@c(carmine_rt_cudaGraphAddChildGraphNode)
public func cudaGraphAddChildGraphNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ child: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try childNode(child, ownership: 0, in: graph) }
  }
}

@c(carmine_rt_cudaGraphChildGraphNodeGetGraph)
public func cudaGraphChildGraphNodeGetGraph(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .child(let found) = node.kind else { throw wrong(node) }
    result.pointee = found.handle
  }
}

@c(carmine_rt_cudaGraphExecChildGraphNodeSetParams)
public func cudaGraphExecChildGraphNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ child: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try GraphExecutable.executable(executable).setChild(GraphNode.node(node), Graph.graph(child)) }
}

@c(carmine_rt_cudaGraphAddEmptyNode)
public func cudaGraphAddEmptyNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in .empty }
  }
}

// MARK: - Events

@c(carmine_rt_cudaGraphAddEventRecordNode)
public func cudaGraphAddEventRecordNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ event: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in .eventRecord(try graphEvent(event)) }
  }
}

@c(carmine_rt_cudaGraphEventRecordNodeGetEvent)
public func cudaGraphEventRecordNodeGetEvent(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .eventRecord(let found) = node.kind else { throw wrong(node) }
    result.pointee = found.handle
  }
}

@c(carmine_rt_cudaGraphEventRecordNodeSetEvent)
public func cudaGraphEventRecordNodeSetEvent(_ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in .eventRecord(try graphEvent(event)) } }
}

@c(carmine_rt_cudaGraphExecEventRecordNodeSetEvent)
public func cudaGraphExecEventRecordNodeSetEvent(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in .eventRecord(try graphEvent(event)) } }
}

@c(carmine_rt_cudaGraphAddEventWaitNode)
public func cudaGraphAddEventWaitNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ event: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in .eventWait(try graphEvent(event)) }
  }
}

@c(carmine_rt_cudaGraphEventWaitNodeGetEvent)
public func cudaGraphEventWaitNodeGetEvent(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .eventWait(let found) = node.kind else { throw wrong(node) }
    result.pointee = found.handle
  }
}

@c(carmine_rt_cudaGraphEventWaitNodeSetEvent)
public func cudaGraphEventWaitNodeSetEvent(_ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in .eventWait(try graphEvent(event)) } }
}

@c(carmine_rt_cudaGraphExecEventWaitNodeSetEvent)
public func cudaGraphExecEventWaitNodeSetEvent(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in .eventWait(try graphEvent(event)) } }
}

// MARK: - External semaphores

@c(carmine_rt_cudaGraphAddExternalSemaphoresSignalNode)
public func cudaGraphAddExternalSemaphoresSignalNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<carmine_semaphore_node_params>?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try semaphoreNode(long(given(parameters)), isSignal: true, in: context) }
  }
}

@c(carmine_rt_cudaGraphExternalSemaphoresSignalNodeGetParams)
public func cudaGraphExternalSemaphoresSignalNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<carmine_semaphore_node_params>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .semaphoreSignal(let found) = node.kind else { throw wrong(node) }
    result.pointee = short(parameters(found))
  }
}

@c(carmine_rt_cudaGraphExternalSemaphoresSignalNodeSetParams)
public func cudaGraphExternalSemaphoresSignalNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in try semaphoreNode(long(given(parameters)), isSignal: true, in: context) } }
}

@c(carmine_rt_cudaGraphExecExternalSemaphoresSignalNodeSetParams)
public func cudaGraphExecExternalSemaphoresSignalNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in try semaphoreNode(long(given(parameters)), isSignal: true, in: context) } }
}

@c(carmine_rt_cudaGraphAddExternalSemaphoresWaitNode)
public func cudaGraphAddExternalSemaphoresWaitNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<carmine_semaphore_node_params>?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try semaphoreNode(long(given(parameters)), isSignal: false, in: context) }
  }
}

@c(carmine_rt_cudaGraphExternalSemaphoresWaitNodeGetParams)
public func cudaGraphExternalSemaphoresWaitNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<carmine_semaphore_node_params>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .semaphoreWait(let found) = node.kind else { throw wrong(node) }
    result.pointee = short(parameters(found))
  }
}

@c(carmine_rt_cudaGraphExternalSemaphoresWaitNodeSetParams)
public func cudaGraphExternalSemaphoresWaitNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(node) { (context: Context) throws(CUDAError) in try semaphoreNode(long(given(parameters)), isSignal: false, in: context) } }
}

@c(carmine_rt_cudaGraphExecExternalSemaphoresWaitNodeSetParams)
public func cudaGraphExecExternalSemaphoresWaitNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?) -> Int32 {
  entry { () throws(CUDAError) in try setNode(of: executable, node) { (context: Context) throws(CUDAError) in try semaphoreNode(long(given(parameters)), isSignal: false, in: context) } }
}

private func long(_ p: carmine_semaphore_node_params) -> carmine_semaphore_node {
  carmine_semaphore_node(extSemArray: p.extSemArray, paramsArray: p.paramsArray, numExtSems: p.numExtSems, ctx: nil)
}
private func short(_ p: carmine_semaphore_node) -> carmine_semaphore_node_params {
  carmine_semaphore_node_params(extSemArray: p.extSemArray, paramsArray: p.paramsArray, numExtSems: p.numExtSems)
}

// MARK: - Memory

@c(carmine_rt_cudaGraphAddMemAllocNode)
public func cudaGraphAddMemAllocNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaMemAllocNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let parameters = try out(parameters, "nodeParams")
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try allocationNode(parameters) }
  }
}

@c(carmine_rt_cudaGraphMemAllocNodeGetParams)
public func cudaGraphMemAllocNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaMemAllocNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), result = try out(result)
    guard case .allocation(let found) = node.kind else { throw wrong(node) }
    result.pointee = parameters(found, of: node)
  }
}

@c(carmine_rt_cudaGraphAddMemFreeNode)
public func cudaGraphAddMemFreeNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ pointer: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try addNode(result, graph, dependencies, size) { (graph: Graph, context: Context) throws(CUDAError) in try freeNode(pointer, in: graph, context) }
  }
}

@c(carmine_rt_cudaGraphMemFreeNodeGetParams)
public func cudaGraphMemFreeNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node)
    guard let result else { throw .invalidValue.because("dptr_out is null") }
    guard case .free(let found) = node.kind else { throw wrong(node) }
    result.storeBytes(of: UInt(found.address), as: UInt.self)
  }
}

// MARK: - Conditional nodes

@c(carmine_rt_cudaGraphConditionalHandleCreate)
public func cudaGraphConditionalHandleCreate(
  _ result: UnsafeMutablePointer<UInt64>?, _ graph: UnsafeMutableRawPointer?, _ defaultValue: UInt32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pHandle_out")
    result.pointee = try Graph.graph(graph).root.makeCondition(in: currentContext(), defaultValue: defaultValue, flags: flags).handle
  }
}

/// With the context whose kernels will set the value.
@c(carmine_rt_cudaGraphConditionalHandleCreate_v2)
public func cudaGraphConditionalHandleCreate_v2(
  _ result: UnsafeMutablePointer<UInt64>?, _ graph: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?, _ defaultValue: UInt32,
  _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pHandle_out")
    let context = try nodeContext(context)
    result.pointee = try Graph.graph(graph).root.makeCondition(in: context, defaultValue: defaultValue, flags: flags).handle
  }
}

// MARK: - Any kind

/// cudaGraphAddNode of CUDA 13 and cudaGraphAddNode_v2 of CUDA 12; the older one has no edge data.
public func addGenericNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) throws(CUDAError) {
  let parameters = try out(parameters, "nodeParams")
  try addNode(result, graph, dependencies, size, data: data) { (graph: Graph, context: Context) throws(CUDAError) in
    try nodeKind(parameters, in: graph, context)
  }
}

@c(carmine_rt_cudaGraphNodeGetParams)
public func cudaGraphNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaGraphNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "nodeParams").pointee = nodeParameters(GraphNode.node(node)) }
}

@c(carmine_rt_cudaGraphNodeSetParams)
public func cudaGraphNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node), parameters = try out(parameters, "nodeParams")
    guard parameters.pointee.type == node.kind.number else { throw .invalidValue.because("parameters of type \(parameters.pointee.type)") }
    try node.set(nodeKind(parameters, in: nil, currentContext()))
  }
}

@c(carmine_rt_cudaGraphExecNodeSetParams)
public func cudaGraphExecNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let executable = try GraphExecutable.executable(executable), node = try GraphNode.node(node), parameters = try out(parameters, "nodeParams")
    guard parameters.pointee.type == node.kind.number else { throw .invalidValue.because("parameters of type \(parameters.pointee.type)") }
    let kind = try nodeKind(parameters, in: nil, currentContext())
    if case .child(let graph) = kind { try executable.setChild(node, graph) } else { try executable.set(node, kind) }
  }
}
