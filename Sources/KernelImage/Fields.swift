// How a structure becomes bytes and comes back: it lists its fields once, and a visitor writes or reads each.
// Little-endian; strings, byte arrays and lists carry a 64-bit count before them.
// Full: a reader checks every count against the bytes that are left before it takes or allocates anything.

protocol Fields {
  init()
  /// Hands every field to `visitor`, always in the same order.
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FormatError)
}

protocol FieldVisitor {
  /// `value` holds `byteCount` significant bytes.
  mutating func integer(_ value: inout UInt64, byteCount: Int) throws(FormatError)
  mutating func bytes(_ value: inout [UInt8]) throws(FormatError)
  /// The number of elements of a list; a reader checks that so many can follow.
  mutating func count(_ current: Int) throws(FormatError) -> Int
  func error(_ problem: String) -> FormatError
  static var isReading: Bool { get }
}

extension FieldVisitor {
  mutating func field<T: FixedWidthInteger & UnsignedInteger>(_ value: inout T) throws(FormatError) {
    var wide = UInt64(value)
    try integer(&wide, byteCount: T.bitWidth / 8)
    value = T(truncatingIfNeeded: wide)
  }

  mutating func field(_ value: inout Int64) throws(FormatError) {
    var wide = UInt64(bitPattern: value)
    try integer(&wide, byteCount: 8)
    value = Int64(bitPattern: wide)
  }

  mutating func field(_ value: inout Bool) throws(FormatError) {
    var byte: UInt8 = value ? 1 : 0
    try field(&byte)
    guard byte <= 1 else { throw error("\(byte) where 0 or 1 must stand") }
    value = byte == 1
  }

  mutating func field<T: RawRepresentable<UInt8>>(_ value: inout T) throws(FormatError) {
    var byte = value.rawValue
    try field(&byte)
    guard let known = T(rawValue: byte) else { throw error("unknown \(T.self) \(byte)") }
    value = known
  }

  mutating func field(_ value: inout String) throws(FormatError) {
    var text = Array(value.utf8)
    try bytes(&text)
    guard Self.isReading else { return }
    guard let string = String(validating: text, as: UTF8.self) else { throw error("a string that is not UTF-8") }
    value = string
  }

  mutating func field(_ value: inout ContentHash) throws(FormatError) {
    try field(&value.low)
    try field(&value.high)
  }

  mutating func field<T: Fields>(_ value: inout T) throws(FormatError) { try value.visit(&self) }

  mutating func list<T>(_ values: inout [T], of empty: T, _ element: (inout Self, inout T) throws(FormatError) -> Void) throws(FormatError) {
    let count = try count(values.count)
    if Self.isReading {
      values = []
      for _ in 0..<count {
        var value = empty
        try element(&self, &value)
        values.append(value)
      }
    } else {
      for index in values.indices { try element(&self, &values[index]) }
    }
  }

  mutating func list<T: Fields>(_ values: inout [T]) throws(FormatError) {
    try list(&values, of: T()) { (visitor, value) throws(FormatError) in try value.visit(&visitor) }
  }

  mutating func list(_ values: inout [String]) throws(FormatError) {
    try list(&values, of: "") { (visitor, value) throws(FormatError) in try visitor.field(&value) }
  }
}

struct FieldWriter: FieldVisitor {
  static var isReading: Bool { false }
  var result: [UInt8] = []

  mutating func integer(_ value: inout UInt64, byteCount: Int) {
    for index in 0..<byteCount { result.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }
  mutating func bytes(_ value: inout [UInt8]) {
    _ = count(value.count)
    result += value
  }
  mutating func count(_ current: Int) -> Int {
    var count = UInt64(current)
    integer(&count, byteCount: 8)
    return current
  }
  func error(_ problem: String) -> FormatError { FormatError(what: "writing", offset: result.count, problem: problem) }
}

struct FieldReader: FieldVisitor {
  static var isReading: Bool { true }
  let what: String
  let source: [UInt8]
  private(set) var at: Int

  init(_ what: String, _ source: [UInt8], from start: Int) {
    self.what = what
    self.source = source
    at = start
  }

  var remaining: Int { source.count - at }

  mutating func integer(_ value: inout UInt64, byteCount: Int) throws(FormatError) {
    guard remaining >= byteCount else { throw error("\(byteCount) bytes wanted, \(remaining) left") }
    value = 0
    for index in 0..<byteCount { value |= UInt64(source[at + index]) << UInt64(8 * index) }
    at += byteCount
  }
  mutating func bytes(_ value: inout [UInt8]) throws(FormatError) {
    let count = try count(0)
    value = Array(source[at..<at + count])
    at += count
  }
  mutating func count(_ current: Int) throws(FormatError) -> Int {
    var count: UInt64 = 0
    try integer(&count, byteCount: 8)
    guard count <= UInt64(remaining) else { throw error("a count of \(count) with \(remaining) bytes left") }
    return Int(count)
  }
  func error(_ problem: String) -> FormatError { FormatError(what: what, offset: at, problem: problem) }
}
