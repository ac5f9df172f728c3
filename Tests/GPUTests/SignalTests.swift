import Testing

@testable import GPU

@Suite("Signals")
struct SignalTests {
  @Test("A signal is laid out as amd_signal_t") func layout() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    defer { memory.deallocate() }
    let signal = Signal(at: memory, value: 7, mailbox: 0x1234_5678_9abc, eventID: 42)
    #expect(memory.load(as: Int64.self) == 1)
    #expect(memory.load(fromByteOffset: 8, as: Int64.self) == 7)
    #expect(memory.load(fromByteOffset: 16, as: UInt64.self) == 0x1234_5678_9abc)
    #expect(memory.load(fromByteOffset: 24, as: UInt32.self) == 42)
    signal.decrement()
    #expect(signal.value == 6)
    memory.storeBytes(of: 100, toByteOffset: 32, as: UInt64.self)
    memory.storeBytes(of: 250, toByteOffset: 40, as: UInt64.self)
    #expect(signal.start == 100 && signal.end == 250)
    signal.reset(1)
    #expect(signal.value == 1 && signal.end == 0)
  }

  @Test("A timestamp has no time before the GPU was there") func timestamp() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    defer { memory.deallocate() }
    let mark = Timestamp(signal: Signal(at: memory, value: 1))
    memory.storeBytes(of: 99, toByteOffset: 40, as: UInt64.self)
    #expect(!mark.isComplete && mark.ticks == nil)
    mark.signal.decrement()
    #expect(mark.isComplete && mark.ticks == 99)
  }
}
