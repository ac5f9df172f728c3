// Whether a device runs: one word that everyone on the way to its queues looks at, without asking for the device.
// Threads: any; written once.  The word lives as long as the process, as devices do.
import Synchronization

public struct Health: @unchecked Sendable {  // a pointer to an atomic that is never freed
  private let code: UnsafeMutablePointer<Atomic<UInt32>>

  init() {
    code = .allocate(capacity: 1)
    code.initialize(to: Atomic(FaultKind.none.rawValue))
  }

  /// One load.
  public var isRunning: Bool { code.pointee.load(ordering: .relaxed) == FaultKind.none.rawValue }

  /// Why the device stopped; `none` while it runs.
  public var fault: FaultKind { FaultKind(rawValue: code.pointee.load(ordering: .acquiring)) ?? .hardware }

  /// The first reason stays; false if there was one before.
  func stop(_ reason: FaultKind) -> Bool {
    code.pointee.compareExchange(expected: FaultKind.none.rawValue, desired: reason.rawValue, ordering: .acquiringAndReleasing).exchanged
  }

  /// Throws when the device has stopped.
  @inline(__always)
  func check() throws(GPUError) {
    if !isRunning { throw stopped }
  }
  private var stopped: GPUError {
    @inline(never) get { GPUError(.faulted, "the device has stopped: \(fault)") }
  }
}
