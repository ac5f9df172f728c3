// Whether threads wait for others that the wave itself holds back: lanes of one warp, or of two warps that share the wave.
// A wave runs the ways of a divergent branch one after the other, and lanes that leave a loop early wait for the rest.  CUDA
// promises more since Volta: every thread makes progress.  The promise is needed
//   - by a loop that waits for memory while lanes are held back that would write before they next meet the waiting ones
//     (a lock taken by each lane; a lane that produces what another polls for), and
//   - by a barrier that lanes of a warp reach on different ways.
// Source: CUDA programming guide, "Independent Thread Scheduling"; PTX ISA, "barrier".
import PTX

struct LaneDependence {
  private(set) var reasons: [String] = []
  private let traits: FunctionTraits
  private let counted: CountedBarriers
  private let group: Uniformity.Group

  /// group: the threads that may lie in one wave; `.block` stands for any of the block, and only loops are asked about.
  init(_ facts: KernelFacts, group: Uniformity.Group) {
    traits = facts.traits
    counted = facts.countedBarriers
    self.group = group
    for name in facts.reachable.functions where traits.spinning.contains(name) || group != .block && traits.blocking.contains(name) {
      guard let function = traits.definitions[name], let flow = traits.flows[name] else { continue }
      let uniformity = Uniformity(function, flow, group: group)
      checkLoops(flow, uniformity, isKernel: function.kind == .entry)
      if group != .block { checkBarriers(flow, uniformity, isKernel: function.kind == .entry) }
    }
  }

  // MARK: loops

  private mutating func checkLoops(_ flow: ControlFlow, _ uniformity: Uniformity, isKernel: Bool) {
    let single = uniformity.singleLaneNodes()
    for loop in flow.loops() {
      guard let waited = traits.waiting(in: loop, of: flow) else { continue }
      var starts: Set<Int> = []
      // Lanes that have left the loop, where not all leave together.
      let exits = loop.filter { flow.nodes[$0].successors.contains { !loop.contains($0) } }
      let isAlone = loop.isSubset(of: single)
      let isDivergent = !isAlone && exits.contains { exit in
        uniformity.isDivergentBranch(exit) || flow.controllers[exit].contains { loop.contains($0) && uniformity.isDivergentBranch($0) }
      }
      if isDivergent { for node in exits { starts.formUnion(flow.nodes[node].successors.filter { !loop.contains($0) }) } }
      // Lanes on the other ways of the branches that lead to the loop, and where all ways meet again.
      var controllers: Set<Int> = [], work = Array(loop)
      while let node = work.popLast() {
        for branch in flow.controllers[node] where !loop.contains(branch) && controllers.insert(branch).inserted { work.append(branch) }
      }
      for branch in controllers where uniformity.isDivergentBranch(branch) {
        let join = flow.postDominator[branch]
        starts.insert(join)
        for way in flow.nodes[branch].successors where way != join && flow.between(way, join).isDisjoint(with: loop) { starts.insert(way) }
      }
      // What a lane does in the loop on a way of its own, LLVM may find to be on its way out, and put behind the loop.
      for node in loop where !isAlone && flow.controllers[node].contains(where: { loop.contains($0) && uniformity.isDivergentBranch($0) }) {
        guard let write = flow.nodes[node].instructions.first(where: { traits.isWrite($0) && !areApart($0, waited) && $0.position != waited.position })
        else { continue }
        reasons.append("line \(waited.position.line): a loop that waits for `\(waited.text)`, in which some lanes come to `\(write.text)` in line \(write.position.line)")
        return
      }
      if let write = firstWrite(from: starts, avoiding: loop, flow, waited, isKernel: isKernel) {
        reasons.append("line \(waited.position.line): a loop that waits for `\(waited.text)`, while lanes are held back that \(write)")
        return
      }
    }
  }

  /// What lanes do that others could wait for, from some nodes on until all threads of the group meet.
  private func firstWrite(from starts: Set<Int>, avoiding loop: Set<Int>, _ flow: ControlFlow, _ waited: Instruction, isKernel: Bool) -> String? {
    var seen = starts.union(loop), stack = starts.subtracting(loop).sorted()
    while let node = stack.popLast() {
      guard node != flow.exit else {
        if isKernel { continue }
        return "return to a caller"
      }
      var meets = false
      for i in flow.nodes[node].instructions {
        if isMeeting(i, flow) { meets = true; break }
        if traits.isWrite(i), !areApart(i, waited) { return "go on to `\(i.text)` in line \(i.position.line)" }
      }
      if meets { continue }
      for next in flow.nodes[node].successors where seen.insert(next).inserted { stack.append(next) }
    }
    return nil
  }

  /// Nobody passes without the threads that wait.
  private func isMeeting(_ i: Instruction, _ flow: ControlFlow) -> Bool {
    if group != .block, i.isWarpMeeting(in: flow) { return true }
    guard i.predicate == nil, i.opcode != "call", traits.isBarrier(i) else { return false }
    return group != .block || !counted.contains(BarrierShape(i))
  }

  /// Whether a write and a read say that they are in different state spaces.
  private func areApart(_ write: Instruction, _ read: Instruction) -> Bool {
    func space(_ i: Instruction) -> StateSpace? {
      ["st", "red", "atom", "ld"].contains(i.opcode)
        ? i.modifiers.lazy.compactMap { StateSpace(rawValue: $0.split(separator: ":").first.map(String.init) ?? $0) }.first : nil
    }
    guard let a = space(write), let b = space(read) else { return false }
    return a != b
  }

  // MARK: barriers

  private mutating func checkBarriers(_ flow: ControlFlow, _ uniformity: Uniformity, isKernel: Bool) {
    var barriers: [Int: Instruction] = [:]
    for (index, node) in flow.nodes.enumerated() {
      for i in node.instructions where traits.isBarrier(i) {
        barriers[index] = barriers[index] ?? i
        if let predicate = i.predicate, uniformity.divergent.contains(predicate.register) {
          reasons.append("line \(i.position.line): a barrier under a predicate in which lanes of a warp may differ")
          return
        }
      }
    }
    if barriers.isEmpty { return }
    for branch in flow.nodes.indices where uniformity.isDivergentBranch(branch) {
      guard let first = barriers.keys.filter({ flow.controllers[$0].contains(branch) }).min() else { continue }
      let ways = flow.nodes[branch].successors.filter { way in
        way != flow.exit && !flow.reachable(from: way).isDisjoint(with: barriers.keys)
      }
      if ways.count > 1 || !isKernel {
        let line = flow.nodes[branch].instructions.last?.position.line ?? 0
        reasons.append("line \(barriers[first]!.position.line): a barrier that the branch in line \(line) may lead lanes of a warp around")
        return
      }
    }
  }
}

extension Uniformity {
  init(_ function: Function, _ flow: ControlFlow, group: Group) {
    let hasLocals = function.body?.contains { if case .variable(let variable) = $0 { variable.space == .local } else { false } } ?? false
    self.init(
      flow, kernelParameters: Set(function.parameters.map(\.name)), isKernel: function.kind == .entry, hasLocals: hasLocals, group: group)
  }
}

extension ControlFlow {
  /// The nodes that lie on ways from `start` that have not come to `end` yet.
  func between(_ start: Int, _ end: Int) -> Set<Int> {
    var seen: Set<Int> = [start], stack = [start]
    while let node = stack.popLast() {
      guard node != exit, node != end else { continue }
      for next in nodes[node].successors where next != end && seen.insert(next).inserted { stack.append(next) }
    }
    seen.remove(exit)
    return seen
  }
}
