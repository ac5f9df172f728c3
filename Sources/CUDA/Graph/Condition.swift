// A value that decides what a conditional node does: kernels write it, the host reads it between the parts of a graph.
// The handle that programs and kernels hold is the value's address, in memory that host and device see alike.
// Threads: any.  Order: a graph's launch sets the default value before its first node runs, if the handle asks for that.
// Source: CUDA Runtime API, cudaGraphConditionalHandleCreate; CUDA Programming Guide, "Conditional Graph Nodes".
import GPU
import Glibc
import Synchronization

public final class Condition: @unchecked Sendable {  // the cell is written by host and device in the order of streams
  public let context: Context
  public let defaultValue: UInt32
  /// cudaGraphCondAssignDefault: each launch begins with the default value.
  public let assignsDefault: Bool
  /// A handle is used by one conditional node.
  var isUsed = false
  private let cell: UnsafeMutablePointer<Atomic<UInt32>>

  private static let lock = Lock()
  private nonisolated(unsafe) static var live: [UInt64: Weak] = [:]
  private struct Weak { weak var condition: Condition? }

  init(context: Context, defaultValue: UInt32, assignsDefault: Bool) throws(CUDAError) {
    (self.context, self.defaultValue, self.assignsDefault) = (context, defaultValue, assignsDefault)
    let memory = try context.translating { () throws(GPUError) in try context.gpu.allocate(64, heap: .host, isInternal: true) }
    memset(memory, 0, 64)
    cell = memory.assumingMemoryBound(to: Atomic<UInt32>.self)
    if assignsDefault { reset() }
    let handle = UInt64(UInt(bitPattern: cell))
    Self.lock.withLock { Self.live[handle] = Weak(condition: self) }
  }

  deinit {
    let address = handle
    Self.lock.withLock { _ = Self.live.removeValue(forKey: address) }
    try? context.gpu.free(address)
  }

  /// cudaGraphConditionalHandle.
  public var handle: UInt64 { UInt64(UInt(bitPattern: cell)) }

  /// The condition of a handle.  Throws cudaErrorInvalidValue.
  public static func condition(_ handle: UInt64) throws(CUDAError) -> Condition {
    guard let found = lock.withLock({ live[handle]?.condition }) else { throw .invalidValue.because("no conditional handle is \(handle)") }
    return found
  }

  var value: UInt32 { cell.pointee.load(ordering: .acquiring) }

  /// What a launch begins with.
  func reset() { if assignsDefault { cell.pointee.store(defaultValue, ordering: .releasing) } }
}

extension Graph {
  /// cudaGraphConditionalHandleCreate.  `flags`: 0 or cudaGraphCondAssignDefault.
  public func makeCondition(in context: Context, defaultValue: UInt32, flags: UInt32) throws(CUDAError) -> Condition {
    guard flags <= 1 else { throw .invalidValue.because("conditional handle flags are \(flags)") }
    let condition = try Condition(context: context, defaultValue: defaultValue, assignsDefault: flags == 1)
    conditions.append(condition)
    return condition
  }

  /// A conditional node's bodies are made with it, empty: the program fills them.
  /// Throws cudaErrorInvalidValue for a handle that another node uses or that another graph's is, and for a wrong number of bodies.
  public func makeConditional(handle: UInt64, kind: Int32, size: UInt32) throws(CUDAError) -> ConditionalNode {
    let condition = try Condition.condition(handle)
    guard let kind = ConditionalNode.Kind(rawValue: kind) else { throw .invalidValue.because("conditional node type \(kind)") }
    guard root.conditions.contains(where: { $0 === condition }) else { throw .invalidValue.because("the handle was made for another graph") }
    guard !condition.isUsed else { throw .invalidValue.because("the handle belongs to another conditional node") }
    let isValid = switch kind {
    case .branch: size == 1 || size == 2
    case .loop: size == 1
    case .choice: size >= 1
    }
    guard isValid else { throw .invalidValue.because("\(size) bodies for a conditional node of type \(kind.rawValue)") }
    condition.isUsed = true
    let bodies = (0..<size).map { _ in Graph.make() }
    let handles = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: bodies.count)
    for (index, body) in bodies.enumerated() { (handles + index).initialize(to: body.handle) }
    return ConditionalNode(condition: condition, kind: kind, bodies: bodies, handles: handles)
  }

  /// The graph that this is, at whatever depth, a part of.
  public var root: Graph {
    var graph = self
    while let parent = graph.owner?.graph { graph = parent }
    return graph
  }
}

extension Condition {
  /// The same as a piece of a stream's work.
  var resetRequest: FillRequest? {
    guard assignsDefault else { return nil }
    return FillRequest(destination: UnsafeMutableRawPointer(bitPattern: UInt(handle))!, value: defaultValue, elementSize: 4, width: 1)
  }
}
