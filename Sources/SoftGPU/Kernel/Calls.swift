// The calls of libc that the software GPU answers, in Swift: the table that libcarmine-softgpu.so hands out and tests use.
// Errors are -errno; `errno` is not part of the interface.  Any thread.
// Source: Sources/CSoftGPU/include/carmine_softgpu.h.
import CKFD
import CSoftGPU
import Glibc

enum Calls {
  static func open(_ path: String, _ flags: Int32) -> Int32 {
    let closeOnExec = flags & O_CLOEXEC != 0
    let process = Descriptors.shared.currentProcess()
    if path == "/dev/kfd" {
      guard process.backing != nil else { return -ENOMEM }
      return Descriptors.shared.open(.kfd(process), name: "kfd", closeOnExec: closeOnExec)
    }
    if path.hasPrefix("/dev/dri/renderD"), let minor = Int(path.dropFirst("/dev/dri/renderD".count)) {
      guard let device = process.devices.first(where: { $0.renderMinor == minor }) else { return -ENOENT }
      return Descriptors.shared.open(.render(process, device.index), name: "renderD\(minor)", closeOnExec: closeOnExec)
    }
    if let text = process.sysfs.text(path) {
      guard flags & O_ACCMODE == O_RDONLY else { return -EACCES }
      return Descriptors.shared.open(.file, name: "sysfs", contents: text, closeOnExec: closeOnExec)
    }
    return process.sysfs.names(path) == nil ? -ENOENT : -EISDIR
  }

  static func close(_ descriptor: Int32) -> Int32 { Descriptors.shared.close(descriptor) }

  static func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    switch Descriptors.shared.kind(of: descriptor) {
    case .kfd(let process):
      guard process.pid == getpid() else { return -EBADF }
      return IoctlTable.perform(process, request, UInt64(UInt(bitPattern: argument)))
    case .render:
      Log.info("ioctl 0x" + String(request, radix: 16) + " on a render node is not implemented")
      return -ENOTTY
    case .file: return -ENOTTY
    case nil: return -EBADF
    }
  }

  /// An address, or -errno.
  static func mmap(
    _ address: UnsafeMutableRawPointer?, _ length: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32, _ offset: Int64
  ) -> Int {
    guard length > 0 else { return Int(-EINVAL) }
    let place: Int64
    let owner: SoftProcess
    var private_ = true                 // of this process: not in forked children
    switch Descriptors.shared.kind(of: descriptor) {
    case .kfd(let process):
      guard process.pid == getpid() else { return Int(-EINVAL) }
      owner = process
      place = process.lock.withLock { kfdOffset(process, length, UInt64(bitPattern: offset)) }
    case .render(let process, let index):
      guard process.pid == getpid() else { return Int(-EINVAL) }
      owner = process
      place = process.lock.withLock { bufferOffset(process, index, length, UInt64(bitPattern: offset)) }
      private_ = false
    case .file: return Int(-ENODEV)
    case nil: return Int(-EBADF)
    }
    guard place >= 0, let backing = owner.backing else { return Int(place < 0 ? place : Int64(-ENOMEM)) }
    let result = Glibc.mmap(address, length, protection, flags, backing.descriptor, Int(place))
    if result == MAP_FAILED { return Int(-errno) }
    if private_, let result {
      carmine_not_in_children(result, length)
      watchDoorbells(result, length, descriptor, UInt64(bitPattern: offset))
    }
    return Int(bitPattern: result)
  }

  /// Tells the device where the client writes its doorbells.
  private static func watchDoorbells(_ address: UnsafeMutableRawPointer, _ length: Int, _ descriptor: Int32, _ offset: UInt64) {
    guard UInt32(offset >> 62) == CARMINE_KFD_MMAP_DOORBELL, case .kfd(let process)? = Descriptors.shared.kind(of: descriptor),
      let device = process.device(UInt32(offset >> 46 & 0xffff))
    else { return }
    process.lock.withLock {
      device.doorbellWatch.add(address, length)
      device.processor?.kick()
    }
  }

  /// Events, doorbells and MMIO, by the type in the top two bits.
  private static func kfdOffset(_ process: SoftProcess, _ length: Int, _ offset: UInt64) -> Int64 {
    let type = UInt32(offset >> 62), gpuID = UInt32(offset >> 46 & 0xffff)
    if type == CARMINE_KFD_MMAP_EVENTS { return process.events.mapPage(length) }
    guard let device = process.device(gpuID) else { return Int64(-ENODEV) }
    let extent: Extent?
    switch type {
    case CARMINE_KFD_MMAP_DOORBELL:
      guard UInt64(length) == SoftDevice.doorbellBytes else { return Int64(-EINVAL) }
      extent = process.doorbells(of: device)
    case CARMINE_KFD_MMAP_MMIO:
      guard UInt64(length) == Backing.pageSize else { return Int64(-EINVAL) }
      if device.mmioRemap == nil { device.mmioRemap = process.backing?.allocate(Backing.pageSize) }
      extent = device.mmioRemap
    default: return Int64(-EINVAL)
    }
    return extent.map { Int64($0.offset) } ?? Int64(-ENOMEM)
  }

  /// A buffer of this device, from its beginning or a page inside, and no further than its end.
  private static func bufferOffset(_ process: SoftProcess, _ index: Int, _ length: Int, _ offset: UInt64) -> Int64 {
    for allocation in process.allocations.values {
      guard let extent = allocation.extent, allocation.device.index == index, extent.offset <= offset, offset < extent.offset + extent.size
      else { continue }
      guard UInt64(length) <= extent.offset + extent.size - offset else { return Int64(-EINVAL) }
      return Int64(offset)
    }
    return Int64(-EINVAL)
  }

  static func munmap(_ address: UnsafeMutableRawPointer, _ length: Int) -> Int32 {
    let process = Descriptors.shared.currentProcess()
    process.lock.withLock { for device in process.devices where device.doorbells != nil { device.doorbellWatch.remove(address, length) } }
    return Glibc.munmap(address, length) == 0 ? 0 : -errno
  }

  static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    switch Descriptors.shared.kind(of: descriptor) {
    case .file:
      let result = Glibc.read(descriptor, buffer, count)
      return result < 0 ? Int(-errno) : result
    case .kfd, .render: return Int(-EINVAL)
    case nil: return Int(-EBADF)
    }
  }

  static func list(_ path: String, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    let process = Descriptors.shared.currentProcess()
    guard let names = process.sysfs.names(path) else { return Int(process.sysfs.text(path) == nil ? -ENOENT : -ENOTDIR) }
    let bytes = names.flatMap { (name: String) -> [UInt8] in Array(name.utf8) + [0] }
    if let buffer, bytes.count <= count { bytes.withUnsafeBytes { _ = memcpy(buffer, $0.baseAddress!, bytes.count) } }
    return bytes.count
  }

  /// The same calls as C functions.
  nonisolated(unsafe) static let table: UnsafePointer<carmine_kernel_calls> = {
    let table = UnsafeMutablePointer<carmine_kernel_calls>.allocate(capacity: 1)
    table.initialize(to: carmine_kernel_calls(
      version: CARMINE_SOFTGPU_VERSION, size: UInt32(MemoryLayout<carmine_kernel_calls>.size),
      open: { path, flags in path.map { Calls.open(String(cString: $0), flags) } ?? -EFAULT },
      close: { Calls.close($0) },
      ioctl: { Calls.ioctl($0, UInt($1), $2) },
      mmap: { UnsafeMutableRawPointer(bitPattern: Calls.mmap($0, $1, $2, $3, $4, $5)) },
      munmap: { address, length in address.map { Calls.munmap($0, length) } ?? -EINVAL },
      read: { Int64(Calls.read($0, $1, $2)) },
      list: { path, buffer, count in path.map { Int64(Calls.list(String(cString: $0), buffer, count)) } ?? Int64(-EFAULT) }))
    return UnsafePointer(table)
  }()
}

/// The only entry of libcarmine-softgpu.so.  Starts nothing.
@c(carmine_softgpu_kernel) public func softGPUKernel() -> UnsafePointer<carmine_kernel_calls> { Calls.table }
