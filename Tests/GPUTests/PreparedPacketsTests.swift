import Testing

@testable import GPU

@Suite("Packets prepared for replay")
struct PreparedPacketsTests {
  private func word(_ packets: PreparedPackets, _ index: Int, _ offset: Int) -> UInt32 {
    (packets.bodies + index * 64).load(fromByteOffset: offset, as: UInt32.self)
  }

  @Test("A prepared packet's first word is INVALID until it is published") func bodiesAreInvalid() {
    let packets = PreparedPackets(count: 3)
    packets.setKernel(
      1,
      KernelDispatch(
        kernelObject: 0x1000, workgroup: (64, 1, 1), grid: (128, 1, 1), dimensions: 3, groupBytes: 16, privateBytes: 0),
      kernarg: 0x2000, barrier: false)
    for index in 0..<3 { #expect(word(packets, index, 0) == 1) }   // HSA_PACKET_TYPE_INVALID
  }

  @Test("A kernel has the barrier bit only where it is asked for, and no completion signal") func kernels() {
    let packets = PreparedPackets(count: 2)
    for index in 0..<2 {
      packets.setKernel(
        index,
        KernelDispatch(
          kernelObject: 0x1122_3344_5566_7700, workgroup: (32, 2, 1), grid: (64, 4, 1), dimensions: 2, groupBytes: 256, privateBytes: 0),
        kernarg: 0x8000_0000_0040, barrier: index == 0)
    }
    // HSA PSA 1.2, 2.9.1: bits 0-7 type (2: kernel dispatch), bit 8 barrier; setup's dimensions in the upper half.
    #expect(packets.words[0] & 0x1ff == 0x102)
    #expect(packets.words[1] & 0x1ff == 0x002)
    #expect(packets.words[0] >> 16 == 2)
    #expect((packets.bodies + 64).load(fromByteOffset: 32, as: UInt64.self) == 0x1122_3344_5566_7700)
    #expect((packets.bodies + 64).load(fromByteOffset: 40, as: UInt64.self) == 0x8000_0000_0040)
    #expect((packets.bodies + 64).load(fromByteOffset: 56, as: UInt64.self) == 0)
  }

  @Test("A packet that is switched off waits as the kernel did, and does nothing") func nothing() {
    let packets = PreparedPackets(count: 1)
    packets.setKernel(
      0,
      KernelDispatch(
        kernelObject: 1, workgroup: (1, 1, 1), grid: (1, 1, 1), dimensions: 1, groupBytes: 0, privateBytes: 0),
      kernarg: 2, barrier: true)
    packets.setNothing(0, barrier: true)
    #expect(packets.words[0] & 0x1ff == 0x103)   // barrier-AND, with the barrier bit
    for offset in stride(from: 8, to: 48, by: 8) { #expect(packets.bodies.load(fromByteOffset: offset, as: UInt64.self) == 0) }
  }
}
