// Expected values: XXH64 of the reference implementation (PyPI xxhash), seeds 0 and 0x6A09E667F3BCC908.
import Testing

@testable import KernelImage

@Suite struct ContentHashTests {
  static let known: [([UInt8], UInt64, UInt64)] = [
    ([], 0xef46_db37_51d8_e999, 0xf952_499a_bbf9_ee68),
    (Array("a".utf8), 0xd24e_c4f1_a98c_6e5b, 0x3161_26eb_a6c4_b806),
    (Array("abc".utf8), 0x44bc_2cf5_ad77_0999, 0x473a_27c2_85c3_d8d2),
    (Array(0..<31), 0xc346_d2b5_9b4d_8ee1, 0xcd09_3417_17de_cad3),
    (Array(0..<32), 0xcbf5_9c51_16ff_32b4, 0xe264_04f6_91cc_010d),
    ((0..<1000).map { UInt8(truncatingIfNeeded: $0) }, 0x6ef4_36b0_0eba_4078, 0x3d35_8fe4_843e_47be),
  ]

  @Test(arguments: known) func bothHalvesAreXXH64(input: [UInt8], low: UInt64, high: UInt64) {
    #expect(ContentHash(input) == ContentHash(low: low, high: high))
  }

  @Test func itPrintsAs32Digits() {
    #expect(ContentHash(low: 1, high: 0xAB).description == "00000000000000ab0000000000000001")
  }

  @Test func whereAPartEndsCounts() {
    let ab = Array("ab".utf8), c = Array("c".utf8), a = Array("a".utf8), bc = Array("bc".utf8)
    #expect(ContentHash(parts: [ab, c]) != ContentHash(parts: [a, bc]))
    #expect(ContentHash(parts: [ab, c]) != ContentHash(parts: [ab, c, []]))
    #expect(ContentHash(parts: [ab, c]) == ContentHash(parts: [ab, c]))
  }
}
