// cudaDeviceAttr, and where each answer comes from.  Source: CUDA Runtime API, "Device Management"; numbers of CUDA 13.

public struct DeviceAttribute: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// One row: the attribute's number, its name in the header without the prefix, and its value for a device.
struct DeviceAttributeRow: Sendable {
  let number: Int32
  let name: StaticString
  let value: @Sendable (DeviceProperties) -> Int
}

let deviceAttributes: [DeviceAttributeRow] = [
  .init(number: 1, name: "MaxThreadsPerBlock") { $0.maximumThreadsPerBlock },
  .init(number: 2, name: "MaxBlockDimX") { $0.maximumBlock.0 },
  .init(number: 3, name: "MaxBlockDimY") { $0.maximumBlock.1 },
  .init(number: 4, name: "MaxBlockDimZ") { $0.maximumBlock.2 },
  .init(number: 5, name: "MaxGridDimX") { $0.maximumGrid.0 },
  .init(number: 6, name: "MaxGridDimY") { $0.maximumGrid.1 },
  .init(number: 7, name: "MaxGridDimZ") { $0.maximumGrid.2 },
  .init(number: 8, name: "MaxSharedMemoryPerBlock") { $0.sharedMemoryPerBlock },
  .init(number: 9, name: "TotalConstantMemory") { $0.totalConstantMemory },
  .init(number: 10, name: "WarpSize") { $0.warpSize },
  .init(number: 11, name: "MaxPitch") { $0.maximumPitch },
  .init(number: 12, name: "MaxRegistersPerBlock") { $0.registersPerBlock },
  .init(number: 13, name: "ClockRate") { $0.clockRateKHz },
  .init(number: 14, name: "TextureAlignment") { $0.textureAlignment },
  .init(number: 15, name: "GpuOverlap") { _ in 1 },
  .init(number: 16, name: "MultiProcessorCount") { $0.multiprocessorCount },
  .init(number: 17, name: "KernelExecTimeout") { _ in 0 },
  .init(number: 18, name: "Integrated") { _ in 0 },
  .init(number: 19, name: "CanMapHostMemory") { _ in 1 },
  .init(number: 20, name: "ComputeMode") { _ in 0 },
  .init(number: 30, name: "SurfaceAlignment") { $0.textureAlignment },
  .init(number: 31, name: "ConcurrentKernels") { _ in 1 },
  .init(number: 32, name: "EccEnabled") { $0.eccEnabled },
  .init(number: 33, name: "PciBusId") { $0.pciBus },
  .init(number: 34, name: "PciDeviceId") { $0.pciDevice },
  .init(number: 35, name: "TccDriver") { _ in 0 },
  .init(number: 36, name: "MemoryClockRate") { $0.memoryClockRateKHz },
  .init(number: 37, name: "GlobalMemoryBusWidth") { $0.memoryBusWidth },
  .init(number: 38, name: "L2CacheSize") { $0.l2CacheSize },
  .init(number: 39, name: "MaxThreadsPerMultiProcessor") { $0.maximumThreadsPerMultiprocessor },
  .init(number: 40, name: "AsyncEngineCount") { $0.asyncEngineCount },
  .init(number: 41, name: "UnifiedAddressing") { _ in 1 },
  .init(number: 50, name: "PciDomainId") { $0.pciDomain },
  .init(number: 51, name: "TexturePitchAlignment") { $0.texturePitchAlignment },
  .init(number: 75, name: "ComputeCapabilityMajor") { $0.computeCapability.major },
  .init(number: 76, name: "ComputeCapabilityMinor") { $0.computeCapability.minor },
  .init(number: 78, name: "StreamPrioritiesSupported") { _ in 1 },
  .init(number: 79, name: "GlobalL1CacheSupported") { _ in 1 },
  .init(number: 80, name: "LocalL1CacheSupported") { _ in 1 },
  .init(number: 81, name: "MaxSharedMemoryPerMultiprocessor") { $0.sharedMemoryPerMultiprocessor },
  .init(number: 82, name: "MaxRegistersPerMultiprocessor") { $0.registersPerMultiprocessor },
  .init(number: 83, name: "ManagedMemory") { _ in 1 },
  .init(number: 84, name: "IsMultiGpuBoard") { _ in 0 },
  .init(number: 85, name: "MultiGpuBoardGroupID") { $0.ordinal },
  .init(number: 86, name: "HostNativeAtomicSupported") { _ in 0 },
  .init(number: 87, name: "SingleToDoublePrecisionPerfRatio") { $0.singleToDoubleRatio },
  .init(number: 88, name: "PageableMemoryAccess") { _ in 0 },
  .init(number: 89, name: "ConcurrentManagedAccess") { _ in 1 },
  .init(number: 90, name: "ComputePreemptionSupported") { _ in 1 },
  .init(number: 91, name: "CanUseHostPointerForRegisteredMem") { _ in 0 },
  .init(number: 95, name: "CooperativeLaunch") { _ in 1 },
  .init(number: 97, name: "MaxSharedMemoryPerBlockOptin") { $0.sharedMemoryPerBlockOptin },
  .init(number: 98, name: "CanFlushRemoteWrites") { _ in 0 },
  .init(number: 99, name: "HostRegisterSupported") { _ in 1 },
  .init(number: 100, name: "PageableMemoryAccessUsesHostPageTables") { _ in 0 },
  .init(number: 101, name: "DirectManagedMemAccessFromHost") { _ in 1 },
  .init(number: 106, name: "MaxBlocksPerMultiprocessor") { $0.maximumBlocksPerMultiprocessor },
  .init(number: 108, name: "MaxPersistingL2CacheSize") { _ in 0 },
  .init(number: 109, name: "MaxAccessPolicyWindowSize") { _ in 0 },
  .init(number: 111, name: "ReservedSharedMemoryPerBlock") { _ in 0 },
  .init(number: 112, name: "SparseCudaArraySupported") { _ in 0 },
  .init(number: 113, name: "HostRegisterReadOnlySupported") { _ in 0 },
  .init(number: 114, name: "TimelineSemaphoreInteropSupported") { _ in 0 },
  .init(number: 115, name: "MemoryPoolsSupported") { _ in 1 },
  .init(number: 116, name: "GPUDirectRDMASupported") { _ in 0 },
  .init(number: 117, name: "GPUDirectRDMAFlushWritesOptions") { _ in 0 },
  .init(number: 118, name: "GPUDirectRDMAWritesOrdering") { _ in 0 },
  .init(number: 119, name: "MemoryPoolSupportedHandleTypes") { _ in 0 },
  .init(number: 120, name: "ClusterLaunch") { _ in 0 },
  .init(number: 121, name: "DeferredMappingCudaArraySupported") { _ in 0 },
  .init(number: 125, name: "IpcEventSupport") { _ in 0 },
  .init(number: 126, name: "MemSyncDomainCount") { _ in 1 },
  .init(number: 130, name: "NumaConfig") { _ in 0 },
  .init(number: 131, name: "NumaId") { _ in -1 },
  .init(number: 133, name: "MpsEnabled") { _ in 0 },
  .init(number: 134, name: "HostNumaId") { _ in 0 },
  .init(number: 139, name: "GpuPciDeviceId") { $0.gpuPCIDeviceID },
  .init(number: 140, name: "GpuPciSubsystemId") { _ in 0 },
]

/// Attributes whose feature is absent here, so that 0 is the true answer: textures and surfaces (until they are there), the
/// reserved numbers, Direct3D, Vulkan and multi-node interop.
private let absentAttributes: Set<Int32> = Set(21...29).union(42...49).union(52...74).union([77, 92, 93, 94, 96, 122, 123, 124])
  .union([127, 128, 129, 132, 135, 138, 141, 142, 143, 144, 145, 147, 148, 149, 150, 151, 157, 160])

extension Device {
  /// cudaDeviceGetAttribute.  Throws cudaErrorInvalidValue for a number that is no attribute.
  public func attribute(_ attribute: DeviceAttribute) throws(CUDAError) -> Int32 {
    if let row = deviceAttributes.first(where: { $0.number == attribute.rawValue }) {
      return Int32(clamping: row.value(properties))
    }
    if absentAttributes.contains(attribute.rawValue) { return 0 }
    throw .invalidValue.because("\(attribute.rawValue) is no device attribute")
  }
}
