// What else devices are asked: choice, links and atomics, notifications, texture widths; entry points of the driver.
import CConformance
import Glibc

func deviceQueryCases() {
  test("cudaChooseDevice", .success, "chooses a device for any wish", source: "cudaChooseDevice") {
    var device: Int32 = -1
    if abi == 12 {
      var wish = cudaDeviceProp_12()
      try ok(cudaChooseDevice_12(&device, &wish))
      try check(device >= 0, "a device")
      wish.major = 99
      device = -1
      try ok(cudaChooseDevice_12(&device, &wish))
    } else {
      var wish = cudaDeviceProp()
      try ok(cudaChooseDevice(&device, &wish))
      try check(device >= 0, "a device")
      wish.major = 99
      device = -1
      try ok(cudaChooseDevice(&device, &wish))
    }
    try check(device >= 0, "a device for what none has")
  }
  test("cudaChooseDevice", .error, "refuses null", source: "cudaChooseDevice, Returns: cudaErrorInvalidValue") {
    var device: Int32 = -1
    if abi == 12 {
      var wish = cudaDeviceProp_12()
      try fails(cudaChooseDevice_12(nil, &wish), cudaErrorInvalidValue)
      try fails(cudaChooseDevice_12(&device, nil), cudaErrorInvalidValue)
    } else {
      var wish = cudaDeviceProp()
      try fails(cudaChooseDevice(nil, &wish), cudaErrorInvalidValue)
      try fails(cudaChooseDevice(&device, nil), cudaErrorInvalidValue)
    }
  }
  test("cudaSetValidDevices", .interaction, "gives its first device to a thread that chose none", source: "cudaSetValidDevices", touches: ["cudaGetDevice"], .alone) {
    var count: Int32 = 0
    try ok(cudaGetDeviceCount(&count))
    var list = [count - 1]
    try ok(cudaSetValidDevices(&list, 1))
    var now: Int32 = -1
    try ok(cudaGetDevice(&now))
    try equal(now, count - 1, "the current device")
    try ok(cudaSetValidDevices(nil, 0))
  }
  test("cudaSetValidDevices", .error, "refuses devices that are none and lists that are too long", source: "cudaSetValidDevices") {
    var count: Int32 = 0
    try ok(cudaGetDeviceCount(&count))
    var list = [Int32](repeating: 0, count: Int(count) + 1)
    try fails(cudaSetValidDevices(&list, count + 1), cudaErrorInvalidValue)
    try fails(cudaSetValidDevices(nil, 1), cudaErrorInvalidValue)
    list[0] = count
    try fails(cudaSetValidDevices(&list, 1), cudaErrorInvalidDevice)
  }
  test("cudaDeviceGetP2PAttribute", .error, "refuses a device with itself, and null", source: "cudaDeviceGetP2PAttribute") {
    var value: Int32 = -1
    try fails(cudaDeviceGetP2PAttribute(&value, cudaDevP2PAttrAccessSupported, 0, 0), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetP2PAttribute(&value, cudaDevP2PAttrAccessSupported, 0, 99), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetP2PAttribute(nil, cudaDevP2PAttrAccessSupported, 0, 0), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetP2PAttribute", .interaction, "agrees with cudaDeviceCanAccessPeer", source: "cudaDeviceGetP2PAttribute", touches: ["cudaDeviceCanAccessPeer"]) {
    try needsDevices(2)
    var value: Int32 = -1, can: Int32 = -2
    try ok(cudaDeviceGetP2PAttribute(&value, cudaDevP2PAttrAccessSupported, 0, 1))
    try ok(cudaDeviceCanAccessPeer(&can, 0, 1))
    try equal(value, can, "access")
  }
  test("cudaDeviceGetHostAtomicCapabilities", .success, "answers for every operation, and for all that is native where the device says so", source: "cudaDeviceGetHostAtomicCapabilities") {
    var operations = (0...12).map { cudaAtomicOperation(rawValue: $0) }
    var answers = [UInt32](repeating: .max, count: 13)
    try ok(cudaDeviceGetHostAtomicCapabilities(&answers, &operations, 13, 0))
    try check(answers.allSatisfy { $0 < 128 }, "bits that are known, got \(answers)")
    let native = try attribute(cudaDevAttrHostNativeAtomicSupported)
    try check(native == 0 || answers[0] != 0, "addition where all operations are native")
  }
  test("cudaDeviceGetHostAtomicCapabilities", .error, "refuses null, nothing, and what is no operation or device", source: "cudaDeviceGetHostAtomicCapabilities") {
    var operations = [cudaAtomicOperation(rawValue: 0), cudaAtomicOperation(rawValue: 99)], answers: [UInt32] = [0, 0]
    try fails(cudaDeviceGetHostAtomicCapabilities(nil, &operations, 1, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetHostAtomicCapabilities(&answers, nil, 1, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetHostAtomicCapabilities(&answers, &operations, 0, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetHostAtomicCapabilities(&answers, &operations, 2, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetHostAtomicCapabilities(&answers, &operations, 1, 99), cudaErrorInvalidDevice)
  }
  test("cudaDeviceGetP2PAtomicCapabilities", .error, "refuses a device with itself and devices that are none", source: "cudaDeviceGetP2PAtomicCapabilities") {
    var operations = [cudaAtomicOperation(rawValue: 0)], answers: [UInt32] = [0]
    try fails(cudaDeviceGetP2PAtomicCapabilities(&answers, &operations, 1, 0, 0), cudaErrorInvalidDevice)
    try fails(cudaDeviceGetP2PAtomicCapabilities(&answers, &operations, 1, 0, 99), cudaErrorInvalidDevice)
  }
  test("cudaDeviceGetTexture1DLinearMaxWidth", .success, "is at least what the device says of all formats", source: "cudaDeviceGetTexture1DLinearMaxWidth", touches: ["cudaDeviceGetAttribute"]) {
    var format = cudaChannelFormatDesc(x: 32, y: 32, z: 32, w: 32, f: cudaChannelFormatKindFloat), width = 0
    try ok(cudaDeviceGetTexture1DLinearMaxWidth(&width, &format, 0))
    try check(width >= (try attribute(cudaDevAttrMaxTexture1DLinearWidth)) && width > 0, "elements of 16 bytes")
  }
  test("cudaDeviceGetTexture1DLinearMaxWidth", .error, "refuses null and what is no device", source: "cudaDeviceGetTexture1DLinearMaxWidth, Returns") {
    var format = cudaChannelFormatDesc(x: 8, y: 0, z: 0, w: 0, f: cudaChannelFormatKindUnsigned), width = 0
    try fails(cudaDeviceGetTexture1DLinearMaxWidth(nil, &format, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetTexture1DLinearMaxWidth(&width, nil, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetTexture1DLinearMaxWidth(&width, &format, 99), cudaErrorInvalidDevice)
  }
  test("cudaDeviceRegisterAsyncNotification", .success, "gives a handle that is taken back once", source: "cudaDeviceRegisterAsyncNotification", touches: ["cudaDeviceUnregisterAsyncNotification"]) {
    var handle: cudaAsyncCallbackHandle_t?
    try ok(cudaDeviceRegisterAsyncNotification(0, { _, _, _ in }, nil, &handle))
    try check(handle != nil, "a handle")
    try ok(cudaDeviceUnregisterAsyncNotification(0, handle))
  }
  test("cudaDeviceRegisterAsyncNotification", .error, "refuses no function and no device", source: "cudaDeviceRegisterAsyncNotification, Returns") {
    var handle: cudaAsyncCallbackHandle_t?
    try fails(cudaDeviceRegisterAsyncNotification(0, nil, nil, &handle), cudaErrorInvalidValue)
    try fails(cudaDeviceRegisterAsyncNotification(99, { _, _, _ in }, nil, &handle), cudaErrorInvalidDevice)
  }
  test("cudaDeviceUnregisterAsyncNotification", .error, "refuses null", source: "cudaDeviceUnregisterAsyncNotification, Returns: cudaErrorInvalidValue") {
    try fails(cudaDeviceUnregisterAsyncNotification(0, nil), cudaErrorInvalidValue)
  }
  test("cudaDeviceGetNvSciSyncAttributes", .error, "says what is wrong with its arguments, and that there is no NvSciSync", source: "cudaDeviceGetNvSciSyncAttributes") {
    let list = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
    memset(list, 0, 4096)
    try fails(cudaDeviceGetNvSciSyncAttributes(nil, 0, 1), cudaErrorInvalidResourceHandle)
    try fails(cudaDeviceGetNvSciSyncAttributes(list, 0, 0), cudaErrorInvalidValue)
    try fails(cudaDeviceGetNvSciSyncAttributes(list, 0, 1), cudaErrorNotSupported)
  }
  test("cudaDeviceFlushGPUDirectRDMAWrites", .error, "refuses targets and scopes that are none", source: "cudaDeviceFlushGPUDirectRDMAWrites, Returns: cudaErrorInvalidValue") {
    try fails(cudaDeviceFlushGPUDirectRDMAWrites(cudaFlushGPUDirectRDMAWritesTarget(rawValue: 3), cudaFlushGPUDirectRDMAWritesToOwner), cudaErrorInvalidValue)
    try fails(cudaDeviceFlushGPUDirectRDMAWrites(cudaFlushGPUDirectRDMAWritesTargetCurrentDevice, cudaFlushGPUDirectRDMAWritesScope(rawValue: 3)), cudaErrorInvalidValue)
    if try attribute(cudaDevAttrGPUDirectRDMAFlushWritesOptions) & 1 != 0 {
      try ok(cudaDeviceFlushGPUDirectRDMAWrites(cudaFlushGPUDirectRDMAWritesTargetCurrentDevice, cudaFlushGPUDirectRDMAWritesToOwner))
    }
  }
  test("cudaCtxResetPersistingL2Cache", .edge, "works whether or not lines may persist, and leaves no error", source: "cudaCtxResetPersistingL2Cache", touches: ["cudaGetLastError"]) {
    try fails(cudaSetDevice(99), cudaErrorInvalidDevice)
    try ok(cudaCtxResetPersistingL2Cache())
    let words = try Words(4, fill: 6)
    try words.expect(all: 6, "memory afterwards")
  }
  test("cudaGetExportTable", .error, "knows no table of this identifier", source: "cudaGetExportTable") {
    var table: UnsafeRawPointer?, identifier = cudaUUID_t()
    memset(&identifier, 1, MemoryLayout<cudaUUID_t>.size)
    try fails(cudaGetExportTable(&table, &identifier), cudaErrorInvalidValue)
    try fails(cudaGetExportTable(nil, &identifier), cudaErrorInvalidValue)
    try fails(cudaGetExportTable(&table, nil), cudaErrorInvalidValue)
  }
  entryPointCases()
}

private func entryPoint(_ name: String, _ version: UInt32) throws -> (UnsafeMutableRawPointer?, cudaDriverEntryPointQueryResult) {
  var function: UnsafeMutableRawPointer?, status = cudaDriverEntryPointQueryResult(rawValue: 9)
  try ok(cudaGetDriverEntryPointByVersion(name, &function, version, 0, &status), "\(name) of \(version)")
  return (function, status)
}

private func entryPointCases() {
  test("cudaGetDriverEntryPointByVersion", .success, "finds a function that works", source: "cudaGetDriverEntryPointByVersion") {
    let (found, status) = try entryPoint("cuDeviceGetCount", 12000)
    try equal(status, cudaDriverEntryPointSuccess, "the status")
    typealias Function = @convention(c) (UnsafeMutablePointer<Int32>?) -> Int32
    var count: Int32 = -1, same: Int32 = -2
    try equal(unsafeBitCast(try some(found, "the function"), to: Function.self)(&count), 0, "its answer")
    try ok(cudaGetDeviceCount(&same))
    try equal(count, same, "devices")
  }
  test("cudaGetDriverEntryPointByVersion", .edge, "says that a function came later, or never", source: "cudaDriverEntryPointQueryResult") {
    let early = try entryPoint("cuLaunchKernel", 2000)
    try check(early.0 == nil && early.1 == cudaDriverEntryPointVersionNotSufficent, "cuLaunchKernel in 2.0: version not sufficient")
    let none = try entryPoint("cuNothingAtAll", 12000)
    try check(none.0 == nil && none.1 == cudaDriverEntryPointSymbolNotFound, "cuNothingAtAll: not found")
    let suffixed = try entryPoint("cuMemAlloc_v2", 12000)
    try check(suffixed.0 == nil && suffixed.1 == cudaDriverEntryPointSymbolNotFound, "a name with a version: not found")
  }
  test("cudaGetDriverEntryPointByVersion", .edge, "gives the form of the version that is asked for", source: "Driver Entry Point Access") {
    let old = try entryPoint("cuCtxCreate", 3020), new = try entryPoint("cuCtxCreate", 13000)
    try check(old.0 != nil && new.0 != nil && old.0 != new.0, "two forms of cuCtxCreate")
  }
  test("cudaGetDriverEntryPoint", .success, "finds a function that works", source: "cudaGetDriverEntryPoint") {
    var function: UnsafeMutableRawPointer?, status = cudaDriverEntryPointQueryResult(rawValue: 9)
    let answer = try cudaGetDriverEntryPoint("cuDriverGetVersion", &function, 0, &status)
    if answer == cudaErrorInvalidValue { throw Skip("the driver is older than the runtime") }
    try ok(answer)
    try equal(status, cudaDriverEntryPointSuccess, "the status")
    typealias Function = @convention(c) (UnsafeMutablePointer<Int32>?) -> Int32
    var version: Int32 = -1, same: Int32 = -2
    try equal(unsafeBitCast(try some(function, "the function"), to: Function.self)(&version), 0, "its answer")
    try ok(cudaDriverGetVersion(&same))
    try equal(version, same, "the version")
  }
}
