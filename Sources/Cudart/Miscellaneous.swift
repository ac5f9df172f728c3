// Functions that need no device: channel descriptions, the profiler's switches.
import CCUDA
import CUDA

@c(carmine_rt_cudaCreateChannelDesc)
public func cudaCreateChannelDesc(_ x: Int32, _ y: Int32, _ z: Int32, _ w: Int32, _ kind: Int32) -> cudaChannelFormatDesc {
  cudaChannelFormatDesc(x: x, y: y, z: z, w: w, f: kind)
}

/// Tells an attached profiler to start; none can be attached.
@c(carmine_rt_cudaProfilerStart)
public func cudaProfilerStart() -> Int32 { entry { () throws(CUDAError) in } }

@c(carmine_rt_cudaProfilerStop)
public func cudaProfilerStop() -> Int32 { entry { () throws(CUDAError) in } }

// Devices have had doubles of their own since compute capability 1.3: there is nothing to convert.

@c(carmine_rt_cudaSetDoubleForDevice)
public func cudaSetDoubleForDevice(_ value: UnsafeMutablePointer<Double>?) -> Int32 { entry { () throws(CUDAError) in } }

@c(carmine_rt_cudaSetDoubleForHost)
public func cudaSetDoubleForHost(_ value: UnsafeMutablePointer<Double>?) -> Int32 { entry { () throws(CUDAError) in } }

/// Tables of functions for NVIDIA's own libraries, by identifiers that it does not publish; there is none here.
@c(carmine_rt_cudaGetExportTable)
public func cudaGetExportTable(_ result: UnsafeMutablePointer<UnsafeRawPointer?>?, _ identifier: UnsafePointer<cudaUUID_t>?) -> Int32 {
  entry { () throws(CUDAError) in
    let result = try out(result, "ppExportTable")
    guard identifier != nil else { throw .invalidValue.because("pExportTableId is null") }
    result.pointee = nil
    throw .invalidValue.because("no table has this identifier")
  }
}
