// Graph functions whose arguments CUDA 13 changed: without edge data in the old names, with it in the _v2 ones.
import CCUDA
import CUDA
import Cudart

@c(carmine12_cudaGraphAddDependencies)
public func cudaGraphAddDependencies(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try addGraphDependencies(graph, from, to, nil, size) }
}

@c(carmine12_cudaGraphRemoveDependencies)
public func cudaGraphRemoveDependencies(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try removeGraphDependencies(graph, from, to, nil, size) }
}

@c(carmine12_cudaGraphGetEdges)
public func cudaGraphGetEdges(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeResults?, _ to: NodeResults?,
  _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphEdges(graph, from, to, nil, size) }
}

@c(carmine12_cudaGraphNodeGetDependencies)
public func cudaGraphNodeGetDependencies(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphNeighbours(node, result, nil, size, dependents: false) }
}

@c(carmine12_cudaGraphNodeGetDependentNodes)
public func cudaGraphNodeGetDependentNodes(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphNeighbours(node, result, nil, size, dependents: true) }
}

@c(carmine12_cudaGraphAddNode)
public func cudaGraphAddNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in try addGenericNode(result, graph, dependencies, nil, size, parameters) }
}

// MARK: - With edge data

@c(carmine_rt_cudaGraphAddDependencies_v2)
public func cudaGraphAddDependencies_v2(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try addGraphDependencies(graph, from, to, data, size) }
}

@c(carmine_rt_cudaGraphRemoveDependencies_v2)
public func cudaGraphRemoveDependencies_v2(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try removeGraphDependencies(graph, from, to, data, size) }
}

@c(carmine_rt_cudaGraphGetEdges_v2)
public func cudaGraphGetEdges_v2(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeResults?, _ to: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?,
  _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphEdges(graph, from, to, data, size) }
}

@c(carmine_rt_cudaGraphNodeGetDependencies_v2)
public func cudaGraphNodeGetDependencies_v2(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphNeighbours(node, result, data, size, dependents: false) }
}

@c(carmine_rt_cudaGraphNodeGetDependentNodes_v2)
public func cudaGraphNodeGetDependentNodes_v2(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphNeighbours(node, result, data, size, dependents: true) }
}

@c(carmine_rt_cudaGraphAddNode_v2)
public func cudaGraphAddNode_v2(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in try addGenericNode(result, graph, dependencies, data, size, parameters) }
}
