// What must stand together, beyond what the rows' slots say: where all of `words` are there, one of `oneOf` must be too.
// Source: PTX ISA 9.x under each instruction; ptxas, which a test holds the table against.

struct InstructionRule {
  let opcode: String, words: Set<String>, oneOf: Set<String>
  init(_ opcode: String, _ words: String, oneOf: String) {
    self.opcode = opcode
    self.words = Set(words.split(separator: " ").map(String.init))
    self.oneOf = Set(oneOf.split(separator: " ").map(String.init))
  }
}

extension InstructionSet {
  static let rules: [String: [InstructionRule]] = Dictionary(grouping: [
    // An order has a scope, and a scope an order.
    .init("mbarrier", "relaxed", oneOf: "cta cluster"), .init("mbarrier", "release", oneOf: "cta cluster"), .init("mbarrier", "acquire", oneOf: "cta cluster"),
    .init("mbarrier", "cta", oneOf: "relaxed release acquire"), .init("mbarrier", "cluster", oneOf: "relaxed release acquire"),
    // Reductions and their types.
    .init("cp", "reduce bulk global and", oneOf: "b32 b64 tensor"), .init("cp", "reduce bulk global or", oneOf: "b32 b64 tensor"),
    .init("cp", "reduce bulk global xor", oneOf: "b32 b64 tensor"), .init("cp", "reduce bulk global inc", oneOf: "u32 tensor"),
    .init("cp", "reduce bulk global dec", oneOf: "u32 tensor"), .init("cp", "reduce bulk global min", oneOf: "u32 s32 u64 s64 f16 bf16 tensor"),
    .init("cp", "reduce bulk global max", oneOf: "u32 s32 u64 s64 f16 bf16 tensor"),
    .init("cp", "reduce bulk global add", oneOf: "u32 s32 u64 f32 f64 noftz tensor"),
    .init("cp", "reduce shared::cluster and", oneOf: "b32"), .init("cp", "reduce shared::cluster or", oneOf: "b32"),
    .init("cp", "reduce shared::cluster xor", oneOf: "b32"), .init("cp", "reduce shared::cluster inc", oneOf: "u32"),
    .init("cp", "reduce shared::cluster dec", oneOf: "u32"), .init("cp", "reduce shared::cluster min", oneOf: "u32 s32"),
    .init("cp", "reduce shared::cluster max", oneOf: "u32 s32"), .init("cp", "reduce shared::cluster add", oneOf: "u32 s32 u64"),
    .init("red", "async and", oneOf: "b32"), .init("red", "async or", oneOf: "b32"), .init("red", "async xor", oneOf: "b32"),
    .init("red", "async inc", oneOf: "u32"), .init("red", "async dec", oneOf: "u32"), .init("red", "async min", oneOf: "u32 s32"),
    .init("red", "async max", oneOf: "u32 s32"), .init("red", "async add", oneOf: "u32 s32 u64"), .init("red", "async mmio", oneOf: "sys"),
    // Never.
    .init("atom", "cas L2::cache_hint", oneOf: ""),
    .init("membar", "proxy async global", oneOf: ""), .init("membar", "proxy async shared::cta", oneOf: ""),
    .init("membar", "proxy async shared::cluster", oneOf: ""),
  ], by: \.opcode)
}
