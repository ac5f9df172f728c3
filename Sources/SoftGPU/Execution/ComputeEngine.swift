// The compute engine: takes kernel dispatches and executes them on worker threads, one a host core.
//
// Threads: submit, runInline and stop by any thread.  Workers start at the first submit; each runs resident workgroups, and
// sleeps on a futex after a short spin when there is nothing to do.
// Order: a worker starts with one workgroup; a round in which none of its workgroups ended doubles how many it keeps resident,
// as far as the compute units have room, so that workgroups that wait for others (grid-wide barriers, locks, look-back scans)
// find them running, while ordinary kernels keep their registers in the host's caches.  Dispatches of urgent queues come
// first, then the older ones.
// Source: LLVM AMDGPU usage for the launch; the device's limits from `DeviceKind`.
import ISA
import CSoftGPU
import Glibc
import Settings
import Synchronization

final class ComputeEngine: @unchecked Sendable {
  let device: DeviceKind
  let addressSpace: AddressSpace

  let geometry: UnitGeometry
  private let serial = Atomic<UInt64>(1)
  let stopping = Atomic<Bool>(false)

  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var units: ComputeUnits
  private var active: [ActiveDispatch] = []           // with workgroups not started, the most urgent first
  private var orphans: [Workgroup] = []               // handed over by an inline run; they have their places
  private var returning: [Workgroup] = []             // of queues that were resumed; they need places
  private var returningBlockedAt: UInt64 = .max
  private var engineScratch: EngineScratch
  private var threads: [pthread_t] = []
  private let wake: UnsafeMutablePointer<UInt32>      // futex word, counts submissions
  private let sleepers = Atomic<Int>(0)
  private let work = Atomic<Int>(0)                   // entries of these three, to look without the lock
  /// For dispatches of nobody's queue: tests and benchmarks.
  private(set) lazy var ownContext = QueueContext(engine: self)

  /// What the engine tells its device; set before the first dispatch.
  struct Hooks: Sendable {
    /// A wave's interrupt: 24 bits of its M0, and its queue's doorbell.
    var interrupt: @Sendable (_ data: UInt32, _ doorbell: UInt32) -> Void
    /// A wave has violated memory or met an illegal instruction and goes on in the client's trap handler.
    var trapped: @Sendable (Fault) -> Void
  }
  var hooks: Hooks?
  /// New waves halt before their first instruction; what is saved of them a debugger can change.
  let launchesHalted = Atomic<Bool>(false)
  private let trapHandler = Atomic<UInt64>(0), trapMemory = Atomic<UInt64>(0)
  /// SET_TRAP_HANDLER's; waves look at it when they trap.
  var traps: TrapHandler {
    get { TrapHandler(handler: trapHandler.load(ordering: .acquiring), memory: trapMemory.load(ordering: .relaxed)) }
    set {
      trapMemory.store(newValue.memory, ordering: .relaxed)
      trapHandler.store(newValue.handler, ordering: .releasing)
    }
  }

  private let inlineLock: UnsafeMutablePointer<pthread_mutex_t>
  private var inlineWorker: Worker?
  let instructions: UnsafeMutablePointer<InstructionSet>

  init(device: DeviceKind, addressSpace: AddressSpace) {
    self.device = device
    self.addressSpace = addressSpace
    units = ComputeUnits(device)
    geometry = units.geometry
    engineScratch = EngineScratch(device, addressSpace)
    lock = .allocate(capacity: 1); pthread_mutex_init(lock, nil)
    inlineLock = .allocate(capacity: 1); pthread_mutex_init(inlineLock, nil)
    wake = .allocate(capacity: 1); wake.initialize(to: 0)
    instructions = .allocate(capacity: 1); instructions.initialize(to: device.instructionSet)
  }
  deinit {
    stop()
    inlineWorker?.destroy()
    engineScratch.destroy()
    instructions.deinitialize(count: 1); instructions.deallocate()
    pthread_mutex_destroy(lock); lock.deallocate()
    pthread_mutex_destroy(inlineLock); inlineLock.deallocate()
    wake.deallocate()
  }

  /// Executes `dispatch`; `completion` is called once, from any thread.
  func submit(_ dispatch: Dispatch, completion: @escaping @Sendable (DispatchOutcome) -> Void) {
    if let ready = prepare(dispatch, completion) { enqueue(ready) }
  }

  /// As `submit`, but a small dispatch is executed by the calling thread as far as it goes quickly; `completion` may have been
  /// called before this returns.
  func runInline(_ dispatch: Dispatch, completion: @escaping @Sendable (DispatchOutcome) -> Void) {
    guard let ready = prepare(dispatch, completion) else { return }
    guard ready.total * ready.wavesPerGroup <= 8, pthread_mutex_trylock(inlineLock) == 0 else { enqueue(ready); return }
    let worker: Worker
    if let existing = inlineWorker { worker = existing } else { worker = Worker(self); inlineWorker = worker }
    let left = worker.runInline(ready)
    pthread_mutex_unlock(inlineLock)
    if left == nil { return }
    let exhausted: Bool = withLock {
      if let left, !left.isEmpty {
        orphans.append(contentsOf: left)
        work.wrappingAdd(left.count, ordering: .releasing)
        // The queue may have been stopped meanwhile.
        if !ready.context.isRunning { collect(ready.context) }
      }
      return ready.isExhausted
    }
    if !exhausted { enqueue(ready) } else { wakeWorkers() }
  }

  /// Ends the worker threads.  Dispatches that have not completed never will.
  func stop() {
    guard stopping.exchange(true, ordering: .acquiringAndReleasing) == false else { return }
    signal()
    pthread_mutex_lock(lock)
    let started = threads
    threads = []
    pthread_mutex_unlock(lock)
    for thread in started { pthread_join(thread, nil) }
    withLock { active = []; orphans = []; returning = [] }
  }

  /// Instructions that the inline worker has executed, for benchmarks.
  var inlineInstructions: UInt64 { inlineWorker?.state.pointee.executed ?? 0 }

  func withLock<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  func nextSerial() -> UInt64 { serial.wrappingAdd(1, ordering: .relaxed).oldValue }

  func ownScratch(_ bytes: UInt32, lanes: Int) -> ScratchSetup? { withLock { engineScratch.setup(bytes: bytes, lanes: lanes) } }

  private func enqueue(_ dispatch: ActiveDispatch) {
    pthread_mutex_lock(lock)
    guard !dispatch.context.isDead else { pthread_mutex_unlock(lock); return }
    insert(dispatch)
    work.wrappingAdd(1, ordering: .releasing)
    if threads.isEmpty && !stopping.load(ordering: .acquiring) { startThreads() }
    pthread_mutex_unlock(lock)
    signal()
  }
  private func insert(_ dispatch: ActiveDispatch) {
    let at = active.firstIndex { $0.context.priority < dispatch.context.priority } ?? active.count
    active.insert(dispatch, at: at)
  }
  func wakeWorkers() {
    pthread_mutex_lock(lock)
    if threads.isEmpty && !stopping.load(ordering: .acquiring) && work.load(ordering: .relaxed) > 0 { startThreads() }
    pthread_mutex_unlock(lock)
    signal()
  }

  /// Under the lock.
  private func startThreads() {
    var number = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    if let wanted = Switch.softThreads.number, wanted > 0 { number = Int(min(wanted, 1024)) }
    for _ in 0..<max(1, number) {
      var thread = pthread_t()
      let box = Unmanaged.passRetained(Worker(self))
      let failed = pthread_create(&thread, nil, { argument in
        let worker = Unmanaged<Worker>.fromOpaque(argument!).takeRetainedValue()
        worker.main()
        worker.destroy()
        return nil
      }, box.toOpaque())
      if failed == 0 { threads.append(thread) } else { box.takeRetainedValue().destroy() }
    }
    if threads.isEmpty { fatalError("SoftGPU: no worker thread could be started") }
  }

  // What workers ask for.

  var hasWork: Bool { work.load(ordering: .acquiring) > 0 }

  enum Item { case started(Workgroup), fresh(ActiveDispatch, Int, UnitPlacement) }

  /// A workgroup handed over, one that comes back, or one not started for which there is room.
  func take() -> Item? {
    guard work.load(ordering: .acquiring) > 0 else { return nil }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if let orphan = orphans.popLast() { work.wrappingSubtract(1, ordering: .relaxed); return .started(orphan) }
    if !returning.isEmpty && returningBlockedAt != units.releases {
      for at in returning.indices {
        let group = returning[at], context = group.dispatch.context
        guard let placement = units.place(group.dispatch.need, xcc: group.xcc, mask: context.mask) else { continue }
        returning.remove(at: at)
        work.wrappingSubtract(1, ordering: .relaxed)
        group.place(placement, geometry)
        context.held += 1
        return .started(group)
      }
      returningBlockedAt = units.releases
    }
    var at = 0
    while at < active.count {
      let dispatch = active[at]
      if dispatch.isExhausted {
        active.remove(at: at)
        work.wrappingSubtract(1, ordering: .relaxed)
        continue
      }
      if dispatch.context.isRunning, dispatch.blockedAt != units.releases, let (index, placement) = begin(dispatch) {
        if dispatch.isExhausted { active.remove(at: at); work.wrappingSubtract(1, ordering: .relaxed) }
        return .fresh(dispatch, index, placement)
      }
      at += 1
    }
    return nil
  }

  /// The next workgroup of one dispatch, if its queue runs and there is room.
  func take(of dispatch: ActiveDispatch) -> (index: Int, placement: UnitPlacement)? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return dispatch.context.isRunning ? begin(dispatch) : nil
  }

  /// Under the lock.
  private func begin(_ dispatch: ActiveDispatch) -> (index: Int, placement: UnitPlacement)? {
    for xcc in 0..<geometry.xccCount where dispatch.hasGroup(for: xcc) {
      var scratch: [Int32] = []
      if dispatch.usesScratchSlots {
        if dispatch.scratchSlots == nil { dispatch.scratchSlots = dispatch.context.slots(for: dispatch.scratch) }
        guard let slots = dispatch.scratchSlots?.take(dispatch.need.waves, xcc: xcc) else { continue }
        scratch = slots
      }
      guard var placement = units.place(dispatch.need, xcc: xcc, mask: dispatch.context.mask) else {
        dispatch.scratchSlots?.give(scratch, xcc: xcc)
        continue
      }
      placement.scratch = scratch
      dispatch.context.held += 1
      return (dispatch.takeGroup(for: xcc), placement)
    }
    dispatch.blockedAt = units.releases
    return nil
  }

  /// A worker's workgroup has ended.  Its scratch is emptied before another one may have the place.
  func release(_ group: Workgroup) {
    pthread_mutex_lock(lock)
    units.release(group.placement)
    group.dispatch.scratchSlots?.empty(group.placement.scratch, xcc: group.xcc)
    group.dispatch.scratchSlots?.give(group.placement.scratch, xcc: group.xcc)
    group.dispatch.context.held -= 1
    pthread_mutex_unlock(lock)
  }
  /// A worker gives back a workgroup whose queue does not run.  True if the queue is dead: the worker has the storage to free.
  func surrender(_ group: Workgroup) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    let context = group.dispatch.context
    units.release(group.placement)
    context.held -= 1
    if context.isDead { return true }
    group.unplace()
    if context.isRunning { comeBack(group) } else { context.stopped.append(group) }
    return false
  }
  /// A workgroup that nothing moves any more keeps its place and leaves its worker.  False if its queue does not run.
  func halt(_ group: Workgroup) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    let context = group.dispatch.context
    guard context.isRunning else { return false }
    context.halted.append(group)
    context.held -= 1
    return true
  }

  /// Tells the device of a violation, once for a queue.
  func trapped(_ fault: Fault, _ context: QueueContext) {
    switch fault.cause {
    case .trap, .exception, .badDispatch: return
    default: break
    }
    let first: Bool = withLock {
      defer { context.hasTrapped = true }
      return !context.hasTrapped
    }
    if first { hooks?.trapped(fault) }
  }

  /// Gives up what a failed dispatch has not started; how many workgroups those were.
  func abandon(_ dispatch: ActiveDispatch) -> Int { withLock { dispatch.abandon() } }

  // For QueueContext, under the lock.

  private func comeBack(_ group: Workgroup) {
    returning.append(group)
    returningBlockedAt = .max
    work.wrappingAdd(1, ordering: .releasing)
  }
  /// Workgroups of a queue that has just been stopped, as far as no worker has them.
  func collect(_ context: QueueContext) {
    let mine = orphans.filter { $0.dispatch.context === context }
    orphans.removeAll { $0.dispatch.context === context }
    let back = returning.filter { $0.dispatch.context === context }
    returning.removeAll { $0.dispatch.context === context }
    work.wrappingSubtract(mine.count + back.count, ordering: .relaxed)
    for group in mine { context.held -= 1 }
    for group in mine + context.halted { units.release(group.placement); group.unplace() }
    context.stopped += mine + back + context.halted
    context.halted = []
  }
  /// What a resumed queue had running goes on.
  func requeue(_ context: QueueContext) {
    for group in context.stopped { comeBack(group) }
    context.stopped = []
  }
  /// What a dead queue has not started.
  func forget(_ context: QueueContext) {
    let before = active.count
    active.removeAll { $0.context === context }
    work.wrappingSubtract(before - active.count, ordering: .relaxed)
  }
  func placesChanged() { units.invalidate() }
  func sortByPriority() {
    let all = active
    active = []
    for dispatch in all { insert(dispatch) }
  }

  // Sleeping and waking.

  private func signal() {
    carmine_atomic_increment(wake)
    if stopping.load(ordering: .acquiring) || sleepers.load(ordering: .sequentiallyConsistent) > 0 { _ = carmine_futex_wake(wake, .max) }
  }
  /// Waits until there may be work: spins a little, then sleeps.
  func waitForWork() {
    let seen = carmine_atomic_load(wake)
    if hasWork || stopping.load(ordering: .acquiring) { return }
    let begin = carmine_time_stamp()
    while carmine_time_stamp() &- begin < 60_000 {          // some 25 microseconds
      if carmine_atomic_load(wake) != seen || hasWork || stopping.load(ordering: .acquiring) { return }
      carmine_pause()
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if carmine_atomic_load(wake) == seen && !hasWork && !stopping.load(ordering: .acquiring) { _ = carmine_futex_wait(wake, seen, -1) }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }
}
