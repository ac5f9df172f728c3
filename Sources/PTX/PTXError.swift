// Why a text is not a PTX module.

/// The first thing that does not parse: where, what was wanted there, and what stands there instead.
public struct PTXError: Error, Sendable, Hashable, CustomStringConvertible {
  public var position: Position
  /// The text of the line, without its end, cut after 200 bytes.
  public var line: String
  public var expected: String
  public var found: String

  public init(position: Position, line: String, expected: String, found: String) {
    self.position = position
    self.line = line
    self.expected = expected
    self.found = found
  }

  public var description: String {
    "PTX line \(position.line), column \(position.column): expected \(expected), found \(found)\n  \(line)"
  }
}
