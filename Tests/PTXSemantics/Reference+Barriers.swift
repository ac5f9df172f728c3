// Barriers of a block and fences: what threads wrote before, others read behind.  Source: PTX ISA 9.x, sections 9.7.13.1 to 9.7.13.4.
import PTX

/// Everybody's word to the cell of a partner, who reads it behind `meet`; bar.sync on either side keeps cases apart.
private func across(_ variant: InstructionVariant, _ suffix: String = "", partner: String, _ meet: String) -> TestCase {
  let text = """
    .reg .b64 %p, %q, %n;
    .reg .b32 %other;
    bar.sync 0;
    mul.wide.u32 %n, %tid32, 4;
    mov.u64 %p, scratch;
    add.u64 %q, %p, %n;
    st.shared.b32 [%q], %a0;
    \(partner)
    \(meet)
    mul.wide.u32 %n, %other, 4;
    add.u64 %q, %p, %n;
    ld.shared.b32 %o0, [%q];
    bar.sync 0;
    """
  return TestCase(variant: variant, suffix: suffix, inputs: [Input(.b32)], outputs: [.b32], text: text)
}
private let facing = "xor.b32 %other, %tid32, 255;", neighbour = "xor.b32 %other, %tid32, 1;", myself = "mov.b32 %other, %tid32;"

/// The lower half of the block arrives and goes on; the upper half waits and reads.
private func arriving(_ variant: InstructionVariant) -> TestCase {
  let waits = variant.row.opcode + (variant.has("cta") ? ".cta" : "") + ".sync" + (variant.has("aligned") ? ".aligned" : "")
  return across(variant, partner: """
    .reg .pred %upper;
    setp.ge.u32 %upper, %tid32, 128;
    mov.b32 %other, %tid32;
    @%upper sub.u32 %other, %tid32, 128;
    """, """
    @%upper bra WAIT;
    \(variant.text) 3, 256;
    bra.uni ON;
    WAIT:
    \(waits) 3, 256;
    ON:
    """)
}

private func reducing(_ variant: InstructionVariant) -> [TestCase] {
  // Two rows have these words: without and with a number of threads.
  let counts = variant.row.operands!.count == 4 ? ["4, 256", "5, %tid0"] : ["0", "7"]
  return counts.map { count in
    var operands = count, setup = ""
    if count.hasSuffix("%tid0") { setup = ".reg .b32 %all;\nmov.u32 %all, %ntid.x;\n"; operands = "5, %all" }
    return TestCase(variant: variant, suffix: " " + count, inputs: [Input(.pred) { thread in thread * 7 % 11 < 4 ? 1 : 0 }],
                    outputs: [variant.has("popc") ? .u32 : .pred], text: setup + "\(variant.text) %o0, \(operands), %a0;")
  }
}

private func barriers(_ variant: InstructionVariant) -> [TestCase] {
  if variant.has("warp") { return [across(variant, partner: neighbour, "\(variant.text) 0xffffffff;")] }
  if variant.has("cluster") {
    let aligned = variant.has("aligned") ? ".aligned" : ""
    let meet = variant.has("arrive") ? "\(variant.text);\nbarrier.cluster.wait\(aligned);" : "barrier.cluster.arrive\(aligned);\n\(variant.text);"
    // An arrival that releases nothing shows nobody's writes.
    return [across(variant, partner: variant.has("relaxed") ? myself : facing, meet)]
  }
  if variant.has("arrive") { return [arriving(variant)] }
  if variant.has("red") { return reducing(variant) }
  return [across(variant, " 0", partner: facing, "\(variant.text) 0;"), across(variant, " 1, 256", partner: facing, "\(variant.text) 1, 256;"),
          across(variant, " in a register", partner: facing + "\n.reg .b32 %number;\nmov.b32 %number, 9;", "\(variant.text) %number, 256;")]
}

nonisolated(unsafe) private let partners = Reference.block { test, inputs in
  let variant = test.variant
  if variant.has("red") {
    let yes = inputs.filter { $0[0] != 0 }.count
    return inputs.map { _ in [variant.has("popc") ? UInt64(yes) : variant.has("and") ? (yes == inputs.count ? 1 : 0) : (yes > 0 ? 1 : 0)] }
  }
  return inputs.indices.map { thread in
    let other = variant.has("warp") ? thread ^ 1 : variant.has("relaxed") ? thread : variant.has("arrive") && !variant.has("cluster") ? (thread < 128 ? thread : thread - 128) : thread ^ 255
    return inputs[other]
  }
}

/// Message passing within the block: a value, the fence, a flag, which the partner waits for (behind a barrier, so that nothing spins).
private func fencing(_ variant: InstructionVariant) -> [TestCase] {
  [across(variant, partner: facing, "\(variant.text);\nbar.sync 0;\n\(variant.text);")]
}

nonisolated(unsafe) private let behind = Reference.block { _, inputs in inputs.indices.map { inputs[$0 ^ 255] } }

nonisolated(unsafe) let barrierTests = FamilyTests(
  references: ["bar": partners, "barrier": partners, "membar": behind, "fence": behind, "griddepcontrol": behind],
  templates: ["bar": barriers, "barrier": barriers, "membar": fencing, "fence": fencing, "griddepcontrol": fencing])
