// The address space: what is legal, what is nearest, and that unmapping waits for those who may still be reading.
@testable import ISA
import Glibc
import Synchronization
import Testing

@testable import SoftGPU

@Suite struct MemoryAddressSpaceTests {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: 65536, alignment: 4096)

  @Test func `an address is legal only inside a mapped range and with its permission`() {
    let space = AddressSpace()
    space.map(gpuAddress: 0x10000, size: 4096, host: memory, permissions: [.read], allocation: 1)
    #expect(space.translate(0x10000, 4096, .read) == memory)
    #expect(space.translate(0x10ffc, 4, .read) == memory + 4092)
    #expect(space.translate(0x10ffd, 4, .read) == nil)
    #expect(space.translate(0xffff, 1, .read) == nil)
    #expect(space.translate(0x11000, 1, .read) == nil)
    #expect(space.translate(0x10000, 4, .write) == nil)
    #expect(space.translate(0x10000, 4, .atomic) == nil)
    #expect(space.translate(0x10000, 4, .execute) == nil)
    space.unmap(gpuAddress: 0x10000, size: 4096)
    #expect(space.translate(0x10000, 1, .read) == nil)
  }

  @Test func `a range that is mapped over replaces what it covers, and a hole splits a range`() {
    let space = AddressSpace()
    space.map(gpuAddress: 0x10000, size: 0x4000, host: memory, permissions: .all, allocation: 1)
    space.map(gpuAddress: 0x11000, size: 0x1000, host: memory + 0x8000, permissions: .all, allocation: 2)
    #expect(space.translate(0x10800, 1, .read) == memory + 0x800)
    #expect(space.translate(0x11800, 1, .read) == memory + 0x8800)
    #expect(space.translate(0x12800, 1, .read) == memory + 0x2800)
    #expect(space.translate(0x10ffe, 4, .read) == nil, "the seam is not contiguous in host memory")
    space.unmap(gpuAddress: 0x12000, size: 0x1000)
    #expect(space.translate(0x12800, 1, .read) == nil)
    #expect(space.translate(0x13800, 1, .read) == memory + 0x3800)
    space.map(gpuAddress: 0x12000, size: 0x1000, host: memory + 0x2000, permissions: .all, allocation: 3)
    #expect(space.translate(0x12ffe, 4, .read) == memory + 0x2ffe, "contiguous ranges are one for an access")
  }

  @Test func `the nearest range is found on either side`() throws {
    let space = AddressSpace()
    #expect(space.nearest(to: 5) == nil)
    space.map(gpuAddress: 0x10000, size: 0x1000, host: memory, permissions: .all, allocation: 7)
    space.map(gpuAddress: 0x20000, size: 0x1000, host: memory, permissions: .all, allocation: 8)
    #expect(try #require(space.nearest(to: 0)).allocation == 7)
    #expect(try #require(space.nearest(to: 0x11004)).allocation == 7)
    #expect(try #require(space.nearest(to: 0x1ff00)).allocation == 8)
    #expect(try #require(space.nearest(to: 0x20010)).start == 0x20000)
    #expect(try #require(space.nearest(to: ~0)).size == 0x1000)
  }

  @Test func `unmap returns only after readers have passed a quiescent point`() {
    let space = AddressSpace()
    space.map(gpuAddress: 0x10000, size: 4096, host: memory, permissions: .all, allocation: 1)
    final class Progress: Sendable { let holding = Atomic<Bool>(false), released = Atomic<Bool>(false), unmapped = Atomic<Bool>(false) }
    let progress = Progress()
    final class Box: @unchecked Sendable { let space: AddressSpace, progress: Progress; init(_ s: AddressSpace, _ p: Progress) { space = s; progress = p } }
    var thread = pthread_t()
    pthread_create(&thread, nil, { argument in
      let box = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue()
      var reader = box.space.makeReader()
      _ = reader.refresh()
      let found = reader.range(0x10000) != nil
      box.progress.holding.store(found, ordering: .sequentiallyConsistent)
      usleep(100_000)
      // Still protected: unmap must not have returned.
      box.progress.released.store(!box.progress.unmapped.load(ordering: .sequentiallyConsistent), ordering: .sequentiallyConsistent)
      _ = reader.refresh()
      let gone = reader.range(0x10000) == nil
      reader.leave()
      return UnsafeMutableRawPointer(bitPattern: gone ? 1 : 2)
    }, Unmanaged.passRetained(Box(space, progress)).toOpaque())
    while !progress.holding.load(ordering: .sequentiallyConsistent) { usleep(100) }
    space.unmap(gpuAddress: 0x10000, size: 4096)
    progress.unmapped.store(true, ordering: .sequentiallyConsistent)
    let released = progress.released.load(ordering: .sequentiallyConsistent)
    #expect(released)
    var result: UnsafeMutableRawPointer?
    pthread_join(thread, &result)
    #expect(result == UnsafeMutableRawPointer(bitPattern: 1))
  }

  @Test func `a reader sees a range that was mapped after its last quiescent point`() {
    let space = AddressSpace()
    var reader = space.makeReader()
    _ = reader.refresh()
    let before = reader.range(0x10000)
    #expect(before == nil)
    space.map(gpuAddress: 0x10000, size: 4096, host: memory, permissions: .all, allocation: 1)
    let found = reader.range(0x10fff)
    #expect(found?.allocation == 1)
    let changed = reader.refresh()
    #expect(changed, "and is told that mappings changed")
    reader.leave()
  }

  @Test func `many maps and unmaps beside busy readers leave nothing behind`() {
    let space = AddressSpace()
    final class Box: @unchecked Sendable { let space: AddressSpace; let stop = Atomic<Bool>(false); init(_ s: AddressSpace) { space = s } }
    let box = Box(space)
    var thread = pthread_t()
    pthread_create(&thread, nil, { argument in
      let box = Unmanaged<Box>.fromOpaque(argument!).takeUnretainedValue()
      var reader = box.space.makeReader(), sum: UInt64 = 0
      while !box.stop.load(ordering: .relaxed) {
        _ = reader.refresh()
        for page in 0..<8 as Range<UInt64> {
          if let range = reader.range(0x10000 + page * 4096), let host = UnsafePointer<UInt64>(bitPattern: UInt(0x10000 &+ page &* 4096 &+ range.delta)) { sum &+= host.pointee }
        }
      }
      reader.leave()
      return UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: sum | 1))
    }, Unmanaged.passUnretained(box).toOpaque())
    for round in 0..<2000 as Range<UInt64> {
      let page = round % 8
      // Freed memory is unreadable at once: a reader that still used it would crash.
      let host = mmap(nil, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
      space.map(gpuAddress: 0x10000 + page * 4096, size: 4096, host: host, permissions: .all, allocation: round)
      space.unmap(gpuAddress: 0x10000 + page * 4096, size: 4096)
      munmap(host, 4096)
    }
    box.stop.store(true, ordering: .relaxed)
    pthread_join(thread, nil)
    #expect(space.nearest(to: 0x10000) == nil)
  }
}
