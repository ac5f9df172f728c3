// What every kernel of a module asks about it, found once: definitions by name, aliases, variables, the numbers of functions.
// A module of hundreds of kernels is walked once instead of once for each.
// Threads: immutable after init; each part is made at its first use, so an index belongs to one thread at a time.
import PTX

/// A parsed module with its tables.  Keep one for as long as kernels of the module are compiled.
public final class ModuleIndex {
  public let module: Module

  public init(_ module: Module) { self.module = module }

  /// Functions by name: the one with a body where there are several.
  private(set) lazy var definitions: [String: Function] = {
    var result: [String: Function] = [:]
    for case .function(let function) in module.declarations {
      if result[function.name]?.body == nil { result[function.name] = function }
    }
    return result
  }()

  private(set) lazy var aliases: [String: String] = {
    var result: [String: String] = [:]
    for case .alias(let name, let aliasee, _) in module.declarations { result[name] = aliasee }
    return result
  }()

  /// Module variables by name: the definition where there is one.
  private(set) lazy var variables: [String: Variable] = {
    var result: [String: Variable] = [:]
    for case .variable(let variable) in module.declarations {
      if result[variable.name] == nil || variable.linkage != .extern { result[variable.name] = variable }
    }
    return result
  }()

  private(set) lazy var numbers = FunctionNumbers(self)

  /// What the statements of each function use.
  private var knownUses: [String: Uses] = [:]

  func uses(of function: String) -> Uses {
    if let known = knownUses[function] { return known }
    var uses = Uses()
    uses.visit(definitions[function]?.body ?? [])
    knownUses[function] = uses
    return uses
  }

  /// The kernels that have a body, in source order.
  public var kernelNames: [String] {
    module.declarations.compactMap {
      if case .function(let function) = $0, function.kind == .entry, function.body != nil { function.name } else { nil }
    }
  }
}
