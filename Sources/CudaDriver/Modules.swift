// Modules and functions.  A CUfunction is a loaded kernel; a CUmodule belongs to the device that was current when it was made.
// Source: CUDA Driver API, "Module Management"; enum CUjit_option, CUfunction_attribute.
import CUDA
import Cudart
import Glibc
import ModuleLoading
import Settings
import Synchronization

final class DriverModule: Sendable {
  let module: Module
  let context: Context
  /// nil: cuModuleLoad's.  A library's lives as long as that, and is not unloaded by itself.
  let library: Library?

  init(module: Module, context: Context, library: Library? = nil) {
    self.module = module
    self.context = context
    self.library = library
  }
}

private let modules = Mutex<[UInt: DriverModule]>([:])

private func module(_ handle: UnsafeMutableRawPointer?) throws(CUDAError) -> DriverModule {
  guard let found = modules.withLock({ $0[UInt(bitPattern: handle)] }) else {
    throw .invalidResourceHandle.because("\(String(describing: handle)) is no module")
  }
  if let library = found.library, !library.isLoaded {
    modules.withLock { _ = $0.removeValue(forKey: UInt(bitPattern: handle)) }
    throw .invalidResourceHandle.because("the module's library is unloaded")
  }
  return found
}

/// The one handle of a library's module on a context's device.
private func handle(of library: Library, on context: Context) throws(CUDAError) -> UnsafeMutableRawPointer {
  if let failure = library.failure { throw failure }
  let module = try loading { try library.module.module() }
  return modules.withLock { modules in
    for found in modules.values where found.module === module && found.context === context { return Unmanaged.passUnretained(found).toOpaque() }
    let made = DriverModule(module: module, context: context, library: library), handle = Unmanaged.passUnretained(made).toOpaque()
    modules[UInt(bitPattern: handle)] = made
    return handle
  }
}

@c(carmine_cu_cuLibraryGetModule)
public func cuLibraryGetModule(_ result: PointerResult?, _ library: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "pMod").pointee = handle(of: Library.find(library), on: current()) }
}

/// The module that the function was got from; of a library's kernel, the library's module on the function's device.
@c(carmine_cu_cuFuncGetModule)
public func cuFuncGetModule(_ result: PointerResult?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "hmod"), function = try function(handle)
    let device = function.deviceOrdinal
    if let found = modules.withLock({ $0.first { $0.value.context.device.ordinal == device && $0.value.module.holds(function) } }) {
      result.pointee = UnsafeMutableRawPointer(bitPattern: found.key)
      return
    }
    for registered in Registry.shared.modules {
      guard let module = try? registered.module(), module.holds(function) else { continue }
      result.pointee = try CudaDriver.handle(of: Library.holding(registered), on: Runtime.device(device).primaryContext())
      return
    }
    throw .invalidResourceHandle.because("\(function.name) is of no module that is loaded")
  }
}

/// Loads what can be known at once: the inventory and the variables.  Kernels are compiled at their first look-up.
private func load(_ result: PointerResult?, _ source: () throws -> ModuleSource) throws(CUDAError) {
  let result = try out(result, "module"), context = try current()
  let made = try loading {
    let module = Module(source: try source())
    _ = try module.inventory(for: context.moduleTarget)
    if LoadingMode.current == .eager { try module.loadAll(on: context) }
    return DriverModule(module: module, context: context)
  }
  let handle = Unmanaged.passUnretained(made).toOpaque()
  modules.withLock { $0[UInt(bitPattern: handle)] = made }
  result.pointee = handle
}

@c(carmine_cu_cuModuleLoadData)
public func cuModuleLoadData(_ result: PointerResult?, _ image: UnsafeRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let image else { throw .invalidValue.because("image is null") }
    try load(result) { try ModuleSource.image(at: image) }
  }
}

@c(carmine_cu_cuModuleLoadFatBinary)
public func cuModuleLoadFatBinary(_ result: PointerResult?, _ image: UnsafeRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let image else { throw .invalidValue.because("fatCubin is null") }
    try load(result) { try ModuleSource.image(at: image) }
  }
}

/// Options tune NVIDIA's compiler and are read over, but for the error log buffer, which gets what is wrong.
@c(carmine_cu_cuModuleLoadDataEx)
public func cuModuleLoadDataEx(
  _ result: PointerResult?, _ image: UnsafeRawPointer?, _ optionCount: UInt32, _ options: UnsafePointer<Int32>?,
  _ values: UnsafePointer<UnsafeMutableRawPointer?>?
) -> Int32 {
  driver { () throws(CUDAError) in
    guard let image else { throw .invalidValue.because("image is null") }
    var log: UnsafeMutableRawPointer?, logSize = 0
    if optionCount > 0, let options, let values {
      for index in 0..<Int(optionCount) {
        switch options[index] {
        case 5: log = values[index]                       // CU_JIT_ERROR_LOG_BUFFER
        case 6: logSize = Int(UInt32(truncatingIfNeeded: UInt(bitPattern: values[index])))   // its size
        default: break
        }
      }
    }
    do throws(CUDAError) {
      try load(result) { try ModuleSource.image(at: image) }
    } catch {
      if let log, logSize > 0 {
        let text = Array((error.reason ?? error.description).utf8.prefix(logSize - 1)) + [0]
        text.withUnsafeBytes { log.copyMemory(from: $0.baseAddress!, byteCount: text.count) }
      }
      throw error
    }
  }
}

@c(carmine_cu_cuModuleLoad)
public func cuModuleLoad(_ result: PointerResult?, _ path: UnsafePointer<CChar>?) -> Int32 {
  driver { () throws(CUDAError) in
    guard let path else { throw .invalidValue.because("fname is null") }
    let name = String(cString: path)
    guard access(name, R_OK) == 0 else { throw .fileNotFound.because("\(name): \(String(cString: strerror(errno)))") }
    try load(result) { try ModuleSource.image(readModuleFile(name)) }
  }
}

@c(carmine_cu_cuModuleUnload)
public func cuModuleUnload(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let found = try module(handle)
    guard found.library == nil else { throw .notPermitted.because("a library's module is unloaded with it") }
    try found.context.synchronize()
    found.module.unload(from: found.context.device.ordinal)
    modules.withLock { _ = $0.removeValue(forKey: UInt(bitPattern: handle)) }
  }
}

@c(carmine_cu_cuModuleGetFunction)
public func cuModuleGetFunction(_ result: PointerResult?, _ handle: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "hfunc"), found = try module(handle)
    guard let name else { throw .invalidValue.because("name is null") }
    let function = try loading { try found.module.function(String(cString: name), on: found.context) }
    result.pointee = Unmanaged.passUnretained(function).toOpaque()   // the module holds it
  }
}

@c(carmine_cu_cuModuleGetGlobal_v2)
public func cuModuleGetGlobal_v2(
  _ address: UnsafeMutablePointer<UInt64>?, _ size: UnsafeMutablePointer<UInt>?, _ handle: UnsafeMutableRawPointer?,
  _ name: UnsafePointer<CChar>?
) -> Int32 {
  driver { () throws(CUDAError) in
    let found = try module(handle)
    guard let name else { throw .invalidValue.because("name is null") }
    let variable = try loading { try found.module.variable(String(cString: name), on: found.context) }
    address?.pointee = variable.address
    size?.pointee = UInt(variable.byteCount)
  }
}

@c(carmine_cu_cuModuleGetLoadingMode)
public func cuModuleGetLoadingMode(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "mode").pointee = LoadingMode.current.rawValue }
}

@c(carmine_cu_cuModuleGetFunctionCount)
public func cuModuleGetFunctionCount(_ result: UnsafeMutablePointer<UInt32>?, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "count"), found = try module(handle)
    result.pointee = UInt32(try loading { try found.module.inventory(for: found.context.moduleTarget) }.kernels.count)
  }
}

@c(carmine_cu_cuModuleEnumerateFunctions)
public func cuModuleEnumerateFunctions(_ result: PointerResult?, _ most: UInt32, _ handle: UnsafeMutableRawPointer?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "functions"), found = try module(handle)
    for (index, kernel) in try loading({ try found.module.inventory(for: found.context.moduleTarget) }).kernels.prefix(Int(most)).enumerated() {
      result[index] = Unmanaged.passUnretained(try loading { try found.module.function(kernel.name, on: found.context) }).toOpaque()
    }
  }
}
