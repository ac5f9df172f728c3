// CREATE_QUEUE.
// Source: kfd_chardev.c and kfd_queue.c of Linux 6.12 for the order of checks; the recorded answers.
import ISA
import CKFD
import CSoftGPU
import Glibc

extension SoftProcess {
  /// Whether an address is one that user space may name at all (the kernel's access_ok).
  func accessible(_ address: UInt64) -> Bool { address < 1 << 47 }

  func checkedSettings(percentage: UInt32, priority: UInt32, ring: UInt64, ringSize: UInt32) -> Int32 {
    // The second byte of the percentage is an XCC for PM4 queues.
    guard percentage & 0xff <= UInt32(KFD_MAX_QUEUE_PERCENTAGE), priority <= UInt32(KFD_MAX_QUEUE_PRIORITY) else { return -EINVAL }
    guard ring == 0 || accessible(ring) else { return -EFAULT }
    guard ringSize == 0 || ringSize & (ringSize - 1) == 0 else { return -EINVAL }
    return 0
  }

  func createQueue(_ arguments: inout kfd_ioctl_create_queue_args_1_17) -> Int32 {
    let error = checkedSettings(
      percentage: arguments.queue_percentage, priority: arguments.queue_priority, ring: arguments.ring_base_address,
      ringSize: arguments.ring_size)
    guard error == 0 else { return error }
    arguments.ring_size = max(arguments.ring_size, UInt32(KFD_MIN_QUEUE_RING_SIZE))
    guard accessible(arguments.read_pointer_address), accessible(arguments.write_pointer_address),
      accessible(arguments.eop_buffer_address), accessible(arguments.ctx_save_restore_address)
    else { return -EFAULT }
    guard let kind = QueueProperties.Kind(rawValue: arguments.queue_type) else { return -524 /* the driver's ENOTSUPP */ }
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    guard device.isAcquired else { return -ESRCH }
    if kind == .sdmaByEngine && arguments.sdma_engine_id >= device.kind.sdmaEngines + device.kind.sdmaXGMIEngines {
      Log.info("CREATE_QUEUE: sdma_engine_id \(arguments.sdma_engine_id) of \(device.kind.sdmaEngines + device.kind.sdmaXGMIEngines) engines")
      return -EINVAL
    }
    if let reason = refusal(arguments, kind, device) {
      Log.info("CREATE_QUEUE: \(reason)")
      return -EINVAL
    }
    let engine = kind.isSDMA ? freeEngine(kind, Int(arguments.sdma_engine_id), device) : 0
    guard let engine else {
      Log.info("CREATE_QUEUE: all SDMA queues of this type are taken")
      return -ENOMEM
    }
    guard let page = doorbells(of: device) else { return -ENOMEM }
    let own = kind.isSDMA ? (0..<device.kind.sdmaQueuesPerEngine).first { number in
      !queues.values.contains { $0.device === device && $0.properties.kind.isSDMA && $0.properties.sdmaEngine == engine && $0.properties.sdmaQueue == number }
    } : 0
    guard let own, let doorbell = kind.isSDMA ? Doorbells.sdma(engine: engine, queue: own) : freeDoorbell(of: device) else { return -ENOMEM }
    var id: UInt32 = 1
    while queues[id] != nil { id += 1 }
    let processor = device.startedProcessor(events: events)
    let word = (page.host + doorbell * 8).assumingMemoryBound(to: UInt64.self)
    word.pointee = .max                    // never rung
    var properties = QueueProperties(
      id: id, kind: kind, ring: arguments.ring_base_address, ringSize: arguments.ring_size,
      readPointer: arguments.read_pointer_address, writePointer: arguments.write_pointer_address, doorbell: doorbell,
      percentage: arguments.queue_percentage, priority: arguments.queue_priority, sdmaEngine: engine, sdmaQueue: own)
    properties.saveArea = arguments.ctx_save_restore_address
    properties.endOfPipe = arguments.eop_buffer_address
    properties.saveAreaSize = arguments.ctx_save_restore_size
    properties.controlStackSize = arguments.ctl_stack_size
    let queue: Queue =
      switch kind {
      case .aql: AQLQueue(properties, device: device, processor: processor, doorbell: word)
      case .pm4: PM4Queue(properties, device: device, processor: processor, doorbell: word)
      case .sdma, .sdmaXGMI, .sdmaByEngine: SDMAQueue(properties, device: device, processor: processor, doorbell: word)
      }
    queues[id] = queue
    guard processor.add(queue) else { queues[id] = nil; return -ENOMEM }
    arguments.queue_id = id
    debugger.raise(.queueNew, source: id)
    arguments.doorbell_offset = Self.mmapOffset(CARMINE_KFD_MMAP_DOORBELL, device.gpuID) | UInt64(doorbell * 8)
    return 0
  }

  private func freeDoorbell(of device: SoftDevice) -> Int? {
    let taken = Set(queues.values.filter { $0.device === device }.map(\.properties.doorbell))
    return Doorbells.compute.first { !taken.contains($0) }
  }

  /// The engine for a new SDMA queue: the one with the fewest of them, or the one asked for; nil when there is no room.
  private func freeEngine(_ kind: QueueProperties.Kind, _ wanted: Int, _ device: SoftDevice) -> Int? {
    let row = device.kind
    let engines =
      switch kind {
      case .sdmaByEngine: wanted..<wanted + 1
      case .sdmaXGMI: row.sdmaEngines..<row.sdmaEngines + row.sdmaXGMIEngines
      default: 0..<row.sdmaEngines
      }
    func used(_ engine: Int) -> Int {
      queues.values.count { $0.device === device && $0.properties.kind.isSDMA && $0.properties.sdmaEngine == engine }
    }
    return engines.filter { used($0) < row.sdmaQueuesPerEngine }.min { used($0) < used($1) }
  }

  /// What the driver checks of a queue's buffers, in words.
  private func refusal(_ arguments: kfd_ioctl_create_queue_args_1_17, _ queue: QueueProperties.Kind, _ device: SoftDevice) -> String? {
    let kind = device.kind
    func missing(_ what: String, _ address: UInt64, _ bytes: Int, exactly pages: Int) -> String? {
      if version >= 1017 {
        return isWhole(address, pages: pages, on: device) ? nil : "\(what) at \(hex(address)) is not the beginning of a mapping of \(bytes) bytes for the GPU"
      }
      return device.addressSpace.translate(address, bytes, .write) != nil ? nil : "\(what) at \(hex(address)) (\(bytes) bytes) is not mapped for the GPU"
    }
    // A ring of less than a page may be in a mapping of any size.
    let ringBytes = Int(arguments.ring_size)
    if let reason = missing("write_pointer_address", arguments.write_pointer_address, 8, exactly: 1)
      ?? missing("read_pointer_address", arguments.read_pointer_address, 8, exactly: 1)
      ?? missing("the ring", arguments.ring_base_address, ringBytes, exactly: ringBytes / 4096) { return reason }
    // Only compute queues have the rest.
    if queue.isSDMA { return nil }
    if arguments.eop_buffer_address != 0 {
      guard arguments.eop_buffer_size >= UInt64(kind.endOfPipeBytes), arguments.eop_buffer_size < 1 << 32 else {
        return "eop_buffer_size \(arguments.eop_buffer_size) is below the node's \(kind.endOfPipeBytes)"
      }
      let bytes = Int(arguments.eop_buffer_size.pageRounded)
      if let reason = missing("the end-of-pipe buffer", arguments.eop_buffer_address, bytes, exactly: bytes / 4096) { return reason }
    }
    guard arguments.ctl_stack_size == UInt32(kind.controlStackBytes) else {
      return "ctl_stack_size \(arguments.ctl_stack_size) is not the node's \(kind.controlStackBytes)"
    }
    guard arguments.ctx_save_restore_size >= UInt32(kind.contextSaveBytes) else {
      return "ctx_save_restore_size \(arguments.ctx_save_restore_size) is below the node's cwsr_size \(kind.contextSaveBytes)"
    }
    let total = ((Int(arguments.ctx_save_restore_size) + kind.debugMemoryBytes) * kind.xccCount + 4095) & ~4095
    if svm.covers(arguments.ctx_save_restore_address, UInt64(total), on: device) { return nil }
    return missing("the context save area with debug memory", arguments.ctx_save_restore_address, total, exactly: total / 4096)
  }

  /// Whether a mapping of the device begins at this page and, unless `pages` is 0, has so many.
  /// Source: kfd_queue_buffer_get in kfd_queue.c of Linux 6.12.
  private func isWhole(_ address: UInt64, pages: Int, on device: SoftDevice) -> Bool {
    let start = address & ~4095
    return allocations.values.contains { allocation in
      guard allocation.mapped.contains(device.gpuID), pages == 0 || UInt64(pages) * 4096 == allocation.size else { return false }
      return allocation.gpuAddress == start || allocation.isDoubled && allocation.gpuAddress + allocation.size == start
    }
  }

  /// Whether a queue of the device works on memory of this allocation: it cannot be unmapped then.
  func isInUse(_ allocation: Allocation, on device: SoftDevice) -> Bool {
    let range = allocation.gpuAddress..<allocation.gpuAddress &+ allocation.mappedSize
    return queues.values.contains { queue in
      let properties = queue.properties
      return queue.device === device
        && [properties.ring, properties.readPointer, properties.writePointer, properties.saveArea, properties.endOfPipe].contains { $0 != 0 && range.contains($0) }
    }
  }
}

/// Which of a process's 1024 doorbells a queue gets: an SDMA queue its own place, by engine and number, since engines know their
/// doorbells by range; a compute queue the first free one outside what is kept for other engines, and for their mirror image.
/// Source: allocate_doorbell of kfd_device_queue_manager.c, amdgpu_doorbell.h (ten for each SDMA engine from 0x100 on, in all
/// assignments since Vega20) of Linux 6.12.
enum Doorbells {
  private static let mirror = 512, kept = 0x100..<0x200
  static func sdma(engine: Int, queue: Int) -> Int { kept.lowerBound + engine * 10 + (queue & 1) * mirror + queue >> 1 }
  static var compute: [Int] { (0..<Int(SoftDevice.doorbellBytes / 8)).filter { !kept.contains($0 % mirror) } }
}
