// Scratch memory by the firmware's protocol: a dispatch that wants more than the queue's amd_queue_t says there is stalls its
// queue; the inactive signal tells the client, which maps memory, fills in the fields, and stores 0; then the packet is tried
// again.  Memory that the client marked as lent for one dispatch is given back when that has ended: 512 in the signal, until
// the client has stored 0 and taken the mark away.
// Threads: the queue's thread.  Order: a request is made when nothing of the queue is in flight, so that the client may take
// the old memory away.
// Source: amd_hsa_queue.h; what AMD's runtime does in its queue-event handler (client specification, 3.6).
import ISA
import Synchronization

enum ScratchState {
  case none
  case requested        // the client has been told
  case usedOnce         // a dispatch runs in memory that is lent for it alone
  case reclaiming       // the client has been told to take that back
}

extension AQLQueue {
  private enum Field {
    static let tmpringSize: UInt64 = 140, wave64LaneBytes: UInt64 = 176, properties: UInt64 = 180
  }
  private static let useScratchOnce: UInt32 = 1 << 4
  /// The inactive signal's bits.
  private static let insufficientWave64: UInt64 = 1, insufficientWave32: UInt64 = 0x400, reclaim: UInt64 = 512

  /// Whether the dispatch can be launched as far as scratch is concerned; otherwise the client knows, or will when the queue is
  /// idle.  Reader active.
  func hasScratch(for packet: UnsafeMutableRawPointer, _ thread: QueueThread) -> Bool {
    let bytes = packet.get(24, UInt32.self)
    guard bytes > 0, let signal = inactiveSignal(thread) else { scratchState = .none; return true }
    if scratchState == .requested {
      guard signal.atomic64(AQL.signalValue).pointee.load(ordering: .acquiring) == 0 else { return false }
      scratchState = .none
    }
    guard let queue = thread.reader.host(queueAddress, 256, write: false) else { return true }
    let isWave32 = device.kind.family != .gfx9 && has32Lanes(packet.get(32), thread), lanes: UInt64 = isWave32 ? 32 : 64
    let dimensions = Int(packet.get(2, UInt16.self) & 3)
    let items = (0..<max(1, dimensions)).reduce(UInt64(1)) { $0 * UInt64(packet.get(4 + $1 * 2, UInt16.self)) }
    let registers = ScratchRegisters(base: 1, tmpringSize: queue.get(Int(Field.tmpringSize)))
    let slots = ScratchSetup(registers, device.kind).slots
    if UInt64(bytes) * lanes <= UInt64(queue.get(Int(Field.wave64LaneBytes), UInt32.self)) * 64, UInt64(slots) >= (items + lanes - 1) / lanes {
      let flags: UInt32 = queue.get(Int(Field.properties))
      if flags & Self.useScratchOnce != 0 { scratchState = .usedOnce }
      return true
    }
    guard inFlight.load(ordering: .acquiring) == 0 else { return false }
    scratchState = .requested
    thread.leave()
    _ = signalInactive(isWave32 ? Self.insufficientWave32 : Self.insufficientWave64)
    thread.enter()
    return false
  }

  /// True when nothing is lent any more.  Reader active.
  func reclaimScratch(_ thread: QueueThread) -> Bool {
    if scratchState == .usedOnce {
      guard inFlight.load(ordering: .acquiring) == 0 else { return false }
      scratchState = .reclaiming
      thread.leave()
      let told = signalInactive(Self.reclaim)
      thread.enter()
      guard told else { scratchState = .none; return true }
    }
    guard let signal = inactiveSignal(thread), let queue = thread.reader.host(queueAddress, 256, write: false) else { return true }
    let flags = queue.atomic32(Int(Field.properties)).pointee.load(ordering: .acquiring)
    guard flags & Self.useScratchOnce == 0, signal.atomic64(AQL.signalValue).pointee.load(ordering: .acquiring) == 0 else { return false }
    scratchState = .none
    return true
  }

  private func inactiveSignal(_ thread: QueueThread) -> UnsafeMutableRawPointer? {
    guard queueAddress != 0, let word = thread.reader.host(queueAddress &+ AQL.queueInactiveSignal, 8, write: false) else { return nil }
    let signal = word.get(0, UInt64.self)
    return signal == 0 ? nil : thread.reader.host(signal, AQL.signalBytes, write: true)
  }

  /// A property of the kernel object: waves of 32 lanes.
  private func has32Lanes(_ kernelObject: UInt64, _ thread: QueueThread) -> Bool {
    guard let memory = thread.reader.host(kernelObject, 64, write: false) else { return false }
    return memory.get(56, UInt16.self) >> 10 & 1 != 0
  }
}
