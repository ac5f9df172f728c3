// Scratch memory of a queue: given when the packet processor asks for it, because the next dispatch wants more than there is.
// Threads: the device's watcher alone.
// Order: the packet processor stalls the queue, sets bits in the inactive signal and waits for 0; by then no packet before uses
// the old memory.  The fields of amd_queue_t are written before that 0.
// Full: less memory for fewer waves at a time, down to one workgroup; then the queue stays stalled and the device stops.
// Source: amd_hsa_queue.h (amd_queue_t); COMPUTE_TMPRING_SIZE and SQ_BUF_RSRC words of AMD's register headers.
import KFD

extension ComputeQueue {
  /// The inactive signal's requests.
  enum ScratchRequest { static let wave64: Int64 = 1, wave32: Int64 = 0x400, either: Int64 = 0x401 }

  private enum Field {
    static let read = 128, tmpringSize = 140, resourceDescriptor = 144, backing = 160, backingBytes = 168, wave64LaneBytes = 176
  }

  /// Answers a request, if there is one.  Throws outOfMemory.
  func serveScratch(_ device: Device) throws(GPUError) {
    let request = inactiveSignal.value
    guard request > 0, request & ~ScratchRequest.either == 0 else { return }
    let lanes: UInt64 = request & ScratchRequest.wave32 != 0 ? 32 : 64
    guard let packet = stalledPacket() else { return }
    let wanted = UInt64(packet.load(fromByteOffset: 24, as: UInt32.self))
    let items = (0..<3).reduce(UInt64(1)) { $0 * UInt64(packet.load(fromByteOffset: 4 + $1 * 2, as: UInt16.self)) }
    let groupWaves = (items + lanes - 1) / lanes
    let node = device.node, isNew = node.major >= 11
    // A wave's memory is counted in units of 1 KiB, on gfx11 of 256 bytes.
    let unit: UInt64 = isNew ? 256 : 1024
    let waveBytes = (wanted * lanes + unit - 1) / unit * unit
    let engines = UInt64(max(node.arrayCount / max(node.arraysPerEngine, 1), 1)), dies = UInt64(max(node.xccCount, 1))
    let units = (UInt64(node.computeUnitCount) + engines - 1) / engines * engines
    // As many waves as can have scratch at once; the register counts to 4095, on gfx11 for one shader engine.
    let counters = isNew ? engines : dies
    var perCounter = min(units * UInt64(max(node.maximumScratchSlotsPerComputeUnit, 1)) / counters, 4095)
    let least = (groupWaves + (isNew ? counters - 1 : 0)) / (isNew ? counters : 1)
    if let old = scratch {
      scratch = nil
      try old.release(device)
    }
    var block: Block?
    while block == nil {
      do throws(GPUError) { block = try device.memory.makeBlock(perCounter * counters * waveBytes, heap: .deviceLocal) } catch {
        guard perCounter > max(least, 1) else { throw error }
        perCounter = max(perCounter / 2, least, 1)
      }
    }
    guard let block else { return }
    scratch = block
    let size = perCounter * counters * waveBytes
    control.storeBytes(of: UInt32(perCounter) | UInt32(waveBytes / unit) << 12, toByteOffset: Field.tmpringSize, as: UInt32.self)
    for (index, word) in Self.resourceDescriptor(block.address, size, isNew: node.major >= 10).enumerated() {
      control.storeBytes(of: word, toByteOffset: Field.resourceDescriptor + index * 4, as: UInt32.self)
    }
    control.storeBytes(of: block.address, toByteOffset: Field.backing, as: UInt64.self)
    control.storeBytes(of: size / dies, toByteOffset: Field.backingBytes, as: UInt64.self)
    control.storeBytes(of: UInt32(waveBytes / 64), toByteOffset: Field.wave64LaneBytes, as: UInt32.self)
    inactiveSignal.store(0)
  }

  /// The oldest packet that wants scratch: the one that waits.
  private func stalledPacket() -> UnsafeMutableRawPointer? {
    let first = control.load(fromByteOffset: Field.read, as: UInt64.self)
    for index in first..<first + ring.capacity {
      let packet = ring.packet(PacketID(rawValue: index))
      let kind = packet.load(as: UInt16.self) & 0xff
      if kind == PacketHeader.Kind.invalid.rawValue { continue }
      if kind == PacketHeader.Kind.kernelDispatch.rawValue, packet.load(fromByteOffset: 24, as: UInt32.self) > 0 { return packet }
    }
    return nil
  }

  /// A buffer of words, a wave's lanes side by side, the lane's number added by hardware.
  private static func resourceDescriptor(_ base: UInt64, _ bytes: UInt64, isNew: Bool) -> [UInt32] {
    let low = UInt32(truncatingIfNeeded: base), high = UInt32(truncatingIfNeeded: base >> 32) & 0xffff
    let swizzle: UInt32 = isNew ? 1 << 30 : 1 << 31
    // DST_SEL xyzw; gfx9: NUM_FORMAT uint, DATA_FORMAT 32, ELEMENT_SIZE 4; INDEX_STRIDE 64, ADD_TID_ENABLE.
    let third: UInt32 = isNew ? 0xfac | 20 << 12 | 3 << 21 | 1 << 23 | 2 << 28 : 0xfac | 4 << 12 | 4 << 15 | 1 << 19 | 3 << 21 | 1 << 23
    return [low, high | swizzle, UInt32(clamping: bytes), third]
  }
}
