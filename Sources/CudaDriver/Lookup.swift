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

/// libcuda.so.1 beside it, whose forms for per-thread default streams are the table's jumps; 0 where it is not installed.
private let front: UInt = {
  guard let path = carmine_own_library(), let slash = String(cString: path).lastIndex(of: "/") else { return 0 }
  return UInt(bitPattern: dlopen(String(String(cString: path)[...slash]) + "libcuda.so.1", RTLD_LAZY | RTLD_LOCAL))
}()

/// No form is newer than this driver's major version.
let newestVersion: Int32 = Runtime.runtimeVersion / 1000 * 1000 + 990

/// The form that a name had in a version.  Names that end in a version of their own are none.
func form(of name: String, version: Int32) -> (symbol: String?, LookupResult) {
  let forms = driverForms.filter { $0.name == name }
  if forms.isEmpty { return (nil, .notFound) }
  guard let newest = forms.filter({ $0.since <= version }).max(by: { $0.since < $1.since }) else { return (nil, .versionNotSufficient) }
  return (newest.symbol, .found)
}

/// `version` is 1000 × major + 10 × minor; `flags` 2 asks for the per-thread default stream.
func look(up name: String, version: Int32, flags: UInt64) -> (UnsafeMutableRawPointer?, LookupResult) {
  let (symbol, answer) = form(of: name, version: version)
  guard let symbol, let core = UnsafeMutableRawPointer(bitPattern: library) else { return (nil, answer) }
  if flags & 2 != 0, let front = UnsafeMutableRawPointer(bitPattern: front) {
    for suffix in ["_ptsz", "_ptds"] {
      if let found = dlsym(front, symbol + suffix) { return (found, .found) }
    }
  }
  guard let found = dlsym(core, "carmine_cu_" + symbol) else { return (nil, .notFound) }
  return (found, .found)
}

private func lookUp(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: Int32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) throws(CUDAError) {
  let result = try out(result, "pfn")
  guard let symbol else { throw .invalidValue.because("the symbol is null") }
  guard flags <= 2 else { throw .invalidValue.because("flags are \(flags)") }
  guard version <= newestVersion else { throw .invalidValue.because("CUDA \(version) is newer than this driver") }
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

// Without a version: the runtime's own, whose headers the caller was built with.

@c(carmine12_cudaGetDriverEntryPoint)
public func cudaGetDriverEntryPoint12(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry("cudaGetDriverEntryPoint") { () throws(CUDAError) in try lookUp(symbol, result, 12090, flags, status) }
}

@c(carmine13_cudaGetDriverEntryPoint)
public func cudaGetDriverEntryPoint13(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry("cudaGetDriverEntryPoint") { () throws(CUDAError) in try lookUp(symbol, result, 13000, flags, status) }
}

@c(carmine12_cudaGetDriverEntryPoint_ptsz)
public func cudaGetDriverEntryPoint12_ptsz(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry("cudaGetDriverEntryPoint_ptsz") { () throws(CUDAError) in try lookUp(symbol, result, 12090, flags == 0 ? 2 : flags, status) }
}

@c(carmine13_cudaGetDriverEntryPoint_ptsz)
public func cudaGetDriverEntryPoint13_ptsz(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry("cudaGetDriverEntryPoint_ptsz") { () throws(CUDAError) in try lookUp(symbol, result, 13000, flags == 0 ? 2 : flags, status) }
}

@c(carmine_rt_cudaGetDriverEntryPointByVersion)
public func cudaGetDriverEntryPointByVersion(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: UInt32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry { () throws(CUDAError) in try lookUp(symbol, result, Int32(clamping: version), flags, status) }
}

@c(carmine_rt_cudaGetDriverEntryPointByVersion_ptsz)
public func cudaGetDriverEntryPointByVersion_ptsz(
  _ symbol: UnsafePointer<CChar>?, _ result: PointerResult?, _ version: UInt32, _ flags: UInt64, _ status: UnsafeMutablePointer<Int32>?
) -> Int32 {
  entry { () throws(CUDAError) in try lookUp(symbol, result, Int32(clamping: version), flags == 0 ? 2 : flags, status) }
}
