// Graphs that are the runtime's by another name: the same arguments and layouts, another numbering of errors.
// Threads: as the runtime's.  Source: CUDA Driver API; each pair has one signature in cuda.h and cuda_runtime_api.h.
import CCUDA
import CUDA
import Cudart

@c(carmine_cu_cuGraphCreate)
public func cuGraphCreate(_ result: NodeResults?, _ flags: UInt32) -> Int32 {
  bridged { cudaGraphCreate(result, flags) }
}

@c(carmine_cu_cuGraphDestroy)
public func cuGraphDestroy(_ graph: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphDestroy(graph) }
}

@c(carmine_cu_cuGraphDestroyNode)
public func cuGraphDestroyNode(_ node: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphDestroyNode(node) }
}

@c(carmine_cu_cuGraphClone)
public func cuGraphClone(_ result: NodeResults?, _ graph: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphClone(result, graph) }
}

@c(carmine_cu_cuGraphAddEmptyNode)
public func cuGraphAddEmptyNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt
) -> Int32 {
  bridged { cudaGraphAddEmptyNode(result, graph, dependencies, size) }
}

@c(carmine_cu_cuGraphAddChildGraphNode)
public func cuGraphAddChildGraphNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ child: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphAddChildGraphNode(result, graph, dependencies, size, child) }
}

@c(carmine_cu_cuGraphChildGraphNodeGetGraph)
public func cuGraphChildGraphNodeGetGraph(
  _ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  bridged { cudaGraphChildGraphNodeGetGraph(node, result) }
}

@c(carmine_cu_cuGraphAddHostNode)
public func cuGraphAddHostNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<cudaHostNodeParams>?
) -> Int32 {
  bridged { cudaGraphAddHostNode(result, graph, dependencies, size, parameters) }
}

@c(carmine_cu_cuGraphHostNodeGetParams)
public func cuGraphHostNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaHostNodeParams>?) -> Int32 {
  bridged { cudaGraphHostNodeGetParams(node, result) }
}

@c(carmine_cu_cuGraphHostNodeSetParams)
public func cuGraphHostNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaHostNodeParams>?) -> Int32 {
  bridged { cudaGraphHostNodeSetParams(node, parameters) }
}

@c(carmine_cu_cuGraphAddEventRecordNode)
public func cuGraphAddEventRecordNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ event: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphAddEventRecordNode(result, graph, dependencies, size, event) }
}

@c(carmine_cu_cuGraphAddEventWaitNode)
public func cuGraphAddEventWaitNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ event: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphAddEventWaitNode(result, graph, dependencies, size, event) }
}

@c(carmine_cu_cuGraphEventRecordNodeGetEvent)
public func cuGraphEventRecordNodeGetEvent(
  _ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  bridged { cudaGraphEventRecordNodeGetEvent(node, result) }
}

@c(carmine_cu_cuGraphEventRecordNodeSetEvent)
public func cuGraphEventRecordNodeSetEvent(_ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphEventRecordNodeSetEvent(node, event) }
}

@c(carmine_cu_cuGraphEventWaitNodeGetEvent)
public func cuGraphEventWaitNodeGetEvent(
  _ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  bridged { cudaGraphEventWaitNodeGetEvent(node, result) }
}

@c(carmine_cu_cuGraphEventWaitNodeSetEvent)
public func cuGraphEventWaitNodeSetEvent(_ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphEventWaitNodeSetEvent(node, event) }
}

@c(carmine_cu_cuGraphMemFreeNodeGetParams)
public func cuGraphMemFreeNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphMemFreeNodeGetParams(node, result) }
}

@c(carmine_cu_cuGraphAddMemFreeNode)
public func cuGraphAddMemFreeNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ pointer: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphAddMemFreeNode(result, graph, dependencies, size, pointer) }
}

@c(carmine_cu_cuGraphGetNodes)
public func cuGraphGetNodes(_ graph: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  bridged { cudaGraphGetNodes(graph, result, size) }
}

@c(carmine_cu_cuGraphGetRootNodes)
public func cuGraphGetRootNodes(_ graph: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  bridged { cudaGraphGetRootNodes(graph, result, size) }
}

@c(carmine_cu_cuGraphNodeFindInClone)
public func cuGraphNodeFindInClone(_ result: NodeResults?, _ node: UnsafeMutableRawPointer?, _ clone: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphNodeFindInClone(result, node, clone) }
}

@c(carmine_cu_cuGraphNodeGetType)
public func cuGraphNodeGetType(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  bridged { cudaGraphNodeGetType(node, result) }
}

@c(carmine_cu_cuGraphExecDestroy)
public func cuGraphExecDestroy(_ executable: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphExecDestroy(executable) }
}

@c(carmine_cu_cuGraphLaunch)
public func cuGraphLaunch(_ executable: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphLaunch(executable, stream) }
}

@c(carmine_cu_cuGraphUpload)
public func cuGraphUpload(_ executable: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphUpload(executable, stream) }
}

@c(carmine_cu_cuGraphInstantiateWithFlags)
public func cuGraphInstantiateWithFlags(_ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ flags: UInt64) -> Int32 {
  bridged { cudaGraphInstantiateWithFlags(result, graph, flags) }
}

@c(carmine_cu_cuGraphInstantiateWithParams)
public func cuGraphInstantiateWithParams(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphInstantiateParams>?
) -> Int32 {
  bridged { cudaGraphInstantiateWithParams(result, graph, parameters) }
}

@c(carmine_cu_cuGraphExecGetFlags)
public func cuGraphExecGetFlags(_ executable: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  bridged { cudaGraphExecGetFlags(executable, result) }
}

@c(carmine_cu_cuGraphNodeSetEnabled)
public func cuGraphNodeSetEnabled(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ isEnabled: UInt32) -> Int32 {
  bridged { cudaGraphNodeSetEnabled(executable, node, isEnabled) }
}

@c(carmine_cu_cuGraphNodeGetEnabled)
public func cuGraphNodeGetEnabled(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?
) -> Int32 {
  bridged { cudaGraphNodeGetEnabled(executable, node, result) }
}

@c(carmine_cu_cuGraphDebugDotPrint)
public func cuGraphDebugDotPrint(_ graph: UnsafeMutableRawPointer?, _ path: UnsafePointer<CChar>?, _ flags: UInt32) -> Int32 {
  bridged { cudaGraphDebugDotPrint(graph, path, flags) }
}

@c(carmine_cu_cuUserObjectCreate)
public func cuUserObjectCreate(
  _ result: NodeResults?, _ data: UnsafeMutableRawPointer?, _ destructor: HostFunction?, _ references: UInt32, _ flags: UInt32
) -> Int32 {
  bridged { cudaUserObjectCreate(result, data, destructor, references, flags) }
}

@c(carmine_cu_cuUserObjectRetain)
public func cuUserObjectRetain(_ object: UnsafeMutableRawPointer?, _ references: UInt32) -> Int32 {
  bridged { cudaUserObjectRetain(object, references) }
}

@c(carmine_cu_cuUserObjectRelease)
public func cuUserObjectRelease(_ object: UnsafeMutableRawPointer?, _ references: UInt32) -> Int32 {
  bridged { cudaUserObjectRelease(object, references) }
}

@c(carmine_cu_cuGraphRetainUserObject)
public func cuGraphRetainUserObject(
  _ graph: UnsafeMutableRawPointer?, _ object: UnsafeMutableRawPointer?, _ references: UInt32, _ flags: UInt32
) -> Int32 {
  bridged { cudaGraphRetainUserObject(graph, object, references, flags) }
}

@c(carmine_cu_cuGraphReleaseUserObject)
public func cuGraphReleaseUserObject(_ graph: UnsafeMutableRawPointer?, _ object: UnsafeMutableRawPointer?, _ references: UInt32) -> Int32 {
  bridged { cudaGraphReleaseUserObject(graph, object, references) }
}

@c(carmine_cu_cuGraphExecHostNodeSetParams)
public func cuGraphExecHostNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaHostNodeParams>?
) -> Int32 {
  bridged { cudaGraphExecHostNodeSetParams(executable, node, parameters) }
}

@c(carmine_cu_cuGraphExecChildGraphNodeSetParams)
public func cuGraphExecChildGraphNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ child: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphExecChildGraphNodeSetParams(executable, node, child) }
}

@c(carmine_cu_cuGraphExecEventRecordNodeSetEvent)
public func cuGraphExecEventRecordNodeSetEvent(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphExecEventRecordNodeSetEvent(executable, node, event) }
}

@c(carmine_cu_cuGraphExecEventWaitNodeSetEvent)
public func cuGraphExecEventWaitNodeSetEvent(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ event: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphExecEventWaitNodeSetEvent(executable, node, event) }
}

@c(carmine_cu_cuGraphKernelNodeGetAttribute)
public func cuGraphKernelNodeGetAttribute(
  _ node: UnsafeMutableRawPointer?, _ attribute: Int32, _ result: UnsafeMutableRawPointer?
) -> Int32 {
  bridged { cudaGraphKernelNodeGetAttribute(node, attribute, result) }
}

@c(carmine_cu_cuGraphKernelNodeSetAttribute)
public func cuGraphKernelNodeSetAttribute(_ node: UnsafeMutableRawPointer?, _ attribute: Int32, _ value: UnsafeRawPointer?) -> Int32 {
  bridged { cudaGraphKernelNodeSetAttribute(node, attribute, value) }
}

@c(carmine_cu_cuGraphExecUpdate_v2)
public func cuGraphExecUpdate_v2(
  _ executable: UnsafeMutableRawPointer?, _ graph: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaGraphExecUpdateResultInfo>?
) -> Int32 {
  bridged { cudaGraphExecUpdate(executable, graph, result) }
}

@c(carmine_cu_cuDeviceGraphMemTrim)
public func cuDeviceGraphMemTrim(_ ordinal: Int32) -> Int32 {
  bridged { cudaDeviceGraphMemTrim(ordinal) }
}

@c(carmine_cu_cuDeviceGetGraphMemAttribute)
public func cuDeviceGetGraphMemAttribute(_ ordinal: Int32, _ attribute: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaDeviceGetGraphMemAttribute(ordinal, attribute, result) }
}

@c(carmine_cu_cuDeviceSetGraphMemAttribute)
public func cuDeviceSetGraphMemAttribute(_ ordinal: Int32, _ attribute: Int32, _ value: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaDeviceSetGraphMemAttribute(ordinal, attribute, value) }
}

@c(carmine_cu_cuGraphGetId)
public func cuGraphGetId(_ graph: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  bridged { cudaGraphGetId(graph, result) }
}

@c(carmine_cu_cuGraphExecGetId)
public func cuGraphExecGetId(_ executable: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  bridged { cudaGraphExecGetId(executable, result) }
}

@c(carmine_cu_cuGraphNodeGetContainingGraph)
public func cuGraphNodeGetContainingGraph(_ node: UnsafeMutableRawPointer?, _ result: NodeResults?) -> Int32 {
  bridged { cudaGraphNodeGetContainingGraph(node, result) }
}

@c(carmine_cu_cuGraphNodeGetLocalId)
public func cuGraphNodeGetLocalId(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?) -> Int32 {
  bridged { cudaGraphNodeGetLocalId(node, result) }
}

@c(carmine_cu_cuGraphNodeGetToolsId)
public func cuGraphNodeGetToolsId(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  bridged { cudaGraphNodeGetToolsId(node, result) }
}

@c(carmine_cu_cuStreamBeginRecaptureToGraph)
public func cuStreamBeginRecaptureToGraph(
  _ stream: UnsafeMutableRawPointer?, _ mode: Int32, _ graph: UnsafeMutableRawPointer?, _ data: UnsafePointer<cudaGraphRecaptureCallbackData>?
) -> Int32 {
  bridged { cudaStreamBeginRecaptureToGraph(stream, mode, graph, data) }
}

// MARK: - Semaphores, memory, conditions

@c(carmine_cu_cuGraphAddExternalSemaphoresSignalNode)
public func cuGraphAddExternalSemaphoresSignalNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<carmine_semaphore_node_params>?
) -> Int32 {
  bridged { cudaGraphAddExternalSemaphoresSignalNode(result, graph, dependencies, size, parameters) }
}

@c(carmine_cu_cuGraphAddExternalSemaphoresWaitNode)
public func cuGraphAddExternalSemaphoresWaitNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<carmine_semaphore_node_params>?
) -> Int32 {
  bridged { cudaGraphAddExternalSemaphoresWaitNode(result, graph, dependencies, size, parameters) }
}

@c(carmine_cu_cuGraphExternalSemaphoresSignalNodeGetParams)
public func cuGraphExternalSemaphoresSignalNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<carmine_semaphore_node_params>?) -> Int32 {
  bridged { cudaGraphExternalSemaphoresSignalNodeGetParams(node, result) }
}

@c(carmine_cu_cuGraphExternalSemaphoresWaitNodeGetParams)
public func cuGraphExternalSemaphoresWaitNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<carmine_semaphore_node_params>?) -> Int32 {
  bridged { cudaGraphExternalSemaphoresWaitNodeGetParams(node, result) }
}

@c(carmine_cu_cuGraphExternalSemaphoresSignalNodeSetParams)
public func cuGraphExternalSemaphoresSignalNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?) -> Int32 {
  bridged { cudaGraphExternalSemaphoresSignalNodeSetParams(node, parameters) }
}

@c(carmine_cu_cuGraphExternalSemaphoresWaitNodeSetParams)
public func cuGraphExternalSemaphoresWaitNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?) -> Int32 {
  bridged { cudaGraphExternalSemaphoresWaitNodeSetParams(node, parameters) }
}

@c(carmine_cu_cuGraphExecExternalSemaphoresSignalNodeSetParams)
public func cuGraphExecExternalSemaphoresSignalNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?
) -> Int32 {
  bridged { cudaGraphExecExternalSemaphoresSignalNodeSetParams(executable, node, parameters) }
}

@c(carmine_cu_cuGraphExecExternalSemaphoresWaitNodeSetParams)
public func cuGraphExecExternalSemaphoresWaitNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<carmine_semaphore_node_params>?
) -> Int32 {
  bridged { cudaGraphExecExternalSemaphoresWaitNodeSetParams(executable, node, parameters) }
}

@c(carmine_cu_cuGraphAddMemAllocNode)
public func cuGraphAddMemAllocNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafeMutablePointer<cudaMemAllocNodeParams>?
) -> Int32 {
  bridged { cudaGraphAddMemAllocNode(result, graph, dependencies, size, parameters) }
}

@c(carmine_cu_cuGraphMemAllocNodeGetParams)
public func cuGraphMemAllocNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaMemAllocNodeParams>?) -> Int32 {
  bridged { cudaGraphMemAllocNodeGetParams(node, result) }
}

/// The context is the device whose kernels set the value.
@c(carmine_cu_cuGraphConditionalHandleCreate)
public func cuGraphConditionalHandleCreate(
  _ result: UnsafeMutablePointer<UInt64>?, _ graph: UnsafeMutableRawPointer?, _ context: UnsafeMutableRawPointer?, _ defaultValue: UInt32, _ flags: UInt32
) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pHandle_out"), context = try context == nil ? current() : driverContext(context).device.primaryContext()
    result.pointee = try Graph.graph(graph).root.makeCondition(in: context, defaultValue: defaultValue, flags: flags).handle
  }
}

@c(carmine_cu_cuGraphKernelNodeCopyAttributes)
public func cuGraphKernelNodeCopyAttributes(_ to: UnsafeMutableRawPointer?, _ from: UnsafeMutableRawPointer?) -> Int32 {
  bridged { cudaGraphKernelNodeCopyAttributes(to, from) }
}

/// The forms of CUDA 10 and 11, which name the node that failed and may write to a log; there is nothing to write.
@c(carmine_cu_cuGraphInstantiate_v2)
public func cuGraphInstantiate_v2(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ failed: NodeResults?, _ log: UnsafeMutablePointer<CChar>?, _ size: UInt
) -> Int32 {
  if let log, size > 0 { log.pointee = 0 }
  var parameters = cudaGraphInstantiateParams()
  let answer = bridged { cudaGraphInstantiateWithParams(result, graph, &parameters) }
  failed?.pointee = parameters.errNode_out
  return answer
}

@c(carmine_cu_cuGraphInstantiate)
public func cuGraphInstantiate(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ failed: NodeResults?, _ log: UnsafeMutablePointer<CChar>?, _ size: UInt
) -> Int32 {
  cuGraphInstantiate_v2(result, graph, failed, log, size)
}

// MARK: - Edges; the first forms have no edge data

@c(carmine_cu_cuGraphAddDependencies)
public func cuGraphAddDependencies(_ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ size: UInt) -> Int32 {
  driver { () throws(CUDAError) in try addGraphDependencies(graph, from, to, nil, size) }
}

@c(carmine_cu_cuGraphAddDependencies_v2)
public func cuGraphAddDependencies_v2(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) -> Int32 {
  driver { () throws(CUDAError) in try addGraphDependencies(graph, from, to, data, size) }
}

@c(carmine_cu_cuGraphRemoveDependencies)
public func cuGraphRemoveDependencies(_ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ size: UInt) -> Int32 {
  driver { () throws(CUDAError) in try removeGraphDependencies(graph, from, to, nil, size) }
}

@c(carmine_cu_cuGraphRemoveDependencies_v2)
public func cuGraphRemoveDependencies_v2(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeHandles?, _ to: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt
) -> Int32 {
  driver { () throws(CUDAError) in try removeGraphDependencies(graph, from, to, data, size) }
}

@c(carmine_cu_cuGraphGetEdges)
public func cuGraphGetEdges(_ graph: UnsafeMutableRawPointer?, _ from: NodeResults?, _ to: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in try graphEdges(graph, from, to, nil, size) }
}

@c(carmine_cu_cuGraphGetEdges_v2)
public func cuGraphGetEdges_v2(
  _ graph: UnsafeMutableRawPointer?, _ from: NodeResults?, _ to: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  driver { () throws(CUDAError) in try graphEdges(graph, from, to, data, size) }
}

@c(carmine_cu_cuGraphNodeGetDependencies)
public func cuGraphNodeGetDependencies(_ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in try graphNeighbours(node, result, nil, size, dependents: false) }
}

@c(carmine_cu_cuGraphNodeGetDependencies_v2)
public func cuGraphNodeGetDependencies_v2(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  driver { () throws(CUDAError) in try graphNeighbours(node, result, data, size, dependents: false) }
}

@c(carmine_cu_cuGraphNodeGetDependentNodes)
public func cuGraphNodeGetDependentNodes(_ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ size: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in try graphNeighbours(node, result, nil, size, dependents: true) }
}

@c(carmine_cu_cuGraphNodeGetDependentNodes_v2)
public func cuGraphNodeGetDependentNodes_v2(
  _ node: UnsafeMutableRawPointer?, _ result: NodeResults?, _ data: UnsafeMutablePointer<cudaGraphEdgeData>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  driver { () throws(CUDAError) in try graphNeighbours(node, result, data, size, dependents: true) }
}

@c(carmine_cu_cuGraphInstantiateWithParams_ptsz)
public func cuGraphInstantiateWithParams_ptsz(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphInstantiateParams>?
) -> Int32 {
  bridged { cudaGraphInstantiateWithParams_ptsz(result, graph, parameters) }
}
