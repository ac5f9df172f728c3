import KernelImage
import Testing

@testable import CUDA

@Suite("Rules that need no device")
struct RulesTests {
  @Test("The legacy stream is ordered against all but non-blocking streams; others only against it") func defaultStreams() {
    for a in StreamKind.allCases {
      for b in StreamKind.allCases {
        let expected =
          (a == .legacy && b != .nonBlocking) || (b == .legacy && a != .nonBlocking)
        #expect(a.isOrdered(against: b) == expected, "\(a) against \(b)")
        #expect(a.isOrdered(against: b) == b.isOrdered(against: a))
      }
    }
  }

  @Test("Handles 0, 1 and 2 are the default streams; 0 depends on the entry point") func specialHandles() {
    #expect(StreamKind.special(handle: 0, perThreadDefault: false) == .legacy)
    #expect(StreamKind.special(handle: 0, perThreadDefault: true) == .perThread)
    for flag in [false, true] {
      #expect(StreamKind.special(handle: 1, perThreadDefault: flag) == .legacy)
      #expect(StreamKind.special(handle: 2, perThreadDefault: flag) == .perThread)
      #expect(StreamKind.special(handle: 3, perThreadDefault: flag) == nil)
    }
  }

  @Test("A block is its own workgroup, or 64 work-items a warp where a wave holds one warp") func workgroups() {
    #expect(DispatchShape.workgroup(block: Dim3(16, 8, 2), mapping: .sharedWave) == (16, 8, 2))
    #expect(DispatchShape.workgroup(block: Dim3(33, 1, 1), mapping: .oneWarp) == (128, 1, 1))
    #expect(DispatchShape.workgroup(block: Dim3(16, 32, 1), mapping: .oneWarp) == (1024, 1, 1))
    #expect(DispatchShape.blocksPerDispatch(workgroupX: 1024) == 4_194_303)
  }

  /// MI300X: 4 SIMDs of 8 waves, 512 registers a lane in steps of 8, 64 KB of LDS in steps of 512 (CDNA3 ISA manual).
  private let cdna3 = ComputeUnit(
    waveSize: 64, simdCount: 4, wavesPerSIMD: 8, vgprsPerSIMDLane: 512, vgprGranule: 8, ldsGranule: 512,
    maximumWorkgroups: 32, singleToDoubleRatio: 1)

  @Test("Occupancy is bound by waves, registers, shared memory or workgroups", arguments: [
    // threads, registers, shared bytes, blocks
    (256, 32, 0, 8), (1024, 32, 0, 2), (64, 32, 0, 32), (256, 128, 0, 4), (256, 129, 0, 3), (256, 512, 0, 1), (1024, 512, 0, 0),
    (256, 32, 16384, 4), (256, 32, 16385, 3), (256, 32, 65537, 0), (32, 16, 0, 32),
  ])
  func occupancy(threads: Int, registers: Int, shared: Int, blocks: Int) {
    var image = KernelImage()
    image.vgprs = UInt32(registers)
    image.staticSharedBytes = UInt32(shared)
    image.mapping = .sharedWave
    #expect(
      Occupancy.maximumBlocks(image: image, unit: cdna3, ldsBytes: 65536, threads: threads, dynamicSharedBytes: 0) == blocks)
  }

  @Test("A wave for each warp halves what fits") func oneWarpOccupancy() {
    var image = KernelImage()
    image.vgprs = 32
    image.mapping = .oneWarp
    #expect(Occupancy.maximumBlocks(image: image, unit: cdna3, ldsBytes: 65536, threads: 256, dynamicSharedBytes: 0) == 4)
  }

  @Test("Pool sizes are rounded so that blocks are reused", arguments: [(1, 512), (512, 512), (513, 1024), (1 << 20, 1 << 20), (1 << 20 | 1, 17 << 16)])
  func poolSizes(asked: Int, rounded: Int) { #expect(MemoryPool.rounded(UInt64(asked)) == UInt64(rounded)) }

  @Test("CUDA_VISIBLE_DEVICES chooses, orders and ends at the first bad entry", arguments: [
    (nil, [0, 1, 2]), ("", []), ("-1", []), ("2,0", [2, 0]), ("1,7,0", [1]), (" 1 , 2", [1, 2]), ("0,0", []), ("GPU-b", [1]),
    ("GPU-", []), ("x", []),
  ] as [(String?, [Int])])
  func visibleDevices(setting: String?, expected: [Int]) {
    #expect(VisibleDevices.indices(setting, uuids: ["GPU-aa", "GPU-bb", "GPU-cc"]) == expected)
  }

  @Test("No attribute number appears twice, and none that has a value counts as absent") func attributes() {
    let numbers = deviceAttributes.map(\.number)
    #expect(Set(numbers).count == numbers.count)
  }

  @Test("A destroyed handle is told from a live one, also after its slot is used again") func handles() {
    final class Thing {}
    let table = HandleTable<Thing>(magic: 0x1234_5678)
    let first = Thing()
    let handle = table.issue(first)
    #expect(table.object(for: handle) === first)
    #expect(table.revoke(handle) === first)
    #expect(table.object(for: handle) == nil && table.revoke(handle) == nil)
    #expect(table.object(for: UnsafeMutableRawPointer(bitPattern: 3)!) == nil)
    let second = Thing()
    #expect(table.issue(second) == handle && table.object(for: handle) === second)
  }
}
