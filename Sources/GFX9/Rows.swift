// The gfx9 family's rows, and how each target's table comes from them.  A row is written once, with the opcode number and
// mnemonic that most targets have; a target that differs says so in a column of its own (gfx950's will be one more), so that
// what two targets share can't drift apart.  Built once for each target, then read-only.
// Source: LLVM 22's assembler and disassembler for the targets, against which a test holds every number.
import CSoftGPU
import ISA

/// A row on one target.
enum Column: ExpressibleByStringLiteral {
  /// As the row begins.
  case same
  case absent
  /// The same number under another mnemonic.
  case named(StaticString)
  /// Another number.
  case at(Int, StaticString)

  init(stringLiteral value: StaticString) { self = .named(value) }
}

/// Takes the rows of all targets and keeps those of one.
struct Rows {
  let target: Target
  private(set) var table = OpcodeTable()

  init(_ target: Target) {
    self.target = target
    Rows.sop1(&self); Rows.sop2(&self); Rows.sopk(&self); Rows.sopc(&self); Rows.sopp(&self); Rows.smem(&self)
    Rows.vop1(&self); Rows.vop2(&self); Rows.vopc(&self); Rows.vop3(&self); Rows.vop3p(&self)
    Rows.ds(&self); Rows.flat(&self); Rows.mubuf(&self); Rows.mimg(&self)
  }

  /// Rows that all families have, and each of this one's targets.
  mutating func all(_ rows: (inout OpcodeTable) -> Void) { rows(&table) }

  /// Those that other families have too.
  mutating func shared(_ rows: (inout SharedRows) -> Void) { table.shared(rows, TargetColumn(target)) }

  mutating func begin(_ encoding: Encoding, count: Int) { table.begin(encoding, count: count) }

  mutating func callAsFunction(
    _ opcode: Int, _ name: StaticString, gfx90a: Column = .same, gfx942: Column = .same,
    _ attributes: OpcodeAttributes = [], _ execute: carmine_execute? = nil
  ) {
    let column = target == .gfx90a ? gfx90a : gfx942
    switch column {
    case .same: table(opcode, name, attributes, execute)
    case .absent: break
    case .named(let own): table(opcode, own, attributes, execute)
    case .at(let number, let own): table(number, own, attributes, execute)
    }
  }
}
