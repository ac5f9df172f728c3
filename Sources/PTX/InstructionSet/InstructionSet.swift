// The table of PTX's instruction set: every family, and the way from an instruction in a module to its row.
// Threads: constants only.  Source: PTX ISA 9.x, chapters 9 and 10.

public enum InstructionSet {
  public static let families: [InstructionFamily] = [
    integer, extendedPrecision, floatingPoint, halfPrecision, mixedPrecision, comparison, logicAndShift, dataMovement, conversion,
    memory, asynchronousCopies, tensorMaps, texture, surface, controlFlow, synchronization, atomics, barrierObjects, warp,
    warpMatrix, groupMatrix, stack, video, miscellaneous,
  ]

  /// The rows of each opcode, in the order of the families.
  public static let rows: [String: [InstructionRow]] = {
    var rows: [String: [InstructionRow]] = [:]
    for family in families { for row in family.rows { rows[row.opcode, default: []].append(row) } }
    return rows
  }()
}
