import CKFD
import Glibc
import Testing
@testable import ISA
@testable import SoftGPU

/// Source of layouts and expectations: the sdma packet headers that AMD's kernel driver and tinygrad publish (4.0 and 6.0), and
/// what ROCr's BlitSdma and tinygrad write (a trace of each below).
@Suite(.serialized) struct QueueSDMATests {
  let machine = Machine(.mi300x)

  static func copy(_ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer, _ bytes: Int) -> [UInt32] {
    [1, UInt32(bytes - 1), 0] + pair(from) + pair(to)
  }
  static func fence(_ at: UnsafeMutableRawPointer, _ value: UInt32) -> [UInt32] { [5] + pair(at) + [value] }
  static func poll(_ function: UInt32, _ at: UnsafeMutableRawPointer, _ value: UInt32, mask: UInt32 = .max) -> [UInt32] {
    [8 | function << 28 | 1 << 31] + pair(at) + [value, mask, 0xfff << 16 | 4]
  }

  @Test("A linear copy moves every byte and no other, whatever its alignment", arguments: [(0, 0, 1), (3, 5, 4093), (1, 0, 70_000), (0, 2, 3 << 20)] as [(Int, Int, Int)])
  func linearCopy(from: Int, to: Int, size: Int) {
    let queue = TestRing(machine, TestRing.sdma), source = machine.shared(4 << 20), target = machine.shared(4 << 20), done = machine.shared(4096)
    for at in 0..<size { (source + from + at).storeBytes(of: UInt8(truncatingIfNeeded: at &* 7 &+ at >> 8), as: UInt8.self) }
    memset(target, 0xee, 4 << 20)
    queue.submit(Self.copy(source + from, target + to, size), Self.fence(done, 1))
    #expect(eventually { done.word() == 1 })
    #expect(memcmp(source + from, target + to, size) == 0)
    #expect((target + to + size).load(as: UInt8.self) == 0xee && (to == 0 || (target + to - 1).load(as: UInt8.self) == 0xee))
    #expect(eventually { queue.hasReadAll })
  }

  @Test("Copies of more than one queue slice go on beside another queue's, and a kernel queue's packets are not held up")
  func bigCopies() {
    let size = 64 << 20
    let one = TestRing(machine, TestRing.sdma), two = TestRing(machine, TestRing.xgmi), compute = TestQueue(machine)
    let source = machine.shared(size), target = machine.shared(size), small = machine.shared(4096), signal = TestSignal(machine)
    memset(source, 0x5a, size)
    one.submit(Self.copy(source, target, size), Self.fence(small, 7))
    two.submit(Self.fence(small + 4, 8))
    compute.barrier(completion: signal)
    #expect(signal.reaches(0) && eventually { small.word(1) == 8 } && eventually { small.word() == 7 })
    #expect(memcmp(source, target, size) == 0)
  }

  @Test("A broadcast copy writes both places")
  func broadcast() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(3 * 4096), done = machine.shared(4096)
    memset(memory, 0x31, 100)
    queue.submit([1 | 1 << 27, 99, 0] + pair(memory) + pair(memory + 4096) + pair(memory + 8192), Self.fence(done, 1))
    #expect(eventually { done.word() == 1 })
    #expect(memcmp(memory, memory + 4096, 128) == 0 && memcmp(memory, memory + 8192, 128) == 0)
  }

  @Test("A window copy honours offsets, pitches and slices in elements", arguments: [0, 2, 4])
  func window(elementLog: UInt32) {
    let queue = TestRing(machine, TestRing.sdma), source = machine.shared(1 << 16), target = machine.shared(1 << 16), done = machine.shared(4096)
    let e = 1 << Int(elementLog)
    for at in 0..<(1 << 16) { (source + at).storeBytes(of: UInt8(truncatingIfNeeded: at &* 31 &+ at >> 7), as: UInt8.self) }
    // 5 x 3 x 2 elements from (2,1,1) of pitch 16, slice 96 to (1,2,0) of pitch 10, slice 70.
    queue.submit(
      [1 | 4 << 8 | elementLog << 29] + pair(source) + [2 | 1 << 16, 1 | 15 << 13, 95] + pair(target) + [1 | 2 << 16, 0 | 9 << 13, 69, 4 | 2 << 16, 1],
      Self.fence(done, 1))
    #expect(eventually { done.word() == 1 })
    var expected = [UInt8](repeating: 0, count: 1 << 16)
    for z in 0..<2 {
      for y in 0..<3 {
        for x in 0..<(5 * e) {
          expected[((0 + z) * 70 + (2 + y) * 10 + 1) * e + x] = (source + ((1 + z) * 96 + (1 + y) * 16 + 2) * e + x).load(as: UInt8.self)
        }
      }
    }
    #expect(memcmp(expected, target, 1 << 16) == 0)
  }

  /// (fillsize, count field, bytes written): ROCr counts dwords as bytes - 4, the kernel as bytes - 1.
  @Test("A fill repeats a byte, a half word or a dword", arguments: [(0, 6, 7), (1, 7, 8), (2, 39, 40), (2, 36, 40)] as [(UInt32, UInt32, Int)])
  func fill(size: UInt32, count: UInt32, bytes: Int) {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096), done = machine.shared(4096)
    memset(memory, 0xee, 64)
    let at = memory + (size == 2 ? 4 : 3)
    queue.submit([11 | size << 30] + pair(at) + [0x4433_2211, count], Self.fence(done, 1))
    #expect(eventually { done.word() == 1 })
    let unit: [UInt8] = size == 0 ? [0x11] : size == 1 ? [0x11, 0x22] : [0x11, 0x22, 0x33, 0x44]
    for index in 0..<bytes { #expect((at + index).load(as: UInt8.self) == unit[index % unit.count]) }
    #expect((at + bytes).load(as: UInt8.self) == 0xee && (at - 1).load(as: UInt8.self) == 0xee)
  }

  @Test("WRITE stores its dwords, also more of them than any other packet has")
  func write() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096), done = machine.shared(4096)
    let data = (0..<200).map { UInt32($0) &* 0x0101_0103 }
    queue.submit([2] + pair(memory) + [199] + data, [2] + pair(memory + 1024) + [0, 77], Self.fence(done, 1))
    #expect(eventually { done.word() == 1 })
    #expect((0..<200).allSatisfy { memory.word($0) == data[$0] } && memory.word(256) == 77 && memory.word(200) == 0)
  }

  /// (function, value that holds, value that does not), against 5 with the mask 0xff.
  @Test("POLL_REGMEM waits for memory", arguments: [(1, 4, 5), (2, 5, 6), (3, 0x105, 4), (4, 6, 5), (5, 5, 4), (6, 6, 5)] as [(UInt32, UInt32, UInt32)])
  func polls(function: UInt32, holds: UInt32, not: UInt32) {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    memory.set(not)
    queue.submit(Self.poll(function, memory, 5, mask: 0xff), Self.fence(memory + 64, 1))
    #expect(persistently { memory.word(16) == 0 })
    memory.set(holds)
    #expect(eventually { memory.word(16) == 1 })
  }

  @Test("The register form of POLL_REGMEM flushes the HDP and goes on: ROCr's words, and the kernel's")
  func flush() {
    let queue = TestRing(machine, TestRing.sdma), done = machine.shared(4096)
    queue.submit([8, 0, 0x8000_0000, 0, 0, 0], [8 | 1 << 26 | 3 << 28, 0xe27 << 2, 0xe26 << 2, 1, 1, 0xfff << 16 | 10], Self.fence(done, 1))
    #expect(eventually { done.word() == 1 })
  }

  @Test("Atomics: ROCr's decrement of a signal, a compare-and-swap that waits, and the rest of them on both widths")
  func atomics() {
    let queue = TestRing(machine, TestRing.sdma), signal = TestSignal(machine, 3), memory = machine.shared(4096)
    func atomic(_ operation: UInt32, _ at: UnsafeMutableRawPointer, _ source: UInt64, _ compare: UInt64 = 0, loop: UInt32 = 0) -> [UInt32] {
      [10 | loop << 16 | operation << 25] + pair(at) + pair(source) + pair(compare) + [0]
    }
    queue.submit([0x5e00_000a] + pair(signal.memory + 8) + [.max, .max, 0, 0, 0])
    #expect(signal.reaches(2))
    memory.set64(5)
    queue.submit(atomic(0x28, memory, 9, 6, loop: 1), Self.fence(memory + 64, 1))
    #expect(persistently { memory.word(16) == 0 })
    memory.set64(6)
    #expect(eventually { memory.word(16) == 1 && memory.double() == 9 })
    /// (low five bits of the operation, memory, source, result for 32 bits, result for 64 bits)
    let cases: [(UInt32, UInt64, UInt64, UInt64, UInt64)] = [
      (0x07, 1, 2, 2, 2), (0x0f, 0xffff_ffff, 2, 1, 0x1_0000_0001), (0x10, 1, 2, 0xffff_ffff, .max), (0x11, 0xffff_ffff, 1, 0xffff_ffff, 1),
      (0x12, 0xffff_ffff, 1, 1, 1), (0x13, 0xffff_ffff, 1, 1, 0xffff_ffff), (0x14, 0xffff_ffff, 1, 0xffff_ffff, 0xffff_ffff),
      (0x15, 12, 10, 8, 8), (0x16, 12, 10, 14, 14), (0x17, 12, 10, 6, 6), (0x18, 4, 5, 5, 5), (0x18, 5, 5, 0, 0), (0x19, 0, 5, 5, 5), (0x19, 3, 5, 2, 2),
    ]
    for (index, (operation, before, source, narrow, wide)) in cases.enumerated() {
      for is64 in [false, true] {
        memory.set64(before)
        queue.submit(atomic(operation | (is64 ? 0x20 : 0) | (index % 2 == 0 ? 0x40 : 0), memory, source), Self.fence(memory + 128, UInt32(index * 2 + (is64 ? 2 : 1))))
        #expect(eventually { memory.word(32) == UInt32(index * 2 + (is64 ? 2 : 1)) })
        #expect(memory.double() == (is64 ? wide : narrow), "operation \(operation), \(is64 ? 64 : 32) bits")
      }
    }
  }

  @Test("Timestamps count the device's clock, in order")
  func timestamps() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    let before = GPUClock.now()
    queue.submit([13 | 2 << 8] + pair(memory), [13 | 1 << 8] + pair(memory + 8), Self.fence(memory + 64, 1))
    #expect(eventually { memory.word(16) == 1 })
    #expect(before <= memory.double() && memory.double() <= memory.double(1) && memory.double(1) <= GPUClock.now())
  }

  @Test("FENCE to the mailbox and TRAP wake who waits for the event, as tinygrad and ROCr do it")
  func trap() {
    let queue = TestRing(machine, TestRing.sdma), event = machine.eventWithMailbox()
    queue.submit(Self.fence(event.box, event.id), [6, event.id])
    #expect(machine.wait([event.id], milliseconds: 20_000) == Machine.complete && event.box.word() == .max)
  }

  @Test("Semaphores count")
  func semaphores() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    queue.submit([7] + pair(memory), Self.fence(memory + 64, 1))
    #expect(persistently { memory.word(16) == 0 })
    let other = TestRing(machine, TestRing.sdma)
    other.submit([7 | 1 << 30] + pair(memory), [7 | 1 << 30] + pair(memory))
    #expect(eventually { memory.word(16) == 1 && memory.double() == 1 })
  }

  @Test("COND_EXE passes over dwords unless memory holds the reference; NOPs count theirs")
  func conditional() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    memory.set(1)
    queue.submit(
      [9] + pair(memory) + [1, 4], Self.fence(memory + 64, 5), [9] + pair(memory) + [2, 4], Self.fence(memory + 68, 5),
      [0 | 3 << 16, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0], Self.fence(memory + 72, 6))
    #expect(eventually { memory.word(18) == 6 })
    #expect(memory.word(16) == 5 && memory.word(17) == 0)
  }

  @Test("An indirect buffer is executed, and the ring goes on behind it")
  func indirect() {
    let queue = TestRing(machine, TestRing.sdma), buffer = machine.shared(4096), memory = machine.shared(4096)
    let words = Self.poll(3, memory, 1) + Self.fence(memory + 64, 1) + [0, 0]
    for (index, word) in words.enumerated() { buffer.set(word, index) }
    queue.submit([4] + pair(buffer) + [UInt32(words.count), 0, 0], Self.fence(memory + 68, 2))
    #expect(persistently { memory.word(16) == 0 && memory.word(17) == 0 && queue.readPointer == 0 })
    memory.set(1)
    #expect(eventually { memory.word(17) == 2 } && memory.word(16) == 1)
  }

  @Test("The ring wraps, with packets across its end; the pointer counts bytes and goes on")
  func wraps() {
    let queue = TestRing(machine, TestRing.sdma, bytes: 1024), memory = machine.shared(4096)
    for round in 1...500 {
      queue.submit(Self.fence(memory, UInt32(round)), [2] + pair(memory + 64) + [2, UInt32(round), 0, 0])
      #expect(eventually { queue.pointer - queue.readPointer < 900 })
    }
    #expect(eventually { queue.hasReadAll })
    #expect(memory.word() == 500 && memory.word(16) == 500 && queue.readPointer == 500 * 11 * 4)
  }

  @Test("A packet of which half is written waits for the rest")
  func halfPacket() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096), packet = Self.fence(memory, 9)
    queue.submit(Array(packet[0..<2]))
    #expect(persistently { memory.word() == 0 })
    queue.submit(Array(packet[2...]))
    #expect(eventually { memory.word() == 9 })
  }

  @Test("What user space may not do, what the engine has not, and what is malformed stops the queue", arguments: [
    [12], [14], [15, 1], [1 | 1 << 8], [1 | 8 << 8], [2 | 1 << 8], [8 | 1 << 8], [11 | 1 << 8], [3], [200], [17, 0, 0, 0, 0],
    [8 | 3 << 28, 0x1000, 0, 0, 0, 0], [10 | 3 << 25, 0, 0, 0, 0, 0, 0, 0], [11 | 3 << 30, 0, 0, 0, 0],
  ] as [[UInt32]])
  func malformed(packet: [UInt32]) {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    #expect(machine.stops(queue, packet, after: Self.fence(memory, 1), memory))
  }

  @Test("Copies and fences outside mapped memory are memory faults")
  func unmapped() {
    let memory = machine.shared(4096), nowhere: UInt64 = 0x6666_0000_0040
    let missing = UnsafeMutableRawPointer(bitPattern: UInt(nowhere))!
    for packet in [Self.fence(missing, 1), Self.copy(missing, memory, 8), Self.copy(memory, missing, 8), Self.poll(3, missing, 1), [11 | 2 << 30] + pair(nowhere) + [0, 3]] {
      #expect(machine.faults(TestRing(machine, TestRing.sdma), packet, at: nowhere))
    }
  }

  @Test("GCR_REQ is of gfx10 and later")
  func cacheControl() {
    let machine = Machine(.rx7900xtx), queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    queue.submit([17 | 1 << 8, 0, 0xc3f0 << 16, 0, 0], Self.fence(memory, 1))
    #expect(eventually { memory.word() == 1 })
  }

  @Test("A paused queue keeps its packets, a destroyed one never runs them")
  func pauses() {
    let queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4096)
    #expect(queue.update(percentage: 0) == 0)
    queue.submit(Self.fence(memory, 1))
    #expect(persistently { memory.word() == 0 })
    #expect(queue.update(percentage: 100) == 0 && eventually { memory.word() == 1 })
    #expect(queue.destroy() == 0)
    queue.submit(Self.fence(memory, 2))
    #expect(persistently { memory.word() == 1 })
  }

  @Test("Each engine has as many queues as its row says; one may be asked for by number")
  func engines() {
    let ring = machine.shared(4096), control = machine.shared(4096), kind = machine.device.kind
    func create(_ type: UInt32, engine: UInt32 = 0) -> Int32 {
      var arguments = TestRing.arguments(machine, type, ring: ring, bytes: 4096, control: control, engine: engine)
      return machine.ioctl(0x02, &arguments)
    }
    let all = UInt32(kind.sdmaEngines + kind.sdmaXGMIEngines)
    #expect(create(4, engine: all) == -EINVAL)
    for _ in 0..<kind.sdmaQueuesPerEngine { #expect(create(4, engine: all - 1) == 0) }
    #expect(create(4, engine: all - 1) == -ENOMEM && create(4, engine: all - 2) == 0)
    for _ in 0..<kind.sdmaEngines * kind.sdmaQueuesPerEngine { #expect(create(1) == 0) }
    #expect(create(1) == -ENOMEM && create(3) == 0)
  }

  /// Lines 115 to 119 of trace_tinygrad_gfx1100.log, and 172 to 174 of trace_trixie_hip_gfx942.log, with our addresses.
  @Test("The packets of traced clients run", arguments: ["rx7900xtx", "mi300x"])
  func traces(name: String) {
    let kind = DeviceKind.all.first { $0.name == name }!
    let machine = Machine(kind), queue = TestRing(machine, TestRing.sdma), memory = machine.shared(4 * 4096)
    let event = machine.eventWithMailbox(), signal = TestSignal(machine)
    let timeline = memory + 8192
    memset(memory, 0x77, 4000)
    queue.submit(
      [0xd000_0008] + pair(timeline) + [0, .max, 0x0fff_0004], [1, 0xf, 0] + pair(memory) + pair(memory + 4096),
      [kind.family == .gfx9 ? 5 : 0x0003_0005] + pair(timeline) + [1], [kind.family == .gfx9 ? 5 : 0x0003_0005] + pair(event.box) + [event.id], [6, event.id],
      [8, 0, 0x8000_0000, 0, 0, 0], [1, 0xf9f, 0] + pair(memory) + pair(memory + 4096), [0x5e00_000a] + pair(signal.memory + 8) + [.max, .max, 0, 0, 0])
    #expect(machine.wait([event.id], milliseconds: 20_000) == Machine.complete && timeline.word() == 1)
    #expect(signal.reaches(0) && memcmp(memory, memory + 4096, 4000) == 0)
  }
}
