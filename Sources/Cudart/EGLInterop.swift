// EGL: images, streams and syncs of another driver, of which none works with this device (see GraphicsInterop.swift).
// Source: CUDA Runtime API, "EGL Interoperability"; answers recorded from NVIDIA's runtime 13.
import CCUDA
import CUDA

private func noEGL() throws(CUDAError) -> Never { throw .unknown.because("no EGL driver shares objects with this device") }

@c(carmine_rt_cudaGraphicsEGLRegisterImage)
public func cudaGraphicsEGLRegisterImage(_ result: PointerResult?, _ image: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try out(result, "pCudaResource")
    guard flags <= 3 else { throw .invalidValue.because("flags are \(flags)") }
    _ = try currentContext()
    try noEGL()
  }
}

private func connect(_ result: PointerResult?, _ stream: UnsafeMutableRawPointer?, flags: UInt32 = 0) throws(CUDAError) {
  _ = try out(result, "conn")
  guard flags <= 1 else { throw .invalidValue.because("flags are \(flags)") }   // cudaEglResourceLocationSysmem, Vidmem
  guard stream != nil else { throw .invalidResourceHandle.because("eglStream is null") }
  _ = try currentContext()
  try noEGL()
}

@c(carmine_rt_cudaEGLStreamConsumerConnect)
public func cudaEGLStreamConsumerConnect(_ result: PointerResult?, _ stream: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try connect(result, stream) }
}

@c(carmine_rt_cudaEGLStreamConsumerConnectWithFlags)
public func cudaEGLStreamConsumerConnectWithFlags(_ result: PointerResult?, _ stream: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try connect(result, stream, flags: flags) }
}

@c(carmine_rt_cudaEGLStreamProducerConnect)
public func cudaEGLStreamProducerConnect(_ result: PointerResult?, _ stream: UnsafeMutableRawPointer?, _ width: Int32, _ height: Int32) -> Int32 {
  entry { () throws(CUDAError) in try connect(result, stream) }
}

/// What is done over a connection, of which there is none.
private func useConnection(_ connection: PointerResult?) throws(CUDAError) {
  _ = try currentContext()
  throw .invalidResourceHandle.because("no EGL stream is connected")
}

@c(carmine_rt_cudaEGLStreamConsumerDisconnect)
public func cudaEGLStreamConsumerDisconnect(_ connection: PointerResult?) -> Int32 { entry { () throws(CUDAError) in try useConnection(connection) } }

@c(carmine_rt_cudaEGLStreamProducerDisconnect)
public func cudaEGLStreamProducerDisconnect(_ connection: PointerResult?) -> Int32 { entry { () throws(CUDAError) in try useConnection(connection) } }

@c(carmine_rt_cudaEGLStreamConsumerAcquireFrame)
public func cudaEGLStreamConsumerAcquireFrame(
  _ connection: PointerResult?, _ resource: PointerResult?, _ stream: PointerResult?, _ timeout: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try useConnection(connection) }
}

@c(carmine_rt_cudaEGLStreamConsumerReleaseFrame)
public func cudaEGLStreamConsumerReleaseFrame(_ connection: PointerResult?, _ resource: UnsafeMutableRawPointer?, _ stream: PointerResult?) -> Int32 {
  entry { () throws(CUDAError) in try useConnection(connection) }
}

@c(carmine_rt_cudaEGLStreamProducerPresentFrame)
public func cudaEGLStreamProducerPresentFrame(_ connection: PointerResult?, _ frame: cudaEglFrame, _ stream: PointerResult?) -> Int32 {
  entry { () throws(CUDAError) in
    guard (1...3).contains(frame.planeCount) else { throw .invalidChannelDescriptor.because("a frame of \(frame.planeCount) planes") }
    try channelFormat(frame.planeDesc.0.channelDesc).check()
    try useConnection(connection)
  }
}

@c(carmine_rt_cudaEGLStreamProducerReturnFrame)
public func cudaEGLStreamProducerReturnFrame(_ connection: PointerResult?, _ frame: UnsafeMutableRawPointer?, _ stream: PointerResult?) -> Int32 {
  entry { () throws(CUDAError) in try useConnection(connection) }
}

@c(carmine_rt_cudaGraphicsResourceGetMappedEglFrame)
public func cudaGraphicsResourceGetMappedEglFrame(
  _ frame: UnsafeMutableRawPointer?, _ resource: UnsafeMutableRawPointer?, _ index: UInt32, _ level: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw .invalidResourceHandle.because("resource: no graphics resource is registered")
  }
}

@c(carmine_rt_cudaEventCreateFromEGLSync)
public func cudaEventCreateFromEGLSync(_ result: PointerResult?, _ sync: UnsafeMutableRawPointer?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    _ = try currentContext()
    throw .notSupported.because("no EGL driver shares syncs with this device")
  }
}
