// Texture and surface objects, through kernels that fetch.  What a fetch gives is computed here from the programming guide ("Texture fetching").
import CConformance
import Glibc

nonisolated(unsafe) private let fetching = Module(
  """
  .version 7.0
  .target sm_75
  .address_size 64

  // fetch_2d(t, at, n, out): out[i] (four floats) = t(at[2 i], at[2 i + 1])
  .visible .entry fetch_2d(.param .u64 t, .param .u64 at, .param .u32 n, .param .u64 out)
  {
    .reg .pred %q; .reg .b32 %i, %n; .reg .f32 %x, %y, %a, %b, %c, %d; .reg .b64 %t, %p, %o, %e;
    mov.u32 %i, %tid.x; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %t, [t]; ld.param.u64 %p, [at]; cvta.to.global.u64 %p, %p; ld.param.u64 %o, [out]; cvta.to.global.u64 %o, %o;
    mul.wide.u32 %e, %i, 8; add.u64 %p, %p, %e; ld.global.f32 %x, [%p]; ld.global.f32 %y, [%p+4];
    tex.2d.v4.f32.f32 {%a, %b, %c, %d}, [%t, {%x, %y}];
    mul.wide.u32 %e, %i, 16; add.u64 %o, %o, %e; st.global.v4.f32 [%o], {%a, %b, %c, %d}; ret;
  }
  // fetch_1d(t, at, n, out): out[i] = t(at[i])
  .visible .entry fetch_1d(.param .u64 t, .param .u64 at, .param .u32 n, .param .u64 out)
  {
    .reg .pred %q; .reg .b32 %i, %n; .reg .f32 %x, %a, %b, %c, %d; .reg .b64 %t, %p, %o, %e;
    mov.u32 %i, %tid.x; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %t, [t]; ld.param.u64 %p, [at]; cvta.to.global.u64 %p, %p; ld.param.u64 %o, [out]; cvta.to.global.u64 %o, %o;
    mul.wide.u32 %e, %i, 4; add.u64 %p, %p, %e; ld.global.f32 %x, [%p];
    tex.1d.v4.f32.f32 {%a, %b, %c, %d}, [%t, {%x}];
    mul.wide.u32 %e, %i, 16; add.u64 %o, %o, %e; st.global.v4.f32 [%o], {%a, %b, %c, %d}; ret;
  }
  // fetch_linear(t, n, out): out[i] = texel i of a linear texture, as words
  .visible .entry fetch_linear(.param .u64 t, .param .u32 n, .param .u64 out)
  {
    .reg .pred %q; .reg .b32 %i, %n, %a, %b, %c, %d; .reg .b64 %t, %o, %e;
    mov.u32 %i, %tid.x; ld.param.u32 %n, [n]; setp.ge.u32 %q, %i, %n; @%q ret;
    ld.param.u64 %t, [t]; ld.param.u64 %o, [out]; cvta.to.global.u64 %o, %o;
    tex.1d.v4.u32.s32 {%a, %b, %c, %d}, [%t, {%i}];
    mul.wide.u32 %e, %i, 16; add.u64 %o, %o, %e; st.global.v4.u32 [%o], {%a, %b, %c, %d}; ret;
  }
  // load_2d(s, width, out): out[thread] = word (x, y) of a surface;  store_2d(s, base): the word (x, y) = base + x + 100 y
  .visible .entry load_2d(.param .u64 s, .param .u32 width, .param .u64 out)
  {
    .reg .b32 %x, %y, %b, %w, %v; .reg .b64 %s, %o, %e;
    mov.u32 %x, %tid.x; mov.u32 %y, %tid.y; ld.param.u64 %s, [s]; ld.param.u32 %w, [width]; ld.param.u64 %o, [out]; cvta.to.global.u64 %o, %o;
    shl.b32 %b, %x, 2; suld.b.2d.b32.trap {%v}, [%s, {%b, %y}];
    mad.lo.u32 %b, %y, %w, %x; mul.wide.u32 %e, %b, 4; add.u64 %o, %o, %e; st.global.u32 [%o], %v; ret;
  }
  .visible .entry store_2d(.param .u64 s, .param .u32 base)
  {
    .reg .b32 %x, %y, %b, %v; .reg .b64 %s;
    mov.u32 %x, %tid.x; mov.u32 %y, %tid.y; ld.param.u64 %s, [s]; ld.param.u32 %v, [base]; add.u32 %v, %v, %x; mad.lo.u32 %v, %y, 100, %v;
    shl.b32 %b, %x, 2; sust.b.2d.b32.trap [%s, {%b, %y}], {%v}; ret;
  }
  """,
  kernels: ["fetch_2d", "fetch_1d", "fetch_linear", "load_2d", "store_2d"])

func resource(array: cudaArray_t?) -> cudaResourceDesc {
  var r = cudaResourceDesc()
  r.resType = cudaResourceTypeArray
  r.res.array.array = array
  return r
}

func makeTexture(_ resource: cudaResourceDesc, _ texture: cudaTextureDesc) throws -> cudaTextureObject_t {
  var object: cudaTextureObject_t = 0, resource = resource, texture = texture
  try ok(cudaCreateTextureObject(&object, &resource, &texture, nil), "cudaCreateTextureObject")
  try check(object != 0, "a texture object")
  return object
}

func textureDescription(_ mode: cudaTextureAddressMode = cudaAddressModeClamp, linear: Bool = false, normalized: Bool = false, read: cudaTextureReadMode = cudaReadModeElementType) -> cudaTextureDesc {
  var t = cudaTextureDesc()
  t.addressMode = (mode, mode, mode)
  t.filterMode = linear ? cudaFilterModeLinear : cudaFilterModePoint
  t.readMode = read
  t.normalizedCoords = normalized ? 1 : 0
  return t
}

/// Fetches at points; four floats each.
func fetch(_ object: cudaTextureObject_t, _ points: [(Float, Float)]) throws -> [[Float]] {
  let at = try Words(points.count * 2), out = try Words(points.count * 4, fill: 0)
  try at.write(points.flatMap { [$0.0.bitPattern, $0.1.bitPattern] })
  try ok(launch(fetching.kernel("fetch_2d"), dim(1), dim(points.count), UInt64(object), at.pointer, Int32(points.count), out.pointer))
  let words = try out.read()
  return (0..<points.count).map { index in (0..<4).map { Float(bitPattern: words[index * 4 + $0]) } }
}

func near(_ got: Float, _ wanted: Float, _ tolerance: Float, _ what: String, line: Int = #line) throws {
  if !(abs(got - wanted) <= tolerance) { throw Deviation(message: "line \(line): \(what): expected \(wanted), got \(got)") }
}

private let guide = "CUDA C++ Programming Guide, Texture fetching"

/// What store_2d leaves in 16 by 8 words.
private func stored(base: UInt32) -> [UInt32] {
  var words: [UInt32] = []
  for y in 0..<8 as Range<UInt32> { for x in 0..<16 as Range<UInt32> { words.append(base + x + 100 * y) } }
  return words
}

func textureCases() {
  /// 8 by 6 floats: x + 10 y
  func floats() throws -> cudaArray_t {
    let array = try makeArray(oneFloat, 8, 6)
    try ok(cudaMemcpy2DToArray(array, 0, 0, (0..<48).map { Float($0 % 8 + 10 * ($0 / 8)) }, 32, 32, 6, cudaMemcpyHostToDevice))
    return array
  }
  func texel(_ x: Int, _ y: Int) -> Float { Float(x + 10 * y) }

  test("cudaCreateTextureObject", .success, "fetches the texel that a point lies in", source: guide + ": nearest-point sampling", touches: ["cudaDestroyTextureObject"]) {
    let array = try floats(), object = try makeTexture(resource(array: array), textureDescription())
    let points: [(Float, Float)] = [(0.5, 0.5), (0, 0), (3.99, 2.01), (7.5, 5.5), (4.25, 3.75)]
    for (point, got) in zip(points, try fetch(object, points)) {
      try near(got[0], texel(Int(point.0), Int(point.1)), 0, "the texel at \(point)")
    }
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  for (what, mode, wanted) in [("clamps", cudaAddressModeClamp, [0, 7, 50, 57]), ("gives the border's colour", cudaAddressModeBorder, [-1, -1, -1, -1])] as [(String, cudaTextureAddressMode, [Float])] {
    test("cudaCreateTextureObject", .success, "\(what) outside of the array", source: guide + ": addressing modes") {
      var t = textureDescription(mode)
      t.borderColor = (-1, -1, -1, -1)
      let array = try floats(), object = try makeTexture(resource(array: array), t)
      let got = try fetch(object, [(-3, -3), (20, -3), (-3, 20), (20, 20)])
      for index in 0..<4 { try near(got[index][0], wanted[index], 0, "corner \(index)") }
      try ok(cudaDestroyTextureObject(object))
      try ok(cudaFreeArray(array))
    }
  }
  for (what, mode) in [("wraps", cudaAddressModeWrap), ("mirrors", cudaAddressModeMirror)] {
    test("cudaCreateTextureObject", .success, "\(what) normalised coordinates outside of 0 to 1", source: guide + ": addressing modes") {
      let array = try floats(), object = try makeTexture(resource(array: array), textureDescription(mode, normalized: true))
      for turn in -2...2 {
        let x = Float(turn) + 0.3, got = try fetch(object, [(x, 0.1)])
        let inside: Float = mode == cudaAddressModeWrap || turn % 2 == 0 ? 0.3 : 0.7
        try near(got[0][0], texel(Int(inside * 8), 0), 0, "at \(x)")
      }
      try ok(cudaDestroyTextureObject(object))
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaCreateTextureObject", .success, "interpolates between texels", source: guide + ": linear filtering, weights of 8 bits") {
    let array = try floats(), object = try makeTexture(resource(array: array), textureDescription(linear: true))
    // The texels are x + 10 y, which linear interpolation continues.
    for point in [(1.0, 1.0), (2.5, 3.5), (3.25, 0.5), (4.5, 2.75), (6.125, 4.875)] as [(Float, Float)] {
      let wanted: Float = (point.0 - 0.5) + 10 * (point.1 - 0.5)
      try near(fetch(object, [point])[0][0], wanted, 0.2, "at \(point)")
    }
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaCreateTextureObject", .success, "reads bytes as numbers from 0 to 1", source: "cudaReadModeNormalizedFloat") {
    let array = try makeArray(channel(8, 8, 8, 8, cudaChannelFormatKindUnsigned), 4, 1)
    try ok(cudaMemcpy2DToArray(array, 0, 0, [0, 51, 102, 255, 10, 20, 30, 40, 1, 2, 3, 4, 250, 251, 252, 253] as [UInt8], 16, 16, 1, cudaMemcpyHostToDevice))
    let object = try makeTexture(resource(array: array), textureDescription(read: cudaReadModeNormalizedFloat))
    let got = try fetch(object, [(0.5, 0.5), (3.5, 0.5)])
    for (index, wanted) in [0, 51, 102, 255].enumerated() { try near(got[0][index], Float(wanted) / 255, 1e-5, "channel \(index)") }
    for (index, wanted) in [250, 251, 252, 253].enumerated() { try near(got[1][index], Float(wanted) / 255, 1e-5, "channel \(index) of the last") }
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaCreateTextureObject", .success, "reads rows of linear memory with a pitch", source: "cudaResourceTypePitch2D") {
    var pointer: UnsafeMutableRawPointer?, pitch = 0
    try ok(cudaMallocPitch(&pointer, &pitch, 40, 5))
    try ok(cudaMemcpy2D(pointer, pitch, (0..<50).map { Float($0) }, 40, 40, 5, cudaMemcpyHostToDevice))
    var r = cudaResourceDesc()
    r.resType = cudaResourceTypePitch2D
    r.res.pitch2D.devPtr = pointer
    r.res.pitch2D.desc = oneFloat
    r.res.pitch2D.width = 10
    r.res.pitch2D.height = 5
    r.res.pitch2D.pitchInBytes = pitch
    let object = try makeTexture(r, textureDescription())
    let got = try fetch(object, [(0.5, 0.5), (9.5, 0.5), (3.5, 2.5), (9.5, 4.5)])
    for (index, wanted) in [0, 9, 23, 49].enumerated() { try near(got[index][0], Float(wanted), 0, "point \(index)") }
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFree(pointer))
  }
  test("cudaCreateTextureObject", .success, "reads linear memory by index, and zero outside of it", source: "cudaResourceTypeLinear; " + guide) {
    let words = try Words(20)
    try words.write((0..<20).map { UInt32($0 * 7) })
    var r = cudaResourceDesc()
    r.resType = cudaResourceTypeLinear
    r.res.linear.devPtr = words.pointer
    r.res.linear.desc = oneWord
    r.res.linear.sizeInBytes = 64
    let object = try makeTexture(r, textureDescription()), out = try Words(80, fill: 9)
    try ok(launch(fetching.kernel("fetch_linear"), dim(1), dim(20), UInt64(object), Int32(20), out.pointer))
    let got = try out.read()
    for index in 0..<20 { try equal(got[index * 4], index < 16 ? UInt32(index * 7) : 0, "texel \(index)") }
    try ok(cudaDestroyTextureObject(object))
  }
  test("cudaCreateTextureObject", .interaction, "sees what was copied into its array afterwards", source: guide + ": writes before a launch are seen by it") {
    let array = try floats(), object = try makeTexture(resource(array: array), textureDescription())
    for round in 1...3 {
      try ok(cudaMemcpy2DToArray(array, 0, 0, [Float](repeating: Float(round * 100), count: 48), 32, 32, 6, cudaMemcpyHostToDevice))
      try near(fetch(object, [(2.5, 2.5)])[0][0], Float(round * 100), 0, "round \(round)")
    }
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaCreateTextureObject", .error, "refuses null pointers", source: "cudaCreateTextureObject, Returns: cudaErrorInvalidValue") {
    let array = try floats()
    var object: cudaTextureObject_t = 0, r = resource(array: array), t = textureDescription()
    try fails(cudaCreateTextureObject(nil, &r, &t, nil), cudaErrorInvalidValue)
    try fails(cudaCreateTextureObject(&object, nil, &t, nil), cudaErrorInvalidValue)
    try ok(cudaFreeArray(array))
  }
  test("cudaCreateTextureObject", .error, "refuses linear filtering of whole numbers", source: guide + ": linear filtering is for floating-point textures") {
    let array = try makeArray(oneWord, 8, 8)
    var object: cudaTextureObject_t = 0, r = resource(array: array), t = textureDescription(linear: true)
    try fails(cudaCreateTextureObject(&object, &r, &t, nil), cudaErrorInvalidFilterSetting)
    try ok(cudaFreeArray(array))
  }
  test("cudaCreateTextureObject", .error, "refuses normalised reading of words", source: "cudaReadModeNormalizedFloat: for 8- and 16-bit integers") {
    let array = try makeArray(oneWord, 8, 8)
    var object: cudaTextureObject_t = 0, r = resource(array: array), t = textureDescription(read: cudaReadModeNormalizedFloat)
    try fails(cudaCreateTextureObject(&object, &r, &t, nil), cudaErrorInvalidNormSetting)
    try ok(cudaFreeArray(array))
  }
  test("cudaDestroyTextureObject", .success, "lets a thousand objects be made one after another and at once", source: "cudaDestroyTextureObject") {
    let array = try floats()
    var objects: [cudaTextureObject_t] = []
    for _ in 0..<1000 { objects.append(try makeTexture(resource(array: array), textureDescription())) }
    try equal(Set(objects).count, 1000, "different objects")
    try near(fetch(objects[999], [(4.5, 4.5)])[0][0], 44, 0, "the last one's texel")
    for object in objects { try ok(cudaDestroyTextureObject(object)) }
    try ok(cudaFreeArray(array))
  }

  // MARK: surfaces
  test("cudaCreateSurfaceObject", .success, "stores and loads words of an array", source: "CUDA C++ Programming Guide, Surface memory", touches: ["cudaDestroySurfaceObject"]) {
    let array = try makeArray(oneWord, 16, 8, flags: cudaArraySurfaceLoadStore)
    var object: cudaSurfaceObject_t = 0, r = resource(array: array)
    try ok(cudaCreateSurfaceObject(&object, &r))
    try check(object != 0, "a surface object")
    try ok(launch(fetching.kernel("store_2d"), dim(1), dim(16, 8), UInt64(object), UInt32(1000)))
    let words = try Words(128, fill: 0)
    try ok(launch(fetching.kernel("load_2d"), dim(1), dim(16, 8), UInt64(object), Int32(16), words.pointer))
    let wanted = stored(base: 1000)
    try words.expect(wanted, "what a kernel loads")
    var back = [UInt32](repeating: 0, count: 128)
    try ok(cudaMemcpy2DFromArray(&back, 64, array, 0, 0, 64, 8, cudaMemcpyDeviceToHost))
    try expectWords(back, wanted, "what the host copies")
    try ok(cudaDestroySurfaceObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaCreateSurfaceObject", .error, "refuses null pointers and memory that is no array", source: "cudaCreateSurfaceObject, Returns") {
    let array = try makeArray(oneWord, 16, 8, flags: cudaArraySurfaceLoadStore)
    var object: cudaSurfaceObject_t = 0, r = resource(array: array)
    try fails(cudaCreateSurfaceObject(nil, &r), cudaErrorInvalidValue)
    try fails(cudaCreateSurfaceObject(&object, nil), cudaErrorInvalidValue)
    let words = try Words(16)
    r = cudaResourceDesc()
    r.resType = cudaResourceTypeLinear
    r.res.linear.devPtr = words.pointer
    r.res.linear.desc = oneWord
    r.res.linear.sizeInBytes = 64
    try expect(cudaCreateSurfaceObject(&object, &r), oneOf: [cudaErrorInvalidValue, cudaErrorInvalidChannelDescriptor])
    _ = try cudaGetLastError()
    try ok(cudaFreeArray(array))
  }
  test("cudaDestroySurfaceObject", .success, "lets a thousand objects be made one after another", source: "cudaDestroySurfaceObject") {
    let array = try makeArray(oneWord, 16, 8, flags: cudaArraySurfaceLoadStore), words = try Words(128, fill: 0)
    for round in 0..<1000 {
      var object: cudaSurfaceObject_t = 0, r = resource(array: array)
      try ok(cudaCreateSurfaceObject(&object, &r))
      if round == 999 {
        try ok(launch(fetching.kernel("store_2d"), dim(1), dim(16, 8), UInt64(object), UInt32(0)))
        try ok(launch(fetching.kernel("load_2d"), dim(1), dim(16, 8), UInt64(object), Int32(16), words.pointer))
        try words.expect(stored(base: 0), "what the last one loads")
      }
      try ok(cudaDestroySurfaceObject(object))
    }
    try ok(cudaFreeArray(array))
  }
}
