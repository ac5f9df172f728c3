// What other vendors' programming interfaces would share with CUDA, where they are absent: the same refusals as NVIDIA's library gives
// without an OpenGL context, an EGL display, or a VDPAU device.  A case makes several calls of a function, right and wrong ones, and shows that
// the refusals harm nothing.
import CConformance
import Glibc

func interopCases() {
  typealias Call = () throws -> cudaError_t
  /// The calls are answered with these codes in this order, and the device goes on.
  func refuses(_ function: String, _ what: String, _ calls: [(cudaError_t, Call)]) {
    test(function, .error, "refuses \(what), and the device goes on", source: "\(function), Returns; NVIDIA's answers where the other interface is absent", .alone) {
      try ok(cudaFree(nil))
      for (index, (wanted, call)) in calls.enumerated() { try expect(call(), wanted, "call \(index + 1)") }
      _ = try cudaGetLastError()
      let words = try Words(64, fill: 1)
      try ok(launch(basic.kernel("add"), dim(1), dim(64), words.pointer, Int32(64), Int32(1)))
      try words.expect(all: 2, "a kernel's words afterwards")
    }
  }
  let texture2D: UInt32 = 0x0DE1, invalid = cudaErrorInvalidValue, handle = cudaErrorInvalidResourceHandle, absent = cudaErrorOperatingSystem
  nonisolated(unsafe) var resource: cudaGraphicsResource_t?
  nonisolated(unsafe) var count: UInt32 = 0
  nonisolated(unsafe) var devices: Int32 = 0
  nonisolated(unsafe) var address: UnsafeMutableRawPointer?
  nonisolated(unsafe) var size = 0

  // MARK: OpenGL
  refuses("cudaGLGetDevices", "to list devices without an OpenGL context, and lists that are none", [
    (absent, { try cudaGLGetDevices(&count, &devices, 1, cudaGLDeviceListAll) }), (absent, { try cudaGLGetDevices(&count, nil, 1, cudaGLDeviceListAll) }),
    (invalid, { try cudaGLGetDevices(&count, &devices, 1, cudaGLDeviceList(rawValue: 9)) }),
  ])
  refuses("cudaGraphicsGLRegisterBuffer", "buffers without an OpenGL context, and what cannot be a buffer", [
    (absent, { try cudaGraphicsGLRegisterBuffer(&resource, 1, 0) }), (invalid, { try cudaGraphicsGLRegisterBuffer(nil, 1, 0) }),
    (invalid, { try cudaGraphicsGLRegisterBuffer(&resource, 1, 99) }), (invalid, { try cudaGraphicsGLRegisterBuffer(&resource, 0, 0) }),
  ])
  refuses("cudaGraphicsGLRegisterImage", "images without an OpenGL context, and what cannot be an image", [
    (absent, { try cudaGraphicsGLRegisterImage(&resource, 1, texture2D, 0) }), (invalid, { try cudaGraphicsGLRegisterImage(nil, 1, texture2D, 0) }),
    (invalid, { try cudaGraphicsGLRegisterImage(&resource, 1, 7, 0) }), (invalid, { try cudaGraphicsGLRegisterImage(&resource, 1, texture2D, 99) }),
  ])
  refuses("cudaGLSetGLDevice", "a device that is in use, and an ordinal that is none", [
    (cudaErrorSetOnActiveProcess, { try cudaGLSetGLDevice(0) }), (cudaErrorInvalidDevice, { try cudaGLSetGLDevice(99) }),
  ])
  refuses("cudaGLRegisterBufferObject", "buffers without an OpenGL context", [(absent, { try cudaGLRegisterBufferObject(1) })])
  refuses("cudaGLUnregisterBufferObject", "buffers without an OpenGL context", [(absent, { try cudaGLUnregisterBufferObject(1) })])
  refuses("cudaGLMapBufferObject", "buffers that are not registered", [(invalid, { try cudaGLMapBufferObject(&address, 1) }), (invalid, { try cudaGLMapBufferObject(nil, 1) })])
  refuses("cudaGLUnmapBufferObject", "buffers that are not registered", [(invalid, { try cudaGLUnmapBufferObject(1) })])
  refuses("cudaGLSetBufferObjectMapFlags", "buffers that are not registered", [(invalid, { try cudaGLSetBufferObjectMapFlags(1, 0) }), (invalid, { try cudaGLSetBufferObjectMapFlags(1, 9) })])
  refuses("cudaGLMapBufferObjectAsync", "buffers that are not registered", [(invalid, { try cudaGLMapBufferObjectAsync(&address, 1, nil) })])
  refuses("cudaGLUnmapBufferObjectAsync", "buffers that are not registered", [(invalid, { try cudaGLUnmapBufferObjectAsync(1, nil) })])

  // MARK: graphics resources, of which there are none
  let nothing: cudaGraphicsResource_t? = nil
  refuses("cudaGraphicsUnregisterResource", "what is no resource", [(handle, { try cudaGraphicsUnregisterResource(nothing) })])
  refuses("cudaGraphicsResourceSetMapFlags", "what is no resource", [(handle, { try cudaGraphicsResourceSetMapFlags(nothing, 0) }), (handle, { try cudaGraphicsResourceSetMapFlags(nothing, 99) })])
  refuses("cudaGraphicsMapResources", "no resources, and what is no resource", [
    (invalid, { resource = nil; return try cudaGraphicsMapResources(0, &resource, nil) }), (invalid, { try cudaGraphicsMapResources(0, nil, nil) }),
    (invalid, { try cudaGraphicsMapResources(1, nil, nil) }), (handle, { resource = nil; return try cudaGraphicsMapResources(1, &resource, nil) }),
    (handle, { resource = nil; return try cudaGraphicsMapResources(-1, &resource, nil) }),
  ])
  refuses("cudaGraphicsUnmapResources", "no resources, and what is no resource", [
    (invalid, { try cudaGraphicsUnmapResources(0, nil, nil) }), (handle, { resource = nil; return try cudaGraphicsUnmapResources(1, &resource, nil) }),
    (invalid, { try cudaGraphicsUnmapResources(1, nil, nil) }),
  ])
  refuses("cudaGraphicsResourceGetMappedPointer", "what is no resource", [(handle, { try cudaGraphicsResourceGetMappedPointer(&address, &size, nothing) })])
  nonisolated(unsafe) var array: cudaArray_t?
  nonisolated(unsafe) var mipmaps: cudaMipmappedArray_t?
  refuses("cudaGraphicsSubResourceGetMappedArray", "what is no resource", [(handle, { try cudaGraphicsSubResourceGetMappedArray(&array, nothing, 0, 0) })])
  refuses("cudaGraphicsResourceGetMappedMipmappedArray", "what is no resource", [(handle, { try cudaGraphicsResourceGetMappedMipmappedArray(&mipmaps, nothing) })])

  // MARK: EGL.  A stream handle that is not null would be followed by NVIDIA's library into EGL.
  nonisolated(unsafe) var connection: cudaEglStreamConnection?
  nonisolated(unsafe) var stream: cudaStream_t?
  nonisolated(unsafe) let frame = UnsafeMutablePointer<cudaEglFrame>.allocate(capacity: 1)
  frame.initialize(to: cudaEglFrame())
  let some = UnsafeMutableRawPointer(bitPattern: 1)
  refuses("cudaGraphicsEGLRegisterImage", "images without EGL, and what cannot be an image", [
    (cudaErrorUnknown, { try cudaGraphicsEGLRegisterImage(&resource, some, 0) }), (invalid, { try cudaGraphicsEGLRegisterImage(nil, some, 0) }),
    (invalid, { try cudaGraphicsEGLRegisterImage(&resource, some, 99) }),
  ])
  refuses("cudaEGLStreamConsumerConnect", "streams without EGL, and null pointers", [
    (cudaErrorUnknown, { try cudaEGLStreamConsumerConnect(&connection, some) }), (invalid, { try cudaEGLStreamConsumerConnect(nil, some) }),
    (handle, { try cudaEGLStreamConsumerConnect(&connection, nil) }),
  ])
  refuses("cudaEGLStreamConsumerConnectWithFlags", "streams without EGL, null pointers, and flags that are none", [
    (cudaErrorUnknown, { try cudaEGLStreamConsumerConnectWithFlags(&connection, some, 0) }), (invalid, { try cudaEGLStreamConsumerConnectWithFlags(&connection, some, 99) }),
    (invalid, { try cudaEGLStreamConsumerConnectWithFlags(nil, some, 0) }),
  ])
  refuses("cudaEGLStreamConsumerDisconnect", "what is no connection", [(handle, { try cudaEGLStreamConsumerDisconnect(nil) }), (handle, { connection = nil; return try cudaEGLStreamConsumerDisconnect(&connection) })])
  refuses("cudaEGLStreamConsumerAcquireFrame", "what is no connection", [
    (handle, { try cudaEGLStreamConsumerAcquireFrame(nil, &resource, &stream, 0) }), (handle, { connection = nil; return try cudaEGLStreamConsumerAcquireFrame(&connection, &resource, &stream, 0) }),
  ])
  refuses("cudaEGLStreamConsumerReleaseFrame", "what is no connection", [
    (handle, { try cudaEGLStreamConsumerReleaseFrame(nil, nothing, &stream) }), (handle, { connection = nil; return try cudaEGLStreamConsumerReleaseFrame(&connection, nothing, &stream) }),
  ])
  refuses("cudaEGLStreamProducerConnect", "streams without EGL, and null pointers", [
    (cudaErrorUnknown, { try cudaEGLStreamProducerConnect(&connection, some, 16, 16) }), (invalid, { try cudaEGLStreamProducerConnect(nil, some, 16, 16) }),
    (handle, { try cudaEGLStreamProducerConnect(&connection, nil, 16, 16) }),
  ])
  refuses("cudaEGLStreamProducerDisconnect", "what is no connection", [(handle, { try cudaEGLStreamProducerDisconnect(nil) }), (handle, { connection = nil; return try cudaEGLStreamProducerDisconnect(&connection) })])
  refuses("cudaEGLStreamProducerPresentFrame", "a frame whose channels cannot be", [
    (cudaErrorInvalidChannelDescriptor, { try cudaEGLStreamProducerPresentFrame(nil, frame.pointee, nil) }),
    (cudaErrorInvalidChannelDescriptor, { connection = nil; return try cudaEGLStreamProducerPresentFrame(&connection, frame.pointee, nil) }),
  ])
  refuses("cudaEGLStreamProducerReturnFrame", "what is no connection", [
    (handle, { try cudaEGLStreamProducerReturnFrame(nil, frame, &stream) }), (handle, { connection = nil; return try cudaEGLStreamProducerReturnFrame(&connection, frame, &stream) }),
  ])
  refuses("cudaGraphicsResourceGetMappedEglFrame", "what is no resource", [(handle, { try cudaGraphicsResourceGetMappedEglFrame(frame, nothing, 0, 0) })])
  nonisolated(unsafe) var event: cudaEvent_t?
  refuses("cudaEventCreateFromEGLSync", "every synchronisation object, since that is not supported on this system", [
    (cudaErrorNotSupported, { try cudaEventCreateFromEGLSync(&event, some, 0) }), (cudaErrorNotSupported, { try cudaEventCreateFromEGLSync(nil, some, 0) }),
    (cudaErrorNotSupported, { try cudaEventCreateFromEGLSync(&event, some, 99) }),
  ])

  // MARK: VDPAU: a device whose functions cannot be found
  // int getProcAddress(device, function, place): answers that there is none.
  let getProcAddress: @convention(c) (UInt32, UInt32, UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 = { _, _, place in place?.pointee = nil; return 1 }
  nonisolated(unsafe) let lookup = unsafeBitCast(getProcAddress, to: UnsafeMutableRawPointer.self)
  refuses("cudaVDPAUGetDevice", "a device that is none of VDPAU's, and no way to ask it", [
    (cudaErrorUnknown, { try cudaVDPAUGetDevice(&devices, 1, lookup) }), (invalid, { try cudaVDPAUGetDevice(&devices, 1, nil) }),
  ])
  refuses("cudaVDPAUSetVDPAUDevice", "an ordinal that is none", [(cudaErrorInvalidDevice, { try cudaVDPAUSetVDPAUDevice(99, 1, lookup) })])
  refuses("cudaGraphicsVDPAURegisterVideoSurface", "surfaces where no VDPAU device was set", [
    (cudaErrorDeviceUninitialized, { try cudaGraphicsVDPAURegisterVideoSurface(&resource, 1, 0) }), (cudaErrorDeviceUninitialized, { try cudaGraphicsVDPAURegisterVideoSurface(nil, 1, 0) }),
  ])
  refuses("cudaGraphicsVDPAURegisterOutputSurface", "surfaces where no VDPAU device was set", [
    (cudaErrorDeviceUninitialized, { try cudaGraphicsVDPAURegisterOutputSurface(&resource, 1, 0) }), (cudaErrorDeviceUninitialized, { try cudaGraphicsVDPAURegisterOutputSurface(nil, 1, 0) }),
  ])
}
