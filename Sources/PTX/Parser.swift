// From the text of a PTX module to its tree: entry point, shared helpers, module level.
// Threads: a parser is a value, used once.  Order: functions, statements, operands and constants are in the files beside this.
// Full: nesting (braces, parentheses, operators) deeper than `Parser.depthLimit` is an error, so input cannot exhaust the stack.
// Source: PTX ISA 9.x, chapters 4, 5, 7 and 11.  Modifiers are taken in any order; what they mean is not judged here.

public struct Parser {
  static let depthLimit = 200

  var lexer: Lexer
  var scopes = Scopes()
  var depth = 0
  private var longNames = ByteTable<String>()
  private var opcodes = ByteTable<(opcode: String, modifiers: [String])>()

  private init(_ bytes: [UInt8]) throws(PTXError) {
    lexer = Lexer(bytes)
    try lexer.advance()
  }

  /// Parses a whole module.  `bytes` is its text; a NUL ends it, as the padding in a fatbinary does.
  public static func parse(_ bytes: [UInt8]) throws(PTXError) -> Module {
    var parser = try Parser(bytes)
    return try parser.module()
  }

  // MARK: tokens

  var kind: Token.Kind { @inline(__always) get { lexer.token.kind } }
  var position: Position { @inline(__always) get { lexer.token.position } }

  mutating func advance() throws(PTXError) { try lexer.advance() }

  func unexpected(_ expected: String) -> PTXError {
    let token = lexer.token
    let text = String(decoding: lexer.bytes[token.start..<min(token.end, token.start + 60)], as: UTF8.self)
    switch token.kind {
    case .end: return lexer.error(expected, found: "the end of the text")
    case .dotted: return lexer.error(expected, found: "'.\(text)'")
    case .string: return lexer.error(expected, found: "\"\(text)\"")
    default: return lexer.error(expected, found: "'\(text)'")
    }
  }

  mutating func expect(_ kind: Token.Kind, _ name: String) throws(PTXError) {
    guard self.kind == kind else { throw unexpected(name) }
    try advance()
  }

  mutating func accept(_ kind: Token.Kind) throws(PTXError) -> Bool {
    guard self.kind == kind else { return false }
    try advance()
    return true
  }

  mutating func deeper() throws(PTXError) {
    depth += 1
    if depth > Parser.depthLimit { throw lexer.error("at most \(Parser.depthLimit) levels of nesting", found: "one more") }
  }

  /// The current token's text; long ones become one shared string.
  mutating func text() -> String { text(lexer.token.start, lexer.token.end) }

  mutating func text(_ start: Int, _ end: Int) -> String {
    if end - start <= 15 { return String(decoding: lexer.bytes[start..<end], as: UTF8.self) }
    let hash = ByteTable<String>.hash(lexer.bytes, start, end)
    if let known = longNames.find(hash, lexer.bytes, start, end) { return known }
    let string = String(decoding: lexer.bytes[start..<end], as: UTF8.self)
    longNames.insert(hash, start, end, string)
    return string
  }

  mutating func word(_ name: String) throws(PTXError) -> String {
    guard kind == .word else { throw unexpected(name) }
    let result = text()
    try advance()
    return result
  }

  /// Splits `ld.global.v2.f32`, standing at `start..<end`, into opcode and modifiers; once for each spelling.
  mutating func opcode(_ start: Int, _ end: Int) -> (opcode: String, modifiers: [String]) {
    let hash = ByteTable<String>.hash(lexer.bytes, start, end)
    if let known = opcodes.find(hash, lexer.bytes, start, end) { return known }
    var parts: [String] = []
    var from = start
    for i in start..<end where lexer.bytes[i] == 0x2E {
      parts.append(text(from, i))
      from = i + 1
    }
    parts.append(text(from, end))
    let result = (opcode: parts[0], modifiers: Array(parts.dropFirst()))
    opcodes.insert(hash, start, end, result)
    return result
  }

  /// `"a", "b"`
  mutating func strings() throws(PTXError) -> [String] {
    var result: [String] = []
    repeat {
      guard kind == .string else { throw unexpected("a string") }
      result.append(text())
      try advance()
    } while try accept(.comma)
    return result
  }

  /// `a, b, c`
  mutating func words(_ name: String) throws(PTXError) -> [String] {
    var result: [String] = []
    repeat { result.append(try word(name)) } while try accept(.comma)
    return result
  }

  // MARK: module level

  private mutating func module() throws(PTXError) -> Module {
    var module = Module()
    var isFirst = true
    while kind != .end {
      if kind == .dotted, text() == "version" { try version(&module) } else {
        if isFirst { throw unexpected("'.version'") }
        try declaration(into: &module)
      }
      isFirst = false
    }
    if isFirst { throw unexpected("'.version'") }
    return module
  }

  private mutating func version(_ module: inout Module) throws(PTXError) {
    try advance()
    let parts = text().split(separator: ".", omittingEmptySubsequences: false)
    guard kind == .float64, parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]) else {
      throw unexpected("a version such as 8.5")
    }
    module.version = (major, minor)
    try advance()
  }

  private mutating func declaration(into module: inout Module) throws(PTXError) {
    let position = position
    switch kind {
    case .semicolon: try advance()
    case .doubleAt:
      try lexer.skipLine()
      module.declarations.append(.section(name: "@@DWARF", position))
    case .dotted:
      switch text() {
      case "target":
        try advance()
        module.target += try words("a target such as sm_90")
      case "address_size":
        try advance()
        module.addressSize = try integerConstant("32 or 64")
      case "file":
        if let file = try fileDirective() { module.declarations.append(file) }
      case "section":
        try advance()
        let name = try sectionName()
        try skipBraces()
        module.declarations.append(.section(name: name, position))
      case "alias":
        try advance()
        let name = try word("the alias")
        try expect(.comma, "','")
        let aliasee = try word("the function that the alias stands for")
        try expect(.semicolon, "';'")
        module.declarations.append(.alias(name: name, aliasee: aliasee, position))
      case "pragma":
        try advance()
        module.declarations.append(.pragma(try strings(), position))
        try expect(.semicolon, "';'")
      case "loc": _ = try location()
      default: try linked(into: &module)
      }
    default: throw unexpected("a directive")
    }
  }

  /// What may carry a linkage: a variable, an entry or a function.
  private mutating func linked(into module: inout Module) throws(PTXError) {
    var linkage = Linkage.none
    while kind == .dotted, let word = Linkage(rawValue: text()), word != .none {
      linkage = word
      try advance()
    }
    guard kind == .dotted else { throw unexpected("'.entry', '.func' or a state space") }
    switch text() {
    case "entry": module.declarations.append(.function(try function(.entry, linkage)))
    case "func": module.declarations.append(.function(try function(.function, linkage)))
    default:
      try variables(linkage) { module.declarations.append(.variable($0)) }
    }
  }

  /// `.file 1 "name"`, with time and size behind it or without.
  mutating func fileDirective() throws(PTXError) -> Declaration? {
    let position = position
    try advance()
    let index = try integerConstant("a file number")
    guard kind == .string else { throw unexpected("a file name") }
    let name = text()
    try advance()
    while try accept(.comma) { _ = try integerConstant("a time or a size") }
    return .file(index: index, name: name, position)
  }

  private mutating func sectionName() throws(PTXError) -> String {
    guard kind == .dotted || kind == .word else { throw unexpected("a section name") }
    let end = lexer.endOfDottedRun()
    let name = kind == .dotted ? "." + text(lexer.token.start, end) : text(lexer.token.start, end)
    try lexer.advance(from: end)
    return name
  }

  private mutating func skipBraces() throws(PTXError) {
    guard kind == .openBrace else { throw unexpected("'{'") }
    var open = 0
    repeat {
      if kind == .openBrace { open += 1 }
      if kind == .closeBrace { open -= 1 }
      if kind == .end { throw unexpected("'}'") }
      try advance()
    } while open > 0
  }
}
