// The shape of a launch: CUDA's dim3, what nvcc's stubs push, and the checks that need no device.

public struct Dim3: Sendable, Equatable {
  public var x, y, z: UInt32
  public init(_ x: UInt32, _ y: UInt32 = 1, _ z: UInt32 = 1) { self.x = x; self.y = y; self.z = z }
  /// x · y · z, which for a grid may need 63 bits.
  public var volume: UInt64 { UInt64(x) * UInt64(y) * UInt64(z) }
}

/// A pushed `<<<grid, block, shared, stream>>>`; the stream is a handle as the program gave it.
public struct CallConfiguration {
  public var grid, block: Dim3
  public var dynamicSharedBytes: Int
  public var stream: UnsafeMutableRawPointer?
  public init(grid: Dim3, block: Dim3, dynamicSharedBytes: Int, stream: UnsafeMutableRawPointer?) {
    self.grid = grid; self.block = block; self.dynamicSharedBytes = dynamicSharedBytes; self.stream = stream
  }
}

/// A launch as `Stream.launch` takes it.
public struct LaunchConfiguration: Sendable, Equatable {
  public var grid, block: Dim3
  public var dynamicSharedBytes: Int
  public var isCooperative: Bool
  public init(grid: Dim3, block: Dim3, dynamicSharedBytes: Int = 0, isCooperative: Bool = false) {
    self.grid = grid; self.block = block; self.dynamicSharedBytes = dynamicSharedBytes; self.isCooperative = isCooperative
  }
}
