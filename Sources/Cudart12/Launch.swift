// Launches as CUDA 12 answers them.  Hot, as Cudart's Launch.swift.
import CCUDA
import CUDA
import Cudart

@c(carmine12_cudaLaunchKernel)
public func cudaLaunchKernel(
  _ function: UnsafeRawPointer?, _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try launchKernel(function, Dim3(grid), Dim3(block), arguments, shared, stream, isIn12: true) }
}

@c(carmine12_cudaLaunchCooperativeKernel)
public func cudaLaunchCooperativeKernel(
  _ function: UnsafeRawPointer?, _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try launchKernel(function, Dim3(grid), Dim3(block), arguments, shared, stream, isCooperative: true, isIn12: true) }
}

@c(carmine12_cudaLaunchKernelExC)
public func cudaLaunchKernelExC(
  _ configuration: UnsafePointer<cudaLaunchConfig_t>?, _ function: UnsafeRawPointer?, _ arguments: Arguments?
) -> Int32 {
  entry { () throws(CUDAError) in try launchExtended(configuration, function, arguments, perThreadDefault: false) }
}

@c(carmine12_cudaLaunchKernelExC_ptsz)
public func cudaLaunchKernelExC_ptsz(
  _ configuration: UnsafePointer<cudaLaunchConfig_t>?, _ function: UnsafeRawPointer?, _ arguments: Arguments?
) -> Int32 {
  entry { () throws(CUDAError) in try launchExtended(configuration, function, arguments, perThreadDefault: true) }
}

@c(carmine12___cudaLaunchKernel)
public func __cudaLaunchKernel(
  _ handle: UnsafeRawPointer?, _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in try launchByHandle(handle, Dim3(grid), Dim3(block), arguments, shared, stream, isIn12: true) }
}
