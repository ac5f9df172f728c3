// Graphs as such: making and ending them, nodes and edges, clones, ids, user objects, memory attributes, DOT.
// Lists are answered as CUDA answers them: without an array the count; with one, as many as it takes, null behind the last.
// Source: CUDA Runtime API, "Graph Management".
import CCUDA
import CUDA

public typealias NodeHandles = UnsafePointer<UnsafeMutableRawPointer?>
public typealias NodeResults = UnsafeMutablePointer<UnsafeMutableRawPointer?>
public typealias EdgeDataArray = UnsafePointer<cudaGraphEdgeData>

// MARK: - Reading arrays

func graphEdgeData(_ data: cudaGraphEdgeData) throws(CUDAError) -> GraphEdgeData {
  let r = data.reserved
  guard r.0 == 0, r.1 == 0, r.2 == 0, r.3 == 0, r.4 == 0 else { throw .invalidValue.because("reserved bytes of edge data are set") }
  return GraphEdgeData(fromPort: data.from_port, toPort: data.to_port, type: data.type)
}

func edgeDataResult(_ data: GraphEdgeData) -> cudaGraphEdgeData {
  cudaGraphEdgeData(from_port: data.fromPort, to_port: data.toPort, type: data.type, reserved: (0, 0, 0, 0, 0))
}

/// The dependencies that a new node is given.
func graphDependencies(_ nodes: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt) throws(CUDAError) -> [GraphEdge] {
  let size = try count(size, "numDependencies")
  guard size > 0 else { return [] }
  guard let nodes else { throw .invalidValue.because("pDependencies is null and numDependencies \(size)") }
  var list: [GraphEdge] = []
  for index in 0..<size { list.append(GraphEdge(try GraphNode.node(nodes[index]), try data.map { d throws(CUDAError) in try graphEdgeData(d[index]) } ?? .full)) }
  return list
}

private func edges(
  _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) throws(CUDAError) -> [(from: GraphNode, to: GraphNode, data: GraphEdgeData?)] {
  let size = try count(size, "numDependencies")
  guard size > 0 else { return [] }
  guard let from, let to else { throw .invalidValue.because("from or to is null") }
  var list: [(from: GraphNode, to: GraphNode, data: GraphEdgeData?)] = []
  for index in 0..<size {
    list.append((try GraphNode.node(from[index]), try GraphNode.node(to[index]), try data.map { d throws(CUDAError) in try graphEdgeData(d[index]) }))
  }
  return list
}

/// Fills a list of handles as CUDA does.
private func list(_ handles: [UnsafeMutableRawPointer?], _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) throws(CUDAError) {
  let size = try out(size, "the count")
  guard let result else {
    size.pointee = UInt(handles.count)
    return
  }
  let room = try count(size.pointee, "the count")
  for index in 0..<room { result[index] = index < handles.count ? handles[index] : nil }
  size.pointee = UInt(min(room, handles.count))
}

// MARK: - Life

@c(carmine_rt_cudaGraphCreate)
public func cudaGraphCreate(_ result: NodeResults?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pGraph")
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    result.pointee = Graph.make().handle
  }
}

@c(carmine_rt_cudaGraphDestroy)
public func cudaGraphDestroy(_ graph: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try Graph.graph(graph).destroy() }
}

@c(carmine_rt_cudaGraphClone)
public func cudaGraphClone(_ result: NodeResults?, _ graph: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pGraphClone")
    result.pointee = try Graph.graph(graph).clone().handle
  }
}

@c(carmine_rt_cudaGraphNodeFindInClone)
public func cudaGraphNodeFindInClone(_ result: NodeResults?, _ node: UnsafeMutableRawPointer?, _ clone: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pNode")
    result.pointee = try Graph.graph(clone).counterpart(of: GraphNode.node(node)).handle
  }
}

@c(carmine_rt_cudaGraphDestroyNode)
public func cudaGraphDestroyNode(_ node: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let node = try GraphNode.node(node)
    try node.containingGraph().remove(node)
  }
}

// MARK: - What there is

@c(carmine_rt_cudaGraphGetNodes)
public func cudaGraphGetNodes(_ graph: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  entry { () throws(CUDAError) in try list(Graph.graph(graph).nodes.map(\.handle), result, size) }
}

@c(carmine_rt_cudaGraphGetRootNodes)
public func cudaGraphGetRootNodes(_ graph: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  entry { () throws(CUDAError) in try list(Graph.graph(graph).roots.map(\.handle), result, size) }
}

/// cudaGraphGetEdges: CUDA 12's has no edge data, and then refuses to lose any.
public func graphEdges(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeResults?, _ to: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?,
  _ size: UnsafeMutablePointer<UInt>?
) throws(CUDAError) {
  let edges = try Graph.graph(graph).edges, size = try out(size, "numEdges")
  guard (from == nil) == (to == nil), data == nil || from != nil else { throw .invalidValue.because("from and to are both given or both null") }
  guard let from, let to else {
    size.pointee = UInt(edges.count)
    return
  }
  if data == nil, edges.contains(where: { $0.data != .full }) { throw .lossyQuery.because("edges have data, and there is no array for it") }
  let room = try count(size.pointee, "numEdges")
  for index in 0..<room {
    let edge = index < edges.count ? edges[index] : nil
    (from[index], to[index]) = (edge?.from.handle, edge?.to.handle)
    data?[index] = edgeDataResult(edge?.data ?? .full)
  }
  size.pointee = UInt(min(room, edges.count))
}

/// cudaGraphNodeGetDependencies and GetDependentNodes.
public func graphNeighbours(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?,
  dependents: Bool
) throws(CUDAError) {
  let node = try GraphNode.node(node), edges = dependents ? node.dependents : node.dependencies
  guard data == nil || result != nil else { throw .invalidValue.because("edge data without nodes") }
  if result != nil, data == nil, edges.contains(where: { $0.data != .full }) {
    throw .lossyQuery.because("edges have data, and there is no array for it")
  }
  let room = result != nil ? try count(out(size, "the count").pointee, "the count") : 0
  try list(edges.map(\.node.handle), result, size)
  if let data { for index in 0..<room { data[index] = edgeDataResult(index < edges.count ? edges[index].data : .full) } }
}

public func addGraphDependencies(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) throws(CUDAError) { try Graph.graph(graph).addEdges(edges(from, to, data, size).map { ($0.from, $0.to, $0.data ?? .full) }) }

public func removeGraphDependencies(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) throws(CUDAError) { try Graph.graph(graph).removeEdges(edges(from, to, data, size)) }

@c(carmine_rt_cudaGraphNodeGetType)
public func cudaGraphNodeGetType(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "pType").pointee = GraphNode.node(node).kind.number }
}

@c(carmine_rt_cudaGraphNodeGetContainingGraph)
public func cudaGraphNodeGetContainingGraph(_ node: UnsafeMutableRawPointer?, _ result: NodeResults?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "phGraph").pointee = GraphNode.node(node).containingGraph().handle }
}

@c(carmine_rt_cudaGraphNodeGetLocalId)
public func cudaGraphNodeGetLocalId(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "nodeId").pointee = GraphNode.node(node).localID }
}

@c(carmine_rt_cudaGraphNodeGetToolsId)
public func cudaGraphNodeGetToolsId(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "toolsNodeId").pointee = GraphNode.node(node).toolsID }
}

@c(carmine_rt_cudaGraphGetId)
public func cudaGraphGetId(_ graph: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "graphID").pointee = Graph.graph(graph).id }
}

@c(carmine_rt_cudaGraphExecGetId)
public func cudaGraphExecGetId(_ executable: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "graphID").pointee = GraphExecutable.executable(executable).id }
}

@c(carmine_rt_cudaGraphDebugDotPrint)
public func cudaGraphDebugDotPrint(_ graph: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let graph = try Graph.graph(graph)
    guard let path else { throw .invalidValue.because("path is null") }
    try graph.writeDOT(to: String(cString: path), flags: flags)
  }
}

// MARK: - User objects

@c(carmine_rt_cudaUserObjectCreate)
public func cudaUserObjectCreate(
  _ result: NodeResults?, _ data: UnsafeMutableRawPointer?, _ destructor: HostFunction?, _ references: UInt32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "object_out")
    result.pointee = try UserObject.create(data, destructor: destructor, references: references, flags: flags).handle
  }
}

@c(carmine_rt_cudaUserObjectRetain)
public func cudaUserObjectRetain(_ object: UnsafeMutableRawPointer?, _ references: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try UserObject.object(object).retain(references) }
}

@c(carmine_rt_cudaUserObjectRelease)
public func cudaUserObjectRelease(_ object: UnsafeMutableRawPointer?, _ references: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try UserObject.object(object).release(references) }
}

@c(carmine_rt_cudaGraphRetainUserObject)
public func cudaGraphRetainUserObject(
  _ graph: UnsafeMutableRawPointer?, _ object: UnsafeMutableRawPointer?, _ references: UInt32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try Graph.graph(graph).retain(UserObject.object(object), count: references, flags: flags) }
}

@c(carmine_rt_cudaGraphReleaseUserObject)
public func cudaGraphReleaseUserObject(_ graph: UnsafeMutableRawPointer?, _ object: UnsafeMutableRawPointer?, _ references: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try Graph.graph(graph).release(UserObject.object(object), count: references) }
}

// MARK: - Graphs' memory

@c(carmine_rt_cudaDeviceGraphMemTrim)
public func cudaDeviceGraphMemTrim(_ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in try Runtime.device(Int(ordinal)).primaryContext().trimGraphMemory() }
}

@c(carmine_rt_cudaDeviceGetGraphMemAttribute)
public func cudaDeviceGetGraphMemAttribute(_ ordinal: Int32, _ attribute: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let context = try Runtime.device(Int(ordinal)).primaryContext()
    guard let result else { throw .invalidValue.because("value is null") }
    result.storeBytes(of: try context.graphMemoryAttribute(attribute), as: UInt64.self)
  }
}

@c(carmine_rt_cudaDeviceSetGraphMemAttribute)
public func cudaDeviceSetGraphMemAttribute(_ ordinal: Int32, _ attribute: Int32, _ value: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let context = try Runtime.device(Int(ordinal)).primaryContext()
    guard let value else { throw .invalidValue.because("value is null") }
    try context.setGraphMemoryAttribute(attribute, value.load(as: UInt64.self))
  }
}
