// The flags of a device's primary context: how threads wait and what synchronous copies promise.  One setter with the checks, for
// cudaSetDeviceFlags, cudaInitDevice and cuDevicePrimaryCtxSetFlags.
// Threads: any.  Source: CUDA Runtime API, cudaSetDeviceFlags; recorded from NVIDIA's runtime 13: bits 0x20 and 0x40 (core dumps) are
// taken and not given back, bits above 0xff are refused.

public struct ContextFlags: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let spin = Self(rawValue: 1), yield = Self(rawValue: 2), blockingSync = Self(rawValue: 4), mapHost = Self(rawValue: 8)
  public static let resizeLocalMemory = Self(rawValue: 0x10), syncMemoryOperations = Self(rawValue: 0x80)

  /// Throws cudaErrorInvalidValue for two ways to wait at once, or a bit that is none.
  public init(checking flags: UInt32) throws(CUDAError) {
    guard flags & ~0xff == 0, (flags & 7).nonzeroBitCount <= 1 else { throw .invalidValue.because("device flags are 0x\(String(flags, radix: 16))") }
    rawValue = flags & 0x9f
  }
}

extension Context {
  /// Takes effect for what waits from now on.
  public func setFlags(checking flags: UInt32) throws(CUDAError) { self.flags = try ContextFlags(checking: flags).rawValue }
}
