// The one way from C into the CUDA module and back: every exported function is a body inside `entry`, which turns what it
// throws into a cudaError_t, remembers it for cudaGetLastError, and logs it.
// Threads: any.
import CUDA
import ModuleLoading
import Settings
import Synchronization

/// Runs `body` for the exported function that calls this; `function` fills itself in.
@inlinable @inline(__always)
public func entry(_ function: StaticString = #function, _ body: () throws(CUDAError) -> Void) -> Int32 {
  do throws(CUDAError) {
    try Runtime.checkProcess()
    try body()
    Log.trace(succeeded(function))
    return 0
  } catch {
    return failed(function, error)
  }
}

/// The end of a call that failed: kept out of the way of those that succeed.
@inline(never)
public func failed(_ function: StaticString, _ error: CUDAError) -> Int32 {
  CurrentThread.record(error)
  if error == .notReady { Log.trace("\(plain(function)): not ready") } else {
    Log.error("\(plain(function)): \(error)")
    ErrorLog.append(plain(function), code: "\(error.rawValue) (\(error.name))", error.reason ?? error.text.description)
  }
  return error.rawValue
}

@usableFromInline @inline(never)
func succeeded(_ function: StaticString) -> String { "\(plain(function)): ok" }

/// "cudaMalloc" of "cudaMalloc(_:_:)".
func plain(_ function: StaticString) -> String {
  let text = function.description
  return text.firstIndex(of: "(").map { String(text[..<$0]) } ?? text
}

/// The current device's context.
@inline(__always)
public func currentContext() throws(CUDAError) -> Context {
  _ = startedUp
  return try CurrentThread.context()
}

/// The stream of a handle; `perThreadDefault` in functions whose null stream is the per-thread one.
public func currentStream(_ handle: UnsafeMutableRawPointer?, perThreadDefault: Bool = false) throws(CUDAError) -> CUDA.Stream {
  try currentContext().stream(handle, perThreadDefault: perThreadDefault)
}

/// The same for hot paths: its handle, its context or its thread keeps a stream, so no reference is counted.
@inline(__always)
public func withStream<R>(
  _ handle: UnsafeMutableRawPointer?, perThreadDefault: Bool = false, _ body: (CUDA.Stream) throws(CUDAError) -> R
) throws(CUDAError) -> R {
  var stream = CurrentThread.readyStream(handle, perThreadDefault: perThreadDefault)
  if stream == nil { stream = .passUnretained(try currentStream(handle, perThreadDefault: perThreadDefault)) }
  return try stream!.borrow(body)
}

/// What happens once a process, at the first call that needs a device.
private let startedUp: Void = {
  for line in complaints(about: currentEnvironment()) { Log.line(String(line.trimmingPrefix("carmine: "))) }
}()

/// Where a result goes; a null pointer is cudaErrorInvalidValue.
@inline(__always)
public func out<T>(_ pointer: UnsafeMutablePointer<T>?, _ name: StaticString = "the result pointer") throws(CUDAError) -> UnsafeMutablePointer<T> {
  guard let pointer else { throw .invalidValue.because("\(name) is null") }
  return pointer
}

/// A size_t as Swift counts; sizes beyond half the address space are nobody's.
@inline(__always)
public func count(_ size: UInt, _ name: StaticString = "the size") throws(CUDAError) -> Int {
  guard let count = Int(exactly: size) else { throw .invalidValue.because("\(name) is \(size)") }
  return count
}
