// Several modules of relocatable device code (`nvcc -rdc=true`, one for each source file) as one.
// A name with linkage means one thing in all of them: `.visible` defines it once, `.weak` and `.common` as often as one likes,
// `.extern` (or a function without a body) refers to it.  A name without linkage is its module's own, and is renamed where
// another module has one like it; the first module keeps its names.
// What stays undefined is no error here: a kernel that uses it is refused, the others go on.
// Threads: pure functions.  Source: PTX ISA, "Linking Directives"; what nvlink does with .common (the largest one counts).
import PTX

public enum ModuleLinker {
  /// - Parameter modules: in the order of their priority: of weak definitions the first counts.
  /// - Throws: CompileError for a name that is defined twice, or declared as different things.
  public static func link(_ modules: [Module]) throws(CompileError) -> Module {
    guard modules.count > 1 else { return modules.first ?? Module() }
    var result = Module()
    result.version = modules.map(\.version).max { ($0.major, $0.minor) < ($1.major, $1.minor) }!
    result.addressSize = modules[0].addressSize
    result.target = modules.map(\.target).max { number(of: $0) < number(of: $1) }!
    var linker = Symbols()
    for (index, module) in modules.enumerated() {
      guard module.addressSize == result.addressSize else {
        throw CompileError(.invalidPTX, "modules of \(result.addressSize) and \(module.addressSize) bits can't be linked")
      }
      let module = linker.withOwnNames(module, number: index + 1)
      for declaration in module.declarations { try linker.add(declaration) }
    }
    result.declarations = linker.declarations
    return result
  }

  /// 90 of `sm_90a`.
  private static func number(of target: [String]) -> Int {
    Int((target.first ?? "").drop { !$0.isNumber }.prefix { $0.isNumber }) ?? 0
  }
}

/// What is known while modules are added one after another.
private struct Symbols {
  var declarations: [Declaration] = []
  /// Where a name stands in `declarations`: the definition, once there is one.
  private var places: [String: Int] = [:]
  /// Names that modules before have used for something of their own, or that have linkage.
  private var taken: Set<String> = []
  private var fileCount = 0

  // MARK: names without linkage

  /// The module with its own names made different from all before.
  mutating func withOwnNames(_ module: Module, number: Int) -> Module {
    var own: [String] = [], linked: Set<String> = [], files = 0
    for declaration in module.declarations {
      switch declaration {
      case .variable(let variable):
        if variable.linkage == .none { own.append(variable.name) } else { linked.insert(variable.name) }
      case .function(let function):
        // A prototype repeats the linkage of its function; a function of the library has none and no body at all.
        if function.linkage == .none, function.body != nil { own.append(function.name) } else if function.linkage != .none { linked.insert(function.name) }
      case .alias(let name, _, _): own.append(name)
      case .file(let index, _, _): files = max(files, index)
      case .pragma, .section: break
      }
    }
    var names: [String: String] = [:]
    for name in own where taken.contains(name) && !linked.contains(name) {
      var other = "\(name)$\(number)"
      while taken.contains(other) { other += "$" }
      names[name] = other
    }
    taken.formUnion(own.map { names[$0] ?? $0 })
    taken.formUnion(linked)
    let renaming = SymbolRenaming(names: names, firstFile: fileCount)
    fileCount += files
    return renaming.apply(to: module)
  }

  // MARK: names with linkage

  mutating func add(_ declaration: Declaration) throws(CompileError) {
    switch declaration {
    case .variable(let variable): try place(variable.name, declaration)
    case .function(let function): try place(function.name, declaration)
    case .alias(let name, _, _): try place(name, declaration)
    case .file, .pragma, .section: declarations.append(declaration)
    }
  }

  private mutating func place(_ name: String, _ new: Declaration) throws(CompileError) {
    guard let index = places[name] else {
      places[name] = declarations.count
      declarations.append(new)
      return
    }
    if let reason = contradiction(declarations[index], new) { throw CompileError(.invalidPTX, "`\(name)` is \(reason)") }
    switch (strength(declarations[index]), strength(new)) {
    case (.strong, .strong): throw CompileError(.invalidPTX, "`\(name)` is defined in two modules")
    case (.common, .common):
      if bytes(declarations[index]) < bytes(new) { declarations[index] = new }
    case (let old, let other) where other > old: declarations[index] = new
    default: break
    }
  }

  private enum Strength: Int, Comparable {
    case reference, common, weak, strong
    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  private func strength(_ declaration: Declaration) -> Strength {
    switch declaration {
    case .variable(let variable):
      switch variable.linkage {
      case .extern: .reference
      case .common: .common
      case .weak: .weak
      case .none, .visible: .strong
      }
    case .function(let function): function.body == nil ? .reference : function.linkage == .weak ? .weak : .strong
    default: .strong
    }
  }

  private func bytes(_ declaration: Declaration) -> Int {
    if case .variable(let variable) = declaration { return variable.byteCount }
    return 0
  }

  /// Why two declarations can't mean one thing; nil when they can.
  private func contradiction(_ a: Declaration, _ b: Declaration) -> String? {
    switch (a, b) {
    case (.variable(let a), .variable(let b)):
      if a.space != b.space { return "a .\(a.space.rawValue) variable in one module and a .\(b.space.rawValue) one in another" }
      let differ = a.byteCount != b.byteCount && !a.isUnsized && !b.isUnsized && a.linkage != .common && b.linkage != .common
      return differ && a.linkage != .weak && b.linkage != .weak ? "\(a.byteCount) bytes large in one module and \(b.byteCount) in another" : nil
    case (.function(let a), .function(let b)):
      if a.kind != b.kind { return "a kernel in one module and a function in another" }
      let shape = { (list: [Variable]) in list.map { $0.isUnsized ? -1 : $0.byteCount } }
      return shape(a.parameters) == shape(b.parameters) && shape(a.results) == shape(b.results)
        ? nil : "declared with different parameters or results in two modules"
    case (.alias, .function), (.function, .alias): return nil
    case (.alias, .alias): return "an alias in two modules"
    default: return "a variable in one module and a function in another"
    }
  }
}
