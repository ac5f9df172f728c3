// What an executable does, in the order in which it is submitted: the nodes of a graph and of its child graphs, level by level.  A level
// holds nodes that don't depend on each other; kernels of one level stand side by side in a queue and may overlap, and the first
// kernel of the next waits for all of them.
// Threads: under the executable's lock; the body of a conditional node is run by the graph thread, while nobody changes it.
// Order: steps go to streams one after the other, so what a level needs is done or in front of it.
import GPU
import Glibc

/// A node as an executable has it: with parameters of its own from now on.
final class ExecutableNode {
  let sourceID: UInt64
  var kind: GraphNodeKind
  var isEnabled: Bool
  let level: Int
  // Kernels: where their packets are, and their arguments.
  var recipe: KernelRecipe?
  var firstPacket = 0
  var packetCount = 0
  var waitsForAll = false
  var kernargs: [UnsafeMutableRawPointer] = []
  var kernargBytes = 0
  var workspace: GridWorkspace?
  // Copies and fills, with the host's addresses.
  var copies: [CopyRequest] = []
  var fill: FillRequest?
  // Conditional nodes.
  var bodies: [GraphProgram] = []

  init(_ node: GraphNode, level: Int) {
    sourceID = node.toolsID
    kind = node.kind
    isEnabled = node.isEnabled
    self.level = level
  }

  /// The device that does it; nil: wherever the launch is.
  var context: Context? {
    switch kind {
    case .kernel(let node): node.context
    case .copy(let node): node.context
    case .copies(let node): node.context
    case .fill(let node): node.context
    case .semaphoreSignal(let node), .semaphoreWait(let node): node.context
    case .memoryOperations(let node): node.context
    case .eventRecord(let event): event.context
    case .conditional(let node): node.condition.context
    case .host, .child, .empty, .eventWait, .allocation, .free: nil
    }
  }
}

/// The nodes and edges that an executable was made from: what an update compares with, and how nodes are found.
final class GraphShape {
  struct Node {
    var sourceID: UInt64
    var kindNumber: Int32
    var dependencies: [Int]
    var dependencyData: [GraphEdgeData]
    var isExit: Bool
    var executable: ExecutableNode?   // none for a child graph
    var child: GraphShape?
    var bodies: [GraphShape] = []
  }
  var nodes: [Node] = []
}

enum GraphStep {
  case packets(Context, first: Int, count: Int)
  case node(ExecutableNode)
}

/// Why a graph cannot become an executable.
public struct InstantiationFailure: Error {
  public var error: CUDAError
  /// cudaGraphInstantiateResult.
  public var result: Int32
  public var node: GraphNode?
  public init(error: CUDAError, result: Int32, node: GraphNode?) { (self.error, self.result, self.node) = (error, result, node) }
}

final class GraphProgram {
  private(set) var nodes: [ExecutableNode] = []
  private(set) var steps: [GraphStep] = []
  private(set) var packets = PreparedPackets(count: 0)
  let shape = GraphShape()
  private unowned let executable: GraphExecutable

  init(_ graph: Graph, executable: GraphExecutable) throws(InstantiationFailure) {
    self.executable = executable
    _ = try flatten(graph, into: shape, from: 0)
    for node in nodes {
      do throws(CUDAError) { try prepare(node) } catch { throw InstantiationFailure(error: error, result: 1, node: nil) }
      if case .conditional(let conditional) = node.kind {
        for body in conditional.bodies {
          if let wrong = body.nodeThatNoBodyHas {
            throw InstantiationFailure(error: .invalidValue.because("a \(wrong.kind.name) node in the body of a conditional node"), result: 1, node: nil)
          }
          node.bodies.append(try GraphProgram(body, executable: executable))
        }
      }
    }
    do throws(CUDAError) { try layOut() } catch { throw InstantiationFailure(error: error, result: 1, node: nil) }
  }

  /// Every node of this program and of its conditional bodies.
  var allNodes: [ExecutableNode] { nodes + nodes.flatMap { $0.bodies.flatMap { $0.allNodes } } }

  // MARK: order

  /// Adds a graph's nodes from a level on; the level after its last.
  private func flatten(_ graph: Graph, into shape: GraphShape, from start: Int) throws(InstantiationFailure) -> Int {
    guard let order = graph.ordered() else {
      throw InstantiationFailure(error: .invalidValue.because("the graph has a cycle"), result: 2, node: graph.nodeOnCycle())
    }
    var finish: [ObjectIdentifier: Int] = [:]
    var index: [ObjectIdentifier: Int] = [:]
    for (position, node) in graph.nodes.enumerated() { index[ObjectIdentifier(node)] = position }
    var entries: [GraphShape.Node?] = .init(repeating: nil, count: order.count)
    var end = start
    for node in order {
      let level = node.dependencies.reduce(start) { max($0, finish[ObjectIdentifier($1.node)]!) }
      var entry = GraphShape.Node(
        sourceID: node.toolsID, kindNumber: node.kind.number, dependencies: node.dependencies.map { index[ObjectIdentifier($0.node)]! },
        dependencyData: node.dependencies.map(\.data), isExit: node.dependents.isEmpty)
      var after = level
      switch node.kind {
      case .child(let child):
        let inner = GraphShape()
        after = try flatten(child, into: inner, from: level)
        entry.child = inner
      case .empty:
        entry.executable = ExecutableNode(node, level: level)
        executable.add(entry.executable!)
      default:
        let made = ExecutableNode(node, level: level)
        nodes.append(made)
        executable.add(made)
        entry.executable = made
        after = level + 1
      }
      finish[ObjectIdentifier(node)] = after
      end = max(end, after)
      entries[index[ObjectIdentifier(node)]!] = entry
    }
    shape.nodes = entries.map { $0! }
    return end
  }

  /// The shapes of conditional bodies, once the programs exist.
  func bodyShapes(of node: ExecutableNode) -> [GraphShape] { node.bodies.map(\.shape) }

  // MARK: parameters

  /// Looks at a node's parameters and makes of them what a launch needs.
  func prepare(_ node: ExecutableNode) throws(CUDAError) {
    switch node.kind {
    case .kernel(let kernel): node.recipe = try KernelRecipe(kernel)
    case .copy(let copy): node.copies = try copy.requests()
    case .copies(let batch):
      node.copies = []
      for copy in batch.copies { node.copies += try copy.requests() }
    case .fill(let fill): node.fill = try fill.request()
    default: break
    }
  }

  /// Gives every kernel its packets and arguments, and says the steps.
  func layOut() throws(CUDAError) {
    let order = nodes.enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }.map(\.element)
    steps = []
    // How many packets: each kernel's, and one at the end of a run whose last level is wide.
    var places: [(node: ExecutableNode?, isBarrier: Bool)] = []
    var run: (context: Context, first: Int, lastLevelCount: Int)?
    func close() {
      guard let open = run else { return }
      if open.lastLevelCount > 1 { places.append((nil, true)) }
      steps.append(.packets(open.context, first: open.first, count: places.count - open.first))
      run = nil
    }
    var index = 0
    while index < order.count {
      let level = order[index].level
      var end = index
      while end < order.count, order[end].level == level { end += 1 }
      // Kernels first, those of one device together, then what the host does.
      let kernels = order[index..<end].filter { $0.recipe != nil }
      var contexts: [Context] = []
      for kernel in kernels where !contexts.contains(where: { $0 === kernel.recipe!.node.context }) { contexts.append(kernel.recipe!.node.context) }
      for context in contexts {
        if let open = run, open.context !== context { close() }
        if run == nil { run = (context, places.count, 0) }
        var wide = 0, isAfterAlone = false
        for kernel in kernels where kernel.recipe!.node.context === context {
          let recipe = kernel.recipe!
          kernel.waitsForAll = wide == 0 || recipe.needsQuiet || isAfterAlone
          if kernel.waitsForAll { wide = 0 }
          kernel.firstPacket = places.count
          kernel.packetCount = recipe.parts.count
          wide += recipe.parts.count
          isAfterAlone = recipe.isAlone
          for _ in recipe.parts { places.append((kernel, false)) }
        }
        run!.lastLevelCount = wide
      }
      let others = order[index..<end].filter { $0.recipe == nil }
      if !others.isEmpty { close() }
      for node in others { steps.append(.node(node)) }
      index = end
    }
    close()
    packets = PreparedPackets(count: places.count)
    var bytes = 0
    for node in nodes where node.recipe != nil && node.kernargs.isEmpty { bytes += node.recipe!.parts.count * ((node.recipe!.kernargBytes + 63) & ~63) }
    if let context = nodes.first(where: { $0.recipe != nil })?.context, bytes > 0 { try executable.kernargMemory(of: context).reserve(bytes) }
    for node in nodes where node.recipe != nil { try write(node) }
  }

  /// Writes a kernel's packets and arguments; those in use by a launch in flight stay as they are.
  func write(_ node: ExecutableNode) throws(CUDAError) {
    guard let recipe = node.recipe else { return }
    guard node.isEnabled else {
      for index in 0..<node.packetCount { packets.setNothing(node.firstPacket + index, barrier: index == 0 && node.waitsForAll) }
      return
    }
    let context = recipe.node.context, memory = executable.kernargMemory(of: context)
    for block in node.kernargs { memory.put(block, node.kernargBytes) }
    node.kernargs = []
    if !executable.isInFlight { memory.recycle() }
    node.kernargBytes = recipe.kernargBytes
    for _ in recipe.parts { node.kernargs.append(try memory.take(recipe.kernargBytes)) }
    if recipe.isAlone, node.workspace == nil { node.workspace = GridWorkspace(gpu: context.gpu) }
    let printf = recipe.usesPrintf ? try executable.printfAddress(in: context) : 0
    let workspace = recipe.isAlone ? try node.workspace!.deviceAddress() : 0
    try recipe.write(
      to: packets, first: node.firstPacket, barrier: node.waitsForAll, kernargs: node.kernargs, printf: printf, workspace: workspace)
  }
}

extension Graph {
  /// A node of a kind that bodies of conditional nodes may not have.
  var nodeThatNoBodyHas: GraphNode? {
    for node in nodes {
      switch node.kind {
      case .kernel, .empty, .fill, .copy, .conditional, .copies: break
      case .child(let child): if let wrong = child.nodeThatNoBodyHas { return wrong }
      default: return node
      }
    }
    return nil
  }

  /// A node that is on a cycle: whatever depends on it, it depends on.
  func nodeOnCycle() -> GraphNode? {
    var missing: [ObjectIdentifier: Int] = [:]
    for node in nodes { missing[ObjectIdentifier(node)] = node.dependencies.count }
    var ready = nodes.filter { $0.dependencies.isEmpty }
    while let node = ready.popLast() {
      missing[ObjectIdentifier(node)] = nil
      for edge in node.dependents {
        guard let count = missing[ObjectIdentifier(edge.node)] else { continue }
        missing[ObjectIdentifier(edge.node)] = count - 1
        if count == 1 { ready.append(edge.node) }
      }
    }
    return nodes.first { missing[ObjectIdentifier($0)] != nil }
  }
}
