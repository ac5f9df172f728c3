// A buffer object: the memory that KFD allocations, GEM handles of render nodes and dma-bufs refer to.  It lives until the last
// of them is gone; then its bytes and its share of the memory limits come back.
// Threads: made, used and let go under the process's lock.
// Source: amdgpu_amdkfd_gpuvm.c (limits, what is counted where), amdgpu_object.c, amdgpu_dma_buf.c of Linux 6.12.
import CKFD
import CSoftGPU
import Glibc

final class BufferObject {
  enum Domain: String, Sendable { case vram, gtt, userPointer, doorbell, mmioRemap }

  unowned let process: SoftProcess
  let domain: Domain
  let device: SoftDevice
  /// Whole pages of memory.
  let size: UInt64
  let host: UnsafeMutableRawPointer
  let extent: Extent?                     // of VRAM and GTT
  /// KFD_IOC_ALLOC_MEM_FLAGS_…; of GEM buffers, those that say the same.
  let flags: UInt32
  /// Of another process: counted there.
  let isForeign: Bool
  /// A GPU has mapped it at some time, so it may hold something.
  var wasMapped = false
  /// AMDGPU_GEM_CREATE_… and the domains that GEM_CREATE was asked for.
  var gemFlags: UInt64 = 0
  var gemDomains: UInt64 = 0
  /// GEM_METADATA.
  var tiling: UInt64 = 0, metadataFlags: UInt64 = 0
  var metadata: [UInt8] = []

  init(
    process: SoftProcess, domain: Domain, device: SoftDevice, size: UInt64, host: UnsafeMutableRawPointer, extent: Extent?,
    flags: UInt32, isForeign: Bool = false
  ) {
    self.process = process; self.domain = domain; self.device = device; self.size = size; self.host = host
    self.extent = extent; self.flags = flags; self.isForeign = isForeign
    if let extent { process.mappable[extent.offset] = Unmanaged.passUnretained(self) }
  }

  deinit {
    if let extent {
      process.mappable[extent.offset] = nil
      process.backing?.free(extent)
    }
    if !isForeign { process.memory.release(domain, size, on: device) }
  }

  /// The offset for mmap(2); 0 where there is none.
  var mmapOffset: UInt64 { extent?.offset ?? 0 }
  /// Tells the files of buffers apart; nil without an own file.
  var identity: UInt64? {
    guard let extent, extent.hasOwnFile else { return nil }
    var status = stat()
    return fstat(extent.file, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  // MARK: what a fence must do for it

  var isSystemMemory: Bool { domain != .vram }
  /// Both sides see each other's writes without a release: COHERENT, EXT_COHERENT or UNCACHED.
  var isFineGrained: Bool {
    flags & (UInt32(KFD_IOC_ALLOC_MEM_FLAGS_COHERENT) | UInt32(CARMINE_KFD_ALLOC_MEM_FLAGS_EXT_COHERENT) | UInt32(KFD_IOC_ALLOC_MEM_FLAGS_UNCACHED)) != 0
  }
  var isUncached: Bool { flags & UInt32(KFD_IOC_ALLOC_MEM_FLAGS_UNCACHED) != 0 }
}

/// What is allocated, against the driver's limits.
final class MemoryAccounts {
  private let devices: [SoftDevice]
  /// GTT and user pointers together, and GTT alone.
  let systemLimit: UInt64, gttLimit: UInt64
  private(set) var systemUsed: UInt64 = 0, gttUsed: UInt64 = 0
  /// Kept free on each device for page tables.
  let reservedForPageTables: UInt64
  static let availabilityAlignment: UInt64 = 2 << 20

  init(devices: [SoftDevice], hostMemory: UInt64) {
    self.devices = devices
    let most = hostMemory - hostMemory >> 6, reserve: UInt64 = 3 << 29
    systemLimit = most < 2 * reserve ? most / 2 : most - reserve
    gttLimit = hostMemory / 2
    reservedForPageTables = max(devices.reduce(0) { $0 + $1.memoryBytes } >> 14, 8 << 20)
  }

  /// Counts `size` bytes; false where a limit is in the way.
  func reserve(_ domain: BufferObject.Domain, _ size: UInt64, on device: SoftDevice) -> Bool {
    switch domain {
    case .vram:
      guard device.memoryUsed + size + reservedForPageTables <= device.memoryBytes else { return false }
      device.memoryUsed += size
      device.memoryUsedAligned += aligned(size)
    case .gtt:
      guard systemUsed + size <= systemLimit, gttUsed + size <= gttLimit else { return false }
      systemUsed += size
      gttUsed += size
    case .userPointer:
      guard systemUsed + size <= systemLimit else { return false }
      systemUsed += size
    case .doorbell, .mmioRemap: break
    }
    return true
  }

  func release(_ domain: BufferObject.Domain, _ size: UInt64, on device: SoftDevice) {
    switch domain {
    case .vram:
      device.memoryUsed -= size
      device.memoryUsedAligned -= aligned(size)
    case .gtt:
      systemUsed -= size
      gttUsed -= size
    case .userPointer: systemUsed -= size
    case .doorbell, .mmioRemap: break
    }
  }

  private func aligned(_ size: UInt64) -> UInt64 { (size + Self.availabilityAlignment - 1) & ~(Self.availabilityAlignment - 1) }

  /// AVAILABLE_MEMORY: rounded down to 2 MiB, each allocation counted rounded up.
  func available(on device: SoftDevice) -> UInt64 {
    let used = device.memoryUsedAligned + reservedForPageTables
    return used >= device.memoryBytes ? 0 : (device.memoryBytes - used) & ~(Self.availabilityAlignment - 1)
  }
}
