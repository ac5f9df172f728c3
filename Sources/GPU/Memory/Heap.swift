// The kinds of memory that a GPU can reach, and what is known about each piece of it.

/// Where memory lives and who can reach it.  All of it has one address on host and device, but for `registered`.
public enum Heap: UInt8, Sendable, CaseIterable {
  case deviceLocal = 0   // VRAM, visible to the host through the large BAR
  case code = 1          // VRAM, executable
  case host = 2          // system memory, pinned, coherent
  case managed = 3       // system memory now; a place of its own so that migration can come
  case registered = 4    // the program's own memory, pinned (USERPTR)
  case imported = 5      // another process's or driver's VRAM, through a dma-buf
  case importedHost = 6  // the same of system memory
}

extension Heap {
  /// Memory on a GPU, as CUDA sees it.
  public var isOnDevice: Bool { self == .deviceLocal || self == .code || self == .imported }
}

/// A live allocation as a look-up finds it.
public struct Allocation: Sendable {
  public var deviceAddress: UInt64
  public var hostAddress: UInt64
  public var byteCount: UInt64   // as asked for
  public var heap: Heap
  public var flags: UInt32       // the caller's own, given at allocation
  public var serial: UInt64      // unique in the process: CUDA's buffer id
  public var isInternal: Bool    // the runtime's own (module variables, buffers): not the program's to free

  public init(
    deviceAddress: UInt64, hostAddress: UInt64, byteCount: UInt64, heap: Heap, flags: UInt32, serial: UInt64, isInternal: Bool
  ) {
    (self.deviceAddress, self.hostAddress, self.byteCount, self.heap) = (deviceAddress, hostAddress, byteCount, heap)
    (self.flags, self.serial, self.isInternal) = (flags, serial, isInternal)
  }
}
