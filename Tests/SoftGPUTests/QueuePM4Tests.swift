import CKFD
import Glibc
import Testing
@testable import ISA
@testable import SoftGPU

/// Source of layouts and expectations: PACKET3_… of AMD's soc15d.h and nvd.h as tinygrad carries them, and a traced client.
@Suite(.serialized) struct QueuePM4Tests {
  let machine = Machine(.mi300x)

  static func writeData(_ at: UnsafeMutableRawPointer, _ values: UInt32...) -> [UInt32] { pm4(0x37, [5 << 8 | 1 << 20], pair(at), values) }
  static func waitMemory(_ function: UInt32, _ at: UnsafeMutableRawPointer, _ value: UInt32, mask: UInt32 = .max) -> [UInt32] {
    pm4(0x3c, [function | 1 << 4], pair(at), [value, mask, 4])
  }
  static func setShader(_ register: UInt32, _ values: [UInt32]) -> [UInt32] { pm4(0x76, [register - 0x2c00], values) }
  static func release(_ at: UInt64, _ value: UInt64, data: UInt32, interrupt: UInt32 = 0, context: UInt32 = 0) -> [UInt32] {
    pm4(0x49, [0x514, data << 29 | interrupt << 24], pair(at), pair(value), [context])
  }
  static func indirect(_ buffer: UnsafeMutableRawPointer, _ dwords: Int, chain: UInt32 = 0) -> [UInt32] {
    pm4(0x3f, pair(buffer), [UInt32(dwords) | chain << 20 | 1 << 23])
  }
  /// The size of what `words` is, written to `memory`.
  static func fill(_ memory: UnsafeMutableRawPointer, _ words: [UInt32]) -> Int {
    for (index, word) in words.enumerated() { memory.set(word, index) }
    return words.count
  }
  static let flush: [UInt32] = pm4(0x46, [0x407])

  @Test("WRITE_DATA stores; NOPs of any length, the one-dword NOP and fillers are passed over; the read pointer follows")
  func writes() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    queue.submit([0xffff_1000, 0x8000_0000], pm4(0x10, [0xdead, 0xdead]), Self.writeData(memory, 1, 2, 3), pm4(0x37, [2 << 8 | 1 << 16], pair(memory + 64), [4, 5]))
    #expect(eventually { queue.hasReadAll })
    #expect([memory.word(), memory.word(1), memory.word(2), memory.word(3)] == [1, 2, 3, 0])
    #expect(memory.word(16) == 5 && memory.word(17) == 0)
  }

  @Test("The ring wraps, with packets across its end; the read pointer is 32 bits that wrap with it")
  func wraps() {
    let queue = TestRing(machine, TestRing.pm4, bytes: 1024), memory = machine.shared(4096)
    queue.control.set(0x5555, 5)
    for round in 1...1000 {
      queue.submit(Self.writeData(memory, UInt32(round), UInt32(round) + 1))
      if round % 30 == 0 { #expect(eventually { queue.hasReadAll }) }
    }
    #expect(eventually { queue.hasReadAll } && memory.word() == 1000 && memory.word(1) == 1001)
    #expect(queue.readPointer == 6000 % 256 && queue.control.word(5) == 0x5555)
  }

  /// (function, value that holds, value that does not), against 5 with the mask 0xff.
  @Test("WAIT_REG_MEM waits for memory and holds up no other queue", arguments: [(1, 4, 5), (2, 5, 6), (3, 0x105, 4), (4, 6, 5), (5, 5, 4), (6, 6, 5)] as [(UInt32, UInt32, UInt32)])
  func waits(function: UInt32, holds: UInt32, not: UInt32) {
    let queue = TestRing(machine, TestRing.pm4), other = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    memory.set(not)
    queue.submit(Self.waitMemory(function, memory, 5, mask: 0xff), Self.writeData(memory + 64, 1))
    other.submit(Self.writeData(memory + 128, 1))
    #expect(eventually { memory.word(32) == 1 } && persistently { memory.word(16) == 0 })
    memory.set(holds)
    #expect(eventually { memory.word(16) == 1 })
  }

  @Test("WAIT_REG_MEM64 compares 64 bits, on gfx10 and later")
  func waits64() {
    let machine = Machine(.rx7900xtx), queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    memory.set64(1 << 40)
    queue.submit(pm4(0x93, [5 | 1 << 4], pair(memory), pair(2 << 40), pair(UInt64.max), [4]), Self.writeData(memory + 64, 1))
    #expect(persistently { memory.word(16) == 0 })
    memory.set64(3 << 40)
    #expect(eventually { memory.word(16) == 1 })
  }

  @Test("RELEASE_MEM writes 32 bits, 64 bits or the clock")
  func releases() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096), before = GPUClock.now()
    memory.set64(.max)
    queue.submit(Self.release(memory.gpu, 0x1_0000_0002, data: 1), Self.release(memory.gpu + 8, 0x1_0000_0002, data: 2), Self.release(memory.gpu + 16, 7, data: 3), Self.release(0, 0, data: 0))
    #expect(eventually { queue.hasReadAll })
    #expect(memory.double() == 0xffff_ffff_0000_0002 && memory.double(1) == 0x1_0000_0002)
    #expect(before <= memory.double(2) && memory.double(2) <= GPUClock.now())
  }

  @Test("RELEASE_MEM to the mailbox with an interrupt wakes who waits for the event")
  func interrupts() {
    let queue = TestRing(machine, TestRing.pm4), event = machine.eventWithMailbox()
    queue.submit(Self.release(event.box.gpu, UInt64(event.id), data: 1, interrupt: 2, context: event.id))
    #expect(machine.wait([event.id], milliseconds: 20_000) == Machine.complete && event.box.word() == .max)
  }

  @Test("COPY_DATA goes between memory, registers, constants and the clock")
  func copies() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096), before = GPUClock.now()
    func copy(_ from: UInt32, _ to: UInt32, _ source: [UInt32], _ target: [UInt32], wide: UInt32 = 0) -> [UInt32] {
      pm4(0x40, [from | to << 8 | wide << 16 | 1 << 20], source, target)
    }
    memory.set64(0x1122_3344_5566_7788)
    queue.submit(
      copy(1, 5, pair(memory), pair(memory + 8), wide: 1), copy(2, 2, pair(memory), pair(memory + 16)),
      copy(5, 5, [9, 10], pair(memory + 24)), copy(5, 5, [9, 10], pair(memory + 32), wide: 1), copy(9, 5, [0, 0], pair(memory + 40), wide: 1),
      Self.setShader(0x2e41, [0x77]), copy(0, 5, [0x2e41, 0], pair(memory + 48)), copy(1, 0, pair(memory), [0x2e42, 0]), copy(0, 2, [0x2e42, 0], pair(memory + 52)),
      pm4(0x79, [0x100], [0x99]), copy(0, 5, [0xc100, 0], pair(memory + 56)))
    #expect(eventually { queue.hasReadAll })
    #expect(memory.double(1) == 0x1122_3344_5566_7788 && memory.double(2) == 0x5566_7788)
    #expect(memory.double(3) == 9 && memory.double(4) == 0xa_0000_0009)
    #expect(before <= memory.double(5) && memory.double(5) <= GPUClock.now())
    #expect(memory.word(12) == 0x77 && memory.word(13) == 0x5566_7788 && memory.word(14) == 0x99)
  }

  @Test("ATOMIC_MEM changes memory and keeps what was there; in a loop it waits for its comparison")
  func atomics() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    memory.set64(40)
    queue.submit(
      pm4(0x1e, [0x2f], pair(memory), pair(2), pair(0), [0]), pm4(0x40, [6 | 5 << 8 | 1 << 16], [0, 0], pair(memory + 8)),
      pm4(0x1e, [0x28 | 1 << 8], pair(memory + 16), pair(8), pair(7), [128]), Self.writeData(memory + 64, 1))
    #expect(eventually { memory.double() == 42 && memory.double(1) == 40 } && persistently { memory.word(16) == 0 })
    memory.set64(7, 2)
    #expect(eventually { memory.word(16) == 1 && memory.double(2) == 8 })
  }

  @Test("Indirect buffers nest and chain, and the packets behind them follow")
  func buffers() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    let first = machine.shared(4096), second = machine.shared(4096), chained = machine.shared(4096)
    let inner = Self.fill(second, Self.writeData(memory + 4, 2))
    let last = Self.fill(chained, Self.writeData(memory + 8, 3))
    // What stands behind a chaining packet is never reached.
    let outer = Self.fill(first, Self.writeData(memory, 1) + Self.indirect(second, inner) + Self.indirect(chained, last, chain: 1) + Self.writeData(memory + 16, 9))
    queue.submit(Self.indirect(first, outer), Self.writeData(memory + 12, 4))
    #expect(eventually { queue.hasReadAll })
    #expect((0..<5).map { memory.word($0) } == [1, 2, 3, 4, 0])
  }

  @Test("COND_EXEC passes over packets when memory is zero")
  func conditional() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    memory.set(1)
    let packet = Self.writeData(memory + 64, 1)
    queue.submit(
      pm4(0x22, pair(memory), [0, UInt32(packet.count)]), packet, pm4(0x22, pair(memory + 8), [0, UInt32(packet.count)]), Self.writeData(memory + 68, 1),
      Self.writeData(memory + 72, 1))
    #expect(eventually { memory.word(18) == 1 } && memory.word(16) == 1 && memory.word(17) == 0)
  }

  @Test("On several dies every die executes a packet, and PRED_EXEC chooses which")
  func dies() {
    let machine = Machine(DeviceKind.mi300x.with(computeUnits: nil, xccs: 8)), queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    let add = pm4(0x1e, [0x2f], pair(memory), pair(1), pair(0), [0])
    func only(_ mask: UInt32, _ packet: [UInt32]) -> [UInt32] { pm4(0x23, [mask << 24 | UInt32(packet.count)]) + packet }
    let buffer = machine.shared(4096)
    let words = Self.fill(buffer, add + only(0b101, add) + only(1, Self.setShader(0x2e40, [5])) + only(2, Self.setShader(0x2e40, [6]))
      + only(2, pm4(0x40, [0 | 5 << 8], [0x2e40, 0], pair(memory + 8))) + only(1, pm4(0x40, [0 | 5 << 8], [0x2e40, 0], pair(memory + 12))))
    queue.submit(Self.indirect(buffer, words), Self.writeData(memory + 64, 1))
    #expect(eventually { memory.word(16) == 1 } && memory.double() == 10 && memory.word(2) == 6 && memory.word(3) == 5)
  }

  @Test("DMA_DATA copies and fills")
  func dma() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(2 * 4096)
    memset(memory, 0x44, 1000)
    queue.submit(pm4(0x50, [3 << 29 | 3 << 20 | 1 << 31], pair(memory), pair(memory + 4096), [1000]), pm4(0x50, [2 << 29], [0x0102_0304, 0], pair(memory + 2048), [12]))
    #expect(eventually { queue.hasReadAll })
    #expect(memcmp(memory, memory + 4096, 1001) == 0 && memory.word(512) == 0x0102_0304 && memory.word(514) == 0x0102_0304 && memory.word(515) == 0)
  }

  @Test("Barriers on caches and the HDP are passed in both families' forms")
  func barriers() {
    for (kind, acquire) in [(DeviceKind.mi300x, pm4(0x58, [0x28c4_0000, .max, .max, 0, 0, 10])), (.rx7900xtx, pm4(0x58, [0, .max, .max, 0, 0, 0, 0xc3f1]))] {
      let machine = Machine(kind), queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
      queue.submit(pm4(0x3c, [0x45, 0xe26, 0xe27, .max, .max, 4]), acquire, Self.flush, pm4(0x46, [0x16]), Self.writeData(memory, 1))
      #expect(eventually { memory.word() == 1 })
    }
  }

  @Test("Packets that are unknown, too short, of another type or family, or senseless stop the queue", arguments: [
    pm4(0x99, [1, 2]), pm4(0x37, [5 << 8, 0]), [0x0000_0000], [0x4000_0000], pm4(0x93, [0x15, 0, 0, 0, 0, 0, 0, 0]), pm4(0x76, [0x1000, 1]),
    pm4(0x3c, [0x45, 0x10, 0x11, 1, 1, 4]), pm4(0x3c, [3, 0x2e40, 0, 5, .max, 4]), pm4(0x40, [4 | 5 << 8, 0x3000, 0, 0, 0]), pm4(0x37, [3 << 8, 0, 0, 1]),
    pm4(0x46, [0x3f]), pm4(0x49, [0x514, 5 << 29, 0, 0, 0, 0, 0]), pm4(0x49, [0x114, 0, 0, 0, 0, 0, 0]), pm4(0x1e, [0x03, 0, 0, 0, 0, 0, 0, 0]),
    pm4(0x3f, [0, 0, 1 << 20 | 4]), pm4(0x58, [0, 0, 0]),
  ])
  func malformed(packet: [UInt32]) {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    #expect(machine.stops(queue, packet, after: Self.writeData(memory, 1), memory))
  }

  @Test("A packet past the end of its buffer, and buffers nested too deep, stop the queue")
  func malformedBuffers() {
    let memory = machine.shared(4096), buffer = machine.shared(4096)
    _ = Self.fill(buffer, Self.writeData(memory + 64, 1))
    #expect(machine.stops(TestRing(machine, TestRing.pm4), Self.indirect(buffer, 3), after: Self.writeData(memory, 1), memory))
    _ = Self.fill(buffer, Self.indirect(buffer, 4))
    #expect(machine.stops(TestRing(machine, TestRing.pm4), Self.indirect(buffer, 4), after: Self.writeData(memory, 1), memory))
  }

  @Test("Packets that reach outside mapped memory are memory faults")
  func unmapped() {
    let nowhere: UInt64 = 0x6666_0000_0040, missing = UnsafeMutableRawPointer(bitPattern: UInt(nowhere))!
    for packet in [Self.writeData(missing, 1), Self.waitMemory(3, missing, 0), Self.release(nowhere, 1, data: 1), Self.indirect(missing, 4), pm4(0x1e, [0x2f], pair(nowhere), pair(1), pair(0), [0])] {
      #expect(machine.faults(TestRing(machine, TestRing.pm4), packet, at: nowhere))
    }
  }

  // MARK: kernels

  /// LLVM 22's encoding for gfx942 of: v1 = 0; v2 = 1; global_atomic_add v1, v2, s[0:1].
  static let countItems: [UInt32] = [0x7e02_0280, 0x7e04_0281, 0xdd08_8000, 0x0000_0201, 0xbf81_0000]
  /// v2 = s2; v1 = 4 * v2; global_store_dword v1, v2, s[0:1].
  static let markGroups: [UInt32] = [0x7e04_0202, 0x2402_0482, 0xdc70_8000, 0x0000_0201, 0xbf8c_0f70, 0xbf81_0000]
  /// Waits until the dword behind s[0:1] is not zero, then stores 1 to the first.  s_dcache_inv stands before each look: a
  /// scalar load finds what its cache has, glc or not, and in strict mode that line is never fetched again.
  static let waitThenMark: [UInt32] = [
    0xc080_0000, 0x0000_0000, 0xc003_00c0, 0x0000_0004, 0xbf8c_c07f, 0xbf06_8003, 0xbf85_fff9, 0x7e02_0280, 0x7e04_0281, 0xdc70_8000, 0x0000_0201, 0xbf8c_0f70, 0xbf81_0000,
  ]

  /// Registers for a program with two user SGPRs and the workgroup's x behind them.
  private func program(_ code: [UInt32], _ argument: UnsafeMutableRawPointer, threads: [UInt32] = [64, 1, 1], start: [UInt32] = [0, 0, 0]) -> [UInt32] {
    let memory = machine.shared(4096)
    _ = Self.fill(memory, code)
    return Self.setShader(0x2e0c, pair(memory.gpu >> 8)) + Self.setShader(0x2e12, [0x00ac_0000, 2 << 1 | 1 << 7]) + Self.setShader(0x2e2d, [0])
      + Self.setShader(0x2e40, pair(argument)) + Self.setShader(0x2e04, start + threads + [0, 0])
  }
  static func dispatch(_ x: UInt32, _ y: UInt32 = 1, _ z: UInt32 = 1, _ initiator: UInt32 = 5) -> [UInt32] { pm4(0x15, [x, y, z, initiator]) }

  /// (threads of a group, dimensions, initiator, work-items)
  @Test("DISPATCH_DIRECT launches what the registers say", arguments: [
    ([64, 1, 1], [3, 1, 1], 5, 192), ([8, 4, 2], [2, 3, 1], 5, 384), ([64 | 10 << 16, 1, 1], [3, 1, 1], 7, 138), ([64, 1, 1], [100, 2, 1], 5 | 1 << 5, 200),
    ([64, 1, 1], [0, 1, 1], 5, 0), ([64, 1, 1], [3, 1, 1], 4, 0),
  ] as [([UInt32], [UInt32], UInt32, UInt32)])
  func launches(threads: [UInt32], dimensions: [UInt32], initiator: UInt32, items: UInt32) {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    queue.submit(program(Self.countItems, memory, threads: threads), Self.dispatch(dimensions[0], dimensions[1], dimensions[2], initiator), Self.flush, Self.writeData(memory + 64, 1))
    #expect(eventually { memory.word(16) == 1 } && memory.word() == items)
  }

  @Test("DISPATCH_INDIRECT reads its dimensions, and a start register moves the first workgroup")
  func indirectDispatch() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096), sizes = machine.shared(4096)
    memset(memory, 0xff, 64)
    _ = Self.fill(sizes, [5, 1, 1])
    queue.submit(program(Self.markGroups, memory, threads: [1, 1, 1], start: [2, 0, 0]), pm4(0x16, pair(sizes), [1]), Self.flush, Self.writeData(memory + 64, 1))
    #expect(eventually { memory.word(16) == 1 })
    #expect((0..<6).map { memory.word($0) } == [.max, .max, 2, 3, 4, .max])
  }

  @Test("What follows a dispatch runs beside it; RELEASE_MEM comes after it, CS_PARTIAL_FLUSH waits for it")
  func order() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096)
    queue.submit(
      program(Self.waitThenMark, memory, threads: [1, 1, 1]), Self.dispatch(1), Self.release(memory.gpu + 64, 1, data: 1), Self.writeData(memory + 68, 1),
      Self.flush, Self.writeData(memory + 72, 1))
    #expect(eventually { memory.word(17) == 1 })
    #expect(persistently { memory.word(16) == 0 && memory.word(18) == 0 })
    memory.set(1, 1)
    #expect(eventually { memory.word(18) == 1 } && memory.word(16) == 1 && memory.word() == 1)
    #expect(eventually { queue.hasReadAll })
  }

  @Test("RELEASE_MEMs happen in order while later kernels run")
  func endsOfPipe() {
    let queue = TestRing(machine, TestRing.pm4), first = machine.shared(4096), second = machine.shared(4096), marks = machine.shared(4096)
    queue.submit(
      program(Self.waitThenMark, first, threads: [1, 1, 1]), Self.dispatch(1), Self.release(marks.gpu, 1, data: 1), Self.setShader(0x2e40, pair(second)),
      Self.dispatch(1), Self.release(marks.gpu + 8, 2, data: 1))
    second.set(1, 1)
    #expect(persistently { marks.word() == 0 && marks.word(2) == 0 })
    first.set(1, 1)
    #expect(eventually { marks.word() == 1 && marks.word(2) == 2 })
  }

  @Test("A program that is not mapped, and an illegal instruction, stop the queue")
  func badPrograms() {
    let memory = machine.shared(4096)
    let nowhere = Self.setShader(0x2e0c, pair(0x6666_0000_0000 >> 8)) + Self.setShader(0x2e07, [1, 1, 1]) + Self.dispatch(1)
    #expect(machine.stops(TestRing(machine, TestRing.pm4), nowhere, after: Self.flush + Self.writeData(memory, 1), memory))
    #expect(machine.stops(TestRing(machine, TestRing.pm4), program([.max], memory) + Self.dispatch(1), after: Self.flush + Self.writeData(memory, 1), memory))
  }

  /// Lines 136 to 152 of trace_tinygrad_gfx1100.log with our addresses, in the form that tinygrad has for gfx942.
  @Test("The packets of a traced tinygrad launch run")
  func trace() {
    let queue = TestRing(machine, TestRing.pm4), memory = machine.shared(4096), timeline = machine.shared(4096)
    let event = machine.eventWithMailbox(), code = machine.shared(4096)
    _ = Self.fill(code, Self.countItems)
    timeline.set(3)
    queue.submit(
      pm4(0x3c, [0x15], pair(timeline), [3, .max, 4]), pm4(0x3c, [0x45, 0xe26, 0xe27, .max, .max, 4]), pm4(0x58, [0x28c4_0000, .max, .max, 0, 0, 10]),
      pm4(0x76, [0x20c], pair(code.gpu >> 8)), pm4(0x76, [0x212], [0x00ac_0000, 0x84]), pm4(0x76, [0x22d], [0]), pm4(0x76, [0x218], [0x0000_2200]),
      pm4(0x76, [0x210], pair(0x7f01_b100_0000 >> 8)), pm4(0x76, [0x21b], [0, 0, 0]), pm4(0x76, [0x240], pair(memory)), pm4(0x76, [0x215], [0]),
      pm4(0x76, [0x204], [0, 0, 0, 1, 1, 1, 0, 0]), pm4(0x15, [1, 1, 1, 5]), Self.flush, pm4(0x49, [0x8_8514, 0x2000_0000], pair(timeline), [4, 0, 0]),
      pm4(0x49, [0x514, 0x2200_0000], pair(event.box), [event.id, 0, event.id]))
    #expect(machine.wait([event.id], milliseconds: 20_000) == Machine.complete)
    #expect(timeline.word() == 4 && memory.word() == 1)
  }
}
