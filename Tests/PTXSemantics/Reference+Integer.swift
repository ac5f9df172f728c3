// Integer arithmetic, its extended-precision forms, logic and shifts.  Source: PTX ISA 9.x, sections 9.7.1, 9.7.2, 9.7.8.
import PTX

/// The value of the low bits of `value` as `type` has them.
func signed(_ value: UInt64, _ type: ScalarType) -> Int64 {
  let unused = UInt64(64 - type.bitCount)
  return Int64(bitPattern: value << unused) >> Int64(unused)
}
/// As 128 bits, where nothing overflows.
func wide(_ value: UInt64, _ type: ScalarType) -> Int128 { type.isSignedInteger ? Int128(signed(value, type)) : Int128(value & type.mask) }
func low(_ value: Int128, _ type: ScalarType) -> UInt64 { UInt64(truncatingIfNeeded: value) & type.mask }

func clamp(_ value: Int128, _ type: ScalarType) -> UInt64 {
  let bits = Int128(type.bitCount)
  let (least, most): (Int128, Int128) = type.isSignedInteger ? (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) : (0, (1 << bits) - 1)
  return low(min(max(value, least), most), type)
}

/// Two halves of 16 bits, each by itself.
func halves(_ a: UInt64, _ b: UInt64, _ type: ScalarType, _ operation: (Int128, Int128) -> Int128) -> UInt64 {
  let half: ScalarType = type == .s16x2 ? .s16 : .u16
  let bottom = low(operation(wide(a, half), wide(b, half)), half), top = low(operation(wide(a >> 16, half), wide(b >> 16, half)), half)
  return bottom | top << 16
}

/// A two-operand instruction on one type, in enough bits.
private func arithmetic(_ operation: @escaping (Int128, Int128) -> Int128) -> Reference {
  .thread { test, x in
    let type = test.variant.types[0]
    if type == .s16x2 || type == .u16x2 { return [halves(x[0], x[1], type, operation)] }
    let value = operation(wide(x[0], type), wide(x[1], type))
    return [test.variant.has("sat") ? clamp(value, type) : low(value, type)]
  }
}
private func smallest(_ isMinimum: Bool) -> Reference {
  .thread { test, x in
    let type = test.variant.types[0], relu = test.variant.has("relu")
    let operation = { (a: Int128, b: Int128) -> Int128 in
      let value = isMinimum ? min(a, b) : max(a, b)
      return relu ? max(value, 0) : value
    }
    if type == .s16x2 || type == .u16x2 { return [halves(x[0], x[1], type, operation)] }
    return [low(operation(wide(x[0], type), wide(x[1], type)), type)]
  }
}

/// .lo, .hi or .wide of a product.
func productPart(_ test: TestCase, _ a: UInt64, _ b: UInt64, _ type: ScalarType) -> UInt64 {
  if type.bitCount == 64 {
    if test.variant.has("lo") { return a &* b }
    return type.isSignedInteger ? UInt64(bitPattern: Int64(bitPattern: a).multipliedFullWidth(by: Int64(bitPattern: b)).high) : a.multipliedFullWidth(by: b).high
  }
  let product = wide(a, type) * wide(b, type)
  if test.variant.has("wide") { return low(product, type.twiceAsWide!) }
  return low(test.variant.has("hi") ? product >> Int128(type.bitCount) : product, type)
}
private func low24(_ value: UInt64, _ type: ScalarType) -> Int128 {
  type.isSignedInteger ? Int128(Int64(bitPattern: value << 40) >> 40) : Int128(value & 0xff_ffff)
}
private func product24(_ test: TestCase, _ x: [UInt64], _ type: ScalarType) -> UInt64 {
  let product = low24(x[0], type) * low24(x[1], type)
  return low(test.variant.has("hi") ? product >> 16 : product, type)
}

private func leadingZeros(_ value: UInt64, _ type: ScalarType) -> UInt64 { UInt64((value & type.mask).leadingZeroBitCount - (64 - type.bitCount)) }

private func bits(_ count: UInt64) -> UInt64 { count >= 64 ? .max : (1 << count) - 1 }

nonisolated(unsafe) let integerTests = FamilyTests(references: [
  "add": arithmetic(+), "sub": arithmetic(-),
  "mul": .thread { test, x in [productPart(test, x[0], x[1], test.variant.types[0])] },
  "mad": .thread { test, x in
    let type = test.variant.types[0], result = test.variant.has("wide") ? type.twiceAsWide! : type
    let product = productPart(test, x[0], x[1], type)
    if test.variant.has("sat") { return [clamp(wide(product, result) + wide(x[2], result), result)] }
    return [(product &+ x[2]) & result.mask]
  },
  "mul24": .thread { test, x in [product24(test, x, test.variant.types[0])] },
  "mad24": .thread { test, x in
    let type = test.variant.types[0], product = product24(test, x, type)
    return [test.variant.has("sat") ? clamp(wide(product, type) + wide(x[2], type), type) : (product &+ x[2]) & type.mask]
  },
  "sad": .thread { test, x in
    let type = test.variant.types[0], difference = wide(x[0], type) - wide(x[1], type)
    return [(low(max(difference, -difference), type) &+ x[2]) & type.mask]
  },
  // Division by zero is the machine's affair; so is the most negative number by -1.
  "div": .thread { test, x in
    let type = test.variant.types[0], b = wide(x[1], type)
    return b == 0 || (b == -1 && x[0] & type.mask == 1 << UInt64(type.bitCount - 1)) ? nil : [low(wide(x[0], type) / b, type)]
  },
  "rem": .thread { test, x in
    let type = test.variant.types[0], b = wide(x[1], type)
    return b == 0 || (b == -1 && x[0] & type.mask == 1 << UInt64(type.bitCount - 1)) ? nil : [low(wide(x[0], type) % b, type)]
  },
  "abs": .thread { test, x in
    let type = test.variant.types[0], a = wide(x[0], type)
    return [low(a < 0 ? -a : a, type)]
  },
  "neg": .thread { test, x in [low(-wide(x[0], test.variant.types[0]), test.variant.types[0])] },
  "min": smallest(true), "max": smallest(false),
  "popc": .thread { test, x in [UInt64((x[0] & test.variant.types[0].mask).nonzeroBitCount)] },
  "clz": .thread { test, x in [leadingZeros(x[0], test.variant.types[0])] },
  "bfind": .thread { test, x in
    let type = test.variant.types[0]
    let value = type.isSignedInteger && signed(x[0], type) < 0 ? ~x[0] & type.mask : x[0] & type.mask
    if value == 0 { return [0xffff_ffff] }
    let zeros = leadingZeros(value, type)
    return [test.variant.has("shiftamt") ? zeros : UInt64(type.bitCount - 1) - zeros]
  },
  // Counting from bit `base`, upward for a positive offset, downward for a negative one; 0 is the base itself.
  "fns": .thread { _, x in
    let mask = x[0], base = x[1]
    if base > 31 || x[2] == 0x8000_0000 { return nil }
    let offset = signed(x[2], .s32)
    var position = Int64(base), count = Int64(0)
    if offset == 0 { return [mask >> base & 1 == 1 ? base : 0xffff_ffff] }
    let step: Int64 = offset > 0 ? 1 : -1, wanted = offset.magnitude
    while position >= 0, position < 32 {
      if mask >> UInt64(position) & 1 == 1 { count += 1; if count == wanted { return [UInt64(position)] } }
      position += step
    }
    return [0xffff_ffff]
  },
  "brev": .thread { test, x in
    let type = test.variant.types[0]
    var result: UInt64 = 0
    for bit in 0..<UInt64(type.bitCount) where x[0] >> bit & 1 == 1 { result |= 1 << (UInt64(type.bitCount) - 1 - bit) }
    return [result]
  },
  // Positions and lengths of more than 8 bits are not defined by the manual.
  "bfe": .thread { test, x in
    guard x[1] < 256, x[2] < 256 else { return nil }
    let type = test.variant.types[0], width = UInt64(type.bitCount), position = x[1], length = x[2]
    let isSigned = type.isSignedInteger
    let signBit = !isSigned || length == 0 ? 0 : x[0] >> min(position + length - 1, width - 1) & 1
    var result: UInt64 = 0
    for i in 0..<width {
      let bit = i < length && position + i < width ? x[0] >> (position + i) & 1 : signBit
      result |= bit << i
    }
    return [result]
  },
  "bfi": .thread { test, x in
    guard x[2] < 256, x[3] < 256 else { return nil }
    let width = UInt64(test.variant.types[0].bitCount)
    var result = x[1]
    for i in 0..<x[3] where x[2] + i < width {
      let place = x[2] + i
      result = result & ~(1 << place) | (i < 64 ? x[0] >> i & 1 : 0) << place
    }
    return [result]
  },
  "szext": .thread { test, x in
    let type = test.variant.types[0]
    let n = test.variant.has("wrap") ? x[1] & 31 : min(x[1], 32)
    if n == 0 { return [0] }
    let kept = x[0] & bits(n)
    return [type == .s32 && n < 32 && kept >> (n - 1) & 1 == 1 ? kept | ~bits(n) & 0xffff_ffff : kept]
  },
  "bmsk": .thread { test, x in
    let wrap = test.variant.has("wrap")
    let position = wrap ? x[0] & 31 : min(x[0], 32), width = wrap ? x[1] & 31 : min(x[1], 32)
    return [bits(width) << position & 0xffff_ffff]
  },
  "dp4a": .thread { test, x in
    let types = test.variant.types
    let sum = (0..<4).reduce(Int128(0)) { sum, i in
      sum + wide(x[0] >> UInt64(8 * i), types[0] == .s32 ? .s8 : .u8) * wide(x[1] >> UInt64(8 * i), types[1] == .s32 ? .s8 : .u8)
    }
    return [low(sum + wide(x[2], .s32), .u32)]
  },
  "dp2a": .thread { test, x in
    let types = test.variant.types, first = test.variant.has("hi") ? 2 : 0
    let sum = (0..<2).reduce(Int128(0)) { sum, i in
      sum + wide(x[0] >> UInt64(16 * i), types[0] == .s32 ? .s16 : .u16) * wide(x[1] >> UInt64(8 * (i + first)), types[1] == .s32 ? .s8 : .u8)
    }
    return [low(sum + wide(x[2], .s32), .u32)]
  },
])

// MARK: carries

/// The instruction with a carry put in before it and read after it; both are compared.
private func chain(_ variant: InstructionVariant) -> [TestCase] {
  guard var test = TestCase.plain(variant).first else { return [] }
  let subtracts = variant.row.opcode.hasPrefix("sub"), takes = variant.row.opcode.hasSuffix("c") && variant.row.opcode != "add.cc"
  var before = "", after = ""
  if takes {
    test.inputs.append(Input(.b32) { UInt64($0 & 1) })
    let carry = "%a\(test.inputs.count - 1)"
    before = subtracts ? "{ .reg .b32 %t; sub.cc.u32 %t, 0, \(carry); }\n" : "{ .reg .b32 %t; add.cc.u32 %t, \(carry), 0xffffffff; }\n"
  }
  if variant.has("cc") {
    test.outputs.append(.u32)
    after = subtracts ? "\nsubc.u32 %o1, 0, 0;" : "\naddc.u32 %o1, 0, 0;"
  }
  test.text = before + test.text + after
  return [test]
}
private func sum(_ test: TestCase, _ values: [UInt64], _ type: ScalarType) -> [UInt64] {
  let total = values.reduce(UInt128(0)) { $0 + UInt128($1 & type.mask) }
  let result = UInt64(truncatingIfNeeded: total) & type.mask
  return test.variant.has("cc") ? [result, UInt64(truncatingIfNeeded: total >> UInt128(type.bitCount))] : [result]
}
private func difference(_ test: TestCase, _ a: UInt64, _ b: UInt64, borrow: UInt64, _ type: ScalarType) -> [UInt64] {
  let value = Int128(a & type.mask) - Int128(b & type.mask) - Int128(borrow)
  let result = UInt64(truncatingIfNeeded: value) & type.mask
  return test.variant.has("cc") ? [result, value < 0 ? 0xffff_ffff : 0] : [result]
}

nonisolated(unsafe) let extendedPrecisionTests = FamilyTests(
  references: [
    "add": .thread { test, x in sum(test, [x[0], x[1]], test.variant.types[0]) },
    "addc": .thread { test, x in sum(test, [x[0], x[1], x[2]], test.variant.types[0]) },
    "sub": .thread { test, x in difference(test, x[0], x[1], borrow: 0, test.variant.types[0]) },
    "subc": .thread { test, x in difference(test, x[0], x[1], borrow: x[2], test.variant.types[0]) },
    "mad": .thread { test, x in
      let type = test.variant.types[0]
      return sum(test, [productPart(test, x[0], x[1], type), x[2]], type)
    },
    "madc": .thread { test, x in
      let type = test.variant.types[0]
      return sum(test, [productPart(test, x[0], x[1], type), x[2], x[3]], type)
    },
  ],
  templates: ["add": chain, "addc": chain, "sub": chain, "subc": chain, "mad": chain, "madc": chain])

// MARK: logic and shifts

private func bitwise(_ operation: @escaping (UInt64, UInt64) -> UInt64) -> Reference {
  .thread { test, x in [operation(x[0], x[1]) & test.variant.types[0].mask] }
}

/// The function that a table of 8 bits names: a weighs 4, b 2, c 1.
private func table3(_ table: Int, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
  (0..<32).reduce(0) { result, bit in
    let index = (a >> bit & 1) << 2 | (b >> bit & 1) << 1 | c >> bit & 1
    return result | UInt64(table >> Int(index) & 1) << bit
  }
}

nonisolated(unsafe) let logicTests = FamilyTests(references: [
  "and": bitwise(&), "or": bitwise(|), "xor": bitwise(^),
  "not": .thread { test, x in [~x[0] & test.variant.types[0].mask] },
  "cnot": .thread { test, x in [x[0] & test.variant.types[0].mask == 0 ? 1 : 0] },
  "lop3": .thread { test, x in
    let value = table3(test.immediates[0], x[0], x[1], x[2])
    if test.variant.has("or") { return [value, value != 0 ? 1 : x[3]] }
    if test.variant.has("and") { return [value, value != 0 ? x[3] : 0] }
    return [value]
  },
  "shf": .thread { test, x in
    let n = test.variant.has("wrap") ? x[2] & 31 : min(x[2], 32), pair = x[1] << 32 | x[0]
    return [test.variant.has("l") ? (n == 32 ? x[0] : (pair << n) >> 32) : pair >> n & 0xffff_ffff]
  },
  "shl": .thread { test, x in
    let type = test.variant.types[0]
    return [x[1] >= UInt64(type.bitCount) ? 0 : x[0] << x[1] & type.mask]
  },
  "shr": .thread { test, x in
    let type = test.variant.types[0], n = min(x[1], UInt64(type.bitCount))
    return [low(n == UInt64(type.bitCount) ? (wide(x[0], type) < 0 ? -1 : 0) : wide(x[0], type) >> Int128(n), type)]
  },
])
