// Buffer objects on a render node: a dma-buf's handle there, and addresses of one's own choice for it in the GPU's address space.
// KFD's own allocations have the address that they were made with; since KFD 1.15 a process may map what it exported at others as well.
// Threads: any.  Order: a mapping is there when the call returns; whoever unmaps knows that no kernel uses the addresses.
// Source: libdrm/amdgpu_drm.h; amdgpu_gem.c and drm_prime.c of Linux 6.12; KFD's version 1.15 in linux/kfd_ioctl.h.
import CKFD
import Glibc

/// AMDGPU_VM_PAGE_…
public struct PagePermissions: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let readable = Self(rawValue: 1 << 1)
  public static let writable = Self(rawValue: 1 << 2)
  public static let executable = Self(rawValue: 1 << 3)
}

extension Driver {
  /// The buffer behind a dma-buf, which stays the caller's.  One buffer has one handle on a render node, however often it is asked for.
  public func buffer(of descriptor: Int32, renderNode: Int32) throws(KFDError) -> UInt32 {
    var arguments = drm_prime_handle()
    arguments.fd = descriptor
    let error = drm(renderNode, 0x2e, &arguments)
    guard error == 0 else { throw KFDError("PRIME_FD_TO_HANDLE", -error, details: [("fd", UInt64(UInt32(bitPattern: descriptor)))]) }
    return arguments.handle
  }

  /// Ends the handle, and the buffer's addresses that came from it.
  public func closeBuffer(_ handle: UInt32, renderNode: Int32) {
    var arguments = drm_gem_close()
    arguments.handle = handle
    _ = drm(renderNode, 0x09, &arguments, isAnswered: false)
  }

  public func mapBuffer(_ handle: UInt32, at address: UInt64, byteCount: UInt64, _ permissions: PagePermissions, renderNode: Int32) throws(KFDError) {
    try changeAddress(handle, UInt32(AMDGPU_VA_OP_MAP), address, byteCount, permissions, renderNode)
  }

  public func unmapBuffer(_ handle: UInt32, at address: UInt64, byteCount: UInt64, renderNode: Int32) throws(KFDError) {
    try changeAddress(handle, UInt32(AMDGPU_VA_OP_UNMAP), address, byteCount, [], renderNode)
  }

  private func changeAddress(
    _ handle: UInt32, _ operation: UInt32, _ address: UInt64, _ byteCount: UInt64, _ permissions: PagePermissions, _ renderNode: Int32
  ) throws(KFDError) {
    var arguments = drm_amdgpu_gem_va()
    (arguments.handle, arguments.operation, arguments.flags) = (handle, operation, permissions.rawValue)
    (arguments.va_address, arguments.map_size) = (address, byteCount)
    let error = drm(renderNode, 0x48, &arguments, isAnswered: false)
    guard error == 0 else {
      throw KFDError("AMDGPU_GEM_VA", -error, details: [("operation", UInt64(operation)), ("va_address", address), ("map_size", byteCount)])
    }
  }
}
