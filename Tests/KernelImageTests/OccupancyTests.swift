// Occupancy from the limits of AMD's ISA manuals, and the table of processors.
import Testing

@testable import KernelImage

@Suite struct OccupancyTests {
  private func blocks(_ target: String, _ image: KernelImage, threads: Int) -> Int {
    Occupancy(image, Processor.named(target)!).workgroups(threads: threads, sharedBytes: Int(image.staticSharedBytes))
  }
  private func image(_ mapping: WarpMapping, registers: Int, shared: Int = 0, scalars: Int = 32) -> KernelImage {
    var image = KernelImage()
    (image.mapping, image.vgprs, image.sgprs, image.staticSharedBytes) = (mapping, UInt32(registers), UInt32(scalars), UInt32(shared))
    return image
  }

  /// MI300X: 4 SIMDs of 8 waves, 512 registers a lane in steps of 8, 64 KB of LDS in steps of 512 (CDNA3 ISA manual).
  @Test("Occupancy is bound by waves, registers, shared memory or workgroups", arguments: [
    // threads, registers, shared bytes, blocks
    (256, 32, 0, 8), (1024, 32, 0, 2), (64, 32, 0, 32), (256, 128, 0, 4), (256, 129, 0, 3), (256, 512, 0, 1), (1024, 512, 0, 0),
    (256, 32, 16384, 4), (256, 32, 16385, 3), (256, 32, 65537, 0), (32, 16, 0, 32),
  ])
  func cdna3(threads: Int, registers: Int, shared: Int, expected: Int) {
    #expect(blocks("gfx942", image(.sharedWave, registers: registers, shared: shared), threads: threads) == expected)
  }

  @Test("A wave for each warp halves what fits") func oneWarp() {
    #expect(blocks("gfx942", image(.oneWarp, registers: 32), threads: 256) == 4)
  }

  /// 800 scalar registers a SIMD, in steps of 16 (CDNA3 ISA manual, 3.6).
  @Test("Scalar registers bind on gfx9, where waves share them, and not on gfx11") func scalars() {
    #expect(Occupancy(image(.sharedWave, registers: 8, scalars: 96), .named("gfx942")!).wavesPerSIMD == 8)
    #expect(Occupancy(image(.sharedWave, registers: 8, scalars: 102), .named("gfx942")!).wavesPerSIMD == 7)
    #expect(Occupancy(image(.native, registers: 8, scalars: 106), .named("gfx1100")!).wavesPerSIMD == 16)
  }

  /// RDNA3: 1536 registers a lane in steps of 24, 16 waves a SIMD (RDNA3 ISA manual; 192 registers leave 8 waves).
  @Test("A block that stays on one compute unit has its two SIMDs and half of the LDS", arguments: [
    (256, 96, 0, 8), (256, 192, 0, 4), (256, 193, 0, 2), (64, 24, 0, 32), (32, 24, 0, 64), (256, 24, 65536, 2), (256, 24, 40000, 2),
  ])
  func rdna3(threads: Int, registers: Int, shared: Int, expected: Int) {
    #expect(blocks("gfx1100", image(.native, registers: registers, shared: shared), threads: threads) == expected)
  }

  @Test("In workgroup-processor mode a block's waves use all four SIMDs, and the LDS is one pool") func workgroupProcessor() {
    var spread = image(.native, registers: 192)
    spread.target = "gfx1100"
    spread.bytes = [UInt8](repeating: 0, count: 64)
    spread.bytes[51] = 0x20                        // bit 29 of COMPUTE_PGM_RSRC1
    #expect(blocks("gfx1100", spread, threads: 1024) == 0, "not read yet: 32 waves on two SIMDs of 8")
    spread.readDescriptor()
    #expect(spread.usesWorkgroupProcessor)
    #expect(blocks("gfx1100", spread, threads: 1024) == 1)
    spread.staticSharedBytes = 40000
    spread.vgprs = 24
    #expect(blocks("gfx1100", spread, threads: 256) == 3)
  }

  @Test("Names are distinct, and what a generic processor covers is covered by no other") func table() {
    let names = Processor.all.map(\.name)
    #expect(Set(names).count == names.count)
    for generic in Processor.all where generic.isGeneric {
      for device in generic.covers {
        #expect(Processor.all.filter { $0.covers.contains(device) }.count == 1)
        #expect(generic.runs(on: device))
        if let own = Processor.named(device) {
          // What fits the generic one fits each of its devices.
          #expect(own.waveSize == generic.waveSize && own.ldsBytes >= generic.ldsBytes && own.unit.vgprsPerLane >= generic.unit.vgprsPerLane)
        }
      }
    }
  }

  @Test("A device without a row of its own gets its generic processor's code, and an unknown one none") func devices() {
    #expect(Processor.forDevice("gfx1100")?.name == "gfx1100")
    #expect(Processor.forDevice("gfx1036")?.name == "gfx10-3-generic")
    #expect(Processor.forDevice("gfx1153")?.name == "gfx11-generic")
    #expect(Processor.forDevice("gfx803") == nil)
    #expect(!Processor.named("gfx942")!.runs(on: "gfx950"))
  }
}
