// What the kernel's topology says about one GPU, as numbers.  Source: /sys/class/kfd/kfd/topology/nodes/N/properties
// (kfd_topology.c), and its mem_banks and caches.

public struct Node: Sendable {
  public var ordinal = 0               // among GPUs, in topology order
  public var nodeID = 0                // in the topology
  public var gpuID: UInt32 = 0
  public var name = ""                 // the node's own name file
  public var renderMinor = 0
  public var gfxTargetVersion: UInt32 = 0   // decimal: major*10000 + minor*100 + stepping
  public var vendorID: UInt32 = 0
  public var deviceID: UInt32 = 0
  public var locationID: UInt32 = 0    // PCI bus << 8 | device << 3 | function
  public var domain: UInt32 = 0
  public var uniqueID: UInt64 = 0
  public var capability: UInt32 = 0
  public var waveSize = 64
  public var simdCount = 0
  public var simdsPerComputeUnit = 1
  public var maximumWavesPerSIMD = 0
  public var maximumScratchSlotsPerComputeUnit = 0
  public var arrayCount = 0
  public var arraysPerEngine = 1
  public var xccCount = 1
  public var ldsBytes = 0
  public var localMemoryBytes: UInt64 = 0
  public var memoryClockMHz = 0
  public var memoryBusWidth = 0
  public var engineClockMHz = 0
  public var l2Bytes = 0
  public var computeQueueCount = 0
  public var sdmaEngineCount = 0
  public var firmwareVersion: UInt32 = 0
  /// Sizes of a queue's buffers where the kernel publishes them (newer kernels), else 0.
  public var cwsrSize = 0, controlStackSize = 0

  public init() {}

  public var computeUnitCount: Int { simdCount / max(simdsPerComputeUnit, 1) }
  public var major: Int { Int(gfxTargetVersion) / 10000 }
  public var minor: Int { Int(gfxTargetVersion) / 100 % 100 }
  public var stepping: Int { Int(gfxTargetVersion) % 100 }
  /// LLVM's name: "gfx942", "gfx90a", "gfx1100".
  public var target: String { "gfx\(major)\(String(minor, radix: 16))\(String(stepping, radix: 16))" }
}
