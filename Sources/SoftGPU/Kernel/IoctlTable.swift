// The ioctls of /dev/kfd: one row each, decoded as amdkfd decodes them — by number alone; direction from the table, size
// from the caller, so that callers of older and newer headers both work.
// Source: kfd_ioctl in kfd_chardev.c; the recorded "generic ioctl decoding".
import ISA
import CKFD
import CSoftGPU
import Glibc

struct IoctlRow: Sendable {
  let number: UInt8
  let name: String
  let size: Int
  let copiesIn: Bool, copiesOut: Bool
  /// False for calls that wait: they take no lock of the process.
  let locked: Bool
  let handler: @Sendable (SoftProcess, UnsafeMutableRawPointer) -> Int32

  init<A>(
    _ number: UInt8, _ name: String, _ direction: String, locked: Bool = true,
    _ body: @escaping @Sendable (SoftProcess, inout A) -> Int32
  ) {
    self.number = number
    self.name = name
    size = MemoryLayout<A>.size
    copiesIn = direction.contains("W")
    copiesOut = direction.contains("R")
    self.locked = locked
    handler = { process, pointer in body(process, &pointer.assumingMemoryBound(to: A.self).pointee) }
  }

  /// A row that always answers `error`, with a line in the log if the call is one that a client might want.
  init<A>(refusing number: UInt8, _ name: String, _ direction: String, _: A.Type, _ error: Int32, log: Bool = true) {
    self.init(number, name, direction) { (_: SoftProcess, _: inout A) -> Int32 in
      if log { Log.info("\(name) is not implemented (errno \(error))") }
      return -error
    }
  }
}

enum IoctlTable {
  /// Rows by number.
  static let byNumber: [IoctlRow?] = {
    var table = [IoctlRow?](repeating: nil, count: 256)
    for row in rows { table[Int(row.number)] = row }
    return table
  }()

  // W: the caller writes to the kernel (_IOW); R: it reads (_IOR).
  static let rows: [IoctlRow] = [
    IoctlRow(0x01, "GET_VERSION", "R") { $0.getVersion(&$1) },
    IoctlRow(0x02, "CREATE_QUEUE", "WR") { $0.createQueue(&$1) },
    IoctlRow(0x03, "DESTROY_QUEUE", "WR") { $0.destroyQueue(&$1) },
    IoctlRow(0x04, "SET_MEMORY_POLICY", "W") { $0.setMemoryPolicy(&$1) },
    IoctlRow(0x05, "GET_CLOCK_COUNTERS", "WR", locked: false) { $0.getClockCounters(&$1) },
    IoctlRow(0x06, "GET_PROCESS_APERTURES", "R") { $0.getProcessApertures(&$1) },
    IoctlRow(0x07, "UPDATE_QUEUE", "W") { $0.updateQueue(&$1) },
    IoctlRow(0x08, "CREATE_EVENT", "WR") { $0.createEvent(&$1) },
    IoctlRow(0x09, "DESTROY_EVENT", "W", locked: false) { (p: SoftProcess, a: inout kfd_ioctl_destroy_event_args) in p.events.destroy(a.event_id) },
    IoctlRow(0x0a, "SET_EVENT", "W", locked: false) { (p: SoftProcess, a: inout kfd_ioctl_set_event_args) in p.events.set(a.event_id) },
    IoctlRow(0x0b, "RESET_EVENT", "W", locked: false) { (p: SoftProcess, a: inout kfd_ioctl_reset_event_args) in p.events.reset(a.event_id) },
    IoctlRow(0x0c, "WAIT_EVENTS", "WR", locked: false) { $0.events.wait(&$1) },
    IoctlRow(refusing: 0x0d, "DBG_REGISTER_DEPRECATED", "W", kfd_ioctl_dbg_register_args.self, EPERM, log: false),
    IoctlRow(refusing: 0x0e, "DBG_UNREGISTER_DEPRECATED", "W", kfd_ioctl_dbg_unregister_args.self, EPERM, log: false),
    IoctlRow(refusing: 0x0f, "DBG_ADDRESS_WATCH_DEPRECATED", "W", kfd_ioctl_dbg_address_watch_args.self, EPERM, log: false),
    IoctlRow(refusing: 0x10, "DBG_WAVE_CONTROL_DEPRECATED", "W", kfd_ioctl_dbg_wave_control_args.self, EPERM, log: false),
    IoctlRow(0x11, "SET_SCRATCH_BACKING_VA", "WR") { $0.setScratchBacking(&$1) },
    IoctlRow(refusing: 0x12, "GET_TILE_CONFIG", "WR", kfd_ioctl_get_tile_config_args.self, EINVAL),
    IoctlRow(0x13, "SET_TRAP_HANDLER", "W") { $0.setTrapHandler(&$1) },
    IoctlRow(0x14, "GET_PROCESS_APERTURES_NEW", "WR") { $0.getProcessAperturesNew(&$1) },
    IoctlRow(0x15, "ACQUIRE_VM", "W") { $0.acquireVM(&$1) },
    IoctlRow(0x16, "ALLOC_MEMORY_OF_GPU", "WR") { $0.allocateMemory(&$1) },
    IoctlRow(0x17, "FREE_MEMORY_OF_GPU", "W") { $0.freeMemory(&$1) },
    IoctlRow(0x18, "MAP_MEMORY_TO_GPU", "WR") { $0.mapMemory(&$1) },
    IoctlRow(0x19, "UNMAP_MEMORY_FROM_GPU", "WR") { $0.unmapMemory(&$1) },
    IoctlRow(0x1a, "SET_CU_MASK", "W") { $0.setCUMask(&$1) },
    IoctlRow(0x1b, "GET_QUEUE_WAVE_STATE", "WR") { (p: SoftProcess, a: inout kfd_ioctl_get_queue_wave_state_args) in
      p.queues[a.queue_id] == nil ? -EFAULT : -EINVAL
    },
    IoctlRow(refusing: 0x1c, "GET_DMABUF_INFO", "WR", kfd_ioctl_get_dmabuf_info_args.self, EINVAL),
    IoctlRow(refusing: 0x1d, "IMPORT_DMABUF", "WR", kfd_ioctl_import_dmabuf_args.self, EINVAL),
    IoctlRow(refusing: 0x1e, "ALLOC_QUEUE_GWS", "WR", kfd_ioctl_alloc_queue_gws_args.self, EINVAL),
    IoctlRow(refusing: 0x1f, "SMI_EVENTS", "WR", kfd_ioctl_smi_events_args.self, EINVAL),
    // No device of ours retries page faults, so none has shared virtual memory.
    IoctlRow(refusing: 0x20, "SVM", "WR", kfd_ioctl_svm_args.self, EPERM),
    IoctlRow(0x21, "SET_XNACK_MODE", "WR") { $0.setXNACKMode(&$1) },
    IoctlRow(refusing: 0x22, "CRIU_OP", "WR", kfd_ioctl_criu_args.self, EINVAL),
    IoctlRow(0x23, "AVAILABLE_MEMORY", "WR") { $0.availableMemory(&$1) },
    IoctlRow(refusing: 0x24, "EXPORT_DMABUF", "WR", kfd_ioctl_export_dmabuf_args_1_12.self, EINVAL),
    IoctlRow(0x25, "RUNTIME_ENABLE", "WR") { $0.runtimeEnable(&$1) },
    IoctlRow(0x26, "DBG_TRAP", "WR") { (_: SoftProcess, a: inout kfd_ioctl_dbg_trap_args_1_14) in
      guard kill(pid_t(bitPattern: a.pid), 0) == 0, a.pid != 0 else { return -ESRCH }
      Log.info("DBG_TRAP \(a.op): there is no debugger interface")
      return -EINVAL
    },
  ]

  /// ioctl(2) on /dev/kfd.
  static func perform(_ process: SoftProcess, _ request: UInt, _ address: UInt64) -> Int32 {
    guard let row = byNumber[Int(request & 0xff)] else {
      Log.info("ioctl 0x" + String(request, radix: 16) + " on /dev/kfd is not known")
      return -ENOTTY
    }
    let size = Int(request >> 16 & 0x3fff)
    return withUnsafeTemporaryAllocation(byteCount: max(size, row.size), alignment: 16) { buffer in
      let pointer = buffer.baseAddress!
      memset(pointer, 0, buffer.count)
      if row.copiesIn && size > 0 {
        guard carmine_copy_in(pointer, address, size) == 0 else { return -EFAULT }
      }
      var result = row.locked ? process.lock.withLock { row.handler(process, pointer) } : row.handler(process, pointer)
      if row.copiesOut && size > 0 && carmine_copy_out(address, pointer, size) != 0 { result = -EFAULT }
      if result < 0 { Log.trace("\(row.name) -> errno \(-result)") }
      return result
    }
  }
}
