// The command line, and which cases it asks for.
import Glibc
import PTX

struct Options {
  private let arguments: [String]
  private let only: Regex<AnyRegexOutput>?
  /// Each how-manieth case of a row.
  let every: Int

  init(_ arguments: [String]) {
    self.arguments = arguments
    func value(_ name: String) -> String? { arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil } }
    every = value("--every").flatMap { Int($0) } ?? 1
    only = value("--only").map { pattern in
      do { return try Regex(pattern) } catch { say("--only \(pattern): \(error)"); exit(2) }
    }
  }

  func has(_ name: String) -> Bool { arguments.contains(name) }
  subscript(_ name: String) -> String? { arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil } }
  func wants(_ variant: InstructionVariant) -> Bool { only.map { variant.text.contains($0) } ?? true }

  /// Each row's cases, thinned out by --every; `toBeRead` with those that can only be read.
  func cases(includingRefused: Bool = false, toBeRead: Bool = false) -> [(family: String, test: TestCase)] {
    var result: [(family: String, test: TestCase)] = []
    var seen: Set<String> = []
    for family in InstructionSet.families {
      for row in family.rows where includingRefused || !row.status.isRefused {
        let cases = row.variants.filter(wants).flatMap { toBeRead ? TestCase.texts(of: $0, family: family.name) : TestCase.cases(of: $0, family: family.name) }
        for (index, test) in cases.enumerated() where index % every == 0 && (self["--case"].map { test.name.contains($0) } ?? true) {
          if seen.insert(test.name + test.text).inserted { result.append((family.name, test)) }
        }
      }
    }
    return result
  }
}

func readLines(_ path: String) -> [Substring] {
  guard let file = fopen(path, "r") else { perror(path); exit(2) }
  defer { fclose(file) }
  var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
}

/// A line on standard output (1) or error (2), written at once: what was said before a crash stays.
func say(_ text: String, to descriptor: Int32 = 1, end: String = "\n") {
  var bytes = Array((text + end).utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count <= 0 { return }
    bytes = bytes.dropFirst(count)
  }
}
