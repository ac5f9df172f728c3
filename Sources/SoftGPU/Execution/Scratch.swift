// Where a dispatch's scratch memory lies: the base, how much each wave has, how many waves may have some at a time.
// AQL dispatches find it in their amd_queue_t, where the client put it; PM4 dispatches bring it in registers.
// Source: AMD's amd_hsa_queue.h; COMPUTE_TMPRING_SIZE in AMD's register headers; LLVM AMDGPU usage, "Flat Scratch".
import Glibc
import ISA

/// COMPUTE_TMPRING_SIZE and the base, as packets or a queue give them.
struct ScratchRegisters: Sendable, Equatable {
  var base: UInt64
  var tmpringSize: UInt32
  /// From one die's base to the next one's.
  var dieStride: UInt64 = 0
}

struct ScratchSetup: @unchecked Sendable {
  /// GPU address; 0 when the client gives no scratch, and every wave has memory of the engine's own.
  var base: UInt64 = 0
  /// Bytes of one wave.
  var waveBytes: UInt64 = 0
  /// Waves that may have scratch at the same time, on one XCC.
  var slots = 0
  /// From one XCC's scratch to the next one's.
  var xccStride: UInt64 = 0
  /// The host's address of `base` when the memory is the engine's own.
  var host: UnsafeMutableRawPointer?
  /// The buffer descriptor that kernels without architected flat scratch begin with.
  var descriptor = InlineArray<4, UInt32>(repeating: 0)

  init(_ registers: ScratchRegisters, _ device: DeviceKind) { set(registers.base, registers.tmpringSize, device) }

  init(_ request: Dispatch, _ kernel: KernelDescriptor, _ device: DeviceKind, _ space: AddressSpace) {
    if let given = request.scratch {
      set(given.base, given.tmpringSize, device)
      xccStride = given.dieStride
    } else if request.queueAddress != 0, let queue = space.translate(request.queueAddress, 256, .read) {
      set(queue.get(160), queue.get(140), device)
      xccStride = queue.get(168)
      for word in 0..<4 { descriptor[word] = queue.get(144 + word * 4) }
    }
  }

  /// Memory of the engine's own; the descriptor is what AMD's runtime makes of such a base: swizzled in words, with the lane's
  /// number added.
  init(base: UInt64, waveBytes: UInt64, slots: Int, xccStride: UInt64, host: UnsafeMutableRawPointer, _ device: DeviceKind) {
    self.base = base; self.waveBytes = waveBytes; self.slots = slots; self.xccStride = xccStride; self.host = host
    // gfx9: SWIZZLE_ENABLE; NUM_RECORDS; DST_SEL xyzw, DATA_FORMAT 32, ELEMENT_SIZE 4, INDEX_STRIDE 64, ADD_TID_ENABLE.
    descriptor[0] = UInt32(truncatingIfNeeded: base)
    descriptor[1] = UInt32(truncatingIfNeeded: base >> 32) & 0xffff | 1 << 31
    descriptor[2] = UInt32(clamping: xccStride * UInt64(device.xccCount))
    descriptor[3] = 0xfac | 4 << 12 | 4 << 15 | 1 << 19 | 3 << 21 | 1 << 23
  }

  private mutating func set(_ base: UInt64, _ tmpring: UInt32, _ device: DeviceKind) {
    // WAVES in bits 0-11; WAVESIZE above, in units of 1 KiB, from gfx11 on of 256 bytes.
    let isNew = device.family.rawValue >= DeviceKind.Family.gfx11.rawValue
    let waves = Int(tmpring & 0xfff), size = UInt64(tmpring >> 12 & (isNew ? 0x7fff : 0x1fff)) * (isNew ? 256 : 1024)
    guard base != 0, waves > 0, size > 0 else { return }
    self.base = base
    waveBytes = size
    // gfx11 counts the waves of one shader engine.
    slots = isNew ? waves * device.shaderEngines : waves
  }
}

/// Which waves' places of one scratch are free.  Under the engine's lock; dispatches with the same scratch share one.
final class ScratchSlots {
  let setup: ScratchSetup
  private var free: [[Int32]]           // by XCC

  init(_ setup: ScratchSetup, xccCount: Int) {
    self.setup = setup
    free = Array(repeating: (0..<Int32(setup.slots)).reversed(), count: xccCount)
  }
  func matches(_ other: ScratchSetup) -> Bool {
    setup.base == other.base && setup.waveBytes == other.waveBytes && setup.slots == other.slots
  }
  func take(_ waves: Int, xcc: Int) -> [Int32]? {
    guard free[xcc].count >= waves else { return nil }
    defer { free[xcc].removeLast(waves) }
    return Array(free[xcc].suffix(waves))
  }
  /// Much of the engine's own scratch is not kept for nothing.
  func empty(_ slots: [Int32], xcc: Int) {
    guard let host = setup.host, setup.waveBytes > 1 << 20 else { return }
    for slot in slots { madvise(host + Int(address(slot, xcc: xcc) - setup.base), Int(setup.waveBytes), MADV_DONTNEED) }
  }
  func give(_ slots: [Int32], xcc: Int) { free[xcc].append(contentsOf: slots) }
  func address(_ slot: Int32, xcc: Int) -> UInt64 { setup.base &+ UInt64(xcc) * setup.xccStride &+ UInt64(slot) * setup.waveBytes }
}
