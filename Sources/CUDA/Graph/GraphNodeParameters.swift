// The parameters of nodes other than kernels, as the program gives and gets them, and as the runtime needs them.
// Threads: values.  Source: cudaMemcpy3DParms, cudaMemsetParams, cudaHostNodeParams, cudaMemAllocNodeParams and
// cudaConditionalNodeParams of driver_types.h.
import CCUDA
import GPU

/// A copy of a box.  `parameters` is what the program reads back; the sides are the same with arrays and positions resolved.
public struct CopyNode {
  public var parameters: cudaMemcpy3DParms
  public var to, from: CopySide
  public var extent: CopyExtent
  public var kind: CopyKind
  public unowned let context: Context

  /// A copy between two places in memory, as Stream.copy takes it.
  public init(to: CopySide, from: CopySide, extent: CopyExtent, kind: CopyKind, context: Context, parameters: cudaMemcpy3DParms? = nil) {
    (self.to, self.from, self.extent, self.kind, self.context) = (to, from, extent, kind, context)
    if let parameters {
      self.parameters = parameters
      return
    }
    func pitched(_ side: CopySide) -> cudaPitchedPtr {
      let pitch = side.rowPitch > 0 ? side.rowPitch : extent.width
      return cudaPitchedPtr(
        ptr: side.pointer, pitch: pitch, xsize: extent.width, ysize: side.slicePitch > 0 && pitch > 0 ? side.slicePitch / pitch : extent.height)
    }
    var made = cudaMemcpy3DParms()
    (made.dstPtr, made.srcPtr) = (pitched(to), pitched(from))
    made.extent = cudaExtent(width: extent.width, height: extent.height, depth: extent.depth)
    made.kind = kind.rawValue
    self.parameters = made
  }
}

/// Several copies in one node, in no order: cudaMemcpyBatchNodeParams.
public struct CopiesNode {
  public var copies: [CopyNode]
  /// The attributes' bytes and which copies they are for, as the program reads them back.
  public var attributes: [[UInt8]]
  public var attributeIndices: [UInt]
  public unowned let context: Context
  /// The same as the arrays that a program reads back.
  public let arrays: Arrays
  public init(copies: [CopyNode], attributes: [[UInt8]] = [], attributeIndices: [UInt] = [], context: Context) {
    (self.copies, self.attributes, self.attributeIndices, self.context) = (copies, attributes, attributeIndices, context)
    arrays = Arrays(copies, attributes, attributeIndices)
  }

  public final class Arrays: @unchecked Sendable {  // does not change after init
    public let parameters: cudaMemcpyBatchNodeParams
    fileprivate init(_ copies: [CopyNode], _ attributes: [[UInt8]], _ indices: [UInt]) {
      func array<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
        for (index, value) in values.enumerated() { (memory + index).initialize(to: value) }
        return memory
      }
      var p = cudaMemcpyBatchNodeParams()
      p.count = copies.count
      p.dsts = array(copies.map(\.to.pointer))
      p.srcs = array(copies.map(\.from.pointer))
      p.sizes = array(copies.map(\.extent.width))
      p.attrs = UnsafeMutableRawPointer(array(attributes.flatMap { $0 })).assumingMemoryBound(to: cudaMemcpyAttributes.self)
      p.attrsIdxs = array(indices.map { Int($0) })
      p.numAttrs = attributes.count
      parameters = p
    }
    deinit {
      parameters.dsts.deallocate()
      parameters.srcs.deallocate()
      parameters.sizes.deallocate()
      parameters.attrs.deallocate()
      parameters.attrsIdxs.deallocate()
    }
  }
}

/// Rows of elements to be filled with one value.
public struct FillNode {
  public var pointer: UnsafeMutableRawPointer?
  public var pitch: Int
  public var value: UInt32
  public var elementSize: Int
  public var width, height: Int        // elements, rows
  public var depth = 1, slicePitch = 0 // a capture of cudaMemset3DAsync has them
  public unowned let context: Context
  public init(
    pointer: UnsafeMutableRawPointer?, pitch: Int, value: UInt32, elementSize: Int, width: Int, height: Int, context: Context, depth: Int = 1,
    slicePitch: Int = 0
  ) {
    (self.pointer, self.pitch, self.value, self.elementSize) = (pointer, pitch, value, elementSize)
    (self.width, self.height, self.context, self.depth, self.slicePitch) = (width, height, context, depth, slicePitch)
  }
}

public struct HostNode {
  public var function: HostFunction
  public var data: UnsafeMutableRawPointer?
  public init(_ function: @escaping HostFunction, _ data: UnsafeMutableRawPointer?) { (self.function, self.data) = (function, data) }
}

/// Signals or waits of external semaphores.  `handles` and `parameters` are the program's arrays, copied: each entry of `parameters` is
/// a cudaExternalSemaphoreSignalParams or WaitParams.
public struct SemaphoreNode {
  public final class Storage: @unchecked Sendable {  // does not change after init
    public let handles: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    public let parameters: UnsafeMutableRawPointer
    public let count: Int
    public let stride: Int
    public init(handles: UnsafePointer<UnsafeMutableRawPointer?>?, parameters: UnsafeRawPointer?, count: Int, stride: Int) {
      (self.count, self.stride) = (count, stride)
      self.handles = .allocate(capacity: max(count, 1))
      self.parameters = .allocate(byteCount: max(count * stride, 1), alignment: 16)
      if count > 0, let handles, let parameters {
        self.handles.update(from: handles, count: count)
        self.parameters.copyMemory(from: parameters, byteCount: count * stride)
      }
    }
    deinit {
      handles.deallocate()
      parameters.deallocate()
    }
  }
  public var storage: Storage
  public unowned let context: Context
  /// Throws cudaErrorInvalidValue for a semaphore that is null and cudaErrorInvalidResourceHandle for one that is none.
  public init(storage: Storage, context: Context) throws(CUDAError) {
    (self.storage, self.context) = (storage, context)
    var found: [SemaphoreValue] = []
    for index in 0..<storage.count {
      // Both structs begin with the value of a fence.
      found.append((try ExternalSemaphore.find(storage.handles[index]), storage.parameters.load(fromByteOffset: index * storage.stride, as: UInt64.self)))
    }
    semaphores = found
  }
  /// The same as streams take them.
  let semaphores: [SemaphoreValue]
}

/// Words of memory that are waited for and written, in order: what cuStreamBatchMemOp does in a stream.  `storage` is the program's array
/// of CUstreamBatchMemOpParams, copied.  A wait holds the whole launch, as one of an external semaphore does: what it waits for has to come
/// from outside of the graph, or from what was done before.
public struct MemoryOperationsNode {
  public final class Storage: @unchecked Sendable {  // does not change after init
    public let parameters: UnsafeMutableRawPointer
    public let count: Int
    public init(copying bytes: UnsafeRawBufferPointer, count: Int) {
      self.count = count
      parameters = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
      if let start = bytes.baseAddress { parameters.copyMemory(from: start, byteCount: bytes.count) }
    }
    deinit { parameters.deallocate() }
  }
  public let storage: Storage
  public unowned let context: Context
  let operations: [CheckedOperation]

  /// Throws what a stream throws for such operations.
  public init(_ operations: [MemoryOperation], storage: Storage, context: Context) throws(CUDAError) {
    (self.storage, self.context) = (storage, context)
    self.operations = try CheckedOperation.all(operations)
  }
}

/// Memory that exists from this node on until it is freed, by a node or by the program.
public struct AllocationNode {
  public var memory: GraphAllocation
  /// As the program reads it back.
  public var properties: cudaMemPoolProps
  public var access: [cudaMemAccessDesc]
  /// The same as an array for the program; null when it is empty.
  public var accessArray: UnsafePointer<cudaMemAccessDesc>? { access.isEmpty ? nil : UnsafePointer(storage.array) }
  private let storage: Storage

  private final class Storage: @unchecked Sendable {  // does not change after init
    let array: UnsafeMutablePointer<cudaMemAccessDesc>
    init(_ access: [cudaMemAccessDesc]) {
      array = .allocate(capacity: max(access.count, 1))
      for (index, value) in access.enumerated() { (array + index).initialize(to: value) }
    }
    deinit { array.deallocate() }
  }

  public init(memory: GraphAllocation, properties: cudaMemPoolProps, access: [cudaMemAccessDesc]) {
    (self.memory, self.properties, self.access) = (memory, properties, access)
    storage = Storage(access)
  }
}

public struct FreeNode {
  public var address: UInt64
  /// The graph's allocation that starts there, when it is one.
  public var memory: GraphAllocation?
  public unowned let context: Context
  public init(address: UInt64, memory: GraphAllocation?, context: Context) { (self.address, self.memory, self.context) = (address, memory, context) }
}

/// A body that runs once, again and again, or one of several bodies, as a value says that kernels write.
public struct ConditionalNode {
  public enum Kind: Int32, Sendable { case branch = 0, loop = 1, choice = 2 }
  public var condition: Condition
  public var kind: Kind
  public var bodies: [Graph]
  /// The array of handles that the program was given; lives as long as the process may look at it.
  public var handles: UnsafeMutablePointer<UnsafeMutableRawPointer?>
}
