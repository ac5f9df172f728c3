// Tiles by RDNA's WMMA: a wave is a warp, all of whose lanes are here.
// Layouts on RDNA 3: lanes l and l + 16 give the same row (column) l % 16 with all of K; a lane gets column l % 16 and rows
// 2 * register + l / 16.  On RDNA 4: each of them gives half of K; a lane gets rows register + 8 * (l / 16).
// The instruction's rows are the columns of B and the other way round.
// Source: AMD RDNA 3 and RDNA 4 ISA, "Wave Matrix Multiply Accumulate".
import CLLVM
import PTX

extension FunctionLowering {
  /// For each tile column 4 * (lane / 16) + n of row lane % 16.
  func multiplyByWMMA(_ tiles: MatrixTiles, _ unit: MatrixUnit, signedA: Bool, signedB: Bool) -> [[Value]] {
    let type = unit.operandType(self), sumType = unit.sumType(self), count = tiles.rows[0].count
    let lane = lane(), isUpperRow = b.icmp(LLVMIntNE, b.and(lane, b.int32(8)), b.int32(0))
    let isOdd = b.icmp(LLVMIntNE, b.and(lane, b.int32(1)), b.int32(0))

    // Which lanes of four a lane asks: all of them in turn, or two by the half of the wave.
    let isSplit = unit.kind == .splitWMMA, part = isSplit ? 2 : 0
    // A row: of lower rows an even lane of a group and of upper rows an odd one gives at a time.
    func row(_ word: Int) -> [Value] {
      let low = tiles.rows[0][word], high = tiles.rows[1][word]
      let even = b.select(isOdd, high, low), odd = b.select(isOdd, low, high)
      return stride(from: 0, to: unit.lanes, by: 2).flatMap { first in
        let same = exchange(even, LaneFunction(constant: first, columns: [4, 8, 16, 1, part]))
        let other = exchange(odd, LaneFunction(constant: first + 1, columns: [4, 8, 16, 1, part]))
        return [b.select(isUpperRow, other, same), b.select(isUpperRow, same, other)]
      }
    }
    // A column: register and half of the wave make its number; the second tile fills the other rows of the instruction.
    let isSecondTile = isSplit ? b.icmp(LLVMIntNE, b.and(lane, b.int32(4)), b.int32(0)) : isUpperRow
    let number = isSplit ? [4, 8, 0, 16, part] : [16, 4, 8, 0, part]
    func column(_ word: Int) -> [Value] {
      (0..<unit.lanes).map { first in
        let from = LaneFunction(constant: first, columns: number), value = exchange(tiles.columns[0][word], from)
        return tiles.columns.count == 1 ? value : b.select(isSecondTile, exchange(tiles.columns[1][word], from), value)
      }
    }

    var sum = b.zero(sumType)
    for start in stride(from: 0, to: count, by: unit.words) {
      let slice = start..<min(start + unit.words, count)
      let rows = packed(slice.flatMap(row), type), columns = packed(slice.flatMap(column), type)
      if case .byte = unit.element {
        sum = b.call(unit.name, sumType, [b.bool(signedB), columns, b.bool(signedA), rows, sum, b.bool(false)])
      } else {
        sum = b.call(unit.name, sumType, [columns, rows, sum])
      }
    }
    return tiles.columns.indices.map { tile in (0..<4).map { b.element(sum, 4 * tile + $0) } }
  }
}
