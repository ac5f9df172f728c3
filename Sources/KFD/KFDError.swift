// What failed at the kernel: the call, its arguments, the errno, and what a person can do about it.
// Text is made only where it is wanted; throwing costs no formatting.
import Glibc

public struct KFDError: Error, Sendable, CustomStringConvertible {
  /// "CREATE_QUEUE", "mmap", "open" …
  public let call: String
  /// The kernel's answer, positive; amdkfd also answers with kernel-internal numbers such as 524 (ENOTSUPP).
  public let errno: Int32
  /// The arguments that matter, by the kernel's field names.
  public let details: [(name: StaticString, value: UInt64)]
  /// What to do, or the reason in words, where we know it.
  public let remedy: String?

  public init(
    _ call: String, _ errno: Int32, remedy: String? = nil, details: [(name: StaticString, value: UInt64)] = []
  ) {
    self.call = call; self.errno = errno; self.remedy = remedy; self.details = details
  }

  public var isOutOfMemory: Bool { errno == ENOMEM }

  public var description: String {
    var text = call
    if !details.isEmpty {
      text += "(" + details.map { "\($0.name) 0x" + String($0.value, radix: 16) }.joined(separator: ", ") + ")"
    }
    text += ": " + (unsafe String(cString: strerror(errno))) + " (errno \(errno))"
    if let remedy { text += ": " + remedy }
    return text
  }

  static func opening(_ path: String, _ errno: Int32) -> KFDError {
    let remedy: String? =
      switch errno {
      case ENOENT, ENODEV, ENXIO:
        "\(path): no AMD GPU driver; load amdgpu, or use CARMINE_DEVICE=soft for the software GPU"
      case EACCES, EPERM:
        "\(path): no permission; add the user to the `render` and `video` groups, or use CARMINE_DEVICE=soft"
      default: path
      }
    return KFDError("open", errno, remedy: remedy)
  }
}
