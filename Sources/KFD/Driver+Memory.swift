// Device memory: allocate, map for GPUs, unmap, free.
// Order: memory is allocated, then mapped on each GPU that may touch it; unmap returns when no GPU uses it any more.
import CKFD
import Glibc

/// KFD_IOC_ALLOC_MEM_FLAGS_*: one kind and any attributes.
public struct AllocationFlags: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let vram = Self(rawValue: 1 << 0)
  public static let gtt = Self(rawValue: 1 << 1)
  public static let userPointer = Self(rawValue: 1 << 2)
  public static let doorbell = Self(rawValue: 1 << 3)
  public static let mmioRemap = Self(rawValue: 1 << 4)
  public static let uncached = Self(rawValue: 1 << 25)
  public static let coherent = Self(rawValue: 1 << 26)
  public static let aqlQueueMemory = Self(rawValue: 1 << 27)
  public static let noSubstitute = Self(rawValue: 1 << 28)
  public static let `public` = Self(rawValue: 1 << 29)     // the host may map it
  public static let executable = Self(rawValue: 1 << 30)
  public static let writable = Self(rawValue: 1 << 31)
}

/// An allocation as the kernel knows it.
public struct Allocation: Sendable {
  public let handle: UInt64
  public let gpuAddress: UInt64
  public let byteCount: UInt64
  /// Where to mmap it: on the render node (VRAM, GTT) or on /dev/kfd (doorbells, MMIO).
  public let mmapOffset: UInt64
}

extension Driver {
  /// `gpuAddress` is chosen by the caller, inside the GPU's gpuvm aperture.  `userPointer` is the host address for
  /// `.userPointer` and ignored otherwise.  ENOMEM: the device (or GTT limit) has not that much left.
  public func allocate(
    gpuID: UInt32, gpuAddress: UInt64, byteCount: UInt64, flags: AllocationFlags, userPointer: UInt64 = 0
  ) throws(KFDError) -> Allocation {
    var arguments = kfd_ioctl_alloc_memory_of_gpu_args()
    arguments.va_addr = gpuAddress
    arguments.size = byteCount
    arguments.mmap_offset = userPointer
    arguments.gpu_id = gpuID
    arguments.flags = flags.rawValue
    try call(
      Ioctls.allocateMemory, &arguments,
      [("va_addr", gpuAddress), ("size", byteCount), ("flags", UInt64(flags.rawValue)), ("gpu_id", UInt64(gpuID))])
    return Allocation(
      handle: arguments.handle, gpuAddress: gpuAddress, byteCount: byteCount, mmapOffset: arguments.mmap_offset)
  }

  public func free(handle: UInt64) throws(KFDError) {
    var arguments = kfd_ioctl_free_memory_of_gpu_args(handle: handle)
    try call(Ioctls.freeMemory, &arguments, [("handle", handle)])
  }

  /// Makes an allocation visible to GPUs at its GPU address.
  public func mapToGPUs(handle: UInt64, gpuIDs: [UInt32]) throws(KFDError) {
    var arguments = kfd_ioctl_map_memory_to_gpu_args()
    arguments.handle = handle
    arguments.n_devices = UInt32(gpuIDs.count)
    let failure: KFDError? = unsafe gpuIDs.withUnsafeBufferPointer { ids in
      arguments.device_ids_array_ptr = UInt64(UInt(bitPattern: ids.baseAddress))
      do throws(KFDError) { try call(Ioctls.mapMemory, &arguments, [("handle", handle), ("n_devices", UInt64(gpuIDs.count))]) }
      catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  /// Takes the mapping away; returns when no GPU can still be using it.
  public func unmapFromGPUs(handle: UInt64, gpuIDs: [UInt32]) throws(KFDError) {
    var arguments = kfd_ioctl_unmap_memory_from_gpu_args()
    arguments.handle = handle
    arguments.n_devices = UInt32(gpuIDs.count)
    let failure: KFDError? = unsafe gpuIDs.withUnsafeBufferPointer { ids in
      arguments.device_ids_array_ptr = UInt64(UInt(bitPattern: ids.baseAddress))
      do throws(KFDError) { try call(Ioctls.unmapMemory, &arguments, [("handle", handle), ("n_devices", UInt64(gpuIDs.count))]) }
      catch { return error }
      return nil
    }
    if let failure { throw failure }
  }

  /// A new descriptor of an allocation's memory, which may travel to other processes and drivers; closed by the caller with close(2).
  /// KFD 1.12 and later.
  public func exportDMABuf(handle: UInt64) throws(KFDError) -> Int32 {
    var arguments = kfd_ioctl_export_dmabuf_args_1_12(handle: handle, flags: UInt32(O_CLOEXEC), dmabuf_fd: 0)
    try call(Ioctls.exportDMABuf, &arguments, [("handle", handle)])
    return Int32(bitPattern: arguments.dmabuf_fd)
  }

  /// How large a dma-buf of an AMD GPU's memory is, whether it is VRAM, and whose.
  public func describeDMABuf(_ descriptor: Int32) throws(KFDError) -> (byteCount: UInt64, isVRAM: Bool, gpuID: UInt32) {
    var metadata = [UInt8](repeating: 0, count: 4096)
    var arguments = kfd_ioctl_get_dmabuf_info_args()
    arguments.dmabuf_fd = UInt32(bitPattern: descriptor)
    arguments.metadata_size = UInt32(metadata.count)
    let failure: KFDError? = unsafe metadata.withUnsafeMutableBytes { buffer in
      arguments.metadata_ptr = UInt64(UInt(bitPattern: unsafe buffer.baseAddress))
      do throws(KFDError) { try call(Ioctls.getDMABufInfo, &arguments, [("dmabuf_fd", UInt64(UInt32(bitPattern: descriptor)))]) } catch { return error }
      return nil
    }
    if let failure { throw failure }
    return (arguments.size, arguments.flags & AllocationFlags.vram.rawValue != 0, arguments.gpu_id)
  }

  /// The memory behind a dma-buf as an allocation at `gpuAddress`; its handle.  The descriptor stays the caller's.
  public func importDMABuf(_ descriptor: Int32, gpuID: UInt32, gpuAddress: UInt64) throws(KFDError) -> UInt64 {
    var arguments = kfd_ioctl_import_dmabuf_args(va_addr: gpuAddress, handle: 0, gpu_id: gpuID, dmabuf_fd: UInt32(bitPattern: descriptor))
    try call(Ioctls.importDMABuf, &arguments, [("va_addr", gpuAddress), ("dmabuf_fd", UInt64(UInt32(bitPattern: descriptor)))])
    return arguments.handle
  }

  /// Bytes of VRAM that can still be allocated on a GPU.
  public func availableMemory(gpuID: UInt32) throws(KFDError) -> UInt64 {
    var arguments = kfd_ioctl_get_available_memory_args()
    arguments.gpu_id = gpuID
    try call(Ioctls.availableMemory, &arguments, [("gpu_id", UInt64(gpuID))])
    return arguments.available
  }

  public func setMemoryPolicy(
    gpuID: UInt32, defaultPolicy: UInt32, alternatePolicy: UInt32, alternateBase: UInt64 = 0, alternateSize: UInt64 = 0
  ) throws(KFDError) {
    var arguments = kfd_ioctl_set_memory_policy_args()
    arguments.gpu_id = gpuID
    arguments.default_policy = defaultPolicy
    arguments.alternate_policy = alternatePolicy
    arguments.alternate_aperture_base = alternateBase
    arguments.alternate_aperture_size = alternateSize
    try call(Ioctls.setMemoryPolicy, &arguments, [("gpu_id", UInt64(gpuID)), ("default_policy", UInt64(defaultPolicy))])
  }

  /// `address` is the first byte of the address range from which scratch is taken.
  public func setScratchBacking(gpuID: UInt32, address: UInt64) throws(KFDError) {
    var arguments = kfd_ioctl_set_scratch_backing_va_args(va_addr: address, gpu_id: gpuID, pad: 0)
    try call(Ioctls.setScratchBackingVA, &arguments, [("gpu_id", UInt64(gpuID)), ("va_addr", address)])
  }

  /// `handler` and `memory` are the GPU addresses of the second-level trap handler and its data.
  public func setTrapHandler(gpuID: UInt32, handler: UInt64, memory: UInt64) throws(KFDError) {
    var arguments = kfd_ioctl_set_trap_handler_args(tba_addr: handler, tma_addr: memory, gpu_id: gpuID, pad: 0)
    try call(Ioctls.setTrapHandler, &arguments, [("gpu_id", UInt64(gpuID)), ("tba_addr", handler), ("tma_addr", memory)])
  }
}
