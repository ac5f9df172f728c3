// gfx1100's LDS, flat, global and buffer instructions, one at a time: expectations written from AMD's RDNA3 manual and pseudo-code.
import Testing

@testable import GFX11
@testable import ISA

@Suite struct GFX11LDSTests {
  @Test(arguments: [32, 64]) func storesAndLoadsOfEveryWidthMeet(lanes: Int) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes, ldsBytes: 65536)
    bench.setVGPR(1) { UInt32($0 * 32) }
    for row in 0..<4 { bench.setVGPR(4 + row) { UInt32(row * 1000 + $0) &* 0x9e37_79b9 } }
    try bench.run("ds_store_b128 v1, v[4:7] offset:16\nds_load_b96 v[8:10], v1 offset:20\nds_load_b64 v[12:13], v1 offset:16")
    for row in 0..<3 { #expect(bench.vgpr(8 + row) == bench.vgpr(5 + row)) }
    for row in 0..<2 { #expect(bench.vgpr(12 + row) == bench.vgpr(4 + row)) }
    try bench.run("ds_store_b16_d16_hi v1, v4 offset:2\nds_store_b8_d16_hi v1, v5 offset:1\nds_store_b8 v1, v6\nds_load_b32 v20, v1")
    for l in 0..<lanes {
      let low = bench.vgpr(6)[l] & 0xff, second = bench.vgpr(5)[l] >> 16 & 0xff, high = bench.vgpr(4)[l] & 0xffff_0000
      #expect(bench.vgpr(20)[l] == low | second << 8 | high)
    }
    bench.setVGPR(21) { _ in 0x1111_2222 }
    try bench.run("ds_load_i8_d16_hi v21, v1 offset:1\nds_load_i16 v22, v1 offset:2\nds_load_u8_d16 v23, v1")
    for l in 0..<lanes {
      let word = bench.vgpr(20)[l], byte = Int16(Int8(truncatingIfNeeded: word >> 8)), short = Int16(truncatingIfNeeded: word >> 16)
      #expect(bench.vgpr(21)[l] == UInt32(UInt16(bitPattern: byte)) << 16 | 0x2222)
      #expect(bench.vgpr(22)[l] == UInt32(bitPattern: Int32(short)))
    }
  }

  @Test func twoAddressFormsCountInElements() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32, ldsBytes: 8192)
    bench.setVGPR(1) { UInt32($0 * 4) }
    bench.setVGPR(2) { UInt32($0 + 100) }
    bench.setVGPR(3) { UInt32($0 + 200) }
    try bench.run("ds_store_2addr_b32 v1, v2, v3 offset0:3 offset1:200")
    #expect(bench.lds(UInt32.self)[3 + 5] == 105)
    #expect(bench.lds(UInt32.self)[200 + 31] == 231)
    try bench.run("ds_store_2addr_stride64_b32 v1, v2, v3 offset0:2 offset1:6\nds_load_2addr_stride64_b32 v[4:5], v1 offset0:6 offset1:2")
    #expect(bench.lds(UInt32.self)[128 + 9] == 109)
    #expect(bench.vgpr(4) == bench.vgpr(3))
    #expect(bench.vgpr(5) == bench.vgpr(2))
    // The destination may be the address.
    try bench.run("ds_load_2addr_b32 v[0:1], v1 offset0:128 offset1:129")
    #expect(bench.vgpr(1)[7] == 108)
  }

  @Test func compareAndStoreTakesTheNewValueFirst() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32, ldsBytes: 256)
    for index in 0..<32 { bench.lds(UInt32.self)[index] = UInt32(index) }
    bench.setVGPR(1) { UInt32($0 * 4) }
    bench.setVGPR(2) { UInt32(1000 + $0) }
    bench.setVGPR(3) { UInt32($0 & ~1) }
    try bench.run("ds_cmpstore_rtn_b32 v4, v1, v2, v3")
    #expect(bench.vgpr(4) == (0..<32).map { UInt32($0) })
    for index in 0..<32 { #expect(bench.lds(UInt32.self)[index] == UInt32(index & 1 == 0 ? 1000 + index : index)) }
  }

  @Test func lanesAddToOnePlaceInOrder() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32, ldsBytes: 64)
    bench.setVGPR(1) { _ in 8 }
    bench.setVGPR(2) { UInt32($0) }
    bench.wave.exec = 0xf0f0_f0f0
    try bench.run("ds_add_rtn_u32 v3, v1, v2 offset:4")
    var sum: UInt32 = 0
    for lane in 0..<32 where lane & 4 != 0 {
      #expect(bench.vgpr(3)[lane] == sum)
      sum += UInt32(lane)
    }
    #expect(bench.lds(UInt32.self)[3] == sum)
    bench.wave.exec = ~0
    bench.setVGPR(2) { Float($0).bitPattern }
    try bench.run("ds_add_rtn_f32 v3, v1, v2")
    #expect(Float(bitPattern: bench.lds(UInt32.self)[2]) == 496)
    #expect(Float(bitPattern: bench.vgpr(3)[31]) == 465)
  }

  @Test(arguments: [32, 64]) func permutationsStayWithinThirtyTwoLanes(lanes: Int) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes)
    bench.setVGPR(1) { UInt32(($0 * 7 + 3) * 4) }
    bench.setVGPR(2) { UInt32($0 + 500) }
    bench.wave.exec = ~2
    bench.setVGPR(3) { _ in 77 }
    try bench.run("ds_bpermute_b32 v3, v1, v2")
    for l in 0..<lanes {
      let source = l & 32 | (l * 7 + 3) & 31
      #expect(bench.vgpr(3)[l] == (l == 1 ? 77 : source == 1 ? 0 : UInt32(source + 500)))
    }
    bench.wave.exec = ~0
    try bench.run("ds_permute_b32 v4, v1, v2 offset:4")
    var expected = [UInt32](repeating: 0, count: lanes)
    for l in 0..<lanes { expected[l & 32 | (l * 7 + 4) & 31] = UInt32(l + 500) }
    #expect(bench.vgpr(4) == expected)
  }

  @Test(arguments: [32, 64]) func swizzlesFollowTheirFourPatterns(lanes: Int) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes)
    bench.setVGPR(2) { UInt32($0) }
    func reversed(_ i: Int) -> Int { (0..<5).reduce(0) { $0 | (i >> $1 & 1) << (4 - $1) } }
    let cases: [(Int, (Int) -> Int)] = [
      (0x041f, { $0 ^ 1 }), (0xc000 | 4 << 5, { i in i & 32 | (i + 4) & 31 }),
      (0xe000, { i in i & 32 | reversed(i & 31) }), (0xe010, { i in i & 32 | reversed(i & 31) >> 1 | i & 16 }),
    ]
    for (pattern, source) in cases {
      try bench.run("ds_swizzle_b32 v3, v2 offset:\(pattern)")
      let expected: [UInt32] = (0..<lanes).map { lane in UInt32(source(lane)) }
      #expect(bench.vgpr(3) == expected, "\(pattern)")
    }
    try bench.run("ds_swizzle_b32 v3, v2 offset:swizzle(QUAD_PERM, 3, 3, 1, 0)")
    let order: [UInt32] = [3, 3, 1, 0]
    for l in 0..<lanes { #expect(bench.vgpr(3)[l] == UInt32(l & ~3) + order[l & 3]) }
  }

  @Test func rareExchangesDoAsThePseudoCodeSays() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32, ldsBytes: 1024)
    for index in 0..<256 { bench.lds(UInt32.self)[index] = UInt32(index) }
    bench.setVGPR(1) { UInt32($0 * 8) }
    bench.setVGPR(2) { UInt32(300 + $0) }
    bench.setVGPR(3) { UInt32(400 + $0) }
    try bench.run("ds_storexchg_2addr_rtn_b32 v[4:5], v1, v2, v3 offset0:0 offset1:1")
    #expect(bench.vgpr(4)[6] == 12 && bench.vgpr(5)[6] == 13)
    #expect(bench.lds(UInt32.self)[12] == 306 && bench.lds(UInt32.self)[13] == 406)
    bench.setVGPR(2) { _ in 0x8000_0007 }
    bench.setVGPR(3) { _ in 0x0000_0009 }
    try bench.run("ds_condxchg32_rtn_b64 v[4:5], v1, v[2:3]")
    #expect(bench.vgpr(4)[6] == 306 && bench.vgpr(5)[6] == 406)
    #expect(bench.lds(UInt32.self)[12] == 7 && bench.lds(UInt32.self)[13] == 406)
    bench.setSGPR(ScalarCode.m0, 16)
    bench.setVGPR(6) { UInt32($0) }
    try bench.run("ds_store_addtid_b32 v6 offset:4\nds_load_addtid_b32 v7 offset:8")
    #expect(bench.lds(UInt32.self)[5 + 9] == 9)
    #expect(bench.vgpr(7)[9] == 10)
    bench.setSGPR(ScalarCode.m0, 2 << 16 | 20)
    try bench.run("lds_direct_load v8")
    #expect(bench.vgpr(8) == [UInt32](repeating: 0, count: 32))
  }

  @Test func anAccessPastTheGroupsShareFaults() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32, ldsBytes: 128)
    bench.setVGPR(1) { UInt32($0 * 4) }
    let fault = try bench.run("ds_load_b32 v2, v1 offset:8")
    #expect(fault?.lane == 30)
  }
}

@Suite struct GFX11GlobalTests {
  @Test(arguments: [32, 64]) func loadsAndStoresReachWhereAddressesSay(lanes: Int) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes)
    let memory = bench.block((0..<1024).map { UInt32($0) &* 0x0101_0193 })
    bench.setWide(2, { memory.address + UInt64($0 * 16) })
    bench.setSGPR(4, wide: memory.address)
    bench.setVGPR(1) { UInt32($0 * 8) }
    try bench.run("global_load_b128 v[4:7], v[2:3], off\nglobal_load_b64 v[8:9], v1, s[4:5] offset:8\nglobal_load_i8 v10, v[2:3], off offset:7")
    #expect(bench.vgpr(7)[5] == memory[23])
    #expect(bench.vgpr(9)[5] == memory[13])
    #expect(bench.vgpr(10)[5] == UInt32(bitPattern: Int32(Int8(truncatingIfNeeded: memory[21] >> 24))))
    bench.setVGPR(11) { _ in 0xaaaa_bbbb }
    try bench.run("global_load_d16_hi_b16 v11, v[2:3], off offset:2\nglobal_store_d16_hi_b8 v[2:3], v11, off\nglobal_store_b96 v[2:3], v[4:6], off offset:4")
    #expect(bench.vgpr(11)[0] == memory.array[0] & 0xffff_0000 | 0xbbbb)
    #expect(memory[20 + 2] == bench.vgpr(5)[5])
    try bench.run("flat_load_b32 v12, v[2:3] offset:8\nflat_load_u16 v13, v[2:3]")
    #expect(bench.vgpr(12)[5] == memory[22])
    let first = memory[0]
    try bench.run("global_load_addtid_b32 v14, s[4:5] offset:4")
    #expect(bench.vgpr(14)[3] == memory[4])
    #expect(memory[0] == first)
  }

  @Test func atomicsReturnWhatWasThere() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([UInt32](repeating: 5, count: 64))
    bench.setWide(2, { memory.address + UInt64($0 * 4) })
    func try32(_ name: String, _ before: UInt32, _ a: UInt32, _ b: UInt32? = nil, _ after: UInt32, _ sourceLocation: SourceLocation = #_sourceLocation) throws {
      for index in 0..<64 { memory[index] = before }
      bench.setVGPR(4) { _ in a }
      bench.setVGPR(5) { _ in b ?? 0xdddd }
      try bench.run("global_atomic_\(name) v6, v[2:3], \(b == nil ? "v4" : "v[4:5]"), off glc")
      #expect(bench.vgpr(6) == [UInt32](repeating: before, count: 32), "\(name)", sourceLocation: sourceLocation)
      let expected = [UInt32](repeating: after, count: 32) + [UInt32](repeating: before, count: 32)
      #expect(memory.array == expected, "\(name)", sourceLocation: sourceLocation)
    }
    try try32("swap_b32", 5, 9, nil, 9)
    try try32("cmpswap_b32", 5, 9, 5, 9)
    try try32("cmpswap_b32", 5, 9, 6, 5)
    try try32("add_u32", 5, 0xffff_fffe, nil, 3)
    try try32("csub_u32", 5, 6, nil, 0)
    try try32("csub_u32", 5, 4, nil, 1)
    try try32("min_i32", 5, 0xffff_fff0, nil, 0xffff_fff0)
    try try32("max_u32", 5, 0xffff_fff0, nil, 0xffff_fff0)
    try try32("inc_u32", 5, 5, nil, 0)
    try try32("inc_u32", 5, 6, nil, 6)
    try try32("dec_u32", 0, 7, nil, 7)
    try try32("dec_u32", 9, 7, nil, 7)
    try try32("dec_u32", 6, 7, nil, 5)
    let one = Float(1).bitPattern, two = Float(2).bitPattern
    try try32("add_f32", one, two, nil, Float(3).bitPattern)
    try try32("add_f32", 0x0040_0000, 0x0040_0000, nil, 0)   // denormals are zeros
    try try32("min_f32", one, two, nil, one)
    try try32("max_f32", 0x7fc0_0000, two, nil, two)
    try try32("cmpswap_f32", 0x8000_0000, two, 0, two)
  }

  @Test func aLaneWithoutAMappingIsNamed() throws {
    let bench = InstructionBench(.gfx1100, lanes: 32)
    let memory = bench.block([UInt32](repeating: 0, count: 16))
    bench.setWide(2, { memory.address + UInt64($0 * 4) })
    #expect(try bench.run("global_load_b32 v4, v[2:3], off")?.lane == 16)
    bench.wave.exec = 0xffff
    #expect(try bench.run("global_load_b32 v4, v[2:3], off") == nil)
  }
}
