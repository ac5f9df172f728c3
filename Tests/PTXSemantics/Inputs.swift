// The values that instructions are tried on: in the first half of the threads edge values, crossed between operands, then random ones.
import PTX

struct Random {
  var state: UInt64
  mutating func next() -> UInt64 {  // splitmix64
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

enum Inputs {
  static let threads = 256

  static func edges(_ type: ScalarType) -> [UInt64] {
    switch type {
    case .pred: return [0, 1]
    case .f32, .tf32:
      return [0, 0x8000_0000, 0x3f80_0000, 0xbf80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 1, 0x8000_0001, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff,
              0xff7f_ffff, 0x3f00_0000, 0x3fc0_0000, 0x4020_0000, 0xc020_0000, 0x7f80_0001, 0x4b00_0001, 0x4f00_0000, 0xcf00_0000, 0x5f00_0000, 0x3f7f_ffff]
    case .f64:
      return [0, 1 << 63, 0x3ff0_0000_0000_0000, 0xbff0_0000_0000_0000, 0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 1,
              0x000f_ffff_ffff_ffff, 0x0010_0000_0000_0000, 0x7fef_ffff_ffff_ffff, 0x3fe0_0000_0000_0000, 0x3ff8_0000_0000_0000, 0xc004_0000_0000_0000,
              0x41f0_0000_0000_0000, 0x43e0_0000_0000_0000, 0x4330_0000_0000_0001, 0x47ef_ffff_e000_0000, 0x36a0_0000_0000_0000, 0x7ff0_0000_0000_0001,
              0xffef_ffff_ffff_ffff, 0x8000_0000_0000_0001, 0x3fef_ffff_ffff_ffff]
    case .f16:
      return [0, 0x8000, 0x3c00, 0xbc00, 0x7c00, 0xfc00, 0x7e00, 1, 0x8001, 0x03ff, 0x0400, 0x7bff, 0xfbff, 0x3800, 0x3e00, 0x4100, 0xc100, 0x7c01, 0x3bff]
    case .bf16:
      return [0, 0x8000, 0x3f80, 0xbf80, 0x7f80, 0xff80, 0x7fc0, 1, 0x8001, 0x007f, 0x0080, 0x7f7f, 0xff7f, 0x3f00, 0x3fc0, 0x4020, 0xc020, 0x7f81, 0x3f7f]
    case .f16x2: return pairs(edges(.f16))
    case .bf16x2: return pairs(edges(.bf16))
    case .f32x2:
      let e = edges(.f32)
      return e.indices.map { e[$0] | e[($0 * 7 + 3) % e.count] << 32 }
    default:
      let bits = type.bitCount
      let top: UInt64 = 1 << UInt64(bits - 1)
      let all: [UInt64] = [0, 1, .max, 2, top, top - 1, top + 1, 31, 32, 33, 0xff, 0x80, 0x7f, 0x1234_5678_9abc_def0, .max - 1, 7, 8, 15, 16, 63, 64, 65, 0x8000, 0x7fff,
                           0x8000_0000, 0x7fff_ffff, 0xffff_ffff, 0x1_0000_0000, 0x0102_0408_1020_4080]
      var seen: Set<UInt64> = []
      return all.map { $0 & type.mask }.filter { seen.insert($0).inserted }
    }
  }
  private static func pairs(_ e: [UInt64]) -> [UInt64] { e.indices.map { e[$0] | e[($0 * 7 + 3) % e.count] << 16 } }

  /// 256 values for the n-th operand.
  static func values(_ type: ScalarType, operand: Int) -> [UInt64] {
    let edges = edges(type)
    var random = Random(state: 42 &+ UInt64(operand) &* 1_000_003 &+ UInt64(type.bitCount))
    return (0..<threads).map { thread in
      if thread < 160 {
        // 160 threads over n edges: the first operand walks, the others walk at other speeds.
        let place = switch operand { case 0: thread; case 1: thread / edges.count * 3 + thread; case 2: thread * 5 + thread / 16; default: thread * 7 + thread / 9 + operand }
        return edges[place % edges.count]
      }
      return randomValue(type, &random)
    }
  }

  static func randomValue(_ type: ScalarType, _ random: inout Random) -> UInt64 {
    let r = random.next()
    switch type {
    case .f32, .tf32:
      if r & 1 == 1 { return r >> 32 }
      return UInt64(Float(Double(Int64(bitPattern: random.next())) / 9.2e18 * power(Int(r >> 8) & 31)).bitPattern)
    case .f64:
      if r & 1 == 1 { return random.next() }
      return (Double(Int64(bitPattern: random.next())) / 9.2e18 * power(Int(r >> 8) & 63)).bitPattern
    case .f16: return r & 1 == 1 ? r >> 48 : (r >> 48 & 0x83ff) | (10 + (r >> 8) % 10) << 10
    case .bf16: return r & 1 == 1 ? r >> 48 : (r >> 48 & 0x807f) | (120 + (r >> 8) % 14) << 7
    case .f16x2: return randomValue(.f16, &random) | randomValue(.f16, &random) << 16
    case .bf16x2: return randomValue(.bf16, &random) | randomValue(.bf16, &random) << 16
    case .f32x2: return randomValue(.f32, &random) | randomValue(.f32, &random) << 32
    default: return (r >> 60 < 4 ? random.next() & 63 : random.next()) & type.mask
    }
  }
  private static func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
}
