// DRM's sync objects, as a render node offers them: what Vulkan's semaphores are on AMD GPUs.
// Threads: any.  Source: drm/drm.h; drm_syncobj.c of Linux 6.12.
import CKFD
import Glibc

extension Driver {
  /// One ioctl on a render node; 0 or -errno.  `isAnswered`: the kernel writes to the arguments.
  func drm<A>(_ renderNode: Int32, _ number: UInt, _ arguments: inout A, isAnswered: Bool = true) -> Int32 {
    let request = (isAnswered ? 3 : 1) << 30 | UInt(MemoryLayout<A>.size) << 16 | UInt(UInt8(ascii: "d")) << 8 | number
    return unsafe withUnsafeMutablePointer(to: &arguments) { pointer in
      while true {
        let result = unsafe kernel.ioctl(renderNode, request, UnsafeMutableRawPointer(pointer))
        if result != -EINTR && result != -EAGAIN { return result }
      }
    }
  }

  /// The sync object of a descriptor, which stays the caller's; its handle.
  public func syncObject(of descriptor: Int32, renderNode: Int32) throws(KFDError) -> UInt32 {
    var arguments = drm_syncobj_handle()
    arguments.fd = descriptor
    let error = drm(renderNode, 0xc2, &arguments)
    guard error == 0 else { throw KFDError("SYNCOBJ_FD_TO_HANDLE", -error, details: [("fd", UInt64(UInt32(bitPattern: descriptor)))]) }
    return arguments.handle
  }

  public func destroySyncObject(_ handle: UInt32, renderNode: Int32) {
    var arguments = drm_syncobj_destroy()
    arguments.handle = handle
    _ = drm(renderNode, 0xc0, &arguments)
  }

  /// Whether the object has come to `point`; 0 for an object that is no timeline.  Does not wait.
  public func isSignaled(_ handle: UInt32, point: UInt64, renderNode: Int32) -> Bool {
    var handle = handle, point = point
    return unsafe withUnsafeMutablePointer(to: &handle) { handles in
      unsafe withUnsafeMutablePointer(to: &point) { points in
        var arguments = drm_syncobj_timeline_wait()
        arguments.handles = UInt64(UInt(bitPattern: unsafe handles))
        arguments.points = UInt64(UInt(bitPattern: unsafe points))
        arguments.count_handles = 1
        arguments.flags = UInt32(DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT)
        return drm(renderNode, 0xca, &arguments) == 0
      }
    }
  }

  public func signalSyncObject(_ handle: UInt32, point: UInt64, renderNode: Int32) {
    var handle = handle, point = point
    unsafe withUnsafeMutablePointer(to: &handle) { handles in
      unsafe withUnsafeMutablePointer(to: &point) { points in
        if unsafe points.pointee == 0 {
          var arguments = drm_syncobj_array()
          arguments.handles = UInt64(UInt(bitPattern: unsafe handles))
          arguments.count_handles = 1
          _ = drm(renderNode, 0xc5, &arguments)
        } else {
          var arguments = drm_syncobj_timeline_array()
          arguments.handles = UInt64(UInt(bitPattern: unsafe handles))
          arguments.points = UInt64(UInt(bitPattern: unsafe points))
          arguments.count_handles = 1
          _ = drm(renderNode, 0xcd, &arguments)
        }
      }
    }
  }

  public func resetSyncObject(_ handle: UInt32, renderNode: Int32) {
    var handle = handle
    unsafe withUnsafeMutablePointer(to: &handle) { handles in
      var arguments = drm_syncobj_array()
      arguments.handles = UInt64(UInt(bitPattern: unsafe handles))
      arguments.count_handles = 1
      _ = drm(renderNode, 0xc4, &arguments)
    }
  }
}
