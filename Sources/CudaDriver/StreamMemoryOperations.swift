// Words of memory that a stream or a node of a graph waits for or writes.  A batch is one operation: it is refused as a whole or enqueued
// as a whole.
// Source: CUDA Driver API, "Stream Memory Operations", cuGraphAddBatchMemOpNode; union CUstreamBatchMemOpParams, cuda.h.
import CCUDA
import CUDA
import Cudart

private func waitFor(_ address: UInt64, _ value: UInt64, _ width: MemoryOperation.Width, _ flags: UInt32) throws(CUDAError) -> MemoryOperation {
  guard flags & (1 << 30) == 0 else { throw .notSupported.because("CU_STREAM_WAIT_VALUE_FLUSH") }
  guard let condition = MemoryOperation.Condition(rawValue: flags) else { throw .invalidValue.because("wait flags are \(flags)") }
  return .wait(address: address, value: value, width, condition)
}

private func write(_ address: UInt64, _ value: UInt64, _ width: MemoryOperation.Width, _ flags: UInt32) throws(CUDAError) -> MemoryOperation {
  guard flags <= 1 else { throw .invalidValue.because("write flags are \(flags)") }
  return .write(address: address, value: value, width)
}

/// What a batch says.  Throws for more than 256 operations and for flags.
private func operations(_ list: UnsafePointer<CUstreamBatchMemOpParams>?, _ count: UInt32, _ flags: UInt32) throws(CUDAError) -> [MemoryOperation] {
  guard flags == 0, count <= 256 else { throw .invalidValue.because("\(count) operations, flags \(flags)") }
  guard let list else { throw .invalidValue.because("paramArray is null") }
  var operations: [MemoryOperation] = []
  for index in 0..<Int(count) { operations.append(try operation(list[index])) }
  return operations
}

private func kept(_ list: UnsafePointer<CUstreamBatchMemOpParams>?, _ count: UInt32) -> MemoryOperationsNode.Storage {
  MemoryOperationsNode.Storage(copying: UnsafeRawBufferPointer(UnsafeBufferPointer(start: list, count: Int(count))), count: Int(count))
}

private func perform(_ stream: UnsafeMutableRawPointer?, _ list: UnsafePointer<CUstreamBatchMemOpParams>?, _ count: UInt32, _ flags: UInt32) throws(CUDAError) {
  let wanted = try operations(list, count, flags), stream = try current().stream(stream)
  try stream.perform(wanted) { () throws(CUDAError) in try MemoryOperationsNode(wanted, storage: kept(list, count), context: stream.context) }
}

/// One wait or write; `number` is its CUstreamBatchMemOpType.
private func perform(
  _ stream: UnsafeMutableRawPointer?, _ number: UInt32, _ address: UInt64, _ value: UInt64, _ flags: UInt32
) throws(CUDAError) {
  var one = CUstreamBatchMemOpParams()
  one.waitValue.operation = number
  one.waitValue.address = address
  one.waitValue.value64 = value
  one.waitValue.flags = flags
  try perform(stream, &one, 1, 0)
}

@c(carmine_cu_cuStreamWaitValue32_v2)
public func cuStreamWaitValue32_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try perform(stream, 1, address, UInt64(value), flags) }
}

@c(carmine_cu_cuStreamWaitValue64_v2)
public func cuStreamWaitValue64_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt64, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try perform(stream, 4, address, value, flags) }
}

@c(carmine_cu_cuStreamWriteValue32_v2)
public func cuStreamWriteValue32_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try perform(stream, 2, address, UInt64(value), flags) }
}

@c(carmine_cu_cuStreamWriteValue64_v2)
public func cuStreamWriteValue64_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt64, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in try perform(stream, 5, address, value, flags) }
}

/// At most 256 operations; `flags` must be 0.
@c(carmine_cu_cuStreamBatchMemOp_v2)
public func cuStreamBatchMemOp_v2(
  _ stream: UnsafeMutableRawPointer?, _ count: UInt32, _ list: UnsafePointer<CUstreamBatchMemOpParams>?, _ flags: UInt32
) -> Int32 {
  driver { () throws(CUDAError) in try perform(stream, list, count, flags) }
}

// MARK: - Nodes of graphs

/// A node's kind for such parameters; a context of theirs says on which device.
func memoryOperations(_ p: CUDA_BATCH_MEM_OP_NODE_PARAMS) throws(CUDAError) -> GraphNodeKind {
  let context = p.ctx == nil ? try current() : try driverContext(p.ctx).device.primaryContext()
  return .memoryOperations(try MemoryOperationsNode(operations(p.paramArray, p.count, p.flags), storage: kept(p.paramArray, p.count), context: context))
}

/// The array is the node's, and lives until the node has other parameters or ends.
func memoryOperations(of node: UnsafeMutableRawPointer?) throws(CUDAError) -> CUDA_BATCH_MEM_OP_NODE_PARAMS {
  guard case .memoryOperations(let found) = try GraphNode.node(node).kind else { throw .invalidValue.because("the node is no node of memory operations") }
  let list = found.storage.parameters.assumingMemoryBound(to: CUstreamBatchMemOpParams.self)
  return CUDA_BATCH_MEM_OP_NODE_PARAMS(ctx: primaryHandle(of: found.context.device), count: UInt32(found.storage.count), paramArray: list, flags: 0)
}

private func kind(_ parameters: UnsafePointer<CUDA_BATCH_MEM_OP_NODE_PARAMS>?) throws(CUDAError) -> GraphNodeKind {
  guard let parameters else { throw .invalidValue.because("nodeParams is null") }
  return try memoryOperations(parameters.pointee)
}

@c(carmine_cu_cuGraphAddBatchMemOpNode)
public func cuGraphAddBatchMemOpNode(
  _ result: NodeResults?, _ graph: UnsafeMutableRawPointer?, _ dependencies: NodeHandles?, _ size: UInt,
  _ parameters: UnsafePointer<CUDA_BATCH_MEM_OP_NODE_PARAMS>?
) -> Int32 {
  driver { () throws(CUDAError) in try addNode(result, graph, dependencies, size) { (_, _) throws(CUDAError) in try kind(parameters) } }
}

@c(carmine_cu_cuGraphBatchMemOpNodeGetParams)
public func cuGraphBatchMemOpNodeGetParams(_ node: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<CUDA_BATCH_MEM_OP_NODE_PARAMS>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "nodeParams_out").pointee = memoryOperations(of: node) }
}

@c(carmine_cu_cuGraphBatchMemOpNodeSetParams)
public func cuGraphBatchMemOpNodeSetParams(_ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<CUDA_BATCH_MEM_OP_NODE_PARAMS>?) -> Int32 {
  driver { () throws(CUDAError) in try setNode(node) { _ throws(CUDAError) in try kind(parameters) } }
}

@c(carmine_cu_cuGraphExecBatchMemOpNodeSetParams)
public func cuGraphExecBatchMemOpNodeSetParams(
  _ executable: UnsafeMutableRawPointer?, _ node: UnsafeMutableRawPointer?, _ parameters: UnsafePointer<CUDA_BATCH_MEM_OP_NODE_PARAMS>?
) -> Int32 {
  driver { () throws(CUDAError) in try setNode(of: executable, node) { _ throws(CUDAError) in try kind(parameters) } }
}

/// CUstreamAtomicReductionOpType and CUstreamAtomicReductionDataType, which are made of CU_ATOMIC_OPERATION_… and CU_ATOMIC_CAPABILITY_….
private let reductions: [UInt32: MemoryOperation.Reduction] = [0: .add, 5: .and, 6: .or]
private let widths: [UInt32: MemoryOperation.Width] = [2 | 4 | 8: .word, 2 | 4 | 16: .double]

private func operation(_ p: CUstreamBatchMemOpParams) throws(CUDAError) -> MemoryOperation {
  let wait = p.waitValue, put = p.writeValue, reduce = p.atomicReduction
  switch p.operation {
  case 1: return try waitFor(wait.address, UInt64(wait.value), .word, wait.flags)
  case 4: return try waitFor(wait.address, wait.value64, .double, wait.flags)
  case 2: return try write(put.address, UInt64(put.value), .word, put.flags)
  case 5: return try write(put.address, put.value64, .double, put.flags)
  case 6:
    guard p.memoryBarrier.flags <= 1 else { throw .invalidValue.because("barrier flags are \(p.memoryBarrier.flags)") }
    return .barrier
  case 3: throw .notSupported.because("CU_STREAM_MEM_OP_FLUSH_REMOTE_WRITES")
  case 8:
    guard reduce.flags == 0, let kind = reductions[reduce.reductionOp], let width = widths[reduce.dataType] else {
      throw .invalidValue.because("reduction \(reduce.reductionOp) of type \(reduce.dataType), flags \(reduce.flags)")
    }
    return .reduce(address: reduce.address, value: reduce.value, width, kind)
  default: throw .invalidValue.because("operation \(p.operation)")
  }
}

// MARK: - Attributes

@c(carmine_cu_cuStreamGetAttribute)
public func cuStreamGetAttribute(_ stream: UnsafeMutableRawPointer?, _ id: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("value_out is null") }
    try current().stream(stream).attribute(LaunchAttributeID(rawValue: id), into: result)
  }
}

@c(carmine_cu_cuStreamSetAttribute)
public func cuStreamSetAttribute(_ stream: UnsafeMutableRawPointer?, _ id: Int32, _ value: UnsafeRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let value else { throw .invalidValue.because("value is null") }
    try current().stream(stream).setAttribute(LaunchAttributeID(rawValue: id), LaunchAttributeValue(value))
  }
}

@c(carmine_cu_cuStreamCopyAttributes)
public func cuStreamCopyAttributes(_ destination: UnsafeMutableRawPointer?, _ source: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try current().stream(destination).copyAttributes(from: current().stream(source)) }
}
