import Testing

@testable import CUDA

/// A record as carmine_device_abi.h describes it: sizes, padded format, 8-byte slots, strings behind their slot.
private func record(_ format: String, _ slots: [[UInt8]]) -> [UInt8] {
  var text = Array(format.utf8) + [0]
  while text.count % 8 != 0 { text.append(0) }
  let body = text + slots.flatMap { $0 }
  func bytes(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
  return bytes(UInt32(8 + body.count)) + bytes(UInt32(text.count)) + body
}
private func slot(_ value: some BitwiseCopyable) -> [UInt8] {
  let bytes = withUnsafeBytes(of: value) { Array($0) }
  return bytes + [UInt8](repeating: 0, count: 8 - bytes.count)
}
private func string(_ text: String) -> [UInt8] {
  var bytes = Array(text.utf8) + [0]
  let count = UInt64(bytes.count)
  while bytes.count % 8 != 0 { bytes.append(0) }
  return slot(count) + bytes
}
private func text(_ records: [UInt8]) -> String {
  records.withUnsafeBytes { String(decoding: PrintfFormatter.text(of: $0), as: UTF8.self) }
}

@Suite("Device printf")
struct PrintfTests {
  @Test("Conversions read as C's printf gives them") func conversions() {
    // Expected texts: glibc's printf of the same arguments.
    #expect(text(record("%d|%5u|%-4x|%lld\n", [slot(Int64(-7)), slot(UInt64(42)), slot(UInt64(255)), slot(Int64.min)])) == "-7|   42|ff  |-9223372036854775808\n")
    #expect(text(record("%f %.3e %g%%", [slot(1.5), slot(12345.678), slot(0.0001)])) == "1.500000 1.235e+04 0.0001%")
    #expect(text(record("%c%s-%s", [slot(UInt64(65)), string("hello world"), slot(UInt64(0))])) == "Ahello world-(null)")
    #expect(text(record("%*d|%.*f", [slot(Int64(6)), slot(Int64(3)), slot(Int64(1)), slot(2.25)])) == "     3|2.2")
    #expect(text(record("%p", [slot(UInt64(0xdead0))])) == "0xdead0")
    #expect(text(record("%u %hhu", [slot(Int64(-1)), slot(UInt64(200))])) == "4294967295 200")
  }

  @Test("Records follow each other; one that is not complete ends the text") func several() {
    var bytes = record("a%d", [slot(Int64(1))]) + record("b", [])
    #expect(text(bytes) == "a1b")
    bytes += [UInt8](repeating: 0, count: 16) + record("c", [])
    #expect(text(bytes) == "a1b")
  }

  @Test("A format that asks for more than there is reads zeros") func short() {
    #expect(text(record("%d %d", [slot(Int64(3))])) == "3 0")
    #expect(text(record("tail %", [])) == "tail %")
  }
}
