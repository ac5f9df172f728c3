import CKFD
import Glibc
import Testing
@testable import ISA
@testable import SoftGPU

/// What AMD adds to AQL, and the errors of kernel dispatches.
/// Source of the expectations: ROCr's amd_aql_pm4_ib and a trace of it; the bits of the inactive signal that ROCr's
/// AqlQueue reads; HSA Platform System Architecture 1.2, 2.9.
@Suite(.serialized) struct QueueAQLTests {
  let machine = Machine(.mi300x)

  /// A vendor packet of format 1 around an indirect buffer.
  private func indirect(_ queue: TestQueue, _ buffer: UnsafeMutableRawPointer, _ dwords: Int, _ signal: TestSignal? = nil, jump: UInt32 = 0xc002_3f00, bit: Bool = false) {
    queue.submit(header: bit ? 1 << 8 : 0, setup: 1) { packet in
      for (index, word) in ([jump] + pair(buffer) + [UInt32(dwords) | 1 << 23, 10]).enumerated() {
        packet.storeBytes(of: word, toByteOffset: 4 + index * 4, as: UInt32.self)
      }
      packet.storeBytes(of: signal?.handle ?? 0, toByteOffset: 56, as: UInt64.self)
    }
  }

  /// The descriptor of a program that finds its arguments' address in s[0:1].
  private func kernel(_ code: [UInt32]) -> UInt64 {
    let memory = machine.shared(4096)
    memory.storeBytes(of: 256, toByteOffset: 16, as: Int64.self)
    memory.storeBytes(of: 0x00ac_0000, toByteOffset: 48, as: UInt32.self)
    memory.storeBytes(of: 2 << 1, toByteOffset: 52, as: UInt32.self)
    memory.storeBytes(of: 1 << 3, toByteOffset: 56, as: UInt16.self)
    _ = QueuePM4Tests.fill(memory + 256, code)
    return memory.gpu
  }

  private func dispatch(
    _ queue: TestQueue, _ object: UInt64, _ arguments: UInt64 = 0, workgroup: (UInt16, UInt16, UInt16) = (1, 1, 1), grid: (UInt32, UInt32, UInt32) = (1, 1, 1),
    group: UInt32 = 0, dimensions: UInt16 = 3, bit: Bool = false, _ signal: TestSignal? = nil
  ) {
    queue.submit(header: 2 | (bit ? 1 << 8 : 0) | 2 << 9 | 2 << 11, setup: dimensions) { packet in
      for (at, value) in [(4, workgroup.0), (6, workgroup.1), (8, workgroup.2)] { packet.storeBytes(of: value, toByteOffset: at, as: UInt16.self) }
      for (at, value) in [(12, grid.0), (16, grid.1), (20, grid.2), (28, group)] { packet.storeBytes(of: value, toByteOffset: at, as: UInt32.self) }
      packet.storeBytes(of: object, toByteOffset: 32, as: UInt64.self)
      packet.storeBytes(of: arguments, toByteOffset: 40, as: UInt64.self)
      packet.storeBytes(of: signal?.handle ?? 0, toByteOffset: 56, as: UInt64.self)
    }
  }

  /// A queue with an inactive signal.
  private func watched() -> (TestQueue, TestSignal) {
    let queue = TestQueue(machine), inactive = TestSignal(machine, 0)
    queue.control.storeBytes(of: inactive.handle, toByteOffset: 192, as: UInt64.self)
    return (queue, inactive)
  }

  @Test("A vendor packet's indirect buffer is executed, its slot is given back, its signal completed: ROCr's cache flush")
  func vendorPacket() {
    let queue = TestQueue(machine), buffer = machine.shared(4096), memory = machine.shared(4096), signal = TestSignal(machine)
    indirect(queue, buffer, QueuePM4Tests.fill(buffer, pm4(0x58, [0x28c4_0000, .max, 0xff, 0, 0, 10])))
    #expect(eventually { queue.readIndex == 1 } && queue.header(0) == 1)
    let second = machine.shared(4096)
    indirect(queue, second, QueuePM4Tests.fill(second, QueuePM4Tests.writeData(memory, 5)), signal)
    #expect(signal.reaches(0) && memory.word() == 5 && signal.start != 0 && signal.end >= signal.start)
  }

  @Test("A buffer that waits holds up the packets behind it, and no other queue")
  func vendorWait() {
    let queue = TestQueue(machine), other = TestQueue(machine), buffer = machine.shared(4096), memory = machine.shared(4096)
    let first = TestSignal(machine), second = TestSignal(machine), free = TestSignal(machine)
    indirect(queue, buffer, QueuePM4Tests.fill(buffer, QueuePM4Tests.waitMemory(3, memory, 1)), first)
    queue.barrier(bit: false, completion: second)
    other.barrier(completion: free)
    #expect(free.reaches(0) && persistently { first.value == 1 && second.value == 1 })
    memory.set(1)
    #expect(first.reaches(0) && second.reaches(0))
  }

  @Test("A kernel that a buffer launches has ended when the packet completes, and its RELEASE_MEMs are done")
  func vendorLaunch() {
    let queue = TestQueue(machine), buffer = machine.shared(4096), memory = machine.shared(4096), code = machine.shared(4096), signal = TestSignal(machine)
    _ = QueuePM4Tests.fill(code, QueuePM4Tests.waitThenMark)
    let words = QueuePM4Tests.setShader(0x2e0c, pair(code.gpu >> 8)) + QueuePM4Tests.setShader(0x2e12, [0x00ac_0000, 2 << 1])
      + QueuePM4Tests.setShader(0x2e40, pair(memory)) + QueuePM4Tests.setShader(0x2e07, [1, 1, 1]) + QueuePM4Tests.dispatch(1)
      + QueuePM4Tests.release(memory.gpu + 64, 3, data: 1)
    indirect(queue, buffer, QueuePM4Tests.fill(buffer, words), signal)
    #expect(persistently { signal.value == 1 && memory.word(16) == 0 })
    memory.set(1, 1)
    #expect(signal.reaches(0) && memory.word() == 1 && memory.word(16) == 3)
  }

  @Test("A vendor packet without INDIRECT_BUFFER, and a buffer with an unknown packet, stop the queue with bit 256")
  func malformedVendor() {
    let buffer = machine.shared(4096)
    let (one, first) = watched()
    indirect(one, buffer, 4, jump: 0xc002_1000)
    #expect(first.reaches(256))
    let (two, second) = watched(), after = TestSignal(machine)
    indirect(two, buffer, QueuePM4Tests.fill(buffer, pm4(0x99, [1])))
    two.barrier(completion: after)
    #expect(second.reaches(256) && persistently { after.value == 1 && two.readIndex == 0 })
  }

  /// Bits: 2 dimensions, 4 group memory, 8 code, 64 workgroup.
  @Test("Dispatches that can't be launched stop the queue and say why", arguments: [2, 4, 8, 9, 64] as [Int64])
  func malformedDispatch(code: Int64) {
    let (queue, inactive) = watched(), object = kernel([0xbf81_0000]), after = TestSignal(machine)
    switch code {
    case 2: dispatch(queue, object, grid: (1, 0, 1))
    case 4: dispatch(queue, object, group: UInt32(machine.device.kind.ldsBytes) + 1)
    case 8: dispatch(queue, 0)
    case 9: dispatch(queue, 0x6666_0000_0000)
    default: dispatch(queue, object, workgroup: (512, 2, 2), grid: (512, 2, 2))
    }
    queue.barrier(completion: after)
    #expect(inactive.reaches(code & ~1) && persistently { after.value == 1 })
  }

  @Test("Sizes of dimensions that a packet does not have are not looked at")
  func dimensions() {
    let queue = TestQueue(machine), memory = machine.shared(4096), signal = TestSignal(machine)
    dispatch(queue, kernel(QueuePM4Tests.countItems), memory.gpu, workgroup: (32, 7, 0), grid: (80, 9, 0), dimensions: 1, signal)
    #expect(signal.reaches(0) && memory.word() == 80)
  }

  @Test("A packet with the barrier bit waits for all before it, one without does not")
  func barrierBit() {
    let queue = TestQueue(machine), memory = machine.shared(4096)
    let done = TestSignal(machine), beside = TestSignal(machine), behind = TestSignal(machine)
    dispatch(queue, kernel(QueuePM4Tests.waitThenMark), memory.gpu, done)
    queue.barrier(bit: false, completion: beside)
    queue.barrier(bit: true, completion: behind)
    #expect(beside.reaches(0) && persistently { done.value == 1 && behind.value == 1 && queue.readIndex == 0 })
    memory.set(1, 1)
    #expect(behind.reaches(0) && done.value == 0 && eventually { queue.readIndex == 3 })
  }

  @Test("What lies behind the write index is nobody's packet, even if it looks like one: tinygrad's ring begins with zeros")
  func zeros() {
    let (queue, inactive) = watched(), signal = TestSignal(machine, 2)
    for index in 2..<queue.packets { memset(queue.ring + index * 64, 0, 64) }
    queue.barrier(completion: signal)
    queue.barrier(completion: signal)
    #expect(signal.reaches(0) && persistently { inactive.value == 0 })
  }

  @Test("Queues of all kinds wait for each other through memory")
  func together() {
    let aql = TestQueue(machine), pm4Queue = TestRing(machine, TestRing.pm4), sdma = TestRing(machine, TestRing.sdma)
    let signal = TestSignal(machine, 2), memory = machine.shared(4096), last = TestSignal(machine)
    aql.barrier(3, [signal], completion: last)
    sdma.submit(QueueSDMATests.poll(3, memory, 1), [0x5e00_000a] + pair(signal.memory + 8) + [.max, .max, 0, 0, 0], QueueSDMATests.fence(memory + 4, 1))
    pm4Queue.submit(QueuePM4Tests.writeData(memory, 1), QueuePM4Tests.waitMemory(3, memory + 4, 1), pm4(0x1e, [0x30], pair(signal.memory + 8), pair(1), pair(0), [0]))
    #expect(last.reaches(0) && signal.value == 0)
  }
}
