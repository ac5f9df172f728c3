// One AQL queue of the hardware: ring, amd_queue_t, save areas, doorbell.  Several streams may share it.
// Threads: any; `submit` takes the queue's lock, which only streams that share the queue ever contend for.
// Full: `submit` waits for the GPU to consume packets, or throws when the device has stopped.
// Source: amd_hsa_queue.h (amd_queue_t), linux/kfd_ioctl.h (CREATE_QUEUE), HSA PSA 1.2, 2.8.
import Glibc
import KFD
import Synchronization

final class ComputeQueue: @unchecked Sendable {  // immutable but for streamCount (guarded by QueueSet)
  static let packetCount: UInt64 = 4096

  private unowned let device: Device
  let ring: AQLRing
  private let wait: ValueWait
  fileprivate let slots: UnsafeMutableRawPointer
  /// What vendor packets jump to, a place for each slot; none where waits need no commands.
  private let commands: UnsafeMutableRawPointer?
  /// Its amd_queue_t.
  let control: UnsafeMutableRawPointer
  /// What it has for scratch; the fault watcher's.
  var scratch: Block?
  fileprivate let lock = Lock()
  fileprivate let doorbell: UnsafeMutablePointer<Atomic<UInt64>>
  let priority: Int
  private let queueID: UInt32
  /// The partition whose compute units it has, nil for all; guarded by QueueSet's lock.
  var partition: ObjectIdentifier?
  /// How much of the device's new code this queue has had instruction caches look for; guarded by `lock`.
  private var codeSeen: UInt64 = 0
  /// Streams that submit here; guarded by QueueSet's lock.
  var streamCount = 0
  /// For the runtime's own timelines only; set when it is made.
  var isReserved = false
  /// The packet processor puts its reason here when it stops (bits as ROCr knows them).
  let inactiveSignal: Signal

  /// amd_queue_t's offsets.
  private enum Field {
    static let type = 0, features = 4, base = 8, doorbell = 16, size = 24, id = 32
    static let written = 56, groupApertureHigh = 64, privateApertureHigh = 68, maxCU = 72, maxWave = 76
    static let read = 128, readOffset = 136, properties = 180, inactiveSignal = 192
    static let byteCount = 256
  }
  /// AMD_QUEUE_PROPERTIES: 64-bit pointers, timestamps in completion signals.
  private static let properties: UInt32 = 1 << 1 | 1 << 3

  init(device: Device, priority: Int, apertures: (lds: UInt64, scratch: UInt64), inactiveSignal: Signal) throws(GPUError) {
    self.device = device
    self.priority = priority
    self.inactiveSignal = inactiveSignal
    let memory: DeviceMemory = device.memory
    let buffers = QueueBuffers(device.node)
    let ringBytes = Self.packetCount * UInt64(Packets.byteCount)
    let ringBlock = try memory.makeBlock(ringBytes, heap: .host)
    let descriptor = try memory.makeBlock(UInt64(Field.byteCount), heap: .host)
    let endOfPipe = try memory.makeBlock(UInt64(buffers.endOfPipeBytes), heap: .deviceLocal)
    let save = try memory.makeBlock(UInt64(buffers.totalBytes), heap: .host)
    wait = device.valueWait
    var commandBlock: Block?
    if wait.commandBytes > 0 { commandBlock = try memory.makeBlock(Self.packetCount * UInt64(wait.commandBytes), heap: .host) }
    commands = commandBlock.flatMap { UnsafeMutableRawPointer(bitPattern: UInt($0.address)) }

    slots = UnsafeMutableRawPointer(bitPattern: UInt(ringBlock.address))!
    let queue = UnsafeMutableRawPointer(bitPattern: UInt(descriptor.address))!
    memset(queue, 0, Field.byteCount)
    queue.storeBytes(of: 1, toByteOffset: Field.features, as: UInt32.self)  // kernel dispatch
    queue.storeBytes(of: ringBlock.address, toByteOffset: Field.base, as: UInt64.self)
    queue.storeBytes(of: UInt32(Self.packetCount), toByteOffset: Field.size, as: UInt32.self)
    queue.storeBytes(of: UInt32(apertures.lds >> 32), toByteOffset: Field.groupApertureHigh, as: UInt32.self)
    queue.storeBytes(of: UInt32(apertures.scratch >> 32), toByteOffset: Field.privateApertureHigh, as: UInt32.self)
    queue.storeBytes(of: UInt32(max(device.node.computeUnitCount - 1, 0)), toByteOffset: Field.maxCU, as: UInt32.self)
    queue.storeBytes(
      of: UInt32(max(device.node.maximumWavesPerSIMD * device.node.simdsPerComputeUnit - 1, 0)), toByteOffset: Field.maxWave,
      as: UInt32.self)
    queue.storeBytes(of: UInt32(Field.read), toByteOffset: Field.readOffset, as: UInt32.self)
    queue.storeBytes(of: Self.properties, toByteOffset: Field.properties, as: UInt32.self)
    queue.storeBytes(of: inactiveSignal.handle, toByteOffset: Field.inactiveSignal, as: UInt64.self)
    control = queue
    ring = AQLRing(
      slots: slots, capacity: Self.packetCount, written: queue + Field.written, read: queue + Field.read)

    var description = QueueDescription(
      gpuID: device.node.gpuID, type: .computeAQL, ringBase: ringBlock.address, ringSize: UInt32(ringBytes),
      writePointer: descriptor.address + UInt64(Field.written), readPointer: descriptor.address + UInt64(Field.read))
    description.priority = UInt32(min(15, 7 + max(0, -priority)))
    description.endOfPipe = (endOfPipe.address, UInt64(buffers.endOfPipeBytes))
    description.contextSave = (save.address, UInt32(buffers.contextSaveBytes), UInt32(buffers.controlStackBytes))
    let handle: QueueHandle
    do throws(KFDError) { handle = try device.system.driver.createQueue(description) } catch {
      for block in [ringBlock, descriptor, endOfPipe, save] + (commandBlock.map { [$0] } ?? []) { try? block.release(device) }
      throw GPUError(error)
    }
    queueID = handle.queueID
    let page = try device.doorbellPage(at: handle.doorbellPageOffset)
    doorbell = (page + handle.doorbellOffsetInPage).assumingMemoryBound(to: Atomic<UInt64>.self)
    queue.storeBytes(of: UInt64(handle.queueID), toByteOffset: Field.id, as: UInt64.self)
  }

  /// Has the queue's workgroups run on these compute units alone.
  func setMask(_ mask: [UInt32]) throws(GPUError) {
    do throws(KFDError) { try device.system.driver.setCUMask(queueID, mask) } catch { throw GPUError(error) }
  }

  /// Reserves `count` consecutive packets, has `fill` write them and return each first word, publishes, rings.
  func submit(_ count: UInt64, _ fill: (_ index: UInt64, _ packet: UnsafeMutableRawPointer) -> UInt32) throws(GPUError) {
    lock.lock()
    defer { lock.unlock() }
    try lookForNewCode()
    try publish(count, fill)
  }

  /// Has instruction caches forget what the host has written since the last packet.  Lock held.
  fileprivate func lookForNewCode() throws(GPUError) {
    let code = device.codeInvalidation.current
    guard code != codeSeen else { return }
    try publish(1) { _, packet in device.codeInvalidation.packet(packet) }
    codeSeen = code
  }

  /// Fills one of this queue's packets, which waits until `signal` is below `value`; called from `submit`'s `fill`.
  func emitWait(_ packet: UnsafeMutableRawPointer, signal: Signal, below value: Int64, completion: UInt64) -> UInt32 {
    let place = (packet - slots) / Packets.byteCount * wait.commandBytes
    return wait.emit(packet, commands: commands.map { $0 + place }, signal: signal.handle, below: value, completion: completion)
  }

  /// Lock held.
  private func publish(_ count: UInt64, _ fill: (_ index: UInt64, _ packet: UnsafeMutableRawPointer) -> UInt32) throws(GPUError) {
    let id = try reserve(count)
    for index in 0..<count {
      let place = PacketID(rawValue: id.rawValue + index)
      ring.publish(place, word: fill(index, ring.packet(place)))
    }
    doorbell.pointee.store(id.rawValue + count - 1, ordering: .releasing)
  }

  /// `count` free slots; waits for them.  Lock held.
  fileprivate func reserve(_ count: UInt64) throws(GPUError) -> PacketID {
    var attempts = 0
    while true {
      if let id = ring.reserve(count) { return id }
      try device.checkRunning()
      attempts += 1
      if attempts > 1000 { usleep(20) }
    }
  }
}

extension ComputeQueue {
  /// Copies prepared packets, at most as many as a burst has, and rings once.
  func copy(_ packets: PreparedPackets, _ first: Int, _ count: Int, completion: UInt64) throws(GPUError) {
    lock.lock()
    defer { lock.unlock() }
    try lookForNewCode()
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
    doorbell.pointee.store(id.rawValue + UInt64(count) - 1, ordering: .releasing)
  }
}

/// The queues of a device: at most CUDA_DEVICE_MAX_CONNECTIONS (8), made when a stream first submits something.
final class QueueSet: @unchecked Sendable {  // queues: lock
  private unowned let device: Device
  private let lock = Lock()
  private(set) var queues: [ComputeQueue] = []
  /// The most queues for streams of no partition.
  let limit: Int

  init(device: Device) {
    self.device = device
    let asked = getenv("CUDA_DEVICE_MAX_CONNECTIONS").flatMap { Int(String(cString: $0)) } ?? 8
    let most = device.node.computeQueueCount > 0 ? device.node.computeQueueCount : 32
    limit = max(1, min(asked, 32, most))
  }

  /// A queue that no stream of the program's shares: for work that packets already waiting in streams' queues wait for.
  func internalQueue() throws(GPUError) -> ComputeQueue {
    try lock.withLock { () throws(GPUError) in
      if let found = queues.first(where: { $0.isReserved }) {
        found.streamCount += 1
        return found
      }
      let queue = try make(priority: 0)
      queue.isReserved = true
      queue.streamCount = 1
      return queue
    }
  }

  /// Lock held.
  private func make(priority: Int) throws(GPUError) -> ComputeQueue {
    let wake = try device.queueEvent()
    let signal = try device.signals.take(value: 0, mailbox: wake.mailbox, eventID: wake.id)
    let queue = try ComputeQueue(device: device, priority: priority, apertures: device.apertures, inactiveSignal: signal)
    queues.append(queue)
    return queue
  }

  /// A queue for one more stream of a partition, or of none: a new one while there may be more, else the least loaded of its priority,
  /// else of all.
  func assign(priority: Int, partition: Partition?) throws(GPUError) -> ComputeQueue {
    try lock.withLock { () throws(GPUError) in
      let identity = partition.map { ObjectIdentifier($0) }
      let own = queues.filter { !$0.isReserved && $0.partition == identity }
      if let empty = own.first(where: { $0.streamCount == 0 && $0.priority == priority }) {
        empty.streamCount = 1
        return empty
      }
      if own.count < partition?.queueLimit ?? limit {
        let queue = try make(priority: priority)
        if let partition {
          try queue.setMask(partition.mask)   // refused: the queue is anyone's
          queue.partition = identity
        }
        queue.streamCount = 1
        return queue
      }
      let fitting = own.filter { $0.priority == priority }
      let queue = (fitting.isEmpty ? own : fitting).min { $0.streamCount < $1.streamCount }!
      queue.streamCount += 1
      return queue
    }
  }

  /// A partition has ended: its queues, which no stream has any more, are anyone's again.
  func dissolve(_ partition: ObjectIdentifier) {
    lock.withLock {
      for queue in queues where queue.partition == partition {
        if (try? queue.setMask(Partition.wholeMask(device.node))) != nil { queue.partition = nil }
      }
    }
  }

  func release(_ queue: ComputeQueue) { lock.withLock { queue.streamCount -= 1 } }

  var all: [ComputeQueue] { lock.withLock { queues } }
}
