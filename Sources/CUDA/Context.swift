// A device's primary context: its streams, its sticky error, its limits, and what a reset takes away.
// Threads: any.  `lock` guards the stream list; hot paths read only atomics.
// Order: work of one stream in program order; between streams as DefaultStreamRules says; else not at all.
import GPU
import ModuleLoading
import Settings
import Synchronization

public final class Context: @unchecked Sendable {  // streams: lock
  public let device: Device
  var gpu: GPU.Device { device.gpu }

  /// The legacy default stream.
  public private(set) var legacyStream: Stream! = nil

  let lock = Lock()
  /// Every stream but the legacy one; guarded by `lock`.
  var streams: [Stream] = []
  /// How many of them are blocking: while 0, the legacy stream waits for nobody and takes no lock.
  let blockingStreamCount = Atomic<Int>(0)
  /// Blocking streams, the per-thread ones too, that capture: while there are any the legacy stream cannot be used.  Capture.lock.
  nonisolated(unsafe) var blockingCaptures = 0
  let limits = Limits()
  /// The device's default pool, and the one that is current.
  let pool: MemoryPool
  let currentPoolPointer = Atomic<UInt>(0)
  let deviceHeap: DeviceHeap
  /// The device's execution context, made at its first use.
  let execution = Mutex<ExecutionContext?>(nil)
  /// Devices whose memory this one's kernels may use.
  let peers = Mutex<Set<Int>>([])
  let graphMemory: GraphMemory
  private let storedFlags = Atomic<UInt32>(0)
  /// cudaSetDeviceFlags.  The lowest three bits choose how threads wait: cudaDeviceScheduleSpin, Yield, BlockingSync or, with none
  /// of them, a moment of spinning and then sleep.
  public var flags: UInt32 {
    get { storedFlags.load(ordering: .relaxed) }
    set {   // checked by setFlags
      storedFlags.store(newValue, ordering: .relaxed)
      gpu.waitPolicy = newValue & 4 != 0 ? .sleep : newValue & 2 != 0 ? .yield : newValue & 1 != 0 ? .spin : .adaptive
    }
  }
  /// cudaDeviceSetCacheConfig's number, kept and without effect: AMD's L1 and LDS are memories of their own.
  public let cacheConfiguration = Atomic<Int32>(0)
  /// Streams' ids, for cudaStreamGetId; 1 and 2 are the special streams'.
  private let nextStreamID = Atomic<UInt64>(3)

  init(device: Device) throws(CUDAError) {
    self.device = device
    constants = Constants(
      health: device.gpu.health, ordinal: device.ordinal, faultCellAddress: device.gpu.faultCellAddress, localAddresses: device.gpu.localAddresses,
      sharedMemoryPerBlock: device.properties.sharedMemoryPerBlock)
    pool = MemoryPool(device: device, location: .device(device.ordinal), isDefault: true)
    deviceHeap = DeviceHeap(gpu: device.gpu)
    graphMemory = GraphMemory(gpu: device.gpu)
    setCurrentPool(pool)
    legacyStream = try Stream(context: self, kind: .legacy, flags: 0, priority: 0, id: 1)
  }

  /// What a launch asks about the device, none of which ever changes.
  struct Constants {
    let health: Health
    let ordinal: Int
    let faultCellAddress: UInt64
    let localAddresses: (first: UInt32, count: UInt32)
    let sharedMemoryPerBlock: Int
  }
  let constants: Constants

  func newStreamID() -> UInt64 { nextStreamID.add(1, ordering: .relaxed).oldValue }

  // MARK: errors

  /// The error that this context returns for ever, once the device has stopped.
  public var stickyError: CUDAError? { CUDAError(fault: gpu.fault) }

  /// Throws the sticky error, if any.  One atomic load.
  public func check() throws(CUDAError) {
    if !constants.health.isRunning, let error = stickyError { throw error }
  }

  // MARK: synchronisation

  /// cudaDeviceSynchronize: returns when all work of all streams, host functions included, is done.
  /// Throws the sticky error if the device has stopped.
  public func synchronize() throws(CUDAError) {
    try check()
    try Capture.forbidSynchronization(of: self)
    try finish()
  }

  /// The same for the runtime's own ends, whatever is being captured.
  func finish() throws(CUDAError) {
    try check()
    for stream in allStreams() { try stream.waitForOwnWork() }
    purge()
    releasePools()
    try check()
  }

  /// A snapshot of the live streams, the legacy one first.
  func allStreams() -> [Stream] { [legacyStream] + lock.withLock { streams } }

  /// cudaDeviceReset: waits, destroys streams, frees all memory; kernels and variables load again at their next use.
  /// A device that has stopped stays stopped: its sticky error is thrown, as by every other call.
  public func reset() throws(CUDAError) {
    try check()
    Capture.dropAll(of: self)
    try finish()
    let dropped = lock.withLock {
      defer { streams.removeAll() }
      return streams
    }
    for stream in dropped { stream.retire() }
    blockingStreamCount.store(0, ordering: .releasing)
    PoolRegistry.shared.forgetAll(of: device)
    deviceHeap.forget()
    InterprocessMemory.forgetAll(of: device)
    graphMemory.forgetAll()
    for address in gpu.programAllocations() { try? gpu.free(address) }
    disableAllPeers()
    cacheConfiguration.store(0, ordering: .relaxed)
    limits.reset()
    flags = 0
    Registry.shared.forget(device: device.ordinal)
    KnownLaunches.forgetAll()
  }

  // MARK: streams by handle

  /// The stream that a cudaStream_t means: 0, 1 and 2 are the default streams (0 the per-thread one when the entry point was a
  /// `_ptsz` function).  Throws cudaErrorInvalidResourceHandle for a handle that is none.
  /// Throws cudaErrorContextIsDestroyed for a stream of a green context that is gone, which may still be destroyed.
  public func stream(
    _ handle: UnsafeMutableRawPointer?, perThreadDefault: Bool = false, toDestroy: Bool = false
  ) throws(CUDAError) -> Stream {
    switch StreamKind.special(handle: UInt(bitPattern: handle), perThreadDefault: perThreadDefault) {
    case .legacy: return legacyStream
    case .perThread: return try perThreadStream()
    default:
      guard let handle, let stream = Stream.handles.object(for: handle) else {
        throw .invalidResourceHandle.because("no stream has the handle \(String(UInt(bitPattern: handle), radix: 16))")
      }
      if let execution = stream.execution, !toDestroy { try execution.checkAlive() }
      return stream
    }
  }
}

extension CUDAError {
  /// What CUDA calls the reason why a device stopped; nil while it runs.
  init?(fault: FaultKind) {
    switch fault {
    case .none: return nil
    case .memory: self = .illegalAddress
    case .assertion: self = .assert
    case .trap, .hardware: self = .launchFailure
    case .illegalInstruction: self = .illegalInstruction
    case .misaligned: self = .misalignedAddress
    }
  }
}
