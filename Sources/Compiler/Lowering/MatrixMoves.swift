// ldmatrix, stmatrix, movmatrix: small matrices between shared memory and registers, and their transposition.
// A lane names the address of a row of 16 bytes; the lanes that need parts of it ask for the address, and access memory themselves.
// Source: PTX ISA, "Warp-level matrix load instruction: ldmatrix", "stmatrix", "movmatrix".
import CLLVM
import PTX

extension FunctionLowering {
  /// The LDS offset that an address operand means.
  private func sharedOffset(_ operand: Operand, _ space: StateSpace?, _ i: Instruction) throws -> Value {
    guard space == nil || space == .shared else { throw CompileError.invalid(i, "is for shared memory") }
    let address = try pointer(operand, space ?? .generic, i)
    return b.pointerToInt(space == nil ? b.addressCast(address, .lds) : address, b.i32)
  }
  /// Row `row(lane)`, `column(lane)` bytes into it.
  private func place(_ rows: Value, _ row: (Int) -> Int, _ column: (Int) -> Int) -> Value {
    place(rows, row, value(of: LaneFunction((0..<32).map(column))!))
  }
  private func place(_ rows: Value, _ row: (Int) -> Int, _ byte: Value) -> Value {
    b.intToPointer(b.add(exchange(rows, LaneFunction((0..<32).map(row))!), byte), .lds)
  }
  private func count(_ m: inout Modifiers) throws -> Int { Int(try m.require(oneOf: ["x1", "x2", "x4"]).dropFirst())! }

  func matrixLoad(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("sync"), m.take("aligned") else { throw CompileError.invalid(i, "needs .sync.aligned") }
    let shape = try m.require(oneOf: ["m8n8", "m8n16", "m16n16"]), count = try count(&m), transposed = m.take("trans")
    let space = try m.space()
    let packed = m.take("b8x16") ? try m.require(oneOf: ["b6x16_p32", "b4x16_p64"]) : nil
    let type = packed == nil ? try m.require(oneOf: ["b16", "b8"]) : "b8"
    let rows = try sharedOffset(i.operands[1], space, i)
    let bits = packed == "b6x16_p32" ? 6 : packed == "b4x16_p64" ? 4 : 8
    let registers: [Value]
    switch (shape, type, transposed) {
    case ("m8n8", "b16", false) where packed == nil:
      registers = (0..<count).map { x in b.load(b.i32, place(rows, { 8 * x + $0 / 4 }, { $0 % 4 * 4 }), alignment: 4) }
    case ("m8n8", "b16", true) where packed == nil:
      registers = (0..<count).map { x in
        let halves = (0..<2).map { part in
          b.zext(b.load(b.i16, place(rows, { 8 * x + $0 % 4 * 2 + part }, { $0 / 4 * 2 }), alignment: 2), b.i32)
        }
        return b.or(halves[0], b.shl(halves[1], b.int32(16)))
      }
    case ("m8n16", "b8", false) where packed != nil:  // four neighbours of a row
      registers = (0..<count).map { x in
        let value = (0..<(bits / 2)).reduce(b.int32(0)) { value, byte in
          let start = b.mul(b.and(lane(), b.int32(3)), b.int32(bits / 2))
          let part = b.load(b.i8, place(rows, { 8 * x + $0 / 4 }, b.add(start, b.int32(byte))))
          return b.or(value, b.shl(b.zext(part, b.i32), b.int32(8 * byte)))
        }
        return (0..<4).reduce(b.int32(0)) { word, part in
          b.or(word, b.shl(b.and(b.lshr(value, b.int32(part * bits)), b.int32((1 << bits) - 1)), b.int32(8 * part)))
        }
      }
    case ("m16n16", "b8", true) where count <= 2:  // a register holds four rows of one column: of `group`, then of `group + 8`
      registers = (0..<(2 * count)).map { x in
        (0..<4).reduce(b.int32(0)) { word, part in
          let row = { (lane: Int) in 16 * (x / 2) + lane % 4 * 4 + part }, column = { (lane: Int) in lane / 4 + x % 2 * 8 }
          return b.or(word, b.shl(element(rows, row, column, bits), b.int32(8 * part)))
        }
      }
    default: throw CompileError.invalid(i, "a shape, type and order that don't go together")
    }
    for (target, value) in zip(try elements(i.operands[0], registers.count, i), registers) { try write(target, value, .b32) }
  }

  /// One element of 8, 6 or 4 bits of a row.
  private func element(_ rows: Value, _ row: (Int) -> Int, _ column: (Int) -> Int, _ bits: Int) -> Value {
    let bit = b.mul(value(of: LaneFunction((0..<32).map(column))!), b.int32(bits))
    let byte = b.lshr(bit, b.int32(3)), shift = b.and(bit, b.int32(7))
    let first = b.zext(b.load(b.i8, place(rows, row, byte)), b.i32)
    if bits == 8 { return first }
    guard bits == 6 else { return b.and(b.lshr(first, shift), b.int32(15)) }
    let second = b.zext(b.load(b.i8, place(rows, row, b.add(byte, b.int32(1)))), b.i32)
    return b.and(b.lshr(b.or(first, b.shl(second, b.int32(8))), shift), b.int32(63))
  }

  func matrixStore(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("sync"), m.take("aligned") else { throw CompileError.invalid(i, "needs .sync.aligned") }
    let shape = try m.require(oneOf: ["m8n8", "m16n8"]), count = try count(&m), transposed = m.take("trans")
    let space = try m.space()
    let type = try m.require(oneOf: ["b16", "b8"])
    let rows = try sharedOffset(i.operands[0], space, i)
    let registers = try elements(i.operands[1], count, i).map { try read($0, .b32) }
    for (x, value) in registers.enumerated() {
      switch (shape, type, transposed) {
      case ("m8n8", "b16", false): b.store(value, place(rows, { 8 * x + $0 / 4 }, { $0 % 4 * 4 }), alignment: 4)
      case ("m8n8", "b16", true):
        for part in 0..<2 {
          let half = b.trunc(b.lshr(value, b.int32(16 * part)), b.i16)
          b.store(half, place(rows, { 8 * x + $0 % 4 * 2 + part }, { $0 / 4 * 2 }), alignment: 2)
        }
      case ("m16n8", "b8", true):  // a column of 16 bytes is a row in memory
        for part in 0..<4 {
          let byte = b.trunc(b.lshr(value, b.int32(8 * part)), b.i8)
          b.store(byte, place(rows, { 8 * x + $0 % 4 * 2 + part % 2 }, { $0 / 4 + part / 2 * 8 }))
        }
      default: throw CompileError.invalid(i, "a shape, type and order that don't go together")
      }
    }
  }

  func matrixMove(_ i: Instruction, _ m: inout Modifiers) throws {
    guard m.take("sync"), m.take("aligned"), m.take("m8n8"), m.take("trans"), m.take("b16") else {
      throw CompileError.invalid(i, "only .sync.aligned.m8n8.trans.b16 exists")
    }
    let source = try read(i.operands[1], .b32)
    // Row r of the result is column r of the source: element 2t + e of it lies in row 2t + e, half r % 2 of lane r / 2.
    let odd = value(of: LaneFunction((0..<32).map { $0 / 4 % 2 * 16 })!)
    let halves = (0..<2).map { part in
      b.and(b.lshr(exchange(source, LaneFunction((0..<32).map { ($0 % 4 * 2 + part) * 4 + $0 / 8 })!), odd), b.int32(0xFFFF))
    }
    try write(i.operands[0], b.or(halves[0], b.shl(halves[1], b.int32(16))), .b32)
  }
}
