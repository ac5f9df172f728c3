// The packets of SDMA engines as data: operation, sub-operation, length, and the families that have them.
// Source: sdma_4_0_0 and sdma_6_0_0 packet headers as AMD's kernel driver and tinygrad publish them.
import ISA

struct SDMAPacket: Sendable {
  enum Operation: Sendable {
    case nop, copyLinear, copyWindow, write, indirect, fence, trap, semaphore, poll, conditional, atomic, fill
    case timestampSet, timestampGet, cacheControl, refused
  }
  var code: UInt32
  /// nil: any.
  var sub: UInt32?
  var name: String
  var operation: Operation
  var dwords: Int
  var families: ClosedRange<Int> = 9...12

  static let all: [SDMAPacket] = [
    SDMAPacket(code: 0, sub: nil, name: "NOP", operation: .nop, dwords: 1),
    SDMAPacket(code: 1, sub: 0, name: "COPY_LINEAR", operation: .copyLinear, dwords: 7),
    SDMAPacket(code: 1, sub: 4, name: "COPY_LINEAR_SUB_WIND", operation: .copyWindow, dwords: 13, families: 9...11),
    SDMAPacket(code: 2, sub: 0, name: "WRITE_LINEAR", operation: .write, dwords: 5),
    SDMAPacket(code: 4, sub: nil, name: "INDIRECT", operation: .indirect, dwords: 6),
    SDMAPacket(code: 5, sub: 0, name: "FENCE", operation: .fence, dwords: 4),
    SDMAPacket(code: 6, sub: nil, name: "TRAP", operation: .trap, dwords: 2),
    SDMAPacket(code: 7, sub: 0, name: "SEMAPHORE", operation: .semaphore, dwords: 3),
    SDMAPacket(code: 8, sub: 0, name: "POLL_REGMEM", operation: .poll, dwords: 6),
    SDMAPacket(code: 9, sub: nil, name: "COND_EXE", operation: .conditional, dwords: 5),
    SDMAPacket(code: 10, sub: nil, name: "ATOMIC", operation: .atomic, dwords: 8),
    SDMAPacket(code: 11, sub: 0, name: "CONST_FILL", operation: .fill, dwords: 5),
    SDMAPacket(code: 13, sub: 0, name: "TIMESTAMP_SET", operation: .timestampSet, dwords: 3),
    SDMAPacket(code: 13, sub: 1, name: "TIMESTAMP_GET", operation: .timestampGet, dwords: 3),
    SDMAPacket(code: 13, sub: 2, name: "TIMESTAMP_GET_GLOBAL", operation: .timestampGet, dwords: 3),
    SDMAPacket(code: 16, sub: nil, name: "DUMMY_TRAP", operation: .nop, dwords: 2, families: 9...9),
    SDMAPacket(code: 17, sub: nil, name: "GCR_REQ", operation: .cacheControl, dwords: 5, families: 10...12),
    SDMAPacket(code: 32, sub: nil, name: "DUMMY_TRAP", operation: .nop, dwords: 2, families: 10...12),
    // What only the kernel may do, or tiled surfaces need.
    SDMAPacket(code: 1, sub: nil, name: "COPY (tiled, physical or structured)", operation: .refused, dwords: 1),
    SDMAPacket(code: 2, sub: nil, name: "WRITE_TILED", operation: .refused, dwords: 1),
    SDMAPacket(code: 8, sub: nil, name: "POLL (register write, dirty bits or verify)", operation: .refused, dwords: 1),
    SDMAPacket(code: 11, sub: nil, name: "DATA_FILL_MULTI", operation: .refused, dwords: 1),
    SDMAPacket(code: 12, sub: nil, name: "PTEPDE", operation: .refused, dwords: 1),
    SDMAPacket(code: 14, sub: nil, name: "SRBM_WRITE", operation: .refused, dwords: 1),
    SDMAPacket(code: 15, sub: nil, name: "PRE_EXE", operation: .refused, dwords: 1),
    SDMAPacket(code: 16, sub: nil, name: "GPUVM_INV", operation: .refused, dwords: 1, families: 10...12),
  ]

  /// The row of a packet with this header.
  static func decode(_ header: UInt32, _ family: DeviceKind.Family) throws(PacketStop) -> SDMAPacket {
    let code = header & 0xff, sub = header >> 8 & 0xff
    guard var row = all.first(where: { $0.code == code && ($0.sub == nil || $0.sub == sub) && $0.families.contains(family.rawValue) }) else {
      throw .refuse(.invalidPacket, "SDMA packet \(hex(UInt64(header), digits: 8)): operation \(code) sub \(sub) is not one of this engine")
    }
    switch row.operation {
    case .refused:
      throw .refuse(.invalidPacket, "SDMA \(row.name), packet \(hex(UInt64(header), digits: 8)), is not for queues of user space or not implemented")
    case .nop where code == 0: row.dwords = 1 + Int(header >> 16 & 0x3fff)
    case .copyLinear where header >> 27 & 1 != 0: row.dwords = 9          // broadcast: two destinations
    default: break
    }
    return row
  }
}
