// D = A * B + C by plain arithmetic: registers come from other lanes, then fused multiply-adds or dot products.
// Every product is exact in the type that it is added in, and sums go along K from C on, each rounded once to nearest: what the
// manual asks of the narrow floating-point types ("at least single precision") and exactly its fused multiply-adds in double
// precision.  Integers wrap, or are saturated once at the end.
import CLLVM
import PTX

/// The registers of an operand, 32 bits each; a double takes two, the lower first.
struct MatrixOperand {
  var registers: [Value]
  var element: MatrixElement
}

/// One instruction's product under way: values that came from other lanes are fetched once.
final class MatrixMultiplication {
  let f: FunctionLowering
  let product: MatrixProduct
  let plan: MatrixPlan
  let a, b, c: MatrixOperand
  let rounding: Rounding?
  let sparsity: MatrixSparsity?
  let scales: MatrixScaling?
  private var fetched: [Fetch: Value] = [:]
  private struct Fetch: Hashable { let operand: Int; let register: Int; let lane: LaneFunction }

  init(
    _ f: FunctionLowering, _ product: MatrixProduct, _ plan: MatrixPlan, a: MatrixOperand, b: MatrixOperand, c: MatrixOperand,
    rounding: Rounding?, sparsity: MatrixSparsity? = nil, scales: MatrixScaling? = nil
  ) {
    self.f = f; self.product = product; self.plan = plan; self.a = a; self.b = b; self.c = c
    self.rounding = rounding; self.sparsity = sparsity; self.scales = scales
  }

  /// D's elements: floats, doubles or 32-bit integers.
  func elements() -> [Value] { plan.terms.indices.map(element) }

  private func element(_ index: Int) -> Value {
    let b = f.b
    let accumulator = self.accumulator(index)
    var sum = product.saturates ? b.int32(0) : accumulator
    if let scales {
      for (group, terms) in split(plan.terms[index], into: scales.scales.count) {
        var part = b.real(b.float, 0)
        for term in terms { part = add(term, to: part) }
        let scaled = b.fmul(b.fmul(part, scales.a(plan.rows[index], group)), scales.b(plan.columns[index], group))
        sum = b.fadd(sum, scaled)
      }
      return sum
    }
    for term in plan.terms[index] { sum = add(term, to: sum) }
    return product.saturates ? b.overloaded("llvm.sadd.sat", b.i32, [accumulator, sum]) : sum
  }

  private func split(_ terms: [MatrixPlan.Term], into count: Int) -> [(Int, [MatrixPlan.Term])] {
    let size = product.storedK / count
    return (0..<count).map { group in (group, terms.filter { $0.k / size == group }) }
  }

  private func accumulator(_ index: Int) -> Value {
    let source = plan.accumulators[index], bits = fetch(2, c, source)
    switch c.element {
    case .half: return f.b.fpext(f.b.bitcast(f.b.trunc(extract(bits, source.position, 16), f.b.i16), f.b.half), f.b.float)
    case .double, .word: return bits
    default: return f.b.bitcast(bits, f.b.float)
    }
  }

  /// A register of an operand, from the lane that the source names, as 32 bits or a double.
  private func fetch(_ operand: Int, _ from: MatrixOperand, _ source: MatrixSource) -> Value {
    if source.register.isConstant { return fetch(operand, from, source.register.constant, source.lane) }
    // The register depends on the lane: all of them, then a choice.
    let choice = f.value(of: source.register), candidates = source.register.values
    return candidates.dropFirst().reduce(fetch(operand, from, candidates[0], source.lane)) { chosen, register in
      f.b.select(f.b.equal(choice, f.b.int32(register)), fetch(operand, from, register, source.lane), chosen)
    }
  }
  private func fetch(_ operand: Int, _ from: MatrixOperand, _ register: Int, _ lane: LaneFunction) -> Value {
    let key = Fetch(operand: operand, register: register, lane: lane)
    if let known = fetched[key] { return known }
    let value: Value
    if from.element == .double {
      let low = f.exchange(from.registers[2 * register], lane), high = f.exchange(from.registers[2 * register + 1], lane)
      value = f.joined(low, high)
    } else {
      value = f.exchange(from.registers[register], lane)
    }
    fetched[key] = value
    return value
  }

  private func extract(_ register: Value, _ position: LaneFunction, _ bits: Int) -> Value {
    if position.isConstant { return position.constant == 0 ? register : f.b.lshr(register, f.b.int32(position.constant * bits)) }
    return f.b.lshr(register, f.b.shl(f.value(of: position), f.b.int32(bits.trailingZeroBitCount)))
  }

  private func add(_ term: MatrixPlan.Term, to sum: Value) -> Value {
    let x = fetch(0, a, term.a)
    var y = fetch(1, b, term.b[0])
    if let sparsity {
      let choice = fetch(3, MatrixOperand(registers: sparsity.choices, element: .word), term.a)
      y = sparsity.choose(choice, among: term.b.map { fetch(1, b, $0) })
    }
    guard term.isWhole else {
      // Only halves are ever spread so that they meet one by one.
      let left = extract(x, term.a.position, a.element.bits), right = extract(y, term.b[0].position, b.element.bits)
      return f.b.fma(f.single(left, a.element, 0), f.single(right, b.element, 0), sum)
    }
    switch a.element {
    case .double:
      guard let rounding, rounding != .nearest else { return f.b.fma(x, y, sum) }
      return f.compute(.fmaDouble, [x, y, sum], rounding)
    case .byte(let signedA): return f.dot(x, y, sum, bits: 8, signedA, b.element == .byte(signed: true))
    case .nibble(let signedA): return f.dot(x, y, sum, bits: 4, signedA, b.element == .nibble(signed: true))
    case .bit:
      let both = product.bits == .and ? f.b.and(x, y) : f.b.xor(x, y)
      return f.b.add(f.b.overloaded("llvm.ctpop", f.b.i32, [both]), sum)
    default:
      return (0..<a.element.perRegister).reduce(sum) { sum, position in
        f.b.fma(f.single(x, a.element, position), f.single(y, b.element, position), sum)
      }
    }
  }
}

extension FunctionLowering {
  func joined(_ low: Value, _ high: Value) -> Value {
    let pair = b.insert(high, into: b.insert(low, into: b.undefined(b.vector(b.i32, 2)), 0), 1)
    return b.bitcast(pair, b.double)
  }
  func parts(_ double: Value) -> [Value] {
    let pair = b.bitcast(double, b.vector(b.i32, 2))
    return [b.element(pair, 0), b.element(pair, 1)]
  }

  /// `sum` plus the dot product of packed integers, wrapping.
  func dot(_ x: Value, _ y: Value, _ sum: Value, bits: Int, _ signedX: Bool, _ signedY: Bool) -> Value {
    let name = bits == 8 ? "dot4" : "dot8", no = b.bool(false)
    guard module.target.isaVersion >= 9006 else {  // gfx9 before Vega 20: element by element
      return (0..<(32 / bits)).reduce(sum) { sum, position in
        let part = { (register: Value, signed: Bool) in
          let top = self.b.shl(register, self.b.int32(32 - bits * (position + 1)))
          return signed ? self.b.ashr(top, self.b.int32(32 - bits)) : self.b.lshr(top, self.b.int32(32 - bits))
        }
        return b.add(b.mul(part(x, signedX), part(y, signedY)), sum)
      }
    }
    if module.target.isaVersion >= 11000 {  // one instruction for both signs
      if !signedX, !signedY { return b.call("llvm.amdgcn.u\(name)", b.i32, [x, y, sum, no]) }
      return b.call("llvm.amdgcn.su\(name)", b.i32, [b.bool(signedX), x, b.bool(signedY), y, sum, no])
    }
    if signedX == signedY { return b.call("llvm.amdgcn.\(signedX ? "s" : "u")\(name)", b.i32, [x, y, sum, no]) }
    // An unsigned element is a signed one with its upper bit flipped, plus half the range.
    let (unsigned, signed) = signedX ? (y, x) : (x, y)
    let top = bits == 8 ? 0x8080_8080 : 0x8888_8888, ones = bits == 8 ? 0x0101_0101 : 0x1111_1111
    let flipped = b.xor(unsigned, b.constant(b.i32, UInt64(top)))
    let first = b.call("llvm.amdgcn.s\(name)", b.i32, [flipped, signed, sum, no])
    let rest = b.call("llvm.amdgcn.s\(name)", b.i32, [b.constant(b.i32, UInt64(ones)), signed, b.int32(0), no])
    return b.add(first, b.shl(rest, b.int32(bits - 1)))
  }
}
