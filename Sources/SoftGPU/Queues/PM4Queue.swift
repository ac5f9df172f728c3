// A queue of PM4 packets: a ring of dwords.  The doorbell and the write pointer count dwords and never wrap; the read pointer
// is 32 bits that wrap with the ring.
// Threads and order: as PM4Engine.
// Source: CP_HQD_PQ_RPTR and _WPTR as amdkfd sets them up; what clients expect, from kfdtest and tinygrad.
import ISA
import Synchronization

final class PM4Queue: Queue, @unchecked Sendable {
  private lazy var engine = PM4Engine(self)
  private var published: UInt64 = 0

  override init(_ properties: QueueProperties, device: SoftDevice, processor: QueueProcessor, doorbell: UnsafeMutablePointer<UInt64>) {
    super.init(properties, device: device, processor: processor, doorbell: doorbell)
    engine.ring = PacketStream(ring: properties.ring, bytes: properties.ringSize)
  }

  override var position: String { engine.position }

  override func moveRing(_ address: UInt64, _ size: UInt32) {
    super.moveRing(address, size)
    engine.ring!.move(address, size)
  }

  override func step(_ thread: QueueThread) -> QueueStep {
    let doorbell = rungDoorbell
    // A pointer that is not ahead of ours is an old one, seen again after a pause.
    if doorbell != .max, Int64(bitPattern: doorbell &* 4 &- engine.ring!.end) > 0 { engine.ring!.end = doorbell &* 4 }
    guard engine.ring!.position != engine.ring!.end || engine.isBusy else { return .idle }
    thread.enter()
    do throws(PacketStop) {
      let ring = engine.ring!
      guard ring.end &- ring.position <= UInt64(properties.ringSize) else {
        throw .refuse(.invalidPacket, "the write pointer \(ring.end / 4) is more than the ring's \(properties.ringSize / 4) dwords ahead")
      }
      let result = try engine.run(thread)
      publish(thread)
      return result == .idle && inFlight.load(ordering: .acquiring) > 0 ? .waiting : result
    } catch {
      switch error {
      case .wait: break
      case .fault(let fault): processor.fail(self, fault, thread)
      case .refuse(let code, let reason): processor.refuse(self, code, reason, thread)
      }
      return .progress
    }
  }

  private func publish(_ thread: QueueThread) {
    let position = engine.ring!.position
    guard published != position, let word = thread.reader.host(properties.readPointer, 4, write: true) else { return }
    published = position
    word.atomic32().pointee.store(UInt32(truncatingIfNeeded: position & (UInt64(properties.ringSize) - 1)) / 4, ordering: .releasing)
  }
}
