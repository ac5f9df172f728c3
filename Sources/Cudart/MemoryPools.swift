// Memory pools: made, found, tuned, used.
// Source: CUDA Runtime API, "Stream Ordered Memory Allocator".
import CCUDA
import CUDA

private func kind(_ number: Int32) throws(CUDAError) -> MemoryPool.Kind {
  guard let kind = MemoryPool.Kind(rawValue: number) else { throw .invalidValue.because("allocation type \(number)") }
  return kind
}

private func location(_ pointer: UnsafePointer<cudaMemLocation>?) throws(CUDAError) -> MemoryLocation {
  guard let pointer else { throw .invalidValue.because("location is null") }
  return try MemoryLocation(type: pointer.pointee.type, id: pointer.pointee.id)
}

@c(carmine_rt_cudaMemPoolCreate)
public func cudaMemPoolCreate(_ result: PointerResult?, _ properties: UnsafePointer<cudaMemPoolProps>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "memPool")
    try Capture.forbidUnsafe()
    guard let properties else { throw .invalidValue.because("poolProps is null") }
    _ = try currentContext()
    let p = properties.pointee
    guard withUnsafeBytes(of: p.reserved, { $0.allSatisfy { $0 == 0 } }), p.win32SecurityAttributes == nil else {
      throw .invalidValue.because("a reserved field is not 0")
    }
    result.pointee = try PoolRegistry.shared.create(
      .init(
        allocationType: p.allocType, handleTypes: p.handleTypes, locationType: p.location.type, locationID: p.location.id,
        maximumBytes: UInt64(p.maxSize), usage: p.usage)
    ).handle
  }
}

@c(carmine_rt_cudaMemPoolDestroy)
public func cudaMemPoolDestroy(_ pool: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    try Capture.forbidUnsafe()
    try PoolRegistry.shared.destroy(MemoryPool.find(pool))
  }
}

@c(carmine_rt_cudaDeviceGetDefaultMemPool)
public func cudaDeviceGetDefaultMemPool(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "memPool").pointee = Runtime.device(Int(ordinal)).primaryContext().defaultPool.handle }
}

@c(carmine_rt_cudaDeviceGetMemPool)
public func cudaDeviceGetMemPool(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "memPool")
    _ = try currentContext()
    result.pointee = try PoolRegistry.shared.currentPool(.device(Int(ordinal)), .pinned).handle
  }
}

@c(carmine_rt_cudaDeviceSetMemPool)
public func cudaDeviceSetMemPool(_ ordinal: Int32, _ pool: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try PoolRegistry.shared.setCurrent(MemoryPool.find(pool), .device(Int(ordinal)), .pinned)
  }
}

@c(carmine_rt_cudaMemGetDefaultMemPool)
public func cudaMemGetDefaultMemPool(_ result: PointerResult?, _ place: UnsafeMutablePointer<cudaMemLocation>?, _ type: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "memPool")
    _ = try currentContext()
    result.pointee = try PoolRegistry.shared.defaultPool(location(place), kind(type)).handle
  }
}

@c(carmine_rt_cudaMemGetMemPool)
public func cudaMemGetMemPool(_ result: PointerResult?, _ place: UnsafeMutablePointer<cudaMemLocation>?, _ type: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "memPool")
    _ = try currentContext()
    result.pointee = try PoolRegistry.shared.currentPool(location(place), kind(type)).handle
  }
}

@c(carmine_rt_cudaMemSetMemPool)
public func cudaMemSetMemPool(_ place: UnsafeMutablePointer<cudaMemLocation>?, _ type: Int32, _ pool: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try PoolRegistry.shared.setCurrent(MemoryPool.find(pool), location(place), kind(type))
  }
}

@c(carmine_rt_cudaMemPoolTrimTo)
public func cudaMemPoolTrimTo(_ pool: UnsafeMutableRawPointer?, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    try Capture.forbidUnsafe()
    try MemoryPool.find(pool).trim(to: Int(clamping: size))
  }
}

@c(carmine_rt_cudaMemPoolGetAttribute)
public func cudaMemPoolGetAttribute(_ pool: UnsafeMutableRawPointer?, _ attribute: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("value is null") }
    switch try MemoryPool.find(pool).attribute(attribute) {
    case .int(let value): result.storeBytes(of: value, as: Int32.self)
    case .bytes(let value): result.storeBytes(of: value, as: UInt64.self)
    }
  }
}

@c(carmine_rt_cudaMemPoolSetAttribute)
public func cudaMemPoolSetAttribute(_ pool: UnsafeMutableRawPointer?, _ attribute: Int32, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard let pointer else { throw .invalidValue.because("value is null") }
    let value = MemoryPool.isInt(attribute) ? UInt64(UInt32(bitPattern: pointer.load(as: Int32.self))) : pointer.load(as: UInt64.self)
    try MemoryPool.find(pool).setAttribute(attribute, value)
  }
}

@c(carmine_rt_cudaMemPoolSetAccess)
public func cudaMemPoolSetAccess(_ pool: UnsafeMutableRawPointer?, _ list: UnsafePointer<cudaMemAccessDesc>?, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    let pool = try MemoryPool.find(pool)
    if size == 0 { return }
    guard let list, size <= 1 << 16 else { throw .invalidValue.because("\(size) descriptors") }
    for index in 0..<Int(size) {
      let wanted = list[index]
      try pool.setAccess(MemoryLocation(type: wanted.location.type, id: wanted.location.id), wanted.flags)
    }
  }
}

@c(carmine_rt_cudaMemPoolGetAccess)
public func cudaMemPoolGetAccess(
  _ result: UnsafeMutablePointer<Int32>?, _ pool: UnsafeMutableRawPointer?, _ place: UnsafeMutablePointer<cudaMemLocation>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "flags")
    result.pointee = try MemoryPool.find(pool).access(from: location(place))
  }
}

@c(carmine_rt_cudaMallocFromPoolAsync)
public func cudaMallocFromPoolAsync(
  _ result: PointerResult?, _ size: UInt, _ pool: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "ptr"), stream = try currentStream(stream)
    result.pointee = try stream.allocateAsync(count(size), from: MemoryPool.find(pool))
  }
}
