// Where the bytes of VRAM, GTT, doorbells and the event page are: memory files.  A buffer has a file of its own, so that it
// can be handed to other processes as a dma-buf, as long as the process has descriptors to spare; beyond that, and for the
// driver's own pages, buffers are extents of one sparse file.  The device keeps its own view of every extent, so it needs no
// mapping by the client.  Offsets are never used twice, so a stale mapping of freed memory shows nobody else's.
// Threads: callers hold the kernel's lock.
import CSoftGPU
import Glibc

struct Extent {
  /// What mmap(2) on the render node or /dev/kfd names it by.
  var offset: UInt64
  var size: UInt64                         // whole pages
  var host: UnsafeMutableRawPointer        // the device's view
  var file: Int32                          // where the bytes are
  var fileOffset: UInt64
  var hasOwnFile: Bool
}

final class Backing {
  static let pageSize: UInt64 = 4096
  let descriptor: Int32
  /// Offset 0 stays unused, so that no allocation has mmap offset 0.
  private var next: UInt64 = 1 << 16
  private var ownFiles = 0
  private let mostOwnFiles: Int

  /// Nil where the system gives no memory file.
  init?() {
    let file = carmine_memfd("carmine-softgpu")
    guard file >= 0 else { return nil }
    guard ftruncate(file, 1 << 62) == 0 else { close(file); return nil }
    descriptor = Self.high(file)
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    mostOwnFiles = Int(min(limit.rlim_cur / 4, 4096))
  }
  deinit { close(descriptor) }

  /// Out of the way of the low numbers that programs expect their own files to have.
  static func high(_ file: Int32) -> Int32 {
    let moved = fcntl(file, F_DUPFD_CLOEXEC, 200)
    guard moved >= 0 else { return file }
    close(file)
    return moved
  }

  /// `size` bytes of zeros, rounded up to pages; nil when the host has no address space left for it.  With a name the
  /// extent gets a file of its own, if there can be one more.
  func allocate(_ size: UInt64, ownFile name: String? = nil) -> Extent? {
    guard size > 0, size < 1 << 47 else { return nil }
    let rounded = size.pageRounded
    // 64 KiB steps, as the recorded mmap offsets have; large ones on 2 MiB for the host's page tables.
    let alignment: UInt64 = rounded >= 2 << 20 ? 2 << 20 : 64 << 10
    let offset = (next + alignment - 1) & ~(alignment - 1)
    guard offset + rounded < 1 << 62 else { return nil }
    var extent = Extent(offset: offset, size: rounded, host: UnsafeMutableRawPointer(bitPattern: 1)!, file: descriptor, fileOffset: offset, hasOwnFile: false)
    if let name, ownFiles < mostOwnFiles {
      let file = carmine_memfd(name)
      if file >= 0, ftruncate(file, Int(rounded)) == 0 {
        extent.file = Self.high(file)
        extent.fileOffset = 0
        extent.hasOwnFile = true
      } else if file >= 0 {
        close(file)
      }
    }
    guard let host = Self.view(extent) else {
      if extent.hasOwnFile { close(extent.file) }
      return nil
    }
    extent.host = host
    if extent.hasOwnFile { ownFiles += 1 }
    next = offset + rounded
    return extent
  }

  /// An extent over a whole file that came from elsewhere; the descriptor is the extent's from then on.
  func adopt(_ file: Int32, size: UInt64) -> Extent? {
    let alignment: UInt64 = 2 << 20, offset = (next + alignment - 1) & ~(alignment - 1)
    var extent = Extent(offset: offset, size: size, host: UnsafeMutableRawPointer(bitPattern: 1)!, file: file, fileOffset: 0, hasOwnFile: true)
    guard size > 0, size < 1 << 47, let host = Self.view(extent) else { return nil }
    extent.host = host
    ownFiles += 1
    next = offset + size.pageRounded
    return extent
  }

  private static func view(_ extent: Extent) -> UnsafeMutableRawPointer? {
    let host = mmap(nil, Int(extent.size), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, extent.file, Int(extent.fileOffset))
    return host == MAP_FAILED ? nil : host
  }

  /// The device's view goes; the bytes stay for as long as somebody else has the file or a mapping, as a buffer's do.
  func free(_ extent: Extent) {
    munmap(extent.host, Int(extent.size))
    if extent.hasOwnFile {
      close(extent.file)
      ownFiles -= 1
    } else {
      _ = carmine_punch_hole(extent.file, Int64(extent.fileOffset), Int64(extent.size))
    }
  }
}
