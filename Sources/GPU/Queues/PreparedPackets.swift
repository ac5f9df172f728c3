// AQL packets written ahead of time, to be copied into a ring again and again: what a graph's launch replays.
// Threads: one at a time (the graph's executable sees to that); a ring that they were copied to holds nothing of this memory.
// Order: within a run, a packet with the barrier bit starts when all before it are complete; those without may overlap.  The last
// packet of a run must have it: it alone counts the timeline down.
// Source: HSA PSA 1.2, 2.9.
import Glibc

public final class PreparedPackets: @unchecked Sendable {  // see Threads
  /// 64 bytes each, with an INVALID first word.
  let bodies: UnsafeMutableRawPointer
  /// The first words that make the packets valid.
  let words: UnsafeMutablePointer<UInt32>
  public let count: Int

  public init(count: Int) {
    self.count = count
    bodies = .allocate(byteCount: max(count, 1) * Packets.byteCount, alignment: 64)
    memset(bodies, 0, max(count, 1) * Packets.byteCount)
    words = .allocate(capacity: max(count, 1))
    words.initialize(repeating: 0, count: max(count, 1))
    for index in 0..<count { setNothing(index, barrier: true) }
  }

  deinit {
    bodies.deallocate()
    words.deallocate()
  }

  /// A kernel dispatch.  The arguments stay where they are until no launch that has the packet is in flight.
  public func setKernel(_ index: Int, _ dispatch: KernelDispatch, kernarg: UInt64, barrier: Bool) {
    words[index] = Packets.kernelDispatch(
      body(index), dispatch, kernarg: kernarg, completion: 0, header: PacketHeader.bits(.kernelDispatch, barrier: barrier))
    invalidate(index)
  }

  /// A packet that does nothing but wait, with the barrier bit, for all before it.
  public func setNothing(_ index: Int, barrier: Bool) {
    words[index] = Packets.barrierAnd(body(index), completion: 0, header: PacketHeader.bits(.barrierAnd, barrier: barrier))
    invalidate(index)
  }

  private func body(_ index: Int) -> UnsafeMutableRawPointer { bodies + index * Packets.byteCount }
  private func invalidate(_ index: Int) { body(index).storeBytes(of: UInt32(PacketHeader.Kind.invalid.rawValue), as: UInt32.self) }
}

extension Timeline {
  /// Submits a run of prepared packets, which takes one position.  Throws faulted when the device has stopped.
  public func replay(_ packets: PreparedPackets, first: Int, count: Int) throws(GPUError) {
    let hold = lock.lock()
    defer { lock.unlock(hold) }
    let position = nextPosition
    try submit(packets, first: first, count: count)
    publish(position)
  }
}
