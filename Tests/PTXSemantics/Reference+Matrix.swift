// Products of a warp's matrices, in the manual's fragment layouts, and matrices between shared memory and registers.
// Floating-point inputs are small whole numbers, so that every order of summing gives the same.  wmma, sparse and scaled products and the narrow
// formats of eight-bit containers are asked elsewhere: Tests/PTXReference/matrix_reference.c, with an H100's answers.
// Source: PTX ISA 9.x, sections 9.7.14.5 ("Matrix Fragments for mma"), 9.7.14.5.15 to 9.7.14.5.17 (ldmatrix, stmatrix, movmatrix).
import PTX

private struct Shape {
  let m: Int, n: Int, k: Int
  init?(_ words: [String]) {
    guard let word = words.first(where: { $0.hasPrefix("m") && $0.dropFirst().first?.isNumber == true }) else { return nil }
    let numbers = word.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    guard numbers.count == 3 else { return nil }
    (m, n, k) = (numbers[0], numbers[1], numbers[2])
  }
}

/// The types of D, A, B and C, in that order.
private struct Product {
  let shape: Shape, d: ScalarType, a: ScalarType, b: ScalarType, c: ScalarType
  private static let wholes: Set<ScalarType> = [.s8, .u8, .s4, .u4, .b1]

  init?(_ variant: InstructionVariant) {
    let types = variant.types
    guard let shape = Shape(variant.words), types.count == 4, !variant.words.contains(where: { $0.hasPrefix("sp") || $0.hasPrefix("kind") || $0 == "block_scale" }) else { return nil }
    // Volta's shape of half precision has a layout by quarters of the warp.
    if shape.m == 8, shape.k == 4, types[1] == .f16 { return nil }
    (self.shape, d, a, b, c) = (shape, types[0], types[1], types[2], types[3])
    for type in [a, b] where !Self.wholes.contains(type) && ExactFormat.matrixElement(type) == nil { return nil }
  }
  var isWhole: Bool { Self.wholes.contains(a) }

  /// Where the element `j` of a register lies: for A and B by registers of 32 bits (or numbers of 64), for C and D by elements.
  func aPlace(_ lane: Int, _ register: Int, _ j: Int, _ each: Int) -> (row: Int, column: Int) {
    let rows = shape.m / 8
    return (lane / 4 + 8 * (register % rows), register / rows * 4 * each + lane % 4 * each + j)
  }
  func bPlace(_ lane: Int, _ register: Int, _ j: Int, _ each: Int) -> (row: Int, column: Int) { (register * 4 * each + lane % 4 * each + j, lane / 4) }
  func cPlace(_ lane: Int, _ element: Int) -> (row: Int, column: Int) { (lane / 4 + 8 * (element / 2), lane % 4 * 2 + element % 2) }
}

extension ExactFormat {
  fileprivate static func matrixElement(_ type: ScalarType) -> ExactFormat? {
    switch type { case .f16: .f16; case .bf16: .bf16; case .tf32, .f32: .f32; case .f64: .f64; case .e4m3: .e4m3; case .e5m2: .e5m2; default: nil }
  }
}

private func bits(_ type: ScalarType) -> Int { type == .tf32 ? 32 : type.bitCount }
/// Elements in a register.
private func perRegister(_ type: ScalarType) -> Int { type == .f64 ? 1 : 32 / bits(type) }

private func element(_ register: UInt64, _ j: Int, _ type: ScalarType) -> Double {
  let width = bits(type), code = width == 64 ? register : register >> UInt64(j * width) & (1 << UInt64(width) - 1)
  if let format = ExactFormat.matrixElement(type) { return format.unpack(code).double }
  let isSigned = type == .s8 || type == .s4
  return Double(isSigned && code >> UInt64(width - 1) == 1 ? Int(code) - 1 << width : Int(code))
}

/// A register of small numbers of a type, or of any bits where the elements are whole numbers.
private func values(_ type: ScalarType, seed: Int) -> Input {
  let register: ScalarType = type == .f64 ? .f64 : .b32
  return Input(register) { thread in
    var random = Random(state: UInt64(seed * 1000 + thread))
    guard let format = ExactFormat.matrixElement(type) else { return type == .s32 && random.next() % 8 != 0 ? random.next() % 1000 : random.next() }
    return (0..<perRegister(type)).reduce(0) { $0 | format.pack(.number(ExactNumber(Int64(random.next() % 7) - 3))) << UInt64($1 * bits(type)) }
  }
}

private func products(_ variant: InstructionVariant) -> [TestCase] {
  guard let product = Product(variant), var test = TestCase.plain(variant).first else { return [] }
  let counts = fragments(test)
  test.inputs = (0..<counts.a).map { values(product.a, seed: $0 + 1) } + (0..<counts.b).map { values(product.b, seed: 50 + $0) } + (0..<counts.c).map { values(product.c, seed: 100 + $0) }
  if product.d == .f16 { test.outputs = test.outputs.map { _ in .f16x2 } }
  return [test]
}
/// Registers of A, B and C in a case.
private func fragments(_ test: TestCase) -> (a: Int, b: Int, c: Int) {
  let numbers = test.variant.row.operands!.compactMap { shape -> Int? in if case .vector(_, .fixed(let count), isDestination: false) = shape.kind { count } else { nil } }
  return (numbers[0], numbers[1], numbers[2])
}

nonisolated(unsafe) private let product = Reference.block { test, inputs in
  let variant = test.variant, product = Product(variant)!, shape = product.shape, counts = fragments(test)
  var answers: [[UInt64]?] = []
  for warp in stride(from: 0, to: inputs.count, by: 32) {
    var a = [[Double]](repeating: [Double](repeating: 0, count: shape.k), count: shape.m), b = [[Double]](repeating: [Double](repeating: 0, count: shape.n), count: shape.k)
    var c = [[Double]](repeating: [Double](repeating: 0, count: shape.n), count: shape.m)
    for lane in 0..<32 {
      let x = inputs[warp + lane], eachA = perRegister(product.a), eachB = perRegister(product.b)
      for register in 0..<counts.a { for j in 0..<eachA { let at = product.aPlace(lane, register, j, eachA); a[at.row][at.column] = element(x[register], j, product.a) } }
      for register in 0..<counts.b { for j in 0..<eachB { let at = product.bPlace(lane, register, j, eachB); b[at.row][at.column] = element(x[counts.a + register], j, product.b) } }
      let each = product.c == .f16 ? 2 : 1
      for register in 0..<counts.c {
        for j in 0..<each {
          let at = product.cPlace(lane, register * each + j), code = x[counts.a + counts.b + register]
          c[at.row][at.column] = product.c == .s32 ? Double(Int32(truncatingIfNeeded: code)) : element(code, j, product.c)
        }
      }
    }
    func result(_ row: Int, _ column: Int) -> UInt64 {
      let terms = (0..<shape.k).map { k -> Double in
        if product.a != .b1 { return a[row][k] * b[k][column] }
        return variant.has("xor") ? (a[row][k] != b[k][column] ? 1 : 0) : a[row][k] * b[k][column]
      }
      let sum = terms.reduce(c[row][column], +)  // whole numbers far below 2^53
      switch product.d {
      case .s32: return variant.has("satfinite") ? clamp(Int128(sum), .s32) : UInt64(UInt32(truncatingIfNeeded: Int64(sum)))
      case .f64: return sum.bitPattern
      default: return ExactFormat.matrixElement(product.d)!.pack(ExactFormat.f64.unpack(sum.bitPattern))
      }
    }
    for lane in 0..<32 {
      let each = product.d == .f16 ? 2 : 1
      // Rounded downwards, numbers that cancel leave -0, and which of them met in which order decides.
      let cancels = variant.has("rm") && test.outputs.indices.contains { result(product.cPlace(lane, $0).row, product.cPlace(lane, $0).column) == 0 }
      answers.append(cancels ? nil : test.outputs.indices.map { register in
        (0..<each).reduce(0) { word, j in
          let at = product.cPlace(lane, register * each + j)
          return word | result(at.row, at.column) << UInt64(16 * j)
        }
      })
    }
  }
  return answers
}

// MARK: matrices of 8 by 8 halves

/// A warp's own part of shared memory: 16 bytes for each lane.
private let area = ".reg .b64 %p;\n.reg .b32 %n;\nmov.u64 %p, scratch;\nmad.wide.u32 %p, %tid32, 16, %p;"
private func rowsOf(_ variant: InstructionVariant) -> Int? {
  guard variant.has("m8n8"), variant.has("b16") else { return nil }
  return variant.has("x4") ? 4 : variant.has("x2") ? 2 : 1
}
private func moves(_ variant: InstructionVariant) -> [TestCase] {
  if variant.row.opcode == "movmatrix" { return TestCase.plain(variant) }
  guard let count = rowsOf(variant) else { return [] }
  let isGeneric = !variant.words.contains { $0.hasPrefix("shared") }, address = isGeneric ? "\n.reg .b64 %g;\ncvta.shared.u64 %g, %p;" : "", at = isGeneric ? "[%g]" : "[%p]"
  let words = (0..<4).map { "%a\($0)" }.joined(separator: ", ")
  if variant.row.opcode == "ldmatrix" {
    let text = area + address + "\nbar.sync 0;\nst.shared.v4.b32 [%p], {\(words)};\nbar.warp.sync 0xffffffff;\n\(variant.text) {\((0..<count).map { "%o\($0)" }.joined(separator: ", "))}, \(at);\nbar.sync 0;"
    return [TestCase(variant: variant, inputs: (0..<4).map { _ in Input(.b32) }, outputs: (0..<count).map { _ in .b32 }, text: text)]
  }
  // What isn't written keeps what was there.
  let text = area + address + "\nbar.sync 0;\nst.shared.v4.b32 [%p], {\(words)};\nbar.warp.sync 0xffffffff;\n\(variant.text) \(at), {\((0..<count).map { "%a\(4 + $0)" }.joined(separator: ", "))};\nbar.warp.sync 0xffffffff;\nld.shared.v4.b32 {%o0, %o1, %o2, %o3}, [%p];\nbar.sync 0;"
  return [TestCase(variant: variant, inputs: (0..<(4 + count)).map { _ in Input(.b32) }, outputs: (0..<4).map { _ in .b32 }, text: text)]
}
private func half(_ word: UInt64, _ index: Int) -> UInt64 { word >> UInt64(16 * index) & 0xffff }

nonisolated(unsafe) private let moved = Reference.block { test, inputs in
  let variant = test.variant, isTransposed = variant.has("trans")
  return inputs.indices.map { thread -> [UInt64] in
    let warp = thread / 32 * 32, lane = thread % 32
    if variant.row.opcode == "movmatrix" {
      // Element [row][column] is in lane row * 4 + column / 2.
      return [(0..<2).reduce(0) { $0 | half(inputs[warp + (lane % 4 * 2 + $1) * 4 + lane / 8][0], lane / 4 % 2) << UInt64(16 * $1) }]
    }
    if variant.row.opcode == "ldmatrix" {
      // Row r of matrix i is what lane 8i + r stored.
      func stored(_ matrix: Int, _ row: Int, _ column: Int) -> UInt64 { half(inputs[warp + 8 * matrix + row][column / 2], column % 2) }
      return test.outputs.indices.map { matrix in
        (0..<2).reduce(0) { word, j in
          let (row, column) = (lane / 4, lane % 4 * 2 + j)
          return word | (isTransposed ? stored(matrix, column, row) : stored(matrix, row, column)) << UInt64(16 * j)
        }
      }
    }
    let matrix = lane / 8, count = rowsOf(variant)!
    guard matrix < count else { return Array(inputs[thread][..<4]) }
    return (0..<4).map { word in
      (0..<2).reduce(0) { sum, j in
        let (row, column) = isTransposed ? (word * 2 + j, lane % 8) : (lane % 8, word * 2 + j)
        return sum | half(inputs[warp + row * 4 + column / 2][4 + matrix], column % 2) << UInt64(16 * j)
      }
    }
  }
}

nonisolated(unsafe) let matrixTests = FamilyTests(
  references: ["mma": product, "ldmatrix": moved, "stmatrix": moved, "movmatrix": moved],
  templates: ["mma": products, "ldmatrix": moves, "stmatrix": moves, "movmatrix": moves])
