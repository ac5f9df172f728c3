// Moving registers between the lanes of a warp by a fixed pattern.  Every pattern that fragments need sends each bit of the lane's
// number to some bits of another number, with a constant: a function that is affine over bits, and cheap to compute.
import CLLVM
import PTX

/// f(lane) = constant ^ (for each set bit b of the lane) columns[b].
struct LaneFunction: Hashable {
  var constant: Int
  var columns: [Int]  // one for each of the lane's five bits

  static let identity = LaneFunction(constant: 0, columns: [1, 2, 4, 8, 16])

  init(constant: Int, columns: [Int]) { self.constant = constant; self.columns = columns }
  /// The function with these 32 values; nil when it isn't of that kind.
  init?(_ values: [Int]) {
    constant = values[0]
    columns = (0..<5).map { [values] in values[1 << $0] ^ values[0] }
    for lane in 0..<32 where self(lane) != values[lane] { return nil }
  }
  func callAsFunction(_ lane: Int) -> Int {
    var value = constant
    for bit in 0..<5 where lane >> bit & 1 == 1 { value ^= columns[bit] }
    return value
  }
  var isConstant: Bool { columns.allSatisfy { $0 == 0 } }
  var withoutConstant: LaneFunction { LaneFunction(constant: 0, columns: columns) }
  /// Every value it takes.
  var values: [Int] { Array(Set((0..<32).map { self($0) })).sorted() }
  /// The pattern within each four lanes, when lanes exchange only there and each four alike.
  var quad: [Int]? {
    guard Array(columns[2...]) == [4, 8, 16], columns[0] < 4, columns[1] < 4, constant < 4 else { return nil }
    return (0..<4).map { self($0) & 3 }
  }
}

extension FunctionLowering {
  /// The value of a lane function in this lane.
  func value(of function: LaneFunction) -> Value {
    let variable = variablePart(function)
    guard function.constant != 0 else { return variable }
    let reach = function.columns.reduce(0, |)
    return reach & function.constant == 0 ? b.add(variable, b.int32(function.constant)) : b.xor(variable, b.int32(function.constant))
  }
  /// Without its constant: masks and shifts of the lane's number.
  private func variablePart(_ function: LaneFunction) -> Value {
    if function.isConstant { return b.int32(0) }
    let lane = lane()
    var masks: [Int: Int] = [:]  // by distance
    var parts: [Value] = []
    for (bit, column) in function.columns.enumerated() where column != 0 {
      if column & (column - 1) == 0 {
        masks[column.trailingZeroBitCount - bit, default: 0] |= 1 << bit
      } else {
        parts.append(b.and(b.neg(b.and(b.lshr(lane, b.int32(bit)), b.int32(1))), b.int32(column)))
      }
    }
    for (distance, mask) in masks.sorted(by: { $0.key < $1.key }) {
      let bits = mask == 31 ? lane : b.and(lane, b.int32(mask))
      parts.append(distance > 0 ? b.shl(bits, b.int32(distance)) : distance < 0 ? b.lshr(bits, b.int32(-distance)) : bits)
    }
    // Single bits never meet, but bits that several columns set do.
    return parts.dropFirst().reduce(parts[0]) { b.xor($0, $1) }
  }

  /// The 32 bits of `source` in the lane that `from` names; all lanes of the warp are here.
  func exchange(_ source: Value, _ from: LaneFunction) -> Value {
    if from == .identity { return source }
    if let quad = from.quad {
      let control = quad.enumerated().reduce(0) { $0 | $1.element << (2 * $1.offset) }
      return b.call(
        "llvm.amdgcn.update.dpp.i32", b.i32,
        [b.undefined(b.i32), source, b.int32(control), b.int32(15), b.int32(15), b.bool(true)])
    }
    // The constant goes into the instruction's offset.
    let reach = from.columns.reduce(0, |)
    guard reach & from.constant == 0 else { return fromLane(source, value(of: from)) }
    let base = b.shl(b.or(variablePart(from), half()), b.int32(2))
    return b.call("llvm.amdgcn.ds.bpermute", b.i32, [b.add(base, b.int32(4 * from.constant)), source])
  }
}
