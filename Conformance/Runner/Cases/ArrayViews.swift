// Arrays seen in other ways: legacy copies by bytes, mipmaps, planes, memory requirements; what texture and surface objects were made of.
import CConformance
import Glibc

func arrayViewCases() {
  func words(_ array: cudaArray_t?, _ width: Int, _ height: Int) throws -> [UInt32] {
    var back = [UInt32](repeating: 0, count: width * height)
    try ok(cudaDeviceSynchronize())
    try ok(cudaMemcpy2DFromArray(&back, width * 4, array, 0, 0, width * 4, height, cudaMemcpyDeviceToHost))
    return back
  }
  /// 16 by 8 words, each its index and `base`.
  func counted(_ base: UInt32 = 0) throws -> cudaArray_t {
    let array = try makeArray(oneWord, 16, 8)
    try ok(cudaMemcpy2DToArray(array, 0, 0, (0..<128).map { UInt32($0) + base }, 64, 64, 8, cudaMemcpyHostToDevice))
    return array
  }

  // MARK: legacy copies, which run on from row to row
  typealias To = (cudaArray_t?, Int, Int, UnsafeRawPointer?, Int, cudaMemcpyKind) throws -> cudaError_t
  typealias From = (UnsafeMutableRawPointer?, cudaArray_t?, Int, Int, Int, cudaMemcpyKind) throws -> cudaError_t
  for (name, copy) in [("cudaMemcpyToArray", { try cudaMemcpyToArray($0, $1, $2, $3, $4, $5) }), ("cudaMemcpyToArrayAsync", { try cudaMemcpyToArrayAsync($0, $1, $2, $3, $4, $5, nil) })] as [(String, To)] {
    test(name, .success, "writes bytes from a place on, over the ends of rows", source: "\(name) (deprecated)") {
      let array = try counted()
      try ok(copy(array, 40, 1, (0..<25).map { UInt32($0 + 1000) }, 100, cudaMemcpyHostToDevice))
      var wanted = (0..<128).map { UInt32($0) }
      for index in 0..<25 { wanted[26 + index] = UInt32(1000 + index) }
      try expectWords(words(array, 16, 8), wanted, "the array")
      try ok(cudaFreeArray(array))
    }
    test(name, .error, "refuses to go past the end, null pointers, and a direction to the host", source: "\(name) (deprecated), Returns") {
      let array = try counted(), host = [UInt32](repeating: 0, count: 200)
      try fails(copy(array, 0, 0, host, 513, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(array, 0, 8, host, 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(array, 0, 0, nil, 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(nil, 0, 0, host, 4, cudaMemcpyHostToDevice), cudaErrorInvalidResourceHandle)
      try fails(copy(array, 0, 0, host, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidMemcpyDirection)
      try ok(cudaFreeArray(array))
    }
  }
  for (name, copy) in [("cudaMemcpyFromArray", { try cudaMemcpyFromArray($0, $1, $2, $3, $4, $5) }), ("cudaMemcpyFromArrayAsync", { try cudaMemcpyFromArrayAsync($0, $1, $2, $3, $4, $5, nil) })] as [(String, From)] {
    test(name, .success, "reads bytes from a place on, over the ends of rows", source: "\(name) (deprecated)") {
      let array = try counted(), target = try Words(30, fill: 0)
      try ok(copy(target.pointer, array, 8, 2, 120, cudaMemcpyDeviceToDevice))
      try target.expect((34..<64).map { UInt32($0) }, "the words")
      try ok(cudaFreeArray(array))
    }
    test(name, .error, "refuses to go past the end, null pointers, and a direction to the device's array", source: "\(name) (deprecated), Returns") {
      let array = try counted()
      var host = [UInt32](repeating: 0, count: 200)
      try fails(copy(&host, array, 0, 0, 513, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
      try fails(copy(nil, array, 0, 0, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
      try fails(copy(&host, array, 0, 0, 4, cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection)
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaMemcpyArrayToArray", .success, "copies bytes from place to place, over the ends of rows", source: "cudaMemcpyArrayToArray (deprecated)") {
    let from = try counted(500), to = try counted()
    try ok(cudaMemcpyArrayToArray(to, 0, 2, from, 32, 1, 100, cudaMemcpyDeviceToDevice))
    var wanted = (0..<128).map { UInt32($0) }
    for index in 0..<25 { wanted[32 + index] = UInt32(524 + index) }
    try expectWords(words(to, 16, 8), wanted, "the array")
    for array in [from, to] { try ok(cudaFreeArray(array)) }
  }
  test("cudaMemcpyArrayToArray", .error, "refuses other directions and what does not fit", source: "cudaMemcpyArrayToArray (deprecated), Returns") {
    let from = try counted(500), to = try counted()
    try fails(cudaMemcpyArrayToArray(to, 0, 0, from, 0, 0, 100, cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection)
    try fails(cudaMemcpyArrayToArray(to, 0, 0, from, 0, 0, 1000, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue)
    for array in [from, to] { try ok(cudaFreeArray(array)) }
  }
  test("cudaMemcpy2DArrayToArray", .success, "copies a rectangle from place to place", source: "cudaMemcpy2DArrayToArray") {
    let from = try counted(500), to = try counted()
    try ok(cudaMemcpy2DArrayToArray(to, 8, 2, from, 20, 1, 24, 3, cudaMemcpyDeviceToDevice))
    var wanted = (0..<128).map { UInt32($0) }
    for y in 0..<3 { for x in 0..<6 { wanted[(y + 2) * 16 + x + 2] = UInt32(500 + (y + 1) * 16 + x + 5) } }
    try expectWords(words(to, 16, 8), wanted, "the array")
    for array in [from, to] { try ok(cudaFreeArray(array)) }
  }
  test("cudaMemcpy2DArrayToArray", .error, "refuses other directions and what does not fit", source: "cudaMemcpy2DArrayToArray, Returns") {
    let from = try counted(500), to = try counted()
    try fails(cudaMemcpy2DArrayToArray(to, 0, 0, from, 0, 0, 40, 4, cudaMemcpyHostToDevice), cudaErrorInvalidMemcpyDirection)
    try fails(cudaMemcpy2DArrayToArray(to, 0, 0, from, 0, 0, 68, 4, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue)
    try fails(cudaMemcpy2DArrayToArray(to, 0, 6, from, 0, 0, 40, 4, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue)
    for array in [from, to] { try ok(cudaFreeArray(array)) }
  }

  // MARK: mipmaps
  func mipmaps(_ levels: UInt32, width: Int = 32, height: Int = 16, flags: UInt32 = 0) throws -> cudaMipmappedArray_t {
    var array: cudaMipmappedArray_t?, word = oneWord
    try ok(cudaMallocMipmappedArray(&array, &word, cudaExtent(width: width, height: height, depth: 0), levels, flags))
    return try some(array, "the mipmapped array")
  }
  test("cudaMallocMipmappedArray", .success, "makes levels that are each half as large, and apart", source: "cudaMallocMipmappedArray", touches: ["cudaGetMipmappedArrayLevel", "cudaFreeMipmappedArray"]) {
    let array = try mipmaps(5)
    for level in 0..<5 {
      var one: cudaArray_t?, extent = cudaExtent()
      try ok(cudaGetMipmappedArrayLevel(&one, array, UInt32(level)))
      try ok(cudaArrayGetInfo(nil, &extent, nil, one))
      let width = 32 >> level, height = 16 >> level
      try check(extent.width == width && extent.height == height, "level \(level) of \(width) by \(height), not \(extent)")
      try ok(cudaMemcpy2DToArray(one, 0, 0, [UInt32](repeating: UInt32(level + 1), count: width * height), width * 4, width * 4, height, cudaMemcpyHostToDevice))
    }
    for level in 0..<5 {
      var one: cudaArray_t?
      try ok(cudaGetMipmappedArrayLevel(&one, array, UInt32(level)))
      try expectWords(words(one, 32 >> level, 16 >> level), [UInt32](repeating: UInt32(level + 1), count: (32 >> level) * (16 >> level)), "level \(level)")
    }
    try ok(cudaFreeMipmappedArray(array))
  }
  test("cudaMallocMipmappedArray", .edge, "has as many levels as the size allows where more are asked", source: "cudaMallocMipmappedArray: numLevels is clamped to [1, 1 + floor(log2(max(width, height, depth)))]", touches: ["cudaGetMipmappedArrayLevel"]) {
    let array = try mipmaps(20)
    var one: cudaArray_t?
    try ok(cudaGetMipmappedArrayLevel(&one, array, 5))
    try fails(cudaGetMipmappedArrayLevel(&one, array, 6), cudaErrorInvalidValue)
    try ok(cudaFreeMipmappedArray(array))
    let single = try mipmaps(0)
    try ok(cudaGetMipmappedArrayLevel(&one, single, 0))
    try fails(cudaGetMipmappedArrayLevel(&one, single, 1), cudaErrorInvalidValue)
    try ok(cudaFreeMipmappedArray(single))
  }
  test("cudaMallocMipmappedArray", .error, "refuses a null place", source: "cudaMallocMipmappedArray, Returns: cudaErrorInvalidValue") {
    var word = oneWord
    try fails(cudaMallocMipmappedArray(nil, &word, cudaExtent(width: 16, height: 16, depth: 0), 3, 0), cudaErrorInvalidValue)
  }
  test("cudaGetMipmappedArrayLevel", .error, "refuses a level behind the last", source: "cudaGetMipmappedArrayLevel, Returns: cudaErrorInvalidValue") {
    let array = try mipmaps(3)
    var one: cudaArray_t?
    try fails(cudaGetMipmappedArrayLevel(&one, array, 3), cudaErrorInvalidValue)
    try ok(cudaFreeMipmappedArray(array))
  }
  test("cudaFreeMipmappedArray", .edge, "does nothing for a null array and keeps the last error", source: "cudaFreeMipmappedArray: if mipmappedArray is 0, no operation") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try ok(cudaFreeMipmappedArray(nil))
    try expect(cudaGetLastError(), cudaErrorInvalidDevice)
  }
  test("cudaFreeMipmappedArray", .success, "gives memory back", source: "cudaFreeMipmappedArray", .exclusive) {
    var before = 0, after = 0, total = 0
    try ok(cudaFreeMipmappedArray(mipmaps(4)))
    try ok(cudaMemGetInfo(&before, &total))
    for _ in 0..<20 { try ok(cudaFreeMipmappedArray(mipmaps(8, width: 2048, height: 2048))) }
    try ok(cudaMemGetInfo(&after, &total))
    try check(total > 0 && after >= before - (1 << 20), "the memory back: \(before), then \(after)")
  }

  // MARK: requirements, planes, tiles
  test("cudaArrayGetMemoryRequirements", .success, "says how much memory an array of deferred mapping wants", source: "cudaArrayGetMemoryRequirements: CUDA_ARRAY3D_DEFERRED_MAPPING") {
    var r = cudaArrayMemoryRequirements()
    let array = try makeArray(oneWord, 100, 80, flags: 0x80)
    try ok(cudaArrayGetMemoryRequirements(&r, array, 0))
    try check(r.size >= 100 * 80 * 4 && r.alignment > 0 && r.alignment & (r.alignment - 1) == 0, "32000 bytes or more and an alignment, not \(r.size), \(r.alignment)")
    try ok(cudaFreeArray(array))
  }
  test("cudaArrayGetMemoryRequirements", .error, "refuses an array that has its memory, and a null place", source: "cudaArrayGetMemoryRequirements, Returns: cudaErrorInvalidValue") {
    var r = cudaArrayMemoryRequirements()
    let array = try makeArray(oneWord, 100, 80)
    try fails(cudaArrayGetMemoryRequirements(&r, array, 0), cudaErrorInvalidValue)
    try fails(cudaArrayGetMemoryRequirements(nil, array, 0), cudaErrorInvalidValue)
    try ok(cudaFreeArray(array))
  }
  test("cudaMipmappedArrayGetMemoryRequirements", .success, "says how much memory a mipmapped array of deferred mapping wants, and refuses one that has it", source: "cudaMipmappedArrayGetMemoryRequirements") {
    var r = cudaArrayMemoryRequirements()
    let deferred = try mipmaps(3, flags: 0x80), mapped = try mipmaps(3)
    try ok(cudaMipmappedArrayGetMemoryRequirements(&r, deferred, 0))
    try check(r.size >= 32 * 16 * 4 && r.alignment > 0, "2048 bytes or more and an alignment, not \(r.size), \(r.alignment)")
    try fails(cudaMipmappedArrayGetMemoryRequirements(&r, mapped, 0), cudaErrorInvalidValue)
    for array in [deferred, mapped] { try ok(cudaFreeMipmappedArray(array)) }
  }
  test("cudaArrayGetSparseProperties", .error, "refuses an array that is not sparse", source: "cudaArrayGetSparseProperties, Returns: cudaErrorInvalidValue") {
    var p = cudaArraySparseProperties()
    let array = try makeArray(oneWord, 100, 80)
    try fails(cudaArrayGetSparseProperties(&p, array), cudaErrorInvalidValue)
    try ok(cudaFreeArray(array))
  }
  test("cudaMipmappedArrayGetSparseProperties", .error, "refuses a mipmapped array that is not sparse", source: "cudaMipmappedArrayGetSparseProperties, Returns: cudaErrorInvalidValue") {
    var p = cudaArraySparseProperties()
    let array = try mipmaps(3)
    try fails(cudaMipmappedArrayGetSparseProperties(&p, array), cudaErrorInvalidValue)
    try ok(cudaFreeMipmappedArray(array))
  }
  test("cudaArrayGetPlane", .error, "refuses an array of one plane", source: "cudaArrayGetPlane, Returns: cudaErrorInvalidValue") {
    var plane: cudaArray_t?
    let array = try makeArray(oneWord, 100, 80)
    try fails(cudaArrayGetPlane(&plane, array, 0), cudaErrorInvalidValue)
    try ok(cudaFreeArray(array))
  }

  // MARK: what objects were made of
  test("cudaGetTextureObjectResourceDesc", .success, "gives back the resource", source: "cudaGetTextureObjectResourceDesc", touches: ["cudaGetTextureObjectTextureDesc"]) {
    let array = try counted()
    var r = resource(array: array), t = cudaTextureDesc(), object: cudaTextureObject_t = 0
    t.addressMode = (cudaAddressModeClamp, cudaAddressModeBorder, cudaAddressModeClamp)
    t.readMode = cudaReadModeElementType
    t.filterMode = cudaFilterModePoint
    try ok(cudaCreateTextureObject(&object, &r, &t, nil))
    var resource = cudaResourceDesc(), texture = cudaTextureDesc()
    try ok(cudaGetTextureObjectResourceDesc(&resource, object))
    try equal(resource.resType, cudaResourceTypeArray, "the resource's type")
    try equal(resource.res.array.array, array, "the array")
    try ok(cudaGetTextureObjectTextureDesc(&texture, object))
    try check(texture.addressMode.0 == cudaAddressModeClamp && texture.addressMode.1 == cudaAddressModeBorder, "the addressing modes, not \(texture.addressMode)")
    try check(texture.filterMode == cudaFilterModePoint && texture.readMode == cudaReadModeElementType && texture.normalizedCoords == 0, "the modes")
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaGetTextureObjectTextureDesc", .success, "gives back filtering and normalised coordinates", source: "cudaGetTextureObjectTextureDesc") {
    let array = try makeArray(oneFloat, 16, 8)
    var r = resource(array: array), t = cudaTextureDesc(), object: cudaTextureObject_t = 0, back = cudaTextureDesc()
    t.addressMode = (cudaAddressModeWrap, cudaAddressModeMirror, cudaAddressModeWrap)
    t.filterMode = cudaFilterModeLinear
    t.normalizedCoords = 1
    try ok(cudaCreateTextureObject(&object, &r, &t, nil))
    try ok(cudaGetTextureObjectTextureDesc(&back, object))
    try check(back.filterMode == cudaFilterModeLinear && back.normalizedCoords == 1, "linear filtering and normalised coordinates")
    try check(back.addressMode.0 == cudaAddressModeWrap && back.addressMode.1 == cudaAddressModeMirror, "the addressing modes, not \(back.addressMode)")
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaGetTextureObjectResourceViewDesc", .success, "gives back the view that the object was made with", source: "cudaGetTextureObjectResourceViewDesc") {
    let array = try makeArray(channel(32, 32, 0, 0, cudaChannelFormatKindUnsigned), 16, 8)
    var r = resource(array: array), t = cudaTextureDesc(), object: cudaTextureObject_t = 0, view = cudaResourceViewDesc(), back = cudaResourceViewDesc()
    view.format = cudaResViewFormatUnsignedInt2
    view.width = 16
    view.height = 8
    try ok(cudaCreateTextureObject(&object, &r, &t, &view))
    try ok(cudaGetTextureObjectResourceViewDesc(&back, object))
    try check(back.format == cudaResViewFormatUnsignedInt2 && back.width == 16 && back.height == 8, "the view, not \(back.format), \(back.width), \(back.height)")
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  for (name, call) in [
    ("cudaGetTextureObjectResourceDesc", { object in var d = cudaResourceDesc(); return try object == nil ? cudaGetTextureObjectResourceDesc(nil, 0) : cudaGetTextureObjectResourceDesc(&d, object!) }),
    ("cudaGetTextureObjectTextureDesc", { object in var d = cudaTextureDesc(); return try object == nil ? cudaGetTextureObjectTextureDesc(nil, 0) : cudaGetTextureObjectTextureDesc(&d, object!) }),
    ("cudaGetTextureObjectResourceViewDesc", { object in var d = cudaResourceViewDesc(); return try object == nil ? cudaGetTextureObjectResourceViewDesc(nil, 0) : cudaGetTextureObjectResourceViewDesc(&d, object!) }),
    ("cudaGetSurfaceObjectResourceDesc", { object in var d = cudaResourceDesc(); return try object == nil ? cudaGetSurfaceObjectResourceDesc(nil, 0) : cudaGetSurfaceObjectResourceDesc(&d, object!) }),
  ] as [(String, (UInt64?) throws -> cudaError_t)] {
    test(name, .error, "refuses a null place and an object that is none", source: "\(name), Returns: cudaErrorInvalidValue; NVIDIA's answer depends on the object") {
      try expect(call(nil), oneOf: [cudaErrorInvalidValue, cudaErrorInvalidResourceHandle, cudaErrorInvalidDevice])
      _ = try cudaGetLastError()
    }
  }
  test("cudaGetSurfaceObjectResourceDesc", .success, "gives back the array", source: "cudaGetSurfaceObjectResourceDesc") {
    let array = try makeArray(oneWord, 16, 8, flags: cudaArraySurfaceLoadStore)
    var r = resource(array: array), object: cudaSurfaceObject_t = 0, back = cudaResourceDesc()
    try ok(cudaCreateSurfaceObject(&object, &r))
    try ok(cudaGetSurfaceObjectResourceDesc(&back, object))
    try equal(back.resType, cudaResourceTypeArray, "the resource's type")
    try equal(back.res.array.array, array, "the array")
    try ok(cudaDestroySurfaceObject(object))
    try ok(cudaFreeArray(array))
  }
}

/// Functions of no other file: clusters, doubles, several devices at once, host variables.
func remainingCases() {
  test("cudaOccupancyMaxActiveClusters", .success, "counts clusters of one block as it counts blocks", source: "cudaOccupancyMaxActiveClusters") {
    var c = cudaLaunchConfig_t(), clusters: Int32 = -1, blocks: Int32 = -1
    c.gridDim = dim(1024)
    c.blockDim = dim(128)
    let kernel = try basic.kernel("nothing").address
    var attribute = cudaLaunchAttribute()
    attribute.id = cudaLaunchAttributeClusterDimension
    attribute.val.clusterDim.x = 1
    attribute.val.clusterDim.y = 1
    attribute.val.clusterDim.z = 1
    try withUnsafeMutablePointer(to: &attribute) {
      c.attrs = $0
      c.numAttrs = 1
      try ok(cudaOccupancyMaxActiveClusters(&clusters, kernel, &c))
    }
    try ok(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, 128, 0))
    try check(clusters > 0 && blocks > 0 && clusters % blocks == 0, "a multiple of the \(blocks) blocks of a multiprocessor, not \(clusters)")
  }
  test("cudaOccupancyMaxActiveClusters", .error, "refuses null pointers", source: "cudaOccupancyMaxActiveClusters, Returns") {
    var c = cudaLaunchConfig_t()
    c.gridDim = dim(16)
    c.blockDim = dim(128)
    try fails(cudaOccupancyMaxActiveClusters(nil, basic.kernel("nothing").address, &c), cudaErrorInvalidValue)
  }
  test("cudaOccupancyMaxPotentialClusterSize", .success, "gives the largest cluster, 1 where there are none", source: "cudaOccupancyMaxPotentialClusterSize") {
    var c = cudaLaunchConfig_t(), size: Int32 = -1
    c.gridDim = dim(64)
    c.blockDim = dim(128)
    try ok(cudaOccupancyMaxPotentialClusterSize(&size, basic.kernel("nothing").address, &c))
    try check(size >= 1 && size <= 16, "1 to 16 blocks, not \(size)")
  }
  test("cudaOccupancyMaxPotentialClusterSize", .error, "refuses null pointers", source: "cudaOccupancyMaxPotentialClusterSize, Returns") {
    var c = cudaLaunchConfig_t(), size: Int32 = -1
    c.gridDim = dim(64)
    c.blockDim = dim(128)
    try fails(cudaOccupancyMaxPotentialClusterSize(nil, basic.kernel("nothing").address, &c), cudaErrorInvalidValue)
    try fails(cudaOccupancyMaxPotentialClusterSize(&size, nil, &c), cudaErrorInvalidDeviceFunction)
  }
  for (name, call) in [("cudaSetDoubleForDevice", { try cudaSetDoubleForDevice($0) }), ("cudaSetDoubleForHost", { try cudaSetDoubleForHost($0) })] as [(String, (UnsafeMutablePointer<Double>?) throws -> cudaError_t)] {
    test(name, .success, "leaves the number as it is, and the last error too", source: "\(name) (deprecated): devices have double precision") {
      var value = 1.25
      try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
      try ok(call(&value))
      try equal(value, 1.25, "the number")
      try expect(cudaGetLastError(), cudaErrorInvalidDevice)
    }
  }
  test("cudaLaunchHostFunc_v2", .success, "calls the function behind what stands before it, however it waits", source: "cudaLaunchHostFunc_v2, enum cudaHostTaskSyncMode") {
    let stream = try makeStream(), flag = try Flag()
    for (round, mode) in [0, 1].enumerated() {
      try ok(cudaLaunchHostFunc_v2(stream, { $0!.assumingMemoryBound(to: UInt32.self).pointee += 5 }, flag.host, UInt32(mode)))
      try ok(cudaStreamSynchronize(stream))
      try equal(flag.value, UInt32(round + 1) * 5, "the word")
    }
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchHostFunc_v2", .error, "refuses a null function", source: "cudaLaunchHostFunc_v2, Returns: cudaErrorInvalidValue") { try fails(cudaLaunchHostFunc_v2(nil, nil, nil, 0), cudaErrorInvalidValue) }
  test("cudaLaunchCooperativeKernelMultiDevice", .success, "runs the kernel in each stream given", source: "cudaLaunchCooperativeKernelMultiDevice (deprecated)") {
    let words = try Words(1, fill: 0), stream = try makeStream(cudaStreamNonBlocking)
    let kernel = try basic.kernel("count").address
    try withArguments([words.pointer]) { arguments in
      var p = cudaLaunchParams()
      p.func = kernel
      p.gridDim = dim(2)
      p.blockDim = dim(64)
      p.args = arguments
      p.stream = stream
      try ok(cudaLaunchCooperativeKernelMultiDevice(&p, 1, 0))
    }
    try ok(cudaStreamSynchronize(stream))
    try words.expect(all: 128, "what was counted")
    try ok(cudaStreamDestroy(stream))
  }
  test("cudaLaunchCooperativeKernelMultiDevice", .error, "refuses no launches, null, and the default stream", source: "cudaLaunchCooperativeKernelMultiDevice (deprecated), Returns") {
    var p = cudaLaunchParams()
    try fails(cudaLaunchCooperativeKernelMultiDevice(nil, 1, 0), cudaErrorInvalidValue)
    try fails(cudaLaunchCooperativeKernelMultiDevice(&p, 0, 0), cudaErrorInvalidValue)
  }
  for major in [12, 13] {
    typealias Advise = (UnsafeRawPointer?, Int, cudaMemoryAdvise, Int32) throws -> cudaError_t
    typealias Prefetch = (UnsafeRawPointer?, Int, Int32, cudaStream_t?) throws -> cudaError_t
    func location(_ device: Int32) -> cudaMemLocation {
      var l = cudaMemLocation()
      l.type = device < 0 ? cudaMemLocationTypeHost : cudaMemLocationTypeDevice
      l.id = device < 0 ? 0 : device
      return l
    }
    let trait: Traits = major == 12 ? .only12 : .only13
    let advises: [(String, Advise)] = major == 12
      ? [("cudaMemAdvise", { try cudaMemAdvise_12($0, $1, $2, $3) }), ("cudaMemAdvise_v2", { try cudaMemAdvise_v2($0, $1, $2, location($3)) })]
      : [("cudaMemAdvise", { try cudaMemAdvise($0, $1, $2, location($3)) })]
    let prefetches: [(String, Prefetch)] = major == 12
      ? [("cudaMemPrefetchAsync", { try cudaMemPrefetchAsync_12($0, $1, $2, $3) }), ("cudaMemPrefetchAsync_v2", { try cudaMemPrefetchAsync_v2($0, $1, location($2), 0, $3) })]
      : [("cudaMemPrefetchAsync", { try cudaMemPrefetchAsync($0, $1, location($2), 0, $3) })]
    for (name, advise) in advises {
      test(name, .success, "takes each advice, and the memory keeps its words", source: "\(name), enum cudaMemoryAdvise", touches: [], trait) {
        var pointer: UnsafeMutableRawPointer?
        try ok(cudaMallocManaged(&pointer, 4096, cudaMemAttachGlobal))
        pointer!.storeBytes(of: 77, as: UInt32.self)
        for advice in [cudaMemAdviseSetReadMostly, cudaMemAdviseUnsetReadMostly, cudaMemAdviseSetPreferredLocation, cudaMemAdviseUnsetPreferredLocation, cudaMemAdviseSetAccessedBy, cudaMemAdviseUnsetAccessedBy] {
          try ok(advise(pointer, 4096, advice, 0))
        }
        try ok(launch(basic.kernel("add"), pointer, Int32(1), Int32(1)))
        try ok(cudaDeviceSynchronize())
        try equal(pointer!.load(as: UInt32.self), 78, "the word")
        try ok(cudaFree(pointer))
      }
      test(name, .error, "refuses memory that is not managed, and advice that is none", source: "\(name), Returns: cudaErrorInvalidValue", touches: [], trait) {
        let words = try Words(1024)
        try fails(advise(words.pointer, 4096, cudaMemAdviseSetReadMostly, 0), cudaErrorInvalidValue)
        var pointer: UnsafeMutableRawPointer?
        try ok(cudaMallocManaged(&pointer, 4096, cudaMemAttachGlobal))
        try fails(advise(pointer, 4096, cudaMemoryAdvise(rawValue: 99), 0), cudaErrorInvalidValue)
        try ok(cudaFree(pointer))
      }
      test(name, .error, "refuses an ordinal that is none", source: "\(name), Returns: cudaErrorInvalidDevice", touches: [], trait) {
        var pointer: UnsafeMutableRawPointer?
        try ok(cudaMallocManaged(&pointer, 4096, cudaMemAttachGlobal))
        // By number it is an ordinal, in a location it is part of a value.
        let byNumber = major == 12 && name == "cudaMemAdvise"
        try fails(advise(pointer, 4096, cudaMemAdviseSetPreferredLocation, 99), byNumber ? cudaErrorInvalidDevice : cudaErrorInvalidValue)
        try ok(cudaFree(pointer))
      }
    }
    for (name, prefetch) in prefetches {
      test(name, .success, "moves memory to the device and to the host, and it keeps its words", source: name, touches: [], trait) {
        var pointer: UnsafeMutableRawPointer?
        try ok(cudaMallocManaged(&pointer, 1 << 20, cudaMemAttachGlobal))
        let words = pointer!.assumingMemoryBound(to: UInt32.self), stream = try makeStream()
        for index in 0..<(1 << 18) { words[index] = UInt32(index) }
        try ok(prefetch(pointer, 1 << 20, 0, stream))
        try ok(launch(basic.kernel("add"), dim(1024), dim(256), stream: stream, pointer, Int32(1 << 18), Int32(3)))
        try ok(prefetch(pointer, 1 << 20, -1, stream))
        try ok(cudaStreamSynchronize(stream))
        for index in stride(from: 0, to: 1 << 18, by: 1013) { try equal(words[index], UInt32(index + 3), "word \(index)") }
        try ok(cudaFree(pointer))
        try ok(cudaStreamDestroy(stream))
      }
      test(name, .error, "refuses memory that is not managed", source: "\(name), Returns: cudaErrorInvalidValue", touches: [], trait) {
        let words = try Words(1024)
        try fails(prefetch(words.pointer, 4096, 0, nil), cudaErrorInvalidValue)
      }
      test(name, .error, "refuses an ordinal that is none", source: "\(name), Returns: cudaErrorInvalidDevice", touches: [], trait) {
        var pointer: UnsafeMutableRawPointer?
        try ok(cudaMallocManaged(&pointer, 4096, cudaMemAttachGlobal))
        try fails(prefetch(pointer, 4096, 99, nil), cudaErrorInvalidDevice)
        try ok(cudaFree(pointer))
      }
    }
  }
}
