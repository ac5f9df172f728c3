// What a barrier instruction asks for, and which of a kernel's barriers the hardware's own can serve.
// s_barrier waits for every wave of the workgroup that has not ended.  A barrier without a thread count is for the whole block as
// well; whatever its number, all threads come to such barriers in one order, so one hardware barrier serves them all.  Barriers with
// a count, and those that are arrived at and not waited for, are counted in LDS (DeviceLibrary/barrier.c), and so are all others of
// the same number.
// Source: PTX ISA, "bar, barrier".
import PTX

struct BarrierShape {
  enum Action { case sync, arrive, reduce }
  let action: Action
  let name: Operand
  let count: Operand?
  let predicate: Operand?   // what red gathers

  init(_ i: Instruction) {
    action = i.modifiers.contains("arrive") ? .arrive : i.modifiers.contains("red") ? .reduce : .sync
    let operands = action == .reduce ? Array(i.operands.dropFirst()) : i.operands
    name = operands.first ?? .integer(0)
    let ends = action == .reduce ? operands.count - 1 : operands.count
    count = ends > 1 ? operands[1] : nil
    predicate = action == .reduce ? operands.last : nil
  }

}

/// Which barriers of a kernel are counted in LDS.
struct CountedBarriers {
  private var numbers: Set<UInt64> = []
  private var all = false
  /// Some of them wait for the whole block, so the threads that have ended must be counted.
  private(set) var countsEnded = false
  var isEmpty: Bool { numbers.isEmpty && !all }

  init() {}

  /// requiredThreads: of a block, where the kernel fixes them; a barrier that counts so many is for the whole block.
  init(_ functions: [Function], requiredThreads: Int?) {
    func isWhole(_ shape: BarrierShape) -> Bool {
      guard shape.action != .arrive else { return false }
      guard let count = shape.count else { return true }
      if case .integer(let threads) = count, let requiredThreads { return threads == UInt64(requiredThreads) }
      return false
    }
    var wholes: [Operand] = []
    for function in functions {
      function.body?.forEachInstruction { i in
        guard i.opcode == "bar" || i.opcode == "barrier", !i.modifiers.contains("warp"), !i.modifiers.contains("cluster") else { return }
        let shape = BarrierShape(i)
        if isWhole(shape) { wholes.append(shape.name); return }
        if case .integer(let number) = shape.name { numbers.insert(number) } else { all = true }
      }
    }
    if isEmpty { return }
    for name in wholes {
      if case .integer(let number) = name { if contains(number) { countsEnded = true } } else { all = true; countsEnded = true }
    }
    if all, !wholes.isEmpty { countsEnded = true }
  }

  private func contains(_ number: UInt64) -> Bool { all || numbers.contains(number) }

  func contains(_ shape: BarrierShape) -> Bool {
    if case .integer(let number) = shape.name { return contains(number) }
    return !isEmpty  // a number in a register may be any
  }
}
