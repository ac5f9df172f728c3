// cudaFuncAttributes, from the kernel's image.  Source: struct cudaFuncAttributes and enum cudaFuncAttribute, driver_types.h.
import KernelImage
import ModuleLoading

public struct FunctionAttributes: Sendable, Equatable {
  public var sharedSizeBytes: Int
  public var constSizeBytes: Int
  public var localSizeBytes: Int
  public var maxThreadsPerBlock: Int
  public var numRegs: Int
  public var ptxVersion: Int
  public var binaryVersion: Int
  public var cacheModeCA: Int
  public var maxDynamicSharedSizeBytes: Int
  public var preferredShmemCarveout: Int
}

extension Function {
  public func attributes(on context: Context) -> FunctionAttributes {
    let capability = ComputeCapability.reported
    let set = maximumDynamicSharedBytes.load(ordering: .relaxed)
    return FunctionAttributes(
      sharedSizeBytes: Int(image.staticSharedBytes), constSizeBytes: constantBytes, localSizeBytes: Int(image.scratchBytes),
      maxThreadsPerBlock: Int(image.maximumThreads), numRegs: Int(image.vgprs),
      ptxVersion: ptxArchitecture, binaryVersion: capability.major * 10 + capability.minor,
      cacheModeCA: 0,
      maxDynamicSharedSizeBytes: set >= 0 ? set : context.properties.sharedMemoryPerBlock - Int(image.staticSharedBytes),
      preferredShmemCarveout: preferredSharedCarveout.load(ordering: .relaxed))
  }

  /// cudaFuncAttributeRequiredClusterWidth, Height and Depth, as they were set; 0 when not.
  public var requiredCluster: (width: Int32, height: Int32, depth: Int32) {
    (clusterSettings[0].load(ordering: .relaxed), clusterSettings[1].load(ordering: .relaxed), clusterSettings[2].load(ordering: .relaxed))
  }
  public var allowsNonPortableClusters: Bool { clusterSettings[3].load(ordering: .relaxed) != 0 }
  public var clusterSchedulingPolicy: Int32 { clusterSettings[4].load(ordering: .relaxed) }

  /// cudaFuncSetAttribute.  8: maximum dynamic shared memory; 9: preferred carve-out; 11 to 15: clusters.  Throws cudaErrorInvalidValue for more
  /// shared memory than the device has and for attributes that cannot be set.
  public func setAttribute(_ number: Int32, to value: Int, on context: Context) throws(CUDAError) {
    switch number {
    case 8:
      let most = context.properties.sharedMemoryPerBlockOptin - Int(image.staticSharedBytes)
      guard value >= 0, value <= most else {
        throw .invalidValue.because("\(name): \(value) bytes of dynamic shared memory; the device has \(most) left")
      }
      maximumDynamicSharedBytes.store(value, ordering: .relaxed)
    case 9:
      guard (-1...100).contains(value) else { throw .invalidValue.because("carve-out \(value)") }
      preferredSharedCarveout.store(value, ordering: .relaxed)
    case 11, 12, 13:   // what a launch needs then is checked by the launch
      guard value >= 0, value <= Int(Int32.max) else { throw .invalidValue.because("a cluster of \(value) blocks") }
      clusterSettings[Int(number) - 11].store(Int32(value), ordering: .relaxed)
      KnownLaunches.forgetAll()
    case 14:
      guard (0...1).contains(value) else { throw .invalidValue.because("non-portable clusters: \(value)") }
      clusterSettings[3].store(Int32(value), ordering: .relaxed)
    case 15:
      guard (0...2).contains(value) else { throw .invalidValue.because("scheduling policy \(value)") }
      clusterSettings[4].store(Int32(value), ordering: .relaxed)
    default: throw .invalidValue.because("function attribute \(number) cannot be set")
    }
  }
}
