// An executable graph: what was made from a graph, ready to be launched again and again.  It has parameters of its own; the graph may
// change or end meanwhile.
// Threads: any; one lock, held while a launch is submitted or something is changed, never while anything is waited for.
// Order: launches of one executable follow each other, whatever streams they are in.
// Source: CUDA Runtime API, cudaGraphInstantiate, cudaGraphInstantiateWithParams, cudaGraphExecDestroy.
import GPU
import Synchronization

public final class GraphExecutable: @unchecked Sendable {  // everything below `lock` is guarded by it
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let autoFreeOnLaunch = Flags(rawValue: 1)
    public static let upload = Flags(rawValue: 2)
    public static let deviceLaunch = Flags(rawValue: 4)
    public static let useNodePriority = Flags(rawValue: 8)
  }

  /// cudaGraphExecGetId: unique among graphs and executables.
  public let id: UInt32
  /// As cudaGraphExecGetFlags gives them.
  public let flags: Flags
  /// cudaGraphExec_t.
  public private(set) var handle: UnsafeMutableRawPointer! = nil
  static let handles = HandleTable<GraphExecutable>(magic: 0x6365_7865_675f_6163)

  let context: Context
  let lock = Lock()
  private(set) var program: GraphProgram!
  /// The graph, for the count of executables that memory nodes allow.
  private let graph: Graph
  private var isExclusive = false
  private var entries: [UInt64: ExecutableNode] = [:]
  let userObjects = UserObjectReferences()
  private var kernargs: [ObjectIdentifier: KernargMemory] = [:]
  private var printfs: [(context: Context, channel: PrintfChannel)] = []
  /// Streams of the runtime's own, for nodes of other devices than the launch's, and for bodies of conditional nodes.
  private let laneLock = Lock()
  private var lanes: [ObjectIdentifier: Stream] = [:]  // with bodyLanes: laneLock
  private var bodyLanes: [ObjectIdentifier: Stream] = [:]
  var allocations: [GraphAllocation] = []
  var freed: [FreeNode] = []
  var conditions: [Condition] = []
  /// The end of the last launch.
  var last: (timeline: Timeline, position: UInt64)?

  // MARK: life

  private init(_ graph: Graph, context: Context, flags: Flags) {
    id = Graph.newID()
    self.graph = graph
    self.context = context
    self.flags = flags.subtracting(.upload)
  }

  /// cudaGraphInstantiateWithParams.  Throws InstantiationFailure with cudaErrorInvalidValue for flags that don't go together, a cycle, a
  /// conditional handle without a node, or a second executable of a graph with memory or conditional nodes; with
  /// cudaErrorNotSupported for one that kernels could launch.
  public static func make(_ graph: Graph, in context: Context, flags: UInt64, allowsUpload: Bool) throws(InstantiationFailure) -> GraphExecutable {
    let known = Flags(rawValue: flags)
    func refuse(_ error: CUDAError, _ result: Int32 = 1, _ node: GraphNode? = nil) -> InstantiationFailure {
      InstantiationFailure(error: error, result: result, node: node)
    }
    guard flags & ~15 == 0, allowsUpload || !known.contains(.upload) else { throw refuse(.invalidValue.because("instantiation flags are \(flags)")) }
    guard !graph.isMoved, graph.owner == nil else { throw refuse(.notSupported.because("the graph belongs to a node")) }
    if known.contains(.deviceLaunch) {
      guard !known.contains(.autoFreeOnLaunch) else { throw refuse(.invalidValue.because("device launch and automatic freeing don't go together")) }
      if let node = graph.nodes.first(where: { ![0, 1, 2, 4].contains($0.kind.number) }) {
        throw refuse(.invalidValue.because("a \(node.kind.name) node in a graph for device launch"), 3, node)
      }
      guard !graph.nodes.isEmpty else { throw refuse(.invalidValue.because("a graph for device launch is empty")) }
      throw refuse(.notSupported.because("cudaGraphInstantiateFlagDeviceLaunch: kernels cannot launch graphs on this device"))
    }
    if let unused = graph.unusedCondition { throw refuse(.invalidValue.because("conditional handle \(unused.handle) has no node"), 5) }
    let isExclusive = graph.hasMemoryNodes || graph.hasConditionalNodes
    if isExclusive, graph.executableCount.load(ordering: .acquiring) > 0 {
      throw refuse(.notSupported.because("a graph with memory or conditional nodes has one executable at a time"))
    }
    let made = GraphExecutable(graph, context: context, flags: known)
    made.program = try GraphProgram(graph, executable: made)
    made.collect()
    made.isExclusive = isExclusive
    if isExclusive { graph.executableCount.add(1, ordering: .acquiringAndReleasing) }
    made.userObjects.retainAll(of: graph)
    made.handle = handles.issue(made)
    return made
  }

  /// The executable of a cudaGraphExec_t.  Throws cudaErrorInvalidValue.
  public static func executable(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> GraphExecutable {
    guard let handle, let found = handles.object(for: handle) else {
      throw .invalidValue.because("no executable graph has the handle \(String(UInt(bitPattern: handle), radix: 16))")
    }
    return found
  }

  /// cudaGraphExecDestroy: a launch in flight goes on, and what it uses stays until it is done.
  public func destroy() throws(CUDAError) {
    guard Self.handles.revoke(handle) != nil else { throw .invalidValue.because("the executable was destroyed before") }
    let last = lock.withLock { self.last }
    if isExclusive { graph.executableCount.subtract(1, ordering: .acquiringAndReleasing) }
    let finish: @Sendable () -> Void = { [self] in
      for allocation in allocations { allocation.context.graphMemory.release(allocation) }
      userObjects.releaseAll()
      withExtendedLifetime(self) {}
    }
    guard let last, !last.timeline.isComplete(last.position) else { return finish() }
    ReleaseThread.run(after: { try? last.timeline.wait(for: last.position) }, finish)
  }

  deinit {
    for lane in Array(lanes.values) + Array(bodyLanes.values) { lane.timeline.retire() }
  }

  // MARK: what it has

  func add(_ node: ExecutableNode) { entries[node.sourceID] = node }

  /// Which memory and conditions its nodes name.
  func collect() {
    for old in allocations { old.context.graphMemory.release(old) }
    allocations = []
    freed = []
    conditions = []
    for node in program.allNodes {
      switch node.kind {
      case .allocation(let allocation):
        allocations.append(allocation.memory)
        allocation.memory.context.graphMemory.retain(allocation.memory)
      case .free(let free): freed.append(free)
      case .conditional(let conditional): conditions.append(conditional.condition)
      default: break
      }
    }
  }

  /// The executable's part for a node of the graph that it was made from.  Throws cudaErrorInvalidValue for another node.
  func entry(of node: GraphNode) throws(CUDAError) -> ExecutableNode {
    guard let found = entries[node.toolsID] else { throw .invalidValue.because("the node is none of the graph that this was made from") }
    return found
  }

  /// The program that has a node: the graph's, or a conditional body's.
  func program(of node: ExecutableNode) -> GraphProgram {
    func search(_ program: GraphProgram) -> GraphProgram? {
      if program.nodes.contains(where: { $0 === node }) { return program }
      for other in program.nodes { for body in other.bodies { if let found = search(body) { return found } } }
      return nil
    }
    return search(program) ?? program
  }

  var isInFlight: Bool { last.map { !$0.timeline.isComplete($0.position) } ?? false }

  func kernargMemory(of context: Context) -> KernargMemory {
    if let found = kernargs[ObjectIdentifier(context)] { return found }
    let made = KernargMemory(gpu: context.gpu)
    kernargs[ObjectIdentifier(context)] = made
    return made
  }

  // MARK: printf

  /// Where its kernels print; one buffer a device, since streams come and go.
  func printfAddress(in context: Context) throws(CUDAError) -> UInt64 {
    if !printfs.contains(where: { $0.context === context }) { printfs.append((context, PrintfChannel(gpu: context.gpu))) }
    let channel = printfs.first { $0.context === context }!.channel
    return try channel.bufferAddress(capacity: context.limits[.printfFifoSize]!)
  }

  var prints: Bool { !printfs.isEmpty }

  /// Prints what its kernels printed, if no launch is in flight.  True when that is so.
  func drainPrintf() -> Bool {
    lock.withLock {
      if isInFlight && context.gpu.fault == .none { return false }
      for printf in printfs { printf.channel.drain { $0() } }
      return true
    }
  }

  // MARK: streams of its own

  /// Where nodes of another device than the launch's go.
  func lane(in context: Context) throws(CUDAError) -> Stream {
    try laneLock.withLock { () throws(CUDAError) in
      if let found = lanes[ObjectIdentifier(context)] { return found }
      let made = try Stream(context: context, kind: .nonBlocking, flags: 1, priority: 0, id: context.newStreamID())
      lanes[ObjectIdentifier(context)] = made
      return made
    }
  }

  /// Where bodies of conditional nodes go: never behind a packet that waits for them.
  func bodyLane(in context: Context) throws(CUDAError) -> Stream {
    try laneLock.withLock { () throws(CUDAError) in
      if let found = bodyLanes[ObjectIdentifier(context)] { return found }
      let made = try Stream(context: context, kind: .nonBlocking, flags: 1, priority: 0, id: context.newStreamID(), isInternal: true)
      bodyLanes[ObjectIdentifier(context)] = made
      return made
    }
  }
}

extension UserObjectReferences {
  /// References of a graph and of its child graphs.
  func retainAll(of graph: Graph) {
    retainAll(of: graph.userObjects)
    for node in graph.nodes { for child in node.kind.children { retainAll(of: child) } }
  }
}

extension Graph {
  /// A handle that no conditional node uses.
  var unusedCondition: Condition? { conditions.first { !$0.isUsed } }
}
