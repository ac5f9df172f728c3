// The per-thread default stream: made at its first use in a thread and on a device, gone when the thread ends.
// Threads: the calling thread's own.
import CThreadLocal

extension Context {
  func perThreadStream() throws(CUDAError) -> Stream {
    let ordinal = device.ordinal
    guard ordinal < Int(CARMINE_THREAD_STREAMS) else {
      throw .notSupported.because("device \(ordinal) is beyond the \(CARMINE_THREAD_STREAMS) that can have per-thread streams")
    }
    let cell = CurrentThread.streamCell(ordinal)
    if let existing = cell.pointee {
      let stream = Unmanaged<Stream>.fromOpaque(existing).takeUnretainedValue()
      if lock.withLock({ streams.contains { $0 === stream } }) { return stream }
      Unmanaged<Stream>.fromOpaque(existing).release()  // a reset took it away
    }
    let stream = try Stream(context: self, kind: .perThread, flags: 0, priority: 0, id: newStreamID())
    adopt(stream)
    cell.pointee = Unmanaged.passRetained(stream).toOpaque()
    CurrentThread.releaseAtExit()
    return stream
  }
}

extension CurrentThread {
  static func streamCell(_ ordinal: Int, of state: UnsafeMutablePointer<carmine_thread_state>? = nil)
    -> UnsafeMutablePointer<UnsafeMutableRawPointer?>
  {
    let offset = MemoryLayout<carmine_thread_state>.offset(of: \.streams)!
    return (UnsafeMutableRawPointer(state ?? Self.state) + offset)
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self) + ordinal
  }

  /// What this thread's state has of the module's goes when the thread ends.
  static func releaseAtExit() {
    carmine_thread_state_release_at_exit { state in
      CurrentThread.releaseStreams(of: state!)
      KnownLaunches.release(state!)
    }
  }

  private static func releaseStreams(of state: UnsafeMutablePointer<carmine_thread_state>) {
    for ordinal in 0..<Int(CARMINE_THREAD_STREAMS) {
      let cell = streamCell(ordinal, of: state)
      guard let pointer = cell.pointee else { continue }
      cell.pointee = nil
      let stream = Unmanaged<Stream>.fromOpaque(pointer).takeRetainedValue()
      stream.context.release(stream)
    }
  }
}
