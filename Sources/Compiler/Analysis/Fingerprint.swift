// What a kernel is, but for its names: two kernels with the same fingerprint compile to the same code.
// Names of the kernel, of functions that it reaches, of parameters, labels and shared variables become numbers, in the order in
// which they appear.  Names of module variables stay: the loader finds them by name.  Positions and debug lines don't count.
import KernelImage
import PTX

struct Fingerprint {
  private let index: ModuleIndex
  private var bytes: [UInt8] = []
  private var numbers: [String: UInt32] = [:]
  private var queue: [String] = []

  static func of(_ kernel: String, in index: ModuleIndex) throws -> ContentHash {
    guard let function = index.definitions[kernel], function.kind == .entry, function.body != nil else {
      throw CompileError(.notFound, "the module has no kernel `\(kernel)`")
    }
    var fingerprint = Fingerprint(index)
    fingerprint.name(kernel)
    // Which functions a call through a pointer may reach.
    if Reachability(from: kernel, in: index).hasIndirectCalls { for name in index.numbers.names { fingerprint.name(name) } }
    while !fingerprint.queue.isEmpty { fingerprint.add(index.definitions[fingerprint.queue.removeFirst()]!) }
    return ContentHash(fingerprint.bytes)
  }

  private init(_ index: ModuleIndex) { self.index = index }

  // MARK: pieces

  private mutating func tag(_ tag: UInt8) { bytes.append(tag) }
  private mutating func number(_ value: UInt64) { withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) } }
  private mutating func number(_ value: Int) { number(UInt64(bitPattern: Int64(value))) }
  private mutating func text(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }

  /// A register as it is written; a module variable with its type; a number for anything else.
  private mutating func name(_ name: String) {
    if name.utf8.first == 0x25 { return text(name) }
    let target = index.aliases[name] ?? name
    if let number = numbers[target] {
      tag(1)
      return withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }
    if let function = index.definitions[target] {
      if function.body == nil { text(target) } else { queue.append(target) }
      if let number = index.numbers.values[target] { self.number(number) }
    } else if let variable = index.variables[target] {
      if variable.space != .shared { text(target) }
      add(variable, named: false)
    }
    tag(2)
    numbers[target] = UInt32(numbers.count)
  }

  private mutating func add(_ variable: Variable, named: Bool = true) {
    tag(3)
    text(variable.space.rawValue)
    text(variable.type.rawValue)
    text(variable.linkage == .extern ? "e" : "")
    number(variable.vector)
    number(variable.byteAlignment)
    number(variable.count ?? -1)
    number(variable.dimensions.count)
    for size in variable.dimensions { number(size) }
    for word in variable.attributes { text(word) }
    if named { name(variable.name) }
  }

  private mutating func add(_ function: Function) {
    tag(4)
    text(function.kind == .entry ? "entry" : "function")
    name(function.name)
    for variable in function.results { add(variable) }
    tag(5)
    for variable in function.parameters { add(variable) }
    for directive in function.directives {
      text(directive.name)
      for value in directive.values { number(value) }
      for word in directive.words { text(word) }
    }
    add(function.body ?? [])
  }

  private mutating func add(_ statements: [Statement]) {
    tag(6)
    for statement in statements {
      switch statement {
      case .variable(let variable): add(variable)
      case .label(let label, _): tag(7); name(label)
      case .instruction(let instruction): add(instruction)
      case .block(let inner, _): add(inner)
      case .branchTargets(let list, let labels, _): tag(8); name(list); for label in labels { name(label) }
      case .callTargets(let list, let functions, _): tag(9); name(list); for function in functions { name(function) }
      case .callPrototype(let prototype, let results, let parameters, let noReturn, _):
        tag(noReturn ? 10 : 11)
        name(prototype)
        for variable in results { add(variable) }
        tag(5)
        for variable in parameters { add(variable) }
      case .pragma(let words, _): tag(12); for word in words { text(word) }
      case .location: break
      }
    }
    tag(13)
  }

  private mutating func add(_ instruction: Instruction) {
    tag(14)
    if let predicate = instruction.predicate {
      tag(predicate.negated ? 15 : 16)
      name(predicate.register)
    }
    text(instruction.opcode)
    for modifier in instruction.modifiers { text(modifier) }
    for operand in instruction.operands { add(operand) }
  }

  private mutating func add(_ operand: Operand) {
    switch operand {
    case .register(let register): tag(17); name(register)
    case .symbol(let symbol): tag(18); name(symbol)
    case .integer(let value): tag(19); number(value)
    case .float32(let bits): tag(20); number(UInt64(bits))
    case .float64(let bits): tag(21); number(bits)
    case .negated(let inner): tag(22); add(inner)
    case .minus(let inner): tag(23); add(inner)
    case .sink: tag(24)
    case .vector(let parts): tag(25); number(parts.count); for part in parts { add(part) }
    case .element(let base, let part): tag(26); add(base); text(part)
    case .pair(let first, let second): tag(27); add(first); add(second)
    case .address(let base, let offset): tag(28); add(base); number(Int(offset))
    case .indexed(let base, let parts): tag(29); add(base); number(parts.count); for part in parts { add(part) }
    case .subscripted(let base, let index): tag(30); add(base); add(index)
    case .list(let parts): tag(31); number(parts.count); for part in parts { add(part) }
    }
  }
}
