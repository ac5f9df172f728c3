// References of the floating-point families and of cvt, on the exact model (ExactFloat.swift, FloatAnswers.swift, ConversionAnswers.swift).
// Source: PTX ISA 9.x, sections 9.7.3 to 9.7.5, 9.7.9.21, 9.7.9.22.
import PTX

extension FloatAnswer {
  /// One right answer, which the table's bound surrounds where it has one; nil where anything is right.
  func code(_ format: ExactFormat) -> UInt64? {
    switch self {
    case .exactly(let code): code
    case .anyNaN: format.canonicalNaN
    case .near(let value, _, _, _): format.pack(ExactFormat.f64.unpack(value.bitPattern))
    case .anything: nil
    }
  }
}

/// Lane by lane: each operand's and the result's own formats.
private func lanes(_ test: TestCase, _ x: [UInt64], _ answer: (FloatWords, [UInt64], [ExactFormat], ExactFormat) -> FloatAnswer) -> [UInt64]? {
  let words = FloatWords(opcode: test.variant.row.opcode, words: test.variant.words)
  guard let (result, count) = ExactFormat.named(test.outputs[0].rawValue) else { return nil }
  let sources = test.inputs.map { ExactFormat.named($0.type.rawValue)?.format ?? result }
  var whole: UInt64 = 0
  for lane in 0..<count {
    let codes = zip(x, sources).map { code, format in format.bits == 64 ? code : code >> UInt64(lane * format.bits) & (1 << UInt64(format.bits) - 1) }
    guard let code = answer(words, codes, sources, result).code(result) else { return nil }
    whole |= code << UInt64(lane * result.bits)
  }
  return [whole]
}

nonisolated(unsafe) private let exactly = Reference.thread { test, x in
  lanes(test, x) { words, codes, sources, result in
    words.has("approx") || words.has("full") ? words.approximation(codes, result) : words.arithmetic(codes, sources, result)
  }
}
nonisolated(unsafe) private let approximately = Reference.thread { test, x in lanes(test, x) { words, codes, _, result in words.approximation(codes, result) } }
nonisolated(unsafe) private let selected = Reference.thread { test, x in lanes(test, x) { words, codes, _, result in words.selection(codes, result) } }
nonisolated(unsafe) private let signed = Reference.thread { test, x in lanes(test, x) { words, codes, _, result in words.sign(codes[0], result) } }

nonisolated(unsafe) let floatingPointTests = FamilyTests(references: [
  "add": exactly, "sub": exactly, "mul": exactly, "fma": exactly, "mad": exactly, "div": exactly, "rcp": exactly, "sqrt": exactly,
  "rsqrt": approximately, "sin": approximately, "cos": approximately, "lg2": approximately, "ex2": approximately, "tanh": approximately,
  "min": selected, "max": selected, "abs": signed, "neg": signed,
  "testp": .thread { test, x in
    let words = FloatWords(opcode: "testp", words: test.variant.words)
    return [words.test(x[0], words.formats[0].format) ? 1 : 0]
  },
  "copysign": .thread { test, x in
    let sign = FloatWords(opcode: "copysign", words: test.variant.words).formats[0].format.signBit
    return [x[0] & sign | x[1] & (sign - 1)]
  },
])

nonisolated(unsafe) let conversionTests = FamilyTests(
  references: [
    "cvt": .thread { test, x in
      let types = test.variant.types.map(\.rawValue)
      let conversion = ConversionReference(test.variant.words, to: types[0], from: types[1])
      let (answers, stride, format) = conversion.answers(x)
      var whole: UInt64 = 0
      for (lane, answer) in answers.enumerated() {
        guard let code = answer.code(format ?? .f32) else { return nil }
        whole |= code << UInt64(lane * stride)
      }
      return [whole]
    }
  ])
