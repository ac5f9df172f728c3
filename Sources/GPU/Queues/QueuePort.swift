// What a submission touches of a queue: its lock, ring, doorbell, and what it looks at before it writes packets.  It lies apart
// from the queue's object and is reached by a pointer, so that on the way there no reference is counted: counting one is a locked
// instruction, which waits until the packets before have left the store buffer.
// Threads: any; `submit` and `copy` take the queue's lock, which only streams that share the queue ever contend for.
// Full: both wait for the GPU to consume packets, or throw when the device has stopped.
// Source: HSA PSA 1.2, 2.8.
import CSoftGPU   // hints that Swift has not
import Glibc
import Synchronization

struct QueuePort: @unchecked Sendable {  // `state` is guarded by the lock in it and lives as long as the queue
  private struct State: ~Copyable {
    // Not the lock first: Swift counts a change of `ring` in place as one of the whole, which for the thread sanitizer is its first word.
    var ring: AQLRing
    let lock = BiasedLock()
    let slots: UnsafeMutableRawPointer
    let wait: ValueWait
    /// What vendor packets jump to, a place for each slot; none where waits need no commands.
    let commands: UnsafeMutableRawPointer?
    let doorbell: UnsafeMutablePointer<Atomic<UInt64>>
    let health: Health
    let code: CodeInvalidation
    /// How much of the device's new code this queue has had instruction caches look for.
    var codeSeen: UInt64 = 0
  }
  private let state: UnsafeMutablePointer<State>

  init(
    ring: AQLRing, slots: UnsafeMutableRawPointer, wait: ValueWait, commands: UnsafeMutableRawPointer?, doorbell: UnsafeMutableRawPointer, health: Health,
    code: CodeInvalidation
  ) {
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(
        ring: ring, slots: slots, wait: wait, commands: commands, doorbell: doorbell.assumingMemoryBound(to: Atomic<UInt64>.self), health: health,
        code: code))
  }

  /// The queue is gone.
  func deallocate() {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Reserves `count` consecutive packets, has `fill` write them and return each first word, publishes, rings.
  @inline(__always)
  func submit(_ count: UInt64, _ fill: (_ index: UInt64, _ packet: UnsafeMutableRawPointer) -> UInt32) throws(GPUError) {
    let hold = state.pointee.lock.lock()
    defer { state.pointee.lock.unlock(hold) }
    if state.pointee.code.current != state.pointee.codeSeen { try forgetOldCode() }
    try publish(count, fill)
  }

  /// Has instruction caches forget what the host has written since the last packet.  Lock held.
  @inline(never)
  private func forgetOldCode() throws(GPUError) {
    let code = state.pointee.code.current
    try publish(1) { _, packet in state.pointee.code.packet(packet) }
    state.pointee.codeSeen = code
  }

  /// Fills one of this queue's packets, which waits until `signal` is below `value`; called from `submit`'s `fill`.
  func emitWait(_ packet: UnsafeMutableRawPointer, signal: Signal, below value: Int64, completion: UInt64) -> UInt32 {
    let wait = state.pointee.wait
    let place = (packet - state.pointee.slots) / Packets.byteCount * wait.commandBytes
    return wait.emit(packet, commands: state.pointee.commands.map { $0 + place }, signal: signal.handle, below: value, completion: completion)
  }

  /// Lock held.
  @inline(__always)
  private func publish(_ count: UInt64, _ fill: (_ index: UInt64, _ packet: UnsafeMutableRawPointer) -> UInt32) throws(GPUError) {
    let id = try reserve(count)
    for index in 0..<count {
      let place = PacketID(rawValue: id.rawValue &+ index)
      state.pointee.ring.publish(place, word: fill(index, state.pointee.ring.packet(place)))
    }
    state.pointee.doorbell.pointee.store(id.rawValue &+ count &- 1, ordering: .releasing)
    carmine_will_write(state.pointee.ring.packet(PacketID(rawValue: id.rawValue &+ count)))
  }

  /// `count` free slots; waits for them.  Lock held.
  @inline(__always)
  private func reserve(_ count: UInt64) throws(GPUError) -> PacketID {
    if let id = state.pointee.ring.reserve(count) { return id }
    return try waitForSlots(count)
  }

  @inline(never)
  private func waitForSlots(_ count: UInt64) throws(GPUError) -> PacketID {
    var attempts = 0
    while true {
      if let id = state.pointee.ring.reserve(count) { return id }
      try state.pointee.health.check()
      attempts += 1
      if attempts > 1000 { usleep(20) }
    }
  }

  /// Copies prepared packets, at most as many as a burst has, and rings once.
  func copy(_ packets: PreparedPackets, _ first: Int, _ count: Int, completion: UInt64) throws(GPUError) {
    let hold = state.pointee.lock.lock()
    defer { state.pointee.lock.unlock(hold) }
    if state.pointee.code.current != state.pointee.codeSeen { try forgetOldCode() }
    let ring = state.pointee.ring, slots = state.pointee.slots
    let id = try reserve(UInt64(count))
    // Bodies first: their first words are INVALID, as those of the free slots are.  A run may go around the ring's end.
    let start = Int(id.rawValue & (ring.capacity - 1)), straight = min(count, Int(ring.capacity) - start)
    memcpy(slots + start * Packets.byteCount, packets.bodies + first * Packets.byteCount, straight * Packets.byteCount)
    if straight < count {
      memcpy(slots, packets.bodies + (first + straight) * Packets.byteCount, (count - straight) * Packets.byteCount)
    }
    if completion != 0 {
      ring.packet(PacketID(rawValue: id.rawValue + UInt64(count - 1))).storeBytes(of: completion, toByteOffset: 56, as: UInt64.self)
    }
    for index in 0..<count { ring.publish(PacketID(rawValue: id.rawValue + UInt64(index)), word: packets.words[first + index]) }
    state.pointee.doorbell.pointee.store(id.rawValue + UInt64(count) - 1, ordering: .releasing)
  }
}

extension QueuePort {
  /// So many packets go into the ring at a time, so that the GPU begins while the rest is copied.
  static let burst = 256

  /// Copies a run into the ring; `completion` is the last one's signal.  The timeline's lock is held.
  func submit(_ packets: PreparedPackets, first: Int, count: Int, completion: UInt64) throws(GPUError) {
    var done = 0
    while done < count {
      let now = min(count - done, Self.burst)
      try copy(packets, first + done, now, completion: done + now == count ? completion : 0)
      done += now
    }
  }
}
