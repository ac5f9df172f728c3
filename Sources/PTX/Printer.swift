// From the tree back to text.  `Parser.parse` of the result gives the same tree, but for positions.
// Full: what the tree does not keep (comments, contents of debug sections, where a location was inlined) is not printed.

extension Module: CustomStringConvertible {
  public var description: String {
    var printer = Printer()
    printer.module(self)
    return printer.text
  }
}
extension Function: CustomStringConvertible {
  public var description: String {
    var printer = Printer()
    printer.function(self)
    return printer.text
  }
}
extension Instruction: CustomStringConvertible {
  /// The instruction as it stands in a PTX text, with its semicolon.
  public var description: String { text + ";" }
  /// The same without it, for sentences.
  public var text: String {
    var printer = Printer()
    printer.instruction(self)
    return printer.text
  }
}
extension Operand: CustomStringConvertible {
  public var description: String {
    var printer = Printer()
    printer.operand(self, isValue: false)
    return printer.text
  }
}

struct Printer {
  var text = ""
  private var indentation = 0

  mutating func module(_ module: Module) {
    text += ".version \(module.version.major).\(module.version.minor)\n"
    if !module.target.isEmpty { text += ".target \(module.target.joined(separator: ", "))\n" }
    text += ".address_size \(module.addressSize)\n"
    for declaration in module.declarations { self.declaration(declaration) }
  }

  private mutating func declaration(_ declaration: Declaration) {
    switch declaration {
    case .variable(let variable):
      self.variable(variable)
      text += ";\n"
    case .function(let function): self.function(function)
    case .alias(let name, let aliasee, _): text += ".alias \(name), \(aliasee);\n"
    case .pragma(let strings, _): text += ".pragma \(quoted(strings));\n"
    case .file(let index, let name, _): text += ".file \(index) \"\(name)\"\n"
    case .section(let name, _): text += name.hasPrefix("@@") ? "\(name)\n" : ".section \(name) {\n}\n"
    }
  }

  mutating func function(_ function: Function) {
    linkage(function.linkage)
    text += function.kind == .entry ? ".entry " : ".func "
    for directive in function.directives where directive.name == "attribute" { attribute(directive.words) }
    if !function.results.isEmpty {
      parameters(function.results)
      text += " "
    }
    text += function.name
    parameters(function.parameters)
    for directive in function.directives where directive.name != "attribute" {
      text += "\n.\(directive.name)"
      if !directive.values.isEmpty { text += " " + directive.values.map(String.init).joined(separator: ", ") }
      if !directive.words.isEmpty {
        text += " " + (directive.name == "pragma" ? quoted(directive.words) : directive.words.joined(separator: ", "))
        if directive.name == "pragma", function.body != nil { text += ";" }
      }
    }
    if let body = function.body {
      text += "\n"
      block(body)
    } else {
      text += ";\n"
    }
  }

  private mutating func block(_ statements: [Statement]) {
    line("{")
    indentation += 1
    for statement in statements { self.statement(statement) }
    indentation -= 1
    line("}")
  }

  private mutating func statement(_ statement: Statement) {
    switch statement {
    case .block(let statements, _):
      block(statements)
      return
    case .label(let name, _):
      text += "\(name):\n"
      return
    default: text += String(repeating: "  ", count: indentation)
    }
    switch statement {
    case .variable(let variable):
      self.variable(variable)
      text += ";"
    case .instruction(let instruction):
      self.instruction(instruction)
      text += ";"
    case .branchTargets(let name, let labels, _): text += "\(name): .branchtargets \(labels.joined(separator: ", "));"
    case .callTargets(let name, let functions, _): text += "\(name): .calltargets \(functions.joined(separator: ", "));"
    case .callPrototype(let name, let results, let parameters, let noReturn, _):
      text += "\(name): .callprototype "
      if !results.isEmpty { self.parameters(results) }
      text += " _ "
      self.parameters(parameters)
      text += noReturn ? " .noreturn;" : ";"
    case .location(let file, let line, let column): text += ".loc \(file) \(line) \(column)"
    case .pragma(let strings, _): text += ".pragma \(quoted(strings));"
    case .block, .label: break  // above
    }
    text += "\n"
  }

  /// Without its semicolon.
  mutating func instruction(_ instruction: Instruction) {
    if let predicate = instruction.predicate { text += "@\(predicate.negated ? "!" : "")\(predicate.register) " }
    text += instruction.opcode
    for modifier in instruction.modifiers { text += "." + modifier }
    let isValue = Printer.takesAddressesAsValues.contains(instruction.opcode)
    for (index, operand) in instruction.operands.enumerated() {
      text += index == 0 ? " " : ", "
      self.operand(operand, isValue: isValue)
    }
  }

  /// Instructions whose `symbol+4` stands without brackets: they take an address, not what it points to.
  private static let takesAddressesAsValues: Set<String> = ["mov", "cvta", "isspacep", "mapa", "getctarank", "add", "sub"]

  mutating func operand(_ operand: Operand, isValue: Bool) {
    switch operand {
    case .register(let name), .symbol(let name): text += name
    case .integer(let value): text += String(Int64(bitPattern: value))
    case .float32(let bits): text += "0f" + hexadecimal(UInt64(bits), digits: 8)
    case .float64(let bits): text += "0d" + hexadecimal(bits, digits: 16)
    case .negated(let inner):
      text += "!"
      self.operand(inner, isValue: isValue)
    case .minus(let inner):
      text += "-"
      self.operand(inner, isValue: isValue)
    case .sink: text += "_"
    case .vector(let elements): list("{", elements, "}", isValue)
    case .element(let base, let name):
      self.operand(base, isValue: isValue)
      text += "." + name
    case .pair(let first, let second):
      self.operand(first, isValue: isValue)
      text += "|"
      self.operand(second, isValue: isValue)
    case .address(let base, let offset):
      if !isValue { text += "[" }
      self.operand(base, isValue: isValue)
      if offset != 0 || isValue { text += "+\(offset)" }
      if !isValue { text += "]" }
    case .indexed(let base, let rest): list("[", [base] + rest, "]", true)
    case .subscripted(let base, let index):
      self.operand(base, isValue: isValue)
      text += "["
      self.operand(index, isValue: true)
      text += "]"
    case .list(let operands): list("(", operands, ")", isValue)
    }
  }

  private mutating func list(_ open: String, _ operands: [Operand], _ close: String, _ isValue: Bool) {
    text += open
    for (index, operand) in operands.enumerated() {
      if index > 0 { text += ", " }
      self.operand(operand, isValue: isValue)
    }
    text += close
  }

  // MARK: variables

  private mutating func parameters(_ variables: [Variable]) {
    text += "("
    for (index, variable) in variables.enumerated() {
      if index > 0 { text += ", " }
      self.variable(variable)
    }
    text += ")"
  }

  private mutating func variable(_ variable: Variable) {
    linkage(variable.linkage)
    text += ".\(variable.space.rawValue)"
    if !variable.attributes.isEmpty {
      text += " "
      attribute(variable.attributes)
    }
    if let alignment = variable.alignment { text += " .align \(alignment)" }
    if variable.vector > 1 { text += " .v\(variable.vector)" }
    text += " .\(variable.type.rawValue)"
    if let space = variable.pointerSpace {
      text += space == .generic ? " .ptr" : " .ptr .\(space.rawValue)"
      if let alignment = variable.pointerAlignment { text += " .align \(alignment)" }
    }
    text += " " + variable.name
    if let count = variable.count { text += "<\(count)>" }
    for size in variable.dimensions { text += size == 0 ? "[]" : "[\(size)]" }
    if let initializer = variable.initializer {
      text += " = "
      self.initializer(initializer)
    }
  }

  private mutating func initializer(_ initializer: Initializer) {
    switch initializer {
    case .integer(let value): text += String(Int64(bitPattern: value))
    case .float(let bits, .f32): text += "0f" + hexadecimal(bits, digits: 8)
    case .float(let bits, _): text += "0d" + hexadecimal(bits, digits: 16)
    case .address(let symbol, let offset, let generic):
      text += generic ? "generic(\(symbol))" : symbol
      if offset != 0 { text += "+\(offset)" }
    case .masked(let mask, let inner):
      text += "0x" + String(mask, radix: 16, uppercase: true) + "("
      self.initializer(inner)
      text += ")"
    case .list(let values):
      text += "{"
      for (index, value) in values.enumerated() {
        if index > 0 { text += ", " }
        self.initializer(value)
      }
      text += "}"
    }
  }

  private mutating func linkage(_ linkage: Linkage) { if linkage != .none { text += ".\(linkage.rawValue) " } }

  private mutating func attribute(_ words: [String]) {
    text += ".attribute(" + words.map { "." + $0 }.joined(separator: ", ") + ") "
  }

  // MARK: pieces

  private mutating func line(_ string: String) { text += String(repeating: "  ", count: indentation) + string + "\n" }

  private func quoted(_ strings: [String]) -> String { strings.map { "\"\($0)\"" }.joined(separator: ", ") }

  private func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
