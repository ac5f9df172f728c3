// Image instructions on linear images (tiled ones are in ImageLayoutTests): addresses, dmask, elements, bounds, wrapping, filters and gathers, against arithmetic
// written out here from AMD's RDNA3 manual, 9.2.
import Testing

@testable import GFX11
@testable import ISA

@Suite struct GFX11ImageTests {
  /// A descriptor in s[0:7].  `depth`: layers or depth.
  func describe(
    _ bench: InstructionBench, _ base: UInt64, type: UInt32 = 9, width: UInt32, height: UInt32 = 1, depth: UInt32 = 1, format: UInt32,
    select: UInt32 = 0xfac, mode: UInt32 = 0, pitch: UInt32 = 0
  ) {
    bench.setSGPR(
      0, UInt32(truncatingIfNeeded: base >> 8), UInt32(truncatingIfNeeded: base >> 40) | format << 20 | ((width - 1) & 3) << 30,
      (width - 1) >> 2 | (height - 1) << 14, select | mode << 20 | type << 28, pitch > 0 ? pitch - 1 : depth - 1, 0, 0, 0)
  }
  /// A sampler in s[12:15].
  func sampler(_ bench: InstructionBench, wrap: UInt32 = 2, linear: Bool = false, unnormalized: Bool = false, border: UInt32 = 0, compare: UInt32 = 0) {
    bench.setSGPR(
      12, wrap | wrap << 3 | wrap << 6 | compare << 12 | (unnormalized ? 1 << 15 : 0), 0xfff << 12, linear ? 1 << 20 | 1 << 22 : 0, border << 30)
  }

  @Test func texelsOfALinearImage() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block((0..<(64 * 8 * 4)).map { Float($0) })
    func value(_ x: Int, _ y: Int, _ z: Int = 0) -> UInt32 { Float((z * 8 + y) * 64 + x).bitPattern }
    // Rows of 20 texels of 4 bytes begin every 256 bytes.
    describe(bench, memory.address, width: 20, height: 8, format: 22)
    bench.setVGPR(0) { UInt32($0) }
    bench.setVGPR(1) { UInt32($0 % 9) }
    try bench.run("image_load v4, v[0:1], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    for l in 0..<32 { #expect(bench.vgpr(4)[l] == (l < 20 && l % 9 < 8 ? value(l, l % 9) : 0)) }
    // Components that a format has not: 0 and 1; the mask says which arrive.
    try bench.run("image_load v[4:5], v[0:1], s[0:7] dmask:0x9 dim:SQ_RSRC_IMG_2D")
    #expect(bench.vgpr(4)[3] == value(3, 3) && bench.vgpr(5)[3] == Float(1).bitPattern)
    // Addresses need not be neighbours, and may be 16 bits.
    bench.setVGPR(9) { UInt32($0) }
    bench.setVGPR(30) { _ in 2 }
    bench.setVGPR(11) { _ in 3 }
    try bench.run("image_load v6, [v9, v30], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    #expect(bench.vgpr(6)[7] == value(7, 2))
    bench.setVGPR(12) { UInt32($0) | 5 << 16 }
    try bench.run("image_load v6, v12, s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D a16")
    #expect(bench.vgpr(6)[7] == value(7, 5))
    try bench.run("image_load v6, v[0:1], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D d16")
    #expect(bench.vgpr(6)[2] & 0xffff == UInt32(Float16(130).bitPattern))
    // Volumes and layers.
    describe(bench, memory.address, type: 10, width: 20, height: 8, depth: 4, format: 22)
    try bench.run("image_load v6, [v9, v30, v11], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_3D")
    #expect(bench.vgpr(6)[7] == value(7, 2, 3))
    describe(bench, memory.address, type: 12, width: 20, depth: 4, format: 22)
    try bench.run("image_load v6, [v9, v30], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_1D_ARRAY")
    #expect(bench.vgpr(6)[7] == Float(2 * 64 + 7).bitPattern)
    // A pitch of its own.
    describe(bench, memory.address, width: 20, height: 8, format: 22, pitch: 128)
    try bench.run("image_load v6, [v9, v30], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    #expect(bench.vgpr(6)[7] == Float(2 * 128 + 7).bitPattern)
    try bench.run("image_get_resinfo v[20:23], v10, s[0:7] dmask:0xf dim:SQ_RSRC_IMG_2D")
    bench.setVGPR(10) { _ in 0 }
    try bench.run("image_get_resinfo v[20:23], v10, s[0:7] dmask:0xf dim:SQ_RSRC_IMG_2D")
    #expect((20..<24).map { bench.vgpr($0)[0] } == [20, 8, 1, 1])
  }

  @Test func storesAndAtomics() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let bytes = bench.block([UInt8](repeating: 0xee, count: 1024))
    describe(bench, bytes.address, width: 30, height: 4, format: 42, select: 6 | 5 << 3 | 4 << 6 | 7 << 9)      // blue first
    bench.setVGPR(0) { UInt32($0) }
    bench.setVGPR(1) { _ in 1 }
    for (index, value) in [Float(1), 0.5, 0, 0.2].enumerated() { bench.setVGPR(4 + index) { _ in value.bitPattern } }
    try bench.run("image_store v[4:7], v[0:1], s[0:7] dmask:0xf dim:SQ_RSRC_IMG_2D unorm")
    #expect((0..<4).map { bytes[256 + 12 + $0] } == [0, 128, 255, 51])
    #expect(bytes[256 + 30 * 4] == 0xee)
    try bench.run("image_load v[8:11], v[0:1], s[0:7] dmask:0xf dim:SQ_RSRC_IMG_2D")
    #expect(bench.vgpr(8)[3] == Float(1).bitPattern && bench.vgpr(10)[3] == 0)
    let words = bench.block([UInt32](repeating: 7, count: 64))
    describe(bench, words.address, type: 8, width: 16, format: 20)
    try bench.run("image_atomic_add v0, v0, s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_1D glc")
    for l in 0..<32 { #expect(words[l] == (l < 16 ? 7 + UInt32(l) : 7) && bench.vgpr(0)[l] == (l < 16 ? 7 : 0)) }
    bench.setVGPR(0) { UInt32($0) }
    bench.setVGPR(4) { _ in 99 }
    bench.setVGPR(5) { _ in 9 }
    try bench.run("image_atomic_cmpswap v[4:5], v0, s[0:7] dmask:0x3 dim:SQ_RSRC_IMG_1D")
    #expect(words[2] == 99 && words[3] == 10)
  }

  /// The texel that index `i` of a row of `n` means; nil the border.
  func wrapped(_ i: Int, _ n: Int, _ mode: UInt32) -> Int? {
    switch mode {
    case 0: return (i % n + n) % n
    case 1: let m = (i % (2 * n) + 2 * n) % (2 * n); return m < n ? m : 2 * n - 1 - m
    case 2: return max(0, min(n - 1, i))
    default: return (0..<n).contains(i) ? i : nil
    }
  }

  @Test(arguments: [UInt32(0), 1, 2, 6], [false, true]) func samplingWrapsAndFilters(wrap: UInt32, linear: Bool) throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block((0..<(64 * 8)).map { Float(($0 * 37) % 101) })
    describe(bench, memory.address, width: 10, height: 8, format: 22)
    sampler(bench, wrap: wrap, linear: linear, border: 2)
    func texel(_ x: Int, _ y: Int) -> Double {
      guard let x = wrapped(x, 10, wrap), let y = wrapped(y, 8, wrap) else { return 1 }
      return Double(memory[y * 64 + x])
    }
    let u = (0..<32).map { Float($0) / 16 - 0.53125 }, v = (0..<32).map { Float(($0 * 11) % 32) / 16 - 0.4375 }
    bench.setVGPR(0) { u[$0 % 32].bitPattern }
    bench.setVGPR(1) { v[$0 % 32].bitPattern }
    try bench.run("image_sample_lz v4, v[0:1], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    for l in 0..<32 {
      let x = Double(u[l]) * 10, y = Double(v[l]) * 8
      let got = Double(Float(bitPattern: bench.vgpr(4)[l]))
      if linear {
        let x0 = (x - 0.5).rounded(.down), y0 = (y - 0.5).rounded(.down), a = x - 0.5 - x0, b = y - 0.5 - y0
        let low = texel(Int(x0), Int(y0)) * (1 - a) + texel(Int(x0) + 1, Int(y0)) * a
        let high = texel(Int(x0), Int(y0) + 1) * (1 - a) + texel(Int(x0) + 1, Int(y0) + 1) * a
        // Weights have eight bits.
        #expect(abs(got - (low * (1 - b) + high * b)) <= 101 * 2.0 / 256, "lane \(l)")
      } else {
        #expect(got == texel(Int(x.rounded(.down)), Int(y.rounded(.down))), "lane \(l)")
      }
    }
  }

  @Test func gathersOffsetsAndComparisons() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block((0..<(64 * 8)).map { Float($0) })
    describe(bench, memory.address, width: 10, height: 8, format: 22)
    sampler(bench, unnormalized: true, compare: 1)
    bench.setVGPR(0) { _ in Float(3).bitPattern }
    bench.setVGPR(1) { _ in Float(2).bitPattern }
    try bench.run("image_gather4_lz v[4:7], v[0:1], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    // Texels (2, 1) and its neighbours, counter-clockwise from the one below.
    #expect((4..<8).map { Float(bitPattern: bench.vgpr($0)[0]) } == [130, 131, 67, 66])
    bench.setVGPR(2) { _ in Float(2).bitPattern }
    bench.setVGPR(1) { _ in Float(3).bitPattern }
    bench.setVGPR(0) { _ in 0x013f }                        // x - 1, y + 1
    try bench.run("image_sample_lz_o v4, v[0:2], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    #expect(Float(bitPattern: bench.vgpr(4)[0]) == Float(3 * 64 + 2))
    bench.setVGPR(0) { Float(128 + $0).bitPattern }
    try bench.run("image_sample_c_lz v4, v[0:2], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    #expect(bench.vgpr(4)[2] == Float(1).bitPattern && bench.vgpr(4)[3] == 0)
    bench.setVGPR(3) { _ in 0 }
    try bench.run("image_sample_l v4, v[1:3], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    #expect(Float(bitPattern: bench.vgpr(4)[0]) == Float(2 * 64 + 3))
  }

  @Test func aThickImageIsRefusedByName() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([Float](repeating: 0, count: 64))
    describe(bench, memory.address, type: 10, width: 8, format: 22, mode: 26)
    guard case .illegalInstruction(_, let name?)? = try bench.run("image_load v4, v[0:2], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_3D")?.cause else {
      Issue.record("not refused"); return
    }
    #expect(name.contains("swizzle mode 26"))
  }
}
