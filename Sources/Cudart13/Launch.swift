// Launches as CUDA 13 answers them: an impossible shape is an invalid value.  Hot, as Cudart's Launch.swift.
import CCUDA
import CUDA
import Cudart

@c(carmine13_cudaLaunchKernel)
public func cudaLaunchKernel(
  _ function: UnsafeRawPointer?, _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in 
    do throws(CUDAError) { try launchKernel(function, Dim3(grid), Dim3(block), arguments, shared, stream) } catch { throw in13(error) }
  }
}

@c(carmine13_cudaLaunchCooperativeKernel)
public func cudaLaunchCooperativeKernel(
  _ function: UnsafeRawPointer?, _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in 
    do throws(CUDAError) { try launchKernel(function, Dim3(grid), Dim3(block), arguments, shared, stream, isCooperative: true) } catch { throw in13(error) }
  }
}

@c(carmine13_cudaLaunchKernelExC)
public func cudaLaunchKernelExC(
  _ configuration: UnsafePointer<cudaLaunchConfig_t>?, _ function: UnsafeRawPointer?, _ arguments: Arguments?
) -> Int32 {
  entry { () throws(CUDAError) in 
    do throws(CUDAError) { try launchExtended(configuration, function, arguments, perThreadDefault: false) } catch { throw in13(error) }
  }
}

@c(carmine13_cudaLaunchKernelExC_ptsz)
public func cudaLaunchKernelExC_ptsz(
  _ configuration: UnsafePointer<cudaLaunchConfig_t>?, _ function: UnsafeRawPointer?, _ arguments: Arguments?
) -> Int32 {
  entry { () throws(CUDAError) in 
    do throws(CUDAError) { try launchExtended(configuration, function, arguments, perThreadDefault: true) } catch { throw in13(error) }
  }
}

@c(carmine13___cudaLaunchKernel)
public func __cudaLaunchKernel(
  _ handle: UnsafeRawPointer?, _ grid: carmine_dim3_words, _ block: carmine_dim3_words, _ arguments: Arguments?, _ shared: UInt,
  _ stream: UnsafeMutableRawPointer?
) -> Int32 {
  entry { () throws(CUDAError) in 
    do throws(CUDAError) { try launchByHandle(handle, Dim3(grid), Dim3(block), arguments, shared, stream) } catch { throw in13(error) }
  }
}
