// Hardware queues: create, change, destroy.
import CKFD

/// KFD_IOC_QUEUE_TYPE_*.
public struct QueueType: RawRepresentable, Sendable, Equatable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let computePM4 = Self(rawValue: 0)
  public static let sdma = Self(rawValue: 1)
  public static let computeAQL = Self(rawValue: 2)
  public static let sdmaXGMI = Self(rawValue: 3)
}

/// What CREATE_QUEUE wants to know; addresses are GPU addresses.
public struct QueueDescription: Sendable {
  public var gpuID: UInt32
  public var type: QueueType
  public var ringBase: UInt64
  /// Bytes, a power of two.
  public var ringSize: UInt32
  /// For AQL: of `write_dispatch_id` and `read_dispatch_id` in an amd_queue_t.
  public var writePointer: UInt64
  public var readPointer: UInt64
  public var percentage: UInt32 = 100
  public var priority: UInt32 = 7
  public var endOfPipe: (address: UInt64, size: UInt64) = (0, 0)
  public var contextSave: (address: UInt64, size: UInt32, controlStackSize: UInt32) = (0, 0, 0)

  public init(
    gpuID: UInt32, type: QueueType, ringBase: UInt64, ringSize: UInt32, writePointer: UInt64, readPointer: UInt64
  ) {
    self.gpuID = gpuID; self.type = type; self.ringBase = ringBase; self.ringSize = ringSize
    self.writePointer = writePointer; self.readPointer = readPointer
  }
}

/// A queue as the kernel knows it.
public struct QueueHandle: Sendable {
  public let queueID: UInt32
  /// mmap offset on /dev/kfd of the page(s) of doorbells, and this queue's place inside.
  public let doorbellPageOffset: UInt64
  public let doorbellOffsetInPage: Int
  /// Doorbells of a process on one GPU from gfx9 on: 1024 of 8 bytes.
  public static let doorbellPageBytes = 8192
}

extension Driver {
  public func createQueue(_ description: QueueDescription) throws(KFDError) -> QueueHandle {
    var arguments = kfd_ioctl_create_queue_args()
    arguments.ring_base_address = description.ringBase
    arguments.write_pointer_address = description.writePointer
    arguments.read_pointer_address = description.readPointer
    arguments.ring_size = description.ringSize
    arguments.gpu_id = description.gpuID
    arguments.queue_type = description.type.rawValue
    arguments.queue_percentage = description.percentage
    arguments.queue_priority = description.priority
    arguments.eop_buffer_address = description.endOfPipe.address
    arguments.eop_buffer_size = description.endOfPipe.size
    arguments.ctx_save_restore_address = description.contextSave.address
    arguments.ctx_save_restore_size = description.contextSave.size
    arguments.ctl_stack_size = description.contextSave.controlStackSize
    try call(
      Ioctls.createQueue, &arguments,
      [
        ("gpu_id", UInt64(description.gpuID)), ("queue_type", UInt64(description.type.rawValue)),
        ("ring_base_address", description.ringBase), ("ring_size", UInt64(description.ringSize)),
      ])
    let inPage = arguments.doorbell_offset & UInt64(QueueHandle.doorbellPageBytes - 1)
    return QueueHandle(
      queueID: arguments.queue_id, doorbellPageOffset: arguments.doorbell_offset - inPage, doorbellOffsetInPage: Int(inPage))
  }

  /// Percentage 0 or ring address 0 pauses the queue.
  public func updateQueue(
    _ queueID: UInt32, ringBase: UInt64, ringSize: UInt32, percentage: UInt32, priority: UInt32
  ) throws(KFDError) {
    var arguments = kfd_ioctl_update_queue_args(
      ring_base_address: ringBase, queue_id: queueID, ring_size: ringSize, queue_percentage: percentage,
      queue_priority: priority)
    try call(
      Ioctls.updateQueue, &arguments, [("queue_id", UInt64(queueID)), ("queue_percentage", UInt64(percentage))])
  }

  /// Returns when the queue no longer runs; packets that it has not started are not run.
  public func destroyQueue(_ queueID: UInt32) throws(KFDError) {
    var arguments = kfd_ioctl_destroy_queue_args(queue_id: queueID, pad: 0)
    try call(Ioctls.destroyQueue, &arguments, [("queue_id", UInt64(queueID))])
  }

  /// Which compute units may run the queue's workgroups from now on, a bit each.
  public func setCUMask(_ queueID: UInt32, _ mask: [UInt32]) throws(KFDError) {
    var words = mask, failure: KFDError?
    words.withUnsafeMutableBufferPointer { words in
      var arguments = kfd_ioctl_set_cu_mask_args()
      arguments.queue_id = queueID
      arguments.num_cu_mask = UInt32(words.count * 32)
      arguments.cu_mask_ptr = UInt64(UInt(bitPattern: words.baseAddress))
      do throws(KFDError) { try call(Ioctls.setCUMask, &arguments, [("queue_id", UInt64(queueID)), ("num_cu_mask", UInt64(words.count * 32))]) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
