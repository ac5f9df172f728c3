// External memory and semaphores: what is refused, and which error for what, as NVIDIA's library answers on an H100.  That imports
// work is tested end to end, with another driver's objects.  Also the tiles of sparse arrays.
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
  test("cudaSignalExternalSemaphoresAsync", .error, "refuses no semaphores, and null", source: "cudaSignalExternalSemaphoresAsync, Returns: cudaErrorInvalidValue") {
    var parameters = cudaExternalSemaphoreSignalParams()
    try fails(cudaSignalExternalSemaphoresAsync(nil, &parameters, 1, makeStream()), cudaErrorInvalidValue)
    try fails(cudaSignalExternalSemaphoresAsync(nil, nil, 0, makeStream()), cudaErrorInvalidValue)
  }
  test("cudaWaitExternalSemaphoresAsync", .error, "refuses no semaphores, and null", source: "cudaWaitExternalSemaphoresAsync, Returns: cudaErrorInvalidValue") {
    var parameters = cudaExternalSemaphoreWaitParams()
    try fails(cudaWaitExternalSemaphoresAsync(nil, &parameters, 1, makeStream()), cudaErrorInvalidValue)
    try fails(cudaWaitExternalSemaphoresAsync(nil, nil, 0, makeStream()), cudaErrorInvalidValue)
  }

  test("cudaArrayGetSparseProperties", .success, "says the shape of a sparse array's tiles", source: "cudaArrayGetSparseProperties: tileExtent") {
    var description = cudaChannelFormatDesc(x: 32, y: 0, z: 0, w: 0, f: cudaChannelFormatKindFloat), array: cudaArray_t?
    try ok(cudaMallocArray(&array, &description, 1000, 800, cudaArraySparse))
    var found = cudaArraySparseProperties()
    try ok(cudaArrayGetSparseProperties(&found, array))
    try equal([found.tileExtent.width, found.tileExtent.height, found.tileExtent.depth], [128, 128, 1], "a tile of 64 KiB")
    try ok(cudaFreeArray(array))
  }
}
