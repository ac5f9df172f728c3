// Control flow, the stack, and what fits nowhere else.  Source: PTX ISA 9.x, sections 9.7.12, 9.7.17, 9.7.19.

extension InstructionSet {
  static let controlFlow = InstructionFamily("control flow", [
    .init("bra{.uni}", "@label", ptx: 1.0, "9.7.12.3", .native),
    .init("brx.idx{.uni}", "a:u32, @list", ptx: 6.0, sm: 30, "9.7.12.4", .native),
    .init("call{.uni}", "…", ptx: 1.0, "9.7.12.5", .native),
    .init("ret{.uni}", "", ptx: 1.0, "9.7.12.6", .native),
    .init("exit", "", ptx: 1.0, "9.7.12.7", .native),
  ])

  static let stack = InstructionFamily("stack manipulation", [
    .init("stacksave.u32|.u64", "d:T", ptx: 7.3, sm: 52, "9.7.17.1", .native),
    .init("stackrestore.u32|.u64", "a:T", ptx: 7.3, sm: 52, "9.7.17.2", .native),
    .init("alloca.u32|.u64", "d:T, a:T, ?b:u32", ptx: 7.3, sm: 52, "9.7.17.3", .native),
  ])

  static let miscellaneous = InstructionFamily("miscellaneous", [
    .init("brkpt", "", ptx: 1.0, "9.7.19.1", .native),
    .init("nanosleep.u32", "a:u32", ptx: 6.3, sm: 70, "9.7.19.2", .native),
    .init("pmevent", "#i:0..15", ptx: 1.4, "9.7.19.3", .native),
    .init("pmevent.mask", "#i:0..65535", ptx: 3.0, "9.7.19.3", .native),
    .init("trap", "", ptx: 1.0, "9.7.19.4", .native),
    .init("setmaxnreg.inc|.dec.sync.aligned.u32", "#i:24..256", ptx: 8.0, sm: "90a", "9.7.19.5", .native),
  ])
}
