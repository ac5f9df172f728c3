// Libraries: device code that the program loads by itself, and the kernels and variables in it.
// Source: CUDA Runtime API, "Library Management".
import CUDA
import Glibc
import ModuleLoading

public typealias OptionValues = UnsafeMutablePointer<UnsafeMutableRawPointer?>

/// What both APIs load from memory.
public func loadLibrary(
  _ code: UnsafeRawPointer?, _ jitCount: UInt32, _ jit: UnsafePointer<Int32>?, _ jitValues: OptionValues?, _ count: UInt32,
  _ options: UnsafePointer<Int32>?, _ values: OptionValues?
) throws(CUDAError) -> Library {
  guard let code else { throw .invalidValue.because("code is null") }
  try checkLibraryOptions(count, options, values, fromFile: false)
  return try JITOptions(count: jitCount, jit, jitValues).filling(failure: { $0.failure }) { () throws(CUDAError) in
    try Library.load { try ModuleSource.image(at: code) }
  }
}

/// And from a file.
public func loadLibrary(
  file: UnsafePointer<CChar>?, _ jitCount: UInt32, _ jit: UnsafePointer<Int32>?, _ jitValues: OptionValues?, _ count: UInt32,
  _ options: UnsafePointer<Int32>?, _ values: OptionValues?
) throws(CUDAError) -> Library {
  guard let file else { throw .invalidValue.because("fileName is null") }
  let name = String(cString: file)
  guard access(name, R_OK) == 0 else { throw .fileNotFound.because("\(name): \(String(cString: strerror(errno)))") }
  try checkLibraryOptions(count, options, values, fromFile: true)
  return try JITOptions(count: jitCount, jit, jitValues).filling(failure: { $0.failure }) { () throws(CUDAError) in try Library.load { try ModuleSource.image(readModuleFile(name)) } }
}

@c(carmine_rt_cudaLibraryLoadData)
public func cudaLibraryLoadData(
  _ result: PointerResult?, _ code: UnsafeRawPointer?, _ jit: UnsafePointer<Int32>?, _ jitValues: OptionValues?, _ jitCount: UInt32,
  _ options: UnsafePointer<Int32>?, _ values: OptionValues?, _ count: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "library")
    result.pointee = try loadLibrary(code, jitCount, jit, jitValues, count, options, values).handle
  }
}

@c(carmine_rt_cudaLibraryLoadFromFile)
public func cudaLibraryLoadFromFile(
  _ result: PointerResult?, _ file: UnsafePointer<CChar>?, _ jit: UnsafePointer<Int32>?, _ jitValues: OptionValues?, _ jitCount: UInt32,
  _ options: UnsafePointer<Int32>?, _ values: OptionValues?, _ count: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "library")
    result.pointee = try loadLibrary(file: file, jitCount, jit, jitValues, count, options, values).handle
  }
}

@c(carmine_rt_cudaLibraryUnload)
public func cudaLibraryUnload(_ library: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try Library.find(library).unload() }
}

public func symbolName(_ name: UnsafePointer<CChar>?) throws(CUDAError) -> String {
  guard let name else { throw .invalidValue.because("name is null") }
  return String(cString: name)
}

@c(carmine_rt_cudaLibraryGetKernel)
public func cudaLibraryGetKernel(_ result: PointerResult?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "pKernel"), name = try symbolName(name)
    result.pointee = try Library.find(library).kernel(name).handle
  }
}

/// Where a variable is and how long: either place may be null, not both.
public func put(
  _ found: LoadedVariable, _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?
) {
  pointer?.pointee = UnsafeMutableRawPointer(bitPattern: UInt(found.address))
  size?.pointee = UInt(found.byteCount)
}

@c(carmine_rt_cudaLibraryGetGlobal)
public func cudaLibraryGetGlobal(
  _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?
) -> Int32 {
  entry { () throws(CUDAError) in
    guard pointer != nil || size != nil else { throw .invalidValue.because("dptr and bytes are null") }
    let name = try symbolName(name)
    put(try Library.find(library).variable(name, on: currentContext()), pointer, size)
  }
}

@c(carmine_rt_cudaLibraryGetManaged)
public func cudaLibraryGetManaged(
  _ pointer: PointerResult?, _ size: UnsafeMutablePointer<UInt>?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?
) -> Int32 {
  entry { () throws(CUDAError) in
    guard pointer != nil || size != nil else { throw .invalidValue.because("dptr and bytes are null") }
    let name = try symbolName(name)
    put(try Library.find(library).managed(name, on: currentContext()), pointer, size)
  }
}

/// Functions with one address on host and device exist where a device has cudaDeviceProp::unifiedFunctionPointers; none has.
public func unifiedFunction(_ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) throws(CUDAError) -> UnsafeMutableRawPointer {
  let name = try symbolName(name)
  _ = try Library.find(library)
  throw .symbolNotFound.because("\(name): no device here has unified function pointers")
}

@c(carmine_rt_cudaLibraryGetUnifiedFunction)
public func cudaLibraryGetUnifiedFunction(_ result: PointerResult?, _ library: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "fptr")
    result.pointee = try unifiedFunction(library, name)
  }
}

@c(carmine_rt_cudaLibraryGetKernelCount)
public func cudaLibraryGetKernelCount(_ result: UnsafeMutablePointer<UInt32>?, _ library: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "count").pointee = UInt32(Library.find(library).kernels.count) }
}

@c(carmine_rt_cudaLibraryEnumerateKernels)
public func cudaLibraryEnumerateKernels(_ result: PointerResult?, _ most: UInt32, _ library: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "kernels"), kernels = try Library.find(library).kernels
    for (index, kernel) in kernels.prefix(Int(most)).enumerated() { result[index] = kernel.handle }
  }
}
