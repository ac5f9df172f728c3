// Which registers of a kernel hold one value for all threads of a block, and which branches all threads take alike.
// Divergence spreads through data, and through control: whatever is written under a divergent branch is divergent, and so is
// whatever is written in a loop that threads leave at different times.
import PTX

struct Uniformity {
  let flow: ControlFlow
  private(set) var divergent: Set<String> = []
  private(set) var divergentNodes: Set<Int> = []

  /// isKernel: parameters are one for all threads; a function's are not.
  init(_ flow: ControlFlow, kernelParameters: Set<String>, isKernel: Bool, hasLocals: Bool) {
    self.flow = flow
    var changed = true
    while changed {
      changed = false
      for (index, node) in flow.nodes.enumerated() {
        if !divergentNodes.contains(index), flow.controllers[index].contains(where: { isDivergentBranch($0) || divergentNodes.contains($0) }) {
          divergentNodes.insert(index)
          changed = true
        }
        let underDivergence = divergentNodes.contains(index)
        for instruction in node.instructions {
          let (written, read) = instruction.registers
          guard !written.isEmpty, written.contains(where: { !divergent.contains($0) }) else { continue }
          let isSource = Self.isSource(instruction, kernelParameters: kernelParameters, isKernel: isKernel, hasLocals: hasLocals)
          if underDivergence || isSource || read.contains(where: { divergent.contains($0) || Self.isThreadRegister($0) }) {
            divergent.formUnion(written)
            changed = true
          }
        }
      }
    }
  }

  /// Whether threads of a block may part at the end of `node`.
  func isDivergentBranch(_ node: Int) -> Bool {
    guard flow.nodes[node].successors.count > 1, let decision = flow.nodes[node].decision else { return false }
    return divergent.contains(decision)
  }

  private static func isThreadRegister(_ name: String) -> Bool {
    guard name.hasPrefix("%") else { return false }
    let word = name.dropFirst().prefix { $0 != "." }
    return ["tid", "laneid", "warpid", "clock", "clock64", "clock_hi", "globaltimer", "globaltimer_lo", "globaltimer_hi", "smid"].contains(word)
      || word.hasPrefix("lanemask")
  }

  /// Instructions whose result differs among threads whatever their operands are.
  private static func isSource(_ i: Instruction, kernelParameters: Set<String>, isKernel: Bool, hasLocals: Bool) -> Bool {
    switch i.opcode {
    case "atom", "shfl", "vote", "match", "redux", "activemask", "elect", "call": return true
    case "ld", "ldu":
      let space = i.modifiers.lazy.compactMap { StateSpace(rawValue: $0.split(separator: ":").first.map(String.init) ?? $0) }.first
      if i.modifiers.contains(where: { ["volatile", "relaxed", "acquire", "mmio"].contains($0) }) { return true }
      switch space {
      case .local: return true
      case .param:
        guard isKernel, i.operands.count > 1, case .address(let base, _) = i.operands[1] else { return true }
        switch base {
        case .symbol(let name), .register(let name): return !kernelParameters.contains(name) && !name.hasPrefix("%")
        default: return true
        }
      case nil: return hasLocals  // a generic address may be one of each thread's own
      default: return false       // one address, one value: threads that differ here would race
      }
    default: return false
    }
  }
}
