// What lanes of a warp do together: with all lanes, and in two halves that came apart at a branch.
// Source: PTX ISA 9.x, sections 9.7.9.5, 9.7.9.6, 9.7.13.8 to 9.7.13.14.
import PTX

private let halves = " in halves"

/// The instruction once for the whole warp, and once for each half of it under a mask of its own (nil: it has no mask).
private func both(_ variant: InstructionVariant, _ inputs: [Input], _ outputs: [ScalarType], _ text: (_ mask: String) -> String) -> [TestCase] {
  let whole = TestCase(variant: variant, inputs: inputs, outputs: outputs, text: text("0xffffffff"))
  var apart = whole
  apart.suffix = halves
  apart.text = """
    .reg .pred %low;
    .reg .b32 %lane;
    and.b32 %lane, %tid32, 31;
    setp.lt.u32 %low, %lane, 16;
    @%low bra LOW;
    \(text("0xffff0000"))
    bra.uni BOTH;
    LOW:
    \(text("0x0000ffff"))
    BOTH:
    bar.warp.sync 0xffffffff;
    """
  return [whole, apart]
}

/// Threads by the lanes that act with them.
private func acrossLanes(_ answer: @escaping (TestCase, _ lanes: [(lane: Int, x: [UInt64])], _ me: Int) -> [UInt64]?) -> Reference {
  .block { test, inputs in
    let size = test.suffix == halves ? 16 : 32
    return inputs.indices.map { thread in
      let first = thread / size * size
      return answer(test, (first..<(first + size)).map { ($0 % 32, inputs[$0]) }, thread - first)
    }
  }
}
private func mask(_ lanes: [(lane: Int, x: [UInt64])], where matches: ([UInt64]) -> Bool = { _ in true }) -> UInt64 {
  lanes.reduce(0) { matches($1.x) ? $0 | 1 << UInt64($1.lane) : $0 }
}

/// All lanes of the first warps alike, random ones in the others.
private func predicates(_ thread: Int) -> UInt64 {
  var random = Random(state: UInt64(thread) &* 77)
  return thread < 32 ? 1 : thread < 64 ? 0 : thread < 96 ? (thread % 32 < 16 ? 1 : 0) : random.next() & 1
}
private func fewValues(_ type: ScalarType) -> Input {
  let edges = Inputs.edges(type)
  return Input(type) { thread in
    var random = Random(state: UInt64(thread) &* 91)
    return thread < 32 ? edges[3] : thread < 64 ? edges[thread % 32 / 16] : edges[Int(random.next() % (thread < 128 ? 3 : 12))]
  }
}

/// Lane numbers and the third operand (clamp in the low bits, segments above) that warps use.
private let clamps: [UInt64] = [0x1f, 0, 0x181f, 0x1c1f, 0x1003, 0x0f0f, 0x1e1f, 0x1f00]
private func exchange(_ variant: InstructionVariant) -> [TestCase] {
  let inputs = [Input(.b32), Input(.u32) { thread in var random = Random(state: UInt64(thread)); return thread < 128 ? UInt64(thread / 32) * 3 + 1 : random.next() & 63 },
                Input(.u32) { clamps[$0 / 32] }]
  if !variant.has("sync") { return [TestCase(variant: variant, inputs: inputs, outputs: [.b32, .pred], text: "\(variant.text) %o0|%o1, %a0, %a1, %a2;")] }
  return both(variant, inputs, [.b32, .pred]) { "\(variant.text) %o0|%o1, %a0, %a1, %a2, \($0);" }
}
nonisolated(unsafe) private let exchanged = acrossLanes { test, lanes, me in
  let lane = lanes[me].lane, x = lanes[me].x
  let b = Int(x[1] & 31), clamp = Int(x[2] & 31), segment = Int(x[2] >> 8 & 31)
  let most = lane & segment | clamp & ~segment, least = lane & segment
  let (wanted, isInside): (Int, Bool) = switch test.variant.words.first(where: ["up", "down", "bfly", "idx"].contains)! {
  case "up": (lane - b, lane - b >= most)
  case "down": (lane + b, lane + b <= most)
  case "bfly": (lane ^ b, lane ^ b <= most)
  default: (least | b & ~segment, least | b & ~segment <= most)
  }
  let source = isInside ? wanted : lane
  guard let from = lanes.first(where: { $0.lane == source }) else { return nil }  // of a lane that isn't there anything comes
  return [from.x[0], isInside ? 1 : 0]
}

nonisolated(unsafe) private let vote = acrossLanes { test, lanes, _ in
  let yes = lanes.filter { $0.x[0] != 0 }.count, variant = test.variant
  if variant.has("ballot") { return [mask(lanes) { $0[0] != 0 }] }
  return [variant.has("all") ? yes == lanes.count : variant.has("any") ? yes > 0 : yes == 0 || yes == lanes.count].map { $0 ? 1 : 0 }
}

nonisolated(unsafe) private let match = acrossLanes { test, lanes, me in
  let alike = mask(lanes) { $0[0] == lanes[me].x[0] }
  if test.variant.has("any") { return [alike] }
  return alike == mask(lanes) ? [alike, 1] : [0, 0]
}

nonisolated(unsafe) private let reduced = acrossLanes { test, lanes, _ in
  let variant = test.variant, type = variant.types[0], values = lanes.map { $0.x[0] }
  if type == .f32 {
    let operation = variant.has("min") ? "min" : "max"
    let words = FloatWords(opcode: operation, words: variant.words)
    return [words.selection(values, .f32).code(.f32)!]
  }
  let numbers = values.map { wide($0, type) }
  let result: Int128 = variant.has("add") ? numbers.reduce(0, +) : variant.has("min") ? numbers.min()! : variant.has("max") ? numbers.max()!
    : variant.has("and") ? numbers.reduce(-1, &) : variant.has("or") ? numbers.reduce(0, |) : numbers.reduce(0, ^)
  return [low(result, .u32)]
}

nonisolated(unsafe) let warpTests = FamilyTests(
  references: [
    "shfl": exchanged, "vote": vote, "match": match, "redux": reduced,
    "activemask": acrossLanes { _, lanes, _ in [mask(lanes)] },
    // Whichever lane it is, all hear of the same one, which alone is told so: here and on an H100 the lowest.
    "elect": acrossLanes { _, lanes, me in [UInt64(lanes[0].lane), me == 0 ? 1 : 0] },
  ],
  templates: [
    "shfl": exchange,
    "vote": { variant in
      let output: ScalarType = variant.has("ballot") ? .b32 : .pred
      if !variant.has("sync") { return [TestCase(variant: variant, inputs: [Input(.pred, predicates)], outputs: [output], text: "\(variant.text) %o0, %a0;")] }
      return both(variant, [Input(.pred, predicates)], [output]) { "\(variant.text) %o0, %a0, \($0);" }
    },
    "match": { variant in
      let isAll = variant.has("all")
      return both(variant, [fewValues(variant.types[0])], isAll ? [.b32, .pred] : [.b32]) { "\(variant.text) %o0\(isAll ? "|%o1" : ""), %a0, \($0);" }
    },
    "activemask": { variant in both(variant, [], [.b32]) { _ in "\(variant.text) %o0;" } },
    "redux": { variant in both(variant, [Input(variant.types[0])], [variant.types[0]]) { "\(variant.text) %o0, %a0, \($0);" } },
    "elect": { variant in both(variant, [], [.b32, .pred]) { "\(variant.text) %o0|%o1, \($0);" } },
  ])
