import Testing

@testable import GPU

/// 64 poisoned bytes.  Offsets and types below are those of the HSA specification's tables, written out by hand.
private func poisoned(_ body: (UnsafeMutableRawPointer) -> UInt32) -> (word: UInt32, bytes: [UInt8]) {
  var bytes = [UInt8](repeating: 0xa5, count: 64)
  let word = bytes.withUnsafeMutableBytes { body($0.baseAddress!) }
  return (word, bytes)
}

extension [UInt8] {
  fileprivate func get<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
  }
}

@Suite("AQL packets")
struct PacketsTests {
  private let header = PacketHeader.bits(.kernelDispatch, barrier: true)

  @Test("A header has its kind, barrier bit and fence scopes where the specification puts them") func headerBits() {
    #expect(PacketHeader.bits(.kernelDispatch, barrier: false, acquire: .none, release: .none) == 0x0002)
    #expect(PacketHeader.bits(.barrierAnd, barrier: true, acquire: .none, release: .none) == 0x0103)
    #expect(PacketHeader.bits(.kernelDispatch, barrier: true) == 0x1502)
    #expect(PacketHeader.bits(.vendorSpecific, barrier: true, acquire: .agent, release: .agent) == 0x0b00)
  }

  @Test("A dispatch packet fills every byte but the first word") func dispatch() {
    let (word, bytes) = poisoned {
      Packets.kernelDispatch(
        $0,
        KernelDispatch(
          kernelObject: 0x1122_3344_5566_7788, workgroup: (256, 2, 3), grid: (0xffff_ffff, 70000, 9), dimensions: 3, groupBytes: 65536,
          privateBytes: 272),
        kernarg: 0x99aa_bbcc_ddee_ff00, completion: 0x7000_0000_0040, header: header)
    }
    #expect(word == 0x0003_1502)
    #expect(bytes.get(0, UInt32.self) == 0xa5a5_a5a5)
    #expect(bytes.get(4, UInt16.self) == 256 && bytes.get(6, UInt16.self) == 2 && bytes.get(8, UInt16.self) == 3)
    #expect(bytes.get(10, UInt16.self) == 0)
    #expect(bytes.get(12, UInt32.self) == 0xffff_ffff && bytes.get(16, UInt32.self) == 70000 && bytes.get(20, UInt32.self) == 9)
    #expect(bytes.get(24, UInt32.self) == 272 && bytes.get(28, UInt32.self) == 65536)
    #expect(bytes.get(32, UInt64.self) == 0x1122_3344_5566_7788 && bytes.get(40, UInt64.self) == 0x99aa_bbcc_ddee_ff00)
    #expect(bytes.get(48, UInt64.self) == 0 && bytes.get(56, UInt64.self) == 0x7000_0000_0040)
  }

  @Test("A barrier-and packet names its five signals in order and leaves nothing of the old packet") func barrierAnd() {
    let (word, bytes) = poisoned { Packets.barrierAnd($0, dependencies: (1, 2, 3, 4, 5), completion: 6, header: 0x1503) }
    #expect(word == 0x1503)
    #expect(bytes.get(0, UInt32.self) == 0xa5a5_a5a5 && bytes.get(4, UInt32.self) == 0)
    for index in 0..<5 { #expect(bytes.get(8 + 8 * index, UInt64.self) == UInt64(index + 1)) }
    #expect(bytes.get(48, UInt64.self) == 0 && bytes.get(56, UInt64.self) == 6)
  }

  @Test("A barrier-value packet is AMD's vendor format 2") func barrierValue() {
    let (word, bytes) = poisoned {
      Packets.barrierValue(
        $0, signal: 0x4000, condition: .less, value: -3, mask: 0xff, completion: 0x8000,
        header: PacketHeader.bits(.vendorSpecific, barrier: true))
    }
    #expect(word == 0x0002_1500)
    #expect(bytes.get(8, UInt64.self) == 0x4000 && bytes.get(16, Int64.self) == -3 && bytes.get(24, Int64.self) == 0xff)
    #expect(bytes.get(32, UInt32.self) == 2 && bytes.get(36, UInt32.self) == 0 && bytes.get(56, UInt64.self) == 0x8000)
  }

  /// Field layout: WAIT_REG_MEM64 of Linux's nvd.h; amd_aql_pm4_ib_t of ROCr.
  @Test("Where BARRIER_VALUE is unknown, a wait is a jump to one WAIT_REG_MEM64") func polledWait() {
    var commands = [UInt32](repeating: 0xa5a5_a5a5, count: 16)
    var place: UInt64 = 0
    let (word, bytes) = poisoned { packet in
      commands.withUnsafeMutableBytes {
        place = UInt64(UInt(bitPattern: $0.baseAddress!))
        return ValueWait.polledMemory.emit(
          packet, commands: $0.baseAddress!, signal: 0x1_0000_4000, below: 0x4000_0000_0000_0007, completion: 0x8000)
      }
    }
    #expect(word == 0x0001_1500)                                                     // vendor format 1
    #expect(bytes.get(4, UInt32.self) == 0xc002_3f00)                                // INDIRECT_BUFFER
    #expect(bytes.get(8, UInt64.self) == place && bytes.get(16, UInt32.self) == 9 | 1 << 23)
    #expect(bytes.get(56, UInt64.self) == 0x8000)
    #expect(commands[..<9] == [0xc007_9300, 0x11, 0x4008, 1, 7, 0x4000_0000, 0xffff_ffff, 0xffff_ffff, 4])
    #expect(commands[9] == 0xa5a5_a5a5)
  }

  @Test("Waits are BARRIER_VALUE on gfx90a, gfx942 and gfx950, polls from gfx10 on, and nothing on older gfx9", arguments: [
    (90010, .barrierValue), (90402, .barrierValue), (90500, .barrierValue), (100_300, .polledMemory), (110_000, .polledMemory),
    (110_501, .polledMemory), (120_001, .polledMemory), (90006, nil), (90008, nil),
  ] as [(UInt32, ValueWait?)])
  func waits(version: UInt32, wait: ValueWait?) { #expect(ValueWait(gfxTargetVersion: version) == wait) }

  @Test("A queue's buffers have the sizes that AMD's library asked of a gfx942 with 304 compute units") func buffers() {
    var node = Node()
    node.gfxTargetVersion = 90402
    node.simdCount = 1216
    node.simdsPerComputeUnit = 4
    node.arrayCount = 32
    node.ldsBytes = 65536
    let buffers = QueueBuffers(node)
    #expect(buffers.controlStackBytes == 0x18000)      // recorded from ROCr 6.1 on trixie
    #expect(buffers.contextSaveBytes == 0xb108000)
    #expect(buffers.totalBytes >= buffers.contextSaveBytes + 12160 * 32)
  }

  @Test("A target's name has its stepping in hexadecimal", arguments: [(90010, "gfx90a"), (90402, "gfx942"), (110000, "gfx1100"), (100300, "gfx1030")])
  func targetName(version: Int, name: String) {
    var node = Node()
    node.gfxTargetVersion = UInt32(version)
    #expect(node.target == name)
  }
}
