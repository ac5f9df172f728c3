// From printf records to text: splits a format into literal parts and conversions and has libc's snprintf do each.
// Threads: pure.  Source: CUDA Programming Guide, "Formatted Output"; carmine_device_abi.h for the records.
import CDeviceABI
import Glibc

enum PrintfFormatter {
  /// The text of all complete records in `bytes`, in order.
  static func text(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var output: [UInt8] = []
    var offset = 0
    let head = MemoryLayout<carmine_printf_record>.size
    while offset + head <= bytes.count {
      let size = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      let formatBytes = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
      guard size >= head + formatBytes, size % 8 == 0, offset + size <= bytes.count else { break }
      let format = UnsafeRawBufferPointer(rebasing: bytes[(offset + head)..<(offset + head + formatBytes)])
      let arguments = UnsafeRawBufferPointer(rebasing: bytes[(offset + head + formatBytes)..<(offset + size)])
      append(format.prefix { $0 != 0 }, arguments, to: &output)
      offset += size
    }
    return output
  }

  /// Reads the slots behind a format, one after another; a record that is too short gives zeros.
  private struct Slots {
    let bytes: UnsafeRawBufferPointer
    var offset = 0
    mutating func next() -> UInt64 {
      guard offset + 8 <= bytes.count else { return 0 }
      defer { offset += 8 }
      return bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    mutating func string() -> [UInt8]? {
      let count = Int(next())
      guard count > 0, offset + count <= bytes.count else { return nil }
      defer { offset += (count + 7) / 8 * 8 }
      return Array(bytes[offset..<(offset + count - 1)])
    }
  }

  private static func append(
    _ format: Slice<UnsafeRawBufferPointer>, _ arguments: UnsafeRawBufferPointer, to output: inout [UInt8]
  ) {
    var slots = Slots(bytes: arguments)
    let text = Array(format)
    var i = 0
    while i < text.count {
      guard text[i] == UInt8(ascii: "%") else { output.append(text[i]); i += 1; continue }
      if i + 1 < text.count, text[i + 1] == UInt8(ascii: "%") { output.append(text[i]); i += 2; continue }
      // %[flags][width][.precision][length]conversion
      var spec: [UInt8] = [UInt8(ascii: "%")]
      var j = i + 1
      while j < text.count, "-+ #0123456789.*".utf8.contains(text[j]) {
        if text[j] == UInt8(ascii: "*") {
          spec.append(contentsOf: String(Int32(truncatingIfNeeded: slots.next())).utf8)
        } else {
          spec.append(text[j])
        }
        j += 1
      }
      var isLong = false
      while j < text.count, "hlLqjzt".utf8.contains(text[j]) {
        if text[j] != UInt8(ascii: "h") { isLong = true }
        j += 1
      }
      guard j < text.count else { output.append(contentsOf: text[i...]); return }
      let conversion = text[j]
      switch conversion {
      case UInt8(ascii: "d"), UInt8(ascii: "i"):
        let value = slots.next()
        print(spec + "ll".utf8 + [conversion], isLong ? Int64(bitPattern: value) : Int64(Int32(truncatingIfNeeded: value)), to: &output)
      case UInt8(ascii: "u"), UInt8(ascii: "o"), UInt8(ascii: "x"), UInt8(ascii: "X"):
        let value = slots.next()
        print(spec + "ll".utf8 + [conversion], isLong ? value : UInt64(UInt32(truncatingIfNeeded: value)), to: &output)
      case UInt8(ascii: "c"):
        print(spec + [conversion], Int32(truncatingIfNeeded: slots.next()), to: &output)
      case UInt8(ascii: "p"):
        print(spec + [conversion], UInt(slots.next()), to: &output)
      case UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "g"), UInt8(ascii: "G"),
        UInt8(ascii: "a"), UInt8(ascii: "A"):
        print(spec + [conversion], Double(bitPattern: slots.next()), to: &output)
      case UInt8(ascii: "s"):
        let string = (slots.string() ?? Array("(null)".utf8)) + [0]
        string.withUnsafeBytes { print(spec + [conversion], UInt(bitPattern: $0.baseAddress!), to: &output) }
      default:
        output.append(contentsOf: text[i...j])
      }
      i = j + 1
    }
  }

  private static func print(_ spec: [UInt8], _ value: some CVarArg, to output: inout [UInt8]) {
    let format = (spec + [0]).map { CChar(bitPattern: $0) }
    withVaList([value]) { list in
      var buffer = [CChar](repeating: 0, count: 512)
      let needed = Int(vsnprintf(&buffer, buffer.count, format, list))
      guard needed >= 0 else { return }
      if needed < buffer.count {
        output.append(contentsOf: buffer[..<needed].map { UInt8(bitPattern: $0) })
        return
      }
      withVaList([value]) { again in
        var large = [CChar](repeating: 0, count: needed + 1)
        vsnprintf(&large, large.count, format, again)
        output.append(contentsOf: large[..<needed].map { UInt8(bitPattern: $0) })
      }
    }
  }
}
