// Batched copies, and copies with attributes.  Which error for what: as NVIDIA's library answers on an H100.
import CConformance
import Glibc

private func attributes(_ order: cudaMemcpySrcAccessOrder = cudaMemcpySrcAccessOrderStream, flags: UInt32 = 0) -> cudaMemcpyAttributes {
  var a = cudaMemcpyAttributes()
  a.srcAccessOrder = order
  a.flags = flags
  return a
}

private enum CopyBatchDefaults { static let attributes = { var a = cudaMemcpyAttributes(); a.srcAccessOrder = cudaMemcpySrcAccessOrderStream; return a }() }

/// One call for both ABIs; `failed` is CUDA 12's failIdx.
private func batch(
  _ to: [UnsafeMutableRawPointer?], _ from: [UnsafeRawPointer?], _ sizes: [Int], _ attributes: [cudaMemcpyAttributes] = [attributes()], _ starts: [Int] = [0],
  count: Int? = nil, attributeCount: Int? = nil, failed: UnsafeMutablePointer<Int>? = nil, in stream: cudaStream_t?
) throws -> cudaError_t {
  var attributes = attributes, starts = starts, to = to, sizes = sizes
  let count = count ?? sizes.count, attributeCount = attributeCount ?? attributes.count
  if abi == 12 {
    var from = from.map { UnsafeMutableRawPointer(mutating: $0) }
    return try cudaMemcpyBatchAsync_12(&to, &from, &sizes, count, &attributes, &starts, attributeCount, failed, stream)
  }
  return try cudaMemcpyBatchAsync(to, from, sizes, count, &attributes, &starts, attributeCount, stream)
}

private func batch3D(_ ops: [cudaMemcpy3DBatchOp], count: Int? = nil, flags: UInt64 = 0, in stream: cudaStream_t?) throws -> cudaError_t {
  var ops = ops
  if abi == 12 {
    var failed = 0
    return try cudaMemcpy3DBatchAsync_12(count ?? ops.count, &ops, &failed, flags, stream)
  }
  return try cudaMemcpy3DBatchAsync(count ?? ops.count, &ops, flags, stream)
}

private func pointerOperand(_ pointer: UnsafeMutableRawPointer?, rowLength: Int = 0, layerHeight: Int = 0) -> cudaMemcpy3DOperand {
  var operand = cudaMemcpy3DOperand()
  operand.type = cudaMemcpyOperandTypePointer
  operand.op.ptr.ptr = pointer
  operand.op.ptr.rowLength = rowLength
  operand.op.ptr.layerHeight = layerHeight
  return operand
}
private func arrayOperand(_ array: cudaArray_t?, _ x: Int = 0, _ y: Int = 0) -> cudaMemcpy3DOperand {
  var operand = cudaMemcpy3DOperand()
  operand.type = cudaMemcpyOperandTypeArray
  operand.op.array.array = array
  operand.op.array.offset = cudaOffset3D(x: x, y: y, z: 0)
  return operand
}
private func op(_ to: cudaMemcpy3DOperand, _ from: cudaMemcpy3DOperand, _ width: Int, _ height: Int = 1, _ depth: Int = 1) -> cudaMemcpy3DBatchOp {
  var op = cudaMemcpy3DBatchOp()
  (op.dst, op.src) = (to, from)
  op.extent = cudaExtent(width: width, height: height, depth: depth)
  op.srcAccessOrder = cudaMemcpySrcAccessOrderStream
  return op
}

func copyBatchCases() {
  test("cudaMemcpyBatchAsync", .success, "does every copy of the batch, in stream order", source: "cudaMemcpyBatchAsync: the batch as a whole executes in stream order") {
    let stream = try makeStream(), from = try Words(64, fill: 1), to = try Words(64, fill: 0)
    let hold = try Hold(stream)
    try ok(launch(basic.kernel("iota"), dim(1), dim(64), stream: stream, from.pointer, Int32(64), Int32(100)))
    try ok(batch([to.pointer, to.pointer + 128], [from.pointer + 128, from.pointer], [128, 128], [attributes(), attributes()], [0, 1], in: stream))
    hold.release()
    try ok(cudaStreamSynchronize(stream))
    try to.expect((0..<64).map { UInt32(100 + ($0 + 32) % 64) }, "the two halves, exchanged")
  }
  test("cudaMemcpyBatchAsync", .success, "reads a pageable source in stream order where that is asked", source: "cudaMemcpySrcAccessOrderStream") {
    let stream = try makeStream(), to = try Words(4, fill: 0), source = UnsafeMutablePointer<UInt32>.allocate(capacity: 4)
    source.initialize(repeating: 5, count: 4)
    let callback: @convention(c) (UnsafeMutableRawPointer?) -> Void = { $0!.assumingMemoryBound(to: UInt32.self).update(repeating: 6, count: 4) }
    try ok(cudaLaunchHostFunc(stream, callback, source))
    try ok(batch([to.pointer], [UnsafeRawPointer(source)], [16], in: stream))
    try ok(cudaStreamSynchronize(stream))
    try to.expect(all: 6, "what the host function wrote before the copy")
    source.deallocate()
  }
  test("cudaMemcpyBatchAsync", .success, "is done with the source when it returns where that is asked", source: "cudaMemcpySrcAccessOrderDuringApiCall") {
    let stream = try makeStream(), to = try Words(4, fill: 0), hold = try Hold(stream)
    var source: [UInt32] = [7, 7, 7, 7]
    try source.withUnsafeMutableBufferPointer { source in
      try ok(batch([to.pointer], [UnsafeRawPointer(source.baseAddress!)], [16], [attributes(cudaMemcpySrcAccessOrderDuringApiCall)], in: stream))
      source.update(repeating: 8)
    }
    hold.release()
    try to.expect(all: 7, "the source as it was during the call")
  }
  struct Wrong {
    var what: String
    var starts = [0], attributes = [CopyBatchDefaults.attributes]
    var sizes = [64, 64], isNull = false, isLegacy = false
    var count: Int?, attributeCount: Int?
  }
  func wrong(_ what: String, _ change: (inout Wrong) -> Void) -> Wrong {
    var made = Wrong(what: what)
    change(&made)
    return made
  }
  let two = [attributes(), attributes()]
  let mistakes: [Wrong] = [
    wrong("the legacy default stream") { $0.isLegacy = true },
    wrong("no copies") { $0.count = 0 },
    wrong("no attributes") { $0.attributeCount = 0 },
    wrong("more attributes than copies") { $0.attributes = two; $0.starts = [0, 1]; $0.count = 1 },
    wrong("attributes that do not begin with the first copy") { $0.starts = [1] },
    wrong("attributes out of order") { $0.attributes = two; $0.starts = [0, 0] },
    wrong("attributes beyond the last copy") { $0.attributes = two; $0.starts = [0, 2] },
    wrong("no source access order") { $0.attributes = [attributes(cudaMemcpySrcAccessOrderInvalid)] },
    wrong("a source access order that is none") { $0.attributes = [attributes(cudaMemcpySrcAccessOrder(rawValue: 4))] },
    wrong("flags that are none") { $0.attributes = [attributes(flags: 2)] },
    wrong("a copy of nothing") { $0.sizes = [64, 0] },
    wrong("a null destination") { $0.isNull = true },
    wrong("more than the memory holds") { $0.sizes = [64, 1 << 40] },
  ]
  for mistake in mistakes {
    test("cudaMemcpyBatchAsync", .error, "refuses \(mistake.what)", source: "cudaMemcpyBatchAsync, Returns: cudaErrorInvalidValue", mistake.isLegacy ? .legacy : []) {
      let from = try Words(32, fill: 1), to = try Words(32, fill: 2)
      let targets: [UnsafeMutableRawPointer?] = [to.pointer, mistake.isNull ? nil : to.pointer + 64], sources: [UnsafeRawPointer?] = [UnsafeRawPointer(from.pointer), UnsafeRawPointer(from.pointer + 64)]
      let stream = mistake.isLegacy ? nil : try makeStream()
      let answer = try batch(
        targets, sources, mistake.sizes, mistake.attributes, mistake.starts, count: mistake.count, attributeCount: mistake.attributeCount, in: stream)
      try fails(answer, cudaErrorInvalidValue)
    }
  }
  test("cudaMemcpyBatchAsync", .error, "says which copy was wrong", source: "cudaMemcpyBatchAsync: failIdx", .only12) {
    let from = try Words(32, fill: 1), to = try Words(32, fill: 2)
    var failed = -5
    try fails(batch([to.pointer, nil], [from.pointer, from.pointer], [64, 64], failed: &failed, in: makeStream()), cudaErrorInvalidValue)
    try equal(failed, 1, "the index of the copy")
  }
  test("cudaMemcpyBatchAsync", .interaction, "takes the per-thread default stream", source: "cudaMemcpyBatchAsync: must not be legacy NULL stream") {
    let from = try Words(8, fill: 4), to = try Words(8, fill: 2)
    try ok(batch([to.pointer], [from.pointer], [32], in: streamPerThread))
    try to.expect(all: 4, "the copy")
  }

  // MARK: three dimensions

  test("cudaMemcpy3DBatchAsync", .success, "copies boxes between memory of different pitches", source: "cudaMemcpy3DBatchAsync: rowLength, layerHeight") {
    let stream = try makeStream(), to = try Words(64, fill: 0)
    let source = (0..<64).map { UInt32($0) }, from = try Words(64)
    try from.write(source)
    // 8 bytes × 2 rows × 2 layers out of rows of 16 and layers of 4 rows, packed in the destination.
    try ok(batch3D([op(pointerOperand(to.pointer), pointerOperand(from.pointer, rowLength: 16, layerHeight: 4), 8, 2, 2)], in: stream))
    try ok(cudaStreamSynchronize(stream))
    var wanted = [UInt32](repeating: 0, count: 64)
    for layer in 0..<2 { for row in 0..<2 { for word in 0..<2 { wanted[layer * 4 + row * 2 + word] = UInt32(layer * 16 + row * 4 + word) } } }
    try to.expect(wanted, "the packed box")
  }
  test("cudaMemcpy3DBatchAsync", .success, "copies into an array and out of it, counting elements", source: "cudaMemcpy3DBatchAsync: the element size is determined by the CUDA array") {
    let stream = try makeStream(), from = try Words(16), to = try Words(4, fill: 0)
    try from.write((0..<16).map { UInt32($0) })
    var description = cudaChannelFormatDesc(x: 32, y: 0, z: 0, w: 0, f: cudaChannelFormatKindUnsigned), array: cudaArray_t?
    try ok(cudaMallocArray(&array, &description, 4, 4, 0))
    try ok(batch3D([op(arrayOperand(array), pointerOperand(from.pointer), 4, 4)], in: stream))
    try ok(batch3D([op(pointerOperand(to.pointer), arrayOperand(array, 1, 2), 2, 2)], in: stream))
    try ok(cudaStreamSynchronize(stream))
    try to.expect([9, 10, 13, 14], "the corner of the array")
    try ok(cudaFreeArray(array))
  }
  struct WrongBox {
    var what: String
    var isLegacy = false, count: Int? = nil, flags: UInt64 = 0
    var change: (inout cudaMemcpy3DBatchOp) -> Void = { _ in }
  }
  let boxes: [WrongBox] = [
    WrongBox(what: "the legacy default stream", isLegacy: true),
    WrongBox(what: "no copies", count: 0),
    WrongBox(what: "flags", flags: 1),
    WrongBox(what: "an empty box", change: { $0.extent.depth = 0 }),
    WrongBox(what: "an operand that is none", change: { $0.src.type = cudaMemcpy3DOperandType(rawValue: 3) }),
    WrongBox(what: "rows shorter than the box", change: { $0.src.op.ptr.rowLength = 4 }),
    WrongBox(what: "layers lower than the box", change: { $0.src.op.ptr.layerHeight = 1 }),
    WrongBox(what: "no source access order", change: { $0.srcAccessOrder = cudaMemcpySrcAccessOrderInvalid }),
  ]
  for box in boxes {
    test("cudaMemcpy3DBatchAsync", .error, "refuses \(box.what)", source: "cudaMemcpy3DBatchAsync, Returns: cudaErrorInvalidValue", box.isLegacy ? .legacy : []) {
      let from = try Words(64, fill: 1), to = try Words(64, fill: 2)
      var copy = op(pointerOperand(to.pointer), pointerOperand(from.pointer), 8, 2, 2)
      box.change(&copy)
      let stream = box.isLegacy ? nil : try makeStream()
      try fails(batch3D([copy], count: box.count, flags: box.flags, in: stream), cudaErrorInvalidValue)
    }
  }

  // MARK: one copy

  test("cudaMemcpyWithAttributesAsync", .success, "copies in stream order", source: "cudaMemcpyWithAttributesAsync", .only13) {
    let stream = try makeStream(), from = try Words(16, fill: 3), to = try Words(16, fill: 0)
    var a = attributes()
    try ok(cudaMemcpyWithAttributesAsync(to.pointer, from.pointer, 64, &a, stream))
    try ok(cudaStreamSynchronize(stream))
    try to.expect(all: 3, "the copy")
  }
  test("cudaMemcpyWithAttributesAsync", .error, "refuses no attributes, and no source access order", source: "cudaMemcpyWithAttributesAsync, Returns: cudaErrorInvalidValue", .only13) {
    let from = try Words(16, fill: 3), to = try Words(16, fill: 0), stream = try makeStream()
    var a = attributes(cudaMemcpySrcAccessOrderInvalid)
    try fails(cudaMemcpyWithAttributesAsync(to.pointer, from.pointer, 64, nil, stream), cudaErrorInvalidValue)
    try fails(cudaMemcpyWithAttributesAsync(to.pointer, from.pointer, 64, &a, stream), cudaErrorInvalidValue)
  }
  test("cudaMemcpy3DWithAttributesAsync", .success, "copies a box", source: "cudaMemcpy3DWithAttributesAsync", .only13) {
    let stream = try makeStream(), from = try Words(16, fill: 3), to = try Words(16, fill: 0)
    var copy = op(pointerOperand(to.pointer), pointerOperand(from.pointer), 16, 2, 2)
    try ok(cudaMemcpy3DWithAttributesAsync(&copy, 0, stream))
    try ok(cudaStreamSynchronize(stream))
    try to.expect(all: 3, "the copy")
  }
  test("cudaMemcpy3DWithAttributesAsync", .error, "refuses null and flags", source: "cudaMemcpy3DWithAttributesAsync, Returns: cudaErrorInvalidValue", .only13) {
    let from = try Words(16, fill: 3), to = try Words(16, fill: 0), stream = try makeStream()
    var copy = op(pointerOperand(to.pointer), pointerOperand(from.pointer), 16)
    try fails(cudaMemcpy3DWithAttributesAsync(nil, 0, stream), cudaErrorInvalidValue)
    try fails(cudaMemcpy3DWithAttributesAsync(&copy, 1, stream), cudaErrorInvalidValue)
  }
}
