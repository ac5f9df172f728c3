// Which value an address belongs to: disjoint ranges in a sorted array, found by bisection.

public struct AddressMap<Value> {
  public init() {}
  public private(set) var starts: [UInt64] = []
  private var entries: [(count: UInt64, value: Value)] = []

  /// Index of the first start above `address`.
  private func position(_ address: UInt64) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  public var values: [Value] { entries.map(\.value) }

  public mutating func insert(_ start: UInt64, _ count: UInt64, _ value: Value) {
    let index = position(start)
    starts.insert(start, at: index)
    entries.insert((count, value), at: index)
  }

  /// The range that holds `address`.
  public func find(_ address: UInt64) -> (start: UInt64, count: UInt64, value: Value)? {
    let index = position(address) - 1
    guard index >= 0, address - starts[index] < entries[index].count else { return nil }
    return (starts[index], entries[index].count, entries[index].value)
  }

  /// Whether any range has an address in common with this one.
  public func overlaps(_ start: UInt64, _ count: UInt64) -> Bool {
    let index = position(start)
    if index > 0, start - starts[index - 1] < entries[index - 1].count { return true }
    return index < starts.count && starts[index] - start < count
  }

  /// Another value for the range that starts at `start`, if there is one.
  public mutating func replace(_ start: UInt64, _ value: Value) {
    let index = position(start) - 1
    if index >= 0, starts[index] == start { entries[index].value = value }
  }

  /// Takes out the range that starts at `start`.
  public mutating func remove(_ start: UInt64) -> Value? {
    let index = position(start) - 1
    guard index >= 0, starts[index] == start else { return nil }
    starts.remove(at: index)
    return entries.remove(at: index).value
  }
}
