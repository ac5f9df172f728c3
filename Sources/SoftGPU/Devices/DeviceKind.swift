// A row of data for each GPU model that the software GPU can be; everything reported and every limit comes from here.
// Source: sysfs topology as the amdgpu driver publishes it for these parts; AMD's CDNA3 ISA manual for the limits.

struct DeviceKind: Sendable {
  var name: String                     // CARMINE_SOFT_GPU's spelling
  var marketingName: String
  var gfxTarget: String                // "gfx942"
  var gfxTargetVersion: UInt32         // decimal, major*10000+minor*100+step
  var deviceID: UInt32
  var waveSize: Int
  var computeUnits: Int                // all XCCs together
  var xccCount: Int
  var simdsPerComputeUnit: Int
  var maximumWavesPerSIMD: Int
  var ldsBytes: Int                    // per workgroup and per compute unit
  var vgprsPerSIMDLane: Int            // 32-bit registers a lane of a SIMD has, VGPR and AGPR together
  var vgprGranule: Int
  var shaderArrays: Int, arraysPerEngine: Int, computeUnitsPerArray: Int
  var maximumScratchSlots: Int
  var localMemoryBytes: UInt64
  var maximumEngineClockMHz: UInt32, memoryClockMHz: UInt32, memoryBusWidth: UInt32
  var l2Bytes: UInt64, cacheLineBytes: Int
  var sdmaEngines: Int, sdmaXGMIEngines: Int, sdmaQueuesPerEngine: Int, computeQueues: Int
  var capability: UInt32
  var ipBlocks: [IPBlock] = []         // as ip_discovery lists them

  /// A block of the chip and its version; hardware ids as in drivers/gpu/drm/amd/include/soc15_hw_ip.h.
  struct IPBlock: Sendable { var hardwareID: Int, major: Int, minor: Int, revision: Int }

  /// AMD Instinct MI300X.
  static let mi300x = DeviceKind(
    name: "mi300x", marketingName: "AMD Instinct MI300X", gfxTarget: "gfx942", gfxTargetVersion: 90402, deviceID: 0x74a1,
    waveSize: 64, computeUnits: 304, xccCount: 1, simdsPerComputeUnit: 4, maximumWavesPerSIMD: 8, ldsBytes: 65536,
    vgprsPerSIMDLane: 512, vgprGranule: 8, shaderArrays: 32, arraysPerEngine: 1, computeUnitsPerArray: 10, maximumScratchSlots: 32,
    localMemoryBytes: 192 << 30, maximumEngineClockMHz: 2100, memoryClockMHz: 1300, memoryBusWidth: 8192,
    l2Bytes: 4 << 20, cacheLineBytes: 128, sdmaEngines: 2, sdmaXGMIEngines: 14, sdmaQueuesPerEngine: 8, computeQueues: 24,
    capability: 0x2298 | 1 << 26,
    ipBlocks: [
      IPBlock(hardwareID: 11, major: 9, minor: 4, revision: 3),     // GC
      IPBlock(hardwareID: 42, major: 4, minor: 4, revision: 2),     // SDMA0
      IPBlock(hardwareID: 108, major: 7, minor: 9, revision: 0),    // NBIF
    ])

  static let all: [DeviceKind] = [mi300x]
}
