// Finding driver functions by name: cuGetProcAddress, and the runtime's cudaGetDriverEntryPoint over it.
// A name without a version suffix means the form of the CUDA version that is asked for, as the headers' macros do.
// Source: CUDA Driver API, "Driver Entry Point Access".
import CSpawn
import CUDA
import Cudart
import Glibc

/// What CUdriverProcAddressQueryResult says.
enum LookupResult: Int32 { case found = 0, notFound = 1, versionNotSufficient = 2 }

/// Our own library, for asking it for its functions.
private let library: UInt = {
  guard let path = carmine_own_library() else { return 0 }
  return UInt(bitPattern: dlopen(path, RTLD_LAZY | RTLD_NOLOAD))
}()

/// `version` is 1000 × major + 10 × minor; `flags` 2 asks for the per-thread default stream.
func look(up name: String, version: Int32, flags: UInt64) -> (UnsafeMutableRawPointer?, LookupResult) {
  guard flags & ~3 == 0, let handle = UnsafeMutableRawPointer(bitPattern: library) else { return (nil, .notFound) }
  // Functions that take a stream have no per-thread forms here yet; saying so is better than the wrong stream.
  if flags & 2 != 0, ["Async", "cuLaunch", "cuStream", "cuEventRecord", "cuMemcpy", "cuMemset"].contains(where: name.contains) {
    return (nil, .notFound)
  }
  var suffixes = ["_v2", ""]
  if name == "cuCtxCreate" { suffixes = version >= 13000 ? ["_v4"] : ["_v2"] }
  if name == "cuEventElapsedTime" && version < 12080 { suffixes = [""] }
  for suffix in suffixes {
    if let found = dlsym(handle, "carmine_cu_" + name + suffix) { return (found, .found) }
  }
  return (nil, .notFound)
}

private func lookUp(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: Int32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) throws(CUDAError) {
  let result = try out(result, "pfn")
  guard let symbol, symbol.pointee != 0 else { throw .invalidValue.because("the symbol is empty") }
  let name = String(cString: symbol)
  let (found, answer) = look(up: name, version: version, flags: flags)
  result.pointee = found
  status?.pointee = answer.rawValue
  // With a place for the status, not finding is no failure.
  guard found != nil || status != nil else { throw .symbolNotFound.because("\(name) for CUDA \(version)") }
}

@c(carmine_cu_cuGetProcAddress)
public func cuGetProcAddress(_ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: Int32, _ flags: UInt64) -> Int32 {
  driver { () throws(CUDAError) in try lookUp(symbol, result, version, flags, nil) }
}

@c(carmine_cu_cuGetProcAddress_v2)
public func cuGetProcAddress_v2(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: Int32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  driver { () throws(CUDAError) in try lookUp(symbol, result, version, flags, status) }
}

// MARK: - The runtime API's

private func entryPoint(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: Int32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) throws(CUDAError) {
  guard flags <= 2 else { throw .invalidValue.because("flags are \(flags)") }
  try lookUp(symbol, result, version, flags, status)
}

@c(carmine_rt_cudaGetDriverEntryPoint)
public func cudaGetDriverEntryPoint(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry { () throws(CUDAError) in try entryPoint(symbol, result, 12090, flags, status) }
}

@c(carmine_rt_cudaGetDriverEntryPoint_ptsz)
public func cudaGetDriverEntryPoint_ptsz(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry { () throws(CUDAError) in try entryPoint(symbol, result, 12090, flags == 0 ? 2 : flags, status) }
}

@c(carmine_rt_cudaGetDriverEntryPointByVersion)
public func cudaGetDriverEntryPointByVersion(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: UInt32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry { () throws(CUDAError) in try entryPoint(symbol, result, Int32(clamping: version), flags, status) }
}

@c(carmine_rt_cudaGetDriverEntryPointByVersion_ptsz)
public func cudaGetDriverEntryPointByVersion_ptsz(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: UInt32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry { () throws(CUDAError) in try entryPoint(symbol, result, Int32(clamping: version), flags == 0 ? 2 : flags, status) }
}
