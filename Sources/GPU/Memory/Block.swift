// One allocation of the kernel's: address space reserved in this process, memory behind it, and its mapping on GPUs.
// The address is the same for host and device.  Whoever owns a block calls `release` once.
// Order: reserve, allocate, map into the process, map on the GPUs; released in the opposite order.
import Glibc
import KFD

struct Block: Sendable {
  var address: UInt64        // of host and device
  var byteCount: UInt64      // whole pages
  var handle: UInt64
  var gpuIDs: [UInt32]
  /// False for memory that belongs to the program (USERPTR): then `address` is the GPU's alone and not mapped here.
  var isMappedHere: Bool
  /// Address space that was reserved for the GPU's view and is to be given back.
  var reservation: UInt64 = 0

  static let pageSize: UInt64 = 4096
  /// Reservations start here, so that the driver can use its largest pages.
  static let reservationAlignment: UInt64 = 2 << 20

  static func rounded(_ byteCount: UInt64) -> UInt64 { (byteCount + pageSize - 1) & ~(pageSize - 1) }

  /// Address space that nothing else in the process will be given.  Throws when there is none.
  static func reserve(_ byteCount: UInt64) throws(GPUError) -> UInt64 {
    let (size, overflow) = byteCount.addingReportingOverflow(reservationAlignment)
    guard !overflow, size < 1 << 47,
      let base = mmap(nil, Int(size), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), base != MAP_FAILED
    else { throw GPUError(.outOfMemory, "no address space for \(byteCount) bytes") }
    let start = UInt64(UInt(bitPattern: base))
    let aligned = (start + reservationAlignment - 1) & ~(reservationAlignment - 1)
    if aligned > start { munmap(base, Int(aligned - start)) }
    let end = aligned + byteCount
    if start + size > end { munmap(UnsafeMutableRawPointer(bitPattern: UInt(end)), Int(start + size - end)) }
    return aligned
  }

  /// Makes mapped pages a reservation again, in one step.
  static func blank(_ address: UInt64, _ byteCount: UInt64) {
    mmap(
      UnsafeMutableRawPointer(bitPattern: UInt(address)), Int(byteCount), PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0)
  }

  /// Address space for the device's own memory, which `allocate(at:)` may put memory behind.
  static func reserveLocal(_ byteCount: UInt64, on device: Device) throws(GPUError) -> UInt64 {
    guard byteCount < 1 << 46 else { throw GPUError(.outOfMemory, "\(byteCount) bytes are more than any GPU has") }
    if let window = device.localWindow?.allocate(rounded(byteCount)) { return window }
    return try reserve(rounded(byteCount))
  }

  /// VRAM or GTT, mapped here and on `gpuIDs`.  `place`: a reservation that stays one when this fails.
  static func allocate(
    _ byteCount: UInt64, at place: UInt64? = nil, flags: AllocationFlags, on device: Device, mappedOn gpuIDs: [UInt32]
  ) throws(GPUError) -> Block {
    guard byteCount < 1 << 46 else { throw GPUError(.outOfMemory, "\(byteCount) bytes are more than any GPU has") }
    let size = rounded(byteCount)
    let driver = device.system.driver
    let window = place != nil ? place : flags.contains(.vram) ? device.localWindow?.allocate(size) : nil
    let address = if let window { window } else { try reserve(size) }
    let memory = UnsafeMutableRawPointer(bitPattern: UInt(address))!
    do throws(KFDError) {
      let allocation = try driver.allocate(gpuID: device.node.gpuID, gpuAddress: address, byteCount: size, flags: flags)
      do throws(KFDError) {
        _ = try driver.map(
          Int(size), at: memory, flags: MAP_SHARED | MAP_FIXED, descriptor: device.renderDescriptor,
          offset: allocation.mmapOffset)
        try driver.mapToGPUs(handle: allocation.handle, gpuIDs: gpuIDs)
      } catch {
        try? driver.free(handle: allocation.handle)
        throw error
      }
      return Block(address: address, byteCount: size, handle: allocation.handle, gpuIDs: gpuIDs, isMappedHere: true)
    } catch {
      if place != nil {
        blank(address, size)
      } else if let window = device.localWindow, window.contains(address) {
        window.release(address, size)
      } else {
        munmap(memory, Int(size))
      }
      throw GPUError(error)
    }
  }

  /// The program's own pages from `host` on, visible to the GPUs at the same address, or at `gpuAddress` if that is given.
  static func register(
    host: UInt64, byteCount: UInt64, gpuAddress: UInt64?, isReadOnly: Bool, on device: Device, mappedOn gpuIDs: [UInt32]
  ) throws(GPUError) -> Block {
    let driver = device.system.driver
    let address = gpuAddress ?? host
    do throws(KFDError) {
      let allocation = try driver.allocate(
        gpuID: device.node.gpuID, gpuAddress: address, byteCount: byteCount,
        flags: isReadOnly ? [.userPointer, .coherent, .noSubstitute] : [.userPointer, .writable, .coherent, .noSubstitute], userPointer: host)
      do throws(KFDError) { try driver.mapToGPUs(handle: allocation.handle, gpuIDs: gpuIDs) } catch {
        try? driver.free(handle: allocation.handle)
        throw error
      }
      return Block(
        address: address, byteCount: byteCount, handle: allocation.handle, gpuIDs: gpuIDs, isMappedHere: false,
        reservation: gpuAddress ?? 0)
    } catch { throw GPUError(error) }
  }

  /// Memory that another process or driver exported as a dma-buf, at an address of its own here.  The descriptor stays the
  /// caller's.  The host's view is the dma-buf's own mapping.
  static func imported(
    _ descriptor: Int32, byteCount: UInt64, isLocal: Bool, on device: Device, mappedOn gpuIDs: [UInt32]
  ) throws(GPUError) -> Block {
    guard byteCount > 0, byteCount < 1 << 46 else { throw GPUError(.invalidArgument, "a dma-buf of \(byteCount) bytes") }
    let size = rounded(byteCount)
    let driver = device.system.driver
    let window = isLocal ? device.localWindow?.allocate(size) : nil
    let address = if let window { window } else { try reserve(size) }
    let memory = UnsafeMutableRawPointer(bitPattern: UInt(address))!
    func giveBack() { if window != nil { device.localWindow!.release(address, size) } else { munmap(memory, Int(size)) } }
    let view = mmap(memory, Int(size), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0)
    guard view != MAP_FAILED else {
      let error = errno
      giveBack()
      throw GPUError(error == ENODEV || error == EBADF || error == EACCES ? .invalidArgument : .kernel(errno: error), "mmap of a dma-buf: errno \(error)")
    }
    do throws(KFDError) {
      let handle = try driver.importDMABuf(descriptor, gpuID: device.node.gpuID, gpuAddress: address)
      do throws(KFDError) { try driver.mapToGPUs(handle: handle, gpuIDs: gpuIDs) } catch {
        try? driver.free(handle: handle)
        throw error
      }
      return Block(address: address, byteCount: size, handle: handle, gpuIDs: gpuIDs, isMappedHere: true)
    } catch {
      giveBack()
      throw GPUError(error, error.errno == EINVAL || error.errno == EBADF ? .invalidArgument : nil)
    }
  }

  /// Gives everything back.  Nothing of it may be in use.  `keepsAddress`: the address space stays reserved.
  func release(_ device: Device, keepsAddress: Bool = false) throws(GPUError) {
    let driver = device.system.driver
    do throws(KFDError) {
      try driver.unmapFromGPUs(handle: handle, gpuIDs: gpuIDs)
      if keepsAddress {
        Self.blank(address, byteCount)
      } else if let window = device.localWindow, window.contains(address) {
        window.release(address, byteCount)
      } else if isMappedHere {
        try driver.unmap(UnsafeMutableRawPointer(bitPattern: UInt(address))!, Int(byteCount))
      } else if reservation != 0 {
        munmap(UnsafeMutableRawPointer(bitPattern: UInt(reservation)), Int(byteCount))
      }
      try driver.free(handle: handle)
    } catch { throw GPUError(error) }
  }
}
