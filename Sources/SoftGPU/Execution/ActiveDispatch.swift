// A dispatch in flight: what all its workgroups share, which are not started yet, how many have not ended.
// Shared by workers: counters are atomic; `fault` is written once, by whoever wins `failing`; which workgroups have been
// started is under the engine's lock.
import ISA
import Synchronization

final class ActiveDispatch: @unchecked Sendable {
  let request: Dispatch
  let context: QueueContext
  let kernel: KernelDescriptor
  let scratch: ScratchSetup
  let userSGPRs: [UInt32]
  let ldsBytes: Int
  let groupCount: (x: Int, y: Int, z: Int)
  let total: Int
  let wavesPerGroup: Int
  let need: UnitNeed                              // of one workgroup
  let serial: UInt64
  /// Strict mode: caches of units that saw less than this epoch forget their lines when a workgroup starts.
  let caches: DeviceCaches?
  let cacheEpoch: UInt32
  let start: UInt64
  let completion: @Sendable (DispatchOutcome) -> Void
  private let remaining: Atomic<Int>
  private let failing = Atomic<Bool>(false)
  private var fault: Fault?

  // Under the engine's lock.
  private let xccCount: Int
  private var started = 0
  private var startedOf: [Int]                    // by XCC
  private var abandoned = false
  /// Set when it enters the engine; nil where waves have scratch of the engine's own.
  var scratchSlots: ScratchSlots?
  /// The count of releases at which no place was found.
  var blockedAt: UInt64 = .max

  init(
    _ request: Dispatch, _ context: QueueContext, _ kernel: KernelDescriptor, scratch: ScratchSetup, userSGPRs: [UInt32],
    groupCount: (x: Int, y: Int, z: Int), wavesPerGroup: Int, need: UnitNeed, xccCount: Int, serial: UInt64,
    caches: DeviceCaches?, completion: @escaping @Sendable (DispatchOutcome) -> Void
  ) {
    self.request = request; self.context = context; self.kernel = kernel; self.scratch = scratch; self.userSGPRs = userSGPRs
    ldsBytes = Int(request.groupSegmentSize)
    self.groupCount = groupCount
    total = groupCount.x * groupCount.y * groupCount.z
    self.wavesPerGroup = wavesPerGroup
    self.need = need
    self.xccCount = xccCount
    startedOf = xccCount > 1 ? Array(repeating: 0, count: xccCount) : []
    self.serial = serial
    self.caches = caches
    cacheEpoch = caches?.startEpoch ?? 0
    self.completion = completion
    remaining = Atomic(groupCount.x * groupCount.y * groupCount.z)
    start = GPUClock.now()
  }

  var usesScratchSlots: Bool { scratch.slots > 0 && scratchBytes > 0 }
  /// Bytes of one work-item: what the packet asks for, or where PM4 gives no such number what a wave has.
  var scratchBytes: UInt32 {
    request.privateSegmentSize > 0 || request.scratch == nil ? request.privateSegmentSize : UInt32(scratch.waveBytes) / UInt32(kernel.lanes)
  }
  var hasFailed: Bool { failing.load(ordering: .acquiring) }

  // Which workgroups: number n runs on XCC n mod xccCount, as the packet processors of the XCCs share a dispatch.

  var isExhausted: Bool { abandoned || started >= total }
  func hasGroup(for xcc: Int) -> Bool {
    !abandoned && (xccCount == 1 ? started < total : startedOf[xcc] * xccCount + xcc < total)
  }
  /// The number of the next workgroup of `xcc`; there is one.
  func takeGroup(for xcc: Int) -> Int {
    defer { started += 1 }
    if xccCount == 1 { return started }
    defer { startedOf[xcc] += 1 }
    return startedOf[xcc] * xccCount + xcc
  }
  /// Gives up the workgroups that have not started; how many those are.
  func abandon() -> Int {
    guard !abandoned else { return 0 }
    abandoned = true
    return total - started
  }

  /// Records the first fault.  False for faults after it.
  func fail(_ fault: Fault) -> Bool {
    guard failing.exchange(true, ordering: .acquiringAndReleasing) == false else { return false }
    self.fault = fault
    return true
  }
  /// `count` workgroups have ended.  True for the caller that ends the last one.
  func finish(_ count: Int = 1) -> Bool {
    count > 0 && remaining.wrappingSubtract(count, ordering: .acquiringAndReleasing).newValue == 0
  }
  /// Tells the submitter; by the one whom `finish` returned true.
  func complete() {
    if let fault { completion(.faulted(fault)) } else { completion(.completed(start: start, end: GPUClock.now())) }
  }
}
