// PM4 packets that move data, wait, and tell: registers, memory, clocks, events.
// Threads: the queue's thread.  Source: as PM4Opcode.swift; the selectors are the enumerations of pm4_mec_* and PACKET3_…__.
import ISA

extension PM4Engine {
  // MARK: registers

  func setRegisters(_ packet: PM4Packet, _ start: Int) throws(PacketStop) {
    let first = start + Int(packet[0] & 0xffff)
    for index in 1..<packet.words.count {
      guard PM4Registers.isWritable(first + index - 1) else { throw packet.refuse("register \(hex(UInt64(first + index - 1))) can't be set") }
      write(packet[index], first + index - 1, packet.dies)
    }
  }

  private func write(_ value: UInt32, _ register: Int, _ dies: UInt32) {
    for die in registers.indices where dies >> UInt32(die) & 1 != 0 { registers[die][register] = value }
  }

  /// The lowest die that executes the packet.
  private func firstDie(_ packet: PM4Packet) -> Int { packet.dies.trailingZeroBitCount }

  // MARK: waiting

  func wait(_ packet: PM4Packet) throws(PacketStop) {
    let function = packet[0] & 7
    if packet[0] >> 6 & 3 == 1 { return try writeAndWait(packet) }
    if packet[0] >> 4 & 3 == 1 { return try compare(packet, function, packet.thread.load32(packet.address(1) & ~3) & packet[4], packet[3]) }
    try waitForRegister(packet, packet[1] & 0x3ffff, reference: packet[3], mask: packet[4])
  }

  func wait64(_ packet: PM4Packet) throws(PacketStop) {
    guard packet[0] >> 4 & 3 == 1 else { throw packet.refuse("waits for a register") }
    try compare(packet, packet[0] & 7, packet.thread.load64(packet.address(1) & ~7) & packet.address(5), packet.address(3))
  }

  private func compare<T: FixedWidthInteger & UnsignedInteger>(_ packet: PM4Packet, _ function: UInt32, _ value: T, _ reference: T) throws(PacketStop) {
    guard let holds = PollFunction.holds(function, value, reference) else { throw packet.refuse("function \(function)") }
    if !holds { throw .wait }
  }

  /// Write one register, wait for another: how clients flush the HDP.
  private func writeAndWait(_ packet: PM4Packet) throws(PacketStop) {
    guard packet[1] & 0x3ffff == PM4Register.flushRequest, packet[2] & 0x3ffff == PM4Register.flushDone else {
      throw packet.refuse("writes register \(hex(UInt64(packet[1]))) and waits for \(hex(UInt64(packet[2]))): only the HDP flush (\(hex(UInt64(PM4Register.flushRequest))), \(hex(UInt64(PM4Register.flushDone)))) is implemented")
    }
    maintain(.flushHDP)
  }

  private func waitForRegister(_ packet: PM4Packet, _ register: UInt32, reference: UInt32, mask: UInt32) throws(PacketStop) {
    if register == PM4Register.flushDone { return }
    let value = registers[firstDie(packet)][Int(register)]
    guard let value, PollFunction.holds(packet[0] & 7, value & mask, reference) == true else {
      throw packet.refuse("waits for register \(hex(UInt64(register))), which nothing changes")
    }
  }

  // MARK: data

  func writeData(_ packet: PM4Packet) throws(PacketStop) {
    let fixed = packet[0] >> 16 & 1 != 0, target = packet[0] >> 8 & 0xf
    for index in 3..<packet.words.count {
      let step = fixed ? 0 : index - 3
      switch target {
      case 0:
        let register = Int(packet[1] & 0x3ffff) + step
        guard PM4Registers.isWritable(register) else { throw packet.refuse("register \(hex(UInt64(register))) can't be set") }
        write(packet[index], register, packet.dies)
      case 1, 2, 5: try packet.thread.store(packet[index], packet.address(1) & ~3 &+ UInt64(step * 4))
      default: throw packet.refuse("dst_sel \(target)")
      }
    }
  }

  func copyData(_ packet: PM4Packet) throws(PacketStop) {
    let source = packet[0] & 0xf, target = packet[0] >> 8 & 0xf, is64 = packet[0] >> 16 & 1 != 0
    let align: UInt64 = is64 ? ~7 : ~3
    let value: UInt64
    switch source {
    case 0:
      let register = Int(packet[1] & 0x3ffff), file = registers[firstDie(packet)]
      guard let low = file[register] else { throw packet.refuse("register \(hex(UInt64(register))) can't be read") }
      value = UInt64(low) | UInt64(is64 ? file[register + 1] ?? 0 : 0) << 32
    case 1, 2: value = is64 ? try packet.thread.load64(packet.address(1) & align) : UInt64(try packet.thread.load32(packet.address(1) & align))
    case 5: value = packet.address(1)
    case 6: value = atomicResult
    case 9: value = GPUClock.now()
    case 4: throw packet.refuse("there are no performance counters (register \(hex(UInt64(packet[1]))))")
    default: throw packet.refuse("src_sel \(source)")
    }
    switch target {
    case 0:
      let register = Int(packet[3] & 0x3ffff)
      for index in 0..<(is64 ? 2 : 1) {
        guard PM4Registers.isWritable(register + index) else { throw packet.refuse("register \(hex(UInt64(register + index))) can't be set") }
        write(UInt32(truncatingIfNeeded: value >> UInt64(32 * index)), register + index, packet.dies)
      }
    case 1, 2, 5:
      if is64 { try packet.thread.store(value, packet.address(3) & align) } else { try packet.thread.store(UInt32(truncatingIfNeeded: value), packet.address(3) & align) }
    default: throw packet.refuse("dst_sel \(target)")
    }
  }

  /// Every die does it.
  func atomic(_ packet: PM4Packet) throws(PacketStop) {
    guard let atomic = PacketAtomic(packet[0] & 0x7f) else { throw packet.refuse("operation \(packet[0] & 0x7f)") }
    for _ in 0..<packet.dies.nonzeroBitCount {
      let result = try atomic.perform(packet.address(1), source: packet.address(3), compare: packet.address(5), packet.thread)
      atomicResult = result.old
      if packet[0] >> 8 & 0xf == 1 && !result.stored { throw .wait }         // loop until the comparison holds
    }
    queue.processor.copies.kickIfWaiting()
  }

  func dma(_ packet: PM4Packet) throws(PacketStop) {
    let source = packet[0] >> 29 & 3, target = packet[0] >> 20 & 3, command = packet[5], bytes = UInt64(command & 0x3ff_ffff)
    guard command >> 26 & 3 == 0 else { throw packet.refuse("addresses of registers") }
    guard command >> 28 & 3 == 0 else { throw packet.refuse("addresses that don't advance") }
    guard target != 1, source != 1 else { throw packet.refuse("GDS") }
    guard target != 2, bytes > 0 else { return }                             // a prefetch
    var transfer: Transfer =
      source == 2
      ? Transfer(fill: bytes, at: packet.address(3), with: packet[1], element: 4)
      : Transfer(copy: bytes, from: packet.address(1), to: packet.address(3))
    try transfer.advance(bytes, packet.thread)
  }

  // MARK: events

  /// Source: VGT_EVENT_TYPE.
  private static let partialFlush: UInt32 = 7, cacheFlush: UInt32 = 6, cacheFlushAndInvalidate: UInt32 = 22
  /// Counters and thread traces, which have nothing to start, stop or mark here: PERFCOUNTER_START to _SAMPLE,
  /// PIPELINESTAT_START and _STOP, THREAD_TRACE_START to _FINISH and _MARKER.
  private static let measuring: Set<UInt32> = [23, 24, 25, 26, 27, 51, 52, 53, 54, 55]

  func event(_ packet: PM4Packet) throws(PacketStop) {
    let type = packet[0] & 0x3f, index = packet[0] >> 8 & 0xf
    switch type {
    case Self.partialFlush: try waitForIdle(packet.thread)
    case Self.cacheFlush: maintain([.writebackL2])
    case Self.cacheFlushAndInvalidate: maintain([.writebackL2, .invalidateL2, .invalidateVector])
    case _ where Self.measuring.contains(type) && packet.words.count == 1: break
    default: throw packet.refuse("event type \(type), index \(index)")
    }
  }

  func release(_ packet: PM4Packet) throws(PacketStop) {
    let index = packet[0] >> 8 & 0xf, target = packet[1] >> 16 & 3, interrupt = packet[1] >> 24 & 7
    guard index == 5 || index == 6 else { throw packet.refuse("event index \(index)") }
    let data: EndOfPipe.Data
    switch packet[1] >> 29 {
    case 0: data = .none
    case 1: data = .word(packet[4])
    case 2: data = .double(packet.address(4))
    case 3: data = .clock
    default: throw packet.refuse("data_sel \(packet[1] >> 29)")
    }
    guard target < 2 else { throw packet.refuse("dst_sel \(target)") }
    guard interrupt < 5 else { throw packet.refuse("int_sel \(interrupt)") }
    // 3 only confirms the write.
    let interrupts = interrupt != 0 && interrupt != 3
    try atEndOfPipe(
      EndOfPipe(
        actions: family == .gfx9 ? CacheActions(endOfPipe: packet[0]) : CacheActions(releaseGCR: packet[0]), data: data,
        address: packet.address(2), interrupt: interrupts ? packet[6] : nil), packet.thread)
  }
}
