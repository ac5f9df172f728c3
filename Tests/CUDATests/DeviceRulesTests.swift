import CDeviceABI
import Testing

@testable import CUDA

/// Splits as CUDA documents them (cudaDevSmResourceSplitByCount, cudaDevSmResourceSplit) and as NVIDIA's driver 13 answered on an H100:
/// 132 multiprocessors, parts of 8.
@Suite("Multiprocessors as a resource")
struct SMResourceTests {
  static let whole = SMResource(device: 0, origin: .whole, alignment: 8, members: 0..<132)

  @Test("Groups are rounded up to the alignment, and what is left is a rest", arguments: [
    (9, 16, 8, 4), (16, 16, 8, 4), (60, 64, 2, 4), (100, 104, 1, 28),
  ]) func byCount(minimum: Int, size: Int, groups: Int, rest: Int) throws {
    let made = try Self.whole.split(atLeast: minimum, most: nil, flags: 0, finest: 2, serial: 1)
    #expect(made.groups.count == groups)
    #expect(made.groups.allSatisfy { $0.count == size })
    #expect(made.rest?.count == rest)
  }

  @Test("Without co-scheduling parts are as fine as the device has them") func finest() throws {
    let made = try Self.whole.split(atLeast: 9, most: nil, flags: SMResource.ignoreCoscheduling, finest: 2, serial: 1)
    #expect(made.groups.count == 13)
    #expect(made.groups[0].count == 10)
    #expect(made.rest?.count == 2)
  }

  @Test("Everything is one group without a rest") func everything() throws {
    let made = try Self.whole.split(atLeast: 132, most: nil, flags: 0, finest: 2, serial: 1)
    #expect(made.groups.map(\.count) == [132])
    #expect(made.rest == nil)
  }

  @Test("No multiprocessor is in two parts") func disjoint() throws {
    let made = try Self.whole.split(atLeast: 20, most: 3, flags: 0, finest: 2, serial: 1)
    let all = (made.groups + [made.rest!]).flatMap(\.members)
    #expect(all.count == 132)
    #expect(Set(all).count == 132)
  }

  @Test("More than there is, a part of a part, and both flags are refused") func refused() throws {
    #expect(throws: CUDAError.invalidResourceConfiguration) { _ = try Self.whole.split(atLeast: 133, most: nil, flags: 0, finest: 2, serial: 1) }
    #expect(throws: CUDAError.invalidValue) { _ = try Self.whole.split(atLeast: 8, most: nil, flags: 3, finest: 2, serial: 1) }
    let part = try Self.whole.split(atLeast: 16, most: 1, flags: 0, finest: 2, serial: 1).groups[0]
    #expect(throws: CUDAError.invalidResourceConfiguration) { _ = try part.split(atLeast: 8, most: nil, flags: 0, finest: 2, serial: 2) }
  }

  /// Example 3 of cudaDevSmResourceSplit: a group of 8 in sets of 4, and all that is left in another.
  @Test("A group of unnamed size gets what is left") func structured() throws {
    var wishes = [SMResource.Group(count: 8, coscheduled: 4), SMResource.Group(count: 0, coscheduled: 2, flags: 1)]
    let made = try Self.whole.split(&wishes, mayBeEmpty: false, serial: 1)
    #expect(made.groups.map(\.count) == [8, 124])
    #expect(wishes.map(\.count) == [8, 124])
    #expect(made.rest == nil)
  }

  @Test("A count that is odd, too large or no multiple is refused, unless filling up is allowed") func counts() throws {
    for count in [7, 134, 10] {
      var wish = [SMResource.Group(count: count, coscheduled: 4)]
      #expect(throws: CUDAError.invalidResourceConfiguration) { _ = try Self.whole.split(&wish, mayBeEmpty: false, serial: 1) }
    }
    var filled = [SMResource.Group(count: 10, coscheduled: 4, flags: 1)]
    #expect(try Self.whole.split(&filled, mayBeEmpty: false, serial: 1).groups[0].count == 10)
  }

  @Test("Parts of one split are joined, of two splits not") func joined() throws {
    let one = try Self.whole.split(atLeast: 16, most: 2, flags: 0, finest: 2, serial: 1)
    let other = try Self.whole.split(atLeast: 16, most: 2, flags: 0, finest: 2, serial: 2)
    #expect(try SMResource.union(one.groups)?.count == 32)
    #expect(throws: CUDAError.invalidResourceConfiguration) { _ = try SMResource.union([one.groups[0], other.groups[1]]) }
  }
}

/// cudaLogsDumpToMemory: "the final message in buffer will always be the most recent"; 100 messages are kept.
@Suite("The error log")
struct ErrorLogTests {
  static func entries(_ count: Int) -> ErrorLog.Entries {
    var entries = ErrorLog.Entries()
    for index in 0..<count { entries.append("message \(index)") }
    return entries
  }

  @Test("A dump begins where the iterator is") func iterator() {
    let text = ErrorLog.text(Self.entries(5), from: 3, room: 1000)
    #expect(text?.0 == "message 3\nmessage 4\n")
    #expect(ErrorLog.text(Self.entries(5), from: 5, room: 1000)?.0 == "")
    #expect(ErrorLog.text(Self.entries(5), from: 6, room: 1000) == nil)
  }

  @Test("What the log has lost is said first") func lost() {
    let text = ErrorLog.text(Self.entries(150), from: 0, room: 100_000)!.0.split(separator: "\n")
    #expect(text.count == 101)
    #expect(!text[0].hasPrefix("message"))
    #expect(text[1] == "message 50")
    #expect(text[100] == "message 149")
  }

  @Test("A buffer gets the newest that fit, with the NUL, or nothing") func room() {
    let all = Self.entries(20)
    for room in 80..<260 {
      guard let (text, fits) = ErrorLog.text(all, from: nil, room: room), fits else { continue }
      #expect(text.utf8.count < room)
      #expect(text.hasSuffix("message 19\n"))
    }
    #expect(ErrorLog.text(all, from: nil, room: 5)?.fits == false)
  }
}

@Suite("Flags, wishes and views")
struct DeviceChoiceTests {
  /// Recorded from NVIDIA's runtime 13: what cudaGetDeviceFlags gives back of what was set, without cudaDeviceMapHost.
  @Test("Flags are kept but for core dumps", arguments: [(0, 0), (1, 1), (2, 2), (4, 4), (0x10, 0x10), (0x20, 0), (0x40, 0), (0x80, 0x80)] as [(UInt32, UInt32)])
  func flags(given: UInt32, kept: UInt32) throws { #expect(try ContextFlags(checking: given).rawValue == kept) }

  @Test("Two ways to wait and unknown bits are refused", arguments: [3, 5, 7, 0x100] as [UInt32]) func refused(flags: UInt32) {
    #expect(throws: CUDAError.invalidValue) { _ = try ContextFlags(checking: flags) }
  }

  /// enum cudaResourceViewFormat, driver_types.h.
  @Test("View formats are the header's", arguments: [
    (1, 8, 1, 1), (6, 8, 0, 4), (8, 16, 1, 2), (0x0f, 32, 1, 4), (0x10, 32, 0, 1), (0x14, 16, 2, 2), (0x16, 32, 2, 1), (0x18, 32, 2, 4),
  ] as [(UInt32, Int32, Int32, Int)]) func formats(format: UInt32, bits: Int32, kind: Int32, channels: Int) throws {
    let found = try #require(ResourceView.channels(of: format))
    #expect(found.bits.x == bits)
    #expect(found.kind == kind)
    #expect(found.channels == channels)
  }

  @Test("There is no view of nothing, and none of what comes after floats here") func noFormats() {
    #expect(ResourceView.channels(of: 0) == nil)
    #expect(ResourceView.channels(of: 0x19) == nil)
  }
}
