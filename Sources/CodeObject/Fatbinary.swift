// NVIDIA's fatbinary container: what a registered fatbinary, an `nvcc -fatbin` file and the section .nv_fatbin hold.
// Source: observed in files of nvcc 10 to 13 and of clang.  A container is a 16-byte header (u32 magic, u16 version, u16 header size, u64
// bytes of entries) and entries; several may follow each other, with zeros between them.  An entry is a header of 64 bytes or more,
// then its padded payload:
//    0 u16 kind            16 u32 compressed bytes     32 u32 name's offset     56 u64 uncompressed bytes
//    2 u16 0x101           20 u32 options' offset      36 u32 name's length
//    4 u32 header bytes    24 u16 minor, 26 u16 major  40 u64 flags
//    8 u64 payload bytes   28 u32 architecture         48 u64
// Full: nothing is read or allocated that the sizes in the bytes at hand do not cover.
import CLZ4
import CZstd
import KernelImage

public struct FatbinaryEntry: Sendable, Hashable {
  public enum Kind: Sendable, Hashable { case ptx, machineCode, intermediate, other(UInt16) }
  public enum Compression: Sendable, Hashable { case none, lz4, zstd }

  public var kind: Kind
  public var compression: Compression
  public var version: (major: Int, minor: Int) { (majorVersion, minorVersion) }  // the PTX ISA's, for PTX
  public var architecture: Int      // 75 for sm_75
  public var variant: String        // "", "a" or "f": sm_90a, sm_100f
  public var name = ""              // the source file, where it was recorded
  public var options = ""           // "--compile-only": relocatable device code
  public var offset: Int            // of the header in the bytes that were parsed
  public var payload: Range<Int>    // as it is stored
  public var uncompressedSize: Int
  var majorVersion, minorVersion: Int

  /// "sm_90a"
  public var target: String { "sm_\(architecture)\(variant)" }
}

public struct Fatbinary: Sendable {
  static let magic: UInt32 = 0xBA55_ED50
  /// No payload may claim to be larger than this when it is expanded.
  public static let maximumExpandedSize = 1 << 30

  public let bytes: [UInt8]
  public let entries: [FatbinaryEntry]

  /// Parses the headers of all containers in `bytes`; payloads are expanded by `contents`.
  public init(_ bytes: [UInt8]) throws(CodeObjectError) {
    self.bytes = bytes
    var entries: [FatbinaryEntry] = []
    for container in try Fatbinary.containers(in: bytes, 0..<bytes.count) {
      var at = container.lowerBound + Int(load(bytes, container.lowerBound + 6, as: UInt16.self))
      while at < container.upperBound {
        let entry = try Fatbinary.entry(bytes, at, container.upperBound)
        entries.append(entry)
        at = entry.payload.upperBound
      }
    }
    self.entries = entries
  }

  /// Whether `bytes` begin as a container does.
  public static func matches(_ bytes: [UInt8]) -> Bool { bytes.count >= 4 && load(bytes, 0, as: UInt32.self) == magic }

  /// The containers that stand one after another in a part of `bytes`.
  static func containers(in bytes: [UInt8], _ range: Range<Int>) throws(CodeObjectError) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var at = range.lowerBound
    while at < range.upperBound {
      if bytes[at] == 0 { at += 1; continue }  // padding
      guard range.upperBound - at >= 16 else { throw .invalid("fatbinary: container header at \(at): 16 bytes wanted, \(range.upperBound - at) left") }
      let magic = load(bytes, at, as: UInt32.self)
      guard magic == Fatbinary.magic else { throw .invalid("fatbinary: magic 0x\(hex(magic)) at \(at), 0x\(hex(Fatbinary.magic)) wanted") }
      let version = load(bytes, at + 4, as: UInt16.self)
      guard version == 1 else { throw .invalid("fatbinary: container version \(version) at \(at), 1 is known") }
      let headerSize = Int(load(bytes, at + 6, as: UInt16.self))
      let size = load(bytes, at + 8, as: UInt64.self)
      guard headerSize >= 16, headerSize <= range.upperBound - at, size <= UInt64(range.upperBound - at - headerSize) else {
        throw .invalid("fatbinary: container at \(at) of \(headerSize) + \(size) bytes, \(range.upperBound - at) left")
      }
      result.append(at..<at + headerSize + Int(size))
      at += headerSize + Int(size)
    }
    return result
  }

  private static func entry(_ bytes: [UInt8], _ at: Int, _ end: Int) throws(CodeObjectError) -> FatbinaryEntry {
    guard end - at >= 64 else { throw .invalid("fatbinary: entry header at \(at): 64 bytes wanted, \(end - at) left") }
    let headerSize = Int(load(bytes, at + 4, as: UInt32.self))
    guard headerSize >= 64, headerSize <= end - at else { throw .invalid("fatbinary: entry at \(at) with a header of \(headerSize) bytes") }
    let padded = load(bytes, at + 8, as: UInt64.self)
    guard padded <= UInt64(end - at - headerSize) else {
      throw .invalid("fatbinary: entry at \(at) with \(padded) payload bytes, \(end - at - headerSize) left")
    }
    let flags = load(bytes, at + 40, as: UInt64.self)
    let compression: FatbinaryEntry.Compression = flags & 0x2000 != 0 ? .lz4 : flags & 0x8000 != 0 ? .zstd : .none
    let start = at + headerSize
    let compressed = Int(load(bytes, at + 16, as: UInt32.self))
    guard compressed <= Int(padded) else { throw .invalid("fatbinary: entry at \(at) with \(compressed) compressed bytes in a payload of \(padded)") }
    let expanded = load(bytes, at + 56, as: UInt64.self)
    if compression != .none, expanded > UInt64(maximumExpandedSize) {
      throw .invalid("fatbinary: entry at \(at) claims to expand to \(expanded) bytes, more than \(maximumExpandedSize)")
    }
    let kind = load(bytes, at, as: UInt16.self)
    var entry = FatbinaryEntry(
      kind: kind == 1 ? .ptx : kind == 2 ? .machineCode : kind == 8 ? .intermediate : .other(kind), compression: compression,
      architecture: Int(load(bytes, at + 28, as: UInt32.self)), variant: flags & 0x100000 != 0 ? "a" : flags & 0x200000 != 0 ? "f" : "",
      offset: at, payload: start..<start + Int(padded), uncompressedSize: compression == .none ? Int(padded) : Int(expanded),
      majorVersion: Int(load(bytes, at + 26, as: UInt16.self)), minorVersion: Int(load(bytes, at + 24, as: UInt16.self)))
    entry.name = string(bytes, at, headerSize, load(bytes, at + 32, as: UInt32.self), load(bytes, at + 36, as: UInt32.self))
    let options = load(bytes, at + 20, as: UInt32.self)
    if options >= 64, Int(options) + 8 <= headerSize {
      entry.options = string(bytes, at, headerSize, load(bytes, at + Int(options), as: UInt32.self), load(bytes, at + Int(options) + 4, as: UInt32.self))
    }
    return entry
  }

  private static func string(_ bytes: [UInt8], _ at: Int, _ headerSize: Int, _ offset: UInt32, _ count: UInt32) -> String {
    guard offset >= 64, UInt64(offset) + UInt64(count) <= UInt64(headerSize) else { return "" }
    return String(decoding: bytes[at + Int(offset)..<at + Int(offset) + Int(count)], as: UTF8.self)
  }

  /// An entry's payload, expanded; PTX without the NULs behind it.
  public func contents(of entry: FatbinaryEntry) throws(CodeObjectError) -> [UInt8] {
    var stored = entry.payload
    if entry.compression != .none {
      let compressed = Int(load(bytes, entry.offset + 16, as: UInt32.self))
      if compressed > 0 { stored = stored.lowerBound..<stored.lowerBound + compressed }
    }
    var result: [UInt8]
    switch entry.compression {
    case .none: result = Array(bytes[stored])
    case .lz4: result = try expandLZ4(stored, entry)
    case .zstd: result = try expandZstd(stored, entry)
    }
    if entry.kind == .ptx { while result.last == 0 { result.removeLast() } }
    return result
  }

  private func expandLZ4(_ stored: Range<Int>, _ entry: FatbinaryEntry) throws(CodeObjectError) -> [UInt8] {
    guard stored.count <= Int(Int32.max), entry.uncompressedSize <= stored.count * 255 + 64 else {
      throw .invalid("fatbinary: entry at \(entry.offset): \(stored.count) bytes of LZ4 can't expand to \(entry.uncompressedSize)")
    }
    var written: Int32 = -1
    let result = [UInt8](unsafeUninitializedCapacity: entry.uncompressedSize) { buffer, count in
      bytes.withUnsafeBytes { source in
        written = LZ4_decompress_safe(
          source.baseAddress! + stored.lowerBound, buffer.baseAddress, Int32(stored.count), Int32(entry.uncompressedSize))
      }
      count = max(0, Int(written))
    }
    guard Int(written) == entry.uncompressedSize else {
      throw .invalid("fatbinary: entry at \(entry.offset): LZ4 data is corrupt (\(written) where \(entry.uncompressedSize) bytes are announced)")
    }
    return result
  }

  private func expandZstd(_ stored: Range<Int>, _ entry: FatbinaryEntry) throws(CodeObjectError) -> [UInt8] {
    let announced = bytes.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress! + stored.lowerBound, stored.count) }
    // The two largest values mean "unknown" and "error"; the latter is found again below.
    if announced < UInt64.max - 1, announced != UInt64(entry.uncompressedSize) {
      throw .invalid("fatbinary: entry at \(entry.offset): a zstd frame of \(announced) bytes where \(entry.uncompressedSize) are announced")
    }
    var written = 0
    let result = [UInt8](unsafeUninitializedCapacity: entry.uncompressedSize) { buffer, count in
      bytes.withUnsafeBytes { source in
        written = ZSTD_decompress(buffer.baseAddress, entry.uncompressedSize, source.baseAddress! + stored.lowerBound, stored.count)
      }
      count = ZSTD_isError(written) == 0 ? written : 0
    }
    guard ZSTD_isError(written) == 0 else {
      throw .invalid("fatbinary: entry at \(entry.offset): zstd data is corrupt (\(String(cString: ZSTD_getErrorName(written))))")
    }
    guard written == entry.uncompressedSize else {
      throw .invalid("fatbinary: entry at \(entry.offset): zstd gave \(written) bytes where \(entry.uncompressedSize) are announced")
    }
    return result
  }
}

func hex(_ value: some BinaryInteger) -> String { String(value, radix: 16, uppercase: true) }
