// Tiles by CDNA's MFMA.  A wave of 64 lanes holds two warps with matrices of their own: the rows of an instruction are the columns
// of both warps' B, the columns are the rows of one warp's A, so that two instructions make two tiles, each in its warp's lanes.
// MFMA works on all 64 lanes whatever EXEC says.  One warp may be elsewhere, or absent, and then its lanes couldn't be given the
// other's data: everything from the operands on runs in whole-wave mode, in registers that are nobody else's, with zeros from lanes
// that are off.
// Layouts: lane l gives row (column) l % 16 and the part l / 16 of K; it gets column l % 16 and rows 4 * (l / 16) + register, in
// double precision rows 4 * register + l / 16.
// Source: AMD CDNA 3 ISA, "Matrix Arithmetic Instructions"; LLVM's "llvm.amdgcn.strict.wwm", "llvm.amdgcn.set.inactive".
import CLLVM
import PTX

extension FunctionLowering {
  /// LLVM gives registers of whole-wave mode away before all others and cannot spill them: it fails, by a crash (LLVM 22,
  /// SIPreAllocateWWMRegs), where its scheduler has moved more tiles together than there are registers for.  So it may not move anything
  /// across every so many tiles; of cutlass's kernels those with more spill more.
  private static var tilesBetweenBarriers: Int { 4 }

  /// rows: A's registers, of rows `group` and `group + 8`; columns: B's.  Gives column 4 * (lane / 16) + n of row lane % 16.
  func multiplyByMFMA(_ rows: [[Value]], _ columns: [Value], _ unit: MatrixUnit) -> [Value] {
    let isDouble = unit.element == .double, isShared = module.mapping != .oneWarp
    let lane = waveLane(), part = b.lshr(lane, b.int32(4)), group = b.and(lane, b.int32(7))
    let alive = { (value: Value) in self.b.call("llvm.amdgcn.set.inactive.i32", self.b.i32, [value, self.b.int32(0)]) }
    let from = { (source: Value, value: Value) in
      self.b.call("llvm.amdgcn.ds.bpermute", self.b.i32, [self.b.shl(source, self.b.int32(2)), value])
    }
    let isSet = { (bit: Int) in self.b.icmp(LLVMIntNE, self.b.and(lane, self.b.int32(bit)), self.b.int32(0)) }

    // Which column of which warp's B a lane gives; the parts of K are the lanes of a group.
    let columnSource: Value
    if isDouble {  // register: the column's lower two bits; lane: its upper bit, then the warp
      let low = b.lshr(b.and(lane, b.int32(12)), b.int32(2)), high = b.shl(b.and(lane, b.int32(1)), b.int32(2)), warp = b.shl(b.and(lane, b.int32(2)), b.int32(4))
      columnSource = b.or(b.or(b.shl(b.or(low, high), b.int32(2)), warp), part)
    } else {
      columnSource = b.or(b.or(b.shl(group, b.int32(2)), b.shl(b.and(lane, b.int32(8)), b.int32(2))), part)
    }
    let b0 = columns.map { from(columnSource, alive($0)) }

    // A row of each warp's A: those of the lower and of the upper eight rows come from different warps at a time.
    let isUpperRow = isSet(8), isUpperWarp = isSet(32)
    let rowSource = b.or(b.shl(group, b.int32(2)), part)
    let sameSource = b.or(rowSource, b.shl(b.and(lane, b.int32(8)), b.int32(2))), otherSource = b.xor(sameSource, b.int32(32))
    var a0: [Value] = [], a1: [Value] = []
    for (low, high) in zip(rows[0].map(alive), rows[1].map(alive)) {
      guard isShared else {
        a0.append(b.select(isUpperRow, from(rowSource, high), from(rowSource, low)))
        continue
      }
      let same = from(sameSource, b.select(isUpperWarp, high, low)), other = from(otherSource, b.select(isUpperWarp, low, high))
      a0.append(b.select(isUpperRow, other, same))
      a1.append(b.select(isUpperRow, same, other))
    }

    let type = unit.operandType(self), words = isDouble ? 2 : unit.words, zero = b.zero(unit.sumType(self))
    let multiply = { [b] (a: [Value]) in
      stride(from: 0, to: a.count, by: words).reduce(zero) { sum, start in
        let slice = start..<min(start + words, a.count)
        let operands = [b0, a].map { self.packed(Array($0[slice]), type) }
        return b.call(unit.name, unit.sumType(self), operands + [sum, b.int32(0), b.int32(0), b.int32(0)])
      }
    }
    var sum = multiply(a0)
    if isShared {
      let upper = multiply(a1)
      sum = (0..<4).reduce(sum) { result, index in
        b.insert(b.select(isUpperWarp, b.element(upper, index), b.element(sum, index)), into: result, index)
      }
    }
    let mine = b.overloaded("llvm.amdgcn.strict.wwm", unit.sumType(self), [sum])
    wholeWaveTiles += 1
    if wholeWaveTiles % Self.tilesBetweenBarriers == 0 { _ = b.call("llvm.amdgcn.sched.barrier", b.void, [b.int32(0)]) }
    return (0..<4).map { b.element(mine, $0) }
  }
}
