// A node of a graph: what it does, with its parameters as the program gave them, and its edges.
// Threads: as its graph.  Source: enum cudaGraphNodeType and the parameter structs of driver_types.h.
import Synchronization

/// What a node does.  The payload is a value: a clone has its own.
public enum GraphNodeKind {
  case kernel(KernelNode)
  case copy(CopyNode)
  case fill(FillNode)
  case host(HostNode)
  case child(Graph)
  case empty
  case eventWait(Event)
  case eventRecord(Event)
  case semaphoreSignal(SemaphoreNode)
  case semaphoreWait(SemaphoreNode)
  case allocation(AllocationNode)
  case free(FreeNode)
  case memoryOperations(MemoryOperationsNode)
  case conditional(ConditionalNode)
  case copies(CopiesNode)

  /// enum cudaGraphNodeType.
  public var number: Int32 {
    switch self {
    case .kernel: 0
    case .copy: 1
    case .fill: 2
    case .host: 3
    case .child: 4
    case .empty: 5
    case .eventWait: 6
    case .eventRecord: 7
    case .semaphoreSignal: 8
    case .semaphoreWait: 9
    case .allocation: 10
    case .free: 11
    case .memoryOperations: 12   // CU_GRAPH_NODE_TYPE_BATCH_MEM_OP, which the runtime API has no name for
    case .conditional: 13
    case .copies: 14
    }
  }

  /// As cudaGraphDebugDotPrint writes it.
  public var name: String {
    switch self {
    case .kernel: "KERNEL"
    case .copy: "MEMCPY"
    case .fill: "MEMSET"
    case .host: "HOST"
    case .child: "GRAPH"
    case .empty: "EMPTY"
    case .eventWait: "WAIT_EVENT"
    case .eventRecord: "EVENT_RECORD"
    case .semaphoreSignal: "EXT_SEMAS_SIGNAL"
    case .semaphoreWait: "EXT_SEMAS_WAIT"
    case .allocation: "MEM_ALLOC"
    case .free: "MEM_FREE"
    case .memoryOperations: "BATCH_MEM_OP"
    case .conditional: "CONDITIONAL"
    case .copies: "MEMCPY_BATCH"
    }
  }

  public var isKernel: Bool { if case .kernel = self { true } else { false } }
  public var isMemory: Bool { switch self { case .allocation, .free: true; default: false } }

  /// Graphs that belong to the node: a child, or the bodies of a conditional.
  public var children: [Graph] {
    switch self {
    case .child(let graph): [graph]
    case .conditional(let node): node.bodies
    default: []
    }
  }

  /// The same for a clone of the graph: children are cloned along.
  func cloned() throws(CUDAError) -> GraphNodeKind {
    guard case .child(let graph) = self else { return self }
    let copy = Graph.make()
    try copy.copyNodes(of: graph)
    return .child(copy)
  }
}

public final class GraphNode: @unchecked Sendable {  // as its graph
  public internal(set) weak var graph: Graph?
  public internal(set) var kind: GraphNodeKind
  public internal(set) var dependencies: [GraphEdge] = []
  public internal(set) var dependents: [GraphEdge] = []
  /// cudaGraphNodeGetLocalId: unique in its graph, never used again there.
  public let localID: UInt32
  /// cudaGraphNodeGetToolsId: unique in the process.
  public let toolsID: UInt64
  /// cudaGraphNode_t.
  public private(set) var handle: UnsafeMutableRawPointer! = nil
  /// What executables that are made later begin with.
  var isEnabled = true

  static let handles = HandleTable<GraphNode>(magic: 0x6564_6f6e_675f_6163)
  private static let nextToolsID = Atomic<UInt64>(1)

  init(graph: Graph, kind: GraphNodeKind, localID: UInt32) {
    (self.graph, self.kind, self.localID) = (graph, kind, localID)
    toolsID = Self.nextToolsID.add(1, ordering: .relaxed).oldValue
    handle = Self.handles.issue(self)
  }

  /// The node of a cudaGraphNode_t.  Throws cudaErrorInvalidValue.
  public static func node(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> GraphNode {
    guard let handle, let node = handles.object(for: handle) else {
      throw .invalidValue.because("no node has the handle \(String(UInt(bitPattern: handle), radix: 16))")
    }
    return node
  }

  /// cudaGraphNodeGetContainingGraph.
  public func containingGraph() throws(CUDAError) -> Graph {
    guard let graph else { throw .invalidValue.because("the node belongs to no graph") }
    return graph
  }

  /// The graphs that belong to it know it.
  func adopt() {
    for child in kind.children { child.owner = self }
    if case .allocation(let allocation) = kind { allocation.memory.graph = graph }
  }

  /// Its handle means nothing any more, and the graphs that belong to it end.
  func end() {
    _ = Self.handles.revoke(handle)
    dependencies = []
    dependents = []
    for child in kind.children {
      child.owner = nil
      child.end()
    }
    switch kind {
    case .allocation(let allocation): allocation.memory.forgetNode()
    case .conditional(let conditional): conditional.handles.deallocate()
    default: break
    }
    graph = nil
  }

  var isRemovable: Bool { true }

  /// Gives the node other parameters of its own kind; what an executable was made with stays there.
  /// Throws cudaErrorInvalidValue for another kind, and for kinds whose parameters stay.
  public func set(_ new: GraphNodeKind) throws(CUDAError) {
    guard new.number == kind.number else { throw .invalidValue.because("\(new.name) parameters for a \(kind.name) node") }
    switch (kind, new) {
    case (.allocation, _), (.free, _), (.conditional, _), (.child, _): throw .notSupported.because("the parameters of a \(kind.name) node stay")
    case (.kernel(let old), .kernel(var new)):
      guard old.context === new.context else { throw .invalidValue.because("the kernel is of another device") }
      new.attributes = old.attributes
      new.configuration.isCooperative = (old.attributes[KernelNode.cooperative]?.word ?? 0) != 0
      kind = .kernel(new)
    default: kind = new
    }
  }
}
