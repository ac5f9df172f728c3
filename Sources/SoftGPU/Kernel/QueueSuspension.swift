// Who keeps a queue from running besides its own settings: the driver's evictions, a debugger, a checkpoint.
// Threads: callers hold the process's lock.
// Source: kfd_device_queue_manager.c of Linux 6.12 (is_active, is_evicted, is_suspended).
import Glibc

struct QueueSuspension: OptionSet, Sendable {
  let rawValue: UInt8
  static let debugger = QueueSuspension(rawValue: 1)
  static let checkpoint = QueueSuspension(rawValue: 2)
  /// The device was reset: the queue never runs again.
  static let reset = QueueSuspension(rawValue: 4)
}

extension SoftProcess {
  /// Whether the queue's own settings let it run: a percentage and a ring.
  private func wantsToRun(_ queue: Queue) -> Bool {
    queue.properties.percentage & 0xff != 0 && queue.properties.ring != 0 && queue.properties.ringSize != 0
  }

  func setSuspended(_ queue: Queue, _ reason: QueueSuspension, _ on: Bool) {
    var reasons = suspensions[queue.id] ?? []
    if on { reasons.insert(reason) } else { reasons.remove(reason) }
    suspensions[queue.id] = reasons.isEmpty ? nil : reasons
    applySuspension(queue)
  }

  /// After the settings or the reasons have changed.
  func applySuspension(_ queue: Queue) {
    queue.processor.setRunning(queue, wantsToRun(queue) && suspensions[queue.id] == nil)
  }

  /// A reset of the whole device, as the driver does it: its queues are gone for good, who waits for exceptions is told.
  /// Source: kgd2kfd_pre_reset, kgd2kfd_post_reset and kfd_signal_reset_event of Linux 6.12.
  func reset(_ device: SoftDevice) {
    lock.withLock {
      smi.resetBegins(on: device)
      for queue in queues.values where queue.device === device { setSuspended(queue, .reset, true) }
      events.raiseReset(gpuID: device.gpuID)
      smi.resetEnds(on: device)
    }
    Log.always("GPU \(device.index) (\(device.kind.name)) was reset: its queues do not run any more")
  }

  func suspendAll(_ reason: QueueSuspension, _ on: Bool, _ trigger: SMIEvents.EvictionTrigger) {
    for queue in queues.values { setSuspended(queue, reason, on) }
    for device in devices where queues.values.contains(where: { $0.device === device }) {
      if on { smi.queuesEvicted(on: device, trigger) } else { smi.queuesRestored(on: device) }
    }
  }
}
