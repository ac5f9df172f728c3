// ALLOC, FREE, MAP and UNMAP_MEMORY, AVAILABLE_MEMORY.
// Order: UNMAP returns when no worker of the device can still be using the translation; FREE needs everything unmapped.
// Source: kfd_chardev.c and amdgpu_amdkfd_gpuvm.c of Linux 6.12, amdgpu_vm.c for what a mapping needs; the recorded answers.
import CKFD
import CSoftGPU
import Glibc
import ISA

extension SoftProcess {
  // MARK: ALLOC and FREE

  func allocateMemory(_ arguments: inout kfd_ioctl_alloc_memory_of_gpu_args) -> Int32 {
    let flags = arguments.flags, va = arguments.va_addr, size = arguments.size
    func has(_ flag: Int32) -> Bool { flags & UInt32(bitPattern: flag) != 0 }
    guard size != 0 else { return -EINVAL }
    let isVRAM = has(KFD_IOC_ALLOC_MEM_FLAGS_VRAM), isUserPointer = has(KFD_IOC_ALLOC_MEM_FLAGS_USERPTR)
    if !(va == 0 && isVRAM) && svm.overlaps(va, size) || isUserPointer && svm.overlaps(arguments.mmap_offset, size) {
      Log.info("ALLOC_MEMORY_OF_GPU: \(hex(va)) size \(hex(size)) is a range of the SVM ioctl already")
      return -EADDRINUSE
    }
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    guard device.isAcquired else {
      Log.info("ALLOC_MEMORY_OF_GPU: no ACQUIRE_VM yet for gpu_id \(arguments.gpu_id)")
      return -ENODEV
    }
    if has(KFD_IOC_ALLOC_MEM_FLAGS_DOORBELL) {
      guard size == SoftDevice.doorbellBytes else { return -EINVAL }
    } else if has(KFD_IOC_ALLOC_MEM_FLAGS_MMIO_REMAP) {
      guard size == Backing.pageSize else { return -EINVAL }
    }
    let isDoubled = has(KFD_IOC_ALLOC_MEM_FLAGS_AQL_QUEUE_MEM)
    let memory = (isDoubled ? size / 2 : size).pageRounded
    let made: (object: BufferObject?, error: Int32)
    if isVRAM {
      made = buffer(.vram, memory, on: device, flags)
    } else if has(KFD_IOC_ALLOC_MEM_FLAGS_GTT) {
      made = buffer(.gtt, memory, on: device, flags)
    } else if isUserPointer {
      made = userBuffer(arguments.mmap_offset, memory, on: device, flags)
    } else if has(KFD_IOC_ALLOC_MEM_FLAGS_DOORBELL) {
      made = pageBuffer(.doorbell, doorbells(of: device), on: device, flags)
    } else if has(KFD_IOC_ALLOC_MEM_FLAGS_MMIO_REMAP) {
      made = pageBuffer(.mmioRemap, remappedRegisters(of: device), on: device, flags)
    } else {
      Log.info("ALLOC_MEMORY_OF_GPU: flags \(hex(UInt64(flags))) name no kind of memory")
      return -EINVAL
    }
    guard let object = made.object else { return made.error }
    var permissions: Permissions = [.read]
    if has(KFD_IOC_ALLOC_MEM_FLAGS_WRITABLE) { permissions.insert(.write) }
    if has(KFD_IOC_ALLOC_MEM_FLAGS_EXECUTABLE) { permissions.insert(.execute) }
    let allocation = enter(object, on: device, va, permissions, isDoubled: isDoubled, isImported: false)
    arguments.handle = allocation.handle
    arguments.mmap_offset =
      switch object.domain {
      case .vram, .gtt: object.mmapOffset
      case .userPointer: arguments.mmap_offset
      case .doorbell: Self.mmapOffset(CARMINE_KFD_MMAP_DOORBELL, device.gpuID)
      case .mmioRemap: Self.mmapOffset(CARMINE_KFD_MMAP_MMIO, device.gpuID)
      }
    return 0
  }

  static func mmapOffset(_ type: UInt32, _ gpuID: UInt32) -> UInt64 { UInt64(type) << 62 | UInt64(gpuID) << 46 }

  /// A handle for a buffer: the GPU in the upper half, as MAKE_HANDLE has it.
  func enter(
    _ object: BufferObject, on device: SoftDevice, _ gpuAddress: UInt64, _ permissions: Permissions, isDoubled: Bool, isImported: Bool
  ) -> Allocation {
    let handle = UInt64(device.gpuID) << 32 | nextAllocation
    nextAllocation += 1
    let allocation = Allocation(
      handle: handle, object: object, device: device, gpuAddress: gpuAddress, permissions: permissions, isDoubled: isDoubled,
      isImported: isImported)
    allocations[handle] = allocation
    return allocation
  }

  /// New VRAM or GTT; `size` in whole pages.
  func buffer(_ domain: BufferObject.Domain, _ size: UInt64, on device: SoftDevice, _ flags: UInt32) -> (object: BufferObject?, error: Int32) {
    guard size > 0 else { return (nil, -EINVAL) }
    guard memory.reserve(domain, size, on: device) else {
      Log.info("ALLOC_MEMORY_OF_GPU: \(domain.rawValue) of \(size) bytes is above what is left")
      return (nil, -ENOMEM)
    }
    guard let extent = backing?.allocate(size, ownFile: DMABuf.fileName(domain, device, flags)) else {
      memory.release(domain, size, on: device)
      return (nil, -ENOMEM)
    }
    return (BufferObject(process: self, domain: domain, device: device, size: size, host: extent.host, extent: extent, flags: flags), 0)
  }

  /// The client's own memory, which must be there.
  func userBuffer(_ address: UInt64, _ size: UInt64, on device: SoftDevice, _ flags: UInt32) -> (object: BufferObject?, error: Int32) {
    guard address != 0, size > 0 else { return (nil, -EINVAL) }
    guard address & 4095 == 0, let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
      Log.info("a user pointer at \(hex(address)) does not begin at a page")
      return (nil, -EINVAL)
    }
    guard memory.reserve(.userPointer, size, on: device) else { return (nil, -ENOMEM) }
    guard HostMemory.isMapped(address, size) else {
      memory.release(.userPointer, size, on: device)
      return (nil, -EFAULT)
    }
    return (BufferObject(process: self, domain: .userPointer, device: device, size: size, host: pointer, extent: nil, flags: flags), 0)
  }

  private func pageBuffer(
    _ domain: BufferObject.Domain, _ page: Extent?, on device: SoftDevice, _ flags: UInt32
  ) -> (object: BufferObject?, error: Int32) {
    guard let page else { return (nil, -ENOMEM) }
    return (BufferObject(process: self, domain: domain, device: device, size: page.size, host: page.host, extent: nil, flags: flags), 0)
  }

  func freeMemory(_ arguments: inout kfd_ioctl_free_memory_of_gpu_args) -> Int32 {
    if arguments.handle != 0, arguments.handle == eventPageHandle {
      Log.info("FREE_MEMORY_OF_GPU: handle \(hex(arguments.handle)) is the event page, which stays")
      return -EPERM
    }
    guard let allocation = allocations[arguments.handle] else { return -EINVAL }
    guard allocation.mapped.isEmpty else {
      Log.info("FREE_MEMORY_OF_GPU: handle \(hex(arguments.handle)) is still mapped on a GPU")
      return -EBUSY
    }
    allocations[arguments.handle] = nil
    return 0
  }

  // MARK: MAP and UNMAP

  func mapMemory(_ arguments: inout kfd_ioctl_map_memory_to_gpu_args) -> Int32 {
    var done = arguments.n_success
    let error = forEachDevice(arguments.handle, arguments.device_ids_array_ptr, arguments.n_devices, &done, acquired: true) { allocation, device in
      guard device.isAcquired else { return -ENODEV }
      return map(allocation, on: device)
    }
    arguments.n_success = done
    return error
  }

  private func map(_ allocation: Allocation, on device: SoftDevice) -> Int32 {
    if allocation.mapped.contains(device.gpuID) { return 0 }
    let start = allocation.gpuAddress, size = allocation.mappedSize
    let (end, overflow) = start.addingReportingOverflow(size)
    guard start != 0, start & 4095 == 0, !overflow, end - 1 <= SoftDevice.gpuvmAperture.upperBound else {
      Log.info("MAP_MEMORY_TO_GPU: va_addr \(hex(start)) size \(hex(size)) is not whole pages that the GPU can address")
      return -EINVAL
    }
    guard !device.addressSpace.overlaps(start, size) else {
      Log.info("MAP_MEMORY_TO_GPU: \(hex(start)) size \(hex(size)) overlaps another mapping")
      return -EINVAL
    }
    let traits = memoryTraits(of: allocation, on: device), object = allocation.object
    if object.isForeign || device !== object.device && object.domain == .vram { object.device.caches?.noteSharing() }
    object.wasMapped = true
    for copy in 0..<(size / allocation.size) {
      device.addressSpace.map(
        gpuAddress: start + copy * allocation.size, size: allocation.size, host: allocation.host,
        permissions: allocation.permissions, allocation: allocation.handle, traits: traits, owner: object.device.caches)
    }
    allocation.mapped.insert(device.gpuID)
    return 0
  }

  func unmapMemory(_ arguments: inout kfd_ioctl_unmap_memory_from_gpu_args) -> Int32 {
    var done = arguments.n_success
    let error = forEachDevice(arguments.handle, arguments.device_ids_array_ptr, arguments.n_devices, &done, acquired: false) { allocation, device in
      guard allocation.mapped.contains(device.gpuID) else { return -EINVAL }
      guard version < 1017 || !isInUse(allocation, on: device) else {
        Log.info("UNMAP_MEMORY_FROM_GPU: handle \(hex(allocation.handle)) is a queue's")
        return -EBUSY
      }
      allocation.mapped.remove(device.gpuID)
      device.addressSpace.unmap(gpuAddress: allocation.gpuAddress, size: allocation.mappedSize)
      return 0
    }
    arguments.n_success = done
    return error
  }

  private func forEachDevice(
    _ handle: UInt64, _ pointer: UInt64, _ count: UInt32, _ done: inout UInt32, acquired: Bool, _ body: (Allocation, SoftDevice) -> Int32
  ) -> Int32 {
    guard count > 0, done <= count else { return -EINVAL }
    guard count <= 1 << 20 else { return -ENOMEM }
    var ids = [UInt32](repeating: 0, count: Int(count))
    guard carmine_copy_in(&ids, pointer, Int(count) * 4) == 0 else { return -EFAULT }
    guard let owner = device(UInt32(truncatingIfNeeded: handle >> 32)) else { return -EINVAL }
    guard !acquired || owner.isAcquired else { return -ENODEV }
    guard let allocation = allocations[handle] else { return -ENOMEM }
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
    arguments.available = memory.available(on: device)
    return 0
  }
}

/// The client's own address space.
enum HostMemory {
  /// Whether every page of the range is mapped in this process.
  static func isMapped(_ start: UInt64, _ size: UInt64) -> Bool {
    guard start & 4095 == 0, start &+ size > start || size == 0, start < 1 << 47 else { return false }
    var residency = [UInt8](repeating: 0, count: 4096)
    var at: UInt64 = 0
    while at < size {
      let part = min(size - at, 4096 * 4096)
      guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(start + at)) else { return false }
      if mincore(pointer, Int(part), &residency) != 0 { return false }
      at += part
    }
    return true
  }
}
