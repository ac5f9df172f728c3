// Copies: one box-shaped request serves cudaMemcpy, cudaMemcpy2D and cudaMemcpy3D, synchronous and not.
// Threads: any.  Order: in stream order.  A synchronous copy returns when the bytes have arrived (device to device: may return
// earlier); an asynchronous one from pageable memory returns when the source may be reused, one to pageable memory when done.
// Source: CUDA Runtime API, "Memory Management" and "API synchronization behavior".
import GPU
import Glibc

/// enum cudaMemcpyKind.
public enum CopyKind: Int32, Sendable {
  case hostToHost = 0, hostToDevice = 1, deviceToHost = 2, deviceToDevice = 3, automatic = 4
}

/// One side of a copy: where its box starts and how far apart its rows and slices are, in bytes.
public struct CopySide {
  public var pointer: UnsafeMutableRawPointer?
  public var rowPitch: Int
  public var slicePitch: Int
  public init(_ pointer: UnsafeMutableRawPointer?, rowPitch: Int = 0, slicePitch: Int = 0) {
    self.pointer = pointer; self.rowPitch = rowPitch; self.slicePitch = slicePitch
  }
}

/// A box of `width` bytes by `height` rows by `depth` slices.
public struct CopyExtent: Sendable, Equatable {
  public var width, height, depth: Int
  public init(width: Int, height: Int = 1, depth: Int = 1) { self.width = width; self.height = height; self.depth = depth }
  public var byteCount: Int { width * height * depth }
  public var isEmpty: Bool { width == 0 || height == 0 || depth == 0 }
  /// Bytes from the first to behind the last, on a side with these pitches.
  func span(_ side: CopySide) -> Int { (depth - 1) * side.slicePitch + (height - 1) * side.rowPitch + width }
}

extension Stream {
  /// cudaMemcpy: `count` bytes.  Throws cudaErrorInvalidValue for a range that is not all in one allocation,
  /// cudaErrorInvalidMemcpyDirection for a kind that is none.
  public func copy(
    to destination: UnsafeMutableRawPointer?, from source: UnsafeRawPointer?, count: Int, kind: CopyKind
  ) throws(CUDAError) {
    try copy(
      to: CopySide(destination), from: CopySide(UnsafeMutableRawPointer(mutating: source)), extent: CopyExtent(width: count),
      kind: kind, isAsynchronous: false)
  }

  /// cudaMemcpyAsync.
  public func copyAsync(
    to destination: UnsafeMutableRawPointer?, from source: UnsafeRawPointer?, count: Int, kind: CopyKind
  ) throws(CUDAError) {
    try copy(
      to: CopySide(destination), from: CopySide(UnsafeMutableRawPointer(mutating: source)), extent: CopyExtent(width: count),
      kind: kind, isAsynchronous: true)
  }

  /// cudaMemcpy2D/3D and their Async forms, and what the array and peer forms come down to.
  /// Throws cudaErrorInvalidPitchValue when rows overlap.
  public func copy(
    to destination: CopySide, from source: CopySide, extent: CopyExtent, kind: CopyKind, isAsynchronous: Bool, order: SourceOrder? = nil
  ) throws(CUDAError) {
    try context.check()
    guard extent.width >= 0, extent.height >= 0, extent.depth >= 0 else { throw .invalidValue.because("extent \(extent)") }
    if extent.isEmpty { return }
    if extent.height > 1 || extent.depth > 1 {
      guard destination.rowPitch >= extent.width, source.rowPitch >= extent.width else {
        throw .invalidPitchValue.because("rows of \(extent.width) bytes, pitches \(destination.rowPitch) and \(source.rowPitch)")
      }
    }
    if isCaptured {
      guard isAsynchronous else { return try refuseCapture() }
      try captureCopy(destination, source, extent, kind)
      return
    }
    let to = try resolve(destination, extent, mustBeKnown: kind == .hostToDevice || kind == .deviceToDevice, "destination")
    let from = try resolve(source, extent, mustBeKnown: kind == .deviceToHost || kind == .deviceToDevice, "source")
    var request = CopyRequest(
      destination: to.pointer, source: from.pointer, width: extent.width, height: extent.height, depth: extent.depth,
      destinationRowPitch: destination.rowPitch, destinationSlicePitch: destination.slicePitch,
      sourceRowPitch: source.rowPitch, sourceSlicePitch: source.slicePitch)
    try admit()

    let isDeviceToDevice = to.isDevice && from.isDevice
    if to.isPageable || (!isAsynchronous && (!isDeviceToDevice || isDone)) {
      // The calling thread does it, after what the stream had before.
      try waitForOwnWork()
      context.gpu.execute(request)
      return
    }
    if order == .stream && from.isPageable {
      // Read when the stream comes to it, not before.
      let request = request
      return try gpuWork { () throws(GPUError) in try timeline.enqueueCopy(request, mustRunNow: false) }
    }
    if order == .duringCall && !from.isPageable && !isDone {
      // The program says that nothing before in the stream writes the source.
      if extent.byteCount <= Self.stagingLimit, let staged = request.staged() {
        try gpuWork { () throws(GPUError) in try timeline.enqueueCopy(staged, mustRunNow: false) }
      } else {
        try waitForOwnWork()
        context.gpu.execute(request)
      }
      return
    }
    if from.isPageable && !isDone {
      // The source may change as soon as we return: take the bytes now where that is cheap, else wait and copy.
      guard extent.width * extent.height * extent.depth <= Self.stagingLimit, let staged = request.staged() else {
        try waitForOwnWork()
        context.gpu.execute(request)
        return
      }
      request = staged
    }
    let final = request
    try gpuWork { () throws(GPUError) in
      try timeline.enqueueCopy(final, mustRunNow: (from.isPageable || order == .duringCall) && !final.ownsSource)
    }
  }

  /// Pageable sources up to this size are taken into a buffer so that an asynchronous copy need not wait.
  static let stagingLimit = 4 << 20

  private struct Resolved {
    var pointer: UnsafeMutableRawPointer
    var isDevice = false
    var isPageable = false
  }

  /// Throws as the copy would for a side that is no memory it could take.
  func checkSide(_ side: CopySide, _ extent: CopyExtent, _ name: String) throws(CUDAError) {
    _ = try resolve(side, extent, mustBeKnown: false, name)
  }

  /// The host's view of one side, and what kind of memory it is.
  private func resolve(_ side: CopySide, _ extent: CopyExtent, mustBeKnown: Bool, _ name: String) throws(CUDAError) -> Resolved {
    guard let pointer = side.pointer else { throw .invalidValue.because("\(name) is null") }
    let address = UInt64(UInt(bitPattern: pointer))
    guard let allocation = Runtime.allocation(at: address) else {
      if mustBeKnown { throw .invalidValue.because("\(name) \(pointer) is no device memory") }
      return Resolved(pointer: pointer, isPageable: true)
    }
    let inHostView = address &- allocation.hostAddress < allocation.byteCount
    let offset = address &- (inHostView ? allocation.hostAddress : allocation.deviceAddress)
    guard UInt64(extent.span(side)) <= allocation.byteCount - offset else {
      if allocation.heap == .registered { return Resolved(pointer: pointer, isPageable: true) }
      throw .invalidValue.because(
        "\(name): \(extent.span(side)) bytes at \(pointer), \(allocation.byteCount - offset) left in the allocation")
    }
    return Resolved(
      pointer: UnsafeMutableRawPointer(bitPattern: UInt(allocation.hostAddress + offset))!,
      isDevice: allocation.heap.isOnDevice)
  }
}
