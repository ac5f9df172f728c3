// Node parameters between C and the graph: each struct is read in one place and written in one place, for the functions of one kind of
// node and for the generic ones.
// Source: cudaGraphNodeParams and its members, driver_types.h.
import CCUDA
import CUDA
import ModuleLoading

// MARK: - Kernels

/// The packed buffer of an `extra` list: CU_LAUNCH_PARAM_BUFFER_POINTER (1), CU_LAUNCH_PARAM_BUFFER_SIZE (2), CU_LAUNCH_PARAM_END (0).
private func packedArguments(_ extra: Arguments, _ function: Function) throws(CUDAError) -> (UnsafeRawPointer, Int) {
  var buffer: UnsafeRawPointer?, size: Int?
  var index = 0
  while let name = extra[index], index < 8 {
    switch UInt(bitPattern: name) {
    case 1: buffer = extra[index + 1].map { UnsafeRawPointer($0) }
    case 2: size = try extra[index + 1].map { p throws(CUDAError) in try count(p.load(as: UInt.self)) }
    default: throw .invalidValue.because("extra has the name \(UInt(bitPattern: name))")
    }
    index += 2
  }
  guard let buffer else { throw .invalidValue.because("extra has no buffer") }
  return (buffer, size ?? function.parameterBytes)
}

/// The kernel of a handle whose kind is said (enum cudaKernelFunctionType) or not, on a context's device.
private func function(_ handle: UnsafeMutableRawPointer?, type: Int32, on context: Context) throws(CUDAError) -> Function {
  switch type {
  case 0, 1, 2: return try loadedFunction(registeredKernel(handle), on: context)
  case 3:
    guard let handle else { throw .invalidDeviceFunction.because("the function is null") }
    return Unmanaged<Function>.fromOpaque(handle).takeUnretainedValue()
  default: throw .invalidValue.because("functionType is \(type)")
  }
}

func kernelNode(_ p: cudaKernelNodeParamsV2, in context: Context) throws(CUDAError) -> GraphNodeKind {
  guard p.func != nil else { throw .invalidDeviceFunction.because("func is null") }
  let function: Function
  do throws(CUDAError) { function = try Cudart.function(p.func, type: p.functionType, on: context) } catch {
    // A graph calls a function that nobody registered an invalid value.
    guard error == .invalidResourceHandle else { throw error }
    throw .invalidValue.because(error.reason ?? "func is no kernel")
  }
  let configuration = LaunchConfiguration(
    grid: dimensions(p.gridDim), block: dimensions(p.blockDim), dynamicSharedBytes: Int(p.sharedMemBytes))
  guard p.kernelParams == nil || p.extra == nil else { throw .invalidValue.because("both kernelParams and extra are given") }
  let arguments: KernelArguments
  if let extra = p.extra {
    let (buffer, size) = try packedArguments(extra, function)
    arguments = try KernelArguments(function, packed: buffer, byteCount: size)
  } else {
    arguments = try KernelArguments(function, parameters: p.kernelParams.map { UnsafePointer($0) })
  }
  let node = KernelNode(
    function: function, symbol: p.func, symbolType: p.functionType == 0 ? 1 : p.functionType, context: context, configuration: configuration,
    arguments: arguments)
  do throws(CUDAError) { try node.check() } catch {
    // A graph calls an impossible shape an invalid value.
    guard error == .invalidConfiguration else { throw error }
    throw .invalidValue.because(error.reason ?? "the grid or block is empty or too large")
  }
  return .kernel(node)
}

func kernelNode(_ p: cudaKernelNodeParams, in context: Context) throws(CUDAError) -> GraphNodeKind {
  try kernelNode(
    cudaKernelNodeParamsV2(
      func: p.func, gridDim: p.gridDim, blockDim: p.blockDim, sharedMemBytes: p.sharedMemBytes, kernelParams: p.kernelParams, extra: p.extra,
      ctx: nil, functionType: 0), in: context)
}

func parameters(_ node: KernelNode) -> cudaKernelNodeParamsV2 {
  let c = node.configuration, isPacked = node.arguments.isPacked
  return cudaKernelNodeParamsV2(
    func: UnsafeMutableRawPointer(mutating: node.symbol), gridDim: carmine_dim3(x: c.grid.x, y: c.grid.y, z: c.grid.z),
    blockDim: carmine_dim3(x: c.block.x, y: c.block.y, z: c.block.z), sharedMemBytes: UInt32(c.dynamicSharedBytes),
    kernelParams: isPacked ? nil : node.arguments.pointers, extra: isPacked ? node.arguments.extra : nil, ctx: nil, functionType: node.symbolType)
}

// MARK: - Copies and fills

func copyNode(_ p: cudaMemcpy3DParms, in context: Context) throws(CUDAError) -> GraphNodeKind { .copy(try CopyNode(p, in: context)) }

func fillNode(_ p: cudaMemsetParams, in context: Context) throws(CUDAError) -> GraphNodeKind {
  .fill(
    try FillNode(
      pointer: p.dst, pitch: count(UInt(p.pitch), "pitch"), value: p.value, elementSize: Int(p.elementSize), width: count(UInt(p.width), "width"),
      height: count(UInt(p.height), "height"), context: context
    ).checked())
}

func parameters(_ node: FillNode) -> cudaMemsetParams {
  cudaMemsetParams(
    dst: node.pointer, pitch: node.pitch, value: node.value, elementSize: UInt32(node.elementSize), width: node.width, height: node.height)
}

private func copiesNode(_ p: cudaMemcpyBatchNodeParams, in context: Context) throws(CUDAError) -> GraphNodeKind {
  let size = try count(UInt(p.count), "count"), attributeCount = try count(UInt(p.numAttrs), "numAttrs")
  guard size > 0, let to = p.dsts, let from = p.srcs, let sizes = p.sizes else { throw .invalidValue.because("a batch of \(size) copies") }
  guard attributeCount > 0, let attributes = p.attrs, let indices = p.attrsIdxs, indices[0] == 0, attributeCount <= size else {
    throw .invalidValue.because("\(attributeCount) attributes, the first of which is for the first copy")
  }
  var first: [UInt] = []
  for index in 0..<attributeCount {
    guard indices[index] < size, first.last.map({ $0 < UInt(indices[index]) }) ?? true else { throw .invalidValue.because("attrsIdxs must rise") }
    first.append(UInt(indices[index]))
  }
  var copies: [CopyNode] = []
  for index in 0..<size {
    let bytes = try count(UInt(sizes[index]), "a size")
    // A copy of no bytes stands for one that is switched off.
    copies.append(
      bytes == 0
        ? CopyNode(to: CopySide(to[index]), from: CopySide(from[index]), extent: CopyExtent(width: 0), kind: .automatic, context: context)
        : try CopyNode(to: to[index], from: from[index], count: bytes, kind: 4, in: context))
  }
  let list = (0..<attributeCount).map { Array(UnsafeRawBufferPointer(start: attributes + $0, count: MemoryLayout<cudaMemcpyAttributes>.stride)) }
  return .copies(CopiesNode(copies: copies, attributes: list, attributeIndices: first, context: context))
}

// MARK: - Other kinds

func hostNode(_ function: HostFunction?, _ data: UnsafeMutableRawPointer?) throws(CUDAError) -> GraphNodeKind {
  guard let function else { throw .invalidValue.because("fn is null") }
  return .host(HostNode(function, data))
}

func semaphoreNode(_ p: carmine_semaphore_node, isSignal: Bool, in context: Context) throws(CUDAError) -> GraphNodeKind {
  guard p.numExtSems > 0, let handles = p.extSemArray, let parameters = p.paramsArray else { throw .invalidValue.because("\(p.numExtSems) semaphores") }
  let storage = SemaphoreNode.Storage(
    handles: UnsafePointer(handles), parameters: parameters, count: Int(p.numExtSems), stride: 144)   // both structs
  let node = try SemaphoreNode(storage: storage, context: context)
  return isSignal ? .semaphoreSignal(node) : .semaphoreWait(node)
}

func parameters(_ node: SemaphoreNode) -> carmine_semaphore_node {
  carmine_semaphore_node(
    extSemArray: node.storage.handles, paramsArray: UnsafeRawPointer(node.storage.parameters), numExtSems: UInt32(node.storage.count), ctx: nil)
}

/// The allocation gets its address, which goes back to the program.
func allocationNode(_ p: UnsafeMutablePointer<cudaMemAllocNodeParams>) throws(CUDAError) -> GraphNodeKind {
  let properties = p.pointee.poolProps
  guard properties.allocType == 1 else { throw .invalidValue.because("allocType is \(properties.allocType), not cudaMemAllocationTypePinned") }
  guard properties.handleTypes == 0 else { throw .notSupported.because("graphs' memory has no handles for other processes") }
  guard properties.location.type == 1 else { throw .invalidValue.because("the location is of type \(properties.location.type), not a device") }
  guard let device = try? Runtime.device(Int(properties.location.id)) else { throw .invalidValue.because("there is no device \(properties.location.id)") }
  let accessCount = try count(UInt(p.pointee.accessDescCount), "accessDescCount")
  guard accessCount == 0 || p.pointee.accessDescs != nil else { throw .invalidValue.because("accessDescs is null") }
  let access = (0..<accessCount).map { p.pointee.accessDescs[$0] }
  var peers: [CUDA.Device] = []
  for wanted in access {
    guard wanted.location.type == 1, let other = try? Runtime.device(Int(wanted.location.id)) else { throw .invalidValue.because("access for no device") }
    guard other === device || wanted.flags == 0 || device.canAccess(peer: other) else {
      throw .notSupported.because("device \(other.ordinal) does not reach the memory of device \(device.ordinal)")
    }
    if other !== device, wanted.flags != 0 { peers.append(other) }
  }
  let memory = try device.primaryContext().makeGraphAllocation(count(UInt(p.pointee.bytesize), "bytesize"), peers: peers)
  p.pointee.dptr = UnsafeMutableRawPointer(bitPattern: UInt(memory.address))
  return .allocation(AllocationNode(memory: memory, properties: properties, access: access))
}

func freeNode(_ pointer: UnsafeMutableRawPointer?, in graph: Graph, _ context: Context) throws(CUDAError) -> GraphNodeKind {
  let address = UInt64(UInt(bitPattern: pointer))
  guard let memory = Runtime.graphAllocation(at: address) else { throw .invalidValue.because("\(String(describing: pointer)) is no graph's allocation") }
  try memory.addFree(in: graph)
  return .free(FreeNode(address: address, memory: memory, context: context))
}

/// A child is a clone of what is given, or the graph itself where it moves into the node.
func childNode(_ handle: UnsafeMutableRawPointer?, ownership: Int32, in parent: Graph) throws(CUDAError) -> GraphNodeKind {
  let child = try Graph.graph(handle)
  switch ownership {
  case 0:
    guard !child.hasMemoryNodes else { throw .notSupported.because("a child graph with memory nodes must be moved into its parent") }
    guard !child.hasConditionalNodes else { throw .notSupported.because("a child graph has no conditional nodes") }
    guard !child.isMoved else { throw .notSupported.because("the graph was moved into another") }
    return .child(try child.clone())
  case 1:
    guard child !== parent.root, child.owner == nil, !child.isMoved else { throw .notSupported.because("the graph belongs to a node") }
    guard !child.hasConditionalNodes else { throw .notSupported.because("a child graph has no conditional nodes") }
    child.markMoved()
    return .child(child)
  default: throw .notSupported.because("ownership is \(ownership)")
  }
}

// MARK: - The generic struct

/// A new node's parameters, and results that the struct gets back.
func nodeKind(
  _ p: UnsafeMutablePointer<cudaGraphNodeParams>, in graph: Graph?, _ context: Context
) throws(CUDAError) -> GraphNodeKind {
  let v = p.pointee
  guard v.reserved0.0 == 0, v.reserved0.1 == 0, v.reserved0.2 == 0, v.reserved2 == 0 else { throw .invalidValue.because("reserved fields are set") }
  let own: UnsafeMutableRawPointer? = switch v.type {
  case 0: v.kernel.ctx
  case 1: v.memcpy.ctx
  case 2: v.memset.ctx
  case 8, 9: v.extSemSignal.ctx   // both begin alike
  case 14: v.memcpyBatch.ctx
  default: nil
  }
  let context = own == nil ? context : try nodeContext(own)
  switch v.type {
  case 0: return try kernelNode(v.kernel, in: context)
  case 1:
    guard v.memcpy.flags == 0, v.memcpy.reserved == 0 else { throw .invalidValue.because("flags of a copy are \(v.memcpy.flags)") }
    return try copyNode(v.memcpy.copyParams, in: context)
  case 2:
    let m = v.memset
    return try fillNode(
      cudaMemsetParams(dst: m.dst, pitch: m.pitch, value: m.value, elementSize: m.elementSize, width: m.width, height: m.height), in: context)
  case 3:
    guard v.host.syncMode <= 1 else { throw .invalidValue.because("syncMode is \(v.host.syncMode)") }
    return try hostNode(v.host.fn, v.host.userData)
  case 4:
    guard let graph else { return .child(try Graph.graph(v.graph.graph)) }
    return try childNode(v.graph.graph, ownership: v.graph.ownership, in: graph)
  case 5: return .empty
  case 6: return .eventWait(try graphEvent(v.eventWait.event))
  case 7: return .eventRecord(try graphEvent(v.eventRecord.event))
  case 8: return try semaphoreNode(unsafeBitCast(v.extSemSignal, to: carmine_semaphore_node.self), isSignal: true, in: context)
  case 9: return try semaphoreNode(unsafeBitCast(v.extSemWait, to: carmine_semaphore_node.self), isSignal: false, in: context)
  case 10:
    guard graph != nil else { throw .notSupported.because("the parameters of a MEM_ALLOC node stay") }
    return try allocationNode(UnsafeMutableRawPointer(p).advanced(by: 16).assumingMemoryBound(to: cudaMemAllocNodeParams.self))
  case 11:
    guard let graph else { throw .notSupported.because("the parameters of a MEM_FREE node stay") }
    return try freeNode(v.free.dptr, in: graph, context)
  case 13:
    guard let graph else { throw .notSupported.because("the parameters of a CONDITIONAL node stay") }
    let made = try graph.makeConditional(handle: v.conditional.handle, kind: v.conditional.type, size: v.conditional.size)
    p.pointee.conditional.phGraph_out = made.handles
    return .conditional(made)
  case 14: return try copiesNode(v.memcpyBatch, in: context)
  default: throw .invalidValue.because("node type \(v.type)")
  }
}

func graphEvent(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> CUDA.Event {
  do throws(CUDAError) { return try Event.event(handle) } catch { throw .invalidValue.because(error.reason ?? "no event") }
}

/// cudaGraphNodeGetParams.
func nodeParameters(_ node: GraphNode) throws(CUDAError) -> cudaGraphNodeParams { nodeParameters(node.kind, of: node) }

/// The same of what a node was or becomes.
func nodeParameters(_ kind: GraphNodeKind, of node: GraphNode) -> cudaGraphNodeParams {
  var p = cudaGraphNodeParams()
  p.type = kind.number
  switch kind {
  case .kernel(let kernel): p.kernel = parameters(kernel)
  case .copy(let copy): p.memcpy = cudaMemcpyNodeParams(flags: 0, reserved: 0, ctx: nil, copyParams: copy.parameters)
  case .fill(let fill):
    let m = parameters(fill)
    p.memset = cudaMemsetParamsV2(
      dst: m.dst, pitch: m.pitch, value: m.value, elementSize: m.elementSize, width: m.width, height: m.height, ctx: nil)
  case .host(let host): p.host = cudaHostNodeParamsV2(fn: host.function, userData: host.data, syncMode: 0, ctx: nil)
  case .child(let child): p.graph = cudaChildGraphNodeParams(graph: child.handle, ownership: -1)
  case .empty: break
  case .eventWait(let event): p.eventWait = cudaEventWaitNodeParams(event: event.handle)
  case .eventRecord(let event): p.eventRecord = cudaEventRecordNodeParams(event: event.handle, ctx: nil)
  case .semaphoreSignal(let semaphores), .semaphoreWait(let semaphores):
    p.extSemSignal = unsafeBitCast(parameters(semaphores), to: cudaExternalSemaphoreSignalNodeParamsV2.self)
  case .allocation(let allocation): p.alloc = unsafeBitCast(parameters(allocation, of: node), to: cudaMemAllocNodeParamsV2.self)
  case .free(let free): p.free = cudaMemFreeNodeParams(dptr: UnsafeMutableRawPointer(bitPattern: UInt(free.address)))
  case .conditional(let c):
    p.conditional = cudaConditionalNodeParams(
      handle: c.condition.handle, type: c.kind.rawValue, size: UInt32(c.bodies.count), phGraph_out: c.handles, ctx: nil)
  case .memoryOperations: break   // the runtime API has no parameters for it
  case .copies(let batch): p.memcpyBatch = batch.arrays.parameters
  }
  return p
}

func parameters(_ node: AllocationNode, of owner: GraphNode) -> cudaMemAllocNodeParams {
  cudaMemAllocNodeParams(
    poolProps: node.properties, accessDescs: node.accessArray, accessDescCount: node.access.count, bytesize: Int(node.memory.byteCount),
    dptr: UnsafeMutableRawPointer(bitPattern: UInt(node.memory.address)))
}
