// What a debugger has set for this process, and the exceptions that it is told of: the state behind DBG_TRAP and
// RUNTIME_ENABLE.  Debugger and debuggee are one process here, since the device lives in the process that uses it.
// Threads: any; `lock` guards everything.  Waiting for the debugger holds no lock.
// Source: kfd_debug.c and kfd_ioctl.h of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc

final class Debugger {
  /// EC_… of kfd_ioctl.h: codes count from 1, a mask has bit `code - 1`.
  enum Exception: UInt32 {
    case queueWaveAbort = 1, queueWaveTrap, queueWaveMathError, queueWaveIllegalInstruction, queueWaveMemoryViolation, queueWaveApertureViolation
    case queuePacketDimensions = 16, queuePacketGroupSegment, queuePacketCode, queuePacketReserved, queuePacketUnsupported,
      queuePacketWorkgroupSize, queuePacketRegisters, queuePacketVendor
    case queuePreemption = 30, queueNew, deviceQueueDelete, deviceMemoryViolation, deviceRASError, deviceFatalHalt, deviceNew
    case processRuntime = 48, processDeviceRemove
    var mask: UInt64 { 1 << UInt64(rawValue - 1) }
  }
  static let lastCode: UInt32 = 49
  private static let deviceMask: UInt64 = 0x1f << 31, processMask: UInt64 = 3 << 47
  static func isOfDevice(_ code: UInt32) -> Bool { code > 0 && code <= lastCode && deviceMask >> UInt64(code - 1) & 1 == 1 }
  static func isOfProcess(_ code: UInt32) -> Bool { code > 0 && code <= lastCode && processMask >> UInt64(code - 1) & 1 == 1 }
  static func isOfQueue(_ code: UInt32) -> Bool { 1...6 ~= code || 16...23 ~= code || 30...31 ~= code }

  /// What has happened to one device.
  struct DeviceState {
    var exceptions: UInt64 = 0
    var memoryFault: kfd_hsa_memory_exception_data?
  }

  private unowned let process: SoftProcess
  let lock = Lock()
  // Under `lock`:
  private(set) var isEnabled = false
  private var file: Int32 = -1
  var runtime = kfd_runtime_info_1_13()
  var enabledMask: UInt64 = 0
  var flags: UInt32 = 0
  var processExceptions: UInt64 = 0
  var devices: [UInt32: DeviceState] = [:]               // by gpu_id
  var queues: [UInt32: UInt64] = [:]                     // exceptions by queue id
  private let goOn: UnsafeMutablePointer<UInt32>         // counts what the runtime may still pass

  init(process: SoftProcess) {
    self.process = process
    goOn = .allocate(capacity: 1)
    goOn.initialize(to: 0)
  }
  deinit { goOn.deallocate() }

  // MARK: attaching

  /// The rest of DBG_TRAP_ENABLE's work: takes a copy of the event descriptor.
  func attach(_ descriptor: Int32, mask: UInt64) -> Int32 {
    lock.withLock {
      guard !isEnabled else { return -EALREADY }
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 200)
      guard copy >= 0 else { return -EBADF }
      file = copy
      isEnabled = true
      enabledMask = mask
      return 0
    }
  }
  func detach() {
    lock.withLock {
      guard isEnabled else { return }
      close(file)
      file = -1
      isEnabled = false
      enabledMask = 0
      processExceptions = 0
      queues = [:]
      for gpu in devices.keys { devices[gpu] = DeviceState() }
    }
  }

  func forget(queue: UInt32) { lock.withLock { queues[queue] = nil } }

  // MARK: exceptions

  /// Notes an exception and tells the debugger, if it wants to know; false: nobody does.  `source`: a queue id.
  @discardableResult
  func raise(_ exception: Exception, on gpuID: UInt32 = 0, source: UInt32 = 0, fault: kfd_hsa_memory_exception_data? = nil) -> Bool {
    lock.withLock {
      guard isEnabled else { return false }
      let mask = exception.mask
      if Self.isOfDevice(exception.rawValue) {
        devices[gpuID, default: DeviceState()].exceptions |= mask
        if let fault, devices[gpuID]?.memoryFault == nil { devices[gpuID]?.memoryFault = fault }
      } else if Self.isOfProcess(exception.rawValue) {
        processExceptions |= mask
      } else {
        queues[source, default: 0] |= mask
      }
      guard enabledMask & mask != 0 else { return false }
      tell()
      return true
    }
  }

  /// A byte on the event descriptor; under the lock.
  private func tell() { var dot = UInt8(ascii: "."); _ = write(file, &dot, 1) }

  func setEnabled(_ mask: UInt64) {
    lock.withLock {
      let pending = queues.values.reduce(processExceptions) { $0 | $1 } | devices.values.reduce(0) { $0 | $1.exceptions }
      if mask & pending != 0 { tell() }
      enabledMask = mask
    }
  }

  /// The first thing that has an enabled exception: queues, devices, then the process.  Nil if there is none.
  func query(clearing clear: UInt64) -> (status: UInt64, gpuID: UInt32, queueID: UInt32)? {
    lock.withLock {
      for id in queues.keys.sorted() where queues[id]! & enabledMask != 0 {
        defer { queues[id]! &= ~clear }
        return (queues[id]!, process.queues[id]?.device.gpuID ?? 0, id)
      }
      for gpu in devices.keys.sorted() where devices[gpu]!.exceptions & enabledMask != 0 {
        defer { devices[gpu]!.exceptions &= ~clear }
        return (devices[gpu]!.exceptions, gpu, 0)
      }
      guard processExceptions & enabledMask != 0 else { return nil }
      defer { processExceptions &= ~clear }
      return (processExceptions, 0, 0)
    }
  }

  // MARK: the runtime waits for the debugger

  /// The debugger lets one runtime call go on.
  func release() { lock.withLock { goOn.pointee &+= 1 }; _ = carmine_futex_wake(goOn, 1) }

  /// Until `release`; -EINTR if a signal handler ran.
  func awaitRelease() -> Int32 {
    while true {
      let passed = lock.withLock { () -> Bool in
        guard goOn.pointee > 0 else { return false }
        goOn.pointee -= 1
        return true
      }
      if passed { return 0 }
      if carmine_futex_wait(goOn, 0, -1) == -EINTR { return -EINTR }
    }
  }
}
