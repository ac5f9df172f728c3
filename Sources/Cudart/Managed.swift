// Advice, prefetching, discarding and range attributes for managed memory, once for the two ABIs, whose arguments differ.
// Managed memory is in one place that host and device both reach: what is said about it is checked and remembered, nothing moves.
// Source: CUDA Runtime API, "Memory Management"; enum cudaMemoryAdvise, enum cudaMemLocationType.
import CCUDA
import CUDA
import Glibc

/// CUDA 12's device numbers as a location: -1 is the host.
public func location(ofDevice device: Int32) -> cudaMemLocation {
  device == -1 ? cudaMemLocation(type: 2, id: 0) : cudaMemLocation(type: 1, id: device)
}

func memoryLocation(_ location: cudaMemLocation) throws(CUDAError) -> MemoryLocation {
  try MemoryLocation(type: location.type, id: location.id)
}

public func advise(_ pointer: UnsafeRawPointer?, _ size: UInt, _ advice: Int32, _ location: cudaMemLocation) throws(CUDAError) {
  _ = try currentContext()
  try ManagedAdvice.shared.advise(pointer, size, advice) { () throws(CUDAError) in try memoryLocation(location) }
}

public func prefetch(
  _ pointer: UnsafeRawPointer?, _ size: UInt, _ location: cudaMemLocation, flags: UInt32, _ stream: UnsafeMutableRawPointer?
) throws(CUDAError) {
  let stream = try currentStream(stream)
  if stream.isCaptured { try stream.refuseCapture() }
  guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
  try ManagedAdvice.shared.prefetch(pointer, size, to: memoryLocation(location))
}

// MARK: - Batches

/// Prefetches, discards, or both, all checked before the first is done.
private func batch(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ places: (list: UnsafePointer<cudaMemLocation>?, starts: UnsafePointer<UInt>?, count: UInt)?,
  _ flags: UInt64, _ stream: CUDA.Stream
) throws(CUDAError) {
  try stream.checkTakesBatches()
  if stream.isCaptured { try stream.refuseCapture() }
  guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
  guard let pointers, let sizes, count > 0, count <= 1 << 24 else { throw .invalidValue.because("\(count) ranges") }
  for index in 0..<Int(count) { try ManagedAdvice.shared.check(pointers[index], sizes[index]) }
  guard let places else { return }
  guard let list = places.list else { throw .invalidValue.because("prefetchLocs is null") }
  let starts = try checkRuns(places.starts, places.count, count, "locations")
  for run in 0..<Int(places.count) { try memoryLocation(list[run]).checkForManagedMemory() }
  var run = 0
  for index in 0..<Int(count) {
    if run + 1 < Int(places.count), starts[run + 1] == UInt(index) { run += 1 }
    try ManagedAdvice.shared.prefetch(pointers[index], sizes[index], to: memoryLocation(list[run]))
  }
}

@c(carmine_rt_cudaMemPrefetchBatchAsync)
public func cudaMemPrefetchBatchAsync(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ places: UnsafePointer<cudaMemLocation>?, _ starts: UnsafePointer<UInt>?,
  _ placeCount: UInt, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try batch(pointers, sizes, count, (places, starts, placeCount), flags, currentStream(stream)) }
}

@c(carmine_rt_cudaMemDiscardBatchAsync)
public func cudaMemDiscardBatchAsync(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try batch(pointers, sizes, count, nil, flags, currentStream(stream)) }
}

@c(carmine_rt_cudaMemDiscardAndPrefetchBatchAsync)
public func cudaMemDiscardAndPrefetchBatchAsync(
  _ pointers: PointerList?, _ sizes: UnsafePointer<UInt>?, _ count: UInt, _ places: UnsafePointer<cudaMemLocation>?, _ starts: UnsafePointer<UInt>?,
  _ placeCount: UInt, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try batch(pointers, sizes, count, (places, starts, placeCount), flags, currentStream(stream)) }
}

// MARK: - Questions

private func rangeAttribute(
  _ data: UnsafeMutableRawPointer?, _ size: UInt, _ attribute: Int32, _ pointer: UnsafeRawPointer?, _ count: UInt
) throws(CUDAError) {
  guard let data, size > 0, size % 4 == 0, size <= 1 << 20 else { throw .invalidValue.because("\(size) bytes for the answer") }
  let answer = try ManagedAdvice.shared.attribute(attribute, pointer, count, room: Int(size / 4))
  for (index, value) in answer.enumerated() { data.storeBytes(of: value, toByteOffset: index * 4, as: Int32.self) }
}

@c(carmine_rt_cudaMemRangeGetAttribute)
public func cudaMemRangeGetAttribute(
  _ data: UnsafeMutableRawPointer?, _ size: UInt, _ attribute: Int32, _ pointer: UnsafeRawPointer?, _ count: UInt
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try rangeAttribute(data, size, attribute, pointer, count)
  }
}

@c(carmine_rt_cudaMemRangeGetAttributes)
public func cudaMemRangeGetAttributes(
  _ data: PointerList?, _ sizes: UnsafePointer<UInt>?, _ attributes: UnsafePointer<Int32>?, _ attributeCount: UInt, _ pointer: UnsafeRawPointer?,
  _ count: UInt
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    guard let data, let sizes, let attributes, attributeCount > 0, attributeCount <= 1 << 16 else { throw .invalidValue.because("\(attributeCount) attributes") }
    for index in 0..<Int(attributeCount) { try rangeAttribute(data[index], sizes[index], attributes[index], pointer, count) }
  }
}

/// Where pages are: managed memory is on the host; of a program's own memory, pages that it never touched are nowhere.
@c(carmine_rt_cudaMemGetLocationInfo)
public func cudaMemGetLocationInfo(
  _ pointer: UnsafeMutableRawPointer?, _ size: UInt, _ summary: UInt, _ sampling: UInt, _ result: UnsafeMutablePointer<cudaMemLocation>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "location_out")
    _ = try currentContext()
    guard let pointer, size > 0, size < 1 << 47, summary > 0, summary <= size, sampling <= summary else {
      throw .invalidValue.because("\(size) bytes, summaries of \(summary), samples every \(sampling)")
    }
    let attributes = PointerAttributes(of: pointer)
    let step = sampling == 0 ? min(summary, 65536) : sampling
    switch attributes.type {
    case .managed:
      guard size <= UInt(attributes.rangeSize) - (UInt(bitPattern: pointer) - attributes.rangeStart) else { throw .invalidValue.because("\(size) bytes leave the allocation") }
      for region in 0..<Int((size + summary - 1) / summary) { result[region] = cudaMemLocation(type: 2, id: 0) }
    case .unregistered:
      let page = UInt(sysconf(Int32(_SC_PAGESIZE))), start = UInt(bitPattern: pointer)
      for region in 0..<((size + summary - 1) / summary) {
        var here = 0, nowhere = 0
        for offset in stride(from: region * summary, to: min(size, (region + 1) * summary), by: Int(step)) {
          var residency: UInt8 = 0
          guard mincore(UnsafeMutableRawPointer(bitPattern: (start + offset) & ~(page - 1)), Int(page), &residency) == 0 else {
            throw .invalidValue.because("no memory at \(String(start + offset, radix: 16))")
          }
          if residency & 1 != 0 { here += 1 } else { nowhere += 1 }
        }
        result[Int(region)] = cudaMemLocation(type: here >= nowhere ? 2 : 0, id: 0)
      }
    case .host, .device: throw .invalidValue.because("the memory is neither managed nor pageable")
    }
  }
}
