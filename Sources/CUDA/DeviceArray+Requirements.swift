// What an array whose memory is mapped later needs: cudaArrayGetMemoryRequirements, cudaArrayGetSparseProperties.
// Source: CUDA Runtime API, "Memory Management"; the standard shapes of 64 KiB tiles (Vulkan, "Standard Sparse Image Block Shapes"),
// which NVIDIA's library answers too.

extension DeviceArray {
  static let tileBytes = 64 << 10

  /// Throws cudaErrorInvalidValue unless the array was made with cudaArrayDeferredMapping.
  public func memoryRequirements() throws(CUDAError) -> (byteCount: Int, alignment: Int) {
    guard flags & Self.deferredMapping != 0 else { throw .invalidValue.because("the array was made without cudaArrayDeferredMapping") }
    return ((byteCount + Self.tileBytes - 1) / Self.tileBytes * Self.tileBytes, Self.tileBytes)
  }

  public struct SparseProperties: Sendable {
    /// In texels.
    public var tile: (width: Int, height: Int, depth: Int)
    /// The first level that is smaller than a tile, and how much all from there on take.
    public var firstTailLevel: Int
    public var tailBytes: Int
  }

  /// Throws cudaErrorInvalidValue unless the array was made with cudaArraySparse.
  public func sparseProperties() throws(CUDAError) -> SparseProperties {
    guard flags & Self.sparse != 0 else { throw .invalidValue.because("the array was made without cudaArraySparse") }
    let step = format.byteCount.trailingZeroBitCount   // 1, 2, 4, 8 or 16 bytes
    let flat = [(256, 256), (256, 128), (128, 128), (128, 64), (64, 64)], deep = [(64, 32, 32), (32, 32, 32), (32, 32, 16), (32, 16, 16), (16, 16, 16)]
    let side = format.compression == nil ? 1 : CompressedFormat.side
    let elements = extent.depth > 0 && !isLayered ? deep[step] : (flat[step].0, flat[step].1, 1)
    let tile = (elements.0 * side, elements.1 * side, elements.2)
    guard !levels.isEmpty else { return SparseProperties(tile: (tile.0, tile.1, tile.2), firstTailLevel: 0, tailBytes: 0) }
    let first = levels.firstIndex { $0.extent.width < tile.0 || max(1, $0.extent.height) < tile.1 || !isLayered && $0.planes < tile.2 } ?? levels.count
    let bytes = levels[first...].reduce(0) { $0 + $1.slicePitch * $1.planes }
    return SparseProperties(tile: (tile.0, tile.1, tile.2), firstTailLevel: first, tailBytes: (bytes + Self.tileBytes - 1) / Self.tileBytes * Self.tileBytes)
  }
}
