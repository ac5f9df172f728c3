// Work of a stream that the host does: copies, fills, host functions.
// Small copies and fills of an idle stream are done at once by the calling thread; all else goes to a worker thread.
// Order: a host task takes a position like a packet, so the GPU and other streams wait for it by value.

extension Timeline {
  /// Up to this size an idle stream's copy is done by the calling thread: handing it over costs more.
  static let inlineBytes = 4 << 10

  /// Copies in stream order.  `mustRunNow`: the source is the program's to change when this returns, so the calling thread does
  /// it whatever the size; the stream must be idle then.
  public func enqueueCopy(_ request: CopyRequest, mustRunNow: Bool) throws(GPUError) {
    repeat {
      if runInline(request.byteCount, always: mustRunNow, { device.execute(request) }) {
        request.release()
        return
      }
      // Another thread has submitted something since the caller looked.
      if mustRunNow { try wait(for: submitted) }
    } while mustRunNow
    try enqueue(.copy(request), on: device.copyWorker)
  }

  /// Fills in stream order.
  public func enqueueFill(_ request: FillRequest) throws(GPUError) {
    if runInline(request.byteCount, always: false, { device.execute(request) }) { return }
    try enqueue(.fill(request), on: device.copyWorker)
  }

  /// Calls `body` in stream order on a thread of the runtime's.  It is told why the device stopped, if it has.
  public func enqueueHostFunction(_ body: @escaping @Sendable (FaultKind) -> Void) throws(GPUError) {
    try enqueue(.function(body), on: device.functionWorker)
  }

  /// Makes what is submitted next wait until `condition` is true.  It is asked on a thread of the runtime's, every millisecond.
  public func enqueueWait(until condition: @escaping @Sendable () -> Bool) throws(GPUError) {
    try enqueue(.until(condition), on: device.copyWorker)
  }

  /// Calls `body`, which is short and calls nobody, in stream order.
  public func enqueueWrite(_ body: @escaping @Sendable () -> Void) throws(GPUError) {
    try enqueue(.function { fault in if fault == .none { body() } }, on: device.copyWorker)
  }

  /// Calls `body` in stream order on a thread for graphs' decisions, which may itself submit work and wait for it.
  public func enqueueGraphWork(_ body: @escaping @Sendable (FaultKind) -> Void) throws(GPUError) {
    try enqueue(.function(body), on: device.graphWorker)
  }

  private func runInline(_ byteCount: Int, always: Bool, _ body: () -> Void) -> Bool {
    guard always || byteCount <= Timeline.inlineBytes else { return false }
    return lock.withLock {
      guard isComplete(submitted) else { return false }
      body()
      return true
    }
  }

  private func enqueue(_ work: HostWorker.Work, on worker: HostWorker) throws(GPUError) {
    try device.checkRunning()
    try worker.start()
    try lock.withLock { () throws(GPUError) in
      let position = nextPosition
      // Someone must tell the worker when the work before is done, unless it is, or the worker itself does that work.
      let isOwnSuccessor = lastHostTask.load(ordering: .relaxed) == position - 1 && lastHostWorker === worker
      if !isOwnSuccessor && !isComplete(position - 1) { try submitBell(worker.bell, at: position - 1) }
      lastHostTask.store(position, ordering: .relaxed)
      lastHostWorker = worker
      publish(position)
      worker.submit(.init(timeline: self, position: position, work: work))
    }
  }
}
