// Whether two warps may share a wave of 64 lanes.
// They may when neither can wait for the other within the wave:
//   - no barrier stands where one warp may pass it while the other still has a barrier to come, and
//   - no loop's end depends on memory that another thread writes, but for compare-and-swap retries, of which each failure is
//     somebody's success.
// Otherwise each warp gets a wave of its own with the upper half off, which limits a block to 512 threads.
import KernelImage
import PTX

enum WarpSharing {
  static func choose(_ ptx: Module, kernel: String, forced: WarpMapping?) throws -> (mapping: WarpMapping, notes: [String]) {
    if let forced, forced != .native { return (forced, ["the warp mapping is forced: \(forced)"]) }
    let definitions = Reachability.definitions(ptx)
    let reachable = Reachability(from: kernel, functions: definitions, module: ptx)
    let reasons = Analysis(reachable, definitions).reasons
    if reasons.isEmpty { return (.sharedWave, ["two warps share a wave"]) }
    return (.oneWarp, reasons.map { "one warp to a wave, at most 512 threads in a block: " + $0 })
  }

  private struct Analysis {
    var reasons: [String] = []
    private let definitions: [String: Function]
    private var communicating: Set<String> = []  // functions that touch memory which other threads write
    private var blocking: Set<String> = []       // functions with a barrier, their own or called

    init(_ reachable: Reachability, _ definitions: [String: Function]) {
      self.definitions = definitions
      summarise(reachable)
      for name in reachable.functions {
        guard let function = definitions[name], let body = function.body else { continue }
        let flow = ControlFlow(body)
        let isKernel = function.kind == .entry
        let hasLocals = body.contains { if case .variable(let variable) = $0 { variable.space == .local } else { false } }
        let uniformity = Uniformity(
          flow, kernelParameters: Set(function.parameters.map(\.name)), isKernel: isKernel, hasLocals: hasLocals)
        checkBarriers(flow, uniformity, isKernel)
        checkLoops(flow)
      }
      if reachable.hasIndirectCalls, reachable.functions.dropFirst().contains(where: { blocking.contains($0) }) {
        reasons.append("a barrier in a function that is called through a pointer")
      }
    }

    /// Which functions communicate or block, through their calls too.
    private mutating func summarise(_ reachable: Reachability) {
      var changed = true
      while changed {
        changed = false
        for name in reachable.functions {
          var communicates = communicating.contains(name), blocks = blocking.contains(name)
          definitions[name]?.body?.forEachInstruction { i in
            if isCommunication(i) { communicates = true }
            if isBarrier(i) { blocks = true }
          }
          if communicates, communicating.insert(name).inserted { changed = true }
          if blocks, blocking.insert(name).inserted { changed = true }
        }
      }
    }

    private static func callee(_ i: Instruction) -> String? {
      guard i.opcode == "call" else { return nil }
      for operand in i.operands { if case .symbol(let name) = operand { return name } }
      return nil
    }

    private func isBarrier(_ i: Instruction) -> Bool {
      if i.opcode == "bar" || i.opcode == "barrier" { return !i.modifiers.contains("warp") }
      return Self.callee(i).map { blocking.contains($0) } ?? false
    }

    /// A read that may see what another thread has just written.
    private func isCommunication(_ i: Instruction, constants: [String: UInt64] = [:]) -> Bool {
      switch i.opcode {
      case "ld": return i.modifiers.contains { ["volatile", "relaxed", "acquire", "mmio"].contains($0) }
      case "atom":
        // Adding something moves on by itself, as a work queue does; adding nothing is a way to look.
        guard i.modifiers.contains("add"), let last = i.operands.last else { return true }
        switch last {
        case .integer(let step): return step == 0
        case .register(let name): return constants[name, default: 0] == 0
        default: return true
        }
      case "call": return Self.callee(i).map { communicating.contains($0) } ?? true
      default: return false
      }
    }

    private mutating func checkBarriers(_ flow: ControlFlow, _ uniformity: Uniformity, _ isKernel: Bool) {
      var barrierNodes: [Int: Instruction] = [:]
      for (index, node) in flow.nodes.enumerated() {
        if let barrier = node.instructions.first(where: isBarrier) { barrierNodes[index] = barrierNodes[index] ?? barrier }
        for instruction in node.instructions where isBarrier(instruction) && instruction.predicate != nil {
          reasons.append("line \(instruction.position.line): a barrier under a predicate")
        }
      }
      if barrierNodes.isEmpty { return }
      for branch in flow.nodes.indices where uniformity.isDivergentBranch(branch) {
        // Threads that go a way without any barrier are done with barriers: those that exit early, for instance.
        let controlled = barrierNodes.keys.filter { flow.controllers[$0].contains(branch) }
        guard let first = controlled.min() else { continue }
        let ways = flow.nodes[branch].successors.filter { next in
          next != flow.exit && !flow.reachable(from: next).isDisjoint(with: barrierNodes.keys)
        }
        // In a function, a way without barriers returns to a caller that may have more.
        if ways.count > 1 || !isKernel {
          let line = flow.nodes[branch].instructions.last?.position.line ?? 0
          reasons.append("line \(barrierNodes[first]!.position.line): a barrier that the branch in line \(line) may lead part of the block around")
          return
        }
      }
    }

    /// Registers that are given one constant only.
    private static func constants(_ instructions: [Instruction]) -> [String: UInt64] {
      var values: [String: UInt64] = [:], others: Set<String> = []
      for instruction in instructions {
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

    private mutating func checkLoops(_ flow: ControlFlow) {
      for loop in flow.loops() {
        let instructions = loop.sorted().flatMap { flow.nodes[$0].instructions }
        let hasFence = instructions.contains { $0.opcode == "membar" || $0.opcode == "fence" }
        let hasBarrier = instructions.contains(where: isBarrier)
        let constants = Self.constants(instructions)
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
          for node in loop {
            for instruction in flow.nodes[node].instructions {
              let (written, read) = instruction.registers
              guard written.contains(where: wanted.contains) else { continue }
              if isCommunication(instruction, constants: constants), !isRetry(instruction, instructions) {
                reasons.append("line \(instruction.position.line): a loop that waits for `\(instruction.text)`")
                return
              }
              if instruction.opcode == "ld", hasFence, !hasBarrier, !instruction.modifiers.contains(where: { ["const", "param", "local", "nc"].contains($0) }) {
                reasons.append("line \(instruction.position.line): a loop with a fence that waits for `\(instruction.text)`")
                return
              }
              control(node)
              let before = wanted.count
              wanted.formUnion(read)
              if wanted.count != before { grew = true }
            }
          }
        }
      }
    }

    /// A compare-and-swap whose expected value comes from memory in each round (from an earlier one's result, or a load): one
    /// that expects a constant waits for a lock.
    private func isRetry(_ i: Instruction, _ loop: [Instruction]) -> Bool {
      guard i.opcode == "atom", i.modifiers.contains("cas"), i.operands.count > 3 else { return false }
      var wanted: Set<String> = [], seen: Set<String> = []
      var names: [String] = []
      i.operands[2].collectRegisters(&names)
      wanted.formUnion(names)
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
}
