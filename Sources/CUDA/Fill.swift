// cudaMemset and its 2D, 3D and driver forms: 1, 2 or 4 byte patterns over a box.
// Threads: any.  Order: in stream order; a fill of device memory returns at once, one of host memory when it is done.
import GPU

extension Stream {
  /// Fills `width` elements of `elementSize` (1, 2 or 4) bytes in each of `height` rows and `depth` slices.
  /// Throws cudaErrorInvalidValue for memory that the device cannot reach or a range that leaves its allocation.
  public func fill(
    _ pointer: UnsafeMutableRawPointer?, value: UInt32, elementSize: Int = 1, width: Int, height: Int = 1, depth: Int = 1,
    rowPitch: Int = 0, slicePitch: Int = 0, isAsynchronous: Bool
  ) throws(CUDAError) {
    try context.check()
    guard [1, 2, 4].contains(elementSize) else { throw .invalidValue.because("elements of \(elementSize) bytes") }
    guard width >= 0, height >= 0, depth >= 0 else { throw .invalidValue.because("\(width) × \(height) × \(depth)") }
    guard width > 0, height > 0, depth > 0 else { return }
    if isCaptured { return try captureFill(pointer, value, elementSize, width, height, depth, rowPitch, slicePitch, isAsynchronous) }
    let extent = CopyExtent(width: width * elementSize, height: height, depth: depth)
    let side = CopySide(pointer, rowPitch: rowPitch, slicePitch: slicePitch)
    guard height == 1 && depth == 1 || rowPitch >= extent.width else {
      throw .invalidValue.because("rows of \(extent.width) bytes, pitch \(rowPitch)")
    }
    let address = UInt64(UInt(bitPattern: pointer))
    guard address % UInt64(elementSize) == 0 else { throw .invalidValue.because("\(address) is not aligned to an element") }
    guard let (_, allocation) = Runtime.find(address) else {
      throw .invalidValue.because("\(String(describing: pointer)) is no device memory")
    }
    let inHostView = address &- allocation.hostAddress < allocation.byteCount
    let offset = address &- (inHostView ? allocation.hostAddress : allocation.deviceAddress)
    guard UInt64(extent.span(side)) <= allocation.byteCount - offset else {
      throw .invalidValue.because("\(extent.span(side)) bytes, \(allocation.byteCount - offset) left in the allocation")
    }
    let request = FillRequest(
      destination: UnsafeMutableRawPointer(bitPattern: UInt(allocation.hostAddress + offset))!, value: value,
      elementSize: elementSize, width: width, height: height, depth: depth, rowPitch: rowPitch, slicePitch: slicePitch)
    try admit()
    if !isAsynchronous && !allocation.heap.isOnDevice {
      try waitForOwnWork()
      context.gpu.execute(request)
    } else {
      try gpuWork { () throws(GPUError) in try timeline.enqueueFill(request) }
    }
  }
}

extension Stream {
  /// A node for each slice; where the memory is, is asked when the graph is instantiated.
  private func captureFill(
    _ pointer: UnsafeMutableRawPointer?, _ value: UInt32, _ elementSize: Int, _ width: Int, _ height: Int, _ depth: Int, _ rowPitch: Int,
    _ slicePitch: Int, _ isAsynchronous: Bool
  ) throws(CUDAError) {
    guard isAsynchronous else { return try refuseCapture() }
    for slice in 0..<depth {
      try capture(
        .fill(
          FillNode(
            pointer: pointer.map { $0 + slice * slicePitch }, pitch: rowPitch, value: value & (elementSize == 1 ? 0xff : elementSize == 2 ? 0xffff : .max),
            elementSize: elementSize, width: width, height: height, context: context)))
    }
  }
}
