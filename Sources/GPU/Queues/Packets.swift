// AQL packets: pure functions that fill 64 bytes but for the first word, which `AQLRing.publish` stores last.
// Each returns that word.  Threads: whoever reserved the slot.
// Source: HSA Platform System Architecture 1.2, 2.9; hsa_ext_amd.h for the vendor packet BARRIER_VALUE.

/// The first 16 bits of every packet.
struct PacketHeader {
  enum Kind: UInt16 { case vendorSpecific = 0, invalid = 1, kernelDispatch = 2, barrierAnd = 3, agentDispatch = 4, barrierOr = 5 }
  enum Scope: UInt16 { case none = 0, agent = 1, system = 2 }

  /// `barrier`: starts only when every packet before it in the queue is complete.
  static func bits(_ kind: Kind, barrier: Bool, acquire: Scope = .system, release: Scope = .system) -> UInt16 {
    kind.rawValue | (barrier ? 1 << 8 : 0) | acquire.rawValue << 9 | release.rawValue << 11
  }
}

/// hsa_signal_condition32_t.
enum SignalCondition: UInt32 { case equal = 0, notEqual = 1, less = 2, greaterOrEqual = 3 }

/// What a kernel-dispatch packet says of the kernel and its shape, as the packet's first four words have it; `grid` is in work-items.
public struct KernelDispatch {
  /// Bytes 0 to 31; the header and, where they belong to memory, the addresses are the queue's business.
  @usableFromInline let words: (UInt64, UInt64, UInt64, UInt64)
  @usableFromInline let kernelObject: UInt64

  @inlinable @inline(__always)
  public init(
    kernelObject: UInt64, workgroup: (x: UInt16, y: UInt16, z: UInt16), grid: (x: UInt32, y: UInt32, z: UInt32), dimensions: UInt16,
    groupBytes: UInt32, privateBytes: UInt32
  ) {
    self.kernelObject = kernelObject
    words = (
      UInt64(dimensions) << 16 | UInt64(workgroup.x) << 32 | UInt64(workgroup.y) << 48, UInt64(workgroup.z) | UInt64(grid.x) << 32,
      UInt64(grid.y) | UInt64(grid.z) << 32, UInt64(privateBytes) | UInt64(groupBytes) << 32
    )
  }
}

enum Packets {
  static let byteCount = 64

  private static func clear(_ packet: UnsafeMutableRawPointer) {
    for offset in stride(from: 8, to: byteCount, by: 8) { packet.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self) }
    packet.storeBytes(of: 0, toByteOffset: 4, as: UInt32.self)
  }

  /// hsa_kernel_dispatch_packet_t, in few stores: what has not left the processor yet is counted in stores, and behind a doorbell it
  /// leaves slowly.
  @inline(__always)
  static func kernelDispatch(
    _ packet: UnsafeMutableRawPointer, _ dispatch: KernelDispatch, kernarg: UInt64, completion: UInt64, header: UInt16
  ) -> UInt32 {
    let words = dispatch.words
    packet.storeBytes(of: UInt32(truncatingIfNeeded: words.0 >> 32), toByteOffset: 4, as: UInt32.self)
    packet.storeBytes(of: words.1, toByteOffset: 8, as: UInt64.self)
    packet.storeBytes(of: words.2, toByteOffset: 16, as: UInt64.self)
    packet.storeBytes(of: words.3, toByteOffset: 24, as: UInt64.self)
    packet.storeBytes(of: dispatch.kernelObject, toByteOffset: 32, as: UInt64.self)
    packet.storeBytes(of: kernarg, toByteOffset: 40, as: UInt64.self)
    packet.storeBytes(of: 0, toByteOffset: 48, as: UInt64.self)
    packet.storeBytes(of: completion, toByteOffset: 56, as: UInt64.self)
    return UInt32(header) | UInt32(truncatingIfNeeded: words.0)
  }

  /// hsa_barrier_and_packet_t: waits until up to five signals are 0.
  static func barrierAnd(
    _ packet: UnsafeMutableRawPointer, dependencies: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0),
    completion: UInt64, header: UInt16
  ) -> UInt32 {
    clear(packet)
    packet.storeBytes(of: dependencies.0, toByteOffset: 8, as: UInt64.self)
    packet.storeBytes(of: dependencies.1, toByteOffset: 16, as: UInt64.self)
    packet.storeBytes(of: dependencies.2, toByteOffset: 24, as: UInt64.self)
    packet.storeBytes(of: dependencies.3, toByteOffset: 32, as: UInt64.self)
    packet.storeBytes(of: dependencies.4, toByteOffset: 40, as: UInt64.self)
    packet.storeBytes(of: completion, toByteOffset: 56, as: UInt64.self)
    return UInt32(header)
  }

  /// amd_aql_pm4_ib_t: executes `dwordCount` dwords of PM4 commands at `address`.
  static func indirectCommands(
    _ packet: UnsafeMutableRawPointer, address: UInt64, dwordCount: UInt32, completion: UInt64 = 0, header: UInt16
  ) -> UInt32 {
    clear(packet)
    packet.storeBytes(of: 3 << 30 | 2 << 16 | 0x3f << 8, toByteOffset: 4, as: UInt32.self)    // INDIRECT_BUFFER
    packet.storeBytes(of: address, toByteOffset: 8, as: UInt64.self)
    packet.storeBytes(of: dwordCount | 1 << 23, toByteOffset: 16, as: UInt32.self)            // VALID
    packet.storeBytes(of: 10, toByteOffset: 20, as: UInt32.self)                              // dwords that follow
    packet.storeBytes(of: completion, toByteOffset: 56, as: UInt64.self)
    return UInt32(header) | 1 << 16                                                           // AMD_AQL_FORMAT_PM4_IB
  }

  /// HSA_AMD_PACKET_TYPE_BARRIER_VALUE.
  static let barrierValueFormat: UInt32 = 2

  /// hsa_amd_barrier_value_packet_t: waits until `signal & mask` stands in the condition to `value`.
  static func barrierValue(
    _ packet: UnsafeMutableRawPointer, signal: UInt64, condition: SignalCondition, value: Int64, mask: Int64 = -1,
    completion: UInt64, header: UInt16
  ) -> UInt32 {
    clear(packet)
    packet.storeBytes(of: signal, toByteOffset: 8, as: UInt64.self)
    packet.storeBytes(of: value, toByteOffset: 16, as: Int64.self)
    packet.storeBytes(of: mask, toByteOffset: 24, as: Int64.self)
    packet.storeBytes(of: condition.rawValue, toByteOffset: 32, as: UInt32.self)
    packet.storeBytes(of: completion, toByteOffset: 56, as: UInt64.self)
    return UInt32(header) | barrierValueFormat << 16
  }
}
