// Statements: blocks, labels, instructions and the directives that stand among them.
// Source: PTX ISA 9.x, sections 4.2 (statements), 9.3 (predication), 11.2-11.3 (control flow, debugging directives).

extension Parser {
  /// `{ … }` with its own scope.
  mutating func block() throws(PTXError) -> [Statement] {
    try deeper()
    scopes.enter()
    defer { scopes.leave(); depth -= 1 }
    try expect(.openBrace, "'{'")
    var statements: [Statement] = []
    while kind != .closeBrace {
      if kind == .end { throw unexpected("'}'") }
      try statement(into: &statements)
    }
    try advance()
    return statements
  }

  private mutating func statement(into statements: inout [Statement]) throws(PTXError) {
    let position = position
    switch kind {
    case .word:
      let end = lexer.endOfDottedRun()
      if end == lexer.token.end, let name = try label() {
        statements.append(try labelled(name, position))
        return
      }
      statements.append(.instruction(try instruction(nil, end, position)))
    case .at:
      let predicate = try guardPredicate()
      guard kind == .word else { throw unexpected("an instruction") }
      statements.append(.instruction(try instruction(predicate, lexer.endOfDottedRun(), position)))
    case .openBrace: statements.append(.block(try block(), position))
    case .semicolon: try advance()
    case .doubleAt: try lexer.skipLine()
    case .dotted:
      switch text() {
      case "loc": statements.append(try location())
      case "file": _ = try fileDirective()
      case "pragma":
        try advance()
        statements.append(.pragma(try strings(), position))
        try expect(.semicolon, "';'")
      default: try variables(try linkage()) { statements.append(.variable($0)) }
      }
    default: throw unexpected("a statement")
    }
  }

  private mutating func linkage() throws(PTXError) -> Linkage {
    guard let linkage = Linkage(rawValue: text()), linkage != .none else { return .none }
    try advance()
    return linkage
  }

  /// The current word, if a colon follows it; both are passed then.
  private mutating func label() throws(PTXError) -> String? {
    let mark = lexer.mark
    try advance()
    guard kind == .colon else {
      lexer.rewind(to: mark)
      return nil
    }
    try advance()
    return text(mark.start, mark.end)
  }

  /// A label, or the list or prototype that it names.
  private mutating func labelled(_ name: String, _ position: Position) throws(PTXError) -> Statement {
    if try isDotted("branchtargets") {
      try advance()
      let labels = try words("a label")
      try expect(.semicolon, "';'")
      return .branchTargets(name: name, labels: labels, position)
    }
    if try isDotted("calltargets") {
      try advance()
      let functions = try words("a function")
      try expect(.semicolon, "';'")
      return .callTargets(name: name, functions: functions, position)
    }
    if try isDotted("callprototype") { return try callPrototype(name, position) }
    return .label(name, position)
  }

  private mutating func callPrototype(_ name: String, _ position: Position) throws(PTXError) -> Statement {
    try advance()
    scopes.enter()  // its parameters name nothing
    defer { scopes.leave() }
    let results = kind == .openParenthesis ? try parameters() : []
    _ = try word("'_'")
    let parameters = kind == .openParenthesis ? try parameters() : []
    var noReturn = false
    while kind == .dotted {  // .noreturn; .abi_preserve and .abi_preserve_control, which bind ptxas alone
      if try isDotted("noreturn") { noReturn = true }
      try advance()
      if startsConstant() { _ = try integerConstant("an integer") }
    }
    try expect(.semicolon, "';'")
    return .callPrototype(name: name, results: results, parameters: parameters, noReturn: noReturn, position)
  }

  /// `.loc 1 10 5, function_name $L__info_string0, inlined_at 1 3 1`: where it stands, not where it was inlined.
  mutating func location() throws(PTXError) -> Statement {
    try advance()
    let file = try integerConstant("a file number", atMost: .unary)
    let line = try integerConstant("a line", atMost: .unary)
    let column = kind == .integer ? try integerConstant("a column", atMost: .unary) : 0
    while try accept(.comma) {
      let word = try word("'function_name' or 'inlined_at'")
      switch word {
      case "function_name":
        guard kind == .word || kind == .dotted else { throw unexpected("a label") }
        try advance()
        _ = try signedOffset()
      case "inlined_at":
        for name in ["a file number", "a line", "a column"] { _ = try integerConstant(name, atMost: .unary) }
      default: throw unexpected("'function_name' or 'inlined_at', not '\(word)', before this")
      }
    }
    return .location(file: file, line: line, column: column)
  }

  private mutating func guardPredicate() throws(PTXError) -> Predicate {
    try advance()
    let negated = try accept(.exclamation)
    return Predicate(register: try word("a predicate register"), negated: negated)
  }

  /// `end` is where the opcode's dotted words that touch it end; others may follow after blanks.
  private mutating func instruction(_ predicate: Predicate?, _ end: Int, _ position: Position) throws(PTXError) -> Instruction {
    let (opcode, modifiers) = opcode(lexer.token.start, end)
    var instruction = Instruction(opcode: opcode, position: position)
    instruction.predicate = predicate
    instruction.modifiers = modifiers
    try lexer.advance(from: end)
    while kind == .dotted {
      instruction.modifiers.append(text())
      try advance()
    }
    if kind != .semicolon {
      let isCall = opcode == "call"
      instruction.operands.reserveCapacity(4)
      repeat { instruction.operands.append(try operand(isCall: isCall)) } while try accept(.comma)
    }
    try expect(.semicolon, "';' or ','")
    return instruction
  }
}
