// Memory of graphs: an allocation node has its address from the beginning, and memory behind it from the first launch until a trim,
// or until the node and every executable with it are gone.  Relaunches find the memory in place.
// Threads: any; one lock a device.
// Order: an allocation lives from its node until a free, which is noted when the launch or the call is submitted; what comes later in
// the streams is the program's to order, as CUDA asks.
// Source: CUDA Programming Guide, "Graph Memory Nodes"; enum cudaGraphMemAttributeType.
import GPU

/// One allocation node's memory, shared by the node, its executables and the free nodes that name it.
public final class GraphAllocation: @unchecked Sendable {  // state: context.graphMemory's lock
  public unowned let context: Context
  public let address: UInt64
  public let byteCount: UInt64
  /// Other devices whose kernels may use it.
  let peers: [Device]
  /// What the device is charged: whole pages of 2 MiB, as graph memory is mapped.
  var charged: UInt64 { (byteCount + GraphMemory.unit - 1) / GraphMemory.unit * GraphMemory.unit }
  fileprivate(set) var isCommitted = false
  /// Allocated by a launch and not freed yet.
  fileprivate(set) var isLive = false
  /// Counted as used: there is memory, and it is live or an executable holds it.
  fileprivate var isCounted = false
  /// Executables that hold it.
  fileprivate var executables = 0
  fileprivate var hasNode = true
  /// Where in a stream the last use that the runtime knows of ends.
  fileprivate var lastUse: (timeline: Timeline, position: UInt64)?
  /// The graph that allocates it.
  weak var graph: Graph?
  /// Graphs with a node that frees it.
  private struct Weak { weak var graph: Graph? }
  private var freeing: [Weak] = []

  /// A graph gets a node that frees it.  Throws cudaErrorInvalidValue when it has one already, and when the graph that allocates it
  /// and another graph would both free it.
  public func addFree(in graph: Graph) throws(CUDAError) {
    freeing.removeAll { $0.graph == nil }
    guard !freeing.contains(where: { $0.graph === graph }) else { throw .invalidValue.because("the graph frees the memory already") }
    guard freeing.isEmpty || (graph !== self.graph && !isFreedByOwner) else {
      throw .invalidValue.because("the memory is freed by the graph that allocates it or by others, not by both")
    }
    freeing.append(Weak(graph: graph))
  }
  /// The node could not be added after all.
  func forgetFree(in graph: Graph) { freeing.removeAll { $0.graph == nil || $0.graph === graph } }
  var isFreedByOwner: Bool { graph != nil && freeing.contains { $0.graph === graph } }

  init(context: Context, byteCount: UInt64, peers: [Device]) throws(CUDAError) {
    self.context = context
    self.peers = peers
    self.byteCount = byteCount
    address = try context.translating { () throws(GPUError) in try context.gpu.reserve((byteCount + GraphMemory.unit - 1) / GraphMemory.unit * GraphMemory.unit) }
    context.graphMemory.adopt(self)
  }

  deinit { context.gpu.unreserve(address, byteCount: charged) }

  /// The node is gone.
  func forgetNode() { context.graphMemory.update(self) { $0.hasNode = false } }
}

final class GraphMemory: @unchecked Sendable {  // everything: lock
  static let unit: UInt64 = 2 << 20
  private let gpu: GPU.Device
  private let lock = Lock()
  /// By address; kept while the node exists, or it is live or committed.
  private var allocations: [UInt64: GraphAllocation] = [:]
  private var used: UInt64 = 0, usedHigh: UInt64 = 0, reserved: UInt64 = 0, reservedHigh: UInt64 = 0

  init(gpu: GPU.Device) { self.gpu = gpu }

  fileprivate func adopt(_ allocation: GraphAllocation) { lock.withLock { allocations[allocation.address] = allocation } }

  /// The allocation that starts at an address.
  func allocation(at address: UInt64) -> GraphAllocation? { lock.withLock { allocations[address] } }

  /// The allocation that holds an address.
  func allocation(containing address: UInt64) -> GraphAllocation? {
    lock.withLock { allocations.isEmpty ? nil : allocations.values.first { address &- $0.address < $0.byteCount } }
  }

  fileprivate func update(_ allocation: GraphAllocation, _ body: (GraphAllocation) -> Void) {
    lock.withLock {
      body(allocation)
      settle(allocation)
      count(allocation)
    }
  }

  /// Keeps the sum of what is used: NVIDIA's library counts what executables have mapped, whether or not a launch has freed it.  Lock held.
  private func count(_ allocation: GraphAllocation) {
    let counts = allocation.isCommitted && (allocation.isLive || allocation.executables > 0)
    guard counts != allocation.isCounted else { return }
    allocation.isCounted = counts
    if counts { used += allocation.charged } else { used -= allocation.charged }
    usedHigh = max(usedHigh, used)
  }

  /// Lets go of what nobody can use any more.  Lock held.
  private func settle(_ allocation: GraphAllocation) {
    guard !allocation.hasNode, allocation.executables == 0, !allocation.isLive else { return }
    guard isAtRest(allocation) else { return }   // the next trim or synchronisation looks again
    decommit(allocation)
    allocations[allocation.address] = nil
  }

  private func isAtRest(_ allocation: GraphAllocation) -> Bool {
    guard let use = allocation.lastUse else { return true }
    return use.timeline.isComplete(use.position) || gpu.fault != .none
  }

  private func decommit(_ allocation: GraphAllocation) {
    guard allocation.isCommitted else { return }
    try? gpu.decommit(allocation.address)
    allocation.isCommitted = false
    reserved -= allocation.charged
  }

  // MARK: executables

  func retain(_ allocation: GraphAllocation) { update(allocation) { $0.executables += 1 } }
  func release(_ allocation: GraphAllocation) { update(allocation) { $0.executables -= 1 } }

  /// Puts memory behind the address, if there is none.
  func commit(_ allocation: GraphAllocation) throws(CUDAError) {
    do throws(GPUError) {
      try lock.withLock { () throws(GPUError) in
        guard !allocation.isCommitted else { return }
        try gpu.commit(allocation.address, byteCount: allocation.byteCount, others: allocation.peers.map(\.gpu))
        allocation.isCommitted = true
        reserved += allocation.charged
        reservedHigh = max(reservedHigh, reserved)
        count(allocation)
      }
    } catch { throw CUDAError(error) }
  }

  /// An allocation node's turn in a launch.  Throws cudaErrorInvalidValue when the memory was allocated before and not freed.
  func begin(_ allocation: GraphAllocation) throws(CUDAError) {
    try lock.withLock { () throws(CUDAError) in
      guard !allocation.isLive else { throw .invalidValue.because("the graph's allocation was not freed since its last launch") }
      allocation.isLive = true
      count(allocation)
    }
  }

  /// A free, by a node or by the program, at a place in a stream.  False when the allocation was not live.
  @discardableResult
  func end(_ allocation: GraphAllocation, on timeline: Timeline, position: UInt64) -> Bool {
    lock.withLock {
      guard allocation.isLive else { return false }
      allocation.isLive = false
      allocation.lastUse = (timeline, position)
      settle(allocation)
      count(allocation)
      return true
    }
  }

  func isLive(_ allocation: GraphAllocation) -> Bool { lock.withLock { allocation.isLive } }

  /// The place in a stream up to which a launch may use the memory.
  func noteUse(_ allocation: GraphAllocation, on timeline: Timeline, position: UInt64) {
    lock.withLock { allocation.lastUse = (timeline, position) }
  }

  // MARK: the program

  /// cudaDeviceGraphMemTrim: memory that no live allocation uses goes back to the device.
  func trim() {
    lock.withLock {
      for allocation in Array(allocations.values) where !allocation.isLive && isAtRest(allocation) {
        decommit(allocation)
        settle(allocation)
        count(allocation)
      }
    }
  }

  /// cudaDeviceReset: everything is gone; addresses of nodes that still exist stay reserved.
  func forgetAll() {
    lock.withLock {
      for allocation in allocations.values {
        allocation.isLive = false
        allocation.isCounted = false
        decommit(allocation)
      }
      (used, usedHigh, reserved, reservedHigh) = (0, 0, 0, 0)
    }
  }

  /// enum cudaGraphMemAttributeType.
  func attribute(_ number: Int32) -> UInt64? {
    lock.withLock {
      switch number {
      case 0: used
      case 1: usedHigh
      case 2: reserved
      case 3: reservedHigh
      default: nil
      }
    }
  }

  /// High-water marks begin again.  False for anything else.
  func resetHigh(_ number: Int32) -> Bool {
    lock.withLock {
      switch number {
      case 1: usedHigh = used
      case 3: reservedHigh = reserved
      default: return false
      }
      return true
    }
  }
}

extension Context {
  /// cudaGraphAddMemAllocNode's memory: an address now, memory at the first launch, which `peers` reach too.
  public func makeGraphAllocation(_ byteCount: Int, peers: [Device] = []) throws(CUDAError) -> GraphAllocation {
    guard byteCount > 0 else { throw .invalidValue.because("an allocation of \(byteCount) bytes") }
    return try GraphAllocation(context: self, byteCount: UInt64(byteCount), peers: peers)
  }

  /// The graph's allocation that starts at an address, if one does.
  public func graphAllocation(at address: UInt64) -> GraphAllocation? { graphMemory.allocation(at: address) }

  /// cudaDeviceGraphMemTrim.
  public func trimGraphMemory() { graphMemory.trim() }

  /// cudaDeviceGetGraphMemAttribute, in bytes.
  public func graphMemoryAttribute(_ number: Int32) throws(CUDAError) -> UInt64 {
    guard let value = graphMemory.attribute(number) else { throw .invalidValue.because("graph memory attribute \(number)") }
    return value
  }

  /// cudaDeviceSetGraphMemAttribute: the two high-water marks can be set to 0, which makes them begin again.
  public func setGraphMemoryAttribute(_ number: Int32, _ value: UInt64) throws(CUDAError) {
    guard (0...3).contains(number) else { throw .invalidValue.because("graph memory attribute \(number)") }
    guard value == 0, graphMemory.resetHigh(number) else { throw .invalidValue.because("graph memory attribute \(number) cannot be set to \(value)") }
  }
}

extension Stream {
  /// cudaFreeAsync of memory that a graph allocated.  Throws cudaErrorInvalidValue when it isn't allocated, or when a graph's own node
  /// frees it.
  func free(_ memory: GraphAllocation) throws(CUDAError) {
    guard !memory.isFreedByOwner else { throw .invalidValue.because("a node of its graph frees the memory") }
    try admit()
    guard memory.context.graphMemory.end(memory, on: timeline, position: timeline.submitted) else {
      throw .invalidValue.because("the graph's memory is not allocated")
    }
  }
}

extension Context {
  /// cudaFree of such memory: waits for its device.
  func free(_ memory: GraphAllocation) throws(CUDAError) {
    guard !memory.isFreedByOwner else { throw .invalidValue.because("a node of its graph frees the memory") }
    try memory.context.synchronize()
    let timeline = memory.context.legacyStream.timeline
    guard memory.context.graphMemory.end(memory, on: timeline, position: timeline.submitted) else {
      throw .invalidValue.because("the graph's memory is not allocated")
    }
  }
}
