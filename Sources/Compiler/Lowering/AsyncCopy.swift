// Asynchronous copies.  Here a thread copies at once, which is one of the orders that PTX allows: so groups are always complete, and
// what a copy completes at an mbarrier it completes right away.
// Source: PTX ISA, "cp.async", "cp.async.bulk", "cp.reduce.async.bulk", "st.async", "red.async".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let asyncCopies: [String: Handler] = [
    "cp": { f, i, m in
      if m.words.contains("tensor") { throw CompileError.unsupported(i, "tensor maps (TMA) do not exist on AMD GPUs") }
      if m.take("reduce") { return try f.bulkReduce(i, &m) }
      guard m.take("async") else { throw CompileError.invalid(i, "needs .async") }
      if m.take("bulk") { return try f.bulkCopy(i, &m) }
      if m.take("commit_group") || m.take("wait_group") || m.take("wait_all") { return }
      if m.take("mbarrier") { return try f.arriveForCopies(i, &m) }
      try f.copyAsync(i, &m)
    },
  ]
}

extension FunctionLowering {
  // MARK: a few bytes of each thread

  func copyAsync(_ i: Instruction, _ m: inout Modifiers) throws {
    let hasPolicy = m.words.contains("L2::cache_hint")
    m.takeCacheHints()
    _ = try m.space()
    _ = try m.space()
    let operands = hasPolicy ? Array(i.operands.dropLast()) : i.operands
    guard operands.count >= 3, case .integer(let size) = operands[2], [4, 8, 16].contains(size) else {
      throw CompileError.invalid(i, "copies 4, 8 or 16 bytes")
    }
    let words = Int(size) / 4, alignment = Int(size)
    let to = try sharedPointer(operands[0], i), from = try pointer(operands[1], .global, i)
    let type = words == 1 ? b.i32 : b.vector(b.i32, words)
    guard operands.count > 3 else {
      b.store(b.load(type, from, alignment: alignment), to, alignment: alignment)
      return
    }
    if try isPredicate(operands[3]) {  // ignore-src: zeros
      let ignores = try read(operands[3], .pred)
      let value = onlyWhere(b.not(ignores), b.zero(type)) { b.load(type, from, alignment: alignment) }
      b.store(value, to, alignment: alignment)
      return
    }
    // src-size: so many bytes, then zeros.  What lies beyond is not read.
    let count = try read(operands[3], .u32)
    let isWhole = b.icmp(LLVMIntUGE, count, b.int32(Int(size)))
    let (whole, part, done) = (newBlock(), newBlock(), newBlock())
    b.branch(isWhole, whole, part)
    b.move(to: whole)
    b.store(b.load(type, from, alignment: alignment), to, alignment: alignment)
    b.branch(done)
    b.move(to: part)
    b.store(b.zero(type), to, alignment: alignment)
    b.call("carmine_copy_bytes", b.void, [to, from, count])
    b.branch(done)
    b.move(to: done)
  }

  private func isPredicate(_ operand: Operand) throws -> Bool {
    switch operand {
    case .register(let name), .negated(.register(let name)):
      if case .register(let register)? = entity(name) { return register.type == .pred }
      return false
    default: return false
    }
  }

  /// `make()` where `condition` holds, `other` elsewhere.
  private func onlyWhere(_ condition: Value, _ other: Value, _ make: () -> Value) -> Value {
    let (some, all) = (newBlock(), newBlock())
    let before = b.currentBlock
    b.branch(condition, some, all)
    b.move(to: some)
    let value = make(), end = b.currentBlock
    b.branch(all)
    b.move(to: all)
    return b.phi(b.type(value), [(other, before), (value, end)])
  }

  /// Arrives when this thread's copies are complete, as they are.  Without .noinc the phase waits for one arrival more: for this one.
  func arriveForCopies(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("arrive") else { throw CompileError.invalid(i, "needs .arrive") }
    let counts = m.take("noinc")
    _ = try m.space()
    _ = m.take("b64")
    let at = try sharedPointer(i.operands[0], i)
    b.fence(LLVMAtomicOrderingRelease, scope: "workgroup")
    if counts { changeBarrier(at, arrivals: b.int32(1)) }
  }

  // MARK: ranges

  private enum Completion { case barrier, group }

  func bulkCopy(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.take("prefetch") {
      while m.take(where: { _ in true }) != nil {}
      return
    }
    if m.take("commit_group") { return }
    if m.take("wait_group") { _ = m.take("read"); return }
    let hasPolicy = m.take("L2::cache_hint")
    m.takeCacheHints()
    guard !m.words.contains("ignore_oob") else { throw CompileError.unsupported(i, "bytes to be ignored at a bulk copy's ends") }
    let isMulticast = m.take("multicast::cluster"), isMasked = m.take("cp_mask")
    var operands = i.operands
    if isMasked, hasPolicy { operands.swapAt(operands.count - 1, operands.count - 2) }
    if hasPolicy { operands.removeLast() }
    if isMulticast { operands.removeLast() }  // the only block there is
    let (to, from, completion) = try bulkEnds(i, &m)
    let bytes = try read(operands[2], .u32)
    switch (to, from) {
    case (.shared, .global):
      b.call("carmine_bulk_to_shared", b.void, [try sharedPointer(operands[0], i), try pointer(operands[1], .global, i), bytes])
    case (.shared, _):
      b.call("carmine_bulk_in_shared", b.void, [try sharedPointer(operands[0], i), try sharedPointer(operands[1], i), bytes])
    default:
      let (target, source) = (try pointer(operands[0], .global, i), try sharedPointer(operands[1], i))
      if isMasked {
        b.call("carmine_bulk_to_global_masked", b.void, [target, source, bytes, try read(operands[3], .u32)])
      } else {
        b.call("carmine_bulk_to_global", b.void, [target, source, bytes])
      }
    }
    try complete(completion, i, operands, bytes)
  }

  private func bulkEnds(_ i: Instruction, _ m: inout Modifiers) throws -> (to: StateSpace, from: StateSpace, Completion) {
    guard let to = try m.space(), let from = try m.space() else { throw CompileError.invalid(i, "needs two state spaces") }
    let completion: Completion = m.take("bulk_group") ? .group : .barrier
    if completion == .barrier, !m.take("mbarrier::complete_tx::bytes") { throw CompileError.invalid(i, "needs a way to say that it is complete") }
    guard (to == .shared || to == .global) && (from == .shared || from == .global) && (to, from) != (.global, .global) else {
      throw CompileError.invalid(i, "copies between global and shared memory")
    }
    return (to, from, completion)
  }

  private func complete(_ completion: Completion, _ i: Instruction, _ operands: [Operand], _ bytes: Value) throws {
    guard completion == .barrier else { return }
    guard operands.count > 3 else { throw CompileError.invalid(i, "needs an mbarrier") }
    changeBarrier(try sharedPointer(operands[3], i), bytes: b.neg(bytes))
  }

  /// An atomic operation for each element.
  func bulkReduce(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("async"), m.take("bulk") else { throw CompileError.invalid(i, "needs .async.bulk") }
    let hasPolicy = m.take("L2::cache_hint")
    m.takeCacheHints()
    let (to, _, completion) = try bulkEnds(i, &m)
    _ = m.take("noftz")
    let operation = try m.require(oneOf: ["and", "or", "xor", "add", "inc", "dec", "min", "max"])
    let type = try m.type()
    let operands = hasPolicy ? Array(i.operands.dropLast()) : i.operands
    let target = to == .shared ? try sharedPointer(operands[0], i) : try pointer(operands[0], .global, i)
    let source = try sharedPointer(operands[1], i), bytes = try read(operands[2], .u32)
    let (before, loop, done) = (b.currentBlock, newBlock("bulk"), newBlock())
    b.branch(b.equal(bytes, b.int32(0)), done, loop)
    b.move(to: loop)
    let at = b.phi(b.i32, [(b.int32(0), before)])
    let place = b.zext(at, b.i64)
    let value = b.load(b.type(of: type), b.offset(source, place), alignment: type.bytes)
    try atomicUpdate(operation, type, b.offset(target, place), value, LLVMAtomicOrderingMonotonic, b.scope("agent"), i)
    let next = b.add(at, b.int32(type.bytes))
    b.addIncoming(at, [(next, b.currentBlock)])
    b.branch(b.icmp(LLVMIntULT, next, bytes), loop, done)
    b.move(to: done)
    try complete(completion, i, operands, bytes)
  }

  private func atomicUpdate(
    _ operation: String, _ type: ScalarType, _ address: Value, _ value: Value, _ ordering: LLVMAtomicOrdering, _ scope: UInt32, _ i: Instruction
  ) throws {
    let isFloat = type.isFloat
    let row: LLVMAtomicRMWBinOp = switch operation {
    case "and": LLVMAtomicRMWBinOpAnd
    case "or": LLVMAtomicRMWBinOpOr
    case "xor": LLVMAtomicRMWBinOpXor
    case "inc": LLVMAtomicRMWBinOpUIncWrap
    case "dec": LLVMAtomicRMWBinOpUDecWrap
    case "min": isFloat ? LLVMAtomicRMWBinOpFMin : type.isSigned ? LLVMAtomicRMWBinOpMin : LLVMAtomicRMWBinOpUMin
    case "max": isFloat ? LLVMAtomicRMWBinOpFMax : type.isSigned ? LLVMAtomicRMWBinOpMax : LLVMAtomicRMWBinOpUMax
    default: isFloat ? LLVMAtomicRMWBinOpFAdd : LLVMAtomicRMWBinOpAdd
    }
    LLVMSetAlignment(LLVMBuildAtomicRMWSyncScope(b.raw, row, address, value, ordering, scope), UInt32(type.bytes))
  }

  // MARK: single values

  /// st.async: a store that completes bytes at an mbarrier of the block that it goes to, which is this one.
  func storeAsync(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.take("mmio") { return try store(i, &m) }  // a release of the writes before it: nothing is gained by doing it later
    guard m.take("mbarrier::complete_tx::bytes"), i.operands.count > 2 else {
      throw CompileError.unsupported(i, "an asynchronous store without an mbarrier")
    }
    _ = m.take(oneOf: ["weak", "relaxed"])
    _ = m.scope()
    _ = try m.space()
    let count = m.vector(), type = try m.type()
    let at = try sharedPointer(i.operands[0], i)
    for (index, part) in try elements(i.operands[1], count, i).enumerated() {
      b.store(try read(part, type), b.offset(at, index * type.bytes), alignment: type.bytes)
    }
    changeBarrier(try sharedPointer(i.operands[2], i), bytes: b.int32(-count * type.bytes))
  }

  func reduceAsync(_ i: Instruction, _ m: inout Modifiers) throws {
    if m.take("mmio") { return try atomic(i, &m, result: .sink, i.operands) }
    guard m.take("mbarrier::complete_tx::bytes"), i.operands.count > 2 else {
      throw CompileError.unsupported(i, "an asynchronous reduction without an mbarrier")
    }
    _ = m.take("relaxed")
    _ = m.scope()
    _ = try m.space()
    let operation = try m.require(oneOf: ["inc", "dec", "min", "max", "add", "and", "or", "xor"]), type = try m.type()
    try atomicUpdate(
      operation, type, try sharedPointer(i.operands[0], i), try read(i.operands[1], type), LLVMAtomicOrderingMonotonic, b.scope("workgroup"), i)
    changeBarrier(try sharedPointer(i.operands[2], i), bytes: b.int32(-type.bytes))
  }
}
