import Testing

@testable import Settings

@Suite struct SwitchTests {
  @Test("Sizes take binary suffixes and refuse what does not fit", arguments: [
    ("512", 512 as UInt64?), ("4K", 4096), ("2g", 2 << 30), ("16777216T", nil), ("G", nil), ("-1", nil), ("", nil),
  ])
  func sizes(text: String, expected: UInt64?) { #expect(Switch.softMemory.number(in: text) == expected) }

  @Test("A compute capability is two numbers", arguments: [("8.6", 86 as UInt64?), ("12.0", 120), ("8", nil), ("8.x", nil), ("8.10", nil)])
  func capabilities(text: String, expected: UInt64?) { #expect(Switch.computeCapability.number(in: text) == expected) }

  @Test("Unknown variables and values are named, known ones and strangers' are not")
  func complaining() {
    let lines = complaints(about: ["CARMINE_DEVICE=gpu", "CARMINE_DEVICES=soft", "CARMINE_LOG=info", "HOME=/", "CARMINE_LOG="])
    #expect(lines.count == 2)
    #expect(lines[0].contains("CARMINE_DEVICE=gpu") && lines[0].contains("auto|kfd|soft"))
    #expect(lines[1].contains("CARMINE_DEVICES"))
  }

  @Test("Names are unique and spelled alike") func names() {
    #expect(Set(Switch.all.map(\.name)).count == Switch.all.count)
    #expect(Switch.all.allSatisfy { $0.name.hasPrefix("CARMINE_") })
  }
}
