import Testing

@testable import CUDA

/// Graphs of empty nodes: nothing here needs a device.
@Suite("The graph model")
struct GraphModelTests {
  private func nodes(_ graph: Graph, _ count: Int) throws -> [GraphNode] { try (0..<count).map { _ in try graph.add(.empty) } }

  @Test("Nodes are ordered behind what they depend on, whatever order they were added in") func order() throws {
    let graph = Graph.make(), list = try nodes(graph, 6)
    try graph.addEdges([5, 4, 3, 2, 1].map { (from: list[$0], to: list[$0 - 1], data: .full) })
    let order = try #require(graph.ordered())
    #expect(order.map(\.localID) == [5, 4, 3, 2, 1, 0])
    graph.end()
  }

  @Test("A cycle has no order, and one of its nodes is named") func cycle() throws {
    let graph = Graph.make(), list = try nodes(graph, 4)
    try graph.addEdges([(from: list[0], to: list[1], data: .full), (from: list[1], to: list[2], data: .full), (from: list[2], to: list[1], data: .full)])
    #expect(graph.ordered() == nil)
    let named = try #require(graph.nodeOnCycle())
    #expect(named === list[1] || named === list[2])
    graph.end()
  }

  @Test("An edge exists once, never to its own node, never to another graph's") func edges() throws {
    let graph = Graph.make(), other = Graph.make(), list = try nodes(graph, 2), stranger = try other.add(.empty)
    try graph.addEdges([(from: list[0], to: list[1], data: .full)])
    for wrong in [(list[0], list[1]), (list[0], list[0]), (list[0], stranger)] {
      #expect(throws: CUDAError.invalidValue) { try graph.addEdges([(from: wrong.0, to: wrong.1, data: .full)]) }
    }
    #expect(graph.edges.count == 1)
    try graph.removeEdges([(from: list[0], to: list[1], data: nil)])
    #expect(graph.edges.isEmpty)
    graph.end()
    other.end()
  }

  @Test("Edges that are refused together change nothing") func atomicity() throws {
    let graph = Graph.make(), list = try nodes(graph, 3)
    #expect(throws: CUDAError.invalidValue) {
      try graph.addEdges([(from: list[0], to: list[1], data: .full), (from: list[2], to: list[2], data: .full)])
    }
    #expect(graph.edges.isEmpty)
    graph.end()
  }

  @Test("Ports are kernels' alone") func ports() throws {
    let graph = Graph.make(), list = try nodes(graph, 2)
    for data in [GraphEdgeData(fromPort: 1, type: 1), GraphEdgeData(toPort: 1), GraphEdgeData(type: 2)] {
      #expect(throws: CUDAError.invalidValue) { try graph.addEdges([(from: list[0], to: list[1], data: data)]) }
    }
    graph.end()
  }

  @Test("A clone has nodes of its own that the original's lead to, in child graphs too") func clones() throws {
    let inner = Graph.make(), graph = Graph.make()
    let leaf = try inner.add(.empty)
    let first = try graph.add(.empty), child = try graph.add(.child(inner), after: [first])
    let copy = try graph.clone()
    let twin = try copy.counterpart(of: child)
    #expect(twin !== child && twin.graph === copy)
    #expect(twin.dependencies.map { $0.node.localID } == [first.localID])
    #expect(try copy.counterpart(of: leaf).graph === twin.kind.children[0])
    let late = try graph.add(.empty)
    #expect(throws: CUDAError.invalidValue) { try copy.counterpart(of: late) }
    graph.end()
    copy.end()
  }

  @Test("A node's handle means nothing once the node or its graph is gone") func handles() throws {
    let graph = Graph.make(), list = try nodes(graph, 2), handles = list.map(\.handle!)
    try graph.remove(list[0])
    #expect(throws: CUDAError.invalidValue) { try GraphNode.node(handles[0]) }
    #expect(try GraphNode.node(handles[1]) === list[1])
    try graph.destroy()
    #expect(throws: CUDAError.invalidValue) { try GraphNode.node(handles[1]) }
  }

  @Test("A child graph ends with its node and is nobody's to destroy") func children() throws {
    let inner = Graph.make(), graph = Graph.make(), handle = inner.handle
    try graph.add(.child(inner))
    #expect(throws: CUDAError.invalidValue) { try inner.destroy() }
    #expect(try Graph.graph(handle) === inner)
    try graph.destroy()
    #expect(throws: CUDAError.invalidValue) { try Graph.graph(handle) }
  }
}
