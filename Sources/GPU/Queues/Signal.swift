// amd_signal_t: 64 bytes through which the GPU says that something is done, when, and whom to wake.
// Threads: the value is atomic; the rest is written by whoever owns the signal before a packet names it.
// Order: the packet processor decrements the value after everything that the packet's release fence covers.
// Source: amd_hsa_signal.h; field offsets as the software GPU's specification records them.
import Synchronization

public struct Signal: @unchecked Sendable, Equatable {  // shared memory; every field says who writes it
  public static let byteCount = 64
  /// Of the value.
  static let valueOffset: UInt64 = 8
  let base: UnsafeMutableRawPointer

  /// AMD_SIGNAL_KIND_USER.
  private static let userKind: Int64 = 1

  /// Prepares 64 zeroed, 64-byte-aligned bytes that host and device see at this address.
  init(at base: UnsafeMutableRawPointer, value: Int64, mailbox: UInt64 = 0, eventID: UInt32 = 0) {
    self.base = base
    base.storeBytes(of: Self.userKind, toByteOffset: 0, as: Int64.self)
    base.storeBytes(of: mailbox, toByteOffset: 16, as: UInt64.self)
    base.storeBytes(of: eventID, toByteOffset: 24, as: UInt32.self)
    reset(value)
  }

  /// A signal that somebody has prepared, maybe in another process.
  init(existing base: UnsafeMutableRawPointer) { self.base = base }

  /// What packets call it.
  var handle: UInt64 { UInt64(UInt(bitPattern: base)) }

  private var atomic: UnsafeMutablePointer<Atomic<Int64>> { (base + 8).assumingMemoryBound(to: Atomic<Int64>.self) }

  /// Device and host: acquiring, so that what the work wrote is seen.
  var value: Int64 { atomic.pointee.load(ordering: .acquiring) }

  /// Only while no packet names it.
  func reset(_ value: Int64) {
    base.storeBytes(of: 0, toByteOffset: 32, as: UInt64.self)
    base.storeBytes(of: 0, toByteOffset: 40, as: UInt64.self)
    atomic.pointee.store(value, ordering: .releasing)
  }

  /// What a packet processor waits for.
  func store(_ value: Int64) { atomic.pointee.store(value, ordering: .releasing) }

  /// Host work that is done counts down like a packet.
  func decrement() { _ = atomic.pointee.subtract(1, ordering: .acquiringAndReleasing) }

  /// GPU clock when the packet's work began and ended; valid once the value is down.
  var start: UInt64 { base.load(fromByteOffset: 32, as: UInt64.self) }
  var end: UInt64 { base.load(fromByteOffset: 40, as: UInt64.self) }
}

/// Signals that can be had without allocation.  Memory is never given back: a packet in flight may name any of it.
final class SignalPool: @unchecked Sendable {  // free, counters, pending: lock
  private unowned let device: Device
  private let lock = Lock()
  private var free: [UnsafeMutableRawPointer] = []
  /// What timelines that have ended counted down: for timelines again, and nothing else (`takeCounter`).
  private var counters: [UnsafeMutableRawPointer] = []
  /// Retired while a packet could still decrement them.
  private var pending: [Signal] = []

  init(device: Device) { self.device = device }

  static let slabBytes = 64 << 10

  func take(value: Int64, mailbox: UInt64 = 0, eventID: UInt32 = 0) throws(GPUError) -> Signal {
    try lock.withLock { () throws(GPUError) in
      if free.isEmpty { reclaim() }
      if free.isEmpty {
        let slab = try device.allocate(UInt64(Self.slabBytes), heap: .host, isInternal: true)
        slab.initializeMemory(as: UInt8.self, repeating: 0, count: Self.slabBytes)
        for offset in stride(from: 0, to: Self.slabBytes, by: Signal.byteCount) { free.append(slab + offset) }
      }
      return Signal(at: free.removeLast(), value: value, mailbox: mailbox, eventID: eventID)
    }
  }

  /// A signal for a timeline, which counts it down from the value that it has now.  A packet of another stream may still be about to
  /// wait until the one that had it before has come to a place: such a wait is over, and stays so, since the value never rises.
  func takeCounter() throws(GPUError) -> Signal {
    if let base = lock.withLock({ counters.popLast() }) { return Signal(existing: base) }
    return try take(value: Timeline.firstOrigin)
  }

  /// Gives the signal of a timeline that has ended back.
  func putCounter(_ signal: Signal) { lock.withLock { counters.append(signal.base) } }

  /// Gives a signal back; one that is not yet down is kept until it is.
  func put(_ signal: Signal) {
    lock.withLock {
      if signal.value == 0 { free.append(signal.base) } else { pending.append(signal) }
    }
  }

  /// Gives a signal back that no packet names any more, whatever its value.
  func putIdle(_ signal: Signal) { lock.withLock { free.append(signal.base) } }

  private func reclaim() {
    pending.removeAll { signal in
      guard signal.value == 0 else { return false }
      free.append(signal.base)
      return true
    }
  }
}

/// A place in a queue whose time the GPU notes: what a timed event owns.
public struct Timestamp: Sendable {
  let signal: Signal
  /// Whether the GPU has been there.
  public var isComplete: Bool { signal.value == 0 }
  /// The GPU's clock there; nil while it has not been there.
  public var ticks: UInt64? { isComplete ? signal.end : nil }
}
