// Texture and surface objects through a libcudart that shares its context with the libcuda under test.
// Source of the structs' layouts: NVIDIA's headers, by way of ours (docs/headers.md holds them against each other).
import CCUDA
import Glibc

final class TextureObjects {
  typealias Pointer = UnsafeMutableRawPointer
  private let mallocArray: @convention(c) (UnsafeMutablePointer<Pointer?>, UnsafeRawPointer, cudaExtent, UInt32) -> Int32
  private let mallocMipmapped: @convention(c) (UnsafeMutablePointer<Pointer?>, UnsafeRawPointer, cudaExtent, UInt32, UInt32) -> Int32
  private let levelOf: @convention(c) (UnsafeMutablePointer<Pointer?>, Pointer?, UInt32) -> Int32
  private let copy3D: @convention(c) (UnsafeRawPointer) -> Int32
  private let malloc: @convention(c) (UnsafeMutablePointer<Pointer?>, Int) -> Int32
  private let copy: @convention(c) (Pointer?, UnsafeRawPointer, Int, Int32) -> Int32
  private let createTexture: @convention(c) (UnsafeMutablePointer<UInt64>, UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer?) -> Int32
  private let createSurface: @convention(c) (UnsafeMutablePointer<UInt64>, UnsafeRawPointer) -> Int32
  private let destroySurface: @convention(c) (UInt64) -> Int32
  private let freeArray: @convention(c) (Pointer?) -> Int32
  private let errorName: @convention(c) (Int32) -> UnsafePointer<CChar>?
  /// What many cases read stays.
  private var made: [TextureResource: UInt64] = [:]

  init(_ path: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL) else { throw CUDAFailure(description: String(cString: dlerror())) }
    func symbol<T>(_ name: String) throws -> T {
      guard let address = dlsym(handle, name) else { throw CUDAFailure(description: "\(path) lacks \(name)") }
      return unsafeBitCast(address, to: T.self)
    }
    mallocArray = try symbol("cudaMalloc3DArray")
    mallocMipmapped = try symbol("cudaMallocMipmappedArray")
    levelOf = try symbol("cudaGetMipmappedArrayLevel")
    copy3D = try symbol("cudaMemcpy3D")
    malloc = try symbol("cudaMalloc")
    copy = try symbol("cudaMemcpy")
    createTexture = try symbol("cudaCreateTextureObject")
    createSurface = try symbol("cudaCreateSurfaceObject")
    destroySurface = try symbol("cudaDestroySurfaceObject")
    freeArray = try symbol("cudaFreeArray")
    errorName = try symbol("cudaGetErrorName")
  }

  private func check(_ status: Int32, _ what: String) throws {
    if status != 0 { throw CUDAFailure(description: "\(what): \(errorName(status).map { String(cString: $0) } ?? "error \(status)")") }
  }

  /// The object, and what ends it after its case, if it was made for one case alone.
  func object(_ resource: TextureResource) throws -> (handle: UInt64, end: () -> Void) {
    if resource.owner.isEmpty, let handle = made[resource] { return (handle, {}) }
    let (handle, array) = try make(resource)
    if resource.owner.isEmpty { made[resource] = handle; return (handle, {}) }
    return (handle, { [destroySurface, freeArray] in _ = destroySurface(handle); _ = freeArray(array) })
  }

  private func make(_ resource: TextureResource) throws -> (UInt64, Pointer?) {
    let shape = resource.shape, bits = Int32(resource.format.bits), channels = resource.format.channels
    let format: [Int32] = (0..<4).map { $0 < channels ? bits : 0 } + [resource.format.kind.rawValue]
    var description = [UInt8](repeating: 0, count: 160)  // cudaResourceDesc
    var array: Pointer?
    if shape.geometry == "linear" {
      let bytes = resource.bytes(level: 0)
      var memory: Pointer?
      try check(malloc(&memory, bytes.count), "cudaMalloc")
      try check(copy(memory, bytes, bytes.count, 1), "cudaMemcpy")
      description.withUnsafeMutableBytes { words in
        words.storeBytes(of: 2, as: Int32.self)
        words.storeBytes(of: UInt64(UInt(bitPattern: memory)), toByteOffset: 8, as: UInt64.self)
        for (index, word) in format.enumerated() { words.storeBytes(of: word, toByteOffset: 16 + 4 * index, as: Int32.self) }
        words.storeBytes(of: UInt64(bytes.count), toByteOffset: 40, as: UInt64.self)
      }
    } else {
      let flags: UInt32 = (shape.isLayered ? 1 : 0) | (shape.isCube ? 4 : 0) | (resource.sampler == nil ? 2 : 0) | (shape.dimensions == 2 && resource.sampler != nil && !shape.isCube ? 8 : 0)
      let slices = shape.isLayered || shape.isCube ? shape.layers * shape.faces : shape.dimensions == 3 ? shape.depth : 0
      let extent = cudaExtent(width: shape.width, height: shape.dimensions == 1 ? 0 : shape.height, depth: slices)
      if shape.levels == 1 {
        try check(mallocArray(&array, format, extent, flags), "cudaMalloc3DArray")
        try fill(array, resource, 0)
      } else {
        try check(mallocMipmapped(&array, format, extent, UInt32(shape.levels), flags & ~8), "cudaMallocMipmappedArray")
        for level in 0..<shape.levels {
          var one: Pointer?
          try check(levelOf(&one, array, UInt32(level)), "cudaGetMipmappedArrayLevel")
          try fill(one, resource, level)
        }
      }
      description.withUnsafeMutableBytes { words in
        words.storeBytes(of: shape.levels == 1 ? 0 : 1, as: Int32.self)
        words.storeBytes(of: UInt64(UInt(bitPattern: array)), toByteOffset: 8, as: UInt64.self)
      }
    }
    var handle: UInt64 = 0
    guard let sampler = resource.sampler else {
      try check(createSurface(&handle, description), "cudaCreateSurfaceObject")
      return (handle, array)
    }
    var sampling = [UInt8](repeating: 0, count: 72)  // cudaTextureDesc
    sampling.withUnsafeMutableBytes { words in
      // Of dimensions that there are not NVIDIA's unit wants the mode clamp.
      for index in 0..<3 { words.storeBytes(of: index < shape.dimensions ? sampler.mode.rawValue : Sampler.Mode.clamp.rawValue, toByteOffset: 4 * index, as: Int32.self) }
      words.storeBytes(of: sampler.isLinear ? 1 : 0, toByteOffset: 12, as: Int32.self)
      words.storeBytes(of: sampler.readsNumbers ? 1 : 0, toByteOffset: 16, as: Int32.self)
      for (index, number) in Sampler.border.enumerated() { words.storeBytes(of: number, toByteOffset: 24 + 4 * index, as: Float.self) }
      words.storeBytes(of: sampler.isNormalized ? 1 : 0, toByteOffset: 40, as: Int32.self)
      words.storeBytes(of: Float(shape.levels - 1), toByteOffset: 60, as: Float.self)
    }
    try check(createTexture(&handle, description, sampling, nil), "cudaCreateTextureObject")
    return (handle, array)
  }

  private func fill(_ array: Pointer?, _ resource: TextureResource, _ level: Int) throws {
    let bytes = resource.bytes(level: level), size = resource.shape.size(level), pitch = size[0] * resource.format.byteCount
    try bytes.withUnsafeBytes { bytes in
      // cudaMemcpy3DParms: from a pitched pointer to an array.
      var words = [UInt64](repeating: 0, count: 20)
      words[4] = UInt64(UInt(bitPattern: bytes.baseAddress!))
      (words[5], words[6], words[7]) = (UInt64(pitch), UInt64(size[0]), UInt64(size[1]))
      words[8] = UInt64(UInt(bitPattern: array))
      (words[16], words[17], words[18]) = (UInt64(size[0]), UInt64(size[1]), UInt64(resource.shape.slices(level)))
      words[19] = 1
      try check(copy3D(words), "cudaMemcpy3D")
    }
  }
}
