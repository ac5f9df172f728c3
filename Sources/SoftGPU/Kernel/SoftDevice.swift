// One software GPU in one process: its row of data, its address space, what is allocated on it, its queues.
// Threads: callers hold the process's lock, except where noted.
import ISA
import Glibc
import Synchronization

final class SoftDevice: @unchecked Sendable {
  let kind: DeviceKind
  let index: Int
  let gpuID: UInt32
  let nodeIndex: Int
  let renderMinor: Int
  /// Bytes of VRAM, after CARMINE_SOFT_MEMORY.
  let memoryBytes: UInt64
  /// Strict mode's caches; nil where memory is coherent by itself.
  let caches: DeviceCaches?
  let addressSpace: AddressSpace
  /// Set as soon as there is one.
  weak var process: SoftProcess?
  /// PCI's: bus, device and function.
  var locationID: Int { pciBus << 8 | pciSlot << 3 }

  var uniqueID: UInt64 { 0xca41_0000_0000_0001 + UInt64(index) }
  var memoryUsed: UInt64 = 0
  /// The same with each allocation rounded up to 2 MiB.
  var memoryUsedAligned: UInt64 = 0
  /// The open render node that ACQUIRE_VM bound.
  var renderFile: RenderFile?
  var isAcquired: Bool { renderFile != nil }
  var doorbells: Extent?
  var mmioRemap: Extent? { didSet { caches?.setRegisters(mmioRemap?.host) } }
  var scratchBacking: UInt64 = 0
  /// How often it has been reset.
  var resets: UInt32 = 0
  var trapHandler = TrapHandler()
  /// A debugger wants new waves halted.
  var launchesHalted = false
  /// Whether what waves report goes to the runtime that RUNTIME_ENABLE announced.  Any thread.
  let sendsExceptions = Atomic<Bool>(false)
  /// Made with the first mapping of the doorbells or the first queue.
  lazy var doorbellWatch = DoorbellWatch()
  /// Started by the first queue.
  private(set) var processor: QueueProcessor?

  static let doorbellBytes: UInt64 = 8192
  static let firstRenderMinor = 128
  /// Where it would sit on PCI: a host bridge of its own, 32 devices to a bus.
  var pciBus: Int { 0xf1 + index / 32 }
  var pciSlot: Int { index % 32 }
  // Where flat instructions see LDS and scratch, and what a client may choose GPU addresses from.
  static let ldsAperture: ClosedRange<UInt64> = 0x1_0000_0000_0000...0x1_0000_ffff_ffff
  static let scratchAperture: ClosedRange<UInt64> = 0x2_0000_0000_0000...0x2_0000_ffff_ffff
  static let gpuvmAperture: ClosedRange<UInt64> = 0x100_0000...0x7fff_ffff_ffff

  init(kind: DeviceKind, index: Int, memoryBytes: UInt64, isStrict: Bool = false) {
    self.kind = kind
    caches = isStrict
      ? DeviceCaches(target: kind.instructionSet.target, computeUnits: kind.computeUnits) { sentence in Log.info(sentence) } : nil
    addressSpace = AddressSpace(caches: caches)
    self.index = index
    self.memoryBytes = memoryBytes
    gpuID = UInt32(0x5a01 + index)
    nodeIndex = 1 + index
    renderMinor = Self.firstRenderMinor + index
  }

  func startedProcessor(events: Events) -> QueueProcessor {
    if let processor { return processor }
    _ = doorbellWatch
    let engine = ComputeEngine(device: kind, addressSpace: addressSpace)
    engine.launchesHalted.store(launchesHalted, ordering: .relaxed)
    let new = QueueProcessor(device: self, engine: engine, events: events)
    processor = new
    return new
  }
}
