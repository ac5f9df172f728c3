// The type-3 packets of a compute queue as data: number, name, the least payload, the families that have it, what it does.
// Source: PACKET3_… of AMD's soc15d.h (gfx9) and nvd.h (gfx10 and later); field layouts from the packet headers beside them
// (pm4_mec structures of amdkfd, ROCr and aqlprofile).
import ISA

struct PM4Opcode: Sendable {
  let number: UInt32
  let name: String
  /// Payload dwords without which the packet makes no sense.
  let payload: Int
  let families: ClosedRange<Int>
  let execute: @Sendable (PM4Engine, PM4Packet) throws(PacketStop) -> Void

  init(
    _ number: UInt32, _ name: String, payload: Int, families: ClosedRange<Int> = 9...12,
    _ execute: @escaping @Sendable (PM4Engine, PM4Packet) throws(PacketStop) -> Void
  ) {
    self.number = number; self.name = name; self.payload = payload; self.families = families; self.execute = execute
  }

  static let all: [PM4Opcode] = [
    PM4Opcode(0x10, "NOP", payload: 0) { (_, _) throws(PacketStop) in },
    PM4Opcode(0x15, "DISPATCH_DIRECT", payload: 4) { (e, p) throws(PacketStop) in try e.dispatch(p, (p[0], p[1], p[2]), initiator: p[3]) },
    PM4Opcode(0x16, "DISPATCH_INDIRECT", payload: 3) { (e, p) throws(PacketStop) in try e.dispatchIndirect(p) },
    PM4Opcode(0x1e, "ATOMIC_MEM", payload: 8) { (e, p) throws(PacketStop) in try e.atomic(p) },
    PM4Opcode(0x22, "COND_EXEC", payload: 4) { (e, p) throws(PacketStop) in
      if try p.thread.load32(p.address(0) & ~3) == 0 { e.skip = Int(p[3] & 0x3fff) }
    },
    PM4Opcode(0x23, "PRED_EXEC", payload: 1) { (e, p) throws(PacketStop) in e.predicate(dies: p[0] >> 24, dwords: Int(p[0] & 0x3fff)) },
    PM4Opcode(0x37, "WRITE_DATA", payload: 4) { (e, p) throws(PacketStop) in try e.writeData(p) },
    PM4Opcode(0x3c, "WAIT_REG_MEM", payload: 6) { (e, p) throws(PacketStop) in try e.wait(p) },
    PM4Opcode(0x3f, "INDIRECT_BUFFER", payload: 3) { (e, p) throws(PacketStop) in try e.indirect(p) },
    PM4Opcode(0x40, "COPY_DATA", payload: 5) { (e, p) throws(PacketStop) in try e.copyData(p) },
    PM4Opcode(0x46, "EVENT_WRITE", payload: 1) { (e, p) throws(PacketStop) in try e.event(p) },
    PM4Opcode(0x49, "RELEASE_MEM", payload: 7) { (e, p) throws(PacketStop) in try e.release(p) },
    PM4Opcode(0x50, "DMA_DATA", payload: 6) { (e, p) throws(PacketStop) in try e.dma(p) },
    PM4Opcode(0x58, "ACQUIRE_MEM", payload: 6, families: 9...9) { (e, p) throws(PacketStop) in e.maintain(CacheActions(coherence: p[0])) },
    PM4Opcode(0x58, "ACQUIRE_MEM", payload: 7, families: 10...12) { (e, p) throws(PacketStop) in e.maintain(CacheActions(gcr: p[6])) },
    PM4Opcode(0x76, "SET_SH_REG", payload: 2) { (e, p) throws(PacketStop) in try e.setRegisters(p, 0x2c00) },
    PM4Opcode(0x79, "SET_UCONFIG_REG", payload: 2) { (e, p) throws(PacketStop) in try e.setRegisters(p, 0xc000) },
    PM4Opcode(0x7a, "SET_UCONFIG_REG_INDEX", payload: 2) { (e, p) throws(PacketStop) in try e.setRegisters(p, 0xc000) },
    PM4Opcode(0x93, "WAIT_REG_MEM64", payload: 8, families: 10...12) { (e, p) throws(PacketStop) in try e.wait64(p) },
    PM4Opcode(0x9b, "SET_SH_REG_INDEX", payload: 2, families: 10...12) { (e, p) throws(PacketStop) in try e.setRegisters(p, 0x2c00) },
  ]

  /// By family, then by number.
  private static let tables: [Int: [PM4Opcode?]] = {
    var tables: [Int: [PM4Opcode?]] = [:]
    for family in 9...12 {
      var table = [PM4Opcode?](repeating: nil, count: 256)
      for row in all where row.families.contains(family) { table[Int(row.number)] = row }
      tables[family] = table
    }
    return tables
  }()
  static func table(_ family: DeviceKind.Family) -> [PM4Opcode?] { tables[family.rawValue]! }
}

/// A packet on its way: the payload without the header.
struct PM4Packet {
  let name: String
  let words: UnsafeBufferPointer<UInt32>
  /// The dies that execute it.
  let dies: UInt32
  let thread: QueueThread

  subscript(_ index: Int) -> UInt32 { words[index] }
  func address(_ index: Int) -> UInt64 { UInt64(words[index]) | UInt64(words[index + 1]) << 32 }
  func refuse(_ reason: String) -> PacketStop { .refuse(.invalidVendorPacket, "PM4 \(name): \(reason)") }
}
