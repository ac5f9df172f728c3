// How GPUs reach each other and the host: the topology's links, and memory that is mapped on a GPU which doesn't own it.
// Threads: any.  Source: drivers/gpu/drm/amd/amdkfd/kfd_crat.h (CRAT_IOLINK_FLAGS_*, link types), kfd_topology.c.
import KFD

public struct Link: Sendable {
  /// XGMI, the GPUs' own fabric; else PCI Express.
  public let isNear: Bool
  public let hasAtomics32, hasAtomics64: Bool

  init?(_ link: KFD.IOLink) {
    guard link.flags & 1 << 4 == 0 else { return nil }   // CRAT_IOLINK_FLAGS_NO_PEER_TO_PEER_DMA
    isNear = link.type == 11
    hasAtomics32 = link.flags & 1 << 2 == 0              // _NO_ATOMICS_32_BIT
    hasAtomics64 = link.flags & 1 << 3 == 0              // _NO_ATOMICS_64_BIT
  }
}

extension Device {
  private func links(to node: Int) -> [Link] {
    guard let own = system.topology.nodes.first(where: { $0.index == self.node.nodeID }) else { return [] }
    return (own.ioLinks + own.peerLinks).filter { $0.nodeTo == node }.compactMap { Link($0) }
  }

  /// The best link to another GPU; nil to itself and where there is none.
  public func link(to other: Device) -> Link? {
    guard other !== self else { return nil }
    let all = links(to: other.node.nodeID)
    return all.first { $0.isNear } ?? all.first
  }

  /// The link to the processor that it hangs from.
  public var hostLink: Link? {
    guard let processor = system.topology.nodes.first(where: { !$0.isGPU }) else { return nil }
    return links(to: processor.index).first
  }

  /// Maps this GPU's memory, what there is and what comes, on another; `dismiss` ends it.
  /// `group`: only memory that was allocated with it; 0 is all that has none.
  public func admit(_ other: Device, group: UInt64 = 0) throws(GPUError) { try memory.admit(other.node.gpuID, group: group) }
  public func dismiss(_ other: Device, group: UInt64 = 0) throws(GPUError) { try memory.dismiss(other.node.gpuID, group: group) }

  /// Imported memory joins a group; a group that has nothing any more is forgotten.
  public func assign(_ address: UInt64, group: UInt64) throws(GPUError) { try memory.assign(address, to: group) }
  public func forgetGroup(_ group: UInt64) { memory.forgetGroup(group) }
}
