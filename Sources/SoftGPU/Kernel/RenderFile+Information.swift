// What a render node tells: DRM's version and capabilities, AMDGPU_INFO; and contexts, which exist without rings.
// Threads: callers hold the process's lock.
// Source: amdgpu_kms.c, amdgpu_ctx.c and drm_ioctl.c of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc
import ISA

extension RenderFile {
  func version(_ arguments: inout drm_version_words) -> Int32 {
    (arguments.major, arguments.minor, arguments.patch) = (3, 61, 0)
    func give(_ text: StaticString, _ address: UInt64, _ length: inout UInt64) -> Bool {
      let room = length
      length = UInt64(text.utf8CodeUnitCount)
      guard room > 0, address != 0 else { return true }
      return carmine_copy_out(address, text.utf8Start, min(Int(room), text.utf8CodeUnitCount)) == 0
    }
    let told = give("amdgpu", arguments.name, &arguments.name_length) && give("20150101", arguments.date, &arguments.date_length)
      && give("AMD GPU", arguments.description, &arguments.description_length)
    return told ? 0 : -EFAULT
  }

  func capability(_ arguments: inout drm_get_cap) -> Int32 {
    switch arguments.capability {
    case UInt64(DRM_CAP_PRIME): arguments.value = UInt64(DRM_PRIME_CAP_IMPORT | DRM_PRIME_CAP_EXPORT)
    case UInt64(DRM_CAP_TIMESTAMP_MONOTONIC): arguments.value = 1
    case 0x13, 0x14: arguments.value = 1                // sync objects, timelines of them
    case UInt64(DRM_CAP_DUMB_BUFFER)...UInt64(DRM_CAP_CRTC_IN_VBLANK_EVENT): return -EOPNOTSUPP    // of displays
    default: return -EINVAL
    }
    return 0
  }

  func context(_ arguments: inout drm_amdgpu_ctx) -> Int32 {
    let id = arguments.in.ctx_id
    switch Int32(arguments.in.op) {
    case AMDGPU_CTX_OP_ALLOC_CTX:
      var new: UInt32 = 1
      while contexts.contains(new) { new += 1 }
      contexts.insert(new)
      arguments = drm_amdgpu_ctx()
      arguments.out.alloc.ctx_id = new
    case AMDGPU_CTX_OP_FREE_CTX: return contexts.remove(id) == nil ? -EINVAL : 0
    case AMDGPU_CTX_OP_QUERY_STATE, AMDGPU_CTX_OP_QUERY_STATE2:
      guard contexts.contains(id) else { return -EINVAL }
      arguments = drm_amdgpu_ctx()                       // no reset, no hang
    default: return -EINVAL
    }
    return 0
  }

  func bufferList(_ arguments: inout drm_amdgpu_bo_list) -> Int32 {
    Log.info("AMDGPU_BO_LIST: there are no rings for command submission")
    return -EINVAL
  }

  /// Reserving a VMID has no meaning without rings, and is allowed.
  func virtualMemory(_ arguments: inout drm_amdgpu_vm) -> Int32 {
    arguments.in.op <= UInt32(AMDGPU_VM_OP_UNRESERVE_VMID) ? 0 : -EINVAL
  }

  // MARK: AMDGPU_INFO

  func information(_ arguments: inout drm_amdgpu_info) -> Int32 {
    let room = Int(arguments.return_size), address = arguments.return_pointer
    guard room > 0, address != 0 else { return -EINVAL }
    func give<T>(_ value: T) -> Int32 { withUnsafeBytes(of: value) { carmine_copy_out(address, $0.baseAddress, min(room, $0.count)) } }
    let kind = device.kind
    switch Int32(arguments.query) {
    case AMDGPU_INFO_ACCEL_WORKING: return give(UInt32(1))
    case AMDGPU_INFO_HW_IP_INFO:
      guard let block = block(arguments.query_hw_ip.type) else { return -EINVAL }
      guard arguments.query_hw_ip.ip_instance < 1 else { return -EINVAL }
      var ip = drm_amdgpu_info_hw_ip()
      ip.hw_ip_version_major = UInt32(block.major)
      ip.hw_ip_version_minor = UInt32(block.minor)
      ip.ib_start_alignment = 32
      ip.ib_size_alignment = 32
      ip.available_rings = 0                             // compute is KFD's here
      return give(ip)
    case AMDGPU_INFO_HW_IP_COUNT:
      switch arguments.query_hw_ip.type {
      case UInt32(AMDGPU_HW_IP_GFX), UInt32(AMDGPU_HW_IP_COMPUTE): return give(UInt32(1))
      case UInt32(AMDGPU_HW_IP_DMA): return give(UInt32(kind.sdmaEngines + kind.sdmaXGMIEngines))
      default: return -EINVAL
      }
    case AMDGPU_INFO_TIMESTAMP: return give(GPUClock.now())
    case AMDGPU_INFO_FW_VERSION: return firmware(arguments.query_fw, give)
    case AMDGPU_INFO_NUM_BYTES_MOVED, AMDGPU_INFO_NUM_EVICTIONS, AMDGPU_INFO_NUM_VRAM_CPU_PAGE_FAULTS: return give(UInt64(0))
    case AMDGPU_INFO_VRAM_USAGE, AMDGPU_INFO_VIS_VRAM_USAGE: return give(device.memoryUsed)
    case AMDGPU_INFO_GTT_USAGE: return give(process.memory.gttUsed)
    case AMDGPU_INFO_GDS_CONFIG: return give(drm_amdgpu_info_gds())
    case AMDGPU_INFO_VRAM_GTT:
      var sizes = drm_amdgpu_info_vram_gtt()
      sizes.vram_size = usableVRAM
      sizes.vram_cpu_accessible_size = usableVRAM
      sizes.gtt_size = process.memory.gttLimit
      return give(sizes)
    case AMDGPU_INFO_MEMORY:
      var memory = drm_amdgpu_memory_info()
      memory.vram = heap(device.memoryBytes, usableVRAM, device.memoryUsed)
      memory.cpu_accessible_vram = memory.vram           // a large BAR
      memory.gtt = heap(process.memory.gttLimit, process.memory.gttLimit, process.memory.gttUsed)
      return give(memory)
    case AMDGPU_INFO_READ_MMR_REG: return registers(arguments.read_mmr_reg, room, address)
    case AMDGPU_INFO_DEV_INFO: return give(deviceInformation)
    case AMDGPU_INFO_VBIOS:
      switch Int32(arguments.vbios_info.type) {
      case AMDGPU_INFO_VBIOS_SIZE: return give(UInt32(0))
      case 3: return give(vbios)                         // AMDGPU_INFO_VBIOS_INFO
      default: return -EINVAL                            // an image of no bytes has no part
      }
    case AMDGPU_INFO_NUM_HANDLES: return arguments.query_hw_ip.type == UInt32(AMDGPU_HW_IP_UVD) ? -ENODATA : -EINVAL
    case AMDGPU_INFO_SENSOR: return -ENOENT              // no power management
    case AMDGPU_INFO_VRAM_LOST_COUNTER: return give(UInt32(0))
    case 0x21:                                           // AMDGPU_INFO_VIDEO_CAPS: no codecs, of 8 x 5 words
      return arguments.query_hw_ip.type <= 1 ? give([UInt64](repeating: 0, count: 20).withUnsafeBytes { $0.load(as: Words20.self) }) : -EINVAL
    case 0x22: return give((UInt64(0), UInt64(0), UInt32(0)))     // AMDGPU_INFO_MAX_IBS of nine blocks
    case 0x23: return give((UInt64(0), UInt64(0)))       // AMDGPU_INFO_GPUVM_FAULT: none
    default:
      Log.info("AMDGPU_INFO query 0x\(String(arguments.query, radix: 16)) has no answer")
      return -EINVAL
    }
  }
  private typealias Words20 = (
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
    UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  private var usableVRAM: UInt64 { device.memoryBytes > 8 << 20 ? device.memoryBytes - 8 << 20 : 0 }

  private func heap(_ total: UInt64, _ usable: UInt64, _ used: UInt64) -> drm_amdgpu_heap_info {
    drm_amdgpu_heap_info(total_heap_size: total, usable_heap_size: usable, heap_usage: used, max_allocation: usable / 4 * 3)
  }

  private func block(_ type: UInt32) -> DeviceKind.IPBlock? {
    let id: Int
    switch type {
    case UInt32(AMDGPU_HW_IP_GFX), UInt32(AMDGPU_HW_IP_COMPUTE): id = 11
    case UInt32(AMDGPU_HW_IP_DMA): id = 42
    default: return nil
    }
    return device.kind.ipBlocks.first { $0.hardwareID == id }
  }

  private func firmware<Q>(_ query: Q, _ give: (drm_amdgpu_info_firmware) -> Int32) -> Int32 {
    // fw_type, ip_instance, index.
    let words = withUnsafeBytes(of: query) { Array($0.bindMemory(to: UInt32.self)) }
    guard words[1] == 0 else { return -EINVAL }
    let versions = device.kind.firmware
    var answer = drm_amdgpu_info_firmware()
    switch Int32(words[0]) {
    case AMDGPU_INFO_FW_GFX_MEC:
      guard words[2] <= 1 else { return -EINVAL }
      answer.ver = words[2] == 0 ? versions.mec : versions.mec2
    case AMDGPU_INFO_FW_GFX_RLC: answer.ver = versions.rlc
    case AMDGPU_INFO_FW_SDMA:
      guard Int(words[2]) < device.kind.sdmaEngines + device.kind.sdmaXGMIEngines else { return -EINVAL }
      answer.ver = versions.sdma
    case AMDGPU_INFO_FW_VCE...0x1a: break                // parts that are not there have version 0
    default: return -EINVAL
    }
    return give(answer)
  }

  /// Of the registers that the driver lets be read, the one that a compute part has a use for: GB_ADDR_CONFIG.
  private func registers<Q>(_ query: Q, _ room: Int, _ address: UInt64) -> Int32 {
    // dword_offset, count, instance, flags.
    let words = withUnsafeBytes(of: query) { Array($0.bindMemory(to: UInt32.self)) }
    guard words[1] <= 128 else { return -EINVAL }
    guard words[0] == 0x263e, words[1] == 1 else { return -EFAULT }
    var value = device.kind.gbAddressConfig
    return carmine_copy_out(address, &value, min(room, 4))
  }

  private var deviceInformation: drm_amdgpu_info_device_3_53 {
    let kind = device.kind
    var answer = drm_amdgpu_info_device_3_53()
    answer.device_id = kind.deviceID
    answer.external_rev = kind.externalRevision
    answer.pci_rev = kind.revisionID
    answer.family = kind.drmFamily
    answer.num_shader_engines = UInt32(kind.shaderEngines / kind.xccCount)
    answer.num_shader_arrays_per_engine = UInt32(kind.arraysPerEngine)
    answer.gpu_counter_freq = UInt32(GPUClock.frequency / 1000)
    answer.max_engine_clock = UInt64(kind.maximumEngineClockMHz) * 1000
    answer.max_memory_clock = UInt64(kind.memoryClockMHz) * 1000
    answer.min_engine_clock = answer.max_engine_clock
    answer.min_memory_clock = answer.max_memory_clock
    answer.cu_active_number = UInt32(kind.computeUnits)
    withUnsafeMutableBytes(of: &answer.cu_bitmap) { bytes in
      let words = bytes.bindMemory(to: UInt32.self)
      for array in 0..<min(16, kind.shaderArrays / kind.xccCount) {
        let engine = array / kind.arraysPerEngine % 4, column = array % kind.arraysPerEngine + array / kind.arraysPerEngine / 4 * 2
        if column < 4 { words[engine * 4 + column] = kind.activeUnits(ofArray: array) }
      }
    }
    answer.num_hw_gfx_contexts = 8
    answer.pcie_gen = UInt32(kind.pcieGeneration)
    answer.pcie_num_lanes = 16
    answer.virtual_address_offset = 2 << 20
    answer.virtual_address_max = 1 << 47
    answer.virtual_address_alignment = 4096
    answer.pte_fragment_size = 2 << 20
    answer.gart_page_size = 4096
    answer.vram_type = kind.vramType
    answer.vram_bit_width = kind.memoryBusWidth
    answer.wave_front_size = UInt32(kind.waveSize)
    answer.num_shader_visible_vgprs = UInt32(min(kind.vgprsPerSIMDLane, 512))
    answer.num_cu_per_sh = UInt32(kind.computeUnitsPerArray)
    answer.num_tcc_blocks = 16
    if kind.family.rawValue >= DeviceKind.Family.gfx11.rawValue {
      answer.tcp_cache_size = UInt32(kind.caches.first?.kilobytes ?? 0)
      answer.sqc_inst_cache_size = UInt32(kind.caches.first { $0.content == .instruction }?.kilobytes ?? 0)
      answer.gl2c_cache_size = UInt32(kind.l2.kilobytes << 10)
      answer.mall_size = UInt64(kind.caches.first { $0.level == 3 }?.kilobytes ?? 0) << 10
    }
    return answer
  }

  /// drm_amdgpu_info_vbios: name, part number, version, version text, date.
  private var vbios: (Words8, Words8, UInt64, Words4, Words4) {
    (words(device.kind.marketingName), words(device.kind.firmware.vbios), 0, words(device.kind.firmware.vbios), words("2023/01/01 00:00"))
  }
  private typealias Words8 = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  private typealias Words4 = (UInt64, UInt64, UInt64, UInt64)
  private func words<T>(_ text: String) -> T {
    withUnsafeTemporaryAllocation(byteCount: MemoryLayout<T>.size, alignment: 8) { buffer in
      memset(buffer.baseAddress!, 0, buffer.count)
      buffer.copyBytes(from: text.utf8.prefix(buffer.count - 1))
      return buffer.load(as: T.self)
    }
  }
}
