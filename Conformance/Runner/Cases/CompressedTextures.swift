// Textures of texels that are compressed in blocks: a block or two of each format, worked out by hand, in arrays and through views.
// Source of what blocks mean: Khronos Data Format Specification 1.3, S3TC, RGTC and BPTC.
import CConformance
import Glibc

private let format = "Khronos Data Format Specification"

/// A format, one block's bytes, and what the texels of its first row are; the codes are the block's first ones, the others 0.
private struct Sample {
  var name: String, kind: cudaChannelFormatKind, view = cudaResViewFormatNone
  var bits: (Int32, Int32, Int32, Int32) = (8, 8, 8, 8)
  var block: [UInt8], row: [[Float]]
  var description: cudaChannelFormatDesc { channel(bits.0, bits.1, bits.2, bits.3, kind) }
  var isHalf: Bool { bits.0 == 16 }
}

/// So many bits of each number, the first the lowest.
private func packed(_ fields: [(Int, Int)]) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 16), at = 0
  for (value, bits) in fields {
    for bit in 0..<bits { bytes[(at + bit) / 8] |= UInt8(value >> bit & 1) << UInt8((at + bit) % 8) }
    at += bits
  }
  return bytes
}

// Red above blue, codes 0 to 3: red, blue, two thirds of the one and two of the other.
private let redAndBlue: [UInt8] = [0x00, 0xf8, 0x1f, 0x00, 0xe4, 0, 0, 0]
private let thirds: [[Float]] = [[1, 0, 0, 1], [0, 0, 1, 1], [2 / 3, 0, 1 / 3, 1], [1 / 3, 0, 2 / 3, 1]]
// Ends 255 and 0, codes 0, 1, 2, 7: the ends, six sevenths, one seventh.
private let sevenths: [UInt8] = [255, 0, 0x88, 0x0e, 0, 0, 0, 0]
// Ends 0 and 255, which do not fall, codes 2, 5, 6, 7: one and four fifths, 0 and 1.
private let fifths: [UInt8] = [0, 255, 0xaa, 0x0f, 0, 0, 0, 0]

private func joined(_ alpha: [Float], _ colours: [[Float]]) -> [[Float]] { zip(alpha, colours).map { $1[..<3] + [$0] } }

private let samples: [Sample] = [
  Sample(name: "BC1", kind: cudaChannelFormatKindUnsignedBlockCompressed1, view: cudaResViewFormatUnsignedBlockCompressed1, block: redAndBlue, row: thirds),
  Sample(
    name: "BC1 of three colours and nothing", kind: cudaChannelFormatKindUnsignedBlockCompressed1, view: cudaResViewFormatUnsignedBlockCompressed1,
    block: [0x1f, 0x00, 0x00, 0xf8, 0xe4, 0, 0, 0], row: [[0, 0, 1, 1], [1, 0, 0, 1], [0.5, 0, 0.5, 1], [0, 0, 0, 0]]),
  // Codes 2 and 3 of ends 1 and 0 in each channel: two thirds and a third, which IEC 61966-2-1 makes 0.402 and 0.0913.
  Sample(
    name: "BC1 of sRGB", kind: cudaChannelFormatKindUnsignedBlockCompressed1SRGB, block: [0xff, 0xff, 0, 0, 0xe4, 0, 0, 0],
    row: [1, 0, powf((2 / 3 + 0.055) / 1.055, 2.4), powf((1 / 3 + 0.055) / 1.055, 2.4)].map { [$0, $0, $0, 1] }),
  // Alphas of 0, 5, 10 and 15; the colours are four whichever end is the larger.
  Sample(
    name: "BC2", kind: cudaChannelFormatKindUnsignedBlockCompressed2, view: cudaResViewFormatUnsignedBlockCompressed2,
    block: [0x50, 0xfa, 0, 0, 0, 0, 0, 0, 0x1f, 0x00, 0x00, 0xf8, 0xe4, 0, 0, 0],
    row: joined([0, 1 / 3, 2 / 3, 1], [[0, 0, 1], [1, 0, 0], [1 / 3, 0, 2 / 3], [2 / 3, 0, 1 / 3]])),
  Sample(
    name: "BC3", kind: cudaChannelFormatKindUnsignedBlockCompressed3, view: cudaResViewFormatUnsignedBlockCompressed3, block: sevenths + redAndBlue,
    row: joined([1, 0, 6 / 7, 1 / 7], thirds)),
  Sample(
    name: "BC4", kind: cudaChannelFormatKindUnsignedBlockCompressed4, view: cudaResViewFormatUnsignedBlockCompressed4, bits: (8, 0, 0, 0), block: fifths,
    row: [0.2, 0.8, 0, 1].map { [$0, 0, 0, 1] }),
  // Ends 127 and -127.
  Sample(
    name: "BC4 with a sign", kind: cudaChannelFormatKindSignedBlockCompressed4, view: cudaResViewFormatSignedBlockCompressed4, bits: (8, 0, 0, 0),
    block: [127, 0x81, 0x88, 0x0e, 0, 0, 0, 0], row: [1, -1, 5 / 7, -5 / 7].map { [$0, 0, 0, 1] }),
  Sample(
    name: "BC5", kind: cudaChannelFormatKindUnsignedBlockCompressed5, view: cudaResViewFormatUnsignedBlockCompressed5, bits: (8, 8, 0, 0),
    block: fifths + sevenths, row: [[0.2, 1, 0, 1], [0.8, 0, 0, 1], [0, 6 / 7, 0, 1], [1, 1 / 7, 0, 1]]),
  // Ends -128, which is -1 as -127 is, and 127: they do not fall; codes 2, 5, 6, 7.  Then 127 and -127.
  Sample(
    name: "BC5 with a sign", kind: cudaChannelFormatKindSignedBlockCompressed5, view: cudaResViewFormatSignedBlockCompressed5, bits: (8, 8, 0, 0),
    block: [0x80, 127, 0xaa, 0x0f, 0, 0, 0, 0, 127, 0x81, 0x88, 0x0e, 0, 0, 0, 0],
    row: [[-0.6, 1, 0, 1], [0.6, -1, 0, 1], [-1, 5 / 7, 0, 1], [1, -5 / 7, 0, 1]]),
  // Mode 3: ends of 10 bits.  0x200 widens to 0x8020, 31/64 of it is 0x3e0f; 0x3ff widens to 0xffff, of which 31/64 is 0x7bff, the largest.
  Sample(
    name: "BC6H", kind: cudaChannelFormatKindUnsignedBlockCompressed6H, view: cudaResViewFormatUnsignedBlockCompressed6H, bits: (16, 16, 16, 0),
    block: packed([(3, 5), (0x200, 10), (0x3ff, 10), (0, 10), (0x200, 10), (0x3ff, 10), (0, 10)]),
    row: [[Float]](repeating: [1.5146484375, 65504, 0, 1], count: 4)),
  Sample(
    name: "BC6H with a sign", kind: cudaChannelFormatKindSignedBlockCompressed6H, view: cudaResViewFormatSignedBlockCompressed6H, bits: (16, 16, 16, 0),
    block: packed([(3, 5), (0x1ff, 10), (0x201, 10), (0, 10), (0x1ff, 10), (0x201, 10), (0, 10)]),
    row: [[Float]](repeating: [65504, -65504, 0, 1], count: 4)),
  // Mode 6: ends (255, 1, 1, 255) and (0, 254, 0, 254), shares 0, 64, 34 and 4 of 64.
  Sample(
    name: "BC7", kind: cudaChannelFormatKindUnsignedBlockCompressed7, view: cudaResViewFormatUnsignedBlockCompressed7,
    block: packed([(0x40, 7), (127, 7), (0, 7), (0, 7), (127, 7), (0, 7), (0, 7), (127, 7), (127, 7), (1, 1), (0, 1), (0, 3), (15, 4), (8, 4), (1, 4)]),
    row: [[255, 1, 1, 255], [0, 254, 0, 254], [120, 135, 0, 254], [239, 17, 1, 255]].map { $0.map { $0 / 255 } }),
]

private func expect(_ sample: Sample, _ object: cudaTextureObject_t) throws {
  let got = try fetch(object, (0..<4).map { (Float($0) + 0.5, 0.5) })
  for x in 0..<4 {
    for channel in 0..<4 { try near(got[x][channel], sample.row[x][channel], max(1, abs(sample.row[x][channel])) / 512, "texel \(x), channel \(channel)") }
  }
}

/// An array of texels, 8 by 8, whose first block is the sample's.
private func filled(_ sample: Sample) throws -> cudaArray_t {
  let array = try makeArray(sample.description, 8, 8), bytes = sample.block.count
  try ok(cudaMemcpy2DToArray(array, 0, 0, sample.block, bytes, bytes, 1, cudaMemcpyHostToDevice))
  return array
}

func compressedTextureCases() {
  for sample in samples {
    test("cudaCreateTextureObject", .success, "reads \(sample.name)", source: "enum cudaChannelFormatKind; \(format)") {
      let array = try filled(sample)
      let object = try makeTexture(resource(array: array), textureDescription(read: sample.isHalf ? cudaReadModeElementType : cudaReadModeNormalizedFloat))
      try expect(sample, object)
      try ok(cudaDestroyTextureObject(object))
      try ok(cudaFreeArray(array))
    }
    guard sample.view != cudaResViewFormatNone else { continue }
    test("cudaCreateTextureObject", .success, "reads integers as \(sample.name)", source: "struct cudaResourceViewDesc: 2 or 4 unsigned integers of 32 bits, 4 times the width and height; \(format)") {
      let isWide = sample.block.count == 16
      let array = try makeArray(channel(32, 32, isWide ? 32 : 0, isWide ? 32 : 0, cudaChannelFormatKindUnsigned), 2, 2)
      try ok(cudaMemcpy2DToArray(array, 0, 0, sample.block, sample.block.count, sample.block.count, 1, cudaMemcpyHostToDevice))
      var r = resource(array: array), t = textureDescription(), object: cudaTextureObject_t = 0, view = cudaResourceViewDesc()
      (view.format, view.width, view.height) = (sample.view, 8, 8)
      try ok(cudaCreateTextureObject(&object, &r, &t, &view))
      try expect(sample, object)
      try ok(cudaDestroyTextureObject(object))
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaCreateTextureObject", .success, "interpolates compressed texels, over the ends of blocks", source: "\(format); CUDA C++ Programming Guide, Texture fetching") {
    // A white block beside a black one.
    let array = try makeArray(channel(8, 8, 8, 8, cudaChannelFormatKindUnsignedBlockCompressed1), 8, 4)
    try ok(cudaMemcpy2DToArray(array, 0, 0, [0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt8], 16, 16, 1, cudaMemcpyHostToDevice))
    let object = try makeTexture(resource(array: array), textureDescription(linear: true, read: cudaReadModeNormalizedFloat))
    let got = try fetch(object, [(2, 2), (4, 2), (4.25, 2), (6, 2)])
    for (index, wanted) in ([1, 0.5, 0.25, 0] as [Float]).enumerated() { try near(got[index][0], wanted, 1 / 128, "point \(index)") }
    try ok(cudaDestroyTextureObject(object))
    try ok(cudaFreeArray(array))
  }
  test("cudaMallocArray", .success, "makes arrays of compressed texels, sizes in texels, copied by rows of blocks", source: "enum cudaChannelFormatKind; NVIDIA's OptiX Toolkit copies so") {
    for sample in samples {
      let bytes = sample.block.count, array = try makeArray(sample.description, 13, 9)  // 4 by 3 blocks
      let data = (0..<12 * bytes).map { UInt8($0 & 255) }
      try ok(cudaMemcpy2DToArray(array, 0, 0, data, 4 * bytes, 4 * bytes, 3, cudaMemcpyHostToDevice))
      var back = [UInt8](repeating: 0, count: 12 * bytes), extent = cudaExtent(), got = cudaChannelFormatDesc(), flags: UInt32 = 9
      try ok(cudaMemcpy2DFromArray(&back, 4 * bytes, array, 0, 0, 4 * bytes, 3, cudaMemcpyDeviceToHost))
      try check(back == data, "the blocks of \(sample.name)")
      try ok(cudaArrayGetInfo(&got, &extent, &flags, array))
      try check(extent.width == 13 && extent.height == 9 && extent.depth == 0 && flags == 0, "13 by 9 texels, not \(extent)")
      try check(got.f == sample.kind && got.x == sample.bits.0 && got.w == sample.bits.3, "\(sample.name)'s description, not \(got)")
      try fails(cudaMemcpy2DToArray(array, 0, 0, data, 4 * bytes, 4 * bytes, 4, cudaMemcpyHostToDevice), cudaErrorInvalidValue)
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaMallocArray", .error, "refuses bits that are not a compressed format's", source: "channel_descriptor.h: cudaCreateChannelDesc of the kinds; Returns") {
    var array: cudaArray_t?
    for sample in samples {
      for bits in [(32, 32, 32, 32), (sample.bits.0, 0, 0, sample.bits.0)] as [(Int32, Int32, Int32, Int32)] {
        var description = channel(bits.0, bits.1, bits.2, bits.3, sample.kind)
        try expect(cudaMallocArray(&array, &description, 8, 8, 0), oneOf: [cudaErrorInvalidChannelDescriptor, cudaErrorInvalidValue])
        _ = try cudaGetLastError()
      }
    }
  }
  test("cudaMallocArray", .error, "refuses surfaces of compressed texels", source: "cudaArraySurfaceLoadStore: surfaces have no compressed formats") {
    var array: cudaArray_t?, description = samples[0].description
    try fails(cudaMallocArray(&array, &description, 8, 8, UInt32(cudaArraySurfaceLoadStore)), cudaErrorInvalidValue)
  }
  test("cudaCreateTextureObject", .error, "refuses to read compressed texels as anything but normalised numbers, and BC6H as those", source: "NVIDIA's runtime, as cuda-python 12.x spells it out") {
    for sample in samples {
      let array = try filled(sample)
      var object: cudaTextureObject_t = 0, r = resource(array: array)
      var t = textureDescription(read: sample.isHalf ? cudaReadModeNormalizedFloat : cudaReadModeElementType)
      try fails(cudaCreateTextureObject(&object, &r, &t, nil), cudaErrorInvalidNormSetting)
      try ok(cudaFreeArray(array))
    }
  }
  test("cudaCreateTextureObject", .error, "refuses views of compressed texels over other elements, and of other sizes", source: "struct cudaResourceViewDesc") {
    let pairs = try makeArray(channel(32, 32, 0, 0, cudaChannelFormatKindUnsigned), 4, 4), shorts = try makeArray(channel(16, 16, 16, 16, cudaChannelFormatKindUnsigned), 4, 4)
    let signed = try makeArray(channel(32, 32, 0, 0, cudaChannelFormatKindSigned), 4, 4)
    for (array, kind, width, height) in [
      (pairs, cudaResViewFormatUnsignedBlockCompressed1, 4, 4), (pairs, cudaResViewFormatUnsignedBlockCompressed1, 16, 12),
      (pairs, cudaResViewFormatUnsignedBlockCompressed7, 16, 16), (shorts, cudaResViewFormatUnsignedBlockCompressed1, 16, 16),
      (signed, cudaResViewFormatUnsignedBlockCompressed4, 16, 16),
    ] as [(cudaArray_t, cudaResourceViewFormat, Int, Int)] {
      var object: cudaTextureObject_t = 0, r = resource(array: array), t = textureDescription(), view = cudaResourceViewDesc()
      (view.format, view.width, view.height) = (kind, width, height)
      try fails(cudaCreateTextureObject(&object, &r, &t, &view), cudaErrorInvalidValue)
    }
    for array in [pairs, shorts, signed] { try ok(cudaFreeArray(array)) }
  }
}
