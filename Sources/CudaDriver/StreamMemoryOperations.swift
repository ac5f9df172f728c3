// Words of memory that a stream waits for or writes.  A batch is one operation: it is refused as a whole or enqueued as a whole.
// Source: CUDA Driver API, "Stream Memory Operations"; union CUstreamBatchMemOpParams, cuda.h.
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

private func perform(_ stream: UnsafeMutableRawPointer?, _ operation: () throws(CUDAError) -> MemoryOperation) throws(CUDAError) {
  try current().stream(stream).perform([operation()])
}

@c(carmine_cu_cuStreamWaitValue32_v2)
public func cuStreamWaitValue32_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    try perform(stream) { () throws(CUDAError) in try waitFor(address, UInt64(value), .word, flags) }
  }
}

@c(carmine_cu_cuStreamWaitValue64_v2)
public func cuStreamWaitValue64_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt64, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    try perform(stream) { () throws(CUDAError) in try waitFor(address, value, .double, flags) }
  }
}

@c(carmine_cu_cuStreamWriteValue32_v2)
public func cuStreamWriteValue32_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    try perform(stream) { () throws(CUDAError) in try write(address, UInt64(value), .word, flags) }
  }
}

@c(carmine_cu_cuStreamWriteValue64_v2)
public func cuStreamWriteValue64_v2(_ stream: UnsafeMutableRawPointer?, _ address: UInt64, _ value: UInt64, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    try perform(stream) { () throws(CUDAError) in try write(address, value, .double, flags) }
  }
}

/// At most 256 operations; `flags` must be 0.
@c(carmine_cu_cuStreamBatchMemOp_v2)
public func cuStreamBatchMemOp_v2(
  _ stream: UnsafeMutableRawPointer?, _ count: UInt32, _ list: UnsafePointer<CUstreamBatchMemOpParams>?, _ flags: UInt32
) -> Int32 {
  driver { () throws(CUDAError) in
    guard flags == 0, count <= 256 else { throw .invalidValue.because("\(count) operations, flags \(flags)") }
    guard let list else { throw .invalidValue.because("paramArray is null") }
    var operations: [MemoryOperation] = []
    for index in 0..<Int(count) { operations.append(try operation(list[index])) }
    try current().stream(stream).perform(operations)
  }
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
