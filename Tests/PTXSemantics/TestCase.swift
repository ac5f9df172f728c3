// What is run for a variant: the text of one instruction (or a few) over inputs of 256 threads, and what should come out.
//
// The text reads %a0, %a1 … (the inputs) and writes %o0, %o1 … (the outputs); it stands in braces of its own and may declare what
// it needs.  Registers are declared as bits (.b16, .b32, .b64, .pred), whatever the type.  Beside them the text may use %tid32
// (the thread, 0 to 255), `scratch` (.shared, 8 KB for the whole block, not cleared between cases; a case that shares it between
// threads brings its own barriers), and `stack` (.local, 64 bytes).
import PTX

/// One input of each thread.
struct Input {
  var type: ScalarType
  /// The value for a thread; nil: edge values of the type, crossed between operands, then random ones.
  var values: ((Int) -> UInt64)?
  init(_ type: ScalarType, _ values: ((Int) -> UInt64)? = nil) { (self.type, self.values) = (type, values) }
}

struct TestCase {
  var variant: InstructionVariant
  /// Distinguishes cases of one variant: an immediate, a shape of operands.
  var suffix = ""
  var inputs: [Input]
  /// For the comparison: their formats, and how many bits count.
  var outputs: [ScalarType]
  var text: String
  /// What a reference may want beside the inputs: immediates, in order.
  var immediates: [Int] = []
  /// Declarations at module scope.
  var module = ""
  /// An object whose handle the first input is.
  var texture: TextureResource?
  /// What a second kernel, over the same inputs, does: it writes the outputs then.
  var after = ""

  var name: String { variant.text + suffix }

  /// The register for a type in this instruction: .b8 where PTX wants just that.
  func register(_ type: ScalarType) -> String {
    if type == .e2m1x2 || (type == .b8 && ["mov", "cvt"].contains(variant.row.opcode)) { return "b8" }
    // "A wider register may be used, except when an operand has .bf16 format": section of cvt.
    return [.u8, .s8].contains(type) && variant.types.contains(.bf16) ? "b8" : type.register
  }
}

/// Outputs of one thread from its inputs; nil where the manual leaves the result open.  Inputs and outputs are masked to their type.
typealias ThreadReference = (TestCase, [UInt64]) -> [UInt64]?
/// The same for all 256 threads at once: [thread][input] to [thread][output].
typealias BlockReference = (TestCase, [[UInt64]]) -> [[UInt64]?]

enum Reference {
  case thread(ThreadReference)
  case block(BlockReference)

  func answers(_ test: TestCase, _ inputs: [[UInt64]]) -> [[UInt64]?] {
    switch self {
    case .thread(let one): inputs.map { one(test, $0) }
    case .block(let all): all(test, inputs)
    }
  }
}

/// What a family file gives: references and, where the plain shape doesn't fit, cases, by opcode.
struct FamilyTests {
  var references: [String: Reference] = [:]
  var templates: [String: (InstructionVariant) -> [TestCase]] = [:]
  /// Whether the opcode's reference knows this case; what it doesn't counts as having none.
  var covers: (TestCase) -> Bool = { _ in true }

  /// Two files' references of one family.
  func merging(_ other: FamilyTests) -> FamilyTests {
    FamilyTests(references: references.merging(other.references) { one, _ in one }, templates: templates.merging(other.templates) { one, _ in one }, covers: covers)
  }
}

/// By the families' names in the table.  A new Reference+Family.swift adds a line.
nonisolated(unsafe) let familyTests: [String: FamilyTests] = [
  "integer arithmetic": integerTests,
  "extended-precision integer arithmetic": extendedPrecisionTests,
  "logic and shift": logicTests,
  "comparison and selection": comparisonTests,
  "data movement": dataMovementTests.merging(addressTests),
  "floating point": floatingPointTests,
  "half precision": floatingPointTests,
  "mixed precision": floatingPointTests,
  "conversion": conversionTests,
  "video": videoTests,
  "loads and stores": memoryTests,
  "atomics": atomicTests,
  "warp": warpTests,
  "warp-level matrix": matrixTests,
  "barriers and fences": barrierTests,
  "mbarrier objects": barrierObjectTests,
  "asynchronous copies": copyTests,
  "control flow": controlTests,
  "stack manipulation": stackTests,
  "miscellaneous": miscellaneousTests,
  "texture": textureTests,
  "surface": surfaceTests,
]

// MARK: the plain shape

extension ScalarType {
  var bitCount: Int {
    switch self {
    case .pred, .b1: 1
    case .u2, .s2: 2
    case .b4, .u4, .s4, .e2m1: 4
    case .b8, .u8, .s8, .e4m3, .e5m2, .e2m1x2, .e2m3, .e3m2, .ue8m0: 8
    case .b16, .u16, .s16, .f16, .bf16, .e4m3x2, .e5m2x2, .e2m3x2, .e3m2x2, .ue8m0x2, .e2m1x4, .s2f6x2: 16
    case .b64, .u64, .s64, .f64, .f32x2, .texref, .samplerref, .surfref: 64
    case .b128: 128
    default: 32
    }
  }
  /// The register that holds it.
  var register: String {
    switch bitCount { case 1: "pred"; case 2...16: "b16"; case 32: "b32"; case 64: "b64"; default: "b128" }
  }
  var isSignedInteger: Bool { [.s8, .s16, .s32, .s64].contains(self) }
  var isUnsignedInteger: Bool { [.u8, .u16, .u32, .u64].contains(self) }
  var isFloatingPoint: Bool { [.f16, .bf16, .f32, .f64, .f16x2, .bf16x2, .f32x2, .tf32].contains(self) }
  var mask: UInt64 { bitCount >= 64 ? .max : (1 << UInt64(bitCount)) - 1 }
}

extension TestCase {
  /// The instruction over its operands as the row gives them, one for each choice of constants; empty when the row has addresses,
  /// labels or 128-bit registers, which need a template.  `toBeRead`: for a compiler that only reads the text, so that any address will do.
  static func plain(_ variant: InstructionVariant, toBeRead: Bool = false) -> [TestCase] {
    guard let shapes = variant.row.operands else { return [] }
    var result: [TestCase] = []
    // The spaces that the opcode names, in the order of its addresses.
    let spaces = variant.words.filter { word in ["global", "shared", "local", "const", "param"].contains { word == $0 || word.hasPrefix($0 + "::") } }
    let hasPolicy = variant.has("L2::cache_hint")
    for immediate in constants(shapes) {
      var inputs: [Input] = [], outputs: [ScalarType] = [], operands: [String] = [], immediates: [Int] = []
      func source(_ type: ScalarType) -> String { inputs.append(Input(type)); return "%a\(inputs.count - 1)" }
      func destination(_ type: ScalarType) -> String { outputs.append(type); return "%o\(outputs.count - 1)" }
      var addresses = 0
      for shape in shapes where !shape.isOptional || (hasPolicy && shape.kind == .source(.fixed(.b64))) || (variant.has("cp_mask") && shape.name == "e") {
        switch shape.kind {
        case .source(let reference):
          guard let type = variant.type(reference), type != .b128 else { return [] }
          operands.append(source(type))
        case .destination(let reference):
          guard let type = variant.type(reference), type != .b128 else { return [] }
          // An arrival at another block's barrier gives nothing back.
          let isSink = variant.row.opcode == "mbarrier" && variant.has("shared::cluster")
          operands.append(isSink ? "_" : destination(type))
        case .pair(let reference, _):
          guard let type = variant.type(reference) else { return [] }
          let first = destination(type)
          operands.append(first + "|" + destination(.pred))
        case .vector(let reference, let count, let isDestination):
          guard let type = variant.type(reference), type != .b128 else { return [] }
          let number = switch count { case .fixed(let fixed): fixed; case .vector: variant.vector }
          let names = (0..<number).map { _ in isDestination ? destination(type) : source(type) }.joined(separator: ", ")
          operands.append(count == .vector && number == 1 ? names : "{" + names + "}")
        case .immediate:
          operands.append("\(immediate)")
          immediates.append(immediate)
        case .address:
          guard toBeRead else { return [] }
          let space = shape.name == "m" || shape.name == "p" && spaces.isEmpty ? "shared" : addresses < spaces.count ? spaces[addresses] : "global"
          addresses += 1
          operands.append(space.hasPrefix("shared") ? "[scratch]" : space == "local" ? "[stack]" : space == "const" ? "[bank]" : space.hasPrefix("param") ? (variant.row.opcode == "st" ? "[outgoing]" : "[argument]") : "[%in]")
        case .name: return []
        }
      }
      let text = variant.text + (operands.isEmpty ? ";" : " " + operands.joined(separator: ", ") + ";")
      if outputs.isEmpty, !toBeRead { return [] }
      result.append(TestCase(variant: variant, suffix: immediates.isEmpty ? "" : " \(immediate)", inputs: inputs, outputs: outputs, text: text, immediates: immediates))
    }
    return result
  }

  /// Constants to try: both ends and some between.
  private static func constants(_ shapes: [OperandShape]) -> [Int] {
    for shape in shapes {
      if case .immediate(let range) = shape.kind {
        if range == 4...16 { return [4, 8, 16] }       // bytes of a copy
        if range == 24...256 { return [24, 128, 256] }  // registers, in eights
        let some = [range.lowerBound, range.upperBound, 0x96, 0xE8, 0xCA, 0x1B, 0x55, 0x0F, 0x80, 0x01]
        return Array(Set(some.filter { range.contains($0) })).sorted()
      }
    }
    return [0]
  }

  /// What ptxas reads for a variant.
  static func texts(of variant: InstructionVariant, family: String) -> [TestCase] {
    // Parameters of functions have their instructions inside a call.
    if variant.has("param::func") { return [] }
    // ptxas takes no variable's name as the address of st.bulk.
    if variant.row.opcode == "st", variant.has("bulk") { return [] }
    let cases = cases(of: variant, family: family)
    return cases.isEmpty || collective.contains(family) ? plain(variant, toBeRead: true) : cases
  }

  /// What is run for a variant.
  static func cases(of variant: InstructionVariant, family: String) -> [TestCase] {
    if let template = familyTests[family]?.templates[variant.row.opcode] {
      let cases = template(variant)
      if !cases.isEmpty { return cases }
    }
    return collective.contains(family) ? [] : plain(variant)
  }

  /// Families whose instructions act on other threads or on the thread's own fate: nothing of them runs on arbitrary operands.
  private static let collective: Set<String> = [
    "barriers and fences", "mbarrier objects", "atomics", "asynchronous copies", "warp", "warp-level matrix", "warpgroup-level matrix", "stack manipulation", "control flow",
    "miscellaneous",
  ]
}
