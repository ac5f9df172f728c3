// Memory pools: each device's default pool, as far as it can be named and tuned.  Pools of a program's own are absent.
// A cudaMemPool_t is the pool's address; there is one for each device, so a handle is checked against them.
// Source: CUDA Runtime API, "Stream Ordered Memory Allocator".
import CCUDA
import CUDA

private func handle(of pool: MemoryPool) -> UnsafeMutableRawPointer { Unmanaged.passUnretained(pool).toOpaque() }

private func context(ofPool handle: UnsafeRawPointer?) throws(CUDAError) -> Context {
  for device in try Runtime.devices() {
    let context = try device.primaryContext()
    if UnsafeRawPointer(Unmanaged.passUnretained(context.defaultPool).toOpaque()) == handle { return context }
  }
  throw .invalidValue.because("no memory pool has the handle \(String(describing: handle))")
}

@c(carmine_rt_cudaDeviceGetDefaultMemPool)
public func cudaDeviceGetDefaultMemPool(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "memPool").pointee = handle(of: Runtime.device(Int(ordinal)).primaryContext().defaultPool)
  }
}

/// The current pool of a device is its default pool, since no other can be made.
@c(carmine_rt_cudaDeviceGetMemPool)
public func cudaDeviceGetMemPool(_ result: PointerResult?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "memPool").pointee = handle(of: Runtime.device(Int(ordinal)).primaryContext().defaultPool)
  }
}

@c(carmine_rt_cudaDeviceSetMemPool)
public func cudaDeviceSetMemPool(_ ordinal: Int32, _ pool: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard try context(ofPool: pool) === Runtime.device(Int(ordinal)).primaryContext() else {
      throw .invalidValue.because("the pool is another device's")
    }
  }
}

@c(carmine_rt_cudaMemPoolTrimTo)
public func cudaMemPoolTrimTo(_ pool: UnsafeMutableRawPointer?, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in try context(ofPool: pool).trimPool(to: Int(clamping: size)) }
}

/// 1 to 3 are ints, the others 64-bit.
@c(carmine_rt_cudaMemPoolGetAttribute)
public func cudaMemPoolGetAttribute(_ pool: UnsafeMutableRawPointer?, _ attribute: Int32, _ result: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("value is null") }
    guard let value = try context(ofPool: pool).defaultPool.attribute(attribute) else {
      throw .invalidValue.because("memory pool attribute \(attribute)")
    }
    if attribute <= 3 {
      result.storeBytes(of: Int32(clamping: value), as: Int32.self)
    } else {
      result.storeBytes(of: value, as: UInt64.self)
    }
  }
}

@c(carmine_rt_cudaMemPoolSetAttribute)
public func cudaMemPoolSetAttribute(_ pool: UnsafeMutableRawPointer?, _ attribute: Int32, _ pointer: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard let pointer else { throw .invalidValue.because("value is null") }
    let value = attribute <= 3 ? UInt64(UInt32(bitPattern: pointer.load(as: Int32.self))) : pointer.load(as: UInt64.self)
    guard try context(ofPool: pool).defaultPool.setAttribute(attribute, value) else {
      throw .invalidValue.because("memory pool attribute \(attribute) cannot be set to \(value)")
    }
  }
}

/// A device always reaches its own pool; no other device can be given access.
@c(carmine_rt_cudaMemPoolSetAccess)
public func cudaMemPoolSetAccess(_ pool: UnsafeMutableRawPointer?, _ list: UnsafePointer<cudaMemAccessDesc>?, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    let owner = try context(ofPool: pool)
    guard let list else { throw .invalidValue.because("descList is null") }
    for index in 0..<Int(clamping: size) {
      let wanted = list[index]
      guard wanted.location.type == 1 else { throw .invalidValue.because("location type \(wanted.location.type)") }
      let device = try Runtime.device(Int(wanted.location.id))
      switch (wanted.flags, device === owner.device) {
      case (3, true), (0, false): break
      case (0, true): throw .invalidDevice.because("a device's access to its own pool cannot be taken away")
      default: throw .notSupported.because("device \(device.ordinal) does not reach the memory of device \(owner.device.ordinal)")
      }
    }
  }
}

@c(carmine_rt_cudaMallocFromPoolAsync)
public func cudaMallocFromPoolAsync(
  _ result: PointerResult?, _ size: UInt, _ pool: UnsafeMutableRawPointer?, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "ptr"), stream = try currentStream(stream)
    guard try context(ofPool: pool) === stream.context else { throw .invalidValue.because("pool and stream are of different devices") }
    result.pointee = try stream.allocateAsync(count(size))
  }
}
