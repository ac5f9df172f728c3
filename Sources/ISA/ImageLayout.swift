// Tiled layouts of images: which bits of a texel's coordinates make which bit of its place in a block, and how blocks follow each
// other.  Thin layouts, which AMD's runtime chooses for arrays, textures and (as layers) volumes: for gfx9 from the rule by which
// AMD's address library makes the equation of a block, for gfx11 from its equations for 32 pipes with 32 packers (GB_ADDR_CONFIG
// 0x545).  Layouts with thick blocks, and those of textures that are partly resident on gfx9, are not read: an instruction names them.
// Built at the first use; any thread.
// Source: AMD's addrlib, gfx9addrlib.cpp (block equations) and gfx11SwizzlePattern.h; AMD Vega and RDNA3 ISA for SW_MODE's numbers.

public struct ImageLayout: Sendable {
  /// Coordinate bits whose sum (modulo 2) is one bit of an address.
  struct Term: Sendable {
    var x: UInt32 = 0, y: UInt32 = 0, z: UInt32 = 0, sample: UInt32 = 0
    static func x(_ bit: Int) -> Term { Term(x: 1 << UInt32(bit)) }
    static func y(_ bit: Int) -> Term { Term(y: 1 << UInt32(bit)) }
    static func z(_ bit: Int) -> Term { Term(z: 1 << UInt32(bit)) }
    static func ^ (_ a: Term, _ b: Term) -> Term { Term(x: a.x ^ b.x, y: a.y ^ b.y, z: a.z ^ b.z, sample: a.sample ^ b.sample) }
  }
  /// From bit 0 on; those below an element's size are empty.
  let terms: [Term]
  /// Of a block, as shifts: texels across and down.
  let width: Int, height: Int
  public var blockBytes: UInt64 { 1 << UInt64(terms.count) }

  /// `elementShift`, `sampleShift`: an element's bytes and a texel's samples, as shifts.
  init(_ terms: [Term], elementShift: Int, sampleShift: Int = 0) {
    self.terms = terms
    let texels = terms.count - elementShift
    width = (texels + 1) / 2 - (sampleShift + 1) / 2
    height = texels / 2 - sampleShift / 2
  }

  /// A texel's place in its block.
  func place(_ x: Int, _ y: Int, _ z: Int, _ sample: Int) -> UInt64 {
    let x = UInt32(truncatingIfNeeded: x), y = UInt32(truncatingIfNeeded: y), z = UInt32(truncatingIfNeeded: z), s = UInt32(truncatingIfNeeded: sample)
    var result: UInt64 = 0
    for (bit, term) in terms.enumerated() {
      let count = (x & term.x).nonzeroBitCount ^ (y & term.y).nonzeroBitCount ^ (z & term.z).nonzeroBitCount ^ (s & term.sample).nonzeroBitCount
      result |= UInt64(count & 1) << UInt64(bit)
    }
    return result
  }

  /// nil: one that isn't read.
  public static func of(_ family: BufferFamily, _ image: ImageResource) -> ImageLayout? {
    guard let bytes = image.format?.bytes, bytes.nonzeroBitCount == 1, image.sampleShift < 4 else { return nil }
    let mode = image.swizzleMode, size = bytes.trailingZeroBitCount
    // A volume's layers are apart where displays and renderers take them one by one.
    switch family {
    case .gfx9:
      guard image.sampleShift == 0, image.shape != .volume || mode & 3 == 2 else { return nil }
      return gfx9[mode]?[size]
    case .gfx11:
      guard image.shape != .volume || [24, 27, 28, 31].contains(mode) else { return nil }
      return gfx11[mode + image.sampleShift << 8]?[size]
    }
  }
}

// MARK: gfx9

extension ImageLayout {
  /// By mode, then by the element's size.  Four pipes, sixteen banks, 256 bytes to a pipe.
  private static let gfx9: [Int: [ImageLayout]] = {
    var all: [Int: [ImageLayout]] = [:]
    func add(_ mode: Int, _ order: [[Term]], shift: Int, mixes: Bool = false) {
      all[mode] = (0..<5).map { ImageLayout(thin(order[$0], elementShift: $0, shift: shift, mixes: mixes), elementShift: $0) }
    }
    for (mode, order) in [(1, standard), (2, display)] {
      add(mode, order, shift: 8)
      add(mode + 4, order, shift: 12); add(mode + 20, order, shift: 12, mixes: true)
      add(mode + 8, order, shift: 16); add(mode + 24, order, shift: 16, mixes: true)
    }
    return all
  }()

  /// How 256 bytes are laid out, by the element's size.
  private static let standard = ["X0 X1 X2 X3 Y0 Y1 Y2 Y3", "X0 X1 X2 Y0 Y1 Y2 X3", "X0 X1 Y0 Y1 Y2 X2", "X0 Y0 Y1 X1 X2", "Y0 Y1 X0 X1"].map(parse)
  private static let display = ["X0 X1 X2 Y1 Y0 Y2 X3 Y3", "X0 X1 X2 Y0 Y1 Y2 X3", "X0 X1 Y0 X2 Y1 Y2", "X0 Y0 X1 X2 Y1", "X0 Y0 X1 Y1"].map(parse)

  /// Above 256 bytes rows and columns take turns; `mixes`: the bits that choose pipe and bank are mixed with higher ones, in reverse
  /// order, and with the layer's.
  private static func thin(_ order: [Term], elementShift: Int, shift: Int, mixes: Bool) -> [Term] {
    var terms = [Term](repeating: Term(), count: elementShift) + order
    var column = (8 - elementShift + 1) / 2, row = (8 - elementShift) / 2
    while terms.count < 24 {
      if terms.count % 2 == 0 { terms.append(.y(row)); row += 1 } else { terms.append(.x(column)); column += 1 }
    }
    var result = Array(terms[0..<shift])
    guard mixes else { return result }
    let pipes = min(shift - 8, 2), banks = min(shift - 8 - pipes, 4)
    for (start, count, layer) in [(8, pipes, 0), (8 + pipes, banks, pipes)] {
      for i in 0..<count { result[start + i] = result[start + i] ^ terms[start + 2 * count - 1 - i] ^ .z(count - i - 1 + layer) }
    }
    return result
  }

  fileprivate static func parse(_ text: String) -> [Term] {
    text.split(separator: " ").map { part in
      part.split(separator: "^").reduce(Term()) { sum, name in
        guard let bit = Int(name.dropFirst()) else { return sum }
        switch name.first {
        case "X": return sum ^ .x(bit)
        case "Y": return sum ^ .y(bit)
        case "Z": return sum ^ .z(bit)
        default: return sum ^ Term(sample: 1 << UInt32(bit))
        }
      }
    }
  }
}

// MARK: gfx11

extension ImageLayout {
  /// By mode and (from bit 8 on) samples' shift, then by the element's size.
  private static let gfx11: [Int: [ImageLayout]] = {
    var all: [Int: [ImageLayout]] = [:]
    func add(_ modes: [Int], samples: Int = 0, _ upper: [String]) {
      for mode in modes {
        all[mode + samples << 8] = (0..<5).map { size in
          let below = Array(repeating: Term(), count: size) + parse(inner[samples * 5 + size])
          return ImageLayout(below + parse(upper[upper.count == 1 ? 0 : size]), elementShift: size, sampleShift: samples)
        }
      }
    }
    add([2], [""])                                         // 256 bytes
    add([6], page)
    add([22], [
      "Z3^Y4^X7 Z2^X4^Y7 Z1^Y5^X6 Z0^X5^Y6", "Y3^Z3^X7 Z2^X4^Y6 Z1^Y4^X6 Z0^X5^Y5", "Y3^Z3^X6 Z2^X3^Y6 Z1^Y4^X5 Z0^X4^Y5",
      "Y2^Z3^X6 Z2^X3^Y5 Z1^Y3^X5 Z0^X4^Y4", "Y2^Z3^X5 X2^Z2^Y5 Z1^Y3^X4 Z0^X3^Y4",
    ])
    add([10], zip(page, ["Y6 X6 Y7 X7", "Y5 X6 Y6 X7", "Y5 X5 Y6 X6", "Y4 X5 Y5 X6", "Y4 X4 Y5 X5"]).map { $0 + " " + $1 })
    add([18], [
      "Y4 X4 Y5^X7 X5^Y7 X6^Y6 X6 Y7 X7", "Y3 X4 Y4^X7 X5^Y6 Y5^X6 X6 Y6 X7", "Y3 X3 Y4^X6 X4^Y6 X5^Y5 X5 Y6 X6",
      "Y2 X3 Y3^X6 X4^Y5 Y4^X5 X5 Y5 X6", "Y2 X2 Y3^X5 X3^Y5 X4^Y4 X4 Y5 X5",
    ])
    add([26], large)
    add([30], zip(large, ["Y8 X8", "Y7 X8", "Y7 X7", "Y6 X7", "Y6 X6"]).map { $0 + " " + $1 })
    let start = "Y4^X9^Y9 Z1^X4^Y4 Z0^Y5^X8 X5^Y8 "
    add([24, 27], [
      start + "Y6^X7 X7 Y7 X6^Y7", start + "Y6^X7 Y3 X7 X6^Y7", start + "Y6^X7 X3 Y3 X6^Y7",
      "Y4^X9^Y9 Z3^X4^Y4 Z2^Y5^X8 Z1^X5^Y8 Y2^Y6^X7 X3 Y3 Z0^X6^Y7", "Y4^X9^Y9 Z2^X4^Y4 Z1^Y5^X8 Z0^X5^Y8 Y2^Y6^X7 X3 Y3 X2^X6^Y7",
    ])
    let third = "Y4^X9^Y9 Z2^X4^Y4 Z1^Y5^X8 Z0^X5^Y8 ", last = "Y2^Y6^X7 X3 Y3 X2^X6^Y7"
    add([24, 27], samples: 1, [
      start + "Y6^X7 Y3 Y7 X6^Y7", start + "Y6^X7 X3 Y3 X6^Y7", start + "Y6^X7 X3 Y3 Y2^X6^Y7", third + last,
      "Y4^X9^Y9 Z1^X4^Y4 Z0^Y5^X8 Y1^X5^Y8 " + last,
    ])
    add([24, 27], samples: 2, [
      start + "Y6^X7 X3 Y3 X6^Y7", start + "Y2^Y6^X7 X3 Y3 X6^Y7", start + last, "Y4^X9^Y9 Z1^X4^Y4 Y1^Y5^X8 Z0^X5^Y8 " + last,
      "Y4^X9^Y9 Z0^X4^Y4 Y1^Y5^X8 X1^X5^Y8 " + last,
    ])
    add([24, 27], samples: 3, [
      start + "Y6^X7 X3 Y3 Y2^X6^Y7", start + last, "Y4^X9^Y9 Z1^X4^Y4 Z0^Y5^X8 X2^X5^Y8 Y2^Y6^X7 X3 Y3 Y1^X6^Y7",
      "Y4^X9^Y9 Z0^X4^Y4 Y1^Y5^X8 X1^X5^Y8 " + last, "Y4^X9^Y9 Y0^X4^Y4 Y1^Y5^X8 X1^X5^Y8 " + last,
    ])
    let huge = "Y4^X9^Y9 X4^Y4^Z4 Z3^Y5^X8 Z2^X5^Y8 "
    add([28, 31], [
      start + "Y6^X7 X7 Y7 X8^Y9 Y8^X9 X6^Y7", start + "Y6^X7 Y3 X7 X8^Y8 Y7^X9 X6^Y7", start + "Y6^X7 X3 Y3 X7^Y8 Y7^X8 X6^Y7",
      huge + "Z1^Y6^X7 Y2 X3 Y3^X8 X7^Y7 Z0^X6^Y7", huge + "Z1^Y6^X7 X2 Y2 Y3^X7 X3^Y7 Z0^X6^Y7",
    ])
    return all
  }()

  /// The lowest eight bits, by samples and the element's size.
  private static let inner = [
    "X0 X1 Y0 X2 Y1 Y2 X3 Y3", "X0 Y0 X1 Y1 X2 Y2 X3", "X0 Y0 X1 Y1 X2 Y2", "X0 Y0 X1 X2 Y1", "X0 Y0 X1 Y1",
    "S0 X0 Y0 X1 Y1 X2 Y2 X3", "S0 X0 Y0 X1 Y1 X2 Y2", "S0 X0 Y0 X1 Y1 X2", "S0 X0 Y0 X1 Y1", "S0 X0 Y0 X1",
    "S0 S1 X0 Y0 X1 Y1 X2 Y2", "S0 S1 X0 Y0 X1 Y1 X2", "S0 S1 X0 Y0 X1 Y1", "S0 S1 X0 Y0 X1", "S0 S1 X0 Y0",
    "S0 S1 S2 X0 Y0 X1 Y1 X2", "S0 S1 S2 X0 Y0 X1 Y1", "S0 S1 S2 X0 Y0 X1", "S0 S1 S2 X0 Y0", "S0 S1 S2 X0",
  ]
  private static let page = ["Y4 X4 Y5 X5", "Y3 X4 Y4 X5", "Y3 X3 Y4 X4", "Y2 X3 Y3 X4", "Y2 X2 Y3 X3"]
  private static let large = [
    "Y4^Z4^X8 Z3^X4^Y8 Z2^Y5^X7 Z1^X5^Y7 Z0^X6^Y6 X6 Y7 X7", "Y3^Z4^X8 Z3^X4^Y7 Z2^Y4^X7 Z1^X5^Y6 Z0^Y5^X6 X6 Y6 X7",
    "Y3^Z4^X7 X3^Z3^Y7 Z2^Y4^X6 Z1^X4^Y6 Z0^X5^Y5 X5 Y6 X6", "Y2^Z4^X7 X3^Z3^Y6 Z2^Y3^X6 Z1^X4^Y5 Z0^Y4^X5 X5 Y5 X6",
    "Y2^Z4^X6 X2^Z3^Y6 Z2^Y3^X5 Z1^X3^Y5 Z0^X4^Y4 X4 Y5 X5",
  ]
}
