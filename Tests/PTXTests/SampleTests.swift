// The committed samples and generated mutations of them.
import Testing

@testable import PTX

#if canImport(Glibc)
import Glibc
#endif

/// A file of the Samples folder beside this one.
func sample(_ name: String) -> [UInt8] {
  let folder = String(#filePath).split(separator: "/").dropLast().joined(separator: "/")
  guard let file = unsafe fopen("/\(folder)/Samples/\(name)", "r") else { fatalError("no sample \(name)") }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  while case let c = unsafe fgetc(file), c != EOF { bytes.append(UInt8(truncatingIfNeeded: c)) }
  return bytes
}

/// All of a tree but the positions in it.
func outline(_ value: Any) -> String {
  if value is Position { return "" }
  let mirror = Mirror(reflecting: value)
  if mirror.children.isEmpty { return "\(value)" }
  let children = mirror.children.map { "\($0.label ?? "")=\(outline($0.value))" }
  return "\(mirror.subjectType)(\(children.joined(separator: ",")))"
}

let samples = ["directives.ptx", "operands.ptx", "control.ptx", "modern.ptx"]

@Suite struct SampleTests {
  @Test(arguments: samples) func aPrintedSampleParsesToTheSameTree(name: String) throws {
    let module = try Parser.parse(sample(name))
    let again = try Parser.parse(Array(module.description.utf8))
    #expect(outline(module) == outline(again))
    #expect(module.description == again.description)
  }

  /// Any prefix is either a module or a typed error with a position inside the text.
  @Test(arguments: samples) func aCutSampleNeverCrashes(name: String) {
    let bytes = sample(name)
    for end in stride(from: 0, to: bytes.count, by: 7) { check(Array(bytes[..<end])) }
  }

  @Test(arguments: samples) func aMutatedSampleNeverCrashes(name: String) {
    let original = sample(name)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let interesting = Array("{}[]()<>.,;:|!@%_\"-+*/09xUf\0\n".utf8)
    for _ in 0..<300 {
      var bytes = original
      for _ in 0...random(4) {
        let at = random(bytes.count)
        switch random(5) {
        case 0: bytes[at] = UInt8(random(256))
        case 1: bytes[at] = interesting[random(interesting.count)]
        case 2: bytes.insert(interesting[random(interesting.count)], at: at)
        case 3: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random(8)))
        default:
          let from = random(bytes.count)
          bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + 1 + random(40))], at: at)
        }
      }
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    do {
      _ = try Parser.parse(bytes)
    } catch {
      #expect(error.position.line >= 1 && error.position.column >= 1)
      #expect(error.position.line <= bytes.count(where: { $0 == 0x0A }) + 1)
      #expect(!error.expected.isEmpty && !error.found.isEmpty)
    }
  }
}
