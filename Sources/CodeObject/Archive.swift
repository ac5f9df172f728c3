// Static archives (`libkernels.a`): the members' bytes, one after another.
// Source: ar(5): "!<arch>\n", then for each member a header of 60 bytes of text (name 16, date 12, owner 6, group 6, mode 8, size 10,
// "`\n") and its contents, padded to an even length.  Symbol tables ("/", "/SYM64/") and the table of long names ("//") are left out.
// Full: a size is checked against the bytes at hand.
import KernelImage

public enum Archive {
  static let magic = Array("!<arch>\n".utf8)
  static let thinMagic = Array("!<thin>\n".utf8)

  public static func matches(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) || bytes.starts(with: thinMagic) }

  /// Where the members' contents are in `bytes`.
  /// - Throws: `.invalidImage` for a header that is none, and for thin archives, which name files instead of holding them.
  public static func members(of bytes: [UInt8]) throws(CodeObjectError) -> [Range<Int>] {
    guard !bytes.starts(with: thinMagic) else { throw .invalid("a thin archive names its members and holds none: give the object files themselves") }
    guard bytes.starts(with: magic) else { throw .invalid("not a static archive") }
    var result: [Range<Int>] = []
    var at = 8
    while at < bytes.count {
      guard bytes.count - at >= 60, bytes[at + 58] == 0x60, bytes[at + 59] == 0x0A else { throw .invalid("archive: no member header at \(at)") }
      guard let size = decimal(bytes[at + 48..<at + 58]), size <= bytes.count - at - 60 else {
        throw .invalid("archive: the member at \(at) is larger than what is left")
      }
      let contents = at + 60..<at + 60 + size
      let isTable = bytes[at] == 0x2F && !(0x30...0x39).contains(bytes[at + 1])  // "/123" is a long name, "/" and "//" are tables
      if !isTable { result.append(contents) }
      at = contents.upperBound + size % 2
    }
    return result
  }

  private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      if digit == 0x20 { continue }
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}
