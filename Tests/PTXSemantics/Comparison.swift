// Is an answer right?  Exact, but that any NaN equals any NaN in floating-point results; or within the table's bound.
import PTX

struct Judge {
  let bound: ErrorBound?
  let type: ScalarType
  /// The largest error seen, in units of the last place of the right answer.
  private(set) var worst = 0.0

  init(_ test: TestCase, output: Int) {
    bound = test.variant.row.bound
    type = test.outputs[output]
  }

  /// NaNs become one NaN, so that answers can be hashed.
  func canonical(_ bits: UInt64) -> UInt64 {
    switch type {
    case .f16x2, .bf16x2:
      let half = type == .f16x2 ? FloatFormat.f16 : .bf16
      return Self.canonical(bits & 0xffff, half) | Self.canonical(bits >> 16 & 0xffff, half) << 16
    case .f32x2: return Self.canonical(bits & 0xffff_ffff, .f32) | Self.canonical(bits >> 32, .f32) << 32
    default: return FloatFormat.of(type).map { Self.canonical(bits & type.mask, $0) } ?? bits & type.mask
    }
  }
  private static func canonical(_ bits: UInt64, _ format: FloatFormat) -> UInt64 { format.isNaN(bits) ? format.canonicalNaN : bits }

  mutating func agrees(_ got: UInt64, _ want: UInt64, inputs: [UInt64], inputType: ScalarType?) -> Bool {
    switch type {
    case .f16x2, .bf16x2:
      let half = type == .f16x2 ? FloatFormat.f16 : .bf16
      let low = agrees(got & 0xffff, want & 0xffff, half, nil), high = agrees(got >> 16 & 0xffff, want >> 16 & 0xffff, half, nil)
      return low && high
    case .f32x2:
      let low = agrees(got & 0xffff_ffff, want & 0xffff_ffff, .f32, nil), high = agrees(got >> 32, want >> 32, .f32, nil)
      return low && high
    default:
      guard let format = FloatFormat.of(type) else { return got & type.mask == want & type.mask }
      let input = inputType.flatMap(FloatFormat.of).map { $0.value(inputs[0]) }
      return agrees(got & type.mask, want & type.mask, format, input)
    }
  }

  private mutating func agrees(_ got: UInt64, _ want: UInt64, _ format: FloatFormat, _ input: Double?) -> Bool {
    if got == want { return true }
    if format.isNaN(got) || format.isNaN(want) { return format.isNaN(got) && format.isNaN(want) }
    let g = format.value(got), w = format.value(want)
    guard let bound else { return false }
    // Where the manual gives no bound, a result is all that is asked for.
    if let within = bound.within, let input, !within.contains(input < 0 ? -input : input) { return true }
    let difference = abs(g - w)
    if g.isInfinite || w.isInfinite {  // at the edge of the format an error may cross it
      let largest = format.value(format.largest)
      return g.sign == w.sign && (g.isInfinite ? abs(w) : abs(g)) >= largest * 0.999
    }
    let unit = format.unit(of: w)
    worst = max(worst, difference / unit)
    // A subnormal result may be a unit off whatever the bound says.
    if difference <= unit, abs(w) < format.smallestNormal { return true }
    return difference <= bound.ulps * unit || difference <= bound.relative * abs(w) || difference <= bound.absolute
  }
}

extension FloatFormat {
  var smallestNormal: Double { Double(sign: .plus, exponent: 1 - bias, significand: 1) }
  /// The distance between neighbours at x.
  func unit(of x: Double) -> Double {
    let exponent = x == 0 ? 1 - bias : max(Int(abs(x).exponent), 1 - bias)
    return Double(sign: .plus, exponent: exponent - fractionBits, significand: 1)
  }
}
