// Executes PM4 packets from a ring or from indirect buffers: the part that a PM4 queue and an AQL queue's vendor packets share.
//
// Threads: the queue's thread; dispatches end on any and touch nothing here but their batch's counter.
// Order: packets run one after another; a dispatch runs beside what follows.  RELEASE_MEM closes a batch: its write and
// interrupt happen when everything launched before it has ended, while later packets go on.  CS_PARTIAL_FLUSH waits for all.
// A packet that waits is looked at again from its beginning, so nothing is done before its condition holds.
// Source: as PM4Opcode.swift; several dies (PRED_EXEC) as AMD describes them for gfx9.4.3: all execute every packet.
import ISA
import Synchronization

final class PM4Engine: @unchecked Sendable {
  unowned let queue: Queue
  let family: DeviceKind.Family
  private let opcodes: [PM4Opcode?]

  var ring: PacketStream?
  private var buffers: [PacketStream] = []
  private let body: UnsafeMutablePointer<UInt32>
  static let longestPayload = 1 << 14

  var registers: [PM4Registers]
  /// What the last ATOMIC_MEM found, for COPY_DATA.
  var atomicResult: UInt64 = 0
  // Set by a packet, for after it: dwords to pass over, a buffer to go on with, dies to go on with.
  var skip = 0
  var next: (buffer: PacketStream, chained: Bool)?
  private var predication: (dies: UInt32, dwords: Int)?

  /// What was launched between two RELEASE_MEMs, and what happens when it has ended.
  final class Batch: Sendable {
    let running = Atomic<Int>(0)
  }
  private var pending: [(batch: Batch, endOfPipe: EndOfPipe)] = []
  private(set) var batch = Batch()

  init(_ queue: Queue) {
    self.queue = queue
    family = queue.device.kind.family
    opcodes = PM4Opcode.table(family)
    body = .allocate(capacity: Self.longestPayload)
    registers = [PM4Registers](repeating: PM4Registers(), count: max(1, queue.device.kind.xccCount))
  }
  deinit { body.deallocate() }

  var allDies: UInt32 { UInt32(truncatingIfNeeded: (1 << UInt64(registers.count)) - 1) }

  /// Starts an indirect buffer that an AQL packet names.
  func begin(_ buffer: PacketStream) { buffers = [buffer] }
  /// Whether packets of buffers, what they launched, or what follows that is still to come; a ring does not count, nor do
  /// dispatches of AQL packets.
  var isBusy: Bool { !buffers.isEmpty || !pending.isEmpty || batch.running.load(ordering: .acquiring) > 0 }

  var position: String {
    if let buffer = buffers.last { return "dword \(buffer.position / 4) of an indirect buffer (\(hex(buffer.address(0))))" }
    guard let ring else { return "" }
    return "dword \(ring.position / 4) of its ring (\(hex(ring.address(0))))"
  }

  // MARK: running

  /// Executes at most `budget` packets.  Throws what stops it; `wait` counts as no progress only if nothing was done.
  func run(_ thread: QueueThread, budget: Int = 256) throws(PacketStop) -> QueueStep {
    var result = QueueStep.idle
    do throws(PacketStop) {
      if try finishBatches(thread) { result = .progress }
      for _ in 0..<budget {
        while let buffer = buffers.last, buffer.position >= buffer.end { buffers.removeLast() }
        guard let stream = buffers.last ?? ring, stream.position != stream.end else { break }
        guard try executeNext(stream, thread) else { break }
        result = .progress
        if queue.failed.load(ordering: .acquiring) { return .progress }
      }
    } catch .wait {
      return result == .progress ? .progress : .waiting
    }
    return result == .idle && !pending.isEmpty ? .waiting : result
  }

  /// False if the packet is not all there yet.
  private func executeNext(_ stream: PacketStream, _ thread: QueueThread) throws(PacketStop) -> Bool {
    let header = try thread.load32(stream.address(0))
    func text() -> String { hex(UInt64(header), digits: 8) }
    var length = 1
    switch header >> 30 {
    case 2: break                                              // filler
    case 3:
      let opcode = header >> 8 & 0xff, count = Int(header >> 16 & 0x3fff)
      // A NOP of the largest count is the header alone.
      let payload = opcode == 0x10 && count == 0x3fff ? 0 : count + 1
      length += payload
      guard let row = opcodes[Int(opcode)] else {
        let words = try (0..<min(payload, 8, stream.dwordsLeft - 1)).map { index throws(PacketStop) in try thread.load32(stream.address(1 + index)) }
        let dwords = words.map { hex(UInt64($0), digits: 8) }.joined(separator: " ")
        throw .refuse(.invalidVendorPacket, "PM4 opcode \(hex(UInt64(opcode))) (header \(text()), payload \(dwords)) is not a packet of gfx\(family.rawValue) compute queues that is implemented")
      }
      guard payload >= row.payload else {
        throw .refuse(.invalidVendorPacket, "PM4 \(row.name) (header \(text())) has \(payload) dwords of payload, not \(row.payload)")
      }
      guard stream.dwordsLeft >= length else {
        guard buffers.isEmpty else { throw .refuse(.invalidVendorPacket, "PM4 \(row.name) goes past the end of its indirect buffer") }
        return false
      }
      if payload > 0 && opcode != 0x10 {
        for index in 0..<payload { body[index] = try thread.load32(stream.address(1 + index)) }
      }
      let dies = stream.position < stream.predicateEnd ? stream.dies & allDies : allDies
      try row.execute(self, PM4Packet(name: row.name, words: UnsafeBufferPointer(start: body, count: payload), dies: dies, thread: thread))
    default:
      throw .refuse(.invalidVendorPacket, "PM4 header \(text()) is of type \(header >> 30), which compute queues don't have")
    }
    advance(length)
    return true
  }

  /// Moves past a packet and does what it asked for.
  private func advance(_ length: Int) {
    func move(_ stream: inout PacketStream) {
      stream.position += UInt64(length + skip) * 4
      if let predication {
        stream.dies = predication.dies
        stream.predicateEnd = stream.position + UInt64(predication.dwords) * 4
      }
    }
    if buffers.isEmpty { move(&ring!) } else { move(&buffers[buffers.count - 1]) }
    if let next {
      if next.chained { buffers[buffers.count - 1] = next.buffer } else { buffers.append(next.buffer) }
    }
    skip = 0
    next = nil
    predication = nil
  }

  func predicate(dies: UInt32, dwords: Int) {
    if dies & allDies == 0 { skip = dwords } else { predication = (dies, dwords) }
  }

  func indirect(_ packet: PM4Packet) throws(PacketStop) {
    let chained = packet[2] >> 20 & 1 != 0
    guard !chained || !buffers.isEmpty else { throw packet.refuse("a ring can't be chained to a buffer") }
    guard chained || buffers.count < 2 else { throw packet.refuse("buffers nest deeper than two") }
    var buffer = PacketStream(buffer: packet.address(0) & ~3, dwords: packet[2] & 0xf_ffff)
    if packet.dies != allDies { buffer.dies = packet.dies; buffer.predicateEnd = .max }
    next = (buffer, chained)
  }

  func maintain(_ actions: CacheActions) { actions.apply(to: queue.device.addressSpace.caches) }

  // MARK: ends of pipe

  /// What RELEASE_MEM does at the end of what was launched before it.
  struct EndOfPipe {
    enum Data { case none, word(UInt32), double(UInt64), clock }
    var actions: CacheActions
    var data: Data
    var address: UInt64
    /// An interrupt with this context.
    var interrupt: UInt32?
  }

  /// Does it now or, if dispatches run, when they have ended.
  func atEndOfPipe(_ endOfPipe: EndOfPipe, _ thread: QueueThread) throws(PacketStop) {
    if pending.isEmpty && queue.inFlight.load(ordering: .acquiring) == 0 { return try perform(endOfPipe, thread) }
    pending.append((batch, endOfPipe))
    batch = Batch()
  }

  private func finishBatches(_ thread: QueueThread) throws(PacketStop) -> Bool {
    var any = false
    while let first = pending.first, hasEnded(first.batch) {
      pending.removeFirst()
      try perform(first.endOfPipe, thread)
      any = true
    }
    return any
  }

  /// Whether everything up to this batch has ended: what runs is later.  Counting what runs first errs to the safe side.
  private func hasEnded(_ batch: Batch) -> Bool {
    let running = queue.inFlight.load(ordering: .acquiring)
    var later = self.batch.running.load(ordering: .acquiring)
    for entry in pending.dropFirst() { later += entry.batch.running.load(ordering: .acquiring) }
    return running <= later
  }

  /// Whether a packet that waits for all work may go on.
  func waitForIdle(_ thread: QueueThread) throws(PacketStop) {
    guard queue.inFlight.load(ordering: .acquiring) == 0 else { throw .wait }
    _ = try finishBatches(thread)
  }

  private func perform(_ endOfPipe: EndOfPipe, _ thread: QueueThread) throws(PacketStop) {
    maintain(endOfPipe.actions)
    switch endOfPipe.data {
    case .none: break
    case .word(let value): try thread.store(value, endOfPipe.address & ~3)
    case .double(let value): try thread.store(value, endOfPipe.address & ~7)
    case .clock: try thread.store(GPUClock.now(), endOfPipe.address & ~7)
    }
    if let context = endOfPipe.interrupt { queue.processor.events.interrupt(context) }
    queue.processor.copies.kickIfWaiting()
  }
}
