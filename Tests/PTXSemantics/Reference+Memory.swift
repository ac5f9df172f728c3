// Loads, stores, and what concerns caches: what was stored is loaded, extended to a wider register as the type says.
// Source: PTX ISA 9.x, sections 9.7.9.8 to 9.7.9.20, and 9.4.1 (operands wider than the instruction).
import PTX

/// Outputs are the first inputs, in the outputs' types.
nonisolated(unsafe) private let same = Reference.thread { test, x in
  test.outputs.indices.map { index in
    let type = test.inputs[index].type
    return low(type.isSignedInteger ? wide(x[index], type) : Int128(x[index]), test.outputs[index])
  }
}

/// The elements that a load or store moves, in 64-bit pieces where they are wider.
private func pieces(_ variant: InstructionVariant) -> [ScalarType] {
  let type = variant.types[0]
  return type == .b128 ? [.b64, .b64] : Array(repeating: type, count: variant.vector)
}

private func loads(_ variant: InstructionVariant) -> [TestCase] {
  if variant.has("param::func") { return [] }
  let isReadOnly = variant.has("nc") || variant.row.opcode == "ldu"
  let place = isReadOnly ? Place.readOnly : Place.of(variant), elements = pieces(variant), isWide = variant.types[0] == .b128
  var text = place.setup, offset = 0, inputs: [Input] = []
  for (index, type) in elements.enumerated() {
    inputs.append(place.input(type, at: offset))
    if place.fixed == nil { text += "\nst\(place.space)\(type.plainBits) [%p+\(offset)], %a\(index);" }
    offset += type.byteCount
  }
  let (setup, operand) = policy(variant)
  // Integers go to registers of 64 bits; not eight of them, with which ptxas 13.5 comes to an internal error.
  let outputs: [ScalarType] = elements.map { $0.isFloatingPoint || variant.vector == 8 ? $0 : .b64 }
  text += setup
  if isWide {
    text += "\n.reg .b128 %q;\n\(variant.text) %q, [%p];\nmov.b128 {%o0, %o1}, %q;"
  } else {
    text += "\n\(variant.text) \(operandList(elements.indices.map { "%o\($0)" })), [%p]\(operand);"
  }
  return [TestCase(variant: variant, inputs: inputs, outputs: outputs, text: text, module: place.module)]
}

private func stores(_ variant: InstructionVariant) -> [TestCase] {
  // Parameters of functions have their stores inside a call (Reference+Control.swift).
  if variant.has("param") || variant.has("param::func") { return [] }
  let place = Place.of(variant)
  if variant.has("bulk") {  // zeros
    let isShared = variant.has("shared::cta")
    let text = Place.shared.setup + """

      st.shared.b64 [%p], %a0;
      st.shared.b64 [%p+8], %a0;
      .reg .b64 %g;
      cvta.shared.u64 %g, %p;
      \(variant.text) [\(isShared ? "%p" : "%g")], 8, 0;
      """ + loaded([.b64, .b64], ".shared")
    return [TestCase(variant: variant, inputs: [Input(.b64)], outputs: [.b64, .b64], text: text)]
  }
  let elements = pieces(variant), isWide = variant.types[0] == .b128, (setup, operand) = policy(variant)
  if variant.has("mbarrier::complete_tx::bytes") {
    let bytes = elements.reduce(0) { $0 + $1.byteCount }
    let at = variant.has("shared::cluster") ? "%p" : "%g"  // without a space: a generic address
    let text = Place.shared.setup + """

      mbarrier.init.shared.b64 [%p+16], 1;
      .reg .b64 %s, %g;
      cvta.shared.u64 %g, %p;
      mbarrier.arrive.expect_tx.shared.b64 %s, [%p+16], \(bytes);
      \(variant.text) [\(at)], \(operandList(elements.indices.map { "%a\($0)" })), [\(at)+16];
      .reg .pred %done;
      WAIT: mbarrier.try_wait.parity.shared.b64 %done, [%p+16], 0;
      @!%done bra WAIT;
      """ + loaded(elements, ".shared")
    return [TestCase(variant: variant, inputs: elements.map { Input($0) }, outputs: elements, text: text)]
  }
  var text = place.setup + setup
  if isWide {
    text += "\n.reg .b128 %q;\nmov.b128 %q, {%a0, %a1};\n\(variant.text) [%p], %q;"
  } else {
    text += "\n\(variant.text) [%p], \(operandList(elements.indices.map { "%a\($0)" }))\(operand);"
  }
  return [TestCase(variant: variant, inputs: elements.map { Input($0) }, outputs: elements, text: text + loaded(elements, place.space), module: place.module)]
}

/// Plain loads of so many elements from %p to %o0 and on.
func loaded(_ elements: [ScalarType], _ space: String, at start: Int = 0, output: Int = 0) -> String {
  var text = "", offset = start
  for (index, type) in elements.enumerated() {
    text += "\nld\(space)\(type.plainBits) %o\(output + index), [%p+\(offset)];"
    offset += type.byteCount
  }
  return text
}

/// Something that changes no value stands between a store and a load.
func between(_ variant: InstructionVariant, _ place: Place, _ text: String) -> [TestCase] {
  [TestCase(variant: variant, inputs: [Input(.b32)], outputs: [.b32], text: place.setup + "\nst\(place.space).b32 [%p], %a0;\n\(text)\nld\(place.space).b32 %o0, [%p];", module: place.module)]
}

nonisolated(unsafe) let memoryTests = FamilyTests(
  references: [
    "ld": same, "ldu": same, "prefetch": same, "prefetchu": same, "applypriority": same, "createpolicy": same, "discard": same,
    "st": .thread { test, x in test.variant.has("bulk") ? [0, x[0]] : test.outputs.indices.map { x[$0] } },
  ],
  templates: [
    "ld": loads, "ldu": loads, "st": stores,
    "prefetch": { variant in between(variant, variant.has("local") ? .local : variant.has("global") ? .global : .generic, "\(variant.text) [%p];") },
    "prefetchu": { variant in between(variant, .generic, "\(variant.text) [%p];") },
    "applypriority": { variant in between(variant, variant.has("global") ? .global : .generic, "\(variant.text) [%p], 128;") },
    "discard": { variant in  // what was there is lost; what is stored afterwards is not
      let place = variant.has("global") ? Place.global : .generic
      return [TestCase(variant: variant, inputs: [Input(.b32)], outputs: [.b32], text: place.setup + "\n\(variant.text) [%p], 128;\nst\(place.space).b32 [%p], %a0;\nld\(place.space).b32 %o0, [%p];", module: place.module)]
    },
    "createpolicy": { variant in
      let operands = variant.has("range") ? ", [%p], 64, 128" : variant.has("cvt") ? ", %none" : ", 0.5"
      let place = variant.has("range") && !variant.has("global") ? Place.generic : .global
      let text = place.setup + "\n.reg .b64 %policy, %none;\nmov.b64 %none, 0x12f0000000000000;\nst\(place.space).b32 [%p], %a0;\n\(variant.text) %policy\(operands);\nld\(place.space).L2::cache_hint.b32 %o0, [%p], %policy;"
      return [TestCase(variant: variant, inputs: [Input(.b32)], outputs: [.b32], text: text, module: place.module)]
    },
  ])

// MARK: addresses

/// Threads ask about addresses of four spaces in turn.
private let kinds = ["global", "shared", "local", "const"]
private let someAddress = """
  .reg .b64 %p, %x;
  .reg .b32 %kind;
  .reg .pred %is;
  and.b32 %kind, %tid32, 3;
  mov.u64 %x, arena;
  cvta.global.u64 %p, %x;
  mov.u64 %x, scratch;
  cvta.shared.u64 %x, %x;
  setp.eq.u32 %is, %kind, 1;
  selp.b64 %p, %x, %p, %is;
  mov.u64 %x, stack;
  cvta.local.u64 %x, %x;
  setp.eq.u32 %is, %kind, 2;
  selp.b64 %p, %x, %p, %is;
  """

nonisolated(unsafe) let addressTests = FamilyTests(
  references: [
    "isspacep": .block { test, inputs in
      let asked = test.variant.words[0].split(separator: ":")[0]
      // Constants and parameters may lie in the global space: the manual doesn't say of .global what H100 and others do of them.
      return inputs.indices.map { thread in thread & 3 == 3 ? nil : [kinds[thread & 3] == asked ? 1 : 0] }
    },
    "cvta": same, "mapa": same,
    "getctarank": .thread { _, _ in [0] },
  ],
  templates: [
    "isspacep": { variant in [TestCase(variant: variant, inputs: [], outputs: [.pred], text: someAddress + "\n\(variant.text) %o0, %p;", module: Place.arena)] },
    "cvta": { variant in
      let place = Place.of(variant), space = place.space, isBack = variant.has("to")
      let store = place.fixed == nil ? "\nst\(space).b32 [%p], %a0;" : ""
      // Of a kernel's parameter the generic address is taken without the place's own mov.
      let text = isBack
        ? "\n.reg .b64 %g;\ncvta\(space).u64 %g, %p;\n\(variant.text) %g, %g;\nld\(space).b32 %o0, [%g];"
        : "\n.reg .b64 %g;\n\(variant.text) %g, %p;\nld.b32 %o0, [%g];"
      return [TestCase(variant: variant, inputs: [place.input(.b32, at: 0)], outputs: [.b32], text: place.setup + store + text, module: place.module)]
    },
    "mapa": { variant in
      let isNarrow = variant.has("u32"), isShared = variant.has("shared::cluster")
      var text = Place.shared.setup + "\nst.shared.b32 [%p], %a0;\n.reg .b64 %g;\n.reg .b32 %n;"
      if isNarrow {
        text += isShared ? "\ncvt.u32.u64 %n, %p;\n\(variant.text) %n, %n, 0;\ncvt.u64.u32 %g, %n;\nld.shared::cluster.b32 %o0, [%g];" : "\nmov.b32 %o0, %a0;"
      } else if isShared {
        text += "\n\(variant.text) %g, %p, 0;\nld.shared::cluster.b32 %o0, [%g];"
      } else {
        text += "\ncvta.shared.u64 %g, %p;\n\(variant.text) %g, %g, 0;\nld.b32 %o0, [%g];"
      }
      return [TestCase(variant: variant, inputs: [Input(.b32)], outputs: [.b32], text: text)]
    },
    "getctarank": { variant in
      var text = Place.shared.setup + "\n.reg .b32 %n;"
      if !variant.has("shared::cluster") { text += "\ncvta.shared.u64 %p, %p;" }
      if variant.has("u32") { text += "\ncvt.u32.u64 %n, %p;" }
      return [TestCase(variant: variant, inputs: [], outputs: [.b32], text: text + "\n\(variant.text) %o0, \(variant.has("u32") ? "%n" : "%p");")]
    },
  ])
