// Virtual memory management: reserving addresses, making memory, mapping the one at the other.  The runtime API has nothing of it.
// Threads: any.  Source: CUDA Driver API, "Virtual Memory Management"; the structs' layouts in cuda.h.
import CCUDA
import CUDA
import Cudart

private var memory: VirtualMemory { .shared }

private func location(_ place: cudaMemLocation) throws(CUDAError) -> MemoryLocation { try MemoryLocation(type: Int32(bitPattern: UInt32(truncatingIfNeeded: place.type)), id: place.id) }

/// Throws for properties that no memory here can have.
private func properties(_ given: UnsafePointer<CUmemAllocationProp>?) throws(CUDAError) -> (location: MemoryLocation, handleTypes: Int32) {
  guard let p = given?.pointee else { throw .invalidValue.because("prop is null") }
  guard p.type == 1 || p.type == 2 else { throw .invalidValue.because("allocation type \(p.type)") }
  guard p.type == 1 else { throw .notSupported.because("managed memory without an address") }
  guard p.win32HandleMetaData == nil else { throw .invalidValue.because("win32HandleMetaData is not null") }
  // Compression is a hint, and what was made says that it has none.
  guard p.allocFlags.compressionType <= 1, p.allocFlags.usage & ~3 == 0 else { throw .invalidValue.because("compression \(p.allocFlags.compressionType), usage \(p.allocFlags.usage)") }
  guard p.allocFlags.gpuDirectRDMACapable == 0, p.allocFlags.usage == 0 else { throw .notSupported.because("memory for GPUDirect RDMA or for tiles of sparse arrays") }
  return (try location(p.location), p.requestedHandleTypes)
}

@c(carmine_cu_cuMemAddressReserve)
public func cuMemAddressReserve(_ result: UnsafeMutablePointer<UInt64>?, _ size: UInt, _ alignment: UInt, _ hint: UInt64, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "ptr")
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    _ = try Runtime.deviceCount()
    result.pointee = try memory.reserve(UInt64(size), alignment: UInt64(alignment), hint: hint)
  }
}

@c(carmine_cu_cuMemAddressFree)
public func cuMemAddressFree(_ address: UInt64, _ size: UInt) -> Int32 {
  driver { () throws(CUDAError) in try memory.unreserve(address, UInt64(size)) }
}

@c(carmine_cu_cuMemCreate)
public func cuMemCreate(_ result: UnsafeMutablePointer<UInt64>?, _ size: UInt, _ given: UnsafePointer<CUmemAllocationProp>?, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "handle"), wanted = try properties(given)
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    result.pointee = UInt64(UInt(bitPattern: try memory.create(UInt64(size), wanted.location, handleTypes: wanted.handleTypes).handle))
  }
}

@c(carmine_cu_cuMemRelease)
public func cuMemRelease(_ handle: UInt64) -> Int32 { driver { () throws(CUDAError) in try memory.release(handle) } }

@c(carmine_cu_cuMemMap)
public func cuMemMap(_ address: UInt64, _ size: UInt, _ offset: UInt, _ handle: UInt64, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    try memory.map(memory.allocation(handle), at: address, UInt64(size), offset: UInt64(offset))
  }
}

@c(carmine_cu_cuMemUnmap)
public func cuMemUnmap(_ address: UInt64, _ size: UInt) -> Int32 { driver { () throws(CUDAError) in try memory.unmap(address, UInt64(size)) } }

@c(carmine_cu_cuMemSetAccess)
public func cuMemSetAccess(_ address: UInt64, _ size: UInt, _ list: UnsafePointer<cudaMemAccessDesc>?, _ count: UInt) -> Int32 {
  driver { () throws(CUDAError) in
    guard let list, count > 0 else { throw .invalidValue.because("\(count) descriptors") }
    var wanted: [(MemoryLocation, Int32)] = []
    for index in 0..<Int(clamping: count) { wanted.append((try location(list[index].location), Int32(truncatingIfNeeded: list[index].flags))) }
    for (place, flags) in wanted { try memory.setAccess(address, UInt64(size), place, flags) }
  }
}

@c(carmine_cu_cuMemGetAccess)
public func cuMemGetAccess(_ flags: UnsafeMutablePointer<UInt64>?, _ place: UnsafePointer<cudaMemLocation>?, _ address: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    let flags = try out(flags, "flags")
    guard let place = place?.pointee else { throw .invalidValue.because("location is null") }
    flags.pointee = UInt64(try memory.access(address, from: location(place)))
  }
}

/// `handle` takes an int for a file descriptor.
@c(carmine_cu_cuMemExportToShareableHandle)
public func cuMemExportToShareableHandle(_ result: UnsafeMutableRawPointer?, _ handle: UInt64, _ type: Int32, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("shareableHandle is null") }
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    result.storeBytes(of: try memory.export(memory.allocation(handle), handleType: type), as: Int32.self)
  }
}

/// A file descriptor is passed in the pointer itself.
@c(carmine_cu_cuMemImportFromShareableHandle)
public func cuMemImportFromShareableHandle(_ result: UnsafeMutablePointer<UInt64>?, _ handle: UnsafeMutableRawPointer?, _ type: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "handle")
    let made = try memory.importDescriptor(Int32(truncatingIfNeeded: Int(bitPattern: handle)), handleType: type)
    result.pointee = UInt64(UInt(bitPattern: made.handle))
  }
}

@c(carmine_cu_cuMemGetAllocationGranularity)
public func cuMemGetAllocationGranularity(_ result: UnsafeMutablePointer<UInt>?, _ given: UnsafePointer<CUmemAllocationProp>?, _ option: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "granularity"), wanted = try properties(given)
    guard option == 0 || option == 1 else { throw .invalidValue.because("option \(option)") }
    try memory.check(wanted.location, handleTypes: wanted.handleTypes)
    result.pointee = UInt(VirtualMemory.granularity)
  }
}

@c(carmine_cu_cuMemGetAllocationPropertiesFromHandle)
public func cuMemGetAllocationPropertiesFromHandle(_ result: UnsafeMutablePointer<CUmemAllocationProp>?, _ handle: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "prop"), found = try memory.allocation(handle)
    var p = CUmemAllocationProp()
    p.type = 1
    p.requestedHandleTypes = found.handleTypes
    p.location.type = numericCast(found.location.kind.rawValue)
    p.location.id = found.location.id
    result.pointee = p
  }
}

@c(carmine_cu_cuMemRetainAllocationHandle)
public func cuMemRetainAllocationHandle(_ result: UnsafeMutablePointer<UInt64>?, _ address: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "handle").pointee = UInt64(UInt(bitPattern: memory.retain(at: UInt64(UInt(bitPattern: address))).handle))
  }
}
