// The order of one stream's work on the GPU.
// Every piece of work (a dispatch, a wait, a host task) takes the next position; the timeline's signal counts down once as each
// completes, in order, so `origin - value` is how far the stream has come.
// Threads: any; submissions take the timeline's own lock.
// Order: packets carry the barrier bit, so packets of one queue complete in order.  A packet behind host work is preceded by a
// wait for the timeline's own value; work of another stream is waited for by value too, which never goes stale.
// Hot path: dispatch, timestamp and isComplete allocate nothing, make no system call and count no reference: what they touch is the
// timeline's own or behind the queue's port.
// Source: HSA PSA 1.2, 2.9; DESIGN, "Order".
import CSoftGPU   // hints that Swift has not
import Glibc
import Synchronization

public final class Timeline: @unchecked Sendable {  // everything below `lock` is guarded by it, but for the atomics
  /// Where a new signal begins to count down.
  static let firstOrigin: Int64 = 1 << 62
  /// The signal's value at position 0.
  private let origin: Int64

  let device: Device
  private let health: Health
  private var priority: Int
  /// Its packets go to a queue that no stream of the program's shares.
  let isInternal: Bool
  /// The compute units that it dispatches to; nil for all.
  private let partition: Partition?
  let signal: Signal
  let lock = BiasedLock()
  private let submittedPosition = Atomic<UInt64>(0)

  private var queue: ComputeQueue?
  @exclusivity(unchecked) private var port: QueuePort?
  @exclusivity(unchecked) private var kernargs = KernargRing(capacity: Timeline.kernargBytes)
  @exclusivity(unchecked) private var kernargMemory: UnsafeMutableRawPointer?
  /// Position of the last host task; the GPU must wait for it by value.  Written with the lock held.
  let lastHostTask = Atomic<UInt64>(0)
  /// Who does it; workers live as long as the process.
  @exclusivity(unchecked) unowned(unsafe) var lastHostWorker: HostWorker?
  private var isRetired = false
  /// Tells timelines apart for the process's life.
  public let serial = nextTimelineSerial.add(1, ordering: .relaxed).newValue
  /// What this timeline's later work waits for anyway (Timeline+Dependencies).  Lock held.
  @exclusivity(unchecked) var dependencies = KnownDependencies()

  private static let nextTimelineSerial = Atomic<UInt64>(0)
  /// Room for more launches than CUDA lets a program be ahead of the GPU (1024) of 400 bytes each, and for the 32,764 bytes that a launch may have.
  static let kernargBytes: UInt64 = 1 << 19

  init(device: Device, priority: Int, isInternal: Bool = false, partition: Partition? = nil) throws(GPUError) {
    self.device = device
    health = device.health
    self.isInternal = isInternal
    self.partition = partition
    self.priority = priority
    signal = try device.signals.takeCounter()
    origin = signal.value
  }

  deinit {
    if let kernargMemory { try? device.free(UInt64(UInt(bitPattern: kernargMemory))) }
    if let queue { device.queues.release(queue) }
    device.signals.putCounter(signal)
  }

  // MARK: positions

  /// The position of the last work submitted.
  public var submitted: UInt64 { submittedPosition.load(ordering: .acquiring) }

  /// The position up to which everything is done.
  public var completed: UInt64 { UInt64(bitPattern: origin - signal.value) }

  public func isComplete(_ position: UInt64) -> Bool { completed >= position }

  /// The signal's value when `position` is complete, or less.
  func value(at position: UInt64) -> Int64 { origin - Int64(bitPattern: position) }

  /// Next position; call with the lock held, and publish once the work is on its way.
  var nextPosition: UInt64 { submittedPosition.load(ordering: .relaxed) &+ 1 }
  func publish(_ position: UInt64) { submittedPosition.store(position, ordering: .releasing) }

  // MARK: packets

  /// The way into the stream's queue; call with the lock held.
  @inline(__always)
  private func thePort() throws(GPUError) -> QueuePort {
    if let port { return port }
    return try findQueue()
  }

  @inline(never)
  private func findQueue() throws(GPUError) -> QueuePort {
    try device.startFaultWatcher()
    let made = isInternal ? try device.queues.internalQueue() : try device.queues.assign(priority: priority, partition: partition)
    queue = made
    port = made.port
    return made.port
  }

  private static let barrierHeader = PacketHeader.bits(.barrierAnd, barrier: true)
  private static let dispatchHeader = PacketHeader.bits(.kernelDispatch, barrier: true)

  /// Submits packets of this stream, behind a wait for host work where there is some.  Lock held.
  @inline(__always)
  private func submit(_ count: UInt64 = 1, _ fill: (UInt64, UnsafeMutableRawPointer, QueuePort) -> UInt32) throws(GPUError) {
    try health.check()
    let port = try thePort()
    if hasHostWork { try submitWaitForHost(port) }
    try port.submit(count) { index, packet in fill(index, packet, port) }
  }

  /// Whether the host has something of this timeline's still to do.
  var hasHostWork: Bool {
    let last = lastHostTask.load(ordering: .relaxed)
    return last > 0 && !isComplete(last)
  }

  /// Has the queue wait until the host's last task is done.  Lock held.
  @inline(never)
  private func submitWaitForHost(_ port: QueuePort) throws(GPUError) {
    let target = lastHostTask.load(ordering: .relaxed)
    try port.submit(1) { _, packet in emitWait(packet, port, on: self, position: target, completion: 0) }
  }

  /// The same for a run of prepared packets, the last of which counts the timeline down.  Lock held.
  func submit(_ packets: PreparedPackets, first: Int, count: Int) throws(GPUError) {
    try health.check()
    let port = try thePort()
    if hasHostWork { try submitWaitForHost(port) }
    try port.submit(packets, first: first, count: count, completion: signal.handle)
  }

  private func emitWait(
    _ packet: UnsafeMutableRawPointer, _ port: QueuePort, on timeline: Timeline, position: UInt64, completion: UInt64
  ) -> UInt32 {
    port.emitWait(packet, signal: timeline.signal, below: timeline.value(at: position) + 1, completion: completion)
  }

  /// Dispatches a kernel.  `fill` writes its arguments, `byteCount` bytes which still have what was there before; it is told the dispatch's
  /// position and runs under the timeline's lock.
  /// Throws invalidArgument when the arguments cannot fit any ring, faulted when the device has stopped; nothing is dispatched then.
  public func dispatch(
    _ dispatch: UnsafePointer<KernelDispatch>, kernargs byteCount: Int, _ fill: (_ to: UnsafeMutableRawPointer, _ position: UInt64) -> Void
  ) throws(GPUError) {
    let hold = lock.lock()
    defer { lock.unlock(hold) }
    let kernarg = try reserveKernargs(UInt64(max(byteCount, 1)))
    let position = nextPosition
    fill(kernarg, position)
    let completion = signal.handle
    try submit { _, packet, _ in
      Packets.kernelDispatch(
        packet, dispatch.pointee, kernarg: UInt64(UInt(bitPattern: kernarg)), completion: completion, header: Timeline.dispatchHeader)
    }
    publish(position)
    if let kernargMemory { carmine_will_write(kernargMemory + Int(truncatingIfNeeded: kernargs.upcoming)) }
  }

  @inline(__always)
  private func reserveKernargs(_ byteCount: UInt64) throws(GPUError) -> UnsafeMutableRawPointer {
    if let kernargMemory, let offset = kernargs.reserve(byteCount) { return kernargMemory + Int(truncatingIfNeeded: offset) }
    return try waitForKernargs(byteCount)
  }

  @inline(never)
  private func waitForKernargs(_ byteCount: UInt64) throws(GPUError) -> UnsafeMutableRawPointer {
    if kernargMemory == nil {
      kernargMemory = try device.allocate(Timeline.kernargBytes, heap: .host, isInternal: true)
      carmine_populate(kernargMemory!, Int(Timeline.kernargBytes))
    }
    guard byteCount <= kernargs.segmentSize else {
      throw GPUError(.invalidArgument, "\(byteCount) bytes of kernel arguments, at most \(kernargs.segmentSize)")
    }
    var attempts = 0
    while true {
      if let offset = kernargs.reserve(byteCount) { return kernargMemory! + Int(offset) }
      if kernargs.advance(submitted: nextPosition - 1, completed: completed) { continue }
      try health.check()
      attempts += 1
      if attempts > 1000 { usleep(20) }
    }
  }

  /// Makes what is submitted next wait until `other` has come to `position`.
  public func enqueueWait(on other: Timeline, position: UInt64) throws(GPUError) {
    if other === self { return }
    let hold = lock.lock()
    defer { lock.unlock(hold) }
    dependencies.note(other.serial, position)
    if other.isComplete(position) { return }
    let mine = nextPosition
    let completion = signal.handle
    try submit { _, packet, port in emitWait(packet, port, on: other, position: position, completion: completion) }
    publish(mine)
  }

  /// Has the GPU note the time when everything submitted so far is done.  Takes a position of its own, which a second packet
  /// completes: a packet has one completion signal, and a signal one pair of times.
  public func enqueueTimestamp() throws(GPUError) -> Timestamp {
    let mark = try device.signals.take(value: 1)
    do throws(GPUError) {
      try lock.withLock { () throws(GPUError) in
        let position = nextPosition
        let completion = signal.handle
        try submit(2) { index, packet, _ in
          Packets.barrierAnd(packet, completion: index == 0 ? mark.handle : completion, header: Timeline.barrierHeader)
        }
        publish(position)
      }
    } catch {
      device.signals.putIdle(mark)
      throw error
    }
    return Timestamp(signal: mark)
  }

  /// Makes what is submitted next wait until a signal, which need not be this process's, is below `value`.
  public func enqueueWait(onSignalAt address: UnsafeMutableRawPointer, below value: Int64) throws(GPUError) {
    let foreign = Signal(existing: address)
    if foreign.value < value { return }
    try lock.withLock { () throws(GPUError) in
      let mine = nextPosition
      let completion = signal.handle
      try submit { _, packet, port in port.emitWait(packet, signal: foreign, below: value, completion: completion) }
      publish(mine)
    }
  }

  /// Has the GPU count a signal down when everything submitted so far is done.
  public func enqueueDecrement(ofSignalAt address: UnsafeMutableRawPointer) throws(GPUError) {
    let handle = UInt64(UInt(bitPattern: address))
    try lock.withLock { () throws(GPUError) in
      let position = nextPosition
      let completion = signal.handle
      try submit(2) { index, packet, _ in
        Packets.barrierAnd(packet, completion: index == 0 ? handle : completion, header: Timeline.barrierHeader)
      }
      publish(position)
    }
  }

  /// Has the GPU count `bell` down, and interrupt if the bell says so, when this timeline has come to `position`.
  /// True if nothing in the queue before it can keep it longer than the position itself.  Lock held.
  @discardableResult
  func submitBell(_ bell: Signal, at position: UInt64) throws(GPUError) -> Bool {
    let port = try thePort()
    try port.submit(1) { _, packet in emitWait(packet, port, on: self, position: position, completion: bell.handle) }
    return queue?.streamCount == 1 && position + 1 == nextPosition
  }

  /// What is submitted from now on goes to a queue of this priority, behind a wait for what went to the one before.
  public func changePriority(to priority: Int) {
    lock.withLock {
      self.priority = priority
      guard let left = queue else { return }
      queue = nil
      port = nil
      device.queues.release(left)
      let position = nextPosition - 1
      if position > lastHostTask.load(ordering: .relaxed) {
        lastHostTask.store(position, ordering: .relaxed)
        lastHostWorker = nil
      }
    }
  }

  // MARK: end

  /// The stream is gone; its resources go back when its work is done.
  public func retire() {
    let first = lock.withLock {
      defer { isRetired = true }
      return !isRetired
    }
    if first { device.keepUntilComplete(self) }
  }
}
