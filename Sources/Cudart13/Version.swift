// Which runtime this front is: 1000 × major + 10 × minor.
import CUDA
import Cudart

@c(carmine13_cudaRuntimeGetVersion)
public func cudaRuntimeGetVersion(_ result: UnsafeMutablePointer<Int32>?) -> Int32 {
  entry { () throws(CUDAError) in try out(result, "runtimeVersion").pointee = 13000 }
}
