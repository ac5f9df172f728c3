// What is done to a queue that exists: UPDATE_QUEUE, DESTROY_QUEUE, SET_CU_MASK, GET_QUEUE_WAVE_STATE, SET_TRAP_HANDLER.
// Order: a queue that is updated is taken off the hardware first, waves and all, and put back when it is active; as the
// driver unmaps and maps it.
// Source: kfd_chardev.c, kfd_process_queue_manager.c, kfd_device_queue_manager.c and kfd_mqd_manager_v9.c of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc
import ISA

extension SoftProcess {
  func updateQueue(_ arguments: inout kfd_ioctl_update_queue_args) -> Int32 {
    let error = checkedSettings(
      percentage: arguments.queue_percentage, priority: arguments.queue_priority, ring: arguments.ring_base_address,
      ringSize: arguments.ring_size)
    guard error == 0 else { return error }
    guard let queue = queues[arguments.queue_id] else { return -EFAULT }
    if arguments.ring_base_address != 0 && arguments.ring_size != 0 {
      // A ring whose size is not the buffer's own has always been refused for compute queues; here it has to be mapped.
      guard queue.device.addressSpace.translate(arguments.ring_base_address, Int(arguments.ring_size), .write) != nil else {
        Log.info("UPDATE_QUEUE: the ring at \(hex(arguments.ring_base_address)) (\(arguments.ring_size) bytes) is not mapped for the GPU")
        return -EFAULT
      }
    }
    let changes = arguments.ring_base_address != queue.properties.ring || arguments.ring_size != queue.properties.ringSize
      || arguments.queue_percentage != queue.properties.percentage
    if changes { queue.processor.setRunning(queue, false) }
    queue.moveRing(arguments.ring_base_address, arguments.ring_size)
    queue.properties.percentage = arguments.queue_percentage
    queue.properties.priority = arguments.queue_priority
    queue.context.setPriority(arguments.queue_priority)
    if changes { applySuspension(queue) }
    return 0
  }

  func destroyQueue(_ arguments: inout kfd_ioctl_destroy_queue_args) -> Int32 {
    guard let queue = queues.removeValue(forKey: arguments.queue_id) else { return -EINVAL }
    queue.processor.remove(queue)
    suspensions[arguments.queue_id] = nil
    debugger.forget(queue: arguments.queue_id)
    return 0
  }

  func setCUMask(_ arguments: inout kfd_ioctl_set_cu_mask_args) -> Int32 {
    guard arguments.num_cu_mask % 32 == 0, arguments.num_cu_mask != 0 else { return -EINVAL }
    let count = min(Int(arguments.num_cu_mask), 1024)
    var words = [UInt32](repeating: 0, count: count / 32)
    guard carmine_copy_in(&words, arguments.cu_mask_ptr, count / 8) == 0 else { return -EFAULT }
    guard let queue = queues[UInt32(arguments.queue_id)] else { return -EFAULT }
    // Both compute units of a workgroup processor, or neither.
    if queue.device.kind.family.rawValue >= DeviceKind.Family.gfx10.rawValue {
      for bit in stride(from: 0, to: count, by: 2) {
        let pair = words[bit / 32] >> UInt32(bit % 32) & 3
        guard pair == 0 || pair == 3 else {
          Log.info("SET_CU_MASK: bits \(bit) and \(bit + 1) are one workgroup processor and have to be equal")
          return -EINVAL
        }
      }
    }
    queue.properties.cuMask = words
    queue.context.setMask(UnitMask(words: words, bitCount: count))
    return 0
  }

  /// What a stopped compute queue has in its save area; the header is written for every XCC, the sizes returned are the first's.
  func getQueueWaveState(_ arguments: inout kfd_ioctl_get_queue_wave_state_args) -> Int32 {
    guard let queue = queues[arguments.queue_id] else { return -EFAULT }
    guard !queue.properties.kind.isSDMA, !queue.properties.isActive || suspensions[arguments.queue_id] != nil, let area = queue.context.saveArea else { return -EINVAL }
    let uses = queue.context.engine.withLock { queue.context.used }
    for xcc in 0..<queue.context.engine.geometry.xccCount {
      let use = xcc < uses.count ? uses[xcc] : SaveArea.Use()
      let stackBytes = use.controlStack.count * 4, offset = area.controlStackBytes - stackBytes
      let header = [UInt32(offset), UInt32(stackBytes), UInt32(area.controlStackBytes + use.waveBytes), UInt32(use.waveBytes)]
      let destination = arguments.ctl_stack_address &+ UInt64(area.bytes * xcc)
      guard header.withUnsafeBytes({ carmine_copy_out(destination, $0.baseAddress, $0.count) }) == 0 else { return -EFAULT }
      // gfx9 keeps the control stack with the queue's descriptor, out of user space's sight.
      if queue.device.kind.family == .gfx9, stackBytes > 0 {
        let error = use.controlStack.withUnsafeBytes { carmine_copy_out(destination &+ UInt64(offset), $0.baseAddress, $0.count) }
        guard error == 0 else { return -EFAULT }
      }
      if xcc == 0 {
        arguments.ctl_stack_used_size = UInt32(stackBytes)
        arguments.save_area_used_size = UInt32(use.waveBytes)
      }
    }
    return 0
  }

  func setTrapHandler(_ arguments: inout kfd_ioctl_set_trap_handler_args) -> Int32 {
    guard let device = device(arguments.gpu_id) else { return -EINVAL }
    guard device.isAcquired else { return -ESRCH }
    device.trapHandler = TrapHandler(handler: arguments.tba_addr, memory: arguments.tma_addr)
    device.processor?.engine.traps = device.trapHandler
    return 0
  }
}
