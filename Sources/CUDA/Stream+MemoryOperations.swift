// Waiting for a word of memory and writing one, in stream order: cuStreamWaitValue, cuStreamWriteValue, cuStreamBatchMemOp.
// The host does both through its view of the memory, so any device, and a thread of the program's too, may be the other side.
// Threads: any.  Order: in stream order; a wait delays what follows in its stream, and nothing else.
// Source: CUDA Driver API, "Stream Memory Operations".
import GPU
import Glibc
import Synchronization

/// One operation; `address` is a device address, or a host one that the device reaches.
public enum MemoryOperation: Sendable {
  public enum Width: Int, Sendable { case word = 4, double = 8 }
  public enum Condition: UInt32, Sendable { case greaterOrEqual = 0, equal = 1, and = 2, nor = 3 }
  public enum Reduction: Sendable { case or, and, add }

  case wait(address: UInt64, value: UInt64, Width, Condition)
  case write(address: UInt64, value: UInt64, Width)
  case reduce(address: UInt64, value: UInt64, Width, Reduction)
  /// Memory is in order here after every operation.
  case barrier
}

extension MemoryOperation.Condition {
  /// Whether a word that holds `current` ends a wait for `value`.  The comparison of greaterOrEqual is cyclic.
  func holds(_ current: UInt64, _ value: UInt64, _ width: MemoryOperation.Width) -> Bool {
    let mask = width == .word ? UInt64(UInt32.max) : UInt64.max
    return switch self {
    case .greaterOrEqual:
      width == .word
        ? Int32(bitPattern: UInt32(truncatingIfNeeded: current) &- UInt32(truncatingIfNeeded: value)) >= 0
        : Int64(bitPattern: current &- value) >= 0
    case .equal: (current ^ value) & mask == 0
    case .and: current & value & mask != 0
    case .nor: ~(current | value) & mask != 0
    }
  }
}

/// A word that the host and the device both reach.
private struct SharedWord: @unchecked Sendable {  // accessed atomically
  let pointer: UnsafeMutableRawPointer
  let width: MemoryOperation.Width

  func load() -> UInt64 {
    switch width {
    case .word: UInt64(pointer.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .acquiring))
    case .double: pointer.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring)
    }
  }
  func store(_ value: UInt64) {
    switch width {
    case .word:
      pointer.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(UInt32(truncatingIfNeeded: value), ordering: .releasing)
    case .double: pointer.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(value, ordering: .releasing)
    }
  }
  func update(_ body: (UInt64) -> UInt64) { store(body(load())) }
}

/// An operation whose memory was found: what a stream or a node of a graph keeps.
struct CheckedOperation: Sendable {
  fileprivate let operation: MemoryOperation
  fileprivate let word: SharedWord?

  /// Throws cudaErrorInvalidValue for an address that is not aligned to its word or that the device does not reach.
  init(_ operation: MemoryOperation) throws(CUDAError) {
    self.operation = operation
    let (address, width): (UInt64, MemoryOperation.Width)
    switch operation {
    case .wait(let at, _, let size, _), .write(let at, _, let size), .reduce(let at, _, let size, _): (address, width) = (at, size)
    case .barrier:
      word = nil
      return
    }
    guard address % UInt64(width.rawValue) == 0 else { throw .invalidValue.because("\(address) is not aligned to \(width.rawValue) bytes") }
    guard let (_, allocation) = Runtime.find(address) else {
      throw .invalidValue.because("no memory of the device is at \(String(address, radix: 16))")
    }
    let inHostView = address &- allocation.hostAddress < allocation.byteCount
    let offset = address &- (inHostView ? allocation.hostAddress : allocation.deviceAddress)
    word = SharedWord(pointer: UnsafeMutableRawPointer(bitPattern: UInt(allocation.hostAddress + offset))!, width: width)
  }

  static func all(_ operations: [MemoryOperation]) throws(CUDAError) -> [CheckedOperation] {
    var checked: [CheckedOperation] = []
    for operation in operations { checked.append(try CheckedOperation(operation)) }
    return checked
  }
}

extension Stream {
  /// cuStreamBatchMemOp: refused as a whole or enqueued as a whole.  A captured stream gets a node, which `node` makes.
  public func perform(_ operations: [MemoryOperation], node: () throws(CUDAError) -> MemoryOperationsNode) throws(CUDAError) {
    try context.check()
    if isCaptured {
      _ = try capture(.memoryOperations(node()))
      return
    }
    let checked = try CheckedOperation.all(operations)
    try admit()
    try enqueue(checked)
  }

  func enqueue(_ operations: [CheckedOperation]) throws(CUDAError) {
    let gpu = context.gpu
    for checked in operations {
      let word = checked.word
      try gpuWork { () throws(GPUError) in
        switch checked.operation {
        case .wait(_, let value, let width, let condition):
          try timeline.enqueueWait { condition.holds(word!.load(), value, width) }
        case .write(_, let value, _):
          try timeline.enqueueWrite {
            word!.store(value)
            gpu.flushHostWrites()
          }
        case .reduce(_, let value, _, let reduction):
          try timeline.enqueueWrite {
            word!.update { current in
              switch reduction {
              case .or: current | value
              case .and: current & value
              case .add: current &+ value
              }
            }
            gpu.flushHostWrites()
          }
        case .barrier: break
        }
      }
    }
  }
}
