// Stream capture: while it lasts, operations of its streams become nodes of a graph instead of running.
// A capture begins in one stream (its origin), spreads to streams that wait for its events, and ends in its origin; what a program
// does that contradicts it makes it invalid, after which it can only be ended.
// Threads: any; one lock for all captures, never held while the program's code runs.  A stream that captures nothing pays one load
// of its own flag, a call that captures forbid one load of `count`.
// Source: CUDA Runtime API, cudaStreamBeginCapture and cudaThreadExchangeStreamCaptureMode; which calls are unsafe, and what an
// error does to a capture, as recorded from NVIDIA's runtime on an H100.
import CThreadLocal
import GPU
import Glibc
import Synchronization

/// enum cudaStreamCaptureMode: which unsafe calls of which threads a capture forbids, or a thread heeds.
public enum CaptureMode: Int32, Sendable { case global = 0, threadLocal = 1, relaxed = 2 }

/// enum cudaStreamCaptureStatus.
public enum CaptureStatus: Int32, Sendable { case none = 0, active = 1, invalidated = 2 }

/// One stream's part of a capture.
final class CaptureBranch {
  let stream: Stream
  unowned let capture: Capture
  /// What the stream's next node depends on.
  var dependencies: [GraphEdge]
  /// What cudaStreamGetCaptureInfo showed last; valid until the next call that operates on the stream.
  var shownNodes: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  var shownEdges: UnsafeMutablePointer<UInt64>?

  init(stream: Stream, capture: Capture, dependencies: [GraphEdge]) {
    (self.stream, self.capture, self.dependencies) = (stream, capture, dependencies)
  }

  deinit { hide() }

  func hide() {
    shownNodes?.deallocate()
    shownEdges?.deallocate()
    (shownNodes, shownEdges) = (nil, nil)
  }

  /// The next node waits for these too.
  func add(_ edges: [GraphEdge]) {
    for edge in edges where !dependencies.contains(where: { $0.node === edge.node && $0.data == edge.data }) { dependencies.append(edge) }
  }
}

public final class Capture: @unchecked Sendable {  // everything that changes: Capture.lock
  enum State { case active, invalid, ended }

  /// Unique in the process's life.
  let id: UInt64
  let graph: Graph
  let mode: CaptureMode
  let origin: Stream
  /// The thread that began it.
  private let thread: pthread_t
  /// The graph was made for this capture; else the program gave it.
  private let ownsGraph: Bool
  /// The graph has its nodes already, and the operations must be the same again.
  let recapture: Recapture?
  var state = State.active
  var branches: [CaptureBranch] = []
  /// The last nodes of streams that were destroyed before the end.
  private var orphans: [GraphEdge] = []
  /// Nodes that the program took out of a dependency set: they, and what they depend on, need not be joined.
  var exempt: [GraphNode] = []

  static let lock = Lock()
  /// Captures that were begun and not ended.
  private nonisolated(unsafe) static var all: [Capture] = []   // lock
  private static let count = Atomic<Int>(0)
  private static let nextID = Atomic<UInt64>(1)

  init(origin: Stream, graph: Graph, ownsGraph: Bool, mode: CaptureMode, recapture: Recapture? = nil) {
    id = Self.nextID.add(1, ordering: .relaxed).oldValue
    (self.origin, self.graph, self.ownsGraph, self.mode, self.recapture) = (origin, graph, ownsGraph, mode, recapture)
    thread = pthread_self()
  }

  var isOfThisThread: Bool { pthread_equal(thread, pthread_self()) != 0 }

  // MARK: life (lock held)

  /// From now on the origin captures.
  func begin(after dependencies: [GraphEdge]) {
    graph.capture = self
    Self.all.append(self)
    Self.count.add(1, ordering: .releasing)
    join(origin, after: dependencies)
  }

  /// Another stream takes part.
  func join(_ stream: Stream, after dependencies: [GraphEdge]) {
    let branch = CaptureBranch(stream: stream, capture: self, dependencies: dependencies)
    branches.append(branch)
    stream.branch = branch
    stream.captureFlag.store(1, ordering: .releasing)
    if stream.kind != .nonBlocking { Self.countBlocking(stream.context, +1) }
  }

  private func leave(_ branch: CaptureBranch) {
    branch.stream.branch = nil
    branch.stream.captureFlag.store(0, ordering: .releasing)
    if branch.stream.kind != .nonBlocking { Self.countBlocking(branch.stream.context, -1) }
  }

  /// The legacy stream cannot be used while a blocking stream captures.
  private static func countBlocking(_ context: Context, _ change: Int) {
    context.blockingCaptures += change
    context.legacyStream.captureFlag.store(context.blockingCaptures > 0 ? 2 : 0, ordering: .releasing)
  }

  /// Takes every stream out; the graph is ended with it if `isDiscarded`.
  func end(isDiscarded: Bool) {
    guard state != .ended else { return }
    state = .ended
    for branch in branches { leave(branch) }
    branches = []
    orphans = []
    exempt = []
    Self.all.removeAll { $0 === self }
    Self.count.subtract(1, ordering: .releasing)
    graph.capture = nil
    // A body of a conditional node, or a graph whose recapture failed, stays for its owner to end.
    if isDiscarded && graph.owner == nil && recapture == nil { graph.end() }
  }

  func invalidate() { if state == .active { state = .invalid } }

  /// A stream that takes part is destroyed: with the origin the capture is gone.
  static func drop(_ stream: Stream) {
    lock.withLock {
      guard let branch = stream.branch else { return }
      let capture = branch.capture
      if capture.origin === stream { return capture.end(isDiscarded: true) }
      capture.orphans += branch.dependencies
      capture.leave(branch)
      capture.branches.removeAll { $0 === branch }
    }
  }

  /// A device is reset.
  static func dropAll(of context: Context) {
    lock.withLock {
      for capture in all where capture.branches.contains(where: { $0.stream.context === context }) { capture.end(isDiscarded: true) }
    }
  }

  /// Whether every stream's last nodes are among what the origin waits for.
  func isJoined() -> Bool {
    guard let last = origin.branch?.dependencies else { return true }
    var reached: Set<ObjectIdentifier> = []
    var open = last.map { $0.node } + exempt
    while let node = open.popLast() {
      guard reached.insert(ObjectIdentifier(node)).inserted else { continue }
      open += node.dependencies.map { $0.node }
    }
    let others = branches.filter { $0.stream !== origin }.flatMap { $0.dependencies } + orphans
    return others.allSatisfy { reached.contains(ObjectIdentifier($0.node)) }
  }

  // MARK: what captures forbid

  /// Call before anything that is potentially unsafe during a capture: allocating, freeing, asking whether work is done.
  /// Throws cudaErrorStreamCaptureUnsupported, and invalidates the captures that forbid it, as the thread's mode and theirs say.
  @inline(__always)
  public static func forbidUnsafe() throws(CUDAError) {
    if count.load(ordering: .relaxed) > 0 { try forbid() }
  }

  @inline(never)
  private static func forbid() throws(CUDAError) {
    guard let mode = CaptureMode(rawValue: CurrentThread.state.pointee.capture_mode), mode != .relaxed else { return }
    try invalidate("the call is unsafe while a stream captures") { capture in
      capture.isOfThisThread ? capture.mode != .relaxed : mode == .global && capture.mode == .global
    }
  }

  /// Call before waiting for a whole device.  Throws cudaErrorStreamCaptureUnsupported, and invalidates, in every mode.
  static func forbidSynchronization(of context: Context) throws(CUDAError) {
    guard count.load(ordering: .relaxed) > 0 else { return }
    try invalidate("the device has a stream that captures") { capture in capture.branches.contains { $0.stream.context === context } }
  }

  private static func invalidate(_ reason: String, _ isConcerned: (Capture) -> Bool) throws(CUDAError) {
    let isForbidden = lock.withLock {
      let found = all.filter(isConcerned)
      for capture in found { capture.invalidate() }
      return !found.isEmpty
    }
    if isForbidden { throw .streamCaptureUnsupported.because(reason) }
  }

  /// The legacy stream of `context` is used: the captures of its blocking streams become invalid.  Lock held.
  static func invalidateBlocking(of context: Context) {
    for capture in all where capture.branches.contains(where: { $0.stream.context === context && $0.stream.kind != .nonBlocking }) {
      capture.invalidate()
    }
  }

  /// cudaThreadExchangeStreamCaptureMode.
  public static func exchangeThreadMode(_ mode: CaptureMode) -> CaptureMode {
    let state = CurrentThread.state
    defer { state.pointee.capture_mode = mode.rawValue }
    return CaptureMode(rawValue: state.pointee.capture_mode) ?? .global
  }
}
