// Code that the host has written: instruction caches must forget what they hold of its addresses, which no fence of an AQL
// packet makes them do.  A vendor packet that jumps to one ACQUIRE_MEM does, on each queue before the next packet there.
// Threads: `note`, any; `packet`, whoever holds the queue's lock.
// Source: ROCr's GpuAgent::InvalidateCodeCaches and amd_aql_pm4_ib_t; PACKET3_ACQUIRE_MEM of Linux's soc15d.h and nvd.h.
import Synchronization

struct CodeInvalidation: @unchecked Sendable {  // `commands` is written once, before anybody sees it; neither is ever freed
  private let version: UnsafeMutablePointer<Atomic<UInt64>>
  private let commands: UnsafeMutableRawPointer
  private let dwordCount: UInt32

  init(device: Device) throws(GPUError) {
    version = .allocate(capacity: 1)
    version.initialize(to: Atomic(0))
    commands = try device.allocate(64, heap: .host, isInternal: true)
    let words = Self.acquire(major: device.node.gfxTargetVersion / 10000)
    for (index, word) in words.enumerated() { commands.storeBytes(of: word, toByteOffset: index * 4, as: UInt32.self) }
    dwordCount = UInt32(words.count)
  }

  /// ACQUIRE_MEM for all addresses: instruction caches and, since constants lie beside the code, scalar ones.
  static func acquire(major: UInt32) -> [UInt32] {
    let everywhere: [UInt32] = [0xffff_ffff, 0xff, 0, 0, 10]          // size, base, poll interval
    func header(_ payload: Int) -> UInt32 { 3 << 30 | UInt32(payload - 1) << 16 | 0x58 << 8 }
    if major < 10 { return [header(6), 1 << 29 | 1 << 27] + everywhere }
    return [header(7), 0] + everywhere + [1 | 1 << 7]                 // GLI_INV of all, GLK_INV
  }

  /// The host has written code; what is submitted from now on must fetch it.
  func note() { version.pointee.wrappingAdd(1, ordering: .releasing) }

  /// Counts calls of `note`.
  var current: UInt64 { version.pointee.load(ordering: .acquiring) }

  /// AMD's PM4 vendor packet, which executes the commands.
  func packet(_ packet: UnsafeMutableRawPointer) -> UInt32 {
    Packets.indirectCommands(packet, address: UInt64(UInt(bitPattern: commands)), dwordCount: dwordCount, header: Self.header)
  }
  private static let header = PacketHeader.bits(.vendorSpecific, barrier: true)
}
