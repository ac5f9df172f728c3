// A row of data for each GPU model that the software GPU can be; everything reported and every limit comes from here.
// The rows are in DeviceRows.swift.  A new part is a new row: nothing else asks for a model by name.
// Source: sysfs topology as the amdgpu driver publishes it; kfd_crat.c for caches; AMD's ISA manuals for the limits.

struct DeviceKind: Sendable {
  var name: String                     // CARMINE_SOFT_GPU's spelling
  var marketingName: String
  var driverName: String               // the topology's name: amdgpu's own for older parts
  var gfxTarget: String                // "gfx942"
  var gfxTargetVersion: UInt32         // decimal, major*10000+minor*100+step
  var deviceID: UInt32
  var revisionID: UInt32               // of the PCI device
  var family: Family
  var computeUnits: Int                // all XCCs together
  var xccCount: Int = 1
  /// What CARMINE_SOFT_XCC may make of `xccCount`.
  var xccChoices: [Int] = [1]
  var ldsBytes: Int                    // per workgroup and per compute unit
  var vgprsPerSIMDLane: Int            // 32-bit registers a lane of a SIMD has, VGPR and AGPR together
  var vgprGranule: Int
  var shaderArrays: Int, arraysPerEngine: Int, computeUnitsPerArray: Int
  var maximumScratchSlots: Int
  var localMemoryBytes: UInt64
  var maximumEngineClockMHz: UInt32, memoryClockMHz: UInt32, memoryBusWidth: UInt32
  var vramType: UInt32                 // AMDGPU_VRAM_TYPE_*
  var pcieGeneration: Int
  var caches: [Cache]
  var sdmaEngines: Int, sdmaXGMIEngines: Int, sdmaQueuesPerEngine: Int, computeQueues: Int
  var firmware: Firmware
  /// DRM's AMDGPU_FAMILY_* and external_rev.
  var drmFamily: UInt32, externalRevision: UInt32
  var gbAddressConfig: UInt32
  var ipBlocks: [IPBlock]              // as ip_discovery lists them

  /// The generation of instruction set, packets and registers.
  enum Family: Int, Sendable { case gfx9 = 9, gfx10, gfx11, gfx12 }

  // What all parts of a generation have.
  var waveSize: Int { family == .gfx9 ? 64 : 32 }
  var simdsPerComputeUnit: Int { family == .gfx9 ? 4 : 2 }
  var maximumWavesPerSIMD: Int { family == .gfx9 ? 8 : 16 }
  /// Global wave sync barriers: the driver's firmware gives a process none here.
  var gwsCount: Int { 0 }
  /// HSA_CAP_* of kfd_topology.h: ring sizes are powers of two, 32-bit sizes, four watch points, 64-bit doorbells; the compute
  /// parts correct errors of their memory.
  var capability: UInt32 { 1 << 3 | 1 << 4 | 1 << 7 | 2 << 8 | 2 << 12 | (family == .gfx9 ? 1 << 26 : 0) }

  /// One line of the cache table of kfd_crat.c.
  struct Cache: Sendable {
    enum Content: Sendable { case data, instruction }
    var level: Int, kilobytes: Int, lineBytes: Int, content: Content
    /// How many compute units share one; 0: all of an XCC, or of the device for level 3.
    var sharedBy: Int
  }

  /// Versions as AMDGPU_INFO_FW_VERSION and the topology give them.
  struct Firmware: Sendable { var mec: UInt32, mec2: UInt32, rlc: UInt32, sdma: UInt32, vbios: String }

  /// A block of the chip and its version; hardware ids as in drivers/gpu/drm/amd/include/soc15_hw_ip.h.
  struct IPBlock: Sendable { var name: String, hardwareID: Int, major: Int, minor: Int, revision: Int }

  /// Whether a process may have XNACK, that is page faults that are retried: parts since gfx90a and before gfx10.
  var canRetryFaults: Bool { family == .gfx9 && gfxTargetVersion >= 90010 }

  var computeUnitsPerXCC: Int { computeUnits / xccCount }
  var shaderEngines: Int { shaderArrays / arraysPerEngine }
  /// The largest data cache of the level below 3 (what the topology calls L2), and its line.
  var l2: Cache { caches.last { $0.level == 2 }! }

  /// Which compute units of a shader array (of one XCC) work, a bit each; as many in each array as there are, the first have one
  /// more.
  func activeUnits(ofArray array: Int) -> UInt32 {
    let arrays = shaderArrays / xccCount, each = computeUnitsPerXCC / arrays, rest = computeUnitsPerXCC % arrays
    return (1 << UInt32(each + (array < rest ? 1 : 0))) - 1
  }

  /// The same part with another number of compute units or XCCs; nil where it can't be.
  func with(computeUnits count: Int?, xccs: Int?) -> DeviceKind? {
    var kind = self
    if let xccs {
      guard xccChoices.contains(xccs) else { return nil }
      kind.xccCount = xccs
    }
    if let count {
      guard count > 0, count <= computeUnits, count % kind.xccCount == 0 else { return nil }
      // As on a part with shader engines switched off: no engine without a compute unit, as many in each XCC.
      let perEngine = computeUnitsPerArray * arraysPerEngine
      let perXCC = (count / kind.xccCount + perEngine - 1) / perEngine
      kind.shaderArrays = min(shaderArrays, perXCC * kind.xccCount * arraysPerEngine)
      kind.computeUnits = count
    }
    return kind
  }
}
