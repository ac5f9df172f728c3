// A compute queue's context save area: where preempted waves wait in memory, one part for each XCC.
// Each part begins with the control stack's space, its first bytes the header that the client and GET_QUEUE_WAVE_STATE write;
// the control stack grows down from the end of that space, the waves' registers and LDS grow up from there.
//
// Threads: save by whoever has stopped the queue; restore by the worker that takes the workgroup.
// Order: registers are read back from memory: what is changed there while the queue is stopped is what the waves go on with.
// A wave: its vector registers, accumulation registers behind them; 128 scalar registers; 128 bytes of hardware registers and
// trap registers; then, after the first wave of a workgroup, its LDS.
// Source: kfd_ioctl.h (struct kfd_context_save_area_header), kfd_queue.c (sizes), cwsr_trap_handler_gfx9.asm (order of parts)
// of Linux 6.12.  What the control stack's words mean to the hardware is not published; here a wave's two words (three from
// gfx10 on) say how much was saved.
import CSoftGPU
import Glibc
import ISA

struct SaveArea: Sendable {
  var address: UInt64                  // of the first XCC's part
  var controlStackBytes: Int           // of one XCC
  var bytes: Int                       // of one XCC, control stack included

  /// What one XCC's part holds after a save; the queue's mqd keeps it for the driver.
  struct Use: Sendable, Equatable {
    var controlStack: [UInt32] = []    // in the order of addresses
    var waveBytes = 0
  }

  private static let scalarBytes = 512, hardwareBytes = 128
  /// Offsets in the hardware registers' part.
  private enum Field {
    static let m0 = 0, pc = 4, exec = 12, status = 20, trapStatus = 24, mode = 36, code125 = 40, ttmp = 64
  }

  /// Writes every wave of `groups`, whose storage is then free.  Nil, and nothing has changed, when the area is not mapped.
  func save(_ groups: [Workgroup], _ engine: ComputeEngine) -> [Use]? {
    let xccs = engine.geometry.xccCount
    guard let memory = engine.addressSpace.translate(address, bytes * xccs, .write) else { return nil }
    // What an earlier save left there and nobody has taken since moves: its place may be written to before its turn.
    var pool = StoragePool()
    defer { pool.destroy() }
    for group in groups where group.isSaved { guard group.restore(engine.geometry, pool: &pool) else { return nil } }
    var uses = Array(repeating: Use(), count: xccs)
    let wordsPerWave = engine.device.family == .gfx9 ? 2 : 3
    for group in groups {
      let part = memory + group.xcc * bytes
      var at = controlStackBytes + uses[group.xcc].waveBytes
      guard at + Self.size(of: group) <= bytes else { return nil }
      var offsets: [Int] = []
      let kernel = group.dispatch.kernel, laneBytes = kernel.lanes * 4
      for (number, storage) in group.waves.enumerated() {
        offsets.append(at)
        let wave = storage.wave
        for register in 0..<kernel.vgprCount {
          memcpy(part + at + register * laneBytes, wave.pointee.vgpr + register * 64, laneBytes)
        }
        at += kernel.vgprCount * laneBytes
        memcpy(part + at, wave.pointee.scalars, WaveStart.trapRegisters * 4)
        at += Self.scalarBytes
        saveHardware(wave, part + at)
        at += Self.hardwareBytes
        if number == 0 && group.dispatch.ldsBytes > 0 {
          memcpy(part + at, group.lds.memory, group.dispatch.ldsBytes)
          at += group.dispatch.need.ldsBytes
        }
        // Registers and LDS in granules, first and last wave of its workgroup; then the place.
        let first: UInt32 = number == 0 ? 1 << 26 : 0, last: UInt32 = number == group.waves.count - 1 ? 1 << 25 : 0
        var words = [UInt32(kernel.vgprCount / 4 & 63) | UInt32(group.dispatch.need.ldsBytes / 512 & 0x1ff) << 9 | first | last]
        words.append(wave.pointee.hardwareID.0)
        if wordsPerWave == 3 { words.append(wave.pointee.hardwareID.1) }
        uses[group.xcc].controlStack.insert(contentsOf: words, at: 0)
      }
      uses[group.xcc].waveBytes = at - controlStackBytes
      group.becomeSaved(offsets.map { address + UInt64(group.xcc * bytes + $0) })
    }
    if engine.device.family != .gfx9 {
      for (xcc, use) in uses.enumerated() {
        use.controlStack.withUnsafeBytes { if let words = $0.baseAddress { memcpy(memory + xcc * bytes + controlStackBytes - $0.count, words, $0.count) } }
      }
    }
    return uses
  }

  private static func size(of group: Workgroup) -> Int {
    let kernel = group.dispatch.kernel
    return group.waves.count * (kernel.vgprCount * kernel.lanes * 4 + scalarBytes + hardwareBytes) + group.dispatch.need.ldsBytes
  }

  private func saveHardware(_ wave: Wave, _ to: UnsafeMutableRawPointer) {
    memset(to, 0, Self.hardwareBytes)
    to.storeBytes(of: wave.pointee.scalars[ScalarCode.m0], toByteOffset: Field.m0, as: UInt32.self)
    to.storeBytes(of: wave.pointee.scalars[125], toByteOffset: Field.code125, as: UInt32.self)    // M0 of gfx11
    to.storeBytes(of: wave.pointee.programCounter, toByteOffset: Field.pc, as: UInt64.self)
    to.storeBytes(of: wave.exec, toByteOffset: Field.exec, as: UInt64.self)
    to.storeBytes(of: HardwareRegister.status(wave), toByteOffset: Field.status, as: UInt32.self)
    to.storeBytes(of: wave.pointee.trapStatus, toByteOffset: Field.trapStatus, as: UInt32.self)
    to.storeBytes(of: wave.pointee.mode, toByteOffset: Field.mode, as: UInt32.self)
    memcpy(to + Field.ttmp, wave.pointee.scalars + WaveStart.trapRegisters, 64)
  }

  /// Fills the storage of one wave from memory.
  static func restore(_ wave: Wave, _ from: UnsafeRawPointer, _ kernel: KernelDescriptor) {
    let laneBytes = kernel.lanes * 4
    for register in 0..<kernel.vgprCount { memcpy(wave.pointee.vgpr + register * 64, from + register * laneBytes, laneBytes) }
    var at = kernel.vgprCount * laneBytes
    memcpy(wave.pointee.scalars, from + at, WaveStart.trapRegisters * 4)
    at += scalarBytes
    let hardware = from + at
    wave.pointee.scalars[ScalarCode.m0] = hardware.loadUnaligned(fromByteOffset: Field.m0, as: UInt32.self)
    wave.pointee.scalars[125] = hardware.loadUnaligned(fromByteOffset: Field.code125, as: UInt32.self)
    wave.pointee.programCounter = hardware.loadUnaligned(fromByteOffset: Field.pc, as: UInt64.self)
    wave.setPair(ScalarCode.exec, hardware.loadUnaligned(fromByteOffset: Field.exec, as: UInt64.self))
    HardwareRegister.setStatus(wave, hardware.loadUnaligned(fromByteOffset: Field.status, as: UInt32.self))
    wave.pointee.trapStatus = hardware.loadUnaligned(fromByteOffset: Field.trapStatus, as: UInt32.self)
    HardwareRegister.setMode(wave, hardware.loadUnaligned(fromByteOffset: Field.mode, as: UInt32.self))
    memcpy(wave.pointee.scalars + WaveStart.trapRegisters, hardware + Field.ttmp, 64)
  }

  /// Bytes of a wave, to the LDS behind the first one.
  static func bytes(_ kernel: KernelDescriptor) -> Int { kernel.vgprCount * kernel.lanes * 4 + scalarBytes + hardwareBytes }
}
