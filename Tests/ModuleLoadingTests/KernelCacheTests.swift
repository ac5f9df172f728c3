import Glibc
import KernelImage
import Synchronization
import Testing

@testable import ModuleLoading

@Suite("The kernel cache")
struct KernelCacheTests {
  let directory = TemporaryDirectory()
  func cache(limit: UInt64 = 1 << 20) -> KernelCache { KernelCache(directory: directory.path + "/cache", byteLimit: limit) }
  func key(_ number: Int) -> ContentHash { ContentHash(Array("key \(number)".utf8)) }
  struct Failed: Error {}
  final class Counter: Sendable { let value = Atomic<Int>(0) }

  @Test("What was made once is found by every other cache of the folder") func hit() throws {
    let made = try cache().value(for: key(1)) { [1, 2, 3] }
    let found = try cache().value(for: key(1)) { throw Failed() }
    #expect(made == [1, 2, 3] && found == made)
  }

  @Test("An empty result is a result") func empty() throws {
    _ = try cache().value(for: key(1)) { [] }
    #expect(try cache().value(for: key(1)) { throw Failed() } == [])
  }

  @Test("A failure is passed on and not kept") func failure() throws {
    #expect(throws: Failed.self) { try cache().value(for: key(1)) { throw Failed() } }
    #expect(try cache().value(for: key(1)) { [7] } == [7])
  }

  @Test("Among many at once, one makes and the others wait for it") func concurrent() async throws {
    let made = Counter()
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<8 {
        // Each has a cache of its own, so only the file system is between them, as between processes.
        let cache = cache(), key = key(5)
        group.addTask {
          try cache.value(for: key) {
            made.value.add(1, ordering: .relaxed)
            usleep(20_000)
            return [9, 9]
          }
        }
      }
      for try await bytes in group { #expect(bytes == [9, 9]) }
    }
    #expect(made.value.load(ordering: .relaxed) == 1)
    #expect(directory.files.count == 1, "no lock and no temporary file stays: \(directory.files)")
  }

  @Test("A damaged entry is made again, whichever byte is wrong") func corruption() throws {
    _ = try cache().value(for: key(1)) { [1, 2, 3, 4] }
    let path = try #require(directory.files.first)
    let whole = try readFile(path)
    for position in whole.indices {
      var damaged = whole
      damaged[position] ^= 0x40
      unlink(path)
      try writeFile(path, [damaged], unique: "test")
      #expect(try cache().value(for: key(1)) { [1, 2, 3, 4] } == [1, 2, 3, 4])
      #expect(try readFile(path) == whole, "byte \(position) was not noticed")
    }
    for count in [0, 1, whole.count - 1] {
      unlink(path)
      try writeFile(path, [Array(whole[..<count])], unique: "test")
      #expect(try cache().value(for: key(1)) { [1, 2, 3, 4] } == [1, 2, 3, 4])
    }
  }

  @Test("A folder that cannot be written is no failure", arguments: ["/proc/carmine", "/dev/null/carmine", nil])
  func unwritable(path: String?) throws {
    let cache = KernelCache(directory: path, byteLimit: 1 << 20)
    #expect(try cache.value(for: key(1)) { [1] } == [1])
    #expect(try cache.value(for: key(1)) { [2] } == [2])
  }

  @Test("Past its limit it lets go of what was used longest ago") func eviction() throws {
    let cache = cache(limit: 4000)
    for number in 0..<3 {
      _ = try cache.value(for: key(number)) { [UInt8](repeating: UInt8(number), count: 1000) }
      // A use long ago, in the order of the numbers.
      let path = try #require(cache.entries().first { $0.lastUse > 1_000_000 }?.path)
      var times = [timespec(tv_sec: 1000 + number, tv_nsec: 0), timespec(tv_sec: 1000 + number, tv_nsec: 0)]
      utimensat(AT_FDCWD, path, &times, 0)
    }
    _ = try cache.value(for: key(0)) { throw Failed() }   // used now
    _ = try cache.value(for: key(3)) { [UInt8](repeating: 3, count: 1500) }
    #expect(cache.entries().reduce(0) { $0 + $1.byteCount } <= 4000)
    #expect(try cache.value(for: key(0)) { throw Failed() }.count == 1000)
    #expect(throws: Failed.self) { try cache.value(for: key(1)) { throw Failed() } }
    #expect(try cache.value(for: key(3)) { throw Failed() }.count == 1500)
  }

  @Test("Folders are for this user only") func permissions() throws {
    _ = try cache().value(for: key(1)) { [1] }
    var status = stat()
    stat(directory.path + "/cache", &status)
    #expect(status.st_mode & 0o777 == 0o700)
  }
}
