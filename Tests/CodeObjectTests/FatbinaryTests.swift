// Containers written by the writer beside this, in every compression; what is corrupt is refused and never crashes.
import KernelImage
import Testing

@testable import CodeObject

func ptx(_ target: String, lines: Int = 40) -> [UInt8] {
  Array((".version 8.0\n.target \(target)\n.address_size 64\n" + String(repeating: "// a line that compresses well\n", count: lines)).utf8)
}

func failure<R>(_ body: () throws(CodeObjectError) -> R) -> CodeObjectError? {
  do { _ = try body() } catch { return error }
  return nil
}

@Suite struct FatbinaryTests {
  @Test(arguments: [FatbinaryWriter.Compression.none, .lz4, .zstd]) func aPayloadComesBackExpanded(compression: FatbinaryWriter.Compression) throws {
    var writer = FatbinaryWriter()
    writer.add(ptx("sm_75"), architecture: 75, version: (9, 5), compression: compression, name: "k.cu", options: "--compile-only ")
    writer.add(kind: 2, Array(0..<100), architecture: 90, variant: "a", compression: compression)
    let fatbinary = try Fatbinary(writer.container)
    #expect(fatbinary.entries.map(\.target) == ["sm_75", "sm_90a"])
    #expect(fatbinary.entries.map(\.kind) == [.ptx, .machineCode])
    #expect(fatbinary.entries[0].version == (9, 5))
    #expect(fatbinary.entries[0].name == "k.cu")
    let image = try fatbinary.ptx(computeCapability: 86)
    #expect(image == PTXImage(text: ptx("sm_75"), target: "sm_75", name: "k.cu", isRelocatable: true))
    #expect(try fatbinary.contents(of: fatbinary.entries[1]).prefix(100) == Array(0..<100)[...])
  }

  @Test func containersMayFollowEachOtherWithZerosBetween() throws {
    var first = FatbinaryWriter(), second = FatbinaryWriter()
    first.add(ptx("sm_50"), architecture: 50)
    second.add(ptx("sm_80"), architecture: 80, compression: .lz4)
    let fatbinary = try Fatbinary(first.container + [0, 0, 0, 0, 0, 0, 0, 0] + second.container + [0])
    #expect(fatbinary.entries.map(\.architecture) == [50, 80])
    #expect(try fatbinary.contents(of: fatbinary.entries[1]) == ptx("sm_80"))
    #expect(try Fatbinary([]).entries.isEmpty)
  }

  /// Architectures in the fatbinary, reported capability, which is taken.
  static let choices: [([String], Int, String)] = [
    (["75"], 86, "75"), (["50", "80", "90"], 86, "80"), (["50", "86", "90"], 86, "86"), (["90", "120"], 86, "90"), (["120", "90"], 86, "90"),
    (["80a", "75"], 86, "75"), (["80a", "120"], 86, "120"), (["90a", "100f"], 86, "90a"), (["80f", "90a"], 86, "80f"), (["52", "60"], 50, "52"),
  ]

  @Test(arguments: choices) func thePTXTakenFollowsTheRule(architectures: [String], capability: Int, taken: String) throws {
    var writer = FatbinaryWriter()
    for architecture in architectures {
      let digits = architecture.prefix { $0.isNumber }
      writer.add(kind: 2, [1, 2, 3], architecture: UInt32(capability))
      writer.add(ptx("sm_" + architecture), architecture: UInt32(digits)!, variant: String(architecture.dropFirst(digits.count)))
    }
    #expect(try Fatbinary(writer.container).ptx(computeCapability: capability).target == "sm_" + taken)
  }

  @Test func amongEqualArchitecturesTheNewestPTXIsTaken() throws {
    var writer = FatbinaryWriter()
    writer.add(ptx("sm_80"), architecture: 80, version: (7, 8), name: "old")
    writer.add(ptx("sm_80"), architecture: 80, version: (8, 10), name: "new")
    writer.add(ptx("sm_80"), architecture: 80, version: (8, 9), name: "middle")
    #expect(try Fatbinary(writer.container).ptx(computeCapability: 86).name == "new")
  }

  @Test func machineCodeAloneIsRefusedWithItsArchitectures() throws {
    var writer = FatbinaryWriter()
    for architecture in [80, 90, 90] as [UInt32] { writer.add(kind: 2, [1], architecture: architecture) }
    let error = try #require(failure { () throws(CodeObjectError) in try ptxImages(in: writer.container, computeCapability: 86) })
    #expect(error.failure == .noImage)
    #expect(error.message.contains("sm_80 machine code, sm_90 machine code;"))
  }

  @Test func inputsAreToldApartByTheirBeginning() {
    #expect(ImageFormat(of: Array("\n\n// x\n.version 8.0".utf8)) == .ptx)
    #expect(ImageFormat(of: FatbinaryWriter().container) == .fatbinary)
    #expect(ImageFormat(of: []) == .unknown)
    #expect(failure { () throws(CodeObjectError) in try ptxImages(in: [1, 2, 3], computeCapability: 86) }?.failure == .invalidImage)
  }
}

@Suite struct CorruptFatbinaryTests {
  private func sample() -> [UInt8] {
    var writer = FatbinaryWriter()
    writer.add(ptx("sm_75"), architecture: 75, compression: .lz4, name: "k.cu", options: "-x")
    writer.add(ptx("sm_80"), architecture: 80, compression: .zstd)
    writer.add(ptx("sm_90"), architecture: 90)
    return writer.container
  }

  private func readAll(_ bytes: [UInt8]) throws(CodeObjectError) {
    let fatbinary = try Fatbinary(bytes)
    for entry in fatbinary.entries { _ = try fatbinary.contents(of: entry) }
  }

  @Test func everyTruncationIsAnError() {
    let bytes = sample()
    for count in 1..<bytes.count { #expect(failure { () throws(CodeObjectError) in try readAll(Array(bytes[..<count])) }?.failure == .invalidImage, "\(count)") }
  }

  @Test func aFlippedBitNeverCrashes() {
    let bytes = sample()
    var refused = 0
    for bit in 0..<bytes.count * 8 where bit < 8 * 1024 || bit % 5 == 0 {
      var changed = bytes
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      if let error = failure({ () throws(CodeObjectError) in try readAll(changed) }) {
        refused += 1
        #expect(error.failure == .invalidImage)
      }
    }
    #expect(refused > 100)
  }

  @Test func messagesNameOffsetAndValue() {
    var bytes = sample()
    bytes[4] = 7
    #expect(failure { () throws(CodeObjectError) in try readAll(bytes) }?.message == "fatbinary: container version 7 at 0, 1 is known")
    bytes = sample()
    bytes[16 + 58] = 0xFF  // uncompressed size
    let message = failure { () throws(CodeObjectError) in try readAll(bytes) }?.message ?? ""
    #expect(message.contains("entry at 16") && message.contains("can't expand"))
    bytes = sample()
    bytes[16 + 63] = 0xFF
    #expect(failure { () throws(CodeObjectError) in try readAll(bytes) }?.message.contains("more than 1073741824") == true)
  }
}
