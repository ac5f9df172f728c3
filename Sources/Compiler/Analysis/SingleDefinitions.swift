// Registers that one instruction writes, before every instruction that reads them on any path: nearly all of what nvcc writes.
// Others start with an arbitrary value that stays the same; for these it need not be said, which spares LLVM's promotion of stack slots
// the general way: it takes time in proportion to slots times blocks, minutes for a kernel of ten thousand registers.
// Registers of one name in several scopes are taken for one register, which is conservative.
import PTX

struct SingleDefinitions {
  private(set) var names: Set<String> = []

  init(_ body: [Statement]) {
    let flow = ControlFlow(body)
    let order = DominatorOrder(flow)
    var definitions: [String: (node: Int, index: Int)] = [:], others: Set<String> = []
    for (number, node) in flow.nodes.enumerated() {
      for (index, instruction) in node.instructions.enumerated() {
        for name in instruction.registers.written {
          if instruction.predicate != nil || definitions.updateValue((number, index), forKey: name) != nil { others.insert(name) }
        }
      }
    }
    for (number, node) in flow.nodes.enumerated() {
      for (index, instruction) in node.instructions.enumerated() {
        for name in instruction.registers.read {
          guard let definition = definitions[name] else { continue }
          let isAfter = definition.node == number ? definition.index < index : order.dominates(definition.node, number)
          if !isAfter { others.insert(name) }
        }
      }
    }
    names = Set(definitions.keys).subtracting(others)
  }
}

/// Who dominates whom in a control flow graph, from its first node.  Cooper, Harvey and Kennedy's iteration; a node dominates those in its
/// interval of a walk over the tree.
struct DominatorOrder {
  private var first: [Int], last: [Int]

  init(_ flow: ControlFlow) {
    let count = flow.nodes.count
    var order: [Int] = [], seen = [Bool](repeating: false, count: count), stack: [(node: Int, next: Int)] = [(0, 0)]
    seen[0] = true
    while let (node, next) = stack.last {
      if next < flow.nodes[node].successors.count {
        stack[stack.count - 1].next += 1
        let successor = flow.nodes[node].successors[next]
        if successor < count, !seen[successor] { seen[successor] = true; stack.append((successor, 0)) }
      } else {
        order.append(node)
        stack.removeLast()
      }
    }
    var rank = [Int](repeating: -1, count: count)
    for (position, node) in order.enumerated() { rank[node] = position }
    var predecessors = [[Int]](repeating: [], count: count)
    for (node, entry) in flow.nodes.enumerated() where seen[node] { for next in entry.successors where next < count { predecessors[next].append(node) } }
    var parent = [Int](repeating: -1, count: count)
    parent[0] = 0
    var changed = true
    while changed {
      changed = false
      for node in order.reversed() where node != 0 {
        var new = -1
        for before in predecessors[node] where parent[before] >= 0 {
          if new < 0 { new = before; continue }
          var (a, b) = (new, before)
          while a != b {
            while rank[a] < rank[b] { a = parent[a] }
            while rank[b] < rank[a] { b = parent[b] }
          }
          new = a
        }
        if parent[node] != new { parent[node] = new; changed = true }
      }
    }
    var children = [[Int]](repeating: [], count: count)
    for node in 1..<max(1, count) where parent[node] >= 0 { children[parent[node]].append(node) }
    first = [Int](repeating: -1, count: count)
    last = [Int](repeating: -2, count: count)
    var clock = 0
    var walk: [(node: Int, next: Int)] = [(0, 0)]
    first[0] = 0
    while let (node, next) = walk.last {
      if next < children[node].count {
        walk[walk.count - 1].next += 1
        clock += 1
        first[children[node][next]] = clock
        walk.append((children[node][next], 0))
      } else {
        last[node] = clock
        walk.removeLast()
      }
    }
  }

  /// Whether every way to `b` leads through `a`; what nothing leads to is dominated by nothing.
  func dominates(_ a: Int, _ b: Int) -> Bool { first[b] >= first[a] && first[b] <= last[a] && first[a] >= 0 }
}
