// The address space that one GPU's own memory (VRAM) lies in, and nothing else: so a kernel tells memory of its device from the
// host's and from other GPUs' by the upper half of an address, and picks atomic instructions that PCI Express has not.
// Threads: any.  Full: an allocation that finds no room gets an address outside, where kernels take the way that is right everywhere.
// Source: LLVM's AMDGPU usage guide, "amdgpu.no.fine.grained.memory", "amdgpu.no.remote.memory".
import Glibc

final class LocalWindow: Sendable {
  /// Both ends are multiples of this: kernels compare the upper 32 bits of an address.
  static let granularity: UInt64 = 1 << 32

  let start: UInt64
  let byteCount: UInt64
  private let lock = Lock()
  nonisolated(unsafe) private var free: FreeList  // under the lock

  /// Room for twice the GPU's memory, so that holes between allocations are found again.  nil when the process may not have that.
  init?(memoryBytes: UInt64) {
    let least = max(memoryBytes, 1)
    var size = (2 * least + Self.granularity - 1) & ~(Self.granularity - 1)
    while true {
      if let start = Self.reserve(size) {
        (self.start, byteCount, free) = (start, size, FreeList(capacity: size))
        return
      }
      guard size > Self.granularity else { return nil }
      size = (size / 2 + Self.granularity - 1) & ~(Self.granularity - 1)
    }
  }

  private static func reserve(_ size: UInt64) -> UInt64? {
    let whole = size + granularity
    guard let base = mmap(nil, Int(whole), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), base != MAP_FAILED else { return nil }
    let first = UInt64(UInt(bitPattern: base)), start = (first + granularity - 1) & ~(granularity - 1)
    if start > first { munmap(base, Int(start - first)) }
    let end = start + size
    if first + whole > end { munmap(UnsafeMutableRawPointer(bitPattern: UInt(end)), Int(first + whole - end)) }
    return start
  }

  func contains(_ address: UInt64) -> Bool { address >= start && address - start < byteCount }

  /// Address space for `byteCount` bytes (whole pages), still without memory.
  func allocate(_ byteCount: UInt64) -> UInt64? {
    let rounded = (byteCount + Block.reservationAlignment - 1) & ~(Block.reservationAlignment - 1)
    return lock.withLock { free.allocate(rounded, alignment: Block.reservationAlignment) }.map { start + $0 }
  }

  /// Takes the memory away from an address that `allocate` gave.  The pages become a reservation again in one step: nothing else of
  /// the process can get an address in the window.
  func release(_ address: UInt64, _ byteCount: UInt64) {
    Block.blank(address, byteCount)
    forget(address, byteCount)
  }

  /// Gives back an address that has no memory.
  func forget(_ address: UInt64, _ byteCount: UInt64) {
    let rounded = (byteCount + Block.reservationAlignment - 1) & ~(Block.reservationAlignment - 1)
    lock.withLock { free.free(address - start, rounded) }
  }
}
