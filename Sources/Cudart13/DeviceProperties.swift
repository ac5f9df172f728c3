// cudaDeviceProp as CUDA 13 lays it out.  Every number comes from DeviceProperties and the device's attributes.
import CCUDA
import CUDA
import Cudart
import Glibc

private func fill(_ p: inout cudaDeviceProp13, _ device: Device) throws(CUDAError) {
  let properties = device.properties
  func attribute(_ number: Int32) throws(CUDAError) -> Int32 { try device.attribute(DeviceAttribute(rawValue: number)) }

  withUnsafeMutableBytes(of: &p.name) { name in
    for (index, byte) in properties.name.utf8.prefix(name.count - 1).enumerated() { name[index] = byte }
  }
  withUnsafeMutableBytes(of: &p.uuid) { $0.storeBytes(of: properties.uuid.0, as: UInt64.self); $0.storeBytes(of: properties.uuid.1, toByteOffset: 8, as: UInt64.self) }
  p.totalGlobalMem = numericCast(properties.totalGlobalMemory)
  p.sharedMemPerBlock = numericCast(properties.sharedMemoryPerBlock)
  p.regsPerBlock = Int32(clamping: properties.registersPerBlock)
  p.warpSize = Int32(properties.warpSize)
  p.memPitch = numericCast(properties.maximumPitch)
  p.maxThreadsPerBlock = Int32(properties.maximumThreadsPerBlock)
  p.maxThreadsDim = (Int32(properties.maximumBlock.0), Int32(properties.maximumBlock.1), Int32(properties.maximumBlock.2))
  p.maxGridSize = (Int32(properties.maximumGrid.0), Int32(properties.maximumGrid.1), Int32(properties.maximumGrid.2))
  p.totalConstMem = numericCast(properties.totalConstantMemory)
  p.major = Int32(properties.computeCapability.major)
  p.minor = Int32(properties.computeCapability.minor)
  p.textureAlignment = numericCast(properties.textureAlignment)
  p.texturePitchAlignment = numericCast(properties.texturePitchAlignment)
  p.multiProcessorCount = Int32(properties.multiprocessorCount)
  p.integrated = try attribute(18)
  p.canMapHostMemory = try attribute(19)
  p.surfaceAlignment = numericCast(try attribute(30))
  p.concurrentKernels = try attribute(31)
  p.ECCEnabled = Int32(properties.eccEnabled)
  p.pciBusID = Int32(properties.pciBus)
  p.pciDeviceID = Int32(properties.pciDevice)
  p.pciDomainID = Int32(properties.pciDomain)
  p.asyncEngineCount = Int32(properties.asyncEngineCount)
  p.unifiedAddressing = try attribute(41)
  p.memoryBusWidth = Int32(properties.memoryBusWidth)
  p.l2CacheSize = Int32(clamping: properties.l2CacheSize)
  p.maxThreadsPerMultiProcessor = Int32(properties.maximumThreadsPerMultiprocessor)
  p.streamPrioritiesSupported = try attribute(78)
  p.globalL1CacheSupported = try attribute(79)
  p.localL1CacheSupported = try attribute(80)
  p.sharedMemPerMultiprocessor = numericCast(properties.sharedMemoryPerMultiprocessor)
  p.regsPerMultiprocessor = Int32(clamping: properties.registersPerMultiprocessor)
  p.managedMemory = try attribute(83)
  p.isMultiGpuBoard = try attribute(84)
  p.multiGpuBoardGroupID = try attribute(85)
  p.hostNativeAtomicSupported = try attribute(86)
  p.pageableMemoryAccess = try attribute(88)
  p.concurrentManagedAccess = try attribute(89)
  p.computePreemptionSupported = try attribute(90)
  p.canUseHostPointerForRegisteredMem = try attribute(91)
  p.cooperativeLaunch = try attribute(95)
  p.sharedMemPerBlockOptin = numericCast(properties.sharedMemoryPerBlockOptin)
  p.pageableMemoryAccessUsesHostPageTables = try attribute(100)
  p.directManagedMemAccessFromHost = try attribute(101)
  p.maxBlocksPerMultiProcessor = Int32(properties.maximumBlocksPerMultiprocessor)
  p.gpuPciDeviceID = UInt32(truncatingIfNeeded: properties.gpuPCIDeviceID)
  p.maxTexture1D = try attribute(21)
  p.maxTexture1DMipmap = try attribute(77)
  p.maxTexture2D = (try attribute(22), try attribute(23))
  p.maxTexture2DMipmap = (try attribute(73), try attribute(74))
  p.maxTexture2DLinear = (try attribute(70), try attribute(71), try attribute(72))
  p.maxTexture2DGather = (try attribute(45), try attribute(46))
  p.maxTexture3D = (try attribute(24), try attribute(25), try attribute(26))
  p.maxTexture3DAlt = (try attribute(47), try attribute(48), try attribute(49))
  p.maxTextureCubemap = try attribute(52)
  p.maxTexture1DLayered = (try attribute(42), try attribute(43))
  p.maxTexture2DLayered = (try attribute(27), try attribute(28), try attribute(29))
  p.maxTextureCubemapLayered = (try attribute(53), try attribute(54))
  p.maxSurface1D = try attribute(55)
  p.maxSurface2D = (try attribute(56), try attribute(57))
  p.maxSurface3D = (try attribute(58), try attribute(59), try attribute(60))
  p.maxSurface1DLayered = (try attribute(61), try attribute(62))
  p.maxSurface2DLayered = (try attribute(63), try attribute(64), try attribute(65))
  p.maxSurfaceCubemap = try attribute(66)
  p.maxSurfaceCubemapLayered = (try attribute(67), try attribute(68))
  p.tccDriver = try attribute(35)
  p.persistingL2CacheMaxSize = try attribute(108)
  p.accessPolicyMaxWindowSize = try attribute(109)
  p.reservedSharedMemPerBlock = numericCast(try attribute(111))
  p.sparseCudaArraySupported = try attribute(112)
  p.hostRegisterSupported = try attribute(99)
  p.hostRegisterReadOnlySupported = try attribute(113)
  p.timelineSemaphoreInteropSupported = try attribute(114)
  p.memoryPoolsSupported = try attribute(115)
  p.gpuDirectRDMASupported = try attribute(116)
  p.gpuDirectRDMAFlushWritesOptions = UInt32(try attribute(117))
  p.gpuDirectRDMAWritesOrdering = try attribute(118)
  p.memoryPoolSupportedHandleTypes = UInt32(try attribute(119))
  p.clusterLaunch = try attribute(120)
  p.deferredMappingCudaArraySupported = try attribute(121)
  p.ipcEventSupported = try attribute(125)
  p.unifiedFunctionPointers = try attribute(129)
  p.deviceNumaConfig = try attribute(130)
  p.deviceNumaId = try attribute(131)
  p.mpsEnabled = try attribute(133)
  p.hostNumaId = try attribute(134)
  p.gpuPciSubsystemID = UInt32(bitPattern: try attribute(140))
  p.hostNumaMultinodeIpcSupported = try attribute(143)
}

@c(carmine13_cudaGetDeviceProperties)
public func cudaGetDeviceProperties(_ result: UnsafeMutablePointer<cudaDeviceProp13>?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "prop")
    var made = cudaDeviceProp13()
    try fill(&made, Runtime.device(Int(ordinal)))
    result.pointee = made
  }
}

/// What a program's properties ask for; zeros ask for nothing.
@c(carmine13_cudaChooseDevice)
public func cudaChooseDevice(_ result: UnsafeMutablePointer<Int32>?, _ properties: UnsafePointer<cudaDeviceProp13>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "device")
    guard let p = properties?.pointee else { throw .invalidValue.because("prop is null") }
    var wish = DeviceWish()
    wish.name = withUnsafeBytes(of: p.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    (wish.major, wish.minor) = (Int(p.major), Int(p.minor))
    func count(_ value: some BinaryInteger) -> UInt64 { UInt64(clamping: value) }
    wish.least = [
      (count(p.totalGlobalMem), { UInt64($0.totalGlobalMemory) }), (count(p.sharedMemPerBlock), { UInt64($0.sharedMemoryPerBlock) }),
      (count(p.regsPerBlock), { UInt64($0.registersPerBlock) }), (count(p.maxThreadsPerBlock), { UInt64($0.maximumThreadsPerBlock) }),
      (count(p.totalConstMem), { UInt64($0.totalConstantMemory) }), (count(p.multiProcessorCount), { UInt64($0.multiprocessorCount) }),
      (count(p.l2CacheSize), { UInt64($0.l2CacheSize) }), (count(p.memoryBusWidth), { UInt64($0.memoryBusWidth) }),
      (count(p.maxThreadsPerMultiProcessor), { UInt64($0.maximumThreadsPerMultiprocessor) }),
      (count(p.sharedMemPerMultiprocessor), { UInt64($0.sharedMemoryPerMultiprocessor) }),
    ]
    result.pointee = Int32(wish.best(of: try Runtime.devices().map(\.properties)) ?? 0)
  }
}
