// CRIU_OP: what a process has, for somebody who wants to dump it.  PROCESS_INFO stops the queues and counts, CHECKPOINT copies
// out, UNPAUSE lets the queues go on.  RESTORE is checked as the driver does and then refused: queues come back with the state
// of silicon, which there is none of.
// Source: kfd_chardev.c and kfd_priv.h of Linux 6.12 (buckets, private data and their order).
import CKFD
import CSoftGPU
import Glibc

extension SoftProcess {
  private static let privateVersion: UInt32 = 1
  private static let boPrivateBytes = 8 + 4 + 64 * 4 + 4, queuePrivateBytes = 120, eventPrivateBytes = 64

  func checkpoint(_ arguments: inout kfd_ioctl_criu_args) -> Int32 {
    switch arguments.op {
    case KFD_CRIU_OP_PROCESS_INFO.rawValue: return checkpointInfo(&arguments)
    case KFD_CRIU_OP_CHECKPOINT.rawValue: return checkpointDump(arguments)
    case KFD_CRIU_OP_UNPAUSE.rawValue:
      guard queuesPaused else { return -EINVAL }
      suspendAll(.checkpoint, false, .checkpoint)
      queuesPaused = false
      return 0
    case KFD_CRIU_OP_RESTORE.rawValue:
      guard arguments.num_bos == 0 || arguments.bos != 0, arguments.devices != 0, arguments.priv_data != 0, arguments.priv_data_size != 0,
        arguments.num_devices != 0
      else { return -EINVAL }
      var header: [UInt32] = [0, 0]
      guard arguments.priv_data_size >= 8 else { return -EINVAL }
      guard carmine_copy_in(&header, arguments.priv_data, 8) == 0 else { return -EFAULT }
      guard header[0] == Self.privateVersion else { return -EINVAL }
      guard arguments.num_devices == UInt32(devices.count) else { return -EINVAL }
      Log.always("CRIU_OP RESTORE is not implemented: the software GPU cannot take up a dumped process")
      return -EOPNOTSUPP
    case KFD_CRIU_OP_RESUME.rawValue:
      guard pid_t(bitPattern: arguments.pid) == pid else { return -ESRCH }
      return 0
    default: return -EINVAL
    }
  }

  private struct Counts: Equatable { var devices: UInt32, buffers: UInt32, objects: UInt32, privateBytes: UInt64 }
  private var counts: Counts {
    let eventCount = events.all.count
    var bytes = 8 + devices.count * 8 + allocations.count * Self.boPrivateBytes + eventCount * Self.eventPrivateBytes
    for queue in queues.values { bytes += Self.queuePrivateBytes + queueExtra(queue) }
    return Counts(
      devices: UInt32(devices.count), buffers: UInt32(allocations.count), objects: UInt32(queues.count + eventCount), privateBytes: UInt64(bytes))
  }
  /// The control stack of a compute queue; a queue descriptor in memory there is none.
  private func queueExtra(_ queue: Queue) -> Int { queue.properties.kind.isSDMA ? 0 : queue.device.kind.controlStackBytes }

  private func checkpointInfo(_ arguments: inout kfd_ioctl_criu_args) -> Int32 {
    guard !devices.isEmpty else { return -ENODEV }
    if !queuesPaused {
      suspendAll(.checkpoint, true, .checkpoint)
      queuesPaused = true
    }
    let counts = counts
    arguments.pid = UInt32(pid)
    arguments.num_devices = counts.devices
    arguments.num_bos = counts.buffers
    arguments.num_objects = counts.objects
    arguments.priv_data_size = counts.privateBytes
    return 0
  }

  private func checkpointDump(_ arguments: kfd_ioctl_criu_args) -> Int32 {
    guard arguments.devices != 0, arguments.bos != 0, arguments.priv_data != 0 else { return -EINVAL }
    guard !devices.isEmpty else { return -ENODEV }
    guard queuesPaused else { return -EINVAL }
    let asked = Counts(
      devices: arguments.num_devices, buffers: arguments.num_bos, objects: arguments.num_objects, privateBytes: arguments.priv_data_size)
    guard asked == counts else { return -EINVAL }
    var data = Bytes()
    data.append(Self.privateVersion)
    data.append(UInt32(svm.xnack ? 1 : 0))
    var deviceBuckets = Bytes()
    for device in devices {
      deviceBuckets.append(device.gpuID)          // as the client names it, and as it is
      deviceBuckets.append(device.gpuID)
      deviceBuckets.append(UInt64(0))
      deviceBuckets.append(UInt64(0))
      data.append(UInt64(0))
    }
    let sorted = allocations.values.sorted { $0.handle < $1.handle }
    for allocation in sorted {
      data.append(allocation.place == .userPointer ? UInt64(UInt(bitPattern: allocation.host)) : 0)
      data.append(UInt32(truncatingIfNeeded: allocation.handle))
      let gpus = allocation.mapped.sorted()
      for index in 0..<64 { data.append(index < gpus.count ? gpus[index] : 0) }
      data.append(UInt32(0))
    }
    for queue in queues.values.sorted(by: { $0.id < $1.id }) { dump(queue, &data) }
    for event in events.all { dump(event, &data) }
    var buckets = Bytes()
    var descriptors: [Int32] = []
    for allocation in sorted {
      var descriptor: Int32 = -1
      if allocation.place == .vram || allocation.place == .gtt {
        descriptor = export(allocation.object, closeOnExec: true)
        guard descriptor >= 0 else { descriptors.forEach { close($0) }; return descriptor }
        descriptors.append(descriptor)
      }
      buckets.append(allocation.gpuAddress)
      buckets.append(allocation.size)
      buckets.append(mmapOffset(of: allocation))
      buckets.append(UInt64(0))                   // restored_offset
      buckets.append(allocation.device.gpuID)
      buckets.append(allocation.object.flags)
      buckets.append(UInt32(bitPattern: descriptor))
      buckets.append(UInt32(0))
    }
    guard deviceBuckets.copyOut(arguments.devices), buckets.copyOut(arguments.bos), data.copyOut(arguments.priv_data) else {
      descriptors.forEach { close($0) }
      return -EFAULT
    }
    return 0
  }

  private func mmapOffset(of allocation: Allocation) -> UInt64 {
    switch allocation.place {
    case .doorbell: Self.mmapOffset(CARMINE_KFD_MMAP_DOORBELL, allocation.device.gpuID)
    case .mmioRemap: Self.mmapOffset(CARMINE_KFD_MMAP_MMIO, allocation.device.gpuID)
    default: allocation.object.mmapOffset
    }
  }

  /// kfd_criu_queue_priv_data.
  private func dump(_ queue: Queue, _ data: inout Bytes) {
    let properties = queue.properties
    for word in [0, properties.ring, UInt64(properties.ringSize), properties.readPointer, properties.writePointer, UInt64(properties.doorbell * 8), 0, properties.saveArea] {
      data.append(word)
    }
    let isCompute = !properties.kind.isSDMA
    for word in [
      queue.device.gpuID, isCompute ? 0 : properties.kind == .sdmaXGMI ? 3 : 1, properties.kind == .aql ? 1 : 0, queue.id, properties.priority,
      properties.percentage, UInt32(properties.doorbell), 0, UInt32(properties.sdmaEngine), 0, properties.saveAreaSize,
      UInt32(queueExtra(queue)), 0, 0,
    ] { data.append(word) }
    data.bytes += [UInt8](repeating: 0, count: queueExtra(queue))
  }

  /// kfd_criu_event_priv_data.
  private func dump(_ event: Event, _ data: inout Bytes) {
    data.append(UInt64(1))
    data.append(event.id == 1 ? eventPageHandle : 0)
    for word in [event.id, event.autoReset ? 1 : 0, event.type, event.signaled ? 1 : 0] { data.append(word) }
    if event.type == UInt32(KFD_IOC_EVENT_HW_EXCEPTION) {
      data.append(event.hardwareException)
      data.bytes += [UInt8](repeating: 0, count: 32 - MemoryLayout<kfd_hsa_hw_exception_data>.size)
    } else {
      data.append(event.memoryException)
    }
  }

  /// Structs of the kernel, one after another.
  private struct Bytes {
    var bytes: [UInt8] = []
    mutating func append<T>(_ value: T) { withUnsafeBytes(of: value) { bytes += Array($0) } }
    func copyOut(_ address: UInt64) -> Bool { bytes.isEmpty || bytes.withUnsafeBytes { carmine_copy_out(address, $0.baseAddress, $0.count) == 0 } }
  }
}
