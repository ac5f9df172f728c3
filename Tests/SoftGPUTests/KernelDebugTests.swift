import CKFD
import CSoftGPU
import Glibc
import ISA
import Testing
@testable import SoftGPU

/// Expected answers: kfd_chardev.c, kfd_debug.c and kfd_smi_events.c of Linux 6.12, and the recorded DBG_TRAP lines.
@Suite struct KernelDebugTests {
  let machine = Machine()

  func trap(_ operation: UInt32, pid: pid_t = getpid(), _ words: [UInt64] = [0, 0, 0]) -> (error: Int32, words: [UInt64]) {
    var a = kfd_ioctl_dbg_trap_args_1_14()
    a.pid = UInt32(pid)
    a.op = operation
    a.operation = (words[0], words[1], words[2])
    let error = machine.ioctl(0x26, &a)
    return (error, [a.operation.0, a.operation.1, a.operation.2])
  }
  func pair(_ low: Int32, _ high: Int32) -> UInt64 { UInt64(UInt32(bitPattern: low)) | UInt64(UInt32(bitPattern: high)) << 32 }

  @Test("A debugger is told of exceptions by a byte on its descriptor, finds out which, and clears it")
  func exceptions() {
    var pipes: [Int32] = [0, 0]
    #expect(pipe(&pipes) == 0)
    defer { pipes.forEach { close($0) } }
    _ = fcntl(pipes[0], F_SETFL, O_NONBLOCK)
    #expect(trap(11).error == -EINVAL)                                    // not enabled
    var runtime = kfd_runtime_info_1_13()
    let mask = Debugger.Exception.queueNew.mask | Debugger.Exception.deviceMemoryViolation.mask
    let enabled = withUnsafeMutablePointer(to: &runtime) { trap(0, [mask, UInt64(UInt(bitPattern: $0)), pair(16, pipes[1])]) }
    #expect(enabled.error == 0 && UInt32(truncatingIfNeeded: enabled.words[2]) == 16)
    #expect(trap(0, [mask, 0, pair(0, pipes[1])]).error == -EALREADY)
    #expect(trap(11, [0, 0, 0]).error == -EAGAIN)
    let queue = TestQueue(machine)
    var byte: UInt8 = 0
    #expect(read(pipes[0], &byte, 1) == 1 && byte == UInt8(ascii: "."))
    let found = trap(11, [Debugger.Exception.queueNew.mask, 0, 0])
    #expect(found.error == 0 && found.words[0] == Debugger.Exception.queueNew.mask)
    #expect(UInt32(truncatingIfNeeded: found.words[1]) == machine.gpuID && UInt32(found.words[1] >> 32) == queue.id)
    #expect(trap(11, [0, 0, 0]).error == -EAGAIN)
    #expect(machine.process.debugger.raise(.deviceMemoryViolation, on: machine.gpuID))
    #expect(!machine.process.debugger.raise(.queueWaveTrap, source: queue.id))        // nobody asked for it
    #expect(trap(12, [1, pair(0, Int32(queue.id)), 3]).error == -ENODATA)
    #expect(trap(1).error == 0 && trap(1).error == -EINVAL)
  }

  @Test("Queues are listed, and can be stopped and let go by a debugger once the runtime is enabled")
  func queues() {
    var pipes: [Int32] = [0, 0]
    #expect(pipe(&pipes) == 0)
    defer { pipes.forEach { close($0) } }
    var enable = kfd_ioctl_runtime_enable_args_1_14(r_debug: 7, mode_mask: 1, capabilities_mask: 0)
    #expect(machine.ioctl(0x25, &enable) == 0)
    let queue = TestQueue(machine)
    #expect(machine.ioctl(0x25, &enable) == -EBUSY)
    #expect(trap(0, [0, 0, pair(0, pipes[1])]).error == 0)
    var entries = [kfd_queue_snapshot_entry_1_13](repeating: .init(), count: 4)
    let listed = entries.withUnsafeMutableBytes { trap(13, [0, UInt64(UInt(bitPattern: $0.baseAddress)), pair(4, 64)]) }
    #expect(listed.error == 0 && listed.words[2] == pair(1, 64))
    #expect(entries[0].queue_id == queue.id && entries[0].gpu_id == machine.gpuID && entries[0].queue_type == 2)
    var ids: [UInt32] = [queue.id, 77]
    let stopped = ids.withUnsafeMutableBytes { trap(6, [0, UInt64(UInt(bitPattern: $0.baseAddress)), pair(2, 0)]) }
    #expect(stopped.error == 1 && ids == [queue.id, 77 | 1 << 31])
    let signal = TestSignal(machine)
    queue.barrier(completion: signal)
    #expect(persistently { signal.value == 1 })
    ids = [queue.id]
    let gone = ids.withUnsafeMutableBytes { trap(7, [UInt64(UInt(bitPattern: $0.baseAddress)), pair(1, 0), 0]) }
    #expect(gone.error == 1 && signal.reaches(0))
    #expect(trap(1).error == 0)
  }

  @Test("Waves that a debugger wants halted run only when it has changed what is saved of them")
  func launchMode() throws {
    var enable = kfd_ioctl_runtime_enable_args_1_14(r_debug: 0, mode_mask: 1, capabilities_mask: 0)
    #expect(machine.ioctl(0x25, &enable) == 0)
    var pipes: [Int32] = [0, 0]
    #expect(pipe(&pipes) == 0)
    defer { pipes.forEach { close($0) } }
    #expect(trap(0, [0, 0, pair(0, pipes[1])]).error == 0)
    func launch(_ mode: Int32) -> Int32 { trap(5, [pair(mode, 0), 0, 0]).error }
    #expect(launch(2) == -EINVAL && launch(3) == -EACCES && launch(1) == 0)
    let queue = TestQueue(machine), signal = TestSignal(machine), out = machine.words(64)
    let symbols = try machine.load(Machine.kernel("stores", """
      s_load_dwordx2 s[4:5], s[0:1], 0x0
      v_lshlrev_b32 v1, 2, v0
      v_mov_b32 v2, 9
      s_waitcnt lgkmcnt(0)
      global_store_dword v1, v2, s[4:5]
      """))
    queue.dispatch(symbols["stores"]!, arguments: machine.arguments(address(out)), completion: signal)
    #expect(persistently { signal.value == 1 && out[0] == 0 })
    var ids: [UInt32] = [queue.id]
    func move(_ operation: UInt32) -> Int32 {
      ids.withUnsafeMutableBytes { operation == 6 ? trap(6, [0, UInt64(UInt(bitPattern: $0.baseAddress)), pair(1, 0)]).error : trap(7, [UInt64(UInt(bitPattern: $0.baseAddress)), pair(1, 0), 0]).error }
    }
    #expect(move(6) == 1)
    // The wave's STATUS in the save area: behind 16 vector registers and the scalar ones, SaveArea.swift.
    let area = try #require(machine.device.addressSpace.translate(queue.saveArea + UInt64(machine.device.kind.controlStackBytes), 8192, .write))
    let status = area + 16 * 256 + 512 + 20
    #expect(status.load(as: UInt32.self) & 1 << 13 != 0)
    status.storeBytes(of: status.load(as: UInt32.self) & ~(1 << 13), as: UInt32.self)
    #expect(move(7) == 1 && signal.reaches(0) && out[63] == 9)
    #expect(trap(1).error == 0)
  }

  @Test("Without an enabled runtime the operations on hardware are EPERM, and the runtime is not enabled over queues")
  func order() {
    var pipes: [Int32] = [0, 0]
    #expect(pipe(&pipes) == 0)
    defer { pipes.forEach { close($0) } }
    #expect(trap(0, [0, 0, pair(0, pipes[1])]).error == 0)
    #expect(trap(6).error == -EPERM && trap(99).error == -EINVAL && trap(0, pid: 0).error == -ESRCH)
    #expect(trap(1).error == 0)
    let queue = TestQueue(machine)
    var enable = kfd_ioctl_runtime_enable_args_1_14(r_debug: 0, mode_mask: 1, capabilities_mask: 0)
    #expect(machine.ioctl(0x25, &enable) == -EEXIST && queue.destroy() == 0)
  }

  @Test("SMI events are lines for those who asked, and nothing to read otherwise")
  func smi() throws {
    var a = kfd_ioctl_smi_events_args(gpuid: machine.gpuID, anon_fd: 0)
    #expect(machine.ioctl(0x1f, &a) == 0)
    let descriptor = Int32(a.anon_fd)
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 256)
    #expect(read(descriptor, &text, 256) == -1 && errno == EAGAIN)
    machine.process.smi.vmFault(on: machine.device)
    #expect(read(descriptor, &text, 256) == -1 && errno == EAGAIN)
    var mask: UInt64 = 1 << (SMIEvents.Event.vmFault.rawValue - 1)
    #expect(write(descriptor, &mask, 8) == 8)
    machine.process.smi.queuesRestored(on: machine.device)                // not in the mask
    machine.process.smi.vmFault(on: machine.device)
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&ready, 1, 0) == 1)
    let count = read(descriptor, &text, 256)
    let line = String(decoding: text.prefix(max(count, 0)), as: UTF8.self)
    #expect(line.hasPrefix("1 " + String(getpid(), radix: 16) + ":") && line.hasSuffix("\n"))
  }

  @Test("A checkpoint stops the queues, counts what there is, and copies it out only if asked for as counted")
  func checkpoint() throws {
    try #require(carmine_has_capability(21) != 0 || carmine_has_capability(40) != 0)
    let queue = TestQueue(machine)
    var a = kfd_ioctl_criu_args()
    a.op = KFD_CRIU_OP_CHECKPOINT.rawValue
    (a.devices, a.bos, a.priv_data) = (1, 1, 1)
    #expect(machine.ioctl(0x22, &a) == -EINVAL)                           // PROCESS_INFO comes first
    a = kfd_ioctl_criu_args()
    a.op = KFD_CRIU_OP_UNPAUSE.rawValue
    #expect(machine.ioctl(0x22, &a) == -EINVAL)
    a.op = KFD_CRIU_OP_PROCESS_INFO.rawValue
    #expect(machine.ioctl(0x22, &a) == 0 && a.num_devices == 1 && a.num_objects == 1 && a.pid == UInt32(getpid()))
    #expect(a.num_bos == UInt32(machine.process.allocations.count))
    let signal = TestSignal(machine)
    queue.barrier(completion: signal)
    #expect(persistently { signal.value == 1 })
    a.op = KFD_CRIU_OP_PROCESS_INFO.rawValue
    #expect(machine.ioctl(0x22, &a) == 0)
    let buckets = Machine.pages(1 << 20), devices = Machine.pages(4096), data = Machine.pages(Int(a.priv_data_size + 4095) & ~4095)
    a.op = KFD_CRIU_OP_CHECKPOINT.rawValue
    (a.devices, a.bos, a.priv_data) = (UInt64(UInt(bitPattern: devices)), UInt64(UInt(bitPattern: buckets)), UInt64(UInt(bitPattern: data)))
    #expect(machine.ioctl(0x22, &a) == 0)
    let first = buckets.load(as: kfd_criu_bo_bucket.self)
    #expect(first.gpu_id == machine.gpuID && first.size > 0 && data.load(as: UInt32.self) == 1)
    for index in 0..<Int(a.num_bos) {
      let bucket = buckets.load(fromByteOffset: index * MemoryLayout<kfd_criu_bo_bucket>.stride, as: kfd_criu_bo_bucket.self)
      if bucket.dmabuf_fd != .max { close(Int32(bucket.dmabuf_fd)) }
    }
    a.num_bos += 1
    #expect(machine.ioctl(0x22, &a) == -EINVAL)
    a.op = KFD_CRIU_OP_UNPAUSE.rawValue
    #expect(machine.ioctl(0x22, &a) == 0 && signal.reaches(0))
  }
}
