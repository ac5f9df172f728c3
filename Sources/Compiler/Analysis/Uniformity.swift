// Which registers of a kernel hold one value for all threads of a group, and which branches all of them take alike.
// The group is the block, or the warp.
// Divergence spreads through data, and through control: whatever is written under a divergent branch is divergent, and so is
// whatever is written in a loop that threads leave at different times.
import PTX

struct Uniformity {
  enum Group: Equatable {
    case block
    /// wholeRows: a warp's threads lie in one row of the block and start at a multiple of 32 in it, as they do in a block of one
    /// dimension or with rows of a multiple of 32 threads.
    case warp(wholeRows: Bool)
  }

  let flow: ControlFlow
  let group: Group
  private(set) var divergent: Set<String> = []
  private(set) var divergentNodes: Set<Int> = []
  /// Registers that count a row's threads: %tid.x, moved or converted, where warps lie in rows.
  private var rowIndices: Set<String> = []

  /// isKernel: parameters are one for all threads; a function's are not.
  init(_ flow: ControlFlow, kernelParameters: Set<String>, isKernel: Bool, hasLocals: Bool, group: Group = .block) {
    self.flow = flow
    self.group = group
    if group == .warp(wholeRows: true) { findRowIndices() }
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
          let isGuarded = instruction.predicate.map { divergent.contains($0.register) } ?? false
          if !underDivergence, !isGuarded, gathers(instruction) { continue }
          let isSource = Self.isSource(instruction, kernelParameters: kernelParameters, isKernel: isKernel, hasLocals: hasLocals)
          if underDivergence || isSource || read.contains(where: { divergent.contains($0) || isThreadRegister($0) }) {
            divergent.formUnion(written)
            changed = true
          }
        }
      }
    }
  }

  /// Whether threads of a group may part at the end of `node`.
  func isDivergentBranch(_ node: Int) -> Bool {
    guard flow.nodes[node].successors.count > 1, let decision = flow.nodes[node].decision else { return false }
    return divergent.contains(decision)
  }

  private func isThreadRegister(_ name: String) -> Bool {
    guard name.hasPrefix("%") else { return false }
    let parts = name.dropFirst().split(separator: ".")
    let word = parts.first ?? ""
    switch word {
    case "tid": return group != .warp(wholeRows: true) || parts.count < 2 || parts[1] == "x"
    case "warpid": return group == .block
    case "laneid", "clock", "clock64", "clock_hi", "globaltimer", "globaltimer_lo", "globaltimer_hi", "smid": return true
    default: return word.hasPrefix("lanemask")
    }
  }

  /// One result for the whole group, whatever the operands are: barriers that reduce, and within a warp votes and the like over
  /// all lanes, and what a row's index is on a granule of 32.
  private func gathers(_ i: Instruction) -> Bool {
    switch i.opcode {
    case "bar", "barrier": return i.modifiers.contains("red")
    case "vote", "redux", "shfl", "match":
      guard group != .block, i.isWarpMeeting(in: flow) else { return false }
      if i.opcode == "shfl" {  // one lane of all 32
        return i.modifiers.contains("idx") && i.operands.count > 3 && flow.constant(i.operands[2]) != nil && flow.constant(i.operands[3]) == 31
      }
      return i.opcode != "match" || i.modifiers.contains("all")
    case "shr", "and", "div", "setp": return isOfWholeWarps(i)
    default: return false
    }
  }

  private func isRowIndex(_ operand: Operand) -> Bool {
    switch operand {
    case .register(let name): rowIndices.contains(name) || group == .warp(wholeRows: true) && name == "%tid.x"
    case .element(.register("%tid"), "x"): group == .warp(wholeRows: true)
    default: false
    }
  }

  private func isOfWholeWarps(_ i: Instruction) -> Bool {
    guard i.operands.count > 2, isRowIndex(i.operands[1]), let constant = flow.constant(i.operands[2]) else { return false }
    switch i.opcode {
    case "shr": return constant >= 5
    case "and": return constant & 31 == 0
    case "div": return constant != 0 && constant % 32 == 0
    default:
      guard i.operands.count == 3, case .register = i.operands[0] else { return false }
      if i.modifiers.contains(where: { ["lt", "ge", "lo", "hs"].contains($0) }) { return constant % 32 == 0 }
      return i.modifiers.contains(where: { ["gt", "le", "hi", "ls"].contains($0) }) && constant % 32 == 31
    }
  }

  /// Nodes that at most one lane of a warp comes to: those behind a comparison of the row's index with one value.
  func singleLaneNodes() -> Set<Int> {
    guard !rowIndices.isEmpty else { return [] }
    var definitions: [String: [Instruction]] = [:]
    for node in flow.nodes { for i in node.instructions { for name in i.registers.written { definitions[name, default: []].append(i) } } }
    var result: Set<Int> = []
    for (index, node) in flow.nodes.enumerated() where node.successors.count == 2 {
      guard let branch = node.instructions.last, branch.opcode == "bra", let predicate = branch.predicate,
        let found = definitions[predicate.register], found.count == 1, let test = found.first, test.opcode == "setp", test.predicate == nil,
        test.operands.count == 3, let isEqual = test.modifiers.contains("eq") ? true : test.modifiers.contains("ne") ? false : nil,
        isRowIndex(test.operands[1]), isUniform(test.operands[2])
      else { continue }
      let way = node.successors[isEqual != predicate.negated ? 1 : 0], join = flow.postDominator[index]
      if way != join { result.formUnion(flow.between(way, join)) }
    }
    return result
  }

  private func isUniform(_ operand: Operand) -> Bool {
    if case .register(let name) = operand { return !name.hasPrefix("%tid") && !divergent.contains(name) }
    return flow.constant(operand) != nil
  }

  private mutating func findRowIndices() {
    var candidates: Set<String> = [], others: Set<String> = []
    func copied(_ i: Instruction) -> Operand? {
      (i.opcode == "mov" || i.opcode == "cvt") && i.predicate == nil && i.operands.count == 2 ? i.operands[1] : nil
    }
    for node in flow.nodes {
      for i in node.instructions {
        let isCopy = copied(i).map { if case .register = $0 { true } else if case .element = $0 { true } else { false } } ?? false
        if isCopy { candidates.formUnion(i.registers.written) } else { others.formUnion(i.registers.written) }
      }
    }
    rowIndices = candidates.subtracting(others)
    var changed = true
    while changed {
      changed = false
      for node in flow.nodes {
        for i in node.instructions {
          guard let source = copied(i), case .register(let name)? = i.operands.first, rowIndices.contains(name) else { continue }
          if !isRowIndex(source) { rowIndices.remove(name); changed = true }
        }
      }
    }
  }

  /// Instructions whose result differs among threads whatever their operands are.
  private static func isSource(_ i: Instruction, kernelParameters: Set<String>, isKernel: Bool, hasLocals: Bool) -> Bool {
    switch i.opcode {
    case "atom", "shfl", "vote", "match", "redux", "activemask", "elect", "call", "mbarrier": return true
    case "mma", "wmma", "ldmatrix", "movmatrix": return true  // fragments
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

extension Instruction {
  /// The operand that names the lanes of a warp-level operation which waits for all of them; nil where there is none.
  var memberMask: Operand? {
    guard modifiers.contains("sync") else { return nil }
    let place: Int? = switch opcode {
    case "shfl": 4
    case "vote", "match", "redux": 2
    case "elect": 1
    case "bar", "barrier": modifiers.contains("warp") ? 0 : nil
    default: nil
    }
    return place.flatMap { $0 < operands.count ? operands[$0] : nil }
  }

  /// A warp-level operation that waits for lanes: those of its mask, or all (`.sync.aligned` matrix operations).
  var isWarpSynchronous: Bool {
    if memberMask != nil { return true }
    return modifiers.contains("sync") && modifiers.contains("aligned") && !["bar", "barrier", "setmaxnreg"].contains(opcode)
  }

  /// A warp-level operation in which all 32 lanes take part.
  func isWarpMeeting(in flow: ControlFlow) -> Bool {
    guard predicate == nil, isWarpSynchronous else { return false }
    guard let mask = memberMask else { return true }
    return flow.constant(mask).map { $0 & 0xffff_ffff == 0xffff_ffff } ?? false
  }
}
