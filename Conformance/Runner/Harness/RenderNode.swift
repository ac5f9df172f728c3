// Objects of another driver: memory and sync objects of an AMD render node, which Vulkan on AMD GPUs exports as its own.  Where there is no
// render node, or the library does not take its objects (NVIDIA's does not), a case is skipped.
// Threads: one.  Source: drm/drm.h and drm/amdgpu_drm.h of Linux: the requests and their arguments.
import CConformance
import Glibc

final class RenderNode {
  private let file: Int32

  /// The first that can be opened.
  init() throws {
    for minor in 128..<136 {
      let opened = open("/dev/dri/renderD\(minor)", O_RDWR | O_CLOEXEC)
      if opened >= 0 { file = opened; return }
    }
    throw Skip("there is no render node whose objects could be imported")
  }
  deinit { close(file) }

  /// A library that is well and refuses what the render node gives is of another vendor.
  fileprivate static func taken(_ answer: cudaError_t, _ what: String, _ descriptor: Int32) throws {
    if answer == cudaSuccess { return }
    close(descriptor)
    try fails(answer, answer)
    throw Skip("the library does not import \(what) of the render node: \(errorName(answer))")
  }

  fileprivate func ask<A>(_ request: UInt, _ arguments: inout A, _ what: String) throws {
    if withUnsafeMutablePointer(to: &arguments, { ioctl(file, request, UnsafeMutableRawPointer($0)) }) != 0 { throw Skip("the render node's \(what): errno \(errno)") }
  }

  // MARK: memory

  /// A buffer in host memory or VRAM that this process sees at `host`.
  final class Buffer {
    let node: RenderNode, bytes: Int, host: UnsafeMutablePointer<UInt8>
    fileprivate let handle: UInt32

    fileprivate init(_ node: RenderNode, bytes: Int, domain: UInt64) throws {
      // AMDGPU_GEM_CREATE with AMDGPU_GEM_CREATE_CPU_ACCESS_REQUIRED; the handle comes back in the first word.
      var create: (bytes: UInt64, alignment: UInt64, domains: UInt64, flags: UInt64) = (UInt64(bytes), 4096, domain, 1)
      try node.ask(0xc020_6440, &create, "AMDGPU_GEM_CREATE")
      handle = UInt32(truncatingIfNeeded: create.bytes)
      var offset = UInt64(handle)
      try node.ask(0xc008_6441, &offset, "AMDGPU_GEM_MMAP")
      guard let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, node.file, off_t(offset)), mapped != MAP_FAILED else {
        throw Skip("the render node's memory cannot be mapped: errno \(errno)")
      }
      (self.node, self.bytes, host) = (node, bytes, mapped.assumingMemoryBound(to: UInt8.self))
    }
    deinit { munmap(host, bytes) }

    /// A new descriptor (DRM_IOCTL_PRIME_HANDLE_TO_FD).
    func descriptor() throws -> Int32 {
      var export: (handle: UInt32, flags: UInt32, descriptor: Int32) = (handle, UInt32(O_CLOEXEC | O_RDWR), -1)
      try node.ask(0xc00c_642d, &export, "PRIME_HANDLE_TO_FD")
      return export.descriptor
    }

    /// The buffer, imported whole.
    func imported() throws -> cudaExternalMemory_t {
      var description = cudaExternalMemoryHandleDesc(), memory: cudaExternalMemory_t?
      description.type = cudaExternalMemoryHandleTypeOpaqueFd
      description.handle.fd = try descriptor()
      description.size = UInt64(bytes)
      try RenderNode.taken(cudaImportExternalMemory(&memory, &description), "memory", description.handle.fd)
      return try some(memory, "the memory")
    }
  }

  /// AMDGPU_GEM_DOMAIN_GTT and _VRAM.
  enum Domain: UInt64 { case host = 2, device = 4 }
  func buffer(_ bytes: Int, _ domain: Domain = .device) throws -> Buffer { try Buffer(self, bytes: bytes, domain: domain.rawValue) }

  // MARK: sync objects

  final class SyncObject {
    private let node: RenderNode
    private var handle: UInt32

    fileprivate init(_ node: RenderNode) throws {
      var create: (handle: UInt32, flags: UInt32) = (0, 0)
      try node.ask(0xc008_64bf, &create, "SYNCOBJ_CREATE")
      (self.node, handle) = (node, create.handle)
    }

    func imported(timeline: Bool) throws -> cudaExternalSemaphore_t {
      var export: (handle: UInt32, flags: UInt32, descriptor: Int32, pad: UInt32) = (handle, 0, -1, 0)
      try node.ask(0xc010_64c1, &export, "SYNCOBJ_HANDLE_TO_FD")
      var description = cudaExternalSemaphoreHandleDesc(), semaphore: cudaExternalSemaphore_t?
      description.type = timeline ? cudaExternalSemaphoreHandleTypeTimelineSemaphoreFd : cudaExternalSemaphoreHandleTypeOpaqueFd
      description.handle.fd = export.descriptor
      try RenderNode.taken(cudaImportExternalSemaphore(&semaphore, &description), "sync objects", export.descriptor)
      return try some(semaphore, "the semaphore")
    }

    private func timeline(_ request: UInt, _ point: UInt64, _ what: String) throws -> UInt64 {
      var point = point
      try withUnsafeMutablePointer(to: &handle) { handles in
        try withUnsafeMutablePointer(to: &point) { points in
          var arguments: (handles: UInt64, points: UInt64, count: UInt32, flags: UInt32) =
            (UInt64(UInt(bitPattern: handles)), UInt64(UInt(bitPattern: points)), 1, 0)
          try node.ask(request, &arguments, what)
        }
      }
      return point
    }
    /// The other driver's view of a timeline.
    func point() throws -> UInt64 { try timeline(0xc018_64cb, 0, "SYNCOBJ_QUERY") }
    func signal(_ point: UInt64) throws { _ = try timeline(0xc018_64cd, point, "SYNCOBJ_TIMELINE_SIGNAL") }

    /// The other driver signals a binary object.
    func signal() throws {
      try withUnsafeMutablePointer(to: &handle) { handles in
        var arguments: (handles: UInt64, count: UInt32, pad: UInt32) = (UInt64(UInt(bitPattern: handles)), 1, 0)
        try node.ask(0xc010_64c5, &arguments, "SYNCOBJ_SIGNAL")
      }
    }
  }
  func syncObject() throws -> SyncObject { try SyncObject(self) }
}
