// A stream that captures: beginning, ending, what is known of it, and how its operations become nodes.
// Threads: any; Capture.lock.  Source: CUDA Runtime API, "Stream Management".
import Synchronization

extension Stream {
  /// Whether an operation of this stream must not simply run: the stream captures, or it is the legacy one and a blocking stream does.
  @inline(__always)
  public var isCaptured: Bool { captureFlag.load(ordering: .relaxed) != 0 }

  // MARK: begin and end

  /// cudaStreamBeginCapture, and with `graph` cudaStreamBeginCaptureToGraph.
  /// Throws cudaErrorStreamCaptureUnsupported for the legacy stream, cudaErrorIllegalState when the stream or the graph is part of a
  /// capture already, and cudaErrorInvalidValue for dependencies that are no nodes of the graph.
  public func beginCapture(_ mode: CaptureMode, to graph: Graph? = nil, after dependencies: [GraphEdge] = []) throws(CUDAError) {
    try begin(mode, graph, dependencies, nil)
  }

  /// cudaStreamBeginRecaptureToGraph: the operations must be those of the graph again; `callback` hears of other parameters.
  public func beginRecapture(_ mode: CaptureMode, to graph: Graph, callback: Recapture.Callback?) throws(CUDAError) {
    try begin(mode, graph, [], Recapture(graph, callback))
    graph.userObjects.releaseAll()
  }

  private func begin(_ mode: CaptureMode, _ graph: Graph?, _ dependencies: [GraphEdge], _ recapture: Recapture?) throws(CUDAError) {
    try context.check()
    guard kind != .legacy else { throw .streamCaptureUnsupported.because("the legacy stream cannot capture") }
    for edge in dependencies where edge.node.graph !== graph { throw .invalidValue.because("a dependency is a node of another graph") }
    try Capture.lock.withLock { () throws(CUDAError) in
      guard branch == nil else { throw .illegalState.because("the stream captures already") }
      guard graph?.capture == nil else { throw .illegalState.because("another capture goes into the graph") }
      Capture(origin: self, graph: graph ?? Graph.make(), ownsGraph: graph == nil, mode: mode, recapture: recapture).begin(after: dependencies)
    }
  }

  /// cudaStreamEndCapture.  Whatever it throws but cudaErrorIllegalState and cudaErrorStreamCaptureUnmatched, the capture is over.
  public func endCapture() throws(CUDAError) -> Graph {
    try Capture.lock.withLock { () throws(CUDAError) in
      guard let capture = branch?.capture else { throw .illegalState.because("the stream does not capture") }
      guard capture.origin === self else {
        capture.invalidate()
        throw .streamCaptureUnmatched.because("the capture began in another stream")
      }
      let failure: CUDAError? =
        if capture.mode != .relaxed && !capture.isOfThisThread {
          .streamCaptureWrongThread.because("the capture began in another thread")
        } else if capture.state == .invalid {
          .streamCaptureInvalidated.because("an error before this has made the capture invalid")
        } else if !capture.isJoined() {
          .streamCaptureUnjoined.because("a stream that took part has work that the first stream doesn't wait for")
        } else if let recapture = capture.recapture, !recapture.isComplete {
          .graphRecaptureFailure.because("the graph has more nodes than were captured")
        } else {
          nil
        }
      capture.end(isDiscarded: failure != nil)
      if let failure { throw failure }
      return capture.graph
    }
  }

  // MARK: questions

  /// cudaStreamIsCapturing.  Throws cudaErrorStreamCaptureImplicit for the legacy stream while a blocking stream captures.
  public func captureStatus() throws(CUDAError) -> CaptureStatus {
    guard isCaptured else { return .none }
    if kind == .legacy { throw .streamCaptureImplicit.because("a blocking stream of the device captures") }
    return Capture.lock.withLock { branch.map { $0.capture.state == .active ? .active : .invalidated } ?? .none }
  }

  /// What cudaStreamGetCaptureInfo tells of an active capture; the arrays live until the next call that operates on the stream.
  public struct CaptureInfo {
    public let id: UInt64
    public let graph: UnsafeMutableRawPointer
    public let nodes: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    public let edges: UnsafeMutablePointer<UInt64>   // cudaGraphEdgeData
    public let count: Int
    public let hasEdgeData: Bool
  }

  /// nil unless the capture is active.
  public func captureInfo() -> CaptureInfo? {
    guard isCaptured else { return nil }
    return Capture.lock.withLock {
      guard let branch, branch.capture.state == .active else { return nil }
      branch.hide()
      let count = branch.dependencies.count
      let nodes = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: count + 1)
      let edges = UnsafeMutablePointer<UInt64>.allocate(capacity: count + 1)
      for (index, edge) in branch.dependencies.enumerated() {
        nodes[index] = edge.node.handle
        edges[index] = UInt64(edge.data.fromPort) | UInt64(edge.data.toPort) << 8 | UInt64(edge.data.type) << 16
      }
      (branch.shownNodes, branch.shownEdges) = (nodes, edges)
      return CaptureInfo(
        id: branch.capture.id, graph: branch.capture.graph.handle, nodes: nodes, edges: edges, count: count,
        hasEdgeData: branch.dependencies.contains { $0.data != .full })
    }
  }

  /// cudaStreamUpdateCaptureDependencies.
  /// Throws cudaErrorIllegalState when the stream doesn't capture, cudaErrorInvalidValue for nodes of another graph.
  public func updateCaptureDependencies(_ edges: [GraphEdge], replaces: Bool) throws(CUDAError) {
    try Capture.lock.withLock { () throws(CUDAError) in
      guard let branch else { throw .illegalState.because("the stream does not capture") }
      try branch.capture.mustBeActive()
      for edge in edges where edge.node.graph !== branch.capture.graph { throw .invalidValue.because("a node of another graph") }
      if replaces {
        branch.capture.exempt += branch.dependencies.map { $0.node }
        branch.dependencies = []
      }
      branch.add(edges)
    }
  }

  // MARK: operations

  /// Makes an operation of this stream, which is captured, a node behind what the stream had before.
  /// `isProgrammatic`: the node may begin when the kernels before it allow it, not when they end.
  /// Throws cudaErrorStreamCaptureInvalidated in an invalid capture, cudaErrorStreamCaptureImplicit for the legacy stream.
  @discardableResult
  public func capture(_ kind: GraphNodeKind, isProgrammatic: Bool = false) throws(CUDAError) -> GraphNode {
    Capture.lock.lock()
    defer { Capture.lock.unlock() }
    guard let branch else { throw implicitUse() }
    let capture = branch.capture
    try capture.mustBeActive()
    let edges = Self.edges(branch.dependencies, to: kind, isProgrammatic)
    let node: GraphNode
    if let recapture = capture.recapture {
      do throws(CUDAError) { node = try recapture.take(kind, edges) } catch {
        capture.invalidate()
        throw error
      }
    } else {
      node = try capture.graph.add(kind, after: edges)
    }
    branch.hide()
    branch.dependencies = [GraphEdge(node)]
    return node
  }

  /// The edges to a node of `kind`: programmatic ones are between kernels alone.
  private static func edges(_ dependencies: [GraphEdge], to kind: GraphNodeKind, _ isProgrammatic: Bool) -> [GraphEdge] {
    if !kind.isKernel {
      var edges: [GraphEdge] = []
      for edge in dependencies {
        let data = edge.data.type == 1 ? .full : edge.data
        if !edges.contains(where: { $0.node === edge.node && $0.data == data }) { edges.append(GraphEdge(edge.node, data)) }
      }
      return edges
    }
    guard isProgrammatic, dependencies.allSatisfy({ $0.node.kind.isKernel }) else { return dependencies }
    return dependencies.map { GraphEdge($0.node, $0.data == .full ? GraphEdgeData(fromPort: 1, type: 1) : $0.data) }
  }

  /// For what cannot be captured: invalidates the capture and throws cudaErrorStreamCaptureUnsupported, or
  /// cudaErrorStreamCaptureImplicit for the legacy stream.  Returns if the stream is not captured after all.
  @inline(never)
  public func refuseCapture() throws(CUDAError) {
    try Capture.lock.withLock { () throws(CUDAError) in
      guard let branch else {
        if isCaptured { throw implicitUse() }
        return
      }
      branch.capture.invalidate()
      throw .streamCaptureUnsupported.because("the operation cannot be captured")
    }
  }

  /// An error that a capture does not survive.
  func invalidateCapture() { Capture.lock.withLock { branch?.capture.invalidate() } }

  /// Lock held.
  func implicitUse() -> CUDAError {
    Capture.invalidateBlocking(of: context)
    return .streamCaptureImplicit.because("the legacy stream is used while a blocking stream of the device captures")
  }
}

extension Capture {
  /// Lock held.
  func mustBeActive() throws(CUDAError) {
    guard state == .active else { throw .streamCaptureInvalidated.because("an error before this has made the capture invalid") }
  }
}
