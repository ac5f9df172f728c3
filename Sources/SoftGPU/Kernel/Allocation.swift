// One buffer of ALLOC_MEMORY_OF_GPU.
import ISA
import CKFD

final class Allocation {
  enum Place: Sendable { case vram, gtt, userPointer, doorbell, mmioRemap }
  let handle: UInt64
  let place: Place
  let device: SoftDevice
  let gpuAddress: UInt64
  let size: UInt64                       // as accounted: whole pages
  let host: UnsafeMutableRawPointer
  let extent: Extent?                    // of VRAM and GTT
  let permissions: Permissions
  let mmapOffset: UInt64
  /// gpu_ids that it is mapped on now, and those that it ever was.
  var mapped: Set<UInt32> = []
  var attached: Set<UInt32> = []

  init(
    handle: UInt64, place: Place, device: SoftDevice, gpuAddress: UInt64, size: UInt64, host: UnsafeMutableRawPointer,
    extent: Extent?, permissions: Permissions, mmapOffset: UInt64
  ) {
    self.handle = handle; self.place = place; self.device = device; self.gpuAddress = gpuAddress; self.size = size
    self.host = host; self.extent = extent; self.permissions = permissions; self.mmapOffset = mmapOffset
  }
}

extension UInt64 {
  var pageRounded: UInt64 { (self &+ 4095) & ~4095 }
}
