// How much memory the driver wants for a compute queue's saved waves: published in sysfs, checked by CREATE_QUEUE.
// Source: drivers/gpu/drm/amd/amdkfd/kfd_queue.c of Linux 6.12 (kfd_queue_ctx_save_restore_size); AMD's own library asks
// for the same sizes (0x18000 and 0xb108000 for the 304 compute units of gfx942: recorded).

extension DeviceKind {
  /// Bytes of the control stack of one XCC.
  var controlStackBytes: Int {
    let perXCC = computeUnits / xccCount
    let old = gfxTargetVersion < 100_100
    let waves = old ? min(perXCC * 40, shaderArrays / arraysPerEngine * 512) : perXCC * 32
    let header = 40, perWave = old ? 8 : 12
    let size = pages(header + waves * perWave + 8)
    return gfxTargetVersion / 10000 == 10 ? min(size, 0x7000) : size
  }

  /// Bytes of the whole save area of one XCC, control stack included.
  var contextSaveBytes: Int {
    let vgprs: Int =
      switch gfxTargetVersion {
      case 90008, 90010, 90402, 90500: 0x80000
      case 110000, 110001, 120000, 120001: 0x60000
      default: 0x40000
      }
    let perCU = vgprs + 0x4000 + 0x10000 + 0x1000         // VGPRs, SGPRs, LDS, hardware registers
    return controlStackBytes + pages(computeUnits / xccCount * perCU)
  }

  /// Bytes of the end-of-pipe buffer of a compute queue.
  var endOfPipeBytes: Int { 4096 }

  /// Bytes that debuggers may use behind the save area, for one XCC.
  var debugMemoryBytes: Int {
    let perXCC = computeUnits / xccCount
    let waves = gfxTargetVersion < 100_100 ? min(perXCC * 40, shaderArrays / arraysPerEngine * 512) : perXCC * 32
    return (waves * 32 + 63) / 64 * 64
  }

  private func pages(_ bytes: Int) -> Int { (bytes + 4095) / 4096 * 4096 }
}
