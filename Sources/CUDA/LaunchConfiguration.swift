// The shape of a launch: CUDA's dim3 and what a launch is told.
import CCUDA

public struct Dim3: Sendable, Equatable {
  /// x and y in one word, as a C function's argument has them: it is written and read in the same piece.
  @usableFromInline let xy: UInt64
  public let z: UInt32
  public var x: UInt32 { UInt32(truncatingIfNeeded: xy) }
  public var y: UInt32 { UInt32(truncatingIfNeeded: xy >> 32) }
  public init(_ x: UInt32, _ y: UInt32 = 1, _ z: UInt32 = 1) { xy = UInt64(x) | UInt64(y) << 32; self.z = z }
  @inlinable @inline(__always) public init(_ argument: carmine_dim3_words) { xy = argument.xy; z = argument.z }
  /// All three in a word, for a table's sake; others may have the same.
  var mixed: UInt64 { xy ^ UInt64(z) << 21 }
  /// x · y · z, which for a grid may need 63 bits.
  public var volume: UInt64 { UInt64(x) * UInt64(y) * UInt64(z) }
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
