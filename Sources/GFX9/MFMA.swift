// Matrix instructions: D = A * B + C on blocks that the lanes of a wave hold together, EXEC and MODE notwithstanding; A is
// sparse in the SMFMAC ones.  Each row says how large the blocks are, how many there are, and what their elements are.
// Where elements lie: A has its row in the lane's low part, then the block, then the part of K; B the same with its column.
// D has its column in the lane's low part; rows go in groups of four (of one in double precision) over registers and lanes.
// Products are accumulated in the order of K, each with one rounding to nearest even (no rounding for integers, which wrap).
// AMD's manual leaves order and width of the accumulation of narrow types open.
// gfx90a takes and gives denormals of half and bfloat16 instructions as zeros; gfx942 keeps them.
// Source: AMD CDNA2 and CDNA3 ISA, 7 "Matrix Arithmetic Instructions"; AMD's matrix instruction calculator for the layouts.
import CSoftGPU
import ISA

extension Rows {
  static func matrices(_ t: inout Rows) {
    t(62, "v_mfma_f32_16x16x8_xf32", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 8), .xf32, .xf32) }
    t(63, "v_mfma_f32_32x32x4_xf32", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 4), .xf32, .xf32) }
    t(64, "v_mfma_f32_32x32x1_2b_f32", gfx90a: "v_mfma_f32_32x32x1f32", .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 1, 2), .f32, .f32) }
    t(65, "v_mfma_f32_16x16x1_4b_f32", gfx90a: "v_mfma_f32_16x16x1f32", .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 1, 4), .f32, .f32) }
    t(66, "v_mfma_f32_4x4x1_16b_f32", gfx90a: "v_mfma_f32_4x4x1f32", .notIndexed) { w, o in w.multiply(o, Blocks(4, 4, 1, 16), .f32, .f32) }
    t(68, "v_mfma_f32_32x32x2_f32", gfx90a: "v_mfma_f32_32x32x2f32", .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 2), .f32, .f32) }
    t(69, "v_mfma_f32_16x16x4_f32", gfx90a: "v_mfma_f32_16x16x4f32", .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 4), .f32, .f32) }
    halfMatrices(&t); integerMatrices(&t); smallMatrices(&t); sparseMatrices(&t)
    t(110, "v_mfma_f64_16x16x4_f64", gfx90a: "v_mfma_f64_16x16x4f64", .notIndexed) { w, o in w.multiplyDoubles(o, Blocks(16, 16, 4)) }
    t(111, "v_mfma_f64_4x4x4_4b_f64", gfx90a: "v_mfma_f64_4x4x4f64", .notIndexed) { w, o in w.multiplyDoubles(o, Blocks(4, 4, 4, 4)) }
  }

  private static func halfMatrices(_ t: inout Rows) {
    t(72, "v_mfma_f32_32x32x4_2b_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 4, 2), .f16, .f16) }
    t(73, "v_mfma_f32_16x16x4_4b_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 4, 4), .f16, .f16) }
    t(74, "v_mfma_f32_4x4x4_16b_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(4, 4, 4, 16), .f16, .f16) }
    t(76, "v_mfma_f32_32x32x8_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 8), .f16, .f16) }
    t(77, "v_mfma_f32_16x16x16_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 16), .f16, .f16) }
    t(93, "v_mfma_f32_32x32x4_2b_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 4, 2), .bf16, .bf16) }
    t(94, "v_mfma_f32_16x16x4_4b_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 4, 4), .bf16, .bf16) }
    t(95, "v_mfma_f32_4x4x4_16b_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(4, 4, 4, 16), .bf16, .bf16) }
    t(96, "v_mfma_f32_32x32x8_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 8), .bf16, .bf16) }
    t(97, "v_mfma_f32_16x16x16_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 16), .bf16, .bf16) }
    t(72, "v_mfma_f32_32x32x4f16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 4, 2), .f16, .f16, flushes: true) }
    t(73, "v_mfma_f32_16x16x4f16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 4, 4), .f16, .f16, flushes: true) }
    t(74, "v_mfma_f32_4x4x4f16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(4, 4, 4, 16), .f16, .f16, flushes: true) }
    t(76, "v_mfma_f32_32x32x8f16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 8), .f16, .f16, flushes: true) }
    t(77, "v_mfma_f32_16x16x16f16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 16), .f16, .f16, flushes: true) }
    t(99, "v_mfma_f32_32x32x4bf16_1k", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 4, 2), .bf16, .bf16, flushes: true) }
    t(100, "v_mfma_f32_16x16x4bf16_1k", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 4, 4), .bf16, .bf16, flushes: true) }
    t(101, "v_mfma_f32_4x4x4bf16_1k", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(4, 4, 4, 16), .bf16, .bf16, flushes: true) }
    t(102, "v_mfma_f32_32x32x8bf16_1k", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 8), .bf16, .bf16, flushes: true) }
    t(103, "v_mfma_f32_16x16x16bf16_1k", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 16), .bf16, .bf16, flushes: true) }
    t(104, "v_mfma_f32_32x32x2bf16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 2, 2), .bf16, .bf16, flushes: true) }
    t(105, "v_mfma_f32_16x16x2bf16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 2, 4), .bf16, .bf16, flushes: true) }
    t(107, "v_mfma_f32_4x4x2bf16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(4, 4, 2, 16), .bf16, .bf16, flushes: true) }
    t(108, "v_mfma_f32_32x32x4bf16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 4), .bf16, .bf16, flushes: true) }
    t(109, "v_mfma_f32_16x16x8bf16", gfx942: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 8), .bf16, .bf16, flushes: true) }
  }

  private static func integerMatrices(_ t: inout Rows) {
    t(80, "v_mfma_i32_32x32x4_2b_i8", gfx90a: "v_mfma_i32_32x32x4i8", .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(32, 32, 4, 2)) }
    t(81, "v_mfma_i32_16x16x4_4b_i8", gfx90a: "v_mfma_i32_16x16x4i8", .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(16, 16, 4, 4)) }
    t(82, "v_mfma_i32_4x4x4_16b_i8", gfx90a: "v_mfma_i32_4x4x4i8", .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(4, 4, 4, 16)) }
    t(84, "v_mfma_i32_32x32x8i8", gfx942: .absent, .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(32, 32, 8)) }
    t(85, "v_mfma_i32_16x16x16i8", gfx942: .absent, .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(16, 16, 16)) }
    t(86, "v_mfma_i32_32x32x16_i8", gfx90a: .absent, .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(32, 32, 16)) }
    t(87, "v_mfma_i32_16x16x32_i8", gfx90a: .absent, .notIndexed) { w, o in w.multiplyIntegers(o, Blocks(16, 16, 32)) }
  }

  private static func smallMatrices(_ t: inout Rows) {
    t(112, "v_mfma_f32_16x16x32_bf8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 32), .bf8, .bf8) }
    t(113, "v_mfma_f32_16x16x32_bf8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 32), .bf8, .fp8) }
    t(114, "v_mfma_f32_16x16x32_fp8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 32), .fp8, .bf8) }
    t(115, "v_mfma_f32_16x16x32_fp8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(16, 16, 32), .fp8, .fp8) }
    t(116, "v_mfma_f32_32x32x16_bf8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 16), .bf8, .bf8) }
    t(117, "v_mfma_f32_32x32x16_bf8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 16), .bf8, .fp8) }
    t(118, "v_mfma_f32_32x32x16_fp8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 16), .fp8, .bf8) }
    t(119, "v_mfma_f32_32x32x16_fp8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiply(o, Blocks(32, 32, 16), .fp8, .fp8) }
  }

  private static func sparseMatrices(_ t: inout Rows) {
    t(98, "v_smfmac_f32_16x16x32_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(16, 16, 32), .f16, .f16) }
    t(100, "v_smfmac_f32_32x32x16_f16", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(32, 32, 16), .f16, .f16) }
    t(102, "v_smfmac_f32_16x16x32_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(16, 16, 32), .bf16, .bf16) }
    t(104, "v_smfmac_f32_32x32x16_bf16", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(32, 32, 16), .bf16, .bf16) }
    t(106, "v_smfmac_i32_16x16x64_i8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparseIntegers(o, Blocks(16, 16, 64)) }
    t(108, "v_smfmac_i32_32x32x32_i8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparseIntegers(o, Blocks(32, 32, 32)) }
    t(120, "v_smfmac_f32_16x16x64_bf8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(16, 16, 64), .bf8, .bf8) }
    t(121, "v_smfmac_f32_16x16x64_bf8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(16, 16, 64), .bf8, .fp8) }
    t(122, "v_smfmac_f32_16x16x64_fp8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(16, 16, 64), .fp8, .bf8) }
    t(123, "v_smfmac_f32_16x16x64_fp8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(16, 16, 64), .fp8, .fp8) }
    t(124, "v_smfmac_f32_32x32x32_bf8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(32, 32, 32), .bf8, .bf8) }
    t(125, "v_smfmac_f32_32x32x32_bf8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(32, 32, 32), .bf8, .fp8) }
    t(126, "v_smfmac_f32_32x32x32_fp8_bf8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(32, 32, 32), .fp8, .bf8) }
    t(127, "v_smfmac_f32_32x32x32_fp8_fp8", gfx90a: .absent, .notIndexed) { w, o in w.multiplySparse(o, Blocks(32, 32, 32), .fp8, .fp8) }
  }
}
