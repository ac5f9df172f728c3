// What the kernel's topology says about one GPU, as numbers.  Source: /sys/class/kfd/kfd/topology/nodes/N/properties
// (kfd_topology.c), and its mem_banks and caches.
import KFD

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

extension Node {
  /// From the topology of the open kernel.  `index` counts GPUs.
  init(_ node: KFD.Node, ordinal index: Int) {
    ordinal = index
    nodeID = node.index
    gpuID = node.gpuID
    name = node.name
    renderMinor = Int(node.drmRenderMinor)
    gfxTargetVersion = node.gfxTargetVersion
    vendorID = node.vendorID
    deviceID = node.deviceID
    locationID = node.locationID
    domain = node.domain
    uniqueID = node.uniqueID
    capability = node.capability
    waveSize = node.waveFrontSize
    simdCount = node.simdCount
    simdsPerComputeUnit = node.simdPerCU
    maximumWavesPerSIMD = node.maxWavesPerSIMD
    maximumScratchSlotsPerComputeUnit = node.maxSlotsScratchCU
    arrayCount = node.arrayCount
    arraysPerEngine = max(node.simdArraysPerEngine, 1)
    xccCount = node.xccCount
    ldsBytes = node.ldsSizeInKB << 10
    localMemoryBytes = node.localMemoryBytes
    memoryClockMHz = node.memoryBanks.map(\.clockMaxMHz).max() ?? 0
    memoryBusWidth = node.memoryBanks.map(\.widthBits).max() ?? 0
    engineClockMHz = node.maxEngineClockMHz
    l2Bytes = (node.caches.filter { $0.level == 2 }.map(\.sizeKB).max() ?? 0) << 10
    computeQueueCount = node.computeQueueCount
    sdmaEngineCount = node.sdmaEngineCount
    firmwareVersion = UInt32(truncatingIfNeeded: node.properties["fw_version"])
    cwsrSize = Int(node.contextSaveSize)
    controlStackSize = Int(node.controlStackSize)
  }
}
