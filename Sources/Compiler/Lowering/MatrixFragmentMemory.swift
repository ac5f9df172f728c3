// wmma: whole matrices between memory and fragments, and their product.
// A program may not rely on which lane holds what, only on the same shape, type and layout meaning the same fragment everywhere;
// ours are tiles of the layouts of mma, whatever the order in memory.  Fragments of halves name each element up to four times.
// Source: PTX ISA, "Warp-level Matrix Load Instruction: wmma.load", "wmma.store", "wmma.mma", "Matrix Fragments for WMMA".
import CLLVM
import PTX

/// The layouts of one shape and type.
struct WarpMatrix {
  let shape: MatrixShape

  private static let shapes: [MatrixElement: [MatrixShape]] = [
    .half: wide, .bfloat: wide, .byte(signed: true): wide, .byte(signed: false): wide, .tf32: [.init(16, 16, 8)], .double: [.init(8, 8, 4)],
    .nibble(signed: true): [.init(8, 8, 32)], .nibble(signed: false): [.init(8, 8, 32)], .bit: [.init(8, 8, 128)],
  ]
  private static let wide: [MatrixShape] = [.init(16, 16, 16), .init(8, 32, 16), .init(32, 8, 16)]

  static func exists(_ shape: MatrixShape, _ element: MatrixElement) -> Bool { shapes[element]?.contains(shape) ?? false }
  /// Accumulators: every shape whose factors accumulate in this type.
  static func accumulates(_ shape: MatrixShape, _ element: MatrixElement) -> Bool {
    switch element {
    case .half: exists(shape, .half)
    case .single: exists(shape, .half) || exists(shape, .tf32)
    case .double: exists(shape, .double)
    case .word: exists(shape, .byte(signed: true)) || exists(shape, .nibble(signed: true)) || exists(shape, .bit)
    default: false
    }
  }

  /// 8 by 32 is 32 by 8 with all matrices transposed.
  var mirrored: WarpMatrix? { shape.n == 32 ? WarpMatrix(shape: MatrixShape(32, 8, shape.k)) : nil }

  func a(_ element: MatrixElement) -> FragmentLayout {
    if let mirrored { return mirrored.b(element).transposed }
    let rows = min(16, shape.m)
    let tiles = FragmentLayout.a(rows: rows, k: shape.k, perRegister: element.perRegister).repeated(shape.m / rows, rows: rows)
    return element == .half ? tiles.padded(to: 16) : tiles
  }
  func b(_ element: MatrixElement) -> FragmentLayout {
    if let mirrored { return mirrored.a(element).transposed }
    let tiles = FragmentLayout.b(k: shape.k, perRegister: element.perRegister).repeated(shape.n / 8, columns: 8)
    return element == .half ? tiles.padded(to: 16) : tiles
  }
  var accumulator: FragmentLayout {
    if let mirrored { return mirrored.accumulator.transposed }
    let rows = min(16, shape.m)
    return FragmentLayout.accumulator(rows: rows).repeated(shape.n / 8, columns: 8).repeated(shape.m / rows, rows: rows)
  }
}

extension FunctionLowering {
  private func takeConvergence(_ m: inout Modifiers) { _ = m.take("sync"); _ = m.take("aligned") }

  /// The layout of an operand, and whether the rows of a matrix in memory are what a stride leads to.
  private func fragment(_ which: String, _ shape: MatrixShape, _ element: MatrixElement, _ i: Instruction) throws -> FragmentLayout {
    let matrix = WarpMatrix(shape: shape)
    let exists = which == "a" || which == "b" ? WarpMatrix.exists(shape, element) : WarpMatrix.accumulates(shape, element)
    guard exists else { throw CompileError.invalid(i, "no shape \(shape) for this type") }
    return switch which { case "a": matrix.a(element); case "b": matrix.b(element); default: matrix.accumulator }
  }

  func fragmentLoad(_ i: Instruction, _ m: inout Modifiers) throws {
    let which = try m.require(oneOf: ["a", "b", "c"])
    takeConvergence(&m)
    let rowMajor = try m.isRowMajor(), shape = try m.matrixShape(), space = try m.space() ?? .generic, element = try m.matrixElement()
    let layout = try fragment(which, shape, element, i)
    let access = try FragmentAccess(self, layout, element, rowMajor: rowMajor, at: i.operands[1], space, stride: stride(i, 2, which, shape, rowMajor), i)
    let targets = try elements(i.operands[0], layout.count / element.perRegister, i)
    for (register, target) in targets.enumerated() {
      try write(target, access.load(register), element == .double ? .f64 : .b32)
    }
  }

  func fragmentStore(_ i: Instruction, _ m: inout Modifiers) throws {
    _ = try m.require(oneOf: ["d"])
    takeConvergence(&m)
    let rowMajor = try m.isRowMajor(), shape = try m.matrixShape(), space = try m.space() ?? .generic, element = try m.matrixElement()
    let layout = try fragment("d", shape, element, i)
    let access = try FragmentAccess(self, layout, element, rowMajor: rowMajor, at: i.operands[0], space, stride: stride(i, 2, "d", shape, rowMajor), i)
    let sources = try elements(i.operands[1], layout.count / element.perRegister, i)
    for (register, source) in sources.enumerated() { access.store(try read(source, element == .double ? .f64 : .b32), register) }
  }

  /// In elements; left out, rows (or columns) follow one another.
  private func stride(_ i: Instruction, _ index: Int, _ which: String, _ shape: MatrixShape, _ rowMajor: Bool) throws -> Value {
    if i.operands.count > index { return try read(i.operands[index], .u32) }
    switch which {
    case "a": return b.int32(rowMajor ? shape.k : shape.m)
    case "b": return b.int32(rowMajor ? shape.n : shape.k)
    default: return b.int32(rowMajor ? shape.n : shape.m)
    }
  }

  func fragmentMultiply(_ i: Instruction, _ m: inout Modifiers) throws {
    let bits: MatrixProduct.Bits? = m.take("and") ? .and : m.take("xor") ? .xor : nil
    if bits != nil { _ = m.take("popc") }
    takeConvergence(&m)
    let rowA = try m.isRowMajor(), rowB = try m.isRowMajor(), shape = try m.matrixShape()
    let rounding = m.rounding(), saturates = m.take("satfinite")
    let d = try m.matrixElement(), second = try m.matrixElement()
    // Two types: halves multiplied, D's and C's are named.
    let others = m.words.contains { MatrixElement.table[$0] != nil }
    let a = others ? second : .half, b = others ? try m.matrixElement() : .half, c = others ? try m.matrixElement() : second
    guard a == b, WarpMatrix.exists(shape, a), WarpMatrix.accumulates(shape, c), WarpMatrix.accumulates(shape, d), a.isInteger == c.isInteger else {
      throw CompileError.invalid(i, "a shape and types that don't go together")
    }
    guard (bits != nil) == (a == .bit) else { throw CompileError.invalid(i, "needs .xor.popc or .and.popc for .b1, and only then") }
    let matrix = WarpMatrix(shape: shape)
    let layoutA = matrix.a(a), layoutB = matrix.b(b), layoutC = matrix.accumulator
    // Fragments are the same for either order in memory.
    _ = (rowA, rowB)
    let product = MatrixProduct(shape: shape, a: a, b: b, c: c, d: d, bits: bits, saturates: saturates && a.isInteger)
    let operandA = try operand(i.operands[1], a, layoutA.count, i), operandB = try operand(i.operands[2], b, layoutB.count, i)
    let operandC = try operand(i.operands[3], c, layoutC.count, i)
    if let unit = matrixUnit(product, operandA, operandB, rounding) {
      let sums = multiply(matrix, product, operandA, operandB, operandC, unit)
      return try writeMatrix(i.operands[0], saturates && !a.isInteger ? sums.map { finite($0, d) } : sums, d, i)
    }
    let plan = try module.matrixPlan(product) {
      MatrixPlan(
        a: layoutA, perRegisterA: a.perRegister, b: layoutB, perRegisterB: b.perRegister, c: layoutC, perRegisterC: c.perRegister, d: layoutC,
        storedK: shape.k, chunk: nil)
    }
    let multiplication = MatrixMultiplication(
      self, product, plan, a: operandA, b: operandB, c: operandC, rounding: rounding)
    let sums = multiplication.elements()
    try writeMatrix(i.operands[0], saturates && !a.isInteger ? sums.map { finite($0, d) } : sums, d, i)
  }

  /// `.satfinite` of floats, which PTX had before 6.5: infinities become the greatest number, NaN becomes 0.
  private func finite(_ value: Value, _ element: MatrixElement) -> Value {
    let greatest = element == .half ? 65504 : Double(Float.greatestFiniteMagnitude)
    let clamped = b.overloaded("llvm.minnum", b.float, [b.overloaded("llvm.maxnum", b.float, [value, b.real(b.float, -greatest)]), b.real(b.float, greatest)])
    return b.select(b.fcmp(LLVMRealUNO, value, value), b.real(b.float, 0), clamped)
  }

  /// By AMD's instructions: tiles of 16 rows, each with all columns.
  private func multiply(
    _ matrix: WarpMatrix, _ product: MatrixProduct, _ a: MatrixOperand, _ b: MatrixOperand, _ c: MatrixOperand, _ unit: MatrixUnit
  ) -> [Value] {
    let (rows, columns, shape) = matrix.mirrored.map { (b, a, $0.shape) } ?? (a, b, matrix.shape)
    let perTile = 16 * shape.k / 32 / a.element.perRegister, perColumns = 8 * shape.k / 32 / a.element.perRegister
    let accumulators = accumulators(c), perRow = shape.n / 8 * 4
    return (0..<(shape.m / 16)).flatMap { row in
      multiply(
        rows.registers[(row * perTile)..<((row + 1) * perTile)],
        (0..<(shape.n / 8)).map { columns.registers[($0 * perColumns)..<(($0 + 1) * perColumns)] },
        onto: Array(accumulators[(row * perRow)..<((row + 1) * perRow)]), with: unit, product, perRegister: 1)
    }
  }
}

/// The registers of a fragment as places in memory.
private struct FragmentAccess {
  private let f: FunctionLowering
  private let layout: FragmentLayout
  private let element: MatrixElement
  private let rowMajor: Bool
  private let base: Value
  private let stride: Value

  init(
    _ f: FunctionLowering, _ layout: FragmentLayout, _ element: MatrixElement, rowMajor: Bool, at operand: Operand, _ space: StateSpace, stride: Value,
    _ i: Instruction
  ) throws {
    self.f = f
    self.layout = layout
    self.element = element
    self.rowMajor = rowMajor
    self.stride = stride
    base = try f.pointer(operand, space, i)
  }

  func load(_ register: Int) -> Value {
    let b = f.b
    if element == .double { return b.load(b.double, address(register), alignment: 8) }
    if element.bits == 32 || isContiguous(register) { return b.load(b.i32, address(register * element.perRegister), alignment: 4) }
    return (0..<element.perRegister).reduce(b.int32(0)) { word, part in
      let type = b.int(element.bits)
      let value = b.zext(b.load(type, address(register * element.perRegister + part), alignment: element.bits / 8), b.i32)
      return b.or(word, b.shl(value, b.int32(part * element.bits)))
    }
  }

  func store(_ value: Value, _ register: Int) {
    let b = f.b
    if element == .double { b.store(value, address(register), alignment: 8); return }
    if element.bits == 32 || isContiguous(register) { b.store(value, address(register * element.perRegister), alignment: 4); return }
    for part in 0..<element.perRegister {
      let piece = b.trunc(b.lshr(value, b.int32(part * element.bits)), b.int(element.bits))
      b.store(piece, address(register * element.perRegister + part), alignment: element.bits / 8)
    }
  }

  /// (what a stride leads to, what follows in memory)
  private func place(_ lane: Int, _ index: Int) -> (major: Int, minor: Int) {
    let place = layout.place(lane, index)
    return rowMajor ? (place.row, place.column) : (place.column, place.row)
  }
  /// Whether a register's elements follow one another.
  private func isContiguous(_ register: Int) -> Bool {
    let first = register * element.perRegister
    return (0..<32).allSatisfy { lane in
      let start = place(lane, first)
      return (0..<element.perRegister).allSatisfy { part in place(lane, first + part) == (start.major, start.minor + part) }
    }
  }
  /// Where an element is: what depends on the lane, then what is the same for all.
  private func address(_ index: Int) -> Value {
    let b = f.b
    let major = LaneFunction((0..<32).map { place($0, index).major })!, minor = LaneFunction((0..<32).map { place($0, index).minor })!
    let bytes = { (elements: Value) in
      element.bits >= 8 ? b.mul(elements, b.int32(element.bits / 8)) : b.lshr(elements, b.int32((8 / element.bits).trailingZeroBitCount))
    }
    let own = bytes(b.add(b.mul(f.value(of: major.withoutConstant), stride), f.value(of: minor.withoutConstant)))
    let common = bytes(b.add(b.mul(b.int32(major.constant), stride), b.int32(minor.constant)))
    return b.offset(b.offset(base, b.zext(own, b.i64)), b.zext(common, b.i64))
  }
}
