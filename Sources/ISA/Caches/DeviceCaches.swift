// The caches of one device in strict mode: what acquires, releases and flushes do to them.  L2's lines are in CachedRange, one
// for each range that L2 caches; the caches before L2 are in UnitCache.  L2 never forgets a line by itself.
//
// Epochs: an acquire only counts; lines and unit caches compare when they are used.
// Writing back: a page that a wave writes goes into `fresh`.  A wave resolves an address first and stores a little later, so a
// page leaves the lists only when every worker has passed the end of a slice after its marks were taken away: it moves to
// `aging`, and is dropped after a scan that comes later than that.
// Threads: any.  `lock` guards the lists.
// Source: LLVM AMDGPU usage, "Memory Model" of each target; HSA Platform System Architecture 1.2, 2.9 (packets' fences).
import CSoftGPU
import Glibc
import Synchronization

public final class DeviceCaches: @unchecked Sendable {
  public let target: Target
  /// Takes sentences about what real hardware would do silently.
  public let report: (@Sendable (String) -> Void)?

  /// Writes that reached the device's memory from outside: the host's after an HDP flush, other devices', copy engines'.
  private let inbound = DeviceCaches.counter()
  /// Others write the device's memory without telling this model: devices of other processes.  Every acquire looks for it.
  private let isShared = Atomic<Bool>(false)
  /// `inbound` as the last acquire at system scope saw it.
  private let visible = DeviceCaches.counter()
  /// Acquires at system scope.
  private let system = DeviceCaches.counter()
  /// Acquires of packets that vector and scalar caches obey.
  private let unitEpoch = Atomic<UInt32>(1)
  /// Invalidations of instruction caches.
  private let codeEpoch = Atomic<UInt64>(1)

  /// Where the host asks for an HDP flush, when it has mapped that page.
  private let hdpRegister = Atomic<UInt>(0)

  private var lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var fresh: [Page] = []
  private var aging: [(page: Page, lines: UInt32)] = []
  private var agedAt: [UInt64] = []
  private var slices: [UnsafeMutablePointer<Atomic<UInt64>>] = []
  private let reported = Atomic<Int>(0)

  /// Vector and scalar caches of compute units, as the last workgroup left them; an address, or 0 while in use.
  private let units: UnsafeMutablePointer<Atomic<UInt>>
  private let unitCount: Int

  private struct Page { let range: UnsafeMutablePointer<CachedRange>, number: Int }

  public init(target: Target, computeUnits: Int, report: (@Sendable (String) -> Void)? = nil) {
    self.target = target
    self.report = report
    pthread_mutex_init(lock, nil)
    unitCount = max(1, computeUnits)
    units = .allocate(capacity: unitCount)
    for unit in 0..<unitCount { (units + unit).initialize(to: Atomic(0)) }
  }
  deinit {
    for unit in 0..<unitCount { UnsafeMutablePointer<UnitCache>(bitPattern: units[unit].load(ordering: .relaxed))?.destroy() }
    units.deinitialize(count: unitCount); units.deallocate()
    for counter in [inbound, visible, system] { counter.deinitialize(count: 1); counter.deallocate() }
    for slice in slices { slice.deinitialize(count: 1); slice.deallocate() }
    pthread_mutex_destroy(lock); lock.deallocate()
  }
  private static func counter() -> UnsafeMutablePointer<Atomic<UInt32>> {
    let counter = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: 1)
    counter.initialize(to: Atomic(1))
    return counter
  }

  // MARK: what packets and instructions do

  /// Reads that follow see what was released at this scope before.
  public func acquire(_ scope: FenceScope) {
    noticeHDP()
    if isShared.load(ordering: .relaxed) { noteWrite() }
    guard scope != .none else { return }
    unitEpoch.wrappingAdd(1, ordering: .acquiringAndReleasing)
    if scope == .system { invalidateL2() }
  }
  /// Writes that came before are seen by whoever acquires at this scope.  The vector caches write through.
  public func release(_ scope: FenceScope) { if scope == .system { writeBack() } }

  /// L2 forgets lines of memory that others write.
  public func invalidateL2() {
    visible.pointee.store(inbound.pointee.load(ordering: .acquiring), ordering: .releasing)
    system.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing)
  }
  public func invalidateInstructions() { codeEpoch.wrappingAdd(1, ordering: .acquiringAndReleasing) }
  public var instructionEpoch: UInt64 { codeEpoch.load(ordering: .acquiring) }
  /// Vector and scalar caches that saw an older one forget their lines when a workgroup starts.
  public var startEpoch: UInt32 { unitEpoch.load(ordering: .acquiring) }

  /// What the host wrote to VRAM leaves the host data path.
  public func flushHDP() { noteWrite() }
  /// Somebody other than this device's waves wrote its memory.
  public func noteWrite() { inbound.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing) }

  /// Some of the device's memory is mapped elsewhere from now on.
  public func noteSharing() { isShared.store(true, ordering: .relaxed) }

  /// The remapped MMIO page: its first word is HDP_MEM_FLUSH_CNTL.
  public func setRegisters(_ page: UnsafeMutableRawPointer?) { hdpRegister.store(UInt(bitPattern: page), ordering: .releasing) }
  public func noticeHDP() {
    guard let register = UnsafeMutablePointer<Atomic<UInt32>>(bitPattern: hdpRegister.load(ordering: .acquiring)) else { return }
    if register.pointee.load(ordering: .relaxed) != 0 && register.pointee.exchange(0, ordering: .acquiringAndReleasing) != 0 { flushHDP() }
  }

  /// Which count lines of such memory follow.
  func epochs(for traits: MemoryTraits) -> UnsafeMutablePointer<Atomic<UInt32>> {
    traits.policy == .local ? inbound : traits.isLocalVRAM ? visible : system
  }

  // MARK: writing back

  /// A worker's count of slices: odd while waves execute.
  func addWorker() -> UnsafeMutablePointer<Atomic<UInt64>> {
    let slice = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: 1)
    slice.initialize(to: Atomic(0))
    locked { slices.append(slice) }
    return slice
  }

  func noteDirty(_ range: UnsafeMutablePointer<CachedRange>, page: Int) { locked { fresh.append(Page(range: range, number: page)) } }

  /// L2's dirty bytes go to memory.  `own`: the slice of the worker that asks, whose stores are all done.
  func writeBack(own: UnsafeMutablePointer<Atomic<UInt64>>? = nil) {
    locked {
      if !aging.isEmpty {
        let passed = havePassed(own)
        scan()
        if passed { aging.removeAll(keepingCapacity: true) }
      }
      guard !fresh.isEmpty else { return }
      if aging.isEmpty {
        for page in fresh { aging.append((page, page.range.pointee.dirty[page.number].exchange(0, ordering: .acquiringAndReleasing))) }
        fresh.removeAll(keepingCapacity: true)
        agedAt = slices.map { $0.pointee.load(ordering: .sequentiallyConsistent) }
        let passed = havePassed(own)
        scan()
        if passed { aging.removeAll(keepingCapacity: true) }
      } else {
        for page in fresh { write(page, page.range.pointee.dirty[page.number].load(ordering: .acquiring)) }
      }
    }
  }
  private func havePassed(_ own: UnsafeMutablePointer<Atomic<UInt64>>?) -> Bool {
    for (index, seen) in agedAt.enumerated() where seen & 1 == 1 && slices[index] != own {
      if slices[index].pointee.load(ordering: .acquiring) == seen { return false }
    }
    return true
  }
  private func scan() { for entry in aging { write(entry.page, entry.lines) } }
  private func write(_ page: Page, _ lines: UInt32) {
    if page.range.pointee.writeBack(page: page.number, lines: lines), let owner = page.range.pointee.owner {
      owner._withUnsafeGuaranteedRef { $0.noteWrite() }
    }
  }

  // MARK: ranges

  /// The cached view of a range that is about to be mapped; nil when L2 caches none of it.
  func makeRange(
    size: UInt64, memory: UnsafeMutableRawPointer, traits: MemoryTraits, owner: DeviceCaches?
  ) -> UnsafeMutablePointer<CachedRange>? {
    guard traits.policy != .coherent else { return nil }
    let range = UnsafeMutablePointer<CachedRange>.allocate(capacity: 1)
    range.initialize(to: CachedRange(size: size, memory: memory, traits: traits, caches: self, owner: owner === self ? nil : owner))
    return range
  }
  /// After the last mapping is gone and no worker uses it: what the device wrote goes to memory.
  func retire(_ range: UnsafeMutablePointer<CachedRange>) {
    locked {
      for entry in aging where entry.page.range == range { write(entry.page, entry.lines) }
      for page in fresh where page.range == range { write(page, ~0) }
      aging.removeAll { $0.page.range == range }
      fresh.removeAll { $0.range == range }
    }
    range.pointee.destroy()
    range.deinitialize(count: 1)
    range.deallocate()
  }

  // MARK: compute units

  /// The vector and scalar cache that workgroup `index` finds, which may hold lines of an earlier one.
  public func takeUnit(_ index: Int, epoch: UInt32) -> UnsafeMutablePointer<UnitCache> {
    let found = units[index % unitCount].exchange(0, ordering: .acquiringAndReleasing)
    let unit = UnsafeMutablePointer<UnitCache>(bitPattern: found) ?? UnitCache.make()
    if unit.pointee.epoch < epoch {
      unit.pointee.invalidateVector()
      unit.pointee.invalidateScalar()
      unit.pointee.epoch = epoch
    }
    return unit
  }
  public func giveUnit(_ index: Int, _ unit: UnsafeMutablePointer<UnitCache>) {
    let before = units[index % unitCount].exchange(UInt(bitPattern: unit), ordering: .acquiringAndReleasing)
    UnsafeMutablePointer<UnitCache>(bitPattern: before)?.destroy()
  }

  // MARK: what real hardware doesn't say

  /// At most a hundred sentences a device, so that a loop doesn't fill the disk.
  func tell(_ sentence: @autoclosure () -> String) {
    guard let report, reported.load(ordering: .relaxed) < 100, reported.wrappingAdd(1, ordering: .relaxed).oldValue < 100 else { return }
    report(sentence())
  }
  var tells: Bool { report != nil && reported.load(ordering: .relaxed) < 100 }

  private func locked<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }
}
