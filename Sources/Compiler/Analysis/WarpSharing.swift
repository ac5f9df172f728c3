// How a kernel's warps sit on waves.
// Two warps may share a wave of 64 lanes when neither can wait for the other within the wave:
//   - no barrier stands where one warp may pass it while the other still has a barrier to come, and
//   - no loop waits for memory while threads are held back that would write before they next meet the waiting ones at a barrier
//     (LaneDependence).
// Otherwise each warp gets a wave of its own with the upper half off, which limits a block to 512 threads.
// Where lanes of one warp wait for each other, or where the launch needs what was ruled out here, lanes take turns (Turns.swift).
import KernelImage
import PTX

/// What was decided for a kernel, and what that relies on at its launch.
struct MappingChoice {
  var mapping: WarpMapping
  var notes: [String] = []
  /// Warps must lie in rows of the block: rows of a multiple of 32 threads, or one row.
  var needsWholeRows = false
}

enum WarpSharing {
  /// The most places where lanes of a kernel may give way to others; CARMINE_WARP_MAPPING=turns asks for more.
  static let mostPlaces = 40

  static func choose(_ facts: KernelFacts, waveSize: Int, forced: WarpMapping?) -> MappingChoice {
    if let forced, forced == .yielding || waveSize == 64 && forced != .native {
      return MappingChoice(mapping: forced, notes: ["the warp mapping is forced: \(forced)"])
    }
    let traits = facts.traits
    let free = MappingChoice(mapping: waveSize == 64 ? .sharedWave : .native, notes: waveSize == 64 ? ["two warps share a wave"] : [])
    guard !traits.spinning.isEmpty || !traits.communicating.isEmpty || !traits.blocking.isEmpty else { return free }
    let reasons = Analysis(facts).reasons
    if reasons.isEmpty { return free }  // what is safe among threads of a block, is among lanes of a warp
    let strict = LaneDependence(facts, group: .warp(wholeRows: false))
    var choice = free
    if let first = strict.reasons.first {
      let lenient = LaneDependence(facts, group: .warp(wholeRows: true))
      guard lenient.reasons.isEmpty else {
        // One function of many places costs LLVM's structurizer minutes; and kernels like that (radix sorts that look back over
        // other blocks) wait for other blocks, which one warp to a wave serves.
        let places = facts.reachable.functions.reduce(0) { $0 + traits.places(in: $1) }
        guard places > mostPlaces, facts.requiredThreads ?? 0 <= 512 else {
          return MappingChoice(mapping: .yielding, notes: lenient.reasons.map { "lanes take turns: " + $0 })
        }
        return MappingChoice(
          mapping: waveSize == 64 ? .oneWarp : .native,
          notes: lenient.reasons.map { "lanes do not take turns, since they would at \(places) places (at most \(mostPlaces)), and may hang: " + $0 })
      }
      choice.needsWholeRows = true
      choice.notes.append("lanes take turns in blocks of several rows that are no multiple of 32 threads: " + first)
    }
    guard waveSize == 64, !reasons.isEmpty else { return choice }
    if let required = facts.requiredThreads, required > 512 {
      return MappingChoice(mapping: .yielding, notes: reasons.map { "lanes take turns in blocks of more than 512 threads: " + $0 })
    }
    choice.mapping = .oneWarp
    choice.notes = reasons.map { "one warp to a wave, in blocks of at most 512 threads; lanes take turns in larger ones: " + $0 } + choice.notes.dropFirst()
    return choice
  }

  private struct Analysis {
    var reasons: [String] = []
    private let traits: FunctionTraits
    private let counted: CountedBarriers

    init(_ facts: KernelFacts) {
      let reachable = facts.reachable
      traits = facts.traits
      counted = facts.countedBarriers
      for name in reachable.functions {
        guard let function = traits.definitions[name], let flow = traits.flows[name] else { continue }
        let uniformity = Uniformity(function, flow, group: .block)
        checkBarriers(flow, uniformity, function.kind == .entry)
      }
      reasons += LaneDependence(facts, group: .block).reasons
      if reachable.hasIndirectCalls, reachable.functions.dropFirst().contains(where: { traits.blocking.contains($0) }) {
        reasons.append("a barrier in a function that is called through a pointer")
      }
    }

    private mutating func checkBarriers(_ flow: ControlFlow, _ uniformity: Uniformity, _ isKernel: Bool) {
      var barrierNodes: [Int: Instruction] = [:]
      for (index, node) in flow.nodes.enumerated() {
        if let barrier = node.instructions.first(where: traits.isBarrier) { barrierNodes[index] = barrierNodes[index] ?? barrier }
        for instruction in node.instructions where traits.isBarrier(instruction) {
          if instruction.predicate != nil {
            reasons.append("line \(instruction.position.line): a barrier under a predicate")
          } else if instruction.opcode != "call", counted.contains(BarrierShape(instruction)) {
            reasons.append("line \(instruction.position.line): a barrier for a part of the block")
          }
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
  }
}
