// A CUDA event: a place in a stream's order, and unless timing was disabled the GPU's clock there.
// Threads: any; `current` and `captured` are guarded by the event's own lock.
// Order: a record marks all work that its stream had before it.  Source: CUDA Runtime API, "Event Management".
import GPU

public final class Event: @unchecked Sendable {  // current: lock; handle: set before anyone else sees the event
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let blockingSync = Flags(rawValue: 1)
    public static let disableTiming = Flags(rawValue: 2)
    public static let interprocess = Flags(rawValue: 4)
  }

  /// A place in one stream's order.
  struct Record {
    var timeline: Timeline
    var position: UInt64
    var timestamp: Timestamp?   // none when timing is disabled
  }

  public let context: Context
  public let flags: Flags
  public private(set) var handle: UnsafeMutableRawPointer? = nil
  private let lock = Lock()
  private var current: Record?
  /// What other processes see; only of events made with cudaEventInterprocess.
  var shared: InterprocessEvent?
  private var captured: CapturedRecord?   // the last record was in a capture
  static let handles = HandleTable<Event>(magic: 0x746e_7665_6372_6163)

  init(context: Context, flags: Flags) {
    self.context = context
    self.flags = flags
  }

  deinit { if let timestamp = current?.timestamp { context.gpu.retire(timestamp) } }

  /// cudaEventCreateWithFlags.  Throws cudaErrorInvalidValue for unknown flags.
  public static func create(in context: Context, flags: UInt32 = 0) throws(CUDAError) -> Event {
    guard flags <= 7 else { throw .invalidValue.because("event flags are \(flags)") }
    let flags = Flags(rawValue: flags)
    if flags.contains(.interprocess) {
      guard flags.contains(.disableTiming) else { throw .invalidValue.because("an interprocess event must disable timing") }
    }
    try context.check()
    let event = Event(context: context, flags: flags)
    if flags.contains(.interprocess) { event.shared = try InterprocessEvent(on: context) }
    event.handle = handles.issue(event)
    return event
  }

  /// An event that another process made.
  static func adopt(_ shared: InterprocessEvent, in context: Context) -> Event {
    let event = Event(context: context, flags: [.disableTiming, .interprocess])
    event.shared = shared
    event.handle = handles.issue(event)
    return event
  }

  /// The event of a cudaEvent_t.  Throws cudaErrorInvalidResourceHandle.
  public static func event(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Event { try live(handle).takeUnretainedValue() }

  /// The same for hot paths, which count no references: the handle keeps the event.
  public static func live(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Unmanaged<Event> {
    guard let handle, let event = handles.unretained(for: handle) else {
      throw .invalidResourceHandle.because("no event has the handle \(String(UInt(bitPattern: handle), radix: 16))")
    }
    return event
  }

  /// cudaEventDestroy: may be called while the event is pending.
  public func destroy() throws(CUDAError) {
    guard let handle, Self.handles.revoke(handle) != nil else { throw .invalidResourceHandle.because("a destroyed event") }
  }

  var lastRecord: Record? { lock.withLock { current } }
  /// The last record, and the last one inside a capture, when no other came after it.
  var places: (Record?, CapturedRecord?) { lock.withLock { (current, captured) } }
  func setCaptured(_ record: CapturedRecord) { lock.withLock { captured = record } }

  /// cudaEventRecordWithFlags.  Throws cudaErrorInvalidValue for flags other than 0 and cudaEventRecordExternal, and
  /// cudaErrorInvalidResourceHandle when event and stream are of different devices.
  /// `port`: in a capture, of the kernel that was just captured, where the event happens before the kernel ends.
  public func record(in stream: Stream, flags recordFlags: UInt32 = 0, port: UInt8 = 0) throws(CUDAError) {
    guard recordFlags <= 1 else { throw .invalidValue.because("record flags are \(recordFlags)") }
    guard stream.context === context else {
      throw .invalidResourceHandle.because("the event and the stream belong to different devices")
    }
    if stream.isCaptured { return try recordCaptured(in: stream, isExternal: recordFlags != 0, port: port) }
    guard recordFlags == 0 else { throw .illegalState.because("an external record in a stream that doesn't capture") }
    try stream.admit()
    if let shared { return try stream.gpuWork { () throws(GPUError) in try shared.record(in: stream.timeline) } }
    var timestamp: Timestamp? = nil
    if !flags.contains(.disableTiming) {
      timestamp = try stream.gpuWork { () throws(GPUError) in try stream.timeline.enqueueTimestamp() }
    }
    let record = Record(timeline: stream.timeline, position: stream.timeline.submitted, timestamp: timestamp)
    let old = lock.withLock {
      defer { (current, captured) = (record, nil) }
      return current
    }
    if let old = old?.timestamp { context.gpu.retire(old) }
  }

  /// cudaEventQuery: whether the last record's work is done; true for an event never recorded.  Throws the sticky error.
  public func isComplete() throws(CUDAError) -> Bool {
    let (record, captured) = places
    try mustNotBeCaptured(captured, invalidates: true)
    try Capture.forbidUnsafe()
    if let shared {
      if shared.isComplete { return true }
      try context.check()
      return false
    }
    guard let record else { return true }
    let done = isDone(record)
    if !done { try context.check() }
    return done
  }

  private func isDone(_ record: Record) -> Bool {
    return record.timeline.isComplete(record.position)
  }

  /// cudaEventSynchronize.
  public func synchronize() throws(CUDAError) {
    let (record, captured) = places
    try mustNotBeCaptured(captured, invalidates: true)
    try Capture.forbidUnsafe()
    if let shared {
      try shared.wait(context)
      context.drainPrintf()
      return
    }
    guard let record else { return }
    do throws(GPUError) {
      try record.timeline.wait(for: record.position)
    } catch {
      if error.kind == .faulted, let sticky = context.stickyError { throw sticky }
      throw CUDAError(error)
    }
    context.drainPrintf()
    context.releasePools()
  }

  /// cudaEventElapsedTime: milliseconds between two records, by the GPU's clock (10 ns steps at 100 MHz).
  /// Throws cudaErrorInvalidResourceHandle for an event without timing or never recorded, cudaErrorNotReady for a pending one.
  public static func elapsedMilliseconds(from start: Event, to end: Event) throws(CUDAError) -> Float {
    let (first, last) = (start.places, end.places)
    try start.mustNotBeCaptured(first.1, invalidates: false)
    try end.mustNotBeCaptured(last.1, invalidates: false)
    guard let from = first.0?.timestamp, let to = last.0?.timestamp else {
      throw .invalidResourceHandle.because("an event was never recorded, or has timing disabled")
    }
    guard start.context === end.context else { throw .invalidResourceHandle.because("the events are of different devices") }
    try start.context.check()
    guard let first = from.ticks, let last = to.ticks else { throw .notReady }
    let ticks = Double(Int64(bitPattern: last &- first))
    return Float(ticks * 1000 / Double(start.context.gpu.clockFrequency))
  }
}

extension Context {
  /// Prints what kernels of idle streams printed.
  func drainPrintf() {
    for stream in allStreams() where stream.printf.isUsed { stream.printf.drain(ifIdle: stream.timeline) }
    for stream in allStreams() { stream.foreignPrintf.drain() }
  }
}
