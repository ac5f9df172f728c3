// Nodes of graphs whose parameters the driver has in structs of its own: kernels and copies become the runtime's and back; the others
// are alike and are passed on.  A context in the parameters is the device that the node runs on.
// Source: CUDA Driver API, "Graph Management"; CUgraphNodeParams and its members.
import CCUDA
import CUDA
import Cudart
import ModuleLoading

/// Runs `body` with a context's device current; null means the one that is.
private func inContext(_ handle: UnsafeMutableRawPointer?, _ body: () throws(CUDAError) -> Int32) throws(CUDAError) -> Int32 {
  guard let handle else { return try body() }
  let wanted = try driverContext(handle).device.ordinal, now = CurrentThread.deviceOrdinal
  guard wanted != now else { return try body() }
  try CurrentThread.setDevice(wanted)
  defer { try? CurrentThread.setDevice(now) }
  return try body()
}

private func given<T>(_ pointer: UnsafePointer<T>?) throws(CUDAError) -> T {
  guard let pointer else { throw .invalidValue.because("the parameters are null") }
  return pointer.pointee
}

// MARK: - Kernels

/// CUDA_KERNEL_NODE_PARAMS_v1 ends before the last two fields.
private func first(_ given: UnsafeRawPointer?) throws(CUDAError) -> CUDA_KERNEL_NODE_PARAMS {
  guard let given else { throw .invalidValue.because("the parameters are null") }
  var p = CUDA_KERNEL_NODE_PARAMS()
  withUnsafeMutableBytes(of: &p) { $0.copyMemory(from: UnsafeRawBufferPointer(start: given, count: firstBytes)) }
  return p
}
private let firstBytes = MemoryLayout<CUDA_KERNEL_NODE_PARAMS>.offset(of: \.kern)!

private func runtimeKernel(_ p: CUDA_KERNEL_NODE_PARAMS) throws(CUDAError) -> cudaGraphNodeParams {
  guard p.func == nil || p.kern == nil else { throw .invalidValue.because("both func and kern are given") }
  guard let handle = p.func ?? p.kern else { throw .invalidValue.because("func is null") }
  _ = try function(handle)
  var made = cudaGraphNodeParams()
  made.type = 0
  made.kernel = cudaKernelNodeParamsV2()
  made.kernel.func = handle
  made.kernel.gridDim = carmine_dim3(x: p.gridDimX, y: p.gridDimY, z: p.gridDimZ)
  made.kernel.blockDim = carmine_dim3(x: p.blockDimX, y: p.blockDimY, z: p.blockDimZ)
  (made.kernel.sharedMemBytes, made.kernel.kernelParams, made.kernel.extra) = (p.sharedMemBytes, p.kernelParams, p.extra)
  made.kernel.functionType = RegisteredKernel.kernel(ofHandle: handle) != nil ? 2 : 3   // cudaKernelFunctionTypeKernel, …Function
  return made
}

/// What the node was given, its kernel included; a kernel that the runtime API added has the function on the node's device.
private func driverKernel(_ node: UnsafeMutableRawPointer?, _ k: cudaKernelNodeParamsV2) throws(CUDAError) -> CUDA_KERNEL_NODE_PARAMS {
  guard case .kernel(let kernel) = try GraphNode.node(node).kind else { throw .invalidValue.because("the node is no kernel node") }
  var p = CUDA_KERNEL_NODE_PARAMS()
  switch k.functionType {
  case 3: p.func = k.func
  case 2: p.kern = k.func
  default: p.func = Unmanaged.passUnretained(kernel.function).toOpaque()
  }
  (p.gridDimX, p.gridDimY, p.gridDimZ) = (k.gridDim.x, k.gridDim.y, k.gridDim.z)
  (p.blockDimX, p.blockDimY, p.blockDimZ) = (k.blockDim.x, k.blockDim.y, k.blockDim.z)
  (p.sharedMemBytes, p.kernelParams, p.extra) = (k.sharedMemBytes, k.kernelParams, k.extra)
  p.ctx = primaryHandle(of: kernel.context.device)
  return p
}

// MARK: - Copies

private func texelBytes(_ array: UnsafeMutableRawPointer?, isArray: Bool) throws(CUDAError) -> Int? {
  isArray ? try DeviceArray.find(array).format.byteCount : nil
}

/// Memory types: host 1, device 2, array 3, unified 4.
private func runtimeCopy(_ c: CUDA_MEMCPY3D) throws(CUDAError) -> cudaMemcpy3DParms {
  // With an array, the runtime counts an extent and positions in the array in texels.
  func texel(_ s: carmine_copy_side_3d) throws(CUDAError) -> Int? { try texelBytes(s.memoryType == 3 ? s.array : nil, isArray: s.memoryType == 3) }
  let from = try texel(c.src), to = try texel(c.dst), size = from ?? to ?? 1
  func whole(_ bytes: Int) throws(CUDAError) -> Int {
    guard bytes % size == 0 else { throw .invalidValue.because("\(bytes) bytes are no whole texels of \(size)") }
    return bytes / size
  }
  var p = cudaMemcpy3DParms()
  func side(_ s: carmine_copy_side_3d, _ name: StaticString) throws(CUDAError) -> (UnsafeMutableRawPointer?, cudaPitchedPtr, cudaPos) {
    guard s.lod == 0 else { throw .invalidValue.because("\(name): LOD is \(s.lod), not 0") }
    let x = Int(s.xInBytes), y = Int(s.y), z = Int(s.z)
    if let own = try texel(s) {
      guard x % own == 0 else { throw .invalidValue.because("\(name): byte \(x) is within a texel of \(own)") }
      return (s.array, cudaPitchedPtr(), cudaPos(x: x / own, y: y, z: z))
    }
    let pointer: UnsafeMutableRawPointer?
    switch s.memoryType {
    case 1: pointer = s.host
    case 2, 4: pointer = UnsafeMutableRawPointer(bitPattern: UInt(s.device))
    default: throw .invalidValue.because("\(name): memory type \(s.memoryType)")
    }
    let pitch = s.pitch == 0 ? x + Int(c.WidthInBytes) : Int(s.pitch), height = s.height == 0 ? y + Int(c.Height) : Int(s.height)
    return (nil, cudaPitchedPtr(ptr: pointer, pitch: pitch, xsize: 0, ysize: height), cudaPos(x: x, y: y, z: z))
  }
  (p.srcArray, p.srcPtr, p.srcPos) = try side(c.src, "source")
  (p.dstArray, p.dstPtr, p.dstPos) = try side(c.dst, "destination")
  p.extent = cudaExtent(width: try whole(Int(c.WidthInBytes)), height: Int(c.Height), depth: Int(c.Depth))
  func isHost(_ s: carmine_copy_side_3d) -> Bool? { s.memoryType == 1 ? true : s.memoryType == 4 ? nil : false }
  p.kind = switch (isHost(c.src), isHost(c.dst)) {
  case (true?, true?): 0
  case (true?, false?): 1
  case (false?, true?): 2
  case (false?, false?): 3
  default: 4
  }
  return p
}

private func driverCopy(_ p: cudaMemcpy3DParms) throws(CUDAError) -> CUDA_MEMCPY3D {
  let from = try texelBytes(p.srcArray, isArray: p.srcArray != nil), to = try texelBytes(p.dstArray, isArray: p.dstArray != nil), size = from ?? to ?? 1
  func side(_ array: UnsafeMutableRawPointer?, _ pointer: cudaPitchedPtr, _ position: cudaPos, isHost: Bool) throws(CUDAError) -> carmine_copy_side_3d {
    var s = carmine_copy_side_3d()
    let own = try texelBytes(array, isArray: array != nil) ?? 1
    (s.xInBytes, s.y, s.z) = (Int(position.x) * own, Int(position.y), Int(position.z))
    if let array {
      (s.memoryType, s.array) = (3, array)
    } else {
      s.memoryType = p.kind == 4 ? 4 : isHost ? 1 : 2
      if s.memoryType == 1 { s.host = pointer.ptr } else { s.device = UInt64(UInt(bitPattern: pointer.ptr)) }
      (s.pitch, s.height) = (pointer.pitch, pointer.ysize)
    }
    return s
  }
  var c = CUDA_MEMCPY3D()
  c.src = try side(p.srcArray, p.srcPtr, p.srcPos, isHost: p.kind == 0 || p.kind == 1)
  c.dst = try side(p.dstArray, p.dstPtr, p.dstPos, isHost: p.kind == 0 || p.kind == 2)
  (c.WidthInBytes, c.Height, c.Depth) = (Int(p.extent.width) * size, p.extent.height, p.extent.depth)
  return c
}

private func runtimeCopyNode(_ c: CUDA_MEMCPY3D) throws(CUDAError) -> cudaGraphNodeParams {
  var made = cudaGraphNodeParams()
  made.type = 1
  made.memcpy = cudaMemcpyNodeParams()
  made.memcpy.copyParams = try runtimeCopy(c)
  return made
}

private func runtimeFill(_ m: cudaMemsetParams) -> cudaGraphNodeParams {
  var made = cudaGraphNodeParams()
  made.type = 2
  made.memset = cudaMemsetParamsV2(dst: m.dst, pitch: m.pitch, value: m.value, elementSize: m.elementSize, width: m.width, height: m.height, ctx: nil)
  return made
}

// MARK: - Adding

private func add(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, in context: UnsafeMutableRawPointer? = nil,
  _ make: () throws(CUDAError) -> cudaGraphNodeParams
) throws(CUDAError) -> Int32 {
  try inContext(context) { () throws(CUDAError) in
    var p = try make()
    try addGenericNode(result, graph, dependencies, nil, size, &p)
    return 0
  }
}

@c(carmine_cu_cuGraphAddKernelNode)
public func cuGraphAddKernelNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafeRawPointer?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in try add(result, graph, dependencies, size) { () throws(CUDAError) in try runtimeKernel(first(parameters)) } })
}

@c(carmine_cu_cuGraphAddKernelNode_v2)
public func cuGraphAddKernelNode_v2(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<CUDA_KERNEL_NODE_PARAMS>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let p = try given(parameters)
    return try add(result, graph, dependencies, size, in: p.ctx) { () throws(CUDAError) in try runtimeKernel(p) }
  })
}

@c(carmine_cu_cuGraphAddMemcpyNode)
public func cuGraphAddMemcpyNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<CUDA_MEMCPY3D>?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    try add(result, graph, dependencies, size, in: context) { () throws(CUDAError) in try runtimeCopyNode(given(parameters)) }
  })
}

@c(carmine_cu_cuGraphAddMemsetNode)
public func cuGraphAddMemsetNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafePointer<cudaMemsetParams>?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    try add(result, graph, dependencies, size, in: context) { () throws(CUDAError) in try runtimeFill(given(parameters)) }
  })
}

// MARK: - Reading and changing

private func runtimeParameters(of node: UnsafeMutableRawPointer?, type: Int32) throws(CUDAError) -> cudaGraphNodeParams {
  var p = cudaGraphNodeParams()
  let answer = cudaGraphNodeGetParams(node, &p)
  guard answer == 0 else { throw CUDAError(rawValue: answer) }
  guard p.type == type else { throw .invalidValue.because("the node is of type \(p.type)") }
  return p
}

@c(carmine_cu_cuGraphKernelNodeGetParams)
public func cuGraphKernelNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutableRawPointer?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("nodeParams is null") }
    var p = try driverKernel(node, runtimeParameters(of: node, type: 0).kernel)
    if p.func == nil { p.func = Unmanaged.passUnretained(try function(p.kern)).toOpaque() }   // the first version has no kernels
    withUnsafeBytes(of: p) { result.copyMemory(from: $0.baseAddress!, byteCount: firstBytes) }
    return 0
  })
}

@c(carmine_cu_cuGraphKernelNodeGetParams_v2)
public func cuGraphKernelNodeGetParams_v2(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<CUDA_KERNEL_NODE_PARAMS>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    try out(result, "nodeParams").pointee = driverKernel(node, runtimeParameters(of: node, type: 0).kernel)
    return 0
  })
}

@c(carmine_cu_cuGraphMemcpyNodeGetParams)
public func cuGraphMemcpyNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<CUDA_MEMCPY3D>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    try out(result, "nodeParams").pointee = driverCopy(runtimeParameters(of: node, type: 1).memcpy.copyParams)
    return 0
  })
}

@c(carmine_cu_cuGraphMemsetNodeGetParams)
public func cuGraphMemsetNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaMemsetParams>?) -> Int32 {
  bridged { cudaGraphMemsetNodeGetParams(node, result) }
}

private func set(
  _ node: UnsafeMutableRawPointer?, in context: UnsafeMutableRawPointer? = nil, _ make: () throws(CUDAError) -> cudaGraphNodeParams
) throws(CUDAError) -> Int32 {
  try inContext(context) { () throws(CUDAError) in
    var p = try make()
    return cudaGraphNodeSetParams(node, &p)
  }
}

private func set(
  of executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, in context: UnsafeMutableRawPointer? = nil,
  _ make: () throws(CUDAError) -> cudaGraphNodeParams
) throws(CUDAError) -> Int32 {
  try inContext(context) { () throws(CUDAError) in
    var p = try make()
    return cudaGraphExecNodeSetParams(executable, node, &p)
  }
}

@c(carmine_cu_cuGraphKernelNodeSetParams)
public func cuGraphKernelNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafeRawPointer?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in try set(node) { () throws(CUDAError) in try runtimeKernel(first(parameters)) } })
}

@c(carmine_cu_cuGraphKernelNodeSetParams_v2)
public func cuGraphKernelNodeSetParams_v2(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<CUDA_KERNEL_NODE_PARAMS>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let p = try given(parameters)
    return try set(node, in: p.ctx) { () throws(CUDAError) in try runtimeKernel(p) }
  })
}

@c(carmine_cu_cuGraphMemcpyNodeSetParams)
public func cuGraphMemcpyNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<CUDA_MEMCPY3D>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in try set(node) { () throws(CUDAError) in try runtimeCopyNode(given(parameters)) } })
}

@c(carmine_cu_cuGraphMemsetNodeSetParams)
public func cuGraphMemsetNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaMemsetParams>?) -> Int32 {
  bridged { cudaGraphMemsetNodeSetParams(node, parameters) }
}

@c(carmine_cu_cuGraphExecKernelNodeSetParams)
public func cuGraphExecKernelNodeSetParams(_ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafeRawPointer?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in try set(of: executable, node) { () throws(CUDAError) in try runtimeKernel(first(parameters)) } })
}

@c(carmine_cu_cuGraphExecKernelNodeSetParams_v2)
public func cuGraphExecKernelNodeSetParams_v2(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<CUDA_KERNEL_NODE_PARAMS>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let p = try given(parameters)
    return try set(of: executable, node, in: p.ctx) { () throws(CUDAError) in try runtimeKernel(p) }
  })
}

@c(carmine_cu_cuGraphExecMemcpyNodeSetParams)
public func cuGraphExecMemcpyNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<CUDA_MEMCPY3D>?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    try set(of: executable, node, in: context) { () throws(CUDAError) in try runtimeCopyNode(given(parameters)) }
  })
}

@c(carmine_cu_cuGraphExecMemsetNodeSetParams)
public func cuGraphExecMemsetNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<cudaMemsetParams>?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    try set(of: executable, node, in: context) { () throws(CUDAError) in try runtimeFill(given(parameters)) }
  })
}

// MARK: - Any kind

/// Calls with parameters as the runtime has them: a copy where the driver's differ or name a context, else the program's own struct, which
/// may get results.
private func withRuntime(
  _ given: UnsafeMutablePointer<cudaGraphNodeParams>?, _ body: (UnsafeMutablePointer<cudaGraphNodeParams>) throws(CUDAError) -> Int32
) throws(CUDAError) -> Int32 {
  let given = try out(given, "nodeParams")
  var made: cudaGraphNodeParams, context: UnsafeMutableRawPointer?
  let bytes = UnsafeRawPointer(given) + parametersOffset
  switch given.pointee.type {
  case 0:
    let p = bytes.load(as: CUDA_KERNEL_NODE_PARAMS.self)
    (made, context) = (try runtimeKernel(p), p.ctx)
  case 1:
    let p = bytes.load(as: CUDA_MEMCPY_NODE_PARAMS.self)
    guard p.flags == 0, p.reserved == 0 else { throw .invalidValue.because("flags of a copy are \(p.flags)") }
    (made, context) = (try runtimeCopyNode(p.copyParams), p.copyCtx)
  case 2: (made, context) = (given.pointee, given.pointee.memset.ctx); made.memset.ctx = nil
  case 8, 9: (made, context) = (given.pointee, given.pointee.extSemSignal.ctx); made.extSemSignal.ctx = nil   // both begin alike
  case 14...: throw .invalidValue.because("node type \(given.pointee.type)")
  default: return try body(given)
  }
  made.reserved0 = given.pointee.reserved0
  made.reserved2 = given.pointee.reserved2
  return try inContext(context) { () throws(CUDAError) in try body(&made) }
}
private let parametersOffset = 16   // layout.c holds the struct against it

/// Nodes of memory operations, which the runtime has no parameters for; nil: another kind.
private func memoryOperations(_ given: UnsafeMutablePointer<cudaGraphNodeParams>?) throws(CUDAError) -> GraphNodeKind? {
  guard let given, given.pointee.type == 12 else { return nil }
  return try memoryOperations((UnsafeRawPointer(given) + parametersOffset).load(as: CUDA_BATCH_MEM_OP_NODE_PARAMS.self))
}

private func addAny(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) throws(CUDAError) -> Int32 {
  if let kind = try memoryOperations(parameters) {
    try addNode(result, graph, dependencies, size, data: data) { (_, _) throws(CUDAError) in kind }
    return 0
  }
  return try withRuntime(parameters) { p throws(CUDAError) in
    try addGenericNode(result, graph, dependencies, data, size, p)
    return 0
  }
}

@c(carmine_cu_cuGraphAddNode)
public func cuGraphAddNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt, _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in try addAny(result, graph, dependencies, nil, size, parameters) })
}

@c(carmine_cu_cuGraphAddNode_v2)
public func cuGraphAddNode_v2(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ data: EdgeDataArray?, _ size: UInt,
  _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in try addAny(result, graph, dependencies, data, size, parameters) })
}

@c(carmine_cu_cuGraphNodeSetParams)
public func cuGraphNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    if let kind = try memoryOperations(parameters) {
      try setNode(node) { _ throws(CUDAError) in kind }
      return 0
    }
    return try withRuntime(parameters) { p throws(CUDAError) in cudaGraphNodeSetParams(node, p) }
  })
}

@c(carmine_cu_cuGraphExecNodeSetParams)
public func cuGraphExecNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafeMutablePointer<cudaGraphNodeParams>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    if let kind = try memoryOperations(parameters) {
      try setNode(of: executable, node) { _ throws(CUDAError) in kind }
      return 0
    }
    return try withRuntime(parameters) { p throws(CUDAError) in cudaGraphExecNodeSetParams(executable, node, p) }
  })
}

@c(carmine_cu_cuGraphNodeGetParams)
public func cuGraphNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<cudaGraphNodeParams>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let result = try out(result, "nodeParams")
    var p = cudaGraphNodeParams()
    let answer = cudaGraphNodeGetParams(node, &p)
    guard answer == 0 else { return answer }
    let type = p.type, bytes = UnsafeMutableRawPointer(result) + parametersOffset
    guard type == 0 || type == 1 || type == 12 else {
      result.pointee = p
      return 0
    }
    result.pointee = cudaGraphNodeParams()
    result.pointee.type = type
    if type == 0 {
      bytes.storeBytes(of: try driverKernel(node, p.kernel), as: CUDA_KERNEL_NODE_PARAMS.self)
    } else if type == 12 {
      bytes.storeBytes(of: try memoryOperations(of: node), as: CUDA_BATCH_MEM_OP_NODE_PARAMS.self)
    } else {
      var made = CUDA_MEMCPY_NODE_PARAMS()
      made.copyParams = try driverCopy(p.memcpy.copyParams)
      bytes.storeBytes(of: made, as: CUDA_MEMCPY_NODE_PARAMS.self)
    }
    return 0
  })
}
