// Where the elements of a matrix lie in the registers of a warp: fragment layouts as functions from a lane's n-th element to a
// place in the matrix, in the manual's words (group = lane / 4, thread in group = lane % 4).
// Source: PTX ISA, "Matrix Fragments for mma.m8n8k4" … "Matrix Fragments for sparse mma.m16n8k128".  Fragments of wmma are
// opaque to programs: theirs are tiles of the same layouts.
import PTX

/// A place in a matrix; m8n8k4 of halves computes four products at once, `batch` says which.
struct MatrixPlace: Hashable {
  var batch = 0
  var row: Int
  var column: Int
}

/// How the elements of one operand are spread over lanes and registers.
struct FragmentLayout {
  /// Elements of one lane, counted from the lowest bits of its first register.
  let count: Int
  let place: (_ lane: Int, _ element: Int) -> MatrixPlace

  /// A of m8 and m16 shapes.  A register holds `perRegister` neighbours of a row; registers alternate between rows `group` and
  /// `group + 8` before they go on along the row.
  static func a(rows: Int, k: Int, perRegister: Int) -> FragmentLayout {
    let rowRegisters = rows / 8
    return FragmentLayout(count: rows * k / 32) { lane, i in
      let register = i / perRegister
      return MatrixPlace(
        row: lane / 4 + register % rowRegisters * 8,
        column: lane % 4 * perRegister + i % perRegister + register / rowRegisters * 4 * perRegister)
    }
  }
  /// B of n8 shapes: the group is the column.
  static func b(k: Int, perRegister: Int) -> FragmentLayout {
    FragmentLayout(count: k / 4) { lane, i in
      MatrixPlace(row: lane % 4 * perRegister + i % perRegister + i / perRegister * 4 * perRegister, column: lane / 4)
    }
  }
  /// C and D of n8 shapes: two neighbours of a row, for 16 rows again eight rows below.
  static func accumulator(rows: Int) -> FragmentLayout {
    FragmentLayout(count: rows / 4) { lane, i in MatrixPlace(row: lane / 4 + i / 2 * 8, column: lane % 4 * 2 + i % 2) }
  }

  // m8n8k4 of halves: lanes 4q…4q+3 and 16 above them compute product q.
  static func halfQuadA(rowMajor: Bool) -> FragmentLayout {
    FragmentLayout(count: 4) { lane, i in
      let high = lane / 16 * 4
      return MatrixPlace(batch: lane % 16 / 4, row: (rowMajor ? lane % 4 : i) + high, column: rowMajor ? i : lane % 4)
    }
  }
  static func halfQuadB(rowMajor: Bool) -> FragmentLayout {
    FragmentLayout(count: 4) { lane, i in
      let high = lane / 16 * 4
      return MatrixPlace(batch: lane % 16 / 4, row: rowMajor ? lane % 4 : i, column: (rowMajor ? i : lane % 4) + high)
    }
  }
  static func halfQuadAccumulator(single: Bool) -> FragmentLayout {
    FragmentLayout(count: 8) { lane, i in
      let high = lane / 16 * 4, batch = lane % 16 / 4
      return single ? MatrixPlace(batch: batch, row: (lane & 1) + (i & 2) + high, column: (i & 4) + (lane & 2) + (i & 1))
        : MatrixPlace(batch: batch, row: lane % 4 + high, column: i)
    }
  }

  /// Tiles side by side, one after the other in the registers: `rows` and `columns` are what the tile count grows along.
  func repeated(_ times: Int, rows: Int = 0, columns: Int = 0) -> FragmentLayout {
    let inner = self
    return FragmentLayout(count: count * times) { lane, i in
      var place = inner.place(lane, i % inner.count)
      place.row += i / inner.count * rows
      place.column += i / inner.count * columns
      return place
    }
  }
  /// The same elements again, until there are `total`.
  func padded(to total: Int) -> FragmentLayout {
    let inner = self
    return FragmentLayout(count: total) { lane, i in inner.place(lane, i % inner.count) }
  }
  var transposed: FragmentLayout {
    let inner = self
    return FragmentLayout(count: count) { lane, i in
      let place = inner.place(lane, i)
      return MatrixPlace(batch: place.batch, row: place.column, column: place.row)
    }
  }
}
