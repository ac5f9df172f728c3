// mbarrier objects, one for each thread in shared memory, and copies whose bytes they count.
// Source: PTX ISA 9.x, sections 9.7.9.25 and 9.7.13.15.
import PTX

/// A thread's object and where it lies: %p in the shared window, %g as a generic address; `at` what an instruction with these words takes.
private let object = Place.shared.setup + "\n.reg .b64 %g, %s, %t, %u;\ncvta.shared.u64 %g, %p;"
private func at(_ variant: InstructionVariant) -> String { variant.words.contains { $0.hasPrefix("shared") } ? "[%p]" : "[%g]" }
/// Arrivals at objects of a cluster give no state.
private func state(_ variant: InstructionVariant, _ name: String) -> String { variant.has("shared::cluster") ? "_" : name }

/// Text with what each output is to be.
private func sequence(_ variant: InstructionVariant, _ text: String, suffix: String = "", _ answers: [UInt64], outputs: [ScalarType]? = nil) -> TestCase {
  TestCase(variant: variant, suffix: suffix, inputs: [], outputs: outputs ?? answers.map { _ in .pred }, text: object + "\n" + text, immediates: answers.map { Int($0) })
}
private func isDone(_ output: Int, parity: Int = 0) -> String { "mbarrier.test_wait.parity.shared.b64 %o\(output), [%p], \(parity);" }
private let arrive = "mbarrier.arrive.shared.b64 %t, [%p];"
private func start(_ count: Int) -> String { "mbarrier.init.shared.b64 [%p], \(count);" }

private func objects(_ variant: InstructionVariant) -> [TestCase] {
  let place = at(variant), s = state(variant, "%s"), name = variant.text
  switch variant.words[0] {
  case "init": return [sequence(variant, "\(name) \(place), 2;\n\(arrive)\n\(isDone(0))\n\(arrive)\n\(isDone(1))", [0, 1])]
  case "inval": return [sequence(variant, "\(start(3))\n\(name) \(place);\n\(start(1))\n\(isDone(0))\n\(arrive)\n\(isDone(1))", [0, 1])]
  case "expect_tx": return [sequence(variant, "\(start(1))\n\(name) \(place), 24;\n\(arrive)\n\(isDone(0))\nmbarrier.complete_tx.shared.b64 [%p], 24;\n\(isDone(1))", [0, 1])]
  case "complete_tx": return [sequence(variant, "\(start(1))\nmbarrier.expect_tx.shared.b64 [%p], 24;\n\(arrive)\n\(name) \(place), 16;\n\(isDone(0))\n\(name) \(place), 8;\n\(isDone(1))", [0, 1])]
  case "arrive" where variant.has("expect_tx"):
    return [sequence(variant, "\(start(1))\n\(name) \(s), \(place), 16;\n\(isDone(0))\nmbarrier.complete_tx.shared.b64 [%p], 16;\n\(isDone(1))", [0, 1])]
  case "arrive" where variant.has("noComplete"):
    return [sequence(variant, "\(start(3))\n\(name) \(s), \(place), 2;\n\(isDone(0))\n\(arrive)\n\(isDone(1))", [0, 1])]
  case "arrive":
    return [sequence(variant, "\(start(2))\n\(name) \(s), \(place);\n\(isDone(0))\n\(name) \(s), \(place);\n\(isDone(1))\n\(isDone(2, parity: 1))", [0, 1, 0]),
            sequence(variant, "\(start(3))\n\(name) \(s), \(place), 2;\n\(isDone(0))\n\(arrive)\n\(isDone(1))", suffix: " 2", [0, 1])]
  case "arrive_drop" where variant.has("expect_tx"):
    return [sequence(variant, "\(start(2))\n\(name) \(s), \(place), 16;\nmbarrier.complete_tx.shared.b64 [%p], 16;\n\(isDone(0))\n\(arrive)\n\(isDone(1))\n\(arrive)\n\(isDone(2, parity: 1))", [0, 1, 1])]
  case "arrive_drop":
    // The next phase wants one arrival less.
    let count = variant.has("noComplete") ? ", 1" : ""
    let bytesNext = "mbarrier.arrive.expect_tx.shared.b64 %u, [%p], 64;\n\(arrive)\nmbarrier.try_wait.parity.shared.b64 %o0, [%p], 1;\nmbarrier.complete_tx.shared.b64 [%p], 64;\n\(isDone(1, parity: 1))"
    return [sequence(variant, "\(start(3))\n\(arrive)\n\(name) \(s), \(place)\(count);\n\(arrive)\n\(bytesNext)", suffix: " and bytes", [0, 1]),
            sequence(variant, "\(start(3))\n\(arrive)\n\(arrive)\n\(name) \(s), \(place)\(count);\n\(bytesNext)", suffix: " last, and bytes", [0, 1]),
            sequence(variant, "\(start(2))\n\(name) \(s), \(place)\(count);\n\(isDone(0))\n\(arrive)\n\(isDone(1))\n\(arrive)\n\(isDone(2, parity: 1))", [0, 1, 1])]
  case "test_wait" where variant.has("parity"), "try_wait" where variant.has("parity"):
    // The phase before the first counts as over.
    return [sequence(variant, "\(start(2))\n\(name) %o0, \(place), 1;\n\(arrive)\n\(name) %o1, \(place), 0;\n\(arrive)\n\(name) %o2, \(place), 0;\n\(name) %o3, \(place), 1;", [1, 0, 1, 0])]
  case "test_wait", "try_wait":
    return [sequence(variant, "\(start(2))\nmbarrier.arrive.shared.b64 %s, [%p];\n\(name) %o0, \(place), %s;\n\(arrive)\n\(name) %o1, \(place), %s;\nmbarrier.arrive.shared.b64 %u, [%p];\n\(name) %o2, \(place), %u;\n\(name) %o3, \(place), %s;", [0, 1, 0, 1])]
  case "pending_count":
    return [sequence(variant, "\(start(5))\nmbarrier.arrive.noComplete.shared.b64 %s, [%p], 2;\n\(arrive)\n\(name) %o0, %s;\n\(name) %o1, %t;", [5, 3], outputs: [.u32, .u32])]
  default: return []
  }
}

nonisolated(unsafe) private let asWritten = Reference.thread { test, _ in test.immediates.map { UInt64($0) } }

nonisolated(unsafe) let barrierObjectTests = FamilyTests(references: ["mbarrier": asWritten], templates: ["mbarrier": objects])

// MARK: copies

/// Sixteen bytes of a table of the thread's own go to its cell in shared memory, or come from there.
private let source = """
  .reg .b64 %p, %from, %to, %mb, %s;
  mov.u64 %p, scratch;
  mad.wide.u32 %p, %tid32, 32, %p;
  add.u64 %mb, %p, 16;
  mov.u64 %from, given;
  mad.wide.u32 %from, %tid32, 32, %from;
  mov.u64 %to, arena;
  mad.wide.u32 %to, %tid32, 128, %to;
  st.shared.b64 [%p], 0;
  st.shared.b64 [%p+8], 0;
  """
private let tables = Place.arena + "\n" + Place.given
private let done = "\n.reg .pred %done;\nWAIT: mbarrier.try_wait.parity.shared.b64 %done, [%mb], 0;\n@!%done bra WAIT;"
private let words: [ScalarType] = [.b32, .b32, .b32, .b32]
private func given(_ count: Int = 4) -> [Input] { (0..<count).map { Place.readOnly.input(.b32, at: 4 * $0) } }

private func copies(_ variant: InstructionVariant) -> [TestCase] {
  func test(_ text: String, suffix: String = "", bytes: Int = 16, inputs: [Input]? = nil, space: String = ".shared") -> TestCase {
    let results = space == ".shared" ? loaded(words, ".shared") : loaded(words, ".global").replacing("[%p", with: "[%to")
    return TestCase(variant: variant, suffix: suffix, inputs: inputs ?? given(), outputs: words, text: source + "\n" + text + results, immediates: [bytes], module: tables)
  }
  let name = variant.text, (setup, hint) = policy(variant)
  let early = setup.isEmpty ? "" : setup + "\n"
  if variant.has("bulk") { return bulk(variant) { text, space in test(text, space: space) } }
  if variant.has("commit_group") { return [test("cp.async.ca.shared.global [%p], [%from], 16;\n\(name);\ncp.async.wait_group 0;")] }
  if variant.has("wait_group") { return [test("cp.async.ca.shared.global [%p], [%from], 16;\ncp.async.commit_group;\n\(name) 0;")] }
  if variant.has("wait_all") { return [test("cp.async.ca.shared.global [%p], [%from], 16;\n\(name);")] }
  if variant.has("mbarrier") {
    let isGeneric = !variant.words.contains { $0.hasPrefix("shared") }
    // Without .noinc the copy's arrival is one more than was asked for, and another has to come.
    let count = variant.has("noinc") ? "" : "\nmbarrier.arrive.shared.b64 %s, [%mb];"
    return [test("mbarrier.init.shared.b64 [%mb], 1;\ncp.async.ca.shared.global [%p], [%from], 16;\n\(isGeneric ? "cvta.shared.u64 %s, %mb;\n" : "")\(name) [\(isGeneric ? "%s" : "%mb")];" + count + done)]
  }
  let sizes = variant.has("cg") ? [16] : [4, 8, 16]
  return sizes.map { test("\(early)\(name) [%p], [%from], \($0)\(hint.isEmpty ? "" : ", \($0)" + hint);\ncp.async.wait_all;", suffix: " \($0)", bytes: $0) }
    + (hint.isEmpty ? [test("\(name) [%p], [%from], \(sizes.last!), 4;\ncp.async.wait_all;", suffix: " 4 of \(sizes.last!)", bytes: 4),
                       test("\(name) [%p], [%from], \(sizes.last!), 0;\ncp.async.wait_all;", suffix: " 0 of \(sizes.last!)", bytes: 0)] : [])
}

private func bulk(_ variant: InstructionVariant, _ test: (_ text: String, _ space: String) -> TestCase) -> [TestCase] {
  let name = variant.text, (setup, hint) = policy(variant), early = setup.isEmpty ? "" : setup + "\n"
  let start = "mbarrier.init.shared.b64 [%mb], 1;\nfence.proxy.async;\nmbarrier.arrive.expect_tx.shared.b64 %s, [%mb], 16;\n"
  let fill = "ld.global.b64 %s, [%from];\nst.shared.b64 [%p], %s;\nld.global.b64 %s, [%from+8];\nst.shared.b64 [%p+8], %s;\nfence.proxy.async;\n"
  let finish = "\ncp.async.bulk.commit_group;\ncp.async.bulk.wait_group 0;\nfence.proxy.async;"
  if variant.has("commit_group") { return [test(fill + "cp.async.bulk.global.shared::cta.bulk_group [%to], [%p], 16;\n\(name);\ncp.async.bulk.wait_group 0;", ".global")] }
  if variant.has("wait_group") {
    // .read: the source may be changed; that the copy has arrived isn't said.
    let after = variant.has("read") ? "st.shared.b64 [%p], 0;\ncp.async.bulk.wait_group 0;" : ""
    return [test(fill + "cp.async.bulk.global.shared::cta.bulk_group [%to], [%p], 16;\ncp.async.bulk.commit_group;\n\(name) 0;\n\(after)", ".global")]
  }
  if variant.has("prefetch") { return [test("\(early)\(name) [%from], 16\(hint);\ncp.async.ca.shared.global [%p], [%from], 16;\ncp.async.wait_all;", ".shared")] }
  if variant.has("bulk_group") {
    let mask = variant.has("cp_mask") ? ", %mask" : "", kinds = variant.has("cp_mask") ? "\n.reg .b16 %mask;\nmov.b16 %mask, 0x0f0f;\n" : ""
    return [test("st.global.b64 [%to], 0;\nst.global.b64 [%to+8], 0;\n" + fill + early + kinds + "\(name) [%to], [%p], 16\(hint)\(mask);" + finish, ".global")]
  }
  if variant.has("shared::cluster"), variant.words.filter({ $0.hasPrefix("shared") }).count == 2 {
    // From the thread's own cell to the same cell of the same block.
    return [test(start + fill + "\(name) [%p], [%p], 16, [%mb];" + done, ".shared")]
  }
  let cluster = variant.has("multicast::cluster") ? ", %mask" : "", kinds = variant.has("multicast::cluster") ? ".reg .b16 %mask;\nmov.b16 %mask, 1;\n" : ""
  return [test(early + kinds + start + "\(name) [%p], [%from], 16, [%mb]\(cluster)\(hint);" + done, ".shared")]
}

/// cp.reduce.async.bulk: sixteen bytes onto what lies at the destination, element by element.
private func reductions(_ variant: InstructionVariant) -> [TestCase] {
  let type = variant.types[0], count = 16 / type.byteCount, (setup, hint) = policy(variant), early = setup.isEmpty ? "" : setup + "\n"
  let isGlobal = variant.has("global"), space = isGlobal ? ".global" : ".shared"
  // In shared memory a cell's lower half is the destination and its upper half the source; the mbarrier lies elsewhere.
  let target = isGlobal ? "%to" : "%p", from = isGlobal ? 0 : 16
  var text = source + "\n"
  if !isGlobal { text += ".shared .align 8 .b8 objects[2048];\nmov.u64 %mb, objects;\nmad.wide.u32 %mb, %tid32, 8, %mb;\nmbarrier.init.shared.b64 [%mb], 1;\nmbarrier.arrive.expect_tx.shared.b64 %s, [%mb], 16;\n" }
  for index in 0..<count {
    let place = index * type.byteCount
    text += "st\(space)\(type.plainBits) [\(target)+\(place)], %a\(index);\nst.shared\(type.plainBits) [%p+\(from + place)], %a\(count + index);\n"
  }
  text += early + "fence.proxy.async;\n"
  text += isGlobal ? "\(variant.text) [%to], [%p], 16\(hint);\ncp.async.bulk.commit_group;\ncp.async.bulk.wait_group 0;\nfence.proxy.async;" : ".reg .b64 %up;\nadd.u64 %up, %p, 16;\n\(variant.text) [%p], [%up], 16, [%mb];" + done
  text += loaded(Array(repeating: type, count: count), space).replacing("[%p", with: "[\(target)")
  let inputs = (0..<(2 * count)).map { index in Input(type) { Inputs.values(type, operand: index % 5)[($0 + index) % 256] } }
  return [TestCase(variant: variant, inputs: inputs, outputs: Array(repeating: type, count: count), text: text, module: tables)]
}

nonisolated(unsafe) let copyTests = FamilyTests(
  references: ["cp": .thread { test, x in
    let variant = test.variant
    if variant.words[0] == "reduce" { return test.outputs.indices.map { variant.updated(x[$0], x[test.outputs.count + $0]) } }
    return x.indices.map { word in
      let bytes = (0..<4).reduce(UInt64(0)) { mask, byte in
        let place = word * 4 + byte
        let isCopied = variant.has("cp_mask") ? 0x0f0f >> (place % 16) & 1 == 1 : place < test.immediates[0]
        return isCopied ? mask | 255 << UInt64(8 * byte) : mask
      }
      return x[word] & bytes
    }
  }],
  templates: ["cp": { variant in variant.words[0] == "reduce" ? reductions(variant) : copies(variant) }])
