// A graph: nodes and the edges between them, as a program builds it or a capture records it.  Nothing here touches a device.
// Threads: as CUDA has it, a graph is used by one thread at a time; the program (or the capture's lock) sees to that.
// Order: nodes are kept in the order in which they were added, which is the order that every listing has.
// Source: CUDA Runtime API, "Graph Management"; struct cudaGraphEdgeData, driver_types.h.
import Synchronization

/// What an edge says about when it opens: cudaGraphEdgeData.  All zero: the whole node waits for the whole other.
public struct GraphEdgeData: Hashable, Sendable {
  public var fromPort: UInt8      // 1: the kernel's programmatic trigger, 2: all its blocks have begun
  public var toPort: UInt8
  public var type: UInt8          // 1: programmatic
  public init(fromPort: UInt8 = 0, toPort: UInt8 = 0, type: UInt8 = 0) { (self.fromPort, self.toPort, self.type) = (fromPort, toPort, type) }
  public static let full = GraphEdgeData()
}

/// One end of an edge as the node at the other end sees it.
public struct GraphEdge {
  public unowned let node: GraphNode
  public var data: GraphEdgeData
  public init(_ node: GraphNode, _ data: GraphEdgeData = .full) { self.node = node; self.data = data }
}

public final class Graph: @unchecked Sendable {  // one thread at a time, as CUDA's documentation asks
  /// cudaGraphGetId: unique in the process.
  public let id: UInt32
  public private(set) var nodes: [GraphNode] = []
  /// cudaGraph_t.
  public private(set) var handle: UnsafeMutableRawPointer! = nil
  /// The node whose child, or conditional whose body, this is: such a graph ends with the node and is not the program's to destroy.
  public internal(set) weak var owner: GraphNode?
  /// Moved into its parent: cudaGraphChildGraphOwnershipMove.
  public private(set) var isMoved = false
  /// What this was cloned from: identities of nodes there, to nodes here.
  var clones: [ObjectIdentifier: GraphNode] = [:]
  var original: Graph?
  /// References to user objects that this graph holds.
  let userObjects = UserObjectReferences()
  /// Handles for conditional nodes that were created for this graph.
  var conditions: [Condition] = []
  /// Executables of this graph that exist; a graph with memory or conditional nodes may have one.
  let executableCount = Atomic<Int>(0)
  private var nextLocalID: UInt32 = 0
  /// The capture that adds nodes here; until it ends none can be taken away.  Capture.lock.
  weak var capture: Capture?

  static let handles = HandleTable<Graph>(magic: 0x6870_6172_675f_6163)
  private static let nextID = Atomic<UInt32>(1)
  static func newID() -> UInt32 { nextID.add(1, ordering: .relaxed).oldValue }

  private init() { id = Self.newID() }

  /// cudaGraphCreate.
  public static func make() -> Graph {
    let graph = Graph()
    graph.handle = handles.issue(graph)
    return graph
  }

  /// The graph of a cudaGraph_t.  Throws cudaErrorInvalidValue.
  public static func graph(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Graph {
    guard let handle, let graph = handles.object(for: handle) else {
      throw .invalidValue.because("no graph has the handle \(String(UInt(bitPattern: handle), radix: 16))")
    }
    return graph
  }

  /// cudaGraphDestroy: nodes, child graphs and their handles end with it; executables made from it do not.
  /// Throws cudaErrorInvalidValue for a graph that belongs to a node.
  public func destroy() throws(CUDAError) {
    guard capture == nil else { throw .illegalState.because("a capture goes into the graph") }
    guard owner == nil, !isMoved else { throw .invalidValue.because("the graph belongs to a node and ends with it") }
    end()
  }

  func end() {
    _ = Self.handles.revoke(handle)
    for node in nodes { node.end() }
    nodes = []
    clones = [:]
    original = nil
    conditions = []
    userObjects.releaseAll()
  }

  // MARK: nodes

  /// Adds a node behind `dependencies`.  Throws cudaErrorInvalidValue, and adds nothing, for a dependency of another graph, one
  /// that is named twice, and edge data that the two kinds of node don't have.
  @discardableResult
  public func add(_ kind: GraphNodeKind, after dependencies: [GraphEdge] = []) throws(CUDAError) -> GraphNode {
    try admit(kind)
    try checkDependencies(dependencies)
    for edge in dependencies { try Self.check(edge.data, from: edge.node.kind, to: kind) }
    let node = GraphNode(graph: self, kind: kind, localID: nextLocalID)
    nextLocalID += 1
    nodes.append(node)
    for edge in dependencies { connect(edge.node, node, edge.data) }
    node.adopt()
    return node
  }

  /// What is wrong with dependencies whatever the node is.
  public func checkDependencies(_ dependencies: [GraphEdge]) throws(CUDAError) {
    var seen: Set<ObjectIdentifier> = []
    for edge in dependencies {
      guard edge.node.graph === self else { throw .invalidValue.because("a dependency is a node of another graph") }
      guard seen.insert(ObjectIdentifier(edge.node)).inserted else { throw .invalidValue.because("a dependency is named twice") }
    }
  }

  /// A node that was made and could not be added.
  public func abandon(_ kind: GraphNodeKind) {
    switch kind {
    case .conditional(let node):
      node.condition.isUsed = false
      for body in node.bodies { body.end() }
      node.handles.deallocate()
    case .free(let free): free.memory?.forgetFree(in: self)
    case .allocation(let allocation): allocation.memory.forgetNode()
    case .child(let child): if child.isMoved { child.isMoved = false } else { child.end() }
    default: break
    }
  }

  /// The same with plain dependencies.
  @discardableResult
  public func add(_ kind: GraphNodeKind, after dependencies: [GraphNode]) throws(CUDAError) -> GraphNode {
    try add(kind, after: dependencies.map { GraphEdge($0) })
  }

  /// Which kinds of node this graph may have at all.
  private func admit(_ kind: GraphNodeKind) throws(CUDAError) {
    if isMoved, kind.isMemory { throw .notSupported.because("a child graph that was moved takes no more memory nodes") }
  }

  private static func check(_ data: GraphEdgeData, from: GraphNodeKind, to: GraphNodeKind) throws(CUDAError) {
    if data == .full { return }
    guard data.toPort == 0, data.type <= 1, data.fromPort <= 2 else {
      throw .invalidValue.because("edge data: ports \(data.fromPort) and \(data.toPort), type \(data.type)")
    }
    guard data.fromPort == 0 || from.isKernel else { throw .invalidValue.because("a \(from.name) node has no port \(data.fromPort)") }
    guard (data.type == 1) == (data.fromPort == 1) else {
      throw .invalidValue.because("a programmatic edge leaves a kernel's port 1; this one port \(data.fromPort), type \(data.type)")
    }
    guard data.type == 0 || to.isKernel else { throw .invalidValue.because("a programmatic edge to a \(to.name) node") }
  }

  private func connect(_ from: GraphNode, _ to: GraphNode, _ data: GraphEdgeData) {
    from.dependents.append(GraphEdge(to, data))
    to.dependencies.append(GraphEdge(from, data))
  }

  /// cudaGraphDestroyNode.  Throws cudaErrorNotSupported in a graph with memory nodes, whose nodes and edges stay.
  public func remove(_ node: GraphNode) throws(CUDAError) {
    guard capture == nil else { throw .illegalState.because("a capture goes into the graph") }
    try mayLoseEdges()
    guard node.isRemovable else { throw .invalidValue.because("a node that the device may update stays in its graph") }
    for edge in node.dependencies { edge.node.dependents.removeAll { $0.node === node } }
    for edge in node.dependents { edge.node.dependencies.removeAll { $0.node === node } }
    nodes.removeAll { $0 === node }
    clones = clones.filter { $0.value !== node }
    node.end()
  }

  private func mayLoseEdges() throws(CUDAError) {
    guard !hasMemoryNodes else { throw .notSupported.because("a graph with memory nodes keeps its nodes and edges") }
  }

  /// It becomes a part of a node as it is, instead of a clone of it.
  public func markMoved() { isMoved = true }

  // MARK: edges

  /// cudaGraphAddDependencies.  Throws cudaErrorInvalidValue, and adds nothing, for an edge that exists or is named twice, an edge from
  /// a node to itself, and nodes of another graph.  A cycle is found at instantiation.
  public func addEdges(_ edges: [(from: GraphNode, to: GraphNode, data: GraphEdgeData)]) throws(CUDAError) {
    struct Key: Hashable { var from, to: ObjectIdentifier }
    var seen: Set<Key> = []
    for edge in edges {
      guard edge.from.graph === self, edge.to.graph === self else { throw .invalidValue.because("an edge of another graph's nodes") }
      guard edge.from !== edge.to else { throw .invalidValue.because("an edge from a node to itself") }
      try Self.check(edge.data, from: edge.from.kind, to: edge.to.kind)
      let exists = edge.to.dependencies.contains { $0.node === edge.from }
      guard !exists, seen.insert(Key(from: ObjectIdentifier(edge.from), to: ObjectIdentifier(edge.to))).inserted else {
        throw .invalidValue.because("the edge exists already")
      }
    }
    for edge in edges { connect(edge.from, edge.to, edge.data) }
  }

  /// cudaGraphRemoveDependencies.  No data: whatever the edge has, as NVIDIA's library answers (its documentation says: none).
  /// Throws cudaErrorInvalidValue, and removes nothing, for an edge that doesn't exist.
  public func removeEdges(_ edges: [(from: GraphNode, to: GraphNode, data: GraphEdgeData?)]) throws(CUDAError) {
    for edge in edges {
      guard edge.from.graph === self, edge.to.graph === self,
        edge.to.dependencies.contains(where: { $0.node === edge.from && (edge.data == nil || $0.data == edge.data) })
      else { throw .invalidValue.because("there is no such edge") }
    }
    if !edges.isEmpty { try mayLoseEdges() }
    for edge in edges {
      edge.from.dependents.removeAll { $0.node === edge.to }
      edge.to.dependencies.removeAll { $0.node === edge.from }
    }
  }

  /// All edges, by the node they leave.
  public var edges: [(from: GraphNode, to: GraphNode, data: GraphEdgeData)] {
    nodes.flatMap { node in node.dependents.map { (from: node, to: $0.node, data: $0.data) } }
  }

  public var roots: [GraphNode] { nodes.filter { $0.dependencies.isEmpty } }
  /// Nodes that nothing depends on.
  public var leaves: [GraphNode] { nodes.filter { $0.dependents.isEmpty } }

  // MARK: what it holds

  /// Whether it, or a child graph at any depth, allocates or frees.
  public var hasMemoryNodes: Bool { nodes.contains { $0.kind.isMemory || $0.kind.children.contains { $0.hasMemoryNodes } } }
  public var hasConditionalNodes: Bool {
    nodes.contains { if case .conditional = $0.kind { true } else { $0.kind.children.contains { $0.hasConditionalNodes } } }
  }

  /// The nodes so that each follows what it depends on, earliest-added first; nil when there is a cycle.
  func ordered() -> [GraphNode]? {
    var missing: [ObjectIdentifier: Int] = [:]
    var ready: [GraphNode] = []
    for node in nodes {
      missing[ObjectIdentifier(node)] = node.dependencies.count
      if node.dependencies.isEmpty { ready.append(node) }
    }
    var index = 0
    while index < ready.count {
      for edge in ready[index].dependents {
        missing[ObjectIdentifier(edge.node)]! -= 1
        if missing[ObjectIdentifier(edge.node)] == 0 { ready.append(edge.node) }
      }
      index += 1
    }
    return ready.count == nodes.count ? ready : nil
  }

  // MARK: clones

  /// cudaGraphClone: nodes, edges and parameters, child graphs too; later changes of either don't touch the other.
  /// Throws cudaErrorInvalidValue (cudaErrorNotSupported in CUDA's words) for a graph with memory or conditional nodes.
  public func clone() throws(CUDAError) -> Graph {
    guard !hasMemoryNodes else { throw .notSupported.because("a graph with memory nodes cannot be cloned") }
    guard !hasConditionalNodes else { throw .notSupported.because("a graph with conditional nodes cannot be cloned") }
    let copy = Graph.make()
    do throws(CUDAError) {
      try copy.copyNodes(of: self)
      copy.userObjects.retainAll(of: userObjects)
    } catch {
      copy.end()
      throw error
    }
    copy.original = self
    return copy
  }

  /// Fills an empty graph with copies of another's nodes.
  func copyNodes(of other: Graph) throws(CUDAError) {
    for node in other.nodes {
      let copy = GraphNode(graph: self, kind: try node.kind.cloned(), localID: node.localID)
      copy.isEnabled = node.isEnabled
      nodes.append(copy)
      clones[ObjectIdentifier(node)] = copy
      copy.adopt()
    }
    for node in other.nodes {
      let copy = clones[ObjectIdentifier(node)]!
      copy.dependencies = node.dependencies.map { GraphEdge(clones[ObjectIdentifier($0.node)]!, $0.data) }
      copy.dependents = node.dependents.map { GraphEdge(clones[ObjectIdentifier($0.node)]!, $0.data) }
    }
    nextLocalID = other.nextLocalID
  }

  /// cudaGraphNodeFindInClone.  Throws cudaErrorInvalidValue when the node was no node of the original, or is gone from the clone.
  public func counterpart(of node: GraphNode) throws(CUDAError) -> GraphNode {
    if let found = clones[ObjectIdentifier(node)] { return found }
    for mine in nodes { for child in mine.kind.children { if let found = try? child.counterpart(of: node) { return found } } }
    throw .invalidValue.because("the node has no counterpart in the graph")
  }
}
