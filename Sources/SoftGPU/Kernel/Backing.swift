// Where the bytes of VRAM, GTT, doorbells and the event page are: one sparse memory file for the process, of which each
// allocation is an extent.  The device keeps its own view of every extent, so it needs no mapping by the client.
// File offsets are never used twice, so a stale mapping of freed memory shows nobody else's; freeing returns the pages.
// Threads: callers hold the kernel's lock.
import CSoftGPU
import Glibc

struct Extent {
  var offset: UInt64
  var size: UInt64                         // whole pages
  var host: UnsafeMutableRawPointer        // the device's view
}

final class Backing {
  static let pageSize: UInt64 = 4096
  let descriptor: Int32
  /// Offset 0 stays unused, so that no allocation has mmap offset 0.
  private var next: UInt64 = 1 << 16

  /// Nil where the system gives no memory file.
  init?() {
    let file = carmine_memfd("carmine-softgpu")
    guard file >= 0 else { return nil }
    guard ftruncate(file, 1 << 62) == 0 else { close(file); return nil }
    // Out of the way of the low numbers that programs expect their own files to have.
    let high = fcntl(file, F_DUPFD_CLOEXEC, 200)
    if high >= 0 { close(file); descriptor = high } else { descriptor = file }
  }
  deinit { close(descriptor) }

  /// `size` bytes of zeros, rounded up to pages; nil when the host has no address space left for it.
  func allocate(_ size: UInt64) -> Extent? {
    let rounded = (size + Self.pageSize - 1) & ~(Self.pageSize - 1)
    // 64 KiB steps, as the recorded mmap offsets have; large ones on 2 MiB for the host's page tables.
    let alignment: UInt64 = rounded >= 2 << 20 ? 2 << 20 : 64 << 10
    let offset = (next + alignment - 1) & ~(alignment - 1)
    guard rounded > 0, rounded < 1 << 47, offset + rounded < 1 << 62 else { return nil }
    let host = mmap(nil, Int(rounded), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, Int(offset))
    guard let host, host != MAP_FAILED else { return nil }
    next = offset + rounded
    return Extent(offset: offset, size: rounded, host: host)
  }

  func free(_ extent: Extent) {
    munmap(extent.host, Int(extent.size))
    _ = carmine_punch_hole(descriptor, Int64(extent.offset), Int64(extent.size))
  }
}
