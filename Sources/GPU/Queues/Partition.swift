// A part of a GPU's compute units with queues of its own: what a timeline of the partition dispatches runs there and nowhere else.
// Threads: any; immutable.  The queues are QueueSet's, which takes the mask off them when the partition ends.
// Source: KFD_IOC_SET_CU_MASK, linux/kfd_ioctl.h; bit b of a mask is compute unit b / num_xcc of XCC b % num_xcc
// (drivers/gpu/drm/amd/amdkfd/kfd_mqd_manager.c).

public final class Partition: Sendable {
  /// One bit a compute unit.
  public let mask: [UInt32]
  /// The most queues that its timelines are spread over.
  public let queueLimit: Int
  private let device: Device

  /// `units`: compute units by the driver's numbering.
  public init(device: Device, units: some Sequence<Int>, queueLimit: Int) {
    var mask = [UInt32](repeating: 0, count: (device.node.computeUnitCount + 31) / 32)
    for unit in units { mask[unit / 32] |= 1 << UInt32(unit % 32) }
    self.mask = mask
    self.device = device
    self.queueLimit = max(1, queueLimit)
  }

  deinit { device.queues.dissolve(ObjectIdentifier(self)) }

  /// Every unit of the device.
  static func wholeMask(_ node: Node) -> [UInt32] {
    (0..<(node.computeUnitCount + 31) / 32).map { word in
      let left = node.computeUnitCount - word * 32
      return left >= 32 ? .max : (1 << UInt32(left)) - 1
    }
  }
}
