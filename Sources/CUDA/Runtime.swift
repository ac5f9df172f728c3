// The process-wide state: which devices there are and the primary context of each.  Made at the first call that needs it.
// Threads: any.  After start-up the device list never changes and is read without a lock.
import GPU
import Glibc
import Synchronization

public enum Runtime {
  /// What cudaRuntimeGetVersion and cudaDriverGetVersion report: 1000 × major + 10 × minor.
  public static let runtimeVersion: Int32 = 13000

  private static let opened: Result<[Device], CUDAError> = {
    pthread_atfork(nil, nil) { Runtime.forked.store(true, ordering: .relaxed) }
    do throws(GPUError) {
      let devices = inOrder(try GPU.Device.openAll())
      if devices.isEmpty { return .failure(.noDevice.because("the topology holds no GPU")) }
      let ids = devices.map { DeviceProperties($0.node).uuidText }
      guard let visible = VisibleDevices.indices(getenv("CUDA_VISIBLE_DEVICES").map { String(cString: $0) }, uuids: ids) else {
        return .failure(.invalidDevice.because("CUDA_VISIBLE_DEVICES names a device twice"))  // as NVIDIA's library answers
      }
      if visible.isEmpty { return .failure(.noDevice.because("CUDA_VISIBLE_DEVICES hides every device")) }
      return .success(visible.enumerated().map { Device(gpu: devices[$0.element], ordinal: $0.offset) })
    } catch {
      return .failure(CUDAError(error))
    }
  }()

  /// CUDA_DEVICE_ORDER: PCI_BUS_ID sorts by PCI address, FASTEST_FIRST by compute units and clock; else devices keep the topology's
  /// order, as equals do.
  private static func inOrder(_ devices: [GPU.Device]) -> [GPU.Device] {
    let order = getenv("CUDA_DEVICE_ORDER").map { String(cString: $0) }
    func key(_ node: Node) -> (Int, Int) {
      switch order {
      case "PCI_BUS_ID": (Int(node.domain), Int(node.locationID))
      case "FASTEST_FIRST": (-node.computeUnitCount * node.engineClockMHz, 0)
      default: (0, 0)
      }
    }
    return devices.enumerated().sorted { a, b in
      let first = key(a.element.node), second = key(b.element.node)
      return first == second ? a.offset < b.offset : first < second
    }.map(\.element)
  }

  /// All devices that CUDA_VISIBLE_DEVICES leaves, in its order.  Throws cudaErrorNoDevice with the reason when there is none.
  public static func devices() throws(CUDAError) -> [Device] { try opened.get() }

  /// cudaGetDeviceCount: the number of devices; throws cudaErrorNoDevice when there is none.
  public static func deviceCount() throws(CUDAError) -> Int { try opened.get().count }

  /// Throws cudaErrorInvalidDevice for an ordinal that is out of range.
  public static func device(_ ordinal: Int) throws(CUDAError) -> Device {
    let devices = try opened.get()
    guard devices.indices.contains(ordinal) else {
      throw .invalidDevice.because("there is no device \(ordinal); there are \(devices.count)")
    }
    return devices[ordinal]
  }

  static func context(ordinal: Int) throws(CUDAError) -> Context { try device(ordinal).primaryContext() }

  @usableFromInline static let forked = Atomic(false)

  /// Called before anything else in every entry point.  A child forked after the devices were opened has their numbers but
  /// neither our threads nor the queues: throws cudaErrorInitializationError there, as NVIDIA's runtime does.
  @inlinable @inline(__always)
  public static func checkProcess() throws(CUDAError) {
    if forked.load(ordering: .relaxed) { throw forkedError }
  }
  @usableFromInline static var forkedError: CUDAError {
    .initializationError.because("this process was forked after its parent used CUDA; use CUDA only after fork, or exec")
  }

  /// Whether this process is such a child: then nothing of the device may be touched, not even to give it back.
  public static var isForkedChild: Bool { forked.load(ordering: .relaxed) }
}

extension CUDAError {
  /// A GPU's refusal in CUDA's numbers; the text goes along as the reason.
  public init(_ error: GPUError) {
    let code: CUDAError =
      switch error.kind {
      case .noDevice: .noDevice
      case .outOfMemory: .memoryAllocation
      case .invalidArgument, .notFound: .invalidValue
      case .unsupported: .notSupported
      case .kernel(let errno): errno == 12 ? .memoryAllocation : .operatingSystem
      case .faulted: .launchFailure
      }
    self = code.because(error.message)
  }
}

extension Result where Failure == CUDAError {
  /// `get()` throws what is typed; this spells it for readers of call sites in this module.
  func value() throws(CUDAError) -> Success { try get() }
}
