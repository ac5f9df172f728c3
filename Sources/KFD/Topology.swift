// The machine as KFD sees it: nodes (processors and GPUs) with memory banks, caches and links, from sysfs.
// Files hold `name value` lines; names that we do not know are kept, names that are absent read as 0.
// Source: drivers/gpu/drm/amd/amdkfd/kfd_topology.c (what is printed), recorded from the real driver.
import Glibc

public struct Topology: Sendable {
  /// The path that AMD's own library reads; /sys/class/kfd is a link to it.
  public static let root = "/sys/devices/virtual/kfd/kfd/topology"

  public let generation: UInt64
  public let system: Properties
  public let nodes: [Node]

  public var gpus: [Node] { nodes.filter(\.isGPU) }

  /// Reads everything; throws if the driver has no topology or changed it twice while it was read.
  public init(kernel: some Kernel) throws(KFDError) {
    for _ in 0..<3 {
      let before = try Self.number("generation_id", kernel)
      let system = try Properties(file: "system_properties", kernel)
      let listing = kernel.list(Self.root + "/nodes")
      guard listing.error == 0 else { throw Self.failure("nodes", listing.error) }
      var nodes: [Node] = []
      for index in listing.names.compactMap({ Int($0) }).sorted() { nodes.append(try Node(index, kernel)) }
      if try Self.number("generation_id", kernel) == before {
        generation = before; self.system = system; self.nodes = nodes
        return
      }
    }
    throw KFDError("read", EAGAIN, remedy: "\(Self.root) keeps changing while it is read")
  }

  static func failure(_ file: String, _ errno: Int32) -> KFDError {
    KFDError("read", errno, remedy: "\(root)/\(file)")
  }

  static func text(_ file: String, _ kernel: some Kernel) throws(KFDError) -> String {
    let (text, error) = kernel.text(of: root + "/" + file)
    guard error == 0 else { throw failure(file, error) }
    return text
  }

  static func number(_ file: String, _ kernel: some Kernel) throws(KFDError) -> UInt64 {
    let line = try text(file, kernel).prefix { !$0.isNewline }
    guard let value = UInt64(line) else { throw KFDError("read", EINVAL, remedy: "\(root)/\(file) says `\(line)`, not a number") }
    return value
  }
}

/// A file of `name value` lines.
public struct Properties: Sendable {
  public let values: [String: UInt64]

  public init(text: String) {
    var values: [String: UInt64] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2, let value = UInt64(words[1]) else { continue }
      values[String(words[0])] = value
    }
    self.values = values
  }

  init(file: String, _ kernel: some Kernel) throws(KFDError) { self.init(text: try Topology.text(file, kernel)) }

  /// The value of a line, 0 where there is none.
  public subscript(name: String) -> UInt64 { values[name] ?? 0 }
  func int(_ name: String) -> Int { Int(truncatingIfNeeded: self[name]) }
}

/// One processor or GPU.
public struct Node: Sendable {
  public let index: Int
  /// 0 for a processor.
  public let gpuID: UInt32
  public let name: String
  public let properties: Properties
  public let memoryBanks: [MemoryBank]
  /// From the largest level down to one of level 1.
  public let caches: [Cache]
  public let ioLinks: [IOLink]
  public let peerLinks: [IOLink]

  public var isGPU: Bool { gpuID != 0 }

  init(_ index: Int, _ kernel: some Kernel) throws(KFDError) {
    let folder = "nodes/\(index)"
    self.index = index
    gpuID = UInt32(truncatingIfNeeded: try Topology.number(folder + "/gpu_id", kernel))
    name = String(try Topology.text(folder + "/name", kernel).prefix { !$0.isNewline })
    properties = try Properties(file: folder + "/properties", kernel)
    func entries<T>(_ kind: String, last: (T) -> Bool = { _ in false }, _ make: (Properties) -> T) throws(KFDError) -> [T] {
      let listing = kernel.list(Topology.root + "/" + folder + "/" + kind)
      guard listing.error == 0 else { return [] }      // older drivers have no p2p_links
      var all: [T] = []
      for entry in listing.names.compactMap({ Int($0) }).sorted().reversed() {
        all.append(make(try Properties(file: "\(folder)/\(kind)/\(entry)/properties", kernel)))
        if last(all[all.count - 1]) { break }
      }
      return all.reversed()
    }
    memoryBanks = try entries("mem_banks", MemoryBank.init)
    // Large caches are listed last, after those of each compute unit: hundreds, of which one is read.
    caches = try entries("caches", last: { $0.level <= 1 }, Cache.init)
    ioLinks = try entries("io_links", IOLink.init)
    peerLinks = try entries("p2p_links", IOLink.init)
  }

  // What the layers above ask of a GPU, under the driver's names.
  public var cpuCoresCount: Int { properties.int("cpu_cores_count") }
  public var simdCount: Int { properties.int("simd_count") }
  public var simdPerCU: Int { properties.int("simd_per_cu") }
  /// Compute units of all XCCs together.
  public var computeUnitCount: Int { simdPerCU > 0 ? simdCount / simdPerCU : 0 }
  public var waveFrontSize: Int { properties.int("wave_front_size") }
  public var maxWavesPerSIMD: Int { properties.int("max_waves_per_simd") }
  public var ldsSizeInKB: Int { properties.int("lds_size_in_kb") }
  public var arrayCount: Int { properties.int("array_count") }
  public var simdArraysPerEngine: Int { properties.int("simd_arrays_per_engine") }
  public var cuPerSIMDArray: Int { properties.int("cu_per_simd_array") }
  public var maxSlotsScratchCU: Int { properties.int("max_slots_scratch_cu") }
  /// 1 where the driver does not say.
  public var xccCount: Int { max(properties.int("num_xcc"), 1) }
  public var drmRenderMinor: UInt32 { UInt32(truncatingIfNeeded: properties["drm_render_minor"]) }
  /// Decimal, major*10000 + minor*100 + step.
  public var gfxTargetVersion: UInt32 { UInt32(truncatingIfNeeded: properties["gfx_target_version"]) }
  /// "gfx942": the step is a hexadecimal digit in the name.
  public var gfxTarget: String {
    let version = gfxTargetVersion
    return "gfx\(version / 10000)\(version / 100 % 100)" + String(version % 100, radix: 16)
  }
  public var vendorID: UInt32 { UInt32(truncatingIfNeeded: properties["vendor_id"]) }
  public var deviceID: UInt32 { UInt32(truncatingIfNeeded: properties["device_id"]) }
  public var locationID: UInt32 { UInt32(truncatingIfNeeded: properties["location_id"]) }
  public var domain: UInt32 { UInt32(truncatingIfNeeded: properties["domain"]) }
  public var uniqueID: UInt64 { properties["unique_id"] }
  public var capability: UInt32 { UInt32(truncatingIfNeeded: properties["capability"]) }
  public var computeQueueCount: Int { properties.int("num_cp_queues") }
  public var sdmaEngineCount: Int { properties.int("num_sdma_engines") }
  public var maxEngineClockMHz: Int { properties.int("max_engine_clk_fcompute") }
  public var contextSaveSize: UInt32 { UInt32(truncatingIfNeeded: properties["cwsr_size"]) }
  public var controlStackSize: UInt32 { UInt32(truncatingIfNeeded: properties["ctl_stack_size"]) }
  /// All framebuffer banks (heap types 1 and 2) together.
  public var localMemoryBytes: UInt64 {
    memoryBanks.filter { $0.heapType == 1 || $0.heapType == 2 }.reduce(0) { $0 + $1.sizeInBytes }
  }
}

public struct MemoryBank: Sendable {
  /// 0 system, 1 framebuffer that the host can map, 2 framebuffer that it cannot.
  public let heapType: Int
  public let sizeInBytes: UInt64
  public let flags: UInt64
  public let widthBits: Int
  public let clockMaxMHz: Int
  init(_ properties: Properties) {
    heapType = properties.int("heap_type"); sizeInBytes = properties["size_in_bytes"]; flags = properties["flags"]
    widthBits = properties.int("width"); clockMaxMHz = properties.int("mem_clk_max")
  }
}

public struct Cache: Sendable {
  public let level: Int
  public let sizeKB: Int
  public let lineBytes: Int
  /// Bits: 0 data, 1 instruction, 2 CPU, 3 GPU.
  public let type: Int
  init(_ properties: Properties) {
    level = properties.int("level"); sizeKB = properties.int("size")
    lineBytes = properties.int("cache_line_size"); type = properties.int("type")
  }
}

public struct IOLink: Sendable {
  /// 2 PCI Express, 11 XGMI.
  public let type: Int
  public let nodeFrom: Int, nodeTo: Int
  public let weight: Int
  public let minBandwidth: UInt64, maxBandwidth: UInt64
  /// CRAT_IOLINK_FLAGS_*: bits 2 and 3 no atomics of 32 and 64 bits, 4 no access between peers.
  public let flags: UInt64
  init(_ properties: Properties) {
    type = properties.int("type"); nodeFrom = properties.int("node_from"); nodeTo = properties.int("node_to")
    weight = properties.int("weight")
    flags = properties["flags"]
    minBandwidth = properties["min_bandwidth"]; maxBandwidth = properties["max_bandwidth"]
  }
}
