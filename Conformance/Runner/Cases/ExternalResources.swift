// External memory and semaphores: what is refused, and which error for what, as NVIDIA's library answers on an H100; what imports do, with
// another driver's objects where a render node has some (RenderNode.swift).  Also the tiles of sparse arrays.
import CConformance
import Glibc

private func memoryDescription(_ type: UInt32 = 1, descriptor: Int32, size: UInt64 = 4096, flags: UInt32 = 0) -> cudaExternalMemoryHandleDesc {
  var d = cudaExternalMemoryHandleDesc()
  d.type = cudaExternalMemoryHandleType(rawValue: type)
  d.handle.fd = descriptor
  d.size = size
  d.flags = flags
  return d
}
private func semaphoreDescription(_ type: UInt32 = 1, descriptor: Int32, flags: UInt32 = 0) -> cudaExternalSemaphoreHandleDesc {
  var d = cudaExternalSemaphoreHandleDesc()
  d.type = cudaExternalSemaphoreHandleType(rawValue: type)
  d.handle.fd = descriptor
  d.flags = flags
  return d
}

func externalResourceCases() {
  for (what, description, wanted) in [
    ("a closed descriptor", memoryDescription(descriptor: -1), cudaErrorUnknown),
    ("a descriptor of something else", memoryDescription(descriptor: 1), cudaErrorUnknown),
    ("a type that is none", memoryDescription(99, descriptor: 1), cudaErrorInvalidValue),
    ("Windows' handles", memoryDescription(2, descriptor: 1), cudaErrorNotSupported),
    ("no bytes", memoryDescription(descriptor: 1, size: 0), cudaErrorInvalidValue),
    ("flags that are none", memoryDescription(descriptor: 1, flags: 2), cudaErrorInvalidValue),
  ] as [(String, cudaExternalMemoryHandleDesc, cudaError_t)] {
    test("cudaImportExternalMemory", .error, "refuses \(what)", source: "cudaImportExternalMemory, Returns") {
      var description = description, memory: cudaExternalMemory_t?
      try fails(cudaImportExternalMemory(&memory, &description), wanted)
    }
  }
  test("cudaImportExternalMemory", .error, "refuses null", source: "cudaImportExternalMemory, Returns: cudaErrorInvalidValue") {
    var description = memoryDescription(descriptor: 1), memory: cudaExternalMemory_t?
    try fails(cudaImportExternalMemory(&memory, nil), cudaErrorInvalidValue)
    try fails(cudaImportExternalMemory(nil, &description), cudaErrorInvalidValue)
  }
  test("cudaExternalMemoryGetMappedBuffer", .error, "refuses null", source: "cudaExternalMemoryGetMappedBuffer, Returns: cudaErrorInvalidValue") {
    var pointer: UnsafeMutableRawPointer?
    try fails(cudaExternalMemoryGetMappedBuffer(&pointer, nil, nil), cudaErrorInvalidValue)
  }
  test("cudaDestroyExternalMemory", .error, "refuses null", source: "cudaDestroyExternalMemory, Returns: cudaErrorInvalidValue") {
    try fails(cudaDestroyExternalMemory(nil), cudaErrorInvalidValue)
  }
  for (what, description, wanted) in [
    ("a closed descriptor", semaphoreDescription(descriptor: -1), cudaErrorUnknown),
    ("a descriptor of something else", semaphoreDescription(descriptor: 1), cudaErrorUnknown),
    ("a timeline that is something else", semaphoreDescription(9, descriptor: 1), cudaErrorUnknown),
    ("a type that is none", semaphoreDescription(99, descriptor: 1), cudaErrorInvalidValue),
    ("Windows' handles", semaphoreDescription(2, descriptor: 1), cudaErrorNotSupported),
    ("flags", semaphoreDescription(descriptor: 1, flags: 1), cudaErrorInvalidValue),
  ] as [(String, cudaExternalSemaphoreHandleDesc, cudaError_t)] {
    test("cudaImportExternalSemaphore", .error, "refuses \(what)", source: "cudaImportExternalSemaphore, Returns") {
      var description = description, semaphore: cudaExternalSemaphore_t?
      try fails(cudaImportExternalSemaphore(&semaphore, &description), wanted)
    }
  }
  test("cudaImportExternalSemaphore", .error, "refuses null", source: "cudaImportExternalSemaphore, Returns: cudaErrorInvalidValue") {
    var description = semaphoreDescription(descriptor: 1), semaphore: cudaExternalSemaphore_t?
    try fails(cudaImportExternalSemaphore(&semaphore, nil), cudaErrorInvalidValue)
    try fails(cudaImportExternalSemaphore(nil, &description), cudaErrorInvalidValue)
  }
  test("cudaDestroyExternalSemaphore", .error, "refuses null", source: "cudaDestroyExternalSemaphore, Returns: cudaErrorInvalidValue") {
    try fails(cudaDestroyExternalSemaphore(nil), cudaErrorInvalidValue)
  }
  mappedMemoryCases()
  semaphoreOperationCases()

  test("cudaArrayGetSparseProperties", .success, "says the shape of a sparse array's tiles", source: "cudaArrayGetSparseProperties: tileExtent") {
    var description = cudaChannelFormatDesc(x: 32, y: 0, z: 0, w: 0, f: cudaChannelFormatKindFloat), array: cudaArray_t?
    try ok(cudaMallocArray(&array, &description, 1000, 800, cudaArraySparse))
    var found = cudaArraySparseProperties()
    try ok(cudaArrayGetSparseProperties(&found, array))
    try equal([found.tileExtent.width, found.tileExtent.height, found.tileExtent.depth], [128, 128, 1], "a tile of 64 KiB")
    try ok(cudaFreeArray(array))
  }
}

// MARK: - Memory of another driver

private func map(_ memory: cudaExternalMemory_t, offset: Int = 0, bytes: Int) throws -> UnsafeMutableRawPointer {
  var description = cudaExternalMemoryBufferDesc(), pointer: UnsafeMutableRawPointer?
  (description.offset, description.size) = (UInt64(offset), UInt64(bytes))
  try ok(cudaExternalMemoryGetMappedBuffer(&pointer, memory, &description), "cudaExternalMemoryGetMappedBuffer")
  return try some(pointer, "the mapping")
}

private func levels(width: Int, height: Int, levels: UInt32) -> cudaExternalMemoryMipmappedArrayDesc {
  var d = cudaExternalMemoryMipmappedArrayDesc()
  d.formatDesc = cudaChannelFormatDesc(x: 32, y: 0, z: 0, w: 0, f: cudaChannelFormatKindUnsigned)
  d.extent = cudaExtent(width: width, height: height, depth: 0)
  d.numLevels = levels
  return d
}

private func mappedMemoryCases() {
  for (domain, what) in [(RenderNode.Domain.device, "device"), (.host, "host")] {
    test("cudaImportExternalMemory", .success, "makes another driver's \(what) memory usable, and both see what the other wrote", source: "cudaImportExternalMemory: OpaqueFd", touches: ["cudaExternalMemoryGetMappedBuffer", "cudaDestroyExternalMemory"]) {
      let bytes = 1 << 16, other = try RenderNode().buffer(bytes, domain)
      memset(other.host, 7, bytes)
      let memory = try other.imported(), mapped = try map(memory, bytes: bytes)
      var seen = [UInt8](repeating: 0, count: bytes)
      try ok(cudaMemcpy(&seen, mapped, bytes, cudaMemcpyDeviceToHost))
      try check(seen.allSatisfy { $0 == 7 }, "what the other driver wrote")
      try ok(launch(basic.kernel("add"), dim(1), dim(64), mapped, Int32(64), Int32(0x0101_0101)))
      try ok(cudaDeviceSynchronize())
      try check(other.host[0] == 8 && other.host[255] == 8 && other.host[256] == 7, "the other driver to see what a kernel wrote")
      try ok(cudaFree(mapped))
      try ok(cudaDestroyExternalMemory(memory))
      try check(other.host[0] == 8 && other.host[bytes - 1] == 7, "the memory to be the other driver's still")
    }
  }
  test("cudaImportExternalMemory", .error, "refuses more bytes than there are", source: "cudaImportExternalMemory, Returns: cudaErrorInvalidValue") {
    let other = try RenderNode().buffer(1 << 16)
    try ok(cudaDestroyExternalMemory(other.imported()))   // it takes them at all
    let descriptor = try other.descriptor()
    var description = memoryDescription(descriptor: descriptor, size: 1 << 20), memory: cudaExternalMemory_t?
    try fails(cudaImportExternalMemory(&memory, &description), cudaErrorInvalidValue)
    try check(close(descriptor) == 0, "the descriptor to stay the program's")
  }
  test("cudaExternalMemoryGetMappedBuffer", .success, "maps the part that the offset and the size say", source: "cudaExternalMemoryBufferDesc: offset, size") {
    let page = 1 << 16, other = try RenderNode().buffer(4 * page)
    memset(other.host, 1, 4 * page)
    let memory = try other.imported(), part = try map(memory, offset: page, bytes: page)
    try ok(cudaMemset(part, 2, page))
    try ok(cudaDeviceSynchronize())
    try equal([0, page - 1, page, 2 * page - 1, 2 * page, 4 * page - 1].map { other.host[$0] }, [1, 1, 2, 2, 1, 1], "bytes around the part")
    try ok(cudaFree(part))
    try ok(cudaDestroyExternalMemory(memory))
  }
  test("cudaExternalMemoryGetMappedBuffer", .error, "refuses flags, and what lies beyond the end", source: "cudaExternalMemoryBufferDesc: flags must be zero; Returns: cudaErrorInvalidValue") {
    let bytes = 1 << 16, other = try RenderNode().buffer(bytes), memory = try other.imported()
    for (offset, size, flags) in [(0, bytes, 1), (0, bytes + 1, 0), (bytes, 1, 0), (0, 0, 0)] {
      var description = cudaExternalMemoryBufferDesc(), pointer: UnsafeMutableRawPointer?
      (description.offset, description.size, description.flags) = (UInt64(offset), UInt64(size), UInt32(flags))
      try fails(cudaExternalMemoryGetMappedBuffer(&pointer, memory, &description), cudaErrorInvalidValue, "\(size) bytes at \(offset), flags \(flags)")
    }
    try ok(cudaDestroyExternalMemory(memory))
  }
  test("cudaDestroyExternalMemory", .interaction, "leaves what is mapped to be freed by cudaFree", source: "cudaDestroyExternalMemory: buffers must be explicitly freed") {
    let bytes = 1 << 16, other = try RenderNode().buffer(bytes), memory = try other.imported(), mapped = try map(memory, bytes: bytes)
    try ok(cudaMemset(mapped, 5, bytes))
    try ok(cudaDeviceSynchronize())
    try ok(cudaDestroyExternalMemory(memory))
    try ok(cudaFree(mapped))
    try equal(other.host[bytes - 1], 5, "the last byte of the other driver's")
    try fails(cudaFree(mapped), cudaErrorInvalidValue, "freeing it again")
  }
  test("cudaExternalMemoryGetMappedMipmappedArray", .success, "lays levels over the memory, the same for each mapping", source: "cudaExternalMemoryGetMappedMipmappedArray", touches: ["cudaGetMipmappedArrayLevel"]) {
    let other = try RenderNode().buffer(1 << 20), memory = try other.imported()
    var description = levels(width: 64, height: 32, levels: 3), arrays: [cudaMipmappedArray_t?] = [nil, nil]
    for index in 0..<2 { try ok(cudaExternalMemoryGetMappedMipmappedArray(&arrays[index], memory, &description), "mapping \(index)") }
    let first = [UInt32](0..<2048), second = [UInt32](5000..<5512)
    func level(_ array: cudaMipmappedArray_t?, _ number: UInt32) throws -> cudaArray_t {
      var level: cudaArray_t?
      try ok(cudaGetMipmappedArrayLevel(&level, array, number), "level \(number)")
      return try some(level, "level \(number)")
    }
    try ok(cudaMemcpy2DToArray(level(arrays[0], 0), 0, 0, first, 256, 256, 32, cudaMemcpyHostToDevice))
    try ok(cudaMemcpy2DToArray(level(arrays[0], 1), 0, 0, second, 128, 128, 16, cudaMemcpyHostToDevice))
    var seen = [UInt32](repeating: 0, count: 2048)
    try ok(cudaMemcpy2DFromArray(&seen, 256, level(arrays[1], 0), 0, 0, 256, 32, cudaMemcpyDeviceToHost))
    try expectWords(seen, first, "the first level by the second mapping")
    try ok(cudaMemcpy2DFromArray(&seen, 128, level(arrays[1], 1), 0, 0, 128, 16, cudaMemcpyDeviceToHost))
    try expectWords(Array(seen[..<512]), second, "the second level by the second mapping")
    for array in arrays { try ok(cudaFreeMipmappedArray(array)) }
    try ok(cudaDestroyExternalMemory(memory))
  }
  test("cudaExternalMemoryGetMappedMipmappedArray", .error, "refuses levels that the memory has no room for, and none", source: "cudaExternalMemoryGetMappedMipmappedArray, Returns: cudaErrorInvalidValue") {
    let other = try RenderNode().buffer(1 << 16), memory = try other.imported()
    var array: cudaMipmappedArray_t?
    for var description in [levels(width: 1024, height: 1024, levels: 1), levels(width: 16, height: 16, levels: 0)] {
      try fails(cudaExternalMemoryGetMappedMipmappedArray(&array, memory, &description), cudaErrorInvalidValue)
    }
    try ok(cudaDestroyExternalMemory(memory))
  }
  test("cudaExternalMemoryGetMappedMipmappedArray", .error, "refuses null", source: "cudaExternalMemoryGetMappedMipmappedArray, Returns: cudaErrorInvalidValue") {
    var array: cudaMipmappedArray_t?, description = levels(width: 16, height: 16, levels: 1)
    try fails(cudaExternalMemoryGetMappedMipmappedArray(&array, nil, nil), cudaErrorInvalidValue)
    try fails(cudaExternalMemoryGetMappedMipmappedArray(nil, nil, &description), cudaErrorInvalidValue)
  }
}

// MARK: - Semaphores of another driver

/// The calls of one form: 12's first functions take shorter parameters than those of its second version, which are 13's.
private struct SemaphoreCalls {
  let suffix: String
  var signalName: String { "cudaSignalExternalSemaphoresAsync" + suffix }
  var waitName: String { "cudaWaitExternalSemaphoresAsync" + suffix }

  func signal(_ semaphores: [cudaExternalSemaphore_t?]?, _ values: [UInt64], _ stream: cudaStream_t?) throws -> cudaError_t {
    if abi == 12 && suffix.isEmpty {
      var list = [cudaExternalSemaphoreSignalParams_v1](repeating: .init(), count: values.count)
      for (index, value) in values.enumerated() { list[index].params.fence.value = value }
      return try cudaSignalExternalSemaphoresAsync_12(semaphores, list, UInt32(values.count), stream)
    }
    var list = [cudaExternalSemaphoreSignalParams](repeating: .init(), count: values.count)
    for (index, value) in values.enumerated() { list[index].params.fence.value = value }
    return abi == 12 ? try cudaSignalExternalSemaphoresAsync_v2(semaphores, list, UInt32(values.count), stream)
      : try cudaSignalExternalSemaphoresAsync(semaphores, list, UInt32(values.count), stream)
  }
  func wait(_ semaphores: [cudaExternalSemaphore_t?]?, _ values: [UInt64], _ stream: cudaStream_t?) throws -> cudaError_t {
    if abi == 12 && suffix.isEmpty {
      var list = [cudaExternalSemaphoreWaitParams_v1](repeating: .init(), count: values.count)
      for (index, value) in values.enumerated() { list[index].params.fence.value = value }
      return try cudaWaitExternalSemaphoresAsync_12(semaphores, list, UInt32(values.count), stream)
    }
    var list = [cudaExternalSemaphoreWaitParams](repeating: .init(), count: values.count)
    for (index, value) in values.enumerated() { list[index].params.fence.value = value }
    return abi == 12 ? try cudaWaitExternalSemaphoresAsync_v2(semaphores, list, UInt32(values.count), stream)
      : try cudaWaitExternalSemaphoresAsync(semaphores, list, UInt32(values.count), stream)
  }
}

private func semaphoreOperationCases() {
  test("cudaImportExternalSemaphore", .success, "makes another driver's timeline usable, and its values go both ways", source: "cudaImportExternalSemaphore: TimelineSemaphoreFd", touches: ["cudaDestroyExternalSemaphore"]) {
    let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: true), stream = try makeStream(cudaStreamNonBlocking)
    let calls = SemaphoreCalls(suffix: abi == 12 ? "_v2" : "")
    try ok(calls.signal([semaphore], [3], stream))
    try ok(cudaStreamSynchronize(stream))
    try equal(try other.point(), 3, "the other driver's value")
    try other.signal(10)
    try ok(calls.wait([semaphore], [10], stream))
    try ok(cudaStreamSynchronize(stream))
    try ok(cudaDestroyExternalSemaphore(semaphore))
    try other.signal(11)
    try equal(try other.point(), 11, "the value after cudaDestroyExternalSemaphore")
    try ok(cudaStreamDestroy(stream))
  }

  for suffix in ["", "_v2"] {
    let calls = SemaphoreCalls(suffix: suffix), signalName = calls.signalName, waitName = calls.waitName

    test(signalName, .success, "sets a timeline's value when the stream's earlier work is done", source: "\(signalName): executed when all prior operations complete") {
      let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: true), stream = try makeStream(cudaStreamNonBlocking)
      let hold = try Hold(stream)
      try ok(calls.signal([semaphore], [5], stream))
      usleep(5000)
      try equal(try other.point(), 0, "the value while the stream is held")
      hold.release()
      try ok(cudaStreamSynchronize(stream))
      try equal(try other.point(), 5, "the value afterwards")
      try ok(cudaDestroyExternalSemaphore(semaphore))
      try ok(cudaStreamDestroy(stream))
    }
    test(signalName, .success, "gives each semaphore of a call its own value", source: "\(signalName): paramsArray") {
      let node = try RenderNode(), others = try (0..<3).map { _ in try node.syncObject() }, stream = try makeStream(cudaStreamNonBlocking)
      let semaphores = try others.map { try $0.imported(timeline: true) }
      try ok(calls.signal(semaphores, [7, 1 << 40, 2], stream))
      try ok(cudaStreamSynchronize(stream))
      try equal(try others.map { try $0.point() }, [7, 1 << 40, 2], "the values")
      for semaphore in semaphores { try ok(cudaDestroyExternalSemaphore(semaphore)) }
      try ok(cudaStreamDestroy(stream))
    }
    test(signalName, .error, "refuses no semaphores, and null", source: "\(signalName), Returns; NVIDIA's answer") {
      let stream = try makeStream()
      try fails(calls.signal(nil, [0], stream), cudaErrorInvalidValue)
      try fails(calls.signal(nil, [], stream), cudaErrorInvalidValue)
      try ok(cudaStreamDestroy(stream))
    }

    test(waitName, .success, "delays the stream until the timeline's value is as large", source: "\(waitName): until the value is greater than or equal") {
      let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: true), stream = try makeStream(cudaStreamNonBlocking)
      let words = try Words(64, fill: 1)
      try ok(cudaDeviceSynchronize())
      try ok(calls.wait([semaphore], [5], stream))
      try ok(cudaMemsetAsync(words.pointer, 2, words.bytes, stream))
      try other.signal(4)
      usleep(20000)
      try expect(cudaStreamQuery(stream), cudaErrorNotReady, "a smaller value")
      try other.signal(6)
      try ok(cudaStreamSynchronize(stream))
      try words.expect(all: 0x0202_0202, "what was behind the wait")
      try ok(cudaDestroyExternalSemaphore(semaphore))
      try ok(cudaStreamDestroy(stream))
    }
    test(waitName, .success, "waits for every semaphore of a call, each with its own value", source: "\(waitName): paramsArray") {
      let node = try RenderNode(), others = try (0..<3).map { _ in try node.syncObject() }, stream = try makeStream(cudaStreamNonBlocking)
      let semaphores = try others.map { try $0.imported(timeline: true) }
      try ok(calls.wait(semaphores, [1, 9, 2], stream))
      for (index, value) in [(0, 1), (2, 2), (1, 8)] as [(Int, UInt64)] {
        try others[index].signal(value)
        usleep(5000)
        try expect(cudaStreamQuery(stream), cudaErrorNotReady, "semaphore \(index) is \(value)")
      }
      try others[1].signal(9)
      try ok(cudaStreamSynchronize(stream))
      for semaphore in semaphores { try ok(cudaDestroyExternalSemaphore(semaphore)) }
      try ok(cudaStreamDestroy(stream))
    }
    test(waitName, .interaction, "takes a binary semaphore's signal, one for each wait", source: "\(waitName): reset to the unsignaled state", touches: [signalName]) {
      let other = try RenderNode().syncObject(), semaphore = try other.imported(timeline: false)
      let waiting = try makeStream(cudaStreamNonBlocking), signaling = try makeStream(cudaStreamNonBlocking)
      try ok(calls.wait([semaphore], [0], waiting))
      try ok(calls.signal([semaphore], [0], signaling))
      try ok(cudaStreamSynchronize(waiting))
      try ok(calls.wait([semaphore], [0], waiting))
      usleep(20000)
      try expect(cudaStreamQuery(waiting), cudaErrorNotReady, "the second wait")
      try other.signal()
      try ok(cudaStreamSynchronize(waiting))
      try ok(cudaDestroyExternalSemaphore(semaphore))
      for stream in [waiting, signaling] { try ok(cudaStreamDestroy(stream)) }
    }
    test(waitName, .error, "refuses no semaphores, and null", source: "\(waitName), Returns; NVIDIA's answer") {
      let stream = try makeStream()
      try fails(calls.wait(nil, [0], stream), cudaErrorInvalidValue)
      try fails(calls.wait(nil, [], stream), cudaErrorInvalidValue)
      try ok(cudaStreamDestroy(stream))
    }
  }
}
