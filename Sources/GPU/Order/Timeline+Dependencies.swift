// What is known of a timeline's waits for others, so that memory freed in one stream can be given to another that waits for the
// place anyway.  A few of the latest are kept: forgetting one costs a reuse, never correctness.
// Threads: under the timeline's lock.

struct KnownDependencies {
  private static let capacity = 8
  private var entries = InlineArray<8, (serial: UInt64, position: UInt64)>(repeating: (0, 0))
  private var next = 0

  mutating func note(_ serial: UInt64, _ position: UInt64) {
    for index in 0..<Self.capacity where entries[index].serial == serial {
      entries[index].position = max(entries[index].position, position)
      return
    }
    entries[next] = (serial, position)
    next = (next + 1) % Self.capacity
  }

  func covers(_ serial: UInt64, _ position: UInt64) -> Bool {
    for index in 0..<Self.capacity where entries[index].serial == serial { return entries[index].position >= position }
    return false
  }
}

extension Timeline {
  /// Whether what is submitted next comes after `position` of the timeline with this serial number, as far as is known.
  public func isOrdered(after serial: UInt64, _ position: UInt64) -> Bool { lock.withLock { dependencies.covers(serial, position) } }
}
