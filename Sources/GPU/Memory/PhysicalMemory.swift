// Memory without an address, and addresses that it is mapped at: the two halves of an allocation, apart.  The memory is KFD's allocation,
// never mapped where KFD has it; it goes to addresses as a dma-buf, through each GPU's render node.
// Threads: any.  PhysicalMemory never changes; a mapping has a lock.
// Order: memory outlives its mappings, which hold it.
// Full: outOfMemory.  KFD before 1.15: unsupported.
import Glibc
import KFD

extension Device {
  /// Whether this kernel lets memory be mapped at addresses of the program's choice.
  public var mapsMemoryAnywhere: Bool { system.minorVersion >= 15 }
}

/// Handles of buffers on one render node.  The kernel gives a buffer one handle, whoever asks; the last to close it ends it.
final class BufferTable: @unchecked Sendable {   // counts: lock
  private unowned let device: Device
  private let lock = Lock()
  private var counts: [UInt32: Int] = [:]

  init(device: Device) { self.device = device }

  func open(_ descriptor: Int32) throws(KFDError) -> UInt32 {
    try lock.withLock { () throws(KFDError) in
      let handle = try device.system.driver.buffer(of: descriptor, renderNode: device.renderDescriptor)
      counts[handle, default: 0] += 1
      return handle
    }
  }

  func close(_ handle: UInt32) {
    lock.withLock {
      let left = (counts[handle] ?? 1) - 1
      counts[handle] = left == 0 ? nil : left
      if left == 0 { device.system.driver.closeBuffer(handle, renderNode: device.renderDescriptor) }
    }
  }
}

public final class PhysicalMemory: Sendable {
  /// The GPU whose memory it is, or through which memory of the host is had.
  public let device: Device
  public let byteCount: UInt64
  public let isLocal: Bool
  private let source: Source

  private enum Source {
    case allocation(handle: UInt64, address: UInt64, mmapOffset: UInt64)
    case descriptor(Int32)   // of a dma-buf that came from elsewhere; ours
  }

  /// New memory, whole pages, of the device or of the host.
  public init(byteCount: UInt64, isLocal: Bool, on device: Device) throws(GPUError) {
    guard device.mapsMemoryAnywhere else { throw GPUError(.unsupported, "KFD 1.15 is needed for memory without an address; this is 1.\(device.system.minorVersion)") }
    guard byteCount > 0, byteCount < 1 << 46 else { throw GPUError(.outOfMemory, "\(byteCount) bytes are more than any GPU has") }
    // KFD wants an address for each allocation; this one is the memory's alone, and nothing is there.
    let address = try Block.reserve(byteCount)
    do throws(KFDError) {
      let made = try device.system.driver.allocate(
        gpuID: device.node.gpuID, gpuAddress: address, byteCount: byteCount,
        flags: isLocal ? [.vram, .public, .writable, .noSubstitute] : [.gtt, .writable, .coherent, .noSubstitute])
      source = .allocation(handle: made.handle, address: address, mmapOffset: made.mmapOffset)
    } catch {
      munmap(UnsafeMutableRawPointer(bitPattern: UInt(address)), Int(byteCount))
      throw GPUError(error)
    }
    (self.device, self.byteCount, self.isLocal) = (device, byteCount, isLocal)
  }

  /// The memory behind a dma-buf, which stays the caller's.  Throws invalidArgument for any other descriptor, unsupported where its GPU is
  /// none of `devices`.
  public init(importing descriptor: Int32, devices: [Device]) throws(GPUError) {
    guard let first = devices.first, first.mapsMemoryAnywhere else { throw GPUError(.unsupported, "KFD 1.15 is needed for memory without an address") }
    let found: (byteCount: UInt64, isVRAM: Bool, gpuID: UInt32)
    do throws(KFDError) { found = try first.system.driver.describeDMABuf(descriptor) } catch {
      throw GPUError(error, error.errno == EINVAL || error.errno == EBADF ? .invalidArgument : nil)
    }
    guard let owner = devices.first(where: { $0.node.gpuID == found.gpuID }) else { throw GPUError(.unsupported, "the memory is of gpu_id \(found.gpuID)") }
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard own >= 0 else { throw GPUError(.kernel(errno: errno), "no descriptor for a dma-buf: errno \(errno)") }
    (device, byteCount, isLocal, source) = (owner, found.byteCount, found.isVRAM, .descriptor(own))
  }

  deinit {
    switch source {
    case .allocation(let handle, let address, _):
      try? device.system.driver.free(handle: handle)
      munmap(UnsafeMutableRawPointer(bitPattern: UInt(address)), Int(byteCount))
    case .descriptor(let descriptor): close(descriptor)
    }
  }

  /// A dma-buf of it; the receiver closes it.
  public func export() throws(GPUError) -> Int32 {
    switch source {
    case .allocation(let handle, _, _): do throws(KFDError) { return try device.system.driver.exportDMABuf(handle: handle) } catch { throw GPUError(error) }
    case .descriptor(let descriptor):
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
      guard copy >= 0 else { throw GPUError(.kernel(errno: errno), "no descriptor for a dma-buf: errno \(errno)") }
      return copy
    }
  }

  /// The host's view, in place of a reservation.
  fileprivate func mapHere(_ address: UInt64, _ byteCount: UInt64) throws(GPUError) {
    let place = UnsafeMutableRawPointer(bitPattern: UInt(address))!
    switch source {
    case .allocation(_, _, let offset):
      do throws(KFDError) {
        _ = try device.system.driver.map(Int(byteCount), at: place, flags: MAP_SHARED | MAP_FIXED, descriptor: device.renderDescriptor, offset: offset)
      } catch { throw GPUError(error) }
    case .descriptor(let descriptor):
      guard mmap(place, Int(byteCount), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0) != MAP_FAILED else {
        throw GPUError(.kernel(errno: errno), "mmap of a dma-buf: errno \(errno)")
      }
    }
  }

  /// A handle of it on a GPU's render node, for `BufferTable.close`.
  fileprivate func open(on other: Device) throws(GPUError) -> UInt32 {
    let descriptor = try export()
    defer { close(descriptor) }
    do throws(KFDError) { return try other.buffers.open(descriptor) } catch { throw GPUError(error) }
  }
}

/// What a GPU may do at an address; where it may read it may execute.
public struct MemoryAccess: OptionSet, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
  public static let read = Self(rawValue: 1)
  public static let write = Self(rawValue: 2)

  fileprivate var permissions: PagePermissions {
    var pages: PagePermissions = contains(.read) ? [.readable, .executable] : []
    if contains(.write) { pages.insert(.writable) }
    return pages
  }
}

/// A part of memory from its beginning, at an address.  The host sees it from the start, no GPU does before `setAccess`.
public final class VirtualMapping: @unchecked Sendable {   // open: lock
  public let memory: PhysicalMemory
  public let address: UInt64
  public let byteCount: UInt64
  private let lock = Lock()
  private var open: [(device: Device, buffer: UInt32, access: MemoryAccess)] = []

  /// The range is reserved and nothing is mapped in it.  `flags`: what a look-up answers (Allocation).
  public init(_ memory: PhysicalMemory, at address: UInt64, byteCount: UInt64, flags: UInt32) throws(GPUError) {
    (self.memory, self.address, self.byteCount) = (memory, address, byteCount)
    do { try memory.mapHere(address, byteCount) } catch {
      Block.blank(address, byteCount)
      throw error
    }
    memory.device.memory.enter(self, flags: flags)
  }

  /// What a GPU may do there; nothing: its kernels fault there, and none is running now.  Throws and changes nothing where the kernel refuses.
  public func setAccess(of device: Device, _ access: MemoryAccess) throws(GPUError) {
    try lock.withLock { () throws(GPUError) in
      let driver = device.system.driver, place = device.renderDescriptor
      if let index = open.firstIndex(where: { $0.device === device }) {
        let now = open[index]
        guard now.access != access else { return }
        do throws(KFDError) {
          try driver.unmapBuffer(now.buffer, at: address, byteCount: byteCount, renderNode: place)
          guard !access.isEmpty else {
            open.remove(at: index)
            return device.buffers.close(now.buffer)
          }
          do throws(KFDError) { try driver.mapBuffer(now.buffer, at: address, byteCount: byteCount, access.permissions, renderNode: place) } catch {
            try? driver.mapBuffer(now.buffer, at: address, byteCount: byteCount, now.access.permissions, renderNode: place)
            throw error
          }
          open[index].access = access
        } catch { throw GPUError(error) }
      } else if !access.isEmpty {
        let buffer = try memory.open(on: device)
        do throws(KFDError) { try driver.mapBuffer(buffer, at: address, byteCount: byteCount, access.permissions, renderNode: place) } catch {
          device.buffers.close(buffer)
          throw GPUError(error)
        }
        open.append((device, buffer, access))
      }
    }
  }

  public func access(of device: Device) -> MemoryAccess { lock.withLock { open.first { $0.device === device }?.access ?? [] } }

  /// The GPUs that may do anything there.
  public var devices: [Device] { lock.withLock { open.map(\.device) } }

  /// Makes the range a reservation again.  Nothing uses it.
  public func end() throws(GPUError) {
    for device in devices { try setAccess(of: device, []) }
    memory.device.memory.leave(self)
    Block.blank(address, byteCount)
  }
}

/// Address space with nothing in it.
public enum AddressSpace {
  /// `alignment`: a power of two, at least 2 MiB is given.  `hint`: where it is taken if it is free.
  public static func reserve(_ byteCount: UInt64, alignment: UInt64, hint: UInt64) throws(GPUError) -> UInt64 {
    guard byteCount < 1 << 47, alignment < 1 << 47 else { throw GPUError(.outOfMemory, "no address space for \(byteCount) bytes") }
    let aligned = max(alignment, Block.reservationAlignment)
    if hint != 0, hint & (aligned - 1) == 0, hint < 1 << 47, hint + byteCount <= 1 << 47 {
      let noReplace: Int32 = 0x100000   // MAP_FIXED_NOREPLACE
      let place = UnsafeMutableRawPointer(bitPattern: UInt(hint))
      let got = mmap(place, Int(byteCount), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | noReplace, -1, 0)
      if got == place { return hint }
      if let got, got != MAP_FAILED { munmap(got, Int(byteCount)) }
    }
    guard aligned > Block.reservationAlignment else { return try Block.reserve(byteCount) }
    let whole = try Block.reserve(byteCount + aligned), start = (whole + aligned - 1) & ~(aligned - 1), end = start + byteCount
    if start > whole { release(whole, start - whole) }
    if whole + byteCount + aligned > end { release(end, whole + byteCount + aligned - end) }
    return start
  }

  public static func release(_ address: UInt64, _ byteCount: UInt64) { munmap(UnsafeMutableRawPointer(bitPattern: UInt(address)), Int(byteCount)) }
}
