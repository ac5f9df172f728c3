// What a matrix instruction computes, from its words: shape, element types, layouts; and which of its operands hold what.
// The rows that exist are data: an instruction that is in no row is refused.
// Source: PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions".
import PTX

struct MatrixShape: Hashable, CustomStringConvertible {
  var m, n, k: Int
  var description: String { "m\(m)n\(n)k\(k)" }

  init(_ m: Int, _ n: Int, _ k: Int) { self.m = m; self.n = n; self.k = k }
  init?(_ word: String) {
    guard word.hasPrefix("m") else { return nil }
    let parts = word.dropFirst().split(whereSeparator: { $0 == "n" || $0 == "k" }).map { Int($0) }
    guard parts.count == 3, let m = parts[0], let n = parts[1], let k = parts[2] else { return nil }
    self.init(m, n, k)
  }
}

extension Modifiers {
  mutating func matrixShape() throws -> MatrixShape {
    guard let word = take(where: { MatrixShape($0) != nil }), let shape = MatrixShape(word) else {
      throw CompileError.invalid(instruction, "has no shape")
    }
    return shape
  }
  /// `.row` or `.col`.
  mutating func isRowMajor() throws -> Bool { try require(oneOf: ["row", "col"]) == "row" }
  mutating func matrixElement() throws -> MatrixElement {
    guard let word = take(where: { MatrixElement.table[$0] != nil }) else { throw CompileError.invalid(instruction, "has no type") }
    return MatrixElement.table[word]!
  }
}

/// One product of matrices, as an instruction states it.
struct MatrixProduct: Hashable {
  enum Bits: Hashable { case and, xor }
  var shape: MatrixShape
  var a, b, c, d: MatrixElement
  var rowMajorA = true, rowMajorB = false
  var bits: Bits?
  var isSparse = false
  var saturates = false
  var scales: MatrixScales?

  /// Half of a sparse matrix is stored.
  var storedK: Int { isSparse ? shape.k / 2 : shape.k }
}

/// The block scales of `.kind::mx…`: how many along K, and whether they are ue8m0 (powers of two) or ue4m3.
struct MatrixScales: Hashable {
  var count: Int
  var isPowerOfTwo: Bool
}

extension MatrixProduct {
  private enum Family { case half, bfloat, tf32, narrow, double, byte, nibble, bit, other }
  private func family(_ element: MatrixElement) -> Family {
    switch element {
    case .half: .half
    case .bfloat: .bfloat
    case .tf32: .tf32
    case .narrow: .narrow
    case .double: .double
    case .byte: .byte
    case .nibble: .nibble
    case .bit: .bit
    case .single, .word: .other
    }
  }

  /// K of dense `mma` for 16 rows, by family; those with 8 rows come after.
  private static let dense: [Family: [MatrixShape]] = [
    .half: [.init(8, 8, 4), .init(16, 8, 8), .init(16, 8, 16)], .bfloat: [.init(16, 8, 8), .init(16, 8, 16)],
    .tf32: [.init(16, 8, 4), .init(16, 8, 8)], .double: [.init(8, 8, 4), .init(16, 8, 4), .init(16, 8, 8), .init(16, 8, 16)],
    .narrow: [.init(16, 8, 16), .init(16, 8, 32), .init(16, 8, 64)],
    .byte: [.init(8, 8, 16), .init(16, 8, 16), .init(16, 8, 32)], .nibble: [.init(8, 8, 32), .init(16, 8, 32), .init(16, 8, 64)],
    .bit: [.init(8, 8, 128), .init(16, 8, 128), .init(16, 8, 256)],
  ]
  private static let sparse: [Family: [MatrixShape]] = [
    .half: [.init(16, 8, 16), .init(16, 8, 32)], .bfloat: [.init(16, 8, 16), .init(16, 8, 32)], .tf32: [.init(16, 8, 8), .init(16, 8, 16)],
    .narrow: [.init(16, 8, 32), .init(16, 8, 64), .init(16, 8, 128)], .byte: [.init(16, 8, 32), .init(16, 8, 64)],
    .nibble: [.init(16, 8, 64), .init(16, 8, 128)],
  ]

  /// Throws for a combination that PTX doesn't have.
  func check(_ i: Instruction) throws {
    let family = family(a)
    guard family == self.family(b), a.bits == b.bits, family != .half || a == b else {
      throw CompileError.invalid(i, "types of A and B that don't go together")
    }
    let shapes = (isSparse ? Self.sparse : Self.dense)[family] ?? []
    guard shapes.contains(shape) else { throw CompileError.invalid(i, "no shape \(shape) for these types") }
    let results: [MatrixElement] = a.isInteger ? [.word] : family == .double ? [.double] : family == .half || family == .narrow ? [.half, .single] : [.single]
    guard results.contains(c), results.contains(d), c == d || (shape.k == 4 && d == .single) else {
      throw CompileError.invalid(i, "accumulators that don't go with the types of A and B")
    }
    guard (rowMajorA && !rowMajorB) || (shape.k == 4 && family == .half) else { throw CompileError.invalid(i, "A is by rows and B by columns in this shape") }
    guard (bits != nil) == (family == .bit) else { throw CompileError.invalid(i, "needs .xor.popc or .and.popc for .b1, and only then") }
    if saturates, !a.isInteger || family == .bit { throw CompileError.invalid(i, ".satfinite is for integers") }
  }

  var isQuadPairs: Bool { shape.m == 8 && shape.k == 4 && a == .half }
  var layoutA: FragmentLayout {
    isQuadPairs ? .halfQuadA(rowMajor: rowMajorA) : .a(rows: shape.m, k: storedK, perRegister: a.perRegister)
  }
  var layoutB: FragmentLayout { isQuadPairs ? .halfQuadB(rowMajor: rowMajorB) : .b(k: shape.k, perRegister: b.perRegister) }
  func layoutC(_ element: MatrixElement) -> FragmentLayout {
    isQuadPairs ? .halfQuadAccumulator(single: element == .single) : .accumulator(rows: shape.m)
  }
}
