// From bytes to tokens, one at a time.
// Source: PTX ISA 9.x, chapter 4 (comments, identifiers, constants).  A NUL byte ends the text: fatbinaries pad with them.
// Full: words end at the first byte that no identifier may hold; bytes from 0x80 on count as letters.

struct Token {
  enum Kind: UInt8 {
    case end
    case word        // name, %r1, _
    case dotted      // .global, .shared::cta: `start` is after the dot
    case integer, float32, float64  // `value`
    case string      // `start` and `end` are inside the quotes
    case comma, semicolon, colon, question, at, doubleAt, hash
    case openBrace, closeBrace, openBracket, closeBracket, openParenthesis, closeParenthesis
    case exclamation, tilde, plus, minus, star, slash, percent, caret
    case less, greater, lessOrEqual, greaterOrEqual, shiftLeft, shiftRight
    case assign, equal, notEqual, ampersand, doubleAmpersand, pipe, doublePipe
  }
  var kind = Kind.end
  var isUnsigned = false  // an integer with a U, or above Int64.max
  var start = 0, end = 0
  var value: UInt64 = 0
  var line = 1, column = 1
  var position: Position { Position(line: line, column: column) }
}

/// May the byte stand inside an identifier?
@inline(__always)
func isFollowing(_ c: UInt8) -> Bool {
  let lower = c | 0x20
  return (lower >= 0x61 && lower <= 0x7A) || (c >= 0x30 && c <= 0x39) || c == 0x5F || c == 0x24 || c >= 0x80
}

@inline(__always)
func isDigit(_ c: UInt8) -> Bool { c >= 0x30 && c <= 0x39 }

struct Lexer {
  let bytes: [UInt8]
  private(set) var token = Token()  // the current one
  private var at = 0                // the first byte after it
  private var line = 1
  private var lineStart = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the lexer stands, to come back to after looking ahead.
  struct Mark {
    fileprivate var token: Token, at: Int, line: Int, lineStart: Int
    var start: Int { token.start }
    var end: Int { token.end }
  }
  var mark: Mark { Mark(token: token, at: at, line: line, lineStart: lineStart) }
  mutating func rewind(to mark: Mark) { token = mark.token; at = mark.at; line = mark.line; lineStart = mark.lineStart }

  /// The byte at `index`; NUL at and after the end.
  @inline(__always)
  func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  /// Extends the current word over the dotted words that touch it (`ld.global.v2.f32`); returns the end of all of them.
  @inline(__always)
  func endOfDottedRun() -> Int {
    var i = token.end
    while byte(i) == 0x2E, isFollowing(byte(i + 1)) { i = endOfDotted(i + 1) }
    return i
  }

  /// Goes on behind `end`, which must not lie before the current token's end nor on another line.
  mutating func advance(from end: Int) throws(PTXError) { at = end; try advance() }

  @inline(__always)
  private func endOfDotted(_ start: Int) -> Int {
    var i = start
    while true {
      while isFollowing(byte(i)) { i += 1 }
      guard byte(i) == 0x3A, byte(i + 1) == 0x3A, isFollowing(byte(i + 2)) else { return i }
      i += 2
    }
  }

  /// Moves to the next token.
  mutating func advance() throws(PTXError) {
    try skipBlanks()
    let start = at
    token.start = start
    token.line = line
    token.column = start - lineStart + 1
    let c = byte(start)
    let next = byte(start + 1)
    switch c {
    case 0: take(.end, 0)
    case 0x61...0x7A, 0x41...0x5A, 0x5F, 0x24, 0x80...0xFF: word()  // a-z A-Z _ $
    case 0x25: if isFollowing(next) { word() } else { take(.percent, 1) }
    case 0x2E:  // .
      guard isFollowing(next) else { throw error("a word after the dot", found: "'.'") }
      at = endOfDotted(start + 1)
      token.kind = .dotted
      token.start = start + 1
      token.end = at
    case 0x30...0x39: try number()
    case 0x22: try string()
    case 0x2C: take(.comma, 1)
    case 0x3B: take(.semicolon, 1)
    case 0x3A: take(.colon, 1)
    case 0x3F: take(.question, 1)
    case 0x40: if next == 0x40 { take(.doubleAt, 2) } else { take(.at, 1) }
    case 0x7B: take(.openBrace, 1)
    case 0x7D: take(.closeBrace, 1)
    case 0x5B: take(.openBracket, 1)
    case 0x5D: take(.closeBracket, 1)
    case 0x28: take(.openParenthesis, 1)
    case 0x29: take(.closeParenthesis, 1)
    case 0x21: if next == 0x3D { take(.notEqual, 2) } else { take(.exclamation, 1) }
    case 0x7E: take(.tilde, 1)
    case 0x2B: take(.plus, 1)
    case 0x2D: take(.minus, 1)
    case 0x2A: take(.star, 1)
    case 0x2F: take(.slash, 1)
    case 0x5E: take(.caret, 1)
    case 0x3C: if next == 0x3C { take(.shiftLeft, 2) } else if next == 0x3D { take(.lessOrEqual, 2) } else { take(.less, 1) }
    case 0x3E: if next == 0x3E { take(.shiftRight, 2) } else if next == 0x3D { take(.greaterOrEqual, 2) } else { take(.greater, 1) }
    case 0x3D: if next == 0x3D { take(.equal, 2) } else { take(.assign, 1) }
    case 0x26: if next == 0x26 { take(.doubleAmpersand, 2) } else { take(.ampersand, 1) }
    case 0x7C: if next == 0x7C { take(.doublePipe, 2) } else { take(.pipe, 1) }
    default: throw error("a token", found: "byte 0x\(String(c, radix: 16))")
    }
  }

  /// Skips the rest of the line that the current token stands on.
  mutating func skipLine() throws(PTXError) {
    while byte(at) != 0x0A, byte(at) != 0 { at += 1 }
    try advance()
  }

  @inline(__always)
  private mutating func take(_ kind: Token.Kind, _ count: Int) {
    at += count
    token.kind = kind
    token.end = at
  }

  @inline(__always)
  private mutating func word() {
    var i = at + 1
    while isFollowing(byte(i)) { i += 1 }
    at = i
    token.kind = .word
    token.end = i
  }

  private mutating func skipBlanks() throws(PTXError) {
    while true {
      switch byte(at) {
      case 0x20, 0x09, 0x0D, 0x0B, 0x0C: at += 1
      case 0x0A: newLine()
      case 0x2F where byte(at + 1) == 0x2F:
        while byte(at) != 0x0A, byte(at) != 0 { at += 1 }
      case 0x2F where byte(at + 1) == 0x2A:
        markHere()
        at += 2
        while !(byte(at) == 0x2A && byte(at + 1) == 0x2F) {
          if byte(at) == 0 { throw error("the end of this comment, */", found: "the end of the text") }
          if byte(at) == 0x0A { newLine() } else { at += 1 }
        }
        at += 2
      case 0x23:  // `# 12 "file"`, `#line 12 "file"`: what a preprocessor leaves
        markHere()
        var i = at + 1
        while byte(i) == 0x20 { i += 1 }
        guard isDigit(byte(i)) || (byte(i) == 0x6C && byte(i + 1) == 0x69 && byte(i + 2) == 0x6E && byte(i + 3) == 0x65) else {
          throw error("preprocessed PTX", found: "a preprocessor directive")
        }
        while byte(at) != 0x0A, byte(at) != 0 { at += 1 }
      default: return
      }
    }
  }

  private mutating func newLine() {
    at += 1
    line += 1
    lineStart = at
  }

  private mutating func markHere() {
    token.line = line
    token.column = at - lineStart + 1
  }

  private mutating func string() throws(PTXError) {
    var i = at + 1
    while byte(i) != 0x22 {
      if byte(i) == 0x5C, byte(i + 1) != 0x0A, byte(i + 1) != 0 { i += 1 }
      if byte(i) == 0 || byte(i) == 0x0A { throw error("the end of this string on its line", found: "the end of the line") }
      i += 1
    }
    token.kind = .string
    token.start = at + 1
    token.end = i
    at = i + 1
  }

  private mutating func number() throws(PTXError) {
    token.isUnsigned = false
    let marker = byte(at) == 0x30 ? byte(at + 1) | 0x20 : 0
    switch marker {
    case 0x78: try integer(from: at + 2, radix: 16)              // 0x
    case 0x62: try integer(from: at + 2, radix: 2)               // 0b
    case 0x66: try floatBits(.float32, digits: 8)                // 0f
    case 0x64: try floatBits(.float64, digits: 16)               // 0d
    default:
      var i = at
      while isDigit(byte(i)) { i += 1 }
      let next = byte(i + 1)
      let exponentAfterDot = next | 0x20 == 0x65 && (isDigit(byte(i + 2)) || byte(i + 2) == 0x2B || byte(i + 2) == 0x2D)
      if byte(i) == 0x2E, isDigit(next) || !isFollowing(next) || exponentAfterDot {
        try decimalFloat(fraction: i + 1)
      } else if byte(i) | 0x20 == 0x65 {
        try decimalFloat(fraction: i)
      } else if byte(at) == 0x30, i > at + 1 {
        try integer(from: at + 1, radix: 8)
      } else {
        try integer(from: at, radix: 10)
      }
    }
    if isFollowing(byte(at)) { throw error("the end of this number", found: "a letter or digit in it") }
    token.end = at
  }

  private mutating func integer(from start: Int, radix: UInt64) throws(PTXError) {
    var i = start
    var value: UInt64 = 0
    while let digit = Lexer.digit(byte(i)), digit < radix {
      let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (sum, carry) = product.addingReportingOverflow(digit)
      if tooLarge || carry { throw error("an integer of at most 64 bits", found: "a larger one") }
      value = sum
      i += 1
    }
    if i == start { throw error("the digits of this number", found: "none") }
    token.isUnsigned = value > UInt64(Int64.max)
    if byte(i) == 0x55 { token.isUnsigned = true; i += 1 }  // U
    token.kind = .integer
    token.value = value
    at = i
  }

  private mutating func floatBits(_ kind: Token.Kind, digits: Int) throws(PTXError) {
    var i = at + 2
    var value: UInt64 = 0
    while let digit = Lexer.digit(byte(i)), i - at - 2 < digits { value = value << 4 | digit; i += 1 }
    if i - at - 2 != digits { throw error("\(digits) hexadecimal digits", found: "\(i - at - 2)") }
    token.kind = kind
    token.value = value
    at = i
  }

  private mutating func decimalFloat(fraction: Int) throws(PTXError) {
    var i = fraction
    while isDigit(byte(i)) { i += 1 }
    if byte(i) | 0x20 == 0x65 {
      i += 1
      if byte(i) == 0x2B || byte(i) == 0x2D { i += 1 }
      while isDigit(byte(i)) { i += 1 }
    }
    var text = (byte(at) == 0x2E ? "0" : "") + String(decoding: bytes[at..<i], as: UTF8.self)
    if text.utf8.last == 0x2E { text += "0" }
    guard let value = Double(text) else { throw error("a floating-point number", found: "'\(text)'") }
    token.kind = .float64
    token.value = value.bitPattern
    at = i
  }

  /// Reads the current token, a dotted word that begins with a digit, as `.5` where a constant is wanted.
  mutating func readFraction() throws(PTXError) {
    let start = token.start - 1
    at = start
    try decimalFloat(fraction: start + 1)
    if isFollowing(byte(at)) { throw error("the end of this number", found: "a letter or digit in it") }
    token.start = start
    token.end = at
  }

  @inline(__always)
  private static func digit(_ c: UInt8) -> UInt64? {
    if isDigit(c) { return UInt64(c - 0x30) }
    let lower = c | 0x20
    return lower >= 0x61 && lower <= 0x66 ? UInt64(lower - 0x57) : nil
  }

  /// An error at the current token's position.
  func error(_ expected: String, found: String) -> PTXError {
    error(at: token.position, expected, found: found)
  }

  func error(at position: Position, _ expected: String, found: String) -> PTXError {
    var start = 0
    var line = 1
    while line < position.line, start < bytes.count { if bytes[start] == 0x0A { line += 1 }; start += 1 }
    var end = start
    while byte(end) != 0x0A, byte(end) != 0x0D, byte(end) != 0, end - start < 200 { end += 1 }
    let text = String(decoding: bytes[min(start, bytes.count)..<min(end, bytes.count)], as: UTF8.self)
    return PTXError(position: position, line: text, expected: expected, found: found)
  }
}
