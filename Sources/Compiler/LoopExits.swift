// Loops that lanes leave at two places, made to leave at one.
// nvcc turns `while (a && b)` into a test of b at the loop's head and one of a at its end.  Where lanes may part, each place costs
// EXEC-mask code in every round; so the test at the end is remembered, and made with the head's:
//
//   head:  if (b) goto out1      →   head:  if (stop or b) goto out;  out: if (stop) goto out2 else goto out1
//   …                                …
//   end:   if (a) goto head          end:   stop = not a; goto head
//   out2:
//
// The head is then executed once more, so only heads that compute and nothing else are taken.  What is used behind the loop is
// taken from before that round.  Where `a` compares a variable of the loop with a constant, `stop` is that comparison in the head.
// Order: after registers have become values, before LLVM's own pipeline, which cleans up.
import CLLVM

struct LoopExits {
  private let b: IRBuilder
  private let function: Value
  /// In a head, beside its values from the round before.
  private static let longestHead = 8
  private static let mostBlocks = 2000

  /// Whether anything has changed.
  static func run(in module: LLVMModuleRef, _ b: IRBuilder) -> Bool {
    var changed = false
    var function = LLVMGetFirstFunction(module)
    while let current = function {
      function = LLVMGetNextFunction(current)
      guard LLVMCountBasicBlocks(current) > 2, LLVMCountBasicBlocks(current) < mostBlocks else { continue }
      let pass = LoopExits(b: b, function: current)
      // The graph is another one after each.
      var rounds = 0
      while rounds < 64, let loop = pass.candidate(Graph(current)) {
        pass.merge(loop)
        rounds += 1
        changed = true
      }
    }
    return changed
  }

  /// A loop with one way back and two ways out.
  private struct Loop {
    let head: Block, latch: Block
    let blocks: [Block], inside: Set<Block>    // the same, in the function's order
    let entering: [Block]
    /// Where the head and the latch leave to.
    let headExit: Block, latchExit: Block
  }

  // MARK: which loops

  private func candidate(_ graph: Graph) -> Loop? {
    for head in graph.order {
      guard let test = conditional(head) else { continue }
      let before = graph.allPredecessors[head] ?? []
      let back = before.filter { graph.dominates(head, $0) }
      guard back.count == 1, back[0] != head, Set(before).count == before.count, let end = conditional(back[0]) else { continue }
      let latch = back[0], inside = graph.body(head, latch), blocks = graph.order.filter(inside.contains)
      let headOut = successors(test).filter { !inside.contains($0) }, latchOut = successors(end).filter { !inside.contains($0) }
      guard headOut.count == 1, latchOut.count == 1, successors(end).contains(head) else { continue }
      let otherExits = blocks.contains { block in
        block != head && block != latch && (graph.successors[block] ?? []).contains { !inside.contains($0) }
      }
      guard !otherExits, isComputation(head) else { continue }
      var seen: Set<Value> = []
      guard isDivergent(LLVMGetCondition(test), &seen) || isDivergent(LLVMGetCondition(end), &seen) else { continue }
      return Loop(
        head: head, latch: latch, blocks: blocks, inside: inside, entering: before.filter { $0 != latch }, headExit: headOut[0], latchExit: latchOut[0])
    }
    return nil
  }

  private func conditional(_ block: Block) -> Value? {
    guard let end = LLVMGetBasicBlockTerminator(block), LLVMGetInstructionOpcode(end) == LLVMBr, LLVMIsConditional(end) != 0,
      LLVMGetSuccessor(end, 0) != LLVMGetSuccessor(end, 1)
    else { return nil }
    return end
  }
  private func successors(_ end: Value) -> [Block] { (0..<LLVMGetNumSuccessors(end)).map { LLVMGetSuccessor(end, $0)! } }

  private static let harmless: Set<UInt32> = Set(
    [LLVMAdd, LLVMSub, LLVMMul, LLVMShl, LLVMLShr, LLVMAShr, LLVMAnd, LLVMOr, LLVMXor, LLVMFAdd, LLVMFSub, LLVMFMul, LLVMFNeg, LLVMICmp, LLVMFCmp,
     LLVMSelect, LLVMZExt, LLVMSExt, LLVMTrunc, LLVMFPExt, LLVMFPTrunc, LLVMSIToFP, LLVMUIToFP, LLVMBitCast, LLVMGetElementPtr, LLVMFreeze,
     LLVMIntToPtr, LLVMPtrToInt].map(\.rawValue))

  /// Whether executing it once more changes nothing but its own values.
  private func isComputation(_ block: Block) -> Bool {
    var count = 0
    for instruction in instructions(block) {
      if LLVMIsAPHINode(instruction) != nil || LLVMIsATerminatorInst(instruction) != nil { continue }
      count += 1
      guard count <= Self.longestHead, Self.harmless.contains(LLVMGetInstructionOpcode(instruction).rawValue) else { return false }
    }
    return true
  }

  /// Whether lanes may have different values, by where the value comes from.
  private func isDivergent(_ value: Value, _ seen: inout Set<Value>) -> Bool {
    guard LLVMIsAInstruction(value) != nil else { return LLVMIsAArgument(value) != nil && LLVMGetFunctionCallConv(function) != 91 }
    guard seen.insert(value).inserted else { return false }
    if seen.count > 200 { return true }
    if LLVMIsACallInst(value) != nil {
      var length = 0
      let name = LLVMGetCalledValue(value).flatMap { LLVMGetValueName2($0, &length) }.map { String(cString: $0) } ?? ""
      if name.hasPrefix("llvm.amdgcn.workgroup.id") || name == "llvm.amdgcn.implicitarg.ptr" || name.hasPrefix("llvm.amdgcn.readfirstlane") { return false }
      if !name.hasPrefix("llvm.") || name.hasPrefix("llvm.amdgcn.") { return true }
    }
    for index in 0..<LLVMGetNumOperands(value) {
      if let operand = LLVMGetOperand(value, UInt32(index)), isDivergent(operand, &seen) { return true }
    }
    return false
  }

  private func instructions(_ block: Block) -> [Value] {
    var result: [Value] = []
    var instruction = LLVMGetFirstInstruction(block)
    while let each = instruction {
      result.append(each)
      instruction = LLVMGetNextInstruction(each)
    }
    return result
  }
  private func phis(_ block: Block) -> [Value] { instructions(block).filter { LLVMIsAPHINode($0) != nil } }
  private func incoming(_ phi: Value, from block: Block) -> Value? {
    (0..<LLVMCountIncoming(phi)).first { LLVMGetIncomingBlock(phi, $0) == block }.map { LLVMGetIncomingValue(phi, $0) }
  }

  // MARK: merging

  private func merge(_ loop: Loop) {
    let (head, latch) = (loop.head, loop.latch)
    let out = b.block(in: function, "left")
    func isInside(_ value: Value) -> Bool {
      LLVMIsAInstruction(value) != nil && loop.inside.contains(LLVMGetInstructionParent(value))
    }

    // What is used behind the loop, other than by phis at its two exits.
    var outside: [(user: Value, index: UInt32, value: Value)] = []
    for block in loop.blocks {
      for value in instructions(block) {
        var use = LLVMGetFirstUse(value)
        while let each = use {
          use = LLVMGetNextUse(each)
          guard let user = LLVMGetUser(each), !loop.inside.contains(LLVMGetInstructionParent(user)) else { continue }
          for index in 0..<UInt32(LLVMGetNumOperands(user)) where LLVMGetOperand(user, index) == value {
            if LLVMIsAPHINode(user) != nil, [head, latch].contains(LLVMGetIncomingBlock(user, index)) { continue }
            outside.append((user, index, value))
          }
        }
      }
    }

    /// The value at the end of the round before, as the head sees it.
    var earlier: [Value: Value] = [:]
    func before(_ value: Value) -> Value {
      guard isInside(value) else { return value }
      if let known = earlier[value] { return known }
      if let known = phis(head).first(where: { incoming($0, from: latch) == value }) {
        earlier[value] = known
        return known
      }
      LLVMPositionBuilderBefore(b.raw, LLVMGetFirstInstruction(head))
      let phi = b.phi(b.type(value), loop.entering.map { (LLVMGetPoison(b.type(value)), $0) } + [(value, latch)])
      earlier[value] = phi
      return phi
    }

    let stop = stopCondition(loop)
    // The head's own test, then both.
    let test = LLVMGetBasicBlockTerminator(head)!, leavesOnTrue = LLVMGetSuccessor(test, 0) == loop.headExit
    let inside = LLVMGetSuccessor(test, leavesOnTrue ? 1 : 0)!
    LLVMPositionBuilderBefore(b.raw, test)
    let leaves = leavesOnTrue ? LLVMGetCondition(test)! : b.not(LLVMGetCondition(test))
    b.branch(b.select(stop, b.bool(true), leaves), out, inside)
    LLVMInstructionEraseFromParent(test)

    let end = LLVMGetBasicBlockTerminator(latch)!
    LLVMPositionBuilderBefore(b.raw, end)
    let back = LLVMBuildBr(b.raw, head)
    let kind = LLVMGetMDKindIDInContext(b.context, "llvm.loop", 9)
    if let properties = LLVMGetMetadata(end, kind) { LLVMSetMetadata(back, kind, properties) }
    LLVMInstructionEraseFromParent(end)

    // Behind: values from before the head's last execution, where it was the end that left.
    LLVMPositionBuilderAtEnd(b.raw, out)
    var chosen: [Value: Value] = [:]
    func behind(_ value: Value) -> Value {
      if let known = chosen[value] { return known }
      let old = before(value)
      LLVMPositionBuilderAtEnd(b.raw, out)
      let result = LLVMGetInstructionParent(value) == head ? b.select(stop, old, value) : old
      chosen[value] = result
      return result
    }
    for use in outside { LLVMSetOperand(use.user, use.index, behind(use.value)) }
    for exit in loop.headExit == loop.latchExit ? [loop.headExit] : [loop.headExit, loop.latchExit] {
      for phi in phis(exit) {
        var parts: [(Value, Block)] = []
        for index in 0..<LLVMCountIncoming(phi) {
          let block = LLVMGetIncomingBlock(phi, index)!
          if block != head, block != latch { parts.append((LLVMGetIncomingValue(phi, index), block)) }
        }
        let fromHead = exit == loop.headExit ? incoming(phi, from: head) : nil
        let fromLatch = exit == loop.latchExit ? incoming(phi, from: latch).map(before) : nil
        LLVMPositionBuilderAtEnd(b.raw, out)
        switch (fromHead, fromLatch) {
        case (let now?, let then?): parts.append((now == then ? now : b.select(stop, then, now), out))
        case (let value?, nil), (nil, let value?): parts.append((value, out))
        case (nil, nil): break
        }
        LLVMPositionBuilderBefore(b.raw, phi)
        let new = b.phi(b.type(phi), parts)
        LLVMReplaceAllUsesWith(phi, new)
        LLVMInstructionEraseFromParent(phi)
      }
    }
    LLVMPositionBuilderAtEnd(b.raw, out)
    if loop.headExit == loop.latchExit { b.branch(loop.headExit) } else { b.branch(stop, loop.latchExit, loop.headExit) }
  }

  /// In the head: whether the latch's test in the round before wanted to leave.
  private func stopCondition(_ loop: Loop) -> Value {
    let end = LLVMGetBasicBlockTerminator(loop.latch)!, condition = LLVMGetCondition(end)!
    let staysOnTrue = LLVMGetSuccessor(end, 0) == loop.head
    let test = LLVMGetBasicBlockTerminator(loop.head)!
    if LLVMIsAICmpInst(condition) != nil, let bound = LLVMGetOperand(condition, 1), LLVMIsAConstantInt(bound) != nil,
      let counter = LLVMGetOperand(condition, 0), let phi = phis(loop.head).first(where: { incoming($0, from: loop.latch) == counter })
    {
      let predicate = LLVMGetICmpPredicate(condition)
      LLVMPositionBuilderBefore(b.raw, test)
      // Not at once: the comparison of each first value folds to "stay".
      let staysAtFirst = loop.entering.allSatisfy { block in
        guard let first = incoming(phi, from: block), LLVMIsAConstantInt(first) != nil else { return false }
        let folded = b.icmp(predicate, first, bound)
        return LLVMIsAConstantInt(folded) != nil && (LLVMConstIntGetZExtValue(folded) != 0) == staysOnTrue
      }
      if staysAtFirst {
        let again = b.icmp(predicate, phi, bound)
        return staysOnTrue ? b.not(again) : again
      }
    }
    LLVMPositionBuilderBefore(b.raw, end)
    let leaves = staysOnTrue ? b.not(condition) : condition
    LLVMPositionBuilderBefore(b.raw, LLVMGetFirstInstruction(loop.head))
    return b.phi(b.i1, loop.entering.map { (b.bool(false), $0) } + [(leaves, loop.latch)])
  }
}

/// A function's blocks, those that can be reached, with their dominators.
private struct Graph {
  private(set) var order: [Block] = []                        // reverse postorder
  private(set) var predecessors: [Block: [Block]] = [:]      // that can be reached themselves
  private(set) var allPredecessors: [Block: [Block]] = [:]   // as phis name them
  private(set) var successors: [Block: [Block]] = [:]
  private var number: [Block: Int] = [:]
  private var dominator: [Int] = []

  init(_ function: Value) {
    let entry = LLVMGetEntryBasicBlock(function)!
    var seen: Set<Block> = [entry], stack: [(block: Block, next: Int)] = [(entry, 0)]
    successors[entry] = Self.successors(entry)
    while let top = stack.last {
      let following = successors[top.block]!
      if top.next == following.count {
        order.append(top.block)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].next += 1
      let block = following[top.next]
      predecessors[block, default: []].append(top.block)
      if seen.insert(block).inserted {
        successors[block] = Self.successors(block)
        stack.append((block, 0))
      }
    }
    var block = LLVMGetFirstBasicBlock(function)
    while let each = block {
      for next in Self.successors(each) { allPredecessors[next, default: []].append(each) }
      block = LLVMGetNextBasicBlock(each)
    }
    order.reverse()
    for (index, block) in order.enumerated() { number[block] = index }
    // Cooper, Harvey and Kennedy's iteration.
    dominator = [Int](repeating: -1, count: order.count)
    dominator[0] = 0
    var changed = true
    while changed {
      changed = false
      for index in 1..<max(order.count, 1) {
        var found = -1
        for block in predecessors[order[index]] ?? [] {
          let other = number[block]!
          guard dominator[other] >= 0 else { continue }
          found = found < 0 ? other : common(found, other)
        }
        if dominator[index] != found { dominator[index] = found; changed = true }
      }
    }
  }

  private static func successors(_ block: Block) -> [Block] {
    guard let end = LLVMGetBasicBlockTerminator(block) else { return [] }
    return (0..<LLVMGetNumSuccessors(end)).map { LLVMGetSuccessor(end, $0)! }
  }

  private func common(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while a != b { if a > b { a = dominator[a] } else { b = dominator[b] } }
    return a
  }

  func dominates(_ a: Block, _ b: Block) -> Bool {
    guard let first = number[a], var at = number[b] else { return false }
    while at > first { at = dominator[at] }
    return at == first
  }

  /// The blocks of the loop with that head and way back.
  func body(_ head: Block, _ latch: Block) -> Set<Block> {
    var result: Set<Block> = [head], queue = [latch]
    while let block = queue.popLast() {
      if result.insert(block).inserted { queue += predecessors[block] ?? [] }
    }
    return result
  }
}
