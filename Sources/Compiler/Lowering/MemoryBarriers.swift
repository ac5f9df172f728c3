// mbarrier objects: counters in shared memory that threads and copies arrive at (DeviceLibrary/mbarrier.c).
// A cluster is one block here, so `.shared::cluster` addresses are the block's own.
// Source: PTX ISA, "mbarrier".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let memoryBarriers: [String: Handler] = [
    "mbarrier": { f, i, m in try f.memoryBarrier(i, &m) },
  ]
}

extension FunctionLowering {
  func memoryBarrier(_ i: Instruction, _ m: inout Modifiers) throws {
    let action = try m.require(oneOf: ["init", "inval", "expect_tx", "complete_tx", "arrive", "arrive_drop", "test_wait", "try_wait", "pending_count"])
    let expects = action.hasPrefix("arrive") && m.take("expect_tx")
    _ = m.take("noComplete")
    let isParity = m.take("parity")
    let order = m.take(oneOf: ["relaxed", "release", "acquire"])
    let scope = m.scope() ?? "workgroup"
    _ = try m.space()
    _ = m.take("b64")
    switch action {
    case "init":
      b.call("carmine_mbarrier_init", b.void, [try sharedPointer(i.operands[0], i), try read(i.operands[1], .u32)])
    case "inval": _ = try sharedPointer(i.operands[0], i)  // the memory is the program's again
    case "expect_tx":
      changeBarrier(try sharedPointer(i.operands[0], i), bytes: try read(i.operands[1], .u32))
    case "complete_tx":
      changeBarrier(try sharedPointer(i.operands[0], i), bytes: b.neg(try read(i.operands[1], .u32)))
    case "arrive", "arrive_drop":
      // Without a result, as for another block's barrier, the address comes first.
      let hasResult = if case .address? = i.operands.first { false } else { true }
      let rest = Array(i.operands.dropFirst(hasResult ? 1 : 0))
      if order != "relaxed" { b.fence(LLVMAtomicOrderingRelease, scope: scope) }
      let operand = try rest.count > 1 ? read(rest[1], .u32) : nil
      let arrivals = expects ? b.int32(1) : operand ?? b.int32(1)
      let state = changeBarrier(
        try sharedPointer(rest[0], i), arrivals: arrivals, dropped: action == "arrive_drop" ? arrivals : b.int32(0),
        bytes: expects ? operand ?? b.int32(0) : b.int32(0))
      if hasResult { try write(i.operands[0], state, .b64) }
    case "pending_count":
      try write(i.operands[0], b.call("carmine_mbarrier_pending", b.i32, [try read(i.operands[1], .b64)]), .u32)
    default:
      let at = try sharedPointer(i.operands[1], i)
      if action == "try_wait" { b.call("llvm.amdgcn.s.sleep", b.void, [b.int32(1)]) }
      let over = try isParity
        ? b.call("carmine_mbarrier_test_parity", b.i32, [at, read(i.operands[2], .u32)])
        : b.call("carmine_mbarrier_test", b.i32, [at, read(i.operands[2], .b64)])
      if order != "relaxed" { b.fence(LLVMAtomicOrderingAcquire, scope: scope) }
      try write(i.operands[0], b.icmp(LLVMIntNE, over, b.int32(0)), .pred)
    }
  }

  /// The object as it was before.
  @discardableResult
  func changeBarrier(_ at: Value, arrivals: Value? = nil, dropped: Value? = nil, bytes: Value? = nil) -> Value {
    b.call("carmine_mbarrier_change", b.i64, [at, arrivals ?? b.int32(0), dropped ?? b.int32(0), bytes ?? b.int32(0)])
  }

  /// `[a]` in shared memory, whether the register holds an address there or a generic one.
  func sharedPointer(_ operand: Operand, _ i: Instruction) throws -> Value {
    // A 64-bit generic address of shared memory ends in the LDS offset.
    let pointer = try self.pointer(operand, .shared, i)
    guard LLVMGetPointerAddressSpace(b.type(pointer)) != AddressSpace.lds.rawValue else { return pointer }
    return b.addressCast(pointer, .lds)
  }
}
