// Graphics resources: OpenGL, EGL, VDPAU.  A device of this runtime drives no display and shares no object with their drivers, so
// no resource is ever registered: each function checks its arguments and then answers what NVIDIA's library answers on a machine
// where the other driver is absent.
// Threads: any.  Source: CUDA Runtime API, "Graphics Interoperability" and the OpenGL, EGL and VDPAU chapters; the answers and the
// order of the checks are recorded from NVIDIA's runtime 13 on a machine without GL, EGL and VDPAU libraries.
import CCUDA
import CUDA

/// The driver of the other side cannot be loaded.
private func noOpenGL() throws(CUDAError) -> Never { throw .operatingSystem.because("no OpenGL driver shares objects with this device") }

private func noResource(_ name: StaticString = "resource") -> CUDAError { .invalidResourceHandle.because("\(name): no graphics resource is registered") }

/// cudaGraphicsRegisterFlags: read only 1, write discard 2, surface load and store 4, gather 8.
private func checkRegistration(_ result: PointerResult?, _ flags: UInt32) throws(CUDAError) {
  _ = try out(result, "resource")
  guard flags <= 15 else { throw .invalidValue.because("flags are \(flags)") }
}

// MARK: - Any resource

@c(carmine_rt_cudaGraphicsUnregisterResource)
public func cudaGraphicsUnregisterResource(_ resource: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw noResource()
  }
}

@c(carmine_rt_cudaGraphicsResourceSetMapFlags)
public func cudaGraphicsResourceSetMapFlags(_ resource: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw noResource()
  }
}

private func map(_ count: Int32, _ resources: PointerResult?, _ stream: UnsafeMutableRawPointer?) throws(CUDAError) {
  _ = try currentStream(stream)
  guard resources != nil, count != 0 else { throw .invalidValue.because("count is \(count), resources \(resources == nil ? "null" : "given")") }
  throw noResource("resources")
}

@c(carmine_rt_cudaGraphicsMapResources)
public func cudaGraphicsMapResources(_ count: Int32, _ resources: PointerResult?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try map(count, resources, stream) }
}

@c(carmine_rt_cudaGraphicsUnmapResources)
public func cudaGraphicsUnmapResources(_ count: Int32, _ resources: PointerResult?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try map(count, resources, stream) }
}

@c(carmine_rt_cudaGraphicsResourceGetMappedPointer)
public func cudaGraphicsResourceGetMappedPointer(
  _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?, _ resource: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw noResource()
  }
}

@c(carmine_rt_cudaGraphicsSubResourceGetMappedArray)
public func cudaGraphicsSubResourceGetMappedArray(
  _ array: PointerResult?, _ resource: UnsafeMutableRawPointer?, _ index: UInt32, _ level: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw noResource()
  }
}

@c(carmine_rt_cudaGraphicsResourceGetMappedMipmappedArray)
public func cudaGraphicsResourceGetMappedMipmappedArray(_ array: PointerResult?, _ resource: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw noResource()
  }
}

// MARK: - OpenGL

/// GL_TEXTURE_2D, _RECTANGLE, _CUBE_MAP, _3D, _2D_ARRAY and GL_RENDERBUFFER.
private let imageTargets: Set<UInt32> = [0x0de1, 0x84f5, 0x8513, 0x806f, 0x8c1a, 0x8d41]

/// deviceList: all 1, of the current frame 2, of the next 3.
@c(carmine_rt_cudaGLGetDevices)
public func cudaGLGetDevices(
  _ count: UnsafeMutablePointer<UInt32>?, _ devices: UnsafeMutablePointer<Int32>?, _ room: UInt32, _ deviceList: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard (1...3).contains(deviceList) else { throw .invalidValue.because("deviceList is \(deviceList)") }
    _ = try currentContext()
    try noOpenGL()
  }
}

@c(carmine_rt_cudaGraphicsGLRegisterBuffer)
public func cudaGraphicsGLRegisterBuffer(_ result: PointerResult?, _ buffer: UInt32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    try checkRegistration(result, flags)
    guard buffer != 0 else { throw .invalidValue.because("buffer is 0, no object of OpenGL") }
    _ = try currentContext()
    try noOpenGL()
  }
}

@c(carmine_rt_cudaGraphicsGLRegisterImage)
public func cudaGraphicsGLRegisterImage(_ result: PointerResult?, _ image: UInt32, _ target: UInt32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    try checkRegistration(result, flags)
    guard image != 0, imageTargets.contains(target) else { throw .invalidValue.because("image \(image), target 0x\(String(target, radix: 16))") }
    _ = try currentContext()
    try noOpenGL()
  }
}

/// A device is chosen for another driver before it is used.
private func choose(_ ordinal: Int32) throws(CUDAError) {
  guard try !Runtime.device(Int(ordinal)).isPrimaryContextActive else { throw .setOnActiveProcess.because("device \(ordinal) is in use") }
  throw .devicesUnavailable.because("device \(ordinal) works with no graphics driver")
}

@c(carmine_rt_cudaGLSetGLDevice)
public func cudaGLSetGLDevice(_ ordinal: Int32) -> Int32 { entry { () throws(CUDAError) in try choose(ordinal) } }

@c(carmine_rt_cudaGLRegisterBufferObject)
public func cudaGLRegisterBufferObject(_ buffer: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try noOpenGL()
  }
}

@c(carmine_rt_cudaGLUnregisterBufferObject)
public func cudaGLUnregisterBufferObject(_ buffer: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    try noOpenGL()
  }
}

/// What is done to a buffer object that was registered, as none is.
private func useBuffer(_ buffer: UInt32, _ stream: UnsafeMutableRawPointer? = nil) throws(CUDAError) {
  _ = try currentStream(stream)
  throw .invalidValue.because("the buffer object \(buffer) is not registered")
}

@c(carmine_rt_cudaGLMapBufferObject)
public func cudaGLMapBufferObject(_ result: PointerResult?, _ buffer: UInt32) -> Int32 { entry { () throws(CUDAError) in try useBuffer(buffer) } }

@c(carmine_rt_cudaGLUnmapBufferObject)
public func cudaGLUnmapBufferObject(_ buffer: UInt32) -> Int32 { entry { () throws(CUDAError) in try useBuffer(buffer) } }

@c(carmine_rt_cudaGLSetBufferObjectMapFlags)
public func cudaGLSetBufferObjectMapFlags(_ buffer: UInt32, _ flags: UInt32) -> Int32 { entry { () throws(CUDAError) in try useBuffer(buffer) } }

@c(carmine_rt_cudaGLMapBufferObjectAsync)
public func cudaGLMapBufferObjectAsync(_ result: PointerResult?, _ buffer: UInt32, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try useBuffer(buffer, stream) }
}

@c(carmine_rt_cudaGLUnmapBufferObjectAsync)
public func cudaGLUnmapBufferObjectAsync(_ buffer: UInt32, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try useBuffer(buffer, stream) }
}

// MARK: - VDPAU

@c(carmine_rt_cudaVDPAUGetDevice)
public func cudaVDPAUGetDevice(_ result: UnsafeMutablePointer<Int32>?, _ device: UInt32, _ procedures: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    guard procedures != nil else { throw .invalidValue.because("vdpGetProcAddress is null") }
    _ = try currentContext()
    throw .unknown.because("the VDPAU device is none of this driver's")
  }
}

@c(carmine_rt_cudaVDPAUSetVDPAUDevice)
public func cudaVDPAUSetVDPAUDevice(_ ordinal: Int32, _ device: UInt32, _ procedures: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try Runtime.device(Int(ordinal))
    guard procedures != nil else { throw .invalidValue.because("vdpGetProcAddress is null") }
    try choose(ordinal)
  }
}

/// Surfaces belong to contexts that were made for VDPAU.
private func registerSurface() throws(CUDAError) {
  _ = try currentContext()
  throw .deviceUninitialized.because("the context was not made for VDPAU")
}

@c(carmine_rt_cudaGraphicsVDPAURegisterVideoSurface)
public func cudaGraphicsVDPAURegisterVideoSurface(_ result: PointerResult?, _ surface: UInt32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try registerSurface() }
}

@c(carmine_rt_cudaGraphicsVDPAURegisterOutputSurface)
public func cudaGraphicsVDPAURegisterOutputSurface(_ result: PointerResult?, _ surface: UInt32, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try registerSurface() }
}
