// The calls of libc that the software GPU answers, in Swift: the table that libcarmine-softgpu.so hands out and tests use.
// Errors are -errno; `errno` is not part of the interface.  Any thread.
// Source: Sources/CSoftGPU/include/carmine_softgpu.h.
import CKFD
import CSoftGPU
import Glibc

enum Calls {
  static func open(_ path: String, _ flags: Int32) -> Int32 {
    let closeOnExec = flags & O_CLOEXEC != 0, writes = flags & O_ACCMODE != O_RDONLY
    let process = Descriptors.shared.currentProcess(), tree = process.sysfs.tree
    let resolved: String, node: FileTree.Node
    switch tree.find(path, followLast: flags & O_NOFOLLOW == 0) {
    case .error(let error): return flags & O_CREAT != 0 && error == ENOENT ? -EACCES : -error
    case .node(let path, let found): (resolved, node) = (path, found)
    }
    if flags & O_CREAT != 0 && flags & O_EXCL != 0 { return -EEXIST }
    let status = tree.status(node)
    func give(_ file: OpenFile, _ name: String, _ contents: String = "") -> Int32 {
      Descriptors.shared.open(file, name: name, contents: contents, closeOnExec: closeOnExec)
    }
    if flags & O_DIRECTORY != 0 { guard case .folder = node.content else { return -ENOTDIR } }
    switch node.content {
    case .link: return -ELOOP
    case .folder, .numbered: return writes ? -EISDIR : give(FolderFile(status: status, path: resolved), "folder")
    case .text(let text):
      guard !writes || status.mode & 0o222 != 0 else { return -EACCES }
      return give(TextFile(status: status, path: resolved), "text", text)
    case .live(let make), .attribute(let make):
      return writes ? -EACCES : give(TextFile(status: status, path: resolved), "text", make())
    case .character(_, let minor):
      guard process.backing != nil else { return -ENOMEM }
      if resolved == "/dev/kfd" { return give(KFDFile(process: process), "kfd") }
      guard let device = process.devices.first(where: { $0.renderMinor == Int(minor) }) else { return -ENODEV }
      return give(RenderFile(process: process, device: device), "renderD\(minor)")
    }
  }

  static func close(_ descriptor: Int32) -> Int32 { Descriptors.shared.close(descriptor) }

  static func ioctl(_ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    Descriptors.shared.file(descriptor)?.ioctl(request, argument) ?? -EBADF
  }

  /// An address, or -errno.
  static func mmap(
    _ address: UnsafeMutableRawPointer?, _ length: Int, _ protection: Int32, _ flags: Int32, _ descriptor: Int32, _ offset: Int64
  ) -> Int {
    guard length > 0 else { return Int(-EINVAL) }
    guard let file = Descriptors.shared.file(descriptor) else { return Int(-EBADF) }
    let mapping = file.mapping(length, UInt64(bitPattern: offset))
    guard mapping.offset >= 0 else { return Int(mapping.offset) }
    let result = Glibc.mmap(address, length, protection, flags, mapping.descriptor, Int(mapping.offset))
    guard let result, result != MAP_FAILED else { return Int(-errno) }
    if mapping.ofThisProcess { carmine_not_in_children(result, length) }
    Trace.mmap(file.path, length, UInt64(bitPattern: offset), Int(bitPattern: result))
    file.mapped(mapping, result, length)
    return Int(bitPattern: result)
  }

  static func munmap(_ address: UnsafeMutableRawPointer, _ length: Int) -> Int32 {
    let process = Descriptors.shared.currentProcess()
    process.lock.withLock {
      for device in process.devices where device.doorbells != nil { device.doorbellWatch.remove(address, length) }
      process.svm.unmapped(UInt64(UInt(bitPattern: address)), UInt64(length))
    }
    return Glibc.munmap(address, length) == 0 ? 0 : -errno
  }

  static func read(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    Descriptors.shared.file(descriptor)?.read(descriptor, buffer, count) ?? Int(-EBADF)
  }

  static func write(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    Descriptors.shared.file(descriptor)?.write(descriptor, buffer, count) ?? Int(-EBADF)
  }

  static func seek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) -> Int64 {
    Descriptors.shared.file(descriptor)?.seek(descriptor, offset, whence) ?? Int64(-EBADF)
  }

  static func list(_ path: String, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    switch Descriptors.shared.currentProcess().sysfs.tree.find(path) {
    case .error(let error): return Int(-error)
    case .node(_, let node):
      guard case .folder(let names) = node.content else { return Int(-ENOTDIR) }
      let bytes = names.flatMap { (name: String) -> [UInt8] in Array(name.utf8) + [0] }
      if let buffer, bytes.count <= count { bytes.withUnsafeBytes { if $0.count > 0 { memcpy(buffer, $0.baseAddress!, bytes.count) } } }
      return bytes.count
    }
  }

  static func status(_ path: String, follow: Bool) -> (FileStatus?, Int32) {
    let tree = Descriptors.shared.currentProcess().sysfs.tree
    switch tree.find(path, followLast: follow) {
    case .error(let error): return (nil, -error)
    case .node(_, let node): return (tree.status(node), 0)
    }
  }

  /// The target of a link (`follow` false), or the path without links; not NUL-terminated.  Bytes needed, or -errno.
  static func link(_ path: String, resolved: Bool, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    switch Descriptors.shared.currentProcess().sysfs.tree.find(path, followLast: resolved) {
    case .error(let error): return Int(-error)
    case .node(let found, let node):
      var text = found
      if !resolved {
        guard case .link(let target) = node.content else { return Int(-EINVAL) }
        text = target
      }
      return put(text, buffer, count)
    }
  }

  static func path(of descriptor: Int32, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let file = Descriptors.shared.file(descriptor) else { return Int(-EBADF) }
    return put(file.path, buffer, count)
  }

  private static func put(_ text: String, _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    var text = text
    return text.withUTF8 { bytes in
      if let buffer, let base = bytes.baseAddress { memcpy(buffer, base, min(bytes.count, count)) }
      return bytes.count
    }
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
      list: { path, buffer, count in path.map { Int64(Calls.list(String(cString: $0), buffer, count)) } ?? Int64(-EFAULT) },
      write: { Int64(Calls.write($0, $1, $2)) },
      seek: { Calls.seek($0, $1, $2) },
      status: { path, follow, result in
        guard let path, let result else { return -EFAULT }
        let (status, error) = Calls.status(String(cString: path), follow: follow != 0)
        if let status { result.pointee = carmine_file_status(status) }
        return error
      },
      status_of: { descriptor, result in
        guard let file = Descriptors.shared.file(descriptor), let result else { return -EBADF }
        result.pointee = carmine_file_status(file.status)
        return 0
      },
      link: { path, resolved, buffer, count in
        path.map { Int64(Calls.link(String(cString: $0), resolved: resolved != 0, buffer, count)) } ?? Int64(-EFAULT)
      },
      path_of: { Int64(Calls.path(of: $0, $1, $2)) },
      duplicated: { Descriptors.shared.duplicated($0, $1) },
      forget: { Descriptors.shared.forget($0) },
      adopt: { Descriptors.shared.adopt($0) },
      observe: { Descriptors.shared.observe($0, $1) }))
    return UnsafePointer(table)
  }()
}

/// The only entry of libcarmine-softgpu.so.  Starts nothing.
@c(carmine_softgpu_kernel) public func softGPUKernel() -> UnsafePointer<carmine_kernel_calls> { Calls.table }

extension carmine_file_status {
  init(_ status: FileStatus) {
    self.init(
      inode: status.inode, size: status.size, mode: status.mode, links: status.links, major: status.major, minor: status.minor)
  }
}
