// Arrays: making, asking, copying; channel descriptions.
import CConformance
import Glibc

/// The formats that arrays, textures and surfaces are tried with: bits of the four channels, and how they are read.
let channelFormats: [(name: String, x: Int32, y: Int32, z: Int32, w: Int32, kind: cudaChannelFormatKind)] = [
  ("one byte", 8, 0, 0, 0, cudaChannelFormatKindUnsigned), ("four bytes", 8, 8, 8, 8, cudaChannelFormatKindUnsigned),
  ("two signed shorts", 16, 16, 0, 0, cudaChannelFormatKindSigned), ("one word", 32, 0, 0, 0, cudaChannelFormatKindUnsigned),
  ("one float", 32, 0, 0, 0, cudaChannelFormatKindFloat), ("four floats", 32, 32, 32, 32, cudaChannelFormatKindFloat),
  ("two half floats", 16, 16, 0, 0, cudaChannelFormatKindFloat),
]

func channel(_ x: Int32, _ y: Int32, _ z: Int32, _ w: Int32, _ kind: cudaChannelFormatKind) -> cudaChannelFormatDesc {
  cudaChannelFormatDesc(x: x, y: y, z: z, w: w, f: kind)
}
let oneFloat = channel(32, 0, 0, 0, cudaChannelFormatKindFloat)
let oneWord = channel(32, 0, 0, 0, cudaChannelFormatKindUnsigned)

func makeArray(_ description: cudaChannelFormatDesc, _ width: Int, _ height: Int, flags: UInt32 = cudaArrayDefault) throws -> cudaArray_t {
  var array: cudaArray_t?, description = description
  try ok(cudaMallocArray(&array, &description, width, height, flags), "cudaMallocArray")
  return try some(array, "the array")
}

func arrayCases() {
  for format in channelFormats {
    let bytes = Int(format.x + format.y + format.z + format.w) / 8
    test("cudaMallocArray", .success, "makes an array of \(format.name) that copies in and out", source: "cudaMallocArray", touches: ["cudaMemcpy2DToArray", "cudaMemcpy2DFromArray", "cudaFreeArray"]) {
      let array = try makeArray(channel(format.x, format.y, format.z, format.w, format.kind), 37, 11)
      let host = (0..<37 * 11 * bytes).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ 5) }
      var back = [UInt8](repeating: 0, count: host.count)
      try ok(cudaMemcpy2DToArray(array, 0, 0, host, 37 * bytes, 37 * bytes, 11, cudaMemcpyHostToDevice))
      try ok(cudaMemcpy2DFromArray(&back, 37 * bytes, array, 0, 0, 37 * bytes, 11, cudaMemcpyDeviceToHost))
      try equal(back, host, "the elements")
      try ok(cudaFreeArray(array))
    }
    test("cudaArrayGetInfo", .success, "gives back what an array of \(format.name) was made of", source: "cudaArrayGetInfo", touches: ["cudaMallocArray", "cudaGetChannelDesc"]) {
      let array = try makeArray(channel(format.x, format.y, format.z, format.w, format.kind), 20, 7, flags: cudaArraySurfaceLoadStore)
      var got = cudaChannelFormatDesc(), again = cudaChannelFormatDesc(), extent = cudaExtent(), flags: UInt32 = 0
      try ok(cudaArrayGetInfo(&got, &extent, &flags, array))
      try ok(cudaGetChannelDesc(&again, array))
      for description in [got, again] {
        try check(description.x == format.x && description.y == format.y && description.z == format.z && description.w == format.w && description.f == format.kind, "the channels of \(format.name), not \(description)")
      }
      try check(extent.width == 20 && extent.height == 7 && extent.depth == 0, "20 by 7 by 0, not \(extent)")
      try equal(flags, cudaArraySurfaceLoadStore, "the flags")
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaMallocArray", .edge, "makes a one-dimensional array where the height is zero", source: "cudaMallocArray: height 0 allocates a 1D array", touches: ["cudaArrayGetInfo"]) {
    let array = try makeArray(oneWord, 100, 0)
    var extent = cudaExtent()
    try ok(cudaArrayGetInfo(nil, &extent, nil, array))
    try check(extent.width == 100 && extent.height == 0 && extent.depth == 0, "100 by 0 by 0, not \(extent)")
    try ok(cudaFreeArray(array))
  }
  test("cudaMallocArray", .error, "refuses null places, no width, and channels that cannot be", source: "cudaMallocArray, Returns: cudaErrorInvalidValue") {
    var array: cudaArray_t?, word = oneWord
    try fails(cudaMallocArray(nil, &word, 16, 16, 0), cudaErrorInvalidValue)
    try fails(cudaMallocArray(&array, nil, 16, 16, 0), cudaErrorInvalidValue)
    try fails(cudaMallocArray(&array, &word, 0, 16, 0), cudaErrorInvalidValue)
  }
  test("cudaMallocArray", .error, "refuses channels that cannot be", source: "cudaMallocArray, Returns: cudaErrorInvalidChannelDescriptor or cudaErrorInvalidValue") {
    var array: cudaArray_t?, odd = channel(12, 0, 0, 0, cudaChannelFormatKindUnsigned)
    try expect(cudaMallocArray(&array, &odd, 16, 16, 0), oneOf: [cudaErrorInvalidChannelDescriptor, cudaErrorInvalidValue, cudaErrorUnknown])
    _ = try cudaGetLastError()
    odd = channel(8, 8, 8, 0, cudaChannelFormatKindUnsigned)
    try expect(cudaMallocArray(&array, &odd, 16, 16, 0), oneOf: [cudaErrorInvalidChannelDescriptor, cudaErrorInvalidValue])
    _ = try cudaGetLastError()
  }
  test("cudaMallocArray", .error, "says that memory is exhausted, or that it is too large", source: "cudaMallocArray, Returns: cudaErrorMemoryAllocation") {
    var array: cudaArray_t?, word = oneWord
    try expect(cudaMallocArray(&array, &word, 1 << 30, 1 << 30, 0), oneOf: [cudaErrorMemoryAllocation, cudaErrorInvalidValue])
    _ = try cudaGetLastError()
  }
  test("cudaFreeArray", .edge, "does nothing for a null array and keeps the last error", source: "cudaFreeArray: if array is 0, no operation") {
    try expect(cudaSetDevice(99), cudaErrorInvalidDevice)
    try ok(cudaFreeArray(nil))
    try expect(cudaGetLastError(), cudaErrorInvalidDevice)
  }
  test("cudaFreeArray", .success, "gives memory back", source: "cudaFreeArray", .exclusive) {
    var before = 0, after = 0, total = 0
    do { let array = try makeArray(oneWord, 64, 64); try ok(cudaFreeArray(array)) }
    try ok(cudaMemGetInfo(&before, &total))
    for _ in 0..<20 { try ok(cudaFreeArray(makeArray(oneWord, 2048, 2048))) }
    try ok(cudaMemGetInfo(&after, &total))
    try check(total > 0 && after >= before - (1 << 20), "the memory back: \(before), then \(after)")
  }
  test("cudaArrayGetInfo", .error, "refuses a null array", source: "cudaArrayGetInfo, Returns") {
    var extent = cudaExtent()
    try expect(cudaArrayGetInfo(nil, &extent, nil, nil), oneOf: [cudaErrorInvalidValue, cudaErrorInvalidResourceHandle])
    _ = try cudaGetLastError()
  }
  test("cudaGetChannelDesc", .error, "refuses null pointers", source: "cudaGetChannelDesc, Returns: cudaErrorInvalidValue") {
    let array = try makeArray(oneWord, 16, 16)
    try fails(cudaGetChannelDesc(nil, array), cudaErrorInvalidValue)
    try ok(cudaFreeArray(array))
  }
  for (what, extent, flags) in [
    ("three-dimensional", cudaExtent(width: 10, height: 6, depth: 5), cudaArrayDefault), ("layered", cudaExtent(width: 10, height: 6, depth: 4), cudaArrayLayered),
    ("one-dimensional layered", cudaExtent(width: 10, height: 0, depth: 4), cudaArrayLayered), ("cube", cudaExtent(width: 8, height: 8, depth: 6), cudaArrayCubemap),
    ("layered cube", cudaExtent(width: 8, height: 8, depth: 12), cudaArrayCubemap | cudaArrayLayered),
    ("surface", cudaExtent(width: 10, height: 6, depth: 5), cudaArraySurfaceLoadStore),
  ] as [(String, cudaExtent, UInt32)] {
    test("cudaMalloc3DArray", .success, "makes a \(what) array that copies in and out", source: "cudaMalloc3DArray, flags", touches: ["cudaMemcpy3D", "cudaArrayGetInfo"]) {
      var array: cudaArray_t?, word = oneWord
      try ok(cudaMalloc3DArray(&array, &word, extent, flags))
      var got = cudaExtent(), gotFlags: UInt32 = 0
      try ok(cudaArrayGetInfo(nil, &got, &gotFlags, array))
      try check(got.width == extent.width && got.height == extent.height && got.depth == extent.depth, "\(extent), not \(got)")
      try equal(gotFlags, flags, "the flags")
      let rows = max(1, extent.height), count = extent.width * rows * extent.depth
      var host = (0..<count).map { UInt32($0 * 3 + 1) }, back = [UInt32](repeating: 0, count: count)
      var p = cudaMemcpy3DParms()
      p.extent = cudaExtent(width: extent.width, height: rows, depth: extent.depth)
      try host.withUnsafeMutableBytes {
        p.srcPtr = cudaPitchedPtr(ptr: $0.baseAddress, pitch: extent.width * 4, xsize: extent.width, ysize: rows)
        p.dstArray = array
        p.kind = cudaMemcpyHostToDevice
        try ok(cudaMemcpy3D(&p))
      }
      p = cudaMemcpy3DParms()
      p.extent = cudaExtent(width: extent.width, height: rows, depth: extent.depth)
      try back.withUnsafeMutableBytes {
        p.dstPtr = cudaPitchedPtr(ptr: $0.baseAddress, pitch: extent.width * 4, xsize: extent.width, ysize: rows)
        p.srcArray = array
        p.kind = cudaMemcpyDeviceToHost
        try ok(cudaMemcpy3D(&p))
      }
      try expectWords(back, host, "the elements")
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaMalloc3DArray", .error, "refuses null places, and cubes that are none", source: "cudaMalloc3DArray: width equals height, depth is 6 for a cube map") {
    var array: cudaArray_t?, word = oneWord
    try fails(cudaMalloc3DArray(nil, &word, cudaExtent(width: 4, height: 4, depth: 4), 0), cudaErrorInvalidValue)
    try fails(cudaMalloc3DArray(&array, &word, cudaExtent(width: 8, height: 4, depth: 6), cudaArrayCubemap), cudaErrorInvalidValue)
    try fails(cudaMalloc3DArray(&array, &word, cudaExtent(width: 8, height: 8, depth: 5), cudaArrayCubemap), cudaErrorInvalidValue)
    try fails(cudaMalloc3DArray(&array, &word, cudaExtent(width: 8, height: 8, depth: 7), cudaArrayCubemap | cudaArrayLayered), cudaErrorInvalidValue)
  }

  // MARK: copies
  typealias ToArray = (cudaArray_t?, Int, Int, UnsafeRawPointer?, Int, Int, Int, cudaMemcpyKind) throws -> cudaError_t
  typealias FromArray = (UnsafeMutableRawPointer?, Int, cudaArray_t?, Int, Int, Int, Int, cudaMemcpyKind) throws -> cudaError_t
  let to: [(String, ToArray)] = [
    ("cudaMemcpy2DToArray", { try cudaMemcpy2DToArray($0, $1, $2, $3, $4, $5, $6, $7) }),
    ("cudaMemcpy2DToArrayAsync", { try cudaMemcpy2DToArrayAsync($0, $1, $2, $3, $4, $5, $6, $7, nil) }),
  ]
  let from: [(String, FromArray)] = [
    ("cudaMemcpy2DFromArray", { try cudaMemcpy2DFromArray($0, $1, $2, $3, $4, $5, $6, $7) }),
    ("cudaMemcpy2DFromArrayAsync", { try cudaMemcpy2DFromArrayAsync($0, $1, $2, $3, $4, $5, $6, $7, nil) }),
  ]
  func fill(_ array: cudaArray_t, _ value: UInt32, _ width: Int, _ height: Int) throws {
    try ok(cudaMemcpy2DToArray(array, 0, 0, [UInt32](repeating: value, count: width * height), width * 4, width * 4, height, cudaMemcpyHostToDevice))
  }
  func read(_ array: cudaArray_t, _ width: Int, _ height: Int) throws -> [UInt32] {
    var back = [UInt32](repeating: 0, count: width * height)
    try ok(cudaDeviceSynchronize())
    try ok(cudaMemcpy2DFromArray(&back, width * 4, array, 0, 0, width * 4, height, cudaMemcpyDeviceToHost))
    return back
  }
  for (name, copy) in to {
    for device in [false, true] {
      test(name, .success, "writes a part at a place, from \(device ? "device" : "host") memory with a pitch, and nothing beside it", source: name) {
        let array = try makeArray(oneWord, 16, 8)
        try fill(array, 5, 16, 8)
        let host = (0..<64).map { UInt32($0 + 100) }, words = try Words(64)
        try words.write(host)
        if device { try ok(copy(array, 12, 2, words.pointer, 32, 20, 4, cudaMemcpyDeviceToDevice)) }
        else { try ok(copy(array, 12, 2, host, 32, 20, 4, cudaMemcpyHostToDevice)) }
        var wanted = [UInt32](repeating: 5, count: 128)
        for y in 0..<4 { for x in 0..<5 { wanted[(y + 2) * 16 + x + 3] = UInt32(y * 8 + x + 100) } }
        try expectWords(read(array, 16, 8), wanted, "the array")
        try ok(cudaFreeArray(array))
      }
    }
    test(name, .error, "refuses null pointers, a pitch below the width, and what does not fit", source: "\(name), Returns") {
      let array = try makeArray(oneWord, 16, 8), host = [UInt32](repeating: 0, count: 256)
      try fails(copy(array, 0, 0, nil, 64, 64, 8, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(array, 0, 0, host, 32, 64, 8, cudaMemcpyHostToDevice), cudaErrorInvalidPitchValue)
      try fails(copy(array, 0, 0, host, 128, 128, 8, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try fails(copy(array, 0, 4, host, 64, 64, 8, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try ok(cudaFreeArray(array))
    }
    test(name, .error, "refuses a direction that leads to the host", source: "\(name), Returns: cudaErrorInvalidMemcpyDirection") {
      let array = try makeArray(oneWord, 16, 8), host = [UInt32](repeating: 0, count: 256)
      try fails(copy(array, 0, 0, host, 64, 64, 8, cudaMemcpyDeviceToHost), cudaErrorInvalidMemcpyDirection)
      try ok(cudaFreeArray(array))
    }
  }
  for (name, copy) in from {
    test(name, .success, "reads a part at a place into memory with a pitch and leaves the gaps", source: name) {
      let array = try makeArray(oneWord, 16, 8), words = try Words(40, fill: 9)
      try ok(cudaMemcpy2DToArray(array, 0, 0, (0..<128).map { UInt32($0) }, 64, 64, 8, cudaMemcpyHostToDevice))
      try ok(copy(words.pointer, 40, array, 8, 3, 24, 4, cudaMemcpyDeviceToDevice))
      var wanted = [UInt32](repeating: 9, count: 40)
      for y in 0..<4 { for x in 0..<6 { wanted[y * 10 + x] = UInt32((y + 3) * 16 + x + 2) } }
      try words.expect(wanted, "the part")
      try ok(cudaFreeArray(array))
    }
    test(name, .error, "refuses null pointers, a pitch below the width, and what does not fit", source: "\(name), Returns") {
      let array = try makeArray(oneWord, 16, 8)
      var host = [UInt32](repeating: 0, count: 256)
      try fails(copy(nil, 64, array, 0, 0, 64, 8, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
      try fails(copy(&host, 32, array, 0, 0, 64, 8, cudaMemcpyDeviceToHost), cudaErrorInvalidPitchValue)
      try fails(copy(&host, 128, array, 0, 0, 128, 8, cudaMemcpyDeviceToHost), cudaErrorInvalidValue)
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaMemcpy3D", .success, "copies from array to array", source: "cudaMemcpy3D, struct cudaMemcpy3DParms: srcArray and dstArray") {
    let a = try makeArray(oneWord, 16, 8), b = try makeArray(oneWord, 16, 8)
    try ok(cudaMemcpy2DToArray(a, 0, 0, (0..<128).map { UInt32($0) }, 64, 64, 8, cudaMemcpyHostToDevice))
    try fill(b, 7, 16, 8)
    var p = cudaMemcpy3DParms()
    p.srcArray = a
    p.dstArray = b
    p.srcPos = cudaPos(x: 2, y: 1, z: 0)
    p.dstPos = cudaPos(x: 5, y: 3, z: 0)
    p.extent = cudaExtent(width: 6, height: 4, depth: 1)
    p.kind = cudaMemcpyDeviceToDevice
    try ok(cudaMemcpy3D(&p))
    var wanted = [UInt32](repeating: 7, count: 128)
    for y in 0..<4 { for x in 0..<6 { wanted[(y + 3) * 16 + x + 5] = UInt32((y + 1) * 16 + x + 2) } }
    try expectWords(read(b, 16, 8), wanted, "the second array")
    try ok(cudaFreeArray(a))
    try ok(cudaFreeArray(b))
  }

  test("cudaCreateChannelDesc", .success, "puts together what it is given", source: "cudaCreateChannelDesc") {
    for format in channelFormats {
      let d = try cudaCreateChannelDesc(format.x, format.y, format.z, format.w, format.kind)
      try check(d.x == format.x && d.y == format.y && d.z == format.z && d.w == format.w && d.f == format.kind, "the channels of \(format.name), not \(d)")
    }
  }
}
