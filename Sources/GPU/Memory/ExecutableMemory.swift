// Device memory that holds code: allocated writable, filled by the host, then run by the GPU.
// Threads: any.  Whoever holds it frees it by letting go; nothing may be running it then.
// Order: what is submitted after `write` has instruction caches forget what they held (CodeInvalidation).

public final class ExecutableMemory: Sendable {
  public let device: Device
  /// Of the first byte, for host and device.
  public let address: UInt64
  public let byteCount: Int

  /// `alignment`: a power of two up to 4096.  Throws outOfMemory.
  public init(on device: Device, byteCount: Int, alignment: UInt64 = 4096) throws(GPUError) {
    guard alignment & (alignment - 1) == 0, alignment <= Block.pageSize else {
      throw GPUError(.invalidArgument, "code aligned to \(alignment) bytes; at most \(Block.pageSize) is possible")
    }
    // Instruction prefetch may read past the end of a kernel: room for it, so that it never leaves the mapping.
    let padded = UInt64(max(byteCount, 1)) + 256
    let rounded = alignment > DeviceMemory.granule ? padded + alignment : padded
    base = UInt64(UInt(bitPattern: try device.allocate(rounded, heap: .code, isInternal: true)))
    address = (base + alignment - 1) & ~(alignment - 1)
    self.device = device
    self.byteCount = byteCount
  }

  private let base: UInt64

  deinit { try? device.free(base) }

  /// Copies bytes in.  Precondition: they fit.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    precondition(offset >= 0 && offset + bytes.count <= byteCount)
    UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: UInt(address)), count: byteCount)[offset...]
      .withContiguousMutableBytes { $0.copyMemory(from: bytes) }
    device.noteHostWroteCode()
  }
}

extension Slice where Base == UnsafeMutableRawBufferPointer {
  fileprivate func withContiguousMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
    body(UnsafeMutableRawBufferPointer(rebasing: self))
  }
}
