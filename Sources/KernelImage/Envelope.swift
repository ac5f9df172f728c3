// The 32 bytes before everything that is stored or sent: magic, version, how many bytes follow, and their hash.
//   0  u32  magic: "CMKI" kernel image, "CMMI" module image, "CMMS" module survey, "CMRQ" request, "CMRS" response
//   4  u32  CARMINE_DEVICE_ABI_VERSION of the writer
//   8  u64  byte count of the body
//  16  u128 ContentHash of the body
// A reader of a stream takes `Envelope.byteCount` bytes, asks `Envelope.bodyCount` how many follow, and reads those.
import CDeviceABI

public enum Envelope {
  public static let byteCount = 32
  /// No body is larger; a longer count is corrupt.
  public static let maximumBodyCount = 1 << 32

  /// How many bytes follow the header, which is the first `byteCount` bytes of any message.
  public static func bodyCount(ofHeader header: [UInt8]) throws(FormatError) -> Int {
    guard header.count >= byteCount else {
      throw FormatError(what: "message", offset: header.count, problem: "\(byteCount) bytes wanted, \(header.count) there")
    }
    let known = Kind.allCases.map(\.magic)
    guard known.contains(Array(header[0..<4])) else { throw FormatError(what: "message", offset: 0, problem: "unknown magic") }
    return try checkedCount("message", header)
  }

  enum Kind: CaseIterable {
    case kernelImage, moduleImage, moduleSurvey, request, response
    var magic: [UInt8] {
      switch self {
      case .kernelImage: Array("CMKI".utf8)
      case .moduleImage: Array("CMMI".utf8)
      case .moduleSurvey: Array("CMMS".utf8)
      case .request: Array("CMRQ".utf8)
      case .response: Array("CMRS".utf8)
      }
    }
    var name: String {
      switch self {
      case .kernelImage: "kernel image"
      case .moduleImage: "module image"
      case .moduleSurvey: "module survey"
      case .request: "compile request"
      case .response: "compile response"
      }
    }
  }

  static func seal(_ kind: Kind, _ value: some Fields) -> [UInt8] {
    var writer = FieldWriter()
    writer.result = [UInt8](repeating: 0, count: byteCount)
    var value = value
    do { try value.visit(&writer) } catch { preconditionFailure("\(error)") }  // writing refuses nothing
    let body = unsafe writer.result.withUnsafeBytes { unsafe ContentHash(UnsafeRawBufferPointer(rebasing: $0[byteCount...])) }
    var header = FieldWriter()
    var version = UInt64(CARMINE_DEVICE_ABI_VERSION), count = UInt64(writer.result.count - byteCount)
    header.result = kind.magic
    header.integer(&version, byteCount: 4)
    header.integer(&count, byteCount: 8)
    header.result += body.bytes
    writer.result.replaceSubrange(0..<byteCount, with: header.result)
    return writer.result
  }

  static func open<T: Fields>(_ kind: Kind, _ bytes: [UInt8]) throws(FormatError) -> T {
    let what = kind.name
    guard bytes.count >= byteCount else {
      throw FormatError(what: what, offset: bytes.count, problem: "\(byteCount) bytes wanted, \(bytes.count) there")
    }
    guard Array(bytes[0..<4]) == kind.magic else { throw FormatError(what: what, offset: 0, problem: "not a \(what)") }
    let count = try checkedCount(what, bytes)
    guard count == bytes.count - byteCount else {
      throw FormatError(what: what, offset: 8, problem: "\(count) bytes announced, \(bytes.count - byteCount) there")
    }
    let hash = unsafe bytes.withUnsafeBytes { unsafe ContentHash(UnsafeRawBufferPointer(rebasing: $0[byteCount...])) }
    guard hash.bytes == Array(bytes[16..<32]) else { throw FormatError(what: what, offset: 16, problem: "the checksum does not fit the contents") }
    var reader = FieldReader(what, bytes, from: byteCount)
    var value = T()
    try value.visit(&reader)
    guard reader.remaining == 0 else { throw reader.error("\(reader.remaining) bytes too many") }
    return value
  }

  private static func checkedCount(_ what: String, _ header: [UInt8]) throws(FormatError) -> Int {
    var reader = FieldReader(what, header, from: 4)
    var version: UInt64 = 0, count: UInt64 = 0
    try reader.integer(&version, byteCount: 4)
    guard version == UInt64(CARMINE_DEVICE_ABI_VERSION) else {
      throw FormatError(what: what, offset: 4, problem: "version \(version) where \(CARMINE_DEVICE_ABI_VERSION) is known")
    }
    try reader.integer(&count, byteCount: 8)
    guard count <= UInt64(maximumBodyCount) else { throw FormatError(what: what, offset: 8, problem: "a body of \(count) bytes") }
    return Int(count)
  }
}
