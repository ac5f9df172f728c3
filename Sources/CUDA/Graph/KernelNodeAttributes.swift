// Launch attributes of kernel nodes: which there are, what they are at first, which values they take.
// Source: enum cudaLaunchAttributeID ("Valid for graph nodes"), CUDA Runtime API, cudaGraphKernelNodeSetAttribute.

extension KernelNode {
  private enum Attribute {
    static let accessPolicyWindow: Int32 = 1, clusterDimension: Int32 = 4, clusterScheduling: Int32 = 5, syncDomainMap: Int32 = 9,
      syncDomain: Int32 = 10, deviceUpdatable: Int32 = 13, carveout: Int32 = 14, nvlinkScheduling: Int32 = 16
    static let all: Set<Int32> = [
      1, KernelNode.cooperative, 4, 5, KernelNode.priority, 9, 10, 13, 14,
    ]
  }

  /// Throws cudaErrorInvalidValue for an attribute that kernel nodes don't have.
  public func attribute(_ id: Int32) throws(CUDAError) -> LaunchAttributeValue {
    guard Attribute.all.contains(id) else { throw .invalidValue.because("kernel nodes have no attribute \(id)") }
    if let value = attributes[id] { return value }
    switch id {
    case Attribute.syncDomainMap: return LaunchAttributeValue(word: 0x0100)   // domain 0 stays 0, the remote one is 1
    default: return LaunchAttributeValue()
    }
  }

  /// Throws cudaErrorInvalidValue for an attribute that kernel nodes don't have or a value that it doesn't take,
  /// cudaErrorInvalidClusterSize for clusters, and cudaErrorNotSupported for nodes that the device could update.
  public mutating func setAttribute(_ id: Int32, to value: LaunchAttributeValue) throws(CUDAError) {
    if id == Attribute.nvlinkScheduling { return }   // a hint that can be given and not read
    guard Attribute.all.contains(id) else { throw .invalidValue.because("kernel nodes have no attribute \(id)") }
    var value = value
    switch id {
    case KernelNode.cooperative:
      configuration.isCooperative = value.word != 0
    case KernelNode.priority:
      value = LaunchAttributeValue(word: min(max(value.word, Int32(Stream.priorityRange.greatest)), Int32(Stream.priorityRange.least)))
    case Attribute.clusterDimension:
      guard value.words(3).allSatisfy({ $0 <= 1 }) else { throw .invalidClusterSize.because("clusters of \(value.words(3)) blocks; this device has none") }
    case Attribute.clusterScheduling:
      guard (0...2).contains(value.word) else { throw .invalidValue.because("cluster scheduling policy \(value.word)") }
    case Attribute.syncDomain:
      guard (0...1).contains(value.word) else { throw .invalidValue.because("memory synchronisation domain \(value.word)") }
    case Attribute.accessPolicyWindow:
      let words = value.words(7)   // pointer, bytes, ratio, the two properties
      let ratio = Float(bitPattern: words[4])
      guard ratio >= 0, ratio <= 1, words[5] <= 2, words[6] <= 1 else { throw .invalidValue.because("an access policy window with ratio \(ratio)") }
    case Attribute.carveout:
      guard (-1...100).contains(value.word) else { throw .invalidValue.because("a carve-out of \(value.word) percent") }
    case Attribute.deviceUpdatable:
      guard value.word == 0 else { throw .notSupported.because("kernel nodes that the device updates") }
    default: break
    }
    attributes[id] = value
  }

  public mutating func copyAttributes(of other: KernelNode) {
    attributes = other.attributes
    configuration.isCooperative = other.configuration.isCooperative
  }
}

extension LaunchAttributeValue {
  /// Writes what the attribute has, and leaves the rest of the union alone.
  public func store(_ id: Int32, to pointer: UnsafeMutableRawPointer) {
    let size = switch id {
    case 1: 32
    case 4: 12
    case 9: 2
    case 13: 16
    default: 4
    }
    withUnsafeBytes(of: bytes) { pointer.copyMemory(from: $0.baseAddress!, byteCount: size) }
  }

  /// The first words.
  func words(_ count: Int) -> [UInt32] {
    withUnsafeBytes(of: bytes) { raw in (0..<count).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self) } }
  }
}

extension GraphNode {
  /// The same kernel with other attributes.
  public func replace(_ kernel: KernelNode) { kind = .kernel(kernel) }
}
