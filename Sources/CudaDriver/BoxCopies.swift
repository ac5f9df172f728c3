// Copies and fills of rows and boxes, between memory and arrays, and between devices.
// Source: CUDA Driver API, "Memory Management": CUDA_MEMCPY2D, CUDA_MEMCPY3D, cuMemsetD2D*, cuMemcpyPeer.
import CCUDA
import CUDA
import Cudart

/// One side of a copy; an array's is checked to hold the box.
private func side(_ s: carmine_copy_side_3d, _ box: CopyExtent, _ name: StaticString) throws(CUDAError) -> CopySide {
  let x = try count(UInt(s.xInBytes)), y = try count(UInt(s.y)), z = try count(UInt(s.z))
  let start: UnsafeMutableRawPointer?
  switch s.memoryType {
  case 1: start = s.host
  case 2, 4: start = UnsafeMutableRawPointer(bitPattern: UInt(s.device))
  case 3:
    let array = try DeviceArray.find(s.array)
    try array.check(x: x, y: y, z: z, box)
    return try array.side(x: x, y: y, z: z)
  default: throw .invalidValue.because("\(name): memory type \(s.memoryType)")
  }
  guard let start else { throw .invalidValue.because("\(name) is null") }
  let pitch = s.pitch == 0 ? x + box.width : Int(s.pitch), height = s.height == 0 ? y + box.height : Int(s.height)
  return CopySide(start + z * pitch * height + y * pitch + x, rowPitch: pitch, slicePitch: pitch * height)
}

private func flat(_ s: carmine_copy_side_2d) -> carmine_copy_side_3d {
  var side = carmine_copy_side_3d()
  (side.xInBytes, side.y, side.memoryType, side.host, side.device, side.array, side.pitch) = (s.xInBytes, s.y, s.memoryType, s.host, s.device, s.array, s.pitch)
  return side
}

private func copy(
  _ to: carmine_copy_side_3d, _ from: carmine_copy_side_3d, _ box: CopyExtent, _ stream: UnsafeMutableRawPointer?, isAsynchronous: Bool
) throws(CUDAError) {
  try current().stream(stream).copy(
    to: side(to, box, "destination"), from: side(from, box, "source"), extent: box, kind: .automatic, isAsynchronous: isAsynchronous)
}

private func copy2D(_ given: UnsafePointer<CUDA_MEMCPY2D>?, _ stream: UnsafeMutableRawPointer? = nil, isAsynchronous: Bool = false) throws(CUDAError) {
  guard let c = given?.pointee else { throw .invalidValue.because("pCopy is null") }
  let box = CopyExtent(width: try count(UInt(c.WidthInBytes)), height: try count(UInt(c.Height)))
  try copy(flat(c.dst), flat(c.src), box, stream, isAsynchronous: isAsynchronous)
}

private func copy3D(_ given: UnsafePointer<CUDA_MEMCPY3D>?, _ stream: UnsafeMutableRawPointer? = nil, isAsynchronous: Bool = false) throws(CUDAError) {
  guard let c = given?.pointee else { throw .invalidValue.because("pCopy is null") }
  let box = CopyExtent(width: try count(UInt(c.WidthInBytes)), height: try count(UInt(c.Height)), depth: try count(UInt(c.Depth)))
  try copy(c.dst, c.src, box, stream, isAsynchronous: isAsynchronous)
}

@c(carmine_cu_cuMemcpy2D_v2)
public func cuMemcpy2D_v2(_ copy: UnsafePointer<CUDA_MEMCPY2D>?) -> Int32 { driver { () throws(CUDAError) in try copy2D(copy) } }

@c(carmine_cu_cuMemcpy2DUnaligned_v2)
public func cuMemcpy2DUnaligned_v2(_ copy: UnsafePointer<CUDA_MEMCPY2D>?) -> Int32 { driver { () throws(CUDAError) in try copy2D(copy) } }

@c(carmine_cu_cuMemcpy2DAsync_v2)
public func cuMemcpy2DAsync_v2(_ copy: UnsafePointer<CUDA_MEMCPY2D>?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy2D(copy, stream, isAsynchronous: true) }
}

@c(carmine_cu_cuMemcpy3D_v2)
public func cuMemcpy3D_v2(_ copy: UnsafePointer<CUDA_MEMCPY3D>?) -> Int32 { driver { () throws(CUDAError) in try copy3D(copy) } }

@c(carmine_cu_cuMemcpy3DAsync_v2)
public func cuMemcpy3DAsync_v2(_ copy: UnsafePointer<CUDA_MEMCPY3D>?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy3D(copy, stream, isAsynchronous: true) }
}

// MARK: - Between devices

private func copyPeer(
  _ to: UInt64, _ toContext: UnsafeMutableRawPointer?, _ from: UInt64, _ fromContext: UnsafeMutableRawPointer?, _ bytes: UInt,
  _ stream: UnsafeMutableRawPointer? = nil, isAsynchronous: Bool = false
) throws(CUDAError) {
  _ = try (driverContext(toContext), driverContext(fromContext))
  let stream = try current().stream(stream), to = UnsafeMutableRawPointer(bitPattern: UInt(to)), from = UnsafeRawPointer(bitPattern: UInt(from))
  if isAsynchronous {
    try stream.copyAsync(to: to, from: from, count: count(bytes), kind: .deviceToDevice)
  } else {
    try stream.copy(to: to, from: from, count: count(bytes), kind: .deviceToDevice)
  }
}

@c(carmine_cu_cuMemcpyPeer)
public func cuMemcpyPeer(
  _ to: UInt64, _ toContext: UnsafeMutableRawPointer?, _ from: UInt64, _ fromContext: UnsafeMutableRawPointer?, _ bytes: UInt
) -> Int32 {
  driver { () throws(CUDAError) in try copyPeer(to, toContext, from, fromContext, bytes) }
}

@c(carmine_cu_cuMemcpyPeerAsync)
public func cuMemcpyPeerAsync(
  _ to: UInt64, _ toContext: UnsafeMutableRawPointer?, _ from: UInt64, _ fromContext: UnsafeMutableRawPointer?, _ bytes: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  driver { () throws(CUDAError) in try copyPeer(to, toContext, from, fromContext, bytes, stream, isAsynchronous: true) }
}

/// Each side's context is checked; addresses say by themselves where they are.
private func copy3DPeer(_ given: UnsafePointer<CUDA_MEMCPY3D_PEER>?, _ stream: UnsafeMutableRawPointer? = nil, isAsynchronous: Bool) throws(CUDAError) {
  guard let c = given?.pointee else { throw .invalidValue.because("pCopy is null") }
  _ = try (driverContext(c.dstContext), driverContext(c.srcContext))
  let box = CopyExtent(width: try count(UInt(c.WidthInBytes)), height: try count(UInt(c.Height)), depth: try count(UInt(c.Depth)))
  let to = carmine_copy_side_3d(
    xInBytes: c.dstXInBytes, y: c.dstY, z: c.dstZ, lod: c.dstLOD, memoryType: c.dstMemoryType, host: c.dstHost, device: c.dstDevice, array: c.dstArray,
    reserved: nil, pitch: c.dstPitch, height: c.dstHeight)
  let from = carmine_copy_side_3d(
    xInBytes: c.srcXInBytes, y: c.srcY, z: c.srcZ, lod: c.srcLOD, memoryType: c.srcMemoryType, host: UnsafeMutableRawPointer(mutating: c.srcHost),
    device: c.srcDevice, array: c.srcArray, reserved: nil, pitch: c.srcPitch, height: c.srcHeight)
  try copy(to, from, box, stream, isAsynchronous: isAsynchronous)
}

@c(carmine_cu_cuMemcpy3DPeer)
public func cuMemcpy3DPeer(_ copy: UnsafePointer<CUDA_MEMCPY3D_PEER>?) -> Int32 {
  driver { () throws(CUDAError) in try copy3DPeer(copy, isAsynchronous: false) }
}

@c(carmine_cu_cuMemcpy3DPeerAsync)
public func cuMemcpy3DPeerAsync(_ copy: UnsafePointer<CUDA_MEMCPY3D_PEER>?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try copy3DPeer(copy, stream, isAsynchronous: true) }
}

// MARK: - Fills of rows

private func fill(
  _ to: UInt64, _ pitch: UInt, _ value: UInt32, _ size: Int, _ width: UInt, _ height: UInt, _ stream: UnsafeMutableRawPointer? = nil,
  isAsynchronous: Bool = false
) throws(CUDAError) {
  try current().stream(stream).fill(
    UnsafeMutableRawPointer(bitPattern: UInt(to)), value: value, elementSize: size, width: count(width), height: count(height),
    rowPitch: count(pitch), isAsynchronous: isAsynchronous)
}

@c(carmine_cu_cuMemsetD2D8_v2)
public func cuMemsetD2D8_v2(_ to: UInt64, _ pitch: UInt, _ value: UInt8, _ width: UInt, _ height: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, UInt32(value), 1, width, height) }
}

@c(carmine_cu_cuMemsetD2D16_v2)
public func cuMemsetD2D16_v2(_ to: UInt64, _ pitch: UInt, _ value: UInt16, _ width: UInt, _ height: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, UInt32(value), 2, width, height) }
}

@c(carmine_cu_cuMemsetD2D32_v2)
public func cuMemsetD2D32_v2(_ to: UInt64, _ pitch: UInt, _ value: UInt32, _ width: UInt, _ height: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, value, 4, width, height) }
}

@c(carmine_cu_cuMemsetD2D8Async)
public func cuMemsetD2D8Async(_ to: UInt64, _ pitch: UInt, _ value: UInt8, _ width: UInt, _ height: UInt, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, UInt32(value), 1, width, height, stream, isAsynchronous: true) }
}

@c(carmine_cu_cuMemsetD2D16Async)
public func cuMemsetD2D16Async(_ to: UInt64, _ pitch: UInt, _ value: UInt16, _ width: UInt, _ height: UInt, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, UInt32(value), 2, width, height, stream, isAsynchronous: true) }
}

@c(carmine_cu_cuMemsetD2D32Async)
public func cuMemsetD2D32Async(_ to: UInt64, _ pitch: UInt, _ value: UInt32, _ width: UInt, _ height: UInt, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, value, 4, width, height, stream, isAsynchronous: true) }
}

// MARK: - The same on the per-thread default stream, for programs built with it

@c(carmine_cu_cuMemcpy2D_v2_ptds)
public func cuMemcpy2D_v2_ptds(_ copy: UnsafePointer<CUDA_MEMCPY2D>?) -> Int32 {
  driver { () throws(CUDAError) in try copy2D(copy, perThread) }
}

@c(carmine_cu_cuMemcpy2DUnaligned_v2_ptds)
public func cuMemcpy2DUnaligned_v2_ptds(_ copy: UnsafePointer<CUDA_MEMCPY2D>?) -> Int32 {
  driver { () throws(CUDAError) in try copy2D(copy, perThread) }
}

@c(carmine_cu_cuMemcpy3D_v2_ptds)
public func cuMemcpy3D_v2_ptds(_ copy: UnsafePointer<CUDA_MEMCPY3D>?) -> Int32 {
  driver { () throws(CUDAError) in try copy3D(copy, perThread) }
}

@c(carmine_cu_cuMemcpy3DPeer_ptds)
public func cuMemcpy3DPeer_ptds(_ copy: UnsafePointer<CUDA_MEMCPY3D_PEER>?) -> Int32 {
  driver { () throws(CUDAError) in try copy3DPeer(copy, perThread, isAsynchronous: false) }
}

@c(carmine_cu_cuMemcpyPeer_ptds)
public func cuMemcpyPeer_ptds(
  _ to: UInt64, _ toContext: UnsafeMutableRawPointer?, _ from: UInt64, _ fromContext: UnsafeMutableRawPointer?, _ bytes: UInt
) -> Int32 {
  driver { () throws(CUDAError) in try copyPeer(to, toContext, from, fromContext, bytes, perThread) }
}

@c(carmine_cu_cuMemsetD2D8_v2_ptds)
public func cuMemsetD2D8_v2_ptds(_ to: UInt64, _ pitch: UInt, _ value: UInt8, _ width: UInt, _ height: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, UInt32(value), 1, width, height, perThread) }
}

@c(carmine_cu_cuMemsetD2D16_v2_ptds)
public func cuMemsetD2D16_v2_ptds(_ to: UInt64, _ pitch: UInt, _ value: UInt16, _ width: UInt, _ height: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, UInt32(value), 2, width, height, perThread) }
}

@c(carmine_cu_cuMemsetD2D32_v2_ptds)
public func cuMemsetD2D32_v2_ptds(_ to: UInt64, _ pitch: UInt, _ value: UInt32, _ width: UInt, _ height: UInt) -> Int32 {
  driver { () throws(CUDAError) in try fill(to, pitch, value, 4, width, height, perThread) }
}

// MARK: - Addresses

@c(carmine_cu_cuMemGetAddressRange_v2)
public func cuMemGetAddressRange_v2(_ base: UnsafeMutablePointer<UInt64>?, _ size: UnsafeMutablePointer<UInt>?, _ memory: UInt64) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try current()
    let found = PointerAttributes(of: UnsafeRawPointer(bitPattern: UInt(memory)))
    guard found.type != .unregistered else { throw .invalidValue.because("0x\(String(memory, radix: 16)) is in no allocation") }   // CUDA_ERROR_NOT_FOUND, invalid value
    base?.pointee = UInt64(found.rangeStart)
    size?.pointee = UInt(found.rangeSize)
  }
}
