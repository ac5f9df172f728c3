// The ioctls of a render node: DRM's own and amdgpu's, one row each.  Decoded as DRM does: by number, as many bytes as the
// caller's code says, in the directions that both the caller and the row have.
// Source: drm_ioctl.c and amdgpu_drv.c of Linux 6.12 (numbers, who may call what on a render node).
import CKFD
import CSoftGPU
import Glibc

struct DRMRow: Sendable {
  let number: UInt8
  let name: String
  let size: Int
  let copiesIn: Bool, copiesOut: Bool
  /// Runs without the process's lock, and may take its time.
  let waits: Bool
  let handler: @Sendable (RenderFile, UnsafeMutableRawPointer) -> Int32

  init<A>(_ number: UInt8, _ name: String, _ direction: String, waits: Bool = false, _ body: @escaping @Sendable (RenderFile, inout A) -> Int32) {
    self.number = number
    self.name = name
    self.waits = waits
    size = MemoryLayout<A>.size
    copiesIn = direction.contains("W")
    copiesOut = direction.contains("R")
    handler = { file, pointer in body(file, &pointer.assumingMemoryBound(to: A.self).pointee) }
  }
}

enum DRMTable {
  static let byNumber: [DRMRow?] = {
    var table = [DRMRow?](repeating: nil, count: 256)
    for row in rows { table[Int(row.number)] = row }
    return table
  }()

  /// Calls that exist but not on a render node: EACCES.
  private static let notOnRenderNodes: Set<UInt8> = [
    0x01, 0x02, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x0d, 0x10, 0x11, 0x1e, 0x1f, 0x3a, 0x55,
  ]

  // W: the caller writes to the kernel (_IOW); R: it reads (_IOR).
  static let rows: [DRMRow] = [
    DRMRow(0x00, "VERSION", "WR") { $0.version(&$1) },
    DRMRow(0x09, "GEM_CLOSE", "W") { $0.closeHandle(&$1) },
    DRMRow(0x0c, "GET_CAP", "WR") { $0.capability(&$1) },
    DRMRow(0x2d, "PRIME_HANDLE_TO_FD", "WR") { $0.primeHandleToDescriptor(&$1) },
    DRMRow(0x2e, "PRIME_FD_TO_HANDLE", "WR") { $0.primeDescriptorToHandle(&$1) },
    DRMRow(0x40, "AMDGPU_GEM_CREATE", "WR") { $0.create(&$1) },
    DRMRow(0x41, "AMDGPU_GEM_MMAP", "WR") { $0.mapOffset(&$1) },
    DRMRow(0x42, "AMDGPU_CTX", "WR") { $0.context(&$1) },
    DRMRow(0x43, "AMDGPU_BO_LIST", "WR") { $0.bufferList(&$1) },
    DRMRow(0x44, "AMDGPU_CS", "WR") { (_: RenderFile, _: inout drm_amdgpu_cs) in
      Log.info("AMDGPU_CS: there are no rings for command submission (HW_IP_INFO says 0); compute goes through /dev/kfd")
      return -EINVAL
    },
    DRMRow(0x45, "AMDGPU_INFO", "W") { $0.information(&$1) },
    DRMRow(0x46, "AMDGPU_GEM_METADATA", "WR") { $0.metadata(&$1) },
    DRMRow(0x47, "AMDGPU_GEM_WAIT_IDLE", "WR") { $0.waitIdle(&$1) },
    DRMRow(0x48, "AMDGPU_GEM_VA", "W") { $0.mapAddress(&$1) },
    DRMRow(0x50, "AMDGPU_GEM_OP", "WR") { $0.operation(&$1) },
    DRMRow(0x51, "AMDGPU_GEM_USERPTR", "WR") { $0.userPointer(&$1) },
    DRMRow(0x53, "AMDGPU_VM", "WR") { $0.virtualMemory(&$1) },
    DRMRow(0xbf, "SYNCOBJ_CREATE", "WR") { $0.createSyncObject(&$1) },
    DRMRow(0xc0, "SYNCOBJ_DESTROY", "WR") { $0.destroySyncObject(&$1) },
    DRMRow(0xc1, "SYNCOBJ_HANDLE_TO_FD", "WR") { $0.syncObjectToDescriptor(&$1) },
    DRMRow(0xc2, "SYNCOBJ_FD_TO_HANDLE", "WR") { $0.descriptorToSyncObject(&$1) },
    DRMRow(0xc3, "SYNCOBJ_WAIT", "WR", waits: true) { $0.waitForSyncObjects(&$1) },
    DRMRow(0xc4, "SYNCOBJ_RESET", "WR", waits: true) { $0.resetSyncObjects(&$1) },
    DRMRow(0xc5, "SYNCOBJ_SIGNAL", "WR", waits: true) { $0.signalSyncObjects(&$1) },
    DRMRow(0xca, "SYNCOBJ_TIMELINE_WAIT", "WR", waits: true) { $0.waitForTimelines(&$1) },
    DRMRow(0xcb, "SYNCOBJ_QUERY", "WR", waits: true) { $0.queryTimelines(&$1) },
    DRMRow(0xcd, "SYNCOBJ_TIMELINE_SIGNAL", "WR", waits: true) { $0.signalTimelines(&$1) },
  ]

  static func perform(_ file: RenderFile, _ request: UInt, _ address: UInt64) -> Int32 {
    let number = UInt8(request & 0xff)
    guard let row = byNumber[Int(number)] else {
      if notOnRenderNodes.contains(number) { return -EACCES }
      Log.info("ioctl 0x" + String(request, radix: 16) + " on a render node is not known")
      Trace.call("DRM nr 0x" + String(number, radix: 16), -EINVAL)
      return -EINVAL
    }
    let size = Int(request >> 16 & 0x3fff)
    let inBytes = row.copiesIn && request >> 30 & 1 == 1 ? size : 0
    let outBytes = row.copiesOut && request >> 31 & 1 == 1 ? size : 0
    return withUnsafeTemporaryAllocation(byteCount: max(size, row.size), alignment: 16) { buffer in
      let pointer = buffer.baseAddress!
      memset(pointer, 0, buffer.count)
      if inBytes > 0 && carmine_copy_in(pointer, address, inBytes) != 0 { return -EFAULT }
      var result = row.waits ? row.handler(file, pointer) : file.process.lock.withLock { row.handler(file, pointer) }
      if outBytes > 0 && carmine_copy_out(address, pointer, outBytes) != 0 { result = -EFAULT }
      if result < 0 { Log.trace("\(row.name) -> errno \(-result)") }
      Trace.call("DRM \(row.name)", result)
      return result
    }
  }
}
