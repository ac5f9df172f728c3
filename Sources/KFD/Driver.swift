// An open /dev/kfd: ioctls with types, errors with names.  The extensions hold the calls by topic.
// Threads: any.  The descriptor closes with the last reference; the kernel's state of this process (events, queues,
// allocations) outlives it, as the recorded driver's does.
// A call that a signal interrupted is repeated: every ioctl here either did nothing or says in its arguments what is left.
import CKFD
import Glibc

public final class Driver: Sendable {
  public static let path = "/dev/kfd"

  public let kernel: any Kernel
  public let descriptor: Int32

  public init(kernel: any Kernel) throws(KFDError) {
    let descriptor = kernel.open(Self.path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw KFDError.opening(Self.path, -descriptor) }
    self.kernel = kernel
    self.descriptor = descriptor
  }

  deinit { _ = kernel.close(descriptor) }

  /// Performs one ioctl on /dev/kfd, again after EINTR and EAGAIN.
  public func call<A>(
    _ ioctl: Ioctl<A>, _ arguments: inout A,
    _ details: @autoclosure () -> [(name: StaticString, value: UInt64)] = []
  ) throws(KFDError) {
    let error = unsafe withUnsafeMutablePointer(to: &arguments) { pointer in
      while true {
        let result = unsafe kernel.ioctl(descriptor, ioctl.request, UnsafeMutableRawPointer(pointer))
        if result == -EINTR || result == -EAGAIN { continue }
        return result < 0 ? -result : 0
      }
    }
    if error != 0 { throw KFDError(ioctl.name, error, details: details()) }
  }

  /// Maps part of /dev/kfd (doorbells, event page) or of a render node.
  public func map(
    _ byteCount: Int, at address: UnsafeMutableRawPointer? = nil, protection: Int32 = PROT_READ | PROT_WRITE,
    flags: Int32 = MAP_SHARED, descriptor: Int32, offset: UInt64
  ) throws(KFDError) -> UnsafeMutableRawPointer {
    let result = unsafe kernel.mmap(address, byteCount, protection, flags, descriptor, Int64(bitPattern: offset))
    guard !(-4095..<0).contains(result), let base = unsafe UnsafeMutableRawPointer(bitPattern: result) else {
      throw KFDError(
        "mmap", Int32(-result),
        details: [("length", UInt64(byteCount)), ("offset", offset), ("fd", UInt64(UInt32(bitPattern: descriptor)))])
    }
    return unsafe base
  }

  public func unmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) throws(KFDError) {
    let result = unsafe kernel.munmap(address, byteCount)
    guard result >= 0 else { throw KFDError("munmap", -result, details: [("length", UInt64(byteCount))]) }
  }

  /// Opens /dev/dri/renderD<minor>; the caller closes it with `kernel.close`.
  public func openRenderNode(_ minor: UInt32) throws(KFDError) -> Int32 {
    let path = "/dev/dri/renderD\(minor)"
    let descriptor = kernel.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw KFDError.opening(path, -descriptor) }
    return descriptor
  }

  /// The interface's version; 1.14 and later know RUNTIME_ENABLE.
  public func version() throws(KFDError) -> (major: UInt32, minor: UInt32) {
    var arguments = kfd_ioctl_get_version_args()
    try call(Ioctls.getVersion, &arguments)
    return (arguments.major_version, arguments.minor_version)
  }

  /// The apertures of each GPU of the topology; `nodeCount` is at least their number.
  public func apertures(nodeCount: Int) throws(KFDError) -> [kfd_process_device_apertures] {
    var entries = [kfd_process_device_apertures](repeating: .init(), count: max(nodeCount, 1))
    var arguments = kfd_ioctl_get_process_apertures_new_args()
    arguments.num_of_nodes = UInt32(nodeCount)
    let failure: KFDError? = unsafe entries.withUnsafeMutableBufferPointer { buffer in
      arguments.kfd_process_device_apertures_ptr = UInt64(UInt(bitPattern: buffer.baseAddress))
      do throws(KFDError) { try call(Ioctls.getProcessAperturesNew, &arguments, [("num_of_nodes", UInt64(nodeCount))]) }
      catch { return error }
      return nil
    }
    if let failure { throw failure }
    return Array(entries.prefix(Int(arguments.num_of_nodes)))
  }

  /// Binds the GPU's address space of this process to an open render node.
  public func acquireVM(gpuID: UInt32, renderNode: Int32) throws(KFDError) {
    var arguments = kfd_ioctl_acquire_vm_args(drm_fd: UInt32(bitPattern: renderNode), gpu_id: gpuID)
    try call(Ioctls.acquireVM, &arguments, [("gpu_id", UInt64(gpuID)), ("drm_fd", UInt64(UInt32(bitPattern: renderNode)))])
  }

  /// GPU clock and system clock read together; the GPU's counts as dispatch timestamps do.
  public func clockCounters(gpuID: UInt32) throws(KFDError) -> kfd_ioctl_get_clock_counters_args {
    var arguments = kfd_ioctl_get_clock_counters_args()
    arguments.gpu_id = gpuID
    try call(Ioctls.getClockCounters, &arguments, [("gpu_id", UInt64(gpuID))])
    return arguments
  }

  public func runtimeEnable(debugAddress: UInt64 = 0, modeMask: UInt32) throws(KFDError) -> UInt32 {
    var arguments = kfd_ioctl_runtime_enable_args_1_14(r_debug: debugAddress, mode_mask: modeMask, capabilities_mask: 0)
    try call(Ioctls.runtimeEnable, &arguments, [("mode_mask", UInt64(modeMask))])
    return arguments.capabilities_mask
  }

  /// Asks for (1), forbids (0) or queries (-1) retried page faults; returns the mode now.
  public func setXNACKMode(_ mode: Int32) throws(KFDError) -> Int32 {
    var arguments = kfd_ioctl_set_xnack_mode_args(xnack_enabled: mode)
    try call(Ioctls.setXNACKMode, &arguments, [("xnack_enabled", UInt64(UInt32(bitPattern: mode)))])
    return arguments.xnack_enabled
  }
}
