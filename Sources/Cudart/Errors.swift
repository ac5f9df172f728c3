// cudaGetLastError and its relatives.  None of them records an error of its own.
import CUDA

@c(carmine_rt_cudaGetLastError)
public func cudaGetLastError() -> Int32 { CurrentThread.takeLastError().rawValue }

@c(carmine_rt_cudaPeekAtLastError)
public func cudaPeekAtLastError() -> Int32 { CurrentThread.peekLastError().rawValue }

@c(carmine_rt_cudaGetErrorName)
public func cudaGetErrorName(_ error: Int32) -> UnsafePointer<CChar>? { text(CUDAError(rawValue: error).name) }

@c(carmine_rt_cudaGetErrorString)
public func cudaGetErrorString(_ error: Int32) -> UnsafePointer<CChar>? { text(CUDAError(rawValue: error).text) }

/// A literal lives for ever and ends with NUL.
public func text(_ literal: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self)
}
