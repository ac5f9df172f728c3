// Tiles by RDNA 3's WMMA: a wave is a warp, all of whose lanes are here.
// Layouts: lanes l and l + 16 give the same row (column) l % 16 with all of K; a lane gets column l % 16 and rows 2 * register + l / 16.
// The instruction's rows are the columns of B and the other way round.
// Source: AMD RDNA 3 ISA, "Wave Matrix Multiply Accumulate".
import CLLVM
import PTX

extension FunctionLowering {
  /// For each tile column 4 * (lane / 16) + n of row lane % 16.
  func multiplyByWMMA(_ tiles: MatrixTiles, _ unit: MatrixUnit, signedA: Bool, signedB: Bool) -> [[Value]] {
    let type = unit.operandType(self), sumType = unit.sumType(self), count = tiles.rows[0].count
    let lane = lane(), isUpperRow = b.icmp(LLVMIntNE, b.and(lane, b.int32(8)), b.int32(0))
    let isOdd = b.icmp(LLVMIntNE, b.and(lane, b.int32(1)), b.int32(0))

    // A row: of lower rows an even lane of a group and of upper rows an odd one gives at a time.
    func row(_ word: Int) -> [Value] {
      let low = tiles.rows[0][word], high = tiles.rows[1][word]
      let even = b.select(isOdd, high, low), odd = b.select(isOdd, low, high)
      return stride(from: 0, to: 4, by: 2).flatMap { part in
        let same = exchange(even, LaneFunction(constant: part, columns: [4, 8, 16, 1, 0])), other = exchange(odd, LaneFunction(constant: part + 1, columns: [4, 8, 16, 1, 0]))
        return [b.select(isUpperRow, other, same), b.select(isUpperRow, same, other)]
      }
    }
    // A column: register and half of the wave make its number; the second tile fills the instruction's upper rows.
    func column(_ word: Int) -> [Value] {
      (0..<4).map { part in
        let from = LaneFunction(constant: part, columns: [16, 4, 8, 0, 0]), first = exchange(tiles.columns[0][word], from)
        return tiles.columns.count == 1 ? first : b.select(isUpperRow, exchange(tiles.columns[1][word], from), first)
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
