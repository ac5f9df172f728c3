// The GPU models there are.
// Source: for each, what amdgpu of Linux 6.12 publishes for the part (kfd_topology.c, kfd_device.c; the cache tables of
// kfd_crat.c; PCI ids of amdgpu_drv.c), AMD's data sheets for clocks and memory, ip_discovery for block versions.

extension DeviceKind {
  static let all: [DeviceKind] = [mi300x, mi210, rx7900xtx]

  /// AMD Instinct MI300X.
  static let mi300x = DeviceKind(
    name: "mi300x", marketingName: "AMD Instinct MI300X", driverName: "ip discovery", gfxTarget: "gfx942", gfxTargetVersion: 90402, deviceID: 0x74a1, revisionID: 0,
    family: .gfx9, computeUnits: 304, xccChoices: [1, 8], ldsBytes: 65536,
    vgprsPerSIMDLane: 512, vgprGranule: 8, shaderArrays: 32, arraysPerEngine: 1, computeUnitsPerArray: 10, maximumScratchSlots: 32,
    localMemoryBytes: 192 << 30, maximumEngineClockMHz: 2100, memoryClockMHz: 1300, memoryBusWidth: 8192, vramType: 6, pcieGeneration: 5,
    caches: [
      Cache(level: 1, kilobytes: 32, lineBytes: 128, content: .data, sharedBy: 1),
      Cache(level: 1, kilobytes: 64, lineBytes: 64, content: .instruction, sharedBy: 2),
      Cache(level: 1, kilobytes: 16, lineBytes: 64, content: .data, sharedBy: 2),
      Cache(level: 2, kilobytes: 4096, lineBytes: 128, content: .data, sharedBy: 0),
      Cache(level: 3, kilobytes: 262_144, lineBytes: 128, content: .data, sharedBy: 0),
    ],
    sdmaEngines: 2, sdmaXGMIEngines: 14, sdmaQueuesPerEngine: 8, computeQueues: 24,
    firmware: Firmware(mec: 177, mec2: 177, rlc: 82, sdma: 22, vbios: "113-M3000100-102"),
    drmFamily: 141, externalRevision: 0x46, gbAddressConfig: 0x2a11_4042,
    ipBlocks: [
      IPBlock(name: "GC", hardwareID: 11, major: 9, minor: 4, revision: 3),
      IPBlock(name: "SDMA0", hardwareID: 42, major: 4, minor: 4, revision: 2),
      IPBlock(name: "NBIF", hardwareID: 108, major: 7, minor: 9, revision: 0),
    ])

  /// AMD Instinct MI210.
  static let mi210 = DeviceKind(
    name: "mi210", marketingName: "AMD Instinct MI210", driverName: "aldebaran", gfxTarget: "gfx90a", gfxTargetVersion: 90010, deviceID: 0x740f, revisionID: 2,
    family: .gfx9, computeUnits: 104, ldsBytes: 65536,
    vgprsPerSIMDLane: 512, vgprGranule: 8, shaderArrays: 8, arraysPerEngine: 1, computeUnitsPerArray: 14, maximumScratchSlots: 32,
    localMemoryBytes: 64 << 30, maximumEngineClockMHz: 1700, memoryClockMHz: 1600, memoryBusWidth: 4096, vramType: 6, pcieGeneration: 4,
    caches: [
      Cache(level: 1, kilobytes: 16, lineBytes: 64, content: .data, sharedBy: 1),
      Cache(level: 1, kilobytes: 32, lineBytes: 64, content: .instruction, sharedBy: 2),
      Cache(level: 1, kilobytes: 16, lineBytes: 64, content: .data, sharedBy: 2),
      Cache(level: 2, kilobytes: 8192, lineBytes: 128, content: .data, sharedBy: 0),
    ],
    sdmaEngines: 2, sdmaXGMIEngines: 3, sdmaQueuesPerEngine: 8, computeQueues: 24,
    firmware: Firmware(mec: 71, mec2: 71, rlc: 17, sdma: 8, vbios: "113-D67301-063"),
    drmFamily: 141, externalRevision: 0x3d, gbAddressConfig: 0x2201_4042,
    ipBlocks: [
      IPBlock(name: "GC", hardwareID: 11, major: 9, minor: 4, revision: 2),
      IPBlock(name: "SDMA0", hardwareID: 42, major: 4, minor: 4, revision: 0),
      IPBlock(name: "NBIF", hardwareID: 108, major: 7, minor: 4, revision: 4),
    ])

  /// AMD Radeon RX 7900 XTX.
  static let rx7900xtx = DeviceKind(
    name: "rx7900xtx", marketingName: "AMD Radeon RX 7900 XTX", driverName: "ip discovery", gfxTarget: "gfx1100", gfxTargetVersion: 110000, deviceID: 0x744c,
    revisionID: 0xc8, family: .gfx11, computeUnits: 96, ldsBytes: 65536,
    vgprsPerSIMDLane: 1536, vgprGranule: 24, shaderArrays: 12, arraysPerEngine: 2, computeUnitsPerArray: 8, maximumScratchSlots: 32,
    localMemoryBytes: 24 << 30, maximumEngineClockMHz: 2304, memoryClockMHz: 1249, memoryBusWidth: 384, vramType: 9, pcieGeneration: 4,
    caches: [
      Cache(level: 1, kilobytes: 32, lineBytes: 128, content: .data, sharedBy: 1),
      Cache(level: 1, kilobytes: 32, lineBytes: 128, content: .instruction, sharedBy: 2),
      Cache(level: 1, kilobytes: 16, lineBytes: 128, content: .data, sharedBy: 2),
      Cache(level: 2, kilobytes: 6144, lineBytes: 128, content: .data, sharedBy: 0),
      Cache(level: 3, kilobytes: 98_304, lineBytes: 64, content: .data, sharedBy: 0),
    ],
    sdmaEngines: 2, sdmaXGMIEngines: 0, sdmaQueuesPerEngine: 6, computeQueues: 8,
    firmware: Firmware(mec: 550, mec2: 550, rlc: 118, sdma: 19, vbios: "113-D7020100-102"),
    drmFamily: 145, externalRevision: 1, gbAddressConfig: 0x0000_0545,
    ipBlocks: [
      IPBlock(name: "GC", hardwareID: 11, major: 11, minor: 0, revision: 0),
      IPBlock(name: "SDMA0", hardwareID: 42, major: 6, minor: 0, revision: 0),
      IPBlock(name: "NBIF", hardwareID: 108, major: 4, minor: 3, revision: 0),
    ])
}
