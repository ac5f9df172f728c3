// What nvcc's generated code calls before main and around every `<<<>>>`.  Nothing here starts a device or compiles.
// Source: crt/host_runtime.h and crt/device_functions.h of the CUDA toolkit, which declare these functions.
import CCUDA
import CThreadLocal
import CUDA
import ModuleLoading
import Settings

@c(carmine_rt___cudaRegisterFatBinary)
public func __cudaRegisterFatBinary(_ wrapper: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let wrapper else { return nil }
  return Registry.shared.register(wrapper: wrapper).handle
}

/// Everything of the module has been registered.  Only eager loading waits for that, of a library that comes after the device.
@c(carmine_rt___cudaRegisterFatBinaryEnd)
public func __cudaRegisterFatBinaryEnd(_ handle: UnsafeMutableRawPointer?) {
  guard LoadingMode.current == .eager, !Runtime.isForkedChild, let module = Registry.shared.module(ofHandle: handle) else { return }
  Device.loadEagerly(module)
}

@c(carmine_rt___cudaUnregisterFatBinary)
public func __cudaUnregisterFatBinary(_ handle: UnsafeMutableRawPointer?) {
  guard !Runtime.isForkedChild else { return }
  Registry.shared.unregister(handle: handle)
  KnownLaunches.forgetAll()
}

@c(carmine_rt___cudaRegisterFunction)
public func __cudaRegisterFunction(
  _ handle: UnsafeMutableRawPointer?, _ host: UnsafeRawPointer?, _ deviceFunction: UnsafePointer<CChar>?,
  _ name: UnsafePointer<CChar>?, _ threadLimit: Int32, _ tid: UnsafeMutableRawPointer?, _ bid: UnsafeMutableRawPointer?,
  _ blockDimensions: UnsafeMutableRawPointer?, _ gridDimensions: UnsafeMutableRawPointer?, _ warpSize: UnsafeMutablePointer<Int32>?
) {
  guard let name, let host, let module = Registry.shared.module(ofHandle: handle) else { return }
  Registry.shared.registerKernel(String(cString: name), hostAddress: UInt(bitPattern: host), in: module)
}

@c(carmine_rt___cudaRegisterVar)
public func __cudaRegisterVar(
  _ handle: UnsafeMutableRawPointer?, _ host: UnsafeMutableRawPointer?, _ deviceAddress: UnsafeMutablePointer<CChar>?,
  _ name: UnsafePointer<CChar>?, _ isExternal: Int32, _ size: UInt, _ isConstant: Int32, _ isGlobal: Int32
) {
  guard let name, let host, let module = Registry.shared.module(ofHandle: handle) else { return }
  Registry.shared.registerVariable(
    String(cString: name), hostAddress: UInt(bitPattern: host), byteCount: Int(size), isConstant: isConstant != 0, in: module)
}

/// `pointer` is where the program keeps the variable's address, null until __cudaInitModule.
@c(carmine_rt___cudaRegisterManagedVar)
public func __cudaRegisterManagedVar(
  _ handle: UnsafeMutableRawPointer?, _ pointer: PointerResult?, _ deviceAddress: UnsafeMutablePointer<CChar>?,
  _ name: UnsafePointer<CChar>?, _ isExternal: Int32, _ size: UInt, _ isConstant: Int32, _ isGlobal: Int32
) {
  guard let name, let pointer, let module = Registry.shared.module(ofHandle: handle) else { return }
  Registry.shared.registerVariable(
    String(cString: name), hostAddress: UInt(bitPattern: pointer), byteCount: Int(size), isConstant: false,
    managedPointer: UInt(bitPattern: pointer), in: module)
}

/// A variable of the host's that kernels refer to by an external name of the module (compilers for unified memory make this call): the
/// name stands for the host's address, which a kernel reaches where the device reaches that memory.
/// Source: flang's CUF runtime and its passes, which say what the call is for.
@c(carmine_rt___cudaRegisterHostVar)
public func __cudaRegisterHostVar(_ handle: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ host: UnsafeMutableRawPointer?, _ size: UInt) {
  guard let name, let host, let module = Registry.shared.module(ofHandle: handle) else { return }
  Registry.shared.registerHostVariable(String(cString: name), hostAddress: UInt(bitPattern: host), in: module)
}

/// Answers null and writes nothing, as NVIDIA's library for Linux does whatever it is given.
@c(carmine_rt___cudaGetProcAddress)
public func __cudaGetProcAddress(_ name: UnsafePointer<CChar>?) -> UnsafeMutableRawPointer? { nil }

/// The program is about to touch a managed variable: gives every one of the module its address.  Answers 1 when it has.
@c(carmine_rt___cudaInitModule)
public func __cudaInitModule(_ handle: UnsafeMutableRawPointer?) -> CChar {
  let result = entry { () throws(CUDAError) in
    guard let module = Registry.shared.module(ofHandle: handle) else { throw .invalidResourceHandle }
    let context = try currentContext()
    for variable in module.managedVariables {
      let loaded = try loading { try variable.loaded(on: context) }
      guard loaded.space == .managed else { throw .invalidSymbol.because("\(variable.name) is not managed in the module") }
      UnsafeMutablePointer<UnsafeMutableRawPointer?>(bitPattern: variable.managedPointer!)!.pointee =
        UnsafeMutableRawPointer(bitPattern: UInt(loaded.address))
    }
  }
  return result == 0 ? 1 : 0
}

/// Anything but 0 makes the stub skip the launch.  Touches nothing but the thread's own, as the pop does: the launch between or behind them
/// says whatever else is wrong.
@c(carmine_rt___cudaPushCallConfiguration)
public func __cudaPushCallConfiguration(
  _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ shared: UInt, _ stream: UnsafeMutableRawPointer?
) -> UInt32 {
  guard CurrentThread.push(grid: grid, block: block, dynamicSharedBytes: shared, stream: stream) else {
    return UInt32(bitPattern: failed(#function, .invalidConfiguration.because("\(CARMINE_CALL_CONFIGURATIONS) were pushed and none popped")))
  }
  Log.trace(succeeded("__cudaPushCallConfiguration()"))
  return 0
}

@c(carmine_rt___cudaPopCallConfiguration)
public func __cudaPopCallConfiguration(
  _ grid: UnsafeMutablePointer<carmine_dim3>?, _ block: UnsafeMutablePointer<carmine_dim3>?, _ shared: UnsafeMutablePointer<UInt>?,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  guard let pushed = CurrentThread.popCallConfiguration() else { return failed(#function, .missingConfiguration) }
  // In the pieces in which the stub reads them.
  put(pushed.pointee.grid_xy, pushed.pointee.grid_z, in: grid)
  put(pushed.pointee.block_xy, pushed.pointee.block_z, in: block)
  shared?.pointee = UInt(bitPattern: pushed.pointee.dynamic_shared_bytes)
  stream?.assumingMemoryBound(to: UnsafeMutableRawPointer?.self).pointee = pushed.pointee.stream
  Log.trace(succeeded("__cudaPopCallConfiguration()"))
  return 0
}

@inline(__always)
private func put(_ xy: UInt64, _ z: UInt32, in place: UnsafeMutablePointer<carmine_dim3>?) {
  guard let place = UnsafeMutableRawPointer(place) else { return }
  place.storeBytes(of: xy, as: UInt64.self)
  place.storeBytes(of: z, toByteOffset: 8, as: UInt32.self)
}

public func dimensions(_ value: carmine_dim3) -> Dim3 { Dim3(value.x, value.y, value.z) }
