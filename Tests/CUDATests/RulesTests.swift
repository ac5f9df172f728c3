import GPU
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

  /// AMD's data sheets: the RX 7900 XTX has 48 workgroup processors, the MI300X 304 compute units.
  @Test("A multiprocessor is a compute unit on gfx9 and a workgroup processor on gfx11") func multiprocessors() {
    var node = Node()
    (node.gfxTargetVersion, node.simdCount, node.simdsPerComputeUnit, node.maximumWavesPerSIMD, node.ldsBytes) = (110_000, 192, 2, 16, 65536)
    let rdna3 = DeviceProperties(node)
    #expect(rdna3.multiprocessorCount == 48 && rdna3.maximumThreadsPerMultiprocessor == 2048 && rdna3.warpSize == 32)
    #expect(rdna3.sharedMemoryPerBlock == 65536 && rdna3.sharedMemoryPerMultiprocessor == 131_072)
    (node.gfxTargetVersion, node.simdCount, node.simdsPerComputeUnit, node.maximumWavesPerSIMD) = (90402, 1216, 4, 8)
    let cdna3 = DeviceProperties(node)
    #expect(cdna3.multiprocessorCount == 304 && cdna3.maximumThreadsPerMultiprocessor == 2048 && cdna3.warpSize == 32)
    #expect(cdna3.sharedMemoryPerMultiprocessor == 65536)
  }

  @Test("Pool sizes are rounded so that blocks are reused", arguments: [(1, 512), (512, 512), (513, 1024), (1 << 20, 1 << 20), (1 << 20 | 1, 17 << 16)])
  func poolSizes(asked: Int, rounded: Int) { #expect(MemoryPool.rounded(UInt64(asked)) == UInt64(rounded)) }

  @Test("CUDA_VISIBLE_DEVICES chooses, orders and ends at the first bad entry", arguments: [
    (nil, [0, 1, 2]), ("", []), ("-1", []), ("2,0", [2, 0]), ("1,7,0", [1]), (" 1 , 2", [1, 2]), ("0,0", nil), ("GPU-b", [1]),
    ("GPU-", []), ("x", []),
  ] as [(String?, [Int]?)])
  func visibleDevices(setting: String?, expected: [Int]?) {
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
