// What a row of the instruction table says.  One row covers a family of variants: an opcode, ordered slots of modifiers, operands.
//
// A row's syntax reads as the manual's does:
//   add{<rnd>}{.ftz}{.sat}.f32        a slot is `.x`, `.x|.y`, or `<set>` (Sets.swift); braces make it optional
//   ld.global{~<level::eviction>}…    `~`: the slot changes no result (caches, eviction, prefetch), so that tests vary it alone
//   {.xorsign.abs}                    words of one alternative, that stand together
// Its operands read:
//   d:T          a register that is written (its name begins with d); T, U, S, R: the row's first, second … type; 2T: twice as wide
//   a:u32        what is read: a register or a constant
//   d:T|p        a register and a predicate; d:T|?p when the predicate may be missing
//   {d:T*4}      a vector of four; *V: as many as .v2 .v4 .v8 say, none is 1
//   [a]          an address; #i:0..255 a constant; ? before an operand: it may be missing, with those after it
//   @label       a label, function or list; … means that operands are not described and not checked
// Source: PTX ISA 9.x, chapter 9.

/// The first version of PTX with a row, as 8.3.
public struct PTXVersion: Sendable, Hashable, Comparable, ExpressibleByFloatLiteral, CustomStringConvertible {
  public let major: Int, minor: Int
  public init(floatLiteral value: Double) {
    let tenths = Int((value * 10).rounded())
    (major, minor) = (tenths / 10, tenths % 10)
  }
  public static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
  public var description: String { "\(major).\(minor)" }
}

/// The first target with a row: 80 is sm_80 and all above; "90a" and "100f" are that architecture and family alone.
public struct MinimumTarget: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
  public let number: Int, suffix: String
  public init(integerLiteral value: Int) { number = value; suffix = "" }
  public init(stringLiteral value: String) {
    suffix = String(value.drop { $0.isNumber })
    number = Int(value.prefix { $0.isNumber }) ?? 0
  }
  public var description: String { "sm_\(number)\(suffix)" }
}

public enum InstructionStatus: Sendable, Hashable {
  /// By the GPU's own instructions for it, or by what an optimiser makes of plain arithmetic.
  case native
  /// By a longer sequence, a loop over lanes, or a library function.
  case emulated
  /// Not compiled; a sentence that ends the user's error message and says why.
  case refused(String)

  /// For rows that somebody is to implement.
  public static let missing = InstructionStatus.refused("it is not lowered yet")
  public var isRefused: Bool { if case .refused = self { true } else { false } }
}

/// How far an approximate result may be from the true one: within any one of these.
public struct ErrorBound: Sendable, Hashable {
  public var ulps: Double = 0
  public var relative: Double = 0
  public var absolute: Double = 0
  /// The bound holds for inputs of this magnitude; nil: all of them.
  public var within: ClosedRange<Double>?
  public init(ulps: Double = 0, relative: Double = 0, absolute: Double = 0, within: ClosedRange<Double>? = nil) {
    (self.ulps, self.relative, self.absolute, self.within) = (ulps, relative, absolute, within)
  }
}

/// A place in an opcode for one of several modifiers.
public struct ModifierSlot: Sendable, Hashable {
  /// Each without its dot; most are of one word.
  public let alternatives: [[String]]
  public let isOptional: Bool
  /// Changes no result.
  public let isHint: Bool
  /// Every alternative is a type: types keep their order, other modifiers may stand anywhere.
  public var isType: Bool { alternatives.allSatisfy { $0.count == 1 && ScalarType(rawValue: $0[0]) != nil } }
}

public enum TypeReference: Sendable, Hashable {
  case fixed(ScalarType)
  /// The n-th type slot of the row.
  case slot(Int)
  /// Twice as wide as that.
  case wide(Int)
}

public struct OperandShape: Sendable, Hashable {
  public enum Count: Sendable, Hashable { case fixed(Int), vector }
  public enum Kind: Sendable, Hashable {
    case destination(TypeReference)
    case pair(TypeReference, optional: Bool)
    case source(TypeReference)
    case vector(TypeReference, Count, isDestination: Bool)
    case address
    case immediate(ClosedRange<Int>)
    case name  // label, function, list
  }
  public let name: String
  public let kind: Kind
  public let isOptional: Bool
}

public struct InstructionRow: Sendable {
  public let syntax: String
  public let operandSyntax: String
  public let opcode: String
  public let slots: [ModifierSlot]
  /// nil: not described.
  public let operands: [OperandShape]?
  public let ptx: PTXVersion
  public let target: MinimumTarget
  /// "9.7.1.1"
  public let section: String
  public let status: InstructionStatus
  public let bound: ErrorBound?
  /// Words that don't go together.
  public let excluded: [Set<String>]

  /// excluding: "sat f64" for words that must not meet.
  public init(
    _ syntax: String, _ operands: String, ptx: PTXVersion, sm: MinimumTarget = 20, _ section: String, _ status: InstructionStatus,
    bound: ErrorBound? = nil, excluding: [String] = []
  ) {
    var reader = RowReader(syntax)
    self.syntax = syntax
    operandSyntax = operands
    opcode = reader.opcode()
    slots = reader.slots()
    self.operands = RowReader.operands(operands)
    self.ptx = ptx
    target = sm
    self.section = section
    self.status = status
    self.bound = bound
    excluded = excluding.map { Set($0.split(separator: " ").map(String.init)) }
  }

  public var typeSlots: [Int] { slots.indices.filter { slots[$0].isType } }
}

/// Rows of one section of the manual.
public struct InstructionFamily: Sendable {
  public let name: String
  public let rows: [InstructionRow]
  public init(_ name: String, _ rows: [InstructionRow]) { (self.name, self.rows) = (name, rows) }
}
