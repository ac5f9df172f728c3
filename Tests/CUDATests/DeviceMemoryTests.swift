import GPU
import Glibc
import Testing

@testable import CUDA

extension DeviceTests {
  @Suite("Memory", .serialized) struct MemoryTests {
    let context = SoftDevice.context!

    @Test("What is allocated is missing from what is free, to the byte, and comes back") func exactAccounting() throws {
      _ = try context.allocateManaged(16).map { try context.free($0) }
      let before = try context.memoryInfo()
      #expect(before.free <= before.total && before.total == Int(context.properties.totalGlobalMemory))
      let small = try context.allocate(1000)
      #expect(try context.memoryInfo().free == before.free - 1024)
      let large = try context.allocate(3 << 20 | 1)
      #expect(try context.memoryInfo().free == before.free - 1024 - (3 << 20) - 4096)
      try context.free(small)
      try context.free(large)
      #expect(try context.memoryInfo() == before)
    }

    @Test("More than the device has is out of memory, and the program goes on") func outOfMemory() throws {
      let info = try context.memoryInfo()
      #expect(throws: CUDAError.memoryAllocation) { try context.allocate(info.total + 1) }
      #expect(throws: CUDAError.memoryAllocation) { try context.allocate(Int.max) }
      #expect(try context.memoryInfo() == info)
      let pointer = try context.allocate(100)
      try context.free(pointer)
    }

    @Test("Blocks are aligned to 256 bytes and do not overlap; zero bytes are null") func alignment() throws {
      var blocks: [(UnsafeMutableRawPointer, Int)] = []
      for size in [1, 255, 256, 257, 5000, 600_000, 1 << 21] {
        let pointer = try #require(try context.allocate(size))
        #expect(UInt(bitPattern: pointer) % 256 == 0)
        for (other, count) in blocks { #expect(pointer + size <= other || other + count <= pointer) }
        blocks.append((pointer, size))
      }
      for (pointer, _) in blocks { try context.free(pointer) }
      #expect(try context.allocate(0) == nil)
      try context.free(nil)
    }

    @Test("Only the start of a live allocation can be freed") func freeing() throws {
      let pointer = try #require(try context.allocate(4096))
      #expect(throws: CUDAError.invalidValue) { try context.free(pointer + 256) }
      try context.free(pointer)
      #expect(throws: CUDAError.invalidValue) { try context.free(pointer) }
      let host = try #require(try context.allocateHost(64))
      #expect(throws: CUDAError.invalidValue) { try context.free(host) }
      try context.freeHost(host)
    }

    @Test("Bytes go there and back, whole and in boxes") func roundTrip() throws {
      let stream = context.legacyStream!
      let count = 200_000
      let source = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      var result = [UInt8](repeating: 0, count: count)
      let a = try context.allocate(count), b = try context.allocate(count)
      try stream.copy(to: a, from: source, count: count, kind: .hostToDevice)
      try stream.copy(to: b, from: a, count: count, kind: .deviceToDevice)
      try stream.copy(to: &result, from: b, count: count, kind: .automatic)
      #expect(result == source)
      let pitched = try context.allocatePitched(width: 100, height: 7)
      #expect(pitched.pitch == 512)
      try source.withUnsafeBytes {
        try stream.copy(
          to: CopySide(pitched.pointer, rowPitch: pitched.pitch),
          from: CopySide(UnsafeMutableRawPointer(mutating: $0.baseAddress!), rowPitch: 100), extent: .init(width: 100, height: 7),
          kind: .hostToDevice, isAsynchronous: false)
      }
      var row = [UInt8](repeating: 0, count: 100)
      try stream.copy(to: &row, from: pitched.pointer! + 6 * 512, count: 100, kind: .deviceToHost)
      #expect(row == Array(source[600..<700]))
      for pointer in [a, b, pitched.pointer] { try context.free(pointer) }
    }

    @Test("A copy that leaves its allocation is refused, as is one from memory that is no device's") func refusals() throws {
      let stream = context.legacyStream!
      let a = try context.allocate(1000)
      var host = [UInt8](repeating: 0, count: 2000)
      #expect(throws: CUDAError.invalidValue) { try stream.copy(to: &host, from: a, count: 1001, kind: .deviceToHost) }
      #expect(throws: CUDAError.invalidValue) { try stream.copy(to: &host, from: a! + 900, count: 101, kind: .automatic) }
      let other = [UInt8](repeating: 0, count: 10)
      #expect(throws: CUDAError.invalidValue) { try stream.copy(to: &host, from: other, count: 10, kind: .deviceToHost) }
      #expect(throws: CUDAError.invalidValue) { try stream.copy(to: nil, from: other, count: 10, kind: .hostToHost) }
      try context.free(a)
    }

    @Test("Fills write their pattern and refuse to leave the allocation") func fills() throws {
      let stream = context.legacyStream!
      let count = 300_000   // above what the calling thread does itself
      let a = try #require(try context.allocate(count * 4))
      try stream.fill(a, value: 0xdead_beef, elementSize: 4, width: count, isAsynchronous: true)
      try stream.fill(a + 4, value: 0x17, width: 2, isAsynchronous: false)
      var result = [UInt32](repeating: 0, count: count)
      try stream.copy(to: &result, from: a, count: count * 4, kind: .deviceToHost)
      #expect(result[0] == 0xdead_beef && result[1] == 0xdead_1717 && result[2...].allSatisfy { $0 == 0xdead_beef })
      #expect(throws: CUDAError.invalidValue) {
        try stream.fill(a, value: 0, width: count * 4 + 1, isAsynchronous: false)
      }
      try context.free(a)
    }

    @Test("Pointers say what they are") func attributes() throws {
      let device = try #require(try context.allocate(512)), host = try #require(try context.allocateHost(512, flags: 2))
      let managed = try #require(try context.allocateManaged(512))
      let own = UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 4096)
      defer { own.deallocate() }
      #expect(PointerAttributes(of: device + 100).type == .device && PointerAttributes(of: device).hostPointer == 0)
      #expect(PointerAttributes(of: host + 511).type == .host && PointerAttributes(of: host + 511).devicePointer == UInt(bitPattern: host + 511))
      #expect(PointerAttributes(of: managed).type == .managed)
      #expect(PointerAttributes(of: own).type == .unregistered && PointerAttributes(of: own).device == -2)
      #expect(try context.hostFlags(of: host) == 2)
      try context.registerHost(own + 64, byteCount: 100, flags: 1)
      #expect(PointerAttributes(of: own + 64).type == .host && PointerAttributes(of: own).type == .unregistered)
      #expect(throws: CUDAError.hostMemoryAlreadyRegistered) { try context.registerHost(own + 100, byteCount: 10, flags: 0) }
      // The same page again: another device address.
      try context.registerHost(own + 1024, byteCount: 100, flags: 0)
      let moved = try context.devicePointer(ofHost: own + 1030)
      #expect(moved != own + 1030)
      #expect(PointerAttributes(of: own + 1030).devicePointer == UInt(bitPattern: moved))
      try context.unregisterHost(own + 64)
      try context.unregisterHost(own + 1024)
      #expect(throws: CUDAError.hostMemoryNotRegistered) { try context.unregisterHost(own + 64) }
      try context.free(device); try context.freeHost(host); try context.free(managed)
    }

    @Test("A reset gives everything back, and the device goes on") func reset() throws {
      let before = try context.memoryInfo().free
      let stream = try Stream.create(in: context)
      let handle = stream.handle
      _ = try context.allocate(1 << 20)
      _ = try context.allocateHost(100)
      let pooled = try context.legacyStream.allocateAsync(5000)
      try context.legacyStream.freeAsync(pooled)
      _ = try stream.allocateAsync(7000)
      try context.reset()
      #expect(try context.memoryInfo().free == before)
      #expect(throws: CUDAError.invalidResourceHandle) { try context.stream(handle) }
      let again = try context.legacyStream.allocateAsync(5000)
      // Small enough to be done at once: whoever sleeps for more makes the first queue, which takes device memory of its own.
      try context.legacyStream.fill(again, value: 1, width: 4000, isAsynchronous: false)
      try context.legacyStream.freeAsync(again)
      try context.synchronize()
      #expect(try context.memoryInfo().free == before)
    }

    @Test("The pool gives a freed block back to its stream at once, to another only when it is passed") func pool() throws {
      let stream = try Stream.create(in: context), other = try Stream.create(in: context, flags: 1)
      try Event.create(in: context).record(in: stream)   // the first packet makes the queue, which takes memory
      let before = try context.memoryInfo().free
      let a = try stream.allocateAsync(100_000)
      try stream.freeAsync(a)
      #expect(try stream.allocateAsync(100_000) == a)
      let gate = Gate()
      try stream.launchHostFunction(Gate.wait, gate.pointer)
      try stream.freeAsync(a)
      let b = try other.allocateAsync(100_000)
      #expect(b != a)
      gate.open()
      try other.freeAsync(b)
      try context.synchronize()
      #expect(try context.memoryInfo().free == before)
      try stream.destroy()
      try other.destroy()
    }
  }
}

/// A host function that holds its stream until the test opens it.
final class Gate: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
  init() { sem_init(semaphore, 0, 0) }
  deinit { semaphore.deallocate() }
  var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(semaphore) }
  func open() { sem_post(semaphore) }
  static let wait: HostFunction = { sem_wait($0!.assumingMemoryBound(to: sem_t.self)) }
}
