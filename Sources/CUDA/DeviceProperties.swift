// What CUDA programs are told about a device, derived from the topology.  Where CUDA and AMD count differently:
// a multiprocessor is a compute unit, on RDNA a workgroup processor of two; a warp is 32 lanes always; shared memory is the LDS;
// registers are 32-bit VGPR entries.
import GPU
import KernelImage
import Settings

public struct ComputeCapability: Sendable, Equatable {
  public var major, minor: Int

  /// CARMINE_COMPUTE_CAPABILITY, or 8.6.
  public static let reported: ComputeCapability = {
    let number = Int(Switch.computeCapability.number ?? 86)
    return ComputeCapability(major: number / 10, minor: number % 10)
  }()
}

public struct DeviceProperties: Sendable {
  public var ordinal: Int
  public var name: String                      // "AMD Instinct MI300X (Carmine gfx942)"
  public var uuid: (UInt64, UInt64)            // as 16 bytes in memory order
  public var totalGlobalMemory: UInt64
  public var computeCapability: ComputeCapability
  public var warpSize: Int { 32 }
  public var multiprocessorCount: Int
  public var maximumThreadsPerBlock: Int { 1024 }
  public var maximumBlock: (Int, Int, Int) { (1024, 1024, 64) }
  public var maximumGrid: (Int, Int, Int) { (0x7fff_ffff, 65535, 65535) }
  public var sharedMemoryPerBlock: Int         // all of the LDS a workgroup may have: there is no opt-in to more
  public var sharedMemoryPerBlockOptin: Int { sharedMemoryPerBlock }
  public var sharedMemoryPerMultiprocessor: Int
  public var registersPerMultiprocessor: Int
  public var registersPerBlock: Int
  public var maximumThreadsPerMultiprocessor: Int
  public var maximumBlocksPerMultiprocessor: Int
  public var totalConstantMemory: Int { 65536 }
  public var maximumPitch: Int { 0x7fff_ffff }
  public var textureAlignment: Int { 512 }
  public var texturePitchAlignment: Int { 32 }
  public var clockRateKHz: Int
  public var memoryClockRateKHz: Int
  public var memoryBusWidth: Int
  public var l2CacheSize: Int
  public var asyncEngineCount: Int { 1 }       // the copy thread
  public var eccEnabled: Int
  public var pciBus, pciDevice, pciDomain: Int
  public var gpuPCIDeviceID: Int
  public var singleToDoubleRatio: Int
  /// Over PCI Express some atomic operations work on host memory.
  public var hasPartialHostAtomics = false

  init(_ node: Node) {
    ordinal = node.ordinal
    name = "\(marketingName(of: node)) (Carmine \(node.target))"
    uuid = (node.uniqueID.bigEndian, (UInt64(node.vendorID) << 48 | UInt64(node.deviceID) << 32 | UInt64(node.locationID)).bigEndian)
    totalGlobalMemory = node.localMemoryBytes
    computeCapability = .reported
    multiprocessorCount = node.multiprocessorCount
    sharedMemoryPerBlock = node.ldsBytes
    let unit = node.multiprocessor
    sharedMemoryPerMultiprocessor = unit.ldsBytes
    let lanes = node.processor.waveSize * unit.simds
    registersPerMultiprocessor = unit.vgprsPerLane * lanes
    registersPerBlock = registersPerMultiprocessor
    maximumThreadsPerMultiprocessor = unit.wavesPerSIMD * lanes
    maximumBlocksPerMultiprocessor = unit.maximumWorkgroups
    clockRateKHz = node.engineClockMHz * 1000
    memoryClockRateKHz = node.memoryClockMHz * 1000
    memoryBusWidth = node.memoryBusWidth
    l2CacheSize = node.l2Bytes
    eccEnabled = node.capability >> 26 & 1 == 1 ? 1 : 0
    pciBus = Int(node.locationID >> 8 & 0xff)
    pciDevice = Int(node.locationID >> 3 & 0x1f)
    pciDomain = Int(node.domain)
    gpuPCIDeviceID = Int(Int32(bitPattern: node.deviceID << 16 | node.vendorID))
    singleToDoubleRatio = unit.singleToDoubleRatio
  }
}

/// Names by PCI device id, as AMD sells the parts (libdrm's amdgpu.ids lists the same).
private let marketingNames: [UInt32: String] = [
  0x740c: "AMD Instinct MI250X", 0x740f: "AMD Instinct MI210", 0x7408: "AMD Instinct MI250X",
  0x74a0: "AMD Instinct MI300A", 0x74a1: "AMD Instinct MI300X", 0x74a5: "AMD Instinct MI325X", 0x75a0: "AMD Instinct MI350X",
  0x73bf: "AMD Radeon RX 6900 XT", 0x73a3: "AMD Radeon PRO W6800", 0x744c: "AMD Radeon RX 7900 XTX",
  0x7448: "AMD Radeon PRO W7900", 0x7550: "AMD Radeon RX 9070 XT",
]

private func marketingName(of node: Node) -> String { marketingNames[node.deviceID] ?? "AMD GPU" }
