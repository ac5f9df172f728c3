// Video instructions on bytes and halfwords of a register, in one more bit than they have.
// Source: PTX ISA 9.x, section 9.7.18 (semantics under each instruction).
import PTX

private func operation(_ name: String, _ a: Int128, _ b: Int128, _ comparison: String) -> Int128 {
  switch name {
  case "vadd": return a + b
  case "vsub": return a - b
  case "vabsdiff": return a > b ? a - b : b - a
  case "vmin": return min(a, b)
  case "vmax": return max(a, b)
  case "vavrg":  // away from zero
    let total = a + b
    return total >= 0 ? (total + 1) >> 1 : total >> 1
  default:
    let yes = switch comparison { case "eq": a == b; case "ne": a != b; case "lt": a < b; case "le": a <= b; case "gt": a > b; default: a >= b }
    return yes ? 1 : 0
  }
}
private let comparisons: Set<String> = ["eq", "ne", "lt", "le", "gt", "ge"]

/// Two or four lanes; `.add` sums them onto c, otherwise all are written.
private func simd(_ name: String, lanes: Int) -> Reference {
  .thread { test, x in
    let types = test.variant.types, isSet = name == "vset"
    let (result, aType, bType) = isSet ? (ScalarType.u32, types[0], types[1]) : (types[0], types[1], types[2])
    let bits = UInt64(32 / lanes), comparison = test.variant.words.first(where: comparisons.contains) ?? ""
    func part(_ value: UInt64, _ lane: Int, _ type: ScalarType) -> Int128 {
      wide(value >> (UInt64(lane) * bits), lanes == 4 ? (type == .s32 ? .s8 : .u8) : (type == .s32 ? .s16 : .u16))
    }
    var packed: UInt64 = 0, sum = wide(x[2], result)
    for lane in 0..<lanes {
      var value = operation(name, part(x[0], lane, aType), part(x[1], lane, bType), comparison)
      let type: ScalarType = lanes == 4 ? (result == .s32 ? .s8 : .u8) : (result == .s32 ? .s16 : .u16)
      if test.variant.has("sat") { value = wide(clamp(value, type), type) }
      sum += value
      packed |= low(value, type) << (UInt64(lane) * bits)
    }
    return [test.variant.has("add") ? low(sum, .u32) : packed]
  }
}

nonisolated(unsafe) let videoTests: FamilyTests = {
  var tests = scalarVideoTests
  for name in ["vadd", "vsub", "vavrg", "vabsdiff", "vmin", "vmax", "vset"] {
    for lanes in [2, 4] { tests.references["\(name)\(lanes)"] = simd(name, lanes: lanes) }
  }
  return tests
}()
