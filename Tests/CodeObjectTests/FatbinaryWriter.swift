// A writer of fatbinaries, for tests: what `fatbinary` of the toolkit writes, with any sizes and flags one likes.
import CLZ4
import CZstd

struct FatbinaryWriter {
  var entries: [UInt8] = []

  enum Compression { case none, lz4, zstd }

  mutating func add(
    kind: UInt16 = 1, _ contents: [UInt8], architecture: UInt32, variant: String = "", version: (UInt16, UInt16) = (8, 0),
    compression: Compression = .none, name: String = "", options: String = ""
  ) {
    var stored = contents
    var flags: UInt64 = 0x11
    switch compression {
    case .none: break
    case .lz4:
      flags |= 0x2000
      stored = [UInt8](repeating: 0, count: Int(LZ4_compressBound(Int32(contents.count))))
      let count = contents.withUnsafeBytes { source in
        stored.withUnsafeMutableBytes { LZ4_compress_default(source.baseAddress, $0.baseAddress, Int32(source.count), Int32($0.count)) }
      }
      stored.removeLast(stored.count - Int(count))
    case .zstd:
      flags |= 0x8000
      stored = [UInt8](repeating: 0, count: ZSTD_compressBound(contents.count))
      let count = contents.withUnsafeBytes { source in
        stored.withUnsafeMutableBytes { ZSTD_compress($0.baseAddress, $0.count, source.baseAddress, source.count, 3) }
      }
      stored.removeLast(stored.count - count)
    }
    if variant == "a" { flags |= 0x100000 }
    if variant == "f" { flags |= 0x200000 }
    let padding = (8 - stored.count % 8) % 8
    var extra = Array(name.utf8)
    while extra.count % 8 != 0 { extra.append(0) }
    let optionsAt = 64 + extra.count
    if !options.isEmpty {
      extra += little(UInt32(optionsAt + 8)) + little(UInt32(options.utf8.count)) + Array(options.utf8)
      while extra.count % 8 != 0 { extra.append(0) }
    }
    entries += little(kind) + little(UInt16(0x101)) + little(UInt32(64 + extra.count)) + little(UInt64(stored.count + padding))
    entries += little(UInt32(compression == .none ? 0 : stored.count)) + little(UInt32(options.isEmpty ? 0 : optionsAt))
    entries += little(version.1) + little(version.0) + little(architecture)
    entries += little(UInt32(name.isEmpty ? 0 : 64)) + little(UInt32(name.utf8.count)) + little(flags) + little(UInt64(0))
    entries += little(UInt64(compression == .none ? 0 : contents.count)) + extra + stored + [UInt8](repeating: 0, count: padding)
  }

  /// One container.
  var container: [UInt8] { little(UInt32(0xBA55_ED50)) + little(UInt16(1)) + little(UInt16(16)) + little(UInt64(entries.count)) + entries }
}

func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
}
