// A sparse A: half of each chunk of a row is stored, metadata says which half, and each stored element chooses the elements of B
// that it meets.  Four bits of metadata govern a chunk; who of four lanes holds them depends on how many bits a row needs.
// Source: PTX ISA, "Sparse matrix storage", the metadata figures of "Matrix fragments for … sparse matrix A".
import CLLVM
import PTX

/// Of which elements a chunk consists and what the metadata's two indices choose.
enum MatrixChunk {
  case words   // tf32: one of two
  case halves  // f16, bf16 and widened eight-bit types: two of four
  case bytes   // eight-bit integers: two of four; four-bit integers: two pairs of four, and a pair is a byte
  case pairs   // widened e2m1 of .kind::mxf4: two pairs of four, and a pair is a register

  /// As the elements were before widening; `size` in elements.
  static func of(_ element: MatrixElement) -> (chunk: MatrixChunk, size: Int)? {
    switch element {
    case .tf32: (.words, 2)
    case .half, .bfloat: (.halves, 4)
    case .narrow(_, _, let container, _): container == 8 ? (.halves, 4) : (.pairs, 8)
    case .byte: (.bytes, 4)
    case .nibble: (.bytes, 8)
    default: nil
    }
  }
}

struct MatrixSparsity {
  let f: FunctionLowering
  let chunk: MatrixChunk
  /// For each register of A in the lane that holds it: what `choose` takes.
  let choices: [Value]

  /// layout, perRegister: of A as it is stored, in the registers that will be multiplied.
  init(
    _ f: FunctionLowering, _ chunk: MatrixChunk, size: Int, isNarrow: Bool, k: Int, layout: FragmentLayout, perRegister: Int, metadata: Value,
    selector: Int, _ i: Instruction
  ) throws {
    self.f = f
    self.chunk = chunk
    let b = f.b, contributors = k / size * 4 * 2 / 32
    guard selector < 4 / contributors else { throw CompileError.invalid(i, "a sparsity selector of \(selector) where \(4 / contributors) lanes of four may be selected") }
    choices = try (0..<(layout.count / perRegister)).map { register in
      // Where the first chunk's bits are that this register needs.
      let places = (0..<32).map { layout.place($0, register * perRegister) }
      let bits = places.map { Self.place(row: $0.row, chunk: $0.column * 2 / size, isNarrow: isNarrow, contributors: contributors, selector: selector) }
      guard let lane = LaneFunction(bits.map(\.lane)), let shift = LaneFunction(bits.map(\.bit)) else {
        throw CompileError(.internalError, "sparsity metadata that lanes don't share alike")
      }
      var field = f.exchange(metadata, lane)
      if shift != LaneFunction(constant: 0, columns: [0, 0, 0, 0, 0]) { field = b.lshr(field, f.value(of: shift)) }
      let index = { (at: Int) in b.and(at == 0 ? field : b.lshr(field, b.int32(at)), b.int32(3)) }
      switch chunk {
      case .words: return b.and(b.lshr(field, b.int32(1)), b.int32(1))
      case .halves:  // bytes 2i and 2i + 1
        let selectors = b.or(index(0), b.shl(index(2), b.int32(16)))
        return b.add(b.mul(selectors, b.int32(0x0202)), b.int32(0x0100_0100))
      case .bytes:  // the second register holds the second chunk
        let low = b.or(index(0), b.shl(index(2), b.int32(8))), high = b.or(b.shl(index(4), b.int32(16)), b.shl(index(6), b.int32(24)))
        return b.add(b.or(low, high), b.int32(0x0404_0000))
      case .pairs: return index(register % 2 * 2)
      }
    }
  }

  /// Where the four bits for a chunk of a row lie.  isNarrow: elements of at most eight bits, for which a lane holds bits of one row
  /// only.  `contributors` lanes of four hold metadata, the selector says which.  Recorded from an NVIDIA GPU by
  /// `matrix_reference --probe`.
  static func place(row: Int, chunk: Int, isNarrow: Bool, contributors: Int, selector: Int) -> (lane: Int, bit: Int) {
    let first = row % 8 * 4 + contributors * selector
    return isNarrow ? (first + row / 8 + chunk / 8 * 2, chunk % 8 * 4) : (first + chunk / 4, row / 8 * 16 + chunk % 4 * 4)
  }

  /// The elements of B that meet a register of A.
  func choose(_ choice: Value, among registers: [Value]) -> Value {
    let b = f.b
    switch chunk {
    case .words: return b.select(b.equal(choice, b.int32(0)), registers[0], registers[1])
    case .halves, .bytes: return b.call("llvm.amdgcn.perm", b.i32, [registers[1], registers[0], choice])
    case .pairs:
      let odd = b.icmp(LLVMIntNE, b.and(choice, b.int32(1)), b.int32(0)), upper = b.icmp(LLVMIntUGE, choice, b.int32(2))
      return b.select(upper, b.select(odd, registers[3], registers[2]), b.select(odd, registers[1], registers[0]))
    }
  }
}
