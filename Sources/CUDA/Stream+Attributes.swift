// A stream's attributes: cudaStreamGetAttribute, cudaStreamSetAttribute, cudaStreamCopyAttributes.
// The synchronisation policy decides how threads wait for the stream, the priority which queues its later work goes to; the
// others are hints that are remembered.
// Threads: any; one lock.  Order: what is set holds for work submitted later.
// Source: CUDA Runtime API, "Stream Management"; driver_types.h says which attributes streams have.
import GPU
import Synchronization

final class StreamAttributes: @unchecked Sendable {  // values: lock
  private let lock = Lock()
  private var values: [Int32: LaunchAttributeValue] = [:]
  /// How threads wait for this stream, where the program said so; a WaitPolicy's number, or `unset`.
  let waitPolicy = Atomic<UInt8>(StreamAttributes.unset)
  static let unset: UInt8 = 0xff

  subscript(id: Int32) -> LaunchAttributeValue? {
    get { lock.withLock { values[id] } }
    set { lock.withLock { values[id] = newValue } }
  }
}

extension Stream {
  /// The value, and how many bytes of the union it is.  Throws cudaErrorInvalidValue for what is no stream's attribute.
  public func attribute(_ id: LaunchAttributeID, into result: UnsafeMutableRawPointer) throws(CUDAError) {
    let row = try launchAttributeRow(id, in: .streams)
    if kind == .legacy && isCaptured { try refuseCapture() }
    let value = id == .priority ? LaunchAttributeValue(Int32(priority)) : attributes[row.id] ?? row.initial
    value.store(to: result, count: row.byteCount)
  }

  /// Throws cudaErrorInvalidValue for what is no stream's attribute and for values outside of the attribute's range.
  public func setAttribute(_ id: LaunchAttributeID, _ value: LaunchAttributeValue) throws(CUDAError) {
    let row = try launchAttributeRow(id, in: .streams)
    if let refusal = row.refusal(value) { throw .invalidValue.because("stream attribute \(row.name): \(refusal)") }
    switch id {
    case .accessPolicyWindow:
      let byteCount = value.load(8, as: UInt.self)
      guard byteCount <= UInt(context.properties.totalGlobalMemory) else { throw .invalidValue.because("a window of \(byteCount) bytes") }
      attributes[row.id] = value
    case .priority:
      try changePriority(to: min(max(Int(value[0]), Stream.priorityRange.greatest), Stream.priorityRange.least))
    case .synchronizationPolicy:
      let policy: WaitPolicy = switch value[0] { case 2: .spin; case 3: .yield; case 4: .sleep; default: .adaptive }
      // Auto: as the device's flags say.
      attributes.waitPolicy.store(value[0] == 1 ? StreamAttributes.unset : policy.rawValue, ordering: .relaxed)
      attributes[row.id] = value
    default: attributes[row.id] = value
    }
  }

  /// Takes over every attribute of `source`, its priority too.  Throws cudaErrorInvalidValue for a stream of another device.
  public func copyAttributes(from source: Stream) throws(CUDAError) {
    guard source.context === context else { throw .invalidValue.because("the streams belong to different devices") }
    for row in launchAttributeTable where row.places.contains(.streams) { attributes[row.id] = source.attributes[row.id] }
    attributes.waitPolicy.store(source.attributes.waitPolicy.load(ordering: .relaxed), ordering: .relaxed)
    try changePriority(to: source.priority)
  }

  private func changePriority(to priority: Int) throws(CUDAError) {
    guard priority != self.priority else { return }
    storedPriority.store(priority, ordering: .relaxed)
    timeline.changePriority(to: priority)
  }

  /// How a thread waits for this stream, where it has a policy of its own.
  var waitPolicy: WaitPolicy? { WaitPolicy(rawValue: attributes.waitPolicy.load(ordering: .relaxed)) }
}
