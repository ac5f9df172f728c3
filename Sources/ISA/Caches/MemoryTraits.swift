// How a device's caches treat a range of memory: what the driver writes into page tables (MTYPE) and where the memory is.
// Plain data.
// Source: amdgpu's gmc_v9_0.c (gmc_v9_0_get_coherence_flags) and gmc_v11_0.c (gmc_v11_0_get_vm_pte), Linux 6.12; which
// cache does what with each type: LLVM AMDGPU usage, "Memory Model" of each target.

/// How far an acquire or a release reaches.
public enum FenceScope: UInt8, Sendable, Comparable {
  case none = 0, agent = 1, system = 2
  /// From the two low bits of an AQL header's field; 3 is reserved and taken for the strongest.
  public init(header bits: UInt32) { self = FenceScope(rawValue: UInt8(bits & 3)) ?? .system }
  public static func < (a: FenceScope, b: FenceScope) -> Bool { a.rawValue < b.rawValue }
}

public struct MemoryTraits: Sendable, Equatable {
  /// What L2 does with the range; the vector, scalar and instruction caches before it hold lines of any type.
  public enum Policy: UInt8, Sendable {
    /// UC, and CC, which writes through and is invalidated by others' writes: L2 is never stale.
    case coherent
    /// RW: the device's own memory.  Lines are dirty until written back; writes of others invalidate them.
    case local
    /// NC: lines are dirty until written back and stale until an acquire at system scope.
    case nonCoherent
  }
  public var policy: Policy
  /// Behind PCIe: fewer atomics reach it.
  public var isSystem: Bool
  /// In the device's own VRAM, where writes of the host pass HDP's buffers.
  public var isLocalVRAM: Bool
  /// Nobody has written it before it is mapped.
  public var startsZero: Bool

  public init(_ policy: Policy, isSystem: Bool = false, isLocalVRAM: Bool = false, startsZero: Bool = false) {
    self.policy = policy; self.isSystem = isSystem; self.isLocalVRAM = isLocalVRAM; self.startsZero = startsZero
  }
  /// Coherent memory of the device.
  public static let coherent = MemoryTraits(.coherent)

  /// The page-table type that the driver gives a range.  `isSystem`: GTT or a user pointer; `isOwn`: in this device's VRAM.
  public static func ofDriver(
    _ target: Target, isSystem: Bool, isOwn: Bool, coherent: Bool, extendedCoherent: Bool, uncached: Bool, startsZero: Bool = false
  ) -> MemoryTraits {
    let policy: Policy
    switch target {
    case .gfx90a:
      if uncached || coherent || extendedCoherent { policy = .coherent } else { policy = isOwn ? .local : .nonCoherent }
    case .gfx942:
      // Not an APU: system memory is uncached whatever the flags say; the device's own memory is RW even when coherent.
      if uncached || extendedCoherent || isSystem { policy = .coherent } else { policy = isOwn ? .local : .nonCoherent }
    case .gfx1100:
      policy = uncached || coherent || extendedCoherent ? .coherent : .nonCoherent
    }
    return MemoryTraits(policy, isSystem: isSystem, isLocalVRAM: isOwn, startsZero: startsZero)
  }
}
