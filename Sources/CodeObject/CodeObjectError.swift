// Why a container or an object can't be used.
import KernelImage

/// `message` is whole: the thing, the offset and the value, and the remedy where there is one.
public struct CodeObjectError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What the runtime tells the program: `.invalidImage`, `.noImage`, `.notFound` or `.unsupported`.
  public var failure: CompileFailure
  public var message: String

  public init(_ failure: CompileFailure, _ message: String) {
    self.failure = failure
    self.message = message
  }

  static func invalid(_ message: String) -> CodeObjectError { CodeObjectError(.invalidImage, message) }

  public var description: String { message }
}

/// A little-endian number at an offset that was checked to lie inside.
func load<T: FixedWidthInteger>(_ bytes: borrowing [UInt8], _ offset: Int, as: T.Type) -> T {
  var value: T = 0
  for index in 0..<T.bitWidth / 8 { value |= T(truncatingIfNeeded: bytes[offset + index]) &<< T(8 * index) }
  return value
}
