// The ioctls about the device itself: version, apertures, address space, clocks, policies, runtime.
// Source: the recorded answers of amdkfd 1.17, and kfd_chardev.c for what needs a GPU.
import ISA
import CKFD
import CSoftGPU
import Glibc

extension SoftProcess {
  func getVersion(_ arguments: inout kfd_ioctl_get_version_args) -> Int32 {
    arguments.major_version = UInt32(version / 1000)
    arguments.minor_version = UInt32(version % 1000)
    return 0
  }

  func getProcessAperturesNew(_ arguments: inout kfd_ioctl_get_process_apertures_new_args) -> Int32 {
    if arguments.num_of_nodes == 0 {
      arguments.num_of_nodes = UInt32(devices.count)
      return 0
    }
    // Not more than the topology has nodes: one processor, and the devices.
    guard arguments.num_of_nodes <= UInt32(devices.count + 1) else { return -EINVAL }
    let entries = devices.prefix(Int(arguments.num_of_nodes)).map(apertures)
    let error = entries.withUnsafeBytes { carmine_copy_out(arguments.kfd_process_device_apertures_ptr, $0.baseAddress, $0.count) }
    guard error == 0 else { return error }
    arguments.num_of_nodes = UInt32(entries.count)
    return 0
  }

  private func apertures(_ device: SoftDevice) -> kfd_process_device_apertures {
    kfd_process_device_apertures(
      lds_base: SoftDevice.ldsAperture.lowerBound, lds_limit: SoftDevice.ldsAperture.upperBound,
      scratch_base: SoftDevice.scratchAperture.lowerBound, scratch_limit: SoftDevice.scratchAperture.upperBound,
      gpuvm_base: SoftDevice.gpuvmAperture.lowerBound, gpuvm_limit: SoftDevice.gpuvmAperture.upperBound,
      gpu_id: device.gpuID, pad: 0)
  }

  func getProcessApertures(_ arguments: inout kfd_ioctl_get_process_apertures_args) -> Int32 {
    arguments.num_of_nodes = UInt32(min(devices.count, Int(NUM_OF_SUPPORTED_GPUS)))
    withUnsafeMutableBytes(of: &arguments.process_apertures) { bytes in
      let entries = bytes.bindMemory(to: kfd_process_device_apertures.self)
      for (index, device) in devices.prefix(entries.count).enumerated() { entries[index] = apertures(device) }
    }
    return 0
  }

  func acquireVM(_ arguments: inout kfd_ioctl_acquire_vm_args) -> Int32 {
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    let descriptor = Int32(bitPattern: arguments.drm_fd)
    // Any descriptor of the same open file will do: libdrm duplicates the one that it was given.
    guard let file = Descriptors.shared.file(descriptor) as? RenderFile, file.process === self, file.device === device
    else { return -EINVAL }
    guard device.renderFile == nil || device.renderFile === file else { return -EBUSY }
    if device.renderFile == nil {
      device.renderFile = file
      file.becameAddressSpace()
    }
    return 0
  }

  func setMemoryPolicy(_ arguments: inout kfd_ioctl_set_memory_policy_args) -> Int32 {
    guard arguments.default_policy <= 1, arguments.alternate_policy <= 1, let device = device(arguments.gpu_id) else { return -EINVAL }
    return device.isAcquired ? 0 : -ESRCH
  }

  func getClockCounters(_ arguments: inout kfd_ioctl_get_clock_counters_args) -> Int32 {
    arguments.gpu_clock_counter = device(arguments.gpu_id) == nil ? 0 : GPUClock.now()
    arguments.cpu_clock_counter = GPUClock.nanoseconds(CLOCK_MONOTONIC_RAW)
    arguments.system_clock_counter = GPUClock.nanoseconds(CLOCK_BOOTTIME)
    arguments.system_clock_freq = 1_000_000_000
    return 0
  }

  func setScratchBacking(_ arguments: inout kfd_ioctl_set_scratch_backing_va_args) -> Int32 {
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    guard device.isAcquired else { return -ENODEV }
    device.scratchBacking = arguments.va_addr
    return 0
  }

  func getTileConfig(_ arguments: inout kfd_ioctl_get_tile_config_args) -> Int32 {
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    arguments.gb_addr_config = device.kind.gbAddressConfig
    // Set by chips before gfx9 only, as are the tables: 32 and 16 zeros.
    arguments.num_banks = 0
    arguments.num_ranks = 0
    let zeros = [UInt32](repeating: 0, count: 32)
    arguments.num_tile_configs = min(arguments.num_tile_configs, 32)
    guard carmine_copy_out(arguments.tile_config_ptr, zeros, Int(arguments.num_tile_configs) * 4) == 0 else {
      arguments.num_tile_configs = 0
      return -EFAULT
    }
    arguments.num_macro_tile_configs = min(arguments.num_macro_tile_configs, 16)
    guard carmine_copy_out(arguments.macro_tile_config_ptr, zeros, Int(arguments.num_macro_tile_configs) * 4) == 0 else {
      arguments.num_macro_tile_configs = 0
      return -EFAULT
    }
    return 0
  }

  func allocateQueueGWS(_ arguments: inout kfd_ioctl_alloc_queue_gws_args) -> Int32 {
    guard let queue = queues[arguments.queue_id] else { return -EINVAL }
    guard queue.device.kind.gwsCount > 0 else {
      Log.info("ALLOC_QUEUE_GWS: the device has no global wave sync (num_gws is 0)")
      return -ENODEV
    }
    let owner = queues.values.first { $0.device === queue.device && $0.properties.hasGWS }
    if arguments.num_gws != 0 { guard owner == nil else { return -EBUSY } } else { guard owner != nil else { return -EINVAL } }
    queue.properties.hasGWS = arguments.num_gws != 0
    arguments.first_gws = 0
    return 0
  }

  func openSMIEvents(_ arguments: inout kfd_ioctl_smi_events_args) -> Int32 {
    guard let device = device(arguments.gpuid) else { return -EINVAL }
    let descriptor = smi.open(device)
    guard descriptor >= 0 else { return descriptor }
    arguments.anon_fd = UInt32(descriptor)
    return 0
  }

  func createEvent(_ arguments: inout kfd_ioctl_create_event_args) -> Int32 {
    if arguments.event_page_offset != 0 {
      guard !events.hasPage else { return -EINVAL }
      guard let owner = device(UInt32(truncatingIfNeeded: arguments.event_page_offset >> 32)) else { return -EINVAL }
      guard owner.isAcquired else { return -ENODEV }
      guard let allocation = allocations[arguments.event_page_offset], allocation.place == .gtt else { return -EINVAL }
      let error = events.adoptPage(allocation.host, size: allocation.size)
      guard error == 0 else { return error }
      eventPageHandle = allocation.handle
    }
    let made = events.create(type: arguments.event_type, autoReset: arguments.auto_reset != 0) {
      backing?.allocate(UInt64(Events.pageBytes))
    }
    guard made.error == 0 else { return made.error }
    arguments.event_id = made.id
    arguments.event_trigger_data = made.id
    let slot = Event.hasSlot(arguments.event_type)
    arguments.event_page_offset = slot ? SoftProcess.mmapOffset(CARMINE_KFD_MMAP_EVENTS, 0) : 0
    arguments.event_slot_index = slot ? made.id : 0
    return 0
  }
}
