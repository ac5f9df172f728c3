// The control flow graph of a PTX function: basic blocks, post-dominators, control dependence, loops.
// Names in nested scopes are told apart for labels; registers of one name are taken for one register, which is conservative.
import PTX

struct ControlFlow {
  struct Node {
    var instructions: [Instruction] = []
    var successors: [Int] = []
    /// What decides between several successors: a predicate's register, or the index of brx.
    var decision: String?
    /// The labels that stand at its start.
    var labels: [Position] = []
    /// It begins at an instruction that the graph was asked to be split before.
    var isSplit = false
  }
  private(set) var nodes: [Node] = [Node()]
  /// One past the last node: where every path ends.
  var exit: Int { nodes.count }
  private(set) var postDominator: [Int] = []
  /// Registers that hold one constant wherever they are written.
  private(set) var constants: [String: UInt64] = [:]
  private(set) var controllers: [Set<Int>] = []  // the branches that each node is control dependent on

  /// splitting: instructions that begin a node of their own.
  init(_ body: [Statement], splitting: @escaping (Instruction) -> Bool = { _ in false }) {
    var builder = Builder(splitting: splitting)
    builder.walk(body, labels: [:], tables: [:])
    nodes = builder.finish()
    constants = nodes.flatMap(\.instructions).constantRegisters
    postDominator = Self.postDominators(nodes)
    controllers = controlDependence()
  }

  /// The operand's value where it is a constant.
  func constant(_ operand: Operand) -> UInt64? {
    switch operand {
    case .integer(let value): value
    case .register(let name): constants[name]
    default: nil
    }
  }

  // MARK: building

  private struct Builder {
    let splitting: (Instruction) -> Bool
    var nodes: [Node] = [Node()]
    var current = 0
    var open = true
    var nodeOfLabel: [Int: Int] = [:]          // label's number to its node
    var pending: [(node: Int, label: Int)] = []
    var labelCount = 0

    mutating func walk(_ body: [Statement], labels outer: [String: Int], tables outerTables: [String: [String]]) {
      var labels = outer, tables = outerTables
      for statement in body {
        switch statement {
        case .label(let name, _): labels[name] = labelCount; labelCount += 1
        case .branchTargets(let name, let targets, _): tables[name] = targets
        default: break
        }
      }
      for statement in body {
        switch statement {
        case .label(let name, let position):
          if !(nodes[current].instructions.isEmpty && open && nodes[current].successors.isEmpty) || current == 0 { startNode() }
          nodeOfLabel[labels[name]!] = current
          nodes[current].labels.append(position)
        case .instruction(let instruction): add(instruction, labels, tables)
        case .block(let inner, _): walk(inner, labels: labels, tables: tables)
        default: break
        }
      }
    }

    mutating func startNode() {
      nodes.append(Node())
      if open { nodes[current].successors.append(nodes.count - 1) }
      current = nodes.count - 1
      open = true
    }

    mutating func add(_ instruction: Instruction, _ labels: [String: Int], _ tables: [String: [String]]) {
      if !open { nodes.append(Node()); current = nodes.count - 1; open = true }
      if splitting(instruction) {
        if !nodes[current].instructions.isEmpty || !nodes[current].labels.isEmpty || current == 0 { startNode() }
        nodes[current].isSplit = true
      }
      nodes[current].instructions.append(instruction)
      switch instruction.opcode {
      case "bra":
        if case .symbol(let name)? = instruction.operands.first, let label = labels[name] { pending.append((current, label)) }
        end(instruction)
      case "brx":
        if case .register(let index)? = instruction.operands.first { nodes[current].decision = index }
        if instruction.operands.count > 1, case .symbol(let list) = instruction.operands[1] {
          for name in tables[list] ?? [] { if let label = labels[name] { pending.append((current, label)) } }
        }
        open = false
      case "ret", "exit", "trap": end(instruction, leaves: true)
      default: break
      }
    }

    private mutating func end(_ instruction: Instruction, leaves: Bool = false) {
      if leaves { nodes[current].successors.append(-1) }
      if let predicate = instruction.predicate {
        nodes[current].decision = predicate.register
        startNode()
      } else {
        open = false
      }
    }

    mutating func finish() -> [Node] {
      for (node, label) in pending { if let target = nodeOfLabel[label] { nodes[node].successors.append(target) } }
      let exit = nodes.count
      for index in nodes.indices {
        nodes[index].successors = nodes[index].successors.map { $0 < 0 ? exit : $0 }
        if nodes[index].successors.isEmpty { nodes[index].successors = [exit] }
      }
      return nodes
    }
  }

  // MARK: post-dominance

  /// Cooper, Harvey and Kennedy's iteration, on the reversed graph.
  private static func postDominators(_ nodes: [Node]) -> [Int] {
    let exit = nodes.count
    var predecessors = [[Int]](repeating: [], count: exit + 1)
    for (index, node) in nodes.enumerated() { for next in node.successors { predecessors[next].append(index) } }
    var order: [Int] = [], seen = [Bool](repeating: false, count: exit + 1)
    var stack: [(node: Int, next: Int)] = [(exit, 0)]
    seen[exit] = true
    while let (node, next) = stack.last {
      if next < predecessors[node].count {
        stack[stack.count - 1].next += 1
        let before = predecessors[node][next]
        if !seen[before] { seen[before] = true; stack.append((before, 0)) }
      } else {
        order.append(node)
        stack.removeLast()
      }
    }
    var rank = [Int](repeating: -1, count: exit + 1)
    for (position, node) in order.enumerated() { rank[node] = position }
    var dominator = [Int](repeating: -1, count: exit + 1)
    dominator[exit] = exit
    var changed = true
    while changed {
      changed = false
      for node in order.reversed() where node != exit {
        var new = -1
        for next in nodes[node].successors where dominator[next] >= 0 {
          if new < 0 { new = next; continue }
          var (a, b) = (new, next)
          while a != b {
            while rank[a] < rank[b] { a = dominator[a] }
            while rank[b] < rank[a] { b = dominator[b] }
          }
          new = a
        }
        if new >= 0, dominator[node] != new { dominator[node] = new; changed = true }
      }
    }
    // What never reaches the end (an endless loop) is followed by nothing but the end.
    return dominator.map { $0 < 0 ? exit : $0 }
  }

  private func controlDependence() -> [Set<Int>] {
    var result = [Set<Int>](repeating: [], count: nodes.count)
    for (branch, node) in nodes.enumerated() where node.successors.count > 1 {
      for next in node.successors {
        var runner = next, steps = 0
        while runner != postDominator[branch], runner != exit, steps <= nodes.count {
          result[runner].insert(branch)
          runner = postDominator[runner]
          steps += 1
        }
      }
    }
    return result
  }

  /// Every node that can follow `start`, itself included.
  func reachable(from start: Int) -> Set<Int> {
    var seen: Set<Int> = [start], stack = [start]
    while let node = stack.popLast() {
      guard node != exit else { continue }
      for next in nodes[node].successors where seen.insert(next).inserted { stack.append(next) }
    }
    seen.remove(exit)
    return seen
  }

  // MARK: loops

  /// All loops, inner ones too: strongly connected parts, then those of each part without its first node.
  func loops() -> [Set<Int>] {
    var found: [Set<Int>] = []
    var work: [Set<Int>] = [Set(nodes.indices)]
    while let part = work.popLast() {
      for component in components(of: part) {
        let isLoop = component.count > 1 || component.contains { nodes[$0].successors.contains($0) }
        guard isLoop else { continue }
        found.append(component)
        work.append(component.subtracting([component.min()!]))
      }
    }
    return found
  }

  /// Strongly connected parts of a part of the graph, without the edges that lead to `cut` nodes.
  /// Tarjan's algorithm, without recursion.
  func components(of part: Set<Int>, cut: Set<Int> = []) -> [Set<Int>] {
    var index: [Int: Int] = [:], low: [Int: Int] = [:], onStack: Set<Int> = [], stack: [Int] = [], result: [Set<Int>] = []
    for root in part.sorted() where index[root] == nil {
      var calls: [(node: Int, next: Int)] = [(root, 0)]
      while let (node, next) = calls.last {
        if next == 0, index[node] == nil {
          index[node] = index.count
          low[node] = index[node]
          stack.append(node)
          onStack.insert(node)
        }
        let successors = nodes[node].successors
        if next < successors.count {
          calls[calls.count - 1].next += 1
          let target = successors[next]
          guard part.contains(target), !cut.contains(target) else { continue }
          if index[target] == nil { calls.append((target, 0)) }
          else if onStack.contains(target) { low[node] = min(low[node]!, index[target]!) }
        } else {
          calls.removeLast()
          if let parent = calls.last?.node { low[parent] = min(low[parent]!, low[node]!) }
          if low[node] == index[node] {
            var component: Set<Int> = []
            while let top = stack.popLast() {
              onStack.remove(top)
              component.insert(top)
              if top == node { break }
            }
            result.append(component)
          }
        }
      }
    }
    return result
  }
}

extension Instruction {
  /// Registers written, registers read; addresses and guards count as read.
  var registers: (written: [String], read: [String]) {
    var written: [String] = [], read: [String] = []
    if let predicate { read.append(predicate.register) }
    let writesNothing = [
      "st", "red", "bra", "brx", "ret", "exit", "trap", "membar", "fence", "prefetch", "prefetchu", "nanosleep", "stmatrix", "discard",
      "applypriority", "sust", "sured",
    ].contains(opcode)
      || opcode == "wmma" && modifiers.contains("store")
      || (opcode == "bar" || opcode == "barrier") && !modifiers.contains("red")
    for (index, operand) in operands.enumerated() {
      if case .address = operand { operand.collectRegisters(&read) }
      else if index == 0, !writesNothing { operand.collectRegisters(&written) } else { operand.collectRegisters(&read) }
    }
    return (written, read)
  }
}

extension Operand {
  func collectRegisters(_ names: inout [String]) {
    switch self {
    case .register(let name): names.append(name)
    case .negated(let inner), .minus(let inner), .element(let inner, _), .address(let inner, _): inner.collectRegisters(&names)
    case .vector(let parts), .list(let parts): for part in parts { part.collectRegisters(&names) }
    case .pair(let first, let second), .subscripted(let first, let second):
      first.collectRegisters(&names)
      second.collectRegisters(&names)
    case .indexed(let base, let parts):
      base.collectRegisters(&names)
      for part in parts { part.collectRegisters(&names) }
    case .symbol, .integer, .float32, .float64, .sink: break
    }
  }
}
