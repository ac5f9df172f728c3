// Batched copies and copies with attributes.  12 and 13 differ in one argument, which the fronts take care of.
// Source: CUDA Runtime API, "Memory Management".
import CCUDA
import CUDA

/// Which of the runs that begin at `starts` an index belongs to, checked as CUDA documents it: the first run begins at 0, each
/// later than the one before, all below `count`.
func checkRuns(_ starts: UnsafePointer<UInt>?, _ runs: UInt, _ count: UInt, _ name: StaticString) throws(CUDAError) -> UnsafePointer<UInt> {
  guard let starts, runs > 0, runs <= count else { throw .invalidValue.because("\(runs) \(name) for \(count) operations") }
  guard starts[0] == 0 else { throw .invalidValue.because("the first of the \(name) begins at \(starts[0])") }
  for index in 1..<Int(runs) {
    guard starts[index] > starts[index - 1], starts[index] < count else { throw .invalidValue.because("the \(name) are not in order") }
  }
  return starts
}

/// Most operations of a batch: what can be counted and held.
private let largestBatch: UInt = 1 << 24

public typealias PointerList = UnsafePointer<UnsafeMutableRawPointer?>

/// The hints are checked and have no effect: they are about memory that has no place of its own.
private func order(_ attributes: cudaMemcpyAttributes) throws(CUDAError) -> SourceOrder {
  for hint in [attributes.srcLocHint, attributes.dstLocHint] { _ = try memoryLocation(hint) }
  return try sourceOrder(attributes.srcAccessOrder, flags: attributes.flags)
}

/// `failed` is where CUDA 12 says which copy was wrong.
public func copyBatch(
  _ to: PointerList?, _ from: UnsafePointer<UnsafeRawPointer?>?, _ sizes: UnsafePointer<UInt>?, _ count: UInt,
  _ attributes: UnsafePointer<cudaMemcpyAttributes>?, _ starts: UnsafePointer<UInt>?, _ attributeCount: UInt, failed: UnsafeMutablePointer<UInt>?,
  in stream: CUDA.Stream
) throws(CUDAError) {
  failed?.pointee = .max
  try stream.checkTakesBatches()
  guard let to, let from, let sizes, let attributes, count > 0, count <= largestBatch else { throw .invalidValue.because("\(count) copies") }
  let starts = try checkRuns(starts, attributeCount, count, "attributes")
  var copies: [BatchedCopy] = []
  copies.reserveCapacity(Int(count))
  var run = 0
  for index in 0..<Int(count) {
    if run + 1 < Int(attributeCount), starts[run + 1] == UInt(index) { run += 1 }
    do throws(CUDAError) {
      let order = try order(attributes[run])
      copies.append(
        BatchedCopy(
          to: CopySide(to[index]), from: CopySide(UnsafeMutableRawPointer(mutating: from[index])),
          extent: CopyExtent(width: try byteSize(sizes[index])), order: order))
    } catch {
      failed?.pointee = UInt(index)
      throw error
    }
  }
  try submit(copies, failed, stream)
}

private func byteSize(_ size: UInt) throws(CUDAError) -> Int { try count(size, "size") }

private func submit(_ copies: [BatchedCopy], _ failed: UnsafeMutablePointer<UInt>?, _ stream: CUDA.Stream) throws(CUDAError) {
  let result: Result<Void, CUDAError> = copies.withUnsafeBufferPointer { buffer in
    do throws(CUDAError) {
      try stream.copy(batch: buffer) { failed?.pointee = UInt($0) }
      return .success(())
    } catch { return .failure(error) }
  }
  try result.get()
}

/// One copy of cudaMemcpy3DBatchAsync.
private func copy(_ op: cudaMemcpy3DBatchOp) throws(CUDAError) -> BatchedCopy {
  let order = try sourceOrder(op.srcAccessOrder, flags: op.flags)
  func array(_ operand: cudaMemcpy3DOperand) throws(CUDAError) -> DeviceArray? {
    switch operand.type {
    case 1: return nil
    case 2: return try DeviceArray.find(operand.op.array.array)
    default: throw .invalidValue.because("operand type \(operand.type)")
    }
  }
  let from = try array(op.src), to = try array(op.dst)
  let element = from?.format.byteCount ?? to?.format.byteCount ?? 1
  if let from, let to, from.format.byteCount != to.format.byteCount {
    throw .invalidValue.because("elements of \(from.format.byteCount) and \(to.format.byteCount) bytes")
  }
  let width = try count(UInt(op.extent.width), "extent.width"), height = try count(UInt(op.extent.height), "extent.height")
  let depth = try count(UInt(op.extent.depth), "extent.depth")
  let (bytes, overflow) = width.multipliedReportingOverflow(by: element)
  guard width > 0, height > 0, depth > 0, !overflow else { throw .invalidValue.because("\(width) × \(height) × \(depth) elements") }
  let box = CopyExtent(width: bytes, height: height, depth: depth)
  func side(_ operand: cudaMemcpy3DOperand, _ array: DeviceArray?) throws(CUDAError) -> CopySide {
    if array != nil {
      let place = operand.op.array.offset
      let (x, overflow) = UInt(place.x).multipliedReportingOverflow(by: UInt(element))
      guard !overflow else { throw .invalidValue.because("an offset of \(place.x)") }
      return try arraySide(operand.op.array.array, x: x, y: UInt(place.y), z: UInt(place.z), box)
    }
    let p = operand.op.ptr
    let row = p.rowLength == 0 ? width : try count(UInt(p.rowLength), "rowLength"), rows = p.layerHeight == 0 ? height : try count(UInt(p.layerHeight), "layerHeight")
    guard row >= width, rows >= height else { throw .invalidValue.because("rows of \(row) elements and layers of \(rows) rows for \(width) × \(height)") }
    let (pitch, wide) = row.multipliedReportingOverflow(by: element)
    let (slice, deep) = pitch.multipliedReportingOverflow(by: rows)
    guard !wide, !deep else { throw .invalidValue.because("\(rows) rows of \(row) elements") }
    return CopySide(p.ptr, rowPitch: pitch, slicePitch: slice)
  }
  return BatchedCopy(to: try side(op.dst, to), from: try side(op.src, from), extent: box, order: order)
}

public func copyBatch3D(
  _ number: UInt, _ list: UnsafePointer<cudaMemcpy3DBatchOp>?, flags: UInt64, failed: UnsafeMutablePointer<UInt>?, in stream: CUDA.Stream
) throws(CUDAError) {
  failed?.pointee = .max
  try stream.checkTakesBatches()
  guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
  guard let list, number > 0, number <= largestBatch else { throw .invalidValue.because("\(number) copies") }
  var copies: [BatchedCopy] = []
  for index in 0..<Int(number) {
    do throws(CUDAError) { copies.append(try copy(list[index])) } catch {
      failed?.pointee = UInt(index)
      throw error
    }
  }
  try submit(copies, failed, stream)
}

@c(carmine_rt_cudaMemcpyWithAttributesAsync)
public func cudaMemcpyWithAttributesAsync(
  _ to: UnsafeMutableRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ attributes: UnsafeMutablePointer<cudaMemcpyAttributes>?,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let stream = try currentStream(stream)
    guard let attributes else { throw .invalidValue.because("attr is null") }
    let order = try order(attributes.pointee)
    try stream.copy(
      to: CopySide(to), from: CopySide(UnsafeMutableRawPointer(mutating: from)), extent: CopyExtent(width: count(size)), kind: .automatic,
      isAsynchronous: true, order: order)
  }
}

@c(carmine_rt_cudaMemcpy3DWithAttributesAsync)
public func cudaMemcpy3DWithAttributesAsync(
  _ op: UnsafeMutablePointer<cudaMemcpy3DBatchOp>?, _ flags: UInt64, _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let stream = try currentStream(stream)
    guard let op else { throw .invalidValue.because("op is null") }
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    try submit([copy(op.pointee)], nil, stream)
  }
}
