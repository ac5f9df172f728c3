// What Carmine says on standard error, as CARMINE_LOG asks: nothing, errors, what it does, or every call.
// One line a message, written by one write(2), so that lines of several threads and processes do not mix.
// Threads: any.  The level is read once; a message below it costs one load and no string is built.
import Glibc
import Synchronization

public enum Log {
  public enum Level: UInt8, Sendable, Comparable {
    case off = 0, error = 1, info = 2, trace = 3
    @inlinable public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// A level's number, or `unread`.  Not a lazy `static let`: that costs a call at each look.
  @usableFromInline static let known = Atomic<UInt8>(unread)
  @usableFromInline static var unread: UInt8 { 255 }

  @inlinable public static var level: Level {
    let level = known.load(ordering: .relaxed)
    return level == unread ? read() : Level(rawValue: level)!
  }
  @usableFromInline @inline(never)
  static func read() -> Level {
    let level: Level =
      switch Switch.log.value {
      case "error": .error
      case "info": .info
      case "trace": .trace
      default: .off
      }
    known.store(level.rawValue, ordering: .relaxed)
    return level
  }

  /// A call that failed, and why.
  @inlinable public static func error(_ message: @autoclosure () -> String) { if level >= .error { line(message()) } }
  /// What was decided: which device, which PTX, cache hit or compilation.
  @inlinable public static func info(_ message: @autoclosure () -> String) { if level >= .info { line(message()) } }
  /// Every call.
  @inlinable @inline(__always) public static func trace(_ message: @autoclosure () -> String) {
    if known.load(ordering: .relaxed) >= Level.trace.rawValue, level >= .trace { line(message()) }   // `unread` is above all levels
  }

  /// Said whatever CARMINE_LOG says: what a person must know for a program to work at all.
  public static func line(_ message: String) {
    var bytes = Array("carmine: ".utf8)
    bytes.append(contentsOf: message.utf8)
    bytes.append(10)
    let saved = errno
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { break }
      rest = rest.dropFirst(written)
    }
    errno = saved
  }
}
