// The matrix instructions of AMD's processors, and which products they compute: tiles of 16 rows and 8 columns.
// They multiply 16 by 16: on CDNA (MFMA, waves of 64) two warps share one, each with eight columns; on RDNA 3 and 4 (WMMA, waves
// of 32) a warp has it alone, for one tile or two beside each other.
// Rows exist where the result is as right as plain arithmetic's: gfx90a's half-precision MFMA takes subnormals as zeros, so
// halves and bfloats go there by plain arithmetic; MFMA has no unsigned bytes.
// Source: AMD CDNA 2 and 3 ISA, "Matrix Arithmetic Instructions"; RDNA 3 and RDNA 4 ISA, "Wave Matrix Multiply Accumulate"; LLVM's IntrinsicsAMDGPU.td.
import CLLVM
import PTX

struct MatrixUnit {
  /// wmma: both halves of a wave give the same operands (RDNA 3); splitWMMA: each half gives half of K (RDNA 4).
  enum Kind { case mfma, wmma, splitWMMA }
  let kind: Kind
  let name: String
  let element: MatrixElement
  /// Registers of a lane that one instruction takes of an operand (MFMA), or of each of four lanes (WMMA).
  let words: Int
  /// `__oclc_ISA_version`s that have it.
  let processors: ClosedRange<Int>

  private static let gfx90a = 9010...9010, gfx94 = 9402...9500, cdna = 9010...9500, gfx11 = 11000...11999, gfx12 = 12000...12499

  static let all: [MatrixUnit] = [
    .init(kind: .mfma, name: "llvm.amdgcn.mfma.f32.16x16x16f16", element: .half, words: 2, processors: gfx94),
    .init(kind: .mfma, name: "llvm.amdgcn.mfma.f32.16x16x16bf16.1k", element: .bfloat, words: 2, processors: gfx94),
    .init(kind: .mfma, name: "llvm.amdgcn.mfma.f32.16x16x4f32", element: .tf32, words: 1, processors: cdna),
    .init(kind: .mfma, name: "llvm.amdgcn.mfma.f64.16x16x4f64", element: .double, words: 1, processors: cdna),
    .init(kind: .mfma, name: "llvm.amdgcn.mfma.i32.16x16x32.i8", element: .byte(signed: true), words: 2, processors: gfx94),
    .init(kind: .mfma, name: "llvm.amdgcn.mfma.i32.16x16x16i8", element: .byte(signed: true), words: 1, processors: gfx90a),
    .init(kind: .wmma, name: "llvm.amdgcn.wmma.f32.16x16x16.f16.v8f32.v16f16", element: .half, words: 2, processors: gfx11),
    .init(kind: .wmma, name: "llvm.amdgcn.wmma.f32.16x16x16.bf16.v8f32.v16i16", element: .bfloat, words: 2, processors: gfx11),
    .init(kind: .wmma, name: "llvm.amdgcn.wmma.i32.16x16x16.iu8.v8i32.v4i32", element: .byte(signed: true), words: 1, processors: gfx11),
    .init(kind: .wmma, name: "llvm.amdgcn.wmma.i32.16x16x16.iu8.v8i32.v4i32", element: .byte(signed: false), words: 1, processors: gfx11),
    .init(kind: .splitWMMA, name: "llvm.amdgcn.wmma.f32.16x16x16.f16.v8f32.v8f16", element: .half, words: 2, processors: gfx12),
    .init(kind: .splitWMMA, name: "llvm.amdgcn.wmma.f32.16x16x16.bf16.v8f32.v8i16", element: .bfloat, words: 2, processors: gfx12),
    .init(kind: .splitWMMA, name: "llvm.amdgcn.wmma.i32.16x16x16.iu8.v8i32.v2i32", element: .byte(signed: true), words: 1, processors: gfx12),
    .init(kind: .splitWMMA, name: "llvm.amdgcn.wmma.i32.16x16x16.iu8.v8i32.v2i32", element: .byte(signed: false), words: 1, processors: gfx12),
  ]

  /// The one for a product whose factors are `a` and `b` (after widening), if there is one.
  static func of(_ processor: GPUTarget, _ a: MatrixElement, _ b: MatrixElement) -> MatrixUnit? {
    all.first { unit in
      guard unit.processors.contains(processor.isaVersion), unit.element == a else { return false }
      if case .byte = a, unit.kind != .mfma, case .byte = b { return true }  // each factor's sign is an operand
      return a == b
    }
  }

  /// WMMA: lanes of four whose words one lane gives.
  var lanes: Int { kind == .splitWMMA ? 2 : 4 }

  /// How the intrinsic sees an operand's words.
  func operandType(_ f: FunctionLowering) -> Type {
    let b = f.b
    switch (kind, element) {
    case (.mfma, .half): return b.vector(b.half, 4)
    case (.mfma, .bfloat): return b.vector(b.i16, 4)
    case (.mfma, .tf32): return b.float
    case (.mfma, .double): return b.double
    case (.mfma, _): return b.int(32 * words)
    case (_, .half): return b.vector(b.half, 4 * lanes)
    case (_, .bfloat): return b.vector(b.i16, 4 * lanes)
    default: return b.vector(b.i32, lanes)
    }
  }
  func sumType(_ f: FunctionLowering) -> Type {
    let b = f.b, count = kind == .mfma ? 4 : 8
    switch element {
    case .double: return b.vector(b.double, count)
    case .byte: return b.vector(b.i32, count)
    default: return b.vector(b.float, count)
    }
  }
}

extension FunctionLowering {
  /// Whether AMD's matrix instructions compute a product, and with which.
  func matrixUnit(_ product: MatrixProduct, _ a: MatrixOperand, _ b: MatrixOperand, _ rounding: Rounding?) -> MatrixUnit? {
    let isPlain = !product.isSparse && product.scales == nil && product.bits == nil && (rounding ?? .nearest) == .nearest
    return isPlain && max(product.shape.m, product.shape.n) >= 16 ? MatrixUnit.of(module.target, a.element, b.element) : nil
  }

  /// The product of 16 rows and as many columns as there are tiles, as elements of D.
  func multiply(_ rows: ArraySlice<Value>, _ columns: [ArraySlice<Value>], onto c: [Value], with unit: MatrixUnit, _ product: MatrixProduct, perRegister words: Int) -> [Value] {
    // Registers of A alternate between the lower and the upper eight rows.
    let registers = stride(from: rows.startIndex, to: rows.endIndex, by: words).map { rows[$0..<($0 + words)] }
    let halves = (0..<2).map { half in stride(from: half, to: registers.count, by: 2).flatMap { registers[$0] } }
    let sums = multiply(
      MatrixTiles(rows: halves, columns: columns.map(Array.init)), with: unit,
      signedA: product.a == .byte(signed: true), signedB: product.b == .byte(signed: true))
    return zip(c, sums.joined()).map { accumulator, sum in
      if b.isFloat(b.type(sum)) { return b.fadd(accumulator, sum) }
      return product.saturates ? b.overloaded("llvm.sadd.sat", b.i32, [accumulator, sum]) : b.add(accumulator, sum)
    }
  }

  /// The elements of C that a lane holds, as they are added to.
  func accumulators(_ c: MatrixOperand) -> [Value] {
    switch c.element {
    case .half: c.registers.flatMap { register in (0..<2).map { single(register, .half, $0) } }
    case .double: stride(from: 0, to: c.registers.count, by: 2).map { joined(c.registers[$0], c.registers[$0 + 1]) }
    case .word: c.registers
    default: c.registers.map { b.bitcast($0, b.float) }
    }
  }
}

/// The factors of tiles that share their rows: registers of 32 bits in the layouts of mma, a double as two.
struct MatrixTiles {
  /// Of rows `group`, then of rows `group + 8`, along K.
  var rows: [[Value]]
  /// Of each tile's columns, along K.
  var columns: [[Value]]
}

extension FunctionLowering {
  /// For each tile the sums of a lane's four elements, in the layout of accumulators.
  func multiply(_ tiles: MatrixTiles, with unit: MatrixUnit, signedA: Bool, signedB: Bool) -> [[Value]] {
    let sums: [[Value]]
    switch unit.kind {
    case .mfma: sums = tiles.columns.map { multiplyByMFMA(tiles.rows, $0, unit) }
    case .wmma, .splitWMMA: sums = multiplyByWMMA(tiles, unit, signedA: signedA, signedB: signedB)
    }
    return sums.map(spread)
  }

  /// From a lane for each row, which holds four neighbours of it (lanes 0…15 columns 0…3, the others columns 4…7), to accumulators:
  /// one bit of the column is a register's there and a lane's here, and the other way round with one bit of the row.
  private func spread(_ sums: [Value]) -> [Value] {
    let lowRows = b.equal(b.and(lane(), b.int32(8)), b.int32(0)), evenColumns = b.equal(b.and(lane(), b.int32(1)), b.int32(0))
    let same = LaneFunction(constant: 0, columns: [8, 16, 1, 2, 4]), other = LaneFunction(constant: 8, columns: [8, 16, 1, 2, 4])
    var result = [Value?](repeating: nil, count: 4)
    for column in 0..<2 {
      let first = exchange(wide: b.select(lowRows, sums[column], sums[2 + column]), same)
      let second = exchange(wide: b.select(lowRows, sums[2 + column], sums[column]), other)
      result[column] = b.select(evenColumns, first, second)
      result[2 + column] = b.select(evenColumns, second, first)
    }
    return result.map { $0! }
  }

  /// A value of 32 or 64 bits from another lane of the warp.
  private func exchange(wide value: Value, _ from: LaneFunction) -> Value {
    let type = b.type(value)
    if b.bits(type) == 32 { return b.bitcast(exchange(b.bitcast(value, b.i32), from), type) }
    let words = parts(value)
    return joined(exchange(words[0], from), exchange(words[1], from))
  }

  /// Registers as an operand of the instruction; zeros where there are fewer.
  func packed(_ words: [Value], _ type: Type) -> Value {
    let count = b.bits(type) / 32
    if count == 1 { return b.bitcast(words[0], type) }
    var vector = b.zero(b.vector(b.i32, count))
    for (index, word) in words.enumerated() { vector = b.insert(word, into: vector, index) }
    return b.bitcast(vector, type)
  }
}
