// cudaDeviceProp as CUDA 12 lays it out.  Every number comes from DeviceProperties and the device's attributes.
import CCUDA
import CUDA
import Cudart
import Glibc

private func fill(_ p: inout cudaDeviceProp12, _ device: Device) throws(CUDAError) {
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
  p.clockRate = Int32(clamping: properties.clockRateKHz)
  p.memoryClockRate = Int32(clamping: properties.memoryClockRateKHz)
  p.deviceOverlap = try attribute(15)
  p.kernelExecTimeoutEnabled = try attribute(17)
  p.computeMode = try attribute(20)
  p.singleToDoublePrecisionPerfRatio = Int32(properties.singleToDoubleRatio)
}

/// The layout of CUDA 12.
@c(carmine12_cudaGetDeviceProperties_v2)
public func cudaGetDeviceProperties_v2(_ result: UnsafeMutablePointer<cudaDeviceProp12>?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "prop")
    var made = cudaDeviceProp12()
    try fill(&made, Runtime.device(Int(ordinal)))
    made.hostRegisterSupported = 1
    made.memoryPoolsSupported = 1
    result.pointee = made
  }
}

/// The layout of CUDA 11, which ends earlier: a program that was built with it has no more room.
@c(carmine12_cudaGetDeviceProperties)
public func cudaGetDeviceProperties(_ result: UnsafeMutableRawPointer?, _ ordinal: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    guard let result else { throw .invalidValue.because("prop is null") }
    var made = cudaDeviceProp12()
    try fill(&made, Runtime.device(Int(ordinal)))
    memcpy(result, &made, MemoryLayout<cudaDeviceProp12>.offset(of: \.hostRegisterSupported)!)
  }
}
