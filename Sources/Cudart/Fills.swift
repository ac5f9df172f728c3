// Fills.  A synchronous fill of device memory may return before it is done, as in CUDA; it is ordered in its stream.
// Source: CUDA Runtime API, "Memory Management".
import CCUDA
import CUDA

private func fill(
  _ stream: CUDA.Stream, _ pointer: UnsafeMutableRawPointer?, _ value: Int32, pitch: UInt = 0, rows: UInt = 0, width: UInt, height: UInt = 1,
  depth: UInt = 1, isAsynchronous: Bool
) throws(CUDAError) {
  let pitch = try count(pitch, "pitch"), rows = try count(rows, "ysize")
  let (slice, overflow) = pitch.multipliedReportingOverflow(by: rows)
  guard !overflow else { throw .invalidValue.because("\(rows) rows of \(pitch) bytes") }
  try stream.fill(
    pointer, value: UInt32(truncatingIfNeeded: value) & 0xff, elementSize: 1, width: count(width, "width"), height: count(height, "height"),
    depth: count(depth, "depth"), rowPitch: pitch, slicePitch: slice, isAsynchronous: isAsynchronous)
}

@c(carmine_rt_cudaMemset)
public func cudaMemset(_ pointer: UnsafeMutableRawPointer?, _ value: Int32, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in try fill(currentStream(nil), pointer, value, width: size, isAsynchronous: false) }
}

@c(carmine_rt_cudaMemset_ptds)
public func cudaMemset_ptds(_ pointer: UnsafeMutableRawPointer?, _ value: Int32, _ size: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    try fill(currentStream(nil, perThreadDefault: true), pointer, value, width: size, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemsetAsync)
public func cudaMemsetAsync(_ pointer: UnsafeMutableRawPointer?, _ value: Int32, _ size: UInt, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try fill(currentStream(stream), pointer, value, width: size, isAsynchronous: true) }
}

@c(carmine_rt_cudaMemset2D)
public func cudaMemset2D(_ pointer: UnsafeMutableRawPointer?, _ pitch: UInt, _ value: Int32, _ width: UInt, _ height: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    try fill(currentStream(nil), pointer, value, pitch: pitch, width: width, height: height, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemset2D_ptds)
public func cudaMemset2D_ptds(_ pointer: UnsafeMutableRawPointer?, _ pitch: UInt, _ value: Int32, _ width: UInt, _ height: UInt) -> Int32 {
  entry { () throws(CUDAError) in
    try fill(
      currentStream(nil, perThreadDefault: true), pointer, value, pitch: pitch, width: width, height: height, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemset2DAsync)
public func cudaMemset2DAsync(
  _ pointer: UnsafeMutableRawPointer?, _ pitch: UInt, _ value: Int32, _ width: UInt, _ height: UInt, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    try fill(currentStream(stream), pointer, value, pitch: pitch, width: width, height: height, isAsynchronous: true)
  }
}

private func fill3D(
  _ stream: CUDA.Stream, _ target: cudaPitchedPtr, _ value: Int32, _ extent: cudaExtent, isAsynchronous: Bool
) throws(CUDAError) {
  try fill(
    stream, target.ptr, value, pitch: UInt(target.pitch), rows: UInt(target.ysize), width: UInt(extent.width),
    height: UInt(extent.height), depth: UInt(extent.depth), isAsynchronous: isAsynchronous)
}

@c(carmine_rt_cudaMemset3D)
public func cudaMemset3D(_ target: cudaPitchedPtr, _ value: Int32, _ extent: cudaExtent) -> Int32 {
  entry { () throws(CUDAError) in try fill3D(currentStream(nil), target, value, extent, isAsynchronous: false) }
}

@c(carmine_rt_cudaMemset3D_ptds)
public func cudaMemset3D_ptds(_ target: cudaPitchedPtr, _ value: Int32, _ extent: cudaExtent) -> Int32 {
  entry { () throws(CUDAError) in
    try fill3D(currentStream(nil, perThreadDefault: true), target, value, extent, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemset3DAsync)
public func cudaMemset3DAsync(
  _ target: cudaPitchedPtr, _ value: Int32, _ extent: cudaExtent, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try fill3D(currentStream(stream), target, value, extent, isAsynchronous: true) }
}
