// Functions, their parameters and directives; variables and their initial values.
// Source: PTX ISA 9.x, chapters 5 (variables), 7 (functions), 11 (performance directives).

extension Parser {
  /// From `.entry` or `.func` to the closing brace or the semicolon.
  mutating func function(_ kind: Function.Kind, _ linkage: Linkage) throws(PTXError) -> Function {
    let position = position
    try advance()
    scopes.enter()
    defer { scopes.leave() }
    var function = Function(kind: kind, name: "", position: position)
    function.linkage = linkage
    while try isDotted("attribute") { function.directives.append(("attribute", [], try attributes())) }
    if self.kind == .openParenthesis { function.results = try parameters() }
    while try isDotted("attribute") { function.directives.append(("attribute", [], try attributes())) }
    function.name = try word("the name of the function")
    if self.kind == .openParenthesis { function.parameters = try parameters() }
    while self.kind == .dotted { function.directives.append(try functionDirective()) }
    if self.kind == .openBrace { function.body = try block() } else { try expect(.semicolon, "'{', ';' or a directive of the function") }
    return function
  }

  /// `.maxntid 32, 2`, `.noreturn`, `.pragma "x"`: a name, then what follows it.
  private mutating func functionDirective() throws(PTXError) -> (name: String, values: [Int], words: [String]) {
    let name = text()
    try advance()
    switch kind {
    case .string:
      let words = try strings()
      if kind == .semicolon {  // the pragma's own, unless nothing of a function follows: then it ends a declaration
        let mark = lexer.mark
        try advance()
        if kind != .openBrace, !(kind == .dotted && Parser.functionDirectives.contains(text())) { lexer.rewind(to: mark) }
      }
      return (name, [], words)
    case .word: return (name, [], try words("a name"))
    case .openParenthesis: return (name, [], try parenthesisedWords())
    case .dotted, .openBrace, .semicolon, .end: return (name, [], [])
    default:
      var values: [Int] = []
      repeat { values.append(try integerConstant("an integer")) } while try accept(.comma)
      return (name, values, [])
    }
  }

  private static let functionDirectives: Set<String> = [
    "maxntid", "reqntid", "minnctapersm", "maxnctapersm", "maxnreg", "noreturn", "pragma", "abi_preserve", "abi_preserve_control",
    "explicitcluster", "reqnctapercluster", "maxclusterrank", "blocksareclusters",
  ]

  func isDotted(_ word: String) throws(PTXError) -> Bool {
    guard kind == .dotted, lexer.token.end - lexer.token.start == word.utf8.count else { return false }
    return lexer.bytes[lexer.token.start..<lexer.token.end].elementsEqual(word.utf8)
  }

  /// `.attribute(.managed, .unified(19, 95))`
  private mutating func attributes() throws(PTXError) -> [String] {
    try advance()
    return try parenthesisedWords()
  }

  private mutating func parenthesisedWords() throws(PTXError) -> [String] {
    try expect(.openParenthesis, "'('")
    var result: [String] = []
    repeat {
      guard kind == .dotted || kind == .word else { throw unexpected("an attribute") }
      var attribute = text()
      try advance()
      if try accept(.openParenthesis) {
        var values: [String] = []
        repeat {
          guard kind == .integer || kind == .word else { throw unexpected("an integer") }
          values.append(text())
          try advance()
        } while try accept(.comma)
        try expect(.closeParenthesis, "')'")
        attribute += "(" + values.joined(separator: ",") + ")"
      }
      result.append(attribute)
    } while try accept(.comma)
    try expect(.closeParenthesis, "')'")
    return result
  }

  /// `(.param .u64 .ptr .global .align 8 a, .reg .b32 %r)`
  mutating func parameters() throws(PTXError) -> [Variable] {
    try expect(.openParenthesis, "'('")
    var result: [Variable] = []
    if try accept(.closeParenthesis) { return result }
    repeat {
      let prefix = try variablePrefix()
      let parameter = try declarator(prefix)
      scopes.declare(parameter)
      result.append(parameter)
    } while try accept(.comma)
    try expect(.closeParenthesis, "')' or ','")
    return result
  }

  /// `.shared .align 16 .b8 tile[16][32], other = 5;` from the state space on.
  mutating func variables(_ linkage: Linkage, _ body: (Variable) -> Void) throws(PTXError) {
    var prefix = try variablePrefix()
    prefix.linkage = linkage
    repeat {
      let variable = try declarator(prefix)
      scopes.declare(variable)
      body(variable)
    } while try accept(.comma)
    try expect(.semicolon, "';'")
  }

  /// State space, type, vector, alignment and attributes, in any order.
  private mutating func variablePrefix() throws(PTXError) -> Variable {
    let start = lexer.mark
    var prefix = Variable(space: .generic, type: .b8, name: "", position: position)
    var hasSpace = false, hasType = false, hasPointer = false
    while kind == .dotted {
      let word = text()
      if word == "align" {
        try advance()
        let bytes = try integerConstant("an alignment in bytes")
        if hasPointer { prefix.pointerAlignment = bytes } else { prefix.alignment = bytes }
        continue
      }
      if word == "attribute" {
        prefix.attributes += try attributes()
        continue
      }
      if word == "ptr" {
        hasPointer = true
        prefix.pointerSpace = .generic
      } else if let space = StateSpace(rawValue: word), space != .generic {
        if hasPointer { prefix.pointerSpace = space } else if hasSpace { throw unexpected("one state space") } else { prefix.space = space }
        hasSpace = true
      } else if let type = ScalarType.named[word] {
        if hasType { throw unexpected("one type") }
        prefix.type = type
        hasType = true
      } else if word == "v2" || word == "v4" || word == "v8" {
        prefix.vector = word == "v2" ? 2 : word == "v4" ? 4 : 8
      } else {
        throw unexpected(hasSpace ? "a type, '.align' or a vector size" : "a state space")
      }
      try advance()
    }
    if hasSpace, hasType { return prefix }
    if kind == .word || kind == .end {
      let name = hasSpace ? "a type" : "a state space"
      if !hasSpace { lexer.rewind(to: start) }
      throw unexpected(name)
    }
    throw unexpected(hasSpace ? "a type" : "a state space")
  }

  /// A name with what belongs to it alone: `r<9>`, `[16][32]`, `= {…}`.
  private mutating func declarator(_ prefix: Variable) throws(PTXError) -> Variable {
    var variable = prefix
    variable.position = position
    variable.name = try word("a name")
    if try accept(.less) {
      variable.count = try integerConstant("a number of registers", atMost: .additive)
      try expect(.greater, "'>'")
    }
    while try accept(.openBracket) {
      if try accept(.closeBracket) { variable.dimensions.append(0); continue }
      let size = try integerConstant("an array size")
      guard size >= 0 else { throw unexpected("an array size, not a negative number") }
      variable.dimensions.append(size)
      try expect(.closeBracket, "']'")
    }
    if try accept(.assign) { variable.initializer = try initializer() }
    return variable
  }

  private mutating func initializer() throws(PTXError) -> Initializer {
    switch kind {
    case .openBrace:
      try deeper()
      defer { depth -= 1 }
      try advance()
      var list: [Initializer] = []
      if try accept(.closeBrace) { return .list(list) }
      repeat { list.append(try initializer()) } while try accept(.comma)
      try expect(.closeBrace, "'}' or ','")
      return .list(list)
    case .word where !isConstantWord():
      let name = text()
      let mark = lexer.mark
      try advance()
      let isGeneric = name == "generic" && kind == .openParenthesis
      if !isGeneric, !(name == "mask" && kind == .openParenthesis) {
        return .address(symbol: name, offset: try signedOffset(), generic: false)
      }
      if isGeneric {
        try advance()
        let symbol = try word("a variable or function")
        let inside = try signedOffset()
        try expect(.closeParenthesis, "')'")
        return .address(symbol: symbol, offset: inside &+ (try signedOffset()), generic: true)
      }
      lexer.rewind(to: mark)
      throw unexpected("0xFF(symbol), the mask operator's form")
    default:
      switch try constant() {
      case .float32(let bits): return .float(UInt64(bits), .f32)
      case .float64(let bits): return .float(bits, .f64)
      case .integer(let value, _):
        guard try accept(.openParenthesis) else { return .integer(value) }
        try deeper()
        defer { depth -= 1 }
        let inner = try initializer()
        guard case .address = inner else { throw unexpected("the address that the mask takes a byte of") }
        try expect(.closeParenthesis, "')'")
        return .masked(mask: value, inner)
      }
    }
  }
}

extension ScalarType {
  static let named = Dictionary(uniqueKeysWithValues: ScalarType.allCases.map { ($0.rawValue, $0) })
}
