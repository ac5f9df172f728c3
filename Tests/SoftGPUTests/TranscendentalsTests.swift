import Testing

@testable import ISA

/// Expected values: AMD's RDNA3 manual ("Functional examples" of V_RCP_F32, V_RSQ_F32, V_SQRT_F32, V_LOG_F32, V_EXP_F32, V_SIN_F32, V_COS_F32),
/// and "denormals are flushed" of the same instructions.
@Suite struct TranscendentalsTests {
  private func bits(_ f: (Float) -> Float, _ a: UInt32) -> UInt32 { f(Float(bitPattern: a)).bitPattern }

  @Test func zerosAndInfinitiesAreTheManualsExamples() {
    #expect(bits(reciprocal, 0xff80_0000) == 0x8000_0000)
    #expect(bits(reciprocal, 0x8000_0000) == 0xff80_0000)
    #expect(bits(reciprocalRoot, 0x8000_0000) == 0xff80_0000)
    #expect(bits(squareRoot, 0x8000_0000) == 0x8000_0000)
    #expect(bits(logarithm, 0x0000_0000) == 0xff80_0000)
    #expect(bits(exponential, 0xff80_0000) == 0)
    #expect(bits(sineOfTurns, 0x8000_0000) == 0x8000_0000)
    #expect(bits(sineOfTurns, 0xff7f_ffff) == 0)
    #expect(bits(sineOfTurns, 0x3e80_0000) == 0x3f80_0000)
    #expect(bits(cosineOfTurns, 0x8000_0000) == 0x3f80_0000)
  }

  @Test func subnormalOperandsAreZerosOfTheirSign() {
    for tiny in [UInt32(1), 0x7f_ffff] {
      #expect(bits(reciprocal, tiny) == 0x7f80_0000)
      #expect(bits(reciprocal, tiny | 0x8000_0000) == 0xff80_0000)
      #expect(bits(reciprocalRoot, tiny) == 0x7f80_0000)
      #expect(bits(squareRoot, tiny) == 0)
      #expect(bits(logarithm, tiny) == 0xff80_0000)
      #expect(bits(exponential, tiny) == 0x3f80_0000)
      #expect(bits(sineOfTurns, tiny | 0x8000_0000) == 0x8000_0000)
    }
  }

  @Test func subnormalResultsAreZerosOfTheirSign() {
    #expect(bits(reciprocal, 0x7e80_0001) == 0)
    #expect(bits(reciprocal, 0xfe80_0001) == 0x8000_0000)
    #expect(bits(reciprocal, 0x7e80_0000) == 0x0080_0000)
    #expect(bits(exponential, 0xc2fc_0001) == 0)
    #expect(bits(exponential, 0xc2fc_0000) == 0x0080_0000)
  }

  @Test func aSmallNegativePartOfATurnKeepsItsSine() {
    #expect(sineOfTurns(-0x1p-100) == Float(-0x1p-100 * 2 * Double.pi))
  }
}
