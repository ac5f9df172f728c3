// How a queue waits until a signal has come down to a value: the packet that the device's packet processor knows for it.
// Threads: `emit`, whoever holds the queue's lock.
// Order: the commands are written before the packet's releasing store, and their place is used again only with the packet's slot,
// which is free when the packet is complete.
// Source: hsa_ext_amd.h (BARRIER_VALUE; ROCr uses it on the targets below); PACKET3_WAIT_REG_MEM64 of Linux's nvd.h.

enum ValueWait: Sendable {
  /// AMD's vendor packet that compares a signal.
  case barrierValue
  /// A vendor packet that jumps to one PM4 command, which polls memory.
  case polledMemory

  /// nil where the packet processor has neither.
  init?(gfxTargetVersion: UInt32) {
    switch gfxTargetVersion {
    case 90010, 90400...90402, 90500: self = .barrierValue
    case 100_000...129_999: self = .polledMemory
    default: return nil
    }
  }

  /// Bytes of commands that each slot of a ring needs beside it.
  var commandBytes: Int { self == .polledMemory ? Self.commandStride : 0 }
  private static let commandStride = 64

  /// Fills a packet that is complete once `signal` is below `value`; returns its first word.  `commands`: the place of the
  /// packet's slot, where there are any.
  func emit(
    _ packet: UnsafeMutableRawPointer, commands: UnsafeMutableRawPointer?, signal: UInt64, below value: Int64, completion: UInt64
  ) -> UInt32 {
    guard self == .polledMemory, let commands else {
      return Packets.barrierValue(
        packet, signal: signal, condition: .less, value: value, completion: completion, header: Self.header)
    }
    let words = Self.wait(address: signal + Signal.valueOffset, below: UInt64(bitPattern: value))
    for index in words.indices { commands.storeBytes(of: words[index], toByteOffset: index * 4, as: UInt32.self) }
    return Packets.indirectCommands(
      packet, address: UInt64(UInt(bitPattern: commands)), dwordCount: UInt32(words.count), completion: completion, header: Self.header)
  }

  /// WAIT_REG_MEM64: function 1 (less), memory.  It compares without signs, and a timeline's values are positive.
  static func wait(address: UInt64, below value: UInt64) -> InlineArray<9, UInt32> {
    func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
    func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
    let header: UInt32 = 3 << 30 | 7 << 16 | 0x93 << 8
    return [header, 1 | 1 << 4, low(address), high(address), low(value), high(value), 0xffff_ffff, 0xffff_ffff, 4]
  }

  private static let header = PacketHeader.bits(.vendorSpecific, barrier: true)
}
