// Every error of the Runtime API, declared once: number, name, and the text that cudaGetErrorString gives.
// Source: enum cudaError of CUDA 13's driver_types.h; numbers, names and texts agree with what libcudart.so.13 answers
// (the same numbers serve CUDA 12, whose enum is a subset).

/// One row of the table.  Both strings are NUL-terminated and live for ever, as the C functions that return them promise.
struct ErrorRow: Sendable {
  let code: Int32
  let name: StaticString
  let text: StaticString
  /// The first CUDA that knows the number.
  var since = 12
}

/// Sorted by code.
let errorTable: [ErrorRow] = [
  .init(code: 0, name: "cudaSuccess", text: "no error"),
  .init(code: 1, name: "cudaErrorInvalidValue", text: "invalid argument"),
  .init(code: 2, name: "cudaErrorMemoryAllocation", text: "out of memory"),
  .init(code: 3, name: "cudaErrorInitializationError", text: "initialization error"),
  .init(code: 4, name: "cudaErrorCudartUnloading", text: "driver shutting down"),
  .init(code: 5, name: "cudaErrorProfilerDisabled", text: "profiler disabled while using external profiling tool"),
  .init(code: 6, name: "cudaErrorProfilerNotInitialized", text: "profiler not initialized: call cudaProfilerInitialize()"),
  .init(code: 7, name: "cudaErrorProfilerAlreadyStarted", text: "profiler already started"),
  .init(code: 8, name: "cudaErrorProfilerAlreadyStopped", text: "profiler already stopped"),
  .init(code: 9, name: "cudaErrorInvalidConfiguration", text: "invalid configuration argument"),
  .init(code: 10, name: "cudaErrorVersionTranslation", text: "Driver is newer than runtime and returned parameters the runtime cannot process", since: 13),
  .init(code: 12, name: "cudaErrorInvalidPitchValue", text: "invalid pitch argument"),
  .init(code: 13, name: "cudaErrorInvalidSymbol", text: "invalid device symbol"),
  .init(code: 16, name: "cudaErrorInvalidHostPointer", text: "invalid host pointer"),
  .init(code: 17, name: "cudaErrorInvalidDevicePointer", text: "invalid device pointer"),
  .init(code: 18, name: "cudaErrorInvalidTexture", text: "invalid texture reference"),
  .init(code: 19, name: "cudaErrorInvalidTextureBinding", text: "texture is not bound to a pointer"),
  .init(code: 20, name: "cudaErrorInvalidChannelDescriptor", text: "invalid channel descriptor"),
  .init(code: 21, name: "cudaErrorInvalidMemcpyDirection", text: "invalid copy direction for memcpy"),
  .init(code: 22, name: "cudaErrorAddressOfConstant", text: "invalid address of constant"),
  .init(code: 23, name: "cudaErrorTextureFetchFailed", text: "fetch from texture failed"),
  .init(code: 24, name: "cudaErrorTextureNotBound", text: "cannot fetch from a texture that is not bound"),
  .init(code: 25, name: "cudaErrorSynchronizationError", text: "incorrect use of __syncthreads()"),
  .init(code: 26, name: "cudaErrorInvalidFilterSetting", text: "linear filtering not supported for non-float type"),
  .init(code: 27, name: "cudaErrorInvalidNormSetting", text: "read as normalized float not supported for data type"),
  .init(code: 28, name: "cudaErrorMixedDeviceExecution", text: "device emulation mode and device execution mode cannot be mixed"),
  .init(code: 31, name: "cudaErrorNotYetImplemented", text: "feature not yet implemented"),
  .init(code: 32, name: "cudaErrorMemoryValueTooLarge", text: "memory size or pointer value too large to fit in 32 bit"),
  .init(code: 34, name: "cudaErrorStubLibrary", text: "CUDA driver is a stub library"),
  .init(code: 35, name: "cudaErrorInsufficientDriver", text: "CUDA driver version is insufficient for CUDA runtime version"),
  .init(code: 36, name: "cudaErrorCallRequiresNewerDriver", text: "API call is not supported in the installed CUDA driver"),
  .init(code: 37, name: "cudaErrorInvalidSurface", text: "invalid surface reference"),
  .init(code: 43, name: "cudaErrorDuplicateVariableName", text: "duplicate global variable looked up by string name"),
  .init(code: 44, name: "cudaErrorDuplicateTextureName", text: "duplicate texture looked up by string name"),
  .init(code: 45, name: "cudaErrorDuplicateSurfaceName", text: "duplicate surface looked up by string name"),
  .init(code: 46, name: "cudaErrorDevicesUnavailable", text: "CUDA-capable device(s) is/are busy or unavailable"),
  .init(code: 49, name: "cudaErrorIncompatibleDriverContext", text: "incompatible driver context"),
  .init(code: 52, name: "cudaErrorMissingConfiguration", text: "__global__ function call is not configured"),
  .init(code: 53, name: "cudaErrorPriorLaunchFailure", text: "unspecified launch failure in prior launch"),
  .init(code: 65, name: "cudaErrorLaunchMaxDepthExceeded", text: "launch would exceed maximum depth of nested launches"),
  .init(code: 66, name: "cudaErrorLaunchFileScopedTex", text: "launch failed because kernel uses unsupported, file-scoped textures (texture objects are supported)"),
  .init(code: 67, name: "cudaErrorLaunchFileScopedSurf", text: "launch failed because kernel uses unsupported, file-scoped surfaces (surface objects are supported)"),
  .init(code: 68, name: "cudaErrorSyncDepthExceeded", text: "cudaDeviceSynchronize failed because caller's grid depth exceeds cudaLimitDevRuntimeSyncDepth"),
  .init(code: 69, name: "cudaErrorLaunchPendingCountExceeded", text: "launch failed because launch would exceed cudaLimitDevRuntimePendingLaunchCount"),
  .init(code: 98, name: "cudaErrorInvalidDeviceFunction", text: "invalid device function"),
  .init(code: 100, name: "cudaErrorNoDevice", text: "no CUDA-capable device is detected"),
  .init(code: 101, name: "cudaErrorInvalidDevice", text: "invalid device ordinal"),
  .init(code: 102, name: "cudaErrorDeviceNotLicensed", text: "device doesn't have valid Grid license"),
  .init(code: 103, name: "cudaErrorSoftwareValidityNotEstablished", text: "integrity checks failed"),
  .init(code: 127, name: "cudaErrorStartupFailure", text: "startup failure in cuda runtime"),
  .init(code: 200, name: "cudaErrorInvalidKernelImage", text: "device kernel image is invalid"),
  .init(code: 201, name: "cudaErrorDeviceUninitialized", text: "invalid device context"),
  .init(code: 205, name: "cudaErrorMapBufferObjectFailed", text: "mapping of buffer object failed"),
  .init(code: 206, name: "cudaErrorUnmapBufferObjectFailed", text: "unmapping of buffer object failed"),
  .init(code: 207, name: "cudaErrorArrayIsMapped", text: "array is mapped"),
  .init(code: 208, name: "cudaErrorAlreadyMapped", text: "resource already mapped"),
  .init(code: 209, name: "cudaErrorNoKernelImageForDevice", text: "no kernel image is available for execution on the device"),
  .init(code: 210, name: "cudaErrorAlreadyAcquired", text: "resource already acquired"),
  .init(code: 211, name: "cudaErrorNotMapped", text: "resource not mapped"),
  .init(code: 212, name: "cudaErrorNotMappedAsArray", text: "resource not mapped as array"),
  .init(code: 213, name: "cudaErrorNotMappedAsPointer", text: "resource not mapped as pointer"),
  .init(code: 214, name: "cudaErrorECCUncorrectable", text: "uncorrectable ECC error encountered"),
  .init(code: 215, name: "cudaErrorUnsupportedLimit", text: "limit is not supported on this architecture"),
  .init(code: 216, name: "cudaErrorDeviceAlreadyInUse", text: "exclusive-thread device already in use by a different thread"),
  .init(code: 217, name: "cudaErrorPeerAccessUnsupported", text: "peer access is not supported between these two devices"),
  .init(code: 218, name: "cudaErrorInvalidPtx", text: "a PTX JIT compilation failed"),
  .init(code: 219, name: "cudaErrorInvalidGraphicsContext", text: "invalid OpenGL or DirectX context"),
  .init(code: 220, name: "cudaErrorNvlinkUncorrectable", text: "uncorrectable NVLink error detected during the execution"),
  .init(code: 221, name: "cudaErrorJitCompilerNotFound", text: "PTX JIT compiler library not found"),
  .init(code: 222, name: "cudaErrorUnsupportedPtxVersion", text: "the provided PTX was compiled with an unsupported toolchain."),
  .init(code: 223, name: "cudaErrorJitCompilationDisabled", text: "PTX JIT compilation was disabled"),
  .init(code: 224, name: "cudaErrorUnsupportedExecAffinity", text: "the provided execution affinity is not supported"),
  .init(code: 225, name: "cudaErrorUnsupportedDevSideSync", text: "the provided PTX contains unsupported call to cudaDeviceSynchronize"),
  .init(code: 226, name: "cudaErrorContained", text: "Invalid access of peer GPU memory over nvlink or a hardware error"),
  .init(code: 227, name: "cudaErrorInsufficientLoaderVersion", text: "Loader version is insufficient for fatbin", since: 13),
  .init(code: 300, name: "cudaErrorInvalidSource", text: "device kernel image is invalid"),
  .init(code: 301, name: "cudaErrorFileNotFound", text: "file not found"),
  .init(code: 302, name: "cudaErrorSharedObjectSymbolNotFound", text: "shared object symbol not found"),
  .init(code: 303, name: "cudaErrorSharedObjectInitFailed", text: "shared object initialization failed"),
  .init(code: 304, name: "cudaErrorOperatingSystem", text: "OS call failed or operation not supported on this OS"),
  .init(code: 400, name: "cudaErrorInvalidResourceHandle", text: "invalid resource handle"),
  .init(code: 401, name: "cudaErrorIllegalState", text: "the operation cannot be performed in the present state"),
  .init(code: 402, name: "cudaErrorLossyQuery", text: "attempted introspection would be semantically lossy"),
  .init(code: 500, name: "cudaErrorSymbolNotFound", text: "named symbol not found"),
  .init(code: 600, name: "cudaErrorNotReady", text: "device not ready"),
  .init(code: 700, name: "cudaErrorIllegalAddress", text: "an illegal memory access was encountered"),
  .init(code: 701, name: "cudaErrorLaunchOutOfResources", text: "too many resources requested for launch"),
  .init(code: 702, name: "cudaErrorLaunchTimeout", text: "the launch timed out and was terminated"),
  .init(code: 703, name: "cudaErrorLaunchIncompatibleTexturing", text: "launch uses incompatible texturing mode"),
  .init(code: 704, name: "cudaErrorPeerAccessAlreadyEnabled", text: "peer access is already enabled"),
  .init(code: 705, name: "cudaErrorPeerAccessNotEnabled", text: "peer access has not been enabled"),
  .init(code: 708, name: "cudaErrorSetOnActiveProcess", text: "cannot set while device is active in this process"),
  .init(code: 709, name: "cudaErrorContextIsDestroyed", text: "context is destroyed"),
  .init(code: 710, name: "cudaErrorAssert", text: "device-side assert triggered"),
  .init(code: 711, name: "cudaErrorTooManyPeers", text: "peer mapping resources exhausted"),
  .init(code: 712, name: "cudaErrorHostMemoryAlreadyRegistered", text: "part or all of the requested memory range is already mapped"),
  .init(code: 713, name: "cudaErrorHostMemoryNotRegistered", text: "pointer does not correspond to a registered memory region"),
  .init(code: 714, name: "cudaErrorHardwareStackError", text: "hardware stack error"),
  .init(code: 715, name: "cudaErrorIllegalInstruction", text: "an illegal instruction was encountered"),
  .init(code: 716, name: "cudaErrorMisalignedAddress", text: "misaligned address"),
  .init(code: 717, name: "cudaErrorInvalidAddressSpace", text: "operation not supported on global/shared address space"),
  .init(code: 718, name: "cudaErrorInvalidPc", text: "invalid program counter"),
  .init(code: 719, name: "cudaErrorLaunchFailure", text: "unspecified launch failure"),
  .init(code: 720, name: "cudaErrorCooperativeLaunchTooLarge", text: "too many blocks in cooperative launch"),
  .init(code: 721, name: "cudaErrorTensorMemoryLeak", text: "tensor memory not completely freed"),
  .init(code: 800, name: "cudaErrorNotPermitted", text: "operation not permitted"),
  .init(code: 801, name: "cudaErrorNotSupported", text: "operation not supported"),
  .init(code: 802, name: "cudaErrorSystemNotReady", text: "system not yet initialized"),
  .init(code: 803, name: "cudaErrorSystemDriverMismatch", text: "system has unsupported display driver / cuda driver combination"),
  .init(code: 804, name: "cudaErrorCompatNotSupportedOnDevice", text: "forward compatibility was attempted on non supported HW"),
  .init(code: 805, name: "cudaErrorMpsConnectionFailed", text: "MPS client failed to connect to the MPS control daemon or the MPS server"),
  .init(code: 806, name: "cudaErrorMpsRpcFailure", text: "the remote procedural call between the MPS server and the MPS client failed"),
  .init(code: 807, name: "cudaErrorMpsServerNotReady", text: "MPS server is not ready to accept new MPS client requests"),
  .init(code: 808, name: "cudaErrorMpsMaxClientsReached", text: "the hardware resources required to create MPS client have been exhausted"),
  .init(code: 809, name: "cudaErrorMpsMaxConnectionsReached", text: "the hardware resources required to support device connections have been exhausted"),
  .init(code: 810, name: "cudaErrorMpsClientTerminated", text: "the MPS client has been terminated by the server"),
  .init(code: 811, name: "cudaErrorCdpNotSupported", text: "is using CUDA Dynamic Parallelism, but the current configuration, like MPS, does not support it"),
  .init(code: 812, name: "cudaErrorCdpVersionMismatch", text: "unsupported interaction between different versions of CUDA Dynamic Parallelism"),
  .init(code: 900, name: "cudaErrorStreamCaptureUnsupported", text: "operation not permitted when stream is capturing"),
  .init(code: 901, name: "cudaErrorStreamCaptureInvalidated", text: "operation failed due to a previous error during capture"),
  .init(code: 902, name: "cudaErrorStreamCaptureMerge", text: "operation would result in a merge of separate capture sequences"),
  .init(code: 903, name: "cudaErrorStreamCaptureUnmatched", text: "capture was not ended in the same stream as it began"),
  .init(code: 904, name: "cudaErrorStreamCaptureUnjoined", text: "capturing stream has unjoined work"),
  .init(code: 905, name: "cudaErrorStreamCaptureIsolation", text: "dependency created on uncaptured work in another stream"),
  .init(code: 906, name: "cudaErrorStreamCaptureImplicit", text: "operation would make the legacy stream depend on a capturing blocking stream"),
  .init(code: 907, name: "cudaErrorCapturedEvent", text: "operation not permitted on an event last recorded in a capturing stream"),
  .init(code: 908, name: "cudaErrorStreamCaptureWrongThread", text: "attempt to terminate a thread-local capture sequence from another thread"),
  .init(code: 909, name: "cudaErrorTimeout", text: "wait operation timed out"),
  .init(code: 910, name: "cudaErrorGraphExecUpdateFailure", text: "the graph update was not performed because it included changes which violated constraints specific to instantiated graph update"),
  .init(code: 911, name: "cudaErrorExternalDevice", text: "an async error has occured in external entity outside of CUDA"),
  .init(code: 912, name: "cudaErrorInvalidClusterSize", text: "a kernel launch error has occurred due to cluster misconfiguration"),
  .init(code: 913, name: "cudaErrorFunctionNotLoaded", text: "the function handle is not loaded when calling an API that requires a loaded function"),
  .init(code: 914, name: "cudaErrorInvalidResourceType", text: "one or more resources passed in are not valid resource types for the operation"),
  .init(code: 915, name: "cudaErrorInvalidResourceConfiguration", text: "one or more resources are insufficient or non-applicable for the operation"),
  .init(code: 917, name: "cudaErrorStreamDetached", text: "API call not permitted since the green context associated with the stream has been destroyed", since: 13),
  .init(code: 918, name: "cudaErrorGraphRecaptureFailure", text: "recapturing to the source graph failed and had to be terminated", since: 13),
  .init(code: 919, name: "cudaErrorFabricNotReady", text: "GPU fabric is not ready within the probe wait budget; application may retry (see CUDA_FABRIC_INIT_TIMEOUT_MS)", since: 13),
  .init(code: 999, name: "cudaErrorUnknown", text: "unknown error"),
  .init(code: 10000, name: "cudaErrorApiFailureBase", text: "api failure base"),
]

extension CUDAError {
  public static let success = CUDAError(rawValue: 0)
  public static let invalidValue = CUDAError(rawValue: 1)
  public static let memoryAllocation = CUDAError(rawValue: 2)
  public static let initializationError = CUDAError(rawValue: 3)
  public static let cudartUnloading = CUDAError(rawValue: 4)
  public static let profilerDisabled = CUDAError(rawValue: 5)
  public static let profilerNotInitialized = CUDAError(rawValue: 6)
  public static let profilerAlreadyStarted = CUDAError(rawValue: 7)
  public static let profilerAlreadyStopped = CUDAError(rawValue: 8)
  public static let invalidConfiguration = CUDAError(rawValue: 9)
  public static let versionTranslation = CUDAError(rawValue: 10)
  public static let invalidPitchValue = CUDAError(rawValue: 12)
  public static let invalidSymbol = CUDAError(rawValue: 13)
  public static let invalidHostPointer = CUDAError(rawValue: 16)
  public static let invalidDevicePointer = CUDAError(rawValue: 17)
  public static let invalidTexture = CUDAError(rawValue: 18)
  public static let invalidTextureBinding = CUDAError(rawValue: 19)
  public static let invalidChannelDescriptor = CUDAError(rawValue: 20)
  public static let invalidMemcpyDirection = CUDAError(rawValue: 21)
  public static let addressOfConstant = CUDAError(rawValue: 22)
  public static let textureFetchFailed = CUDAError(rawValue: 23)
  public static let textureNotBound = CUDAError(rawValue: 24)
  public static let synchronizationError = CUDAError(rawValue: 25)
  public static let invalidFilterSetting = CUDAError(rawValue: 26)
  public static let invalidNormSetting = CUDAError(rawValue: 27)
  public static let mixedDeviceExecution = CUDAError(rawValue: 28)
  public static let notYetImplemented = CUDAError(rawValue: 31)
  public static let memoryValueTooLarge = CUDAError(rawValue: 32)
  public static let stubLibrary = CUDAError(rawValue: 34)
  public static let insufficientDriver = CUDAError(rawValue: 35)
  public static let callRequiresNewerDriver = CUDAError(rawValue: 36)
  public static let invalidSurface = CUDAError(rawValue: 37)
  public static let duplicateVariableName = CUDAError(rawValue: 43)
  public static let duplicateTextureName = CUDAError(rawValue: 44)
  public static let duplicateSurfaceName = CUDAError(rawValue: 45)
  public static let devicesUnavailable = CUDAError(rawValue: 46)
  public static let incompatibleDriverContext = CUDAError(rawValue: 49)
  public static let missingConfiguration = CUDAError(rawValue: 52)
  public static let priorLaunchFailure = CUDAError(rawValue: 53)
  public static let launchMaxDepthExceeded = CUDAError(rawValue: 65)
  public static let launchFileScopedTex = CUDAError(rawValue: 66)
  public static let launchFileScopedSurf = CUDAError(rawValue: 67)
  public static let syncDepthExceeded = CUDAError(rawValue: 68)
  public static let launchPendingCountExceeded = CUDAError(rawValue: 69)
  public static let invalidDeviceFunction = CUDAError(rawValue: 98)
  public static let noDevice = CUDAError(rawValue: 100)
  public static let invalidDevice = CUDAError(rawValue: 101)
  public static let deviceNotLicensed = CUDAError(rawValue: 102)
  public static let softwareValidityNotEstablished = CUDAError(rawValue: 103)
  public static let startupFailure = CUDAError(rawValue: 127)
  public static let invalidKernelImage = CUDAError(rawValue: 200)
  public static let deviceUninitialized = CUDAError(rawValue: 201)
  public static let mapBufferObjectFailed = CUDAError(rawValue: 205)
  public static let unmapBufferObjectFailed = CUDAError(rawValue: 206)
  public static let arrayIsMapped = CUDAError(rawValue: 207)
  public static let alreadyMapped = CUDAError(rawValue: 208)
  public static let noKernelImageForDevice = CUDAError(rawValue: 209)
  public static let alreadyAcquired = CUDAError(rawValue: 210)
  public static let notMapped = CUDAError(rawValue: 211)
  public static let notMappedAsArray = CUDAError(rawValue: 212)
  public static let notMappedAsPointer = CUDAError(rawValue: 213)
  public static let eccUncorrectable = CUDAError(rawValue: 214)
  public static let unsupportedLimit = CUDAError(rawValue: 215)
  public static let deviceAlreadyInUse = CUDAError(rawValue: 216)
  public static let peerAccessUnsupported = CUDAError(rawValue: 217)
  public static let invalidPtx = CUDAError(rawValue: 218)
  public static let invalidGraphicsContext = CUDAError(rawValue: 219)
  public static let nvlinkUncorrectable = CUDAError(rawValue: 220)
  public static let jitCompilerNotFound = CUDAError(rawValue: 221)
  public static let unsupportedPtxVersion = CUDAError(rawValue: 222)
  public static let jitCompilationDisabled = CUDAError(rawValue: 223)
  public static let unsupportedExecAffinity = CUDAError(rawValue: 224)
  public static let unsupportedDevSideSync = CUDAError(rawValue: 225)
  public static let contained = CUDAError(rawValue: 226)
  public static let insufficientLoaderVersion = CUDAError(rawValue: 227)
  public static let invalidSource = CUDAError(rawValue: 300)
  public static let fileNotFound = CUDAError(rawValue: 301)
  public static let sharedObjectSymbolNotFound = CUDAError(rawValue: 302)
  public static let sharedObjectInitFailed = CUDAError(rawValue: 303)
  public static let operatingSystem = CUDAError(rawValue: 304)
  public static let invalidResourceHandle = CUDAError(rawValue: 400)
  public static let illegalState = CUDAError(rawValue: 401)
  public static let lossyQuery = CUDAError(rawValue: 402)
  public static let symbolNotFound = CUDAError(rawValue: 500)
  public static let notReady = CUDAError(rawValue: 600)
  public static let illegalAddress = CUDAError(rawValue: 700)
  public static let launchOutOfResources = CUDAError(rawValue: 701)
  public static let launchTimeout = CUDAError(rawValue: 702)
  public static let launchIncompatibleTexturing = CUDAError(rawValue: 703)
  public static let peerAccessAlreadyEnabled = CUDAError(rawValue: 704)
  public static let peerAccessNotEnabled = CUDAError(rawValue: 705)
  public static let setOnActiveProcess = CUDAError(rawValue: 708)
  public static let contextIsDestroyed = CUDAError(rawValue: 709)
  public static let assert = CUDAError(rawValue: 710)
  public static let tooManyPeers = CUDAError(rawValue: 711)
  public static let hostMemoryAlreadyRegistered = CUDAError(rawValue: 712)
  public static let hostMemoryNotRegistered = CUDAError(rawValue: 713)
  public static let hardwareStackError = CUDAError(rawValue: 714)
  public static let illegalInstruction = CUDAError(rawValue: 715)
  public static let misalignedAddress = CUDAError(rawValue: 716)
  public static let invalidAddressSpace = CUDAError(rawValue: 717)
  public static let invalidPc = CUDAError(rawValue: 718)
  public static let launchFailure = CUDAError(rawValue: 719)
  public static let cooperativeLaunchTooLarge = CUDAError(rawValue: 720)
  public static let tensorMemoryLeak = CUDAError(rawValue: 721)
  public static let notPermitted = CUDAError(rawValue: 800)
  public static let notSupported = CUDAError(rawValue: 801)
  public static let systemNotReady = CUDAError(rawValue: 802)
  public static let systemDriverMismatch = CUDAError(rawValue: 803)
  public static let compatNotSupportedOnDevice = CUDAError(rawValue: 804)
  public static let mpsConnectionFailed = CUDAError(rawValue: 805)
  public static let mpsRpcFailure = CUDAError(rawValue: 806)
  public static let mpsServerNotReady = CUDAError(rawValue: 807)
  public static let mpsMaxClientsReached = CUDAError(rawValue: 808)
  public static let mpsMaxConnectionsReached = CUDAError(rawValue: 809)
  public static let mpsClientTerminated = CUDAError(rawValue: 810)
  public static let cdpNotSupported = CUDAError(rawValue: 811)
  public static let cdpVersionMismatch = CUDAError(rawValue: 812)
  public static let streamCaptureUnsupported = CUDAError(rawValue: 900)
  public static let streamCaptureInvalidated = CUDAError(rawValue: 901)
  public static let streamCaptureMerge = CUDAError(rawValue: 902)
  public static let streamCaptureUnmatched = CUDAError(rawValue: 903)
  public static let streamCaptureUnjoined = CUDAError(rawValue: 904)
  public static let streamCaptureIsolation = CUDAError(rawValue: 905)
  public static let streamCaptureImplicit = CUDAError(rawValue: 906)
  public static let capturedEvent = CUDAError(rawValue: 907)
  public static let streamCaptureWrongThread = CUDAError(rawValue: 908)
  public static let timeout = CUDAError(rawValue: 909)
  public static let graphExecUpdateFailure = CUDAError(rawValue: 910)
  public static let externalDevice = CUDAError(rawValue: 911)
  public static let invalidClusterSize = CUDAError(rawValue: 912)
  public static let functionNotLoaded = CUDAError(rawValue: 913)
  public static let invalidResourceType = CUDAError(rawValue: 914)
  public static let invalidResourceConfiguration = CUDAError(rawValue: 915)
  public static let streamDetached = CUDAError(rawValue: 917)
  public static let graphRecaptureFailure = CUDAError(rawValue: 918)
  public static let fabricNotReady = CUDAError(rawValue: 919)
  public static let unknown = CUDAError(rawValue: 999)
}
