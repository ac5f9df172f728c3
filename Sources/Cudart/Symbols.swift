// `__device__`, `__constant__` and `__managed__` variables by the address of their host shadow.
// Source: CUDA Runtime API, "Memory Management".
import CUDA
import ModuleLoading

private func variable(_ symbol: UnsafeRawPointer?) throws(CUDAError) -> LoadedVariable {
  guard let registered = Registry.shared.variable(at: symbol) else {
    throw .invalidSymbol.because("no variable is registered at \(String(describing: symbol))")
  }
  let context = try currentContext()
  return try loading { try registered.loaded(on: context) }
}

/// The part of a variable that a copy touches.
private func range(_ symbol: UnsafeRawPointer?, _ size: UInt, _ offset: UInt) throws(CUDAError) -> UnsafeMutableRawPointer {
  let found = try variable(symbol)
  guard size <= found.byteCount, offset <= found.byteCount - UInt64(size) else {
    throw .invalidValue.because("\(size) bytes at \(offset) of a variable of \(found.byteCount) bytes")
  }
  return UnsafeMutableRawPointer(bitPattern: UInt(found.address) + offset)!
}

@c(carmine_rt_cudaGetSymbolAddress)
public func cudaGetSymbolAddress(_ result: PointerResult?, _ symbol: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in
    try out(result, "devPtr").pointee = UnsafeMutableRawPointer(bitPattern: UInt(variable(symbol).address))
  }
}

@c(carmine_rt_cudaGetSymbolSize)
public func cudaGetSymbolSize(_ result: UnsafeMutablePointer<UInt>?, _ symbol: UnsafeRawPointer?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "size").pointee = UInt(variable(symbol).byteCount) }
}

/// The same for a copy node, whose direction must fit the side that the variable is on.
func symbolPlace(
  _ symbol: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32, isSource: Bool
) throws(CUDAError) -> UnsafeMutableRawPointer {
  let kind = try kind(direction)
  guard [isSource ? .deviceToHost : .hostToDevice, .deviceToDevice, .automatic].contains(kind) else {
    throw .invalidMemcpyDirection.because("kind is \(direction)")
  }
  return try range(symbol, size, offset)
}

private func copyTo(
  _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32, in stream: CUDA.Stream,
  isAsynchronous: Bool
) throws(CUDAError) {
  let kind = try kind(direction)
  guard [.hostToDevice, .deviceToDevice, .automatic].contains(kind) else { throw .invalidMemcpyDirection.because("kind is \(direction)") }
  let to = try range(symbol, size, offset)
  if isAsynchronous {
    try stream.copyAsync(to: to, from: from, count: count(size), kind: kind)
  } else {
    try stream.copy(to: to, from: from, count: count(size), kind: kind)
  }
}

private func copyFrom(
  _ symbol: UnsafeRawPointer?, _ to: UnsafeMutableRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32,
  in stream: CUDA.Stream, isAsynchronous: Bool
) throws(CUDAError) {
  let kind = try kind(direction)
  guard [.deviceToHost, .deviceToDevice, .automatic].contains(kind) else { throw .invalidMemcpyDirection.because("kind is \(direction)") }
  let from = try range(symbol, size, offset)
  if isAsynchronous {
    try stream.copyAsync(to: to, from: from, count: count(size), kind: kind)
  } else {
    try stream.copy(to: to, from: from, count: count(size), kind: kind)
  }
}

@c(carmine_rt_cudaMemcpyToSymbol)
public func cudaMemcpyToSymbol(
  _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try copyTo(symbol, from, size, offset, direction, in: currentStream(nil), isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpyToSymbol_ptds)
public func cudaMemcpyToSymbol_ptds(
  _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try copyTo(symbol, from, size, offset, direction, in: currentStream(nil, perThreadDefault: true), isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpyToSymbolAsync)
public func cudaMemcpyToSymbolAsync(
  _ symbol: UnsafeRawPointer?, _ from: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try copyTo(symbol, from, size, offset, direction, in: currentStream(stream), isAsynchronous: true) }
}

@c(carmine_rt_cudaMemcpyFromSymbol)
public func cudaMemcpyFromSymbol(
  _ to: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in try copyFrom(symbol, to, size, offset, direction, in: currentStream(nil), isAsynchronous: false) }
}

@c(carmine_rt_cudaMemcpyFromSymbol_ptds)
public func cudaMemcpyFromSymbol_ptds(
  _ to: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32
) -> Int32 {
  entry { () throws(CUDAError) in
    try copyFrom(symbol, to, size, offset, direction, in: currentStream(nil, perThreadDefault: true), isAsynchronous: false)
  }
}

@c(carmine_rt_cudaMemcpyFromSymbolAsync)
public func cudaMemcpyFromSymbolAsync(
  _ to: UnsafeMutableRawPointer?, _ symbol: UnsafeRawPointer?, _ size: UInt, _ offset: UInt, _ direction: Int32,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try copyFrom(symbol, to, size, offset, direction, in: currentStream(stream), isAsynchronous: true) }
}
