// Capturing into a graph that has its nodes already: the operations must come in the order, of the kinds and with the edges that the
// graph was captured with; only parameters may differ, and the program may look at each that does.
// Threads: Capture.lock, which is let go while the program's callback runs.
// Source: CUDA 13 Runtime API, cudaStreamBeginRecaptureToGraph.

public final class Recapture: @unchecked Sendable {  // cursor: Capture.lock
  /// enum cudaGraphRecaptureStatus.
  public enum Status: Int32, Sendable { case eligible = 0, ineligible = 1, error = 2 }
  /// The node, what it was, what it becomes, and whether an executable could be updated so; answers a cudaError_t.
  public typealias Callback = (GraphNode, GraphNodeKind, GraphNodeKind, Status) -> Int32

  private let nodes: [GraphNode]
  private var cursor = 0
  private let callback: Callback?

  init(_ graph: Graph, _ callback: Callback?) {
    nodes = graph.nodes
    self.callback = callback
  }

  var isComplete: Bool { cursor == nodes.count }

  /// The node whose turn it is.
  var next: GraphNode? { cursor < nodes.count ? nodes[cursor] : nil }

  /// Gives the next node the parameters of an operation.  Throws cudaErrorGraphRecaptureFailure.  Lock held, but let go in between.
  func take(_ kind: GraphNodeKind, _ edges: [GraphEdge]) throws(CUDAError) -> GraphNode {
    guard let node = next else { throw .graphRecaptureFailure.because("the graph has only \(nodes.count) nodes") }
    guard node.kind.number == kind.number, Self.areSame(node.dependencies, edges) else {
      throw .graphRecaptureFailure.because("node \(cursor) is a \(node.kind.name) node with other edges than this \(kind.name)")
    }
    cursor += 1
    guard !node.kind.hasParameters(of: kind) else { return node }
    switch kind {
    case .allocation, .free: throw .graphRecaptureFailure.because("a \(kind.name) node with other parameters")
    default: break
    }
    if let callback {
      let old = node.kind, status: Status = node.kind.canBecome(kind) ? .eligible : .ineligible
      Capture.lock.unlock()
      let answer = callback(node, old, kind, status)
      Capture.lock.lock()
      guard answer == 0 else { throw .graphRecaptureFailure.because("the program's callback answered \(answer) for node \(cursor - 1)") }
    }
    node.kind = kind
    return node
  }

  private static func areSame(_ a: [GraphEdge], _ b: [GraphEdge]) -> Bool {
    a.count == b.count && a.allSatisfy { edge in b.contains { $0.node === edge.node && $0.data == edge.data } }
  }
}

extension CopySide {
  fileprivate func isSame(_ other: CopySide) -> Bool {
    pointer == other.pointer && rowPitch == other.rowPitch && slicePitch == other.slicePitch
  }
}

extension GraphNodeKind {
  /// Whether two kinds, which are of one number, say the same.
  fileprivate func hasParameters(of other: GraphNodeKind) -> Bool {
    switch (self, other) {
    case (.kernel(let a), .kernel(let b)):
      a.function === b.function && a.configuration == b.configuration && a.context === b.context && a.attributes == b.attributes
        && a.arguments.hasValues(of: b.arguments)
    case (.copy(let a), .copy(let b)):
      a.to.isSame(b.to) && a.from.isSame(b.from) && a.extent == b.extent && a.kind == b.kind && a.context === b.context
    case (.fill(let a), .fill(let b)):
      a.pointer == b.pointer && a.pitch == b.pitch && a.value == b.value && a.elementSize == b.elementSize && a.width == b.width
        && a.height == b.height && a.depth == b.depth && a.slicePitch == b.slicePitch && a.context === b.context
    case (.host(let a), .host(let b)):
      unsafeBitCast(a.function, to: UInt.self) == unsafeBitCast(b.function, to: UInt.self) && a.data == b.data
    case (.eventWait(let a), .eventWait(let b)), (.eventRecord(let a), .eventRecord(let b)): a === b
    case (.allocation(let a), .allocation(let b)): a.memory === b.memory
    case (.free(let a), .free(let b)): a.address == b.address
    case (.empty, .empty): true
    default: false
    }
  }

  /// Whether an executable's node could take the other's parameters.
  fileprivate func canBecome(_ other: GraphNodeKind) -> Bool {
    switch (self, other) {
    case (.kernel(let a), .kernel(let b)): a.context === b.context && a.configuration.isCooperative == b.configuration.isCooperative
    case (.copy(let a), .copy(let b)): a.context === b.context && a.kind == b.kind
    case (.fill(let a), .fill(let b)): a.context === b.context && (a.height > 1) == (b.height > 1)
    default: true
    }
  }
}
