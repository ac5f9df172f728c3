// CUDA arrays: allocation, description, and copies in and out.
// Source: CUDA Runtime API, "Memory Management".
import CCUDA
import CUDA

public typealias HandleResult = UnsafeMutablePointer<UnsafeMutableRawPointer?>

func channelFormat(_ description: cudaChannelFormatDesc) -> ChannelFormat {
  ChannelFormat(x: description.x, y: description.y, z: description.z, w: description.w, kind: description.f)
}
private func format(_ pointer: UnsafePointer<cudaChannelFormatDesc>?) throws(CUDAError) -> ChannelFormat {
  guard let pointer else { throw .invalidValue.because("desc is null") }
  return channelFormat(pointer.pointee)
}
private func extent(_ e: cudaExtent) throws(CUDAError) -> (width: Int, height: Int, depth: Int) {
  (try count(UInt(e.width), "width"), try count(UInt(e.height), "height"), try count(UInt(e.depth), "depth"))
}

@c(carmine_rt_cudaMallocArray)
public func cudaMallocArray(
  _ result: HandleResult?, _ description: UnsafePointer<cudaChannelFormatDesc>?, _ width: UInt, _ height: UInt, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    let size = (width: try count(width, "width"), height: try count(height, "height"), depth: 0)
    result.pointee = try DeviceArray.make(on: currentContext(), format: format(description), extent: size, flags: flags).handle
  }
}

@c(carmine_rt_cudaMalloc3DArray)
public func cudaMalloc3DArray(
  _ result: HandleResult?, _ description: UnsafePointer<cudaChannelFormatDesc>?, _ size: cudaExtent, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    result.pointee = try DeviceArray.make(on: currentContext(), format: format(description), extent: extent(size), flags: flags).handle
  }
}

@c(carmine_rt_cudaMallocMipmappedArray)
public func cudaMallocMipmappedArray(
  _ result: HandleResult?, _ description: UnsafePointer<cudaChannelFormatDesc>?, _ size: cudaExtent, _ levels: UInt32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    result.pointee = try DeviceArray.make(
      on: currentContext(), format: format(description), extent: extent(size), flags: flags, levelCount: Int(levels)).handle
  }
}

@c(carmine_rt_cudaGetMipmappedArrayLevel)
public func cudaGetMipmappedArrayLevel(_ result: HandleResult?, _ array: UnsafeMutableRawPointer?, _ level: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    result.pointee = try DeviceArray.findMipmapped(array).level(level).handle
  }
}

@c(carmine_rt_cudaFreeArray)
public func cudaFreeArray(_ array: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try DeviceArray.free(array, mipmapped: false, in: currentContext()) }
}

@c(carmine_rt_cudaFreeMipmappedArray)
public func cudaFreeMipmappedArray(_ array: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try DeviceArray.free(array, mipmapped: true, in: currentContext()) }
}

private func description(_ format: ChannelFormat) -> cudaChannelFormatDesc {
  cudaChannelFormatDesc(x: format.bits.x, y: format.bits.y, z: format.bits.z, w: format.bits.w, f: format.kind)
}

@c(carmine_rt_cudaArrayGetInfo)
public func cudaArrayGetInfo(
  _ channels: UnsafeMutablePointer<cudaChannelFormatDesc>?, _ size: UnsafeMutablePointer<cudaExtent>?, _ flags: UnsafeMutablePointer<UInt32>?,
  _ array: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let array = try DeviceArray.find(array)
    channels?.pointee = description(array.format)
    size?.pointee = cudaExtent(width: array.extent.width, height: array.extent.height, depth: array.extent.depth)
    flags?.pointee = array.flags
  }
}

@c(carmine_rt_cudaGetChannelDesc)
public func cudaGetChannelDesc(_ result: UnsafeMutablePointer<cudaChannelFormatDesc>?, _ array: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    result.pointee = description(try DeviceArray.find(array).format)
  }
}

// MARK: - Copies

/// A box of an array, x and width in bytes.
func arraySide(_ handle: UnsafeMutableRawPointer?, x: UInt, y: UInt, z: UInt = 0, _ box: CopyExtent) throws(CUDAError) -> CopySide {
  let array = try DeviceArray.find(handle)
  let place = (x: try count(x, "the offset"), y: try count(y, "the offset"), z: try count(z, "the offset"))
  try array.check(x: place.x, y: place.y, z: place.z, box)
  return box.isEmpty ? CopySide(nil) : try array.side(x: place.x, y: place.y, z: place.z)
}

private func boxOf(_ width: UInt, _ height: UInt) throws(CUDAError) -> CopyExtent {
  CopyExtent(width: try count(width, "width"), height: try count(height, "height"))
}

private func toArray(
  _ stream: CUDA.Stream, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ pitch: UInt, _ width: UInt, _ height: UInt,
  _ direction: Int32, isAsynchronous: Bool
) throws(CUDAError) {
  guard direction != 0, direction != 2 else { throw .invalidMemcpyDirection.because("kind \(direction) does not lead into an array") }
  let box = try boxOf(width, height)
  try stream.copy(
    to: arraySide(array, x: x, y: y, box), from: CopySide(UnsafeMutableRawPointer(mutating: from), rowPitch: count(pitch, "spitch")), extent: box,
    kind: kind(direction), isAsynchronous: isAsynchronous)
}

private func fromArray(
  _ stream: CUDA.Stream, _ to: UnsafeMutableRawPointer?, _ pitch: UInt, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ width: UInt, _ height: UInt,
  _ direction: Int32, isAsynchronous: Bool
) throws(CUDAError) {
  guard direction != 0, direction != 1 else { throw .invalidMemcpyDirection.because("kind \(direction) does not lead out of an array") }
  let box = try boxOf(width, height)
  try stream.copy(
    to: CopySide(to, rowPitch: count(pitch, "dpitch")), from: arraySide(array, x: x, y: y, box), extent: box, kind: kind(direction),
    isAsynchronous: isAsynchronous)
}

@c(carmine_rt_cudaMemcpy2DToArray)
public func cudaMemcpy2DToArray(
  _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ pitch: UInt, _ width: UInt, _ height: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try toArray(currentStream(nil), array, x, y, from, pitch, width, height, direction, isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpy2DToArray_ptds)
public func cudaMemcpy2DToArray_ptds(
  _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ pitch: UInt, _ width: UInt, _ height: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try toArray(currentStream(nil, perThreadDefault: true), array, x, y, from, pitch, width, height, direction, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpy2DToArrayAsync)
public func cudaMemcpy2DToArrayAsync(
  _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ pitch: UInt, _ width: UInt, _ height: UInt, _ direction: Int32,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try toArray(currentStream(stream), array, x, y, from, pitch, width, height, direction, isAsynchronous: true) }
}

@c(carmine_rt_cudaMemcpy2DFromArray)
public func cudaMemcpy2DFromArray(
  _ to: UnsafeMutableRawPointer?, _ pitch: UInt, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ width: UInt, _ height: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try fromArray(currentStream(nil), to, pitch, array, x, y, width, height, direction, isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpy2DFromArray_ptds)
public func cudaMemcpy2DFromArray_ptds(
  _ to: UnsafeMutableRawPointer?, _ pitch: UInt, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ width: UInt, _ height: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try fromArray(currentStream(nil, perThreadDefault: true), to, pitch, array, x, y, width, height, direction, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpy2DFromArrayAsync)
public func cudaMemcpy2DFromArrayAsync(
  _ to: UnsafeMutableRawPointer?, _ pitch: UInt, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ width: UInt, _ height: UInt, _ direction: Int32,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try fromArray(currentStream(stream), to, pitch, array, x, y, width, height, direction, isAsynchronous: true) }
}
