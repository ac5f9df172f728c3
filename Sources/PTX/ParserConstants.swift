// Constant expressions, evaluated while they are parsed.
// Source: PTX ISA 9.x, section 4.5 (constants; table of constant expression evaluation rules): integers are .s64, or .u64 when
// they do not fit or carry a U; floating-point ones are .f64.  0f constants keep their bits, and take no part in arithmetic
// but for their sign.  Arithmetic wraps.  Where the manual and ptxas 13 differ this does what ptxas does: `%` divides as
// unsigned, `&`, `|` and `^` of signed operands stay signed, shifts take their distance modulo 64.

enum Constant {
  case integer(UInt64, unsigned: Bool)
  case float32(UInt32)
  case float64(UInt64)
}

enum Precedence: Int {
  case conditional, logicalOr, logicalAnd, or, exclusiveOr, and, equality, relation, shift, additive, multiplicative, unary
}

extension Parser {
  mutating func constant(atLeast lowest: Precedence = .conditional) throws(PTXError) -> Constant {
    try deeper()
    defer { depth -= 1 }
    var left = try unary()
    while let (precedence, operation) = binaryOperator(), precedence.rawValue >= lowest.rawValue, precedence != .conditional {
      try advance()
      let next = Precedence(rawValue: precedence.rawValue + 1)!
      left = try combine(left, operation, try constant(atLeast: next))
    }
    if lowest == .conditional, kind == .question {
      try advance()
      let yes = try constant()
      try expect(.colon, "':'")
      let no = try constant()
      return try truth(left) ? yes : no
    }
    return left
  }

  /// An integer that fits an Int; `atMost` names the loosest operator that may stand in it (`<9>` ends at its '>').
  mutating func integerConstant(_ name: String, atMost lowest: Precedence = .conditional) throws(PTXError) -> Int {
    guard startsConstant() else { throw unexpected(name) }
    guard case .integer(let value, let unsigned) = try constant(atLeast: lowest), !unsigned else { throw unexpected(name) }
    return Int(Int64(bitPattern: value))
  }

  /// `+ 4`, `- 4 + 8`, `+-8`, or nothing.
  mutating func signedOffset() throws(PTXError) -> Int64 {
    var offset: Int64 = 0
    while kind == .plus || kind == .minus {
      let subtracts = kind == .minus
      try advance()
      guard case .integer(let value, _) = try constant(atLeast: .multiplicative) else { throw unexpected("an integer offset") }
      offset = subtracts ? offset &- Int64(bitPattern: value) : offset &+ Int64(bitPattern: value)
    }
    return offset
  }

  func isConstantWord() -> Bool { (try? isWord("WARP_SZ")) ?? false }

  func startsConstant() -> Bool {
    switch kind {
    case .integer, .float32, .float64, .plus, .minus, .tilde, .exclamation, .openParenthesis: true
    case .word: isConstantWord()
    case .dotted: isDigit(lexer.byte(lexer.token.start))
    default: false
    }
  }

  private func isWord(_ word: String) throws(PTXError) -> Bool {
    kind == .word && lexer.bytes[lexer.token.start..<lexer.token.end].elementsEqual(word.utf8)
  }

  private mutating func unary() throws(PTXError) -> Constant {
    try deeper()
    defer { depth -= 1 }
    if kind == .dotted, isDigit(lexer.byte(lexer.token.start)) { try lexer.readFraction() }
    let token = lexer.token
    switch token.kind {
    case .integer:
      try advance()
      return .integer(token.value, unsigned: token.isUnsigned)
    case .float32:
      try advance()
      return .float32(UInt32(truncatingIfNeeded: token.value))
    case .float64:
      try advance()
      return .float64(token.value)
    case .word where isConstantWord():
      try advance()
      return .integer(32, unsigned: false)
    case .openParenthesis:
      try advance()
      if kind == .dotted {
        let type = text()
        guard type == "s64" || type == "u64" else { throw unexpected("'.s64' or '.u64'") }
        try advance()
        try expect(.closeParenthesis, "')'")
        return .integer(try bits(try unary()), unsigned: type == "u64")
      }
      let inner = try constant()
      try expect(.closeParenthesis, "')'")
      return inner
    case .plus:
      try advance()
      return try unary()
    case .minus:
      try advance()
      switch try unary() {
      case .integer(let value, let unsigned): return .integer(0 &- value, unsigned: unsigned)
      case .float32(let bits): return .float32(bits ^ 0x8000_0000)
      case .float64(let bits): return .float64(bits ^ 0x8000_0000_0000_0000)
      }
    case .exclamation:
      try advance()
      return .integer(try truth(try unary()) ? 0 : 1, unsigned: false)
    case .tilde:
      try advance()
      return .integer(~(try bits(try unary())), unsigned: true)
    default: throw unexpected("a constant")
    }
  }

  private enum Operation {
    case add, subtract, multiply, divide, remainder, shiftLeft, shiftRight
    case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual, and, or, exclusiveOr, bothTrue, anyTrue
  }

  private func binaryOperator() -> (Precedence, Operation)? {
    switch kind {
    case .doublePipe: (.logicalOr, .anyTrue)
    case .doubleAmpersand: (.logicalAnd, .bothTrue)
    case .pipe: (.or, .or)
    case .caret: (.exclusiveOr, .exclusiveOr)
    case .ampersand: (.and, .and)
    case .equal: (.equality, .equal)
    case .notEqual: (.equality, .notEqual)
    case .less: (.relation, .less)
    case .lessOrEqual: (.relation, .lessOrEqual)
    case .greater: (.relation, .greater)
    case .greaterOrEqual: (.relation, .greaterOrEqual)
    case .shiftLeft: (.shift, .shiftLeft)
    case .shiftRight: (.shift, .shiftRight)
    case .plus: (.additive, .add)
    case .minus: (.additive, .subtract)
    case .star: (.multiplicative, .multiply)
    case .slash: (.multiplicative, .divide)
    case .percent: (.multiplicative, .remainder)
    default: nil
    }
  }

  private func truth(_ constant: Constant) throws(PTXError) -> Bool {
    switch constant {
    case .integer(let value, _): return value != 0
    case .float64(let bits): return Double(bitPattern: bits) != 0
    case .float32: throw lexer.error("an integer condition", found: "a 0f constant")
    }
  }

  private func bits(_ constant: Constant) throws(PTXError) -> UInt64 {
    guard case .integer(let value, _) = constant else { throw lexer.error("an integer operand", found: "a floating-point one") }
    return value
  }

  private func combine(_ left: Constant, _ operation: Operation, _ right: Constant) throws(PTXError) -> Constant {
    switch operation {
    case .bothTrue, .anyTrue:
      let (a, b) = (try truth(left), try truth(right))
      return .integer((operation == .bothTrue ? a && b : a || b) ? 1 : 0, unsigned: false)
    default: break
    }
    guard case .integer(let a, let unsignedA) = left, case .integer(let b, let unsignedB) = right else {
      return try combineFloats(left, operation, right)
    }
    let unsigned = unsignedA || unsignedB
    let (x, y) = (Int64(bitPattern: a), Int64(bitPattern: b))
    func number(_ value: UInt64) -> Constant { .integer(value, unsigned: unsigned) }
    func answer(_ value: Bool) -> Constant { .integer(value ? 1 : 0, unsigned: false) }
    switch operation {
    case .add: return number(a &+ b)
    case .subtract: return number(a &- b)
    case .multiply: return number(a &* b)
    case .divide, .remainder:
      if b == 0 { throw lexer.error("a divisor", found: "zero in a constant expression") }
      if operation == .divide {
        return number(unsigned ? a / b : UInt64(bitPattern: x.dividedReportingOverflow(by: y).partialValue))
      }
      return .integer(a % b, unsigned: true)
    case .shiftLeft: return .integer(a &<< b, unsigned: unsignedA)
    case .shiftRight: return .integer(unsignedA ? a &>> b : UInt64(bitPattern: x &>> y), unsigned: unsignedA)
    case .less: return answer(unsigned ? a < b : x < y)
    case .lessOrEqual: return answer(unsigned ? a <= b : x <= y)
    case .greater: return answer(unsigned ? a > b : x > y)
    case .greaterOrEqual: return answer(unsigned ? a >= b : x >= y)
    case .equal: return answer(a == b)
    case .notEqual: return answer(a != b)
    case .and: return number(a & b)
    case .or: return number(a | b)
    case .exclusiveOr: return number(a ^ b)
    case .bothTrue, .anyTrue: return left  // answered above
    }
  }

  private func combineFloats(_ left: Constant, _ operation: Operation, _ right: Constant) throws(PTXError) -> Constant {
    let a = try double(left), b = try double(right)
    func answer(_ value: Bool) -> Constant { .integer(value ? 1 : 0, unsigned: false) }
    switch operation {
    case .add: return .float64((a + b).bitPattern)
    case .subtract: return .float64((a - b).bitPattern)
    case .multiply: return .float64((a * b).bitPattern)
    case .divide: return .float64((a / b).bitPattern)
    case .less: return answer(a < b)
    case .lessOrEqual: return answer(a <= b)
    case .greater: return answer(a > b)
    case .greaterOrEqual: return answer(a >= b)
    case .equal: return answer(a == b)
    case .notEqual: return answer(a != b)
    default: throw lexer.error("integer operands of this operator", found: "a floating-point one")
    }
  }

  private func double(_ constant: Constant) throws(PTXError) -> Double {
    switch constant {
    case .integer(let value, let unsigned): return unsigned ? Double(value) : Double(Int64(bitPattern: value))
    case .float64(let bits): return Double(bitPattern: bits)
    case .float32: throw lexer.error("decimal or 0d constants in arithmetic", found: "a 0f constant")
    }
  }
}
