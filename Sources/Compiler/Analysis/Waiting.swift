// Loops that wait: their end depends on memory which another thread writes.
// A retry is none: a compare-and-swap that expects what memory held a moment ago fails only because somebody succeeded.
import PTX

/// What the functions of a kernel do, their callees' doings included.
struct FunctionTraits {
  private(set) var communicating: Set<String> = []  // read what other threads write
  private(set) var blocking: Set<String> = []       // have a barrier
  private(set) var writing: Set<String> = []        // write what other threads may read
  private(set) var meeting: Set<String> = []        // have warp-level operations that wait for lanes
  private(set) var leaving: Set<String> = []        // end the thread
  private(set) var spinning: Set<String> = []       // have a loop that waits
  let definitions: [String: Function]
  /// Of the functions that communicate, fence or block.
  private(set) var flows: [String: ControlFlow] = [:]

  init(_ reachable: Reachability, _ definitions: [String: Function]) {
    self.definitions = definitions
    /// Have a fence: behind one, a plain load may see what another thread has written.
    var fencing: Set<String> = []
    var changed = true
    while changed {
      changed = false
      for name in reachable.functions {
        var found = (communicating.contains(name), blocking.contains(name), writing.contains(name), meeting.contains(name), leaving.contains(name))
        definitions[name]?.body?.forEachInstruction { i in
          let callee = i.callee
          if isCommunication(i) { found.0 = true }
          if Self.isFence(i) { fencing.insert(name) }
          if isBarrier(i) { found.1 = true }
          if isWrite(i) { found.2 = true }
          if i.isWarpSynchronous || callee.map(meeting.contains) ?? false { found.3 = true }
          if i.opcode == "exit" || callee.map(leaving.contains) ?? false { found.4 = true }
        }
        if found.0, communicating.insert(name).inserted { changed = true }
        if found.1, blocking.insert(name).inserted { changed = true }
        if found.2, writing.insert(name).inserted { changed = true }
        if found.3, meeting.insert(name).inserted { changed = true }
        if found.4, leaving.insert(name).inserted { changed = true }
      }
    }
    for name in reachable.functions where communicating.contains(name) || blocking.contains(name) || fencing.contains(name) {
      guard let body = definitions[name]?.body else { continue }
      let flow = ControlFlow(body)
      flows[name] = flow
      if communicating.contains(name) || fencing.contains(name), flow.loops().contains(where: { waiting(in: $0, of: flow) != nil }) { spinning.insert(name) }
    }
    var before = -1
    while spinning.count != before {
      before = spinning.count
      for name in reachable.functions {
        definitions[name]?.body?.forEachInstruction { if $0.callee.map(spinning.contains) ?? false { spinning.insert(name) } }
      }
    }
  }

  func isBarrier(_ i: Instruction) -> Bool {
    if i.opcode == "bar" || i.opcode == "barrier" { return !i.modifiers.contains("warp") && !i.modifiers.contains("arrive") }
    return i.callee.map { blocking.contains($0) } ?? false
  }

  private static func isFence(_ i: Instruction) -> Bool { i.opcode == "membar" || i.opcode == "fence" }

  /// A read that may see what another thread has just written.
  func isCommunication(_ i: Instruction, constants: [String: UInt64] = [:]) -> Bool {
    switch i.opcode {
    case "ld": return i.modifiers.contains { ["volatile", "relaxed", "acquire", "mmio", "cv", "cg"].contains($0) }
    case "mbarrier": return i.modifiers.contains("test_wait") || i.modifiers.contains("try_wait")
    case "atom":
      // Adding something moves on by itself, as a work queue does; adding nothing is a way to look.
      guard i.modifiers.contains("add"), let last = i.operands.last else { return true }
      switch last {
      case .integer(let step): return step == 0
      case .register(let name): return constants[name, default: 0] == 0
      default: return true
      }
    case "call": return i.callee.map { communicating.contains($0) } ?? true
    default: return false
    }
  }

  func isWrite(_ i: Instruction) -> Bool {
    switch i.opcode {
    case "st": return !i.modifiers.contains { $0 == "local" || $0.hasPrefix("param") }
    case "red", "atom", "sust", "sured", "stmatrix", "multimem": return true
    case "cp": return i.modifiers.contains("async") && !i.modifiers.contains { $0.hasPrefix("wait") || $0 == "commit_group" }
    case "mbarrier": return i.modifiers.contains { ["init", "inval", "arrive", "arrive_drop", "complete_tx", "expect_tx"].contains($0) }
    case "call":
      guard let callee = i.callee else { return true }
      return definitions[callee]?.body == nil ? callee == "free" || callee == "malloc" : writing.contains(callee)
    default: return false
    }
  }

  /// What a loop waits for; nil when it comes to its end by itself.
  func waiting(in loop: Set<Int>, of flow: ControlFlow) -> Instruction? {
    let instructions = loop.sorted().flatMap { flow.nodes[$0].instructions }
    let hasFence = instructions.contains(where: Self.isFence)
    let hasBarrier = instructions.contains(where: isBarrier)
    let constants = instructions.constantRegisters
    // Backwards from what decides the exits, through registers written in the loop and branches inside it.
    var wanted: Set<String> = [], seenNodes: Set<Int> = []
    func control(_ node: Int) {
      guard seenNodes.insert(node).inserted else { return }
      for branch in flow.controllers[node] where loop.contains(branch) {
        if let decision = flow.nodes[branch].decision { wanted.insert(decision) }
        control(branch)
      }
    }
    for node in loop where flow.nodes[node].successors.contains(where: { !loop.contains($0) }) {
      if let decision = flow.nodes[node].decision { wanted.insert(decision) }
      control(node)
    }
    var grew = true
    while grew {
      grew = false
      for node in loop.sorted() {
        for instruction in flow.nodes[node].instructions {
          let (written, read) = instruction.registers
          guard written.contains(where: wanted.contains) else { continue }
          if isCommunication(instruction, constants: constants), !isRetry(instruction, instructions) { return instruction }
          if instruction.opcode == "ld", hasFence, !hasBarrier, !instruction.modifiers.contains(where: { ["const", "param", "local", "nc"].contains($0) }) {
            return instruction
          }
          let before = wanted.count
          control(node)
          wanted.formUnion(read)
          if wanted.count != before { grew = true }
        }
      }
    }
    return nil
  }

  /// A compare-and-swap whose expected value comes from memory in each round (from an earlier one's result, or a load): one
  /// that expects a constant waits for a lock.
  private func isRetry(_ i: Instruction, _ loop: [Instruction]) -> Bool {
    guard i.opcode == "atom", i.modifiers.contains("cas"), i.operands.count > 3 else { return false }
    var names: [String] = []
    i.operands[2].collectRegisters(&names)
    var wanted = Set(names), seen: Set<String> = []
    while let name = wanted.popFirst() {
      guard seen.insert(name).inserted else { continue }
      for instruction in loop {
        let (written, read) = instruction.registers
        guard written.contains(name) else { continue }
        if ["atom", "ld", "ldu"].contains(instruction.opcode) { return true }
        wanted.formUnion(read)
      }
    }
    return false
  }
}

extension Instruction {
  /// The function that is called by its name.
  var callee: String? {
    guard opcode == "call" else { return nil }
    var operands = operands[...]
    if case .list? = operands.first { operands.removeFirst() }
    if case .symbol(let name)? = operands.first { return name }
    return nil
  }
}

extension [Instruction] {
  /// Registers that are given one constant only.
  var constantRegisters: [String: UInt64] {
    var values: [String: UInt64] = [:], others: Set<String> = []
    for instruction in self {
      for name in instruction.registers.written {
        if instruction.opcode == "mov", instruction.predicate == nil, instruction.operands.count == 2,
          case .integer(let value) = instruction.operands[1], values[name] == nil || values[name] == value {
          values[name] = value
        } else {
          others.insert(name)
        }
      }
    }
    return values.filter { !others.contains($0.key) }
  }
}
