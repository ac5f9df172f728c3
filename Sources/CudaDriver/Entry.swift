// The driver API's edge: as Cudart's, but errors are CUresult numbers and are not remembered for cudaGetLastError.
// Threads: any.
import CUDA
import Cudart
import Settings

@inline(__always)
func driver(_ function: StaticString = #function, _ body: () throws(CUDAError) -> Void) -> Int32 {
  do throws(CUDAError) {
    try Runtime.checkProcess()
    try body()
    Log.trace("\(name(function)): ok")
    return 0
  } catch {
    return refused(function, error)
  }
}

@inline(never)
private func refused(_ function: StaticString, _ error: CUDAError) -> Int32 {
  let result = driverResult(error)
  if error == .notReady { Log.trace("\(name(function)): not ready") } else {
    Log.error("\(name(function)): CUresult \(result): \(error)")
    ErrorLog.append(
      name(function), code: "\(result) (\(resultNames[result] ?? "?"))", error.reason ?? error.text.description)
  }
  return result
}

/// A function of the runtime's that does the driver's as well: its number becomes a CUresult, and the runtime's last error stays what it was.
@inline(__always)
func bridged(_ function: StaticString = #function, needsContext: Bool = true, _ body: () -> Int32) -> Int32 {
  do throws(CUDAError) {
    try Runtime.checkProcess()
    if needsContext { _ = try current() }
  } catch { return refused(function, error) }
  let last = CurrentThread.peekLastError()
  let answer = body()
  guard answer != 0 else { return 0 }
  CurrentThread.restore(last)
  return driverResult(CUDAError(rawValue: answer))
}

/// The same where the driver's structs are its own: `body` makes the runtime's out of them, calls, and answers with the runtime's number.
@inline(__always)
func bridged(_ function: StaticString = #function, needsContext: Bool = true, converting body: () throws(CUDAError) -> Int32) -> Int32 {
  do throws(CUDAError) {
    try Runtime.checkProcess()
    if needsContext { _ = try current() }
    let last = CurrentThread.peekLastError()
    let answer = try body()
    guard answer != 0 else { return 0 }
    CurrentThread.restore(last)
    return driverResult(CUDAError(rawValue: answer))
  } catch { return refused(function, error) }
}

/// CU_STREAM_PER_THREAD.
var perThread: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 2) }

private func name(_ function: StaticString) -> String {
  String(function.description.prefix { $0 != "(" })
}

/// The two enumerations agree from 100 on and in the first few numbers; what only the runtime has becomes the nearest.
/// Source: enum cudaError_enum of cuda.h beside enum cudaError of driver_types.h.
func driverResult(_ error: CUDAError) -> Int32 {
  switch error.rawValue {
  case 0...8: error.rawValue   // success, invalid value, out of memory, not initialised, deinitialised, profiler
  case 13: 500                 // invalid symbol: not found
  case 35: 804                 // insufficient driver: system driver mismatch
  case 98: 400                 // invalid device function: invalid handle
  case 9..<100: 1              // the runtime's own complaints about arguments
  default: error.rawValue
  }
}

/// cuInit comes first; what it prepares is prepared at the first use here.
@c(carmine_cu_cuInit)
public func cuInit(_ flags: UInt32) -> Int32 {
  driver { () throws(CUDAError) in
    guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
    _ = try Runtime.deviceCount()
  }
}

@c(carmine_cu_cuDriverGetVersion)
public func cuDriverGetVersion(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  driver { () throws(CUDAError) in try out(result, "driverVersion").pointee = Runtime.runtimeVersion }
}

/// CUresult's names are the C enumerators', which the runtime's differ from.
@c(carmine_cu_cuGetErrorString)
public func cuGetErrorString(_ error: Int32, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pStr")
    let found = CUDAError(rawValue: error)
    guard found.name.description != "unrecognized error code" else {
      result.pointee = nil
      throw .invalidValue.because("\(error) is no CUresult")
    }
    result.pointee = text(found.text)
  }
}

@c(carmine_cu_cuGetErrorName)
public func cuGetErrorName(_ error: Int32, _ result: UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Int32 {
  driver { () throws(CUDAError) in
    let result = try out(result, "pStr")
    guard let found = resultNames[error] else {
      result.pointee = nil
      throw .invalidValue.because("\(error) is no CUresult")
    }
    result.pointee = text(found)
  }
}
