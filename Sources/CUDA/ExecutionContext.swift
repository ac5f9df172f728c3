// Execution contexts: a device's own, and green contexts, whose streams run on some of its multiprocessors only.  A green context has
// hardware queues of its own with a mask of compute units; memory, modules and errors are the device's.
// Threads: any; `state` guards what changes.  Order: an event of a context comes after what all its streams had been given; a wait holds
// back what they are given later, streams that come later included.
// Source: CUDA Runtime API, "Execution Context Management"; CUDA Driver API, "Green Contexts".
import GPU
import Synchronization

/// Hardware queues as a resource.
public struct QueueResource: Sendable, Equatable {
  public var device: Int
  /// cudaDevWorkqueueConfigResource::wqConcurrencyLimit.
  public var limit: Int
  /// cudaDevWorkqueueConfigScope: 0 shared by contexts, 1 balanced.  Queues here have one mask, so a green context's are always its own.
  public var scope: Int32
  public init(device: Int, limit: Int, scope: Int32) { (self.device, self.limit, self.scope) = (device, limit, scope) }
}

/// cudaDevResourceDesc_t: what a green context is made from.  Lives as long as the process, for CUDA has no call that ends one.
public final class ResourceDescription: Sendable {
  public let units: SMResource?
  public let queues: QueueResource?
  static let handles = HandleTable<ResourceDescription>(magic: 0x6373_6564_6372_6163)

  private init(_ units: SMResource?, _ queues: QueueResource?) { (self.units, self.queues) = (units, queues) }

  /// cudaDevResourceGenerateDesc.
  public static func make(_ units: [SMResource], _ queues: [QueueResource]) throws(CUDAError) -> UnsafeMutableRawPointer {
    guard queues.count <= 1 else { throw .invalidResourceConfiguration.because("\(queues.count) workqueue resources") }
    let all = try SMResource.union(units)
    if let all, let queues = queues.first, queues.device != all.device {
      throw .invalidResourceConfiguration.because("resources of devices \(all.device) and \(queues.device)")
    }
    return handles.issue(ResourceDescription(all, queues.first))
  }

  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> ResourceDescription {
    guard let handle, let found = handles.object(for: handle) else { throw .invalidValue.because("no resource descriptor") }
    return found
  }
}

public final class ExecutionContext: @unchecked Sendable {  // handle: set before anyone else sees it; isAlive: atomic
  public let context: Context
  /// cudaExecutionCtxGetId.
  public let id: UInt64
  public let isPrimary: Bool
  public let units: SMResource
  public let queues: QueueResource
  let partition: Partition?
  public private(set) var handle: UnsafeMutableRawPointer!
  private let isAlive = Atomic<Bool>(true)

  private struct State {
    var joining: Stream?
    var waits: [Event.Record] = []   // what streams that come later have to wait for
  }
  private let state = Mutex(State())
  private static let nextID = Atomic<UInt64>(1)
  private static let nextSplit = Atomic<UInt32>(1)
  static let handles = HandleTable<ExecutionContext>(magic: 0x7478_6563_6372_6163)

  private init(_ context: Context, units: SMResource, queues: QueueResource, isPrimary: Bool) {
    self.context = context
    self.units = units
    self.queues = queues
    self.isPrimary = isPrimary
    id = Self.nextID.add(1, ordering: .relaxed).oldValue
    let each = context.gpu.node.processor.unit.computeUnits
    partition = isPrimary ? nil : Partition(
      device: context.gpu, units: units.members.flatMap { unit in (0..<each).map { unit * each + $0 } }, queueLimit: queues.limit)
  }

  /// Numbers the splits of the process.
  public static func newSplit() -> UInt32 { nextSplit.add(1, ordering: .relaxed).oldValue }

  // MARK: life

  /// cudaDeviceGetExecutionCtx.
  public static func primary(of context: Context) -> ExecutionContext {
    context.execution.withLock { stored in
      if let stored { return stored }
      let made = ExecutionContext(context, units: context.device.units, queues: context.device.workqueues, isPrimary: true)
      made.handle = handles.issue(made)
      stored = made
      return made
    }
  }

  /// cudaGreenCtxCreate.  Throws cudaErrorInvalidDevice when the description is another device's.
  public static func green(_ description: ResourceDescription, on context: Context) throws(CUDAError) -> ExecutionContext {
    try context.check()
    for device in [description.units?.device, description.queues?.device] {
      guard device ?? context.device.ordinal == context.device.ordinal else { throw .invalidDevice.because("the resources are device \(device!)'s") }
    }
    var units = description.units ?? context.device.units
    (units.origin, units.split, units.alignment) = (.whole, 0, max(units.alignment, context.device.unitAlignment.least))
    let made = ExecutionContext(context, units: units, queues: description.queues ?? context.device.workqueues, isPrimary: false)
    made.handle = handles.issue(made)
    return made
  }

  /// cudaExecutionCtxDestroy.  Its streams answer cudaErrorContextIsDestroyed from now on; what they were given still runs.
  public func destroy() throws(CUDAError) {
    guard !isPrimary else { throw .invalidValue.because("a device's own context is not destroyed") }
    guard Self.handles.revoke(handle) != nil else { throw .contextIsDestroyed }
    isAlive.store(false, ordering: .releasing)
    let joining = state.withLock { state in
      defer { state = State() }
      return state.joining
    }
    if let joining { context.release(joining) }
  }

  func checkAlive() throws(CUDAError) {
    guard isAlive.load(ordering: .relaxed) else { throw .contextIsDestroyed.because("the stream's green context was destroyed") }
  }

  /// The context of a handle; null is cudaErrorInvalidValue.
  public static func find(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> ExecutionContext {
    guard let handle else { throw .invalidValue.because("ctx is null") }
    guard let found = handles.object(for: handle) else { throw .contextIsDestroyed.because("no execution context has this handle") }
    return found
  }

  public var multiprocessorCount: Int { units.count }

  // MARK: work

  /// cudaExecutionCtxStreamCreate.
  public func makeStream(flags: UInt32, priority: Int) throws(CUDAError) -> Stream {
    let stream = try Stream.create(in: context, flags: flags, priority: priority, execution: isPrimary ? nil : self)
    for record in state.withLock({ $0.waits }) where !record.timeline.isComplete(record.position) {
      try stream.gpuWork { () throws(GPUError) in try stream.timeline.enqueueWait(on: record.timeline, position: record.position) }
    }
    return stream
  }

  /// The device's streams for its own context, else those made here.
  private var streams: [Stream] {
    let all = context.allStreams()
    return isPrimary ? all : all.filter { $0.execution === self }
  }

  /// cudaExecutionCtxSynchronize.
  public func synchronize() throws(CUDAError) {
    guard !isPrimary else { return try context.synchronize() }
    try context.check()
    for stream in streams { try stream.waitForOwnWork() }
    try context.check()
  }

  /// cudaExecutionCtxRecordEvent.  Throws cudaErrorInvalidResourceHandle for an event of another device.
  public func record(_ event: Event) throws(CUDAError) {
    try context.check()
    let joining = try joiningStream()
    for stream in streams where stream !== joining && !stream.isDone {
      try joining.gpuWork { () throws(GPUError) in try joining.timeline.enqueueWait(on: stream.timeline, position: stream.timeline.submitted) }
    }
    try event.record(in: joining)
  }

  /// cudaExecutionCtxWaitEvent.
  public func wait(for event: Event) throws(CUDAError) {
    try context.check()
    guard let record = event.lastRecord else { return }
    state.withLock { state in
      state.waits.removeAll { $0.timeline.isComplete($0.position) }
      state.waits.append(record)
    }
    for stream in streams where stream.timeline !== record.timeline {
      try stream.gpuWork { () throws(GPUError) in try stream.timeline.enqueueWait(on: record.timeline, position: record.position) }
    }
  }

  /// A stream of nobody's, on which the others meet.
  private func joiningStream() throws(CUDAError) -> Stream {
    if let existing = state.withLock({ $0.joining }) { return existing }
    let made = try Stream(context: context, kind: .nonBlocking, flags: 1, priority: 0, id: context.newStreamID())
    let used = state.withLock { state in
      if state.joining == nil { state.joining = made }
      return state.joining!
    }
    if used === made { context.adopt(made) } else { made.retire() }
    return used
  }
}

extension Device {
  /// How many multiprocessors make the smallest part, by default and at the least: one on each die.  CUDA's devices of this capability
  /// divide theirs by twos.
  public var unitAlignment: (usual: Int, least: Int) {
    let dies = gpu.node.xccCount
    return (max(2, dies), dies)
  }

  /// All multiprocessors of the device.
  public var units: SMResource {
    SMResource(
      device: ordinal, origin: .whole, alignment: unitAlignment.usual, members: 0..<min(properties.multiprocessorCount, SMResource.maximumCount))
  }

  public var workqueues: QueueResource { QueueResource(device: ordinal, limit: gpu.queueLimit, scope: 0) }
}
