// From a seed to an input: a file of the corpus with a few changes, some of bytes, some of what its format is made of.
import Glibc

/// The files of a folder, of at most 256 KB each.
struct Corpus {
  private(set) var files: [[UInt8]] = []

  init(_ folder: String) {
    guard let handle = opendir(folder) else { return }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      names.append(withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } })
    }
    for name in names.sorted() where !name.hasPrefix(".") {
      let file = open(folder + "/" + name, O_RDONLY)
      guard file >= 0 else { continue }
      defer { close(file) }
      var bytes = [UInt8](repeating: 0, count: 1 << 18)
      let count = read(file, &bytes, bytes.count)
      guard count > 0 else { continue }
      files.append(Array(bytes[..<count]))
    }
  }
}

/// Steele, Lea and Flood's SplitMix64.
struct Random {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
  /// Below `count`; 0 for an empty range.
  mutating func below(_ count: Int) -> Int { count <= 0 ? 0 : Int(next() % UInt64(count)) }
  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
}

struct Mutator {
  let corpus: Corpus
  private static let largest = 1 << 19

  private static let integers: [UInt64] = [
    0, 1, 2, 7, 8, 15, 16, 63, 64, 65, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0xBA55_ED50, 0x4662_43B1,
  ]
  private static let words: [String] = [
    "{", "}", "(", ")", "[", "]", ";", ",", ":", "\"", "/*", "*/", "//", "@", "@!%p1 ", "%r1", "%rd99999999", "_", "0x", "0xFFFFFFFFFFFFFFFF", "-9223372036854775808",
    "99999999999999999999", "1e999", "0f7F800000", "0d", ".", "..", "::", "%", ".reg .b32 %r<2147483647>;", ".reg .b32 %r<-1>;", ".shared .b8 a[9223372036854775807][9];",
    ".global .align 1073741824 .b8 x[4] = {1,2,3,4,5};", "bra $L;", "$L:", "call (r), f, (a);", "brx.idx %r1, L;", ".entry k() {", ".func", ".version 8.0", ".target sm_90a",
    ".address_size 64", "ld.param.u64 %rd1, [p+8];", ".maxntid 0, 0, 0", ".reqntid 1024, 1024, 64", ".pragma \"nounroll\";", ".section .debug {", ".loc 1 1 1", ".file 1 \"x\"",
    ".callprototype _ (.param .b32 a);", ".branchtargets a, b;", "generic(x)", "0xFF00(x)", "? 1 : 2", "(((((((((", "-----------", "!!!!!!!!", "~~~~~~~~", "WARP_SZ",
  ]

  func input(_ seed: UInt64) -> [UInt8] {
    var random = Random(seed)
    var bytes = corpus.files[random.below(corpus.files.count)]
    for _ in 0...random.below(random.chance(4) ? 30 : 4) { change(&bytes, &random) }
    if bytes.count > Self.largest { bytes.removeLast(bytes.count - Self.largest) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ random: inout Random) {
    if bytes.isEmpty { bytes = [0] }
    let at = random.below(bytes.count)
    let length = min(bytes.count - at, 1 + random.below(random.chance(3) ? 4096 : 32))
    switch random.below(14) {
    case 0: bytes[at] ^= UInt8(1 << random.below(8))
    case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
    case 2: bytes.removeSubrange(at..<at + length)
    case 3: bytes.insert(contentsOf: bytes[at..<at + length], at: random.below(bytes.count))
    case 4: bytes.removeLast(bytes.count - at)
    case 5:
      let other = corpus.files[random.below(corpus.files.count)]
      let from = random.below(other.count)
      bytes.insert(contentsOf: other[from..<min(other.count, from + random.below(4096))], at: at)
    case 6, 7:  // a number where a header may have one
      let width = [1, 2, 4, 8][random.below(4)]
      let place = random.chance(3) ? at : (at < 4096 ? at : random.below(min(bytes.count, 1024))) / width * width
      var value = random.chance(2) ? Self.integers[random.below(Self.integers.count)] : UInt64(random.below(bytes.count * 2))
      for index in 0..<width where place + index < bytes.count { bytes[place + index] = UInt8(truncatingIfNeeded: value); value >>= 8 }
    case 8, 9: bytes.insert(contentsOf: Self.words[random.below(Self.words.count)].utf8, at: at)
    case 10:  // the same again and again: depth, and long words
      let word = Array(Self.words[random.below(Self.words.count)].utf8)
      let count = 1 + random.below(random.chance(8) ? 60_000 : 300)
      var text: [UInt8] = []
      for _ in 0..<count { text += word }
      bytes.insert(contentsOf: text, at: at)
    case 11:  // a line at another place
      guard let (from, to) = line(bytes, at) else { return }
      let text = Array(bytes[from..<to])
      let there = line(bytes, random.below(bytes.count))?.0 ?? 0
      bytes.insert(contentsOf: text, at: there)
    case 12:
      if let (from, to) = line(bytes, at) { bytes.removeSubrange(from..<to) }
    default:  // digits
      let digits = Array(String(Self.integers[random.below(Self.integers.count)]).utf8)
      guard let from = bytes[at...].firstIndex(where: { (0x30...0x39).contains($0) }) else { return }
      let to = bytes[from...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
      bytes.replaceSubrange(from..<to, with: digits)
    }
  }

  private func line(_ bytes: [UInt8], _ at: Int) -> (Int, Int)? {
    let from = bytes[..<at].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let to = bytes[at...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    return to - from > 1 << 14 ? nil : (from, to)
  }
}
