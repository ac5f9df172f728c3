// What happens when the device stops: one thread sleeps on the driver's exception events, finds out why, and wakes everybody.
// Threads: the watcher writes `fault` once; everyone reads it.
// Source: linux/kfd_ioctl.h (memory and hardware exception events), amd_hsa_queue.h (queue_inactive_signal), carmine_device_abi.h.
import CDeviceABI
import CKFD
import Glibc
import KFD
import Synchronization

extension Device {
  /// Throws when the device has stopped.  One load.
  func checkRunning() throws(GPUError) { try health.check() }

  /// Why the device stopped; `none` while it runs.
  public var fault: FaultKind { health.fault }

  /// Starts the thread that hears of faults; at the first queue.
  func startFaultWatcher() throws(GPUError) {
    let queueEvent = try queueEvent().id
    try watcherLock.withLock { () throws(GPUError) in
      guard !isWatching else { return }
      do throws(KFDError) {
        let memoryEvent = try system.driver.createEvent(.memory).id
        let hardwareEvent = try system.driver.createEvent(.hardwareException).id
        guard HostThread.start({ [unowned self] in watch(memoryEvent, hardwareEvent, queueEvent) }) else {
          throw KFDError("pthread_create", EAGAIN)
        }
        isWatching = true
      } catch { throw GPUError(error) }
    }
  }

  private func watch(_ memoryEvent: UInt32, _ hardwareEvent: UInt32, _ queueEvent: UInt32) {
    while fault == .none {
      var events = [kfd_event_data_1_13(), kfd_event_data_1_13(), kfd_event_data_1_13()]
      events[0].event_id = memoryEvent
      events[1].event_id = hardwareEvent
      events[2].event_id = queueEvent
      do throws(KFDError) {
        guard try system.driver.wait(for: &events, milliseconds: .max) == .complete else { continue }
      } catch { return }  // the driver took the events away: the process is ending
      do throws(GPUError) { for queue in queues.all { try queue.serveScratch(self) } } catch { return stop(.hardware) }
      let memory = events[0].memory_exception_data
      let hardware = events[1].hw_exception_data
      if memory.gpu_id == 0 && hardware.gpu_id == 0 { continue }      // only a queue wanted something
      // An exception of another device of this process wakes us too.
      if memory.gpu_id != 0 && memory.gpu_id != node.gpuID && hardware.gpu_id != node.gpuID { usleep(1000); continue }
      stop(classify(isMemory: memory.gpu_id == node.gpuID))
    }
  }

  /// The packet processor's reasons, as ROCr reads them from queue_inactive_signal.
  private enum QueueError {
    static let memoryViolation: Int64 = 0x2000_0000
    static let illegalInstruction: Int64 = 0x4000_0000
  }

  /// A kernel that says why comes first; then what the queue says; then the event itself.
  private func classify(isMemory: Bool) -> FaultKind {
    switch faultCell.pointee.code {
    case CARMINE_FAULT_ASSERT: return .assertion
    case CARMINE_FAULT_TRAP, CARMINE_FAULT_REFUSED: return .trap
    default: break
    }
    if isMemory { return .memory }
    // The event may come before the queue's reason is written.
    for _ in 0..<100 {
      let reasons = queues.all.reduce(0) { $0 | $1.inactiveSignal.value }
      if reasons & QueueError.illegalInstruction != 0 { return .illegalInstruction }
      if reasons & QueueError.memoryViolation != 0 { return .memory }
      if reasons != 0 { return .hardware }
      usleep(1000)
    }
    return .hardware
  }

  /// Marks the device as stopped and wakes every waiting thread.  The first reason stays.
  func stop(_ reason: FaultKind) {
    guard health.stop(reason) else { return }
    // As CUDA does: the assertion's text goes to standard error, whether or not anyone asks for the error.
    if reason == .assertion, let message = faultMessage {
      let line = Array(message.utf8) + [10]
      _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
    sleepers.wakeAll()
    copyWorker.wakeAlways()
    functionWorker.wakeAlways()
    graphWorker.wakeAlways()
  }

  /// What the kernel that stopped said of itself: "file:line: function: assertion `…`"; nil when it said nothing.
  public var faultMessage: String? {
    let cell = faultCell.pointee
    guard cell.code != CARMINE_FAULT_NONE else { return nil }
    func text<T>(_ field: T) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    let place = "block: [\(cell.ctaid.0),\(cell.ctaid.1),\(cell.ctaid.2)], thread: [\(cell.tid.0),\(cell.tid.1),\(cell.tid.2)]"
    if cell.code == CARMINE_FAULT_REFUSED { return "\(text(cell.message)), \(place)" }
    guard cell.code == CARMINE_FAULT_ASSERT else { return "trap, \(place)" }
    return "\(text(cell.file)):\(cell.line): \(text(cell.function)): \(place) Assertion `\(text(cell.message))` failed."
  }
}
