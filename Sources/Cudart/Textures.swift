// Texture and surface objects.
// Source: CUDA Runtime API, "Texture Object Management", "Surface Object Management".
import CCUDA
import CUDA

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
  _ result: UnsafeMutablePointer<UInt64>?, _ resource: UnsafePointer<carmine_resource>?, _ texture: UnsafePointer<cudaTextureDesc>?, _ view: UnsafeRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    guard view == nil else { throw .notSupported.because("a view of the resource in another format or of a part of it") }
    result.pointee = try TextureObjects.make(source(resource), settings(texture), in: currentContext())
  }
}

@c(carmine_rt_cudaDestroyTextureObject)
public func cudaDestroyTextureObject(_ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in try TextureObjects.destroy(object, in: currentContext()) }
}

@c(carmine_rt_cudaCreateSurfaceObject)
public func cudaCreateSurfaceObject(_ result: UnsafeMutablePointer<UInt64>?, _ resource: UnsafePointer<carmine_resource>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result)
    result.pointee = try TextureObjects.make(source(resource), nil, in: currentContext())
  }
}

@c(carmine_rt_cudaDestroySurfaceObject)
public func cudaDestroySurfaceObject(_ object: UInt64) -> Int32 {
  entry { () throws(CUDAError) in try TextureObjects.destroy(object, in: currentContext()) }
}
