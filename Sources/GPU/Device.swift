// One GPU: its memory, its queues, its workers, its state of health.
// Threads: any; parts lock for themselves.  Made once for each GPU and kept for the process's life.
// Order: device memory that the host wrote is pushed out of the host data path before a packet may follow (`flushHostWrites`).
import CDeviceABI
import CKFD
import Glibc
import KFD
import Synchronization

public final class Device: @unchecked Sendable {  // lazy parts: the locks named beside them
  public let node: Node
  let system: System
  let renderDescriptor: Int32
  let apertures: (lds: UInt64, scratch: UInt64)
  public let clockFrequency: UInt64
  let valueWait: ValueWait

  /// Where this GPU's own memory lies; nil when the process may not reserve address space.
  let localWindow: LocalWindow?
  private(set) var memory: DeviceMemory!
  private(set) var buffers: BufferTable!
  private(set) var signals: SignalPool!
  private(set) var queues: QueueSet!
  private(set) var sleepers: SleeperPool!
  private(set) var copyWorker: HostWorker!
  private(set) var functionWorker: HostWorker!
  private(set) var graphWorker: HostWorker!
  private(set) var codeInvalidation: CodeInvalidation!
  private(set) var faultCell: UnsafeMutablePointer<carmine_fault_cell>!

  public let health = Health()
  private let waiting = Atomic<WaitPolicy>(.adaptive)
  /// How threads wait for this device's work.
  public var waitPolicy: WaitPolicy {
    get { waiting.load(ordering: .relaxed) }
    set { waiting.store(newValue, ordering: .relaxed) }
  }
  let watcherLock = Lock()
  var isWatching = false
  private var queueWake: (id: UInt32, mailbox: UInt64)?

  private let doorbellLock = Lock()
  private var doorbellPages: [UInt64: UnsafeMutableRawPointer] = [:]
  /// HDP_MEM_FLUSH_CNTL, where the driver shows it; any thread writes it at any time.
  private var hdpFlush: UnsafeMutablePointer<Atomic<UInt32>>?

  private let retiredLock = Lock()
  private var retired: [Timeline] = []

  /// Every GPU of the kernel that CARMINE_DEVICE names.  Throws noDevice, with the reason and what to do.
  public static func openAll() throws(GPUError) -> [Device] { try System.open().devices }

  init(system: System, node: Node, renderDescriptor: Int32, apertures: kfd_process_device_apertures) throws(KFDError) {
    self.system = system
    self.node = node
    self.renderDescriptor = renderDescriptor
    self.apertures = (apertures.lds_base, apertures.scratch_base)
    guard let wait = ValueWait(gfxTargetVersion: node.gfxTargetVersion) else {
      throw KFDError(
        "open", ENOTSUP,
        remedy: "\(node.target) is not supported: its packet processor cannot wait for a value; gfx90a, gfx94x, gfx950 and gfx10 to gfx12 can")
    }
    valueWait = wait
    // The clock of timestamps.  The driver gives both clocks, not the GPU clock's frequency: 100 MHz from gfx9 on.
    clockFrequency = 100_000_000
    localWindow = LocalWindow(memoryBytes: node.localMemoryBytes)
    memory = DeviceMemory(device: self)
    buffers = BufferTable(device: self)
    signals = SignalPool(device: self)
    queues = QueueSet(device: self)
    sleepers = SleeperPool(device: self)
    copyWorker = HostWorker(device: self, name: "carmine-copies")
    functionWorker = HostWorker(device: self, name: "carmine-hostfn")
    graphWorker = HostWorker(device: self, name: "carmine-graphs")
    do throws(GPUError) {
      if !system.hasEventPage { system.adoptEventPage(try memory.makeBlock(System.eventPageBytes, heap: .host)) }
      let cell = try allocate(UInt64(MemoryLayout<carmine_fault_cell>.size), heap: .host, isInternal: true)
      memset(cell, 0, MemoryLayout<carmine_fault_cell>.size)
      codeInvalidation = try CodeInvalidation(device: self)
      faultCell = cell.assumingMemoryBound(to: carmine_fault_cell.self)
    } catch { throw KFDError("ALLOC_MEMORY_OF_GPU", ENOMEM, remedy: error.message) }
    mapHDP()
    reserveScratch()
  }

  /// The register through which the host pushes its writes to VRAM out of the host data path.  Not every kernel shows it.
  private func mapHDP() {
    guard let address = try? Block.reserve(Block.pageSize),
      let page = try? system.driver.allocate(
        gpuID: node.gpuID, gpuAddress: address, byteCount: Block.pageSize, flags: [.mmioRemap, .writable, .noSubstitute])
    else { return }
    guard
      let mapped = try? system.driver.map(
        Int(Block.pageSize), at: UnsafeMutableRawPointer(bitPattern: UInt(address)), flags: MAP_SHARED | MAP_FIXED,
        descriptor: system.driver.descriptor, offset: page.mmapOffset)
    else {
      try? system.driver.free(handle: page.handle)
      return
    }
    hdpFlush = mapped.assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  /// Address space from which queues take scratch: the driver is told where, memory comes when a kernel needs it.
  private func reserveScratch() {
    let bytes = UInt64(max(node.computeUnitCount * node.maximumScratchSlotsPerComputeUnit, 1)) << 20
    guard let address = try? Block.reserve(min(bytes, 16 << 30)) else { return }
    try? system.driver.setScratchBacking(gpuID: node.gpuID, address: address)
  }

  // MARK: memory

  /// The upper halves of the addresses that nothing but this GPU's own memory has: the first, and how many.
  public var localAddresses: (first: UInt32, count: UInt32) {
    guard let localWindow else { return (0, 0) }
    return (UInt32(localWindow.start >> 32), UInt32(localWindow.byteCount >> 32))
  }

  /// `byteCount` bytes at one address for host and device, aligned to 256 at least.  `isInternal`: the runtime's own, which a
  /// reset does not take.  `group`: which other GPUs reach it (`admit`).  Throws outOfMemory.
  public func allocate(
    _ byteCount: UInt64, heap: Heap, flags: UInt32 = 0, isInternal: Bool = false, group: UInt64 = 0
  ) throws(GPUError) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(
      bitPattern: UInt(try memory.allocate(byteCount, heap: heap, flags: flags, isInternal: isInternal, group: group)))!
  }

  /// Gives back what `allocate` or `register` returned.  The caller knows that nothing uses it.
  public func free(_ address: UInt64) throws(GPUError) { try memory.free(address) }

  /// The allocation that holds a host or device address.
  public func allocation(containing address: UInt64) -> Allocation? { memory.find(address) }

  /// Address space for memory of the device, which `commit` puts memory behind and `decommit` takes away; `unreserve` ends it.
  public func reserve(_ byteCount: UInt64) throws(GPUError) -> UInt64 { try memory.reserve(byteCount) }
  public func commit(_ address: UInt64, byteCount: UInt64, others: [Device] = []) throws(GPUError) {
    try memory.commit(address, byteCount, others: others.map(\.node.gpuID))
  }
  public func decommit(_ address: UInt64) throws(GPUError) { try memory.decommit(address) }
  public func unreserve(_ address: UInt64, byteCount: UInt64) { memory.unreserve(address, byteCount) }

  /// Device addresses of everything that is not internal.
  public func programAllocations() -> [UInt64] { memory.programAllocations() }

  /// Pins the program's memory and maps it; the device address of `host`.
  public func register(_ host: UnsafeMutableRawPointer, byteCount: UInt64, flags: UInt32) throws(GPUError) -> UInt64 {
    try memory.register(host: UInt64(UInt(bitPattern: host)), byteCount: byteCount, flags: flags)
  }

  /// Whether anything in these addresses of the host's is allocated or registered.
  public func hasAllocation(overlapping address: UInt64, _ byteCount: UInt64) -> Bool { memory.overlaps(address, byteCount) }

  /// A dma-buf of the memory at `address`.
  public func export(_ address: UInt64) throws(GPUError) -> ExportedMemory { try memory.export(address) }

  /// How large a dma-buf is, and whether a GPU's own memory is behind it.
  public func describe(_ descriptor: Int32) throws(GPUError) -> (size: UInt64, isLocal: Bool) {
    do throws(KFDError) {
      let found = try system.driver.describeDMABuf(descriptor)
      return (found.byteCount, found.isVRAM)
    } catch { throw GPUError(error) }
  }

  /// Maps a part of a dma-buf; given back by `free`.  `heap`: imported or importedHost.
  public func importMemory(
    _ descriptor: Int32, blockBytes: UInt64, offset: UInt64, byteCount: UInt64, heap: Heap, flags: UInt32, isInternal: Bool = false
  ) throws(GPUError) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(bitPattern: UInt(
      try memory.importMemory(
        descriptor, blockBytes: blockBytes, offset: offset, byteCount: byteCount, heap: heap, flags: flags, isInternal: isInternal)))!
  }

  /// Bytes of VRAM that can still be allocated, and all.
  public func memoryInfo() throws(GPUError) -> (free: UInt64, total: UInt64) {
    (min(try memory.available(), node.localMemoryBytes), node.localMemoryBytes)
  }

  /// Makes what the host wrote to VRAM visible to packets submitted later.
  public func flushHostWrites() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if let hdpFlush { hdpFlush.pointee.store(1, ordering: .relaxed) }
  }

  /// The same for code and what lies beside it, which instruction caches may hold in an older version.
  public func noteHostWroteCode() {
    flushHostWrites()
    codeInvalidation.note()
  }

  /// Does a copy or fill on this thread and pushes it out.  The caller has seen to the order.
  public func execute(_ request: CopyRequest) {
    request.execute()
    flushHostWrites()
  }
  public func execute(_ request: FillRequest) {
    request.execute()
    flushHostWrites()
  }

  /// Device address of the carmine_fault_cell that every kernel is given.
  public var faultCellAddress: UInt64 { UInt64(UInt(bitPattern: faultCell)) }

  // MARK: queues and streams

  /// Hardware queues in use; at most CUDA_DEVICE_MAX_CONNECTIONS (8 unless set).
  public var queueCount: Int { queues.all.count }

  /// A signal event of the driver's and the address of its mailbox.
  func makeEvent() throws(GPUError) -> (id: UInt32, mailbox: UInt64) {
    do throws(KFDError) { return try system.makeEvent() } catch { throw GPUError(error) }
  }

  /// The event that inactive signals of all queues wake the watcher with; made with the first queue.
  func queueEvent() throws(GPUError) -> (id: UInt32, mailbox: UInt64) {
    try watcherLock.withLock { () throws(GPUError) in
      if let queueWake { return queueWake }
      let made = try makeEvent()
      queueWake = made
      return made
    }
  }

  func doorbellPage(at offset: UInt64) throws(GPUError) -> UnsafeMutableRawPointer {
    try doorbellLock.withLock { () throws(GPUError) in
      if let page = doorbellPages[offset] { return page }
      do throws(KFDError) {
        let page = try system.driver.map(
          QueueHandle.doorbellPageBytes, descriptor: system.driver.descriptor, offset: offset)
        doorbellPages[offset] = page
        return page
      } catch { throw GPUError(error) }
    }
  }

  /// The most hardware queues that work is spread over.
  public var queueLimit: Int { queues.limit }

  /// A new order of work.  `priority`: 0 is normal, less is more urgent.  `partition`: the compute units that do it, nil for all.
  /// `isInternal`: for work that packets already in streams' queues may wait for; it never stands behind them.
  public func makeTimeline(priority: Int, isInternal: Bool = false, partition: Partition? = nil) throws(GPUError) -> Timeline {
    purgeRetired()
    return try Timeline(device: self, priority: priority, isInternal: isInternal, partition: partition)
  }

  func keepUntilComplete(_ timeline: Timeline) {
    retiredLock.withLock { retired.append(timeline) }
    purgeRetired()
  }

  private func purgeRetired() {
    let done = retiredLock.withLock {
      let done = retired.filter { $0.isComplete($0.submitted) }
      retired.removeAll { timeline in done.contains { $0 === timeline } }
      return done
    }
    _ = done  // released outside the lock
  }

  /// Takes a timestamp back that nobody will ask for again.
  public func retire(_ timestamp: Timestamp) { signals.put(timestamp.signal) }
}
