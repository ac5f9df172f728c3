// How large a compute queue's buffers must be.  Newer kernels publish it; for older ones it is computed as they compute it.
// Source: drivers/gpu/drm/amd/amdkfd/kfd_queue.c (kfd_queue_ctx_save_restore_size) of Linux 6.12.

struct QueueBuffers: Equatable, Sendable {
  var controlStackBytes: Int     // of one XCC
  var contextSaveBytes: Int      // of one XCC, control stack included
  var debuggerBytes: Int         // of one XCC
  var endOfPipeBytes = 4096
  var xccCount: Int

  /// What must be mapped at the save area's address.
  var totalBytes: Int { Self.pages((contextSaveBytes + debuggerBytes) * xccCount) }

  init(_ node: Node) {
    let version = node.gfxTargetVersion
    let units = node.computeUnitCount / node.xccCount
    let isOld = version < 100_100
    let waves = isOld ? min(units * 40, node.arrayCount / node.arraysPerEngine * 512) : units * 32
    let vgprs =
      switch version {
      case 90008, 90010, 90400, 90401, 90402, 90500: 0x80000
      case 110000, 110001, 120000, 120001: 0x60000
      default: 0x40000
      }
    let perUnit = vgprs + 0x4000 + max(0x10000, node.ldsBytes) + 0x1000  // VGPRs, SGPRs, LDS, hardware registers
    var stack = Self.pages(40 + waves * (isOld ? 8 : 12) + 8)
    if version / 10000 == 10 { stack = min(stack, 0x7000) }
    controlStackBytes = node.controlStackSize > 0 ? node.controlStackSize : stack
    contextSaveBytes = node.cwsrSize > 0 ? node.cwsrSize : stack + Self.pages(units * perUnit)
    debuggerBytes = (waves * 32 + 63) / 64 * 64
    xccCount = node.xccCount
  }

  private static func pages(_ bytes: Int) -> Int { (bytes + 4095) & ~4095 }
}
