// Lines on standard error, as CARMINE_LOG asks.  One write(2) a line, so that lines of threads don't mix.
import Glibc
import Settings

enum Log {
  private static let level: Int = ["error": 1, "info": 2, "trace": 3][Switch.log.value ?? ""] ?? 0

  static func error(_ text: @autoclosure () -> String) { if level >= 1 { print(text()) } }
  static func info(_ text: @autoclosure () -> String) { if level >= 2 { print(text()) } }
  static func trace(_ text: @autoclosure () -> String) { if level >= 3 { print(text()) } }
  /// Said whatever the level: what a user must see to understand a failure.
  static func always(_ text: String) { print(text) }

  private static func print(_ text: String) {
    var line = ""
    for part in text.split(separator: "\n", omittingEmptySubsequences: false) { line += "carmine soft GPU: " + part + "\n" }
    var bytes = Array(line.utf8)
    var at = 0
    while at < bytes.count {
      let written = bytes.withUnsafeMutableBytes { write(2, $0.baseAddress! + at, $0.count - at) }
      if written < 0 && errno == EINTR { continue }
      if written <= 0 { return }
      at += written
    }
  }
}
