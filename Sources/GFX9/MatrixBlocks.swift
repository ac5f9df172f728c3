// How matrix instructions take their blocks from registers, multiply them and put the result back.  Worker threads only.
// Source: AMD CDNA2 and CDNA3 ISA, 7; AMD's matrix instruction calculator for the layouts.
import CSoftGPU
import ISA

/// The sizes of one instruction: rows of A, columns of B, the common dimension, blocks that are multiplied independently.
struct Blocks {
  let m: Int, n: Int, k: Int, count: Int
  init(_ m: Int, _ n: Int, _ k: Int, _ count: Int = 1) { self.m = m; self.n = n; self.k = k; self.count = count }

  /// Elements of A (and, M and N being equal, of B) that a lane has.
  var perLane: Int { k * m * count / 64 }
  /// The lane of element (`line`, `k`) of a block, for A and B alike, when a lane has `perLane` elements along K.
  func lane(_ line: Int, _ k: Int, _ block: Int, perLane: Int) -> Int { line + m * (block + count * (k / perLane)) }
  /// The register (in elements) and lane of D's element; rows stand in groups of `group`.
  func place(_ i: Int, _ j: Int, _ block: Int, group: Int) -> (item: Int, lane: Int) {
    let blocksInLanes = max(1, 64 * group / (m * n)), rowsInLanes = 64 / blocksInLanes / n
    let groups = m / (group * rowsInLanes)
    return (
      i % group + group * (i / (group * rowsInLanes) + groups * (block / blocksInLanes)),
      j + n * (i / group % rowsInLanes + rowsInLanes * (block % blocksInLanes))
    )
  }
}

enum MatrixElement { case f32, xf32, f16, bf16, fp8, bf8
  var bits: Int { switch self { case .f32, .xf32: 32; case .f16, .bf16: 16; case .fp8, .bf8: 8 } }
  func value(_ raw: UInt32) -> Float {
    switch self {
    case .f32: Float(bitPattern: raw)
    case .xf32: Float(bitPattern: raw & 0xffff_e000)              // eight bits of exponent, ten of mantissa
    case .f16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: raw)))
    case .bf16: bfloat(raw & 0xffff)
    case .fp8: SmallFloat.fp8.decode(UInt8(truncatingIfNeeded: raw))
    case .bf8: SmallFloat.bf8.decode(UInt8(truncatingIfNeeded: raw))
    }
  }
}

/// What can be accumulated.
protocol MatrixNumber: BitwiseCopyable {
  static func accumulate(_ sum: Self, _ a: Self, _ b: Self) -> Self
}
extension Float: MatrixNumber {
  @inline(__always) static func accumulate(_ sum: Float, _ a: Float, _ b: Float) -> Float { sum.addingProduct(a, b) }
}
extension Double: MatrixNumber {
  @inline(__always) static func accumulate(_ sum: Double, _ a: Double, _ b: Double) -> Double { sum.addingProduct(a, b) }
}
extension Int32: MatrixNumber {
  @inline(__always) static func accumulate(_ sum: Int32, _ a: Int32, _ b: Int32) -> Int32 { sum &+ a &* b }
}

extension UnsafeMutablePointer<carmine_wave> {
  /// D = A * B + C: `a` and `b` give an element of a lane by its position there, `c` takes and `d` puts one of the result.
  @inline(__always) private func product<T: MatrixNumber>(
    _ blocks: Blocks, group: Int, perLaneA: Int, perLaneB: Int, zero: T, aBlock: (Int) -> Int, a: (Int, Int) -> T, b: (Int, Int) -> T,
    k: (Int, Int, Int) -> Int, c: (Int, Int) -> T, d: (Int, Int, T) -> Void
  ) {
    let m = blocks.m, n = blocks.n, depth = perLaneA * 64 / (m * blocks.count)
    withUnsafeTemporaryAllocation(of: T.self, capacity: blocks.count * (n * blocks.k + m * n) + n) { memory in
      let right = memory.baseAddress.unsafelyUnwrapped, sums = right + blocks.count * n * blocks.k
      for block in 0..<blocks.count {
        for kk in 0..<blocks.k {
          for j in 0..<n { right[(block * blocks.k + kk) * n + j] = b(blocks.lane(j, kk, block, perLane: perLaneB), kk % perLaneB) }
        }
      }
      for block in 0..<blocks.count {
        let from = aBlock(block)
        for i in 0..<m {
          let row = sums + (block * m + i) * n
          for j in 0..<n { let at = blocks.place(i, j, block, group: group); row[j] = c(at.item, at.lane) }
          for kk in 0..<depth {
            let lane = blocks.lane(i, kk, from, perLane: perLaneA), item = kk % perLaneA
            let left = a(lane, item), line = right + (block * blocks.k + k(lane, item, kk)) * n
            for j in 0..<n { row[j] = T.accumulate(row[j], left, line[j]) }
          }
        }
      }
      for block in 0..<blocks.count {
        for i in 0..<m {
          for j in 0..<n { let at = blocks.place(i, j, block, group: group); d(at.item, at.lane, sums[(block * m + i) * n + j]) }
        }
      }
    }
  }

  @inline(__always) private func registers(_ o: Op, _ code: UInt16, _ flag: Int) -> Lanes {
    (o.pointee.flags & UInt16(flag) != 0 ? pointee.agpr : pointee.vgpr) + (Int(code) &- 256) &* 64
  }
  private func first(_ o: Op) -> Lanes { registers(o, o.pointee.source0, Int(CARMINE_OP_FLAG_ACC0)) }
  private func second(_ o: Op) -> Lanes { registers(o, o.pointee.source1, Int(CARMINE_OP_FLAG_ACC1)) }
  private func result(_ o: Op) -> Lanes { registers(o, o.pointee.destination &+ 256, Int(CARMINE_OP_FLAG_ACCD)) }
  /// The addend's registers, or nil when it is a constant.
  private func addend(_ o: Op) -> Lanes? { o.pointee.source2 >= 256 ? registers(o, o.pointee.source2, Int(CARMINE_OP_FLAG_ACCD)) : nil }

  /// CBSZ and ABID: of every 2^CBSZ blocks of A one is used for all.
  private func blockChoice(_ o: Op, _ count: Int) -> (Int) -> Int {
    let size = Int(o.pointee.words.0 >> 8 & 7), chosen = Int(o.pointee.words.0 >> 11 & 15), group = min(1 << size, count)
    return { $0 & ~(group - 1) | chosen & (group - 1) }
  }
  /// BLGP: the lane whose part of B a lane gets.
  private func laneChoice(_ o: Op) -> (Int) -> Int {
    let pattern = Int(o.pointee.words.1 >> 29 & 7)
    return { lane in
      switch pattern {
      case 0: lane
      case 1: lane & 31
      case 2: lane & 31 | 32
      case 3: (lane + 16) & 63
      default: lane & 15 | (pattern - 4) << 4
      }
    }
  }
  /// An element narrower than a register, or a whole one.
  @inline(__always) private func raw(_ registers: Lanes, _ lane: Int, _ item: Int, bits: Int) -> UInt32 {
    let perWord = 32 / bits
    return registers[item / perWord * 64 + lane] >> UInt32(item % perWord * bits)
  }

  func multiply(_ o: Op, _ blocks: Blocks, _ left: MatrixElement, _ right: MatrixElement, flushes: Bool = false) {
    let a = first(o), b = second(o), c = addend(o), d = result(o), constant = Float(bitPattern: c == nil ? s32(o, 2) : 0)
    let choice = laneChoice(o), perLane = blocks.perLane
    func kept(_ value: Float) -> Float { flushes ? flushed(value) : value }
    func input(_ raw: UInt32, _ type: MatrixElement) -> Float {
      guard flushes, type == .f16 else { return kept(type.value(raw)) }
      return raw & 0x7c00 == 0 ? Float(bitPattern: (raw & 0x8000) << 16) : type.value(raw)
    }
    product(
      blocks, group: 4, perLaneA: perLane, perLaneB: perLane, zero: Float(0), aBlock: blockChoice(o, blocks.count),
      a: { lane, item in input(raw(a, lane, item, bits: left.bits), left) },
      b: { lane, item in input(raw(b, choice(lane), item, bits: right.bits), right) }, k: { $2 },
      c: { item, lane in kept(c.map { Float(bitPattern: $0[item * 64 + lane]) } ?? constant) },
      d: { item, lane, value in d[item * 64 + lane] = kept(value).bitPattern })
  }
  func multiplyIntegers(_ o: Op, _ blocks: Blocks) {
    let a = first(o), b = second(o), c = addend(o), d = result(o), constant = Int32(bitPattern: c == nil ? s32(o, 2) : 0)
    let choice = laneChoice(o), perLane = blocks.perLane
    product(
      blocks, group: 4, perLaneA: perLane, perLaneB: perLane, zero: Int32(0), aBlock: blockChoice(o, blocks.count),
      a: { lane, item in Int32(Int8(truncatingIfNeeded: raw(a, lane, item, bits: 8))) },
      b: { lane, item in Int32(Int8(truncatingIfNeeded: raw(b, choice(lane), item, bits: 8))) }, k: { $2 },
      c: { item, lane in c.map { Int32(bitPattern: $0[item * 64 + lane]) } ?? constant },
      d: { item, lane, value in d[item * 64 + lane] = UInt32(bitPattern: value) })
  }
  /// BLGP negates the operands here.
  func multiplyDoubles(_ o: Op, _ blocks: Blocks) {
    let a = first(o), b = second(o), c = addend(o), d = result(o)
    let constant = Double(bitPattern: c == nil ? unusual64(o, Int(o.pointee.source2), signed: true) : 0)
    let negated = o.pointee.words.1 >> 29
    func get(_ from: Lanes, _ item: Int, _ lane: Int, _ operand: UInt32) -> Double {
      let value = Double.load(UnsafePointer(from + item * 128), lane)
      return negated >> operand & 1 != 0 ? -value : value
    }
    product(
      blocks, group: 1, perLaneA: 1, perLaneB: 1, zero: Double(0), aBlock: { $0 }, a: { lane, _ in get(a, 0, lane, 0) },
      b: { lane, _ in get(b, 0, lane, 1) }, k: { $2 },
      c: { item, lane in c.map { get($0, item, lane, 2) } ?? (negated >> 2 & 1 != 0 ? -constant : constant) },
      d: { item, lane, value in Double.store(value, d + item * 128, lane) })
  }

  // Sparse: of every four elements along K, A has two; two bits for each of them say which.  They stand in the third source:
  // ABID chooses the part of the register, unless CBSZ says the first one.

  /// The dense position along K of a lane's stored element.
  private func sparsePosition(_ o: Op, bits: Int) -> (Int, Int, Int) -> Int {
    let indices = vgpr(Int(o.pointee.source2) &- 256), perLane = 64 / bits
    let sets = bits == 16 ? 4 : 2, set = o.pointee.words.0 >> 8 & 7 != 0 ? 0 : Int(o.pointee.words.0 >> 11 & 15) % sets
    return { lane, item, k in
      let chosen = Int(indices[lane] >> UInt32(set * 2 * perLane + item * 2) & 3)
      return k / perLane * 2 * perLane + item / 2 * 4 + chosen
    }
  }
  func multiplySparse(_ o: Op, _ blocks: Blocks, _ left: MatrixElement, _ right: MatrixElement) {
    let a = first(o), b = second(o), d = result(o)
    product(
      blocks, group: 4, perLaneA: 64 / left.bits, perLaneB: 128 / right.bits, zero: Float(0), aBlock: { $0 },
      a: { lane, item in left.value(raw(a, lane, item, bits: left.bits)) },
      b: { lane, item in right.value(raw(b, lane, item, bits: right.bits)) }, k: sparsePosition(o, bits: left.bits),
      c: { item, lane in Float(bitPattern: d[item * 64 + lane]) }, d: { item, lane, value in d[item * 64 + lane] = value.bitPattern })
  }
  func multiplySparseIntegers(_ o: Op, _ blocks: Blocks) {
    let a = first(o), b = second(o), d = result(o)
    product(
      blocks, group: 4, perLaneA: 8, perLaneB: 16, zero: Int32(0), aBlock: { $0 },
      a: { lane, item in Int32(Int8(truncatingIfNeeded: raw(a, lane, item, bits: 8))) },
      b: { lane, item in Int32(Int8(truncatingIfNeeded: raw(b, lane, item, bits: 8))) }, k: sparsePosition(o, bits: 8),
      c: { item, lane in Int32(bitPattern: d[item * 64 + lane]) }, d: { item, lane, value in d[item * 64 + lane] = UInt32(bitPattern: value) })
  }
}
