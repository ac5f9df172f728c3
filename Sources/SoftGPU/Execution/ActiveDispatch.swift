// A dispatch in flight: what all its workgroups share, which are not started yet, how many have not ended.
// Shared by workers: counters are atomic; `fault` is written once, by whoever wins `failing`.
import ISA
import Synchronization

final class ActiveDispatch: @unchecked Sendable {
  let request: Dispatch
  let kernel: KernelDescriptor
  let userSGPRs: [UInt32]
  let ldsBytes: Int
  let groupCount: (x: Int, y: Int, z: Int)
  let total: Int
  let wavesPerGroup: Int
  let cost: Int                                   // of one workgroup, in residency units
  let serial: UInt64
  let start: UInt64
  let completion: @Sendable (DispatchOutcome) -> Void
  private let next = Atomic<Int>(0)
  private let remaining: Atomic<Int>
  private let failing = Atomic<Bool>(false)
  private var fault: Fault?

  init(
    _ request: Dispatch, _ kernel: KernelDescriptor, userSGPRs: [UInt32], groupCount: (x: Int, y: Int, z: Int), wavesPerGroup: Int,
    cost: Int, serial: UInt64, completion: @escaping @Sendable (DispatchOutcome) -> Void
  ) {
    self.request = request; self.kernel = kernel; self.userSGPRs = userSGPRs
    ldsBytes = Int(request.groupSegmentSize)
    self.groupCount = groupCount
    total = groupCount.x * groupCount.y * groupCount.z
    self.wavesPerGroup = wavesPerGroup
    self.cost = cost
    self.serial = serial
    self.completion = completion
    remaining = Atomic(groupCount.x * groupCount.y * groupCount.z)
    start = GPUClock.now()
  }

  var hasFailed: Bool { failing.load(ordering: .acquiring) }
  var isExhausted: Bool { next.load(ordering: .relaxed) >= total }

  /// The number of a workgroup that nobody has started, or nil.
  func takeGroup() -> Int? {
    guard next.load(ordering: .relaxed) < total else { return nil }
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < total ? index : nil
  }
  /// Records the first fault and gives up the workgroups that have not started.  True if the dispatch is complete by that.
  func fail(_ fault: Fault) -> Bool {
    guard failing.exchange(true, ordering: .acquiringAndReleasing) == false else { return false }
    self.fault = fault
    let started = min(next.exchange(total, ordering: .acquiringAndReleasing), total)
    return finish(total - started)
  }
  /// `count` workgroups have ended.  True for the caller that ends the last one.
  func finish(_ count: Int = 1) -> Bool {
    count > 0 && remaining.wrappingSubtract(count, ordering: .acquiringAndReleasing).newValue == 0
  }
  /// Tells the submitter; by the one whom `finish` or `fail` returned true.
  func complete() {
    if let fault { completion(.faulted(fault)) } else { completion(.completed(start: start, end: GPUClock.now())) }
  }
}
