// Advice and prefetching for managed memory, once for the two ABIs, whose arguments differ.
// Managed memory is in one place that host and device both reach, so advice and prefetching, which are hints by definition,
// move nothing; their arguments are checked as CUDA does.
// Source: CUDA Runtime API, "Memory Management"; enum cudaMemoryAdvise, enum cudaMemLocationType.
import CCUDA
import CUDA

/// Throws unless the whole range is managed memory.
private func managedRange(_ pointer: UnsafeRawPointer?, _ size: UInt) throws(CUDAError) {
  let attributes = PointerAttributes(of: pointer)
  guard attributes.type == .managed else { throw .invalidValue.because("the memory is not managed") }
  let offset = UInt(bitPattern: pointer) - attributes.rangeStart
  guard size > 0, size <= UInt(attributes.rangeSize) - offset else {
    throw .invalidValue.because("\(size) bytes at \(offset) of an allocation of \(attributes.rangeSize)")
  }
}

/// CUDA 12's device numbers as a location: -1 is the host.
public func location(ofDevice device: Int32) -> cudaMemLocation {
  device == -1 ? cudaMemLocation(type: 2, id: 0) : cudaMemLocation(type: 1, id: device)
}

private func check(_ location: cudaMemLocation) throws(CUDAError) {
  switch location.type {
  case 1: _ = try Runtime.device(Int(location.id))
  case 2, 3, 4: break   // host, a NUMA node of it, the current one
  default: throw .invalidValue.because("location type \(location.type)")
  }
}

public func advise(_ pointer: UnsafeRawPointer?, _ size: UInt, _ advice: Int32, _ location: cudaMemLocation) throws(CUDAError) {
  _ = try currentContext()
  guard (1...6).contains(advice) else { throw .invalidValue.because("advice \(advice)") }
  if advice >= 3 { try check(location) }   // the first two are about no place
  try managedRange(pointer, size)
}

public func prefetch(
  _ pointer: UnsafeRawPointer?, _ size: UInt, _ location: cudaMemLocation, flags: UInt32, _ stream: UnsafeMutableRawPointer?
) throws(CUDAError) {
  _ = try currentStream(stream)
  guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
  try check(location)
  try managedRange(pointer, size)
}
