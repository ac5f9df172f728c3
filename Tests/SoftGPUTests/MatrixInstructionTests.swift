// Matrix instructions against products of whole matrices: where AMD's manual says that element (i, k) of A, (k, j) of B and
// (i, j) of D lie, written out here for each shape.  Small integers, so that sums are exact in any order; then rounding.
import Glibc
import Testing

@testable import ISA
@testable import SoftGPU

private enum Element { case f32, f64, xf32, f16, bf16, i8, fp8, bf8
  var bits: Int { switch self { case .f64: 64; case .f32, .xf32: 32; case .f16, .bf16: 16; default: 8 } }
  /// A small integer's bits, by the format's definition: exponent and mantissa of v = 2^e (1 + m).
  func encode(_ v: Int) -> UInt64 {
    switch self {
    case .f64: return Double(v).bitPattern
    case .f32, .xf32: return UInt64(Float(v).bitPattern)
    case .f16: return UInt64(Float16(v).bitPattern)
    case .bf16: return UInt64(Float(v).bitPattern >> 16)
    case .i8: return UInt64(UInt8(bitPattern: Int8(v)))
    case .fp8, .bf8:
      guard v != 0 else { return 0 }
      let (mantissa, bias) = self == .fp8 ? (3, 8) : (2, 16)
      let exponent = Int.bitWidth - 1 - abs(v).leadingZeroBitCount
      let scaled = (abs(v) << mantissa) >> exponent, fraction = scaled & ((1 << mantissa) - 1)
      let magnitude = ((exponent + bias) << mantissa) | fraction
      return UInt64(v < 0 ? magnitude | 0x80 : magnitude)
    }
  }
}

private struct Case {
  var name: String, m: Int, k: Int, blocks: Int, a: Element, b: Element, result: Element
  init(_ name: String, _ m: Int, _ k: Int, _ blocks: Int, _ a: Element, _ b: Element? = nil) {
    self.name = name; self.m = m; self.k = k; self.blocks = blocks; self.a = a; self.b = b ?? a
    result = a == .i8 ? .i8 : a == .f64 ? .f64 : .f32
  }
  init(_ name: String, _ m: Int, _ k: Int, _ a: Element, _ b: Element? = nil) { self.init(name, m, k, 1, a, b) }
  var isSparse: Bool { name.hasPrefix("v_smfmac") }
  /// Lane and position in the lane of the element of A (rows) or B (columns).
  func source(_ line: Int, _ k: Int, _ block: Int, perLane: Int) -> (lane: Int, item: Int) {
    switch (m, blocks) {
    case (32, 1): (line + 32 * (k / perLane), k % perLane)
    case (32, 2): (line + 32 * block, k)
    case (16, 1): (line + 16 * (k / perLane), k % perLane)
    case (16, 4): (line + 16 * block, k)
    case (4, 16): (line + 4 * block, k)
    default: (line + 4 * block + 16 * k, 0)              // 4x4x4, four blocks, double precision
    }
  }
  /// Lane and element number of D.
  func place(_ i: Int, _ j: Int, _ block: Int) -> (lane: Int, item: Int) {
    if a == .f64 { return m == 16 ? (j + 16 * (i % 4), i / 4) : (j + 4 * i + 16 * block, 0) }
    switch (m, blocks) {
    case (32, _): return (j + 32 * (i / 4 % 2), 16 * block + 4 * (i / 8) + i % 4)
    case (16, 1): return (j + 16 * (i / 4), i % 4)
    case (16, _): return (j + 16 * (i / 4), 4 * block + i % 4)
    default: return (j + 4 * block, i)
    }
  }
}

private let gfx942Cases: [Case] = [
  Case("v_mfma_f32_32x32x1_2b_f32", 32, 1, 2, .f32), Case("v_mfma_f32_16x16x1_4b_f32", 16, 1, 4, .f32), Case("v_mfma_f32_4x4x1_16b_f32", 4, 1, 16, .f32),
  Case("v_mfma_f32_32x32x2_f32", 32, 2, .f32), Case("v_mfma_f32_16x16x4_f32", 16, 4, .f32),
  Case("v_mfma_f32_16x16x8_xf32", 16, 8, .xf32), Case("v_mfma_f32_32x32x4_xf32", 32, 4, .xf32),
  Case("v_mfma_f32_32x32x4_2b_f16", 32, 4, 2, .f16), Case("v_mfma_f32_16x16x4_4b_f16", 16, 4, 4, .f16), Case("v_mfma_f32_4x4x4_16b_f16", 4, 4, 16, .f16),
  Case("v_mfma_f32_32x32x8_f16", 32, 8, .f16), Case("v_mfma_f32_16x16x16_f16", 16, 16, .f16),
  Case("v_mfma_f32_32x32x4_2b_bf16", 32, 4, 2, .bf16), Case("v_mfma_f32_16x16x4_4b_bf16", 16, 4, 4, .bf16), Case("v_mfma_f32_4x4x4_16b_bf16", 4, 4, 16, .bf16),
  Case("v_mfma_f32_32x32x8_bf16", 32, 8, .bf16), Case("v_mfma_f32_16x16x16_bf16", 16, 16, .bf16),
  Case("v_mfma_i32_32x32x4_2b_i8", 32, 4, 2, .i8), Case("v_mfma_i32_16x16x4_4b_i8", 16, 4, 4, .i8), Case("v_mfma_i32_4x4x4_16b_i8", 4, 4, 16, .i8),
  Case("v_mfma_i32_32x32x16_i8", 32, 16, .i8), Case("v_mfma_i32_16x16x32_i8", 16, 32, .i8),
  Case("v_mfma_f64_16x16x4_f64", 16, 4, .f64), Case("v_mfma_f64_4x4x4_4b_f64", 4, 4, 4, .f64),
  Case("v_mfma_f32_16x16x32_fp8_fp8", 16, 32, .fp8), Case("v_mfma_f32_16x16x32_bf8_fp8", 16, 32, .bf8, .fp8),
  Case("v_mfma_f32_16x16x32_fp8_bf8", 16, 32, .fp8, .bf8), Case("v_mfma_f32_16x16x32_bf8_bf8", 16, 32, .bf8),
  Case("v_mfma_f32_32x32x16_fp8_fp8", 32, 16, .fp8), Case("v_mfma_f32_32x32x16_bf8_fp8", 32, 16, .bf8, .fp8),
  Case("v_mfma_f32_32x32x16_fp8_bf8", 32, 16, .fp8, .bf8), Case("v_mfma_f32_32x32x16_bf8_bf8", 32, 16, .bf8),
  Case("v_smfmac_f32_16x16x32_f16", 16, 32, .f16), Case("v_smfmac_f32_32x32x16_f16", 32, 16, .f16),
  Case("v_smfmac_f32_16x16x32_bf16", 16, 32, .bf16), Case("v_smfmac_f32_32x32x16_bf16", 32, 16, .bf16),
  Case("v_smfmac_i32_16x16x64_i8", 16, 64, .i8), Case("v_smfmac_i32_32x32x32_i8", 32, 32, .i8),
  Case("v_smfmac_f32_16x16x64_fp8_fp8", 16, 64, .fp8), Case("v_smfmac_f32_16x16x64_bf8_fp8", 16, 64, .bf8, .fp8),
  Case("v_smfmac_f32_16x16x64_fp8_bf8", 16, 64, .fp8, .bf8), Case("v_smfmac_f32_16x16x64_bf8_bf8", 16, 64, .bf8),
  Case("v_smfmac_f32_32x32x32_fp8_fp8", 32, 32, .fp8), Case("v_smfmac_f32_32x32x32_bf8_fp8", 32, 32, .bf8, .fp8),
  Case("v_smfmac_f32_32x32x32_fp8_bf8", 32, 32, .fp8, .bf8), Case("v_smfmac_f32_32x32x32_bf8_bf8", 32, 32, .bf8),
]
private let gfx90aCases: [Case] = [
  Case("v_mfma_f32_32x32x1f32", 32, 1, 2, .f32), Case("v_mfma_f32_16x16x1f32", 16, 1, 4, .f32), Case("v_mfma_f32_4x4x1f32", 4, 1, 16, .f32),
  Case("v_mfma_f32_32x32x2f32", 32, 2, .f32), Case("v_mfma_f32_16x16x4f32", 16, 4, .f32),
  Case("v_mfma_f32_32x32x4f16", 32, 4, 2, .f16), Case("v_mfma_f32_16x16x4f16", 16, 4, 4, .f16), Case("v_mfma_f32_4x4x4f16", 4, 4, 16, .f16),
  Case("v_mfma_f32_32x32x8f16", 32, 8, .f16), Case("v_mfma_f32_16x16x16f16", 16, 16, .f16),
  Case("v_mfma_f32_32x32x2bf16", 32, 2, 2, .bf16), Case("v_mfma_f32_16x16x2bf16", 16, 2, 4, .bf16), Case("v_mfma_f32_4x4x2bf16", 4, 2, 16, .bf16),
  Case("v_mfma_f32_32x32x4bf16", 32, 4, .bf16), Case("v_mfma_f32_16x16x8bf16", 16, 8, .bf16),
  Case("v_mfma_f32_32x32x4bf16_1k", 32, 4, 2, .bf16), Case("v_mfma_f32_16x16x4bf16_1k", 16, 4, 4, .bf16), Case("v_mfma_f32_4x4x4bf16_1k", 4, 4, 16, .bf16),
  Case("v_mfma_f32_32x32x8bf16_1k", 32, 8, .bf16), Case("v_mfma_f32_16x16x16bf16_1k", 16, 16, .bf16),
  Case("v_mfma_i32_32x32x4i8", 32, 4, 2, .i8), Case("v_mfma_i32_16x16x4i8", 16, 4, 4, .i8), Case("v_mfma_i32_4x4x4i8", 4, 4, 16, .i8),
  Case("v_mfma_i32_32x32x8i8", 32, 8, .i8), Case("v_mfma_i32_16x16x16i8", 16, 16, .i8),
  Case("v_mfma_f64_16x16x4f64", 16, 4, .f64), Case("v_mfma_f64_4x4x4f64", 4, 4, 4, .f64),
]

/// Registers as the kernels load and store them: word `register` of `lane`.
private struct Registers {
  var words: [UInt32]
  init(_ count: Int) { words = Array(repeating: 0, count: count * 64) }
  mutating func put(_ bits: UInt64, _ width: Int, lane: Int, item: Int) {
    let at = item * width
    if width == 64 {
      words[item * 2 * 64 + lane] = UInt32(truncatingIfNeeded: bits); words[(item * 2 + 1) * 64 + lane] = UInt32(bits >> 32)
    } else {
      words[at / 32 * 64 + lane] |= UInt32(bits) << UInt32(at % 32)
    }
  }
}

@Suite struct MatrixInstructionTests {
  /// The kernel: A in v[16...], B in v[24...], C in v[32...] (or the accumulation registers of these numbers), indices in v2.
  private static func kernel(_ number: Int, _ test: Case, accumulators: Bool, modifiers: String = "") -> String {
    let wide = test.result == .f64
    let aWords = max(1, test.isSparse ? 2 : test.m * test.k * test.blocks * test.a.bits / 64 / 32), bWords = test.isSparse ? 4 : aWords
    let dWords = test.m * test.m * test.blocks / 64 * (wide ? 2 : 1)
    func file(_ at: Int, _ words: Int, _ accumulator: Bool) -> String { (accumulator ? "a" : "v") + (words == 1 ? "\(at)" : "[\(at):\(at + words - 1)]") }
    var text = """
      .globl t\(number)
      .p2align 8
      .type t\(number),@function
      t\(number):
      s_load_dwordx8 s[4:11], s[0:1], 0x0
      v_lshlrev_b32 v10, 2, v0
      v_mov_b32 v11, 0
      s_waitcnt lgkmcnt(0)

      """
    func load(_ at: Int, _ words: Int, _ from: String, _ accumulator: Bool) {
      for word in 0..<words {
        text += "v_add_u32 v12, \(word * 256), v10\nglobal_load_dword v3, v12, \(from)\ns_waitcnt vmcnt(0)\n"
        text += accumulator ? "v_accvgpr_write_b32 a\(at + word), v3\n" : "v_mov_b32 v\(at + word), v3\n"
      }
    }
    load(16, aWords, "s[4:5]", accumulators)
    load(24, bWords, "s[6:7]", false)
    load(32, dWords, "s[8:9]", accumulators)
    text += "v_add_u32 v12, 8192, v10\nglobal_load_dword v2, v12, s[4:5]\ns_waitcnt vmcnt(0)\ns_mov_b64 exec, 3\ns_nop 4\n"
    let d = file(32, dWords, accumulators), a = file(16, aWords, accumulators), b = file(24, bWords, false)
    text += test.isSparse ? "\(test.name) \(d), \(a), \(b), v2 \(modifiers)\n" : "\(test.name) \(d), \(a), \(b), \(d) \(modifiers)\n"
    text += "s_nop 15\ns_nop 15\ns_mov_b64 exec, -1\n"
    for word in 0..<dWords {
      text += accumulators ? "v_accvgpr_read_b32 v3, a\(32 + word)\n" : "v_mov_b32 v3, v\(32 + word)\n"
      text += "s_nop 1\nv_add_u32 v12, \(word * 256), v10\nglobal_store_dword v12, v3, s[10:11]\n"
    }
    return text + "s_endpgm\n"
  }
  private static func descriptor(_ number: Int) -> String {
    """
    .p2align 6
    .amdhsa_kernel t\(number)
      .amdhsa_next_free_vgpr 192
      .amdhsa_next_free_sgpr 32
      .amdhsa_accum_offset 96
      .amdhsa_user_sgpr_kernarg_segment_ptr 1
    .end_amdhsa_kernel

    """
  }

  private static func run(_ device: DeviceKind, _ cases: [Case]) throws {
    let lab = Lab(device)
    var source = ".amdgcn_target \"amdgcn-amd-amdhsa--\(device.gfxTarget)\"\n.text\n"
    for (index, test) in cases.enumerated() { source += kernel(2 * index, test, accumulators: false) + kernel(2 * index + 1, test, accumulators: true) }
    source += ".rodata\n" + (0..<2 * cases.count).map { descriptor($0) }.joined()
    try lab.assemble(source)
    var state: UInt64 = 99
    func noise(_ below: Int) -> Int { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return Int(state >> 20 % 1_000_003) % below }
    for (index, test) in cases.enumerated() {
      let m = test.m, k = test.k, blocks = test.blocks
      // Matrices of small integers; in a sparse A two of every four along K.
      var a = (0..<blocks).map { _ in (0..<m).map { _ in (0..<k).map { _ in noise(7) - 3 } } }
      let b = (0..<blocks).map { _ in (0..<k).map { _ in (0..<m).map { _ in noise(7) - 3 } } }
      let c = (0..<blocks).map { _ in (0..<m).map { _ in (0..<m).map { _ in noise(201) - 100 } } }
      var left = Registers(33), right = Registers(32), sum = Registers(32)
      let perLane = max(1, m * k * blocks / 64)
      for block in 0..<blocks {
        for line in 0..<m {
          if test.isSparse {
            for four in stride(from: 0, to: k, by: 4) {
              let first = noise(3), second = first + 1 + noise(3 - first)
              for at in 0..<4 where at != first && at != second { a[block][line][four + at] = 0 }
              for (number, at) in [first, second].enumerated() {
                let stored = four / 2 + number, place = test.source(line, stored, block, perLane: perLane / 2)
                left.put(test.a.encode(a[block][line][four + at]), test.a.bits, lane: place.lane, item: place.item)
                left.words[32 * 64 + place.lane] |= UInt32(at) << UInt32(place.item * 2)
              }
            }
          }
          for kk in 0..<k {
            let place = test.source(line, kk, block, perLane: perLane)
            if !test.isSparse { left.put(test.a.encode(a[block][line][kk]), test.a.bits, lane: place.lane, item: place.item) }
            right.put(test.b.encode(b[block][kk][line]), test.b.bits, lane: place.lane, item: place.item)
          }
          for j in 0..<m {
            let place = test.place(line, j, block)
            let bits = test.result == .i8 ? UInt64(UInt32(bitPattern: Int32(c[block][line][j]))) : test.result.encode(c[block][line][j])
            sum.put(bits, test.result == .f64 ? 64 : 32, lane: place.lane, item: place.item)
          }
        }
      }
      let da = lab.buffer(left.words), db = lab.buffer(right.words), dc = lab.buffer(sum.words)
      for kind in 0..<2 {
        let out = lab.buffer(UInt32(0), count: 32 * 64)
        try lab.complete("t\(2 * index + kind)", inline: true, [.pointer(da.address), .pointer(db.address), .pointer(dc.address), .pointer(out.address)])
        var wrong = 0
        for block in 0..<blocks {
          for i in 0..<m {
            for j in 0..<m {
              let want = (0..<k).reduce(c[block][i][j]) { $0 + a[block][i][$1] * b[block][$1][j] }, place = test.place(i, j, block)
              let low = out[place.item * (test.result == .f64 ? 2 : 1) * 64 + place.lane]
              let got: Int
              switch test.result {
              case .i8: got = Int(Int32(bitPattern: low))
              case .f64: got = Int(Double(bitPattern: UInt64(low) | UInt64(out[(place.item * 2 + 1) * 64 + place.lane]) << 32))
              default: got = Int(Float(bitPattern: low))
              }
              if got != want { wrong += 1 }
            }
          }
        }
        #expect(wrong == 0, "\(test.name), \(kind == 0 ? "VGPRs" : "AGPRs")")
      }
    }
  }

  @Test func `gfx942's matrix instructions multiply matrices laid out as the manual says`() throws { try Self.run(.mi300x, gfx942Cases) }
  @Test func `gfx90a's matrix instructions multiply matrices laid out as the manual says`() throws { try Self.run(.mi210, gfx90aCases) }

  /// One instruction on given registers; the words of D.
  private func single(_ device: DeviceKind, _ test: Case, _ modifiers: String, _ a: [UInt32], _ b: [UInt32], _ c: [UInt32]) throws -> [UInt32] {
    let lab = Lab(device)
    try lab.assemble(".amdgcn_target \"amdgcn-amd-amdhsa--\(device.gfxTarget)\"\n.text\n" + Self.kernel(0, test, accumulators: false, modifiers: modifiers) + ".rodata\n" + Self.descriptor(0))
    func padded(_ words: [UInt32]) -> [UInt32] { words + Array(repeating: 0, count: 33 * 64 - words.count) }
    let da = lab.buffer(padded(a)), db = lab.buffer(padded(b)), dc = lab.buffer(padded(c)), out = lab.buffer(UInt32(0), count: 32 * 64)
    try lab.complete("t0", inline: true, [.pointer(da.address), .pointer(db.address), .pointer(dc.address), .pointer(out.address)])
    return out.array
  }

  @Test func `cbsz and abid let one block of A serve several`() throws {
    // Sixteen blocks of 4x4x1: A's element i of block b is 100 b + i, B's is 1; groups of four take their third block.
    let a = (0..<64).map { Float(100 * ($0 / 4) + $0 % 4).bitPattern }, b = Array(repeating: Float(1).bitPattern, count: 64)
    let d = try single(.mi300x, Case("v_mfma_f32_4x4x1_16b_f32", 4, 1, 16, .f32), "cbsz:2 abid:2", a, b, [])
    for lane in 0..<64 {
      let block = lane / 16 * 4 + 2
      for i in 0..<4 {
        let want = Float(100 * block + i)
        #expect(Float(bitPattern: d[i * 64 + lane]) == want)
      }
    }
  }

  @Test(arguments: 0..<8) func `blgp gives lanes other lanes' parts of B`(pattern: Int) throws {
    let a = Array(repeating: Float(1).bitPattern, count: 64), b = (0..<64).map { Float($0).bitPattern }
    let d = try single(.mi210, Case("v_mfma_f32_4x4x1f32", 4, 1, 16, .f32), "blgp:\(pattern)", a, b, [])
    for lane in 0..<64 {
      let half = lane % 32, quarter = lane % 16
      let choices: [Int] = [lane, half, half + 32, (lane + 16) % 64, quarter, quarter + 16, quarter + 32, quarter + 48]
      let from = choices[pattern]
      #expect(Float(bitPattern: d[lane]) == Float(from))
    }
  }

  @Test func `double-precision operands can be negated`() throws {
    func words(_ value: Double) -> [UInt32] {
      Array(repeating: UInt32(truncatingIfNeeded: value.bitPattern), count: 64) + Array(repeating: UInt32(value.bitPattern >> 32), count: 64)
    }
    let cases: [(String, Double)] = [("", 67), ("neg:[1,0,0]", -53), ("neg:[0,1,1]", -67), ("neg:[1,1,0]", 67)]
    for (modifiers, want) in cases {
      let d = try single(.mi300x, Case("v_mfma_f64_4x4x4_4b_f64", 4, 4, 4, .f64), modifiers, words(3), words(5), words(7))
      for lane in 0..<64 {
        let low = UInt64(d[lane]), high = UInt64(d[64 + lane])
        #expect(Double(bitPattern: low | high << 32) == want)
      }
    }
  }

  @Test func `single precision is rounded once for each product, in the order of K`() throws {
    // 32x32x2: c + a0 b0 + a1 b1, of which the host's fused multiply-add is the judge.
    var state: UInt64 = 5
    func noise() -> UInt32 { state ^= state << 13; state ^= state >> 7; state ^= state << 17; return (Float(Int32(truncatingIfNeeded: state >> 11)) * 0x1p-20).bitPattern }
    let a = (0..<64).map { _ in noise() }, b = (0..<64).map { _ in noise() }, c = (0..<16 * 64).map { _ in noise() }
    let test = Case("v_mfma_f32_32x32x2_f32", 32, 2, .f32)
    let d = try single(.mi300x, test, "", a, b, c)
    for i in 0..<32 {
      for j in 0..<32 {
        let place = test.place(i, j, 0), at = place.item * 64 + place.lane
        func f(_ bits: UInt32) -> Float { Float(bitPattern: bits) }
        let want = fmaf(f(a[i + 32]), f(b[j + 32]), fmaf(f(a[i]), f(b[j]), f(c[at])))
        #expect(f(d[at]) == want)
      }
    }
  }

  @Test func `denormals of half precision count on gfx942 and are zeros on gfx90a`() throws {
    let tiny = Array(repeating: UInt32(0x0001_0001), count: 128), one = Array(repeating: UInt32(0x3c00_3c00), count: 128)
    let kept = try single(.mi300x, Case("v_mfma_f32_16x16x16_f16", 16, 16, .f16), "", tiny, one, [])
    let flushed = try single(.mi210, Case("v_mfma_f32_16x16x16f16", 16, 16, .f16), "", tiny, one, [])
    for at in 0..<256 {
      #expect(Float(bitPattern: kept[at]) == 0x1p-20)
      #expect(flushed[at] == 0)
    }
  }
}
