// Rows that several families have alike: what an instruction does is written once, with a column for each family's number and
// mnemonic, so that families can't drift apart.  A target's table takes the rows that its column has.  gfx950 and gfx1030 have columns
// and no interpreter yet: LLVM's assembler is asked about their numbers as about the others'.  A new target is a column more.
// Built once for each target, then read-only.
import CSoftGPU

/// The targets that rows have numbers for.
public enum TargetColumn: String, CaseIterable, Sendable {
  case gfx90a, gfx942, gfx950, gfx1030, gfx1100
  public init(_ target: Target) {
    switch target {
    case .gfx90a: self = .gfx90a
    case .gfx942: self = .gfx942
    case .gfx1100: self = .gfx1100
    }
  }
}

/// What a family calls a row.
public enum Number: ExpressibleByIntegerLiteral, Sendable {
  case absent
  /// Under the row's own mnemonic.
  case at(Int)
  case named(Int, StaticString)
  public init(integerLiteral value: Int) { self = .at(value) }
}

/// Takes the rows of all families and keeps those of one column.
public struct SharedRows {
  public private(set) var table: OpcodeTable
  let column: TargetColumn

  init(_ table: OpcodeTable, _ column: TargetColumn) { self.table = table; self.column = column }

  /// `on9`, `on11`: attributes that say something of one family's encoding only.
  mutating func callAsFunction(
    _ name: StaticString, gfx9: Number, gfx942: Number? = nil, gfx950: Number? = nil, gfx10: Number = .absent, gfx11: Number,
    on9: OpcodeAttributes = [], on11: OpcodeAttributes = [], _ attributes: OpcodeAttributes = [], _ execute: carmine_execute? = nil
  ) {
    let number: Number, own: OpcodeAttributes
    switch column {
    case .gfx90a: number = gfx9; own = on9
    case .gfx942: number = gfx942 ?? gfx9; own = on9
    case .gfx950: number = gfx950 ?? gfx9; own = on9
    case .gfx1030: number = gfx10; own = []
    case .gfx1100: number = gfx11; own = on11
    }
    switch number {
    case .absent: break
    case .at(let opcode): table(opcode, name, attributes.union(own), execute)
    case .named(let opcode, let mnemonic): table(opcode, mnemonic, attributes.union(own), execute)
    }
  }
}

extension OpcodeTable {
  /// Takes the rows of `list` that `column` has, for the encoding that was begun.
  public mutating func shared(_ list: (inout SharedRows) -> Void, _ column: TargetColumn) {
    var rows = SharedRows(self, column)
    list(&rows)
    self = rows.table
  }
}
