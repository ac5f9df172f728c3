// Which runtime this front is (1000 × major + 10 × minor), and the errors that it knows.
import CUDA
import Cudart

@c(carmine12_cudaRuntimeGetVersion)
public func cudaRuntimeGetVersion(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "runtimeVersion").pointee = 12090 }
}

@c(carmine12_cudaGetErrorName)
public func cudaGetErrorName(_ error: Int32) -> UnsafePointer<CChar>? { text(known(error, to: 12).name) }

@c(carmine12_cudaGetErrorString)
public func cudaGetErrorString(_ error: Int32) -> UnsafePointer<CChar>? { text(known(error, to: 12).text) }
