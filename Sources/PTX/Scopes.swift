// Which names are registers.  `%` decides for most; the scopes hold only the others: registers without it, variables with it.

struct Scopes {
  private struct Scope {
    var names: [String: Bool] = [:]               // is it a register?
    var families: [(prefix: String, count: Int)] = []  // `.reg .b32 r<9>`
    var isEmpty: Bool { names.isEmpty && families.isEmpty }
  }
  private var scopes = [Scope()]
  private var known = 0  // scopes that hold anything

  mutating func enter() { scopes.append(Scope()) }
  mutating func leave() { if !scopes.removeLast().isEmpty { known -= 1 } }

  mutating func declare(_ variable: Variable) {
    let name = variable.name
    if variable.space == .reg, let count = variable.count {
      if name.utf8.first == 0x25 { return }
      note { $0.families.append((name, count)) }
    } else {
      let register = variable.space == .reg || variable.space == .sreg
      if isRegister(name) != register { note { $0.names[name] = register } }
    }
  }

  func isRegister(_ name: String) -> Bool {
    if known > 0 {
      for scope in scopes.reversed() where !scope.isEmpty {
        if let register = scope.names[name] { return register }
        if !scope.families.isEmpty, scope.families.contains(where: { Scopes.belongs(name, to: $0.prefix, $0.count) }) { return true }
      }
    }
    return name.utf8.first == 0x25
  }

  private mutating func note(_ change: (inout Scope) -> Void) {
    if scopes[scopes.count - 1].isEmpty { known += 1 }
    change(&scopes[scopes.count - 1])
  }

  private static func belongs(_ name: String, to prefix: String, _ count: Int) -> Bool {
    guard name.utf8.count > prefix.utf8.count, name.hasPrefix(prefix) else { return false }
    let digits = name.dropFirst(prefix.count)
    guard digits.utf8.allSatisfy(isDigit), digits.utf8.first != 0x30 || digits.utf8.count == 1 else { return false }
    return Int(digits).map { $0 < count } ?? false
  }
}
