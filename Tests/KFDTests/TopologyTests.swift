import Glibc
import Testing
@testable import KFD

@Suite struct TopologyTests {
  /// Linux 6.12 with amdgpu and no GPU, two NUMA nodes: the driver's own text.
  static let recorded: [String: String] = {
    let node = """
      cpu_cores_count 1
      simd_count 0
      mem_banks_count 1
      caches_count 0
      io_links_count 1
      cpu_core_id_base 0
      gfx_target_version 0
      drm_render_minor 0
      max_engine_clk_ccompute 0

      """
    let link = "type 1\nversion_major 0\nnode_from 0\nnode_to 1\nweight 20\nflags 0\n"
    var files = [
      "generation_id": "1\n",
      "system_properties": "platform_oem 2314885531408816194\nplatform_id 35542066745154\nplatform_rev 1\n",
    ]
    for i in 0..<2 {
      files["nodes/\(i)/gpu_id"] = "0\n"
      files["nodes/\(i)/name"] = "\n"
      files["nodes/\(i)/properties"] = node
      files["nodes/\(i)/mem_banks/0/properties"] = "heap_type 0\nsize_in_bytes 1009111040\nflags 0\nwidth 0\nmem_clk_max 0\n"
      files["nodes/\(i)/io_links/0/properties"] = link
    }
    return Dictionary(uniqueKeysWithValues: files.map { (Topology.root + "/" + $0.key, $0.value) })
  }()

  @Test("The driver's recorded topology of a machine without a GPU reads as two processor nodes")
  func recordedProcessors() throws {
    let topology = try Topology(kernel: ScriptedKernel(files: Self.recorded))
    #expect(topology.nodes.count == 2 && topology.gpus.isEmpty)
    #expect(topology.system["platform_oem"] == 2_314_885_531_408_816_194)
    #expect(topology.nodes[1].memoryBanks.first?.sizeInBytes == 1_009_111_040)
    #expect(topology.nodes[0].ioLinks.first?.weight == 20)
    #expect(topology.nodes[0].peerLinks.isEmpty)
    #expect(topology.nodes[0].name == "")
  }

  @Test("A GPU's name is spelled with a hexadecimal step", arguments: [(90402, "gfx942"), (90010, "gfx90a"), (110000, "gfx1100"), (120001, "gfx1201")])
  func targetNames(version: Int, name: String) throws {
    var files = Self.recorded
    files[Topology.root + "/nodes/1/gpu_id"] = "4660\n"
    files[Topology.root + "/nodes/1/properties"] = "gfx_target_version \(version)\nsimd_count 8\nsimd_per_cu 4\n"
    let gpu = try #require(Topology(kernel: ScriptedKernel(files: files)).gpus.first)
    #expect(gpu.gfxTarget == name && gpu.gpuID == 4660 && gpu.computeUnitCount == 2 && gpu.xccCount == 1)
  }

  @Test("A file that is not a number is an error that names the file")
  func garbage() {
    var files = Self.recorded
    files[Topology.root + "/nodes/1/gpu_id"] = "none\n"
    let error = #expect(throws: KFDError.self) { try Topology(kernel: ScriptedKernel(files: files)) }
    #expect(error?.description.contains("nodes/1/gpu_id") == true)
  }
}
