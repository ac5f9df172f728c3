// What each form becomes in the tree.  Values of constant expressions were checked against the data that ptxas 13 stores.
import Testing

@testable import PTX

func parse(_ text: String) throws -> Module { try Parser.parse(Array((".version 8.0\n.target sm_80\n.address_size 64\n" + text).utf8)) }

/// The instructions of a body, blocks included.
func instructions(_ body: String) throws -> [Instruction] {
  let module = try parse(".entry k () {\n\(body)\n}")
  func flatten(_ statements: [Statement]) -> [Instruction] {
    statements.flatMap { statement -> [Instruction] in
      switch statement {
      case .instruction(let instruction): [instruction]
      case .block(let inner, _): flatten(inner)
      default: []
      }
    }
  }
  guard case .function(let function)? = module.declarations.first, let body = function.body else { return [] }
  return flatten(body)
}

func failure(_ text: String) -> PTXError? {
  do { _ = try Parser.parse(Array(text.utf8)) } catch { return error }
  return nil
}

@Suite struct InstructionTests {
  @Test func modifiersKeepTheirOrder() throws {
    let i = try instructions("@!%p1 ld.global.L1::evict_last.v2.f32 {%f1, _}, [%rd4+-8];")[0]
    #expect(i.predicate == Predicate(register: "%p1", negated: true))
    #expect(i.opcode == "ld")
    #expect(i.modifiers == ["global", "L1::evict_last", "v2", "f32"])
    #expect(i.operands == [.vector([.register("%f1"), .sink]), .address(base: .register("%rd4"), offset: -8)])
    #expect(i.position == Position(line: 5, column: 1))
  }

  @Test func blanksMayStandBetweenModifiers() throws {
    let i = try instructions("add /* x */ .sat\n .s32 %r1, %r2, %r3;")[0]
    #expect(i.opcode == "add" && i.modifiers == ["sat", "s32"] && i.operands.count == 3)
  }

  @Test func addressesTakeEveryForm() throws {
    let operands = try instructions("""
      x [%r1]; x [%r1-4]; x [a+4]; x [4096+16]; x a+4; x a[2]; x a[%r1+1]; x [t, {%r1, %r2}]; x [t+64, s, {%r1}]; x [%r1].unified; x [%r1 + 2 * 4 - 3];
      """).map { $0.operands[0] }
    let r1 = Operand.register("%r1"), a = Operand.symbol("a")
    #expect(operands == [
      .address(base: r1, offset: 0), .address(base: r1, offset: -4), .address(base: a, offset: 4), .address(base: .integer(4112), offset: 0),
      .address(base: a, offset: 4), .subscripted(a, .integer(2)), .subscripted(a, .address(base: r1, offset: 1)),
      .indexed(.symbol("t"), [.vector([r1, .register("%r2")])]),
      .indexed(.address(base: .symbol("t"), offset: 64), [.symbol("s"), .vector([r1])]),
      .element(.address(base: r1, offset: 0), "unified"), .address(base: r1, offset: 5),
    ])
  }

  @Test func namesAreRegistersByTheirSpellingOrTheirDeclaration() throws {
    let i = try instructions("""
      .reg .pred p; .reg .b32 r<3>; .local .b32 %mine;
      x p, q, r2, r3, r02, %r1, %mine, %tid.x, %v.y, %laneid;
      { .local .b32 p; x p; } x p; { .reg .b32 q; x q; }
      """)
    #expect(i[0].operands == [
      .register("p"), .symbol("q"), .register("r2"), .symbol("r3"), .symbol("r02"), .register("%r1"), .symbol("%mine"), .register("%tid.x"),
      .element(.register("%v"), "y"), .register("%laneid"),
    ])
    #expect(i[1].operands == [.symbol("p")])
    #expect(i[2].operands == [.register("p")])
    #expect(i[3].operands == [.register("q")])
  }

  @Test func callsKeepTheirLists() throws {
    let i = try instructions("call.uni (a, b), f, (%r1, 5, _); call f; call (a), %rd1, (), proto;")
    #expect(i[0].operands == [.list([.symbol("a"), .symbol("b")]), .symbol("f"), .list([.register("%r1"), .integer(5), .sink])])
    #expect(i[1].operands == [.symbol("f")])
    #expect(i[2].operands == [.list([.symbol("a")]), .register("%rd1"), .list([]), .symbol("proto")])
  }

  @Test func pairsAndSigns() throws {
    let i = try instructions("x %p|%q, _|%p, !%p, -%r1.h0, !0, -3;")[0]
    let p = Operand.register("%p")
    #expect(i.operands == [
      .pair(p, .register("%q")), .pair(.sink, p), .negated(p), .minus(.element(.register("%r1"), "h0")), .integer(1), .integer(UInt64(bitPattern: -3)),
    ])
  }

  @Test func aSignOrAPairTakesNoAddress() {
    for operand in ["%p+4|%q", "%p|%q+4", "!%p+4", "-%r1+4"] {
      let error = failure(".version 8.0\n.target sm_80\n.entry k () { x \(operand); }")
      #expect(error?.expected == "a register without an offset before this", "\(operand)")
    }
  }

  @Test func numbersKeepTheirBits() throws {
    let i = try instructions("x 0f3F800000, 0d3FF0000000000000, 1.5, -0f3F800000, -1.0, 1e3, 2.5E-1, 0xFFFFFFFFFFFFFFFFU, 017, 0b11, 1., .5, -.25e1;")[0]
    #expect(i.operands == [
      .float32(0x3F80_0000), .float64(0x3FF0_0000_0000_0000), .float64((1.5).bitPattern), .float32(0xBF80_0000), .float64((-1.0).bitPattern),
      .float64((1000.0).bitPattern), .float64((0.25).bitPattern), .integer(.max), .integer(15), .integer(3), .float64((1.0).bitPattern),
      .float64((0.5).bitPattern), .float64((-2.5).bitPattern),
    ])
  }
}

@Suite struct ConstantExpressionTests {
  /// Expression, value as ptxas 13 stores it in a `.u64` variable.
  static let values: [(String, Int64)] = [
    ("1 + 2 * 3", 7), ("(1 << 40) | 7", 0x100_0000_0007), ("~0", -1), ("7 / 2", 3), ("-7 / 2", -3), ("-7 % 4", 1), ("3 > 2", 1), ("5 == 6", 0),
    ("1 ? 10 : 20", 10), ("0 ? 10 : 1 ? 20 : 30", 20), ("!3", 0), ("(.s64) -8 >> 1", -4), ("(.u64) -8 >> 60", 15), ("4U - 5", -1), ("1 && 0", 0),
    ("1 || 0", 1), ("6 ^ 3", 5), ("6 & 3", 2), ("WARP_SZ", 32), ("-1 < 1U", 0), ("-1 < 1", 1), ("1 + 2 << 3", 24), ("8 - 4 - 2", 2),
    ("64 / 4 / 2", 8), ("0xFFFFFFFFFFFFFFFF > 0", 1), ("1 << 3 | 1 & 6", 8),
    ("1 << 64", 1), ("1 << -1", .min), ("-1 >> 70", -1), ("-5 % 3", 2), ("(1 & 3) - 2 < 0", 1), ("(1U | 0) - 2 < 0", 0), ("(5U >> 1) - 4 < 0", 0),
    ("(5 >> 1U) - 4 < 0", 1), ("~1U < 0", 0), ("(5 % 3) - 4 < 0", 0), ("~0 < 0", 0), ("~0 / 2", .max), ("(.s64)0xFFFFFFFFFFFFFFFF >> 4", -1), ("1.5 > 1.0", 1),
    ("-9223372036854775808 % -1", .min),
  ]

  @Test(arguments: values) func expressionsFollowTheManual(expression: String, value: Int64) throws {
    let module = try parse(".global .u64 x = \(expression);")
    guard case .variable(let variable)? = module.declarations.first, case .integer(let bits)? = variable.initializer else {
      Issue.record("no integer initial value")
      return
    }
    #expect(Int64(bitPattern: bits) == value)
  }
}

@Suite struct ErrorTests {
  @Test func anErrorNamesPlaceLineAndWhatWasWanted() throws {
    let error = try #require(failure(".version 8.0\n.target sm_80\n.entry k ()\n{\n  add.s32 %r1 %r2;\n}"))
    #expect(error.position == Position(line: 5, column: 15))
    #expect(error.line == "  add.s32 %r1 %r2;")
    #expect(error.expected == "';' or ','" && error.found == "'%r2'")
  }

  @Test func aTextThatIsNotPTXIsRefused() {
    #expect(failure("")?.expected == "'.version'")
    #expect(failure("hello")?.found == "'hello'")
    #expect(failure("\u{7F}ELF")?.found == "byte 0x7f")
  }

  @Test(arguments: ["(", "{", "-", "!", "~", "x[", "1?"]) func deepNestingIsAnErrorNotACrash(opener: String) {
    let deep = String(repeating: opener, count: 100_000)
    #expect(failure(".version 8.0\n.global .u64 x = \(deep)") != nil)
    #expect(failure(".version 8.0\n.func f { call \(deep)") != nil)
    #expect(failure(".version 8.0\n.func f { \(deep)") != nil)
  }

  @Test func whatCannotBeANumberIsRefused() {
    for number in ["0f3F80000", "0d0", "0x", "18446744073709551616", "12abc", "0b2", "1 / 0", "08"] {
      #expect(failure(".version 8.0\n.global .u64 x = \(number);") != nil, "\(number)")
    }
  }

  @Test func paddingOfNULsEndsTheText() throws {
    let module = try Parser.parse(Array(".version 8.0\n.target sm_80\n".utf8) + [0, 0, 0])
    #expect(module.version == (8, 0) && module.target == ["sm_80"])
  }
}
