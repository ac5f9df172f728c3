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

  init(_ module: Module) {
    let definitions = Reachability.definitions(module)
    let taken = Self.addressTaken(definitions, module)
    var names: [String] = [], values: [String: UInt64] = [:]
    for case .function(let function) in module.declarations where taken.contains(function.name) && values[function.name] == nil {
      names.append(function.name)
      values[function.name] = UInt64(names.count) << 4
    }
    for case .alias(let name, let aliasee, _) in module.declarations { values[name] = values[aliasee] }
    self.names = names
    self.values = values
  }

  private static func addressTaken(_ definitions: [String: Function], _ module: Module) -> Set<String> {
    let aliases = Reachability.aliases(module)
    var taken: Set<String> = []
    for function in definitions.values {
      var uses = Uses()
      uses.visit(function.body ?? [])
      taken.formUnion(uses.addresses)
    }
    func visit(_ initializer: Initializer) {
      switch initializer {
      case .address(let symbol, _, _): taken.insert(symbol)
      case .masked(_, let inner): visit(inner)
      case .list(let parts): parts.forEach(visit)
      case .integer, .float: break
      }
    }
    for case .variable(let variable) in module.declarations { variable.initializer.map(visit) }
    taken.formUnion(taken.compactMap { aliases[$0] })
    return taken.filter { definitions[$0]?.kind == .function && definitions[$0]?.body != nil }
  }
}
