// The topology of processors and GPUs as the driver writes it: every file below 4 KiB, `name value` lines in its order.
// Of a GPU there is a file for each cache of each compute unit: hundreds, which are made when they are read.
// Source: kfd_topology.c, kfd_crat.c and kfd_device.c of Linux 6.12 (names, order, which caches and links there are); recorded for
// a processor node; client-spec 3.4 for what AMD's library needs of that.
import Glibc

struct TopologyFiles {
  static let root = "/sys/devices/virtual/kfd/kfd/topology"
  let devices: [SoftDevice]
  let hostMemory: UInt64
  let version: UInt64
  let hasSVM: Bool

  func fill(_ tree: inout FileTree) {
    tree.add(Self.root + "/generation_id", .text("\(1 + devices.count)\n"))
    tree.add(Self.root + "/system_properties", .text(Self.lines([
      ("platform_oem", 2_314_885_531_408_816_194), ("platform_id", 35_542_066_745_154), ("platform_rev", 1),
    ])))
    processor(&tree)
    for device in devices { gpu(device, &tree) }
  }

  // MARK: text

  static func lines(_ values: [(String, UInt64)]) -> String {
    var text = ""
    for (name, value) in values { text += name; text += " "; text += String(value); text += "\n" }
    return text
  }

  private func node(_ values: [String: UInt64], gpu: [(String, UInt64)] = []) -> String {
    var order = [
      "cpu_cores_count", "simd_count", "mem_banks_count", "caches_count", "io_links_count", "p2p_links_count",
      "cpu_core_id_base", "simd_id_base", "max_waves_per_simd", "lds_size_in_kb", "gds_size_in_kb", "num_gws",
      "wave_front_size", "array_count", "simd_arrays_per_engine", "cu_per_simd_array", "simd_per_cu",
      "max_slots_scratch_cu", "gfx_target_version", "vendor_id", "device_id", "location_id", "domain",
      "drm_render_minor", "hive_id", "num_sdma_engines", "num_sdma_xgmi_engines", "num_sdma_queues_per_engine",
      "num_cp_queues",
    ]
    if version >= 1017 { order += ["cwsr_size", "ctl_stack_size"] }
    return Self.lines(order.map { ($0, values[$0] ?? 0) } + gpu + [("max_engine_clk_ccompute", 0)])
  }

  private enum LinkFlags { static let enabled: UInt64 = 1, nonCoherent: UInt64 = 2 }
  private static let pcie: UInt64 = 2, pcieWeight: UInt64 = 20

  private func link(from: Int, to: Int, weight: UInt64, bandwidth: UInt64, flags: UInt64) -> String {
    var values: [(String, UInt64)] = [
      ("type", Self.pcie), ("version_major", 0), ("version_minor", 0), ("node_from", UInt64(from)), ("node_to", UInt64(to)),
      ("weight", weight), ("min_latency", 0), ("max_latency", 0), ("min_bandwidth", bandwidth), ("max_bandwidth", bandwidth),
      ("recommended_transfer_size", 0),
    ]
    if version >= 1017 { values.append(("recommended_sdma_engine_id_mask", 0)) }
    return Self.lines(values + [("flags", flags)])
  }

  static func cache(
    first: UInt64, level: Int, kilobytes: Int, line: Int, type: UInt64, siblings: [UInt32]
  ) -> String {
    var text = lines([
      ("processor_id_low", first), ("level", UInt64(level)), ("size", UInt64(kilobytes)), ("cache_line_size", UInt64(line)),
      ("cache_lines_per_tag", 0), ("association", 0), ("latency", 0), ("type", type),
    ]) + "sibling_map "
    // Whole 32-bit words, the lowest bit first, as far as a page goes.
    for (index, word) in siblings.prefix(58).enumerated() {
      for bit in 0..<32 { text += (index == 0 && bit == 0 ? "" : ",") + (word >> UInt32(bit) & 1 == 1 ? "1" : "0") }
    }
    return text + "\n"
  }

  // MARK: nodes

  private func folders(_ path: String, _ tree: inout FileTree) {
    for name in ["mem_banks", "caches", "io_links", "p2p_links", "perf"] { tree.add("\(path)/\(name)", .folder([])) }
  }

  /// One processor node for the whole host.  The driver lists no caches for it, and AMD's library then reads the host's
  /// own; the one that is listed here keeps that library independent of the host.
  private func processor(_ tree: inout FileTree) {
    let path = Self.root + "/nodes/0", cores = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    folders(path, &tree)
    tree.add(path + "/gpu_id", .text("0\n"))
    tree.add(path + "/name", .text("\n"))
    tree.add(path + "/properties", .text(node([
      "cpu_cores_count": UInt64(cores), "mem_banks_count": 1, "caches_count": 1, "io_links_count": UInt64(devices.count),
    ])))
    tree.add(path + "/mem_banks/0/properties", .text(Self.lines([
      ("heap_type", 0), ("size_in_bytes", hostMemory), ("flags", 0), ("width", 0), ("mem_clk_max", 0),
    ])))
    tree.add(path + "/caches/0/properties", .text(Self.cache(
      first: 0, level: 1, kilobytes: 32, line: 64, type: 5, siblings: [cores >= 32 ? .max : (1 << UInt32(cores)) - 1])))
    for (index, device) in devices.enumerated() {
      tree.add(path + "/io_links/\(index)/properties", .text(link(
        from: 0, to: device.nodeIndex, weight: Self.pcieWeight, bandwidth: device.kind.linkBandwidth,
        flags: LinkFlags.enabled | LinkFlags.nonCoherent)))
    }
  }

  /// Where the compute units of each GPU begin in one numbering of all: as the driver counts, places for harvested ones too.
  private func firstProcessor(_ device: SoftDevice) -> UInt64 {
    devices.prefix(device.index).reduce(0x8000_1000) { $0 + UInt64($1.kind.shaderArrays * $1.kind.computeUnitsPerArray) }
  }

  private func gpu(_ device: SoftDevice, _ tree: inout FileTree) {
    let kind = device.kind, path = Self.root + "/nodes/\(device.nodeIndex)", first = firstProcessor(device)
    let others = devices.filter { $0 !== device }
    folders(path, &tree)
    let caches = kind.cacheInstances
    tree.add(path + "/gpu_id", .text("\(device.gpuID)\n"))
    tree.add(path + "/name", .text(kind.driverName + "\n"))
    tree.add(path + "/properties", .text(node([
      "simd_count": UInt64(kind.computeUnits * kind.simdsPerComputeUnit), "mem_banks_count": 1, "caches_count": UInt64(caches.count),
      "io_links_count": 1, "p2p_links_count": UInt64(others.count), "simd_id_base": first,
      "max_waves_per_simd": UInt64(kind.maximumWavesPerSIMD), "lds_size_in_kb": UInt64(kind.ldsBytes / 1024), "num_gws": UInt64(kind.gwsCount),
      "wave_front_size": UInt64(kind.waveSize), "array_count": UInt64(kind.shaderArrays),
      "simd_arrays_per_engine": UInt64(kind.arraysPerEngine), "cu_per_simd_array": UInt64(kind.computeUnitsPerArray),
      "simd_per_cu": UInt64(kind.simdsPerComputeUnit), "max_slots_scratch_cu": UInt64(kind.maximumScratchSlots),
      "gfx_target_version": UInt64(kind.gfxTargetVersion), "vendor_id": 0x1002, "device_id": UInt64(kind.deviceID),
      "location_id": UInt64(device.locationID), "domain": 0, "drm_render_minor": UInt64(device.renderMinor),
      "num_sdma_engines": UInt64(kind.sdmaEngines), "num_sdma_xgmi_engines": UInt64(kind.sdmaXGMIEngines),
      "num_sdma_queues_per_engine": UInt64(kind.sdmaQueuesPerEngine), "num_cp_queues": UInt64(kind.computeQueues),
      "cwsr_size": UInt64(kind.contextSaveBytes), "ctl_stack_size": UInt64(kind.controlStackBytes),
    ], gpu: [
      ("max_engine_clk_fcompute", UInt64(kind.maximumEngineClockMHz)), ("local_mem_size", 0), ("fw_version", UInt64(kind.firmware.mec)),
      ("capability", UInt64(kind.capability | (hasSVM ? DeviceKind.svmCapability : 0))), ("debug_prop", 0),
      ("sdma_fw_version", UInt64(kind.firmware.sdma)), ("unique_id", device.uniqueID), ("num_xcc", UInt64(kind.xccCount)),
    ])))
    tree.add(path + "/mem_banks/0/properties", .text(Self.lines([
      ("heap_type", 1), ("size_in_bytes", device.memoryBytes), ("flags", 0), ("width", UInt64(kind.memoryBusWidth)),
      ("mem_clk_max", UInt64(kind.memoryClockMHz)),
    ])))
    tree.add(path + "/caches", .numbered(caches.count) { kind.text(of: caches[$0], first: first) })
    tree.add(path + "/io_links/0/properties", .text(link(
      from: device.nodeIndex, to: 0, weight: Self.pcieWeight, bandwidth: kind.linkBandwidth, flags: LinkFlags.enabled)))
    // Peers meet over the host bridge: both links' weights, the slower one's bandwidth.
    for (index, other) in others.enumerated() {
      tree.add(path + "/p2p_links/\(index)/properties", .text(link(
        from: device.nodeIndex, to: other.nodeIndex, weight: 2 * Self.pcieWeight, bandwidth: min(kind.linkBandwidth, other.kind.linkBandwidth),
        flags: LinkFlags.enabled | LinkFlags.nonCoherent)))
    }
  }
}

extension DeviceKind {
  /// HSA_CAP_SVMAPI_SUPPORTED.
  static let svmCapability: UInt32 = 1 << 27

  /// One cache: which row of `caches`, whose compute units from which on.
  struct CacheInstance: Sendable { var row: Int, place: Int, siblings: UInt32 }

  /// In the driver's order: row by row; of level 1, for each array of each XCC one for as many compute units as share it.
  var cacheInstances: [CacheInstance] {
    var instances: [CacheInstance] = []
    for (row, cache) in caches.enumerated() {
      guard cache.level == 1 else { instances.append(CacheInstance(row: row, place: 0, siblings: 0)); continue }
      for array in 0..<shaderArrays {
        let active = activeUnits(ofArray: array % (shaderArrays / xccCount))
        for unit in stride(from: 0, to: computeUnitsPerArray, by: cache.sharedBy) {
          let siblings = active >> UInt32(unit) & ((1 << UInt32(cache.sharedBy)) - 1)
          if siblings != 0 { instances.append(CacheInstance(row: row, place: array * computeUnitsPerArray + unit, siblings: siblings)) }
        }
      }
    }
    return instances
  }

  func text(of instance: CacheInstance, first: UInt64) -> String {
    let cache = caches[instance.row]
    let type: UInt64 = cache.content == .instruction ? 10 : 9         // HSACU and instruction or data
    let siblings = cache.level == 1
      ? [instance.siblings] : (0..<shaderArrays).map { activeUnits(ofArray: $0 % (shaderArrays / xccCount)) }
    // Large caches are numbered after the last compute unit.
    let place = cache.level == 1 ? instance.place : 0
    return TopologyFiles.cache(
      first: first + UInt64(place), level: cache.level, kilobytes: cache.kilobytes, line: cache.lineBytes, type: type, siblings: siblings)
  }

  /// MB/s of 16 lanes.
  var linkBandwidth: UInt64 { UInt64(16 * (pcieGeneration == 5 ? 32000 : 16000) / 8) }
  var linkSpeed: String { pcieGeneration == 5 ? "32.0 GT/s PCIe" : "16.0 GT/s PCIe" }
}
