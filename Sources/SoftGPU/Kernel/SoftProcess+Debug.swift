// RUNTIME_ENABLE and DBG_TRAP.
// Source: kfd_chardev.c (order of checks), kfd_debug.c, amdgpu_amdkfd_aldebaran.c and _gfx_v11.c (what can be trapped) of
// Linux 6.12; the recorded answers.
import CKFD
import CSoftGPU
import Glibc
import ISA

extension SoftProcess {
  private static let runtimeDisabled: UInt32 = 0, runtimeIsEnabled: UInt32 = 1

  /// Takes the process's lock itself: with a debugger attached it waits.
  func runtimeEnable(_ arguments: inout kfd_ioctl_runtime_enable_args_1_14) -> Int32 {
    let enable = arguments.mode_mask & 1 != 0, address = arguments.r_debug, ttmp: UInt32 = arguments.mode_mask >> 1 & 1
    let hasQueues = lock.withLock { !queues.isEmpty }
    let error = debugger.lock.withLock { () -> Int32 in
      if enable {
        guard debugger.runtime.runtime_state == Self.runtimeDisabled else { return -EBUSY }
        guard !hasQueues else { return -EEXIST }
        debugger.runtime = kfd_runtime_info_1_13(r_debug: address, runtime_state: Self.runtimeIsEnabled, ttmp_setup: ttmp)
      } else {
        debugger.runtime = kfd_runtime_info_1_13()
      }
      return 0
    }
    if error == 0 { for device in devices { device.sendsExceptions.store(enable, ordering: .releasing) } }
    guard error == 0, debugger.isEnabled else { return error }
    debugger.raise(.processRuntime)
    return debugger.awaitRelease()
  }

  /// A device has touched what it may not: told to who asked for SMI events, and to the debugger or else to the runtime.
  /// Any thread.
  func memoryFault(_ data: kfd_hsa_memory_exception_data, on device: SoftDevice) {
    smi.vmFault(on: device)
    if !debugger.raise(.deviceMemoryViolation, on: device.gpuID, fault: data) { events.raiseMemoryException(data) }
  }

  /// One call for all operations; which of the arguments' words mean what depends on the operation.
  func debugTrap(_ arguments: inout kfd_ioctl_dbg_trap_args_1_14) -> Int32 {
    let pid = pid_t(bitPattern: arguments.pid), operation = arguments.op
    guard pid > 0, kill(pid, 0) == 0 || errno == EPERM else { return -ESRCH }
    guard pid == self.pid else {
      Log.info("DBG_TRAP: process \(pid) has devices of its own, which cannot be reached from here")
      return -ESRCH
    }
    guard operation == 0 || debugger.isEnabled else {
      // The driver looks at the operation only after it.
      return -EINVAL
    }
    let needsRuntime: Set<UInt32> = [4, 5, 6, 7, 8, 9, 10]
    guard !needsRuntime.contains(operation) || debugger.runtime.runtime_state == Self.runtimeIsEnabled else { return -EPERM }
    return withUnsafeMutableBytes(of: &arguments.operation) { words in
      let words = DebugWords(words.baseAddress!)
      switch operation {
      case 0: return debugEnable(words)
      case 1:
        debugger.detach()
        for device in devices {
          device.launchesHalted = false
          device.processor?.engine.launchesHalted.store(false, ordering: .releasing)
        }
        return 0
      case 2: return debugSendToRuntime(words)
      case 3: debugger.setEnabled(words[0]); return 0
      case 4: return debugSetOverride(words)
      case 5: return debugSetLaunchMode(words)
      case 6: return debugSuspend(words.int32(16), words[8], suspend: true, clear: words[0])
      case 7: return debugSuspend(words.int32(8), words[0], suspend: false, clear: 0)
      case 8: return debugSetWatch(words)
      case 9: return debugClearWatch(words)
      case 10: return debugSetFlags(words)
      case 11: return debugQueryEvent(words)
      case 12: return debugQueryException(words)
      case 13: return debugQueueSnapshot(words)
      case 14: return debugDeviceSnapshot(words)
      default: return -EINVAL
      }
    }
  }

  private func debugEnable(_ words: DebugWords) -> Int32 {
    let mask = words[0], pointer = words[8], size = words.int32(16), descriptor = Int32(bitPattern: words.int32(20))
    let error = debugger.attach(descriptor, mask: mask)
    guard error == 0 else { return error }
    var runtime = debugger.runtime
    guard carmine_copy_out(pointer, &runtime, min(Int(size), MemoryLayout.size(ofValue: runtime))) == 0 else {
      debugger.detach()
      return -EFAULT
    }
    words.set(16, UInt32(MemoryLayout<kfd_runtime_info_1_13>.size))
    return 0
  }

  private func debugSendToRuntime(_ words: DebugWords) -> Int32 {
    var mask = words[0]
    let gpuID = words.int32(8), queueID = words.int32(12)
    if mask & Debugger.Exception.deviceMemoryViolation.mask != 0 {
      guard let device = device(gpuID) else { return -ENODEV }
      if let fault = debugger.lock.withLock({ debugger.devices[device.gpuID]?.memoryFault }) { events.raiseMemoryException(fault) }
      mask &= ~Debugger.Exception.deviceMemoryViolation.mask
    }
    if mask & Debugger.Exception.processRuntime.mask != 0 {
      debugger.release()
      mask &= ~Debugger.Exception.processRuntime.mask
    }
    // The rest goes into the payload that the queue's save area names, and interrupts with its event.
    guard mask != 0, let queue = queues[queueID] else { return 0 }
    var header = [UInt32](repeating: 0, count: 10)            // kfd_context_save_area_header
    guard carmine_copy_in(&header, queue.properties.saveArea, 40) == 0 else { return 0 }
    let payload = UInt64(header[6]) | UInt64(header[7]) << 32, event = header[8]
    guard payload != 0 else { return 0 }
    var status: UInt64 = 0
    _ = carmine_copy_in(&status, payload, 8)
    status |= mask
    guard carmine_copy_out(payload, &status, 8) == 0 else { return 0 }
    _ = events.set(event)
    return 0
  }

  private func debugSetOverride(_ words: DebugWords) -> Int32 {
    let mode = words.int32(0), request = words.int32(8)
    // The traps that can be forced on every wave: none here.
    words.set(4, UInt32(0))
    words.set(8, UInt32(0))
    guard mode <= 1 else { return -EPERM }
    guard request == 0 else {
      Log.info("DBG_TRAP: traps \(hex(UInt64(request))) cannot be forced on waves; a trap handler and MODE.excp_en can do it")
      return -EACCES
    }
    return 0
  }

  private func debugSetLaunchMode(_ words: DebugWords) -> Int32 {
    let mode = words.int32(0)
    guard [0, 1, 3].contains(mode) else { return -EINVAL }
    guard mode < 3 else {
      Log.info("DBG_TRAP: wave launch mode 3 (a trap before each instruction) is not implemented; 0 (normal) and 1 (halted) are")
      return -EACCES
    }
    for device in devices {
      device.launchesHalted = mode == 1
      device.processor?.engine.launchesHalted.store(mode == 1, ordering: .releasing)
    }
    return 0
  }

  /// The number of queues that changed, or -errno; the ids come back with bit 31 where there is no such queue.
  private func debugSuspend(_ count: UInt32, _ pointer: UInt64, suspend: Bool, clear: UInt64) -> Int32 {
    if pointer == 0 {
      guard !suspend || count == 0 else { return -EINVAL }
      if suspend { return 0 }
      let suspended = queues.values.filter { suspensions[$0.id]?.contains(.debugger) == true }
      for queue in suspended { setSuspended(queue, .debugger, false) }
      return Int32(queues.count)
    }
    guard count <= 1024 else { return -EINVAL }
    var ids = [UInt32](repeating: 0, count: Int(count))
    guard carmine_copy_in(&ids, pointer, ids.count * 4) == 0 else { return -EFAULT }
    var changed: Int32 = 0
    for index in ids.indices {
      guard let queue = queues[ids[index]] else { ids[index] |= 1 << 31; continue }
      setSuspended(queue, .debugger, suspend)
      if clear != 0 { debugger.lock.withLock { debugger.queues[queue.id]? &= ~clear } }
      changed += 1
    }
    _ = carmine_copy_out(pointer, &ids, ids.count * 4)
    return changed
  }

  private func debugSetWatch(_ words: DebugWords) -> Int32 {
    guard device(words.int32(16)) != nil else { return -ENODEV }
    Log.info("DBG_TRAP: address watch points are not implemented; none is free")
    words.set(20, UInt32.max)
    return -ENOMEM
  }

  private func debugClearWatch(_ words: DebugWords) -> Int32 {
    device(words.int32(0)) == nil ? -ENODEV : -EINVAL      // nobody owns one
  }

  private func debugSetFlags(_ words: DebugWords) -> Int32 {
    let flags = words.int32(0)
    return debugger.lock.withLock {
      let before = debugger.flags
      words.set(0, before)
      // Bit 0, single memory operations: gfx90a and later of gfx9.  Bit 1, single ALU operations: gfx12.
      let precise = devices.allSatisfy { $0.kind.canRetryFaults }
      guard flags & 1 == 0 || precise, flags & 2 == 0 || devices.allSatisfy({ $0.kind.family == .gfx12 }) else { return -EACCES }
      debugger.flags = flags
      return 0
    }
  }

  private func debugQueryEvent(_ words: DebugWords) -> Int32 {
    let found = debugger.query(clearing: words[0])
    words.set(0, found?.status ?? 0)
    words.set(8, found?.gpuID ?? 0)
    words.set(12, found?.queueID ?? 0)
    return found == nil ? -EAGAIN : 0
  }

  private func debugQueryException(_ words: DebugWords) -> Int32 {
    let pointer = words[0], size = Int(words.int32(8)), source = words.int32(12), code = words.int32(16), clear = words.int32(20) != 0
    guard pointer != 0 else { return -EINVAL }
    return debugger.lock.withLock {
      let bit: UInt64 = code > 0 && code <= Debugger.lastCode ? 1 << UInt64(code - 1) : 0
      var actual = 0
      func give<T>(_ value: T) -> Bool {
        actual = MemoryLayout<T>.size
        return withUnsafeBytes(of: value) { carmine_copy_out(pointer, $0.baseAddress, min(size, actual)) == 0 }
      }
      if Debugger.isOfQueue(code) {
        guard queues[source] != nil else { return -EINVAL }
        guard debugger.queues[source, default: 0] & bit != 0 else { return -ENODATA }
        if clear { debugger.queues[source]? &= ~bit }
      } else if Debugger.isOfDevice(code) {
        guard let device = device(source) else { return -EINVAL }
        let state = debugger.devices[device.gpuID] ?? .init()
        guard state.exceptions & bit != 0 else { return -ENODATA }
        if code == Debugger.Exception.deviceMemoryViolation.rawValue, let fault = state.memoryFault {
          guard give(fault) else { return -EFAULT }
          if clear { debugger.devices[device.gpuID]?.memoryFault = nil }
        }
        if clear { debugger.devices[device.gpuID]?.exceptions &= ~bit }
      } else if Debugger.isOfProcess(code) {
        guard debugger.processExceptions & bit != 0 else { return -ENODATA }
        if code == Debugger.Exception.processRuntime.rawValue { guard give(debugger.runtime) else { return -EFAULT } }
        if clear { debugger.processExceptions &= ~bit }
      } else {
        return -EINVAL
      }
      words.set(8, UInt32(actual))
      return 0
    }
  }

  private func debugQueueSnapshot(_ words: DebugWords) -> Int32 {
    let clear = words[0], pointer = words[8], room = Int(words.int32(16)), stride = Int(words.int32(20))
    words.set(16, UInt32(0))
    guard stride != 0 else { return -EINVAL }
    let size = min(stride, MemoryLayout<kfd_queue_snapshot_entry_1_13>.size)
    words.set(20, UInt32(size))
    for (index, id) in queues.keys.sorted().enumerated() {
      if index < room {
        let properties = queues[id]!.properties
        var entry = kfd_queue_snapshot_entry_1_13()
        debugger.lock.withLock {
          entry.exception_status = debugger.queues[id] ?? 0
          debugger.queues[id]? &= ~clear
        }
        entry.ring_base_address = properties.ring
        entry.ring_size = properties.ringSize
        entry.write_pointer_address = properties.writePointer
        entry.read_pointer_address = properties.readPointer
        entry.ctx_save_restore_address = properties.saveArea
        entry.ctx_save_restore_area_size = properties.saveAreaSize
        entry.queue_id = id
        entry.gpu_id = queues[id]!.device.gpuID
        entry.queue_type = properties.kind.rawValue
        guard carmine_copy_out(pointer + UInt64(index * stride), &entry, size) == 0 else { return -EFAULT }
      }
      words.set(16, UInt32(index + 1))
    }
    return 0
  }

  private func debugDeviceSnapshot(_ words: DebugWords) -> Int32 {
    let clear = words[0], pointer = words[8], room = Int(words.int32(16)), stride = Int(words.int32(20))
    guard pointer != 0 else { return -EINVAL }
    let size = min(stride, MemoryLayout<kfd_dbg_device_info_entry_1_13>.size)
    words.set(16, UInt32(devices.count))
    words.set(20, UInt32(size))
    for (index, device) in devices.prefix(room).enumerated() {
      var entry = device.debugInformation
      debugger.lock.withLock {
        entry.exception_status = debugger.devices[device.gpuID]?.exceptions ?? 0
        debugger.devices[device.gpuID]?.exceptions &= ~clear
      }
      guard carmine_copy_out(pointer + UInt64(index * stride), &entry, size) == 0 else { return -EFAULT }
    }
    return 0
  }
}

/// The operation's part of the arguments, by byte offsets.
private struct DebugWords {
  private let base: UnsafeMutableRawPointer
  init(_ base: UnsafeMutableRawPointer) { self.base = base }
  subscript(offset: Int) -> UInt64 { base.load(fromByteOffset: offset, as: UInt64.self) }
  func int32(_ offset: Int) -> UInt32 { base.load(fromByteOffset: offset, as: UInt32.self) }
  func set<T>(_ offset: Int, _ value: T) { base.storeBytes(of: value, toByteOffset: offset, as: T.self) }
}

extension SoftDevice {
  fileprivate var debugInformation: kfd_dbg_device_info_entry_1_13 {
    var entry = kfd_dbg_device_info_entry_1_13()
    (entry.lds_base, entry.lds_limit) = (Self.ldsAperture.lowerBound, Self.ldsAperture.upperBound)
    (entry.scratch_base, entry.scratch_limit) = (Self.scratchAperture.lowerBound, Self.scratchAperture.upperBound)
    (entry.gpuvm_base, entry.gpuvm_limit) = (Self.gpuvmAperture.lowerBound, Self.gpuvmAperture.upperBound)
    entry.gpu_id = gpuID
    entry.location_id = UInt32(locationID)
    entry.vendor_id = 0x1002
    entry.device_id = kind.deviceID
    entry.revision_id = kind.revisionID
    entry.subsystem_vendor_id = 0x1002
    entry.subsystem_device_id = kind.deviceID
    entry.fw_version = kind.firmware.mec
    entry.gfx_target_version = kind.gfxTargetVersion
    entry.simd_count = UInt32(kind.computeUnits * kind.simdsPerComputeUnit)
    entry.max_waves_per_simd = UInt32(kind.maximumWavesPerSIMD)
    entry.array_count = UInt32(kind.shaderArrays / kind.xccCount)
    entry.simd_arrays_per_engine = UInt32(kind.arraysPerEngine)
    entry.num_xcc = UInt32(kind.xccCount)
    entry.capability = kind.capability
    return entry
  }
}
