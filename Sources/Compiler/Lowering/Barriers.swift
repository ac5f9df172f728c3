// Barriers of a block and of a warp.
// The hardware's barrier serves all that are for the whole block; the others are counted in LDS (Analysis/BarrierShape.swift,
// DeviceLibrary/barrier.c).  A launch has clusters of one block, whose barrier is the block's.
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
    if m.take("warp") {
      _ = m.take("sync")
      return warpBarrier()
    }
    if m.take("cluster") { return try clusterBarrier(&m) }
    _ = m.take("cta")
    _ = m.take("aligned")
    _ = try m.require(oneOf: ["sync", "red", "arrive"])
    let shape = BarrierShape(i)
    if module.countedBarriers.contains(shape) { return try countedBarrier(shape, i, &m) }
    guard shape.action == .reduce, let condition = shape.predicate else { return blockBarrier() }
    let operation = try m.require(oneOf: ["popc", "and", "or"])
    _ = m.optionalType()
    let predicate = try read(condition, .pred)
    let yes = operation == "and" ? b.not(predicate) : predicate
    try writeGathered(turns == nil ? blockCount(yes) : turnsCount(yes), operation, i)
  }

  private func writeGathered(_ count: Value, _ operation: String, _ i: Instruction) throws {
    switch operation {
    case "popc": try write(i.operands[0], count, .u32)
    case "or": try write(i.operands[0], b.icmp(LLVMIntNE, count, b.int32(0)), .pred)
    default: try write(i.operands[0], b.equal(count, b.int32(0)), .pred)
    }
  }

  func blockBarrier() {
    if let turns { turns.park(in: self) } else { hardwareBarrier() }
  }

  func hardwareBarrier() {
    b.fence(LLVMAtomicOrderingRelease, scope: "workgroup")
    b.call("llvm.amdgcn.s.barrier", b.void)
    b.fence(LLVMAtomicOrderingAcquire, scope: "workgroup")
  }

  func warpBarrier() {
    b.fence(LLVMAtomicOrderingAcquireRelease, scope: "wavefront")
    b.call("llvm.amdgcn.wave.barrier", b.void)
    b.fence(LLVMAtomicOrderingAcquireRelease, scope: "wavefront")
  }

  /// Arriving at a cluster of one block's barrier lets nobody wait; all wait where they wait.
  private func clusterBarrier(_ m: inout Modifiers) throws {
    let action = try m.require(oneOf: ["arrive", "wait"])
    _ = m.take(oneOf: ["relaxed", "release", "acquire"])
    _ = m.take("aligned")
    if action == "wait" { blockBarrier() } else { b.fence(LLVMAtomicOrderingRelease, scope: "workgroup") }
  }

  /// For how many threads of the block `yes` is set: counted in LDS between barriers.
  private func blockCount(_ yes: Value) -> Value {
    let cell = module.sharedCell("carmine.barrier.count")
    ifOnly(b.equal(flatThread(), b.int32(0))) { b.store(b.int32(0), cell, alignment: 4) }
    hardwareBarrier()
    addShared(b.zext(yes, b.i32), to: cell)
    hardwareBarrier()
    let count = b.load(b.i32, cell, alignment: 4)
    hardwareBarrier()
    return count
  }

  /// The same where lanes take turns, with one barrier: three cells in turn, the next of which is cleared before the barrier.  It was
  /// read for the last time before the barrier before this one, and is added to only after this one.
  private func turnsCount(_ yes: Value) -> Value {
    let cells = module.sharedWords("carmine.barrier.counts", 3)
    let turns = turns!
    let now = b.load(b.i32, turns.reductions)
    let next = b.urem(b.add(now, b.int32(1)), b.int32(3))
    b.store(next, turns.reductions)
    func cell(_ index: Value) -> Value { b.offset(cells, b.zext(b.shl(index, b.int32(2)), b.i64)) }
    b.store(b.int32(0), cell(next), alignment: 4)
    addShared(b.zext(yes, b.i32), to: cell(now))
    turns.park(in: self)
    let last = b.urem(b.add(b.load(b.i32, turns.reductions), b.int32(2)), b.int32(3))
    return b.load(b.i32, cell(last), alignment: 4)
  }

  private func addShared(_ value: Value, to cell: Value) {
    LLVMSetAlignment(
      LLVMBuildAtomicRMWSyncScope(b.raw, LLVMAtomicRMWBinOpAdd, cell, value, LLVMAtomicOrderingMonotonic, b.scope("workgroup")), 4)
  }

  // MARK: counted barriers

  private static let words = 16 * 4 + 1

  /// Where a kernel that has counted barriers begins: nobody has arrived yet.
  func clearCountedBarriers() {
    let hasCounts = module.mapping == .yielding && module.hasReducingBarriers
    guard !module.countedBarriers.isEmpty || hasCounts else { return }
    ifOnly(b.equal(flatThread(), b.int32(0))) {
      if !module.countedBarriers.isEmpty {
        LLVMBuildMemSet(b.raw, module.sharedWords("carmine.barriers", Self.words), b.constant(b.i8, 0), b.int64(4 * Self.words), 4)
      }
      if hasCounts { b.store(b.int32(0), module.sharedWords("carmine.barrier.counts", 3), alignment: 4) }
    }
    hardwareBarrier()
  }

  /// Threads of the block as barriers count them: 32 for each warp.
  private func countedThreads() -> Value {
    b.and(b.add(blockThreads(), b.int32(31)), b.int32(-32))
  }

  /// What one lane counts for: the last thread stands for the lanes that its warp lacks, too.
  private func laneWeight() -> Value {
    let threads = blockThreads()
    let isLast = b.equal(flatThread(), b.sub(threads, b.int32(1)))
    return b.select(isLast, b.add(b.int32(1), b.sub(countedThreads(), threads)), b.int32(1))
  }

  /// What the active lanes of a wave count for: 32 for each warp that has any.
  private func waveWeight() -> Value {
    guard module.target.waveSize == 64, module.mapping != .oneWarp else { return b.int32(32) }
    let all = b.overloaded("llvm.amdgcn.ballot", b.i64, [b.bool(true)])
    let low = b.icmp(LLVMIntNE, b.trunc(all, b.i32), b.int32(0)), high = b.icmp(LLVMIntNE, b.trunc(b.lshr(all, b.int64(32)), b.i32), b.int32(0))
    return b.shl(b.add(b.zext(low, b.i32), b.zext(high, b.i32)), b.int32(5))
  }

  private func countedBarrier(_ shape: BarrierShape, _ i: Instruction, _ m: inout Modifiers) throws {
    let words = module.sharedWords("carmine.barriers", Self.words)
    let operation = shape.action == .reduce ? try m.require(oneOf: ["popc", "and", "or"]) : ""
    if shape.action == .reduce { _ = m.optionalType() }
    let number = b.and(try read(shape.name, .u32), b.int32(15))
    let count = try shape.count.map { try read($0, .u32) } ?? b.int32(0)
    let total = countedThreads()
    var yes = b.bool(false)
    if let condition = shape.predicate {
      let predicate = try read(condition, .pred)
      yes = operation == "and" ? b.not(predicate) : predicate
    }
    b.fence(LLVMAtomicOrderingRelease, scope: "workgroup")
    let phase: Value
    if let turns {
      phase = b.call("carmine_barrier_arrive", b.i32, [words, number, laneWeight(), count, total, b.zext(yes, b.i32)])
      if shape.action == .arrive { return }
      b.store(phase, turns.generation)
      try turns.giveWay(in: self) {
        let number = b.and(try read(shape.name, .u32), b.int32(15)), count = try shape.count.map { try read($0, .u32) } ?? b.int32(0)
        let passed = b.call("carmine_barrier_passed", b.i32, [words, number, b.load(b.i32, turns.generation), count, countedThreads()])
        return b.icmp(LLVMIntNE, passed, b.int32(0))
      }
      b.fence(LLVMAtomicOrderingAcquire, scope: "workgroup")
      if shape.action == .reduce {
        let number = b.and(try read(shape.name, .u32), b.int32(15))
        try writeGathered(b.call("carmine_barrier_gathered", b.i32, [words, number, b.load(b.i32, turns.generation)]), operation, i)
      }
      return
    }
    let wave: Type = module.target.waveSize == 64 ? b.i64 : b.i32
    let set = b.trunc(b.overloaded("llvm.ctpop", wave, [b.overloaded("llvm.amdgcn.ballot", wave, [yes])]), b.i32)
    phase = b.call("carmine_barrier_wave_arrive", b.i32, [words, number, waveWeight(), count, total, set])
    if shape.action == .arrive { return }
    b.call("carmine_barrier_wave_wait", b.void, [words, number, phase, count, total])
    b.fence(LLVMAtomicOrderingAcquire, scope: "workgroup")
    if shape.action == .reduce {
      try writeGathered(b.call("carmine_barrier_gathered", b.i32, [words, number, phase]), operation, i)
    }
  }

  /// Where a kernel's threads end, when barriers wait for all that have not.
  func countEndedThreads() {
    guard module.countedBarriers.countsEnded else { return }
    let words = module.sharedWords("carmine.barriers", Self.words)
    b.fence(LLVMAtomicOrderingRelease, scope: "workgroup")
    if turns != nil {
      b.call("carmine_barrier_ended", b.void, [words, laneWeight()])
    } else {
      b.call("carmine_barrier_wave_ended", b.void, [words, waveWeight()])
    }
  }

  /// Emits what only some lanes do.
  func ifOnly(_ condition: Value, _ emit: () -> Void) {
    let (some, all) = (newBlock(), newBlock())
    b.branch(condition, some, all)
    b.move(to: some)
    emit()
    b.branch(all)
    b.move(to: all)
  }
}
