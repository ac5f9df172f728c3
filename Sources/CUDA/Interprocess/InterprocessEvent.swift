// An event that several processes record, wait for and ask: cudaEventInterprocess.
// It is a page of system memory that every process maps: how many records there were, the latest, and a ring of signals.  A record
// takes the next signal, sets it to 1 and has its GPU count it down; whoever waits looks up the latest record and waits for its
// signal, the GPU by a packet that polls it, a thread by looking, since no interrupt crosses processes.
// Threads: any, of any process: the counters are atomic, a signal is written by the record that took it.
// Order: the signal is 1 before the packet that counts it down is submitted, and the latest record is published after that.
import GPU
import Glibc
import Synchronization

final class InterprocessEvent: @unchecked Sendable {  // shared memory, as above
  private static let signalBytes = 64
  static let signalCount: UInt64 = 62
  static let byteCount = 4096

  let device: Device
  let address: UInt64
  private let isOwn: Bool
  private var base: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: UInt(address))! }

  /// Records begun, and the last one submitted; 0 is none.
  private var begun: UnsafeMutablePointer<Atomic<UInt64>> { base.assumingMemoryBound(to: Atomic<UInt64>.self) }
  private var latest: UnsafeMutablePointer<Atomic<UInt64>> { (base + 8).assumingMemoryBound(to: Atomic<UInt64>.self) }

  /// A new one.
  init(on context: Context) throws(CUDAError) {
    device = context.device
    isOwn = true
    do { address = UInt64(UInt(bitPattern: try context.gpu.allocate(UInt64(Self.byteCount), heap: .host, isInternal: true))) } catch { throw CUDAError(error) }
    memset(base, 0, Self.byteCount)
    for index in 0..<Int(Self.signalCount) { prepare(Int(index)) }
  }

  /// Another process's.
  init(_ handle: SharedHandle) throws(CUDAError) {
    let made = try handle.map(flags: Context.interprocessMapping, isInternal: true)
    (device, address, isOwn) = (made.device, made.address, false)
  }

  deinit { try? device.gpu.free(address) }

  private func signal(_ record: UInt64) -> UnsafeMutableRawPointer { base + 64 + Int(record % Self.signalCount) * Self.signalBytes }
  private func value(_ signal: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<Int64>> { (signal + 8).assumingMemoryBound(to: Atomic<Int64>.self) }
  /// AMD_SIGNAL_KIND_USER.
  private func prepare(_ index: Int) { (base + 64 + index * Self.signalBytes).storeBytes(of: 1, as: Int64.self) }

  func handle() throws(CUDAError) -> SharedHandle {
    guard isOwn else { throw .invalidResourceHandle.because("the event is another process's") }
    return try HandleServer.shared.offer(.event, device.gpu, address: address, size: UInt64(Self.byteCount))
  }

  /// Marks what the stream has before.
  func record(in timeline: Timeline) throws(GPUError) {
    var mine = begun.pointee.add(1, ordering: .acquiringAndReleasing).newValue
    // A signal whose record of a whole round ago is still to come is left alone.
    while !value(signal(mine)).pointee.compareExchange(expected: 0, desired: 1, ordering: .acquiringAndReleasing).exchanged {
      mine = begun.pointee.add(1, ordering: .acquiringAndReleasing).newValue
      if mine % Self.signalCount == 0 { usleep(50) }
    }
    do throws(GPUError) { try timeline.enqueueDecrement(ofSignalAt: signal(mine)) } catch {
      value(signal(mine)).pointee.store(0, ordering: .releasing)
      throw error
    }
    latest.pointee.max(mine, ordering: .acquiringAndReleasing)
  }

  var isComplete: Bool {
    let record = latest.pointee.load(ordering: .acquiring)
    return record == 0 || value(signal(record)).pointee.load(ordering: .acquiring) <= 0
  }

  func enqueueWait(in timeline: Timeline) throws(GPUError) {
    let record = latest.pointee.load(ordering: .acquiring)
    guard record != 0 else { return }
    try timeline.enqueueWait(onSignalAt: signal(record), below: 1)
  }

  /// Returns when the record that is latest now is done, or the device has stopped.
  func wait(_ context: Context) throws(CUDAError) {
    let record = latest.pointee.load(ordering: .acquiring)
    guard record != 0 else { return }
    var rounds = 0
    while value(signal(record)).pointee.load(ordering: .acquiring) > 0 {
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
