// One handle of ALLOC_MEMORY_OF_GPU or IMPORT_DMABUF: a buffer at a GPU address.
import CKFD
import ISA

final class Allocation {
  let handle: UInt64
  let object: BufferObject
  /// The device that it was allocated for or imported on.
  let device: SoftDevice
  let gpuAddress: UInt64
  let permissions: Permissions
  /// The ring of old AQL queues: the same memory twice, one after the other.
  let isDoubled: Bool
  let isImported: Bool
  /// gpu_ids that it is mapped on now.
  var mapped: Set<UInt32> = []

  init(handle: UInt64, object: BufferObject, device: SoftDevice, gpuAddress: UInt64, permissions: Permissions, isDoubled: Bool, isImported: Bool) {
    self.handle = handle; self.object = object; self.device = device; self.gpuAddress = gpuAddress
    self.permissions = permissions; self.isDoubled = isDoubled; self.isImported = isImported
  }

  /// KFD_IOC_ALLOC_MEM_FLAGS_…
  var flags: UInt32 { object.flags }
  var place: BufferObject.Domain { object.domain }
  var host: UnsafeMutableRawPointer { object.host }
  /// Bytes of the buffer; of GPU addresses there may be twice as many.
  var size: UInt64 { object.size }
  var mappedSize: UInt64 { isDoubled ? 2 * object.size : object.size }
}

extension UInt64 {
  var pageRounded: UInt64 { (self &+ 4095) & ~4095 }
}
