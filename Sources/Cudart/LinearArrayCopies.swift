// The deprecated copies of a run of bytes into, out of and between arrays: the run goes on in the array's next row.
// Source: CUDA Runtime API, "Memory Management [DEPRECATED]"; cudaMemcpy2DArrayToArray of "Memory Management".
import CCUDA
import CUDA

/// A part of a run that is a box in the array: where it begins there, how far into the run, and how large.
private struct Piece {
  var x, y, done: Int
  var box: CopyExtent
}

/// A run of `byteCount` bytes from byte x of row y on: the rest of that row, whole rows, and what is left.
private func pieces(_ array: DeviceArray, _ x: UInt, _ y: UInt, _ byteCount: UInt) throws(CUDAError) -> [Piece] {
  let row = array.rowBytes, rows = array.rows
  let x = try count(x, "wOffset"), y = try count(y, "hOffset"), total = try count(byteCount, "count")
  guard array.extent.depth == 0 else { throw .invalidValue.because("an array of three dimensions or layers") }
  guard x <= row, y < rows, total <= row * (rows - y) - x else { throw .invalidValue.because("\(total) bytes from byte \(x) of row \(y) leave the array") }
  var result: [Piece] = []
  var done = 0
  var at = x == row ? (x: 0, y: y + 1) : (x: x, y: y)
  func add(_ width: Int, _ height: Int) {
    guard width > 0, height > 0 else { return }
    result.append(Piece(x: at.x, y: at.y, done: done, box: CopyExtent(width: width, height: height)))
    done += width * height
    at = at.x + width == row ? (0, at.y + height) : (at.x + width, at.y)
  }
  if at.x > 0 { add(min(row - at.x, total), 1) }
  add(row, (total - done) / row)
  add(total - done, 1)
  return result
}

private func side(_ array: DeviceArray, _ piece: Piece) throws(CUDAError) -> CopySide { try array.side(x: piece.x, y: piece.y, z: 0) }

private func check(_ direction: Int32, _ allowed: [CopyKind]) throws(CUDAError) -> CopyKind {
  let kind = try kind(direction)
  guard allowed.contains(kind) || kind == .automatic else { throw .invalidMemcpyDirection.because("kind is \(direction)") }
  return kind
}

private func toArray(
  _ stream: CUDA.Stream, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32,
  isAsynchronous: Bool
) throws(CUDAError) {
  let array = try DeviceArray.find(array), kind = try check(direction, [.hostToDevice, .deviceToDevice])
  guard size == 0 || from != nil else { throw .invalidValue.because("src is null") }
  for piece in try pieces(array, x, y, size) {
    try stream.copy(
      to: side(array, piece), from: CopySide(UnsafeMutableRawPointer(mutating: from! + piece.done), rowPitch: piece.box.width), extent: piece.box,
      kind: kind, isAsynchronous: isAsynchronous)
  }
}

private func fromArray(
  _ stream: CUDA.Stream, _ to: UnsafeMutableRawPointer?, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ size: UInt, _ direction: Int32,
  isAsynchronous: Bool
) throws(CUDAError) {
  let array = try DeviceArray.find(array), kind = try check(direction, [.deviceToHost, .deviceToDevice])
  guard size == 0 || to != nil else { throw .invalidValue.because("dst is null") }
  for piece in try pieces(array, x, y, size) {
    try stream.copy(
      to: CopySide(to! + piece.done, rowPitch: piece.box.width), from: side(array, piece), extent: piece.box, kind: kind,
      isAsynchronous: isAsynchronous)
  }
}

private func arrayToArray(
  _ stream: CUDA.Stream, _ to: UnsafeMutableRawPointer?, _ toX: UInt, _ toY: UInt, _ from: UnsafeMutableRawPointer?, _ fromX: UInt, _ fromY: UInt,
  _ size: UInt, _ direction: Int32
) throws(CUDAError) {
  let to = try DeviceArray.find(to), from = try DeviceArray.find(from), kind = try check(direction, [.deviceToDevice])
  // Rows end at different places on the two sides: row by row.
  let ends = (to.rowBytes, from.rowBytes)
  _ = try pieces(to, toX, toY, size)
  _ = try pieces(from, fromX, fromY, size)
  var a = (x: Int(toX), y: Int(toY)), b = (x: Int(fromX), y: Int(fromY)), left = Int(size)
  while left > 0 {
    if a.x == ends.0 { a = (0, a.y + 1) }
    if b.x == ends.1 { b = (0, b.y + 1) }
    let part = min(left, ends.0 - a.x, ends.1 - b.x)
    try stream.copy(
      to: to.side(x: a.x, y: a.y, z: 0), from: from.side(x: b.x, y: b.y, z: 0), extent: CopyExtent(width: part), kind: kind, isAsynchronous: false)
    a.x += part
    b.x += part
    left -= part
  }
}

private func boxToBox(
  _ stream: CUDA.Stream, _ to: UnsafeMutableRawPointer?, _ toX: UInt, _ toY: UInt, _ from: UnsafeMutableRawPointer?, _ fromX: UInt, _ fromY: UInt,
  _ width: UInt, _ height: UInt, _ direction: Int32
) throws(CUDAError) {
  let kind = try check(direction, [.deviceToDevice])
  let box = CopyExtent(width: try count(width, "width"), height: try count(height, "height"))
  try stream.copy(to: arraySide(to, x: toX, y: toY, box), from: arraySide(from, x: fromX, y: fromY, box), extent: box, kind: kind, isAsynchronous: false)
}

@c(carmine_rt_cudaMemcpyToArray)
public func cudaMemcpyToArray(
  _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try toArray(currentStream(nil), array, x, y, from, size, direction, isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpyToArray_ptds)
public func cudaMemcpyToArray_ptds(
  _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try toArray(currentStream(nil, perThreadDefault: true), array, x, y, from, size, direction, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpyToArrayAsync)
public func cudaMemcpyToArrayAsync(
  _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ from: UnsafeRawPointer?, _ size: UInt, _ direction: Int32,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try toArray(currentStream(stream), array, x, y, from, size, direction, isAsynchronous: true) }
}

@c(carmine_rt_cudaMemcpyFromArray)
public func cudaMemcpyFromArray(
  _ to: UnsafeMutableRawPointer?, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ size: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try fromArray(currentStream(nil), to, array, x, y, size, direction, isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpyFromArray_ptds)
public func cudaMemcpyFromArray_ptds(
  _ to: UnsafeMutableRawPointer?, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ size: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try fromArray(currentStream(nil, perThreadDefault: true), to, array, x, y, size, direction, isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpyFromArrayAsync)
public func cudaMemcpyFromArrayAsync(
  _ to: UnsafeMutableRawPointer?, _ array: UnsafeMutableRawPointer?, _ x: UInt, _ y: UInt, _ size: UInt, _ direction: Int32,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try fromArray(currentStream(stream), to, array, x, y, size, direction, isAsynchronous: true) }
}

@c(carmine_rt_cudaMemcpyArrayToArray)
public func cudaMemcpyArrayToArray(
  _ to: UnsafeMutableRawPointer?, _ toX: UInt, _ toY: UInt, _ from: UnsafeMutableRawPointer?, _ fromX: UInt, _ fromY: UInt, _ size: UInt,
  _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try arrayToArray(currentStream(nil), to, toX, toY, from, fromX, fromY, size, direction) }
}

@c(carmine_rt_cudaMemcpyArrayToArray_ptds)
public func cudaMemcpyArrayToArray_ptds(
  _ to: UnsafeMutableRawPointer?, _ toX: UInt, _ toY: UInt, _ from: UnsafeMutableRawPointer?, _ fromX: UInt, _ fromY: UInt, _ size: UInt,
  _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try arrayToArray(currentStream(nil, perThreadDefault: true), to, toX, toY, from, fromX, fromY, size, direction)
  }
}

@c(carmine_rt_cudaMemcpy2DArrayToArray)
public func cudaMemcpy2DArrayToArray(
  _ to: UnsafeMutableRawPointer?, _ toX: UInt, _ toY: UInt, _ from: UnsafeMutableRawPointer?, _ fromX: UInt, _ fromY: UInt, _ width: UInt,
  _ height: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try boxToBox(currentStream(nil), to, toX, toY, from, fromX, fromY, width, height, direction) }
}

@c(carmine_rt_cudaMemcpy2DArrayToArray_ptds)
public func cudaMemcpy2DArrayToArray_ptds(
  _ to: UnsafeMutableRawPointer?, _ toX: UInt, _ toY: UInt, _ from: UnsafeMutableRawPointer?, _ fromX: UInt, _ fromY: UInt, _ width: UInt,
  _ height: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try boxToBox(currentStream(nil, perThreadDefault: true), to, toX, toY, from, fromX, fromY, width, height, direction)
  }
}
