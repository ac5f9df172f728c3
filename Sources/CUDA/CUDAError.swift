// CUDA's error numbers, as a Swift error.  A struct around the C number, so that a number nobody knew survives the trip.
// Threads: a value.  Source: CUDA Runtime API, "Error Handling".

/// A cudaError_t other than cudaSuccess when thrown; `success` exists for the places where C wants the number 0.
public struct CUDAError: Error, RawRepresentable, Sendable {
  public let rawValue: Int32
  /// Why, for the log (`CARMINE_LOG=error`): the argument and what is wrong with it.  No part of equality.
  public let reason: String?

  public init(rawValue: Int32) {
    self.rawValue = rawValue
    self.reason = nil
  }

  public init(rawValue: Int32, reason: String?) {
    self.rawValue = rawValue
    self.reason = reason
  }

  /// The same error with a sentence that says what was wrong: `throw .invalidValue.because("count is negative")`.
  public func because(_ reason: String) -> CUDAError { CUDAError(rawValue: rawValue, reason: reason) }

  /// cudaGetErrorName: "cudaErrorInvalidValue"; NUL-terminated, never freed.
  public var name: StaticString { Self.row(of: rawValue)?.name ?? "unrecognized error code" }

  /// cudaGetErrorString: "invalid argument"; NUL-terminated, never freed.
  public var text: StaticString { Self.row(of: rawValue)?.text ?? "unrecognized error code" }

  /// Errors after which nothing in this process can use the device any more: every later call returns them.
  /// Source: the notes "this leaves the process in an inconsistent state" in driver_types.h.
  public var isSticky: Bool {
    switch rawValue {
    case 220, 226, 700, 702, 710, 714...719, 721: true
    default: false
    }
  }

  /// Whether CUDA `version` (a major version) has this number.
  public func isKnown(to version: Int) -> Bool { Self.row(of: rawValue).map { $0.since <= version } ?? false }

  static func row(of code: Int32) -> ErrorRow? {
    var low = 0
    var high = errorTable.count
    while low < high {
      let middle = (low + high) / 2
      if errorTable[middle].code < code { low = middle + 1 } else { high = middle }
    }
    return low < errorTable.count && errorTable[low].code == code ? errorTable[low] : nil
  }
}

extension CUDAError: Hashable {
  public static func == (a: Self, b: Self) -> Bool { a.rawValue == b.rawValue }
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension CUDAError: CustomStringConvertible {
  public var description: String {
    let head = "\(name) (\(rawValue), \(text))"
    return if let reason { head + ": " + reason } else { head }
  }
}
