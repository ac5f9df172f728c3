// mma and mma.sp: reading the instruction, computing, writing the result.
// All lanes of the warp execute these together (.sync.aligned), so that every lane's registers can be asked for.
// Source: PTX ISA, "Multiply-and-Accumulate Instruction: mma", "mma.sp / mma.sp::ordered_metadata".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let matrices: [String: Handler] = [
    "mma": { f, i, m in try f.matrixMultiply(i, &m) },
    "wmma": { f, i, m in
      switch try m.require(oneOf: ["load", "store", "mma"]) {
      case "load": try f.fragmentLoad(i, &m)
      case "store": try f.fragmentStore(i, &m)
      default: try f.fragmentMultiply(i, &m)
      }
    },
    "ldmatrix": { f, i, m in try f.matrixLoad(i, &m) },
    "stmatrix": { f, i, m in try f.matrixStore(i, &m) },
    "movmatrix": { f, i, m in try f.matrixMove(i, &m) },
  ]
}

extension FunctionLowering {
  func matrixMultiply(_ i: Instruction, _ m: inout Modifiers) throws {
    let isSparse = m.take(oneOf: ["sp", "sp::ordered_metadata"]) != nil
    guard m.take("sync"), m.take("aligned") else { throw CompileError.invalid(i, "needs .sync.aligned") }
    let shape = try m.matrixShape()
    let rowA = try m.isRowMajor(), rowB = try m.isRowMajor()
    let kind = m.take(where: { $0.hasPrefix("kind::") }), scales = try m.matrixScales(kind)
    let rounding = m.rounding(), saturates = m.take("satfinite")
    let bits: MatrixProduct.Bits? = m.take("and") ? .and : m.take("xor") ? .xor : nil
    if bits != nil { _ = m.take("popc") }
    let d = try m.matrixElement()
    var a = try m.matrixElement(), b = try m.matrixElement()
    if kind == "kind::mxf4" || kind == "kind::mxf4nvf4" { (a, b) = (.packedE2M1, .packedE2M1) }
    let c = try m.matrixElement()
    let product = MatrixProduct(
      shape: shape, a: a, b: b, c: c, d: d, rowMajorA: rowA, rowMajorB: rowB, bits: bits, isSparse: isSparse, saturates: saturates, scales: scales)
    try product.check(i)
    if rounding != nil, a != .double { throw CompileError.invalid(i, "rounding modifiers are for .f64") }
    guard i.operands.count == 4 + (isSparse ? 2 : 0) + (scales != nil ? 4 : 0) else { throw CompileError.invalid(i, "\(i.operands.count) operands") }

    let layoutA = product.layoutA, layoutB = product.layoutB, layoutC = product.layoutC(c), layoutD = product.layoutC(d)
    let operandA = widened(try operand(i.operands[1], a, layoutA.count, i)), operandB = widened(try operand(i.operands[2], b, layoutB.count, i))
    let operandC = try operand(i.operands[3], c, layoutC.count, i)
    if let unit = matrixUnit(product, operandA, operandB, rounding) {
      let words = operandA.registers.count * a.perRegister / layoutA.count
      let sums = multiply(
        operandA.registers[...], [operandB.registers[...]], onto: accumulators(operandC), with: unit, product, perRegister: words)
      return try writeMatrix(i.operands[0], sums, d, i)
    }
    let chunk = isSparse ? MatrixChunk.of(a) : nil
    let plan = try module.matrixPlan(product) {
      MatrixPlan(
        a: layoutA, perRegisterA: operandA.element.perRegister, b: layoutB, perRegisterB: operandB.element.perRegister, c: layoutC,
        perRegisterC: c.perRegister, d: layoutD, storedK: product.storedK, chunk: chunk?.size)
    }
    var sparsity: MatrixSparsity?
    if let chunk {
      guard case .integer(let selector) = i.operands[5] else { throw CompileError.invalid(i, "the sparsity selector is a constant") }
      sparsity = try MatrixSparsity(
        self, chunk.chunk, size: chunk.size, isNarrow: a.bits <= 8, k: shape.k, layout: layoutA, perRegister: operandA.element.perRegister,
        metadata: try read(i.operands[4], .b32), selector: Int(truncatingIfNeeded: selector), i)
    }
    let scaling = try scales.map { try MatrixScaling(self, $0, i.operands.suffix(4), i) }
    let multiplication = MatrixMultiplication(
      self, product, plan, a: operandA, b: operandB, c: operandC, rounding: rounding, sparsity: sparsity, scales: scaling)
    try writeMatrix(i.operands[0], multiplication.elements(), d, i)
  }

  /// The registers of a fragment, 32 bits each.
  func operand(_ operand: Operand, _ element: MatrixElement, _ count: Int, _ i: Instruction) throws -> MatrixOperand {
    let registers = try elements(operand, count / element.perRegister, i)
    if element == .double { return MatrixOperand(registers: try registers.flatMap { parts(try read($0, .f64)) }, element: element) }
    var values = try registers.map { try read($0, .b32) }
    // What lies below a tf32 has no meaning.
    if element == .tf32 { values = values.map { b.and($0, b.constant(b.i32, 0xFFFF_E000)) } }
    return MatrixOperand(registers: values, element: element)
  }
  func widened(_ operand: MatrixOperand) -> MatrixOperand {
    guard case .narrow = operand.element else { return operand }
    return MatrixOperand(registers: widened(operand.registers, operand.element), element: .half)
  }

  /// Elements as they were computed into the registers of D.
  func writeMatrix(_ operand: Operand, _ values: [Value], _ element: MatrixElement, _ i: Instruction) throws {
    let targets = try elements(operand, values.count / element.perRegister, i)
    for (index, target) in targets.enumerated() {
      switch element {
      case .half:
        var pair = b.undefined(b.vector(b.half, 2))
        for part in 0..<2 { pair = b.insert(b.fptrunc(values[2 * index + part], b.half), into: pair, part) }
        try write(target, b.bitcast(pair, b.i32), .b32)
      case .double: try write(target, values[index], .f64)
      default: try write(target, b.bitcast(values[index], b.i32), .b32)
      }
    }
  }
}

extension Modifiers {
  /// `.block_scale{.scale_vec::nX}` and its type, the last word.
  mutating func matrixScales(_ kind: String?) throws -> MatrixScales? {
    guard take("block_scale") else {
      if let kind, kind != "kind::f8f6f4" { throw CompileError.invalid(instruction, ".\(kind) needs .block_scale") }
      return nil
    }
    let written = take(where: { $0.hasPrefix("scale_vec::") })
    let type = try require(oneOf: ["ue8m0", "ue4m3"])
    let counts = ["scale_vec::1X": 1, "scale_vec::2X": 2, "scale_vec::4X": 4]
    let count: Int?
    switch kind {
    case "kind::mxf8f6f4": count = written == nil || written == "scale_vec::1X" ? 1 : nil
    case "kind::mxf4": count = written == nil || written == "scale_vec::2X" ? 2 : nil
    case "kind::mxf4nvf4": count = written == "scale_vec::1X" ? nil : written.flatMap { counts[$0] }
    default: count = nil
    }
    guard let count, type == "ue8m0" || (kind == "kind::mxf4nvf4" && count == 4) else {
      throw CompileError.invalid(instruction, "a kind, a number of scales and a type of scales that don't go together")
    }
    return MatrixScales(count: count, isPowerOfTwo: type == "ue8m0")
  }
}

extension ModuleLowering {
  /// Plans are the same for all instructions of a kind.
  func matrixPlan(_ product: MatrixProduct, _ make: () -> MatrixPlan?) throws -> MatrixPlan {
    if let known = matrixPlans[product] { return known }
    guard let plan = make() else { throw CompileError(.internalError, "no plan for a matrix product of shape \(product.shape)") }
    matrixPlans[product] = plan
    return plan
  }
}
