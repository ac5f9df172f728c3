// Events in captures: a record in a capturing stream remembers nodes, a wait for it joins the waiting stream to the capture.
// External records and waits are nodes of their own, which happen when the graph runs.
// Threads: any; Capture.lock before the event's own.
// Source: CUDA Runtime API, cudaEventRecordWithFlags, cudaStreamWaitEvent; errors as recorded from NVIDIA's runtime on an H100.

/// A record inside a capture.
struct CapturedRecord {
  let capture: Capture
  let edges: [GraphEdge]
}

extension Event {
  /// A record in a stream that is captured.  `port`: of the kernel just captured, when the event opens before the kernel ends.
  func recordCaptured(in stream: Stream, isExternal: Bool, port: UInt8) throws(CUDAError) {
    if isExternal {
      try stream.capture(.eventRecord(self))
      return
    }
    try Capture.lock.withLock { () throws(CUDAError) in
      guard let branch = stream.branch else { throw stream.implicitUse() }
      try branch.capture.mustBeActive()
      let edges = port == 0 ? branch.dependencies : branch.dependencies.map { GraphEdge($0.node, GraphEdgeData(fromPort: port, type: port == 1 ? 1 : 0)) }
      setCaptured(CapturedRecord(capture: branch.capture, edges: edges))
    }
  }

  /// Throws for an event that was last recorded in a capture: cudaErrorCapturedEvent while it goes on, which `invalidates` it or not,
  /// cudaErrorInvalidValue after.
  func mustNotBeCaptured(_ record: CapturedRecord?, invalidates: Bool) throws(CUDAError) {
    guard let record else { return }
    try Capture.lock.withLock { () throws(CUDAError) in
      guard record.capture.state == .active else { throw .invalidValue.because("the event was recorded in a capture that is over") }
      if invalidates { record.capture.invalidate() }
      throw .capturedEvent.because("the event was recorded in a capture, and has not happened")
    }
  }
}

extension Stream {
  /// cudaStreamWaitEvent where a capture is concerned: the stream captures, or the event was recorded in a capture.
  func waitCaptured(for event: Event, _ place: Event.Record?, _ captured: CapturedRecord?, isExternal: Bool) throws(CUDAError) {
    if isExternal && isCaptured {
      try capture(.eventWait(event))
      return
    }
    try Capture.lock.withLock { () throws(CUDAError) in
      if let branch {
        let capture = branch.capture
        try capture.mustBeActive()
        guard let captured else {
          guard place != nil || event.shared != nil else { return }   // never recorded: complete
          capture.invalidate()
          throw .streamCaptureIsolation.because("the event was recorded outside of the capture")
        }
        if captured.capture === capture {
          branch.hide()
          branch.add(captured.edges)
          return
        }
        capture.invalidate()
        guard captured.capture.state != .ended else { throw .invalidValue.because("the event was recorded in a capture that is over") }
        captured.capture.invalidate()
        throw .streamCaptureMerge.because("the event was recorded in another capture")
      }
      guard let captured else { throw implicitUse() }   // the legacy stream, while a blocking stream captures
      guard captured.capture.state == .active else { throw .invalidValue.because("the event was recorded in a capture that is over") }
      guard kind != .legacy else {
        captured.capture.invalidate()
        throw implicitUse()
      }
      guard !isExternal else { throw .illegalState.because("an external wait in a stream that doesn't capture") }
      captured.capture.join(self, after: captured.edges)
    }
  }
}
