// Compiled kernels on disk, found by the hash of everything that they were made from.
// Threads: any, and any number of processes: entries appear by rename, one compilation a key at a time under a lock file,
// and every entry is checked when it is read, so a damaged one is a miss and is removed.
// Full: bounded; past the limit the entries that were used longest ago go, down to nine tenths of it.
// Order: an entry's modification time is the time of its last use, since access times are often switched off.
import Glibc
import KernelImage
import Settings
import Synchronization

public final class KernelCache: Sendable {
  /// Where entries are; nil when there is no home to keep them in.
  public let directory: String?
  public let byteLimit: UInt64

  private let warned = Atomic<Bool>(false)
  private let serial = Atomic<UInt64>(0)
  private let evicted = Atomic<Bool>(false)
  /// Bytes stored by this process since it last looked at the whole directory; starts so that the first store looks.
  private let storedSinceScan = Atomic<UInt64>(.max / 2)

  /// Whether this process has let entries go for want of room.
  public var hasEvicted: Bool { evicted.load(ordering: .relaxed) }

  /// Bumped when the layout of entries changes: a new folder, the old one ages out by hand.
  private static let layout = "1"
  private static let magic: [UInt8] = Array("CARMINE\u{1}".utf8)
  private static let headerSize = 32   // magic, payload size, hash of the payload

  /// The cache of this process's settings.
  public static let shared = KernelCache(directory: standardDirectory(), byteLimit: Switch.cacheSize.number ?? 1 << 30)

  public init(directory: String?, byteLimit: UInt64) {
    self.directory = directory
    self.byteLimit = byteLimit
  }

  /// CARMINE_CACHE_DIR, else $XDG_CACHE_HOME/carmine, else ~/.cache/carmine.
  public static func standardDirectory() -> String? {
    if let given = Switch.cacheDirectory.text { return given }
    if let cache = getenv("XDG_CACHE_HOME").map({ String(cString: $0) }), cache.hasPrefix("/") { return cache + "/carmine" }
    if let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") { return home + "/.cache/carmine" }
    if let user = getpwuid(getuid()), let home = user.pointee.pw_dir { return String(cString: home) + "/.cache/carmine" }
    return nil
  }

  /// The bytes kept under `key`; when there are none, what `make` returns, which is kept.  Among all processes `make` runs
  /// once a key at a time; those that waited find its result.  What `make` throws is passed on and not kept.
  public func value(for key: ContentHash, make: () throws -> [UInt8]) throws -> [UInt8] {
    guard let directory, let path = path(of: key) else {
      warn("there is no home directory to keep compiled kernels in; set CARMINE_CACHE_DIR")
      return try make()
    }
    if let found = entry(at: path) { return found }

    let lock: FileLock
    do {
      try makeDirectories(String(path[..<path.lastIndex(of: "/")!]))
      lock = try FileLock(path + ".lock")
    } catch {
      warn("compiled kernels cannot be kept: \(error); each program compiles its own; CARMINE_CACHE_DIR names another place")
      return try make()
    }
    defer { withExtendedLifetime(lock) {} }
    if let found = entry(at: path) { return found }
    let made = try make()
    do { try write(made, path, directory) } catch {
      warn("compiled kernels cannot be kept: \(error); each program compiles its own; CARMINE_CACHE_DIR names another place")
    }
    return made
  }

  /// What is kept under `key`, if anything is; marks it used.
  public func stored(_ key: ContentHash) -> [UInt8]? { path(of: key).flatMap(entry) }

  /// Keeps `bytes` under `key`, in place of what may be there.  Throws when they cannot be kept.
  public func store(_ bytes: [UInt8], for key: ContentHash) throws {
    guard let directory, let path = path(of: key) else { throw FileError(path: "the kernel cache", code: ENOENT) }
    try makeDirectories(String(path[..<path.lastIndex(of: "/")!]))
    try write(bytes, path, directory)
  }

  private func path(of key: ContentHash) -> String? {
    guard let directory else { return nil }
    let hexadecimal = key.description
    return "\(directory)/\(Self.layout)/\(hexadecimal.prefix(2))/\(hexadecimal.dropFirst(2))"
  }

  private func write(_ bytes: [UInt8], _ path: String, _ directory: String) throws {
    try writeFile(path, [Self.header(of: bytes[...]), bytes], unique: "\(getpid()).\(serial.add(1, ordering: .relaxed).newValue)")
    makeRoom(for: UInt64(bytes.count + Self.headerSize), in: directory + "/" + Self.layout)
  }

  /// The payload, if the entry is whole; marks it used.
  private func entry(at path: String) -> [UInt8]? {
    guard let bytes = try? readFile(path) else { return nil }
    guard let payload = Self.payload(in: bytes) else {
      Log.info("cache: \(path) is damaged and is removed")
      unlink(path)
      return nil
    }
    utimensat(AT_FDCWD, path, nil, 0)
    return payload
  }

  private static func payload(in bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= headerSize, Array(bytes[..<headerSize]) == header(of: bytes[headerSize...]) else { return nil }
    return Array(bytes[headerSize...])
  }

  private static func header(of payload: ArraySlice<UInt8>) -> [UInt8] {
    var header = magic
    withUnsafeBytes(of: UInt64(payload.count).littleEndian) { header.append(contentsOf: $0) }
    return header + payload.withUnsafeBytes { ContentHash($0) }.bytes
  }

  // MARK: - Bounds

  /// One thing in the cache, for eviction and for `carmine cache`.
  public struct Entry: Sendable {
    public let path: String
    public let byteCount: UInt64
    public let lastUse: Int64   // seconds since 1970
    let nanoseconds: Int64
  }

  /// Everything in the cache, in no order.  Reads the whole directory.
  public func entries() -> [Entry] {
    guard let directory else { return [] }
    return Self.entries(in: directory + "/" + Self.layout)
  }

  private static func entries(in root: String) -> [Entry] {
    var found: [Entry] = []
    for folder in names(in: root) {
      for name in names(in: root + "/" + folder) where !name.hasSuffix(".lock") {
        let path = root + "/" + folder + "/" + name
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
        found.append(
          Entry(
            path: path, byteCount: UInt64(max(0, status.st_size)), lastUse: Int64(status.st_mtim.tv_sec),
            nanoseconds: Int64(status.st_mtim.tv_nsec)))
      }
    }
    return found
  }

  /// What an entry holds, without marking it used; nil when it is damaged or gone.
  public func payload(of entry: Entry) -> [UInt8]? { (try? readFile(entry.path)).flatMap(Self.payload) }

  /// Removes every entry; the number of those removed.
  public func removeAll() -> Int { entries().count { unlink($0.path) == 0 } }

  /// Looks at the directory only now and then: after the first store, and after each sixteenth of the limit.
  private func makeRoom(for byteCount: UInt64, in root: String) {
    let stored = storedSinceScan.add(byteCount, ordering: .relaxed).newValue
    guard stored > byteLimit / 16 else { return }
    storedSinceScan.store(0, ordering: .relaxed)
    let entries = Self.entries(in: root)
    var total = entries.reduce(0) { $0 + $1.byteCount }
    guard total > byteLimit else { return }
    evicted.store(true, ordering: .relaxed)
    for entry in entries.sorted(by: { ($0.lastUse, $0.nanoseconds) < ($1.lastUse, $1.nanoseconds) }) {
      guard total > byteLimit / 10 * 9 else { break }
      if unlink(entry.path) == 0 { total -= entry.byteCount }
    }
  }

  private func warn(_ message: String) {
    if !warned.exchange(true, ordering: .relaxed) { Log.line(message) }
  }
}
