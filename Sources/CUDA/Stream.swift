// A CUDA stream: work in order.  What it means to be in order is GPU.Timeline's; what CUDA adds is here: kinds, default-stream
// rules, handles, priorities.
// Threads: any thread may use any stream.  A launch, record, wait or query takes this stream's lock at most.
// Source: CUDA Runtime API, "Stream Management" and "Stream synchronization behavior".
import GPU
import Synchronization

public final class Stream: @unchecked Sendable {  // legacySeen: written by whoever submits to this stream, monotonic; printf: printfLock
  public let context: Context
  public let kind: StreamKind
  /// The green context that it was made in; nil for the device's own.
  public let execution: ExecutionContext?
  /// cudaStreamGetFlags: 0 or cudaStreamNonBlocking (1).
  public let flags: UInt32
  /// cudaStreamGetPriority: 0 is lowest, negative is more urgent.
  public var priority: Int { storedPriority.load(ordering: .relaxed) }
  let storedPriority: Atomic<Int>
  let attributes = StreamAttributes()
  /// 1 while the stream captures; 2, in the legacy stream, while a blocking stream does.  Written under Capture.lock.
  let captureFlag = Atomic<UInt8>(0)
  /// This stream's part of a capture; guarded by Capture.lock.
  nonisolated(unsafe) var branch: CaptureBranch?
  /// cudaStreamGetId: unique in the process's life.
  public let id: UInt64
  let timeline: Timeline
  /// The legacy stream's position that this stream already waits for.
  private let legacySeen = Atomic<UInt64>(0)
  let printf: PrintfChannel
  let foreignPrintf = ForeignPrintf()
  let gridWorkspace: GridWorkspace
  /// What the program freed in this stream's order.
  let blocks: StreamBlocks
  /// The program has destroyed it; it leaves the context's list when its work is done.
  let isReleased = Atomic<Bool>(false)
  /// cudaStream_t; null for the default streams, whose handles are the numbers 0, 1 and 2.
  public internal(set) var handle: UnsafeMutableRawPointer? = nil

  static let handles = HandleTable<Stream>(magic: 0x6d72_7473_6372_6163)

  /// cudaDeviceGetStreamPriorityRange: least and greatest.
  public static let priorityRange = (least: 0, greatest: -5)

  init(
    context: Context, kind: StreamKind, flags: UInt32, priority: Int, id: UInt64, isInternal: Bool = false, execution: ExecutionContext? = nil
  ) throws(CUDAError) {
    self.context = context
    self.execution = execution
    self.kind = kind
    self.flags = flags
    storedPriority = Atomic(priority)
    self.id = id
    printf = PrintfChannel(gpu: context.gpu)
    gridWorkspace = GridWorkspace(gpu: context.gpu)
    do { timeline = try context.gpu.makeTimeline(priority: priority, isInternal: isInternal, partition: execution?.partition) } catch {
      throw CUDAError(error)
    }
    blocks = StreamBlocks(timeline: timeline)
  }

  /// Of its device.
  public var ordinal: Int { context.constants.ordinal }

  // MARK: life

  /// cudaStreamCreateWithPriority.  `flags`: 0 or cudaStreamNonBlocking.  A priority outside the range is clamped.
  /// Throws cudaErrorInvalidValue for other flags.
  /// A stream of a green context is non-blocking whatever the flags say.
  public static func create(
    in context: Context, flags: UInt32 = 0, priority: Int = 0, execution: ExecutionContext? = nil
  ) throws(CUDAError) -> Stream {
    guard flags <= 1 else { throw .invalidValue.because("stream flags are \(flags), not 0 or cudaStreamNonBlocking") }
    try context.check()
    let clamped = min(max(priority, priorityRange.greatest), priorityRange.least)
    let flags = execution == nil ? flags : 1
    let stream = try Stream(
      context: context, kind: flags == 1 ? .nonBlocking : .blocking, flags: flags, priority: clamped,
      id: context.newStreamID(), execution: execution)
    context.adopt(stream)
    stream.handle = handles.issue(stream)
    return stream
  }

  /// cudaStreamDestroy: returns at once; what was submitted still runs, and the default streams still wait for it.
  /// Throws cudaErrorInvalidResourceHandle for a default stream.
  public func destroy() throws(CUDAError) {
    guard let handle, Self.handles.revoke(handle) != nil else {
      throw .invalidResourceHandle.because("a default stream, or one that was destroyed before")
    }
    KnownLaunches.forgetAll()
    if isCaptured { Capture.drop(self) }
    context.release(self)
  }

  /// Ends the stream's handle without touching the context's list (cudaDeviceReset).
  func retire() {
    if let handle { _ = Self.handles.revoke(handle) }
    timeline.retire()
  }

  // MARK: order

  /// Whether a submission needs nothing but its packets: nothing is captured, the device runs, and no stream is to be waited for.
  @inline(__always)
  var isReady: Bool {
    guard !isCaptured, context.constants.health.isRunning else { return false }
    return switch kind {
    case .legacy: context.blockingStreamCount.load(ordering: .acquiring) == 0
    case .blocking, .perThread: context.legacyStream.timeline.submitted <= legacySeen.load(ordering: .relaxed)
    case .nonBlocking: true
    }
  }

  /// Makes what is submitted next wait for the streams that the default-stream rules name.  Call before each submission.
  /// An operation that a capture does not take comes here as well, and is refused.
  func admit() throws(CUDAError) {
    try context.check()
    if isCaptured { try refuseCapture() }
    switch kind {
    case .legacy:
      guard context.blockingStreamCount.load(ordering: .acquiring) > 0 else { return }
      for other in context.allStreams() where other !== self && kind.isOrdered(against: other.kind) {
        try gpuWork { () throws(GPUError) in try timeline.enqueueWait(on: other.timeline, position: other.timeline.submitted) }
      }
    case .blocking, .perThread:
      let legacy = context.legacyStream.timeline
      let position = legacy.submitted
      guard position > legacySeen.load(ordering: .relaxed) else { return }
      try gpuWork { () throws(GPUError) in try timeline.enqueueWait(on: legacy, position: position) }
      legacySeen.store(position, ordering: .relaxed)
    case .nonBlocking: return
    }
  }

  /// Runs a submission, turning a GPU's refusal into CUDA's error; a stopped device's refusal is its sticky error.
  func gpuWork<R>(_ body: () throws(GPUError) -> R) throws(CUDAError) -> R {
    do { return try body() } catch { throw failure(error) }
  }
  @inline(never)
  func failure(_ error: GPUError) -> CUDAError {
    if error.kind == .faulted, let sticky = context.stickyError { return sticky }
    return CUDAError(error)
  }

  /// cudaStreamQuery: whether all submitted work is done.  Throws the sticky error.
  public func isIdle() throws(CUDAError) -> Bool {
    try context.check()
    if isCaptured { try refuseCapture() }
    try Capture.forbidUnsafe()
    if kind == .legacy {
      for other in context.allStreams() where other !== self && kind.isOrdered(against: other.kind) && !other.isDone {
        return false
      }
    }
    return isDone
  }

  var isDone: Bool { timeline.isComplete(timeline.submitted) }

  /// cudaStreamSynchronize.  For the legacy stream also waits for the blocking streams, which it is ordered against.
  public func synchronize() throws(CUDAError) {
    try context.check()
    if isCaptured { try refuseCapture() }
    try Capture.forbidUnsafe()
    if kind == .legacy {
      for other in context.allStreams() where other !== self && kind.isOrdered(against: other.kind) {
        try other.waitForOwnWork()
      }
    }
    try waitForOwnWork()
    try context.check()
    context.releasePools()
  }

  /// Waits until what this stream has been given so far is done, and prints what its kernels printed.
  func waitForOwnWork() throws(CUDAError) {
    let position = timeline.submitted
    do { try timeline.wait(for: position, policy: waitPolicy) } catch {
      printf.drain(ifIdle: timeline)
      if error.kind == .faulted, let sticky = context.stickyError { throw sticky }
      throw CUDAError(error)
    }
    printf.drain(ifIdle: timeline)
    foreignPrintf.drain()
  }

  /// cudaStreamWaitEvent: later work of this stream waits for the event's last record; an event never recorded is complete.
  /// Throws cudaErrorInvalidValue for flags other than 0 and cudaEventWaitExternal, which is for captures.
  public func wait(for event: Event, flags: UInt32 = 0) throws(CUDAError) {
    guard flags <= 1 else { throw .invalidValue.because("wait flags are \(flags)") }
    try context.check()
    let (record, captured) = event.places
    if isCaptured || captured != nil { return try waitCaptured(for: event, record, captured, isExternal: flags != 0) }
    guard flags == 0 else { throw .illegalState.because("an external wait in a stream that doesn't capture") }
    if let shared = event.shared {
      try admit()
      return try gpuWork { () throws(GPUError) in try shared.enqueueWait(in: timeline) }
    }
    guard let record else { return }
    if record.timeline === timeline { return }
    try admit()
    try gpuWork { () throws(GPUError) in try timeline.enqueueWait(on: record.timeline, position: record.position) }
  }
}

extension Context {
  func adopt(_ stream: Stream) {
    purge()
    lock.withLock { streams.append(stream) }
    if stream.kind != .nonBlocking { blockingStreamCount.add(1, ordering: .acquiringAndReleasing) }
  }

  /// Lets go of a stream whose handle is gone: now if its work is done, else at a later look.
  func release(_ stream: Stream) {
    if stream.isCaptured { Capture.drop(stream) }
    stream.isReleased.store(true, ordering: .releasing)
    purge()
  }

  /// Takes released streams that have finished out of the list; what their kernels printed is printed first.
  func purge() {
    let finished = lock.withLock {
      var finished: [Stream] = []
      streams.removeAll { stream in
        guard stream.isReleased.load(ordering: .acquiring), stream.isDone || gpu.fault != .none else { return false }
        finished.append(stream)
        return true
      }
      return finished
    }
    for stream in finished {
      stream.printf.drain(ifIdle: stream.timeline)
      PoolRegistry.shared.adopt(from: stream.blocks)
      stream.timeline.retire()
      if stream.kind != .nonBlocking { blockingStreamCount.subtract(1, ordering: .acquiringAndReleasing) }
    }
  }
}
