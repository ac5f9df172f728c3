// Texture and surface objects with the driver's descriptions, which become the runtime's and back.
// Source: CUDA Driver API, "Texture Object Management", "Surface Object Management"; CU_TRSF_… flags.
import CCUDA
import CUDA
import Cudart

private enum Flags {
  static let readsIntegers: UInt32 = 1, normalized: UInt32 = 2, sRGB: UInt32 = 0x10, noTrilinear: UInt32 = 0x20, seamless: UInt32 = 0x40
}

private func resource(_ given: UnsafePointer<CUDA_RESOURCE_DESC>?) throws(CUDAError) -> carmine_resource {
  guard let d = given?.pointee else { throw .invalidValue.because("pResDesc is null") }
  guard d.flags == 0 else { throw .invalidValue.because("flags of the resource are \(d.flags)") }
  var made = carmine_resource()
  made.resType = d.resType
  switch d.resType {
  case 0, 1: made.pointer = d.res.handle
  case 2, 3:
    let m = d.res.memory
    (made.pointer, made.desc, made.width) = (UnsafeMutableRawPointer(bitPattern: UInt(m.address)), try channels(m.format, m.numChannels), m.width)
    if d.resType == 3 { (made.height, made.pitchInBytes) = (m.height, m.pitchInBytes) }
  default: throw .invalidValue.because("resType is \(d.resType)")
  }
  return made
}

private func resource(_ r: carmine_resource) -> CUDA_RESOURCE_DESC {
  var made = CUDA_RESOURCE_DESC()
  made.resType = r.resType
  if r.resType < 2 {
    made.res.handle = r.pointer
  } else {
    let texel = format(of: r.desc)
    made.res.memory.address = UInt64(UInt(bitPattern: r.pointer))
    (made.res.memory.format, made.res.memory.numChannels, made.res.memory.width) = (texel.format, texel.count, r.width)
    if r.resType == 3 { (made.res.memory.height, made.res.memory.pitchInBytes) = (r.height, r.pitchInBytes) }
  }
  return made
}

/// Integers are read as fractions of their largest value unless a flag says otherwise; those of 32 bits never are, compressed texels always.
private func texture(_ given: UnsafePointer<CUDA_TEXTURE_DESC>?, of resource: carmine_resource) throws(CUDAError) -> cudaTextureDesc {
  guard let d = given?.pointee else { throw .invalidValue.because("pTexDesc is null") }
  guard d.flags & ~0x73 == 0 else { throw .invalidValue.because("flags of the texture are \(d.flags)") }
  let bits: Int32, kind: Int32
  switch resource.resType {
  case 0: (bits, kind) = { ($0.bits.x, $0.kind) }(try DeviceArray.find(resource.pointer).format)
  case 1: (bits, kind) = { ($0.bits.x, $0.kind) }(try DeviceArray.findMipmapped(resource.pointer).format)
  default: (bits, kind) = (resource.desc.x, resource.desc.f)
  }
  var made = cudaTextureDesc()
  made.addressMode = d.addressMode
  (made.filterMode, made.mipmapFilterMode) = (d.filterMode, d.mipmapFilterMode)
  let isCompressed = CompressedFormat.ofKind(kind) != nil
  made.readMode = (isCompressed ? bits == 8 : d.flags & Flags.readsIntegers == 0 && kind != 2 && bits < 32) ? 1 : 0
  made.sRGB = d.flags & Flags.sRGB != 0 ? 1 : 0
  made.normalizedCoords = d.flags & Flags.normalized != 0 ? 1 : 0
  made.borderColor = d.borderColor
  made.maxAnisotropy = d.maxAnisotropy
  (made.mipmapLevelBias, made.minMipmapLevelClamp, made.maxMipmapLevelClamp) = (d.mipmapLevelBias, d.minMipmapLevelClamp, d.maxMipmapLevelClamp)
  made.disableTrilinearOptimization = d.flags & Flags.noTrilinear != 0 ? 1 : 0
  made.seamlessCubemap = d.flags & Flags.seamless != 0 ? 1 : 0
  return made
}

@c(carmine_cu_cuTexObjectCreate)
public func cuTexObjectCreate(
  _ result: UnsafeMutablePointer<UInt64>?, _ given: UnsafePointer<CUDA_RESOURCE_DESC>?, _ settings: UnsafePointer<CUDA_TEXTURE_DESC>?,
  _ view: UnsafePointer<CUDA_RESOURCE_VIEW_DESC>?
) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    var resource = try resource(given), texture = try texture(settings, of: resource)
    guard let v = view?.pointee else { return cudaCreateTextureObject(result, &resource, &texture, nil) }
    var made = cudaResourceViewDesc()
    (made.format, made.width, made.height, made.depth) = (v.format, v.width, v.height, v.depth)
    (made.firstMipmapLevel, made.lastMipmapLevel, made.firstLayer, made.lastLayer) = (v.firstMipmapLevel, v.lastMipmapLevel, v.firstLayer, v.lastLayer)
    return cudaCreateTextureObject(result, &resource, &texture, &made)
  })
}

@c(carmine_cu_cuTexObjectGetResourceDesc)
public func cuTexObjectGetResourceDesc(_ result: UnsafeMutablePointer<CUDA_RESOURCE_DESC>?, _ object: UInt64) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let result = try out(result, "pResDesc")
    var found = carmine_resource()
    let answer = cudaGetTextureObjectResourceDesc(&found, object)
    if answer == 0 { result.pointee = resource(found) }
    return answer
  })
}

@c(carmine_cu_cuTexObjectGetTextureDesc)
public func cuTexObjectGetTextureDesc(_ result: UnsafeMutablePointer<CUDA_TEXTURE_DESC>?, _ object: UInt64) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let result = try out(result, "pTexDesc")
    var t = cudaTextureDesc()
    let answer = cudaGetTextureObjectTextureDesc(&t, object)
    guard answer == 0 else { return answer }
    var made = CUDA_TEXTURE_DESC()
    made.addressMode = t.addressMode
    (made.filterMode, made.mipmapFilterMode, made.maxAnisotropy) = (t.filterMode, t.mipmapFilterMode, t.maxAnisotropy)
    if t.readMode == 0 { made.flags |= Flags.readsIntegers }
    if t.normalizedCoords != 0 { made.flags |= Flags.normalized }
    if t.sRGB != 0 { made.flags |= Flags.sRGB }
    if t.disableTrilinearOptimization != 0 { made.flags |= Flags.noTrilinear }
    if t.seamlessCubemap != 0 { made.flags |= Flags.seamless }
    (made.mipmapLevelBias, made.minMipmapLevelClamp, made.maxMipmapLevelClamp) = (t.mipmapLevelBias, t.minMipmapLevelClamp, t.maxMipmapLevelClamp)
    made.borderColor = t.borderColor
    result.pointee = made
    return 0
  })
}

@c(carmine_cu_cuTexObjectGetResourceViewDesc)
public func cuTexObjectGetResourceViewDesc(_ result: UnsafeMutablePointer<CUDA_RESOURCE_VIEW_DESC>?, _ object: UInt64) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let result = try out(result, "pResViewDesc")
    var v = cudaResourceViewDesc()
    let answer = cudaGetTextureObjectResourceViewDesc(&v, object)
    guard answer == 0 else { return answer }
    var made = CUDA_RESOURCE_VIEW_DESC()
    (made.format, made.width, made.height, made.depth) = (v.format, v.width, v.height, v.depth)
    (made.firstMipmapLevel, made.lastMipmapLevel, made.firstLayer, made.lastLayer) = (v.firstMipmapLevel, v.lastMipmapLevel, v.firstLayer, v.lastLayer)
    result.pointee = made
    return 0
  })
}

@c(carmine_cu_cuSurfObjectCreate)
public func cuSurfObjectCreate(_ result: UnsafeMutablePointer<UInt64>?, _ given: UnsafePointer<CUDA_RESOURCE_DESC>?) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    var resource = try resource(given)
    return cudaCreateSurfaceObject(result, &resource)
  })
}

@c(carmine_cu_cuSurfObjectGetResourceDesc)
public func cuSurfObjectGetResourceDesc(_ result: UnsafeMutablePointer<CUDA_RESOURCE_DESC>?, _ object: UInt64) -> Int32 {
  bridged(converting: { () throws(CUDAError) in
    let result = try out(result, "pResDesc")
    var found = carmine_resource()
    let answer = cudaGetSurfaceObjectResourceDesc(&found, object)
    if answer == 0 { result.pointee = resource(found) }
    return answer
  })
}
