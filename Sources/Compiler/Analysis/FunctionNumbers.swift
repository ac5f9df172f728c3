// What a pointer to a device function holds: not an address but a number, the same in every kernel of the module.
// Kernels are separate code objects, so that a function has as many addresses as kernels; a number can stand in a variable's
// initial value (a virtual table) before any kernel is compiled, and a call through it is a choice among direct calls, whose
// registers and stack LLVM knows.
import PTX

struct FunctionNumbers {
  /// By name, in source order; never 0, which is the null pointer.
  let values: [String: UInt64]
  /// The functions that a call through a pointer may reach, in source order.
  let names: [String]

  init(_ index: ModuleIndex) {
    let module = index.module
    let taken = Self.addressTaken(index)
    var names: [String] = [], values: [String: UInt64] = [:]
    for case .function(let function) in module.declarations where taken.contains(function.name) && values[function.name] == nil {
      // A kernel's address names it, for a launch from the device; nothing can call it.
      if function.kind == .function { names.append(function.name) }
      values[function.name] = UInt64(values.count + 1) << 4
    }
    for case .alias(let name, let aliasee, _) in module.declarations { values[name] = values[aliasee] }
    self.names = names
    self.values = values
  }

  private static func addressTaken(_ index: ModuleIndex) -> Set<String> {
    let definitions = index.definitions, aliases = index.aliases
    var taken: Set<String> = []
    for name in definitions.keys { taken.formUnion(index.uses(of: name).addresses) }
    func visit(_ initializer: Initializer) {
      switch initializer {
      case .address(let symbol, _, _): taken.insert(symbol)
      case .masked(_, let inner): visit(inner)
      case .list(let parts): parts.forEach(visit)
      case .integer, .float: break
      }
    }
    for case .variable(let variable) in index.module.declarations { variable.initializer.map(visit) }
    taken.formUnion(taken.compactMap { aliases[$0] })
    return taken.filter { definitions[$0]?.body != nil }
  }
}
