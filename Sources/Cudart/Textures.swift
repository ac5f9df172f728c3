// Texture and surface objects.
// Source: CUDA Runtime API, "Texture Object Management", "Surface Object Management".
import CCUDA
import CUDA
import Synchronization

/// What the program said when it made an object, for the functions that ask.
private struct Description {
  var resource = carmine_resource()
  var texture: cudaTextureDesc?
  var view: cudaResourceViewDesc?
}
nonisolated(unsafe) private var descriptions: [UInt64: Description] = [:]
private let descriptionsLock = Mutex<Void>(())

private func remember(_ handle: UInt64, _ description: Description?) { descriptionsLock.withLock { _ in descriptions[handle] = description } }

private func described(_ handle: UInt64, isTexture: Bool) throws(CUDAError) -> Description {
  guard let found = descriptionsLock.withLock({ _ in descriptions[handle] }), (found.texture != nil) == isTexture else {
    throw .invalidValue.because("no \(isTexture ? "texture" : "surface") object has this handle")
  }
  return found
}

private func source(_ pointer: UnsafePointer<carmine_resource>?) throws(CUDAError) -> TextureSource {
  guard let resource = pointer?.pointee else { throw .invalidValue.because("the resource is null") }
  let format = channelFormat(resource.desc)
  switch resource.resType {
  case 0: return .array(try DeviceArray.find(resource.pointer))
  case 1: return .mipmapped(try DeviceArray.findMipmapped(resource.pointer))
  case 2: return .linear(resource.pointer, format, byteCount: try count(UInt(resource.width), "sizeInBytes"))
  case 3:
    return .pitched(
      resource.pointer, format, width: try count(UInt(resource.width), "width"), height: try count(UInt(resource.height), "height"),
      pitch: try count(UInt(resource.pitchInBytes), "pitchInBytes"))
  default: throw .invalidValue.because("resType is \(resource.resType)")
  }
}

private func settings(_ pointer: UnsafePointer<cudaTextureDesc>?) throws(CUDAError) -> TextureSettings {
  guard let t = pointer?.pointee else { throw .invalidValue.because("the texture's description is null") }
  for mode in [t.addressMode.0, t.addressMode.1, t.addressMode.2] where !(0...3).contains(mode) { throw .invalidValue.because("addressMode is \(mode)") }
  guard (0...1).contains(t.filterMode), (0...1).contains(t.readMode), (0...1).contains(t.mipmapFilterMode) else {
    throw .invalidValue.because("filterMode \(t.filterMode), readMode \(t.readMode), mipmapFilterMode \(t.mipmapFilterMode)")
  }
  var settings = TextureSettings()
  settings.addressModes = (UInt32(t.addressMode.0), UInt32(t.addressMode.1), UInt32(t.addressMode.2))
  settings.isLinear = t.filterMode == 1
  settings.readsNormalized = t.readMode == 1
  settings.isSRGB = t.sRGB != 0
  settings.hasNormalizedCoordinates = t.normalizedCoords != 0
  settings.interpolatesLevels = t.mipmapFilterMode == 1
  settings.border = t.borderColor
  (settings.levelBias, settings.leastLevel, settings.mostLevel) = (t.mipmapLevelBias, t.minMipmapLevelClamp, t.maxMipmapLevelClamp)
  return settings
}

@c(carmine_rt_cudaCreateTextureObject)
public func cudaCreateTextureObject(
  _ result: UnsafeMutablePointer<UInt64>?, _ resource: UnsafePointer<carmine_resource>?, _ texture: UnsafePointer<cudaTextureDesc>?,
  _ view: UnsafePointer<cudaResourceViewDesc>?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    let made = view.map { v in
      let v = v.pointee
      return ResourceView(
        format: UInt32(bitPattern: v.format), extent: (Int(clamping: v.width), Int(clamping: v.height), Int(clamping: v.depth)),
        levels: (Int(v.firstMipmapLevel), Int(v.lastMipmapLevel)), layers: (Int(v.firstLayer), Int(v.lastLayer)))
    }
    let handle = try TextureObjects.make(source(resource), settings(texture), view: made, in: currentContext())
    remember(handle, Description(resource: known(resource!.pointee), texture: texture!.pointee, view: view?.pointee))
    result.pointee = handle
  }
}

/// What of a description means something: a program that asks gets no bytes that it did not say.
private func known(_ given: carmine_resource) -> carmine_resource {
  var resource = carmine_resource()
  (resource.resType, resource.pointer) = (given.resType, given.pointer)
  if given.resType >= 2 { (resource.desc, resource.width) = (given.desc, given.width) }
  if given.resType == 3 { (resource.height, resource.pitchInBytes) = (given.height, given.pitchInBytes) }
  return resource
}

@c(carmine_rt_cudaGetTextureObjectResourceDesc)
public func cudaGetTextureObjectResourceDesc(_ result: UnsafeMutablePointer<carmine_resource>?, _ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pResDesc")
    result.pointee = try described(object, isTexture: true).resource
  }
}

@c(carmine_rt_cudaGetTextureObjectTextureDesc)
public func cudaGetTextureObjectTextureDesc(_ result: UnsafeMutablePointer<cudaTextureDesc>?, _ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pTexDesc")
    result.pointee = try described(object, isTexture: true).texture!
  }
}

/// Throws cudaErrorInvalidValue for an object that was made without a view.
@c(carmine_rt_cudaGetTextureObjectResourceViewDesc)
public func cudaGetTextureObjectResourceViewDesc(_ result: UnsafeMutablePointer<cudaResourceViewDesc>?, _ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pResViewDesc")
    guard let view = try described(object, isTexture: true).view else { throw .invalidValue.because("the object has no resource view") }
    result.pointee = view
  }
}

@c(carmine_rt_cudaGetSurfaceObjectResourceDesc)
public func cudaGetSurfaceObjectResourceDesc(_ result: UnsafeMutablePointer<carmine_resource>?, _ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pResDesc")
    result.pointee = try described(object, isTexture: false).resource
  }
}

@c(carmine_rt_cudaDestroyTextureObject)
public func cudaDestroyTextureObject(_ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in
    try TextureObjects.destroy(object, in: currentContext())
    remember(object, nil)
  }
}

@c(carmine_rt_cudaCreateSurfaceObject)
public func cudaCreateSurfaceObject(_ result: UnsafeMutablePointer<UInt64>?, _ resource: UnsafePointer<carmine_resource>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    let handle = try TextureObjects.make(source(resource), nil, in: currentContext())
    remember(handle, Description(resource: known(resource!.pointee)))
    result.pointee = handle
  }
}

@c(carmine_rt_cudaDestroySurfaceObject)
public func cudaDestroySurfaceObject(_ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in
    try TextureObjects.destroy(object, in: currentContext())
    remember(object, nil)
  }
}
