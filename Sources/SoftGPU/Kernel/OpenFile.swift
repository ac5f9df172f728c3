// What a descriptor stands for: an open file of the driver, with the calls that it answers.  dup(2) and fork(2) share it, as
// they share the kernel's.  The base class is a file that answers nothing; each kind is a subclass beside it.
// Threads: any.
import CKFD
import CSoftGPU
import Glibc

class OpenFile: @unchecked Sendable {
  let status: FileStatus
  /// Where it was opened; what openat(2) starts from.
  let path: String

  init(status: FileStatus, path: String) {
    self.status = status
    self.path = path
  }

  /// The part of a memory file that a mapping shows, or -errno.
  struct Mapping {
    var descriptor: Int32 = -1
    var offset: Int64
    /// Of the process that opened it: forked children do not have it.
    var ofThisProcess = false
    /// The device whose doorbells these are.
    var doorbells: SoftDevice?
  }

  func ioctl(_ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 { -ENOTTY }
  func mapping(_ length: Int, _ offset: UInt64) -> Mapping { Mapping(offset: Int64(-ENODEV)) }
  /// Called once the mapping is there, at `address`.
  func mapped(_ mapping: Mapping, _ address: UnsafeMutableRawPointer, _ length: Int) {}
  /// `descriptor` is the one that the call came by.
  func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int { Int(-EINVAL) }
  func write(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int { Int(-EINVAL) }
  func seek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) -> Int64 { Int64(-ESPIPE) }
}

/// A file of text, in a memory file of its own.
final class TextFile: OpenFile, @unchecked Sendable {
  override func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    let result = Glibc.read(descriptor, buffer, count)
    return result < 0 ? Int(-errno) : result
  }
  override func write(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int { Int(-EBADF) }
  override func seek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) -> Int64 {
    let result = lseek(descriptor, Int(offset), whence)
    return result < 0 ? Int64(-errno) : Int64(result)
  }
}

final class FolderFile: OpenFile, @unchecked Sendable {
  override func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int { Int(-EISDIR) }
  override func write(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int { Int(-EBADF) }
  override func seek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) -> Int64 { 0 }
}

/// /dev/kfd: it belongs to the process that opened it, and only that one's calls are answered.
final class KFDFile: OpenFile, @unchecked Sendable {
  let process: SoftProcess

  init(process: SoftProcess) {
    self.process = process
    super.init(status: process.status(of: "/dev/kfd"), path: "/dev/kfd")
  }

  override func ioctl(_ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    guard process.pid == getpid() else { return -EBADF }
    return IoctlTable.perform(process, request, UInt64(UInt(bitPattern: argument)))
  }

  override func mapping(_ length: Int, _ offset: UInt64) -> Mapping {
    guard process.pid == getpid() else { return Mapping(offset: Int64(-EINVAL)) }
    guard let backing = process.backing else { return Mapping(offset: Int64(-ENOMEM)) }
    return process.lock.withLock {
      var mapping = place(length, offset)
      mapping.descriptor = backing.descriptor
      mapping.ofThisProcess = true
      return mapping
    }
  }

  /// Tells the device where the client writes its doorbells.
  override func mapped(_ mapping: Mapping, _ address: UnsafeMutableRawPointer, _ length: Int) {
    guard let device = mapping.doorbells else { return }
    process.lock.withLock {
      device.doorbellWatch.add(address, length)
      Descriptors.shared.watch(UInt64(UInt(bitPattern: address)), UInt64(length))
      device.processor?.kick()
    }
  }

  /// Events, doorbells and MMIO, by the type in the top two bits.
  private func place(_ length: Int, _ offset: UInt64) -> Mapping {
    let type = UInt32(offset >> 62), gpuID = UInt32(offset >> 46 & 0xffff)
    if type == CARMINE_KFD_MMAP_EVENTS { return Mapping(offset: process.events.mapPage(length)) }
    guard let device = process.device(gpuID) else { return Mapping(offset: Int64(-ENODEV)) }
    let extent: Extent?
    switch type {
    case CARMINE_KFD_MMAP_DOORBELL:
      guard UInt64(length) == SoftDevice.doorbellBytes else { return Mapping(offset: Int64(-EINVAL)) }
      extent = process.doorbells(of: device)
    case CARMINE_KFD_MMAP_MMIO:
      guard UInt64(length) == Backing.pageSize else { return Mapping(offset: Int64(-EINVAL)) }
      extent = process.remappedRegisters(of: device)
    default: return Mapping(offset: Int64(-EINVAL))
    }
    guard let extent else { return Mapping(offset: Int64(-ENOMEM)) }
    return Mapping(offset: Int64(extent.offset), doorbells: type == CARMINE_KFD_MMAP_DOORBELL ? device : nil)
  }
}

/// A render node: through it VRAM and GTT are mapped, and ACQUIRE_VM takes it as the name of an address space.
final class RenderFile: OpenFile, @unchecked Sendable {
  let process: SoftProcess
  let device: SoftDevice
  // Under the process's lock: GEM handles, addresses that GEM_VA has given, contexts, sync objects.
  var handles: [UInt32: BufferObject] = [:]
  var mappings: [AddressMapping] = []
  var contexts: Set<UInt32> = []
  var syncObjects: [UInt32: SyncObject] = [:]

  init(process: SoftProcess, device: SoftDevice) {
    self.process = process
    self.device = device
    let path = "/dev/dri/renderD\(device.renderMinor)"
    super.init(status: process.status(of: path), path: path)
  }

  override func ioctl(_ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    guard process.pid == getpid() else { return -EACCES }
    return DRMTable.perform(self, request, UInt64(UInt(bitPattern: argument)))
  }

  /// A buffer of this device, from its beginning or a page inside, and no further than its end.
  override func mapping(_ length: Int, _ offset: UInt64) -> Mapping {
    guard process.pid == getpid() else { return Mapping(offset: Int64(-EINVAL)) }
    return process.lock.withLock {
      guard let found = process.bufferFile(of: device, at: offset, length) else { return Mapping(offset: Int64(-EINVAL)) }
      return Mapping(descriptor: found.descriptor, offset: found.offset)
    }
  }
}
