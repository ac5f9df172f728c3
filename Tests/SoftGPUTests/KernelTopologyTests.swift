import CKFD
import Glibc
import Testing
@testable import SoftGPU

/// Expected files and values: the recorded processor node, kfd_topology.c and kfd_crat.c of Linux 6.12, client-spec 3.4.
@Suite struct KernelTopologyTests {
  static let root = TopologyFiles.root + "/nodes/"
  let sysfs: Sysfs
  let devices: [SoftDevice]

  init() {
    devices = DeviceKind.all.enumerated().map { SoftDevice(kind: $1, index: $0, memoryBytes: $1.localMemoryBytes) }
    sysfs = Sysfs(devices: devices, hostMemory: 1 << 34, version: 1017, hasSVM: true)
  }

  func values(_ path: String, in sysfs: Sysfs? = nil) -> [(String, String)] {
    ((sysfs ?? self.sysfs).text(path) ?? "").split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }
  func value(_ path: String, _ name: String) -> Int { values(path).first { $0.0 == name }.flatMap { UInt64($0.1) }.map { Int(truncatingIfNeeded: $0) } ?? -1 }

  @Test("A processor's properties have the recorded lines in the recorded order")
  func processor() throws {
    let recorded = [
      "cpu_cores_count", "simd_count", "mem_banks_count", "caches_count", "io_links_count", "p2p_links_count", "cpu_core_id_base",
      "simd_id_base", "max_waves_per_simd", "lds_size_in_kb", "gds_size_in_kb", "num_gws", "wave_front_size", "array_count",
      "simd_arrays_per_engine", "cu_per_simd_array", "simd_per_cu", "max_slots_scratch_cu", "gfx_target_version", "vendor_id", "device_id",
      "location_id", "domain", "drm_render_minor", "hive_id", "num_sdma_engines", "num_sdma_xgmi_engines", "num_sdma_queues_per_engine",
      "num_cp_queues", "cwsr_size", "ctl_stack_size", "max_engine_clk_ccompute",
    ]
    #expect(values(Self.root + "0/properties").map(\.0) == recorded)
    let older = Sysfs(devices: devices, hostMemory: 1 << 34, version: 1011, hasSVM: false)
    #expect(values(Self.root + "0/properties", in: older).map(\.0) == recorded.filter { $0 != "cwsr_size" && $0 != "ctl_stack_size" })
  }

  @Test("Counts in the properties are those of the folders, and every file is below a page", arguments: DeviceKind.all.indices)
  func counts(_ index: Int) throws {
    let node = Self.root + "\(index + 1)/"
    for (folder, count) in [("mem_banks", "mem_banks_count"), ("caches", "caches_count"), ("io_links", "io_links_count"), ("p2p_links", "p2p_links_count")] {
      guard case .node(_, let found) = sysfs.tree.find(node + folder), case .folder(let names) = found.content else { Issue.record("no \(folder)"); continue }
      #expect(names.count == value(node + "properties", count), "\(folder)")
      for name in names {
        let text = try #require(sysfs.text("\(node)\(folder)/\(name)/properties"))
        #expect(text.utf8.count < 4096 && text.hasSuffix("\n"))
      }
    }
    #expect(sysfs.text(node + "properties")!.utf8.count < 4096)
  }

  @Test("Each compute unit has its own vector cache, and the maps of siblings name every active one")
  func caches() {
    for (index, kind) in DeviceKind.all.enumerated() {
      let instances = kind.cacheInstances
      #expect(instances.filter { $0.row == 0 }.count == kind.computeUnits, "\(kind.name)")
      let siblings = instances.filter { $0.row == 1 }.reduce(0) { $0 + $1.siblings.nonzeroBitCount }
      #expect(siblings == kind.computeUnits)
      let l2 = instances.firstIndex { kind.caches[$0.row].level == 2 }!
      let map = values(Self.root + "\(index + 1)/caches/\(l2)/properties").first { $0.0 == "sibling_map" }!.1
      #expect(map.split(separator: ",").filter { $0 == "1" }.count == kind.computeUnits)
      #expect(value(Self.root + "\(index + 1)/caches/\(l2)/properties", "type") == 9)
    }
  }

  @Test("What AMD's library divides by is not zero, and the doorbells are of type 2", arguments: DeviceKind.all.indices)
  func rules(_ index: Int) {
    let file = Self.root + "\(index + 1)/properties"
    for name in ["simd_count", "simd_per_cu", "array_count", "simd_arrays_per_engine", "max_waves_per_simd", "unique_id", "num_xcc"] {
      #expect(![0, -1].contains(value(file, name)), "\(name)")
    }
    let capability = value(file, "capability")
    #expect(capability >> 12 & 3 == 2 && capability >> 27 & 1 == 1 && value(file, "drm_render_minor") == 128 + index)
    let expected = [(90402, 1216, 0x74a1), (90010, 416, 0x740f), (110000, 192, 0x744c)][index]
    #expect((value(file, "gfx_target_version"), value(file, "simd_count"), value(file, "device_id")) == expected)
  }

  @Test("Peers are linked over the processor: twice the weight, in p2p_links")
  func links() {
    #expect(value(Self.root + "0/io_links/1/properties", "node_to") == 2 && value(Self.root + "0/io_links/1/properties", "weight") == 20)
    let link = Self.root + "3/p2p_links/0/properties"
    #expect(value(link, "node_from") == 3 && value(link, "node_to") == 1 && value(link, "weight") == 40 && value(link, "type") == 2)
  }

  @Test("A part with fewer compute units or more dies keeps its proportions")
  func changedParts() throws {
    let eight = try #require(DeviceKind.mi300x.with(computeUnits: nil, xccs: 8))
    #expect(eight.xccCount == 8 && eight.computeUnitsPerXCC == 38 && eight.cacheInstances.filter { $0.row == 0 }.count == 304)
    #expect(DeviceKind.mi210.with(computeUnits: nil, xccs: 8) == nil && DeviceKind.mi300x.with(computeUnits: 9, xccs: 8) == nil)
    for count in [1, 2, 3, 8, 16, 100] {
      for kind in DeviceKind.all {
        guard let small = kind.with(computeUnits: count, xccs: nil) else { continue }
        #expect(small.shaderArrays % small.arraysPerEngine == 0 && small.shaderArrays > 0)
        #expect(small.cacheInstances.filter { $0.row == 0 }.count == count, "\(kind.name) \(count)")
      }
    }
  }

  @Test("The card and the render node lead to one PCI device, which has what ROCm's tools read")
  func devices_() {
    let pci = "/sys/class/drm/renderD128/device"
    #expect(sysfs.text(pci + "/vendor") == "0x1002\n" && sysfs.text("/sys/class/drm/card0/device/device") == "0x74a1\n")
    #expect(sysfs.text("/sys/dev/char/226:129/device/device") == "0x740f\n")
    #expect(sysfs.text(pci + "/ip_discovery/die/0/11/0/major") == "9\n" && sysfs.text(pci + "/ip_discovery/die/0/GC/0/minor") == "4\n")
    #expect(sysfs.text(pci + "/mem_info_vram_used") == "0\n" && sysfs.text("/sys/module/amdgpu/initstate") == "live\n")
    guard case .node = sysfs.tree.find("/sys/dev/char/226:128/device/drm") else { Issue.record("libdrm looks for it"); return }
  }
}
