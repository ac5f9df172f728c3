// Kernels of libraries, and what else is asked of functions and modules.  A CUkernel is a registered kernel's handle, which every launch
// takes in a function's place; a CUfunction is the kernel as it is loaded on the current device.
// Source: CUDA Driver API, "Library Management", "Module Management", "Execution Control".
import CCUDA
import CUDA
import Cudart
import ModuleLoading

/// The function of a CUfunction, or of a CUkernel on the current device.  No table is asked: what a handle points to says what it is.
@inline(__always)
func function(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> Function {
  guard let handle else { throw .invalidResourceHandle.because("the function is null") }
  let object = Unmanaged<AnyObject>.fromOpaque(handle).takeUnretainedValue()
  if type(of: object) == Function.self { return unsafeDowncast(object, to: Function.self) }
  guard type(of: object) == RegisteredKernel.self else { throw .invalidResourceHandle.because("\(handle) is no function") }
  return try loadedFunction(unsafeDowncast(object, to: RegisteredKernel.self), on: current())
}

private func kernel(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> RegisteredKernel {
  guard let handle, let found = RegisteredKernel.kernel(ofHandle: handle) else {
    throw .invalidResourceHandle.because("\(String(describing: handle)) is no kernel")
  }
  return found
}

@c(carmine_cu_cuKernelGetFunction)
public func cuKernelGetFunction(_ result: PointerResult?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pFunc"), kernel = try kernel(handle)
    result.pointee = Unmanaged.passUnretained(try loadedFunction(kernel, on: current())).toOpaque()
  }
}

@c(carmine_cu_cuKernelGetLibrary)
public func cuKernelGetLibrary(_ result: PointerResult?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pLib").pointee = Library.holding(kernel(handle)).handle }
}

@c(carmine_cu_cuKernelGetName)
public func cuKernelGetName(_ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "name").pointee = kernel(handle).nameForEver }
}

private func parameter(
  _ function: Function, _ index: UInt, _ offset: UnsafeMutablePointer<UInt>?, _ size: UnsafeMutablePointer<UInt>?
) throws(CUDAError) {
  let offset = try out(offset, "paramOffset"), parameters = function.image.parameters
  guard index < UInt(parameters.count) else { throw .invalidValue.because("parameter \(index) of \(parameters.count)") }
  offset.pointee = UInt(parameters[Int(index)].offset)
  size?.pointee = UInt(parameters[Int(index)].size)
}

@c(carmine_cu_cuKernelGetParamInfo)
public func cuKernelGetParamInfo(
  _ handle: UnsafeMutableRawPointer?, _ index: UInt, _ offset: UnsafeMutablePointer<UInt>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  driver { () throws(CUDAError) in try parameter(loadedFunction(kernel(handle), on: current()), index, offset, size) }
}

@c(carmine_cu_cuKernelGetParamCount)
public func cuKernelGetParamCount(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "paramCount").pointee = UInt(loadedFunction(kernel(handle), on: current()).parameterCount) }
}

@c(carmine_cu_cuFuncGetParamInfo)
public func cuFuncGetParamInfo(
  _ handle: UnsafeMutableRawPointer?, _ index: UInt, _ offset: UnsafeMutablePointer<UInt>?, _ size: UnsafeMutablePointer<UInt>?
) -> Int32 {
  driver { () throws(CUDAError) in try parameter(function(handle), index, offset, size) }
}

@c(carmine_cu_cuFuncGetParamCount)
public func cuFuncGetParamCount(_ handle: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UInt>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "paramCount").pointee = UInt(function(handle).parameterCount) }
}

@c(carmine_cu_cuKernelGetAttribute)
public func cuKernelGetAttribute(_ result: UnsafeMutablePointer<Int32>?, _ attribute: Int32, _ handle: UnsafeMutableRawPointer?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pi"), context = try Runtime.device(Int(ordinal)).primaryContext()
    result.pointee = try value(of: attribute, loadedFunction(kernel(handle), on: context), on: context)
  }
}

@c(carmine_cu_cuKernelSetAttribute)
public func cuKernelSetAttribute(_ attribute: Int32, _ value: Int32, _ handle: UnsafeMutableRawPointer?, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    let context = try Runtime.device(Int(ordinal)).primaryContext()
    try loadedFunction(kernel(handle), on: context).setAttribute(attribute, to: Int(value), on: context)
  }
}

@c(carmine_cu_cuKernelSetCacheConfig)
public func cuKernelSetCacheConfig(_ handle: UnsafeMutableRawPointer?, _ configuration: Int32, _ ordinal: Int32) -> Int32 {
  driver { () throws(CUDAError) in
    _ = try (kernel(handle), Runtime.device(Int(ordinal)))
    guard (0...3).contains(configuration) else { throw .invalidValue.because("cache configuration \(configuration)") }
  }
}

/// A function is loaded as soon as it has a handle: CU_FUNCTION_LOADING_STATE_LOADED.
@c(carmine_cu_cuFuncIsLoaded)
public func cuFuncIsLoaded(_ result: UnsafeMutablePointer<Int32>?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "state")
    _ = try function(handle)
    result.pointee = 1
  }
}

@c(carmine_cu_cuFuncLoad)
public func cuFuncLoad(_ handle: UnsafeMutableRawPointer?) -> Int32 { driver { () throws(CUDAError) in _ = try function(handle) } }

@c(carmine_cu_cuOccupancyAvailableDynamicSMemPerBlock)
public func cuOccupancyAvailableDynamicSMemPerBlock(
  _ result: UnsafeMutablePointer<UInt>?, _ handle: UnsafeMutableRawPointer?, _ blocks: Int32, _ threads: Int32
) -> Int32 {
  driver { () throws(CUDAError) in
    try out(result, "dynamicSmemSize").pointee = UInt(current().availableDynamicShared(function(handle), blocks: Int(blocks), threads: Int(threads)))
  }
}
