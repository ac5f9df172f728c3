// cudaGetLastError and its relatives.  None of them records an error of its own.
import CUDA

@c(carmine_rt_cudaGetLastError)
public func cudaGetLastError() -> Int32 { CurrentThread.takeLastError().rawValue }

@c(carmine_rt_cudaPeekAtLastError)
public func cudaPeekAtLastError() -> Int32 { CurrentThread.peekLastError().rawValue }

/// An error as a runtime of major version `version` knows it: numbers that came later are unrecognized.
public func known(_ error: Int32, to version: Int) -> CUDAError {
  let error = CUDAError(rawValue: error)
  return error.isKnown(to: version) ? error : CUDAError(rawValue: -1)
}

/// A literal lives for ever and ends with NUL.
public func text(_ literal: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
}
