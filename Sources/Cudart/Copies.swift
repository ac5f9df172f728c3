// Copies: linear, 2D, 3D, between devices.  Each synchronous function has a `_ptds` twin, whose stream is the per-thread one.
// Source: CUDA Runtime API, "Memory Management".
import CCUDA
import CUDA

func kind(_ number: Int32) throws(CUDAError) -> CopyKind {
  guard let kind = CopyKind(rawValue: number) else { throw .invalidMemcpyDirection.because("kind is \(number)") }
  return kind
}

// MARK: - Linear

@c(carmine_rt_cudaMemcpy)
public func cudaMemcpy(_ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in try currentStream(nil).copy(to: to, from: from, count: count(size), kind: kind(direction)) }
}

@c(carmine_rt_cudaMemcpy_ptds)
public func cudaMemcpy_ptds(_ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32) -> Int32 {
  entry { () throws(CUDAError) in
    try currentStream(nil, perThreadDefault: true).copy(to: to, from: from, count: count(size), kind: kind(direction))
  }
}

@c(carmine_rt_cudaMemcpyAsync)
public func cudaMemcpyAsync(
  _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let size = try count(size), kind = try kind(direction)
    try withStream(stream) { stream throws(CUDAError) in try stream.copyAsync(to: to, from: from, count: size, kind: kind) }
  }
}

/// Unified addresses say where both sides are; the device numbers are only checked.
@c(carmine_rt_cudaMemcpyPeer)
public func cudaMemcpyPeer(
  _ to: UnsafeMutableRawPointer?, _ toDevice: Int32, _ from: UnsafeRawPointer?, _ fromDevice: Int32, _ size: UInt
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try Runtime.device(Int(toDevice))
    _ = try Runtime.device(Int(fromDevice))
    try currentStream(nil).copy(to: to, from: from, count: count(size), kind: .automatic)
  }
}

@c(carmine_rt_cudaMemcpyPeerAsync)
public func cudaMemcpyPeerAsync(
  _ to: UnsafeMutableRawPointer?, _ toDevice: Int32, _ from: UnsafeRawPointer?, _ fromDevice: Int32, _ size: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try Runtime.device(Int(toDevice))
    _ = try Runtime.device(Int(fromDevice))
    let stream = try currentStream(stream)
    if stream.isCaptured { try stream.refuseCapture() }   // so does NVIDIA's runtime
    try stream.copyAsync(to: to, from: from, count: count(size), kind: .automatic)
  }
}

// MARK: - 2D

private func copy2D(
  _ stream: CUDA.Stream, _ to: UnsafeMutableRawPointer?, _ toPitch: UInt, _ from: UnsafeRawPointer?, _ fromPitch: UInt, _ width: UInt,
  _ height: UInt, _ direction: Int32, isAsynchronous: Bool
) throws(CUDAError) {
  try stream.copy(
    to: CopySide(to, rowPitch: count(toPitch, "dpitch")),
    from: CopySide(UnsafeMutableRawPointer(mutating: from), rowPitch: count(fromPitch, "spitch")),
    extent: CopyExtent(width: count(width, "width"), height: count(height, "height")), kind: kind(direction),
    isAsynchronous: isAsynchronous)
}

@c(carmine_rt_cudaMemcpy2D)
public func cudaMemcpy2D(
  _ to: UnsafeMutableRawPointer?, _ toPitch: UInt, _ from: UnsafeRawPointer?, _ fromPitch: UInt, _ width: UInt, _ height: UInt,
  _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try copy2D(currentStream(nil), to, toPitch, from, fromPitch, width, height, direction, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpy2D_ptds)
public func cudaMemcpy2D_ptds(
  _ to: UnsafeMutableRawPointer?, _ toPitch: UInt, _ from: UnsafeRawPointer?, _ fromPitch: UInt, _ width: UInt, _ height: UInt,
  _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try copy2D(
      currentStream(nil, perThreadDefault: true), to, toPitch, from, fromPitch, width, height, direction, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpy2DAsync)
public func cudaMemcpy2DAsync(
  _ to: UnsafeMutableRawPointer?, _ toPitch: UInt, _ from: UnsafeRawPointer?, _ fromPitch: UInt, _ width: UInt, _ height: UInt,
  _ direction: Int32, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try copy2D(currentStream(stream), to, toPitch, from, fromPitch, width, height, direction, isAsynchronous: true)
  }
}

// MARK: - 3D

/// One side of a 3D copy: its start moved by the position, which counts bytes in x.
private func side(_ pointer: cudaPitchedPtr, _ position: cudaPos, _ name: StaticString) throws(CUDAError) -> CopySide {
  guard pointer.ptr != nil else { throw .invalidValue.because("\(name) is neither a pointer nor an array") }
  let pitch = try count(UInt(pointer.pitch), "pitch"), rows = try count(UInt(pointer.ysize), "ysize")
  let (slice, overflow) = pitch.multipliedReportingOverflow(by: rows)
  guard !overflow else { throw .invalidValue.because("\(name) has \(rows) rows of \(pitch) bytes") }
  let x = try count(UInt(position.x), "x"), y = try count(UInt(position.y), "y"), z = try count(UInt(position.z), "z")
  let offset = x &+ y &* pitch &+ z &* slice
  return CopySide(pointer.ptr + offset, rowPitch: pitch, slicePitch: slice)
}

private func copy3D(_ parameters: UnsafePointer<cudaMemcpy3DParms>?, in stream: CUDA.Stream, isAsynchronous: Bool) throws(CUDAError) {
  guard let p = parameters?.pointee else { throw .invalidValue.because("p is null") }
  // With an array, positions in it and the extent count elements.
  var box = try copyExtent(p.extent)
  if let array = p.srcArray ?? p.dstArray { box.width *= try DeviceArray.find(array).format.byteCount }
  func end(_ array: UnsafeMutableRawPointer?, _ pointer: cudaPitchedPtr, _ place: cudaPos, _ name: StaticString) throws(CUDAError) -> CopySide {
    guard let array else { return try side(pointer, place, name) }
    return try arraySide(array, x: UInt(place.x * DeviceArray.find(array).format.byteCount), y: UInt(place.y), z: UInt(place.z), box)
  }
  try stream.copy(
    to: end(p.dstArray, p.dstPtr, p.dstPos, "dstPtr"), from: end(p.srcArray, p.srcPtr, p.srcPos, "srcPtr"), extent: box, kind: kind(p.kind),
    isAsynchronous: isAsynchronous)
}

private func copyExtent(_ extent: cudaExtent) throws(CUDAError) -> CopyExtent {
  CopyExtent(
    width: try count(UInt(extent.width), "extent.width"), height: try count(UInt(extent.height), "extent.height"),
    depth: try count(UInt(extent.depth), "extent.depth"))
}

@c(carmine_rt_cudaMemcpy3D)
public func cudaMemcpy3D(_ parameters: UnsafePointer<cudaMemcpy3DParms>?) -> Int32 {
  entry { () throws(CUDAError) in try copy3D(parameters, in: currentStream(nil), isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpy3D_ptds)
public func cudaMemcpy3D_ptds(_ parameters: UnsafePointer<cudaMemcpy3DParms>?) -> Int32 {
  entry { () throws(CUDAError) in try copy3D(parameters, in: currentStream(nil, perThreadDefault: true), isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpy3DAsync)
public func cudaMemcpy3DAsync(_ parameters: UnsafePointer<cudaMemcpy3DParms>?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try copy3D(parameters, in: currentStream(stream), isAsynchronous: true) }
}

private func copy3DPeer(
  _ parameters: UnsafePointer<cudaMemcpy3DPeerParms>?, in stream: CUDA.Stream, isAsynchronous: Bool
) throws(CUDAError) {
  guard let p = parameters?.pointee else { throw .invalidValue.because("p is null") }
  guard p.srcArray == nil, p.dstArray == nil else { throw .notSupported.because("arrays in copies between devices") }
  _ = try Runtime.device(Int(p.srcDevice))
  _ = try Runtime.device(Int(p.dstDevice))
  try stream.copy(
    to: side(p.dstPtr, p.dstPos, "dstPtr"), from: side(p.srcPtr, p.srcPos, "srcPtr"), extent: copyExtent(p.extent), kind: .automatic,
    isAsynchronous: isAsynchronous)
}

@c(carmine_rt_cudaMemcpy3DPeer)
public func cudaMemcpy3DPeer(_ parameters: UnsafePointer<cudaMemcpy3DPeerParms>?) -> Int32 {
  entry { () throws(CUDAError) in try copy3DPeer(parameters, in: currentStream(nil), isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpy3DPeer_ptds)
public func cudaMemcpy3DPeer_ptds(_ parameters: UnsafePointer<cudaMemcpy3DPeerParms>?) -> Int32 {
  entry { () throws(CUDAError) in try copy3DPeer(parameters, in: currentStream(nil, perThreadDefault: true), isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpy3DPeerAsync)
public func cudaMemcpy3DPeerAsync(_ parameters: UnsafePointer<cudaMemcpy3DPeerParms>?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try copy3DPeer(parameters, in: currentStream(stream), isAsynchronous: true) }
}
