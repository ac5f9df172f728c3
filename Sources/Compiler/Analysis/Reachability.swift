// Which functions and variables of a module a kernel needs.
// A kernel that calls through a pointer needs every function whose address is taken anywhere in the module.
import PTX

struct Reachability {
  private(set) var functions: [String] = []      // in order of discovery; the kernel first
  private(set) var hasIndirectCalls = false

  init(from kernel: String, in index: ModuleIndex) {
    let definitions = index.definitions
    var queue = [kernel], seen: Set<String> = [kernel]
    var tookAll = false
    while let name = queue.popLast() {
      guard definitions[name]?.body != nil else { continue }
      functions.append(name)
      let uses = index.uses(of: name)
      for symbol in uses.symbols.sorted() where definitions[symbol]?.body != nil && definitions[symbol]?.kind == .function {
        if seen.insert(symbol).inserted { queue.append(symbol) }
      }
      if uses.hasIndirectCall, !tookAll {
        tookAll = true
        hasIndirectCalls = true
        for symbol in index.numbers.names where seen.insert(symbol).inserted { queue.append(symbol) }
      }
    }
  }
}

/// The names that statements use.
struct Uses {
  var symbols: Set<String> = []
  /// Names used otherwise than as a direct call's target.
  var addresses: Set<String> = []
  var hasIndirectCall = false

  mutating func visit(_ statements: [Statement]) {
    for statement in statements {
      switch statement {
      case .block(let inner, _): visit(inner)
      case .instruction(let instruction): visit(instruction)
      default: break
      }
    }
  }

  private mutating func visit(_ instruction: Instruction) {
    guard instruction.opcode == "call" else { return instruction.operands.forEach { visit($0) } }
    var operands = instruction.operands[...]
    if case .list? = operands.first { visit(operands.removeFirst()) }
    guard let target = operands.popFirst() else { return }
    if case .symbol(let name) = target { symbols.insert(name) } else { hasIndirectCall = true }
    operands.forEach { visit($0) }
  }

  private mutating func visit(_ operand: Operand) {
    switch operand {
    case .symbol(let name): symbols.insert(name); addresses.insert(name)
    case .negated(let inner), .minus(let inner), .element(let inner, _), .address(let inner, _): visit(inner)
    case .vector(let parts), .list(let parts): parts.forEach { visit($0) }
    case .pair(let first, let second), .subscripted(let first, let second): visit(first); visit(second)
    case .indexed(let base, let parts): visit(base); parts.forEach { visit($0) }
    case .register, .integer, .float32, .float64, .sink: break
    }
  }
}

extension [Statement] {
  /// Every instruction, nested scopes included, in source order.
  func forEachInstruction(_ body: (Instruction) throws -> Void) rethrows {
    for statement in self {
      switch statement {
      case .instruction(let instruction): try body(instruction)
      case .block(let inner, _): try inner.forEachInstruction(body)
      default: break
      }
    }
  }
}
