// gfx1100's matrix instructions against a multiplication written out here, with the register layouts of AMD's RDNA3 manual
// (7.9): sixteen lanes hold rows of A and columns of B, and the results' rows alternate between groups of sixteen lanes.
import Testing

@testable import GFX11
@testable import ISA

@Suite struct GFX11MatrixTests {
  /// Small numbers that every type holds exactly.
  static func a(_ row: Int, _ k: Int) -> Int { (row * 5 + k * 3) % 15 - 7 }
  static func b(_ k: Int, _ column: Int) -> Int { (k * 7 + column * 2) % 13 - 6 }
  static func c(_ row: Int, _ column: Int) -> Int { row * 3 - column }
  static func product(_ row: Int, _ column: Int, _ a: (Int, Int) -> Int = a, _ b: (Int, Int) -> Int = b) -> Int {
    (0..<16).reduce(0) { $0 + a(row, $1) * b($1, column) }
  }

  enum Element { case half, brain, byte, nibble
    func bits(_ value: Int) -> UInt32 {
      switch self {
      case .half: UInt32(Float16(value).bitPattern)
      case .brain: Float(value).bitPattern >> 16
      case .byte: UInt32(truncatingIfNeeded: value) & 255
      case .nibble: UInt32(truncatingIfNeeded: value) & 15
      }
    }
    var width: Int { switch self { case .half, .brain: 16; case .byte: 8; case .nibble: 4 } }
  }
  /// A in the registers from `a` on, B from `b` on.
  static func fill(_ bench: InstructionBench, _ element: Element, a first: Int, b second: Int) {
    let each = 32 / element.width
    for register in 0..<(16 / each) {
      bench.setVGPR(first + register) { lane in
        (0..<each).reduce(UInt32(0)) { $0 | (element.bits(a(lane % 16, register * each + $1)) << UInt32($1 * element.width)) }
      }
      bench.setVGPR(second + register) { lane in
        (0..<each).reduce(UInt32(0)) { $0 | (element.bits(b(register * each + $1, lane % 16)) << UInt32($1 * element.width)) }
      }
    }
  }
  /// Row and column of register `r`, lane `l`.
  static func place(_ r: Int, _ l: Int, _ lanes: Int) -> (Int, Int) { (r * (lanes / 16) + l / 16, l % 16) }

  @Test(arguments: [32, 64], ["f16", "bf16"]) func singlePrecisionResults(lanes: Int, type: String) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes), count = 256 / lanes
    GFX11MatrixTests.fill(bench, type == "f16" ? .half : .brain, a: 0, b: 8)
    for r in 0..<count { bench.setVGPR(16 + r) { l in let (row, column) = GFX11MatrixTests.place(r, l % lanes, lanes); return Float(GFX11MatrixTests.c(row, column)).bitPattern } }
    bench.wave.exec = 1                                     // does not matter
    let d = "v[16:\(15 + count)]"
    try bench.run("v_wmma_f32_16x16x16_\(type) \(d), v[0:7], v[8:15], \(d)")
    for r in 0..<count {
      for l in 0..<lanes {
        let (row, column) = GFX11MatrixTests.place(r, l, lanes)
        #expect(Float(bitPattern: bench.vgpr(16 + r)[l]) == Float(GFX11MatrixTests.product(row, column) + GFX11MatrixTests.c(row, column)))
      }
    }
    try bench.run("v_wmma_f32_16x16x16_\(type) \(d), v[0:7], v[8:15], 1.0 neg_lo:[1,0,0] neg_hi:[1,0,0]")
    #expect(Float(bitPattern: bench.vgpr(16)[5]) == Float(1 - GFX11MatrixTests.product(0, 5)))
  }

  @Test(arguments: [32, 64], ["f16", "bf16"]) func halfResultsLeaveTheOtherHalf(lanes: Int, type: String) throws {
    let bench = InstructionBench(.gfx1100, lanes: lanes), count = 256 / lanes, d = "v[16:\(15 + count)]"
    let element: Element = type == "f16" ? .half : .brain
    func value(_ bits: UInt32) -> Float { type == "f16" ? Float(Float16(bitPattern: UInt16(bits))) : Float(bitPattern: bits << 16) }
    for (selection, shift) in [("", UInt32(0)), (" op_sel:[0,0,1]", 16)] {
      GFX11MatrixTests.fill(bench, element, a: 0, b: 8)
      for r in 0..<count {
        bench.setVGPR(16 + r) { l in
          let (row, column) = GFX11MatrixTests.place(r, l % lanes, lanes)
          let bits = element.bits(GFX11MatrixTests.c(row, column))
          return (bits << shift) | (UInt32(0x1234) << (16 - shift))
        }
      }
      try bench.run("v_wmma_\(type)_16x16x16_\(type) \(d), v[0:7], v[8:15], \(d)\(selection)")
      for r in 0..<count {
        for l in 0..<lanes {
          let (row, column) = GFX11MatrixTests.place(r, l, lanes), word = bench.vgpr(16 + r)[l]
          let sum = Float(GFX11MatrixTests.product(row, column) + GFX11MatrixTests.c(row, column))
          let nearest = (sum.bitPattern &+ 0x7fff &+ (sum.bitPattern >> 16 & 1)) & 0xffff_0000
          let rounded = type == "f16" ? Float(Float16(sum)) : Float(bitPattern: nearest)
          #expect(value((word >> shift) & 0xffff) == rounded)
          #expect((word >> (16 - shift)) & 0xffff == 0x1234)
        }
      }
    }
  }

  @Test(arguments: [32, 64]) func integersAreSignedAsTheInstructionSays(lanes: Int) throws {
    let count = 256 / lanes, d = "v[16:\(15 + count)]"
    for (name, element, registers) in [("iu8", Element.byte, 4), ("iu4", Element.nibble, 2)] {
      for (signedA, signedB) in [(false, false), (true, false), (false, true), (true, true)] {
        let bench = InstructionBench(.gfx1100, lanes: lanes)
        GFX11MatrixTests.fill(bench, element, a: 0, b: 8)
        let mask = 1 << element.width - 1
        func extend(_ value: Int, _ signed: Bool) -> Int {
          let bits = value & mask
          return signed && bits > mask / 2 ? bits - mask - 1 : bits
        }
        for r in 0..<count { bench.setVGPR(16 + r) { _ in 100 } }
        try bench.run("v_wmma_i32_16x16x16_\(name) \(d), v[0:\(registers - 1)], v[8:\(7 + registers)], \(d) neg_lo:[\(signedA ? 1 : 0),\(signedB ? 1 : 0),0]")
        for r in 0..<count {
          for l in 0..<lanes {
            let (row, column) = GFX11MatrixTests.place(r, l, lanes)
            let expected = 100 + GFX11MatrixTests.product(
              row, column, { extend(GFX11MatrixTests.a($0, $1), signedA) }, { extend(GFX11MatrixTests.b($0, $1), signedB) })
            #expect(Int32(bitPattern: bench.vgpr(16 + r)[l]) == Int32(expected))
          }
        }
        for r in 0..<count { bench.setVGPR(16 + r) { _ in 0x7fff_ff00 } }
        try bench.run("v_wmma_i32_16x16x16_\(name) \(d), v[0:\(registers - 1)], v[0:\(registers - 1)], \(d) clamp")
        let square = GFX11MatrixTests.product(0, 0, { extend(GFX11MatrixTests.a($0, $1), false) }, { extend(GFX11MatrixTests.a($1, $0), false) })
        #expect(Int(bench.vgpr(16)[0]) == min(0x7fff_ffff, 0x7fff_ff00 + square))
      }
    }
  }
}
