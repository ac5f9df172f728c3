// Attributes of kernels, and occupancy.  Source: CUDA Runtime API, "Execution Control", "Occupancy".
import CCUDA
import CUDA
import ModuleLoading

/// The function that a `const void *func` means, on the current device.
private func function(_ pointer: UnsafeRawPointer?) throws(CUDAError) -> (Function, Context) {
  let context = try currentContext()
  return (try loadedFunction(registeredKernel(pointer), on: context), context)
}

@c(carmine_rt_cudaFuncGetAttributes)
public func cudaFuncGetAttributes(_ result: UnsafeMutablePointer<cudaFuncAttributes>?, _ pointer: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "attr")
    let (function, context) = try function(pointer)
    let found = function.attributes(on: context)
    var attributes = cudaFuncAttributes()
    attributes.sharedSizeBytes = numericCast(found.sharedSizeBytes)
    attributes.constSizeBytes = numericCast(found.constSizeBytes)
    attributes.localSizeBytes = numericCast(found.localSizeBytes)
    attributes.maxThreadsPerBlock = Int32(clamping: found.maxThreadsPerBlock)
    attributes.numRegs = Int32(clamping: found.numRegs)
    attributes.ptxVersion = Int32(clamping: found.ptxVersion)
    attributes.binaryVersion = Int32(clamping: found.binaryVersion)
    attributes.cacheModeCA = Int32(clamping: found.cacheModeCA)
    attributes.maxDynamicSharedSizeBytes = Int32(clamping: found.maxDynamicSharedSizeBytes)
    attributes.preferredShmemCarveout = Int32(clamping: found.preferredShmemCarveout)
    let cluster = function.requiredCluster
    (attributes.requiredClusterWidth, attributes.requiredClusterHeight, attributes.requiredClusterDepth) = cluster
    attributes.clusterSchedulingPolicyPreference = function.clusterSchedulingPolicy
    attributes.nonPortableClusterSizeAllowed = function.allowsNonPortableClusters ? 1 : 0
    result.pointee = attributes
  }
}

@c(carmine_rt_cudaFuncSetAttribute)
public func cudaFuncSetAttribute(_ pointer: UnsafeRawPointer?, _ attribute: Int32, _ value: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let (function, context) = try function(pointer)
    try function.setAttribute(attribute, to: Int(value), on: context)
  }
}

@c(carmine_rt_cudaKernelSetAttributeForDevice)
public func cudaKernelSetAttributeForDevice(
  _ handle: UnsafeRawPointer?, _ attribute: Int32, _ value: Int32, _ ordinal: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard handle != nil else { throw .invalidResourceHandle.because("the kernel is null") }
    let context = try Runtime.device(Int(ordinal)).primaryContext()
    try loadedFunction(registeredKernel(handle), on: context).setAttribute(attribute, to: Int(value), on: context)
  }
}

@c(carmine_rt_cudaFuncSetCacheConfig)
public func cudaFuncSetCacheConfig(_ pointer: UnsafeRawPointer?, _ configuration: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard (0...3).contains(configuration) else { throw .invalidValue.because("cache configuration \(configuration)") }
    _ = try registeredKernel(pointer)
  }
}

@c(carmine_rt_cudaFuncSetSharedMemConfig)
public func cudaFuncSetSharedMemConfig(_ pointer: UnsafeRawPointer?, _ configuration: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard (0...2).contains(configuration) else { throw .invalidValue.because("bank configuration \(configuration)") }
    _ = try registeredKernel(pointer)
  }
}

/// The name lives as long as the process.
@c(carmine_rt_cudaFuncGetName)
public func cudaFuncGetName(_ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ pointer: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "name").pointee = registeredKernel(pointer).nameForEver }
}

@c(carmine_rt_cudaFuncGetParamCount)
public func cudaFuncGetParamCount(_ pointer: UnsafeRawPointer?, _ result: UnsafeMutablePointer<UInt>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "paramCount").pointee = UInt(function(pointer).0.parameterCount) }
}

@c(carmine_rt_cudaFuncGetParamInfo)
public func cudaFuncGetParamInfo(
  _ pointer: UnsafeRawPointer?, _ index: UInt, _ offset: UnsafeMutablePointer<UInt>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let offset = try out(offset, "paramOffset")
    let parameters = try function(pointer).0.image.parameters
    guard index < UInt(parameters.count) else { throw .invalidValue.because("parameter \(index) of \(parameters.count)") }
    offset.pointee = UInt(parameters[Int(index)].offset)
    size?.pointee = UInt(parameters[Int(index)].size)
  }
}

/// A cudaFunction_t is a loaded kernel on the current device, as a CUfunction is.
@c(carmine_rt_cudaGetFuncBySymbol)
public func cudaGetFuncBySymbol(_ result: PointerResult?, _ pointer: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "functionPtr"), context = try currentContext()
    result.pointee = Unmanaged.passUnretained(try loadedFunction(symbolKernel(pointer), on: context)).toOpaque()
  }
}

// MARK: - Occupancy

private func occupancy(
  _ result: UnsafeMutablePointer<Int32>?, _ pointer: UnsafeRawPointer?, _ threads: Int32, _ shared: UInt
) throws(CUDAError) {
  let result = try out(result, "numBlocks")
  let (function, context) = try function(pointer)
  result.pointee = Int32(clamping: try context.maximumActiveBlocks(function, threads: Int(threads), dynamicSharedBytes: count(shared)))
}

@c(carmine_rt_cudaOccupancyMaxActiveBlocksPerMultiprocessor)
public func cudaOccupancyMaxActiveBlocksPerMultiprocessor(
  _ result: UnsafeMutablePointer<Int32>?, _ pointer: UnsafeRawPointer?, _ threads: Int32, _ shared: UInt
) -> Int32 {
  entry { () throws(CUDAError) in try occupancy(result, pointer, threads, shared) }
}

/// The one flag, cudaOccupancyDisableCachingOverride, is about caches that AMD has not got.
@c(carmine_rt_cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags)
public func cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
  _ result: UnsafeMutablePointer<Int32>?, _ pointer: UnsafeRawPointer?, _ threads: Int32, _ shared: UInt, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard flags <= 1 else { throw .invalidValue.because("flags are \(flags)") }
    try occupancy(result, pointer, threads, shared)
  }
}

@c(carmine_rt_cudaOccupancyAvailableDynamicSMemPerBlock)
public func cudaOccupancyAvailableDynamicSMemPerBlock(
  _ result: UnsafeMutablePointer<UInt>?, _ pointer: UnsafeRawPointer?, _ blocks: Int32, _ threads: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "dynamicSmemSize")
    let (function, context) = try function(pointer)
    result.pointee = UInt(try context.availableDynamicShared(function, blocks: Int(blocks), threads: Int(threads)))
  }
}

// MARK: - Clusters

/// A launch configuration for a question about clusters, and how many blocks a cluster has; 0 when it says nothing of them.
private func clusterQuestion(
  _ configuration: UnsafePointer<cudaLaunchConfig_t>?, _ function: Function, _ context: Context
) throws(CUDAError) -> (configuration: cudaLaunchConfig_t, cluster: UInt64) {
  guard let c = configuration?.pointee else { throw .invalidValue.because("config is null") }
  var cluster: UInt64 = 0
  if c.numAttrs > 0 {
    guard let attributes = c.attrs else { throw .invalidValue.because("attrs is null and numAttrs \(c.numAttrs)") }
    for index in 0..<Int(c.numAttrs) where attributes[index].id == LaunchAttributeID.clusterDimension.rawValue {
      let size = attributes[index].val.clusterDim
      cluster = UInt64(size.x) * UInt64(size.y) * UInt64(size.z)
    }
  }
  let threads = dimensions(c.blockDim).volume
  guard threads > 0 else { throw .invalidValue.because("a block of \(threads) threads") }
  return (c, cluster)
}

/// A device without clusters runs every block as a cluster of one.
@c(carmine_rt_cudaOccupancyMaxPotentialClusterSize)
public func cudaOccupancyMaxPotentialClusterSize(
  _ result: UnsafeMutablePointer<Int32>?, _ pointer: UnsafeRawPointer?, _ configuration: UnsafePointer<cudaLaunchConfig_t>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "clusterSize")
    let (function, context) = try function(pointer)
    _ = try clusterQuestion(configuration, function, context)
    result.pointee = 1
  }
}

@c(carmine_rt_cudaOccupancyMaxActiveClusters)
public func cudaOccupancyMaxActiveClusters(
  _ result: UnsafeMutablePointer<Int32>?, _ pointer: UnsafeRawPointer?, _ configuration: UnsafePointer<cudaLaunchConfig_t>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "numClusters")
    let (function, context) = try function(pointer)
    let (c, cluster) = try clusterQuestion(configuration, function, context)
    guard cluster <= 1 else { throw .invalidClusterSize.because("clusters of \(cluster) blocks; this device has no clusters") }
    let blocks = try context.maximumActiveBlocks(
      function, threads: Int(dimensions(c.blockDim).volume), dynamicSharedBytes: count(UInt(c.dynamicSmemBytes)))
    result.pointee = Int32(clamping: blocks * context.properties.multiprocessorCount)
  }
}
