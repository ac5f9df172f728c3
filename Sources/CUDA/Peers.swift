// What devices can do with each other's memory, and with the host's: links, access, atomics.
// Threads: any; enabling and disabling take the memory's lock of the device that is opened.
// Order: access is there when the call returns, for memory that is there and memory that comes.
// Source: CUDA Runtime API, "Peer Device Memory Access", cudaDeviceGetP2PAttribute; kfd_topology's io_links and p2p_links.
import GPU
import Synchronization

/// enum cudaDeviceP2PAttr.
public enum PeerAttribute: Int32, Sendable {
  case performanceRank = 1, accessSupported, nativeAtomicSupported, arrayAccessSupported, partialNativeAtomicSupported
}

/// enum cudaAtomicOperationCapability.
private enum AtomicCapability {
  static let signed: UInt32 = 1, unsigned: UInt32 = 2, reduction: UInt32 = 4, scalar32: UInt32 = 8, scalar64: UInt32 = 16
}

extension Device {
  /// cudaDeviceCanAccessPeer: whether a link leads there.
  public func canAccess(peer: Device) -> Bool { gpu.link(to: peer.gpu) != nil }

  /// cudaDeviceGetP2PAttribute.  Throws cudaErrorInvalidDevice for one device twice, cudaErrorInvalidValue for no attribute.
  public func attribute(_ number: Int32, towards peer: Device) throws(CUDAError) -> Int32 {
    guard self !== peer else { throw .invalidDevice.because("source and destination are both device \(ordinal)") }
    guard let attribute = PeerAttribute(rawValue: number) else { throw .invalidValue.because("peer attribute \(number)") }
    let link = gpu.link(to: peer.gpu)
    switch attribute {
    case .performanceRank: return link.map { $0.isNear ? 0 : 1 } ?? 0
    case .accessSupported, .arrayAccessSupported: return link != nil ? 1 : 0
    case .nativeAtomicSupported: return link.map { $0.isNear ? 1 : 0 } ?? 0
    case .partialNativeAtomicSupported: return link.map { !$0.isNear && $0.hasAtomics32 ? 1 : 0 } ?? 0
    }
  }

  /// What a link does natively for each of CUDA's atomic operations (enum cudaAtomicOperation): all over the GPUs' own fabric; over
  /// PCI Express fetch-and-add, exchange and compare-and-swap of whole numbers (PCI Express Base Specification, "Atomic Operations").
  static func capabilities(_ operation: Int32, over link: GPU.Link?) throws(CUDAError) -> UInt32 {
    guard (0...12).contains(operation) else { throw .invalidValue.because("atomic operation \(operation)") }
    guard let link else { return 0 }
    let widths = (link.hasAtomics32 ? AtomicCapability.scalar32 : 0) | (link.hasAtomics64 ? AtomicCapability.scalar64 : 0)
    guard widths != 0 else { return 0 }
    let whole = AtomicCapability.signed | AtomicCapability.unsigned | widths
    switch operation {
    case 0: return whole | AtomicCapability.reduction
    case 8, 9: return AtomicCapability.unsigned | widths
    case 1...7: return link.isNear ? whole | AtomicCapability.reduction : 0
    default: return link.isNear ? AtomicCapability.signed | AtomicCapability.reduction | widths : 0
    }
  }

  /// cudaDeviceGetHostAtomicCapabilities for one operation.
  public func hostAtomicCapabilities(_ operation: Int32) throws(CUDAError) -> UInt32 { try Self.capabilities(operation, over: gpu.hostLink) }

  /// cudaDeviceGetP2PAtomicCapabilities for one operation.
  public func atomicCapabilities(_ operation: Int32, towards peer: Device) throws(CUDAError) -> UInt32 {
    guard self !== peer else { throw .invalidDevice.because("source and destination are both device \(ordinal)") }
    return try Self.capabilities(operation, over: gpu.link(to: peer.gpu))
  }
}

extension Context {
  /// cudaDeviceEnablePeerAccess: kernels of this device may use the peer's memory from now on.
  /// Throws cudaErrorPeerAccessUnsupported for itself or where no link leads, cudaErrorPeerAccessAlreadyEnabled.
  public func enableAccess(to peer: Device) throws(CUDAError) {
    try check()
    guard peer !== device, device.canAccess(peer: peer) else {
      throw .peerAccessUnsupported.because("device \(device.ordinal) cannot reach the memory of device \(peer.ordinal)")
    }
    let isNew = peers.withLock { $0.insert(peer.ordinal).inserted }
    guard isNew else { throw .peerAccessAlreadyEnabled.because("device \(device.ordinal) reaches device \(peer.ordinal) already") }
    do { try peer.gpu.admit(device.gpu) } catch {
      peers.withLock { _ = $0.remove(peer.ordinal) }
      throw CUDAError(error)
    }
  }

  /// cudaDeviceDisablePeerAccess.  Throws cudaErrorPeerAccessNotEnabled.
  public func disableAccess(to peer: Device) throws(CUDAError) {
    try check()
    guard peers.withLock({ $0.remove(peer.ordinal) }) != nil else {
      throw .peerAccessNotEnabled.because("device \(device.ordinal) has no access to device \(peer.ordinal)")
    }
    try synchronize()
    try translating { () throws(GPUError) in try peer.gpu.dismiss(device.gpu) }
  }

  /// A reset ends what this device may reach.
  func disableAllPeers() {
    for ordinal in peers.withLock({ Array($0) }) {
      if let peer = try? Runtime.device(ordinal) { try? disableAccess(to: peer) }
    }
  }
}

extension Context {
  /// cudaDeviceFlushGPUDirectRDMAWrites.
  public func flushRemoteWrites(ofAllDevices: Bool) throws(CUDAError) {
    try check()
    for device in ofAllDevices ? try Runtime.devices() : [device] { device.gpu.flushHostWrites() }
  }
}
