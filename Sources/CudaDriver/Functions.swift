// Functions: attributes, occupancy, launches.  A CUfunction is the address of a loaded Function, which its module holds.
// Hot: a launch allocates nothing, locks nothing and calls nothing of the system.
// Source: CUDA Driver API, "Execution Control", "Occupancy".
import CCUDA
import CUDA
import Cudart
import ModuleLoading

@c(carmine_cu_cuFuncGetAttribute)
public func cuFuncGetAttribute(_ result: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pi")
    result.pointee = try value(of: attribute, function(handle), on: current())
  }
}

/// Source: enum CUfunction_attribute.
func value(of attribute: Int32, _ function: Function, on context: Context) throws(CUDAError) -> Int32 {
  let found = function.attributes(on: context), cluster = function.requiredCluster
  let value =
    switch attribute {
    case 0: found.maxThreadsPerBlock
    case 1: found.sharedSizeBytes
    case 2: found.constSizeBytes
    case 3: found.localSizeBytes
    case 4: found.numRegs
    case 5: found.ptxVersion
    case 6: found.binaryVersion
    case 7: found.cacheModeCA
    case 8: found.maxDynamicSharedSizeBytes
    case 9: found.preferredShmemCarveout
    case 10: 0   // no kernel here needs a cluster
    case 11: Int(cluster.width)
    case 12: Int(cluster.height)
    case 13: Int(cluster.depth)
    case 14: function.allowsNonPortableClusters ? 1 : 0
    case 15: Int(function.clusterSchedulingPolicy)
    default: throw CUDAError.invalidValue.because("function attribute \(attribute)")
    }
  return Int32(clamping: value)
}

@c(carmine_cu_cuFuncSetAttribute)
public func cuFuncSetAttribute(_ handle: UnsafeMutableRawPointer?, _ attribute: Int32, _ value: Int32) -> Int32 {
  driver { () throws(CUDAError) in try function(handle).setAttribute(attribute, to: Int(value), on: current()) }
}

@c(carmine_cu_cuFuncSetCacheConfig)
public func cuFuncSetCacheConfig(_ handle: UnsafeMutableRawPointer?, _ configuration: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    guard (0...3).contains(configuration) else { throw .invalidValue.because("cache configuration \(configuration)") }
    _ = try function(handle)
  }
}

@c(carmine_cu_cuFuncSetSharedMemConfig)
public func cuFuncSetSharedMemConfig(_ handle: UnsafeMutableRawPointer?, _ configuration: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    guard (0...2).contains(configuration) else { throw .invalidValue.because("shared memory configuration \(configuration)") }
    _ = try function(handle)
  }
}

@c(carmine_cu_cuFuncGetName)
public func cuFuncGetName(_ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "name").pointee = function(handle).nameForEver }
}

// MARK: - Occupancy

@c(carmine_cu_cuOccupancyMaxActiveBlocksPerMultiprocessor)
public func cuOccupancyMaxActiveBlocksPerMultiprocessor(
  _ result: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?, _ threads: Int32, _ shared: UInt
) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "numBlocks").pointee = Int32(
      clamping: current().maximumActiveBlocks(function(handle), threads: Int(threads), dynamicSharedBytes: count(shared)))
  }
}

@c(carmine_cu_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags)
public func cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
  _ result: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?, _ threads: Int32, _ shared: UInt, _ flags: UInt32
) -> Int32 {
  driver { () throws(CUDAError) in
    guard flags <= 1 else { throw .invalidValue.because("flags are \(flags)") }
    try out(result, "numBlocks").pointee = Int32(
      clamping: current().maximumActiveBlocks(function(handle), threads: Int(threads), dynamicSharedBytes: count(shared)))
  }
}

public typealias SharedForBlock = @convention(c) (Int32) -> UInt

@c(carmine_cu_cuOccupancyMaxPotentialBlockSize)
public func cuOccupancyMaxPotentialBlockSize(
  _ grid: UnsafeMutablePointer<Int32>?, _ block: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?,
  _ shared: SharedForBlock?, _ fixedShared: UInt, _ limit: Int32
) -> Int32 {
  driver { () throws(CUDAError) in
    let grid = try out(grid, "minGridSize"), block = try out(block, "blockSize"), fixed = try count(fixedShared)
    let found = try current().potentialBlockSize(function(handle), limit: Int(limit)) { threads in
      shared.map { Int(clamping: $0(Int32(threads))) } ?? fixed
    }
    grid.pointee = Int32(clamping: found.minimumGrid)
    block.pointee = Int32(clamping: found.block)
  }
}

/// Flags: 1 disables the use of caches for shared memory to be counted, which nothing here does.
@c(carmine_cu_cuOccupancyMaxPotentialBlockSizeWithFlags)
public func cuOccupancyMaxPotentialBlockSizeWithFlags(
  _ grid: UnsafeMutablePointer<Int32>?, _ block: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?,
  _ shared: SharedForBlock?, _ fixedShared: UInt, _ limit: Int32, _ flags: UInt32
) -> Int32 {
  guard flags <= 1 else { return driver { () throws(CUDAError) in throw .invalidValue.because("flags are \(flags)") } }
  return cuOccupancyMaxPotentialBlockSize(grid, block, handle, shared, fixedShared, limit)
}

/// Clusters have one block here.
private func clusters(_ configuration: UnsafePointer<CUlaunchConfig>?, _ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> (CUlaunchConfig, Function) {
  guard let c = configuration?.pointee else { throw .invalidValue.because("config is null") }
  return (c, try function(handle))
}

@c(carmine_cu_cuOccupancyMaxPotentialClusterSize)
public func cuOccupancyMaxPotentialClusterSize(_ result: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?, _ configuration: UnsafePointer<CUlaunchConfig>?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "clusterSize")
    _ = try clusters(configuration, handle)
    result.pointee = 1
  }
}

@c(carmine_cu_cuOccupancyMaxActiveClusters)
public func cuOccupancyMaxActiveClusters(_ result: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?, _ configuration: UnsafePointer<CUlaunchConfig>?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "numClusters"), (c, function) = try clusters(configuration, handle)
    _ = try launchAttributes(c.attrs, c.numAttrs)   // a cluster of more blocks is refused
    let context = try current(), threads = Int(c.blockDimX) * Int(c.blockDimY) * Int(c.blockDimZ)
    let blocks = try context.maximumActiveBlocks(function, threads: threads, dynamicSharedBytes: Int(c.sharedMemBytes))
    result.pointee = Int32(clamping: blocks * context.properties.multiprocessorCount)
  }
}

// MARK: - Launches

@inline(__always)
private func launch(
  _ handle: UnsafeMutableRawPointer?, _ configuration: LaunchConfiguration, _ streamHandle: UnsafeMutableRawPointer?,
  _ parameters: Arguments?, _ extra: Arguments?
) throws(CUDAError) {
  let function = try function(handle), stream = try current().stream(streamHandle)
  guard let extra, parameters == nil else {
    guard extra == nil else { throw .invalidValue.because("both kernelParams and extra are given") }
    return try stream.launch(function, configuration, parameters: parameters.map { UnsafePointer($0) }, origin: LaunchOrigin(symbol: handle.map { UnsafeRawPointer($0) }, symbolType: 3))
  }
  // Pairs of a key and a value, ended by CU_LAUNCH_PARAM_END.
  var buffer: UnsafeMutableRawPointer?, size = 0, index = 0
  while let key = extra[index] {
    switch UInt(bitPattern: key) {
    case 1: buffer = extra[index + 1]                                             // CU_LAUNCH_PARAM_BUFFER_POINTER
    case 2: size = extra[index + 1]?.loadUnaligned(as: Int.self) ?? 0             // CU_LAUNCH_PARAM_BUFFER_SIZE
    default: throw .invalidValue.because("extra has the key \(UInt(bitPattern: key))")
    }
    index += 2
  }
  guard let buffer else {
    guard function.parameterCount == 0 else { throw .invalidValue.because("extra names no buffer") }
    return try stream.launch(function, configuration, parameters: nil, origin: LaunchOrigin(symbol: handle.map { UnsafeRawPointer($0) }, symbolType: 3))
  }
  try stream.launch(function, configuration, packed: buffer, byteCount: size, origin: LaunchOrigin(symbol: handle.map { UnsafeRawPointer($0) }, symbolType: 3))
}

@c(carmine_cu_cuLaunchKernel)
public func cuLaunchKernel(
  _ handle: UnsafeMutableRawPointer?, _ gridX: UInt32, _ gridY: UInt32, _ gridZ: UInt32, _ blockX: UInt32, _ blockY: UInt32,
  _ blockZ: UInt32, _ shared: UInt32, _ stream: UnsafeMutableRawPointer?, _ parameters: Arguments?, _ extra: Arguments?
) -> Int32 {
  driver { () throws(CUDAError) in
    try launch(
      handle,
      LaunchConfiguration(
        grid: Dim3(gridX, gridY, gridZ), block: Dim3(blockX, blockY, blockZ), dynamicSharedBytes: Int(shared)), stream, parameters, extra)
  }
}

@c(carmine_cu_cuLaunchCooperativeKernel)
public func cuLaunchCooperativeKernel(
  _ handle: UnsafeMutableRawPointer?, _ gridX: UInt32, _ gridY: UInt32, _ gridZ: UInt32, _ blockX: UInt32, _ blockY: UInt32,
  _ blockZ: UInt32, _ shared: UInt32, _ stream: UnsafeMutableRawPointer?, _ parameters: Arguments?
) -> Int32 {
  driver { () throws(CUDAError) in
    try launch(
      handle,
      LaunchConfiguration(
        grid: Dim3(gridX, gridY, gridZ), block: Dim3(blockX, blockY, blockZ), dynamicSharedBytes: Int(shared), isCooperative: true),
      stream, parameters, nil)
  }
}

/// A kernel is the same on each device when it has the same name: its module was loaded there.
@c(carmine_cu_cuLaunchCooperativeKernelMultiDevice)
public func cuLaunchCooperativeKernelMultiDevice(_ list: UnsafePointer<CUDA_LAUNCH_PARAMS>?, _ count: UInt32, _ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    guard let list, count > 0, Int(count) <= (try Runtime.deviceCount()) else { throw .invalidValue.because("\(count) launches") }
    let first = try function(list[0].function)
    var launches: [MultiDeviceLaunch] = []
    for index in 0..<Int(count) {
      let p = list[index], function = try function(p.function)
      launches.append(
        MultiDeviceLaunch(
          stream: try current().stream(p.hStream), function: function,
          kernel: UnsafeRawPointer(function.name == first.name ? first.nameForEver : function.nameForEver),
          configuration: LaunchConfiguration(
            grid: Dim3(p.gridDimX, p.gridDimY, p.gridDimZ), block: Dim3(p.blockDimX, p.blockDimY, p.blockDimZ), dynamicSharedBytes: Int(p.sharedMemBytes),
            isCooperative: true),
          parameters: p.kernelParams.map { UnsafePointer($0) }))
    }
    try MultiDeviceLaunch.run(launches, flags: flags)
  }
}

@c(carmine_cu_cuLaunchKernelEx)
public func cuLaunchKernelEx(
  _ configuration: UnsafePointer<CUlaunchConfig>?, _ handle: UnsafeMutableRawPointer?, _ parameters: Arguments?, _ extra: Arguments?
) -> Int32 {
  driver { () throws(CUDAError) in
    guard let c = configuration?.pointee else { throw .invalidValue.because("config is null") }
    let attributes = try launchAttributes(c.attrs, c.numAttrs)
    try launch(
      handle,
      LaunchConfiguration(
        grid: Dim3(c.gridDimX, c.gridDimY, c.gridDimZ), block: Dim3(c.blockDimX, c.blockDimY, c.blockDimZ),
        dynamicSharedBytes: Int(c.sharedMemBytes), isCooperative: attributes.isCooperative),
      c.hStream, parameters, extra)
    if let event = attributes.event { try event.record(in: current().stream(c.hStream), port: attributes.eventPort) }
  }
}

/// The stream is in the configuration: a null one is the per-thread default stream here.
@c(carmine_cu_cuLaunchKernelEx_ptsz)
public func cuLaunchKernelEx_ptsz(
  _ configuration: UnsafePointer<CUlaunchConfig>?, _ handle: UnsafeMutableRawPointer?, _ parameters: Arguments?, _ extra: Arguments?
) -> Int32 {
  guard var own = configuration?.pointee, own.hStream == nil else { return cuLaunchKernelEx(configuration, handle, parameters, extra) }
  own.hStream = perThread
  return cuLaunchKernelEx(&own, handle, parameters, extra)
}
