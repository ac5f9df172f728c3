// ALLOC, FREE, MAP and UNMAP_MEMORY, AVAILABLE_MEMORY.
// Order: UNMAP returns when no worker of the device can still be using the translation; FREE needs everything unmapped.
// Source: amdkfd's order of checks (kfd_chardev.c, amdgpu_amdkfd_gpuvm.c) and the recorded answers.
import ISA
import CKFD
import CSoftGPU
import Glibc

extension SoftProcess {
  func allocateMemory(_ arguments: inout kfd_ioctl_alloc_memory_of_gpu_args) -> Int32 {
    let flags = arguments.flags, va = arguments.va_addr, size = arguments.size
    guard size != 0, let device = device(arguments.gpu_id) else { return -EINVAL }
    guard device.isAcquired else {
      Log.info("ALLOC_MEMORY_OF_GPU: no ACQUIRE_VM yet for gpu_id \(arguments.gpu_id)")
      return -ENODEV
    }
    let end = va &+ size.pageRounded
    guard va & 4095 == 0, SoftDevice.gpuvmAperture.contains(va), end > va, end - 1 <= SoftDevice.gpuvmAperture.upperBound else {
      Log.info("ALLOC_MEMORY_OF_GPU: va_addr \(hex(va)) size \(hex(size)) is not whole pages inside the gpuvm aperture")
      return -EINVAL
    }
    var permissions: Permissions = [.read]
    if flags & UInt32(bitPattern: KFD_IOC_ALLOC_MEM_FLAGS_WRITABLE) != 0 { permissions.insert(.write) }
    if flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_EXECUTABLE) != 0 { permissions.insert(.execute) }

    let place: Allocation.Place, host: UnsafeMutableRawPointer, offset: UInt64
    var extent: Extent?
    let rounded = size.pageRounded
    if flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_VRAM) != 0 {
      guard rounded <= device.memoryBytes - device.memoryUsed else { return -ENOMEM }
      guard let made = backing?.allocate(rounded) else { return -ENOMEM }
      device.memoryUsed += rounded
      (place, host, offset, extent) = (.vram, made.host, made.offset, made)
    } else if flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_GTT) != 0 {
      guard rounded <= systemMemoryLimit - systemMemoryUsed else { return -ENOMEM }
      guard let made = backing?.allocate(rounded) else { return -ENOMEM }
      systemMemoryUsed += rounded
      (place, host, offset, extent) = (.gtt, made.host, made.offset, made)
    } else if flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_USERPTR) != 0 {
      let address = arguments.mmap_offset
      guard address != 0, address & 4095 == 0, let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else { return -EINVAL }
      guard rounded <= systemMemoryLimit - systemMemoryUsed else { return -ENOMEM }
      guard Self.isMapped(pointer, rounded) else { return -EFAULT }
      systemMemoryUsed += rounded
      (place, host, offset) = (.userPointer, pointer, address)
    } else if flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_DOORBELL) != 0 {
      guard size == SoftDevice.doorbellBytes else { return -EINVAL }
      guard let page = doorbells(of: device) else { return -ENOMEM }
      (place, host, offset) = (.doorbell, page.host, Self.mmapOffset(CARMINE_KFD_MMAP_DOORBELL, device.gpuID))
    } else if flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_MMIO_REMAP) != 0 {
      guard size == Backing.pageSize else { return -EINVAL }
      if device.mmioRemap == nil { device.mmioRemap = backing?.allocate(size) }
      guard let page = device.mmioRemap else { return -ENOMEM }
      (place, host, offset) = (.mmioRemap, page.host, Self.mmapOffset(CARMINE_KFD_MMAP_MMIO, device.gpuID))
    } else {
      Log.info("ALLOC_MEMORY_OF_GPU: flags \(hex(UInt64(flags))) name no kind of memory")
      return -EINVAL
    }
    let handle = UInt64(device.gpuID) << 32 | nextAllocation
    nextAllocation += 1
    allocations[handle] = Allocation(
      handle: handle, place: place, device: device, gpuAddress: va, size: rounded, host: host, extent: extent,
      permissions: permissions, mmapOffset: offset)
    arguments.handle = handle
    arguments.mmap_offset = offset
    return 0
  }

  static func mmapOffset(_ type: UInt32, _ gpuID: UInt32) -> UInt64 { UInt64(type) << 62 | UInt64(gpuID) << 46 }

  /// Whether every page of the range is mapped in this process.
  private static func isMapped(_ start: UnsafeMutableRawPointer, _ size: UInt64) -> Bool {
    var residency = [UInt8](repeating: 0, count: 4096)
    var at: UInt64 = 0
    while at < size {
      let part = min(size - at, 4096 * 4096)
      if mincore(start + Int(at), Int(part), &residency) != 0 { return false }
      at += part
    }
    return true
  }

  func freeMemory(_ arguments: inout kfd_ioctl_free_memory_of_gpu_args) -> Int32 {
    guard let allocation = allocations[arguments.handle] else { return -EINVAL }
    guard allocation.mapped.isEmpty else {
      Log.info("FREE_MEMORY_OF_GPU: handle \(hex(arguments.handle)) is still mapped on a GPU")
      return -EBUSY
    }
    allocations[arguments.handle] = nil
    switch allocation.place {
    case .vram: allocation.device.memoryUsed -= allocation.size
    case .gtt, .userPointer: systemMemoryUsed -= allocation.size
    case .doorbell, .mmioRemap: break
    }
    if let extent = allocation.extent { backing?.free(extent) }
    return 0
  }

  func mapMemory(_ arguments: inout kfd_ioctl_map_memory_to_gpu_args) -> Int32 {
    var done = arguments.n_success
    let error = forEachDevice(arguments.handle, arguments.device_ids_array_ptr, arguments.n_devices, &done) { allocation, device in
      if allocation.mapped.contains(device.gpuID) { return 0 }
      guard device.isAcquired else { return -EINVAL }
      if overlaps(allocation, device) {
        Log.info("MAP_MEMORY_TO_GPU: \(hex(allocation.gpuAddress)) size \(hex(allocation.size)) overlaps another mapping")
        return -EINVAL
      }
      device.addressSpace.map(
        gpuAddress: allocation.gpuAddress, size: allocation.size, host: allocation.host, permissions: allocation.permissions,
        allocation: allocation.handle)
      allocation.mapped.insert(device.gpuID)
      allocation.attached.insert(device.gpuID)
      return 0
    }
    arguments.n_success = done
    return error
  }

  private func overlaps(_ allocation: Allocation, _ device: SoftDevice) -> Bool {
    let start = allocation.gpuAddress, end = start + allocation.size
    guard let near = device.addressSpace.nearest(to: start) else { return false }
    if near.start < end && near.start + near.size > start { return true }
    guard let after = device.addressSpace.nearest(to: end - 1) else { return false }
    if after.start < end && after.start + after.size > start { return true }
    // Something small in the middle of a large range.
    return allocations.values.contains {
      $0.mapped.contains(device.gpuID) && $0.gpuAddress < end && $0.gpuAddress + $0.size > start
    }
  }

  func unmapMemory(_ arguments: inout kfd_ioctl_unmap_memory_from_gpu_args) -> Int32 {
    var done = arguments.n_success
    let error = forEachDevice(arguments.handle, arguments.device_ids_array_ptr, arguments.n_devices, &done) { allocation, device in
      guard allocation.attached.contains(device.gpuID) else { return -EINVAL }
      if allocation.mapped.remove(device.gpuID) != nil {
        device.addressSpace.unmap(gpuAddress: allocation.gpuAddress, size: allocation.size)
      }
      return 0
    }
    arguments.n_success = done
    return error
  }

  private func forEachDevice(
    _ handle: UInt64, _ pointer: UInt64, _ count: UInt32, _ done: inout UInt32, _ body: (Allocation, SoftDevice) -> Int32
  ) -> Int32 {
    guard count > 0, done <= count else { return -EINVAL }
    guard count <= 4096 else { return -ENOMEM }
    var ids = [UInt32](repeating: 0, count: Int(count))
    guard carmine_copy_in(&ids, pointer, Int(count) * 4) == 0 else { return -EFAULT }
    guard let allocation = allocations[handle] else { return -EINVAL }
    for index in Int(done)..<Int(count) {
      guard let device = device(ids[index]) else { return -EINVAL }
      let error = body(allocation, device)
      guard error == 0 else { return error }
      done = UInt32(index + 1)
    }
    return 0
  }

  func availableMemory(_ arguments: inout kfd_ioctl_get_available_memory_args) -> Int32 {
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    arguments.available = device.memoryBytes - device.memoryUsed
    return 0
  }
}
