// Graph functions whose arguments CUDA 13 changed: edge data always.
import CCUDA
import CUDA
import Cudart

@c(carmine13_cudaGraphAddDependencies)
public func cudaGraphAddDependencies(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try addGraphDependencies(graph, from, to, data, size) }
}

@c(carmine13_cudaGraphRemoveDependencies)
public func cudaGraphRemoveDependencies(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try removeGraphDependencies(graph, from, to, data, size) }
}

@c(carmine13_cudaGraphGetEdges)
public func cudaGraphGetEdges(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeResults?, _ to: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?,
  _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphEdges(graph, from, to, data, size) }
}

@c(carmine13_cudaGraphNodeGetDependencies)
public func cudaGraphNodeGetDependencies(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphNeighbours(node, result, data, size, dependents: false) }
}

@c(carmine13_cudaGraphNodeGetDependentNodes)
public func cudaGraphNodeGetDependentNodes(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in try graphNeighbours(node, result, data, size, dependents: true) }
}

@c(carmine13_cudaGraphAddNode)
public func cudaGraphAddNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  entry { () throws(CUDAError) in try addGenericNode(result, graph, dependencies, data, size, parameters) }
}
