// Executable graphs: instantiation, launch, upload, update; and attributes of kernel nodes.
// Source: CUDA Runtime API, "Graph Management".
import CCUDA
import CUDA

private func instantiate(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ flags: UInt64
) throws(CUDAError) {
  let result = try out(result, "pGraphExec")
  let graph = try Graph.graph(graph), context = try currentContext()
  try Capture.forbidUnsafe()
  do throws(InstantiationFailure) {
    result.pointee = try GraphExecutable.make(graph, in: context, flags: flags, allowsUpload: false).handle
  } catch { throw error.error }
}

@c(carmine_rt_cudaGraphInstantiate)
public func cudaGraphInstantiate(_ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ flags: UInt64) -> Int32 {
  entry { () throws(CUDAError) in try instantiate(result, graph, flags) }
}

@c(carmine_rt_cudaGraphInstantiateWithFlags)
public func cudaGraphInstantiateWithFlags(_ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ flags: UInt64) -> Int32 {
  entry { () throws(CUDAError) in try instantiate(result, graph, flags) }
}

private func instantiate(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphInstantiateParams>?,
  perThreadDefault: Bool
) throws(CUDAError) {
  let parameters = try out(parameters, "instantiateParams")
  func report(_ code: Int32, _ node: GraphNode? = nil) {
    parameters.pointee.result_out = code
    parameters.pointee.errNode_out = node?.handle
  }
  do throws(CUDAError) {
    let result = try out(result, "pGraphExec"), graph = try Graph.graph(graph), context = try currentContext()
    try Capture.forbidUnsafe()
    let isUpload = parameters.pointee.flags & 2 != 0
    let stream = isUpload ? try currentStream(parameters.pointee.uploadStream, perThreadDefault: perThreadDefault) : nil
    do throws(InstantiationFailure) {
      let made = try GraphExecutable.make(graph, in: context, flags: parameters.pointee.flags, allowsUpload: true)
      if let stream {
        do throws(CUDAError) { try made.upload(in: stream) } catch {
          try? made.destroy()
          throw InstantiationFailure(error: error, result: 1, node: nil)
        }
      }
      result.pointee = made.handle
      report(0)
    } catch {
      report(error.result, error.node)
      throw error.error
    }
  } catch {
    if parameters.pointee.result_out == 0 { report(1) }
    throw error
  }
}

@c(carmine_rt_cudaGraphInstantiateWithParams)
public func cudaGraphInstantiateWithParams(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphInstantiateParams>?
) -> Int32 {
  entry { () throws(CUDAError) in try instantiate(result, graph, parameters, perThreadDefault: false) }
}

@c(carmine_rt_cudaGraphInstantiateWithParams_ptsz)
public func cudaGraphInstantiateWithParams_ptsz(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphInstantiateParams>?
) -> Int32 {
  entry { () throws(CUDAError) in try instantiate(result, graph, parameters, perThreadDefault: true) }
}

@c(carmine_rt_cudaGraphExecDestroy)
public func cudaGraphExecDestroy(_ executable: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let executable = try GraphExecutable.executable(executable)
    try Capture.forbidUnsafe()
    try executable.destroy()
  }
}

@c(carmine_rt_cudaGraphExecGetFlags)
public func cudaGraphExecGetFlags(_ executable: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt64>?) -> Int32 {
  entry { () throws(CUDAError) in
    let executable = try GraphExecutable.executable(executable)
    try out(result, "flags").pointee = executable.flags.rawValue
  }
}

@c(carmine_rt_cudaGraphLaunch)
public func cudaGraphLaunch(_ executable: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let stream = try currentStream(stream)
    try GraphExecutable.executable(executable).launch(in: stream)
  }
}

@c(carmine_rt_cudaGraphUpload)
public func cudaGraphUpload(_ executable: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let stream = try currentStream(stream)
    try GraphExecutable.executable(executable).upload(in: stream)
  }
}

// MARK: - Changes

@c(carmine_rt_cudaGraphExecUpdate)
public func cudaGraphExecUpdate(
  _ executable: UnsafeMutableRawPointer?, _ graph: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaGraphExecUpdateResultInfo>?
) -> Int32 {
  entry { () throws(CUDAError) in
    func report(_ code: Int32, _ node: GraphNode? = nil, _ from: GraphNode? = nil) {
      result?.pointee = cudaGraphExecUpdateResultInfo(result: code, errorNode: node?.handle, errorFromNode: from?.handle)
    }
    do throws(CUDAError) {
      let executable = try GraphExecutable.executable(executable), graph = try Graph.graph(graph)
      do throws(GraphUpdateFailure) {
        try executable.update(from: graph)
        report(0)
      } catch {
        report(error.result, error.node, error.from)
        throw error.error
      }
    } catch {
      if error != .graphExecUpdateFailure { report(1) }
      throw error
    }
  }
}

@c(carmine_rt_cudaGraphNodeSetEnabled)
public func cudaGraphNodeSetEnabled(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ isEnabled: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try GraphExecutable.executable(executable).setEnabled(GraphNode.node(node), isEnabled != 0) }
}

@c(carmine_rt_cudaGraphNodeGetEnabled)
public func cudaGraphNodeGetEnabled(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt32>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "isEnabled")
    result.pointee = try GraphExecutable.executable(executable).isEnabled(GraphNode.node(node)) ? 1 : 0
  }
}

// MARK: - Attributes of kernel nodes

private func kernel(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> (GraphNode, KernelNode) {
  let node = try GraphNode.node(handle)
  guard case .kernel(let kernel) = node.kind else { throw .invalidValue.because("the node is a \(node.kind.name) node") }
  return (node, kernel)
}

@c(carmine_rt_cudaGraphKernelNodeGetAttribute)
public func cudaGraphKernelNodeGetAttribute(_ node: UnsafeMutableRawPointer?, _ attribute: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let (_, kernel) = try kernel(node)
    guard let result else { throw .invalidValue.because("value_out is null") }
    try kernel.attribute(attribute).store(attribute, to: result)
  }
}

@c(carmine_rt_cudaGraphKernelNodeSetAttribute)
public func cudaGraphKernelNodeSetAttribute(_ node: UnsafeMutableRawPointer?, _ attribute: Int32, _ value: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let found = try kernel(node), node = found.0
    var kernel = found.1
    guard let value else { throw .invalidValue.because("value is null") }
    try kernel.setAttribute(attribute, to: LaunchAttributeValue(value))
    node.replace(kernel)
  }
}

/// The destination comes first in 12 as well, whatever that header calls its arguments (NVIDIA's library on an H100).
@c(carmine_rt_cudaGraphKernelNodeCopyAttributes)
public func cudaGraphKernelNodeCopyAttributes(_ to: UnsafeMutableRawPointer?, _ from: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try copyKernelNodeAttributes(to: to, from: from) }
}

private func copyKernelNodeAttributes(to: UnsafeMutableRawPointer?, from: UnsafeMutableRawPointer?) throws(CUDAError) {
  let found = try kernel(to), node = found.0
  var target = found.1
  let (_, source) = try kernel(from)
  guard target.context === source.context else { throw .deviceUninitialized.because("the nodes are of different devices") }
  target.copyAttributes(of: source)
  node.replace(target)
}
