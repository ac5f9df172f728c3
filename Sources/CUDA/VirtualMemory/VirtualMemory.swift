// Virtual memory management: reserved addresses, memory with handles, and the mappings of the one at the other.
// A mapping starts without access: kernels of a device fault there until setAccess names the device.
// Threads: any; one lock, held for the kernel's calls.
// Order: what takes access or a mapping away waits for the devices that had it, so that no running kernel loses memory.
// Full: memoryAllocation.  A handle's memory stays while it is mapped; what is mapped keeps its handle's value (retain).
// Source: CUDA Driver API, "Virtual Memory Management".
import GPU
import Glibc

/// What a CUmemGenericAllocationHandle stands for.
public final class VirtualAllocation: @unchecked Sendable {   // references, mappings: VirtualMemory's lock
  public let memory: PhysicalMemory
  public let location: MemoryLocation
  /// CUmemAllocationHandleType bits that it was asked for.
  public let handleTypes: Int32
  fileprivate var references = 1, mappings = 0
  public fileprivate(set) var handle: UnsafeMutableRawPointer! = nil

  fileprivate static let handles = HandleTable<VirtualAllocation>(magic: 0x6c61_7574_7269_765f)

  fileprivate init(_ memory: PhysicalMemory, _ location: MemoryLocation, handleTypes: Int32) {
    (self.memory, self.location, self.handleTypes) = (memory, location, handleTypes)
    handle = Self.handles.issue(self)
  }
}

public final class VirtualMemory: @unchecked Sendable {   // everything: lock
  public static let shared = VirtualMemory()

  /// What sizes of memory and of mappings are multiples of: the driver counts VRAM in pieces of this size.
  public static let granularity: UInt64 = 2 << 20
  /// CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR.
  public static let descriptorHandle: Int32 = 1

  private struct Mapped {
    let mapping: VirtualMapping
    let allocation: VirtualAllocation
    var hostAccess: Int32 = 0
  }
  private let lock = Lock()
  private var reservations = AddressMap<Void>()
  private var mappings = AddressMap<Mapped>()

  private init() {}

  private static func hex(_ address: UInt64) -> String { "0x" + String(address, radix: 16) }

  private func translating<R>(_ body: () throws(GPUError) -> R) throws(CUDAError) -> R { do { return try body() } catch { throw CUDAError(error) } }

  // MARK: addresses

  /// cuMemAddressReserve.
  public func reserve(_ byteCount: UInt64, alignment: UInt64, hint: UInt64) throws(CUDAError) -> UInt64 {
    guard byteCount > 0, byteCount & 4095 == 0, hint & 4095 == 0 else { throw .invalidValue.because("\(byteCount) bytes at \(Self.hex(hint)) are not whole pages") }
    guard alignment & (alignment &- 1) == 0 else { throw .invalidValue.because("the alignment is \(alignment)") }
    let address = try translating { () throws(GPUError) in try AddressSpace.reserve(byteCount, alignment: alignment, hint: hint) }
    lock.withLock { reservations.insert(address, byteCount, ()) }
    return address
  }

  /// cuMemAddressFree: a whole reservation, in which nothing is mapped.
  public func unreserve(_ address: UInt64, _ byteCount: UInt64) throws(CUDAError) {
    try lock.withLock { () throws(CUDAError) in
      guard let found = reservations.find(address), found.start == address, found.count == byteCount else {
        throw .invalidValue.because("\(byteCount) bytes at \(Self.hex(address)) are no reservation")
      }
      guard !mappings.overlaps(address, byteCount) else { throw .invalidValue.because("memory is mapped in the reservation at \(Self.hex(address))") }
      _ = reservations.remove(address)
      AddressSpace.release(address, byteCount)
    }
  }

  // MARK: memory

  /// Whose memory a location means; throws where none can be had.
  private func owner(_ location: MemoryLocation) throws(CUDAError) -> Device {
    switch location.kind {
    case .device: return try Runtime.device(Int(location.id))
    case .host: return try Runtime.device(0)
    case .hostNUMA:
      guard MemoryLocation.hasNode(location.id) else { throw .invalidValue.because("there is no host NUMA node \(location.id)") }
      return try Runtime.device(0)
    default: throw .invalidValue.because("location type \(location.kind.rawValue)")
    }
  }

  /// Throws where memory of these properties cannot be: what cuMemCreate and cuMemGetAllocationGranularity have in common.
  @discardableResult
  public func check(_ location: MemoryLocation, handleTypes: Int32) throws(CUDAError) -> Device {
    let device = try owner(location)
    guard handleTypes & ~15 == 0, location.kind != .host || handleTypes == 0 else { throw .invalidValue.because("handle types \(handleTypes)") }
    guard handleTypes & ~Self.descriptorHandle == 0 else { throw .notSupported.because("handle types \(handleTypes); file descriptors are what there is") }
    guard device.gpu.mapsMemoryAnywhere else { throw .notSupported.because("this kernel's driver maps memory at its own address only (KFD before 1.15)") }
    return device
  }

  /// cuMemCreate.
  public func create(_ byteCount: UInt64, _ location: MemoryLocation, handleTypes: Int32) throws(CUDAError) -> VirtualAllocation {
    let device = try check(location, handleTypes: handleTypes)
    guard byteCount > 0, byteCount % Self.granularity == 0 else { throw .invalidValue.because("\(byteCount) bytes are no multiple of \(Self.granularity)") }
    let memory: PhysicalMemory
    do { memory = try PhysicalMemory(byteCount: byteCount, isLocal: !location.isHost, on: device.gpu) } catch {
      // Blocks that pools keep can be had when nothing else is left.
      guard error.kind == .outOfMemory, PoolRegistry.shared.releaseEverything(of: device) > 0 else { throw CUDAError(error) }
      memory = try translating { () throws(GPUError) in try PhysicalMemory(byteCount: byteCount, isLocal: !location.isHost, on: device.gpu) }
    }
    return VirtualAllocation(memory, location, handleTypes: handleTypes)
  }

  /// The allocation of a handle that the program has not released.
  public func allocation(_ handle: UInt64) throws(CUDAError) -> VirtualAllocation {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(handle)), let found = VirtualAllocation.handles.object(for: pointer),
      lock.withLock({ found.references > 0 })
    else { throw .invalidValue.because("\(Self.hex(handle)) is no handle of memory") }
    return found
  }

  /// cuMemRelease.
  public func release(_ handle: UInt64) throws(CUDAError) {
    let allocation = try allocation(handle)
    lock.withLock {
      allocation.references -= 1
      forgetIfUnused(allocation)
    }
  }

  /// Lock held.
  private func forgetIfUnused(_ allocation: VirtualAllocation) {
    if allocation.references == 0 && allocation.mappings == 0 { _ = VirtualAllocation.handles.revoke(allocation.handle) }
  }

  /// cuMemRetainAllocationHandle: the allocation that is mapped at an address, to be released once more.
  public func retain(at address: UInt64) throws(CUDAError) -> VirtualAllocation {
    try lock.withLock { () throws(CUDAError) in
      guard let found = mappings.find(address)?.value.allocation else { throw .invalidValue.because("nothing is mapped at \(Self.hex(address))") }
      found.references += 1
      return found
    }
  }

  /// cuMemExportToShareableHandle: a dma-buf; the caller's.
  public func export(_ allocation: VirtualAllocation, handleType: Int32) throws(CUDAError) -> Int32 {
    guard handleType == Self.descriptorHandle, allocation.handleTypes & handleType != 0 else {
      throw .invalidValue.because("the memory was not made for handles of type \(handleType)")
    }
    return try translating { () throws(GPUError) in try allocation.memory.export() }
  }

  /// cuMemGetHandleForAddressRange: a dma-buf of what one mapping maps; the caller's.  nil: nothing is mapped there by cuMemMap.
  public func exportRange(_ address: UInt64, _ byteCount: UInt64) throws(CUDAError) -> Int32? {
    guard let (start, count, mapped) = lock.withLock({ mappings.find(address).map { ($0.start, $0.count, $0.value) } }) else { return nil }
    guard start == address, byteCount <= count else { throw .notSupported.because("a range of several mappings, or within one") }
    return try translating { () throws(GPUError) in try mapped.allocation.memory.export() }
  }

  /// cuMemImportFromShareableHandle.  The descriptor stays the caller's.
  public func importDescriptor(_ descriptor: Int32, handleType: Int32) throws(CUDAError) -> VirtualAllocation {
    guard handleType == Self.descriptorHandle else { throw handleType == 8 ? .notSupported.because("fabric handles") : .invalidValue.because("handle type \(handleType)") }
    let devices = try Runtime.devices()
    let memory = try translating { () throws(GPUError) in try PhysicalMemory(importing: descriptor, devices: devices.map(\.gpu)) }
    let location: MemoryLocation = memory.isLocal ? .device(devices.firstIndex { $0.gpu === memory.device }!) : MemoryLocation(.hostNUMA, 0)
    return VirtualAllocation(memory, location, handleTypes: Self.descriptorHandle)
  }

  // MARK: mappings

  /// cuMemMap: the memory's first bytes at reserved addresses, without access.
  public func map(_ allocation: VirtualAllocation, at address: UInt64, _ byteCount: UInt64, offset: UInt64) throws(CUDAError) {
    guard byteCount > 0, byteCount % Self.granularity == 0, address % Self.granularity == 0 else {
      throw .invalidValue.because("\(byteCount) bytes at \(Self.hex(address)) are no multiples of \(Self.granularity)")
    }
    guard offset == 0, byteCount <= allocation.memory.byteCount else {
      throw .invalidValue.because("\(byteCount) bytes at offset \(offset) of memory of \(allocation.memory.byteCount)")
    }
    try lock.withLock { () throws(CUDAError) in
      guard let reservation = reservations.find(address), byteCount <= reservation.count - (address - reservation.start) else {
        throw .invalidValue.because("\(byteCount) bytes at \(Self.hex(address)) are not reserved")
      }
      guard !mappings.overlaps(address, byteCount) else { throw .invalidValue.because("memory is mapped at \(Self.hex(address))") }
      let mapping = try translating { () throws(GPUError) in try VirtualMapping(allocation.memory, at: address, byteCount: byteCount, flags: Context.virtualMapping) }
      mappings.insert(address, byteCount, Mapped(mapping: mapping, allocation: allocation))
      allocation.mappings += 1
    }
  }

  /// The mappings that a range consists of, whole and without a gap.  Lock held.
  private func whole(_ address: UInt64, _ byteCount: UInt64) throws(CUDAError) -> [Mapped] {
    var found: [Mapped] = [], next = address
    let (end, overflow) = address.addingReportingOverflow(byteCount)
    guard byteCount > 0, !overflow else { throw .invalidValue.because("\(byteCount) bytes at \(Self.hex(address))") }
    while next < end {
      guard let part = mappings.find(next), part.start == next, part.count <= end - next else {
        throw .invalidValue.because("\(byteCount) bytes at \(Self.hex(address)) are not whole mappings: \(Self.hex(next))")
      }
      found.append(part.value)
      next += part.count
    }
    return found
  }

  /// Kernels that are running may use what goes.
  private func finish(_ devices: some Sequence<GPU.Device>) throws(CUDAError) {
    for device in try Runtime.devices() where devices.contains(where: { $0 === device.gpu }) { try device.contextIfAny?.finish() }
  }

  /// cuMemUnmap: one whole mapping, or several that follow each other.
  public func unmap(_ address: UInt64, _ byteCount: UInt64) throws(CUDAError) {
    let parts = try lock.withLock { () throws(CUDAError) in try whole(address, byteCount) }
    try finish(parts.flatMap(\.mapping.devices))
    try lock.withLock { () throws(CUDAError) in
      for part in try whole(address, byteCount) {
        try translating { () throws(GPUError) in try part.mapping.end() }
        _ = mappings.remove(part.mapping.address)
        part.allocation.mappings -= 1
        forgetIfUnused(part.allocation)
      }
    }
  }

  /// cuMemSetAccess, one descriptor.  `flags`: 0 none, 1 read, 3 read and write.
  public func setAccess(_ address: UInt64, _ byteCount: UInt64, _ place: MemoryLocation, _ flags: Int32) throws(CUDAError) {
    guard flags == 0 || flags == 1 || flags == 3 else { throw .invalidValue.because("access flags \(flags)") }
    let parts = try lock.withLock { () throws(CUDAError) in try whole(address, byteCount) }
    if place.isHost {
      guard place.kind != .hostNUMACurrent, parts.allSatisfy({ $0.allocation.location.isHost }) else {
        throw .invalidValue.because("the host and memory of a device")
      }
      lock.withLock {
        for part in parts {
          var changed = part
          changed.hostAccess = flags
          mappings.replace(part.mapping.address, changed)
        }
      }
      return
    }
    guard place.kind == .device else { throw .invalidValue.because("location type \(place.kind.rawValue)") }
    let device = try Runtime.device(Int(place.id))
    for part in parts where part.mapping.memory.isLocal && part.mapping.memory.device !== device.gpu {
      guard device.gpu.link(to: part.mapping.memory.device) != nil else { throw .notSupported.because("device \(device.ordinal) does not reach that memory") }
    }
    let wanted = MemoryAccess(rawValue: flags)
    let before = parts.map { $0.mapping.access(of: device.gpu) }
    if before.contains(where: { !$0.isSubset(of: wanted) }) { try device.contextIfAny?.finish() }
    for (index, part) in parts.enumerated() {
      do { try part.mapping.setAccess(of: device.gpu, wanted) } catch {
        for done in 0..<index { try? parts[done].mapping.setAccess(of: device.gpu, before[done]) }
        throw CUDAError(error)
      }
    }
  }

  /// cuMemGetAccess.
  public func access(_ address: UInt64, from place: MemoryLocation) throws(CUDAError) -> Int32 {
    guard let found = lock.withLock({ mappings.find(address)?.value }) else { throw .invalidValue.because("nothing is mapped at \(Self.hex(address))") }
    if place.isHost { return found.hostAccess }
    guard place.kind == .device else { throw .invalidValue.because("location type \(place.kind.rawValue)") }
    return try found.mapping.access(of: Runtime.device(Int(place.id)).gpu).rawValue
  }
}
