// A resident workgroup: its waves' registers, LDS and scratch, set up as hardware leaves them to the first instruction, and the
// time slice in which its waves take turns.  Belongs to one worker at a time; storage is recycled by that worker.
// Source: LLVM AMDGPU usage, "Initial Kernel Execution State"; AMD CDNA3 ISA, 3.
import ISA
import CSoftGPU
import Glibc

/// Memory of one wave: the structure, scalars, lane mask, then 512 registers of 64 lanes (untouched pages cost nothing).
struct WaveStorage {
  static let scalars = 512, laneMask = 512 + 1280, registers = 4096
  static let bytes = registers + (512 + 32) * 256
  let base: UnsafeMutableRawPointer

  init() {
    let memory = mmap(nil, WaveStorage.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { fatalError("SoftGPU: no memory for a wave's registers") }
    base = memory
    let scalars = (memory + WaveStorage.scalars).assumingMemoryBound(to: UInt32.self)
    InlineConstant.fill(scalars)
  }
  var wave: Wave { base.assumingMemoryBound(to: carmine_wave.self) }
  func destroy() {
    munmap(base, WaveStorage.bytes)
  }
}

/// What a worker recycles.
struct StoragePool {
  private var waves: [WaveStorage] = []
  private var lds: [(memory: UnsafeMutablePointer<UInt8>, bytes: Int)] = []

  mutating func takeWave() -> WaveStorage { waves.popLast() ?? WaveStorage() }
  mutating func give(_ storage: WaveStorage) {
    if waves.count >= 4096 { storage.destroy() } else { waves.append(storage) }
  }
  mutating func takeLDS(_ bytes: Int) -> (memory: UnsafeMutablePointer<UInt8>, bytes: Int) {
    if let at = lds.lastIndex(where: { $0.bytes >= bytes }) { return lds.remove(at: at) }
    let size = max(4096, bytes.nextPowerOfTwo) + 64
    return (UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64).assumingMemoryBound(to: UInt8.self), size)
  }
  mutating func give(lds memory: (memory: UnsafeMutablePointer<UInt8>, bytes: Int)) {
    if lds.count >= 1024 { UnsafeMutableRawPointer(memory.memory).deallocate() } else { lds.append(memory) }
  }
  mutating func destroy() {
    for wave in waves { wave.destroy() }
    for block in lds { UnsafeMutableRawPointer(block.memory).deallocate() }
    waves = []; lds = []
  }
}

extension Int {
  fileprivate var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}

final class Workgroup {
  let dispatch: ActiveDispatch
  let index: Int
  let id: (x: UInt32, y: UInt32, z: UInt32)
  let size: (x: UInt32, y: UInt32, z: UInt32)       // of a partial workgroup: what is left
  let xcc: Int
  private(set) var placement: UnitPlacement
  private(set) var waves: [WaveStorage] = []
  private(set) var lds: (memory: UnsafeMutablePointer<UInt8>, bytes: Int)
  /// Strict mode: the caches of its compute unit.
  private(set) var unit: UnsafeMutablePointer<UnitCache>?

  /// Sets up workgroup number `index` of `dispatch` for the worker behind `state`.
  init(
    _ dispatch: ActiveDispatch, index: Int, _ placement: UnitPlacement, _ geometry: UnitGeometry, pool: inout StoragePool,
    state: UnsafeMutablePointer<WorkerState>
  ) {
    self.dispatch = dispatch
    self.index = index
    self.placement = placement
    xcc = geometry.identity(placement, 0).xcc
    let count = dispatch.groupCount
    let request = dispatch.request, first = request.firstGroup
    id = (
      first.x + UInt32(index % count.x), first.y + UInt32(index / count.x % count.y), first.z + UInt32(index / (count.x * count.y))
    )
    size = (
      min(request.workgroupSize.x, request.gridSize.x - id.x * request.workgroupSize.x),
      min(request.workgroupSize.y, request.gridSize.y - id.y * request.workgroupSize.y),
      min(request.workgroupSize.z, request.gridSize.z - id.z * request.workgroupSize.z)
    )
    let items = Int(size.x * size.y * size.z), lanes = dispatch.kernel.lanes
    lds = pool.takeLDS(dispatch.ldsBytes)
    // LDS starts with whatever was there; a pattern makes reliance on zeros visible.
    if dispatch.ldsBytes > 0 { memset(lds.memory, 0xa5, dispatch.ldsBytes) }
    if let caches = dispatch.caches {
      unit = caches.takeUnit(index, epoch: dispatch.cacheEpoch)
      Garbage.fill(lds.memory, dispatch.ldsBytes)
    }
    let waveCount = (items + lanes - 1) / lanes
    waves.reserveCapacity(waveCount)
    for number in 0..<waveCount {
      let storage = pool.takeWave()
      prepare(storage, number, items: items)
      waves.append(storage)
    }
    place(placement, geometry)
    adopt(by: state)
    if dispatch.caches != nil && dispatch.scratchBytes > 0 { spoilScratch(state) }
  }
  /// Strict mode: scratch starts with garbage, as registers do.
  private func spoilScratch(_ state: UnsafeMutablePointer<WorkerState>) {
    let bytes = min(Int(dispatch.scratchBytes) * dispatch.kernel.lanes, 256 << 10)
    for storage in waves {
      let address = storage.wave.pointee.scratchAddress
      guard address != 0, let range = state.pointee.reader.range(address), range.end &- address >= UInt64(bytes) else { continue }
      Garbage.fill(range.bytes(address, UInt64(bytes)), bytes)
    }
  }

  /// Takes its place on the compute units: which ones they are, kernels can read.
  func place(_ new: UnitPlacement, _ geometry: UnitGeometry) {
    let scratch = placement.scratch
    placement = new
    if new.scratch.isEmpty { placement.scratch = scratch }      // comes back: its scratch never went away
    guard !isSaved else { return }                              // when it has registers again
    for (number, storage) in waves.enumerated() {
      let place = geometry.identity(placement, number), wave = storage.wave
      wave.pointee.xcc = UInt32(place.xcc)
      wave.pointee.hardwareID = WaveStart.hardwareID(place, geometry, number)
    }
  }
  /// Gives the place up; by whoever has released it.
  func unplace() { placement.unit = -1 }

  /// Points a wave at the parts of its storage.
  private func layOut(_ storage: WaveStorage) {
    let base = storage.base, wave = storage.wave
    let registers = (base + WaveStorage.registers).assumingMemoryBound(to: UInt32.self)
    wave.pointee.vgpr = registers
    wave.pointee.agpr = registers + dispatch.kernel.accumulationOffset * 64
    wave.pointee.scalars = (base + WaveStorage.scalars).assumingMemoryBound(to: UInt32.self)
    wave.pointee.laneMask = (base + WaveStorage.laneMask).assumingMemoryBound(to: UInt32.self)
    wave.pointee.laneMaskOf = 0
    memset(wave.pointee.laneMask, 0, 256)
    wave.pointee.lds = lds.memory
  }

  private func prepare(_ storage: WaveStorage, _ number: Int, items: Int) {
    let wave = storage.wave, kernel = dispatch.kernel
    let registers = (storage.base + WaveStorage.registers).assumingMemoryBound(to: UInt32.self)
    layOut(storage)
    wave.pointee.ldsBytes = UInt32(dispatch.ldsBytes)
    wave.pointee.scratchBytes = dispatch.scratchBytes
    wave.pointee.scratchStride = UInt32(kernel.lanes * 4)
    wave.pointee.scratchAddress = 0
    let device = dispatch.context.engine.device
    wave.pointee.flatScratchRegister = device.family == .gfx9 && !device.hasArchitectedFlatScratch ? 1 : 0
    if let slots = dispatch.scratchSlots, number < placement.scratch.count {
      wave.pointee.scratchAddress = slots.address(placement.scratch[number], xcc: xcc)
    }
    if dispatch.caches != nil { Garbage.fill(wave, scalars: wave.pointee.scalars, registers: kernel.vgprCount) }
    wave.pointee.index = UInt32(number)
    wave.pointee.lanes = UInt32(kernel.lanes)
    wave.pointee.allLanes = kernel.isWave32 ? 0xffff_ffff : ~0
    wave.pointee.vgprCount = UInt32(min(kernel.vgprCount, kernel.accumulationOffset))
    wave.pointee.agprCount = UInt32(max(0, kernel.vgprCount - kernel.accumulationOffset))
    wave.pointee.scc = 0
    wave.pointee.status = dispatch.context.engine.traps.handler == 0 ? 0 : UInt32(CARMINE_STATUS_TRAP_ENABLED)
    wave.pointee.trapStatus = 0
    wave.pointee.doorbell = dispatch.context.doorbell
    wave.pointee.lastCoherent = 0
    wave.pointee.state = UInt32(CARMINE_WAVE_RUNNING)
    if dispatch.context.engine.launchesHalted.load(ordering: .acquiring) {
      wave.pointee.status |= UInt32(CARMINE_STATUS_HALT)
      wave.pointee.state = UInt32(CARMINE_WAVE_HALTED)
    }
    wave.pointee.programCounter = kernel.entry
    HardwareRegister.setMode(wave, kernel.mode)
    WaveStart.scalars(wave, self, number, items: items)

    // Work-items, x fastest; v0 holds the three ids in ten bits each.
    let lanes = kernel.lanes, first = number * lanes, present = min(lanes, items - first)
    // Both words: what a wave of 64 lanes has left in EXEC_HI must not be seen by one of 32.
    wave.setPair(ScalarCode.exec, present == 64 ? ~0 : (1 << UInt64(present)) - 1)
    if size.y == 1 && size.z == 1 {
      for lane in 0..<64 { registers[lane] = UInt32(first + lane) }
    } else {
      let plane = Int(size.x * size.y), width = Int(size.x)
      var z = first / plane, y = first % plane / width, x = first % width
      for lane in 0..<64 {
        registers[lane] = UInt32(x) | UInt32(y) << 10 | UInt32(z) << 20
        x += 1
        if x == width { x = 0; y += 1; if y == Int(size.y) { y = 0; z += 1 } }
      }
    }
  }

  // Saved in the queue's context save area.

  private struct SavedWave { var address: UInt64, rest: carmine_wave }
  private var saved: [SavedWave] = []
  var isSaved: Bool { !saved.isEmpty }

  /// Its waves are at these GPU addresses now, in order; the storage is freed.
  func becomeSaved(_ addresses: [UInt64]) {
    saved = zip(waves, addresses).map { SavedWave(address: $1, rest: $0.wave.pointee) }
    destroy()
  }

  /// Reads the waves back.  False when the save area is not mapped any more.
  func restore(_ geometry: UnitGeometry, pool: inout StoragePool) -> Bool {
    let space = dispatch.context.engine.addressSpace, kernel = dispatch.kernel
    let waveBytes = SaveArea.bytes(kernel)
    guard let first = space.translate(saved[0].address, waveBytes + dispatch.ldsBytes, .read),
      saved.allSatisfy({ space.translate($0.address, waveBytes, .read) != nil })
    else { return false }
    lds = pool.takeLDS(dispatch.ldsBytes)
    if dispatch.ldsBytes > 0 { memcpy(lds.memory, first + waveBytes, dispatch.ldsBytes) }
    for wave in saved {
      guard let memory = space.translate(wave.address, waveBytes, .read) else { return false }
      let storage = pool.takeWave()
      storage.wave.pointee = wave.rest
      layOut(storage)
      SaveArea.restore(storage.wave, memory, kernel)
      // A debugger may have taken the halt out of its STATUS.
      if storage.wave.pointee.state == UInt32(CARMINE_WAVE_HALTED), storage.wave.pointee.status & UInt32(CARMINE_STATUS_HALT) == 0 {
        storage.wave.pointee.state = UInt32(CARMINE_WAVE_RUNNING)
      }
      waves.append(storage)
    }
    saved = []
    if let caches = dispatch.caches { unit = caches.takeUnit(index, epoch: dispatch.cacheEpoch) }
    place(placement, geometry)
    return true
  }

  /// Hands the workgroup to the worker behind `state`.
  func adopt(by state: UnsafeMutablePointer<WorkerState>) {
    for storage in waves {
      storage.wave.pointee.worker = UnsafeMutableRawPointer(state)
      storage.wave.pointee.group = UnsafeMutableRawPointer(state)
      storage.wave.pointee.buffers = state.pointee.buffers
    }
  }

  enum Slice { case finished, faulted(Wave), unfinished, halted }

  /// Each wave's turn, again and again while all of them only wait for each other; at most `quantum` instructions a wave at a
  /// time.  Ends early when the queue is stopped.
  func slice(_ state: UnsafeMutablePointer<WorkerState>, quantum: Int32) -> Slice {
    let barrier = UInt32(CARMINE_WAVE_BARRIER), ended = UInt32(CARMINE_WAVE_ENDED), halted = UInt32(CARMINE_WAVE_HALTED)
    let context = dispatch.context
    for _ in 0..<64 {
      var waiting = 0, done = 0, stuck = 0
      for storage in waves {
        let wave = storage.wave
        if wave.pointee.state == ended { done += 1; continue }
        if wave.pointee.state == barrier { waiting += 1; continue }
        if wave.pointee.state == halted { stuck += 1; continue }
        guard context.isRunning else { return .unfinished }
        state.run(wave, budget: quantum)
        if wave.pointee.state == UInt32(CARMINE_WAVE_FAULTED) { return .faulted(wave) }
        if wave.pointee.state == ended {
          done += 1
        } else if wave.pointee.state == barrier {
          waiting += 1
        } else if wave.pointee.state == halted {
          stuck += 1
        }
      }
      if done == waves.count { return .finished }
      if stuck > 0 && stuck + done + waiting == waves.count { return .halted }
      // Waves that have ended no longer count for the barrier.
      guard waiting + done == waves.count else { return .unfinished }
      for storage in waves where storage.wave.pointee.state == barrier { storage.wave.pointee.state = UInt32(CARMINE_WAVE_RUNNING) }
    }
    return .unfinished
  }

  func release(to pool: inout StoragePool) {
    for storage in waves { pool.give(storage) }
    waves = []
    pool.give(lds: lds)
    giveUnit()
  }
  private func giveUnit() {
    if let unit { dispatch.caches?.giveUnit(index, unit) }
    unit = nil
  }
  /// Frees the storage of a workgroup that no worker has.
  func destroy() {
    guard !waves.isEmpty else { return }
    for storage in waves { storage.destroy() }
    waves = []
    UnsafeMutableRawPointer(lds.memory).deallocate()
    giveUnit()
  }

  /// The work-item in `lane` of wave `number`.
  func workItem(wave number: Int, lane: Int) -> (x: UInt32, y: UInt32, z: UInt32) {
    let linear = UInt32(number * dispatch.kernel.lanes + lane)
    return (linear % size.x, linear / size.x % size.y, linear / (size.x * size.y))
  }
}
