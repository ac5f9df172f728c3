// A product of matrices by plain arithmetic, worked out from the fragment layouts: which registers of which lanes each element of
// the result needs.  Made once for a kind of product and used for each such instruction of a kernel.
import PTX

/// Where a lane finds something: in which lane, in which of its registers, at which element of the register.
struct MatrixSource: Hashable {
  var lane: LaneFunction
  var register: LaneFunction
  var position: LaneFunction
}

struct MatrixPlan {
  /// Neighbours along K that are multiplied at once: elements of one register of A, and of B.
  struct Term {
    var a: MatrixSource
    /// One register; for a sparse A the two or four that its elements may meet.
    var b: [MatrixSource]
    /// All elements of the registers, in order; else the one at `position`.
    var isWhole: Bool
    /// The first column of A, as it is stored.
    var k: Int
  }
  /// For each element of a lane's result, in the order of K.
  var terms: [[Term]] = []
  /// Where the element of C is that belongs to each element of D.
  var accumulators: [MatrixSource] = []
  /// The place in the result of each of a lane's elements: the row and the column as functions of the lane.
  var rows: [LaneFunction] = []
  var columns: [LaneFunction] = []

  /// chunk: elements of a sparse row of which half is stored; nil for a dense A.
  init?(
    a: FragmentLayout, perRegisterA: Int, b: FragmentLayout, perRegisterB: Int, c: FragmentLayout, perRegisterC: Int, d: FragmentLayout,
    storedK: Int, chunk: Int?
  ) {
    let findA = Finder(a, perRegisterA), findB = Finder(b, perRegisterB), findC = Finder(c, perRegisterC)
    for i in 0..<d.count {
      let places = (0..<32).map { d.place($0, i) }
      guard let accumulator = findC.source(places), let row = LaneFunction(places.map(\.row)), let column = LaneFunction(places.map(\.column)) else { return nil }
      accumulators.append(accumulator)
      rows.append(row)
      columns.append(column)
      var sum: [Term] = [], k = 0
      while k < storedK {
        let left = (0..<min(perRegisterA, storedK - k)).map { offset in places.map { MatrixPlace(batch: $0.batch, row: $0.row, column: k + offset) } }
        let firstRow = chunk.map { 2 * k / $0 * $0 } ?? k
        let count = chunk.map { max(2 * perRegisterA, $0) } ?? perRegisterA
        let right = (0..<count).map { offset in places.map { MatrixPlace(batch: $0.batch, row: firstRow + offset, column: $0.column) } }
        if let wholeA = findA.register(left), let wholeB = findB.registers(right, each: perRegisterB), chunk != nil || wholeB.count == 1 {
          sum.append(Term(a: wholeA, b: wholeB, isWhole: true, k: k))
          k += perRegisterA
        } else {
          guard chunk == nil, let one = findA.source(left[0]), let other = findB.source(right[0]) else { return nil }
          sum.append(Term(a: one, b: [other], isWhole: false, k: k))
          k += 1
        }
      }
      terms.append(sum)
    }
  }

  /// A layout the other way round.
  private struct Finder {
    private var found: [MatrixPlace: (lane: Int, element: Int)] = [:]
    private let perRegister: Int

    init(_ layout: FragmentLayout, _ perRegister: Int) {
      self.perRegister = perRegister
      for element in (0..<layout.count).reversed() { for lane in (0..<32).reversed() { found[layout.place(lane, element)] = (lane, element) } }
    }
    /// Where each lane finds its place.
    func source(_ places: [MatrixPlace]) -> MatrixSource? {
      var lanes: [Int] = [], registers: [Int] = [], positions: [Int] = []
      for place in places {
        guard let at = found[place] else { return nil }
        lanes.append(at.lane)
        registers.append(at.element / perRegister)
        positions.append(at.element % perRegister)
      }
      guard let lane = LaneFunction(lanes), let register = LaneFunction(registers), let position = LaneFunction(positions) else { return nil }
      return MatrixSource(lane: lane, register: register, position: position)
    }
    /// The one register that holds these elements in this order, and nothing else.
    func register(_ elements: [[MatrixPlace]]) -> MatrixSource? {
      guard elements.count == perRegister, let first = source(elements[0]), first.register.isConstant else { return nil }
      for (index, places) in elements.enumerated() {
        guard let next = source(places), next.lane == first.lane, next.register == first.register, next.position.isConstant, next.position.constant == index
        else { return nil }
      }
      return first
    }
    func registers(_ elements: [[MatrixPlace]], each: Int) -> [MatrixSource]? {
      guard elements.count % each == 0 else { return nil }
      var all: [MatrixSource] = []
      for start in stride(from: 0, to: elements.count, by: each) {
        guard let next = register(Array(elements[start..<(start + each)])) else { return nil }
        all.append(next)
      }
      return all
    }
  }
}
