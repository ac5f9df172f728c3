// Barriers of a block.
// Source: PTX ISA, "bar / barrier", "barrier.cluster"; LLVM's AMDGPU memory model for what surrounds s_barrier.
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let barriers: [String: Handler] = [
    "bar": { f, i, m in try f.barrier(i, &m) },
    "barrier": { f, i, m in try f.barrier(i, &m) },
  ]
}

extension FunctionLowering {
  func barrier(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.take("warp") { _ = m.take("sync"); return warpBarrier() }
    if m.words.contains("cluster") { throw CompileError.unsupported(i, "thread block clusters") }
    _ = m.take("cta")
    _ = m.take("aligned")
    let action = try m.require(oneOf: ["sync", "red", "arrive"])
    if action == "arrive" { throw CompileError.unsupported(i, "a barrier that is arrived at and not waited for") }
    let operands = action == "red" ? Array(i.operands[1...]) : i.operands
    // red: d, a{, b}, {!}c
    let counted = action == "red" ? operands.count > 2 : operands.count > 1
    if case .integer(0)? = operands.first {} else {
      throw CompileError.unsupported(i, "only barrier 0 is lowered, which all threads of the block share")
    }
    if counted {
      guard case .integer(let count) = operands[1], let required = module.requiredThreads, count == UInt64(required) else {
        throw CompileError.unsupported(i, "a barrier for a part of the block")
      }
    }
    guard action == "red" else { return blockBarrier() }
    let operation = try m.require(oneOf: ["popc", "and", "or"])
    _ = m.optionalType()
    let count = blockCount(try read(operands[operands.count - 1], .pred), negated: operation == "and")
    switch operation {
    case "popc": try write(i.operands[0], count, .u32)
    case "or": try write(i.operands[0], b.icmp(LLVMIntNE, count, b.int32(0)), .pred)
    default: try write(i.operands[0], b.equal(count, b.int32(0)), .pred)
    }
  }

  func blockBarrier() {
    b.fence(LLVMAtomicOrderingRelease, scope: "workgroup")
    b.call("llvm.amdgcn.s.barrier", b.void)
    b.fence(LLVMAtomicOrderingAcquire, scope: "workgroup")
  }

  func warpBarrier() {
    b.fence(LLVMAtomicOrderingAcquireRelease, scope: "wavefront")
    b.call("llvm.amdgcn.wave.barrier", b.void)
    b.fence(LLVMAtomicOrderingAcquireRelease, scope: "wavefront")
  }

  /// How many threads of the block have `predicate` set (or not set): counted in LDS between barriers.
  private func blockCount(_ predicate: Value, negated: Bool) -> Value {
    let cell = module.sharedCell("carmine.barrier.count")
    let first = b.equal(flatThread(), b.int32(0))
    let (clear, cleared) = (newBlock(), newBlock())
    b.branch(first, clear, cleared)
    b.move(to: clear)
    b.store(b.int32(0), cell, alignment: 4)
    b.branch(cleared)
    b.move(to: cleared)
    blockBarrier()
    let set = b.zext(negated ? b.not(predicate) : predicate, b.i32)
    LLVMSetAlignment(
      LLVMBuildAtomicRMWSyncScope(b.raw, LLVMAtomicRMWBinOpAdd, cell, set, LLVMAtomicOrderingMonotonic, b.scope("workgroup")), 4)
    blockBarrier()
    let count = b.load(b.i32, cell, alignment: 4)
    blockBarrier()
    return count
  }
}
