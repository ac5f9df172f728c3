// EXPORT_DMABUF, GET_DMABUF_INFO and IMPORT_DMABUF: a buffer's memory file under a descriptor of its own, which may go to other
// devices and, over a socket or fork(2), to other processes.  What the file is, its name says: a memory file keeps the name
// that it was made with, and readlink(2) on /proc/self/fd shows it to whoever has the descriptor.
// Threads: callers hold the process's lock.
// Source: amdgpu_amdkfd_gpuvm.c, amdgpu_amdkfd.c and drm_prime.c of Linux 6.12 for checks and errors.
import CKFD
import CSoftGPU
import Glibc

enum DMABuf {
  private static let prefix = "carmine:dmabuf "

  /// "carmine:dmabuf vram 5a01 d0000001": domain, gpu_id and flags.
  static func fileName(_ domain: BufferObject.Domain, _ device: SoftDevice, _ flags: UInt32) -> String {
    prefix + "\(domain.rawValue) " + String(device.gpuID, radix: 16) + " " + String(flags, radix: 16)
  }

  struct Description {
    var domain: BufferObject.Domain
    var gpuID: UInt32, flags: UInt32
    var size: UInt64, inode: UInt64
  }
  enum Found {
    case buffer(Description)
    case other                           // a descriptor, but of something else
    case nothing
  }

  static func describe(_ descriptor: Int32) -> Found {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .nothing }
    var path = [CChar](repeating: 0, count: 256)
    guard readlink("/proc/self/fd/\(descriptor)", &path, path.count - 1) > 0 else { return .other }
    let name = String(cString: path), start = "/memfd:" + prefix
    guard name.hasPrefix(start) else { return .other }
    let parts = name.dropFirst(start.count).split(separator: " ")
    guard parts.count >= 3, let domain = BufferObject.Domain(rawValue: String(parts[0])), let gpuID = UInt32(parts[1], radix: 16),
      let flags = UInt32(parts[2], radix: 16), status.st_size > 0
    else { return .other }
    return .buffer(Description(domain: domain, gpuID: gpuID, flags: flags, size: UInt64(status.st_size), inode: UInt64(status.st_ino)))
  }
}

extension SoftProcess {
  /// A new descriptor of a buffer's memory, or -errno.
  func export(_ object: BufferObject, closeOnExec: Bool) -> Int32 {
    switch object.domain {
    case .userPointer: return -EPERM       // amdgpu_gem_prime_export
    case .doorbell, .mmioRemap: return -EINVAL
    case .vram, .gtt: break
    }
    guard let extent = object.extent, extent.hasOwnFile else {
      Log.always("a buffer cannot be exported: it has no file of its own, since there were too many for RLIMIT_NOFILE; raise the limit (ulimit -n)")
      return -EMFILE
    }
    if object.domain == .vram { object.device.caches?.noteSharing() }
    let descriptor = fcntl(extent.file, closeOnExec ? F_DUPFD_CLOEXEC : F_DUPFD, 0)
    return descriptor < 0 ? -errno : descriptor
  }

  /// The buffer behind a dma-buf, this process's own object where it is its own; nil and -errno if it is none.
  func importBuffer(_ descriptor: Int32) -> (object: BufferObject?, error: Int32) {
    switch DMABuf.describe(descriptor) {
    case .nothing: return (nil, -EBADF)
    case .other: return (nil, -EINVAL)
    case .buffer(let found):
      for object in mappable.values.lazy.map({ $0.takeUnretainedValue() }) where object.identity == found.inode { return (object, 0) }
      guard let device = device(found.gpuID) else {
        Log.info("a dma-buf of gpu_id \(found.gpuID) cannot be used here: this process has no such device")
        return (nil, -EINVAL)
      }
      let file = fcntl(descriptor, F_DUPFD_CLOEXEC, 200)
      guard file >= 0 else { return (nil, -errno) }
      guard let extent = backing?.adopt(file, size: found.size) else { close(file); return (nil, -ENOMEM) }
      return (
        BufferObject(
          process: self, domain: found.domain, device: device, size: found.size, host: extent.host, extent: extent, flags: found.flags,
          isForeign: true), 0
      )
    }
  }

  func exportDMABuf(_ arguments: inout kfd_ioctl_export_dmabuf_args_1_12) -> Int32 {
    guard device(UInt32(truncatingIfNeeded: arguments.handle >> 32)) != nil else { return -EINVAL }
    guard let allocation = allocations[arguments.handle] else { return -EINVAL }
    let descriptor = export(allocation.object, closeOnExec: arguments.flags & UInt32(O_CLOEXEC) != 0)
    guard descriptor >= 0 else { return descriptor }
    arguments.dmabuf_fd = UInt32(descriptor)
    return 0
  }

  func getDMABufInfo(_ arguments: inout kfd_ioctl_get_dmabuf_info_args) -> Int32 {
    guard !devices.isEmpty else { return -EINVAL }
    let found: DMABuf.Description
    switch DMABuf.describe(Int32(bitPattern: arguments.dmabuf_fd)) {
    case .nothing: return -EBADF
    case .other: return -EINVAL
    case .buffer(let description): found = description
    }
    guard found.domain == .vram || found.domain == .gtt else { return -EINVAL }
    let metadata = mappable.values.lazy.map { $0.takeUnretainedValue() }.first { $0.identity == found.inode }?.metadata ?? []
    let room = arguments.metadata_size
    arguments.size = found.size
    arguments.metadata_size = UInt32(metadata.count)
    guard metadata.count <= Int(room) else { return -EINVAL }
    arguments.gpu_id = found.gpuID
    arguments.flags =
      UInt32(found.domain == .vram ? KFD_IOC_ALLOC_MEM_FLAGS_VRAM : KFD_IOC_ALLOC_MEM_FLAGS_GTT)
      | found.flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_PUBLIC)
    guard arguments.metadata_ptr != 0, !metadata.isEmpty else { return 0 }
    return metadata.withUnsafeBytes { carmine_copy_out(arguments.metadata_ptr, $0.baseAddress, $0.count) }
  }

  func importDMABuf(_ arguments: inout kfd_ioctl_import_dmabuf_args) -> Int32 {
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    guard device.isAcquired else { return -ENODEV }
    let found = importBuffer(Int32(bitPattern: arguments.dmabuf_fd))
    guard let object = found.object else { return found.error }
    guard object.domain == .vram || object.domain == .gtt else { return -EINVAL }
    arguments.handle = enter(object, on: device, arguments.va_addr, .all, isDoubled: false, isImported: true).handle
    return 0
  }
}
