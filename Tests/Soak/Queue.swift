// An AQL queue and its packets, as the soak uses them.  One thread owns a queue.
// Source: HSA Platform System Architecture 1.2, 2.9; AMD's amd_queue_t and amd_signal_t.
import CKFD
import Glibc
import KFD
import Synchronization

/// Code and its descriptor: every work-item of one wave stores `value + lane + rounds` to `pointer[lane]`.
/// Arguments: pointer, value, rounds; rounds of 0xffffffff go on for hours.  For gfx942.
struct CountingKernel {
  static let words: [UInt32] = [
    0xc00a_0100, 0x0000_0000,   // s_load_dwordx4 s[4:7], s[0:1], 0x0
    0xbf8c_c07f,                // s_waitcnt lgkmcnt(0)
    0x2402_0082,                // v_lshlrev_b32_e32 v1, 2, v0
    0x6804_0006,                // v_add_u32_e32 v2, s6, v0
    0xbf06_8007,                // s_cmp_eq_u32 s7, 0
    0xbf85_0004,                // s_cbranch_scc1 behind the loop
    0x6804_0481,                // v_add_u32_e32 v2, 1, v2
    0x8087_8107,                // s_sub_u32 s7, s7, 1
    0xbf07_8007,                // s_cmp_lg_u32 s7, 0
    0xbf85_fffc,                // s_cbranch_scc1 to the loop
    0xde71_8000, 0x0004_0201,   // global_store_dword v1, v2, s[4:5] sc0 sc1
    0xbf8c_0f70,                // s_waitcnt vmcnt(0)
    0xbf81_0000,                // s_endpgm
  ]
  /// Writes descriptor and code at the beginning of `memory`.
  static func write(to memory: UnsafeMutableRawPointer) {
    memset(memory, 0, 512)
    memory.storeBytes(of: 256, toByteOffset: 16, as: Int64.self)                     // entry, from the descriptor
    memory.storeBytes(of: 0x00ac_0000, toByteOffset: 48, as: UInt32.self)            // resource 1: 8 registers, denormals kept
    memory.storeBytes(of: 2 << 1, toByteOffset: 52, as: UInt32.self)                 // resource 2: two user SGPRs
    memory.storeBytes(of: 1 << 3, toByteOffset: 56, as: UInt16.self)                 // the kernarg pointer
    for (index, word) in words.enumerated() { memory.storeBytes(of: word, toByteOffset: 256 + index * 4, as: UInt32.self) }
  }
}

final class AQLQueue {
  static let slots: UInt64 = 64
  let machine: Machine
  let device: Int
  let ring: Buffer, control: Buffer, save: Buffer, arguments: Buffer
  let handle: QueueHandle
  let doorbell: UnsafeMutablePointer<Atomic<UInt64>>
  private let page: UnsafeMutableRawPointer
  private(set) var written: UInt64 = 0

  init(_ machine: Machine, _ device: Int, priority: UInt32) throws(KFDError) {
    self.machine = machine; self.device = device
    let gpu = machine.gpus[device]
    ring = try Buffer(machine, device, .host, bytes: Int(Self.slots) * 64)
    control = try Buffer(machine, device, .host, bytes: 4096)
    arguments = try Buffer(machine, device, .host, bytes: Int(Self.slots) * 64)
    for index in 0..<Int(Self.slots) { (ring.memory + index * 64).storeBytes(of: 1, as: UInt16.self) }
    let units = gpu.computeUnitCount / gpu.xccCount
    save = try Buffer(machine, device, .vram, bytes: (Int(gpu.contextSaveSize) + units * 40 * 32 + 4095) / 4096 * 4096 * gpu.xccCount)
    var description = QueueDescription(
      gpuID: gpu.gpuID, type: .computeAQL, ringBase: ring.address, ringSize: UInt32(Self.slots * 64),
      writePointer: control.address + 56, readPointer: control.address + 128)
    description.priority = priority
    description.contextSave = (save.address, gpu.contextSaveSize, gpu.controlStackSize)
    handle = try machine.driver.createQueue(description)
    page = try machine.driver.map(QueueHandle.doorbellPageBytes, descriptor: machine.driver.descriptor, offset: handle.doorbellPageOffset)
    doorbell = (page + handle.doorbellOffsetInPage).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  func setRunning(_ running: Bool) throws(KFDError) {
    try machine.driver.updateQueue(
      handle.queueID, ringBase: ring.address, ringSize: UInt32(Self.slots * 64), percentage: running ? 100 : 0, priority: 7)
  }

  func destroy() throws(KFDError) {
    try machine.driver.destroyQueue(handle.queueID)
    _ = machine.kernel.munmap(page, QueueHandle.doorbellPageBytes)
    for buffer in [ring, control, save, arguments] { try buffer.free() }
  }

  var readIndex: UInt64 { (control.memory + 128).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring) }

  private func publish(_ header: UInt32, _ body: (UnsafeMutableRawPointer, Int) -> Void) {
    let slot = Int(written % Self.slots), packet = ring.memory + slot * 64
    memset(packet + 4, 0, 60)
    body(packet, slot)
    packet.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(header, ordering: .releasing)
    written += 1
    doorbell.pointee.store(written - 1, ordering: .releasing)
  }
  var isFull: Bool { written - readIndex >= Self.slots }

  /// System-scope acquire and release.
  private static let fences: UInt32 = 2 << 9 | 2 << 11

  func launch(kernel: UInt64, pointer: UInt64, value: UInt32, rounds: UInt32, signal: UInt64, barrier: Bool) {
    publish(2 | Self.fences | (barrier ? 1 << 8 : 0) | 1 << 16) { packet, slot in
      let block = arguments.memory + slot * 64
      block.storeBytes(of: pointer, as: UInt64.self)
      block.storeBytes(of: value, toByteOffset: 8, as: UInt32.self)
      block.storeBytes(of: rounds, toByteOffset: 12, as: UInt32.self)
      for (offset, size) in [(4, 64), (6, 1), (8, 1)] { packet.storeBytes(of: UInt16(size), toByteOffset: offset, as: UInt16.self) }
      for (offset, size) in [(12, 64), (16, 1), (20, 1)] { packet.storeBytes(of: UInt32(size), toByteOffset: offset, as: UInt32.self) }
      packet.storeBytes(of: kernel, toByteOffset: 32, as: UInt64.self)
      packet.storeBytes(of: arguments.address + UInt64(slot * 64), toByteOffset: 40, as: UInt64.self)
      packet.storeBytes(of: signal, toByteOffset: 56, as: UInt64.self)
    }
  }
  func waitOnDevice(for signals: [UInt64], then signal: UInt64) {
    publish(3 | Self.fences | 1 << 8) { packet, _ in
      for (index, dependency) in signals.prefix(5).enumerated() { packet.storeBytes(of: dependency, toByteOffset: 8 + index * 8, as: UInt64.self) }
      packet.storeBytes(of: signal, toByteOffset: 56, as: UInt64.self)
    }
  }
}
