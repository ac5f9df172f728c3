// What a program holds as cudaStream_t or cudaEvent_t: the address of a slot that is never unmapped, so that a handle used
// after its object was destroyed is told from a live one without a lock or a table look-up.
// Threads: `object(for:)`, any; `issue` and `revoke` take a lock.  Destroying an object while another thread uses its handle
// is the program's error, as in CUDA.
import GPU

extension Unmanaged {
  /// Calls `body` with the object, whose reference is not counted: somebody else keeps it while `body` runs.
  @inlinable @inline(__always)
  public func borrow<R, E: Error>(_ body: (Instance) throws(E) -> R) throws(E) -> R {
    try _withUnsafeGuaranteedRef { instance -> Result<R, E> in
      do throws(E) { return .success(try body(instance)) } catch { return .failure(error) }
    }.get()
  }
}

/// The slot that a handle points to.  Reused by later handles of the same kind, never freed.
private struct HandleSlot {
  var kind: UInt64        // HandleKind.magic while live, 0 after; written under the lock, read by anyone
  var object: UnsafeRawPointer?   // retained while live
}

/// A namespace of handles for one class.
final class HandleTable<Object: AnyObject>: @unchecked Sendable {  // free: lock
  private let magic: UInt64
  private let lock = Lock()
  private var free: [UnsafeMutablePointer<HandleSlot>] = []

  init(magic: UInt64) { self.magic = magic }

  /// A new handle, which keeps `object` alive until it is revoked.
  func issue(_ object: Object) -> UnsafeMutableRawPointer {
    lock.withLock {
      if free.isEmpty {
        let count = 64
        let slots = UnsafeMutablePointer<HandleSlot>.allocate(capacity: count)
        slots.initialize(repeating: HandleSlot(kind: 0, object: nil), count: count)
        for index in (0..<count).reversed() { free.append(slots + index) }
      }
      let slot = free.removeLast()
      slot.pointee = HandleSlot(kind: magic, object: Unmanaged.passRetained(object).toOpaque())
      return UnsafeMutableRawPointer(slot)
    }
  }

  /// The object behind a handle; nil if it is null, destroyed or of another kind.
  func object(for handle: UnsafeMutableRawPointer) -> Object? { unretained(for: handle)?.takeUnretainedValue() }

  /// The same for hot paths, which count no references: the handle keeps the object.
  @inline(__always)
  func unretained(for handle: UnsafeMutableRawPointer) -> Unmanaged<Object>? {
    guard UInt(bitPattern: handle) & 15 == 0, UInt(bitPattern: handle) >= 4096 else { return nil }
    let slot = handle.assumingMemoryBound(to: HandleSlot.self)
    guard slot.pointee.kind == magic, let object = slot.pointee.object else { return nil }
    return .fromOpaque(object)
  }

  /// Ends a handle and gives its object back; nil if it was no live handle.
  func revoke(_ handle: UnsafeMutableRawPointer) -> Object? {
    lock.withLock {
      guard object(for: handle) != nil else { return nil }
      let slot = handle.assumingMemoryBound(to: HandleSlot.self)
      let object = Unmanaged<Object>.fromOpaque(slot.pointee.object!).takeRetainedValue()
      slot.pointee = HandleSlot(kind: 0, object: nil)
      free.append(slot)
      return object
    }
  }
}
