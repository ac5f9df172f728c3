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
  /// The version of the interface that brought it: 1000 × major + minor.
  let since: UInt64
  /// Only for those who may checkpoint processes.
  let needsCheckpointRight: Bool
  /// The least size that the caller's code must give, from what was copied in.
  let validate: @Sendable (UnsafeMutableRawPointer, Int) -> Int32
  let handler: @Sendable (SoftProcess, UnsafeMutableRawPointer) -> Int32

  init<A>(
    _ number: UInt8, _ name: String, _ direction: String, locked: Bool = true, since: UInt64 = 1000, needsCheckpointRight: Bool = false,
    validate: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> Int32 = { _, _ in 0 },
    _ body: @escaping @Sendable (SoftProcess, inout A) -> Int32
  ) {
    self.number = number
    self.name = name
    size = MemoryLayout<A>.size
    copiesIn = direction.contains("W")
    copiesOut = direction.contains("R")
    self.locked = locked
    self.since = since
    self.needsCheckpointRight = needsCheckpointRight
    self.validate = validate
    handler = { process, pointer in body(process, &pointer.assumingMemoryBound(to: A.self).pointee) }
  }

  /// A call of long ago that everybody is refused.
  init<A>(deprecated number: UInt8, _ name: String, _: A.Type) {
    self.init(number, name, "W") { (_: SoftProcess, _: inout A) -> Int32 in -EPERM }
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
    IoctlRow(deprecated: 0x0d, "DBG_REGISTER_DEPRECATED", kfd_ioctl_dbg_register_args.self),
    IoctlRow(deprecated: 0x0e, "DBG_UNREGISTER_DEPRECATED", kfd_ioctl_dbg_unregister_args.self),
    IoctlRow(deprecated: 0x0f, "DBG_ADDRESS_WATCH_DEPRECATED", kfd_ioctl_dbg_address_watch_args.self),
    IoctlRow(deprecated: 0x10, "DBG_WAVE_CONTROL_DEPRECATED", kfd_ioctl_dbg_wave_control_args.self),
    IoctlRow(0x11, "SET_SCRATCH_BACKING_VA", "WR") { $0.setScratchBacking(&$1) },
    IoctlRow(0x12, "GET_TILE_CONFIG", "WR") { $0.getTileConfig(&$1) },
    IoctlRow(0x13, "SET_TRAP_HANDLER", "W") { $0.setTrapHandler(&$1) },
    IoctlRow(0x14, "GET_PROCESS_APERTURES_NEW", "WR") { $0.getProcessAperturesNew(&$1) },
    IoctlRow(0x15, "ACQUIRE_VM", "W") { $0.acquireVM(&$1) },
    IoctlRow(0x16, "ALLOC_MEMORY_OF_GPU", "WR") { $0.allocateMemory(&$1) },
    IoctlRow(0x17, "FREE_MEMORY_OF_GPU", "W") { $0.freeMemory(&$1) },
    IoctlRow(0x18, "MAP_MEMORY_TO_GPU", "WR") { $0.mapMemory(&$1) },
    IoctlRow(0x19, "UNMAP_MEMORY_FROM_GPU", "WR") { $0.unmapMemory(&$1) },
    IoctlRow(0x1a, "SET_CU_MASK", "W") { $0.setCUMask(&$1) },
    IoctlRow(0x1b, "GET_QUEUE_WAVE_STATE", "WR") { $0.getQueueWaveState(&$1) },
    IoctlRow(0x1c, "GET_DMABUF_INFO", "WR") { $0.getDMABufInfo(&$1) },
    IoctlRow(0x1d, "IMPORT_DMABUF", "WR") { $0.importDMABuf(&$1) },
    IoctlRow(0x1e, "ALLOC_QUEUE_GWS", "WR") { $0.allocateQueueGWS(&$1) },
    IoctlRow(0x1f, "SMI_EVENTS", "WR") { $0.openSMIEvents(&$1) },
    IoctlRow(0x20, "SVM", "WR", since: 1005, validate: svmSize) { (p: SoftProcess, a: inout kfd_ioctl_svm_args) in
      withUnsafeMutablePointer(to: &a) { p.svm.ioctl($0) }       // the attributes follow the struct
    },
    IoctlRow(0x21, "SET_XNACK_MODE", "WR", since: 1005) { $0.svm.setXNACKMode(&$1) },
    IoctlRow(0x22, "CRIU_OP", "WR", since: 1007, needsCheckpointRight: true) { $0.checkpoint(&$1) },
    IoctlRow(0x23, "AVAILABLE_MEMORY", "WR", since: 1009) { $0.availableMemory(&$1) },
    IoctlRow(0x24, "EXPORT_DMABUF", "WR", since: 1012) { $0.exportDMABuf(&$1) },
    IoctlRow(0x25, "RUNTIME_ENABLE", "WR", locked: false, since: 1013) { $0.runtimeEnable(&$1) },
    IoctlRow(0x26, "DBG_TRAP", "WR", since: 1013) { $0.debugTrap(&$1) },
  ]

  private static let svmSize: @Sendable (UnsafeMutableRawPointer, Int) -> Int32 = { pointer, size in
    let count = Int(pointer.assumingMemoryBound(to: kfd_ioctl_svm_args.self).pointee.nattr)
    return size >= MemoryLayout<kfd_ioctl_svm_args>.size + count * MemoryLayout<kfd_ioctl_svm_attribute>.size ? 0 : -EINVAL
  }

  /// CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
  private static var mayCheckpoint: Bool { carmine_has_capability(40) != 0 || carmine_has_capability(21) != 0 }

  /// ioctl(2) on /dev/kfd.
  static func perform(_ process: SoftProcess, _ request: UInt, _ address: UInt64) -> Int32 {
    guard let row = byNumber[Int(request & 0xff)], row.since <= process.version else {
      Log.info("ioctl 0x" + String(request, radix: 16) + " on /dev/kfd is not known")
      Trace.call("KFD nr 0x" + String(request & 0xff, radix: 16), -ENOTTY)
      return -ENOTTY
    }
    guard !row.needsCheckpointRight || mayCheckpoint else { return -EACCES }
    let size = Int(request >> 16 & 0x3fff)
    return withUnsafeTemporaryAllocation(byteCount: max(size, row.size), alignment: 16) { buffer in
      let pointer = buffer.baseAddress!
      memset(pointer, 0, buffer.count)
      if row.copiesIn && size > 0 {
        guard carmine_copy_in(pointer, address, size) == 0 else { return -EFAULT }
      }
      let before = Trace.isOn ? Array(buffer) : []
      var result = row.validate(pointer, size)
      if result == 0 {
        result = row.locked ? process.lock.withLock { row.handler(process, pointer) } : row.handler(process, pointer)
        if row.copiesOut && size > 0 && carmine_copy_out(address, pointer, size) != 0 { result = -EFAULT }
      }
      if result < 0 { Log.trace("\(row.name) -> errno \(-result)") }
      if Trace.isOn { Trace.ioctl(row, before, UnsafeRawBufferPointer(buffer), result) }
      return result
    }
  }
}
