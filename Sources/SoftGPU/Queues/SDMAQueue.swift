// A queue of SDMA packets: a stream of dwords in a ring whose pointers count bytes and never wrap.
//
// Threads: the copying thread, but `hasNewDoorbell` (the thread that watches doorbells).
// Order: packets are executed one after another; a write that others may wait for (FENCE, ATOMIC, TIMESTAMP, the read
// pointer) is a releasing store after all that came before it.  The read pointer moves when a packet is done.
// Full: the client's affair; it sees the read pointer.
// Source: the packet layouts of AMD's public sdma headers (4.0, 6.0); client-visible pointers as ROCr and tinygrad use them.
import ISA
import Synchronization

final class SDMAQueue: Queue, @unchecked Sendable {
  /// The doorbell that the copying thread has been told of.
  private var toldDoorbell: UInt64 = .max

  // The copying thread's own.
  private var ring: PacketStream
  var indirect: PacketStream?
  var transfer: Transfer?
  private var published: UInt64 = 0
  private let body: UnsafeMutablePointer<UInt32>

  /// Dwords of the longest packet but WRITE, which is executed from where it lies.
  static let longestPacket = 32
  /// Bytes moved and packets executed before another queue's turn.
  private static let sliceBytes: UInt64 = 2 << 20, slicePackets = 64

  override init(_ properties: QueueProperties, device: SoftDevice, processor: QueueProcessor, doorbell: UnsafeMutablePointer<UInt64>) {
    ring = PacketStream(ring: properties.ring, bytes: properties.ringSize)
    body = .allocate(capacity: Self.longestPacket)
    super.init(properties, device: device, processor: processor, doorbell: doorbell)
  }
  deinit { body.deallocate() }

  override var position: String {
    let stream = indirect ?? ring
    return "byte \(stream.position) of its \(indirect == nil ? "ring" : "indirect buffer") (\(hex(stream.address(0))))"
  }

  /// Whether there is a doorbell that the copying thread has not been told of; that counts as telling.
  var hasNewDoorbell: Bool {
    let doorbell = rungDoorbell
    guard doorbell != toldDoorbell else { return false }
    toldDoorbell = doorbell
    return true
  }

  override func moveRing(_ address: UInt64, _ size: UInt32) {
    super.moveRing(address, size)
    ring.move(address, size)
  }

  // MARK: the thread

  override func step(_ thread: QueueThread) -> QueueStep {
    let doorbell = rungDoorbell
    // A pointer that is not ahead of ours is an old one, seen again after a pause.
    if doorbell != .max, Int64(bitPattern: doorbell &- ring.end) > 0 { ring.end = doorbell & ~3 }
    guard transfer != nil || indirect != nil || ring.position != ring.end else { return .idle }
    thread.enter()
    defer { publish(thread); thread.leave() }
    var result = QueueStep.waiting
    do throws(PacketStop) {
      for _ in 0..<Self.slicePackets {
        if transfer != nil {
          try transfer!.advance(Self.sliceBytes, thread)
          result = .progress
          guard transfer!.isComplete else { return result }
          transfer = nil
        }
        if let buffer = indirect, buffer.position >= buffer.end { indirect = nil }
        guard indirect != nil || ring.position != ring.end else { return .progress }
        guard ring.end &- ring.position <= UInt64(properties.ringSize) else {
          throw .refuse(.invalidPacket, "the write pointer \(ring.end) is more than the ring's \(properties.ringSize) bytes ahead")
        }
        guard try executeNext(thread) else { return result }
        result = .progress
      }
    } catch {
      switch error {
      case .wait: break
      case .fault(let fault): processor.fail(self, fault, thread); return .progress
      case .refuse(let code, let reason): processor.refuse(self, code, reason, thread); return .progress
      }
    }
    return result
  }

  /// Executes the packet at the position; false if it is not all there yet.
  private func executeNext(_ thread: QueueThread) throws(PacketStop) -> Bool {
    let stream = indirect ?? ring
    let header = try thread.load32(stream.address(0))
    let packet = try SDMAPacket.decode(header, device.kind.family)
    var length = packet.dwords
    if packet.operation == .write {
      guard stream.dwordsLeft >= 4 else { return try incomplete(stream, "WRITE") }
      length = 4 + Int(try thread.load32(stream.address(3)) & 0xf_ffff) + 1
    }
    guard stream.dwordsLeft >= length else { return try incomplete(stream, packet.name) }
    for index in 0..<min(length, Self.longestPacket) { body[index] = try thread.load32(stream.address(index)) }
    let skip = try execute(packet, UnsafeBufferPointer(start: body, count: min(length, Self.longestPacket)), stream, thread)
    move(UInt64(length + skip) * 4, within: stream)
    return true
  }

  /// A ring may hold the rest later; an indirect buffer won't.
  private func incomplete(_ stream: PacketStream, _ name: String) throws(PacketStop) -> Bool {
    guard indirect == nil else { throw .refuse(.invalidPacket, "SDMA \(name) goes past the end of its indirect buffer") }
    return false
  }

  /// INDIRECT has put its buffer in place by the time that the ring moves past it.
  private func move(_ bytes: UInt64, within stream: PacketStream) {
    if stream.mask == .max { indirect?.position += bytes } else { ring.position += bytes }
  }

  /// Tells the client how far the ring has been read.
  private func publish(_ thread: QueueThread) {
    guard published != ring.position, transfer == nil, indirect == nil, !failed.load(ordering: .acquiring) else { return }
    guard let word = thread.reader.host(properties.readPointer, 8, write: true) else { return }
    published = ring.position
    word.atomic64().pointee.store(published, ordering: .releasing)
  }
}
