// As much of MessagePack as code object metadata uses, which is all of it but extension types.
// Source: the MessagePack specification; LLVM's AMDGPU usage document for what is in it.
// Full: nesting is limited to 32; a count is believed only if as many bytes are left.

enum MessagePack: Equatable {
  case null
  case bool(Bool)
  case unsigned(UInt64)
  case signed(Int64)
  case float(Double)
  case string(String)
  case binary([UInt8])
  case array([MessagePack])
  case map([(key: MessagePack, value: MessagePack)])

  /// The value of a map's string key.
  subscript(_ key: String) -> MessagePack? {
    guard case .map(let pairs) = self else { return nil }
    return pairs.first { $0.key == .string(key) }?.value
  }
  var text: String? { if case .string(let value) = self { value } else { nil } }
  var number: UInt64? {
    switch self {
    case .unsigned(let value): value
    case .signed(let value): UInt64(exactly: value)
    default: nil
    }
  }
  var elements: [MessagePack]? { if case .array(let value) = self { value } else { nil } }

  static func == (a: MessagePack, b: MessagePack) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let x), .bool(let y)): x == y
    case (.unsigned(let x), .unsigned(let y)): x == y
    case (.signed(let x), .signed(let y)): x == y
    case (.float(let x), .float(let y)): x == y
    case (.string(let x), .string(let y)): x == y
    case (.binary(let x), .binary(let y)): x == y
    case (.array(let x), .array(let y)): x == y
    case (.map(let x), .map(let y)): x.count == y.count && zip(x, y).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  init(_ bytes: [UInt8]) throws(CodeObjectError) {
    var reader = Reader(bytes: bytes)
    self = try reader.value(depth: 0)
  }

  private struct Reader {
    let bytes: [UInt8]
    var at = 0

    mutating func take(_ count: Int) throws(CodeObjectError) -> Int {
      guard count <= bytes.count - at else { throw .invalid("code object metadata: \(count) bytes wanted at \(at), \(bytes.count - at) left") }
      at += count
      return at - count
    }
    mutating func big(_ count: Int) throws(CodeObjectError) -> UInt64 {
      let start = try take(count)
      return bytes[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
    mutating func string(_ count: UInt64) throws(CodeObjectError) -> MessagePack {
      let start = try take(Int(clamping: count))
      return .string(String(decoding: bytes[start..<at], as: UTF8.self))
    }
    mutating func binary(_ count: UInt64) throws(CodeObjectError) -> MessagePack {
      let start = try take(Int(clamping: count))
      return .binary(Array(bytes[start..<at]))
    }
    mutating func array(_ count: UInt64, _ depth: Int) throws(CodeObjectError) -> MessagePack {
      try check(count)
      var values: [MessagePack] = []
      for _ in 0..<count { values.append(try value(depth: depth + 1)) }
      return .array(values)
    }
    mutating func map(_ count: UInt64, _ depth: Int) throws(CodeObjectError) -> MessagePack {
      try check(count)
      var pairs: [(key: MessagePack, value: MessagePack)] = []
      for _ in 0..<count { pairs.append((try value(depth: depth + 1), try value(depth: depth + 1))) }
      return .map(pairs)
    }
    func check(_ count: UInt64) throws(CodeObjectError) {
      guard count <= UInt64(bytes.count - at) else { throw .invalid("code object metadata: \(count) elements at \(at), \(bytes.count - at) bytes left") }
    }

    mutating func value(depth: Int) throws(CodeObjectError) -> MessagePack {
      guard depth < 32 else { throw .invalid("code object metadata: nested deeper than 32 at \(at)") }
      let tag = bytes[try take(1)]
      switch tag {
      case 0x00...0x7F: return .unsigned(UInt64(tag))
      case 0x80...0x8F: return try map(UInt64(tag & 0xF), depth)
      case 0x90...0x9F: return try array(UInt64(tag & 0xF), depth)
      case 0xA0...0xBF: return try string(UInt64(tag & 0x1F))
      case 0xC0: return .null
      case 0xC2, 0xC3: return .bool(tag == 0xC3)
      case 0xC4...0xC6: return try binary(try big(1 << Int(tag - 0xC4)))
      case 0xCA: return .float(Double(Float(bitPattern: UInt32(try big(4)))))
      case 0xCB: return .float(Double(bitPattern: try big(8)))
      case 0xCC...0xCF: return .unsigned(try big(1 << Int(tag - 0xCC)))
      case 0xD0: return .signed(Int64(Int8(truncatingIfNeeded: try big(1))))
      case 0xD1: return .signed(Int64(Int16(truncatingIfNeeded: try big(2))))
      case 0xD2: return .signed(Int64(Int32(truncatingIfNeeded: try big(4))))
      case 0xD3: return .signed(Int64(truncatingIfNeeded: try big(8)))
      case 0xD9...0xDB: return try string(try big(1 << Int(tag - 0xD9)))
      case 0xDC, 0xDD: return try array(try big(2 << Int(tag - 0xDC)), depth)
      case 0xDE, 0xDF: return try map(try big(2 << Int(tag - 0xDE)), depth)
      case 0xE0...0xFF: return .signed(Int64(Int8(bitPattern: tag)))
      default: throw .invalid("code object metadata: unknown tag 0x\(hex(tag)) at \(at - 1)")
      }
    }
  }
}
