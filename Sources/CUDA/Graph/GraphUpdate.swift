// Changing an executable: one node's parameters, which nodes run, or all parameters from a graph of the same shape.
// Threads: any; under the executable's lock.
// Order: launches after the call are changed, those before it are not.  Packets are copied into a ring when a launch is submitted and
// arguments in use are left alone, so nothing waits; bodies of conditional nodes are submitted later, so with them the call waits.
// Source: CUDA Runtime API, cudaGraphExecUpdate, cudaGraphExec…SetParams, cudaGraphNodeSetEnabled.
import GPU

/// cudaGraphExecUpdateResult and the nodes that go with it.
public struct GraphUpdateFailure: Error {
  public var result: Int32
  public var node: GraphNode?
  public var from: GraphNode?
  public var error: CUDAError

  init(_ result: Int32, _ node: GraphNode? = nil, from: GraphNode? = nil, because reason: String) {
    (self.result, self.node, self.from) = (result, node, from)
    error = .graphExecUpdateFailure.because(reason)
  }

  static let topologyChanged: Int32 = 2, typeChanged: Int32 = 3, parametersChanged: Int32 = 5, notSupported: Int32 = 6,
    functionChanged: Int32 = 7, attributesChanged: Int32 = 8
}

extension GraphExecutable {
  // MARK: one node

  /// cudaGraphExec…NodeSetParams.  Throws cudaErrorInvalidValue for a node of another graph, parameters of another kind, and changes that
  /// an executable can't take; cudaErrorNotSupported for memory and conditional nodes.
  public func set(_ source: GraphNode, _ kind: GraphNodeKind) throws(CUDAError) {
    try changing { () throws(CUDAError) in
      let node = try entry(of: source)
      guard node.kind.number == kind.number else { throw .invalidValue.because("\(kind.name) parameters for a \(node.kind.name) node") }
      let new = try Self.permitted(node.kind, kind)
      try apply([(node, new)])
    }
  }

  /// cudaGraphExecChildGraphNodeSetParams.  Throws cudaErrorGraphExecUpdateFailure when the graphs differ in shape.
  public func setChild(_ source: GraphNode, _ graph: Graph) throws(CUDAError) {
    try changing { () throws(CUDAError) in
      guard case .child = source.kind, let shape = childShape(source.toolsID, in: program.shape) else {
        throw .invalidValue.because("the node is no child graph of the graph that this was made from")
      }
      var changes: [(ExecutableNode, GraphNodeKind)] = []
      do throws(GraphUpdateFailure) { try pair(shape, graph, &changes) } catch { throw error.error }
      try apply(changes)
    }
  }

  private func childShape(_ id: UInt64, in shape: GraphShape) -> GraphShape? {
    for node in shape.nodes {
      if node.sourceID == id { return node.child }
      if let child = node.child, let found = childShape(id, in: child) { return found }
    }
    return nil
  }

  /// cudaGraphNodeSetEnabled.  Throws cudaErrorInvalidValue for nodes other than kernels, copies and fills.
  public func setEnabled(_ source: GraphNode, _ isEnabled: Bool) throws(CUDAError) {
    try changing { () throws(CUDAError) in
      let node = try switchable(source)
      guard node.isEnabled != isEnabled else { return }
      node.isEnabled = isEnabled
      if node.recipe != nil { try program(of: node).write(node) }
    }
  }

  /// cudaGraphNodeGetEnabled.
  public func isEnabled(_ source: GraphNode) throws(CUDAError) -> Bool {
    try lock.withLock { () throws(CUDAError) in try switchable(source).isEnabled }
  }

  private func switchable(_ source: GraphNode) throws(CUDAError) -> ExecutableNode {
    let node = try entry(of: source)
    switch node.kind {
    case .kernel, .copy, .fill: return node
    default: throw .invalidValue.because("a \(node.kind.name) node cannot be disabled")
    }
  }

  /// Runs a change under the lock, when nothing in flight can see it.
  private func changing(_ body: () throws(CUDAError) -> Void) throws(CUDAError) {
    if let last = lock.withLock({ conditions.isEmpty ? nil : self.last }) {
      try context.translating { () throws(GPUError) in try last.timeline.wait(for: last.position) }
    }
    try lock.withLock(body)
  }

  /// New parameters, where an executable takes the change.
  private static func permitted(_ old: GraphNodeKind, _ new: GraphNodeKind) throws(CUDAError) -> GraphNodeKind {
    switch (old, new) {
    case (.kernel(let old), .kernel(var new)):
      guard old.context === new.context else { throw .invalidValue.because("the kernel is of another device") }
      new.attributes = old.attributes
      new.configuration.isCooperative = old.configuration.isCooperative
      return .kernel(new)
    case (.copy(let old), .copy(let new)):
      guard old.is1D, new.is1D else { throw .invalidValue.because("only one-dimensional copies between pointers can be changed in an executable") }
      guard !new.extent.isEmpty else { throw .invalidValue.because("a copy of no bytes") }
      guard old.places == new.places else { throw .invalidValue.because("the copy is between other kinds of memory") }
    case (.copies(let old), .copies(let new)):
      guard old.copies.count == new.copies.count else { throw .invalidValue.because("\(new.copies.count) copies for a node of \(old.copies.count)") }
    case (.fill(let old), .fill(let new)):
      guard old.context === new.context else { throw .invalidValue.because("the memory is of another device") }
      guard old.height == new.height, old.height == 1 || (old.width == new.width && old.elementSize == new.elementSize && old.pitch == new.pitch) else {
        throw .invalidValue.because("the shape of a fill of rows stays")
      }
    case (.semaphoreSignal(let old), .semaphoreSignal(let new)), (.semaphoreWait(let old), .semaphoreWait(let new)):
      guard old.storage.count == new.storage.count else { throw .invalidValue.because("the number of semaphores stays") }
    case (.memoryOperations(let old), .memoryOperations(let new)):
      guard old.context === new.context else { throw .invalidValue.because("the operations are of another device") }
    case (.allocation, _), (.free, _), (.conditional, _), (.child, _):
      throw .notSupported.because("the parameters of a \(old.name) node in an executable stay")
    default: break
    }
    return new
  }

  /// Prepares all changes, then makes them; throws and changes nothing when one is refused.
  private func apply(_ changes: [(ExecutableNode, GraphNodeKind)]) throws(CUDAError) {
    let old = changes.map { ($0.0, $0.0.kind, $0.0.recipe, $0.0.copies, $0.0.fill) }
    do throws(CUDAError) {
      for (node, kind) in changes {
        node.kind = kind
        try program.prepare(node)
      }
    } catch {
      for (node, kind, recipe, copies, fill) in old { (node.kind, node.recipe, node.copies, node.fill) = (kind, recipe, copies, fill) }
      throw error
    }
    // A kernel that takes more packets, or begins to need the others done, moves its neighbours.
    var moved: [GraphProgram] = []
    for (index, change) in changes.enumerated() {
      guard let recipe = change.0.recipe, let before = old[index].2 else { continue }
      let program = program(of: change.0)
      if recipe.parts.count != change.0.packetCount || recipe.needsQuiet != before.needsQuiet || recipe.isAlone != before.isAlone {
        if !moved.contains(where: { $0 === program }) { moved.append(program) }
      } else {
        try program.write(change.0)
      }
    }
    for program in moved { try program.layOut() }
  }

  // MARK: all nodes

  /// cudaGraphExecUpdate.  Throws GraphUpdateFailure with cudaErrorGraphExecUpdateFailure, and changes nothing.
  public func update(from graph: Graph) throws(GraphUpdateFailure) {
    guard graph.owner == nil, !graph.isMoved else {
      throw GraphUpdateFailure(result: 1, error: .invalidValue.because("the graph belongs to a node"))
    }
    var failure: GraphUpdateFailure?
    do throws(CUDAError) {
      try changing { () throws(CUDAError) in
        var changes: [(ExecutableNode, GraphNodeKind)] = []
        do throws(GraphUpdateFailure) { try pair(program.shape, graph, &changes) } catch {
          failure = error
          return
        }
        try apply(changes)
        collect()
        userObjects.retainAll(of: graph)
      }
    } catch { throw GraphUpdateFailure(result: 1, error: error) }
    if let failure { throw failure }
  }

  /// Walks both from their exits on, edge by edge, and notes each node's new parameters.
  private func pair(_ shape: GraphShape, _ graph: Graph, _ changes: inout [(ExecutableNode, GraphNodeKind)]) throws(GraphUpdateFailure) {
    guard shape.nodes.count == graph.nodes.count else {
      throw GraphUpdateFailure(GraphUpdateFailure.topologyChanged, because: "\(graph.nodes.count) nodes, the executable has \(shape.nodes.count)")
    }
    let exits = shape.nodes.indices.filter { shape.nodes[$0].isExit }, leaves = graph.leaves
    guard exits.count == leaves.count else {
      throw GraphUpdateFailure(
        GraphUpdateFailure.topologyChanged, leaves.count > exits.count ? leaves.first : nil,
        because: "\(leaves.count) nodes at the end, the executable has \(exits.count)")
    }
    var partner: [Int: GraphNode] = [:]
    var paired: Set<ObjectIdentifier> = []
    var work: [(Int, GraphNode)] = []
    for (index, node) in zip(exits, leaves) {
      try checkType(shape.nodes[index], node)
      partner[index] = node
      paired.insert(ObjectIdentifier(node))
      work.append((index, node))
    }
    var next = 0
    while next < work.count {
      let (index, node) = work[next]
      next += 1
      let mine = shape.nodes[index]
      guard mine.dependencies.count == node.dependencies.count else {
        throw GraphUpdateFailure(
          GraphUpdateFailure.topologyChanged, node, because: "a node has \(node.dependencies.count) dependencies, in the executable \(mine.dependencies.count)")
      }
      for (position, dependency) in mine.dependencies.enumerated() {
        let edge = node.dependencies[position]
        guard mine.dependencyData[position] == edge.data else {
          throw GraphUpdateFailure(GraphUpdateFailure.topologyChanged, node, from: edge.node, because: "an edge has other data")
        }
        if let known = partner[dependency] {
          guard known === edge.node else {
            throw GraphUpdateFailure(GraphUpdateFailure.topologyChanged, node, from: edge.node, because: "a dependency is another node")
          }
          continue
        }
        guard paired.insert(ObjectIdentifier(edge.node)).inserted else {
          throw GraphUpdateFailure(GraphUpdateFailure.topologyChanged, node, from: edge.node, because: "a dependency is another node")
        }
        try checkType(shape.nodes[dependency], edge.node)
        partner[dependency] = edge.node
        work.append((dependency, edge.node))
      }
    }
    for index in shape.nodes.indices {
      guard let node = partner[index] else {
        throw GraphUpdateFailure(GraphUpdateFailure.topologyChanged, because: "a node is not reached from the end")
      }
      try note(shape.nodes[index], node, &changes)
    }
  }

  private func checkType(_ mine: GraphShape.Node, _ node: GraphNode) throws(GraphUpdateFailure) {
    guard mine.kindNumber == node.kind.number else {
      throw GraphUpdateFailure(GraphUpdateFailure.typeChanged, node, because: "a node is now a \(node.kind.name) node")
    }
  }

  private func note(_ mine: GraphShape.Node, _ node: GraphNode, _ changes: inout [(ExecutableNode, GraphNodeKind)]) throws(GraphUpdateFailure) {
    if case .child(let child) = node.kind, let shape = mine.child { return try pair(shape, child, &changes) }
    guard let entry = mine.executable else { return }
    switch (entry.kind, node.kind) {
    case (.empty, _): return
    case (.kernel(let old), .kernel(let new)):
      guard old.context === new.context else {
        throw GraphUpdateFailure(GraphUpdateFailure.functionChanged, node, because: "a kernel is of another device")
      }
      guard old.configuration.isCooperative == new.configuration.isCooperative,
        !flags.contains(.useNodePriority) || old.attributes[KernelNode.priority] == new.attributes[KernelNode.priority]
      else { throw GraphUpdateFailure(GraphUpdateFailure.attributesChanged, node, because: "a kernel's attributes changed") }
      changes.append((entry, node.kind))
    case (.conditional(let old), .conditional(let new)):
      guard old.kind == new.kind, old.bodies.count == new.bodies.count else {
        throw GraphUpdateFailure(GraphUpdateFailure.parametersChanged, node, because: "a conditional node's parameters changed")
      }
      for (body, graph) in zip(entry.bodies, new.bodies) { try pair(body.shape, graph, &changes) }
      changes.append((entry, node.kind))
    case (.allocation(let old), .allocation(let new)):
      guard old.memory.byteCount == new.memory.byteCount, old.memory.context === new.memory.context else {
        throw GraphUpdateFailure(GraphUpdateFailure.parametersChanged, node, because: "an allocation's size or place changed")
      }
      if old.memory !== new.memory, node.graph?.root.executableCount.load(ordering: .acquiring) ?? 0 > 0 {
        throw GraphUpdateFailure(GraphUpdateFailure.notSupported, node, because: "the memory node's graph has an executable of its own")
      }
      changes.append((entry, node.kind))
    case (.free, _): changes.append((entry, node.kind))
    case (.copy(let old), .copy(let new)):
      guard old.places == new.places else {
        throw GraphUpdateFailure(GraphUpdateFailure.parametersChanged, node, because: "a copy is between other kinds of memory")
      }
      if !old.is1D || !new.is1D, old.extent != new.extent {
        throw GraphUpdateFailure(GraphUpdateFailure.parametersChanged, node, because: "the shape of a copy of rows changed")
      }
      changes.append((entry, node.kind))
    default:
      do throws(CUDAError) { changes.append((entry, try Self.permitted(entry.kind, node.kind))) } catch {
        throw GraphUpdateFailure(GraphUpdateFailure.parametersChanged, node, because: error.reason ?? "parameters changed")
      }
    }
  }
}

extension GraphUpdateFailure {
  init(result: Int32, error: CUDAError) {
    (self.result, self.error, node, from) = (result, error, nil, nil)
  }
}
