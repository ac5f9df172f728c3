// What the manual says cvt and cvt.pack give, computed with whole numbers (FloatModel.swift).
// Source: PTX ISA 9.x, "cvt", "cvt.pack", "Fixed-point Data format".

/// A conversion: `words` after the opcode, operands as they stand (a vector operand's elements one after another).
struct ConversionReference {
  let words: [String]
  let to: String, from: String
  private var float: FloatWords { FloatWords(opcode: "cvt", words: words) }
  private func has(_ word: String) -> Bool { words.contains(word) }

  init(_ words: [String], to: String, from: String) { (self.words, self.to, self.from) = (words, to, from) }

  private static func integer(_ word: String) -> (bits: Int, isSigned: Bool)? {
    guard let first = word.first, first == "u" || first == "s", let bits = Int(word.dropFirst()) else { return nil }
    return (bits, first == "s")
  }
  private static func mask(_ bits: Int) -> UInt64 { bits == 64 ? .max : UInt64(1) << UInt64(bits) - 1 }
  /// The integer's value, from the low bits of a code.
  private static func value(_ code: UInt64, _ type: (bits: Int, isSigned: Bool)) -> ExactNumber {
    let low = code & mask(type.bits)
    if type.isSigned, low >> UInt64(type.bits - 1) & 1 == 1 {
      return ExactNumber(isNegative: true, significand: UInt128(mask(type.bits) - low) + 1, exponent: 0)
    }
    return ExactNumber(low)
  }
  /// Clamped to a type's range.
  private static func clamp(_ isNegative: Bool, _ magnitude: UInt128, _ type: (bits: Int, isSigned: Bool)) -> UInt64 {
    let positive = UInt128(type.isSigned ? mask(type.bits - 1) : mask(type.bits)), negative: UInt128 = type.isSigned ? positive + 1 : 0
    let limited = min(magnitude, isNegative ? negative : positive)
    return (isNegative ? 0 &- UInt64(limited) : UInt64(limited)) & mask(type.bits)
  }

  private var wholeDirection: Direction { has("rni") ? .nearest : has("rmi") ? .down : has("rpi") ? .up : .zero }
  private var direction: Direction { float.direction }

  /// The results, lowest lane first, as codes of `resultFormat` or integers; how many bits lie from one to the next.
  func answers(_ operands: [UInt64]) -> (lanes: [FloatAnswer], stride: Int, format: ExactFormat?) {
    if has("pack") { return ([pack(operands)], 32, nil) }
    if let target = Self.integer(to) {
      if let source = Self.integer(from) {
        let value = Self.value(operands[0], source)
        let code = has("sat") ? Self.clamp(value.isNegative, value.significand, target)
          : (value.isNegative ? 0 &- UInt64(truncatingIfNeeded: value.significand) : UInt64(truncatingIfNeeded: value.significand)) & Self.mask(target.bits)
        return ([.exactly(code)], target.bits, nil)
      }
      return ([toInteger(operands[0], ExactFormat.named(from)!.format, target)], target.bits, nil)
    }
    switch (to, from) {
    case ("ue8m0x2", _): return (sources(operands).map { .exactly(scale($0)) }, 8, nil)
    case ("bf16x2", "ue8m0x2"):
      return ((0..<2).map { lane in
        let code = operands[0] >> UInt64(8 * lane) & 255
        return code == 255 ? .exactly(0x7FFF) : .exactly(ExactFormat.bf16.pack(.number(ExactNumber(isNegative: false, significand: 1, exponent: Int(code) - 127))))
      }, 16, .bf16)
    case ("s2f6x2", _):
      return (zip(sources(operands), scales(operands)).map { .exactly(fixed(Self.scaled($0, $1, -1))) }, 8, nil)
    case ("bf16x2", "s2f6x2"):
      return ((0..<2).map { lane in
        let code = Int64(Int8(bitPattern: UInt8(operands[0] >> UInt64(8 * lane) & 255)))
        return narrow(Self.scaled(.number(ExactNumber(code).scaled(by: -6)), scales(operands)[lane], 1), .bf16)
      }, 16, .bf16)
    case ("tf32", _):
      let answer = narrow(ExactFormat.f32.unpack(operands[0]), .tf32)
      if case .exactly(let code) = answer { return ([.exactly(code << 13)], 32, .f32) }
      return ([answer], 32, .f32)
    default: break
    }
    if let source = Self.integer(from) {
      let format = ExactFormat.named(to)!.format
      return ([float.finished(.number(Self.value(operands[0], source)), format)], format.bits, format)
    }
    let pack = ["e4m3x4": ExactFormat.e4m3, "e5m2x4": .e5m2, "e2m3x4": .e2m3, "e3m2x4": .e3m2, "e2m1x4": .e2m1][to]
    let (format, lanes) = pack.map { ($0, 4) } ?? ExactFormat.named(to)!
    let stride = format == .e2m1 ? 4 : lanes > 1 ? max(8, format.bits) : format.bits
    if lanes == 1 { return ([single(operands[0], ExactFormat.named(from)!.format, format)], stride, format) }
    let values = sources(operands)
    return (values.indices.map { narrow(Self.scaled(values[$0], scales(operands)[$0], from == "f32" || format.bits < 16 ? -1 : 1), format, lane: $0, operands) }, stride, format)
  }

  /// The numbers that are read, lowest lane first.
  private func sources(_ operands: [UInt64]) -> [Unpacked] {
    if from == "f32" {
      let count = to.hasSuffix("x4") ? 4 : to.hasSuffix("x2") ? 2 : 1
      return operands[..<count].reversed().map { ExactFormat.f32.unpack(has("ftz") || has("scaled::n1::ue8m0") ? ExactFormat.f32.flushed($0) : $0) }
    }
    let (format, lanes) = ExactFormat.named(from)!
    let stride = format == .e2m1 ? 4 : max(8, format.bits)
    return (0..<lanes).map { lane in
      let code = operands[0] >> UInt64(stride * lane) & Self.mask(format.bits)
      return format.unpack(has("scaled::n1::ue8m0") ? format.flushed(code) : code)
    }
  }

  /// The scale codes of the lanes, lowest first; 127 is one.
  private func scales(_ operands: [UInt64]) -> [UInt64] {
    let code = operands.last ?? 0
    return has("scaled::n2::ue8m0") ? [code & 255, code >> 8 & 255] : has("scaled::n1::ue8m0") ? [code & 255, code & 255] : [127, 127, 127, 127]
  }
  private static func scaled(_ value: Unpacked, _ scale: UInt64, _ sign: Int) -> Unpacked {
    if scale == 255 { return .nan }
    guard case .number(let number) = value else { return value }
    return .number(number.scaled(by: sign * (Int(scale) - 127)))
  }

  private func toInteger(_ code: UInt64, _ format: ExactFormat, _ target: (bits: Int, isSigned: Bool)) -> FloatAnswer {
    let code = code & Self.mask(format.bits)
    switch format.unpack(has("ftz") ? format.flushed(code) : code) {
    case .nan: return .exactly(format == .f64 || target.bits == 64 ? UInt64(1) << UInt64(target.bits - 1) : 0)
    case .infinity(let sign): return .exactly(Self.clamp(sign, UInt128.max, target))
    case .number(let number):
      let whole = number.whole(wholeDirection)
      return .exactly(Self.clamp(whole.isNegative, whole.magnitude, target))
    }
  }

  /// Scalars between floating-point types.
  private func single(_ code: UInt64, _ source: ExactFormat, _ target: ExactFormat) -> FloatAnswer {
    var code = code & Self.mask(source.bits)
    // An H100 keeps subnormal operands of a conversion to .f16 under .ftz too.
    if has("ftz"), source == .f32, target != .f16 { code = source.flushed(code) }
    var value = source.unpack(code)
    if words.contains(where: { ["rni", "rzi", "rmi", "rpi"].contains($0) }), case .number(let number) = value, number.exponent < 0 {
      value = .number(ExactNumber(isNegative: number.isNegative, significand: number.whole(wholeDirection).magnitude, exponent: 0))
    }
    return narrow(value, target)
  }

  private func narrow(_ value: Unpacked, _ format: ExactFormat, lane: Int = 0, _ operands: [UInt64] = []) -> FloatAnswer {
    var direction = direction
    if has("rs") {
      let random = operands.last!
      switch to {
      case "f16x2": direction = .random(random >> UInt64(16 * lane) & 0x1FFF, count: 13)
      case "bf16x2": direction = .random(random >> UInt64(16 * lane) & 0xFFFF, count: 16)
      case "e2m1x4": direction = .random(random >> UInt64([0, 16, 8, 24][lane]) & 0xFF, count: 8)
      default: direction = .random(random >> UInt64(lane / 2 * 16) & 0xFFFF, count: 16)
      }
    }
    if value.isNaN {
      if has("sat") { return .exactly(0) }
      if let nan = format.canonicalNaN { return has("relu") || format.bits == 8 ? .exactly(nan) : .anyNaN }
      return .exactly(format.largest)
    }
    var code = format.pack(value, direction, saturates: has("satfinite"))
    if has("ftz"), format == .f32, format.isTiny(value, direction) { code &= format.signBit }
    if has("relu"), code & format.signBit != 0 { code = 0 }
    if has("pzo"), code == format.signBit { code = 0 }
    if has("sat") { code = code & format.signBit != 0 ? 0 : min(code, format.pack(.number(ExactNumber(Int64(1))))) }
    return .exactly(code)
  }

  /// ue8m0: an exponent biased by 127, of the magnitude.
  private func scale(_ value: Unpacked) -> UInt64 {
    let top: UInt64 = has("satfinite") ? 254 : 255
    switch value {
    case .nan: return 255
    case .infinity: return top
    case .number(let number):
      if number.isZero { return 0 }
      let isPower = number.significand & (number.significand - 1) == 0
      let exponent = number.magnitudeExponent + (has("rp") && !isPower ? 1 : 0)
      return min(top, UInt64(max(0, exponent + 127)))
    }
  }

  /// s2f6: 64ths in 8 bits.
  private func fixed(_ value: Unpacked) -> UInt64 {
    switch value {
    case .nan: return 0x7F
    case .infinity(let sign): return sign ? (has("relu") ? 0 : 0x80) : 0x7F
    case .number(let number):
      let whole = number.scaled(by: 6).whole(direction)
      if has("relu"), whole.isNegative { return 0 }
      return Self.clamp(whole.isNegative, whole.magnitude, (8, true))
    }
  }

  private func pack(_ operands: [UInt64]) -> FloatAnswer {
    let target = Self.integer(to)!
    let parts = operands[..<2].map { code -> UInt64 in
      let value = Self.value(code, (32, true))
      return Self.clamp(value.isNegative, value.significand, target)
    }
    var result = parts[0] << UInt64(target.bits) | parts[1]
    if target.bits <= 8, operands.count > 2 { result |= operands[2] << UInt64(2 * target.bits) }
    return .exactly(result & 0xFFFF_FFFF)
  }
}
