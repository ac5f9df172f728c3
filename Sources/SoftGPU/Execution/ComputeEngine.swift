// The compute engine: takes kernel dispatches and executes them on worker threads, one a host core.
//
// Threads: submit, runInline and stop by any thread.  Workers start at the first submit; each runs resident workgroups, and
// sleeps on a futex after a short spin when there is nothing to do.
// Order: a worker starts with one workgroup; a round in which none of its workgroups ended doubles how many it keeps resident,
// as far as the device's limits allow, so that workgroups that wait for others (grid-wide barriers, locks, look-back scans)
// find them running, while ordinary kernels keep their registers in the host's caches.
// Source: LLVM AMDGPU usage for the launch; the device's limits from `DeviceKind`.
import ISA
import CSoftGPU
import Glibc
import Settings
import Synchronization

final class ComputeEngine: @unchecked Sendable {
  let device: DeviceKind
  let addressSpace: AddressSpace

  /// Residency units of one compute unit.
  static let unit = 1 << 16
  private let capacity: Int
  private let resident = Atomic<Int>(0)
  private let serial = Atomic<UInt64>(1)
  let stopping = Atomic<Bool>(false)

  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var active: [ActiveDispatch] = []           // with workgroups not started
  private var orphans: [Workgroup] = []               // handed over by an inline run
  private var threads: [pthread_t] = []
  private let wake: UnsafeMutablePointer<UInt32>      // futex word, counts submissions
  private let sleepers = Atomic<Int>(0)
  private let work = Atomic<Int>(0)                   // entries of `active` and `orphans`, to look without the lock

  private let inlineLock: UnsafeMutablePointer<pthread_mutex_t>
  private var inlineWorker: Worker?
  let instructions: UnsafeMutablePointer<InstructionSet>

  init(device: DeviceKind, addressSpace: AddressSpace) {
    self.device = device
    self.addressSpace = addressSpace
    capacity = device.computeUnits * ComputeEngine.unit
    lock = .allocate(capacity: 1); pthread_mutex_init(lock, nil)
    inlineLock = .allocate(capacity: 1); pthread_mutex_init(inlineLock, nil)
    wake = .allocate(capacity: 1); wake.initialize(to: 0)
    instructions = .allocate(capacity: 1); instructions.initialize(to: device.instructionSet)
  }
  deinit {
    stop()
    inlineWorker?.destroy()
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
    if let left, !left.isEmpty {
      pthread_mutex_lock(lock)
      orphans.append(contentsOf: left)
      work.wrappingAdd(left.count, ordering: .releasing)
      pthread_mutex_unlock(lock)
    }
    if !ready.isExhausted { enqueue(ready) } else { wakeWorkers() }
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
    pthread_mutex_lock(lock)
    active = []; orphans = []
    pthread_mutex_unlock(lock)
  }

  /// Instructions that the inline worker has executed, for benchmarks.
  var inlineInstructions: UInt64 { inlineWorker?.state.pointee.executed ?? 0 }

  // Launch.

  func prepare(_ request: Dispatch, _ completion: @escaping @Sendable (DispatchOutcome) -> Void) -> ActiveDispatch? {
    func refuse(_ reason: String) -> ActiveDispatch? {
      completion(.faulted(Fault(cause: .badDispatch(reason), kernelObject: request.kernelObject)))
      return nil
    }
    guard carmine_has_vectors() != 0 else { return refuse("this host's processor lacks AVX2, FMA or F16C, which the software GPU needs") }
    let size = request.workgroupSize, grid = request.gridSize
    guard size.x > 0, size.y > 0, size.z > 0 else { return refuse("workgroup size \(size.x)x\(size.y)x\(size.z) has a zero") }
    guard size.x <= 1024, size.y <= 1024, size.z <= 1024, Int(size.x) * Int(size.y) * Int(size.z) <= 1024 else {
      return refuse("workgroup size \(size.x)x\(size.y)x\(size.z) is above 1024 work-items")
    }
    guard grid.x > 0, grid.y > 0, grid.z > 0 else { return refuse("grid size \(grid.x)x\(grid.y)x\(grid.z) has a zero") }
    guard Int(request.groupSegmentSize) <= device.ldsBytes else {
      return refuse("group segment of \(request.groupSegmentSize) bytes is above the device's \(device.ldsBytes)")
    }
    guard let memory = addressSpace.translate(request.kernelObject, 64, .read),
      let kernel = KernelDescriptor(at: request.kernelObject, memory)
    else { return refuse("kernel object \(hex(request.kernelObject)) is not readable by this device") }
    guard !kernel.isWave32 else { return refuse("kernel is built for waves of 32 lanes; \(device.gfxTarget) has 64") }
    guard kernel.vgprCount <= device.vgprsPerSIMDLane else { return refuse("kernel wants \(kernel.vgprCount) vector registers") }
    let user = kernel.userValues(request) { word in
      addressSpace.translate(request.kernarg &+ UInt64(word * 4), 4, .read)?.loadUnaligned(as: UInt32.self)
    }
    guard let user else { return refuse("kernel arguments at \(hex(request.kernarg)) are not readable by this device") }
    let items = Int(size.x) * Int(size.y) * Int(size.z), waves = (items + 63) / 64
    // How many workgroups a compute unit holds: wave slots, registers, LDS.
    let granule = device.vgprGranule, registers = (kernel.vgprCount + granule - 1) / granule * granule
    let wavesPerSIMD = max(1, min(device.maximumWavesPerSIMD, device.vgprsPerSIMDLane / registers))
    var groups = max(1, wavesPerSIMD * device.simdsPerComputeUnit / waves)
    if request.groupSegmentSize > 0 { groups = min(groups, max(1, device.ldsBytes / Int(request.groupSegmentSize))) }
    func count(_ grid: UInt32, _ size: UInt32) -> Int { (Int(grid) + Int(size) - 1) / Int(size) }
    return ActiveDispatch(
      request, kernel, userSGPRs: user, groupCount: (count(grid.x, size.x), count(grid.y, size.y), count(grid.z, size.z)),
      wavesPerGroup: waves, cost: ComputeEngine.unit / groups, serial: serial.wrappingAdd(1, ordering: .relaxed).oldValue,
      completion: completion)
  }

  private func enqueue(_ dispatch: ActiveDispatch) {
    pthread_mutex_lock(lock)
    active.append(dispatch)
    work.wrappingAdd(1, ordering: .releasing)
    if threads.isEmpty && !stopping.load(ordering: .acquiring) { startThreads() }
    pthread_mutex_unlock(lock)
    signal()
  }
  private func wakeWorkers() {
    pthread_mutex_lock(lock)
    if threads.isEmpty && !stopping.load(ordering: .acquiring) { startThreads() }
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

  enum Item { case started(Workgroup), fresh(ActiveDispatch, Int) }

  /// A workgroup handed over, or one not started that fits beside those that are resident.
  func take() -> Item? {
    guard work.load(ordering: .acquiring) > 0 else { return nil }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    if let orphan = orphans.popLast() { work.wrappingSubtract(1, ordering: .relaxed); return .started(orphan) }
    var at = 0
    while at < active.count {
      let dispatch = active[at]
      if dispatch.isExhausted {
        active.remove(at: at)
        work.wrappingSubtract(1, ordering: .relaxed)
        continue
      }
      let before = resident.load(ordering: .relaxed)
      if before + dispatch.cost <= capacity {
        if let index = dispatch.takeGroup() {
          resident.wrappingAdd(dispatch.cost, ordering: .relaxed)
          if dispatch.isExhausted { active.remove(at: at); work.wrappingSubtract(1, ordering: .relaxed) }
          return .fresh(dispatch, index)
        }
      }
      at += 1
    }
    return nil
  }
  func reserve(_ dispatch: ActiveDispatch) { resident.wrappingAdd(dispatch.cost, ordering: .relaxed) }
  func release(_ dispatch: ActiveDispatch) { resident.wrappingSubtract(dispatch.cost, ordering: .relaxed) }

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
