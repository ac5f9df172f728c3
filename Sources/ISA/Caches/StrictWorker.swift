// What a worker has in strict mode: the device's caches, the compute unit's cache that the running wave uses, and bytes of
// accesses that lie in no one line.  Belongs to the worker's thread; the slice count is read by whoever writes L2 back.
import Glibc
import Synchronization

public struct StrictWorker {
  unowned(unsafe) let caches: DeviceCaches
  /// Of the wave that runs; the worker's own between workgroups.
  public var unit: UnsafeMutablePointer<UnitCache>
  private let idleUnit: UnsafeMutablePointer<UnitCache>
  let slice: UnsafeMutablePointer<Atomic<UInt64>>
  /// 64 bytes a lane.
  let bounce: UnsafeMutableRawPointer
  /// By opcode row: 0 not asked yet, else which kind of atomic it is.
  var atomics: [UInt8]
  var seenCode: UInt64 = 0
  /// Waves of one workgroup are on two compute units: gfx11 outside CU mode, gfx9 in threadgroup-split mode.
  public var isSplit = false

  init(_ caches: DeviceCaches, rows: Int) {
    self.caches = caches
    idleUnit = UnitCache.make()
    unit = idleUnit
    slice = caches.addWorker()
    bounce = .allocate(byteCount: 65 * 64, alignment: 64)
    atomics = Array(repeating: 0, count: rows)
  }
  func destroy() {
    idleUnit.destroy()
    bounce.deallocate()
  }
}

extension UnsafeMutablePointer<StrictWorker> {
  /// Waves of one workgroup execute from here until `endSlice`; their stores are done then.
  public func beginSlice(_ unit: UnsafeMutablePointer<UnitCache>?) {
    pointee.unit = unit ?? pointee.unit
    pointee.slice.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
  }
  public func endSlice() { pointee.slice.pointee.wrappingAdd(1, ordering: .releasing) }

  /// True once after each invalidation of instruction caches.
  public func codeChanged() -> Bool {
    let now = pointee.caches.instructionEpoch
    defer { pointee.seenCode = now }
    return now != pointee.seenCode
  }
}
