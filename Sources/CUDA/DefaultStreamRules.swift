// Which streams an operation must wait for because of CUDA's default streams.  A decision only: no device, no lock.
// Source: CUDA Runtime API, "Stream synchronization behavior": the legacy default stream waits for every blocking stream and
// every later operation of a blocking stream waits for it; non-blocking streams take no part; the per-thread default stream is
// a blocking stream as far as the legacy one is concerned.

public enum StreamKind: UInt8, Sendable, CaseIterable {
  case legacy       // the NULL stream, cudaStreamLegacy
  case perThread    // cudaStreamPerThread
  case blocking     // cudaStreamCreate, cudaStreamDefault
  case nonBlocking  // cudaStreamNonBlocking

  /// Whether an operation of this stream and one of `other` never overlap, whatever the program does.
  public func isOrdered(against other: StreamKind) -> Bool {
    switch (self, other) {
    case (.legacy, .legacy): true
    case (.legacy, .blocking), (.legacy, .perThread), (.blocking, .legacy), (.perThread, .legacy): true
    default: false
    }
  }

  /// What the program's handle means.  `perThreadDefault`: the entry point is one of the `_ptsz`/`_ptds` functions.
  /// nil: an ordinary handle.
  public static func special(handle: UInt, perThreadDefault: Bool) -> StreamKind? {
    switch handle {
    case 0: perThreadDefault ? .perThread : .legacy
    case 1: .legacy
    case 2: .perThread
    default: nil
    }
  }
}
