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
  .init(number: 21, name: "MaxTexture1DWidth") { _ in TextureLimits.width },
  .init(number: 22, name: "MaxTexture2DWidth") { _ in TextureLimits.width },
  .init(number: 23, name: "MaxTexture2DHeight") { _ in TextureLimits.height },
  .init(number: 24, name: "MaxTexture3DWidth") { _ in TextureLimits.cube },
  .init(number: 25, name: "MaxTexture3DHeight") { _ in TextureLimits.cube },
  .init(number: 26, name: "MaxTexture3DDepth") { _ in TextureLimits.cube },
  .init(number: 27, name: "MaxTexture2DLayeredWidth") { _ in TextureLimits.layered },
  .init(number: 28, name: "MaxTexture2DLayeredHeight") { _ in TextureLimits.layered },
  .init(number: 29, name: "MaxTexture2DLayeredLayers") { _ in TextureLimits.layers },
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
  .init(number: 42, name: "MaxTexture1DLayeredWidth") { _ in TextureLimits.layered },
  .init(number: 43, name: "MaxTexture1DLayeredLayers") { _ in TextureLimits.layers },
  .init(number: 44, name: "CanTex2DGather") { _ in 1 },
  .init(number: 45, name: "MaxTexture2DGatherWidth") { _ in TextureLimits.layered },
  .init(number: 46, name: "MaxTexture2DGatherHeight") { _ in TextureLimits.layered },
  .init(number: 47, name: "MaxTexture3DWidthAlt") { _ in 0 },
  .init(number: 48, name: "MaxTexture3DHeightAlt") { _ in 0 },
  .init(number: 49, name: "MaxTexture3DDepthAlt") { _ in 0 },
  .init(number: 50, name: "PciDomainId") { $0.pciDomain },
  .init(number: 51, name: "TexturePitchAlignment") { $0.texturePitchAlignment },
  .init(number: 52, name: "MaxTextureCubemapWidth") { _ in TextureLimits.layered },
  .init(number: 53, name: "MaxTextureCubemapLayeredWidth") { _ in TextureLimits.layered },
  .init(number: 54, name: "MaxTextureCubemapLayeredLayers") { _ in TextureLimits.cubeLayers },
  .init(number: 55, name: "MaxSurface1DWidth") { _ in TextureLimits.layered },
  .init(number: 56, name: "MaxSurface2DWidth") { _ in TextureLimits.width },
  .init(number: 57, name: "MaxSurface2DHeight") { _ in TextureLimits.height },
  .init(number: 58, name: "MaxSurface3DWidth") { _ in TextureLimits.cube },
  .init(number: 59, name: "MaxSurface3DHeight") { _ in TextureLimits.cube },
  .init(number: 60, name: "MaxSurface3DDepth") { _ in TextureLimits.cube },
  .init(number: 61, name: "MaxSurface1DLayeredWidth") { _ in TextureLimits.layered },
  .init(number: 62, name: "MaxSurface1DLayeredLayers") { _ in TextureLimits.layers },
  .init(number: 63, name: "MaxSurface2DLayeredWidth") { _ in TextureLimits.layered },
  .init(number: 64, name: "MaxSurface2DLayeredHeight") { _ in TextureLimits.layered },
  .init(number: 65, name: "MaxSurface2DLayeredLayers") { _ in TextureLimits.layers },
  .init(number: 66, name: "MaxSurfaceCubemapWidth") { _ in TextureLimits.layered },
  .init(number: 67, name: "MaxSurfaceCubemapLayeredWidth") { _ in TextureLimits.layered },
  .init(number: 68, name: "MaxSurfaceCubemapLayeredLayers") { _ in TextureLimits.cubeLayers },
  .init(number: 69, name: "MaxTexture1DLinearWidth") { _ in TextureLimits.linear },
  .init(number: 70, name: "MaxTexture2DLinearWidth") { _ in TextureLimits.width },
  .init(number: 71, name: "MaxTexture2DLinearHeight") { _ in TextureLimits.pitchedHeight },
  .init(number: 72, name: "MaxTexture2DLinearPitch") { _ in TextureLimits.pitch },
  .init(number: 73, name: "MaxTexture2DMipmappedWidth") { _ in TextureLimits.layered },
  .init(number: 74, name: "MaxTexture2DMipmappedHeight") { _ in TextureLimits.layered },
  .init(number: 75, name: "ComputeCapabilityMajor") { $0.computeCapability.major },
  .init(number: 76, name: "ComputeCapabilityMinor") { $0.computeCapability.minor },
  .init(number: 77, name: "MaxTexture1DMipmappedWidth") { _ in TextureLimits.layered },
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
  .init(number: 113, name: "HostRegisterReadOnlySupported") { _ in 1 },
  .init(number: 114, name: "TimelineSemaphoreInteropSupported") { _ in 1 },
  .init(number: 115, name: "MemoryPoolsSupported") { _ in 1 },
  .init(number: 116, name: "GPUDirectRDMASupported") { _ in 0 },
  .init(number: 117, name: "GPUDirectRDMAFlushWritesOptions") { _ in 1 },
  .init(number: 118, name: "GPUDirectRDMAWritesOrdering") { _ in 0 },
  .init(number: 119, name: "MemoryPoolSupportedHandleTypes") { _ in 1 },
  .init(number: 120, name: "ClusterLaunch") { _ in 0 },
  .init(number: 121, name: "DeferredMappingCudaArraySupported") { _ in 0 },
  .init(number: 125, name: "IpcEventSupport") { _ in 1 },
  .init(number: 126, name: "MemSyncDomainCount") { _ in 1 },
  .init(number: 130, name: "NumaConfig") { _ in 0 },
  .init(number: 131, name: "NumaId") { _ in -1 },
  .init(number: 133, name: "MpsEnabled") { _ in 0 },
  .init(number: 134, name: "HostNumaId") { _ in 0 },
  .init(number: 139, name: "GpuPciDeviceId") { $0.gpuPCIDeviceID },
  .init(number: 140, name: "GpuPciSubsystemId") { _ in 0 },
  .init(number: 147, name: "OnlyPartialHostNativeAtomicSupported") { $0.hasPartialHostAtomics ? 1 : 0 },
  .init(number: 160, name: "TensorMapLargeTensorMinSize") { _ in Int(Int32.max) },
]

/// The largest textures and surfaces, in texels: CUDA's documented limits where memory in plain rows has none of its own.
enum TextureLimits {
  static let width = 131072, height = 65536, cube = 16384
  static let layered = 32768, layers = 2048, cubeLayers = 2046
  static let linear = 1 << 28, pitchedHeight = 65000, pitch = 2_097_120
}

/// Attributes whose feature is absent here, so that 0 is the true answer: the reserved numbers, Direct3D, Vulkan and multi-node
/// interop, locality domains, and the driver API's own (Windows' memory handles, decompression, logical endpoints).
private let absentAttributes: Set<Int32> = Set([92, 93, 94, 96, 104, 105, 107, 110, 127, 128, 129, 132, 135, 136, 137, 138])
  .union(141...146).union(148...159).union([161])

extension Device {
  /// cudaDeviceGetAttribute.  Throws cudaErrorInvalidValue for a number that is no attribute.
  public func attribute(_ attribute: DeviceAttribute) throws(CUDAError) -> Int32 {
    if let row = deviceAttributes.first(where: { $0.number == attribute.rawValue }) {
      return Int32(clamping: row.value(properties))
    }
    // The driver API's: virtual memory management, and its memory as file descriptors.
    if attribute.rawValue == 102 || attribute.rawValue == 103 { return gpu.mapsMemoryAnywhere ? 1 : 0 }
    // Words of 64 bits and NOR in stream memory operations; ranges as dma-bufs.
    if (122...124).contains(attribute.rawValue) { return 1 }
    if absentAttributes.contains(attribute.rawValue) { return 0 }
    throw .invalidValue.because("\(attribute.rawValue) is no device attribute")
  }
}
