// The syntax tree of a PTX module.
// Source: PTX ISA 9.x, chapters 4-5 (syntax, state spaces, types), 7 (abstracting the ABI), 9 (instruction set), 11 (directives).
// The tree knows no instruction: opcode and modifiers are words, so that whatever parses can be kept, printed and refused by
// name later.  Nothing here is lowered, folded or resolved, but for constant expressions, which are evaluated while parsing.

/// A source position, both counted from 1.
public struct Position: Sendable, Hashable { public var line, column: Int
  public init(line: Int, column: Int) { self.line = line; self.column = column } }

public struct Module: Sendable {
  public var version: (major: Int, minor: Int) = (0, 0)   // .version 9.5
  public var target: [String] = []                        // .target sm_90a, debug, …
  public var addressSize = 64                             // .address_size
  public var declarations: [Declaration] = []             // in source order
  public init() {}
}

public enum Declaration: Sendable {
  case variable(Variable)            // .global, .const, .shared, .tex … at module scope
  case function(Function)            // .entry and .func, declaration or definition
  case alias(name: String, aliasee: String, Position)
  case pragma([String], Position)
  case file(index: Int, name: String, Position)  // `.file 1 "name"`: what `.loc` counts in
  case section(name: String, Position)  // debug sections (".debug_str"), "@@DWARF": skipped over, kept by name
}

public enum StateSpace: String, Sendable, Hashable {
  case reg, sreg, const, global, local, param, shared, tex, generic
}

/// A fundamental type: `.u32`, `.f16x2`, `.pred`, `.b128`, `.texref` … spelled without its dot.
public enum ScalarType: String, Sendable, Hashable, CaseIterable {
  case b8, b16, b32, b64, b128, u8, u16, u32, u64, s8, s16, s32, s64
  case f16, f16x2, bf16, bf16x2, tf32, f32, f32x2, f64, pred
  case e4m3, e5m2, e4m3x2, e5m2x2, e2m1, e2m1x2, e2m3, e2m3x2, e3m2, e3m2x2, ue8m0, ue8m0x2
  case e4m3x4, e5m2x4, e2m1x4, e2m3x4, e3m2x4, s2f6x2
  case u16x2, s16x2, u8x4, s8x4, b4, u4, s4, u2, s2, b1
  case texref, samplerref, surfref
}

public enum Linkage: String, Sendable, Hashable { case none, visible, extern, weak, common }

/// `.shared .align 16 .b8 tile[16][32] = {…};`  One per declarator, `.reg .b32 %r<9>` is one with `count` 9.
public struct Variable: Sendable {
  public var linkage = Linkage.none
  public var space: StateSpace
  public var type: ScalarType
  public var vector = 1               // .v2 .v4 .v8
  public var alignment: Int?          // .align, in bytes
  public var name: String
  public var count: Int?              // `%r<9>`: names %r0…%r8
  public var dimensions: [Int] = []   // [] scalar; 0 for an unsized `[]`
  public var initializer: Initializer?
  public var attributes: [String] = []  // .attribute(.managed), .unified(…)
  public var pointerSpace: StateSpace?  // kernel parameters: `.ptr .global .align 8`
  public var pointerAlignment: Int?
  public var position: Position
  public init(space: StateSpace, type: ScalarType, name: String, position: Position) {
    self.space = space; self.type = type; self.name = name; self.position = position }
}

public enum Initializer: Sendable {
  case integer(UInt64)                                    // two's complement
  case float(UInt64, ScalarType)                          // bits of an f32 or f64 constant
  case address(symbol: String, offset: Int64, generic: Bool)
  indirect case masked(mask: UInt64, Initializer)                  // `0xFF00(symbol)`: one byte of an address
  case list([Initializer])
}

public struct Function: Sendable {
  public enum Kind: Sendable, Hashable { case entry, function }
  public var linkage = Linkage.none
  public var kind: Kind
  public var name: String
  public var results: [Variable] = []
  public var parameters: [Variable] = []
  /// `.maxntid`, `.reqntid`, `.minnctapersm`, `.maxnreg`, `.noreturn`, `.pragma` …: name without dot, then its values.
  public var directives: [(name: String, values: [Int], words: [String])] = []
  public var body: [Statement]?      // nil: a declaration
  public var position: Position
  public init(kind: Kind, name: String, position: Position) { self.kind = kind; self.name = name; self.position = position }
}

public enum Statement: Sendable {
  indirect case variable(Variable)
  case label(String, Position)
  case instruction(Instruction)
  case block([Statement], Position)
  case branchTargets(name: String, labels: [String], Position)          // .branchtargets
  case callTargets(name: String, functions: [String], Position)         // .calltargets
  indirect case callPrototype(name: String, results: [Variable], parameters: [Variable], noReturn: Bool, Position)
  case location(file: Int, line: Int, column: Int)                      // .loc
  case pragma([String], Position)
}

public struct Predicate: Sendable, Hashable { public var register: String; public var negated: Bool
  public init(register: String, negated: Bool) { self.register = register; self.negated = negated } }

/// `@!%p1 ld.global.v2.f32 {%f1, _}, [%rd4+8];` is opcode `ld`, modifiers `global`, `v2`, `f32`, in source order.
public struct Instruction: Sendable {
  public var predicate: Predicate?
  public var opcode: String                // up to the first dot
  public var modifiers: [String] = []      // each without its dot; `::` kept inside: "shared::cta", "L2::128B"
  public var operands: [Operand] = []
  public var position: Position
  public init(opcode: String, position: Position) { self.opcode = opcode; self.position = position }
}

/// A name is a register when it begins with `%` or an enclosing scope declares it with `.reg`, else a symbol.
public enum Operand: Sendable, Hashable {
  case register(String)                          // also special registers: "%tid.x", "%laneid"
  case symbol(String)                            // a variable, function, label or parameter name
  case integer(UInt64)                           // two's complement; the sign was folded in
  case float32(UInt32)                           // 0f3F800000
  case float64(UInt64)                           // 0d…, 1.0
  indirect case negated(Operand)                 // !%p
  indirect case minus(Operand)                   // -%r: vmad and its relatives
  case sink                                      // _
  case vector([Operand])                         // {%r1, %r2}
  indirect case element(Operand, String)         // %v.x where %v is a vector register; [a].unified
  indirect case pair(Operand, Operand)                  // %p|%q: setp, shfl, elect
  indirect case address(base: Operand, offset: Int64)     // [%rd+8], [symbol-4], [4096] (base .integer), sym+4 outside brackets too
  indirect case indexed(Operand, [Operand])      // [tensor, {x, y}], tex and surf coordinates
  indirect case subscripted(Operand, Operand)    // table[2], table[%r1+1]: an address, counted in elements
  case list([Operand])                           // call's parenthesised (ret), (args)
}
