// One AQL queue of the hardware: ring, amd_queue_t, save areas, doorbell.  Several streams may share it; they submit through its
// port (QueuePort).  Threads: any.
// Source: amd_hsa_queue.h (amd_queue_t), linux/kfd_ioctl.h (CREATE_QUEUE), HSA PSA 1.2, 2.8.
import Glibc
import KFD
import Synchronization

final class ComputeQueue: @unchecked Sendable {  // immutable but for streamCount (guarded by QueueSet)
  static let packetCount: UInt64 = 4096

  private unowned let device: Device
  let ring: AQLRing
  let port: QueuePort
  /// Its amd_queue_t.
  let control: UnsafeMutableRawPointer
  /// What it has for scratch; the fault watcher's.
  var scratch: Block?
  let priority: Int
  private let queueID: UInt32
  /// The partition whose compute units it has, nil for all; guarded by QueueSet's lock.
  var partition: ObjectIdentifier?
  private let streams = Atomic<Int>(0)
  /// Streams that submit here: changed under QueueSet's lock, read by any thread.  One that finds 1 is the only stream, or another joins
  /// just now, whose packets come behind those that are already in the ring.
  var streamCount: Int {
    get { streams.load(ordering: .relaxed) }
    set { streams.store(newValue, ordering: .relaxed) }
  }
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
    let wait = device.valueWait
    var commandBlock: Block?
    if wait.commandBytes > 0 { commandBlock = try memory.makeBlock(Self.packetCount * UInt64(wait.commandBytes), heap: .host) }

    let slots = UnsafeMutableRawPointer(bitPattern: UInt(ringBlock.address))!
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
    port = QueuePort(
      ring: ring, slots: slots, wait: wait, commands: commandBlock.flatMap { UnsafeMutableRawPointer(bitPattern: UInt($0.address)) },
      doorbell: page + handle.doorbellOffsetInPage, health: device.health, code: device.codeInvalidation)
    queue.storeBytes(of: UInt64(handle.queueID), toByteOffset: Field.id, as: UInt64.self)
  }

  deinit { port.deallocate() }

  /// Has the queue's workgroups run on these compute units alone.
  func setMask(_ mask: [UInt32]) throws(GPUError) {
    do throws(KFDError) { try device.system.driver.setCUMask(queueID, mask) } catch { throw GPUError(error) }
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
