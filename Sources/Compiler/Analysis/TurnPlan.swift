// Where lanes of a wave give way to others, when they take turns (Lowering/Turns.swift): before warp-level operations that wait
// for lanes, at barriers, at the heads of loops that wait for memory, and at the heads of all loops around such a place, so that
// every loop that is left in the function can be entered at one place only.
import PTX

struct TurnPlan {
  /// The labels that lanes come to by a turn, by their positions.
  private(set) var labels: Set<Position> = []

  init(_ body: [Statement], _ traits: FunctionTraits) {
    let flow = ControlFlow(body, splitting: { traits.isPlace($0) })
    var states = Set(flow.nodes.indices.filter { flow.nodes[$0].isSplit })
    for loop in flow.loops() where traits.waiting(in: loop, of: flow) != nil { states.formUnion(Self.entries(of: loop, flow, cut: [])) }
    while let more = Self.sideEntries(Set(flow.nodes.indices), flow, states) { states.formUnion(more) }
    for state in states { labels.formUnion(flow.nodes[state].labels) }
  }

  /// Nodes of a loop that are reached from outside.
  private static func entries(of loop: Set<Int>, _ flow: ControlFlow, cut: Set<Int>) -> Set<Int> {
    var result: Set<Int> = []
    for (index, node) in flow.nodes.enumerated() where !loop.contains(index) {
      result.formUnion(node.successors.filter { loop.contains($0) && !cut.contains($0) })
    }
    return result
  }

  /// The entries of the first loop, apart from turns, that has several.
  private static func sideEntries(_ part: Set<Int>, _ flow: ControlFlow, _ cut: Set<Int>) -> Set<Int>? {
    for component in flow.components(of: part, cut: cut) {
      let isLoop = component.count > 1 || component.contains { flow.nodes[$0].successors.contains($0) && !cut.contains($0) }
      guard isLoop else { continue }
      let entries = Self.entries(of: component, flow, cut: cut)
      if entries.count > 1 { return entries }
      if let inner = sideEntries(component.subtracting(entries.isEmpty ? [component.min()!] : entries), flow, cut) { return inner }
    }
    return nil
  }
}

extension FunctionTraits {
  /// An instruction before which, or in which, a lane may have to give way.
  func isPlace(_ i: Instruction) -> Bool {
    i.isWarpSynchronous || isBarrier(i) || i.callee.map { mustInline($0, yielding: true) } ?? false
  }

  /// How many of them a function has.
  func places(in function: String) -> Int {
    var count = 0
    definitions[function]?.body?.forEachInstruction { if isPlace($0) { count += 1 } }
    return count
  }

  /// Functions that become part of their caller: turns, and the end of a thread, are the kernel's business.
  func mustInline(_ name: String, yielding: Bool) -> Bool {
    leaving.contains(name) || yielding && (blocking.contains(name) || meeting.contains(name) || spinning.contains(name))
  }
}
