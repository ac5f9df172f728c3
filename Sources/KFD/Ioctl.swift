// The ioctls of /dev/kfd that we use, one row each.  Request codes are computed from the row as the kernel's macros do.
// Source: linux/kfd_ioctl.h (KFD 1.11), and CKFD's declarations of the newer ABI.
import CKFD

/// One ioctl and the kernel struct that it takes.
public struct Ioctl<Arguments>: Sendable {
  public enum Direction: UInt, Sendable { case write = 1, read = 2, readWrite = 3 }   // as seen by the caller
  public let name: String
  public let number: UInt8
  public let direction: Direction

  init(_ name: String, _ number: UInt8, _ direction: Direction) {
    self.name = name; self.number = number; self.direction = direction
  }

  /// _IOC('K', number, sizeof(Arguments)) with the direction.
  public var request: UInt {
    direction.rawValue << 30 | UInt(MemoryLayout<Arguments>.size) << 16 | UInt(UInt8(ascii: "K")) << 8 | UInt(number)
  }
}

/// Name and request code, for tests and lists.
public struct IoctlRow: Sendable {
  public let name: String, request: UInt
  init<A>(_ ioctl: Ioctl<A>) { name = ioctl.name; request = ioctl.request }
}

public enum Ioctls {
  public static let getVersion = Ioctl<kfd_ioctl_get_version_args>("GET_VERSION", 0x01, .read)
  public static let createQueue = Ioctl<kfd_ioctl_create_queue_args>("CREATE_QUEUE", 0x02, .readWrite)
  public static let destroyQueue = Ioctl<kfd_ioctl_destroy_queue_args>("DESTROY_QUEUE", 0x03, .readWrite)
  public static let setCUMask = Ioctl<kfd_ioctl_set_cu_mask_args>("SET_CU_MASK", 0x1a, .write)
  public static let setMemoryPolicy = Ioctl<kfd_ioctl_set_memory_policy_args>("SET_MEMORY_POLICY", 0x04, .write)
  public static let getClockCounters = Ioctl<kfd_ioctl_get_clock_counters_args>("GET_CLOCK_COUNTERS", 0x05, .readWrite)
  public static let updateQueue = Ioctl<kfd_ioctl_update_queue_args>("UPDATE_QUEUE", 0x07, .write)
  public static let createEvent = Ioctl<kfd_ioctl_create_event_args>("CREATE_EVENT", 0x08, .readWrite)
  public static let destroyEvent = Ioctl<kfd_ioctl_destroy_event_args>("DESTROY_EVENT", 0x09, .write)
  public static let setEvent = Ioctl<kfd_ioctl_set_event_args>("SET_EVENT", 0x0a, .write)
  public static let resetEvent = Ioctl<kfd_ioctl_reset_event_args>("RESET_EVENT", 0x0b, .write)
  public static let waitEvents = Ioctl<kfd_ioctl_wait_events_args>("WAIT_EVENTS", 0x0c, .readWrite)
  public static let setScratchBackingVA =
    Ioctl<kfd_ioctl_set_scratch_backing_va_args>("SET_SCRATCH_BACKING_VA", 0x11, .readWrite)
  public static let setTrapHandler = Ioctl<kfd_ioctl_set_trap_handler_args>("SET_TRAP_HANDLER", 0x13, .write)
  public static let getProcessAperturesNew =
    Ioctl<kfd_ioctl_get_process_apertures_new_args>("GET_PROCESS_APERTURES_NEW", 0x14, .readWrite)
  public static let acquireVM = Ioctl<kfd_ioctl_acquire_vm_args>("ACQUIRE_VM", 0x15, .write)
  public static let allocateMemory = Ioctl<kfd_ioctl_alloc_memory_of_gpu_args>("ALLOC_MEMORY_OF_GPU", 0x16, .readWrite)
  public static let freeMemory = Ioctl<kfd_ioctl_free_memory_of_gpu_args>("FREE_MEMORY_OF_GPU", 0x17, .write)
  public static let mapMemory = Ioctl<kfd_ioctl_map_memory_to_gpu_args>("MAP_MEMORY_TO_GPU", 0x18, .readWrite)
  public static let unmapMemory = Ioctl<kfd_ioctl_unmap_memory_from_gpu_args>("UNMAP_MEMORY_FROM_GPU", 0x19, .readWrite)
  public static let getDMABufInfo = Ioctl<kfd_ioctl_get_dmabuf_info_args>("GET_DMABUF_INFO", 0x1c, .readWrite)
  public static let importDMABuf = Ioctl<kfd_ioctl_import_dmabuf_args>("IMPORT_DMABUF", 0x1d, .readWrite)
  public static let setXNACKMode = Ioctl<kfd_ioctl_set_xnack_mode_args>("SET_XNACK_MODE", 0x21, .readWrite)
  public static let availableMemory = Ioctl<kfd_ioctl_get_available_memory_args>("AVAILABLE_MEMORY", 0x23, .readWrite)
  public static let exportDMABuf = Ioctl<kfd_ioctl_export_dmabuf_args_1_12>("EXPORT_DMABUF", 0x24, .readWrite)
  public static let runtimeEnable = Ioctl<kfd_ioctl_runtime_enable_args_1_14>("RUNTIME_ENABLE", 0x25, .readWrite)

  /// Every row above.
  public static let all: [IoctlRow] = [
    .init(getVersion), .init(createQueue), .init(destroyQueue), .init(setCUMask), .init(setMemoryPolicy), .init(getClockCounters),
    .init(updateQueue), .init(createEvent), .init(destroyEvent), .init(setEvent), .init(resetEvent), .init(waitEvents),
    .init(setScratchBackingVA), .init(setTrapHandler), .init(getProcessAperturesNew), .init(acquireVM),
    .init(allocateMemory), .init(freeMemory), .init(mapMemory), .init(unmapMemory), .init(getDMABufInfo), .init(importDMABuf),
    .init(setXNACKMode), .init(availableMemory), .init(exportDMABuf), .init(runtimeEnable),
  ]
}
