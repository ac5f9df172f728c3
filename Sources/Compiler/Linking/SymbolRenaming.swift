// Other names for a module's own variables and functions, everywhere they are used: declarations, initial values, bodies.
// A name that a function declares for itself (a parameter, a local variable, a label) hides the module's and stays.
// `.file` and `.loc` numbers are moved too, so that the files of several modules don't mix.
// Threads: a value.
import PTX

struct SymbolRenaming {
  let names: [String: String]
  /// Added to the numbers of files.
  let firstFile: Int

  func apply(to module: Module) -> Module {
    guard !names.isEmpty || firstFile > 0 else { return module }
    var module = module
    module.declarations = module.declarations.map { declaration in
      switch declaration {
      case .variable(let variable): .variable(apply(to: variable, hidden: []))
      case .function(let function): .function(apply(to: function))
      case .alias(let name, let aliasee, let position): .alias(name: renamed(name), aliasee: renamed(aliasee), position)
      case .file(let index, let name, let position): .file(index: index + firstFile, name: name, position)
      case .pragma, .section: declaration
      }
    }
    return module
  }

  private func renamed(_ name: String, _ hidden: Set<String> = []) -> String {
    hidden.contains(name) ? name : names[name] ?? name
  }

  private func apply(to variable: Variable, hidden: Set<String>) -> Variable {
    var variable = variable
    variable.name = renamed(variable.name, hidden)
    variable.initializer = variable.initializer.map { apply(to: $0, hidden) }
    return variable
  }

  private func apply(to initializer: Initializer, _ hidden: Set<String>) -> Initializer {
    switch initializer {
    case .integer, .float: initializer
    case .address(let symbol, let offset, let generic): .address(symbol: renamed(symbol, hidden), offset: offset, generic: generic)
    case .masked(let mask, let inner): .masked(mask: mask, apply(to: inner, hidden))
    case .list(let parts): .list(parts.map { apply(to: $0, hidden) })
    }
  }

  private func apply(to function: Function) -> Function {
    var function = function
    function.name = renamed(function.name)
    guard let body = function.body else { return function }
    var hidden = Set((function.parameters + function.results).map(\.name))
    if !names.isEmpty { Self.declared(body, &hidden) }
    function.body = apply(to: body, hidden)
    return function
  }

  /// The names that statements declare, in whatever scope.
  private static func declared(_ statements: [Statement], _ names: inout Set<String>) {
    for statement in statements {
      switch statement {
      case .variable(let variable):
        // An .extern variable is the module's, wherever it is declared.
        if variable.linkage != .extern { names.insert(variable.name) }
      case .label(let name, _), .branchTargets(let name, _, _), .callTargets(let name, _, _), .callPrototype(let name, _, _, _, _): names.insert(name)
      case .block(let inner, _): declared(inner, &names)
      case .instruction, .location, .pragma: break
      }
    }
  }

  private func apply(to statements: [Statement], _ hidden: Set<String>) -> [Statement] {
    statements.map { statement in
      switch statement {
      case .variable(let variable): return .variable(apply(to: variable, hidden: hidden))
      case .instruction(var instruction):
        if !names.isEmpty { instruction.operands = instruction.operands.map { apply(to: $0, hidden) } }
        return .instruction(instruction)
      case .block(let inner, let position): return .block(apply(to: inner, hidden), position)
      case .callTargets(let name, let functions, let position):
        return .callTargets(name: name, functions: functions.map { renamed($0, hidden) }, position)
      case .location(let file, let line, let column): return .location(file: file + firstFile, line: line, column: column)
      case .label, .branchTargets, .callPrototype, .pragma: return statement
      }
    }
  }

  private func apply(to operand: Operand, _ hidden: Set<String>) -> Operand {
    switch operand {
    case .symbol(let name): .symbol(renamed(name, hidden))
    case .negated(let inner): .negated(apply(to: inner, hidden))
    case .minus(let inner): .minus(apply(to: inner, hidden))
    case .vector(let parts): .vector(parts.map { apply(to: $0, hidden) })
    case .element(let inner, let part): .element(apply(to: inner, hidden), part)
    case .pair(let first, let second): .pair(apply(to: first, hidden), apply(to: second, hidden))
    case .address(let base, let offset): .address(base: apply(to: base, hidden), offset: offset)
    case .indexed(let base, let parts): .indexed(apply(to: base, hidden), parts.map { apply(to: $0, hidden) })
    case .subscripted(let base, let index): .subscripted(apply(to: base, hidden), apply(to: index, hidden))
    case .list(let parts): .list(parts.map { apply(to: $0, hidden) })
    case .register, .integer, .float32, .float64, .sink: operand
    }
  }
}
