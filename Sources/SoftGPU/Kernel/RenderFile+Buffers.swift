// GEM on a render node: handles of buffer objects, their mapping, metadata, addresses, and exchange with dma-bufs.
// Threads: callers hold the process's lock.
// Source: amdgpu_gem.c, amdgpu_dma_buf.c, drm_gem.c and drm_prime.c of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc
import ISA

extension RenderFile {
  // MARK: handles

  /// A handle for the object: the one that it has on this file, or a new one.
  private func handle(_ object: BufferObject) -> UInt32 {
    if let known = handles.first(where: { $0.value === object }) { return known.key }
    var handle: UInt32 = 1
    while handles[handle] != nil { handle += 1 }
    handles[handle] = object
    return handle
  }

  func create(_ arguments: inout drm_amdgpu_gem_create) -> Int32 {
    let wanted = arguments.in
    let vram = UInt64(AMDGPU_GEM_DOMAIN_VRAM), gtt = UInt64(AMDGPU_GEM_DOMAIN_GTT), cpu = UInt64(AMDGPU_GEM_DOMAIN_CPU)
    // CPU access required or none, write-combined, cleared, always valid, explicit sync, discardable.
    let allowed: UInt64 = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 7 | 1 << 12
    guard wanted.domain_flags & ~allowed == 0 else { return -EINVAL }
    guard wanted.domains & ~(vram | gtt | cpu) == 0, wanted.domains != 0 else {
      Log.info("AMDGPU_GEM_CREATE: domains \(hex(wanted.domains)): only CPU (1), GTT (2) and VRAM (4) have memory here")
      return -EINVAL
    }
    guard wanted.bo_size > 0 else { return -EINVAL }
    let size = wanted.bo_size.pageRounded
    guard size >= wanted.bo_size else { return -ENOMEM }
    var made: (object: BufferObject?, error: Int32) = (nil, -ENOMEM)
    if wanted.domains & vram != 0 { made = process.buffer(.vram, size, on: device, Self.allocationFlags(wanted.domain_flags, vram: true)) }
    if made.object == nil {                 // VRAM that is full falls back to GTT
      made = process.buffer(.gtt, size, on: device, Self.allocationFlags(wanted.domain_flags, vram: false))
    }
    guard let object = made.object else { return made.error }
    object.gemFlags = wanted.domain_flags | 1 << 3
    object.gemDomains = wanted.domains
    arguments = drm_amdgpu_gem_create()
    arguments.out.handle = handle(object)
    return 0
  }

  /// The same in KFD's flags: what peers and fences go by.
  private static func allocationFlags(_ gem: UInt64, vram: Bool) -> UInt32 {
    var flags = UInt32(bitPattern: KFD_IOC_ALLOC_MEM_FLAGS_WRITABLE) | UInt32(KFD_IOC_ALLOC_MEM_FLAGS_EXECUTABLE)
    flags |= UInt32(vram ? KFD_IOC_ALLOC_MEM_FLAGS_VRAM : KFD_IOC_ALLOC_MEM_FLAGS_GTT | KFD_IOC_ALLOC_MEM_FLAGS_COHERENT)
    if gem & 1 != 0 { flags |= UInt32(KFD_IOC_ALLOC_MEM_FLAGS_PUBLIC) }
    return flags
  }

  func userPointer(_ arguments: inout drm_amdgpu_gem_userptr) -> Int32 {
    guard (arguments.addr | arguments.size) & 4095 == 0, arguments.size > 0 else { return -EINVAL }
    guard arguments.flags & ~0xf == 0 else { return -EINVAL }
    // Written to by the GPU means watched, that is registered.
    guard arguments.flags & UInt32(AMDGPU_GEM_USERPTR_READONLY | AMDGPU_GEM_USERPTR_REGISTER) != 0 else { return -EACCES }
    let made = process.userBuffer(arguments.addr, arguments.size, on: device, UInt32(KFD_IOC_ALLOC_MEM_FLAGS_USERPTR | KFD_IOC_ALLOC_MEM_FLAGS_COHERENT))
    guard let object = made.object else { return made.error }
    object.gemDomains = UInt64(AMDGPU_GEM_DOMAIN_GTT)
    arguments.handle = handle(object)
    return 0
  }

  func closeHandle(_ arguments: inout drm_gem_close) -> Int32 {
    guard let object = handles.removeValue(forKey: arguments.handle) else { return -EINVAL }
    for mapping in mappings where mapping.object === object { unmap(mapping) }
    return 0
  }

  func mapOffset(_ arguments: inout drm_amdgpu_gem_mmap) -> Int32 {
    guard let object = handles[arguments.in.handle] else { return -ENOENT }
    guard object.domain != .userPointer, object.gemFlags & UInt64(AMDGPU_GEM_CREATE_NO_CPU_ACCESS) == 0 else { return -EPERM }
    arguments = drm_amdgpu_gem_mmap()
    arguments.out.addr_ptr = object.mmapOffset
    return 0
  }

  /// Nothing here is ever busy: no ring works on buffers behind the client's back.
  func waitIdle(_ arguments: inout drm_amdgpu_gem_wait_idle) -> Int32 {
    guard handles[arguments.in.handle] != nil else { return -ENOENT }
    arguments = drm_amdgpu_gem_wait_idle()
    return 0
  }

  func metadata(_ arguments: inout drm_amdgpu_gem_metadata) -> Int32 {
    guard let object = handles[arguments.handle] else { return -ENOENT }
    let room = MemoryLayout.size(ofValue: arguments.data.data)
    if arguments.op == UInt32(AMDGPU_GEM_METADATA_OP_GET_METADATA) {
      arguments.data.tiling_info = object.tiling
      arguments.data.flags = object.metadataFlags
      arguments.data.data_size_bytes = UInt32(object.metadata.count)
      withUnsafeMutableBytes(of: &arguments.data.data) { $0.copyBytes(from: object.metadata) }
    } else if arguments.op == UInt32(AMDGPU_GEM_METADATA_OP_SET_METADATA) {
      guard Int(arguments.data.data_size_bytes) <= room else { return -EINVAL }
      object.tiling = arguments.data.tiling_info
      object.metadataFlags = arguments.data.flags
      let count = Int(arguments.data.data_size_bytes)
      object.metadata = withUnsafeBytes(of: arguments.data.data) { Array($0.prefix(count)) }
    }
    return 0
  }

  func operation(_ arguments: inout drm_amdgpu_gem_op) -> Int32 {
    guard let object = handles[arguments.handle] else { return -ENOENT }
    switch arguments.op {
    case UInt32(AMDGPU_GEM_OP_GET_GEM_CREATE_INFO):
      var information = drm_amdgpu_gem_create_in()
      information.bo_size = object.size
      information.alignment = 4096
      information.domains = object.gemDomains != 0 ? object.gemDomains : UInt64(object.domain == .vram ? AMDGPU_GEM_DOMAIN_VRAM : AMDGPU_GEM_DOMAIN_GTT)
      information.domain_flags = object.gemFlags
      return carmine_copy_out(arguments.value, &information, MemoryLayout.size(ofValue: information))
    case UInt32(AMDGPU_GEM_OP_SET_PLACEMENT):
      guard object.domain != .userPointer else { return -EPERM }
      guard !object.isForeign || arguments.value & UInt64(AMDGPU_GEM_DOMAIN_VRAM) == 0 else { return -EINVAL }
      object.gemDomains = arguments.value & 7          // a preference; nothing moves
      return 0
    default: return -EINVAL
    }
  }

  // MARK: addresses

  func mapAddress(_ arguments: inout drm_amdgpu_gem_va) -> Int32 {
    let start = arguments.va_address, size = arguments.map_size, operation = arguments.operation
    guard start >= 2 << 20, start < 1 << 47, size <= 1 << 47, start + size <= 1 << 47 else { return -EINVAL }
    // Readable, writable, executable, MTYPE, delayed, no allocation; partially resident pages are not there.
    guard arguments.flags & ~0x3ef == 0 else {
      Log.info("AMDGPU_GEM_VA: flags \(hex(UInt64(arguments.flags))) are not supported")
      return -EINVAL
    }
    switch Int32(operation) {
    case AMDGPU_VA_OP_MAP, AMDGPU_VA_OP_REPLACE:
      guard let object = handles[arguments.handle] else { return -ENOENT }
      guard (start | arguments.offset_in_bo | size) & 4095 == 0, size > 0, arguments.offset_in_bo <= object.size,
        size <= object.size - arguments.offset_in_bo
      else { return -EINVAL }
      if Int32(operation) == AMDGPU_VA_OP_REPLACE {
        for mapping in mappings where mapping.start < start + size && mapping.start + mapping.size > start { unmap(mapping) }
      }
      let isTaken = mappings.contains { $0.start < start + size && $0.start + $0.size > start }
      guard !isTaken, device.renderFile !== self || !device.addressSpace.overlaps(start, size) else { return -EINVAL }
      var permissions: Permissions = []
      if arguments.flags & UInt32(AMDGPU_VM_PAGE_READABLE) != 0 { permissions.insert(.read) }
      if arguments.flags & UInt32(AMDGPU_VM_PAGE_WRITEABLE) != 0 { permissions.insert(.write) }
      if arguments.flags & UInt32(AMDGPU_VM_PAGE_EXECUTABLE) != 0 { permissions.insert(.execute) }
      let mapping = AddressMapping(start: start, size: size, offset: arguments.offset_in_bo, object: object, permissions: permissions)
      mappings.append(mapping)
      if device.renderFile === self { enter(mapping) }
      return 0
    case AMDGPU_VA_OP_UNMAP:
      guard let object = handles[arguments.handle] else { return -ENOENT }
      guard let mapping = mappings.first(where: { $0.start == start && $0.object === object }) else { return -ENOENT }
      unmap(mapping)
      return 0
    case AMDGPU_VA_OP_CLEAR:
      for mapping in mappings where mapping.start < start + size && mapping.start + mapping.size > start { unmap(mapping) }
      return 0
    default: return -EINVAL
    }
  }

  private func enter(_ mapping: AddressMapping) {
    device.addressSpace.map(
      gpuAddress: mapping.start, size: mapping.size, host: mapping.object.host + Int(mapping.offset), permissions: mapping.permissions,
      allocation: 0)
  }
  private func unmap(_ mapping: AddressMapping) {
    mappings.removeAll { $0.start == mapping.start }
    if device.renderFile === self { device.addressSpace.unmap(gpuAddress: mapping.start, size: mapping.size) }
  }
  /// ACQUIRE_VM made this file's addresses the device's.
  func becameAddressSpace() { for mapping in mappings { enter(mapping) } }

  // MARK: dma-bufs

  func primeHandleToDescriptor(_ arguments: inout drm_prime_handle) -> Int32 {
    guard arguments.flags & ~UInt32(O_CLOEXEC | O_RDWR) == 0 else { return -EINVAL }
    guard let object = handles[arguments.handle] else { return -ENOENT }
    guard object.gemFlags & UInt64(AMDGPU_GEM_CREATE_VM_ALWAYS_VALID) == 0 else { return -EPERM }
    let descriptor = process.export(object, closeOnExec: arguments.flags & UInt32(O_CLOEXEC) != 0)
    guard descriptor >= 0 else { return descriptor }
    arguments.fd = descriptor
    return 0
  }

  func primeDescriptorToHandle(_ arguments: inout drm_prime_handle) -> Int32 {
    let found = process.importBuffer(arguments.fd)
    guard let object = found.object else { return found.error }
    arguments.handle = handle(object)
    return 0
  }
}

/// An address that GEM_VA has given a buffer.
struct AddressMapping {
  var start: UInt64, size: UInt64, offset: UInt64
  var object: BufferObject
  var permissions: Permissions
}
