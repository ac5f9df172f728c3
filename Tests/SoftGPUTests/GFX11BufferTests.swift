// Buffer instructions: descriptors, ranges, the swizzled layout and element formats.  Expectations are written from AMD's
// manuals (RDNA3 ISA 9.1, Vega ISA 8.1) and, for what is outside, from Mesa's notes on NUM_RECORDS and OOB_SELECT.
import Testing

@testable import GFX11
@testable import ISA

@Suite struct GFX11BufferTests {
  /// Words of a descriptor in s[8:11].
  func describe(
    _ bench: InstructionBench, _ base: UInt64, stride: UInt32 = 0, records: UInt32, format: UInt32 = 22, select: UInt32 = 0xfac,
    swizzle: UInt32 = 0, indexStride: UInt32 = 0, addThread: Bool = false, check: UInt32 = 3
  ) {
    bench.setSGPR(
      8, UInt32(truncatingIfNeeded: base), UInt32(truncatingIfNeeded: base >> 32) | stride << 16 | swizzle << 30, records,
      select | format << 12 | indexStride << 21 | (addThread ? 1 << 23 : 0) | check << 28)
  }

  @Test(arguments: [32, 64]) func rawBuffersCheckEachDword(lanes: Int) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes)
    let memory = bench.block((0..<512).map { UInt32($0 + 1) })
    describe(bench, memory.address, records: 40)
    bench.setSGPR(4, 8)
    bench.setVGPR(1) { UInt32($0 * 4) }
    try bench.run("buffer_load_b128 v[4:7], v1, s[8:11], s4 offen offset:4")
    for lane in 0..<lanes {
      for word in 0..<4 {
        // The scalar offset shortens the buffer.
        let offset = lane * 4 + 4 + word * 4
        let expected: UInt32 = offset + 4 <= 40 - 8 ? UInt32((offset + 8) / 4 + 1) : 0
        #expect(bench.vgpr(4 + word)[lane] == expected, "lane \(lane) word \(word)")
      }
    }
    bench.setVGPR(4) { UInt32(900 + $0) }
    try bench.run("buffer_store_b32 v4, v1, s[8:11], 0 offen")
    for index in 0..<64 { #expect(memory[index] == (index < 10 ? UInt32(900 + index) : UInt32(index + 1))) }
    // The address may be the destination; a byte more is outside.
    describe(bench, memory.address + 512, records: 7)
    bench.setVGPR(1) { UInt32($0) }
    try bench.run("buffer_load_u16 v1, v1, s[8:11], 0 offen")
    #expect(bench.vgpr(1)[4] == 130 && bench.vgpr(1)[6] == 0)
  }

  @Test func structuredBuffersCheckIndexAndStride() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block((0..<512).map { UInt32($0 + 1) })
    bench.setVGPR(1) { UInt32($0) }
    bench.setVGPR(2) { $0 & 1 == 0 ? 0 : 8 }
    for (check, limitsOffset) in [(UInt32(0), true), (1, false)] {
      describe(bench, memory.address, stride: 12, records: 20, check: check)
      try bench.run("buffer_load_b64 v[4:5], v[1:2], s[8:11], 0 idxen offen")
      for lane in 0..<32 {
        let offset = lane & 1 == 0 ? 0 : 8, at = (lane * 12 + offset) / 4
        #expect(bench.vgpr(4)[lane] == (lane < 20 ? UInt32(at + 1) : 0))
        #expect(bench.vgpr(5)[lane] == (lane < 20 && (!limitsOffset || offset + 8 <= 12) ? UInt32(at + 2) : 0))
      }
    }
    // Nothing checked but emptiness.
    describe(bench, memory.address, stride: 4, records: 1, check: 2)
    try bench.run("buffer_load_b32 v4, v1, s[8:11], 0 idxen")
    #expect(bench.vgpr(4) == (0..<32).map { UInt32($0 + 1) })
    describe(bench, memory.address, stride: 4, records: 0, check: 2)
    try bench.run("buffer_load_b32 v4, v1, s[8:11], 0 idxen")
    #expect(bench.vgpr(4) == [UInt32](repeating: 0, count: 32))
  }

  @Test func swizzledBuffersInterleaveElements() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block((0..<2048).map { UInt32($0) })
    describe(bench, memory.address, stride: 32, records: 64, swizzle: 2, indexStride: 1, check: 0)     // 8 bytes together, 16 records a block
    bench.setVGPR(1) { UInt32($0) }
    for offset in [0, 8, 20] {
      try bench.run("buffer_load_b64 v[4:5], v1, s[8:11], 0 idxen offset:\(offset)")
      for lane in 0..<32 {
        for word in 0..<2 {
          let byte = offset + word * 4
          let address = (lane / 16 * 32 + byte / 8 * 8) * 16 + lane % 16 * 8 + byte % 8
          #expect(bench.vgpr(4 + word)[lane] == UInt32(address / 4), "lane \(lane) byte \(byte)")
        }
      }
    }
    // The thread's number is an index.
    describe(bench, memory.address, stride: 4, records: 64, swizzle: 1, indexStride: 2, addThread: true, check: 0)
    try bench.run("buffer_load_b32 v4, off, s[8:11], 0")
    #expect(bench.vgpr(4) == (0..<32).map { UInt32($0) })
  }

  @Test func formatsConvertBothWays() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([UInt8](repeating: 0, count: 1024))
    bench.setVGPR(1) { UInt32($0 * 16) }
    func bits(_ values: Float...) -> [UInt32] { values.map(\.bitPattern) }
    // Name, bytes of the element, what a load gives.
    let cases: [(String, [UInt8], [UInt32])] = [
      ("BUF_FMT_8_8_8_8_UNORM", [0, 255, 51, 128], bits(0, 1, 0.2, 128.0 / 255)),
      ("BUF_FMT_8_8_8_8_SNORM", [0x80, 0x81, 127, 0], bits(-1, -1, 1, 0)),
      ("BUF_FMT_8_8_USCALED", [7, 250], bits(7, 250, 0, 1)),
      ("BUF_FMT_8_8_SSCALED", [7, 250], bits(7, -6, 0, 1)),
      ("BUF_FMT_16_16_UINT", [1, 2, 255, 255], [0x201, 0xffff, 0, 1]),
      ("BUF_FMT_16_16_SINT", [1, 2, 255, 255], [0x201, 0xffff_ffff, 0, 1]),
      ("BUF_FMT_16_FLOAT", [0x00, 0xc0], bits(-2, 0, 0, 1)),
      ("BUF_FMT_2_10_10_10_UINT", [0x01, 0x08, 0x30, 0xc0], [1, 2, 3, 3]),
      ("BUF_FMT_10_11_11_FLOAT", [0xc0, 0x03, 0x20, 0x78], bits(1, 2, 1, 1)),
      ("BUF_FMT_32_32_32_32_FLOAT", [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40], bits(1, 2, 3, 4)),
      ("BUF_FMT_32_32_UINT", [1, 0, 0, 0, 2, 0, 0, 0x80], [1, 0x8000_0002, 0, 1]),
    ]
    for (name, bytes, values) in cases {
      for index in 0..<1024 { memory[index] = index % 16 < bytes.count ? bytes[index % 16] : 0xee }
      describe(bench, memory.address, records: 512)
      try bench.run("tbuffer_load_format_xyzw v[4:7], v1, s[8:11], 0 format:[\(name)] offen")
      for index in 0..<4 { #expect(bench.vgpr(4 + index)[3] == values[index], "\(name) component \(index)") }
      #expect(bench.vgpr(4)[0] == values[0])
      // What was loaded, stored elsewhere, makes the same bytes, but for the two that mean -1.
      try bench.run("tbuffer_store_format_xyzw v[4:7], v1, s[8:11], 0 format:[\(name)] offen")
      if !name.contains("8_8_8_8_SNORM") { for index in 0..<bytes.count { #expect(memory[16 + index] == bytes[index], "\(name) byte \(index)") } }
      #expect(memory[16 + bytes.count % 16] == (bytes.count == 16 ? bytes[0] : 0xee))
    }
  }

  @Test func descriptorsSelectComponents() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([UInt8](repeating: 0, count: 64))
    for index in 0..<64 { memory[index] = UInt8(index) }
    // Z, Y, X, 1 of four unsigned bytes.
    describe(bench, memory.address, stride: 4, records: 16, format: 46, select: 6 | 5 << 3 | 4 << 6 | 1 << 9, check: 0)
    bench.setVGPR(1) { UInt32($0) }
    try bench.run("buffer_load_format_xyzw v[4:7], v1, s[8:11], 0 idxen")
    #expect(bench.vgpr(4)[5] == 22 && bench.vgpr(5)[5] == 21 && bench.vgpr(6)[5] == 20 && bench.vgpr(7)[5] == 1)
    #expect(bench.vgpr(4)[16] == 0 && bench.vgpr(7)[16] == 1)
    try bench.run("buffer_load_d16_format_xy v8, v1, s[8:11], 0 idxen")
    #expect(bench.vgpr(8)[5] == 21 << 16 | 22)
  }

  @Test func atomicsOutsideDoNothing() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([UInt64](repeating: 10, count: 64))
    describe(bench, memory.address, records: 16 * 8)
    bench.setVGPR(1) { UInt32($0 * 8) }
    bench.setVGPR(4) { UInt32($0) }
    bench.setVGPR(5) { _ in 1 }
    try bench.run("buffer_atomic_add_u64 v[4:5], v1, s[8:11], 0 offen glc")
    for lane in 0..<32 {
      #expect(memory[lane] == (lane < 16 ? 10 + UInt64(lane) + (1 << 32) : 10))
      #expect(bench.vgpr(4)[lane] == (lane < 16 ? 10 : 0) && bench.vgpr(5)[lane] == 0)
    }
    bench.setVGPR(4) { _ in 77 }
    bench.setVGPR(5) { UInt32($0 & 1) &* 10 }
    for index in 0..<64 { memory[index] = 10 }
    try bench.run("buffer_atomic_cmpswap_b32 v[4:5], v1, s[8:11], 0 offen")
    #expect(memory[3] == 77 && memory[4] == 10)
  }
}
