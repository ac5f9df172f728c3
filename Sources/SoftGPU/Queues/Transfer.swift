// What a packet moves, done in slices: copies to one or two places, windows of pitched memory, fills.
// Threads: a QueueThread.  Each slice translates anew, so that memory may be unmapped and other queues served between.
// Source: the packet layouts of sdma_4_0_0 and sdma_6_0_0 in AMD's public headers.
import Glibc
import ISA

struct Transfer {
  enum Kind {
    case copy(source: UInt64, first: UInt64, second: UInt64?)
    case fill(destination: UInt64, pattern: UInt32, element: Int)
    case window(source: Window, destination: Window, rect: (x: UInt64, y: UInt64, z: UInt64))
  }
  /// One side of a window copy, all in bytes: the first row's address and what a row and a slice add.
  struct Window { var address: UInt64, pitch: UInt64, slice: UInt64 }

  let kind: Kind
  let total: UInt64           // bytes
  private(set) var done: UInt64 = 0

  init(copy bytes: UInt64, from source: UInt64, to first: UInt64, and second: UInt64? = nil) {
    kind = .copy(source: source, first: first, second: second)
    total = bytes
  }
  init(fill bytes: UInt64, at destination: UInt64, with pattern: UInt32, element: Int) {
    kind = .fill(destination: destination, pattern: pattern, element: element)
    total = bytes
  }
  /// `rect.x` in bytes, `y` in rows, `z` in slices.
  init(from source: Window, to destination: Window, rect: (x: UInt64, y: UInt64, z: UInt64)) {
    kind = .window(source: source, destination: destination, rect: rect)
    total = rect.x * rect.y * rect.z
  }

  var isComplete: Bool { done == total }

  /// Moves about `budget` bytes more.
  mutating func advance(_ budget: UInt64, _ thread: QueueThread) throws(PacketStop) {
    let goal = min(total, done + budget)
    defer { thread.caches?.noteWrite() }
    while done < goal {
      switch kind {
      case .copy(let source, let first, let second):
        let size = goal - done
        let moved = try Self.copy(source &+ done, first &+ done, size, thread)
        if let second { try Self.copyAll(source &+ done, second &+ done, moved, thread) }
        done += moved
      case .fill(let destination, let pattern, let element):
        guard let span = thread.reader.span(destination &+ done, Int(goal - done), write: true) else {
          throw .memory(destination &+ done, .write, element)
        }
        Self.fill(span.host, span.bytes, pattern, phase: Int(done & 3))
        done += UInt64(span.bytes)
      case .window(let source, let destination, let rect):
        let row = done / rect.x, column = done % rect.x
        let y = row % rect.y, z = row / rect.y
        func at(_ side: Window) -> UInt64 { side.address &+ z &* side.slice &+ y &* side.pitch &+ column }
        done += try Self.copy(at(source), at(destination), min(rect.x - column, goal - done), thread)
      }
    }
  }

  /// Copies up to `size` bytes, as far as one range of each side goes; how many.
  private static func copy(_ source: UInt64, _ destination: UInt64, _ size: UInt64, _ thread: QueueThread) throws(PacketStop) -> UInt64 {
    guard let from = thread.reader.span(source, Int(size), write: false) else { throw .memory(source, .read, Int(size)) }
    guard let to = thread.reader.span(destination, from.bytes, write: true) else { throw .memory(destination, .write, from.bytes) }
    memmove(to.host, from.host, to.bytes)
    return UInt64(to.bytes)
  }
  private static func copyAll(_ source: UInt64, _ destination: UInt64, _ size: UInt64, _ thread: QueueThread) throws(PacketStop) {
    var at: UInt64 = 0
    while at < size { at += try copy(source &+ at, destination &+ at, size - at, thread) }
  }

  /// Repeats the four bytes of `pattern`, beginning with byte `phase`.
  private static func fill(_ host: UnsafeMutableRawPointer, _ bytes: Int, _ pattern: UInt32, phase: Int) {
    var at = 0
    func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * ((phase + index) & 3))) }
    while at < bytes && UInt(bitPattern: host + at) & 3 != 0 { (host + at).storeBytes(of: byte(at), as: UInt8.self); at += 1 }
    let word = UInt32(byte(at)) | UInt32(byte(at + 1)) << 8 | UInt32(byte(at + 2)) << 16 | UInt32(byte(at + 3)) << 24
    let words = (host + at).assumingMemoryBound(to: UInt32.self), count = (bytes - at) / 4
    for index in 0..<max(0, count) { words[index] = word }
    at += count * 4
    while at < bytes { (host + at).storeBytes(of: byte(at), as: UInt8.self); at += 1 }
  }
}
