// Several cases as one kernel: inputs are read from one buffer, outputs written to another, 2 KB (256 threads of 8 bytes) for each.
import PTX

struct Batch {
  let cases: [TestCase]
  /// For each case and input the place of its 256 values in the input buffer, counted in 2 KB.
  private(set) var inputPlaces: [[Int]] = []
  private(set) var inputValues: [[UInt64]] = []
  /// The same as they lie in memory: above 8 bits, which no instruction may look at, other bits are set.
  private(set) var storedInputs: [[UInt64]] = []
  private(set) var outputPlaces: [[Int]] = []
  private(set) var outputCount = 0

  /// handles: of the cases' textures, in their order.
  init(_ cases: [TestCase], handles: [UInt64?] = []) {
    self.cases = cases
    var known: [String: Int] = [:]
    for (number, test) in cases.enumerated() {
      inputPlaces.append(test.inputs.enumerated().map { index, input in
        if index == 0, test.texture != nil {
          inputValues.append(Array(repeating: handles.isEmpty ? 0 : handles[number] ?? 0, count: Inputs.threads))
          storedInputs.append(inputValues.last!)
          return inputValues.count - 1
        }
        if input.values == nil, let place = known["\(input.type) \(index)"] { return place }
        if input.values == nil { known["\(input.type) \(index)"] = inputValues.count }
        let values = (input.values.map { values in (0..<Inputs.threads).map { values($0) & input.type.mask } } ?? Inputs.values(input.type, operand: index))
        inputValues.append(values)
        storedInputs.append(input.type.bitCount == 8 && test.register(input.type) == "b16" ? values.map { $0 | 0xa500 } : values)
        return inputValues.count - 1
      })
      outputPlaces.append(test.outputs.indices.map { _ in outputCount += 1; return outputCount - 1 })
    }
  }

  func text(version: PTXVersion, target: String) -> String {
    var text = ".version \(version)\n.target \(target)\n.address_size 64\n"
    var declared: Set<String> = []
    for test in cases where !test.module.isEmpty && declared.insert(test.module).inserted { text += test.module + "\n" }
    if cases.contains(where: { $0.text.contains("[bank]") }) { text += ".const .align 16 .b8 bank[64];\n" }
    text += kernel("k", cases.indices.map { ($0, cases[$0].text, cases[$0].after.isEmpty) })
    if needsTwo { text += kernel("after", cases.indices.compactMap { cases[$0].after.isEmpty ? nil : ($0, cases[$0].after, true) }) }
    return text
  }
  var needsTwo: Bool { cases.contains { !$0.after.isEmpty } }

  /// writes: whether the outputs are this kernel's.
  private func kernel(_ name: String, _ parts: [(case: Int, text: String, writes: Bool)]) -> String {
    var text = """
      .visible .entry \(name)(.param .u64 out, .param .u64 in, .param .align 16 .b8 argument[64])
      {
        .reg .b64 %in, %out, %base;
        .reg .b32 %tid32;
        mov.u32 %tid32, %tid.x;
        ld.param.u64 %in, [in];
        ld.param.u64 %out, [out];
        cvta.to.global.u64 %in, %in;
        cvta.to.global.u64 %out, %out;
        mul.wide.u32 %base, %tid32, 8;
        add.u64 %in, %in, %base;
        add.u64 %out, %out, %base;

      """
    let uses = { (word: String) in parts.contains { $0.text.contains(word) } }
    if uses("scratch") { text += "  .shared .align 16 .b8 scratch[8192];\n" }
    if uses("[outgoing]") { text += "  .param .align 16 .b8 outgoing[64];\n" }
    if uses("stack") { text += "  .local .align 16 .b8 stack[64];\n" }
    for (index, body, writes) in parts {
      let test = cases[index]
      text += "  {\n"
      for (number, input) in test.inputs.enumerated() {
        let register = test.register(input.type)
        text += "    .reg .\(register) %a\(number);\n"
        let place = inputPlaces[index][number] * 2048
        if register == "b8" {
          text += "    { .reg .b16 %t; .reg .b8 %u; ld.global.b16 %t, [%in+\(place)]; mov.b16 {%a\(number), %u}, %t; }\n"
        } else if input.type == .pred {
          text += "    { .reg .b32 %t; ld.global.b32 %t, [%in+\(place)]; setp.ne.b32 %a\(number), %t, 0; }\n"
        } else {
          text += "    ld.global.\(register) %a\(number), [%in+\(place)];\n"
        }
      }
      for (number, output) in test.outputs.enumerated() { text += "    .reg .\(test.register(output)) %o\(number);\n" }
      text += body.split(separator: "\n").map { "    \($0)\n" }.joined()
      for (number, output) in test.outputs.enumerated() where writes {
        let place = outputPlaces[index][number] * 2048, register = test.register(output)
        if register == "b8" {
          text += "    { .reg .b16 %t, %n; .reg .b8 %u, %v; mov.u16 %n, 0; mov.b16 {%u, %v}, %n; mov.b16 %t, {%o\(number), %u}; st.global.b16 [%out+\(place)], %t; }\n"
        } else if output == .pred {
          text += "    { .reg .b32 %t; selp.b32 %t, 1, 0, %o\(number); st.global.b32 [%out+\(place)], %t; }\n"
        } else {
          text += "    st.global.\(register) [%out+\(place)], %o\(number);\n"
        }
      }
      text += "  }\n"
    }
    return text + "  ret;\n}\n"
  }
}
