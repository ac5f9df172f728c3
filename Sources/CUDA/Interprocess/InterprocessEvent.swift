// An event that several processes record, wait for and ask: cudaEventInterprocess.
// It is system memory that every process maps: the latest record, and many signals.  A record takes a signal that is at rest, which
// then has one more use, and has its GPU count it down; whoever waits looks up the latest record and waits until that signal has come
// down as far: the GPU by a packet that polls it, a thread by looking, since no interrupt crosses processes.  A signal never goes up
// again, so a wait that is late still sees what it waits for.
// Threads: any, of any process: the counters are atomic, a signal is counted down once for each use.
// Order: the use is counted before the packet that ends it is submitted, and the latest record is published after that.
// Full: with a record pending on every signal, the next record waits for one to end.
import GPU
import Glibc
import Synchronization

final class InterprocessEvent: @unchecked Sendable {  // shared memory, as above
  private static let signalBytes = 64
  static let signalCount = 1022
  static let byteCount = 64 << 10
  /// Of a signal that was never used.
  private static let origin: Int64 = 1 << 40

  let device: Device
  let address: UInt64
  private let isOwn: Bool
  private var base: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: UInt(address))! }

  /// The last record submitted: its signal and which use of it; 0 is none.
  private var latest: UnsafeMutablePointer<Atomic<UInt64>> { base.assumingMemoryBound(to: Atomic<UInt64>.self) }
  /// Where to look for a signal at rest.
  private var hint: UnsafeMutablePointer<Atomic<UInt64>> { (base + 8).assumingMemoryBound(to: Atomic<UInt64>.self) }

  /// One use of one signal.
  private struct Record {
    var index: Int
    var use: Int64
    init(index: Int, use: Int64) { (self.index, self.use) = (index, use) }
    init?(_ bits: UInt64) {
      if bits == 0 { return nil }
      self.init(index: Int(bits >> 48), use: Int64(bits & 0xffff_ffff_ffff))
    }
    var bits: UInt64 { UInt64(index) << 48 | UInt64(use) }
  }

  /// A new one.
  init(on context: Context) throws(CUDAError) {
    device = context.device
    isOwn = true
    do { address = UInt64(UInt(bitPattern: try context.gpu.allocate(UInt64(Self.byteCount), heap: .host, isInternal: true))) } catch { throw CUDAError(error) }
    memset(base, 0, Self.byteCount)
    for index in 0..<Self.signalCount { prepare(index) }
  }

  /// Another process's.
  init(_ handle: SharedHandle) throws(CUDAError) {
    let made = try handle.map(flags: Context.interprocessMapping, isInternal: true)
    (device, address, isOwn) = (made.device, made.address, false)
  }

  deinit { try? device.gpu.free(address) }

  private func signal(_ index: Int) -> UnsafeMutableRawPointer { base + 64 + index * Self.signalBytes }
  private func value(_ index: Int) -> UnsafeMutablePointer<Atomic<Int64>> { (signal(index) + 8).assumingMemoryBound(to: Atomic<Int64>.self) }
  /// In the last word of a signal, which packet processors leave alone.
  private func uses(_ index: Int) -> UnsafeMutablePointer<Atomic<Int64>> { (signal(index) + 56).assumingMemoryBound(to: Atomic<Int64>.self) }

  private func prepare(_ index: Int) {
    signal(index).storeBytes(of: 1, as: Int64.self)   // AMD_SIGNAL_KIND_USER
    value(index).pointee.store(Self.origin, ordering: .releasing)
  }

  private func isDone(_ record: Record) -> Bool { value(record.index).pointee.load(ordering: .acquiring) <= Self.origin - record.use }

  /// A signal at rest, with one use more.
  private func take() -> Record {
    while true {
      let start = Int(hint.pointee.add(1, ordering: .relaxed).newValue % UInt64(Self.signalCount))
      for step in 0..<Self.signalCount {
        let index = (start + step) % Self.signalCount, use = uses(index).pointee.load(ordering: .acquiring)
        guard value(index).pointee.load(ordering: .acquiring) == Self.origin - use,
          uses(index).pointee.compareExchange(expected: use, desired: use + 1, ordering: .acquiringAndReleasing).exchanged
        else { continue }
        return Record(index: index, use: use + 1)
      }
      usleep(50)
    }
  }

  func handle() throws(CUDAError) -> SharedHandle {
    guard isOwn else { throw .invalidResourceHandle.because("the event is another process's") }
    return try HandleServer.shared.offer(.event, device.gpu, address: address, size: UInt64(Self.byteCount))
  }

  /// Marks what the stream has before.
  func record(in timeline: Timeline) throws(GPUError) {
    let mine = take()
    do throws(GPUError) { try timeline.enqueueDecrement(ofSignalAt: signal(mine.index)) } catch {
      _ = value(mine.index).pointee.subtract(1, ordering: .acquiringAndReleasing)
      throw error
    }
    latest.pointee.store(mine.bits, ordering: .releasing)
  }

  private var lastRecord: Record? { Record(latest.pointee.load(ordering: .acquiring)) }

  var isComplete: Bool { lastRecord.map(isDone) ?? true }

  func enqueueWait(in timeline: Timeline) throws(GPUError) {
    guard let record = lastRecord else { return }
    try timeline.enqueueWait(onSignalAt: signal(record.index), below: Self.origin - record.use + 1)
  }

  /// Returns when the record that is latest now is done, or the device has stopped.
  func wait(_ context: Context) throws(CUDAError) {
    guard let record = lastRecord else { return }
    var rounds = 0
    while !isDone(record) {
      rounds += 1
      if rounds > 2000 {
        try context.check()
        usleep(50)
      }
    }
  }
}

extension Event {
  /// cudaIpcGetEventHandle.  Throws cudaErrorInvalidResourceHandle unless the event was made with cudaEventInterprocess.
  public func export(to bytes: UnsafeMutableRawPointer) throws(CUDAError) {
    guard let shared else { throw .invalidResourceHandle.because("the event was made without cudaEventInterprocess") }
    try shared.handle().write(to: bytes)
  }

  /// cudaIpcOpenEventHandle.
  public static func open(_ bytes: UnsafeRawPointer) throws(CUDAError) -> Event {
    guard let handle = SharedHandle(from: bytes), handle.kind == .event else { throw .mapBufferObjectFailed.because("the bytes are no event handle") }
    guard !handle.isOwn else { throw .deviceUninitialized.because("the handle is of this process") }
    let shared = try InterprocessEvent(handle)
    return adopt(shared, in: try shared.device.primaryContext())
  }
}
