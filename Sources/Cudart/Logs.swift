// The error log.  Source: CUDA Runtime API, "Error Log Management Functions".
import CUDA

public func reserved(_ flags: UInt32) throws(CUDAError) {
  guard flags == 0 else { throw .invalidValue.because("flags are \(flags), not 0") }
}

public func registerLogCallback(_ function: ErrorLog.Callback?, _ data: UnsafeMutableRawPointer?, _ result: PointerResult?) throws(CUDAError) {
  guard let function else { throw .invalidValue.because("callbackFunc is null") }
  let handle = ErrorLog.register(function, data: data)
  result?.pointee = handle
}

public func dumpLogs(_ iterator: UnsafeMutablePointer<UInt32>?, toFile path: UnsafePointer<CChar>?, _ flags: UInt32) throws(CUDAError) {
  guard let path else { throw .invalidValue.because("pathToFile is null") }
  try reserved(flags)
  try ErrorLog.dump(toFile: String(cString: path), from: iterator)
}

public func dumpLogs(
  _ iterator: UnsafeMutablePointer<UInt32>?, to buffer: UnsafeMutableRawPointer?, _ size: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) throws(CUDAError) {
  guard let buffer else { throw .invalidValue.because("buffer is null") }
  let size = try out(size, "size")
  try reserved(flags)
  let room = try count(size.pointee)
  size.pointee = 0
  size.pointee = UInt(try ErrorLog.dump(to: UnsafeMutableRawBufferPointer(start: buffer, count: room), from: iterator))
}

@c(carmine_rt_cudaLogsRegisterCallback)
public func cudaLogsRegisterCallback(_ function: ErrorLog.Callback?, _ data: UnsafeMutableRawPointer?, _ result: PointerResult?) -> Int32 {
  entry { () throws(CUDAError) in try registerLogCallback(function, data, result) }
}

@c(carmine_rt_cudaLogsUnregisterCallback)
public func cudaLogsUnregisterCallback(_ handle: UnsafeMutableRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try ErrorLog.unregister(handle) }
}

@c(carmine_rt_cudaLogsCurrent)
public func cudaLogsCurrent(_ result: UnsafeMutablePointer<UInt32>?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "iterator_out")
    try reserved(flags)
    result.pointee = ErrorLog.current
  }
}

@c(carmine_rt_cudaLogsDumpToFile)
public func cudaLogsDumpToFile(_ iterator: UnsafeMutablePointer<UInt32>?, _ path: UnsafePointer<CChar>?, _ flags: UInt32) -> Int32 {
  entry { () throws(CUDAError) in try dumpLogs(iterator, toFile: path, flags) }
}

@c(carmine_rt_cudaLogsDumpToMemory)
public func cudaLogsDumpToMemory(
  _ iterator: UnsafeMutablePointer<UInt32>?, _ buffer: UnsafeMutableRawPointer?, _ size: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) -> Int32 {
  entry { () throws(CUDAError) in try dumpLogs(iterator, to: buffer, size, flags) }
}
