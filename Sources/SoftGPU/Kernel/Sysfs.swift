// What the driver publishes in sysfs and /proc: here the module and the PCI devices with their DRM nodes; the topology of
// processors and GPUs is in TopologyFiles.swift.
// Source: kfd_chardev.c, amdgpu_device.c, amdgpu_discovery.c, amdgpu_vram_mgr.c and amdgpu_gtt_mgr.c of Linux 6.12 (names and
// formats); sysfs-pci.
import Glibc

struct Sysfs: Sendable {
  private(set) var tree = FileTree()
  /// Of /dev/kfd and the DRM nodes, as recorded on Linux 6.12.
  static let kfdMajor: UInt32 = 242, drmMajor: UInt32 = 226

  init(devices: [SoftDevice], hostMemory: UInt64, version: UInt64, hasSVM: Bool) {
    TopologyFiles(devices: devices, hostMemory: hostMemory, version: version, hasSVM: hasSVM).fill(&tree)
    driver()
    for device in devices { card(device) }
  }

  // MARK: asking

  func text(_ path: String) -> String? {
    guard case .node(_, let node) = tree.find(path) else { return nil }
    switch node.content {
    case .text(let text): return text
    case .attribute(let make), .live(let make): return make()
    default: return nil
    }
  }

  // MARK: filling

  private mutating func add(_ path: String, _ text: String, permissions: UInt32? = nil) { tree.add(path, .text(text), permissions: permissions) }
  private mutating func folder(_ path: String) { tree.add(path, .folder([])) }
  private mutating func link(_ path: String, to target: String) { tree.add(path, .link(target)) }

  /// The device file and what the loaded module shows.
  private mutating func driver() {
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
    add(module + "/version", "6.12.0\n")
    add(module + "/srcversion", "533BB7E5866E52F63B9ACCB\n")
    add(module + "/refcnt", "1\n")
    add(module + "/coresize", "1\n")
    add(module + "/initsize", "0\n")
    add(module + "/taint", "\n")
    folder(module + "/holders")
    folder(module + "/parameters")
    link(module + "/drivers/pci:amdgpu", to: "../../../bus/pci/drivers/amdgpu")
    link("/sys/bus/pci/drivers/amdgpu/module", to: "../../../../module/amdgpu")
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

  /// The PCI device, its card and its render node.
  private mutating func card(_ device: SoftDevice) {
    let kind = device.kind
    func hex(_ value: Int, _ digits: Int) -> String { let text = String(value, radix: 16); return String(repeating: "0", count: max(0, digits - text.count)) + text }
    let address = "0000:\(hex(device.pciBus, 2)):\(hex(device.pciSlot, 2)).0"
    let bridge = "/sys/devices/pci0000:f0", pci = "\(bridge)/\(address)"
    let deviceID = hex(Int(kind.deviceID), 4)
    for (name, minor) in [("card\(device.index)", device.index), ("renderD\(device.renderMinor)", device.renderMinor)] {
      let node = "\(pci)/drm/\(name)", number = "\(Self.drmMajor):\(minor)"
      add(node + "/dev", number + "\n")
      add(node + "/uevent", "MAJOR=\(Self.drmMajor)\nMINOR=\(minor)\nDEVNAME=dri/\(name)\nDEVTYPE=drm_minor\n", permissions: 0o644)
      link(node + "/device", to: "../../../\(address)")
      link(node + "/subsystem", to: "../../../../../class/drm")
      link("/sys/class/drm/\(name)", to: "../../devices/pci0000:f0/\(address)/drm/\(name)")
      link("/sys/dev/char/\(number)", to: "../../devices/pci0000:f0/\(address)/drm/\(name)")
    }
    tree.add("/dev/dri/renderD\(device.renderMinor)", .character(major: Self.drmMajor, minor: UInt32(device.renderMinor)), permissions: 0o660)
    link("/dev/dri/by-path/pci-\(address)-render", to: "../renderD\(device.renderMinor)")
    link("/sys/bus/pci/devices/\(address)", to: "../../../devices/pci0000:f0/\(address)")
    link("/sys/bus/pci/drivers/amdgpu/\(address)", to: "../../../../devices/pci0000:f0/\(address)")
    link(pci + "/subsystem", to: "../../../bus/pci")
    link(pci + "/driver", to: "../../../bus/pci/drivers/amdgpu")
    // A display controller on graphics cards, a processing accelerator on the others.
    let pciClass = kind.family == .gfx9 ? "120000" : "030000"
    add(
      pci + "/uevent",
      "DRIVER=amdgpu\nPCI_CLASS=\(pciClass.drop { $0 == "0" })\nPCI_ID=1002:\(deviceID.uppercased())\nPCI_SUBSYS_ID=1002:\(deviceID.uppercased())\nPCI_SLOT_NAME=\(address)\n",
      permissions: 0o644)
    let texts: [(String, String)] = [
      ("vendor", "0x1002"), ("device", "0x" + deviceID), ("subsystem_vendor", "0x1002"), ("subsystem_device", "0x" + deviceID),
      ("revision", "0x" + hex(Int(kind.revisionID), 2)), ("class", "0x" + pciClass), ("numa_node", "-1"), ("enable", "1"), ("irq", "0"),
      ("power_state", "D0"), ("current_link_width", "16"), ("max_link_width", "16"),
      ("current_link_speed", kind.linkSpeed), ("max_link_speed", kind.linkSpeed),
      ("product_name", kind.marketingName), ("product_number", ""), ("serial_number", ""), ("vbios_version", kind.firmware.vbios),
      ("unique_id", hex(Int(bitPattern: UInt(device.uniqueID)), 16)),
      ("mem_info_vram_total", "\(device.memoryBytes)"), ("mem_info_vis_vram_total", "\(device.memoryBytes)"),
      ("mem_info_vram_vendor", "unknown"), ("gpu_busy_percent", "0"), ("mem_busy_percent", "0"),
    ]
    for (name, text) in texts { add("\(pci)/\(name)", text + "\n") }
    let used: @Sendable () -> String = { [unowned device] in "\(device.memoryUsed)\n" }
    tree.add(pci + "/mem_info_vram_used", .attribute(used))
    tree.add(pci + "/mem_info_vis_vram_used", .attribute(used))
    for (name, version) in [("mec", kind.firmware.mec), ("mec2", kind.firmware.mec2), ("rlc", kind.firmware.rlc), ("sdma", kind.firmware.sdma)] {
      add("\(pci)/fw_version/\(name)_fw_version", "0x" + hex(Int(version), 8) + "\n")
    }
    // Reading it resets the device, as the driver's does.
    tree.add("/sys/kernel/debug/dri/\(device.index)/amdgpu_gpu_recover", .live { [unowned device] in
      device.process?.reset(device)
      return "0\n"
    })
    for block in kind.ipBlocks {
      let die = "\(pci)/ip_discovery/die/0", folder = "\(die)/\(block.hardwareID)/0"
      link("\(die)/\(block.name)", to: "\(block.hardwareID)")
      for (name, value) in [("hw_id", block.hardwareID), ("num_instance", 0), ("major", block.major), ("minor", block.minor), ("revision", block.revision)] {
        add("\(folder)/\(name)", "\(value)\n")
      }
    }
  }
}
