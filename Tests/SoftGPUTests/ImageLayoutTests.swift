// Tiled images, levels of detail, several samples, and gfx90a's image instructions.  Places in blocks are worked out by hand from the
// equations in AMD's address library; that no two texels share a place is checked for every layout.
import Testing

@testable import GFX11
@testable import GFX9
@testable import ISA

@Suite struct ImageLayoutTests {
  private func describe11(
    _ bench: InstructionBench, _ base: UInt64, type: UInt32 = 9, width: UInt32, height: UInt32 = 1, depth: UInt32 = 1, format: UInt32 = 22, mode: UInt32 = 0,
    levels: UInt32 = 1
  ) {
    bench.setSGPR(
      0, UInt32(truncatingIfNeeded: base >> 8), UInt32(truncatingIfNeeded: base >> 40) | format << 20 | ((width - 1) & 3) << 30,
      (width - 1) >> 2 | (height - 1) << 14, 0xfac | (levels - 1) << 16 | mode << 20 | type << 28, type == 9 ? 0 : depth - 1, 0, 0, 0)
  }
  /// `data` and `number`: gfx9's data and number format.
  private func describe9(_ bench: InstructionBench, _ base: UInt64, type: UInt32 = 9, width: UInt32, height: UInt32, depth: UInt32 = 1, pitch: UInt32, data: UInt32 = 4, number: UInt32 = 7, mode: UInt32 = 0) {
    bench.setSGPR(
      0, UInt32(truncatingIfNeeded: base >> 8), UInt32(truncatingIfNeeded: base >> 40) | data << 20 | number << 26, (width - 1) | (height - 1) << 14,
      0xfac | mode << 20 | type << 28, depth - 1 | (pitch - 1) << 13, 0, 0, 0)
  }
  private func image(_ family: BufferFamily, mode: UInt32, format: (UInt32, UInt32), size: UInt32, type: UInt32 = 9, samples: UInt32 = 0) -> ImageResource {
    var words = [UInt32](repeating: 0, count: 8)
    switch family {
    case .gfx9: words[1] = format.0 << 20 | format.1 << 26; words[2] = (size - 1) | (size - 1) << 14; words[4] = (size - 1) << 13
    case .gfx11: words[1] = format.0 << 20 | ((size - 1) & 3) << 30; words[2] = (size - 1) >> 2 | (size - 1) << 14
    }
    words[3] = 0xfac | mode << 20 | type << 28 | samples << 16
    return ImageResource(family, words)
  }
  /// Formats of 1, 2, 4, 8 and 16 bytes.
  private static let formats9: [(UInt32, UInt32)] = [(1, 0), (2, 7), (4, 7), (11, 7), (14, 7)]
  private static let formats11: [UInt32] = [1, 13, 22, 50, 63]

  @Test(arguments: [1, 2, 5, 6, 9, 10, 21, 22, 25, 26] as [UInt32]) func `texels of a gfx9 block have places of their own`(mode: UInt32) throws {
    for format in Self.formats9 { try places(image(.gfx9, mode: mode, format: format, size: 256), .gfx9) }
  }
  @Test(arguments: [2, 6, 10, 18, 22, 24, 26, 27, 28, 30, 31] as [UInt32]) func `texels of a gfx11 block have places of their own`(mode: UInt32) throws {
    for format in Self.formats11 { try places(image(.gfx11, mode: mode, format: (format, 0), size: 512), .gfx11) }
  }
  @Test(arguments: [1, 2, 3] as [UInt32]) func `samples of a gfx11 block have places of their own`(shift: UInt32) throws {
    for format in Self.formats11 { try places(image(.gfx11, mode: 24, format: (format, 0), size: 512, type: 14, samples: shift), .gfx11) }
  }
  private func places(_ image: ImageResource, _ family: BufferFamily) throws {
    let layout = try #require(ImageLayout.of(family, image)), bytes = UInt64(image.format!.bytes), samples = 1 << image.sampleShift
    for layer in [0, 5] where layer == 0 || bytes == 4 {
      var seen = [Bool](repeating: false, count: Int(layout.blockBytes)), count: UInt64 = 0
      for y in 0..<(1 << layout.height) {
        for x in 0..<(1 << layout.width) {
          for sample in 0..<samples {
            // The second block's, as a block's place must not depend on what is outside but for a permutation.
            let place = layout.place(x + 1 << layout.width, y, layer, sample)
            guard place % bytes == 0, place < layout.blockBytes, !seen[Int(place)] else { Issue.record("\(image.swizzleMode): \(x), \(y), \(layer)"); return }
            seen[Int(place)] = true
            count += 1
          }
        }
      }
      #expect(count * bytes == layout.blockBytes)
    }
  }

  @Test func `texels lie where the equations say`() throws {
    // 64KB_R_X of dwords: bits 2-7 X0 Y0 X1 Y1 X2 Y2; 8 Y4^X9^Y9, 9 Z1^X4^Y4, 10 Z0^Y5^X8, 11 X5^Y8, 12 Y6^X7, 13 X3, 14 Y3, 15 X6^Y7.
    let render = try #require(ImageLayout.of(.gfx11, image(.gfx11, mode: 27, format: (22, 0), size: 512)))
    #expect((render.width, render.height) == (7, 7))
    #expect(render.place(1, 0, 0, 0) == 4 && render.place(0, 1, 0, 0) == 8 && render.place(8, 0, 0, 0) == 1 << 13 && render.place(16, 0, 0, 0) == 1 << 9)
    #expect(render.place(0, 16, 0, 0) == 1 << 8 | 1 << 9 && render.place(0, 0, 1, 0) == 1 << 10 && render.place(0, 0, 3, 0) == 1 << 10 | 1 << 9)
    // 64KB_S of dwords, gfx9: X0 X1 Y0 Y1 Y2 X2 from bit 2 on, then from bit 8 on Y3 X3 Y4 X4 …
    let standard = try #require(ImageLayout.of(.gfx9, image(.gfx9, mode: 9, format: (4, 7), size: 256)))
    #expect(standard.place(2, 0, 0, 0) == 8 && standard.place(0, 1, 0, 0) == 16 && standard.place(4, 0, 0, 0) == 128)
    #expect(standard.place(0, 8, 0, 0) == 256 && standard.place(8, 0, 0, 0) == 512)
    // 64KB_S_X: four pipes, bits 8 and 9, are mixed with bits 11 and 10 and the layer's second and first bit.
    let mixed = try #require(ImageLayout.of(.gfx9, image(.gfx9, mode: 25, format: (4, 7), size: 256)))
    #expect(mixed.place(0, 8, 0, 0) == 256 && mixed.place(16, 0, 0, 0) == 1 << 11 | 1 << 8 && mixed.place(0, 0, 1, 0) == 1 << 9 && mixed.place(0, 0, 2, 0) == 1 << 8)
    // Thick blocks are not read, nor sizes that are no power of two.
    #expect(ImageLayout.of(.gfx11, image(.gfx11, mode: 26, format: (22, 0), size: 64, type: 10)) == nil)
    #expect(ImageLayout.of(.gfx9, image(.gfx9, mode: 9, format: (13, 7), size: 64)) == nil)
  }

  @Test(arguments: [2, 6, 26, 27] as [UInt32]) func `what is stored in a tiled image is loaded and sampled from it`(mode: UInt32) throws {
    let bench = InstructionBench(.gfx1100, lanes: 32), memory = bench.block([UInt32](repeating: 0, count: 1 << 18))
    describe11(bench, memory.address, type: 13, width: 200, height: 150, depth: 3, mode: mode)
    var used = Set<Int>()
    for y in [0, 1, 77, 149] as [UInt32] {
      for layer in [0, 2] as [UInt32] {
        bench.setVGPR(0) { UInt32($0) * 6 }
        bench.setVGPR(1) { _ in y }
        bench.setVGPR(2) { _ in layer }
        bench.setVGPR(3) { Float(UInt32($0) + y * 100 + layer * 100_000 + 1).bitPattern }
        try bench.run("image_store v3, v[0:2], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D_ARRAY unorm")
        try bench.run("image_load v4, v[0:2], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D_ARRAY unorm")
        #expect(bench.vgpr(4) == bench.vgpr(3))
      }
    }
    for index in 0..<memory.count where memory[index] != 0 { used.insert(index) }
    #expect(used.count == 32 * 8)
  }

  @Test func `the levels of a linear image lie behind each other, the smallest first`() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    // 128 by 8 texels of four bytes: rows of 64 dwords at least, levels of 128x8, 64x4, 32x2.
    let offsets = [2: 0, 1: 2 * 64, 0: 2 * 64 + 4 * 64], pitches = [2: 64, 1: 64, 0: 128]
    let memory = bench.block((0..<4096).map { Float($0) })
    describe11(bench, memory.address, width: 128, height: 8, mode: 0, levels: 3)
    for level in 0..<3 {
      bench.setVGPR(0) { UInt32($0) }
      bench.setVGPR(1) { _ in 1 }
      bench.setVGPR(2) { _ in UInt32(level) }
      try bench.run("image_load_mip v4, v[0:2], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D unorm")
      for lane in 0..<32 { #expect(Float(bitPattern: bench.vgpr(4)[lane]) == Float(offsets[level]! + pitches[level]! + lane), "level \(level)") }
      // Sampled at a texel's middle, by the nearest level and between two of them.
      bench.setSGPR(12, 2 | 2 << 3 | 2 << 6, 0xfff << 12, 1 << 26, 0)
      bench.setVGPR(0) { ((Float($0) + 0.5) / Float(128 >> level)).bitPattern }
      bench.setVGPR(1) { _ in (1.5 / Float(8 >> level)).bitPattern }
      bench.setVGPR(2) { _ in Float(level).bitPattern }
      try bench.run("image_sample_l v4, v[0:2], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
      for lane in 0..<32 { #expect(Float(bitPattern: bench.vgpr(4)[lane]) == Float(offsets[level]! + pitches[level]! + lane), "sampled \(level)") }
    }
    bench.setSGPR(14, 2 << 26)
    bench.setVGPR(0) { _ in Float(0.001).bitPattern }
    bench.setVGPR(1) { _ in Float(0.001).bitPattern }
    bench.setVGPR(2) { _ in Float(0.25).bitPattern }
    try bench.run("image_sample_l v4, v[0:2], s[0:7], s[12:15] dmask:0x1 dim:SQ_RSRC_IMG_2D")
    #expect(Float(bitPattern: bench.vgpr(4)[0]) == Float(offsets[0]!) * 0.75 + Float(offsets[1]!) * 0.25)
  }

  @Test func `four samples are loaded at once`() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32), memory = bench.block([UInt32](repeating: 0, count: 1 << 16))
    // 64KB_Z_X with four samples; last level holds their number's logarithm.
    describe11(bench, memory.address, type: 14, width: 40, height: 30, mode: 24, levels: 3)
    for sample in 0..<4 {
      bench.setVGPR(0) { UInt32($0) }
      bench.setVGPR(1) { _ in 7 }
      bench.setVGPR(2) { _ in UInt32(sample) }
      bench.setVGPR(3) { Float(100 * sample + $0).bitPattern }
      try bench.run("image_store v3, v[0:2], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D_MSAA unorm")
    }
    bench.setVGPR(2) { _ in 0 }
    try bench.run("image_msaa_load v[4:7], v[0:2], s[0:7] dmask:0x1 dim:SQ_RSRC_IMG_2D_MSAA unorm")
    for lane in 0..<32 { for sample in 0..<4 { #expect(Float(bitPattern: bench.vgpr(4 + sample)[lane]) == Float(100 * sample + lane)) } }
  }

  @Test(arguments: [0, 9, 25, 26] as [UInt32]) func `gfx90a loads, stores, counts and samples`(mode: UInt32) throws {
    let bench = InstructionBench(.gfx90a), memory = bench.block([UInt32](repeating: 0, count: 1 << 16))
    describe9(bench, memory.address, width: 100, height: 90, pitch: 128, mode: mode)
    bench.setVGPR(0) { UInt32($0) }
    bench.setVGPR(1) { _ in 33 }
    bench.setVGPR(4) { Float($0 * 3).bitPattern }
    try bench.run("image_store v4, v[0:1], s[0:7] dmask:0x1 unorm")
    try bench.run("image_load v[8:11], v[0:1], s[0:7] dmask:0xf unorm")
    for lane in 0..<64 { #expect(bench.vgpr(8)[lane] == Float(lane * 3).bitPattern && bench.vgpr(9)[lane] == 0 && bench.vgpr(11)[lane] == Float(1).bitPattern) }
    if mode == 0 { #expect(memory[33 * 128 + 5] == Float(15).bitPattern) }
    bench.setSGPR(12, 2 | 2 << 3 | 2 << 6, 0xfff << 12, 0, 0)
    bench.setVGPR(0) { ((Float($0) + 0.5) / 100).bitPattern }
    bench.setVGPR(1) { _ in (Float(33.5) / 90).bitPattern }
    try bench.run("image_sample v8, v[0:1], s[0:7], s[12:15] dmask:0x1")
    for lane in 0..<64 { #expect(bench.vgpr(8)[lane] == Float(lane * 3).bitPattern) }
    try bench.run("image_get_resinfo v[20:23], v30, s[0:7] dmask:0xf")
    bench.setVGPR(30) { _ in 0 }
    try bench.run("image_get_resinfo v[20:23], v30, s[0:7] dmask:0xf")
    #expect((20..<24).map { bench.vgpr($0)[0] } == [100, 90, 1, 1])
    // Integers, counted up.
    describe9(bench, memory.address, width: 100, height: 90, pitch: 128, data: 4, number: 4, mode: mode)
    bench.setVGPR(0) { UInt32($0) }
    bench.setVGPR(1) { _ in 60 }
    bench.setVGPR(4) { UInt32($0) + 1 }
    try bench.run("image_atomic_add v4, v[0:1], s[0:7] dmask:0x1 unorm glc")
    #expect(bench.vgpr(4).allSatisfy { $0 == 0 })
    try bench.run("image_load v8, v[0:1], s[0:7] dmask:0x1 unorm")
    for lane in 0..<64 { #expect(bench.vgpr(8)[lane] == UInt32(lane) + 1) }
  }
}
