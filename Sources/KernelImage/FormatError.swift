// Why bytes are not what they should be.

/// Bytes that are no image, request or response of this version.  `offset` is from the start of the bytes given.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
  public var what: String     // "kernel image"
  public var offset: Int
  public var problem: String

  public init(what: String, offset: Int, problem: String) {
    self.what = what
    self.offset = offset
    self.problem = problem
  }

  public var description: String { "\(what): \(problem) (at byte \(offset))" }
}
