// Launches: by host function (CUDA 12's stubs and every caller of the API) and by kernel handle (CUDA 13's stubs).
// Hot: of a kernel that was used before, nothing here allocates, locks or calls the system.
// Source: CUDA Runtime API, "Execution Control"; crt/device_functions.h.
import CCUDA
import CUDA
import ModuleLoading

public typealias Arguments = UnsafeMutablePointer<UnsafeMutableRawPointer?>

/// The kernel that a `const void *func` means: a registered host function, or a cudaKernel_t, which is accepted as well.
@inline(__always)
public func registeredKernel(_ pointer: UnsafeRawPointer?) throws(CUDAError) -> RegisteredKernel {
  if let found = Registry.shared.kernel(at: pointer) { return found }
  guard let pointer else { throw .invalidDeviceFunction.because("the function is null") }
  guard let found = RegisteredKernel.kernel(ofHandle: pointer) else {
    throw .invalidResourceHandle.because("no kernel is registered at \(pointer)")
  }
  return found
}

/// The kernel of a registered host function; handles are none.
func symbolKernel(_ pointer: UnsafeRawPointer?) throws(CUDAError) -> RegisteredKernel {
  guard let found = Registry.shared.kernel(at: pointer) else {
    throw .invalidDeviceFunction.because("no kernel is registered at \(String(describing: pointer))")
  }
  return found
}

/// The kernel as it is loaded on the context's device; loads it at the first call.
public func loadedFunction(_ kernel: RegisteredKernel, on context: Context) throws(CUDAError) -> Function {
  try loading { try kernel.function(on: context) }
}

private func launch(
  _ kernel: RegisteredKernel, _ grid: Dim3, _ block: Dim3, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?, key: LaunchKey? = nil, isCooperative: Bool = false, perThreadDefault: Bool = false,
  attributes: UnsafeBufferPointer<cudaLaunchAttribute> = .init(start: nil, count: 0), isIn12: Bool = false
) throws(CUDAError) {
  let shape = LaunchConfiguration(
    grid: grid, block: block, dynamicSharedBytes: try count(shared, "sharedMem"), isCooperative: isCooperative)
  try withStream(stream, perThreadDefault: perThreadDefault) { stream throws(CUDAError) in
    // A kernel keeps what it was loaded as while its module is loaded.
    var function = kernel.loadedFunction(on: stream.ordinal)
    if function == nil { function = .passUnretained(try loadedFunction(kernel, on: stream.context)) }
    try function!.borrow { function throws(CUDAError) in
      try stream.launch(
        function, shape, parameters: arguments.map { UnsafePointer($0) }, key: key,
        origin: LaunchOrigin(
          symbol: kernel.hostAddress != 0 ? UnsafeRawPointer(bitPattern: kernel.hostAddress) : UnsafeRawPointer(kernel.handle),
          symbolType: kernel.hostAddress != 0 ? 1 : 2, attributes: attributes, shapeIsHarmless: isIn12))
    }
  }
}

/// cudaLaunchKernel and cudaLaunchCooperativeKernel, but for what the two versions call an impossible shape.
@inlinable @inline(__always)
public func launchKernel(
  _ function: UnsafeRawPointer?, _ grid: Dim3, _ block: Dim3, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?, isCooperative: Bool = false, isIn12: Bool = false
) throws(CUDAError) {
  let key = LaunchKey(function: function, stream: stream, grid: grid, block: block, dynamicSharedBytes: shared)
  if !isCooperative, try KnownLaunches.again(key, arguments) { return }
  try launchAnew(function, grid, block, arguments, shared, stream, isCooperative: isCooperative, isIn12: isIn12)
}

@usableFromInline @inline(never)
func launchAnew(
  _ function: UnsafeRawPointer?, _ grid: Dim3, _ block: Dim3, _ arguments: Arguments?, _ shared: UInt, _ stream: UnsafeMutableRawPointer?,
  isCooperative: Bool, isIn12: Bool
) throws(CUDAError) {
  let key = LaunchKey(function: function, stream: stream, grid: grid, block: block, dynamicSharedBytes: shared)
  try launch(
    registeredKernel(function), grid, block, arguments, shared, stream, key: isCooperative ? nil : key, isCooperative: isCooperative, isIn12: isIn12)
}

/// What NVIDIA's runtime 13 calls a shape that no kernel can have (recorded on an H100; its documentation still has
/// version 12's names for them).
public func in13(_ error: CUDAError) -> CUDAError {
  guard error == .invalidConfiguration else { return error }
  return .invalidValue.because(error.reason ?? "an impossible shape")
}

// MARK: - By handle

/// __cudaLaunchKernel: the handle is a registered kernel's address, which lives for ever, so no table is asked.
@inlinable @inline(__always)
public func launchByHandle(
  _ handle: UnsafeRawPointer?, _ grid: Dim3, _ block: Dim3, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?, isIn12: Bool = false
) throws(CUDAError) {
  let key = LaunchKey(function: handle, stream: stream, grid: grid, block: block, dynamicSharedBytes: shared)
  if try KnownLaunches.again(key, arguments) { return }
  try launchAnewByHandle(handle, grid, block, arguments, shared, stream, isIn12: isIn12)
}

@usableFromInline @inline(never)
func launchAnewByHandle(
  _ handle: UnsafeRawPointer?, _ grid: Dim3, _ block: Dim3, _ arguments: Arguments?, _ shared: UInt, _ stream: UnsafeMutableRawPointer?, isIn12: Bool
) throws(CUDAError) {
  guard let handle else { throw .invalidDeviceFunction.because("the kernel handle is null: __cudaGetKernel failed") }
  let key = LaunchKey(function: handle, stream: stream, grid: grid, block: block, dynamicSharedBytes: shared)
  try Unmanaged<RegisteredKernel>.fromOpaque(handle).borrow { kernel throws(CUDAError) in
    try launch(kernel, grid, block, arguments, shared, stream, key: key, isIn12: isIn12)
  }
}

@c(carmine_rt___cudaGetKernel)
public func __cudaGetKernel(_ result: PointerResult?, _ function: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "the kernel").pointee = registeredKernel(function).handle }
}

@c(carmine_rt_cudaGetKernel)
public func cudaGetKernel(_ result: PointerResult?, _ function: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "kernelPtr").pointee = symbolKernel(function).handle }
}

// MARK: - With attributes

/// What a list of attributes comes to.  Source: struct cudaLaunchAttribute, driver_types.h.
public func launchAttributes(_ list: UnsafePointer<cudaLaunchAttribute>?, _ count: UInt32) throws(CUDAError) -> LaunchAttributes {
  var attributes = LaunchAttributes()
  guard count > 0 else { return attributes }   // the pointer is not considered then
  guard let list else { throw .invalidValue.because("attrs is null and numAttrs \(count)") }
  for index in 0..<Int(count) {
    let value = UnsafeRawPointer(list + index) + MemoryLayout<cudaLaunchAttribute>.offset(of: \.val)!
    try attributes.apply(LaunchAttributeID(rawValue: list[index].id), LaunchAttributeValue(value))
  }
  return attributes
}

/// cudaLaunchKernelExC; a null stream is the per-thread one where `perThreadDefault`.
public func launchExtended(
  _ configuration: UnsafePointer<cudaLaunchConfig_t>?, _ function: UnsafeRawPointer?, _ arguments: Arguments?, perThreadDefault: Bool
) throws(CUDAError) {
  guard let c = configuration?.pointee else { throw .invalidValue.because("config is null") }
  let grid = dimensions(c.gridDim), block = dimensions(c.blockDim)
  var key: LaunchKey?
  if c.numAttrs == 0 {
    let plain = LaunchKey(
      function: function, stream: c.stream, perThreadDefault: perThreadDefault, grid: grid, block: block, dynamicSharedBytes: UInt(c.dynamicSmemBytes))
    if try KnownLaunches.again(plain, arguments) { return }
    key = plain
  }
  let attributes = try launchAttributes(c.attrs, c.numAttrs)
  try launch(
    registeredKernel(function), grid, block, arguments, UInt(c.dynamicSmemBytes), c.stream, key: key,
    isCooperative: attributes.isCooperative, perThreadDefault: perThreadDefault,
    attributes: UnsafeBufferPointer(start: c.attrs, count: Int(c.numAttrs)))
  if let event = attributes.event {
    try event.record(in: currentStream(c.stream, perThreadDefault: perThreadDefault), port: attributes.eventPort)
  }
}

// MARK: - On several devices

@c(carmine_rt_cudaLaunchCooperativeKernelMultiDevice)
public func cudaLaunchCooperativeKernelMultiDevice(
  _ list: UnsafePointer<cudaLaunchParams>?, _ deviceCount: UInt32, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    guard let list, deviceCount > 0 else { throw .invalidValue.because("launchParamsList is null or empty") }
    guard Int(deviceCount) <= (try Runtime.deviceCount()) else { throw .invalidValue.because("\(deviceCount) devices") }
    var launches: [MultiDeviceLaunch] = []
    for index in 0..<Int(deviceCount) {
      let p = list[index], stream = try currentStream(p.stream), kernel = try registeredKernel(p.`func`)
      launches.append(
        MultiDeviceLaunch(
          stream: stream, function: try loadedFunction(kernel, on: stream.context), kernel: UnsafeRawPointer(kernel.handle),
          configuration: LaunchConfiguration(
            grid: dimensions(p.gridDim), block: dimensions(p.blockDim), dynamicSharedBytes: try count(UInt(p.sharedMem), "sharedMem"),
            isCooperative: true),
          parameters: p.args.map { UnsafePointer($0) }))
    }
    try MultiDeviceLaunch.run(launches, flags: flags)
  }
}
