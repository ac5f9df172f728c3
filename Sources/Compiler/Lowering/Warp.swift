// Warp-level operations on 32 lanes, whatever the hardware's wave: a wave of 64 holds two warps, and each works on its own half.
// Lanes named in a member mask are taken to be converged, as compiled CUDA code has them.
// Source: PTX ISA, "shfl.sync", "vote.sync", "match.sync", "redux.sync", "activemask", "elect.sync".
import CLLVM
import PTX

extension Instructions {
  nonisolated(unsafe) static let warp: [String: Handler] = [
    "shfl": { f, i, m in try f.shuffle(i, &m) },
    "vote": { f, i, m in try f.vote(i, &m) },
    "activemask": { f, i, m in
      _ = try m.type()
      try f.write(i.operands[0], f.warpBallot(f.b.bool(true)), .b32)
    },
    "match": { f, i, m in try f.match(i, &m) },
    "redux": { f, i, m in try f.reduce(i, &m) },
    "elect": { f, i, m in
      _ = m.take("sync")
      guard case .pair(let leader, let elected) = i.operands[0] else { throw CompileError.invalid(i, "needs d|p") }
      let first = f.trailingZeros(f.b.and(f.warpBallot(f.b.bool(true)), try f.read(i.operands[1], .b32)))
      try f.write(leader, first, .b32)
      try f.write(elected, f.b.equal(first, f.lane()), .pred)
    },
  ]
}

extension FunctionLowering {
  private var isWave64: Bool { module.target.waveSize == 64 }

  /// The lane within the hardware's wave.
  func waveLane() -> Value {
    let low = b.call("llvm.amdgcn.mbcnt.lo", b.i32, [b.int32(-1), b.int32(0)])
    return isWave64 ? b.call("llvm.amdgcn.mbcnt.hi", b.i32, [b.int32(-1), low]) : low
  }
  /// The lane within the warp, %laneid.
  func lane() -> Value { b.and(waveLane(), b.int32(31)) }
  /// 0 in the lower warp of a wave, 32 in the upper.
  func half() -> Value { isWave64 && module.mapping != .oneWarp ? b.and(waveLane(), b.int32(32)) : b.int32(0) }

  /// Bit n: `condition` in lane n of this warp, where that lane is active.
  func warpBallot(_ condition: Value) -> Value {
    guard isWave64 else { return b.overloaded("llvm.amdgcn.ballot", b.i32, [condition]) }
    return warpHalf(b.overloaded("llvm.amdgcn.ballot", b.i64, [condition]))
  }

  /// This warp's part of a bit for each lane of the wave.
  func warpHalf(_ all: Value) -> Value {
    guard isWave64 else { return all }
    guard module.mapping != .oneWarp else { return b.trunc(all, b.i32) }
    // A choice between the halves, not a 64-bit shift by a lane's amount.
    let upper = b.icmp(LLVMIntNE, half(), b.int32(0))
    return b.select(upper, b.trunc(b.lshr(all, b.int64(32)), b.i32), b.trunc(all, b.i32))
  }

  /// The value of `source` in lane `index` of this warp.
  func fromLane(_ source: Value, _ index: Value) -> Value {
    let address = b.shl(b.or(index, half()), b.int32(2))
    return b.call("llvm.amdgcn.ds.bpermute", b.i32, [address, source])
  }

  func trailingZeros(_ value: Value) -> Value { b.call("llvm.cttz.i32", b.i32, [value, b.bool(false)]) }

  func shuffle(_ i: Instruction, _ m: inout Modifiers) throws {
    _ = m.take("sync")
    let mode = try m.require(oneOf: ["up", "down", "bfly", "idx"])
    _ = try m.type()
    let source = try read(i.operands[1], .b32)
    let distance = b.and(try read(i.operands[2], .b32), b.int32(31)), control = try read(i.operands[3], .b32)
    let clamp = b.and(control, b.int32(31)), segment = b.and(b.lshr(control, b.int32(8)), b.int32(31))
    let lane = lane()
    let lowest = b.and(lane, segment)
    let limit = b.or(lowest, b.and(clamp, b.not(segment)))
    let from: Value = switch mode {
    case "up": b.sub(lane, distance)
    case "down": b.add(lane, distance)
    case "bfly": b.xor(lane, distance)
    default: b.or(lowest, b.and(distance, b.not(segment)))
    }
    let inside = mode == "up" ? b.icmp(LLVMIntSGE, from, limit) : b.icmp(LLVMIntSLE, from, limit)
    let value = fromLane(source, b.select(inside, from, lane))
    if case .pair(let result, let predicate) = i.operands[0] {
      try write(result, value, .b32)
      try write(predicate, inside, .pred)
    } else {
      try write(i.operands[0], value, .b32)
    }
  }

  func vote(_ i: Instruction, _ m: inout Modifiers) throws {
    let synchronous = m.take("sync")
    let mode = try m.require(oneOf: ["all", "any", "uni", "ballot"])
    _ = m.optionalType()
    let condition = try read(i.operands[1], .pred)
    let members = synchronous ? try read(i.operands[2], .b32) : b.int32(-1)
    let yes = b.and(warpBallot(condition), members)
    switch mode {
    case "ballot": try write(i.operands[0], yes, .b32)
    case "any": try write(i.operands[0], b.icmp(LLVMIntNE, yes, b.int32(0)), .pred)
    default:
      let no = b.and(warpBallot(b.not(condition)), members)
      let all = b.equal(no, b.int32(0))
      try write(i.operands[0], mode == "all" ? all : b.or(all, b.equal(yes, b.int32(0))), .pred)
    }
  }

  func match(_ i: Instruction, _ m: inout Modifiers) throws {
    let mode = try m.require(oneOf: ["any", "all"])
    _ = m.take("sync")
    let type = try m.type()
    let value = try read(i.operands[1], type), members = try read(i.operands[2], .b32)
    // Each bit's ballot keeps the lanes that agree with this one.
    var same = b.and(warpBallot(b.bool(true)), members)
    for bit in 0..<type.bits {
      let set = b.trunc(b.lshr(value, b.constant(b.type(value), bit)), b.i1)
      let ballot = warpBallot(set)
      same = b.and(same, b.select(set, ballot, b.not(ballot)))
    }
    if mode == "any" { return try write(i.operands[0], same, .b32) }
    let all = b.equal(same, members)
    let result = b.select(all, members, b.int32(0))
    if case .pair(let mask, let predicate) = i.operands[0] {
      try write(mask, result, .b32)
      try write(predicate, all, .pred)
    } else {
      try write(i.operands[0], result, .b32)
    }
  }

  /// Walks over the members, lowest first; all lanes of a warp walk alike.
  func reduce(_ i: Instruction, _ m: inout Modifiers) throws {
    _ = m.take("sync")
    let operation = try m.require(oneOf: ["add", "min", "max", "and", "or", "xor"])
    let absolute = m.take("abs"), propagates = m.take("NaN")
    let type = try m.type()
    guard type.bits == 32 else { throw CompileError.unsupported(i, "only 32-bit types exist") }
    var source = try read(i.operands[1], type)
    if absolute { source = b.fabs(source) }
    let bits = b.bitcast(source, b.i32)
    let members = b.and(try read(i.operands[2], .b32), warpBallot(b.bool(true)))
    let combine: (Value, Value) -> Value = { [b] x, y in
      switch operation {
      case "add": return b.add(x, y)
      case "and": return b.and(x, y)
      case "or": return b.or(x, y)
      case "xor": return b.xor(x, y)
      default:
        if type == .f32 {
          let name = "llvm." + operation + "imum" + (propagates ? "" : "num")
          return b.bitcast(b.overloaded(name, b.float, [b.bitcast(x, b.float), b.bitcast(y, b.float)]), b.i32)
        }
        return b.overloaded("llvm." + (type.isSigned ? "s" : "u") + operation, b.i32, [x, y])
      }
    }
    let start = fromLane(bits, trailingZeros(members))
    let rest = b.and(members, b.sub(members, b.int32(1)))
    let (before, loop, done) = (b.currentBlock, newBlock("redux"), newBlock())
    b.branch(b.equal(rest, b.int32(0)), done, loop)
    b.move(to: loop)
    let left = b.phi(b.i32, [(rest, before)]), sum = b.phi(b.i32, [(start, before)])
    let next = combine(sum, fromLane(bits, trailingZeros(left)))
    let remaining = b.and(left, b.sub(left, b.int32(1)))
    b.addIncoming(left, [(remaining, loop)])
    b.addIncoming(sum, [(next, loop)])
    b.branch(b.equal(remaining, b.int32(0)), done, loop)
    b.move(to: done)
    try write(i.operands[0], b.phi(b.i32, [(start, before), (next, loop)]), .b32)
  }
}
