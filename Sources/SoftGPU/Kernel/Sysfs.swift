// What the driver publishes as text: topology of processors and GPUs, and the render node's chip description.
// Every file is below 4 KiB, `name value` lines in the driver's order, made once.
// Source: kfd_topology.c of Linux 6.12 (order and names; recorded for a processor node); client-spec 3.4.
import Glibc

struct Sysfs: Sendable {
  private(set) var tree = FileTree()
  static let root = "/sys/devices/virtual/kfd/kfd/topology"
  /// Of /dev/kfd and the DRM nodes, as recorded on Linux 6.12.
  static let kfdMajor: UInt32 = 242, drmMajor: UInt32 = 226

  init(devices: [SoftDevice], hostMemory: UInt64) {
    add(Self.root + "/generation_id", devices.isEmpty ? "1\n" : "2\n")   // counts changes: processor, GPUs
    add(Self.root + "/system_properties", lines([("platform_oem", 2_314_885_531_408_816_194), ("platform_id", 35_542_066_745_154), ("platform_rev", 1)]))
    processor(devices, hostMemory)
    for device in devices { gpu(device, peers: devices) }
    driver(devices)
    for device in devices { card(device) }
  }

  // MARK: asking

  func text(_ path: String) -> String? {
    guard case .node(_, let node) = tree.find(path), case .text(let text) = node.content else { return nil }
    return text
  }

  // MARK: filling

  private mutating func add(_ path: String, _ text: String, permissions: UInt32? = nil) { tree.add(path, .text(text), permissions: permissions) }
  private mutating func folder(_ path: String) { tree.add(path, .folder([])) }
  private mutating func link(_ path: String, to target: String) { tree.add(path, .link(target)) }

  /// The device file and what the loaded module shows.
  private mutating func driver(_ devices: [SoftDevice]) {
    let kfd = "/sys/devices/virtual/kfd/kfd"
    add(kfd + "/dev", "\(Self.kfdMajor):0\n")
    add(kfd + "/uevent", "MAJOR=\(Self.kfdMajor)\nMINOR=0\nDEVNAME=kfd\n", permissions: 0o644)
    folder(kfd + "/power")
    folder(kfd + "/proc")
    link(kfd + "/subsystem", to: "../../../../class/kfd")
    link("/sys/class/kfd/kfd", to: "../../devices/virtual/kfd/kfd")
    link("/sys/dev/char/\(Self.kfdMajor):0", to: "../../devices/virtual/kfd/kfd")
    tree.add("/dev/kfd", .character(major: Self.kfdMajor, minor: 0))
    let module = "/sys/module/amdgpu"
    add(module + "/initstate", "live\n")
    add(module + "/refcnt", "1\n")
    add(module + "/coresize", "1\n")
    folder(module + "/holders")
    tree.add("/proc/modules", .live { Self.hostModules() + "amdgpu 1 1 - Live 0x0000000000000000\n" })
  }

  /// The host's own list without its amdgpu, if it has one.
  private static func hostModules() -> String {
    let file = open("/proc/modules", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var text: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(file, &chunk, chunk.count)
      guard count > 0 else { break }
      text += chunk[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("amdgpu ") }.map { $0 + "\n" }.joined()
  }

  /// The PCI device and its render node.
  private mutating func card(_ device: SoftDevice) {
    let kind = device.kind, name = "renderD\(device.renderMinor)", number = "\(Self.drmMajor):\(device.renderMinor)"
    func hex(_ value: Int, _ digits: Int) -> String { let text = String(value, radix: 16); return String(repeating: "0", count: max(0, digits - text.count)) + text }
    let address = "0000:\(hex(device.pciBus, 2)):\(hex(device.pciSlot, 2)).0"
    let pci = "/sys/devices/pci0000:f0/\(address)", node = "\(pci)/drm/\(name)"
    tree.add("/dev/dri/\(name)", .character(major: Self.drmMajor, minor: UInt32(device.renderMinor)))
    add(node + "/dev", number + "\n")
    add(node + "/uevent", "MAJOR=\(Self.drmMajor)\nMINOR=\(device.renderMinor)\nDEVNAME=dri/\(name)\nDEVTYPE=drm_minor\n", permissions: 0o644)
    link(node + "/device", to: "../../../\(address)")
    link(node + "/subsystem", to: "../../../../../class/drm")
    link("/sys/class/drm/\(name)", to: "../../devices/pci0000:f0/\(address)/drm/\(name)")
    link("/sys/dev/char/\(number)", to: "../../devices/pci0000:f0/\(address)/drm/\(name)")
    link(pci + "/subsystem", to: "../../../bus/pci")
    tree.add("/sys/bus/pci", .folder([]))
    add(pci + "/uevent", "DRIVER=amdgpu\nPCI_CLASS=120000\nPCI_ID=1002:\(hex(Int(kind.deviceID), 4).uppercased())\nPCI_SLOT_NAME=\(address)\n", permissions: 0o644)
    add(pci + "/product_name", kind.marketingName + "\n")
    add(pci + "/vendor", "0x1002\n")
    add(pci + "/device", "0x" + hex(Int(kind.deviceID), 4) + "\n")
    for block in kind.ipBlocks {
      let folder = "\(pci)/ip_discovery/die/0/\(block.hardwareID)/0"
      add(folder + "/major", "\(block.major)\n")
      add(folder + "/minor", "\(block.minor)\n")
      add(folder + "/revision", "\(block.revision)\n")
    }
  }

  private func lines(_ values: [(String, UInt64)]) -> String { values.map { "\($0) \($1)\n" }.joined() }

  private func node(_ values: [String: UInt64], gpu: [(String, UInt64)] = []) -> String {
    let order = [
      "cpu_cores_count", "simd_count", "mem_banks_count", "caches_count", "io_links_count", "p2p_links_count",
      "cpu_core_id_base", "simd_id_base", "max_waves_per_simd", "lds_size_in_kb", "gds_size_in_kb", "num_gws",
      "wave_front_size", "array_count", "simd_arrays_per_engine", "cu_per_simd_array", "simd_per_cu",
      "max_slots_scratch_cu", "gfx_target_version", "vendor_id", "device_id", "location_id", "domain",
      "drm_render_minor", "hive_id", "num_sdma_engines", "num_sdma_xgmi_engines", "num_sdma_queues_per_engine",
      "num_cp_queues", "cwsr_size", "ctl_stack_size",
    ]
    return lines(order.map { ($0, values[$0] ?? 0) } + gpu + [("max_engine_clk_ccompute", values["max_engine_clk_ccompute"] ?? 0)])
  }

  private func linkText(type: UInt64, from: Int, to: Int, weight: UInt64, bandwidth: UInt64) -> String {
    lines([
      ("type", type), ("version_major", 0), ("version_minor", 0), ("node_from", UInt64(from)), ("node_to", UInt64(to)),
      ("weight", weight), ("min_latency", 0), ("max_latency", 0), ("min_bandwidth", bandwidth), ("max_bandwidth", bandwidth),
      ("recommended_transfer_size", 0), ("flags", 1),
    ])
  }

  private func cache(_ cores: Int, level: UInt64, kilobytes: UInt64, line: UInt64, type: UInt64, first: UInt64) -> String {
    lines([
      ("processor_id_low", first), ("level", level), ("size", kilobytes), ("cache_line_size", line), ("cache_lines_per_tag", 1),
      ("association", 0), ("latency", 0), ("type", type),
    ]) + "sibling_map " + [String](repeating: "1", count: max(1, min(cores, 256))).joined(separator: ",") + "\n"
  }

  private mutating func processor(_ devices: [SoftDevice], _ memory: UInt64) {
    let path = Self.root + "/nodes/0", cores = max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
    for kind in ["mem_banks", "caches", "io_links", "p2p_links", "perf"] { folder(path + "/" + kind) }
    add(path + "/gpu_id", "0\n")
    add(path + "/name", "\n")
    add(path + "/properties", node([
      "cpu_cores_count": UInt64(cores), "mem_banks_count": 1, "caches_count": 1, "io_links_count": UInt64(devices.count),
    ]))
    add(path + "/mem_banks/0/properties", lines([
      ("heap_type", 0), ("size_in_bytes", memory), ("flags", 0), ("width", 0), ("mem_clk_max", 0),
    ]))
    add(path + "/caches/0/properties", cache(cores, level: 1, kilobytes: 32, line: 64, type: 5, first: 0))
    for (index, device) in devices.enumerated() {
      add(path + "/io_links/\(index)/properties", linkText(type: 2, from: 0, to: device.nodeIndex, weight: 20, bandwidth: 64000))
    }
  }

  private mutating func gpu(_ device: SoftDevice, peers: [SoftDevice]) {
    let kind = device.kind, path = Self.root + "/nodes/\(device.nodeIndex)"
    let others = peers.filter { $0 !== device }
    for folder in ["mem_banks", "caches", "io_links", "p2p_links", "perf"] { self.folder(path + "/" + folder) }
    add(path + "/gpu_id", "\(device.gpuID)\n")
    add(path + "/name", "ip discovery\n")
    add(path + "/properties", node([
      "simd_count": UInt64(kind.computeUnits * kind.simdsPerComputeUnit), "mem_banks_count": 1, "caches_count": 2,
      "io_links_count": UInt64(1 + others.count), "simd_id_base": 2_147_487_744 + UInt64(device.index) << 16,
      "max_waves_per_simd": UInt64(kind.maximumWavesPerSIMD), "lds_size_in_kb": UInt64(kind.ldsBytes / 1024),
      "wave_front_size": UInt64(kind.waveSize), "array_count": UInt64(kind.shaderArrays),
      "simd_arrays_per_engine": UInt64(kind.arraysPerEngine), "cu_per_simd_array": UInt64(kind.computeUnitsPerArray),
      "simd_per_cu": UInt64(kind.simdsPerComputeUnit), "max_slots_scratch_cu": UInt64(kind.maximumScratchSlots),
      "gfx_target_version": UInt64(kind.gfxTargetVersion), "vendor_id": 0x1002, "device_id": UInt64(kind.deviceID),
      "location_id": UInt64(device.pciBus << 8 | device.pciSlot << 3), "domain": 0, "drm_render_minor": UInt64(device.renderMinor),
      "num_sdma_engines": UInt64(kind.sdmaEngines), "num_sdma_xgmi_engines": UInt64(kind.sdmaXGMIEngines),
      "num_sdma_queues_per_engine": UInt64(kind.sdmaQueuesPerEngine), "num_cp_queues": UInt64(kind.computeQueues),
      "cwsr_size": UInt64(kind.contextSaveBytes), "ctl_stack_size": UInt64(kind.controlStackBytes),
    ], gpu: [
      ("max_engine_clk_fcompute", UInt64(kind.maximumEngineClockMHz)), ("local_mem_size", 0), ("fw_version", 177),
      ("capability", UInt64(kind.capability)), ("debug_prop", 0), ("sdma_fw_version", 22),
      ("unique_id", 0xca41_0000_0000_0001 + UInt64(device.index)), ("num_xcc", UInt64(kind.xccCount)),
    ]))
    add(path + "/mem_banks/0/properties", lines([
      ("heap_type", 1), ("size_in_bytes", device.memoryBytes), ("flags", 0), ("width", UInt64(kind.memoryBusWidth)),
      ("mem_clk_max", UInt64(kind.memoryClockMHz)),
    ]))
    let first = 2_147_487_744 + UInt64(device.index) << 16
    add(path + "/caches/0/properties", cache(1, level: 1, kilobytes: 32, line: UInt64(kind.l2.lineBytes), type: 9, first: first))
    add(path + "/caches/1/properties", cache(
      kind.computeUnits / kind.xccCount, level: 2, kilobytes: UInt64(kind.l2.kilobytes), line: UInt64(kind.l2.lineBytes), type: 9, first: first))
    add(path + "/io_links/0/properties", linkText(type: 2, from: device.nodeIndex, to: 0, weight: 20, bandwidth: 64000))
    for (index, other) in others.enumerated() {
      add(path + "/io_links/\(index + 1)/properties", linkText(type: 11, from: device.nodeIndex, to: other.nodeIndex, weight: 15, bandwidth: 64000))
    }
  }
}
