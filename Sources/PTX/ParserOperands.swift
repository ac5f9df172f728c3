// Operands.  Source: PTX ISA 9.x, chapter 6 and the operand forms of chapter 9.

extension Parser {
  /// `isCall`: parentheses hold arguments instead of a constant expression.
  mutating func operand(isCall: Bool = false) throws(PTXError) -> Operand {
    let first: Operand
    switch kind {
    case .word: first = try named()
    case .openBrace: first = .vector(try list(until: .closeBrace, "'}' or ','"))
    case .openBracket: return try bracketed()
    case .openParenthesis where isCall: return .list(try list(until: .closeParenthesis, "')' or ','"))
    case .exclamation:
      let mark = lexer.mark
      try advance()
      if kind == .word, !isConstantWord() { return .negated(try plain(try named())) }
      lexer.rewind(to: mark)
      return try constantOperand()
    case .minus:
      let mark = lexer.mark
      try advance()
      if kind == .word, !isConstantWord() { return .minus(try plain(try named())) }
      lexer.rewind(to: mark)
      return try constantOperand()
    default:
      guard startsConstant() else { throw unexpected("an operand") }
      return try constantOperand()
    }
    guard kind == .pipe else { return first }
    let left = try plain(first)
    try advance()
    guard kind == .word else { throw unexpected("a register or '_'") }
    return .pair(left, try plain(try named()))
  }

  /// What a sign, '!' or '|' may stand beside: anything but `table+4`.
  private func plain(_ operand: Operand) throws(PTXError) -> Operand {
    if case .address = operand { throw unexpected("a register without an offset before this") }
    return operand
  }

  private mutating func constantOperand() throws(PTXError) -> Operand {
    switch try constant() {
    case .integer(let value, _): .integer(value)
    case .float32(let bits): .float32(bits)
    case .float64(let bits): .float64(bits)
    }
  }

  /// The operands between an opening token, which is the current one, and its partner.
  private mutating func list(until close: Token.Kind, _ name: String) throws(PTXError) -> [Operand] {
    try deeper()
    defer { depth -= 1 }
    try advance()
    var operands: [Operand] = []
    if try accept(close) { return operands }
    repeat { operands.append(try operand()) } while try accept(.comma)
    try expect(close, name)
    return operands
  }

  /// What begins with a name: `%r1`, `%tid.x`, `%v.x`, `table[2]`, `table+4`, `_`.
  private mutating func named() throws(PTXError) -> Operand {
    if isConstantWord() { return try constantOperand() }
    let token = lexer.token
    let name = text()
    try advance()
    if token.end - token.start == 1, lexer.bytes[token.start] == 0x5F { return .sink }
    if kind == .dotted, lexer.token.start == token.end + 1 {
      let element = text()
      try advance()
      if Parser.specialVectors.contains(name) { return .register(name + "." + element) }
      return .element(scopes.isRegister(name) ? .register(name) : .symbol(name), element)
    }
    let base: Operand = scopes.isRegister(name) ? .register(name) : .symbol(name)
    switch kind {
    case .plus, .minus: return .address(base: base, offset: try signedOffset())
    case .openBracket:
      try deeper()
      defer { depth -= 1 }
      try advance()
      let index = try operand()
      try expect(.closeBracket, "']'")
      return .subscripted(base, index)
    default: return base
    }
  }

  /// `[%rd1+8]`, `[4096]`, `[tensor, {x, y}]`, and `[a].unified`.
  private mutating func bracketed() throws(PTXError) -> Operand {
    let parts = try list(until: .closeBracket, "']' or ','")
    guard let first = parts.first else { throw unexpected("an address before this") }
    let result: Operand
    if parts.count > 1 {
      result = .indexed(first, Array(parts.dropFirst()))
    } else if case .address = first {
      result = first
    } else {
      result = .address(base: first, offset: 0)
    }
    guard kind == .dotted else { return result }
    let suffix = text()
    try advance()
    return .element(result, suffix)
  }

  /// Special registers that are vectors: `%tid.x` is one name.
  static let specialVectors: Set<String> = [
    "%tid", "%ntid", "%ctaid", "%nctaid", "%clusterid", "%nclusterid", "%cluster_ctaid", "%cluster_nctaid",
  ]
}
