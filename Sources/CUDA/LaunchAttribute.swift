// Attributes of launches, graph kernel nodes and streams: one table says what each is called, where it is valid, what it is at
// first and which values CUDA accepts.
// Threads: values and pure functions.  Source: enum cudaLaunchAttributeID and union cudaLaunchAttributeValue, driver_types.h;
// refusals and first values as
// NVIDIA's runtime answers (recorded on an H100), where its documentation names none.

/// A cudaLaunchAttributeID.
public struct LaunchAttributeID: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
  public static let ignore = Self(rawValue: 0)
  public static let accessPolicyWindow = Self(rawValue: 1)
  public static let cooperative = Self(rawValue: 2)
  public static let synchronizationPolicy = Self(rawValue: 3)
  public static let clusterDimension = Self(rawValue: 4)
  public static let programmaticEvent = Self(rawValue: 7)
  public static let priority = Self(rawValue: 8)
  public static let memorySyncDomainMap = Self(rawValue: 9)
  public static let memorySyncDomain = Self(rawValue: 10)
  public static let preferredClusterDimension = Self(rawValue: 11)
  public static let launchCompletionEvent = Self(rawValue: 12)
  public static let deviceUpdatableKernelNode = Self(rawValue: 13)
  public static let preferredSharedCarveout = Self(rawValue: 14)
}

extension LaunchAttributeValue {
  init(_ first: Int32, _ second: Int32 = 0) {
    self.init()
    self[0] = first
    self[1] = second
  }

  /// The `index`-th 32-bit word.
  subscript(index: Int) -> Int32 {
    get { load(index * 4, as: Int32.self) }
    set { withUnsafeMutableBytes(of: &bytes) { $0.storeBytes(of: newValue, toByteOffset: index * 4, as: Int32.self) } }
  }

  func load<T: BitwiseCopyable>(_ offset: Int, as type: T.Type) -> T {
    withUnsafeBytes(of: bytes) { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }

  /// Writes the meaningful `count` bytes to a C union.
  func store(to pointer: UnsafeMutableRawPointer, count: Int) {
    withUnsafeBytes(of: bytes) { pointer.copyMemory(from: $0.baseAddress!, byteCount: count) }
  }

  /// A handle in the first eight bytes: programmaticEvent.event, launchCompletionEvent.event.
  var handle: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: UInt(load(0, as: UInt64.self))) }
}

/// One attribute.
struct LaunchAttributeRow: Sendable {
  struct Places: OptionSet, Sendable {
    let rawValue: UInt8
    static let streams = Places(rawValue: 1), nodes = Places(rawValue: 2), launches = Places(rawValue: 4)
  }
  let id: Int32
  let name: StaticString
  let places: Places
  /// Bytes of the union that are its value.
  let byteCount: Int
  var initial = LaunchAttributeValue()
  /// What a value must be; the sentence, or nil where it is accepted.
  var refusal: @Sendable (LaunchAttributeValue) -> String? = { _ in nil }
}

private func within(_ range: ClosedRange<Int32>) -> @Sendable (LaunchAttributeValue) -> String? {
  { value in range.contains(value[0]) ? nil : "\(value[0]) is outside \(range.lowerBound) to \(range.upperBound)" }
}

/// cudaAccessPolicyWindow: base, bytes, ratio, property of hits, property of misses.  AMD's caches have no persisting lines, so a
/// window is remembered and changes nothing.
private func checkWindow(_ value: LaunchAttributeValue) -> String? {
  let ratio = value.load(16, as: Float.self)
  if !(ratio >= 0 && ratio <= 1) { return "hitRatio is \(ratio)" }
  if !(0...1).contains(value[6]) { return "missProp is \(value[6])" }
  return nil
}

/// cudaLaunchMemSyncDomainMap: physical domains of the default and the remote domain, of which there are as many as the device
/// attribute MemSyncDomainCount says: one.
private func checkDomains(_ value: LaunchAttributeValue) -> String? {
  let map = (value.load(0, as: UInt8.self), value.load(1, as: UInt8.self))
  return map == (0, 0) ? nil : "domains \(map.0) and \(map.1); the device has one"
}

let launchAttributeTable: [LaunchAttributeRow] = [
  .init(id: 0, name: "Ignore", places: [.launches, .nodes], byteCount: 0),
  .init(id: 1, name: "AccessPolicyWindow", places: [.streams, .nodes, .launches], byteCount: 32, refusal: checkWindow),
  .init(id: 2, name: "Cooperative", places: [.nodes, .launches], byteCount: 4),
  .init(id: 3, name: "SynchronizationPolicy", places: .streams, byteCount: 4, initial: .init(-1), refusal: within(1...4)),
  .init(id: 4, name: "ClusterDimension", places: [.nodes, .launches], byteCount: 12),
  .init(id: 5, name: "ClusterSchedulingPolicyPreference", places: [.nodes, .launches], byteCount: 4, refusal: within(0...2)),
  .init(id: 6, name: "ProgrammaticStreamSerialization", places: .launches, byteCount: 4),
  .init(id: 7, name: "ProgrammaticEvent", places: .launches, byteCount: 16),
  .init(id: 8, name: "Priority", places: [.streams, .nodes, .launches], byteCount: 4),
  .init(id: 9, name: "MemSyncDomainMap", places: [.streams, .nodes, .launches], byteCount: 2, refusal: checkDomains),
  .init(id: 10, name: "MemSyncDomain", places: [.streams, .nodes, .launches], byteCount: 4, refusal: within(0...1)),
  .init(id: 11, name: "PreferredClusterDimension", places: [.nodes, .launches], byteCount: 12),
  .init(id: 12, name: "LaunchCompletionEvent", places: .launches, byteCount: 12),
  .init(id: 13, name: "DeviceUpdatableKernelNode", places: [.nodes, .launches], byteCount: 16),
  .init(id: 14, name: "PreferredSharedMemoryCarveout", places: [.nodes, .launches], byteCount: 4, initial: .init(-1), refusal: within(-1...100)),
  .init(id: 16, name: "NvlinkUtilCentricScheduling", places: [.nodes, .launches], byteCount: 4, refusal: within(0...1)),
  .init(id: 17, name: "PortableClusterSizeMode", places: [.nodes, .launches], byteCount: 4, refusal: within(0...2)),
  .init(id: 18, name: "SharedMemoryMode", places: [.nodes, .launches], byteCount: 4, refusal: within(0...4)),
]

/// The row of an attribute that is valid in `place`.  Throws cudaErrorInvalidValue.
func launchAttributeRow(_ id: LaunchAttributeID, in place: LaunchAttributeRow.Places) throws(CUDAError) -> LaunchAttributeRow {
  guard let row = launchAttributeTable.first(where: { $0.id == id.rawValue }) else {
    throw .invalidValue.because("\(id.rawValue) is no launch attribute")
  }
  guard row.places.contains(place) else { throw .invalidValue.because("attribute \(row.name) is not valid here") }
  return row
}

/// What the attributes of one launch come to.
public struct LaunchAttributes: Sendable {
  public var isCooperative = false
  /// Recorded behind the kernel: a programmatic event or a launch completion event, which may come late but never early.
  public var event: Event?
  /// Of the kernel's node in a capture, at which the event happens: 1 at its trigger, 2 when its blocks have begun.
  public var eventPort: UInt8 = 0
  /// The kernel's own priority; nil: the stream's.  A hint, since a queue has one.
  public var priority: Int?
  public init() {}

  /// Takes one attribute of a launch.  Throws cudaErrorInvalidValue for one that is unknown or has no such value,
  /// cudaErrorInvalidClusterSize for clusters, which this device has not got, and cudaErrorNotSupported for what is left.
  public mutating func apply(_ id: LaunchAttributeID, _ value: LaunchAttributeValue) throws(CUDAError) {
    let row = try launchAttributeRow(id, in: .launches)
    if let refusal = row.refusal(value) { throw .invalidValue.because("launch attribute \(row.name): \(refusal)") }
    switch id {
    case .cooperative: isCooperative = value[0] != 0
    case .clusterDimension:
      guard value[0] <= 1, value[1] <= 1, value[2] <= 1, value[0] >= 0, value[1] >= 0, value[2] >= 0 else {
        throw .invalidClusterSize.because("clusters of \(value[0]) × \(value[1]) × \(value[2]) blocks; this device has no clusters")
      }
    case .priority: priority = Int(value[0])
    case .programmaticEvent, .launchCompletionEvent:
      let event = try Event.event(value.handle)
      guard event.flags.contains(.disableTiming), !event.flags.contains(.interprocess) else {
        throw .notSupported.because("launch attribute \(row.name): the event has timing, or is shared between processes")
      }
      guard value[2] != 1 else { throw .illegalState.because("launch attribute \(row.name): an external record outside of a capture") }
      guard value[2] == 0 else { throw .invalidValue.because("launch attribute \(row.name): flags are \(value[2])") }
      self.event = event
      eventPort = id == .programmaticEvent ? 1 : 2
    case .preferredClusterDimension:
      guard value[0] == 0, value[1] == 0, value[2] == 0 else { throw .invalidClusterSize.because("a preferred cluster; this device has no clusters") }
    case .deviceUpdatableKernelNode: throw .notSupported.because("a kernel that is no graph node, or one that kernels update")
    default: break   // hints: what they ask for changes speed at most, or is so always
    }
  }
}
