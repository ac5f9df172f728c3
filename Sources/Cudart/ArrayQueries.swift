// What arrays need and consist of.  Source: CUDA Runtime API, "Memory Management".
import CCUDA
import CUDA

private func write(
  _ array: DeviceArray, to result: UnsafeMutablePointer<cudaArrayMemoryRequirements>?, _ device: Int32
) throws(CUDAError) {
  let result = try out(result, "memoryRequirements")
  let needs = try array.memoryRequirements()
  result.pointee = cudaArrayMemoryRequirements(size: numericCast(needs.byteCount), alignment: numericCast(needs.alignment), reserved: (0, 0, 0, 0))
}

private func write(_ array: DeviceArray, to result: UnsafeMutablePointer<cudaArraySparseProperties>?) throws(CUDAError) {
  let result = try out(result, "sparseProperties")
  let found = try array.sparseProperties()
  result.pointee = cudaArraySparseProperties(
    tileExtent: .init(width: UInt32(found.tile.width), height: UInt32(found.tile.height), depth: UInt32(found.tile.depth)),
    miptailFirstLevel: UInt32(found.firstTailLevel), miptailSize: UInt64(found.tailBytes), flags: 0, reserved: (0, 0, 0, 0))
}

@c(carmine_rt_cudaArrayGetMemoryRequirements)
public func cudaArrayGetMemoryRequirements(
  _ result: UnsafeMutablePointer<cudaArrayMemoryRequirements>?, _ array: UnsafeMutableRawPointer?, _ device: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try write(DeviceArray.find(array), to: result, device) }
}

@c(carmine_rt_cudaMipmappedArrayGetMemoryRequirements)
public func cudaMipmappedArrayGetMemoryRequirements(
  _ result: UnsafeMutablePointer<cudaArrayMemoryRequirements>?, _ array: UnsafeMutableRawPointer?, _ device: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try write(DeviceArray.findMipmapped(array), to: result, device) }
}

@c(carmine_rt_cudaArrayGetSparseProperties)
public func cudaArrayGetSparseProperties(_ result: UnsafeMutablePointer<cudaArraySparseProperties>?, _ array: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try write(DeviceArray.find(array), to: result) }
}

@c(carmine_rt_cudaMipmappedArrayGetSparseProperties)
public func cudaMipmappedArrayGetSparseProperties(
  _ result: UnsafeMutablePointer<cudaArraySparseProperties>?, _ array: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try write(DeviceArray.findMipmapped(array), to: result) }
}

/// No array has planes: formats of several planes come from other drivers' images, which cannot be imported here, and
/// cudaMallocArray makes none, as NVIDIA's does not.
@c(carmine_rt_cudaArrayGetPlane)
public func cudaArrayGetPlane(_ result: HandleResult?, _ array: UnsafeMutableRawPointer?, _ plane: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let format = try DeviceArray.find(array).format
    _ = try out(result, "pPlaneArray")
    throw .invalidValue.because("plane \(plane) of an array of one plane (\(format.channels) channels)")
  }
}
